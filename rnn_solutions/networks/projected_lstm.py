r"""The LSTM with a projection: what it hands on is a matrix times what its cells let out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, finite, float_array, unwarned
from rnn_solutions.networks.lstm import LSTM, LSTMRun
from rnn_solutions.networks.recurrent import product
from rnn_solutions.networks.state_dict import read_layer


@dataclass(frozen=True, eq=False, repr=False)
class ProjectedLSTMRun(LSTMRun):
    """What :meth:`ProjectedLSTM.forward` computed: an :class:`LSTMRun` whose `h` is shorter than its `C`.

    Examples
    --------
    >>> net = ProjectedLSTM(np.ones((8, 1)), np.zeros((8, 1)), [[1.0, -1.0]])
    >>> run = net.forward(x=[[0.0], [1.0]])
    >>> run.h.shape, run.C.shape
    ((2, 1), (2, 2))
    """

    net: ProjectedLSTM


class ProjectedLSTM(LSTM):
    r"""A layer of `n` LSTM cells whose hidden state has `p` numbers, as PyTorch's ``proj_size`` makes it.

    The gates are those of :class:`LSTM`, and read the shorter hidden state. With

    .. math:: m_t = o_t \odot \tanh(C_t), \qquad h_t = W_{hr}\, m_t,

    the state is :math:`(h_t, C_t)` of p + n numbers. The attribute `n` of a network is the length of its
    hidden state, here `p`; `cells` is that of `C`.

    Parameters
    ----------
    W_ih : (4n, d) array_like
        The weights of the input, dimensionless. This and the others are kept as read-only copies.
    W_hh : (4n, p) array_like
        The weights of the previous hidden state.
    W_hr : (p, n) array_like
        The projection.
    b_ih, b_hh : (4n,) array_like, optional
        The two biases, which only ever act through their sum. None is zeros.

    Raises
    ------
    ValueError
        If an array has the wrong shape or is not real and finite, or if p is larger than n.

    See Also
    --------
    LSTM : the same with the identity for a projection.

    References
    ----------
    Sak, Senior and Beaufays, Long short-term memory recurrent neural network architectures for large scale
    acoustic modeling, Interspeech (2014), 338-342.

    Examples
    --------
    >>> net = ProjectedLSTM(np.ones((8, 3)), np.ones((8, 1)), W_hr=[[1.0, 1.0]])
    >>> net
    ProjectedLSTM(n=1, d=3, cells=2, float64)
    >>> run = net.forward(np.ones((5, 3)))
    >>> gradients = net.backward(run, np.ones((5, 1)))
    >>> gradients.W_hr.shape, gradients.h.shape, gradients.C.shape
    ((1, 2), (5, 1), (5, 2))
    """

    parameter_names = ("W_ih", "W_hh", "b_ih", "b_hh", "W_hr")
    sides = 3  # by the pre-activations, by the hidden state for the projection, and by the former once more

    def __init__(
        self,
        W_ih: ArrayLike,
        W_hh: ArrayLike,
        W_hr: ArrayLike,
        b_ih: ArrayLike | None = None,
        b_hh: ArrayLike | None = None,
    ) -> None:
        rows = len(float_array("W_hh", W_hh, ("4n", "p"), copy=False))
        zeros = np.zeros(rows, np.float32)
        given = [W_ih, W_hh, *(zeros if bias is None else bias for bias in (b_ih, b_hh)), W_hr]
        checked = self._checked(dict(zip(self.parameter_names, given, strict=True)))
        self.W_ih, self.W_hh, self.b_ih, self.b_hh, self.W_hr = self._keep(*checked)
        self.activation, self.gate_activation = "tanh", "sigmoid"

    def _checked(self, named: dict[str, ArrayLike]) -> list[Array]:
        W_hr = float_array("W_hr", named["W_hr"], ("p", "n"), copy=False)
        p, n = W_hr.shape
        if p > n:
            raise ValueError(f"W_hr must have at most as many rows as columns, got {W_hr.shape}")
        shapes: list[tuple[int | str, ...]] = [(4 * n, "d"), (4 * n, p), (4 * n,), (4 * n,)]
        pairs = zip(named, shapes, strict=False)
        return [*(float_array(name, named[name], shape, copy=False) for name, shape in pairs), W_hr]

    def _unusual(self) -> list[str]:
        return [f"cells={self.cells}"]

    @classmethod
    def _weights_of(
        cls, mapping: Any, layer: int | None, prefix: str, reverse: bool | None
    ) -> dict[str, Any]:
        held = read_layer(mapping, layer, prefix, reverse, None, is_projected=True)
        ours = {"weight_ih": "W_ih", "weight_hh": "W_hh", "bias_ih": "b_ih", "bias_hh": "b_hh"}
        return {ours.get(name, "W_hr"): array for name, array in held.items()}

    @property
    def cells(self) -> int:
        """How many cells there are, and numbers in each gate."""
        return len(self._W_hh) // 4

    @property
    def widths(self) -> tuple[int, ...]:
        """How many numbers the hidden state and the cell state have."""
        return self.n, self.cells

    def forward(
        self, x: ArrayLike, h_init: ArrayLike | None = None, c_init: ArrayLike | None = None
    ) -> ProjectedLSTMRun:
        """Return the states and gates at every step of a sequence, or of a batch of them.

        Arguments and errors are those of :meth:`LSTM.forward`; `h_init` has p numbers, and `c_init` n.

        Returns
        -------
        run : ProjectedLSTMRun
            Every state and gate: `h` (T+1, p) or (T+1, B, p), all others with n for p. Dimensionless.

        Examples
        --------
        >>> net = ProjectedLSTM([[0.0], [0.0], [1.0], [0.0]], np.zeros((4, 1)), [[2.0]])
        >>> net.forward(x=[[1.0], [-1.0]]).h.round(4).ravel()
        array([ 0.3634, -0.1881])
        """
        x, z, h, C = self.begin(x, h_init=h_init, c_init=c_init)
        sigma, phi, W_hr_T = self.gate.value, self.phi.value, self.W_hr.T
        with unwarned():
            bias = np.add(self.b_ih, self.b_hh, dtype=z.dtype)
            for z_t, h_before, C_before, h_t, C_t in self._steps_forward(
                x, z, bias, z, h[:-1], C[:-1], h[1:], C[1:]
            ):
                np.add(z_t, h_before @ self._W_hh_T, out=z_t)
                i, f, _, o = np.moveaxis(self._blocks(sigma(z_t)), -2, 0)
                C_t[...] = f * C_before + i * phi(self._blocks(z_t)[..., 2, :])
                np.dot(o * phi(C_t), W_hr_T, out=h_t)
        finite(z, "the pre-activation at step {}")
        return ProjectedLSTMRun(self, x, h, z, C)

    def through_output(self, by_h: Array) -> Array:
        """Go through the projection."""
        return by_h @ self.W_hr

    def let_out(self, run: LSTMRun, steps: slice) -> Array:
        """Return what the output gate lets out of the cells, before the projection."""
        with unwarned():
            o = self.gate.value(self._blocks(run.z[steps])[..., 3, :])
            return np.asarray(o * self.phi.value(run.C[steps]))

    def further_inputs(self, run: Any, steps: slice) -> list[tuple[int, int, Array]]:
        """Return what the projection sees and multiplies."""
        return [(1, self.n, self.let_out(run, steps))]

    def step_back(self, local: tuple[Array, ...], rows: Array, deltas: Array) -> None:
        """Go through the projection, along the cell, and through the four blocks to the hidden state."""
        C_by_z, m_by_o, m_by_C, f = local
        by_h, by_C, blocks = rows[0][..., : self.n], rows[1], self._blocks(deltas[0])
        deltas[1] = 0
        deltas[1][..., : self.n] = by_h
        by_m = self.through_output(by_h)
        by_C += by_m * m_by_C
        np.multiply(by_C[..., None, :], C_by_z, out=blocks[..., :3, :])
        np.multiply(by_m, m_by_o, out=blocks[..., 3, :])
        deltas[2] = deltas[0]
        by_h[...] = product(deltas[0], self._W_hh, out=np.empty_like(by_h))
        by_C *= f
