r"""Norms of what passes from one step to another, for all pairs of steps, as base-10 logarithms.

Over hundreds of steps products leave the range of floats on either side. Here each product is kept near 1 by
powers of two, which round nothing, and their exponents are added up. Nothing of size (T+1)² is kept but the
norms themselves.
"""

from __future__ import annotations

from functools import partial
from math import prod

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_solutions._memory import GIB, require_memory
from rnn_solutions._validation import Array, choice, finite, unwarned
from rnn_solutions.networks.recurrent import LAST_STEPS, as_matrix, require_run
from rnn_solutions.networks.runs import RecurrentRun

MATRIX_NORMS = ("frobenius", "spectral")
NEAR_ONE = 2.0**64  # what passes this or its inverse is rescaled

Exponents = NDArray[np.int64]


def jacobian_norms(run: RecurrentRun, kind: str = "frobenius", *, memory: float = 2 * GIB) -> Array:
    r"""Return the norm of the Jacobian of every state by every earlier one, as its base-10 logarithm.

    The work is that of the products :math:`J_t \cdots J_{k+2}\, J_{k+1}` for all t and k, each one product
    longer than another.

    Parameters
    ----------
    run : RecurrentRun
        What a network's `forward` returned.
    kind : {"frobenius", "spectral"}
        The root of the sum of squares, or the largest singular value, which costs a decomposition for every
        pair.
    memory : float
        The most bytes to take.

    Returns
    -------
    log10_norms : (T+1, T+1) or (T+1, T+1, B) ndarray
        By ``[t, k]``. Minus infinity where the Jacobian is exactly zero, as for every ``k > t``, or where all
        that is left of it was once 300 orders of magnitude below the rest of its row.

    Raises
    ------
    ValueError
        If `run` comes from no network, the kind is unknown, the Jacobian of a single step overflows, or the
        norms would take more than `memory`. The error then says how many of the last steps fit.

    See Also
    --------
    rnn_solutions.Recurrent.jacobian : the Jacobian itself.

    Examples
    --------
    A tenth of the state passes each step, and after 400 steps 10^-400, which no float64 holds:

    >>> from rnn_solutions.networks.rnn import RNN
    >>> net = RNN(W=[[0.1]], U=[[1.0]], activation="identity")
    >>> jacobian_norms(net.forward(np.zeros((401, 1))))[400, 0].round(6)
    np.float64(-400.0)
    """
    require_run(run)
    choice("kind", kind, MATRIX_NORMS)
    require_memory("the norms of {} steps", run.T + 1, partial(_bytes, run), memory, LAST_STEPS)
    return product_norms(run.net.step_jacobians(run), kind)


def term_norms(run: RecurrentRun, dL_dh: ArrayLike, step_jacobians: Array | None = None) -> Array:
    """Return the norm of every term of the gradient by the recurrent weights, as its base-10 logarithm.

    The term (t, k) of one sequence is the outer product of a row by the pre-activations of step k and h at k
    - 1. So its norm, Frobenius and spectral alike, is the product of theirs, and all of them cost O(T² n²).
    By ``[t, k]``, (T+1, T+1) or (T+1, T+1, B), those of each sequence by itself; minus infinity where the
    term is exactly zero, as for every ``k > t``.

    On the same way back `step_jacobians`, (T, m, m) or (T, B, m, m), is filled with the Jacobian of each
    step.
    """
    net, steps, dL_dh = run.net, run.T + 1, run.net.loss_rows(run, dL_dh)
    dtype = np.float64  # also for float32, whose range holds 38 decades on either side
    norms = np.full((steps, *run.h.shape[:-1]), -np.inf)
    identity = net.identity(run)
    m = 0 if step_jacobians is None else identity.shape[1]
    # At step k the identity stands in the m rows from k on, and dL_t/ds_k in row m + t.
    rows = np.zeros((len(identity), m + steps, *run.h.shape[1:]), dtype)
    deltas = np.empty((net.sides, m + steps, *run.z.shape[1:]), dtype)
    exponents = np.zeros(run.h.shape[:-1], np.int64)
    inputs = net.recurrent_inputs(run, slice(None))
    before = [_log10(_norm(array), exponents) for _, array in inputs]
    with unwarned():
        for k, local in net.steps_back(run, run.T, 0):
            rows[:, k : k + m] = identity[:, :m]
            rows[:, m + k] = 0  # the identity of the step after stood here
            rows[0, m + k] = dL_dh[k]
            state_last = np.moveaxis(rows[:, m + k :], 0, -2)  # (t, [B,] m // n, n)
            _bring_near_one(state_last, exponents[k:], _largest(state_last))
            net.step_back(local, rows[:, k:], deltas[:, k:])
            parts = [
                _log10(_norm(deltas[-1, m + k :, ..., own]), exponents[k:]) + part[k]
                for (own, _), part in zip(inputs, before, strict=True)
            ]
            norms[k:, k] = parts[0] if len(parts) == 1 else _log10_hypot(*parts)
            if step_jacobians is not None and k > 0:
                step_jacobians[k - 1] = as_matrix(rows[:, k : k + m])
                finite(step_jacobians[k - 1], f"the Jacobian of step {k} by step {k - 1}")
    finite(np.where(np.isneginf(norms), 0, norms), "the term t={}, k={}")
    return norms


