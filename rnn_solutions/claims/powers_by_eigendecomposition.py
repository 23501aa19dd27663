"""Claims of 2(b): powers through the eigenvectors, and where they fail."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from rnn_solutions.claims.drawn_matrices import (
    Diagonalizable,
    RealBlocks,
    for_every_power,
    multiplied_out,
    of_singular_values,
)
from rnn_solutions.claims.meanings import Names
from rnn_solutions.claims.registry import by_another_algorithm, in_fractions, proof
from rnn_solutions.formulas.evaluating import Meaning
from rnn_solutions.formulas.values import inverted, steps
from rnn_solutions.matrices.powers import eigendecomposition, matrix_power_eig, matrix_power_exact
from rnn_solutions.sheet.comparisons import equal

DIAGONALIZABLE = "N from 1 to 5; M real, its eigenvalues real or conjugate pairs, κ(Q) at most 5"
MANY_ROUNDINGS = "a dozen products, whose roundings of 1.1e-16 grow with the condition number of Q"


def _of(M: Any, Q: Any, eigenvalues: Any, **indices: int) -> Names:
    """Return what stands for what in a decomposition; p_i, a row of the inverse, is a column here."""
    Q_inv = np.linalg.inv(Q)
    return {
        "M": M,
        "Q": Q,
        r"\Lambda": np.diag(eigenvalues),
        r"\lambda": eigenvalues,
        "q": steps(list(Q.T), 1),
        "p": steps(list(Q_inv), 1),
        "N": len(M),
        **indices,
    }


@by_another_algorithm(
    {
        "def-powers-eigenvectors": "The package finds columns that M only scales, each by its eigenvalue.",
        "def-eigendecomposition": "The three factors that the package finds give the matrix.",
    },
    assumes=DIAGONALIZABLE,
    tolerance=1e-12,
    because=MANY_ROUNDINGS,
)
def package_finds_eigenvectors(rng: np.random.Generator) -> Meaning:
    """What M is in the package's basis is diagonal."""
    M = Diagonalizable.draw(rng).M
    found = eigendecomposition(M)
    return Meaning(_of(M, found.Q, found.eigenvalues) | {r"\Lambda": found.Q_inv @ M @ found.Q})


@by_another_algorithm(
    {
        "eq-powers-claim": "A product of n factors M is Q, n factors Λ, and the inverse of Q.",
        "eq-powers-sum": "A power is a sum of one matrix of rank one for each eigenvalue.",
    },
    assumes=f"n from 0 to 12, {DIAGONALIZABLE}",
    tolerance=1e-12,
    because=MANY_ROUNDINGS,
)
def powers_through_the_eigenvectors(rng: np.random.Generator) -> Meaning:
    """The eigenvectors are those that M is put together from, or those that the package finds."""
    drawn, n = Diagonalizable.draw(rng), int(rng.integers(0, 12, endpoint=True))
    if rng.integers(2):
        package = equal(matrix_power_eig(drawn.M, n), multiplied_out(drawn.M, n))
        return Meaning(_of(drawn.M, drawn.Q, drawn.eigenvalues, n=n), also=[package])
    found = eigendecomposition(drawn.M)
    return Meaning(_of(drawn.M, found.Q, found.eigenvalues, n=n) | {"p": steps(list(found.Q_inv), 1)})


@in_fractions(
    "eq-powers-step",
    assumes="N 1 or 2, n from 0 to 3; any matrix Λ of fractions, any Q with an inverse, M = Q Λ Q⁻¹",
    same=dict.fromkeys(
        (
            r"I \Lambda^{n} \Lambda Q^{- 1}",
            r"\Lambda^{n} \Lambda I Q^{- 1}",
            r"Q Q^{- 1} = I",
            r"(Q Q^{- 1})",
            r"(Q^{- 1} Q) \Lambda^{n}",
            r"\Lambda (Q^{- 1} Q)",
            r"(Q \Lambda^{n} Q) (Q^{- 1} \Lambda Q^{- 1})",
            r"M^{n + 1} = M M^{n} =",
            r"(Q \Lambda Q^{- 1}) (Q \Lambda^{n} Q^{- 1})",
        ),
        "I and anything, a matrix and its inverse, and powers of one matrix may change places",
    ),
)
def induction_over_the_factors(rng: np.random.Generator) -> Meaning:
    """If the claim holds for n factors and for one, it holds for n + 1."""
    N, n = (int(number) for number in rng.integers([1, 0], [2, 3], endpoint=True))
    Lambda = _fractions(rng, N, N)
    Q = rng.integers(-2, 2, (N, N), endpoint=True).astype(object) + 10 * np.eye(N, dtype=int)
    Q_inv = np.frompyfunc(lambda entry: Fraction(int(entry.p), int(entry.q)), 1, 1)(inverted(Q))
    names = {"M": Q @ Lambda @ Q_inv, "Q": Q, r"\Lambda": Lambda, "Q^{-1}": Q_inv, "I": np.eye(N, dtype=int)}
    return Meaning(names | {"n": n}, exact=True)


@in_fractions(
    "eq-powers-diagonal",
    assumes="N from 1 to 4, n from 0 to 6; fractions on the diagonal, 0 and equal ones among them",
)
def power_of_a_diagonal_matrix(rng: np.random.Generator) -> Meaning:
    """A diagonal matrix is raised to a power entry by entry along its diagonal."""
    N, n = (int(number) for number in rng.integers([1, 0], [4, 6], endpoint=True))
    eigenvalues = _fractions(rng, N)
    Lambda = np.diag(eigenvalues)
    package = equal(matrix_power_exact(Lambda, n), multiplied_out(Lambda, n))
    return Meaning({r"\Lambda": Lambda, r"\lambda": eigenvalues, "N": N, "n": n}, exact=True, also=[package])


