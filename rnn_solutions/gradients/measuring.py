"""The arrays of a map of a gradient: each sequence of a run walked back once, from all its losses."""

from __future__ import annotations

from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from rnn_solutions._progress import LOG, Progress
from rnn_solutions._validation import Array, positive
from rnn_solutions.gradients.norms import loss_starts, norms_on_the_way_back, product_norms, row_lengths
from rnn_solutions.gradients.wording import latched
from rnn_solutions.networks.lengths import Lengths, real_steps
from rnn_solutions.networks.runs import RecurrentRun

SLOWEST = 1e8  # floating-point operations a second, of any machine
TRIED = 2 * 10**7  # of them, for a product that foretells the others
WHOLE = 1.5  # times its products, which a map takes
OTHERWISE = "diagnose(...) gives the diagnosis without the map"


class Measured(NamedTuple):
    """The arrays of a map, as `GradientMap` describes them."""

    terms: Array
    jacobians: Array
    by_state: Array
    by_z: Array
    slopes: Array
    before: Array
    directions: Array
    latched: Array
    singular_values: Array


class Extent(NamedTuple):
    """What a map is of: all that was asked for, or less where it was interrupted."""

    first: int
    lengths: Lengths
    interrupted: bool


def measure(
    run: RecurrentRun, rows: Array, first: int, norm: str, lengths: Lengths
) -> tuple[Measured, Extent]:
    """Return the arrays of a map from one step on, each sequence walked back once, and what they are of.

    A `KeyboardInterrupt` leaves the sequences before the one in work, or, of the first one, its last steps.
    It goes on where that leaves nothing, or no loss.
    """
    sequences: list[Any] = [()] if run.h.ndim == 2 else [(b,) for b in range(run.h.shape[1])]
    steps = int(lengths.max()) - first
    found: list[Measured] = []
    begun: int | None = None  # the step from which on there is something, if it was interrupted
    has_any = False
    with Progress() as progress:
        for number, b in enumerate(sequences, 1):
            place = f"gradient map, sequence {number} of {len(sequences)}: "
            real = int(lengths[b])
            if real <= first:
                found.append(_nothing(run, steps))
                continue
            part = run.since(first, b, real - 1)
            try:
                one, begun = _measure_one(
                    part, rows[slice(first, real), *b], norm, steps, progress, place, has_any
                )
            except KeyboardInterrupt:
                if not has_any:
                    raise
                begun = 0
                break
            found.append(one)
            has_any = True
            if begun is not None:
                break
    if begun is not None:
        first, lengths = first + begun, lengths if run.h.ndim == 2 else lengths[: len(found)]
        steps = int(lengths.max()) - first
        found = [_cut(one, begun, steps) for one in found]
        if not any((one.by_state.diagonal(1) > -np.inf).any() for one in found):
            raise KeyboardInterrupt
        which = "" if run.h.ndim == 2 else f" of {len(found)} of {len(sequences)} sequences"
        LOG.warning(
            f"gradient map interrupted: it holds the steps {first} to {first + steps - 1}{which}; {OTHERWISE}"
        )
    extent = Extent(first, lengths, begun is not None)
    if run.h.ndim == 2:
        return found[0], extent
    by_name = {name: [getattr(one, name) for one in found] for name in Measured._fields}
    axes = dict.fromkeys(by_name, -1) | {"singular_values": 1}
    return Measured(**{name: np.stack(arrays, axes[name]) for name, arrays in by_name.items()}), extent


def _cut(one: Measured, begun: int, steps: int) -> Measured:
    """Return the map of some steps from one on, of a map of more."""
    stop = begun + steps
    parts = {name: getattr(one, name)[begun:stop, begun:stop] for name in ("terms", "jacobians", "by_z")}
    parts |= {name: getattr(one, name)[begun:stop] for name in ("slopes", "before")}
    return one._replace(
        **parts,
        by_state=one.by_state[begun:stop, begun : stop + 1],
        directions=one.directions[:steps],
        singular_values=one.singular_values[begun : stop - 1],
    )


