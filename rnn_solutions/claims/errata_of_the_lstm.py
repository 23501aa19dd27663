"""Claims of the errata on exercise 3: what the sheet prints of LSTMs, each of which must fail."""

from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.claims.registry import claim
from rnn_solutions.sheet.comparisons import Comparison, at_most, below, equal
from rnn_solutions.sheet.plain_networks import GATES, PlainLSTM, derivative, half_square
from rnn_solutions.sheet.refuting import least_wrong, ordered_products, refuted

ROUNDING = 1e-12
WHY_ROUNDING = "the right formula takes a few hundred roundings of 1.1e-16 of its terms"
LSTM = "everything drawn uniformly from −1 to 1, n and d from 1 to 3"
WRITING = "fic"  # the gates and the candidate that write to the cell


def _lstm(
    rng: np.random.Generator,
    n: tuple[int, int] = (1, 3),
    T: tuple[int, int] = (0, 0),
    bias: dict[str, float] | None = None,
    d: int | None = None,
) -> PlainLSTM:
    """Draw an LSTM with n and T in these ranges, ends included; `bias` is added to that of a gate."""
    cells, steps = int(rng.integers(*n, endpoint=True)), int(rng.integers(*T, endpoint=True)) + 1
    inputs = int(rng.integers(1, 3, endpoint=True)) if d is None else d

    def draw(*shape: int) -> Array:
        return rng.uniform(-1, 1, size=shape)  # beyond, 1 - tanh² loses its digits

    W, U = {gate: draw(cells, cells) for gate in GATES}, {gate: draw(cells, inputs) for gate in GATES}
    b = {gate: draw(cells) + (bias or {}).get(gate, 0.0) for gate in GATES}
    x, y, h_init, C_init = draw(steps, inputs), draw(steps, cells), draw(cells), draw(cells)
    return PlainLSTM(W, U, b, x, y, h_init, C_init)


def _stacked(net: PlainLSTM, gates: str) -> Array:
    """Return the recurrent weights of some gates, (gates, n, n)."""
    return np.stack([net.W[gate] for gate in gates])


def _with(net: PlainLSTM, gates: str, stack: Numbers) -> dict[str, Numbers]:
    """Return all recurrent weights, of which these gates' are given."""
    return {**net.W, **{gate: stack[..., j, :, :] for j, gate in enumerate(gates)}}


def _cell_by_gates(net: PlainLSTM) -> dict[str, Array]:
    """Return the derivatives of C_t by the pre-activations that it reads at step t, each (T+1, n)."""
    f, i, c = (net.run[gate] for gate in WRITING)
    return {"f": net.C_before * f * (1 - f), "i": c * i * (1 - i), "c": i * (1 - c**2)}


def _output_by_cell(net: PlainLSTM) -> Array:
    """Return the derivative of h_t by C_t, (T+1, n)."""
    return np.asarray(net.run["o"] * (1 - np.tanh(net.run["C"]) ** 2))


def _output_by_gate(net: PlainLSTM) -> Array:
    """Return the derivative of h_t by the output gate's pre-activation, (T+1, n)."""
    return np.asarray(np.tanh(net.run["C"]) * net.run["o"] * (1 - net.run["o"]))


def _cell_by_h(net: PlainLSTM) -> Array:
    """Return the derivative of C_t by h_{t-1}, (T+1, n, n)."""
    by_gates = _cell_by_gates(net)
    return np.asarray(sum(by_gates[gate][:, :, None] * net.W[gate] for gate in WRITING))


def _joint_factors(net: PlainLSTM) -> Array:
    """Return the Jacobians of (h_t, C_t) by (h_{t-1}, C_{t-1}), (T+1, 2n, 2n)."""
    by_h, by_C = _cell_by_h(net), _diagonals(net.run["f"])
    output = _output_by_cell(net)[:, :, None]
    return np.block(
        [[_output_by_gate(net)[:, :, None] * net.W["o"] + output * by_h, output * by_C], [by_h, by_C]]
    )


def _diagonals(rows: Array) -> Array:
    """Return a diagonal matrix for each row."""
    return rows[:, :, None] * np.eye(rows.shape[1])


def _by_weights(net: PlainLSTM, by_z: Array) -> Array:
    """Return the immediate derivative by recurrent weights of what has the derivative `by_z` by their z."""
    return np.asarray(np.einsum("ia,ti,tb->tiab", np.eye(net.n), by_z, net.h_before))


