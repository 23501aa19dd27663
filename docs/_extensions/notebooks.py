"""Write each executed page as notebooks that run elsewhere, from the page as it is shown.

References, numbers of equations and glued values are resolved by then, and become text. What the cells put
out when the page ran is stored. A page with answers or solutions becomes two: a teacher's notebook with them,
and a student's. That one has a place to work where a solution stands, and ends with the check of one's own
answer where an answer would follow. The first cell installs the package, with what the figures need, from its
wheel, which the build puts into the same folder.
"""

from __future__ import annotations

import posixpath
import re
import shutil
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx_exercise.nodes import solution_node

from answer_forms import answer_form
from inline_figures import inline_figure
from needed_code import without_plumbing
from pages_as_markdown import Block, Cell, Writer

logger = logging.getLogger(__name__)

FOLDER = "notebooks"
TEACHER, STUDENT = "teacher", "student"
STORED = re.compile(r"(?:\.\./)*_data/([\w.-]+)")  # how a cell names a stored file
WITH_ANSWERS = re.compile(r"^`{3,}\{(?:answer-form|solution|solution-start)\}", re.MULTILINE)
SAYS = {
    TEACHER: "This is the teacher's version, with all answers and solutions. ",
    STUDENT: "This is the student's version: it asks, and leaves answers and solutions to you. ",
    "": "",
}
FETCH = """\
from pathlib import Path
from urllib.request import urlretrieve

for file in {files}:
    if not Path(file).exists():
        urlretrieve("{site}" + file, file)
"""

# -- The two versions ----------------------------------------------------------------------------------------


class place_to_work(nodes.General, nodes.Element):  # noqa: N801 - as docutils names its nodes
    """What stands in a student's notebook where a solution was."""


def becomes_one(app: Sphinx, page: str) -> bool:
    """Say whether a page becomes a notebook: it has cells, and they do more than draw the page's picture."""
    said = app.env.metadata[page]
    return said.get("file_format") == "mystnb" and said.get("notebook") != "none"


def versions(app: Sphinx, page: str) -> dict[str, str]:
    """Return the names of a page's notebooks by their versions; one that withholds nothing has one."""
    stem = page.replace("/", "-")
    source = Path(app.env.doc2path(page)).read_text(encoding="utf-8")
    several = (TEACHER, STUDENT) if WITH_ANSWERS.search(source) else ()
    return {version: f"{stem}-{version}.ipynb" for version in several} or {"": f"{stem}.ipynb"}


def is_solution(node: nodes.Node) -> bool:
    """Say whether a node is the solution of an exercise, folded or not."""
    folded = isinstance(node, nodes.admonition) and "solution" in node["classes"]
    return folded or isinstance(node, solution_node)


def for_students(doctree: nodes.document) -> nodes.document:
    """Return a page without solutions, and without what follows the check of one's own answer.

    That is the answer, and all that the page makes of it: the derivation, its check, what to take away.
    """
    kept: nodes.document = doctree.deepcopy()
    for solution in list(kept.findall(is_solution)):
        solution.replace_self(place_to_work())
    for form in list(kept.findall(answer_form)):
        form.parent.insert(form.parent.index(form), place_to_work(text_only=True))
        node: nodes.Node = form
        while node.parent is not None:
            del node.parent[node.parent.index(node) + 1 :]
            node = node.parent
    return kept


# -- The notebook --------------------------------------------------------------------------------------------


def markdown_cell(*blocks: str) -> Cell:
    """Return a cell of text."""
    return {"cell_type": "markdown", "metadata": {}, "source": "\n\n".join(blocks)}


def code_cell(source: str, outputs: list[Cell] | None = None, *, folded: bool = False) -> Cell:
    """Return a cell of code, which has run where it has outputs, be it none."""
    about = {"jupyter": {"source_hidden": True}} if folded else {}
    ran = {"execution_count": None if outputs is None else 0, "outputs": outputs or []}
    return {"cell_type": "code", "metadata": about, "source": source} | ran


