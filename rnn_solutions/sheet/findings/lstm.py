"""How LSTMs are drawn for the findings, and the right formulas that these need; `c` is the candidate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import reduce

import numpy as np

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.sheet.drawn_networks import GATES, PlainLSTM, derivative

DRAWN = "everything drawn uniformly from −1 to 1, n and d from 1 to 3"
WRITING = "fic"  # the gates and the candidate that write to the cell


def draw(
    rng: np.random.Generator,
    n: tuple[int, int] = (1, 3),
    T: tuple[int, int] = (0, 0),
    bias: dict[str, float] | None = None,
    d: int | None = None,
) -> PlainLSTM:
    """Draw an LSTM with n and T in these ranges, ends included; `bias` is added to that of a gate."""
    cells, steps = int(rng.integers(*n, endpoint=True)), int(rng.integers(*T, endpoint=True)) + 1
    inputs = int(rng.integers(1, 3, endpoint=True)) if d is None else d

    def uniform(*shape: int) -> Array:
        return rng.uniform(-1, 1, size=shape)  # beyond, 1 - tanh² loses its digits

    W, U = {gate: uniform(cells, cells) for gate in GATES}, {gate: uniform(cells, inputs) for gate in GATES}
    b = {gate: uniform(cells) + (bias or {}).get(gate, 0.0) for gate in GATES}
    x, y, h_init, C_init = uniform(steps, inputs), uniform(steps, cells), uniform(cells), uniform(cells)
    return PlainLSTM(W, U, b, x, y, h_init, C_init)


def weights(net: PlainLSTM) -> Array:
    """Return each gate's weights on (h, x), (4, n, n + d), in the order of `GATES`."""
    return np.stack([np.hstack([net.W[gate], net.U[gate]]) for gate in GATES])


def with_weights(net: PlainLSTM, V: Numbers) -> PlainLSTM:
    """Return the network with such weights, (..., 4, n, n + d)."""
    parts = dict(zip(GATES, np.moveaxis(V, -3, 0), strict=True))
    W = {gate: part[..., : net.n] for gate, part in parts.items()}
    return replace(net, W=W, U={gate: part[..., net.n :] for gate, part in parts.items()})


def by_weights(net: PlainLSTM, function: Callable[[PlainLSTM], Numbers]) -> Array:
    """Return the derivative of what a network gives by its weights, (..., 4, n, n + d)."""
    return derivative(lambda V: function(with_weights(net, V)), weights(net))


def gradients(net: PlainLSTM) -> dict[str, Array]:
    """Return the truth: the gradient of the loss by the weights of each gate, (n, n + d)."""
    return dict(zip(GATES, by_weights(net, lambda other: other.loss(other.W)), strict=True))


def cell_by_gates(net: PlainLSTM) -> dict[str, Array]:
    """Return the derivatives of C_t by the pre-activations of step t, each (T+1, n)."""
    f, i, c = (net.run[gate] for gate in WRITING)
    return {"f": net.C_before * f * (1 - f), "i": c * i * (1 - i), "o": 0 * c, "c": i * (1 - c**2)}


def output_by_cell(net: PlainLSTM) -> Array:
    """Return the derivative of h_t by C_t, (T+1, n)."""
    return np.asarray(net.run["o"] * (1 - np.tanh(net.run["C"]) ** 2))


def output_by_gate(net: PlainLSTM) -> Array:
    """Return the derivative of h_t by the output gate's pre-activation, (T+1, n)."""
    return np.asarray(np.tanh(net.run["C"]) * net.run["o"] * (1 - net.run["o"]))


def cell_by_h(net: PlainLSTM) -> Array:
    """Return the derivative of C_t by h_{t-1}, (T+1, n, n)."""
    by_gates = cell_by_gates(net)
    return np.asarray(sum(by_gates[gate][:, :, None] * net.W[gate] for gate in WRITING))


def joint_factors(net: PlainLSTM) -> Array:
    """Return the Jacobians of (h_t, C_t) by (h_{t-1}, C_{t-1}), (T+1, 2n, 2n)."""
    by_h, by_C = cell_by_h(net), diagonals(net.run["f"])
    output = output_by_cell(net)[:, :, None]
    return np.block(
        [[output_by_gate(net)[:, :, None] * net.W["o"] + output * by_h, output * by_C], [by_h, by_C]]
    )


def diagonals(rows: Array) -> Array:
    """Return a diagonal matrix for each row."""
    return rows[:, :, None] * np.eye(rows.shape[1])


def over_all_steps(factors: Array) -> Array:
    """Return the product of the factors of all steps, the first one included."""
    return np.asarray(reduce(np.matmul, factors[::-1]))


def last_cell(net: PlainLSTM) -> Array:
    """Return the truth: the derivative of the last C by the first one, with the first h held."""
    return derivative(lambda C: net.rerun(net.h_init, C, 0, net.T)[1], net.C_init)


def last_cell_by_formula(net: PlainLSTM) -> Array:
    """Return the same from the product over the joint state."""
    return over_all_steps(joint_factors(net))[net.n :, net.n :]
