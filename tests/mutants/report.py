"""Say how many mutants died, which lived, and which of those harmless.toml excuses."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import get_module_from_key, orig_function_and_class_names_from_key

import harmless

DEAD = {"killed", "timeout", "segfault"}
LEAST = 95.0  # percent of all mutants, the harmless ones among them


def status(code: int | None) -> str:
    """Return mutmut's word for an exit code."""
    return str(status_by_exit_code[code])


def key_of(name: str, path: str) -> harmless.Key:
    """Return the function that a mutant changes, the line that differs, and the mutant's line."""
    function, owner = orig_function_and_class_names_from_key(name)
    module = get_module_from_key(name).removeprefix("rnn_solutions.")
    lines = get_diff_for_mutant(name, path=path).splitlines()
    was, becomes = (
        "\n".join(line[1:].strip() for line in lines[2:] if line[0] == sign) for sign in ("-", "+")
    )
    return ".".join(filter(None, [module, owner, function])), was, becomes


def show(work: Path) -> int:
    """Print the report on a folder in which mutmut ran; return 1 if it is not good enough, else 0."""
    os.chdir(work)  # mutmut reads its settings and results from the folder it is called in
    tally: dict[str, Counter[str]] = {}
    living: dict[str, tuple[str, harmless.Key]] = {}
    for file in sorted(Path("mutants").rglob("*.meta")):
        path = file.relative_to("mutants").with_suffix("")
        codes = json.loads(file.read_text(encoding="utf-8"))["exit_code_by_key"]
        found = {name: status(code) for name, code in codes.items()}
        if found:
            tally["/".join(path.parts[1:])] = Counter(found.values())
        left = {name: word for name, word in found.items() if word not in DEAD | {"not checked"}}
        living |= {name: (word, key_of(name, str(path))) for name, word in left.items()}
    total = sum(tally.values(), Counter())
    print_table(tally | {"all": total})
    excused = print_living(living)
    if total["not checked"]:
        print(f"\n{total['not checked']} mutants were not tried yet: call again.")
        return 1
    return 0 if excused and score(total) >= LEAST else 1


def score(counts: Counter[str]) -> float:
    """Return how many percent of the mutants tried died."""
    tried = counts.total() - counts["not checked"]
    return 100 * sum(counts[word] for word in DEAD) / tried if tried else 0.0


def print_table(tally: dict[str, Counter[str]]) -> None:
    """Print one line for each module."""
    columns = ["killed", "timeout", "survived", "no tests", "not checked"]
    print(f"\n{'module':32}{'mutants':>9}" + "".join(f"{name:>13}" for name in columns) + "    score")
    for module, counts in tally.items():
        numbers = "".join(f"{counts[name]:13}" for name in columns)
        print(f"{module:32}{counts.total():9}{numbers}{score(counts):8.1f}%")


def print_living(living: dict[str, tuple[str, harmless.Key]]) -> bool:
    """Print which mutants live and why, the others as entries to fill in; say whether there are no others."""
    rules, reasons = harmless.read()
    excuses: dict[str, str] = {}
    for name, (_, key) in living.items():
        covering = [rule.name for rule in rules if rule.covers(*key[1:])]
        if covering or key in reasons:
            excuses[name] = f"the rule '{covering[0]}'" if covering else "an entry"
    print(f"\n{len(excuses)} live and are excused:")
    print(*(f"  {name} by {excuse}" for name, excuse in sorted(excuses.items())), sep="\n")
    print(f"\n{len(living) - len(excuses)} live and are not excused:")
    for name in sorted(living.keys() - excuses.keys()):
        word, (function, was, becomes) = living[name]
        print(f'\n# {name}: {word}\n[[harmless]]\nfunction = "{function}"\nwhy = ""')
        print(f"was = '''{was}'''\nbecomes = ['''{becomes}''']")
    for function, was, becomes in sorted(reasons.keys() - {key for _, key in living.values()}):
        print(f"\nAn entry, and no survivor so far: {function}\n- {was}\n+ {becomes}")
    return len(excuses) == len(living)
