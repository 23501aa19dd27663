"""Claims of 2(c): the thirtieth power, and powers in general."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import sympy

from rnn_solutions.claims.drawn_matrices import (
    Diagonalizable,
    RealBlocks,
    for_every_power,
    mirror,
    of_singular_values,
    orthogonal,
    turned,
)
from rnn_solutions.claims.meanings import Names, of_network
from rnn_solutions.claims.registry import by_another_algorithm, by_complex_step, in_fractions, proof
from rnn_solutions.formulas.evaluating import Meaning
from rnn_solutions.matrices.powers import eigendecomposition, spectral_radius
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
    return for_every_power("eq-spectral-sum", SHEET, SHEET, (0, 1, 2, 30, 60))


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
def norm_of_a_power_is_no_smaller_than_the_power_of_the_radius(rng: np.random.Generator) -> Meaning:
    """No power has a smaller norm than the same power of the largest eigenvalue."""
    N, n = (int(number) for number in rng.integers([1, 0], [5, 12], endpoint=True))
    blocks, basis = RealBlocks.draw(rng, N), orthogonal(rng, N)
    above, normal = np.triu(rng.normal(size=(N, N)), 1), basis @ blocks.D @ basis.T
    names, also = {r"\rho": blocks.radius, "n": n, "N": N}, [equal(spectral_radius(normal), blocks.radius)]
    if rng.integers(2):
        return Meaning(names | {"M": normal}, attained=1e-13, also=also)
    # Two forms of Schur: with different eigenvalues, and with equal ones and too few eigenvectors.
    form = [np.where(blocks.D == 0, above, blocks.D), blocks.radius * np.eye(N) + above][rng.integers(2)]
    return Meaning(names | {"M": basis @ form @ basis.T}, also=also)


@by_another_algorithm(
    "eq-power-upper-bound",
    assumes="N from 1 to 5, n from 0 to 12; M real, κ(Q) at most 5, some eigenvalues complex; and a skewed "
    "mirror, whose odd powers attain the bound",
    tolerance=2e-13,
    because="where the bound is attained a dozen products decide, whose roundings grow with κ(Q)",
)
def norm_of_a_power_is_within_the_condition_number_of_the_power_of_the_radius(
    rng: np.random.Generator,
) -> Meaning:
    """The condition number of the eigenvectors limits how far a power exceeds that of the radius."""
    drawn, n = Diagonalizable.draw(rng), int(rng.integers(0, 12, endpoint=True))
    rho = np.abs(drawn.eigenvalues).max()
    names = {r"\rho": rho, "N": len(drawn.M)}
    if rng.integers(2):
        also = [equal(np.linalg.cond(drawn.Q), drawn.condition), equal(spectral_radius(drawn.M), rho)]
        return Meaning(names | {"M": drawn.M, "Q": drawn.Q, "n": n}, also=also)
    kappa, odd = rng.uniform(1.1, 5), int(rng.choice(range(1, 12, 2)))
    skewed = turned(rng, mirror(rho, kappa))
    found = eigendecomposition(skewed)
    also = [equal(found.condition, kappa)]
    return Meaning(names | {"M": skewed, "Q": found.Q, "n": odd}, attained=1e-13, also=also)


@proof(
    "eq-jordan-power",
    assumes="m from 1 to 4; any λ other than 0 and any n ≥ 0, by induction; λ = 0 and n up to 6 in fractions",
    same={r"\sum_{j = 0}^{m} ": "the m-th power of N is zero"},
)
def powers_of_a_jordan_block_are_a_binomial_sum() -> list[Meaning]:
    """The binomial series of a Jordan block ends with the powers of its nilpotent part."""

    def names(m: int, value: Any) -> Names:
        return {"I": np.eye(m, dtype=int), "N": np.eye(m, k=1, dtype=object), "m": m, r"\lambda": value}

    symbol = sympy.Symbol("lambda", nonzero=True)
    numbers = (Fraction(2, 3), (0, 1, 6)), (Fraction(0), (4, 6))
    return [
        case
        for m, (number, powers) in product(range(1, 5), numbers)
        for case in for_every_power("eq-jordan-power", names(m, symbol), names(m, number), powers)
    ]


@by_complex_step(
    "eq-power-of-the-jacobian",
    assumes="n from 1 to 3, 0 ≤ k < t ≤ T ≤ 4; W and z from N(0, 1); inputs that hold z there at every step",
    tolerance=1e-12,
    because="up to four steps of about ten roundings of 1.1e-16",
    same={"D_{t - 1}": "the slopes are the same at every step"},
)
def slopes_that_stay_the_same_make_a_power(rng: np.random.Generator) -> Meaning:
    """With the same slopes at every step, a later state responds by a power of one matrix."""
    n, T = (int(number) for number in rng.integers(1, [3, 4], endpoint=True))
    k, t = (int(step) for step in np.sort(rng.choice(T + 1, 2, replace=False)))
    W, z = rng.normal(size=(n, n)), rng.normal(size=n)
    state = 1 / (1 + np.exp(-z))
    held = PlainRNN(W, np.eye(n), np.tile(z - W @ state, (T + 1, 1)), np.zeros((T + 1, n)), state)
    run = held.packaged()
    package = equal(run.net.jacobian(run, t, k), held.jacobians[t, k])
    return Meaning(of_network(held, t=t, k=k, j=int(rng.integers(k + 1, t + 1))), also=[package])


@by_complex_step(
    "eq-product-bound",
    assumes="n and d from 1 to 3, 0 ≤ k < t ≤ T ≤ 4; singular values of W from 1 to 5, all else from N(0, "
    "0.25); and a network with a normal W and all slopes ¼, which attains the bound",
    tolerance=1e-12,
    because="up to four steps of about ten roundings of 1.1e-16, more where a unit saturates",
    same={r"\cdots J_{t + 1}": "no factor is left on either side"},
)
def sigmoid_network_passes_on_a_quarter_a_step_at_most(rng: np.random.Generator) -> Meaning:
    """Each step of a sigmoid network stretches by at most a quarter of the norm of its weights."""
    n, d, T = (int(number) for number in rng.integers(1, [3, 3, 4], endpoint=True))
    k, t = (int(step) for step in np.sort(rng.choice(T + 1, 2, replace=False)))
    if rng.integers(2):
        # All pre-activations are 0, and the norm of a power is the power of the norm.
        W, half = turned(rng, RealBlocks.draw(rng, n, pairs=n // 2).D) * rng.uniform(1, 8), np.full(n, 0.5)
        level = PlainRNN(W, np.eye(n), np.tile(-W @ half, (T + 1, 1)), np.zeros((T + 1, n)), half)
        return Meaning(of_network(level, t=t, k=k), attained=1e-12)
    U, x, h_init = (rng.normal(scale=0.5, size=shape) for shape in [(n, d), (T + 1, d), (n,)])
    net = PlainRNN(of_singular_values(rng, rng.uniform(1, 5, n)), U, x, np.zeros((T + 1, n)), h_init)
    run = net.packaged()
    package = equal(run.net.jacobian(run, t, k), net.jacobians[t, k])
    return Meaning(of_network(net, t=t, k=k), also=[package])
