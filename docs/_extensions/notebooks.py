"""Write each executed page as a notebook that runs elsewhere, from the page as it is shown.

References, numbers of equations and glued values are resolved by then, and become text. The first cell
installs the package from its wheel, which the build puts into the same folder, with what the figures need.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import nbformat
from docutils import nodes
from myst_nb.core.read import read_myst_markdown_notebook
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util import logging

from mathml import MACROS, aligned

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

Cell = dict[str, Any]
Block = str | int | Cell  # Markdown, the place of a cell in the source, or a cell that the page does not have

# -- What a page says, as Markdown ---------------------------------------------------------------------------


def tex(node: nodes.Node) -> str:
    """Return a formula's TeX on one line, without the macros that only the site knows."""
    text = " ".join(node.astext().split())
    for name, meaning in MACROS.items():
        macro = rf"\\{name}(?![a-zA-Z])"
        if "#" not in meaning:
            text = re.sub(macro, meaning.replace("\\", r"\\"), text)
        elif re.search(macro, text):
            logger.warning("a notebook does not know the macro %s: write it out", name, location=node)
    return aligned(text)


def inline(node: nodes.Node, site: str = "") -> str:
    """Return a piece of a line; what leads to another page stays a link if that has a public address."""
    if isinstance(node, nodes.Text):
        return re.sub(r"([\\`*_\[\]<$])", r"\\\1", node.astext())
    if isinstance(node, nodes.math):
        return f"${tex(node)}${node.get('punctuation', '')}"
    if isinstance(node, addnodes.download_reference):
        return f"`{node['reftarget'].rpartition('/')[2]}`"
    if isinstance(node, nodes.literal):
        return f"`{node.astext()}`"
    if isinstance(node, nodes.image):
        return f"(a picture: {inline(nodes.Text(node.get('alt', '')))})"
    text = "".join(inline(child, site) for child in node.children)
    if isinstance(node, nodes.strong | nodes.emphasis):
        return f"**{text}**" if isinstance(node, nodes.strong) else f"*{text}*"
    if isinstance(node, nodes.reference) and not node.get("refuri", "#").startswith("#"):
        target = urljoin(site, node["refuri"])
        return f"[{text}]({target})" if target.startswith("http") else text
    return text


class Writer:
    """Turns a page into blocks of Markdown and the places of its cells; a method for each kind of node."""

    def __init__(self, site: str, numbers: dict[str, dict[str, tuple[int, ...]]]) -> None:
        self.site = site  # the page's public address, if there is one
        self.numbers = numbers  # by kind and anchor
        self.level = 0

    def blocks(self, node: nodes.Node) -> Iterator[Block]:
        """Yield what a node becomes."""
        for kind in type(node).__mro__:
            if write := getattr(self, f"write_{kind.__name__}", None):
                yield from write(node)
                return
        logger.warning("a notebook cannot show %s", type(node).__name__, location=node)

    def inside(self, node: nodes.Node) -> Iterator[Block]:
        """Yield the blocks of all that stands inside a node."""
        for child in node.children:
            yield from self.blocks(child)

    def number(self, kind: str, node: nodes.Element) -> str:
        """Return the number that an equation or a figure bears on the site, or nothing if it has none."""
        return ".".join(map(str, self.numbers.get(kind, {}).get(node["ids"][0], ())))

    def write_section(self, node: nodes.Element) -> Iterator[Block]:
        self.level += 1
        yield from self.inside(node)
        self.level -= 1

    def write_title(self, node: nodes.Element) -> Iterator[Block]:
        yield f"{'#' * self.level} {inline(node)}"

    def write_paragraph(self, node: nodes.Element) -> Iterator[Block]:
        yield inline(node, self.site)

    def write_math_block(self, node: nodes.Element) -> Iterator[Block]:
        number = rf" \tag{{{self.number('displaymath', node)}}}" if node.get("number") else ""
        yield f"$$ {tex(node)}{number} $$"

    def write_literal_block(self, node: nodes.Element) -> Iterator[Block]:
        yield f"```{node.get('language', '')}\n{node.astext()}\n```"

    def write_table(self, node: nodes.Element) -> Iterator[Block]:
        def cell(entry: nodes.Element) -> str:
            return " ".join(inline(part, self.site) for part in entry.children).replace("|", r"\|")

        rows = [[cell(entry) for entry in row] for row in node.findall(nodes.row)]
        rows.insert(1, ["---"] * len(rows[0]))
        yield "\n".join(f"| {' | '.join(row)} |" for row in rows)

    def write_bullet_list(self, node: nodes.Element) -> Iterator[Block]:
        mark = "-" if isinstance(node, nodes.bullet_list) else "1."
        items = [indented("\n\n".join(map(str, self.inside(item))), " " * len(f"{mark} ")) for item in node]
        yield "\n".join(f"{mark} {item.lstrip()}" for item in items)

    def write_Admonition(self, node: nodes.Element) -> Iterator[Block]:
        heading, *rest = node.children
        if any(part.get("nb_element") == "cell_code" for part in node.findall(nodes.container)):
            yield f"**{inline(heading)}**"  # a solution: a cell inside a quotation could not run
            yield from (block for child in rest for block in self.blocks(child))
            return
        said = [f"**{inline(heading)}**", *(str(block) for child in rest for block in self.blocks(child))]
        yield indented("\n\n".join(said), "> ")

    def write_figure(self, node: nodes.Element) -> Iterator[Block]:
        yield f"**Figure {self.number('figure', node)}.** {inline(node[-1], self.site)}"

    def write_container(self, node: nodes.Element) -> Iterator[Block]:
        if node.get("nb_element") == "cell_code":
            yield node["cell_index"]
            for figure in node.findall(nodes.figure):
                yield from self.write_figure(figure)
        else:
            yield from self.inside(node)

    def write_verdict_mark(self, node: nodes.Element) -> Iterator[Block]:
        yield f"*{node['sign']} {inline(node)}*"

    def write_verdict_box(self, node: nodes.Element) -> Iterator[Block]:
        yield f"*{inline(node[1])}*"  # what stands behind it needs the site

    def write_answer_form(self, node: nodes.Element) -> Iterator[Block]:
        yield code_cell(node.code)  # what a form and a list of mistakes do on the site

    def write_Invisible(self, node: nodes.Element) -> Iterator[Block]:  # noqa: ARG002
        yield from ()

    write_document = write_definition_list = write_definition_list_item = write_definition = inside
    write_equation_with_more = write_checked_finding = inside
    write_term = write_image = write_paragraph
    write_target = write_usual_mistakes = write_Invisible
    write_enumerated_list = write_bullet_list
    write_exercise_node = write_Admonition


def indented(text: str, margin: str) -> str:
    """Put a margin before every line."""
    return "\n".join(f"{margin}{line}".rstrip() for line in text.split("\n"))


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
            cells.append(block)
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
