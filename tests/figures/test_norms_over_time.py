"""The figure of gradients by the state: at each step stands the norm of what was given."""

import numpy as np
import pytest

from drawings import refuses
from rnn_solutions.figures.norms_over_time import gradient_norms


@pytest.mark.parametrize("batch", [(), (2,)])
def test_each_curve_is_the_root_of_the_sum_of_squares_over_the_steps(batch):
    rng = np.random.default_rng(0)
    given = {name: rng.normal(size=(6, *batch, 3)) for name in ("$a$", "$b$")}

    ax = gradient_norms(given)

    assert (ax.get_xscale(), ax.get_yscale()) == ("linear", "log")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$t$", r"$\|\cdot\|$")
    assert [text.get_text() for text in ax.texts] == list(given)
    for line, array in zip(ax.lines, given.values(), strict=True):
        np.testing.assert_array_equal(line.get_xdata(), range(6))
        expected = [sum(entry**2 for entry in array[t].flat) ** 0.5 for t in range(6)]
        np.testing.assert_allclose(line.get_ydata(), expected, rtol=1e-14)


def test_squares_that_no_float_holds_do_no_harm():
    """3e-200 and 4e-200 make 5e-200, though their squares are 0."""
    ax = gradient_norms({"a": [[3e-200, 4e-200], [3e-320, 0], [1, 0]]})

    np.testing.assert_allclose(ax.lines[0].get_ydata(), [5e-200, 3e-320, 1], rtol=1e-14)


def test_a_norm_of_0_is_a_gap_and_one_between_gaps_a_dot():
    ax = gradient_norms({"a": [[0.0], [2.0], [0.0], [1.0], [1.0]]})

    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [np.nan, 2, np.nan, 1, 1])
    assert ax.lines[0].get_markevery() == [1]


test_bad_input_of_gradient_norms_is_named = refuses(
    gradient_norms,
    ({"a": [1.0]}, r"gradient a must have shape \(T\+1, n\) or \(T\+1, B, n\), got \(1,\)"),
    (
        {"a": [[1.0]], "b": np.ones((2, 1))},
        r"gradient b must have shape \(1, n\) or \(1, B, n\), got \(2, 1\)",
    ),
    ({"a": [[np.nan]]}, r"gradient a must be finite, got nan at \(0, 0\)"),
    ({"a": [[1e151]]}, "curve a must be at most 1e[+]150 in size to be drawn, got 1e[+]151"),
    ({"a": [[0.0], [0.0]]}, "curve a must be at least 0 and not all 0"),
    ({}, "gradients must hold 1 to 6, got 0"),
    ({key: [[1.0]] for key in "abcdefg"}, "gradients must hold 1 to 6, got 7"),
    ([[1.0]], "gradients must be a mapping, got list"),
)
