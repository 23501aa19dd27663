r"""What the loss at one step of a whole stack does to each layer at another, as base-10 logarithms of norms.

The rows :math:`\partial L_t / \partial s_k` of several losses are walked back together, down through the
layers. Each is kept near 1 by powers of two, so that none overflows or underflows on its way; where rows meet
that came by different ways, from the layer above and from the step after, the larger one's power counts.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_solutions._frozen import Frozen
from rnn_solutions._memory import GIB, require_memory
from rnn_solutions._validation import Array, as_array, finite, kind_of, unwarned
from rnn_solutions.gradients.norms import (
    Exponents,
    bring_near_one,
    largest,
    log10_hypot,
    log10_of,
    row_lengths,
)
from rnn_solutions.networks.lengths import is_padded, times_backwards
from rnn_solutions.networks.recurrent import Recurrent, product
from rnn_solutions.networks.runs import RecurrentRun
from rnn_solutions.networks.stack_runs import StackRun

NOWHERE = np.int64(-(2**62))  # the exponent of what is zero, below that of all else


@dataclass(frozen=True, eq=False)
class RowNorms(Frozen):
    r"""What several losses do to one direction of one layer, read-only; all are base-10 logarithms.

    Each is by ``[r, k]``, and ``[r, k, b]`` for sequence `b` of a batch: of the loss at the step `t` that was
    asked for as the r-th, and a step `k` in the sequence's own time, for a reversed direction too. Minus
    infinity where it is exactly zero, as on padding.

    Attributes
    ----------
    state : (R, T+1) or (R, T+1, B) ndarray
        The norm of :math:`\partial L_t / \partial s_k`, by the state after step `k` was read; for the LSTM by
        h and C together.
    pre_activations : (R, T+1) or (R, T+1, B) ndarray
        That of :math:`\partial L_t / \partial z_k`.
    recurrent, input : (R, T+1) or (R, T+1, B) ndarray
        The Frobenius norm of the term (t, k) of the gradient by the weights of the state and by those of the
        input.
    initial : (R,) or (R, B) ndarray
        The norm of the derivative by the state before the first step read.
    """

    state: Array
    pre_activations: Array
    recurrent: Array
    input: Array
    initial: Array


@dataclass
class _Scaled:
    """Rows (R, T+1, [B,] n) times two to their exponents (R, T+1, [B])."""

    rows: Array
    exponents: Exponents


def row_norms(
    run: StackRun, dL_dh: ArrayLike, steps: ArrayLike, *, memory: float = 2 * GIB
) -> tuple[tuple[RowNorms, ...], ...]:
    r"""Return how much of the loss at some steps reaches each step of each layer and direction of a stack.

    Through two directions the loss at `t` reaches steps `k` after `t` as well.

    Parameters
    ----------
    run : StackRun
        What the `forward` of a stack returned.
    dL_dh : (T+1, n) or (T+1, B, n) array_like
        As for :meth:`Stack.backward`.
    steps : (R,) array_like of int
        The steps `t` of the losses to follow, from 0 to T. The work is that of R passes back.
    memory : float
        The most bytes to take.

    Returns
    -------
    norms : tuple of tuples of RowNorms
        By layer and direction: ``norms[0][1].state`` is that of the reversed direction of layer 0. Those by
        state and pre-activations in the unit of the loss, as logarithms, minus infinity for zero.

    Raises
    ------
    ValueError
        As for :meth:`Stack.backward`; if `steps` are no steps; or if the rows would take more than `memory`.
        The error then says how many steps fit at a time.

    See Also
    --------
    rnn_solutions.Stack.gradient_term : one term itself.

    Notes
    -----
    Of several sequences each is followed by itself.

    Examples
    --------
    The loss at step 300 reaches the first step of layer 0 in 301 ways, each of 300 factors of a tenth:

    >>> from rnn_solutions import RNN, Stack
    >>> tenth = RNN(W=[[0.1]], U=[[1.0]], activation="identity")
    >>> run = Stack([tenth, tenth]).forward(np.zeros((301, 1)))
    >>> lower, upper = (layer[0] for layer in row_norms(run, np.ones((301, 1)), steps=[300]))
    >>> lower.state[0, 0].round(6), (np.log10(301) - 300).round(6)
    (np.float64(-297.521434), np.float64(-297.521434))
    """
    if not isinstance(run, StackRun):
        raise ValueError(f"run must come from the forward of a Stack, got {kind_of(run)}")
    given = run.stack.loss_rows(run, dL_dh)
    asked = _steps(steps, run.T)
    way = "ask for {fits} steps at a time"
    require_memory("the rows of {} losses", len(asked), partial(bytes_of_rows, run), memory, way)
    above: _Scaled | None = None
    found: list[tuple[RowNorms, ...]] = []
    for layer in reversed(range(len(run.runs))):
        below = _nothing(run, asked, run.stack.layers[layer][0].d) if layer else None
        here, start = [], 0
        for reverse, part in enumerate(run.runs[layer]):
            block = slice(start, start + part.net.n)
            start = block.stop
            norms = _walk(run, part, reverse, _Losses(given, asked, above, block), below)
            for one in fields(norms):
                logs = getattr(norms, one.name)
                finite(np.where(np.isneginf(logs), 0, logs), f"the {one.name} of layer {layer}")
            here.append(norms)
        found.append(tuple(here))
        above = below
    return tuple(reversed(found))


@dataclass
class _Losses:
    """What comes to the outputs of a direction: from the losses themselves, or from the layer above."""

    own: Array
    steps: NDArray[Any]
    above: _Scaled | None
    block: slice

    def at(self, time: Any, place: tuple[Any, ...]) -> tuple[Array, Exponents] | None:
        """Return rows (R, [B,] n) and exponents for one step of each sequence; None where all are zero."""
        if self.above:
            return self.above.rows[place][..., self.block], self.above.exponents[place]
        asked = self.steps.reshape(-1, *[1] * np.ndim(time)) == time
        if not asked.any():
            return None
        own = self.own[place[1:]][..., self.block].astype(float)
        shape = (len(self.steps), *own.shape[:-1])
        chosen = np.broadcast_to(asked.reshape(*asked.shape, *[1] * (own.ndim - asked.ndim)), shape)
        return np.where(chosen[..., None], own, 0.0), np.zeros(shape, np.int64)


def _walk(
    run: StackRun, part: RecurrentRun, reverse: int, losses: _Losses, below: _Scaled | None
) -> RowNorms:
    """Walk the rows of all losses back through one direction, and add to `below` what reaches its inputs."""
    net: Recurrent = part.net
    net.loss_rows(part, part.h)  # which tries the way back of a network of one's own
    batch, count = run.h.shape[1:-1], len(losses.steps)
    rows = np.zeros((len(net.widths), count, *batch, max(net.widths)))
    deltas = np.empty((net.sides, count, *part.z.shape[1:]))
    exponents = np.zeros((count, *batch), np.int64)
    state, by_z, recurrent, by_input = np.full((4, count, run.T + 1, *batch), -np.inf)
    none = np.zeros(batch, np.int64)
    inputs = log10_of(row_lengths(part.x), none)
    before = [
        (own, log10_of(row_lengths(array), none)) for own, array in net.recurrent_inputs(part, slice(None))
    ]
    W_ih, times = getattr(net, net.parameter_names[0]), _times(run, reverse)
    with unwarned():
        for k, local in net.steps_back(part, run.T, 0):
            time = times[k]
            # Where it stands in arrays (R, T+1, [B,] ...).
            place = (slice(None), time, *([np.arange(len(time))] if np.ndim(time) else []))
            if (more := losses.at(time, place)) is not None:
                _add(rows, exponents, net.filled_up(more[0]), more[1])
            together = np.moveaxis(rows, 0, -2)  # (R, [B,] m // n, n)
            bring_near_one(together, exponents, largest(together))
            state[place] = log10_of(row_lengths(together.reshape(*exponents.shape, -1)), exponents)
            net.step_back(local, rows, deltas)
            by_z[place] = log10_of(row_lengths(deltas[0]), exponents)
            by_input[place] = by_z[place] + inputs[k]
            parts = [log10_of(row_lengths(deltas[-1][..., own]), exponents) + one[k] for own, one in before]
            recurrent[place] = parts[0] if len(parts) == 1 else log10_hypot(*parts)
            if below:
                by_x = product(deltas[0], W_ih, out=np.empty((*exponents.shape, net.d)))
                held, shifts = below.rows[place][None], below.exponents[place]
                _add(held, shifts, by_x, exponents)
                below.rows[place], below.exponents[place] = held[0], shifts
        together = np.moveaxis(rows, 0, -2).reshape(*exponents.shape, -1)
        return RowNorms(state, by_z, recurrent, by_input, log10_of(row_lengths(together), exponents))


def _times(run: StackRun, reverse: int) -> Any:
    """Return the steps in the order in which a direction reads them, of each sequence where it differs."""
    if not reverse:
        return range(run.T + 1)
    if not is_padded(run.lengths, run.T + 1):
        return range(run.T, -1, -1)
    return times_backwards(run.lengths, run.T + 1)


def _add(rows: Array, exponents: Exponents, more: Array, shifts: Exponents) -> None:
    """Add rows (R, ..., n) to the first block of others (m // n, R, ..., n), each with its own exponents."""
    if (exponents == shifts).all():
        rows[0] += more
        return
    held, new = largest(np.moveaxis(rows, 0, -2)) > 0, more.any(axis=-1)
    top = np.maximum(np.where(held, exponents, NOWHERE), np.where(new, shifts, NOWHERE))
    np.ldexp(rows, np.where(held, exponents - top, 0)[..., None], out=rows)
    rows[0] += np.ldexp(more, np.where(new, shifts - top, 0)[..., None])
    exponents[...] = top


def _nothing(run: StackRun, steps: NDArray[Any], width: int) -> _Scaled:
    """Return rows of zeros by the outputs of a layer, for every loss and step."""
    shape = (len(steps), run.T + 1, *run.h.shape[1:-1])
    return _Scaled(np.zeros((*shape, width)), np.zeros(shape, np.int64))


def _steps(steps: ArrayLike, last: int) -> NDArray[Any]:
    """Return steps as an array, or raise a ValueError that names the first that is none."""
    given = as_array("steps", steps)
    if given.ndim != 1 or not given.size:
        raise ValueError(f"steps must be a list of steps from 0 to {last}, got shape {given.shape}")
    if given.dtype.kind not in "iu":
        raise ValueError(f"steps must be whole numbers from 0 to {last}, got dtype {given.dtype}")
    for t in given.tolist():
        if not 0 <= t <= last:
            raise ValueError(f"steps must be from 0 to {last}, got {t}")
    return given.astype(np.int64)


def bytes_of_rows(run: StackRun, losses: int) -> int:
    """Return about how many bytes the rows of some losses take at their peak."""
    sequences, steps = run.h[0].size // run.h.shape[-1], run.T + 1
    widths = [directions[0].d + 1 for directions in run.stack.layers[1:]]  # and an exponent
    between = steps * max(one + two for one, two in pairwise([0, *widths, 0]))
    kept = steps * (5 * sum(map(len, run.runs)) + 4)
    parts = (part for directions in run.runs for part in directions)
    moving = max(4 * len(part.trails) * max(part.net.widths) + 4 * part.z.shape[-1] for part in parts)
    return int(8 * losses * sequences * (between + kept + moving))
