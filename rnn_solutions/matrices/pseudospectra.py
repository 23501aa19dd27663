r"""How far eigenvalues move when a matrix is changed a little, and what that says of its powers.

The eigenvalues of :math:`M` say what :math:`M^n` does in the end. Where small changes move them far, the norm
of :math:`M^n` may grow long before it decays. The Kreiss constant says by how much, at least and at most.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, finite, number_array, real_array, unwarned
from rnn_solutions.matrices.circle import distance_to_circle
from rnn_solutions.matrices.powers import spectral_radius

# Entries of the matrices decomposed at once: a fine grid of large matrices would not fit into memory.
_ENTRIES = 2**20
# Ten seconds of singular values, of which one matrix has ten rows' worth of its own.
_MOST_WORK = 10**10
# Seconds of work, which grows with its third power; and how many roundings make a distance clear.
_LARGEST = 64
_CLEAR = 100
# No circle exceeds the Kreiss constant by more than this, relative to it, on top of the six digits.
_GAP = 0.01


def pseudospectral_level(M: ArrayLike, z: ArrayLike) -> Array:
    r"""Return how little `M` must change to have an eigenvalue at `z`.

    .. math::

       \varepsilon(z) &= \min \{\lVert E \rVert : z \text{ is an eigenvalue of } M + E\} \\
       &= s_{\min}(z I - M) = \lVert (z I - M)^{-1} \rVert^{-1}

    The points of level at most :math:`\varepsilon` are the :math:`\varepsilon`-pseudospectrum of `M`, and its
    edge is a contour line of this function.

    Parameters
    ----------
    M : (n, n) array_like
        Real numbers.
    z : array_like
        Points of the complex plane, in any shape; at most :math:`10^{10} / (n + 10)^3` of them, which is
        370,000 at n = 20 and takes ten to twenty seconds.

    Returns
    -------
    level : ndarray
        The shape of `z`. At least 0, and 0 at an eigenvalue, in the unit of `M`.

    Raises
    ------
    ValueError
        If `M` is not square, or not real and finite; if `z` is empty, not finite or of more points than
        that; if a level is beyond the largest float.

    References
    ----------
    Trefethen and Embree, Spectra and Pseudospectra, Princeton University Press (2005).

    Examples
    --------
    Eigenvalues 0.9, twice, and yet a change of 0.0002 takes one of them to 1:

    >>> pseudospectral_level([[0.9, 50.0], [0.0, 0.9]], [1.0]).round(6)
    array([0.0002])
    """
    M = real_array("M", M, ("n", "n"))
    points = number_array("z", z)
    most = _MOST_WORK // (len(M) + 10) ** 3
    if points.size > most:
        raise ValueError(f"z must have at most {most} points for n = {len(M)}, got {points.size}")
    # A difference of the largest floats is beyond them, and the level may not be.
    unit = (
        2.0**-8 if max(np.abs(M).max(), np.abs(points.real).max(), np.abs(points.imag).max()) > 1e300 else 1.0
    )
    M, flat, identity = M * unit, points.ravel()[:, None, None] * unit, np.eye(len(M))
    size = max(1, _ENTRIES // M.size)
    chunks = (flat[start : start + size] * identity - M for start in range(0, len(flat), size))
    levels = [np.linalg.svd(chunk, compute_uv=False)[:, -1] for chunk in chunks]
    with unwarned():
        found = np.concatenate(levels).reshape(points.shape) / unit
    return finite(np.asarray(found), "the level")


def kreiss_constant(M: ArrayLike) -> float:
    r"""Return the Kreiss constant, which bounds the largest power of a matrix from both sides.

    .. math::

       \mathcal K(M) &= \sup_{\lvert z \rvert > 1} (\lvert z \rvert - 1)\, \lVert (z I - M)^{-1} \rVert \\
       &= \sup_{\varepsilon > 0} \frac{\rho_\varepsilon(M) - 1}{\varepsilon}, \\
       \mathcal K(M) &\le \sup_{n \ge 0} \lVert M^n \rVert \le e N \mathcal K(M)

    for a matrix of size :math:`N`. The lower bound is that of Kreiss, the upper one that of Spijker.

    Parameters
    ----------
    M : (N, N) array_like
        Real numbers, up to N = 64, with a spectral radius below 1.

    Returns
    -------
    constant : float
        At least 1, and 1 for a normal matrix. Around the best circle it is right to about six digits; that no
        other circle gives 1% more is certain up to these. Fewer where rounding comes near, as is said below.
        It takes a second at N = 32 and up to ten at N = 64.

    Raises
    ------
    ValueError
        If `M` is not square, not real and finite, or larger than N = 64; if its spectral radius is not below
        1; if a change of 2-norm ``100 * N * eps * norm(M)`` puts an eigenvalue on the unit circle, for then
        rounding would decide the constant.
    OverflowError
        If an eigenvalue is beyond the largest float.

    See Also
    --------
    rnn_solutions.growth : what the powers do in the end.

    Notes
    -----
    With :math:`d(r)` the lowest level on the circle of modulus :math:`r`, the constant is the supremum of
    :math:`(r - 1) / d(r)`. From one circle to a larger one :math:`d` does not fall, and rises by no more than
    the modulus does. So for :math:`a \le r \le b` the ratio is at most 1 or
    :math:`(d(a) + b - d(b) - 1) / d(a)`. Circles are added until this excludes all that lies between, and the
    best place is then searched by golden sections.

    References
    ----------
    Kreiss, BIT 2 (1962), 153-181. LeVeque and Trefethen, On the resolvent condition in the Kreiss matrix
    theorem, BIT 24 (1984), 584-591. Spijker, On a conjecture by LeVeque and Trefethen related to the Kreiss
    matrix theorem, BIT 31 (1991), 551-555.

    Examples
    --------
    The powers of this matrix grow to a norm of about 500 before they vanish, those of its diagonal do not:

    >>> round(kreiss_constant([[0.0, 1000.0], [0.0, 0.0]]))
    250
    >>> round(kreiss_constant([[0.9, 0.0], [0.0, 0.8]]), 2)
    1.0
    """
    M = real_array("M", M, ("N", "N"))
    N = len(M)
    if N > _LARGEST:
        raise ValueError(f"M must be at most {_LARGEST} x {_LARGEST}, got N = {N}")
    norm, rho = float(np.linalg.norm(M, 2)), spectral_radius(M)
    if not rho < 1:
        raise ValueError(f"M must have a spectral radius below 1, got {rho:.6g}")
    # The distance is at most 1, and a huge norm is not worth a computation that overflows.
    rounding = _CLEAR * N * float(np.finfo(np.float64).eps) * norm
    distance = distance_to_circle(M, 1.0) if rounding < 1 else 0.0
    if distance <= rounding:
        raise ValueError(
            f"M must be further than rounding, {rounding:.1e}, from a matrix with an eigenvalue on the unit "
            f"circle, got {distance:.1e}"
        )

    lowest: dict[float, float] = {}  # level on each circle, by the logarithm of its distance from 1

    def ratio(x: float) -> float:
        lowest[x] = distance_to_circle(M, 1 + math.exp(x))
        return math.exp(x) / lowest[x]

    # Further in the ratio is at most 1, further out at most 1.01.
    first = math.log(distance)
    last = math.log(100 * max(1.0, norm) - 1)
    new, best = list(np.linspace(first, last, 2 + int(2 * (last - first)))), 1.0
    while new:
        best = max(best, *map(ratio, new))
        new = [
            (a + b) / 2
            for (a, at_a), (b, at_b) in pairwise(sorted(lowest.items()))
            if (at_a + math.exp(b) - at_b) / at_a > best * (1 + _GAP)
        ]
    circles = sorted(lowest)
    at = int(np.argmax([math.exp(x) / lowest[x] for x in circles]))
    return max(best, _highest(ratio, circles[max(0, at - 1)], circles[min(at + 1, len(circles) - 1)]))


def _highest(function: Callable[[float], float], low: float, high: float) -> float:
    """Return the largest value that golden sections of the interval find."""
    section = (math.sqrt(5) - 1) / 2
    left, right = high - section * (high - low), low + section * (high - low)
    at_left, at_right = function(left), function(right)
    while high - low > 1e-5:  # the value changes with the square of the distance
        if at_left > at_right:
            high, right, at_right = right, left, at_left
            left = high - section * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + section * (high - low)
            at_right = function(right)
    return max(at_left, at_right)
