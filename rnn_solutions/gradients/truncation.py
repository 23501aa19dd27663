r"""Truncated backpropagation through time: the gradient without what lies too many steps back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_solutions._validation import Array, finite, float_array, unwarned, whole
from rnn_solutions.networks.recurrent import Recurrent
from rnn_solutions.networks.runs import RecurrentRun

WINDOWS_SIZE = 2**22  # pre-activations of the windows that go side by side


def truncated_gradient(net: Recurrent, run: RecurrentRun, dL_dh: ArrayLike, window: int) -> dict[str, Array]:
    r"""Return the gradient by the parameters, each loss carried back over so many steps and no more.

    Of the double sum over the steps :math:`t` of the loss and the steps :math:`k` of the weights, the terms
    with :math:`t - k < K` are kept:

    .. math::

       g_K = \sum_{t=0}^{T} \; \sum_{k = \max(0,\, t - K + 1)}^{t}
       \frac{\partial L_t}{\partial s_t} \frac{\partial s_t}{\partial s_k}
       \frac{\partial^{+} s_k}{\partial \theta}.

    What is missing is the bias of :math:`g_K` against the gradient, and it is zero from K = T + 1 on.

    Parameters
    ----------
    net : Recurrent
        An RNN, an LSTM, a GRU, or a network of your own.
    run, dL_dh
        As for :meth:`Recurrent.backward`.
    window : int
        The K of the equation: how many steps each loss reaches, its own included; at least 1.

    Returns
    -------
    gradients : dict of str to ndarray
        By the name of each parameter, in its shape, summed over a batch. In the unit of the loss.

    Raises
    ------
    ValueError
        If `run` is another network's, `dL_dh` is not real, finite and of the shape of ``run.h``, `window` is
        below 1, or a gradient overflows.

    See Also
    --------
    rnn_solutions.Recurrent.backward : the whole gradient.
    rnn_solutions.Recurrent.gradient_terms : every term of the sum.

    Notes
    -----
    Each window starts again from the state that `run` had before it, and goes back through `backward`; steps
    without a loss cost nothing. One loss costs O(K) steps, and a loss at every step O(K T).

    References
    ----------
    Williams and Peng, An efficient gradient-based algorithm for on-line training of recurrent network
    trajectories, Neural Computation 2 (1990), 490-501.

    Examples
    --------
    Three terms of 4 each, of which two are kept:

    >>> from rnn_solutions.networks.rnn import RNN
    >>> net = RNN(W=[[2.0]], U=[[1.0]], activation="identity")
    >>> run = net.forward(x=np.zeros((3, 1)), h_init=[1.0])
    >>> truncated_gradient(net, run, [[0.0], [0.0], [1.0]], window=2)["W"]
    array([[8.]])
    """
    if not isinstance(net, Recurrent) or not isinstance(run, RecurrentRun) or run.net is not net:
        raise ValueError("run must come from the forward of net, got one that does not")
    rows = float_array("dL_dh", dL_dh, run.h.shape, copy=False)
    window = whole("window", window, 1)
    asked = np.flatnonzero(rows.reshape(len(rows), -1).any(axis=1))
    early, late = asked[asked < window], asked[asked >= window]
    # The early losses lose nothing: one run from the first step serves them all.
    steps = early[-1] + 1 if early.size else 1
    total = _gradient(run, np.arange(steps)[:, None], [0], rows[:steps])
    # Some windows at a time: those of all steps would take memory of the order of T K.
    size = max(1, WINDOWS_SIZE // (window * run.z[0].size))
    for begin in range(0, len(late), size):
        chunk = late[begin : begin + size]
        starts = chunk - window + 1
        own = np.zeros((window, chunk.size, *rows.shape[1:]), rows.dtype)
        own[-1] = rows[chunk]  # each window has a loss at its end alone
        part = _gradient(run, starts + np.arange(window)[:, None], starts, own)
        with unwarned():
            total = {name: array + part[name] for name, array in total.items()}
    return {name: finite(array, f"the gradient by {name}") for name, array in total.items()}


def _gradient(run: RecurrentRun, steps: NDArray[Any], starts: Any, rows: Array) -> dict[str, Array]:
    """Return the gradient of windows of a run that go side by side, as one batch.

    The steps of each window are a column of (K, windows), which begins with its entry of `starts`; `rows` are
    the loss's own terms, (K, windows, ..., n), or (K, ..., n) of a single one.
    """
    net: Any = run.net
    n = net.n
    before = (
        trail[starts].reshape(-1, trail.shape[-1]) for trail in run.trails
    )  # row t is the state before step t
    initial = dict(zip(net.initial_names, before, strict=True))
    windows = net.forward(run.x[steps].reshape(len(steps), -1, net.d), **initial)
    found = net.backward(windows, rows.reshape(len(steps), -1, n))
    return {name: found[name] for name in net.parameter_names}
