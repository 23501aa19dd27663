"""The maps of gradients: what is drawn is what was given, and every number written is read from it."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from drawings import overlapping, refuses
from rnn_solutions.figures import style
from rnn_solutions.figures.gradient_maps import (
    color_ends,
    gradient_map,
    gradient_map_pair,
    maps_on_the_way,
    term_heatmap,
    triangle_of_terms,
)

TERMS = np.where(np.tri(4, dtype=bool), -np.subtract.outer(np.arange(4.0), np.arange(4.0)), -np.inf)
SHARES = np.array([[0, 0, 0], [-1.1, -1, -0.8], [-2.5, -2, -1.5], [-3.5, -3.2, -3.1]])
PAIR = [TERMS - 2, TERMS]
BOTH_SHARES = [[0, -1, -2, -3.5], [0, -0.1, -0.2, -0.4]]
BLANK = np.full((2, 2), -np.inf)


def shown(ax):
    """Return the values of the one map on the axes, minus infinity where it is blank."""
    (image,) = ax.images
    return image.get_array().filled(-np.inf)


def test_each_term_stands_at_its_t_and_k_and_what_is_zero_is_blank():
    ax, _ = gradient_map(TERMS, SHARES, 0.001, first=10)

    (image,) = ax.images
    assert image.get_array().mask.tolist() == np.isneginf(TERMS).tolist()
    np.testing.assert_array_equal(image.get_array().filled(-np.inf), TERMS)
    assert [*image.get_extent()] == [9.5, 13.5, 13.5, 9.5]  # k to the right, t downwards, both from step 10
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$k$", "$t$")
    assert image.get_clim() == (-3, 0)


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


def test_what_arrives_is_a_curve_of_its_own_and_keeps_the_limit_it_crosses_in_sight():
    _, ax = gradient_map(TERMS, 0.1 * SHARES, 0.001, arriving=[-0.5, -np.inf, -2.0, -3.5])

    share, arriving, limit = ax.lines
    np.testing.assert_array_equal(share.get_ydata(), 0.1 * SHARES[:, 1])
    np.testing.assert_array_equal(arriving.get_ydata().filled(-np.inf), [-0.5, -np.inf, -2.0, -3.5])
    assert share.get_linestyle() != arriving.get_linestyle()
    assert share.get_color() != arriving.get_color()
    np.testing.assert_allclose(limit.get_ydata(), -3)
    assert ax.get_ylim()[0] < -3.5


@pytest.mark.parametrize(
    "shares", [[0.0], [0.0, -np.inf], [0.0, -np.inf, -1.0]], ids=["one lag", "one share", "a gap"]
)
def test_a_share_without_neighbours_is_a_dot_for_no_line_leads_through_it(shares):
    blank, column = np.full((len(shares),) * 2, -np.inf), np.array(shares)

    _, ax = gradient_map(blank, np.stack([column] * 3, axis=1), 0.001)
    *_, both = gradient_map_pair([blank, blank], [shares, shares], 0.001)

    alone = [lag for lag, share in enumerate(shares) if np.isfinite(share)]
    for line in (ax.lines[0], *both.lines[-2:]):
        assert (line.get_marker(), line.get_markevery()) == ("o", alone)
    assert ax.get_xlim() == both.get_xlim() == (0, max(len(shares) - 1, 1))


def test_both_maps_show_their_terms_on_one_scale_and_leave_zeros_blank():
    before, after, _ = gradient_map_pair(PAIR, BOTH_SHARES, 0.001)

    for ax, terms in zip((before, after), PAIR, strict=True):
        np.testing.assert_array_equal(shown(ax), terms)
        assert ax.images[0].get_clim() == (-5, 0)
        assert ax.get_xlabel() == "$k$"
    assert before.get_ylabel() == "$t$"


def test_the_curves_are_the_shares_each_in_the_colour_and_with_the_name_of_its_map():
    before, after, below = gradient_map_pair(PAIR, BOTH_SHARES, 0.001, labels=("start", "end"))

    names = {text.get_text(): text for text in below.texts}
    curves = [line for line in below.lines if len(line.get_xdata()) == 4]
    assert len(curves) == 2
    for curve, shares, ax in zip(curves, BOTH_SHARES, (before, after), strict=True):
        np.testing.assert_array_equal(curve.get_ydata(), shares)
        shade = style.for_text(curve.get_color())
        assert to_rgb(ax.title.get_color()) == to_rgb(shade) == to_rgb(names[ax.get_title()].get_color())
    assert list(names) == ["start", "end"]
    assert curves[0].get_linestyle() != curves[1].get_linestyle()


def test_only_limits_in_sight_are_drawn():
    _, _, below = gradient_map_pair(PAIR, BOTH_SHARES, 0.001)
    _, _, far = gradient_map_pair(PAIR, [[0, 0, 0, 0], [0, 0.1, 0.1, 0.1]], 0.001)

    limits = [float(line.get_ydata()[0]) for line in below.lines if len(line.get_xdata()) == 2]
    np.testing.assert_allclose(limits, [-3])
    assert len(far.lines) == 2


def test_names_of_curves_that_end_together_keep_apart():
    axes = gradient_map_pair(PAIR, [[0, -1, -2, -3], [0, 0, -1, -3]], 0.001)

    low, high = sorted(text.xy[1] for text in axes[2].texts)
    assert high - low > 0.1


def test_two_maps_of_one_name_have_both_names():
    _, _, below = gradient_map_pair(PAIR, BOTH_SHARES, 0.001, labels=("run", "run"))

    assert [text.get_text() for text in below.texts] == ["run", "run"]


def test_maps_on_the_way_share_their_colours_and_zeros_are_blank():
    axes = maps_on_the_way({"RNN": [TERMS, TERMS - 1], "GRU": [TERMS - 2, TERMS + 5]}, ["start", "end"])

    assert [ax.get_title() for ax in axes] == ["start", "end", "", ""]
    assert [ax.get_ylabel() for ax in axes] == ["$t$", "", "$t$", ""]
    assert [[text.get_text() for text in ax.texts] for ax in axes] == [["RNN"], [], ["GRU"], []]
    for ax, terms in zip(axes, [TERMS, TERMS - 1, TERMS - 2, TERMS + 5], strict=True):
        np.testing.assert_array_equal(shown(ax), terms)
        assert ax.images[0].get_clim() == (-5, 5)


@pytest.mark.parametrize(
    ("draw", "ends"),
    [
        (lambda: gradient_map([[5.0, -np.inf], [-400.0, 3.0]], SHARES[:2], 0.001)[:1], (-11, 5)),
        (lambda: maps_on_the_way({"RNN": [TERMS, TERMS - 400]}, ["start", "end"]), (-16, 0)),
        (lambda: gradient_map_pair([TERMS - 40, TERMS + 5], BOTH_SHARES, 0.001)[:2], (-3, 5)),
    ],
)
def test_the_colours_end_sixteen_decades_below_the_largest_of_all_terms_and_in_a_pair_eight(draw, ends):
    assert {ax.images[0].get_clim() for ax in draw()} == {ends}


@pytest.mark.parametrize(
    ("draw", "gaps"),
    [
        (lambda: gradient_map(BLANK, [[0, 0, 0], [-np.inf] * 3], 0.5), [[False, True]]),
        (
            lambda: gradient_map_pair([BLANK, BLANK], [[0, -np.inf], [-np.inf, -np.inf]], 0.5),
            [[False, True], [True, True]],
        ),
        (lambda: maps_on_the_way({"RNN": [BLANK]}, ["start"]), []),
    ],
)
def test_zeros_are_blank_in_a_map_and_gaps_in_a_curve_and_give_no_warning(draw, gaps):
    axes = draw()

    axes[0].figure.canvas.draw()
    assert axes[0].images[0].get_array().mask.all()
    curves = [line.get_ydata() for line in axes[-1].lines]
    assert [curve.mask.tolist() for curve in curves if np.ma.isMaskedArray(curve)] == gaps


def some_norms(T, seed=5):
    """Return norms that fall by a decade for each step back, give or take a factor of ten."""
    rng = np.random.default_rng(seed)
    t, k = np.indices((T + 1, T + 1))
    return np.tril(10.0 ** (k - t + rng.uniform(-1, 1, size=t.shape)))


@pytest.mark.parametrize("T", [0, 3, 30])
def test_the_heatmap_shows_each_norm_at_its_t_and_k_and_nothing_above_the_diagonal(T):
    norms = some_norms(T)

    ax = term_heatmap(norms)

    (image,) = ax.images
    np.testing.assert_array_equal(image.get_array().filled(0.0), norms)
    np.testing.assert_array_equal(image.get_array().mask, ~np.tri(T + 1, dtype=bool))
    assert ax.get_xlim() == (-0.5, T + 0.5)  # k to the right
    assert ax.get_ylim() == (T + 0.5, -0.5)  # t downwards
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$k$", "$t$")
    assert all(tick == int(tick) for tick in [*ax.get_xticks(), *ax.get_yticks()])


def test_equal_ratios_are_equal_steps_of_colour():
    """The scale is logarithmic between the least and the greatest term."""
    (image,) = term_heatmap(np.diag([1e-6, 1e-4, 1e-2, 1.0])).images

    np.testing.assert_allclose(image.norm([1e-6, 1e-4, 1e-2, 1.0]), [0, 1 / 3, 2 / 3, 1], atol=1e-12)


def test_each_cell_carries_its_own_number():
    """Two digits from 0.01 up, one below, as rounding to them would give."""
    norms = some_norms(3)

    ax = term_heatmap(norms)

    plain = {r"\cdot 10^{": "e", "}": "", "$": ""}
    written = {text.get_position(): float(replaced(text.get_text(), plain)) for text in ax.texts}
    rounded = {
        (k, t): float(f"{norms[t, k]:.{1 if norms[t, k] >= 0.01 else 0}e}")
        for t in range(4)
        for k in range(t + 1)
    }
    assert written == rounded
    assert overlapping(ax) == []
    assert not term_heatmap(some_norms(4)).texts


def replaced(text, parts):
    """Return a text with other parts in place of some."""
    for part, other in parts.items():
        text = text.replace(part, other)
    return text


def test_a_term_that_is_exactly_zero_is_blank_and_says_so():
    """As for k = 0 when the network starts from a state of zeros."""
    ax = term_heatmap([[0.0, 0.0], [0.0, 0.5]])

    assert ax.images[0].get_array().mask.tolist() == [[True, True], [True, False]]
    assert [text.get_text() for text in ax.texts] == ["$0$", "$0$", "$0.5$"]


@settings(max_examples=50)  # each example draws a figure
@given(st.floats(min_value=-8, max_value=0))
def test_the_number_in_a_cell_has_a_contrast_of_at_least_four_and_a_half(exponent):
    """The Web Content Accessibility Guidelines ask for 4.5; the corners 1e-8 and 1 span the colours."""

    def luminance(color):
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color))
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    ax = term_heatmap([[1e-8, 0, 0], [10.0**exponent, 1.0, 0], [1.0, 1.0, 1.0]])
    text = next(text for text in ax.texts if text.get_position() == (0, 1))
    behind = luminance(ax.images[0].to_rgba(10.0**exponent)[:3])
    plt.close(ax.figure)

    dark, light = sorted((luminance(text.get_color()), behind))
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_the_colour_bar_carries_the_label():
    ax = term_heatmap([[1.0]], label="$r$")

    (bar,) = (other for other in ax.figure.axes if other is not ax)
    assert bar.get_xlabel() == "$r$"


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
    assert color_ends(np.array(values), 8) == ends


@pytest.mark.parametrize("T", [0, 3, 6])
def test_each_place_of_the_triangle_carries_its_count_and_the_largest_is_darkest(T):
    t, k = np.indices((T + 1, T + 1))

    ax = triangle_of_terms(t - k)

    written = {text.get_position(): int(text.get_text()) for text in ax.texts}
    assert written == {(k, t): t - k for t in range(T + 1) for k in range(t + 1)}
    (image,) = ax.images
    assert np.isnan(image.get_array().filled(np.nan)).tolist() == (k > t).tolist()
    last_row = [sum(shade[:3]) for shade in image.to_rgba(image.get_array()[T])]
    assert last_row == sorted(last_row)  # its counts fall
    assert len(set(last_row)) == T + 1
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$k$", "$t$")


test_bad_input_of_gradient_map_is_named = refuses(
    gradient_map,
    (TERMS[1:], SHARES, 0.1, r"terms must have shape \(T\+1, T\+1\), got \(3, 4\)"),
    (TERMS, SHARES[1:], 0.1, r"shares must have shape \(4, 3\), got \(3, 3\)"),
    (TERMS.T, SHARES, 0.1, r"terms\[t, k\] must be minus infinity for k > t, got -1\.0 at t=0 and k=1"),
    (TERMS, SHARES[:, ::-1], 0.1, r"shares must not fall along a row, got \[-0\.8 -1\.  -1\.1\] for lag 1"),
    (TERMS * np.nan, SHARES, 0.1, "terms must be finite or minus .* got nan"),
    (TERMS, SHARES + np.inf, 0.1, "shares must be finite or minus .* got inf"),
)

test_bad_input_of_gradient_map_pair_is_named = refuses(
    gradient_map_pair,
    (PAIR[:1], BOTH_SHARES, 0.1, "terms must be two arrays of one shape"),
    ([BLANK, TERMS], BOTH_SHARES, 0.1, "must be two arrays of one shape"),
    ([TERMS[1:]] * 2, BOTH_SHARES, 0.1, r"shape \(T\+1, T\+1\), got \(3, 4\)"),
    (PAIR, [[0, 1]] * 2, 0.1, r"two arrays of shape \(4,\), got \(2,\)"),
    ([TERMS, TERMS.T], BOTH_SHARES, 0.1, r"terms\[t, k\] must be minus infinity for k > t, got -1\.0"),
    ([TERMS * np.nan] * 2, BOTH_SHARES, 0.1, "or minus infinity, got nan"),
    (PAIR, [[0, 1, 2, np.inf]] * 2, 0.1, "or minus infinity, got inf"),
    (PAIR, BOTH_SHARES, 0.1, ("a",), "labels must be 2 strings"),
)

test_bad_input_of_maps_on_the_way_is_named = refuses(
    maps_on_the_way,
    ({}, ["x"], "rows must hold 1 or more, got 0"),
    ({"a": [TERMS[1:]]}, ["x"], r"row a: terms must have shape \(T\+1, T\+1\)"),
    ({"a": [TERMS.T]}, ["x"], r"row a: terms\[t, k\] must be minus infinity for k > t, got -1\.0"),
    ({"a": [TERMS * np.nan]}, ["x"], "row a: terms must be finite or minus"),
    ({"a": [TERMS]}, ["x", "y"], "columns must be 1 strings, got"),
)

test_bad_input_of_term_heatmap_is_named = refuses(
    term_heatmap,
    ([[1.0, 0.0]], r"norms must have shape \(T\+1, T\+1\), got \(1, 2\)"),
    ([[1.0, 0.2], [0.0, 1.0]], r"norms\[t, k\] .* got 0.2 at t=0 and k=1"),
    ([[1.0, 0.0], [-0.5, 1.0]], "at least 0 and not all 0, got -0.5 to 1.0"),
    ([[0.0]], "norms must be at least 0 and not all 0, got 0.0 to 0.0"),
    ([[np.inf]], r"norms must be finite, got inf at \(0, 0\)"),
)

test_bad_input_of_triangle_of_terms_is_named = refuses(
    triangle_of_terms,
    ([[0, 0]], r"counts must have shape \(T\+1, T\+1\), got \(1, 2\)"),
    ([[0, 9], [-1, 0]], r"counts\[t, k\] must be whole and at least 0, got -1.0 at t=1 and k=0"),
    ([[0.5]], r"counts\[t, k\] must be whole and at least 0, got 0.5 at t=0 and k=0"),
    (np.zeros((8, 8)), "counts must have at most 7 rows, got 8"),
)
