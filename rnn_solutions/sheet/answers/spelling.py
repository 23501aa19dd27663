"""How messages spell what a student gave."""

from __future__ import annotations

import reprlib
from typing import Any

from rnn_solutions._validation import LONGEST


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
