"""Hold every formula without a number against the numbered ones, and against what their symbols stand for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from rnn_solutions.formulas.pages import Unnumbered, formulas, unnumbered
from rnn_solutions.formulas.comparing import relations
from rnn_solutions.formulas.evaluating import Evaluation, Meaning
from rnn_solutions.formulas.tree import Node, NotOurTeXError, Statement, read
from rnn_solutions.claims.registry import CLAIMS, Claim

CASES = 5  # of each claim, in all of which a formula must be true that is worked out with its symbols
NEAR = 0.2  # how far, relative, the sides of an "about" may be apart
# A formula with the left side of a numbered one, but another right side, where both are right; and why.
OTHERWISE: dict[str, str] = {}


@dataclass(frozen=True)
class Found:
    """What became of one formula."""

    formula: Unnumbered
    how: str  # "matched", "worked out", "assumed", "open", "false" or "unread"
    by: str = ""  # the label of what it was held against, or what is wrong


def judge_unnumbered() -> list[Found]:
    """Say of every formula with a relation whether a numbered one says the same, or its symbols make it true."""
    return [found for formula in unnumbered() if (found := _judge(formula)) is not None]


def _judge(formula: Unnumbered) -> Found | None:
    try:
        statements = [one for one in read(formula.tex) if _says_something(one.chain)]
    except NotOurTeXError as error:
        return Found(formula, "unread", str(error))
    if not statements:
        return None
    found = [_judge_one(one, formula) for one in statements]
    return min(found, key=lambda one: ("false", "open", "assumed", "worked out", "matched").index(one.how))


def _says_something(chain: Node) -> bool:
    return chain.kind == "chain" and all(part.kind != "nothing" for part in chain.parts)


def _judge_one(statement: Statement, formula: Unnumbered) -> Found:
    pairs = list(_pairs(statement.chain))
    if all(pair in _numbered() for pair in pairs):
        return Found(formula, "matched", _numbered()[pairs[0]])
    here = Path(formula.file).stem.replace("-", "_")
    claims = sorted(CLAIMS.values(), key=lambda claim: not claim.function.__module__.endswith(f".{here}"))
    false_by = ""
    for claim in claims:
        mine = claim.function.__module__.endswith(f".{here}")
        if (true := _is_true(statement, claim)) is True:
            return Found(formula, "worked out", claim.label)
        if true is False and mine and not false_by:
            false_by = claim.label
    if all(_is_plain(side) for side in statement.chain.parts):
        return Found(formula, "assumed")
    left = _unnamed(statement.chain.parts[0])
    others = sorted(label for label, page, known in _left_sides() if known == left and page in formula.file)
    if others and formula.tex not in OTHERWISE:
        return Found(formula, "false", others[0])
    return Found(formula, "open", false_by)


def _is_plain(side: Node) -> bool:
    """Say whether a side is a symbol, a number, or a list of them: a formula of such gives values to symbols."""
    kinds = {part.kind for _, part in side.walk()}
    return side.kind in (
        "symbol",
        "number",
        "sub",
        "list",
        "dots",
        "paren",
        "add",
        "matrix",
        "div",
        "mul",
    ) and kinds <= {
        *("symbol", "number", "sub", "list", "dots", "paren", "add", "matrix", "row", "items", "div"),
        *("separator",),
    } | ({"mul"} if side.kind == "list" else set())


def _pairs(chain: Node) -> Iterator[Node]:
    """Yield the neighbouring sides of a chain, with their indices named in the order in which they come."""
    for sign, left, right in zip(chain.value.split("|"), chain.parts, chain.parts[1:], strict=False):
        yield _unnamed(Node("chain", sign, (left, right)))


@lru_cache(maxsize=1)
def _numbered() -> dict[Node, str]:
    """Return the label of every relation that a numbered equation states, of any two sides that it makes equal."""
    found: dict[Node, str] = {}
    for label, tex in formulas().items():
        for statement in read(tex):
            chain = statement.chain
            for first, left in enumerate(chain.parts if chain.kind == "chain" else ()):
                for last in range(first + 1, len(chain.parts)):
                    signs = set(chain.value.split("|")[first:last]) - {"="} or {"="}
                    if len(signs) == 1:
                        found.setdefault(
                            _unnamed(Node("chain", signs.pop(), (left, chain.parts[last]))), label
                        )
    return found


@lru_cache(maxsize=1)
def _left_sides() -> list[tuple[str, str, Node]]:
    """Return the label, the page and the left side of every equation whose left side is more than a symbol."""
    return [
        (
            label,
            CLAIMS[label].function.__module__.rpartition(".")[2].replace("_", "-"),
            _unnamed(one.chain.parts[0]),
        )
        for label, tex in formulas().items()
        if label in CLAIMS
        for one in read(tex)
        if one.chain.value.startswith("=") and one.chain.parts[0].kind not in ("symbol", "number")
    ]


def _unnamed(node: Node) -> Node:
    """Return a formula with its steps and entries numbered, so that j and t in one place are the same."""
    names: dict[str, str] = {}

    def unnamed(part: Node, inside: bool) -> Node:
        if part.kind == "paren" and len(part.parts) == 1:
            return unnamed(part.parts[0], inside)
        if part.kind == "symbol" and inside and len(part.value) == 1 and part.value in "tkjilab":
            return replace(part, value=names.setdefault(part.value, f"#{len(names)}"))
        parts = [
            unnamed(
                one,
                inside or (part.kind == "sub" and place > 0) or (part.kind in ("sum", "prod") and place < 2),
            )
            for place, one in enumerate(part.parts)
        ]
        return replace(part, parts=tuple(parts))

    return unnamed(node.in_order, inside=False).in_order


@lru_cache(maxsize=None)
def _meanings(label: str) -> list[list[Meaning]]:
    """Return what symbols stand for in the first cases of a claim."""
    claim = CLAIMS[label]
    cases = []
    for case in range(CASES if claim.is_sampled else 1):
        returned = claim.function(np.random.default_rng([0, case])) if claim.is_sampled else claim.function()
        listed = [returned] if isinstance(returned, Meaning) else returned
        cases.append([one for one in listed if isinstance(one, Meaning)] if isinstance(listed, list) else [])
    return cases


def _is_true(statement: Statement, claim: Claim) -> bool | None:
    """Say whether a statement is true of a claim's symbols in every case; None if it says nothing of them."""
    if claim.must_fail:
        return None
    said = False
    for case in _meanings(claim.label):
        for meaning in case:
            loose = replace(meaning, attained=None, also=())
            try:
                with np.errstate(all="ignore"):
                    for _, one in relations(statement, Evaluation(loose), loose):
                        if one.sign == "\\approx":
                            one, allowed = replace(one, sign="="), NEAR
                        else:
                            allowed = max(claim.tolerance, 1e-12)
                        if not one.compare().error <= allowed:
                            return False
                        said = True
            except (ValueError, IndexError, TypeError, ArithmeticError, AttributeError, KeyError):
                return None
    return True if said else None
