"""Claims of 2(c): the thirtieth power, and powers in general."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rnn_solutions.claims.drawn_matrices import (
    Diagonalizable,
    RealBlocks,
    mirror,
    multiplied_out,
    norm_of_power,
    of_singular_values,
    orthogonal,
    proved_by_induction,
    turned,
)
from rnn_solutions.claims.registry import by_another_algorithm, by_complex_step, in_fractions, proof
from rnn_solutions.claims.symbolic import proved
from rnn_solutions.matrices.powers import eigendecomposition, matrix_power_exact, spectral_radius
from rnn_solutions.sheet.comparisons import Comparison, at_most, equal
from rnn_solutions.sheet.drawn_networks import PlainRNN

# The sheet's W and its eigenvectors, to be divided by 100 and by 5.
HUNDRED_W, FIVE_V, FIVE_U = [[58, 24], [24, 72]], [3, 4], [4, -3]


def _fractions(numbers: Any, denominator: int) -> NDArray[Any]:
    """Return integers over a denominator as exact fractions."""
    return np.asarray(np.array(numbers, dtype=object) * Fraction(1, denominator))


@proof("eq-spectral-sum", assumes="any n ≥ 0, by induction; n up to 60 in fractions")
def powers_of_the_sheets_matrix() -> list[Comparison]:
    r"""A power of the sheet's matrix is a sum of one matrix of rank one for each eigenvector.

    .. math::

        W^n = 0.9^n\, v v^{\mathsf T} + 0.4^n\, u u^{\mathsf T}
    """
    W, v, u = sympy.Matrix(HUNDRED_W) / 100, sympy.Matrix(FIVE_V) / 5, sympy.Matrix(FIVE_U) / 5

    def formula(n: Any) -> sympy.Matrix:
        return sympy.Rational("0.9") ** n * v * v.T + sympy.Rational("0.4") ** n * u * u.T

    powers = [sympy.Matrix(matrix_power_exact(_fractions(HUNDRED_W, 100), n)) for n in range(61)]
    return [
        *proved_by_induction(formula, W),
        *(proved(formula(n), power) for n, power in enumerate(powers)),
    ]


@in_fractions("eq-rank-one", assumes="the sheet's W, 0.9, 0.4 and v as fractions; nothing is drawn")
def thirtieth_power_without_its_leading_direction() -> list[Comparison]:
    r"""Without its leading direction the thirtieth power has the norm of the other eigenvalue's power.

    .. math::

        \bigl\lVert W^{30} - 0.9^{30}\, v v^{\mathsf T} \bigr\rVert = 0.4^{30}
    """
    W, v = _fractions(HUNDRED_W, 100), _fractions(FIVE_V, 5)
    power = multiplied_out(W, 30)
    rest = power - Fraction("0.9") ** 30 * np.outer(v, v)
    # The norm, squared, is the larger root of a characteristic polynomial, whose discriminant is a square.
    (a, b), (c, d) = rest.T @ rest
    discriminant = (a - d) ** 2 + 4 * b * c
    root = Fraction(math.isqrt(discriminant.numerator), math.isqrt(discriminant.denominator))
    return [
        equal(np.array([root**2]), np.array([discriminant])),
        equal(np.array([(a + d + root) / 2]), np.array([(Fraction("0.4") ** 30) ** 2])),
        equal(matrix_power_exact(W, 30), power),
    ]


@by_another_algorithm(
    "eq-power-lower-bound",
    assumes="M real, N from 1 to 5, with N eigenvectors or fewer, some eigenvalues complex; n from 0 to 12; "
    "and normal ones, which attain the bound",
    tolerance=2e-13,
    because="where the bound is attained a dozen products decide, each rounded by about 1.1e-16",
)
def norm_of_a_power_is_no_smaller_than_the_power_of_the_radius(rng: np.random.Generator) -> list[Comparison]:
    r"""No power has a smaller norm than the same power of the largest eigenvalue.

    .. math::

        \lVert M^n \rVert \ge \rho^n
    """
    N, n = (int(number) for number in rng.integers([1, 0], [5, 12], endpoint=True))
    blocks = RealBlocks.draw(rng, N)
    basis, above = orthogonal(rng, N), np.triu(rng.normal(size=(N, N)), 1)
    rho = blocks.radius
    # Three forms of Schur: with different eigenvalues, with equal ones and too few eigenvectors, and normal.
    forms = (np.where(blocks.D == 0, above, blocks.D), rho * np.eye(N) + above, blocks.D)
    matrices = [basis @ form @ basis.T for form in forms]
    norms = [norm_of_power(M, n) for M in matrices]
    return [
        at_most([rho**n] * 3, norms),
        equal(norms[2], rho**n),
        equal(spectral_radius(matrices[2]), rho),
    ]


@by_another_algorithm(
    "eq-power-upper-bound",
    assumes="M real, N from 1 to 5, κ(Q) at most 5, some eigenvalues complex; n from 0 to 12; and a skewed "
    "mirror, whose odd powers attain the bound",
    tolerance=2e-13,
    because="where the bound is attained a dozen products decide, whose roundings grow with κ(Q)",
)
def norm_of_a_power_is_within_the_condition_number_of_the_power_of_the_radius(
    rng: np.random.Generator,
) -> list[Comparison]:
    r"""The condition number of the eigenvectors limits how far a power exceeds that of the radius.

    .. math::

        \lVert M^n \rVert \le \kappa(Q)\, \rho^n
    """
    drawn, n = Diagonalizable.draw(rng), int(rng.integers(0, 12, endpoint=True))
    rho = np.abs(drawn.eigenvalues).max()
    norm = norm_of_power(drawn.M, n)
    kappa, odd = rng.uniform(1, 5), 2 * (n // 2) + 1
    skewed = turned(rng, mirror(rho, kappa))
    return [
        at_most(norm, drawn.condition * rho**n),
        at_most(norm, eigendecomposition(drawn.M).condition * rho**n),
        equal(norm_of_power(skewed, odd), kappa * rho**odd),
        equal(eigendecomposition(skewed).condition, kappa),
        equal(np.linalg.cond(drawn.Q), drawn.condition),
    ]


@proof(
    "eq-jordan-power",
    assumes="m from 1 to 4; any λ other than 0 and any n ≥ 0, by induction; λ = 0 and n up to 6 in fractions",
)
def powers_of_a_jordan_block_are_a_binomial_sum() -> list[Comparison]:
    r"""The binomial series of a Jordan block ends with the powers of its nilpotent part.

    .. math::

        (\lambda I + N)^n = \sum_{j=0}^{m-1} \binom{n}{j} \lambda^{n-j} N^j
    """

    def formula(m: int, value: Any, n: Any) -> sympy.Matrix:
        terms = (
            sympy.binomial(n, j) * value ** (n - j) * nilpotent(m) ** j
            for j in range(m)
            if sympy.binomial(n, j) != 0  # terms with j > n are zero, also where 0 has a negative exponent
        )
        return sum(terms, sympy.zeros(m, m)).expand(func=True)

    def nilpotent(m: int) -> sympy.Matrix:
        return sympy.Matrix(m, m, lambda row, column: int(column == row + 1))

    value = sympy.Symbol("lambda", nonzero=True)
    found = []
    for m in range(1, 5):
        block = value * sympy.eye(m) + nilpotent(m)
        found += proved_by_induction(partial(formula, m, value), block)
        for number, power in product((sympy.Integer(0), sympy.Rational(-2, 3)), (0, 1, 2, 6)):
            exact = matrix_power_exact(np.array(block.subs(value, number), dtype=str), power)
            found.append(proved(formula(m, number, power), sympy.Matrix(exact)))
    return found


@by_complex_step(
    "eq-product-bound",
    assumes="n and d from 1 to 3, 0 ≤ k < t ≤ T ≤ 4; singular values of W from 1 to 5, all else from N(0, "
    "0.25); and a network with a normal W and all slopes ¼, which attains the bound",
    tolerance=1e-12,
    because="up to four steps of about ten roundings of 1.1e-16, more where a unit saturates",
)
def sigmoid_network_passes_on_a_quarter_a_step_at_most(rng: np.random.Generator) -> list[Comparison]:
    r"""Each step of a sigmoid network stretches by at most a quarter of the norm of its weights.

    .. math::

        \lVert J_t J_{t-1} \cdots J_{k+1} \rVert \le \Bigl( \frac{\lVert W \rVert}{4} \Bigr)^{t-k}
    """
    n, d, T = (int(number) for number in rng.integers(1, [3, 3, 4], endpoint=True))
    k, t = (int(step) for step in np.sort(rng.choice(T + 1, 2, replace=False)))
    U, x, h_init = (rng.normal(scale=0.5, size=shape) for shape in [(n, d), (T + 1, d), (n,)])
    W = of_singular_values(rng, rng.uniform(1, 5, n))
    drawn = PlainRNN(W, U, x, np.zeros((T + 1, n)), h_init)
    # The bound is attained where all pre-activations are 0 and the norm of a power is the power of the norm.
    W, half = turned(rng, RealBlocks.draw(rng, n, pairs=n // 2).D) * rng.uniform(1, 8), np.full(n, 0.5)
    level = PlainRNN(W, np.eye(n), np.tile(-W @ half, (T + 1, 1)), np.zeros((T + 1, n)), half)
    run = drawn.packaged()
    found = [equal(run.net.jacobian(run, t, k), drawn.jacobians[t, k])]
    for net, compare in ((drawn, at_most), (level, equal)):
        chain = np.eye(n)
        for h in net.h[k + 1 : t + 1]:
            chain = np.diag(h * (1 - h)) @ net.W @ chain
        bound = (np.linalg.norm(net.W, 2) / 4) ** (t - k)
        found += [equal(chain, net.jacobians[t, k]), compare(np.linalg.norm(chain, 2), bound)]
    return found
