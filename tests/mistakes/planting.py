"""Plant a mistake in a function: an edit of its syntax tree, whatever its layout."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("mistakes.toml")


@dataclass(frozen=True)
class Mistake:
    """One mistake, and the edit that makes it: of one expression, or of statements."""

    name: str  # what was done wrong, in the words of someone who corrects homework
    where: str  # module and function below rnn_solutions, such as "networks.rnn:RNN.forward"
    find: str
    put: str  # nothing if the statements were forgotten
    times: int = 1  # that `find` must stand there; each is replaced

    @property
    def module(self) -> str:
        """The module that it is made in."""
        return f"rnn_solutions.{self.where.partition(':')[0]}"

    @property
    def file(self) -> str:
        """The path of the module below the root of the project."""
        return f"{self.module.replace('.', '/')}.py"


class DoesNotApplyError(ValueError):
    """The code no longer holds what the mistake replaces, or not as often."""


class Loader(SourceFileLoader):
    """Finds the mistake's module when it is imported, and loads it with the mistake in it."""

    def __init__(self, mistake: Mistake) -> None:
        path = ROOT / mistake.file
        super().__init__(mistake.module, str(path))
        self.source = planted(path.read_text(encoding="utf-8"), mistake)

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        """Step in for this one module."""
        return spec_from_loader(name, self) if name == self.name else None

    def get_code(self, _: str) -> CodeType:
        """Compile afresh: no bytecode file may be read, and none written."""
        return compile(self.source, self.path, "exec", dont_inherit=True)


def mistakes() -> list[Mistake]:
    """Return the mistakes of the list."""
    pages = tomllib.loads(LIST.read_text(encoding="utf-8"))
    return [Mistake(name, **edit) for page in pages.values() for name, edit in page.items()]


def plant(mistake: Mistake) -> None:
    """Plant the mistake for the rest of this process, which must not have imported its module yet."""
    sys.meta_path.insert(0, Loader(mistake))


def planted(source: str, mistake: Mistake) -> str:
    """Return the source of the mistake's module with the mistake in it, or raise a DoesNotApplyError."""
    tree, find, put = (_parsed(text) for text in (source, mistake.find, mistake.put))
    found = _replaced(_function(tree, mistake), find.body, put.body)
    if found != mistake.times:
        raise DoesNotApplyError(
            f"'{mistake.name}' does not apply: in {mistake.where} the code `{mistake.find}` must stand "
            f"{mistake.times} time(s) and stands {found} times. Rewrite it in {LIST.name} for today's code"
        )
    return ast.unparse(tree) + "\n"


def _parsed(source: str) -> ast.Module:
    """Return a tree in which what is read and what is written to look alike."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if hasattr(node, "ctx"):
            node.ctx = ast.Load()
    return tree


def _function(tree: ast.Module, mistake: Mistake) -> ast.AST:
    """Return the function, method or class that the mistake names."""
    node: ast.AST = tree
    for name in filter(None, mistake.where.partition(":")[2].split(".")):
        inner = [child for child in ast.iter_child_nodes(node) if getattr(child, "name", None) == name]
        if not inner:
            raise DoesNotApplyError(
                f"'{mistake.name}' does not apply: {mistake.file} has no `{name}`, which {mistake.where} "
                f"names. Say in {LIST.name} where the function is now"
            )
        node = inner[-1]  # overloads come before what they stand for
    return node


def _replaced(node: ast.AST, find: list[ast.stmt], put: list[ast.stmt]) -> int:
    """Replace `find` by `put` wherever it stands in the node, and return how often it did."""
    match find, put:
        case [ast.Expr(value=wanted)], [ast.Expr(value=mistaken)]:
            swap = _Swap(ast.dump(wanted), mistaken)
            swap.generic_visit(node)
            return swap.found
    return sum(_replaced_in(block, find, put) for block in _blocks(node))


class _Swap(ast.NodeTransformer):
    """Replace every expression of one meaning."""

    def __init__(self, wanted: str, mistaken: ast.expr) -> None:
        self.wanted, self.mistaken, self.found = wanted, mistaken, 0

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.expr) and ast.dump(node) == self.wanted:
            self.found += 1
            return deepcopy(self.mistaken)
        return self.generic_visit(node)


def _replaced_in(block: list[ast.stmt], find: list[ast.stmt], put: list[ast.stmt]) -> int:
    """Replace a run of statements wherever it stands in a block, and return how often it did."""
    spelled, wanted = [ast.dump(one) for one in block], [ast.dump(one) for one in find]
    starts = [start for start in range(len(block)) if spelled[start : start + len(find)] == wanted]
    for start in reversed(starts):
        block[start : start + len(find)] = deepcopy(put) or [ast.Pass()]
    return len(starts)


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """Yield every list of statements in the node."""
    for inner in list(ast.walk(node)):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(inner, field, None)
            if isinstance(block, list):
                yield block
