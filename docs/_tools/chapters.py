"""Read the built site as the chapters of a book: its pages, in the order in which its own list has them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup, Tag

# What a page offers to whoever has it in a browser, and a book cannot.
OF_A_PAGE = ".headerlink, .viewcode-link, .d-print-none, script, form, button, template, svg[aria-hidden]"


def names(site: Path) -> Iterator[tuple[str, str]]:
    """Yield each page and the part it stands in, as the site lists them."""
    front = BeautifulSoup((site / "index.html").read_text(encoding="utf-8"), "html.parser")
    yield "index.html", ""
    part = ""
    for node in front.select("nav.bd-links p.caption, nav.bd-links a.internal"):
        if node.name == "p":
            part = node.get_text()
        else:
            yield str(node["href"]), part


def article(site: Path, name: str) -> Tag:
    """Return what a page says, without what only a page can offer."""
    text = (site / name).read_text(encoding="utf-8")
    said = text[text.find("<article") : text.find("</article>") + len("</article>")]
    found = BeautifulSoup(said, "html.parser").article
    if found is None:
        raise ValueError(f"the page {name} holds no article")
    for node in found.select(OF_A_PAGE):
        node.decompose()
    return found
