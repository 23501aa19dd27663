r"""Powers of a matrix: by its eigendecomposition, and exactly over the fractions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_solutions._frozen import Frozen
from rnn_solutions._validation import Array, natural, rational_array, real_array, unwarned

# Rounding in M reaches Q Lambda Q^-1 multiplied by up to the condition number of Q.
_MOST_ROUNDING = 1e-10
# What rounding leaves of M Q - Q Lambda for each row, of a largest entry of 1, with much to spare.
_RESIDUAL = 1e-13
# Moduli, or entries of an eigenvector, closer than this are a tie: rounding must not decide the order.
_TIE = 1e-12
# Rounding grows with n: about here it leaves no digit, and a float no longer tells an odd n from an even one.
_BITS_OF_POWER = 53
# Seconds for the eigenvalues, and about fifteen with the eigenvectors.
_LARGEST = 2000
# A few seconds of exact work: N**3 products of such numbers, and as many squarings as the power has bits.
_MOST_BITS = 10**6
_LARGEST_EXACT = 100
_BITS_OF_EXACT_POWER = 64


class NotDiagonalizableError(ValueError):
    """The eigenvectors do not span the space, or so nearly not that rounding would be seen in the result."""


@dataclass(frozen=True, eq=False, repr=False)
class Eigendecomposition(Frozen):
    r"""The factors of :math:`M = Q \Lambda Q^{-1}`, read-only.

    Attributes
    ----------
    Q : (n, n) ndarray
        The eigenvectors, one a column, each of unit length.
    eigenvalues : (n,) ndarray
        The diagonal of :math:`\Lambda`, in the order of the columns.
    Q_inv : (n, n) ndarray
        The inverse of `Q`.
    condition : float
        The condition number of `Q` in the 2-norm, at least 1.

    Examples
    --------
    >>> factors = eigendecomposition([[2.0, 1.0], [0.0, 1.0]])
    >>> (factors.Q * factors.eigenvalues @ factors.Q_inv).round(12)
    array([[2., 1.],
           [0., 1.]])
    """

    Q: NDArray[Any]
    eigenvalues: NDArray[Any]
    Q_inv: NDArray[Any]
    condition: float

    def __repr__(self) -> str:
        return f"Eigendecomposition(n={len(self.Q)}, {self.Q.dtype}, condition={self.condition:.6g})"


def eigendecomposition(M: ArrayLike) -> Eigendecomposition:
    r"""Return the eigendecomposition of a diagonalizable matrix.

    .. math:: M = Q \Lambda Q^{-1}, \qquad M q_i = \lambda_i q_i

    The eigenvalues come in decreasing order of modulus; those of equal modulus in decreasing order of their
    real, then of their imaginary parts. In each column of `Q` the entry of largest modulus, the first of them
    if there are several, is real and positive.

    Parameters
    ----------
    M : (n, n) array_like
        Real numbers, up to n = 2000.

    Returns
    -------
    factors : Eigendecomposition
        `Q`, `eigenvalues` and `Q_inv` are complex where an eigenvalue is, and `Q` is orthogonal where `M` is
        symmetric.

    Raises
    ------
    NotDiagonalizableError
        If the machine epsilon times the condition number of `Q` exceeds 1e-10. It is a ValueError.
    ValueError
        If `M` is not square, not real and finite, or larger than n = 2000.
    OverflowError
        If an eigenvalue is beyond the largest float.

    See Also
    --------
    matrix_power_eig : what the factors are good for.
    rnn_solutions.growth : what a matrix that is not diagonalizable does under powers.

    Examples
    --------
    The sheet's matrix, whose third factor is the transpose of the first:

    >>> factors = eigendecomposition([[0.58, 0.24], [0.24, 0.72]])
    >>> factors.eigenvalues
    array([0.9, 0.4])
    >>> factors.Q
    array([[ 0.6,  0.8],
           [ 0.8, -0.6]])
    """
    M = real_array("M", M, ("n", "n"))
    # Only eigh knows that symmetric matrices have orthogonal eigenvectors, also where eigenvalues repeat.
    lifted, unit = _lifted(M)
    eigenvalues, Q = np.linalg.eigh(lifted) if np.array_equal(lifted, lifted.T) else _eig(lifted)
    with unwarned():  # an infinity is reported
        eigenvalues = eigenvalues / unit
    _require_finite(eigenvalues)
    order = _order(eigenvalues)
    eigenvalues, Q = eigenvalues[order], _with_positive_largest_entry(Q[:, order])
    widths = np.linalg.svd(Q, compute_uv=False)
    with unwarned():  # the smallest may be 0, or so small that the ratio is infinite
        condition = float(widths[0] / widths[-1])
    if np.finfo(np.float64).eps * condition > _MOST_ROUNDING:
        raise NotDiagonalizableError(
            f"M is not diagonalizable, or too nearly so: the condition number of Q is {condition:.1e}, and "
            f"eps times that exceeds {_MOST_ROUNDING:.0e}. For powers use matrix_power_exact or "
            "numpy.linalg.matrix_power, for the way they grow use growth"
        )
    return Eigendecomposition(Q, eigenvalues, np.linalg.inv(Q), condition)


def matrix_power_eig(M: ArrayLike, n: int) -> Array:
    r"""Return the power of a diagonalizable matrix through its eigendecomposition.

    .. math:: M^n = Q \Lambda^n Q^{-1}, \qquad (\Lambda^n)_{ii} = \lambda_i^n

    A real matrix has real powers: its complex eigenvalues come in conjugate pairs, whose imaginary parts
    cancel. What is left of them is rounding, and is dropped.

    Parameters
    ----------
    M : (N, N) array_like
        Real numbers, up to N = 2000.
    n : int
        The power, at least 0 and at most 2**53.

    Returns
    -------
    power : (N, N) ndarray
        Its error, relative to :math:`\rho^n`, is at most about ``n * eps`` times the condition number of `Q`.

    Raises
    ------
    NotDiagonalizableError
        If the machine epsilon times the condition number of `Q` exceeds 1e-10.
    ValueError
        If `M` is not square, not real and finite, or larger than N = 2000; if `n` is no whole number from 0
        to 2**53.
    OverflowError
        If the power leaves the range of floats.

    See Also
    --------
    matrix_power_exact : no rounding, and no need for eigenvectors.

    Examples
    --------
    A quarter turn, whose eigenvalues are i and -i:

    >>> matrix_power_eig([[0, -1], [1, 0]], 3).round(12) + 0.0
    array([[ 0.,  1.],
           [-1.,  0.]])
    """
    n = _power(n, _BITS_OF_POWER)
    factors = eigendecomposition(M)
    with np.errstate(over="ignore", invalid="ignore"):
        # Multiplying Q by a row scales its columns: Q @ diag(v).
        power = np.real(factors.Q * factors.eigenvalues**n @ factors.Q_inv)
    if not np.isfinite(power).all():
        largest = float(np.abs(factors.eigenvalues[0]))
        raise OverflowError(
            f"the power n={n} of a matrix with spectral radius {largest:.6g} leaves the range of floats; "
            "matrix_power_exact writes numbers of up to a million bits"
        )
    return np.asarray(power)


def matrix_power_exact(M: ArrayLike, n: int) -> NDArray[np.object_]:
    r"""Return the power of a rational matrix without rounding, by repeated squaring.

    .. math:: M^n = \prod_{j\,:\,b_j = 1} M^{2^j}, \qquad n = \sum_j b_j 2^j, \quad b_j \in \{0, 1\}

    Parameters
    ----------
    M : (N, N) array_like
        Integers, Fractions, or strings such as ``"0.58"`` and ``"29/50"``, up to N = 100. Floats are refused:
        0.58 in binary is another number. A string has at most 4300 characters, an exponent at most 4300.
    n : int
        The power, from 0 to 2**64.

    Returns
    -------
    power : (N, N) ndarray of Fraction
        Its dtype is object; ``power.astype(float)`` rounds each entry once.

    Raises
    ------
    ValueError
        If `M` is not square, larger than N = 100, or an entry is not rational; if `n` is no whole number from
        0 to 2**64; if the squares or their product, written as integers over one denominator, have more than
        :math:`10^6 / N^{3/2}` bits: they would take minutes, or the whole memory.

    See Also
    --------
    matrix_power_eig : the same in floats, by the eigenvalues.

    Examples
    --------
    >>> matrix_power_exact([["0.5", 1], [0, "0.5"]], 3)
    array([[Fraction(1, 8), Fraction(3, 4)],
           [Fraction(0, 1), Fraction(1, 8)]], dtype=object)
    """
    M, n = rational_array("M", M, ("n", "n")), _power(n, _BITS_OF_EXACT_POWER)
    if len(M) > _LARGEST_EXACT:
        raise ValueError(f"M must be at most {_LARGEST_EXACT} x {_LARGEST_EXACT}, got N = {len(M)}")
    most = int(_MOST_BITS / len(M) ** 1.5)
    square, denominator = integers(M, most)
    power = np.vectorize(int, otypes=[object])(np.eye(len(M)))
    remaining, longest = n, n * math.log2(denominator)
    while remaining and longest <= most:
        if remaining % 2:
            power = power @ square
        remaining //= 2
        if remaining:
            square = square @ square
        longest = max(longest, *(number.bit_length() for number in (*power.flat, *square.flat)))
    if longest > most:
        raise ValueError(
            f"n = {n} gives numbers of more than {most} bits, the most that are written for N = {len(M)}"
        )
    return np.asarray(np.vectorize(Fraction, otypes=[object])(power, denominator**n))


def integers(M: NDArray[Any], most: int) -> tuple[NDArray[Any], int]:
    """Return a matrix of Fractions as integers over one denominator, of at most so many bits.

    A Fraction would look for common factors at every step.
    """
    denominator = 1
    for entry in M.flat:
        denominator = math.lcm(denominator, entry.denominator)
        if max(denominator.bit_length(), entry.numerator.bit_length()) > most:
            break
    else:
        N = np.vectorize(int, otypes=[object])(M * denominator)
        if max(number.bit_length() for number in N.flat) <= most:
            return N, denominator
    raise ValueError(
        f"M, as integers over one denominator, must have at most {most} bits in each for n = {len(M)}"
    )


def spectral_radius(M: ArrayLike) -> float:
    r"""Return the largest modulus of an eigenvalue.

    .. math:: \rho(M) = \max_i \lvert \lambda_i \rvert = \lim_{n \to \infty} \lVert M^n \rVert^{1/n}

    Parameters
    ----------
    M : (n, n) array_like
        Real numbers, up to n = 2000.

    Returns
    -------
    rho : float
        At least 0. An eigenvalue with a Jordan block of size m is known to about ``eps ** (1 / m)`` only.

    Raises
    ------
    ValueError
        If `M` is not square, not real and finite, or larger than n = 2000.
    OverflowError
        If an eigenvalue is beyond the largest float.

    See Also
    --------
    rnn_solutions.growth : whether the powers decay, and how fast.

    Examples
    --------
    No entry exceeds 1, and yet the powers grow:

    >>> spectral_radius([[1.0, 1.0], [1.0, 1.0]])
    2.0
    """
    lifted, unit = _lifted(real_array("M", M, ("n", "n")))
    with unwarned():  # an infinity is reported
        eigenvalues = np.linalg.eigvals(lifted) / unit
    _require_finite(eigenvalues)
    return float(np.abs(eigenvalues).max())


def _power(value: Any, bits: int) -> int:
    """Return `value` as an int, or raise a ValueError when it is no whole number from 0 to 2**bits."""
    n = natural("n", value)
    if n > 2**bits:
        got = n if n.bit_length() <= 2 * bits else f"one of {n.bit_length()} bits"
        raise ValueError(f"n must be at most 2**{bits}, got {got}")
    return n


def _lifted(M: Array) -> tuple[Array, float]:
    """Return `M` in a unit in which the largest entry is far from subnormal, and the unit."""
    if len(M) > _LARGEST:
        raise ValueError(f"M must be at most {_LARGEST} x {_LARGEST}, got n = {len(M)}")
    unit = 2.0**600 if np.abs(M).max() < 2.0**-400 else 1.0
    return M * unit, unit


def _eig(M: Array) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the eigenvalues and eigenvectors of `M`, which is not zero, in another basis if need be.

    LAPACK scales rows and columns first. Where entries are of very different sizes, as in
    [[0, 1e-200], [1, 1]], its vectors may belong to another matrix. In a random orthogonal basis all entries
    are of one size.
    """
    scaled = M / np.abs(M).max()
    eigenvalues, Q = np.linalg.eig(M)
    with unwarned():  # an infinity is reported elsewhere
        error = np.abs(scaled @ Q - Q * (eigenvalues / np.abs(M).max())).max()
    if error > _RESIDUAL * len(M):
        basis = np.linalg.qr(np.random.default_rng(0).normal(size=M.shape)).Q
        eigenvalues, Q = np.linalg.eig(basis @ scaled @ basis.T)
        with unwarned():
            eigenvalues = eigenvalues * np.abs(M).max()
        Q = basis.T @ Q
    return eigenvalues, Q


def _require_finite(eigenvalues: NDArray[Any]) -> None:
    """Raise an OverflowError where an eigenvalue of a finite matrix, or its modulus, came out infinite."""
    if not np.isfinite(np.abs(eigenvalues)).all():
        raise OverflowError("an eigenvalue of M is beyond the largest float; scale M down")


def _order(eigenvalues: NDArray[Any]) -> NDArray[np.intp]:
    """Return the places of the eigenvalues by decreasing modulus, then real part, then imaginary part."""
    modulus = np.abs(eigenvalues)
    ranks = np.round(modulus / (modulus.max() or 1.0) / _TIE)
    return np.lexsort((-eigenvalues.imag, -eigenvalues.real, -ranks))


def _with_positive_largest_entry(Q: NDArray[Any]) -> NDArray[Any]:
    """Return `Q` with each column turned so that the first of its largest entries is real and positive."""
    modulus = np.abs(Q)
    first = np.argmax(modulus >= (1 - _TIE) * modulus.max(axis=0), axis=0)
    largest = np.take_along_axis(Q, first[None, :], axis=0)
    return np.asarray(Q * (np.abs(largest) / largest))
