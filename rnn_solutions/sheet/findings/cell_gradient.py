"""Findings in 3(b) and 3(c): the gradient along the cell state, and what the sheet neglects.

The network is that of :mod:`rnn_solutions.sheet.findings.lstm`. Truth is a complex step through a recursion
that does not call :class:`~rnn_solutions.networks.lstm.LSTM`; errors are relative, in the Frobenius norm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnn_solutions._validation import Array
from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.networks.activations import sigmoid_slope, tanh_slope
from rnn_solutions.networks.lstm import LSTM, LSTMRun
from rnn_solutions.sheet.findings.setups import SmallLSTM, relative_error


@dataclass(frozen=True)
class NeglectedErrors:
    r"""Relative errors when the gates' dependence on :math:`h_{t-1}` is neglected.

    Attributes
    ----------
    forget, input, candidate, output : float
        Of the gradient with respect to the weights of each gate.
    cell : float
        Of :math:`\partial C_{10} / \partial C_0`, taken as the product of the forget gates.
    """

    forget: float
    input: float
    candidate: float
    output: float
    cell: float


@dataclass(frozen=True)
class ChainErrors:
    """Relative errors of products of one-step Jacobians.

    Attributes
    ----------
    cell : float
        Of the n by n Jacobians of the cell state, with h following it, over steps 1 to 10.
    joint : float
        Of the 2n by 2n Jacobians of the joint state, over steps 2 to 10.
    """

    cell: float
    joint: float


@dataclass(frozen=True)
class OpenCell:
    """A cell with a bias b on the forget gate and -b on the input gate.

    Attributes
    ----------
    distance : float
        The Frobenius norm of the derivative of C_10 by C_0, less the identity.
    forget, input, candidate : float
        The norms of the gradient of the loss with respect to the weights of these gates.
    """

    distance: float
    forget: float
    input: float
    candidate: float


def neglected_gradients() -> NeglectedErrors:
    r"""Return what is lost when the gates' dependence on the hidden state is neglected.

    Finding 39, the statement of 3(b). What is left of the gradient is

    .. math::

       \sum_t \sum_{k \le t} \frac{\partial L_t}{\partial C_t}\,
       \operatorname{diag}(f_t \odot \cdots \odot f_{k+1})\, \frac{\partial^{+} C_k}{\partial W},

    in which the weights of the output gate do not occur.

    Returns
    -------
    errors : NeglectedErrors
        Dimensionless.

    See Also
    --------
    rnn_solutions.networks.lstm.LSTM.cell_jacobian : the three meanings of the factor in the middle.

    Examples
    --------
    >>> errors = neglected_gradients()
    >>> [round(error, 2) for error in (errors.forget, errors.input, errors.candidate, errors.output)]
    [0.2, 0.32, 0.5, 1.0]
    >>> round(errors.cell, 2)
    0.88
    """
    case = SmallLSTM.draw()
    printed = _gradients_along_the_cell(case)
    forget, input_, candidate, output = (
        relative_error(printed[gate], case.gradient(gate)) for gate in "figo"
    )
    cell = relative_error(_product_of_forget_gates(case), case.last_cell_by_first())
    return NeglectedErrors(forget, input_, candidate, output, cell)


def one_step_for_all() -> float:
    r"""Return the relative error of the power :math:`f_{10}^{10}` for the product :math:`f_{10} \cdots f_1`.

    Finding 40, equation (16). It repeats the factor of step t where that of step i belongs.

    Returns
    -------
    error : float
        Of the two diagonal matrices.

    See Also
    --------
    rnn_solutions.sheet.findings.powers_for_the_product : the same slip in equation (11).

    Examples
    --------
    >>> round(one_step_for_all())
    66
    """
    case = SmallLSTM.draw()
    return relative_error(np.diag(case.run.f[-1] ** 10), _product_of_forget_gates(case))


def cell_jacobians_do_not_compose() -> ChainErrors:
    r"""Return the errors of two products of one-step Jacobians.

    Finding 41, the statement of 3(c). The cell state alone is not the state of an LSTM. A product of
    one-step n by n Jacobians, each with :math:`h_{j-1} = o_{j-1} \odot \tanh C_{j-1}` following the cell
    state, is not the Jacobian over all steps; that of the joint state is. At step 1, h_0 is held.

    Returns
    -------
    errors : ChainErrors
        Dimensionless.

    See Also
    --------
    rnn_solutions.networks.lstm.LSTM.jacobian : the joint state.

    Examples
    --------
    >>> errors = cell_jacobians_do_not_compose()
    >>> round(errors.cell, 2), errors.joint < 1e-14
    (0.19, True)
    """
    case = SmallLSTM.draw()
    run = case.run
    product = np.diag(run.f[0])
    for j in range(1, run.T + 1):
        product = run.net.cell_jacobian(run, j, j - 1, kind="total") @ product
    joint = complex_step(
        lambda s: np.concatenate([states[-1] for states in case.states(s[3:], s[:3], first=2)[::-1]]),
        np.concatenate([run.h[0], run.C[0]]),
    )
    return ChainErrors(
        cell=relative_error(product, case.last_cell_by_first()),
        joint=relative_error(run.net.jacobian(run, run.T, 0), joint),
    )


def open_cell(bias: float = 20.0) -> OpenCell:
    """Return how near a cell comes to f = 1 and i = 0, and what is left to learn there.

    Findings 43 and 44, 3(c). A sigmoid reaches neither value, so the case is a limit. In it the derivative
    along the cell is the identity, and the gradients of the gates that write to the cell vanish.

    Parameters
    ----------
    bias : float
        Added to the forget gate's pre-activation and subtracted from the input gate's.

    Returns
    -------
    cell : OpenCell
        From a complex step.

    See Also
    --------
    neglected_gradients : the same network without biases.

    Examples
    --------
    >>> for bias in (10, 20, 30):
    ...     print(f"{open_cell(bias).distance:.1e}")
    7.1e-03
    3.2e-07
    1.5e-11
    >>> cell = open_cell()
    >>> [f"{norm:.0e}" for norm in (cell.forget, cell.input, cell.candidate)]
    ['5e-07', '8e-08', '2e-08']
    """
    case = SmallLSTM.draw(f=bias, i=-bias)
    distance = np.linalg.norm(case.last_cell_by_first() - np.eye(3))
    return OpenCell(float(distance), *(float(np.linalg.norm(case.gradient(gate))) for gate in "fig"))


def whole_against_product(forget_bias: float = 0.0, gain: float | None = None) -> float:
    r"""Return how much larger the LSTM's whole Jacobian is than the product of its forget gates.

    The ratio of the 2-norm of :math:`\partial C_{50} / \partial C_0`, with h_0 held, to the largest entry
    of :math:`f_{50} \odot \cdots \odot f_1`; the median over the seeds 0 to 19. The order of magnitude is
    what it shows: other laws of the inputs give other digits.

    n = d = 32, zero state before step 0. For each seed W_ih, W_hh, b_ih and b_hh are drawn in this order,
    uniform between plus and minus :math:`1/\sqrt n` as in PyTorch, then, if asked, W_hh anew; then the
    inputs of steps 0 to 50 from N(0, 1).

    Parameters
    ----------
    forget_bias : float
        Added to the biases of the forget gate.
    gain : float, optional
        Draw W_hh from N(0, gain²/n) instead.

    Returns
    -------
    ratio : float
        Dimensionless.

    See Also
    --------
    rnn_solutions.networks.lstm.LSTM.cell_jacobian : both, as "held" and "path".

    Examples
    --------
    >>> round(whole_against_product(forget_bias=1.0))
    52
    """
    ratios = []
    for seed in range(20):
        net, run = _large_lstm(np.random.default_rng(seed), forget_bias, gain)
        held, path = (net.cell_jacobian(run, 50, 0, kind=kind) for kind in ("held", "path"))
        ratios.append(np.linalg.norm(held, 2) / path.max())
    return float(np.median(ratios))


def _large_lstm(rng: np.random.Generator, forget_bias: float, gain: float | None) -> tuple[LSTM, LSTMRun]:
    """Draw an LSTM of 32 cells and run it for the steps 0 to 50."""
    n = 32
    W_ih, W_hh, b_ih, b_hh = (rng.uniform(-1, 1, size=(4 * n, *m)) / np.sqrt(n) for m in [(n,), (n,), (), ()])
    b_ih[n : 2 * n] += forget_bias
    if gain is not None:
        W_hh = rng.normal(size=(4 * n, n)) * gain / np.sqrt(n)
    net = LSTM(W_ih, W_hh, b_ih, b_hh)
    return net, net.forward(rng.normal(size=(51, n)))


def _product_of_forget_gates(case: SmallLSTM) -> Array:
    """Return the derivative of C_10 by C_0 along the cell alone."""
    return np.diag(np.prod(case.run.f, axis=0))


def _gradients_along_the_cell(case: SmallLSTM) -> dict[str, Array]:
    """Return what is left of the gradient by each gate's weights when every gate's h is held."""
    run = case.run
    by_C = (run.h - case.y[1:]) * run.o * tanh_slope(run.C)  # dL_t/dC_t
    rows = np.zeros_like(by_C)  # dL/dC_k, with every later gate held
    for k in range(run.T + 1):
        for t in range(k, run.T + 1):
            rows[k] += by_C[t] @ run.net.cell_jacobian(run, t, k, kind="path")
    z_i, z_f, z_g, _ = np.split(run.z, 4, axis=1)
    by_z = {
        "f": rows * case.C_previous * sigmoid_slope(z_f),
        "i": rows * run.g * sigmoid_slope(z_i),
        "g": rows * run.i * tanh_slope(z_g),
        "o": np.zeros_like(run.o),  # C_k does not depend on the output gate's weights
    }
    read = np.hstack([case.h_previous, run.x])
    return {gate: by_z[gate].T @ read for gate in "figo"}
