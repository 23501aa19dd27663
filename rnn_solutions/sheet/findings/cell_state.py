"""Findings in 3(b) and 3(c): the gradient along the cell state, and what the sheet neglects.

Where a gradient is that of an LSTM it is taken by the weights of each gate on (h, x).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.sheet.comparisons import equal
from rnn_solutions.sheet.drawn_networks import GATES, PlainLSTM, derivative, half_square
from rnn_solutions.sheet.findings import lstm
from rnn_solutions.sheet.findings.registry import (
    Measured,
    Reading,
    measured,
    relative_error,
    trial,
)
from rnn_solutions.sheet.findings.two_networks import network_b, ordered_products

NAMES = {"f": "forget", "i": "input", "c": "candidate", "o": "output"}


def _read(net: PlainLSTM) -> Array:
    """Return what the gates read at each step, (T+1, n + d)."""
    return np.hstack([net.h_before, net.x])


@trial(38, assumes=lstm.DRAWN, draw=lstm.draw)
def dependence_of_the_gates_on_the_weights_is_left_out(net: PlainLSTM) -> Iterator[Reading]:
    r"""That f, i and the candidate depend on the weights is to be neglected, and nothing else does.

    .. math::

        \frac{\partial C_k}{\partial W} = 0
    """
    truth = lstm.by_weights(net, lambda other: other.step(0, net.h_init, net.C_init)["C"])
    by_gates = lstm.cell_by_gates(net)
    for gate in lstm.WRITING:
        by_gate = truth[:, GATES.index(gate)]
        right = np.einsum("ia,i,b->iab", np.eye(net.n), by_gates[gate][0], _read(net)[0])
        yield Reading(0 * by_gate, by_gate, equal(right, by_gate))


def _summed(rows: Array, products: Array, by_z: Array, read: Array) -> Array:
    """Return the double sum over t and k; the last factor is a derivative by z times what is read."""
    return np.asarray(np.einsum("ti,tkij,kj,kb->jb", rows, products, by_z, read))


def _along_the_cell(net: PlainLSTM, other: PlainLSTM) -> list[dict[str, Numbers]]:
    """Return the steps for other weights when each of them reads the h that it read before."""
    C: Numbers = net.C_init
    steps = []
    for t in range(net.T + 1):
        steps.append(other.step(t, net.h_before[t], C))
        C = steps[-1]["C"]
    return steps


def _with_h_held(net: PlainLSTM, other: PlainLSTM) -> Numbers:
    """Return the loss for other weights when no step reads what they change in h."""
    states = [step["h"] for step in _along_the_cell(net, other)]
    return half_square(np.stack(states, axis=-2), net.y)


@trial(
    39,
    assumes=f"{lstm.DRAWN}; the state at step 0 given, T from 2 to 3; the weights of each gate in turn",
    draw=partial(lstm.draw, T=(1, 2)),  # its steps 0 to T are steps 1 to T + 1 of the sheet
    page=network_b,
)
def gradient_along_the_cell_is_all(net: PlainLSTM) -> Iterator[Reading]:
    r"""The gradient is taken along the cell alone, all gates held, for the weights of every gate.

    .. math::

        \frac{\partial L}{\partial W} = \sum_{t=0}^{T} \sum_{k=1}^{t}
        \frac{\partial L_t}{\partial C_t} \frac{\partial C_t}{\partial C_k} \frac{\partial C_k}{\partial W}
    """
    truth = lstm.gradients(net)
    held = dict(zip(GATES, lstm.by_weights(net, lambda other: _with_h_held(net, other)), strict=True))
    held["o"] = 0 * held["o"]  # no C_k reads these weights
    rows, output, f = net.run["h"] - net.y, lstm.output_by_cell(net), lstm.diagonals(net.run["f"])
    joint = ordered_products(lstm.joint_factors(net))[:, :, : net.n]
    for gate, by_z in lstm.cell_by_gates(net).items():
        printed = _summed(rows * output, ordered_products(f), by_z, _read(net))
        state = output * by_z + (lstm.output_by_gate(net) if gate == "o" else 0)
        parts = rows, joint, np.hstack([state, by_z]), _read(net)
        right = np.sum(np.split(_summed(*parts), 2), axis=0)  # by way of h and by way of C
        scale = np.sum(np.split(_summed(*map(np.abs, parts)), 2), axis=0).max()  # terms may cancel each other
        control = equal(right, truth[gate], scale=scale)
        meant = equal(printed, held[gate], scale=scale)  # exact where the gates do not read h
        yield Reading(printed, truth[gate], control, meant, name=f"39-{NAMES[gate]}")
    cell = lstm.last_cell(net)
    yield Reading(lstm.over_all_steps(f), cell, equal(lstm.last_cell_by_formula(net), cell), name="39-cell")


@trial(
    49,
    assumes=f"{lstm.DRAWN}; the state at step 0 given, T from 2 to 3; h held, so that the cell alone carries",
    draw=partial(lstm.draw, T=(1, 2)),
    page=network_b,
)
def last_factor_of_the_cell_reads_as_the_total_derivative(net: PlainLSTM) -> Iterator[Reading]:
    r"""The last factor reads as the total derivative, which holds what every earlier step did.

    .. math::

        \frac{\partial L}{\partial W} = \sum_{t=0}^{T} \sum_{k=1}^{t}
        \frac{\partial L_t}{\partial C_t} \frac{\partial C_t}{\partial C_k} \frac{\partial C_k}{\partial W}
    """
    held = lstm.by_weights(net, lambda other: _with_h_held(net, other))
    total = lstm.by_weights(
        net, lambda other: np.stack([step["C"] for step in _along_the_cell(net, other)], axis=-2)
    )
    rows = (net.run["h"] - net.y) * lstm.output_by_cell(net)
    products = ordered_products(lstm.diagonals(net.run["f"]))
    steps = np.arange(net.T + 1)
    often = np.maximum(steps[:, None] - steps + 1, 0)  # the term j steps back is counted j + 1 times
    for gate, by_z in lstm.cell_by_gates(net).items():
        if gate == "o":  # no C_k reads these weights
            continue
        truth, last = held[GATES.index(gate)], total[:, :, GATES.index(gate)]
        printed = np.einsum("ti,tkij,kjab->ab", rows, products, last)
        scale = _summed(np.abs(rows), products, np.abs(by_z), np.abs(_read(net))).max() * (net.T + 1)
        counted = _summed(rows, often[:, :, None, None] * products, by_z, _read(net))
        controls = (
            equal(_summed(rows, products, by_z, _read(net)), truth, scale=scale),
            equal(counted, printed, scale=scale),
        )
        yield Reading(printed, truth, *controls, name=f"49-{NAMES[gate]}")


@trial(
    40,
    assumes=f"{lstm.DRAWN}; two to six steps; all gates held, so that only the cell itself carries",
    draw=partial(lstm.draw, T=(1, 5)),
    page=network_b,
)
def one_factor_is_repeated(net: PlainLSTM) -> Iterator[Reading]:
    r"""The product over i repeats the factor of step t.

    .. math::

        \frac{\partial C_t}{\partial C_k} = \prod_{i=k+1}^{t} \frac{\partial C_t}{\partial C_{t-1}}
    """
    truth, f = derivative(lambda C: net.along_the_cell(C, 0, net.T), net.C_init), net.run["f"]
    printed, right = (np.diag(np.prod(each, axis=0)) for each in (np.broadcast_to(f[-1], f.shape), f))
    yield Reading(printed, truth, equal(right, truth), name="40")


@trial(
    41,
    assumes=f"{lstm.DRAWN}; three to five steps; one-step Jacobians with h following the cell, or gates held",
    draw=partial(lstm.draw, T=(2, 4)),
    page=network_b,
)
def cell_state_carries_everything(net: PlainLSTM) -> Iterator[Reading]:
    r"""The Jacobians of the cell state alone are said to multiply to that over many steps.

    .. math::

        \frac{\partial C_t}{\partial C_k} = \prod_{i=k+1}^{t} \frac{\partial C_i}{\partial C_{i-1}}
    """
    truth, o, C = lstm.last_cell(net), net.run["o"][-2], net.run["C"][-2]
    held = lstm.diagonals(net.run["f"])
    following = held.copy()
    following[1:] += lstm.cell_by_h(net)[1:] * lstm.output_by_cell(net)[:-1, None, :]  # the first h is given
    controls = (
        equal(lstm.last_cell_by_formula(net), truth),
        equal(lstm.over_all_steps(held), derivative(lambda C: net.along_the_cell(C, 0, net.T), net.C_init)),
        equal(following[-1], derivative(lambda C: net.step(net.T, o * np.tanh(C), C)["C"], C)),
    )
    yield Reading(lstm.over_all_steps(following), truth, *controls, name="41")
    yield Reading(lstm.over_all_steps(held), truth, *controls)


def _large(rng: np.random.Generator, forget_bias: float, gain: float | None) -> PlainLSTM:
    """Draw an LSTM of 32 cells with weights as PyTorch draws them, or W_hh from N(0, gain²/n); 51 inputs."""
    n = 32
    W_ih, W_hh, b_ih, b_hh = (
        rng.uniform(-1, 1, size=(4 * n, *columns)) / np.sqrt(n) for columns in [(n,), (n,), (), ()]
    )
    if gain is not None:
        W_hh = rng.normal(size=(4 * n, n)) * gain / np.sqrt(n)
    W, U, b = (dict(zip("ifco", np.split(blocks, 4), strict=True)) for blocks in (W_hh, W_ih, b_ih + b_hh))
    b["f"] = b["f"] + forget_bias
    return PlainLSTM(W, U, b, rng.normal(size=(51, n)), np.zeros((51, n)), np.zeros(n), np.zeros(n))


def whole_against_product(forget_bias: float = 0.0, gain: float | None = None) -> float:
    """Return how much larger the derivative of C_50 by C_0 is, with h_0 held, than that along the cell.

    The median over the seeds 0 to 19 of the 2-norm of the one by the largest entry of the other. It shows the
    order of magnitude: other laws of the inputs give other digits.
    """
    ratios = []
    for seed in range(20):
        net = _large(np.random.default_rng(seed), forget_bias, gain)
        whole = lstm.over_all_steps(lstm.joint_factors(net)[1:])[net.n :, net.n :]
        ratios.append(np.linalg.norm(whole, 2) / np.prod(net.run["f"][1:], axis=0).max())
    return float(np.median(ratios))


@measured(41)
def joint_state_and_large_networks() -> Measured:
    """Return the error of the joint state's product, and how much larger than the cell's the truth is."""
    net = network_b()
    joint = derivative(lambda s: net.rerun_joint(s, 0, net.T), np.concatenate([net.h_init, net.C_init]))
    return {
        "41-joint": relative_error(lstm.over_all_steps(lstm.joint_factors(net)), joint),
        "41-uniform": whole_against_product(),
        "41-bias": whole_against_product(forget_bias=1.0),
        "41-gain": whole_against_product(gain=2.0),
    }


@trial(
    42,
    assumes=f"{lstm.DRAWN} but n at least 2; "
    "60 added to the bias of f and taken from that of i; two to four steps",
    because="the forget gate is 1 to all digits of a float, the input gate below 1e-16",
    draw=partial(lstm.draw, n=(2, 3), T=(1, 3), bias={"f": 60, "i": -60}),
)
def jacobian_of_a_kept_cell_is_the_number_one(net: PlainLSTM) -> Iterator[Reading]:
    r"""The Jacobian of a cell that is kept is a one, and not a matrix.

    .. math::

        \frac{\partial C_t}{\partial C_k} = 1
    """
    truth, right = lstm.last_cell(net), np.eye(net.n)
    yield Reading([1, 1], truth.shape, equal(right.shape, truth.shape))
    yield Reading(np.ones_like(truth), truth, equal(right, truth))


def open_cell(bias: float = 20.0) -> dict[str, float]:
    """Return how far from the identity network B is with this bias on f and its negative on i.

    And the norms of the gradients by the weights of the gates and of the candidate.
    """
    net = network_b(f=bias, i=-bias)
    distance = float(np.linalg.norm(lstm.last_cell(net) - np.eye(net.n)))
    norms = {NAMES[gate]: float(np.linalg.norm(found)) for gate, found in lstm.gradients(net).items()}
    return {"distance": distance, **norms}


@measured(43)
def distances_from_the_identity() -> Measured:
    """Return them for three biases."""
    return {f"43-{bias}": open_cell(bias)["distance"] for bias in (10, 20, 30)}


@measured(44)
def what_an_open_cell_learns() -> Measured:
    """Return the norms of the gradients that vanish with a bias of 20."""
    cell = open_cell(20)
    return {f"44-{name}": cell[name] for name in ("forget", "input", "candidate")}
