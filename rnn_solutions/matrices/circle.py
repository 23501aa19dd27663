"""How near a matrix is to one that has an eigenvalue on a given circle."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def distance_to_circle(M: NDArray[Any], radius: float) -> float:
    r"""Return the smallest singular value of :math:`z I - M` over the circle of modulus `radius`.

    A level is met at z exactly where z is an eigenvalue of a pencil built from it and `M`. Only between two
    such points can it be undercut: the lowest value in the middles is the next level, until none is lower.
    """
    n, M = len(M), M / radius
    identity = np.eye(n)

    def smallest(angles: NDArray[Any]) -> float:
        z = np.exp(1j * angles)[:, None, None]
        return float(np.linalg.svd(z * identity - M, compute_uv=False)[:, -1].min())

    base = np.exp(1j)  # any point whose opposite is not met
    best = smallest(np.angle(np.linalg.eigvals(M)))
    for _ in range(30):  # convergence is quadratic: a handful is the rule
        level = best * (1 - 1e-6)
        left = np.block([[M, level * identity], [0 * identity, identity]])
        right = base * np.block([[identity, 0 * identity], [level * identity, M.conj().T]])
        t = np.linalg.eigvals(np.linalg.solve(left + right, left - right))
        met = np.sort(np.angle(base * (1 + t) * (1 - t).conj()))
        middles = (met + np.append(met[1:], met[0] + 2 * np.pi)) / 2
        found = smallest(np.concatenate([met, middles]))
        if found >= level:
            break
        best = found
    return best * radius
