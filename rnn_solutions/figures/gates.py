"""Figures for the LSTM: what its gates do, what values it takes, how fast gradients fade with the lag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, extended_array, mapping, real_array
from rnn_solutions.figures import style
from rnn_solutions.figures._curves import GAP, checked, heights, spread

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
    r"""Draw how the gates of one LSTM cell steer what it keeps and what it shows.

    .. math::

       C_t = f_t \odot C_{t-1} + i_t \odot \tilde C_t, \qquad h_t = o_t \odot \tanh(C_t)

    The gates are a strip of cells, dark where a gate is open, over bars for :math:`C_t` and :math:`h_t` on
    one scale.

    Parameters
    ----------
    f, i, o : (T+1,) array_like
        Forget, input and output gate of one cell, between 0 and 1.
    C, h : (T+1,) array_like
        Its cell state and hidden state, dimensionless.
    x : (T+1,) array_like, optional
        The input, drawn above the gates.
    axes : sequence of Axes, optional
        Three of them, four with `x`, from the top down; a new figure by default.

    Returns
    -------
    axes : tuple of Axes
        The panels from the top down: `x` if given, the gates, `C`, `h`.

    Raises
    ------
    ValueError
        If an array has the wrong length or is not real and finite, a gate leaves 0 to 1, or the number of
        axes is wrong.

    See Also
    --------
    value_ranges : which values each quantity can take.

    Examples
    --------
    Written at step 0, kept, released at step 2:

    >>> gates, cell, hidden = gate_run(f=[0, 1, 1], i=[1, 0, 0], o=[0, 0, 1], C=[0.8] * 3, h=[0, 0, 0.66])
    >>> float(hidden.patches[2].get_height())
    0.66
    """
    gates = _gates(f, i, o)
    length = gates.shape[1]
    bars = {"C": real_array("C", C, (length,)), "h": real_array("h", h, (length,))}
    offers = {} if x is None else {"x": real_array("x", x, (length,))}
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
    last.xaxis.set_major_locator(MaxNLocator(nbins=12, integer=True))
    last.set_xlabel("$t$", fontsize=style.MEDIUM)
    return tuple(panels.values())


def gradient_by_lag(lags: ArrayLike, curves: Mapping[str, ArrayLike], ax: Axes | None = None) -> Axes:
    r"""Draw norms of gradients over the number of steps they were carried back, on a logarithmic scale.

    On it a norm that shrinks by one factor a step is a straight line. Each curve carries its name at its end.

    Parameters
    ----------
    lags : (m,) array_like
        The lags :math:`t - k`, increasing.
    curves : mapping from str to (m,) array_like
        At most six norms by name, such as ``r"$f = 0.9$"``; nowhere negative. A norm of 0 leaves a gap.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    ax : Axes
        The axes drawn on, one line a curve in the order given.

    Raises
    ------
    ValueError
        If an array has the wrong length or is not real and finite, the lags do not increase, a norm is
        negative, a curve is 0 throughout, or there are no curves or more than six.

    See Also
    --------
    gate_run : the gates behind such a gradient.

    Examples
    --------
    >>> lags = np.arange(20)
    >>> ax = gradient_by_lag(lags, {"$f = 0.9$": 0.9**lags, "$f = 0.5$": 0.5**lags})
    >>> ax.get_yscale()
    'log'
    """
    lags = real_array("lags", lags, ("m",))
    if np.any(np.diff(lags) <= 0):
        raise ValueError(f"lags must increase, got {lags}")
    norms = checked("curves", curves, len(lags), most=len(style.LINES))
    ax = style.new_axes(ax, size=(4.6, 3.5))
    ax.set_yscale("log", nonpositive="mask")
    for values, (color, pattern) in zip(norms.values(), style.LINES, strict=False):
        ax.plot(lags, values, color=color, linestyle=pattern, linewidth=2)
    ax.set_xlabel("$t - k$")
    ax.margins(x=0)
    ax.grid(color=style.GRID, linewidth=0.6)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    style.finish(ax)
    _label_ends(ax, lags, norms)
    return ax


def value_ranges(ranges: Mapping[str, tuple[float, float, float, float]], ax: Axes | None = None) -> Axes:
    r"""Draw which values each quantity can take, and the extremes that were met.

    A pale bar spans the possible values, with an arrow where it has no end; two ticks with numbers mark the
    extremes met; a line marks zero.

    Parameters
    ----------
    ranges : mapping from str to (low, high, observed low, observed high)
        By symbol, such as ``"$f_t$"``; drawn from the top down. The first two may be infinite.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    ax : Axes
        The axes drawn on; one row a symbol, the first at height 0 and the axis pointing down.

    Raises
    ------
    ValueError
        If there are no ranges, or one is not ordered as low <= observed low <= observed high <= high with
        finite observed values.

    See Also
    --------
    gate_run : the same quantities over time.

    Examples
    --------
    >>> ax = value_ranges({"$f_t$": (0, 1, 0.02, 0.97), "$C_t$": (-np.inf, np.inf, -2.1, 3.4)})
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['$f_t$', '$C_t$']
    """
    if not mapping("ranges", ranges):
        raise ValueError("ranges must hold at least one range, got none")
    rows = np.array([_range(symbol, values) for symbol, values in ranges.items()])
    finite = np.append(rows[np.isfinite(rows)], 0.0)
    pad = 0.18 * (np.ptp(finite) or 1.0)  # room for the numbers
    left, right = finite.min() - pad, finite.max() + pad
    ax = style.new_axes(ax, (4.8, 0.9 + 0.52 * len(rows)))
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
            ax.annotate(_near(value, bound), (value, row), (shift, 0), textcoords="offset points", ha=side,
                        va="center", fontsize=style.MEDIUM, color=style.INK)  # fmt: skip
    style.finish(ax)
    ax.set_yticks(range(len(rows)), list(ranges), fontsize=style.MEDIUM)
    ax.tick_params(axis="y", length=0, pad=10)  # clear of the arrows
    ax.spines["left"].set_visible(False)
    return ax


def _gates(f: ArrayLike, i: ArrayLike, o: ArrayLike) -> Array:
    """Return the three gates as rows, or raise a ValueError."""
    first = real_array("f", f, ("T+1",))
    gates = np.stack([first, *(real_array(n, v, first.shape) for n, v in (("i", i), ("o", o)))])
    for name, gate in zip("fio", gates, strict=True):
        if gate.min() < 0 or gate.max() > 1:
            raise ValueError(f"{name} must lie between 0 and 1, got {gate.min()} to {gate.max()}")
    return gates


def _panels(axes: Sequence[Axes] | None, names: list[str]) -> dict[str, Axes]:
    """Return one panel for each name, from a new figure when there are no axes."""
    if axes is None:
        heights = [1.3 if name == "gates" else 1.0 for name in names]
        figure, created = plt.subplots(
            len(names),
            figsize=(4.8, 0.4 + 0.95 * sum(heights)),
            height_ratios=heights,
            layout="constrained",
            facecolor=style.PAPER,
        )
        figure.align_ylabels()
        axes = list(created)
    if len(axes) != len(names):
        raise ValueError(f"axes must hold {len(names)}, for {', '.join(names)}, got {len(axes)}")
    return dict(zip(names, axes, strict=True))


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
            text = (
                f"{value:.2f}".strip("0").rstrip(".") or "0"
            )  # .98, .5, 1 and 0: a phone needs large digits
            ax.text(t, row, text, ha="center", va="center", fontsize=style.MEDIUM, color=color)


def _bars(ax: Axes, name: str, values: Array, color: str) -> None:
    """Draw one bar a step from a line at zero."""
    ax.bar(np.arange(len(values)), values, width=0.7, color=color)
    ax.axhline(0, color=style.INK, linewidth=1)
    ax.set_ylabel(f"${name}_t$", rotation=0, ha="right", va="center")
    ax.yaxis.set_major_locator(MaxNLocator(nbins=3, min_n_ticks=2))
    style.finish(ax)


def _label_ends(ax: Axes, lags: Array, norms: Mapping[str, Array]) -> None:
    """Write each curve's name where it ends, moved up or down where names would meet, with a line to it."""
    last = {name: np.flatnonzero(values)[-1] for name, values in norms.items()}
    at = heights(ax, [norms[name][end] for name, end in last.items()])
    labels = zip(last.items(), at, spread(at, GAP, 0.0, 1.0), style.LINES, strict=False)
    for (name, end), height, moved, (color, _) in labels:
        ax.annotate(
            name,
            (lags[end], height),
            (22, moved),
            xycoords=("data", "axes fraction"),
            textcoords=("offset points", "axes fraction"),
            arrowprops={"arrowstyle": "-", "color": color, "linewidth": 1.5, "shrinkA": 1, "shrinkB": 2},
            va="center",
            fontsize=style.MEDIUM,
            color=style.INK,
        )


def _range(symbol: str, values: tuple[float, float, float, float]) -> Array:
    """Return one row of `value_ranges` as an array, or raise a ValueError that names its symbol."""
    row = extended_array(f"the range of {symbol}", values, (4,))
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
