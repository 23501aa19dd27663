"""Keep what takes long to make, and never believe what was damaged since.

A file that is kept begins with the digest of all that follows. It is written beside its place and moved
there, so that a build that is killed, or another one at work, leaves whole files alone.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
from contextlib import suppress
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
    drop(broken)
    return None


def drop_older(used: Path) -> None:
    """Drop what was kept beside a file or folder for older states of the package, but for the last few."""
    alike = re.compile(rf"[0-9a-f]{{16}}{re.escape(used.suffix)}")
    if not alike.fullmatch(used.name):
        return
    with suppress(OSError):  # another build drops the same
        if used.exists():
            os.utime(used)
        states = [path for path in used.parent.iterdir() if alike.fullmatch(path.name)]
        for path in sorted(states, key=lambda path: path.stat().st_mtime)[:-5]:
            drop(path)


def drop(path: Path) -> None:
    """Remove a folder or a file."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def digest(content: bytes) -> bytes:
    """Return what a file's first line must be."""
    return hashlib.sha256(content).hexdigest().encode()
