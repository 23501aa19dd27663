r"""Map the gradient of a network: how much of it every pair of steps carries, and whether it lasts.

:func:`gradient_map` runs a network on inputs and gathers the norms of all Jacobians
:math:`\partial s_t / \partial s_k` and of all terms of the gradient, the decay per step, and a diagnosis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from textwrap import fill
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions._frozen import Frozen
from rnn_solutions._memory import GIB, require_memory
from rnn_solutions._progress import Progress
from rnn_solutions._validation import Array, choice, kind_of, require_function, spelled, step
from rnn_solutions.gradients.diagnosis import (
    Decay,
    describe,
    diagnosis_of,
    fit_decay,
    log10_identity,
    quantiles,
    shares_by_lag,
)
from rnn_solutions.gradients.norms import MATRIX_NORMS, product_norms, term_norms
from rnn_solutions.networks.recurrent import Recurrent, run_of
from rnn_solutions.networks.runs import RecurrentRun


@dataclass(frozen=True, eq=False)
class GradientMap(Frozen):
    r"""What :func:`gradient_map` found, read-only. A batch of `B` sequences adds an axis of length `B`.

    Attributes
    ----------
    network : str
        ``"RNN"``, ``"LSTM"`` or ``"GRU"``.
    first : int
        The step at index 0 of the arrays: 0, or more when only the last steps were asked for.
    norm : str
        The norm of the Jacobians, ``"frobenius"`` or ``"spectral"``.
    fraction : float
        Where the diagnosis draws its lines.
    terms : (T+1, T+1) or (T+1, T+1, B) ndarray
        ``terms[t, k]`` is the base-10 logarithm of the norm of the term (t, k) of the gradient by the
        recurrent weight. Minus infinity where it is exactly zero, as for every ``k > t``, or where all
        that is left of it was once 300 orders of magnitude below the rest.
    jacobians : (T+1, T+1) or (T+1, T+1, B) ndarray
        The same of :math:`\partial s_t / \partial s_k`.
    singular_values : (T, m) or (T, B, m) ndarray
        Row `j` holds those of :math:`\partial s_{j+1} / \partial s_j`, from the largest down.
    shares : (T+1, 3) ndarray
        Row `l`, in base-10 logarithms, for the pairs t - k = l of all sequences: the norm of the Jacobian
        over that of the identity, 10%, 50% and 90% of the pairs at or below. Dimensionless.
    decay : Decay or None
        The fit. None where fewer than two lags have a norm above zero.
    diagnosis : {"vanishes", "explodes", "carries"}
        See :func:`gradient_map` for the rule.
    lag : int or None
        The lag that decided, None for ``"carries"``.
    reason : str
        The diagnosis in a sentence.
    """

    network: str
    first: int
    norm: str
    fraction: float
    terms: Array = field(repr=False)
    jacobians: Array = field(repr=False)
    singular_values: Array = field(repr=False)
    shares: Array = field(repr=False)
    decay: Decay | None
    diagnosis: str
    lag: int | None
    reason: str

    def mean(self, name: str) -> Array:
        """Return ``"terms"``, ``"jacobians"`` or ``"singular_values"``, averaged over the batch, if any.

        The mean of the logarithms belongs to the geometric mean of the norms.
        """
        values, axis = self._chosen(name)
        scale = _largest(values)
        return values if axis is None else np.asarray((values / scale).mean(axis=axis) * scale)

    def spread(self, name: str) -> Array:
        """Return the standard deviation over the batch of what `mean` averages, zero without a batch.

        Infinite where some of the sequences, and not all, have a norm of exactly zero.
        """
        values, axis = self._chosen(name)
        if axis is None:
            return np.zeros_like(values)
        zero, scale = np.isneginf(values), _largest(values)
        deviation = np.where(zero, 0, values / scale).std(axis=axis) * scale
        deviation[zero.any(axis=axis) & ~zero.all(axis=axis)] = np.inf
        return np.asarray(deviation)

    def summary(self) -> str:
        """Return the map in a few lines of text."""
        last = self.first + len(self.terms) - 1
        batch = f", {self.terms.shape[2]} sequences" if self.terms.ndim == 3 else ""
        values = self.singular_values
        one_step = f"singular values from {values.min():.3g} to {values.max():.3g}"
        largest = f"the largest {np.median(values[..., 0]):.3g} in the median"
        lines = [
            f"{self.network}, steps {self.first} to {last}{batch}: {self.diagnosis}",
            self.reason,
            describe(self.decay),
            f"One step's Jacobian: {one_step}, {largest}",
            self._largest_term(),
        ]
        return "\n".join(fill(line, 79, subsequent_indent="  ") for line in lines)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: numbers, strings, lists, and None for what is infinite.

        A batch is given by its mean and spread.
        """
        arrays = ("terms", "jacobians", "singular_values")
        return {
            **{name: getattr(self, name) for name in ("network", "first", "norm", "fraction")},
            **{name: getattr(self, name) for name in ("diagnosis", "lag", "reason")},
            "decay": asdict(self.decay) if self.decay else None,
            "sequences": self.terms.shape[2] if self.terms.ndim == 3 else 1,
            "shares": _plain(self.shares),
            **{name: _plain(self.mean(name)) for name in arrays},
            **{f"{name}_spread": _plain(self.spread(name)) for name in arrays},
        }

    def plot(self, axes: Any = None) -> Any:
        """Draw the terms by (t, k) and the norms of the Jacobians over the lag.

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
        return draw(self.mean("terms"), self.shares, self.fraction, line, self.first, axes)

    def _chosen(self, name: str) -> tuple[Array, int | None]:
        """Return one of the three arrays and the axis of its batch."""
        values = getattr(self, choice("name", name, ("terms", "jacobians", "singular_values")))
        return values, (1 if name == "singular_values" else 2) if values.ndim == 3 else None

    def _largest_term(self) -> str:
        """Say which term of the gradient is the largest, and in which sequence of a batch."""
        largest = self.terms.max()
        if np.isneginf(largest):
            return "Terms of the recurrent weight: all exactly zero"
        t, k, *b = np.unravel_index(int(self.terms.argmax()), self.terms.shape)
        where = "".join([f"t = {self.first + t}, k = {self.first + k}", *(f", sequence {one}" for one in b)])
        return f"Largest term of the recurrent weight: 10^{largest:.1f} at {where}"


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
    memory: float = 2 * GIB,
) -> GradientMap:
    r"""Return how much of the gradient every pair of steps of a network carries.

    The diagnosis looks at the share that a gradient keeps on its way back over a lag: the norm of
    :math:`\partial s_t / \partial s_{t-l}` over that of the identity, its median over all `t` and all
    sequences, of an even number the lower one in the middle. The first lag at which the share is below
    `fraction` or above its inverse decides, for ``"vanishes"`` or ``"explodes"``. If there is none within the
    steps given, the gradient ``"carries"``. With the Frobenius norm, the share is that of a gradient of
    random direction, in the root mean square; with the spectral norm, that of the direction that keeps the
    most.

    Parameters
    ----------
    net : Recurrent
        An RNN, an LSTM, a GRU, or a network of your own.
    x : (T+1, d) or (T+1, B, d) array_like
        The inputs, at least two steps. The B sequences of a batch are mapped one after another.
    dL_dh : (T+1, n) or (T+1, B, n) array_like, or function
        Row `t` is :math:`\partial L_t / \partial h_t`, the loss's own term. A function gets ``run.h`` and
        returns it.
    h_init, c_init : (n,) or (B, n) array_like, optional
        The state before the first step; `c_init` for the LSTM alone. None is zeros.
    norm : {"frobenius", "spectral"}
        Of the Jacobians. The spectral one is exact, and costs a singular value decomposition for each pair.
    fraction : float
        What share counts as vanished, between 0 and 1.
    last : int, optional
        Map only that many steps at the end, after running them all. What it finds is that corner of the
        whole map, for memory that grows with `last` and not with T.
    memory : float
        The most bytes to take.

    Returns
    -------
    map : GradientMap
        Terms in the unit of the loss, Jacobians dimensionless, both as base-10 logarithms, which neither
        overflow nor underflow.

    Raises
    ------
    ValueError
        If an argument has the wrong shape, is not real and finite or out of its range, a single step
        overflows, or the map would take more than `memory`. The error then says how much it would take and
        which `last` fits.

    See Also
    --------
    rnn_solutions.jacobian_norms : the norms alone.

    Examples
    --------
    One unit that passes on three quarters of its gradient:

    >>> from rnn_solutions.networks.rnn import RNN
    >>> net = RNN(W=[[3.0]], U=[[1.0]])
    >>> found = gradient_map(net, [[-1.5]] * 41, lambda h: h - 1, h_init=[0.5])
    >>> found.diagnosis, found.lag, round(found.decay.factor, 6)
    ('vanishes', 25, 0.75)
    >>> 0.75**25 < 0.001 < 0.75**24
    True
    """
    run, first = _checked_run(net, x, h_init, c_init, last)
    choice("norm", norm, MATRIX_NORMS)
    if not (isinstance(fraction, (float, np.floating)) and 0 < fraction < 1):
        raise ValueError(f"fraction must be a number between 0 and 1, got {spelled(fraction)}")
    fraction = float(fraction)
    way = "last={fits} maps the last {fits} steps within it"
    require_memory("the map of {} steps", run.T + 1 - first, partial(_bytes, run), memory, way, least=2)
    if callable(dL_dh):
        require_function("dL_dh", dL_dh, "be an array or a function of the states", 1, untold=True)
        dL_dh = dL_dh(run.h)
    rows = net.loss_rows(run, dL_dh)
    terms, jacobians, values = _measure(run, rows, first, norm)
    by_lag = shares_by_lag(jacobians, log10_identity(norm, values.shape[-1]))
    shares, decay = quantiles(by_lag), fit_decay(by_lag)
    found = terms, jacobians, values, shares, decay, *diagnosis_of(shares[:, 1], decay, fraction)
    return GradientMap(type(net).__name__, first, norm, fraction, *found)


def _measure(run: RecurrentRun, rows: Array, first: int, norm: str) -> Iterator[Array]:
    """Yield terms, Jacobians and singular values from one step on, each sequence walked back once."""
    sequences: list[Any] = [()] if run.h.ndim == 2 else [(b,) for b in range(run.h.shape[1])]
    m = sum(run.net.widths)
    found = []
    with Progress() as progress:
        for number, b in enumerate(sequences, 1):
            place = f"gradient map, sequence {number} of {len(sequences)}: "
            part = run.since(first, b)
            steps = np.empty((part.T, m, m), run.h.dtype)
            progress.show(place + "terms")
            terms = term_norms(part, rows[slice(first, None), *b], steps)
            progress.show(place + "Jacobians")
            jacobians = product_norms(steps, norm)
            progress.show(place + "singular values")
            found.append((terms, jacobians, np.linalg.svd(steps, compute_uv=False)))
    for parts, axis in zip(zip(*found, strict=True), (2, 2, 1), strict=True):
        yield np.stack(parts, axis) if run.h.ndim == 3 else parts[0]


def _checked_run(
    net: Any, x: ArrayLike, h_init: ArrayLike | None, c_init: ArrayLike | None, last: int | None
) -> tuple[RecurrentRun, int]:
    """Return the run of the network and the first step to map, or raise a ValueError."""
    if not isinstance(net, Recurrent):
        raise ValueError(f"net must be an RNN, an LSTM, a GRU or another Recurrent, got {kind_of(net)}")
    if c_init is not None and "c_init" not in net.initial_names:
        raise ValueError(f"c_init is the LSTM's alone, got one for {type(net).__name__}")
    given = {"h_init": h_init, "c_init": c_init}
    run = run_of(net, x, **{name: given.get(name) for name in net.initial_names})
    if run.T == 0:
        raise ValueError("x must have at least two steps, got 1")
    steps = run.T + 1 if last is None else step("last", last)
    if not 2 <= steps <= run.T + 1:
        raise ValueError(f"last must be from 2 to the number of steps, {run.T + 1}, got {steps}")
    return run, run.T + 1 - steps


def _bytes(run: RecurrentRun, steps: int) -> int:
    """Return about how many bytes the map of some steps takes at its peak."""
    m = sum(run.net.widths)
    sequences = run.h[0].size // run.h.shape[-1]
    blocks = 4 * steps * m * m * 8  # one sequence's steps, products, the next ones, and a copy
    return int(blocks + 8 * (4 * steps**2 + steps * m) * (sequences + 1))


def _largest(values: Array) -> float:
    """Return the scale, at least 1, in which sums and squares of values stay in the range of floats."""
    return float(np.abs(values).max(where=np.isfinite(values), initial=1))


def _plain(array: Array) -> Any:
    """Return an array as nested lists, None for what is infinite."""
    plain = array.astype(object)
    plain[~np.isfinite(array)] = None
    return plain.tolist()
