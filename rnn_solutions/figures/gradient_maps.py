"""Maps of a gradient: the size of every term by (t, k), and how much of a gradient is left over the lag.

`gradient_map` draws the two below each other, `gradient_map_pair` those of two networks, `maps_on_the_way`
terms alone for several networks at several moments, and `term_heatmap` the terms with their numbers.
`triangle_of_terms` shows a whole number for each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, is_several, spelled, text, texts, whole
from rnn_solutions.figures import style
from rnn_solutions.figures._axes import (
    dots_between_gaps,
    finish,
    grid_behind,
    name_axes,
    new_axes,
    new_grid,
    several_axes,
    tick_whole,
)
from rnn_solutions.figures._checks import at_least_0, fraction_of_1, logarithms, numbers, some
from rnn_solutions.figures._labels import GAP, look, write_at_edge, written

DECADES = 16  # what is that much smaller than the largest term is rounded away in their sum
DECADES_OF_A_PAIR = 8  # fewer, so that the two differ in colour where they differ
LOOKS = style.LINES[1::-1]  # of the first and the second of a pair
LAST = 10**9  # step that can still be told from the one before at the axes
LEAST = 1e-300  # that the largest term of a heatmap must be, for the scale of colours below it
LAST_T_WITH_NUMBERS = 3  # of a heatmap: beyond, cells are narrower than their numbers
LAST_T_OF_COUNTS = 6
NORM_OF_THE_TERM = r"$\log_{10}\,$norm of the term $(t, k)$"


def gradient_map(
    terms: ArrayLike,
    shares: ArrayLike,
    fraction: float,
    line: tuple[float, float] | None = None,
    first: int = 0,
    axes: tuple[Axes, Axes] | None = None,
    *,
    arriving: ArrayLike | None = None,
) -> tuple[Axes, Axes]:
    r"""Draw the terms of a gradient by (t, k), and the share that a gradient keeps over the lag.

    Parameters
    ----------
    terms : (T+1, T+1) array_like
        ``terms[t, k]`` is the base-10 logarithm of the norm of a term, minus infinity where it is zero, which
        is left blank, as it is for ``k > t``. The colours reach 16 decades down from the largest.
    shares : (T+1, 3) array_like
        Row `l`: the base-10 logarithm of the share over the lag `l`, as lower end, middle and upper end. The
        middle is the curve, the ends are the band around it. Minus infinity leaves a gap.
    fraction : float
        Where to draw the limits: here and at its inverse, where they are in sight.
    line : (float, float), optional
        Slope and intercept of a fitted line, in decades.
    first : int
        The step at index 0 of the terms.
    axes : pair of Axes, optional
        Where to draw; a new figure by default.
    arriving : (lags,) array_like, optional
        What arrives of a loss over each lag that one reaches, as its base-10 logarithm: a curve of its own.
        Minus infinity leaves a gap.

    Returns
    -------
    axes : (Axes, Axes)
        The axes drawn on. The colour bar stands in axes of its own.

    Raises
    ------
    ValueError
        If an array has the wrong shape, holds NaN or plus infinity, or is beyond 1e150 in size; if terms are
        finite above the diagonal, as they would be with `t` and `k` exchanged, or a row of shares falls.

    Examples
    --------
    >>> axes = gradient_map([[0.0, -np.inf], [-1.0, 0.0]], [[0, 0, 0], [-1, -1, -1]], 0.001)
    >>> [ax.get_xlabel() for ax in axes]
    ['$k$', '$t - k$']
    """
    terms = below_diagonal("terms", logarithms("terms", terms, ("T+1", "T+1")))
    shares = logarithms("shares", shares, (len(terms), 3))
    for lag in np.flatnonzero((shares[:, 0] > shares[:, 1]) | (shares[:, 1] > shares[:, 2])):
        raise ValueError(f"shares must not fall along a row, got {shares[lag]} for lag {lag}")
    fraction = fraction_of_1("fraction", fraction)
    loss = None if arriving is None else logarithms("arriving", arriving, ("lags",))
    if loss is not None and len(loss) > len(terms):
        raise ValueError(f"arriving must have at most {len(terms)} entries, got {len(loss)}")
    line = None if line is None else tuple(numbers("line", line, (2,)))
    first = whole("first", first, 0)
    if first > LAST:
        raise ValueError(f"first must be at most {LAST} to be drawn, got {spelled(first)}")
    if axes is None:  # one above the other, so that both are readable on a phone
        above, below = new_grid(2, 1, (style.WIDTH, 7.0), height_ratios=(1.7, 1)).flat
    else:
        above, below = several_axes("axes", axes, ["terms", "shares"])
    low, high, beyond = color_ends(terms, DECADES)
    start, end = first - 0.5, first + len(terms) - 0.5
    image = _draw_terms(above, terms, vmin=low, vmax=high, extent=(start, end, end, start))
    _draw_bar(image, [above], NORM_OF_THE_TERM, extend=beyond)
    above.set_xlabel("$k$")
    above.set_ylabel("$t$", rotation=0, va="center", labelpad=12)
    tick_whole(above.xaxis, above.yaxis)
    finish(above)
    _draw_shares(below, shares, fraction, line, loss)
    return above, below


def gradient_map_pair(
    terms: Sequence[ArrayLike],
    shares: Sequence[ArrayLike],
    fraction: float,
    labels: Sequence[str] = ("before", "after"),
) -> tuple[Axes, Axes, Axes]:
    """Draw the terms of two gradients by (t, k) on one scale of colours, and what arrives of both.

    The arrays, two of (T+1, T+1) and two of (T+1,), are logarithms as `gradient_map` takes them; the shares
    are those that arrive over the lag, without a band. The colours reach 8 decades down from the largest of
    both. Returned are the axes of the maps and of the shares, in a new figure.
    """
    names, fraction = texts("labels", labels, 2), fraction_of_1("fraction", fraction)
    maps, curves = _pair("terms", terms), _pair("shares", shares)
    if maps.ndim != 3 or maps.shape[1] != maps.shape[2]:
        raise ValueError(f"terms must be two arrays of shape (T+1, T+1), got {maps.shape[1:]}")
    for values in maps:
        below_diagonal("terms", values)
    if curves.shape != maps.shape[:2]:
        raise ValueError(f"shares must be two arrays of shape ({maps.shape[1]},), got {curves.shape[1:]}")
    (first, second), (below, spare) = new_grid(2, 2, (style.WIDTH, 5.2), height_ratios=(1.1, 1))
    spare.remove()
    below.set_subplotspec(below.get_gridspec()[1, :])
    low, high, beyond = color_ends(maps, DECADES_OF_A_PAIR)
    for ax, values, name, (color, _) in zip((first, second), maps, names, LOOKS, strict=True):
        image = _draw_terms(ax, values, vmin=low, vmax=high)
        ax.set_title(name, fontsize=style.MEDIUM, color=style.for_text(color))
        ax.set_xlabel("$k$")
        tick_whole(ax.xaxis, ax.yaxis, most=4)
        finish(ax)
    first.set_ylabel("$t$", rotation=0, va="center", labelpad=10)
    second.tick_params(labelleft=False)
    _draw_bar(image, [first, second], NORM_OF_THE_TERM, extend=beyond)
    _draw_both_shares(below, curves, fraction, names)
    return first, second, below


def maps_on_the_way(rows: Mapping[str, Sequence[ArrayLike]], columns: Sequence[str]) -> tuple[Axes, ...]:
    """Show maps of terms side by side, all in the same colours: one row a network, one column a moment.

    By the label of the row, one (T+1, T+1) map for each column, logarithms as `gradient_map` takes them. The
    colours reach 16 decades down from the largest of all. Returned are the axes of the maps, row by row.
    """
    every = []
    for label, maps in some("rows", rows).items():
        if not is_several(maps):
            raise ValueError(f"row {label} must be a list of maps, got {spelled(maps)}")
        columns = texts("columns", columns, len(maps))
        name = f"row {label}: terms"
        every += [below_diagonal(name, logarithms(name, terms, ("T+1", "T+1"))) for terms in maps]
    grid = new_grid(
        len(rows), len(columns), (style.WIDTH, 1.3 + (style.WIDTH - 0.4) / len(columns) * len(rows))
    )
    axes = tuple(grid.flat)
    low, high, beyond = color_ends(np.concatenate([terms.ravel() for terms in every]), DECADES)
    for ax, terms in zip(axes, every, strict=True):
        image = _draw_terms(ax, terms, vmin=low, vmax=high)
        ax.set(xticks=[0, len(terms) - 1], yticks=[0, len(terms) - 1])
        ax.tick_params(labelleft=ax in grid[:, 0], labelbottom=ax in grid[-1])
    for ax, label in zip(grid[:, 0], rows, strict=True):
        ax.set_ylabel("$t$", rotation=0, va="center")
        ax.text(1, 1, label, transform=ax.transAxes, **look(style.INK, ha="right", va="top"))  # above k = t
    for ax, title in zip(grid[0], columns, strict=True):
        ax.set_title(title, fontsize=style.MEDIUM, pad=10)  # clear of the row's name
    for ax in grid[-1]:
        ax.set_xlabel("$k$")
    for ax in axes:
        finish(ax)
    _draw_bar(image, axes, NORM_OF_THE_TERM, extend=beyond)
    return axes


def term_heatmap(
    norms: ArrayLike,
    ax: Axes | None = None,
    label: str = (
        r"$\|\dfrac{\partial L_t}{\partial h_t}\,\dfrac{\partial h_t}{\partial h_k}\,"
        r"\dfrac{\partial^+ h_k}{\partial W}\|$"
    ),
) -> Axes:
    r"""Show the size of every term (t, k) of a gradient as a colour, on a logarithmic scale.

    Blank where there is no term (:math:`k > t`) or where it is exactly zero. Up to T = 3 each cell carries
    its number, to two significant digits, or to one below 0.01 and from 1000 on.

    Parameters
    ----------
    norms : (T+1, T+1) array_like
        ``norms[t, k]`` is the norm of the term, at least 0, and 0 for ``k > t``. Dimensionless.
    label : str
        What to write at the colour bar.

    Returns
    -------
    ax : Axes
        The axes drawn on, `t` downwards and `k` to the right. The colour bar stands in axes of its own.

    Raises
    ------
    ValueError
        If `norms` is not a square array of real numbers from 0 to 1e150, has an entry above its diagonal, as
        it would with `t` and `k` exchanged, or nowhere one of 1e-300 or more.

    See Also
    --------
    rnn_solutions.Recurrent.gradient_terms : the terms themselves.

    Examples
    --------
    >>> ax = term_heatmap([[0.4, 0.0], [0.02, 0.3]])
    >>> [text.get_text() for text in ax.texts]
    ['$0.4$', '$0.02$', '$0.3$']
    """
    norms = at_least_0("norms", norms, ("T+1", "T+1"))
    for t, k in np.argwhere(np.triu(norms, 1)):
        raise ValueError(f"norms[t, k] must be 0 for k > t, got {norms[t, k]} at t={t} and k={k}")
    if norms.max() < LEAST:
        raise ValueError(f"norms must reach {LEAST:g} to be drawn, got at most {norms.max():g}")
    T, label = len(norms) - 1, text("label", label)
    ax = new_axes(ax, size=(style.WIDTH, 4.4))
    shown = np.ma.masked_equal(norms, 0.0)
    low, high = float(shown.min()), float(shown.max())
    image = _draw_terms(ax, shown, norm=LogNorm(low, high) if low < high else LogNorm(low / 10, high * 10))
    _draw_bar(image, [ax], label)
    if T <= LAST_T_WITH_NUMBERS:
        _write_numbers(ax, norms, image)
    ax.set_xlabel("$k$")
    ax.set_ylabel("$t$", rotation=0, va="center", labelpad=12)
    ticks = range(T + 1) if T <= 10 else MaxNLocator(6, integer=True).tick_values(0, T)
    ax.set(xticks=ticks, yticks=ticks, xlim=(-0.5, T + 0.5), ylim=(T + 0.5, -0.5))
    finish(ax)
    return ax


def triangle_of_terms(counts: ArrayLike, ax: Axes | None = None) -> Axes:
    """Show a count for every term (t, k) of a gradient as a number in its place, the darker the larger.

    Parameters
    ----------
    counts : (T+1, T+1) array_like
        ``counts[t, k]`` is a whole number, at least 0 for ``k <= t``. What stands beyond is not shown.

    Returns
    -------
    ax : Axes
        The axes drawn on, `t` downwards and `k` to the right.

    Raises
    ------
    ValueError
        If `counts` is not a square array of up to seven rows, or its triangle holds anything else.

    Examples
    --------
    >>> ax = triangle_of_terms([[0, -1], [1, 0]])
    >>> [text.get_text() for text in ax.texts]
    ['0', '1', '0']
    """
    counts = numbers("counts", counts, ("T+1", "T+1"))
    T = len(counts) - 1
    if T > LAST_T_OF_COUNTS:
        raise ValueError(f"counts must have at most {LAST_T_OF_COUNTS + 1} rows, got {T + 1}")
    places = [(t, k) for t in range(T + 1) for k in range(t + 1)]
    for t, k in places:
        if counts[t, k] < 0 or counts[t, k] % 1:
            raise ValueError(
                f"counts[t, k] must be whole and at least 0, got {counts[t, k]} at t={t} and k={k}"
            )
    ax = new_axes(ax, size=(3.2, 3.0))
    shown = np.where(np.tri(T + 1, dtype=bool), -counts, np.nan)
    image = _draw_terms(ax, shown, vmin=float(np.nanmin(shown)) - 1, vmax=0.0)
    for t, k in places:
        color = _readable_on(tuple(image.to_rgba(shown[t, k])[:3]))
        ax.text(k, t, f"{counts[t, k]:.0f}", **look(color, fontsize=style.LARGE, ha="center"))
    ax.set_xlabel("$k$")
    ax.set_ylabel("$t$", rotation=0, va="center", labelpad=12)
    ax.set(xticks=range(T + 1), yticks=range(T + 1), xlim=(-0.5, T + 0.5), ylim=(T + 0.5, -0.5))
    finish(ax)
    return ax


def below_diagonal(name: str, terms: Array) -> Array:
    """Return logarithms of terms, none above the diagonal, or raise a ValueError that names one."""
    for t, k in np.argwhere(np.triu(np.isfinite(terms), 1)):
        raise ValueError(
            f"{name}[t, k] must be minus infinity for k > t, got {terms[t, k]} at t={t} and k={k}"
        )
    return terms


def color_ends(logarithms: Array, decades: int) -> tuple[float, float, str]:
    """Return the lowest and highest of a scale of colours, and at which end values lie beyond it.

    The last is as ``colorbar`` takes it: ``"min"`` where the scale ends before the lowest value, else
    ``"neither"``.
    """
    shown = logarithms[np.isfinite(logarithms)]
    if not len(shown):
        return -1.0, 0.0, "neither"
    lowest, high = float(shown.min()), float(shown.max())
    low = max(lowest, high - decades)
    return (low if low < high else high - 1), high, "min" if lowest < low else "neither"


def _draw_terms(ax: Axes, terms: Array, **scale: Any) -> AxesImage:
    """Show every term as a colour, `t` downwards and `k` to the right, without a frame; blank if infinite."""
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    # Interpolation "none" stores one pixel per cell, which stays sharp at any size.
    return ax.imshow(np.ma.masked_invalid(terms), cmap=style.MAP_COLORS, interpolation="none", **scale)


def _draw_bar(image: AxesImage, axes: Sequence[Axes], label: str, **options: Any) -> None:
    """Draw the colour bar of maps below them."""
    bar = axes[0].figure.colorbar(image, ax=list(axes), location="bottom", aspect=30, **options)
    bar.set_label(label, fontsize=style.MEDIUM)
    bar.ax.tick_params(labelsize=style.SMALL)
    if not isinstance(image.norm, LogNorm):
        bar.locator = MaxNLocator(5, integer=True)
        bar.update_ticks()


def _write_numbers(ax: Axes, norms: Array, image: AxesImage) -> None:
    """Write every term into its cell."""
    for (t, k), norm in np.ndenumerate(norms):
        if k <= t:
            color = _readable_on(tuple(image.to_rgba(norms[t, k])[:3])) if norm else style.INK
            text = look(color, fontsize=style.SMALL, ha="center")
            ax.text(k, t, written(norm, digits=1), **text)


def _readable_on(color: tuple[float, float, float]) -> str:
    """Return the text colour, of the two in the style, with the higher contrast on a background."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color]
    luminance = float(np.dot(linear, (0.2126, 0.7152, 0.0722)))
    # Contrast is (lighter + 0.05) / (darker + 0.05), with luminance 1 for white and 0 for black.
    return style.ON_DARK if (luminance + 0.05) ** 2 < 1.05 * 0.05 else style.ON_LIGHT


