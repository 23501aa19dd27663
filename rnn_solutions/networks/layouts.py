"""Read weights as other libraries lay them out: their names, their shapes, and the order of the gates.

A wrong order is accepted without any error, for the shapes fit. `rnn_solutions.networks.fitting` tells it by
its effect.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rnn_solutions._validation import Array
from rnn_solutions.networks.state_dict import read_layer
from rnn_solutions.networks.stored_arrays import StoredArrays

KINDS = {1: "RNN", 3: "GRU", 4: "LSTM"}  # by how many blocks of rows the weights stack
ORDERS = {1: "h", 3: "rzn", 4: "ifgo"}  # of the blocks here


@dataclass(frozen=True)
class Convention:
    """What the arrays of a layer mean, beyond their shapes."""

    order: str  # of the gates, by their letters here
    reset: str = ""  # where that of a GRU acts
    forget: float = 0.0  # what the library's code adds to the forget gate's pre-activation
    renews: bool = False  # whether the update gate says how much is new, and not how much is kept


@dataclass(frozen=True)
class Source:
    """Where a layer is to be read: the arrays, what stands before the names, and which direction."""

    arrays: Any
    prefix: str
    reverse: bool | None
    gates: int

    def stored(self, names: list[str], *anchors: str) -> StoredArrays:
        """Return the arrays by these names; one of the anchors says where they are."""
        return StoredArrays(self.arrays, self.prefix, names, anchors)


@dataclass(frozen=True)
class Stacked:
    """The weights of a layer with one block of n rows for each gate, in an order of the library's own."""

    W_ih: Array
    W_hh: Array
    b_ih: Array | None = None
    b_hh: Array | None = None
    reset: str = ""  # where the arrays say it

    def arranged(self, convention: Convention) -> dict[str, Array]:
        """Return the weights in the order of the networks here, by the names of a gated network."""
        gates = len(convention.order)
        n = self.W_hh.shape[1]
        dtype = np.result_type(*(a for a in (self.W_ih, self.W_hh, self.b_ih, self.b_hh) if a is not None))
        given = {"W_ih": self.W_ih, "W_hh": self.W_hh, "b_ih": self.b_ih, "b_hh": self.b_hh}
        place = [convention.order.index(gate) for gate in ORDERS[gates]]
        found = {}
        for name, held in given.items():
            array = np.zeros(gates * n, dtype) if held is None else held.astype(dtype)
            blocks = array.reshape(gates, n, *array.shape[1:])[place]
            if convention.renews:
                blocks[1] *= -1  # 1 - sigma(z) is sigma(-z)
            if convention.forget and name == "b_ih":
                blocks[1] += dtype.type(convention.forget)
            found[name] = blocks.reshape(array.shape)
        return found


def _pytorch(source: Source) -> Stacked:
    held = read_layer(source.arrays, None, source.prefix, source.reverse, source.gates)
    return Stacked(held["weight_ih"], held["weight_hh"], held.get("bias_ih"), held.get("bias_hh"))


def _keras_arrays(source: Source) -> tuple[StoredArrays, list[str]]:
    """Return the arrays and their names, which files of Keras 3 number."""
    names = ["kernel", "recurrent_kernel", "bias"]
    stored = source.stored(names, names[1], "vars/1")
    return stored, names if stored.has(names[1]) else ["vars/0", "vars/1", "vars/2"]


def _keras(source: Source) -> Stacked:
    stored, (kernel, recurrent, bias) = _keras_arrays(source)
    gates = source.gates
    W_hh = stored.square(recurrent, gates, 0)
    rows = W_hh.shape[1]
    W_ih = stored.take(kernel, ("d", rows))
    if not stored.has(bias):
        return Stacked(W_ih.T, W_hh.T)
    try:
        b = stored.take(bias, (rows,), *([(2, rows)] if gates == 3 else []))
    except ValueError as error:
        with suppress(ValueError):
            stored.take(bias, (2 * rows,))
            error.add_note("layout 'keras-cudnn' has two biases in one")
        raise
    if b.ndim == 2:
        return Stacked(W_ih.T, W_hh.T, b[0], b[1], "after")
    return Stacked(W_ih.T, W_hh.T, b, None, "before" if gates == 3 else "")


