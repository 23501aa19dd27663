r"""The GRU: its forward pass, and one step back through it.

Weights and biases stack three blocks of `n` rows, in PyTorch's order: reset gate :math:`r`, update gate
:math:`z`, candidate :math:`n`. A run calls them by these words: there `z` is what the activations act on, as
for every network.
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

RESETS = ("after", "before")


@dataclass(frozen=True, eq=False, repr=False)
class GRURun(RecurrentRun):
    r"""What :meth:`GRU.forward` computed: a :class:`RecurrentRun` with gates.

    Each has the shape of `h`. The blocks of `z` are those of the reset gate, the update gate and the
    candidate. These are computed again from them when they are first asked for.

    Attributes
    ----------
    candidate_hh : (T+1, n) or (T+1, B, n) ndarray
        What the weights of the state give to the candidate. Where the reset gate acts after the product,
        :math:`W_{hn} h_{t-1} + b_{hn}`, which it then scales; where it acts before,
        :math:`W_{hn} (r_t \odot h_{t-1}) + b_{hn}`.

    Examples
    --------
    >>> net = GRU(W_ih=np.ones((3, 1)), W_hh=np.zeros((3, 1)))
    >>> run = net.forward(x=[[0.0], [1.0]])
    >>> run.T, run.update.round(3).ravel()
    (1, array([0.5  , 0.731]))
    """

    net: GRU
    candidate_hh: Array

    @cached_property
    def reset(self) -> Array:
        """The reset gate :math:`r_t`."""
        return self.activated(self.net.gate.value, 0)

    @cached_property
    def update(self) -> Array:
        """The update gate :math:`z_t`."""
        return self.activated(self.net.gate.value, 1)

    @cached_property
    def candidate(self) -> Array:
        """The candidate :math:`n_t`."""
        return self.activated(self.net.phi.value, 2)


class GRU(Gated):
    r"""A layer of `n` gated recurrent units, in PyTorch's form.

    .. math::

       r_t &= \sigma(W_{ir}\, x_t + b_{ir} + W_{hr}\, h_{t-1} + b_{hr}), \\
       z_t &= \sigma(W_{iz}\, x_t + b_{iz} + W_{hz}\, h_{t-1} + b_{hz}), \\
       n_t &= \tanh\bigl(W_{in}\, x_t + b_{in} \\
       & \qquad {} + r_t \odot (W_{hn}\, h_{t-1} + b_{hn})\bigr), \\
       h_t &= (1 - z_t) \odot n_t + z_t \odot h_{t-1}.

    There the reset gate acts after the product with :math:`W_{hn}`, so that the two biases of the candidate
    differ in what they do. Where it acts before,

    .. math::

       n_t &= \tanh\bigl(W_{in}\, x_t + b_{in} \\
       & \qquad {} + W_{hn}\, (r_t \odot h_{t-1}) + b_{hn}\bigr).

    Parameters
    ----------
    W_ih : (3n, d) array_like
        The weights of the input, dimensionless. This and the others are kept as read-only copies.
    W_hh : (3n, n) array_like
        The weights of the previous state.
    b_ih, b_hh : (3n,) array_like, optional
        The two biases. None is zeros.
    activation, gate_activation
        The functions of the candidate and of the gates, as for :class:`LSTM`.
    reset : {"after", "before"}
        Where the reset gate acts: after the product, as in PyTorch, MLX, Flax and Keras with
        ``reset_after=True``; or before it, as in Cho et al., Haiku, Keras with ``reset_after=False`` and ONNX
        with ``linear_before_reset=0``.

    Raises
    ------
    ValueError
        If an array has the wrong shape or is not real and finite, or a choice is unknown.

    See Also
    --------
    rnn_solutions.Recurrent : what every network has and does.

    Notes
    -----
    What ``gru_step`` of ``rnn_solutions.networks.plain`` does, here for batches and without fresh memory:
    what the inputs contribute is taken for many steps at once, what the reset gate scales is kept in
    ``candidate_hh``, and :math:`1 - z_t` is :math:`\sigma` of the negative argument.

    References
    ----------
    Cho et al., Learning phrase representations using RNN encoder-decoder for statistical machine translation,
    EMNLP (2014), 1724-1734, where the gate :math:`z` has the same meaning and the reset gate acts before the
    product.

    Examples
    --------
    An update gate near 1 keeps the state:

    >>> net = GRU(W_ih=np.zeros((3, 1)), W_hh=np.ones((3, 1)), b_ih=[0.0, 40.0, 0.0])
    >>> net.forward(x=np.zeros((3, 1)), h_init=[0.8]).h.round(6).ravel()
    array([0.8, 0.8, 0.8])
    """

    _gates = 3
    sides = 2

    def __init__(
        self,
        W_ih: ArrayLike,
        W_hh: ArrayLike,
        b_ih: ArrayLike | None = None,
        b_hh: ArrayLike | None = None,
        *,
        activation: str = "tanh",
        gate_activation: str = "sigmoid",
        reset: str = "after",
    ) -> None:
        super().__init__(W_ih, W_hh, b_ih, b_hh, activation=activation, gate_activation=gate_activation)
        self.reset = choice("reset", reset, RESETS)

    def _unusual(self) -> list[str]:
        return [*super()._unusual(), *(["reset before"] if self.reset == "before" else [])]

    def forward(self, x: ArrayLike, h_init: ArrayLike | None = None) -> GRURun:
        r"""Return the states and gates at every step of a sequence, or of a batch of them.

        Arguments and errors are those of :meth:`RNN.forward`.

        Returns
        -------
        run : GRURun
            Every state and gate, each (T+1, n) or (T+1, B, n). Dimensionless. A state lies between the state
            before and the candidate, which with tanh lies between -1 and 1.

        Examples
        --------
        >>> net = GRU(W_ih=[[0.0], [0.0], [1.0]], W_hh=np.zeros((3, 1)))
        >>> net.forward(x=[[1.0], [-1.0]]).h.round(4).ravel()
        array([ 0.3808, -0.1904])
        """
        x, z, h = self.begin(x, h_init=h_init)
        two = 2 * self.n  # where the two gates end and the candidate begins
        candidate_hh = np.empty((len(x), *h.shape[1:]), z.dtype)
        gates, by_h = np.empty_like(z[0]), np.empty_like(z[0])
        sigma, phi, is_before = self.gate.value, self.phi.value, self.reset == "before"
        r, keep, renew = np.moveaxis(self._blocks(gates), -2, 0)
        with unwarned():
            bias = self.b_ih.astype(z.dtype)
            bias[:two] += self.b_hh[:two]
            for z_rz, z_n, hh_n, h_before, h_t in self._steps_forward(
                x, z, bias, z[..., :two], z[..., two:], candidate_hh, h[:-1], h[1:]
            ):
                if is_before:
                    np.add(z_rz, h_before @ self._W_hh_T[:, :two], out=z_rz)
                else:
                    np.dot(h_before, self._W_hh_T, out=by_h)
                    np.add(z_rz, by_h[..., :two], out=z_rz)
                    np.add(by_h[..., two:], self.b_hh[two:], out=hh_n)
                gates[..., :two] = z_rz
                np.negative(gates[..., self.n : two], out=renew)  # 1 - sigma(z) is sigma(-z), of a line too
                sigma(gates, out=gates)
                if is_before:
                    by_n = product(r * h_before, self._W_hh_T[:, two:], out=hh_n)
                    np.add(z_n, np.add(by_n, self.b_hh[two:], out=hh_n), out=z_n)
                else:
                    np.add(z_n, np.multiply(r, hh_n, out=r), out=z_n)
                np.multiply(renew, phi(z_n, out=h_t), out=h_t)
                np.add(h_t, np.multiply(keep, h_before, out=keep), out=h_t)
        finite(z, "the pre-activation at step {}")
        return GRURun(self, x, h, z, candidate_hh)

    def _keeping_gate(self, run: GRURun) -> Array:
        return run.update

    def recurrent_inputs(self, run: GRURun, steps: slice) -> list[tuple[slice, Array]]:
        """Return the state before, and where the reset gate acts before the product what it lets through."""
        h_before = run.h_previous[steps]
        if self.reset == "after":
            return [(slice(None), h_before)]
        two = 2 * self.n
        with unwarned():
            r = self.gate.value(run.z[steps][..., : self.n])
        return [(slice(two), h_before), (slice(two, None), r * h_before)]

    def local_derivatives(self, run: GRURun, steps: slice, room: Array) -> tuple[Array, ...]:
        """Return dh/dz for the blocks r, z, n, the reset gate, and the update gate, which is dh/dh_before.

        Where the reset gate acts before the product, the block r holds what the product sees, by z: the
        state before times the slope of the gate.
        """
        with unwarned():
            h_before, hh_n = run.h_previous[steps], run.candidate_hh[steps]
            z, (up, down) = self._blocks(run.z[steps]), self._blocks(room)
            z_n = z[..., 2, :]
            by_r, by_z, by_n = (down[..., gate, :] for gate in range(3))
            n = self.phi.value(z_n)
            if self.gate_activation == "sigmoid":
                fast_sigmoid_pair(z, up, down)
                np.multiply(by_z, self.phi.slope(z_n, n), out=by_n)  # (1 - z) tanh'
                down[..., :2, :] *= up[..., :2, :]  # the slope of a gate is sigma(z) sigma(-z)
            else:
                self.gate.slope(z, self.gate.value(z, out=up), out=down)
                np.multiply(1 - up[..., 1, :], self.phi.slope(z_n, n), out=by_n)
            by_z *= h_before - n
            if self.reset == "after":
                by_r *= by_n
                by_r *= hh_n
            else:
                by_r *= h_before
            return down, up[..., 0, :], up[..., 1, :]

    def step_back(self, local: tuple[Array, ...], rows: Array, deltas: Array) -> None:
        """Go along the state, and through the three blocks; to the candidate past the reset gate."""
        h_by_z, r, keep = local
        (by_h,), (delta_ih, delta_hh) = rows, deltas
        np.multiply(by_h[..., None, :], h_by_z, out=self._blocks(delta_ih))
        by_h *= keep
        if self.reset == "after":
            delta_hh[...] = delta_ih
            delta_hh[..., 2 * self.n :] *= r  # the state reaches the candidate through the reset gate
            by_h += product(delta_hh, self._W_hh, out=np.empty_like(by_h))
            return
        W_rz, W_n = np.split(self._W_hh, [2 * self.n])
        by_r, _, by_n = np.moveaxis(self._blocks(delta_ih), -2, 0)
        by_let_through = by_n @ W_n
        np.multiply(by_let_through, h_by_z[..., 0, :], out=by_r)
        by_h += by_let_through * r
        by_h += delta_ih[..., : 2 * self.n] @ W_rz
        delta_hh[...] = delta_ih
