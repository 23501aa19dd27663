"""What networks return: a run, with all that its derivatives need, and the derivatives by their names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from rnn_solutions._frozen import Frozen, read_only
from rnn_solutions._validation import Array, finite, kind_of, step, unwarned

if TYPE_CHECKING:
    from rnn_solutions.networks.recurrent import Recurrent


@dataclass(frozen=True, eq=False, repr=False)
class RecurrentRun(Frozen):
    r"""What a network's `forward` computed; it cannot be changed, and all arrays are read-only.

    A batch of `B` sequences puts an axis of length `B` after that of the steps. The arrays that it is made of
    are not copied; they, and what they are views of, become read-only too.

    Attributes
    ----------
    net : Recurrent
        The network that ran. Only it can differentiate this run.
    x : (T+1, d) or (T+1, B, d) ndarray
        The inputs.
    h_trail : (T+2, n) or (T+2, B, n) ndarray
        :math:`h_{-1}, h_0, \dots, h_T`.
    z : (T+1, gates n) or (T+1, B, gates n) ndarray
        The pre-activations. Slopes are taken here and not from the activations' values, which have lost the
        digits of a saturated unit.
    """

    net: Recurrent
    x: Array
    h_trail: Array
    z: Array

    def _freeze(self) -> None:
        """Raise a ValueError if this is no run, as the `forward` of a network of one's own may have it."""
        super()._freeze()
        kind, initial = type(self).__name__, getattr(self.net, "initial_names", None)
        if initial is None:
            raise ValueError(f"net of {kind} must be the network that ran, got {kind_of(self.net)}")
        if len(self.trails) != len(initial):
            raise ValueError(
                f"`trails` of {kind} must hold one array for each of {', '.join(initial)}, "
                f"got {len(self.trails)}"
            )
        finite(self.h_trail, "the state at step {}", first=-1)

    def __repr__(self) -> str:
        batch = f"B={self.x.shape[1]}, " if self.x.ndim == 3 else ""
        sizes = f"n={self.net.n}, d={self.net.d}, {self.h_trail.dtype}"
        return f"{type(self).__name__}(T={self.T}, {batch}{sizes})"

    @property
    def T(self) -> int:
        """The last step; there are T + 1 of them."""
        return len(self.x) - 1

    @property
    def trails(self) -> tuple[Array, ...]:
        """Each part of the state, from before the first step to the last, in the order of `initial_names`."""
        return (self.h_trail,)

    def since(self, first: int, sequence: tuple[int, ...] = (), last: int | None = None) -> Self:
        """Return this run from step `first` on, and of one sequence alone where ``(b,)`` names it.

        It ends with step `last`, or T where that is None. Raises a ValueError if there is no such step, or no
        such sequence in the batch.
        """
        if not 0 <= step("first", first) <= self.T:
            raise ValueError(f"first must be from 0 to {self.T}, got {first}")
        sequences = [()] if self.x.ndim == 2 else [(), *((b,) for b in range(self.x.shape[1]))]
        if not isinstance(sequence, tuple) or sequence not in sequences:
            most = f" or (b,) for b from 0 to {len(sequences) - 2}" if len(sequences) > 1 else ""
            raise ValueError(f"sequence must be (){most}, got {sequence!r}")
        if last is not None and not first <= step("last", last) <= self.T:
            raise ValueError(f"last must be from {first} to {self.T}, got {last}")
        left = None if last in (None, self.T) else last - self.T
        here: Any = (slice(first, left), *sequence)  # row t of a trail is the state before step t
        arrays = {one.name: getattr(self, one.name) for one in fields(self)}
        return replace(self, **{name: a[here] for name, a in arrays.items() if isinstance(a, np.ndarray)})

    @property
    def h(self) -> Array:
        """The hidden states, (T+1, n) or (T+1, B, n)."""
        return self.h_trail[1:]

    @property
    def h_init(self) -> Array:
        """The state before the first step, (n,) or (B, n)."""
        return np.asarray(self.h_trail[0])

    @property
    def h_previous(self) -> Array:
        """The state that each step starts from: row t is the state at t - 1, row 0 is `h_init`."""
        return self.h_trail[:-1]

    def activated(self, activation: Callable[[Array], Array], block: int) -> Array:
        """Return the activation of one block of `n` pre-activations, read-only, the shape of `h`."""
        n = self.trails[-1].shape[-1]
        with unwarned():
            value = activation(self.z[..., block * n : (block + 1) * n])
        return read_only(value)


class Gradients(Mapping[str, Array]):
    """Derivatives by the names of what they are taken by: ``gradients.W`` is ``gradients["W"]``.

    One of a parameter has its shape, and those by ``x``, by the initial states and by the states (``h``, for
    the LSTM ``C`` too) have that of the sequence's. Of `Recurrent.gradient_terms` each is an array
    (T+1, T+1, ...) by ``[t, k]``, zero for ``k > t``, and there are only those by parameters.

    Examples
    --------
    >>> gradients = Gradients(W=np.eye(2), b=np.zeros(2))
    >>> list(gradients), gradients.b
    (['W', 'b'], array([0., 0.]))
    """

    def __init__(self, **arrays: Array) -> None:
        vars(self).update(arrays)

    def __getitem__(self, name: str) -> Array:
        return np.asarray(vars(self)[name])

    def __getattr__(self, name: str) -> Array:
        raise AttributeError(f"there is no derivative by {name}, only by {', '.join(self)}")

    def __iter__(self) -> Iterator[str]:
        return iter(vars(self))

    def __len__(self) -> int:
        return len(vars(self))

    def __repr__(self) -> str:
        return f"Gradients({', '.join(f'{name} {array.shape}' for name, array in vars(self).items())})"
