"""Call a function with an odd value, and judge what came of it.

Right is an answer without NaN, which must be the plain one where the value is the working one in other
clothes; or a ValueError that names the argument; or another error that the docstring announces. Nothing
handed in is changed, nothing is warned of or printed, no figure is left behind by an error, and it ends
within seconds and within memory.
"""

from __future__ import annotations

import array
import contextlib
import copy
import dataclasses
import fractions
import io
import math
import re
import signal
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

import odd
from working_calls import Call, Public

SECONDS = 5  # of work
ASLEEP = 6  # times as many of waiting
LARGE = 2**27  # bytes; an odd value that takes more may be answered by a MemoryError, as numpy does
ROUNDING = 1e-9
SHORT_ROUNDING = 1e-4
ANNOUNCED = re.compile(r"overflow|beyond the range|infinite|infinity|\\infty|\binf\b|-inf", re.IGNORECASE)


class TooLongError(BaseException):
    """A call was stopped; no `except Exception` on the way holds it up."""


@dataclass(frozen=True)
class Case:
    """A call with one argument replaced by an expression of a table."""

    public: Public
    call: Call
    argument: str
    expression: str
    table: str

    @property
    def must_work(self) -> bool:
        """Whether an error is wrong."""
        return self.table == "clothed"

    @property
    def must_equal(self) -> bool:
        """Whether the only right answer is the plain one."""
        return self.table in ("clothed", "retyped")

    def __str__(self) -> str:
        others = (f"{name}=..." for name in self.public.arguments if name != self.argument)
        return f"{self.public.name}({', '.join([f'{self.argument}={self.expression}', *others])})"


def cases_of(public: Public) -> Iterator[Case]:
    """Yield every case of a function, for each of its working calls."""
    for call in public.best_calls():
        for argument in (name for name in public.arguments if name in call.arguments):
            good = call.arguments[argument]
            tables = {"odd": odd.ODD, "clothed": odd.CLOTHED.get(odd.kind_of(good), "")}
            tables |= {} if good is None else {"spoiled": odd.SPOILED, "retyped": odd.RETYPED}
            for table, text in tables.items():
                for expression in odd.expressions(text):
                    yield Case(public, call, argument, expression, table)


def verdict(case: Case) -> tuple[str, str]:
    """Return what a call came to: an outcome's name, and what is wrong with it, empty if nothing is."""
    public = case.public
    given = copy.deepcopy(case.call.arguments)
    try:
        with warnings.catch_warnings(action="ignore"):
            given[case.argument] = value = odd.value_of(case.expression, given[case.argument])
            if (
                case.must_equal
                and not case.must_work
                and not is_same_value(value, case.call.arguments[case.argument])
            ):
                return "does not apply", ""
    except Exception:  # noqa: BLE001 - whatever it raises, this value cannot be changed so
        return "does not apply", ""
    before = fingerprint(given)
    printed = io.StringIO()
    settings = np.geterr()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        kind, answer = outcome(lambda: public(given))
    problem = ""
    if kind == "answer":
        problem = wrong_answer(case, value, answer)
    elif kind == "error":
        kind, problem = wrong_error(case, value, answer)
    if not problem:
        if fingerprint(given) != before:
            problem = "an argument was modified"
        elif printed.getvalue():
            problem = f"printed {printed.getvalue()[:80]!r}"
        elif np.geterr() != settings:
            problem = "numpy's error settings were left changed"
        elif kind != "answer" and plt.get_fignums():
            problem = "a figure was left behind by an error"
    plt.close("all")
    return kind, problem


def outcome(call: Callable[[], Any]) -> tuple[str, Any]:
    """Return ("answer", it), ("error", it), or ("too long", None) after some seconds."""

    def stop(*_: Any) -> None:
        raise TooLongError

    signal.signal(signal.SIGPROF, stop)
    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)  # which a busy machine does not shorten
    signal.setitimer(signal.ITIMER_REAL, ASLEEP * SECONDS)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", append=True)  # those that the command line lets pass come first
            warnings.filterwarnings("ignore", "More than 20 figures")
            answer = call()
            return "answer", list(answer) if isinstance(answer, Iterator) else answer
    except TooLongError:
        return "error", TooLongError(f"took more than {SECONDS} s")
    except BaseException as error:  # noqa: BLE001 - SystemExit too would be a fault
        return "error", error
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


