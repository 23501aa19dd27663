"""Activations against exact rationals, 50-digit decimals and the complex step."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawn import ANALYTIC
from refusals import refuses
from rnn_solutions import complex_step, dense_jacobian, sigmoid, sigmoid_slope
from rnn_solutions.networks.activations import ACTIVATIONS, tanh_slope

ARGUMENTS = st.floats(min_value=-700, max_value=700)


def sigmoid_in_50_digits(z):
    with localcontext(prec=350):  # e^-700 needs 304 digits before 1 + e^-700 differs from 1
        e = (-Decimal(z)).exp()
        return 1 / (1 + e), e / (1 + e) ** 2


@given(ARGUMENTS)
def test_sigmoid_and_its_slope_keep_full_relative_accuracy_in_both_tails(z):
    """Eight units in the last place: one rounding each for exp, sum, square and quotient."""
    value, slope = sigmoid_in_50_digits(z)

    np.testing.assert_allclose(sigmoid(z), float(value), rtol=8 * np.finfo(float).eps)
    np.testing.assert_allclose(sigmoid_slope(z), float(slope), rtol=8 * np.finfo(float).eps)


@given(st.floats(min_value=-350, max_value=350))
def test_tanh_slope_keeps_full_relative_accuracy(z):
    """1 - tanh^2 = 4 e^{2z} / (1 + e^{2z})^2, in 350 digits."""
    with localcontext(prec=350):
        e = (2 * Decimal(z)).exp()
        exact = 4 * e / (1 + e) ** 2

    np.testing.assert_allclose(tanh_slope(z), float(exact), rtol=8 * np.finfo(float).eps)


@pytest.mark.parametrize("reach", [10, 1e-8])  # near zero, rounding alone would lead beyond
def test_the_largest_slope_of_the_sigmoid_is_a_quarter_at_zero(reach):
    z = np.linspace(-reach, reach, 2001)

    slope = sigmoid_slope(z)

    assert slope.max() == slope[1000] == 0.25


@pytest.mark.parametrize(
    ("name", "analytic"),
    [
        ("sigmoid", lambda z: 1 / (1 + np.exp(-z))),
        ("tanh", np.tanh),
        ("identity", lambda z: z),
        ("relu", lambda z: z * (z.real > 0)),
    ],
)
def test_every_slope_is_the_derivative_of_its_activation(name, analytic):
    """Against a complex step through the function written out again."""
    z = np.random.default_rng(1).normal(size=7)

    np.testing.assert_allclose(ACTIVATIONS[name].value(z), analytic(z), rtol=1e-14)
    np.testing.assert_allclose(
        np.diag(ACTIVATIONS[name].slope(z, ACTIVATIONS[name].value(z))),
        complex_step(analytic, z),
        rtol=1e-13,
        atol=1e-16,
    )


def test_relu_has_the_slope_0_at_0():
    """There it has no derivative; any number from 0 to 1 would serve, and PyTorch takes 0 too."""
    z = np.array([-0.0, 0.0, np.nextafter(0, 1)])

    assert ACTIVATIONS["relu"].slope(z, z).tolist() == [0, 0, 1]


@pytest.mark.parametrize(("n", "d"), [(1, 1), (3, 3), (3, 2), (2, 5)])
@pytest.mark.parametrize("activation", ANALYTIC)
def test_dense_jacobian_matches_a_complex_step(activation, n, d):
    """Exact to rounding; a transposed W or a slope taken at y instead of W x would be off by its own size."""
    rng = np.random.default_rng(2)
    W, x = rng.normal(size=(n, d)), rng.normal(size=d)

    expected = complex_step(lambda x: ANALYTIC[activation](W @ x), x)

    np.testing.assert_allclose(dense_jacobian(W, x, activation), expected, rtol=1e-13)
    if activation == "sigmoid":
        np.testing.assert_array_equal(dense_jacobian(W, x), dense_jacobian(W, x, activation))


test_bad_input_is_named = refuses(
    ([1.0, 2.0], [1.0], r"W must have shape \(n, d\), got \(2,\)"),
    ([[1.0, 2.0]], [1.0], r"x must have shape \(2,\), got \(1,\)"),
    ([[np.nan]], [1.0], r"W must be finite, got nan at \(0, 0\)"),
    ([[1.0]], [np.inf], r"x must be finite, got inf at \(0,\)"),
    ([[1j]], [1.0], "W must hold real numbers, got dtype complex128"),
    ([[0.0, 1j]], [1.0], r"W must hold real numbers, .* with .*1j.* at \(0, 1\)"),
    ([[True]], [1.0], "W must hold real numbers, got dtype bool"),
    ([[1.0, None]], [1.0], r"W must hold real numbers, got dtype object with None at \(0, 1\)"),
    ([["a"]], [1.0], "W must hold real numbers, got dtype <U1"),
    ([[1e308]], [1e308], r"entry 0 of W @ x is beyond the range of float64"),
    ([[1.0], [1.0, 2.0]], [1.0], r"W must have shape \(n, d\), got a ragged sequence"),
    ([[]], [], r"W must have shape \(n, d\), got \(1, 0\)"),
    ([[1.0]], [1.0], "swish", "activation must be one of 'sigmoid', 'tanh', 'relu', 'identity', got 'swish'"),
    by=dense_jacobian,
)


@pytest.mark.parametrize("function", [sigmoid, sigmoid_slope, tanh_slope])
@pytest.mark.parametrize(
    ("z", "message"),
    [
        ([0.0, np.nan], r"z must be finite, got nan at \(1,\)"),
        (np.inf, r"z must be finite, got inf at \(\)"),
        ([], r"z must not be empty, got shape \(0,\)"),
        ([0.0, 1j], r"z must hold real numbers, got dtype complex128 with .*1j.* at \(1,\)"),
        (np.zeros(2, complex), "z must hold real numbers, got dtype complex128$"),
        (None, r"z must hold real numbers, got dtype object with None at \(\)"),
        ("1", "z must hold real numbers, got dtype <U1"),
        ([[1.0], [1.0, 2.0]], "z must be an array, got a ragged sequence"),
    ],
)
def test_an_activation_names_what_is_no_real_number(function, z, message):
    """A complex argument above all: its imaginary part would be dropped, and a derivative with it."""
    with pytest.raises(ValueError, match=message):
        function(z)


@pytest.mark.skipif(
    np.finfo(np.longdouble).max == np.finfo(float).max, reason="here a long double is a double"
)
def test_a_long_double_beyond_the_largest_float_is_named_without_a_warning():
    with pytest.raises(
        ValueError, match=r"z must be within the range of float64, got 1\.1\d*e\+602 at \(\)$"
    ):
        sigmoid(np.longdouble(2) ** 2000)


@pytest.mark.parametrize("function", [sigmoid, sigmoid_slope, tanh_slope])
@pytest.mark.parametrize("shape", [(), (3,), (2, 1, 3)])
def test_an_activation_keeps_the_shape_of_its_argument(function, shape):
    value = function(np.full(shape, 0.5))

    assert isinstance(value, np.ndarray)
    assert value.shape == shape


@pytest.mark.parametrize("z", [709.5, 720.0, 740.0])
def test_a_slope_below_the_normal_floats_still_counts_times_a_large_weight(z):
    """e^-z times a weight that brings it back among them; to the digits that so small a number has."""
    for sign in (1, -1):
        entry = dense_jacobian(W=[[sign * 1e300]], x=[z / 1e300])[0, 0]
        expected = sign * math.exp(690 - z) * 1e300 * math.exp(-690)
        assert entry == pytest.approx(expected, rel=0.05, abs=0)


def test_slopes_vanish_at_the_largest_floats_without_overflow():
    largest = np.finfo(float).max

    assert sigmoid_slope([-largest, largest]).tolist() == [0, 0]
    assert tanh_slope([-largest, largest]).tolist() == [0, 0]
