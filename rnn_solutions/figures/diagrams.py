"""A recurrent network unrolled over time, one LSTM cell, and all ways through two of its steps.

Positions and lengths are inches of a new figure. In the LSTM cell a filled dot is a branch: both wires carry
the same value. Where wires cross without a dot, one is interrupted and they have nothing to do with each
other.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Ellipse, FancyBboxPatch, Patch, PathPatch, Polygon, Rectangle
from matplotlib.path import Path

from rnn_solutions._validation import ordered_steps, spelled, whole
from rnn_solutions.figures import style
from rnn_solutions.figures._axes import new_axes

Point = tuple[float, float]

THIN, MIDDLE, THICK = 1.8, 2.4, 4.0  # widths in points; a phone halves them
NODE, OPERATION, DOT = 0.31, 0.18, 0.055  # radii
STEP = 1.05  # from one state to the next
INPUT, STATE, LOSS = 0.35, 1.4, 2.5  # heights of the three rows of a network
LAST = 99  # more steps are wider than any page
SHIFT = 0.14  # from an arrow forward to the dashed one back


def unrolled_rnn(T: int = 3, highlight: tuple[int, int] | None = None, ax: Axes | None = None) -> Axes:
    r"""Draw a recurrent network folded up, and unrolled over the steps :math:`0, \dots, T`.

    .. math:: h_t = \sigma(W h_{t-1} + U x_t), \qquad L = \sum_{t=0}^{T} L_t

    Every arrow between states carries the same `W`, every arrow from an input the same `U`. Two steps
    ``(t, k)`` to highlight draw the way back of that term of the gradient, a dashed arrow for each factor of

    .. math::

       \frac{\partial L_t}{\partial h_t}\, \frac{\partial h_t}{\partial h_{t-1}} \cdots
       \frac{\partial h_{k+1}}{\partial h_k}\, \frac{\partial^+ h_k}{\partial W}

    the last of which points at the one `W` that is varied.
    """
    T = whole("T", T, 0)
    if T > LAST:
        raise ValueError(f"T must be at most {LAST} to be drawn, got {spelled(T)}")
    t, k = (-1, -1) if highlight is None else _two_steps(highlight, T)
    folded, start = 0.35, 2.15  # where h and h_{-1} stand
    ax = _frame(ax, start + STEP * (T + 1) + NODE + 0.04, 2.85)

    _column(ax, folded, "")
    side = folded + NODE * np.cos(np.pi / 6)
    top, bottom = STATE + NODE / 2, STATE - NODE / 2
    _wire(ax, [(side, top), (1.08, top), (1.08, bottom), (side, bottom)], radius=NODE / 2)
    _symbol(ax, (1.26, STATE), "$W$")
    _symbol(ax, (1.65, STATE), "$=$")

    _node(ax, (start, STATE), "$h_{-1}$", style.TINT_GREY)
    for step in range(T + 1):
        x = start + STEP * (step + 1)
        _column(ax, x, f"_{{{step}}}")
        _wire(ax, [(x - STEP + NODE, STATE), (x - NODE, STATE)])
        varied, passed = step == k, k < step <= t
        lift = 0.54 if varied else 0.33 if passed else 0.19  # dashed arrows pass below their letters
        _symbol(ax, (x - STEP / 2, STATE + lift), "$W$", style.ACCENT if varied else style.INK)
    if highlight is not None:
        _way_back(ax, [start + STEP * (step + 1) for step in range(t, k - 1, -1)])
    return ax


def lstm_cell(ax: Axes | None = None) -> Axes:
    r"""Draw one step of an LSTM, laid out as in C. Olah, Understanding LSTM Networks (2015).

    .. math:: C_t = f_t \odot C_{t-1} + i_t \odot \tilde C_t, \qquad h_t = o_t \odot \tanh(C_t)

    Boxes are layers with weights, which all read :math:`h_{t-1}` and :math:`x_t`. Round shapes have no
    weights and work entry by entry. The thick wire is the path of the cell state.
    """
    ax = _frame(ax, 6.2, 4.6)
    left, right, floor, ceiling = 0.72, 5.52, 0.75, 4.05
    middle = ((left + right) / 2, (floor + ceiling) / 2)
    _box(ax, middle, (right - left, ceiling - floor), style.TINT_GREY, style.GRID, 0.2)
    enter, exit_ = 0.66, 5.72  # where the wires from and to the other steps begin and end
    bus, cell = 1.15, 3.55  # heights of those two wires
    f, i, g, o = 1.48, 2.3, 3.12, 3.94  # the four layers; g is the candidate
    product, squash, shut = 2.82, 3.05, 2.4  # heights inside the cell
    last, up = 4.82, 5.28  # where h_t is made, and where it leaves upwards

    _symbol(ax, (0.98, 0.3), "$x_t$")
    _symbol(ax, (0.32, bus), "$h_{t{-}1}$")
    _wire(ax, [(0.98, 0.5), (0.98, bus), (1.3, bus)], head=False, radius=0.2)
    _wire(ax, [(enter, bus), (o, bus), (o, 1.53)])
    for x in (f, i, g):
        _wire(ax, [(x, bus), (x, 1.53)])
        _dot(ax, (x, bus))
    for x, symbol in ((f, r"$\sigma$"), (i, r"$\sigma$"), (g, r"$\tanh$"), (o, r"$\sigma$")):
        _box(ax, (x, 1.76), (0.68, 0.46), style.TINT_ORANGE, style.INK, 0.04)
        _symbol(ax, (x, 1.76), symbol)

    roof = 1.99
    _wire(ax, [(f, roof), (f, cell - OPERATION)])
    _wire(ax, [(i, roof), (i, product), (g - OPERATION, product)])
    _wire(ax, [(g, roof), (g, product - OPERATION)])
    _wire(ax, [(g, product + OPERATION), (g, cell - OPERATION)])
    _wire(ax, [(o, roof), (o, shut), (last - OPERATION, shut)])
    _symbol(ax, (f + 0.22, 2.36), "$f_t$")
    _symbol(ax, (i + 0.2, 2.36), "$i_t$")
    _symbol(ax, (g + 0.25, 2.34), r"$\tilde C_t$")
    _symbol(ax, (o + 0.32, shut + 0.2), "$o_t$")

    _wire(ax, [(last, cell), (last, squash + 0.21)])
    _wire(ax, [(last, squash - 0.21), (last, shut + OPERATION)])
    _shape(ax, Ellipse((last, squash), 0.76, 0.42, facecolor=style.PAPER))
    _symbol(ax, (last, squash), r"$\tanh$")
    _wire(ax, [(last, shut - OPERATION), (last, bus), (exit_, bus)])
    _wire(ax, [(up, bus), (up, 4.25)])
    _dot(ax, (up, bus))
    _symbol(ax, (5.94, bus), "$h_t$")
    _symbol(ax, (up, 4.43), "$h_t$")

    gap = Rectangle((up - 0.05, cell - 0.1), 0.1, 0.2, facecolor=style.TINT_GREY, linewidth=0, zorder=2)
    ax.add_patch(gap)  # the wire upwards passes beneath the cell's, which is drawn next
    _symbol(ax, (0.32, cell), "$C_{t{-}1}$")
    _symbol(ax, (5.94, cell), "$C_t$")
    for begin, end in ((enter, f - OPERATION), (f + OPERATION, g - OPERATION), (g + OPERATION, exit_)):
        _wire(ax, [(begin, cell), (end, cell)], style.BLUE, THICK)
    _dot(ax, (last, cell))
    _operation(ax, (g, cell), "+")
    for center in ((f, cell), (g, product), (last, shut)):
        _operation(ax, center, "odot")
    return ax


def two_lstm_steps(ax: Axes | None = None) -> Axes:
    r"""Draw what reads what in two steps of an LSTM, from :math:`C_0` to :math:`C_2`.

    An arrow leads from a quantity to one that is computed from it, and stands for that derivative, all else
    held. A route multiplies its arrows, the latest on the left, and routes add up: the thick ones to the path
    :math:`F_{20}`, these and the solid ones to :math:`\partial C_2 / \partial C_0`, and all of them, with the
    dashed ones through :math:`h_0`, to :math:`d C_2 / d C_0`. Inputs and the first output gate are held.
    """
    ax = _frame(ax, 6.2, 3.6)
    starts, cell, hidden = (0.4, 3.1, 5.8), 3.2, 0.4  # columns of the states, and their two rows
    layers = {"f": 2.43, "i": 1.75, r"\tilde C": 1.07, "o": hidden}
    for step, (before, after) in enumerate(pairwise(starts), 1):
        dashed = step == 1
        now = (after, cell)
        _arrow(ax, (before, cell), now, style.BLUE, THICK)
        _arrow(ax, (before, cell), (before, hidden), style.ACCENT, MIDDLE, dashed=dashed)
        for letter, height in layers.items():
            if letter == "o" and step == 2:
                break  # it scales what the second step shows, which C_2 does not read
            layer = ((before + after) / 2, height)
            shown = (after, hidden) if letter == "o" else now
            _arrow(ax, (before, hidden), layer, style.ACCENT, MIDDLE, dashed=dashed)
            _arrow(ax, layer, shown, style.ACCENT, MIDDLE, dashed=dashed)
            _node(ax, layer, f"${letter}_{step}$", style.TINT_ORANGE)
    for step, x in enumerate(starts):
        _node(ax, (x, cell), f"$C_{step}$", style.TINT_BLUE)
        if step < 2:
            _node(ax, (x, hidden), f"$h_{step}$", style.TINT_BLUE)
    return ax


def _arrow(ax: Axes, tail: Point, tip: Point, color: str, width: float, *, dashed: bool = False) -> None:
    """Draw a straight arrow from one variable's circle to another's."""
    (x, y), (across, up) = tail, np.subtract(tip, tail)
    shares = NODE / np.hypot(across, up), 1 - NODE / np.hypot(across, up)
    _wire(ax, [(x + share * across, y + share * up) for share in shares], color, width, dashed=dashed)


def _two_steps(highlight: tuple[int, int], last: int) -> tuple[int, int]:
    """Return the steps `t` and `k` of a term, or raise a ValueError."""
    try:
        t, k = highlight
        return ordered_steps(t, k, last)
    except (TypeError, ValueError) as error:
        wanted = "highlight must be two steps (t, k)"
        raise ValueError(f"{wanted}, got {spelled(highlight)}: {error}") from error


def _column(ax: Axes, x: float, index: str) -> None:
    """Draw one step: input, state and loss above each other."""
    _wire(ax, [(x, INPUT + NODE), (x, STATE - NODE)])
    _wire(ax, [(x, STATE + NODE), (x, LOSS - NODE)])
    _node(ax, (x, INPUT), f"$x{index}$", style.TINT_GREY)
    _node(ax, (x, STATE), f"$h{index}$", style.TINT_BLUE)
    _node(ax, (x, LOSS), f"$L{index}$", style.TINT_ORANGE)
    _symbol(ax, (x + 0.2, (INPUT + STATE) / 2), "$U$")


def _way_back(ax: Axes, columns: Sequence[float]) -> None:
    """Draw the dashed arrows from a loss down to its state, back over the states, and to the last one's W."""
    reach = float(np.sqrt(NODE**2 - SHIFT**2))  # a shifted arrow meets the circle here
    y = STATE + SHIFT
    routes = [[(columns[0] - SHIFT, LOSS - reach), (columns[0] - SHIFT, STATE + reach)]]
    routes += [[(x - reach, y), (x - STEP + reach, y)] for x in columns[:-1]]
    middle = columns[-1] - STEP / 2
    routes += [[(columns[-1] - reach, y), (middle, y), (middle, STATE + 0.41)]]
    for route in routes:
        _wire(ax, route, style.ACCENT, MIDDLE, dashed=True)


