"""Claims of the errata on 2(b) and 2(c): what the sheet prints of powers, each of which must fail."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_solutions.claims.registry import claim
from rnn_solutions.sheet.comparisons import Comparison, assume, equal
from rnn_solutions.sheet.plain_networks import PlainRNN, derivative
from rnn_solutions.sheet.refuting import least_wrong, refuted

EXACT = "the right formula agrees with the truth exactly"
VERDICTS = "both sides are yes or no, and the right criterion says what happens"

Matrix = NDArray[Any]  # whole numbers or Fractions


def _exact(rows: list[list[str]]) -> Matrix:
    """Return a matrix of Fractions from decimals."""
    return np.array([[Fraction(entry) for entry in row] for row in rows])


SHEET_W = _exact([["0.58", "0.24"], ["0.24", "0.72"]])
SHEET_LAMBDA = _exact([["0.9", "0"], ["0", "0.4"]])
THIRD_FACTOR = _exact([["-0.6", "-0.8"], ["-0.8", "0.6"]])


def _sheet_Q(last: str = "0.6") -> Matrix:
    """Return the sheet's eigenvectors with this last entry."""
    return _exact([["-0.6", "-0.8"], ["-0.8", last]])


def _inverse(M: Matrix) -> Matrix:
    """Return the inverse of a 2 by 2 matrix of Fractions."""
    (a, b), (c, d) = M
    return np.asarray(np.array([[d, -b], [-c, a]]) / (a * d - b * c))


def _multiplied(M: Matrix, n: int) -> Matrix:
    """Return M times itself, one factor after the other."""
    return np.asarray(reduce(np.matmul, [M] * n))


def _eigenvectors(rng: np.random.Generator) -> Matrix:
    """Draw a 2 by 2 matrix of whole numbers with determinant 1."""
    a, b = (Fraction(int(entry)) for entry in rng.choice([-2, -1, 1, 2], size=2))
    return np.array([[1 + 0 * a, a], [b, 1 + a * b]])


