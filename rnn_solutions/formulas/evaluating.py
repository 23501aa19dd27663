"""Work out the parts of a formula for what its symbols stand for."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, reduce
from itertools import pairwise, product

import numpy as np
import sympy

from rnn_solutions._validation import nearest
from rnn_solutions.formulas import values
from rnn_solutions.formulas.dots import repeated, written_out
from rnn_solutions.formulas.tree import Node, listed, multiplied, read_one
from rnn_solutions.formulas.values import DEFAULTS, Function, Row, Value
from rnn_solutions.sheet.comparisons import Comparison

EXTREMES: dict[str, Callable[[list[Value]], Value]] = {
    "max": max,
    "min": min,
    "sup": max,
    "inf": min,
    "median": values.median,
}


# What a formula raises that has no value: a step that does not exist, shapes that do not fit.
NO_VALUE = (ValueError, IndexError, TypeError, ArithmeticError, AttributeError, KeyError)


class UnknownSymbolError(ValueError):
    """A symbol of the formula that the claim gives no meaning, with the names that have one."""

    def __str__(self) -> str:
        key, names = self.args  # to look for the nearest takes long, and most only want to know whether
        return f"the symbol {key} has no meaning{nearest(key, names)}"


@dataclass(frozen=True)
class Meaning:
    r"""What the symbols of a formula stand for in one drawn case.

    Each name is TeX without its indices: ``h`` for a family of states, which a function of the step gives, or
    for an array, whose entries are counted from 1; ``W_f`` or ``f_{\min}`` where the index is a name; ``P^``
    for a family whose first index stands above, and ``L_`` for one beside a number L. A derivative is named
    as in ``\partial h / \partial W``; it takes the indices of both in order.
    """

    values: Mapping[str, Value]
    # What an index without limits runs over, which may depend on what other names stand for.
    over: Mapping[str, Iterable[Value] | Callable[[Mapping[str, Value]], Iterable[Value]]] = field(
        default_factory=dict
    )
    scale: float | None = None  # of which the error is a part, where the sides may cancel
    # How near, relative, both sides of each bound are in this case, or of some: by the number, from 1, of the
    # statement in the formula and that of the relation in it.
    attained: float | Mapping[tuple[int, int], float] | None = None
    exact: bool = False  # numbers are fractions, not floats
    of: str = ""  # of which rows of the formula this is said, if each says of what it is, as in "GRU:"
    also: Sequence[Comparison] = ()  # what else must agree: the package, or a second route


@cache
def name(tex: str) -> str:
    """Return the name under which a formula looks a symbol up."""
    if tex.endswith(("^", "_")):
        return f"{read_one(tex[:-1])}{tex[-1]}"
    return read_one(tex).name


class Evaluation:
    """A meaning, in which the parts of a formula are worked out."""

    def __init__(self, meaning: Meaning) -> None:
        self.names = DEFAULTS | {name(tex): value for tex, value in meaning.values.items()}
        self.over = {name(tex) if tex else "": members for tex, members in meaning.over.items()}
        self.exact = meaning.exact
        self.upper = True  # which of the two values of a plus-minus is meant
        # Of each product, if asked: may a factor and the next one change places?
        self.commute: dict[Node, list[bool]] | None = None

    def __call__(self, node: Node) -> Value:
        """Return the value of a part of a formula."""
        return _method(node.kind)(self, node)

    @contextmanager
    def where(self, bound: Mapping[str, Value]) -> Iterator[None]:
        """Give some names another value for a while."""
        before = self.names
        self.names = {**before, **bound}
        try:
            yield
        finally:
            self.names = before

    def _known(self, key: str) -> Value:
        if key not in self.names:
            raise UnknownSymbolError(key, [one for one in self.names if one not in DEFAULTS])
        return self.names[key]

    # Letters, their indices, derivatives.

    def _number(self, node: Node) -> Value:
        if self.exact:
            return sympy.Rational(node.value)
        return float(node.value) if "." in node.value else int(node.value)

    def _symbol(self, node: Node) -> Value:
        if node.value not in self.names and node.value.startswith("\\bar "):
            return values.like(self._known(node.value[5:]), np.conj)
        return self._known(node.value)

    def _function(self, node: Node) -> Value:
        return self._known(node.name)

    def _sub(self, node: Node) -> Value:
        if node.name in self.names:
            return self.names[node.name]
        base, *scripts = node.parts
        if base.kind == "norm":
            if [str(script) for script in scripts] != ["F"]:
                raise ValueError(f"no norm is written {node}")
            return values.norm(self(base.parts[0]), frobenius=True)
        indices = self._indices(scripts)
        if base.kind == "power" and base.name not in self.names:
            family, label = base.parts  # P^w, for any w
            if f"{family}^" in self.names:
                return _member(self.names[f"{family}^"], [self(label), *indices])
        return _member(self.names[node.family] if node.family in self.names else self(base), indices)

    def _indices(self, scripts: Iterable[Node]) -> list[Value]:
        """Return the indices, which may stand side by side."""
        return [
            self(one) for script in scripts for one in (script.parts if script.kind == "mul" else (script,))
        ]

    def _derivative(self, node: Node) -> Value:
        above, below = node.parts
        top, first, first_outside = self._without_indices(above)
        bottom, second, second_outside = self._without_indices(below)
        key = f"\\frac{{{node.value} {top.name}}}{{{node.value} {bottom.name}}}"
        if key not in self.names and bottom.name in self.names and top.kind != "symbol":
            return self._by_complex_step(above, bottom.name, [*second, *second_outside])
        value = self._known(key)
        many = _arity(value)  # the family's own indices come first, those of above before those of below
        if many:
            value = value(*[*first, *second][:many])
        left_below = second[max(0, many - len(first)) :]
        return _member(value, [*first[many:], *first_outside, *left_below, *second_outside])

    def _without_indices(self, node: Node) -> tuple[Node, list[Value], list[Value]]:
        """Return what is differentiated without its indices, its own indices, and those around it."""
        outside: list[Value] = []
        if node.kind == "symbol":
            return node, [], []
        if node.kind == "sub" and node.parts[0].kind == "symbol" and node.name not in self.names:
            return node.parts[0], self._indices(node.parts[1:]), []
        if node.kind == "sub" and node.parts[0].kind == "paren":
            outside = self._indices(node.parts[1:])
            (node,) = node.parts[0].parts
        inside: list[Value] = []

        def bare(part: Node) -> Node:
            if part.name in self.names:
                return part
            if part.kind == "sub":
                inside.extend(self._indices(part.parts[1:]))
                return bare(part.parts[0])
            return replace(part, parts=tuple(map(bare, part.parts)))

        return bare(node), inside, outside

    def _by_complex_step(self, node: Node, by: str, entries: Sequence[Value]) -> Value:
        """Differentiate an expression by a symbol that it is written in."""
        at = np.asarray(self.names[by], dtype=float)
        slopes = []
        for nudge in np.eye(at.size).reshape(at.size, *at.shape):
            with self.where({by: at + 1e-30j * nudge}):
                slopes.append(np.imag(self(node)) / 1e-30)
        columns = np.moveaxis(np.array(slopes), 0, -1)
        return _member(columns.reshape(columns.shape[:-1] + at.shape)[()], entries)

    # What is put together.

    def _add(self, node: Node) -> Value:
        total: Value = 0
        for sign, term in zip(node.value, node.parts, strict=True):
            value = self(term)
            minus = sign == "-" or (sign == "±" and not self.upper)
            total = values.added(total, values.like(value, np.negative) if minus else value)
        return total

    def _mul(self, node: Node) -> Value:
        *before, last = node.parts
        if last.kind == "sub" and last.parts[0].kind == "at":
            with self.where({one.parts[0].name: self(one.parts[1]) for one in _chains(last)}):
                return self(multiplied(before))
        factors = self._written_out(node, descending=True)
        if not factors:
            size = values.shape(self(multiplied(repeated(node))))
            return np.eye(size[0]) if len(size) == 2 else 1
        found = [self(factors[0])]
        for factor in factors[1:]:
            is_operand = isinstance(found[-1], Function)
            found.append(self._applied(found.pop(), factor) if is_operand else self(factor))
        if self.commute is not None and factors is node.parts and len(found) == len(factors):
            self.commute[node] = _may_change_places(factors, found)
        return reduce(values.multiplied, found)

    def _operator(self, node: Node) -> Value:
        if node.value == "\\odot":
            factors = self._written_out(node, descending=True)
            if not factors:
                return np.ones(values.shape(self(repeated(node)[0])))
            return reduce(values.entrywise, map(self, factors))
        return reduce(self._known(node.value), map(self, node.parts))

    def _written_out(self, node: Node, descending: bool) -> Sequence[Node]:
        if node.dots is None:
            return node.parts
        return written_out(node, lambda index: int(self(index)), descending)

    def _div(self, node: Node) -> Value:
        return values.divided(self(node.parts[0]), self(node.parts[1]), self.exact)

    def _power(self, node: Node) -> Value:
        if node.name in self.names:
            return self.names[node.name]
        return values.raised(self(node.parts[0]), self(node.parts[1]))

    def _transpose(self, node: Node) -> Value:
        return values.transposed(self(node.parts[0]))

    def _inverse_transpose(self, node: Node) -> Value:
        return values.inverted(self(node.parts[0])).T

    def _apply(self, node: Node) -> Value:
        return self._applied(self(node.parts[0]), node.parts[1])

    def _applied(self, function: Value, operand: Node) -> Value:
        if not callable(function):
            raise ValueError(f"what stands before {operand} is no function")
        if operand.kind in ("power", "sub") and operand.parts[0].kind == "paren":
            inner = self._applied(function, operand.parts[0])
            if operand.kind == "power":
                return values.raised(inner, self(operand.parts[1]))
            return _member(inner, self._indices(operand.parts[1:]))
        return function(*self._listed(operand)) if operand.kind == "paren" else function(self(operand))

    def _limit(self, node: Node) -> Value:
        if not node.parts:
            return self._known(node.name)
        index, body = node.parts
        found = [self(body) for _ in self._running(index, None)]
        return EXTREMES[node.value](found)

    def _sum(self, node: Node) -> Value:
        lower, upper, body = node.parts
        return reduce(values.added, [self(body) for _ in self._running(lower, upper)], 0)

    def _prod(self, node: Node) -> Value:
        lower, upper, body = node.parts
        falls = upper.kind == "add"  # from t down to k + 1, so that the latest factor is the first
        if falls:
            lower, upper = replace(lower, parts=(lower.parts[0], upper)), lower.parts[1]
        factors = [self(body) for _ in self._running(lower, upper)]
        return reduce(values.multiplied, factors[::-1] if falls else factors, 1)

    def _sums(self, node: Node) -> Value:
        """Sum over one index for each step, as the dots between the sums say."""
        first, last, body = node.parts
        (w, here), (_, there) = first.parts, last.parts
        steps = range(int(self(here)), int(self(there)) - 1, -1)
        total: Value = 0
        for chosen in product(self._range(w.name), repeat=len(steps)):
            labels = {f"{w.name}_{{{step}}}": label for step, label in zip(steps, chosen, strict=True)}
            with self.where({**labels, **self._also_as_written(w.name, (here, there), labels)}):
                total = values.added(total, self(body))
        return total

    def _also_as_written(self, w: str, ends: Iterable[Node], labels: Mapping[str, Value]) -> dict[str, Value]:
        return {f"{w}_{{{end}}}": labels[f"{w}_{{{self(end)}}}"] for end in ends}

    def _running(self, index: Node, upper: Node | None) -> Iterator[None]:
        """Bind the index of a sum to each of its values in turn."""
        if index.kind == "nothing":
            for bound in self._range(""):
                with self.where({name(tex): value for tex, value in bound.items()}):
                    yield
            return
        key, conditions = index.name, None
        if index.kind == "chain":
            key = index.symbols[0]
            if index.value == "=" and upper is not None:
                members: Iterable[Value] = range(int(self(index.parts[1])), int(self(upper)) + 1)
            elif index.value == "\\in":
                members = self(index.parts[1])
            else:
                members, conditions = self._range(key), index
        else:
            members = self._range(key)
        with self.where({}):  # once, for to bind it anew for each member takes longer than what is summed
            for self.names[key] in members:
                if conditions is None or self.holds(conditions):
                    yield

    def _range(self, key: str) -> Iterable[Value]:
        if key not in self.over:
            raise UnknownSymbolError(f"nothing says what {key} runs over{nearest(key, self.over)}")
        members = self.over[key]
        return members(self.names) if callable(members) else members

    # Brackets.

    def _paren(self, node: Node) -> Value:
        found = tuple(self._listed(node))
        return found[0] if len(node.parts) == 1 else found

    def _bracket(self, node: Node) -> Value:
        (inner,) = node.parts
        if inner.kind == "list":
            return values.Interval(*map(self, inner.parts))
        return int(self.holds(inner)) if inner.kind == "chain" else self(inner)

    def _norm(self, node: Node) -> Value:
        return values.norm(self(node.parts[0]))

    def _absolute(self, node: Node) -> Value:
        return values.like(self(node.parts[0]), np.abs)

    def _root(self, node: Node) -> Value:
        value = self(node.parts[0])
        return sympy.sqrt(value) if isinstance(value, sympy.Basic) else np.sqrt(value)

    def _binomial(self, node: Node) -> Value:
        n, k = map(self, node.parts)
        return sympy.binomial(n, k).expand(func=True) if isinstance(n, sympy.Basic) else math.comb(n, k)

    def _matrix(self, node: Node) -> Value:
        return values.blocks([[self(_alone(cell)) for cell in row] for row in node.parts])

    def _cases(self, node: Node) -> Value:
        """Return the value of the first case whose conditions hold; a row without a value goes on."""
        found: list[tuple[Node, list[Node]]] = []
        for row in node.parts:
            value, *said = row.parts
            if value.parts:
                found.append((_alone(value), []))
            found[-1][1].extend(one for cell in said for one in _conditions(cell))
        for value, conditions in found:
            if self.all_hold(conditions):
                return self(value)
        raise ValueError(f"no case of {node} applies")

    def _set(self, node: Node) -> Value:
        member, *condition = node.parts[0].parts
        if [part.kind for part in condition] != ["separator", "chain"]:
            return self._known(node.name)  # words say what is in it
        found = []
        for value in self._range(member.name):
            with self.where({member.name: value}):
                found += [value] if self.holds(condition[1]) else []
        return found

    # Relations.

    def holds(self, chain: Node) -> bool:
        """Say whether a condition is true; equalities up to rounding."""
        if chain.parts[-1].kind == "list":
            return any(_same(self(chain.parts[0]), member) for member in self._labels(chain.parts[-1]))
        sides = [self(side) for side in chain.parts]
        return all(
            _related(relation, left, right)
            for relation, left, right in zip(chain.value.split("|"), sides, sides[1:], strict=False)
        )

    def under(self, conditions: Sequence[Node]) -> Iterator[None]:
        """Bind what the conditions leave open to each of its values for which they hold."""
        open_ones = [one for one in conditions if one.kind == "chain" and not self._is_known(one.parts[0])]
        if not open_ones:
            if all(self.holds(one) for one in conditions):
                yield
            return
        one = open_ones[0]
        key = one.symbols[0]
        listed = one.parts[-1].kind == "list"
        for member in self._labels(one.parts[-1]) if listed else self._range(key):
            with self.where({key: member}):
                yield from self.under([other for other in conditions if not (listed and other is one)])

    def all_hold(self, conditions: Sequence[Node]) -> bool:
        """Say whether conditions hold, for every value of an index that one of them lists."""
        listed = [
            one for one in conditions if one.parts[-1].kind == "list" and not self._is_known(one.parts[0])
        ]
        rest = [one for one in conditions if one not in listed]
        if not listed:
            return all(map(self.holds, rest))
        for member in self._labels(listed[0].parts[-1]):
            with self.where({listed[0].parts[0].name: member}):
                if not self.all_hold([*rest, *listed[1:]]):
                    return False
        return True

    def _is_known(self, node: Node) -> bool:
        return node.kind != "symbol" or node.name in self.names

    def _listed(self, node: Node) -> list[Value]:
        """Return the members of a list, with those that dots stand for."""
        return list(map(self, self._written_out(node, descending=False)))

    def _labels(self, node: Node) -> list[Value]:
        """Return the members of a list of values or labels: f is a label where it is no number."""
        return list(map(self._label_or_value, self._written_out(node, descending=False)))

    def _list(self, node: Node) -> Value:
        return tuple(self._listed(node))

    def _label_or_value(self, part: Node) -> Value:
        if part.kind != "symbol":
            return self(part)
        value = self.names.get(part.value)
        return part.value if value is None or callable(value) or np.ndim(value) else value


@cache
def _method(kind: str) -> Callable[[Evaluation, Node], Value]:
    """Return how a node of this kind is worked out."""
    return getattr(Evaluation, f"_{kind.replace(' ', '_')}", _cannot)


def _cannot(_: Evaluation, node: Node) -> Value:
    raise ValueError(f"{node} cannot be worked out")


def _may_change_places(factors: Sequence[Node], found: Sequence[Value]) -> list[bool]:
    """Say of each factor whether it commutes with the next one, as numbers and diagonal matrices do."""
    number = [not values.shape(value) for value in found]
    free = [one or str(factor).startswith("\\diag") for one, factor in zip(number, factors, strict=True)]
    return [any(one) or all(both) for one, both in zip(pairwise(number), pairwise(free), strict=True)]


def _chains(sub: Node) -> list[Node]:
    return [part for _, part in sub.walk() if part.kind == "chain"]


def _alone(cell: Node) -> Node:
    """Return the one expression in a cell."""
    (found,) = [part for part in cell.parts if part.kind not in ("separator", "text")]
    return found


def _conditions(cell: Node) -> list[Node]:
    """Return the conditions in the cell of a case, a list joined to its relation."""
    found: list[Node] = []
    for part in cell.parts:
        if part.kind == "chain":
            found.append(part)
        elif part.kind not in ("separator", "text"):
            found[-1] = listed(found[-1], part)
    return found


def _arity(value: Value) -> int:
    """Return how many indices a family takes before it gives a value."""
    if isinstance(value, (np.ndarray, Function)) or not callable(value):
        return 0
    if code := getattr(
        getattr(value, "__wrapped__", value), "__code__", None
    ):  # a signature takes a hundred times as long
        return int(code.co_argcount) - inspect.ismethod(value)
    return len(inspect.signature(value).parameters)


def _member(value: Value, indices: Sequence[Value]) -> Value:
    """Return the member of a family, and of that the entry that the other indices name."""
    many = _arity(value)
    if many:
        value, indices = value(*indices[:many]), indices[many:]
    if not indices:
        return value
    numbers = value.values if isinstance(value, Row) else np.asarray(value)
    if len(indices) != numbers.ndim:
        raise values.ShapesError(f"{len(indices)} indices for an array of shape {numbers.shape}")
    for index, size in zip(indices, numbers.shape, strict=True):
        if not 1 <= index <= size:
            raise IndexError(f"no entry {index}: they run from 1 to {size}")
    return numbers[tuple(int(index) - 1 for index in indices)]


def _same(left: Value, right: Value) -> bool:
    if isinstance(left, str) or isinstance(right, str):
        return left is right or left == right
    if values.shape(left) != values.shape(right) and values.shape(left) and values.shape(right):
        return False
    one, other = np.asarray(left), np.asarray(right)
    return bool(np.all(np.abs(one - other) <= 1e-12 * (1 + np.abs(other))))


def _related(relation: str, left: Value, right: Value) -> bool:
    if relation not in RELATED:
        raise ValueError(f"no condition can be written with {relation}")
    return bool(np.all(RELATED[relation](left, right)))


RELATED: dict[str, Callable[[Value, Value], Value]] = {
    "=": _same,
    "\\ne": lambda left, right: not _same(left, right),
    "<": np.less,
    ">": np.greater,
    "\\le": np.less_equal,
    "\\ge": np.greater_equal,
    "\\in": lambda left, right: left in right,
    "\\notin": lambda left, right: left not in right,
}
