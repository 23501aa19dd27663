"""Compare the two sides of a claim, and say how far apart they are."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


class OutsideAssumptionsError(ValueError):
    """An instance that a claim drew is not one that it speaks of."""


class FailedControlError(ValueError):
    """A formula that is right misses what is called the truth."""


@dataclass(frozen=True)
class Comparison:
    """What became of one comparison, with both sides where they are farthest off."""

    error: float  # how far the sides are from what was claimed, relative; 0 if nothing is wrong
    left: str
    right: str
    # For a printed formula, what must hold on the same instance: `refuting.refuted`.
    controls: tuple[Comparison, ...] = field(default=(), repr=False)
    # What the error would be if the side that counts less were a thousandth off: no more means that a large
    # scale lets everything pass.
    moved: float = field(default=math.inf, repr=False, compare=False)

    def check_controls(self, tolerance: float) -> None:
        """Raise a `FailedControlError` unless there are controls and each is within the tolerance."""
        if not self.controls:
            raise FailedControlError("nothing says that the truth is true: there is no control")
        for control in self.controls:
            if not control.error <= tolerance:
                raise FailedControlError(
                    f"the right formula gives {control.left} where the truth is {control.right}: "
                    f"an error of {control.error:.1e}, allowed are {tolerance:g}"
                )
            if control.moved <= tolerance:
                raise FailedControlError("the right formula would pass with a side a thousandth off")


def assume(condition: Any, what: str) -> None:
    """Raise an `OutsideAssumptionsError` that says `what` unless the condition is true of the instance."""
    if not condition:
        raise OutsideAssumptionsError(what)


def equal(left: ArrayLike, right: ArrayLike, *, scale: float | None = None) -> Comparison:
    r"""Compare two arrays that should be the same.

    .. math::

        \text{error} = \frac{\max \lvert l - r \rvert}{\max (\lvert l \rvert, \lvert r \rvert)}

    They hold numbers, complex numbers or Fractions. With a `scale` the difference is measured against that in
    place of the largest entry: for sides that should be zero.

    Examples
    --------
    >>> equal([1.0, 2.0], [1.0, 2.5])
    Comparison(error=0.2, left='2.0', right='2.5')
    """
    l, r = _sides(left, right)  # noqa: E741 - as in the equation
    sizes = _largest(np.abs(l)), _largest(np.abs(r))
    if scale is None:
        scale = max(sizes)
    moved = (float(min(sizes) / scale) if min(sizes) else 1.0) / 1000 if scale else math.inf
    return _worst(np.abs(l - r), scale, l, r, moved)


def at_most(left: ArrayLike, right: ArrayLike) -> Comparison:
    """Compare real arrays of which the left should nowhere exceed the right.

    The error is the largest excess over the largest entry, and 0 if there is none. See `equal` for the rest.
    """
    l, r = _sides(left, right)  # noqa: E741
    scale = max(_largest(np.abs(l)), _largest(np.abs(r)))
    return _worst(np.maximum(l - r, 0 * r), scale, l, r)


def below(left: ArrayLike, right: ArrayLike) -> Comparison:
    """Compare real arrays of which the left should be smaller everywhere, and never the same.

    The error is 0 if that is so and 1 if it is not.
    """
    l, r = _sides(left, right)  # noqa: E741
    is_nan = (l != l) | (r != r)  # holds for Fractions too, which np.isnan does not take
    wrong = np.where(is_nan, np.nan, np.asarray(l >= r, dtype=float))
    return _worst(wrong, 1.0, l, r)


def _sides(left: ArrayLike, right: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return both sides as arrays, once their shapes are the same."""
    l, r = np.asarray(left), np.asarray(right)  # noqa: E741
    if isinstance(left, np.ndarray | np.generic) and _are_one(l, r, left is right):
        raise ValueError("a side is compared with itself")
    if l.shape != r.shape:
        raise ValueError(f"the two sides have shapes {l.shape} and {r.shape}")
    if not l.size:
        raise ValueError(f"there is nothing to compare in sides of shape {l.shape}")
    return l, r


def _are_one(left: NDArray[Any], right: NDArray[Any], same_object: bool) -> bool:
    """Say whether two arrays are the same numbers in memory, and not only equal ones."""
    if same_object or not left.ndim or not np.may_share_memory(left, right):
        return same_object
    alike = (left.shape, left.strides) == (right.shape, right.strides)
    return alike and bool(left.ctypes.data == right.ctypes.data)


def _largest(numbers: Any) -> Any:
    """Return the largest entry, as `numpy.max` does, which asks three others first."""
    return np.maximum.reduce(numbers, axis=None)


def _worst(
    difference: Any, scale: Any, left: NDArray[Any], right: NDArray[Any], moved: float = math.inf
) -> Comparison:
    """Return the comparison at the entry whose difference is largest."""
    difference = np.asarray(difference)  # of two single Fractions it is a Fraction
    where = int(difference.argmax())
    largest = difference.item(where)
    error = float(largest / scale) if largest != 0 else 0.0
    # A number is written with the digits that tell it from its neighbours.
    return Comparison(error, str(left.item(where)), str(right.item(where)), moved=moved)
