"""Networks that a claim draws, stepped as in the textbook, and a derivative that knows no formula.

This is what the claims hold the formulas against. Each function takes further axes in front, so that a
complex step nudges all entries in one run. Only `packaged` calls the fast networks of this package, which are
held against the same truth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial, wraps
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.networks import plain
from rnn_solutions.networks.activations import sigmoid_slope
from rnn_solutions.networks.lstm import LSTM, LSTMRun
from rnn_solutions.networks.plain import lstm_gates, lstm_step, rnn_step
from rnn_solutions.networks.rnn import RNN, RNNRun

GATES = "fioc"  # c is the candidate
STACKED = "ifco"  # in the order of the textbook and of the package
# What `PlainRNN.draw` draws.
NETWORK = "n and d from 1 to 3, T from 0 to 4; all weights, inputs, targets and h₋₁ drawn from N(0, 1)"


Draw = TypeVar("Draw", bound=Callable[..., Any])
KEPT = 1000  # objects of a class: ten kinds of a hundred cases


def drawn_once(draw: Draw) -> Draw:
    """Let a method of a class draw the same object again from a generator in the same state.

    The generator of a case is the same in all claims, and most begin with a network: so it is drawn, run and
    differentiated once for all of them. The generator goes on as if it had been drawn anew, and no array of
    the network can be written.
    """
    kept: dict[str, tuple[Any, Any]] = {}

    @wraps(draw)
    def once(cls: type, rng: np.random.Generator, *places: Any, **names: Any) -> Any:
        key = repr((rng.bit_generator.state, places, names))
        if key not in kept:
            drawn = draw(cls, rng, *places, **names)
            for name, value in vars(drawn).items():
                object.__setattr__(drawn, name, _unwritable(value))
            if len(kept) >= KEPT:
                del kept[next(iter(kept))]
            kept[key] = drawn, rng.bit_generator.state
        drawn, rng.bit_generator.state = kept[key]
        return drawn

    return once  # type: ignore[return-value]


def _unwritable(value: Any) -> Any:
    """Return an array, or arrays by name, that cannot be written."""
    if isinstance(value, dict):
        return MappingProxyType({name: _unwritable(one) for name, one in value.items()})
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    return value


def derivative(function: Callable[[Numbers], Numbers], at: Array) -> Array:
    r"""Return the derivative by a complex step that nudges every entry of `at` at once.

    As :func:`rnn_solutions.complex_step`, but `function` is called once, with one
    nudged copy of `at` for each of its entries along a new first axis, which it must keep.
    """
    columns = function(at + _nudges(at.shape)).imag / EPSILON
    return columns.transpose(*range(1, columns.ndim), 0).reshape(columns.shape[1:] + at.shape)


EPSILON = 1e-30  # nothing is subtracted, so nothing cancels: exact to rounding


@cache
def _nudges(shape: tuple[int, ...]) -> Numbers:
    """Return a nudge of each entry of an array of this shape, along a new first axis."""
    size = int(np.prod(shape))
    return np.asarray(1j * EPSILON * np.eye(size).reshape(size, *shape))


def responses(step: Callable[[Numbers], Mapping[str, Numbers]], at: Array, names: str) -> list[Array]:
    """Return the derivatives of some quantities of a step, each a vector, by a complex step."""

    def stacked(at: Numbers) -> Numbers:
        now = step(at)
        return np.concatenate([now[name] for name in names], axis=-1)

    return np.split(derivative(stacked, at), len(names))


def half_square(h: Numbers, y: Array) -> Numbers:
    r"""Return :math:`\sum_t \lVert h_t - y_t \rVert^2 / 2`, the loss of all steps."""
    return np.asarray(((h - y) ** 2).sum(axis=(-2, -1)) / 2)


class Drawn:
    """What has inputs and a first state: every network that a claim draws."""

    x: Array
    h_init: Array

    @property
    def n(self) -> int:
        """The number of units."""
        return len(self.h_init)

    @property
    def T(self) -> int:
        """The last step."""
        return len(self.x) - 1

    def step_drawn(self, rng: np.random.Generator, last: int | None = None) -> int:
        """Draw a step, none after `last`."""
        return int(rng.integers(self.T if last is None else last, endpoint=True))

    def pair_drawn(self, rng: np.random.Generator) -> tuple[int, int]:
        """Draw two steps t > k."""
        t = int(rng.integers(1, self.T, endpoint=True))
        return t, int(rng.integers(t))


def stack(blocks: Sequence[Numbers], ndim: int) -> Numbers:
    """Return blocks of so many axes, one below the other; further axes in front need not be the same."""
    if len({block.shape[:-ndim] for block in blocks}) > 1:
        axes = np.broadcast_shapes(*(block.shape[:-ndim] for block in blocks))
        blocks = [np.broadcast_to(block, axes + block.shape[-ndim:]) for block in blocks]
    return np.concatenate(blocks, axis=-ndim)


@dataclass(frozen=True, eq=False)
class PlainRNN(Drawn):
    r"""The sheet's network with a loss, :math:`L_t = \lVert h_t - y_t \rVert^2 / 2`.

    Its inputs are `x`, its targets `y`, and it starts from `h_init`.
    """

    W: Array
    U: Array
    x: Array
    y: Array
    h_init: Array

    @classmethod
    @drawn_once
    def draw(
        cls, rng: np.random.Generator, size: tuple[int, int] = (1, 3), last: tuple[int, int] = (0, 4)
    ) -> PlainRNN:
        """Draw n and T in these ranges, ends included, d from 1 to 3, and every number from N(0, 1)."""
        n, d, steps = rng.integers([size[0], 1, last[0] + 1], [size[1], 3, last[1] + 1], endpoint=True)
        shapes = [(n, n), (n, d), (steps, d), (steps, n), n]
        return cls(*(rng.normal(size=shape) for shape in shapes))

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

    @cached_property
    def dL_dh(self) -> Array:
        """The loss's own term at each step, (T+1, n)."""
        return self.h - self.y

    def states(
        self, h: Numbers, first: int = 0, last: int | None = None, W: Numbers | None = None
    ) -> Numbers:
        """Return the states at the steps `first` to `last`, started from the state h before `first`."""
        x = self.x[first : None if last is None else last + 1]
        (states,) = plain.run(rnn_step, (h,), x, self.W if W is None else W, self.U)
        return states

    def loss(self, W: Numbers) -> Numbers:
        """Return the loss of all steps for other weights."""
        return half_square(self.states(self.h_init, W=W), self.y)

    @cached_property
    def gradient(self) -> Array:
        """The derivative of the loss by W, (n, n)."""
        return derivative(self.loss, self.W)

    @cached_property
    def D(self) -> Array:
        """The slopes of each step on a diagonal, (T+1, n, n), for the formulas; nothing here uses them."""
        return np.asarray(sigmoid_slope(self.z)[:, :, None] * np.eye(self.n))

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
        return derivative(lambda W: rnn_step(self.before, self.x, W[..., None, :, :], self.U), self.W)

    @cached_property
    def totals(self) -> Array:
        """The derivative of each state by the W of all steps, (T+1, n, n, n)."""
        return derivative(lambda W: self.states(self.h_init, W=W), self.W)

    def states_of_copies(self, copies: Numbers) -> Numbers:
        """Return the states where step t uses the copy t of W."""
        h, states = self.h_init, []
        for t in range(self.T + 1):
            h = self.states(h, t, t, copies[..., t, :, :])[..., 0, :]
            states.append(h)
        return np.stack(states, axis=-2)

    @cached_property
    def by_copy(self) -> Array:
        """The derivative of the state at step t by the copy of W that step k uses, by [t, :, k]."""
        return derivative(self.states_of_copies, np.stack([self.W] * (self.T + 1)))

    @cached_property
    def losses_by_copy(self) -> Array:
        """The derivative of the loss of step t by the copy of W that step k uses, by [t, k]."""

        def losses(copies: Numbers) -> Numbers:
            return np.asarray(((self.states_of_copies(copies) - self.y) ** 2).sum(axis=-1) / 2)

        return derivative(losses, np.stack([self.W] * (self.T + 1)))

    @cached_property
    def size_of_loss(self) -> float:
        """The largest of the numbers whose difference is a loss's own term: h_t - y_t may cancel."""
        return float(np.max(np.abs(self.h) + np.abs(self.y)))

    @cached_property
    def size_of_terms(self) -> float:
        """What the terms of the gradient are made of, before anything cancels in them or their sum."""
        return self.size_of_loss * float(np.max(np.abs(self.immediate)))

    @cached_property
    def _packaged(self) -> RNNRun:
        return RNN(self.W, self.U).forward(self.x, self.h_init)

    def packaged(self) -> RNNRun:
        """Return the run of the same network from the package."""
        return self._packaged


