"""Say how many mutants died, which lived, and which of those were reviewed in harmless.toml.

An entry there names a function, a line of it, what that line may become without harm, and why. So it outlives
a shift of the lines around it.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections import Counter
from pathlib import Path

from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import get_module_from_key, orig_function_and_class_names_from_key

DEAD = {"killed", "timeout", "segfault"}
LEAST = 95.0  # percent of all mutants, the harmless ones among them
REVIEWED = Path(__file__).parent / "harmless.toml"
Key = tuple[str, str, str]  # a function, a line of it, and what that line becomes


def status(code: int | None) -> str:
    """Return mutmut's word for an exit code."""
    return str(status_by_exit_code[code])


def key_of(name: str, path: str) -> Key:
    """Return the function that a mutant changes, the line that differs, and the mutant's line."""
    function, owner = orig_function_and_class_names_from_key(name)
    module = get_module_from_key(name).removeprefix("rnn_solutions.")
    lines = get_diff_for_mutant(name, path=path).splitlines()
    was, becomes = (
        "\n".join(line[1:].strip() for line in lines[2:] if line[0] == sign) for sign in ("-", "+")
    )
    return ".".join(filter(None, [module, owner, function])), was, becomes


def reviewed() -> dict[Key, str]:
    """Return the reason for each reviewed change."""
    entries = tomllib.loads(REVIEWED.read_text(encoding="utf-8")).get("harmless", [])
    reasons = {
        (entry["function"], entry["was"].strip(), becomes.strip()): entry["why"].strip()
        for entry in entries
        for becomes in entry["becomes"]
    }
    if not all(reasons.values()):
        raise ValueError(f"every entry of {REVIEWED.name} must say why")
    return reasons


def show(work: Path) -> int:
    """Print the report on a folder in which mutmut ran; return 1 if it is not good enough, else 0."""
    os.chdir(work)  # mutmut reads its settings and results from the folder it is called in
    tally: dict[str, Counter[str]] = {}
    living: dict[str, tuple[str, Key]] = {}
    for file in sorted(Path("mutants").rglob("*.meta")):
        path = str(file.relative_to("mutants").with_suffix(""))
        found = {
            name: status(code) for name, code in json.loads(file.read_text())["exit_code_by_key"].items()
        }
        tally[Path(path).stem] = Counter(found.values())
        left = {name: word for name, word in found.items() if word not in DEAD | {"not checked"}}
        living |= {name: (word, key_of(name, path)) for name, word in left.items()}
    total = sum(tally.values(), Counter())
    print_table(tally | {"all": total})
    reasons = reviewed()
    good = judge(living, reasons)
    if total["not checked"]:
        print(f"\n{total['not checked']} mutants were not tried yet: call again.")
        return 1
    for function, was, becomes in sorted(reasons.keys() - {key for _, key in living.values()}):
        print(f"\nIn {REVIEWED.name}, and no survivor: {function}\n- {was}\n+ {becomes}")
    return 0 if good and score(total) >= LEAST else 1


def score(counts: Counter[str]) -> float:
    """Return how many percent of the mutants tried died."""
    tried = counts.total() - counts["not checked"]
    return 100 * sum(counts[word] for word in DEAD) / tried if tried else 0.0


def print_table(tally: dict[str, Counter[str]]) -> None:
    """Print one line for each module."""
    columns = ["killed", "timeout", "survived", "no tests", "not checked"]
    print(
        "\n"
        + "".join([f"{'module':14}", f"{'mutants':>9}", *(f"{name:>13}" for name in columns), "    score"])
    )
    for module, counts in tally.items():
        numbers = "".join(f"{counts[name]:13}" for name in columns)
        print(f"{module:14}{counts.total():9}{numbers}{score(counts):8.1f}%")


def judge(living: dict[str, tuple[str, Key]], reasons: dict[Key, str]) -> bool:
    """Name the mutants that live, those not reviewed as entries to fill in; say whether all were reviewed."""
    known = {name for name, (_, key) in living.items() if key in reasons}
    print(f"\n{len(known)} live and were reviewed:", *sorted(known), sep="\n  ")
    print(f"\n{len(living) - len(known)} live and were not reviewed:")
    for name in sorted(living.keys() - known):
        word, (function, was, becomes) = living[name]
        print(f'\n# {name}: {word}\n[[harmless]]\nfunction = "{function}"\nwhy = ""')
        print(f"was = '''{was}'''\nbecomes = ['''{becomes}''']")
    return len(known) == len(living)
