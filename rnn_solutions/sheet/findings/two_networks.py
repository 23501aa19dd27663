"""The two small networks of the page of errata, and what more than one group of findings needs.

Truth is a complex step through the networks of `sheet.drawn_networks`.
"""

from __future__ import annotations

import numpy as np

from rnn_solutions._validation import Array
from rnn_solutions.networks.plain import sigma
from rnn_solutions.sheet.drawn_networks import GATES, PlainLSTM, PlainRNN


def network_a(scale: float = 1.0) -> PlainRNN:
    """Return network A: n = 3, d = 2, T = 3, drawn from N(0, 1) with seed 0 in the order of its fields.

    Its W is multiplied by the scale.
    """
    rng = np.random.default_rng(0)
    W, *others = (rng.normal(size=shape) for shape in [(3, 3), (3, 2), (4, 2), (4, 3), (3,)])
    return PlainRNN(scale * W, *others)


def network_b(**bias: float) -> PlainLSTM:
    """Return network B: n = 3, d = 2, drawn from N(0, 1) with seed 0, and biases by gate.

    Its step 0 is the sheet's step 1, and its last one step 10. The order is W_f, W_i, W_o, W_c, each acting
    on (h, x), then x, y, C_0 and h_0; row 0 of x and of y is drawn and not used.
    """
    rng = np.random.default_rng(0)
    weights = {gate: rng.normal(size=(3, 5)) for gate in GATES}
    x, y, C_0, h_0 = (rng.normal(size=shape) for shape in [(11, 2), (11, 3), (3,), (3,)])
    W, U = {gate: weights[gate][:, :3] for gate in GATES}, {gate: weights[gate][:, 3:] for gate in GATES}
    b = {gate: np.full(3, bias.get(gate, 0.0)) for gate in GATES}
    return PlainLSTM(W, U, b, x[1:], y[1:], h_0, C_0)


def slope(z: Array) -> Array:
    """Return sigma'(z), in which 1 - sigma(z) = sigma(-z) keeps its digits."""
    return sigma(z) * sigma(-z)


def factors(net: PlainRNN) -> Array:
    """Return diag(sigma'(z_t)) W for each step."""
    return np.asarray(slope(net.z)[:, :, None] * net.W)


def ordered_products(factors: Array) -> Array:
    """Return the product of the factors k+1 to t, latest on the left, by t and k; zero for k after t."""
    steps, n, _ = factors.shape
    products = np.zeros((steps, steps, n, n))
    for t in range(steps):
        products[t, :t] = factors[t] @ products[t - 1, :t]
        products[t, t] = np.eye(n)
    return products
