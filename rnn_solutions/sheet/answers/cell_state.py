"""Question 3(c): the gradient along the cell state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rnn_solutions._validation import Array, unwarned
from rnn_solutions.sheet.answers import trying
from rnn_solutions.sheet.answers.feedback import UNKNOWN, Feedback, told
from rnn_solutions.sheet.answers.reading import MOST, refused
from rnn_solutions.sheet.answers.trying import TOLERANCE, Case, Table, Unusable, read_numbers

CALL = "path(f), with the forget gates f_{k+1} to f_t in the rows of f (t - k, n), for (n, n) or its diagonal"
EXPECTED = (
    f"3c takes a function of the forget gates, or for f = 1, i = 0 the matrix dC_t/dC_k, n up to {MOST}"
)
NEIGHBOURS = "not diagonal: A cell does not read its neighbours: off the diagonal are zeros."
EACH = "Each step has its own: f_t * ... * f_{k+1}."
LEAD = "From C_k to C_t lead t - k factors."
PATHS: Table = {
    "Right: the products of the gates, on the diagonal.": lambda f: f.prod(axis=0),
    "Right: the diagonal matrix of the products of the gates.": lambda f: np.diag(f.prod(axis=0)),
    f"power of one gate: The gate of step t is raised to a power. {EACH}": lambda f: f[-1] ** len(f),
    f"power of one gate: The gate of step k + 1 is raised to a power. {EACH}": lambda f: f[0] ** len(f),
    f"power of one gate: The mean gate is raised to a power. {EACH}": lambda f: f.mean(axis=0) ** len(f),
    "sum for product: The gates are added. The chain rule multiplies them.": lambda f: f.sum(axis=0),
    "mean for product: The chain rule multiplies the gates.": lambda f: f.mean(axis=0),
    f"one factor too few: The gate of step k + 1 is missing. {LEAD}": lambda f: f[1:].prod(axis=0),
    f"one factor too few: The gate of step t is missing. {LEAD}": lambda f: f[:-1].prod(axis=0),
    f"last gate alone: This is one step, dC_t/dC_{{t-1}}. {LEAD}": lambda f: f[-1],
    "slope of the gate: The factor of C_{t-1} is f, not f (1 - f).": lambda f: (f - f**2).prod(axis=0),
    "wrong sign: Gates are positive, and so is their product.": lambda f: -f.prod(axis=0),
    "1 - f for f: The factor of C_{t-1} is f_t, not 1 - f_t.": lambda f: (1 - f).prod(axis=0),
    "f = 1 put in: This is right for f = 1 alone. Hand it in as a matrix.": lambda f: np.ones(f.shape[1]),
    "product over the cells: The product runs over the steps, not over the cells.": lambda f: f.prod(axis=1),
    "sum for product: The gates multiply over the steps, and do not add over cells.": lambda f: f.sum(axis=1),
    "a number for the matrix: Each cell has a product of its own.": lambda f: f.prod(),
    f"{NEIGHBOURS} Here every row is the diagonal.": lambda f: np.tile(f.prod(axis=0), (f.shape[1], 1)),
    f"{NEIGHBOURS} Here every column is.": lambda f: np.tile(f.prod(axis=0)[:, None], (1, f.shape[1])),
    "all partial products: Asked for is the last row, the product of all.": lambda f: np.cumprod(f, axis=0),
}
# What people give for the identity, as functions of what is given.
MATRICES: Table = {
    NEIGHBOURS: np.ones_like,
    "input gate for the forget gate: The factor of C_{t-1} is f = 1, not i = 0.": np.zeros_like,
    "wrong sign: C_t = C_{t-1}: the derivative is the identity.": lambda C: -np.eye(len(C)),
    "slope of the gate: The factor of C_{t-1} is f = 1, not a slope.": lambda C: np.eye(len(C)) / 4,
    "sum for product: A product of ones is one.": lambda C: np.round(C[0, 0]) * np.eye(len(C)),
}


def check_cell_gradient(value: Any) -> Feedback:
    """Return what to say of a function of the forget gates, or of the matrix for f = 1 and i = 0."""
    if callable(value):
        trying.require_call("3c", value, [CALL], [1])
        return trying.try_function(_diagonals(value), cases(), PATHS)
    return _check_matrix(value)


def cases() -> list[Case]:
    """Return random forget gates of several steps, rows, and several cells, columns."""
    rng = np.random.default_rng(0)
    return [(rng.uniform(0.3, 0.95, size=shape),) for shape in ((3, 2), (2, 4), (5, 3), (3, 3))]


def _diagonals(function: Callable[[Array], Any]) -> Callable[[Array], Any]:
    """Return a function that gives the diagonal where another gives a diagonal matrix."""

    def called(f: Array) -> Any:
        value = function(f)
        matrix = read_numbers(value)
        if isinstance(matrix, Unusable) or matrix.shape != (f.shape[1],) * 2:
            return value
        return matrix if (matrix - np.diag(np.diag(matrix))).any() else np.diag(matrix)

    return called


def _check_matrix(value: Any) -> Feedback:
    """Return what to say of a matrix that should be the identity."""
    found = read_numbers(value, MOST**2)
    if isinstance(found, Unusable) or found.imag.any() or max(found.shape, default=0) > MOST:
        raise refused(EXPECTED, value)
    with unwarned():  # a long double may be too large, and then differs by infinity
        matrix = np.asarray(found.real, dtype=float)
        matrix = np.diag(matrix) if found.ndim == 1 else matrix
        n = len(matrix) if found.ndim else 1
        error = np.abs(matrix - np.eye(n)).max() if matrix.shape in ((), (n, n)) else np.inf
    if matrix.ndim == 0 and error <= TOLERANCE:
        return told("a number for the matrix: Right for one cell; for n cells it is the identity of size n.")
    if matrix.shape != (n, n) or error == np.inf:
        raise refused(EXPECTED, value, f"shape {found.shape}" if found.ndim else "")
    if error <= TOLERANCE:
        form = ", given as its diagonal" if found.ndim == 1 else ""
        return told(f"Right: the identity of size {n}{form}.{trying.agreement(error)}")
    for said, wrong in MATRICES.items():
        if np.abs(matrix - wrong(matrix)).max() <= TOLERANCE:
            return told(said)
    return Feedback(False, None, f"{UNKNOWN} With f = 1 each step passes C on as it is.")
