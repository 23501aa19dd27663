"""What holds for the package as a whole: its names, its imports, its version."""

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from collections import Counter
from graphlib import TopologicalSorter
from importlib.metadata import requires, version
from pathlib import Path

import pytest

import rnn_solutions
from rnn_solutions import figures

ROOT = Path(rnn_solutions.__file__).parent
TOP = ROOT.parent
PAGES = [TOP / "README.md", *sorted((TOP / "docs").rglob("*.md"))]
CELLS = [page for page in PAGES if "{code-cell}" in page.read_text(encoding="utf-8")]
API = TOP / "docs" / "api"
NOTATION = (TOP / "docs" / "notation.md").read_text(encoding="utf-8")
# What only pages of ours import from.
OURS = ("rnn_solutions.sheet", "rnn_solutions.figures", "rnn_solutions.networks.plain")
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


def imports_of_a_page(page):
    """Return the module and the name of all that a page's cells and examples import from the package."""
    lines = re.sub(r"^(>>>|\.\.\.) ?", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = re.findall(r"^from (rnn_solutions[\w.]*) import (\([^)]*\)|.*)$", lines, re.MULTILINE)
    return [(module, name) for module, names in found for name in re.findall(r"(\w+)(?: as \w+)?", names)]


def classes_behind(name):
    """Return the public classes in the annotations of what a public name returns, holds and builds on."""
    public = getattr(rnn_solutions, name)
    if not isinstance(public, type):
        told = [getattr(public, "__annotations__", {}).get("return")]
    else:
        told = []
        for owner in public.__mro__:
            if owner.__module__.startswith("rnn_solutions"):
                methods = (getattr(member, "fget", member) for member in vars(owner).values())
                told += [getattr(method, "__annotations__", {}).get("return") for method in methods]
                told += [*inspect.get_annotations(owner).values(), owner.__name__]
    words = set(re.findall(r"\w+", " ".join(map(str, told))))
    return {
        word for word in words & set(rnn_solutions.__all__) if isinstance(getattr(rnn_solutions, word), type)
    }


def documented(page):
    """Return the names that a page of the API documents, one for each entry."""
    entries = r"^\.\. (?:auto(?:class|function)|py:data):: (\w+(?:\n +\w+)*)$"
    found = re.findall(entries, page.read_text(encoding="utf-8"), re.MULTILINE)
    return [name for names in found for name in names.split()]


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
    assert order.index("networks") < order.index("gradients") < order.index("sheet") < order.index("formulas")


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


def test_pages_import_what_is_public_from_the_package_itself():
    """The sheet's findings, the figures of a single page and the textbook may come from their modules."""
    elsewhere = [
        (page.name, module, name)
        for page in PAGES
        for module, name in imports_of_a_page(page)
        if module != "rnn_solutions" and (name in rnn_solutions.__all__ or not module.startswith(OURS))
    ]

    assert elsewhere == [], "these pages shall import from rnn_solutions, whose __init__.py exports"


def test_a_name_is_public_exactly_if_a_page_or_the_readme_imports_it():
    """Or if it is the class of what such a name returns, holds or builds on."""
    imported = {
        name for page in PAGES for module, name in imports_of_a_page(page) if module == "rnn_solutions"
    }
    used = imported - {"figures"} | {name for name in rnn_solutions.__all__ if f"`{name}(" in NOTATION}
    assert used - set(rnn_solutions.__all__) == set(), "export these in rnn_solutions/__init__.py"

    reached, waiting = set(), used
    while waiting:
        reached |= waiting
        waiting = {name for one in waiting for name in classes_behind(one)} - reached
    assert set(rnn_solutions.__all__) - reached == set(), "take these out of rnn_solutions/__init__.py"


def test_every_public_name_is_documented_once_and_no_other():
    entries = [name for page in API.glob("*.md") if page.stem != "figures" for name in documented(page)]

    assert Counter(entries) == Counter(rnn_solutions.__all__), "document exactly __all__ in docs/api"


def test_the_figures_of_several_pages_are_documented_and_those_of_one_are_not():
    assert Counter(documented(API / "figures.md")) == Counter(figures.__all__), "edit docs/api/figures.md"


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_it_is_for(name):
    assert importlib.import_module(name).__doc__.strip()


def test_the_version_is_that_of_the_package():
    assert rnn_solutions.__version__ == version("rnn-solutions")


def test_the_package_is_marked_as_typed():
    assert (ROOT / "py.typed").is_file()
