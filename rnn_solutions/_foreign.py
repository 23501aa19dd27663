"""Values of other libraries, and values too large to be looked at."""

from __future__ import annotations

import contextlib
from collections.abc import Sized
from typing import Any

import numpy as np

from rnn_solutions._validation import SEQUENCES

DEEPEST = 64  # axes that numpy knows; a list may hold itself


def plain(value: Any, most: int, depth: int = DEEPEST) -> Any:
    """Return a value, or what its sequences hold, so that numpy reads it: tensors with a gradient, mpmath's.

    One of more than `most` entries comes back as it is.
    """
    if isinstance(value, (type, np.ndarray, np.generic)) or holds_more(value, most):
        return value
    if isinstance(value, SEQUENCES) and depth:
        return [plain(entry, most, depth - 1) for entry in value]
    if hasattr(value, "detach"):  # torch's; without axes it becomes a number
        return np.asarray(value.detach())[()]
    return value.tolist() if hasattr(value, "tolist") else value


def holds_more(value: Any, most: int) -> bool:
    """Say whether a value has more entries than that, those of nested sequences added up."""
    waiting, counted = [(value, 0)], 0
    while waiting and counted + len(waiting) <= most:
        part, depth = waiting.pop()
        if isinstance(part, SEQUENCES) and 0 < len(part) <= most and depth < DEEPEST:
            waiting += [(entry, depth + 1) for entry in part]
        else:
            counted += _length(part)
    return counted + len(waiting) > most


def _length(value: Any) -> int:
    """Return how many entries a value says that it has; 1 where it says nothing, and for a text."""
    if isinstance(value, np.ndarray):
        return max(1, value.size)
    if isinstance(value, Sized) and not isinstance(value, (str, bytes)):
        with contextlib.suppress(Exception):  # a tensor without axes has no length, an object anything
            return max(1, len(value))
    return 1
