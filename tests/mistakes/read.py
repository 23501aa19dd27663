"""Make slips in what a reader reads and say what notices each: ``nox -s mistakes -- read``.

What stands behind ``read`` chooses the slips whose names hold one of these words. Each is made in a copy of
the project, in build/read. The cheapest checks come first, and the first that complains ends it: the claims
about the formulas that changed, the formulas without a number, the numbers typed into prose, the tests of
the module, a build of the site, the list of what code shows on its pages. The exit status is 1 when nothing
notices a slip whose entry in read.toml gives no reason, when one with a reason is noticed, and when one does
not apply.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from planting import ROOT, DoesNotApplyError
from rnn_solutions.claims import CLAIMS
from rnn_solutions.formulas.pages import FENCED, LABEL

LIST = Path(__file__).with_name("read.toml")
COPY = ROOT / "build" / "read" / "project"
WORK, GOOD = COPY / "build" / "work", COPY.with_name("work-of-good-build")
UNNUMBERED = """\
import sys
from dataclasses import asdict
from rnn_solutions.claims.unnumbered import judge_unnumbered
sys.path.insert(0, "docs/_extensions")
from unnumbered_formulas import LIST, what_is_wrong
listed = set(LIST.read_text(encoding="utf-8").splitlines())
for one in judge_unnumbered():
    if said := what_is_wrong(asdict(one), listed):
        raise SystemExit(f"{one.formula.file}:{one.formula.line}: {one.formula.tex} {said}")
"""
PYTEST = ["-x", "-q", "--no-header", "--tb=line", "-p", "no:cacheprovider"]
# What each check says of a mistake stands in the first line that looks like this, or else in the last one.
TELLING = re.compile(r"WARNING: |ERROR: |^fallen |^E  |is now|is gone|is new|^\S+:\d+")


@dataclass(frozen=True)
class Slip:
    """One slip, and the edit that makes it."""

    name: str
    file: str  # from the top of the project
    find: str
    put: str
    unnoticed: str = ""  # why nothing notices it

    @property
    def module(self) -> Path:
        """The file as a path."""
        return Path(self.file)


def slips() -> list[Slip]:
    """Return the slips of the list."""
    kinds = tomllib.loads(LIST.read_text(encoding="utf-8"))
    return [Slip(name, **edit) for kind in kinds.values() for name, edit in kind.items()]


def edited(slip: Slip) -> str:
    """Return the text of the slip's file with the slip in it, or raise a DoesNotApplyError."""
    text = (ROOT / slip.file).read_text(encoding="utf-8")
    if (found := text.count(slip.find)) != 1:
        raise DoesNotApplyError(
            f"'{slip.name}' does not apply: in {slip.file} the text `{slip.find}` must stand once and stands "
            f"{found} times. Rewrite it in {LIST.name} for what stands there today"
        )
    return text.replace(slip.find, slip.put)


# -- The copy ------------------------------------------------------------------------------------------------


def copy_project() -> None:
    """Bring the copy up to date; what did not change is not touched, so that a build can use it again."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    wanted = {name for name in listed.split("\0") if name and (ROOT / name).is_file()}
    for name in wanted:
        here, there = ROOT / name, COPY / name
        if not there.is_file() or there.read_bytes() != here.read_bytes():
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(here, there)
    for path in [path for path in COPY.rglob("*") if path.is_file()]:
        name = path.relative_to(COPY)
        if name.as_posix() not in wanted and name.parts[0] != "build" and "__pycache__" not in name.parts:
            path.unlink()


@contextmanager
def made(slip: Slip) -> Iterator[None]:
    """Make the slip in the copy, and undo it: the file is as old as it was, so that the good build fits."""
    file, text = COPY / slip.file, edited(slip)
    before, times = file.read_bytes(), file.stat()
    file.write_text(text, encoding="utf-8")
    try:
        yield
    finally:
        file.write_bytes(before)
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


# -- The checks ----------------------------------------------------------------------------------------------


def complaint(*command: str) -> str:
    """Run a command of Python in the copy, and return what it complains of, if anything."""
    path = os.pathsep.join([str(COPY), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    done = subprocess.run(
        [sys.executable, *command],
        cwd=COPY,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if not done.returncode:
        return ""
    lines = [line for line in f"{done.stdout}\n{done.stderr}".splitlines() if line.strip()]
    telling = [number for number, line in enumerate(lines) if TELLING.search(line)] or [len(lines) - 1]
    said = " ".join(line.strip() for line in lines[telling[0] : telling[0] + 3])
    return said.replace(f"{COPY}/", "")


def by_claims(slip: Slip) -> str:
    """Judge the claims about the formulas that the slip changes, or those of its module."""
    if slip.file.startswith("rnn_solutions/claims/"):
        function = slip.file.removesuffix(".py").replace("/", ".")
        labels = [label for label, claim in CLAIMS.items() if claim.function.__module__ == function]
    else:
        before, after = (ROOT / slip.file).read_text(encoding="utf-8"), edited(slip)
        changed = set(FENCED.findall(after)) - set(FENCED.findall(before))
        labels = [found[1] for _, inside in changed if (found := LABEL.search(inside)) and found[1] in CLAIMS]
    told = (
        complaint("-m", "rnn_solutions.claims", *(f"--label={label}" for label in labels)) if labels else ""
    )
    return f"{told} ({place(slip)})" if told else ""


def by_unnumbered(slip: Slip) -> str:
    """Judge the formulas without a number."""
    return complaint("-c", UNNUMBERED) if may_hold_formulas(slip) else ""


def may_hold_formulas(slip: Slip) -> bool:
    """Say whether a slip is made where a formula may stand, on a page or in a docstring."""
    return slip.module.suffix == ".md" or slip.module.parts[:2] != ("docs", "_extensions")


def by_typed_numbers(slip: Slip) -> str:
    """Look for numbers that were typed."""
    return complaint("docs/_tools/typed_numbers.py") if slip.module.suffix == ".md" else ""


def by_tests(slip: Slip) -> str:
    """Run the tests that bear the module's name, and their neighbours."""
    wing = "site" if slip.file.startswith("docs/") else slip.module.parts[1]
    folder, near, options = ROOT / "tests" / wing, f"test_{slip.module.stem}.py", list[str]()
    if slip.module.suffix == ".md":
        tests = [ROOT / "tests/test_notation.py", ROOT / "tests/test_what_documents_say.py"]
        tests.append(folder / "test_figures_of_pages.py")
        options = ["-k", f"notation or documents or {slip.module.stem}"]
    elif wing == "site":
        tests = [test for test in (folder / near, folder / "test_verdicts.py") if test.exists()]
    else:
        tests = sorted(folder.glob("test_*.py"), key=lambda test: test.name != near)
    names = [test.relative_to(ROOT).as_posix() for test in dict.fromkeys(tests)]
    return complaint("-m", "pytest", *PYTEST, *options, *names)