def opening(app: Sphinx, version: str, files: list[str]) -> list[Cell]:
    """Return the cells that install the package; with an address they fetch what is not there."""
    names = " and ".join(f"`{name}`" for name in files)
    base = app.config.html_baseurl
    origin = f"{app.config.project} {app.config.release}"
    told = (
        f"From {f'[{origin}]({base})' if base else origin}: text CC BY 4.0, code MIT. {SAYS[version]}"
        f"Keep {names} in the folder of this notebook, from where the next cell installs the package."
    )
    fetch = FETCH.format(files=files, site=urljoin(base, f"{FOLDER}/")) if base else ""
    return [markdown_cell(told), code_cell(f'{fetch}%pip install --quiet "./{files[0]}[figures]"')]


class NotebookWriter(Writer):
    """Turns a page into the parts of a notebook."""

    def __init__(self, app: Sphinx, page: str, doctree: nodes.document, version: str) -> None:
        base = app.config.html_baseurl
        super().__init__(urljoin(base, f"{page}.html") if base else "", app.env.toc_fignumbers.get(page, {}))
        self.page = page
        self.within = {one for node in doctree.findall(nodes.Element) for one in node["ids"]}
        links = {link.get("refid") or link.get("refuri", "")[1:] for link in doctree.findall(nodes.reference)}
        labels = app.env.domains["std"].data["anonlabels"].values()
        named = {anchor for where, anchor in labels if where == page}
        named |= {node["ids"][0] for node in doctree.findall(nodes.math_block) if node["ids"]}
        self.anchors = self.within & (named | links)
        self.version = version
        self.neighbours = {
            f"{other}.html": versions(app, other) for other in app.env.found_docs if becomes_one(app, other)
        }

    def leads_to(self, address: str) -> str:
        """Lead to the site where it has an address, or else to the notebook of the page that is meant."""
        page, _, anchor = address.partition("#")
        if not page and anchor in self.within:
            return address
        if target := super().leads_to(address if page or not self.site else f"{self.site}#{anchor}"):
            return target
        place = posixpath.normpath(posixpath.join(posixpath.dirname(self.page), page))
        if place.startswith(f"{FOLDER}/"):
            return posixpath.basename(place)
        files = self.neighbours.get(place, {})
        file = files.get(self.version) or files.get("") or files.get(TEACHER, "")
        if not anchor or not file:
            return file
        # What is looked up in an answer is not in a student's notebook.
        return "" if self.version == STUDENT and place.startswith("exercise-") else f"{file}#{anchor}"

    def write_Admonition(self, node: nodes.Element) -> Iterator[Block]:
        """Fold a hint away."""
        if "hint" not in node["classes"]:
            yield from super().write_Admonition(node)
            return
        title, *rest = node.children
        said = "\n\n".join(str(block) for child in rest for block in self.blocks(child))
        yield f"<details>\n<summary>{title.astext()}</summary>\n\n{said}\n\n</details>"

    def write_answer_form(self, node: answer_form) -> Iterator[Block]:
        """Ask in a cell."""
        yield code_cell(node.code)

    def write_place_to_work(self, node: nodes.Element) -> Iterator[Block]:
        """Leave a cell for text and one for code."""
        yield markdown_cell("**Your work**\n\n...")
        if not node.get("text_only"):
            yield code_cell("")


def put_out(outputs: list[Any], alternative: str) -> list[Cell]:
    """Return what a cell put out, with a drawing as pixels, which need no fonts, and its text alternative."""
    found = []
    for output in outputs:
        given = dict(output)
        if "data" in output:
            given |= {"data": dict(output.data), "metadata": {}}
            if about := output.metadata.get("image/png"):
                given["data"].pop("image/svg+xml")
                given["metadata"] = {"image/png": about | {"alt": alternative}}
        found.append(given)
    return found


