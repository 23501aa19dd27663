r"""The linear recurrence :math:`h_t = \Lambda h_{t-1} + B x_t`, which today's recurrent layers build on.

:math:`\Lambda` is diagonal and complex, so that each unit has one eigenvalue and meets no other. The states
come by the recurrence, by a convolution, or by a scan; how one state responds to another is a power.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_solutions._frozen import Frozen, replaced
from rnn_solutions._memory import require_size
from rnn_solutions._validation import finite, natural, number_array, unwarned

Complex = NDArray[np.complex128]


class LinearRecurrence(Frozen):
    r"""A layer of `n` units that do not meet.

    .. math:: h_t = \Lambda h_{t-1} + B x_t, \qquad \Lambda = \operatorname{diag}(\lambda_1, \dots, \lambda_n)

    Parameters
    ----------
    eigenvalues : (n,) array_like
        :math:`\lambda`, real or complex, dimensionless. Below 1 in modulus the layer forgets.
    B : (n, d) array_like
        The weights of the input, real or complex.

    Attributes
    ----------
    eigenvalues, B : ndarray
        Read-only copies of the arguments.
    n, d : int
        The number of units and the length of one input.

    Raises
    ------
    ValueError
        If an array has the wrong shape or is not finite.

    References
    ----------
    Orvieto et al., Resurrecting recurrent neural networks for long sequences, ICML 2023.

    Examples
    --------
    >>> layer = LinearRecurrence([0.5, 0.5j], B=[[1.0], [1.0]])
    >>> layer.forward([[1.0], [0.0], [0.0]])
    array([[ 1.  +0.j ,  1.  +0.j ],
           [ 0.5 +0.j ,  0.  +0.5j],
           [ 0.25+0.j , -0.25+0.j ]])
    """

    def __init__(self, eigenvalues: ArrayLike, B: ArrayLike) -> None:
        self.eigenvalues = _complex("eigenvalues", eigenvalues, ("n",))
        self.n = len(self.eigenvalues)
        self.B = _complex("B", B, (self.n, "d"))
        self.d = self.B.shape[1]

    def __repr__(self) -> str:
        return f"{type(self).__name__}(n={self.n}, d={self.d})"

    def replace(self, **changes: Any) -> Self:
        """Return a layer with other `eigenvalues`, another `B` or both; this one cannot be changed.

        Raises a ValueError if there is no argument of a name, or an argument is not as the class asks for it.

        Examples
        --------
        >>> layer = LinearRecurrence([0.5], B=[[1.0]])
        >>> layer.replace(eigenvalues=2 * layer.eigenvalues).jacobian(t=3, k=0).real
        array([[1.]])
        """
        return replaced(self, changes)

    def __replace__(self, /, **changes: Any) -> Self:
        return self.replace(**changes)

    def forward(self, x: ArrayLike, h_init: ArrayLike | None = None) -> Complex:
        """Return the states of a sequence, one step after the other.

        Parameters
        ----------
        x : (T+1, d) array_like
            The inputs, real or complex, one row a step.
        h_init : (n,) array_like, optional
            The state before the first step. None is zeros.

        Returns
        -------
        h : (T+1, n) complex ndarray
            The states, in the unit of ``B @ x[t]``.

        Raises
        ------
        ValueError
            If an array has the wrong shape or is not finite, or if a state overflows.

        See Also
        --------
        convolve, scan : the same states by other routes.

        Examples
        --------
        >>> LinearRecurrence([0.5], B=[[1.0]]).forward([[0.0], [0.0]], h_init=[1.0]).ravel()
        array([0.5 +0.j, 0.25+0.j])
        """
        u, state = self._driven(x, h_init)
        h = np.empty_like(u)
        with unwarned():
            for t, u_t in enumerate(u):
                state = self.eigenvalues * state + u_t
                h[t] = state
        return _states(h)

    def convolve(self, x: ArrayLike, h_init: ArrayLike | None = None) -> Complex:
        r"""Return the states as a convolution of the inputs with the powers of the eigenvalues.

        .. math:: h_t = \Lambda^{t+1} h_{-1} + \sum_{j=0}^{t} \Lambda^j B x_{t-j}

        The sum is taken by fast Fourier transforms, in the order of T log T operations. Its rounding error
        is relative to the largest state, not to each: meant for eigenvalues of modulus up to 1.

        Arguments and states are those of `forward`; what the inputs are convolved with is the
        `impulse_response`.

        Raises
        ------
        ValueError
            As for `forward`, and if a power of an eigenvalue overflows, even where no state does.

        Examples
        --------
        >>> LinearRecurrence([0.5], B=[[1.0]]).convolve([[1.0], [1.0], [1.0]]).real.round(12).ravel()
        array([1.  , 1.5 , 1.75])
        """
        u, state = self._driven(x, h_init)
        steps = len(u)
        with unwarned():
            # Once it is transformed, a single infinity would be blamed on step 0.
            kernel = finite(self._powers(steps), "the power {} of eigenvalue {}")
            length = 2 * steps  # room for the tail, which would come round to the first steps
            spectrum = np.fft.fft(kernel, length, axis=0) * np.fft.fft(u, length, axis=0)
            h = np.fft.ifft(spectrum, axis=0)[:steps] + kernel * self.eigenvalues * state
        return _states(h)

    def scan(self, x: ArrayLike, h_init: ArrayLike | None = None) -> Complex:
        """Return the states by `scan`, in about log2 T rounds of whole-array operations.

        Arguments are those of `forward`, and rounding and errors those of :func:`rnn_solutions.scan`, which
        takes other factors at every step: a product of eigenvalues that overflows is one too.

        Examples
        --------
        >>> LinearRecurrence([0.5], B=[[1.0]]).scan([[1.0], [1.0], [1.0]]).real.ravel()
        array([1.  , 1.5 , 1.75])
        """
        u, state = self._driven(x, h_init)
        return np.asarray(scan(np.broadcast_to(self.eigenvalues, u.shape), u, state), dtype=complex)

    def jacobian(self, t: int, k: int) -> Complex:
        r"""Return how the state at step `t` responds to the state at step `k`, whatever the inputs.

        .. math:: \frac{\partial h_t}{\partial h_k} = \Lambda^{t-k}

        Parameters
        ----------
        t, k : int
            Steps, with ``0 <= k <= t``.

        Returns
        -------
        J : (n, n) complex ndarray
            Diagonal; the identity when ``t == k``. Dimensionless.

        Raises
        ------
        ValueError
            If the steps are not ordered so, the power overflows, or `J` would take more than half of the
            machine's memory.

        See Also
        --------
        rnn_solutions.Recurrent.jacobian : the ordered product, which is no power.

        Examples
        --------
        >>> LinearRecurrence([0.5, 2.0], B=[[1.0], [1.0]]).jacobian(t=4, k=2).real
        array([[0.25, 0.  ],
               [0.  , 4.  ]])
        """
        t, k = natural("t", t), natural("k", k)
        if k > t:
            raise ValueError(f"need 0 <= k <= t, got k={k} and t={t}")
        require_size(f"the Jacobian of n={self.n} units", 16 * self.n**2)
        with unwarned():
            power = self.eigenvalues ** (t - k)
        return np.diag(finite(power, f"the Jacobian of step {t} by step {k}, unit {{}},"))

    def impulse_response(self, steps: int) -> Complex:
        r"""Return what an input does to the states of its own and the following steps.

        .. math:: K_j = \Lambda^j B = \frac{\partial h_{k+j}}{\partial x_k}

        Parameters
        ----------
        steps : int
            How many, at least 0.

        Returns
        -------
        K : (steps, n, d) complex ndarray
            ``K[j]`` is :math:`K_j`, in the unit of `B`.

        Raises
        ------
        ValueError
            If `steps` is no whole number from 0 up, a power overflows, or the response would take more than
            half of the machine's memory.

        Examples
        --------
        >>> LinearRecurrence([0.5], B=[[3.0]]).impulse_response(3).real.ravel()
        array([3.  , 1.5 , 0.75])
        """
        steps = natural("steps", steps)
        require_size(f"the impulse response of steps={steps}", 16 * steps * self.n * (self.d + 2))
        with unwarned():
            K = self._powers(steps)[:, :, None] * self.B
        return finite(K, "the impulse response after {} steps")

    def _powers(self, steps: int) -> Complex:
        """Return the powers 0 to `steps` - 1 of the eigenvalues, (steps, n)."""
        return np.asarray(self.eigenvalues ** np.arange(steps)[:, None])

    def _driven(self, x: ArrayLike, h_init: ArrayLike | None) -> tuple[Complex, Complex]:
        """Return what each step adds to the state, (T+1, n), and the state before the first step."""
        x = _complex("x", x, ("T+1", self.d))
        state = np.zeros(self.n) if h_init is None else h_init
        with unwarned():
            u = x @ self.B.T
        return finite(u, "the input of step {}"), _complex("h_init", state, (self.n,))


def scan(a: ArrayLike, b: ArrayLike, h_init: ArrayLike | None = None) -> NDArray[Any]:
    r"""Return the states of :math:`h_t = a_t \odot h_{t-1} + b_t` without going through them one by one.

    A step is the pair (a, b) of the map :math:`h \mapsto a \odot h + b`. Two steps make one,

    .. math:: (a_2, b_2) \bullet (a_1, b_1) = (a_2 \odot a_1,\; a_2 \odot b_1 + b_2),

    and how many are put together first makes no difference. So each round joins every stretch of steps with
    the one before it, which doubles their length: about log2 T rounds, each of whole-array operations.

    Parameters
    ----------
    a, b : (T+1, n) array_like
        The factors and the inputs, real or complex, one row a step.
    h_init : (n,) array_like, optional
        The state before the first step. None is zeros.

    Returns
    -------
    h : (T+1, n) ndarray
        The states, in the unit of `b`; complex if an argument is.

    Raises
    ------
    ValueError
        If an array has the wrong shape or is not finite, or if a product or a state overflows.

    See Also
    --------
    LinearRecurrence : factors that are the same at every step.

    Notes
    -----
    The products of factors are formed apart from the states. So the rounding error of a state is relative to
    the largest one before it, and where a product is too small for a float what is left of that one is taken
    as 0.

    References
    ----------
    The minimal LSTM and GRU, whose steps are such: Feng et al., Were RNNs all we needed?, 2024.

    Examples
    --------
    >>> scan(a=[[0.5], [0.0], [2.0]], b=[[1.0], [1.0], [1.0]], h_init=[4.0]).ravel()
    array([3., 1., 3.])
    """
    a = number_array("a", a, ("T+1", "n"))
    b = number_array("b", b, a.shape)
    state = np.zeros(a.shape[1]) if h_init is None else number_array("h_init", h_init, a.shape[1:])
    dtype = np.result_type(a, b, state)
    a, h = a.astype(dtype), b.astype(dtype)
    with unwarned():
        h[0] += a[0] * state
        length = 1
        while length < len(a):  # row t stands for the last `length` steps up to t
            h[length:] += a[length:] * h[:-length]
            a[length:] *= a[:-length]
            length *= 2
    return _states(h)


def _complex(name: str, value: ArrayLike, shape: tuple[int | str, ...]) -> Complex:
    """Return `value` as a new array of finite complex128, or raise a ValueError that names it."""
    return number_array(name, value, shape).astype(np.complex128)


def _states(h: NDArray[Any]) -> NDArray[Any]:
    """Return the states, or raise a ValueError that gives the first step that is not finite."""
    return finite(h, "the state at step {}")
