"""Plant a mistake in the source of a function: an edit of its syntax tree, whatever its layout."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """One mistake, and the edit that makes it.

    Parameters
    ----------
    name : str
        What was done wrong, in the words of someone who corrects homework.
    where : str
        Module and function below `rnn_solutions`, such as ``"rnn:RNN.forward"``.
    find, put : str
        What stands there, and what the mistake writes in its place: one expression each, or statements.
        Nothing to put means that the statements were forgotten.
    times : int
        How often `find` must stand there; each is replaced.
    """

    name: str
    where: str
    find: str
    put: str
    times: int = 1

    @property
    def file(self) -> str:
        """The path of the module below the root of the project."""
        return f"rnn_solutions/{self.where.partition(':')[0].replace('.', '/')}.py"


class DoesNotApplyError(ValueError):
    """The code no longer holds what the mistake replaces, or not as often."""


def planted(source: str, mistake: Mistake) -> str:
    """Return the source of the mistake's module with the mistake in it, or raise a DoesNotApplyError."""
    tree = ast.parse(source)
    found = _planted_in(_function(tree, mistake), ast.parse(mistake.find).body, ast.parse(mistake.put).body)
    if found != mistake.times:
        raise DoesNotApplyError(
            f"'{mistake.name}' does not apply: in {mistake.where} the code `{mistake.find}` must stand "
            f"{mistake.times} time(s) and stands {found} times. Write it again for the code of today"
        )
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _function(tree: ast.Module, mistake: Mistake) -> ast.AST:
    """Return the function, method or class that the mistake names."""
    node: ast.AST = tree
    for name in filter(None, mistake.where.partition(":")[2].split(".")):
        inner = [child for child in ast.iter_child_nodes(node) if getattr(child, "name", None) == name]
        if not inner:
            raise DoesNotApplyError(
                f"'{mistake.name}' does not apply: {mistake.file} has no `{name}`, which {mistake.where} "
                "names. Say where the function is now"
            )
        node = inner[-1]  # overloads come before what they stand for
    return node


def _planted_in(node: ast.AST, find: list[ast.stmt], put: list[ast.stmt]) -> int:
    """Replace `find` by `put` wherever it stands in the node, and return how often it did."""
    match find, put:
        case [ast.Expr(value=wanted)], [ast.Expr(value=mistaken)]:
            swap = _Swap(_meaning(wanted), mistaken)
            swap.generic_visit(node)
            return swap.found
    return sum(_swapped(block, find, put) for block in _blocks(node))


class _Swap(ast.NodeTransformer):
    """Replace every expression of one meaning."""

    def __init__(self, wanted: str, mistaken: ast.expr) -> None:
        self.wanted, self.mistaken, self.found = wanted, mistaken, 0

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.expr) and _meaning(node) == self.wanted:
            self.found += 1
            return deepcopy(self.mistaken)
        return self.generic_visit(node)


def _swapped(block: list[ast.stmt], find: list[ast.stmt], put: list[ast.stmt]) -> int:
    """Replace a run of statements wherever it stands in a block, and return how often it did."""
    wanted, length = [_meaning(statement) for statement in find], len(find)
    starts = [
        start
        for start in range(len(block) - length + 1)
        if [_meaning(statement) for statement in block[start : start + length]] == wanted
    ]
    for start in reversed(starts):
        block[start : start + length] = deepcopy(put) or [ast.Pass()]
    return len(starts)


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """Yield every list of statements in the node."""
    for inner in list(ast.walk(node)):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(inner, field, None)
            if isinstance(block, list):
                yield block


def _meaning(node: ast.AST) -> str:
    """Spell a tree so that two are alike when they read alike, whether they are read or written to."""
    node = deepcopy(node)
    for inner in ast.walk(node):
        if hasattr(inner, "ctx"):
            inner.ctx = ast.Load()
    return ast.dump(node)
