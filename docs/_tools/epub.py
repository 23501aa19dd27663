"""Bind the built site as one EPUB 3, for readers of books: text, formulas, figures and links, and no scripts.

``python docs/_tools/epub.py build/html`` writes `rnn-solutions.epub` into the site. What a link leads to that
is not in the book is on the site, if the variable SITE_URL says where that is; else the link is text. The
same site gives the same bytes.
"""

from __future__ import annotations

import mimetypes
import os
import posixpath
import re
import sys
import uuid
from collections.abc import Iterator
from functools import partial
from html import escape
from multiprocessing import Pool
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from bs4 import Tag

from chapters import article, names
from downloads import write_zip
from rnn_solutions import __version__

NAME = "rnn-solutions.epub"
TITLE, AUTHOR = "RNN Solutions", "The RNN Solutions authors"
RIGHTS = "Text CC BY 4.0, code MIT"
DATED = "1980-01-01T00:00:00Z"  # as in the zips: no date, and so the same bytes
FONT = "_static/stix-two-math.woff2"
NAMESPACES = {"svg": "http://www.w3.org/2000/svg", "math": "http://www.w3.org/1998/Math/MathML"}
FEATURES = ("alternativeText", "MathML", "structuralNavigation", "tableOfContents", "readingOrder")
MIMETYPES = {".woff2": "font/woff2", ".svg": "image/svg+xml", ".css": "text/css"}
CAMEL_CASE = re.compile(r"(?:<|\s)([a-z]+[A-Z][A-Za-z]*)(?=[\s=>/])")  # which HTML parsers write small
SIZES = ("displaystyle", "scriptlevel")  # which MathML Core has everywhere, and MathML 3 on few elements
STYLE_SHEET = Path(__file__).with_name("epub.css")
SITE_STYLE = Path(__file__).parents[1] / "_static" / "site.css"
PAGE = """\
<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en" xml:lang="en">
<head><title>{title}</title><link rel="stylesheet" type="text/css" href="{up}epub.css"/></head>
<body>{body}</body>
</html>
"""
CONTAINER = """\
<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/>
</rootfiles></container>
"""


class Chapter(NamedTuple):
    """A page as a chapter: its file, part and title, its headings below, its text, and the files it shows."""

    file: str
    part: str
    title: str
    headings: list[tuple[str, str]]  # text, anchor
    text: str
    files: set[str]


def in_book(page: str) -> str:
    """Return the file of a page in the book."""
    return f"{page.removesuffix('.html')}.xhtml"


def chapter(
    site: Path, colors: dict[str, str], pages: set[str], address: str, listed: tuple[str, str]
) -> Chapter:
    """Read a page as XHTML."""
    name, part = listed
    said = article(site, name)
    for summary in said.find_all("summary"):  # of a cell's code; the text that it has when closed stays
        for label in summary.find_all("p"):
            if "expanded" in (label.get("class") or ()):
                label.decompose()
            else:
                label.unwrap()
    files = set()
    for node in said.find_all(True):
        as_xhtml(node)
        if node.name in ("img", "image"):
            source = str(next(node[key] for key in ("src", "href", "xlink:href") if node.get(key)))
            files.add(posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(source))))
    for link in said.find_all("a", href=True):
        redirect(link, name, pages, address)
    heads = said.find_all(["h1", "h2"])
    headings = [(" ".join(one.get_text().split()), str(one.parent and one.parent.get("id"))) for one in heads]
    text = said.decode(formatter="minimal")
    text = re.sub(r"var\((--figure-[\w-]+)\)", lambda found: colors[found[1]], text)
    drawn = "".join(re.findall(r"<svg\b.*?</svg>", (site / name).read_text(encoding="utf-8"), re.DOTALL))
    for word in {*CAMEL_CASE.findall(drawn)}:
        text = re.sub(rf"(</?|\s){word.lower()}(?=[\s=>/])", rf"\g<1>{word}", text)
    title = headings[0][0]
    page = PAGE.format(title=escape(title), up="../" * name.count("/"), body=text)
    return Chapter(in_book(name), part, title, headings[1:], page, files)


def as_xhtml(node: Tag) -> None:
    """Make an element one that a reader of books knows: MathML 3, namespaces, no data and no focus."""
    for key in list(node.attrs):
        if key.startswith("data-") or key in ("tabindex", "loading", "download"):
            del node[key]
    if node.name in NAMESPACES:
        node["xmlns"] = NAMESPACES[node.name]
    if node.name == "svg" and node.select("[xlink\\:href]"):
        node["xmlns:xlink"] = "http://www.w3.org/1999/xlink"
    allowed = {"math": SIZES, "mstyle": SIZES, "mtable": SIZES[:1]}.get(node.name, ())
    if moved := {key: str(node.attrs.pop(key)) for key in SIZES if key in node.attrs and key not in allowed}:
        node.wrap(Tag(name="mstyle", attrs=moved))


