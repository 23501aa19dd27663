"""Lyapunov exponents, against closed forms, determinants and products of exact numbers."""

from math import log

import numpy as np
import pytest

from drawn import KINDS, draw
from refusals import refuses
from rnn_solutions.gradients.lyapunov import lyapunov_exponents, one_step_jacobians, stretching_rates
from rnn_solutions.networks.rnn import RNN


@pytest.mark.parametrize("batch", [(), (2,)])
@pytest.mark.parametrize("kind", KINDS)
def test_multiplied_in_order_the_jacobians_of_the_steps_are_that_over_all(kind, batch):
    """In this order only; for the LSTM of the joint state."""
    run = draw(kind, T=9, batch=batch).run

    factors = one_step_jacobians(run)

    forwards = backwards = np.eye(factors.shape[-1])
    for t, J in enumerate(factors, start=1):
        np.testing.assert_allclose(J, run.net.jacobian(run, t, t - 1), rtol=1e-12)
        forwards, backwards = J @ forwards, backwards @ J
    whole = run.net.jacobian(run, 9, 0)
    np.testing.assert_allclose(forwards, whole, rtol=1e-9, atol=1e-12 * np.abs(whole).max())
    assert not np.allclose(backwards, whole, rtol=1e-3, atol=0)


def test_for_multiples_of_orthogonal_matrices_every_step_stretches_all_axes_alike():
    rng = np.random.default_rng(1)
    scales = rng.uniform(0.1, 10, 30)
    factors = [s * np.linalg.qr(rng.normal(size=(4, 4))).Q for s in scales]

    rates = stretching_rates(factors)

    np.testing.assert_allclose(rates, np.log(scales)[:, None] * np.ones(4), atol=1e-12)
    np.testing.assert_allclose(lyapunov_exponents(factors), np.log(scales).mean(), atol=1e-13)


def test_the_exponents_of_one_repeated_matrix_are_the_logarithms_of_its_moduli():
    """From the limit they are off by a term over T: here less than 5 / 4000."""
    basis = np.linalg.qr(np.random.default_rng(2).normal(size=(4, 4))).Q
    turn = 1.5 * np.array([[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]])
    D = np.zeros((4, 4))
    D[0, 0], D[1:3, 1:3], D[3, 3] = -3.0, turn, 0.2
    D[0, 3] = 5.0
    M = basis @ D @ basis.T

    found = lyapunov_exponents([M] * 4000)

    np.testing.assert_allclose(found, [log(3), log(1.5), log(1.5), log(0.2)], atol=5 / 4000)


def test_the_sum_is_the_mean_logarithm_of_the_determinants_at_any_length():
    factors = np.random.default_rng(3).normal(size=(7, 5, 5))

    expected = np.log(np.abs(np.linalg.det(factors))).mean()

    assert lyapunov_exponents(factors).sum() == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(
        stretching_rates(factors).sum(axis=1), np.log(np.abs(np.linalg.det(factors))), rtol=1e-10
    )


def test_the_largest_is_the_rate_of_the_norm_of_the_exact_product():
    """Integers of hundreds of digits; a frame loses or wins some units over all 300 steps."""
    factors = np.random.default_rng(4).integers(-5, 6, size=(300, 3, 3))

    found = lyapunov_exponents(factors.astype(float))

    product = np.eye(3, dtype=int).astype(object)
    for J in factors.astype(object):
        product = J @ product
    largest = max(abs(entry) for entry in product.ravel())
    assert largest > 10**100
    assert abs(300 * found[0] - log(largest)) < 5
    minors = [
        abs(product[a, c] * product[b, d] - product[a, d] * product[b, c])
        for a, b in ((0, 1), (0, 2), (1, 2))
        for c, d in ((0, 1), (0, 2), (1, 2))
    ]
    assert abs(300 * found[:2].sum() - log(max(minors))) < 5


