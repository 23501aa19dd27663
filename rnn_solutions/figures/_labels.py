"""Labels beside what they name, which keep clear of each other, and the short form of a number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array
from rnn_solutions.figures import style

GAP = 0.085  # from one label to the next, in heights of the axes


def look(color: str, **more: Any) -> dict[str, Any]:
    """Return how a label is written whose curve has this colour."""
    return {"color": style.for_text(color), "fontsize": style.MEDIUM, "va": "center", **more}


def heights(ax: Axes, values: ArrayLike) -> Array:
    """Return where numbers lie on the vertical axis, from 0 at its foot to 1 at its top."""
    low, high, *scaled = ax.yaxis.get_transform().transform(np.array([*ax.get_ylim(), *np.ravel(values)]))
    return np.asarray((np.array(scaled) - low) / (high - low))


def spread(places: Array, gap: float, low: float, high: float) -> Array:
    """Return the places moved apart where two are closer than `gap`, around their middle, within limits.

    Of equal places the first comes lowest.
    """
    order = np.argsort(places, kind="stable")
    steps = gap * np.arange(len(places))
    # Less their steps, the places must not fall: pool neighbours that do into their mean.
    pools: list[list[float]] = []
    for place in places[order] - steps:
        pools.append([place])
        while len(pools) > 1 and np.mean(pools[-2]) > np.mean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    pooled = np.array([np.mean(pool) for pool in pools for _ in pool])
    apart = np.empty_like(places)
    apart[order] = np.clip(pooled, low, high - gap * (len(places) - 1)) + steps
    return apart


def write_beside(ax: Axes, text: str, at: tuple[float, float], color: str, offset: tuple[int, int]) -> None:
    """Write beside a point of the data, `offset` points to the right and up."""
    ax.annotate(text, at, offset, textcoords="offset points", **look(color))


def write_at_edge(
    ax: Axes,
    names: Iterable[str],
    ends: ArrayLike,
    colors: Iterable[str],
    gap: float = GAP,
    lowest: float = 0.0,
) -> None:
    """Write each name at the right edge, where its curve ends or a little away where names would meet."""
    for name, height, color in zip(names, spread(heights(ax, ends), gap, lowest, 1), colors, strict=False):
        ax.annotate(name, (1, height), (6, 0), "axes fraction", textcoords="offset points", **look(color))


def write_legend(within: Axes | Figure, lines: Sequence[Line2D], names: Iterable[str], **place: Any) -> None:
    """Write a legend of lines; matplotlib itself would leave out a name that begins with an underscore."""
    legend = within.legend(lines, "x" * len(lines), fontsize=style.MEDIUM, frameon=False, **place)
    for entry, name in zip(legend.get_texts(), names, strict=True):
        entry.set_text(name)


def written(number: float, digits: int) -> str:
    """Write a number with two significant digits, or with `digits` and a power of ten if that is shorter."""
    if number == 0 or 0.01 <= number < 999.5:
        return f"${np.format_float_positional(number, precision=2, fractional=False, trim='-')}$"
    mantissa, power = f"{number:.{digits - 1}e}".split("e")
    return rf"${mantissa.removesuffix('.0')}\cdot 10^{{{int(power)}}}$"