def _draw_shares(
    ax: Axes, shares: Array, fraction: float, line: tuple[float, float] | None, arriving: Array | None
) -> None:
    """Show the share over the lag in decades, its band, the fitted line and the limits with their numbers.

    Beside it, in another look, what arrives of the loss.
    """
    lags, shown = np.arange(len(shares)), np.ma.masked_invalid(shares)
    ax.fill_between(lags, shown[:, 0], shown[:, 2], color=style.TINT_BLUE)
    ax.plot(lags, shown[:, 1], color=style.BLUE, linewidth=2.5, **dots_between_gaps(shares[:, 1]))
    if arriving is not None:
        curve, there = np.ma.masked_invalid(arriving), lags[: len(arriving)]
        color, pattern = style.LINES[2]
        ax.plot(there, curve, color=color, linestyle=pattern, linewidth=2.5, **dots_between_gaps(arriving))
        shown = np.ma.masked_invalid([*shares.ravel(), *arriving])
    frame: Any = ("axes fraction", "data")
    letters = look(style.ACCENT, fontsize=style.SMALL, ha="right", va="baseline")
    for level in _draw_limits(ax, shown, fraction, (0.1, 2), color=style.ACCENT, linestyle=style.DASHED):
        ax.annotate(f"{10**level:g}", (1, level), (-4, 3), frame, textcoords="offset points", **letters)
    if line is not None:
        ax.plot(lags, line[1] + line[0] * lags, color=style.INK, linewidth=1.2, linestyle=style.DOTTED)
    _finish_shares(ax, lags[-1])


