r"""Norms of what passes from one step to another, for all pairs of steps, as base-10 logarithms.

Over hundreds of steps products leave the range of floats on either side. Here each product is kept near 1 by
powers of two, which round nothing, and their exponents are added up. Nothing of size (T+1)² is kept but the
norms themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import log10, prod
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_solutions._memory import GIB, require_memory
from rnn_solutions._validation import Array, choice, finite, unwarned
from rnn_solutions.networks.recurrent import LAST_STEPS, as_matrix, require_run
from rnn_solutions.networks.runs import RecurrentRun

MATRIX_NORMS = ("frobenius", "spectral")
PAIRS = 8  # for each lag whose directions are counted
NEAR_ONE = 2.0**64  # what passes this or its inverse is rescaled

Exponents = NDArray[np.int64]
Steps = NDArray[np.intp]


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


class WayBack(NamedTuple):
    """Norms of what passes back from some steps, as base-10 logarithms; minus infinity where it is zero."""

    by_state: Array  # (R, T+2, [B]): column k + 1 of the row by the state at step k, from -1 on
    by_z: Array  # (R, T+1, [B]): of the row by the pre-activations of step k, as the input's weights see them
    terms: Array  # (R, T+1, [B]): of the term of the gradient by the recurrent weights
    slopes: Array  # (T+1, [B]): of the state by its own pre-activations, over that of the identity


def term_norms(run: RecurrentRun, dL_dh: ArrayLike) -> Array:
    """Return the norm of every term of the gradient by the recurrent weights, as its base-10 logarithm.

    The term (t, k) of one sequence is the outer product of a row by the pre-activations of step k and h at k
    - 1. So its norm, Frobenius and spectral alike, is the product of theirs, and all of them cost O(T² n²).
    By ``[t, k]``, (T+1, T+1) or (T+1, T+1, B), those of each sequence by itself; minus infinity where the
    term is exactly zero, as for every ``k > t``.
    """
    return norms_on_the_way_back(
        run, np.arange(run.T + 1), loss_starts(run, run.net.loss_rows(run, dL_dh))
    ).terms


def loss_starts(run: RecurrentRun, rows: Array) -> Array:
    """Return rows by the hidden state as rows by the whole state, (parts, R, [B,] widest part)."""
    rows = run.net.filled_up(rows)
    starts = np.zeros((len(run.trails), *rows.shape))  # float64 also for float32, whose range is 38 decades
    starts[0] = rows
    return starts


def norms_on_the_way_back(
    run: RecurrentRun,
    ends: Steps,
    starts: Array,
    step_jacobians: Array | None = None,
    show: Callable[[str], object] = str,
) -> WayBack:
    """Return the norms of what becomes of R rows on their way back, each from the step where it starts.

    `ends` are these steps, none after a later one; `starts`, (m // n, R, [B,] n), are the rows by the states
    there. On the same way back `step_jacobians`, (T, m, m) or (T, B, m, m), is filled with the Jacobian of
    each step; without it the slopes are not taken.
    """
    net, steps, batch, count = run.net, run.T + 1, run.h.shape[1:-1], len(ends)
    by_state = np.full((count, steps + 1, *batch), -np.inf)
    by_z, terms = np.full((2, count, steps, *batch), -np.inf)
    slopes = np.full((steps, *batch), -np.inf)
    identity = (
        net.identity(run) if step_jacobians is not None else np.empty((len(starts), 0, *starts.shape[2:]))
    )
    m = identity.shape[1]
    # At step k the identity stands in the m rows before those that start at k or later.
    rows = np.zeros((len(starts), m + count, *starts.shape[2:]))
    deltas = np.empty((net.sides, m + count, *run.z.shape[1:]))
    exponents = np.zeros((count, *batch), np.int64)
    inputs = net.recurrent_inputs(run, slice(None))
    before = [log10_of(row_lengths(array), np.zeros(run.h.shape[:-1], np.int64)) for _, array in inputs]
    none = np.zeros(batch, np.int64)
    firsts = np.searchsorted(ends, np.arange(steps + 1))
    with unwarned():
        for k, local in net.steps_back(run, run.T, 0):
            j, later = firsts[k], firsts[k + 1]
            show(f"step {k}")
            if j == count and step_jacobians is None:
                continue
            rows[:, m + j : m + later] = starts[:, j:later]
            rows[:, j : j + m] = identity
            walked = rows[:, m + j :]
            state_last = np.moveaxis(walked, 0, -2)  # (R, [B,] m // n, n)
            bring_near_one(state_last, exponents[j:], largest(state_last))
            if later > j:
                here = row_lengths(_flat_last(walked[:, : later - j]))
                by_state[j:later, k + 1] = log10_of(here, exponents[j:later])
            net.step_back(local, rows[:, j:], deltas[:, j:])
            by_state[j:, k] = log10_of(np.hypot.reduce(row_lengths(walked), axis=0), exponents[j:])
            by_z[j:, k] = log10_of(row_lengths(deltas[0, m + j :]), exponents[j:])
            parts = [
                log10_of(row_lengths(deltas[-1, m + j :, ..., own]), exponents[j:]) + part[k]
                for (own, _), part in zip(inputs, before, strict=True)
            ]
            terms[j:, k] = parts[0] if len(parts) == 1 else log10_hypot(*parts)
            if step_jacobians is not None:
                slopes[k] = (
                    log10_of(row_lengths(np.moveaxis(row_lengths(deltas[0, j : j + m]), 0, -1)), none)
                    - log10(m) / 2
                )
                if k > 0:
                    step_jacobians[k - 1] = as_matrix(rows[:, j : j + m], net.widths)
                    finite(step_jacobians[k - 1], f"the Jacobian of step {k} by step {k - 1}")
    for what, norms in (("the term t={}, k={}", terms), ("the row of step t={} by column {}", by_state)):
        worst = np.where(np.isneginf(norms), 0, norms)
        if not np.isfinite(worst).all():
            r, k, *_ = np.argwhere(~np.isfinite(worst))[0]
            raise ValueError(what.format(ends[r], k) + f" is beyond the range of {worst.dtype}")
    return WayBack(by_state, by_z, terms, slopes)


def product_norms(
    step_jacobians: Array, kind: str, directions: Array | None = None, into: Array | None = None
) -> Array:
    """Return the norms of all products of Jacobians (T, [B,] m, m) that follow each other in time.

    `directions`, of the shape of the norms, is filled for a few pairs (t, k) with the number of directions
    that the product rests on: the squared sum of its squared singular values over that of their squares.
    `into`, contiguous and minus infinity throughout, takes the norms, column by column from the last one on.
    """
    steps, batch, m = len(step_jacobians) + 1, step_jacobians.shape[1:-2], step_jacobians.shape[-1]
    sequences = prod(batch)
    norms = np.full((steps, steps, sequences), -np.inf) if into is None else into.reshape(steps, steps, -1)
    # Block t holds the Jacobian of the state at step t by the one at step k, for all t >= k at once.
    # Each row of it has an exponent of its own: one far below another may be all that is left in the end.
    blocks, spare = np.empty((2, sequences, steps, m, m))
    exponents = np.zeros((sequences, steps, m), np.int64)
    looked_at = {} if directions is None else _few_pairs(steps)
    with unwarned():
        for k in reversed(range(steps)):
            blocks[:, k] = np.eye(m)
            bring_near_one(blocks[:, k:], exponents[:, k:], rows := row_lengths(blocks[:, k:]))
            norms[k:, k] = _log10_norm(kind, blocks[:, k:], exponents[:, k:], rows).T
            for t in looked_at.get(k, ()):
                few = _directions(blocks[:, t], exponents[:, t], rows[:, t - k])
                directions[t, k] = few.reshape(batch)  # type: ignore[index]
            if k > 0:
                step = step_jacobians[k - 1].reshape(sequences, 1, m, m).astype(float)
                bring_near_one(step, shift := np.zeros((sequences, 1), np.int64), largest(step))
                np.matmul(blocks[:, k:], step, out=spare[:, k:])  # small products stay in the cache
                exponents[:, k:] += shift[..., None]
                blocks, spare = spare, blocks
    return norms.reshape(steps, steps, *batch)


def log10_hypot(one: Array, other: Array) -> Array:
    """Return the logarithm of the length of a vector, given those of two parts of it."""
    larger = np.maximum(one, other)
    ratio = np.where(np.isneginf(larger), 0, 10.0 ** (np.minimum(one, other) - larger))
    return np.asarray(larger + np.log1p(ratio**2) / (2 * np.log(10)))


def _bytes(run: RecurrentRun, steps: int) -> int:
    """Return about how many bytes the norms of some steps take at their peak."""
    sequences, m = run.h[0].size // run.h.shape[-1], sum(run.net.widths)
    blocks = 4 * steps * m * (m + 1) * 8  # the steps, their products with what scales rows, the next, a copy
    return int(sequences * (9 * steps**2 + blocks))


def _few_pairs(steps: int) -> dict[int, list[int]]:
    """Return for some steps k some later ones t: at lags that double, and at the longest, up to 8 pairs."""
    pairs: dict[int, list[int]] = {}
    for lag in sorted({*(2**power for power in range((steps - 1).bit_length())), steps - 1} - {0}):
        for k in sorted({round(part * (steps - 1 - lag)) for part in np.linspace(0, 1, PAIRS)}):
            pairs.setdefault(k, []).append(k + lag)
    return pairs


def _directions(blocks: Array, exponents: Exponents, rows: Array) -> Array:
    """Return on how many directions each block rests, 0 where it is zero."""
    top = np.where(rows > 0, exponents, exponents.min()).max(axis=-1, keepdims=True)
    blocks = np.ldexp(blocks, (exponents - top)[..., None])
    largest = np.abs(blocks).max(axis=(-2, -1), keepdims=True)
    blocks = blocks / np.where(largest > 0, largest, 1)
    squares = blocks @ blocks.swapaxes(-2, -1)
    whole = np.trace(squares, axis1=-2, axis2=-1)
    return np.asarray(whole**2 / np.maximum(np.sum(squares**2, axis=(-2, -1)), np.finfo(float).tiny))


def _log10_norm(kind: str, blocks: Array, exponents: Exponents, rows: Array) -> Array:
    """Return the logarithm of the norm of blocks, given the norms of their rows and each row's exponent."""
    top = np.where(rows > 0, exponents, exponents.min()).max(axis=-1)
    below = exponents - top[..., None]
    if kind == "frobenius":
        return log10_of(row_lengths(np.ldexp(rows, below)), top)
    return log10_of(np.linalg.svd(np.ldexp(blocks, below[..., None]), compute_uv=False)[..., 0], top)


def bring_near_one(blocks: Array, exponents: Exponents, sizes: Array) -> None:
    """Scale, in place, each part whose size is far from one by a power of two; add it to the exponents.

    The sizes are scaled with it.
    """
    far = (sizes > NEAR_ONE) | ((sizes < 1 / NEAR_ONE) & (sizes > 0))
    if far.any():
        _, shift = np.frexp(sizes[far])
        blocks[far] = np.ldexp(blocks[far], -shift.reshape(-1, *[1] * (blocks.ndim - sizes.ndim)))
        sizes[far] = np.ldexp(sizes[far], -shift)
        exponents[far] += shift


def log10_of(values: Array, exponents: Exponents) -> Array:
    """Return the logarithm of values times two to their exponents, minus infinity for zero."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log10(values) + exponents * np.log10(2.0))


def largest(blocks: Array) -> Array:
    """Return the largest absolute value over the last two axes."""
    return np.asarray(np.maximum(blocks.max(axis=(-2, -1)), -blocks.min(axis=(-2, -1))))


def _flat_last(rows: Array) -> Array:
    """Return rows by the parts of the state (m // n, R, [B,] n) as rows by all of it (R, [B,] m)."""
    moved = np.moveaxis(rows, 0, -2)
    return moved.reshape(*moved.shape[:-2], -1)


def row_lengths(rows: Array) -> Array:
    """Return the Euclidean norm over the last axis, also where the squares leave the range of floats."""
    limits = np.finfo(rows.dtype)
    with unwarned():
        squares = np.vecdot(rows, rows)
        norms = np.asarray(np.sqrt(squares))
        unsafe = ~((squares > limits.tiny / limits.eps) & (squares < limits.max))
        if unsafe.any():
            largest = np.abs(rows[unsafe]).max(axis=-1)
            shrunk = rows[unsafe] / np.where(largest > 0, largest, 1)[:, None]
            norms[unsafe] = largest * np.sqrt(np.vecdot(shrunk, shrunk))
    return norms
