"""The formulas of the pages by their labels: what the claims work out, and what their verdicts depend on."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

FENCED = re.compile(r"^(?P<fence>`{3,}|:{3,})\{math\}\n(?P<inside>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL)
LABEL = re.compile(r"^:label: *(\S+)\n", re.MULTILINE)


FOLDERS = ("exercise-*", "beyond")


@lru_cache(maxsize=1)
def formulas() -> dict[str, str]:
    """Return the TeX of every labelled equation of the pages, which an installed package carries with it."""
    package = Path(__file__).parent
    installed = package / "pages"
    top = installed if installed.is_dir() else package.parent / "docs"
    found: dict[str, str] = {}
    for page in sorted(page for folder in FOLDERS for page in top.glob(f"{folder}/*.md")):
        for display in FENCED.finditer(page.read_text(encoding="utf-8")):
            if label := LABEL.search(display["inside"]):
                found[label[1]] = LABEL.sub("", display["inside"]).strip()
    return found
