"""Flip each sign in the claims, one at a time, and see a claim fall: ``nox -s mistakes -- signs``.

A sign is a plus or a minus in the body of a function of the claims, the findings or what both draw on. One in
a claim must make that claim fall, also where it refutes what is printed: its control must notice. One in what
claims share must make one of them fall, and one in what no claim runs must change a number on the page of
errata. What draws an instance or sets a scale is left out, and so are indices. The signs that make no
difference stand in harmless_signs.toml, each with its reason. The exit status is 1 when another makes none
either.
"""

from __future__ import annotations

import ast
import inspect
import math
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import perf_counter
from types import CodeType, FunctionType, ModuleType
from typing import Any

from rnn_solutions import claims
from rnn_solutions.claims import CLAIMS, Claim, judge, judging
from rnn_solutions.sheet import findings
from rnn_solutions.sheet.findings.registry import MEASURES

TRIALS = 20
NUMBERS = findings.numbers()
# The claims, and in the same form the trials of what the sheet does not state.
EVERY = list(CLAIMS.values()) + [
    Claim(f"erratum-{number}", trial.refute, statement="What is printed.", **trial.said)
    for number, trial in findings.TRIALS.items()
    if f"erratum-{number}" not in CLAIMS
]
HARMLESS = Path(__file__).with_name("harmless_signs.toml")
OPPOSITE = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.USub: ast.UAdd, ast.UAdd: ast.USub}


@dataclass
class Place:
    """A function with its signs, by its qualified name, and where it stands in the tree of its module."""

    module: ModuleType
    tree: ast.Module
    name: str
    node: ast.FunctionDef

    @property
    def where(self) -> str:
        """The name under which a sign is excused."""
        return f"{self.module.__name__.partition('.')[2]}:{self.name}"

    @cached_property
    def function(self) -> FunctionType:
        """The function itself, taken out of its class, property or cache."""
        found: Any = self.module
        for part in self.name.split("."):
            found = vars(found)[part]
        while not isinstance(found, FunctionType):
            ways = ("fget", "func", "__wrapped__")
            found = next(getattr(found, way) for way in ways if hasattr(found, way))
        return inspect.unwrap(found)

    @cached_property
    def judges(self) -> list[Claim]:
        """The claims of which one must fall: the function's own, or else those that may use it."""
        own = [claim for claim in EVERY if inspect.unwrap(claim.function) is self.function]
        name = self.module.__name__
        beside = [claim for claim in EVERY if claim.function.__module__ == name]
        near = [claim for claim in EVERY if claim.function.__module__.startswith(f"{findings.__name__}.")]
        return own or beside or (near if name.startswith(f"{findings.__name__}.") else EVERY)

    @cached_property
    def signs(self) -> list[Any]:
        """The nodes that hold a sign, but for those that draw an instance or set a scale, and for indices."""
        is_claim = any(inspect.unwrap(claim.function) is self.function for claim in self.judges)
        if not is_claim and "rng" in {argument.arg for argument in self.node.args.args}:
            return []  # it draws instances
        nodes = [node for statement in self.node.body for node in ast.walk(statement)]
        spared = {inner for node in nodes for part in no_formula(node) for inner in ast.walk(part)}
        signed = [node for node in nodes if type(getattr(node, "op", None)) in OPPOSITE]
        return [node for node in signed if node not in spared and not (set(operands(node)) & spared)]

    @cached_property
    def is_run(self) -> bool:
        """Whether a claim runs the function: one falls where it raises."""
        raising = ast.parse("raise NotImplementedError").body
        return self._with(self.node, "body", raising, lambda: falls(self.judges))

    def falls_without(self, sign: Any) -> bool:
        """Say whether a claim falls with one sign flipped, or a number changes where no claim runs it."""
        is_noticed = (lambda: falls(self.judges)) if self.is_run else numbers_change
        return self._with(sign, "op", OPPOSITE[type(sign.op)](), is_noticed)

    def _with(self, node: Any, part: str, changed: Any, question: Callable[[], bool]) -> bool:
        """Answer a question while a part of a node is changed and the function runs what its tree says."""
        code, kept = self.function.__code__, getattr(node, part)
        setattr(node, part, changed)
        try:
            self.function.__code__ = self._compiled()
            return question()
        finally:
            self.function.__code__ = code
            setattr(node, part, kept)

    def _compiled(self) -> CodeType:
        """Return the code of the function as its tree is now."""
        code = compile(self.tree, str(self.module.__file__), "exec", dont_inherit=True)
        for part in self.name.split("."):
            code = next(c for c in code.co_consts if isinstance(c, CodeType) and c.co_name == part)
        return code


