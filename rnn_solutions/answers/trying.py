"""Try a student's function on cases whose right and wrong values are known, and find which of them it gives.

A mistake is known by what it computes: each is written as the function of a student who made it, and is run
on the same cases.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_solutions._validation import unwarned
from rnn_solutions.answers.feedback import Feedback

Numbers = NDArray[Any]
Case = tuple[Any, ...]

# Rounding to float32 and differences for derivatives pass; the nearest mistake is nearly 100 times as far.
TOLERANCE = 1e-3
EXACT = 1e-7
PLACES = (2, 3, 4, 5)  # with more, rounding is within the tolerance


@dataclass(frozen=True)
class Way:
    """One way to compute an answer, right or wrong.

    Attributes
    ----------
    function : callable
        Takes the same arguments as the student's function. Where it raises a ValueError, so would theirs.
    message : str
        What to say of it.
    mistake : str or None
        The name of what is wrong with it; None if it is right.
    """

    function: Callable[..., Any]
    message: str
    mistake: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What a function made of a case: a value, or the name of a problem and a sentence on it."""

    value: Numbers | None
    problem: str = ""
    said: str = ""


def require_call(question: str, value: Any, calls: Sequence[str], arguments: Sequence[int]) -> list[int]:
    """Return which numbers of arguments a function takes, or raise a ValueError that says what it should."""
    wanted = f"{question} takes a function, called as {' or '.join(calls)}"
    if not callable(value):
        raise ValueError(f"{wanted}; got {_type_name(value)}")  # noqa: TRY004 - as everywhere in this package
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):  # some functions written in C have none
        return list(arguments)
    fitting = [count for count in arguments if _takes(signature, count)]
    if not fitting:
        raise ValueError(f"{wanted}; yours takes {signature}")
    return fitting


def try_function(
    function: Callable[..., Any],
    cases: Sequence[Case],
    ways: Sequence[Way],
    transposed: str | None = None,
) -> Feedback:
    """Return what to say of a function: the first way that gives its values in every case, or how it differs.

    Parameters
    ----------
    function : callable
        The student's. It gets copies.
    cases : sequence of tuples
        Arguments.
    ways : sequence of Way
        The first is right; other right ones are equal forms.
    transposed : str, optional
        What to say when all values are transposed, which is right then; None where transposing is no matter
        of convention.

    Returns
    -------
    feedback : Feedback
        Its mistake is ``"raises an error"``, ``"not finite"``, ``"not numbers"`` or ``"wrong shape"`` where
        no way matches and some case has no value to compare.
    """
    outcomes = [_call(function, case) for case in cases]
    expected = [[_expect(way.function, case) for case in cases] for way in ways]
    for flip in (False, True) if transposed else (False,):
        for way, values in zip(ways, expected, strict=True):
            flipped = [None if value is None else value.T for value in values] if flip else values
            errors = [_error(*pair) for pair in zip(outcomes, flipped, strict=True)]
            if max(errors) > TOLERANCE or all(value is None for value in values):
                continue
            extra = f" {transposed}" if flip else ""
            if way.mistake is None:
                return Feedback(True, None, way.message + extra + _digits(max(errors)))
            extra = " It is laid out transposed, besides." if flip else ""
            return Feedback(False, way.mistake, way.message + extra)
    forms = [values for way, values in zip(ways, expected, strict=True) if way.mistake is None]
    for way, values in zip(ways, expected, strict=True):
        if way.mistake is None and (said := _few_places(outcomes, values)):
            return Feedback(True, None, way.message + said)
    return _difference(
        cases, outcomes, next((form for form in forms if _same_shapes(outcomes, form)), forms[0])
    )


def read_numbers(value: Any) -> Outcome:
    """Return what a function returned as an array of finite numbers, complex ones too, or its problem."""
    if value is None:
        return Outcome(None, "not numbers", "returned None; perhaps a return statement is missing")
    try:
        with unwarned():
            array = np.array(value)
            if array.dtype == object and array.size:  # Fractions, SymPy's numbers
                array = array.astype(complex)
    except Exception as error:  # noqa: BLE001 - whatever a student's object does when it is read
        said = f"returned {_type_name(value)} that cannot be read as an array ({_first_line(error)})"
        return Outcome(None, "not numbers", said)
    if array.dtype.kind not in "iufc" or not array.size:
        return Outcome(
            None, "not numbers", f"returned {_type_name(value)}, dtype {array.dtype}, and no numbers"
        )
    if not np.isfinite(array).all():
        return Outcome(None, "not finite", "returned NaN or infinity")
    return Outcome(array)


