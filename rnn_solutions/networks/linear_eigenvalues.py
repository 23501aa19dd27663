"""Eigenvalues for a linear recurrence: how to keep them stable, draw them, and say how long they remember."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_solutions._memory import require_size
from rnn_solutions._validation import (
    Array,
    choice,
    finite,
    generator,
    number_array,
    positive,
    real_array,
    real_number,
    unwarned,
    whole,
)
from rnn_solutions.networks.linear_recurrence import LinearRecurrence

Complex = NDArray[np.complex128]

METHODS = ("zero-order hold", "bilinear")


def stable_eigenvalues(nu: ArrayLike, theta: ArrayLike) -> Complex:
    """Return exp(-exp(nu) + i theta), (n,), which is below 1 in modulus for any real parameters.

    The angle is in radians; the memory length is exp(-nu) steps. In floats the modulus rounds to 1 below a
    `nu` of about -37, and to 0 above 6.6. From Orvieto et al., Resurrecting recurrent neural networks for
    long sequences, ICML 2023.
    """
    nu = real_array("nu", nu, ("n",))
    theta = real_array("theta", theta, nu.shape)
    with unwarned():  # a large nu gives the eigenvalue 0
        return np.asarray(np.exp(-np.exp(nu)) * np.exp(1j * theta))


def ring_eigenvalues(
    n: int, r_min: float, r_max: float, rng: np.random.Generator | int, max_angle: float = 2 * np.pi
) -> Complex:
    r"""Draw eigenvalues uniformly from a ring, equal areas being equally likely.

    .. math:: \lvert \lambda \rvert^2 = r_{\min}^2 + u\, (r_{\max}^2 - r_{\min}^2), \qquad u \sim U(0, 1)

    Parameters
    ----------
    n : int
        How many, at least 1.
    r_min, r_max : float
        The radii of the ring, ``0 <= r_min < r_max <= 1``.
    rng : numpy.random.Generator or int
        Where the numbers come from, or a seed.
    max_angle : float, optional
        Angles are drawn from 0 up to this, in radians: above 0 and up to a full turn.

    Returns
    -------
    eigenvalues : (n,) complex ndarray
        Dimensionless.

    Raises
    ------
    ValueError
        If an argument is not as described, or the eigenvalues would take more than half of the machine's
        memory.

    References
    ----------
    Orvieto et al., Resurrecting recurrent neural networks for long sequences, ICML 2023.

    Examples
    --------
    >>> drawn = ring_eigenvalues(100, 0.9, 0.99, np.random.default_rng(0))
    >>> bool(np.all((abs(drawn) > 0.9) & (abs(drawn) < 0.99)))
    True
    """
    n, rng = whole("n", n, 1), generator(rng)
    low, high, angle = (
        real_number(name, value)
        for name, value in (("r_min", r_min), ("r_max", r_max), ("max_angle", max_angle))
    )
    if not 0 <= low < high <= 1:
        raise ValueError(f"need 0 <= r_min < r_max <= 1, got r_min={low} and r_max={high}")
    if not 0 < angle <= 2 * np.pi:
        raise ValueError(f"max_angle must be above 0 and at most 2 pi, got {angle}")
    require_size(f"n={n} eigenvalues", 64 * n)
    ratio = (
        low / high
    )  # whose square may vanish beside 1, where that of a small radius would vanish altogether
    radius = high * np.sqrt(ratio**2 + rng.uniform(size=n) * (1 - ratio) * (1 + ratio))
    return np.asarray(radius * np.exp(1j * angle * rng.uniform(size=n)))


def memory_length(eigenvalues: ArrayLike) -> Array:
    r"""Return after how many steps a share of 1/e is left of a state, and so of a gradient.

    .. math:: \tau = \frac{1}{-\ln \lvert \lambda \rvert}, \qquad \lvert \lambda \rvert^{\tau} = \frac{1}{e}

    It is less than :math:`1 / (1 - \lvert \lambda \rvert)`, by half a step to one step.

    Parameters
    ----------
    eigenvalues : (n,) array_like
        Real or complex, of modulus above 0 and below 1.

    Returns
    -------
    tau : (n,) ndarray
        In steps.

    Raises
    ------
    ValueError
        If a modulus is not between 0 and 1.

    Examples
    --------
    >>> memory_length([0.9, 0.99, 0.999]).round(1)
    array([  9.5,  99.5, 999.5])
    """
    eigenvalues, gap = _gaps_to_one(eigenvalues)
    if not eigenvalues.all():
        raise ValueError(f"eigenvalues must not be 0, got one at ({int(np.argmin(np.abs(eigenvalues)))},)")
    with unwarned():  # of a gap that rounds to 1
        log_modulus = np.where(gap < 0.5, np.log1p(-gap) / 2, np.log(np.abs(eigenvalues)))
    return np.asarray(-1 / log_modulus)


def input_scale(eigenvalues: ArrayLike) -> Array:
    r"""Return the factor on the input that gives every unit the same size, whatever its memory.

    Driven by white noise of variance 1, a unit with a factor :math:`\gamma` on its input settles at a
    variance of :math:`\gamma^2 / (1 - \lvert \lambda \rvert^2)`, which is 1 for

    .. math:: \gamma = \sqrt{1 - \lvert \lambda \rvert^2}.

    Parameters
    ----------
    eigenvalues : (n,) array_like
        Real or complex, of modulus below 1.

    Returns
    -------
    gamma : (n,) ndarray
        Dimensionless.

    Raises
    ------
    ValueError
        If a modulus is 1 or more.

    References
    ----------
    Orvieto et al., Resurrecting recurrent neural networks for long sequences, ICML 2023.

    Examples
    --------
    >>> input_scale([0.6, 0.8j])
    array([0.8, 0.6])
    """
    return np.asarray(np.sqrt(_gaps_to_one(eigenvalues)[1]))


def discretize(a: ArrayLike, B: ArrayLike, step: float, *, method: str) -> LinearRecurrence:
    r"""Return the recurrence that follows :math:`h'(s) = A h(s) + B x(s)` from one step to the next.

    ``"zero-order hold"``
        Exact for an input that stays constant over a step:
        :math:`\lambda = e^{\Delta a}`, and `B` scaled by :math:`(e^{\Delta a} - 1) / a`.
    ``"bilinear"``
        The trapezoidal rule for the state, with :math:`\lambda = (1 + q) / (1 - q)` for
        :math:`q = \Delta a / 2`, and `B` scaled by :math:`\Delta / (1 - q)`.

    Both take the left half plane into the unit disc, whatever the step, to rounding.

    Parameters
    ----------
    a : (n,) array_like
        The eigenvalues of A, real or complex, with negative real parts. In 1 / time.
    B : (n, d) array_like
        The weights of the input.
    step : float
        :math:`\Delta`, above 0. In units of time.
    method : {"zero-order hold", "bilinear"}
        Which rule.

    Returns
    -------
    layer : LinearRecurrence
        Of the same n and d.

    Raises
    ------
    ValueError
        If an argument is not as described.

    References
    ----------
    The bilinear rule in a state-space layer: Gu, Goel and Ré, Efficiently modeling long sequences with
    structured state spaces, ICLR 2022.

    Examples
    --------
    >>> discretize([-1.0], [[1.0]], step=2.0, method="bilinear").eigenvalues.real
    array([0.])
    """
    choice("method", method, METHODS)
    a = number_array("a", a, ("n",))
    B = number_array("B", B, (len(a), "d"))
    delta = positive("step", step)
    if a.real.max() >= 0:
        where = int(np.argmax(a.real))
        raise ValueError(f"a must have negative real parts, got {a[where]} at ({where},)")
    with unwarned():  # of two forms the one in which nothing leaves the range of floats is taken
        if method == "bilinear":
            half, inverse = delta / 2 * a, 2 / delta / a
            small = np.abs(half) <= 1
            eigenvalues = np.where(small, (1 + half) / (1 - half), (inverse + 1) / (inverse - 1))
            scale = np.where(small, delta / (1 - half), 2 / a / (inverse - 1))
        else:
            q = delta * a
            series = np.where(np.abs(q) < 1e-8, 1 + q / 2, np.expm1(q) / q)  # the next term is q^2 / 6
            eigenvalues, scale = np.exp(q), np.where(np.abs(q) < 1, delta * series, np.expm1(q) / a)
        finite(eigenvalues, "the eigenvalue {} of the recurrence")
        return LinearRecurrence(eigenvalues, finite(scale[:, None] * B, "the scaled entry ({}, {}) of B"))


def _gaps_to_one(eigenvalues: ArrayLike) -> tuple[NDArray[Any], Array]:
    """Return eigenvalues and 1 - |lambda|^2, or raise a ValueError that gives the first that is not above 0.

    It is taken in fractions: near the unit circle a rounded modulus has lost the digits of the difference.
    """
    array = number_array("eigenvalues", eigenvalues, ("n",))
    gaps = [1 - Fraction(float(one.real)) ** 2 - Fraction(float(one.imag)) ** 2 for one in array]
    for where, gap in enumerate(gaps):
        if gap <= 0:
            raise ValueError(f"eigenvalues must be below 1 in modulus, got {abs(array[where])} at ({where},)")
    return array, np.array(gaps, dtype=float)
