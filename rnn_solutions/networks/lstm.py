r"""The LSTM: its forward pass, and how its state at one step responds to its state at an earlier one.

Weights and biases stack four blocks of `n` rows, in PyTorch's order: input gate :math:`i`, forget gate
:math:`f`, candidate :math:`g` (the sheet's :math:`\tilde C`), output gate :math:`o`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, choice, finite, unwarned
from rnn_solutions.networks.activations import fast_sigmoid_pair
from rnn_solutions.networks.gated import Gated
from rnn_solutions.networks.recurrent import product
from rnn_solutions.networks.runs import RecurrentRun

KINDS = ("path", "held", "total")


@dataclass(frozen=True, eq=False, repr=False)
class LSTMRun(RecurrentRun):
    """What :meth:`LSTM.forward` computed: a :class:`RecurrentRun` with cell states and gates.

    Each has the shape of `h`. The blocks of `z` are in the order i, f, g, o. The gates are computed again
    from them when they are first asked for.

    Examples
    --------
    >>> net = LSTM(W_ih=np.ones((4, 1)), W_hh=np.zeros((4, 1)))
    >>> run = net.forward(x=[[0.0], [1.0]])
    >>> run.T, run.f.round(3).ravel()
    (1, array([0.5  , 0.731]))
    """

    net: LSTM
    C_trail: Array

    @property
    def trails(self) -> tuple[Array, ...]:
        """Hidden state and cell state, from before the first step to the last."""
        return self.h_trail, self.C_trail

    @property
    def C(self) -> Array:
        """The cell states :math:`C_t`."""
        return self.C_trail[1:]

    @property
    def c_init(self) -> Array:
        """The cell state before the first step, :math:`C_{-1}`, of the shape of `h_init`."""
        return np.asarray(self.C_trail[0])

    @cached_property
    def i(self) -> Array:
        """The input gate."""
        return self.activated(self.net.gate.value, 0)

    @cached_property
    def f(self) -> Array:
        """The forget gate."""
        return self.activated(self.net.gate.value, 1)

    @cached_property
    def g(self) -> Array:
        r"""The candidate, the sheet's :math:`\tilde C_t`."""
        return self.activated(self.net.phi.value, 2)

    @cached_property
    def o(self) -> Array:
        """The output gate."""
        return self.activated(self.net.gate.value, 3)


