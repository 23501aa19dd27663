"""Show what a link leads to beside the link: an equation, a finding on the sheet, a source, or a symbol.

Each page that has some of these gets a script of its own, ``_static/previews/<page>.js``, which holds them by
their anchors, cut from the page as it is. ``previews.js`` fetches it when it is first needed: a script comes
from a file as well as from a server, and under a strict policy. Without scripts a link is a link.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.filter import SoupStrainer
from sphinx.application import Sphinx

# A link that leads to something that has a preview; not the sign at an equation that leads to itself.
LINK = re.compile(
    r'<a\b(?![^>]*\bheaderlink\b)(?=[^>]*\bhref="[^"]*'
    r'(?:#equation-(?:eq|def)-|errata\.html#erratum-|(?<=")#erratum-|\breferences\.html#id\d|#symbol-))'
)


def equation(box: Tag) -> str:
    """Return an equation with its number, and in one line what was found when it was checked."""
    number = box.select_one(".eqno")
    assert number is not None
    return (
        f'<div class="math"><div class="math-scroll">{box.math}</div>'
        f'<span class="eqno">{number.get_text().rstrip("#")}</span></div>{found(box)}'
    )


def finding(head: Tag) -> str:
    """Return a finding's head with its pair of printed and right, or with what it says where it has none."""
    whole = head.find_parent(class_="finding")
    assert whole is not None
    said = whole.select_one(".pair") or whole.select_one(":scope > p:not([class])")
    return f"{head}{said or ''}{found(whole)}"


def found(box: Tag) -> str:
    """Return the line that says what was found when something was checked, or nothing where it was not."""
    line = box.select_one(".verdict > p, p.verdict")
    return f'<p class="found">{" ".join(line.get_text().split())}</p>' if line else ""


def source(entry: Tag) -> str:
    """Return the entry of a source."""
    return entry.decode_contents()


def symbol(anchor: Tag) -> str:
    """Return the row of a symbol in a table of the notation."""
    row = anchor.find_parent("tr")
    return f'<table class="symbols"><tbody>{row}</tbody></table>'


CUT: dict[str, Callable[[Tag], str]] = {
    'div.math[id^="equation-"]': equation,
    '.finding [id^="erratum-"]': finding,
    ".citation[id]": source,
    'table.symbols [id^="symbol-"]': symbol,
}

# To read all of a page, its code and figures included, would take seconds.
PARTS = SoupStrainer(["div", "table"], class_=re.compile(r"\b(?:math|finding|citation|symbols)\b"))
CODE = re.compile(r"<pre>.*?</pre>", re.DOTALL)


def previews(body: str) -> dict[str, str]:
    """Return by its anchor each part of a page that a link can show, without anchors and links of its own."""
    page = BeautifulSoup(CODE.sub("", body), "html.parser", parse_only=PARTS)
    places = {str(target["id"]): (target, cut) for what, cut in CUT.items() for target in page.select(what)}
    for sign in page.select(".headerlink, .backrefs"):
        sign.decompose()
    for link in page.find_all("a"):
        link.unwrap()
    for named in page.find_all(id=True):
        del named["id"]
    return {anchor: cut(target) for anchor, (target, cut) in places.items()}


def write_previews(app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    """Write the script that holds a page's previews, and mark the links of the page that lead to some."""
    body = context.get("body", "")
    if re.search(r'\bid="(?:equation|erratum|symbol)-|class="citation"', body) and (parts := previews(body)):
        file = Path(app.outdir, "_static", "previews", f"{page}.js")
        file.parent.mkdir(parents=True, exist_ok=True)
        said = json.dumps(parts, ensure_ascii=False, indent=0)
        file.write_text(f"previews[{json.dumps(page)}] = {said};\n", encoding="utf-8")
    context["body"], links = LINK.subn("<a data-preview", body)
    if links:
        app.add_js_file("previews.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    """Look at each page once it is written, and before others change it."""
    app.connect("html-page-context", write_previews, priority=400)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
