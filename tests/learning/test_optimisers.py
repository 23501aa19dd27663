"""Updates against their equations, one number at a time, and clipping against its geometry."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refusals import refuses
from rnn_solutions.learning.optimisers import Adam, clip_by_norm, gradient_norm


def draw(seed):
    rng = np.random.default_rng(seed)
    return {"W": rng.normal(size=(3, 3)), "b": rng.normal(size=3)}


def as_vector(arrays):
    return np.concatenate([array.ravel() for array in arrays.values()])


@given(st.integers(0, 1000), st.floats(1e-3, 1e3))
def test_clipping_keeps_the_direction_and_gives_the_nearest_point_of_the_ball(seed, limit):
    """The nearest point of a ball lies on the line to its centre. A few roundings."""
    gradients = draw(seed)
    before = as_vector(gradients)
    clipped, norm = clip_by_norm(gradients, limit)
    after = as_vector(clipped)

    assert norm == pytest.approx(sqrt(sum(entry**2 for entry in before)), rel=1e-14)
    assert np.linalg.norm(after) == pytest.approx(min(norm, limit), rel=1e-14)
    assert np.dot(before, after) == pytest.approx(norm * np.linalg.norm(after), rel=1e-13)
    assert np.linalg.norm(before - after) == pytest.approx(max(0.0, norm - limit), rel=1e-12, abs=1e-12)


def test_what_is_short_enough_stays_to_the_last_bit():
    gradients = draw(1)
    clipped, norm = clip_by_norm(gradients, 1e6)

    assert norm < 1e6
    for name, array in gradients.items():
        np.testing.assert_array_equal(clipped[name], array)
        assert clipped[name] is not array


@pytest.mark.parametrize("scale", [1e200, 1e-200])
def test_the_norm_survives_squares_that_would_not(scale):
    gradients = {"W": np.array([[3 * scale]]), "b": np.array([4 * scale])}

    assert gradient_norm(gradients) == pytest.approx(5 * scale, rel=1e-15)
    clipped, _ = clip_by_norm(gradients, scale)
    np.testing.assert_allclose(as_vector(clipped), np.array([0.6, 0.8]) * scale, rtol=1e-15)


@pytest.mark.parametrize(
    ("dtype", "entry", "limit"),
    [
        (np.float64, 1.7e308, 1e-10),
        (np.float64, 1e300, 5e-324),
        (np.float32, 3e38, 1e-5),
        (np.float32, 3e38, 1e-40),
    ],
)
def test_a_ratio_of_limit_and_norm_beyond_the_floats_loses_no_digit(dtype, entry, limit):
    """The factor itself would be subnormal or 0; the result is to rounding, or the nearest subnormal."""
    clipped, norm = clip_by_norm({"b": np.array([0, -entry], dtype)}, limit)

    assert norm == pytest.approx(entry, rel=1e-7)
    assert clipped["b"].dtype == dtype
    np.testing.assert_allclose(clipped["b"], np.array([0, -limit], dtype), rtol=1e-7)


def test_a_gradient_of_zero_stays_zero():
    assert clip_by_norm({"b": np.zeros(2)}, 1.0)[1] == 0
    np.testing.assert_array_equal(clip_by_norm({"b": np.zeros(2)}, 1.0)[0]["b"], 0)


def test_adam_follows_its_equation_one_number_at_a_time():
    """Five updates of every entry; each takes about twenty roundings of 1e-16."""
    rng, optimiser = np.random.default_rng(2), Adam(0.05, beta_1=0.8, beta_2=0.95, epsilon=1e-3)
    theta = {"W": rng.normal(size=(2, 2)), "b": rng.normal(size=2)}
    expected = list(as_vector(theta))
    m, v = [0.0] * 6, [0.0] * 6
    for u in range(1, 6):
        gradients = {name: rng.normal(size=array.shape) for name, array in theta.items()}
        for j, g in enumerate(as_vector(gradients)):
            m[j] = 0.8 * m[j] + 0.2 * g
            v[j] = 0.95 * v[j] + 0.05 * g * g
            expected[j] -= 0.05 * (m[j] / (1 - 0.8**u)) / (sqrt(v[j] / (1 - 0.95**u)) + 1e-3)
        theta = optimiser.update(theta, gradients)
        np.testing.assert_allclose(as_vector(theta), expected, rtol=1e-13)


def test_without_memory_adam_goes_by_the_sign_of_the_gradient():
    """With both means forgotten, m = g and v = g^2."""
    after = Adam(0.5, beta_1=0, beta_2=0, epsilon=1e-18).update(
        {"b": np.zeros(2)}, {"b": np.array([3.0, -4.0])}
    )

    np.testing.assert_array_equal(after["b"], [-0.5, 0.5])


@pytest.mark.parametrize(
    ("rate", "gradient"), [(1e300, 1e100), (1.7e308, 1e10), (1e-306, 1e-4), (1e-320, 1e-4)]
)
def test_a_first_step_has_the_length_of_the_rate_where_rate_times_gradient_is_no_float(rate, gradient):
    after = Adam(rate, epsilon=1e-18).update({"b": np.zeros(1)}, {"b": np.array([gradient])})

    np.testing.assert_allclose(after["b"], -rate, rtol=1e-3 if rate < 1e-308 else 1e-12)


def test_each_adam_remembers_for_itself():
    one, other, gradients = Adam(0.1), Adam(0.1), {"b": np.array([1.0])}
    for _ in range(3):
        one.update({"b": np.zeros(1)}, {"b": -np.ones(1)})

    np.testing.assert_allclose(other.update({"b": np.zeros(1)}, gradients)["b"], -0.1, rtol=1e-7)


def test_adam_leaves_its_arguments_alone():
    theta, gradients = draw(8), draw(9)
    Adam(0.3).update(theta, gradients)

    np.testing.assert_array_equal(as_vector(theta), as_vector(draw(8)))
    np.testing.assert_array_equal(as_vector(gradients), as_vector(draw(9)))


test_bad_arguments_are_named = refuses(
    (clip_by_norm, {"b": np.ones(1)}, 0.0, "limit must be above 0, got 0.0"),
    (clip_by_norm, {"b": np.ones(1)}, np.inf, "limit must be finite"),
    (clip_by_norm, {}, 1.0, "gradients must hold at least one array, got none"),
    (clip_by_norm, [1.0], 1.0, "gradients must be a mapping, got list"),
    (clip_by_norm, {"b": np.array([np.inf, 1.0])}, 1.0, "the gradient by b must be finite, got inf"),
    (
        clip_by_norm,
        {"b": np.full(2, 1.7e308)},
        1.0,
        "the norm of the gradient is beyond the range of float64",
    ),
    (gradient_norm, {"b": [np.nan]}, "the gradient by b must be finite, got nan"),
    (gradient_norm, {"b": [1.7e308, 1.7e308]}, "the norm of the gradient is beyond the range"),
    (Adam, -1.0, "rate must be above 0, got -1.0"),
    (Adam, 0.0, "rate must be above 0, got 0.0"),
    (lambda: Adam(epsilon=0.0), "epsilon must be above 0, got 0.0"),
    (lambda: Adam(epsilon=1e-30), "epsilon must be at least 1e-18, got 1e-30"),
    (lambda: Adam(beta_1=1.0), "beta_1 must be at least 0 and below 1, got 1.0"),
    (lambda: Adam(beta_2=-0.1), "beta_2 must be at least 0 and below 1, got -0.1"),
    (lambda: Adam(beta_2="0.9"), "beta_2 must hold real numbers, got dtype"),
    (lambda: Adam().update([1.0], {"b": [1.0]}), "parameters must be a mapping, got list"),
    (lambda: Adam().update({"b": [1.0]}, [1.0]), "gradients must be a mapping, got list"),
    (
        lambda: Adam().update({"b": [1, 1]}, {"b": [1]}),
        r"gradients must have the shapes \{'b': \(2,\)\}, got \{'b': \(1,\)\}",
    ),
    (
        lambda: Adam().update({"b": [1]}, {"W": [1]}),
        r"gradients must have the shapes \{'b': \(1,\)\}, got \{'W': \(1,\)\}",
    ),
    (lambda: Adam().update({"b": [1.0]}, {"b": [np.nan]}), "the gradient by b must be finite, got nan"),
    (lambda: Adam().update({"b": [1.0]}, {"b": [np.inf]}), "the gradient by b must be finite, got inf"),
    (lambda: Adam().update({"b": [np.nan]}, {"b": [1.0]}), "b must be finite, got nan"),
    (lambda: Adam(1e308).update({"b": [-1e308]}, {"b": [1.0]}), "b after the update is beyond the range"),
    (lambda: Adam().update({"b": [0.0]}, {"b": [1e200]}), "the mean square of the gradient by b is beyond"),
)


def test_an_adam_that_served_other_parameters_says_so():
    optimiser = Adam()
    optimiser.update({"b": np.ones(2)}, {"b": np.ones(2)})

    with pytest.raises(ValueError, match="gradients must have the shapes"):
        optimiser.update({"W": np.ones(2)}, {"W": np.ones(2)})


@pytest.mark.parametrize("refused", [1e200, np.nan])
def test_an_adam_forgets_a_gradient_that_it_refused(refused):
    interrupted, plain = Adam(0.1), Adam(0.1)
    a = b = draw(10)
    a, b = interrupted.update(a, draw(11)), plain.update(b, draw(11))
    with pytest.raises(ValueError, match="the gradient by b"):
        interrupted.update(a, draw(12) | {"b": np.full(3, refused)})

    np.testing.assert_array_equal(
        as_vector(interrupted.update(a, draw(13))), as_vector(plain.update(b, draw(13)))
    )


def test_updates_take_lists_and_keep_float32():
    assert Adam(0.5).update({"b": [1.0]}, {"b": [2.0]})["b"] == pytest.approx(0.5)
    half = {"b": np.ones(2, np.float32)}
    assert Adam().update(half, half)["b"].dtype == np.float32
