"""What a claim is, and the decorator that registers one under the label of its equation."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

METHODS = (
    "complex step",
    "finite differences",
    "exact fractions",
    "SymPy",
    "closed form",
    "another algorithm",
)
CLAIMS: dict[str, Claim] = {}

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Claim:
    """One statement that a machine checks.

    Its function draws an instance from a generator and returns one comparison of two routes or a list of
    them; one that takes no argument is run once, for it has nothing to draw. Errors up to the tolerance,
    which is dimensionless and 0 for exact routes, are allowed, for the reason given.
    """

    label: str  # of its equation, eq-..., or of a finding whose printed formula must fail, erratum-...
    function: Callable[..., Any]
    method: str  # the independent route, one of METHODS
    assumes: str  # what is drawn, and what must be true of it
    tolerance: float
    because: str

    @property
    def must_fail(self) -> bool:
        """Whether this is a formula as the sheet prints it, which the machine must refute."""
        return self.label.startswith("erratum-")

    @property
    def is_sampled(self) -> bool:
        """Whether the function draws instances; otherwise one run says all."""
        return bool(inspect.signature(self.function).parameters)

    @property
    def statement(self) -> str:
        """The first line of the function's docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    @property
    def formula(self) -> str:
        """The TeX in the function's docstring, or an empty string."""
        text = inspect.getdoc(self.function) or ""
        found = re.search(r"^\.\. math::\n\n((?:[ ]+\S.*\n?|[ ]*\n)+)", text, re.MULTILINE)
        return textwrap.dedent(found[1]).strip() if found else ""

    @property
    def line(self) -> int:
        """The line of its module on which the claim begins."""
        return inspect.getsourcelines(self.function)[1]


def claim(
    label: str, *, method: str, assumes: str, tolerance: float, because: str
) -> Callable[[Function], Function]:
    """Register the function below, whose docstring states its formula, as the check of the equation `label`.

    Examples
    --------
    >>> @claim(
    ...     "eq-doctest-square",
    ...     method="closed form",
    ...     assumes="a and b drawn from N(0, 1)",
    ...     tolerance=1e-14,
    ...     because="five operations, each rounded by at most 1.1e-16 of a number below a few units",
    ... )
    ... def square_of_a_sum(rng):
    ...     '''A square of a sum has three terms.
    ...
    ...     .. math::
    ...
    ...         (a + b)^2 = a^2 + 2 a b + b^2
    ...     '''
    ...     a, b = rng.normal(size=2)
    ...     return equal((a + b) ** 2, a**2 + 2 * a * b + b**2, scale=a**2 + b**2)
    >>> CLAIMS.pop("eq-doctest-square").formula
    '(a + b)^2 = a^2 + 2 a b + b^2'
    """
    if not label.startswith(("eq-", "erratum-")):
        raise ValueError(f"a claim's label must begin with eq- or erratum-, got {label!r}")
    if method not in METHODS:
        raise ValueError(f"{label}: the method must be one of {', '.join(METHODS)}, got {method!r}")
    if not tolerance >= 0:
        raise ValueError(f"{label}: the tolerance must be at least 0, got {tolerance!r}")

    def register(function: Function) -> Function:
        new = Claim(label, function, method, assumes, tolerance, because)
        if label in CLAIMS:
            others = " and ".join(f"{f.__module__}.{f.__name__}" for f in (CLAIMS[label].function, function))
            raise ValueError(f"two claims for the label {label}: {others}")
        if not new.formula:
            raise ValueError(f"{label}: {function.__name__} must state its formula, in `.. math::`")
        CLAIMS[label] = new
        return function

    return register


# What many claims have in common. Another `tolerance` or `because` takes the place of the one given here.
ROUNDING = "each entry takes a few dozen roundings of 1.1e-16"
proof = partial(claim, method="SymPy", tolerance=0, because="symbols and fractions are not rounded")
in_fractions = partial(claim, method="exact fractions", tolerance=0, because="fractions are not rounded")
by_another_algorithm = partial(claim, method="another algorithm")
by_complex_step = partial(claim, method="complex step", tolerance=1e-13, because=ROUNDING)
