"""A network of each kind with a run and the loss's own terms, drawn for the tests, and its recursion.

That is the textbook's, which works for complex numbers; the RNN here has a tanh, which the textbook has not.
"""

from types import SimpleNamespace

import numpy as np

from rnn_solutions.networks.gru import GRU
from rnn_solutions.networks.lstm import LSTM
from rnn_solutions.networks.plain import gru_step, lstm_step
from rnn_solutions.networks.rnn import RNN

KINDS = ["RNN", "LSTM", "GRU"]
N, D = 3, 2
STEP = {
    "RNN": lambda p, x, h: (np.tanh(p["W"] @ h + p["U"] @ x + p["b"]),),
    "LSTM": lambda p, x, h, C: lstm_step(h, C, x, p["W_ih"], p["W_hh"], p["b_ih"] + p["b_hh"]),
    "GRU": lambda p, x, h: (gru_step(h, x, p["W_ih"], p["W_hh"], p["b_ih"], p["b_hh"]),),
}


def build(kind, p):
    if kind == "RNN":
        return RNN(p["W"], p["U"], p["b"], "tanh")
    return {"LSTM": LSTM, "GRU": GRU}[kind](p["W_ih"], p["W_hh"], p["b_ih"], p["b_hh"])


def draw(kind, T=4, batch=(), seed=3):
    """Draw a network, a run of it and the loss's own terms; all biases and initial states are there."""
    rng = np.random.default_rng(seed)
    if kind == "RNN":
        p = {"W": rng.normal(size=(N, N)), "U": rng.normal(size=(N, D)), "b": rng.normal(size=N)}
    else:
        rows = {"LSTM": 4, "GRU": 3}[kind] * N
        shapes = {"W_ih": (rows, D), "W_hh": (rows, N), "b_ih": rows, "b_hh": rows}
        p = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    x = rng.normal(size=(T + 1, *batch, D))
    initial = {"h_init": rng.normal(size=(*batch, N))}
    if kind == "LSTM":
        initial["c_init"] = rng.normal(size=(*batch, N))
    net = build(kind, p)
    run = net.forward(x, **initial)
    return SimpleNamespace(
        kind=kind, p=p, x=x, initial=initial, net=net, run=run, dL_dh=rng.normal(size=run.h.shape)
    )


def states(kind, p, x, *state):
    """Run the recursion from a state; a list for p gives every step parameters of its own."""
    trail = []
    for p_t, x_t in zip(p if isinstance(p, list) else [p] * len(x), x, strict=True):
        state = STEP[kind](p_t, x_t, *state)
        trail.append(np.concatenate(state))
    return np.array(trail)
