"""Find numbers that somebody typed into prose: those belong to a cell, which computes them anew each time.

``python docs/_tools/typed_numbers.py [FILE ...]`` looks at the README and every page when no file is named,
and exits with 1 when it prints one of these:

- a decimal of three or more significant digits outside code;
- in a caption or a text alternative, in the header of a code cell, any decimal, a number from ten on, and one
  from three on that is spelled: what a figure shows is known to the cell that draws it;
- a row of a table that was typed around glued numbers, which could stand under another's head.
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
SPELLED = (
    "three|four|five|six|seven|eight|nine|(?<!powers of )ten|eleven|twelve|[a-z]+teen|"
    "(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand"
)
OF_A_FIGURE = re.compile(rf"(?<![\w.])(?:\d+\.\d+|\d\d+|(?:{SPELLED})(?!\w))", re.IGNORECASE)
GLUED_ROW = re.compile(r"\s*\|.*\{glue:")


def prose(text: str) -> Iterator[tuple[int, str, bool]]:
    """Yield the numbered lines of a MyST document that are not code, and whether each is a figure's."""
    fence, header = "", ""
    for number, line in enumerate(text.split("\n"), 1):
        if not fence:
            start = CODE.match(line)
            if start:
                fence, header = start[1], "none" if start[2] == "{code-cell}" else "over"
            else:
                yield number, line, False
        elif line.strip().startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
        elif header == "none":
            header = "open" if line.strip() == "---" else "over"
        elif header == "open":
            yield number, re.sub(r"^\s*name: .*", "", line), True
            header = "over" if line.strip() == "---" else "open"


def typed_numbers(text: str) -> list[tuple[int, str]]:
    """Return the line and the spelling of each number in the prose that a cell should have computed."""
    found = []
    for number, line, of_a_figure in prose(text):
        typed = NOT_A_RESULT.sub("", line)
        if of_a_figure:
            found += [(number, match[0]) for match in OF_A_FIGURE.finditer(typed)]
        elif GLUED_ROW.match(line):
            found.append((number, line.strip()))
        else:
            decimals = (match for match in DECIMAL.finditer(typed))
            long = (match for match in decimals if len(match["digits"].replace(".", "").lstrip("0")) >= 3)
            found += [(number, match[0]) for match in long]
    return found


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
