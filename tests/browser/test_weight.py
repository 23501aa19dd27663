"""What a first visit loads, counted from the files of the built site."""

import subprocess
import sys
from pathlib import Path

TOOL = Path(__file__).parents[2] / "docs" / "_tools" / "weigh.py"


def test_no_page_is_too_heavy_or_asks_another_host_for_anything():
    weighed = subprocess.run([sys.executable, TOOL], check=False, capture_output=True, text=True)

    assert weighed.returncode == 0, weighed.stderr
