"""Finding 31: the eigenvalues of W alone do not decide whether a network's gradient vanishes or explodes.

Norms are 2-norms of the Jacobian of a later state by the state at step 0, of sigmoid networks whose input
enters directly (U is the identity).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from rnn_solutions._validation import Array, natural
from rnn_solutions.networks.activations import sigmoid
from rnn_solutions.networks.rnn import RNN


@dataclass(frozen=True)
class PowerAndJacobian:
    """What the powers of W do, and what the network does.

    Attributes
    ----------
    radius : float
        The spectral radius of W, known from how W is made.
    power : float
        The norm of W to the number of steps.
    jacobian : float
        The norm of the Jacobian over the same number of steps.
    """

    radius: float
    power: float
    jacobian: float


@dataclass(frozen=True, eq=False)
class OneUnit:
    """The derivative of the state of a network of one unit by its state at step 0.

    Attributes
    ----------
    holding, exploding, saturated : (51,) ndarray
        At the steps 0 to 50, for w = 3 and x = -1.5 from h_0 = 0.5; w = 5 and x = -2.5 from h_0 = 0.5; w =
        5 and x = 0 from h_0 = 0.9.
    """

    holding: Array
    exploding: Array
    saturated: Array


def explodes_with_radius_zero() -> PowerAndJacobian:
    r"""Return what 30 steps do to a network whose W is nilpotent.

    Finding 31. W = [[8, -8], [8, -8]] has :math:`W^2 = 0`. The inputs hold :math:`z_t = (0, 20)`: then the
    slope of the first unit is 1/4 and that of the second nearly 0, and the product of the Jacobians grows
    like :math:`\sqrt 2\, 2^{t}`.

    Returns
    -------
    norms : PowerAndJacobian
        Over 30 steps.

    See Also
    --------
    vanishes_with_radius_above_one : the opposite.

    Examples
    --------
    >>> norms = explodes_with_radius_zero()
    >>> norms.power, f"{norms.jacobian:.2e}"
    (0.0, '1.52e+09')
    """
    W, z = np.array([[8.0, -8.0], [8.0, -8.0]]), np.array([0.0, 20.0])
    h = sigmoid(z)
    return _compare(0.0, W, np.tile(z - W @ h, (30, 1)), h_0=h)


def vanishes_with_radius_above_one() -> PowerAndJacobian:
    """Return what 30 steps do to a network whose W is 3.9 times an orthogonal matrix.

    Finding 31. The orthogonal matrix (3, 3) is the Q of numpy's QR factorization of a matrix drawn from
    N(0, 1) with seed 0; then the inputs of steps 1 to 30 are drawn. The network starts from h_0 = 0.

    Returns
    -------
    norms : PowerAndJacobian
        Over 30 steps.

    See Also
    --------
    explodes_with_radius_zero : the opposite.

    Examples
    --------
    >>> norms = vanishes_with_radius_above_one()
    >>> f"{norms.power:.1e}", f"{norms.jacobian:.1e}"
    ('5.4e+17', '1.4e-08')
    """
    rng = np.random.default_rng(0)
    W = 3.9 * np.linalg.qr(rng.normal(size=(3, 3))).Q
    return _compare(3.9, W, rng.normal(size=(30, 3)))


def sheet_matrix_in_a_network() -> PowerAndJacobian:
    """Return what 30 steps do to a network with the sheet's own W of 2(c).

    Finding 31. The inputs of steps 1 to 30 are drawn from N(0, 1) with seed 0. The network starts from h_0
    = 0.

    Returns
    -------
    norms : PowerAndJacobian
        Over 30 steps.

    See Also
    --------
    rnn_solutions.sheet.findings.thirtieth_power : the power itself.

    Examples
    --------
    >>> norms = sheet_matrix_in_a_network()
    >>> round(norms.power, 4), f"{norms.jacobian:.1e}"
    (0.0424, '9.2e-24')
    """
    return _compare(
        0.9, np.array([[0.58, 0.24], [0.24, 0.72]]), np.random.default_rng(0).normal(size=(30, 2))
    )


def growing_matrix_in_a_network(steps: Iterable[int] = (10, 49)) -> Array:
    """Return norms of the Jacobian of a network whose W has the spectral radius 3.

    Finding 31. W = [[1, 2], [2, 1]]; the inputs of steps 1 to 50 are drawn from N(0, 1) with seed 0. The
    network starts from h_0 = 0.

    Parameters
    ----------
    steps : iterable of int
        From 0 to 50.

    Returns
    -------
    norms : (m,) ndarray
        At these steps.

    Raises
    ------
    ValueError
        If a step is no whole number from 0 to 50.

    See Also
    --------
    vanishes_with_radius_above_one : the same for 3.9 times an orthogonal matrix.

    Examples
    --------
    >>> [f"{norm:.1e}" for norm in growing_matrix_in_a_network()]
    ['2.3e-06', '1.8e-38']
    """
    W = np.array([[1.0, 2.0], [2.0, 1.0]])
    norms = _norms(W, np.random.default_rng(0).normal(size=(50, 2)), np.zeros(2))
    chosen = [natural("each of steps", step) for step in steps]
    if max(chosen, default=0) > 50:
        raise ValueError(f"each of steps must be at most 50, got {max(chosen)}")
    return norms[chosen]


def one_unit() -> OneUnit:
    r"""Return how three networks of one unit respond to their first state.

    Finding 31. With w = 3 the unit is held where the slope is 1/4, and the derivative is exactly
    :math:`0.75^t`. With w = 5 it depends on the input: held there it is :math:`1.25^t`; with x = 0 from h_0
    = 0.9 the unit saturates.

    Returns
    -------
    derivatives : OneUnit
        Over the steps 0 to 50.

    See Also
    --------
    explodes_with_radius_zero : two units.

    Examples
    --------
    >>> derivatives = one_unit()
    >>> derivatives.holding[:3], f"{derivatives.exploding[50]:.1e}", f"{derivatives.saturated[50]:.0e}"
    (array([1.    , 0.75  , 0.5625]), '7.0e+04', '1e-73')
    """

    def derivatives(w: float, x: float, h_0: float) -> Array:
        return _norms(np.array([[w]]), np.full((50, 1), x), np.array([h_0]))

    return OneUnit(derivatives(3.0, -1.5, 0.5), derivatives(5.0, -2.5, 0.5), derivatives(5.0, 0.0, 0.9))


def _compare(radius: float, W: Array, x: Array, h_0: Array | None = None) -> PowerAndJacobian:
    """Return both norms after as many steps as there are inputs."""
    power = np.linalg.norm(np.linalg.matrix_power(W, len(x)), 2)
    h_0 = np.zeros(len(W)) if h_0 is None else h_0
    return PowerAndJacobian(radius, float(power), float(_norms(W, x, h_0)[-1]))


def _norms(W: Array, x: Array, h_0: Array) -> Array:
    """Return the norms of the Jacobians of the states 0 to T by the state at step 0; x has rows 1 to T."""
    run = RNN(W, U=np.eye(len(W))).forward(x, h_init=h_0)
    factors = run.slope[:, :, None] * W
    products = accumulate(factors, lambda J, factor: factor @ J, initial=np.eye(len(W)))
    return np.array([np.linalg.norm(J, 2) for J in products])
