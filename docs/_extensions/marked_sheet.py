"""Set each finding on the sheet as a pair: what is printed beside what it should be, the symbols marked.

The directive ``finding`` takes a number and holds what there is to say; kind, place and the pair come from
the table in `rnn_solutions.sheet.findings`. The directive ``finding-filter`` stands for the buttons that show
some kinds alone. They are of use with a script only, which brings them to light.
"""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from rnn_solutions.sheet.findings.table import FINDINGS, KINDS, Finding, counts

IN_QUESTION = "in the question"


class FindingDirective(SphinxDirective):
    """Stand for one finding: its head, the pair, and in the directive's content the words."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the finding, with its address on its first paragraph, where its verdict goes."""
        number = directives.nonnegative_int(self.arguments[0])
        if number not in FINDINGS:
            raise self.error(f"the table of findings has no number {number}")
        one = FINDINGS[number]
        marks = ["finding", f"kind-{one.kind.lower()}", *(["in-question"] if one.in_question else [])]
        label = f"erratum-{number}"
        head = nodes.paragraph("", "", *self.head(one), classes=["finding-head"], names=[label])
        self.state.document.note_explicit_target(head, head)
        parts = [head, *pair(one), *self.parse_content_to_nodes()]
        found = nodes.container("", *parts, classes=marks)
        self.set_source_info(head)
        return [found]

    def head(self, one: Finding) -> list[nodes.Node]:
        """Return what stands in a finding's first line."""
        place, messages = self.parse_inline(one.where, lineno=self.lineno)
        kind = nodes.inline("", KINDS[one.kind].capitalize(), classes=["finding-kind"])
        said = [nodes.strong("", f"{one.number}."), nodes.Text(" "), kind, nodes.Text(", "), *place]
        said += messages
        if one.in_question:
            said += [nodes.Text(" "), nodes.inline("", IN_QUESTION, classes=["finding-question"])]
        return said


def pair(one: Finding) -> list[nodes.Node]:
    """Return what is printed and what should be, or what is missing; nothing where both are said in words."""
    sides = [
        ("printed", one.head, one.printed),
        ("right", "should be" if one.printed else "missing", one.right),
    ]
    shown = [side(one, *each) for each in sides if each[2]]
    return [nodes.container("", *shown, classes=["pair"])] if shown else []


def side(one: Finding, name: str, head: str, said: str) -> nodes.container:
    """Return one side of a pair under its head."""
    what = nodes.strong("", said) if one.are_words else nodes.math(said, rf"\displaystyle {said}")
    heading = nodes.inline("", head, classes=["pair-head"])
    return nodes.container("", nodes.paragraph("", "", heading, nodes.Text(" "), what), classes=[name])


class finding_filter(nodes.Invisible, nodes.Element):  # noqa: N801 - docutils names its nodes like this
    """Where the buttons go."""


class FilterDirective(SphinxDirective):
    """Stand for the buttons."""

    def run(self) -> list[nodes.Node]:
        """Return the place for them."""
        return [finding_filter()]


def visit_filter(translator: HTML5Translator, _node: finding_filter) -> None:
    """Write the buttons, each with how many findings it shows, out of sight until the script is there."""
    count = counts()
    names = {kind: name.capitalize() for kind, name in KINDS.items()} | {"S": IN_QUESTION.capitalize()}
    buttons = [
        f'<button type="button" aria-pressed="false" data-show="{mark}">{escape(name)} '
        f"<span>{count[f'count-{mark}']}</span></button>"
        for mark, name in names.items()
    ]
    total = count["count"]
    shown = f"<output><span>{total}</span> of {total} shown</output>"
    group = '<div class="finding-filter" role="group" aria-label="Findings to show" hidden>'
    translator.body.append("\n".join([group, *buttons, shown, "</div>\n"]))
    raise nodes.SkipNode


def load_script(app: Sphinx, _page: str, _template: str, _context: dict[str, Any], doctree: Any) -> None:
    """Load the script on the page that has the buttons."""
    if doctree is not None and any(doctree.findall(finding_filter)):
        app.add_js_file("marked_sheet.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives, the buttons and their script."""
    app.add_directive("finding", FindingDirective)
    app.add_directive("finding-filter", FilterDirective)
    app.add_node(finding_filter, html=(visit_filter, None))
    app.connect("html-page-context", load_script)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
