"""What symbols stand for in formulas without a number: small drawn worlds, each worked out by another route.

No value is computed by the formula that it is held against: slopes and derivatives come from a complex step or from
the package, roots from a closed form, spectra from NumPy, and sums from a long recursion.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from rnn_solutions.claims.meanings import Names, of_gradient, of_lstm
from rnn_solutions.formulas.evaluating import Meaning
from rnn_solutions.formulas.values import DEFAULTS, Function, Row, steps
from rnn_solutions.learning.losses import cross_entropy, squared_error
from rnn_solutions.learning.training import Model
from rnn_solutions.networks.activations import sigmoid
from rnn_solutions.networks.linear_recurrence import LinearRecurrence, scan
from rnn_solutions.networks.rnn import RNN
from rnn_solutions.sheet.drawn_networks import PlainLSTM, PlainRNN, derivative, half_square, responses


def worlds(rng: np.random.Generator) -> list[Meaning]:
    """Draw one case of every world."""
    groups = (_numbers, _spectra, _linear_units, _networks, _losses)
    return [Meaning(names, over=over) for group in groups for names, over in group(rng)]


def _numbers(rng: np.random.Generator) -> Iterator[tuple[Names, Names]]:
    m, b, y = int(rng.integers(2, 9)), rng.normal(), rng.normal()
    yield (
        {
            "z": rng.normal(),
            "u": b,
            "b": b,
            "y": y,
            "m": m,
            r"\phi": np.exp(-y) ** m,
            "a": rng.uniform(0.01, 0.1),
        },
        {},
    )
    yield {"z": rng.normal(), r"\varepsilon": rng.uniform(0.2, 0.8), "m": m}, {}
    b = -np.log(2 ** (1 / m) - 1)
    yield {"b": b, "z": sigmoid(b), "K": m, "m": m}, {}
    half = np.sqrt(0.5) ** (1 / 500)
    yield {r"\lambda": half, r"\tau": -1 / np.log(half)}, {}
    z = rng.normal(size=3)
    value, slope = sigmoid(z), DEFAULTS[r"\sigma'"](z)
    yield {"f": value[0], "f'": slope[0], "i": value[1], "i'": slope[1]}, {}
    yield {"z": z[0], "h": value[0], r"\sigma": value[0], r"\sigma'": slope[0]}, {}
    yield {"z": z[0], "h": value[0]}, {}
    gates = {name: steps(v) for g in "fiz" for name, v in ((g, value), (f"{g}'", slope))}
    yield gates | {"h": steps(value), "u": steps(np.tanh(z / 2)), "t": int(rng.integers(3))}, {}
    # Powers of 3 + 4i in whole numbers.
    a, c, n = 1, 0, int(rng.integers(1, 9))
    for _ in range(n):
        a, c = 3 * a - 4 * c, 4 * a + 3 * c
    yield {"a": lambda _: a, "b": lambda _: c, "n": n, "i": 1j, r"\theta": np.arctan2(4, 3)}, {}


def _spectra(rng: np.random.Generator) -> Iterator[tuple[Names, Names]]:
    M, n = rng.normal(size=(3, 3)), int(rng.integers(2, 9))
    values, Q = np.linalg.eig(M)
    of_M = {"M": M, "A": M, "Q": Q, r"\Lambda": np.diag(values), r"\rho": np.abs(values).max(), "n": n}
    yield of_M | {"q": Q[:, 0], r"\lambda": values[0]}, {}
    yield of_M | {"q": steps(list(Q.T), 1), r"\lambda": values, "i": int(rng.integers(1, 4))}, {}
    values, Q = np.linalg.eigh(M + M.T)
    rate = np.log(np.linalg.norm(np.linalg.matrix_power(M + M.T, 64), 2)) / 64
    yield {"M": M + M.T, "Q": Q, r"\lambda": steps([rate], 1), "n": n}, {}
    yield {"M": M + M.T, "Q": Q, r"\rho": np.abs(values).max(), "n": n}, {}
    v, u = np.array([0.6, 0.8]), np.array([-0.8, 0.6])
    W = 0.9 * np.outer(v, v) + 0.4 * np.outer(u, u)
    values, Q = np.linalg.eigh(W)
    yield {"W": W, "Q": (-Q * np.sign(Q[0]))[:, ::-1], r"\Lambda": np.diag(values[::-1])}, {}
    yield {"M": np.eye(3), "J": np.eye(3), "Q": M, "I": np.eye(3)}, {}
    E = np.eye(2, k=1)
    yield {"J": np.eye(2) + E, "E": E, "I": np.eye(2), "n": n, "v": np.array([rng.normal(), 0])}, {}
    E = rng.normal(size=(3, 3)) / 9
    values, vectors = np.linalg.eig(M + E)
    least = 1 / np.linalg.norm(np.linalg.inv(values[0] * np.eye(3) - M), 2)
    yield {"M": M, "E": E, "I": np.eye(3), "z": values[0], "v": vectors[:, 0], r"s_{\min}": least}, {}
    yield {"z": rng.uniform(1.7, 3) * 1j}, {"n": range(80)}
    A = M - M.T
    values, Q = np.linalg.eig(A)
    cayley = np.real((Q * ((1 + values) / (1 - values))) @ np.linalg.inv(Q))
    yield {"A": A, "W": cayley, "I": np.eye(3)}, {}
    yield {"g": lambda i: Row(np.linalg.qr(M)[0][i - 1]), r"\partial s/\partial s": lambda t, k: M + E, "t": 2, "k": 1}, {
        "i": range(1, 4)}  # fmt: skip


def _linear_units(rng: np.random.Generator) -> Iterator[tuple[Names, Names]]:
    u, turn, step, j = (
        rng.uniform(0.3, 0.7),
        rng.uniform(0.5, 1.5),
        rng.uniform(0.1, 0.9),
        int(rng.integers(2, 6)),
    )
    r = np.exp(-u)
    unit, moved = r * (np.cos(turn) + 1j * np.sin(turn)), r * (1j * np.cos(turn) - np.sin(turn))
    yield {
        r"\lambda": unit, "r": r, "u": u, r"\nu": np.log(u), r"\theta": turn, "i": 1j, "j": j, "q": np.real(unit * np.conj(unit)),
        "d r/d \\nu": np.imag(np.exp(-np.exp(np.log(u) + 1e-30j))) / 1e-30, r"\Delta": step, "a": np.log(unit) / step,
        r"\tau": -1 / np.log(r), r"\gamma": 1 / np.sqrt(np.sum(np.abs(unit) ** (2 * np.arange(200)))),
        r"\partial \lambda^j/\partial \theta": sum(unit**a * moved * unit ** (j - 1 - a) for a in range(j)),
    }, {"j": range(200)}  # fmt: skip
    A, B, x, start = (
        rng.normal(size=(2, 2)),
        rng.normal(size=(2, 2)),
        rng.normal(size=(4, 2)),
        rng.normal(size=2),
    )
    to = [np.linalg.matrix_power(A, k) for k in range(5)]
    h = [sum((to[t - k] @ B @ x[k] for k in range(t + 1)), to[t + 1] @ start) for t in range(4)]
    yield {"A": A, "B": B, "h": steps([start, *h], -1), "x": steps(x), "t": int(rng.integers(4))}, {}
    a, b, s = rng.normal(size=3)
    at = lambda s: (start[0] + b * x[0, 0] / a) * np.exp(a * s) - b * x[0, 0] / a  # noqa: E731
    slope = Function(lambda s: np.imag(at(s + 1e-30j)) / 1e-30)
    yield {"A": a, "B": b, "x": Function(lambda _: x[0, 0]), "h": Function(at), "h'": slope, "s": s}, {}
    turning = LinearRecurrence(rng.normal(size=2) + 1j * rng.normal(size=2), B)
    pulses = [turning.forward(np.eye(1, 6, k).T * row) for k in range(2) for row in np.eye(2)]
    yield {r"\Lambda": np.diag(turning.eigenvalues), "B": turning.B, "K": steps(turning.impulse_response(4)), "k": 1, "j": j % 4,
           r"\partial h/\partial x": lambda t, k: np.transpose([pulse[t] for pulse in pulses[2 * k : 2 * k + 2]])}, {}  # fmt: skip
    yield {"a": steps(A), "b": steps(B), "h": steps([start, *scan(A, B, start)], -1), "t": 1}, {}
    net = PlainRNN(*(rng.normal(size=size) for size in [(1, 1), (1, 1), (4, 1), (4, 1), 1]))
    run = lambda w, h, first: np.array([h := w * h + net.x[t, 0] for t in range(first, 4)])  # noqa: E731
    loss = lambda w, h, first: half_square(run(w, h, first)[:, None], net.y[first:])  # noqa: E731
    w = net.W[0, 0]
    h = run(w, net.h_init[0], 0)
    after = [np.imag(loss(w, h[t] + 1e-30j, t + 1)) / 1e-30 + h[t] - net.y[t, 0] for t in range(3)]
    yield {r"\lambda": w, "h": steps([net.h_init[0], *h], -1), "g": steps([*after, h[3] - net.y[3, 0]]), "t": 1,
           r"\partial L/\partial h": lambda t, _: h[t] - net.y[t, 0],
           r"\partial L/\partial \lambda": np.imag(loss(w + 1e-30j, net.h_init[0], 0)) / 1e-30}, {"t": range(4)}  # fmt: skip
    yield {r"\lambda": w, "h": steps(run(w, 0, 0)), "x": steps(net.x[:, 0]), "t": 3}, {"j": range(4)}
    yield {"W": w, "h": steps(np.cumprod([net.h_init[0], w, w, w]), -1), "k": int(rng.integers(3))}, {}


def _networks(rng: np.random.Generator) -> Iterator[tuple[Names, Names]]:
    drawn = PlainRNN(*(rng.normal(size=size) for size in [(2, 2), (2, 2), (4, 2), (4, 2), 2]))
    over: Names = {"c": range(1, 3), "t": range(4)}
    indices = dict(zip("tkj", (3, 2, 1), strict=True)) | dict(
        zip("iab", rng.integers(1, 3, size=3), strict=True)
    )
    for net in (drawn, replace(drawn, y=0 * drawn.y), replace(drawn, h_init=np.zeros(2))):
        dW = rng.normal(size=(2, 2))
        dh = net.totals.reshape(4, 2, 4) @ dW.ravel()
        moved = net.before @ dW.T + np.vstack([np.zeros(2), dh[:-1]]) @ net.W.T
        of_loss = {
            "L": net.loss(net.W),
            "L_": lambda t, net=net: half_square(net.h[t : t + 1], net.y[t : t + 1]),
        }
        of_net = of_gradient(net, **indices)
        yield of_net | of_loss | {"d h": steps(dh), "d z": steps(moved)}, over
        yield {name.replace("h", "s").replace("W", r"\theta"): value for name, value in of_net.items()}, over
    b = rng.normal(size=2)
    run = RNN(drawn.W, drawn.U, b).forward(drawn.x, drawn.h_init)
    yield {"W": drawn.W, "U": drawn.U, "b": b, "x": steps(drawn.x), "h": steps([drawn.h_init, *run.h], -1),
           "z": steps(run.z), "t": 2}, {}  # fmt: skip
    read_out = Model(net := RNN(drawn.W, drawn.U), rng.normal(size=(3, 2)), rng.normal(size=3))
    run = net.forward(drawn.x)
    yield {"V": read_out.V, "c": read_out.c, "h": steps(run.h), "y": steps(read_out.answers(run)), "t": 2}, {}
    W, x, y = rng.normal(size=(3, 2)), rng.normal(size=2), rng.normal(size=3)
    layer = lambda x: 1 / (1 + np.exp(-x @ W.T))  # noqa: E731
    by_x = {r"\partial y/\partial x": derivative(layer, x), r"\partial L/\partial y": Row(layer(x) - y),
            r"\partial L/\partial x": Row(derivative(lambda x: ((layer(x) - y) ** 2).sum(-1) / 2, x))}  # fmt: skip
    yield by_x | {"W": W, "x": x}, {}
    yield by_x | {"W": W, r"\sigma'": DEFAULTS[r"\sigma'"](W @ x)}, {}
    plain = PlainLSTM.draw(rng, last=(1, 3))
    C, o = responses(lambda h: plain.step(1, h, plain.run["C"][0]), plain.run["h"][0], "co")
    was = rng.normal(size=2 * plain.n)
    now = plain.jacobian(1, 0) @ was
    dots = {
        rf"\dot {s}": steps([was[part], now[part]])
        for s, part in (("h", slice(plain.n)), ("C", slice(plain.n, None)))
    }
    yield of_lstm(plain, t=1, j=1) | dots | {
        "A": lambda t: plain.jacobian(t, t - 1)[plain.n :, : plain.n],
        "A^o": lambda t: np.tanh(plain.run["C"][t])[:, None] * o,
        r"\partial \tilde C/\partial h": lambda j, _: C}, {}  # fmt: skip


def _losses(rng: np.random.Generator) -> Iterator[tuple[Names, Names]]:
    y, hat = rng.normal(size=(2, 5))
    loss, slope = squared_error(y[None, None], hat[None, None])
    yield {"L": loss, "N": 5, "y": y, r"\hat y": hat, "j": 2, r"\partial L/\partial y": Row(slope[0, 0])}, {}
    p = np.exp([-cross_entropy(y[None, None], [[r]])[0] for r in range(5)])
    yield {"p": p, "y": y, "r": int(rng.integers(1, 6))}, {"l": range(1, 6)}
