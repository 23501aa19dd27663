r"""What arrives of a loss's own derivative at the steps before it, and where it is lost on the way.

Of the loss at step t there **arrives** at step k the norm of its row by :math:`z_k`, which the weights and
the input of step k get to see, over that of its own term :math:`\partial L_t / \partial h_t`. Three factors
make it up, one for each place where a gradient dies.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from rnn_solutions._validation import Array
from rnn_solutions.gradients.diagnosis import QUANTILES
from rnn_solutions.gradients.norms import Steps

ROUNDING = 1e-9  # decades, within which a share is the limit itself and not beyond it
FEW = 0.1  # of the losses: a lag that fewer reach does not say whether the gradient vanishes
PLACES = ("leaves", "carried", "enters")


class Arrival(NamedTuple):
    """What arrives over each lag that a loss reaches, and its factors, as base-10 logarithms."""

    arriving: Array  # (lags, 3): 10%, 50% and 90% of the losses, as they weigh, at or below
    places: Array  # (lags, 3): the factors of the loss in the middle, which make up its 50%
    reached: Array  # (lags,): by which part of the losses, by number or as they weigh; no logarithm


def arrival(ends: Steps, own: Array, by_state: Array, by_z: Array, shares: Array, slopes: Array) -> Arrival:
    r"""Return what arrives over all lags, from the rows of losses at the steps `ends`, at least one.

    Rows of the arrays belong to losses, and the last axis to sequences. `own` is the logarithm of the norm of
    each own term, minus infinity where there is none; `shares` those of the Jacobians by (row, k);
    the others are a `WayBack`.

    The factors are

    - *leaves*: what is left of the row by :math:`s_k` over what a row of random direction keeps, that is,
      how much of what the state carries the loss sees;
    - *carried*: the share of the Jacobian :math:`\partial s_t / \partial s_k`;
    - *enters*: the row by the pre-activations of step k over that by :math:`s_k`.

    Over lag 0 nothing is carried. There the loss leaves as far as it gets less than a row of random direction
    through the units of the step, and the rest is what these units let in.
    """
    last = ends[(own > -np.inf).any(axis=-1)].max()  # whose loss reaches all lags up to it
    arriving, places = np.empty((2, last + 1, 3))
    weigh, number, top = np.empty(last + 1), np.empty(last + 1), own.max()
    for lag in range(last + 1):
        j = np.flatnonzero(ends >= lag)
        k = ends[j] - lag
        here = own[j] > -np.inf
        g, into = own[j][here], by_z[j, k][here]
        whole = into - g
        with np.errstate(invalid="ignore"):
            if lag == 0:
                leaves = np.minimum(0, whole - slopes[k][here])
                factors = np.stack([leaves, np.zeros_like(whole), whole - leaves])
            else:
                reaching, carried = by_state[j, k + 1][here], shares[j, k][here]
                # A Jacobian that is lost in rounding, while the row is not, has carried it all the same.
                carried = np.where(np.isneginf(carried) & (reaching > -np.inf), reaching - g, carried)
                factors = np.stack([reaching - g - carried, carried, into - reaching])
        factors = np.where(np.isnan(factors), 0, factors)  # once it is lost, nothing more is lost
        weigh[lag], number[lag] = np.sum(10 ** (g - top)), len(g)
        middle = weighted_quantiles(whole, g)
        arriving[lag] = whole[middle]
        places[lag] = factors[:, middle[1]]
    return Arrival(arriving, places, np.maximum(weigh / weigh[0], number / number[0]))


def weighted_quantiles(values: Array, logs: Array) -> list[Any]:
    """Return where the quantiles of some values stand among them, given the logarithms of their weights."""
    order = np.argsort(values, kind="stable")
    weight = np.cumsum(10 ** (logs - logs.max())[order])
    return [order[np.searchsorted(weight, (part - ROUNDING) * weight[-1])] for part in QUANTILES]


def deciding(found: Arrival, limit: float) -> tuple[str, int | None, str | None]:
    """Return the diagnosis, the index of the lag that decides, and the place that does.

    The limit is the logarithm of the fraction. The place is the factor that is farthest on the same side.

    One loss that grows outweighs all others in the sum, so the first lag beyond decides. A lag below decides
    only if all longer ones are below too: otherwise it is a dip, at steps whose units happen to be saturated.
    The longest lags may rest on a few losses that all cross the same few steps, so they are not asked. A
    loss at one step alone reaches each of its lags, and the longest may decide.
    """
    median = found.arriving[:, 1]
    beyond = np.flatnonzero(median > ROUNDING - limit)
    if beyond.size:
        at = int(beyond[0])
        return "explodes", at, PLACES[int(found.places[at].argmax())]
    kept = np.flatnonzero(~below(found, limit) & asked(found))
    at = int(kept[-1]) + 1 if kept.size else 0
    if at < np.count_nonzero(asked(found)):
        return "vanishes", at, PLACES[int(found.places[at].argmin())]
    return "carries", None, None


def below(found: Arrival, limit: float) -> Any:
    """Say of each lag whether what arrives is below the limit, a logarithm, in the median."""
    return found.arriving[:, 1] < limit - ROUNDING


def asked(found: Arrival) -> Any:
    """Say of each lag whether enough of the losses reach it; those that do are the first ones."""
    return found.reached > FEW - ROUNDING
