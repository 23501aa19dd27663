"""Say how far a long piece of work is, on one line of a terminal, or now and then in the log."""

from __future__ import annotations

import logging
import sys
from time import monotonic

LOG = logging.getLogger("rnn_solutions")
SECONDS = 10.0  # between two lines of the log


class Progress:
    """A line on stderr that each `show` overwrites and the end of the block clears.

    Where stderr is no terminal, nothing is written there, and every ten seconds the line goes to the logger
    ``rnn_solutions`` at the level INFO.
    """

    def __enter__(self) -> Progress:
        self._terminal = sys.stderr is not None and sys.stderr.isatty()
        self._logged = monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self._write("")

    def show(self, text: str) -> None:
        """Replace the line by `text`."""
        if not self._terminal and monotonic() - self._logged >= SECONDS:
            self._logged = monotonic()
            LOG.info(text)
        self._write(text)

    def _write(self, text: str) -> None:
        if self._terminal:
            sys.stderr.write(f"\r\033[K{text}")  # to the start of the line, and clear it
            sys.stderr.flush()
