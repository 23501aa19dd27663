"""Question 3(c): the gradient along the cell state."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_solutions._validation import Array
from rnn_solutions.sheet.answers.feedback import Feedback
from rnn_solutions.sheet.answers.spelling import shortly
from rnn_solutions.sheet.answers.trying import (
    TOLERANCE,
    Attempt,
    Case,
    read_numbers,
    require_call,
    try_function,
)

CALL = "path(f), with the forget gates f_{k+1} to f_t in the rows of f (t - k, n), for (n, n) or its diagonal"
EXPECTED = (
    "3c takes a function of the forget gates, or for f = 1, i = 0 the matrix dC_t/dC_k (n, n) for any n"
)


def check_cell_gradient(value: Any) -> Feedback:
    """Return what to say of a function of the forget gates, or of the matrix for f = 1 and i = 0."""
    if callable(value):
        require_call("3c", value, [CALL], [1])
        return try_function(value, cases(), attempts())
    return _check_matrix(value)


def names() -> list[str]:
    """Return the names of the mistakes."""
    of_matrices = [feedback.mistake for _, feedback in _wrong_matrices(np.eye(2))]
    return [name for name in (*(attempt.mistake for attempt in attempts()), *of_matrices) if name]


def cases() -> list[Case]:
    """Return random forget gates of several steps, rows, and several cells, columns."""
    rng = np.random.default_rng(0)
    return [(rng.uniform(0.3, 0.95, size=shape),) for shape in ((3, 2), (2, 4), (5, 3), (3, 3))]


def attempts() -> list[Attempt]:
    """Return the right ways to compute the gradient along the cell, and the usual wrong ones."""
    by_cell = [
        Attempt(
            lambda f: f[-1] ** len(f),
            "The forget gate of step t is raised to a power. Each step has its own: f_t * ... * f_{k+1}.",
            "power of one gate",
        ),
        Attempt(
            lambda f: f[0] ** len(f),
            "The forget gate of step k + 1 is raised to a power. Each step has its own: f_t * ... * f_{k+1}.",
            "power of one gate",
        ),
        Attempt(
            lambda f: f.mean(axis=0) ** len(f),
            "The mean gate is raised to a power. Each step has its own gate.",
            "power of one gate",
        ),
        Attempt(
            lambda f: f.sum(axis=0),
            "The gates are added. The chain rule multiplies them.",
            "sum for product",
        ),
        Attempt(
            lambda f: f.mean(axis=0),
            "This is the mean of the gates. The chain rule multiplies them.",
            "mean for product",
        ),
        Attempt(
            lambda f: f[1:].prod(axis=0),
            "The gate of step k + 1 is missing: t - k factors lead from C_k to C_t.",
            "one factor too few",
        ),
        Attempt(
            lambda f: f[:-1].prod(axis=0),
            "The gate of step t is missing: t - k factors lead from C_k to C_t.",
            "one factor too few",
        ),
        Attempt(
            lambda f: f[-1],
            "This is one step, dC_t/dC_{t-1}. From C_k on there are t - k factors.",
            "last gate alone",
        ),
        Attempt(
            lambda f: (f * (1 - f)).prod(axis=0),
            "f (1 - f) is the gate's own slope. C_{t-1} is multiplied by the gate itself, and the gate is "
            "held.",
            "slope of the gate",
        ),
        Attempt(
            lambda f: -f.prod(axis=0),
            "The sign is wrong: the gates are positive, and so is their product.",
            "wrong sign",
        ),
        Attempt(lambda f: (1 - f).prod(axis=0), "The factor of C_{t-1} is f_t, not 1 - f_t.", "1 - f for f"),
        Attempt(
            lambda f: np.ones(f.shape[1]),
            "This is the identity whatever the gates are. For f = 1 it is right: hand it in as a matrix, or "
            "give the product for any gates.",
            "f = 1 put in",
        ),
        Attempt(
            lambda f: f.prod(axis=1),
            "The gates of one step are multiplied over its cells. The product runs over the steps.",
            "product over the cells",
        ),
        Attempt(
            lambda f: f.sum(axis=1),
            "The gates of one step are added over its cells. They multiply, over the steps.",
            "sum for product",
        ),
    ]
    return [
        Attempt(
            lambda f: np.diag(f.prod(axis=0)), "Right: the diagonal matrix of the products of the gates."
        ),
        Attempt(lambda f: f.prod(axis=0), "Right: the products of the gates, the diagonal of the matrix."),
        *by_cell,
        *(Attempt(_on_a_diagonal(attempt.function), attempt.message, attempt.mistake) for attempt in by_cell),
        Attempt(
            lambda f: f.prod(),
            "All gates of all cells are multiplied to one number. Each cell has a product of its own.",
            "a number for the matrix",
        ),
        Attempt(
            lambda f: np.tile(f.prod(axis=0), (f.shape[1], 1)),
            "Every row holds the products. A cell does not read its neighbours: off the diagonal are zeros.",
            "not diagonal",
        ),
        Attempt(
            lambda f: np.tile(f.prod(axis=0)[:, None], (1, f.shape[1])),
            "Every column holds the products. A cell does not read its neighbours: off the diagonal are "
            "zeros.",
            "not diagonal",
        ),
        Attempt(
            lambda f: np.cumprod(f, axis=0),
            "These are the products of the first gates, step by step. Asked for is the last row.",
            "all partial products",
        ),
    ]


def _on_a_diagonal(function: Any) -> Any:
    """Return a function that puts what another gives on a diagonal."""
    return lambda f: np.diag(function(f))


def _check_matrix(value: Any) -> Feedback:
    """Return what to say of a matrix that should be the identity."""
    found = read_numbers(value)
    if found.value is None or found.value.imag.any():
        raise ValueError(f"{EXPECTED}; got {shortly(value)}")
    array = np.asarray(found.value.real, dtype=float)
    if array.ndim == 0:
        return _check_number(float(array))
    if array.ndim > 2 or (array.ndim == 2 and array.shape[0] != array.shape[1]):
        raise ValueError(f"{EXPECTED}; got shape {array.shape}")
    n = len(array)
    matrix = np.diag(array) if array.ndim == 1 else array
    if _is(matrix, np.eye(n)):
        form = ", given as its diagonal" if array.ndim == 1 else ""
        return Feedback(True, None, f"Right: the identity of size {n}{form}.")
    for wrong, feedback in _wrong_matrices(matrix):
        if _is(matrix, wrong):
            return feedback
    return Feedback(False, None, "Wrong, though in no usual way: with f = 1 each step passes C on as it is.")


def _wrong_matrices(given: Array) -> list[tuple[Array, Feedback]]:
    """Return what people give for the identity of this size, each with what to say of it."""

    def wrong(matrix: Array, name: str, message: str) -> tuple[Array, Feedback]:
        return matrix, Feedback(False, name, message)

    one, steps = np.eye(len(given)), np.round(given[0, 0])
    return [
        wrong(
            np.ones_like(given),
            "not diagonal",
            "A cell does not read its neighbours: off the diagonal are zeros.",
        ),
        wrong(0 * one, "input gate for the forget gate", "The factor of C_{t-1} is f = 1, not i = 0."),
        wrong(-one, "wrong sign", "C_t = C_{t-1}: the derivative is the identity and not its negative."),
        wrong(one / 4, "slope of the gate", "C_{t-1} is multiplied by the gate f = 1, and not by a slope."),
        wrong(
            steps * one,
            "sum for product",
            "This is a multiple of the identity. The factors multiply, and a product of ones is one.",
        ),
    ]


def _check_number(number: float) -> Feedback:
    """Return what to say of 1 where a matrix belongs, or raise a ValueError."""
    if abs(number - 1) <= TOLERANCE:
        message = "For one cell it is 1, [[1]]. For n cells dC_t/dC_k is a matrix: the identity of size n."
        return Feedback(False, "a number for the matrix", message)
    raise ValueError(f"{EXPECTED}; got the number {number:g}")


def _is(matrix: Array, other: Array) -> bool:
    """Say whether two matrices are the same to within rounding."""
    return bool(np.abs(matrix - other).max() <= TOLERANCE)
