"""Findings in 2(b) and 2(c): powers of a matrix, the sheet's own and others that disagree with what it says.

What can be exact is computed over the fractions; norms in the 2-norm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import partial, reduce
from itertools import accumulate, repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_solutions._validation import Array
from rnn_solutions.sheet.comparisons import Comparison, assume, equal
from rnn_solutions.sheet.findings.registry import (
    EXACT,
    Measured,
    Reading,
    errors,
    measured,
    relative_error,
    trial,
)
from rnn_solutions.sheet.refuting import refuted

exactly = partial(trial, method="exact fractions", tolerance=0, because=EXACT)
yes_or_no = partial(
    trial, tolerance=0, because="both sides are yes or no, and the right criterion says what happens"
)

Matrix = NDArray[Any]  # whole numbers or Fractions


def _exact(rows: list[list[str]]) -> Matrix:
    """Return a matrix of Fractions from decimals."""
    return np.array([[Fraction(entry) for entry in row] for row in rows])


SHEET_W = _exact([["0.58", "0.24"], ["0.24", "0.72"]])
SHEET_LAMBDA = _exact([["0.9", "0"], ["0", "0.4"]])
SHEET_Q = _exact([["-0.6", "-0.8"], ["-0.8", "0.6"]])
PRINTED_Q = _exact([["-0.6", "-0.8"], ["-0.8", "0.5"]])
THIRD_FACTOR = _exact([["-0.6", "-0.8"], ["-0.8", "0.6"]])
PRINTED_ENTRY = "0.015260"
QUARTER_TURN = np.array([[0, -1], [1, 0]])


def _inverse(M: Matrix) -> Matrix:
    """Return the inverse of a 2 by 2 matrix of Fractions."""
    (a, b), (c, d) = M
    return np.asarray(np.array([[d, -b], [-c, a]]) / (a * d - b * c))


def multiplied(M: Matrix, n: int) -> Matrix:
    """Return M times itself, one factor after the other."""
    return np.asarray(reduce(np.matmul, [M] * n))


def _eigenvectors(rng: np.random.Generator) -> Matrix:
    """Draw a 2 by 2 matrix of whole numbers with determinant 1."""
    a, b = (Fraction(int(entry)) for entry in rng.choice([-2, -1, 1, 2], size=2))
    return np.array([[1 + 0 * a, a], [b, 1 + a * b]])


@exactly(
    21,
    assumes="two eigenvalues between 0 and 1, eigenvectors of whole numbers; n and t from 1 to 8, different",
)
def product_of_n_factors_has_the_power_t(rng: np.random.Generator) -> Comparison:
    r"""The product of n factors has the induction's t as the power of the eigenvalues.

    .. math::

        \prod_{i=1}^{n} M = Q \Lambda^{t} Q^{-1}
    """
    Q = _eigenvectors(rng)
    one, other = (Fraction(int(part), 10) for part in rng.choice(np.arange(1, 10), size=2, replace=False))
    n, t = (int(power) for power in rng.choice(np.arange(1, 9), size=2, replace=False))

    def through(power: int) -> Matrix:
        return np.asarray(Q @ np.diag([one**power, other**power]) @ _inverse(Q))

    M = through(1)
    assume(np.array_equal(M @ Q, Q @ np.diag([one, other])), "the columns of Q must be eigenvectors")
    truth = multiplied(M, n)
    return refuted(equal(through(t), truth), equal(through(n), truth))


def _products_with(Q: Matrix) -> tuple[Matrix, Matrix]:
    """Return what these eigenvectors give for W, with the printed third factor and with their inverse."""
    return Q @ SHEET_LAMBDA @ THIRD_FACTOR, Q @ SHEET_LAMBDA @ _inverse(Q)


def thirtieth_power_as_printed() -> Matrix:
    """Return the product of the three printed factors, the middle one to the thirtieth power."""
    return np.asarray(
        PRINTED_Q @ np.diag([SHEET_LAMBDA[0, 0] ** 30, SHEET_LAMBDA[1, 1] ** 30]) @ THIRD_FACTOR
    )


@measured(23)
def products_with_the_misprint() -> Measured:
    """Return the product with the inverse, the last row with the printed factor, and the error of W^30."""
    as_printed, by_inverse = _products_with(PRINTED_Q)
    truth = multiplied(SHEET_W, 30).astype(float)
    return {
        **errors(23),
        "23-power": relative_error(thirtieth_power_as_printed().astype(float), truth),
        **{f"23-{a + 1}{b + 1}": entry for (a, b), entry in np.ndenumerate(by_inverse)},
        **{f"23-printed-{b}": entry for b, entry in enumerate(as_printed[1], 1)},
    }


@exactly(23, assumes="the sheet's numbers; the third factor as printed, or the inverse of the first")
def last_entry_of_the_eigenvectors_is_a_half() -> Iterator[Reading]:
    r"""The last entry of Q is 0.5.

    .. math::

        & \begin{bmatrix} 0.58 & 0.24 \\ 0.24 & 0.72 \end{bmatrix} \\
        & = \begin{bmatrix} -0.6 & -0.8 \\ -0.8 & 0.5 \end{bmatrix}
        \begin{bmatrix} 0.9 & 0 \\ 0 & 0.4 \end{bmatrix} \\
        & \quad {} \cdot \begin{bmatrix} -0.6 & -0.8 \\ -0.8 & 0.6 \end{bmatrix}
    """
    control = equal(_products_with(SHEET_Q), (SHEET_W, SHEET_W))
    inverse = equal(PRINTED_Q @ _inverse(PRINTED_Q), np.eye(2, dtype=int))
    for name, product in zip(("23", ""), _products_with(PRINTED_Q), strict=True):
        yield Reading(product, SHEET_W, control, inverse, name=name)


def digits_of(entry: Fraction, digits: int) -> Decimal:
    """Return a fraction rounded once to so many significant digits."""
    with localcontext(prec=digits):
        return Decimal(entry.numerator) / entry.denominator


@measured(24)
def first_entry_of_the_power() -> Measured:
    """Return the first entry of the thirtieth power as printed, rounded, and to 17 digits."""
    first = digits_of(multiplied(SHEET_W, 30)[0, 0], digits=17)
    return {"24-cut": PRINTED_ENTRY, "24-rounded": str(round(first, 6)), "24-exact": str(first)}


@exactly(24, assumes="the sheet's W; its thirtieth power rounded once, to six decimals")
def first_entry_of_the_power_is_cut() -> Comparison:
    r"""The first entry is cut after six decimals where the other ones are rounded.

    .. math::

        W^{30} = \begin{bmatrix} 0.015260 & 0.020348 \\ 0.020348 & 0.027130 \end{bmatrix}
    """
    truth = np.vectorize(lambda entry: round(entry, 6), otypes=[object])(multiplied(SHEET_W, 30))
    printed, right = (
        _exact([[first, "0.020348"], ["0.020348", "0.027130"]]) for first in (PRINTED_ENTRY, "0.015261")
    )
    return refuted(equal(printed, truth), equal(right, truth))


@measured(25)
def norm_of_what_has_not_rank_one() -> Measured:
    """Return the norm of the thirtieth power without its leading term."""
    v = SHEET_Q[:, 0]
    rest = multiplied(SHEET_W, 30) - SHEET_LAMBDA[0, 0] ** 30 * np.outer(v, v)
    return {"25": np.linalg.norm(rest.astype(float), 2)}


@exactly(26, assumes="the sheet's W and its eigenvectors; every n from 2 to 30")
def eigenvalues_themselves_decay() -> Iterator[Reading]:
    r"""It is said of Lambda itself that it falls as n grows.

    .. math::

        \Lambda = \operatorname{diag}(\lambda_1^n, \lambda_2^n) \to 0
    """
    in_its_basis = _inverse(SHEET_Q) @ SHEET_W @ SHEET_Q
    steady = equal(in_its_basis, SHEET_LAMBDA)
    for n in range(2, 31):
        falling = np.diag([SHEET_LAMBDA[0, 0] ** n, SHEET_LAMBDA[1, 1] ** n])
        power = _inverse(SHEET_Q) @ multiplied(SHEET_W, n) @ SHEET_Q
        yield Reading(falling, in_its_basis, equal(falling, power), steady)


class Hump(NamedTuple):
    """How the norm of a power grows before it decays, and from which power on it stays below 1."""

    at_one: float
    at_thirty: float
    peak: float
    peak_at: int
    below_one_from: int


def growth_before_decay(M: ArrayLike) -> Hump:
    """Return how the norms of the powers of a matrix with a spectral radius below 1 rise and fall."""
    M, last = np.asarray(M, dtype=float), 1000
    powers = accumulate(repeat(M, last), np.matmul, initial=np.eye(len(M)))
    norms = np.array([np.linalg.norm(power, 2) for power in powers])
    if not norms[-1] < 1:
        raise ValueError(f"the power n={last} of M must have a norm below 1, got {norms[-1]:.3g}")
    below_one_from = int(np.flatnonzero(norms >= 1).max()) + 1
    return Hump(float(norms[1]), float(norms[30]), float(norms.max()), int(norms.argmax()), below_one_from)


@measured(27)
def humps_of_three_matrices() -> Measured:
    """Return where the powers of three matrices peak, and when they stay below 1."""
    skewed = growth_before_decay([[0.9, 100], [0, 0.8]])
    milder = growth_before_decay([[0.9, 10], [0, 0.8]])
    jordan = growth_before_decay([[0.9, 50], [0, 0.9]])
    return {
        "27-peak": skewed.peak,
        "27-at": skewed.peak_at,
        "27-below": skewed.below_one_from,
        "27-milder-one": milder.at_one,
        "27-milder": milder.peak,
        "27-milder-thirty": milder.at_thirty,
        "27-milder-below": milder.below_one_from,
        "27-jordan": jordan.peak,
        "27-jordan-at": jordan.peak_at,
        "27-jordan-below": jordan.below_one_from,
    }


def jordan_power(eigenvalue: str, size: int, n: int) -> Array:
    """Return a power of one Jordan block, each entry rounded once from the exact fraction."""
    block = Fraction(eigenvalue) * np.eye(size, dtype=int) + np.eye(size, k=1, dtype=int)
    return multiplied(block, n).astype(float)


@measured(28)
def powers_with_one_growing_eigenvalue() -> Measured:
    """Return the diagonal of diag(1.1, 0.5) to the power 50, and the norm for a Jordan block of 1.1."""
    grows, decays = np.diag(multiplied(_exact([["1.1", "0"], ["0", "0.5"]]), 50).astype(float))
    jordan = np.linalg.norm(jordan_power("1.1", 2, 50), 2)
    return {"28-grows": grows, "28-decays": decays, "28-jordan": jordan}


def turned(c: Fraction, n: int) -> Matrix:
    """Return a power of a quarter turn times c, both of whose eigenvalues have the modulus c."""
    return multiplied(c * QUARTER_TURN, n)


@measured(29)
def entry_of_a_turn() -> Measured:
    """Return the modulus of entry (2, 1) of a quarter turn times 1.1, at an even and an odd power."""
    even, odd = (abs(turned(Fraction("1.1"), n)[1, 0]) for n in (50, 51))
    return {"29-even": even, "29-odd": odd}


@yes_or_no(29, method="exact fractions", assumes="a quarter turn times c from 1.1 to 2; n from 10 to 20")
def every_entry_becomes_large(rng: np.random.Generator) -> Comparison:
    r"""With all eigenvalues above 1 in modulus the values of the power become large, whichever entry.

    .. math::

        \lvert (W^n)_{ab} \rvert \to \infty \text{ for all } a, b
    """
    c, n = Fraction(int(rng.integers(11, 20, endpoint=True)), 10), int(rng.integers(10, 20, endpoint=True))
    power = np.abs(turned(c, n))
    not_zero = [[n % 2 == 0, n % 2 == 1], [n % 2 == 1, n % 2 == 0]]
    large = (power > 1).astype(int)
    return refuted(
        equal(np.ones((2, 2), dtype=int), large),
        equal(np.array(not_zero, dtype=int), large),
        equal(power.max(axis=0), np.array([c**n, c**n])),
    )


@measured(30)
def entries_of_jordan_powers() -> Measured:
    """Return the largest entry of the hundredth power of a Jordan block of 1, of size 2 and of size 3."""
    two, three = (jordan_power("1", size, 100).max() for size in (2, 3))
    return {"30": two, "30-three": three}


@trial(
    30,
    method="another algorithm",
    assumes="the powers n and n + 1, n from 2 to 12; eigenvalues 1 and −1, a quarter turn, a Jordan block",
    tolerance=0,
    because=EXACT,
)
def moduli_of_one_keep_the_power(rng: np.random.Generator) -> Iterator[Reading]:
    r"""With all eigenvalues of modulus 1 the power stays as it is for every n.

    .. math::

        W^n = W
    """
    first = int(rng.integers(2, 12, endpoint=True))
    Q = _eigenvectors(rng)
    inverse = _inverse(Q).astype(int)  # the determinant is 1
    Q = Q.astype(int)
    kinds: list[Callable[[int], list[list[int]]]] = [  # the power n in the basis
        lambda n: [[1, 0], [0, (-1) ** n]],
        lambda n: [
            [(1, 0, -1, 0)[n % 4], (0, -1, 0, 1)[n % 4]],
            [(0, 1, 0, -1)[n % 4], (1, 0, -1, 0)[n % 4]],
        ],
        lambda n: [[1, n], [0, 1]],
    ]
    for kind in kinds:
        W, *right = (Q @ np.array(kind(n)) @ inverse for n in (1, first, first + 1))
        truth = [multiplied(W, first), multiplied(W, first + 1)]
        yield Reading([W, W], truth, equal(right, truth))
