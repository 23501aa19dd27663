"""Write out what the dots of a formula leave to the reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rnn_solutions.formulas.tree import Node

Number = Callable[[Node], int]  # what an index stands for


def written_out(node: Node, number: Number, descending: bool) -> Sequence[Node]:
    """Return the members of a product or a list with those that its dots stand for, which may be none at all.

    Where one member stands before the dots, and the last may be a step further or a step back, a product goes
    down and a list goes up.
    """
    parts, place = node.parts, node.dots
    if place is None:
        return parts
    after = parts[place + 1 :]
    for size in range(1, min(place, len(after)) + 1):  # so many members are repeated
        last = after[:size]
        between = _differing(parts[place - size : place], last, number)
        if between is not None:
            break
    else:
        raise ValueError(f"what do the dots in {Node('list', parts=parts)} stand for?")
    near, far = between
    this, given, start = parts[place - size : place], [near], place - size
    while start >= size and (pair := _differing(parts[start - size : start], last, number)) is not None:
        given, start = [pair[0], *given], start - size
    first = given[0]
    step = given[1] - first if given[1:] else -1 if descending and near + 1 >= far else 1
    if abs(step) != 1 or given != list(range(first, near + step, step)):
        raise ValueError(f"the members {given} that stand before the dots do not follow each other")
    indices = range(first, far + step, step)
    written = [_with_index(*pair, index) for index in indices for pair in zip(this, last, strict=True)]
    return [*parts[:start], *written, *after[size:]]


def repeated(node: Node) -> tuple[Node, ...]:
    """Return the first of what the dots repeat, where nothing stands behind it."""
    return node.parts[: len(node.parts) - 1 - (node.dots or 0)]


def _differing(these: Sequence[Node], those: Sequence[Node], number: Number) -> tuple[int, int] | None:
    """Return the two indices by which two groups of members differ, or None if they differ otherwise."""
    pairs = {pair for one, other in zip(these, those, strict=True) for pair in _differences(one, other)}
    if any(one.kind == "differs" for one, _ in pairs):
        return None
    numbers = {(number(one), number(other)) for one, other in pairs}
    return numbers.pop() if len(numbers) == 1 else None


def _differences(one: Node, other: Node) -> Iterator[tuple[Node, Node]]:
    """Yield the pairs of indices by which two factors differ; a node `differs` if it is not by indices."""
    if one == other:
        return
    indices = {"number", "symbol", "add"}
    if one.kind in ("sub", "power") and one.kind == other.kind and len(one.parts) == len(other.parts):
        yield from _differences(one.parts[0], other.parts[0])
        for mine, its in zip(one.parts[1:], other.parts[1:], strict=True):
            if mine != its:
                both_are = {part.kind for node in (mine, its) for _, part in node.walk()} <= indices
                yield from [(mine, its)] if both_are else _differences(mine, its)
    elif one.kind == other.kind and one.value == other.value and len(one.parts) == len(other.parts) > 0:
        for mine, its in zip(one.parts, other.parts, strict=True):
            yield from _differences(mine, its)
    elif one.kind in ("number", "add") and other.kind in ("number", "add", "symbol"):
        yield one, other
    else:
        yield Node("differs"), Node("differs")


def _with_index(one: Node, other: Node, index: int) -> Node:
    """Return the other of two factors with this index where they differ."""
    differing = [its for _, its in _differences(one, other)]

    def put(node: Node) -> Node:
        if any(node is its for its in differing):
            return Node("number", str(index))
        return replace(node, parts=tuple(map(put, node.parts)))

    return put(other)
