"""The figures of eigenvalues: what is drawn is what was given, and no two labels overlap."""

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pytest

from rnn_solutions.figures import style
from rnn_solutions.figures.eigenvalues import eigenvalue_disc, shares_over_lag

GROUPS = {"0.5 to 0.6": [0.5, 0.6j], "0.9 to 0.93": [-0.93, 0.9], "0.99 to 0.999": [0.99j, -0.999]}
LAGS = np.geomspace(1, 1e4, 50)


def test_every_eigenvalue_is_a_point_and_every_group_has_its_own_look():
    ax = eigenvalue_disc(GROUPS)

    groups = [line for line in ax.lines if line.get_linestyle() == "None" and len(line.get_xdata()) == 2]
    for line, values in zip(groups, GROUPS.values(), strict=True):
        np.testing.assert_array_equal(line.get_xdata() + 1j * line.get_ydata(), values)
    assert len({line.get_color() for line in groups}) == len({line.get_marker() for line in groups}) == 3
    assert ax.get_aspect() == 1
    (circle,) = ax.patches
    np.testing.assert_allclose(np.linalg.norm(circle.get_xy(), axis=1), 1, rtol=1e-12)


def test_the_labels_of_the_disc_stand_inside_the_figure_beside_markers_of_their_colour(boxes):
    ax = eigenvalue_disc(GROUPS)
    width = ax.figure.bbox.width

    assert all(box.x1 <= width for box in boxes(ax))
    assert not any(one.overlaps(other) for one, other in combinations(boxes(ax), 2))
    for text, (color, _) in zip(ax.texts, style.LINES, strict=False):
        assert text.get_color() == style.for_text(color)
        keys = [line for line in ax.lines if list(line.get_ydata()) == [text.get_position()[1]]]
        assert [line.get_color() for line in keys] == [color]


def test_a_band_reaches_from_the_smallest_modulus_to_the_largest():
    ax = shares_over_lag(LAGS, GROUPS)

    moduli = [0.5, 0.6, 0.9, 0.93, 0.99, 0.999]
    for line, modulus in zip(ax.lines, moduli, strict=False):
        np.testing.assert_allclose(line.get_ydata(), np.exp(LAGS * np.log(modulus)), rtol=1e-11)
    assert ax.lines[6].get_ydata()[0] == pytest.approx(1 / np.e)
    assert ax.get_xscale() == "log"
    assert len(ax.collections) == 3


@pytest.mark.parametrize("groups", [GROUPS, dict(reversed(GROUPS.items()))])
def test_the_labels_of_the_bands_stand_apart_in_the_order_of_the_bands(groups, boxes):
    ax = shares_over_lag(LAGS, groups)

    assert not any(one.overlaps(other) for one, other in combinations(boxes(ax), 2))
    places = {text.get_text(): text.xy[0] for text in ax.texts}
    assert places["0.5 to 0.6"] < places["0.9 to 0.93"] < places["0.99 to 0.999"]


def test_the_axes_given_are_the_axes_drawn_on():
    _, (left, right) = plt.subplots(1, 2)

    assert eigenvalue_disc(GROUPS, ax=left) is left
    assert shares_over_lag(LAGS, GROUPS, ax=right) is right
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: eigenvalue_disc({}), "groups must hold 1 to 6, got 0"),
        (lambda: eigenvalue_disc([0.5]), "groups must be a mapping, got list"),
        (lambda: eigenvalue_disc({"a": [1.4]}), "group a must be at most 1.3 in modulus, got 1.4"),
        (lambda: eigenvalue_disc({"a": [np.inf]}), "group a must be finite"),
        (lambda: shares_over_lag([0, 1], GROUPS), "lags must be above 0"),
        (lambda: shares_over_lag([2, 1], GROUPS), "lags must be above 0 and increase"),
        (lambda: shares_over_lag(LAGS, {key: [0.5] for key in "abcd"}), "groups must hold 1 to 3, got 4"),
        (lambda: shares_over_lag(LAGS, {"a": [0.5, 1.0]}), r"group a must .* got 0\.5 to 1\.0"),
        (lambda: shares_over_lag(LAGS, {"a": [0.0]}), r"group a must lie between 0 and 1"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
