"""The formulas of the pages by their labels: what the claims work out, and what their verdicts depend on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from inspect import cleandoc
from pathlib import Path

FENCED = re.compile(r"^(?P<fence>`{3,}|:{3,})\{math\}\n(?P<inside>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL)
LABEL = re.compile(r"^:label: *(\S+)\n", re.MULTILINE)
OPTION = re.compile(r"^:(?:label|class):.*\n", re.MULTILINE)
# A cell, with the settings at its head, which hold the captions; other code; a directive, which is text.
CODE = re.compile(
    r"^(?P<fence>`{3,})(?:\{code-cell\}[^\n]*\n(?P<head>(?:---\n.*?^---\n)?)|\w*\n|(?P<text>\{))"
    r".*?^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
LITERAL = re.compile(r"(?<!`)`(?!`)[^`\n]+`(?!`)")
DOLLARS = re.compile(
    r"\$\$(.+?)\$\$|(?<![\\$])\$([^$]+?)\$(?!\$)|^(?:`{3,}|:{3,})\{math\}\n(.*?)^(?:`{3,}|:{3,})$",
    re.MULTILINE | re.DOTALL,
)
ROLES = re.compile(
    r":math:`([^`]+)`|^[ ]*\.\. math::[ ]*(?:(\S.*(?:\n[ ]{3,}\S.*)*)|\n\n((?:[ ]{3,}\S.*(?:\n|$))+))",
    re.MULTILINE,
)
DOCSTRING = re.compile(r'^[ ]*r?"""(.*?)"""', re.MULTILINE | re.DOTALL)
FOLDERS = ("exercise-*", "beyond")


@lru_cache(maxsize=1)
def formulas() -> dict[str, str]:
    """Return the TeX of every labelled equation of the pages, which an installed package carries with it."""
    package = Path(__file__).parents[1]
    installed = package / "pages"
    top = installed if installed.is_dir() else package.parent / "docs"
    found: dict[str, str] = {}
    for page in sorted(page for folder in FOLDERS for page in top.glob(f"{folder}/*.md")):
        for display in FENCED.finditer(page.read_text(encoding="utf-8")):
            if label := LABEL.search(display["inside"]):
                found[label[1]] = OPTION.sub("", display["inside"]).strip()
    return found


@dataclass(frozen=True)
class Unnumbered:
    """A formula without a number, and where it stands."""

    file: str  # from the top of the project
    line: int
    tex: str


def unnumbered() -> list[Unnumbered]:
    """Return every formula in the text of the pages and in the docstrings of the package.

    But for what the findings print: those formulas are wrong, and refuted where they stand.
    """
    top = Path(__file__).parents[2]
    found: list[Unnumbered] = []
    for page in sorted((top / "docs").rglob("*.md")):
        text = _without_code(page.read_text(encoding="utf-8"))
        found += _in_text(page.relative_to(top).as_posix(), 1, text, DOLLARS)
    for module in sorted((top / "rnn_solutions").rglob("*.py")):
        file = module.relative_to(top).as_posix()
        if not any(folder in file for folder in ("/claims/", "/findings/", "/formulas/")):
            for line, docstring in _docstrings(module.read_text(encoding="utf-8")):
                found += _in_text(file, line, docstring, ROLES)
    return found


def _docstrings(source: str) -> Iterator[tuple[int, str]]:
    """Yield each docstring of a module with its line; to parse the modules takes ten times as long."""
    for docstring in DOCSTRING.finditer(source):
        yield source.count("\n", 0, docstring.start()) + 1, cleandoc(docstring[1])


def _in_text(file: str, line: int, text: str, marks: re.Pattern[str]) -> Iterator[Unnumbered]:
    for formula in marks.finditer(text):
        tex = next(group for group in formula.groups() if group is not None)
        yield Unnumbered(file, line + text.count("\n", 0, formula.start()), " ".join(tex.split()))


def _without_code(page: str) -> str:
    """Return a page with blanks for numbered formulas, code but for its captions, and literals."""
    page = FENCED.sub(lambda found: _blank(found[0]) if LABEL.search(found[0]) else found[0], page)
    page = CODE.sub(_only_head, page)
    return LITERAL.sub(lambda found: _blank(found[0]), page)


def _only_head(code: re.Match[str]) -> str:
    """Return a cell with blanks for all but the settings at its head, and a directive as it is."""
    if code["text"]:
        return code[0]
    before, head, after = code[0].partition(code["head"] or "\0")
    return _blank(before) + head + _blank(after)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
