"""Every task of the project: ``nox --list`` says what each one does."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import nox
from nox.command import CommandFailed

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv"
nox.options.download_python = "never"
nox.options.sessions = ["lint", "tests", "docs"]

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
CONSTRAINTS = "constraints.txt"
WITH_EXTRAS = ".[claims,figures]"
# What the package is compared with. Hundreds of megabytes: no other session and no constraint knows them.
TORCH = "torch==2.13.0"
OTHER_PEERS = ["jax", "jaxlib", "autograd", "mpmath"]
# Packages that hold trained networks, some 13 MB, and what reads the files in them.
PUBLISHED = ["silero-vad==6.2.3", "textgenrnn==2.0.0"]
READERS = ["h5py==3.16.0", "onnx==1.23.2", "safetensors==0.8.0"]


def install(session: nox.Session, *groups: str) -> None:
    """Install the package with its extras and dependency groups, each at the version that is pinned."""
    wanted = [f"--group={group}" for group in groups]
    session.install("--constraint", CONSTRAINTS, "--editable", WITH_EXTRAS, *wanted)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site into build/html and say where it is (-- --open shows it in the browser)."""
    install(session, "docs")
    session.run("python", "docs/_tools/build.py", *session.posargs)


@nox.session(default=False)
def numbers(session: nox.Session) -> None:
    """Build the site, and accept what its code puts on the pages: the diff of a list shows what changed."""
    install(session, "docs")
    session.run("python", "docs/_tools/build.py")
    session.run("python", "docs/_tools/shown_numbers.py", "build/html", "--accept")


@nox.session
def live(session: nox.Session) -> None:
    """Rebuild and reload the site in the browser while you write."""
    install(session, "docs", "live")
    folders = ["-c", ".", "-d", "build/live/doctrees", "docs", "build/live/html"]
    watched = ["--watch", "rnn_solutions", "--watch", "conf.py", "--watch", "CHANGELOG.md"]
    keep_bytecode = {"PYTHONDONTWRITEBYTECODE": ""}  # or each rebuild compiles two thousand modules again
    options = ["-q", "-n", "-j", "auto", *watched, *session.posargs]
    session.run("sphinx-autobuild", *options, *folders, env=keep_bytecode)


@nox.session
def tests(session: nox.Session) -> None:
    """Run every test and doctest on the Python that runs nox."""
    run_tests(session)


for version in PYTHONS:

    @nox.session(name=f"tests-{version}", python=version, default=False)
    def tests_on(session: nox.Session) -> None:
        """Run every test and doctest on this Python, where it is present."""
        run_tests(session)


def run_tests(session: nox.Session) -> None:
    """Run pytest on every core, with the arguments that stand after ``--``."""
    install(session, "docs", "tests")
    workers = ["--numprocesses=auto", "--dist=loadfile"]  # what a file builds once is built once
    session.run("python", "-m", "pytest", *workers, *session.posargs, env=QUIET)


@nox.session(name="tests-oldest", default=False)
def tests_oldest(session: nox.Session) -> None:
    """Run the package's tests and doctests with the oldest numpy and matplotlib allowed."""
    tests_group = nox.project.dependency_groups(nox.project.load_toml(), "tests")
    session.install("--resolution", "lowest-direct", "--editable", WITH_EXTRAS)
    session.install("--constraint", CONSTRAINTS, *tests_group)
    # An old matplotlib calls what newer versions of its own dependencies have deprecated.
    lenient = ["-W", "ignore::DeprecationWarning"]
    session.run("python", "-m", "pytest", "--ignore=tests/site", *lenient, *session.posargs, env=QUIET)


