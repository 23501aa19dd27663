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

from rnn_solutions._validation import Array, finite, unwarned
from rnn_solutions.networks.activations import fast_sigmoid, fast_sigmoid_pair, sech_squared
from rnn_solutions.networks.gated import Gated
from rnn_solutions.networks.recurrent import product
from rnn_solutions.networks.runs import RecurrentRun


@dataclass(frozen=True, eq=False, repr=False)
class GRURun(RecurrentRun):
    """What :meth:`GRU.forward` computed: a :class:`RecurrentRun` with gates.

    Each has the shape of `h`. The blocks of `z` are those of the reset gate, the update gate and the
    candidate. These are computed again from them when they are first asked for.

    Attributes
    ----------
    candidate_hh : (T+1, n) or (T+1, B, n) ndarray
        :math:`W_{hn} h_{t-1} + b_{hn}`, which the reset gate scales.

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
        return self.activated(fast_sigmoid, 0)

    @cached_property
    def update(self) -> Array:
        """The update gate :math:`z_t`."""
        return self.activated(fast_sigmoid, 1)

    @cached_property
    def candidate(self) -> Array:
        """The candidate :math:`n_t`."""
        return self.activated(np.tanh, 2)


class GRU(Gated):
    r"""A layer of `n` gated recurrent units, in PyTorch's form.

    .. math::

       r_t &= \sigma(W_{ir}\, x_t + b_{ir} + W_{hr}\, h_{t-1} + b_{hr}), \\
       z_t &= \sigma(W_{iz}\, x_t + b_{iz} + W_{hz}\, h_{t-1} + b_{hz}), \\
       n_t &= \tanh\bigl(W_{in}\, x_t + b_{in} \\
       & \qquad {} + r_t \odot (W_{hn}\, h_{t-1} + b_{hn})\bigr), \\
       h_t &= (1 - z_t) \odot n_t + z_t \odot h_{t-1}.

    Parameters and errors are those of :class:`LSTM`, with three blocks of rows for four: the arrays are
    (3n, d), (3n, n), (3n,) and (3n,). The reset gate acts after the product with :math:`W_{hn}`, so that the
    two biases of the candidate differ in what they do.

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

    def forward(self, x: ArrayLike, h_init: ArrayLike | None = None) -> GRURun:
        r"""Return the states and gates at every step of a sequence, or of a batch of them.

        Arguments and errors are those of :meth:`RNN.forward`.

        Returns
        -------
        run : GRURun
            Every state and gate, each (T+1, n) or (T+1, B, n). Dimensionless. A state lies between the state
            before and the candidate, which lies between -1 and 1.

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
        r, keep, renew = np.moveaxis(self._blocks(gates), -2, 0)
        with unwarned():
            bias = self.b_ih.astype(z.dtype)
            bias[:two] += self.b_hh[:two]
            for z_rz, z_n, hh_n, h_before, h_t in self._steps_forward(
                x, z, bias, z[..., :two], z[..., two:], candidate_hh, h[:-1], h[1:]
            ):
                np.dot(h_before, self._W_hh_T, out=by_h)
                np.add(z_rz, by_h[..., :two], out=z_rz)
                np.add(by_h[..., two:], self.b_hh[two:], out=hh_n)
                gates[..., :two] = z_rz
                np.negative(gates[..., self.n : two], out=renew)  # 1 - sigma(z) is sigma(-z)
                fast_sigmoid(gates, out=gates)
                np.add(z_n, np.multiply(r, hh_n, out=r), out=z_n)
                np.multiply(renew, np.tanh(z_n, out=h_t), out=h_t)
                np.add(h_t, np.multiply(keep, h_before, out=keep), out=h_t)
        finite(z, "the pre-activation at step {}")
        return GRURun(self, x, h, z, candidate_hh)

    def _keeping_gate(self, run: GRURun) -> Array:
        return run.update

    def local_derivatives(self, run: GRURun, steps: slice, room: Array) -> tuple[Array, ...]:
        """Return dh/dz for the blocks r, z, n, the reset gate, and the update gate, which is dh/dh_before."""
        with unwarned():
            h_before, hh_n = run.h_previous[steps], run.candidate_hh[steps]
            z, (up, down) = self._blocks(run.z[steps]), self._blocks(room)
            fast_sigmoid_pair(z, up, down)
            z_n = z[..., 2, :]
            by_r, by_z, by_n = (down[..., gate, :] for gate in range(3))
            np.multiply(by_z, sech_squared(z_n), out=by_n)  # (1 - z) tanh'
            down[..., :2, :] *= up[..., :2, :]  # the slope of a gate is sigma(z) sigma(-z)
            by_z *= h_before - np.tanh(z_n)
            by_r *= by_n
            by_r *= hh_n
            return down, up[..., 0, :], up[..., 1, :]

    def step_back(self, local: tuple[Array, ...], rows: Array, deltas: Array) -> None:
        """Go along the state, and through the three blocks; to the candidate behind the reset gate."""
        h_by_z, r, keep = local
        (by_h,), (delta_ih, delta_hh) = rows, deltas
        np.multiply(by_h[..., None, :], h_by_z, out=self._blocks(delta_ih))
        delta_hh[...] = delta_ih
        delta_hh[..., 2 * self.n :] *= r  # the state reaches the candidate through the reset gate
        by_h *= keep
        by_h += product(delta_hh, self._W_hh, out=np.empty_like(by_h))
