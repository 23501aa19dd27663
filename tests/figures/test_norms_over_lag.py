"""The figures of norms over the lag: what is drawn is what was given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from drawings import refuses
from rnn_solutions.figures.matrix_powers import power_norms
from rnn_solutions.figures.norms_over_lag import bands_by_lag, gradient_by_lag

LAGS = np.arange(6)


def test_gradient_by_lag_draws_each_curve_in_its_order_over_the_lags_on_a_log_scale():
    lags = np.arange(1, 21)
    curves = {"$a$": 0.9**lags, "$b$": 0.5**lags, "$c$": 1.1**lags}

    ax = gradient_by_lag(lags, curves)

    assert (ax.get_xscale(), ax.get_yscale()) == ("linear", "log")
    for line, norms in zip(ax.lines, curves.values(), strict=True):
        np.testing.assert_array_equal(line.get_xdata(), lags)
        np.testing.assert_array_equal(line.get_ydata(), norms)
    assert [text.get_text() for text in ax.texts] == list(curves)


def test_a_norm_that_underflows_to_0_ends_its_curve_there_and_the_name_stands_at_its_last_positive_value():
    lags = np.arange(4)

    ax = gradient_by_lag(lags, {"$a$": [1.0, 1e-200, 0.0, 0.0], "$b$": [1.0, 1.0, 1.0, 1.0]})

    assert ax.texts[0].xy[0] == 1
    assert ax.texts[1].xy[0] == 3
    shown = ax.transAxes.inverted().transform(ax.transData.transform((1, 1e-200)))
    np.testing.assert_allclose(ax.texts[0].xy[1], shown[1], atol=1e-9)


@pytest.mark.parametrize("draw", [gradient_by_lag, power_norms])
def test_a_norm_without_neighbours_is_a_dot_for_no_line_leads_through_it(draw):
    ax = draw(LAGS, {"a": [1, 0, 1, 0, 1, 1], "b": [1, 1, 1, 0, 0, 1], "c": [1, 1, 1, 1, 1, 1]})

    dots = [line.get_xdata()[line.get_markevery()] for line in ax.lines[:3] if line.get_marker() == "o"]
    assert [alone.tolist() for alone in dots] == [[0, 2], [5]]
    ((one,),) = (line.get_markevery() for line in gradient_by_lag([3], {"a": [0.2]}).lines)
    assert one == 0


@pytest.mark.parametrize("last", [5e-324, 1e-310])
def test_the_least_floats_are_within_the_axes(last):
    """The margin below them is 0 in floats, of which matplotlib warns."""
    for ax in (
        gradient_by_lag([0, 1], {"a": [1, last]}),
        bands_by_lag([0, 1], {"a": [[last, last], [last, 1], [1, 1]]}),
    ):
        ax.figure.canvas.draw()
        assert 0 < ax.get_ylim()[0] <= last
        assert ax.get_ylim()[1] >= 1


@settings(max_examples=25)  # a figure takes 30 ms
@given(st.lists(st.integers(-300, 0), min_size=1, max_size=6))
@example([-300] * 6)
@example([0] * 6)
def test_names_keep_the_order_of_their_curves_and_never_overlap_nor_leave_the_axes(decades):
    """A name is 13 of 240 points high, so 0.08 of the axes apart is clear of each other."""
    ends = 10.0 ** np.array(decades)

    ax = gradient_by_lag([0, 1], {f"${j}$": [1.0, end] for j, end in enumerate(ends)})

    at = np.array([text.xyann[1] for text in ax.texts])[np.argsort(ends, kind="stable")]
    assert np.all(np.diff(at) > 0.08)
    assert at.min() >= 0
    assert at.max() <= 1
    plt.close("all")


def test_bands_lie_around_their_curves():
    curves = {"f": np.array([0.8**LAGS, 0.9**LAGS, 0.95**LAGS]), "g": np.ones((3, 6))}
    ax = bands_by_lag(LAGS, curves)

    for line, (_, middle, _) in zip(ax.lines, curves.values(), strict=True):
        np.testing.assert_array_equal(line.get_ydata(), middle)
    (band, _), (low, _, high) = ax.collections, curves["f"]
    corners = {tuple(vertex) for vertex in band.get_paths()[0].vertices}
    assert corners >= set(zip(LAGS, low, strict=True)) | set(zip(LAGS, high, strict=True))
    assert tuple(band.get_facecolor()[0][:3]) == to_rgb(ax.lines[0].get_color())


test_bad_input_of_gradient_by_lag_is_named = refuses(
    gradient_by_lag,
    ([0, 1], {"$a$": [1.0]}, r"curve \$a\$ must have shape \(2,\), got \(1,\)"),
    ([[0, 1]], {"a": [1, 1]}, r"lags must have shape \(m,\), got \(1, 2\)"),
    ([1, 0], {"$a$": [1.0, 1.0]}, "lags must increase, got 1.0 before 0.0"),
    ([0, 1], {"a": [1, -1]}, "curve a .* not all 0, got -1.0 to 1.0"),
    ([0, 1], {"a": [0, 0]}, "curve a .* not all 0, got 0.0 to 0.0"),
    ([0, 1], {"a": [1.0, np.inf]}, r"curve a must be finite, got inf at \(1,\)"),
    ([0, 1], {}, "curves must hold 1 to 6, got 0"),
    ([0, 1], {key: [1, 1] for key in "abcdefg"}, "hold 1 to 6, got 7"),
    ([0, 1], [1.0, 0.5], "curves must be a mapping, got list"),
    ([0, 1], None, "curves must be a mapping, got NoneType"),
    ([0, 1], {"a": [1, 1]}, None, ["$b$"], "labels must be 2 strings"),
)

test_bad_input_of_bands_by_lag_is_named = refuses(
    bands_by_lag,
    (LAGS, {"f": np.ones((2, 6))}, r"curve f must have shape \(3, 6\), got"),
    (LAGS, {"f": np.zeros((3, 6))}, "curve f must be above 0, got 0.0"),
    (LAGS, {"f": np.eye(3, 6)[::-1] + 1}, "curve f must have rows each at"),
    (LAGS, {}, "curves must hold 1 or more, got 0"),
    (LAGS, {"f": np.ones((3, 6))}, None, ["$b$"], "labels must be 2 strings"),
)
