"""Powers as products, and random matrices whose eigenvectors are known before any algorithm looks for them.

This is what the claims on powers start from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.claims.meanings import Names
from rnn_solutions.formulas.evaluating import Evaluation, Meaning
from rnn_solutions.formulas.pages import formulas
from rnn_solutions.formulas.symbolic import proved
from rnn_solutions.formulas.tree import Node, read
from rnn_solutions.matrices.powers import matrix_power_exact
from rnn_solutions.sheet.comparisons import equal
from rnn_solutions.sheet.drawn_networks import drawn_once


def multiplied_out(M: Numbers, n: int) -> Numbers:
    """Return the product of n factors M in M's own arithmetic, one after the other; the identity for 0."""
    power = np.eye(len(M), dtype=M.dtype)
    for _ in range(n):
        power = power @ M
    return power


def for_every_power(
    label: str, symbols: Names, numbers: Names, powers: Sequence[int], first: int = 0
) -> list[Meaning]:
    """Return cases of a formula for the powers of the matrix on its left, with two things compared besides.

    By induction, from n = `first` on, it holds for every n. The package's powers are what is multiplied out.
    """
    left, right = read(formulas()[label])[-1].chain
    n = sympy.Symbol("n", integer=True, **{"positive" if first else "nonnegative": True})

    def worked_out(side: Node, names: Names, n: Any) -> sympy.Matrix:
        return sympy.Matrix(Evaluation(Meaning(names | {"n": n}, exact=True))(side))

    M = worked_out(left.parts[0], symbols, n)
    following = worked_out(right, symbols, n) * M
    also = [
        proved(worked_out(right, symbols, sympy.Integer(first)), M**first),
        proved(following.expand(), worked_out(right, symbols, n + 1).expand()),
    ]
    exact = np.array(worked_out(left.parts[0], numbers, n).tolist(), dtype=object)
    also += [equal(matrix_power_exact(exact.astype(str), n), multiplied_out(exact, n)) for n in powers]
    return [Meaning(numbers | {"n": n}, exact=True, also=also) for n in powers]


def orthogonal(rng: np.random.Generator, size: int) -> Array:
    """Draw orthonormal columns."""
    return np.asarray(np.linalg.qr(rng.normal(size=(size, size))).Q)


def of_singular_values(rng: np.random.Generator, values: Array) -> Array:
    """Draw a square matrix with these singular values."""
    return np.asarray(orthogonal(rng, len(values)) * values @ orthogonal(rng, len(values)))


def turned(rng: np.random.Generator, M: Array) -> Array:
    """Draw an orthonormal basis and return what the matrix becomes in it."""
    basis = orthogonal(rng, len(M))
    return np.asarray(basis @ M @ basis.T)


def mirror(rho: float, kappa: float) -> Array:
    """Return a mirror with the eigenvalues `rho` and `-rho` that swaps a long axis and a short one."""
    return np.array([[0, rho * kappa], [rho / kappa, 0]])


@dataclass(frozen=True, eq=False)
class RealBlocks:
    r"""A real matrix of blocks on the diagonal, real numbers and :math:`r` times a turn by :math:`\theta`.

    The matrix is normal. Its eigenvalues stand in the order of the blocks, :math:`r e^{i\theta}` and then
    :math:`r e^{-i\theta}` for a turn, and so do its orthonormal eigenvectors, the columns of `U`.
    """

    D: Array
    eigenvalues: NDArray[np.complex128]
    U: NDArray[np.complex128]

    @classmethod
    @drawn_once
    def draw(cls, rng: np.random.Generator, size: int, pairs: int | None = None) -> RealBlocks:
        """Draw `size` eigenvalues, of which so many conjugate pairs come first, any number if not given.

        Their moduli are 0.6, 0.8, 1.0, ..., shuffled, each moved by up to 0.05: none are near each other.
        """
        if pairs is None:
            pairs = int(rng.integers(0, size // 2, endpoint=True))
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

    So no complex number rounds it. The eigenvalues stand in the order of the columns of `Q`, whose condition
    number is at most 5.
    """

    M: Array
    Q: NDArray[np.complex128]
    eigenvalues: NDArray[np.complex128]
    condition: float

    @classmethod
    @drawn_once
    def draw(cls, rng: np.random.Generator, size: int = 5) -> Diagonalizable:
        """Draw N from 1 to `size`, how many of the eigenvalues are pairs, and the condition number."""
        N = int(rng.integers(1, size, endpoint=True))
        blocks = RealBlocks.draw(rng, N)
        condition = rng.uniform(1, 5) if N > 1 else 1.0
        basis = of_singular_values(rng, np.linspace(1, condition, N))
        return cls(basis @ blocks.D @ np.linalg.inv(basis), basis @ blocks.U, blocks.eigenvalues, condition)
