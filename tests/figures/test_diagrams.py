"""The diagrams read back from what was drawn: which symbol stands where, and what each arrow joins."""

import itertools
from collections import Counter
from functools import partial

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import same_color
from matplotlib.patches import Circle, Ellipse, FancyBboxPatch, PathPatch, Polygon, Rectangle

from drawings import boxes, overlapping, refuses
from rnn_solutions import complex_step
from rnn_solutions.figures import style
from rnn_solutions.figures.diagrams import lstm_cell, two_lstm_steps, unrolled_rnn

TOUCH = 0.02  # inches: a wire meets an outline within this, less than half its stroke

VARIANTS = {
    "unrolled": unrolled_rnn,
    "one step": lambda: unrolled_rnn(T=0),
    "highlighted": lambda: unrolled_rnn(highlight=(3, 0)),
    "highlighted, within a step": lambda: unrolled_rnn(highlight=(1, 1)),
    "cell": lstm_cell,
    "two steps of the cell": two_lstm_steps,
}


def wires(ax, color=None):
    """Return (path, tail, tip, colour) of each line drawn; the tip is its head's, if it has one."""
    heads = [np.asarray(patch.get_xy()[0]) for patch in ax.patches if isinstance(patch, Polygon)]
    lines = []
    for patch in ax.patches:
        if not isinstance(patch, PathPatch) or patch.get_fill():
            continue
        path = patch.get_path()
        end = path.vertices[-1]
        tip = min([*heads, end + 9.0], key=lambda head: np.hypot(*(head - end)))
        if np.hypot(*(tip - end)) > 0.25:  # longer than any head
            tip = end
        if color is None or same_color(patch.get_edgecolor(), color):
            lines.append((path, path.vertices[0], tip, patch.get_edgecolor()))
    return lines


def places(ax):
    """Return the centre of every symbol that a circle of the same centre surrounds."""
    centers = [patch.center for patch in ax.patches if isinstance(patch, Circle)]
    return {text.get_text(): text.get_position() for text in ax.texts if text.get_position() in centers}


def joined(ax, color):
    """Return how often each pair of nodes is joined by an arrow of a colour, by the nodes' symbols."""
    nodes = places(ax)
    radius = next(patch.radius for patch in ax.patches if isinstance(patch, Circle))

    def node(point):
        on = [s for s, c in nodes.items() if abs(np.hypot(*(np.subtract(c, point))) - radius) < TOUCH]
        return on[0] if on else None

    return Counter((node(tail), node(tip)) for _, tail, tip, _ in wires(ax, color))


@pytest.mark.parametrize("T", [0, 1, 3])
def test_the_arrows_are_those_of_the_recursion(T):
    """h_t from h_{t-1} and x_t, L_t from h_t, for t = 0 to T; folded up, h from itself and x."""
    h, x, L = ([f"${letter}_{{{t}}}$" for t in range(T + 1)] for letter in "hxL")

    expected = Counter([("$x$", "$h$"), ("$h$", "$L$"), ("$h$", "$h$")])
    expected.update(itertools.pairwise(["$h_{-1}$", *h]))
    expected.update(zip(x, h, strict=True))
    expected.update(zip(h, L, strict=True))

    ax = unrolled_rnn(T)
    assert joined(ax, style.INK) == expected
    assert joined(ax, style.ACCENT) == Counter()


def test_each_step_uses_the_same_two_matrices():
    """One W for each of the T+1 arrows between states and one for the loop; likewise U."""
    texts = Counter(text.get_text() for text in unrolled_rnn(T=3).texts)

    assert texts["$W$"] == texts["$U$"] == 5


@pytest.mark.parametrize("highlight", [(3, 0), (2, 1), (3, 3), (0, 0)])
def test_the_way_back_has_one_arrow_for_each_factor_and_ends_at_the_varied_w(highlight):
    """dL_t/dh_t, then t - k Jacobians of one step, then the immediate derivative."""
    t, k = highlight
    ax = unrolled_rnn(T=3, highlight=highlight)

    expected = Counter([(f"$L_{{{t}}}$", f"$h_{{{t}}}$"), (f"$h_{{{k}}}$", None)])
    expected.update((f"$h_{{{j}}}$", f"$h_{{{j - 1}}}$") for j in range(t, k, -1))
    assert joined(ax, style.ACCENT) == expected
    assert joined(ax, style.INK) == joined(unrolled_rnn(T=3), style.INK)

    (varied,) = (text for text in ax.texts if text.get_color() == style.for_text(style.ACCENT))
    nodes, before = places(ax), f"$h_{{{k - 1}}}$"
    x, y = varied.get_position()
    assert varied.get_text() == "$W$"
    assert nodes[before][0] < x < nodes[f"$h_{{{k}}}$"][0]  # above the arrow into h_k
    tip = next(tip for _, _, tip, _ in wires(ax, style.ACCENT) if np.hypot(tip[0] - x, tip[1] - y) < 0.2)
    assert tip[0] == pytest.approx(x)
    assert tip[1] < y


