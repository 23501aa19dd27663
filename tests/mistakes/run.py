"""Plant each mistake in the package and say which claim or test catches it: ``nox -s mistakes``.

What stands after ``--`` chooses the mistakes whose names hold one of these words. ``--sample`` takes them in
an order that every commit draws anew, and as many as fit into a minute; ``--sample SEED`` repeats that order.

A mistake is planted while its module is imported, in a process of its own, and no file is touched. The claims
judge first; when all hold, the tests of the module; when all pass, the tests of every wing. The exit status
is 1 when a mistake is not caught or no longer applies.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import random
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from time import perf_counter

import hypothesis  # noqa: F401 - what takes long to import is imported here, and not for each mistake again
import numpy as np  # noqa: F401
import pytest
import sympy  # noqa: F401

from planting import ROOT, DoesNotApplyError, Mistake, mistakes, plant

# Every wing's tests judge but those of figures: pictures hold no formula.
WINGS = {folder.name for folder in (ROOT / "rnn_solutions").iterdir() if folder.is_dir()} - {"figures"}
TESTS = sorted(file for wing in WINGS for file in (ROOT / "tests" / wing).glob("test_*.py"))
PYTEST = [
    *("-x", "-o", "addopts=--import-mode=importlib", "-p", "no:terminal", "-p", "no:cacheprovider"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # Hypothesis is imported already
]
TRIALS = 20
MOST_SECONDS = 300  # for one mistake
SAMPLE_SECONDS = 40  # after which a sample begins no other: the last ones take some seconds more


def judge(mistake: Mistake | None, all_tests: bool, reply: Connection) -> None:
    """Plant the mistake in this process, and reply who caught it."""
    faulthandler.dump_traceback_later(MOST_SECONDS, exit=True)
    try:
        if mistake:
            plant(mistake)
        reply.send(caught_by(Path(mistake.file if mistake else ""), all_tests))
    except DoesNotApplyError as error:
        reply.send(f"DOES NOT APPLY: {error}")


def caught_by(file: Path, all_tests: bool) -> str:
    """Say what catches a mistake in the file: a claim, a test of its own, of its wing, or any other."""
    distance = {
        test: (test.name != f"test_{file.name}") + (test.parent.name not in file.parts) for test in TESTS
    }
    nearest_first = [[test for test in TESTS if distance[test] == number] for number in range(3)]
    return (
        fallen_claim()
        or next(filter(None, map(failing_test, nearest_first if all_tests else [])), "")
        or "NOT CAUGHT: every claim holds and every test passes: a check is missing"
    )


def fallen_claim() -> str:
    """Name the claim that falls first, if any."""
    try:
        from rnn_solutions import claims
    except Exception as error:
        raise DoesNotApplyError(f"with it the package cannot be imported: {error!r}") from error
    for trials in (1, TRIALS):  # most mistakes show in the first case
        for claim in claims.CLAIMS.values():
            if trials == 1 and claim.must_fail:
                continue  # one case need not refute what is printed
            if claims.judge(claim, trials).status == "fallen":
                return f"claim {claim.label}"
    return ""


class FirstFailure:
    """Listens to pytest for the first test that fails."""

    test = reason = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the name of a test that fails."""
        if report.failed:
            self.test = report.nodeid.removeprefix("tests/").partition("[")[0]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep why a file holds no tests at all."""
        if report.failed:
            self.reason = report.longreprtext.strip().rpartition("\n")[2]


def failing_test(files: list[Path]) -> str:
    """Name the test of these files that fails first, if any."""
    first = FirstFailure()
    status = pytest.main([*PYTEST, *map(str, files)], [first]) if files else 0
    if status and not first.test:
        raise DoesNotApplyError(f"with it the tests do not run at all: {first.reason or status}")
    return f"test {first.test}" if first.test else ""


def judged(
    wanted: list[Mistake | None], jobs: int, seconds: float, all_tests: bool = True
) -> Iterator[tuple[Mistake | None, str]]:
    """Yield the mistakes with who caught them, some at a time; begin none when the seconds are over."""
    end, waiting, running = perf_counter() + seconds, deque(wanted), {}
    fork = get_context("fork")  # as long as nothing here imports the package, each process does it afresh
    while True:
        while waiting and len(running) < jobs and perf_counter() < end:
            mistake = waiting.popleft()
            here, there = fork.Pipe(duplex=False)
            process = fork.Process(target=judge, args=(mistake, all_tests, there))
            process.start()
            there.close()
            running[here] = mistake, process
        if not running:
            return
        for here in wait(list(running)):
            mistake, process = running.pop(here)
            try:
                found = here.recv()
            except EOFError:
                found = f"NOT CAUGHT: the checks died, or ran for more than {MOST_SECONDS} s"
            process.join()
            yield mistake, found


def commit() -> str:
    """Return the name of the commit that is checked out."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def main() -> int:
    """Judge the mistakes asked for, report each in a line, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("words", nargs="*", help="only the mistakes whose names hold one of these")
    parser.add_argument("--sample", nargs="?", const="", metavar="SEED", help="as many as fit into a minute")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many at a time")
    asked = parser.parse_args()
    begin, is_sample = perf_counter(), asked.sample is not None
    os.chdir(ROOT)
    wanted = [one for one in mistakes() if not asked.words or any(word in one.name for word in asked.words)]
    if is_sample:
        seed = asked.sample or commit()
        random.Random(seed).shuffle(wanted)
        print(f"A sample, which `nox -s mistakes -- --sample {seed}` repeats.")
    print("First without a mistake ...", flush=True)
    for _, found in judged([None], 1, SAMPLE_SECONDS, all_tests=not is_sample):
        if not found.startswith("NOT CAUGHT"):
            sys.exit(f"without any mistake planted there already fails the {found}. Repair that first")
    tally: Counter[str] = Counter()
    left = SAMPLE_SECONDS - (perf_counter() - begin) if is_sample else float("inf")
    for mistake, found in judged(wanted, asked.jobs, left):
        tally[found.partition(" ")[0]] += 1
        print(f"{tally.total():3}/{len(wanted)} {mistake.name}\n        {found}", flush=True)
    print(
        f"{tally.total()} mistakes: {tally['claim']} caught by claims, {tally['test']} by tests, "
        f"{tally['NOT']} not caught, {tally['DOES']} that do not apply; {perf_counter() - begin:.0f} s"
    )
    return 0 if tally["claim"] + tally["test"] == tally.total() > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