def by_site(_: Slip) -> str:
    """Build the site from the last good build; a warning is an error."""
    shutil.rmtree(WORK, ignore_errors=True)
    if GOOD.is_dir():
        shutil.copytree(GOOD, WORK)
    return complaint("docs/_tools/build.py")


def by_numbers(_: Slip) -> str:
    """Compare what code shows on the pages of the site that was built with the list."""
    return complaint("docs/_tools/shown_numbers.py", "build/html")


CHECKS: dict[str, Callable[[Slip], str]] = {
    "claims": by_claims,
    "formulas": by_unnumbered,
    "typed numbers": by_typed_numbers,
    "tests": by_tests,
    "site": by_site,
    "numbers": by_numbers,
}


def place(slip: Slip) -> str:
    """Return the file of a slip, and the line that it changes."""
    text = (ROOT / slip.file).read_text(encoding="utf-8")
    return f"{slip.file}:{text[: text.index(slip.find)].count(chr(10)) + 1}"


def noticed_by(slip: Slip) -> tuple[str, str]:
    """Return which check notices a slip first and what it says, or nothing twice."""
    with made(slip):
        for name, check in CHECKS.items():
            if said := check(slip):
                return name, said
    return "", ""


def good_build() -> None:
    """Build the site of the copy without any slip, and keep what the next builds begin with."""
    wrong = complaint("docs/_tools/build.py") or complaint("docs/_tools/shown_numbers.py", "build/html")
    if wrong:
        sys.exit(f"without any slip there already complains the site: {wrong}. Repair that first")
    shutil.rmtree(GOOD, ignore_errors=True)
    shutil.copytree(WORK, GOOD)


def main(words: list[str]) -> int:
    """Make the slips asked for, report each in a line, and return the exit status."""
    wanted = [slip for slip in slips() if not words or any(word in slip.name for word in words)]
    begin = perf_counter()
    copy_project()
    print("First without a slip ...", flush=True)
    good_build()
    tally: Counter[str] = Counter()
    for number, slip in enumerate(wanted, 1):
        print(f"{number:3}/{len(wanted)} {slip.name}", flush=True)
        try:
            check, said = noticed_by(slip)
        except DoesNotApplyError as error:
            tally["does not apply"] += 1
            print(f"        DOES NOT APPLY: {error}", flush=True)
            continue
        tally[check or ("excused" if slip.unnoticed else "NOT NOTICED")] += 1
        if check and slip.unnoticed:
            tally["excused and noticed"] += 1
            said += f". {LIST.name} says that nothing notices it: take its reason away"
        print(
            f"        {check}: {said[:400]}" if check else f"        NOT NOTICED: {slip.unnoticed}",
            flush=True,
        )
    told = ", ".join(f"{count} {name}" for name, count in tally.items())
    print(f"{len(wanted)} slips: {told}; {perf_counter() - begin:.0f} s")
    return (
        1
        if tally["NOT NOTICED"] + tally["does not apply"] + tally["excused and noticed"] or not wanted
        else 0
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
