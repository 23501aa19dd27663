"""Print the built site as one PDF, with contents, numbered pages and links that lead within it.

``python docs/_tools/pdf.py`` joins the pages of `build/html` in the order of the site's own list and has
Chromium print them: the system's when the variable CHROMIUM names one, Playwright's own otherwise. It prints
twice, for only the first printing tells on which page each heading stands. The PDF lies in the site then, and
the pages show the links to it, which hide until then: a site is built without a browser. The same site and
Chromium give the same bytes.
"""

from __future__ import annotations

import argparse
import os
import posixpath
import re
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from playwright.sync_api import sync_playwright
from pypdf import PdfReader, PdfWriter

from chapters import names

ROOT = Path(__file__).parents[2]
POINTERS = ("for", "headers", "aria-labelledby", "aria-describedby")  # attributes that hold the ids of others
STYLE = """
@page { size: A4; @bottom-center { content: counter(page); font: 9pt sans-serif; } }
@page :first { @bottom-center { content: none; } }
.contents a { display: flex; gap: 1em; color: inherit; text-decoration: none; }
.contents a > :last-child { margin-left: auto; }
.contents { list-style: none; padding: 0; }
.contents .contents { padding-left: 1.5em; }
.contents > .part { margin-top: 1em; font-weight: bold; }
.front, .list-of-contents, article { break-after: page; }
.front { padding-top: 30%; text-align: center; }
"""


class Chapter(NamedTuple):
    """A page of the site: its place, the part that it belongs to, and its article with anchors of its own."""

    name: str
    part: str
    article: Tag
    headings: list[tuple[int, str, str]]  # level, text, anchor


def anchor(page: str, fragment: str = "") -> str:
    """Return the anchor that a place of a page has among those of all pages."""
    return f"{page.removesuffix('.html').replace('/', '.')}--{fragment}"


def chapter(site: Path, name: str, part: str, pages: set[str], address: str) -> Chapter:
    """Read a page, and make what points to another one point into the same document."""
    soup = BeautifulSoup((site / name).read_text(encoding="utf-8"), "html.parser")
    article = soup.select_one("article")
    if article is None:
        raise ValueError(f"the page {name} holds no article")
    for node in article.select(".headerlink, .viewcode-link, script"):
        node.decompose()
    for node in article.find_all(True):
        rename(node, name)
        source = "href" if node.name == "image" else "src"  # as SVG calls it, and as HTML does
        if node.get(source):
            node[source] = (site / name).parent.joinpath(str(node[source])).resolve().as_uri()
        if node.name == "a" and node.get("href"):
            redirect(node, name, pages, address)
    article["id"] = anchor(name)
    found = [
        (int(h.name[1]), h.get_text(), str(h.parent and h.parent["id"])) for h in article.select("h1, h2")
    ]
    return Chapter(name, part, article, found)


def rename(node: Tag, page: str) -> None:
    """Give an element's id, and the ids that it points to within a drawing, the name of their page."""
    if node.get("id"):
        node["id"] = anchor(page, str(node["id"]))
    for name, value in list(node.attrs.items()):
        text = " ".join(value) if isinstance(value, list) else str(value)
        if name in POINTERS:
            node[name] = " ".join(anchor(page, one) for one in text.split())
        elif name.endswith("href") and node.name != "a" and text.startswith("#"):
            node[name] = f"#{anchor(page, text[1:])}"
        elif "url(#" in text:
            node[name] = re.sub(r"url\(#([^)]+)\)", lambda found: f"url(#{anchor(page, found[1])})", text)


def redirect(link: Tag, page: str, pages: set[str], address: str) -> None:
    """Lead a link to its place in the document, or to the site, or nowhere if that has no address."""
    parts = urlsplit(str(link["href"]))
    if parts.scheme:
        return
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page), parts.path)) if parts.path else page
    if target in pages:
        link["href"] = f"#{anchor(target, parts.fragment)}"
    elif address:
        link["href"] = f"{address.rstrip('/')}/{target}" + (f"#{parts.fragment}" if parts.fragment else "")
    else:
        link.unwrap()


