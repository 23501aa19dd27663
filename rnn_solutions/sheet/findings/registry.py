"""How what is printed is tried: beside what is right, on the page's networks and on random ones."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions.sheet.comparisons import Comparison, equal
from rnn_solutions.sheet.findings.table import FINDINGS
from rnn_solutions.sheet.refuting import least_wrong, refuted

ROUNDING = 1e-12
WHY_ROUNDING = "the right formula takes a few hundred roundings of 1.1e-16 of its terms"
EXACT = "the right formula agrees with the truth exactly"

Measured = dict[str, Any]
Function = TypeVar("Function", bound=Callable[..., Any])

TRIALS: dict[int, Trial] = {}
MEASURES: dict[int, Callable[[], Measured]] = {}


@dataclass(frozen=True)
class Trial:
    """What is printed in a finding, tried on what is drawn; a claim where the sheet states it (kind E).

    `refute` compares what is printed with the truth, from a generator if it draws anything. `readings` yields
    the readings of what is printed on an instance, and `page` returns the instance of the page.
    """

    refute: Callable[..., Comparison]
    said: Mapping[str, Any]  # method, assumptions, tolerance and its reason
    readings: Callable[..., Any] | None = None
    page: Callable[[], Any] | None = None


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


def trial(
    number: int,
    *,
    assumes: str,
    method: str = "complex step",
    tolerance: float = ROUNDING,
    because: str = WHY_ROUNDING,
    draw: Callable[[np.random.Generator], Any] | None = None,
    page: Callable[[], Any] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Comparison]]:
    """Take the function below for the trial of a finding; its docstring says what is printed.

    The function returns a comparison, from a generator if it draws anything. Or it yields readings, on what
    `draw` draws for the verdict and on what `page` returns for the numbers; then the least wrong one counts.
    """
    said = {"method": method, "assumes": assumes, "tolerance": tolerance, "because": because}

    def register(function: Callable[..., Any]) -> Callable[..., Comparison]:
        @functools.wraps(function)
        def least(*drawn: Any) -> Comparison:
            instances = map(draw, drawn) if draw else drawn
            return least_wrong(*(reading.refuted for reading in function(*instances)))

        if number in TRIALS or number not in FINDINGS:
            raise ValueError(f"a finding has one trial, and a row in the table: {number}")
        if not inspect.isgeneratorfunction(function):
            TRIALS[number] = Trial(function, said)
            return function
        TRIALS[number] = Trial(least, said, function, page)
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
    readings: Any = TRIALS[number].readings
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
    for number in chosen or FINDINGS:
        page = TRIALS[number].page if number in TRIALS else None
        found |= errors(number, page()) if page else {}
        found |= MEASURES[number]() if number in MEASURES else {}
    return {name: value if isinstance(value, str | int) else float(value) for name, value in found.items()}
