"""What a computation costs at each size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter, NullLocator, ScalarFormatter
from numpy.typing import ArrayLike

from rnn_solutions._validation import text
from rnn_solutions.figures import style
from rnn_solutions.figures._axes import finish, new_axes
from rnn_solutions.figures._checks import above_0, increasing, numbers, some
from rnn_solutions.figures._labels import write_legend

LOOKS = tuple(zip(style.SERIES, "os^Dv", ("-", "--", "-.", ":", (0, (6, 1.5))), strict=True))

MOST_NUMBERS = 4  # below the horizontal axis


def costs_over_size(
    sizes: ArrayLike,
    costs: Mapping[str, ArrayLike],
    over: str,
    cost: str,
    ax: Axes | None = None,
) -> Axes:
    """Plot costs, (m,) by label, over at least three sizes, (m,); `over` and `cost` stand at the axes.

    Both axes are logarithmic, where a power of the size is a straight line. The legend holds the power that
    fits the three largest sizes of a curve: the slope of the line through them by least squares. At small
    sizes what every call costs hides it.
    """
    sizes = above_0("sizes", increasing("sizes", sizes, least=3))
    symbol, cost = text("over", over).strip("$"), text("cost", cost)
    curves = {
        label: above_0(f"costs of {label}", numbers(f"costs of {label}", values, sizes.shape))
        for label, values in some("costs", costs, len(LOOKS)).items()
    }
    ax = new_axes(ax, size=(style.WIDTH, 3.6))
    lines: dict[str, Line2D] = {}
    for (label, values), (color, marker, pattern) in zip(curves.items(), LOOKS, strict=False):
        power = np.polyfit(np.log(sizes[-3:]), np.log(values[-3:]), 1)[0]
        look: dict[str, Any] = {"color": color, "marker": marker, "linestyle": pattern, "linewidth": 2}
        (lines[f"{label} ${symbol}^{{{power:.1f}}}$"],) = ax.plot(sizes, values, **look)
    ax.set(xscale="log", yscale="log", xlabel=over, ylabel=cost)
    ax.set_xticks(sizes[:: -(-len(sizes) // MOST_NUMBERS)])  # every so many
    ax.xaxis.set_major_formatter(ScalarFormatter())
    ax.xaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.grid(color=style.GRID, linewidth=0.8)
    finish(ax)
    place: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1)}  # above, where no curve is
    write_legend(
        ax,
        [*lines.values()],
        lines,
        **place,
        handlelength=1,
        handletextpad=0.3,
        labelspacing=0.2,
        borderpad=0,
    )
    return ax
