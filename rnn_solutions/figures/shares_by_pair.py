"""How much of a change is left over time in several networks, seen at a glance and without a scale."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from rnn_solutions.figures import style
from rnn_solutions.figures._axes import finish, new_grid
from rnn_solutions.figures._checks import at_least_0, some
from rnn_solutions.figures._labels import look

COLORS = (style.VERMILLION, style.BLUE)  # of the one that forgets and the one that keeps
FULL = 0.92  # side of the square of a whole share: neighbours stay apart


def shares_by_pair(shares: Mapping[str, ArrayLike]) -> tuple[Axes, ...]:
    """Show a share for every pair of steps (t, k) as the area of a square, one triangle a network.

    By the name of the network, for one or two of them, an array of shape (T+1, T+1): ``shares[t, k]`` is
    from 0 to 1 for ``k <= t``, and what stands beyond is not shown. Returned are the axes, in a new figure,
    `t` downwards and `k` to the right.
    """
    triangles = {}
    for name, values in some("shares", shares, len(COLORS)).items():
        triangles[name] = at_least_0(f"shares of {name}", values, ("T+1", "T+1"))
        if (most := np.tril(triangles[name]).max()) > 1:
            raise ValueError(f"shares of {name} must be at most 1, got {most}")
    axes = tuple(new_grid(1, len(triangles), (2.2 * len(triangles), 2.0)).flat)
    for ax, (name, triangle), color in zip(axes, triangles.items(), COLORS, strict=False):
        T = len(triangle) - 1
        for t, k in zip(*np.tril_indices(T + 1), strict=True):
            side = FULL * float(np.sqrt(triangle[t, k]))
            corner = (k - side / 2, t - side / 2)
            ax.add_patch(Rectangle(corner, side, side, color=color, linewidth=0, clip_on=False))
        ax.text(T, 0, name, **look(style.for_text(color), fontsize=style.LARGE, ha="right", va="center"))
        ends, around = [0, T], (-0.5, T + 0.5)
        ax.set(xticks=ends, yticks=ends, xlim=around, ylim=around[::-1], aspect="equal")
        ax.set_xlabel("$k$", labelpad=-10)  # between the numbers of its ends
        ax.tick_params(length=0, labelleft=ax is axes[0])
        finish(ax)
        ax.spines[:].set_visible(False)
    axes[0].set_ylabel("$t$", rotation=0, va="center", labelpad=-2)
    return axes
