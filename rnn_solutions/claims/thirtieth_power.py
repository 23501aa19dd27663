"""Claims of 2(c): the thirtieth power, and powers in general."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from rnn_solutions.claims.drawn_matrices import (
    Diagonalizable,
    RealBlocks,
    mirror,
    multiplied_out,
    of_singular_values,
    orthogonal,
    proved_by_induction,
    turned,
)
from rnn_solutions.claims.formula.evaluating import Meaning
from rnn_solutions.claims.meanings import Names, of_network
from rnn_solutions.claims.registry import by_another_algorithm, by_complex_step, in_fractions, proof
from rnn_solutions.matrices.powers import eigendecomposition, matrix_power_exact, spectral_radius
from rnn_solutions.sheet.comparisons import equal
from rnn_solutions.sheet.drawn_networks import PlainRNN

# The sheet's W and its eigenvectors.
SHEET = {
    "W": np.array([[58, 24], [24, 72]], dtype=object) * Fraction(1, 100),
    "v": np.array([3, 4], dtype=object) * Fraction(1, 5),
    "u": np.array([4, -3], dtype=object) * Fraction(1, 5),
}


@proof("eq-spectral-sum", assumes="any n ≥ 0, by induction; some n up to 60 in fractions")
def powers_of_the_sheets_matrix() -> list[Meaning]:
    """A power of the sheet's matrix is a sum of one matrix of rank one for each eigenvector."""
    powers, W = (0, 1, 2, 30, 60), SHEET["W"]
    also = [equal(matrix_power_exact(W, n), multiplied_out(W, n)) for n in powers]
    also += proved_by_induction("eq-spectral-sum", SHEET)
    return [Meaning(SHEET | {"n": n}, exact=True, also=also) for n in powers]


@in_fractions("eq-rank-one", assumes="the sheet's W, 0.9, 0.4 and v as fractions; nothing is drawn")
def thirtieth_power_without_its_leading_direction() -> Meaning:
    """Without its leading direction the thirtieth power has the norm of the other eigenvalue's power."""
    return Meaning(SHEET, exact=True)


@by_another_algorithm(
    "eq-power-lower-bound",
    assumes="N from 1 to 5, n from 0 to 12; M real, with N eigenvectors or fewer, some eigenvalues complex; "
    "and normal ones, which attain the bound",
    tolerance=2e-13,
    because="where the bound is attained a dozen products decide, each rounded by about 1.1e-16",
)
def norm_of_a_power_is_no_smaller_than_the_power_of_the_radius(rng: np.random.Generator) -> list[Meaning]:
    """No power has a smaller norm than the same power of the largest eigenvalue."""
    N, n = (int(number) for number in rng.integers([1, 0], [5, 12], endpoint=True))
    blocks = RealBlocks.draw(rng, N)
    basis, above = orthogonal(rng, N), np.triu(rng.normal(size=(N, N)), 1)
    # Three forms of Schur: with different eigenvalues, with equal ones and too few eigenvectors, and normal.
    forms = (np.where(blocks.D == 0, above, blocks.D), blocks.radius * np.eye(N) + above, blocks.D)
    different, equal_ones, normal = (basis @ form @ basis.T for form in forms)
    names = {r"\rho": blocks.radius, "n": n, "N": N}
    also = [equal(spectral_radius(normal), blocks.radius)]
    return [
        Meaning(names | {"M": different}),
        Meaning(names | {"M": equal_ones}),
        Meaning(names | {"M": normal}, attained=1e-13, also=also),
    ]


