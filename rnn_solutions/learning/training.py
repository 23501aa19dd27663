r"""Train a recurrent network with a linear read-out, by the gradients of this package.

It is meant for tasks of the size of a page: one layer, plain numpy, and the same numbers every time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions._frozen import Frozen
from rnn_solutions._memory import require_size
from rnn_solutions._validation import (
    Array,
    finite,
    float_array,
    generator,
    kind_of,
    mapping,
    positive,
    real_number,
    require_function,
    unwarned,
    whole,
)
from rnn_solutions.gradients.truncation import truncated_gradient
from rnn_solutions.learning.optimisers import Arrays, clip_by_norm, gradient_norm
from rnn_solutions.learning.tasks import Batch
from rnn_solutions.networks.recurrent import Recurrent, run_of
from rnn_solutions.networks.runs import RecurrentRun

Loss = Callable[[Array, Any], tuple[float, Array]]


class Optimiser(Protocol):
    """What turns a gradient into new parameters: `Adam`, or one of your own."""

    def update(self, parameters: Mapping[str, Array], gradients: Mapping[str, Array]) -> Arrays:
        """Return the parameters after one step."""


@dataclass(frozen=True, eq=False, repr=False)
class Model(Frozen):
    r"""A recurrent network and a linear read-out of its states, :math:`y_t = V h_t + c`.

    Parameters
    ----------
    net : Recurrent
        An RNN, an LSTM, a GRU, or a network of your own.
    V : (m, n) array_like
        Weights of the read-out, dimensionless. This and the bias are kept as read-only copies.
    c : (m,) array_like
        Its bias.

    Raises
    ------
    ValueError
        If `net` is no network of this package, or `V` or `c` has the wrong shape or is not real and finite.

    See Also
    --------
    train : which returns another one.

    Examples
    --------
    >>> from rnn_solutions import RNN
    >>> model = Model(RNN(W=[[0.0]], U=[[1.0]], activation="identity"), V=[[2.0]], c=[1.0])
    >>> model.answers(model.net.forward([[3.0], [4.0]]))
    array([[7.], [9.]])
    """

    net: Any  # an RNN, an LSTM or a GRU: the method that all have, forward, takes other arguments in each
    V: Array
    c: Array

    def __post_init__(self) -> None:
        _require_network(self.net)
        object.__setattr__(self, "V", float_array("V", self.V, ("m", self.net.n)))
        object.__setattr__(self, "c", float_array("c", self.c, (len(self.V),)))

    def __repr__(self) -> str:
        return f"Model({self.net!r}, m={len(self.V)})"

    @classmethod
    def draw(cls, net: Recurrent, m: int, rng: np.random.Generator | int) -> Model:
        r"""Return a model with a read-out of `m` numbers, uniform within :math:`\pm 1 / \sqrt n`.

        Raises a ValueError if `net` is no network of this package, `m` is below 1, `rng` is neither a
        generator nor a seed, or the read-out would take more than half of the machine's memory.
        """
        _require_network(net)
        m, rng = whole("m", m, 1), generator(rng)
        require_size(f"a read-out of m={m} numbers", 3 * 8 * m * net.n)
        bound = net.n**-0.5
        return cls(net, rng.uniform(-bound, bound, size=(m, net.n)), rng.uniform(-bound, bound, size=m))

    @property
    def parameters(self) -> Arrays:
        """All parameters by name: those of the network, then `V` and `c`."""
        of_net = {name: getattr(self.net, name) for name in self.net.parameter_names}
        return {**of_net, "V": self.V, "c": self.c}

    def with_parameters(self, parameters: Mapping[str, ArrayLike]) -> Model:
        """Return a model of the same kind with other parameters, by the same names."""
        if set(mapping("parameters", parameters)) != set(self.parameters):
            raise ValueError(
                f"parameters must be {', '.join(self.parameters)}, got {', '.join(map(str, parameters))}"
            )
        of_net = {name: array for name, array in parameters.items() if name not in ("V", "c")}
        return Model(self.net.replace(**of_net), parameters["V"], parameters["c"])  # type: ignore[arg-type]

    def answers(self, run: RecurrentRun) -> Array:
        """Return the answers at every step of a run, (T+1, m) or (T+1, B, m)."""
        if not isinstance(run, RecurrentRun) or run.h.shape[-1] != self.net.n:
            raise ValueError(
                f"run must come from the forward of a network with {self.net.n} units, got another"
            )
        with unwarned():
            return finite(run.h @ self.V.T + self.c, "the answer at step {}")

    def loss_and_gradients(self, batch: Batch, loss: Loss, window: int | None = None) -> tuple[float, Arrays]:
        r"""Return the loss on a batch and its gradient by every parameter.

        The loss looks at the last A steps, as many as there are targets. What it sends into the states is
        :math:`\partial L_t / \partial h_t = (\partial L_t / \partial y_t)\, V`.

        Parameters
        ----------
        batch : Batch
            Inputs and targets.
        loss, window
            As for `train`.

        Returns
        -------
        loss : float
            On this batch.
        gradients : dict of str to ndarray
            By the names of `parameters`.

        Raises
        ------
        ValueError
            If `batch` is no Batch, the shapes do not fit, or a number overflows.
        """
        _require("batch", batch, Batch)
        run = run_of(self.net, batch.x)
        asked = slice(run.T + 1 - len(batch.targets), None)
        answers = self.answers(run)[asked]
        require_function("loss", loss, "be a function of answers and targets", 2, untold=False)
        found = loss(answers, batch.targets)
        if not isinstance(found, (tuple, list)) or len(found) != 2:
            raise ValueError(
                f"loss must return the loss and its gradient by the answers, got {kind_of(found)}"
            )
        value = real_number("the loss", found[0])
        by_answer = float_array("the gradient of the loss by the answers", found[1], answers.shape)
        dL_dh = np.zeros_like(run.h)
        with unwarned():
            dL_dh[asked] = by_answer @ self.V
            finite(dL_dh, "the gradient of the loss by the state at step {}")
            by_V = np.tensordot(by_answer, run.h[asked], axes=([0, 1], [0, 1]))
            by_c = by_answer.sum(axis=(0, 1))
        if window is None:
            by_name = self.net.backward(run, dL_dh)
            gradients = {name: by_name[name] for name in self.net.parameter_names}
        else:
            gradients = truncated_gradient(self.net, run, dL_dh, window)
        gradients["V"], gradients["c"] = finite(by_V, "the gradient by V"), finite(by_c, "the gradient by c")
        return value, gradients


def _require(name: str, value: Any, kind: type) -> None:
    """Raise a ValueError unless this is of a kind."""
    if not isinstance(value, kind):
        raise ValueError(f"{name} must be a {kind.__name__}, got {kind_of(value)}")


def _updated(model: Model, optimiser: Optimiser, gradients: Arrays) -> Model:
    """Return the model with what an optimiser makes of its parameters, in their own shapes."""
    before = model.parameters
    after = optimiser.update(before, gradients)
    if not isinstance(after, Mapping):
        raise ValueError(f"optimiser must return a mapping of the parameters, got {kind_of(after)}")
    new = model.with_parameters(after)
    for name, array in new.parameters.items():
        if array.shape != before[name].shape:
            raise ValueError(
                f"optimiser must keep the shape {before[name].shape} of {name}, got {array.shape}"
            )
    return new


def _require_network(net: Any) -> None:
    """Raise a ValueError unless this is a network of the package."""
    if not isinstance(net, Recurrent):
        raise ValueError(f"net must be an RNN, an LSTM, a GRU or another Recurrent, got {kind_of(net)}")


@dataclass(frozen=True, eq=False)
class Training(Frozen):
    """What became of a training.

    Attributes
    ----------
    model : Model
        After the last update.
    losses : (updates,) ndarray
        The loss on each batch, before the update that it led to.
    norms : (updates,) ndarray
        The norm of the gradient, before any clipping.
    """

    model: Model
    losses: Array = field(repr=False)
    norms: Array = field(repr=False)


def train(
    model: Model,
    batches: Iterable[Batch],
    loss: Loss,
    optimiser: Optimiser,
    clip: float | None = None,
    window: int | None = None,
) -> Training:
    """Return a model after one update for each batch.

    The same arguments give the same numbers, to the last digit on the same machine.

    Parameters
    ----------
    model : Model
        Where to begin. It stays as it is.
    batches : iterable of Batch
        One for each update.
    loss : callable
        `squared_error`, `cross_entropy`, or another function of answers and targets that returns the loss and
        its gradient by the answers.
    optimiser : Adam, or one of your own
        What makes an update of a gradient, by a method ``update(parameters, gradients)``. To go on with a
        training, hand in the same one again.
    clip : float, optional
        The largest norm that a gradient may keep; None clips nothing.
    window : int, optional
        Carry each loss back over so many steps only: truncated backpropagation. None is all of them.

    Returns
    -------
    training : Training
        The model, and losses and gradient norms along the way.

    Raises
    ------
    ValueError
        If `model` is no Model, the `batches` are no batches, `loss` or `optimiser` is not what it should be,
        the shapes do not fit, `clip` is not above 0, `window` is below 1, or a number overflows because the
        training diverged. A note on the error says in which update.

    See Also
    --------
    rnn_solutions.adding_problem, rnn_solutions.copy_task : batches.

    Examples
    --------
    >>> from rnn_solutions import Adam, adding_problem, draw_gru, squared_error
    >>> rng = np.random.default_rng(0)
    >>> model = Model.draw(draw_gru(8, 2, rng), m=1, rng=rng)
    >>> batches = (adding_problem(steps=6, count=32, rng=rng) for _ in range(200))
    >>> found = train(model, batches, squared_error, Adam(rate=0.02))
    >>> bool(found.losses[-1] < 0.02 < 1 / 6 < found.losses[0])
    True
    """
    _require("model", model, Model)
    try:
        given = iter(batches)
    except TypeError:
        raise ValueError(f"batches must be batches one after another, got {kind_of(batches)}") from None
    require_function("loss", loss, "be a function of answers and targets", 2, untold=False)
    if isinstance(optimiser, type) or not hasattr(optimiser, "update"):
        raise ValueError(f"optimiser must have a method update, got {kind_of(optimiser)}")
    update = optimiser.update
    require_function("update of the optimiser", update, "take parameters and gradients", 2, untold=False)
    clip = None if clip is None else positive("clip", clip)
    window = None if window is None else whole("window", window, 1)
    losses: list[float] = []
    norms: list[float] = []
    for number, batch in enumerate(given, 1):
        try:
            value, gradients = model.loss_and_gradients(batch, loss, window)
            norm = gradient_norm(gradients)
            if clip is not None:
                gradients, _ = clip_by_norm(gradients, clip)
            model = _updated(model, optimiser, gradients)
        except ValueError as error:
            error.add_note(f"in update {number}")
            raise
        losses.append(value)
        norms.append(norm)
    return Training(model, np.array(losses), np.array(norms))
