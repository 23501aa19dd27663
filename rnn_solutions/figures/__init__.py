"""Figures: functions from arrays to matplotlib axes, which know nothing of the networks behind the arrays."""

from rnn_solutions.figures.activations import activation_and_slope
from rnn_solutions.figures.diagrams import lstm_cell, unrolled_rnn
from rnn_solutions.figures.gradients import relative_errors, term_heatmap

__all__ = ["activation_and_slope", "lstm_cell", "relative_errors", "term_heatmap", "unrolled_rnn"]
