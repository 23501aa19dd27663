"""What powers of a matrix do: to their norm, and to the unit circle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, mapping, texts
from rnn_solutions.figures import style
from rnn_solutions.figures._axes import draw_curves, finish, name_axes, new_axes, tick_decades, tick_whole
from rnn_solutions.figures._checks import curves, increasing, numbers
from rnn_solutions.figures._labels import GAP, look, spread, write_at_edge

WIDEST = 0.4  # of the width of the axes, that a name at their foot may take


def power_norms(
    n: ArrayLike,
    norms: Mapping[str, ArrayLike],
    ax: Axes | None = None,
    labels: Sequence[str] = ("$n$", r"$\Vert M^n \Vert$"),
) -> Axes:
    r"""Plot the norms of the powers of several matrices over the exponent, on a logarithmic axis.

    Exponential growth and decay are straight lines there. A norm of zero has no place: the curve falls off
    the axes instead, and a triangle at their foot marks the first power that vanishes.

    Parameters
    ----------
    n : (m,) array_like
        Exponents in increasing order.
    norms : mapping of str to (m,) array_like
        The norms of those powers for each matrix, at most six, dimensionless: at least 0, the first above 0.
        The key is written at the end of the curve, or at its triangle; those of triangles that are near
        each other stand one above the other.
    labels : (str, str)
        What to write at the two axes.

    Raises
    ------
    ValueError
        If the arrays are not real, at most 1e150 and equally long, if `n` does not increase, if a norm is
        negative or the first one zero, or if there are no curves or more than six.

    Examples
    --------
    >>> ax = power_norms([0, 1, 2], {"$J_2(0)$": [1, 1, 0], "$0.5$": [1, 0.5, 0.25]})
    >>> [text.get_text() for text in ax.texts]
    ['$J_2(0)$', '$0.5$']
    """
    n = increasing("n", n)
    labels = texts("labels", labels, 2)
    checked = curves("norms", norms, len(n), most=len(style.LINES))
    for label, values in checked.items():
        if values[0] == 0:
            raise ValueError(f"curve {label} must start above 0, got {values[0]}")
    ax = new_axes(ax, size=(style.WIDTH, 3.5))
    draw_curves(ax, n, (np.where(values > 0, values, np.nan) for values in checked.values()))
    ax.set(yscale="log")
    name_axes(ax, *labels)
    ax.set_ylim(ax.get_ylim())  # as it is now: the labels are laid out by it
    ax.margins(x=0.02)
    _label_ends(ax, n, checked)
    tick_whole(ax.xaxis)
    tick_decades(ax.yaxis, 7)
    ax.grid(axis="y", color=style.GRID, linewidth=0.8)
    finish(ax)
    return ax


def circle_images(
    matrices: ArrayLike,
    labels: Sequence[str],
    directions: Mapping[str, ArrayLike] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the unit circle, in grey, and its images under at most six matrices, (m, 2, 2).

    A thin line leads from the label of each to the point of the image farthest from the origin. `directions`,
    (2,) by label, such as those of eigenvectors, are drawn through the origin with the label at the end.
    """
    factors = numbers("matrices", matrices, ("m", 2, 2))
    if len(factors) > len(style.LINES):
        raise ValueError(f"matrices must be at most {len(style.LINES)}, got {len(factors)}")
    labels = texts("labels", labels, len(factors))
    directions = {} if directions is None else mapping("directions", directions)
    rays = {label: _unit(label, ray) for label, ray in directions.items()}
    angle = np.linspace(0, 2 * np.pi, 721)
    circle = np.array([np.cos(angle), np.sin(angle)])
    images = list(factors @ circle)
    reach = max(1.0, float(np.hypot(*np.hstack(images)).max()))
    ax = new_axes(ax, size=(style.WIDTH, 3.3))
    for label, ray in rays.items():
        ax.plot(*np.outer(ray, [-1.1 * reach, 1.1 * reach]), color=style.MUTED, linewidth=0.8, zorder=1)
        x, y = 1.21 * reach * ray
        ax.text(x, y, label, **look(style.MUTED, ha="center"))
    ax.fill(*circle, facecolor=style.TINT_GREY, edgecolor=style.MUTED, linewidth=1, zorder=0)
    for image, (color, pattern) in zip(images, style.LINES, strict=False):
        ax.plot(*image, color=color, linestyle=pattern, linewidth=2)
    ax.set(aspect="equal", xlim=(-1.3 * reach, 1.3 * reach), ylim=(-1.3 * reach, 1.3 * reach))
    _label_tips(ax, labels, images, reach)
    name_axes(ax, "$x_1$", "$x_2$")
    finish(ax)
    return ax


def _label_ends(ax: Axes, n: Array, curves: Mapping[str, Array]) -> None:
    """Write each label at the right end of its curve, or at the foot where the curve drops to zero."""
    looks = dict(zip(curves, style.LINES, strict=False))
    written: list[tuple[float, int]] = []  # where the names at the foot begin, and in which row from below
    room = WIDEST * (n[-1] - n[0])
    ends = {label: values[-1] for label, values in curves.items() if values.all()}
    for label in (label for label in curves if label not in ends):
        (color, pattern), zero = looks[label], int(np.argmin(curves[label]))
        drop = [curves[label][zero - 1], ax.get_ylim()[0]]
        ax.plot(n[zero - 1 : zero + 1], drop, color=color, linestyle=pattern, linewidth=1)
        at, frame = (float(n[zero]), 0.0), ax.get_xaxis_transform()
        ax.plot(*at, "v", color=color, transform=frame, clip_on=False, markersize=9)
        taken = {row for place, row in written if abs(place - at[0]) < room}
        row = next(row for row in range(len(curves)) if row not in taken)
        written.append((at[0], row))
        ax.annotate(label, (at[0], row * GAP), (8, 9), frame, textcoords="offset points", **look(color))
    rows = max((row + 1.5 for place, row in written if n[-1] - place < room), default=0.0)
    colors = (looks[label][0] for label in ends)
    write_at_edge(ax, ends, [*ends.values()], colors, lowest=GAP * rows)


def _label_tips(ax: Axes, labels: Sequence[str], images: Sequence[Array], reach: float) -> None:
    """Write the labels in a column at the right, each with a line to the farthest point of its image."""
    tips = [image[:, np.argmax(np.round(np.linalg.norm(image / reach, axis=0), 9))] for image in images]
    tips = [tip if tip[0] >= 0 else -tip for tip in tips]  # an image is symmetric about the origin
    rows = spread(np.array([tip[1] for tip in tips]), 0.24 * reach, -1.3 * reach, 1.3 * reach)
    for label, tip, height, (color, _) in zip(labels, tips, rows, style.LINES, strict=False):
        line = {"arrowstyle": "-", "color": color, "linewidth": 0.8, "shrinkA": 2, "shrinkB": 0}
        ax.annotate(label, (tip[0], tip[1]), (1.4 * reach, height), arrowprops=line, **look(color))


def _unit(label: str, ray: ArrayLike) -> Array:
    """Return the vector of length 1 in the direction of `ray`, or raise a ValueError that names it."""
    vector = numbers(f"direction {label}", ray, (2,))
    if not vector.any():
        raise ValueError(f"direction {label} must not be zero")
    return np.asarray(vector / np.linalg.norm(vector))