@by_another_algorithm(
    "eq-power-upper-bound",
    assumes="N from 1 to 5, n from 0 to 12; M real, κ(Q) at most 5, some eigenvalues complex; and a skewed "
    "mirror, whose odd powers attain the bound",
    tolerance=2e-13,
    because="where the bound is attained a dozen products decide, whose roundings grow with κ(Q)",
)
def norm_of_a_power_is_within_the_condition_number_of_the_power_of_the_radius(
    rng: np.random.Generator,
) -> list[Meaning]:
    """The condition number of the eigenvectors limits how far a power exceeds that of the radius."""
    drawn, n = Diagonalizable.draw(rng), int(rng.integers(0, 12, endpoint=True))
    rho, kappa, odd = np.abs(drawn.eigenvalues).max(), rng.uniform(1.1, 5), max(1, n - 1 + n % 2)
    skewed = turned(rng, mirror(rho, kappa))
    found = eigendecomposition(skewed)
    also = [equal(np.linalg.cond(drawn.Q), drawn.condition), equal(found.condition, kappa)]
    names = {r"\rho": rho, "N": len(drawn.M)}
    return [
        Meaning(names | {"M": drawn.M, "Q": drawn.Q, "n": n}, also=also),
        Meaning(names | {"M": skewed, "Q": found.Q, "n": odd}, attained=1e-13),
    ]


@proof(
    "eq-jordan-power",
    assumes="m from 1 to 4; any λ other than 0 and any n ≥ 0, by induction; λ = 0 and n up to 6 in fractions",
    same={r"\sum_{j = 0}^{m} ": "the m-th power of N is zero"},
)
def powers_of_a_jordan_block_are_a_binomial_sum() -> list[Meaning]:
    """The binomial series of a Jordan block ends with the powers of its nilpotent part."""

    def names(m: int, value: Any) -> Names:
        return {"I": np.eye(m, dtype=int), "N": np.eye(m, k=1, dtype=object), "m": m, r"\lambda": value}

    zero, number, symbol = Fraction(0), Fraction(-2, 3), sympy.Symbol("lambda", nonzero=True)
    cases, also = [], []
    for m in range(1, 5):
        also += proved_by_induction("eq-jordan-power", names(m, symbol))
        for value, n in ((number, 0), (number, 1), (number, 6), (zero, m), (zero, 6)):
            block = value * np.eye(m, dtype=object) + np.eye(m, k=1, dtype=object)
            also.append(equal(matrix_power_exact(block, n), multiplied_out(block, n)))
            cases.append(names(m, value) | {"n": n})
    return [Meaning(case, exact=True, also=also) for case in cases]


@by_complex_step(
    "eq-product-bound",
    assumes="n and d from 1 to 3, 0 ≤ k < t ≤ T ≤ 4; singular values of W from 1 to 5, all else from N(0, "
    "0.25); and a network with a normal W and all slopes ¼, which attains the bound",
    tolerance=1e-12,
    because="up to four steps of about ten roundings of 1.1e-16, more where a unit saturates",
)
def sigmoid_network_passes_on_a_quarter_a_step_at_most(rng: np.random.Generator) -> list[Meaning]:
    """Each step of a sigmoid network stretches by at most a quarter of the norm of its weights."""
    n, d, T = (int(number) for number in rng.integers(1, [3, 3, 4], endpoint=True))
    k, t = (int(step) for step in np.sort(rng.choice(T + 1, 2, replace=False)))
    U, x, h_init = (rng.normal(scale=0.5, size=shape) for shape in [(n, d), (T + 1, d), (n,)])
    drawn = PlainRNN(of_singular_values(rng, rng.uniform(1, 5, n)), U, x, np.zeros((T + 1, n)), h_init)
    # The bound is attained where all pre-activations are 0 and the norm of a power is the power of the norm.
    W, half = turned(rng, RealBlocks.draw(rng, n, pairs=n // 2).D) * rng.uniform(1, 8), np.full(n, 0.5)
    level = PlainRNN(W, np.eye(n), np.tile(-W @ half, (T + 1, 1)), np.zeros((T + 1, n)), half)
    run = drawn.packaged()
    also = [equal(run.net.jacobian(run, t, k), drawn.jacobians[t, k])]
    return [
        Meaning(of_network(drawn, t=t, k=k), also=also),
        Meaning(of_network(level, t=t, k=k), attained=1e-12),
    ]
