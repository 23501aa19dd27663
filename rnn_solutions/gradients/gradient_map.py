r"""Map the gradient of a network: how much of it every pair of steps carries, and whether it arrives.

:func:`gradient_map` runs a network on inputs, follows the derivative of each loss back through time, and
gathers the norms of all that it meets on the way, those of all Jacobians, and a diagnosis.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from textwrap import fill
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions._frozen import Frozen
from rnn_solutions._memory import GIB, require_memory
from rnn_solutions._validation import Array, choice, flag, step
from rnn_solutions.gradients.arrival import Arrival, arrival, deciding
from rnn_solutions.gradients.asked import asked_run, losses_of, require_fraction
from rnn_solutions.gradients.diagnosis import (
    Decay,
    describe,
    fit_decay,
    log10_identity,
    quantiles,
    shares_by_lag,
)
from rnn_solutions.gradients.measuring import OTHERWISE, Measured, bytes_of, measure, require_seconds
from rnn_solutions.gradients.norms import MATRIX_NORMS
from rnn_solutions.gradients.wording import advice_of, factors_of, reason_of
from rnn_solutions.networks.lengths import (
    Lengths,
    real_steps,
)
from rnn_solutions.networks.recurrent import Recurrent

HEAD = ("network", "n", "first", "norm", "fraction", "batch_first", "interrupted")
PAIRS = ("terms", "jacobians", "by_state", "by_z")
MEANS = (*PAIRS, "singular_values")
HALF = 0.5  # of the units, from which on a memory that latches is spoken of
MANY = 2  # times as many sequences as steps, which are then perhaps exchanged


@dataclass(frozen=True, eq=False)
class GradientMap(Frozen):
    r"""What :func:`gradient_map` found, read-only. A batch of `B` sequences adds an axis of length `B`.

    All norms are base-10 logarithms, and so is all that comes from them. On padding they are those of zero.

    Attributes
    ----------
    network : str
        ``"RNN"``, ``"LSTM"`` or ``"GRU"``.
    n : int
        The number of units.
    first : int
        The step at index 0 of the arrays: 0, or more when only the last steps were asked for.
    norm : str
        The norm of the Jacobians, ``"frobenius"`` or ``"spectral"``.
    fraction : float
        Where the diagnosis draws its lines.
    batch_first : bool
        Whether the inputs came with the sequences first. The arrays here have the steps first.
    interrupted : bool
        Whether it holds less than was asked for, see :func:`gradient_map`.
    lengths : () or (B,) ndarray of int
        How many steps of each sequence are real, from step 0 on.
    diagnosis : {"vanishes", "explodes", "carries"}
        See :func:`gradient_map` for the rule.
    lag : int or None
        The lag that decided, None for ``"carries"``.
    place : {"leaves", "carried", "enters"} or None
        Where the gradient is lost, or grows; None for ``"carries"``.
    reason : str
        The diagnosis in a sentence.
    arriving : (lags, 3) ndarray
        For each lag that a loss reaches, what arrives of it: 10%, 50% and 90% of the losses at or below,
        counted as they weigh. Dimensionless.
    places : (lags, 3) ndarray
        The factors of the 50%: leaves, carried, enters. Their logarithms add up to it.
    reached : (lags,) ndarray
        Which part of the losses reaches each lag, by number or as they weigh, whichever is more: 1 at lag 0.
        No logarithm.
    shares : (T+1, 3) ndarray
        Row `l`, for the pairs t - k = l of all sequences: the norm of the Jacobian over that of the identity,
        10%, 50% and 90% of the pairs at or below. Dimensionless. They are of the state alone, for any loss.
    decay : Decay or None
        The line through all shares. None where fewer than two lags have a norm above zero.
    terms : (T+1, T+1) or (T+1, T+1, B) ndarray
        ``terms[t, k]`` is the norm of the term (t, k) of the gradient by the recurrent weight. Minus infinity
        where it is exactly zero, as for every ``k > t``, or where all that is left of it was once 300 orders
        of magnitude below the rest.
    jacobians : (T+1, T+1) or (T+1, T+1, B) ndarray
        The same of :math:`\partial s_t / \partial s_k`.
    by_state : (T+1, T+2) or (T+1, T+2, B) ndarray
        ``by_state[t, k + 1]`` is the norm of :math:`\partial L_t / \partial s_k`. Column 0 is the initial
        state, or the one before `first`; ``by_state[t, t + 1]`` is the loss's own term.
    by_z : (T+1, T+1) or (T+1, T+1, B) ndarray
        The norm of :math:`\partial L_t / \partial z_k`, by the pre-activations, as the weights of the input
        see them.
    slopes : (T+1,) or (T+1, B) ndarray
        The Frobenius norm of :math:`\partial s_k / \partial z_k` over that of the identity: small where the
        units of step k are saturated.
    before : (T+1,) or (T+1, B) ndarray
        The norm of :math:`h_{k-1}`, which the recurrent weights multiply at step k.
    directions : (T+1,) or (T+1, B) ndarray
        On how many directions the Jacobian over a lag rests, from 1 to m:
        :math:`(\sum s^2)^2 / \sum s^4` of its singular values, the median of up to 8 pairs. No logarithm.
        Zero for lags that are neither a power of two nor the longest, where it is not counted.
    latched : () or (B,) ndarray
        Which part of the units stays saturated in one sign, beyond 0.9, through all steps.
    singular_values : (T, m) or (T, B, m) ndarray
        Row `j` holds those of :math:`\partial s_{j+1} / \partial s_j`, from the largest down. No logarithm.
    """

    network: str
    n: int
    first: int
    norm: str
    fraction: float
    batch_first: bool
    interrupted: bool
    lengths: Lengths = field(repr=False)
    diagnosis: str
    lag: int | None
    place: str | None
    reason: str
    arriving: Array = field(repr=False)
    places: Array = field(repr=False)
    reached: Array = field(repr=False)
    shares: Array = field(repr=False)
    decay: Decay | None
    terms: Array = field(repr=False)
    jacobians: Array = field(repr=False)
    by_state: Array = field(repr=False)
    by_z: Array = field(repr=False)
    slopes: Array = field(repr=False)
    before: Array = field(repr=False)
    directions: Array = field(repr=False)
    latched: Array = field(repr=False)
    singular_values: Array = field(repr=False)

    def mean(self, name: str) -> Array:
        """Return an array averaged over the batch, if any, padding left out.

        Of ``"terms"``, ``"jacobians"``, ``"by_state"``, ``"by_z"`` and ``"singular_values"``. The mean of the
        logarithms belongs to the geometric mean of the norms.
        """
        values, axis = self._chosen(name)
        if axis is None:
            return values
        scale, real = _largest(values), self._real(name)
        parts = np.where(real, values / scale / real.sum(axis=axis, keepdims=True), 0)
        return np.asarray(parts.sum(axis=axis) * scale)

    def spread(self, name: str) -> Array:
        """Return the standard deviation over the batch of what `mean` averages, zero without a batch.

        Infinite where some of the sequences, and not all, have a norm of exactly zero.
        """
        values, axis = self._chosen(name)
        if axis is None:
            return np.zeros_like(values)
        zero, real, scale = np.isneginf(values), self._real(name), _largest(values)
        count = real.sum(axis=axis, keepdims=True)
        parts = np.where(zero | ~real, 0, values / scale)
        away = np.where(real, parts - parts.sum(axis=axis, keepdims=True) / count, 0)
        deviation = np.sqrt((away**2).sum(axis=axis) / count.squeeze(axis)) * scale
        deviation[(zero & real).any(axis=axis) & (~zero & real).any(axis=axis)] = np.inf
        return np.asarray(deviation)

    def sequence(self, b: int) -> GradientMap:
        """Return the map of one sequence of the batch, up to its last real step, with a diagnosis of its own.

        Parameters
        ----------
        b : int
            Which sequence, from 0.

        Returns
        -------
        map : GradientMap
            Without the axis of the batch.

        Raises
        ------
        ValueError
            If there is no such sequence, or it has no loss within the steps mapped.

        Examples
        --------
        >>> from rnn_solutions import RNN
        >>> net = RNN(W=[[0.5]], U=[[1.0]], activation="identity")
        >>> found = gradient_map(net, np.zeros((30, 2, 1)), np.ones_like, lengths=[30, 5])
        >>> [(found.sequence(b).diagnosis, found.sequence(b).lag) for b in range(2)]
        [('vanishes', 10), ('carries', None)]
        """
        sequences = self.lengths.size if self.lengths.ndim else 0
        if not 0 <= step("b", b) < sequences:
            raise ValueError(
                f"b must be from 0 to {sequences - 1}, got {b}"
                if sequences
                else f"b must name a sequence of a batch, and this map has none, got {b}"
            )
        steps = max(int(self.lengths[b]) - self.first, 0)
        arrays = {name: getattr(self, name)[..., b] for name in Measured._fields[:-1]}
        arrays |= {name: arrays[name][:steps] for name in ("slopes", "before", "directions")}
        arrays |= {name: arrays[name][:steps, :steps] for name in ("terms", "jacobians", "by_z")}
        arrays["by_state"] = arrays["by_state"][:steps, : steps + 1]
        values = self.singular_values[: max(steps - 1, 0), b]
        measured = Measured(**arrays, singular_values=values)
        head = {name: getattr(self, name) for name in HEAD}
        return _judged(head, self.lengths[b], measured, f"sequence {b}")

    def summary(self) -> str:
        """Return the map in a few lines of text: what was found, where, and what to try."""
        said = [
            self._headline(),
            self.reason,
            self._factors(),
            advice_of(self.network, self.singular_values.shape[-1] > self.n, self.diagnosis, self.place),
            self._latch(),
            self._directions(),
            describe(self.decay),
            self._one_step(),
            self._largest_term(),
            self._zero_states(),
            self._exchanged(),
        ]
        return "\n".join(fill(line, 79, subsequent_indent="  ") for line in said if line)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: numbers, strings, lists, and None for what is infinite.

        A batch is given by its mean and spread.
        """
        return {
            **{name: getattr(self, name) for name in ("network", "n", "first", "norm", "fraction")},
            "interrupted": self.interrupted,
            **{name: getattr(self, name) for name in ("diagnosis", "lag", "place", "reason")},
            "decay": asdict(self.decay) if self.decay else None,
            "sequences": self.terms.shape[2] if self.terms.ndim == 3 else 1,
            **{name: _plain(getattr(self, name)) for name in ("lengths", "arriving", "places", "reached")},
            **{name: _plain(getattr(self, name)) for name in ("shares", "slopes", "before")},
            **{name: _plain(getattr(self, name)) for name in ("directions", "latched")},
            **{name: _plain(self.mean(name)) for name in MEANS},
            **{f"{name}_spread": _plain(self.spread(name)) for name in MEANS},
        }

    def plot(self, axes: Any = None) -> Any:
        """Draw the terms by (t, k), and over the lag what arrives of the loss beside the Jacobians.

        Of a batch the terms are the means of `mean`: empty where one of the sequences has none.

        Parameters
        ----------
        axes : pair of matplotlib Axes, optional
            Where to draw; a new figure by default.

        Returns
        -------
        axes : pair of Axes
            The axes drawn on.

        Raises
        ------
        ImportError
            If matplotlib is not installed, with what to install.
        ValueError
            If `axes` is no pair of matplotlib Axes.

        Examples
        --------
        >>> from rnn_solutions import RNN
        >>> net = RNN(W=[[0.5]], U=[[1.0]], activation="identity")
        >>> axes = gradient_map(net, x=[[1.0], [0.0], [0.0]], dL_dh=np.ones_like).plot()
        >>> [ax.get_xlabel() for ax in axes]
        ['$k$', '$t - k$']
        """
        from rnn_solutions.figures import gradient_map as draw  # needs matplotlib, as nothing else here does

        line = (self.decay.slope, self.decay.intercept) if self.decay else None
        arriving = self.arriving[:, 1]
        return draw(self.mean("terms"), self.shares, self.fraction, line, self.first, axes, arriving=arriving)

    def _chosen(self, name: str) -> tuple[Array, int | None]:
        """Return one of the arrays and the axis of its batch."""
        values = getattr(self, choice("name", name, MEANS))
        return values, (1 if name == "singular_values" else 2) if values.ndim == 3 else None

    def _real(self, name: str = "terms") -> Any:
        """Say of each step, or of each row of an array with a batch, whether it is of a real step."""
        real = _real_steps(self.lengths, self.first, len(self.terms))
        return real[1:, :, None] if name == "singular_values" else real[:, None]

    def _headline(self) -> str:
        """Say what was mapped, and the diagnosis."""
        batch = ""
        if self.lengths.ndim:
            shortest, longest = int(self.lengths.min()), int(self.lengths.max())
            batch = f", {self.lengths.size} sequences"
            batch += "" if shortest == longest else f" of {shortest} to {longest} steps"
        last = self.first + len(self.terms) - 1
        interrupted = ", interrupted" if self.interrupted else ""
        return f"{self.network}, steps {self.first} to {last}{batch}{interrupted}: {self.diagnosis}"

    def _factors(self) -> str:
        """Say what makes up what arrives."""
        last = len(self.arriving) - 1
        found = Arrival(self.arriving, self.places, self.reached)
        return factors_of(found, last if self.lag is None else self.lag)

    def _latch(self) -> str | None:
        """Say whether the units hold what they have by saturation."""
        if self.diagnosis != "vanishes" or self.place == "leaves" or not self.latched.mean() >= HALF:
            return None
        return (
            f"{self.latched.mean():.0%} of the units stay saturated in one sign. A memory that latches must "
            "vanish, because it holds. If these units hold what they should, nothing is wrong"
        )

    def _directions(self) -> str | None:
        """Say on how many directions the Jacobians rest, at the lag that decides or shortly before."""
        counted = self.directions > 0
        lags = np.flatnonzero(counted.reshape(len(counted), -1).any(axis=-1))
        lags = lags[lags <= (self.lag or len(counted))]
        if not lags.size:
            return None
        few, m = self.directions[lags[-1]], self.singular_values.shape[-1]
        return f"Over lag {lags[-1]} the Jacobians keep about {np.median(few[few > 0]):.1f} of {m} directions"

    def _one_step(self) -> str | None:
        """Say how far one step stretches."""
        values = self.singular_values[_real_steps(self.lengths, self.first, len(self.terms))[1:]]
        if not values.size:
            return None
        largest = f"the largest {np.median(values[:, 0]):.3g} in the median"
        return (
            f"One step's Jacobian: singular values from {values.min():.3g} to {values.max():.3g}, {largest}"
        )

    def _largest_term(self) -> str:
        """Say which term of the gradient is the largest, and in which sequence of a batch."""
        largest = self.terms.max()
        if np.isneginf(largest):
            return "Terms of the recurrent weight: all exactly zero"
        t, k, *b = np.unravel_index(int(self.terms.argmax()), self.terms.shape)
        where = "".join([f"t = {self.first + t}, k = {self.first + k}", *(f", sequence {one}" for one in b)])
        return f"Largest term of the recurrent weight: 10^{largest:.1f} at {where}"

    def _zero_states(self) -> str | None:
        """Say where states are so near zero that the recurrent weights learn nothing; at step 0 they may."""
        skipped = 1 if self.first == 0 else 0
        sizes = self.before[skipped:][_real_steps(self.lengths, self.first, len(self.before))[skipped:]]
        near = int((sizes < np.log10(self.fraction)).sum())
        if not near:
            return None
        return (
            f"Before {near} of {sizes.size} steps h is shorter than {self.fraction:g}: the recurrent weights "
            "see next to nothing there"
        )

    def _exchanged(self) -> str | None:
        """Say what to do if steps and sequences have changed places."""
        steps = self.first + len(self.terms)
        if self.batch_first or not self.lengths.ndim or self.lengths.size < MANY * steps:
            return None
        return (
            f"There are {steps} steps of {self.lengths.size} sequences. If it is the other way round, say "
            "batch_first=True"
        )


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
    that are done, and of the first one its last steps, as `last` would have given them. If that is nothing,
    the interrupt goes on.

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
    return _judged(dict(zip(HEAD, values, strict=True)), real, measured, "dL_dh")


