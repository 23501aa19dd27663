"""The two small networks on which the findings are measured, and the truth they are measured against.

Truth is a complex step through the recursions of this module. They are written out for complex numbers and
call neither :class:`~rnn_solutions.networks.rnn.RNN` nor :class:`~rnn_solutions.networks.lstm.LSTM`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.networks.lstm import LSTM, LSTMRun
from rnn_solutions.networks.plain import sigma
from rnn_solutions.networks.rnn import RNN, RNNRun

GATES = "figo"


def relative_error(found: Numbers, truth: Numbers) -> float:
    """Return the Frobenius norm of the difference over that of the truth, for arrays of the same shape."""
    return float(np.linalg.norm(np.ravel(found - truth)) / np.linalg.norm(np.ravel(truth)))


@dataclass(frozen=True, eq=False)
class SmallRNN:
    r"""A network of the sheet with a loss, :math:`L_t = \lVert h_t - y_t \rVert^2 / 2`.

    Attributes
    ----------
    W, U, x, y, h_init : ndarray
        Weights, inputs, targets and the state before the first step.
    """

    W: Array
    U: Array
    x: Array
    y: Array
    h_init: Array

    @classmethod
    def draw(cls) -> SmallRNN:
        """Return the one with n = 3, d = 2, T = 3, drawn from N(0, 1) with seed 0 in the fields' order."""
        rng = np.random.default_rng(0)
        return cls(*(rng.normal(size=shape) for shape in [(3, 3), (3, 2), (4, 2), (4, 3), (3,)]))

    @cached_property
    def run(self) -> RNNRun:
        """The package's own run."""
        return RNN(self.W, self.U).forward(self.x, self.h_init)

    @property
    def dL_dh(self) -> Array:
        """The loss's own term at each step, (T+1, n)."""
        return self.run.h - self.y

    def states(self, W: Numbers) -> Numbers:
        """Return the states for other weights, starting from `h_init`, (T+1, n)."""
        h, states = self.h_init, []
        for x in self.x:
            h = sigma(W @ h + self.U @ x)
            states.append(h)
        return np.array(states)

    def losses(self, W: Numbers) -> Numbers:
        """Return each step's loss for other weights, (T+1,)."""
        return np.asarray(((self.states(W) - self.y) ** 2).sum(axis=1) / 2)

    @cached_property
    def gradients(self) -> Array:
        """The truth: the gradient of each step's loss with respect to W, (T+1, n, n)."""
        return complex_step(self.losses, self.W)

    @property
    def gradient(self) -> Array:
        """The truth: the gradient of the whole loss with respect to W, (n, n)."""
        return np.asarray(self.gradients.sum(axis=0))


@dataclass(frozen=True, eq=False)
class SmallLSTM:
    r"""An LSTM without peepholes, started from its state at step 0, with the same loss over steps 1 to T.

    Attributes
    ----------
    W : dict of (n, n+d) ndarray
        By gate, "f", "i", "g" (the candidate) and "o"; it acts on :math:`(h_{t-1}, x_t)`.
    x, y : ndarray
        Inputs and targets, rows 0 to T. Row 0 is drawn and not used.
    C_0, h_0 : (n,) ndarray
        The state at step 0.
    bias : dict of float
        By gate, the same for every cell; 0 for a gate that is not named.
    """

    W: Mapping[str, Array]
    x: Array
    y: Array
    C_0: Array
    h_0: Array
    bias: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def draw(cls, **bias: float) -> SmallLSTM:
        """Return the one with n = 3, d = 2, T = 10, drawn from N(0, 1) with seed 0.

        The order is W_f, W_i, W_o, W_g, x, y, C_0, h_0.
        """
        rng = np.random.default_rng(0)
        W = {gate: rng.normal(size=(3, 5)) for gate in "fiog"}
        x, y, C_0, h_0 = (rng.normal(size=shape) for shape in [(11, 2), (11, 3), (3,), (3,)])
        return cls(W, x, y, C_0, h_0, bias)

    @cached_property
    def run(self) -> LSTMRun:
        """The package's own run. It counts from 0, so its row 0 is step 1."""
        W = np.vstack([self.W[gate] for gate in "ifgo"])
        b = np.repeat([self.bias.get(gate, 0.0) for gate in "ifgo"], 3)
        return LSTM(W_ih=W[:, 3:], W_hh=W[:, :3], b_ih=b).forward(self.x[1:], self.h_0, self.C_0)

    @property
    def C_previous(self) -> Array:
        """The cell state that each step 1 to T starts from, (T, n)."""
        return np.vstack([self.C_0, self.run.C[:-1]])

    @property
    def h_previous(self) -> Array:
        """The hidden state that each step 1 to T starts from, (T, n)."""
        return np.vstack([self.h_0, self.run.h[:-1]])

    def gates(self, x: Array, h: Numbers, W: Mapping[str, Numbers] | None = None) -> dict[str, Numbers]:
        """Return what each gate says to an input and a hidden state."""
        W, read = self.W if W is None else W, np.concatenate([h, x])
        z = {gate: W[gate] @ read + self.bias.get(gate, 0.0) for gate in GATES}
        return {gate: np.tanh(z[gate]) if gate == "g" else sigma(z[gate]) for gate in GATES}

    def states(
        self, C: Numbers, h: Numbers, W: Mapping[str, Numbers] | None = None, first: int = 1
    ) -> tuple[Numbers, Numbers]:
        """Return C and h at the steps from `first` to T, restarted from the state before `first`."""
        Cs, hs = [], []
        for x in self.x[first:]:
            gate = self.gates(x, h, W)
            C = gate["f"] * C + gate["i"] * gate["g"]
            h = gate["o"] * np.tanh(C)
            Cs.append(C)
            hs.append(h)
        return np.array(Cs), np.array(hs)

    def gradient(self, gate: str) -> Array:
        """Return the truth: the gradient of the loss with respect to one gate's weights, (n, n+d)."""

        def loss(W: Numbers) -> Numbers:
            _, h = self.states(self.C_0, self.h_0, {**self.W, gate: W})
            return np.asarray(((h - self.y[1:]) ** 2).sum() / 2)

        return complex_step(loss, self.W[gate])

    def last_cell_by_first(self) -> Array:
        """Return the truth: the derivative of C at step T by C at step 0, with h_0 held, (n, n)."""
        return complex_step(lambda C: self.states(C, self.h_0)[0][-1], self.C_0)
