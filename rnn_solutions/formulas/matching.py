"""Say whether a formula says what another says: the names of indices and the order of terms aside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rnn_solutions.formulas.tree import Node

# What the sides of a formula are made of that only gives values to symbols, or says where they lie.
PLAIN = {
    "symbol",
    "number",
    "sub",
    "list",
    "dots",
    "paren",
    "add",
    "matrix",
    "row",
    "items",
    "separator",
    "bracket",
}


def only_gives_values(chain: Node) -> bool:
    """Say whether a chain only gives symbols a value, or bounds them or their norms."""
    bounds = {"norm", "absolute"} if {"<", ">", "\\le", "\\ge"} & set(chain.value.split("|")) else set()
    return _has_symbols(chain) and all(_is_plain(side, PLAIN | bounds) for side in chain)


def _has_symbols(node: Node) -> bool:
    return any(part.kind in ("symbol", "function") for _, part in node.walk())


def _is_plain(side: Node, kinds: set[str]) -> bool:
    """Say whether a side is a symbol, a number, or a list of them or of their products."""
    if not _has_symbols(side):
        return True
    kinds = kinds | ({"mul"} if side.kind == "list" else set())
    return side.kind in kinds and all(_is_plain(part, kinds) for part in side)


def pairs(chain: Node) -> Iterator[Node]:
    """Yield any two sides that a chain relates, the indices named in the order in which they come."""
    signs = chain.value.split("|")
    for first, left in enumerate(chain.parts):
        for last in range(first + 1, len(chain.parts)):
            between = set(signs[first:last]) - {"="} or {"="}
            if len(between) == 1:
                yield unnamed(Node("chain", between.pop(), (left, chain.parts[last])))


def neighbours(chain: Node) -> list[Node]:
    """Return the neighbouring sides of a chain, with their indices named likewise."""
    both = zip(chain.value.split("|"), chain.parts, chain.parts[1:], strict=False)
    return [unnamed(Node("chain", sign, (left, right))) for sign, left, right in both]


def unnamed(node: Node) -> Node:
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
