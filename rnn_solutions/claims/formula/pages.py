"""Find the formulas of the pages by their labels."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

FENCED = re.compile(r"^(?P<fence>`{3,}|:{3,})\{math\}\n(?P<inside>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL)
LABEL = re.compile(r"^:label: *(\S+)\n", re.MULTILINE)


@lru_cache(maxsize=1)
def formulas() -> dict[str, str]:
    """Return the TeX of every labelled equation of the pages, which an installed package has with it."""
    here = Path(__file__).parents[2]
    folder = here / "claims" / "pages"
    if not folder.is_dir():  # in the project they are where they are written
        folder = here.parent / "docs"
    found: dict[str, str] = {}
    for page in sorted(folder.rglob("*.md")):
        for display in FENCED.finditer(page.read_text(encoding="utf-8")):
            if label := LABEL.search(display["inside"]):
                found[label[1]] = LABEL.sub("", display["inside"]).strip()
    return found
