"""Change a formula in one place, as a slip of the pen would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Protocol

from rnn_solutions.formulas.tree import Node

TURNED = {"\\le": "\\ge", "\\ge": "\\le", "<": ">", ">": "<"}
EXTREMES = {"max": "min", "min": "max", "sup": "inf", "inf": "sup"}
ONE = Node("number", "1")


class Symbols(Protocol):
    """What must be known of the symbols of a formula before it is changed."""

    def is_index(self, node: Node) -> bool:
        """Say whether a script is a number of steps or entries, and no label."""

    def is_name(self, written: str) -> bool:
        """Say whether something is known by this name."""

    def may_change_places(self, product: Node, place: int) -> bool:
        """Say whether a factor of a product and the next one may change places, as numbers may."""


def changes(chain: Node, symbols: Symbols) -> Iterator[Node]:
    """Yield the formula with one thing changed, in every place and way, each once.

    A sign, a relation turned, an index, an exponent or the end of a range one off, a number one larger, two
    neighbouring factors or symbols exchanged, a transpose, an inverse or a prime dropped, max for min.
    """
    seen = {chain.in_order}
    for path, node in chain.walk():
        if node.kind == "sub" and symbols.is_name(node.name):
            continue
        for new in _changed(node, symbols):
            whole = chain.changed(path, new)
            if (key := whole.in_order) not in seen:
                seen.add(key)
                yield whole
    for whole in _exchanged(chain, symbols):
        if (key := whole.in_order) not in seen:
            seen.add(key)
            yield whole


def _changed(node: Node, symbols: Symbols) -> Iterator[Node]:
    """Yield what may stand in the place of this node alone."""
    if node.kind == "chain":
        signs = node.value.split("|")
        for place, sign in enumerate(signs):
            if sign in TURNED:
                yield replace(node, value="|".join([*signs[:place], TURNED[sign], *signs[place + 1 :]]))
    elif node.kind == "add":
        for place, sign in enumerate(node.value):
            other = {"+": "-", "-": "+"}.get(sign, sign)
            yield replace(node, value=node.value[:place] + other + node.value[place + 1 :])
    elif node.kind == "sub":
        base, *scripts = node.parts
        for place, script in enumerate(scripts):
            indices = script.parts if script.kind == "mul" else (script,)
            if all(map(symbols.is_index, indices)):
                for at, index in enumerate(indices):
                    for other in _one_off(index):
                        new = [*indices[:at], other, *indices[at + 1 :]]
                        whole = replace(script, parts=tuple(new)) if script.kind == "mul" else other
                        yield Node("sub", parts=(base, *scripts[:place], whole, *scripts[place + 1 :]))
                for at in range(len(indices) - 1):
                    swapped = [*indices[:at], indices[at + 1], indices[at], *indices[at + 2 :]]
                    whole = replace(script, parts=tuple(swapped))
                    yield Node("sub", parts=(base, *scripts[:place], whole, *scripts[place + 1 :]))
    elif node.kind in ("sum", "prod"):
        lower, upper, body = node.parts
        if lower.kind == "chain" and lower.value == "=":
            for end in _one_off(lower.parts[1]):
                yield replace(node, parts=(replace(lower, parts=(lower.parts[0], end)), upper, body))
            for end in _one_off(upper):
                yield replace(node, parts=(lower, end, body))
    elif node.kind == "power" and not symbols.is_name(node.name):
        base, exponent = node.parts
        if exponent == Node("add", "-", (ONE,)):
            yield base
        elif symbols.is_index(exponent):
            yield from (replace(node, parts=(base, other)) for other in _one_off(exponent))
    elif node.kind == "transpose":
        yield node.parts[0]
    elif node.kind in ("symbol", "function") and node.value.endswith("'"):
        without = replace(node, value=node.value[:-1])
        if symbols.is_name(without.name):
            yield without
    elif node.kind == "limit" and node.value in EXTREMES:
        yield replace(node, value=EXTREMES[node.value])
    elif node.kind == "mul":
        for place in range(len(node.parts) - 1):
            if symbols.may_change_places(node, place):
                continue
            parts = list(node.parts)
            parts[place], parts[place + 1] = parts[place + 1], parts[place]
            yield replace(node, parts=tuple(parts))
        yield from _larger(node)
    elif node.kind in (
        "add",
        "div",
        "paren",
        "operator",
        "apply",
        "row",
        "items",
        "absolute",
        "root",
        "chain",
    ):
        yield from _larger(node)
    if node.kind in ("add", "chain"):
        yield from _larger(node)


def _larger(node: Node) -> Iterator[Node]:
    """Yield the node with a number in it, in the place of a value, made larger by one."""
    for place, part in enumerate(node.parts):
        if part.kind == "number":
            larger = replace(
                part, value=str(int(part.value) + 1) if "." not in part.value else f"1{part.value}"
            )
            yield replace(node, parts=(*node.parts[:place], larger, *node.parts[place + 1 :]))


def _one_off(index: Node) -> Iterator[Node]:
    """Yield an index one larger and one smaller."""
    if index.kind == "number":
        yield from (_number(int(index.value) + step) for step in (1, -1))
        return
    for sign in "+-":
        if index.kind == "add":
            if index.parts[-1] == ONE and len(index.parts) > 1 and index.value[-1] != sign:
                rest = replace(index, value=index.value[:-1], parts=index.parts[:-1])
                yield rest.parts[0] if rest.value == "+" else rest
            else:
                yield Node("add", index.value + sign, (*index.parts, ONE))
        else:
            yield Node("add", f"+{sign}", (index, ONE))


def _number(value: int) -> Node:
    return Node("number", str(value)) if value >= 0 else Node("add", "-", (Node("number", str(-value)),))


def _exchanged(chain: Node, symbols: Symbols) -> Iterator[Node]:
    """Yield the formula with two symbols exchanged that follow each other, both of values or both of indices."""
    leaves = list(_leaves(chain, symbols))
    for kind in ("value", "index"):
        mine = [(path, leaf) for path, leaf, its in leaves if its == kind]
        for (path, one), (other_path, other) in pairwise(mine):
            if one != other and not _may_change_places(chain, path, other_path, symbols):
                yield chain.changed(path, other).changed(other_path, one)


def _may_change_places(chain: Node, path: tuple[int, ...], other: tuple[int, ...], symbols: Symbols) -> bool:
    """Say whether two symbols are neighbouring factors that may change places."""
    *mul, place = path or (0,)
    product = _at(chain, mul)
    return product.kind == "mul" and (*mul, place + 1) == other and symbols.may_change_places(product, place)


def _at(node: Node, path: Sequence[int]) -> Node:
    for place in path:
        node = node.parts[place]
    return node


def _leaves(
    node: Node, symbols: Symbols, path: tuple[int, ...] = ()
) -> Iterator[tuple[tuple[int, ...], Node, str]]:
    """Yield the symbols of a formula from left to right, each with its place and its kind."""
    if node.kind == "symbol" or (node.kind in ("sub", "power") and symbols.is_name(node.name)):
        yield path, node, "index" if symbols.is_index(node) else "value"
        return
    for place, part in enumerate(node.parts):
        if node.kind in ("sum", "prod", "limit") and place < len(node.parts) - 1 and part.kind == "chain":
            continue  # the index that is bound there is exchanged with nothing
        yield from _leaves(part, symbols, (*path, place))