def arrows(ax):
    """Return the arrows between nodes, each a pair of symbols, by what is drawn of it: colour and pattern."""
    radius = next(patch.radius for patch in ax.patches if isinstance(patch, Circle))
    found = {"path": [], "held": [], "total": []}
    for patch in (patch for patch in ax.patches if isinstance(patch, PathPatch)):
        ((_, tail, tip, color),) = (wire for wire in wires(ax) if wire[0] is patch.get_path())
        pair = tuple(
            next(s for s, c in places(ax).items() if abs(np.hypot(*(np.subtract(c, end))) - radius) < TOUCH)
            for end in (tail, tip)
        )
        dashed = patch.get_linestyle() != "solid"
        found["total" if dashed else "path" if same_color(color, style.BLUE) else "held"].append(pair)
    return found


def routes(drawn, here="$C_0$"):
    """Return every route from a symbol to C_2 over these arrows, each a list of symbols."""
    if here == "$C_2$":
        return [[here]]
    return [[here, *route] for tail, tip in drawn if tail == here for route in routes(drawn, tip)]


def two_steps(seed=0, n=3):
    """Return how each quantity of two steps of an LSTM is made from those that it reads, and their values."""
    rng = np.random.default_rng(seed)
    layers = ("f", "i", r"\tilde C", "o")
    W = {layer: rng.normal(size=(n, n)) for layer in layers}
    rest = {f"${layer}_{step}$": rng.normal(size=n) for layer in layers for step in range(3)}  # without W h

    def made(symbol, of):
        letter, _, step = symbol.strip("$").rpartition("_")
        if letter in W:
            z = rest[symbol] + W[letter] @ of.get(f"$h_{int(step) - 1}$", np.zeros(n))
            return np.tanh(z) if letter == r"\tilde C" else 1 / (1 + np.exp(-z))
        f, i, candidate, o = (of.get(f"${layer}_{step}$") for layer in layers)
        return (
            f * of[f"$C_{int(step) - 1}$"] + i * candidate
            if letter == "C"
            else o * np.tanh(of[f"$C_{step}$"])
        )

    values = {"$C_0$": rng.normal(size=n)}
    order = [f"${letter}_{step}$" for step in (1, 2) for letter in (*layers, "C", "h")]
    for symbol in ["$o_0$", "$h_0$", *order]:
        values[symbol] = made(symbol, values)
    return made, values, order


@pytest.mark.parametrize(
    ("kinds", "moving"),
    [
        (["path"], {"$C_1$", "$C_2$"}),
        (["path", "held"], {"$C_1$", "$h_1$", "$f_2$", "$i_2$", r"$\tilde C_2$", "$C_2$"}),
        (["path", "held", "total"], {"$h_0$", *two_steps()[2]}),
    ],
)
def test_the_routes_through_two_steps_add_up_to_the_derivative(kinds, moving):
    """An arrow is a derivative, all else held; a route multiplies its arrows. Thick alone, solid, and all."""
    made, values, order = two_steps()
    drawn = arrows(two_lstm_steps())

    def rerun(C):
        other = {**values, "$C_0$": C}
        for symbol in ["$h_0$", *order]:
            other[symbol] = made(symbol, other) if symbol in moving else values[symbol]
        return other["$C_2$"]

    found = np.zeros((3, 3))
    for route in routes([pair for kind in kinds for pair in drawn[kind]]):
        J = np.eye(3)
        for tail, tip in itertools.pairwise(route):
            one = partial(lambda v, tail, tip: made(tip, {**values, tail: v}), tail=tail, tip=tip)
            J = complex_step(one, values[tail]) @ J
        found += J

    np.testing.assert_allclose(found, complex_step(rerun, values["$C_0$"]), rtol=1e-12, atol=1e-15)


