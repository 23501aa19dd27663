"""Findings in 1(b) and 2(a) on the factors of the double sum: their layout, their shape and their number.

The network is that of :mod:`rnn_solutions.sheet.findings.through_time`, and so is the truth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from rnn_solutions._validation import Array
from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.gradients.expansion import expand
from rnn_solutions.networks.plain import sigma
from rnn_solutions.networks.rnn import RNNRun
from rnn_solutions.sheet.findings.setups import SmallRNN, relative_error


@dataclass(frozen=True)
class LayoutErrors:
    """Relative errors of the gradient with respect to W when a layout is mistaken.

    Attributes
    ----------
    jacobian : float
        Each factor of the Jacobians transposed.
    gradient : float
        The gradient transposed.
    """

    jacobian: float
    gradient: float


@dataclass(frozen=True)
class PowerErrors:
    r"""Relative errors of powers that stand for the product of different factors.

    Attributes
    ----------
    own_step : float
        Of the gradient, when the term (t, k) takes the power of its latest factor, the one of step t.
    last_step : float
        Of the gradient, when all terms take powers of the factor of step 3.
    jacobian : float
        Of :math:`\partial h_3 / \partial h_0` as the cube of the factor of step 3.
    """

    own_step: float
    last_step: float
    jacobian: float


@dataclass(frozen=True)
class FactorCounts:
    """How many terms the double sum has for T = 3, and how many factors its longest term.

    Attributes
    ----------
    terms_from_zero, terms_from_one : int
        Terms with k from 0 and from 1.
    factors_from_zero, factors_from_one : int
        The most factors, t - k, of one term.
    """

    terms_from_zero: int
    terms_from_one: int
    factors_from_zero: int
    factors_from_one: int


def transposed_layout() -> LayoutErrors:
    r"""Return what it costs to mistake the layout, which the sheet does not fix.

    Finding 15, equations (7) to (11). Each one-step Jacobian is replaced by its transpose; or the gradient
    is.

    Returns
    -------
    errors : LayoutErrors
        Dimensionless.

    See Also
    --------
    rnn_solutions.networks.rnn.RNN.jacobian : rows follow the later state.

    Examples
    --------
    >>> errors = transposed_layout()
    >>> round(errors.jacobian, 3), round(errors.gradient, 3)
    (0.106, 0.366)
    """
    case = SmallRNN.draw()

    def product(t: int, k: int) -> Array:
        return reduce(np.matmul, [_factor(case.run, j).T for j in range(t, k, -1)], np.eye(3))

    return LayoutErrors(
        jacobian=relative_error(_sum_with(case, product), case.gradient),
        gradient=relative_error(case.gradient.T, case.gradient),
    )


def one_step_shape() -> tuple[int, ...]:
    r"""Return the shape of :math:`\partial h_t / \partial h_{t-1}` for n = 3 and d = 2.

    Finding 17. Equation (10) says n by d, whose square in equation (11) would not exist.

    Returns
    -------
    shape : tuple of int
        By a complex step.

    See Also
    --------
    powers_for_the_product : what else is wrong with that square.

    Examples
    --------
    >>> one_step_shape()
    (3, 3)
    """
    case = SmallRNN.draw()
    return complex_step(lambda h: sigma(case.W @ h + case.U @ case.x[1]), case.run.h[0]).shape


def powers_for_the_product(scale: float = 1.0) -> PowerErrors:
    r"""Return how wrong a power of one factor is where the ordered product of different factors belongs.

    Finding 18, equation (11) and the statement of 2(a). The Jacobian is :math:`D_t W \cdots D_{k+1} W` with
    :math:`D_j = \operatorname{diag}(\sigma'(z_j))`, and :math:`D_j` differs from step to step. The sheet
    does not say which step its power takes; two readings are tried.

    Parameters
    ----------
    scale : float
        W is multiplied by it, and the network run anew.

    Returns
    -------
    errors : PowerErrors
        Dimensionless.

    See Also
    --------
    rnn_solutions.networks.rnn.RNN.jacobian : the ordered product.

    Examples
    --------
    >>> errors = powers_for_the_product()
    >>> round(errors.own_step, 4), round(errors.last_step, 3), round(errors.jacobian, 2)
    (0.0012, 0.021, 0.3)
    """
    drawn = SmallRNN.draw()
    case = replace(drawn, W=scale * drawn.W)

    def own(t: int, k: int) -> Array:
        return np.linalg.matrix_power(_factor(case.run, t), t - k)

    def last(t: int, k: int) -> Array:
        return np.linalg.matrix_power(_factor(case.run, 3), t - k)

    return PowerErrors(
        own_step=relative_error(_sum_with(case, own), case.gradient),
        last_step=relative_error(_sum_with(case, last), case.gradient),
        jacobian=relative_error(last(3, 0), case.run.net.jacobian(case.run, 3, 0)),
    )


def factor_counts() -> FactorCounts:
    r"""Return how many terms the double sum has for T = 3 and how many factors the longest of them.

    Finding 19. The sheet says that the factor is multiplied three times. That holds for one term of ten.

    Returns
    -------
    counts : FactorCounts
        Terms, and the largest t - k, for both starts of k.

    See Also
    --------
    rnn_solutions.gradients.expansion.expand : the terms themselves.

    Examples
    --------
    >>> factor_counts()
    FactorCounts(terms_from_zero=10, terms_from_one=6, factors_from_zero=3, factors_from_one=2)
    """
    both = expand(3), expand(3, first=1)
    return FactorCounts(*map(len, both), *(max(term.t - term.k for term in sum_) for sum_ in both))


def _factor(run: RNNRun, j: int) -> Array:
    """Return the Jacobian of step j by the one before, also for j = 0."""
    return np.asarray(run.slope[j][:, None] * run.net.W)


def _sum_with(case: SmallRNN, jacobian: Callable[[int, int], Array]) -> Array:
    """Return the double sum with `jacobian(t, k)` in place of the derivative of h_t by h_k."""
    total = np.zeros((3, 3))
    for t, k in ((term.t, term.k) for term in expand(3)):
        row = case.dL_dh[t] @ jacobian(t, k)
        total += np.tensordot(row, case.run.net.immediate_gradient(case.run, k), axes=1)
    return total
