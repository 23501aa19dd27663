"""Code and what it prints are seen whole: nothing scrolls sideways on a desk, and little does on a phone."""

import re
from pathlib import Path

import pytest

SITE = Path(__file__).parents[2] / "build" / "html"
FITS = """() => {
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  return [...document.querySelectorAll("article .cell pre")].map(e => e.scrollWidth <= e.clientWidth + 1);
}"""


@pytest.mark.parametrize(("width", "most"), [(1280, 0.0), (390, 0.1)])
def test_few_cells_scroll_sideways(width, most, chromium, address):
    context = chromium.new_context(viewport={"width": width, "height": 900})
    page, fits = context.new_page(), []
    for file in sorted(SITE.rglob("*.html")):
        if re.search(r'class="cell\b', file.read_text(encoding="utf-8")):
            page.goto(address + file.relative_to(SITE).as_posix())
            fits += page.evaluate(FITS)
    context.close()

    assert len(fits) > 200
    assert fits.count(False) <= most * len(fits)
