"""The directions of the layers of a stack: how each reads, and how each is walked back by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from rnn_solutions._validation import Array, finite, is_several, kind_of, unwarned
from rnn_solutions.networks.lengths import Lengths, backwards
from rnn_solutions.networks.recurrent import Recurrent, product


def ending(layer: int, reverse: int) -> str:
    """Return what ends the names of a layer and direction, as torch writes them."""
    return f"_l{layer}" + ("_reverse" if reverse else "")


def directions_of(layer: Any, number: int) -> tuple[Recurrent, ...]:
    """Return the networks of a layer, one or two, or raise a ValueError."""
    nets = tuple(layer) if is_several(layer) and 1 <= len(layer) <= 2 else (layer,)
    for net in nets:
        if not isinstance(net, Recurrent):
            raise ValueError(
                f"layers must each be a network or a pair of networks, got {kind_of(net)} for layer {number}"
            )
    return nets


def sizes_of(nets: tuple[Recurrent, ...]) -> str:
    """Write the sizes of a layer."""
    inputs = " and ".join(dict.fromkeys(str(net.d) for net in nets))
    return f"d={inputs} n={' + '.join(str(net.n) for net in nets)}"


def turned(array: Array, lengths: Lengths, reverse: int) -> Array:
    """Return an array in the order in which a direction reads, or from that in time's order."""
    return backwards(array, lengths) if reverse else array


def deltas_of(net: Recurrent, run: Any, dL_dh: Array) -> Array:
    """Return the derivatives of a loss by the pre-activations, (sides, T+1, ..., gates n)."""
    dL_dh = net.filled_up(net.loss_rows(run, dL_dh))
    rows = np.zeros((len(net.widths), *dL_dh.shape[1:]), np.result_type(run.h, dL_dh))
    deltas = np.empty((net.sides, *run.z.shape), rows.dtype)
    with unwarned():
        for k, local in net.steps_back(run, run.T, 0):
            rows[0] += dL_dh[k]
            net.step_back(local, rows, deltas[:, k])
    return deltas


def by_inputs_of(net: Recurrent, run: Any, deltas: Array) -> Array:
    """Return the derivatives by the inputs of a run."""
    W_ih = getattr(net, net.parameter_names[0])
    return product(deltas[0], W_ih, np.empty(run.x.shape, np.result_type(deltas, W_ih)))


def summed(by_inputs: list[Array], layer: int) -> Array:
    """Return the derivatives by the inputs of a layer, through each of its directions."""
    if len(by_inputs) == 1:
        return by_inputs[0]
    with unwarned():
        total = by_inputs[0] + by_inputs[1]
    return finite(total, f"the gradient by the input of layer {layer} at step {{}}")


@contextmanager
def within(layer: int, reverse: int) -> Iterator[None]:
    """Say in an error in which layer and direction it happened, and how steps count there."""
    try:
        yield
    except ValueError as error:
        where = f"layer {layer}" + (", reverse, steps counted as it reads them" if reverse else "")
        raise ValueError(f"{where}: {error}") from error
