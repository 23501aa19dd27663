"""Networks written out in a few lines that know no derivative, and a derivative that knows no formula.

This is what the claims hold the formulas against. Nothing here calls the networks of this package. Each
function takes further axes in front, so that a complex step nudges all entries in one run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.networks.plain import sigma

GATES = "fioc"  # c is the candidate
# What `PlainRNN.draw` draws.
NETWORK = "n and d from 1 to 3, T from 0 to 4; all weights, inputs, targets and h₋₁ drawn from N(0, 1)"


def derivative(function: Callable[[Numbers], Numbers], at: Array) -> Array:
    r"""Return the derivative by a complex step that nudges every entry of `at` at once.

    As :func:`rnn_solutions.gradients.complex_step.complex_step`, but `function` is called once, with one
    nudged copy of `at` for each of its entries along a new first axis, which it must keep.
    """
    epsilon = 1e-30  # nothing is subtracted, so nothing cancels: exact to rounding
    nudges = at + 1j * epsilon * np.eye(at.size).reshape(at.size, *at.shape)
    columns = function(nudges).imag / epsilon
    return np.moveaxis(columns, 0, -1).reshape(columns.shape[1:] + at.shape)


def half_square(h: Numbers, y: Array) -> Numbers:
    r"""Return :math:`\sum_t \lVert h_t - y_t \rVert^2 / 2`, the loss of all steps."""
    return np.asarray(((h - y) ** 2).sum(axis=(-2, -1)) / 2)


@dataclass(frozen=True, eq=False)
class PlainRNN:
    r"""The sheet's network with a loss, :math:`L_t = \lVert h_t - y_t \rVert^2 / 2`.

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
    def draw(
        cls, rng: np.random.Generator, size: tuple[int, int] = (1, 3), last: tuple[int, int] = (0, 4)
    ) -> PlainRNN:
        """Draw n and T in these ranges, ends included, d from 1 to 3, and every number from N(0, 1)."""
        n, d, steps = rng.integers([size[0], 1, last[0] + 1], [size[1], 3, last[1] + 1], endpoint=True)
        shapes = [(n, n), (n, d), (steps, d), (steps, n), n]
        return cls(*(rng.normal(size=shape) for shape in shapes))

    @property
    def n(self) -> int:
        """The number of units."""
        return len(self.W)

    @property
    def T(self) -> int:
        """The last step."""
        return len(self.x) - 1

    @cached_property
    def h(self) -> Array:
        """The states, (T+1, n)."""
        return self.states(self.h_init)

    @cached_property
    def before(self) -> Array:
        """The state that each step starts from, (T+1, n)."""
        return np.vstack([self.h_init, self.h[:-1]])

    @cached_property
    def z(self) -> Array:
        """The pre-activations, (T+1, n)."""
        return self.before @ self.W.T + self.x @ self.U.T

    @property
    def dL_dh(self) -> Array:
        """The loss's own term at each step, (T+1, n)."""
        return self.h - self.y

    def states(
        self, h: Numbers, first: int = 0, last: int | None = None, W: Numbers | None = None
    ) -> Numbers:
        """Return the states at the steps `first` to `last`, started from the state h before `first`."""
        W = self.W if W is None else W
        states = []
        for x in self.x[first : None if last is None else last + 1]:
            h = sigma(np.matvec(W, h) + self.U @ x)
            states.append(h)
        return np.stack(states, axis=-2)

    def loss(self, W: Numbers) -> Numbers:
        """Return the loss of all steps for other weights."""
        return half_square(self.states(self.h_init, W=W), self.y)

    @cached_property
    def jacobians(self) -> dict[tuple[int, int], Array]:
        """The derivative of the state at step t by the one at step k, (n, n), by (t, k) with k <= t."""
        by = {(t, t): np.eye(self.n) for t in range(self.T + 1)}
        for k in range(self.T):
            later = derivative(partial(self.states, first=k + 1), self.h[k])
            by |= {(t, k): later[t - k - 1] for t in range(k + 1, self.T + 1)}
        return by

    @cached_property
    def immediate(self) -> Array:
        """The derivative of each state by W, the state before it held, (T+1, n, n, n)."""

        def one_step(W: Numbers) -> Numbers:
            return sigma(np.matvec(W[..., None, :, :], self.before) + self.x @ self.U.T)

        return derivative(one_step, self.W)


