"""Figures: functions from arrays to matplotlib axes, which know nothing of the networks behind the arrays.

Each draws on `ax`, or on a new figure where that is None, and returns the axes drawn on. Here are those
that several pages draw, or the package itself. What a single page draws lies in the modules beside them, from
which that page imports it. Colours and sizes are those of `style`. Numbers beyond 1e150 in size are refused.
"""

try:
    import matplotlib  # noqa: F401 - only to say what is missing before any figure needs it
except ImportError as error:
    raise ImportError("the figures need matplotlib: install rnn-solutions[figures]") from error

from rnn_solutions.figures.errors_of_formulas import relative_errors
from rnn_solutions.figures.gradient_maps import gradient_map, term_heatmap
from rnn_solutions.figures.matrix_powers import power_norms
from rnn_solutions.figures.norms_over_lag import gradient_by_lag
from rnn_solutions.figures.norms_over_time import gradient_norms
from rnn_solutions.figures.shares_of_ways import way_shares

__all__ = [
    "gradient_by_lag",
    "gradient_map",
    "gradient_norms",
    "power_norms",
    "relative_errors",
    "term_heatmap",
    "way_shares",
]