def wrong_error(case: Case, value: Any, error: BaseException) -> tuple[str, str]:
    """Return the name of an error's kind, and what is wrong with it, empty if nothing is."""
    public = case.public
    said = f"{type(error).__name__}: {str(error)[:160]}"
    if is_of_the_caller(error):  # and not of the package: it may come through
        return "the caller's own error", ""
    if isinstance(error, MemoryError) and size_of(value) > LARGE:
        return "MemoryError for a value that takes as much", ""
    if not isinstance(error, ValueError):
        announced = re.search(rf"^{type(error).__name__}$", public.docstring, re.MULTILINE)
        return type(error).__name__, "" if announced else said
    if case.must_work and plain_answer(case)[0] == "answer":
        return "ValueError", f"refused what is the same: {said}"
    named = {case.argument: value}
    # Where values do not fit each other, the other one may be named; an overflow names what overflowed.
    if is_plain(value) or isinstance(case.call.arguments[case.argument], bool):
        named |= {name: good for name, good in case.call.arguments.items() if name != case.argument}
        named |= getattr(case.call.arguments.get("self"), "__dict__", {})
    # Of several things in one argument the message names one, by a word in the singular or by its key.
    names = [re.sub("(e?s)$", "(es|s|e)?", name) for name in named]
    # Of one question among several, its name says which.
    names += [re.escape(one) for one in case.call.arguments.values() if isinstance(one, str) and one]
    names += [re.escape(str(key)) for held in named.values() if isinstance(held, Mapping) for key in held]
    told = any(re.search(rf"(?<!\w){name}(?!\w)", str(error)) for name in names)
    told = told or "beyond the range of" in str(error)
    return "ValueError", "" if told else f"the argument is not named: {said}"


def is_of_the_caller(error: BaseException) -> bool:
    """Say whether an error was raised within what was handed in."""
    files = {frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)}
    return bool(files & {odd.SOURCE, odd.__file__})


def wrong_answer(case: Case, value: Any, answer: Any) -> str:
    """Say what is wrong with an answer, empty if nothing is."""
    if has_masked(value):
        return "took hidden numbers"
    for number in numbers_in(answer):
        if np.isnan(number).any():
            return "the answer holds NaN"
        announced = ANNOUNCED.search(case.public.docstring + (type(answer).__doc__ or ""))
        if np.isinf(number).any() and not announced:
            return "the answer holds an infinity that the docstring does not announce"
    if case.must_equal and not (is_exact(case.call.arguments[case.argument]) > is_exact(value)):
        kind, plain = plain_answer(case)
        if kind == "answer" and not is_same_answer(answer, plain, rounding_of(value)):
            return f"another answer than the plain one: {str(answer)[:80]} for {str(plain)[:80]}"
    return ""


def plain_answer(case: Case) -> tuple[str, Any]:
    """Return the outcome with the working value itself."""
    return outcome(lambda: case.public(copy.deepcopy(case.call.arguments)))


def is_plain(value: Any) -> bool:
    """Say whether a value is good in itself, such as finite numbers, so that another may be blamed."""
    words = (str, int, fractions.Fraction, range, memoryview, bytearray, array.array)
    return not has_masked(value) and all(
        (isinstance(leaf, words) and not isinstance(leaf, bool))
        or (isinstance(leaf, (float, complex, np.number)) and bool(np.isfinite(leaf)))
        or (
            isinstance(leaf, np.ndarray)
            and leaf.dtype.kind in "iufc"
            and (size_of(leaf) > LARGE or bool(np.isfinite(leaf).all()))
        )
        for leaf in leaves(value)
    )


def is_exact(value: Any) -> bool:
    """Say whether a value is written without floats, which `growth` decides otherwise."""
    return not any(
        isinstance(leaf, float) or (hasattr(leaf, "dtype") and leaf.dtype.kind == "f")
        for leaf in leaves(value)
    )


def has_masked(value: Any) -> bool:
    """Say whether a value hides numbers behind a mask."""
    return any(np.ma.is_masked(leaf) for leaf in leaves(value))


