"""What holds for the package as a whole: its names, its imports, its version."""

import ast
import importlib
import pkgutil
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from importlib.metadata import requires, version
from pathlib import Path

import pytest

import rnn_solutions
from rnn_solutions.claims import CLAIMS

ROOT = Path(rnn_solutions.__file__).parent
MODULES = sorted(module.name for module in pkgutil.walk_packages([str(ROOT)], "rnn_solutions."))
PLOT = """\
from rnn_solutions import RNN, gradient_map
gradient_map(RNN(W=[[0.5]], U=[[1.0]]), x=[[1.0]] * 4, dL_dh=[[1.0]] * 4).plot()
"""


def wing_of(module):
    """Return the folder of the package that a module lies in, or its own name where it lies in none."""
    return module.split(".")[1]


def imports_of(path):
    """Return the modules of the package that a file imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    return {name for name in found if name.startswith("rnn_solutions.")}


def arrows():
    """Return for each folder of the package the others that its files import from."""
    drawn = {}
    for path in ROOT.rglob("*.py"):
        wing = path.relative_to(ROOT).parts[0].removesuffix(".py")
        if wing != "__init__":
            drawn.setdefault(wing, set()).update(map(wing_of, imports_of(path)))
    return {wing: others - {wing} for wing, others in drawn.items()}


@pytest.mark.parametrize("needless", ["matplotlib", "sympy", "rnn_solutions.claims"])
def test_importing_the_package_does_not_import_what_few_need(needless):
    code = f"import sys, rnn_solutions; raise SystemExit({needless!r} in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("absent", "needed", "extra"),
    [
        ("sympy", "import rnn_solutions.claims", "claims"),
        ("matplotlib", "import rnn_solutions.figures.style", "figures"),
        ("matplotlib", PLOT, "figures"),
    ],
)
def test_what_needs_more_than_numpy_says_what_to_install(absent, needed, extra):
    code = f"import sys; sys.modules[{absent!r}] = None\n{needed}"

    said = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True).stderr

    assert re.search(rf"ImportError: the {extra} need \w+: install rnn-solutions\[{extra}\]$", said.strip())


def test_numpy_is_all_that_is_installed_with_the_package():
    always = {re.match(r"[\w-]+", one)[0] for one in requires("rnn-solutions") if "extra ==" not in one}

    assert always == {"numpy"}


def test_imports_point_one_way():
    """Each folder comes after all that it imports from; where none does, graphlib names the circle."""
    order = list(TopologicalSorter(arrows()).static_order())

    assert order[-1] == "claims"
    assert order.index("networks") < order.index("gradients") < order.index("sheet")


def test_figures_know_no_network_and_what_all_share_knows_nothing():
    drawn = arrows()
    shared = {name for name in drawn if name.startswith("_")}

    assert drawn["figures"] <= shared
    for name in shared:
        assert drawn[name] <= shared


@pytest.mark.parametrize(
    "package", ["rnn_solutions", "rnn_solutions.sheet.findings", "rnn_solutions.figures"]
)
def test_no_function_hides_the_module_of_its_name(package):
    """Where it did, `import rnn_solutions.figures.gates as g` would bind the function."""
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
        name = f"{package}.{module.name}"
        importlib.import_module(name)
        assert getattr(importlib.import_module(package), module.name) is sys.modules[name]


def test_every_public_name_is_exported_and_documented():
    for name in rnn_solutions.__all__:
        assert getattr(rnn_solutions, name).__doc__.strip()


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_it_is_for(name):
    assert importlib.import_module(name).__doc__.strip()


def test_the_version_is_that_of_the_package():
    assert rnn_solutions.__version__ == version("rnn-solutions")


def test_the_package_is_marked_as_typed():
    assert (ROOT / "py.typed").is_file()


def test_every_module_of_claims_is_documented():
    """A verdict links to its claim's source, which the site shows for documented modules alone."""
    listed = (ROOT.parent / "docs" / "api" / "claims.md").read_text(encoding="utf-8")

    for module in {one.function.__module__ for one in CLAIMS.values()}:
        assert f"automodule:: {module}\n" in listed
