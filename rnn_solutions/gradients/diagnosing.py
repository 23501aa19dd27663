"""The diagnosis of a gradient without its map: the rows of the losses, and a few random ones beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from textwrap import fill
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions._frozen import Frozen
from rnn_solutions._memory import GIB, require_memory
from rnn_solutions._progress import Progress
from rnn_solutions._validation import Array, flag, generator, positive, whole
from rnn_solutions.gradients.arrival import Arrival, arrival, deciding
from rnn_solutions.gradients.asked import asked_run, losses_of, require_fraction
from rnn_solutions.gradients.measuring import SLOWEST
from rnn_solutions.gradients.norms import Steps, loss_starts, norms_on_the_way_back
from rnn_solutions.gradients.wording import advice_of, factors_of, reason_of
from rnn_solutions.networks.lengths import Lengths, real_steps
from rnn_solutions.networks.runs import RecurrentRun

TRIED = 4  # steps of the walk, to foretell the others
CALLS = 1e4  # floating-point operations in the time that the calls of one step take, on the slowest machine
WAY = "losses at fewer steps, fewer rows or fewer probes take less"


@dataclass(frozen=True, eq=False)
class Diagnosis(Frozen):
    """What :func:`diagnose` found, read-only. All norms and shares are base-10 logarithms.

    Attributes
    ----------
    network : str
        ``"RNN"``, ``"LSTM"`` or ``"GRU"``.
    fraction : float
        Where the diagnosis draws its lines.
    diagnosis, lag, place, reason
        As those of a `GradientMap`.
    arriving, places : (lags, 3) ndarray
    reached : (lags,) ndarray
        As those of a `GradientMap`. What arrives is exact. Of the factors, *carried* is the estimate in
        `shares`, and *leaves* what it leaves over.
    shares : (lags,) ndarray
        The share of the Jacobians over each lag, the median over the rows, estimated by the probes.
    errors : (lags,) ndarray
        The standard error of each, in decades: of the probes, and of the choice of the rows.
    ends : (R,) ndarray of int
        The steps with a loss, whose rows were followed.
    by_state : (R, T+2) or (R, T+2, B) ndarray
        ``by_state[r, k + 1]`` is the norm of the derivative of the loss at step ``ends[r]`` by the state at
        step `k`; column 0 is the initial state.
    by_z : (R, T+1) or (R, T+1, B) ndarray
        The same by the pre-activations of step `k`, as the weights of the input see them.
    """

    network: str
    fraction: float
    diagnosis: str
    lag: int | None
    place: str | None
    reason: str
    arriving: Array = field(repr=False)
    places: Array = field(repr=False)
    reached: Array = field(repr=False)
    shares: Array = field(repr=False)
    errors: Array = field(repr=False)
    ends: Steps = field(repr=False)
    by_state: Array = field(repr=False)
    by_z: Array = field(repr=False)
    advice: str | None = field(repr=False)

    def summary(self) -> str:
        """Return the diagnosis in a few lines of text: what was found, where, and what to try."""
        lag = len(self.arriving) - 1 if self.lag is None else self.lag
        losses = "a loss at one step" if len(self.ends) == 1 else f"losses at {len(self.ends)} steps"
        said = [
            f"{self.network}, {losses}: {self.diagnosis}",
            self.reason,
            factors_of(Arrival(self.arriving, self.places, self.reached), lag),
            f"What is carried is an estimate, with a standard error of {10 ** self.errors[lag] - 1:.0%}",
            self.advice,
        ]
        return "\n".join(fill(line, 79, subsequent_indent="  ") for line in said if line)


def diagnose(
    net: Any,
    x: ArrayLike,
    dL_dh: ArrayLike | Callable[[Array], ArrayLike],
    h_init: ArrayLike | None = None,
    c_init: ArrayLike | None = None,
    *,
    fraction: float = 1e-3,
    lengths: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    batch_first: bool = False,
    rows: int = 128,
    probes: int = 6,
    rng: int | np.random.Generator = 0,
    memory: float = 2 * GIB,
    seconds: float = 600.0,
) -> Diagnosis:
    r"""Return whether the gradient of a loss arrives, without the map: for long runs and large networks.

    What arrives is exact: the row of each loss is walked back, all of them at once. A loss at the last step
    alone is one row, and costs about as much as a backward pass. The shares of the Jacobians, which a map
    computes from the products of all steps, are estimated: a row of random direction and length 1 keeps the
    share, in the root mean square. A row passes all lags on its way, so there are none to leave out.

    Parameters
    ----------
    net, x, dL_dh, h_init, c_init, fraction, lengths, mask, batch_first
        As for :func:`gradient_map`.
    rows : int
        From how many of the steps with a loss the random rows start, evenly spaced.
    probes : int
        How many start from each, at least two.
    rng : int or numpy Generator
        Where they are drawn from.
    memory : float
        The most bytes to take.
    seconds : float
        The longest to take, in seconds, as a few steps of as many rows foretell before it starts.

    Returns
    -------
    found : Diagnosis
        What arrives and the shares, dimensionless, and the rows in the unit of the loss, as base-10
        logarithms. Minus infinity where they are exactly zero, as on padding.

    Raises
    ------
    ValueError
        As for :func:`gradient_map`. What it says is how much it would take, and that losses at fewer steps,
        fewer rows or fewer probes take less.

    See Also
    --------
    gradient_map : every pair of steps, with exact Jacobians.

    Examples
    --------
    A loss at the last of 2000 steps, which sees a unit that keeps nine tenths a step:

    >>> from rnn_solutions.networks.rnn import RNN
    >>> net = RNN(W=[[0.9]], U=[[1.0]], activation="identity")
    >>> dL_dh = np.zeros((2000, 1))
    >>> dL_dh[-1] = 1.0
    >>> found = diagnose(net, np.zeros((2000, 1)), dL_dh)
    >>> found.diagnosis, found.lag, found.place
    ('vanishes', 66, 'carried')
    >>> 0.9**66 < 0.001 < 0.9**65
    True
    """
    is_batch_first = flag("batch_first", batch_first)
    run, _, real = asked_run(net, x, h_init, c_init, None, lengths, mask, is_batch_first)
    fraction = require_fraction(fraction)
    rows, probes, rng = whole("rows", rows, 1), whole("probes", probes, 2), generator(rng)
    losses = losses_of(run, dL_dh, real, is_batch_first)
    ends = np.flatnonzero(losses.reshape(run.T + 1, -1).any(axis=-1))
    if not ends.size:
        raise ValueError("no diagnosis without a loss: dL_dh has none")
    # From the last one down, for it alone reaches all lags.
    chosen = np.unique(ends[np.linspace(len(ends) - 1, 0, min(rows, len(ends))).round().astype(int)])
    walked = len(ends) + len(chosen) * probes
    what = f"the diagnosis from {len(ends)} losses and {walked - len(ends)} random rows over {{}} steps"
    require_memory(
        what,
        run.T + 1,
        partial(_bytes, run, walked),
        memory,
        WAY,
    )
    starts = np.repeat(chosen, probes)
    order = np.argsort(np.concatenate([ends, starts]), kind="stable")
    begins = np.concatenate([loss_starts(run, losses[ends]), _random_rows(run, len(starts), rng)], axis=1)
    steps = np.concatenate([ends, starts])[order]
    _require_seconds(what.format(run.T + 1), run, steps, begins, seconds)
    with Progress() as progress:
        found = norms_on_the_way_back(
            run, steps, begins[:, order], show=lambda at: progress.show(f"diagnosis: {at}")
        )
    back = np.argsort(order)
    by_state, by_z = (array[back] for array in (found.by_state, found.by_z))
    if run.h.ndim == 2:  # an axis of sequences, also where there is none
        by_state, by_z = by_state[..., None], by_z[..., None]
    of_state, of_z = (
        array[len(ends) :].reshape(len(chosen), probes, *array.shape[1:]) for array in (by_state, by_z)
    )
    shares, errors, slope = _estimates(chosen, of_state, of_z, real, int(ends[-1]))
    by_state, by_z = by_state[: len(ends)], by_z[: len(ends)]
    lag = np.maximum(ends[:, None] - np.arange(run.T + 1), 0)
    carried = np.broadcast_to(shares[lag][..., None], by_z.shape)
    slopes = np.full(by_z.shape[1:], slope)
    own = by_state[np.arange(len(ends)), ends + 1]
    arrived = arrival(ends, own, by_state, by_z, carried, slopes)
    if run.h.ndim == 2:
        by_state, by_z = by_state[..., 0], by_z[..., 0]
    diagnosis, at, place = deciding(arrived, np.log10(fraction))
    return Diagnosis(
        type(net).__name__,
        fraction,
        diagnosis,
        at,
        place,
        reason_of(arrived, None, fraction),
        *arrived,
        shares,
        errors,
        ends,
        by_state,
        by_z,
        advice_of(type(net).__name__, len(run.trails) > 1, diagnosis, place),
    )


def _require_seconds(what: str, run: RecurrentRun, ends: Steps, begins: Array, seconds: float) -> None:
    """Raise a ValueError if the walk would take longer, as a few of its steps foretell.

    They take as many rows as a step takes in the mean. A walk that is short enough on the slowest machine is
    not held up by trying.
    """
    steps = run.T + 1
    rows = -(-int((ends + 1).sum()) // steps)
    flops = 2 * rows * run.z[0].size * max(run.net.widths)
    if steps * (CALLS + flops) < SLOWEST * positive("seconds", seconds):
        return
    part = run.since(max(0, steps - TRIED))
    tries = []
    for _ in range(3):
        began = perf_counter()
        norms_on_the_way_back(part, np.full(rows, part.T), begins[:, :rows])
        tries.append(perf_counter() - began)
    need = min(tries) / (part.T + 1) * steps
    if need > seconds:
        raise ValueError(f"{what} would take about {need:.3g} s, and seconds allows {seconds:.3g}; {WAY}")


def _random_rows(run: RecurrentRun, count: int, rng: np.random.Generator) -> Array:
    """Return rows by the state of random direction and length 1, (m // n, count, [B,] n)."""
    widths = run.net.widths
    rows = rng.normal(size=(len(widths), count, *run.h.shape[1:-1], max(widths)))
    for part, width in zip(rows, widths, strict=True):
        part[..., width:] = 0
    return np.asarray(rows / np.sqrt((rows**2).sum(axis=(0, -1), keepdims=True)))


def _estimates(
    chosen: Steps, of_state: Array, of_z: Array, lengths: Lengths, last: int
) -> tuple[Array, Array, float]:
    """Return the shares over all lags, their standard errors, and the slopes of a step, all as logarithms.

    The arrays hold the random rows by (chosen step, probe, column, sequence).
    """
    real = real_steps(lengths, last + 1)[chosen].reshape(len(chosen), -1)
    shares, errors = np.zeros((2, last + 1))
    for lag in range(last + 1):
        r = np.flatnonzero(chosen >= lag)
        kept = of_state[r, :, chosen[r] - lag + 1]  # (r, probe, sequence)
        logs, noise = _root_mean_square(np.moveaxis(kept, 1, -1)[real[r]])
        # The mean of squares is skew, like a gamma of shape k, whose median lies 1 / (3 k) below its mean.
        logs = np.sort(logs)
        low, middle, high = logs[np.ceil(np.array([0.16, 0.5, 0.84]) * len(logs)).astype(int) - 1]
        shares[lag] = middle - np.log10(1 - noise**2 / 3) / 2
        if lag:  # a row of length 1 has just that
            spread = (high - low) / 2 if high > low else 0.0
            probing = noise / (2 * np.log(10))  # of the root, in decades
            errors[lag] = 1.25 * np.hypot(spread, probing) / np.sqrt(len(logs))  # 1.25: of a median
    into, _ = _root_mean_square(np.moveaxis(of_z[np.arange(len(chosen)), :, chosen], 1, -1)[real])
    return shares, errors, float(np.median(into))


def _root_mean_square(logs: Array) -> tuple[Array, float]:
    """Return the logarithm of the root mean square over the last axis, and how far the mean square is known.

    The latter is its relative standard error, in the root mean square over all rows.
    """
    top = logs.max(axis=-1, keepdims=True)
    top = np.where(np.isneginf(top), 0, top)
    squares = 10 ** (2 * (logs - top))
    mean = squares.mean(axis=-1)
    error = squares.var(axis=-1, ddof=1) / logs.shape[-1] / np.where(mean > 0, mean, 1) ** 2
    with np.errstate(divide="ignore"):
        found = np.log10(mean) / 2 + top[..., 0]
    return np.asarray(found), float(np.sqrt(error.mean()))


def _bytes(run: RecurrentRun, rows: int, steps: int) -> int:
    """Return about how many bytes so many rows over so many steps take at the peak."""
    sequences = run.h[0].size // run.h.shape[-1]
    row = max(run.net.widths) * len(run.trails) * 3 + run.z.shape[-1] * run.net.sides
    return int(8 * rows * sequences * (8 * steps + 2 * row))
