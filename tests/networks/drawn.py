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
from rnn_solutions.networks.projected_lstm import ProjectedLSTM
from rnn_solutions.networks.recurrent import Recurrent
from rnn_solutions.networks.rnn import RNN
from rnn_solutions.networks.runs import RecurrentRun

KINDS = ["RNN", "LSTM", "GRU"]
RNNS = {"RNN": "tanh", "sigmoid RNN": "sigmoid", "relu RNN": "relu", "identity RNN": "identity"}
# The gated networks, as they are usually meant first, and with other functions and places.
GATED = {
    "LSTM": {},
    "relu LSTM": {"activation": "relu"},
    "hard LSTM": {"gate_activation": "hard_sigmoid"},
    "hard relu LSTM": {"activation": "relu", "gate_activation": "hard_sigmoid_0.2"},
    "GRU": {},
    "relu GRU": {"activation": "relu"},
    "hard GRU": {"gate_activation": "hard_sigmoid"},
    "GRU before": {"reset": "before"},
    "hard relu GRU before": {
        "activation": "relu",
        "gate_activation": "hard_sigmoid_0.2",
        "reset": "before",
    },
}
EVERY_KIND = [*RNNS, *GATED]
PROJECTED = "projected LSTM"  # whose state has parts of two widths: it has tests of its own, and stacks
GATES = {"LSTM": 4, "GRU": 3}
N, D = 3, 2
ANALYTIC = {
    "sigmoid": sigma,
    "tanh": np.tanh,
    "relu": lambda z: z * (z.real > 0),
    "identity": lambda z: z,
}


def line(z, steepness):
    """Return the line through 1/2, cut off at 0 and 1; elsewhere a complex step goes along it."""
    y = steepness * z + 0.5
    return np.where((y.real > 0) & (y.real < 1), y, np.clip(y.real, 0, 1))


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


ANALYTIC_GATES = {
    "sigmoid": sigma,
    "hard_sigmoid": partial(line, steepness=1 / 6),
    "hard_sigmoid_0.2": partial(line, steepness=0.2),
}


def textbook_lstm(p, x, h, C, activation="tanh", gate_activation="sigmoid"):
    """One step of an LSTM with functions of one's choice, written out."""
    phi, gate = ANALYTIC[activation], ANALYTIC_GATES[gate_activation]
    i, f, g, o = np.split(p["W_ih"] @ x + p["b_ih"] + p["W_hh"] @ h + p["b_hh"], 4)
    C = gate(f) * C + gate(i) * phi(g)
    return gate(o) * phi(C), C


def textbook_gru(p, x, h, activation="tanh", gate_activation="sigmoid", reset="after"):
    """One step of a GRU with functions of one's choice and the reset gate in either place."""
    phi, gate = ANALYTIC[activation], ANALYTIC_GATES[gate_activation]
    r_x, z_x, n_x = np.split(p["W_ih"] @ x + p["b_ih"], 3)
    W_r, W_z, W_n = np.split(p["W_hh"], 3)
    b_r, b_z, b_n = np.split(p["b_hh"], 3)
    r, z = gate(r_x + W_r @ h + b_r), gate(z_x + W_z @ h + b_z)
    n = phi(n_x + (W_n @ (r * h) + b_n if reset == "before" else r * (W_n @ h + b_n)))
    return ((1 - z) * n + z * h,)


def textbook_projected(p, x, h, C):
    """One step of an LSTM whose hidden state is shorter than its cell state, written out."""
    i, f, g, o = np.split(p["W_ih"] @ x + p["b_ih"] + p["W_hh"] @ h + p["b_hh"], 4)
    C = sigma(f) * C + sigma(i) * np.tanh(g)
    return p["W_hr"] @ (sigma(o) * np.tanh(C)), C


def kind_of(name):
    """Return the class of a kind of gated network: the last word in capitals of its name."""
    return LSTM if "LSTM" in name else GRU


STEP = {kind: partial(rnn_step, activation) for kind, activation in RNNS.items()}
STEP |= {
    kind: partial(textbook_lstm if kind_of(kind) is LSTM else textbook_gru, **options)
    for kind, options in GATED.items()
}
STEP |= {
    "LSTM": lambda p, x, h, C: lstm_step(h, C, x, p["W_ih"], p["W_hh"], p["b_ih"] + p["b_hh"]),
    "GRU": lambda p, x, h: (gru_step(h, x, p["W_ih"], p["W_hh"], p["b_ih"], p["b_hh"]),),
    PROJECTED: textbook_projected,
}


def build(kind, p):
    if kind in RNNS:
        return RNN(p["W"], p["U"], p.get("b"), RNNS[kind])
    if kind == PROJECTED:
        return ProjectedLSTM(**p)
    return kind_of(kind)(**p, **GATED[kind])


def draw(kind, T=4, batch=(), seed=3, n=N, d=D, dtype=float):
    """Draw a network, a run of it and the loss's own terms; all biases and initial states are there."""
    rng = np.random.default_rng(seed)
    if kind in RNNS:
        weights = {"W": (n, n), "U": (n, d), "b": n}
    else:
        rows = kind_of(kind)._gates * n
        weights = {"W_ih": (rows, d), "W_hh": (rows, n), "b_ih": rows, "b_hh": rows}
    given = {"x": (T + 1, *batch, d), "h_init": (*batch, n)}
    if "LSTM" in kind:
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