class LSTM(Gated):
    r"""A layer of `n` LSTM cells without peepholes.

    .. math::

       z_t = W_{ih}\, x_t + b_{ih} + W_{hh}\, h_{t-1} + b_{hh},

       z_t = (z_i, z_f, z_g, z_o),

       i_t = \sigma(z_i), \quad f_t = \sigma(z_f),

       g_t = \tanh(z_g), \quad o_t = \sigma(z_o),

       C_t = f_t \odot C_{t-1} + i_t \odot g_t,

       h_t = o_t \odot \tanh(C_t).

    Other functions may stand in the place of both :math:`\tanh`, and of :math:`\sigma`.

    Parameters
    ----------
    W_ih : (4n, d) array_like
        The weights of the input, dimensionless. This and the others are kept as read-only copies.
    W_hh : (4n, n) array_like
        The weights of the previous hidden state.
    b_ih, b_hh : (4n,) array_like, optional
        The two biases, which only ever act through their sum. None is zeros.
    activation : {"tanh", "relu"}
        The function of the candidate and of the cell state.
    gate_activation : {"sigmoid", "hard_sigmoid", "hard_sigmoid_0.2"}
        The function of the gates. The hard ones are straight lines between 0 and 1: :math:`z/6 + 1/2` of
        Keras 3, and :math:`0.2\, z + 1/2` of Keras 2 and ONNX.

    Raises
    ------
    ValueError
        If an array has the wrong shape or is not real and finite, or an activation is unknown.

    See Also
    --------
    rnn_solutions.Recurrent : what every network has and does.

    Notes
    -----
    What ``lstm_step`` of ``rnn_solutions.networks.plain`` does, here for batches and without fresh memory:
    what the inputs contribute is taken for many steps at once, and in the loop of `forward` all four blocks
    go through one sigmoid before the candidate goes through tanh.

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

    _gates = 4
    initial_names = ("h_init", "c_init")
    state_names = ("h", "C")

    def forward(
        self, x: ArrayLike, h_init: ArrayLike | None = None, c_init: ArrayLike | None = None
    ) -> LSTMRun:
        r"""Return the states and gates at every step of a sequence, or of a batch of them.

        Arguments and errors are those of :meth:`RNN.forward`; `c_init` is :math:`C_{-1}`, given as
        :math:`h_{-1}` is.

        Returns
        -------
        run : LSTMRun
            Every state and gate, each (T+1, n) or (T+1, B, n). Dimensionless. The gates lie between 0 and
            1. With tanh the candidate and `h` lie between -1 and 1, and an entry of `C` moves by at most 1
            a step away from zero.

        Examples
        --------
        >>> net = LSTM(W_ih=[[0.0], [0.0], [1.0], [0.0]], W_hh=np.zeros((4, 1)))
        >>> net.forward(x=[[1.0], [-1.0]]).C.round(4).ravel()
        array([ 0.3808, -0.1904])
        """
        x, z, h, C = self.begin(x, h_init=h_init, c_init=c_init)
        gates, by_h, g = np.empty_like(z[0]), np.empty_like(z[0]), np.empty_like(C[0])
        i, f, _, o = np.moveaxis(self._blocks(gates), -2, 0)
        sigma, phi = self.gate.value, self.phi.value
        with unwarned():
            z_g = z[..., 2 * self.cells : 3 * self.cells]
            for z_t, z_g_t, h_before, C_before, h_t, C_t in self._steps_forward(
                x, z, np.add(self.b_ih, self.b_hh, dtype=z.dtype), z, z_g, h[:-1], C[:-1], h[1:], C[1:]
            ):
                np.add(z_t, np.dot(h_before, self._W_hh_T, out=by_h), out=z_t)
                sigma(z_t, out=gates)  # of all four, for one call is quicker than three
                phi(z_g_t, out=g)
                np.multiply(f, C_before, out=C_t)
                np.add(C_t, np.multiply(i, g, out=g), out=C_t)
                np.multiply(o, phi(C_t, out=h_t), out=h_t)
        finite(z, "the pre-activation at step {}")
        return LSTMRun(self, x, h, z, C)

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

            .. math:: \frac{d C_t}{d C_k} ={} & \frac{\partial C_t}{\partial C_k} \\
               & {} + \frac{\partial C_t}{\partial h_k}\,
               \operatorname{diag}\bigl(o_k \odot \tanh'(C_k)\bigr).

            It does not compose either: a nudge of :math:`C_k` also moves the output gate of an intermediate
            step, which the later factor would hold fixed.

        Parameters
        ----------
        run, t, k
            As for :meth:`Recurrent.jacobian`, that of the joint state, which does compose.
        kind : {"path", "held", "total"}
            Which meaning.

        Returns
        -------
        J : (n, n) or (B, n, n) ndarray
            ``J[a, b]`` is the derivative of :math:`(C_t)_a` with respect to :math:`(C_k)_b`; the identity
            when ``t == k``. Dimensionless.

        Raises
        ------
        ValueError
            As for :meth:`Recurrent.jacobian`, or if the kind is unknown.

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
        if kind == "path":
            return self.direct_path(run, t, k)
        by_h_k, by_C_k = np.split(self.jacobian(run, t, k)[..., self.n :, :], [self.n], axis=-1)
        if kind == "held":
            return by_C_k
        with unwarned():  # A @ diag(v) scales the columns of A
            slope = self.phi.slope(run.C[k], run.C[k])  # from the argument alone
            J = by_C_k + self.through_output(by_h_k) * (run.o[k] * slope)[..., None, :]
        return finite(J, f"the Jacobian of step {t} by step {k}")

    def _keeping_gate(self, run: LSTMRun) -> Array:
        return run.f

    def through_output(self, by_h: Array) -> Array:
        """Return derivatives by what the output gate lets out, given those by the hidden state."""
        return by_h

    def let_out(self, run: LSTMRun, steps: slice) -> Array:
        """Return what the output gate lets out of the cells at some steps, the hidden state."""
        return run.h[steps]

    def local_derivatives(self, run: LSTMRun, steps: slice, room: Array) -> tuple[Array, ...]:
        """Return dC/dz for the blocks i, f, g; dh/dz for the block o; dh/dC; and f, which is dC/dC_before."""
        with unwarned():
            h, C, C_before = self.let_out(run, steps), run.C[steps], run.C_trail[steps]
            z, (up, down) = self._blocks(run.z[steps]), self._blocks(room)
            phi = self.phi
            if self.gate_activation == "sigmoid":
                fast_sigmoid_pair(z, up, down)
                h_by_o = h * down[..., 3, :]  # phi(C) times the slope o (1 - o)
                down *= up  # the slope of a gate is sigma(z) sigma(-z)
            else:
                self.gate.slope(z, self.gate.value(z, out=up), out=down)
                h_by_o = phi.value(C) * down[..., 3, :]
            i, f, o = (up[..., gate, :] for gate in (0, 1, 3))
            z_g = z[..., 2, :]
            g = phi.value(z_g)
            C_by_z = down[..., :3, :]
            C_by_z[..., 0, :] *= g
            C_by_z[..., 1, :] *= C_before
            np.multiply(i, phi.slope(z_g, g), out=C_by_z[..., 2, :])
            h_by_C = phi.slope(C, h)  # tanh and relu have their slopes from the argument alone
            h_by_C *= o
            return C_by_z, h_by_o, h_by_C, f

    def add_within_step(self, local: tuple[Array, ...], by_state: Array) -> None:
        """Let the hidden state follow the cell."""
        (_, _, h_by_C, _), (by_h, by_C) = local, by_state
        by_C += self.through_output(by_h[..., : self.n]) * h_by_C

    def step_back(self, local: tuple[Array, ...], rows: Array, deltas: Array) -> None:
        """Go along the cell and through the output, then through the four blocks to the hidden state."""
        C_by_z, h_by_o, h_by_C, f = local
        (by_h, by_C), (delta,) = rows, deltas
        blocks = self._blocks(delta)
        by_C += by_h * h_by_C
        np.multiply(by_C[..., None, :], C_by_z, out=blocks[..., :3, :])
        np.multiply(by_h, h_by_o, out=blocks[..., 3, :])
        product(delta, self._W_hh, out=by_h)
        by_C *= f
