"""Map the gradient of a whole stack: what of a loss arrives at each layer, through time and depth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from textwrap import fill
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions._frozen import Frozen
from rnn_solutions._memory import GIB
from rnn_solutions._validation import Array, flag, float_array, kind_of, require_function
from rnn_solutions.gradients.arrival import Arrival, deciding, weighted_quantiles
from rnn_solutions.gradients.asked import require_fraction, steps_first
from rnn_solutions.gradients.norms import Steps
from rnn_solutions.gradients.stack_terms import RowNorms, row_norms
from rnn_solutions.gradients.wording import power
from rnn_solutions.networks.lengths import Lengths, real_steps, without_padding
from rnn_solutions.networks.stack import Stack
from rnn_solutions.networks.stack_runs import StackRun

MOST_CURVES = 6


@dataclass(frozen=True, eq=False)
class LayerMap(Frozen):
    """What of the loss arrives at one direction of one layer, read-only. All norms are base-10 logarithms.

    Attributes
    ----------
    layer : int
        Which layer, 0 for the one that reads the input.
    reverse : bool
        Whether it is the direction that reads each sequence from its end.
    network : str
        ``"RNN"``, ``"LSTM"`` or ``"GRU"``.
    n : int
        The number of units.
    diagnosis : {"vanishes", "explodes", "carries"}
    lag : int or None
        By the rule of :func:`gradient_map`, for what arrives here.
    arriving : (lags, 3) ndarray
        Row `l`, for the pairs whose steps lie `l` apart: what arrives, 10%, 50% and 90% of the losses at or
        below, counted as they weigh. Dimensionless.
    reached : (lags,) ndarray
        Which part of the losses reaches so far. No logarithm.
    norms : RowNorms
        The norms for each loss and each step, in the unit of the loss: by the state, by the pre-activations,
        and of the terms of the recurrent and of the input weights.
    """

    layer: int
    reverse: bool
    network: str
    n: int
    diagnosis: str
    lag: int | None
    arriving: Array = field(repr=False)
    reached: Array = field(repr=False)
    norms: RowNorms = field(repr=False)

    def _line(self) -> str:
        """Say in a line what was found here."""
        direction = " reverse" if self.reverse else ""
        over = "" if self.lag is None else f" at lag {self.lag}"
        first, last = (power(value) for value in self.arriving[[0, -1], 1])
        ends = f"of the loss {first} arrives over lag 0, {last} over lag {len(self.arriving) - 1}"
        return f"Layer {self.layer}{direction}, {self.network} {self.n}: {self.diagnosis}{over}; {ends}"


@dataclass(frozen=True, eq=False)
class StackMap(Frozen):
    """What :func:`stack_map` found, read-only.

    Attributes
    ----------
    fraction : float
        Where the diagnosis draws its lines.
    ends : (R,) ndarray of int
        The steps with a loss. Row `r` of the norms of each layer belongs to the loss at step ``ends[r]``.
    lengths : () or (B,) ndarray of int
        How many steps of each sequence are real.
    layers : tuple of tuples of LayerMap
        By layer and direction: ``layers[0][1]`` is the reversed direction of the layer that reads the input.
    diagnosis : {"vanishes", "explodes", "carries"}
        ``"explodes"`` if any direction of any layer does, ``"vanishes"`` if all directions of layer 0 do, for
        then nothing reaches the far input by any way, and otherwise ``"carries"``.
    lag : int or None
        The lag that decided: of ``"vanishes"`` the longest of those of layer 0.
    layer : int or None
        The uppermost layer of which the same is true in all its directions, or for ``"explodes"`` in any.
    reason : str
        The diagnosis in a sentence.
    """

    fraction: float
    ends: Steps = field(repr=False)
    lengths: Lengths = field(repr=False)
    layers: tuple[tuple[LayerMap, ...], ...] = field(repr=False)
    diagnosis: str
    lag: int | None
    layer: int | None
    reason: str

    def summary(self) -> str:
        """Return the diagnosis in a few lines of text, from the uppermost layer down."""
        batch = f", {self.lengths.size} sequences" if self.lengths.ndim else ""
        losses = "a loss at one step" if len(self.ends) == 1 else f"losses at {len(self.ends)} steps"
        count = f"{len(self.layers)} layer{'s' if len(self.layers) > 1 else ''}"
        lines = [
            f"Stack of {count}{batch}, {losses}: {self.diagnosis}",
            self.reason,
            *(one._line() for here in reversed(self.layers) for one in here),
        ]
        if self.layer is not None:
            lines.append(f"To see where it is lost or grows, map layer {self.layer} alone, on its own inputs")
        return "\n".join(fill(line, 79, subsequent_indent="  ") for line in lines)

    def plot(self, ax: Any = None) -> Any:
        r"""Draw what arrives at each layer and direction, the median over the lag.

        Of more than six directions those of the lowest layers are drawn.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; a new figure by default.

        Returns
        -------
        ax : Axes
            The axes drawn on.

        Raises
        ------
        ImportError
            If matplotlib is not installed, with what to install.
        ValueError
            If `ax` is no matplotlib Axes.

        Examples
        --------
        >>> from rnn_solutions import RNN, Stack
        >>> half = RNN(W=[[0.5]], U=[[1.0]], activation="identity")
        >>> ax = stack_map(Stack([half, half]), np.zeros((9, 1)), np.ones_like).plot()
        >>> ax.get_xlabel()
        '$|t - k|$'
        """
        from rnn_solutions.figures.norms_over_lag import gradient_by_lag  # needs matplotlib, as only plots do

        every = [one for here in self.layers for one in here][:MOST_CURVES]
        lags = np.arange(max(len(one.arriving) for one in every))
        curves = {}
        for one in every:
            values = np.zeros(len(lags))
            values[: len(one.arriving)] = 10 ** one.arriving[:, 1]
            if values.any():
                curves[rf"${one.layer}_\{'left' if one.reverse else 'right'}arrow$"] = values
        return gradient_by_lag(lags, curves, ax, ("$|t - k|$", r"$\alpha$"))


def stack_map(
    stack: Stack,
    x: ArrayLike,
    dL_dh: ArrayLike | Callable[[Array], ArrayLike],
    h_init: ArrayLike | None = None,
    c_init: ArrayLike | None = None,
    *,
    fraction: float = 1e-3,
    lengths: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    batch_first: bool = False,
    memory: float = 2 * GIB,
) -> StackMap:
    r"""Return how much of a loss arrives at each layer and direction of a stack, through time and depth.

    Of the loss at step `t`, with its own term :math:`\partial L_t / \partial h_t` by the output of the
    uppermost layer, there arrives at step `k` of a direction what reaches the pre-activations :math:`z_k`:

    .. math::

       \alpha_{t,k} = \frac{\lVert \partial L_t / \partial z_k \rVert}
       {\lVert \partial L_t / \partial h_t \rVert} .

    The lag of a pair is how far `k` lies from `t`: through two directions the loss at `t` reaches steps after
    `t` as well. Each direction of each layer gets a diagnosis by the rule of :func:`gradient_map`: the median
    over the pairs of a lag, each loss counted as it weighs. `StackMap` says what they make of the whole.

    Parameters
    ----------
    stack : Stack
        The layers.
    x : (T+1, d) or (T+1, B, d) array_like
        The inputs.
    dL_dh : (T+1, n) or (T+1, B, n) array_like, or function
        Row `t` is :math:`\partial L_t / \partial h_t`, the loss's own term. A function gets ``run.h`` and
        returns it; what it returns on padding counts as zero.
    h_init, c_init, lengths, mask
        As for :meth:`Stack.forward`.
    fraction : float
        What share counts as vanished, between 0 and 1.
    batch_first : bool
        Whether `x`, `dL_dh` and `mask` have the sequences first. The map has the steps first.
    memory : float
        The most bytes to take.

    Returns
    -------
    found : StackMap
        Norms in the unit of the loss, as base-10 logarithms, which neither overflow nor underflow.

    Raises
    ------
    ValueError
        As for :meth:`Stack.forward` and :func:`row_norms`; if `dL_dh` is zero everywhere or has a loss on
        padding, or `fraction` is none.

    See Also
    --------
    gradient_map : one layer by itself, with its Jacobians and the place where the gradient is lost.

    Notes
    -----
    The work is that of one pass back for each step with a loss.

    Examples
    --------
    Each layer and each step halves what passes. At the lower layer it arrives by l + 1 ways over lag l:

    >>> from rnn_solutions import RNN, Stack
    >>> half = RNN(W=[[0.5]], U=[[0.5]], activation="identity")
    >>> last = np.zeros((21, 1))
    >>> last[20] = 1.0
    >>> found = stack_map(Stack([half, half]), np.zeros((21, 1)), last)
    >>> (10 ** found.layers[0][0].arriving[:4, 1]).round(4)
    array([0.5  , 0.5  , 0.375, 0.25 ])
    >>> print(found.summary())
    Stack of 2 layers, a loss at one step: vanishes
    What arrives of the loss falls below 0.001 at layer 1 at lag 10, in the median:
      it is lost on its way through time
    Layer 1, RNN 1: vanishes at lag 10; of the loss 1 arrives over lag 0, 9.54e-07
      over lag 20
    Layer 0, RNN 1: vanishes at lag 13; of the loss 0.5 arrives over lag 0, 1e-05
      over lag 20
    To see where it is lost or grows, map layer 1 alone, on its own inputs
    """
    if not isinstance(stack, Stack):
        raise ValueError(f"stack must be a Stack, got {kind_of(stack)}")
    fraction, batch_first = require_fraction(fraction), flag("batch_first", batch_first)
    run = stack.forward(x, h_init, c_init, lengths=lengths, mask=mask, batch_first=batch_first)
    rows = _losses(run, dL_dh, batch_first)
    ends = np.flatnonzero(rows.reshape(run.T + 1, -1).any(axis=-1))
    if not ends.size:
        raise ValueError("no diagnosis without a loss: dL_dh has none")
    norms = row_norms(run, rows, ends, memory=memory)
    layers = tuple(
        tuple(
            _layer(run, rows, ends, (layer, bool(reverse)), one, np.log10(fraction))
            for reverse, one in enumerate(here)
        )
        for layer, here in enumerate(norms)
    )
    return StackMap(fraction, ends, run.lengths, layers, *_diagnosis_of(layers, fraction))


def _losses(run: StackRun, dL_dh: ArrayLike | Callable[[Array], ArrayLike], batch_first: bool) -> Array:
    """Return the rows of the losses, steps first; what a function returns on padding counts as zero."""
    swapped = batch_first and run.h.ndim == 3
    given: Any = dL_dh
    if callable(dL_dh):
        require_function("dL_dh", dL_dh, "be an array or a function of the outputs", 1, untold=True)
        given = dL_dh(run.h.swapaxes(0, 1) if swapped else run.h)
    given = steps_first("dL_dh", given) if swapped else given
    if callable(dL_dh):
        given = without_padding(float_array("dL_dh", given, run.h.shape, copy=False), run.lengths)
    return run.stack.loss_rows(run, given)


def _layer(
    run: StackRun, rows: Array, ends: Steps, place: tuple[int, bool], norms: RowNorms, limit: float
) -> LayerMap:
    """Return what arrives at one direction of one layer."""
    layer, reverse = place
    net = run.stack.layers[layer][reverse]
    found = _arrival(run, rows, ends, place, norms.pre_activations)
    diagnosis, lag, _ = deciding(found, limit)
    name = type(net).__name__
    return LayerMap(layer, reverse, name, net.n, diagnosis, lag, found.arriving, found.reached, norms)


def _arrival(run: StackRun, rows: Array, ends: Steps, place: tuple[int, bool], by_z: Array) -> Arrival:
    """Return what arrives over each lag between steps that a way through the layers joins."""
    layer, reverse = place
    with np.errstate(divide="ignore"):
        own = np.log10(np.linalg.norm(rows[ends].astype(float), axis=-1))
    k = np.arange(run.T + 1)
    ahead = k - ends[:, None]
    both = any(len(here) == 2 for here in run.stack.layers[layer + 1 :])
    joined = np.full(ahead.shape, True) if both else ahead >= 0 if reverse else ahead <= 0
    # One axis of sequences, also where there is none.
    own, by_z = own.reshape(len(ends), -1), by_z.reshape(*ahead.shape, -1)
    real = real_steps(run.lengths, run.T + 1).reshape(run.T + 1, -1)
    counted = joined[..., None] & real & (own > -np.inf)[:, None]
    g = np.broadcast_to(own[:, None], by_z.shape)[counted]
    whole, lags = by_z[counted] - g, np.broadcast_to(abs(ahead)[..., None], by_z.shape)[counted]
    order = np.argsort(lags, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(lags[order])) + 1)
    arriving = np.array([whole[part][weighted_quantiles(whole[part], g[part])] for part in parts])
    number = np.array([len(part) for part in parts])
    weigh = np.array([np.sum(10 ** (g[part] - g.max())) for part in parts])
    most = np.maximum(number / number.max(), weigh / weigh.max())
    return Arrival(arriving, np.zeros_like(arriving), most)


def _diagnosis_of(
    layers: tuple[tuple[LayerMap, ...], ...], fraction: float
) -> tuple[str, int | None, int | None, str]:
    """Return the diagnosis of the whole, the lag and the layer that decide, and the reason."""
    growing = [one for here in layers for one in here if one.diagnosis == "explodes"]
    if growing:
        first = max(growing, key=lambda one: one.layer)
        where = f"at layer {first.layer} at lag {first.lag}"
        return (
            "explodes",
            first.lag,
            first.layer,
            f"What arrives of the loss grows beyond {1 / fraction:g} {where}, in the median",
        )
    lost = [here[0].layer for here in layers if all(one.diagnosis == "vanishes" for one in here)]
    if 0 in lost:
        lag = max(one.lag or 0 for one in layers[0])
        first = max(layers[lost[-1]], key=lambda one: one.lag or 0)
        way = "it does not come down to it" if first.lag == 0 else "it is lost on its way through time"
        where = f"at layer {first.layer} at lag {first.lag}"
        return (
            "vanishes",
            lag,
            first.layer,
            f"What arrives of the loss falls below {fraction:g} {where}, in the median: {way}",
        )
    kept = [one for one in layers[0] if one.diagnosis == "carries"]
    least = max(one.arriving[:, 1].min() for one in kept)
    return (
        "carries",
        None,
        None,
        f"At least {power(least)} of the loss arrives at layer 0, in the median over each lag",
    )
