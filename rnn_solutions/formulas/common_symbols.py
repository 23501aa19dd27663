"""What common symbols stand for in formulas without a number: small cases, each drawn and worked out.

No value is computed by the formula that it is held against: slopes and derivatives come from a complex step,
roots from a closed form, spectra from NumPy, sums from many terms, and states from powers.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rnn_solutions._validation import Array
from rnn_solutions.formulas.evaluating import Meaning
from rnn_solutions.formulas.values import DEFAULTS, Function, Row, Value, steps
from rnn_solutions.learning.losses import cross_entropy, squared_error
from rnn_solutions.networks.activations import sigmoid
from rnn_solutions.networks.linear_recurrence import LinearRecurrence, scan


def numbers(rng: np.random.Generator) -> Iterator[Meaning]:
    """Draw numbers, gates and their slopes, and the losses of a few answers."""
    m, b, y = int(rng.integers(2, 9)), rng.normal(), rng.normal()
    small = {"a": rng.uniform(0.01, 0.1)}
    yield Meaning(small | {"z": rng.normal(), "u": b, "b": b, "y": y, "m": m, r"\phi": np.exp(-y) ** m})
    yield Meaning({r"\varepsilon": rng.uniform(0.2, 0.8), "m": m})
    halving = -np.log(2 ** (1 / m) - 1)
    yield Meaning({"b": halving, "z": sigmoid(halving), "K": m, "m": m})
    half = np.sqrt(0.5) ** (1 / 500)
    yield Meaning({r"\lambda": half, r"\tau": -1 / np.log(half)})
    z = rng.normal(size=3)
    value, slope = sigmoid(z), DEFAULTS[r"\sigma'"](z)
    yield Meaning({"f": value[0], "f'": slope[0], "i": value[1], "i'": slope[1]})
    yield Meaning({"h": value[0], r"\sigma": value[0], r"\sigma'": slope[0]})
    yield Meaning({"z": z[0], "h": value[0]})
    gates = {g: steps(np.roll(value, place)) for place, g in enumerate("zfi")}
    gates |= {f"{g}'": steps(np.roll(slope, place)) for place, g in enumerate("zfi")}
    yield Meaning(gates | {"h": steps(value), "u": steps(np.tanh(z / 2)), "t": int(rng.integers(3))})
    real, imaginary, n = 1, 0, int(rng.integers(1, 9))
    for _ in range(n):  # the powers of 3 + 4i in whole numbers
        real, imaginary = 3 * real - 4 * imaginary, 4 * real + 3 * imaginary
    turned = {"a": lambda _: real, "b": lambda _: imaginary, "i": 1j, r"\theta": np.arctan2(4, 3)}
    yield Meaning(turned | {"n": n})
    scores, targets = rng.normal(size=(2, 5))
    loss, by_y = squared_error(scores[None, None], targets[None, None])
    of_loss = {"L": loss, r"\partial L/\partial y": Row(by_y[0, 0])}
    yield Meaning(of_loss | {"N": 5, "y": scores, r"\hat y": targets, "j": 2})
    p = np.exp([-cross_entropy(scores[None, None], [[r]])[0] for r in range(5)])
    yield Meaning({"p": p, "y": scores, "r": int(rng.integers(1, 6))}, over={"l": range(1, 6)})


def matrices(rng: np.random.Generator) -> Iterator[Meaning]:
    """Draw matrices, and name their eigenvalues and eigenvectors."""
    M, n, I = rng.normal(size=(3, 3)), int(rng.integers(2, 9)), np.eye(3)  # noqa: E741 - the letter of the page
    values, Q = np.linalg.eig(M)
    of_M = {"M": M, "A": M, "Q": Q, r"\Lambda": np.diag(values), r"\rho": np.abs(values).max(), "n": n}
    yield Meaning(of_M | {"q": Q[:, 0], r"\lambda": values[0]})
    yield Meaning(of_M | {"q": steps(list(Q.T), 1), r"\lambda": values, "i": int(rng.integers(1, 4))})
    S = M + M.T
    values, Q = np.linalg.eigh(S)
    rate = np.log(np.linalg.norm(np.linalg.matrix_power(S, 64), 2)) / 64
    yield Meaning({"M": S, "Q": Q, r"\lambda": steps([rate], 1), "n": n})
    of_S = {"M": S, "Q": Q, r"\Lambda": np.diag(values), r"\rho": np.abs(values).max(), "n": n}
    yield Meaning(of_S)
    v, u = np.array([0.6, 0.8]), np.array([-0.8, 0.6])
    W = 0.9 * np.outer(v, v) + 0.4 * np.outer(u, u)
    values, Q = np.linalg.eigh(W)
    yield Meaning({"W": W, "Q": (-Q * np.sign(Q[0]))[:, ::-1], r"\Lambda": np.diag(values[::-1])})
    yield Meaning({"M": I, "B": I, "Q": M, "I": I})
    E = np.eye(2, k=1)
    v = np.array([rng.normal(), 0])
    yield Meaning({"B": np.eye(2) + E, "E": E, "I": np.eye(2), "n": n, "v": v})
    E = rng.normal(size=(3, 3)) / 9
    values, vectors = np.linalg.eig(M + E)
    least = 1 / np.linalg.norm(np.linalg.inv(values[0] * I - M), 2)
    yield Meaning({"M": M, "E": E, "I": I, "z": values[0], "v": vectors[:, 0], r"s_{\min}": least})
    yield Meaning({"z": rng.uniform(1.7, 3) * 1j}, over={"n": range(80)})
    A = M - M.T
    values, Q = np.linalg.eig(A)
    cayley = np.real((Q * ((1 + values) / (1 - values))) @ np.linalg.inv(Q))
    yield Meaning({"A": A, "W": cayley, "I": I})
    orthonormal = steps([Row(row) for row in np.linalg.qr(M)[0]], 1)
    by_state = {r"\partial s/\partial s": lambda t, k: {(2, 1): M + E}[t, k]}
    yield Meaning(by_state | {"g": orthonormal, "t": 2, "k": 1}, over={"i": range(1, 4)})


def linear_units(rng: np.random.Generator) -> Iterator[Meaning]:
    """Draw units without an activation, and what they do with their inputs."""
    u, turn, step = rng.uniform([0.3, 0.5, 0.1], [0.7, 1.5, 0.9])
    r, j = np.exp(-u), int(rng.integers(2, 6))
    unit, moved = r * (np.cos(turn) + 1j * np.sin(turn)), r * (1j * np.cos(turn) - np.sin(turn))
    of_unit: dict[str, Value] = {r"\lambda": unit, "r": r, "u": u, r"\nu": np.log(u), r"\theta": turn}
    of_unit |= {"i": 1j, "j": j, "q": np.real(unit * np.conj(unit)), r"\tau": -1 / np.log(r)}
    of_unit |= {r"\Delta": step, "a": np.log(unit) / step}
    of_unit[r"\gamma"] = 1 / np.sqrt(np.sum(np.abs(unit) ** (2 * np.arange(200))))
    of_unit[r"d r/d \nu"] = np.imag(np.exp(-np.exp(np.log(u) + 1e-30j))) / 1e-30
    by_factor = (unit**before * moved * unit ** (j - 1 - before) for before in range(j))
    of_unit[r"\partial \lambda^j/\partial \theta"] = sum(by_factor)
    yield Meaning(of_unit, over={"j": range(200)})

    A, B, x = rng.normal(size=(3, 4, 2))
    A, B, start = A[:2], B[:2], rng.normal(size=2)
    to = [np.linalg.matrix_power(A, k) for k in range(5)]
    h = [sum((to[t - k] @ B @ x[k] for k in range(t + 1)), to[t + 1] @ start) for t in range(4)]
    t = int(rng.integers(4))
    yield Meaning({"A": A, "B": B, "h": steps([start, *h], -1), "x": steps(x), "t": t})
    yield Meaning({"a": steps(A), "b": steps(B), "h": steps([start, *scan(A, B, start)], -1), "t": 1})

    a, b, s = rng.normal(size=3)

    def held(s: Value) -> Value:
        return (start[0] + b * x[0, 0] / a) * np.exp(a * s) - b * x[0, 0] / a

    of_time = {"h": Function(held), "h'": Function(lambda s: np.imag(held(s + 1e-30j)) / 1e-30), "s": s}
    yield Meaning(of_time | {"A": a, "B": b, "x": Function(lambda _: x[0, 0])})

    layer = LinearRecurrence(rng.normal(size=2) + 1j * rng.normal(size=2), B)
    pulses = np.array([layer.forward(np.eye(5)[:, :1] * row) for row in np.eye(2)])  # at step 0
    of_layer = {r"\Lambda": np.diag(layer.eigenvalues), "B": layer.B, "K": steps(layer.impulse_response(4))}
    of_layer[r"\partial h/\partial x"] = lambda t, k: pulses[:, t - k].T
    yield Meaning(of_layer | {"k": 1, "j": j % 4})

    w, y = rng.normal(), rng.normal(size=4)

    def states(w: Value, h: Value, first: int = 0) -> Array:
        return np.array([h := w * h + x[t, 0] for t in range(first, 4)])

    def slope(w: Value, h: Value, first: int = 0) -> float:
        return float(np.imag(np.sum((states(w, h, first) - y[first:]) ** 2)) / 2e-30)

    run = states(w, start[0])
    g = [slope(w, run[t] + 1e-30j, t + 1) + run[t] - y[t] for t in range(4)]
    by: dict[str, Value] = {r"\partial L/\partial h": lambda t, k: (run - y)[t] if t == k else 0.0}
    by[r"\partial L/\partial \lambda"] = slope(w + 1e-30j, start[0])
    along = {r"\lambda": w, "h": steps([start[0], *run], -1), "g": steps(g), "t": 1}
    yield Meaning(along | by, over={"t": range(4)})
    yield Meaning(
        {r"\lambda": w, "h": steps(states(w, 0)), "x": steps(x[:, 0]), "t": 3}, over={"j": range(4)}
    )