def _last_cell(net: PlainLSTM) -> Array:
    """Return the truth: the derivative of the last C by the first one, with the first h held."""
    return derivative(lambda C: net.rerun(net.h_init, C, 0, net.T)[1], net.C_init)


def _last_cell_by_formula(net: PlainLSTM) -> Array:
    """Return the same from the product over the joint state."""
    return _over_all_steps(_joint_factors(net))[net.n :, net.n :]


def _over_all_steps(factors: Array) -> Array:
    """Return the product of the factors of all steps, the first one included."""
    return np.asarray(ordered_products(factors)[-1, 0] @ factors[0])


def _loss_with_h_held(net: PlainLSTM, W: dict[str, Numbers]) -> Numbers:
    """Return the loss for other weights when each step reads the h that it read before."""
    C: Numbers = net.C_init
    states = []
    for t in range(net.T + 1):
        new = net.step(t, net.h_before[t], C, W)
        C = new["C"]
        states.append(new["h"])
    return half_square(np.stack(states, axis=-2), net.y)


@claim(
    "erratum-32",
    method="complex step",
    assumes=LSTM,
    tolerance=ROUNDING,
    because=WHY_ROUNDING,
)
def forget_gate_reads_the_input_alone(rng: np.random.Generator) -> Comparison:
    r"""The forget gate is said to go by the current input.

    .. math::

        \frac{\partial f_t}{\partial h_{t-1}} = 0
    """
    net = _lstm(rng)
    f = net.run["f"][0]
    truth = derivative(lambda h: net.step(0, h, net.C_init)["f"], net.h_init)
    return refuted(equal(0 * truth, truth), equal(np.diag(f * (1 - f)) @ net.W["f"], truth))


@claim(
    "erratum-33",
    method="complex step",
    assumes=f"{LSTM}, and d = n, without which the product has no meaning",
    tolerance=ROUNDING,
    because=WHY_ROUNDING,
)
def input_gate_scales_the_input(rng: np.random.Generator) -> Comparison:
    r"""The input gate is said to let parts of the input into the cell; the candidate is not mentioned.

    .. math::

        C_t = f_t \odot C_{t-1} + i_t \odot x_t
    """
    n = int(rng.integers(1, 3, endpoint=True))
    net = _lstm(rng, n=(n, n), d=n)
    i = net.run["i"][0]
    truth = derivative(
        lambda W: net.step(0, net.h_init, net.C_init, _with(net, "i", W))["C"], _stacked(net, "i")
    )[:, 0]

    def formula(written: Array) -> Array:
        return np.asarray(np.einsum("ia,i,b->iab", np.eye(n), written * i * (1 - i), net.h_init))

    return refuted(equal(formula(net.x[0]), truth), equal(formula(net.run["c"][0]), truth))


@claim(
    "erratum-34",
    method="complex step",
    assumes=f"{LSTM}; the cell state before the step nudged, which moves the one after it",
    tolerance=ROUNDING,
    because=WHY_ROUNDING,
)
def output_gate_reads_the_cell(rng: np.random.Generator) -> Comparison:
    r"""The output gate is said to judge the cell state, so that it would read every cell of it.

    .. math::

        \frac{\partial o_t}{\partial (C_t)_a} \ne 0 \text{ for } a = 1, \dots, n
    """
    net = _lstm(rng)
    f, o = net.run["f"][0], net.run["o"][0]
    gate_by_cell = derivative(lambda C: net.step(0, net.h_init, C)["o"] + 0 * C, net.C_init)
    cell_by_cell = derivative(lambda C: net.step(0, net.h_init, C)["C"], net.C_init)
    gate_by_h = derivative(lambda h: net.step(0, h, net.C_init)["o"], net.h_init)
    return refuted(
        equal(net.n, int(gate_by_cell.any(axis=0).sum())),
        equal(gate_by_cell, 0 * gate_by_cell),
        equal(np.diag(f), cell_by_cell),
        equal(np.diag(o * (1 - o)) @ net.W["o"], gate_by_h),
    )


