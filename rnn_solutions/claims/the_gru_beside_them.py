"""Claims of the page on the GRU: its Jacobian in parts, their bounds and limit, and the two conventions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache, partial

import numpy as np

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.claims.meanings import Names
from rnn_solutions.claims.registry import by_another_algorithm
from rnn_solutions.claims.what_the_gates_do import gates_by_complex_step, gates_by_the_package, near
from rnn_solutions.formulas.evaluating import Meaning
from rnn_solutions.formulas.values import DEFAULTS, steps
from rnn_solutions.gradients.ways import GRU_WAYS, step_parts
from rnn_solutions.networks.gru import GRU, GRURun
from rnn_solutions.networks.plain import gru_gates
from rnn_solutions.sheet.comparisons import assume, at_most
from rnn_solutions.sheet.drawn_networks import KEPT, Drawn, derivative, drawn_once, responses

BLOCKS = "rzn"
WAYS = "dzrn"
DRAWN = "n and d from 1 to 3; weights, biases and inputs drawn from N(0, 1), the first state from −1 to 1"
ONE_STEP = f"{DRAWN}; the second of two steps"
THREE_STEPS = f"{DRAWN}; one of three steps"


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
    @drawn_once
    def draw(cls, rng: np.random.Generator, steps: int = 2) -> PlainGRU:
        """Draw n and d from 1 to 3, every number from N(0, 1) and the first state from -1 to 1."""
        n, d = rng.integers(1, 3, size=2, endpoint=True)
        W, U, b_hh, b_ih = (
            {block: rng.normal(size=shape) for block in BLOCKS} for shape in [(n, n), (n, d), n, n]
        )
        return cls(W, U, b_hh, b_ih, rng.normal(size=(steps, d)), rng.uniform(-1, 1, size=n))

    @cached_property
    def stacked(self) -> list[Array]:
        """The weights as the textbook and the package take them."""
        parts = (self.U, self.W, self.b_ih, self.b_hh)
        return [np.concatenate([part[block] for block in BLOCKS]) for part in parts]

    @cached_property
    def run(self) -> dict[str, Array]:
        """All gates "r", "z", what the reset gate scales, "a", the candidates "n" and the states "h"."""
        found = [self.values(0, self.h_init)]
        for t in range(1, self.T + 1):
            found.append(self.values(t, found[-1]["h"]))
        return {name: np.array([step[name] for step in found]) for name in found[0]}

    @cached_property
    def before(self) -> Array:
        """The state that each step starts from, (T+1, n)."""
        return np.vstack([self.h_init, self.run["h"][:-1]])

    def values(self, t: int, h: Numbers, ways: str = WAYS) -> dict[str, Numbers]:
        """Return all of step t from the state h; closed ways read the recorded one."""
        net = self
        for block in sorted(set(BLOCKS) - set(ways)):
            kept = net.b_hh[block] + net.W[block] @ self.before[t]
            net = replace(net, W={**net.W, block: 0 * net.W[block]}, b_hh={**net.b_hh, block: kept})
        r, z, n = gru_gates(h, self.x[t], *net.stacked)
        a = np.matvec(net.W["n"], h) + net.b_hh["n"]
        return {"r": r, "z": z, "a": a, "n": n, "h": (1 - z) * n + z * (h if "d" in ways else self.before[t])}

    def slope(self, block: str) -> Array:
        """Return the slopes of a block's activation at every step."""
        by_x = self.x @ self.U[block].T + self.b_ih[block]
        by_h = self.before @ self.W[block].T + self.b_hh[block]
        candidate = block == "n"
        slope = DEFAULTS[r"\tanh'" if candidate else r"\sigma'"]
        return np.asarray(slope(by_x + (self.run["r"] * by_h if candidate else by_h)))

    def part(self, t: int, ways: str = WAYS) -> Array:
        """Return the Jacobian of step t with only these ways open, by a complex step."""
        if not 0 <= t <= self.T:
            raise IndexError(f"no step {t}")
        return derivative(lambda h: self.values(t, h, ways)["h"], self.before[t])

    def packaged(self) -> GRURun:
        """Return the run of the same network from the package."""
        return GRU(*self.stacked).forward(self.x, self.h_init)


def of_gru(plain: PlainGRU, **indices: int) -> Names:
    """Return what stands for what in a GRU; every derivative by a complex step."""
    return _of_gru(plain) | indices


