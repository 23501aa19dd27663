"""Executable answers on recurrent networks: gradients through time, why they vanish or explode, LSTMs."""

from rnn_solutions.activations import dense_jacobian, sigmoid, sigmoid_slope, tanh_slope
from rnn_solutions.differences import complex_step

__version__ = "0.1.0"

__all__ = ["complex_step", "dense_jacobian", "sigmoid", "sigmoid_slope", "tanh_slope"]
