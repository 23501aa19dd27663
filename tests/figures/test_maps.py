"""The figure of a gradient's map: what is drawn is what was given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from rnn_solutions.figures import gradient_map, style
from rnn_solutions.figures._maps import color_ends

TERMS = np.where(np.tri(4, dtype=bool), -np.subtract.outer(np.arange(4.0), np.arange(4.0)), -np.inf)
SHARES = np.array([[0, 0, 0], [-1.1, -1, -0.8], [-2.5, -2, -1.5], [-3.5, -3.2, -3.1]])


def test_each_term_stands_at_its_t_and_k_and_what_is_zero_is_blank():
    ax, _ = gradient_map(TERMS, SHARES, 0.001, first=10)

    (image,) = ax.images
    assert image.get_array().mask.tolist() == np.isneginf(TERMS).tolist()
    np.testing.assert_array_equal(image.get_array().filled(-np.inf), TERMS)
    assert [*image.get_extent()] == [9.5, 13.5, 13.5, 9.5]  # k to the right, t downwards, both from step 10
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$k$", "$t$")
    assert image.get_clim() == (-3, 0)


def test_the_colours_end_sixteen_decades_below_the_largest_term():
    ax, _ = gradient_map([[5.0, -np.inf], [-400.0, 3.0]], SHARES[:2], 0.001)

    assert ax.images[0].get_clim() == (-11, 5)


def test_curve_band_line_and_limits_are_those_given():
    _, ax = gradient_map(TERMS, SHARES, 0.001, line=(-1.0, 0.25))

    curve, limit, fitted = ax.lines
    np.testing.assert_array_equal(curve.get_ydata(), SHARES[:, 1])
    np.testing.assert_allclose(limit.get_ydata(), -3)
    np.testing.assert_allclose(fitted.get_ydata(), [0.25, -0.75, -1.75, -2.75])
    (band,) = ax.collections
    corners = {(x, round(y, 9)) for x, y in band.get_paths()[0].vertices}
    assert {(lag, SHARES[lag, end]) for lag in range(4) for end in (0, 2)} <= corners
    assert [text.get_text() for text in ax.texts] == ["0.001"]  # its inverse is out of sight


def test_zeros_leave_a_gap_and_no_warning():
    terms, ax = gradient_map(np.full((2, 2), -np.inf), [[0, 0, 0], [-np.inf] * 3], 0.5)

    assert terms.images[0].get_array().mask.all()
    assert ax.lines[0].get_ydata().mask.tolist() == [False, True]
    ax.figure.canvas.draw()


def test_it_draws_where_asked_and_is_opaque_by_itself():
    _, given = plt.subplots(1, 2)

    assert gradient_map(TERMS, SHARES, 0.1, axes=given) == tuple(given)
    for ax in gradient_map(TERMS, SHARES, 0.1):
        assert to_rgb(ax.figure.get_facecolor()) == to_rgb(ax.get_facecolor()) == to_rgb(style.PAPER)


@pytest.mark.parametrize(
    ("terms", "shares", "message"),
    [
        (TERMS[1:], SHARES, r"terms must have shape \(T\+1, T\+1\), got \(3, 4\)"),
        (TERMS, SHARES[1:], r"shares must have shape \(4, 3\), got \(3, 3\)"),
        (TERMS * np.nan, SHARES, "terms must be finite or minus infinity, got nan"),
        (TERMS, SHARES + np.inf, "shares must be finite or minus infinity, got inf"),
    ],
)
def test_bad_arrays_are_named(terms, shares, message):
    with pytest.raises(ValueError, match=message):
        gradient_map(terms, shares, 0.001)


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ([-3.0, 2.0], (-3.0, 2.0, "neither")),
        ([-30.0, 2.0, -np.inf], (-6.0, 2.0, "min")),
        ([-6.0, 2.0], (-6.0, 2.0, "neither")),
        ([5.0, 5.0], (4.0, 5.0, "neither")),
        ([-np.inf], (-1.0, 0.0, "neither")),
    ],
)
def test_a_scale_of_colours_has_a_length_and_says_what_lies_below_it(values, ends):
    assert color_ends(np.ma.masked_invalid(values), 8) == ends
