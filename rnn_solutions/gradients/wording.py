"""Say in words what was found of a gradient: whether it arrives, where it is lost, and what to try."""

from __future__ import annotations

import math

import numpy as np

from rnn_solutions._validation import Array
from rnn_solutions.gradients.arrival import PLACES, Arrival, asked, below, deciding
from rnn_solutions.gradients.diagnosis import FLOATS, Decay

SATURATED = 0.9  # of the range of a unit: beyond, a tanh has less than a fifth of its steepest slope
WHERE = {
    ("vanishes", "leaves"): "it does not leave: the loss does not see what the state carries",
    ("vanishes", "carried"): "it is not carried: the Jacobians lose it",
    ("vanishes", "enters"): "it does not enter: the units that should use it are saturated",
    ("explodes", "leaves"): "the loss sees the directions that grow",
    ("explodes", "carried"): "the Jacobians make it longer",
    ("explodes", "enters"): "the pre-activations have more effect than the state",
}
OPEN = {
    "LSTM": "an open forget gate: add 1 or more to its bias",
    "GRU": "an open update gate: add 1 or more to its bias",
}


def reason_of(found: Arrival, decay: Decay | None, fraction: float) -> str:
    """Return the diagnosis in a sentence."""
    limit = math.log10(fraction)
    small = f"below {fraction:g}"
    beyond = f"beyond {1 / fraction:g}" if -limit < FLOATS else f"beyond 10^{-limit:.3g}"
    diagnosis, at, place = deciding(found, limit)
    if at is not None and place is not None:
        way = f"falls {small}" if diagnosis == "vanishes" else f"grows {beyond}"
        reason = f"What arrives of the loss {way} at lag {at}, in the median: {WHERE[diagnosis, place]}"
        return reason + (_around(found, limit, at) if diagnosis == "vanishes" else "")
    median, is_below = found.arriving[:, 1], below(found, limit)
    low, high = (power(value) for value in (median[~is_below].min(), median[~is_below].max()))
    last = len(median) - 1
    over = {0: "At lag 0, the only one that the loss reaches,", 1: "Over the lags 0 and 1"}.get(
        last, f"Over the lags 0 to {last}"
    )
    reason = f"{over} what arrives of the loss stays between {low} and {high}, in the median"
    if is_below.any():
        reason += f", but not at {_lags(is_below)}, where it is {small}{_few(found, is_below)}"
    if decay is not None and decay.slope:
        ahead = last + (math.copysign(limit, decay.slope) - median[-1]) / decay.slope
        if last < ahead < 10 * (last + 1):  # further than that a line says little
            way = f"fall {small}" if decay.slope < 0 else f"grow {beyond}"
            reason += f"; at the decay per step it would {way} near lag {math.ceil(ahead)}"
    return reason


def _around(found: Arrival, limit: float, at: int) -> str:
    """Say at which lags it is otherwise than the lag that decides for ``"vanishes"`` says."""
    lags, is_below = np.arange(len(found.arriving)), below(found, limit)
    dips, tail = is_below & (lags < at), ~is_below & (lags > at)
    said = f". It dips below at {_lags(dips)} too, and more arrives over longer lags" if dips.any() else ""
    return said + (f". More arrives at {_lags(tail)}{_few(found, tail)}" if tail.any() else "")


def _few(found: Arrival, these: Array) -> str:
    """Say from which of these lags on few losses reach so far, if any do not."""
    few = np.flatnonzero(these & ~asked(found))
    return f"; only {found.reached[few[0]]:.0%} of the losses reach lag {few[0]}" if few.size else ""


def _lags(these: Array) -> str:
    """Name the lags of a mask, some of which are meant."""
    lags = np.flatnonzero(these)
    first, last = lags[[0, -1]]
    if first == last:
        return f"lag {first}"
    return f"{'' if last - first < len(lags) else f'{len(lags)} of '}the lags {first} to {last}"


def factors_of(found: Arrival, lag: int) -> str:
    """Say the three factors of what arrives over a lag."""
    return f"At lag {lag}: {factors(PLACES, found.places[lag], found.arriving[lag, 1])}"


def factors(places: tuple[str, ...], values: Array, together: float) -> str:
    """Say some factors by their names, given their logarithms and that of their product."""
    parts = (f"{place} {power(value)}" for place, value in zip(places, values, strict=True))
    return f"{', '.join(parts)}; together {power(together)}"


def advice_of(network: str, has_memory: bool, diagnosis: str, place: str | None) -> str | None:
    """Say what to try, or None where there is nothing to mend."""
    if diagnosis == "carries":
        return None
    if diagnosis == "explodes":
        return "Try smaller or orthogonal recurrent weights, and clip the gradient until then"
    if place == "leaves":
        seen = "an open output gate, or smaller cell states" if has_memory else "a loss on more of the units"
        return f"Try {seen}; if the loss is low already, nothing is wrong: the network has learned"
    if place == "enters":
        return "Try smaller inputs and weights, or gates that are not shut"
    return f"Try {OPEN.get(network, 'orthogonal recurrent weights, or a network with gates')}"


def latched(h: Array) -> float:
    """Return the part of the units that stay saturated in one sign at each step of h (T+1, n).

    No part, if a unit leaves the range of tanh.
    """
    if np.abs(h).max() > 1:
        return 0.0
    return float(np.mean(np.all(h > SATURATED, axis=0) | np.all(h < -SATURATED, axis=0)))


def power(value: float) -> str:
    """Write ten to a power, as a power beyond the range of floats."""
    if np.isneginf(value):
        return "0"
    return f"{10**value:.3g}" if abs(value) < FLOATS else f"10^{value:.3g}"