def _keras_cudnn(source: Source) -> Stacked:
    stored, (kernel, recurrent, bias) = _keras_arrays(source)
    gates = source.gates
    W_hh = stored.square(recurrent, gates, 0)
    n, rows = W_hh.shape
    W_ih = stored.take(kernel, ("d", rows))
    b_ih, b_hh = np.split(stored.take(bias, (2 * rows,)), 2)
    # Each gate's kernel, written row by row into (d, n), is that of cuDNN, (n, d), in the order of memory.
    by_gate = [part.reshape(n, -1) for part in np.hsplit(W_ih, gates)]
    return Stacked(np.vstack(by_gate), np.vstack(np.hsplit(W_hh, gates)), b_ih, b_hh)


def _onnx(source: Source) -> Stacked:
    stored, gates = source.stored(["W", "R", "B"], "R"), source.gates
    shape = ("directions", "n" if gates == 1 else f"{gates}n", "n")
    directions, _, n = stored.take("R", shape).shape
    rows = gates * n
    R = stored.take("R", (directions, rows, n))
    if directions > 1 and source.reverse is None:
        raise ValueError(f"reverse must be given: R holds {directions} directions")
    here = int(bool(source.reverse) and directions > 1)
    W = stored.take("W", (directions, rows, "d"))[here]
    if not stored.has("B"):
        return Stacked(W, R[here])
    b_ih, b_hh = np.split(stored.take("B", (directions, 2 * rows))[here], 2)
    return Stacked(W, R[here], b_ih, b_hh)


def _flax(source: Source) -> Stacked:
    gates, letters = source.gates, ORDERS[source.gates]
    stored = source.stored([], "dense_h/kernel", f"h{letters[0]}/kernel")
    if stored.has("dense_h/kernel"):
        W_hh = stored.square("dense_h/kernel", gates, 0)
        rows = W_hh.shape[1]
        b_ih, b_hh = (
            stored.take(name, (rows,)) if stored.has(name) else None
            for name in ("dense_i/bias", "dense_h/bias")
        )
        return Stacked(stored.take("dense_i/kernel", ("d", rows)).T, W_hh.T, b_ih, b_hh)
    n = stored.square(f"h{letters[0]}/kernel", 1, 0).shape[0]
    d = stored.take(f"i{letters[0]}/kernel", ("d", n)).shape[0]
    W_ih, b_ih = _dense_layers(stored, "i", letters, (d, n))
    W_hh, b_hh = _dense_layers(stored, "h", letters, (n, n))
    return Stacked(W_ih, W_hh, b_ih, b_hh)


def _dense_layers(
    stored: StoredArrays, side: str, letters: str, shape: tuple[int, int]
) -> tuple[Array, Array]:
    """Return the kernels of one dense layer for each gate, stacked, and their biases, where there are any."""
    kernels, biases = [], []
    for plain in (side + letter for letter in letters):
        # In Python `if` and `in` can be no names of attributes, so that some versions have `if_` and `in_`.
        name = plain + "_" if stored.has(f"{plain}_/kernel") else plain
        kernels.append(stored.take(f"{name}/kernel", shape).T)
        bias = f"{name}/bias"
        biases.append(stored.take(bias, shape[1:]) if stored.has(bias) else np.zeros_like(kernels[-1][:, 0]))
    return np.concatenate(kernels), np.concatenate(biases)


def _equinox(source: Source) -> Stacked:
    gates = source.gates
    stored = source.stored(["weight_ih", "weight_hh", "bias", "bias_n"], "weight_hh")
    W_hh = stored.square("weight_hh", gates, 1)
    return Stacked(
        stored.take("weight_ih", (len(W_hh), "d")),
        W_hh,
        *_bias_beside(stored, "bias", "bias_n", gates, len(W_hh)),
    )