@nox.session
def doctest(session: nox.Session) -> None:
    """Run the examples of the docstrings, the README and the pages, and nothing else."""
    install(session, "tests")
    examples = ["rnn_solutions", "tests/test_document_examples.py"]
    session.run("python", "-m", "pytest", *examples, *session.posargs, env=QUIET)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, types, spelling, numbers typed into prose, and the workflow files."""
    install(session, "docs", "tests", "lint")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("mypy")
    session.run("codespell")
    session.run("python", "docs/_tools/typed_numbers.py")
    workflows = sorted(map(str, Path(".github/workflows").glob("*.yml")))
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    session.run("check-jsonschema", "--builtin-schema", "vendor.readthedocs", ".readthedocs.yaml")
    session.run("check-jsonschema", "--builtin-schema", "vendor.citation-file-format", "CITATION.cff")
    session.run("zizmor", "--offline", "--quiet", ".github/workflows")


@nox.session(default=False)
def browser(session: nox.Session) -> None:
    """Look at the built site in Chromium (-- --every-page: everything on each, and pictures of them)."""
    install_browser(session)
    workers = ["--numprocesses=2", "--dist=worksteal"]
    others = "--ignore=tests/browser/engines"
    session.run("python", "-m", "pytest", *workers, others, "tests/browser", *session.posargs)


@nox.session(default=False)
def engines(session: nox.Session) -> None:
    """Measure formulas of the built site in Firefox and WebKit (-- --every-page: all, and keep pictures)."""
    install(session, "docs", "browser")
    session.run("python", "-m", "pytest", "tests/browser/engines", *session.posargs)


@nox.session(default=False)
def links(session: nox.Session) -> None:
    """Ask whether what the pages link to elsewhere still answers; needs the internet."""
    install(session, "docs")
    folders = ["-c", ".", "-d", "build/links/doctrees", "docs", "build/links/found"]
    session.run("python", "-m", "sphinx", "-q", "-j", "auto", "-b", "linkcheck", *session.posargs, *folders)


@nox.session(default=False)
def pdf(session: nox.Session) -> None:
    """Print the built site as one PDF, put it into the site, and show the links to it on the pages."""
    install_browser(session)
    session.run("python", "docs/_tools/pdf.py", *session.posargs)


@nox.session(default=False)
def lighthouse(session: nox.Session) -> None:
    """Rate the built site as a phone sees it (needs Node 20; -- index api/networks: these pages alone)."""
    session.run("python", "docs/_tools/lighthouse.py", *session.posargs)


def install_browser(session: nox.Session) -> None:
    """Install what drives Chromium, and Chromium unless the variable CHROMIUM names the system's."""
    install(session, "docs", "browser")  # the notebooks run with what the pages ran with
    if not os.environ.get("CHROMIUM"):
        session.run("playwright", "install", "chromium")


@nox.session(venv_backend="virtualenv", python="3.11", default=False)
def peers(session: nox.Session) -> None:
    """Compare every gradient and Jacobian with PyTorch, JAX and HIPS autograd (-- smoke: PyTorch alone)."""
    smoke = "smoke" in session.posargs
    wanted = [TORCH, "mpmath"] if smoke else [TORCH, *OTHER_PEERS, *READERS]
    session.install("--constraint", CONSTRAINTS, "--editable", ".", "hypothesis", "pytest", *wanted)
    left_out = {"test_jax_and_autograd.py", "test_published_networks.py"} if smoke else set()
    for package in [] if smoke else PUBLISHED:
        try:
            session.install("--no-deps", package)  # its dependencies are large, and its files need none
        except CommandFailed:
            session.warn(f"{package} cannot be had: the tests of its network will be skipped")
    files = sorted(str(file) for file in Path("tests/peers").glob("test_*.py") if file.name not in left_out)
    arguments = [argument for argument in session.posargs if argument != "smoke"]
    session.run("python", "-m", "pytest", *files, *arguments, env=QUIET)


