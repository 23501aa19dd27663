"""Check what a caller hands in, and say by name what was expected and what came."""

from __future__ import annotations

import inspect
import operator
import re
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext, suppress
from difflib import get_close_matches
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from numbers import Complex, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Numbers = NDArray[Any]  # real, or complex while a derivative is taken, or exact
LONGEST = 200  # characters of a value in a message
SEQUENCES = (list, tuple, deque)  # those that numpy reads entry by entry

# What Python reads an int of, and so a Fraction; an exponent stands for as many.
_MOST_DIGITS = 4300


def real_array(name: str, value: ArrayLike, shape: tuple[int | str, ...] | None = None) -> Array:
    """Return `value` as a new float64 array of the given shape, or raise a ValueError that names it.

    An entry of `shape` is a number that must be met or a letter for any length of at least one; the same
    letter twice asks for equal lengths, so ``("n", "n")`` is a square matrix. None is any shape that has an
    entry.
    """
    array = extended_array(name, value, shape)
    _require_finite(name, array)
    return array


def float_array(name: str, value: ArrayLike, *shapes: tuple[int | str, ...], copy: bool = True) -> Array:
    """Return `value` as a contiguous array of one of the given shapes, or raise a ValueError that names it.

    It keeps float32; every other dtype of real numbers becomes float64. The shapes differ in their number of
    axes and are written as for `real_array`. With ``copy=False`` the caller's own array may come back.
    """
    wanted = " or ".join(map(_spell, shapes))
    given = _real(name, value, f"have shape {wanted}")
    fitting = [shape for shape in shapes if len(shape) == given.ndim]
    if not (fitting and _fits(given.shape, fitting[0])):
        raise ValueError(f"{name} must have shape {wanted}, got {_spell(given.shape)}")
    dtype = np.float32 if given.dtype == np.float32 else np.float64
    # A long double may be too large, which is reported.
    with unwarned() if given.dtype.itemsize > 8 else nullcontext():
        array: Array = np.array(given, dtype=dtype, order="C", copy=copy or None)
    _require_held(name, given, array)
    _require_finite(name, array)
    return array


def extended_array(name: str, value: ArrayLike, shape: tuple[int | str, ...] | None) -> Array:
    """Return `value` as `real_array` does, but let infinities and NaN through, for the caller to judge."""
    given = _real(name, value, _wanted(shape))
    if shape is not None:
        _require_shape(name, given.shape, shape)
    elif not given.size:
        raise ValueError(f"{name} must not be empty, got shape {_spell(given.shape)}")
    with unwarned():  # a long double may be too large, which is reported
        array = np.array(given, dtype=np.float64)
    _require_held(name, given, array)
    return array


def number_array(name: str, value: ArrayLike, shape: tuple[int | str, ...] | None = None) -> NDArray[Any]:
    """Return `value` as `real_array` does, or as complex128 where it holds complex numbers."""
    given = as_array(name, value, _wanted(shape))
    if given.dtype.kind not in "iufc":
        raise ValueError(
            f"{name} must hold numbers, real or complex, got dtype {given.dtype}{_culprit(given, Complex)}"
        )
    if given.dtype.kind != "c":
        return real_array(name, given, shape)
    return real_array(name, given.real, shape) + 1j * real_array(name, given.imag, shape)


def rational_array(name: str, value: ArrayLike, shape: tuple[int | str, ...]) -> NDArray[Any]:
    """Return `value` as a new array of Fractions of the given shape, or raise a ValueError that names it.

    Entries are integers, Fractions or strings such as ``"0.58"``, of a length that Python reads an int of. A
    float is refused: it is rarely the number that was written.
    """
    given = as_array(name, value, _wanted(shape), object)
    _require_shape(name, given.shape, shape)
    array = np.empty(given.shape, dtype=object)
    for where, entry in np.ndenumerate(given):
        array[where] = _fraction(f"{name}, at {_spell(where)},", entry)
    return array


def step(name: str, value: Any) -> int:
    """Return `value` as an int, or raise a ValueError when it is not a whole number."""
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, (bool, np.bool_, np.ndarray)):
        raise ValueError(f"{name} must be a whole number, got {spelled(value)}")
    if number.bit_length() > 1024:  # beyond the floats, and Python writes out no int of some thousand digits
        raise ValueError(f"{name} must be below 2**1024, got an int of {number.bit_length()} bits")
    return number


