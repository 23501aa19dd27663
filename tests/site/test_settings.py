"""What the settings must say: what makes the pages' cells run again, and what makes each check fail."""

import ast
import os
import re
import shutil
import tomllib
from pathlib import Path

import pytest


@pytest.fixture
def package(settings, monkeypatch, tmp_path):
    """Copy the package to where the settings take it for the real one."""
    copy = tmp_path / "rnn_solutions"
    shutil.copytree(Path(settings.rnn_solutions.__file__).parent, copy)
    monkeypatch.setattr(settings.rnn_solutions, "__file__", str(copy / "__init__.py"))
    return copy


def test_the_digest_is_the_same_for_the_same_package(settings, package):
    before = settings.what_the_cells_depend_on()
    (package / "notes.txt").write_text("no code")

    assert settings.what_the_cells_depend_on() == before == settings.what_the_cells_depend_on()


@pytest.mark.parametrize(
    ("file", "changes"),
    [
        ("figures/style.py", {"cells", "verdicts"}),
        ("networks/rnn.py", {"cells", "verdicts"}),
        ("claims/thirtieth_power.py", {"verdicts"}),
    ],
)
def test_a_changed_line_of_the_package_is_run_and_judged_again_but_no_page_runs_a_claim(
    settings, package, file, changes
):
    digests = {"cells": settings.what_the_cells_depend_on, "verdicts": settings.what_the_verdicts_depend_on}
    before = {what: digest() for what, digest in digests.items()}
    with (package / file).open("a") as lines:
        lines.write("# a comment")

    assert {what for what, digest in digests.items() if digest() != before[what]} == changes


@pytest.mark.usefixtures("package")
def test_another_python_or_numpy_changes_the_digest(settings, monkeypatch):
    digests = {settings.what_the_cells_depend_on()}
    with monkeypatch.context() as context:
        context.setattr(settings.platform, "python_version", lambda: "3.99.0")
        digests.add(settings.what_the_cells_depend_on())
    for changed in ("numpy", "matplotlib"):
        with monkeypatch.context() as context:
            context.setattr(settings, "installed", lambda name, changed=changed: f"9.9{name == changed}")
            digests.add(settings.what_the_cells_depend_on())

    assert len(digests) == 4


def test_cells_run_as_python_is_by_itself_and_with_this_package(request, monkeypatch):
    """What is kept of a run whose checks were taken out, or of another package, all later builds believe."""
    for name in ("PYTHONOPTIMIZE", "PYTHONSTARTUP", "PYTHONWARNINGS", "PYTHONPATH"):
        monkeypatch.setenv(name, "1")

    settings = request.getfixturevalue("settings")

    assert {name for name in os.environ if name.startswith("PYTHON")} == {"PYTHONHASHSEED", "PYTHONPATH"}
    assert os.environ["PYTHONPATH"].split(os.pathsep) == [str(settings.ROOT), "1"]


def test_no_page_imports_the_claims(settings):
    """Their digest leaves them out, so a page that used them would grow stale."""
    for page in (settings.ROOT / "docs").rglob("*.md"):
        for cell in re.findall(r"```\{code-cell\}.*?```", page.read_text(encoding="utf-8"), re.DOTALL):
            assert "claims" not in cell, page


@pytest.mark.parametrize(
    ("module", "name", "written"),
    [
        ("rnn_solutions", "RNN.forward", "rnn_solutions.networks.rnn"),
        # A cached property, made by functools.
        ("rnn_solutions.networks.rnn", "RNNRun.slope", "rnn_solutions.networks.rnn"),
        ("rnn_solutions.networks.rnn", "nothing", None),
    ],
)
def test_the_source_of_a_property_is_where_its_class_is_written(settings, module, name, written):
    assert settings.module_of_the_source(None, module, name) == written


