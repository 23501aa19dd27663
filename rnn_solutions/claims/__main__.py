"""Run the claims in a terminal: ``python -m rnn_solutions.claims``."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable

from rnn_solutions._progress import Progress
from rnn_solutions._validation import nearest
from rnn_solutions.claims import CLAIMS, Verdict, judge
from rnn_solutions.claims.judging import SEED, TRIALS


def main(arguments: list[str] | None = None) -> int:
    """Run the claims asked for, print a line for each, and return 1 if one falls."""
    parser = argparse.ArgumentParser(prog="python -m rnn_solutions.claims", description=__doc__)
    parser.add_argument("--label", action="append", metavar="L", help="only this one; may be repeated")
    for name, smallest, usual, what in (
        ("--trials", 1, TRIALS, "cases for each claim"),
        ("--seed", 0, SEED, "where they are drawn from"),
    ):
        parser.add_argument(name, type=_at_least(smallest), default=usual, help=f"{what} ({usual})")
    given = parser.parse_args(arguments)
    labels = list(dict.fromkeys(given.label or CLAIMS))  # each once
    for label in labels:
        if label not in CLAIMS:
            parser.error(f"no claim is labelled {label}{nearest(label, CLAIMS)}")
    statuses: Counter[str] = Counter()
    start = time.perf_counter()
    with Progress() as progress:
        for number, label in enumerate(labels):
            filled = 30 * number // len(labels)
            progress.show(f"[{'#' * filled}{'.' * (30 - filled)}] {number} of {len(labels)}  {label}")
            began = time.perf_counter()
            verdict = judge(CLAIMS[label], given.trials, given.seed)
            progress.show("")
            print(_line(verdict, time.perf_counter() - began), flush=True)
            statuses[verdict.status] += 1
    said = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    print(f"\n{said}, in {time.perf_counter() - start:.1f} s")
    return 1 if statuses["fallen"] else 0


def _at_least(smallest: int) -> Callable[[str], int]:
    """Return a converter for the command line that refuses smaller numbers."""

    def number(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"must be a whole number, got {text!r}") from None
        if value < smallest:
            raise argparse.ArgumentTypeError(f"must be at least {smallest}, got {value}")
        return value

    return number


def _line(verdict: Verdict, seconds: float) -> str:
    """Return what is printed for one claim."""
    error = "-" if verdict.error is None else f"{verdict.error:.1e}"
    many = f"{verdict.cases} cases" if verdict.sampled else "one run"
    row = f"{verdict.status:8} {verdict.label:32} {many:10} {error:8} of {verdict.tolerance:<8g}"
    row += f" {verdict.method:17} {seconds:5.2f} s"
    if verdict.status == "fallen":
        place = f"{verdict.module}, line {verdict.line}: {verdict.function}"
        row += f"\n         {verdict.reason}\n         {place}"
    return row


if __name__ == "__main__":
    sys.exit(main())
