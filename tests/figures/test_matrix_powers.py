"""The figures about powers: what is drawn is what was given, and no two labels overlap."""

import numpy as np
import pytest

from drawings import overlapping, refuses
from rnn_solutions.figures import style
from rnn_solutions.figures._checks import LARGEST
from rnn_solutions.figures.matrix_powers import circle_images, power_norms

N = np.arange(21)
W = np.array([[0.58, 0.24], [0.24, 0.72]])
NORMS = {"$a$": 0.9**N, "$b$": 1.1**N, "$c$": np.ones(21), "$d$": np.full(21, 1.02), "$e$": 1.0 + N}
NILPOTENT = np.array([1.0, 5.0, 2.0] + [0.0] * 18)


def test_each_curve_is_the_norms_of_one_matrix_over_a_logarithmic_axis():
    ax = power_norms(N, NORMS)

    assert ax.get_yscale() == "log"
    for line, norms in zip(ax.lines, NORMS.values(), strict=True):
        np.testing.assert_array_equal(line.get_xydata(), np.column_stack([N, norms]))
    assert [text.get_text() for text in ax.texts] == list(NORMS)
    low, high = np.log(ax.get_ylim())
    assert ax.texts[-1].xy[1] == pytest.approx((np.log(21) - low) / (high - low), abs=0.05)


def test_a_curve_shares_its_colour_with_its_label():
    ax = power_norms(N, NORMS)

    assert [text.get_color() for text in ax.texts] == [style.for_text(line.get_color()) for line in ax.lines]


def test_labels_stay_beside_the_axes_over_more_decades_than_a_ratio_of_floats_can_hold():
    ax = power_norms([0, 1], {"$a$": [1e-200, 1e-200], "$b$": [1.0, 1e150]})

    low, high = (text.xy[1] for text in ax.texts)
    assert 0 <= low < high <= 1


def test_powers_that_vanish_fall_to_a_triangle_at_the_first_zero():
    ax = power_norms(N, {"$J$": NILPOTENT, "$a$": 0.9**N})

    curve, _, drop, triangle = ax.lines
    np.testing.assert_array_equal(curve.get_ydata()[:3], NILPOTENT[:3])
    assert np.isnan(curve.get_ydata()[3:]).all()
    np.testing.assert_array_equal(drop.get_xydata(), [[2, 2.0], [3, ax.get_ylim()[0]]])
    assert triangle.get_xydata().tolist() == [[3.0, 0.0]]
    assert (triangle.get_marker(), ax.texts[0].xy) == ("v", (3.0, 0.0))


def test_the_names_of_powers_that_vanish_at_one_place_or_near_touch_no_other():
    zeros = {"$J_2$": 2, "$N$": 2, "$J_3$": 3, "$K$": 12, "a long one": 2, "$L$": 4}

    ax = power_norms(N, {name: np.where(zero > N, 1.0 + N, 0.0) for name, zero in zeros.items()})

    assert [text.get_text() for text in ax.texts] == list(zeros)
    assert overlapping(ax) == []


@pytest.mark.parametrize("least", [5e-324, 1e-200, 1e-30, LARGEST / 10])
def test_numbers_as_far_apart_as_the_figures_take_have_their_ticks(least):
    """Matplotlib puts some beyond the axes, and those must be floats."""
    ax = power_norms([0, 1], {"$a$": [LARGEST, least]})

    ax.figure.canvas.draw()

    assert np.isfinite(ax.get_yticks()).all()


def test_a_name_at_a_triangle_near_the_edge_touches_none_of_the_names_there():
    norms = {"$J$": np.where(N < 20, 1.0, 0.0), "a long one": np.where(N < 17, 1.0, 0.0)}

    ax = power_norms(N, norms | {f"${decay}$": decay**N for decay in (0.9, 0.8, 0.7)})

    assert overlapping(ax) == []


def test_only_vanishing_powers_can_be_drawn_too():
    ax = power_norms(N, {"$J$": NILPOTENT})

    assert [text.get_text() for text in ax.texts] == ["$J$"]


