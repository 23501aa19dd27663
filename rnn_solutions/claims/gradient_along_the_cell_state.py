"""Claims of 3(c): the gradient along the cell state, and what that path leaves out."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import reduce

import numpy as np

from rnn_solutions._validation import Array
from rnn_solutions.claims.registry import by_another_algorithm, in_fractions
from rnn_solutions.claims.what_the_gates_do import CANCELLING, ROUNDING, gates_by_complex_step, near
from rnn_solutions.networks.activations import sigmoid_slope, tanh_slope
from rnn_solutions.sheet.comparisons import Comparison, assume, at_most, equal
from rnn_solutions.sheet.drawn_networks import PlainLSTM, derivative

DRAWN = "weights, biases, inputs and first states drawn from N(0, 1)"
ONE_STEP = f"n and d from 1 to 3; {DRAWN}; the second of two steps"
SOME_STEPS = f"n and d from 1 to 3, T from 1 to 3, 0 ≤ k < t ≤ T; {DRAWN}"


def _path(plain: PlainLSTM, t: int, k: int) -> Array:
    """Return how the cell state at step t responds to that at k along the cell, all gates as they were."""
    return derivative(lambda C: plain.along_the_cell(C, k + 1, t), plain.run["C"][k])


def _response(plain: PlainLSTM, t: int, k: int) -> list[Array]:
    """Return how the state at step t responds to the one at k: h by h, h by C, C by h and C by C."""
    return [part for half in np.split(plain.jacobian(t, k), 2) for part in np.split(half, 2, axis=1)]


@by_another_algorithm("eq-cell-entry", assumes=ONE_STEP, tolerance=3e-14, because=CANCELLING)
def cell_state_entry_by_entry(rng: np.random.Generator) -> list[Comparison]:
    r"""Each entry of the cell state is made of the same entries of gates, candidate and old cell state.

    .. math::

        (C_j)_a = (f_j)_a\, (C_{j-1})_a + (i_j)_a\, (\tilde C_j)_a
    """
    plain = PlainLSTM.draw(rng, last=(1, 1))
    run = plain.packaged()
    f, i, candidate, C = (plain.run[name] for name in "ficC")
    entries = [f[1, a] * C[0, a] + i[1, a] * candidate[1, a] for a in range(plain.n)]
    package = [run.f[1, a] * run.C[0, a] + run.i[1, a] * run.g[1, a] for a in range(plain.n)]
    return [near(entries, run.C[1]), near(package, C[1])]


@gates_by_complex_step("eq-cell-step", assumes=ONE_STEP, tolerance=1e-14, because=ROUNDING)
def cell_keeps_what_its_forget_gate_lets_pass(rng: np.random.Generator) -> list[Comparison]:
    r"""With the gates held, one step of the cell is a scaling by the forget gate.

    .. math::

        \frac{\partial C_j}{\partial C_{j-1}} = \operatorname{diag}(f_j)
    """
    plain = PlainLSTM.draw(rng, last=(1, 1))
    truth, run = _path(plain, 1, 0), plain.packaged()
    package = run.net.cell_jacobian(run, 1, 0, kind="path")
    return [equal(np.diag(plain.run["f"][1]), truth), equal(package, truth)]


@gates_by_complex_step("eq-cell-path", assumes=SOME_STEPS, because=ROUNDING)
def path_is_the_product_of_the_forget_gates(rng: np.random.Generator) -> list[Comparison]:
    r"""With the gates held, what passes along the cell is scaled by every forget gate on the way.

    .. math::

        \begin{aligned}
        \frac{\partial C_t}{\partial C_k} &= \prod_{j=k+1}^{t} \operatorname{diag}(f_j) \\
        &= \operatorname{diag}(f_t \odot \cdots \odot f_{k+1}) .
        \end{aligned}
    """
    plain = PlainLSTM.draw(rng, last=(1, 3))
    t, k = plain.pair_drawn(rng)
    run = plain.packaged()
    f, truth = plain.run["f"], _path(plain, t, k)
    return [
        equal(reduce(np.matmul, [np.diag(f[j]) for j in range(k + 1, t + 1)]), truth),
        equal(np.diag(reduce(np.multiply, [f[j] for j in range(t, k, -1)])), truth),
        equal(run.net.cell_jacobian(run, t, k, kind="path"), truth),
        equal(run.net.cell_jacobian(run, t, t, kind="path"), np.eye(plain.n)),
    ]


@gates_by_complex_step(
    "eq-cell-path-norm",
    assumes=f"{SOME_STEPS}; and with all forget gates the same, where both bounds are attained",
    because=ROUNDING,
)
def norm_of_the_path_is_its_largest_entry(rng: np.random.Generator) -> list[Comparison]:
    r"""The path's norm is that of its most open cell, between the powers of the extreme gates.

    .. math::

        \begin{aligned}
        \Bigl\lVert \frac{\partial C_t}{\partial C_k} \Bigr\rVert &= \max_a \prod_{j=k+1}^{t} (f_j)_a , \\
        f_{\min}^{\,t-k} \le \Bigl\lVert \frac{\partial C_t}{\partial C_k} \Bigr\rVert &\le f_{\max}^{\,t-k} .
        \end{aligned}
    """
    plain = PlainLSTM.draw(rng, last=(1, 3))
    t, k = plain.pair_drawn(rng)
    run = plain.packaged()
    comparisons, norms = [], []
    for one in (plain, plain.pinned(f=rng.normal())):
        norm, passed = np.linalg.norm(_path(one, t, k), 2), one.run["f"][k + 1 : t + 1]
        lower, upper = passed.min() ** (t - k), passed.max() ** (t - k)
        largest = max(np.prod(passed[:, a]) for a in range(plain.n))
        comparisons += [equal(norm, largest), at_most(lower, norm), at_most(norm, upper)]
        norms.append(norm)
    package = np.linalg.norm(run.net.cell_jacobian(run, t, k, kind="path"), 2)
    return [*comparisons, equal(lower, norm), equal(norm, upper), equal(package, norms[0])]


@gates_by_complex_step(
    "eq-cell-identity",
    assumes=f"{SOME_STEPS}; 70 added to the biases of the forget gate, whose entries are then rounded to 1",
    tolerance=0,
    because="products with 1 are exact",
)
def open_forget_gates_pass_everything(rng: np.random.Generator) -> list[Comparison]:
    r"""With all forget gates at 1, what passes along the cell passes unchanged, whatever the input gates do.

    .. math::

        \frac{\partial C_t}{\partial C_k} = I_n \quad \text{for } f = 1
    """
    drawn = PlainLSTM.draw(rng, last=(1, 3))
    plain = replace(drawn, b={**drawn.b, "f": drawn.b["f"] + 70})
    assume(np.all(plain.run["f"] == 1), "a forget gate is not rounded to 1")
    t, k = plain.pair_drawn(rng)
    run = plain.packaged()
    return [
        equal(_path(plain, t, k), np.eye(plain.n)),
        equal(run.net.cell_jacobian(run, t, k, kind="path"), np.eye(plain.n)),
    ]


@in_fractions(
    "eq-open-gate-loss",
    assumes="m from 1 to 30; e to the −b any fraction from 1e-9 to 100, and below 1e-6, with the bound near",
)
def misses_add_up_at_most(rng: np.random.Generator) -> list[Comparison]:
    r"""A gate that misses 1 by little loses at most the sum of its misses.

    .. math::

        1 - \sigma(b)^m \le m\, e^{-b}
    """
    m = int(rng.integers(1, 30, endpoint=True))
    e = Fraction(int(10 ** rng.uniform(0, 11)), 10**9)  # e to the -b
    comparisons = []
    for small in (e, e / 10**8):
        loss, bound = np.array([1 - (1 / (1 + small)) ** m]), np.array([m * small])
        comparisons.append(at_most(loss, bound))
    return [*comparisons, at_most(Fraction(9999, 10000) * bound, loss)]


@gates_by_complex_step("eq-cell-by-hidden", assumes=ONE_STEP)
def cell_reads_the_hidden_state_in_three_ways(rng: np.random.Generator) -> list[Comparison]:
    r"""The cell responds to the hidden state through the forget gate, the input gate and the candidate.

    .. math::

        \begin{aligned}
        \frac{\partial C_j}{\partial h_{j-1}} ={} & \operatorname{diag}(C_{j-1} \odot f'_j)\, W_f \\
        & {} + \operatorname{diag}(\tilde C_j \odot i'_j)\, W_i \\
        & {} + \operatorname{diag}(i_j \odot \tilde C'_j)\, W_c .
        \end{aligned}
    """
    plain = PlainLSTM.draw(rng, last=(1, 1))
    i, candidate = plain.run["i"][1], plain.run["c"][1]
    f_slope, i_slope = (sigmoid_slope(plain.z(1, gate)) for gate in "fi")
    formula = (
        np.diag(plain.C_before[1] * f_slope) @ plain.W["f"]
        + np.diag(candidate * i_slope) @ plain.W["i"]
        + np.diag(i * tanh_slope(plain.z(1, "c"))) @ plain.W["c"]
    )
    _, _, truth, _ = _response(plain, 1, 0)
    run = plain.packaged()
    return [near(formula, truth), near(run.net.jacobian(run, 1, 0)[plain.n :, : plain.n], truth)]


@gates_by_complex_step("eq-hidden-by-both", assumes=ONE_STEP)
def hidden_state_responds_through_cell_and_output_gate(rng: np.random.Generator) -> list[Comparison]:
    r"""The hidden state responds to the state before through the cell, and to its hidden part by a gate too.

    .. math::

        \begin{aligned}
        \frac{\partial h_j}{\partial C_{j-1}} ={} & \operatorname{diag}(q_j \odot f_j), \\
        \frac{\partial h_j}{\partial h_{j-1}} ={} & \operatorname{diag}(\tanh C_j \odot o'_j)\, W_o \\
        & {} + \operatorname{diag}(q_j)\, \frac{\partial C_j}{\partial h_{j-1}} .
        \end{aligned}
    """
    plain = PlainLSTM.draw(rng, last=(1, 1))
    f, o, C = (plain.run[name][1] for name in "foC")
    q, o_slope = o * tanh_slope(C), sigmoid_slope(plain.z(1, "o"))
    h_by_h, h_by_C, C_by_h, _ = _response(plain, 1, 0)
    run = plain.packaged()
    return [
        near(np.diag(q * f), h_by_C),
        near(np.diag(np.tanh(C) * o_slope) @ plain.W["o"] + np.diag(q) @ C_by_h, h_by_h),
        near(run.net.jacobian(run, 1, 0)[: plain.n], np.hstack([h_by_h, h_by_C])),
    ]


@gates_by_complex_step("eq-joint-chain", assumes=SOME_STEPS)
def joint_state_composes(rng: np.random.Generator) -> list[Comparison]:
    r"""The Jacobians of the joint state multiply, the latest on the left.

    .. math::

        \begin{aligned}
        \frac{\partial s_t}{\partial s_k} &= J_t\, J_{t-1} \cdots J_{k+1}, \\
        J_j &= \begin{bmatrix}
        \partial h_j / \partial h_{j-1} & \partial h_j / \partial C_{j-1} \\
        \partial C_j / \partial h_{j-1} & \operatorname{diag}(f_j)
        \end{bmatrix} .
        \end{aligned}
    """
    plain = PlainLSTM.draw(rng, last=(1, 3))
    t, k = plain.pair_drawn(rng)
    factors = []
    for j in range(t, k, -1):
        h_by_h, h_by_C, C_by_h, _ = _response(plain, j, j - 1)
        factors.append(np.block([[h_by_h, h_by_C], [C_by_h, np.diag(plain.run["f"][j])]]))
    truth, run = plain.jacobian(t, k), plain.packaged()
    every = run.net.jacobians(run)
    return [
        near(reduce(np.matmul, factors), truth),
        near(run.net.jacobian(run, t, k), truth),
        near(every[t, k], truth),
        equal(every[plain.T, plain.T], np.eye(2 * plain.n)),
    ]


@gates_by_complex_step("eq-cell-total", assumes=SOME_STEPS)
def whole_derivative_adds_the_way_over_the_hidden_state(rng: np.random.Generator) -> list[Comparison]:
    r"""A cell state whose own hidden state follows it acts also through that.

    .. math::

        \frac{d C_t}{d C_k} = \frac{\partial C_t}{\partial C_k}
        + \frac{\partial C_t}{\partial h_k}\, \operatorname{diag}(q_k)
    """
    plain = PlainLSTM.draw(rng, last=(1, 3))
    t, k = plain.pair_drawn(rng)
    o_k, C_k = plain.run["o"][k], plain.run["C"][k]
    truth = derivative(lambda C: plain.rerun(o_k * np.tanh(C), C, k + 1, t)[1], C_k)
    _, _, C_by_h, C_by_C = _response(plain, t, k)
    run = plain.packaged()
    return [
        near(C_by_C + C_by_h @ np.diag(o_k * tanh_slope(C_k)), truth),
        near(run.net.cell_jacobian(run, t, k, kind="total"), truth),
        near(run.net.cell_jacobian(run, t, k, kind="held"), C_by_C),
    ]


@gates_by_complex_step(
    "eq-held-two-steps", assumes=f"n and d from 1 to 3; {DRAWN}; the last two of three steps"
)
def two_steps_take_a_detour(rng: np.random.Generator) -> list[Comparison]:
    r"""Over two steps the cell is the path and a detour over the hidden state between them.

    .. math::

        \begin{aligned}
        \frac{\partial C_t}{\partial C_{t-2}} ={} & \operatorname{diag}(f_t \odot f_{t-1}) \\
        & {} + \frac{\partial C_t}{\partial h_{t-1}}\, \operatorname{diag}(q_{t-1} \odot f_{t-1}) ,
        \end{aligned}
    """
    plain = PlainLSTM.draw(rng, last=(2, 2))
    t, f = 2, plain.run["f"]
    q = plain.run["o"][t - 1] * tanh_slope(plain.run["C"][t - 1])
    _, _, C_by_h, _ = _response(plain, t, t - 1)
    truth = derivative(lambda C: plain.rerun(plain.run["h"][t - 2], C, t - 1, t)[1], plain.run["C"][t - 2])
    run = plain.packaged()
    return [
        near(np.diag(f[t] * f[t - 1]) + C_by_h @ np.diag(q * f[t - 1]), truth),
        near(run.net.cell_jacobian(run, t, t - 2, kind="held"), truth),
    ]


@gates_by_complex_step("eq-detours-in-the-limit", assumes=ONE_STEP)
def every_detour_has_a_factor_that_closes_it(rng: np.random.Generator) -> Comparison:
    r"""Each way from the hidden state to the cell has a factor that goes to 0 as f goes to 1 and i to 0.

    .. math::

        \begin{aligned}
        \frac{\partial C_j}{\partial h_{j-1}} ={} & \operatorname{diag}(1 - f_j)\,
        \operatorname{diag}(C_{j-1} \odot f_j)\, W_f \\
        & {} + \operatorname{diag}(i_j)\,
        \operatorname{diag}\bigl(\tilde C_j \odot (1 - i_j)\bigr)\, W_i \\
        & {} + \operatorname{diag}(i_j)\, \operatorname{diag}(\tilde C'_j)\, W_c .
        \end{aligned}
    """
    plain = PlainLSTM.draw(rng, last=(1, 1))
    f, i, candidate = (plain.run[name][1] for name in "fic")
    formula = (
        np.diag(1 - f) @ np.diag(plain.C_before[1] * f) @ plain.W["f"]
        + np.diag(i) @ np.diag(candidate * (1 - i)) @ plain.W["i"]
        + np.diag(i) @ np.diag(tanh_slope(plain.z(1, "c"))) @ plain.W["c"]
    )
    _, _, truth, _ = _response(plain, 1, 0)
    return near(formula, truth)