def _measure_one(
    run: RecurrentRun, rows: Array, norm: str, steps: int, progress: Progress, place: str, has_others: bool
) -> tuple[Measured, int | None]:
    """Return the arrays of the map of one sequence, filled up to the number of steps.

    Beside them stands the step from which on they are filled if they were interrupted, and None if not. Where
    there are others, the interrupt goes on.
    """
    m, real = sum(run.net.widths), run.T + 1
    jacobians = np.empty((run.T, m, m), run.h.dtype)
    progress.show(place + "terms")
    ends = np.flatnonzero(rows.any(axis=-1))
    walked = norms_on_the_way_back(run, ends, loss_starts(run, rows[ends]), jacobians)
    progress.show(place + "Jacobians")
    directions, norms = np.zeros((real, real)), np.full((real, real), -np.inf)
    begun = None
    try:
        product_norms(jacobians, norm, directions, norms)
        progress.show(place + "singular values")
        values = np.linalg.svd(jacobians, compute_uv=False)
    except KeyboardInterrupt:
        known = np.flatnonzero(norms.diagonal() > -np.inf)
        if has_others or len(known) < 2:
            raise
        begun = int(known[0])
        values = np.linalg.svd(jacobians, compute_uv=False)
    by_lag = [few[few > 0] for few in (np.diagonal(directions, -lag) for lag in range(real))]
    found = _nothing(run, steps)
    for name in ("terms", "by_state", "by_z"):
        getattr(found, name)[ends, : real + (name == "by_state")] = getattr(walked, name)
    found.jacobians[:real, :real] = norms
    found.slopes[:real] = walked.slopes
    with np.errstate(divide="ignore"):
        found.before[:real] = np.log10(row_lengths(run.h_previous))
    found.directions[:real] = [np.median(few) if few.size else 0 for few in by_lag]
    found.latched[...] = latched(run.h[begun or 0 :])
    found.singular_values[: run.T] = values
    return found, begun


def _nothing(run: RecurrentRun, steps: int) -> Measured:
    """Return arrays for the map of one sequence that say what is true of padding: nothing passes through."""
    shapes = {
        **dict.fromkeys(("terms", "jacobians", "by_z"), (steps, steps)),
        "by_state": (steps, steps + 1),
        **dict.fromkeys(("slopes", "before", "directions"), (steps,)),
        "latched": (),
        "singular_values": (steps - 1, sum(run.net.widths)),
    }
    plain = {"directions", "latched", "singular_values"}  # and no logarithms
    return Measured(
        **{name: np.full(shape, 0.0 if name in plain else -np.inf) for name, shape in shapes.items()}
    )


def steps_of(lengths: Lengths, first: int, steps: int) -> Any:
    """Return the mask of some steps from the first on, (steps,) or (steps, B): True where a step is real."""
    return real_steps(lengths, first + steps)[first:]


def require_seconds(run: RecurrentRun, steps: int, sequences: int, norm: str, seconds: float) -> None:
    """Raise a ValueError if the map would take longer, as one product of each pair of steps foretells.

    A map that is short enough on the slowest machine is not held up by trying.
    """
    m = sum(run.net.widths)
    pairs, flops = sequences * steps * (steps + 1) / 2, 2 * m**3
    if pairs * flops < SLOWEST * positive("seconds", seconds):
        return
    blocks = np.full((max(1, TRIED // flops), m, m), 1 / m)
    tries = []
    for _ in range(3):
        began = perf_counter()
        np.matmul(blocks, blocks[0])
        if norm == "spectral":
            np.linalg.svd(blocks[:1], compute_uv=False)
        tries.append(perf_counter() - began)
    one = min(tries) / len(blocks) if norm == "frobenius" else min(tries)
    need = WHOLE * pairs * one
    if need > seconds:
        fits = int(steps * (seconds / need) ** 0.5)
        last = f"last={fits} maps the last {fits} steps within it, and " if fits >= 2 else ""
        raise ValueError(
            f"the map of {steps} steps would take about {need:.3g} s, and seconds allows {seconds:.3g}; "
            f"{last}{OTHERWISE}"
        )


def bytes_of(run: RecurrentRun, steps: int) -> int:
    """Return about how many bytes the map of some steps takes at its peak."""
    m = sum(run.net.widths)
    sequences = run.h[0].size // run.h.shape[-1]
    blocks = 4 * steps * m * m * 8  # one sequence's steps, products, the next ones, and a copy
    return int(blocks + 8 * (8 * steps**2 + steps * m) * (sequences + 1))
