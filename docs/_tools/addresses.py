"""Hold the list of the site's addresses, so that none disappears by accident.

``python docs/_tools/addresses.py build/html`` fails if a page or an anchor of the list is gone. With
``--add`` it puts new ones on the list, which is `docs/_tools/addresses.txt`.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

LIST = Path(__file__).with_name("addresses.txt")
ADVICE = """\
Someone may have linked them. Keep the old address: set a label such as (old-anchor)= before what it led to,
or leave a page that says where its content went. If one has to go, delete its line in docs/_tools/{list}."""
# Counted up, or beside another anchor, or the first exercise's content, or of a form.
PASSING = re.compile(r"(id|index-)\d+|verdict-.*|exercise-content|find")
# Anchors there are names of a package still to be released.
NAMES_ONLY = ("api/", "genindex.html", "py-modindex.html")


def addresses(site: Path) -> set[str]:
    """Return a site's pages and, as ``page#anchor``, their anchors; source code may change its own."""
    found = set()
    for file in site.rglob("*.html"):
        page = file.relative_to(site).as_posix()
        if page.startswith(("_modules/", "_static/")):
            continue
        found.add(page)
        if page.startswith(NAMES_ONLY):
            continue
        content = re.search(r"<article\b.*</article>", file.read_text(encoding="utf-8"), re.DOTALL)
        drawn = re.sub(r"<svg\b.*?</svg>", "", content[0] if content else "", flags=re.DOTALL)
        anchors = re.findall(r'<[^>]*?\sid="([^"]+)"', drawn)
        found |= {f"{page}#{anchor}" for anchor in anchors if not PASSING.fullmatch(anchor)}
    return found


def check(site: Path, kept: Path, *, add: bool = False) -> str:
    """Say which addresses of the list a site lacks and what to do, or nothing if it has them all."""
    listed = set(kept.read_text(encoding="utf-8").split()) if kept.exists() else set()
    found = addresses(site)
    if add:
        kept.write_text("\n".join(sorted(listed | found)) + "\n", encoding="utf-8")
    lost = sorted(listed - found)
    complaint = ["These addresses of the site are gone:", *lost, ADVICE.format(list=kept.name)]
    return "\n".join(complaint) if lost else ""


def main() -> str:
    """Check a site and return the complaint, which is printed and fails the command."""
    parser = argparse.ArgumentParser(description=check.__doc__)
    parser.add_argument("site", type=Path)
    parser.add_argument("--add", action="store_true", help="put new addresses on the list")
    arguments = parser.parse_args()
    return check(arguments.site, LIST, add=arguments.add)


if __name__ == "__main__":
    raise SystemExit(main() or 0)
