"""Join the style sheets of the built site into one, and let scripts wait until a page is read.

``python docs/_tools/join_style_sheets.py build/html`` rewrites the pages. Eight sheets, one of which imports
a ninth, and six scripts would hold up the first sight of a page for a round trip each, which over a slow
network takes longer than their bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

JOINED = Path("_static", "joined.css")
LINK = re.compile(r'<link\b(?=[^>]*\brel="stylesheet")[^>]*\bhref="([^"]+)"[^>]*>\s*')
IMPORT = re.compile(r"""@import\s+["']([^"']+)["'];""")
URL = re.compile(r"""url\(\s*(["']?)(?!data:|#)([^"')]+)\1\s*\)""")
CHARSET = re.compile(r'@charset "[^"]+";')
COMMENT = re.compile(r"/\*(?!!).*?\*/\s*", re.DOTALL)  # that of a licence begins with an exclamation mark


def file_of(folder: Path, address: str) -> Path:
    """Return the file that an address means in a page or sheet of this folder."""
    return Path(os.path.normpath(folder / unquote(urlsplit(address).path)))


def rules(sheet: Path, folder: Path) -> str:
    """Return what a sheet says, and what it imports, as a sheet in this folder says it."""

    def seen_from_folder(url: re.Match[str]) -> str:
        return f'url("{Path(os.path.relpath(sheet.parent / url[2], folder)).as_posix()}")'

    text = CHARSET.sub("", COMMENT.sub("", sheet.read_text(encoding="utf-8")))
    text = URL.sub(seen_from_folder, text)
    return IMPORT.sub(lambda other: rules(file_of(sheet.parent, other[1]), folder), text)


def join(site: Path) -> None:
    """Join the sheets that the pages name, which must be the same ones in the same order."""
    files = [file for file in sorted(site.rglob("*.html")) if file.relative_to(site).parts[0] != "_static"]
    pages = {page: page.read_text(encoding="utf-8") for page in files}
    named = [[file_of(page.parent, one) for one in LINK.findall(text)] for page, text in pages.items()]
    wanted = {tuple(sheets) for sheets in named}
    if len(wanted) != 1:
        raise SystemExit(f"the pages name {len(wanted)} lists of style sheets, one is needed to join them")
    (sheets,) = wanted
    joined = site / JOINED
    sheet = '@charset "UTF-8";\n' + "".join(rules(one, joined.parent) for one in sheets)
    joined.write_text(sheet, encoding="utf-8")
    version = hashlib.sha256(sheet.encode()).hexdigest()[:8]
    for page, text in pages.items():
        address = Path(os.path.relpath(joined, page.parent)).as_posix()
        link = f'<link rel="stylesheet" href="{address}?v={version}" />\n'
        first, *rest = LINK.split(text.replace("<script src=", "<script defer src="))[::2]
        page.write_text(first + link + "".join(rest), encoding="utf-8")
    for one in sheets:
        one.unlink()


def main() -> None:
    """Join the sheets of one site."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("site", type=Path)
    try:
        join(parser.parse_args().site)
    except OSError as error:  # such as a full disk
        raise SystemExit(f"the style sheets could not be joined: {error}") from None


if __name__ == "__main__":
    main()
