"""Question 1(b): the gradient through time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rnn_solutions._validation import Array
from rnn_solutions.networks.activations import sigmoid_slope
from rnn_solutions.networks.plain import rnn_step, run
from rnn_solutions.networks.rnn import RNN
from rnn_solutions.sheet.answers.feedback import Feedback
from rnn_solutions.sheet.answers.trying import Attempt, Case, require_call, try_function

CALL = (
    "gradient(W, U, x, h_init, dL_dh), with W of shape (n, n), U (n, d), x (T+1, d), h_init (n,) and dL_dh "
    "(T+1, n), for an array (n, n)"
)
TRANSPOSED = (
    "Yours is in the transposed convention (numerator layout): its entry (a, b) is the derivative by W_ba. "
    "This site's gradient has the shape of W; transpose yours before W is updated with it."
)
Factor = Callable[["Parts", int], Array]


def check_gradient(value: Any) -> Feedback:
    """Return what to say of a function that should give the gradient by W of a sigmoid network."""
    require_call("1b", value, [CALL], [5])
    return try_function(value, cases(), attempts(), TRANSPOSED)


def cases() -> list[Case]:
    """Return random networks with weights so large that a gradient does not fade before it tells."""
    rng = np.random.default_rng(0)
    drawn = []
    for n, d, T in ((2, 3, 3), (3, 2, 4), (4, 3, 2), (3, 3, 3)):
        W, U = 2 * rng.normal(size=(n, n)), rng.normal(size=(n, d)) / 2
        x, h_init, dL_dh = rng.normal(size=(T + 1, d)), rng.normal(size=n), rng.normal(size=(T + 1, n))
        drawn.append((W, U, x, h_init, dL_dh))
    return drawn


@dataclass(frozen=True, eq=False)
class Parts:
    """What the terms of the sum are made of: W, the loss's rows, and by step z, two states and the slope."""

    W: Array
    rows: Array
    z: Array
    h: Array
    before: Array
    slope: Array

    @classmethod
    def of(cls, W: Array, U: Array, x: Array, h_init: Array, dL_dh: Array) -> Parts:
        """Run the network."""
        (h,) = run(rnn_step, (h_init,), x, W, U)
        before = np.vstack([h_init, h[:-1]])
        z = before @ W.T + x @ U.T
        return cls(W, dL_dh, z, h, before, sigmoid_slope(z))

    def jacobian(self, t: int) -> Array:
        """Return the derivative of the state at step t by the one before."""
        return np.asarray(self.slope[t][:, None] * self.W)

    def product(self, steps: Iterable[int], factor: Factor | None = None) -> Array:
        """Return the product of the factors of these steps, the first of them on the left."""
        product = np.eye(len(self.W))
        for j in steps:
            product = product @ (factor(self, j) if factor else self.jacobian(j))
        return product

    def total(
        self,
        first: int = 0,
        chain: Callable[[Parts, int, int], Array] | None = None,
        last: Callable[[Parts, int], Array] | None = None,
        loss_steps: Iterable[int] | None = None,
    ) -> Array:
        """Return the double sum with k from `first`, and with other factors where they are given."""
        total = np.zeros_like(self.W)
        for t in range(len(self.h)) if loss_steps is None else loss_steps:
            for k in range(first, t + 1):
                J = chain(self, t, k) if chain else self.product(range(t, k, -1))
                before = last(self, k) if last else self.before[k]
                total += np.outer(self.rows[t] @ J * self.slope[k], before)
        return total


