"""Let processes run the pages' code side by side: evenly, and without getting in each other's way.

Sphinx reads pages in the order of their names, a dozen to a process, and pages that run code have names next
to each other: one process ran nearly all of them while the other had long finished.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any
from uuid import uuid4

from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.parallel import make_chunks

RUNS_CODE = "---\nfile_format: mystnb"

new_manager = NotebookClient.create_kernel_manager


def dealt(pages: list[str], slow: set[str], processes: int) -> list[str]:
    """Return the pages in such an order that the first share of each process holds as many slow ones."""
    size = len(make_chunks(pages, processes)[0]) if pages else 0
    hands = [[page for page in pages if page in slow][start::processes] for start in range(processes)]
    rest = [page for page in pages if page not in slow]
    for hand in hands:
        missing = max(size - len(hand), 0)
        hand.extend(rest[:missing])
        del rest[:missing]
    return [page for hand in hands for page in hand] + rest


def text(file: Path) -> str:
    """Return what a page says, or end the build, as Sphinx would not say which page it cannot read."""
    content = file.read_bytes()
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SystemExit(f"{file}:{line}: what stands here is not UTF-8, as which pages are kept") from None


def deal(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Put the pages that are about to be read into a better order, and see that they can be read."""
    slow = {name for name in docnames if text(env.doc2path(name)).startswith(RUNS_CODE)}
    if app.parallel > 1:
        docnames[:] = dealt(docnames, slow, app.parallel)


def manager_with_sockets_of_its_own(client: NotebookClient) -> KernelManager:
    """Return what starts a page's kernel, to be spoken to through files that no other kernel is given.

    Ports are looked for and let go before the kernel takes them: of two kernels that start together one can
    find its port taken, and the build dies. Windows has no such files, and reads page after page.
    """
    manager = new_manager(client)
    if os.name == "posix":
        manager.transport = "ipc"
        manager.ip = str(Path(tempfile.gettempdir(), f"kernel-{uuid4().hex}"))
    return manager


def setup(app: Sphinx) -> dict[str, Any]:
    """Deal the pages before they are read; start kernels apart, and end each as soon as its page has run."""
    NotebookClient.create_kernel_manager = manager_with_sockets_of_its_own  # type: ignore[method-assign,assignment]
    # Asked to end by itself a kernel takes a fifth of a second, and now and then three seconds.
    NotebookClient.shutdown_kernel.default_value = "immediate"
    app.connect("env-before-read-docs", deal)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
