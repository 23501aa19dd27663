"""The figure of two maps of a gradient: what is drawn is what was given, on one scale."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from rnn_solutions.figures import gradient_map_pair, style

TRIANGLE = np.where(np.tri(4, dtype=bool), -np.subtract.outer(np.arange(4.0), np.arange(4.0)), -np.inf)
TERMS = [TRIANGLE - 2, TRIANGLE]
SHARES = [[0, -1, -2, -3.5], [0, -0.1, -0.2, -0.4]]


def test_both_maps_show_their_terms_on_one_scale_and_leave_zeros_blank():
    before, after, _ = gradient_map_pair(TERMS, SHARES, 0.001)

    for ax, terms in zip((before, after), TERMS, strict=True):
        (image,) = ax.images
        np.testing.assert_array_equal(image.get_array().filled(-np.inf), terms)
        assert image.get_clim() == (-5, 0)
        assert ax.get_xlabel() == "$k$"
    assert before.get_ylabel() == "$t$"


def test_the_colours_end_eight_decades_below_the_largest_term_of_both():
    before, after, _ = gradient_map_pair([TRIANGLE - 40, TRIANGLE + 5], SHARES, 0.001)

    assert before.images[0].get_clim() == after.images[0].get_clim() == (-3, 5)


def test_the_curves_are_the_shares_each_in_the_colour_and_with_the_name_of_its_map():
    before, after, below = gradient_map_pair(TERMS, SHARES, 0.001, labels=("start", "end"))

    names = {text.get_text(): text for text in below.texts}
    curves = [line for line in below.lines if len(line.get_xdata()) == 4]
    assert len(curves) == 2
    for curve, shares, ax in zip(curves, SHARES, (before, after), strict=True):
        np.testing.assert_array_equal(curve.get_ydata(), shares)
        shade = style.for_text(curve.get_color())
        assert to_rgb(ax.title.get_color()) == to_rgb(shade) == to_rgb(names[ax.get_title()].get_color())
    assert list(names) == ["start", "end"]
    assert curves[0].get_linestyle() != curves[1].get_linestyle()


def test_only_limits_in_sight_are_drawn():
    _, _, below = gradient_map_pair(TERMS, SHARES, 0.001)
    _, _, far = gradient_map_pair(TERMS, [[0, 0, 0, 0], [0, 0.1, 0.1, 0.1]], 0.001)

    limits = [float(line.get_ydata()[0]) for line in below.lines if len(line.get_xdata()) == 2]
    np.testing.assert_allclose(limits, [-3])
    assert len(far.lines) == 2


def test_names_of_curves_that_end_together_keep_apart():
    axes = gradient_map_pair(TERMS, [[0, -1, -2, -3], [0, 0, -1, -3]], 0.001)

    low, high = sorted(text.xy[1] for text in axes[2].texts)
    assert high - low > 0.1


def test_two_maps_of_one_name_have_both_names():
    _, _, below = gradient_map_pair(TERMS, SHARES, 0.001, labels=("run", "run"))

    assert [text.get_text() for text in below.texts] == ["run", "run"]


def test_zeros_leave_a_gap_and_no_warning():
    blank = np.full((2, 2), -np.inf)
    before, _, below = gradient_map_pair([blank, blank], [[0, -np.inf], [-np.inf, -np.inf]], 0.5)

    assert before.images[0].get_array().mask.all()
    drawn = [line.get_ydata() for line in below.lines]
    assert [curve.mask.tolist() for curve in drawn if np.ma.isMaskedArray(curve)] == [
        [False, True],
        [True, True],
    ]
    below.figure.canvas.draw()


@pytest.mark.parametrize(
    ("terms", "shares", "labels", "message"),
    [
        (TERMS[:1], SHARES, ("a", "b"), "terms must be two arrays of one shape"),
        ([np.zeros((2, 2)), np.zeros((3, 3))], SHARES, ("a", "b"), "terms must be two arrays of one shape"),
        ([np.zeros((4, 3))] * 2, SHARES, ("a", "b"), r"shape \(T\+1, T\+1\), got \(4, 3\)"),
        (TERMS, [[0, 1]] * 2, ("a", "b"), r"shares must be two arrays of shape \(4,\), got \(2,\)"),
        ([np.full((4, 4), np.nan)] * 2, SHARES, ("a", "b"), "finite or minus infinity, got nan"),
        (TERMS, [[0, 1, 2, np.inf]] * 2, ("a", "b"), "finite or minus infinity, got inf"),
        (TERMS, SHARES, ("a",), "labels must be 2 strings"),
    ],
)
def test_what_is_no_pair_of_maps_is_refused(terms, shares, labels, message):
    with pytest.raises(ValueError, match=message):
        gradient_map_pair(terms, shares, 0.001, labels)
