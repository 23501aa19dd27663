"""Question 1(a): the Jacobian of a dense layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rnn_solutions._validation import Array
from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.networks.activations import sigmoid, sigmoid_slope
from rnn_solutions.networks.plain import sigma
from rnn_solutions.sheet.answers.feedback import Feedback
from rnn_solutions.sheet.answers.trying import Attempt, Case, require_call, try_function

CALL = "jacobian(W, x), with W of shape (n, d) and x of shape (d,), for an array (n, d)"
TRANSPOSED = (
    "Yours is in the transposed convention (denominator layout), (d, n): one row for each input. The sheet "
    "and this site give one row to each output, (n, d)."
)


def check_jacobian(value: Any) -> Feedback:
    """Return what to say of a function that should give the Jacobian of a sigmoid layer."""
    require_call("1a", value, [CALL], [2])
    return try_function(value, cases(), attempts(), TRANSPOSED)


def cases() -> list[Case]:
    """Return random layers; the square ones are where a diagonal matrix fits on the wrong side too."""
    rng = np.random.default_rng(0)
    return [
        (rng.normal(size=(n, d)), rng.normal(size=d)) for n, d in ((3, 2), (2, 4), (3, 3), (5, 3), (4, 4))
    ]


def attempts() -> list[Attempt]:
    """Return the right way to compute the Jacobian, and the usual wrong ones."""

    def rows(slope: Callable[[Array, Array], Array]) -> Callable[[Array, Array], Array]:
        return lambda W, x: slope(W @ x, sigmoid(W @ x))[:, None] * W

    at_x = "sigma' at x: sigma' is taken at x. It belongs at W x, the argument of the sigmoid."
    known: dict[str, Callable[..., Any]] = {
        "Right: diag(sigma'(W x)) W in every case.": lambda W, x: complex_step(lambda x: sigma(W @ x), x),
        "sigma' missing: This is W, the derivative of W x. The chain rule multiplies row i by sigma'((W "
        "x)_i).": lambda W, x: W,
        "sigma for sigma': Row i of W is multiplied by sigma where sigma' = sigma (1 - sigma) belongs.": rows(
            lambda z, y: y
        ),
        "1 - sigma for sigma': Row i of W is multiplied by 1 - sigma where sigma' = sigma (1 - sigma) "
        "belongs.": rows(lambda z, y: 1 - y),
        "sigma' at y: sigma' is taken at y, after the sigmoid. It belongs at W x; in terms of y it is y (1 - "
        "y).": rows(lambda z, y: sigmoid_slope(y)),
        at_x: lambda W, x: W * sigmoid_slope(x),
        "tanh' for sigma': 1 - y^2 is the slope of tanh; the sigmoid's is y (1 - y).": rows(
            lambda z, y: 1 - y**2
        ),
        "tanh' for sigma': 1 - tanh^2 is the slope of tanh; the sigmoid's is sigma (1 - sigma).": rows(
            lambda z, y: 1 - np.tanh(z) ** 2
        ),
        "wrong sign: The sign is wrong: sigma' = sigma (1 - sigma) is positive, so the Jacobian has the "
        "signs of W.": rows(lambda z, y: -y * (1 - y)),
        "diagonal on the wrong side: This is W diag(sigma'), which scales columns and exists only for n = d. "
        "The slopes belong to the outputs, so they scale rows: diag(sigma') W.": lambda W, x: (
            W @ np.diag(sigmoid_slope(W @ x))
        ),
        "W missing: This is dy/dz, the derivative by z = W x. The other factor of the chain rule, dz/dx = W, "
        "is missing.": lambda W, x: np.diag(sigmoid_slope(W @ x)),
        "W missing: This is sigma'(W x) alone. The Jacobian is diag(sigma') W.": (
            lambda W, x: sigmoid_slope(W @ x)
        ),
        "rows added up: The rows are added up: this is the gradient of the sum of y. A Jacobian keeps a row "
        "for each output.": lambda W, x: sigmoid_slope(W @ x) @ W,
        "derivative by W: This is sigma'(z_i) x_j, the derivative of y_i by W_ij. Asked for is the "
        "derivative by x.": lambda W, x: np.outer(sigmoid_slope(W @ x), x),
        "entry off the diagonal: The entry (2, n) of diag(sigma') is not zero here. y_2 depends on z_2 "
        "alone.": _stray_entry,
    }
    rows_at_x = Attempt(lambda W, x: sigmoid_slope(x)[:, None] * W, at_x)  # exists only for n = d
    return [*(Attempt(function, said) for said, function in known.items()), rows_at_x]


def _stray_entry(W: Array, x: Array) -> Array:
    """Return the Jacobian with dy_2/dz_2 for dy_2/dz_n, as the sheet's equation (4) can be read."""
    slope = sigmoid_slope(W @ x)
    diagonal = np.diag(slope)
    diagonal[1, -1] = slope[1]
    return diagonal @ W
