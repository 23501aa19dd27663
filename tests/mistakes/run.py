"""Plant each mistake in a copy of the project and say which claim or test catches it: ``nox -s mistakes``.

What stands after ``--`` chooses the mistakes whose names hold one of these words. The claims judge first;
when all hold, the tests of the module; when all pass, all other tests. The exit status is 1 when a mistake is
not caught or no longer applies.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from time import perf_counter

from planting import DoesNotApplyError, Mistake, planted

ROOT = Path(__file__).parents[2]
COPIED = ["rnn_solutions", "tests", "docs", "pyproject.toml"]
# These look at pictures, pages and the package as files: no mistake in a formula is theirs to find.
NO_JUDGES = [
    "figures/test_*.py",
    "test_document_examples.py",
    "test_package.py",
    "test_planting.py",
    "test_signs.py",
]
WINGS = {"networks", "gradients", "matrices", "learning", "sheet", "claims"}
# A bytecode file is trusted when second and size agree, which two mistakes in turn may well do.
ENVIRONMENT = {"PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
TRIALS = "20"
MOST_SECONDS = 300


class Copy:
    """A copy of the project in which one mistake at a time is planted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, folder / name)
        left_out = {path for pattern in NO_JUDGES for path in folder.glob(f"tests/{pattern}")}
        every = sorted(folder.glob("tests/**/test_*.py"))
        self.tests = [
            path.relative_to(folder / "tests").as_posix()
            for path in every
            if path not in left_out and path.parent.name in WINGS
        ]

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Python in the copy, where ``-m`` and ``-c`` find its package before the installed one."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=os.environ | ENVIRONMENT,
            capture_output=True,
            text=True,
            timeout=MOST_SECONDS,
            check=False,
        )

    @contextmanager
    def holding(self, mistake: Mistake) -> Iterator[None]:
        """Plant the mistake, and take it out again."""
        file = self.folder / mistake.file
        source = file.read_text(encoding="utf-8")
        file.write_text(planted(source, mistake), encoding="utf-8")
        try:
            yield
        finally:
            file.write_text(source, encoding="utf-8")

    def caught_by(self, module: str) -> str | None:
        """Say what catches a mistake in the module: claims, a test of its own, or any other."""
        own = [name for name in self.tests if name.endswith(f"/test_{module}.py")]
        others = [name for name in self.tests if name not in own]
        return self.fallen_claim() or self.failing_test(own) or self.failing_test(others)

    def fallen_claim(self) -> str | None:
        """Say which claims fall, if any."""
        ran = self.python("-m", "rnn_solutions.claims", "--trials", TRIALS)
        fallen = [line.split()[1] for line in ran.stdout.splitlines() if line.startswith("fallen ")]
        if ran.returncode and not fallen:
            raise DoesNotApplyError(f"with it the claims do not run at all: {last_line(ran)}")
        more = f" and {len(fallen) - 1} more" if len(fallen) > 1 else ""
        return f"claim {fallen[0]}{more}" if fallen else None

    def failing_test(self, files: list[str]) -> str | None:
        """Say which test of the files fails first, if any."""
        if not files:
            return None
        options = ["-x", "-q", "--no-header", "--tb=no", "-p", "no:cacheprovider"]
        ran = self.python("-m", "pytest", *options, *(f"tests/{name}" for name in files))
        failed = [line for line in ran.stdout.splitlines() if line.startswith("FAILED ")]
        if ran.returncode and not failed:
            raise DoesNotApplyError(f"with it the tests do not run at all: {last_line(ran)}")
        return re.sub(r"FAILED tests/([^ \[]*).*", r"test \1", failed[0]) if failed else None


def last_line(ran: subprocess.CompletedProcess[str]) -> str:
    """Return the last thing that a run said: the error, if it had one."""
    return (ran.stdout + ran.stderr).strip().rpartition("\n")[2]


def read() -> list[Mistake]:
    """Return the mistakes of the list."""
    pages = tomllib.loads(Path(__file__).with_name("mistakes.toml").read_text(encoding="utf-8"))
    return [Mistake(name, **edit) for page in pages.values() for name, edit in page.items()]


def judge(mistake: Mistake, free: SimpleQueue[Copy]) -> tuple[str, str]:
    """Return what became of a mistake, and who caught it."""
    copy = free.get()
    try:
        with copy.holding(mistake):
            found = copy.caught_by(Path(mistake.file).stem)
    except DoesNotApplyError as error:
        return "DOES NOT APPLY", str(error)
    except subprocess.TimeoutExpired:
        return "NOT CAUGHT", f"the checks ran for more than {MOST_SECONDS} s"
    finally:
        free.put(copy)
    if found is None:
        return "NOT CAUGHT", "every claim holds and every test passes: a check is missing"
    return found.partition(" ")[0], found


def require_sound(copy: Copy) -> None:
    """Exit unless the copy is what runs, and passes before anything is planted."""
    where = copy.python("-c", "import rnn_solutions; print(rnn_solutions.__file__)").stdout.strip()
    if not Path(where).is_relative_to(copy.folder):
        sys.exit(f"the checks would run on {where} and not on the copy in {copy.folder}")
    if found := copy.caught_by(""):
        sys.exit(f"without any mistake planted there already fails the {found}. Repair that first")


def main() -> int:
    """Judge every mistake, report each in a line, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("words", nargs="*", help="only the mistakes whose names hold one of these")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many at a time")
    arguments = parser.parse_args()
    mistakes = [one for one in read() if not arguments.words or any(w in one.name for w in arguments.words)]
    begin = perf_counter()
    with TemporaryDirectory() as folder, ThreadPoolExecutor(arguments.jobs) as pool:
        copies = [Copy(Path(folder).resolve() / str(number)) for number in range(arguments.jobs)]
        print("First without a mistake ...", flush=True)
        require_sound(copies[0])
        free: SimpleQueue[Copy] = SimpleQueue()
        for copy in copies:
            free.put(copy)
        verdicts: Counter[str] = Counter()
        found = pool.map(lambda mistake: judge(mistake, free), mistakes)
        for number, (mistake, (verdict, detail)) in enumerate(zip(mistakes, found, strict=True), 1):
            verdicts[verdict] += 1
            print(f"{number:3}/{len(mistakes)} {mistake.name}\n        {detail}", flush=True)
    caught = verdicts["claim"] + verdicts["test"]
    print(
        f"{len(mistakes)} mistakes: {verdicts['claim']} caught by claims, {verdicts['test']} by tests, "
        f"{verdicts['NOT CAUGHT']} not caught, {verdicts['DOES NOT APPLY']} that do not apply; "
        f"{perf_counter() - begin:.0f} s"
    )
    return 0 if caught == len(mistakes) else 1


if __name__ == "__main__":
    sys.exit(main())
