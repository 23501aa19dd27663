"""How far off a formula is: several wrong ones beside each other, or ways to compute one number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from rnn_solutions._validation import spelled, texts
from rnn_solutions.figures import style
from rnn_solutions.figures._axes import (
    finish,
    finish_rows,
    grid_behind,
    name_axes,
    new_axes,
    tick_decades,
)
from rnn_solutions.figures._checks import at_least_0, curves, number, numbers
from rnn_solutions.figures._labels import look, write_beside, written

DOTS = {"linestyle": "none", "marker": "o", "markersize": 4}

RELATIVE_ERROR = "relative error"


def relative_errors(labels: Sequence[str], errors: ArrayLike, ax: Axes | None = None) -> Axes:
    r"""Show how far off each of several formulas is, on a logarithmic scale with the number beside it.

    Parameters
    ----------
    labels : sequence of str
        What each formula is called, from top to bottom.
    errors : (m,) array_like
        Their relative errors, dimensionless, at least 0 and not all 0. One that is exactly 0 reads so and has
        no dot, because the scale does not reach it.

    Raises
    ------
    ValueError
        If an error is negative or beyond 1e150, all are 0, or there are not as many as there are labels.

    Examples
    --------
    >>> ax = relative_errors(["$k = 0$", "$k = 1$"], [2e-16, 0.146])
    """
    errors = at_least_0("errors", errors, ("m",))
    labels = texts("labels", labels, len(errors))
    ax = new_axes(ax, size=(style.WIDTH, 0.9 + 0.42 * len(errors)))
    above, rows = errors > 0, np.arange(len(errors))
    decades = np.log10([errors[above].min(), errors.max()])
    left = max(10.0 ** (np.ceil(decades[0]) - 1), 5e-324)  # the least that a float holds above 0
    right = 10.0 ** (np.floor(decades[1]) + 1)
    ends = np.where(above, errors, left)
    ax.hlines(rows, left, ends, color=style.BLUE, linewidth=3)
    ax.plot(errors[above], rows[above], "o", color=style.BLUE, markersize=9)
    for row, end, error in zip(rows, ends, errors, strict=True):
        ax.annotate(
            written(error, digits=2), (end, row), (9, 0), textcoords="offset points", **look(style.INK)
        )
    ax.set(xscale="log", xlim=(left, right), ylim=(len(errors) - 0.5, -0.5))
    tick_decades(ax.xaxis, 4)
    ax.set_xlabel(RELATIVE_ERROR)
    grid_behind(ax, "x")
    finish_rows(ax, range(len(errors)), labels)
    return ax


def errors_over_gap(
    gap: ArrayLike,
    errors: Mapping[str, ArrayLike],
    yardstick: tuple[str, ArrayLike],
    refused_below: float,
    ax: Axes | None = None,
) -> Axes:
    """Show how wrong several ways to compute the same thing are, as two eigenvalues come closer.

    `gap` falls to the right, both axes are logarithmic. At most five ways, (m,) by label, are dots, the
    yardstick, a label and (m,), a line; an error of exactly zero has no place and is left out. Below the gap
    `refused_below` the background is grey.
    """
    gap = numbers("gap", gap, ("m",))
    if gap[-1] <= 0 or np.any(np.diff(gap) >= 0):
        raise ValueError(f"gap must decrease and stay above 0, got {gap[0]:g} to {gap[-1]:g}")
    limit = number("refused_below", refused_below)
    if not gap[-1] < limit < gap[0]:
        raise ValueError(f"refused_below must be between {gap[-1]:g} and {gap[0]:g}, got {limit:g}")
    if not (isinstance(yardstick, tuple) and len(yardstick) == 2 and isinstance(yardstick[0], str)):
        raise ValueError(f"yardstick must be a tuple of a label and a curve, got {spelled(yardstick)}")
    line = curves("yardstick", dict([yardstick]), len(gap), most=1)
    dots = curves("errors", errors, len(gap), most=len(style.SERIES))
    ax = new_axes(ax, size=(style.WIDTH, 3.4))
    ax.axvspan(limit, gap[-1], color=style.TINT_GREY, zorder=0)
    looks: list[tuple[str, dict[str, Any]]] = [(style.MUTED, {"linewidth": 2})]
    looks += [(color, DOTS) for color in style.SERIES]
    for (label, values), (color, way) in zip([*line.items(), *dots.items()], looks, strict=False):
        seen = values > 0
        ax.plot(gap[seen], values[seen], color=color, **way)
        write_beside(ax, label, (gap[-1], values[seen][-1]), color, (8, 0))
    ax.set(xscale="log", yscale="log", xlim=(gap[0], gap[-1]))
    tick_decades(ax.xaxis, 4)
    tick_decades(ax.yaxis)
    name_axes(ax, r"$\delta$", RELATIVE_ERROR)
    finish(ax)
    return ax
