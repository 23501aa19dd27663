"""Run the cells of a page, or take what they put out when an earlier build ran the same ones.

Only a run that went well and complained of nothing is kept: where the environment was at fault, the next
build finds out whether it still is. What the folder of the cache holds is known by the cells' source alone;
the folder's name has all else that it depends on.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
from myst_nb.core import execute
from myst_nb.core.execute.direct import NotebookClientDirect
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode
from sphinx.application import Sphinx

from kept import drop_older, keep, kept

MOST = 20_000  # characters that a cell may print: myst-nb's time for them grows with their square
execute_living_cell = NotebookClient.async_execute_cell


class KeptRun(NotebookClientDirect):
    """What runs a page's cells, as it stands in for myst-nb's own: a database that breaks as a whole."""

    def start_client(self) -> None:
        """Put the cells' outputs into the notebook."""
        cells = [cell for cell in self.notebook.cells if cell.cell_type == "code"]
        recipe = json.dumps([self.notebook.metadata.get("kernelspec"), [cell.source for cell in cells]])
        name = hashlib.sha256(recipe.encode()).hexdigest()[:32]
        file = Path(self.nb_config.execution_cache_path, f"{name}.json")
        if (content := kept(file)) is not None:
            run = nbformat.from_dict(json.loads(content))  # type: ignore[no-untyped-call]
            self.notebook.metadata |= run.metadata
            for cell, (count, outputs) in zip(cells, run.cells, strict=True):
                cell.execution_count, cell.outputs = count, outputs
            return
        try:
            super().start_client()
        except Exception as error:  # noqa: BLE001 - whatever keeps the cells from running, say of which page
            self.logger.warning(f"the cells cannot be run: {error}", subtype="exec")
            return
        complained = self.complain()
        if self.exec_metadata["succeeded"] and not complained:
            metadata = {"language_info": self.notebook.metadata.language_info}
            outputs = [(cell.execution_count, cell.outputs) for cell in cells]
            keep(file, json.dumps({"metadata": metadata, "cells": outputs}).encode())

    def complain(self) -> bool:
        """Warn of each cell that printed too much or wrote to its standard error; say whether one did."""
        found = False
        for number, cell in enumerate(self.notebook.cells):
            said = {"stdout": "", "stderr": ""}
            for one in cell.get("outputs", ()):
                if one.output_type == "stream":
                    said[one.name] += one.text
            messages = [f"wrote to stderr:\n{said['stderr'][:MOST]}"] if said["stderr"] else []
            if (length := max(map(len, said.values()))) > MOST:
                messages.append(f"printed {length} characters, and a page shows at most {MOST}")
                cell.outputs = []
            for message in messages:
                where = self.cell_line(number)
                self.logger.warning(f"cell {number + 1} {message}", subtype="stderr", line=where)
                found = True
        return found


async def execute_cell(client: NotebookClient, cell: NotebookNode, at: int, **options: Any) -> NotebookNode:
    """Run a cell; one whose kernel dies is a cell that fails, and is shown as such."""
    try:
        return await execute_living_cell(client, cell, at, **options)
    except DeadKernelError as error:
        said = f"{type(error).__name__}: the kernel died, perhaps for want of memory"
        raise CellExecutionError.from_cell_and_msg(cell, {"traceback": [said]}) from None


def list_fonts(folder: Path) -> None:
    """Let matplotlib list the fonts, unless it has, where it will look for the list.

    Kernels that start together would all do it, and complain of a lock that a killed one left, or of time.
    """
    lists = list(folder.glob("fontlist-*.json"))
    try:
        for file in lists:
            json.loads(file.read_bytes())
    except (OSError, ValueError):
        lists = []
    if not lists:
        shutil.rmtree(folder, ignore_errors=True)
        command = [sys.executable, "-c", "import matplotlib.font_manager"]
        subprocess.run(command, check=False, stderr=subprocess.DEVNULL)


def setup(app: Sphinx) -> dict[str, Any]:
    """Run the pages' cells in this manner."""
    app.connect("builder-inited", lambda app: drop_older(Path(app.config.nb_execution_cache_path)))
    list_fonts(Path(os.environ["MPLCONFIGDIR"]))
    execute.NotebookClientCache = KeptRun
    NotebookClient.async_execute_cell = execute_cell  # type: ignore[method-assign,assignment]
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