def _frame(ax: Axes | None, width: float, height: float) -> Axes:
    """Return axes that show nothing of their own, `width` by `height` inches when the figure is new."""
    ax = new_axes(ax, (width, height))
    ax.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    ax.set_axis_off()
    return ax


def _wire(
    ax: Axes,
    points: Sequence[Point],
    color: str = style.INK,
    width: float = THIN,
    *,
    head: bool = True,
    dashed: bool = False,
    radius: float = 0.12,
) -> None:
    """Draw a line through `points` with rounded corners and, at its end, an arrow's head."""
    corners = np.asarray(points, dtype=float)
    if head:
        along = corners[-1] - corners[-2]
        along *= (0.1 + 0.022 * width) / np.hypot(*along)
        across = 0.42 * np.array([-along[1], along[0]])
        base = corners[-1] - along
        triangle = [corners[-1].copy(), base + across, base - across]
        ax.add_patch(Polygon(triangle, facecolor=color, linewidth=0, zorder=3))
        corners[-1] = base + 0.1 * along  # the line ends inside the head, or its end would stick out
    vertices, codes = [corners[0]], [Path.MOVETO]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        bend = [corner + radius * (end - corner) / np.hypot(*(end - corner)) for end in (before, after)]
        vertices += [bend[0], corner, bend[1]]
        codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    path = Path([*vertices, corners[-1]], [*codes, Path.LINETO])
    pattern = (0, (2.0, 1.0)) if dashed else "solid"
    line = PathPatch(path, fill=False, edgecolor=color, linewidth=width, linestyle=pattern, zorder=2)
    ax.add_patch(line)


