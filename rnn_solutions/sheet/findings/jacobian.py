"""Findings in 1(a): slips in the matrices that lead to the Jacobian of a dense layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnn_solutions._validation import Array
from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.networks.activations import sigmoid_slope
from rnn_solutions.networks.plain import sigma
from rnn_solutions.sheet.findings.setups import relative_error


@dataclass(frozen=True)
class SecondEntry:
    """Entry 2 of a product, as printed and as it is.

    Attributes
    ----------
    printed, right : float
        Dimensionless.
    """

    printed: float
    right: float


@dataclass(frozen=True)
class JacobianErrors:
    r"""Relative errors of a misprinted diagonal.

    Attributes
    ----------
    activation : float
        Of :math:`\partial y / \partial p`.
    layer : float
        Of :math:`\partial y / \partial x`.
    """

    activation: float
    layer: float


def repeated_row() -> float:
    r"""Return the relative error of :math:`W x` with the printed row before the last.

    Finding 2, equations (2) and (3). The row before the last carries the entries of row 3. With n = 5 and d
    = 4, W and then x drawn from N(0, 1) with seed 0, row 4 is replaced by row 3.

    Returns
    -------
    error : float
        Frobenius norm of the difference over that of :math:`W x`, dimensionless.

    See Also
    --------
    index_in_the_second_row : the other slip in equation (2).

    Examples
    --------
    >>> round(repeated_row(), 2)
    1.2
    """
    W, x = _layer(5, 4)
    printed = W.copy()
    printed[3] = W[2]
    return relative_error(printed @ x, W @ x)


def index_in_the_second_row() -> SecondEntry:
    r"""Return entry 2 of :math:`W x` with the last term that equation (2) prints, and with the right one.

    Finding 3, equation (2). The row ends in :math:`w_{1m} x_m` where :math:`w_{2d} x_d` belongs. Here n = 3
    and d = 2, with W and then x drawn from N(0, 1) with seed 0.

    Returns
    -------
    entry : SecondEntry
        Both values.

    See Also
    --------
    repeated_row : the other slip in equation (2).

    Examples
    --------
    >>> entry = index_in_the_second_row()
    >>> round(entry.printed, 3), round(entry.right, 3)
    (0.71, 0.934)
    """
    W, x = _layer(3, 2)
    right = W[1] @ x
    return SecondEntry(printed=float(right + (W[0, -1] - W[1, -1]) * x[-1]), right=float(right))


def index_on_the_diagonal() -> JacobianErrors:
    r"""Return what entry (2, n) of equation (4), read as printed, does to the two Jacobians.

    Finding 6. The entry is printed as :math:`\partial y_2 / \partial p_2`, which is not zero, where
    :math:`\partial y_2 / \partial p_n = 0` belongs. The layer is that of `index_in_the_second_row`.

    Returns
    -------
    errors : JacobianErrors
        Against a complex step.

    See Also
    --------
    rnn_solutions.networks.activations.dense_jacobian : the right Jacobian.

    Examples
    --------
    >>> errors = index_on_the_diagonal()
    >>> round(errors.activation, 3), round(errors.layer, 3)
    (0.503, 0.625)
    """
    W, x = _layer(3, 2)
    slope = sigmoid_slope(W @ x)
    printed = np.diag(slope)
    printed[1, -1] = slope[1]
    return JacobianErrors(
        activation=relative_error(printed, complex_step(sigma, W @ x)),
        layer=relative_error(printed @ W, complex_step(lambda x: sigma(W @ x), x)),
    )


def _layer(n: int, d: int) -> tuple[Array, Array]:
    """Draw the weights and the input of a layer from N(0, 1) with seed 0."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, d)), rng.normal(size=d)
