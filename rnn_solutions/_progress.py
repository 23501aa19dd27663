"""Say how far a long piece of work is, on one line of a terminal."""

from __future__ import annotations

import sys


class Progress:
    """A line on stderr that each `show` overwrites and the end of the block clears; silent elsewhere."""

    def __enter__(self) -> Progress:
        self._terminal = sys.stderr is not None and sys.stderr.isatty()
        return self

    def __exit__(self, *_: object) -> None:
        self._write("")

    def show(self, text: str) -> None:
        """Replace the line by `text`."""
        self._write(text)

    def _write(self, text: str) -> None:
        if self._terminal:
            sys.stderr.write(f"\r\033[K{text}")  # to the start of the line, and clear it
            sys.stderr.flush()
