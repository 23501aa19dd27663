r"""What the gates of an LSTM or a GRU are made with: the logistic function, or a line cut off at 0 and 1.

Libraries mean one of two lines by "hard sigmoid".
"""

from __future__ import annotations

import numpy as np

from rnn_solutions._validation import Array
from rnn_solutions.networks.activations import Activation, fast_sigmoid, fast_sigmoid_slope


def _line(steepness: float) -> Activation:
    """Return the function that follows ``steepness * z + 1/2`` from 0 to 1; at the corners its slope is 0."""

    def value(z: Array, out: Array | None = None) -> Array:
        out = np.multiply(z, z.dtype.type(steepness), out=out)
        out += z.dtype.type(0.5)
        return np.clip(out, 0, 1, out=out)

    def slope(z: Array, y: Array, out: Array | None = None) -> Array:
        return np.multiply((y > 0) & (y < 1), z.dtype.type(steepness), out=out)

    return Activation(value, slope)


GATE_ACTIVATIONS = {
    "sigmoid": Activation(fast_sigmoid, fast_sigmoid_slope),
    "hard_sigmoid": _line(1 / 6),  # Keras 3, PyTorch, JAX
    "hard_sigmoid_0.2": _line(0.2),  # Keras 1 and 2; what ONNX takes unless it is told otherwise
}
CANDIDATE_ACTIVATIONS = ("tanh", "relu")
