"""The site's own tools, which are scripts and not part of the package."""

import importlib.util
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / "docs" / "_tools"


def load(name):
    """Import a script of `docs/_tools` by its path."""
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def build_tool():
    return load("build")


@pytest.fixture(scope="session")
def numbers_tool():
    return load("typed_numbers")
