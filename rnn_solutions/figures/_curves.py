"""What the figures of several curves share: what a curve may be, and labels that keep clear of each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, mapping, real_array
from rnn_solutions.figures import style

GAP = 0.085  # from one label to the next, in heights of the axes


def checked(name: str, curves: Mapping[str, ArrayLike], length: int, most: int) -> dict[str, Array]:
    """Return the curves of a logarithmic axis as arrays, or raise a ValueError that names what is wrong."""
    if not 1 <= len(mapping(name, curves)) <= most:
        raise ValueError(f"{name} must hold 1 to {most} curves, got {len(curves)}")
    return {label: checked_curve(label, values, length) for label, values in curves.items()}


def checked_curve(label: str, values: ArrayLike, length: int) -> Array:
    """Return one curve, nowhere negative and not 0 throughout, or raise a ValueError that names it."""
    curve = real_array(f"curve {label}", values, (length,))
    if curve.min() < 0 or curve.max() == 0:
        raise ValueError(
            f"curve {label} must be at least 0 and one above, got {curve.min()} to {curve.max()}"
        )
    return curve


def heights(ax: Axes, values: ArrayLike) -> Array:
    """Return where numbers lie on the vertical axis, from 0 at its foot to 1 at its top."""
    low, high, *scaled = ax.yaxis.get_transform().transform(np.array([*ax.get_ylim(), *np.ravel(values)]))
    return np.asarray((np.array(scaled) - low) / (high - low))


def spread(places: Array, gap: float, low: float, high: float) -> Array:
    """Return the places moved apart where two are closer than `gap`, around their middle, within limits.

    Of equal places the first comes lowest.
    """
    order = np.argsort(places, kind="stable")
    steps = gap * np.arange(len(places))
    # Less their steps, the places must not fall: pool neighbours that do into their mean.
    pools: list[list[float]] = []
    for place in places[order] - steps:
        pools.append([place])
        while len(pools) > 1 and np.mean(pools[-2]) > np.mean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    pooled = np.array([np.mean(pool) for pool in pools for _ in pool])
    apart = np.empty_like(places)
    apart[order] = np.clip(pooled, low, high - gap * (len(places) - 1)) + steps
    return apart


def write_beside(ax: Axes, text: str, at: tuple[float, float], color: str, offset: tuple[int, int]) -> None:
    """Write beside a point of the data, `offset` points to the right and up."""
    look: dict[str, Any] = {"color": style.for_text(color), "fontsize": style.MEDIUM, "va": "center"}
    ax.annotate(text, at, offset, textcoords="offset points", **look)


def write_at_edge(
    ax: Axes, names: Iterable[str], ends: ArrayLike, colors: Iterable[str], gap: float = GAP
) -> None:
    """Write each name at the right edge, where its curve ends or a little away where names would meet."""
    for name, height, color in zip(names, spread(heights(ax, ends), gap, 0, 1), colors, strict=False):
        look: dict[str, Any] = {"color": style.for_text(color), "fontsize": style.MEDIUM, "va": "center"}
        ax.annotate(name, (1, height), (6, 0), "axes fraction", textcoords="offset points", **look)
