"""The rows of the losses of a whole stack, some losses at a time, within a limit of memory and of time."""

from __future__ import annotations

from dataclasses import fields
from functools import partial
from time import perf_counter

import numpy as np

from rnn_solutions._memory import require_memory
from rnn_solutions._progress import Progress
from rnn_solutions._validation import Array, positive
from rnn_solutions.gradients.measuring import SLOWEST
from rnn_solutions.gradients.norms import Steps
from rnn_solutions.gradients.stack_terms import RowNorms, bytes_of_rows, row_norms
from rnn_solutions.networks.stack_runs import StackRun

TOGETHER = 64  # losses that walk back side by side: more are hardly faster, and take more memory
TRIED = 4  # steps of the walk, to foretell the others
CALLS = 1e4  # floating-point operations in the time that the calls of one step take, on the slowest machine
ARRAYS = 10  # of a number for each loss and step, while what arrives is gathered
WAY = "losses at {} of these steps fit"


def follow(
    run: StackRun, rows: Array, ends: Steps, memory: float, seconds: float
) -> tuple[tuple[RowNorms, ...], ...]:
    """Return what the losses at the steps `ends` do to each direction of each layer.

    Raises a ValueError before it starts if that would take more than `memory` bytes or longer than `seconds`.
    """
    what = f"the map of {{}} losses over {run.T + 1} steps of {len(run.runs)} layers"
    require_memory(what, len(ends), partial(bytes_of, run), memory, WAY.format("{fits}"))
    _require_seconds(what.format(len(ends)), run, len(ends), seconds)
    shape = (len(ends), *run.h.shape[:-1])
    names = [one.name for one in fields(RowNorms)]
    found = [
        [
            {name: np.empty(shape[:1] + shape[2:] if name == "initial" else shape) for name in names}
            for _ in here
        ]
        for here in run.runs
    ]
    with Progress() as progress:
        for first in range(0, len(ends), TOGETHER):
            some = ends[first : first + TOGETHER]
            progress.show(f"stack map: losses {first + 1} to {first + len(some)} of {len(ends)}")
            for here, parts in zip(found, row_norms(run, rows, some, memory=np.inf), strict=True):
                for arrays, part in zip(here, parts, strict=True):
                    for name, array in arrays.items():
                        array[first : first + len(some)] = getattr(part, name)
    return tuple(tuple(RowNorms(**arrays) for arrays in here) for here in found)


def bytes_of(run: StackRun, losses: int) -> int:
    """Return about how many bytes the map from some losses takes at its peak."""
    one = 8 * losses * run.h[..., 0].size
    kept = len([part for here in run.runs for part in here]) * (len(fields(RowNorms)) - 1)
    return one * (kept + ARRAYS) + bytes_of_rows(run, min(losses, TOGETHER))


def _require_seconds(what: str, run: StackRun, losses: int, seconds: float) -> None:
    """Raise a ValueError if the walk would take longer, as a few of its steps foretell.

    A walk that is short enough on the slowest machine is not held up by trying.
    """
    together, steps = min(losses, TOGETHER), run.T + 1
    parts = [part for here in run.runs for part in here]
    flops = sum(2 * together * part.z[0].size * (part.net.n + part.net.d) for part in parts)
    passes = losses / together
    if passes * steps * (CALLS * len(parts) + flops) < SLOWEST * positive("seconds", seconds):
        return
    end = _end_of(run, min(TRIED, steps))
    tries = []
    for _ in range(3):
        began = perf_counter()
        row_norms(end, np.ones_like(end.h), np.full(together, end.T), memory=np.inf)
        tries.append(perf_counter() - began)
    need = min(tries) / (end.T + 1) * steps * passes
    if need > seconds:
        fits = int(losses * (seconds / need))
        way = WAY.format(fits) if fits else "a shorter run takes less"
        raise ValueError(f"{what} would take about {need:.3g} s, and seconds allows {seconds:.3g}; {way}")


def _end_of(run: StackRun, steps: int) -> StackRun:
    """Return the last steps that each direction of a run read, as if they were all there is."""
    first = run.T + 1 - steps
    runs = tuple(tuple(part.since(first) for part in here) for here in run.runs)
    return StackRun(run.stack, run.h[first:], runs, np.full_like(run.lengths, steps))
