"""What the ways through a step carry, and how that spreads from one network to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullFormatter
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, mapping, real_array, texts
from rnn_solutions.figures import style
from rnn_solutions.figures._curves import write_beside
from rnn_solutions.figures.gates import gradient_by_lag

MARKS = ("o", "D", "s", "^")  # a shape for each colour, so that neither is needed alone


def way_shares(ways: Sequence[str], shares: Mapping[str, ArrayLike], ax: Axes | None = None) -> Axes:
    r"""Draw one number for each way through a step and each network, on a logarithmic scale.

    A line marks 1. An exact zero has no place on the scale: its mark stands hollow at the left edge beside
    a 0.

    Parameters
    ----------
    ways : sequence of str
        The ways, from top to bottom.
    shares : mapping from str to (m,) array_like
        At most four networks by name; a number for each way, at least 0 and not all 0. Dimensionless.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    ax : Axes
        The axes drawn on, with the names of the networks above.

    Raises
    ------
    ValueError
        If a number is negative or not finite, the lengths differ, or there are no networks or more than four.

    See Also
    --------
    bands_by_lag : the same over many steps.

    Examples
    --------
    >>> ax = way_shares(["forget", "candidate"], {"a": [0.95, 0.01], "b": [0.9, 0.0]})
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['a', 'b']
    """
    if not 1 <= len(mapping("shares", shares)) <= len(MARKS):
        raise ValueError(f"shares must hold 1 to {len(MARKS)} networks, got {len(shares)}")
    rows = {name: real_array(f"shares of {name}", values, ("m",)) for name, values in shares.items()}
    ways = texts("ways", ways, len(next(iter(rows.values()))))
    for name, values in rows.items():
        if len(values) != len(ways) or values.min() < 0 or values.max() == 0:
            raise ValueError(
                f"shares of {name} must be {len(ways)} numbers, at least 0 and not all 0, got {values}"
            )
    every = np.concatenate(list(rows.values()))
    positive = every[every > 0]
    low, high = np.log10([min(positive.min(), 1.0), max(positive.max(), 1.0)])
    pad = 0.07 * max(high - low, 1.0)
    zero_at = low - (2 * pad if len(positive) < len(every) else 0.0)
    ax = style.new_axes(ax, size=(4.6, 1.1 + 0.52 * len(ways)))
    ax.axvline(1, color=style.INK, linewidth=1, zorder=1)
    shifts = 0.22 * (np.arange(len(rows)) - (len(rows) - 1) / 2)  # apart, where they would cover each other
    for (name, values), color, mark, shift in zip(rows.items(), style.SERIES, MARKS, shifts, strict=False):
        at, zero = np.arange(len(ways)) + shift, values == 0
        ax.plot(values[~zero], at[~zero], mark, color=color, markersize=8, label=name)
        ax.plot(
            np.full(zero.sum(), 10**zero_at),
            at[zero],
            mark,
            color=color,
            markersize=8,
            markerfacecolor="none",
        )
    for row in np.flatnonzero(np.any([values == 0 for values in rows.values()], axis=0)):
        write_beside(ax, "0", (10**zero_at, float(row)), style.INK, (9, 0))
    ax.set(xscale="log", xlim=(10 ** (zero_at - pad), 10 ** (high + pad)), ylim=(len(ways) - 0.5, -0.5))
    step = np.ceil((high - zero_at + 2 * pad) / 5)  # decades from tick to tick, one of which is 1
    decades = step * np.arange(np.ceil((zero_at - pad) / step), np.floor((high + pad) / step) + 1)
    ax.xaxis.set_major_locator(FixedLocator(list(10**decades)))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.grid(axis="x", color=style.GRID, linewidth=0.8)
    ax.set_axisbelow(True)
    look = {"fontsize": style.MEDIUM, "frameon": False, "handletextpad": 0.1, "columnspacing": 1.0}
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(rows), **look)
    style.finish(ax)
    ax.set_yticks(range(len(ways)), ways, fontsize=style.MEDIUM)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    return ax


def bands_by_lag(lags: ArrayLike, curves: Mapping[str, ArrayLike], ax: Axes | None = None) -> Axes:
    r"""Draw norms over the lag as `gradient_by_lag` does, each with the band in which most cases lie.

    Parameters
    ----------
    lags : (m,) array_like
        The lags :math:`t - k`, increasing.
    curves : mapping from str to (3, m) array_like
        At most six by name; rows are the lower end of the band, the curve, and the upper end, all above 0.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    ax : Axes
        The axes drawn on.

    Raises
    ------
    ValueError
        If an array has the wrong shape, the rows are not ordered, or a number is not above 0.

    See Also
    --------
    gradient_by_lag : curves alone.

    Examples
    --------
    >>> lags = np.arange(5)
    >>> ax = bands_by_lag(lags, {"$f = 0.9$": [0.85**lags, 0.9**lags, 0.95**lags]})
    >>> len(ax.lines), len(ax.collections)
    (1, 1)
    """
    lags = real_array("lags", lags, ("m",))
    bands = {
        name: real_array(f"curve {name}", rows, (3, len(lags)))
        for name, rows in mapping("curves", curves).items()
    }
    for name, rows in bands.items():
        _require_ordered(name, rows)
    ax = style.new_axes(ax, size=(4.6, 3.5))
    ax.set_yscale("log")  # first, so that the limits are chosen for it
    for (low, _, high), (color, _) in zip(bands.values(), style.LINES, strict=False):
        ax.fill_between(lags, low, high, color=color, alpha=0.2, linewidth=0)
    return gradient_by_lag(lags, {name: rows[1] for name, rows in bands.items()}, ax)


def _require_ordered(name: str, rows: Array) -> None:
    """Raise a ValueError unless the rows rise from each to the next and are above 0."""
    if rows.min() <= 0 or np.any(np.diff(rows, axis=0) < 0):
        raise ValueError(f"curve {name} must have rows above 0, each at least the one before, got {rows}")