@dataclass(frozen=True, eq=False)
class PlainLSTM:
    """An LSTM without peepholes, with the same loss.

    Attributes
    ----------
    W, U, b : dict of ndarray
        By gate, "f", "i", "o" and "c" for the candidate: (n, n), (n, d) and (n,).
    x, y, h_init, C_init : ndarray
        Inputs, targets and the state before the first step.
    """

    W: Mapping[str, Array]
    U: Mapping[str, Array]
    b: Mapping[str, Array]
    x: Array
    y: Array
    h_init: Array
    C_init: Array

    @classmethod
    def draw(cls, rng: np.random.Generator, last: tuple[int, int] = (0, 4)) -> PlainLSTM:
        """Draw n and d from 1 to 3, T in this range, ends included, and every number from N(0, 1)."""
        n, d, steps = rng.integers([1, 1, last[0] + 1], [3, 3, last[1] + 1], endpoint=True)
        W, U, b = ({gate: rng.normal(size=shape) for gate in GATES} for shape in [(n, n), (n, d), n])
        x, y, h_init, C_init = (rng.normal(size=shape) for shape in [(steps, d), (steps, n), n, n])
        return cls(W, U, b, x, y, h_init, C_init)

    @property
    def n(self) -> int:
        """The number of cells."""
        return len(self.h_init)

    @property
    def T(self) -> int:
        """The last step."""
        return len(self.x) - 1

    @cached_property
    def run(self) -> dict[str, Array]:
        """All gates "f", "i", "o", "c" and states "C", "h", each (T+1, n)."""
        steps = []
        h, C = self.h_init, self.C_init
        for t in range(self.T + 1):
            steps.append(self.step(t, h, C))
            h, C = steps[-1]["h"], steps[-1]["C"]
        return {name: np.array([step[name] for step in steps]) for name in steps[0]}

    @cached_property
    def C_before(self) -> Array:
        """The cell state that each step starts from, (T+1, n)."""
        return np.vstack([self.C_init, self.run["C"][:-1]])

    @cached_property
    def h_before(self) -> Array:
        """The hidden state that each step starts from, (T+1, n)."""
        return np.vstack([self.h_init, self.run["h"][:-1]])

    def z(self, t: int, gate: str) -> Array:
        """Return the pre-activation of a gate at step t, (n,)."""
        return np.asarray(self.W[gate] @ self.h_before[t] + self.U[gate] @ self.x[t] + self.b[gate])

    def step(
        self, t: int, h: Numbers, C: Numbers, W: Mapping[str, Numbers] | None = None
    ) -> dict[str, Numbers]:
        """Return the gates and the new state of step t, which starts from h and C."""
        W = self.W if W is None else W
        z = {gate: np.matvec(W[gate], h) + self.U[gate] @ self.x[t] + self.b[gate] for gate in GATES}
        gates = {gate: np.tanh(z[gate]) if gate == "c" else sigma(z[gate]) for gate in GATES}
        C = gates["f"] * C + gates["i"] * gates["c"]
        return gates | {"C": C, "h": gates["o"] * np.tanh(C)}

    def rerun(
        self, h: Numbers, C: Numbers, first: int, last: int, W: Mapping[str, Numbers] | None = None
    ) -> tuple[Numbers, Numbers]:
        """Return h and C after the steps `first` to `last`, started from the state before `first`."""
        for t in range(first, last + 1):
            new = self.step(t, h, C, W)
            h, C = new["h"], new["C"]
        return h, C

    def along_the_cell(self, C: Numbers, first: int, last: int) -> Numbers:
        """Return C after the steps `first` to `last`, with all gates and candidates as they were."""
        for t in range(first, last + 1):
            C = self.run["f"][t] * C + self.run["i"][t] * self.run["c"][t]
        return C

    def loss(self, W: Mapping[str, Numbers]) -> Numbers:
        """Return the loss of all steps for other recurrent weights."""
        h, C, states = self.h_init, self.C_init, []
        for t in range(self.T + 1):
            h, C = self.rerun(h, C, t, t, W)
            states.append(h)
        return half_square(np.stack(states, axis=-2), self.y)

    def pinned(self, **biases: float | Array) -> PlainLSTM:
        """Return the network with these biases by gate, all others 0, and no weights: gates read nothing."""
        W, U = ({gate: 0 * parts[gate] for gate in GATES} for parts in (self.W, self.U))
        b = {gate: np.zeros(self.n) + biases.get(gate, 0.0) for gate in GATES}
        return replace(self, W=W, U=U, b=b)

    def rerun_joint(self, s: Numbers, first: int, last: int) -> Numbers:
        """Return the joint state (h, C) after the steps `first` to `last`, started from the one before."""
        h, C = np.split(s, 2, axis=-1)
        return np.concatenate(self.rerun(h, C, first, last), axis=-1)

    def rates(self, rng: np.random.Generator) -> PlainLSTM:
        """Draw how fast each weight and bias follows one parameter, in the place of that weight or bias."""
        W, U, b = (
            {gate: rng.normal(size=part[gate].shape) for gate in GATES} for part in (self.W, self.U, self.b)
        )
        return replace(self, W=W, U=U, b=b)

    def moved(self, rates: PlainLSTM, theta: Numbers) -> PlainLSTM:
        """Return the network with its weights and biases moved by the parameter, (..., 1), at those rates."""
        W = {gate: self.W[gate] + theta[..., None] * rates.W[gate] for gate in GATES}
        U = {gate: self.U[gate] + theta[..., None] * rates.U[gate] for gate in GATES}
        b = {gate: self.b[gate] + theta * rates.b[gate] for gate in GATES}
        return replace(self, W=W, U=U, b=b)

    def immediate(self, rates: PlainLSTM, k: int, names: str) -> Array:
        """Return how quantities of step k, stacked, respond to the parameter, the state before held."""

        def step(theta: Numbers) -> Numbers:
            now = self.moved(rates, theta).step(k, self.h_before[k], self.C_before[k])
            return np.concatenate([now[name] for name in names], axis=-1)

        return derivative(step, np.zeros(1))
