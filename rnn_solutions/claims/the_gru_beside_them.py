"""Claims of the page on the GRU: its Jacobian in parts, their bounds and limit, and the two conventions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.claims.registry import by_another_algorithm
from rnn_solutions.claims.what_the_gates_do import CANCELLING, gates_by_complex_step, near
from rnn_solutions.gradients.ways import GRU_WAYS, step_parts
from rnn_solutions.networks.activations import sigmoid_slope, tanh_slope
from rnn_solutions.networks.gru import GRU, GRURun
from rnn_solutions.networks.plain import gru_gates, gru_step, run, sigma
from rnn_solutions.sheet.comparisons import Comparison, assume, at_most, equal
from rnn_solutions.sheet.drawn_networks import Drawn, derivative, responses

BLOCKS = "rzn"
WAYS = "dzrn"
NAMES = dict(zip(WAYS, GRU_WAYS, strict=True))
DRAWN = "n and d from 1 to 3; weights, biases and inputs drawn from N(0, 1), the first state from −1 to 1"
ONE_STEP = f"{DRAWN}; one step"


@dataclass(frozen=True, eq=False)
class PlainGRU(Drawn):
    """A GRU of the textbook, with the inputs that it reads. Weights and biases are kept by block."""

    W: Mapping[str, Array]
    U: Mapping[str, Array]
    b_hh: Mapping[str, Array]
    b_ih: Mapping[str, Array]
    x: Array
    h_init: Array

    @classmethod
    def draw(cls, rng: np.random.Generator, steps: int = 1) -> PlainGRU:
        """Draw n and d from 1 to 3, every number from N(0, 1) and the first state from -1 to 1."""
        n, d = rng.integers(1, 3, size=2, endpoint=True)
        W, U, b_hh, b_ih = (
            {block: rng.normal(size=shape) for block in BLOCKS} for shape in [(n, n), (n, d), n, n]
        )
        return cls(W, U, b_hh, b_ih, rng.normal(size=(steps, d)), rng.uniform(-1, 1, size=n))

    @property
    def stacked(self) -> list[Array]:
        """The weights as the textbook and the package take them."""
        parts = (self.U, self.W, self.b_ih, self.b_hh)
        return [np.concatenate([part[block] for block in BLOCKS]) for part in parts]

    def values(self, t: int, h: Numbers, ways: str = WAYS) -> dict[str, Numbers]:
        """Return all of step t from the state h; closed ways read the first state."""
        kept = {block: self.W[block] @ self.h_init for block in BLOCKS if block not in ways}
        W = {block: (block in ways) * self.W[block] for block in BLOCKS}
        b_hh = {block: self.b_hh[block] + kept.get(block, 0) for block in BLOCKS}
        r, z, n = gru_gates(h, self.x[t], *replace(self, W=W, b_hh=b_hh).stacked)
        a = np.matvec(W["n"], h) + b_hh["n"]
        return {"r": r, "z": z, "a": a, "n": n, "h": (1 - z) * n + z * (h if "d" in ways else self.h_init)}

    @cached_property
    def first(self) -> dict[str, Array]:
        """The values of step 0."""
        return self.values(0, self.h_init)

    def argument(self, block: str) -> Array:
        """Return what the activation of a block acts on at step 0."""
        by_x = self.U[block] @ self.x[0] + self.b_ih[block]
        by_h = self.W[block] @ self.h_init + self.b_hh[block]
        return np.asarray(by_x + (self.first["r"] * by_h if block == "n" else by_h))

    def part(self, ways: str) -> Array:
        """Return the Jacobian of step 0 with only these ways open, by a complex step."""
        return derivative(lambda h: self.values(0, h, ways)["h"], self.h_init)

    def packaged(self) -> GRURun:
        """Return the run of the same network from the package."""
        return GRU(*self.stacked).forward(self.x, self.h_init)


def _formulas(plain: PlainGRU) -> dict[str, Array]:
    """Return the parts of step 0 by way, as displayed on the page."""
    r, z, a, n = (plain.first[name] for name in "rzan")
    r_slope, z_slope = (sigmoid_slope(plain.argument(block)) for block in "rz")
    n_slope = tanh_slope(plain.argument("n"))
    return {
        "d": np.diag(z),
        "z": np.diag((plain.h_init - n) * z_slope) @ plain.W["z"],
        "r": np.diag((1 - z) * n_slope * a * r_slope) @ plain.W["r"],
        "n": np.diag((1 - z) * n_slope * r) @ plain.W["n"],
    }


def _direction(rng: np.random.Generator, plain: PlainGRU) -> tuple[Array, dict[str, Array]]:
    """Draw how the first state moves, and return how all of step 0 moves with it."""
    h_dot = rng.normal(size=plain.n)
    dots = responses(lambda theta: plain.values(0, plain.h_init + theta * h_dot), np.zeros(1), "rznh")
    return h_dot, {name: dot[:, 0] for name, dot in zip("rznh", dots, strict=True)}


@gates_by_complex_step("eq-gru-nudge", assumes=ONE_STEP)
def state_moves_by_three_terms(rng: np.random.Generator) -> Comparison:
    r"""The state moves with its old value, with the update gate and with the candidate.

    .. math::

        \begin{aligned}
        \dot h_t ={} & z_t \odot \dot h_{t-1} + (h_{t-1} - n_t) \odot \dot z_t \\
        & {} + (1 - z_t) \odot \dot n_t .
        \end{aligned}
    """
    plain = PlainGRU.draw(rng)
    h_dot, dot = _direction(rng, plain)
    z, n = plain.first["z"], plain.first["n"]
    return near(z * h_dot + (plain.h_init - n) * dot["z"] + (1 - z) * dot["n"], dot["h"])


@gates_by_complex_step("eq-gru-gate-nudge", assumes=ONE_STEP)
def layers_move_with_the_state(rng: np.random.Generator) -> list[Comparison]:
    r"""The gates move with the state, and the candidate with the state in two places.

    .. math::

        \begin{aligned}
        \dot z_t &= z'_t \odot W_{hz}\, \dot h_{t-1}, \\
        \dot r_t &= r'_t \odot W_{hr}\, \dot h_{t-1}, \\
        \dot n_t &= n'_t \odot \bigl( a_t \odot \dot r_t + r_t \odot W_{hn}\, \dot h_{t-1} \bigr) .
        \end{aligned}
    """
    plain = PlainGRU.draw(rng)
    h_dot, dot = _direction(rng, plain)
    r_slope, z_slope = (sigmoid_slope(plain.argument(block)) for block in "rz")
    n_slope, r, a = tanh_slope(plain.argument("n")), plain.first["r"], plain.first["a"]
    return [
        near(z_slope * (plain.W["z"] @ h_dot), dot["z"]),
        near(r_slope * (plain.W["r"] @ h_dot), dot["r"]),
        near(n_slope * (a * dot["r"] + r * (plain.W["n"] @ h_dot)), dot["n"]),
    ]


@gates_by_complex_step("eq-gru-parts", assumes=ONE_STEP)
def each_part_is_a_step_with_one_way_open(rng: np.random.Generator) -> list[Comparison]:
    r"""With three of the four ways closed, the Jacobian of a step has the part of the fourth alone.

    .. math::

        \begin{aligned}
        P^d_t &= \operatorname{diag}(z_t), \\
        P^z_t &= \operatorname{diag}\bigl((h_{t-1} - n_t) \odot z'_t\bigr)\, W_{hz}, \\
        P^r_t &= \operatorname{diag}\bigl((1 - z_t) \odot n'_t \odot a_t \odot r'_t\bigr)\, W_{hr}, \\
        P^n_t &= \operatorname{diag}\bigl((1 - z_t) \odot n'_t \odot r_t\bigr)\, W_{hn},
        \end{aligned}
    """
    plain = PlainGRU.draw(rng)
    formulas, package = _formulas(plain), step_parts(plain.packaged(), 0)
    truth = {way: plain.part(way) for way in WAYS}
    return [
        *(near(formulas[way], truth[way]) for way in WAYS),
        *(near(package[NAMES[way]], truth[way]) for way in WAYS),
    ]


@gates_by_complex_step("eq-gru-jacobian", assumes=f"{DRAWN}; two steps")
def parts_sum_to_the_whole(rng: np.random.Generator) -> list[Comparison]:
    r"""The four parts add up to the Jacobian of the step.

    .. math::

        \frac{\partial h_t}{\partial h_{t-1}} = P^d_t + P^z_t + P^r_t + P^n_t
    """
    plain = PlainGRU.draw(rng, steps=2)
    P = _formulas(plain)
    ours = plain.packaged()
    later = replace(plain, x=plain.x[1:], h_init=plain.first["h"])
    return [
        near(P["d"] + P["z"] + P["r"] + P["n"], plain.part(WAYS)),
        near(ours.net.jacobian(ours, 1, 0), later.part(WAYS)),
    ]


@by_another_algorithm(
    "eq-gru-state-bound",
    assumes="n and d from 1 to 3, ten steps; weights drawn from N(0, 9), inputs from N(0, 1), first states "
    "from N(0, 4); and a state and a candidate at 1, where the bound is attained",
    tolerance=1e-15,
    because="a weighted mean of two numbers, three roundings of 1.1e-16",
)
def state_stays_within_its_bound(rng: np.random.Generator) -> list[Comparison]:
    r"""No entry of the state leaves the range from -1 to 1, and one that starts outside does not grow.

    .. math::

        \lvert (h_t)_a \rvert \le \max\bigl(1, \lvert (h_{-1})_a \rvert\bigr)
    """
    drawn = PlainGRU.draw(rng, steps=10)
    W, U = ({block: 3 * part[block] for block in BLOCKS} for part in (drawn.W, drawn.U))
    plain = replace(drawn, W=W, U=U, h_init=2 * rng.normal(size=drawn.n))
    bound = np.maximum(1, np.abs(plain.h_init))
    (states,) = run(gru_step, (plain.h_init,), plain.x, *plain.stacked)
    full = replace(drawn, b_ih={**drawn.b_ih, "n": np.full(drawn.n, 60.0)}, h_init=np.ones(drawn.n))
    return [
        at_most(np.abs(states), np.broadcast_to(bound, (10, plain.n))),
        at_most(np.abs(plain.packaged().h), np.broadcast_to(bound, (10, plain.n))),
        equal(full.first["h"], np.ones(drawn.n)),
    ]


@by_another_algorithm(
    "eq-gru-bounds",
    assumes=f"{ONE_STEP}; and a step that attains each bound, or comes within 1e-13 of it",
    tolerance=1e-12,
    because="the singular values of a small matrix; far out gates miss their limits by 4e-18",
)
def parts_are_bounded_by_their_weights(rng: np.random.Generator) -> list[Comparison]:
    r"""With a state between -1 and 1 no part multiplies by more than its weights allow.

    .. math::

        \begin{aligned}
        \lVert P^d_t \rVert &\le \max_a (z_t)_a, \\
        \lVert P^z_t \rVert &\le \tfrac12 \lVert W_{hz} \rVert, \\
        \lVert P^r_t \rVert &\le \tfrac14 \max_a \lvert (a_t)_a \rvert\, \lVert W_{hr} \rVert, \\
        \lVert P^n_t \rVert &\le \lVert W_{hn} \rVert .
        \end{aligned}
    """
    plain = PlainGRU.draw(rng)
    assume(np.all(np.abs(plain.h_init) <= 1), "the state leaves the range from -1 to 1")

    def bounds(one: PlainGRU) -> dict[str, float]:
        W = {block: float(np.linalg.norm(one.W[block], 2)) for block in BLOCKS}
        a = float(np.max(np.abs(one.first["a"])))
        return {"d": float(one.first["z"].max()), "z": W["z"] / 2, "r": a * W["r"] / 4, "n": W["n"]}

    def norms(one: PlainGRU) -> dict[str, float]:
        return {way: float(np.linalg.norm(one.part(way), 2)) for way in WAYS}

    # With h = 0 or 1 throughout, the arguments of gates and candidate are set by the biases.
    n = plain.n
    found, limits = norms(plain), bounds(plain)
    comparisons = [at_most(found[way], limits[way]) for way in WAYS]
    wanted = {"d": (0, 0, 0, 1), "z": (0, 0, -40, 1), "r": (0, -40, 0, 0), "n": (40, -40, 0, 0)}
    way = WAYS[rng.integers(4)]
    r, z, candidate, h = wanted[way]
    a = np.full(n, 2.0 if way == "r" else 0.0)
    start = np.full(n, float(h))
    b_hh = {block: -plain.W[block] @ start for block in BLOCKS}
    b_hh["n"] = b_hh["n"] + a
    b_ih = {"r": np.full(n, float(r)), "z": np.full(n, float(z)), "n": candidate - 0.5 * a}
    tight = replace(plain, x=0 * plain.x, h_init=start, b_hh=b_hh, b_ih=b_ih)
    return [*comparisons, equal(norms(tight)[way], bounds(tight)[way])]


@gates_by_complex_step(
    "eq-gru-limit",
    assumes=f"{ONE_STEP}; once as drawn and once with 70 added to the biases of the update gate",
)
def what_misses_the_identity_has_a_factor_that_closes(rng: np.random.Generator) -> list[Comparison]:
    r"""What the Jacobian misses of the identity has 1 - z in front, and goes to 0 with it.

    .. math::

        \begin{aligned}
        \frac{\partial h_t}{\partial h_{t-1}} - I_n ={} & \operatorname{diag}(1 - z_t) \Bigl( \\
        & \operatorname{diag}\bigl((h_{t-1} - n_t) \odot z_t\bigr) W_{hz} \\
        & {} + \operatorname{diag}(n'_t \odot a_t \odot r'_t)\, W_{hr} \\
        & {} + \operatorname{diag}(n'_t \odot r_t)\, W_{hn} - I_n \Bigr) .
        \end{aligned}
    """
    plain = PlainGRU.draw(rng)
    comparisons = []
    for bias in (0.0, 70.0):
        one = replace(plain, b_ih={**plain.b_ih, "z": plain.b_ih["z"] + bias})
        r, z, a, n = (one.first[name] for name in "rzan")
        n_slope, r_slope = tanh_slope(one.argument("n")), sigmoid_slope(one.argument("r"))
        formula = np.diag(1 - z) @ (
            np.diag((one.h_init - n) * z) @ one.W["z"]
            + np.diag(n_slope * a * r_slope) @ one.W["r"]
            + np.diag(n_slope * r) @ one.W["n"]
            - np.eye(one.n)
        )
        comparisons.append(near(formula, one.part(WAYS) - np.eye(one.n)))
    return [*comparisons, near(one.part(WAYS), np.eye(one.n))]


@by_another_algorithm("eq-gru-mirror", assumes=f"{DRAWN}; three steps", tolerance=3e-14, because=CANCELLING)
def gate_that_renews_is_the_mirror_of_one_that_keeps(rng: np.random.Generator) -> list[Comparison]:
    r"""A gate that renews does the same as one that keeps, with the signs of all its weights changed.

    .. math::

        \begin{aligned}
        \hat z_t &= \sigma(-W_{iz}\, x_t - b_{iz} - W_{hz}\, h_{t-1} - b_{hz}), \\
        h_t &= \hat z_t \odot n_t + (1 - \hat z_t) \odot h_{t-1} .
        \end{aligned}
    """
    plain = PlainGRU.draw(rng, steps=3)

    def renewing(h: Array, x: Array, *weights: Array) -> Array:
        _, _, n = gru_gates(h, x, *weights)
        renew = sigma(-plain.U["z"] @ x - plain.b_ih["z"] - plain.W["z"] @ h - plain.b_hh["z"])
        return np.asarray(renew * n + (1 - renew) * h)

    kept, mirrored = (run(step, (plain.h_init,), plain.x, *plain.stacked)[0] for step in (gru_step, renewing))
    return [near(mirrored, kept), near(mirrored, plain.packaged().h)]


@gates_by_complex_step("eq-gru-reset-first", assumes=ONE_STEP)
def reset_before_the_product_has_other_parts(rng: np.random.Generator) -> list[Comparison]:
    r"""When the reset gate scales the state before the product, it stands between the weights.

    .. math::

        \begin{aligned}
        P^r_t &= \operatorname{diag}\bigl((1 - z_t) \odot n'_t\bigr)\, W_{hn} \\
        & \quad \operatorname{diag}(h_{t-1} \odot r'_t)\, W_{hr}, \\
        P^n_t &= \operatorname{diag}\bigl((1 - z_t) \odot n'_t\bigr)\, W_{hn}\, \operatorname{diag}(r_t) .
        \end{aligned}
    """
    plain = PlainGRU.draw(rng)
    r, z = plain.first["r"], plain.first["z"]
    n_slope = tanh_slope(plain.U["n"] @ plain.x[0] + plain.b_ih["n"] + plain.W["n"] @ (r * plain.h_init))
    front = np.diag((1 - z) * n_slope) @ plain.W["n"]

    def renewed(reset_reads: Numbers, product_reads: Numbers) -> Numbers:  # what z keeps is held
        a = np.matvec(plain.W["n"], plain.values(0, reset_reads)["r"] * product_reads)
        return np.asarray((1 - z) * np.tanh(plain.U["n"] @ plain.x[0] + plain.b_ih["n"] + a))

    by_reset = derivative(lambda h: renewed(h, plain.h_init), plain.h_init)
    return [
        near(front @ np.diag(plain.h_init * sigmoid_slope(plain.argument("r"))) @ plain.W["r"], by_reset),
        near(front @ np.diag(r), derivative(lambda h: renewed(plain.h_init, h), plain.h_init)),
    ]