@proof(
    "eq-powers-diagonal-step",
    assumes="N from 1 to 3, any n ≥ 0, any eigenvalues, all rows i and columns j",
    same=dict.fromkeys(
        (r"_{j i}", r"\delta_{k i}", r"\delta_{j k}", r"(\Lambda \Lambda^{n})"),
        "δ is symmetric, and so is a diagonal matrix, which changes places with another one",
    ),
)
def induction_for_a_diagonal_matrix() -> list[Meaning]:
    """In the product of two diagonal matrices one term is left of the sum."""
    n, cases = sympy.Symbol("n", integer=True, nonnegative=True), []
    for N in (1, 2, 3):
        eigenvalues = np.array(sympy.symbols(f"lambda1:{N + 1}"), dtype=object)
        names = {
            r"\Lambda": np.diag(eigenvalues),
            r"\Lambda^n": np.diag(eigenvalues**n),  # for n it holds
            r"\lambda": eigenvalues,
            r"\delta": lambda i, j: int(i == j),
            "n": n,
        }
        pairs = np.ndindex(N, N)
        over = {"k": range(1, N + 1)}
        cases += [Meaning(names | {"i": i + 1, "j": j + 1}, over=over, exact=True) for i, j in pairs]
    return cases


@by_another_algorithm(
    "eq-powers-conjugates",
    assumes="n from 1 to 12; M real, of 2 or 3 rows, with one conjugate pair of eigenvalues and otherwise 0",
    tolerance=1e-12,
    because=MANY_ROUNDINGS,
)
def conjugate_eigenvalues_add_up_to_a_real_matrix(rng: np.random.Generator) -> Meaning:
    """The two terms of a conjugate pair are conjugate, and their sum is real."""
    N, n = (int(number) for number in rng.integers([2, 1], [3, 12], endpoint=True))
    turn = np.zeros((N, N))
    turn[:2, :2] = RealBlocks.draw(rng, 2, pairs=1).D
    basis = of_singular_values(rng, rng.uniform(1, 5, N))
    found = eigendecomposition(basis @ turn @ np.linalg.inv(basis))
    pair = {
        f"{bar}{letter}": values[place]
        for place, bar in enumerate(("", r"\bar "))
        for letter, values in ((r"\lambda", found.eigenvalues), ("q", found.Q.T), ("p", found.Q_inv))
    }
    return Meaning(pair | {"n": n})


@proof("eq-powers-rotation", assumes="any angle θ")
def rotation_has_complex_eigenvectors() -> Meaning:
    """A rotation of the plane is diagonal in two complex directions."""
    # All rotations have the eigenvectors of a quarter turn, here with the first entry positive, for -i and i.
    directions, _ = sympy.Matrix([[0, -1], [1, 0]]).diagonalize(sort=True, normalize=True)
    columns = [column / column[0] * abs(column[0]) for column in (directions[:, 1], directions[:, 0])]
    names = {"e": sympy.E, "i": sympy.I, r"\theta": sympy.Symbol("theta", real=True)}
    return Meaning(names | {"Q": np.hstack(columns)}, exact=True)


@proof("eq-powers-jordan", assumes="any n ≥ 0, by induction; some n up to 100 in fractions")
def powers_of_a_jordan_block_grow() -> list[Meaning]:
    """The powers of the smallest Jordan block of 1 grow by 1 a step."""
    return for_every_power("eq-powers-jordan", {}, {}, (0, 1, 2, 100))


@by_another_algorithm(
    "eq-powers-condition",
    assumes="λ drawn from N(0, 1), δ from 0.03 to 30, evenly in its logarithm",
    tolerance=1e-11,
    because="1 − c loses up to four digits of sixteen, and eigenvectors at a small angle as many",
)
def condition_of_nearly_parallel_eigenvectors(rng: np.random.Generator) -> Meaning:
    """The closer two eigenvalues of this matrix are, the worse conditioned are its eigenvectors."""
    value, delta = rng.normal(), 10 ** rng.uniform(-1.5, 1.5)
    M = np.array([[value, 1.0], [0.0, value + delta]])
    Q = np.array([[1.0, 1.0], [0.0, delta]])
    Q /= np.linalg.norm(Q, axis=0)
    also = [
        equal(M @ Q, Q * [value, value + delta]),
        equal(eigendecomposition(M).condition, np.linalg.cond(Q)),
    ]
    return Meaning({"Q": Q, "c": Q[:, 0] @ Q[:, 1], r"\delta": delta}, also=also)


@proof(
    "eq-powers-difference",
    assumes="any λ, any δ other than 0, any n ≥ 0, by induction; some n up to 30 in fractions",
)
def corner_is_a_difference_quotient() -> list[Meaning]:
    """In the corner stands the slope of the n-th power between the two eigenvalues."""

    def names(value: Any, delta: Any) -> Names:
        M = np.array([[value, 1], [0, value + delta]], dtype=object)
        return {"M": M, r"\lambda": value, r"\delta": delta}

    symbols = names(sympy.Symbol("lambda"), sympy.Symbol("delta", nonzero=True))
    numbers = names(Fraction(9, 10), Fraction(1, 7))
    return for_every_power("eq-powers-difference", symbols, numbers, (0, 1, 7, 30))


def _fractions(rng: np.random.Generator, *shape: int) -> Any:
    """Draw fractions, 0 and equal ones among them."""
    above, below = rng.integers([-9, 1], [9, 9], (*shape, 2), endpoint=True).astype(object).T
    return np.frompyfunc(Fraction, 2, 1)(above, below).T
