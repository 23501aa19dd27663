"""Which surviving mutants were reviewed: harmless.toml excuses one change of a line, or a kind of change.

An entry names a function, a line of it, what that line may become, and why. So it outlives a shift of the
lines around it. A rule is one for all functions. Its `change` describes a changed argument or comparison,
with a regular expression for each part that matters:

- for an argument `call`, the function; `argument`, the keyword or the position from 0; `was` and `becomes`,
  the value, or nothing for no argument; and `result`, whether what the call returns is "used" or "dropped";
- for a comparison `left` and `right`, its sides; `was` and `becomes`, the operator.
"""

from __future__ import annotations

import ast
import re
import tomllib
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

LIST = Path(__file__).with_name("harmless.toml")
PACKAGE = Path(__file__).parents[2] / "rnn_solutions"
COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
# A line need not be a whole statement. One of these makes it one, if anything does.
WHOLE = ["{}", "{}\n    pass", "({})", "[_ {}]"]
Key = tuple[str, str, str]  # a function, a line of it, and what that line becomes


@dataclass(frozen=True)
class Rule:
    """A kind of change that does no harm, with a changed line that it takes and one that it must refuse."""

    name: str
    why: str
    change: dict[str, str]
    takes: tuple[str, str]
    refuses: tuple[str, str]

    def covers(self, was: str, becomes: str) -> bool:
        """Say whether a change of a line is of this kind."""
        found = change(was, becomes)
        return all(re.fullmatch(pattern, found.get(part, "?")) for part, pattern in self.change.items())


def read() -> tuple[list[Rule], dict[Key, str]]:
    """Return the rules, and the reason for each change that has an entry of its own."""
    listed = tomllib.loads(LIST.read_text(encoding="utf-8"))
    rules = [Rule(name, **parts) for name, parts in listed["rules"].items()]
    reasons = {
        (entry["function"], entry["was"].strip(), becomes.strip()): entry["why"].strip()
        for entry in listed["harmless"]
        for becomes in entry["becomes"]
    }
    return rules, reasons


def change(was: str, becomes: str) -> dict[str, str]:
    """Return the parts of the innermost argument or comparison in which two lines differ, if it is one."""
    found: dict[str, str] = {}
    (old, new), parent = parsed(was, becomes), None
    while type(old) is type(new):
        match old, new:
            case ast.Call(), ast.Call():
                found = changed_argument(old, new)
                if found:
                    found["result"] = "dropped" if isinstance(parent, ast.Expr) else "used"
            case ast.Compare(), ast.Compare():
                found = changed_operator(old, new)
        pairs = zip_longest(ast.iter_child_nodes(old), ast.iter_child_nodes(new), fillvalue=ast.Pass())
        differing = [pair for pair in pairs if ast.dump(pair[0]) != ast.dump(pair[1])]
        if len(differing) != 1:
            break
        parent, (old, new) = old, differing[0]
    return found


def parsed(*lines: str) -> list[ast.AST]:
    """Return a tree for each line, or for each a tree that says nothing if they make no sense alone."""
    for whole in WHOLE:
        try:
            return [ast.parse(whole.format(line)) for line in lines]
        except SyntaxError:
            continue
    return [ast.Pass() for _ in lines]


def changed_argument(old: ast.Call, new: ast.Call) -> dict[str, str]:
    """Return how two calls differ if one argument is all in which they do."""
    before, after = arguments(old), arguments(new)
    names = [name for name in before | after if before.get(name) != after.get(name)]
    if len(names) != 1:
        return {}
    was, becomes = before.get(names[0], ""), after.get(names[0], "")
    return {"call": ast.unparse(old.func), "argument": names[0], "was": was, "becomes": becomes}


def arguments(call: ast.Call) -> dict[str, str]:
    """Return what is given to a call, by keyword or position."""
    by_position = {str(number): ast.unparse(value) for number, value in enumerate(call.args)}
    return by_position | {str(keyword.arg): ast.unparse(keyword.value) for keyword in call.keywords}


def changed_operator(old: ast.Compare, new: ast.Compare) -> dict[str, str]:
    """Return how two comparisons of two sides differ if the operator is all in which they do."""
    left, right = ast.unparse(old.left), ast.unparse(old.comparators[-1])
    if len(old.ops) > 1 or (left, right) != (ast.unparse(new.left), ast.unparse(new.comparators[-1])):
        return {}
    was, becomes = (COMPARISONS.get(type(one.ops[0]), "") for one in (old, new))
    return {"left": left, "right": right, "was": was, "becomes": becomes}


def lines_of(function: str) -> list[str]:
    """Return the lines of a function of the package without their indentation, or none if it is gone."""
    wing, module, *names = function.split(".")
    file = PACKAGE / wing / f"{module}.py"
    source = file.read_text(encoding="utf-8") if file.is_file() else ""
    node: ast.AST | None = ast.parse(source)
    for name in names:
        children = list(ast.iter_child_nodes(node)) if node else []
        node = next((child for child in children[::-1] if getattr(child, "name", None) == name), None)
    first, last = (node.lineno - 1, node.end_lineno) if isinstance(node, ast.FunctionDef) else (0, 0)
    return [line.strip() for line in source.splitlines()[first:last]]
