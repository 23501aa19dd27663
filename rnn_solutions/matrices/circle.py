"""How near a matrix is to one that has an eigenvalue on a given circle."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# An eigenvalue of the pencil this near to the circle lies on it but for rounding, of which a double one shows
# the root. Most are further off, and each would take a singular value.
_NEAR = 0.2


def distance_to_circle(M: NDArray[Any], radius: float) -> float:
    r"""Return the smallest singular value of :math:`z I - M` over the circle of modulus `radius`.

    A level is met at z exactly where z is an eigenvalue of a pencil built from it and `M`. Only between two
    such points can it be undercut: the lowest value in the middles is the next level, until none is lower.
    """
    n, M = len(M), M / radius
    identity = np.eye(n)

    def smallest(angles: NDArray[Any]) -> float:
        z = np.exp(1j * angles)
        return min(float(np.linalg.svd(one * identity - M, compute_uv=False)[-1]) for one in z)

    base = np.exp(1j)  # any point whose opposite is not met
    eigenvalues = np.linalg.eigvals(M)
    nearest = np.argsort(np.abs(np.abs(eigenvalues) - 1))[:8]
    best = smallest(np.angle(eigenvalues[nearest]))
    rounding = float(np.finfo(np.float64).eps * np.abs(M).max())
    for _ in range(30):  # convergence is quadratic: a handful is the rule
        if best <= rounding:
            break  # as good as 0, and the pencil is too nearly singular to tell more
        level = best * (1 - 1e-6)
        left = np.block([[M, level * identity], [0 * identity, identity]])
        right = base * np.block([[identity, 0 * identity], [level * identity, M.conj().T]])
        t = np.linalg.eigvals(np.linalg.solve(left + right, left - right))
        up, down = 1 + t, 1 - t
        met = np.sort(np.angle(base * up * down.conj())[abs(abs(up) - abs(down)) < _NEAR * abs(down)])
        if not met.size:
            break
        middles = (met + np.append(met[1:], met[0] + 2 * np.pi)) / 2
        found = smallest(middles)
        if found >= level:
            break
        best = found
    return best * radius
