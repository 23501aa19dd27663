"""Sphinx's settings, which are a script at the top; pytest finds the site's extensions and tools by name."""

import importlib.util
from pathlib import Path

import pytest

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
