"""The figure of costs: points as given, and the power that made them."""

import re

import numpy as np
import pytest

from drawings import refuses
from rnn_solutions.figures.costs import costs_over_size

SIZES = np.array([10, 20, 40, 80, 160])


def powers(ax):
    """Return the powers that stand in the legend."""
    return [float(re.search(r"\^\{(.*)\}", text.get_text())[1]) for text in ax.get_legend().get_texts()]


def test_a_power_is_a_line_of_that_slope_and_is_named():
    ax = costs_over_size(SIZES, {"a": 3.0 * SIZES**2.0, "b": 7.0 / SIZES}, "$n$", "s")

    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert powers(ax) == [2.0, -1.0]
    for line, power in zip(ax.lines, (2, -1), strict=True):
        x, y = np.log(line.get_xydata()).T
        np.testing.assert_allclose(np.diff(y) / np.diff(x), power, rtol=1e-12)


def test_what_every_call_costs_does_not_hide_the_power_of_the_large_sizes():
    """A constant as large as the cost of size 10 would pull a line through all five points to 1.7."""
    ax = costs_over_size(SIZES, {"a": 100.0 + SIZES**2.0}, "$n$", "s")

    assert powers(ax) == [pytest.approx(2.0, abs=0.05)]


def test_a_label_that_begins_with_an_underscore_stands_in_the_legend_too():
    ax = costs_over_size(SIZES, {"_a": 3.0 * SIZES**2.0}, "$n$", "s")

    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["_a $n^{2.0}$"]


test_bad_input_is_named = refuses(
    lambda sizes, costs: costs_over_size(sizes, costs, "$n$", "s"),
    ([1, 2], {"a": [1, 2]}, r"sizes must be at least 3 numbers, got \[1\. 2\.\]"),
    ([0, 1, 2], {"a": [1, 2, 3]}, "sizes must be above 0, got 0.0"),
    ([1, 3, 2], {"a": [1, 2, 3]}, "sizes must increase, got 3.0 before 2.0"),
    ([1, 2, 3], {}, "costs must hold 1 to 5, got 0"),
    ([1, 2, 3], {label: [1, 2, 3] for label in "abcdef"}, "costs must hold 1 to 5, got 6"),
    ([1, 2, 3], {"a": [1, 2]}, r"costs of a must have shape \(3,\), got \(2,\)"),
    ([1, 2, 3], {"a": [1, 0, 2]}, r"costs of a must be above 0, got 0\.0"),
    ([1, 2, 3], {"a": [1, np.nan, 2]}, r"costs of a must be finite, got nan at \(1,\)"),
)
