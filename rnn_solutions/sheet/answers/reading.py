"""Read what a student gave, however it was rounded, and spell it in messages."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from itertools import islice
from typing import Any

import numpy as np

from rnn_solutions._foreign import holds_more, plain
from rnn_solutions._validation import LONGEST, spelled

MOST = 1000  # entries of a value, or characters of a name: what is longer is no answer, and may have no end


def refused(expected: str, value: Any, got: str = "", known: Mapping[str, str] | None = None) -> ValueError:
    """Return the error for what cannot be read, with the nearest of what is known, by how that is spelled."""
    is_short = isinstance(value, str) and len(value) < LONGEST
    close = get_close_matches(value.strip().casefold(), known, n=1) if known and is_short else []
    hint = "".join(f"; did you mean {(known or {})[one]}?" for one in close)
    return ValueError(f"{expected}; got {got or shortly(value)}{hint}")


def entries(value: Any, expected: str) -> list[Any]:
    """Return what a collection holds, or raise a ValueError: it is none, a text, or has very many."""
    value = plain(value, MOST)
    with contextlib.suppress(TypeError):  # an array without axes
        if isinstance(value, Iterable) and not isinstance(value, str):
            listed = list(islice(value, MOST + 1))
            if len(listed) <= MOST:
                return listed
            raise refused(expected, value, f"more than {MOST}")
    raise refused(expected, value)


def shortly(value: Any) -> str:
    """Spell a value for a message, a long one in part."""
    return f"a {type(value).__name__} of more than {MOST}" if holds_more(value, MOST) else spelled(value)


def how_written(given: Any, exact: Any, unit: Any, slack: float = 0) -> str:
    """Say how numbers whose last decimal place is worth `unit` write the exact ones; nothing if they do not.

    Each is at most half a unit too large or less than one too small, but for slack; the largest has a digit.
    """
    short = np.where(exact < 0, given - exact, exact - given) / unit
    most, least = np.max(short), np.min(short)
    if np.max(unit) > np.max(abs(exact)) or most >= 1 + slack or 2 * least < -1 - slack:
        return ""
    if 2 * most <= 1 + slack:
        return "rounded to"
    return "cut to" if least >= -slack else "partly rounded and partly cut to"
