"""Findings in 2(c) on powers in general: what the sheet says of all matrices, and matrices that disagree.

What can be exact is computed over the fractions; the rest in float64, with norms in the 2-norm.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, repeat

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, finite, natural, real_array, unwarned
from rnn_solutions.matrices.powers import matrix_power_exact


@dataclass(frozen=True)
class Hump:
    """How the norm of a power grows before it decays.

    Attributes
    ----------
    at_one, at_thirty : float
        The norms of the first and of the thirtieth power.
    peak : float
        The largest norm.
    peak_at : int
        The power that has it.
    below_one_from : int
        The first power from which on the norm stays below 1.
    """

    at_one: float
    at_thirty: float
    peak: float
    peak_at: int
    below_one_from: int


def growth_before_decay(M: ArrayLike = ((0.9, 100.0), (0.0, 0.8)), last: int = 1000) -> Hump:
    r"""Return how the norm of :math:`M^n` rises before it falls, for a matrix whose powers decay.

    Finding 27, answer 2 of 2(c). All eigenvalues are below 1 in modulus, and yet the powers grow first.

    Parameters
    ----------
    M : (n, n) array_like
        A matrix of spectral radius below 1.
    last : int
        The last power looked at, from 30 on.

    Returns
    -------
    hump : Hump
        Norms and where they occur.

    Raises
    ------
    ValueError
        If `M` is not square, real and finite, if `last` is below 30, if a power overflows, or if the norm of
        the last power is not below 1.

    See Also
    --------
    rnn_solutions.matrices.growth.growth : what the powers do in the end.

    Examples
    --------
    >>> hump = growth_before_decay()
    >>> round(hump.peak), hump.peak_at, hump.below_one_from
    (269, 6, 66)
    """
    M = real_array("M", M, ("n", "n"))
    if natural("last", last) < 30:
        raise ValueError(f"last must be at least 30, got {last}")
    powers = accumulate(repeat(M, last), np.matmul, initial=np.eye(len(M)))
    with unwarned():
        norms = np.array([np.linalg.norm(finite(power, "a power of M"), 2) for power in powers])
    if not norms[-1] < 1:
        raise ValueError(f"the power n={last} of M must have a norm below 1, got {norms[-1]:.3g}")
    return Hump(
        at_one=float(norms[1]),
        at_thirty=float(norms[30]),
        peak=float(norms.max()),
        peak_at=int(norms.argmax()),
        below_one_from=int(np.flatnonzero(norms >= 1).max()) + 1,
    )


def one_growing_eigenvalue() -> Array:
    """Return the diagonal of diag(1.1, 0.5) to the power 50.

    Finding 28, answer 3 of 2(c). One eigenvalue above 1 is enough for growth; the answer asks for all.

    Returns
    -------
    diagonal : (2,) ndarray
        The two entries.

    See Also
    --------
    turning_entries : growth that not every entry shares.

    Examples
    --------
    >>> one_growing_eigenvalue()
    array([1.17390853e+02, 8.88178420e-16])
    """
    return np.diag(matrix_power_exact([["1.1", "0"], ["0", "0.5"]], 50).astype(np.float64))


def turning_entries(powers: Iterable[int] = (50, 51)) -> Array:
    """Return entry (2, 1) of powers of a quarter turn times 1.1.

    Finding 29, answer 3 of 2(c). Both eigenvalues have modulus 1.1, and every entry returns to zero for ever.

    Parameters
    ----------
    powers : iterable of int
        Each at least 0.

    Returns
    -------
    entries : (m,) ndarray
        Their moduli.

    Raises
    ------
    ValueError
        If a power is negative or no whole number.

    See Also
    --------
    one_growing_eigenvalue : growth in one direction of two.

    Examples
    --------
    >>> turning_entries().round()
    array([  0., 129.])
    """
    turn = [["0", "-1.1"], ["1.1", "0"]]
    return np.array([abs(float(matrix_power_exact(turn, n)[1, 0])) for n in powers])


def largest_entry_of_a_jordan_power(eigenvalue: str | int, size: int, n: int) -> float:
    """Return the largest entry of a power of one Jordan block with an eigenvalue of at least 0.

    Finding 30 and the general answer to 2(c). With the eigenvalue 1 and size 2 the entry is n: all
    eigenvalues equal 1 and the power changes.

    Parameters
    ----------
    eigenvalue : str or int
        Exact, such as ``"1.1"``.
    size : int
        The size of the block.
    n : int
        The power.

    Returns
    -------
    entry : float
        Rounded once from the exact fraction.

    Raises
    ------
    ValueError
        If the eigenvalue is not written exactly, `size` is not a whole number from 1 up, or `n` from 0 up.

    See Also
    --------
    norm_of_a_jordan_power : its 2-norm.

    Examples
    --------
    >>> largest_entry_of_a_jordan_power(1, 2, 100), largest_entry_of_a_jordan_power(1, 3, 100)
    (100.0, 4950.0)
    """
    return float(_jordan_power(eigenvalue, size, n).max())


def norm_of_a_jordan_power(eigenvalue: str | int, size: int, n: int) -> float:
    """Return the 2-norm of a power of one Jordan block.

    From the general answer to 2(c): it outgrows the power of the eigenvalue itself.

    Parameters
    ----------
    eigenvalue : str or int
        Exact, such as ``"1.1"``.
    size, n : int
        The size of the block and the power.

    Returns
    -------
    norm : float
        In float64, from the exact power.

    Raises
    ------
    ValueError
        As for `largest_entry_of_a_jordan_power`.

    See Also
    --------
    largest_entry_of_a_jordan_power : one entry instead of the norm.

    Examples
    --------
    >>> round(norm_of_a_jordan_power("1.1", 2, 50)), round(1.1**50, 1)
    (5339, 117.4)
    """
    return float(np.linalg.norm(_jordan_power(eigenvalue, size, n), 2))


def _jordan_power(eigenvalue: str | int, size: int, n: int) -> Array:
    """Return a power of a Jordan block, computed over the fractions."""
    if natural("size", size) < 1:
        raise ValueError(f"size must be at least 1, got {size}")
    block: Sequence[Sequence[str | int]] = [
        [eigenvalue if a == b else int(b == a + 1) for b in range(size)] for a in range(size)
    ]
    return matrix_power_exact(np.array(block, dtype=object), n).astype(np.float64)
