"""The figure of Lyapunov exponents: what is drawn is what was given."""

import numpy as np
import pytest

from drawings import refuses
from rnn_solutions.figures import style
from rnn_solutions.figures.exponents import exponents_over_gain

GAIN = np.linspace(0.5, 2.5, 9)
EXPONENTS = {"$a$": np.log(GAIN), "$b$": np.log(GAIN) - 0.01, "$c$": GAIN - 4}


def test_each_curve_is_its_exponents_and_its_label_has_its_colour():
    ax = exponents_over_gain(GAIN, EXPONENTS)

    for line, values, text in zip(ax.lines, EXPONENTS.values(), ax.texts, strict=False):
        np.testing.assert_array_equal(line.get_xydata(), np.column_stack([GAIN, values]))
        assert text.get_color() == style.for_text(line.get_color())
    assert ax.get_xlabel() == "$g$"


def test_a_mark_is_a_line_across_the_axes():
    ax = exponents_over_gain(GAIN, EXPONENTS, mark=1.25)

    assert ax.lines[-1].get_xdata() == [1.25, 1.25]


@pytest.mark.parametrize("values", [[-3.0, -1.0], [1.0, 3.0], [-1.0, 1.0], [0.0, 0.0]])
def test_the_line_between_vanishing_and_exploding_is_always_in_sight(values):
    ax = exponents_over_gain([0, 1], {"a": values})

    low, high = ax.get_ylim()
    assert low < 0 < high
    (shaded,) = ax.patches
    assert shaded.get_y() == 0
    assert shaded.get_height() == pytest.approx(high)


test_bad_input_of_exponents_over_gain_is_named = refuses(
    exponents_over_gain,
    ([1, 0], {"a": [1, 2]}, "gains must increase, got 1.0 before 0.0"),
    ([1], {"a": [1]}, r"gains must be at least 2 numbers, got \[1\.\]"),
    ([0, 1], {}, "exponents must hold 1 to 6, got 0"),
    ([0, 1], {key: [1, 2] for key in "abcdefg"}, "hold 1 to 6, got 7"),
    ([0, 1], {"a": [1, 2]}, np.inf, "mark must be finite"),
    ([0, 1], {"a": [1]}, r"curve a must have shape \(2,\), got \(1,\)"),
    ([0, 1], {"a": [1, np.nan]}, "curve a must be finite"),
)
