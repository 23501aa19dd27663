"""How rounding grows when two eigenvectors become nearly parallel."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter
from numpy.typing import ArrayLike

from rnn_solutions._validation import real_array, real_number
from rnn_solutions.figures import style
from rnn_solutions.figures._curves import checked, checked_curve, write_beside


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
        Relative errors of each way, at most five, at least 0 and one above, drawn as dots. The key is written
        at the right.
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
        If `gap` is not positive and decreasing, `refused_below` is not between its ends, a curve has another
        length, a negative number or nothing above 0, or there are no errors or more than five.

    See Also
    --------
    relative_errors : errors without anything they depend on.

    Examples
    --------
    >>> ax = errors_over_gap([1e-1, 1e-2], {"a": [1e-16, 1e-15]}, ("b", [1e-15, 1e-14]), refused_below=0.05)
    >>> [text.get_text() for text in ax.texts]
    ['b', 'a']
    """
    gap = real_array("gap", gap, ("m",))
    if gap[-1] <= 0 or np.any(np.diff(gap) >= 0):
        raise ValueError(f"gap must decrease and stay above 0, got {gap[0]:g} to {gap[-1]:g}")
    limit = real_number("refused_below", refused_below)
    if not gap[-1] < limit < gap[0]:
        raise ValueError(f"refused_below must be between {gap[-1]:g} and {gap[0]:g}, got {limit:g}")
    if not (isinstance(yardstick, tuple) and len(yardstick) == 2):
        raise ValueError(f"yardstick must be a tuple of a label and a curve, got {yardstick!r}")
    line = checked_curve(*yardstick, len(gap))
    dots = checked("errors", errors, len(gap), most=len(style.SERIES))
    ax = style.new_axes(ax, size=(4.5, 3.4))
    ax.axvspan(limit, gap[-1], color=style.TINT_GREY, zorder=0)
    ax.plot(gap[line > 0], line[line > 0], color=style.MUTED, linewidth=2)
    write_beside(ax, yardstick[0], (gap[-1], line[line > 0][-1]), style.MUTED, (8, 0))
    for (label, values), color in zip(dots.items(), style.SERIES, strict=False):
        seen = values > 0
        ax.plot(gap[seen], values[seen], "o", color=color, markersize=4)
        write_beside(ax, label, (gap[-1], values[seen][-1]), color, (8, 0))
    ax.set(xscale="log", yscale="log", xlim=(gap[0], gap[-1]))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(LogLocator(numticks=6))
        axis.set_minor_formatter(NullFormatter())
    ax.set_xlabel(r"$\delta$")
    style.finish(ax)
    return ax
