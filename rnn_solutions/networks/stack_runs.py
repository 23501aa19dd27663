"""What a stack of networks computed, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnn_solutions._frozen import Frozen
from rnn_solutions._validation import Array
from rnn_solutions.networks.lengths import Lengths
from rnn_solutions.networks.runs import RecurrentRun

if TYPE_CHECKING:
    from rnn_solutions.networks.stack import Stack


@dataclass(frozen=True, eq=False, repr=False)
class StackRun(Frozen):
    r"""What :meth:`Stack.forward` computed; it cannot be changed, and all arrays are read-only.

    Attributes
    ----------
    stack : Stack
        The stack that ran. Only it can differentiate this run.
    h : (T+1, n) or (T+1, B, n) ndarray
        The outputs of the uppermost layer in time's order, both directions side by side; zero on padding.
    runs : tuple of tuples of RecurrentRun
        For each layer one for each direction, in that direction's own order: step 0 of a reversed one is
        where it begins to read, at the last real step of each sequence. On padding, which comes last in
        either order, it holds what the network makes of inputs of zero.
    lengths : (B,) or () ndarray of int
        How many steps of each sequence are real.

    Examples
    --------
    >>> from rnn_solutions import RNN, Stack
    >>> add = RNN(W=[[1.0]], U=[[1.0]], activation="identity")
    >>> run = Stack([(add, add)]).forward([[1.0], [2.0], [3.0]])
    >>> run
    StackRun(T=2, n=2, d=1, float64)
    >>> forwards, backwards = run.runs[0]
    >>> backwards.h.ravel(), run.h[:, 1]
    (array([3., 5., 6.]), array([6., 5., 3.]))
    """

    stack: Stack
    h: Array
    runs: tuple[tuple[RecurrentRun, ...], ...]
    lengths: Lengths

    def __repr__(self) -> str:
        batch = f"B={self.h.shape[1]}, " if self.h.ndim == 3 else ""
        sizes = f"n={self.stack.n}, d={self.stack.d}, {self.h.dtype}"
        return f"{type(self).__name__}(T={self.T}, {batch}{sizes})"

    @property
    def T(self) -> int:
        """The last step; there are T + 1 of them, padding included."""
        return len(self.h) - 1

    @property
    def x(self) -> Array:
        """The inputs, (T+1, d) or (T+1, B, d), zero on padding."""
        return self.runs[0][0].x
