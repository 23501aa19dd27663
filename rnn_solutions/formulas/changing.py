"""Change a formula in one place, as a slip of the pen would."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Protocol

from rnn_solutions.formulas.tree import Node

TURNED = {"\\le": "\\ge", "\\ge": "\\le", "<": ">", ">": "<"}
EXTREMES = {"max": "min", "min": "max", "sup": "inf", "inf": "sup"}
ONE = Node("number", "1")
# The kinds in which a number is a value, and no index or end of a range.
HOLD_NUMBERS = (
    *("add", "mul", "div", "operator", "apply", "root"),
    *("paren", "absolute", "items", "row", "chain"),
)


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
    for changed in (_changed, _exchanged):
        for whole in changed(chain, symbols):
            if (key := whole.in_order) not in seen:
                seen.add(key)
                yield whole


def _changed(chain: Node, symbols: Symbols) -> Iterator[Node]:
    """Yield the formula with another node in the place of one."""
    slips = _Slips(symbols)
    for path, node in chain.walk():
        if not (node.kind == "sub" and symbols.is_name(node.name)):
            yield from (chain.changed(path, other) for other in slips.of(node))


class _Slips:
    """What may stand in the place of a node alone, by its kind."""

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols

    def of(self, node: Node) -> Iterator[Node]:
        """Yield the node with one slip."""
        if slips := getattr(self, f"_{node.kind}", None):
            yield from slips(node)
        if node.kind in HOLD_NUMBERS:
            yield from _larger(node)

    def _chain(self, node: Node) -> Iterator[Node]:
        signs = node.value.split("|")
        for place, sign in enumerate(signs):
            if sign in TURNED:
                yield replace(node, value="|".join([*signs[:place], TURNED[sign], *signs[place + 1 :]]))

    def _add(self, node: Node) -> Iterator[Node]:
        for place, sign in enumerate(node.value):
            other = {"+": "-", "-": "+"}.get(sign, sign)
            yield replace(node, value=node.value[:place] + other + node.value[place + 1 :])

    def _mul(self, node: Node) -> Iterator[Node]:
        for place in range(len(node.parts) - 1):
            if not self.symbols.may_change_places(node, place):
                yield _swapped(node, place)

    def _sub(self, node: Node) -> Iterator[Node]:
        for place, script in enumerate(node.parts[1:], start=1):
            yield from (node.changed((place,), other) for other in self._script(script))

    def _script(self, script: Node) -> Iterator[Node]:
        """Yield a script with an index one off, or two exchanged that stand side by side."""
        side_by_side = script.kind == "mul"
        if not all(map(self.symbols.is_index, script.parts if side_by_side else [script])):
            return
        if not side_by_side:
            yield from _one_off(script)
            return
        for place, index in enumerate(script.parts):
            yield from (script.changed((place,), other) for other in _one_off(index))
        for place in range(len(script.parts) - 1):
            yield _swapped(script, place)

    def _sum(self, node: Node) -> Iterator[Node]:
        lower, upper, _ = node.parts
        if lower.kind == "chain" and lower.value == "=":
            yield from (node.changed((0, 1), end) for end in _one_off(lower.parts[1]))
            yield from (node.changed((1,), end) for end in _one_off(upper))

    _prod = _sum

    def _power(self, node: Node) -> Iterator[Node]:
        base, exponent = node.parts
        if self.symbols.is_name(node.name):
            return
        if exponent == Node("add", "-", (ONE,)):
            yield base
        elif self.symbols.is_index(exponent):
            yield from (node.changed((1,), other) for other in _one_off(exponent))

    def _transpose(self, node: Node) -> Iterator[Node]:
        yield node.parts[0]

    def _symbol(self, node: Node) -> Iterator[Node]:
        without = replace(node, value=node.value.removesuffix("'"))
        if without != node and self.symbols.is_name(without.name):
            yield without

    _function = _symbol

    def _limit(self, node: Node) -> Iterator[Node]:
        if node.value in EXTREMES:
            yield replace(node, value=EXTREMES[node.value])


def _swapped(node: Node, place: int) -> Node:
    """Return a node with a part and the next one exchanged."""
    parts = list(node.parts)
    parts[place : place + 2] = parts[place + 1], parts[place]
    return replace(node, parts=tuple(parts))


def _larger(node: Node) -> Iterator[Node]:
    """Yield the node with a number in it, in the place of a value, made larger by one."""
    for place, part in enumerate(node.parts):
        if part.kind == "number":
            larger = f"1{part.value}" if "." in part.value else str(int(part.value) + 1)
            yield node.changed((place,), replace(part, value=larger))


def _one_off(index: Node) -> Iterator[Node]:
    """Yield an index one larger and one smaller."""
    if index.kind == "number":
        yield from (_number(int(index.value) + step) for step in (1, -1))
        return
    signs, terms = (index.value, index.parts) if index.kind == "add" else ("+", (index,))
    for sign in "+-":
        if len(terms) > 1 and terms[-1] == ONE and signs[-1] != sign:
            signs_left, left = signs[:-1], terms[:-1]
            yield left[0] if signs_left == "+" else Node("add", signs_left, left)
        else:
            yield Node("add", signs + sign, (*terms, ONE))


def _number(value: int) -> Node:
    return Node("number", str(value)) if value >= 0 else Node("add", "-", (Node("number", str(-value)),))


def _exchanged(chain: Node, symbols: Symbols) -> Iterator[Node]:
    """Yield the formula with two symbols exchanged that follow each other, both values or both indices."""
    leaves = list(_leaves(chain, symbols))
    for kind in ("value", "index"):
        mine = [(path, leaf) for path, leaf, its in leaves if its == kind]
        for (path, one), (other_path, other) in pairwise(mine):
            if one != other and not _may_change_places(chain, path, other_path, symbols):
                yield chain.changed(path, other).changed(other_path, one)


def _may_change_places(chain: Node, path: tuple[int, ...], other: tuple[int, ...], symbols: Symbols) -> bool:
    """Say whether two symbols are neighbouring factors that may change places."""
    *mul, place = path or (0,)
    product = chain
    for step in mul:
        product = product.parts[step]
    return product.kind == "mul" and (*mul, place + 1) == other and symbols.may_change_places(product, place)


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