def _draw_both_shares(ax: Axes, curves: Array, fraction: float, names: list[str]) -> None:
    """Show both shares over the lag in decades, their names at their ends, and the limits."""
    lags, shown = np.arange(curves.shape[1]), np.ma.masked_invalid(curves)
    _draw_limits(ax, shown, fraction, (0.25, 1), color=style.MUTED, linestyle=style.DOTTED)
    ends = []
    for curve, (color, pattern) in zip(shown, LOOKS, strict=True):
        dots = dots_between_gaps(curve.filled(np.nan))
        ax.plot(lags, curve, color=color, linewidth=2.5, linestyle=pattern, **dots)
        ends.append(float(curve.compressed()[-1]) if curve.count() else 0.0)
    write_at_edge(ax, names, ends, (color for color, _ in LOOKS), gap=1.6 * GAP)
    _finish_shares(ax, lags[-1], r"$\log_{10}\,\alpha$")


def _draw_limits(
    ax: Axes, shown: Any, fraction: float, margin: tuple[float, float], **pattern: Any
) -> list[float]:
    """Draw the limits that are in sight of the shares, leave room around it all, and return the limits.

    The margin is the room, as a part of the height of the shares, and how many times as far one sees.
    """
    low, high = (float(shown.min()), float(shown.max())) if shown.count() else (0.0, 0.0)
    room = max(1.0, margin[0] * (high - low))
    drawn = []
    for level in (float(np.log10(fraction)), -float(np.log10(fraction))):
        if low - margin[1] * room <= level <= high + margin[1] * room:
            ax.axhline(level, linewidth=1.2, **pattern)
            drawn.append(level)
            low, high = min(low, level), max(high, level)
    ax.set_ylim(low - room / 2, high + room / 2)
    return drawn


def _finish_shares(ax: Axes, last: int, what: str = r"$\log_{10}\,$share") -> None:
    """Say what the axes of shares over the lag are."""
    ax.set_xlim(0, max(last, 1))
    name_axes(ax, "$t - k$", what)
    tick_whole(ax.xaxis, ax.yaxis)
    grid_behind(ax)
    finish(ax)


def _pair(name: str, values: Sequence[ArrayLike]) -> Array:
    """Return two arrays as one, or raise a ValueError that names what is wrong."""
    if not is_several(values, 2):
        raise ValueError(f"{name} must be two arrays of one shape, got {spelled(values)}")
    first, second = (logarithms(name, value, None) for value in values)
    if first.shape != second.shape:
        raise ValueError(f"{name} must be two arrays of one shape, got {first.shape} and {second.shape}")
    return np.stack([first, second])