@dataclass(frozen=True, eq=False)
class PlainLSTM(Drawn):
    """An LSTM without peepholes, with the same loss. Weights and biases are kept by gate."""

    W: Mapping[str, Array]
    U: Mapping[str, Array]
    b: Mapping[str, Array]
    x: Array
    y: Array
    h_init: Array
    C_init: Array

    @classmethod
    @drawn_once
    def draw(cls, rng: np.random.Generator, last: tuple[int, int] = (0, 4)) -> PlainLSTM:
        """Draw n and d from 1 to 3, T in this range, ends included, and every number from N(0, 1)."""
        n, d, steps = rng.integers([1, 1, last[0] + 1], [3, 3, last[1] + 1], endpoint=True)
        W, U, b = ({gate: rng.normal(size=shape) for gate in GATES} for shape in [(n, n), (n, d), n])
        x, y, h_init, C_init = (rng.normal(size=shape) for shape in [(steps, d), (steps, n), n, n])
        return cls(W, U, b, x, y, h_init, C_init)

    @cached_property
    def stacked(self) -> list[Numbers]:
        """W_ih, W_hh and b as the textbook and the package take them."""
        parts = ((self.U, 2), (self.W, 2), (self.b, 1))
        return [stack([part[gate] for gate in STACKED], ndim) for part, ndim in parts]

    @cached_property
    def run(self) -> dict[str, Array]:
        """All gates "f", "i", "o", "c" and states "C", "h", each (T+1, n)."""
        h, C = plain.run(lstm_step, (self.h_init, self.C_init), self.x, *self.stacked)
        gates = lstm_gates(np.vstack([self.h_init, h[:-1]]), self.x, *self.stacked)
        return dict(zip(STACKED, gates, strict=True)) | {"C": C, "h": h}

    @cached_property
    def C_before(self) -> Array:
        """The cell state that each step starts from, (T+1, n)."""
        return np.vstack([self.C_init, self.run["C"][:-1]])

    @cached_property
    def h_before(self) -> Array:
        """The hidden state that each step starts from, (T+1, n)."""
        return np.vstack([self.h_init, self.run["h"][:-1]])

    @cached_property
    def s(self) -> Array:
        """The joint states (h, C), (T+2, 2n): the one before the first step stands last, so `s[-1]` is it."""
        return np.hstack([np.vstack([self.run["h"], self.h_init]), np.vstack([self.run["C"], self.C_init])])

    def z(self, t: int, gate: str) -> Array:
        """Return the pre-activation of a gate at step t, (n,)."""
        return np.asarray(self.W[gate] @ self.h_before[t] + self.U[gate] @ self.x[t] + self.b[gate])

    def step(self, t: int, h: Numbers, C: Numbers) -> dict[str, Numbers]:
        """Return the gates and the new state of step t, which starts from h and C."""
        gates = lstm_gates(h, self.x[t], *self.stacked)
        h, C = lstm_step(h, C, self.x[t], *self.stacked)
        return dict(zip(STACKED, gates, strict=True)) | {"C": C, "h": h}

    def rerun(self, h: Numbers, C: Numbers, first: int, last: int) -> tuple[Numbers, Numbers]:
        """Return h and C after the steps `first` to `last`, started from the state before `first`."""
        for x in self.x[first : last + 1]:
            h, C = lstm_step(h, C, x, *self.stacked)
        return h, C

    def along_the_cell(self, C: Numbers, first: int, last: int) -> Numbers:
        """Return C after the steps `first` to `last`, with all gates and candidates as they were."""
        for t in range(first, last + 1):
            C = self.run["f"][t] * C + self.run["i"][t] * self.run["c"][t]
        return C

    def loss(self, W: Mapping[str, Numbers]) -> Numbers:
        """Return the loss of all steps for other recurrent weights."""
        h, _ = plain.run(lstm_step, (self.h_init, self.C_init), self.x, *replace(self, W=W).stacked)
        return half_square(h, self.y)

    def pinned(self, **biases: float | Array) -> PlainLSTM:
        """Return the network with these biases by gate, all others 0, and no weights: gates read nothing."""
        W, U = ({gate: 0 * parts[gate] for gate in GATES} for parts in (self.W, self.U))
        b = {gate: np.zeros(self.n) + biases.get(gate, 0.0) for gate in GATES}
        return replace(self, W=W, U=U, b=b)

    def rerun_joint(self, s: Numbers, first: int, last: int) -> Numbers:
        """Return the joint state (h, C) after the steps `first` to `last`, started from the one before."""
        h, C = np.split(s, 2, axis=-1)
        return np.concatenate(self.rerun(h, C, first, last), axis=-1)

    def jacobian(self, t: int, k: int) -> Array:
        """Return how the joint state at step t responds to the one at step k, which may be -1, (2n, 2n)."""
        if (t, k) not in self._jacobians:
            found = derivative(lambda s: self.rerun_joint(s, k + 1, t), self.s[k])
            self._jacobians[t, k] = _unwritable(found)
        return self._jacobians[t, k]

    @cached_property
    def _jacobians(self) -> dict[tuple[int, int], Array]:
        return {}

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

    def immediate(self, rates: PlainLSTM, k: int, names: str) -> list[Array]:
        """Return how quantities of step k respond to the parameter, the state before held, each (n, 1)."""
        h, C = self.h_before[k], self.C_before[k]
        return responses(lambda theta: self.moved(rates, theta).step(k, h, C), np.zeros(1), names)

    @cached_property
    def _packaged(self) -> LSTMRun:
        return LSTM(*self.stacked).forward(self.x, self.h_init, self.C_init)

    def packaged(self) -> LSTMRun:
        """Return the run of the same network from the package."""
        return self._packaged
