"""Read what a student gave, whatever library made it, however it is rounded; and spell it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sized
from difflib import get_close_matches
from itertools import islice
from typing import Any

import numpy as np

from rnn_solutions._validation import LONGEST, SEQUENCES, spelled

MOST = 1000  # entries of a value, or characters of a name: what is longer is no answer, and may have no end
DEEPEST = 64  # axes that numpy knows; a list may hold itself


def refused(expected: str, value: Any, got: str = "", known: Mapping[str, str] | None = None) -> ValueError:
    """Return the error for what cannot be read: what is expected, what came, and what that may have meant.

    `known` has what is understood, each with how a message spells it.
    """
    is_short = isinstance(value, str) and len(value) < LONGEST
    close = get_close_matches(value.strip().casefold(), known, n=1) if known and is_short else []
    hint = "".join(f"; did you mean {(known or {})[one]}?" for one in close)
    return ValueError(f"{expected}; got {got or shortly(value)}{hint}")


def entries(value: Any, expected: str) -> list[Any]:
    """Return what a collection holds, or raise a ValueError: it is none, a text, or has very many."""
    value = plain(value)
    with contextlib.suppress(TypeError):  # an array without axes
        if isinstance(value, Iterable) and not isinstance(value, str):
            listed = list(islice(value, MOST + 1))
            if len(listed) <= MOST:
                return listed
            raise refused(expected, value, f"more than {MOST}")
    raise refused(expected, value)


def plain(value: Any, depth: int = DEEPEST) -> Any:
    """Return a value, or what sequences hold, so that numpy reads it: tensors with a gradient, mpmath's."""
    if isinstance(value, (type, np.ndarray, np.generic)) or holds_more(value, MOST):
        return value
    if isinstance(value, SEQUENCES) and depth:
        return [plain(entry, depth - 1) for entry in value]
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
        elif isinstance(part, np.ndarray):
            counted += max(1, part.size)
        elif isinstance(part, Sized) and not isinstance(part, (str, bytes)):
            with contextlib.suppress(Exception):  # a tensor without axes has no length, an object anything
                counted += len(part)
        counted += 1
    return counted + len(waiting) > most


def shortly(value: Any) -> str:
    """Spell a value for a message, a long one in part."""
    return f"a {type(value).__name__} of more than {MOST}" if holds_more(value, MOST) else spelled(value)


def how_written(given: Any, exact: Any, unit: Any, slack: float = 0) -> str:
    """Say how numbers whose last decimal place is worth `unit` write the exact ones; nothing if they do not.

    Each must be at most half a unit too large, or less than one too small, apart from signs. The largest must
    be worth a unit, or they would have no digits. Rounding errors may be off by a slack.
    """
    short = np.where(exact < 0, given - exact, exact - given) / unit
    most, least = np.max(short), np.min(short)
    if np.max(unit) > np.max(abs(exact)) or most >= 1 + slack or 2 * least < -1 - slack:
        return ""
    if 2 * most <= 1 + slack:
        return "rounded to"
    return "cut to" if least >= -slack else "partly rounded and partly cut to"