def redirect(link: Tag, page: str, pages: set[str], address: str) -> None:
    """Lead a link to its place in the book, or to the site, or nowhere if that has no address."""
    parts = urlsplit(str(link["href"]))
    if parts.scheme or not parts.path:
        return
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page), parts.path))
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    if target in pages:
        link["href"] = posixpath.relpath(in_book(target), posixpath.dirname(page) or ".") + fragment
    elif address:
        link["href"] = f"{address.rstrip('/')}/{target}{fragment}"
    else:
        link.unwrap()


def contents(chapters: list[Chapter]) -> str:
    """Return the list of contents, by parts."""
    lines, part = [], ""
    for one in chapters:
        if one.part != part:
            lines.append("</ol></li>" if part else "")
            part = one.part
            lines.append(f"<li><span>{escape(part)}</span><ol>")
        below = "".join(f'<li><a href="{one.file}#{at}">{escape(text)}</a></li>' for text, at in one.headings)
        inside = f"<ol>{below}</ol>" if below else ""
        lines.append(f'<li><a href="{one.file}">{escape(one.title)}</a>{inside}</li>')
    lines.append("</ol></li>" if part else "")
    body = f'<nav epub:type="toc" role="doc-toc" id="toc"><h1>Contents</h1><ol>{"".join(lines)}</ol></nav>'
    return PAGE.format(title="Contents", up="", body=body)


def package(chapters: list[Chapter], files: list[str], address: str) -> str:
    """Return what a reader must know of the book: its name and rights, its files and their order."""
    items = ['<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>']
    order = []
    for number, one in enumerate(chapters):
        holds = " ".join(name for name, tag in (("mathml", "<math "), ("svg", "<svg ")) if tag in one.text)
        properties = f' properties="{holds}"' if holds else ""
        items.append(
            f'<item id="c{number}" href="{one.file}" media-type="application/xhtml+xml"{properties}/>'
        )
        order.append(f'<itemref idref="c{number}"/>')
    for number, file in enumerate(files):
        kind = MIMETYPES.get(Path(file).suffix) or mimetypes.guess_type(file)[0]
        items.append(f'<item id="f{number}" href="{file}" media-type="{kind}"/>')
    source = f"<dc:source>{escape(address)}</dc:source>" if address else ""
    identity = uuid.uuid5(uuid.NAMESPACE_URL, f"{address or NAME} {__version__}")
    access = [("accessMode", "textual"), ("accessMode", "visual"), ("accessibilityHazard", "none")]
    access += [("accessModeSufficient", "textual"), *(("accessibilityFeature", one) for one in FEATURES)]
    metadata = "".join(f'<meta property="schema:{name}">{said}</meta>\n' for name, said in access)
    return f"""\
<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:{identity}</dc:identifier>
<dc:title>{TITLE}</dc:title><dc:creator>{AUTHOR}</dc:creator><dc:language>en</dc:language>
<dc:rights>{RIGHTS}</dc:rights>{source}
<meta property="dcterms:modified">{DATED}</meta>
{metadata}</metadata>
<manifest>{"".join(items)}</manifest>
<spine>{"".join(order)}</spine>
</package>
"""


def light_colors(style_sheet: str) -> dict[str, str]:
    """Return the colours of figures in the light theme, which the style sheet gives first."""
    return dict(reversed(re.findall(r"(--figure-[\w-]+): (#\w{6});", style_sheet)))


def parts(site: Path, address: str) -> Iterator[tuple[str, bytes]]:
    """Yield the book's files, with their names."""
    listed = list(names(site))
    colors = light_colors(SITE_STYLE.read_text(encoding="utf-8"))
    with Pool() as pool:
        reading = partial(chapter, site, colors, {name for name, _ in listed}, address)
        chapters = pool.map(reading, listed, chunksize=1)
    files = sorted(set[str]().union(*(one.files for one in chapters)) | {FONT})
    yield "mimetype", b"application/epub+zip"
    yield "META-INF/container.xml", CONTAINER.encode()
    yield "book/package.opf", package(chapters, [*files, "epub.css"], address).encode()
    yield "book/nav.xhtml", contents(chapters).encode()
    yield "book/epub.css", STYLE_SHEET.read_bytes()
    for one in chapters:
        yield f"book/{one.file}", one.text.encode()
    for file in files:
        yield f"book/{file}", (site / file).read_bytes()


def bind(site: Path, address: str = "") -> Path:
    """Write the book into the site, and return its path."""
    book = site / NAME
    write_zip(book, list(parts(site, address)), plain={"mimetype"})
    return book


if __name__ == "__main__":
    try:
        bind(Path(sys.argv[1]).resolve(), os.environ.get("SITE_URL", ""))
    except OSError as error:  # such as a full disk
        raise SystemExit(f"the book could not be bound: {error}") from None
