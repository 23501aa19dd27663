"""Norms of gradients over the number of steps they were carried back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, texts
from rnn_solutions.figures import _checks, style
from rnn_solutions.figures._axes import draw_curves, finish, name_axes, new_axes, tick_decades, tick_whole
from rnn_solutions.figures._checks import above_0, increasing, numbers, some
from rnn_solutions.figures._labels import GAP, heights, look, spread

SIZE = (style.WIDTH, 3.5)
LABELS = ("$t - k$", r"$\|\cdot\|$")


def gradient_by_lag(
    lags: ArrayLike,
    curves: Mapping[str, ArrayLike],
    ax: Axes | None = None,
    labels: Sequence[str] = LABELS,
) -> Axes:
    r"""Draw norms of gradients over the number of steps they were carried back, on a logarithmic scale.

    On it a norm that shrinks by one factor a step is a straight line. Each curve carries its name at its end.

    Parameters
    ----------
    lags : (m,) array_like
        The lags :math:`t - k`, increasing.
    curves : mapping from str to (m,) array_like
        At most six norms by name, such as ``r"$f = 0.9$"``; nowhere negative. A norm of 0 leaves a gap,
        and one between two gaps is a dot.
    labels : (str, str)
        What to write at the two axes.

    Raises
    ------
    ValueError
        If an array has the wrong length, is not real or beyond 1e150, the lags do not increase, a norm is
        negative, a curve is 0 throughout, or there are no curves or more than six.

    Examples
    --------
    >>> lags = np.arange(20)
    >>> ax = gradient_by_lag(lags, {"$f = 0.9$": 0.9**lags, "$f = 0.5$": 0.5**lags})
    >>> ax.get_yscale()
    'log'
    """
    lags = increasing("lags", lags)
    labels = texts("labels", labels, 2)
    norms = _checks.curves("curves", curves, len(lags), most=len(style.LINES))
    ax = new_axes(ax, SIZE)
    draw_curves(ax, lags, (np.where(values > 0, values, np.nan) for values in norms.values()))
    ax.set(yscale="log")
    name_axes(ax, *labels)
    ax.margins(x=0)
    ax.grid(color=style.GRID, linewidth=0.6)
    tick_whole(ax.xaxis)
    tick_decades(ax.yaxis)
    finish(ax)
    _label_ends(ax, lags, norms)
    return ax


def bands_by_lag(
    lags: ArrayLike,
    curves: Mapping[str, ArrayLike],
    ax: Axes | None = None,
    labels: Sequence[str] = LABELS,
) -> Axes:
    """Draw norms over the lag as `gradient_by_lag` does, each with the band in which most cases lie.

    A curve is (3, m): the lower end of the band, the curve, and the upper end, all above 0.
    """
    lags = increasing("lags", lags)
    labels = texts("labels", labels, 2)
    bands = {
        name: above_0(f"curve {name}", numbers(f"curve {name}", rows, (3, len(lags))))
        for name, rows in some("curves", curves).items()
    }
    for name, rows in bands.items():
        if np.any(np.diff(rows, axis=0) < 0):
            raise ValueError(f"curve {name} must have rows each at least the one before, got {rows}")
    ax = new_axes(ax, SIZE)
    for (low, _, high), (color, _) in zip(bands.values(), style.LINES, strict=False):
        ax.fill_between(lags, low, high, color=color, alpha=0.2, linewidth=0)
    return gradient_by_lag(lags, {name: rows[1] for name, rows in bands.items()}, ax, labels)


def _label_ends(ax: Axes, lags: Array, norms: Mapping[str, Array]) -> None:
    """Write each curve's name where it ends, moved up or down where names would meet, with a line to it."""
    last = {name: np.flatnonzero(values)[-1] for name, values in norms.items()}
    at = heights(ax, [norms[name][end] for name, end in last.items()])
    frames: dict[str, Any] = {
        "xycoords": ("data", "axes fraction"),
        "textcoords": ("offset points", "axes fraction"),
    }
    labels = zip(last.items(), at, spread(at, GAP, 0.0, 1.0), style.LINES, strict=False)
    for (name, end), height, moved, (color, _) in labels:
        line = {"arrowstyle": "-", "color": color, "linewidth": 1.5, "shrinkA": 1, "shrinkB": 2}
        ax.annotate(name, (lags[end], height), (22, moved), arrowprops=line, **frames, **look(style.INK))
