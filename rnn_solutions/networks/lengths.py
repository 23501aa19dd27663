"""How many steps of each sequence of a batch are real; the others, on the right, are padding."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_solutions._validation import Array, Numbers, as_array, spelled

Lengths = NDArray[np.int64]


def lengths_of(
    lengths: ArrayLike | None,
    mask: ArrayLike | None,
    steps: int,
    batch: int | None = None,
    *,
    batch_first: bool = False,
) -> Lengths:
    """Return how many steps of each sequence are real, from its first step on.

    Parameters
    ----------
    lengths : (B,) array_like of int, or int, optional
        The number itself, from 1 to `steps`; one whole number where there is no batch.
    mask : (steps, B) or (steps,) array_like of bool, optional
        True where a step is real. Each sequence begins with its real steps, and none follows on padding. At
        most one of the two may be given; without either all steps are real.
    steps : int
        How many steps there are, padding included.
    batch : int, optional
        How many sequences there are. None is one, without an axis of its own.
    batch_first : bool
        Whether `mask` is (B, steps).

    Returns
    -------
    lengths : (B,) or () ndarray of int

    Raises
    ------
    ValueError
        That names the sequence and the value, if a length is no whole number from 1 to `steps` or a mask has
        a hole; if both are given, or one has another shape.

    Examples
    --------
    >>> lengths_of([3, 1], None, steps=4, batch=2)
    array([3, 1])
    >>> lengths_of(None, [[True, True], [True, False]], steps=2, batch=2)
    array([2, 1])
    """
    if lengths is not None and mask is not None:
        raise ValueError("lengths and mask say the same: give one of them, got both")
    if mask is not None:
        return _of_mask(mask, steps, batch, batch_first)
    shape = () if batch is None else (batch,)
    if lengths is None:
        return np.full(shape, steps, np.int64)
    given = as_array("lengths", lengths)
    if given.shape != shape:
        wanted = "be one whole number, as x is one sequence" if batch is None else f"have shape {shape}"
        raise ValueError(f"lengths must {wanted}, got shape {given.shape}")
    whole = given.dtype.kind in "iu"
    for b, length in enumerate(given.ravel().tolist()):
        if not whole or not 1 <= length <= steps:
            raise ValueError(
                f"lengths must be whole numbers from 1 to {steps}, the number of steps, "
                f"got {spelled(length)}{_for_sequence(b, batch)}"
            )
    return given.astype(np.int64)


def _of_mask(mask: ArrayLike, steps: int, batch: int | None, batch_first: bool) -> Lengths:
    """Return the lengths that a mask says, or raise a ValueError if it is none."""
    given = as_array("mask", mask)
    shape = (steps,) if batch is None else (batch, steps) if batch_first else (steps, batch)
    if given.shape != shape:
        first = "" if batch is None else ", sequences first" if batch_first else ", steps first"
        raise ValueError(f"mask must have shape {shape}{first}, got {given.shape}")
    if given.dtype != bool:
        raise ValueError(f"mask must hold True and False, got dtype {given.dtype}")
    given = given.T if batch_first else given
    holes = np.argwhere(given[1:] & ~given[:-1])
    if len(holes):
        t, *b = holes[np.argmin(holes[:, -1])].tolist()  # the first of the first sequence with one
        raise ValueError(
            "mask must be True from the first step of a sequence to its last and False after it, got False "
            f"at step {t} and True at step {t + 1}{_for_sequence(b[0] if b else 0, batch)}"
        )
    empty = np.flatnonzero(~given[0])
    if empty.size:
        raise ValueError(f"mask must be True at step 0, got False{_for_sequence(int(empty[0]), batch)}")
    return np.asarray(given.sum(axis=0, dtype=np.int64))


def is_padded(lengths: Lengths, steps: int) -> bool:
    """Say whether any sequence has padding."""
    return bool((lengths < steps).any())


def real_steps(lengths: Lengths, steps: int) -> NDArray[np.bool_]:
    """Return the mask of some lengths, (steps, B) or (steps,): True where a step is real."""
    return np.asarray(np.arange(steps).reshape(-1, *[1] * lengths.ndim) < lengths)


def without_padding(array: Numbers, lengths: Lengths) -> Numbers:
    """Return an array (steps, [B,] n) with zeros on padding: itself where there is none, else a copy."""
    if not is_padded(lengths, len(array)):
        return array
    array = array.copy()
    array[~real_steps(lengths, len(array))] = 0
    return array


def require_no_loss_on_padding(dL_dh: Array, lengths: Lengths) -> None:
    """Raise a ValueError that names the first step and sequence with a loss on padding, if there is one."""
    if not is_padded(lengths, len(dL_dh)):
        return
    wrong = np.argwhere(~real_steps(lengths, len(dL_dh)) & dL_dh.any(axis=-1))
    if len(wrong):
        t, *b = wrong[0].tolist()
        last = int(lengths[tuple(b)]) - 1
        which = f" of sequence {b[0]}" if b else ""
        value = dL_dh[(t, *b)][np.flatnonzero(dL_dh[(t, *b)])[0]]
        raise ValueError(
            f"dL_dh must be zero on padding, got {value} at step {t}{which}, whose last step is {last}"
        )


def backwards(array: Numbers, lengths: Lengths) -> Numbers:
    """Return an array (steps, [B,] n) with the real steps of each sequence in the opposite order.

    Padding stays where it is. Doing it twice gives the array back.
    """
    if not is_padded(lengths, len(array)):
        return array[::-1]
    times = times_backwards(lengths, len(array))
    return np.asarray(array[times] if times.ndim == 1 else array[times, np.arange(times.shape[1])])


def times_backwards(lengths: Lengths, steps: int) -> NDArray[np.int64]:
    """Return, (steps, B) or (steps,), which step of each sequence is read as the first, second, ... of it."""
    own = np.arange(steps).reshape(-1, *[1] * lengths.ndim)
    return np.where(own < lengths, lengths - 1 - own, own)


def _for_sequence(b: int, batch: int | None) -> str:
    return "" if batch is None else f" for sequence {b}"