def distance(path, point):
    """Return how far a point is from a path, to a hundredth of an inch."""
    return np.hypot(*(path.interpolated(400).vertices - point).T).min()


class Cell:
    """What was drawn of an LSTM cell, by its meaning."""

    def __init__(self):
        self.ax = lstm_cell()
        self.wires = wires(self.ax)
        circles = [patch for patch in self.ax.patches if type(patch) is Circle]
        self.operations = [np.array(c.center) for c in circles if c.radius > 0.1]
        self.dots = [np.array(c.center) for c in circles if c.radius < 0.1]
        (self.squash,) = (np.array(p.center) for p in self.ax.patches if type(p) is Ellipse)
        self.cell_height = self.at(r"$C_t$")[1]

    def at(self, symbol):
        """Return where a symbol stands that occurs once."""
        (place,) = (text.get_position() for text in self.ax.texts if text.get_text() == symbol)
        return np.array(place)

    def is_product(self, operation):
        return any(np.allclose(operation, dot) for dot in self.dots)

    def operation_at(self, point):
        """Return the one operation whose outline passes through a point."""
        (found,) = (o for o in self.operations if abs(np.hypot(*(o - point)) - 0.18) < TOUCH)
        return found

    def from_layer(self, symbol):
        """Return tail and tip of the wire nearest to a symbol, among those that leave a layer."""
        tops = [
            box.get_bbox().get_points()
            for box in self.ax.patches
            if isinstance(box, FancyBboxPatch) and box.get_width() < 1
        ]
        leaving = [
            (path, tail, tip)
            for path, tail, tip, _ in self.wires
            if any(left < tail[0] < right and abs(tail[1] - top) < TOUCH for (left, _), (right, top) in tops)
        ]
        assert len(leaving) == 4

        _, tail, tip = min(leaving, key=lambda wire: distance(wire[0], self.at(symbol)))
        return tail, tip


@pytest.fixture
def cell():
    return Cell()


def test_each_layer_has_its_activation(cell):
    """Gates have a sigmoid, the candidate a tanh."""
    symbols = {tuple(text.get_position()): text.get_text() for text in cell.ax.texts}

    inside = {}
    for gate in ("$f_t$", "$i_t$", r"$\tilde C_t$", "$o_t$"):
        tail, _ = cell.from_layer(gate)
        inside[gate] = next(s for (x, y), s in symbols.items() if x == tail[0] and 0 < tail[1] - y < 0.3)

    sigma, tanh = r"$\sigma$", r"$\tanh$"
    assert inside == {"$f_t$": sigma, "$i_t$": sigma, r"$\tilde C_t$": tanh, "$o_t$": sigma}


def test_the_new_cell_state_is_f_times_the_old_one_plus_i_times_the_candidate(cell):
    kept = cell.operation_at(cell.from_layer("$f_t$")[1])
    written = cell.operation_at(cell.from_layer("$i_t$")[1])
    (added,) = (cell.operation_at(tip) for _, tail, tip, _ in cell.wires if on_outline(tail, written))

    np.testing.assert_array_equal(cell.operation_at(cell.from_layer(r"$\tilde C_t$")[1]), written)
    assert cell.is_product(kept)
    assert cell.is_product(written)
    assert not cell.is_product(added)
    assert kept[1] == added[1] == cell.cell_height != written[1]
    assert kept[0] < added[0]


def test_the_thick_path_leads_from_the_old_cell_state_over_both_operations_to_the_new_one(cell):
    blue = [(tail, tip) for _, tail, tip, _ in wires(cell.ax, style.BLUE)]
    blue.sort(key=lambda wire: wire[0][0])
    first, second = sorted((o for o in cell.operations if o[1] == cell.cell_height), key=lambda o: o[0])

    assert len(blue) == 3
    assert on_outline(blue[0][1], first)
    assert on_outline(blue[1][0], first)
    assert on_outline(blue[1][1], second)
    assert on_outline(blue[2][0], second)
    assert cell.at("$C_{t{-}1}$")[0] < blue[0][0][0]
    assert blue[2][1][0] < cell.at("$C_t$")[0]
    assert all(tail[1] == tip[1] == cell.cell_height for tail, tip in blue)


