"""How what a computation costs grows with its size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter, NullLocator, ScalarFormatter
from numpy.typing import ArrayLike

from rnn_solutions._validation import real_array
from rnn_solutions.figures import style

_MARKERS = "os^Dv"
_PATTERNS = ("-", "--", "-.", ":", (0, (6, 1.5)))


def cost_growth(
    sizes: ArrayLike,
    costs: Mapping[str, ArrayLike],
    over: str,
    cost: str,
    ax: Axes | None = None,
) -> Axes:
    r"""Plot costs over a size, both on logarithmic axes, where a power of the size is a straight line.

    The legend holds the power that fits the three largest sizes of a curve: the slope of the line through
    them by least squares. At small sizes what every call costs hides it.

    Parameters
    ----------
    sizes : (m,) array_like
        At least three sizes, positive and increasing.
    costs : mapping of str to (m,) array_like
        What each size costs, positive, such as seconds or bytes; at most five curves, each with its label.
    over, cost : str
        What to write at the axes.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    ax : Axes
        The axes drawn on.

    Raises
    ------
    ValueError
        If there are fewer than three sizes or they do not increase from above 0, if a curve is not as long,
        real, finite and positive, or if there are no curves or more than five.

    Examples
    --------
    >>> ax = cost_growth([1, 2, 4], {"sort": [1, 2.2, 5], "all pairs": [3, 12, 48]}, "$n$", "s")
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['sort $n^{1.2}$', 'all pairs $n^{2.0}$']
    """
    sizes = real_array("sizes", sizes, ("m",))
    if len(sizes) < 3 or sizes[0] <= 0 or np.any(np.diff(sizes) <= 0):
        raise ValueError(f"sizes must be at least three that increase from above 0, got {sizes.tolist()}")
    if not 1 <= len(costs) <= len(_MARKERS):
        raise ValueError(f"costs must be between 1 and {len(_MARKERS)} curves, got {len(costs)}")
    ax = style.new_axes(ax, size=(4.2, 3.6))
    symbol = over.strip("$")
    looks = zip(style.SERIES, _MARKERS, _PATTERNS, strict=True)
    for (label, values), (color, marker, pattern) in zip(costs.items(), looks, strict=False):
        curve = real_array(f"costs of {label}", values, (len(sizes),))
        if curve.min() <= 0:
            raise ValueError(f"costs of {label} must be above 0, got {curve.min()}")
        power = np.polyfit(np.log(sizes[-3:]), np.log(curve[-3:]), 1)[0]
        look: dict[str, Any] = {"color": color, "marker": marker, "linestyle": pattern, "linewidth": 2}
        ax.plot(sizes, curve, label=f"{label} ${symbol}^{{{power:.1f}}}$", **look)
    ax.set(xscale="log", yscale="log")
    ax.set_xlabel(over, fontsize=style.MEDIUM)
    ax.set_ylabel(cost, fontsize=style.MEDIUM)
    ax.set_xticks(sizes)
    ax.xaxis.set_major_formatter(ScalarFormatter())
    ax.xaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.tick_params(labelsize=style.SMALL)
    ax.grid(color=style.GRID, linewidth=0.8)
    ax.spines[["top", "right"]].set_visible(False)
    place: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1)}  # above, where no curve is
    ax.legend(**place, fontsize=style.MEDIUM, frameon=False, handlelength=1.5, labelspacing=0.2)
    return ax
