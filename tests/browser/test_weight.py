"""What a first visit loads: how much of it, and in what order."""

import subprocess
import sys
from pathlib import Path

TOOL = Path(__file__).parents[2] / "docs" / "_tools" / "page_weights.py"


def test_no_page_is_too_heavy_or_asks_another_host_for_anything():
    weighed = subprocess.run([sys.executable, TOOL], check=False, capture_output=True, text=True)

    assert weighed.returncode == 0, weighed.stderr


def test_the_font_of_formulas_is_asked_for_once_and_by_the_page_itself(visit):
    """Asked for by the sheet, it comes after the first sight of the page and moves the text."""
    page, faults = visit("exercise-2/thirtieth-power.html")

    asked = page.evaluate("performance.getEntriesByType('resource').map(e => [e.initiatorType, e.name])")
    assert [by for by, address in asked if address.endswith("math.woff2")] == ["link"]
    assert not faults, "\n".join(faults)