def product_norms(step_jacobians: Array, kind: str) -> Array:
    """Return the norms of all products of Jacobians (T, [B,] m, m) that follow each other in time."""
    steps, batch, m = len(step_jacobians) + 1, step_jacobians.shape[1:-2], step_jacobians.shape[-1]
    sequences = prod(batch)
    norms = np.full((steps, steps, sequences), -np.inf)
    # Block t holds the Jacobian of the state at step t by the one at step k, for all t >= k at once.
    # Each row of it has an exponent of its own: one far below another may be all that is left in the end.
    blocks, spare = np.empty((2, sequences, steps, m, m))
    exponents = np.zeros((sequences, steps, m), np.int64)
    with unwarned():
        for k in reversed(range(steps)):
            blocks[:, k] = np.eye(m)
            _bring_near_one(blocks[:, k:], exponents[:, k:], rows := _norm(blocks[:, k:]))
            norms[k:, k] = _log10_norm(kind, blocks[:, k:], exponents[:, k:], rows).T
            if k > 0:
                step = step_jacobians[k - 1].reshape(sequences, 1, m, m).astype(float)
                _bring_near_one(step, shift := np.zeros((sequences, 1), np.int64), _largest(step))
                np.matmul(blocks[:, k:], step, out=spare[:, k:])  # small products stay in the cache
                exponents[:, k:] += shift[..., None]
                blocks, spare = spare, blocks
    return norms.reshape(steps, steps, *batch)


def _log10_hypot(one: Array, other: Array) -> Array:
    """Return the logarithm of the length of a vector, given those of two parts of it."""
    larger = np.maximum(one, other)
    ratio = np.where(np.isneginf(larger), 0, 10.0 ** (np.minimum(one, other) - larger))
    return np.asarray(larger + np.log1p(ratio**2) / (2 * np.log(10)))


def _bytes(run: RecurrentRun, steps: int) -> int:
    """Return about how many bytes the norms of some steps take at their peak."""
    sequences, m = run.h[0].size // run.h.shape[-1], len(run.trails) * run.h.shape[-1]
    blocks = 4 * steps * m * (m + 1) * 8  # the steps, their products with what scales rows, the next, a copy
    return int(sequences * (9 * steps**2 + blocks))


def _log10_norm(kind: str, blocks: Array, exponents: Exponents, rows: Array) -> Array:
    """Return the logarithm of the norm of blocks, given the norms of their rows and each row's exponent."""
    top = np.where(rows > 0, exponents, exponents.min()).max(axis=-1)
    below = exponents - top[..., None]
    if kind == "frobenius":
        return _log10(_norm(np.ldexp(rows, below)), top)
    return _log10(np.linalg.svd(np.ldexp(blocks, below[..., None]), compute_uv=False)[..., 0], top)


def _bring_near_one(blocks: Array, exponents: Exponents, sizes: Array) -> None:
    """Scale, in place, each part whose size is far from one by a power of two; add it to the exponents.

    The sizes are scaled with it.
    """
    far = (sizes > NEAR_ONE) | ((sizes < 1 / NEAR_ONE) & (sizes > 0))
    if far.any():
        _, shift = np.frexp(sizes[far])
        blocks[far] = np.ldexp(blocks[far], -shift.reshape(-1, *[1] * (blocks.ndim - sizes.ndim)))
        sizes[far] = np.ldexp(sizes[far], -shift)
        exponents[far] += shift


def _log10(values: Array, exponents: Exponents) -> Array:
    """Return the logarithm of values times two to their exponents, minus infinity for zero."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log10(values) + exponents * np.log10(2.0))


def _largest(blocks: Array) -> Array:
    """Return the largest absolute value over the last two axes."""
    return np.asarray(np.maximum(blocks.max(axis=(-2, -1)), -blocks.min(axis=(-2, -1))))


def _norm(rows: Array) -> Array:
    """Return the Euclidean norm over the last axis, also where the squares leave the range of floats."""
    limits = np.finfo(rows.dtype)
    with unwarned():
        squares = np.vecdot(rows, rows)
        norms = np.sqrt(squares)
        unsafe = ~((squares > limits.tiny / limits.eps) & (squares < limits.max))
        if unsafe.any():
            largest = np.abs(rows[unsafe]).max(axis=-1)
            shrunk = rows[unsafe] / np.where(largest > 0, largest, 1)[:, None]
            norms[unsafe] = largest * np.sqrt(np.vecdot(shrunk, shrunk))
    return np.asarray(norms)
