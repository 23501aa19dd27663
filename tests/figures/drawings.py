"""What tests of figures share: arguments that draw each one, where labels are, and what is refused."""

import inspect
import pkgutil
from functools import partial
from importlib import import_module
from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.text import Text

from rnn_solutions import figures

LAGS = np.arange(6)
FADING = np.tril(0.5 ** (LAGS[:, None] - LAGS + 1.0))
LOGS = np.array([[0.0, -np.inf], [-1.0, 0.0]])
LOG_FADING = np.log10(FADING, where=FADING > 0, out=np.full_like(FADING, -np.inf))
ARGUMENTS = {
    "activation_and_slope": (LAGS, LAGS / 2.0, 1 - LAGS / 5.0),
    "bands_by_lag": (LAGS, {"$f$": [0.8**LAGS, 0.9**LAGS, 0.95**LAGS]}),
    "circle_images": ([np.diag([2, 1])], ["$M^2$"], {"$e_1$": [1, 0]}),
    "costs_over_size": ([1, 2, 4], {"sort": [1, 2, 5], "pairs": [3, 12, 48]}, "$n$", "s"),
    "eigenvalue_disc": ({r"$\rho = 1$": [0.5, 0.5j], "B": [-0.9]},),
    "errors_over_gap": (
        *([0.1, 0.01], {"squaring": [1e-16, 1e-15]}),
        *((r"$\varepsilon\,\kappa(Q)$", [1e-15, 1e-14]), 0.05),
    ),
    "exponents_over_gain": ([0.5, 2], {"$s = 0$": [-0.7, 0.2], "$s$": [-1, 0.1]}, 1.0),
    "gate_run": (LAGS / 5, 1 - LAGS / 5, LAGS / 5, LAGS / 5, LAGS / 5, LAGS / 5),
    "gradient_by_lag": (LAGS, {"held, $b_f + 1$": 0.5**LAGS, "path": 0.4**LAGS}),
    "gradient_map": (LOG_FADING, np.stack([-LAGS - 0.5, -LAGS, -LAGS + 0.5], 1), 0.001, (-1.0, 0.0)),
    "gradient_norms": ({r"$\partial L / \partial h_t$": FADING},),
    "gradient_map_pair": ([LOGS - 3, LOGS], [[0, -4], [0, -1]], 0.001),
    "learning_curves": ([1, 2], {"$T = 5$": {"RNN": [[0.3, 0.1], [0.2, 0.1]]}}, 1 / 6),
    "lstm_cell": (),
    "maps_on_the_way": ({"RNN": [LOGS, LOGS]}, ["start", "end"]),
    "outcomes": ({"Clip": {"no": [0.2, 0.1], "yes": [0.01, 0.02]}}, 1 / 6),
    "power_norms": ([0, 1, 2], {"$0.5$": [1, 0.5, 0.25], "$J_2(0)$": [1, 1, 0]}),
    "pseudospectrum": (LAGS, LAGS, np.hypot(LAGS - 2, LAGS[:, None] - 2), {"$10^{0}$": 1.0}, [2 + 2j]),
    "relative_errors": (["$J_t^{t-k}$", "$k = 1$"], [2e-16, 0.146]),
    "shares_by_pair": ({"RNN": FADING, "LSTM": np.tril(np.full_like(FADING, 0.9))},),
    "shares_over_lag": ([1, 10, 100], {"$A$": [0.5, 0.6j], "B": [0.9]}),
    "term_heatmap": (FADING,),
    "triangle_of_terms": (np.tril(LAGS[:4, None] - LAGS[:4]),),
    "two_lstm_steps": (),
    "unrolled_rnn": (3, (2, 0)),
    "value_ranges": ({r"$\tilde C_t$": (-1, 1, -0.9, 1 - 1e-9)},),
    "way_shares": (["forget", "candidate"], {"a": [0.95, 0.01], "b": [0.9, 0.0]}),
}


def figure_functions():
    """Return by name all functions of the figures that return axes; modules with an underscore help them."""
    found = {}
    for module in pkgutil.iter_modules(figures.__path__, "rnn_solutions.figures."):
        if not module.name.startswith("rnn_solutions.figures._"):
            for name, member in inspect.getmembers(import_module(module.name), inspect.isfunction):
                own = member.__module__ == module.name and not name.startswith("_")
                if own and "Axes" in member.__annotations__["return"]:
                    found[name] = member
    return found


FIGURES = figure_functions()
DRAWINGS = {name: partial(FIGURES[name], *given) for name, given in ARGUMENTS.items() if name in FIGURES}


def boxes(ax):
    """Return where the labels are, in pixels, without the lines that lead to them."""
    ax.figure.canvas.draw()
    return [Text.get_window_extent(text) for text in ax.texts]


def overlapping(ax):
    """Return the pairs of labels that overlap."""
    labelled = zip(boxes(ax), (text.get_text() for text in ax.texts), strict=True)
    return [(a, b) for (one, a), (other, b) in combinations(labelled, 2) if one.overlaps(other)]


def refuses(figure, *cases):
    """Return a test that bad arguments are named; a case ends with what is said of those before it."""

    @pytest.mark.parametrize("case", cases, ids=[case[-1] for case in cases])
    def test(case):
        with pytest.raises(ValueError, match=case[-1]):
            figure(*case[:-1])
        assert plt.get_fignums() == []  # and no figure is left behind

    return test
