r"""What the RNN, the LSTM and the GRU share: derivatives through time, built on one step back.

The state :math:`s_t` is all that a step hands to the next: :math:`h_t`, and for the LSTM
:math:`(h_t, C_t)`. Each network says how rows of derivatives with respect to :math:`s_t` turn into rows with
respect to its pre-activations at step `t` and to :math:`s_{t-1}`. From this one step back, the gradient, its
terms and the Jacobians follow here, once for all networks.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from itertools import accumulate
from math import prod
from typing import Any, ClassVar, Self, cast

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from rnn_solutions._frozen import AbstractFreezing, Frozen, immutable, made, replaced
from rnn_solutions._memory import GIB, require_memory, require_size
from rnn_solutions._validation import Array, finite, float_array, kind_of, ordered_steps, unwarned
from rnn_solutions.networks.fitting import network_from
from rnn_solutions.networks.runs import Gradients, RecurrentRun
from rnn_solutions.networks.state_dict import read_layer

CHUNK = 8  # rows of deltas summed at once, over the number of units
INPUT_SIZE = 2**17
LAST_STEPS = "run.since({first}) has the last {fits} steps, which fit"
UNWRITTEN = 1.2345e-30  # what stands in an array to see whether it is filled
FEW_ROWS, LARGE_MATRIX = 8, 2**18  # up to so many rows, and from so many entries on, rows go one by one
LOCAL_SIZE = 2**15  # pre-activations differentiated at once: few calls for small steps, in cache for large


class Recurrent(Frozen, metaclass=AbstractFreezing):
    r"""One recurrent layer, and the protocol by which any network is walked back through time.

    What a network says of one step is enough for its gradient, terms, Jacobians and map. A network of your
    own extends this class and provides

    - ``keep_weights`` called once with its weights, which gives it :math:`n` and :math:`d`;
    - ``forward``, which returns a `RecurrentRun`, or a dataclass that extends it and keeps more;
    - `local_derivatives`, the derivatives within a step, its weights apart;
    - `step_back`, which takes rows of derivatives by the state at one step to the step before;
    - and, where they differ from those below, the names of its parameters and of the parts of its state.

    Once it is made it is not changed, nor is a copy of it: an attribute cannot be set when ``__init__`` has
    ended, and each array among them is kept as a read-only copy. `replace` makes another one.

    Attributes
    ----------
    n, d : int
        The number of units and of inputs.
    parameter_names : tuple of str
        The names of the weights of the input and of the state, then of the two biases beside them. Attributes
        of these names hold the arrays. A single bias is named twice. Others may follow, for which
        `further_inputs` says what they multiply.
    initial_names : tuple of str
        For each part of the state, hidden state first, the argument of ``forward`` that begins it.
    state_names : tuple of str
        The same parts as `backward` names the derivatives by them: ``h``, then for each other part the
        argument that begins it without ``_init``, unless the class says otherwise.
    widths : tuple of int
        How many numbers each part of the state has: `n` each, unless a network says otherwise.
    sides : int
        2 where the weights of the input and those of the state see different derivatives by the
        pre-activations, as in the GRU. More where further parameters see others still.

    See Also
    --------
    rnn_solutions.RNN, rnn_solutions.LSTM : two that build on it.

    Notes
    -----
    A gate or a slope so near to 0 that it is no normal number, below 2e-308 or in float32 1e-38, counts as 0.

    Examples
    --------
    A leaky unit, :math:`h_t = (1 - a)\, h_{t-1} + a \tanh(z_t)` with :math:`z_t = W h_{t-1} + U x_t`:

    >>> from rnn_solutions import RecurrentRun, gradient_map
    >>> class Leaky(Recurrent):
    ...     parameter_names = ("U", "W", "b", "b")
    ...
    ...     def __init__(self, U, W, a):
    ...         self.a = a
    ...         self.U, self.W, self.b = self.keep_weights(U, W, np.zeros(len(W)))
    ...
    ...     def forward(self, x, h_init=None):
    ...         x, z, h = self.begin(x, h_init=h_init)
    ...         for t in range(len(x)):  # h[t] is the state before step t
    ...             z[t] = h[t] @ self.W.T + x[t] @ self.U.T + self.b
    ...             h[t + 1] = (1 - self.a) * h[t] + self.a * np.tanh(z[t])
    ...         return RecurrentRun(self, x, h, z)
    ...
    ...     def local_derivatives(self, run, steps, room):
    ...         return (self.a / np.cosh(run.z[steps]) ** 2,)
    ...
    ...     def step_back(self, local, rows, deltas):
    ...         (slope,), (by_h,), (delta,) = local, rows, deltas
    ...         delta[...] = by_h * slope
    ...         by_h[...] = (1 - self.a) * by_h + delta @ self.W
    >>> rng = np.random.default_rng(0)
    >>> net = Leaky(rng.normal(size=(3, 2)), 0.1 * rng.normal(size=(3, 3)), a=0.1)
    >>> run = net.forward(rng.normal(size=(50, 2)))
    >>> gradients = net.backward(run, dL_dh=np.ones((50, 3)))
    >>> terms = net.gradient_terms(run, dL_dh=np.ones((50, 3)))
    >>> gradients, bool(np.allclose(terms.W.sum(axis=(0, 1)), gradients.W))
    (Gradients(U (3, 2), W (3, 3), b (3,), h_init (3,), x (50, 2), h (50, 3)), True)
    >>> net.jacobian(run, t=40, k=0).diagonal().round(3)
    array([0.026, 0.011, 0.011])
    >>> gradient_map(net, run.x[:30], dL_dh=np.ones_like).diagnosis
    'carries'
    """

    n: int
    d: int
    forward: Callable[..., Any]  # of the inputs, and of the initial states by their names
    parameter_names: ClassVar[tuple[str, ...]] = ("W_ih", "W_hh", "b_ih", "b_hh")
    initial_names: ClassVar[tuple[str, ...]] = ("h_init",)
    state_names: ClassVar[tuple[str, ...]] = ("h",)
    sides: ClassVar[int] = 1
    _gates: ClassVar[int | None] = None  # how many blocks of n rows the weights stack, where that is known
    _steps_back_tried: ClassVar[bool]
    _copies = True  # a network of one's own may keep arrays as they came
    _W_ih: Array
    _W_hh: Array
    _W_ih_T: Array
    _W_hh_T: Array

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        names, taken = cls.parameter_names, ["x", *cls.initial_names]
        distinct = [*names[:2], *dict.fromkeys(names[2:]), *taken]
        if len(names) < 4 or len(set(distinct)) < len(distinct):
            raise ValueError(
                f"parameter_names of {cls.__name__} must name two weights and two biases, or one bias twice, "
                f"none of them {' or '.join(taken)}; got {names!r}"
            )
        if "initial_names" in vars(cls) and "state_names" not in vars(cls):
            cls.state_names = ("h", *(name.removesuffix("_init") for name in cls.initial_names[1:]))
        states = cls.state_names
        if len(states) != len(cls.initial_names) or len({*distinct, *states}) < len([*distinct, *states]):
            raise ValueError(
                f"state_names of {cls.__name__} must name a block for each of {', '.join(cls.initial_names)}"
                f", none of them {' or '.join(distinct)}; got {states!r}"
            )

    def keep_weights(self, W_ih: ArrayLike, W_hh: ArrayLike, *biases: ArrayLike) -> list[Array]:
        """Return copies of weights and biases that nobody can write, in one dtype, and keep the sizes.

        Raises a ValueError, by the `parameter_names`, if they are no finite real arrays or do not fit each
        other.
        """
        names, arrays = tuple(dict.fromkeys(self.parameter_names)), (W_ih, W_hh, *biases)
        if len(arrays) != len(names):
            raise ValueError(f"keep_weights must get {', '.join(names)}, got {len(arrays)} arrays")
        return self._keep(*self._checked(dict(zip(names, arrays, strict=True))))

    def _checked(self, named: dict[str, ArrayLike]) -> list[Array]:
        """Return weights and biases as arrays, or raise a ValueError by their names."""
        input_name, state_name, *biases = named
        W_hh = float_array(state_name, named[state_name], ("rows", "n"), copy=False)
        rows, n = W_hh.shape
        if self._gates and rows != self._gates * n:
            raise ValueError(f"{state_name} must have shape ({self._gates * n}, {n}), got {W_hh.shape}")
        return [
            float_array(input_name, named[input_name], (rows, "d"), copy=False),
            W_hh,
            *(float_array(name, named[name], (rows,), copy=False) for name in biases),
        ]

    def _keep(self, W_ih: Array, W_hh: Array, *biases: Array) -> list[Array]:
        """Do what `keep_weights` does, for arrays that are checked."""
        if "_frozen" in vars(self):
            self._refuse("set the weights of", self.parameter_names[1])
        dtype = np.result_type(W_ih, W_hh, *biases)
        kept = [immutable(np.asarray(array, dtype)) for array in (W_ih, W_hh, *biases)]
        vars(self).update(n=kept[1].shape[1], d=kept[0].shape[1], _kept=kept)
        return kept

    def _freeze(self) -> None:
        """Take from the weights, as they now stand under their names, what every walk needs."""
        held, names = vars(self), dict.fromkeys(self.parameter_names)
        kept = held.pop("_kept", [])
        if [id(held.get(name)) for name in names] != [id(array) for array in kept]:
            # A subclass put another array in the place of one, or this is a copy, or was unpickled.
            if missing := [name for name in names if name not in held]:
                raise ValueError(
                    f"{type(self).__name__} must keep its weights as {', '.join(names)}, which its "
                    f"parameter_names are, got none for {', '.join(missing)}"
                )
            held.pop("_frozen", None)
            arrays = self._keep(*self._checked({name: held[name] for name in names}))
            held.update(zip(names, arrays, strict=True))
            del held["_kept"]
        super()._freeze()
        W_ih, W_hh = (held[name] for name in self.parameter_names[:2])
        # Views, for whoever has an array can set its shape, and transposes with rows of their own: with them
        # h @ W.T takes two thirds of the time.
        held.update(_W_ih=W_ih[...], _W_hh=W_hh[...], _W_ih_T=immutable(W_ih.T), _W_hh_T=immutable(W_hh.T))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(n={self.n}, d={self.d}, {self._W_hh.dtype})"

    def replace(self, **changes: Any) -> Self:
        """Return a network of the same kind that differs in some of the arguments that make it.

        Parameters
        ----------
        **changes
            Arguments of the class by their names, such as ``W`` or ``activation`` of an `RNN`. The others
            are those of this network, which stays as it is.

        Returns
        -------
        net : Recurrent
            Another network of this class. ``copy.replace`` of Python 3.13 returns the same.

        Raises
        ------
        ValueError
            If there is no argument of a name, an argument is not as the class asks for it, or a network of
            your own does not keep each of its arguments as an attribute of the argument's name.

        Examples
        --------
        One weight nudged up and down gives one entry of the gradient:

        >>> from rnn_solutions.networks.rnn import RNN
        >>> net = RNN(W=[[0.5, -1.0], [1.0, 0.0]], U=[[1.0], [2.0]])
        >>> x = [[1.0], [-1.0], [0.5]]
        >>> def loss_at(nudge):
        ...     W = net.W.copy()
        ...     W[0, 1] += nudge
        ...     return net.replace(W=W).forward(x).h.sum()
        >>> slope = (loss_at(1e-6) - loss_at(-1e-6)) / 2e-6
        >>> gradient = net.backward(net.forward(x), dL_dh=np.ones((3, 2))).W[0, 1]
        >>> bool(np.isclose(slope, gradient, rtol=1e-6))
        True
        """
        return replaced(self, changes)

    def __replace__(self, /, **changes: Any) -> Self:
        return self.replace(**changes)

    @classmethod
    def from_state_dict(
        cls, mapping: Any, layer: int | None = None, prefix: str = "", reverse: bool | None = None
    ) -> Self:
        """Return the network that holds one layer of a trained PyTorch module.

        Parameters
        ----------
        mapping : mapping of str to array_like
            Names to arrays: a torch ``state_dict()``, an opened npz or safetensors file, a dict. Nothing is
            unpickled, and torch is not needed.
        layer : int, optional
            Which layer of a module that stacks several, from 0. A single cell, whose names have no ``_l0``,
            is read as well.
        prefix : str
            What stands before the names, such as ``"encoder.lstm."``.
        reverse : bool, optional
            Whether to take the direction of a bidirectional layer that reads the sequence from its end. Hand
            it the reversed inputs.

        Returns
        -------
        net : Recurrent
            A network of this class, in float32 if all its arrays are, and otherwise in float64.

        Raises
        ------
        ValueError
            If the mapping has several layers or directions and none was named (the message lists them),
            names are missing (it lists those looked for and those found), an entry cannot be
            read, is not an array of finite real numbers of the right shape, or is of another kind of network,
            if the file is closed, the layer has a projection (``proj_size``), or a class of your own is not
            made of arguments that bear the names of its parameters.

        Examples
        --------
        >>> from rnn_solutions.networks.gru import GRU
        >>> weights = {"weight_ih_l0": np.ones((6, 3)), "weight_hh_l0": np.ones((6, 2))}
        >>> net = GRU.from_state_dict(weights)
        >>> net.n, net.d
        (2, 3)
        """
        return made(cls, cls._weights_of(mapping, layer, prefix, reverse))

    @classmethod
    def _weights_of(
        cls, mapping: Any, layer: int | None, prefix: str, reverse: bool | None
    ) -> dict[str, Any]:
        """Return the arrays of one layer by the names of the parameters, two biases of one name summed."""
        return cls._by_parameters_named(
            list(read_layer(mapping, layer, prefix, reverse, cls._gates).values())
        )

    @classmethod
    def _by_parameters_named(cls, arrays: list[Array]) -> dict[str, Any]:
        """Return weights and biases, which may be missing, by the names of the parameters."""
        named: dict[str, Any] = {}
        dtype = np.result_type(*arrays)  # to which all of them come
        for name, array in zip(cls.parameter_names, arrays, strict=False):  # the biases may be missing
            named[name] = named[name] + array.astype(dtype) if name in named else array
        return named

    @classmethod
    def from_weights(
        cls,
        arrays: Any,
        layout: str,
        prefix: str = "",
        reverse: bool | None = None,
        *,
        order: str | None = None,
        x: ArrayLike | None = None,
        output: ArrayLike | None = None,
        **arguments: Any,
    ) -> Self:
        """Return the network that holds one layer of another library, which is not needed for that.

        Parameters
        ----------
        arrays : mapping of str to array_like, or list of array_like
            Names to arrays, also nested, as the library has them: an opened npz or h5 file, a dict of
            parameters. Or the arrays alone in the library's order, as ``get_weights()`` of Keras gives them,
            or W, R and B of ONNX.
        layout : str
            "pytorch", "keras", "keras-cudnn", "onnx", "flax", "equinox", "haiku", "mlx" or "tensorflow1". The
            page of the API has the table. Not confirmed on the library's own output are what PyTorch exports
            to ONNX, and cuDNN's order but for Keras's LSTM: give `x` and `output` there.
        prefix : str
            What stands before the names.
        reverse : bool, optional
            Which direction, where the arrays hold both.
        order : str, optional
            How the gates follow each other where they do not as the layout says: letters of "ifgo" for the
            LSTM, of "rzn" for the GRU.
        x, output : array_like, optional
            A few steps of input, (T+1, d) or (T+1, B, d), and what the library computes of it from a state of
            zeros: h of all steps, or of the last. They tell whether the layout is right. In single precision
            both agree to 1e-4 of the largest entry.
        **arguments
            Further arguments of the class, which arrays do not say: ``activation``, ``gate_activation``, for
            the GRU ``reset``.

        Returns
        -------
        net : Recurrent
            A network of this class, in float32 if all its arrays are, and otherwise in float64. Its sizes are
            those of the arrays.

        Raises
        ------
        ValueError
            If an array is missing or has another shape than the layout says, a layer cannot be told from
            others, has peepholes, a layer norm or a projection, an argument is unknown, or h is not `output`:
            the message then names the layout or order that gives it, or says that none does.

        See Also
        --------
        from_state_dict : any layer and direction of a PyTorch module.

        Examples
        --------
        >>> from rnn_solutions.networks.lstm import LSTM
        >>> weights = [np.ones((1, 4)), np.ones((1, 4)), np.array([0.0, 1.0, 0.5, -1.0])]
        >>> net = LSTM.from_weights(weights, layout="keras")
        >>> net.b_ih
        array([ 0. ,  1. ,  0.5, -1. ])

        ONNX has another order of the gates, and its output says so:

        >>> x = [[1.0], [2.0]]
        >>> output = net.forward(x).h
        >>> onnx = {"W": np.ones((1, 4, 1)), "R": np.ones((1, 4, 1)), "B": [[0, -1, 1, 0.5, 0, 0, 0, 0]]}
        >>> LSTM.from_weights(onnx, layout="onnx", x=x, output=output).b_ih
        array([ 0. ,  1. ,  0.5, -1. ])
        >>> LSTM.from_weights(onnx, layout="onnx", order="ifgo", x=x, output=output)
        Traceback (most recent call last):
        ValueError: layout 'onnx' (gates in the order i f g o) does not give this output: h is off by 0.29 of
            its largest entry, first at step 0; what fits is order='iofg', as in onnx
        """

        def make(weights: dict[str, Array], further: dict[str, Any]) -> Any:
            return made(cls, cls._by_parameters_named(list(weights.values())) | further)

        where, effect = (prefix, reverse), (x, output)
        return cast(Self, network_from(make, cls._gates, arrays, layout, where, order, effect, arguments))

    def backward(self, run: Any, dL_dh: ArrayLike) -> Gradients:
        r"""Return the gradient of the loss by backpropagation through time, in O(T) steps.

        With the row :math:`\delta_t = \partial L / \partial z_t` by the pre-activations of step `t`,

        .. math::

           \frac{\partial L}{\partial W} = \sum_{t=0}^{T} \delta_t^\top h_{t-1}^\top,

        where :math:`W` multiplies the state; `x` takes the place of `h` for the weights of the input.

        Parameters
        ----------
        run : RecurrentRun
            What `forward` of this network returned.
        dL_dh : (T+1, n) or (T+1, B, n) array_like
            Row `t` is :math:`\partial L_t / \partial h_t`, the loss's own term: how :math:`L_t` responds to
            :math:`h_t`, without what :math:`h_t` does to later states.

        Returns
        -------
        gradients : Gradients
            By every parameter, summed over a batch, and by ``x``, the initial state and the states, for each
            sequence of the batch. In the unit of the loss.

        Raises
        ------
        ValueError
            If `run` is another network's, `dL_dh` is not real, finite and of the shape of ``run.h``, or a
            gradient overflows.

        See Also
        --------
        gradient_terms : the gradient by the parameters, term by term.
        rnn_solutions.figures.gradient_norms : how large the gradient by the states is at each step.

        Notes
        -----
        Row `t` of ``gradients.h`` is :math:`\partial L / \partial h_t`: how the whole loss responds to
        :math:`h_t`, the loss's own term included and all that :math:`h_t` does to later states. For the LSTM
        ``gradients.C`` holds :math:`\partial L / \partial C_t`, where :math:`h_t = o_t \odot \tanh(C_t)`
        follows :math:`C_t`, as in PyTorch. ``gradients.c_init`` and ``gradients.h_init`` are by parts of a
        state that nothing computed, and so each with the other held.

        Examples
        --------
        >>> from rnn_solutions.networks.rnn import RNN
        >>> net = RNN(W=[[2.0]], U=[[1.0]], activation="identity")
        >>> run = net.forward(x=[[1.0], [0.0], [0.0]])
        >>> gradients = net.backward(run, dL_dh=[[0.0], [1.0], [1.0]])
        >>> gradients.x
        array([[6.], [3.], [1.]])

        Nothing stands between a state and its input here, so that the derivative by the state is the same:

        >>> gradients.h
        array([[6.], [3.], [1.]])

        How large it is at each step:

        >>> from rnn_solutions import figures
        >>> ax = figures.gradient_norms({r"$\partial L / \partial h_t$": gradients.h})
        """
        return self.walk_back(run, dL_dh, self.step_back)

    def walk_back(self, run: Any, dL_dh: ArrayLike, step_back: Callable[..., None]) -> Gradients:
        """Return what `backward` does when each step goes back by another function than `step_back`."""
        dL_dh = self.filled_up(self.loss_rows(run, dL_dh))
        dtype = np.result_type(run.h, dL_dh)
        rows = np.zeros((len(self.widths), *dL_dh.shape[1:]), dtype)
        by_h = rows[0]
        # Steps are summed in chunks of so many rows that a chunk's deltas are a few times the weights: enough
        # for the product with them to run at full speed, little enough to stay in the cache.
        size = min(run.T + 1, -(-CHUNK * self.n // (run.h[0].size // self.n)))
        dL_dx, by_state, deltas = one_block(
            dtype, run.x.shape, (len(rows), *dL_dh.shape), (self.sides, size, *run.z.shape[1:])
        )
        total: list[Array] = []
        with unwarned():
            for stop in range(run.T + 1, 0, -size):
                start = max(0, stop - size)
                chunk = deltas[:, : stop - start]
                here = slice(start, stop)
                walk = self.steps_back(run, stop - 1, start, by_state)
                by_step = dL_dh[here], by_state[:, here].swapaxes(0, 1), chunk.swapaxes(0, 1)
                steps = (array[::-1] for array in by_step)
                for (_, local), own, by_s, delta in zip(walk, *steps, strict=True):
                    np.add(by_h, own, out=by_h)
                    by_s[...] = rows
                    step_back(local, rows, delta)
                product(chunk[0], self._W_ih, out=dL_dx[start:stop])
                part = self.by_parameters(chunk, run, slice(start, stop))
                if not np.isfinite(part[3]).all():  # the sum of all deltas: they need no look one by one
                    finite(chunk[-1, ::-1], "the gradient {} steps back from the last", run.T + 1 - stop)
                total = [np.add(a, b, out=a) for a, b in zip(total, part, strict=True)] if total else part
        derivatives = dict(zip(self.parameter_names, total, strict=True))
        begun, held = (
            [part[..., :width] for part, width in zip(parts, self.widths, strict=True)]
            for parts in (rows, by_state)
        )
        derivatives |= dict(zip(self.initial_names, begun, strict=True)) | {"x": dL_dx}
        derivatives |= dict(zip(self.state_names, held, strict=True))
        return Gradients(
            **{name: finite(array, f"the gradient by {name}") for name, array in derivatives.items()}
        )

    def gradient_terms(self, run: Any, dL_dh: ArrayLike, *, memory: float = 2 * GIB) -> Gradients:
        r"""Return every term of the double sum that is the gradient with respect to a parameter.

        .. math::

           \frac{\partial L}{\partial \theta} = \sum_{t=0}^{T} \sum_{k=0}^{t}
           \frac{\partial L_t}{\partial s_t} \frac{\partial s_t}{\partial s_k}
           \frac{\partial^{+} s_k}{\partial \theta}

        for the state :math:`s`. Read from the left, each product is a row times a matrix, so that the terms
        cost O(T² n²).

        Arguments and errors are those of `backward`. The terms may take up to `memory` bytes; the error
        beyond says how many of the last steps fit.

        Returns
        -------
        terms : Gradients
            For every parameter an array (T+1, T+1, ...) by ``[t, k]``, zero for ``k > t``, summed over a
            batch. In the unit of the loss.

        See Also
        --------
        backward : the sum alone, in O(T) steps.

        Examples
        --------
        >>> from rnn_solutions.networks.rnn import RNN
        >>> net = RNN(W=[[2.0]], U=[[1.0]], activation="identity")
        >>> run = net.forward(x=np.zeros((3, 1)), h_init=[1.0])
        >>> net.gradient_terms(run, dL_dh=[[0.0], [0.0], [1.0]]).W[2, :, 0, 0]
        array([4., 4., 4.])
        """
        dL_dh = self.filled_up(self.loss_rows(run, dL_dh))
        dtype = np.result_type(run.h, dL_dh)
        steps = run.T + 1
        by_name = {name: getattr(self, name).shape for name in self.parameter_names}
        pair = sum(map(prod, by_name.values())) * (dtype.itemsize + 1)  # the 1 for where each is finite
        require_memory("the terms of {} steps", steps, lambda few: few**2 * pair, memory, LAST_STEPS)
        terms = {name: np.zeros((steps, steps, *shape), dtype) for name, shape in by_name.items()}
        W_ih, W_hh, b_ih, b_hh, *further = (terms[name] for name in self.parameter_names)
        rows = np.zeros((len(self.widths), *dL_dh.shape), dtype)  # row t: dL_t/ds_k
        deltas = np.empty((self.sides, *run.z.shape), dtype)
        with unwarned():
            for k, local in self.steps_back(run, run.T, 0):
                rows[0, k] = dL_dh[k]
                self.step_back(local, rows[:, k:], deltas[:, k:])
                delta_ih, delta_hh = deltas[0, k:], deltas[-1, k:]
                W_ih[k:, k] = _outer(delta_ih, run.x[k])
                for own, before in self.recurrent_inputs(run, slice(k, k + 1)):
                    W_hh[k:, k, own] = _outer(delta_hh[..., own], before[0])
                b_ih[k:, k], b_hh[k:, k] = _over_batch(delta_ih, run), _over_batch(delta_hh, run)
                own = slice(k, k + 1)
                for array, (side, width, inputs) in zip(further, self.further_inputs(run, own), strict=True):
                    array[k:, k] = _outer(deltas[side, k:, ..., :width], inputs[0])
        return Gradients(**{name: finite(array, "the term t={}, k={}") for name, array in terms.items()})

    def jacobian(self, run: Any, t: int, k: int) -> Array:
        r"""Return how the state at step `t` responds to the state at step `k`.

        Given its inputs, the next state is a function of the state alone: of :math:`s = h`, for the LSTM of
        :math:`s = (h, C)`. So the chain rule runs along :math:`s`, with the latest factor on the left:

        .. math:: \frac{\partial s_t}{\partial s_k} = J_t\, J_{t-1} \cdots J_{k+1}, \qquad
           J_j = \frac{\partial s_j}{\partial s_{j-1}}.

        For the RNN :math:`J_j = \operatorname{diag}(\sigma'(z_j))\, W`.

        Parameters
        ----------
        run : RecurrentRun
            What `forward` of this network returned.
        t, k : int
            Steps, counted as on the sheet, with ``0 <= k <= t <= T``.

        Returns
        -------
        J : (m, m) or (B, m, m) ndarray
            ``J[a, b]`` is the derivative of :math:`(s_t)_a` with respect to :math:`(s_k)_b`, the identity
            when ``t == k``. The state has m = n entries, for the LSTM m = 2n with the hidden state first:
            ``J[n:, :n]`` is :math:`\partial C_t / \partial h_k`. Dimensionless.

        Raises
        ------
        ValueError
            If `run` is another network's, the steps are not ordered so, or the product overflows.

        See Also
        --------
        jacobians : every pair at once, sharing the products.

        Examples
        --------
        One unit whose pre-activation stays at zero multiplies by a quarter of the weight each step:

        >>> from rnn_solutions.networks.rnn import RNN
        >>> net = RNN(W=[[2.0]], U=[[1.0]])
        >>> run = net.forward(x=[[-1.0]] * 4, h_init=[0.5])
        >>> net.jacobian(run, t=3, k=1)
        array([[0.25]])
        """
        self._require_own(run)
        t, k = ordered_steps(t, k, run.T)
        rows = self.identity(run)
        deltas = self._deltas_of(rows, run)
        with unwarned():
            for _, local in self.steps_back(run, t, k + 1):
                self.step_back(local, rows, deltas)
        return finite(as_matrix(rows, self.widths), f"the Jacobian of step {t} by step {k}")

    def jacobians(self, run: Any, *, memory: float = 2 * GIB) -> Array:
        """Return the Jacobians of every state by every earlier one, one matrix product for each.

        Arguments and errors are those of `jacobian`, where the equation stands. They may take up to `memory`
        bytes; the error beyond says how many of the last steps fit.

        Returns
        -------
        J : (T+1, T+1, m, m) or (T+1, T+1, B, m, m) ndarray
            ``J[t, k]`` is ``jacobian(run, t, k)``, and zero for ``k > t``. Dimensionless.

        Examples
        --------
        >>> from rnn_solutions.networks.rnn import RNN
        >>> net = RNN(W=[[2.0]], U=[[1.0]], activation="identity")
        >>> net.jacobians(net.forward(x=np.zeros((3, 1))))[:, :, 0, 0]
        array([[1., 0., 0.],
               [2., 1., 0.],
               [4., 2., 1.]])
        """
        self._require_own(run)
        identity = as_matrix(self.identity(run), self.widths)
        pair = identity.size * (identity.itemsize + 1)  # the 1 for where it is finite
        require_memory(
            "the Jacobians of {} steps", run.T + 1, lambda few: few * (few + 1) * pair, memory, LAST_STEPS
        )
        J = np.zeros((run.T + 1, run.T + 1, *identity.shape), identity.dtype)
        J[run.T, run.T] = identity
        steps = self.step_jacobians(run)
        with unwarned():
            for k in range(run.T, 0, -1):
                J[k:, k - 1] = J[k:, k] @ steps[k - 1]
                J[k - 1, k - 1] = identity
        return finite(J, "the Jacobian of step {} by step {}")

    def step_jacobians(self, run: Any) -> Array:
        """Return the Jacobian of each state by the one before, (T, m, m) or (T, B, m, m), in time's order."""
        self._require_own(run)
        identity = self.identity(run)
        require_size(f"the Jacobians of {run.T} single steps", run.T * identity.nbytes)
        deltas = self._deltas_of(identity, run)
        J = np.empty((run.T, *run.h.shape[1:-1], *2 * identity.shape[1:2]), identity.dtype)
        with unwarned():
            for k, local in self.steps_back(run, run.T, 1):
                rows = identity.copy()
                self.step_back(local, rows, deltas)
                J[k - 1] = finite(as_matrix(rows, self.widths), f"the Jacobian of step {k} by step {k - 1}")
        return J

    def steps_back(
        self, run: Any, last: int, first: int, by_state: Array | None = None
    ) -> Iterator[tuple[int, tuple[Array, ...]]]:
        """Yield k from `last` down to `first`, with the local derivatives of step k, good until the next.

        Where `by_state` is given, (m // n, T+1, ..., n), its rows get what `add_within_step` adds when the
        caller has filled them.
        """
        size = min(last + 1 - first, max(1, LOCAL_SIZE // run.z[0].size))
        if size < 1:
            return
        room = np.empty((2, size, *run.z.shape[1:]), run.h.dtype)
        for stop in range(last + 1, first, -size):
            start = max(first, stop - size)
            local = self.local_derivatives(run, slice(start, stop), room[:, : stop - start])
            steps = reversed(range(start, stop))
            yield from zip(steps, zip(*(array[::-1] for array in local), strict=True), strict=True)
            if by_state is not None:
                self.add_within_step(local, by_state[:, start:stop])

    def by_parameters(self, deltas: Array, run: Any, steps: slice) -> list[Array]:
        """Return the gradient by each parameter through some steps, summed over them and the batch."""
        delta_ih, delta_hh = (flat(deltas[side]) for side in (0, -1))
        by_b_ih = delta_ih.sum(axis=0)
        by_b_hh = by_b_ih.copy() if self.sides == 1 else delta_hh.sum(axis=0)
        # In this order BLAS reads along the rows of both factors.
        by_W_ih = np.dot(flat(run.x[steps]).T, delta_ih).T
        parts = [np.dot(flat(h).T, delta_hh[:, own]).T for own, h in self.recurrent_inputs(run, steps)]
        further = [
            np.dot(flat(inputs).T, flat(deltas[side])[:, :width]).T
            for side, width, inputs in self.further_inputs(run, steps)
        ]
        return [by_W_ih, parts[0] if len(parts) == 1 else np.concatenate(parts), by_b_ih, by_b_hh, *further]

    def recurrent_inputs(self, run: Any, steps: slice) -> list[tuple[slice, Array]]:
        """Return what the weights of the state multiply at some steps, as pairs of rows of them and an array.

        That is :math:`h_{t-1}` for all rows, except for a GRU whose reset gate acts before the product.
        """
        return [(slice(None), run.h_previous[steps])]

    def further_inputs(self, run: Any, steps: slice) -> list[tuple[int, int, Array]]:  # noqa: ARG002
        """Return for each parameter beyond four which deltas it sees, how many, and what it multiplies."""
        return []

    @property
    def widths(self) -> tuple[int, ...]:
        """How many numbers each part of the state has, hidden state first."""
        return (self.n,) * len(self.initial_names)

    @abstractmethod
    def local_derivatives(self, run: Any, steps: slice, room: Array) -> tuple[Array, ...]:
        """Return the derivatives within each of some steps, its weights apart; the first axis is the step.

        The arrays may live in `room`, which has twice the shape of the pre-activations of these steps and
        stays in the cache from call to call.
        """

    @abstractmethod
    def step_back(self, local: tuple[Array, ...], rows: Array, deltas: Array) -> None:
        """Take rows of derivatives one step back, in place.

        Parameters
        ----------
        local : tuple of ndarray
            What `local_derivatives` returned for the step k.
        rows : (parts, ..., n) ndarray
            On entry derivatives by the state at step k, on return by the state at step k - 1. The parts of
            the state lie along the first axis; a part that is narrower than the widest ends in zeros. Between
            the first axis and the last stand any axes, and that of the batch.
        deltas : (sides, ..., gates n) ndarray
            Takes the derivatives by the pre-activations of step k: first as the weights of the input see
            them, last as those of the state do. They differ, and so are two, for the GRU; between them stand
            those that parameters beyond four see.
        """

    def add_within_step(self, local: tuple[Array, ...], by_state: Array) -> None:
        """Add to derivatives by the state, in place, what one block does to another within the same step.

        That is nothing, unless a class says otherwise: a row of `step_back` is by one block with the others
        held.

        Parameters
        ----------
        local : tuple of ndarray
            What `local_derivatives` returned for some steps.
        by_state : (m // n, steps, ..., n) ndarray
            Derivatives by the states at these steps.
        """

    def _deltas_of(self, rows: Array, run: Any) -> Array:
        """Return the array that `step_back` is to fill for several `rows` of one step."""
        return np.empty((self.sides, rows.shape[1], *run.z.shape[1:]), rows.dtype)

    def begin(self, x: ArrayLike, **initial: ArrayLike | None) -> list[Array]:
        """Return `x`, room for the pre-activations, and for each initial state the trail that it begins.

        The trails have the common dtype of the network and of all that is given.
        """
        x = float_array("x", x, ("T+1", self.d), ("T+1", "B", self.d), copy=False)
        batch = x.shape[1:-1]
        widths = dict(zip(self.initial_names, self.widths, strict=True))
        given = {
            name: float_array(name, value, *shapes_of(widths[name], batch))
            for name, value in initial.items()
            if value is not None
        }
        dtype = np.result_type(x, self._W_hh, *given.values())
        own_x, z, *trails = one_block(
            dtype,
            x.shape,
            (len(x), *batch, len(self._W_hh)),
            *[(len(x) + 1, *batch, widths[name]) for name in initial],
        )
        own_x[...] = x
        for trail, name in zip(trails, initial, strict=True):
            trail[0] = given.get(name, 0)
        return [own_x, z, *trails]

    def _steps_forward(self, x: Array, z: Array, bias: Array, *arrays: Array) -> Iterator[tuple[Array, ...]]:
        """Yield the entries of `arrays` step by step, after `z` got its share of the inputs and a bias.

        That is one product for as many steps as stay in the cache until they are used.
        """
        size = max(1, INPUT_SIZE // z[0].size)
        for start in range(0, len(x), size):
            chunk = slice(start, start + size)
            product(x[chunk], self._W_ih_T, out=z[chunk])
            z[chunk] += bias
            yield from zip(*(array[chunk] for array in arrays), strict=True)

    def identity(self, run: Any) -> Array:
        """Return the rows of the derivative of the state by itself, (m // n, m, [B,] n)."""
        m, sequences = sum(self.widths), run.h[0].size // self.n
        require_size(f"the Jacobian of a step of {sequences} sequences", 3 * sequences * m**2 * 8)
        one = np.zeros((len(self.widths), m, max(self.widths)), run.h.dtype)
        for part, width, end in zip(one, self.widths, accumulate(self.widths), strict=True):
            part[end - width : end, :width] = np.eye(width)
        if run.h.ndim == 2:
            return one.copy()
        return np.repeat(one[:, :, None], run.h.shape[1], axis=2)

    def _require_own(self, run: Any) -> None:
        """Raise a ValueError unless this network made `run`, and can take it back."""
        if not isinstance(run, RecurrentRun) or run.net is not self:
            raise ValueError("run must come from this network's own forward, got one that does not")
        if "_steps_back_tried" not in vars(type(self)):
            self._try_step_back(run)
            type(self)._steps_back_tried = True

    def _try_step_back(self, run: Any) -> None:
        """Raise a ValueError if the walk of a network of one's own would read what nothing wrote."""
        kind, last = type(self).__name__, slice(run.T, run.T + 1)
        before, rows = self.identity(run), self.identity(run)
        deltas = np.full_like(self._deltas_of(rows, run), UNWRITTEN)
        with unwarned():
            local = self.local_derivatives(run, last, np.empty((2, 1, *run.z.shape[1:]), run.h.dtype))
            if not isinstance(local, tuple) or any(np.shape(one)[:1] != (1,) for one in local):
                raise ValueError(
                    f"local_derivatives of {kind} must return a tuple of arrays, whose first axis is the "
                    f"step, got {kind_of(local)}"
                )
            self.step_back(tuple(one[0] for one in local), rows, deltas)
            passed_on = flat(deltas[-1]) @ self._W_hh
        # A network that hands its rows on as they are, such as relu with W = I, leaves them rightly.
        moves = passed_on.any() and not np.array_equal(np.ravel(passed_on), np.ravel(before[0]))
        for name, left in (
            ("deltas", (deltas == UNWRITTEN).any()),
            ("rows", moves and np.array_equal(rows, before)),
        ):
            if left:
                raise ValueError(
                    f"step_back of {kind} must write all of `{name}` in place, as in delta[...] = ..., "
                    "got some that it left as they were"
                )

    def loss_rows(self, run: Any, dL_dh: ArrayLike) -> Array:
        """Return `dL_dh` as an array of the shape of this network's ``run.h``."""
        self._require_own(run)
        return float_array("dL_dh", dL_dh, run.h.shape, copy=False)

    def filled_up(self, dL_dh: Array) -> Array:
        """Return the loss's own terms with zeros to the width of the widest part of the state."""
        missing = max(self.widths) - self.n
        return np.pad(dL_dh, [(0, 0)] * (dL_dh.ndim - 1) + [(0, missing)]) if missing else dL_dh


def shapes_of(width: int, batch: tuple[int, ...]) -> dict[tuple[int, ...], None]:
    """Return the shapes in which an initial state may come, each once; torch's is the last."""
    return dict.fromkeys([(width,), (*batch, width), (1, *batch, width)])


def run_of(net: Recurrent, x: ArrayLike, **initial: ArrayLike | None) -> Any:
    """Return the run of a network, or raise a ValueError if its own `forward` returns something else."""
    run = net.forward(x, **initial)
    if not isinstance(run, RecurrentRun):
        raise ValueError(f"forward of {type(net).__name__} must return a RecurrentRun, got {kind_of(run)}")
    return run


def require_run(run: Any) -> None:
    """Raise a ValueError unless a network made `run`."""
    if not (isinstance(run, RecurrentRun) and isinstance(run.net, Recurrent)):
        raise ValueError(f"run must come from a network's forward, got {kind_of(run)}")


def flat(array: Array) -> Array:
    """Return the rows of an array with any leading axes as a matrix, without a copy."""
    return array.reshape(-1, array.shape[-1])


def product(rows: Array, matrix: Array, out: Array) -> Array:
    """Write ``rows @ matrix`` to `out` as one matrix product, whatever the leading axes, and return it.

    A few rows and a large matrix are quicker one by one: for a product, BLAS first copies the whole matrix.
    """
    if rows.ndim == 1:
        return np.asarray(np.dot(rows, matrix, out=out))
    rows, into = flat(rows), flat(out)
    if len(rows) <= FEW_ROWS and matrix.size >= LARGE_MATRIX:
        for row, one in zip(rows, into, strict=True):
            np.dot(row, matrix, out=one)
    else:
        np.dot(rows, matrix, out=into)
    return out


def one_block(dtype: DTypeLike, *shapes: tuple[int, ...]) -> list[Array]:
    """Return empty arrays of the given shapes that share one block of memory.

    Fresh memory is not free: the system fills it page by page. One large block gets large pages, and it takes
    a tenth of the time of several smaller ones.
    """
    sizes = [prod(shape) for shape in shapes]
    block, ends = np.empty(sum(sizes), dtype), list(accumulate(sizes))
    return [
        block[end - size : end].reshape(shape) for shape, size, end in zip(shapes, sizes, ends, strict=True)
    ]


def _outer(delta: Array, before: Array) -> Array:
    """Return for each first index of `delta` its outer product with `before`, summed over a batch."""
    if before.ndim == 1:
        return delta[:, :, None] * before
    return delta.swapaxes(1, 2) @ before


def _over_batch(delta: Array, run: RecurrentRun) -> Array:
    """Return `delta` summed over the batch, if there is one."""
    return delta if run.h.ndim == 2 else np.asarray(delta.sum(axis=1))


def as_matrix(rows: Array, widths: tuple[int, ...]) -> Array:
    """Return rows (parts, m, [B,] n) as Jacobians ([B,] m, m), for parts of these widths."""
    if len(set(widths)) > 1:
        cut = [part[..., :width] for part, width in zip(rows, widths, strict=True)]
        return np.moveaxis(np.concatenate(cut, axis=-1), 0, -2)
    matrix = np.moveaxis(rows, (0, 1), (-2, -3))
    return matrix.reshape(*matrix.shape[:-2], -1)