def no_formula(node: ast.AST) -> list[ast.AST]:
    """Return the parts of a node whose signs belong to no formula."""
    match node:
        case ast.Call() if ast.unparse(node.func).startswith(("rng.", "assume")):
            return [node]  # draws numbers, or says which may be drawn
        case ast.keyword(arg="axis" | "scale"):
            return [node.value]
        case ast.Assign(targets=[ast.Name(id="scale")]):
            return [node.value]
        case ast.Subscript():
            return [index for index in ast.walk(node.slice) if isinstance(index, ast.UnaryOp)]
    return []


def operands(node: Any) -> list[ast.AST]:
    """Return what a plus or minus with two sides stands between."""
    return [node.left, node.right] if isinstance(node, ast.BinOp) else []


def modules() -> list[ModuleType]:
    """Return the modules that hold claims, and those of the same wings that these draw on, but for judges."""
    holders = {claim.function.__module__ for claim in EVERY}
    holders |= {measure.__module__ for measure in MEASURES.values()}
    drawn_on = {module_of(thing) for holder in holders for thing in vars(sys.modules[holder]).values()}
    judges = {module_of(getattr(claims, name)) for name in claims.__all__} | {findings.errors.__module__}
    wings = tuple(".".join(name.split(".")[:2]) + "." for name in holders)
    beside = {name for name in drawn_on - judges if name.startswith(wings)}
    return [sys.modules[name] for name in sorted(holders | beside)]


def module_of(thing: object) -> str:
    """Return the name of a module, or of the one that a function or class is written in."""
    return str(getattr(thing, "__module__", getattr(thing, "__name__", "")))


def places() -> Iterator[Place]:
    """Yield every function and method of those modules."""
    for module in modules():
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        for node in tree.body:
            within = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
            for inner in node.body if isinstance(node, ast.ClassDef) else [node]:
                if isinstance(inner, ast.FunctionDef):
                    yield Place(module, tree, within + inner.name, inner)


def falls(claims: list[Claim]) -> bool:
    """Say whether one of the claims falls."""
    judging._drawn.cache_clear()  # of what they drew before a sign was flipped
    return any(judge(claim, TRIALS).status == "fallen" for claim in claims)


def numbers_change() -> bool:
    """Say whether a number on the page of errata is no longer what it was."""
    try:
        found = findings.numbers()
    except (ArithmeticError, ValueError):
        return True
    return found.keys() != NUMBERS.keys() or any(
        value != found[name] if isinstance(value, str) else not math.isclose(value, found[name], rel_tol=1e-6)
        for name, value in NUMBERS.items()
    )


def main() -> int:
    """Flip every sign, report each function in a line, and return the exit status."""
    harmless = tomllib.loads(HARMLESS.read_text(encoding="utf-8"))
    begin, flips, excused, wrong = perf_counter(), 0, 0, []
    if falls(EVERY):
        sys.exit("a claim falls before any sign is flipped: python -m rnn_solutions.claims says which")
    for place in places():
        if place.signs:
            print(f"{len(place.signs):3} signs in {place.where}", flush=True)
        unseen = [sign for sign in place.signs if not place.falls_without(sign)]
        reasons, spelled = harmless.pop(place.where, {}), [ast.unparse(sign) for sign in unseen]
        wrong += [
            f"NOT CAUGHT: {place.where}, line {sign.lineno}: {text}"
            for sign, text in zip(unseen, spelled, strict=True)
            if text not in reasons
        ]
        stale = [text for text in reasons if text not in spelled]
        wrong += [f"{HARMLESS.name} excuses what is caught, or gone: {place.where}: {text}" for text in stale]
        flips, excused = flips + len(place.signs), excused + len(unseen)
    wrong += [f"{HARMLESS.name} excuses signs of {where}, which is gone" for where in harmless]
    if wrong:
        print(*wrong, f"Make a claim see each sign, or say in {HARMLESS.name} why it need not.", sep="\n")
    seconds = perf_counter() - begin
    print(f"{flips} signs: {flips - excused} make a claim fall, {excused} do not; {seconds:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
