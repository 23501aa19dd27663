"""Try a student's function on cases whose right and wrong values are known, and find which of them it gives.

A mistake is known by what it computes: each is the function of a student who made it, run on the same cases.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from rnn_solutions._foreign import holds_more, plain
from rnn_solutions._time_limit import run_for
from rnn_solutions._validation import Numbers, as_array, unwarned
from rnn_solutions.sheet.answers.feedback import UNKNOWN, Feedback, told
from rnn_solutions.sheet.answers.reading import MOST, how_written

Case = tuple[Any, ...]
# By what is said, as `told` reads it: the function of who gives it. Where that raises, so would theirs.
Table = dict[str, Callable[..., Any]]

SECONDS, ENDLESS = 10, "does not return"
# Rounding to float32 and differences for derivatives pass; the nearest mistake is nearly 100 times as far.
TOLERANCE = 1e-3
EXACT = 1e-7
PLACES = range(2, 8)  # with more, rounding is as good as exact
NOISE = 1e-6  # of a unit of the last place: rounding errors may tip a number to either side of it
CLEAR = 0.3  # and so may float32, which does not hold 0.13; further off is another number


class Unusable(NamedTuple):
    """What is no array of numbers: the name of what is wrong, and the rest of a sentence on it."""

    mistake: str
    said: str


def require_call(question: str, value: Any, calls: Sequence[str], arguments: Sequence[int]) -> list[int]:
    """Return which numbers of arguments a function takes, or raise a ValueError that says what it should."""
    wanted = f"{question} takes a function, called as {' or '.join(calls)}"
    if not callable(value):
        raise ValueError(f"{wanted}; got a value of type {type(value).__name__}")
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):  # some functions written in C have none
        return list(arguments)
    fitting = []
    for count in arguments:
        with contextlib.suppress(TypeError):
            signature.bind(*range(count))
            fitting.append(count)
    if not fitting:
        raise ValueError(f"{wanted}; yours takes {signature}")
    return fitting


def try_function(
    function: Callable[..., Any], cases: Sequence[Case], table: Table, transposed: str = ""
) -> Feedback:
    """Return what to say of a function: the first row with its values in every case, or how it differs.

    `transposed` is what to say besides when all values are transposed; empty where no convention allows that.
    """
    found = []
    for case in cases:
        found.append(_call(function, case))
        if isinstance(found[-1], Unusable) and found[-1].mistake == ENDLESS:
            return Feedback(False, ENDLESS, f"{_called(case)} {found[-1].said}.", _copied(case))
    ways = [(said, [_expect(way, case) for case in cases]) for said, way in table.items()]
    if transposed:
        flipped = [(said, [None if value is None else value.T for value in values]) for said, values in ways]
        besides = "It is laid out transposed, besides."
        ways += [
            (f"{said} {transposed if told(said).right else besides}", values) for said, values in flipped
        ]
    forms = [values for said, values in ways if told(said).right]
    right = next((form for form in forms if all(map(_has_shape, found, form))), forms[0])
    errors = list(map(_error, found, right))
    first = next((i for i, error in enumerate(errors) if error > TOLERANCE), 0)
    for said, values in ways:
        error = max(map(_error, found, values))
        if error <= TOLERANCE and any(value is not None for value in values):
            if told(said).right:
                return told(said + (agreement(error) and (_written(found, values) or agreement(error))))
            return told(said, _copied(cases[first]))
    for said, values in ways:
        if told(said).right and (digits := _written(found, values)):
            return told(said + digits)
    mistake, said = _difference(found[first], right[first])
    good = sum(error <= TOLERANCE for error in errors)
    so_far = f" It is right in {good} of {len(cases)} cases." if good else ""
    wrong = "" if mistake else f"{UNKNOWN} "
    message = f"{wrong}{_called(cases[first])} {said}.{so_far}"
    return Feedback(False, mistake, message, _copied(cases[first]))


def agreement(error: float) -> str:
    """Say to how many digits a right answer agrees that has fewer than double precision gives."""
    return f" It agrees to {int(-np.log10(error))} digits." if error > EXACT else ""


def read_numbers(value: Any, most: int = MOST) -> Numbers | Unusable:
    """Return an array of finite numbers, complex ones too, or what is wrong with it."""
    kind = f"returned a value of type {type(value).__name__}"
    if value is None:
        return Unusable("not numbers", "returned None; perhaps a return statement is missing")
    try:
        array = np.zeros(0) if holds_more(value, most) else as_array("the value", plain(value, most))
        if holds_more(value, most) or array.size > most:
            return Unusable("wrong shape", f"{kind} of more than {most} entries")
        if array.dtype == object and array.size:  # Fractions, SymPy's numbers
            array = array.astype(complex)
    except Exception as error:  # noqa: BLE001 - whatever a student's object does when it is read
        return Unusable("not numbers", f"{kind} that cannot be read as an array ({_first_line(error)})")
    if array.dtype.kind not in "iufc" or not array.size:
        return Unusable("not numbers", f"{kind}, dtype {array.dtype}, and no numbers")
    return np.array(array) if np.isfinite(array).all() else Unusable("not finite", "returned NaN or infinity")


def _call(function: Callable[..., Any], case: Case) -> Numbers | Unusable:
    """Return what the student's function makes of copies of the arguments."""

    def called() -> Numbers | Unusable:
        try:
            with unwarned():
                found = read_numbers(function(*_copied(case)))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - the student's code: whatever it raises is told
            return Unusable("raises an error", f"raised {type(error).__name__}: {_first_line(error)}")
        return found if isinstance(found, Unusable) else np.squeeze(found)

    try:
        return run_for(SECONDS, called)
    except TimeoutError as error:
        return Unusable(ENDLESS, str(error))