def contents(chapters: list[Chapter], numbers: dict[str, int]) -> str:
    """Return the list of contents; a page that is not known yet has the widest number there can be."""
    lines, part = [], ""
    for one in chapters:
        if one.part != part:
            part = one.part
            lines.append(f'<li class="part">{escape(part)}</li>')
        entries = [
            f'<a href="#{place}"><span>{escape(text)}</span><span>{numbers.get(place, 999)}</span></a>'
            for _, text, place in one.headings
        ]
        below = "".join(f"<li>{entry}</li>" for entry in entries[1:])
        lines.append(f'<li>{entries[0]}<ul class="contents">{below}</ul></li>')
    return f'<ul class="contents">{"".join(lines)}</ul>'


def document(site: Path, chapters: list[Chapter], numbers: dict[str, int]) -> str:
    """Return the whole document as HTML."""
    head = BeautifulSoup((site / "index.html").read_text(encoding="utf-8"), "html.parser")
    sheets = [str(link["href"]).partition("?")[0] for link in head.select("head link[rel=stylesheet]")]
    styles = "".join(f'<link rel="stylesheet" href="{(site / sheet).as_uri()}">' for sheet in sheets)
    title = head.select_one(".logo__title")
    name = escape(title.get_text() if title else "")
    return (
        f'<!DOCTYPE html><html lang="en" data-theme="light"><head><meta charset="utf-8"><title>{name}</title>'
        f'{styles}<style>{STYLE}</style></head><body><main class="bd-main"><div class="bd-content">'
        f'<div class="bd-article-container"><div class="front"><h1>{name}</h1></div>'
        f'<div class="list-of-contents"><h1>Contents</h1>{contents(chapters, numbers)}</div>'
        f"{''.join(str(one.article) for one in chapters)}</div></div></main></body></html>"
    )


def pages_of(printed: Path) -> dict[str, int]:
    """Return the page on which each place stands that a link leads to."""
    reader = PdfReader(printed)
    places = reader.named_destinations.items()
    return {name.lstrip("/"): (reader.get_destination_page_number(place) or 0) + 1 for name, place in places}


def add_outline(printed: Path, chapters: list[Chapter], numbers: dict[str, int]) -> None:
    """Add what a reader's side bar shows; Chromium's own outline says some headings twice."""
    writer = PdfWriter(clone_from=printed)
    for one in chapters:
        above = None
        for level, text, place in one.headings:
            entry = writer.add_outline_item(
                title=text, page_number=numbers[place] - 1, parent=above if level > 1 else None
            )
            above = entry if level == 1 else above
    writer.page_mode = "/UseOutlines"
    title = writer.metadata.title if writer.metadata else ""
    writer.metadata = {"/Title": title}  # and no dates
    writer.write(printed)


def write(site: Path, target: Path, address: str = "") -> None:
    """Print the site to `target`; what is not on the site has a link only if the site has an address."""
    listed = list(names(site))
    pages = {name for name, _ in listed}
    chapters = [chapter(site, name, part, pages, address) for name, part in listed]
    options = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        chromium = os.environ.get("CHROMIUM") or None
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        page = browser.new_page(color_scheme="light")
        source, numbers = Path(folder) / "document.html", dict[str, int]()
        for _ in range(2):
            source.write_text(document(site, chapters, numbers), encoding="utf-8")
            page.goto(source.as_uri())
            page.pdf(path=target, prefer_css_page_size=True, print_background=True, tagged=True)
            before, numbers = numbers, pages_of(target)
        browser.close()
    moved = {place for place in before if before[place] != numbers.get(place)}
    if moved:
        raise RuntimeError(f"the second printing moved {sorted(moved)}")
    add_outline(target, chapters, numbers)


def show_links(site: Path) -> None:
    """Show on the pages the links to the PDF, which hide where there is none."""
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        shown = text.replace('<span class="printed" hidden>', '<span class="printed">')
        if shown != text:
            page.write_text(shown, encoding="utf-8")


def main() -> None:
    """Print the site that is in build/html, put the PDF into it, and say where."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--site", type=Path, default=ROOT / "build" / "html")
    parser.add_argument("--target", type=Path, help="put the PDF there, and leave the site as it is")
    arguments = parser.parse_args()
    site = arguments.site.resolve()
    target = arguments.target or site / "rnn-solutions.pdf"
    write(site, target, os.environ.get("SITE_URL", ""))
    if not arguments.target:
        show_links(site)
    print(f"\n{len(PdfReader(target).pages)} pages are at {target}")


if __name__ == "__main__":
    main()
