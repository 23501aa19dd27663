"""End a build for which the disk is full by saying so, and not by what broke because of it.

Sphinx warns of a file that it cannot write and goes on, until a font or a page that is only half there fails;
and it shows any error as its own, with a traceback.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util.logging import NAMESPACE

SAID = tuple(os.strerror(number) for number in (errno.ENOSPC, errno.EDQUOT))


def end_if_full(message: str, *folders: Path) -> None:
    """End the build if a message speaks of a full disk; the folders are those that it may be about."""
    if any(said in message for said in SAID):
        free, folder = min((shutil.disk_usage(folder).free, folder) for folder in folders if folder.exists())
        raise SystemExit(
            f"{SAID[0]}: {free >> 10} KiB are free where {folder} lies. Make room there and build again; "
            "what build/cells and build/verdicts hold, for example, is made again when it is missing."
        )


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and those that led to it."""
    while error:
        yield error
        error = error.__cause__ or error.__context__


def setup(app: Sphinx) -> dict[str, Any]:
    """End the build at the first warning or error that speaks of a full disk."""
    folders = (Path(app.outdir), Path(tempfile.gettempdir()))

    class EndIfFull(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            end_if_full(record.getMessage(), *folders)
            return True

    for handler in logging.getLogger(NAMESPACE).handlers:
        handler.addFilter(EndIfFull())
    app.connect("build-finished", lambda _, error: end_if_full(" ".join(map(str, causes(error))), *folders))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
