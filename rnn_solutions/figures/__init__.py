"""Figures: functions from arrays to matplotlib axes, which know nothing of the networks behind the arrays."""

try:
    import matplotlib  # noqa: F401 - only to say what is missing before any figure needs it
except ImportError as error:
    raise ImportError("the figures need matplotlib: install rnn-solutions[figures]") from error

from rnn_solutions.figures.activations import activation_and_slope
from rnn_solutions.figures.conditioning import errors_over_gap
from rnn_solutions.figures.costs import cost_growth
from rnn_solutions.figures.diagrams import lstm_cell, unrolled_rnn
from rnn_solutions.figures.eigenvalues import eigenvalue_disc, shares_over_lag
from rnn_solutions.figures.gates import gate_run, gradient_by_lag, value_ranges
from rnn_solutions.figures.gradients import relative_errors, term_heatmap
from rnn_solutions.figures.learning import learning_curves, maps_on_the_way, outcomes
from rnn_solutions.figures.map_pairs import gradient_map_pair
from rnn_solutions.figures.maps import gradient_map
from rnn_solutions.figures.powers import circle_images, power_norms
from rnn_solutions.figures.spectra import growth_rates, pseudospectrum
from rnn_solutions.figures.ways import bands_by_lag, way_shares

__all__ = [
    "activation_and_slope",
    "bands_by_lag",
    "circle_images",
    "cost_growth",
    "eigenvalue_disc",
    "errors_over_gap",
    "gate_run",
    "gradient_by_lag",
    "gradient_map",
    "gradient_map_pair",
    "growth_rates",
    "learning_curves",
    "lstm_cell",
    "maps_on_the_way",
    "outcomes",
    "power_norms",
    "pseudospectrum",
    "relative_errors",
    "shares_over_lag",
    "term_heatmap",
    "unrolled_rnn",
    "value_ranges",
    "way_shares",
]
