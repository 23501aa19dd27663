"""Question 3(c): the gradient along the cell state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rnn_solutions._validation import Array, unwarned
from rnn_solutions.sheet.answers.feedback import Feedback, told
from rnn_solutions.sheet.answers.reading import shortly
from rnn_solutions.sheet.answers.trying import (
    TOLERANCE,
    Attempt,
    Case,
    agreement,
    read_numbers,
    require_call,
    try_function,
)

CALL = "path(f), with the forget gates f_{k+1} to f_t in the rows of f (t - k, n), for (n, n) or its diagonal"
EXPECTED = (
    "3c takes a function of the forget gates, or for f = 1, i = 0 the matrix dC_t/dC_k (n, n) for any n "
    "up to 1000"
)
MOST = 1000
Known = dict[str, Callable[..., Any]]


def check_cell_gradient(value: Any) -> Feedback:
    """Return what to say of a function of the forget gates, or of the matrix for f = 1 and i = 0."""
    if callable(value):
        require_call("3c", value, [CALL], [1])
        return try_function(value, cases(), attempts())
    return _check_matrix(value)


def names() -> list[str]:
    """Return the names of the mistakes."""
    heard = [told(attempt.said) for attempt in attempts()]
    heard += [feedback for _, feedback in _wrong_matrices(np.eye(2))]
    return [feedback.mistake for feedback in heard if feedback.mistake]


def cases() -> list[Case]:
    """Return random forget gates of several steps, rows, and several cells, columns."""
    rng = np.random.default_rng(0)
    return [(rng.uniform(0.3, 0.95, size=shape),) for shape in ((3, 2), (2, 4), (5, 3), (3, 3))]


def attempts() -> list[Attempt]:
    """Return the right ways to compute the gradient along the cell, and the usual wrong ones."""

    def on_a_diagonal(function: Any) -> Any:
        return lambda f: np.diag(function(f))

    right: Known = {
        "Right: the diagonal matrix of the products of the gates.": lambda f: np.diag(f.prod(axis=0)),
        "Right: the products of the gates, the diagonal of the matrix.": lambda f: f.prod(axis=0),
    }
    by_cell: Known = {
        "power of one gate: The forget gate of step t is raised to a power. Each step has its own: f_t * ... "
        "* f_{k+1}.": lambda f: f[-1] ** len(f),
        "power of one gate: The forget gate of step k + 1 is raised to a power. Each step has its own: f_t * "
        "... * f_{k+1}.": lambda f: f[0] ** len(f),
        "power of one gate: The mean gate is raised to a power. Each step has its own gate.": (
            lambda f: f.mean(axis=0) ** len(f)
        ),
        "sum for product: The gates are added. The chain rule multiplies them.": lambda f: f.sum(axis=0),
        "mean for product: This is the mean of the gates. The chain rule multiplies them.": (
            lambda f: f.mean(axis=0)
        ),
        "one factor too few: The gate of step k + 1 is missing: t - k factors lead from C_k to C_t.": (
            lambda f: f[1:].prod(axis=0)
        ),
        "one factor too few: The gate of step t is missing: t - k factors lead from C_k to C_t.": (
            lambda f: f[:-1].prod(axis=0)
        ),
        "last gate alone: This is one step, dC_t/dC_{t-1}. From C_k on there are t - k factors.": (
            lambda f: f[-1]
        ),
        "slope of the gate: f (1 - f) is the gate's own slope. C_{t-1} is multiplied by the gate itself, and "
        "the gate is held.": lambda f: (f * (1 - f)).prod(axis=0),
        "wrong sign: The sign is wrong: the gates are positive, and so is their product.": (
            lambda f: -f.prod(axis=0)
        ),
        "1 - f for f: The factor of C_{t-1} is f_t, not 1 - f_t.": lambda f: (1 - f).prod(axis=0),
        "f = 1 put in: This is the identity whatever the gates are. For f = 1 it is right: hand it in as a "
        "matrix, or give the product for any gates.": lambda f: np.ones(f.shape[1]),
        "product over the cells: The gates of one step are multiplied over its cells. The product runs over "
        "the steps.": lambda f: f.prod(axis=1),
        "sum for product: The gates of one step are added over its cells. They multiply, over the steps.": (
            lambda f: f.sum(axis=1)
        ),
    }
    on_diagonals = {said: on_a_diagonal(function) for said, function in by_cell.items()}
    of_another_shape: Known = {
        "a number for the matrix: All gates of all cells are multiplied to one number. Each cell has a "
        "product of its own.": lambda f: f.prod(),
        "not diagonal: Every row holds the products. A cell does not read its neighbours: off the diagonal "
        "are zeros.": lambda f: np.tile(f.prod(axis=0), (f.shape[1], 1)),
        "not diagonal: Every column holds the products. A cell does not read its neighbours: off the "
        "diagonal are zeros.": lambda f: np.tile(f.prod(axis=0)[:, None], (1, f.shape[1])),
        "all partial products: These are the products of the first gates, step by step. Asked for is the "
        "last row.": lambda f: np.cumprod(f, axis=0),
    }
    known = (right, by_cell, on_diagonals, of_another_shape)
    return [Attempt(function, said) for some in known for said, function in some.items()]


def _check_matrix(value: Any) -> Feedback:
    """Return what to say of a matrix that should be the identity."""
    found = read_numbers(value, MOST**2)
    if found.value is None or found.value.imag.any() or max(found.value.shape, default=0) > MOST:
        raise ValueError(f"{EXPECTED}; got {shortly(value)}")
    with unwarned():  # a long double may be too large
        array = np.asarray(found.value.real, dtype=float)
    if not np.isfinite(array).all():
        raise ValueError(f"{EXPECTED}; got {shortly(value)}")
    if array.ndim == 0:
        if abs(array - 1) > TOLERANCE:
            raise ValueError(f"{EXPECTED}; got the number {float(array):g}")
        return told(
            "a number for the matrix: For one cell it is 1, [[1]]. For n cells dC_t/dC_k is a matrix: the "
            "identity of size n."
        )
    if array.ndim > 2 or (array.ndim == 2 and array.shape[0] != array.shape[1]):
        raise ValueError(f"{EXPECTED}; got shape {array.shape}")
    n = len(array)
    matrix = np.diag(array) if array.ndim == 1 else array
    error = _error(matrix, np.eye(n))
    if error <= TOLERANCE:
        form = ", given as its diagonal" if array.ndim == 1 else ""
        return told(f"Right: the identity of size {n}{form}.{agreement(error)}")
    for wrong, feedback in _wrong_matrices(matrix):
        if _error(matrix, wrong) <= TOLERANCE:
            return feedback
    return Feedback(False, None, "Wrong, though in no usual way: with f = 1 each step passes C on as it is.")


def _wrong_matrices(given: Array) -> list[tuple[Array, Feedback]]:
    """Return what people give for the identity of this size, each with what to say of it."""
    one, steps = np.eye(len(given)), np.round(given[0, 0])
    known = {
        "not diagonal: A cell does not read its neighbours: off the diagonal are zeros.": np.ones_like(given),
        "input gate for the forget gate: The factor of C_{t-1} is f = 1, not i = 0.": 0 * one,
        "wrong sign: C_t = C_{t-1}: the derivative is the identity and not its negative.": -one,
        "slope of the gate: C_{t-1} is multiplied by the gate f = 1, and not by a slope.": one / 4,
        "sum for product: This is a multiple of the identity. The factors multiply, and a product of ones is "
        "one.": steps * one,
    }
    return [(matrix, told(said)) for said, matrix in known.items()]


def _error(matrix: Array, other: Array) -> float:
    """Return how far two matrices are apart where they are furthest."""
    return float(np.abs(matrix - other).max())
