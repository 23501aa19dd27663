"""Write each page as Markdown beside it, and a list of them, for programs that read text.

A page `a.html` is `a.md` as well, and names it in its head. The list, ``llms.txt``, has the form that
llmstxt.org describes: what the site is, and for each part of its contents the pages, each in one line.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri

from descriptions import NOT_FOUND, add_to_head, plain_text
from figure_downloads import FOLDER as FIGURES
from figure_downloads import file_name
from inline_figures import inline_figure
from pages_as_markdown import Block, Writer, indented

TOLD = re.compile(r'<meta name="description" content="([^"]*)"')


class PageWriter(Writer):
    """Turns a page into Markdown, with its code, what that put out, and what the reference lists."""

    def __init__(self, app: Sphinx, page: str) -> None:
        super().__init__("", app.env.toc_fignumbers.get(page, {}))
        self.page = page
        self.pages = app.env.found_docs - {NOT_FOUND}

    def leads_to(self, address: str) -> str:
        """Lead from page to page as Markdown."""
        place, mark, anchor = address.partition("#")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(self.page), place))
        if target.removesuffix(".html") in self.pages:
            return f"{place.removesuffix('.html')}.md{mark}{anchor}"
        return address if place else ""

    def inline(self, node: nodes.Node) -> str:
        """Return a piece of a line, without what only HTML can say."""
        return "" if isinstance(node, nodes.raw) else super().inline(node)

    def write_container(self, node: nodes.Element) -> Iterator[Block]:
        yield from self.inside(node)

    def write_literal_block(self, node: nodes.Element) -> Iterator[Block]:
        language = str(node.get("language", ""))
        language = {"ipython3": "python", "myst-ansi": "", "default": ""}.get(language, language)
        text = node.astext().rstrip("\n")
        fence = "````" if "```" in text else "```"
        yield f"{fence}{language}\n{text}\n{fence}"

    def write_figure(self, node: nodes.Element) -> Iterator[Block]:
        drawn = node[0]
        if isinstance(drawn, inline_figure) and node["names"]:
            file = relative_uri(self.page, f"{FIGURES}/{file_name(self.page, node['names'][0])}.png")
            yield f"![{self.inline(nodes.Text(drawn['alt']))}]({file})"
        yield from super().write_figure(node)

    def write_desc(self, node: nodes.Element) -> Iterator[Block]:
        signatures = node.findall(addnodes.desc_signature)
        own = [" ".join(one.astext().split()) for one in signatures if one.parent is node]
        yield "\n".join(f"{'#' * min(self.level + 1, 6)} `{one.removesuffix('[source]')}`" for one in own)
        self.level += 1
        yield from self.inside(node[-1])
        self.level -= 1

    def write_field_list(self, node: nodes.Element) -> Iterator[Block]:
        for field in node.children:
            name, body = field.children
            yield f"**{self.inline(name)}**"
            yield from self.inside(body)

    def write_definition_list_item(self, node: nodes.Element) -> Iterator[Block]:
        terms = [self.inline(child) for child in node.children if not isinstance(child, nodes.definition)]
        said = "\n\n".join(str(block) for block in self.blocks(node[-1]))
        yield f"- {' : '.join(terms)}\n\n{indented(said, '  ')}"

    def write_rubric(self, node: nodes.Element) -> Iterator[Block]:
        yield f"**{self.inline(node)}**"

    def write_citation(self, node: nodes.Element) -> Iterator[Block]:
        label, *said = node.children
        yield f"- [{label.astext()}] " + " ".join(str(block) for one in said for block in self.blocks(one))

    def write_doctest_block(self, node: nodes.Element) -> Iterator[Block]:
        yield f"```python\n{node.astext().rstrip()}\n```"

    def write_ledger_table(self, node: nodes.Element) -> Iterator[Block]:  # noqa: ARG002
        yield f"All rows are in [verdicts.json]({relative_uri(self.page, 'verdicts.json')})."

    write_definition_list = write_block_quote = write_autosummary_table = Writer.inside
    write_HideCodeCellNode = Writer.inside  # noqa: N815
    write_figure_line = write_index = write_inline_figure = write_desc_signature = Writer.write_Invisible
    write_compound = write_raw = write_tabular_col_spec = Writer.write_Invisible
    write_seealso = Writer.write_Admonition


def write_page(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Write a page as Markdown, and name it in the page's head."""
    if doctree is None or page == NOT_FOUND or app.builder.name != "html":
        return
    config = app.config
    whose = f"{config.project} {config.release}: text CC BY 4.0, code MIT."
    text = "\n\n".join(map(str, [*PageWriter(app, page).blocks(doctree), whose]))
    beside = Path(app.outdir, f"{page}.md")
    beside.parent.mkdir(parents=True, exist_ok=True)
    beside.write_text(f"{text}\n", encoding="utf-8")
    file = f"{posixpath.basename(page)}.md"
    add_to_head(context, f'<link rel="alternate" type="text/markdown" href="{file}" />')


def parts(app: Sphinx) -> Iterator[tuple[str, list[str]]]:
    """Yield each part of the contents with its pages, and those that these list in turn."""

    def with_those_below(page: str) -> list[str]:
        below = (one for other in app.env.toctree_includes.get(page, ()) for one in with_those_below(other))
        return [page, *below]

    for toctree in app.env.get_doctree(app.config.root_doc).findall(addnodes.toctree):
        listed = [one for page in toctree["includefiles"] for one in with_those_below(page)]
        yield toctree.get("caption") or "Pages", [page for page in listed if page != NOT_FOUND]


def write_list(app: Sphinx, error: Exception | None) -> None:
    """Write the list of pages; with an address its links can be followed from anywhere."""
    if error or app.builder.name != "html":
        return

    def told(page: str) -> str:
        found = TOLD.search(Path(app.outdir, f"{page}.html").read_text(encoding="utf-8"))
        return unescape(found[1]) if found else ""

    def line(page: str) -> str:
        title = plain_text(app.env.titles[page]).replace("[", r"\[").replace("]", r"\]")
        address = urljoin(str(app.config.html_baseurl), f"{page}.md")
        return ": ".join(filter(None, [f"- [{title}]({address})", told(page)]))

    root = app.config.root_doc
    lines = [
        f"# {app.config.project}",
        f"> {told(root)}",
        "Formulas are TeX between dollar signs.",
        line(root),
    ]
    for part, pages in parts(app):
        lines += [f"## {part}", "\n".join(map(line, pages))]
    Path(app.outdir, "llms.txt").write_text("\n\n".join(lines) + "\n", encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the pages as they are written as HTML, and the list when all are."""
    app.connect("html-page-context", write_page, priority=600)  # behind the description
    app.connect("build-finished", write_list)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
