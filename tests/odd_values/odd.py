"""The odd values, each written as the expression that makes it, so that a failure can be typed in again.

In all of them ``good`` is the value of a call that works. `ODD` has nothing to do with it. `SPOILED` is what
becomes of it in careless hands: a right answer or a ValueError may come back. `CLOTHED` is the same value
in other clothes, and the answer must be the same; `RETYPED` is it in another type, which may be refused.
"""

from __future__ import annotations

import array
import copy
import datetime
import decimal
import enum
import fractions
import functools
import inspect
import math
import pathlib
import types
from collections.abc import Mapping
from typing import Any

import numpy as np

import rnn_solutions

SOURCE = "<odd value>"  # the file of what an expression holds


def fail(*_: Any, **__: Any) -> Any:
    """Raise an error of the caller's own."""
    raise RuntimeError("raised by the caller's own code")


class Failing:
    """Raises whenever it is read."""

    __array__ = __len__ = __iter__ = __getitem__ = __index__ = __float__ = __int__ = __complex__ = fail


class Lying:
    """Says of itself what is not so."""

    def __len__(self) -> int:
        return 3

    def __getitem__(self, _: Any) -> Any:
        raise IndexError

    def __float__(self) -> float:
        return math.nan

    def __array__(self, *_: Any, **__: Any) -> Any:
        return "no array"

    __index__ = __array__


class Unspeakable(str):
    """A string without representation."""

    __slots__ = ()
    __repr__ = fail


