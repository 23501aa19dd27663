"""Figures about training: how a loss went, where it ended, and the gradient's map on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, mapping, positive, real_array, texts
from rnn_solutions.figures import style
from rnn_solutions.figures._maps import checked_logarithms, color_ends
from rnn_solutions.figures.maps import DECADES


def learning_curves(
    updates: ArrayLike, panels: Mapping[str, Mapping[str, ArrayLike]], guess: float
) -> tuple[Axes, ...]:
    """Draw losses over the updates of a training, one panel for each task, over several seeds.

    A line is the median over the seeds, the band around it reaches from the least to the largest.

    Parameters
    ----------
    updates : (m,) array_like
        After how many updates each loss was measured.
    panels : mapping of str to mapping of str to (seeds, m) array_like
        By the title of the panel and the label of the curve: losses above 0. All panels have the same labels,
        at most four.
    guess : float
        The loss of whoever guesses, drawn dashed.

    Returns
    -------
    axes : tuple of Axes
        The panels, two in a row.

    Raises
    ------
    ValueError
        If there is no panel, a curve has the wrong shape or is not above 0, or the labels differ.

    See Also
    --------
    outcomes : the last losses alone, seed by seed.

    Examples
    --------
    >>> axes = learning_curves([1, 2], {"short": {"RNN": [[0.3, 0.1], [0.2, 0.1]]}}, guess=0.2)
    >>> axes[0].get_title()
    'short'
    """
    updates, guess = real_array("updates", updates, ("m",)), positive("guess", guess)
    checked = {title: _curves(title, curves, len(updates)) for title, curves in _some(panels).items()}
    labels = [*next(iter(checked.values()))]
    if any([*curves] != labels for curves in checked.values()):
        raise ValueError(f"the panels must have the same labels, got {[[*c] for c in checked.values()]}")
    rows = -(-len(checked) // 2)
    figure, grid = plt.subplots(
        rows,
        2,
        figsize=(5.0, 0.7 + 1.9 * rows),
        sharex=True,
        sharey=True,
        squeeze=False,
        layout="constrained",
        facecolor=style.PAPER,
    )
    axes = tuple(grid.flat)
    for ax, (title, curves) in zip(axes, checked.items(), strict=False):
        ax.set_facecolor(style.PAPER)
        ax.axhline(guess, color=style.MUTED, linewidth=1.2, linestyle=(0, (4, 3)))
        for values, (color, pattern) in zip(curves.values(), style.LINES, strict=False):
            ax.fill_between(updates, values.min(axis=0), values.max(axis=0), color=color, alpha=0.2, lw=0)
            ax.plot(updates, np.median(values, axis=0), color=color, linestyle=pattern, linewidth=2)
        ax.set_title(title, fontsize=style.MEDIUM)
        ax.set(yscale="log", xlim=(0, updates[-1]))
        ax.xaxis.set_major_locator(MaxNLocator(3, integer=True))
        ax.yaxis.set_minor_formatter(NullFormatter())
        ax.grid(color=style.GRID, linewidth=0.8)
        style.finish(ax)
    for ax in axes[len(checked) :]:
        ax.set_axis_off()
    for ax in grid[-1]:
        ax.set_xlabel("updates", fontsize=style.MEDIUM)
    for ax in grid[:, 0]:
        ax.set_ylabel("loss", fontsize=style.MEDIUM)
    lines = axes[0].lines[1 : 1 + len(labels)]
    figure.legend(
        lines,
        labels,
        loc="outside upper center",
        ncols=4,
        frameon=False,
        fontsize=style.MEDIUM,
        handlelength=2.6,
    )
    return axes[: len(checked)]


def outcomes(groups: Mapping[str, Mapping[str, ArrayLike]], guess: float, ax: Axes | None = None) -> Axes:
    """Show where trainings ended, a dot for each seed, in groups whose first row is what came before.

    Parameters
    ----------
    groups : mapping of str to mapping of str to (seeds,) array_like
        By the title of the group and the label of the row: losses above 0.
    guess : float
        The loss of whoever guesses, drawn dashed.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    ax : Axes
        The axes drawn on: losses to the right on a logarithmic axis, rows from the top down.

    Raises
    ------
    ValueError
        If there is no group or one without rows, or a loss is not above 0.

    See Also
    --------
    learning_curves : how they got there.

    Examples
    --------
    >>> ax = outcomes({"Clip": {"without": [0.2, 0.1], "with": [0.01, 0.02]}}, guess=1 / 6)
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['without', 'with']
    """
    guess = positive("guess", guess)
    checked = {title: _rows(title, rows) for title, rows in _some(groups).items()}
    count = sum(1 + len(rows) for rows in checked.values())
    ax = style.new_axes(ax, size=(4.8, 0.7 + 0.27 * count))
    ax.axvline(guess, color=style.ACCENT, linewidth=1.5, linestyle=(0, (4, 3)))
    ticks: list[int] = []
    labels: list[str] = []
    place = 0
    for title, rows in checked.items():
        heading: dict[str, Any] = {"fontsize": style.MEDIUM, "va": "center", "color": style.INK}
        ax.annotate(
            title, (0, place), (4, 0), ("axes fraction", "data"), textcoords="offset points", **heading
        )
        for number, (label, losses) in enumerate(rows.items()):
            place += 1
            face = style.BLUE if number else style.PAPER
            ax.plot(
                losses, np.full(len(losses), place), "o", color=style.BLUE, markerfacecolor=face, markersize=7
            )
            ticks.append(place)
            labels.append(label)
        place += 1
    ax.set(xscale="log", ylim=(count - 0.4, -0.6))
    ax.set_yticks(ticks, labels, fontsize=style.MEDIUM)
    ax.set_xlabel("loss at the end", fontsize=style.MEDIUM)
    ax.xaxis.set_major_locator(LogLocator(numticks=6))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.tick_params(axis="x", labelsize=style.SMALL)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="both", color=style.GRID, linewidth=0.8)
    ax.set_axisbelow(True)
    ax.spines[["top", "right", "left"]].set_visible(False)
    return ax


def maps_on_the_way(rows: Mapping[str, Sequence[ArrayLike]], columns: Sequence[str]) -> tuple[Axes, ...]:
    """Show maps of terms side by side, all in the same colours: one row a network, one column a moment.

    Parameters
    ----------
    rows : mapping of str to sequence of (T+1, T+1) array_like
        By the label of the row, one map for each column: ``terms[t, k]`` is the base-10 logarithm of the norm
        of a term, minus infinity where it is zero, which is left blank. The colours reach 16 decades down
        from the largest of all.
    columns : sequence of str
        What to write above each column.

    Returns
    -------
    axes : tuple of Axes
        The maps, row by row, `t` downwards and `k` to the right.

    Raises
    ------
    ValueError
        If there is no row, a map is not square or holds NaN or plus infinity, or a row has not as many maps
        as there are columns.

    See Also
    --------
    rnn_solutions.figures.gradient_map : one map, with the share over the lag.

    Examples
    --------
    >>> terms = [[0.0, -np.inf], [-1.0, 0.0]]
    >>> axes = maps_on_the_way({"RNN": [terms, terms]}, ["start", "end"])
    >>> [ax.get_title() for ax in axes]
    ['start', 'end']
    """
    checked = {label: _maps(label, maps, columns) for label, maps in _some(rows).items()}
    shape = len(checked), len(columns)
    figure, grid = plt.subplots(
        *shape,
        figsize=(0.9 + 1.35 * shape[1], 0.5 + 1.4 * shape[0]),
        squeeze=False,
        layout="constrained",
        facecolor=style.PAPER,
    )
    every = np.concatenate([terms.ravel() for maps in checked.values() for terms in maps])
    low, high, beyond = color_ends(np.ma.masked_invalid(every), DECADES)
    for row, (line, (label, maps)) in enumerate(zip(grid, checked.items(), strict=True)):
        lowest = row == len(grid) - 1
        for ax, terms in zip(line, maps, strict=True):
            image = ax.imshow(
                np.ma.masked_invalid(terms),
                cmap=style.SEQUENTIAL,
                vmin=low,
                vmax=high,
                interpolation="none",
            )
            ax.set_facecolor(style.PAPER)
            ax.set(xticks=[0, len(terms) - 1], yticks=[0, len(terms) - 1])
            ax.tick_params(labelsize=style.SMALL, length=0, labelleft=ax is line[0], labelbottom=lowest)
            ax.spines[:].set_visible(False)
        line[0].set_ylabel(label, fontsize=style.MEDIUM)
    for ax, title in zip(grid[0], columns, strict=True):
        ax.set_title(title, fontsize=style.MEDIUM)
    for ax in grid[-1]:
        ax.set_xlabel("$k$", fontsize=style.MEDIUM)
    bar = figure.colorbar(image, ax=grid, extend=beyond)
    bar.set_label(r"$\log_{10}\,$norm of the term $(t, k)$", fontsize=style.MEDIUM)
    bar.ax.tick_params(labelsize=style.SMALL)
    return tuple(grid.flat)


def _some(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the mapping if it holds something, or raise a ValueError."""
    if not mapping("what is drawn", given):
        raise ValueError("there must be something to draw, got an empty mapping")
    return given