def _call(function: Callable[..., Any], case: Case) -> Outcome:
    """Return what the student's function makes of copies of the arguments."""
    try:
        with unwarned():
            value = function(*(np.copy(part) if isinstance(part, np.ndarray) else part for part in case))
    except Exception as error:  # noqa: BLE001 - it is the student's code: whatever it raises is told, not raised
        return Outcome(None, "raises an error", f"raised {type(error).__name__}: {_first_line(error)}")
    return read_numbers(value)


def _expect(function: Callable[..., Any], case: Case) -> Numbers | None:
    """Return what one way gives, or None where shapes do not fit."""
    try:
        return np.asarray(np.squeeze(function(*case)))
    except ValueError:
        return None


def _error(outcome: Outcome, expected: Numbers | None) -> float:
    """Return how far the outcome is from what is expected, relative; None expects no value."""
    if outcome.value is None or expected is None:
        return 0.0 if outcome.value is None and expected is None else np.inf
    value = np.squeeze(outcome.value)  # all cases have lengths of 2 or more
    if value.shape != expected.shape:
        return np.inf
    scale = np.abs(expected).max() or 1.0
    return float(np.abs(value - expected).max() / scale)


def _same_shapes(outcomes: Sequence[Outcome], values: Sequence[Numbers | None]) -> bool:
    """Say whether what a function returned has the shapes of one right form, wherever it is an array."""
    return all(
        outcome.value is None or value is None or np.squeeze(outcome.value).shape == value.shape
        for outcome, value in zip(outcomes, values, strict=True)
    )


def _difference(
    cases: Sequence[Case], outcomes: Sequence[Outcome], right: Sequence[Numbers | None]
) -> Feedback:
    """Describe the first case in which a function is wrong in no usual way."""
    good = [_error(*pair) <= TOLERANCE for pair in zip(outcomes, right, strict=True)]
    first = good.index(False)
    outcome, truth = outcomes[first], np.asarray(right[first])
    called = f"Called with {_spell(cases[first])}, the function "
    so_far = f" It is right in {sum(good)} of {len(good)} cases." if any(good) else ""
    if outcome.value is None:
        return Feedback(False, outcome.problem, called + outcome.said + "." + so_far)
    value = np.squeeze(outcome.value)
    if value.shape != truth.shape:
        said = f"returned shape {outcome.value.shape}, and {truth.shape} is expected."
        return Feedback(False, "wrong shape", called + said + so_far)
    where = tuple(int(i) for i in np.unravel_index(np.abs(value - truth).argmax(), truth.shape))
    said = f"returned {value[where]:.4g} for entry {where}, and {truth[where].real:.4g} is right."
    return Feedback(False, None, "Wrong, though in no usual way. " + called + said + so_far)


def _digits(error: float) -> str:
    """Say how many digits agree, where they are fewer than double precision gives."""
    return "" if error <= EXACT else f" It agrees to {int(-np.log10(error))} digits."


def _few_places(outcomes: Sequence[Outcome], right: Sequence[Numbers | None]) -> str:
    """Say how the right values were rounded or cut to a few decimal places; nothing if they were not."""
    largest = max((np.abs(value).max() for value in right if value is not None), default=0)
    for places in PLACES:
        unit = 10.0**-places
        if largest < 20 * unit:
            continue  # a digit or none: other values would round to it too
        off = [_units_off(*pair, unit) for pair in zip(outcomes, right, strict=True)]
        if max(off) < 1:
            how = "rounded" if max(off) <= 0.5 + EXACT else "cut"
            return f" Its numbers are {how} to {places} decimal places."
    return ""


def _units_off(outcome: Outcome, right: Numbers | None, unit: float) -> float:
    """Return how far values with so many places are from the right ones, in units of the last place."""
    if outcome.value is None or right is None:
        return 0.0 if outcome.value is None and right is None else np.inf
    value = np.squeeze(outcome.value)
    if value.shape != right.shape:
        return np.inf
    written = np.abs(value / unit - np.round(value / unit)).max() <= EXACT
    return float(np.abs(value - right).max() / unit) if written else np.inf


def _takes(signature: inspect.Signature, count: int) -> bool:
    """Say whether a function can be called with so many arguments."""
    try:
        signature.bind(*range(count))
    except TypeError:
        return False
    return True


def _spell(case: Case) -> str:
    """Name arguments by their shapes, or by the value where there is none."""
    return "arguments " + ", ".join(
        str(part.shape if isinstance(part, np.ndarray) else part) for part in case
    )


def _type_name(value: Any) -> str:
    """Name what came."""
    return f"a value of type {type(value).__name__}"


def _first_line(error: Exception) -> str:
    """Return the first line of what an error says."""
    return (str(error).splitlines() or [""])[0]
