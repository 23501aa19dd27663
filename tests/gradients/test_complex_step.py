"""The complex step against derivatives known in closed form."""

import numpy as np
import pytest

from refusals import refuses
from rnn_solutions import complex_step


def test_the_derivative_of_a_quadratic_form_has_the_functions_shape_then_the_arguments():
    A = np.random.default_rng(3).normal(size=(4, 2, 3))
    X = np.random.default_rng(4).normal(size=(2, 3))

    derivative = complex_step(lambda X: np.einsum("kij,ij->k", A, X * X), X)

    assert derivative.shape == (4, 2, 3)
    np.testing.assert_allclose(derivative, 2 * A * X, rtol=1e-15)


def test_a_function_that_drops_the_imaginary_part_is_an_error():
    with pytest.raises(ValueError, match="must return complex numbers, got dtype float64"):
        complex_step(np.abs, [1.0])


test_a_point_that_is_not_real_and_finite_is_named = refuses(
    ([1.0, np.inf], r"at must be finite, got inf at \(1,\)"),
    (np.nan, r"at must be finite, got nan at \(\)"),
    ([1.0 + 0j], "at must hold real numbers, got dtype complex128"),
    ([], r"at must not be empty, got shape \(0,\)"),
    (None, "at must hold real numbers, got dtype object"),
    ("1", "at must hold real numbers, got dtype <U1"),
    by=lambda at: complex_step(np.exp, at),
)


test_what_is_no_function_of_one_shape_is_named = refuses(
    (None, 1.0, "function must be a function of one argument, got NoneType"),
    (
        lambda z: z[: 1 + (z[0].imag > 0)],
        [1.0, 2.0],
        r"the function must return one shape, got \(2,\) and \(1,\)",
    ),
    (float, 1.0, "function must be a function of one argument, got the class float"),
    (lambda: 1j, 1.0, "function must be a function of one argument, got function"),
    (np.exp, np.zeros(10**6), "the derivative of 1000000 numbers by the 1000000 of at would take .* GiB"),
    (np.exp, 1e9, "the derivative of the function must be finite"),
    (lambda z: 1e308 * (100 * z), 1e-5, "the derivative of the function must be finite"),
    by=complex_step,
)


def test_a_derivative_that_is_not_finite_is_an_error():
    with pytest.raises(
        ValueError, match=r"^the derivative of the function must be finite, got NaN or infinity$"
    ):
        complex_step(lambda z: z * complex(0, np.nan), 1.0)
