"""Figures: functions from arrays to matplotlib axes, which know nothing of the networks behind the arrays."""

from rnn_solutions.figures.activations import activation_and_slope
from rnn_solutions.figures.conditioning import errors_over_gap
from rnn_solutions.figures.costs import cost_growth
from rnn_solutions.figures.diagrams import lstm_cell, unrolled_rnn
from rnn_solutions.figures.gates import gate_run, gradient_by_lag, value_ranges
from rnn_solutions.figures.gradients import relative_errors, term_heatmap
from rnn_solutions.figures.learning import learning_curves, maps_on_the_way, outcomes
from rnn_solutions.figures.maps import gradient_map
from rnn_solutions.figures.powers import circle_images, power_norms

__all__ = [
    "activation_and_slope",
    "circle_images",
    "cost_growth",
    "errors_over_gap",
    "gate_run",
    "gradient_by_lag",
    "gradient_map",
    "learning_curves",
    "lstm_cell",
    "maps_on_the_way",
    "outcomes",
    "power_norms",
    "relative_errors",
    "term_heatmap",
    "unrolled_rnn",
    "value_ranges",
]
