"""Norms of the gradient by the state over the steps."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, float_array
from rnn_solutions.figures import style
from rnn_solutions.figures._checks import some
from rnn_solutions.figures.norms_over_lag import gradient_by_lag


def gradient_norms(gradients: Mapping[str, ArrayLike], ax: Axes | None = None) -> Axes:
    r"""Draw the norm of gradients by the state at each step, on a logarithmic scale.

    Backpropagation through time runs from the right to the left. On this scale a gradient that vanishes at a
    constant rate is a straight line.

    Parameters
    ----------
    gradients : mapping from str to (T+1, n) or (T+1, B, n) array_like
        At most six by name, all over the same steps, such as ``r"$\partial L / \partial h_t$"`` for
        ``gradients.h`` of :meth:`rnn_solutions.Recurrent.backward`. The norm of a step is taken over all
        units and sequences. A norm of 0 leaves a gap, and one between two gaps is a dot.

    Raises
    ------
    ValueError
        If an array is not real and finite or has another shape or number of steps, a gradient is 0
        throughout, a norm is beyond 1e150, or there are no gradients or more than six.

    See Also
    --------
    gradient_by_lag : norms over the number of steps between a loss and a state.

    Examples
    --------
    >>> back = 0.5 ** np.arange(20)[::-1, None]
    >>> ax = gradient_norms({r"$\partial L / \partial h_t$": back * [3.0, 4.0]})
    >>> ax.lines[0].get_ydata()[-3:]
    array([1.25, 2.5 , 5.  ])
    """
    norms: dict[str, Array] = {}
    steps: int | str = "T+1"
    for name, values in some("gradients", gradients, len(style.LINES)).items():
        array = float_array(f"gradient {name}", values, (steps, "n"), (steps, "B", "n"), copy=False)
        steps = len(array)
        norms[name] = _norms(array)
    return gradient_by_lag(np.arange(steps), norms, ax, ("$t$", r"$\|\cdot\|$"))


def _norms(array: Array) -> Array:
    """Return the norm of each row, whose squares may be too small or too large for a float."""
    rows = array.reshape(len(array), -1).astype(float)
    largest = np.abs(rows).max(axis=1)
    scale = np.where(largest > 0, largest, 1)
    return np.asarray(scale * np.linalg.norm(rows / scale[:, None], axis=1))
