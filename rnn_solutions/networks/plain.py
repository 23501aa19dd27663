r"""The networks as a student would write them: one step each, with the letters of the pages.

Read this first. What checks a formula draws on it: the claims, the findings, the answers and the tests. It
knows no derivative, keeps nothing from step to step, and works for complex numbers, so that a complex step
goes through it. ``np.matvec(W, h)`` is ``W @ h``, for stacks of either as well.

Weights of the gated networks stack their blocks as PyTorch does: `i, f, g, o` for the LSTM, where `g` is the
sheet's :math:`\tilde C`, and `r, z, n` for the GRU.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import matvec, tanh

from rnn_solutions._validation import Numbers


def sigma(z: Numbers) -> Numbers:
    r"""Return the logistic function, :math:`1 / (1 + e^{-z})`."""
    return 1 / (1 + np.exp(-z))


def rnn_step(h: Numbers, x: Numbers, W: Numbers, U: Numbers, b: Numbers | float = 0) -> Numbers:
    """Return the next state."""
    z = matvec(W, h) + matvec(U, x) + b
    return sigma(z)


def lstm_gates(h: Numbers, x: Numbers, W_ih: Numbers, W_hh: Numbers, b: Numbers | float = 0) -> list[Numbers]:
    """Return the input gate, the forget gate, the candidate and the output gate."""
    i, f, g, o = np.split(matvec(W_ih, x) + matvec(W_hh, h) + b, 4, axis=-1)
    return [sigma(i), sigma(f), tanh(g), sigma(o)]


def lstm_step(
    h: Numbers, C: Numbers, x: Numbers, W_ih: Numbers, W_hh: Numbers, b: Numbers | float = 0
) -> tuple[Numbers, Numbers]:
    """Return the next hidden state and cell state."""
    i, f, g, o = lstm_gates(h, x, W_ih, W_hh, b)
    C = f * C + i * g
    return o * tanh(C), C


def gru_gates(
    h: Numbers, x: Numbers, W_ih: Numbers, W_hh: Numbers, b_ih: Numbers | float = 0, b_hh: Numbers | float = 0
) -> list[Numbers]:
    """Return the reset gate, the update gate and the candidate; it reads the state behind the reset gate."""
    r_x, z_x, n_x = np.split(matvec(W_ih, x) + b_ih, 3, axis=-1)
    r_h, z_h, n_h = np.split(matvec(W_hh, h) + b_hh, 3, axis=-1)
    r, z = sigma(r_x + r_h), sigma(z_x + z_h)
    return [r, z, tanh(n_x + r * n_h)]


def gru_step(
    h: Numbers, x: Numbers, W_ih: Numbers, W_hh: Numbers, b_ih: Numbers | float = 0, b_hh: Numbers | float = 0
) -> Numbers:
    """Return the next state."""
    _, z, n = gru_gates(h, x, W_ih, W_hh, b_ih, b_hh)
    return np.asarray((1 - z) * n + z * h)


def run(
    step: Callable[..., Any], state: tuple[Numbers, ...], x: Numbers, *weights: Numbers | float
) -> tuple[Numbers, ...]:
    """Return each part of the state after every step, the steps along the axis before the last.

    Examples
    --------
    >>> (h,) = run(rnn_step, (np.zeros(1),), np.zeros((3, 1)), np.ones((1, 1)), np.ones((1, 1)))
    >>> h.ravel().round(3)
    array([0.5  , 0.622, 0.651])
    """
    trail = []
    for x_t in x:
        after = step(*state, x_t, *weights)
        state = after if isinstance(after, tuple) else (after,)
        trail.append(state)
    return tuple(np.stack(part, axis=-2) for part in zip(*trail, strict=True))
