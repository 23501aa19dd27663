"""See that a claim can fail: that a moved side, a changed formula and a size never drawn are noticed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from rnn_solutions.claims.registry import Claim
from rnn_solutions.formulas.changing import changes
from rnn_solutions.formulas.comparing import Relation, check, relations
from rnn_solutions.formulas.evaluating import NO_VALUE, Evaluation, Meaning, name
from rnn_solutions.formulas.tree import Node, Statement, read
from rnn_solutions.sheet.comparisons import Comparison

BINDING = ("sum", "prod", "limit")
RANGE = re.compile(r"((?:\w+(?:, | and | − ))*\w+) from ([-−]?[\d.]+) to ([-−]?[\d.]+)(?!\d|\w)")


class Watched:
    """A claim's formula in all cases that were drawn, and what was noticed of its sides."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.meanings: list[Meaning] = []
        self.drawn: list[Meaning] = []  # the first of each case, which is as assumed; others may be special
        self.unmoved: dict[tuple[int, int], list[bool]] = {}  # of each relation, whether a side still was not
        self.besides: dict[int, float] = {}  # of each other comparison, the error if a side were moved

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """What the formula says."""
        return read(self.claim.formula)

    def check(self, meaning: Meaning, first: bool) -> list[Comparison]:
        """Compare everything that the formula says in this case, and what is compared besides."""
        self.meanings.append(meaning)
        self.drawn += [meaning] if first else []
        return [*check(self.statements, meaning, self._watch), *self.note(meaning.also)]

    def note(self, comparisons: Sequence[Comparison]) -> Sequence[Comparison]:
        """Remember how much a thousandth would be to comparisons that the claim made itself."""
        for place, one in enumerate(comparisons):
            self.besides[place] = max(self.besides.get(place, 0.0), one.moved)
        return comparisons

    def _watch(self, place: tuple[int, int], relation: Relation) -> None:
        left = self.unmoved.setdefault(place, [True, True])
        if any(left):
            noticed = relation.notices(max(self.claim.tolerance, relation.near or 0.0))
            self.unmoved[place] = [still and not now for still, now in zip(left, noticed, strict=True)]

    def faults(self) -> Iterator[str]:
        """Yield why the claim could not have failed."""
        for place, moved in self.besides.items():
            if moved <= self.claim.tolerance and not self.claim.must_fail:
                off = "would hold with a side a thousandth off: its scale is too large"
                yield f"comparison {place + 1} {off}"
        if not self.meanings:
            return
        said = {
            (number, place)
            for number, one in enumerate(self.statements)
            if one.chain.parts[-1].kind != "list"
            for place in range(len(one.chain.parts) - 1)
        }
        for number, place in sorted(said - self.unmoved.keys()):
            yield f"no case says anything of part {place + 1} of {self.statements[number].chain}"
        for (number, place), sides in self.unmoved.items():
            if any(sides) and not self.claim.loose:
                side = f"the {'left' if sides[0] else 'right'} side of relation {place + 1}"
                yield f"{side} in {self.statements[number].chain} could be a thousandth off, unnoticed"
        yield from self._never_drawn()

    def _never_drawn(self) -> Iterator[str]:
        """Yield each range that the claim's assumptions state and its cases do not fill."""
        if len(self.drawn) < 100:  # fewer need not fill anything
            return
        for names, low, high in RANGE.findall(self.claim.assumes):
            ends = float(low.replace("−", "-")), float(high.replace("−", "-"))
            for one in re.split(r", | and ", names):
                sizes = [size for meaning in self.drawn if (size := _size(meaning, one)) is not None]
                if not sizes:
                    continue
                least, most = min(sizes), max(sizes)
                whole = all(isinstance(size, int | np.integer) for size in sizes)
                room = 0 if whole and ends[1] - ends[0] < 15 else (ends[1] - ends[0]) / 4
                if not (ends[0] <= least <= ends[0] + room and ends[1] - room <= most <= ends[1]):
                    yield f"{one} was drawn from {least:g} to {most:g}, assumed is from {low} to {high}"

    def survivors(self) -> tuple[int, list[str]]:
        """Return how many changed formulas were tried, and those that hold in every case."""
        tried, survived = 0, list[str]()
        if not self.meanings:  # the claim compares for itself what cannot be worked out
            return tried, survived
        for number, statement in enumerate(self.statements):
            if statement.chain.parts[-1].kind == "list":  # i = 1, ..., n says what i is
                continue
            for changed in changes(statement.chain, self._symbols(statement)):
                new = changed.name
                if any(said in new and said not in statement.chain.name for said in self.claim.same):
                    continue
                tried += 1
                if not self._falls(replace(statement, chain=changed), number):
                    survived.append(new)
        return tried, survived

    def _symbols(self, statement: Statement) -> _Symbols:
        """Return what is known of a statement's symbols in the first case that speaks of them."""
        said = (one for one in self.meanings if statement.of in ("", one.of or statement.of))
        return _Symbols(statement, next(said))

    def _falls(self, statement: Statement, number: int) -> bool:
        """Say whether a changed statement is false, or has no value, in some case."""
        for meaning in self.meanings:
            try:
                with np.errstate(all="ignore"):
                    for _, one in relations(statement, Evaluation(meaning), meaning, number):
                        if not one.compare().error <= self.claim.tolerance:
                            return True
            except NO_VALUE:
                return True
        return False


class _Symbols:
    """What the symbols of a statement are in one case."""

    def __init__(self, statement: Statement, meaning: Meaning) -> None:
        evaluation = Evaluation(meaning)
        self.names = evaluation.names
        self.commute: dict[Node, list[bool]] = {}
        evaluation.commute = self.commute
        for _ in relations(statement, evaluation, meaning):  # so that each product is seen
            pass
        ranges = [node.parts[0] for _, node in statement.chain.walk() if node.kind in BINDING and node.parts]
        bound = [one.parts[0] if one.kind == "chain" else one for one in (*ranges, *statement.conditions)]
        whole = {key for key, value in self.names.items() if _is_whole(value)}
        self.numbers = whole | {one.name for one in bound if one.kind == "symbol"}

    def is_index(self, node: Node) -> bool:
        """Say whether a script is a number of steps or entries, and no label."""
        parts = [part for _, part in node.walk()]
        return all(
            part.kind in ("number", "add") or (part.kind == "symbol" and part.name in self.numbers)
            for part in parts
        )

    def is_name(self, written: str) -> bool:
        """Say whether something is known by this name."""
        return written in self.names

    def may_change_places(self, product: Node, place: int) -> bool:
        """Say whether a factor of a product and the next one may change places, as numbers may."""
        known = self.commute.get(product)
        return known is not None and known[place]


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) or getattr(value, "is_integer", None) is True


def _size(meaning: Meaning, one: str) -> Any:
    """Return the number that a name, or t − k, stands for in this case, or None if for no number."""
    if " − " in one:
        sizes = [_size(meaning, part) for part in one.split(" − ")]
        return None if None in sizes else sizes[0] - sizes[1]
    found = (value for tex, value in meaning.values.items() if one in (tex, name(tex)))
    return next((value for value in found if isinstance(value, int | float | np.number)), None)
