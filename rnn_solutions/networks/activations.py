r"""Activations, their derivatives, and the Jacobian of one dense layer.

Each activation :math:`\sigma` acts on every entry by itself, so its derivative has the shape of its argument.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, choice, finite, real_array, unwarned


def sigmoid(z: ArrayLike) -> Array:
    r"""Return the logistic function of every entry of `z`.

    .. math:: \sigma(z) = \frac{1}{1 + e^{-z}}

    Written with :math:`e^{-\lvert z \rvert}`, which cannot overflow, so that both tails keep their relative
    accuracy.

    Parameters
    ----------
    z : array_like
        Real numbers of any shape, dimensionless.

    Returns
    -------
    y : ndarray
        The shape of `z`, between 0 and 1. Dimensionless.

    Raises
    ------
    ValueError
        If `z` is empty, or not real and finite.

    See Also
    --------
    sigmoid_slope : its derivative.

    Examples
    --------
    >>> sigmoid([-1000.0, 0.0, 1000.0])
    array([0. , 0.5, 1. ])
    """
    z = real_array("z", z)
    e = np.exp(-np.abs(z))
    return np.asarray(np.where(z >= 0, 1.0, e) / (1.0 + e))


def sigmoid_slope(z: ArrayLike) -> Array:
    r"""Return the derivative of the logistic function at every entry of `z`.

    .. math::

       \sigma'(z) = \sigma(z)\,\bigl(1 - \sigma(z)\bigr)
       = \frac{e^{-\lvert z \rvert}}{(1 + e^{-\lvert z \rvert})^2}

    The second form is the one computed: in the first, :math:`1 - \sigma(z)` loses its digits for large `z`.

    Arguments and errors are those of `sigmoid`.

    Returns
    -------
    slope : ndarray
        The shape of `z`, at least 0 and at most 1/4. Dimensionless.

    Examples
    --------
    >>> sigmoid_slope([0.0, 40.0])
    array([2.50000000e-01, 4.24835426e-18])
    """
    e = np.exp(-np.abs(real_array("z", z)))
    return np.asarray(np.minimum(e / (1.0 + e) ** 2, 0.25))  # rounding may lead beyond


def tanh_slope(z: ArrayLike) -> Array:
    """Return the derivative of tanh at every entry of `z`: 4 sigma'(2 z), which is accurate in both tails."""
    e = np.exp(-np.abs(real_array("z", z))) ** 2  # exp(-2 |z|); 2 |z| itself could overflow
    return np.asarray(4.0 * e / (1.0 + e) ** 2)


def fast_sigmoid(z: Array, out: Array | None = None) -> Array:
    """Return 1 / (1 + e^-z) in the dtype of `z`: the sigmoid for the networks, in one buffer.

    Below -709 (in float32, -88) e^-z overflows and the result is 0, where it would not be a normal number
    anyway; the caller silences that. Above, both tails keep their relative accuracy, so the slope can be
    taken as ``fast_sigmoid(z) * fast_sigmoid(-z)``, whose factors are both accurate.
    """
    out = np.negative(z, out=out)
    np.exp(out, out=out)
    out += 1
    return np.divide(1, out, out=out)  # twice as fast as np.reciprocal


def fast_sigmoid_pair(z: Array, up: Array, down: Array) -> None:
    """Write fast_sigmoid(z) to `up` and fast_sigmoid(-z) to `down`, for one exponential."""
    np.exp(z, out=up)
    np.add(up, 1, out=down)
    np.divide(1, down, out=down)
    up *= down
    lost = np.isnan(up)  # infinity times zero, where e^z overflows
    if lost.any():
        up[lost] = 1


def fast_sigmoid_slope(z: Array, y: Array, out: Array | None = None) -> Array:
    """Return y / (1 + e^z) for y = fast_sigmoid(z): y fast_sigmoid(-z), with no cancellation in 1 - y."""
    out = np.exp(z, out=out)
    out += 1
    return np.divide(y, out, out=out)


def sech_squared(z: Array, out: Array | None = None) -> Array:
    """Return the slope of tanh, (2 / (e^z + e^-z))^2, in the dtype of `z`, accurate in both tails."""
    out = np.exp(z, out=out)
    out += 1 / out
    np.divide(2, out, out=out)
    return np.square(out, out=out)


@dataclass(frozen=True)
class Activation:
    """A function of one variable and its derivative, both applied entry by entry, in the dtype they get.

    `slope` takes the argument of the function and its value there. The value alone would not do: it has lost
    the digits of a saturated unit. Both write to `out` where it is given.
    """

    value: Callable[..., Array]
    slope: Callable[..., Array]


ACTIVATIONS = {
    "sigmoid": Activation(fast_sigmoid, fast_sigmoid_slope),
    "tanh": Activation(np.tanh, lambda z, _, out=None: sech_squared(z, out)),
    # The derivative of relu at 0 is taken as 0, as PyTorch does.
    "relu": Activation(
        lambda z, out=None: np.maximum(z, 0, out=out),
        lambda z, _, out=None: np.heaviside(z, np.zeros((), z.dtype), out=out),
    ),
    "identity": Activation(np.positive, lambda z, _, out=None: np.power(z, 0, out=out)),
}


def dense_jacobian(W: ArrayLike, x: ArrayLike, activation: str = "sigmoid") -> Array:
    r"""Return the Jacobian of the layer :math:`y = \sigma(W x)` with respect to its input.

    .. math:: \frac{\partial y}{\partial x} = \operatorname{diag}\bigl(\sigma'(W x)\bigr)\, W

    Parameters
    ----------
    W : (n, d) array_like
        The weights, dimensionless.
    x : (d,) array_like
        The input, dimensionless.
    activation : {"sigmoid", "tanh", "relu", "identity"}
        The function applied to every entry of ``W @ x``.

    Returns
    -------
    J : (n, d) ndarray
        ``J[i, j]`` is the derivative of ``y[i]`` with respect to ``x[j]``. Dimensionless.

    Raises
    ------
    ValueError
        If `W` or `x` has the wrong shape or is not real and finite, if the activation is unknown, or if
        ``W @ x`` overflows.

    See Also
    --------
    sigmoid_slope : the derivative on the diagonal.

    Examples
    --------
    The second unit is saturated, so its row is nearly zero:

    >>> dense_jacobian(W=[[2.0, -1.0], [20.0, 20.0]], x=[1.0, 2.0]).round(3)
    array([[ 0.5 , -0.25],
           [ 0.  ,  0.  ]])
    """
    W = real_array("W", W, ("n", "d"))
    x = real_array("x", x, (W.shape[1],))
    sigma = ACTIVATIONS[choice("activation", activation, ACTIVATIONS)]
    with unwarned():  # of W @ x, and of e^z, whose infinity gives the slope 0
        z = finite(W @ x, "entry {} of W @ x")
        # The networks' own takes a slope below the normal floats for 0, and times a weight it may count.
        slope = sigmoid_slope(z) if activation == "sigmoid" else sigma.slope(z, sigma.value(z))
    return slope[:, None] * W  # diag(v) @ W scales the rows of W