# What each session must run, in this order; what stands after ``--`` is handed on by those that say so.
RUNS = {
    "docs": ["python docs/_tools/build.py ..."],
    "run_tests": ["python -m pytest ... ..."],
    "tests_oldest": ["python -m pytest --ignore=tests/site ... ..."],
    "browser": ["python -m pytest ... ... tests/browser ..."],
    "engines": ["python -m pytest tests/browser/engines ..."],
    "peers": ["python -m pytest ... ..."],
    "mistakes": [
        *("python tests/mistakes/run.py ...", "python tests/mistakes/signs.py"),
        "python tests/mistakes/read.py ...",
    ],
    "lint": [
        *("ruff check", "ruff format --check", "mypy", "codespell", "python docs/_tools/typed_numbers.py"),
        "check-jsonschema --builtin-schema vendor.github-workflows ...",
        "check-jsonschema --builtin-schema vendor.readthedocs .readthedocs.yaml",
        "check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff",
        "zizmor --offline --quiet .github/workflows",
    ],
}
# What the gate must run, in this order.
STEPS = [
    "set -euo pipefail",
    "for session in docs tests; do",
    '(cd "$room/$session" && bash -euo pipefail -c "$command")',
    "addresses.py build/html --add && git diff --exit-code docs/_tools/addresses.txt)",
    "shown_numbers.py build/html)",
    '(cd "$room/again" && "$room/docs/.venv/bin/nox" -s docs)',
    'diff -r "$room/docs/build/html" "$room/again/build/html"',
    "nox -s browser)",
    "nox -s engines)",
    "nox -s peers -- smoke)",
    "nox -s mistakes -- --sample)",
    "nox -s lint)",
]


def test_whatever_a_check_finds_fails_it(settings):
    """Each of these could be dropped, and all would be green."""
    root = settings.ROOT
    tools = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    pytests, mypy, ruff = tools["pytest"]["ini_options"], tools["mypy"], tools["ruff"]["lint"]
    assert pytests["filterwarnings"][0] == "error"
    assert len(pytests["filterwarnings"]) == 2  # the one that is ignored has its reason beside it
    assert pytests["xfail_strict"]
    assert set(pytests["addopts"]) >= {"--doctest-modules", "--strict-config", "--strict-markers"}
    assert pytests["testpaths"] == ["tests", "rnn_solutions"]
    own_sessions = ["peers", "bench", "browser", "mistakes", "mutants"]
    assert pytests["norecursedirs"] == [".*", "build", "dist", *own_sessions]
    assert mypy["strict"]
    assert mypy["files"] == ["rnn_solutions", "noxfile.py", "docs/_extensions", "docs/_tools"]
    loosened = [set(override) - {"module"} for override in mypy["overrides"]]
    assert loosened == [{"ignore_missing_imports"}, {"disallow_subclassing_any"}]
    assert set(ruff["select"]) >= {"A", "ARG", "B", "BLE", "D", "E", "F", "N", "NPY", "PT", "RUF", "TRY", "W"}
    assert "exclude" not in tools["ruff"]

    assert settings.nitpicky
    assert settings.nb_execution_mode == "cache"
    assert settings.nb_output_stderr == "show"
    assert not hasattr(settings, "suppress_warnings")
    ours = {
        file.stem for file in (root / "docs" / "_extensions").glob("*.py") if "def setup(" in file.read_text()
    }
    assert ours <= set(settings.extensions)
    building = (root / "docs" / "_tools" / "build.py").read_text(encoding="utf-8")
    assert '"-m", "sphinx", "-q", "-W", "-n", "--keep-going"' in building
    afterwards = '"join_style_sheets.py", "strict_policy.py", "addresses.py", "epub.py", "downloads.py"'
    assert f"AFTERWARDS = ({afterwards})" in building

    noxfile = (root / "noxfile.py").read_text(encoding="utf-8")
    assert 'nox.options.sessions = ["lint", "tests", "docs"]' in noxfile
    assert "success_codes" not in noxfile
    assert RUNS.items() <= runs(noxfile).items()

    lines = (root / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    gate = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    at = [gate.find(step) for step in STEPS]
    assert -1 not in at
    assert at == sorted(at)
    assert set(re.findall(r"\|\|.*", gate)) == {
        "|| { echo \"README.md does not hold the command for '$session'\"; exit 1; }",
        '|| { cat "$room/browsers"; exit 1; }',
        '|| missing+=("$chromium")',
        "|| missing+=(firefox-esr)",
        "|| missing+=(webkit2gtk-driver)",
        "|| missing+=(xvfb)",
    }
    assert re.findall(r"exit 0|set \+|; true|\|\s*cat", gate) == []
    for workflow in (root / ".github" / "workflows").glob("*.yml"):
        assert "continue-on-error" not in workflow.read_text(encoding="utf-8"), workflow


def runs(noxfile):
    """Return by the name of each function what it runs, three dots for what is no text."""
    return {
        function.name: [
            " ".join(part.value if isinstance(part, ast.Constant) else "..." for part in call.args)
            for call in ast.walk(function)
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "session.run"
        ]
        for function in ast.walk(ast.parse(noxfile))
        if isinstance(function, ast.FunctionDef)
    }
