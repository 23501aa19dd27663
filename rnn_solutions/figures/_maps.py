"""What the figures of maps share: which logarithms can be drawn, and the ends of their colours."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, extended_array


def checked_logarithms(name: str, values: ArrayLike, shape: tuple[int | str, ...]) -> Array:
    """Return logarithms, minus infinity being that of zero, or raise a ValueError that names them."""
    array = extended_array(name, values, shape)
    if not (array < np.inf).all():
        raise ValueError(f"{name} must be finite or minus infinity, got {array[~(array < np.inf)][0]}")
    return array


def color_ends(shown: np.ma.MaskedArray[Any, Any], decades: int) -> tuple[float, float, str]:
    """Return the lowest and highest of a scale of colours, and at which end values lie beyond it.

    The last is as ``colorbar`` takes it: ``"min"`` where the scale ends before the lowest value, else
    ``"neither"``.
    """
    if not shown.count():
        return -1.0, 0.0, "neither"
    lowest, high = float(shown.min()), float(shown.max())
    low = max(lowest, high - decades)
    return (low if low < high else high - 1), high, "min" if lowest < low else "neither"