@nox.session(venv_backend="virtualenv", python="3.11", default=False)
def bench(session: nox.Session) -> None:
    """Time the package and its peers side by side and store the table (-- --quick: a rough one, unstored)."""
    session.install("--constraint", CONSTRAINTS, "--editable", ".", "threadpoolctl", TORCH, *OTHER_PEERS)
    session.run("python", "tests/bench/run.py", *session.posargs, env=ONE_THREAD)


@nox.session(default=False)
def learn(session: nox.Session) -> None:
    """Train what the pages measure, on every core (-- again: a part, with other seeds, and compare)."""
    install(session)
    session.run("python", "docs/_tools/learn.py", *session.posargs, env=QUIET)


@nox.session(default=False)
def mistakes(session: nox.Session) -> None:
    """Plant the mistakes people make, in code and on pages (-- --sample: a minute; -- signs; -- read)."""
    install(session, "docs", "tests")
    kind = session.posargs[0] if session.posargs else ""
    if kind not in ("signs", "read"):
        session.run("python", "tests/mistakes/run.py", *session.posargs, env=QUIET)
    if kind in ("", "signs"):
        session.run("python", "tests/mistakes/signs.py", env=QUIET)
    if kind in ("", "read"):
        session.run("python", "tests/mistakes/read.py", *session.posargs[1:], env=QUIET)


@nox.session(default=False)
def killed(session: nox.Session) -> None:
    """Kill or race two hundred builds of a small site at random moments (-- 20: that many)."""
    install(session, "docs", "tests")
    rounds = {"KILLED_BUILDS": session.posargs[0] if session.posargs else "200"}
    session.run("python", "-m", "pytest", "tests/site/test_killed_builds.py", env=QUIET | rounds)


@nox.session(default=False)
def mutants(session: nox.Session) -> None:
    """Break the numerical modules in thousands of ways and see whether the tests notice (resumable)."""
    install(session, "tests", "mutants")
    session.run("python", "tests/mutants/run.py", *session.posargs)


@nox.session(default=False)
def fuzz(session: nox.Session) -> None:
    """Hand every odd value to every argument of everything public (-- growth: of these functions)."""
    install(session, "tests")
    session.run("python", "tests/odd_values/run.py", *session.posargs, env=DRAWINGS)


@nox.session(default=False)
def audit(session: nox.Session) -> None:
    """Ask whether a version that the constraints pin has a known vulnerability; needs the internet."""
    wanted = nox.project.dependency_groups(nox.project.load_toml(), "audit")
    session.install("--constraint", CONSTRAINTS, *wanted)
    as_pinned = ["--no-deps", "--disable-pip", "--requirement", CONSTRAINTS]
    # Strict, or versions that could not be looked up would pass.
    session.run("pip-audit", "--strict", *as_pinned, *session.posargs)


@nox.session(default=False)
def pins(session: nox.Session) -> None:
    """Update the constraints file: one exact version of everything for each Python and platform."""
    session.install("uv")
    names = ("docs", "tests", "browser", "live", "lint", "tasks", "mutants", "audit")
    groups = [argument for name in names for argument in ("--group", name)]
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / CONSTRAINTS
        command = ["uv", "pip", "compile", "--quiet", "--upgrade", "--universal", "--python-version", "3.11"]
        plain = ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
        wanted = ["--all-extras", "pyproject.toml", *groups]
        session.run(*command, *plain, *wanted, "--output-file", str(fresh), silent=True)
        header = "# Written by `nox -s pins`. Each session installs these versions and no others.\n"
        Path(CONSTRAINTS).write_text(header + fresh.read_text(encoding="utf-8"), encoding="utf-8")


# One thread keeps the small products of the tests from waiting for each other; agg draws without a screen.
QUIET = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"}
# What is drawn with odd values is what the tests of figures draw.
DRAWINGS = {**QUIET, "PYTHONPATH": "tests/figures"}
# The bench holds every library to one thread, and borrows the recursions of tests/peers.
ONE_THREAD = {**QUIET, "MKL_NUM_THREADS": "1", "PYTHONPATH": "tests/peers"}