def natural(name: str, value: Any) -> int:
    """Return `value` as an int, or raise a ValueError when it is not a whole number from 0 up."""
    return whole(name, value, 0)


def whole(name: str, value: Any, least: int) -> int:
    """Return `value` as an int, or raise a ValueError when it is not a whole number from `least` up."""
    number = step(name, value)
    if number < least:
        raise ValueError(f"{name} must be at least {least}, got {number}")
    return number


def positive(name: str, value: Any) -> float:
    """Return `value` as a float, or raise a ValueError when it is not a finite number above 0."""
    number = real_number(name, value)
    if not number > 0:
        raise ValueError(f"{name} must be above 0, got {number!r}")
    return number


def real_number(name: str, value: Any) -> float:
    """Return `value` as a float, or raise a ValueError when it is not a finite real number."""
    return float(real_array(name, value, ()))


def generator(value: Any) -> np.random.Generator:
    """Return the generator that `rng` is or, as a seed, begins; raise a ValueError when it is neither."""
    if isinstance(value, np.random.Generator):
        return value
    try:
        return np.random.default_rng(natural("rng", value))
    except ValueError:
        raise ValueError(f"rng must be a numpy Generator or a seed from 0 up, got {spelled(value)}") from None


def ordered_steps(t: Any, k: Any, last: int) -> tuple[int, int]:
    """Return `t` and `k` as ints with ``0 <= k <= t <= last``, or raise a ValueError with their values."""
    t, k = step("t", t), step("k", k)
    if not 0 <= k <= t <= last:
        raise ValueError(f"need 0 <= k <= t <= {last}, got k={k} and t={t}")
    return t, k


def texts(name: str, value: Any, length: int) -> list[str]:
    """Return `value` as a list if it holds `length` strings, or raise a ValueError that names it."""
    listed: list[Any] = []
    if not isinstance(value, str):
        with suppress(TypeError):  # it cannot be iterated over
            listed = list(islice(value, length + 1))
    if len(listed) != length or not all(isinstance(text, str) for text in listed):
        raise ValueError(f"{name} must be {length} strings, got {spelled(value)}")
    return listed


def text(name: str, value: Any) -> str:
    """Return `value` if it is a string, or raise a ValueError that names it."""
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a string, got {spelled(value)}")
    return value


def flag(name: str, value: Any) -> bool:
    """Return `value` if it is True or False, or raise a ValueError that names it."""
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{name} must be True or False, got {spelled(value)}")
    return bool(value)


def is_several(value: Any, count: int | None = None) -> bool:
    """Say whether `value` is a list, a tuple or an array, of so many entries where that is asked."""
    is_sequence = isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim > 0)
    return is_sequence and count in (None, len(value))


def mapping(name: str, value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return `value` if it is a mapping, or raise a ValueError that names it."""
    if not isinstance(value, Mapping):
        raise ValueError(f"{name} must be a mapping, got {type(value).__name__}")
    return value


def choice(name: str, value: Any, choices: Collection[str]) -> str:
    """Return `value` if it is among `choices`, or raise a ValueError that lists them."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {spelled(value)}")
    return value


