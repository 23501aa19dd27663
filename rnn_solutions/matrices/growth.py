r"""How the powers of a matrix grow: the question of exercise 2(c), answered for every matrix."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_solutions._validation import Array, as_array, rational_array, real_array, real_number
from rnn_solutions.matrices.circle import distance_to_circle
from rnn_solutions.matrices.polynomials import (
    Polynomial,
    derivative,
    gcd,
    minimal_polynomial,
    products_of_pairs,
    quotient,
    radicals,
    shifted,
    sign_changes,
)
from rnn_solutions.matrices.powers import integers, spectral_radius

# Ten seconds of exact work at most, as it was measured for n from 1 to 24 with the longest numbers.
_LARGEST_EXACT = 24
_LARGEST = 200
_MOST_BITS = 2 * 10**6
# A singular value between tol and this many times tol leaves the rank open.
_CLEAR = 100
_LARGEST_TOL = 0.001
# Sums of so large numbers, and products with small ones, stay in the range of floats.
_LARGEST_NORM = 1e300


@dataclass(frozen=True)
class Growth:
    r"""What the powers :math:`M^n` do as n grows.

    Attributes
    ----------
    regime : str
        The first that applies:

        - ``"nilpotent"``: zero from some power on;
        - ``"constant"``: :math:`M^n = M` for every n from 1 on;
        - ``"decays"``: to zero, never reaching it;
        - ``"bounded"``: neither to zero nor to infinity;
        - ``"polynomial"``: the norm grows like a power of n;
        - ``"exponential"``: the norm grows at least like :math:`\rho^n` with :math:`\rho > 1`;
        - ``"undecided"``: floats only, where matrices within `tol` behave differently.
    rate : float
        The spectral radius :math:`\rho`. Of floats it is that of ``spectral_radius``, but 0 where they count
        as nilpotent, and 1 where they count as constant, bounded or polynomial.
    order : int or None
        m - 1, where m is the size of the largest Jordan block among the eigenvalues of modulus
        :math:`\rho`: for :math:`\rho > 0` the norm of :math:`M^n` grows like :math:`n^{m-1} \rho^n`, and a
        nilpotent :math:`M` has its first zero power at n = m. Of floats it is that of a matrix within `tol`;
        None where its ranks are not clear, or where its eigenvalues are further from those of `M` than
        rounding explains.
    margin : float or None
        None for exact numbers. For floats, a change of `M` whose 2-norm is below
        ``margin * max(1, norm(M))`` leaves powers that go to zero going there, and exponential growth
        exponential.

    See Also
    --------
    growth : finds it.

    Examples
    --------
    A float that is 0.9 away from the unit circle:

    >>> found = growth([[0.1]])
    >>> found.regime, round(found.margin, 12)
    ('decays', 0.9)
    """

    regime: str
    rate: float
    order: int | None
    margin: float | None


def growth(M: ArrayLike, tol: float = 1e-9) -> Growth:
    r"""Name the way the powers of a matrix grow.

    Integers, Fractions and strings such as ``"0.9"`` are decided exactly. A float stands for every number
    near it, so a matrix of floats is decided within `tol`:

    - decay and exponential growth where the margin exceeds `tol`, so that all matrices that near agree;
    - the other regimes are lost under almost every small change. They are named where a matrix within `tol`
      has them and the ranks that show it are clear: no singular value lies between `tol` and 100 `tol`. So
      ``[[1 - 1e-12]]`` counts as constant, ``[[1e-12, 1.0], [0.0, 0.0]]`` as nilpotent, and, as the largest
      block decides, ``[[1.0, 1.0], [-1e-14, 1.0]]`` as polynomial;
    - ``"undecided"`` where neither holds.

    Parameters
    ----------
    M : (n, n) array_like
        Integers, Fractions and strings up to n = 24, or floats up to n = 200: about ten seconds there, less
        than one at half of that. A string has at most 4300 characters, an exponent at most 4300. Over their
        common denominator, the integers have at most :math:`2 \cdot 10^6 / n^4` bits: 7812 at n = 4, 200 at
        n = 10.
    tol : float
        For floats: the distance, relative to the 2-norm of `M`, within which matrices count as equal. Nothing
        below the rounding of the eigenvalues, ``10 * n * eps``, has an effect; above 0.001 next to no rank
        would be clear, and more and more would count as equal.

    Returns
    -------
    growth : Growth
        The regime, the rate, the order and the margin.

    Raises
    ------
    ValueError
        If `M` is not square, not real, or not finite, or larger or of longer numbers than is said above; if
        `tol` is not above 0 and at most 0.001.
    OverflowError
        If the spectral radius is beyond the largest float, or the 2-norm of floats beyond 1e300.

    See Also
    --------
    rnn_solutions.spectral_radius : the rate alone.

    Notes
    -----
    *Exact.* The minimal polynomial gives the Jordan blocks. The polynomial whose roots are the products of
    two of its roots has :math:`\rho^2` as a root, and none of larger modulus. Move its roots left by c: if
    :math:`\rho^2 \le c`, all real parts are at most 0 and no coefficient changes sign; if :math:`\rho^2 > c`,
    one is positive and some coefficient does, by Descartes' rule. Floats enter only in rounding the rate.

    *Floats.* The distance from `M` to a matrix with an eigenvalue of modulus r is the least singular value of
    :math:`r e^{i\theta} I - M` over :math:`\theta`, found by level sets, as control theory
    finds an H-infinity norm. Jordan blocks are found by dividing out one null space after another.

    Examples
    --------
    The sheet's matrix, whose eigenvalues are 9/10 and 4/10:

    >>> growth([["0.58", "0.24"], ["0.24", "0.72"]])
    Growth(regime='decays', rate=0.9, order=0, margin=None)

    All eigenvalues are 1, and yet the powers grow:

    >>> growth([[1, 1], [0, 1]])
    Growth(regime='polynomial', rate=1.0, order=1, margin=None)
    """
    tol = real_number("tol", tol)
    if not 0 < tol <= _LARGEST_TOL:
        raise ValueError(f"tol must be above 0 and at most {_LARGEST_TOL}, got {tol!r}")
    entries = as_array("M", M, "have shape (n, n)", object).ravel()
    few = entries.size <= _LARGEST**2  # of more, only the size is looked at
    if few and (
        any(isinstance(entry, (Fraction, str)) for entry in entries)
        or all(isinstance(entry, (int, np.integer)) for entry in entries)
    ):
        return _growth_exact(rational_array("M", M, ("n", "n")))
    return _growth_within(real_array("M", M, ("n", "n")), tol)


def _growth_exact(M: NDArray[Any]) -> Growth:
    """Decide the regime of a matrix of Fractions by integer arithmetic."""
    if len(M) > _LARGEST_EXACT:
        raise ValueError(
            f"M of exact numbers must be at most {_LARGEST_EXACT} x {_LARGEST_EXACT}, got n = {len(M)}; "
            f"as floats it may be up to {_LARGEST} x {_LARGEST}"
        )
    N, denominator = integers(M, _MOST_BITS // len(M) ** 4)
    parts = radicals(minimal_polynomial(N))  # the m-th has the eigenvalues with a Jordan block of m or more
    if parts[0] == (0, 1):
        return Growth("nilpotent", 0.0, len(parts) - 1, None)
    squares = [products_of_pairs(part) for part in parts]
    # The eigenvalues of N are those of M times the denominator, and so is the unit circle.
    at_circle = [shifted(square, Fraction(denominator**2)) for square in squares]
    if not sign_changes(at_circle[0]) and at_circle[0][0] == 0:
        order = sum(square[0] == 0 for square in at_circle) - 1
        regime = "polynomial" if order else "constant" if np.array_equal(M @ M, M) else "bounded"
        return Growth(regime, 1.0, order, None)
    rho, order = _largest_modulus(squares, int(np.abs(N).sum(axis=1).max()))
    regime = "exponential" if sign_changes(at_circle[0]) else "decays"
    try:
        rate = float(rho / denominator)
    except OverflowError:
        raise OverflowError("the spectral radius of M is beyond the largest float; scale M down") from None
    return Growth(regime, rate, order, None)


def _largest_modulus(squares: list[Polynomial], bound: int) -> tuple[Fraction, int]:
    """Return the largest modulus to more digits than a float has, and the order that goes with it.

    Bisection, of the exponent of 2 first: the modulus is at least 1, as the product of all that are not 0 is
    a whole number. Where several parts compete, it goes on until the products of pairs have a single root
    above `low` squared, repetitions taken out. It is the square of the largest modulus, and a part whose own
    products reach above `low` squared has it too.
    """
    top = squares[0]
    if len(squares) > 1:
        top = quotient(top, gcd(top, derivative(top)))
    highest = bound.bit_length()
    exponent = bisect_left(range(highest), True, key=lambda e: not sign_changes(shifted(top, Fraction(4**e))))
    low, high = Fraction(2**exponent, 2), Fraction(2**exponent)
    while high - low > high / 2**64 or (len(squares) > 1 and sign_changes(shifted(top, low**2)) > 1):
        middle = (low + high) / 2
        if sign_changes(shifted(top, middle**2)):
            low = middle
        else:
            high = middle
    order = sum(sign_changes(shifted(square, low**2)) > 0 for square in squares) - 1
    return high, order


def _growth_within(M: Array, tol: float) -> Growth:
    """Decide the regime of a matrix of floats, where its margin or its ranks show it within `tol`."""
    if len(M) > _LARGEST:
        raise ValueError(f"M must be at most {_LARGEST} x {_LARGEST}, got n = {len(M)}")
    rounding = 10 * len(M) * float(np.finfo(np.float64).eps)
    tol = max(tol, rounding)
    rho, norm = spectral_radius(M), float(np.linalg.norm(M, 2))
    if not norm <= _LARGEST_NORM:
        raise OverflowError(
            f"the 2-norm of M is beyond {_LARGEST_NORM:g}, near the largest float; scale M down"
        )
    margin = _margin(M) / max(1.0, norm)
    # Blocks are sought in a matrix of a norm near 1: steps on the way overflow for one of subnormal numbers.
    width, exponent = math.frexp(norm)
    unit = np.ldexp(M, -exponent)
    peeled = _peel(unit, 0.0, tol * width)
    if peeled is not None and not peeled[1].size:
        return Growth("nilpotent", 0.0, peeled[0] - 1, margin)
    blocks = _dominant_blocks(unit, tol * width)
    if margin > tol:
        radius, order = next(blocks, (0.0, None))
        # Rounding drives the eigenvalues of a block so far apart; those that are further need not have one.
        spread = abs(radius - spectral_radius(unit))
        if order is not None and spread > width * max(tol, rounding ** (1 / (order + 1))):
            order = None
        return Growth("decays" if rho < 1 else "exponential", rho, order, margin)
    # Of the matrices within the tolerance, the one with the largest block: the others are everywhere near it.
    orders = [order for radius, order in blocks if abs(math.ldexp(radius, exponent) - 1) <= tol * norm]
    if not orders:
        return Growth("undecided", rho, None, margin)
    order = max(orders)
    scaled = M / norm  # a square of `M` itself may overflow
    constant = np.linalg.norm(scaled @ scaled - scaled / norm, 2) <= tol
    return Growth("polynomial" if order else "constant" if constant else "bounded", 1.0, order, margin)


def _margin(M: Array) -> float:
    """Return how far `M` can move, in the 2-norm, before its powers may change from decay to growth or back.

    Eigenvalues outside a circle of radius at least 1 stay outside while none can cross it. Tried are the
    unit circle and, since an eigenvalue may lie there while others are larger, the middle of the widest gap
    beyond.
    """
    edges = np.sort(np.append(np.maximum(np.abs(np.linalg.eigvals(M)), 1.0), 1.0))
    widest = int(np.argmax(np.diff(edges)))
    return max(distance_to_circle(M, r) for r in {1.0, float((edges[widest : widest + 2] / 2).sum())})


def _dominant_blocks(M: Array, delta: float) -> Iterator[tuple[float, int]]:
    """Yield the spectral radius and the order of matrices near `M`, where ranks show them.

    A Jordan block of size m spreads its computed eigenvalues by the m-th root of the rounding, around a mean
    that is nearly exact. So ever wider groups are tried.
    """
    eigenvalues = np.linalg.eigvals(M)
    norm = float(np.linalg.norm(M, 2))
    tried: list[list[list[Any]]] = []
    for size in (1, 2, 3, 4):
        groups = _groups(eigenvalues, norm * (delta / norm) ** (1 / size))
        if groups in tried:
            continue
        tried.append(groups)
        radius = max(abs(np.mean(group)) for group in groups)
        order = _order_on_circle(
            M, [group for group in groups if abs(np.mean(group)) >= radius - delta], delta
        )
        if order is not None:
            yield float(radius), order


def _order_on_circle(M: NDArray[Any], groups: list[list[Any]], delta: float) -> int | None:
    """Divide out one eigenvalue for each group; return the most steps that one takes, less 1.

    None where an eigenvalue does not account for just its group, or where what is left is not smaller.
    """
    most, rest = 0, M
    for group in groups:
        peeled = _peel(rest, np.mean(group), delta)
        if peeled is None or len(rest) - len(peeled[1]) != len(group):
            return None
        most, rest = max(most, peeled[0]), peeled[1]
    radius = float(abs(np.mean(groups[0])))
    if rest.size and (
        np.abs(np.linalg.eigvals(rest)).max() >= radius or distance_to_circle(rest, radius) <= delta
    ):
        return None
    return most - 1


def _peel(M: NDArray[Any], eigenvalue: complex, delta: float) -> tuple[int, NDArray[Any]] | None:
    """Divide out one eigenvalue: return the size of its largest Jordan block and `M` on what is left.

    Each step divides out the null space of `M` less the eigenvalue, which shortens each of its blocks by one.
    Singular values up to `delta` count as zero; None if one is not clearly above.
    """
    steps, rest = 0, M - eigenvalue * np.eye(len(M))
    while rest.size:
        _, widths, rows = np.linalg.svd(rest)
        rank = int(np.sum(widths > delta))
        if rank and widths[rank - 1] < _CLEAR * delta:
            return None
        if rank == len(widths):
            break
        rest = rows[:rank] @ rest @ rows[:rank].conj().T
        steps += 1
    return steps, rest + eigenvalue * np.eye(len(rest))


def _groups(values: NDArray[Any], reach: float) -> list[list[Any]]:
    """Split the values into the smallest groups that lie further than `reach` from each other."""
    groups: list[list[Any]] = []
    for value in values:
        near = [group for group in groups if min(abs(value - other) for other in group) <= reach]
        merged = [value, *(other for group in near for other in group)]
        groups = [group for group in groups if group not in near] + [merged]
    return groups
