r"""Lyapunov exponents: by how much a product of different Jacobians grows or shrinks a step, on average.

The eigenvalues of one factor do not say it, nor do those of all factors, one by one. The exponents are to a
product of different matrices what the logarithms of the moduli of the eigenvalues are to a power.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, finite, float_array, unwarned
from rnn_solutions.networks.recurrent import require_run
from rnn_solutions.networks.runs import RecurrentRun


def one_step_jacobians(run: RecurrentRun) -> Array:
    r"""Return the Jacobian of each step by the one before, in the order of time.

    .. math:: J_t = \frac{\partial s_t}{\partial s_{t-1}}, \qquad t = 1, \dots, T,

    for the state :math:`s = h`, and for the LSTM :math:`s = (h, C)`.

    Parameters
    ----------
    run : RecurrentRun
        What the `forward` of any network of this package returned, of at least two steps.

    Returns
    -------
    jacobians : (T, m, m) or (T, B, m, m) ndarray
        Row `t - 1` is :math:`J_t`. Dimensionless.

    Raises
    ------
    ValueError
        If `run` comes from no network or has a single step, the Jacobian of a step overflows, or all would
        take more than half of the machine's memory.

    See Also
    --------
    rnn_solutions.Recurrent.jacobian : their products.

    Examples
    --------
    >>> from rnn_solutions.networks.rnn import RNN
    >>> net = RNN(W=[[2.0]], U=[[1.0]])
    >>> one_step_jacobians(net.forward(x=[[-1.0]] * 3, h_init=[0.5])).ravel()
    array([0.5, 0.5])
    """
    require_run(run)
    if run.T == 0:
        raise ValueError("run must have at least two steps, got 1")
    return run.net.step_jacobians(run)


def stretching_rates(jacobians: ArrayLike) -> Array:
    """Return by how much each step stretches the axes of a frame that is carried along, as logarithms.

    One row a factor, (T, m) or (T, B, m): log |(R_t)_ii| of `lyapunov_exponents`. No product is ever formed
    that would leave the range of floats. The frame is drawn, always the same for the same size: a frame of
    coordinate axes could lie in the null space of a sparse Jacobian, a drawn one does not. Minus infinity
    where an axis is lost entirely; rounding may leave about -36, the logarithm of the machine epsilon, in its
    place.
    """
    factors = float_array("jacobians", jacobians, ("T", "m", "m"), ("T", "B", "m", "m"), copy=False)
    drawn = np.random.default_rng(0).normal(size=factors.shape[-2:])
    frame: Any = np.linalg.qr(drawn).Q.astype(factors.dtype)
    rates = np.empty(factors.shape[:-1], factors.dtype)
    for t, J in enumerate(factors):
        with unwarned():
            carried = finite(J @ frame, f"the product with the Jacobian {t}")
            # Large rows first: a reflection that meets them last rounds the small ones away.
            order = np.argsort(-np.abs(carried).max(axis=-1), axis=-1, kind="stable")[..., None]
            frame, R = np.linalg.qr(np.take_along_axis(carried, order, axis=-2))
            frame = np.take_along_axis(frame, np.argsort(order, axis=-2), axis=-2)
            rates[t] = np.log(np.abs(np.diagonal(R, axis1=-2, axis2=-1)))
    return rates


def lyapunov_exponents(jacobians: ArrayLike) -> Array:
    r"""Return the Lyapunov exponents of a sequence of Jacobians, from the largest down.

    .. math::

       \lambda_i = \lim_{T \to \infty} \frac{1}{T} \log s_i(J_T \cdots J_1)
       = \lim_{T \to \infty} \frac{1}{T} \sum_{t=1}^{T} \log \lvert (R_t)_{ii} \rvert,

    with the singular values :math:`s_i` of the product. An orthonormal frame :math:`Q_0` is carried on by
    each Jacobian and made orthonormal again, :math:`J_t\, Q_{t-1} = Q_t R_t`, so that
    :math:`J_T \cdots J_1 Q_0 = Q_T R_T \cdots R_1`. What is returned is the mean over the steps given. Over
    :math:`n` steps a gradient changes about by the factor :math:`e^{\lambda_1 n}`: it vanishes for
    :math:`\lambda_1 < 0` and explodes for :math:`\lambda_1 > 0`.

    Parameters
    ----------
    jacobians : (T, m, m) or (T, B, m, m) array_like
        The factors in the order of time, as `one_step_jacobians` returns them. Dimensionless.

    Returns
    -------
    exponents : (m,) or (B, m) ndarray
        Natural logarithms per step. Minus infinity where a direction is lost entirely; rounding may leave a
        number below -36 / T in its place, and may lose a direction that one step shrinks by a factor of 1e16
        beside another. From the limit they differ by a term of the order of 1 / T.

    Raises
    ------
    ValueError
        If the Jacobians are not square, real and finite, or a product of one with a frame overflows.

    See Also
    --------
    rnn_solutions.gradient_map : what a gradient keeps over each lag, before any limit.

    References
    ----------
    Engelken, Wolf and Abbott, Lyapunov spectra of chaotic recurrent neural networks, Physical Review Research
    5 (2023), 043044. Vogt, Puelma Touzel, Shlizerman and Lajoie, On Lyapunov exponents for RNNs, Frontiers in
    Applied Mathematics and Statistics 8 (2022), 818799.

    Examples
    --------
    All factors have the eigenvalue 0 alone, and their product grows twofold a step:

    >>> A, B = [[0.0, 2.0], [0.0, 0.0]], [[0.0, 0.0], [2.0, 0.0]]
    >>> growing, lost = lyapunov_exponents([A, B] * 500)
    >>> round(float(np.exp(growing)), 2)
    2.0
    """
    return np.asarray(-np.sort(-stretching_rates(jacobians).mean(axis=0), axis=-1))
