"""What symbols stand for in formulas about networks that have no number, beside `formulas.common_symbols`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from rnn_solutions._validation import Numbers
from rnn_solutions.claims.meanings import Names, of_gradient, of_lstm, pairs
from rnn_solutions.formulas.evaluating import Meaning
from rnn_solutions.formulas.values import DEFAULTS, Row, steps
from rnn_solutions.learning.training import Model
from rnn_solutions.networks.rnn import RNN
from rnn_solutions.sheet.drawn_networks import PlainLSTM, PlainRNN, derivative, half_square, responses


def networks(rng: np.random.Generator) -> Iterator[Meaning]:
    """Draw networks, one of them without a target and one that starts from zero, a layer, and an LSTM."""
    W, U, x, y = np.split(rng.normal(size=(12, 2)), [2, 4, 8])
    drawn = PlainRNN(W, U, x, y, rng.normal(size=2))
    a, b, i = rng.integers(1, 3, size=3)
    names = of_gradient(drawn, t=3, k=2, j=1, i=i, a=a, b=b)
    yield Meaning(names | _losses(drawn), over={"c": range(1, 3), "t": range(4)})
    yield Meaning({name.replace("h", "s").replace("W", r"\theta"): value for name, value in names.items()})
    no_target = _losses(replace(drawn, y=0 * y))
    yield Meaning({"h": names["h"], "L_": no_target["L_"], "t": 2})
    from_zero = of_gradient(replace(drawn, h_init=np.zeros(2)))
    yield Meaning({r"\partial^+ h/\partial W": from_zero[r"\partial^+ h/\partial W"]})
    with_bias = RNN(drawn.W, drawn.U, rng.normal(size=2))
    read_out = Model(with_bias, rng.normal(size=(3, 2)), rng.normal(size=3))
    run = with_bias.forward(drawn.x, drawn.h_init)
    names = {"W": drawn.W, "U": drawn.U, "b": with_bias.b, "V": read_out.V, "c": read_out.c}
    states = {"z": steps(run.z), "h": steps([drawn.h_init, *run.h], -1), "y": steps(read_out.answers(run))}
    yield Meaning(names | states | {"x": steps(drawn.x), "t": 2})
    yield from _layer(rng.normal(size=(3, 2)), rng.normal(size=2), rng.normal(size=3))
    plain = PlainLSTM.draw(rng, last=(1, 3))
    C, o = responses(lambda h: plain.step(1, h, plain.run["C"][0]), plain.run["h"][0], "co")
    was = rng.normal(size=2 * plain.n)
    now = plain.jacobian(1, 0) @ was
    dots = {
        r"\dot h": steps([was[: plain.n], now[: plain.n]]),
        r"\dot C": steps([was[plain.n :], now[plain.n :]]),
    }
    dots["A"] = lambda t: plain.jacobian(t, t - 1)[plain.n :, : plain.n]
    dots["A^o"] = lambda t: np.tanh(plain.run["C"][t])[:, None] * o
    yield Meaning(of_lstm(plain, t=1, j=1) | dots | {r"\partial \tilde C/\partial h": pairs({(1, 0): C})})


def _losses(net: PlainRNN) -> Names:
    """Return the loss as a whole and by steps."""
    losses = [half_square(net.h[t : t + 1], net.y[t : t + 1]) for t in range(net.T + 1)]
    return {"L": net.loss(net.W), "L_": steps(losses)}


def _layer(W: Numbers, x: Numbers, target: Numbers) -> Iterator[Meaning]:
    def layer(x: Numbers) -> Numbers:
        return np.asarray(1 / (1 + np.exp(-x @ W.T)))

    names: Names = {"W": W, r"\partial y/\partial x": derivative(layer, x)}
    names[r"\partial L/\partial y"] = Row(layer(x) - target)
    names[r"\partial L/\partial x"] = Row(derivative(lambda x: ((layer(x) - target) ** 2).sum(-1) / 2, x))
    yield Meaning(names | {"x": x})
    yield Meaning(names | {r"\sigma'": DEFAULTS[r"\sigma'"](W @ x)})
