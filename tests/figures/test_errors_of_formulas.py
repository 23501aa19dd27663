"""The figures of errors: what is drawn is what was given, and every number written is read from it."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba

from drawings import refuses
from rnn_solutions.figures import style
from rnn_solutions.figures.errors_of_formulas import errors_over_gap, relative_errors

GAP = np.logspace(-1, -7, 7)


def test_each_formula_has_its_error_as_a_dot_and_as_a_number_from_top_to_bottom():
    errors = [2.2e-16, 0.1464, 1234.0]

    ax = relative_errors(["$a$", "$b$", "$c$"], errors)

    (dots,) = (line for line in ax.lines if line.get_marker() == "o")
    np.testing.assert_array_equal(dots.get_xdata(), errors)
    np.testing.assert_array_equal(dots.get_ydata(), [0, 1, 2])
    assert ax.get_ylim()[0] > ax.get_ylim()[1]
    assert ax.get_xscale() == "log"
    assert [label.get_text() for label in ax.get_yticklabels()] == ["$a$", "$b$", "$c$"]
    assert [(text.xy, text.get_text()) for text in ax.texts] == [
        ((2.2e-16, 0), r"$2.2\cdot 10^{-16}$"),
        ((0.1464, 1), "$0.15$"),
        ((1234.0, 2), r"$1.2\cdot 10^{3}$"),
    ]
    low, high = ax.get_xlim()
    assert low < 2.2e-16
    assert high > 1234


def test_a_formula_that_is_exactly_right_has_no_dot_but_a_zero():
    ax = relative_errors(["$a$", "$b$"], [0.0, 0.5])

    (dots,) = (line for line in ax.lines if line.get_marker() == "o")
    assert (list(dots.get_xdata()), list(dots.get_ydata())) == ([0.5], [1])
    assert [text.get_text() for text in ax.texts] == ["$0$", "$0.5$"]


test_bad_errors_are_named = refuses(
    relative_errors,
    (["a"], [0.1, 0.2], r"labels must be 2 strings, got \['a'\]"),
    ("ab", [0.1, 0.2], "labels must be 2 strings, got 'ab'"),
    ([1, 2], [0.1, 0.2], r"labels must be 2 strings, got \[1, 2\]"),
    (None, [0.1], "labels must be 1 strings, got None"),
    (["a"], [-0.1], "errors must be at least 0 and not all 0, got -0.1 to -0.1"),
    (["a"], [0.0], "errors must be at least 0 and not all 0, got 0.0 to 0.0"),
    (["a"], [[0.1]], r"errors must have shape \(m,\), got \(1, 1\)"),
    (["a"], [np.nan], r"errors must be finite, got nan at \(0,\)"),
)


def test_each_way_is_its_own_dots_and_the_yardstick_a_line():
    """Zeros are left out, because a logarithmic axis has no place for them."""
    rng = np.random.default_rng(1)
    by_eigenvalues, by_squaring, yardstick = 1e-16 / GAP, rng.uniform(1, 5, 7) * 1e-16, 1e-14 / GAP
    by_squaring[[2, 6]] = 0

    ax = errors_over_gap(GAP, {"$Q$": by_eigenvalues, "$M$": by_squaring}, (r"$\kappa$", yardstick), 1e-4)

    line, first, second = ax.lines
    np.testing.assert_array_equal(line.get_xydata(), np.column_stack([GAP, yardstick]))
    np.testing.assert_array_equal(first.get_xydata(), np.column_stack([GAP, by_eigenvalues]))
    kept = [0, 1, 3, 4, 5]
    np.testing.assert_array_equal(second.get_xydata(), np.column_stack([GAP, by_squaring])[kept])
    assert [curve.get_linestyle() for curve in (line, first, second)] == ["-", "None", "None"]
    assert [text.get_text() for text in ax.texts] == [r"$\kappa$", "$Q$", "$M$"]
    assert [text.xy[1] for text in ax.texts] == [yardstick[-1], by_eigenvalues[-1], by_squaring[5]]
    colors = [style.for_text(dots.get_color()) for dots in (first, second)]
    assert [text.get_color() for text in ax.texts[1:]] == colors


def test_the_gap_shrinks_to_the_right_and_grey_covers_what_is_refused():
    ax = errors_over_gap(GAP, {"a": 1e-16 / GAP}, ("b", 1e-14 / GAP), refused_below=1e-4)

    assert ax.get_xlim() == (GAP[0], GAP[-1])
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    (grey,) = ax.patches
    assert sorted([grey.get_x(), grey.get_x() + grey.get_width()]) == pytest.approx([GAP[-1], 1e-4])
    assert grey.get_facecolor() == to_rgba(style.TINT_GREY)


def test_a_yardstick_that_falls_to_zero_has_its_label_at_the_last_value_above():
    ax = errors_over_gap([1.0, 0.1, 0.01], {"a": [1, 1, 1]}, ("b", [3, 2, 0]), 0.5)

    assert ax.lines[0].get_ydata().tolist() == [3, 2]
    assert ax.texts[0].xy == (0.01, 2)


test_bad_gaps_and_curves_are_named = refuses(
    errors_over_gap,
    (GAP[::-1], {"a": GAP}, ("b", GAP), 1e-4, "gap must decrease and stay above 0, got 1e-07 to 0.1"),
    ([1.0, 0.0], {"a": [1, 1]}, ("b", [1, 1]), 0.5, "gap must decrease and stay above 0, got 1 to 0"),
    (GAP, {"a": GAP[1:]}, ("b", GAP), 1e-4, r"curve a must have shape \(7,\), got \(6,\)"),
    (GAP, {"a": -GAP}, ("b", GAP), 1e-4, "curve a must be at least 0 and not all 0, got -0.1 to -1e-07"),
    (GAP, {"a": GAP}, ("b", 0 * GAP), 1e-4, "curve b must be at least 0 and not all 0, got 0.0 to 0.0"),
    (GAP, {"a": GAP}, ("b", GAP), 1.0, "refused_below must be between 1e-07 and 0.1, got 1"),
    (GAP, {"a": GAP}, ("b", GAP), None, "refused_below must hold real numbers, got dtype object"),
    (GAP, {"a": GAP}, ("b", GAP), np.nan, r"refused_below must be finite, got nan at \(\)"),
    (GAP, GAP, ("b", GAP), 1e-4, "errors must be a mapping, got ndarray"),
    (GAP, {}, ("b", GAP), 1e-4, "errors must hold 1 to 5, got 0"),
    (GAP, dict.fromkeys("abcdef", GAP), ("b", GAP), 1e-4, "errors must hold 1 to 5, got 6"),
    (GAP, {"a": GAP}, GAP, 1e-4, "yardstick must be a tuple of a label and a curve"),
    (GAP, {"a": GAP}, "b", 1e-4, "yardstick must be a tuple of a label and a curve, got 'b'"),
)
