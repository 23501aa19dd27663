"""Where the eigenvalues of a linear recurrence lie, what that means, and how they come from an equation."""

import math
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest

from refusals import refuses
from rnn_solutions.networks.linear_eigenvalues import (
    discretize,
    input_scale,
    memory_length,
    ring_eigenvalues,
    stable_eigenvalues,
)

RULES = ["zero-order hold", "bilinear"]


def test_stable_eigenvalues_have_the_modulus_and_the_angle_of_their_parameters():
    nu, theta = [-3.0, 0.0, 1.0], [0.5, -2.0, 3.0]

    drawn = stable_eigenvalues(nu, theta)

    for eigenvalue, n, angle in zip(drawn, nu, theta, strict=True):
        assert abs(eigenvalue) == pytest.approx(math.exp(-math.exp(n)), rel=1e-15)
        assert math.atan2(eigenvalue.imag, eigenvalue.real) == pytest.approx(angle, rel=1e-14)


def test_no_parameter_takes_an_eigenvalue_out_of_the_disc():
    """Far out it rounds to the circle or to 0, and a large nu does not warn."""
    moduli = np.abs(stable_eigenvalues([-36.0, -5.0, 0.0, 5.0, 800.0], np.arange(5.0)))

    assert np.all(moduli[:-1] > 0)
    assert np.all(moduli[1:] < 1)
    assert moduli[0] <= 1
    assert moduli[-1] == 0


def test_a_ring_is_drawn_by_area_and_over_all_angles():
    """Its halves of equal area hold half of 20000 each: the standard deviation of a share is 0.0035."""
    drawn = ring_eigenvalues(20_000, 0.4, 0.8, np.random.default_rng(3))
    middle = math.sqrt((0.4**2 + 0.8**2) / 2)

    assert np.all((np.abs(drawn) > 0.4) & (np.abs(drawn) < 0.8))
    assert np.abs(drawn).min() < 0.401
    assert np.abs(drawn).max() > 0.799
    assert np.mean(np.abs(drawn) < middle) == pytest.approx(0.5, abs=0.015)
    for turn in (1, -1, 1j, -1j):
        assert np.mean((drawn * turn).real > 0) == pytest.approx(0.5, abs=0.015)
    assert np.mean(np.abs(np.angle(drawn)) < np.pi / 4) == pytest.approx(0.25, abs=0.015)


def test_a_ring_may_be_a_disc_and_hold_a_single_eigenvalue():
    (drawn,) = ring_eigenvalues(1, 0, 1e-3, np.random.default_rng(3))

    assert 0 < abs(drawn) < 1e-3


def test_a_ring_may_reach_the_unit_circle():
    assert np.abs(ring_eigenvalues(1000, 0.5, 1, 4)).max() > 0.999


def test_angles_stay_below_their_limit():
    angles = np.angle(ring_eigenvalues(1000, 0.5, 0.9, np.random.default_rng(3), max_angle=0.3))

    assert np.all((angles >= 0) & (angles < 0.3))
    assert angles.max() > 0.29


def test_after_its_memory_length_a_share_of_one_e_th_is_left():
    eigenvalues = np.array([0.9, -0.5, 0.3j, 0.999 * np.exp(2j)])

    tau = memory_length(eigenvalues)

    np.testing.assert_allclose(np.abs(eigenvalues) ** tau, 1 / math.e, rtol=1e-13)


@pytest.mark.parametrize("modulus", [Fraction(3, 5), Fraction(99, 100), 1 - Fraction(1, 10**9)])
def test_scaled_noise_settles_at_variance_one(modulus):
    """Exact fractions for gamma squared; the package's square root and its square round by 4e-16."""
    gamma = input_scale([1j * float(modulus)])[0]
    exact = 1 - Fraction(float(modulus)) ** 2

    assert gamma**2 == pytest.approx(float(exact), rel=1e-15)


@pytest.mark.parametrize("method", RULES)
def test_a_constant_input_leads_to_the_steady_state_of_the_equation(method):
    """There h' = 0, so h = -B x / a: for both rules, whatever the step."""
    a, B = np.array([-1.0, -0.2 + 3j]), np.array([[2.0], [1j]])

    h = discretize(a, B, 0.5, method=method).forward(np.full((1000, 1), 3.0))[-1]

    np.testing.assert_allclose(h, -3 * B[:, 0] / a, rtol=1e-13)


