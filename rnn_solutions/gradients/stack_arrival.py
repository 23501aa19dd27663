"""What arrives of a loss at one direction of one layer of a stack, and whether it is lost in depth or time.

Between the loss and a layer below the uppermost there are as many ways as there are steps at which to go
down, and only their sum counts. So what arrives is not the share of one Jacobian times the rest, as in a
single layer, and the three factors are others.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_solutions._validation import Array
from rnn_solutions.gradients.arrival import Arrival, weighted_quantiles
from rnn_solutions.gradients.norms import Steps
from rnn_solutions.gradients.stack_terms import RowNorms
from rnn_solutions.networks.lengths import real_steps
from rnn_solutions.networks.stack_runs import StackRun

STACK_PLACES = ("depth", "time", "enters")


def stack_arrival(
    run: StackRun, rows: Array, ends: Steps, place: tuple[int, bool], norms: RowNorms
) -> Arrival:
    r"""Return what arrives over each lag between steps that a way through the layers joins.

    The place is the layer, and whether it is its reversed direction. The factors are

    - *depth*: the longest of the rows by the states of this direction, over the loss's own term;
    - *time*: the row by :math:`s_k` over that longest one;
    - *enters*: the row by the pre-activations of step k over that by :math:`s_k`.
    """
    with np.errstate(divide="ignore"):
        own = np.log10(np.linalg.norm(rows[ends].astype(float), axis=-1))
    # One axis of sequences, also where there is none.
    own, by_z = own.reshape(len(ends), 1, -1), norms.pre_activations.reshape(len(ends), run.T + 1, -1)
    by_state = norms.state.reshape(by_z.shape)
    ahead = np.arange(run.T + 1) - ends[:, None]
    real: Any = real_steps(run.lengths, run.T + 1).reshape(run.T + 1, -1)
    counted = np.flatnonzero(_joined(run, place, ahead)[..., None] & real & (own > -np.inf))
    # Sorted by the lag, each pair by where it stands in the flat arrays.
    lags = abs(ahead).ravel()[counted // by_z.shape[-1]]
    counted = counted[np.argsort(lags, kind="stable")]
    parts = np.split(counted, np.cumsum(np.bincount(lags))[:-1])
    arriving, places = np.empty((2, len(parts), 3))
    weigh, top = np.empty(len(parts)), own.max()
    for lag, part in enumerate(parts):
        r, _, b = np.unravel_index(part, by_z.shape)
        g, into = own[r, 0, b], by_z.flat[part]
        middle = weighted_quantiles(into - g, g)
        arriving[lag] = (into - g)[middle]
        r, k, b = np.unravel_index(part[middle[1]], by_z.shape)
        way = [own[r, 0, b], by_state[r, :, b].max(), by_state[r, k, b], by_z[r, k, b]]
        with np.errstate(invalid="ignore"):
            places[lag] = np.nan_to_num(np.diff(way), nan=0.0, neginf=-np.inf)  # once lost, no more is lost
        weigh[lag] = np.sum(10 ** (g - top))
    number = np.array([len(part) for part in parts])
    return Arrival(arriving, places, np.maximum(weigh / weigh.max(), number / number.max()))


def _joined(run: StackRun, place: tuple[int, bool], ahead: Steps) -> Any:
    """Say of each loss and each step, so far ahead of it, whether a way through the layers joins them."""
    layer, reverse = place
    if any(len(here) == 2 for here in run.stack.layers[layer + 1 :]):
        return np.full(ahead.shape, True)
    return ahead >= 0 if reverse else ahead <= 0
