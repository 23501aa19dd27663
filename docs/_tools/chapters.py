"""Read the built site as the chapters of a book: its pages, in the order in which its own list has them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup, Tag

# What a page offers to whoever has it in a browser, and a book cannot.
TAGS = {"script", "form", "button", "template"}
CLASSES = {"headerlink", "viewcode-link", "d-print-none"}


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
    for node in found.find_all(is_of_a_page):
        node.decompose()
    return found


def is_of_a_page(node: Tag) -> bool:
    """Say whether an element acts or decorates, and so is of no use in a book (a selector is slower)."""
    decorates = node.name == "svg" and node.get("aria-hidden") == "true"
    return decorates or node.name in TAGS or not CLASSES.isdisjoint(node.get("class") or ())