@pytest.mark.parametrize(("method", "order"), [("zero-order hold", 0), ("bilinear", 2)])
def test_the_rules_approach_the_exponential_as_the_step_shrinks(method, order):
    """Halve the step: the error of the bilinear rule falls by four, zero-order hold has none."""
    a = -0.5 + 2j
    errors = []
    for steps in (64, 128):
        factor = discretize([a], [[1.0]], 1 / steps, method=method).eigenvalues[0] ** steps
        errors.append(abs(factor - np.exp(a)))

    if order:
        assert errors[0] / errors[1] == pytest.approx(2**order, rel=0.01)
    else:
        assert max(errors) < 1e-14


def test_the_bilinear_rule_is_the_trapezoidal_rule():
    """At a = -3/2 + 2i and a step of 1/2 by hand: (5/8 + i/2) / (11/8 - i/2), and 1/2 over the same."""
    layer = discretize([-1.5 + 2j], [[1.0]], 0.5, method="bilinear")

    assert layer.eigenvalues[0] == pytest.approx((0.625 + 0.5j) / (1.375 - 0.5j), rel=1e-15)
    assert layer.B[0, 0] == pytest.approx(0.5 / (1.375 - 0.5j), rel=1e-15)


def test_a_tiny_step_keeps_the_digits_of_what_it_adds():
    """e^(Delta a) - 1 would lose half of them."""
    layer = discretize([-1.0], [[1.0]], 1e-8, method="zero-order hold")

    assert layer.B[0, 0].real == pytest.approx(1e-8 - 0.5e-16, rel=1e-15)


@pytest.mark.parametrize("step", [5e-324, 1e-308, 1e-160, 0.5, 1e8, 1e150, 1.7e308])
@pytest.mark.parametrize("a", [-5e-324, -2e-308, -1e-160, -0.3, -1e8, -1e150, -1.7e308])
def test_at_the_edge_of_the_floats_both_rules_are_their_equations_in_fractions(a, step):
    """Also where Delta a is no float. For a small q, e^q - 1 is q (1 + q / 2); a large one leaves -1."""
    q, h = Fraction(a) * Fraction(step), Fraction(step)
    scales = {
        "bilinear": h / (1 - q / 2),
        "zero-order hold": h * (1 + q / 2) if abs(q) < 1e-9 else -1 / Fraction(a),
    }
    if -100 < q <= -1e-9:
        scales["zero-order hold"] = Fraction(math.expm1(float(q))) / Fraction(a)

    for method, scale in scales.items():
        if scale < Fraction(1.79e308):
            layer = discretize([a], [[1.0]], step, method=method)
            assert layer.B[0, 0] == pytest.approx(float(scale), rel=1e-14, abs=5e-324)
            exact = float((1 + q / 2) / (1 - q / 2)) if method == "bilinear" else math.exp(max(q, -800))
            assert layer.eigenvalues[0] == pytest.approx(exact, rel=1e-13, abs=1e-300)


@pytest.mark.parametrize(("low", "high"), [(0, 5e-320), (1e-308, 1e-200), (5e-170, 1e-169), (0.5, 1)])
def test_a_ring_is_filled_whatever_its_size(low, high):
    """Squares of small radii would vanish, and all eigenvalues with them. Some roundings."""
    modulus = np.abs(ring_eigenvalues(400, low, high, np.random.default_rng(1)))

    assert np.all((modulus >= low * (1 - 1e-15)) & (modulus <= high * (1 + 1e-15) + 1e-323))
    assert low <= modulus.min() < max(1.1 * low, high / 10)
    assert modulus.max() > 0.99 * high


RNG = np.random.default_rng(0)


