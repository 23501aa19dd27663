r"""What a network's answers cost, and how the cost responds to each answer.

Each loss is a mean, so that batches of different sizes compare, and returns its value and its gradient.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_solutions._validation import Array, as_array, finite, real_array, unwarned


def squared_error(answers: ArrayLike, targets: ArrayLike) -> tuple[float, Array]:
    r"""Return the mean squared error, and its gradient by the answers.

    .. math::

       L = \frac{1}{N} \sum_{j=1}^{N} (y_j - \hat y_j)^2, \qquad
       \frac{\partial L}{\partial y_j} = \frac{2}{N}\, (y_j - \hat y_j)

    over all N numbers of the answers :math:`y`, with the targets :math:`\hat y`.

    Parameters
    ----------
    answers : (A, B, m) array_like
        The answers at A steps to B sequences, `m` numbers each.
    targets : (A, B, m) array_like
        What they should be, in the same unit.

    Returns
    -------
    loss : float
        At least 0, in the square of that unit.
    gradient : (A, B, m) ndarray
        By each answer.

    Raises
    ------
    ValueError
        If an argument is not real and finite, the shapes differ, or the loss overflows.

    See Also
    --------
    cross_entropy : for answers that are classes.

    Examples
    --------
    >>> squared_error([[[1.0]], [[3.0]]], [[[1.0]], [[1.0]]])
    (2.0, array([[[0.]], [[2.]]]))
    """
    y = real_array("answers", answers, ("A", "B", "m"))
    targets = real_array("targets", targets, y.shape)
    with unwarned():
        error = y - targets
        return _value(error**2), 2 * error / error.size


def cross_entropy(scores: ArrayLike, classes: ArrayLike) -> tuple[float, Array]:
    r"""Return the mean cross-entropy of classes given their scores, and its gradient by the scores.

    With the probabilities :math:`p` that the scores :math:`y` stand for,

    .. math::

       p_c &= \frac{e^{y_c}}{\sum_{c'} e^{y_{c'}}}, \\
       L &= -\frac{1}{N} \sum_{j=1}^{N} \log p^{(j)}_{c_j}, \\
       \frac{\partial L}{\partial y^{(j)}_c} &= \frac{1}{N} \bigl( p^{(j)}_c - [c = c_j] \bigr)

    over all N answers, :math:`c_j` being the right class of answer :math:`j`.

    Parameters
    ----------
    scores : (A, B, m) array_like
        The scores at A steps of B sequences, one for each of `m` classes, dimensionless.
    classes : (A, B) array_like of int
        The right classes, from 0 to m - 1.

    Returns
    -------
    loss : float
        At least 0, in nats.
    gradient : (A, B, m) ndarray
        By each score.

    Raises
    ------
    ValueError
        If the scores are not real and finite, the classes are not whole numbers from 0 to m - 1, the shapes
        do not belong together, or the loss overflows.

    See Also
    --------
    squared_error : for answers that are numbers.

    Notes
    -----
    The largest score is taken off all of them first, which changes no probability and lets no exponential
    overflow. Its own exponential, a one, is then left out of the sum and put back by the logarithm of one
    more, so that a loss near zero keeps its digits.

    Examples
    --------
    Two equal scores are a guess between two classes:

    >>> cross_entropy([[[0.0, 0.0]]], [[1]])
    (0.6931471805599453, array([[[ 0.5, -0.5]]]))
    """
    y = real_array("scores", scores, ("A", "B", "m"))
    right = _classes(classes, y.shape)
    with unwarned():
        y -= y.max(axis=-1, keepdims=True)
        others = np.exp(y)
        np.put_along_axis(others, y.argmax(axis=-1)[..., None], 0, axis=-1)
        log_p = y - np.log1p(others.sum(axis=-1, keepdims=True))
        log_right = np.take_along_axis(log_p, right[..., None], axis=-1)
        value = _value(-log_right)
    gradient = np.exp(log_p)
    np.put_along_axis(gradient, right[..., None], np.expm1(log_right), axis=-1)
    return value, gradient / right.size


def _value(costs: Array) -> float:
    """Return the mean of what each answer costs."""
    return float(finite(np.asarray(costs.mean()), "the loss"))


def _classes(classes: ArrayLike, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return the classes as an array that fits scores of this shape, or raise a ValueError."""
    given = as_array("classes", classes)
    if given.dtype.kind not in "iu":
        raise ValueError(f"classes must be whole numbers, got dtype {given.dtype}")
    if given.shape != shape[:-1]:
        raise ValueError(f"classes must have shape {shape[:-1]}, got {given.shape}")
    if given.min() < 0 or given.max() >= shape[-1]:
        raise ValueError(f"classes must be from 0 to {shape[-1] - 1}, got {given.min()} to {given.max()}")
    return given
