"""Finding 31: the eigenvalues of W alone do not decide whether a network's gradient vanishes or explodes.

Norms are 2-norms of the derivative of a later state by the state at step 0, of sigmoid networks whose input
enters directly (U is the identity).
"""

from __future__ import annotations

from itertools import accumulate

import numpy as np

from rnn_solutions._validation import Array
from rnn_solutions.networks.plain import sigma
from rnn_solutions.sheet.drawn_networks import PlainRNN
from rnn_solutions.sheet.findings.powers import SHEET_W
from rnn_solutions.sheet.findings.registry import Measured, measured
from rnn_solutions.sheet.findings.two_networks import factors


def _driven(W: Array, x: Array, h_0: Array) -> PlainRNN:
    """Return a network whose step 0 is step 1 after the state h_0."""
    return PlainRNN(W, np.eye(len(W)), x, np.zeros_like(x), h_0)


def nilpotent(a: float, steps: int) -> PlainRNN:
    """Return one that explodes: all eigenvalues of W are 0, and inputs hold slopes of 1/4 and nearly 0."""
    W, z = a * np.array([[1.0, -1.0], [1.0, -1.0]]), np.array([0.0, 20.0])
    return _driven(W, np.tile(z - W @ sigma(z), (steps, 1)), sigma(z))


def orthogonal(rng: np.random.Generator, c: float, n: int, steps: int) -> PlainRNN:
    """Draw one whose W is c times an orthogonal matrix, with random inputs: it vanishes for c up to 4."""
    W = c * np.linalg.qr(rng.normal(size=(n, n))).Q
    return _driven(W, rng.normal(size=(steps, n)), np.zeros(n))


def _products(net: PlainRNN) -> list[Array]:
    """Return the derivatives of the states h_0, h_1, ... by h_0: ordered products of the factors."""
    return list(accumulate(factors(net), lambda J, factor: factor @ J, initial=np.eye(net.n)))


def _norms(net: PlainRNN) -> Array:
    """Return the norms of these derivatives."""
    return np.array([np.linalg.norm(J, 2) for J in _products(net)])


def _power(net: PlainRNN) -> float:
    """Return the norm of W to the number of steps."""
    return float(np.linalg.norm(np.linalg.matrix_power(net.W, len(net.x)), 2))


def one_unit() -> dict[str, Array]:
    """Return the derivatives of the states 0 to 50 of three networks of one unit by the first state.

    With w = 3 and with w = 5 the unit is held where the slope is 1/4; with w = 5 and no input it saturates.
    """
    starts = {"holding": (3.0, -1.5, 0.5), "exploding": (5.0, -2.5, 0.5), "saturated": (5.0, 0.0, 0.9)}
    return {
        name: _norms(_driven(np.array([[w]]), np.full((50, 1), x), np.array([h_0])))
        for name, (w, x, h_0) in starts.items()
    }


def fixed_networks() -> dict[str, tuple[float, PlainRNN]]:
    """Return the networks of the page with the spectral radii of their W, inputs drawn with seed 0."""

    def reading(W: Array, steps: int) -> PlainRNN:
        return _driven(W, np.random.default_rng(0).normal(size=(steps, 2)), np.zeros(2))

    return {
        "nilpotent": (0.0, nilpotent(8.0, 30)),
        "turned": (3.9, orthogonal(np.random.default_rng(0), 3.9, 3, 30)),
        "sheet": (0.9, reading(SHEET_W.astype(float), 30)),
        "growing": (3.0, reading(np.array([[1.0, 2.0], [2.0, 1.0]]), 50)),
    }


@measured(31)
def powers_beside_jacobians() -> Measured:
    """Return for each network the radius, the norm of the power and that of the Jacobian."""
    found: Measured = {}
    for name, (radius, net) in fixed_networks().items():
        norms = _norms(net)
        found |= {f"31-{name}-radius": radius, f"31-{name}-power": _power(net), f"31-{name}": norms[-1]}
        if name == "growing":
            found |= {"31-growing-10": norms[10], "31-growing-49": norms[49]}
    return found | {f"31-{name}": norms[50] for name, norms in one_unit().items()}
