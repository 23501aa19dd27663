"""The site's own tools, which are scripts and not part of the package."""

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def load(path):
    """Import a script by its path; it finds its neighbours."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look for it
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(path.parent)
        spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def build_tool():
    return load(ROOT / "docs" / "_tools" / "build.py")


@pytest.fixture(scope="session")
def numbers_tool():
    return load(ROOT / "docs" / "_tools" / "typed_numbers.py")


@pytest.fixture(scope="session")
def weigh_tool():
    return load(ROOT / "docs" / "_tools" / "weigh.py")


@pytest.fixture(scope="session")
def join_tool():
    return load(ROOT / "docs" / "_tools" / "join.py")


@pytest.fixture(scope="session")
def mathml_extension():
    return load(ROOT / "docs" / "_extensions" / "mathml.py")


@pytest.fixture(scope="session")
def fonts_extension():
    return load(ROOT / "docs" / "_extensions" / "fonts.py")


@pytest.fixture(scope="session")
def verdicts_extension():
    return load(ROOT / "docs" / "_extensions" / "verdicts.py")


@pytest.fixture(scope="session")
def docstrings_extension():
    return load(ROOT / "docs" / "_extensions" / "docstrings.py")


@pytest.fixture(scope="session")
def even_extension():
    return load(ROOT / "docs" / "_extensions" / "even.py")


@pytest.fixture(scope="session")
def figures_extension():
    return load(ROOT / "docs" / "_extensions" / "inline_figures.py")


@pytest.fixture
def settings(monkeypatch):
    """Sphinx's settings, loaded without leaving the environment changed."""
    for name in ("IPYTHONDIR", "MATPLOTLIBRC", "MPLBACKEND", "PYTHONHASHSEED"):
        monkeypatch.setenv(name, "")
    monkeypatch.syspath_prepend("")
    return load(ROOT / "conf.py")


@pytest.fixture(scope="session")
def addresses_tool():
    return load(ROOT / "docs" / "_tools" / "addresses.py")


@pytest.fixture(scope="session")
def take_away_tool():
    return load(ROOT / "docs" / "_tools" / "take_away.py")


@pytest.fixture(scope="session")
def found_extension():
    return load(ROOT / "docs" / "_extensions" / "found.py")