@claim(
    "erratum-35",
    method="closed form",
    assumes=f"{LSTM} but 10 to 20 added to the biases of f, i and the candidate; T from 2 to 5",
    tolerance=ROUNDING,
    because="the bound on a cell is exact up to a rounding of 1.1e-16 for each step",
)
def cell_state_keeps_within_the_range_of_tanh(rng: np.random.Generator) -> Comparison:
    r"""What is said of the cell's values is taken from the range of tanh.

    .. math::

        C_t \in (-1, 1)
    """
    net = _lstm(rng, T=(2, 5), bias={gate: rng.uniform(10, 20) for gate in WRITING})
    C = np.abs(net.run["C"])
    bound = np.abs(net.C_init) + np.arange(1, net.T + 2)[:, None]  # step t is the one after t others
    return refuted(at_most(C, np.ones_like(C)), at_most(C, bound))


@claim(
    "erratum-36",
    method="another algorithm",
    assumes="z from −2000 to −746, where the exponential of a float is 0, or from 37 to 60",
    tolerance=ROUNDING,
    because="near 0 the gate in floats agrees with one of 60 digits to a few roundings of 1.1e-16",
)
def gates_in_floating_point_stay_inside(rng: np.random.Generator) -> Comparison:
    r"""A gate is always positive, and below 1: so it is for real numbers.

    .. math::

        0 < \sigma(z) < 1
    """

    def in_floats(z: float) -> float:
        e = np.exp(-abs(z))  # cannot overflow
        return float((1.0 if z >= 0 else e) / (1 + e))

    def exact(z: float) -> Decimal:
        with localcontext(prec=60):
            return 1 / (1 + (-Decimal(z)).exp())

    near = rng.uniform(-30, 30)
    control, found = equal(in_floats(near), float(exact(near))), []
    for z in (rng.uniform(-2000, -746), rng.uniform(37, 60)):
        sides = below(0.0, in_floats(z)), below(in_floats(z), 1.0)
        printed = max(sides, key=lambda side: side.error)
        found.append(refuted(printed, control, equal(int(0 < exact(z) < 1), 1)))
    return least_wrong(*found)


@claim(
    "erratum-38",
    method="complex step",
    assumes=LSTM,
    tolerance=ROUNDING,
    because=WHY_ROUNDING,
)
def dependence_of_the_gates_on_the_weights_is_left_out(rng: np.random.Generator) -> Comparison:
    r"""That f, i and the candidate depend on the weights is to be neglected, and nothing else does.

    .. math::

        \frac{\partial C_k}{\partial W} = 0
    """
    net = _lstm(rng)
    truth = derivative(
        lambda W: net.step(0, net.h_init, net.C_init, _with(net, WRITING, W))["C"], _stacked(net, WRITING)
    )
    right = {gate: _by_weights(net, by_z)[0] for gate, by_z in _cell_by_gates(net).items()}
    return least_wrong(
        *(
            refuted(equal(0 * truth[:, j], truth[:, j]), equal(right[gate], truth[:, j]))
            for j, gate in enumerate(WRITING)
        )
    )


@claim(
    "erratum-39",
    method="complex step",
    assumes=f"{LSTM}; the state at step 0 given, T from 2 to 3; the weights of each gate in turn",
    tolerance=ROUNDING,
    because=WHY_ROUNDING,
)
def gradient_along_the_cell_is_all(rng: np.random.Generator) -> Comparison:
    r"""The gradient is taken along the cell alone, all gates held, for the weights of every gate.

    .. math::

        \frac{\partial L}{\partial W} = \sum_{t=0}^{T} \sum_{k=1}^{t}
        \frac{\partial L_t}{\partial C_t} \frac{\partial C_t}{\partial C_k} \frac{\partial C_k}{\partial W}
    """
    net = _lstm(rng, T=(1, 2))  # its steps 0 to T are steps 1 to T + 1 of the sheet
    truth = derivative(lambda W: net.loss(_with(net, GATES, W)), _stacked(net, GATES))
    held = derivative(lambda W: _loss_with_h_held(net, _with(net, GATES, W)), _stacked(net, GATES))
    held[GATES.index("o")] = 0  # no C_k reads these weights
    rows, output = net.run["h"] - net.y, _output_by_cell(net)
    along, joint = ordered_products(_diagonals(net.run["f"])), ordered_products(_joint_factors(net))
    by_gates = _cell_by_gates(net) | {"o": 0 * output}
    found = []
    for j, gate in enumerate(GATES):
        cell = _by_weights(net, by_gates[gate])
        state = _by_weights(net, output * by_gates[gate] + (_output_by_gate(net) if gate == "o" else 0))
        printed = np.einsum("ti,tkij,kjab->ab", rows * output, along, cell)
        parts = rows, joint[:, :, : net.n], np.concatenate([state, cell], axis=1)
        right = np.einsum("ti,tkij,kjab->ab", *parts)
        size = np.einsum("ti,tkij,kjab->ab", *map(np.abs, parts)).max()  # the terms may cancel one another
        control = equal(right, truth[j], scale=size)
        meant = equal(printed, held[j], scale=size)  # it is exact for a network whose gates do not read h
        found.append(refuted(equal(printed, truth[j]), control, meant))
    return least_wrong(*found)