def _judged(head: dict[str, Any], lengths: Lengths, measured: Measured, whose: str) -> GradientMap:
    """Return the map with its shares and its diagnosis, or raise a ValueError if there is no loss."""
    ends, m = np.arange(len(measured.terms)), measured.singular_values.shape[-1]
    if not (measured.by_state[ends, ends + 1] > -np.inf).any():
        within = f" within the steps from {head['first']} on" if head["first"] else ""
        raise ValueError(f"no diagnosis without a loss: {whose} has none{within}")
    real = _real_steps(lengths, head["first"], len(ends))
    by_lag = shares_by_lag(measured.jacobians, identity := log10_identity(head["norm"], m), real)
    shares, decay = quantiles(by_lag), fit_decay(by_lag)
    arrays = (measured.by_state, measured.by_z, measured.jacobians - identity, measured.slopes)
    if not lengths.ndim:  # an axis of sequences, also where there is none
        arrays = arrays[0][..., None], arrays[1][..., None], arrays[2][..., None], arrays[3][..., None]
    found = arrival(ends, arrays[0][ends, ends + 1], *arrays)
    diagnosis, lag, place = deciding(found, np.log10(head["fraction"]))
    return GradientMap(
        **head,
        lengths=lengths,
        diagnosis=diagnosis,
        lag=lag,
        place=place,
        reason=reason_of(found, decay, head["fraction"]),
        shares=shares,
        decay=decay,
        **found._asdict(),
        **measured._asdict(),
    )


def _real_steps(lengths: Lengths, first: int, steps: int) -> Any:
    """Return the mask of some steps from the first on, (steps,) or (steps, B): True where a step is real."""
    return real_steps(lengths, first + steps)[first:]


def _largest(values: Array) -> float:
    """Return the scale, at least 1, in which sums and squares of values stay in the range of floats."""
    return float(np.abs(values).max(where=np.isfinite(values), initial=1))


def _plain(array: Array) -> Any:
    """Return an array as nested lists, None for what is infinite."""
    plain = array.astype(object)
    plain[~np.isfinite(array.astype(float))] = None
    return plain.tolist()
