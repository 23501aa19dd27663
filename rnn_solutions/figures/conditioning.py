"""How rounding grows when two eigenvectors become nearly parallel."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, real_array
from rnn_solutions.figures import style


def errors_over_gap(
    gap: ArrayLike,
    errors: Mapping[str, ArrayLike],
    yardstick: tuple[str, ArrayLike],
    refused_below: float,
    ax: Axes | None = None,
) -> Axes:
    r"""Show how wrong several ways to compute the same thing are, as two eigenvalues come closer.

    Both axes are logarithmic, and the gap shrinks to the right. An error of exactly zero has no place there
    and is left out.

    Parameters
    ----------
    gap : (m,) array_like
        Distances of the two eigenvalues, above 0 and decreasing, dimensionless.
    errors : mapping of str to (m,) array_like
        Relative errors of each way, at least 0 and one above, drawn as dots. The key is written at the right.
    yardstick : (str, (m,) array_like)
        The label of a curve to compare them with, and its values as those of an error, drawn as a line.
    refused_below : float
        Below this gap the background is grey.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    ax : Axes
        The axes drawn on.

    Raises
    ------
    ValueError
        If `gap` is not positive and decreasing, `refused_below` is not between its ends, or a curve has
        another length, a negative number or nothing above 0.

    Examples
    --------
    >>> ax = errors_over_gap([1e-1, 1e-2], {"a": [1e-16, 1e-15]}, ("b", [1e-15, 1e-14]), refused_below=0.05)
    >>> [text.get_text() for text in ax.texts]
    ['b', 'a']
    """
    gap = real_array("gap", gap, ("m",))
    if gap[-1] <= 0 or np.any(np.diff(gap) >= 0):
        raise ValueError(f"gap must decrease and stay above 0, got {gap[0]:g} to {gap[-1]:g}")
    if not gap[-1] < refused_below < gap[0]:
        raise ValueError(f"refused_below must be between {gap[-1]:g} and {gap[0]:g}, got {refused_below!r}")
    line = _curve(*yardstick, len(gap))
    dots = {label: _curve(label, values, len(gap)) for label, values in errors.items()}
    ax = style.new_axes(ax, size=(5.8, 3.6))
    ax.axvspan(refused_below, gap[-1], color=style.TINT_GREY, zorder=0)
    ax.plot(gap, line, color=style.MUTED, linewidth=2)
    _write(ax, yardstick[0], (gap[-1], line[-1]), style.MUTED)
    for (label, values), color in zip(dots.items(), style.SERIES, strict=False):
        seen = values > 0
        ax.plot(gap[seen], values[seen], "o", color=color, markersize=4)
        _write(ax, label, (gap[-1], values[seen][-1]), color)
    ax.set(xscale="log", yscale="log", xlim=(gap[0], gap[-1]))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(LogLocator(numticks=6))
        axis.set_minor_formatter(NullFormatter())
    ax.set_xlabel(r"$\delta$", fontsize=style.MEDIUM)
    ax.tick_params(labelsize=style.SMALL)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _curve(label: str, values: ArrayLike, length: int) -> Array:
    """Return a curve as an array, or raise a ValueError that names it."""
    curve = real_array(f"curve {label}", values, (length,))
    if np.any(curve < 0) or not np.any(curve > 0):
        raise ValueError(
            f"curve {label} must be at least 0 and one above, got {curve.min()} to {curve.max()}"
        )
    return curve


def _write(ax: Axes, text: str, at: tuple[float, float], color: str) -> None:
    """Write to the right of a point."""
    ax.annotate(text, at, (8, 0), textcoords="offset points", color=color, fontsize=style.MEDIUM, va="center")
