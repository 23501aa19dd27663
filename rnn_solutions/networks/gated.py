"""What the LSTM and the GRU share beyond the RNN: weights stacked in blocks, and a path along a gate."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, choice, float_array, ordered_steps
from rnn_solutions.networks.activations import ACTIVATIONS, Activation
from rnn_solutions.networks.gate_activations import CANDIDATE_ACTIVATIONS, GATE_ACTIVATIONS
from rnn_solutions.networks.recurrent import Recurrent


class Gated(Recurrent):
    """A recurrent layer whose weights and biases stack one block of `n` rows for each gate."""

    _gates: ClassVar[int]

    def __init__(
        self,
        W_ih: ArrayLike,
        W_hh: ArrayLike,
        b_ih: ArrayLike | None = None,
        b_hh: ArrayLike | None = None,
        *,
        activation: str = "tanh",
        gate_activation: str = "sigmoid",
    ) -> None:
        W_hh = float_array("W_hh", W_hh, (f"{self._gates}n", "n"), copy=False)
        rows, n = self._gates * W_hh.shape[1], W_hh.shape[1]
        if len(W_hh) != rows:
            raise ValueError(
                f"W_hh must have shape ({self._gates}n, n), here ({rows}, {n}), got {W_hh.shape}"
            )
        W_ih = float_array("W_ih", W_ih, (rows, "d"), copy=False)
        biases = (
            np.zeros(rows, W_hh.dtype) if value is None else float_array(name, value, (rows,), copy=False)
            for name, value in (("b_ih", b_ih), ("b_hh", b_hh))
        )
        self.W_ih, self.W_hh, self.b_ih, self.b_hh = self._keep(W_ih, W_hh, *biases)
        self.activation = choice("activation", activation, CANDIDATE_ACTIVATIONS)
        self.gate_activation = choice("gate_activation", gate_activation, GATE_ACTIVATIONS)

    def __repr__(self) -> str:
        told = "".join(f"{name}, " for name in self._unusual())
        return f"{type(self).__name__}(n={self.n}, d={self.d}, {told}{self.W_hh.dtype})"

    def _unusual(self) -> list[str]:
        """Say in what this network differs from the usual one of its kind, its sizes apart."""
        given = [self.activation, self.gate_activation]
        return [name for name, usual in zip(given, ("tanh", "sigmoid"), strict=True) if name != usual]

    @property
    def phi(self) -> Activation:
        """The function of the candidate, and of the cell state where there is one."""
        return ACTIVATIONS[self.activation]

    @property
    def gate(self) -> Activation:
        """The function of the gates."""
        return GATE_ACTIVATIONS[self.gate_activation]

    def direct_path(self, run: Any, t: int, k: int) -> Array:
        r"""Return how the memory at step `t` responds to that at step `k` along itself, with every gate held.

        For the LSTM the memory is the cell, and the path is
        :math:`\operatorname{diag}(f_t \odot \cdots \odot f_{k+1})`. For the GRU it is the hidden state, with
        the update gate :math:`z` in the place of :math:`f`. It composes over intermediate steps.

        Arguments and errors are those of :meth:`Recurrent.jacobian`, the whole response.

        Returns
        -------
        J : (n, n) or (B, n, n) ndarray
            Diagonal; the identity when ``t == k``. Dimensionless.

        Examples
        --------
        >>> from rnn_solutions.networks.gru import GRU
        >>> net = GRU(W_ih=np.zeros((3, 1)), W_hh=np.zeros((3, 1)))
        >>> net.direct_path(net.forward(x=np.zeros((3, 1))), t=2, k=0)
        array([[0.25]])
        """
        self._require_own(run)
        t, k = ordered_steps(t, k, run.T)
        kept = np.prod(self._keeping_gate(run)[k + 1 : t + 1], axis=0)
        return np.asarray(kept[..., None] * np.eye(self.cells, dtype=kept.dtype))

    @abstractmethod
    def _keeping_gate(self, run: Any) -> Array:
        """Return the gate that says how much of the memory a step keeps."""

    def _blocks(self, stacked: Array) -> Array:
        """Return an array (..., gates n) as (..., gates, n), without a copy."""
        return stacked.reshape(*stacked.shape[:-1], self._gates, self.cells)

    @property
    def cells(self) -> int:
        """How many rows the block of a gate has."""
        return self.n
