"""Figures about gradients: how large each term of the double sum is, and how far off a wrong formula."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.image import AxesImage
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, real_array, texts
from rnn_solutions.figures import style

LAST_T_WITH_NUMBERS = 6  # beyond, the numbers would be too small to read on a phone


def term_heatmap(
    norms: ArrayLike,
    ax: Axes | None = None,
    label: str = (
        r"$\|\dfrac{\partial L_t}{\partial h_t}\,\dfrac{\partial h_t}{\partial h_k}\,"
        r"\dfrac{\partial^+ h_k}{\partial W}\|$"
    ),
) -> Axes:
    r"""Show the size of every term (t, k) of a gradient as a colour, on a logarithmic scale.

    Blank where there is no term (:math:`k > t`) or where it is exactly zero. Up to T = 6 each cell carries
    its number, to two significant digits, or to one below 0.01.

    Parameters
    ----------
    norms : (T+1, T+1) array_like
        ``norms[t, k]`` is the norm of the term, at least 0, and 0 for ``k > t``. Dimensionless.
    ax : Axes, optional
        Where to draw; a new figure by default.
    label : str
        What to write at the colour bar.

    Returns
    -------
    ax : Axes
        The axes drawn on, `t` downwards and `k` to the right. The colour bar stands in axes of its own.

    Raises
    ------
    ValueError
        If `norms` is not a square array of real numbers from 0 up, has an entry above its diagonal, as it
        would with `t` and `k` exchanged, or nowhere a positive one.

    See Also
    --------
    rnn_solutions.networks.rnn.RNN.gradient_terms : the terms themselves.

    Examples
    --------
    >>> ax = term_heatmap([[0.4, 0.0], [0.02, 0.3]])
    >>> [text.get_text() for text in ax.texts]
    ['0.4', '0.02', '0.3']
    """
    norms = _checked_norms(norms)
    T = len(norms) - 1
    ax = style.new_axes(ax, size=(4.4, 3.6))
    shown = np.ma.masked_equal(norms, 0.0)
    low, high = float(shown.min()), float(shown.max())
    limits = LogNorm(low, high) if low < high else LogNorm(low / 10, high * 10)
    # Interpolation "none" stores one pixel per cell, which stays sharp at any size.
    image = ax.imshow(shown, cmap=style.SEQUENTIAL, norm=limits, interpolation="none")
    bar = ax.figure.colorbar(image, ax=ax)
    bar.set_label(label, fontsize=style.MEDIUM)
    bar.ax.tick_params(labelsize=style.SMALL)
    if T <= LAST_T_WITH_NUMBERS:
        _write_numbers(ax, norms, image)
    ax.set_xlabel("$k$", fontsize=style.MEDIUM)
    ax.set_ylabel("$t$", fontsize=style.MEDIUM, rotation=0, va="center", labelpad=12)
    ticks = range(T + 1) if T <= 10 else MaxNLocator(6, integer=True).tick_values(0, T)
    ax.set(xticks=ticks, yticks=ticks, xlim=(-0.5, T + 0.5), ylim=(T + 0.5, -0.5))
    ax.tick_params(labelsize=style.SMALL, length=0)
    ax.spines[:].set_visible(False)
    return ax


def relative_errors(labels: Sequence[str], errors: ArrayLike, ax: Axes | None = None) -> Axes:
    r"""Show how far off each of several formulas is, on a logarithmic scale with the number beside it.

    Parameters
    ----------
    labels : sequence of str
        What each formula is called, from top to bottom.
    errors : (m,) array_like
        Their relative errors, dimensionless, at least 0 and not all 0. One that is exactly 0 reads so and has
        no dot, because the scale does not reach it.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    ax : Axes
        The axes drawn on.

    Raises
    ------
    ValueError
        If an error is negative or not finite, all are 0, or there are not as many as there are labels.

    See Also
    --------
    errors_over_gap : errors that depend on something.

    Examples
    --------
    >>> ax = relative_errors(["$k = 0$", "$k = 1$"], [2e-16, 0.146])
    """
    errors = real_array("errors", errors, ("m",))
    labels = texts("labels", labels, len(errors))
    if not np.any(errors > 0) or np.any(errors < 0):
        raise ValueError(f"errors must be at least 0 and not all 0, got {errors.min()} to {errors.max()}")
    ax = style.new_axes(ax, size=(4.4, 0.9 + 0.42 * len(errors)))
    left, right = _whole_decades(errors[errors > 0])
    rows = np.arange(len(errors))
    ends = np.where(errors > 0, errors, left)
    ax.hlines(rows, left, ends, color=style.BLUE, linewidth=3)
    ax.plot(errors[errors > 0], rows[errors > 0], "o", color=style.BLUE, markersize=9)
    for row, end, error in zip(rows, ends, errors, strict=True):
        mantissa, _, power = _short(error, digits=2).partition("e")
        text = f"${mantissa}$" if not power else rf"${mantissa}\cdot 10^{{{power}}}$"
        number = ax.annotate(text, (end, row), xytext=(9, 0), textcoords="offset points", va="center")
        number.set(fontsize=style.MEDIUM, color=style.INK)
    ax.set(xscale="log", xlim=(left, right), ylim=(len(errors) - 0.5, -0.5))
    ax.xaxis.set_major_locator(LogLocator(numticks=6))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_yticks(rows, labels, fontsize=style.MEDIUM)
    ax.tick_params(axis="x", labelsize=style.SMALL)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", color=style.GRID, linewidth=0.8)
    ax.set_axisbelow(True)
    ax.spines[["top", "right", "left"]].set_visible(False)
    return ax


def _checked_norms(norms: ArrayLike) -> Array:
    """Return the norms of the terms, or raise a ValueError."""
    norms = real_array("norms", norms, ("T+1", "T+1"))
    if np.any(norms < 0) or not np.any(norms > 0):
        raise ValueError(f"norms must be at least 0 and not all 0, got {norms.min()} to {norms.max()}")
    above = np.argwhere(np.triu(norms, 1))
    if len(above):
        t, k = above[0]
        raise ValueError(f"norms[t, k] must be 0 for k > t, got {norms[t, k]} at t={t} and k={k}")
    return norms


def _whole_decades(values: Array) -> tuple[float, float]:
    """Return powers of ten below the least and above the greatest value."""
    return 10.0 ** (np.ceil(np.log10(values.min())) - 1), 10.0 ** (np.floor(np.log10(values.max())) + 1)


def _write_numbers(ax: Axes, norms: Array, image: AxesImage) -> None:
    """Write every term into its cell."""
    for t in range(len(norms)):
        for k in range(t + 1):
            color = _readable_on(tuple(image.to_rgba(norms[t, k])[:3])) if norms[t, k] else style.INK
            number = _short(norms[t, k], digits=1).replace("-", "−")
            ax.text(k, t, number, color=color, fontsize=style.SMALL, ha="center", va="center")


def _short(number: float, digits: int) -> str:
    """Write a number with two significant digits, or with `digits` and a power of ten if that is shorter."""
    if number == 0 or 0.01 <= number < 999.5:
        return np.format_float_positional(number, precision=2, fractional=False, trim="-")
    mantissa, power = f"{number:.{digits - 1}e}".split("e")
    return f"{mantissa.removesuffix('.0')}e{int(power)}"


def _readable_on(color: tuple[float, float, float]) -> str:
    """Return the text colour, of the two in the style, with the higher contrast on a background."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color]
    luminance = float(np.dot(linear, (0.2126, 0.7152, 0.0722)))
    # Contrast is (lighter + 0.05) / (darker + 0.05), with luminance 1 for white and 0 for black.
    return style.ON_DARK if (luminance + 0.05) ** 2 < 1.05 * 0.05 else style.ON_LIGHT
