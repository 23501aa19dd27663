"""What of a loss arrives at one direction of one layer of a stack, with its diagnosis."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from rnn_solutions._frozen import Frozen
from rnn_solutions._validation import Array
from rnn_solutions.gradients.arrival import Arrival, asked, deciding
from rnn_solutions.gradients.norms import Steps
from rnn_solutions.gradients.stack_arrival import STACK_PLACES, stack_arrival
from rnn_solutions.gradients.stack_terms import RowNorms
from rnn_solutions.gradients.stack_wording import LOST_BRIEFLY, named
from rnn_solutions.gradients.wording import power
from rnn_solutions.networks.stack_runs import StackRun


@dataclass(frozen=True, eq=False)
class LayerMap(Frozen):
    """What of the loss arrives at one direction of one layer, read-only. All norms are base-10 logarithms.

    Attributes
    ----------
    layer : int
        Which layer, 0 for the one that reads the input.
    reverse : bool
        Whether it is the direction that reads each sequence from its end.
    network : str
        ``"RNN"``, ``"LSTM"`` or ``"GRU"``.
    n : int
        The number of units.
    diagnosis : {"vanishes", "explodes", "carries"}
    lag : int or None
        By the rule of :func:`gradient_map`, for what arrives here.
    place : {"depth", "time", "enters"} or None
        Where the gradient is lost, see :func:`stack_map`; None unless it vanishes.
    arriving : (lags, 3) ndarray
        Row `l`, for the pairs whose steps lie `l` apart: what arrives, 10%, 50% and 90% of the losses at or
        below, counted as they weigh. Dimensionless.
    places : (lags, 3) ndarray
        The factors of the 50%: depth, time, enters. Their logarithms add up to it.
    reached : (lags,) ndarray
        Which part of the losses reaches so far. No logarithm.
    norms : RowNorms
        The norms for each loss and each step, in the unit of the loss: by the state, by the pre-activations,
        and of the terms of the recurrent and of the input weights.
    """

    layer: int
    reverse: bool
    network: str
    n: int
    diagnosis: str
    lag: int | None
    place: str | None
    arriving: Array = field(repr=False)
    places: Array = field(repr=False)
    reached: Array = field(repr=False)
    norms: RowNorms = field(repr=False)


def layer_map(
    run: StackRun, rows: Array, ends: Steps, place: tuple[int, bool], norms: RowNorms, limit: float
) -> LayerMap:
    """Return what arrives at one direction of one layer, given the logarithm of the fraction."""
    layer, reverse = place
    net = run.stack.layers[layer][reverse]
    found = stack_arrival(run, rows, ends, place, norms)
    diagnosis, lag, _ = deciding(found, limit)
    lost = STACK_PLACES[int(found.places[lag].argmin())] if diagnosis == "vanishes" else None
    return LayerMap(layer, reverse, type(net).__name__, net.n, diagnosis, lag, lost, *found, norms)


def line_of(one: LayerMap) -> str:
    """Say in a line what was found at a direction of a layer."""
    over = "" if one.lag is None else f" at lag {one.lag}"
    over += "" if one.place is None else LOST_BRIEFLY[one.place]
    first, last = (power(value) for value in one.arriving[[0, -1], 1])
    far = len(one.arriving) - 1
    ends = f"of the loss {first} arrives over lag 0{f', {last} over lag {far}' if far else ', the only one'}"
    return (
        f"{named(one.layer, one.reverse).capitalize()}, {one.network} {one.n}: {one.diagnosis}{over}; {ends}"
    )


def reaches(one: LayerMap) -> int:
    """Return the longest lag that enough of the losses reach."""
    return int(np.count_nonzero(asked(Arrival(one.arriving, one.places, one.reached)))) - 1
