"""Keep what takes long to make, and never believe what was damaged since.

A file that is kept begins with the digest of all that follows. It is written beside its place and moved
there, so that a build that is killed, or another one at work, leaves whole files alone.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path

from full_disk import end_if_full


def keep(file: Path, content: bytes) -> None:
    """Keep a file's content."""
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(digest(content) + b"\n" + content)
        fresh.replace(file)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        end_if_full(str(error), *file.parents)
        raise


def kept(file: Path) -> bytes | None:
    """Return the content that was kept, or nothing; what is no longer whole is dropped with a word."""
    try:
        first, _, content = file.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    except OSError:  # a folder, or something else, in its place or in that of the folder that holds it
        first = content = b""
    if first == digest(content):
        return content
    broken = next(path for path in (file, *file.parents) if path.exists())
    print(f"{broken} is damaged, and is made anew", file=sys.stderr)
    if broken.is_dir():
        shutil.rmtree(broken)
    else:
        broken.unlink(missing_ok=True)
    return None


def digest(content: bytes) -> bytes:
    """Return what a file's first line must be."""
    return hashlib.sha256(content).hexdigest().encode()