def _bias_beside(
    stored: StoredArrays, name: str, of_candidate: str, gates: int, rows: int
) -> tuple[Array | None, Array | None]:
    """Return a bias of all blocks, and that of the candidate which the reset gate of a GRU scales."""
    bias = stored.take(name, (rows,)) if stored.has(name) else None
    if gates != 3 or not stored.has(of_candidate):
        return bias, None
    scaled = stored.take(of_candidate, (rows // 3,))
    return bias, np.concatenate([np.zeros(2 * len(scaled), scaled.dtype), scaled])


def _both_in_one(source: Source, weights: str, bias: str) -> Stacked:
    """Return the weights of one array (d + n, gates n), those of the input first."""
    stored, gates = source.stored([weights, bias], weights), source.gates
    width = stored.take(weights, ("d + n", f"{gates}n")).shape
    n = max(1, width[1] // gates)
    if width[1] != gates * n or width[0] <= n:
        raise ValueError(f"{weights} must have shape (d + n, {gates}n), got {width}")
    both = stored.take(weights, width).T
    b = stored.take(bias, (gates * n,)) if stored.has(bias) else None
    return Stacked(both[:, :-n], both[:, -n:], b)


def _haiku(source: Source) -> Stacked:
    if source.gates == 4:
        return _both_in_one(source, "w", "b")
    stored = source.stored(["w_i", "w_h", "b"], "w_h")
    W_hh = stored.square("w_h", source.gates, 0)
    b = stored.take("b", (W_hh.shape[1],)) if stored.has("b") else None
    return Stacked(stored.take("w_i", ("d", W_hh.shape[1])).T, W_hh.T, b)


def _mlx(source: Source) -> Stacked:
    gates = source.gates
    bias = "bias" if gates == 4 else "b"
    stored = source.stored(["Wx", "Wh", bias, "bhn"], "Wh")
    given = stored.take("Wh", (f"{gates}n", "n")).shape
    is_old = given[0] < given[1]  # first versions had (n, 4n)
    W_hh = stored.square("Wh", gates, 0 if is_old else 1)
    rows = max(W_hh.shape)
    W_ih = stored.take("Wx", ("d", rows) if is_old else (rows, "d"))
    biases = _bias_beside(stored, bias, "bhn", gates, rows)
    return Stacked(W_ih.T if is_old else W_ih, W_hh.T if is_old else W_hh, *biases)


def _tensorflow1(source: Source) -> Stacked:
    return _both_in_one(source, "kernel", "bias")


@dataclass(frozen=True)
class Layout:
    """How a library stores the layers that it has, by their number of gates, and what reads them."""

    read: Callable[[Source], Stacked]
    conventions: dict[int, Convention] = field(default_factory=dict)


RNN, AFTER, USUAL = Convention("h"), Convention("rzn", "after"), Convention("ifgo")
LAYOUTS = {
    "pytorch": Layout(_pytorch, {1: RNN, 3: AFTER, 4: USUAL}),
    "keras": Layout(_keras, {1: RNN, 3: Convention("zrn", "after"), 4: USUAL}),
    "keras-cudnn": Layout(_keras_cudnn, {3: Convention("zrn", "after"), 4: USUAL}),
    "onnx": Layout(_onnx, {1: RNN, 3: Convention("zrn", "before"), 4: Convention("iofg")}),
    "flax": Layout(_flax, {3: AFTER, 4: USUAL}),
    "equinox": Layout(_equinox, {3: AFTER, 4: USUAL}),
    "haiku": Layout(_haiku, {3: Convention("zrn", "before", renews=True), 4: Convention("igfo", forget=1.0)}),
    "mlx": Layout(_mlx, {3: AFTER, 4: USUAL}),
    "tensorflow1": Layout(_tensorflow1, {4: Convention("igfo", forget=1.0)}),
}


def read(source: Source, layout: str) -> tuple[Stacked, Convention]:
    """Return the weights of a layer as its layout stacks them, and what they mean."""
    has = LAYOUTS[layout].conventions
    if source.gates not in has:
        kinds = " and ".join(f"the {KINDS[number]}" for number in has)
        raise ValueError(f"layout {layout!r} is known for {kinds}, got the {KINDS[source.gates]}")
    return LAYOUTS[layout].read(source), has[source.gates]
