r"""The LSTM: its forward pass, and how its state at one step responds to its state at an earlier one.

Weights and biases stack four blocks of `n` rows, in PyTorch's order: input gate :math:`i`, forget gate
:math:`f`, candidate :math:`g` (the sheet's :math:`\tilde C`), output gate :math:`o`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, choice, finite, ordered_steps, real_array, unwarned
from rnn_solutions.activations import sigmoid, sigmoid_slope, tanh_slope

KINDS = ("path", "held", "total")


@dataclass(frozen=True, eq=False)
class LSTMRun:
    r"""What :meth:`LSTM.forward` computed; all arrays are read-only.

    Attributes
    ----------
    x : (T+1, d) ndarray
        The inputs.
    h_init, c_init : (n,) ndarray
        The state before the first step, :math:`h_{-1}` and :math:`C_{-1}`.
    h, C : (T+1, n) ndarray
        Hidden state and cell state, one row a step.
    i, f, g, o : (T+1, n) ndarray
        Input gate, forget gate, candidate and output gate.
    z : (T+1, 4n) ndarray
        The pre-activations, blocks in the order i, f, g, o. Slopes are taken here and not from the gates'
        values, which have lost the digits of a saturated gate.
    net : LSTM
        The network that ran. Only it can differentiate this run.

    Examples
    --------
    >>> net = LSTM(W_ih=np.ones((4, 1)), W_hh=np.zeros((4, 1)))
    >>> run = net.forward(x=[[0.0], [1.0]])
    >>> run.T, run.f.round(3).ravel()
    (1, array([0.5 , 0.731]))
    """

    x: Array
    h_init: Array
    c_init: Array
    h: Array
    C: Array
    i: Array
    f: Array
    g: Array
    o: Array
    z: Array
    net: LSTM = field(repr=False)

    def __post_init__(self) -> None:
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    @property
    def T(self) -> int:
        """The last step; steps count from 0."""
        return len(self.h) - 1


class LSTM:
    r"""A layer of `n` LSTM cells without peepholes.

    .. math::

       z_t = (z_i, z_f, z_g, z_o) = W_{ih}\, x_t + b_{ih} + W_{hh}\, h_{t-1} + b_{hh},

       i_t = \sigma(z_i), \quad f_t = \sigma(z_f), \quad g_t = \tanh(z_g), \quad o_t = \sigma(z_o),

       C_t = f_t \odot C_{t-1} + i_t \odot g_t, \qquad h_t = o_t \odot \tanh(C_t).

    Parameters
    ----------
    W_ih : (4n, d) array_like
        The weights of the input, dimensionless. This and the others are kept as read-only copies.
    W_hh : (4n, n) array_like
        The weights of the previous hidden state.
    b_ih, b_hh : (4n,) array_like, optional
        The two biases, which only ever act through their sum. None is zeros.

    Attributes
    ----------
    n, d : int
        The number of cells and the length of one input.

    Raises
    ------
    ValueError
        If an array has the wrong shape or is not real and finite.

    See Also
    --------
    LSTMRun : what `forward` returns.

    References
    ----------
    Hochreiter and Schmidhuber, Long short-term memory, Neural Computation 9 (1997), 1735-1780. The forget
    gate: Gers, Schmidhuber and Cummins, Learning to forget, Neural Computation 12 (2000), 2451-2471.

    Examples
    --------
    A forget gate near 1 and an input gate near 0 keep what is in the cell:

    >>> net = LSTM(W_ih=np.zeros((4, 1)), W_hh=np.zeros((4, 1)), b_ih=[-20.0, 20.0, 0.0, 0.0])
    >>> run = net.forward(x=np.zeros((3, 1)), c_init=[0.8])
    >>> run.C.round(6).ravel()
    array([0.8, 0.8, 0.8])
    """

    def __init__(
        self, W_ih: ArrayLike, W_hh: ArrayLike, b_ih: ArrayLike | None = None, b_hh: ArrayLike | None = None
    ) -> None:
        self.W_hh = real_array("W_hh", W_hh, ("4n", "n"))
        self.n = self.W_hh.shape[1]
        rows = 4 * self.n
        if len(self.W_hh) != rows:
            raise ValueError(f"W_hh must have shape (4n, n), here ({rows}, {self.n}), got {self.W_hh.shape}")
        self.W_ih = real_array("W_ih", W_ih, (rows, "d"))
        self.d = self.W_ih.shape[1]
        self.b_ih = _array_or_zeros("b_ih", b_ih, rows)
        self.b_hh = _array_or_zeros("b_hh", b_hh, rows)
        for parameter in (self.W_ih, self.W_hh, self.b_ih, self.b_hh):
            parameter.setflags(write=False)

    def forward(
        self, x: ArrayLike, h_init: ArrayLike | None = None, c_init: ArrayLike | None = None
    ) -> LSTMRun:
        r"""Return the states and gates at every step of a sequence.

        Parameters
        ----------
        x : (T+1, d) array_like
            The inputs, one row a step.
        h_init, c_init : (n,) array_like, optional
            The state before the first step, :math:`h_{-1}` and :math:`C_{-1}`. None is zeros.

        Returns
        -------
        run : LSTMRun
            Every state and gate, each (T+1, n). Dimensionless. The gates lie between 0 and 1, the candidate
            and `h` between -1 and 1; an entry of `C` moves by at most 1 a step away from zero.

        Raises
        ------
        ValueError
            If an array has the wrong shape or is not real and finite, or if a pre-activation overflows.

        See Also
        --------
        LSTM.state_jacobian : how the states respond to each other.

        Examples
        --------
        >>> net = LSTM(W_ih=[[0.0], [0.0], [1.0], [0.0]], W_hh=np.zeros((4, 1)))
        >>> net.forward(x=[[1.0], [-1.0]]).C.round(4).ravel()
        array([ 0.3808, -0.1904])
        """
        x = real_array("x", x, ("T+1", self.d))
        h_init, c_init = _array_or_zeros("h_init", h_init, self.n), _array_or_zeros("c_init", c_init, self.n)
        z = np.empty((len(x), 4 * self.n))
        h, C, i, f, g, o = np.empty((6, len(x), self.n))
        h_before, C_before = h_init, c_init
        with unwarned():  # `finite` reports it, with the step
            z[:] = x @ self.W_ih.T + self.b_ih + self.b_hh
            for t in range(len(x)):
                z[t] += self.W_hh @ h_before
                finite(z[t], f"the pre-activation at step {t}")
                z_i, z_f, z_g, z_o = np.split(z[t], 4)
                i[t], f[t], g[t], o[t] = sigmoid(z_i), sigmoid(z_f), np.tanh(z_g), sigmoid(z_o)
                C[t] = f[t] * C_before + i[t] * g[t]
                h[t] = o[t] * np.tanh(C[t])
                h_before, C_before = h[t], C[t]
        return LSTMRun(x, h_init, c_init, h, C, i, f, g, o, z, net=self)

    def state_jacobian(self, run: LSTMRun, t: int, k: int) -> Array:
        r"""Return how the joint state :math:`s = (h, C)` at step `t` responds to the joint state at step `k`.

        Given its inputs, an LSTM's next state is a function of the joint state alone. So the chain rule runs
        along :math:`s`, with the latest factor on the left:

        .. math:: \frac{\partial s_t}{\partial s_k} = J_t\, J_{t-1} \cdots J_{k+1}, \qquad
           J_j = \frac{\partial s_j}{\partial s_{j-1}}.

        The pre-activations of step :math:`j` depend on :math:`h_{j-1}` and not on :math:`C_{j-1}`. Write
        :math:`W_f` for the rows of :math:`W_{hh}` that belong to gate f, :math:`f'_j` for the slope of that
        gate at its pre-activation, and :math:`q_j = o_j \odot \tanh'(C_j)`. The blocks of :math:`J_j` are

        .. math::

           \frac{\partial C_j}{\partial C_{j-1}} &= \operatorname{diag}(f_j), \\
           \frac{\partial C_j}{\partial h_{j-1}} &= \operatorname{diag}(C_{j-1} \odot f'_j)\, W_f
             + \operatorname{diag}(g_j \odot i'_j)\, W_i + \operatorname{diag}(i_j \odot g'_j)\, W_g, \\
           \frac{\partial h_j}{\partial C_{j-1}} &= \operatorname{diag}(q_j)\,
             \frac{\partial C_j}{\partial C_{j-1}}, \\
           \frac{\partial h_j}{\partial h_{j-1}} &= \operatorname{diag}(\tanh(C_j) \odot o'_j)\, W_o
             + \operatorname{diag}(q_j)\, \frac{\partial C_j}{\partial h_{j-1}}.

        Parameters
        ----------
        run : LSTMRun
            What `forward` of this network returned.
        t, k : int
            Steps, with ``0 <= k <= t <= T``.

        Returns
        -------
        J : (2n, 2n) ndarray
            ``J[a, b]`` is the derivative of :math:`(s_t)_a` with respect to :math:`(s_k)_b`, the hidden state
            first: ``J[n:, :n]`` is :math:`\partial C_t / \partial h_k`. The identity when ``t == k``.
            Dimensionless.

        Raises
        ------
        ValueError
            If the run is another network's, if the steps are not ordered as ``0 <= k <= t <= T``, or if the
            product overflows.

        See Also
        --------
        LSTM.cell_jacobian : the three things that :math:`\partial C_t / \partial C_k` can mean.

        Examples
        --------
        With no recurrent weights only the cell state carries anything on, here half of it each step:

        >>> net = LSTM(W_ih=np.zeros((4, 1)), W_hh=np.zeros((4, 1)))
        >>> net.state_jacobian(net.forward(x=np.zeros((3, 1))), t=2, k=0)
        array([[0.   , 0.125],
               [0.   , 0.25 ]])
        """
        self._require_own(run)
        t, k = ordered_steps(t, k, run.T)
        J = np.eye(2 * self.n)
        with unwarned():
            for j in range(k + 1, t + 1):
                J = self._step_jacobian(run, j) @ J
        return finite(J, f"the Jacobian of step {t} by step {k}")

    def cell_jacobian(self, run: LSTMRun, t: int, k: int, *, kind: str) -> Array:
        r"""Return how the cell state at step `t` responds to the one at step `k`, in one of three meanings.

        A nudge of :math:`C_k` reaches :math:`C_t` along the cell, and also through :math:`h` and the gates
        that :math:`h` feeds.

        ``"path"``
            Along the cell alone, with every gate held fixed:
            :math:`\operatorname{diag}(f_t \odot \cdots \odot f_{k+1})`. It composes over intermediate steps.
        ``"held"``
            With :math:`h_k` held fixed while everything later follows: the block
            :math:`\partial C_t / \partial C_k` of the Jacobian of the joint state. Over one step it is the
            path. It does not compose: at an intermediate step :math:`h` has moved too.
        ``"total"``
            With :math:`h_k = o_k \odot \tanh(C_k)` following :math:`C_k` and :math:`o_k` held fixed:

            .. math:: \frac{d C_t}{d C_k} = \frac{\partial C_t}{\partial C_k}
               + \frac{\partial C_t}{\partial h_k}\, \operatorname{diag}\bigl(o_k \odot \tanh'(C_k)\bigr).

            It does not compose either: a nudge of :math:`C_k` also moves the output gate of an intermediate
            step, which the later factor would hold fixed.

        Parameters
        ----------
        run : LSTMRun
            What `forward` of this network returned.
        t, k : int
            Steps, with ``0 <= k <= t <= T``.
        kind : {"path", "held", "total"}
            Which meaning.

        Returns
        -------
        J : (n, n) ndarray
            ``J[a, b]`` is the derivative of :math:`(C_t)_a` with respect to :math:`(C_k)_b`; the identity
            when ``t == k``. Dimensionless.

        Raises
        ------
        ValueError
            If the run is another network's, if the steps are not ordered as ``0 <= k <= t <= T``, if the kind
            is unknown, or if the Jacobian overflows.

        See Also
        --------
        LSTM.state_jacobian : the joint state, which does compose.

        Examples
        --------
        >>> net = LSTM(W_ih=np.zeros((4, 1)), W_hh=[[1.0], [1.0], [2.0], [0.0]])
        >>> run = net.forward(x=np.zeros((3, 1)), h_init=[1.0])
        >>> for kind in ("path", "held", "total"):
        ...     print(kind, net.cell_jacobian(run, t=2, k=0, kind=kind).round(3))
        path [[0.332]]
        held [[0.531]]
        total [[0.856]]
        """
        choice("kind", kind, KINDS)
        self._require_own(run)
        t, k = ordered_steps(t, k, run.T)
        if kind == "path":
            return np.diag(np.prod(run.f[k + 1 : t + 1], axis=0))
        by_h_k, by_C_k = np.hsplit(self.state_jacobian(run, t, k)[self.n :], 2)
        if kind == "held":
            return by_C_k
        with unwarned():
            J = by_C_k + by_h_k * (run.o[k] * tanh_slope(run.C[k]))  # A @ diag(v) scales the columns of A
        return finite(J, f"the Jacobian of step {t} by step {k}")

    def _step_jacobian(self, run: LSTMRun, j: int) -> Array:
        """Return the (2n, 2n) Jacobian of the joint state at step `j` >= 1 with respect to the one before."""
        z_i, z_f, z_g, z_o = np.split(run.z[j], 4)
        W_i, W_f, W_g, W_o = np.split(self.W_hh, 4)
        C_by_C = np.diag(run.f[j])
        C_by_h = (
            (run.C[j - 1] * sigmoid_slope(z_f))[:, None] * W_f
            + (run.g[j] * sigmoid_slope(z_i))[:, None] * W_i
            + (run.i[j] * tanh_slope(z_g))[:, None] * W_g
        )
        through_C = (run.o[j] * tanh_slope(run.C[j]))[:, None]
        h_by_h = (np.tanh(run.C[j]) * sigmoid_slope(z_o))[:, None] * W_o + through_C * C_by_h
        return np.block([[h_by_h, through_C * C_by_C], [C_by_h, C_by_C]])

    def _require_own(self, run: LSTMRun) -> None:
        """Raise a ValueError unless this network made `run`."""
        if not isinstance(run, LSTMRun) or run.net is not self:
            raise ValueError("run must come from this network's own forward, got one that does not")


def _array_or_zeros(name: str, value: ArrayLike | None, length: int) -> Array:
    """Return `value` as an array of the given length, or zeros when it is None."""
    return np.zeros(length) if value is None else real_array(name, value, (length,))
