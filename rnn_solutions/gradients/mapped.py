"""What a map of a gradient holds: its arrays, its diagnosis, means over a batch, and single sequences."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from rnn_solutions._frozen import Frozen
from rnn_solutions._validation import Array, choice, step
from rnn_solutions.gradients.arrival import arrival, deciding
from rnn_solutions.gradients.diagnosis import Decay, fit_decay, log10_identity, quantiles, shares_by_lag
from rnn_solutions.gradients.map_wording import summary_of
from rnn_solutions.gradients.measuring import Measured, steps_of
from rnn_solutions.gradients.wording import reason_of
from rnn_solutions.networks.lengths import Lengths

HEAD = ("network", "n", "first", "norm", "fraction", "batch_first", "interrupted")
PAIRS = ("terms", "jacobians", "by_state", "by_z")
MEANS = (*PAIRS, "singular_values")


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
        >>> from rnn_solutions import RNN, gradient_map
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
        return judged(head, self.lengths[b], measured, f"sequence {b}")

    def summary(self) -> str:
        """Return the map in a few lines of text: what was found, where, and what to try."""
        return summary_of(self)

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
        >>> from rnn_solutions import RNN, gradient_map
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
        real = steps_of(self.lengths, self.first, len(self.terms))
        return real[1:, :, None] if name == "singular_values" else real[:, None]


def judged(head: dict[str, Any], lengths: Lengths, measured: Measured, whose: str) -> GradientMap:
    """Return the map with its shares and its diagnosis, or raise a ValueError if there is no loss."""
    ends, m = np.arange(len(measured.terms)), measured.singular_values.shape[-1]
    if not (measured.by_state[ends, ends + 1] > -np.inf).any():
        within = f" within the steps from {head['first']} on" if head["first"] else ""
        raise ValueError(f"no diagnosis without a loss: {whose} has none{within}")
    real = steps_of(lengths, head["first"], len(ends))
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


def _largest(values: Array) -> float:
    """Return the scale, at least 1, in which sums and squares of values stay in the range of floats."""
    return float(np.abs(values).max(where=np.isfinite(values), initial=1))


def _plain(array: Array) -> Any:
    """Return an array as nested lists, None for what is infinite."""
    plain = array.astype(object)
    plain[~np.isfinite(array.astype(float))] = None
    return plain.tolist()
