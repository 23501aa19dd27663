"""Say what a page says as Markdown, for those who read it elsewhere: in a notebook, or as plain text.

References, numbers of equations and glued values are resolved by then, and become text. What the site alone
can do, such as opening a verdict, is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging
from sphinx_exercise.nodes import exercise_enumerable_node

from mathml import MACROS, aligned
from written_out import written_out

logger = logging.getLogger(__name__)

Cell = dict[str, Any]
Block = str | int | Cell  # Markdown, the place of a cell in the source, or a cell that only a notebook has


def tex(node: nodes.Node) -> str:
    """Return a formula's TeX on one line, without the macros that only the site knows."""
    return aligned(written_out(" ".join(node.astext().split()), MACROS))


class Writer:
    """Turns a page into blocks of Markdown and the places of its cells; a method for each kind of node."""

    def __init__(self, site: str, numbers: dict[str, dict[str, tuple[int, ...]]]) -> None:
        self.site = site  # the page's public address, if there is one
        self.numbers = numbers  # by kind and anchor
        self.anchors: set[str] = set()  # what links lead to, and gets an anchor
        self.level = 0

    def leads_to(self, address: str) -> str:
        """Return where a link of the page leads from elsewhere, or nothing if it cannot be followed there."""
        target = "" if address.startswith("#") else urljoin(self.site, address)
        return target if target.startswith(("http", "mailto")) else ""

    def inline(self, node: nodes.Node) -> str:
        """Return a piece of a line."""
        if isinstance(node, nodes.Text):
            return re.sub(r"([\\`*_\[\]<$])", r"\\\1", node.astext())
        if isinstance(node, nodes.math):
            return f"${tex(node)}${node.get('punctuation', '')}"
        if isinstance(node, addnodes.download_reference):
            return f"`{node['reftarget'].rpartition('/')[2]}`"
        if isinstance(node, nodes.literal):
            return f"`{node.astext()}`"
        if isinstance(node, nodes.image):
            return f"(a picture: {self.inline(nodes.Text(node.get('alt', '')))})"
        text = "".join(map(self.inline, node.children))
        if isinstance(node, nodes.strong | nodes.emphasis):
            return f"**{text}**" if isinstance(node, nodes.strong) else f"*{text}*"
        if isinstance(node, nodes.reference):
            target = self.leads_to(node.get("refuri") or f"#{node.get('refid', '')}")
            return f"[{text}]({target})" if target else text
        return text

    def heading(self, node: nodes.Node) -> str:
        """Return a title, which the source may break into lines, as one."""
        return " ".join(self.inline(node).split())

    def blocks(self, node: nodes.Node) -> Iterator[Block]:
        """Yield what a node becomes, behind the anchors of those that links lead to."""
        if named := [one for one in getattr(node, "attributes", {}).get("ids", ()) if one in self.anchors]:
            self.anchors -= {*named}  # a node within may bear the same
            yield "".join(f'<a id="{one}"></a>' for one in named)
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
        yield f"{'#' * self.level} {self.heading(node)}"

    def write_paragraph(self, node: nodes.Element) -> Iterator[Block]:
        yield self.inline(node)

    def write_math_block(self, node: nodes.Element) -> Iterator[Block]:
        number = rf" \tag{{{self.number('displaymath', node)}}}" if node.get("number") else ""
        yield f"$$ {tex(node)}{number} $$"

    def write_literal_block(self, node: nodes.Element) -> Iterator[Block]:
        yield f"```{node.get('language', '')}\n{node.astext()}\n```"

    def write_table(self, node: nodes.Element) -> Iterator[Block]:
        def cell(entry: nodes.Element) -> str:
            return " ".join(map(self.inline, entry.children)).replace("|", r"\|")

        rows = [[cell(entry) for entry in row] for row in node.findall(nodes.row)]
        rows.insert(1, ["---"] * len(rows[0]))
        yield "\n".join(f"| {' | '.join(row)} |" for row in rows)

    def write_bullet_list(self, node: nodes.Element) -> Iterator[Block]:
        mark = "-" if isinstance(node, nodes.bullet_list) else "1."
        items = [indented("\n\n".join(map(str, self.inside(item))), " " * len(f"{mark} ")) for item in node]
        yield "\n".join(f"{mark} {item.lstrip()}" for item in items)

    def write_Admonition(self, node: nodes.Element) -> Iterator[Block]:
        title, *rest = node.children
        numbered = isinstance(node, exercise_enumerable_node)
        number = f"Exercise {self.number('exercise', node)} " if numbered else ""
        heading = f"**{number}{self.heading(title)}**"
        if any(part.get("nb_element") == "cell_code" for part in node.findall(nodes.container)):
            yield heading  # a solution: a cell inside a quotation could not run
            yield from (block for child in rest for block in self.blocks(child))
            return
        said = [heading, *(str(block) for child in rest for block in self.blocks(child))]
        yield indented("\n\n".join(said), "> ")

    def write_figure(self, node: nodes.Element) -> Iterator[Block]:
        yield f"**Figure {self.number('figure', node)}.** {self.inline(node[-1])}"

    def write_container(self, node: nodes.Element) -> Iterator[Block]:
        if node.get("nb_element") == "cell_code":
            yield node["cell_index"]
            for figure in node.findall(nodes.figure):
                yield from self.blocks(figure)
        else:
            yield from self.inside(node)

    def write_verdict_mark(self, node: nodes.Element) -> Iterator[Block]:
        yield f"*{node['sign']} {self.inline(node)}*"

    def write_verdict_box(self, node: nodes.Element) -> Iterator[Block]:
        yield f"*{self.inline(node[1])}*"  # what stands behind it needs the site

    def write_answer_form(self, node: nodes.Element) -> Iterator[Block]:
        yield f"```python\n{node.code}\n```"  # as on the site

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
