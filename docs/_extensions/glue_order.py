"""Hold the order in which a cell glues numbers and words against the order in which the page reads them.

What a page glues is known by its name, so that two names that change places would put each number where the
other belongs, and nothing else would notice. A cell therefore glues in the order of the text: where a name
stands for the first time, in prose, in a caption or in a text alternative. What is glued and never read is a
warning too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

import myst_nb.ext.glue as myst_glue
from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

READ = re.compile(r"\{glue:\w+\}(?:`([^`:]+)(?::[^`]*)?`| ([\w.-]+))")  # a role, or a directive
extract_from_cell = myst_glue.extract_glue_data_cell


def extract_with_place(cell: NotebookNode) -> list[tuple[str, NotebookNode]]:
    """Return what a cell glues, and say beside each which cell it was."""
    found: list[tuple[str, NotebookNode]] = extract_from_cell(cell)
    for _name, output in found:
        output["metadata"]["cell"] = cell.execution_count
    return found


def out_of_order(text: str, cells: Mapping[str, int]) -> Iterable[str]:
    """Yield what is wrong with the order of the names, given the cell that glues each, in that order."""
    read = list(dict.fromkeys(role or directive for role, directive in READ.findall(text)))
    place = {name: number for number, name in enumerate(read)}
    latest: dict[int, str] = {}
    for name, cell in cells.items():
        if name not in place:
            yield f"{name!r} is glued, and the page does not read it"
            continue
        before = latest.get(cell)
        if before is not None and place[name] < place[before]:
            yield f"a cell glues {before!r} before {name!r}, and the page reads them the other way round"
        latest[cell] = name


def check(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of names that the page and its cells have in different orders."""
    page, env = app.env.docname, cast("Any", app.env)  # which has the settings of myst-nb
    if "glue" not in NbMetadataCollector.get_doc_data(env)[page]:  # the names, and the file has the rest
        return
    glued = json.loads(Path(env.mystnb_config.output_folder, f"{page}.glue.json").read_bytes())
    cells = {name: output["metadata"]["cell"] for name, output in glued.items()}
    for wrong in out_of_order(Path(app.env.doc2path(page)).read_text(encoding="utf-8"), cells):
        logger.warning("%s", wrong, location=doctree, type="glue")


def setup(app: Sphinx) -> dict[str, Any]:
    """Look at each page as it is read."""
    myst_glue.extract_glue_data_cell = extract_with_place
    app.connect("doctree-read", check)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
