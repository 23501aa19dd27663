"""Findings in 1(b): the double sum, its first term and its last factor.

All on one network: n = 3, d = 2, T = 3, with W, U, x, y and h_init drawn in that order from N(0, 1) with
seed 0, and half the squared distance of h_t from y_t as the loss at step t. Errors are relative, in the
Frobenius norm, against a complex step through a recursion that does not call the network.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from rnn_solutions._validation import Array
from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.gradients.expansion import expand
from rnn_solutions.sheet.findings.setups import SmallRNN, relative_error


@dataclass(frozen=True)
class StartErrors:
    """Relative errors of the double sum, by the step at which k starts.

    Attributes
    ----------
    from_zero, from_one : float
        With k from 0 and with k from 1.
    """

    from_zero: float
    from_one: float


@dataclass(frozen=True)
class FirstStep:
    """The errors of both sums for each way in which the recursion can start.

    Attributes
    ----------
    given : StartErrors
        h_0 is given and does not depend on W.
    drawn : StartErrors
        h_0 is computed from a state before it that is not zero.
    zero : StartErrors
        h_0 is computed from the state zero.
    """

    given: StartErrors
    drawn: StartErrors
    zero: StartErrors


@dataclass(frozen=True)
class GradientErrors:
    """Relative errors of a formula for the gradient with respect to W.

    Attributes
    ----------
    whole : float
        For the whole loss.
    last : float
        For the loss at step 3 alone.
    """

    whole: float
    last: float


def first_step_left_out() -> FirstStep:
    r"""Return how wrong the double sum is with k from 0 and from 1, for three ways to start.

    Finding 10, equation (8) and the remark under it. Leaving out k = 0 leaves out

    .. math:: \frac{\partial^{+} (h_0)_i}{\partial W_{ab}} = \delta_{ia}\, \sigma'(z_0)_i\, (h_{-1})_b,

    which is zero where h_0 is given, and where the state before it is zero.

    Returns
    -------
    errors : FirstStep
        Relative errors of the gradient, dimensionless.

    See Also
    --------
    rnn_solutions.gradients.expansion.expand : the double sum with a start for k.

    Examples
    --------
    >>> errors = first_step_left_out()
    >>> round(errors.drawn.from_one, 3), errors.drawn.from_zero < 1e-15
    (0.146, True)
    >>> errors.given.from_one < 1e-15, errors.zero.from_one < 1e-15
    (True, True)
    """
    drawn = SmallRNN.draw()
    zero = replace(drawn, h_init=np.zeros(3))
    # With h_0 held, steps 1 to 3 are a network of their own, and the term k = 0 is the zero array.
    held = replace(drawn, x=drawn.x[1:], y=drawn.y[1:], h_init=drawn.run.h[0])
    given = relative_error(_double_sum(drawn, first=1), held.gradient)
    return FirstStep(StartErrors(given, given), _start_errors(drawn), _start_errors(zero))


def last_term_left_out() -> float:
    r"""Return the relative error of the gradient of L_3 by the first line of equation (7).

    Finding 12. The line ends with the term of h_1; its second form goes on to h_0.

    Returns
    -------
    error : float
        Dimensionless.

    See Also
    --------
    first_step_left_out : the same omission in the whole sum.

    Examples
    --------
    >>> round(last_term_left_out(), 4)
    0.0077
    """
    case = SmallRNN.draw()
    terms = case.run.net.gradient_terms(case.run, case.dL_dh).W
    return relative_error(terms[3, 1:].sum(axis=0), case.gradients[3])


def total_for_immediate() -> GradientErrors:
    r"""Return how wrong the double sum is when its last factor is read as the total derivative.

    Finding 13, equations (7) to (11) and the statement of 1(b). The total derivative :math:`\partial h_k /
    \partial W` already holds what every step before k did, so that the term that lies j steps back is
    counted j + 1 times. It comes from a complex step here.

    Returns
    -------
    errors : GradientErrors
        Dimensionless.

    See Also
    --------
    rnn_solutions.networks.rnn.RNN.immediate_gradient : the factor that belongs there.

    Examples
    --------
    >>> errors = total_for_immediate()
    >>> round(errors.whole, 3), round(errors.last, 3)
    (0.114, 0.244)
    """
    case = SmallRNN.draw()
    J, total = case.run.net.jacobians(case.run), complex_step(case.states, case.W)
    by_step = np.einsum("ta,tkab,kbij->tij", case.dL_dh, J, total)
    return GradientErrors(
        whole=relative_error(by_step.sum(axis=0), case.gradient),
        last=relative_error(by_step[3], case.gradients[3]),
    )


def _double_sum(case: SmallRNN, first: int) -> Array:
    """Return the double sum of equation (8), immediate derivatives at its end, with k from `first`."""
    return expand(3, first).value(case.run, case.dL_dh)


def _start_errors(case: SmallRNN) -> StartErrors:
    """Return the errors of the double sum for both starts of k."""
    return StartErrors(*(relative_error(_double_sum(case, first), case.gradient) for first in (0, 1)))
