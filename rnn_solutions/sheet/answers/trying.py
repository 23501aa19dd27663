"""Try a student's function on cases whose right and wrong values are known, and find which of them it gives.

A mistake is known by what it computes: each is written as the function of a student who made it, and is run
on the same cases.
"""

from __future__ import annotations

import contextlib
import ctypes
import inspect
import threading
from collections.abc import Callable, Sequence, Sized
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_solutions._validation import SEQUENCES, Numbers, as_array, unwarned
from rnn_solutions.sheet.answers.feedback import Feedback, told

SECONDS = 10
MOST = 1000  # entries of a value; of more it is only counted that they are more
DEEPEST = 64  # axes that numpy knows; a list may hold itself
Case = tuple[Any, ...]
Whole = Callable[[Numbers], Numbers]

# Rounding to float32 and differences for derivatives pass; the nearest mistake is nearly 100 times as far.
TOLERANCE = 1e-3
EXACT = 1e-7
PLACES = range(2, 8)  # with more, rounding is as good as exact
NOISE = 1e-9  # so near a boundary, rounding errors may tip a number to either side of it
CLEAR = 0.3  # of a unit of the last place, for types as short as float16: further off is another number
SHORTENED = (("rounded", np.round), ("cut", np.trunc), ("cut", np.floor))  # some cut -0.127 to -0.13


class EndlessError(Exception):
    """A student's function did not return in time."""


@dataclass(frozen=True)
class Attempt:
    """One attempt at an answer, right or wrong, and what to say of it, as `told` reads it.

    The function takes the arguments of the student's. Where it raises a ValueError, so would theirs.
    """

    function: Callable[..., Any]
    said: str

    @property
    def mistake(self) -> str | None:
        """The name of what is wrong with it; None if it is right."""
        return told(self.said).mistake


@dataclass(frozen=True)
class Outcome:
    """What a function made of a case: a value, or the name of a problem and a sentence on it."""

    value: Numbers | None
    problem: str = ""
    said: str = ""


def names(attempts: Sequence[Attempt]) -> list[str]:
    """Return the names of the mistakes."""
    return [attempt.mistake for attempt in attempts if attempt.mistake]


def require_call(question: str, value: Any, calls: Sequence[str], arguments: Sequence[int]) -> list[int]:
    """Return which numbers of arguments a function takes, or raise a ValueError that says what it should."""
    wanted = f"{question} takes a function, called as {' or '.join(calls)}"
    if not callable(value):
        raise ValueError(f"{wanted}; got {_type_name(value)}")
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
    attempts: Sequence[Attempt],
    transposed: str | None = None,
) -> Feedback:
    """Return what to say of a function: the first attempt with its values in every case, or how it differs.

    The first attempt is right; other right ones are equal forms. `transposed` is what to say when all values
    are transposed, which is right then; None where transposing is no matter of convention.
    """
    outcomes = [_call(function, case) for case in cases]
    expected = [[_expect(attempt.function, case) for case in cases] for attempt in attempts]
    layouts = [(attempt, values, False) for attempt, values in zip(attempts, expected, strict=True)]
    if transposed:
        flipped = [[None if value is None else value.T for value in values] for values in expected]
        layouts += [(attempt, values, True) for attempt, values in zip(attempts, flipped, strict=True)]
    for attempt, values, flip in layouts:
        errors = [_error(*pair) for pair in zip(outcomes, values, strict=True)]
        if max(errors) > TOLERANCE or all(value is None for value in values):
            continue
        if attempt.mistake is None:
            said = attempt.said + (f" {transposed}" if flip else "")
            agree = agreement(max(errors))
            return told(said + (agree and (_few_places(outcomes, values) or agree)))
        return told(attempt.said + (" It is laid out transposed, besides." if flip else ""))
    for attempt, values, flip in layouts:
        if attempt.mistake is None and (digits := _few_places(outcomes, values)):
            return told(attempt.said + (f" {transposed}" if flip else "") + digits)
    forms = [values for attempt, values in zip(attempts, expected, strict=True) if attempt.mistake is None]
    nearest = next((form for form in forms if _same_shapes(outcomes, form)), forms[0])
    return _difference(cases, outcomes, nearest)


