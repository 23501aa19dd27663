"""Read a page again when what it is read from has changed, whatever the time that its files bear.

Sphinx asks only whether a file is newer than the last reading, which a copy, or what comes out of an archive,
need not be.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


def content(page: str, env: BuildEnvironment) -> str:
    """Return a digest of a page's file and of those that were read with it."""
    digest = hashlib.sha256()
    for file in sorted({env.doc2path(page), *map(Path, env.dependencies.get(page, ()))}):
        digest.update(file.read_bytes() if file.is_file() else b"")
    return digest.hexdigest()


def note(_app: Sphinx, env: BuildEnvironment) -> None:
    """Note what the pages were read from."""
    env.contents = {page: content(page, env) for page in env.found_docs}  # type: ignore[attr-defined]


def changed(_app: Sphinx, env: BuildEnvironment, *_sets: set[str]) -> list[str]:
    """Return the pages that were read from something else than what is there now."""
    noted = getattr(env, "contents", {})
    return [page for page in env.found_docs if noted.get(page) != content(page, env)]


def setup(app: Sphinx) -> dict[str, Any]:
    """Compare before the pages are read, and note it behind."""
    app.connect("env-get-outdated", changed)
    app.connect("env-updated", note)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
