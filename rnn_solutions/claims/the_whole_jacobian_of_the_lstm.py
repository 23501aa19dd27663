"""Claims of the page on the LSTM's whole Jacobian: its parts, and what is left when ways are closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cache, lru_cache, partial
from itertools import combinations

import numpy as np

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.claims.gradient_along_the_cell_state import DRAWN, ONE_STEP, SOME_STEPS
from rnn_solutions.claims.meanings import LETTERS, Names, of_lstm
from rnn_solutions.claims.registry import by_another_algorithm, in_fractions
from rnn_solutions.claims.what_the_gates_do import gates_by_complex_step, near
from rnn_solutions.formulas.evaluating import Meaning
from rnn_solutions.formulas.values import Function, Row, steps
from rnn_solutions.gradients.ways import LSTM_WAYS, gradients_along, jacobian_along, step_parts
from rnn_solutions.sheet.comparisons import assume, equal
from rnn_solutions.sheet.drawn_networks import GATES, KEPT, PlainLSTM, derivative, responses

WAYS = "dfico"
NAMES = dict(zip(WAYS, LSTM_WAYS, strict=True))


def _step(
    plain: PlainLSTM, t: int, s: Numbers, ways: str = WAYS, W: Mapping[str, Numbers] | None = None
) -> Numbers:
    """Return the joint state after step t from s, in which closed ways read what was recorded."""
    W = plain.W if W is None else W
    kept = {gate: np.matvec(W[gate], plain.h_before[t]) for gate in GATES if gate not in ways}
    closed = replace(
        plain,
        W={**W, **{gate: 0 * W[gate] for gate in kept}},
        b={gate: plain.b[gate] + kept.get(gate, 0) for gate in GATES},
    )
    h, C = np.split(s, 2, axis=-1)
    return np.concatenate(closed.rerun(h, C if "d" in ways else plain.C_before[t], t, t), axis=-1)


def _of_page(plain: PlainLSTM, **indices: int) -> Names:
    """Return what stands for what: the parts by a complex step, what reads h by the package."""
    return of_lstm(plain, **indices) | _parts(plain)


@lru_cache(maxsize=KEPT)
def _parts(plain: PlainLSTM) -> Names:
    n = plain.n
    parts = cache(lambda t: step_parts(plain.packaged(), t))
    open_alone = cache(lambda way, t: derivative(lambda s: _step(plain, t, s, way), plain.s[t - 1]))

    def reader(way: str, t: int) -> Array:
        return parts(t)[NAMES[way]][slice(n) if way == "o" else slice(n, None), :n]

    return {
        **{f"A^{way}": partial(reader, way) for way in "fico"},
        "A^": reader,
        "A": lambda t: reader("f", t) + reader("i", t) + reader("c", t),
        **{f"P^{way}": partial(open_alone, way) for way in WAYS},
        "P^": open_alone,
        "d": "d",
    }


def _size(array: Array) -> float:
    """Return what an error is measured against: 1, the size of what is drawn, or more."""
    return 1 + float(np.max(np.abs(array)))


@gates_by_complex_step(
    {
        "eq-ways-cell-nudge": "The cell moves with its old state and with the three layers that write to it.",
        "eq-ways-gate-nudge": "Gates and candidate move with the hidden state, each through its own weights.",
    },
    assumes=ONE_STEP,
)
def step_moves_with_the_state_before(rng: np.random.Generator) -> Meaning:
    """Draw how the state before a step moves; how the step moves with it follows by a complex step."""
    plain = PlainLSTM.draw(rng, last=(1, 1))
    h_dot, C_dot = rng.normal(size=(2, plain.n))

    def moved(theta: Numbers) -> dict[str, Numbers]:
        return plain.step(1, plain.h_before[1] + theta * h_dot, plain.C_before[1] + theta * C_dot)

    names = [*LETTERS, "C"]
    dots = np.array(responses(moved, np.zeros(1), "".join(names)))[..., 0]
    dot = {
        rf"\dot{{{LETTERS.get(name, name)}}}": steps([row], 1) for name, row in zip(names, dots, strict=True)
    }
    known = {r"\dot C": steps([C_dot, dots[-1]]), r"\dot h": steps([h_dot])}
    return Meaning(of_lstm(plain, t=1) | dot | known, scale=_size(dots))


@gates_by_complex_step(
    {
        "def-ways-readers": "In the package's parts, what reads the hidden state is what is defined.",
        "eq-ways-whole": "The Jacobian of one step of the joint state, hidden state first.",
        "eq-ways-sum": "The five parts of a step add up to its Jacobian.",
    },
    assumes=ONE_STEP,
)
def one_step_is_the_sum_of_its_parts(rng: np.random.Generator) -> Meaning:
    """Draw an LSTM; its Jacobian is a complex step, and so is each part, with the other ways closed."""
    plain = PlainLSTM.draw(rng, last=(1, 1))
    truth, run = plain.jacobian(1, 0), plain.packaged()
    package = run.net.jacobian(run, 1, 0), np.sum(list(step_parts(run, 1).values()), axis=0)
    return Meaning(_of_page(plain, t=1), scale=_size(truth), also=[near(J, truth) for J in package])


@gates_by_complex_step("eq-ways-parts", assumes=ONE_STEP)
def each_part_is_a_step_with_one_way_open(rng: np.random.Generator) -> Meaning:
    """With four of the five ways closed, the Jacobian of a step has the part of the fifth alone."""
    plain = PlainLSTM.draw(rng, last=(1, 1))
    page, package = _of_page(plain, t=1), step_parts(plain.packaged(), 1)
    truth = {way: page["P^"](way, 1) for way in WAYS}
    scale = _size(np.array(list(truth.values())))
    return Meaning(page, scale=scale, also=[near(package[NAMES[way]], truth[way]) for way in WAYS])


@gates_by_complex_step(
    "eq-ways-routes", assumes=f"n and d from 1 to 3; {DRAWN}; one or two steps, 5 or 25 routes"
)
def derivative_is_a_sum_over_routes(rng: np.random.Generator) -> Meaning:
    """Over several steps the derivative is the sum of all choices of one way in each step."""
    plain = PlainLSTM.draw(rng, last=(2, 2))
    t, k = plain.pair_drawn(rng)
    truth = plain.jacobian(t, k)
    package = near(jacobian_along(plain.packaged(), t, k, LSTM_WAYS), truth)
    return Meaning(_of_page(plain, t=t, k=k), over={"w": WAYS}, scale=_size(truth), also=[package])


@gates_by_complex_step(
    "eq-ways-closed",
    assumes=f"n and d from 1 to 3; {DRAWN}; two steps",
    tolerance=0,
    because="what does not move at all is not rounded",
    same={"P^{w}_{t + 1}": "it is so in every step"}
    | dict.fromkeys(("P^{d}_{t} ", "P^{d}_{- t + 1}", "P^{o}_{t + 1}"), "it is so of any two steps"),
)
def some_routes_lead_nowhere(rng: np.random.Generator) -> Meaning:
    """Only the direct way leads out of the cell, and what the output gate did to h does not enter it."""
    plain = PlainLSTM.draw(rng, last=(1, 1))
    run = plain.packaged()
    late, early = step_parts(run, 1), step_parts(run, 0)
    assume(np.any(late["direct"][:, plain.n :]), "the direct way is closed as well")
    dead = [late["direct"] @ early["output"], *(late[NAMES[way]][:, plain.n :] for way in "fico")]
    package = [equal(product, 0 * product, scale=1) for product in dead]
    return Meaning(_of_page(plain, t=0), over={"w": WAYS}, also=package)


@by_another_algorithm(
    "eq-ways-bounds",
    assumes=f"{ONE_STEP}; and two or three cells that attain all four bounds at once",
    tolerance=1e-13,
    because="the singular values of a small matrix, some ten roundings of 1.1e-16 each",
)
def readers_are_bounded_by_their_weights(rng: np.random.Generator) -> list[Meaning]:
    """No way multiplies by more than its weights allow; the forget gate's grows with the cell."""
    plain = small = PlainLSTM.draw(rng, last=(1, 1))
    while small.n < 2:
        small = PlainLSTM.draw(rng, last=(0, 0))
    # From h = 0 with x = 0 the arguments are the biases; 40 holds a gate, or a candidate, at 1. The first
    # cell has its input gate at a half and its candidate at 1, the second the other way round.
    first, second = np.eye(small.n)[:2]
    C_init = np.sort(rng.uniform(30, 50, size=small.n))[::-1]
    tight = replace(
        small.pinned(i=40 * second, c=40 * first),
        x=0 * small.x,
        h_init=0 * small.h_init,
        C_init=C_init,
        W={gate: small.W[gate] * (second if gate == "c" else first)[:, None] for gate in GATES},
    )
    return [
        Meaning(_of_page(plain, t=1), over={"a": range(1, plain.n + 1)}),
        Meaning(_of_page(tight, t=0), over={"a": range(1, tight.n + 1)}, attained=1e-13),
    ]


