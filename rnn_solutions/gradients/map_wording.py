"""The words of a map of a gradient: what was found, what makes it up, and what to try."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np

from rnn_solutions.gradients.arrival import Arrival
from rnn_solutions.gradients.diagnosis import describe
from rnn_solutions.gradients.measuring import steps_of
from rnn_solutions.gradients.wording import advice_of, factors_of

if TYPE_CHECKING:
    from rnn_solutions.gradients.mapped import GradientMap

HALF = 0.5  # of the units, from which on a memory that latches is spoken of
MANY = 2  # times as many sequences as steps, which are then perhaps exchanged


def summary_of(found: GradientMap) -> str:
    """Return a map in a few lines of text."""
    has_memory = found.singular_values.shape[-1] > found.n
    said = [
        _headline(found),
        found.reason,
        _factors(found),
        advice_of(found.network, has_memory, found.diagnosis, found.place),
        _latch(found),
        _directions(found),
        describe(found.decay),
        _one_step(found),
        _largest_term(found),
        _zero_states(found),
        _exchanged(found),
    ]
    return "\n".join(fill(line, 79, subsequent_indent="  ") for line in said if line)


def _headline(found: GradientMap) -> str:
    """Say what was mapped, and the diagnosis."""
    batch = ""
    if found.lengths.ndim:
        shortest, longest = int(found.lengths.min()), int(found.lengths.max())
        batch = f", {found.lengths.size} sequences"
        batch += "" if shortest == longest else f" of {shortest} to {longest} steps"
    last = found.first + len(found.terms) - 1
    interrupted = ", interrupted" if found.interrupted else ""
    return f"{found.network}, steps {found.first} to {last}{batch}{interrupted}: {found.diagnosis}"


def _factors(found: GradientMap) -> str:
    """Say what makes up what arrives."""
    last = len(found.arriving) - 1
    rows = Arrival(found.arriving, found.places, found.reached)
    return factors_of(rows, last if found.lag is None else found.lag)


def _latch(found: GradientMap) -> str | None:
    """Say whether the units hold what they have by saturation."""
    if found.diagnosis != "vanishes" or found.place == "leaves" or not found.latched.mean() >= HALF:
        return None
    return (
        f"{found.latched.mean():.0%} of the units stay saturated in one sign. A memory that latches must "
        "vanish, because it holds. If these units hold what they should, nothing is wrong"
    )


def _directions(found: GradientMap) -> str | None:
    """Say on how many directions the Jacobians rest, at the lag that decides or shortly before."""
    counted = found.directions > 0
    lags = np.flatnonzero(counted.reshape(len(counted), -1).any(axis=-1))
    lags = lags[lags <= (found.lag or len(counted))]
    if not lags.size:
        return None
    few, m = found.directions[lags[-1]], found.singular_values.shape[-1]
    return f"Over lag {lags[-1]} the Jacobians keep about {np.median(few[few > 0]):.1f} of {m} directions"


def _one_step(found: GradientMap) -> str | None:
    """Say how far one step stretches."""
    values = found.singular_values[steps_of(found.lengths, found.first, len(found.terms))[1:]]
    if not values.size:
        return None
    largest = f"the largest {np.median(values[:, 0]):.3g} in the median"
    return f"One step's Jacobian: singular values from {values.min():.3g} to {values.max():.3g}, {largest}"


def _largest_term(found: GradientMap) -> str:
    """Say which term of the gradient is the largest, and in which sequence of a batch."""
    largest = found.terms.max()
    if np.isneginf(largest):
        return "Terms of the recurrent weight: all exactly zero"
    t, k, *b = np.unravel_index(int(found.terms.argmax()), found.terms.shape)
    where = "".join([f"t = {found.first + t}, k = {found.first + k}", *(f", sequence {one}" for one in b)])
    return f"Largest term of the recurrent weight: 10^{largest:.1f} at {where}"


def _zero_states(found: GradientMap) -> str | None:
    """Say where states are so near zero that the recurrent weights learn nothing; at step 0 they may."""
    skipped = 1 if found.first == 0 else 0
    sizes = found.before[skipped:][steps_of(found.lengths, found.first, len(found.before))[skipped:]]
    near = int((sizes < np.log10(found.fraction)).sum())
    if not near:
        return None
    return (
        f"Before {near} of {sizes.size} steps h is shorter than {found.fraction:g}: the recurrent weights "
        "see next to nothing there"
    )


def _exchanged(found: GradientMap) -> str | None:
    """Say what to do if steps and sequences have changed places."""
    steps = found.first + len(found.terms)
    if found.batch_first or not found.lengths.ndim or found.lengths.size < MANY * steps:
        return None
    return (
        f"There are {steps} steps of {found.lengths.size} sequences. If it is the other way round, say "
        "batch_first=True"
    )
