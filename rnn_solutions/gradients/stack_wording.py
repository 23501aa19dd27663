"""Say in words what was found of a gradient through a stack: which layer loses it, where, and what to try."""

from __future__ import annotations

from rnn_solutions.gradients.wording import OPEN, power

LOST = {
    "depth": "it does not come down to it",
    "time": "it is lost on its way through time",
    "enters": "it does not enter: the units that should use it are saturated",
}
LOST_BRIEFLY = {"depth": ", in depth", "time": ", in time", "enters": ", does not enter"}


def stack_reason(layer: int, reverse: bool, lag: int, place: str | None, fraction: float) -> str:
    """Return the diagnosis of a stack in a sentence, by what decides; no place is growth."""
    where = f"at {named(layer, reverse)} at lag {lag}, in the median"
    if place is None:
        return f"What arrives of the loss grows beyond {1 / fraction:g} {where}"
    return f"What arrives of the loss falls below {fraction:g} {where}: {LOST[place]}"


def kept_reason(least: float) -> str:
    """Return the diagnosis of a stack that carries, given the logarithm of the least that arrives."""
    return f"At least {power(least)} of the loss arrives at layer 0, in the median over each lag"


def stack_advice(layer: int, layers: int, network: str, place: str | None) -> str:
    """Say what to try where a stack loses a gradient or, without a place, makes it grow."""
    if place is None:
        return (
            f"Try smaller or orthogonal recurrent weights in layer {layer}, and clip the gradient until then"
        )
    if place == "depth":
        above = f"larger input weights of layer {layer + 1}" if layer + 1 < layers else "a loss on more units"
        return f"Try {above}"
    if place == "enters":
        return f"Try smaller inputs and weights of layer {layer}, or gates that are not shut"
    mend = OPEN.get(network, "orthogonal recurrent weights, or a network with gates")
    alone = f"A map of layer {layer} alone, on its own inputs, says whether its Jacobians lose it"
    return f"Try {mend}, in layer {layer}. One layer that carries may be enough. {alone}"


def named(layer: int, reverse: bool) -> str:
    """Name a direction of a layer."""
    return f"layer {layer}{' reverse' if reverse else ''}"
