"""What the symbols of the pages stand for in the networks that claims draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache, partial
from typing import Any

import numpy as np

from rnn_solutions._validation import Array
from rnn_solutions.formulas.values import DEFAULTS, Row, Value, steps
from rnn_solutions.sheet.drawn_networks import GATES, KEPT, Drawn, PlainLSTM, PlainRNN, derivative

Names = dict[str, Value]


def rows(values: Any, first: int = 0) -> Callable[[int], Row]:
    """Return the family of these derivatives of a number, each a row."""
    return steps([Row(value) for value in values], first)


def pairs(known: Mapping[tuple[int, int], Value]) -> Callable[[int, int], Value]:
    """Return the family of two indices whose members are these and no others."""
    return lambda t, k: known[t, k]


def sizes(net: Drawn) -> Names:
    """Return the numbers of units, inputs and steps."""
    return {"n": net.n, "d": net.x.shape[1], "T": net.T}


def of_network(net: PlainRNN, **indices: int) -> Names:
    """Return what stands for what in the sheet's network; every derivative by a complex step."""
    return _of_network(net) | indices


@lru_cache(maxsize=KEPT)  # most networks are drawn by several claims
def _of_network(net: PlainRNN) -> Names:
    from_first = cache(lambda: derivative(net.states, net.h_init))
    one_step = cache(lambda t: derivative(partial(net.states, first=t, last=t), net.before[t])[0])

    def state_by_state(t: int, k: int) -> Value:
        if k == -1:
            return steps([np.eye(net.n), *from_first()], -1)(t)
        return net.jacobians[t, k] if t >= k else np.zeros((net.n, net.n))

    return {
        "h": steps([net.h_init, *net.h], -1),
        **{name: steps(getattr(net, name)) for name in "xyzD"},
        "W": net.W,
        "U": net.U,
        **sizes(net),
        "J": one_step,
        r"\delta": lambda i, j: int(i == j),
        r"\partial h/\partial h": state_by_state,
        r"\partial h/\partial W": steps([np.zeros((net.n,) * 3), *net.totals], -1),
        r"\partial^+ h/\partial W": steps(net.immediate),
        r"\partial L/\partial h": lambda t, k: Row(steps(net.dL_dh)(t) if t == k else np.zeros(net.n)),
    }


def of_gradient(net: PlainRNN, **indices: int) -> Names:
    """Return the same with the gradient of the loss by W."""
    return of_network(net, **indices) | {r"\partial L/\partial W": net.gradient}


# How the pages write the gates, and the candidate.
LETTERS = {"f": "f", "i": "i", "o": "o", "c": r"\tilde C"}


def of_lstm(plain: PlainLSTM, **indices: int) -> Names:
    """Return what stands for what in an LSTM; every derivative by a complex step, the other half held."""
    return _of_lstm(plain) | indices


@lru_cache(maxsize=KEPT)
def _of_lstm(plain: PlainLSTM) -> Names:
    n, run = plain.n, plain.run
    h, C = steps([plain.h_init, *run["h"]], -1), steps([plain.C_init, *run["C"]], -1)
    x, o = steps(plain.x), steps(run["o"])

    def slope(gate: str) -> Callable[[int], Array]:
        W, U, b = plain.W[gate], plain.U[gate], plain.b[gate]
        of = DEFAULTS[r"\tanh'" if gate == "c" else r"\sigma'"]
        return cache(lambda t: of(W @ h(t - 1) + U @ x(t) + b))

    def joint(t: int, k: int) -> Array:
        if not -1 <= k <= t <= plain.T:
            raise IndexError(f"no state at step {k} leads to one at step {t}")
        return plain.jacobian(t, k)

    def one_step(t: int) -> Array:  # anew, for it is held against the derivative over this step
        return derivative(lambda s: plain.rerun_joint(s, t, t), plain.s[t - 1])

    def half(rows: slice, columns: slice) -> Callable[[int, int], Array]:
        return lambda t, k: joint(t, k)[rows, columns]

    hidden, cell = slice(0, n), slice(n, None)
    return {
        **{letter: steps(run[gate]) for gate, letter in LETTERS.items()},
        **{f"{letter}'": slope(gate) for gate, letter in LETTERS.items()},
        **{f"{part}_{gate}": getattr(plain, part)[gate] for part in "WUb" for gate in GATES},
        "h": h,
        "C": C,
        "s": lambda t: np.concatenate([h(t), C(t)]),
        "x": x,
        "q": lambda t: o(t) * DEFAULTS[r"\tanh'"](C(t)),
        "I_n": np.eye(n),
        **sizes(plain),
        "J": one_step,
        r"\partial s/\partial s": joint,
        r"\partial h/\partial h": half(hidden, hidden),
        r"\partial h/\partial C": half(hidden, cell),
        r"\partial C/\partial h": half(cell, hidden),
        r"\partial C/\partial C": half(cell, cell),
    }
