"""A reader sees the code of a cell whole: no line of it is wider than the column of text."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
WIDEST = 66  # columns, as many as a page shows at 1280 px
CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
SETTINGS = re.compile(r"\A---\n.*?\n---\n|\A(:[^\n]*\n)+", re.DOTALL)
PAGES = [page for page in sorted(DOCS.rglob("*.md")) if CELL.search(page.read_text(encoding="utf-8"))]


def wide_lines(text):
    """Return the lines of code that are too wide, of the cells that a page shows."""
    cells = [cell for cell in CELL.findall(text) if "remove-cell" not in cell]
    lines = [line for cell in cells for line in SETTINGS.sub("", cell).splitlines()]
    return [line for line in lines if len(line) > WIDEST]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_no_cell_that_is_shown_is_wider_than_the_page(page):
    assert not wide_lines(page.read_text(encoding="utf-8"))


def test_a_line_that_is_too_wide_is_found():
    page = "```{code-cell} ipython3\n---\ntags: [{tags}]\n---\n{code}\n```\n"
    wide = page.replace("{code}", f"x = {'1' * WIDEST}")

    assert wide_lines(wide.replace("{tags}", "hide-input"))
    assert not wide_lines(wide.replace("{tags}", "remove-cell"))
    assert not wide_lines(page.replace("{code}", f"x = '{'1' * (WIDEST - 6)}'"))