def attempts() -> list[Attempt]:
    """Return the right way to compute the gradient, and the usual wrong ones."""

    def parts(function: Callable[[Parts], Array]) -> Callable[..., Array]:
        return lambda *case: function(Parts.of(*case))

    def chain(function: Callable[[Parts, int, int], Array]) -> Callable[..., Array]:
        return parts(lambda p: p.total(chain=function))

    def factor(function: Factor) -> Callable[..., Array]:
        return chain(lambda p, t, k: p.product(range(t, k, -1), function))

    one_off = (
        "factors one step off: The factors are those of steps k to t - 1 where those of k + 1 to t belong."
    )
    known: dict[str, Callable[..., Array]] = {
        "Right: the sum over all k <= t in every case.": _right,
        "k from 1: The terms with k = 0 are missing. They vanish only where h_0 is given or the state before "
        "it is "
        "zero; here h_0 = sigma(W h_init + U x_0) and h_init is not zero.": parts(lambda p: p.total(first=1)),
        "total for immediate: The last factor is the total derivative of h_k by W, which already holds all "
        "steps before k: a term j steps back is counted j + 1 times. It must be the immediate one, with "
        "h_{k-1} held.": _total_for_immediate,
        "h not shifted: The last factor holds h_k where h_{k-1}, the state that W multiplied at step k, "
        "belongs.": parts(lambda p: p.total(last=lambda p, k: p.h[k])),
        "h_init ignored: The network is run from the state zero, and not from h_init.": (
            lambda W, U, x, h_init, dL_dh: _right(W, U, x, 0 * h_init, dL_dh)
        ),
        "sigma' missing: sigma' is missing everywhere: this is the gradient of a network whose activation "
        "has the slope 1.": parts(lambda p: replace(p, slope=np.ones_like(p.z)).total()),
        "sigma' missing: sigma' is missing on the way from step to step: a factor is diag(sigma'(z_j)) W, "
        "not W.": factor(lambda p, j: p.W),
        "sigma' at h: sigma' is taken at h_t, after the sigmoid. It belongs at z_t; in terms of h_t it is "
        "h_t (1 - h_t).": parts(lambda p: replace(p, slope=sigmoid_slope(p.h)).total()),
        "sigma for sigma': sigma stands where sigma' = sigma (1 - sigma) belongs.": parts(
            lambda p: replace(p, slope=p.h).total()
        ),
        "tanh' for sigma': 1 - h^2 is the slope of tanh; the sigmoid's is h (1 - h).": parts(
            lambda p: replace(p, slope=1 - p.h**2).total()
        ),
        "tanh' for sigma': 1 - tanh^2 is the slope of tanh; the sigmoid's is sigma (1 - sigma).": parts(
            lambda p: replace(p, slope=1 - np.tanh(p.z) ** 2).total()
        ),
        "W transposed: W and its transpose are exchanged on the way back: a row of derivatives is multiplied "
        "by diag(sigma') W from its right, "
        "a column by W^T diag(sigma') from its left.": factor(lambda p, j: p.slope[j][:, None] * p.W.T),
        "Jacobian transposed: The Jacobian is transposed: the row dL_t/dh_t is multiplied by diag(sigma') W "
        "from its right, and not by the transpose of that.": factor(lambda p, j: p.W.T * p.slope[j]),
        "diagonal on the wrong side: The slopes stand on the wrong side: a factor is diag(sigma'(z_j)) W, "
        "not W diag(sigma'(z_j)).": factor(lambda p, j: p.W * p.slope[j]),
        "power for the product: The Jacobian of step t is raised to a power. The steps have different "
        "slopes: the product is J_t J_{t-1} ... J_{k+1}.": chain(lambda p, t, k: p.product([t] * (t - k))),
        "power for the product: The Jacobian of step k + 1 is raised to a power. The steps have different "
        "slopes: "
        "the product is J_t J_{t-1} ... J_{k+1}.": chain(lambda p, t, k: p.product([k + 1] * (t - k))),
        "product reversed: The product runs the wrong way: the latest factor, J_t, stands on the left, next "
        "to dL_t/dh_t.": chain(lambda p, t, k: p.product(range(k + 1, t + 1))),
        "one factor too many: The product has the factors of steps k to t. J_k does not belong to it: t - k "
        "factors lead from h_k to h_t.": chain(lambda p, t, k: p.product(range(t, k - 1, -1))),
        "one factor too few: The product has one factor less than t - k: J_{k+1}, the first on the way from "
        "h_k to h_t, is missing.": chain(lambda p, t, k: p.product(range(t, k + 1, -1))),
        one_off: chain(lambda p, t, k: p.product(range(t - 1, k - 1, -1))),
        "last loss only: Only the loss of the last step is counted. L is the sum of the losses of all "
        "steps.": parts(lambda p: p.total(loss_steps=[len(p.h) - 1])),
        "nothing through time: Only the terms k = t are there: nothing is carried back to earlier uses of "
        "W.": chain(lambda p, t, k: np.eye(len(p.W)) * (t == k)),
        "mean for sum: This is the mean over the steps. L is the sum of the L_t.": (
            lambda *case: _right(*case) / len(case[2])
        ),
        "wrong sign: The sign is wrong: this is the step downhill, minus the gradient.": (
            lambda *case: -_right(*case)
        ),
    }
    return [Attempt(function, said) for said, function in known.items()]


def _right(W: Array, U: Array, x: Array, h_init: Array, dL_dh: Array) -> Array:
    """Return the gradient by one sweep backwards."""
    net = RNN(W, U)
    return net.backward(net.forward(x, h_init), dL_dh).W


def _total_for_immediate(*case: Array) -> Array:
    """Return the double sum whose last factor counts all steps up to k."""
    p = Parts.of(*case)
    total = np.zeros_like(p.W)
    for t in range(len(p.h)):
        for k in range(t + 1):
            row = p.rows[t] @ p.product(range(t, k, -1))
            for j in range(k + 1):
                total += np.outer(row @ p.product(range(k, j, -1)) * p.slope[j], p.before[j])
    return total
