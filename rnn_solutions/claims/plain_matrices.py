"""Random matrices whose eigenvalues and eigenvectors are known before any algorithm looks for them.

This is what the claims on powers start from. Nothing here calls the powers of this package.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_solutions._validation import Array, Numbers


def multiplied_out(M: Numbers, n: int) -> Numbers:
    """Return the product of n factors M in M's own arithmetic, one after the other; the identity for 0."""
    power = np.eye(len(M), dtype=M.dtype)
    for _ in range(n):
        power = power @ M
    return power


def orthogonal(rng: np.random.Generator, size: int) -> Array:
    """Draw orthonormal columns."""
    return np.asarray(np.linalg.qr(rng.normal(size=(size, size))).Q)


@dataclass(frozen=True, eq=False)
class RealBlocks:
    r"""A real matrix of blocks on the diagonal, real numbers and :math:`r` times a turn by :math:`\theta`.

    Attributes
    ----------
    D : (N, N) ndarray
        The matrix itself, which is normal.
    eigenvalues : (N,) complex ndarray
        In the order of the blocks; :math:`r e^{i\theta}`, then :math:`r e^{-i\theta}` for a turn.
    U : (N, N) complex ndarray
        Orthonormal eigenvectors in that order; those of a turn are conjugate.
    """

    D: Array
    eigenvalues: NDArray[np.complex128]
    U: NDArray[np.complex128]

    @classmethod
    def draw(cls, rng: np.random.Generator, size: int, pairs: int) -> RealBlocks:
        """Draw `size` eigenvalues, of which so many conjugate pairs come first.

        Their moduli are 0.6, 0.8, 1.0, ..., shuffled, each moved by up to 0.05: none are near each other.
        """
        moduli = rng.permutation(0.6 + 0.2 * np.arange(size)) + rng.uniform(-0.05, 0.05, size)
        eigenvalues = moduli * rng.choice([-1, 1], size) + 0j
        D, U = np.diag(eigenvalues.real), np.eye(size, dtype=complex)
        for first in range(0, 2 * pairs, 2):
            block = slice(first, first + 2)
            r, angle = moduli[first], rng.uniform(0.5, 2.5)
            c, s = r * np.cos(angle), r * np.sin(angle)
            D[block, block] = [[c, -s], [s, c]]
            U[block, block] = np.array([[1, 1], [-1j, 1j]]) / np.sqrt(2)
            eigenvalues[block] = c + 1j * s, c - 1j * s
        return cls(D, eigenvalues, U)

    @property
    def radius(self) -> float:
        """The largest modulus of an eigenvalue."""
        return float(np.abs(self.eigenvalues).max())


@dataclass(frozen=True, eq=False)
class Diagonalizable:
    r"""A real matrix :math:`M = Q \Lambda Q^{-1}`, put together in real numbers.

    Attributes
    ----------
    M : (N, N) ndarray
        Made of a real basis and real blocks, so that no complex number rounds it.
    Q : (N, N) complex ndarray
        Its eigenvectors.
    eigenvalues : (N,) complex ndarray
        In the order of the columns.
    condition : float
        The condition number of `Q`, at most 5.
    """

    M: Array
    Q: NDArray[np.complex128]
    eigenvalues: NDArray[np.complex128]
    condition: float

    @classmethod
    def draw(cls, rng: np.random.Generator, size: int = 5) -> Diagonalizable:
        """Draw N from 1 to `size`, how many of the eigenvalues are pairs, and the condition number."""
        N = int(rng.integers(1, size, endpoint=True))
        blocks = RealBlocks.draw(rng, N, pairs=int(rng.integers(0, N // 2, endpoint=True)))
        condition = rng.uniform(1, 5) if N > 1 else 1.0
        basis = orthogonal(rng, N) * np.linspace(1, condition, N) @ orthogonal(rng, N)
        return cls(basis @ blocks.D @ np.linalg.inv(basis), basis @ blocks.U, blocks.eigenvalues, condition)
