"""Refute a printed formula, and never by mistake: where it fails, the right one must agree."""

from __future__ import annotations

import math

import numpy as np

from rnn_solutions._validation import Array
from rnn_solutions.claims.comparisons import Comparison


class FailedControlError(ValueError):
    """A formula that is right misses what is called the truth."""


def refuted(printed: Comparison, *controls: Comparison, within: float) -> Comparison:
    """Return how far a printed formula is from the truth, once the right one is seen to agree with it.

    Without a control a mistake in the claim's own truth would pass for one on the sheet.

    Parameters
    ----------
    printed : Comparison
        Of the printed formula with the truth.
    controls : Comparison
        Of the right formula with the same truth, and of whatever else says that the instance is sound.
    within : float
        How far these may be off, dimensionless: the tolerance of the claim.

    Returns
    -------
    printed : Comparison
        As it came.

    Raises
    ------
    FailedControlError
        If there is no control, or one of them is off by more.

    See Also
    --------
    least_wrong : for a formula that can be read in more than one way.

    Examples
    --------
    >>> from rnn_solutions.claims import equal
    >>> refuted(equal(0.5, 1.0), equal(1.0, 1.0), within=0).error
    0.5
    """
    if not controls:
        raise FailedControlError("nothing says that the truth is true")
    for control in controls:
        if not control.error <= within:
            raise FailedControlError(
                f"the right formula gives {control.left} where the truth is {control.right}: "
                f"an error of {control.error:.1e}, allowed are {within:g}"
            )
    return printed


def least_wrong(*readings: Comparison) -> Comparison:
    """Return the comparison with the smallest error: a formula is refuted if it fails however it is read.

    NaN comes before any number, for then nothing was found.

    Examples
    --------
    >>> from rnn_solutions.claims import equal
    >>> least_wrong(equal(1.0, 2.0), equal(1.5, 2.0)).error
    0.25
    """
    return min(readings, key=lambda reading: -math.inf if math.isnan(reading.error) else reading.error)


def ordered_products(factors: Array) -> Array:
    """Return the product of the factors k+1 to t, latest on the left, for all pairs of steps.

    Parameters
    ----------
    factors : (T+1, n, n) ndarray
        The first one is in no product.

    Returns
    -------
    products : (T+1, T+1, n, n) ndarray
        Indexed by t and k; the identity where they are the same, and zero for k after t.
    """
    steps, n, _ = factors.shape
    products = np.zeros((steps, steps, n, n))
    for t in range(steps):
        products[t, :t] = factors[t] @ products[t - 1, :t]
        products[t, t] = np.eye(n)
    return products
