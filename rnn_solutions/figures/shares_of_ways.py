"""What the ways through a step carry, from one network to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullFormatter
from numpy.typing import ArrayLike

from rnn_solutions._validation import text, texts
from rnn_solutions.figures import style
from rnn_solutions.figures._axes import finish_rows, grid_behind, new_axes
from rnn_solutions.figures._checks import at_least_0, some
from rnn_solutions.figures._labels import write_beside, write_legend

LEAST = 1e-200  # left of it there must be room for the zeros
MARKS = ("o", "D", "s", "^")  # a shape for each colour, so that neither is needed alone


def way_shares(
    ways: Sequence[str], shares: Mapping[str, ArrayLike], ax: Axes | None = None, label: str = "share"
) -> Axes:
    r"""Draw one number for each way through a step and each network, on a logarithmic scale.

    A line marks 1. An exact zero has no place on the scale: its mark stands hollow at the left edge, and one
    0 beside those of its row.

    Parameters
    ----------
    ways : sequence of str
        The ways, from top to bottom.
    shares : mapping from str to (m,) array_like
        At most four networks by name; a number for each way, at least 0 and not all 0. Dimensionless.
    label : str
        What to write at the horizontal axis.

    Raises
    ------
    ValueError
        If a number is negative, not finite or beyond 1e150, or above 0 and below 1e-200; if the lengths
        differ, or there are no networks or more than four.

    Examples
    --------
    >>> ax = way_shares(["forget", "candidate"], {"a": [0.95, 0.01], "b": [0.9, 0.0]})
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['a', 'b']
    """
    networks = some("shares", shares, len(MARKS))
    rows = {name: at_least_0(f"shares of {name}", values, ("m",)) for name, values in networks.items()}
    ways = texts("ways", ways, len(next(iter(rows.values()))))
    for name, values in rows.items():
        if len(values) != len(ways):
            raise ValueError(f"shares of {name} must be {len(ways)} numbers, got {values}")
        small = values[(values > 0) & (values < LEAST)]
        if small.size:
            raise ValueError(f"shares of {name} must be 0 or at least {LEAST:g} to be drawn, got {small[0]}")
    every = np.concatenate(list(rows.values()))
    positive = every[every > 0]
    low, high = np.log10([min(positive.min(), 1.0), max(positive.max(), 1.0)])
    pad = 0.07 * max(high - low, 1.0)
    zero_at = low - (2 * pad if len(positive) < len(every) else 0.0)
    label = text("label", label)
    ax = new_axes(ax, size=(style.WIDTH, 1.1 + 0.52 * len(ways)))
    ax.axvline(1, color=style.INK, linewidth=1, zorder=1)
    shifts = 0.22 * (np.arange(len(rows)) - (len(rows) - 1) / 2)  # apart, where they would cover each other
    marks: list[Line2D] = []
    for values, color, mark, shift in zip(rows.values(), style.SERIES, MARKS, shifts, strict=False):
        at, zero = np.arange(len(ways)) + shift, values == 0
        look: dict[str, Any] = {"color": color, "markersize": 8}
        marks += ax.plot(values[~zero], at[~zero], mark, **look)
        ax.plot(np.full(zero.sum(), 10**zero_at), at[zero], mark, markerfacecolor="none", **look)
    for row in np.flatnonzero(np.any([values == 0 for values in rows.values()], axis=0)):
        write_beside(ax, "0", (10**zero_at, float(row)), style.INK, (9, 0))
    ax.set(xscale="log", xlim=(10 ** (zero_at - pad), 10 ** (high + pad)), ylim=(len(ways) - 0.5, -0.5))
    step = np.ceil((high - zero_at + 2 * pad) / 3)  # decades from tick to tick, one of which is 1
    decades = step * np.arange(np.ceil((zero_at - pad) / step), np.floor((high + pad) / step) + 1)
    ax.xaxis.set_major_locator(FixedLocator(list(10**decades)))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_xlabel(label)
    grid_behind(ax, "x")
    place: dict[str, Any] = {"loc": "lower right", "bbox_to_anchor": (1, 1), "ncols": len(rows)}
    write_legend(ax, marks, rows, **place, handletextpad=0.1, columnspacing=0.7)
    finish_rows(ax, range(len(ways)), ways)
    return ax
