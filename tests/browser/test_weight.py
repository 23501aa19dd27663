"""What a first visit loads, counted from the files of the built site."""

import importlib.util
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_no_page_is_too_heavy_or_asks_another_host_for_anything(monkeypatch):
    spec = importlib.util.spec_from_file_location("weigh", ROOT / "docs" / "_tools" / "weigh.py")
    tool = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "weigh", tool)  # where dataclasses look for it
    spec.loader.exec_module(tool)

    pages = tool.weigh_all(ROOT / "build" / "html")

    assert len(pages) > 30
    assert [fault for page in pages for fault in page.faults] == []
