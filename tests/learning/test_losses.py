"""The losses against one number at a time, and their gradients against a complex step."""

from decimal import Decimal, localcontext
from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refusals import refuses
from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.learning.losses import cross_entropy, squared_error


def draw(seed, shape=(3, 4, 5)):
    rng = np.random.default_rng(seed)
    return rng.normal(size=shape), rng


def test_squared_error_is_the_mean_over_all_numbers():
    y, rng = draw(1)
    targets = rng.normal(size=y.shape)
    value, gradient = squared_error(y, targets)

    assert value == pytest.approx(
        sum((a - b) ** 2 for a, b in zip(y.flat, targets.flat, strict=True)) / 60, rel=1e-14
    )
    np.testing.assert_allclose(gradient, complex_step(lambda y: np.mean((y - targets) ** 2), y), rtol=1e-13)


def test_cross_entropy_is_the_mean_of_minus_log_of_the_right_probability():
    y, rng = draw(2)
    classes = rng.integers(0, 5, size=(3, 4))
    value, gradient = cross_entropy(y, classes)

    costs = [-log(exp(s[c]) / sum(map(exp, s))) for s, c in zip(y.reshape(12, 5), classes.flat, strict=True)]
    assert value == pytest.approx(sum(costs) / 12, rel=1e-14)

    def loss(y):
        p = np.exp(y) / np.exp(y).sum(axis=-1, keepdims=True)
        return -np.mean(np.log(np.take_along_axis(p, classes[..., None], axis=-1)))

    np.testing.assert_allclose(gradient, complex_step(loss, y), rtol=1e-12, atol=1e-16)
    np.testing.assert_allclose(gradient.sum(axis=-1), 0, atol=1e-16)  # a common score changes nothing


@given(st.lists(st.floats(-700, 700), min_size=2, max_size=5), st.floats(-1e5, 1e5))
def test_a_common_score_changes_no_cross_entropy(scores, common):
    """Adding the common score rounds each by 1e-11 at most, and the loss moves by no more than they do."""
    y = np.array([[scores]])
    value, moved = cross_entropy(y, [[0]])[0], cross_entropy(y + common, [[0]])[0]

    assert moved == pytest.approx(value, rel=1e-12, abs=1e-10)


def test_scores_far_apart_cost_what_lies_between_them():
    """Where the probability itself would underflow to 0, and its logarithm be lost."""
    value, gradient = cross_entropy([[[0.0, 2000.0]]], [[0]])

    assert value == 2000
    np.testing.assert_array_equal(gradient, [[[-1, 1]]])


def test_each_answer_has_its_own_scale():
    """Less the largest score of all, both scores of the second answer would underflow."""
    value, gradient = cross_entropy([[[5000.0, 0.0], [0.0, 0.0]]], [[0, 1]])

    assert value == pytest.approx(log(2) / 2, rel=1e-15)
    np.testing.assert_array_equal(gradient, [[[0, 0], [0.25, -0.25]]])


def test_sixty_thousand_classes_take_no_more_than_their_scores():
    """The identity of that size takes 27 GiB. With equal scores each class has the same chance."""
    value, gradient = cross_entropy(np.zeros((1, 2, 60_000)), [[7, 59_999]])

    assert value == pytest.approx(log(60_000), rel=1e-14)
    np.testing.assert_allclose(gradient[0, [0, 1], [7, 59_999]], (1 / 60_000 - 1) / 2, rtol=1e-14)
    np.testing.assert_allclose(gradient.sum(axis=-1), 0, atol=1e-12)


def test_inputs_are_left_as_they_are():
    y, _ = draw(3)
    kept = y.copy()
    squared_error(y, 0 * y)
    cross_entropy(y, np.zeros((3, 4), int))

    np.testing.assert_array_equal(y, kept)


test_bad_arguments_are_named = refuses(
    (squared_error, [[1.0]], [[1.0]], r"answers must have shape \(A, B, m\), got \(1, 1\)"),
    (squared_error, [[[1.0]]], [[[1.0, 2.0]]], r"targets must have shape \(1, 1, 1\), got"),
    (squared_error, [[[np.nan]]], [[[1.0]]], "answers must be finite, got nan"),
    (squared_error, [[[1e200]]], [[[0.0]]], "the loss is beyond the range of float64"),
    (squared_error, [[[1e308]]], [[[-1e308]]], "the loss is beyond the range of float64"),
    (cross_entropy, [[1.0, 2.0]], [0], r"scores must have shape \(A, B, m\), got \(1, 2\)"),
    (cross_entropy, [[[1.0, 2.0]]], [[2]], "classes must be from 0 to 1, got 2 to 2"),
    (cross_entropy, [[[1.0, 2.0]]], [[-1]], "classes must be from 0 to 1, got -1 to -1"),
    (cross_entropy, [[[1.0, 2.0]]], [[0.0]], "classes must be whole numbers, got dtype float64"),
    (cross_entropy, [[[1.0, 2.0]]], [0], r"classes must have shape \(1, 1\), got \(1,\)"),
    (cross_entropy, [[[1e308, -1e308]]], [[1]], "the loss is beyond the range of float64"),
)


@pytest.mark.parametrize(
    "scores",
    [[50.0, 0.0], [59.81374621, 70.02066806, 106.35755073, -48.66812933], [0.0, 0.0, 1.0], [-700.0, 0.0]],
)
def test_a_loss_near_zero_and_its_gradient_keep_their_digits(scores):
    """Beside four hundred digits, for each class as the right one."""
    with localcontext(prec=400):
        powers = [Decimal(score).exp() for score in scores]
        p = [power / sum(powers) for power in powers]
        for right in range(len(scores)):
            value, gradient = cross_entropy([[scores]], [[right]])

            assert value == pytest.approx(float(-p[right].ln()), rel=1e-14)
            expected = [float(one - (c == right)) for c, one in enumerate(p)]
            np.testing.assert_allclose(gradient[0, 0], expected, rtol=1e-13)
