r"""Exact algebra on the eigenvalues of an integer matrix, without computing one of them.

A polynomial is the tuple of its coefficients, constant first. All are integers, and the polynomials with the
eigenvalues as roots are monic, so that every division below comes out even.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Polynomial = tuple[int, ...]


def minimal_polynomial(N: NDArray[Any]) -> Polynomial:
    """Return the monic polynomial of least degree that vanishes at an (n, n) matrix of Python integers.

    Its roots are the eigenvalues, each as often as its largest Jordan block is wide. It is the first linear
    relation among I, N, N^2, ..., found by elimination. By Gauss's lemma its coefficients are integers.
    """
    power = np.vectorize(int, otypes=[object])(np.eye(len(N)))
    reduced: list[tuple[int, NDArray[Any], NDArray[Any]]] = []
    while True:
        # The relation among the powers whose value is `vector`; it ends in 1 for the newest power.
        vector = np.vectorize(Fraction, otypes=[object])(power.ravel())
        relation = np.array([Fraction(0)] * len(reduced) + [Fraction(1)], dtype=object)
        for pivot, row, combination in reduced:
            factor = vector[pivot] / row[pivot]
            vector = vector - factor * row
            relation[: len(combination)] -= factor * combination
        if not vector.any():
            return tuple(int(c) for c in relation)
        reduced.append((int(np.flatnonzero(vector)[0]), vector, relation))
        power = power @ N


def radicals(p: Polynomial) -> list[Polynomial]:
    """Return, for m = 1, 2, ..., the product of the distinct roots of multiplicity m or more of a monic `p`.

    Each is monic and divides the one before: (x - 1)^2 (x - 2) has (x - 1)(x - 2) and x - 1.
    """
    parts = []
    while len(p) > 1:
        repeated = gcd(p, derivative(p))
        parts.append(quotient(p, repeated))
        p = repeated
    return parts


def products_of_pairs(p: Polynomial) -> Polynomial:
    """Return the monic polynomial whose roots are the products of two roots of a monic `p`, squares too.

    The largest modulus of its roots is that of `p` squared, which itself is a root, since the roots of `p`
    come in conjugate pairs. Computed from power sums: if those of `p` are s_k, those of the products are
    (s_k^2 + s_2k) / 2.
    """
    degree = len(p) * (len(p) - 1) // 2
    s = _power_sums(p, 2 * degree)
    sums = [(s[k] ** 2 + s[2 * k]) // 2 for k in range(degree + 1)]
    leading_first = [1]
    for k in range(1, degree + 1):  # Newton's identities
        leading_first.append(-sum(leading_first[k - i] * sums[i] for i in range(1, k + 1)) // k)
    return tuple(reversed(leading_first))


def shifted(p: Polynomial, c: Fraction) -> Polynomial:
    """Return a positive multiple of `p` at x + c, whose roots are those of `p` less c.

    The multiple is by the denominator of `c` to the degree of `p`, with the variable scaled by it too.
    """
    degree = len(p) - 1
    q = [coefficient * c.denominator ** (degree - k) for k, coefficient in enumerate(p)]
    for done in range(degree):  # Horner's rule, once for each coefficient
        for k in range(degree - 1, done - 1, -1):
            q[k] += c.numerator * q[k + 1]
    return tuple(q)


def sign_changes(p: Polynomial) -> int:
    """Return how often the sign changes along the coefficients, zeros left out.

    By Descartes' rule the number of positive roots is this or less by an even number.
    """
    signs = [coefficient > 0 for coefficient in p if coefficient]
    return sum(left != right for left, right in pairwise(signs))


def derivative(p: Polynomial) -> Polynomial:
    """Return the derivative of `p`."""
    return tuple(k * coefficient for k, coefficient in enumerate(p))[1:]


def quotient(p: Polynomial, q: Polynomial) -> Polynomial:
    """Return `p` divided by the monic `q`, without the remainder."""
    rest, found = list(p), []
    while len(rest) >= len(q):
        found.append(rest[-1])
        rest = _without_lead(rest, q)
    return tuple(reversed(found))


def gcd(p: Polynomial, q: Polynomial) -> Polynomial:
    """Return the greatest common divisor, with coprime coefficients and a positive one in front.

    Euclid's algorithm; common factors are taken out at each step, or the integers would grow exponentially.
    """
    while q:
        rest = list(p)
        while len(rest) >= len(q):
            rest = _without_lead([q[-1] * coefficient for coefficient in rest], q)
        p, q = q, _primitive(rest)
    return _primitive(list(p))


def _without_lead(p: list[int], q: Polynomial) -> list[int]:
    """Return `p` less the multiple of `q` that cancels its first coefficient, of which `q`'s is a divisor."""
    factor, offset = p[-1] // q[-1], len(p) - len(q)
    return p[:offset] + [a - factor * b for a, b in zip(p[offset:-1], q[:-1], strict=True)]


def _primitive(p: list[int]) -> Polynomial:
    """Return `p` divided by its content, with a positive first coefficient; empty for zero."""
    while p and not p[-1]:
        p = p[:-1]
    if not p:
        return ()
    content = math.gcd(*p) * (1 if p[-1] > 0 else -1)
    return tuple(coefficient // content for coefficient in p)


def _power_sums(p: Polynomial, last: int) -> list[int]:
    """Return the sums of the k-th powers of the roots of the monic `p`, for k from 0 to `last`."""
    degree = len(p) - 1
    leading_first = [*reversed(p), *[0] * last]
    sums = [degree]
    for k in range(1, last + 1):  # Newton's identities
        sums.append(
            -k * leading_first[k]
            - sum(leading_first[i] * sums[k - i] for i in range(1, min(k - 1, degree) + 1))
        )
    return sums
