"""A network of each kind with a run and the loss's own terms, drawn for the tests, and its recursion.

That is the textbook's, which works for complex numbers, and for the RNN one with any activation. Beside them
stands a network of one's own, as a user would write it.
"""

from functools import partial
from math import log10
from types import SimpleNamespace

import numpy as np

from rnn_solutions.networks.gru import GRU
from rnn_solutions.networks.lstm import LSTM
from rnn_solutions.networks.plain import gru_step, lstm_step, sigma
from rnn_solutions.networks.recurrent import Recurrent
from rnn_solutions.networks.rnn import RNN
from rnn_solutions.networks.runs import RecurrentRun

KINDS = ["RNN", "LSTM", "GRU"]
RNNS = {"RNN": "tanh", "sigmoid RNN": "sigmoid", "relu RNN": "relu", "identity RNN": "identity"}
EVERY_KIND = [*RNNS, *KINDS[1:]]
GATES = {"LSTM": 4, "GRU": 3}
N, D = 3, 2
ANALYTIC = {
    "sigmoid": sigma,
    "tanh": np.tanh,
    "relu": lambda z: z * (z.real > 0),
    "identity": lambda z: z,
}


class Leaky(Recurrent):
    """h_t = (1 - a) h_{t-1} + a tanh(W h_{t-1} + U x_t + b)."""

    parameter_names = ("U", "W", "b", "b")

    def __init__(self, U, W, b, a):
        self.a = a
        self.U, self.W, self.b = self.keep_weights(U, W, b)

    def forward(self, x, h_init=None):
        x, z, h = self.begin(x, h_init=h_init)
        for t in range(len(x)):
            z[t] = h[t] @ self.W.T + x[t] @ self.U.T + self.b
            h[t + 1] = (1 - self.a) * h[t] + self.a * np.tanh(z[t])
        return RecurrentRun(self, x, h, z)

    def local_derivatives(self, run, steps, room):
        return (np.multiply(self.a, 1 - np.tanh(run.z[steps]) ** 2, out=room[0]),)

    def step_back(self, local, rows, deltas):
        (slope,), (by_h,), (delta,) = local, rows, deltas
        delta[...] = by_h * slope
        by_h[...] = (1 - self.a) * by_h + delta @ self.W


def rnn_step(activation, p, x, h):
    return (ANALYTIC[activation](p["W"] @ h + p["U"] @ x + p["b"]),)


STEP = {kind: partial(rnn_step, activation) for kind, activation in RNNS.items()} | {
    "LSTM": lambda p, x, h, C: lstm_step(h, C, x, p["W_ih"], p["W_hh"], p["b_ih"] + p["b_hh"]),
    "GRU": lambda p, x, h: (gru_step(h, x, p["W_ih"], p["W_hh"], p["b_ih"], p["b_hh"]),),
}


def build(kind, p):
    if kind in RNNS:
        return RNN(p["W"], p["U"], p.get("b"), RNNS[kind])
    return {"LSTM": LSTM, "GRU": GRU}[kind](**p)


def draw(kind, T=4, batch=(), seed=3, n=N, d=D, dtype=float):
    """Draw a network, a run of it and the loss's own terms; all biases and initial states are there."""
    rng = np.random.default_rng(seed)
    if kind in RNNS:
        weights = {"W": (n, n), "U": (n, d), "b": n}
    else:
        rows = GATES[kind] * n
        weights = {"W_ih": (rows, d), "W_hh": (rows, n), "b_ih": rows, "b_hh": rows}
    given = {"x": (T + 1, *batch, d), "h_init": (*batch, n)}
    if kind == "LSTM":
        given["c_init"] = (*batch, n)
    p, initial = (
        {name: rng.normal(size=shape).astype(dtype) for name, shape in shapes.items()}
        for shapes in (weights, given)
    )
    x = initial.pop("x")
    net = build(kind, p)
    run = net.forward(x, **initial)
    dL_dh = rng.normal(size=run.h.shape).astype(dtype)
    return SimpleNamespace(kind=kind, p=p, x=x, initial=initial, net=net, run=run, dL_dh=dL_dh)


def one_of(case, b):
    """Run one sequence of a batched case by itself."""
    return case.net.forward(case.x[:, b], **{name: value[b] for name, value in case.initial.items()})


def states(kind, p, x, *state):
    """Run the recursion from a state; a list for p gives every step parameters of its own."""
    trail = []
    for p_t, x_t in zip(p if isinstance(p, list) else [p] * len(x), x, strict=True):
        state = STEP[kind](p_t, x_t, *state)
        trail.append(np.concatenate(state))
    return np.array(trail)


def log10_length(entries):
    """Return the logarithm of the Euclidean length of some Fractions, which no float need hold."""
    square = sum(entry**2 for entry in entries)
    return (log10(square.numerator) - log10(square.denominator)) / 2


def assert_close(actual, expected):
    """Both routes are exact to rounding; sums may cancel, so an entry counts against the largest one."""
    np.testing.assert_allclose(actual, expected, rtol=1e-11, atol=1e-13 * max(np.abs(expected).max(), 1e-290))
