"""What an LSTM's gates do over time, and which values its quantities take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, extended_array
from rnn_solutions.figures import style
from rnn_solutions.figures._axes import finish, finish_rows, new_axes, new_grid, several_axes, tick_whole
from rnn_solutions.figures._checks import numbers, some, within_reach
from rnn_solutions.figures._labels import look

OPENNESS = LinearSegmentedColormap.from_list("openness", [style.PAPER, style.BLUE])  # a closed gate is blank
MOST_NUMBERS = 12  # steps beyond which numbers no longer fit into the cells of the strip


def gate_run(
    f: ArrayLike,
    i: ArrayLike,
    o: ArrayLike,
    C: ArrayLike,
    h: ArrayLike,
    x: ArrayLike | None = None,
    axes: Sequence[Axes] | None = None,
) -> tuple[Axes, ...]:
    """Draw how the gates of one LSTM cell steer what it keeps and what it shows, all arrays being (T+1,).

    The gates, between 0 and 1, are a strip of cells, dark where a gate is open, over bars for C and h on one
    scale; the input is drawn above the gates if given. `axes` are these three or four, from the top down, and
    so is what is returned.
    """
    gates = _gates(f, i, o)
    length = gates.shape[1]
    bars = {"C": numbers("C", C, (length,)), "h": numbers("h", h, (length,))}
    offers = {} if x is None else {"x": numbers("x", x, (length,))}
    scale = 1.15 * max(np.abs(list(bars.values())).max(), 0.1)
    panels = _panels(axes, [*offers, "gates", *bars])
    for name, values in offers.items():
        _bars(panels[name], name, values, style.MUTED)
    _strip(panels["gates"], gates)
    for name, color in (("C", style.BLUE), ("h", style.VERMILLION)):
        _bars(panels[name], name, bars[name], color)
        panels[name].set_ylim(-scale if min(map(np.min, bars.values())) < 0 else 0, scale)
    for panel in panels.values():
        panel.set_xlim(-0.5, length - 0.5)
        panel.tick_params(axis="x", labelbottom=False, bottom=False, labelsize=style.SMALL)
    last = panels["h"]
    last.tick_params(axis="x", labelbottom=True, bottom=True)
    tick_whole(last.xaxis, most=6)
    last.set_xlabel("$t$", fontsize=style.MEDIUM)
    return tuple(panels.values())


def value_ranges(ranges: Mapping[str, tuple[float, float, float, float]], ax: Axes | None = None) -> Axes:
    """Draw by symbol which values each quantity can take, and the extremes that were met, from the top down.

    A range is (low, high, observed low, observed high), the first two perhaps infinite. A pale bar spans the
    possible values, with an arrow where it has no end; two ticks with numbers mark the extremes met; a line
    marks zero.
    """
    rows = np.array([_range(symbol, values) for symbol, values in some("ranges", ranges).items()])
    finite = np.append(rows[np.isfinite(rows)], 0.0)
    pad = 0.25 * (np.ptp(finite) or 1.0)  # room for the numbers
    left, right = finite.min() - pad, finite.max() + pad
    ax = new_axes(ax, (style.WIDTH, 0.9 + 0.52 * len(rows)))
    ax.set_xlim(left, right)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.axvline(0, color=style.INK, linewidth=1, zorder=1)
    for row, (low, high, met_low, met_high) in enumerate(rows):
        start, stop = max(low, left), min(high, right)
        ax.barh(row, stop - start, left=start, height=0.5, color=style.TINT_BLUE, zorder=0)
        for end, edge, head in ((low, left, "<"), (high, right, ">")):
            if np.isinf(end):
                ax.plot(edge, row, head, color=style.BLUE, markersize=9, clip_on=False)
        ax.plot([met_low, met_high], [row, row], "|-", color=style.BLUE, markersize=14, markeredgewidth=2.5)
        for value, bound, shift, side in ((met_low, low, -5, "right"), (met_high, high, 5, "left")):
            text: dict[str, Any] = {"textcoords": "offset points", **look(style.INK, ha=side)}
            ax.annotate(_near(value, bound), (value, row), (shift, 0), **text)
    ax.set_xlabel("value")
    finish_rows(ax, range(len(rows)), list(ranges))
    ax.tick_params(axis="y", pad=10)  # clear of the arrows
    return ax


def _gates(f: ArrayLike, i: ArrayLike, o: ArrayLike) -> Array:
    """Return the three gates as rows, or raise a ValueError."""
    first = numbers("f", f, ("T+1",))
    gates = np.stack([first, *(numbers(n, v, first.shape) for n, v in (("i", i), ("o", o)))])
    for name, gate in zip("fio", gates, strict=True):
        if gate.min() < 0 or gate.max() > 1:
            raise ValueError(f"{name} must lie between 0 and 1, got {gate.min()} to {gate.max()}")
    return gates


def _panels(axes: Sequence[Axes] | None, names: list[str]) -> dict[str, Axes]:
    """Return one panel for each name, from a new figure when there are no axes."""
    if axes is None:
        heights = [1.3 if name == "gates" else 1.0 for name in names]
        grid = new_grid(len(names), 1, (style.WIDTH, 0.4 + 0.95 * sum(heights)), height_ratios=heights)
        grid[0, 0].figure.align_ylabels()
        axes = list(grid.flat)
    return dict(zip(names, several_axes("axes", axes, names), strict=True))


def _strip(ax: Axes, gates: Array) -> None:
    """Draw the gates as one row of cells each, with their values to two decimals where these fit."""
    ax.imshow(gates, cmap=OPENNESS, vmin=0, vmax=1, aspect="auto")
    rows, steps = gates.shape
    ax.set_yticks(range(rows), ["$f_t$", "$i_t$", "$o_t$"], fontsize=style.MEDIUM)
    ax.set_yticks(np.arange(rows - 1) + 0.5, minor=True)
    ax.set_xticks(np.arange(steps - 1) + 0.5, minor=True)
    ax.grid(which="minor", color=style.GRID, linewidth=1)
    ax.tick_params(which="both", length=0)
    if steps <= MOST_NUMBERS:
        for (row, t), value in np.ndenumerate(gates):
            color = style.ON_DARK if value > 0.6 else style.ON_LIGHT
            digits = f"{value:.2f}".strip("0").rstrip(".") or "0"  # .98, .5, 1: a phone needs large digits
            ax.text(t, row, digits, **look(color, ha="center"))


def _bars(ax: Axes, name: str, values: Array, color: str) -> None:
    """Draw one bar a step from a line at zero."""
    ax.bar(np.arange(len(values)), values, width=0.7, color=color)
    ax.axhline(0, color=style.INK, linewidth=1)
    ax.set_ylabel(f"${name}_t$", rotation=0, ha="right", va="center")
    ax.yaxis.set_major_locator(MaxNLocator(nbins=3, min_n_ticks=2))
    finish(ax)


def _range(symbol: str, values: tuple[float, float, float, float]) -> Array:
    """Return one row of `value_ranges` as an array, or raise a ValueError that names its symbol."""
    row = within_reach(f"the range of {symbol}", extended_array(f"the range of {symbol}", values, (4,)))
    if not (row[0] <= row[2] <= row[3] <= row[1] and np.isfinite(row[2:]).all()):
        raise ValueError(
            f"the range of {symbol} must be (low, high, observed low, observed high) with "
            f"low <= observed low <= observed high <= high and finite observed values, got {values}"
        )
    return row


def _number(value: float) -> str:
    """Write a number to two significant digits, with a power of ten where Python would write an e."""
    digits, _, power = f"{value:.2g}".partition("e")
    return rf"{digits} \times 10^{{{int(power)}}}" if power else digits


def _near(value: float, bound: float) -> str:
    """Write a number, by its distance from `bound` where rounding would make the two equal: 1 - 2e-5."""
    if value == bound or float(f"{value:.2g}") != bound:
        return f"${_number(value)}$"
    return f"${bound:g} {'-' if value < bound else '+'} {_number(abs(bound - value))}$"
