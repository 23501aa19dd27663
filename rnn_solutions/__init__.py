"""Executable answers on recurrent networks: gradients through time, why they vanish or explode, LSTMs."""

from rnn_solutions.activations import dense_jacobian, sigmoid, sigmoid_slope, tanh_slope
from rnn_solutions.decay import Decay
from rnn_solutions.differences import complex_step
from rnn_solutions.expansion import Expansion, Term, expand
from rnn_solutions.gru import GRU
from rnn_solutions.linear_recurrence import LinearRecurrence
from rnn_solutions.lstm import LSTM
from rnn_solutions.maps import GradientMap, gradient_map
from rnn_solutions.power_growth import Growth, growth
from rnn_solutions.powers import (
    NotDiagonalizableError,
    eigendecomposition,
    matrix_power_eig,
    matrix_power_exact,
    spectral_radius,
)
from rnn_solutions.rnn import RNN

__version__ = "0.1.0"

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "Decay",
    "Expansion",
    "GradientMap",
    "Growth",
    "LinearRecurrence",
    "NotDiagonalizableError",
    "Term",
    "complex_step",
    "dense_jacobian",
    "eigendecomposition",
    "expand",
    "gradient_map",
    "growth",
    "matrix_power_eig",
    "matrix_power_exact",
    "sigmoid",
    "sigmoid_slope",
    "spectral_radius",
    "tanh_slope",
]