def agreement(error: float) -> str:
    """Say to how many digits a right answer agrees that has fewer than double precision gives."""
    return f" It agrees to {int(-np.log10(error))} digits." if error > EXACT else ""


def holds_more(value: Any, most: int) -> bool:
    """Say whether a value has more entries than that, those of nested sequences added up."""
    waiting, counted = [(value, 0)], 0
    while waiting and counted + len(waiting) <= most:
        part, depth = waiting.pop()
        if isinstance(part, SEQUENCES) and 0 < len(part) <= most and depth < DEEPEST:
            waiting += [(entry, depth + 1) for entry in part]
        else:
            counted += max(1, _length(part))
    return counted + len(waiting) > most


def read_numbers(value: Any, most: int = MOST) -> Outcome:
    """Return what a function returned as an array of finite numbers, complex ones too, or its problem."""
    if value is None:
        return Outcome(None, "not numbers", "returned None; perhaps a return statement is missing")
    large = Outcome(None, "wrong shape", f"returned {_type_name(value)} of more than {most} entries")
    if holds_more(value, most):
        return large
    try:
        with unwarned():
            array = as_array("the value", value)
            if array.size > most:
                return large
            array = np.array(array)
            if array.dtype == object and array.size:  # Fractions, SymPy's numbers
                array = array.astype(complex)
    except Exception as error:  # noqa: BLE001 - whatever a student's object does when it is read
        said = f"returned {_type_name(value)} that cannot be read as an array ({_first_line(error)})"
        return Outcome(None, "not numbers", said)
    if array.dtype.kind not in "iufc" or not array.size:
        said = f"returned {_type_name(value)}, dtype {array.dtype}, and no numbers"
        return Outcome(None, "not numbers", said)
    if not np.isfinite(array).all():
        return Outcome(None, "not finite", "returned NaN or infinity")
    return Outcome(array)


def _length(value: Any) -> int:
    """Return how many entries a value says that it has; 1 where it says nothing, and for a text."""
    if isinstance(value, np.ndarray):
        return value.size
    if isinstance(value, Sized) and not isinstance(value, (str, bytes)):
        with contextlib.suppress(Exception):  # a tensor without axes has no length, an object anything
            return len(value)
    return 1


def _call(function: Callable[..., Any], case: Case) -> Outcome:
    """Return what the student's function makes of copies of the arguments, or raise an EndlessError.

    It runs in a thread of its own, where an exception can be raised from here: that ends what is written in
    Python. What does not end by that is left alone, and ends with the program.
    """
    found: list[Outcome | KeyboardInterrupt] = []
    copies = [np.copy(part) if isinstance(part, np.ndarray) else part for part in case]

    def run() -> None:
        try:
            with unwarned():
                found.append(read_numbers(function(*copies)))
        except KeyboardInterrupt as error:
            found.append(error)
        except BaseException as error:  # noqa: BLE001 - the student's code: whatever it raises is told
            said = f"raised {type(error).__name__}: {_first_line(error)}"
            found.append(Outcome(None, "raises an error", said))

    thread = threading.Thread(target=copy_context().run, args=(run,), daemon=True)
    thread.start()
    try:
        thread.join(SECONDS)
    finally:
        if thread.is_alive() and thread.ident:
            stop = ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(*stop)
    if not found:
        raise EndlessError(f"{_called(case)}did not return within {SECONDS} seconds.")
    outcome = found[0]
    if isinstance(outcome, KeyboardInterrupt):
        raise outcome
    return outcome


