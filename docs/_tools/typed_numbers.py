"""Find numbers that somebody typed into prose: those belong to a cell, which computes them anew each time.

``python docs/_tools/typed_numbers.py [FILE ...]`` looks at the README and every page when no file is named.
It prints each decimal of three or more significant digits outside code, and exits with 1 when there is one.
In a code cell it looks at the header alone, where captions and text alternatives stand.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"\s*(`{3,}|~{3,})\s*(\{code-cell\}|\{eval-rst\}|[a-z])")
DECIMAL = re.compile(r"(?<![\w.])(?P<digits>\d*\.\d+)(?:e[+-]?\d+)?(?![\w.]*\d)")
NOT_A_RESULT = re.compile(r"\{[a-z:-]+\}`[^`]*`|Python \d\.\d+|https?://\S+")  # roles, versions, addresses


def prose(text: str) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines of a MyST document that are not code."""
    fence, header = "", ""
    for number, line in enumerate(text.split("\n"), 1):
        if not fence:
            start = CODE.match(line)
            if start:
                fence, header = start[1], "none" if start[2] == "{code-cell}" else "over"
            else:
                yield number, line
        elif line.strip().startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
        elif header == "none":
            header = "open" if line.strip() == "---" else "over"
        elif header == "open":
            yield number, line
            header = "over" if line.strip() == "---" else "open"


def typed_numbers(text: str) -> list[tuple[int, str]]:
    """Return the line and the spelling of each decimal of three or more significant digits in the prose."""
    return [
        (number, match[0])
        for number, line in prose(text)
        for match in DECIMAL.finditer(NOT_A_RESULT.sub("", line))
        if len(match["digits"].replace(".", "").lstrip("0")) >= 3
    ]


def main() -> int:
    """Print what was found in the files named on the command line, or in all of them."""
    pages = [Path(name) for name in sys.argv[1:]]
    pages = pages or [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    count = 0
    for page in pages:
        for number, spelling in typed_numbers(page.read_text(encoding="utf-8")):
            print(f"{page}:{number}: {spelling} is typed; glue it from the cell that computes it")
            count += 1
    return 1 if count else 0


if __name__ == "__main__":
    raise SystemExit(main())