@claim(
    "erratum-21",
    method="exact fractions",
    assumes="two eigenvalues between 0 and 1, eigenvectors of whole numbers; n and t from 1 to 8, different",
    tolerance=0,
    because=EXACT,
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
    truth = _multiplied(M, n)
    return refuted(equal(through(t), truth), equal(through(n), truth))


@claim(
    "erratum-22",
    method="exact fractions",
    assumes="n = 3, whole numbers; one eigenvalue twice, and two of its eigenvectors along one line",
    tolerance=0,
    because=EXACT,
)
def any_eigenvectors_will_do(rng: np.random.Generator) -> Comparison:
    r"""Of the columns of Q it is asked only that each is an eigenvector, and then that Q has an inverse.

    .. math::

        & M v_i = \lambda_i v_i \text{ for all } i \\
        & \implies \det \begin{bmatrix} v_1 & \cdots & v_n \end{bmatrix} \ne 0
    """
    a, b, p, q, c, twice, once = (int(entry) for entry in rng.choice([-3, -2, -1, 1, 2, 3], size=7))
    once += 7  # so that it is another eigenvalue
    u = np.array([1, a, b])
    M = twice * np.eye(3, dtype=int) + (once - twice) * np.outer(u, [1, 0, 0])
    line, other, Lambda = np.array([0, p, q]), np.array([0, -q, p]), np.diag([twice, twice, once])

    def has_inverse(*columns: Matrix) -> int:
        Q = np.column_stack(columns)
        assume(np.array_equal(M @ Q, Q @ Lambda), "each column must be an eigenvector")
        return int(np.cross(Q[:, 0], Q[:, 1]) @ Q[:, 2] != 0)

    return refuted(equal(1, has_inverse(line, c * line, u)), equal(1, has_inverse(line, other, u)))


@claim(
    "erratum-23",
    method="exact fractions",
    assumes="the sheet's numbers; the third factor as printed, or the inverse of the first",
    tolerance=0,
    because=EXACT,
)
def last_entry_of_the_eigenvectors_is_a_half() -> Comparison:
    r"""The last entry of Q is 0.5.

    .. math::

        & \begin{bmatrix} 0.58 & 0.24 \\ 0.24 & 0.72 \end{bmatrix} \\
        & = \begin{bmatrix} -0.6 & -0.8 \\ -0.8 & 0.5 \end{bmatrix}
        \begin{bmatrix} 0.9 & 0 \\ 0 & 0.4 \end{bmatrix} \\
        & \quad {} \cdot \begin{bmatrix} -0.6 & -0.8 \\ -0.8 & 0.6 \end{bmatrix}
    """

    def product(Q: Matrix, third: Matrix) -> Matrix:
        return np.asarray(Q @ SHEET_LAMBDA @ third)

    printed, right = _sheet_Q("0.5"), _sheet_Q("0.6")
    control = equal(product(right, THIRD_FACTOR), SHEET_W)
    inverse = equal(printed @ _inverse(printed), np.eye(2, dtype=int))
    return least_wrong(
        refuted(equal(product(printed, THIRD_FACTOR), SHEET_W), control),
        refuted(equal(product(printed, _inverse(printed)), SHEET_W), control, inverse),
    )


@claim(
    "erratum-24",
    method="exact fractions",
    assumes="the sheet's W; its thirtieth power rounded once, to six decimals",
    tolerance=0,
    because=EXACT,
)
def first_entry_of_the_power_is_cut() -> Comparison:
    r"""The first entry is cut after six decimals where the other ones are rounded.

    .. math::

        W^{30} = \begin{bmatrix} 0.015260 & 0.020348 \\ 0.020348 & 0.027130 \end{bmatrix}
    """
    truth = np.vectorize(lambda entry: round(entry, 6), otypes=[object])(_multiplied(SHEET_W, 30))
    printed, right = (
        _exact([[first, "0.020348"], ["0.020348", "0.027130"]]) for first in ("0.015260", "0.015261")
    )
    return refuted(equal(printed, truth), equal(right, truth))


@claim(
    "erratum-26",
    method="exact fractions",
    assumes="the sheet's W and its eigenvectors; every n from 2 to 30",
    tolerance=0,
    because=EXACT,
)
def eigenvalues_themselves_decay() -> Comparison:
    r"""It is said of Lambda itself that it falls as n grows.

    .. math::

        \Lambda = \operatorname{diag}(\lambda_1^n, \lambda_2^n) \to 0
    """
    Q = _sheet_Q()
    in_its_basis = _inverse(Q) @ SHEET_W @ Q
    steady = equal(in_its_basis, SHEET_LAMBDA)
    found = []
    for n in range(2, 31):
        falling = np.diag([SHEET_LAMBDA[0, 0] ** n, SHEET_LAMBDA[1, 1] ** n])
        power = _inverse(Q) @ _multiplied(SHEET_W, n) @ Q
        found.append(refuted(equal(falling, in_its_basis), equal(falling, power), steady))
    return least_wrong(*found)


@claim(
    "erratum-28",
    method="another algorithm",
    assumes="three matrices with no, one and two moduli from 1.2 to 1.6, the others from 0.4 to 0.8; n = 100",
    tolerance=0,
    because=VERDICTS,
)
def growth_takes_all_eigenvalues(rng: np.random.Generator) -> Comparison:
    r"""Growth is stated for all eigenvalues above 1 in modulus, where the question asks for any.

    .. math::

        \lVert W^n \rVert \to \infty \iff \lvert \lambda_i \rvert > 1 \text{ for all } i
    """
    Q = _eigenvectors(rng).astype(np.float64)
    moduli = rng.uniform(0.4, 0.8, size=(3, 2))
    moduli[1, 0] += 0.8
    moduli[2] += 0.8
    eigenvalues = moduli * rng.choice([-1, 1], size=(3, 2))
    W = Q @ (eigenvalues[:, :, None] * np.linalg.inv(Q))
    grows = (np.linalg.norm(np.linalg.matrix_power(W, 100), axis=(1, 2)) > 1).astype(int)
    above = np.abs(eigenvalues) > 1
    printed, right = above.all(axis=1).astype(int), above.any(axis=1).astype(int)
    return refuted(equal(printed, grows), equal(right, grows))


@claim(
    "erratum-29",
    method="exact fractions",
    assumes="a quarter turn times c from 1.1 to 2; n from 10 to 20",
    tolerance=0,
    because=VERDICTS,
)
def every_entry_becomes_large(rng: np.random.Generator) -> Comparison:
    r"""With all eigenvalues above 1 in modulus the values of the power become large, whichever entry.

    .. math::

        \lvert (W^n)_{ab} \rvert \to \infty \text{ for all } a, b
    """
    c, n = Fraction(int(rng.integers(11, 20, endpoint=True)), 10), int(rng.integers(10, 20, endpoint=True))
    power = _multiplied(c * np.array([[0, -1], [1, 0]]), n)
    turned = [[n % 2 == 0, n % 2 == 1], [n % 2 == 1, n % 2 == 0]]  # the entries that are not zero
    large = (np.abs(power) > 1).astype(int)
    return refuted(
        equal(np.ones((2, 2), dtype=int), large),
        equal(np.array(turned, dtype=int), large),
        equal(np.abs(power).max(axis=0), np.array([c**n, c**n])),
    )


@claim(
    "erratum-30",
    method="another algorithm",
    assumes="the powers n and n + 1, n from 2 to 12; eigenvalues 1 and −1, a quarter turn, a Jordan block",
    tolerance=0,
    because=EXACT,
)
def moduli_of_one_keep_the_power(rng: np.random.Generator) -> Comparison:
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
    found = []
    for kind in kinds:
        W, *right = (Q @ np.array(kind(n)) @ inverse for n in (1, first, first + 1))
        truth = [_multiplied(W, first), _multiplied(W, first + 1)]
        found.append(refuted(equal([W, W], truth), equal(right, truth)))
    return least_wrong(*found)


@claim(
    "erratum-31",
    method="complex step",
    assumes="U = I, 10 steps; c times an orthogonal matrix, c from 1.2 to 3.6, n from 1 to 3, random inputs; "
    "and [[a, −a], [a, −a]], a from 5 to 8, inputs that hold z at (0, 20)",
    tolerance=1e-10,
    because="the right product takes about a hundred roundings, and a slope near 0 loses up to five digits",
)
def spectral_radius_decides(rng: np.random.Generator) -> Comparison:
    r"""What the eigenvalues of W do to its powers is said to become of the network's gradient.

    .. math::

        \Bigl\lVert \frac{\partial h_t}{\partial h_0} \Bigr\rVert \to \infty \iff \rho(W) > 1
    """
    n, c, a = rng.integers(1, 3, endpoint=True), rng.uniform(1.2, 3.6), rng.uniform(5, 8)
    z, nilpotent = np.array([0.0, 20.0]), a * np.array([[1.0, -1.0], [1.0, -1.0]])
    held = 1 / (1 + np.exp(-z))
    turned = c * np.linalg.qr(rng.normal(size=(n, n))).Q
    cases = [  # W, its spectral radius, the inputs and the first state
        (turned, c, rng.normal(size=(10, n)), np.zeros(n)),
        (nilpotent, 0.0, np.tile(z - nilpotent @ held, (10, 1)), held),
    ]
    found = []
    for W, radius, x, h in cases:
        net = PlainRNN(W, np.eye(len(W)), x, np.zeros_like(x), h)
        truth = derivative(lambda h, net=net: net.states(h)[..., -1, :], h)  # type: ignore[misc]
        right = np.eye(len(W))
        for slope in net.h * (1 - net.h):
            right = np.diag(slope) @ W @ right
        power = np.linalg.norm(np.linalg.matrix_power(W, len(x)), 2)
        large = int(np.linalg.norm(truth, 2) > 1)
        controls = (
            equal(right, truth),
            equal(power, radius ** len(x), scale=float(np.linalg.norm(W, 2)) ** len(x)),
        )
        found.append(refuted(equal(int(radius > 1), large), *controls))
    return least_wrong(*found)
