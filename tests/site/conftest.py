"""Sphinx's settings, which are a script at the top, and small sites, written and built.

Pytest finds the site's extensions and tools by name.
"""

import importlib.util
import json
from pathlib import Path

import pytest

from build import build as build_site

SETTINGS = Path(__file__).parents[2] / "conf.py"


@pytest.fixture
def settings(monkeypatch):
    """Sphinx's settings, loaded without leaving the environment changed."""
    for name in ("IPYTHONDIR", "MATPLOTLIBRC", "MPLBACKEND", "PYTHONHASHSEED"):
        monkeypatch.setenv(name, "")
    monkeypatch.syspath_prepend("")
    spec = importlib.util.spec_from_file_location("settings", SETTINGS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def written(folder, files):
    """Write texts by their paths below a folder, and return the folder."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a site from texts by their paths."""
    return lambda files: written(tmp_path / "site", files)


@pytest.fixture(scope="session")
def build_in():
    """Return a function that builds sources in a folder, with these verdicts, and gives the status."""

    def build_in(folder, files, *options, verdicts=()):
        source, kept = written(folder / "source", files), folder / "verdicts.json"
        kept.write_text(json.dumps(verdicts))
        options = [*options, "-D", f"verdicts_path={kept}"]
        return build_site(source, folder / "work", folder / "site", options)

    return build_in
