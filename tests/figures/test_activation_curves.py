"""The figure of an activation: what is drawn is what was given."""

import numpy as np

from drawings import refuses
from rnn_solutions.figures.activation_curves import activation_and_slope


def test_both_curves_are_the_arrays_given_and_the_dot_is_the_largest_slope():
    z = np.linspace(-4, 4, 81)
    value, slope = np.arctan(z - 1.5), 0.3 / (1 + (z - 1.5) ** 2)

    ax = activation_and_slope(z, value, slope, labels=("$g(z)$", "$g'(z)$"))

    curves = {tuple(line.get_ydata()): line.get_xdata() for line in ax.lines if len(line.get_xdata()) == 81}
    np.testing.assert_array_equal(curves[tuple(value)], z)
    np.testing.assert_array_equal(curves[tuple(slope)], z)
    (dot,) = (line for line in ax.lines if line.get_marker() == "o")
    assert (dot.get_xdata()[0], dot.get_ydata()[0]) == (z[55], slope[55])
    assert [text.get_text() for text in ax.texts] == ["$g(z)$", "$g'(z)$", r"$g'(1.5)$$\,=\,0.3$"]
    assert [text.xy for text in ax.texts] == [(z[-1], value[-1]), (z[-1], slope[-1]), (z[55], slope[55])]


test_bad_curves_are_named = refuses(
    activation_and_slope,
    ([0, 1], [0, 1, 2], [0, 1], r"value must have shape \(2,\), got \(3,\)"),
    ([0, 1], [0, 1], [[0, 1]], r"slope must have shape \(2,\), got \(1, 2\)"),
    ([0, np.nan], [0, 1], [0, 1], r"z must be finite, got nan at \(1,\)"),
    ([0, 0], [0, 1], [0, 1], "z must increase, got 0.0 before 0.0"),
    ([], [], [], r"z must have shape \(m,\), got \(0,\)"),
    ([0, 1], [0, 1], [0, 1], None, ["a"], r"labels must be 2 strings, got \['a'\]"),
    ([0, 1], [0, 1], [0, 1], None, "ab", "labels must be 2 strings, got 'ab'"),
)
