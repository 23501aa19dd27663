r"""One step's Jacobian of an LSTM or a GRU taken apart, by the way on which a change of the state travels.

What a step hands on, :math:`s_t`, depends on :math:`s_{t-1}` in several places of the step's equations.
Each place is a way, and the chain rule gives each a matrix of its own; their sum is the Jacobian of the step.
A way is closed when its place reads the recorded number and no longer follows :math:`s_{t-1}`.

======  ===============  ====================================================================================
layer   way              the place that follows the state before
======  ===============  ====================================================================================
LSTM    ``"direct"``     the cell state that the forget gate scales
LSTM    ``"forget"``     the hidden state that the forget gate reads
LSTM    ``"input"``      the hidden state that the input gate reads
LSTM    ``"candidate"``  the hidden state that the candidate reads
LSTM    ``"output"``     the hidden state that the output gate reads
GRU     ``"direct"``     the state that the update gate scales
GRU     ``"update"``     the state that the update gate reads
GRU     ``"reset"``      the state that the reset gate reads
GRU     ``"candidate"``  the state that the candidate reads, behind the reset gate
======  ===============  ====================================================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions._memory import require_size
from rnn_solutions._validation import Array, choice, finite, ordered_steps, spelled, step, unwarned
from rnn_solutions.networks.gru import GRU, GRURun
from rnn_solutions.networks.lstm import LSTM, LSTMRun
from rnn_solutions.networks.projected_lstm import ProjectedLSTMRun
from rnn_solutions.networks.runs import Gradients

LSTM_WAYS = ("direct", "forget", "input", "candidate", "output")
GRU_WAYS = ("direct", "update", "reset", "candidate")


def step_parts(run: LSTMRun | GRURun, t: int) -> dict[str, Array]:
    r"""Return the Jacobian of one step as a sum of one matrix for each way.

    For the LSTM, with the hidden state first, :math:`q_t = o_t \odot \tanh'(C_t)`, slopes marked by a prime,
    and :math:`A = \operatorname{diag}(C_{t-1} \odot f'_t)\, W_f` for the forget gate,
    :math:`\operatorname{diag}(\tilde C_t \odot i'_t)\, W_i` for the input gate and
    :math:`\operatorname{diag}(i_t \odot \tilde C'_t)\, W_c` for the candidate,

    .. math::

       \frac{\partial s_t}{\partial s_{t-1}} ={} &
       \begin{bmatrix} 0 & \operatorname{diag}(q_t \odot f_t) \\ 0 & \operatorname{diag}(f_t) \end{bmatrix} \\
       & {} + \sum_A \begin{bmatrix} \operatorname{diag}(q_t)\, A & 0 \\ A & 0 \end{bmatrix} \\
       & {} + \begin{bmatrix} \operatorname{diag}(\tanh C_t \odot o'_t)\, W_o & 0 \\ 0 & 0 \end{bmatrix}.

    For the GRU, with :math:`a_t = W_{hn} h_{t-1} + b_{hn}`,

    .. math::

       \frac{\partial h_t}{\partial h_{t-1}} ={} & \operatorname{diag}(z_t) \\
       & {} + \operatorname{diag}\bigl((h_{t-1} - n_t) \odot z'_t\bigr) W_{hz} \\
       & {} + \operatorname{diag}\bigl((1 - z_t) \odot n'_t \odot a_t \odot r'_t\bigr) W_{hr} \\
       & {} + \operatorname{diag}\bigl((1 - z_t) \odot n'_t \odot r_t\bigr) W_{hn}.

    Where the reset gate acts before the product, the last two are, with
    :math:`B = \operatorname{diag}((1 - z_t) \odot n'_t)\, W_{hn}`,
    :math:`B \operatorname{diag}(h_{t-1} \odot r'_t)\, W_{hr}` and :math:`B \operatorname{diag}(r_t)`.

    Parameters
    ----------
    run : LSTMRun or GRURun
        What `forward` of an LSTM or a GRU returned.
    t : int
        The step, from 0 to T.

    Returns
    -------
    parts : dict of str to ndarray
        By way, `LSTM_WAYS` or `GRU_WAYS` in this order, each (m, m) or (B, m, m) with m = 2n for the LSTM and
        m = n for the GRU. Dimensionless.

    Raises
    ------
    ValueError
        If `run` is of another network, there is no such step, a part overflows, or all parts would
        take more than half of the machine's memory.

    See Also
    --------
    jacobian_along : the product over several steps, along some of the ways.
    rnn_solutions.Recurrent.jacobian : the whole, which never takes it apart.

    Examples
    --------
    >>> net = LSTM(W_ih=np.zeros((4, 1)), W_hh=[[1.0], [1.0], [2.0], [0.0]])
    >>> run = net.forward(x=np.zeros((2, 1)), h_init=[1.0])
    >>> for way, part in step_parts(run, t=1).items():
    ...     print(f"{way:9}", *part.round(3))
    direct    [0.    0.179] [0.    0.575]
    forget    [0.053 0.   ] [0.172 0.   ]
    input     [0.041 0.   ] [0.132 0.   ]
    candidate [0.252 0.   ] [0.812 0.   ]
    output    [0. 0.] [0. 0.]
    >>> total = sum(step_parts(run, t=1).values())
    >>> np.allclose(total, net.jacobian(run, t=1, k=0))
    True
    """
    ways = _ways_of(run)
    t = step("t", t)
    if not 0 <= t <= run.T:
        raise ValueError(f"need 0 <= t <= {run.T}, got t={t}")
    size = run.h[0].size * run.h.shape[-1] * len(run.trails) ** 2
    require_size(f"the parts of step {t}", (len(ways) + 1) * size * run.h.itemsize)
    _, local = next(run.net.steps_back(run, t, t))
    with unwarned():
        found = _parts(run.net, local)
    return {way: finite(found[way], f"the part of {way} at step {t}") for way in ways}


def jacobian_along(run: LSTMRun | GRURun, t: int, k: int, ways: Iterable[str]) -> Array:
    r"""Return how the state at step `t` responds to that at step `k` when only some of the ways are open.

    .. math:: \prod_{j=t}^{k+1} \sum_{w} P^w_j,

    the latest factor on the left, where :math:`P^w_j` is the part of the way `w` at step `j`.

    Parameters
    ----------
    run : LSTMRun or GRURun
        What `forward` of an LSTM or a GRU returned.
    t, k : int
        Steps, with ``0 <= k <= t <= T``.
    ways : iterable of str
        The open ones, from `LSTM_WAYS` or `GRU_WAYS`.

    Returns
    -------
    J : (m, m) or (B, m, m) ndarray
        The identity when ``t == k``; ``jacobian(run, t, k)`` when all are open. Dimensionless.

    Raises
    ------
    ValueError
        If `run` is of another network, a way is unknown, the steps are not ordered so, or the product
        overflows.

    See Also
    --------
    rnn_solutions.LSTM.direct_path : the memory's own block along ``"direct"`` alone.

    Examples
    --------
    >>> net = GRU(W_ih=np.zeros((3, 1)), W_hh=np.ones((3, 1)))
    >>> run = net.forward(x=np.zeros((3, 1)), h_init=[1.0])
    >>> for ways in (GRU_WAYS, ["direct"]):
    ...     print(jacobian_along(run, t=2, k=0, ways=ways).round(3))
    [[0.912]]
    [[0.491]]
    >>> run.update[1:].prod().round(3)
    np.float64(0.491)
    """
    kept = _open_ways(run, ways)
    t, k = ordered_steps(t, k, run.T)
    width = len(run.trails) * run.h.shape[-1]
    J = np.zeros((*run.h.shape[1:-1], width, width), run.h.dtype)
    J[...] = np.eye(width)
    with unwarned():
        for j in range(t, k, -1):
            J = J @ _sum_of(step_parts(run, j), kept)
    return finite(J, f"the Jacobian of step {t} by step {k}")


def gradients_along(run: LSTMRun | GRURun, dL_dh: ArrayLike, ways: Iterable[str]) -> Gradients:
    r"""Return the gradient that is left when only some of the ways between steps are open.

    .. math::

       \sum_{t=0}^{T} \sum_{k=0}^{t} \frac{\partial L_t}{\partial s_t}
       \Bigl( \prod_{j=t}^{k+1} \sum_{w} P^w_j \Bigr) \frac{\partial^{+} s_k}{\partial \theta}.

    Within each step nothing is closed: the immediate partial derivative is whole.

    Parameters
    ----------
    run, ways
        As for `jacobian_along`.
    dL_dh
        As for :meth:`Recurrent.backward`.

    Returns
    -------
    gradients : Gradients
        As ``backward`` returns them, which this is when all ways are open. In the unit of the loss.

    Raises
    ------
    ValueError
        If `run` is of another network, a way is unknown, `dL_dh` is not real, finite and of the shape of
        ``run.h``, or a gradient overflows.

    See Also
    --------
    rnn_solutions.Recurrent.backward : the whole gradient, which never takes a step apart.

    Examples
    --------
    By the weights of the input gate, the forget gate, the candidate and the output gate, with all ways open,
    one, and none:

    >>> net = LSTM(W_ih=np.ones((4, 1)), W_hh=np.ones((4, 1)))
    >>> run = net.forward(x=np.ones((5, 1)))
    >>> for ways in (LSTM_WAYS, ["direct"], []):
    ...     print(gradients_along(run, np.ones((5, 1)), ways).W_hh.ravel().round(3))
    [0.042 0.042 0.046 0.36 ]
    [0.036 0.037 0.04  0.325]
    [0.026 0.027 0.028 0.325]
    """
    kept, net = _open_ways(run, ways), run.net

    def step_back(local: tuple[Array, ...], rows: Array, deltas: Array) -> None:
        net.step_back(local, rows.copy(), deltas)  # within the step nothing is closed
        row = np.concatenate(list(rows), axis=-1)[..., None, :]  # by the state as one vector
        before = (row @ _sum_of(_parts(net, local), kept))[..., 0, :]
        rows[...] = np.stack(np.split(before, len(rows), axis=-1))

    return net.walk_back(run, dL_dh, step_back)


def _ways_of(run: Any) -> tuple[str, ...]:
    """Return the names of all ways through one step of a run's network, or raise a ValueError."""
    if isinstance(run, LSTMRun) and not isinstance(run, ProjectedLSTMRun):
        return LSTM_WAYS
    if isinstance(run, GRURun):
        return GRU_WAYS
    raise ValueError(f"run must be of an LSTM or a GRU, got {type(run).__name__}")


def _open_ways(run: Any, ways: Iterable[str]) -> tuple[str, ...]:
    """Return the open ways in their usual order, or raise a ValueError that names one that is unknown."""
    known = _ways_of(run)
    try:
        listed = None if isinstance(ways, str) else list(ways)
    except TypeError:  # also of an array of no axes, which calls itself iterable
        listed = None
    if listed is None:
        raise ValueError(f"ways must be a list of names, got {spelled(ways)}")
    given = [choice("a way", way, known) for way in listed]
    return tuple(way for way in known if way in given)


def _sum_of(parts: dict[str, Array], kept: tuple[str, ...]) -> Array:
    """Return the sum of some parts, zero if there are none."""
    total = np.zeros_like(parts["direct"])
    for way in kept:
        total += parts[way]
    return total


def _parts(net: LSTM | GRU, local: tuple[Array, ...]) -> dict[str, Array]:
    """Return the parts of one step from its local derivatives."""
    return _of_an_lstm(net, local) if isinstance(net, LSTM) else _of_a_gru(net, local)


def _of_an_lstm(net: LSTM, local: tuple[Array, ...]) -> dict[str, Array]:
    """Return the parts of one step of an LSTM from its local derivatives."""
    C_by_z, h_by_o, h_by_C, f = local
    n = net.n
    W_i, W_f, W_c, W_o = net.W_hh.reshape(4, n, n)
    parts = {way: np.zeros((*f.shape[:-1], 2 * n, 2 * n), f.dtype) for way in LSTM_WAYS}
    parts["direct"][..., n:, n:] = _diag(f)
    for gate, (way, W) in enumerate([("input", W_i), ("forget", W_f), ("candidate", W_c)]):
        parts[way][..., n:, :n] = C_by_z[..., gate, :, None] * W  # diag(v) W scales the rows of W
    for way in ("direct", "forget", "input", "candidate"):  # what reaches C_t reaches h_t through it
        parts[way][..., :n, :] = h_by_C[..., None] * parts[way][..., n:, :]
    parts["output"][..., :n, :n] = h_by_o[..., None] * W_o
    return parts


def _of_a_gru(net: GRU, local: tuple[Array, ...]) -> dict[str, Array]:
    """Return the parts of one step of a GRU from its local derivatives."""
    h_by_z, r, z = local
    W_r, W_z, W_n = net.W_hh.reshape(3, net.n, net.n)
    by_r, by_z, by_n = (h_by_z[..., gate, :, None] for gate in range(3))
    parts = {"direct": _diag(z), "update": by_z * W_z}
    if net.reset == "before":
        by_let_through = by_n * W_n
        return parts | {
            "reset": by_let_through @ (by_r * W_r),
            "candidate": by_let_through * r[..., None, :],
        }
    return parts | {"reset": by_r * W_r, "candidate": by_n * r[..., None] * W_n}


def _diag(values: Array) -> Array:
    """Return diagonal matrices with these entries."""
    return np.asarray(values[..., None] * np.eye(values.shape[-1], dtype=values.dtype))