def test_the_new_state_is_o_times_the_tanh_of_the_new_cell_state(cell):
    made = cell.operation_at(cell.from_layer("$o_t$")[1])
    half = np.array([0, 0.21])
    ellipse_top, ellipse_bottom = cell.squash + half, cell.squash - half
    into = [tail for _, tail, tip, _ in cell.wires if np.allclose(tip, ellipse_top)]
    out = [tip for _, tail, tip, _ in cell.wires if np.allclose(tail, ellipse_bottom)]

    assert cell.is_product(made)
    assert len(into) == len(out) == 1
    assert any(np.allclose(into[0], dot) for dot in cell.dots)  # a branch, from the cell's wire ...
    assert into[0][1] == cell.cell_height
    assert into[0][0] > max(o[0] for o in cell.operations if o[1] == cell.cell_height)  # ... after the sum
    np.testing.assert_array_equal(cell.operation_at(out[0]), made)

    ((path, _, right),) = ((p, tail, tip) for p, tail, tip, _ in cell.wires if on_outline(tail, made))
    ((_, branch, up),) = ((p, tail, tip) for p, tail, tip, _ in cell.wires if tip[1] > cell.cell_height)
    labels = [np.array(text.get_position()) for text in cell.ax.texts if text.get_text() == "$h_t$"]
    assert any(np.allclose(branch, dot) for dot in cell.dots)
    assert distance(path, branch) < TOUCH
    assert all(min(np.hypot(*(label - tip)) for tip in (right, up)) < 0.3 for label in labels)
    assert len(labels) == 2


def test_wires_that_meet_have_a_dot_and_the_one_crossing_is_interrupted(cell):
    """Besides, the input runs into the previous state's wire, which is the only meeting of two inputs."""
    (gap,) = (patch for patch in cell.ax.patches if type(patch) is Rectangle)
    corners = gap.get_bbox()
    meetings = Counter()
    for (a, *_), (b, *_) in itertools.combinations(cell.wires, 2):
        if not a.intersects_path(b, filled=False):
            continue
        at_dot = any(distance(a, dot) < TOUCH and distance(b, dot) < TOUCH for dot in cell.dots)
        crossing = a.intersects_bbox(corners, filled=False) and b.intersects_bbox(corners, filled=False)
        meetings["dot" if at_dot else "crossing" if crossing else "other"] += 1

    assert meetings == {"dot": 5, "crossing": 1, "other": 1}
    assert not any(corners.contains(*dot) for dot in cell.dots)


def on_outline(point, operation):
    """Return whether a point lies on the circle drawn around an operation."""
    return abs(np.hypot(*(operation - point)) - 0.18) < TOUCH


@pytest.mark.parametrize("fontset", ["stix", "dejavusans"])
@pytest.mark.parametrize("draw", VARIANTS.values(), ids=VARIANTS)
def test_no_symbol_touches_another_or_a_wire(draw, fontset):
    """With the narrowest and the widest of the fonts that could be used."""
    with mpl.rc_context({"mathtext.fontset": fontset}):
        ax = draw()
        assert overlapping(ax) == []
        places = boxes(ax)
    lines = [ax.transData.transform_path(path) for path, *_ in wires(ax)]

    touched = [
        text.get_text()
        for text, box in zip(ax.texts, places, strict=True)
        if any(line.intersects_bbox(box, filled=False) for line in lines)
    ]
    assert touched == []
    frame = ax.figure.bbox
    assert all(frame.x0 < b.x0 and b.x1 < frame.x1 and frame.y0 < b.y0 and b.y1 < frame.y1 for b in places)


@pytest.mark.parametrize("draw", VARIANTS.values(), ids=VARIANTS)
def test_a_diagram_holds_symbols_only(draw):
    texts = [text.get_text() for text in draw().texts]

    assert texts
    assert all(text.startswith("$") and text.endswith("$") for text in texts)


test_bad_steps_are_named = refuses(
    unrolled_rnn,
    (-1, "T must be at least 0, got -1"),
    (2.5, "T must be a whole number, got 2.5"),
    (3, (1, 2), "need 0 <= k <= t <= 3, got k=2 and t=1"),
    (3, (4, 0), "need 0 <= k <= t <= 3, got k=0 and t=4"),
    (3, 3, r"highlight must be two steps \(t, k\), got 3"),
    (3, (1, 0, 0), r"highlight must be two steps \(t, k\), got \(1, 0, 0\)"),
)
