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
from rnn_solutions.gradients.asked import require_fraction, steps_first
from rnn_solutions.gradients.layer_map import LayerMap, layer_map, line_of, reaches
from rnn_solutions.gradients.norms import Steps
from rnn_solutions.gradients.stack_arrival import STACK_PLACES
from rnn_solutions.gradients.stack_measuring import follow
from rnn_solutions.gradients.stack_wording import kept_reason, named, stack_advice, stack_reason
from rnn_solutions.gradients.wording import factors
from rnn_solutions.networks.lengths import Lengths, without_padding
from rnn_solutions.networks.stack import Stack
from rnn_solutions.networks.stack_runs import StackRun

MOST_CURVES = 6


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
        ``"explodes"`` if any direction of any layer does; ``"vanishes"`` if layer 0 loses the gradient, for
        then nothing reaches the far input by any way; and otherwise ``"carries"``. A layer loses it at the
        longest lag at which one of its directions vanishes, unless another, that does not, reaches that far.
    lag : int or None
        The lag that decided: of ``"vanishes"`` that of layer 0.
    layer : int or None
        Where to mend it. Of ``"vanishes"`` it is found going up from layer 0, as long as the layer above
        loses the gradient at no longer a lag than the one below; of ``"explodes"`` the uppermost that does.
    place : {"depth", "time", "enters"} or None
        Where this layer loses it, see :func:`stack_map`; None unless it vanishes.
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
    place: str | None
    reason: str

    def summary(self) -> str:
        """Return the diagnosis in a few lines of text, from the uppermost layer down."""
        batch = f", {self.lengths.size} sequences" if self.lengths.ndim else ""
        losses = "a loss at one step" if len(self.ends) == 1 else f"losses at {len(self.ends)} steps"
        count = f"{len(self.layers)} layer{'s' if len(self.layers) > 1 else ''}"
        lines = [
            f"Stack of {count}{batch}, {losses}: {self.diagnosis}",
            self.reason,
            *(line_of(one) for here in reversed(self.layers) for one in here),
        ]
        if (at := _deciding(self.layers)) is not None:
            one, lag, _ = at
            parts = factors(STACK_PLACES, one.places[lag], one.arriving[lag, 1])
            lines.append(f"At {named(one.layer, one.reverse)} at lag {lag}: {parts}")
            lines.append(stack_advice(one.layer, len(self.layers), one.network, one.place))
        return "\n".join(fill(line, 79, subsequent_indent="  ") for line in lines)

    def plot(self, ax: Any = None) -> Any:
        r"""Draw what arrives at each layer and direction, the median over the lag, and the limit `fraction`.

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
        from rnn_solutions.figures import style  # needs matplotlib, as only plots do
        from rnn_solutions.figures.norms_over_lag import gradient_by_lag

        every = [one for here in self.layers for one in here][:MOST_CURVES]
        lags = np.arange(max(len(one.arriving) for one in every))
        curves = {}
        for one in every:
            values = np.zeros(len(lags))
            values[: len(one.arriving)] = 10 ** one.arriving[:, 1]
            if values.any():
                curves[rf"${one.layer}_\{'left' if one.reverse else 'right'}arrow$"] = values
        ax = gradient_by_lag(lags, curves, ax, ("$|t - k|$", r"$\alpha$"))
        ax.axhline(self.fraction, color=style.MUTED, linestyle=style.DOTTED, linewidth=1.2)
        return ax


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
    seconds: float = 600.0,
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

    The places of :func:`gradient_map` cannot all be told apart here. Between the loss and a lower layer there
    are many ways, for it may come down at any step. What arrives is their sum, which may be lost although the
    Jacobians of each layer carry. These factors are exact:

    .. math::

       \alpha_{t,k}
       = \frac{\max_j \lVert \partial L_t / \partial s_j \rVert}{\lVert \partial L_t / \partial h_t \rVert}
       \; \frac{\lVert \partial L_t / \partial s_k \rVert}{\max_j \lVert \partial L_t / \partial s_j \rVert}
       \; \frac{\lVert \partial L_t / \partial z_k \rVert}{\lVert \partial L_t / \partial s_k \rVert} ,

    with the states of this direction. *Depth* is small where the loss reaches none of them: the layers above
    hand too little down. *Time* is small where it reaches one of them, but not that of step `k`: it is lost
    on its way through time, in this layer and in those above, so that one of them which carries may be
    enough. *Enters* is small where the units of step `k` are saturated. The place is the smallest at the lag
    from which on the direction vanishes. In a stack of one layer *depth* times *time* is *leaves* times
    *carried*, over all lags but 0.

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
    seconds : float
        The longest to take, in seconds, as a few steps of the way back foretell before it starts.

    Returns
    -------
    found : StackMap
        Norms in the unit of the loss, as base-10 logarithms, which neither overflow nor underflow.

    Raises
    ------
    ValueError
        As for :meth:`Stack.forward` and :func:`row_norms`; if `dL_dh` is zero everywhere or has a loss on
        padding, `fraction` is none, or the map would take more than `memory` or `seconds`. The error then
        says how much it would take and losses at how many steps fit.

    See Also
    --------
    gradient_map : one layer by itself, with its Jacobians.

    Notes
    -----
    The work is that of one pass back for each step with a loss. Every ten seconds the logger
    ``rnn_solutions`` hears how many are done.

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
    Layer 1, RNN 1: vanishes at lag 10, in time; of the loss 1 arrives over lag 0,
      9.54e-07 over lag 20
    Layer 0, RNN 1: vanishes at lag 13, in time; of the loss 0.5 arrives over lag
      0, 1e-05 over lag 20
    At layer 1 at lag 10: depth 1, time 0.000977, enters 1; together 0.000977
    Try orthogonal recurrent weights, or a network with gates, in layer 1. One
      layer that carries may be enough. A map of layer 1 alone, on its own
      inputs, says whether its Jacobians lose it
    """
    if not isinstance(stack, Stack):
        raise ValueError(f"stack must be a Stack, got {kind_of(stack)}")
    fraction, batch_first = require_fraction(fraction), flag("batch_first", batch_first)
    run = stack.forward(x, h_init, c_init, lengths=lengths, mask=mask, batch_first=batch_first)
    rows = _losses(run, dL_dh, batch_first)
    ends = np.flatnonzero(rows.reshape(run.T + 1, -1).any(axis=-1))
    if not ends.size:
        raise ValueError("no diagnosis without a loss: dL_dh has none")
    norms = follow(run, rows, ends, memory, seconds)
    layers = tuple(
        tuple(
            layer_map(run, rows, ends, (layer, bool(reverse)), one, np.log10(fraction))
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


def _diagnosis_of(
    layers: tuple[tuple[LayerMap, ...], ...], fraction: float
) -> tuple[str, int | None, int | None, str | None, str]:
    """Return the diagnosis of the whole, the lag, the layer and the place that decide, and the reason."""
    at = _deciding(layers)
    if at is None:
        kept = [one for one in layers[0] if one.diagnosis == "carries"]
        return "carries", None, None, None, kept_reason(max(one.arriving[:, 1].min() for one in kept))
    one, lag, whole = at
    reason = stack_reason(one.layer, one.reverse, lag, one.place, fraction)
    return one.diagnosis, whole, one.layer, one.place, reason


def _deciding(layers: tuple[tuple[LayerMap, ...], ...]) -> tuple[LayerMap, int, int] | None:
    """Return the direction that decides, its lag and that of the whole, or None where the stack carries."""
    for here in reversed(layers):
        for one in here:
            if one.diagnosis == "explodes" and one.lag is not None:
                return one, one.lag, one.lag
    found = _lost(layers[0])
    if found is None:
        return None
    (one, lag), whole = found, found[1]
    for here in layers[1:]:
        above = _lost(here)
        if above is None or above[1] > lag:
            break
        one, lag = above
    return one, lag, whole


def _lost(here: tuple[LayerMap, ...]) -> tuple[LayerMap, int] | None:
    """Return the direction of a layer that loses the gradient last, and its lag; None where one keeps it."""
    lost = [(one, one.lag) for one in here if one.diagnosis == "vanishes" and one.lag is not None]
    if not lost:
        return None
    last, lag = max(lost, key=lambda pair: (pair[1], pair[0].arriving[pair[1], 1]))
    kept = any(reaches(one) >= lag for one in here if one.diagnosis != "vanishes")
    return None if kept else (last, lag)
