"""Claims of the page on the LSTM's whole Jacobian: its parts, and what is left when ways are closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial, reduce
from itertools import combinations, product

import numpy as np

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.claims.gradient_along_the_cell_state import DRAWN, ONE_STEP, SOME_STEPS
from rnn_solutions.claims.registry import by_another_algorithm, in_fractions
from rnn_solutions.claims.what_the_gates_do import gates_by_complex_step, near
from rnn_solutions.gradients.ways import LSTM_WAYS, gradients_along, jacobian_along, step_parts
from rnn_solutions.networks.activations import sigmoid_slope, tanh_slope
from rnn_solutions.sheet.comparisons import Comparison, assume, at_most, equal
from rnn_solutions.sheet.drawn_networks import GATES, PlainLSTM, derivative, responses

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


def _part(plain: PlainLSTM, t: int, ways: str) -> Array:
    """Return the Jacobian of step t with only these ways open, by a complex step."""
    return derivative(lambda s: _step(plain, t, s, ways), plain.s[t - 1])


def _readers(plain: PlainLSTM, t: int) -> dict[str, Array]:
    """Return the matrices A of the page, by gate, from the definition there."""
    run, slope = plain.run, {gate: sigmoid_slope(plain.z(t, gate)) for gate in "fio"}
    return {
        "f": np.diag(plain.C_before[t] * slope["f"]) @ plain.W["f"],
        "i": np.diag(run["c"][t] * slope["i"]) @ plain.W["i"],
        "c": np.diag(run["i"][t] * tanh_slope(plain.z(t, "c"))) @ plain.W["c"],
        "o": np.diag(np.tanh(run["C"][t]) * slope["o"]) @ plain.W["o"],
    }


def _parts(plain: PlainLSTM, t: int) -> dict[str, Array]:
    """Return the parts of the page, by way, as displayed there."""
    A, f, zero = _readers(plain, t), plain.run["f"][t], np.zeros((plain.n, plain.n))
    q = plain.run["o"][t] * tanh_slope(plain.run["C"][t])
    return {
        "d": np.block([[zero, np.diag(q * f)], [zero, np.diag(f)]]),
        **{g: np.block([[np.diag(q) @ A[g], zero], [A[g], zero]]) for g in "fic"},
        "o": np.block([[A["o"], zero], [zero, zero]]),
    }


def _direction(rng: np.random.Generator, plain: PlainLSTM, t: int) -> tuple[Array, Array, dict[str, Array]]:
    """Draw how the state before step t moves, and return how all of step t moves with it."""
    h_dot, C_dot = rng.normal(size=(2, plain.n))

    def moved(theta: Numbers) -> dict[str, Numbers]:
        return plain.step(t, plain.h_before[t] + theta * h_dot, plain.C_before[t] + theta * C_dot)

    dots = zip("fiocCh", responses(moved, np.zeros(1), "fiocCh"), strict=True)
    return h_dot, C_dot, {name: dot[:, 0] for name, dot in dots}


@gates_by_complex_step("eq-ways-cell-nudge", assumes=ONE_STEP)
def cell_moves_by_four_terms(rng: np.random.Generator) -> Comparison:
    r"""The cell moves with its old state, and with each of the three layers that write to it.

    .. math::

        \begin{aligned}
        \dot C_t ={} & f_t \odot \dot C_{t-1} + C_{t-1} \odot \dot f_t \\
        & {} + \tilde C_t \odot \dot i_t + i_t \odot \dot{\tilde C}_t .
        \end{aligned}
    """
    plain = PlainLSTM.draw(rng, last=(1, 1))
    _, C_dot, dot = _direction(rng, plain, 1)
    f, i, candidate = (plain.run[name][1] for name in "fic")
    return near(f * C_dot + plain.C_before[1] * dot["f"] + candidate * dot["i"] + i * dot["c"], dot["C"])


@gates_by_complex_step("eq-ways-gate-nudge", assumes=ONE_STEP)
def gates_move_with_the_hidden_state(rng: np.random.Generator) -> list[Comparison]:
    r"""Gates and candidate move with the hidden state alone, each through its own weights.

    .. math::

        \begin{aligned}
        \dot f_t &= f'_t \odot W_f\, \dot h_{t-1}, \\
        \dot i_t &= i'_t \odot W_i\, \dot h_{t-1}, \\
        \dot{\tilde C}_t &= \tilde C'_t \odot W_c\, \dot h_{t-1}, \\
        \dot o_t &= o'_t \odot W_o\, \dot h_{t-1} .
        \end{aligned}
    """
    plain = PlainLSTM.draw(rng, last=(1, 1))
    h_dot, _, dot = _direction(rng, plain, 1)
    slopes = {gate: sigmoid_slope(plain.z(1, gate)) for gate in "fio"} | {"c": tanh_slope(plain.z(1, "c"))}
    return [near(slopes[gate] * (plain.W[gate] @ h_dot), dot[gate]) for gate in GATES]


@gates_by_complex_step("eq-ways-whole", assumes=ONE_STEP)
def whole_jacobian_block_by_block(rng: np.random.Generator) -> list[Comparison]:
    r"""The Jacobian of one step of the joint state, hidden state first.

    .. math::

        J_t = \begin{bmatrix}
        \operatorname{diag}(q_t)\, A_t + A^o_t & \operatorname{diag}(q_t \odot f_t) \\
        A_t & \operatorname{diag}(f_t)
        \end{bmatrix}
    """
    plain = PlainLSTM.draw(rng, last=(1, 1))
    readers, (f, o, C) = _readers(plain, 1), (plain.run[name][1] for name in "foC")
    q, A = o * tanh_slope(C), readers["f"] + readers["i"] + readers["c"]
    J = np.block([[np.diag(q) @ A + readers["o"], np.diag(q * f)], [A, np.diag(f)]])
    truth, run = plain.jacobian(1, 0), plain.packaged()
    return [near(J, truth), near(run.net.jacobian(run, 1, 0), truth)]


@gates_by_complex_step("eq-ways-parts", assumes=ONE_STEP)
def each_part_is_a_step_with_one_way_open(rng: np.random.Generator) -> list[Comparison]:
    r"""With four of the five ways closed, the Jacobian of a step has the part of the fifth alone.

    .. math::

        \begin{aligned}
        P^d_t &= \begin{bmatrix} 0 & \operatorname{diag}(q_t \odot f_t) \\
        0 & \operatorname{diag}(f_t) \end{bmatrix}, \\
        P^g_t &= \begin{bmatrix} \operatorname{diag}(q_t)\, A^g_t & 0 \\ A^g_t & 0 \end{bmatrix}, \\
        & \quad \text{for } g = f, i, c, \\
        P^o_t &= \begin{bmatrix} A^o_t & 0 \\ 0 & 0 \end{bmatrix} .
        \end{aligned}
    """
    plain = PlainLSTM.draw(rng, last=(1, 1))
    formula, package = _parts(plain, 1), step_parts(plain.packaged(), 1)
    truth = {way: _part(plain, 1, way) for way in WAYS}
    return [
        *(near(formula[way], truth[way]) for way in WAYS),
        *(near(package[NAMES[way]], truth[way]) for way in WAYS),
    ]


@gates_by_complex_step("eq-ways-sum", assumes=ONE_STEP)
def parts_sum_to_the_whole(rng: np.random.Generator) -> list[Comparison]:
    r"""The five parts of a step add up to its Jacobian.

    .. math::

        J_t = P^d_t + P^f_t + P^i_t + P^c_t + P^o_t
    """
    plain = PlainLSTM.draw(rng, last=(1, 1))
    truth, P = _part(plain, 1, WAYS), _parts(plain, 1)
    return [
        near(P["d"] + P["f"] + P["i"] + P["c"] + P["o"], truth),
        near(sum(step_parts(plain.packaged(), 1).values(), np.zeros_like(truth)), truth),
    ]


@gates_by_complex_step(
    "eq-ways-routes", assumes=f"n and d from 1 to 3; {DRAWN}; one or two steps, 5 or 25 routes"
)
def derivative_is_a_sum_over_routes(rng: np.random.Generator) -> list[Comparison]:
    r"""Over several steps the derivative is the sum of all choices of one way in each step.

    .. math::

        \frac{\partial s_t}{\partial s_k} = \sum_{w_t} \cdots \sum_{w_{k+1}}
        P^{w_t}_t \cdots P^{w_{k+1}}_{k+1}
    """
    plain = PlainLSTM.draw(rng, last=(2, 2))
    t, k = 2, int(rng.integers(0, 2))
    steps = [_parts(plain, j) for j in range(t, k, -1)]
    routes = [
        reduce(np.matmul, [parts[way] for parts, way in zip(steps, route, strict=True)])
        for route in product(WAYS, repeat=t - k)
    ]
    truth = plain.jacobian(t, k)
    return [
        near(np.sum(routes, axis=0), truth),
        near(jacobian_along(plain.packaged(), t, k, LSTM_WAYS), truth),
        equal(len(routes), 5 ** (t - k)),
    ]


@gates_by_complex_step(
    "eq-ways-closed",
    assumes=f"n and d from 1 to 3; {DRAWN}; two steps",
    tolerance=0,
    because="what does not move at all is not rounded",
)
def some_routes_lead_nowhere(rng: np.random.Generator) -> list[Comparison]:
    r"""Only the direct way leads out of the cell, and what the output gate did to h does not enter the next.

    .. math::

        \begin{aligned}
        P^w_t \begin{bmatrix} 0 \\ I_n \end{bmatrix} &= 0 \quad \text{for } w \ne d, \\
        P^d_{t+1}\, P^o_t &= 0 .
        \end{aligned}
    """
    plain = PlainLSTM.draw(rng, last=(1, 1))
    n = plain.n
    zero, dead = np.zeros((2 * n, n)), np.zeros((2 * n, 2 * n))
    out, run = np.eye(2 * n)[:, n:], plain.packaged()
    late, early = step_parts(run, 1), step_parts(run, 0)
    assume(np.max(np.abs(late["direct"] @ out)) > 0, "the direct way is closed as well")

    def one_after_the_other(s: Numbers) -> Numbers:
        return _step(plain, 1, _step(plain, 0, s, "o"), "d")

    return [
        equal(_part(plain, 1, "fico") @ out, zero, scale=1),
        *(equal(late[NAMES[way]] @ out, zero, scale=1) for way in "fico"),
        equal(late["direct"] @ early["output"], dead, scale=1),
        equal(derivative(one_after_the_other, plain.s[-1]), dead, scale=1),
    ]


@by_another_algorithm(
    "eq-ways-bounds",
    assumes=f"{ONE_STEP}; any of the four bounds; and a cell that attains it",
    tolerance=1e-13,
    because="the singular values of a small matrix, some ten roundings of 1.1e-16 each",
)
def readers_are_bounded_by_their_weights(rng: np.random.Generator) -> list[Comparison]:
    r"""No way into the cell multiplies by more than its weights allow; the forget gate's grows with the cell.

    .. math::

        \begin{aligned}
        \lVert A^f_t \rVert &\le \tfrac14 \max_a \lvert (C_{t-1})_a \rvert\, \lVert W_f \rVert, \\
        \lVert A^i_t \rVert &\le \tfrac14 \lVert W_i \rVert, \qquad
        \lVert A^o_t \rVert \le \tfrac14 \lVert W_o \rVert, \\
        \lVert A^c_t \rVert &\le \lVert W_c \rVert .
        \end{aligned}
    """
    plain = PlainLSTM.draw(rng, last=(1, 1))

    def norm(one: PlainLSTM, t: int, gate: str) -> float:
        rows = slice(0, one.n) if gate == "o" else slice(one.n, None)
        return float(np.linalg.norm(_part(one, t, gate)[rows, : one.n], 2))

    def bound(one: PlainLSTM, t: int, gate: str) -> float:
        W = {name: float(np.linalg.norm(one.W[name], 2)) for name in GATES}
        largest = float(np.max(np.abs(one.C_before[t])))
        return {"f": largest * W["f"] / 4, "i": W["i"] / 4, "o": W["o"] / 4, "c": W["c"]}[gate]

    # From h = 0 with x = 0 the arguments are the biases; 40 holds a gate, or the candidate, at 1.
    C_init = np.full(plain.n, rng.uniform(30, 50))
    still = replace(plain, x=0 * plain.x, h_init=0 * plain.h_init, C_init=C_init)
    gate, open_gate = [("f", ""), ("i", "c"), ("c", "i"), ("o", "f")][rng.integers(4)]
    b = {name: np.full(plain.n, 40.0 if name == open_gate else 0.0) for name in GATES}
    tight = replace(still, b=b)
    return [
        at_most(norm(plain, 1, gate), bound(plain, 1, gate)),
        equal(norm(tight, 0, gate), bound(tight, 0, gate)),
    ]


@gates_by_complex_step(
    "eq-ways-gradient",
    assumes=f"n and d from 1 to 3, T 1 or 2; {DRAWN}, and so ∂Lₜ/∂hₜ; any ways open but none or all; "
    "θ the recurrent weights of a gate",
    tolerance=1e-13,
)
def gradient_along_the_open_ways(rng: np.random.Generator) -> list[Comparison]:
    r"""With some ways closed, the gradient keeps the terms whose every factor follows an open one.

    .. math::

        \Bigl( \frac{\partial L}{\partial \theta} \Bigr)_S = \sum_{t=0}^{T} \sum_{k=0}^{t}
        \frac{\partial L_t}{\partial s_t} \Bigl( \prod_{j=t}^{k+1} \sum_{w \in S} P^w_j \Bigr)
        \frac{\partial^{+} s_k}{\partial \theta} .
    """
    plain = PlainLSTM.draw(rng, last=(1, 2))
    n, T, dL_dh = plain.n, plain.T, rng.normal(size=plain.y.shape)
    sets = ["".join(some) for size in range(1, 5) for some in combinations(WAYS, size)]
    ways = str(rng.choice(sets))  # neither none nor all
    zero = np.zeros((2 * n, 2 * n))
    P = [sum((part for way, part in _parts(plain, j).items() if way in ways), zero) for j in range(T + 1)]
    package = gradients_along(plain.packaged(), dL_dh, [NAMES[way] for way in ways]).W_hh
    block = int(rng.integers(4))
    gate = "ifco"[block]

    def alone(V: Numbers, k: int) -> Numbers:
        return _step(plain, k, plain.s[k], "", {**plain.W, gate: V})  # any state: no way reads it

    immediate = [derivative(partial(alone, k=k), plain.W[gate]) for k in range(T + 1)]
    formula = np.zeros((n, n))
    for t in range(T + 1):
        for k in range(t + 1):
            between = reduce(np.matmul, [P[j] for j in range(t, k, -1)], np.eye(2 * n))
            row = np.concatenate([dL_dh[t], np.zeros(n)]) @ between
            formula += np.einsum("s,sab->ab", row, immediate[k])

    def followed(V: Numbers) -> Numbers:
        s, total = plain.s[-1], np.zeros(())
        for t in range(T + 1):
            s = _step(plain, t, s, ways, {**plain.W, gate: V})
            total = total + s[..., :n] @ dL_dh[t]
        return total

    truth = derivative(followed, plain.W[gate])
    return [near(formula, truth), near(package[block * n : (block + 1) * n], truth)]


@gates_by_complex_step(
    "eq-ways-limit",
    assumes=f"{SOME_STEPS}; 90 added to the biases of the forget gate and taken from those of the input gate",
)
def in_the_limit_the_cell_carries_everything(rng: np.random.Generator) -> list[Comparison]:
    r"""With f = 1 and i = 0 the cell passes all of itself on and reads nothing.

    .. math::

        \begin{aligned}
        J_t &= \begin{bmatrix} A^o_t & \operatorname{diag}(q_t) \\ 0 & I_n \end{bmatrix}, \\
        \frac{\partial s_t}{\partial s_k} &=
        \begin{bmatrix} A^o_t \cdots A^o_{k+1} & X \\ 0 & I_n \end{bmatrix} .
        \end{aligned}
    """
    drawn = PlainLSTM.draw(rng, last=(1, 3))
    plain = replace(drawn, b={**drawn.b, "f": drawn.b["f"] + 90, "i": drawn.b["i"] - 90})
    assume(np.all(plain.run["f"] == 1) and plain.run["i"].max() < 1e-30, "a gate is not at its limit")
    n, (t, k) = plain.n, plain.pair_drawn(rng)
    q, zero, eye = plain.run["o"][t] * tanh_slope(plain.run["C"][t]), np.zeros((n, n)), np.eye(n)
    A_o = [_readers(plain, j)["o"] for j in range(t, k, -1)]
    truth = plain.jacobian(t, k)
    run = plain.packaged()
    return [
        near(np.block([[A_o[0], np.diag(q)], [zero, eye]]), _part(plain, t, WAYS)),
        near(np.block([[reduce(np.matmul, A_o), truth[:n, n:]], [zero, eye]]), truth),
        near(run.net.jacobian(run, t, k), truth),
    ]


@in_fractions(
    "eq-ways-closing",
    assumes="e to the z and e to the −b any fractions, from 1e-3 to 1e3 and from 1e-9 to 100; "
    "and far out, where the bounds are near",
)
def gates_near_their_limits_miss_them_by_little(rng: np.random.Generator) -> list[Comparison]:
    r"""What a sigmoid misses of its limits is at most an exponential of its argument.

    .. math::

        \begin{aligned}
        1 - \sigma(z + b) &\le e^{-z}\, e^{-b}, \\
        \sigma(z - b) &\le e^{z}\, e^{-b} .
        \end{aligned}
    """
    e_z = Fraction(int(10 ** rng.uniform(0, 6)), 1000)  # e to the z
    e_b = Fraction(int(10 ** rng.uniform(0, 11)), 10**9)  # e to the -b
    comparisons = []
    for e in (e_b, e_b / 10**11):
        missed = np.array([1 - 1 / (1 + e / e_z), 1 / (1 + 1 / (e_z * e))])
        bounds = np.array([e / e_z, e_z * e])
        comparisons.append(at_most(missed, bounds))
    return [*comparisons, at_most(Fraction(9, 10) * bounds, missed)]