@gates_by_complex_step(
    "eq-ways-gradient",
    assumes=f"n and d from 1 to 3, T 1 or 2; {DRAWN}, and so ∂Lₜ/∂hₜ; any ways open but none or all; "
    "θ the recurrent weights of a gate",
    tolerance=1e-13,
    same={"t = - 1": "the inner sum is empty"},
)
def gradient_along_the_open_ways(rng: np.random.Generator) -> Meaning:
    """With some ways closed, the gradient keeps the terms whose every factor follows an open one."""
    plain = PlainLSTM.draw(rng, last=(1, 2))
    n, dL_dh = plain.n, rng.normal(size=plain.y.shape)
    ways = str(rng.choice(["".join(some) for size in range(1, 5) for some in combinations(WAYS, size)]))
    block = int(rng.integers(4))
    gate = "ifco"[block]

    def alone(V: Numbers, k: int) -> Numbers:
        return _step(plain, k, plain.s[k], "", {**plain.W, gate: V})  # any state: no way reads it

    def followed(V: Numbers) -> Numbers:
        s, total = plain.s[-1], np.zeros(())
        for t in range(plain.T + 1):
            s = _step(plain, t, s, ways, {**plain.W, gate: V})
            total = total + s[..., :n] @ dL_dh[t]
        return total

    truth = derivative(followed, plain.W[gate])
    package = gradients_along(plain.packaged(), dL_dh, [NAMES[way] for way in ways]).W_hh
    immediate = [derivative(partial(alone, k=k), plain.W[gate]) for k in range(plain.T + 1)]
    of_gradient: Names = {
        r"(\partial L/\partial\theta)_S": truth,
        r"\partial L/\partial s": lambda t, k: Row(np.concatenate([dL_dh[t], 0 * dL_dh[t]]) * (t == k)),
        r"\partial^+ s/\partial\theta": steps(immediate),
        "S": list(ways),
    }
    also = [near(package[block * n : (block + 1) * n], truth)]
    return Meaning(_of_page(plain) | of_gradient, scale=_size(truth), also=also)


