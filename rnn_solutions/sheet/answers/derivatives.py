"""Questions 1(a) and 1(b): the Jacobian of a dense layer, and the gradient through time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rnn_solutions._validation import Array
from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.networks.activations import sigmoid_slope as slope
from rnn_solutions.networks.plain import rnn_step, run, sigma
from rnn_solutions.networks.rnn import RNN
from rnn_solutions.networks.runs import Gradients
from rnn_solutions.sheet.answers.feedback import Feedback
from rnn_solutions.sheet.answers.trying import Case, Table, require_call, try_function

RIGHT_JACOBIAN = "Right: diag(sigma'(W x)) W in every case."
RIGHT_GRADIENT = "Right: the sum over all k <= t in every case."
LAYER = "jacobian(W, x), with W of shape (n, d) and x of shape (d,), for an array (n, d)"
TRANSPOSED_JACOBIAN = "Yours is in the transposed convention (denominator layout), a row for each input."
NETWORK = "gradient(W, U, x, h_init, dL_dh), (n, n), (n, d), (T+1, d), (n,) and (T+1, n), for an array (n, n)"
OWN_SLOPE = "The sigmoid's slope is sigma (1 - sigma)."
IN_ALL = "sigma' belongs in every factor."
IN_ORDER = "Each step has its own, J_t ... J_{k+1}."
START = "h_init comes before h_0 = sigma(W h_init + U x_0)."
TRANSPOSED_GRADIENT = "Yours is in the transposed convention (numerator layout): transpose it to update W."


def _stray_entry(W: Array, x: Array) -> Array:
    """Return the Jacobian with dy_2/dz_2 for dy_2/dz_n, as the sheet's equation (4) can be read."""
    D = np.diag(slope(W @ x))
    D[1, -1] = D[1, 1]
    return D @ W


# By the factors of the rows of W, of z = W x and y.
ROWS: Table = {
    "sigma for sigma': The factors are sigma, not sigma' = sigma (1 - sigma).": lambda z, y: y,
    "1 - sigma for sigma': The factors are 1 - sigma, not sigma' = sigma (1 - sigma).": lambda z, y: 1 - y,
    "sigma' at y: sigma' is taken at y. It belongs at W x, and is y (1 - y).": lambda z, y: slope(y),
    f"tanh' for sigma': 1 - y^2 belongs to tanh. {OWN_SLOPE}": lambda z, y: 1 - y**2,
    f"tanh' for sigma': 1 - tanh^2 belongs to tanh. {OWN_SLOPE}": lambda z, y: 1 - np.tanh(z) ** 2,
    "wrong sign: sigma' is positive, so the Jacobian has the signs of W.": lambda z, y: -slope(z),
}
# By what they compute of W and x.
LAYERS: Table = {
    "sigma' missing: This is W, the derivative of W x. sigma'((W x)_i) multiplies row i.": lambda W, x: W,
    "sigma' at x: sigma' is taken at x. It belongs at W x.": lambda W, x: np.diag(slope(x)) @ W,
    "sigma' at x: sigma' is taken at x. It belongs at W x. And it scales rows.": lambda W, x: W * slope(x),
    "diagonal on the wrong side: Slopes scale rows: diag(sigma') W.": lambda W, x: W * slope(W @ x),
    "W missing: This is dy/dz. The Jacobian is diag(sigma') W.": lambda W, x: np.diag(slope(W @ x)),
    "W missing: This is sigma'(W x) alone. The Jacobian is diag(sigma') W.": lambda W, x: slope(W @ x),
    "rows added up: The rows are added: this is the gradient of the sum.": lambda W, x: slope(W @ x) @ W,
    "derivative by W: This is dy_i/dW_ij, and not dy/dx.": lambda W, x: np.outer(slope(W @ x), x),
    "entry off the diagonal: y_2 depends on z_2 alone, and not on z_n.": _stray_entry,
}


