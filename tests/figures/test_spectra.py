"""The figures about spectra: what is drawn is what was given, and labels keep clear of each other."""

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.contour import ContourSet

from rnn_solutions.figures import style
from rnn_solutions.figures.spectra import growth_rates, pseudospectrum

X, Y = np.linspace(-2, 2, 81), np.linspace(-1.5, 1.5, 61)
DISTANCE = np.abs(X + 1j * Y[:, None] - 0.25)  # of a normal matrix with the eigenvalue 1/4 alone
GAIN = np.linspace(0.5, 2.5, 9)
RATES = {"$a$": np.log(GAIN), "$b$": np.log(GAIN) - 0.01, "$c$": GAIN - 4}


def test_an_edge_runs_where_the_level_is_met_and_its_label_stands_above_it():
    """Of one eigenvalue it is a circle around it; the grid of step 1/20 bends it by 1/1000 or so."""
    ax = pseudospectrum(X, Y, DISTANCE, {"1": 1.0, "1/2": 0.5}, [0.25])

    drawn = [found for found in ax.collections if isinstance(found, ContourSet)]
    for edge, radius, text in zip(drawn, (1.0, 0.5), ax.texts, strict=True):
        points = np.concatenate([path.vertices for path in edge.get_paths()])
        np.testing.assert_allclose(np.abs(points @ [1, 1j] - 0.25), radius, atol=2e-3)
        np.testing.assert_allclose(text.xy, (0.25, radius), atol=0.06)
        assert text.get_window_extent().y0 >= ax.transData.transform((0.25, radius))[1]
    assert [text.get_text() for text in ax.texts] == ["1", "1/2"]


def test_rows_of_the_levels_are_imaginary_parts():
    """Lower at the right of the real axis than above it: a transposed grid would not even fit."""
    levels = np.abs(X - 1.5) + 3 * np.abs(Y[:, None])

    ax = pseudospectrum(X, Y, levels, {"e": 0.3}, [1.5])

    points = np.concatenate([path.vertices for path in ax.collections[0].get_paths()])
    np.testing.assert_allclose(points.mean(axis=0), (1.5, 0), atol=0.05)
    assert np.ptp(points[:, 0]) > 2 * np.ptp(points[:, 1])


def test_the_unit_circle_and_all_eigenvalues_are_there_at_equal_scales():
    eigenvalues = [0.5 + 0.5j, 0.5 - 0.5j, -1.0]

    ax = pseudospectrum(X, Y, DISTANCE, {}, eigenvalues)

    circle, dots = ax.lines
    np.testing.assert_allclose(np.hypot(*circle.get_xydata().T), 1)
    np.testing.assert_array_equal(dots.get_xydata(), [(0.5, 0.5), (0.5, -0.5), (-1.0, 0.0)])
    assert ax.get_aspect() == 1
    assert (ax.get_xlim(), ax.get_ylim()) == ((-2, 2), (-1.5, 1.5))


def test_each_curve_is_its_rates_and_its_label_has_its_colour():
    ax = growth_rates(GAIN, RATES, "$g$")

    for line, values, text in zip(ax.lines, RATES.values(), ax.texts, strict=False):
        np.testing.assert_array_equal(line.get_xydata(), np.column_stack([GAIN, values]))
        assert text.get_color() == style.for_text(line.get_color())
    assert ax.get_xlabel() == "$g$"


def test_a_mark_is_a_line_across_the_axes():
    ax = growth_rates(GAIN, RATES, "$g$", mark=1.25)

    assert ax.lines[-1].get_xdata() == [1.25, 1.25]


def test_labels_stand_at_the_ends_of_their_curves_without_touching(boxes):
    """Two of the curves end within a hundredth of each other."""
    ax = growth_rates(GAIN, RATES, "$g$")

    assert not any(one.overlaps(other) for one, other in combinations(boxes(ax), 2))
    heights = {text.get_text(): text.xy[1] for text in ax.texts}
    assert heights["$c$"] < heights["$b$"] < heights["$a$"]


@pytest.mark.parametrize("values", [[-3.0, -1.0], [1.0, 3.0], [-1.0, 1.0], [0.0, 0.0]])
def test_the_line_between_vanishing_and_exploding_is_always_in_sight(values):
    ax = growth_rates([0, 1], {"a": values}, "x")

    low, high = ax.get_ylim()
    assert low < 0 < high
    (shaded,) = ax.patches
    assert shaded.get_y() == 0
    assert shaded.get_height() == pytest.approx(high)


def test_the_axes_given_are_the_axes_drawn_on():
    _, (left, right) = plt.subplots(1, 2)

    assert pseudospectrum(X, Y, DISTANCE, {"1": 1.0}, [0.25], ax=left) is left
    assert growth_rates(GAIN, RATES, "$g$", ax=right) is right
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: pseudospectrum(X, Y, DISTANCE.T, {}, [0]),
            r"levels must have shape \(61, 81\), got \(81, 61\)",
        ),
        (
            lambda: pseudospectrum(X[::-1], Y, DISTANCE, {}, [0]),
            "x must hold two numbers or more and increase",
        ),
        (
            lambda: pseudospectrum(X, [0.0], DISTANCE[:1], {}, [0]),
            "y must hold two numbers or more and increase",
        ),
        (lambda: pseudospectrum(X, Y, DISTANCE - 1, {}, [0]), r"levels must be at least 0, got -1\.0"),
        (lambda: pseudospectrum(X, Y, DISTANCE, {"e": 0}, [0]), r"edge e must lie between .* got 0\.0"),
        (lambda: pseudospectrum(X, Y, DISTANCE, {"e": 9}, [0]), r"edge e must lie between .* got 9\.0"),
        (lambda: pseudospectrum(X, Y, DISTANCE, [1], [0]), "edges must be a mapping, got list"),
        (lambda: pseudospectrum(X, Y, DISTANCE, {}, 0), "eigenvalues must have shape"),
        (lambda: growth_rates([1, 0], {"a": [1, 2]}, "x"), "x must hold two numbers or more and increase"),
        (lambda: growth_rates([0, 1], {}, "x"), "rates must hold 1 to 6 curves, got 0"),
        (lambda: growth_rates([0, 1], {"a": [1, 2]}, "x", mark=np.inf), "mark must be finite"),
        (lambda: growth_rates([0, 1], {"a": [1]}, "x"), r"curve a must have shape \(2,\), got \(1,\)"),
        (lambda: growth_rates([0, 1], {"a": [1, np.nan]}, "x"), "curve a must be finite"),
        (
            lambda: growth_rates([0, 1], {label: [1, 2] for label in "abcdefg"}, "x"),
            "rates must hold 1 to 6 curves",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
