"""Eigenvalues in the complex plane, how far small changes move them, and what each leaves of a gradient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, mapping, number_array
from rnn_solutions.figures import style
from rnn_solutions.figures._axes import finish, new_axes
from rnn_solutions.figures._checks import above_0, increasing, number, numbers, some
from rnn_solutions.figures._labels import look, write_legend

MARKERS = "osD^vx"
REACH = 1.3  # how far the plane is drawn, from its middle
ANGLE = np.linspace(0, 2 * np.pi, 361)
CIRCLE = np.array([np.cos(ANGLE), np.sin(ANGLE)])

ABOVE: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1), "labelspacing": 0.2}


def eigenvalue_disc(groups: Mapping[str, ArrayLike], ax: Axes | None = None) -> Axes:
    """Draw groups of eigenvalues, (m,) by label, real or complex, in the plane with the unit circle.

    At most six groups, of moduli that the plane holds. Their labels stand in a column above, each with its
    colour and marker.
    """
    points = {
        label: number_array(f"group {label}", values, ("m",))
        for label, values in some("groups", groups, len(style.LINES)).items()
    }
    for label, group in points.items():
        if np.abs(group).max() > REACH:
            raise ValueError(f"group {label} must be at most {REACH} in modulus, got {np.abs(group).max()}")
    ax = new_axes(ax, size=(style.WIDTH, 3.6 + 0.25 * len(points)))
    ax.fill(*CIRCLE, facecolor=style.TINT_GREY, edgecolor=style.MUTED, zorder=0)
    for ends in ([-REACH, REACH], [0, 0]), ([0, 0], [-REACH, REACH]):
        ax.plot(*ends, color=style.GRID, linewidth=0.8, zorder=1)
    marks: list[Line2D] = []
    for group, (color, _), marker in zip(points.values(), style.LINES, MARKERS, strict=False):
        dots: dict[str, Any] = {"color": color, "linestyle": "none", "marker": marker, "markersize": 5}
        marks += ax.plot(group.real, group.imag, **dots)
    ax.set(aspect="equal", xlim=(-REACH, REACH), ylim=(-REACH, REACH))
    ax.set(xticks=(-1, 0, 1), yticks=(-1, 0, 1))
    ax.set(xlabel=r"$\mathrm{Re}\,\lambda$", ylabel=r"$\mathrm{Im}\,\lambda$")
    finish(ax)
    write_legend(ax, marks, points, **ABOVE)
    return ax


def shares_over_lag(lags: ArrayLike, groups: Mapping[str, ArrayLike], ax: Axes | None = None) -> Axes:
    r"""Draw the share :math:`\lvert \lambda \rvert^{\text{lag}}` of a gradient that groups of units keep.

    `lags`, (m,), two or more, are on a logarithmic axis. A group, at most three, (k,) eigenvalues of modulus
    between 0 and 1 by label, is a band, from the unit that forgets first to the one that remembers longest.
    Their labels stand in a column above. A dotted line stands at 1/e, where a unit meets its memory length.
    """
    lags = above_0("lags", increasing("lags", lags, least=2))
    edges = np.array([_ends(label, values) for label, values in some("groups", groups, 3).items()])
    ax = new_axes(ax, size=(style.WIDTH, 2.7 + 0.25 * len(edges)))
    curves: list[Line2D] = []
    for (low, high), (color, pattern) in zip(edges, style.LINES, strict=False):
        ax.fill_between(lags, low**lags, high**lags, color=color, alpha=0.3, linewidth=0)
        for modulus in (low, high):
            curves += ax.plot(lags, modulus**lags, color=color, linestyle=pattern, linewidth=1.5)
    ax.axhline(1 / np.e, color=style.MUTED, linestyle=":", linewidth=1)
    frame = ax.get_yaxis_transform()
    ax.annotate("$1/e$", (1.0, 1 / np.e), (5, 0), frame, textcoords="offset points", **look(style.MUTED))
    ax.set(xscale="log", xlim=(lags[0], lags[-1]), ylim=(0, 1.02))
    ax.set(xlabel="$t - k$", ylabel=r"$|\lambda|^{t-k}$")
    ax.set_yticks((0, 0.5, 1))
    finish(ax)
    write_legend(ax, curves[::2], groups, **ABOVE)
    return ax


def pseudospectrum(
    x: ArrayLike,
    y: ArrayLike,
    levels: ArrayLike,
    edges: Mapping[str, float],
    eigenvalues: ArrayLike,
    ax: Axes | None = None,
) -> Axes:
    """Draw the edges of pseudospectra, with the eigenvalues, (n,), as dots and the unit circle, dashed.

    `levels`, (q, p), holds at each point x + iy, x of (p,) and y of (q,), the norm of the smallest change
    that makes it an eigenvalue. `edges` are the levels to draw by label, which stands above the edge, to the
    left of its top.
    """
    x, y = increasing("x", x, least=2), increasing("y", y, least=2)
    levels = numbers("levels", levels, (len(y), len(x)))
    if levels.min() < 0:
        raise ValueError(f"levels must be at least 0, got {levels.min()}")
    heights = {label: number(f"edge {label}", at) for label, at in mapping("edges", edges).items()}
    for label, at in heights.items():
        if not levels.min() < at < levels.max():
            raise ValueError(f"edge {label} must lie between the lowest level and the highest, got {at}")
    dots = number_array("eigenvalues", eigenvalues, ("n",))
    ax = new_axes(ax, size=(style.WIDTH, 3.5))
    for label, at in heights.items():
        lines = ax.contour(x, y, levels, levels=[at], colors=style.BLUE, linestyles="-", linewidths=1.8)
        points = np.concatenate([np.asarray(path.vertices) for path in lines.get_paths()])
        top = points[np.argmax(np.round(points[:, 1], 6))]
        text = look(style.BLUE, fontsize=style.SMALL, ha="right", va="baseline")
        ax.annotate(label, (top[0], top[1]), (-3, 3), textcoords="offset points", **text)
    ax.plot(*CIRCLE, color=style.INK, linewidth=1.5, linestyle=style.DASHED)
    ax.plot(dots.real, dots.imag, "o", color=style.ACCENT, markersize=6)
    ax.set(aspect="equal", xlim=x[[0, -1]], ylim=y[[0, -1]])
    ax.set(xlabel=r"$\mathrm{Re}\, z$", ylabel=r"$\mathrm{Im}\, z$")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(5))
    finish(ax)
    return ax


def _ends(label: str, values: ArrayLike) -> Array:
    """Return the least and the greatest modulus of a group, or raise a ValueError that names it."""
    modulus = np.abs(number_array(f"group {label}", values, ("m",)))
    ends = np.array([modulus.min(), modulus.max()])
    if not 0 < ends[0] <= ends[1] < 1:
        raise ValueError(f"group {label} must lie between 0 and 1 in modulus, got {ends[0]} to {ends[1]}")
    return ends
