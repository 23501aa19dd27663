"""An activation and its derivative, side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from rnn_solutions._validation import texts
from rnn_solutions.figures import style
from rnn_solutions.figures._axes import finish, name_axes, new_axes
from rnn_solutions.figures._checks import increasing, numbers
from rnn_solutions.figures._labels import write_beside


def activation_and_slope(
    z: ArrayLike,
    value: ArrayLike,
    slope: ArrayLike,
    ax: Axes | None = None,
    labels: Sequence[str] = (r"$\sigma(z)$", r"$\sigma′(z)$"),
) -> Axes:
    """Plot an activation and its derivative, both (m,), and mark where the derivative is largest.

    At the mark the place of the maximum takes the place of ``(z)`` in the second label, and the number is
    read from `slope`, to three significant digits. Of several slopes that are equally large the first is
    marked.
    """
    labels = texts("labels", labels, 2)
    z = increasing("z", z)
    value, slope = numbers("value", value, z.shape), numbers("slope", slope, z.shape)
    ax = new_axes(ax, size=(style.WIDTH, 3.0))
    ax.axhline(0, color=style.GRID, linewidth=1, zorder=0)
    ax.axvline(0, color=style.GRID, linewidth=1, zorder=0)
    for curve, label, color in zip((value, slope), labels, (style.BLUE, style.ACCENT), strict=True):
        ax.plot(z, curve, color=color, linewidth=2.4)
        write_beside(ax, label, (z[-1], curve[-1]), color, (6, 0))
    top = int(np.argmax(slope))
    place, height = round(float(z[top]), 3) + 0.0, float(slope[top])  # adding 0 turns -0 into 0
    ax.plot(z[top], height, "o", color=style.ACCENT, markersize=7)
    peak = labels[1].replace("(z)", f"({place:g})") + rf"$\,=\,{height:.3g}$"
    write_beside(ax, peak, (z[top], height), style.ACCENT, (8, 8))
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2.5, 5, 10]))  # quarters, where the maximum is one
    name_axes(ax, "$z$", ", ".join(labels))
    ax.margins(x=0)  # the line at zero ends before the labels
    finish(ax)
    return ax
