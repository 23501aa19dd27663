"""The figures of eigenvalues: what is drawn is what was given, and no two labels overlap."""

from functools import partial

import numpy as np
import pytest
from matplotlib.contour import ContourSet

from drawings import refuses
from rnn_solutions.figures import style
from rnn_solutions.figures.eigenvalues import eigenvalue_disc, pseudospectrum, shares_over_lag

GROUPS = {"0.5 to 0.6": [0.5, 0.6j], "0.9 to 0.93": [-0.93, 0.9], "0.99 to 0.999": [0.99j, -0.999]}
LAGS = np.geomspace(1, 1e4, 50)
X, Y = np.linspace(-2, 2, 81), np.linspace(-1.5, 1.5, 61)
DISTANCE = np.abs(X + 1j * Y[:, None] - 0.25)  # of a normal matrix with the eigenvalue 1/4 alone


def test_every_eigenvalue_is_a_point_and_every_group_has_its_own_look():
    ax = eigenvalue_disc(GROUPS)

    groups = [line for line in ax.lines if line.get_linestyle() == "None" and len(line.get_xdata()) == 2]
    for line, values in zip(groups, GROUPS.values(), strict=True):
        np.testing.assert_array_equal(line.get_xdata() + 1j * line.get_ydata(), values)
    assert len({line.get_color() for line in groups}) == len({line.get_marker() for line in groups}) == 3
    assert ax.get_aspect() == 1
    (circle,) = ax.patches
    np.testing.assert_allclose(np.linalg.norm(circle.get_xy(), axis=1), 1, rtol=1e-12)


@pytest.mark.parametrize("draw", [eigenvalue_disc, partial(shares_over_lag, LAGS)])
def test_the_legend_names_the_looks_of_the_groups_above_the_axes_in_their_order(draw):
    ax = draw(GROUPS)
    ax.figure.canvas.draw()

    legend = ax.get_legend()
    assert legend.get_window_extent().y0 >= ax.bbox.y1
    assert legend.get_window_extent().x1 <= ax.figure.bbox.x1
    assert [text.get_text() for text in legend.get_texts()] == [*GROUPS]
    drawn = [line for line in ax.lines if line.get_color() in style.SERIES]
    looks = {line.get_color(): (line.get_marker(), line.get_linestyle()) for line in drawn}
    keys = {line.get_color(): (line.get_marker(), line.get_linestyle()) for line in legend.get_lines()}
    assert [*keys.items()] == [*looks.items()]


def test_a_band_reaches_from_the_smallest_modulus_to_the_largest():
    ax = shares_over_lag(LAGS, GROUPS)

    moduli = [0.5, 0.6, 0.9, 0.93, 0.99, 0.999]
    for line, modulus in zip(ax.lines, moduli, strict=False):
        np.testing.assert_allclose(line.get_ydata(), np.exp(LAGS * np.log(modulus)), rtol=1e-11)
    assert ax.lines[6].get_ydata()[0] == pytest.approx(1 / np.e)
    assert ax.get_xscale() == "log"
    assert len(ax.collections) == 3


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


test_bad_input_of_eigenvalue_disc_is_named = refuses(
    eigenvalue_disc,
    ({}, "groups must hold 1 to 6, got 0"),
    ([0.5], "groups must be a mapping, got list"),
    ({"a": [1.4]}, "group a must be at most 1.3 in modulus, got 1.4"),
    ({"a": [np.inf]}, "group a must be finite"),
)

test_bad_input_of_shares_over_lag_is_named = refuses(
    shares_over_lag,
    ([1], {"a": [0.5]}, r"lags must be at least 2 numbers, got \[1\.\]"),
    ([0, 1], GROUPS, "lags must be above 0, got 0.0"),
    ([2, 1], GROUPS, "lags must increase, got 2.0 before 1.0"),
    (LAGS, {key: [0.5] for key in "abcd"}, "groups must hold 1 to 3, got 4"),
    (LAGS, {"a": [0.5, 1.0]}, r"group a must .* got 0\.5 to 1\.0"),
    (LAGS, {"a": [0.0]}, r"group a must lie between 0 and 1"),
)

test_bad_input_of_pseudospectrum_is_named = refuses(
    pseudospectrum,
    (X, Y, DISTANCE.T, {}, [0], r"levels must have shape \(61, 81\), got \(81"),
    (X[::-1], Y, DISTANCE, {}, [0], "x must increase, got 2.0 before 1.95"),
    (X, [0.0], DISTANCE[:1], {}, [0], "y must be at least 2 numbers"),
    (X, Y, DISTANCE - 1, {}, [0], r"levels must be at least 0, got -1\.0"),
    (X, Y, DISTANCE, {"e": 0}, [0], r"edge e must lie between .* got 0\.0"),
    (X, Y, DISTANCE, {"e": 9}, [0], r"edge e must lie between .* got 9\.0"),
    (X, Y, DISTANCE, [1], [0], "edges must be a mapping, got list"),
    (X, Y, DISTANCE, {}, 0, "eigenvalues must have shape"),
)
