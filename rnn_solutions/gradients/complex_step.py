"""Derivatives that know no formula: run the function with its argument nudged, and look.

The networks of this package never call this module, so what it finds can check what they compute.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_solutions._memory import require_size
from rnn_solutions._validation import Array, as_array, real_array, require_function, unwarned


def complex_step(function: Callable[[NDArray[np.complex128]], ArrayLike], at: ArrayLike) -> Array:
    r"""Return the derivative of `function` by nudging each entry of its argument along the imaginary axis.

    For a function that is real on the real axis and analytic there,

    .. math::

       \frac{\partial f}{\partial x_j}
       = \frac{\operatorname{Im} f(x + i \varepsilon e_j)}{\varepsilon} + O(\varepsilon^2).

    Nothing is subtracted, so with :math:`\varepsilon = 10^{-30}` the result is exact to rounding, as long as
    the derivative is well above :math:`10^{-308} / \varepsilon`, below which it comes out as 0, and no
    singularity is so near that :math:`\varepsilon` is not small beside the way to it.

    Parameters
    ----------
    function : callable
        Takes a complex array of the shape of `at` and returns a number or an array. It must be built from
        analytic operations: no absolute value, no comparison, no conjugate transpose. Where one of them
        takes the nudge from some of the values only, their derivative comes out as 0.
    at : array_like
        The real point at which to differentiate: a number or an array.

    Returns
    -------
    derivative : ndarray
        Shape of the function's value followed by the shape of `at`, in the unit of the value over that of
        `at`.

    Raises
    ------
    ValueError
        If `function` is none; if `at` is empty, or not real and finite; if the function returns real numbers,
        so that the nudge was lost on the way, or arrays of several shapes; if the derivative is not finite,
        or would take more than half of the machine's memory.

    See Also
    --------
    rnn_solutions.Recurrent.backward : derivatives by formula, which this can check.

    References
    ----------
    Squire and Trapp, Using complex variables to estimate derivatives of real functions, SIAM Review 40
    (1998), 110-112.

    Examples
    --------
    The derivative of the exponential at 1 is e:

    >>> complex_step(np.exp, 1.0)
    array(2.71828183)
    """
    require_function("function", function, "be a function of one argument", 1, untold=True)
    at = real_array("at", at)
    epsilon = 1e-30
    columns: list[Array] = []
    for place in np.ndindex(at.shape):
        nudged = at.astype(np.complex128)
        nudged[place] += 1j * epsilon
        with unwarned():
            value = as_array("the value of the function", function(nudged))
        if not np.iscomplexobj(value):
            raise ValueError(f"the function must return complex numbers, got dtype {value.dtype}")
        if columns and value.shape != columns[0].shape:
            raise ValueError(f"the function must return one shape, got {columns[0].shape} and {value.shape}")
        if not columns:
            what = f"the derivative of {value.size} numbers by the {at.size} of at"
            require_size(what, 2 * at.itemsize * value.size * at.size)
        with unwarned():
            columns.append(value.imag / epsilon)
    derivative = np.stack(columns, axis=-1).reshape(columns[0].shape + at.shape)
    if not np.isfinite(derivative).all():
        raise ValueError("the derivative of the function must be finite, got NaN or infinity")
    return derivative
