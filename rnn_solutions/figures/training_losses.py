"""The losses of trainings: how they went, and where they ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, NullFormatter
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array
from rnn_solutions.figures import style
from rnn_solutions.figures._axes import (
    draw_curves,
    finish,
    finish_rows,
    grid_behind,
    new_axes,
    new_grid,
    tick_decades,
)
from rnn_solutions.figures._checks import above_0, increasing, numbers, some
from rnn_solutions.figures._labels import look, write_legend

OVER_LINES = {"facecolor": style.PAPER, "edgecolor": "none", "pad": 1}  # ground of a text that lines pass


def learning_curves(
    updates: ArrayLike, panels: Mapping[str, Mapping[str, ArrayLike]], guess: float
) -> tuple[Axes, ...]:
    """Draw losses over the updates of a training, (m,), one panel for each task, two in a row.

    By the title of the panel and the label of the curve: losses of (seeds, m), at most four curves, of which
    all panels have the same. A line is the median over the seeds, the band around it reaches from the least
    to the largest; the loss of whoever guesses is dashed.
    """
    updates, guess = increasing("updates", updates), _guess(guess)
    if updates[-1] <= 0:
        raise ValueError(f"updates must end above 0, got {updates[-1]}")
    checked = {
        title: _losses(f"panel {title}", curves, ("seeds", len(updates)), most=4)
        for title, curves in some("panels", panels).items()
    }
    labels = [*next(iter(checked.values()))]
    if any([*curves] != labels for curves in checked.values()):
        raise ValueError(f"the panels must have the same labels, got {[[*c] for c in checked.values()]}")
    rows = -(-len(checked) // 2)
    grid = new_grid(rows, 2, (style.WIDTH, 0.7 + 1.9 * rows), sharex=True, sharey=True)
    axes, spare = tuple(grid.flat[: len(checked)]), grid.flat[len(checked) :]
    for ax, (title, curves) in zip(axes, checked.items(), strict=True):
        ax.axhline(guess, color=style.MUTED, linewidth=1.2, linestyle=style.DASHED)
        for values, (color, _) in zip(curves.values(), style.LINES, strict=False):
            ax.fill_between(updates, values.min(axis=0), values.max(axis=0), color=color, alpha=0.2, lw=0)
        draw_curves(ax, updates, (np.median(values, axis=0) for values in curves.values()))
        ax.set_title(title, fontsize=style.MEDIUM)
        ax.set(yscale="log", xlim=(0, updates[-1]))
        ax.xaxis.set_major_locator(MaxNLocator(3, integer=True))
        ax.yaxis.set_minor_formatter(NullFormatter())
        ax.grid(color=style.GRID, linewidth=0.8)
        finish(ax)
    for ax in spare:
        ax.set_axis_off()
    for ax in grid[-1]:
        ax.set_xlabel("updates", fontsize=style.MEDIUM)
    for ax in grid[:, 0]:
        ax.set_ylabel("loss", fontsize=style.MEDIUM)
    place: dict[str, Any] = {"loc": "outside upper center", "ncols": 4, "handlelength": 2, "columnspacing": 1}
    write_legend(axes[0].figure, axes[0].lines[1 : 1 + len(labels)], labels, **place)
    return axes


def outcomes(groups: Mapping[str, Mapping[str, ArrayLike]], guess: float, ax: Axes | None = None) -> Axes:
    """Show where trainings ended, a dot for each seed, in groups whose first row is what came before.

    By the title of the group and the label of the row: losses of (seeds,), to the right on a logarithmic
    axis, rows from the top down. The loss of whoever guesses is dashed.
    """
    guess = _guess(guess)
    checked = {
        title: _losses(f"group {title}", rows, ("seeds",)) for title, rows in some("groups", groups).items()
    }
    count = sum(1 + len(rows) for rows in checked.values())
    ax = new_axes(ax, size=(style.WIDTH, 0.7 + 0.29 * count))
    ax.axvline(guess, color=style.ACCENT, linewidth=1.5, linestyle=style.DASHED)
    ticks: dict[float, str] = {}
    place = 0
    for title, rows in checked.items():
        frame = ("axes fraction", "data")
        ax.annotate(
            title,
            (0, place),
            (4, 0),
            frame,
            textcoords="offset points",
            **look(style.INK, fontsize=style.SMALL, bbox=OVER_LINES),
        )
        for number, (label, losses) in enumerate(rows.items()):
            place += 1
            ticks[place] = label
            face = style.BLUE if number else style.PAPER
            dots: dict[str, Any] = {"color": style.BLUE, "markerfacecolor": face, "markersize": 7}
            ax.plot(losses, np.full(len(losses), place), "o", **dots)
        place += 1
    ax.set(xscale="log", ylim=(count - 0.4, -0.6), xlabel="loss at the end")
    tick_decades(ax.xaxis)
    grid_behind(ax)
    finish_rows(ax, [*ticks], [*ticks.values()])
    return ax


def _guess(value: float) -> float:
    """Return the loss of whoever guesses, or raise a ValueError."""
    return float(above_0("guess", numbers("guess", value, ())))


def _losses(
    name: str, given: Mapping[str, ArrayLike], shape: tuple[int | str, ...], most: int | None = None
) -> dict[str, Array]:
    """Return losses for a logarithmic axis by their labels, or raise a ValueError that names them."""
    return {
        label: above_0(f"{name}: {label}", numbers(f"{name}: {label}", values, shape))
        for label, values in some(name, given, most).items()
    }
