r"""Truncated backpropagation through time: the gradient without what lies too many steps back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_solutions._validation import Array, finite, float_array, unwarned, whole
from rnn_solutions.networks.recurrent import Recurrent
from rnn_solutions.networks.runs import RecurrentRun

WINDOWS_SIZE = 2**22  # pre-activations of the windows that go side by side


def truncated_gradient(
    net: Recurrent,
    run: RecurrentRun,
    dL_dh: ArrayLike,
    window: int | None = None,
    *,
    chunks: int | None = None,
) -> dict[str, Array]:
    r"""Return the gradient by the parameters without what lies too many steps back.

    Of the double sum over the steps :math:`t` of the loss and the steps :math:`k` of the weights some terms
    are kept. There are two ways to choose them, and exactly one must be asked for.

    ``window=K``
        Each loss is carried back over K steps, its own included. Every term with :math:`t - k < K` is kept:

        .. math::

           g_K = \sum_{t=0}^{T} \; \sum_{k = \max(0,\, t - K + 1)}^{t}
           \frac{\partial L_t}{\partial s_t} \frac{\partial s_t}{\partial s_k}
           \frac{\partial^{+} s_k}{\partial \theta}.

    ``chunks=K``
        The sequence is cut into chunks of K steps. The state is carried from one to the next, the gradient is
        not, as in a training loop that detaches the state every K steps. A term is kept where t and k lie in
        one chunk. The first loss of a chunk reaches its own step alone, the last one K steps, so that of the
        pairs with a lag of l < K steps a part of 1 - l / K is kept.

    What is missing is the bias of the result against the gradient, and it is zero from K = T + 1 on.

    Parameters
    ----------
    net : Recurrent
        An RNN, an LSTM, a GRU, or a network of your own.
    run, dL_dh
        As for :meth:`Recurrent.backward`.
    window : int, optional
        How many steps each loss reaches; at least 1.
    chunks : int, optional
        How many steps a chunk has; at least 1. The first begins at step 0, and the last may be shorter.

    Returns
    -------
    gradients : dict of str to ndarray
        By the name of each parameter, in its shape, summed over a batch. In the unit of the loss.

    Raises
    ------
    ValueError
        If `run` is another network's, `dL_dh` is not real, finite and of the shape of ``run.h``, not exactly
        one of `window` and `chunks` is given, it is below 1, or a gradient overflows.

    See Also
    --------
    rnn_solutions.Recurrent.backward : the whole gradient.
    rnn_solutions.Recurrent.gradient_terms : every term of the sum.

    Notes
    -----
    Each window or chunk starts again from the state that `run` had before it, and goes back through
    `backward`; those without a loss cost nothing. One loss costs O(K) steps. A loss at every step costs
    O(K T) with a window, and O(T) with chunks.

    References
    ----------
    Williams and Peng, An efficient gradient-based algorithm for on-line training of recurrent network
    trajectories, Neural Computation 2 (1990), 490-501. There a window is called BPTT(K; 1), and chunks are
    BPTT(K; K).

    Examples
    --------
    Three terms of 4 each, of which two are kept:

    >>> from rnn_solutions.networks.rnn import RNN
    >>> net = RNN(W=[[2.0]], U=[[1.0]], activation="identity")
    >>> run = net.forward(x=np.zeros((3, 1)), h_init=[1.0])
    >>> truncated_gradient(net, run, [[0.0], [0.0], [1.0]], window=2)["W"]
    array([[8.]])

    In this network what lies ten steps back hardly counts, and a window of 10 loses hardly anything. Chunks
    of 10 lose terms of every lag from 1 on:

    >>> rng = np.random.default_rng(1)
    >>> net = RNN(rng.normal(size=(16, 16)) / 4, rng.normal(size=(16, 2)), activation="tanh")
    >>> run = net.forward(rng.normal(size=(100, 2)))
    >>> rows = rng.normal(size=run.h.shape)
    >>> whole = net.backward(run, rows).W
    >>> for kept in ({"window": 10}, {"chunks": 10}):
    ...     off = truncated_gradient(net, run, rows, **kept)["W"] - whole
    ...     print(kept, f"{np.linalg.norm(off) / np.linalg.norm(whole):.1%} off")
    {'window': 10} 0.4% off
    {'chunks': 10} 29.0% off
    """
    if not isinstance(net, Recurrent) or not isinstance(run, RecurrentRun) or run.net is not net:
        raise ValueError("run must come from the forward of net, got one that does not")
    rows = float_array("dL_dh", dL_dh, run.h.shape, copy=False)
    if (window is None) == (chunks is None):
        raise ValueError(f"either window or chunks must be given, got {window!r} and {chunks!r}")
    if window is not None:
        total = _by_windows(run, rows, whole("window", window, 1))
    else:
        total = _by_chunks(run, rows, whole("chunks", chunks, 1))
    return {name: finite(array, f"the gradient by {name}") for name, array in total.items()}


def _by_windows(run: RecurrentRun, rows: Array, window: int) -> dict[str, Array]:
    """Return the gradient with each loss carried back over its own window."""
    asked = np.flatnonzero(rows.reshape(len(rows), -1).any(axis=1))
    early, late = asked[asked < window], asked[asked >= window]
    # The early losses lose nothing: one run from the first step serves them all.
    steps = early[-1] + 1 if early.size else 1
    total = _gradient(run, np.arange(steps)[:, None], [0], rows[:steps])
    # Some windows at a time: those of all steps would take memory of the order of T K.
    size = max(1, WINDOWS_SIZE // (window * run.z[0].size))
    for begin in range(0, len(late), size):
        ends = late[begin : begin + size]
        starts = ends - window + 1
        own = np.zeros((window, ends.size, *rows.shape[1:]), rows.dtype)
        own[-1] = rows[ends]  # each window has a loss at its end alone
        total = _sum(total, _gradient(run, starts + np.arange(window)[:, None], starts, own))
    return total


def _by_chunks(run: RecurrentRun, rows: Array, chunks: int) -> dict[str, Array]:
    """Return the gradient with each loss carried back to where its chunk begins."""
    *starts, last = range(0, len(rows), chunks)
    total = _gradient(run, np.arange(last, len(rows))[:, None], [last], rows[last:])
    asked = np.array([start for start in starts if rows[start : start + chunks].any()], int)
    if asked.size:
        steps = asked + np.arange(chunks)[:, None]
        total = _sum(total, _gradient(run, steps, asked, rows[steps]))
    return total


def _sum(total: dict[str, Array], part: dict[str, Array]) -> dict[str, Array]:
    """Return the sum of two gradients."""
    with unwarned():
        return {name: array + part[name] for name, array in total.items()}


def _gradient(run: RecurrentRun, steps: NDArray[Any], starts: Any, rows: Array) -> dict[str, Array]:
    """Return the gradient of windows or chunks of a run that go side by side, as one batch.

    The steps of each are a column of (K, windows), which begins with its entry of `starts`; `rows` are
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