def _curves(title: str, curves: Mapping[str, ArrayLike], length: int) -> dict[str, Array]:
    """Return the curves of a panel as arrays above 0, or raise a ValueError."""
    if not 1 <= len(mapping(f"panel {title}", curves)) <= 4:
        raise ValueError(f"panel {title} must hold 1 to 4 curves, got {len(curves)}")
    return {
        label: _above_0(f"{title}, {label}", real_array(f"{title}, {label},", values, ("seeds", length)))
        for label, values in curves.items()
    }


def _rows(title: str, rows: Mapping[str, ArrayLike]) -> dict[str, Array]:
    """Return the rows of a group as arrays above 0, or raise a ValueError."""
    if not mapping(f"group {title}", rows):
        raise ValueError(f"group {title} must have a row, got none")
    return {
        label: _above_0(f"{title}, {label}", real_array(f"{title}, {label},", losses, ("seeds",)))
        for label, losses in rows.items()
    }


def _above_0(name: str, values: Array) -> Array:
    """Return losses for a logarithmic axis, or raise a ValueError."""
    if values.min() <= 0:
        raise ValueError(f"{name}: losses must be above 0, got {values.min()}")
    return values


def _maps(label: str, maps: Sequence[ArrayLike], columns: Sequence[str]) -> list[Array]:
    """Return the maps of a row, or raise a ValueError."""
    texts("columns", columns, len(maps))
    return [checked_logarithms(f"row {label}: terms", terms, ("T+1", "T+1")) for terms in maps]
