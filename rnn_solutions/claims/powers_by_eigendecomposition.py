"""Claims of 2(b): powers through the eigenvectors, and where they fail."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import sympy

from rnn_solutions.claims.drawn_matrices import (
    Diagonalizable,
    RealBlocks,
    multiplied_out,
    of_singular_values,
    proved_by_induction,
)
from rnn_solutions.claims.registry import by_another_algorithm, in_fractions, proof
from rnn_solutions.claims.symbolic import proved
from rnn_solutions.matrices.powers import eigendecomposition, matrix_power_eig, matrix_power_exact
from rnn_solutions.sheet.comparisons import Comparison, equal

DIAGONALIZABLE = (
    "N from 1 to 5, n from 0 to 12; M real, its eigenvalues real or conjugate pairs, the condition number of "
    "its eigenvectors at most 5"
)
MANY_ROUNDINGS = "a dozen products, whose roundings of 1.1e-16 grow with the condition number of Q"


@by_another_algorithm("eq-powers-claim", assumes=DIAGONALIZABLE, tolerance=1e-12, because=MANY_ROUNDINGS)
def powers_through_the_eigenvectors(rng: np.random.Generator) -> list[Comparison]:
    r"""A product of n factors M is Q, the n-th power of the eigenvalues, and the inverse of Q.

    .. math::

        M^n = Q \Lambda^n Q^{-1}
    """
    drawn, n = Diagonalizable.draw(rng), int(rng.integers(0, 12, endpoint=True))
    formula = drawn.Q @ np.diag(drawn.eigenvalues**n) @ np.linalg.inv(drawn.Q)
    truth = multiplied_out(drawn.M, n)
    return [equal(formula, truth), equal(matrix_power_eig(drawn.M, n), truth)]


@proof("eq-powers-step", assumes="any N, any n ≥ 0, any matrix Λ and any matrix Q that has an inverse")
def induction_over_the_factors() -> list[Comparison]:
    r"""If the claim holds for n factors and for one, it holds for n + 1.

    .. math::

        \begin{aligned}
        M^{n+1} &= M^n\, M && \text{a power} \\
        &= \bigl(Q \Lambda^n Q^{-1}\bigr) \bigl(Q \Lambda Q^{-1}\bigr) && \text{claim, twice} \\
        &= Q \Lambda^n \bigl(Q^{-1} Q\bigr) \Lambda\, Q^{-1} && \text{regrouped} \\
        &= Q \Lambda^n\, I\, \Lambda\, Q^{-1} && Q^{-1} Q = I \\
        &= Q \Lambda^{n+1} Q^{-1} && \text{a power,}
        \end{aligned}
    """
    N, n = sympy.Symbol("N", integer=True, positive=True), sympy.Symbol("n", integer=True, nonnegative=True)
    M, Q, Lambda = (sympy.MatrixSymbol(name, N, N) for name in ("M", "Q", "Lambda"))
    identity = sympy.Identity(N)
    power = sympy.MatMul(M**n, M, evaluate=False)
    by_the_claim = power.xreplace({M**n: Q * Lambda**n * Q.I, M: Q * Lambda * Q.I}).doit()
    lines = [
        (Q * Lambda**n * Q.I) * (Q * Lambda * Q.I),
        Q * Lambda**n * (Q.I * Q) * Lambda * Q.I,
        Q * Lambda**n * identity * Lambda * Q.I,
        Q * Lambda ** (n + 1) * Q.I,
    ]
    return [
        proved(Q * Lambda**0 * Q.I, identity),  # the base
        proved(M ** (n + 1), power.doit()),
        proved(by_the_claim, lines[0]),
        *(proved(line, following) for line, following in pairwise(lines)),
    ]


@in_fractions(
    "eq-powers-diagonal",
    assumes="N from 1 to 4, n from 0 to 6; fractions on the diagonal, 0 and equal ones among them",
)
def power_of_a_diagonal_matrix(rng: np.random.Generator) -> list[Comparison]:
    r"""A diagonal matrix is raised to a power entry by entry along its diagonal.

    .. math::

        \Lambda^n = \operatorname{diag}(\lambda_1^n, \dots, \lambda_N^n)
    """
    N, n = (int(number) for number in rng.integers([1, 0], [4, 6], endpoint=True))
    eigenvalues = [Fraction(int(p), int(q)) for p, q in rng.integers([-9, 1], [9, 9], (N, 2), endpoint=True)]
    Lambda = np.diag(np.array(eigenvalues, dtype=object))
    formula = np.diag(np.array([value**n for value in eigenvalues], dtype=object))
    truth = multiplied_out(Lambda, n)
    return [equal(formula, truth), equal(matrix_power_exact(Lambda, n), truth)]


@proof(
    "eq-powers-diagonal-step", assumes="any N, any n ≥ 0, any eigenvalues, any row i and column j of the N"
)
def induction_for_a_diagonal_matrix() -> list[Comparison]:
    r"""In the product of two diagonal matrices one term is left of the sum.

    .. math::

        (\Lambda^n \Lambda)_{ij}
        = \sum_k \lambda_i^n\, \delta_{ik}\, \lambda_k\, \delta_{kj}
        = \lambda_i^n\, \lambda_i\, \delta_{ij}
        = \lambda_i^{n+1} \delta_{ij}
    """
    # SymPy counts rows from 0; N is any number above i.
    i, j, n, m = sympy.symbols("i j n m", integer=True, nonnegative=True)
    k, N = sympy.Symbol("k", integer=True), i + 1 + m
    value, delta = sympy.IndexedBase("lambda"), sympy.KroneckerDelta
    power, Lambda = (
        sympy.FunctionMatrix(N, N, sympy.Lambda((i, j), value[i] ** exponent * delta(i, j)))
        for exponent in (n, 1)
    )
    terms = sympy.Sum(value[i] ** n * delta(i, k) * value[k] * delta(k, j), (k, 0, N - 1))
    lines = [
        (power * Lambda)[i, j].doit(),
        terms.doit(),
        value[i] ** n * value[i] * delta(i, j),
        value[i] ** (n + 1) * delta(i, j),
    ]
    return [proved(line, following) for line, following in pairwise(map(sympy.powsimp, lines))]


@by_another_algorithm("eq-powers-sum", assumes=DIAGONALIZABLE, tolerance=1e-12, because=MANY_ROUNDINGS)
def powers_as_a_sum_over_the_eigenvalues(rng: np.random.Generator) -> list[Comparison]:
    r"""A power is a sum of one matrix of rank one for each eigenvalue.

    .. math::

        M^n = \sum_{i=1}^{N} \lambda_i^n\, q_i\, p_i^{\mathsf T}
    """
    drawn, n = Diagonalizable.draw(rng), int(rng.integers(0, 12, endpoint=True))
    factors, truth = eigendecomposition(drawn.M), multiplied_out(drawn.M, n)
    of_the_draw = (drawn.eigenvalues, drawn.Q, np.linalg.inv(drawn.Q))
    of_the_package = (factors.eigenvalues, factors.Q, factors.Q_inv)
    return [
        equal(sum(value**n * np.outer(q, p) for value, q, p in zip(values, Q.T, P, strict=True)), truth)
        for values, Q, P in (of_the_draw, of_the_package)
    ]


@by_another_algorithm(
    "eq-powers-conjugates",
    assumes="N 2 or 3, n from 1 to 12; M real, with one conjugate pair of eigenvalues and otherwise 0",
    tolerance=1e-12,
    because=MANY_ROUNDINGS,
)
def conjugate_eigenvalues_add_up_to_a_real_matrix(rng: np.random.Generator) -> list[Comparison]:
    r"""The two terms of a conjugate pair are conjugate, and their sum is real.

    .. math::

        \lambda^n q\, p^{\mathsf T} + \bar \lambda^n \bar q\, \bar p^{\mathsf T}
        = 2 \operatorname{Re}\bigl(\lambda^n q\, p^{\mathsf T}\bigr)
    """
    N, n = (int(number) for number in rng.integers([2, 1], [3, 12], endpoint=True))
    turn = np.zeros((N, N))
    turn[:2, :2] = RealBlocks.draw(rng, 2, pairs=1).D
    basis = of_singular_values(rng, rng.uniform(1, 5, N))
    M = basis @ turn @ np.linalg.inv(basis)
    truth = multiplied_out(M, n)  # of the pair alone: 0 adds nothing to a power
    factors = eigendecomposition(M)
    value, q, p = factors.eigenvalues[0], factors.Q[:, 0], factors.Q_inv[0]
    term = value**n * np.outer(q, p)
    pair = term + value.conj() ** n * np.outer(q.conj(), p.conj())
    return [equal(pair, truth), equal(2 * term.real, truth)]


@proof("eq-powers-rotation", assumes="any angle θ")
def rotation_has_complex_eigenvectors() -> list[Comparison]:
    r"""A rotation of the plane is diagonal in two complex directions.

    .. math::

        \begin{aligned}
        \begin{bmatrix} \cos\theta & -\sin\theta \\ \sin\theta & \cos\theta \end{bmatrix}
        &= Q \begin{bmatrix} e^{i\theta} & 0 \\ 0 & e^{-i\theta} \end{bmatrix} Q^{-1}, \\
        Q &= \frac{1}{\sqrt 2} \begin{bmatrix} 1 & 1 \\ -i & i \end{bmatrix}.
        \end{aligned}
    """
    theta, i = sympy.Symbol("theta", real=True), sympy.I
    cos, sin = sympy.cos(theta), sympy.sin(theta)
    turn = sympy.Matrix([[cos, -sin], [sin, cos]])
    Q = sympy.Matrix([[1, 1], [-i, i]]) / sympy.sqrt(2)
    product = Q * sympy.diag(sympy.exp(i * theta), sympy.exp(-i * theta)) * Q.inv()
    # With columns of length 1 the inverse is the adjoint: only so does the root in Q count.
    return [
        proved(turn, product.applyfunc(lambda entry: entry.rewrite(sympy.cos).expand())),
        proved(Q.inv(), Q.H),
    ]


@proof("eq-powers-jordan", assumes="any n ≥ 0, by induction; n up to 100 in fractions")
def powers_of_a_jordan_block_grow() -> list[Comparison]:
    r"""The powers of the smallest Jordan block of 1 grow by 1 a step.

    .. math::

        \begin{bmatrix} 1 & 1 \\ 0 & 1 \end{bmatrix}^n = \begin{bmatrix} 1 & n \\ 0 & 1 \end{bmatrix}
    """

    def formula(n: Any) -> sympy.Matrix:
        return sympy.Matrix([[1, n], [0, 1]])

    exact = [proved(formula(n), sympy.Matrix(matrix_power_exact([[1, 1], [0, 1]], n))) for n in range(101)]
    return [*proved_by_induction(formula, sympy.Matrix([[1, 1], [0, 1]])), *exact]


@by_another_algorithm(
    "eq-powers-condition",
    assumes="λ drawn from N(0, 1), δ from 0.03 to 30, evenly in its logarithm",
    tolerance=1e-11,
    because="1 − c loses up to four digits of sixteen, and eigenvectors at a small angle as many",
)
def condition_of_nearly_parallel_eigenvectors(rng: np.random.Generator) -> list[Comparison]:
    r"""The closer two eigenvalues of this matrix are, the worse conditioned are its eigenvectors.

    .. math::

        \kappa(Q) = \sqrt{\frac{1 + c}{1 - c}} = \frac{1 + \sqrt{1 + \delta^2}}{\delta}
    """
    value, delta = rng.normal(), 10 ** rng.uniform(-1.5, 1.5)
    M = np.array([[value, 1.0], [0.0, value + delta]])
    Q = np.array([[1.0, 1.0], [0.0, delta]])
    Q /= np.linalg.norm(Q, axis=0)
    widest, narrowest = np.linalg.svd(Q, compute_uv=False)
    truth, c = widest / narrowest, Q[:, 0] @ Q[:, 1]
    return [
        equal(M @ Q, Q * [value, value + delta]),
        equal(c, 1 / np.sqrt(1 + delta**2)),
        equal(np.sqrt((1 + c) / (1 - c)), truth),
        equal((1 + np.sqrt(1 + delta**2)) / delta, truth),
        equal(eigendecomposition(M).condition, truth),
    ]


@proof(
    "eq-powers-difference",
    assumes="any λ, any δ other than 0, any n ≥ 0, by induction; some n up to 30 in fractions",
)
def corner_is_a_difference_quotient() -> list[Comparison]:
    r"""In the corner stands the slope of the n-th power between the two eigenvalues.

    .. math::

        M^n = \begin{bmatrix}
        \lambda^n & \dfrac{(\lambda + \delta)^n - \lambda^n}{\delta} \\
        0 & (\lambda + \delta)^n
        \end{bmatrix}
    """

    def formula(value: Any, delta: Any, n: Any) -> sympy.Matrix:
        corner = ((value + delta) ** n - value**n) / delta
        return sympy.Matrix([[value**n, corner], [0, (value + delta) ** n]])

    value, delta = sympy.Symbol("lambda"), sympy.Symbol("delta", nonzero=True)
    M = sympy.Matrix([[value, 1], [0, value + delta]])
    found = proved_by_induction(partial(formula, value, delta), M)
    for power in (0, 1, 2, 7, 30):
        exact = matrix_power_exact([["9/10", "1"], ["0", "73/70"]], power)
        found.append(proved(formula(sympy.Rational(9, 10), sympy.Rational(1, 7), power), sympy.Matrix(exact)))
    return found