def jacobians() -> Table:
    """Return the right way to compute the Jacobian, and the usual wrong ones."""

    def scaled(factors: Callable[..., Array]) -> Callable[..., Array]:
        return lambda W, x: np.asarray(np.diag(factors(W @ x, sigma(W @ x))) @ W)

    right: Table = {RIGHT_JACOBIAN: lambda W, x: complex_step(lambda x: sigma(W @ x), x)}
    return right | {said: scaled(factors) for said, factors in ROWS.items()} | LAYERS


def layers() -> list[Case]:
    """Return random layers; the square ones are where a diagonal matrix fits on the wrong side too."""
    rng, shapes = np.random.default_rng(0), ((3, 2), (2, 4), (3, 3), (5, 3), (4, 4))
    return [(rng.normal(size=shape), rng.normal(size=shape[1])) for shape in shapes]


def check_jacobian(value: Any) -> Feedback:
    """Return what to say of a function that should give the Jacobian of a sigmoid layer."""
    require_call("1a", value, [LAYER], [2])
    return try_function(value, layers(), jacobians(), TRANSPOSED_JACOBIAN)


# Wrong terms of the double sum. By the weight of the term (t, k) where the last step is T.
WEIGHTS: Table = {
    "k from 1: The terms with k = 0 are missing. Here h_0 is computed with W.": lambda t, k, T: k > 0,
    "total for immediate: In the last factor h_{k-1} must be held.": lambda t, k, T: t - k + 1,
    "last loss only: L is the sum of the losses of all steps.": lambda t, k, T: t == T,
    "nothing through time: Beside k = t, earlier uses of W count too.": lambda t, k, T: t == k,
    "truncated: Carried back one step. Each loss must reach every use of W.": lambda t, k, T: t - k <= 1,
    "truncated: Carried back two steps. Each loss must reach every use of W.": lambda t, k, T: t - k <= 2,
    "mean for sum: L is the sum of the L_t, not their mean.": lambda t, k, T: 1 / (T + 1),
    "wrong sign: This is the step downhill, minus the gradient.": lambda t, k, T: -1,
}
# By the slope that stands for sigma'(z), h = sigma(z).
SLOPES: Table = {
    f"sigma' missing: sigma' is 1 everywhere. {IN_ALL}": lambda z, h: np.ones_like(z),
    "sigma' at h: sigma' is taken at h_t. It belongs at z_t, and is h_t (1 - h_t).": lambda z, h: slope(h),
    "sigma for sigma': sigma stands where sigma' = sigma (1 - sigma) belongs.": lambda z, h: h,
    f"tanh' for sigma': 1 - h^2 belongs to tanh. {OWN_SLOPE}": lambda z, h: 1 - h**2,
    f"tanh' for sigma': 1 - tanh^2 belongs to tanh. {OWN_SLOPE}": lambda z, h: 1 - np.tanh(z) ** 2,
}
# By the factor of a step of slopes s.
FACTORS: Table = {
    f"sigma' missing: A factor on the way is diag(sigma'(z_j)) W. {IN_ALL}": lambda s, W: W,
    "W transposed: W multiplies a row, and W^T a column.": lambda s, W: s[:, None] * W.T,
    "Jacobian transposed: The row dL_t/dh_t stands on the left of diag(sigma') W.": lambda s, W: W.T * s,
    "diagonal on the wrong side: diag(sigma'(z_j)) belongs on the left of W.": lambda s, W: W * s,
}
# By the steps of the factors, the first on the left.
STEPS: Table = {
    f"power for the product: J_t is raised to a power. {IN_ORDER}": lambda t, k: [t] * (t - k),
    f"power for the product: J_{{k+1}} is raised to a power. {IN_ORDER}": lambda t, k: [k + 1] * (t - k),
    "product reversed: The latest factor, J_t, stands on the left.": lambda t, k: range(k + 1, t + 1),
    "one factor too many: J_k leads to h_k, and not on from it.": lambda t, k: range(t, k - 1, -1),
    "one factor too few: J_{k+1} is missing, the first after h_k.": lambda t, k: range(t, k + 1, -1),
    "factors one step off: The steps are k + 1 to t, not k to t - 1.": lambda t, k: range(t - 1, k - 1, -1),
}
# By the last factor of a step of slopes s, which starts from a state and ends in h.
LASTS: Table = {
    "h not shifted: The last factor holds h_{k-1}, not h_k.": lambda s, before, h: np.outer(s, h),
    f"sigma' missing: sigma'(z_k) is missing in the last factor. {IN_ALL}": lambda s, before, h: before,
}
# By all that a function is given.
NETWORKS: Table = {
    f"h_init for h_0: The network starts one step late. {START}": (
        lambda W, U, x, h, rows: _swept(W, U, x[1:], h, rows[1:]).W
    ),
    f"h_init for h_0: The losses are one step off. {START}": (
        lambda W, U, x, h, rows: _swept(W, U, x[:-1], h, rows[1:]).W
    ),
    "h_init ignored: The network starts from zero.": lambda W, U, x, h, rows: _swept(W, U, x, 0 * h, rows).W,
    "derivative by U: x_k is in the last factor, for U. For W it is h_{k-1}.": lambda *case: _swept(*case).U,
}