def test_ten_thousand_steps_neither_overflow_nor_underflow():
    for scale in (1e-300, 1e300):
        found = lyapunov_exponents(np.tile(scale * np.eye(2), (10_000, 1, 1)))
        np.testing.assert_allclose(found, log(scale), rtol=1e-12)


def test_the_exponents_fall_from_first_to_last_whatever_comes_first_in_the_frame():
    found = lyapunov_exponents([np.diag([0.1, 5.0, 1.0])] * 3)

    assert np.all(np.diff(found) <= 0)


def test_a_sparse_factor_does_not_swallow_a_direction_that_grows():
    """Each factor maps one coordinate axis to 0, and a frame of these axes would lose both."""
    A, B = np.array([[0.0, 2.0], [0.0, 0.0]]), np.array([[0.0, 0.0], [2.0, 0.0]])

    growing, lost = lyapunov_exponents([A, B] * 1000)

    assert growing == pytest.approx(log(2), abs=2 / 1000)
    assert lost < -10


def test_a_product_of_zero_is_minus_infinity_and_never_nan():
    found = lyapunov_exponents([np.eye(2), np.zeros((2, 2)), np.eye(2)])

    assert found.tolist() == [-np.inf, -np.inf]


def test_a_batch_is_its_sequences_one_by_one():
    factors = np.random.default_rng(5).normal(size=(6, 4, 3, 3))

    together = lyapunov_exponents(factors)

    assert stretching_rates(factors).shape == (6, 4, 3)
    for b in range(4):
        np.testing.assert_allclose(together[b], lyapunov_exponents(factors[:, b]), rtol=1e-12)


def test_float32_stays_float32():
    factors = np.random.default_rng(6).normal(size=(6, 3, 3))

    found = lyapunov_exponents(factors.astype(np.float32))

    assert found.dtype == np.float32
    np.testing.assert_allclose(found, lyapunov_exponents(factors), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("w", [3, 5])
def test_one_unit_held_where_the_slope_is_a_quarter_has_the_exponent_of_its_weight(w):
    """z_t = w h + x with h = 1/2, so that x = -w / 2 holds it."""
    run = RNN([[w]], [[1.0]]).forward(np.full((20, 1), -w / 2), h_init=[0.5])

    assert lyapunov_exponents(one_step_jacobians(run)) == pytest.approx([log(w / 4)], rel=1e-12)


test_bad_input_is_named = refuses(
    (one_step_jacobians, np.eye(2), "run must come from a network's forward, got ndarray"),
    (lambda: one_step_jacobians(draw("RNN", T=0).run), "run must have at least two steps, got 1"),
    (stretching_rates, np.eye(2), r"jacobians must have shape \(T, m, m\) or \(T, B, m, m\)"),
    (lyapunov_exponents, np.ones((3, 2, 1)), r"jacobians must have shape .* got \(3, 2, 1\)"),
    (lyapunov_exponents, np.ones((0, 2, 2)), r"jacobians must have shape .* got \(0, 2, 2\)"),
    (lyapunov_exponents, [[[np.nan]]], "jacobians must be finite, got nan"),
    (
        stretching_rates,
        [np.eye(2), np.full((2, 2), 1.7e308)],
        "the product with the Jacobian 1 is beyond the range of float64",
    ),
)


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
@pytest.mark.parametrize("batch", [(), (2,)])
def test_directions_twenty_decades_apart_are_told_whatever_the_order_of_the_units(order, batch):
    """To the term of order 1 / T that the drawn frame leaves."""
    diagonal = np.array([1e-10, 1.0, 1e10])[order]

    found = lyapunov_exponents(np.broadcast_to(np.diag(diagonal), (200, *batch, 3, 3)))

    np.testing.assert_allclose(found.sum(axis=-1), 0, atol=1e-10)  # the determinant is 1
    np.testing.assert_allclose(found, np.broadcast_to(np.log([1e10, 1.0, 1e-10]), found.shape), atol=0.05)
