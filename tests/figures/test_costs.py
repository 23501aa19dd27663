"""The figure of growing costs: points as given, and the power that made them."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from rnn_solutions.figures.costs import cost_growth

SIZES = np.array([10, 20, 40, 80, 160])


def powers(ax):
    """Return the powers that stand in the legend."""
    return [float(re.search(r"\^\{(.*)\}", text.get_text())[1]) for text in ax.get_legend().get_texts()]


def test_a_power_is_a_line_of_that_slope_and_is_named():
    ax = cost_growth(SIZES, {"a": 3.0 * SIZES**2.0, "b": 7.0 / SIZES}, "$n$", "s")

    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert powers(ax) == [2.0, -1.0]
    for line, power in zip(ax.lines, (2, -1), strict=True):
        x, y = np.log(line.get_xydata()).T
        np.testing.assert_allclose(np.diff(y) / np.diff(x), power, rtol=1e-12)


def test_what_every_call_costs_does_not_hide_the_power_of_the_large_sizes():
    """A constant as large as the cost of size 10 would pull a line through all five points to 1.7."""
    ax = cost_growth(SIZES, {"a": 100.0 + SIZES**2.0}, "$n$", "s")

    assert powers(ax) == [pytest.approx(2.0, abs=0.05)]


def test_curves_differ_in_colour_marker_and_pattern():
    ax = cost_growth(SIZES, dict.fromkeys("abcde", SIZES), "$n$", "s")

    for look in (lambda a: a.get_color(), lambda a: a.get_marker(), lambda a: str(a._unscaled_dash_pattern)):
        assert len({look(line) for line in ax.lines}) == 5


def test_the_axes_given_are_the_axes_drawn_on():
    _, (left, _) = plt.subplots(1, 2)

    assert cost_growth(SIZES, {"a": SIZES}, "$n$", "s", ax=left) is left
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize(
    ("sizes", "costs", "message"),
    [
        ([1, 2], {"a": [1, 2]}, r"sizes must be at least three .* got \[1\.0, 2\.0\]"),
        ([0, 1, 2], {"a": [1, 2, 3]}, "increase from above 0"),
        ([1, 3, 2], {"a": [1, 2, 3]}, "increase from above 0"),
        ([1, 2, 3], {}, "costs must be between 1 and 5 curves, got 0"),
        ([1, 2, 3], {label: [1, 2, 3] for label in "abcdef"}, "costs must be between 1 and 5 curves, got 6"),
        ([1, 2, 3], {"a": [1, 2]}, r"costs of a must have shape \(3,\), got \(2,\)"),
        ([1, 2, 3], {"a": [1, 0, 2]}, r"costs of a must be above 0, got 0\.0"),
        ([1, 2, 3], {"a": [1, np.nan, 2]}, r"costs of a must be finite, got nan at \(1,\)"),
    ],
)
def test_bad_input_is_named(sizes, costs, message):
    with pytest.raises(ValueError, match=message):
        cost_growth(sizes, costs, "$n$", "s")
