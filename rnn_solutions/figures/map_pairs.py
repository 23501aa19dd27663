"""Two maps of a gradient side by side: before a remedy and after it."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, texts
from rnn_solutions.figures import style
from rnn_solutions.figures._curves import GAP, write_at_edge
from rnn_solutions.figures._maps import checked_logarithms, color_ends

DECADES = 8  # what is that much smaller than the largest term has the last colour
LOOKS = ((style.VERMILLION, (0, (6, 1.5))), (style.BLUE, "-"))


def gradient_map_pair(
    terms: Sequence[ArrayLike],
    shares: Sequence[ArrayLike],
    fraction: float,
    labels: Sequence[str] = ("before", "after"),
) -> tuple[Axes, Axes, Axes]:
    r"""Draw the terms of two gradients by (t, k) on one scale of colours, and both shares over the lag.

    Parameters
    ----------
    terms : two (T+1, T+1) array_like
        ``terms[i][t, k]`` is the base-10 logarithm of the norm of a term, minus infinity where it is zero,
        which is left blank. The colours reach 8 decades down from the largest of both.
    shares : two (T+1,) array_like
        Entry `l`: the base-10 logarithm of the share over the lag `l`. Minus infinity ends the curve.
    fraction : float
        Where to draw the limits: here and at its inverse, where they are in sight.
    labels : two str
        What to call the two.

    Returns
    -------
    axes : (Axes, Axes, Axes)
        Of the two maps and of the shares, in a new figure.

    Raises
    ------
    ValueError
        If there are not two of each, an array has the wrong shape, or it holds NaN or plus infinity.

    See Also
    --------
    gradient_map : one map, with the spread of its shares.

    Examples
    --------
    >>> terms = np.array([[0.0, -np.inf], [-1.0, 0.0]])
    >>> axes = gradient_map_pair([terms - 3, terms], [[0, -4], [0, -1]], 0.001)
    >>> [ax.get_title() for ax in axes]
    ['before', 'after', '']
    """
    names = texts("labels", labels, 2)
    maps = _pair("terms", terms)
    if maps.ndim != 3 or maps.shape[1] != maps.shape[2]:
        raise ValueError(f"terms must be two arrays of shape (T+1, T+1), got {maps.shape[1:]}")
    curves = _pair("shares", shares)
    if curves.shape != maps.shape[:2]:
        raise ValueError(f"shares must be two arrays of shape ({maps.shape[1]},), got {curves.shape[1:]}")
    figure = plt.figure(figsize=(4.4, 5.4), layout="constrained", facecolor=style.PAPER)
    grid = figure.add_gridspec(2, 2, height_ratios=(1.25, 1))
    first, second = (figure.add_subplot(grid[0, column]) for column in (0, 1))
    below = figure.add_subplot(grid[1, :])
    _draw_maps((first, second), maps, names)
    _draw_curves(below, curves, fraction, names)
    for ax in (first, second, below):
        ax.set_facecolor(style.PAPER)
        ax.tick_params(labelsize=style.SMALL)
    return first, second, below


def _pair(name: str, values: Sequence[ArrayLike]) -> Array:
    """Return two arrays as one, or raise a ValueError that names what is wrong."""
    pair = [np.asarray(value, dtype=float) for value in values]
    if len(pair) != 2 or pair[0].shape != pair[1].shape:
        raise ValueError(f"{name} must be two arrays of one shape, got {[value.shape for value in pair]}")
    return checked_logarithms(name, pair, (2, *pair[0].shape))


def _draw_maps(axes: Sequence[Axes], maps: Array, names: list[str]) -> None:
    """Show the logarithms as colours on one scale, `t` downwards and `k` to the right."""
    shown = np.ma.masked_invalid(maps)
    low, high, beyond = color_ends(shown, DECADES)
    for ax, values, name, (color, _) in zip(axes, shown, names, LOOKS, strict=True):
        image = ax.imshow(values, cmap=style.SEQUENTIAL, interpolation="none", vmin=low, vmax=high)
        ax.set_title(name, fontsize=style.MEDIUM, color=style.for_text(color))
        ax.set_xlabel("$k$", fontsize=style.MEDIUM)
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(MaxNLocator(4, integer=True))
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
    axes[0].set_ylabel("$t$", fontsize=style.MEDIUM, rotation=0, va="center", labelpad=10)
    axes[1].tick_params(labelleft=False)
    bar = axes[0].figure.colorbar(image, ax=list(axes), location="bottom", aspect=30, extend=beyond)
    bar.set_label(r"$\log_{10}\,$norm of the term $(t, k)$", fontsize=style.MEDIUM)
    bar.ax.tick_params(labelsize=style.SMALL)
    bar.locator = MaxNLocator(5, integer=True)
    bar.update_ticks()


def _draw_curves(ax: Axes, curves: Array, fraction: float, names: list[str]) -> None:
    """Show both shares over the lag in decades, their names at their ends, and the limits in sight."""
    lags, shown = np.arange(curves.shape[1]), np.ma.masked_invalid(curves)
    low, high = (float(shown.min()), float(shown.max())) if shown.count() else (0.0, 0.0)
    limit, room = float(np.log10(fraction)), max(1.0, 0.25 * (high - low))
    for level in (limit, -limit):
        if low - room <= level <= high + room:
            ax.axhline(level, color=style.MUTED, linewidth=1.2, linestyle=(0, (1, 2)))
            low, high = min(low, level), max(high, level)
    ax.set(xlim=(0, lags[-1]), ylim=(low - room / 2, high + room / 2))
    ends = []
    for curve, (color, pattern) in zip(shown, LOOKS, strict=True):
        ax.plot(lags, curve, color=color, linewidth=2.5, linestyle=pattern)
        ends.append(float(curve.compressed()[-1]) if curve.count() else 0.0)
    write_at_edge(ax, names, ends, (color for color, _ in LOOKS), gap=1.6 * GAP)
    ax.set_xlabel("$t - k$", fontsize=style.MEDIUM)
    ax.set_ylabel(r"$\log_{10}\,$share", fontsize=style.MEDIUM)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(6, integer=True))
    ax.grid(color=style.GRID, linewidth=0.8)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
