r"""Map the gradient of a network: how much of it every pair of steps carries, and whether it arrives.

:func:`gradient_map` runs a network on inputs, follows the derivative of each loss back through time, and
gathers the norms of all that it meets on the way, those of all Jacobians, and a diagnosis.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from numpy.typing import ArrayLike

from rnn_solutions._memory import GIB, require_memory
from rnn_solutions._validation import Array, choice, flag
from rnn_solutions.gradients.asked import asked_run, losses_of, require_fraction
from rnn_solutions.gradients.mapped import HEAD, GradientMap, judged
from rnn_solutions.gradients.measuring import OTHERWISE, bytes_of, measure, require_seconds
from rnn_solutions.gradients.norms import MATRIX_NORMS
from rnn_solutions.networks.recurrent import Recurrent


def gradient_map(
    net: Recurrent,
    x: ArrayLike,
    dL_dh: ArrayLike | Callable[[Array], ArrayLike],
    h_init: ArrayLike | None = None,
    c_init: ArrayLike | None = None,
    *,
    norm: str = "frobenius",
    fraction: float = 1e-3,
    last: int | None = None,
    lengths: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    batch_first: bool = False,
    memory: float = 2 * GIB,
    seconds: float = 600.0,
) -> GradientMap:
    r"""Return how much of the gradient every pair of steps of a network carries, and whether it arrives.

    The diagnosis is about the loss that is handed in. Of the loss at step `t` there **arrives** at step `k`
    what reaches the pre-activations, for these are what the weights and the input act on:

    .. math::

       \alpha_{t,k}
       &= \frac{\lVert \partial L_t / \partial z_k \rVert}{\lVert \partial L_t / \partial h_t \rVert} \\
       &= \frac{\lVert \partial L_t / \partial s_k \rVert}
       {\lVert \partial L_t / \partial h_t \rVert\, \phi_{t,k}}
       \; \phi_{t,k} \;
       \frac{\lVert \partial L_t / \partial z_k \rVert}{\lVert \partial L_t / \partial s_k \rVert} .

    The three factors are called *leaves*, *carried* and *enters*. The share :math:`\phi_{t,k}` is the norm of
    the Jacobian :math:`\partial s_t / \partial s_k` over that of the identity: with the Frobenius norm what a
    row of random direction keeps, in the root mean square, and with the spectral norm what the best keeps. So
    *leaves* is small where the loss does not see what the state carries, as behind a closed output gate,
    *carried* where the Jacobians lose it, and *enters* where the units of step `k` are saturated. Over lag 0,
    where nothing is carried, what the loss gets less than a row of random direction counts as *leaves*.

    For each lag t - k the median is taken over all losses, each counted as the length of its row weighs, of
    an even number the lower one in the middle. If it is above the inverse of `fraction` at any lag, the
    gradient ``"explodes"``, from the first such lag on. Otherwise it ``"vanishes"`` from the first lag on at
    which, and at all longer ones, it is below `fraction`. A dip is not a death: a lag below with more at a
    longer one lies at steps whose units happen to be saturated, and the reason names it. Lags that less than
    a tenth of the losses reach, by number and as they weigh, are not asked whether it vanishes: they rest on
    a few losses, which may all cross the same few steps. A loss at one step alone reaches each of its lags,
    so the longest may decide. Of the three factors at the lag that decides, the one that is farthest on that
    side is the place. Otherwise the gradient ``"carries"``. Steps without a loss and padding count for
    nothing.

    A map that takes too long may be interrupted (`KeyboardInterrupt`). It then gives back what it has, says
    so as a warning to the logger ``rnn_solutions``, and its `interrupted` is True: of a batch the sequences
    that are done, and of the first one its last steps, as `last` would have given them. What the losses
    do to the steps before is left out, for the Jacobians there are missing; :func:`diagnose` gives it. If
    there is nothing yet, the interrupt goes on.

    Parameters
    ----------
    net : Recurrent
        An RNN, an LSTM, a GRU, or a network of your own.
    x : (T+1, d) or (T+1, B, d) array_like
        The inputs, at least two steps. The B sequences of a batch are mapped one after another.
    dL_dh : (T+1, n) or (T+1, B, n) array_like, or function
        Row `t` is :math:`\partial L_t / \partial h_t`, the loss's own term. A function gets ``run.h`` and
        returns it; what it returns on padding counts as zero.
    h_init, c_init : (n,) or (B, n) array_like, optional
        The state before the first step; `c_init` for the LSTM alone. None is zeros.
    norm : {"frobenius", "spectral"}
        Of the Jacobians. The spectral one is exact, and costs a singular value decomposition for each pair.
    fraction : float
        What share counts as vanished, between 0 and 1.
    last : int, optional
        Map only that many steps at the end, after running them all. What it finds is that corner of the
        whole map, for memory that grows with `last` and not with T.
    lengths : (B,) array_like of int, optional
        How many steps of each sequence are real; the others, on the right, are padding.
    mask : (T+1, B) array_like of bool, optional
        The same as True for each real step, instead of `lengths`.
    batch_first : bool
        Whether `x`, `dL_dh` and `mask` have the sequences first: (B, T+1, d). The map has the steps first.
    memory : float
        The most bytes to take.
    seconds : float
        The longest to take, in seconds, as a short trial before it starts foretells.

    Returns
    -------
    map : GradientMap
        Terms in the unit of the loss, Jacobians dimensionless, both as base-10 logarithms, which neither
        overflow nor underflow.

    Raises
    ------
    ValueError
        If an argument has the wrong shape, is not real and finite or out of its range, a single step
        overflows, `dL_dh` is zero everywhere or has a loss on padding, or the map would take more than
        `memory` or `seconds`. The error then says how much it would take and which `last` fits.

    See Also
    --------
    stack_map : the same of a whole stack of layers.
    diagnose : the diagnosis without the map, for long runs and large networks.
    rnn_solutions.jacobian_norms : the norms alone.

    Examples
    --------
    One unit that passes on three quarters of its gradient:

    >>> from rnn_solutions.networks.rnn import RNN
    >>> net = RNN(W=[[3.0]], U=[[1.0]])
    >>> found = gradient_map(net, [[-1.5]] * 41, lambda h: h - 1, h_init=[0.5])
    >>> found.diagnosis, found.lag, found.place, round(found.decay.factor, 6)
    ('vanishes', 20, 'carried', 0.75)

    A quarter of it enters, which is the slope at step k:

    >>> 0.75**20 / 4 < 0.001 < 0.75**19 / 4
    True
    """
    run, first, real = asked_run(
        net, x, h_init, c_init, last, lengths, mask, flag("batch_first", batch_first)
    )
    choice("norm", norm, MATRIX_NORMS)
    fraction = require_fraction(fraction)
    way = f"last={{fits}} maps the last {{fits}} steps within it, and {OTHERWISE}"
    longest = int(real.max())
    require_memory("the map of {} steps", longest - first, partial(bytes_of, run), memory, way, least=2)
    require_seconds(run, longest - first, real.size, norm, seconds)
    rows = losses_of(run, dL_dh, real, batch_first)
    measured, (first, real, interrupted) = measure(run, rows, first, norm, real)
    values = type(net).__name__, net.n, first, norm, fraction, bool(batch_first), interrupted
    return judged(dict(zip(HEAD, values, strict=True)), real, measured, "dL_dh")
