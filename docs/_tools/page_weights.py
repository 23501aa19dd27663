"""Weigh what a first visit to each page of the built site loads, and say what lies beyond the site.

``python docs/_tools/page_weights.py`` reads `build/html`. It counts the page and all that it names - style
sheets and what they name in turn, scripts, fonts, figures, the icon - gzipped where gzip helps, each file
once. That is an upper bound: a browser leaves out a font that draws nothing on the page.
"""

from __future__ import annotations

import argparse
import gzip
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

KB = 1000
LIMIT = 250 * KB

LOADED_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "manifest", "apple-touch-icon"}
SOURCES = {"script", "img", "source", "iframe", "embed", "audio", "video", "track", "input"}
CSS_URL = re.compile(r"""url\(\s*["']?([^"')]+)["']?\s*\)|@import\s+["']([^"']+)["']""")
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
KINDS = {
    ".html": "HTML",
    ".css": "CSS",
    ".js": "scripts",
    ".woff2": "fonts",
    ".svg": "figures",
    ".png": "figures",
}


@dataclass
class Page:
    """What a page loads: the size of each file, the addresses on other hosts and those of no file."""

    name: str
    sizes: dict[Path, int] = field(default_factory=dict)
    foreign: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def weight(self) -> int:
        """Bytes of a first visit."""
        return sum(self.sizes.values())

    @property
    def faults(self) -> list[str]:
        """What is wrong, in words."""
        faults = [f"loads {address} from another host" for address in self.foreign]
        faults += [f"loads {address}, which does not exist" for address in self.missing]
        if self.weight > LIMIT:
            faults.append(f"weighs {self.weight / KB:.0f} KB, allowed {LIMIT / KB:.0f} KB")
        return faults

    def of_kind(self, kind: str) -> int:
        """Bytes of one kind of file."""
        return sum(size for path, size in self.sizes.items() if KINDS.get(path.suffix, "other") == kind)


class Loads(HTMLParser):
    """Collect the addresses that a browser loads for a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.has_icon = False
        self.in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at a tag's attributes."""
        values = {name: value for name, value in attrs if value}
        rel = set(values.get("rel", "").split())
        wanted = []
        if tag == "link" and rel & LOADED_LINKS:
            self.has_icon |= "icon" in rel
            wanted = ["href"]
        elif tag in SOURCES:
            wanted = ["src", "poster"]
        elif tag == "object":
            wanted = ["data"]
        elif tag in ("image", "use"):
            wanted = ["href", "xlink:href"]
        self.addresses += [values[name] for name in wanted if name in values]
        self.addresses += [part.split()[0] for part in values.get("srcset", "").split(",") if part.strip()]
        self.addresses += named_in_css(values.get("style", ""))
        self.in_style = tag == "style"

    def handle_endtag(self, _tag: str) -> None:
        """Leave a style sheet."""
        self.in_style = False

    def handle_data(self, data: str) -> None:
        """Read a style sheet that stands in the page."""
        if self.in_style:
            self.addresses += named_in_css(data)


def named_in_css(text: str) -> list[str]:
    """Return the addresses that a style sheet names."""
    return [first or second for first, second in CSS_URL.findall(CSS_COMMENT.sub("", text))]


@cache
def size_of(path: Path) -> int:
    """Return a file's size as a server that compresses sends it."""
    raw = path.read_bytes()
    return min(len(raw), len(gzip.compress(raw, compresslevel=6, mtime=0)))


def weigh(site: Path, page: Path) -> Page:
    """Return what a page of the site loads."""
    reader = Loads()
    reader.feed(page.read_text(encoding="utf-8"))
    weighed = Page(page.relative_to(site).with_suffix("").as_posix(), {page: size_of(page)})
    if not reader.has_icon:
        weighed.missing.append("/favicon.ico (browsers ask for it where a page names no icon)")
    waiting = [(page.parent, address) for address in reader.addresses]
    while waiting:
        base, address = waiting.pop()
        parts = urlsplit(address)
        if parts.scheme == "data" or not (parts.path or parts.netloc):  # here already
            continue
        if parts.scheme or parts.netloc:
            weighed.foreign.append(address)
            continue
        path = (base / unquote(parts.path)).resolve()
        if not path.is_relative_to(site.resolve()) or not path.is_file():
            weighed.missing.append(address)
        elif path not in weighed.sizes:
            weighed.sizes[path] = size_of(path)
            if path.suffix in (".css", ".svg"):
                waiting += [(path.parent, one) for one in named_in_css(path.read_text(encoding="utf-8"))]
    return weighed


def weigh_all(site: Path) -> list[Page]:
    """Weigh every page of a site, the heaviest first."""
    files = [file for file in sorted(site.rglob("*.html")) if "_static" not in file.relative_to(site).parts]
    return sorted((weigh(site, file) for file in files), key=lambda page: (-page.weight, page.name))


def table(pages: list[Page]) -> Iterator[str]:
    """Yield the lines of a table in KB, a row for each page."""
    kinds = ["HTML", "CSS", "scripts", "fonts", "figures", "other"]
    width = max((len(page.name) for page in pages), default=4)
    yield f"{'page':<{width}} {'total':>7} " + " ".join(f"{kind:>7}" for kind in kinds)
    for page in pages:
        cells = " ".join(f"{page.of_kind(kind) / KB:7.1f}" for kind in kinds)
        yield f"{page.name:<{width}} {page.weight / KB:7.1f} {cells}"


def main() -> int:
    """Print the table, and what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("site", type=Path, nargs="?", default=Path(__file__).parents[2] / "build" / "html")
    pages = weigh_all(parser.parse_args().site)
    print("\n".join(table(pages)))
    faults = [f"{page.name} {fault}" for page in pages for fault in page.faults]
    print("\n".join(faults), file=sys.stderr)
    return 1 if faults or not pages else 0


if __name__ == "__main__":
    raise SystemExit(main())
