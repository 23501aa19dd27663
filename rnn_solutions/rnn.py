r"""The recurrent network of the sheet, run forwards, and its derivatives through time.

Steps count as on the sheet: :math:`t = 0, \dots, T`, and :math:`h_{-1}` is the state before the first step.
The loss is :math:`L = \sum_t L_t`, where :math:`L_t` depends on the weights through :math:`h_t` alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, choice, finite, ordered_steps, real_array, step, unwarned
from rnn_solutions.activations import ACTIVATIONS


@dataclass(frozen=True, eq=False)
class Run:
    r"""What :meth:`RNN.forward` computed; all arrays are read-only.

    Attributes
    ----------
    net : RNN
        The network that ran. Only it can differentiate this run.
    x : (T+1, d) ndarray
        The inputs.
    h_init : (n,) ndarray
        :math:`h_{-1}`, the state before the first step.
    z, h, slope : (T+1, n) ndarray
        The pre-activations :math:`z_t`, the states :math:`h_t` and the derivatives :math:`\sigma'(z_t)`.

    Examples
    --------
    >>> run = RNN(W=[[2.0]], U=[[1.0]], activation="identity").forward(x=[[1.0], [0.0]], h_init=[3.0])
    >>> run.T, run.h_previous.ravel()
    (1, array([3., 7.]))
    """

    net: RNN = field(repr=False)
    x: Array
    h_init: Array
    z: Array
    h: Array
    slope: Array

    def __post_init__(self) -> None:
        for array in (self.x, self.h_init, self.z, self.h, self.slope):
            array.setflags(write=False)

    @property
    def T(self) -> int:
        """The last step; there are T + 1 of them."""
        return len(self.x) - 1

    @property
    def h_previous(self) -> Array:
        """The state that each step starts from, (T+1, n): row t is the state at t - 1, row 0 is `h_init`."""
        return np.vstack([self.h_init, self.h[:-1]])


@dataclass(frozen=True, eq=False)
class Gradients:
    """Derivatives of the loss by the parameters, the inputs and `h_init`, each in the shape of that array."""

    W: Array
    U: Array
    b: Array
    x: Array
    h_init: Array


@dataclass(frozen=True, eq=False)
class GradientTerms:
    """The terms of the gradient by W, (T+1, T+1, n, n), by ``[t, k]``; zero for ``k > t``."""

    W: Array


class RNN:
    r"""A recurrent network of one layer.

    .. math:: z_t = W h_{t-1} + U x_t + b, \qquad h_t = \sigma(z_t)

    Parameters
    ----------
    W : (n, n) array_like
        Weights from state to state, dimensionless. This and the others are kept as read-only copies.
    U : (n, d) array_like
        Weights from input to state, dimensionless.
    b : (n,) array_like, optional
        The bias, dimensionless; zeros when None.
    activation : {"sigmoid", "tanh", "relu", "identity"}
        The function applied to every entry of the pre-activation.

    Attributes
    ----------
    n, d : int
        The number of units and of inputs.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or is not real and finite, or if the activation is unknown.

    See Also
    --------
    rnn_solutions.lstm.LSTM : a network with gates.

    References
    ----------
    Werbos, Backpropagation through time: what it does and how to do it, Proceedings of the IEEE 78 (1990),
    1550-1560. Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks, ICML
    (2013), 1310-1318.

    Examples
    --------
    Each step back divides the response by four, so the bias counts 1/4 + 1/16 + 1/64:

    >>> net = RNN(W=[[1.0]], U=[[1.0]])
    >>> run = net.forward(x=[[0.0], [-0.5], [-0.5]])
    >>> net.backward(run, dL_dh=[[0.0], [0.0], [1.0]]).b
    array([0.328125])
    """

    def __init__(
        self, W: ArrayLike, U: ArrayLike, b: ArrayLike | None = None, activation: str = "sigmoid"
    ) -> None:
        self.W = real_array("W", W, ("n", "n"))
        self.n = len(self.W)
        self.U = real_array("U", U, (self.n, "d"))
        self.d = self.U.shape[1]
        self.b = np.zeros(self.n) if b is None else real_array("b", b, (self.n,))
        self.activation = choice("activation", activation, ACTIVATIONS)
        for parameter in (self.W, self.U, self.b):
            parameter.setflags(write=False)

    def forward(self, x: ArrayLike, h_init: ArrayLike | None = None) -> Run:
        """Run the network over a sequence.

        Parameters
        ----------
        x : (T+1, d) array_like
            The inputs, one row a step, dimensionless.
        h_init : (n,) array_like, optional
            The state before the first step, dimensionless; zeros when None.

        Returns
        -------
        run : Run
            The states ``run.h``, (T+1, n), and all that the derivatives need.

        Raises
        ------
        ValueError
            If an argument has the wrong shape or is not real and finite, or if a state overflows.

        See Also
        --------
        backward : the gradients of a loss on these states.

        Examples
        --------
        >>> net = RNN(W=[[2.0]], U=[[1.0]], activation="identity")
        >>> net.forward(x=[[1.0], [0.0], [0.0]]).h
        array([[1.], [2.], [4.]])
        """
        x = real_array("x", x, ("T+1", self.d))
        h_init = np.zeros(self.n) if h_init is None else real_array("h_init", h_init, (self.n,))
        sigma = ACTIVATIONS[self.activation]
        h = np.empty((len(x), self.n))
        with unwarned():
            z = x @ self.U.T + self.b
            previous = h_init
            for t in range(len(x)):
                z[t] += self.W @ previous
                finite(z[t], f"the pre-activation at step {t}")
                h[t] = sigma.value(z[t])
                previous = h[t]
        return Run(self, x, h_init, z, h, sigma.slope(z))

    def backward(self, run: Run, dL_dh: ArrayLike) -> Gradients:
        r"""Return the gradient of the loss by backpropagation through time, in O(T) steps.

        With the row :math:`\delta_t = \partial L / \partial z_t`, going back from :math:`\delta_{T+1} = 0`,

        .. math::

           \delta_t = \Bigl(\frac{\partial L_t}{\partial h_t} + \delta_{t+1} W\Bigr)
           \operatorname{diag}(\sigma'(z_t)), \qquad
           \frac{\partial L}{\partial W} = \sum_{t=0}^{T} \delta_t^\top h_{t-1}^\top.

        Parameters
        ----------
        run : Run
            What `forward` returned.
        dL_dh : (T+1, n) array_like
            Row `t` is :math:`\partial L_t / \partial h_t`, the loss's own term: how :math:`L_t` responds to
            :math:`h_t`, without what :math:`h_t` does to later states.

        Returns
        -------
        gradients : Gradients
            By ``W``, ``U``, ``b``, ``x`` and ``h_init``, in the unit of the loss.

        Raises
        ------
        ValueError
            If `run` is another network's, `dL_dh` is not real, finite and (T+1, n), or a gradient overflows.

        See Also
        --------
        gradient_terms : the gradient by ``W``, term by term.

        Examples
        --------
        >>> net = RNN(W=[[2.0]], U=[[1.0]], activation="identity")
        >>> run = net.forward(x=[[1.0], [0.0], [0.0]])
        >>> net.backward(run, dL_dh=[[0.0], [0.0], [1.0]]).x
        array([[4.], [2.], [1.]])
        """
        dL_dh = self._loss_rows(run, dL_dh)
        delta = np.empty_like(run.z)
        from_later = np.zeros(self.n)
        with unwarned():
            for t in reversed(range(run.T + 1)):
                delta[t] = (dL_dh[t] + from_later) * run.slope[t]
                from_later = delta[t] @ self.W
            finite(delta[::-1], "the gradient {} steps back from the last")
            return Gradients(
                W=finite(delta.T @ run.h_previous, "the gradient by W"),
                U=finite(delta.T @ run.x, "the gradient by U"),
                b=finite(delta.sum(axis=0), "the gradient by b"),
                x=finite(delta @ self.U, "the gradient by x at step {}"),
                h_init=finite(from_later, "the gradient by h_init"),
            )

    def jacobian(self, run: Run, t: int, k: int) -> Array:
        r"""Return how the state at step `t` responds to the state at step `k`.

        By the chain rule through steps :math:`k+1, \dots, t`,

        .. math::

           \frac{\partial h_t}{\partial h_k}
           = \operatorname{diag}(\sigma'(z_t))\, W \cdots \operatorname{diag}(\sigma'(z_{k+1}))\, W,

        a product whose latest factor stands on the left.

        Parameters
        ----------
        run : Run
            What `forward` returned.
        t, k : int
            Steps, counted as on the sheet, with ``0 <= k <= t <= T``.

        Returns
        -------
        J : (n, n) ndarray
            ``J[a, b]`` is the derivative of :math:`(h_t)_a` with respect to :math:`(h_k)_b`;
            the identity when ``t == k``. Dimensionless.

        Raises
        ------
        ValueError
            If `run` is another network's, the steps are not ordered so, or the product overflows.

        See Also
        --------
        jacobians : every pair at once, sharing the products.

        Examples
        --------
        One unit whose pre-activation stays at zero multiplies by a quarter of the weight each step:

        >>> net = RNN(W=[[2.0]], U=[[1.0]])
        >>> run = net.forward(x=[[-1.0]] * 4, h_init=[0.5])
        >>> net.jacobian(run, t=3, k=1)
        array([[0.25]])
        """
        self._require_own(run)
        t, k = ordered_steps(t, k, run.T)
        J = np.eye(self.n)
        with unwarned():
            for j in range(k + 1, t + 1):
                J = run.slope[j][:, None] * self.W @ J  # diag(v) @ W scales the rows of W
        return finite(J, f"the Jacobian of step {t} by step {k}")

    def jacobians(self, run: Run) -> Array:
        """Return the Jacobians of every state by every earlier one, one matrix product for each.

        Parameters
        ----------
        run : Run
            What `forward` returned.

        Returns
        -------
        J : (T+1, T+1, n, n) ndarray
            ``J[t, k]`` is ``jacobian(run, t, k)``, and zero for ``k > t``. Dimensionless.

        Raises
        ------
        ValueError
            If `run` is another network's, or a product overflows.

        See Also
        --------
        jacobian : one pair, with the equation.

        Examples
        --------
        >>> net = RNN(W=[[2.0]], U=[[1.0]], activation="identity")
        >>> net.jacobians(net.forward(x=np.zeros((3, 1))))[:, :, 0, 0]
        array([[1., 0., 0.],
               [2., 1., 0.],
               [4., 2., 1.]])
        """
        self._require_own(run)
        J = np.zeros((run.T + 1, run.T + 1, self.n, self.n))
        with unwarned():
            for t in range(run.T + 1):
                J[t, :t] = run.slope[t][:, None] * self.W @ J[t - 1, :t]
                J[t, t] = np.eye(self.n)
        return finite(J, "the Jacobian of step {} by step {}")

    def immediate_gradient(self, run: Run, k: int) -> Array:
        r"""Return the immediate partial derivative of the state at step `k` with respect to `W`.

        "Immediate" (Pascanu et al., section 1.1) means that :math:`h_{k-1}` is held, although it too was made
        with `W`. With :math:`\delta_{ia} = 1` for :math:`i = a` and 0 otherwise,

        .. math:: \frac{\partial^{+} (h_k)_i}{\partial W_{ab}} = \delta_{ia}\, \sigma'(z_k)_i\, (h_{k-1})_b.

        Parameters
        ----------
        run : Run
            What `forward` returned.
        k : int
            A step, ``0 <= k <= T``; the state before step 0 is `h_init`.

        Returns
        -------
        G : (n, n, n) ndarray
            ``G[i, a, b]`` as in the equation. Dimensionless.

        Raises
        ------
        ValueError
            If `run` is another network's, or `k` is not a step of it.

        See Also
        --------
        gradient_terms : where it is the last factor of every term.

        Examples
        --------
        >>> net = RNN(W=[[2.0]], U=[[1.0]])
        >>> net.immediate_gradient(net.forward(x=[[-1.0]], h_init=[0.5]), k=0)
        array([[[0.125]]])
        """
        self._require_own(run)
        k = step("k", k)
        if not 0 <= k <= run.T:
            raise ValueError(f"need 0 <= k <= {run.T}, got k={k}")
        return np.asarray(np.diag(run.slope[k])[:, :, None] * run.h_previous[k])

    def gradient_terms(self, run: Run, dL_dh: ArrayLike) -> GradientTerms:
        r"""Return every term of the double sum that is the gradient with respect to `W`.

        .. math::

           \frac{\partial L}{\partial W} = \sum_{t=0}^{T} \sum_{k=0}^{t} \frac{\partial L_t}{\partial h_t}
           \frac{\partial h_t}{\partial h_k} \frac{\partial^{+} h_k}{\partial W}

        Read from the left, each product is a row times a matrix, so that the terms cost O(T² n²).

        Parameters
        ----------
        run : Run
            What `forward` returned.
        dL_dh : (T+1, n) array_like
            Row `t` is :math:`\partial L_t / \partial h_t`, the loss's own term, as for `backward`.

        Returns
        -------
        terms : GradientTerms
            ``terms.W[t, k]``, (n, n), is one term, zero for ``k > t``. In the unit of the loss.

        Raises
        ------
        ValueError
            If `run` is another network's, `dL_dh` is not real, finite and (T+1, n), or a term overflows.

        See Also
        --------
        backward : the sum alone, in O(T) steps.

        Examples
        --------
        >>> net = RNN(W=[[2.0]], U=[[1.0]], activation="identity")
        >>> run = net.forward(x=np.zeros((3, 1)), h_init=[1.0])
        >>> net.gradient_terms(run, dL_dh=[[0.0], [0.0], [1.0]]).W[2, :, 0, 0]
        array([4., 4., 4.])
        """
        dL_dh = self._loss_rows(run, dL_dh)
        rows = np.zeros((run.T + 1, run.T + 1, self.n))  # [t, k]: dL_t/dh_t dh_t/dh_k
        with unwarned():
            for k in reversed(range(run.T + 1)):
                rows[k, k] = dL_dh[k]
                if k < run.T:
                    rows[k + 1 :, k] = rows[k + 1 :, k + 1] * run.slope[k + 1] @ self.W
            terms = (rows * run.slope)[:, :, :, None] * run.h_previous[:, None, :]
        return GradientTerms(W=finite(terms, "the term t={}, k={}"))

    def _require_own(self, run: Run) -> None:
        """Raise a ValueError unless this network made `run`."""
        if not isinstance(run, Run) or run.net is not self:
            raise ValueError("run must come from this network's own forward, got one that does not")

    def _loss_rows(self, run: Run, dL_dh: ArrayLike) -> Array:
        """Return `dL_dh` as an array with one row for each step of this network's `run`."""
        self._require_own(run)
        return real_array("dL_dh", dL_dh, (run.T + 1, self.n))
