"""Write each executed page as a notebook that runs elsewhere, from the page as it is shown.

References, numbers of equations and glued values are resolved by then, and become text. The first cell
installs the package from its wheel, which the build puts into the same folder, with what the figures need.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import nbformat
from docutils import nodes
from myst_nb.core.read import read_myst_markdown_notebook
from sphinx.application import Sphinx
from sphinx.util import logging

from pages_as_markdown import Cell, Writer

logger = logging.getLogger(__name__)

FOLDER = "notebooks"
STORED = re.compile(r"(?:\.\./)*_data/([\w.-]+)")  # how a cell names a stored file
NO_GLUE = '''\
def glue(name, value, display=True):
    """Do nothing: on the site this hands a number to the text, and here the text has it already."""
'''
FETCH = """\
from pathlib import Path
from urllib.request import urlretrieve

for file in {files}:
    if not Path(file).exists():
        urlretrieve("{site}" + file, file)
"""

# -- The notebook --------------------------------------------------------------------------------------------


def markdown_cell(*blocks: str) -> Cell:
    """Return a cell of text."""
    return {"cell_type": "markdown", "metadata": {}, "source": "\n\n".join(blocks)}


def code_cell(source: str, *, folded: bool = False) -> Cell:
    """Return a cell of code that has not run."""
    about = {"jupyter": {"source_hidden": True}} if folded else {}
    return {"cell_type": "code", "execution_count": None, "metadata": about, "outputs": [], "source": source}


def opening(app: Sphinx, files: list[str]) -> list[Cell]:
    """Return the cells that install the package; with an address they fetch what is not there."""
    names = " and ".join(f"`{name}`" for name in files)
    base = app.config.html_baseurl
    origin = f"{app.config.project} {app.config.release}"
    told = (
        f"From {f'[{origin}]({base})' if base else origin}: text CC BY 4.0, code MIT. "
        f"Keep {names} in the folder of this notebook, from where the next cell installs the package."
    )
    fetch = FETCH.format(files=files, site=urljoin(base, f"{FOLDER}/")) if base else ""
    return [markdown_cell(told), code_cell(f'{fetch}%pip install --quiet "./{files[0]}[figures]"')]


def adapted(cell: Any) -> Cell:
    """Return a page's cell without what only the site can do, folded where the page folds or hides it."""
    code = re.sub(r"^from myst_nb import glue$", NO_GLUE, STORED.sub(r"\1", cell.source), flags=re.MULTILINE)
    return code_cell(code, folded=bool({"hide-input", "remove-cell"} & set(cell.metadata.get("tags", []))))


def notebook(app: Sphinx, page: str, doctree: nodes.document, source: str, files: list[str]) -> Cell:
    """Return a page as a notebook without outputs."""
    base = app.config.html_baseurl
    writer = Writer(urljoin(base, f"{page}.html") if base else "", app.env.toc_fignumbers.get(page, {}))
    parts = enumerate(read_myst_markdown_notebook(source).cells)
    code = {place: cell for place, cell in parts if cell.cell_type == "code"}
    title, *blocks = writer.blocks(doctree)
    cells = [markdown_cell(str(title)), *opening(app, files)]
    prose: list[str] = []
    for block in [*blocks, *sorted(code)[-1:]]:
        if isinstance(block, str):
            prose.append(block)
            continue
        if prose:
            cells.append(markdown_cell(*prose))
            prose = []
        if isinstance(block, dict):
            cells.append(code_cell(block["source"]))
            continue
        due = [place for place in code if place <= block]  # those that the page hides come before it
        cells += [adapted(code.pop(place)) for place in due]
    if prose:
        cells.append(markdown_cell(*prose))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    numbered = [cell | {"id": f"cell-{number}"} for number, cell in enumerate(cells)]
    return {"cells": numbered, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def write_notebook(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Write the notebook of a page that has cells, and the stored files it reads, and link them."""
    if doctree is None or app.env.metadata[page].get("file_format") != "mystnb":
        return
    if app.env.metadata[page].get("notebook") == "none":  # its code only draws the picture
        return
    if doctree.next_node(nodes.title) is None:
        logger.warning("a notebook needs a title", location=page)
        return
    source = Path(app.env.doc2path(page)).read_text(encoding="utf-8")
    stored = sorted(set(STORED.findall(source)))
    files = [f"rnn_solutions-{app.config.release}-py3-none-any.whl", *stored]
    folder = Path(app.outdir) / FOLDER
    folder.mkdir(exist_ok=True)
    name = f"{page.replace('/', '-')}.ipynb"
    written = notebook(app, page, doctree, source, files)
    nbformat.validate(written)
    text = json.dumps(written, indent=1, ensure_ascii=False)
    (folder / name).write_text(text + "\n", encoding="utf-8")
    for file in stored:
        try:
            shutil.copyfile(Path(app.srcdir) / "_data" / file, folder / file)
        except FileNotFoundError:
            logger.warning("a cell reads the file _data/%s, which is missing", file, location=page)
    context["notebook"] = f"{FOLDER}/{name}"
    context["notebook_files"] = [f"{FOLDER}/{file}" for file in files]


def setup(app: Sphinx) -> dict[str, Any]:
    """Write a notebook with each page that has cells."""
    app.connect("html-page-context", write_notebook)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
