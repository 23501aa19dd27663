"""Leave nothing in the pages that a strict content security policy forbids, ``default-src 'self'``.

``python docs/_tools/strict_policy.py build/html`` takes out of the pages what the theme writes into them: the
script ``early.js`` and the site's own style sheet do the same. What else a page holds as a script, a style or
a picture of its own, rather than in a file, would not work under that policy, and is named and fails. Hosts
that read a file of headers, as Netlify and Cloudflare Pages do, are told the policy in ``_headers``.
"""

from __future__ import annotations

import argparse
import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

HEADER = "Content-Security-Policy: default-src 'self'"
EARLY = Path("_static", "early.js")
FONT = Path("_static", "stix-two-math.woff2")
# What the theme writes. No script asks for the options; that of the search page finds a field that is hidden.
THEMES_COLOURS = re.compile(r'<script data-cfasync="false">.*?</script>', re.DOTALL)
THEMES = [
    re.compile(r"<!--[^<]*-->\s*<noscript>\s*<style>\s*\.pst-js-only[^<]*</style>\s*</noscript>\s*"),
    re.compile(r"<script>DOCUMENTATION_OPTIONS\.(?:pagename|search_as_you_type) = [^<]*</script>\s*"),
    re.compile(r"<script>\s*// Activate the search field on page load[^<]*</script>\s*"),
    re.compile(r'(?<=<table) style="width: 100%"|(?<=<td) style="width: 33%; vertical-align: top;"'),
    re.compile(r' style="display: none"(?= alt="-")'),
]
# What is worth a closer look. Most pages hold none of it, and to read each tag of all takes seconds.
SUSPECT = re.compile(
    r"""<style\b|<script\b(?![^>]*\s(?:src=|type="application/(?:ld\+)?json"))"""
    r"""|\s(?:style|on\w+)\s*=|["'](?:data|javascript):"""
)
MOST = 20  # lines that a complaint has


class Forbidden(HTMLParser):
    """Collect what of a page the policy forbids."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at a tag's attributes."""
        about = {name: value or "" for name, value in attrs}
        is_data = about.get("type", "").endswith("json")  # which is not run, and so is not forbidden
        if tag == "style" or (tag == "script" and "src" not in about and not is_data):
            self.found.append(f"line {self.getpos()[0]}: a {tag} of its own")
        for name, value in about.items():
            has_code = name == "style" or name.startswith("on")
            in_address = tag != "a" and value.startswith("data:")
            if has_code or in_address or value.startswith("javascript:"):
                self.found.append(f'line {self.getpos()[0]}: <{tag} {name}="{value[:60]}">')


def forbidden(text: str) -> list[str]:
    """Return where a page holds what the policy forbids."""
    if not SUSPECT.search(text):
        return []
    reader = Forbidden()
    reader.feed(text)
    return reader.found


def cleaned(text: str, up: str, version: str) -> str:
    """Return a page without what the theme wrote; `up` leads from it to the folder of the site."""
    font = f' data-font="{up}{FONT.as_posix()}"' if "<math" in text else ""
    early = f'<script src="{up}{EARLY.as_posix()}?v={version}"{font}></script>'
    text = THEMES_COLOURS.sub(early, text)
    for pattern in THEMES:
        text = pattern.sub("", text)
    return text


def clean(site: Path) -> Iterator[str]:
    """Rewrite the pages, write the header for hosts, and yield what is left that the policy forbids."""
    version = hashlib.sha256((site / EARLY).read_bytes()).hexdigest()[:8]
    for page in sorted(site.rglob("*.html")):
        place = page.relative_to(site)
        if place.parts[0] == "_static":
            continue
        up = "../" * (len(place.parts) - 1)
        text = cleaned(page.read_text(encoding="utf-8"), up, version)
        page.write_text(text, encoding="utf-8")
        yield from (f"{place.as_posix()}, {one}" for one in forbidden(text))
    (site / "_headers").write_text(f"/*\n  {HEADER}\n", encoding="utf-8")


def main() -> None:
    """Rewrite the pages of one site, or say what is left."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("site", type=Path)
    try:
        left = list(clean(parser.parse_args().site))
    except OSError as error:  # such as a full disk
        raise SystemExit(f"the pages could not be made strict: {error}") from None
    if left:
        told = [f"A strict content security policy forbids {len(left)} parts of pages; put them into files:"]
        raise SystemExit("\n".join([*told, *left[:MOST]]))


if __name__ == "__main__":
    main()