@lru_cache(maxsize=KEPT)
def _of_gru(plain: PlainGRU) -> Names:
    part = cache(plain.part)
    weights = {"W_{i": plain.U, "W_{h": plain.W, "b_{i": plain.b_ih, "b_{h": plain.b_hh}
    return {
        **{f"{letter}{block}}}": by[block] for letter, by in weights.items() for block in BLOCKS},
        **{name: steps(plain.run[name]) for name in "rzan"},
        **{f"{block}'": steps(plain.slope(block)) for block in BLOCKS},
        **{f"P^{way}": partial(part, ways=way) for way in WAYS},
        "h": steps([plain.h_init, *plain.run["h"]], -1),
        "x": steps(plain.x),
        "I_n": np.eye(plain.n),
        r"\partial h/\partial h": lambda t, k: {t - 1: part(t)}[k],  # over one step
    }


@gates_by_the_package("def-gru", assumes=THREE_STEPS)
def package_steps_as_defined(rng: np.random.Generator) -> Meaning:
    """The gates, candidates and states that the package computes are those of the definition."""
    plain = PlainGRU.draw(rng, steps=3)
    run = plain.packaged()
    gates = {"r": run.reset, "z": run.update, "a": run.candidate_hh, "n": run.candidate}
    package = {name: steps(gate) for name, gate in gates.items()} | {"h": steps([plain.h_init, *run.h], -1)}
    return Meaning(of_gru(plain, t=plain.step_drawn(rng)) | package, scale=1)


@gates_by_complex_step("eq-gru-nudge", assumes=ONE_STEP)
@gates_by_complex_step("eq-gru-gate-nudge", assumes=ONE_STEP)
def step_moves_with_the_state(rng: np.random.Generator) -> Meaning:
    """The state moves with its old value, the update gate and the candidate, and these with the old state."""
    plain = PlainGRU.draw(rng)
    h_dot = rng.normal(size=plain.n)
    dots = responses(lambda theta: plain.values(1, plain.before[1] + theta * h_dot), np.zeros(1), "rznh")
    r, z, n, h = (dot[:, 0] for dot in dots)
    moving = {r"\dot r": steps([r], 1), r"\dot z": steps([z], 1), r"\dot n": steps([n], 1)}
    return Meaning(of_gru(plain, t=1) | moving | {r"\dot h": steps([h_dot, h])}, scale=1)


@gates_by_complex_step("eq-gru-parts", assumes=ONE_STEP)
def each_part_is_a_step_with_one_way_open(rng: np.random.Generator) -> Meaning:
    """With three of the four ways closed, the Jacobian of a step has the part of the fourth alone."""
    plain = PlainGRU.draw(rng)
    package = step_parts(plain.packaged(), 1)
    ways = zip(GRU_WAYS, WAYS, strict=True)
    return Meaning(
        of_gru(plain, t=1), scale=1, also=[near(package[name], plain.part(1, way)) for name, way in ways]
    )


@gates_by_complex_step("eq-gru-jacobian", assumes=ONE_STEP)
def parts_sum_to_the_whole(rng: np.random.Generator) -> Meaning:
    """The four parts add up to the Jacobian of the step."""
    plain = PlainGRU.draw(rng)
    run = plain.packaged()
    return Meaning(of_gru(plain, t=1), scale=1, also=[near(run.net.jacobian(run, 1, 0), plain.part(1))])


@by_another_algorithm(
    "eq-gru-state-bound",
    assumes="n and d from 1 to 3, one of ten steps; weights drawn from N(0, 9), inputs from N(0, 1), first "
    "states from N(0, 4); and a state and a candidate at 1, where the bound is attained",
    tolerance=1e-15,
    because="a weighted mean of two numbers, three roundings of 1.1e-16",
    same={
        "h_{t - 1}": "it is said for all steps, and the first state is no larger than itself",
        "- 1 + 1": "a later state is no larger, and bounds those after it as well",
    },
)
def state_stays_within_its_bound(rng: np.random.Generator) -> list[Meaning]:
    """No entry of the state leaves the range from -1 to 1, and one that starts outside does not grow."""
    drawn = PlainGRU.draw(rng, steps=10)
    W, U = ({block: 3 * part[block] for block in BLOCKS} for part in (drawn.W, drawn.U))
    wide = replace(drawn, W=W, U=U, h_init=2 * rng.normal(size=drawn.n))
    b_ih = {**drawn.b_ih, "n": np.full(drawn.n, 60.0)}
    full = replace(drawn, b_ih=b_ih, x=drawn.x[:1], h_init=np.ones(drawn.n))
    t, j = drawn.step_drawn(rng), int(rng.integers(1, drawn.n, endpoint=True))
    package = np.abs(wide.packaged().h)
    bound = np.maximum(1, np.abs(wide.h_init))
    return [
        Meaning(of_gru(wide, t=t, j=j), also=[at_most(package, np.broadcast_to(bound, package.shape))]),
        Meaning(of_gru(full, t=0, j=j), attained=1e-15),
    ]