test_bad_input_is_named = refuses(
    (stable_eigenvalues, [0.0], [0.0, 1.0], r"theta must have shape \(1,\), got \(2,\)"),
    (stable_eigenvalues, [1j], [0.0], "nu must hold real numbers"),
    (stable_eigenvalues, [[0.0]], [[0.0]], r"nu must have shape \(n,\), got \(1, 1\)"),
    (ring_eigenvalues, 0, 0.5, 0.9, RNG, "n must be at least 1, got 0"),
    (ring_eigenvalues, 2, "0", 0.9, RNG, "r_min must hold real numbers"),
    (ring_eigenvalues, 2, 0.5, "1", RNG, "r_max must hold real numbers"),
    (lambda: ring_eigenvalues(2, 0.5, 0.9, RNG, max_angle="pi"), "max_angle must hold real numbers"),
    (ring_eigenvalues, 2, 0.5, 0.5, RNG, "need .* got r_min=0.5 and r_max=0.5"),
    (ring_eigenvalues, 2, 0.9, 0.5, RNG, "need 0 <= r_min < r_max <= 1, got r_min=0.9"),
    (ring_eigenvalues, 2, 0.5, 1.1, RNG, "need .* got r_min=0.5 and r_max=1.1"),
    (ring_eigenvalues, 2, -0.5, 0.5, RNG, "need .* got r_min=-0.5"),
    (lambda: ring_eigenvalues(2, 0.5, 0.9, RNG, max_angle=7), "max_angle must .* at most 2 pi, got 7.0"),
    (lambda: ring_eigenvalues(2, 0.5, 0.9, RNG, max_angle=0), "max_angle must be above 0"),
    (ring_eigenvalues, 2, 0.5, 0.9, 0.5, "rng must be a numpy Generator or a seed from 0 up, got 0.5"),
    (
        ring_eigenvalues,
        10**13,
        0.5,
        0.9,
        RNG,
        "n=10000000000000 eigenvalues would take 5.96e.05 GiB, and half",
    ),
    (memory_length, [[0.5]], r"eigenvalues must have shape \(n,\), got \(1, 1\)"),
    (memory_length, [0.5, 1.0], r"eigenvalues must be below 1 in modulus, got 1.0 at \(1,\)"),
    (memory_length, [0.5, 0.0], r"eigenvalues must not be 0, got one at \(1,\)"),
    (input_scale, [0.5, 2j], r"eigenvalues must be below 1 in modulus, got 2.0 at \(1,\)"),
    (lambda: discretize([-1.0], [[1.0]], 1.0, method="euler"), "method must be one of 'zero-order hold'"),
    (lambda: discretize([-1.0], [[1.0]], 0.0, method="bilinear"), "step must be above 0, got 0.0"),
    (lambda: discretize([-1.0, 1j], [[1.0]] * 2, 1.0, method="bilinear"), r"a must .* got 1j at \(1,\)"),
    (
        lambda: discretize([[-1.0]], [[1.0]], 1.0, method="bilinear"),
        r"a must have shape \(n,\), got \(1, 1\)",
    ),
    (lambda: discretize([-1.0], [1.0], 1.0, method="bilinear"), r"B must have shape \(1, d\), got \(1,\)"),
    (
        lambda: discretize([-1e-200 + 1e200j], [[1.0]], 1e200, method="zero-order hold"),
        "the eigenvalue 0 of the recurrence is beyond the range of complex128",
    ),
    (
        lambda: discretize([-1e-308], [[1.0, 1e10]], 1e300, method="bilinear"),
        r"the scaled entry \(0, 1\) of B is beyond the range of float64",
    ),
    (lambda: discretize([-1.0], [[1.0]] * 2, 1.0, method="bilinear"), r"B must have shape \(1, d\)"),
    (lambda: discretize([-1.0], [[1.0]], [1.0], method="bilinear"), r"step must have shape \(\)"),
)


@pytest.mark.parametrize(
    "eigenvalue",
    [
        0.6134222594693313 - 0.7897551086175638j,
        -0.9678263487418312 - 0.2516190745572664j,
        complex(np.nextafter(1, 0)),
        0.3 + 0.1j,
        1e-300,
    ],
)
def test_near_the_unit_circle_no_digit_is_lost(eigenvalue):
    """Where the modulus, rounded to a float, has lost most of what is missing to one."""
    with localcontext(prec=700):
        square = Decimal(eigenvalue.real) ** 2 + Decimal(eigenvalue.imag) ** 2
        expected = float(-2 / square.ln()), float((1 - square).sqrt())

    np.testing.assert_allclose(
        [memory_length([eigenvalue])[0], input_scale([eigenvalue])[0]], expected, rtol=1e-14
    )