class Index:
    """A whole number of a type of its own."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value


class Colour(enum.IntEnum):
    """A number with a name."""

    RED = 1


class Array(np.ndarray):
    """An array of a class of its own."""


class Text(str):
    """A string of a class of its own."""

    __slots__ = ()


def nested(depth: int) -> list[Any]:
    """Return a list in a list in a list."""
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def itself() -> list[Any]:
    """Return a list that holds itself."""
    value: list[Any] = []
    value.append(value)
    return value


def entry(value: Any, new: Any) -> Any:
    """Return numbers whose last entry is another."""
    changed = np.array(value, np.result_type(np.asarray(value), np.asarray(new)))
    changed.flat[-1] = new
    return changed


def masked(value: Any, last_alone: bool = False) -> Any:
    """Return numbers that are hidden behind a mask, all or the last alone."""
    mask = np.zeros(np.shape(value), bool)
    mask.flat[-1:] = True
    return np.ma.masked_array(value, mask if last_alone else True)


def strided(value: Any) -> Any:
    """Return the same numbers in memory with gaps, backwards."""
    wide = np.repeat(np.asarray(value)[::-1], 2, axis=0)
    return wide[::-1][::2]


def swapped(value: Any) -> Any:
    """Return the same numbers with their bytes the other way round."""
    given = np.asarray(value)
    return given.astype(given.dtype.newbyteorder())


def frozen(value: Any) -> Any:
    """Return the same numbers in an array that cannot be written."""
    changed = np.array(value)
    changed.setflags(write=False)
    return changed


def tuples(value: Any) -> Any:
    """Return nested lists as nested tuples."""
    return tuple(map(tuples, value)) if isinstance(value, list) else value


def without_first(value: Any) -> Any:
    """Return a mapping or a sequence less its first entry."""
    return dict(list(value.items())[1:]) if isinstance(value, Mapping) else value[1:]


def inside(value: Any, new: Any) -> Any:
    """Return a mapping or a sequence whose first entry is another."""
    if isinstance(value, Mapping):
        return {**value, next(iter(value)): new}
    return [new, *list(value)[1:]]


@functools.cache
def run_of(kind: str, steps: int = 3) -> Any:
    """Return a run of another network."""
    net = getattr(rnn_solutions, f"draw_{kind}")(2, 2, 0)
    return net.forward(np.ones((steps, 2)))


MODULES = (array, copy, datetime, decimal, fractions, math, pathlib, types)
NAMES = {name: value for name, value in globals().items() if not name.startswith("_")}
NAMES |= {module.__name__: module for module in MODULES}
NAMES |= {name: getattr(rnn_solutions, name) for name in rnn_solutions.__all__}

ODD = """
None
True
np.False_
...
NotImplemented
0
-1
1
2
-(2**63)
2**53 + 1
2**63
2**200
10**4000
10**5000
0.5
-0.0
1e308
-1e308
5e-324
math.nan
math.inf
-math.inf
1j
complex(math.nan, 1)
np.int8(-128)
np.uint64(2**64 - 1)
np.float16(65504)
np.float32(1e-45)
np.longdouble("1e4000")
np.complex64(1)
np.datetime64("2026-01-01")
np.timedelta64("NaT")
np.str_("1")
np.ma.masked
decimal.Decimal("0.1")
decimal.Decimal("sNaN")
fractions.Fraction(1, 3)
Colour.RED
""
"nan"
"1e400"
"1e-400000000"
"1/0"
"9" * 5000
"漢"
"\\0"
"$\\\\frac{$"
"%s{0}{x!r}"
"x" * 10**6
Unspeakable("a")
b"1"
bytearray(3)
memoryview(b"123")
array.array("d", [1.0, 2.0])
range(3)
range(10**12)
slice(None)
[]
()
{}
set()
frozenset("fio")
[[]]
[None]
[0]
[1.0, 2.0]
["a", "b"]
[[1.0], [2.0, 3.0]]
[1.0, [2.0]]
nested(40)
nested(5000)
itself()
[[1.0, 2.0], [3.0, 4.0]]
[[math.nan, 0.0], [0.0, 1.0]]
[["1", "0"], ["0", "1e-400000000"]]
[[10**400, 0], [0, 1]]
[[1e308, 1e308], [1e308, 1e308]]
[[5e-324, 0.0], [0.0, 5e-324]]
[[[1.0]]]
np.array(1.0)
np.array(None)
np.array("a")
np.array([])
np.zeros((0, 2))
np.zeros((2, 0))
np.ones((1,) * 30)
np.array([True, False])
np.array([[True, False], [False, True]])
np.array([1.0, None], object)
np.array([10**400], object)
np.array(["a"], object)
np.array([1j, 2])
np.array([[0.5, 0.0], [0.0, 0.5]], np.float16)
np.array([[2**64 - 1]], np.uint64)
np.array([[np.longdouble("1e4000")]])
np.array(["2026-01-01"], "M8[D]")
np.zeros(2, "f8, i4")
np.zeros(2, "V3")
np.rec.array([(1.0, 2)])
np.matrix([[0.5, 0.0], [0.0, 0.5]])
np.ma.masked_array([[0.5, 999.0], [0.0, 0.5]], [[0, 1], [0, 0]])
np.ma.masked_array([1.0, 2.0], True)
np.broadcast_to(0.0, 10**10)
np.broadcast_to(0.0, (10**5, 10**5))
np.broadcast_to(0.5, (2, 10**10))
np.zeros((300, 300))
np.eye(200)
np.zeros((100_000, 2))
object()
object
int
type
Failing()
Failing
Lying()
iter([1.0])
(number for number in range(3))
dict(a=1)
{1: 2, None: 3}
{"f": "f", "i": "i"}
types.MappingProxyType({})
types.SimpleNamespace(T=3, h=np.zeros((3, 2)), net=None)
np
np.random
np.random.RandomState(0)
np.random.default_rng(0)
abs
lambda: 0.0
lambda *given: None
lambda *given: math.nan
lambda *given: math.inf
lambda *given: "a"
lambda *given: ()
lambda *given: (0.0, None)
lambda *given: (math.nan, given[0])
lambda *given: (0.0, np.ma.masked_array(given[0], True))
lambda *given: np.zeros((7, 7))
lambda *given: given[0].fill(0)
lambda *given: np.broadcast_to(0.0, 10**10)
fail
datetime.date(2026, 1, 1)
pathlib.Path("a")
run_of("rnn")
run_of("lstm")
run_of("gru")
run_of("rnn", 100_000)
run_of("rnn").net
run_of("lstm").net
run_of("gru").net
RNN
Adam
Adam()
squared_error
Gradients()
Batch([], [])
expand(1)
"""

SPOILED = """
type(good)
str(good)
[good]
(good, good)
[good, None]
{"good": good}
lambda: good
copy.copy(good)
iter(good)
vars(good)
np.asarray(good)[None]
np.asarray(good)[..., None]
np.ravel(good)
np.transpose(good)
np.array(good).reshape(())
np.matrix(good)
np.asarray(good)[:0]
np.asarray(good)[..., :0]
np.asarray(good)[::-1]
np.concatenate([good, good])
np.concatenate([good, good], axis=-1)
np.resize(np.asarray(good, float), (20_000, *np.shape(good)[1:]))
np.broadcast_to(np.asarray(good, float), (10**9, *np.shape(good)))
np.asarray(good).astype(str)
np.asarray(good).astype(complex)
np.asarray(good).astype(bool)
np.asarray(good).astype("S8")
np.asarray(good).astype(int).astype("M8[s]")
np.asarray(good).astype([("re", float)])
1j * np.asarray(good)
0 * np.asarray(good)
-np.asarray(good)
1e-320 * np.asarray(good)
1e200 * np.asarray(good)
1e308 * np.sign(good)
entry(good, math.nan)
entry(good, math.inf)
entry(good, -math.inf)
entry(good, 1e308)
entry(good, 5e-324)
entry(good, 1j)
entry(np.array(good, object), None)
entry(np.array(good, object), "a")
entry(np.array(good, object), 10**400)
entry(np.array(good, object), decimal.Decimal("0.5"))
masked(good)
masked(good, last_alone=True)
masked(np.array(good, np.float32))
np.ma.masked_array(good)
np.ma.masked_invalid(entry(good, math.nan))
[masked(row) for row in good]
without_first(good)
inside(good, None)
inside(good, math.nan)
inside(good, "a")
inside(good, [])
inside(good, masked([1.0, 2.0]))
inside(good, np.zeros((1, 1, 1, 1)))
inside(good, np.broadcast_to(0.0, 10**10))
inside(good, Failing())
inside(good, good)
list(good.items())
dict(enumerate(good.values()))
{key: masked(value) for key, value in good.items()}
{key: entry(value, math.nan) for key, value in good.items()}
{key: 1e308 * np.sign(value) for key, value in good.items()}
{"$\\\\frac{$": value for value in good.values()}
{**good, "more": 0}
good + 10**5
good + 0.5
good * -1
good * 1e308
good + " "
good.upper()
Index(good)
lambda *given: -good(*given)
lambda *given: [good(*given)]
lambda *given: good(*given).astype(str)
lambda *given: masked(good(*given))
"""

CLOTHED = {
    "array": """