def _expect(function: Callable[..., Any], case: Case) -> Numbers | None:
    """Return what one row gives, or None where shapes do not fit. All cases have lengths of 2 or more."""
    with contextlib.suppress(ValueError):
        return np.asarray(np.squeeze(function(*case)))
    return None


def _has_shape(found: Any, expected: Any) -> bool:
    return isinstance(found, Unusable) or (expected is not None and found.shape == expected.shape)


def _error(found: Any, expected: Any) -> float:
    """Return how far a value is from what is expected, relative; None expects no value."""
    if isinstance(found, Unusable) or expected is None:
        return 0.0 if isinstance(found, Unusable) and expected is None else np.inf
    with unwarned():  # the student's may be huge
        scale = np.abs(expected).max() or 1.0
        return float(np.abs(found - expected).max() / scale) if _has_shape(found, expected) else np.inf


def _difference(found: Any, right: Any) -> tuple[str | None, str]:
    """Return the mistake in one case, None for wrong numbers, and the rest of a sentence on it."""
    if isinstance(found, Unusable):
        return found
    if found.shape != right.shape:
        return "wrong shape", f"returned shape {found.shape}, and {right.shape} is expected"
    where = tuple(int(i) for i in np.unravel_index(np.abs(found - right).argmax(), right.shape))
    return None, f"returned {found[where]:.4g} for entry {where}, and {right[where].real:.4g} is right"


def _written(found: Sequence[Any], right: Sequence[Any]) -> str:
    """Say how the right values, there in every case, were rounded or cut to a few decimal places."""
    if any(isinstance(value, Unusable) for value in found) or not all(map(_has_shape, found, right)):
        return ""
    given, exact = (np.concatenate([np.ravel([z.real, z.imag]) for z in side]) for side in (found, right))
    own = max(float(np.finfo(z.dtype).eps) if z.dtype.kind in "fc" else 0.0 for z in found)
    with unwarned():
        for places in PLACES:
            units = given * 10.0**places
            slack = NOISE + own * np.abs(units).max()
            if slack < CLEAR and np.abs(units - units.round()).max() <= slack:
                how = how_written(given, exact, 10.0**-places, slack)
                return how and f" Its numbers are {how} {places} decimal places."
    return ""


def _copied(case: Case) -> Case:
    return tuple(np.copy(part) if isinstance(part, np.ndarray) else part for part in case)


def _called(case: Case) -> str:
    shapes = ", ".join(str(part.shape) for part in case if isinstance(part, np.ndarray))
    n = "".join(f" and n = {part}" for part in case if isinstance(part, int))
    return f"Called with arguments of shapes {shapes}{n}, the function"


def _first_line(error: BaseException) -> str:
    with contextlib.suppress(Exception):  # a student's error may not even be written out
        return (str(error).splitlines() or [""])[0][:200]
    return "with no message"
