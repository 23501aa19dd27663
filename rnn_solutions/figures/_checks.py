"""Check what several figures ask of their arguments, and say by name what was expected and what came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, extended_array, mapping, real_array, text

# In size. Beyond, matplotlib's own arithmetic on limits, margins and ticks would overflow.
LARGEST = 1e150


def numbers(name: str, values: ArrayLike, shape: tuple[int | str, ...]) -> Array:
    """Return numbers that can be drawn as an array, or raise a ValueError that names them."""
    return within_reach(name, real_array(name, values, shape))


def number(name: str, value: Any) -> float:
    """Return a number that can be drawn, or raise a ValueError that names it."""
    return float(numbers(name, value, ()))


def fraction_of_1(name: str, value: Any) -> float:
    """Return a number between 0 and 1, or raise a ValueError that names it."""
    fraction = number(name, value)
    if not 0 < fraction < 1:
        raise ValueError(f"{name} must be between 0 and 1, got {fraction}")
    return fraction


def some(name: str, given: Mapping[str, Any], most: int | None = None) -> Mapping[str, Any]:
    """Return a mapping that holds something and at most so many, or raise a ValueError that names it."""
    count = len(mapping(name, given))
    if not count or (most and count > most):
        raise ValueError(f"{name} must hold {f'1 to {most}' if most else '1 or more'}, got {count}")
    for label in given:
        text(f"a name in {name}", label)
    return given


def increasing(name: str, values: ArrayLike, least: int = 1) -> Array:
    """Return at least so many places along an axis, or raise a ValueError that names them."""
    places = numbers(name, values, ("m",))
    if len(places) < least:
        raise ValueError(f"{name} must be at least {least} numbers, got {places}")
    falls = np.flatnonzero(np.diff(places) <= 0)
    if len(falls):
        before, after = places[falls[0]], places[falls[0] + 1]
        raise ValueError(f"{name} must increase, got {before} before {after}")
    return places


def above_0(name: str, values: Array) -> Array:
    """Return values for a logarithmic axis, or raise a ValueError that names them."""
    if values.min() <= 0:
        raise ValueError(f"{name} must be above 0, got {values.min()}")
    return values


def at_least_0(name: str, values: ArrayLike, shape: tuple[int | str, ...]) -> Array:
    """Return an array nowhere negative and not 0 throughout, or raise a ValueError that names it."""
    array = numbers(name, values, shape)
    if array.min() < 0 or array.max() == 0:
        raise ValueError(f"{name} must be at least 0 and not all 0, got {array.min()} to {array.max()}")
    return array


def curves(name: str, given: Mapping[str, ArrayLike], length: int, most: int) -> dict[str, Array]:
    """Return the curves of a logarithmic axis as arrays, or raise a ValueError that names what is wrong."""
    return {
        label: at_least_0(f"curve {label}", values, (length,))
        for label, values in some(name, given, most).items()
    }


def logarithms(name: str, values: ArrayLike, shape: tuple[int | str, ...] | None) -> Array:
    """Return logarithms, minus infinity being that of zero, or raise a ValueError that names them."""
    array = extended_array(name, values, shape)
    if not (array < np.inf).all():
        raise ValueError(f"{name} must be finite or minus infinity, got {array[~(array < np.inf)][0]}")
    return within_reach(name, array)


def within_reach(name: str, array: Array) -> Array:
    """Return numbers that can be drawn, or raise a ValueError that names them."""
    largest = float(np.abs(array[np.isfinite(array)]).max(initial=0.0))
    if largest > LARGEST:
        raise ValueError(f"{name} must be at most {LARGEST:g} in size to be drawn, got {largest:g}")
    return array