@by_another_algorithm(
    "eq-gru-bounds",
    assumes=f"{ONE_STEP}; and a step that attains one of the bounds, or comes within 1e-13 of it",
    tolerance=1e-12,
    because="the singular values of a small matrix; far out gates miss their limits by 4e-18",
)
def parts_are_bounded_by_their_weights(rng: np.random.Generator) -> list[Meaning]:
    """With a state between -1 and 1 no part multiplies by more than its weights allow."""
    plain = PlainGRU.draw(rng)
    n, over = plain.n, {"j": range(1, plain.n + 1)}
    assume(np.all(np.abs(plain.before) <= 1), "the state leaves the range from -1 to 1")
    # With h = 0 or 1 throughout, the arguments of gates and candidate are set by the biases.
    row = int(rng.integers(2, 4, endpoint=True))
    r, z, candidate, h = {2: (0, 0, -40, 1), 3: (0, -40, 0, 0), 4: (40, -40, 0, 0)}[row]
    a = np.full(n, 2.0 if row == 3 else 0.0)
    start = np.full(n, float(h))
    b_hh = {block: -plain.W[block] @ start for block in BLOCKS}
    b_hh["n"] = b_hh["n"] + a
    b_ih = {"r": np.full(n, float(r)), "z": np.full(n, float(z)), "n": candidate - 0.5 * a}
    tight = replace(plain, x=0 * plain.x, h_init=start, b_hh=b_hh, b_ih=b_ih)
    return [
        Meaning(of_gru(plain, t=1), over=over),
        Meaning(of_gru(tight, t=0), over=over, attained={(row, 1): 1e-12}),
    ]


@gates_by_complex_step(
    "eq-gru-limit",
    assumes=f"{ONE_STEP}; and with 70 added to the biases of the update gate, where the limit is reached",
)
def what_misses_the_identity_has_a_factor_that_closes(rng: np.random.Generator) -> Meaning:
    """What the Jacobian misses of the identity has 1 - z in front, and goes to 0 with it."""
    plain = PlainGRU.draw(rng)
    keeping = replace(plain, b_ih={**plain.b_ih, "z": plain.b_ih["z"] + 70})
    return Meaning(of_gru(plain, t=1), scale=1, also=[near(keeping.part(1), np.eye(plain.n))])


@gates_by_the_package("eq-gru-mirror", assumes=THREE_STEPS)
def gate_that_renews_is_the_mirror_of_one_that_keeps(rng: np.random.Generator) -> list[Meaning]:
    """A gate that renews does the same as one that keeps, with the signs of all its weights changed."""
    plain = PlainGRU.draw(rng, steps=3)
    renewing = of_gru(plain, t=plain.step_drawn(rng)) | {r"\hat z": steps(1 - plain.run["z"])}
    run = plain.packaged()
    package = {r"\hat z": steps(1 - run.update), "h": steps([plain.h_init, *run.h], -1)}
    return [Meaning(renewing, scale=1), Meaning(renewing | package, scale=1)]


@gates_by_complex_step("eq-gru-reset-first", assumes=ONE_STEP)
def reset_before_the_product_has_other_parts(rng: np.random.Generator) -> Meaning:
    """When the reset gate scales the state before the product, it stands between the weights."""
    plain = PlainGRU.draw(rng)
    before, z = plain.before[1], plain.run["z"][1]
    by_x = rng.normal(size=plain.n)  # what the candidate reads of the input, with its bias

    def argument(reset_reads: Numbers, product_reads: Numbers) -> Numbers:
        return np.asarray(by_x + np.matvec(plain.W["n"], plain.values(1, reset_reads)["r"] * product_reads))

    def renewed(z_n: Numbers) -> Numbers:  # what the update gate keeps is held
        return np.asarray((1 - z) * np.tanh(z_n))

    names = {
        "n'": steps([DEFAULTS[r"\tanh'"](argument(before, before))], 1),
        "P^r": steps([derivative(lambda h: renewed(argument(h, before)), before)], 1),
        "P^n": steps([derivative(lambda h: renewed(argument(before, h)), before)], 1),
    }
    return Meaning(of_gru(plain, t=1) | names, scale=1)
