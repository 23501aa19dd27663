"""Findings in 2(c) on the sheet's own matrix: its eigenvectors and its thirtieth power."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_solutions._validation import Array, natural
from rnn_solutions.matrices.powers import matrix_power_exact
from rnn_solutions.sheet.findings.setups import relative_error

SHEET_W = (("0.58", "0.24"), ("0.24", "0.72"))
PRINTED_Q = ((-0.6, -0.8), (-0.8, 0.5))  # the last entry should be 0.6
THIRD_FACTOR = ((-0.6, -0.8), (-0.8, 0.6))


@dataclass(frozen=True, eq=False)
class MisprintedEigenvectors:
    """What the printed Q gives in place of the sheet's W.

    Attributes
    ----------
    by_inverse : (2, 2) ndarray
        With the inverse of the printed Q as third factor.
    as_printed : (2, 2) ndarray
        With the third factor that the sheet prints.
    error : float
        Relative error of `as_printed`, in the Frobenius norm.
    """

    by_inverse: Array
    as_printed: Array
    error: float


def misprinted_eigenvectors() -> MisprintedEigenvectors:
    r"""Return the products that the printed eigenvectors give in place of W.

    Finding 23, the statement of 2(c). The last entry of Q is printed as 0.5; it is 0.6.

    Returns
    -------
    products : MisprintedEigenvectors
        Both readings of the third factor.

    See Also
    --------
    rnn_solutions.matrices.powers.eigendecomposition : the right factors.

    Examples
    --------
    >>> products = misprinted_eigenvectors()
    >>> products.as_printed.round(3)
    array([[0.58 , 0.24 ],
           [0.272, 0.696]])
    >>> round(products.error, 3)
    0.041
    """
    Q, Lambda = np.array(PRINTED_Q), np.diag([0.9, 0.4])
    as_printed = Q @ Lambda @ np.array(THIRD_FACTOR)
    return MisprintedEigenvectors(
        by_inverse=Q @ Lambda @ np.linalg.inv(Q),
        as_printed=as_printed,
        error=relative_error(as_printed, np.array(SHEET_W, dtype=np.float64)),
    )


def thirtieth_power(digits: int = 17) -> NDArray[np.object_]:
    """Return the sheet's W to the power 30, rounded once from the exact fractions.

    Finding 24, equation (15). The sheet rounds three entries to six decimals and cuts the first.

    Parameters
    ----------
    digits : int
        Significant digits, at least 1.

    Returns
    -------
    power : (2, 2) ndarray of Decimal
        Its dtype is object. Dimensionless.

    Raises
    ------
    ValueError
        If `digits` is no whole number or below 1.

    See Also
    --------
    rank_one_residual : what one observes.

    Examples
    --------
    >>> print(*thirtieth_power()[0], thirtieth_power()[1, 1])
    0.015260816979815703 0.020347755971550375 0.027130341296553422
    """
    if natural("digits", digits) < 1:
        raise ValueError(f"digits must be at least 1, got {digits}")
    exact: NDArray[Any] = matrix_power_exact(SHEET_W, 30)
    with localcontext(prec=digits):
        rounded = [Decimal(entry.numerator) / entry.denominator for entry in exact.flat]
    return np.array(rounded, dtype=object).reshape(exact.shape)


def rank_one_residual() -> float:
    r"""Return the norm of what is left of the thirtieth power without its leading term.

    Finding 25, answer 1 of 2(c), which does not say what one observes.

    .. math:: \lVert W^{30} - 0.9^{30}\, v v^{\mathsf T} \rVert = 0.4^{30}, \qquad v = (0.6, 0.8)

    Returns
    -------
    residual : float
        The difference is taken over the fractions, its norm in float64.

    See Also
    --------
    thirtieth_power : the whole.

    Examples
    --------
    >>> f"{rank_one_residual():.3g}", f"{0.4**30:.3g}"
    ('1.15e-12', '1.15e-12')
    """
    v = np.array([Fraction(3, 5), Fraction(4, 5)])
    rest = matrix_power_exact(SHEET_W, 30) - Fraction(9, 10) ** 30 * np.outer(v, v)
    return float(np.linalg.norm(rest.astype(np.float64), 2))
