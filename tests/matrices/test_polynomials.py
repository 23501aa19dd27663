"""Each operation on integer polynomials by itself, against roots written out and values at points."""

from fractions import Fraction
from itertools import combinations_with_replacement
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_solutions.matrices.polynomials import (
    _power_sums,
    derivative,
    gcd,
    minimal_polynomial,
    products_of_pairs,
    quotient,
    radicals,
    shifted,
    sign_changes,
)

ROOTS = st.lists(st.integers(-5, 5), min_size=1, max_size=5)


def multiplied_out(roots):
    """Return the coefficients, constant first, of the product of all x - root."""
    product = [1]
    for root in roots:
        product = [a - root * b for a, b in zip([0, *product], [*product, 0], strict=True)]
    return tuple(product)


def at(p, x):
    return sum(coefficient * x**k for k, coefficient in enumerate(p))


CUBIC = (2, -3, 0, 1)  # (x - 1)^2 (x + 2) = x^3 - 3 x + 2


@pytest.mark.parametrize(
    ("result", "by_hand"),
    [
        (lambda: derivative(CUBIC), (-3, 0, 3)),
        (lambda: quotient(CUBIC, (2, 1)), (1, -2, 1)),
        (lambda: gcd(CUBIC, (-3, 0, 3)), (-1, 1)),
        (lambda: gcd((-3, 0, 3), CUBIC), (-1, 1)),
        (lambda: radicals(CUBIC), [(-2, 1, 1), (-1, 1)]),
        (lambda: shifted(CUBIC, Fraction(1)), (0, 0, 3, 1)),  # x^2 (x + 3)
        (lambda: shifted(CUBIC, Fraction(1, 2)), (5, -9, 3, 1)),  # 8 p(x/2 + 1/2) = (x - 1)^2 (x + 5)
        (lambda: _power_sums(CUBIC, 5), [3, 0, 6, -6, 18, -30]),
        (lambda: products_of_pairs((-2, 1, 1)), (8, -6, -3, 1)),  # of 1 and -2: 1, -2 and 4
        (lambda: minimal_polynomial(np.array([[0, 0, -2], [1, 0, 3], [0, 1, 0]], dtype=object)), CUBIC),
    ],
)
def test_what_can_be_done_by_hand(result, by_hand):
    """A mistake in any of these may make the search for a rate endless, so it had better be seen here."""
    assert result() == by_hand


@given(ROOTS, ROOTS, ROOTS)
def test_the_greatest_common_divisor_has_the_common_roots(common, left, right):
    """The roots that only one has are moved apart, to -20 and beyond and to 20 and beyond."""
    p = multiplied_out(common + [root - 20 for root in left])
    q = multiplied_out(common + [root + 20 for root in right])

    assert gcd(p, q) == gcd(q, p) == multiplied_out(common)
    assert gcd(p, ()) == p


@pytest.mark.parametrize(
    ("p", "q", "divisor"),
    [
        ((1, 0, 0, 1), (0, 0, 1), (1,)),  # x^3 + 1 less x times x^2 leaves 1 and a leading zero
        ((1, 0, 0, 0, 1), (0, 0, 1), (1,)),  # and here two of them
        ((-2, 0, 2), (-3, -3), (1, 1)),  # contents and signs are taken out
        ((6, 4), (), (3, 2)),
    ],
)
def test_the_greatest_common_divisor_survives_leading_zeros_and_contents(p, q, divisor):
    assert gcd(p, q) == divisor


@given(ROOTS, ROOTS)
def test_a_quotient_leaves_the_other_roots(some, others):
    assert quotient(multiplied_out(some + others), multiplied_out(others)) == multiplied_out(some)


def test_a_quotient_drops_the_remainder():
    assert quotient((7, 5, 3, 1), (1, 0, 1)) == (3, 1)  # (x^2 + 1)(x + 3) is x^3 + 3 x^2 + x + 3


@given(ROOTS, st.fractions(-3, 3, max_denominator=6))
def test_a_shift_moves_every_root_to_the_left(roots, c):
    """The variable is scaled by the denominator of c: q(d x) is d^n p(x + c)."""
    p, d = multiplied_out(roots), c.denominator

    q = shifted(p, c)

    for x in range(-2, 3):
        assert at(q, d * x) == d ** len(roots) * at(p, x + c)
    assert all(at(q, d * (root - c)) == 0 for root in roots)


@pytest.mark.parametrize(
    ("p", "changes"),
    [
        ((1, 1), 0),
        ((-1, 1), 1),
        ((2, -3, 1), 2),
        ((2, 0, -3, 1), 2),
        ((-1, 0, 0, 1), 1),
        ((-1, -1), 0),
        ((0,), 0),
    ],
)
def test_signs_are_counted_with_zeros_left_out(p, changes):
    assert sign_changes(p) == changes


@given(ROOTS)
def test_a_derivative_by_the_product_rule(roots):
    slope = derivative(multiplied_out(roots))

    for x in range(-3, 4):
        assert at(slope, x) == sum(
            prod(x - root for root in roots[:i] + roots[i + 1 :]) for i in range(len(roots))
        )


@given(ROOTS)
def test_power_sums_are_sums_of_powers_of_the_roots(roots):
    assert _power_sums(multiplied_out(roots), 7) == [sum(root**k for root in roots) for k in range(8)]


@given(ROOTS)
def test_the_products_of_pairs_and_the_multiplicities_are_those_of_the_roots(roots):
    p = multiplied_out(roots)

    assert products_of_pairs(p) == multiplied_out(a * b for a, b in combinations_with_replacement(roots, 2))
    assert radicals(p) == [
        multiplied_out({root for root in roots if roots.count(root) >= m})
        for m in range(1, max(map(roots.count, roots)) + 1)
    ]


def test_a_conjugate_pair_counts_its_common_square():
    """The roots i and -i give -1, 1 and -1."""
    assert products_of_pairs((1, 0, 1)) == multiplied_out([-1, 1, -1])


@pytest.mark.parametrize("roots", [[3], [2, 2], [1, -1, 4], [0, 0, 0], [5, -2, 5, 1]])
def test_a_companion_matrix_has_its_polynomial_as_minimal_polynomial(roots):
    p = multiplied_out(roots)
    C = np.full((len(roots), len(roots)), 0, dtype=object)
    C[1:, :-1] += np.eye(len(roots) - 1, dtype=int)
    C[:, -1] = [-coefficient for coefficient in p[:-1]]

    found = minimal_polynomial(C)

    assert found == p
    assert {type(coefficient) for coefficient in found} == {int}


def test_a_diagonal_matrix_has_each_eigenvalue_once_in_its_minimal_polynomial():
    assert minimal_polynomial(np.diag(np.array([2, 2, -3, 2], dtype=object))) == multiplied_out([2, -3])


def test_coefficients_beyond_64_bits_stay_exact():
    large = 10**30

    assert minimal_polynomial(np.array([[large, 1], [0, large]], dtype=object)) == (large**2, -2 * large, 1)
    assert shifted((large**2, -2 * large, 1), Fraction(large)) == (0, 0, 1)
