"""Describe the pages to those who list or link them: descriptions, Open Graph text, a sitemap.

A page's description is its "Answer", its "In short" or its first paragraph, so that it is written once. What
needs the site's address is left out when there is none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from html import escape, unescape
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree

from docutils import nodes
from math_core import LatexError
from sphinx.application import Sphinx

from mathml import CONVERTER

LONGEST = 200  # characters of a description; what shows one cuts it at about this length
MADE_BY_SPHINX = {  # pages that no file describes
    "genindex": "Every public name of the package and where it is documented, from A to Z.",
    "py-modindex": "The parts of the package and where each is documented.",
    "search": "Search the pages for words, for symbols by name and for names of the package.",
    "_modules/index": "The source code of the modules whose public names are documented.",
}

# -- Descriptions --------------------------------------------------------------------------------------------

ACCENTS = {"\u0303", "\u0304", "\u0305"}  # a tilde and bars, as NFKC turns those of MathML into marks
SPACED = set("=≠<>≤≥≈→∈≔…⋯")


def plain_formula(tex: str) -> str:
    """Return a formula as one line of text, such as ``∂L/∂W = ∑_(t = 0)^T ∂L_t/∂W``."""
    try:
        mathml = CONVERTER.convert_with_local_state(tex, displaystyle=False)
    except LatexError:  # of which the page itself complains
        return tex
    named = r"&(?!amp;|lt;|gt;)\w+;"  # which HTML knows and XML does not
    root = ElementTree.fromstring(re.sub(named, lambda entity: unescape(entity[0]), mathml))
    return " ".join(_linear(root).split())


def _linear(element: ElementTree.Element) -> str:
    """Return the text of a piece of MathML."""
    children = [child for child in element if child.tag != "annotation"]
    parts = [_linear(child) for child in children]
    if element.tag in SHAPES:
        return SHAPES[element.tag](*parts)
    text = unicodedata.normalize("NFKC", (element.text or "").strip()).replace("\u2061", "")
    for before, part in zip([None, *children], parts, strict=False):
        apart = before is not None and before.tag in SHAPES and re.match(r"[\w∂∑∏√]", part)
        text += f" {part}" if apart else part
    return f" {text} " if text in SPACED else text


def _grouped(text: str) -> str:
    """Put brackets around what would otherwise be read wrongly."""
    return f"({text})" if re.search(r".[+−×/=<>≤≥ ]", text) else text


SHAPES: dict[str, Callable[..., str]] = {
    "mfrac": lambda above, below: f"{_grouped(above)}/{_grouped(below)}",
    "mover": lambda base, above: base + (above.strip() if above.strip() in ACCENTS else ""),
    "msqrt": lambda *inside: f"√({''.join(inside)})",
    "msub": lambda base, low: f"{base}_{_grouped(low)}",
    "msup": lambda base, high: base + (high if high in {"′", "″"} else f"^{_grouped(high)}"),
    "msubsup": lambda base, low, high: f"{base}_{_grouped(low)}^{_grouped(high)}",
    "mspace": lambda: " ",
    "mtable": lambda *rows: f"({'; '.join(rows)})",
    "mtr": lambda *cells: ", ".join(cells),
}
SHAPES |= {"munder": SHAPES["msub"], "munderover": SHAPES["msubsup"]}


def plain_text(node: nodes.Node) -> str:
    """Return what a node says, on one line, its formulas included."""
    if isinstance(node, nodes.math):
        return plain_formula(node.astext()) + str(node.get("punctuation", ""))
    if isinstance(node, nodes.math_block):
        return f" {plain_formula(node.astext())} "
    if isinstance(node, nodes.Text):
        return str(node)
    return "".join(plain_text(child) for child in node.children)


def description(doctree: nodes.document) -> str:
    """Return what a page says "in short", or its first paragraph, cut behind a sentence or else a word."""
    boxes = doctree.findall(nodes.admonition)
    short = next((box for box in boxes if box[0].astext() in {"Answer", "In short"}), None)
    whole = nodes.document | nodes.section  # a paragraph of the page, not one in a table
    first = (p for p in doctree.findall(nodes.paragraph) if isinstance(p.parent, whole))
    told: Iterable[nodes.Node] = short[1:] if short else islice(first, 1)
    text = " ".join(" ".join(map(plain_text, told)).split())
    if len(text) <= LONGEST:
        return text
    ends = [end.end() for end in re.finditer(r"[.?!](?= )", text[:LONGEST])]
    if ends and ends[-1] > LONGEST / 3:
        return text[: ends[-1]]
    return text[: LONGEST - 1].rpartition(" ")[0].rstrip(",;:") + "…"


def describe(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Put the description, and with an address the Open Graph text, into a page's head."""
    if doctree is not None:
        told = description(doctree)
    else:
        told = MADE_BY_SPHINX.get(page) or f"The source code of {context['title']}."
        if page not in MADE_BY_SPHINX:
            context["title"] = f"Source of {context['title']}"  # the module's own page bears its name
    tags = [meta("name", "description", told)]
    if page == "search":
        tags.append(meta("name", "robots", "noindex"))
    if app.config.html_baseurl and doctree is not None:
        tags += [
            meta("property", "og:title", plain_text(next(doctree.findall(nodes.title)))),
            meta("property", "og:description", told),
            meta("property", "og:type", "website" if page == app.config.root_doc else "article"),
            meta("property", "og:site_name", app.config.project),
            meta("property", "og:url", address(app, page)),
        ]
        if page == NOT_FOUND:  # a server shows it at any address, where relative links would lead astray
            tags.insert(0, f'<base href="{escape(address(app, page))}" />')
    add_to_head(context, *tags)


def add_to_head(context: dict[str, Any], *tags: str) -> None:
    """Put elements at the end of a page's head."""
    context["metatags"] = "\n    ".join([context.get("metatags", ""), *tags])


def meta(kind: str, name: str, content: str) -> str:
    """Return an element for a page's head."""
    return f'<meta {kind}="{name}" content="{escape(content)}" />'


# -- Addresses -----------------------------------------------------------------------------------------------

NOT_FOUND = "404"


def address(app: Sphinx, page: str) -> str:
    """Return a page's public address."""
    return urljoin(str(app.config.html_baseurl), f"{page}.html")


def write_sitemap(app: Sphinx, error: Exception | None) -> None:
    """Tell search engines which pages there are; without an address there is nobody to tell."""
    if error or app.builder.name != "html" or not app.config.html_baseurl:
        return
    pages = sorted(app.env.found_docs - {NOT_FOUND})
    places = "".join(f"<url><loc>{escape(address(app, page))}</loc></url>\n" for page in pages)
    listed = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{places}</urlset>\n'
    listed = f'<?xml version="1.0" encoding="UTF-8"?>\n{listed}'
    (Path(app.outdir) / "sitemap.xml").write_text(listed, encoding="utf-8")
    sitemap = urljoin(app.config.html_baseurl, "sitemap.xml")
    robots = f"User-agent: *\nAllow: /\n\nSitemap: {sitemap}\n"
    (Path(app.outdir) / "robots.txt").write_text(robots, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Describe each page, and list all of them."""
    app.connect("html-page-context", describe)
    app.connect("build-finished", write_sitemap)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
