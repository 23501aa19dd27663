r"""The recurrent network of the sheet, run forwards, and its derivatives through time.

Steps count as on the sheet: :math:`t = 0, \dots, T`, and :math:`h_{-1}` is the state before the first step.
The loss is :math:`L = \sum_t L_t`, where :math:`L_t` depends on the weights through :math:`h_t` alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions._frozen import made, read_only
from rnn_solutions._memory import require_size
from rnn_solutions._validation import Array, choice, finite, float_array, step, unwarned
from rnn_solutions.networks.activations import ACTIVATIONS
from rnn_solutions.networks.recurrent import Recurrent, product
from rnn_solutions.networks.runs import RecurrentRun


@dataclass(frozen=True, eq=False, repr=False)
class RNNRun(RecurrentRun):
    """What :meth:`RNN.forward` computed: a :class:`RecurrentRun` that knows its slopes as well.

    Examples
    --------
    >>> run = RNN(W=[[2.0]], U=[[1.0]], activation="identity").forward(x=[[1.0], [0.0]], h_init=[3.0])
    >>> run.T, run.h_previous.ravel()
    (1, array([3., 7.]))
    """

    net: RNN

    @cached_property
    def slope(self) -> Array:
        r"""The derivative :math:`\sigma'(z_t)` at every pre-activation, (T+1, n) or (T+1, B, n)."""
        (slope,) = self.net.local_derivatives(self, slice(None), np.empty((1, *self.z.shape), self.z.dtype))
        return read_only(slope)


class RNN(Recurrent):
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

    Raises
    ------
    ValueError
        If an argument has the wrong shape or is not real and finite, or if the activation is unknown.

    See Also
    --------
    rnn_solutions.Recurrent : what every network has and does.
    rnn_solutions.Recurrent.replace : the same network with a weight nudged, for this one cannot be changed.

    Notes
    -----
    What ``rnn_step`` of ``rnn_solutions.networks.plain`` does with the logistic function, here for batches
    and without fresh memory: ``U x`` is taken for many steps at once, before the loop of `forward` that adds
    ``W h``.

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

    parameter_names = ("U", "W", "b", "b")
    _gates = 1

    def __init__(
        self, W: ArrayLike, U: ArrayLike, b: ArrayLike | None = None, activation: str = "sigmoid"
    ) -> None:
        W = float_array("W", W, ("n", "n"), copy=False)
        U = float_array("U", U, (len(W), "d"), copy=False)
        b = np.zeros(len(W), W.dtype) if b is None else float_array("b", b, (len(W),), copy=False)
        self.U, self.W, self.b = self._keep(U, W, b)
        self.activation = choice("activation", activation, ACTIVATIONS)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(n={self.n}, d={self.d}, {self.activation}, {self.W.dtype})"

    @classmethod
    def from_state_dict(
        cls,
        mapping: Any,
        layer: int | None = None,
        prefix: str = "",
        reverse: bool | None = None,
        activation: str = "tanh",
    ) -> Self:
        """Return the network that holds one layer of a trained ``torch.nn.RNN``, its two biases summed.

        Parameters
        ----------
        mapping, layer, prefix, reverse
            As for every network: :meth:`Recurrent.from_state_dict`.
        activation : {"sigmoid", "tanh", "relu", "identity"}
            The module's ``nonlinearity``, which a state_dict does not hold.

        Returns
        -------
        net : RNN
            In the dtype of the arrays.

        Raises
        ------
        ValueError
            As for every network, or if the activation is unknown.

        Examples
        --------
        >>> net = RNN.from_state_dict({"weight_ih_l0": [[1.0]], "weight_hh_l0": [[2.0]]})
        >>> net.W, net.activation
        (array([[2.]]), 'tanh')
        """
        return made(cls, cls._weights_of(mapping, layer, prefix, reverse) | {"activation": activation})

    def forward(self, x: ArrayLike, h_init: ArrayLike | None = None) -> RNNRun:
        """Run the network over a sequence, or a batch of them.

        Parameters
        ----------
        x : (T+1, d) or (T+1, B, d) array_like
            The inputs, one row a step, dimensionless; of B sequences at once when it has three axes.
        h_init : (n,) or (B, n) array_like, optional
            The state before the first step, dimensionless; zeros when None. It may have an axis of length 1
            in front, as torch's has: (1, n) or (1, B, n).

        Returns
        -------
        run : RNNRun
            The states ``run.h``, (T+1, n) or (T+1, B, n), and all that the derivatives need.

        Raises
        ------
        ValueError
            If an argument has the wrong shape or is not real and finite, or if a pre-activation
            overflows.

        See Also
        --------
        Recurrent.backward : the gradients of a loss on these states.

        Examples
        --------
        >>> net = RNN(W=[[2.0]], U=[[1.0]], activation="identity")
        >>> net.forward(x=[[1.0], [0.0], [0.0]]).h
        array([[1.], [2.], [4.]])
        """
        x, z, h = self.begin(x, h_init=h_init)
        sigma, by_h = ACTIVATIONS[self.activation].value, np.empty_like(z[0])
        with unwarned():
            for z_t, h_before, h_t in self._steps_forward(x, z, self.b, z, h[:-1], h[1:]):
                np.add(z_t, np.dot(h_before, self._W_hh_T, out=by_h), out=z_t)
                sigma(z_t, out=h_t)
        finite(z, "the pre-activation at step {}")
        return RNNRun(self, x, h, z)

    def immediate_gradient(self, run: RNNRun, k: int) -> Array:
        r"""Return the immediate partial derivative of the state at step `k` with respect to `W`.

        "Immediate" (Pascanu et al., section 1.1) means that :math:`h_{k-1}` is held, although it too was made
        with `W`. With :math:`\delta_{ia} = 1` for :math:`i = a` and 0 otherwise,

        .. math:: \frac{\partial^{+} (h_k)_i}{\partial W_{ab}} = \delta_{ia}\, \sigma'(z_k)_i\, (h_{k-1})_b.

        Parameters
        ----------
        run : RNNRun
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
            If `run` is another network's or of a batch, `k` is not a step of it, or `G` would take more than
            half of the machine's memory.

        See Also
        --------
        Recurrent.gradient_terms : where it is the last factor of every term.

        Examples
        --------
        >>> net = RNN(W=[[2.0]], U=[[1.0]])
        >>> net.immediate_gradient(net.forward(x=[[-1.0]], h_init=[0.5]), k=0)
        array([[[0.125]]])
        """
        self._require_own(run)
        if run.h.ndim != 2:
            raise ValueError(f"run must be of one sequence, got a batch of {run.h.shape[1]}")
        k = step("k", k)
        if not 0 <= k <= run.T:
            raise ValueError(f"need 0 <= k <= {run.T}, got k={k}")
        require_size(f"the immediate gradient of n={self.n} units", self.n**3 * run.h.itemsize)
        return np.asarray(np.diag(run.slope[k])[:, :, None] * run.h_previous[k])

    def local_derivatives(self, run: RNNRun, steps: slice, room: Array) -> tuple[Array, ...]:
        """Return the slopes."""
        with unwarned():
            return (ACTIVATIONS[self.activation].slope(run.z[steps], run.h[steps], out=room[0]),)

    def step_back(self, local: tuple[Array, ...], rows: Array, deltas: Array) -> None:
        """Scale by the slopes, and multiply by `W`."""
        (slope,), (by_h,), (delta,) = local, rows, deltas
        np.multiply(by_h, slope, out=delta)
        product(delta, self._W_hh, out=by_h)
