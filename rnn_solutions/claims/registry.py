"""What a claim is, and the decorator that registers one under the label of its equation."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, TypeVar

from rnn_solutions.formulas.pages import formulas

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

    Its function draws a case from a generator and returns what the symbols of the page's formula stand for, a
    `Meaning` or several, in which both sides of the formula are worked out and compared. One that takes no
    argument is run once, for it has nothing to draw. Where the formula cannot be worked out, the function
    returns comparisons of its own, and its docstring holds the formula. Errors up to the tolerance, which is
    dimensionless and 0 for exact routes, are allowed, for the reason given.
    """

    # Of its equation, eq-..., of a definition that code computes, def-..., or of a finding whose printed
    # formula must fail, erratum-...
    label: str
    function: Callable[..., Any]
    method: str  # the independent route, one of METHODS
    assumes: str  # what is drawn, and what must be true of it
    tolerance: float
    because: str
    statement: str  # in one sentence
    # What a changed formula has that says the same as the right one, and why it does.
    same: Mapping[str, str] = field(default_factory=dict)
    loose: str = ""  # why no case comes so near to a bound that a thousandth would be noticed

    @property
    def must_fail(self) -> bool:
        """Whether this is a formula as the sheet prints it, which the machine must refute."""
        return self.label.startswith("erratum-")

    @cached_property
    def is_sampled(self) -> bool:
        """Whether the function draws instances; otherwise one run says all."""
        return bool(inspect.signature(self.function).parameters)

    @property
    def formula(self) -> str:
        """The TeX of the page, or what the function's docstring holds where no page has the label."""
        return formulas().get(self.label) or self.written

    @property
    def written(self) -> str:
        """The TeX in the function's docstring, or an empty string: of what cannot be worked out."""
        text = inspect.getdoc(self.function) or ""
        found = re.search(r"^\.\. math::\n\n((?:[ ]+\S.*\n?|[ ]*\n)+)", text, re.MULTILINE)
        return textwrap.dedent(found[1]).strip() if found else ""

    @property
    def line(self) -> int:
        """The line of its module on which the claim begins."""
        return inspect.getsourcelines(self.function)[1]


def claim(
    label: str | Mapping[str, str],
    *,
    method: str,
    assumes: str,
    tolerance: float,
    because: str,
    same: Mapping[str, str] | None = None,
    loose: str = "",
) -> Callable[[Function], Function]:
    """Register the function below as the check of the formula that the pages have under the label.

    Several formulas about the same symbols share one function: then each label is given with what is claimed,
    in one sentence, which for a single label is the first line of the function's docstring.

    Examples
    --------
    >>> from rnn_solutions.formulas.evaluating import Meaning
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
    ...     return Meaning({"a": a, "b": b}, scale=a**2 + b**2)
    >>> CLAIMS.pop("eq-doctest-square").formula
    '(a + b)^2 = a^2 + 2 a b + b^2'
    """
    labels = [label] if isinstance(label, str) else list(label)
    for one in labels:
        if not one.startswith(("eq-", "def-", "erratum-")):
            raise ValueError(f"a claim's label must begin with eq-, def- or erratum-, got {one!r}")
        if method not in METHODS:
            raise ValueError(f"{one}: the method must be one of {', '.join(METHODS)}, got {method!r}")
        if not tolerance >= 0:
            raise ValueError(f"{one}: the tolerance must be at least 0, got {tolerance!r}")

    def register(function: Function) -> Function:
        first_line = (inspect.getdoc(function) or "").partition("\n")[0]
        for one in labels:
            statement = first_line if isinstance(label, str) else label[one]
            new = Claim(one, function, method, assumes, tolerance, because, statement, same or {}, loose)
            if one in CLAIMS:
                others = (CLAIMS[one].function, function)
                named = " and ".join(f"{f.__module__}.{f.__name__}" for f in others)
                raise ValueError(f"two claims for the label {one}: {named}")
            if not new.formula:
                raise ValueError(f"{one}: no page has this label, and {function.__name__} states no formula")
            CLAIMS[one] = new
        return function

    return register


# What many claims have in common. Another `tolerance` or `because` takes the place of the one given here.
ROUNDING = "each entry takes a few dozen roundings of 1.1e-16"
proof = partial(claim, method="SymPy", tolerance=0, because="symbols and fractions are not rounded")
in_fractions = partial(claim, method="exact fractions", tolerance=0, because="fractions are not rounded")
in_closed_form = partial(claim, method="closed form")
by_another_algorithm = partial(claim, method="another algorithm")
by_complex_step = partial(claim, method="complex step", tolerance=1e-13, because=ROUNDING)
