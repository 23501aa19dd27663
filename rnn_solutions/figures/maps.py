"""The map of a gradient: the size of every term, and how much of a gradient is left over the lag."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array
from rnn_solutions.figures import style
from rnn_solutions.figures._maps import checked_logarithms, color_ends

DECADES = 16  # what is that much smaller than the largest term is rounded away in their sum


def gradient_map(
    terms: ArrayLike,
    shares: ArrayLike,
    fraction: float,
    line: tuple[float, float] | None = None,
    first: int = 0,
    axes: tuple[Axes, Axes] | None = None,
) -> tuple[Axes, Axes]:
    r"""Draw the terms of a gradient by (t, k), and the share that a gradient keeps over the lag.

    Parameters
    ----------
    terms : (T+1, T+1) array_like
        ``terms[t, k]`` is the base-10 logarithm of the norm of a term, minus infinity where it is zero, which
        is left blank. The colours reach 16 decades down from the largest.
    shares : (T+1, 3) array_like
        Row `l`: the base-10 logarithm of the share over the lag `l`, as lower end, middle and upper end. The
        middle is the curve, the ends are the band around it. Minus infinity ends the curve.
    fraction : float
        Where to draw the limits: here and at its inverse, where they are in sight.
    line : (float, float), optional
        Slope and intercept of a fitted line, in decades.
    first : int
        The step at index 0 of the terms.
    axes : pair of Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    axes : (Axes, Axes)
        The axes drawn on. The colour bar stands in axes of its own.

    Raises
    ------
    ValueError
        If an array has the wrong shape, or holds NaN or plus infinity.

    Examples
    --------
    >>> axes = gradient_map([[0.0, -np.inf], [-1.0, 0.0]], [[0, 0, 0], [-1, -1, -1]], 0.001)
    >>> [ax.get_xlabel() for ax in axes]
    ['$k$', '$t - k$']
    """
    terms = checked_logarithms("terms", terms, ("T+1", "T+1"))
    shares = checked_logarithms("shares", shares, (len(terms), 3))
    left, right = _new_axes() if axes is None else axes
    _draw_terms(left, terms, first)
    _draw_shares(right, shares, fraction, line)
    return left, right


def _new_axes() -> Any:
    """Return two axes, one above the other, so that both are readable on a phone."""
    _, axes = plt.subplots(
        2, 1, figsize=(4.4, 6.4), layout="constrained", facecolor=style.PAPER, height_ratios=(1.35, 1)
    )
    for ax in axes:
        ax.set_facecolor(style.PAPER)
    return axes


def _draw_terms(ax: Axes, terms: Array, first: int) -> None:
    """Show the logarithm of every term as a colour, `t` downwards and `k` to the right."""
    shown = np.ma.masked_invalid(terms)
    low, high, beyond = color_ends(shown, DECADES)
    last = first + len(terms) - 1
    image = ax.imshow(
        shown,
        cmap=style.SEQUENTIAL,
        vmin=low,
        vmax=high,
        interpolation="none",
        extent=(first - 0.5, last + 0.5, last + 0.5, first - 0.5),
    )
    bar = ax.figure.colorbar(image, ax=ax, extend=beyond)
    bar.set_label(r"$\log_{10}\,$norm of the term $(t, k)$", fontsize=style.MEDIUM)
    bar.ax.tick_params(labelsize=style.SMALL)
    ax.set_xlabel("$k$", fontsize=style.MEDIUM)
    ax.set_ylabel("$t$", fontsize=style.MEDIUM, rotation=0, va="center", labelpad=12)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(6, integer=True))
    ax.tick_params(labelsize=style.SMALL, length=0)
    ax.spines[:].set_visible(False)


def _draw_shares(ax: Axes, shares: Array, fraction: float, line: tuple[float, float] | None) -> None:
    """Show the share over the lag in decades, its band, the fitted line and the limits."""
    lags = np.arange(len(shares))
    shown = np.ma.masked_invalid(shares)
    ax.fill_between(lags, shown[:, 0], shown[:, 2], color=style.TINT_BLUE)
    ax.plot(lags, shown[:, 1], color=style.BLUE, linewidth=2.5)
    low, high = (float(shown.min()), float(shown.max())) if shown.count() else (0.0, 0.0)
    room = max(1.0, 0.1 * (high - low))
    limit = float(np.log10(fraction))
    for level, text in ((limit, f"{fraction:g}"), (-limit, f"{1 / fraction:g}")):
        if low - 2 * room <= level <= high + 2 * room:
            ax.axhline(level, color=style.ACCENT, linewidth=1.2, linestyle=(0, (4, 3)))
            ax.annotate(
                text,
                (1, level),
                (-4, 3),
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
                ha="right",
                fontsize=style.SMALL,
                color=style.for_text(style.ACCENT),
            )
            low, high = min(low, level), max(high, level)
    if line is not None:
        ax.plot(lags, line[1] + line[0] * lags, color=style.INK, linewidth=1.2, linestyle=(0, (1, 2)))
    ax.set(xlim=(0, lags[-1]), ylim=(low - room / 2, high + room / 2))
    ax.set_xlabel("$t - k$", fontsize=style.MEDIUM)
    ax.set_ylabel(r"$\log_{10}\,$share", fontsize=style.MEDIUM)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(6, integer=True))
    ax.tick_params(labelsize=style.SMALL)
    ax.grid(color=style.GRID, linewidth=0.8)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
