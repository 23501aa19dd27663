"""Executable answers on recurrent networks: gradients through time, why they vanish or explode, LSTMs."""

from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.gradients.diagnosis import Decay
from rnn_solutions.gradients.expansion import Expansion, Term, expand
from rnn_solutions.gradients.gradient_map import GradientMap, gradient_map
from rnn_solutions.gradients.lyapunov import lyapunov_exponents, one_step_jacobians
from rnn_solutions.gradients.truncation import truncated_gradient
from rnn_solutions.learning.initialisation import draw_gru, draw_lstm, draw_rnn, orthogonal_matrix
from rnn_solutions.learning.losses import cross_entropy, squared_error
from rnn_solutions.learning.optimisers import SGD, Adam, clip_by_norm, gradient_norm
from rnn_solutions.learning.tasks import Batch, adding_problem, copy_task
from rnn_solutions.learning.training import Model, Training, train
from rnn_solutions.matrices.growth import Growth, growth
from rnn_solutions.matrices.powers import (
    NotDiagonalizableError,
    eigendecomposition,
    matrix_power_eig,
    matrix_power_exact,
    spectral_radius,
)
from rnn_solutions.matrices.pseudospectra import kreiss_constant, pseudospectral_level, pseudospectral_radius
from rnn_solutions.networks.activations import dense_jacobian, sigmoid, sigmoid_slope, tanh_slope
from rnn_solutions.networks.gru import GRU
from rnn_solutions.networks.linear_recurrence import LinearRecurrence
from rnn_solutions.networks.lstm import LSTM
from rnn_solutions.networks.rnn import RNN
from rnn_solutions.sheet.answers import Feedback, check_answer

__version__ = "0.1.0"

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "SGD",
    "Adam",
    "Batch",
    "Decay",
    "Expansion",
    "Feedback",
    "GradientMap",
    "Growth",
    "LinearRecurrence",
    "Model",
    "NotDiagonalizableError",
    "Term",
    "Training",
    "adding_problem",
    "check_answer",
    "clip_by_norm",
    "complex_step",
    "copy_task",
    "cross_entropy",
    "dense_jacobian",
    "draw_gru",
    "draw_lstm",
    "draw_rnn",
    "eigendecomposition",
    "expand",
    "gradient_map",
    "gradient_norm",
    "growth",
    "kreiss_constant",
    "lyapunov_exponents",
    "matrix_power_eig",
    "matrix_power_exact",
    "one_step_jacobians",
    "orthogonal_matrix",
    "pseudospectral_level",
    "pseudospectral_radius",
    "sigmoid",
    "sigmoid_slope",
    "spectral_radius",
    "squared_error",
    "tanh_slope",
    "train",
    "truncated_gradient",
]
