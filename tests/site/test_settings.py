"""What makes the pages' cells run again: a change in what their output depends on, and nothing else."""

import os
import re
import shutil
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