def gradients() -> Table:
    """Return the right way to compute the gradient, and the usual wrong ones."""
    parts = {"weight": WEIGHTS, "slope_of": SLOPES, "factor": FACTORS, "steps": STEPS, "last": LASTS}
    wrong = {said: terms(**{part: way}) for part, table in parts.items() for said, way in table.items()}
    return {RIGHT_GRADIENT: lambda *case: _swept(*case).W} | wrong | NETWORKS


def terms(
    weight: Callable[[int, int, int], float] = lambda t, k, T: 1,
    slope_of: Callable[[Array, Array], Array] = lambda z, h: slope(z),
    factor: Callable[[Array, Array], Array] = lambda s, W: s[:, None] * W,
    steps: Callable[[int, int], Sequence[int]] = lambda t, k: range(t, k, -1),
    last: Callable[[Array, Array, Array], Array] = lambda s, before, h: np.outer(s, before),
) -> Callable[..., Array]:
    """Return the function that adds the terms of the double sum, with other parts where they are given."""

    def gradient(W: Array, U: Array, x: Array, h_init: Array, dL_dh: Array) -> Array:
        (h,) = run(rnn_step, (h_init,), x, W, U)
        before = np.vstack([h_init, h[:-1]])
        s, total = slope_of(before @ W.T + x @ U.T, h), np.zeros_like(W)
        for t in range(len(h)):
            for k in range(t + 1):
                row = dL_dh[t] * weight(t, k, len(h) - 1)
                for j in steps(t, k):
                    row = row @ factor(s[j], W)
                total += row[:, None] * last(s[k], before[k], h[k])
        return total

    return gradient


def _swept(W: Array, U: Array, x: Array, h_init: Array, dL_dh: Array) -> Gradients:
    """Return the gradients by one sweep backwards."""
    net = RNN(W, U)
    return net.backward(net.forward(x, h_init), dL_dh)


def networks() -> list[Case]:
    """Return random networks with weights so large that a gradient does not fade before it tells."""
    rng, drawn = np.random.default_rng(0), []
    for n, d, T in ((2, 3, 3), (3, 2, 4), (4, 3, 2), (3, 3, 3)):
        W, U = 2 * rng.normal(size=(n, n)), rng.normal(size=(n, d)) / 2
        x, h_init, dL_dh = rng.normal(size=(T + 1, d)), rng.normal(size=n), rng.normal(size=(T + 1, n))
        drawn.append((W, U, x, h_init, dL_dh))
    return drawn


def check_gradient(value: Any) -> Feedback:
    """Return what to say of a function that should give the gradient by W of a sigmoid network."""
    require_call("1b", value, [NETWORK], [5])
    return try_function(value, networks(), gradients(), TRANSPOSED_GRADIENT)