def nearest(text: str, known: Iterable[str]) -> str:
    """Say which of the known texts is most like a wrong one, as the end of a message; nothing if none is."""
    close = get_close_matches(text, sorted(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def kind_of(value: Any) -> str:
    """Name the type of a value that came for another, or a class that came for an instance of it."""
    return f"the class {value.__name__}" if isinstance(value, type) else type(value).__name__


def spelled(value: Any) -> str:
    """Return how Python spells a value, or its type where it does not: a long int, an object that raises.

    What would fill a screen is cut short.
    """
    try:
        written = repr(value)
        return written if len(written) <= LONGEST else f"{written[:LONGEST]}..."
    except Exception:  # noqa: BLE001 - whatever a caller's object raises, the message is about its argument
        return f"a value of type {kind_of(value)}"


def require_function(name: str, value: Any, wanted: str, arguments: int, *, untold: bool) -> None:
    """Raise a ValueError unless this is a function of so many arguments, and no class, which makes objects.

    Some that are written in C do not say what they take; `untold` says whether these pass.
    """
    fits = callable(value) and not isinstance(value, type)
    if fits:
        try:
            inspect.signature(value).bind(*range(arguments))
        except TypeError:
            fits = False
        except ValueError:
            fits = untold
    if not fits:
        raise ValueError(f"{name} must {wanted}, got {kind_of(value)}")


def unwarned() -> np.errstate:
    """Silence the warnings on the way to an infinity, because `finite` looks at every result."""
    return np.errstate(over="ignore", invalid="ignore", divide="ignore")


def finite(array: NDArray[Any], what: str, first: int = 0) -> NDArray[Any]:
    """Return `array`, or raise a ValueError whose braces take the first index that is not finite.

    The first axis counts from `first`.
    """
    if not np.isfinite(array).all():
        where = np.argwhere(~np.isfinite(array))[0]
        where[:1] += first
        raise ValueError(what.format(*where) + f" is beyond the range of {array.dtype}")
    return array


def as_array(name: str, value: Any, wanted: str = "be an array", dtype: type | None = None) -> NDArray[Any]:
    """Return `value` as an array, perhaps itself, or raise a ValueError that names it and what it must do.

    A masked array passes where it hides nothing. A hidden entry is refused: numpy would hand on the number
    below the mask, which its owner has ruled out.
    """
    hidden = _first_hidden(value)
    if hidden is not None:
        raise ValueError(f"{name} must have no masked entry, got one at {_spell(hidden)}")
    try:
        array = np.asarray(_without_gradient(value), dtype)
    except Exception as error:  # whatever the object raises: a torch tensor on a GPU a TypeError
        if isinstance(value, Sequence):
            if isinstance(value, SEQUENCES) and any(map(_is_tensor, value)):
                return as_array(
                    name, [as_array(name, entry, wanted, dtype) for entry in value], wanted, dtype
                )
            raise ValueError(f"{name} must {wanted}, got a ragged sequence") from error
        kind = type(value).__name__
        raise ValueError(f"{name} must {wanted}, got a {kind} that numpy cannot read: {error}") from error
    # No kind of numpy's own, but a type of numbers that ml_dtypes and so JAX have.
    return array.astype(np.float32) if array.dtype.name == "bfloat16" else array


def _is_tensor(value: Any) -> bool:
    """Say whether a value is a tensor of torch's, or of another library that detaches as torch does."""
    return callable(getattr(value, "detach", None)) and not isinstance(value, type)


def _without_gradient(value: Any) -> Any:
    """Return a tensor as one that records no gradient, in a precision that numpy has; all else as it is."""
    if not _is_tensor(value):
        return value
    value = value.detach()
    return value.float() if str(getattr(value, "dtype", "")).endswith("bfloat16") else value


def _first_hidden(value: Any, depth: int = 64) -> tuple[int, ...] | None:
    """Return where a value, or a masked array within its sequences, first hides an entry; None if nowhere."""
    if isinstance(value, np.ma.MaskedArray):
        places = np.argwhere(np.ma.getmaskarray(value))
        return tuple(places[0].tolist()) if len(places) else None
    if isinstance(value, np.ndarray) and value.dtype == object:
        within: Iterable[Any] = np.ndenumerate(value)
    elif isinstance(value, SEQUENCES) and depth:  # numpy knows no more axes, and a list may hold itself
        kinds = set(map(type, value))  # a long list of numbers is one or two types
        within = (((i,), entry) for i, entry in enumerate(value)) if any(map(_may_hide, kinds)) else ()
    else:
        return None
    for where, entry in within:
        if _may_hide(type(entry)):
            hidden = _first_hidden(entry, depth - 1)
            if hidden is not None:
                return *where, *hidden
    return None


def _may_hide(kind: type) -> bool:
    """Say whether a value of this type may be a masked array or hold one."""
    return issubclass(kind, (np.ndarray, *SEQUENCES))


def _real(name: str, value: ArrayLike, wanted: str) -> NDArray[Any]:
    """Return `value` as an array of real numbers, or raise a ValueError that names it and what it must do."""
    given = as_array(name, value, wanted)
    if given.dtype.kind not in "iuf":
        unread = given.dtype.kind == "V" and given.dtype.names is None  # as the short floats of ml_dtypes
        what_to_do = "; convert it to float32" if unread else _culprit(given)
        raise ValueError(f"{name} must hold real numbers, got dtype {given.dtype}{what_to_do}")
    return given


def _wanted(shape: tuple[int | str, ...] | None) -> str:
    """Say what an array must be, or which shape it must have."""
    return "be an array" if shape is None else f"have shape {_spell(shape)}"


def _culprit(array: NDArray[Any], kind: type = Real) -> str:
    """Say which entry is the first that is no number of this kind, and where, unless the dtype is to blame.

    A Fraction or an int of many digits is one, and an array holds it as an object.
    """
    for where, entry in np.ndenumerate(array):
        if entry.imag if array.dtype.kind == "c" else not isinstance(entry, kind) or isinstance(entry, bool):
            return f" with {spelled(entry)} at {_spell(where)}"
        if array.dtype == object and np.asarray(entry).dtype == object:
            return f" with {spelled(entry)} at {_spell(where)}, which no dtype of numbers holds"
    return ""


def _require_held(name: str, given: NDArray[Any], array: Array) -> None:
    """Raise a ValueError that gives the first entry that is finite and became infinite in a shorter dtype."""
    if given.dtype.itemsize > array.dtype.itemsize:
        lost = np.argwhere(np.isfinite(given) & ~np.isfinite(array))
        if len(lost):
            where = tuple(lost[0].tolist())
            raise ValueError(
                f"{name} must be within the range of {array.dtype}, got {given[where]!s} at {_spell(where)}"
            )


def _require_finite(name: str, array: Array) -> None:
    """Raise a ValueError that gives the first entry that is infinite or NaN."""
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} must be finite, got {array[where]} at {_spell(where)}")


def _require_shape(name: str, given: tuple[int, ...], expected: tuple[int | str, ...]) -> None:
    """Raise a ValueError unless the shape `given` matches the pattern `expected`."""
    if not _fits(given, expected):
        raise ValueError(f"{name} must have shape {_spell(expected)}, got {_spell(given)}")


def _fits(given: tuple[int, ...], expected: tuple[int | str, ...]) -> bool:
    """Say whether the shape `given` matches the pattern `expected`."""
    lengths: dict[int | str, int] = {}
    return len(given) == len(expected) and all(
        length == want if isinstance(want, int) else length == lengths.setdefault(want, length) and length > 0
        for length, want in zip(given, expected, strict=True)
    )


@lru_cache  # for float_array writes what it wants before it looks
def _spell(shape: tuple[int | str, ...]) -> str:
    """Write a shape as Python would, with its letters bare: ``(3,)``, ``(n, n)``."""
    return "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"


def _fraction(name: str, entry: Any) -> Fraction:
    """Return `entry` as a Fraction if it is written exactly, or raise a ValueError that names it."""
    if isinstance(entry, (float, np.floating)):
        raise ValueError(
            f"{name} must be exact, got the float {float(entry)!r}; pass a string such as "
            '"0.58", or Fraction("0.58"): in binary 0.58 is rounded'
        )
    if isinstance(entry, str):
        require_short(name, entry)
    if isinstance(entry, (int, np.integer, Fraction, str)) and not isinstance(entry, bool):
        try:
            return Fraction(entry if isinstance(entry, (Fraction, str)) else int(entry))
        except (ValueError, ZeroDivisionError):
            pass
    raise ValueError(f"{name} must be an integer, a Fraction or a decimal string, got {spelled(entry)}")


def require_short(name: str, text: str) -> None:
    """Raise a ValueError that names a string whose number would fill the memory: "1e-400000000" does."""
    if len(text) > _MOST_DIGITS:
        raise ValueError(f"{name} must have at most {_MOST_DIGITS} characters, got {len(text)}")
    exponent = re.search(r"e[-+]?(\d+)\s*$", text.replace("_", ""), re.IGNORECASE)
    if exponent and int(exponent[1]) > _MOST_DIGITS:
        raise ValueError(
            f"{name} must have an exponent from -{_MOST_DIGITS} to {_MOST_DIGITS}, got {spelled(text)}"
        )
