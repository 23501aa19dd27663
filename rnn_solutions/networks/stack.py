r"""Several layers on each other, of one direction or two: run forwards, and walked back through all of it.

Layer :math:`l + 1` reads what layer :math:`l` puts out, for two directions side by side. A direction that
reads each sequence from its end is run on reversed inputs, and its outputs are turned back into time's order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from inspect import isabstract
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions._frozen import Frozen, replaced
from rnn_solutions._validation import (
    Array,
    finite,
    flag,
    float_array,
    is_several,
    kind_of,
    spelled,
    step,
    unwarned,
)
from rnn_solutions.networks.lengths import lengths_of, require_no_loss_on_padding, without_padding
from rnn_solutions.networks.projected_lstm import ProjectedLSTM
from rnn_solutions.networks.recurrent import Recurrent, run_of
from rnn_solutions.networks.rnn import RNN
from rnn_solutions.networks.runs import Gradients
from rnn_solutions.networks.stack_directions import (
    by_inputs_of,
    deltas_of,
    directions_of,
    ending,
    sizes_of,
    summed,
    turned,
    within,
)
from rnn_solutions.networks.stack_runs import StackRun
from rnn_solutions.networks.stack_weights import OF_ROWS, directions_in, is_projected, kind_by_rows
from rnn_solutions.networks.state_dict import read_layer

INITIAL_NAMES = ("h_init", "c_init")

Layer = Recurrent | tuple[Recurrent, ...]


class Stack(Frozen):
    r"""A network of several layers, each of which reads what the one below puts out.

    The first direction of a layer runs over what comes from below from step 0 on, the second from the last
    step of each sequence back to its first. What the layer puts out at step `t` is the state of the first
    after it has read steps 0 to t and, beside it, that of the second after it has read the last step to t.

    Parameters
    ----------
    layers : sequence of Recurrent, or of pairs of them
        From the lowest up. A pair is the direction that reads the sequence from its beginning and the one
        that reads it from its end, both with as many inputs. A layer has as many inputs as the units of all
        directions below it.

    Attributes
    ----------
    layers : tuple of tuples of Recurrent
        The directions of each layer, one or two.
    n, d : int
        The numbers of outputs and of inputs.

    Raises
    ------
    ValueError
        If an entry is no network and no pair of networks, or layers do not fit on each other; the message
        lists the sizes of all.

    See Also
    --------
    Stack.from_state_dict : all layers of a trained PyTorch module.

    Notes
    -----
    It cannot be changed, as no network can. Between layers there is nothing: no dropout, which only acts
    while a module is trained.

    References
    ----------
    Schuster and Paliwal, Bidirectional recurrent neural networks, IEEE Transactions on Signal Processing 45
    (1997), 2673-2681.

    Examples
    --------
    Sums from both ends, one of three numbers and one of two, which is padded:

    >>> add = RNN(W=[[1.0]], U=[[1.0]], activation="identity")
    >>> stack = Stack([(add, add)])
    >>> run = stack.forward([[[1.0], [3.0]], [[2.0], [4.0]], [[3.0], [0.0]]], lengths=[3, 2])
    >>> run.h[:, 0]
    array([[1., 6.],
           [3., 5.],
           [6., 3.]])
    >>> run.h[:, 1]
    array([[3., 7.],
           [7., 4.],
           [0., 0.]])
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        if not (is_several(layers) and len(layers)):
            given = "an empty one" if is_several(layers) else kind_of(layers)
            raise ValueError(f"layers must be a sequence of networks or pairs of them, got {given}")
        self.layers = tuple(directions_of(layer, number) for number, layer in enumerate(layers))
        self.d = self.layers[0][0].d
        self.n = width = self.d
        for number, directions in enumerate(self.layers):
            if any(net.d != width for net in directions):
                raise ValueError(
                    f"layers must fit on each other: layer {number} must have {width} inputs in each "
                    f"direction, got layers of {', '.join(map(sizes_of, self.layers))}"
                )
            self.n = width = sum(net.n for net in directions)

    def __repr__(self) -> str:
        layers = ", ".join(" + ".join(f"{type(net).__name__} {net.n}" for net in one) for one in self.layers)
        return f"{type(self).__name__}(n={self.n}, d={self.d}, {layers})"

    def replace(self, **changes: Any) -> Self:
        """Return a stack of other `layers`, as `Recurrent.replace` does for a network."""
        return replaced(self, changes)

    def __replace__(self, /, **changes: Any) -> Self:
        return self.replace(**changes)

    @classmethod
    def from_state_dict(
        cls,
        mapping: Any,
        kind: type[Recurrent] | None = None,
        prefix: str = "",
        activation: str | None = None,
    ) -> Self:
        """Return the stack that holds all layers and directions of a trained PyTorch module.

        Parameters
        ----------
        mapping : mapping of str to array_like
            As for :meth:`Recurrent.from_state_dict`.
        kind : class, optional
            ``LSTM``, ``GRU``, ``RNN`` or one of your own. By default the one of these three whose weights
            have as many blocks of rows, and ``ProjectedLSTM`` where there is a ``weight_hr_l0``.
        prefix : str
            What stands before the names, such as ``"encoder.lstm."``.
        activation : str, optional
            The ``nonlinearity`` of a ``torch.nn.RNN``, which a state_dict does not hold; its default is
            ``"tanh"``.

        Returns
        -------
        stack : Stack
            Each network in the dtype of its arrays.

        Raises
        ------
        ValueError
            As for :meth:`Recurrent.from_state_dict`; if a layer or a direction is missing, where the message
            lists those found and those looked for; if layers do not fit on each other; or if `activation` is
            given for a network that is no RNN.

        Examples
        --------
        >>> shapes = {"weight_ih_l0": (8, 3), "weight_hh_l0": (8, 2), "weight_ih_l1": (8, 2)}
        >>> weights = {name: np.ones(shape) for name, shape in shapes.items()}
        >>> Stack.from_state_dict(weights | {"weight_hh_l1": np.ones((8, 2))})
        Stack(n=2, d=3, LSTM 2, LSTM 2)
        """
        projected = is_projected(mapping, prefix)
        lowest = read_layer(mapping, 0, prefix, False, None, projected)
        is_class = isinstance(kind, type) and issubclass(kind, Recurrent) and not isabstract(kind)
        if kind is not None and not is_class:
            raise ValueError(
                f"kind must be the class LSTM, GRU, RNN or another network's, got {kind_of(kind)}"
            )
        if projected:
            if kind not in (None, ProjectedLSTM):
                which = f"{prefix}weight_hr_l0"
                raise ValueError(f"kind must be ProjectedLSTM, as {which} says, got {kind_of(kind)}")
            kind = ProjectedLSTM
        elif kind is None or kind in OF_ROWS.values():
            kind = kind_by_rows(lowest["weight_hh"], f"{prefix}weight_hh_l0", kind)
        if activation is not None and not issubclass(kind, RNN):
            raise ValueError(f"activation must be None for {kind.__name__}, got {spelled(activation)}")
        options = {} if activation is None else {"activation": activation}
        return cls(
            [
                tuple(
                    kind.from_state_dict(mapping, layer=layer, prefix=prefix, reverse=reverse, **options)
                    for reverse in directions
                )
                for layer, directions in enumerate(directions_in(mapping, prefix))
            ]
        )

    def forward(
        self,
        x: ArrayLike,
        h_init: ArrayLike | None = None,
        c_init: ArrayLike | None = None,
        *,
        lengths: ArrayLike | None = None,
        mask: ArrayLike | None = None,
        batch_first: bool = False,
    ) -> StackRun:
        """Run all layers over a sequence, or a batch of sequences that may differ in length.

        Parameters
        ----------
        x : (T+1, d) or (T+1, B, d) array_like
            The inputs, dimensionless. What stands on padding counts for nothing, but must be finite.
        h_init, c_init : (L, n) or (L, B, n) array_like, optional
            The states before the first step read, dimensionless; zeros when None. As in torch they are one
            for each of the `L` networks: the directions of layer 0, those of layer 1, and so on; `c_init` for
            those with a cell alone, as wide as it. Where widths differ, a list with one array for each.
        lengths : (B,) array_like of int, optional
            How many steps of each sequence are real, from 1 to T + 1. The others, on its right, are padding.
            An int for one sequence.
        mask : (T+1, B) array_like of bool, optional
            The same as `lengths`: True where a step is real.
        batch_first : bool
            Whether `x` and `mask` have the sequence as their first axis and the step as their second. What
            comes back has the step first all the same.

        Returns
        -------
        run : StackRun
            The outputs ``run.h``, (T+1, n) or (T+1, B, n), in time's order, zero on padding as torch's are
            that were packed and padded again. No real step depends on padding. Dimensionless.

        Raises
        ------
        ValueError
            If an argument has the wrong shape or is not real and finite; if a length is not from 1 to T + 1,
            or a mask has a hole, with the sequence and the value; or if a layer overflows, with the layer.

        Examples
        --------
        >>> add = RNN(W=[[1.0]], U=[[1.0]], activation="identity")
        >>> x = [[[1.0], [2.0], [3.0]], [[3.0], [4.0], [0.0]]]
        >>> run = Stack([add, add]).forward(x, lengths=[3, 2], batch_first=True)
        >>> run.h[..., 0]
        array([[ 1.,  3.],
               [ 4., 10.],
               [10.,  0.]])
        >>> mask = [[True, True, True], [True, True, False]]
        >>> by_mask = Stack([add, add]).forward(x, mask=mask, batch_first=True)
        >>> bool((by_mask.h == run.h).all()), run.lengths
        (True, array([3, 2]))
        >>> Stack([add, add]).forward([[1.0], [2.0]], h_init=[[10.0], [20.0]]).h.ravel()
        array([31., 44.])
        """
        order = ("B", "T+1") if flag("batch_first", batch_first) else ("T+1", "B")
        x = float_array("x", x, ("T+1", self.d), (*order, self.d), copy=False)
        if batch_first and x.ndim == 3:
            x = x.swapaxes(0, 1)
        batch = x.shape[1:-1]
        real = lengths_of(lengths, mask, len(x), *batch, batch_first=batch_first)
        initial = self._initial(batch, (h_init, c_init))
        features, runs = without_padding(x, real), []
        for layer, directions in enumerate(self.layers):
            here, out = [], []
            for reverse, net in enumerate(directions):
                with within(layer, reverse):
                    here.append(run_of(net, turned(features, real, reverse), **next(initial)))
                out.append(turned(here[-1].h, real, reverse))
            runs.append(tuple(here))
            features = without_padding(out[0] if len(out) == 1 else np.concatenate(out, axis=-1), real)
        return StackRun(self, features, tuple(runs), real)

    def _initial(
        self, batch: tuple[int, ...], states: tuple[ArrayLike | None, ...]
    ) -> Iterator[dict[str, ArrayLike]]:
        """Return the initial states of each network by their names, or raise a ValueError."""
        nets = [net for directions in self.layers for net in directions]
        found: list[dict[str, ArrayLike]] = [{} for _ in nets]
        for name, value in zip(INITIAL_NAMES, states, strict=True):
            takers = [place for place, net in enumerate(nets) if name in net.initial_names]
            if value is None:
                continue
            if not takers:
                raise ValueError(f"{name} is for networks with a cell, got one for {self!r}")
            sizes = [
                dict(zip(nets[one].initial_names, nets[one].widths, strict=True))[name] for one in takers
            ]
            if len(set(sizes)) == 1:
                several: Any = float_array(name, value, (len(takers), *batch, sizes[0]))
            elif is_several(value, len(takers)):
                several = value
            else:
                raise ValueError(
                    f"{name} must be a list of {len(takers)} arrays, of {', '.join(map(str, sizes))} units, "
                    f"got {kind_of(value)}"
                )
            for place, size, one in zip(takers, sizes, several, strict=True):
                found[place][name] = float_array(f"an entry of {name}", one, (*batch, size))
        return iter(found)

    def backward(self, run: StackRun, dL_dh: ArrayLike) -> Gradients:
        """Return the gradient of the loss by backpropagation through time and through all layers.

        Parameters
        ----------
        run : StackRun
            What `forward` of this stack returned.
        dL_dh : (T+1, n) or (T+1, B, n) array_like
            Row `t` is the loss's own term by the outputs ``run.h[t]``, zero on padding.

        Returns
        -------
        gradients : Gradients
            By every parameter and initial state of every network, by its name in the network and its layer
            and direction as in the names of torch: ``gradients.W_hh_l0``, ``gradients.b_ih_l1_reverse``,
            ``gradients.h_init_l0``. Those by parameters are summed over a batch. By ``x`` in time's order,
            zero on padding. In the unit of the loss.

        Raises
        ------
        ValueError
            If `run` is another stack's, `dL_dh` is not real, finite and of the shape of ``run.h``, there is a
            loss on padding, whose first step and sequence are named, or a gradient overflows.

        See Also
        --------
        gradient_term : what one step's loss gives to the weights at one step.

        Examples
        --------
        The last output is 3 x_0 + 2 x_1 + x_2, the sum of the sums:

        >>> add = RNN(W=[[1.0]], U=[[1.0]], activation="identity")
        >>> stack = Stack([add, add])
        >>> run = stack.forward([[1.0], [2.0], [3.0]])
        >>> gradients = stack.backward(run, dL_dh=[[0.0], [0.0], [1.0]])
        >>> gradients.x.ravel(), gradients.U_l1
        (array([3., 2., 1.]), array([[10.]]))
        """
        rows, found = self.loss_rows(run, dL_dh), {}
        for layer in reversed(range(len(self.layers))):
            by_inputs = []
            for reverse, net, part, own in self._directions_back(run, layer, rows):
                with within(layer, reverse):
                    gradients = net.backward(part, own)
                by_inputs.append(turned(gradients.x, run.lengths, reverse))
                for name in (*net.parameter_names, *net.initial_names):
                    found[name + ending(layer, reverse)] = gradients[name]
            rows = summed(by_inputs, layer)
        return Gradients(**self._in_order(found), x=rows)

    def gradient_term(self, run: StackRun, dL_dh: ArrayLike, t: int, k: int) -> Gradients:
        r"""Return what the loss at step `t` gives to every parameter through its use at step `k`.

        .. math::

           \frac{\partial L_t}{\partial \theta_k},

        where :math:`\theta_k` is a copy of :math:`\theta` that acts at step `k` alone. Both steps count in
        the sequence's own time, for a direction that reads from the end too. With two directions `k` may come
        after `t`. Summed over all `t` and `k`, the terms are the gradient.

        Parameters
        ----------
        run, dL_dh
            As for `backward`.
        t, k : int
            Steps, from 0 to T.

        Returns
        -------
        terms : Gradients
            By every parameter of every network, named as by `backward`, summed over a batch. In the unit of
            the loss.

        Raises
        ------
        ValueError
            As for `backward`, or if there is no such step.

        Examples
        --------
        Read from the end, the output at step 0 is ``x[0] + W (x[1] + W x[2])``:

        >>> add = RNN(W=[[1.0]], U=[[1.0]], activation="identity")
        >>> stack = Stack([(add, add)])
        >>> run = stack.forward([[1.0], [2.0], [3.0]])
        >>> terms = stack.gradient_term(run, [[0.0, 1.0], [0.0, 0.0], [0.0, 0.0]], t=0, k=1)
        >>> terms.W_l0_reverse, terms.U_l0_reverse, terms.W_l0
        (array([[3.]]), array([[2.]]), array([[0.]]))
        """
        given = self.loss_rows(run, dL_dh)
        for name, value in (("t", t), ("k", k)):
            if not 0 <= step(name, value) <= run.T:
                raise ValueError(f"{name} must be from 0 to {run.T}, got {value}")
        rows = np.zeros_like(given)
        rows[t] = given[t]
        at_k = np.zeros((run.T + 1, *run.h.shape[1:-1], 1), given.dtype)
        at_k[k] = 1
        found: dict[str, Array] = {}
        for layer in reversed(range(len(self.layers))):
            by_inputs = []
            for reverse, net, part, own in self._directions_back(run, layer, rows):
                with within(layer, reverse):
                    deltas = deltas_of(net, part, own)
                by_inputs.append(turned(by_inputs_of(net, part, deltas), run.lengths, reverse))
                with unwarned():
                    alone = deltas * turned(at_k, run.lengths, reverse)
                    terms = net.by_parameters(alone, part, slice(None))
                for parameter, term in zip(net.parameter_names, terms, strict=True):
                    name = parameter + ending(layer, reverse)
                    found[name] = finite(term, f"the term t={t}, k={k} of {name}")
            rows = summed(by_inputs, layer)
        return Gradients(**self._in_order(found))

    def loss_rows(self, run: Any, dL_dh: ArrayLike) -> Array:
        """Return `dL_dh` as an array of the shape of this stack's ``run.h``, without a loss on padding."""
        if not isinstance(run, StackRun) or run.stack is not self:
            raise ValueError("run must come from this stack's own forward, got one that does not")
        rows = float_array("dL_dh", dL_dh, run.h.shape, copy=False)
        require_no_loss_on_padding(rows, run.lengths)
        return rows

    def _directions_back(
        self, run: StackRun, layer: int, rows: Array
    ) -> Iterator[tuple[int, Recurrent, Any, Array]]:
        """Yield of each direction of a layer if it is reversed, network, run, and rows as it runs."""
        start = 0
        for reverse, (net, part) in enumerate(zip(self.layers[layer], run.runs[layer], strict=True)):
            yield reverse, net, part, turned(rows[..., start : start + net.n], run.lengths, reverse)
            start += net.n

    def _in_order(self, found: dict[str, Array]) -> dict[str, Array]:
        """Return what was found by names from the top down, from the lowest layer up."""
        names = (
            name + ending(layer, reverse)
            for layer, directions in enumerate(self.layers)
            for reverse, net in enumerate(directions)
            for name in dict.fromkeys((*net.parameter_names, *net.initial_names))
        )
        return {name: found[name] for name in names if name in found}