np.array(good)
np.asfortranarray(good)
strided(good)
frozen(good)
np.array(good).view(Array)
swapped(good)
np.array(good).tolist()
tuples(np.array(good).tolist())
""",
    "int": """
np.int64(good)
np.uint8(good)
""",
    "float": "np.float64(good)",
    "str": """
np.str_(good)
Text(good)
""",
    "mapping": """
types.MappingProxyType(good)
{**good}
""",
    "function": "lambda *given: good(*given)",
}

RETYPED = """
np.array(good, float)
np.array(good, np.float32)
np.array(good, np.float16)
np.array(good, np.longdouble)
np.array(good, object)
np.array(good, int)
[fractions.Fraction(number) for number in good]
fractions.Fraction(good)
decimal.Decimal(good)
float(good)
int(good)
Index(good)
list(good)
tuple(good)
copy.deepcopy(good)
"""


def kind_of(good: Any) -> str:
    """Say in which clothes a value may come."""
    if isinstance(good, (list, tuple, np.ndarray)):
        return "array" if fits_in_an_array(good) else ""
    kinds = {"int": int, "float": float, "str": str, "mapping": Mapping}
    found = [name for name, kind in kinds.items() if isinstance(good, kind) and not isinstance(good, bool)]
    return "".join(found) or ("function" if inspect.isroutine(good) else "")


def fits_in_an_array(good: Any) -> bool:
    """Say whether nested lists are an array of numbers or strings, all of one type."""
    try:
        array = np.array(good)
    except ValueError:
        return False
    same = len({type(entry) for entry in np.array(good, object).flat}) == 1
    return array.ndim > 0 and array.size > 0 and array.dtype.kind in "biufcU" and same


def expressions(text: str) -> list[str]:
    """Return the expressions of a table."""
    return text.strip().splitlines()


def value_of(expression: str, good: Any) -> Any:
    """Return what an expression makes of a working value; what it raises says that it does not apply."""
    return eval(compile(expression, SOURCE, "eval"), NAMES | {"good": good})