def test_the_images_are_the_circle_multiplied_by_each_matrix():
    """Every point of an image goes back to length 1, and the circle is gone round once."""
    powers = [np.linalg.matrix_power([[0.9, 1.0], [0.0, 0.8]], n) for n in (1, 2, 3)]

    ax = circle_images(powers, labels=["$M$", "$M^2$", "$M^3$"])

    assert ax.get_aspect() == 1
    for line, M in zip(ax.lines, powers, strict=True):
        back = np.linalg.solve(M, line.get_xydata().T)
        np.testing.assert_allclose(np.linalg.norm(back, axis=0), 1, rtol=1e-12)
        turned = np.unwrap(np.arctan2(back[1], back[0]))
        assert turned[-1] - turned[0] == pytest.approx(2 * np.pi)
    (circle,) = ax.patches
    np.testing.assert_allclose(np.linalg.norm(circle.get_xy(), axis=1), 1, rtol=1e-12)


def test_a_label_leads_to_the_farthest_point_of_its_image_and_touches_no_other():
    powers = [np.linalg.matrix_power(W, n) for n in (1, 2, 4, 8)]

    ax = circle_images(powers, ["$a$", "$b$", "$c$", "$d$"], {"$v$": [0.6, 0.8], "$u$": [0.8, -0.6]})

    # The farthest point is 0.9^n v. The circle has a point every half degree: off by 1 / 300 at most.
    for text, n in zip(ax.texts[2:], (1, 2, 4, 8), strict=True):
        np.testing.assert_allclose(text.xy, 0.9**n * np.array([0.6, 0.8]), atol=0.9**n / 300)
    assert overlapping(ax) == []


def test_a_label_leads_to_the_right_hand_one_of_the_two_farthest_points():
    ax = circle_images([W, -W], ["$W$", "$-W$"])

    assert [text.xy[0] > 0 for text in ax.texts] == [True, True]


def test_directions_are_lines_through_the_origin_whatever_their_length():
    ax = circle_images([3 * np.eye(2)], ["$M$"], directions={"$v$": [6, 8]})

    reach = np.array([1.98, 2.64])  # 1.1 times the longest image
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [-reach, reach], rtol=1e-12)
    assert ax.texts[0].get_text() == "$v$"


test_bad_input_of_power_norms_is_named = refuses(
    power_norms,
    ([0, 0], {"a": [1, 1]}, "n must increase, got 0.0 before 0.0"),
    ([0, 1], {"a": [1, 1, 1]}, r"curve a must have shape \(2,\), got \(3,\)"),
    ([0, 1], {"a": [1, -1]}, r"curve a must be at least 0 .* got -1\.0"),
    ([0, 1], {"a": [0, 1]}, r"curve a must start above 0, got 0\.0"),
    ([0, 1], {"a": [1, 1e151]}, r"curve a must be at most 1e\+150 in size to be drawn, got 1e\+151"),
    ([0, 1], {"a": [1, np.inf]}, r"curve a must be finite, got inf at \(1,\)"),
    ([0, 1], {}, "norms must hold 1 to 6, got 0"),
    ([0, 1], [1, 1], "norms must be a mapping, got list"),
    ([0], {key: [1] for key in "abcdefg"}, "norms must hold 1 to 6, got 7"),
)

test_bad_input_of_circle_images_is_named = refuses(
    circle_images,
    ([], [], r"matrices must have shape \(m, 2, 2\), got \(0,\)"),
    ([W] * 7, list("abcdefg"), "matrices must be at most 6, got 7"),
    (None, [], "matrices must hold real numbers, got dtype object"),
    ([W, [[1]]], ["a", "b"], "matrices must .* got a ragged sequence"),
    ([1.5e308 * np.ones((2, 2))], ["a"], r"matrices must be at most 1e\+150 in size"),
    ([W], ["a"], [1, 0], "directions must be a mapping, got list"),
    ([W], [], r"labels must be 1 strings, got \[\]"),
    ([np.eye(3)], ["a"], r"matrices must have shape \(m, 2, 2\), got \(1, 3, 3\)"),
    ([W], ["a"], {"v": [0, 0]}, "direction v must not be zero"),
    ([W], ["a"], {"v": [1]}, r"direction v must have shape \(2,\), got \(1,\)"),
)
