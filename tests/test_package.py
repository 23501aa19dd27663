"""What holds for the package as a whole: its names, its imports, its version."""

import ast
import importlib
import pkgutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import rnn_solutions
from rnn_solutions.claims import CLAIMS

ROOT = Path(rnn_solutions.__file__).parent
MODULES = sorted(module.name for module in pkgutil.walk_packages([str(ROOT)], "rnn_solutions."))
# Each module may import those of an earlier row, and figures none but figures. Only a map draws itself.
LAYERS = [
    {"_circle", "_progress", "_validation"},
    {"_state_dict", "activations", "differences", "polynomials", "powers", "power_growth", "decay"},
    {"pseudospectra", "tasks", "losses", "optimisers"},
    {"recurrent", "linear_recurrence"},
    {"gated", "norms", "lyapunov", "linear_eigenvalues"},
    {"rnn", "lstm", "gru"},
    {"expansion", "maps", "parts", "initialisation", "truncation"},
    {"training"},
    {"answers", "errata"},
    {"claims"},
]


def imports_of(path):
    """Return the parts of the package that a file imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    return {name.split(".")[1] for name in names if name.startswith("rnn_solutions.")}


@pytest.mark.parametrize("needless", ["matplotlib", "sympy", "rnn_solutions.claims"])
def test_importing_the_package_does_not_import_what_few_need(needless):
    code = f"import sys, rnn_solutions; raise SystemExit({needless!r} in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_sympy_the_claims_say_what_to_install():
    code = "import sys; sys.modules['sympy'] = None; import rnn_solutions.claims"

    said = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True).stderr

    assert "install rnn-solutions[claims]" in said


def test_imports_point_one_way():
    allowed = set()
    for layer in LAYERS:
        for name in layer:
            files = [*ROOT.glob(f"{name}.py"), *ROOT.glob(f"{name}/*.py")]
            assert files, f"{name} is named in LAYERS and is not there"
            for path in files:
                drawn = {"figures"} if name == "maps" else set()
                assert imports_of(path) <= allowed | layer | drawn, path
        allowed |= layer
    for path in ROOT.glob("figures/*.py"):
        assert imports_of(path) <= {"figures", "_validation"}, path
    top = {path.stem for path in ROOT.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert top == allowed | {"__init__", "figures"}, "a module that LAYERS does not name"


@pytest.mark.parametrize("package", ["rnn_solutions", "rnn_solutions.errata", "rnn_solutions.figures"])
def test_no_function_hides_the_module_of_its_name(package):
    """Where it did, `import rnn_solutions.growth as g` would bind the function."""
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
