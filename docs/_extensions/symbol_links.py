"""Link a symbol, where a page's text first has it, to the row of the notation that says what it means.

A page links only what has one meaning in the tables whose letters it uses, and no single letter: those are in
every line, and clear from the words around them.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

from descriptions import plain_formula

NOTATION = "notation"
PLAIN, POWERS, LSTM, GRU = "the-recurrent-network", "powers-of-a-matrix", "the-lstm", "the-gru"
TABLES = {  # by the beginning of a page's name, the sections of the notation that its letters come from
    "exercise-1/": {PLAIN},
    "exercise-2/": {PLAIN, POWERS},
    "exercise-3/": {LSTM},
    "beyond/when-eigenvalues-mislead": {PLAIN, POWERS},
    "beyond/the-whole-jacobian-of-the-lstm": {LSTM},
    "beyond/the-gru-beside-them": {LSTM, GRU},
    "beyond/map-your-own-network": {PLAIN, LSTM},
}
LETTER = re.compile(r"\\?[A-Za-z]+")


class symbol(nodes.inline):  # type: ignore[misc] # noqa: N801 - as docutils names its nodes
    """A formula in the first column of a table of the notation, with its anchor."""


class symbol_link(nodes.reference):  # type: ignore[misc] # noqa: N801
    """A link from a symbol to its row."""


def visit_link(translator: HTML5Translator, node: symbol_link) -> None:
    """Open a link with a name in words and signs, for not every program finds one in MathML."""
    name = plain_formula(node.astext())
    about = {"CLASS": "reference internal", "href": node["refuri"], "aria-label": name}
    translator.body.append(translator.starttag(node, "a", "", **about))


def depart_link(translator: HTML5Translator, _node: symbol_link) -> None:
    """Close it."""
    translator.body.append("</a>")


def set_anchors(app: Sphinx, doctree: nodes.document) -> None:
    """Give each symbol of the notation an anchor, such as symbol-lstm-tilde-C-t."""
    tables = list(doctree.findall(nodes.table)) if app.env.docname == NOTATION else []
    for table in (one for one in tables if "symbols" in one["classes"]):
        section = table.parent["ids"][0]
        for formula in [one for row in table.findall(nodes.row) for one in row[0].findall(nodes.math)]:
            tex = formula.astext().split(" = ")[0]
            words = re.findall("[A-Za-z0-9]+", tex.replace("'", " prime"))
            anchor = "-".join(["symbol", section.removeprefix("the-"), *words])
            formula.replace_self(named := symbol(ids=[anchor], section=section, tex=tex))
            named += formula


def is_left_out(node: nodes.Node) -> bool:
    """Say whether a node gets no links: a heading, a caption, a link, or what is closed at first."""
    headed = isinstance(node, nodes.title | nodes.caption | nodes.rubric | nodes.reference)
    return headed or (isinstance(node, nodes.Element) and "collapsible" in node)


def link_symbols(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Link the first of each symbol; its punctuation stays with it in a line, and outside the link."""
    used = next((sections for start, sections in TABLES.items() if page.startswith(start)), None)
    if not used or NOTATION not in app.env.found_docs:
        return
    listed = [one for one in app.env.get_doctree(NOTATION).findall(symbol) if one["section"] in used]
    meanings = Counter(one["tex"] for one in listed if not LETTER.fullmatch(one["tex"]))
    places = {one["tex"]: one["ids"][0] for one in listed if meanings[one["tex"]] == 1}
    left_out = {id(one) for box in doctree.findall(is_left_out) for one in box.findall(nodes.math)}
    for formula in list(doctree.findall(nodes.math)):
        if id(formula) not in left_out and (place := places.pop(formula.astext(), None)):
            address = f"{app.builder.get_relative_uri(page, NOTATION)}#{place}"
            link = symbol_link(internal=True, refuri=address)
            mark = nodes.Text(formula.attributes.pop("punctuation", ""))
            formula.replace_self(nodes.inline("", "", link, mark, classes=["symbol"]))
            link += formula


def setup(app: Sphinx) -> dict[str, Any]:
    """Set the anchors when the notation is read, and link to them when formulas have their punctuation."""
    app.add_node(symbol_link, html=(visit_link, depart_link))
    app.connect("doctree-read", set_anchors)
    app.connect("doctree-resolved", link_symbols, priority=600)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
