r"""Two tasks that cannot be solved without remembering: the adding problem, and copying across a gap.

Both make a batch of sequences and say what the answers at the last steps should be. What no memory can do
better than is in each docstring, for a loss is only good or bad beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_solutions._frozen import Frozen
from rnn_solutions._memory import require_size
from rnn_solutions._validation import Array, float_array, generator, whole


@dataclass(frozen=True, eq=False, repr=False)
class Batch(Frozen):
    """Sequences, and what the answers at their last steps should be.

    Attributes
    ----------
    x : (T+1, B, d) ndarray
        The inputs, dimensionless.
    targets : (A, B, m) ndarray of float, or (A, B) ndarray of int
        What is asked at the last A steps: `m` numbers, or a class. Both arrays are read-only copies.

    Raises
    ------
    ValueError
        If an array has another shape, or holds what is no finite real number.

    Examples
    --------
    >>> batch = adding_problem(steps=6, count=2, rng=0)
    >>> batch.x.shape, batch.targets.shape
    ((6, 2, 2), (1, 2, 1))
    """

    x: Array
    targets: NDArray[Any]

    def __post_init__(self) -> None:
        x = float_array("x", self.x, ("T+1", "B", "d"))
        targets = float_array("targets", self.targets, ("A", x.shape[1], "m"), ("A", x.shape[1]))
        if len(targets) > len(x):
            raise ValueError(f"targets must be for at most {len(x)} steps, got {len(targets)}")
        object.__setattr__(self, "x", x)
        if np.issubdtype(np.asarray(self.targets).dtype, np.integer):
            targets = np.array(self.targets)
        if targets.ndim == 2 and (targets.dtype.kind == "f" or targets.min() < 0):
            raise ValueError(
                f"targets of shape {targets.shape} must be classes, whole numbers from 0 up, got dtype "
                f"{targets.dtype} with {targets.min()}"
            )
        object.__setattr__(self, "targets", targets)

    def __repr__(self) -> str:
        return f"Batch(x {self.x.shape}, targets {self.targets.shape})"


def adding_problem(steps: int, count: int, rng: np.random.Generator | int) -> Batch:
    r"""Return sequences of numbers of which two are marked, and the sums of these two.

    At each step the network reads a number from 0 to 1 and a mark, :math:`x_t = (v_t, m_t)`. One mark is in
    the first half of the sequence, at a step :math:`a`, and one in the second, at :math:`b`. After the last
    step the answer should be :math:`v_a + v_b`. Whoever answers 1 each time has an expected squared error of
    1/6, and nobody does better without the numbers.

    Parameters
    ----------
    steps : int
        The length :math:`T + 1` of a sequence, at least 2. With an odd one the first half is the shorter.
    count : int
        How many sequences, at least 1.
    rng : numpy.random.Generator or int
        Where the numbers come from, or a seed.

    Returns
    -------
    batch : Batch
        Inputs ``(steps, count, 2)`` and targets ``(1, count, 1)``. Dimensionless.

    Raises
    ------
    ValueError
        If an argument is out of its range, or the batch would take more than half of the machine's memory.

    See Also
    --------
    copy_task : a task with more to remember.

    References
    ----------
    Hochreiter and Schmidhuber, Long short-term memory, Neural Computation 9 (1997), 1735-1780; in this form
    Arjovsky, Shah and Bengio, Unitary evolution recurrent neural networks, ICML (2016), 1120-1128.

    Examples
    --------
    >>> batch = adding_problem(steps=4, count=1, rng=1)
    >>> batch.x[:, 0].round(2)
    array([[0.51, 1.  ],
           [0.95, 0.  ],
           [0.14, 1.  ],
           [0.95, 0.  ]])
    >>> batch.targets.round(2).ravel()
    array([0.66])
    """
    steps, count, rng = whole("steps", steps, 2), whole("count", count, 1), generator(rng)
    require_size(f"steps={steps} of count={count} sequences", 7 * 8 * steps * count)
    values, marks = rng.uniform(size=(steps, count)), np.zeros((steps, count))
    sequences = np.arange(count)
    marks[rng.integers(0, steps // 2, size=count), sequences] = 1
    marks[rng.integers(steps // 2, steps, size=count), sequences] = 1
    return Batch(np.stack([values, marks], axis=-1), (values * marks).sum(axis=0)[None, :, None])


def copy_task(
    gap: int, count: int, rng: np.random.Generator | int, symbols: int = 4, length: int = 3
) -> Batch:
    r"""Return sequences of symbols that are to be repeated after a gap.

    First come `length` random symbols, then a gap of blanks, then as many steps at which the symbols are
    asked for, in their order. The first of these shows a sign to begin, the others a blank. From the step
    that reads a symbol to the one that must give it back are ``length + gap`` steps. Whoever gives each
    symbol the same chance has a cross-entropy of :math:`\log S` for each answer with :math:`S` symbols, and
    nobody expects less without memory.

    Parameters
    ----------
    gap : int
        Blanks between the last symbol and the sign to begin, at least 0.
    count, rng
        As for `adding_problem`.
    symbols, length : int
        How many symbols there are, at least 2, and how many are to be repeated, at least 1.

    Returns
    -------
    batch : Batch
        Inputs ``(2 length + gap, count, symbols + 2)``, at each step a 1 in the column of what is shown: a
        symbol, a blank (the last column but one) or the sign to begin (the last). Targets are the classes
        ``(length, count)`` from 0 to ``symbols - 1``.

    Raises
    ------
    ValueError
        If an argument is out of its range, or the batch would take more than half of the machine's memory.

    See Also
    --------
    adding_problem : a task with two numbers to remember.

    References
    ----------
    Arjovsky, Shah and Bengio, Unitary evolution recurrent neural networks, ICML (2016), 1120-1128, with 8
    symbols, of which 10 are to be repeated, and a loss at every step.

    Examples
    --------
    >>> batch = copy_task(gap=2, count=1, rng=0, symbols=2, length=2)
    >>> batch.x[:, 0].argmax(axis=-1), batch.targets[:, 0]
    (array([1, 1, 2, 2, 3, 2]), array([1, 1]))
    """
    gap, count, rng = whole("gap", gap, 0), whole("count", count, 1), generator(rng)
    symbols, length = whole("symbols", symbols, 2), whole("length", length, 1)
    steps, width = 2 * length + gap, symbols + 2
    require_size(
        f"{steps} steps of count={count} sequences with symbols={symbols}", 2 * 8 * steps * count * width
    )
    classes = rng.integers(0, symbols, size=(length, count))
    shown = np.full((steps, count), symbols)
    shown[:length], shown[length + gap] = classes, symbols + 1
    x = np.zeros((steps, count, width))
    np.put_along_axis(x, shown[..., None], 1, axis=-1)
    return Batch(x, classes)
