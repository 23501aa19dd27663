"""What surrounds what a figure draws: new axes on opaque paper, ticks, and the lines at the edge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter
from numpy.typing import NDArray

from rnn_solutions._validation import Array, is_several, spelled
from rnn_solutions.figures import style


def new_axes(ax: Axes | None, size: tuple[float, float]) -> Axes:
    """Return `ax` untouched, or the axes of a new figure so many inches wide and high when it is None.

    Raise a ValueError if it is neither.
    """
    return new_grid(1, 1, size)[0, 0] if ax is None else require_axes("ax", ax)


def require_axes(name: str, value: Any) -> Axes:
    """Return `value` if it is a matplotlib Axes, or raise a ValueError that names it."""
    if not isinstance(value, Axes):
        raise ValueError(f"{name} must be matplotlib Axes, got {type(value).__name__}")
    return value


def several_axes(name: str, values: Any, panels: Sequence[str]) -> list[Axes]:
    """Return matplotlib Axes, one for each panel, as a list, or raise a ValueError that names them."""
    if not is_several(values, len(panels)):
        raise ValueError(f"{name} must hold {len(panels)}, for {', '.join(panels)}, got {spelled(values)}")
    return [require_axes(name, value) for value in values]


def new_grid(rows: int, columns: int, size: tuple[float, float], **options: Any) -> NDArray[Any]:
    """Return the axes of a new figure, (rows, columns), all on opaque paper."""
    options |= {"layout": "constrained", "facecolor": style.PAPER, "squeeze": False}
    figure, grid = plt.subplots(rows, columns, figsize=size, **options)
    figure.get_layout_engine().set(h_pad=0.12)  # inches: a name above an axis keeps clear of what is above it
    for ax in grid.flat:
        ax.set_facecolor(style.PAPER)
    return np.asarray(grid)


def name_axes(ax: Axes, across: str, up: str) -> None:
    """Name the horizontal axis below it, and the vertical one level above its end, where no width is lost."""
    ax.set_xlabel(across)
    ax.set_ylabel(up, rotation=0, ha="left", va="bottom")
    ax.yaxis.set_label_coords(0, 1.02)


def draw_curves(ax: Axes, x: Array, curves: Iterable[Array]) -> None:
    """Draw curves over `x`, each with the colour and pattern of its place; NaN leaves a gap."""
    for values, (color, pattern) in zip(curves, style.LINES, strict=False):
        ax.plot(x, values, color=color, linestyle=pattern, linewidth=2, **dots_between_gaps(values))


def dots_between_gaps(values: Array) -> dict[str, Any]:
    """Return what draws a point between two gaps of a curve as a dot, for a line has no length there."""
    seen = np.pad(np.isfinite(values), 1)
    alone = np.flatnonzero(seen[1:-1] & ~seen[:-2] & ~seen[2:]).tolist()
    return {"marker": "o", "markevery": alone} if alone else {}


def finish(ax: Axes) -> None:
    """Set the sizes of what surrounds a plot, and leave only the lines at its left and its foot."""
    ax.xaxis.label.set_fontsize(style.MEDIUM)
    ax.yaxis.label.set_fontsize(style.MEDIUM)
    ax.tick_params(labelsize=style.SMALL)
    ax.spines[["top", "right"]].set_visible(False)


def finish_rows(ax: Axes, rows: Sequence[float], names: Sequence[str]) -> None:
    """Do the same for a plot of one row a name, which needs no line at its left."""
    finish(ax)
    ax.set_yticks(rows, names, fontsize=style.MEDIUM)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def grid_behind(ax: Axes, which: Literal["both", "x"] = "both") -> None:
    """Draw the grid of one axis or both, behind what is drawn."""
    ax.grid(axis=which, color=style.GRID, linewidth=0.8)
    ax.set_axisbelow(True)


def tick_decades(axis: Axis, most: int = 6) -> None:
    """Put numbers at powers of ten, at most so many, and at nothing between."""
    axis.set_major_locator(LogLocator(numticks=most))
    axis.set_minor_formatter(NullFormatter())


def tick_whole(*axes: Axis, most: int = 5) -> None:
    """Put numbers at whole ones only, round ones if possible."""
    for axis in axes:
        axis.set_major_locator(MaxNLocator(most, integer=True, steps=[1, 2, 5, 10]))
