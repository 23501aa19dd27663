"""Compare the sides of a formula's relations, and see whether a side moved by a thousandth is noticed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import sympy

from rnn_solutions.formulas import values
from rnn_solutions.formulas.evaluating import Evaluation, Meaning
from rnn_solutions.formulas.symbolic import proved
from rnn_solutions.formulas.tree import Node, Statement
from rnn_solutions.formulas.values import Row, Value
from rnn_solutions.sheet.comparisons import Comparison, at_most, below, equal

THOUSANDTH = 1e-3
EIGENVALUES = "has the eigenvalues"


@dataclass(frozen=True)
class Relation:
    """Two neighbouring sides of a chain in one case, worked out."""

    sign: str
    left: Value
    right: Value
    meaning: Meaning
    near: float | None = None  # how near, relative, the sides of a bound are in this case, if they are near

    def compare(self, left: Value | None = None, right: Value | None = None) -> Comparison:
        """Compare the sides, or others in their places."""
        one, other = self.left if left is None else left, self.right if right is None else right
        if self.sign in ("=", "\\leftarrow", EIGENVALUES):
            return _equal(one, other, self.meaning.scale)
        if self.sign == "\\in":
            return Comparison(float(values.shape(one) != other), str(values.shape(one)), str(other))
        if self.sign == "\\ne":
            return Comparison(float(np.array_equal(one, other)), str(one), str(other))
        if self.sign not in ("<", ">", "\\le", "\\ge"):
            raise ValueError(f"no claim can be made with {self.sign}")
        low, high = (other, one) if self.sign in (">", "\\ge") else (one, other)
        low, high = np.broadcast_arrays(_numbers(low), _numbers(high))
        if self.near is not None:
            near = _equal(low, high, self.meaning.scale)
            return Comparison(0.0, near.left, near.right) if near.error <= self.near else near
        return (at_most if "e" in self.sign else below)(low, high)

    def notices(self, tolerance: float) -> tuple[bool, bool]:
        """Say of each side whether the relation falls when it moves by a thousandth towards falling."""
        if self.sign in ("\\in", "\\ne"):
            return True, True
        up = -1 if self.sign in (">", "\\ge") else 1
        moved = _moved(self.left, up, self), _moved(self.right, -up, self)
        return self.compare(left=moved[0]).error > tolerance, self.compare(right=moved[1]).error > tolerance


def _moved(side: Value, way: int, relation: Relation) -> Value:
    """Return a side moved by a thousandth of itself, or of the scale where it or the other is zero."""
    if isinstance(side, tuple):
        return (_moved(side[0], way, relation), *side[1:])
    other = relation.right if side is relation.left else relation.left
    if values.is_zero(side):
        return values.like(other, lambda x: 0 * x + way * THOUSANDTH * (relation.meaning.scale or 1.0))

    def move(x: Any) -> Any:
        step = way * sympy.Rational(1, 1000) if np.asarray(x).dtype == object else way * THOUSANDTH
        if not np.any(x) or values.is_zero(other):
            return x + step * (relation.meaning.scale or 1)
        return x + step * (x if relation.sign in ("=", "\\leftarrow", EIGENVALUES) else np.abs(x))

    return values.like(side, move)


def _equal(left: Value, right: Value, scale: float | None) -> Comparison:
    """Compare two values that should be the same, exactly where they are exact."""
    if isinstance(left, tuple) and isinstance(right, tuple):
        found = [_equal(one, other, scale) for one, other in zip(left, right, strict=True)]
        return max(found, key=lambda one: one.error)
    any_zero = values.is_zero(left) or values.is_zero(right)
    if isinstance(left, Row) != isinstance(right, Row) and not any_zero:
        raise values.ShapesError("one side is a row and the other is not")
    one, other = _numbers(left), _numbers(right)
    if any_zero:
        one, other = np.broadcast_arrays(one, other)
        scale = 1.0 if scale is None else scale
    exact = one.dtype == object or other.dtype == object
    if exact and any(isinstance(entry, sympy.Basic) for entry in [*one.flat, *other.flat]):
        return proved(sympy.Matrix(np.atleast_1d(one)), sympy.Matrix(np.atleast_1d(other)))
    return equal(one, other, scale=scale)


def _numbers(value: Value) -> Any:
    """Return a value as an array; rational numbers of SymPy as fractions, which compare exactly."""
    array = np.asarray(value.values if isinstance(value, Row) else value)
    if array.dtype != object:
        return array
    exact = np.frompyfunc(_fraction, 1, 1)(array)
    return exact if array.ndim else np.array(exact, dtype=object)


def _fraction(entry: Any) -> Any:
    entry = sympy.sympify(entry)
    return Fraction(int(entry.p), int(entry.q)) if entry.is_Rational else entry


def relations(
    statement: Statement, evaluation: Evaluation, meaning: Meaning, number: int = 0
) -> Iterator[tuple[int, Relation]]:
    """Yield the relations of a statement, each with its place in the chain, wherever its conditions hold."""
    if statement.of and meaning.of and meaning.of != statement.of:
        return
    near = meaning.attained
    for _ in evaluation.under(statement.conditions):
        for place, one in enumerate(_in_this_instance(statement.chain, evaluation, meaning)):
            found = near.get((number + 1, place + 1)) if isinstance(near, Mapping) else near
            yield place, one if found is None else replace(one, near=found)


def _in_this_instance(chain: Node, evaluation: Evaluation, meaning: Meaning) -> Iterator[Relation]:
    if chain.kind != "chain":
        raise ValueError(f"{chain} says nothing that could be compared")
    signs = chain.value.split("|")
    if signs == ["\\leftarrow"]:  # what comes after is named with a prime
        old, new = chain.parts[0], evaluation(chain.parts[1])
        yield Relation("\\leftarrow", evaluation.names[f"{old}'"], new, meaning)
        evaluation.names = {**evaluation.names, old.name: new}
        return
    if chain.parts[-1].kind == "list":  # i = 1, ..., n says what i is
        return
    if signs == [EIGENVALUES]:
        found = np.sort(np.linalg.eigvals(np.asarray(evaluation(chain.parts[0]), dtype=float)))
        said = []
        for evaluation.upper in (False, True):
            said.append(evaluation(chain.parts[1]))
        yield Relation(EIGENVALUES, found, np.array(said), meaning)
        return
    sides = [
        _space(side, evaluation) if sign == "\\in" else evaluation(side)
        for sign, side in zip(["", *signs], chain.parts, strict=True)
    ]
    for sign, (one, other), (left, right) in zip(signs, pairwise(chain.parts), pairwise(sides), strict=True):
        if one == other:
            raise ValueError(f"{one} is compared with itself")
        yield Relation(sign, left, right, meaning)


def _space(node: Node, evaluation: Evaluation) -> tuple[int, ...]:
    """Return the shape of what is in R^n or in R^(n x m)."""
    base, size = node.parts
    if str(base) not in ("\\mathbb R", "\\R"):
        raise ValueError(f"no claim can be made about {node}")
    return tuple(int(evaluation(part)) for part in (size.parts if size.kind == "mul" else (size,)))


def check(
    statements: Sequence[Statement], meaning: Meaning, watch: Callable[[tuple[int, int], Relation], None]
) -> list[Comparison]:
    """Compare everything that a formula says in one case; `watch` is shown each relation with its place."""
    evaluation = Evaluation(meaning)
    found = []
    for number, statement in enumerate(statements):
        for place, relation in relations(statement, evaluation, meaning, number):
            found.append(relation.compare())
            watch((number, place), relation)
    return found
