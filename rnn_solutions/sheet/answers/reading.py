"""Read what a student gave, whatever library made it, and spell it in messages."""

from __future__ import annotations

import contextlib
import reprlib
from collections.abc import Iterable, Mapping, Sized
from difflib import get_close_matches
from itertools import islice
from typing import Any

import numpy as np

from rnn_solutions._validation import LONGEST, SEQUENCES

MOST = 1000  # entries of a value, or characters of a name: what is longer is no answer, and may have no end
DEEPEST = 64  # axes that numpy knows; a list may hold itself


def refused(expected: str, value: Any, known: Mapping[str, str] | None = None, got: str = "") -> ValueError:
    """Return the error for what cannot be read: what is expected, what came, and what that may have meant.

    `known` has what is understood, each with how a message spells it.
    """
    is_short = isinstance(value, str) and len(value) < LONGEST
    close = get_close_matches(value.strip().casefold(), known, n=1) if known and is_short else []
    hint = f"; did you mean {(known or {})[close[0]]}?" if close else ""
    return ValueError(f"{expected}; got {got or shortly(value)}{hint}")


def entries(value: Any, expected: str) -> list[Any]:
    """Return what a collection holds, or raise a ValueError: it is none, a text, or has very many."""
    value = plain(value)
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise refused(expected, value)
    try:
        listed = list(islice(value, MOST + 1))
    except TypeError as error:  # an array without axes
        raise refused(expected, value) from error
    if len(listed) > MOST:
        raise refused(expected, value, got=f"more than {MOST}")
    return listed


def plain(value: Any, depth: int = DEEPEST) -> Any:
    """Return a value, or what sequences hold, so that numpy reads it: tensors with a gradient, mpmath's."""
    if isinstance(value, SEQUENCES) and depth and not holds_more(value, MOST):
        return [plain(entry, depth - 1) for entry in value]
    if isinstance(value, (type, np.ndarray, np.generic)):
        return value
    if hasattr(value, "detach"):  # torch's; as an array without axes numpy would not take it for a number
        return np.asarray(value.detach())[()]
    return value.tolist() if hasattr(value, "tolist") and not holds_more(value, MOST) else value


def holds_more(value: Any, most: int) -> bool:
    """Say whether a value has more entries than that, those of nested sequences added up."""
    waiting, counted = [(value, 0)], 0
    while waiting and counted + len(waiting) <= most:
        part, depth = waiting.pop()
        if isinstance(part, SEQUENCES) and 0 < len(part) <= most and depth < DEEPEST:
            waiting += [(entry, depth + 1) for entry in part]
        else:
            counted += max(1, _length(part))
    return counted + len(waiting) > most


def _length(value: Any) -> int:
    """Return how many entries a value says that it has; 1 where it says nothing, and for a text."""
    if isinstance(value, np.ndarray):
        return value.size
    if isinstance(value, Sized) and not isinstance(value, (str, bytes)):
        with contextlib.suppress(Exception):  # a tensor without axes has no length, an object anything
            return len(value)
    return 1


def shortly(value: Any) -> str:
    """Spell a value for a message, a long one in part."""
    written = _SHORT.repr(value)
    return written if len(written) <= LONGEST else f"{written[:LONGEST]}..."


class _Short(reprlib.Repr):
    """Spell values in part, and ints that Python refuses to write out by their size."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = 80

    def repr_int(self, x: int, level: int) -> str:
        """Return an int in part, or its size where Python does not write it out."""
        try:
            return super().repr_int(x, level)
        except ValueError:  # beyond the limit on the digits of an int
            return f"<int of {x.bit_length()} bits>"


_SHORT = _Short()
