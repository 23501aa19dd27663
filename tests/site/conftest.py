"""Sphinx's settings, which are a script at the top, and small sites, written and built.

Pytest finds the site's extensions and tools by name.
"""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from build import build as build_site
from kept import keep

SETTINGS = Path(__file__).parents[2] / "conf.py"
BUILD = """\
import sys
from pathlib import Path
from build import build
raise SystemExit(build(*map(Path, sys.argv[1:4]), sys.argv[4:]))
"""

HOSTILE = {
    "LC_ALL": "xx_YY.none",  # a locale that no machine has
    "PYTHONOPTIMIZE": "2",
    "PYTHONWARNINGS": "error",
    "PYTHONIOENCODING": "ascii",
    "MPLBACKEND": "none",
    "MPLCONFIGDIR": "none",
    "SOURCE_DATE_EPOCH": "1",
    "FORCE_COLOR": "1",
    "TZ": "Pacific/Kiritimati",
}


@pytest.fixture
def settings(monkeypatch):
    """Sphinx's settings, loaded without leaving the environment changed."""
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.syspath_prepend("")
    spec = importlib.util.spec_from_file_location("settings", SETTINGS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def written(folder, files):
    """Write texts by their paths below a folder, and return the folder.

    They are dated long ago, as a copy or what an archive held may be: what is new must show all the same.
    """
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
        os.utime(folder / path, (0, 0))
    return folder


@pytest.fixture
def hostile(tmp_path):
    """Return what somebody may have set who builds the site, and of which nothing may show in it."""
    startup = tmp_path / "startup.py"
    startup.write_text("started = True")
    return HOSTILE | {"PYTHONSTARTUP": str(startup)}


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a site from texts by their paths."""
    return lambda files: written(tmp_path / "site", files)


@pytest.fixture(scope="session")
def start_python():
    """Return a function that starts some code, which finds the tools, in a process of its own."""
    places = [SETTINGS.parent / "docs" / "_tools", SETTINGS.parent, os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, places))}

    # Where the tests run in the background, what they start would not hear of an interruption.
    listening = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"

    def start_python(code, *arguments, **changed):
        command = [sys.executable, "-c", listening + code, *map(str, arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, env=environment | changed, **pipes)

    return start_python


@pytest.fixture(scope="session")
def start_build(start_python, tmp_path_factory):
    """Return a function that starts a build in a process of its own, with no verdicts."""
    verdicts = tmp_path_factory.mktemp("verdicts") / "none.json"
    keep(verdicts, b"[]")

    def start_build(source, work, site, *options, **changed):
        options = ["-D", f"verdicts_path={verdicts}", "-D", f"unnumbered_path={verdicts}", *options]
        return start_python(BUILD, source, work, site, *options, **changed)

    return start_build


@pytest.fixture(scope="session")
def build_in():
    """Return a function that builds sources in a folder, with these verdicts, and gives the status."""

    def build_in(folder, files, *options, verdicts=()):
        source, kept, none = written(folder / "source", files), folder / "verdicts.json", folder / "none.json"
        keep(kept, json.dumps(verdicts).encode())
        keep(none, b"[]")  # of the site's formulas without a number
        options = [*options, "-D", f"verdicts_path={kept}", "-D", f"unnumbered_path={none}"]
        return build_site(source, folder / "work", folder / "site", options)

    return build_in