@gates_by_complex_step(
    "eq-ways-limit",
    assumes=f"{SOME_STEPS}; 90 added to the biases of the forget gate and taken from those of the input gate",
)
def in_the_limit_the_cell_carries_everything(rng: np.random.Generator) -> Meaning:
    """With f = 1 and i = 0 the cell passes all of itself on and reads nothing."""
    drawn = PlainLSTM.draw(rng, last=(1, 3))
    plain = replace(drawn, b={**drawn.b, "f": drawn.b["f"] + 90, "i": drawn.b["i"] - 90})
    assume(np.all(plain.run["f"] == 1) and plain.run["i"].max() < 1e-30, "a gate is not at its limit")
    (t, k), run = plain.pair_drawn(rng), plain.packaged()
    truth = plain.jacobian(t, k)
    page = _of_page(plain, t=t, k=k) | {"X": truth[: plain.n, plain.n :]}  # of which the page says nothing
    return Meaning(page, scale=_size(truth), also=[near(run.net.jacobian(run, t, k), truth)])


@in_fractions(
    "eq-ways-closing",
    assumes="e to the z and e to the −b any fractions, from 1e-3 to 1e3 and from 1e-9 to 100; "
    "and far out, where the bounds are near",
)
def gates_near_their_limits_miss_them_by_little(rng: np.random.Generator) -> list[Meaning]:
    """What a sigmoid misses of its limits is at most an exponential of its argument."""
    e_z, e_b = Fraction(int(10 ** rng.uniform(0, 6)), 1000), Fraction(10**9, int(10 ** rng.uniform(0, 11)))

    def meaning(e_b: Fraction) -> Names:
        def e(argument: Array) -> Fraction:  # an argument as how often z and b are in it
            z, b = map(int, argument)
            return e_z**z * e_b**b

        z, b = np.eye(2, dtype=int)
        powers = {"e^{-z}": e(-z), "e^{z}": e(z), "e^{-b}": e(-b)}
        return {"z": z, "b": b, r"\sigma": Function(lambda argument: 1 / (1 + e(-argument))), **powers}

    return [Meaning(meaning(e_b)), Meaning(meaning(e_b * 10**11), attained=1e-4)]
