"""What a finding is: where it stands on the sheet, the numbers that show it, and how it is refuted."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions.sheet.comparisons import Comparison, equal
from rnn_solutions.sheet.refuting import least_wrong, refuted

KINDS = {
    "E": "mathematical error",
    "I": "incomplete or unproved",
    "A": "missing assumption",
    "N": "notation",
    "T": "misprint",
    "R": "remark",
    "S": "stands in the question itself",
}
ROUNDING = 1e-12
WHY_ROUNDING = "the right formula takes a few hundred roundings of 1.1e-16 of its terms"
EXACT = "the right formula agrees with the truth exactly"

Measured = dict[str, Any]
Function = TypeVar("Function", bound=Callable[..., Any])

FINDINGS: dict[int, Finding] = {}
MEASURES: dict[int, Callable[[], Measured]] = {}


@dataclass(frozen=True)
class Finding:
    """One finding, known under its number from then on. The page of errata tells what it says.

    `refute` compares what is printed with the truth, from a generator if it draws anything. `readings` yields
    the readings of what is printed on an instance, and `page` returns the instance of the page.
    """

    number: int  # from 1
    where: str  # the question, or "notation", and the kinds, the weightiest first: "1(b): E, S"
    refute: Callable[..., Comparison] | None = None
    said: Mapping[str, Any] = field(default_factory=dict)  # method, assumptions, tolerance and its reason
    readings: Callable[..., Any] | None = None
    page: Callable[[], Any] | None = None

    def __post_init__(self) -> None:
        """Refuse a number that is taken."""
        if self.number in FINDINGS:
            raise ValueError(f"there are two findings {self.number}")
        FINDINGS[self.number] = self

    @property
    def part(self) -> str:
        """The question of the sheet."""
        return self.where.partition(": ")[0]

    @property
    def kinds(self) -> list[str]:
        """Letters of `KINDS`."""
        return self.where.partition(": ")[2].split(", ")


class Reading:
    """What is printed, read in one way, beside the truth, with what shows that the truth is true.

    On the page its relative error has a name, if it is shown.
    """

    def __init__(self, printed: ArrayLike, truth: ArrayLike, *controls: Comparison, name: str = "") -> None:
        self.name = name
        self.refuted = refuted(equal(printed, truth), *controls)
        self.sides = printed, truth

    @property
    def error(self) -> float:
        """The relative error of what is printed."""
        return relative_error(*(np.asarray(side, dtype=float) for side in self.sides))


def relative_error(found: ArrayLike, truth: ArrayLike) -> float:
    """Return the Frobenius norm of the difference over that of the truth, for arrays of the same shape."""
    found, truth = np.ravel(found), np.ravel(truth)
    return float(np.linalg.norm(found - truth) / np.linalg.norm(truth))


def finding(
    number: int,
    where: str,
    *,
    assumes: str,
    method: str = "complex step",
    tolerance: float = ROUNDING,
    because: str = WHY_ROUNDING,
    draw: Callable[[np.random.Generator], Any] | None = None,
    page: Callable[[], Any] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Comparison]]:
    """Register a finding that the function below refutes; its docstring says what is printed.

    The function returns a comparison, from a generator if it draws anything. Or it yields readings, on what
    `draw` draws for the verdict and on what `page` returns for the numbers; then the least wrong one counts.
    """
    said = {"method": method, "assumes": assumes, "tolerance": tolerance, "because": because}

    def register(function: Callable[..., Any]) -> Callable[..., Comparison]:
        @functools.wraps(function)
        def least(*drawn: Any) -> Comparison:
            instances = map(draw, drawn) if draw else drawn
            return least_wrong(*(reading.refuted for reading in function(*instances)))

        if not inspect.isgeneratorfunction(function):
            Finding(number, where, function, said)
            return function
        Finding(number, where, least, said, function, page)
        return least

    return register


def measured(number: int) -> Callable[[Function], Function]:
    """Take the function below for one that returns more numbers of a finding."""

    def register(function: Function) -> Function:
        MEASURES[number] = function
        return function

    return register


def errors(number: int, *instances: Any) -> dict[str, float]:
    """Return the relative errors of a finding's readings that have a name, on an instance if there is one."""
    readings: Any = FINDINGS[number].readings
    return {reading.name: reading.error for reading in readings(*instances) if reading.name}


def numbers(*chosen: int) -> Measured:
    """Return the numbers of the findings chosen, or of all, by the names that the page of errata glues.

    They come in the order in which that page reads them.

    Examples
    --------
    >>> {name: round(error, 3) for name, error in numbers(6, 13).items()}
    {'6-activation': 0.503, '6-layer': 0.625, '13': 0.114, '13-last': 0.244}
    """
    found: Measured = {}
    for number in chosen or sorted(FINDINGS):
        page = FINDINGS[number].page
        found |= errors(number, page()) if page else {}
        found |= MEASURES[number]() if number in MEASURES else {}
    return {name: value if isinstance(value, str | int) else float(value) for name, value in found.items()}


def counts() -> Measured:
    """Return how many findings there are, and how many of each kind."""
    kinds = [one.kinds for one in FINDINGS.values()]
    return {"count": len(kinds), **{f"count-{kind}": sum(kind in one for one in kinds) for kind in KINDS}}
