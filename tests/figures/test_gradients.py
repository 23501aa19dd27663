"""Figures of arrays: what is drawn is what was given, and every number written is read from it."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from rnn_solutions.figures import activation_and_slope, relative_errors, style, term_heatmap


def terms(T, seed=5):
    """Return norms that fall by a decade for each step back, give or take a factor of ten."""
    rng = np.random.default_rng(seed)
    t, k = np.indices((T + 1, T + 1))
    return np.tril(10.0 ** (k - t + rng.uniform(-1, 1, size=t.shape)))


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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0, 1], [0, 1, 2], [0, 1]), r"value must have shape \(2,\), got \(3,\)"),
        (([0, 1], [0, 1], [[0, 1]]), r"slope must have shape \(2,\), got \(1, 2\)"),
        (([0, np.nan], [0, 1], [0, 1]), r"z must be finite, got nan at \(1,\)"),
        (([0, 0], [0, 1], [0, 1]), "z must increase from each entry to the next"),
        (([], [], []), r"z must have shape \(m,\), got \(0,\)"),
        (([0, 1], [0, 1], [0, 1], None, ["a"]), r"labels must be 2 strings, got \['a'\]"),
        (([0, 1], [0, 1], [0, 1], None, "ab"), "labels must be 2 strings, got 'ab'"),
    ],
)
def test_bad_curves_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        activation_and_slope(*arguments)


@pytest.mark.parametrize("T", [0, 3, 30])
def test_the_map_shows_each_norm_at_its_t_and_k_and_nothing_above_the_diagonal(T):
    norms = terms(T)

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
    norms = terms(6)

    ax = term_heatmap(norms)

    written = {text.get_position(): float(text.get_text().replace("−", "-")) for text in ax.texts}
    rounded = {
        (k, t): float(f"{norms[t, k]:.{1 if norms[t, k] >= 0.01 else 0}e}")
        for t in range(7)
        for k in range(t + 1)
    }
    assert written == rounded
    assert not term_heatmap(terms(7)).texts


def test_a_term_that_is_exactly_zero_is_blank_and_says_so():
    """As for k = 0 when the network starts from a state of zeros."""
    ax = term_heatmap([[0.0, 0.0], [0.0, 0.5]])

    assert ax.images[0].get_array().mask.tolist() == [[True, True], [True, False]]
    assert [text.get_text() for text in ax.texts] == ["0", "0", "0.5"]


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
    assert bar.get_ylabel() == "$r$"


@pytest.mark.parametrize(
    ("norms", "message"),
    [
        ([[1.0, 0.0]], r"norms must have shape \(T\+1, T\+1\), got \(1, 2\)"),
        ([[1.0, 0.2], [0.0, 1.0]], r"norms\[t, k\] must be 0 for k > t, got 0.2 at t=0 and k=1"),
        ([[1.0, 0.0], [-0.5, 1.0]], "norms must be at least 0 and not all 0, got -0.5 to 1.0"),
        ([[0.0]], "norms must be at least 0 and not all 0, got 0.0 to 0.0"),
        ([[np.inf]], r"norms must be finite, got inf at \(0, 0\)"),
    ],
)
def test_bad_norms_are_named_and_no_figure_is_left_behind(norms, message):
    with pytest.raises(ValueError, match=message):
        term_heatmap(norms)
    assert plt.get_fignums() == []


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


@pytest.mark.parametrize(
    ("labels", "errors", "message"),
    [
        (["a"], [0.1, 0.2], r"labels must be 2 strings, got \['a'\]"),
        ("ab", [0.1, 0.2], "labels must be 2 strings, got 'ab'"),
        ([1, 2], [0.1, 0.2], r"labels must be 2 strings, got \[1, 2\]"),
        (None, [0.1], "labels must be 1 strings, got None"),
        (["a"], [-0.1], "errors must be at least 0 and not all 0, got -0.1 to -0.1"),
        (["a"], [0.0], "errors must be at least 0 and not all 0, got 0.0 to 0.0"),
        (["a"], [[0.1]], r"errors must have shape \(m,\), got \(1, 1\)"),
        (["a"], [np.nan], r"errors must be finite, got nan at \(0,\)"),
    ],
)
def test_bad_errors_are_named(labels, errors, message):
    with pytest.raises(ValueError, match=message):
        relative_errors(labels, errors)


@pytest.mark.parametrize(
    "draw",
    [
        lambda ax: activation_and_slope([0, 1], [0, 1], [1, 1], ax=ax),
        lambda ax: term_heatmap([[1.0]], ax=ax),
        lambda ax: relative_errors(["a"], [0.1], ax=ax),
    ],
)
def test_a_figure_is_drawn_where_asked_and_is_opaque_by_itself(draw):
    _, given_axes = plt.subplots()

    assert draw(given_axes) is given_axes
    own = draw(None)
    assert to_rgb(own.figure.get_facecolor()) == to_rgb(own.get_facecolor()) == to_rgb(style.PAPER)
    assert own.figure.get_facecolor()[3] == 1