def cells_of_code(app: Sphinx, page: str, doctree: nodes.document) -> dict[int, Cell]:
    """Return a version's cells by their places, without what only hands numbers to the text."""
    run = Path(app.outdir).parent / "jupyter_execute" / f"{page}.ipynb"  # where myst-nb puts it
    ran = nbformat.read(run, as_version=4).cells  # type: ignore[no-untyped-call]
    boxes = [box for box in doctree.findall(nodes.container) if box.get("nb_element") == "cell_code"]
    shown = {box["cell_index"]: box for box in boxes}
    tags = {place: {*cell.metadata.get("tags", ())} for place, cell in enumerate(ran)}
    sources = {
        place: (STORED.sub(r"\1", cell.source), place not in shown)
        for place, cell in enumerate(ran)
        if place in shown or (cell.cell_type == "code" and "remove-cell" in tags[place])
    }
    cells = {}
    for place, source in without_plumbing(sources).items():
        drawn = next(shown[place].findall(inline_figure), None) if place in shown else None
        outputs = put_out(ran[place].outputs, drawn["alt"] if drawn else "")
        folded = "hide-input" in tags[place] or place not in shown
        cells[place] = code_cell(source, outputs if ran[place].execution_count else None, folded=folded)
    return cells


def joined(blocks: list[Block], code: dict[int, Cell]) -> Iterator[Cell]:
    """Yield the cells of text and of code; those that the page hides come before the next that it shows."""
    for is_text, some in groupby(blocks, lambda block: isinstance(block, str)):
        together = list(some)
        if is_text:
            yield markdown_cell(*map(str, together))
            continue
        for block in together:
            due = [] if isinstance(block, dict) else [place for place in sorted(code) if place <= int(block)]
            yield from [block] if isinstance(block, dict) else map(code.pop, due)


def notebook(app: Sphinx, page: str, doctree: nodes.document, version: str, files: list[str]) -> Cell:
    """Return a version of a page as a notebook, with the counts of cells that are run in their order."""
    blocks = [*NotebookWriter(app, page, doctree, version).blocks(doctree)]
    title = next(place for place, block in enumerate(blocks, start=1) if str(block).startswith("# "))
    code = cells_of_code(app, page, doctree)
    cells = [*joined(blocks[:title], {}), *opening(app, version, files), *joined(blocks[title:], code)]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    for count, cell in enumerate([cell for cell in cells if cell["cell_type"] == "code"], start=1):
        for counted in (cell, *cell["outputs"]):
            if counted.get("execution_count") is not None:
                counted["execution_count"] = count
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def write_notebooks(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Write the notebooks of a page that has cells, and the stored files it reads, and link them."""
    if doctree is None or not becomes_one(app, page):
        return
    if doctree.next_node(nodes.title) is None:
        logger.warning("a notebook needs a title", location=page)
        return
    source = Path(app.env.doc2path(page)).read_text(encoding="utf-8")
    stored = sorted(set(STORED.findall(source)))
    files = [f"rnn_solutions-{app.config.release}-py3-none-any.whl", *stored]
    folder = Path(app.outdir) / FOLDER
    folder.mkdir(exist_ok=True)
    names = versions(app, page)
    for version, name in names.items():
        shown = for_students(doctree) if version == STUDENT else doctree
        written = notebook(app, page, shown, version, files)
        nbformat.validate(written)
        nbformat.write(nbformat.from_dict(written), folder / name)  # type: ignore[no-untyped-call]
    for file in stored:
        try:
            shutil.copyfile(Path(app.srcdir) / "_data" / file, folder / file)
        except FileNotFoundError:
            logger.warning("a cell reads the file _data/%s, which is missing", file, location=page)
    context["notebooks"] = {version: f"{FOLDER}/{name}" for version, name in names.items()}
    context["one_zip"] = f"{FOLDER}/{page.replace('/', '-')}.zip"


def setup(app: Sphinx) -> dict[str, Any]:
    """Write notebooks with each page that has cells."""
    app.connect("html-page-context", write_notebooks)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
