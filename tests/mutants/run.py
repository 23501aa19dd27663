"""Change the numerical modules in one place at a time and see whether a test notices: ``nox -s mutants``.

mutmut makes the changes and runs, for each, the tests that reach the changed function. All of it happens in
build/mutants, on a copy. A call takes up where the last one stopped, as follows.

- A mutant that died stays dead until its function changes; ``-- --fresh`` begins again.
- The survivors are tried once more after any change to the package or to the tests.
- ``-- 'rnn_solutions.networks.lstm.*'`` tries all mutants of that name, ``-- --report`` none.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import report

ROOT = Path(__file__).parents[2]
WORK = ROOT / "build" / "mutants"
# Every wing's tests judge but those of figures: pictures hold no formula.
WINGS = {folder.name for folder in (ROOT / "rnn_solutions").iterdir() if folder.is_dir()} - {"figures"}
NEEDED = ["pyproject.toml", "rnn_solutions", "docs", "tests/conftest.py", *(f"tests/{w}" for w in WINGS)]
MOST_MEMORY = 4 * 2**30  # a mutant that builds without end must not take the machine with it
# One thread, no screen, and the same order of tests each time.
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg", "PYTHONHASHSEED": "0"}


def contents(top: Path, names: list[str]) -> dict[Path, bytes]:
    """Return what files and folders of these names hold, by the path from the top."""
    files = [file for name in names for file in (top / name, *(top / name).rglob("*"))]
    return {
        file.relative_to(top): file.read_bytes()
        for file in files
        if file.is_file() and "__pycache__" not in file.parts
    }


def refresh() -> None:
    """Bring the copy up to date; where it was not, forget which tests reach what, and all survivors."""
    wanted = contents(ROOT, NEEDED)
    present = contents(WORK, ["pyproject.toml", "rnn_solutions", "docs", "tests"])
    changed = {path for path in wanted.keys() | present.keys() if wanted.get(path) != present.get(path)}
    if not changed:
        return
    forget()  # before the copy, so that a call stopped here begins with this again
    for path in changed:
        (WORK / path).unlink(missing_ok=True)
        (WORK / "mutants" / path).unlink(missing_ok=True)  # where mutmut keeps it with the mutants in
        if path in wanted:
            (WORK / path).parent.mkdir(parents=True, exist_ok=True)
            (WORK / path).write_bytes(wanted[path])


def forget() -> None:
    """Mark the mutants that did not die as not tried."""
    (WORK / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)
    for file in (WORK / "mutants").rglob("*.meta"):
        data = json.loads(file.read_text(encoding="utf-8"))
        codes = data["exit_code_by_key"]
        data["exit_code_by_key"] = {
            name: code if report.status(code) in report.DEAD else None for name, code in codes.items()
        }
        file.write_text(json.dumps(data), encoding="utf-8")


def main() -> int:
    """Run what has to be run, print the report, and return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="mutants to try again, with * and ?")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="how many mutants at a time")
    parser.add_argument("--fresh", action="store_true", help="begin again")
    parser.add_argument("--report", action="store_true", help="only print what was found so far")
    asked = parser.parse_args()
    if asked.fresh:
        shutil.rmtree(WORK, ignore_errors=True)
    if not asked.report:
        refresh()
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        command = [sys.executable, "-m", "mutmut", "run", f"--max-children={asked.processes}", *asked.names]
        if subprocess.run(command, cwd=WORK, env=os.environ | ENVIRONMENT, check=False).returncode:
            return 1  # mutmut has said why
    return report.show(WORK)


if __name__ == "__main__":
    raise SystemExit(main())
