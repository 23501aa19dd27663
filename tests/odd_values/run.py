"""Hand odd values to every public function and say what came of it: ``nox -s fuzz``.

What stands after ``--`` chooses the functions whose names hold one of these words. ``--sample`` takes a few
values for each argument, as a test does; ``--sample SEED`` takes others.

Each share of the calls runs in a process of its own, whose memory is bounded. One that does not answer is
ended, and its last call is reported. The exit status is 1 when a call went wrong.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter

import judging
from rnn_solutions import _memory
from working_calls import Public, public_ones

FEW = 4  # cases of a sample, for each argument and table
MEMORY = 2**31  # bytes for one call
PATIENCE = (
    2 * judging.ASLEEP * judging.SECONDS
)  # after which a process is ended that does not even notice its alarm
SHOWN = 400  # characters of one report
ALIKE = 3  # reports of one fault


def work(cases: Sequence[judging.Case], first: int, reply: Connection) -> None:
    """Judge the cases from the first on in this process, and reply before and after each."""
    import resource  # which Windows does not have

    _memory._of_the_machine = lambda: MEMORY  # so that all machines refuse the same
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    bound = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
    for number in range(first, len(cases)):
        reply.send((number, None))
        reply.send((number, judging.verdict(cases[number])))
    reply.send((len(cases), None))


def judged(cases: Sequence[judging.Case]) -> Iterator[tuple[judging.Case, tuple[str, str]]]:
    """Yield cases with their verdicts, from a process that is replaced when it does not answer."""
    fork = get_context("fork")
    number = 0
    while number < len(cases):
        here, there = fork.Pipe(duplex=False)
        process = fork.Process(target=work, args=(cases, number, there))
        process.start()
        there.close()
        try:
            while number < len(cases):
                if not here.poll(PATIENCE):
                    process.kill()  # which the next line notices
                number, found = here.recv()
                if found:
                    yield cases[number], found
        except EOFError:
            process.join()
            yield cases[number], ("crash", f"the process ended with status {process.exitcode}")
            number += 1
        process.join()


def sample_of(cases: list[judging.Case], draw: random.Random) -> list[judging.Case]:
    """Return a few cases for each argument from each table."""
    groups: dict[tuple[str, str], list[judging.Case]] = {}
    for case in cases:
        groups.setdefault((case.argument, case.table), []).append(case)
    return [case for group in groups.values() for case in draw.sample(group, min(FEW, len(group)))]


def check_public(ones: Sequence[Public]) -> list[str]:
    """Name what cannot be tried because nothing says how it is called."""
    return [f"{one.name}: no example calls it; give its docstring one" for one in ones if not one.calls]


def main() -> int:
    """Try what is asked for, report each fault in a line, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("words", nargs="*", help="only the functions whose names hold one of these")
    parser.add_argument(
        "--sample", nargs="?", const=0, type=int, metavar="SEED", help="a few for each argument"
    )
    asked = parser.parse_args()
    begin = perf_counter()
    ones = [one for one in public_ones() if not asked.words or any(word in one.name for word in asked.words)]
    wrong = check_public(ones)
    draw = random.Random(asked.sample)
    cases = []
    for one in ones:
        own = list(judging.cases_of(one))
        cases += own if asked.sample is None else sample_of(own, draw)
    outcomes: Counter[str] = Counter()
    alike: Counter[tuple[str, str, str]] = Counter()
    for case, (kind, problem) in judged(cases):
        outcomes[kind] += 1
        if problem:
            wrong.append(f"{case}: {problem}")
            one_fault = case.public.name, case.argument, problem.partition(":")[0]
            alike[one_fault] += 1
            if alike[one_fault] <= ALIKE:
                print(f"WRONG {wrong[-1]}"[:SHOWN], flush=True)
    for (name, argument, problem), count in alike.items():
        if count > ALIKE:
            print(f"{count} times {name}({argument}=...): {problem}")
    outcomes.pop("does not apply", None)
    arguments = sum(len(one.arguments) for one in ones)
    seconds = perf_counter() - begin
    print(f"{len(ones)} functions, {arguments} arguments, {outcomes.total()} calls in {seconds:.0f} s")
    print(", ".join(f"{count} {kind}" for kind, count in outcomes.most_common()) + f"; {len(wrong)} wrong")
    return 1 if wrong or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