@claim(
    "erratum-40",
    method="complex step",
    assumes=f"{LSTM}; two to six steps; all gates held, so that only the cell itself carries",
    tolerance=ROUNDING,
    because=WHY_ROUNDING,
)
def one_factor_is_repeated(rng: np.random.Generator) -> Comparison:
    r"""The product over i repeats the factor of step t.

    .. math::

        \frac{\partial C_t}{\partial C_k} = \prod_{i=k+1}^{t} \frac{\partial C_t}{\partial C_{t-1}}
    """
    net = _lstm(rng, T=(1, 5))
    truth = derivative(lambda C: net.along_the_cell(C, 0, net.T), net.C_init)
    f = net.run["f"]
    printed, right = (np.diag(np.prod(factors, axis=0)) for factors in (np.broadcast_to(f[-1], f.shape), f))
    return refuted(equal(printed, truth), equal(right, truth))


@claim(
    "erratum-41",
    method="complex step",
    assumes=f"{LSTM}; three to five steps; one-step Jacobians with h following the cell, or gates held",
    tolerance=ROUNDING,
    because=WHY_ROUNDING,
)
def cell_state_carries_everything(rng: np.random.Generator) -> Comparison:
    r"""The Jacobians of the cell state alone are said to multiply to that over many steps.

    .. math::

        \frac{\partial C_t}{\partial C_k} = \prod_{i=k+1}^{t} \frac{\partial C_i}{\partial C_{i-1}}
    """
    net = _lstm(rng, T=(2, 4))
    truth, o, C = _last_cell(net), net.run["o"][-2], net.run["C"][-2]
    held = _diagonals(net.run["f"])
    following = held.copy()
    following[1:] += _cell_by_h(net)[1:] * _output_by_cell(net)[:-1, None, :]  # the first h is given
    controls = (
        equal(_last_cell_by_formula(net), truth),
        equal(_over_all_steps(held), derivative(lambda C: net.along_the_cell(C, 0, net.T), net.C_init)),
        equal(following[-1], derivative(lambda C: net.step(net.T, o * np.tanh(C), C)["C"], C)),
    )
    return least_wrong(
        *(refuted(equal(_over_all_steps(factors), truth), *controls) for factors in (following, held))
    )


@claim(
    "erratum-42",
    method="complex step",
    assumes=f"{LSTM} but n at least 2; 60 added to the bias of f and taken from that of i; two to four steps",
    tolerance=ROUNDING,
    because="the forget gate is 1 to all digits of a float, the input gate below 1e-16",
)
def jacobian_of_a_kept_cell_is_the_number_one(rng: np.random.Generator) -> Comparison:
    r"""The Jacobian of a cell that is kept is a one, and not a matrix.

    .. math::

        \frac{\partial C_t}{\partial C_k} = 1
    """
    net = _lstm(rng, n=(2, 3), T=(1, 3), bias={"f": 60, "i": -60})
    truth = _last_cell(net)
    right = np.eye(net.n)
    return least_wrong(
        refuted(equal([1, 1], truth.shape), equal(right.shape, truth.shape)),
        refuted(equal(np.ones_like(truth), truth), equal(right, truth)),
    )


@claim(
    "erratum-43",
    method="complex step",
    assumes=f"{LSTM}; 2 to 12 added to the bias of f and taken from that of i; one to four steps",
    tolerance=ROUNDING,
    because=WHY_ROUNDING,
)
def sigmoids_reach_one_and_zero(rng: np.random.Generator) -> Comparison:
    r"""The forget gate is set to 1 and the input gate to 0, which a sigmoid reaches for no weights.

    .. math::

        f_t = 1, \; i_t = 0, \quad \frac{\partial C_t}{\partial C_k} = I_n
    """
    b = rng.uniform(2, 12)
    net = _lstm(rng, T=(0, 3), bias={"f": b, "i": -b})
    truth = _last_cell(net)
    return refuted(equal(np.eye(net.n), truth), equal(_last_cell_by_formula(net), truth))