def size_of(value: Any) -> int:
    """Return how many bytes the largest array in a value takes when it is written out."""
    sizes = [
        math.prod(leaf.shape) * max(leaf.itemsize, 8)
        if isinstance(leaf, np.ndarray)
        else 8 * -(-(leaf.stop - leaf.start) // leaf.step)
        if isinstance(leaf, range)
        else 0
        for leaf in leaves(value)
    ]
    return max(sizes, default=0)


def leaves(value: Any) -> Iterator[Any]:
    """Yield what a value consists of, in order."""
    waiting, seen = [value], set()
    while waiting:  # not by recursion, for some lists are nested deeply, or hold themselves
        one = waiting.pop()
        inner = parts_of(one)
        if inner is None:
            yield one
        elif id(one) not in seen:
            seen.add(id(one))
            waiting += reversed(inner)


def parts_of(one: Any) -> list[Any] | None:
    """Return what a value consists of, of a drawing its lines and texts; None if it is a value by itself."""
    if isinstance(one, np.ndarray):
        return list(one.flat) if one.dtype == object and one.size < LARGE else None
    if isinstance(one, Mapping):
        return [part for pair in one.items() for part in pair]
    if isinstance(one, (list, tuple, set, frozenset)):
        return list(one)
    if isinstance(one, Axes):
        drawn = [np.nan_to_num(np.ma.filled(line.get_xydata(), 0)) for line in one.lines]  # a gap is NaN
        return [*drawn, *(text.get_text() for text in one.texts)]
    if dataclasses.is_dataclass(one) and not isinstance(one, type):
        fields = [field.name for field in dataclasses.fields(one)]
        return [getattr(one, name) for name in fields if name[0] != "_"]  # its memory is made to change
    if type(one).__module__.startswith("rnn_solutions"):
        return [held for name, held in vars(one).items() if name != "_frozen"]
    return None


def fingerprint(given: dict[str, Any]) -> list[Any]:
    """Return what changes when an argument does; axes are there to be drawn on."""
    found: list[Any] = []
    for leaf in leaves([value for value in given.values() if not isinstance(value, Axes)]):
        if isinstance(leaf, np.ndarray):
            few = leaf if size_of(leaf) < LARGE else leaf[tuple(slice(3) for _ in leaf.shape)]
            found.append(
                (
                    leaf.dtype.str,
                    leaf.shape,
                    leaf.strides,
                    leaf.flags.writeable,
                    few.view(np.ndarray).tobytes(),
                )
            )
            found.append(np.ma.getmaskarray(few).tobytes())
        elif isinstance(leaf, (float, complex)):
            found.append(np.complex128(leaf).tobytes())
        elif isinstance(leaf, (str, bytes, int, bytearray, array.array)):
            found.append((type(leaf), copy.copy(leaf)))
        else:
            found.append(type(leaf))
    return found


def numbers_in(answer: Any) -> Iterator[Any]:
    """Yield all that is a number or an array of numbers."""
    for leaf in leaves(answer):
        if isinstance(leaf, (float, complex)) or (
            isinstance(leaf, (np.ndarray, np.generic)) and leaf.dtype.kind in "fc"
        ):
            yield leaf


def is_same_value(value: Any, good: Any) -> bool:
    """Say whether numbers kept their values in another type; what is no number is the same by making."""
    if not isinstance(good, (list, tuple, np.ndarray, int, float)):
        return True
    return bool(np.array_equal(np.array(value, object), np.array(good, object)))  # as Python compares


def is_same_answer(answer: Any, plain: Any, rounding: float) -> bool:
    """Say whether two answers hold the same, to rounding."""
    ones, others = list(leaves(answer)), list(leaves(plain))
    return len(ones) == len(others) and all(
        is_same_leaf(*pair, rounding) for pair in zip(ones, others, strict=True)
    )


def is_same_leaf(one: Any, other: Any, rounding: float) -> bool:
    """Say whether two numbers, arrays of them, or strings are the same, to rounding."""
    if isinstance(one, str) and isinstance(other, str):
        return one == other
    kinds = {np.asarray(leaf).dtype.kind for leaf in (one, other)}
    if not kinds <= set("biufc"):
        return type(one) is type(other)
    found, plain = np.asarray(one), np.asarray(other)
    if found.shape != plain.shape:
        return False
    scale = float(np.abs(plain[np.isfinite(plain)]).max(initial=0))
    return bool(np.allclose(found, plain, rtol=rounding, atol=rounding * scale, equal_nan=True))


def rounding_of(value: Any) -> float:
    """Return how far answers may be apart: the networks go on in float32 where all is float32."""
    short = any(isinstance(leaf, np.ndarray) and leaf.dtype == np.float32 for leaf in leaves(value))
    return SHORT_ROUNDING if short else ROUNDING
