"""Executable answers on recurrent networks: gradients through time, why they vanish or explode, LSTMs."""

from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.gradients.diagnosing import Diagnosis, diagnose
from rnn_solutions.gradients.diagnosis import Decay
from rnn_solutions.gradients.expansion import Expansion, Term, expand
from rnn_solutions.gradients.gradient_map import gradient_map
from rnn_solutions.gradients.layer_map import LayerMap
from rnn_solutions.gradients.lyapunov import lyapunov_exponents, one_step_jacobians
from rnn_solutions.gradients.mapped import GradientMap
from rnn_solutions.gradients.norms import jacobian_norms
from rnn_solutions.gradients.stack_map import StackMap, stack_map
from rnn_solutions.gradients.stack_terms import RowNorms, row_norms
from rnn_solutions.gradients.truncation import truncated_gradient
from rnn_solutions.gradients.ways import GRU_WAYS, LSTM_WAYS, gradients_along, jacobian_along, step_parts
from rnn_solutions.learning.initialisation import draw_gru, draw_lstm, draw_rnn
from rnn_solutions.learning.losses import cross_entropy, squared_error
from rnn_solutions.learning.optimisers import Adam, clip_by_norm
from rnn_solutions.learning.tasks import Batch, adding_problem, copy_task
from rnn_solutions.learning.training import Model, Training, train
from rnn_solutions.matrices.growth import Growth, growth
from rnn_solutions.matrices.powers import (
    Eigendecomposition,
    NotDiagonalizableError,
    eigendecomposition,
    matrix_power_eig,
    matrix_power_exact,
    spectral_radius,
)
from rnn_solutions.matrices.pseudospectra import kreiss_constant, pseudospectral_level
from rnn_solutions.networks.activations import dense_jacobian, sigmoid, sigmoid_slope
from rnn_solutions.networks.gru import GRU, GRURun
from rnn_solutions.networks.linear_eigenvalues import discretize, input_scale, memory_length, ring_eigenvalues
from rnn_solutions.networks.linear_recurrence import LinearRecurrence, scan
from rnn_solutions.networks.lstm import LSTM, LSTMRun
from rnn_solutions.networks.projected_lstm import ProjectedLSTM, ProjectedLSTMRun
from rnn_solutions.networks.recurrent import Recurrent
from rnn_solutions.networks.rnn import RNN, RNNRun
from rnn_solutions.networks.runs import Gradients, RecurrentRun
from rnn_solutions.networks.stack import Stack
from rnn_solutions.networks.stack_runs import StackRun
from rnn_solutions.sheet.answers import Feedback, check_answer, usual_mistakes

__version__ = "0.1.0"

__all__ = [
    "GRU",
    "GRU_WAYS",
    "LSTM",
    "LSTM_WAYS",
    "RNN",
    "Adam",
    "Batch",
    "Decay",
    "Diagnosis",
    "Eigendecomposition",
    "Expansion",
    "Feedback",
    "GRURun",
    "GradientMap",
    "Gradients",
    "Growth",
    "LSTMRun",
    "LayerMap",
    "LinearRecurrence",
    "Model",
    "NotDiagonalizableError",
    "ProjectedLSTM",
    "ProjectedLSTMRun",
    "RNNRun",
    "Recurrent",
    "RecurrentRun",
    "RowNorms",
    "Stack",
    "StackMap",
    "StackRun",
    "Term",
    "Training",
    "adding_problem",
    "check_answer",
    "clip_by_norm",
    "complex_step",
    "copy_task",
    "cross_entropy",
    "dense_jacobian",
    "diagnose",
    "discretize",
    "draw_gru",
    "draw_lstm",
    "draw_rnn",
    "eigendecomposition",
    "expand",
    "gradient_map",
    "gradients_along",
    "growth",
    "input_scale",
    "jacobian_along",
    "jacobian_norms",
    "kreiss_constant",
    "lyapunov_exponents",
    "matrix_power_eig",
    "matrix_power_exact",
    "memory_length",
    "one_step_jacobians",
    "pseudospectral_level",
    "ring_eigenvalues",
    "row_norms",
    "scan",
    "sigmoid",
    "sigmoid_slope",
    "spectral_radius",
    "squared_error",
    "stack_map",
    "step_parts",
    "train",
    "truncated_gradient",
    "usual_mistakes",
]