def _expect(function: Callable[..., Any], case: Case) -> Numbers | None:
    """Return what one attempt gives, or None where shapes do not fit."""
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
    with unwarned():  # the student's may be huge
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
    """Describe the first case in which a function is wrong in no usual way, and not only by rounding."""
    good = [_error(*pair) <= TOLERANCE for pair in zip(outcomes, right, strict=True)]
    wrong = [i for i, is_good in enumerate(good) if not is_good]
    first = next((i for i in wrong if not _explained(outcomes[i], right[i]).all()), wrong[0])
    outcome, truth = outcomes[first], np.asarray(right[first])
    called = _called(cases[first])
    so_far = f" It is right in {sum(good)} of {len(good)} cases." if any(good) else ""
    if outcome.value is None:
        return Feedback(False, outcome.problem, called + outcome.said + "." + so_far)
    value = np.squeeze(outcome.value)
    if value.shape != truth.shape:
        said = f"returned shape {outcome.value.shape}, and {truth.shape} is expected."
        return Feedback(False, "wrong shape", called + said + so_far)
    errors = np.abs(value - truth)
    explained = _explained(outcome, truth)
    if not explained.all():
        errors[explained] = 0  # another entry is the wrong one, however far this one was rounded
    where = tuple(int(i) for i in np.unravel_index(errors.argmax(), truth.shape))
    said = f"returned {value[where]:.4g} for entry {where}, and {truth[where].real:.4g} is right."
    return Feedback(False, None, "Wrong, though in no usual way. " + called + said + so_far)


def _few_places(outcomes: Sequence[Outcome], right: Sequence[Numbers | None]) -> str:
    """Say how the right values were rounded or cut to a few decimal places; nothing if they were not."""
    largest = max((np.abs(value).max() for value in right if value is not None), default=0)
    for places in PLACES:
        if largest * 10**places < 20:
            continue  # a digit or none: other values would be shortened to it too
        for how, whole in SHORTENED:
            if all(_all_shortened(*pair, places, whole) for pair in zip(outcomes, right, strict=True)):
                return f" Its numbers are {how} to {places} decimal places."
    return ""


def _all_shortened(outcome: Outcome, right: Numbers | None, places: int, whole: Whole) -> bool:
    """Say whether every entry is the right one, shortened to so many places; None expects no value."""
    if outcome.value is None or right is None:
        return outcome.value is None and right is None
    value = np.squeeze(outcome.value)
    return value.shape == right.shape and bool(_is_shortened(value, right, places, whole).all())


def _explained(outcome: Outcome, right: Numbers | None) -> NDArray[np.bool_]:
    """Say of each entry whether it is the right one, shortened to any number of places; False if none is."""
    if outcome.value is None or right is None or np.squeeze(outcome.value).shape != right.shape:
        return np.array(False)
    value = np.squeeze(outcome.value)
    shortened = [_is_shortened(value, right, places, whole) for places in PLACES for _, whole in SHORTENED]
    return np.asarray(np.any(shortened, axis=0))


def _is_shortened(value: Numbers, right: Numbers, places: int, whole: Whole) -> NDArray[np.bool_]:
    """Say of each entry whether it is the right one, made a whole number of units of the last place."""
    own = float(np.finfo(value.dtype).eps) if value.dtype.kind in "fc" else 0.0  # float32 does not hold 0.13
    with unwarned():  # the student's may be huge
        given, exact = (np.array([z.real, z.imag], dtype=float) * 10**places for z in (value, right))
        slack = np.minimum(EXACT + own * np.abs(given), CLEAR)
        noise = min(max(NOISE, own) * 10**places, CLEAR)
        near = [np.abs(given - whole(exact + shift)) <= slack for shift in (-noise, noise)]
    return np.asarray((near[0] | near[1]).all(axis=0))


def _takes(signature: inspect.Signature, count: int) -> bool:
    """Say whether a function can be called with so many arguments."""
    try:
        signature.bind(*range(count))
    except TypeError:
        return False
    return True


def _type_name(value: Any) -> str:
    """Name what came."""
    return f"a value of type {type(value).__name__}"


def _called(case: Case) -> str:
    """Return how a sentence begins on what a function did with these arguments."""
    shapes = ", ".join(str(part.shape if isinstance(part, np.ndarray) else part) for part in case)
    return f"Called with arguments {shapes}, the function "


def _first_line(error: BaseException) -> str:
    """Return the first line of what an error says, a long one in part."""
    try:
        return (str(error).splitlines() or [""])[0][:200]
    except Exception:  # noqa: BLE001 - a student's error may not even be written out
        return "with no message"