def _shape(ax: Axes, shape: Patch) -> None:
    """Add a shape with the outline and the place in front of the wires that all shapes have."""
    shape.set(edgecolor=style.INK, linewidth=THIN, zorder=4)
    ax.add_patch(shape)


def _node(ax: Axes, center: Point, symbol: str, fill: str) -> None:
    """Draw a variable: a circle with its symbol."""
    _shape(ax, Circle(center, NODE, facecolor=fill))
    _symbol(ax, center, symbol)


def _box(ax: Axes, center: Point, size: Point, fill: str, edge: str, radius: float) -> None:
    """Draw a rectangle with rounded corners, behind the wires."""
    (x, y), (width, height) = center, size
    corners = f"round,pad=0,rounding_size={radius}"
    box = FancyBboxPatch((x - width / 2, y - height / 2), width, height, boxstyle=corners)
    box.set(facecolor=fill, edgecolor=edge, linewidth=THIN, zorder=1)
    ax.add_patch(box)


def _operation(ax: Axes, center: Point, kind: str) -> None:
    """Draw a circle with a plus or, for the product entry by entry, with a dot in it."""
    _shape(ax, Circle(center, OPERATION, facecolor=style.PAPER))
    (x, y), arm = center, 0.6 * OPERATION
    if kind == "+":
        path = Path([(x - arm, y), (x + arm, y), (x, y - arm), (x, y + arm)], [1, 2, 1, 2])
        ax.add_patch(PathPatch(path, fill=False, edgecolor=style.INK, linewidth=THIN, zorder=5))
    else:
        _dot(ax, center)


def _dot(ax: Axes, center: Point) -> None:
    """Draw a filled dot."""
    ax.add_patch(Circle(center, DOT, facecolor=style.INK, linewidth=0, zorder=5))


def _symbol(ax: Axes, center: Point, symbol: str, color: str = style.INK) -> None:
    """Write a symbol centred at a point."""
    color = style.for_text(color)
    ax.text(*center, symbol, color=color, fontsize=style.LARGE, ha="center", va="center", zorder=6)
