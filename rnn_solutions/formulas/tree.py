"""Read our TeX as a tree: what a formula says, without how it is set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput

from rnn_solutions.formulas.tokens import NotOurTeXError, TokensOfTeX

# Letters that stand before what they are a function of, as log does.
APPLIED = {"\\sigma", "\\sigma'", "\\kappa", "\\rho", "\\mathcal K", "s"}
CONDITIONS = ("for", "if", "where", "with", "and")


@dataclass(frozen=True)
class Node:
    """A part of a formula: its kind, what its kind leaves open, and its own parts."""

    kind: str
    value: str = ""
    parts: tuple[Node, ...] = ()

    def __iter__(self) -> Iterator[Node]:
        return iter(self.parts)

    def __str__(self) -> str:
        return self.name

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.kind, self.value, self.parts))

    def walk(self, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Node]]:
        """Yield every part with the way to it, this one first."""
        yield path, self
        for place, part in enumerate(self.parts):
            yield from part.walk((*path, place))

    def changed(self, path: tuple[int, ...], part: Node) -> Node:
        """Return the tree with another part at the end of this way."""
        if not path:
            return part
        here, *rest = path
        parts = list(self.parts)
        parts[here] = parts[here].changed(tuple(rest), part)
        return replace(self, parts=tuple(parts))

    @cached_property
    def name(self) -> str:
        """The node in TeX, which is also the name that a claim gives it."""
        return spell(self)

    @cached_property
    def in_order(self) -> Node:
        """The formula with terms, factors entry by entry and two equal sides in one order."""
        parts = tuple(part.in_order for part in self.parts)
        if self.kind == "add":
            signed = sorted(zip(self.value, parts, strict=True), key=lambda pair: (pair[1].name, pair[0]))
            return Node("add", "".join(sign for sign, _ in signed), tuple(part for _, part in signed))
        if (self.kind, self.value) in (("operator", "\\odot"), ("chain", "=")):
            parts = tuple(sorted(parts, key=lambda part: part.name))
        return replace(self, parts=parts)

    @cached_property
    def family(self) -> str:
        """The name of which its indices come first, as L_ is beside the number L."""
        return f"{self.parts[0].name}_"

    @cached_property
    def dots(self) -> int | None:
        """Where among its parts the dots stand, if there are any."""
        return next((place for place, part in enumerate(self.parts) if part.kind == "dots"), None)

    @property
    def symbols(self) -> list[str]:
        """The symbols that stand anywhere in it, from left to right."""
        return [part.value for _, part in self.walk() if part.kind == "symbol"]


@dataclass(frozen=True)
class Statement:
    """One chain of relations with the conditions under which it is said."""

    chain: Node
    conditions: tuple[Node, ...] = ()
    of: str = ""  # of what it is said, where a text before it ends in a colon


NOTHING = Node("nothing")


@cache
def read(tex: str) -> tuple[Statement, ...]:
    r"""Return the statements of a formula.

    Raises
    ------
    NotOurTeXError
        If the grammar does not know it; says where, and what was expected.

    Examples
    --------
    >>> [str(one.chain) for one in read(r"a^2 = b \, c, \quad c < 1")]
    ['a^{2} = b c', 'c < 1']
    """
    try:
        items: Node = _parser().parse(tex)  # type: ignore[assignment]
    except UnexpectedInput as error:
        raise NotOurTeXError(_expected(error, tex)) from None
    return tuple(_statements(items.parts))


@cache
def read_one(tex: str) -> Node:
    """Return the one expression or chain that the TeX holds."""
    (statement,) = read(tex)
    return statement.chain


@cache
def _parser() -> Lark:
    grammar = (Path(__file__).parent / "grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer=TokensOfTeX, transformer=_Tree())


def _expected(error: UnexpectedInput, tex: str) -> str:
    """Say where a formula leaves the grammar."""
    token = getattr(error, "token", None)
    place = len(tex) if token is None or token.type == "$END" else token.start_pos
    wanted: Any = getattr(error, "accepts", None) or getattr(error, "expected", ())
    names = ", ".join(sorted(name.lower().replace("_", " ") for name in wanted if not name.startswith("_")))
    found = "the end" if place >= len(tex) else repr(tex[place : place + 12])
    return f"column {place + 1}: {found} where one of these was expected: {names}"


class _Tree(Transformer[Token, Any]):
    """Build the nodes while the parser reads: each method that of the grammar's rule of its name."""

    def start(self, parts: list[Node]) -> Node:
        return parts[0]

    def items(self, parts: list[Any]) -> Node:
        return Node("items", parts=tuple(_separator(part) if _is_token(part) else part for part in parts))

    def item(self, parts: list[Any]) -> Node:
        relations = [part.value for part in parts if _is_token(part)]
        if not relations or parts[0] in ("\\odot", "\\bullet"):
            return _leaf(parts[0])
        sides = [NOTHING] if _is_token(parts[0]) else []
        for part, following in pairwise([*parts, None]):
            if not _is_token(part):
                sides.append(part)
            elif following is None or _is_token(following):
                sides.append(NOTHING)
        return Node("chain", "|".join(relations), tuple(sides))

    def side(self, parts: list[Any]) -> Node:
        signs = "" if _is_token(parts[0]) else "+"
        signs += "".join("±" if part == "\\pm" else part for part in parts if _is_token(part))
        terms = _nodes(parts)
        return terms[0] if signs == "+" else Node("add", signs, terms)

    def term(self, parts: list[Any]) -> Node:
        terms = _nodes(parts)
        return terms[0] if len(terms) == 1 else Node("operator", parts[1].value, terms)

    def product(self, parts: list[Any]) -> Node:
        result: Node = parts[0]
        for operation, right in zip(parts[1::2], parts[2::2], strict=True):
            result = _divided(result, right) if operation == "/" else multiplied([result, right])
        return result

    def chunk(self, parts: list[Node]) -> Node:
        return _chunk(parts)

    def factor(self, parts: list[Any]) -> Node:
        node = _leaf(parts[0])
        for script in parts[1:]:
            node = script(node)
        return node

    def script(self, parts: list[Any]) -> Callable[[Node], Node]:
        token, value = parts[0], parts[0].value
        if token.type == "PRIME":
            return lambda node: replace(node, value=f"{node.value}'")
        if token.type == "STARRED":
            return lambda node: replace(node, value=f"{node.value}^*")
        if token.type == "TRANSPOSED":
            kind = "inverse transpose" if "-" in value else "transpose"
            return lambda node: Node(kind, parts=(node,))
        script = _leaf(parts[1])
        if token.type == "SUB":
            indices = script.parts if script.kind == "list" else (script,)
            return lambda node: Node("sub", parts=(node, *indices))
        return lambda node: Node("power", parts=(node, script))

    def accented(self, parts: list[Any]) -> Node:
        under = _leaf(parts[1])
        return replace(under, kind="symbol", value=f"{parts[0].value} {under.value}")

    def group(self, parts: list[Any]) -> Node:
        return _only(parts[1])

    def paren(self, parts: list[Any]) -> Node:
        inner = _only(parts[1])
        return Node("paren", parts=inner.parts if inner.kind == "list" else (inner,))

    def bracket(self, parts: list[Any]) -> Node:
        return Node("bracket", parts=(_only(parts[1]),))

    def braces(self, parts: list[Any]) -> Node:
        return Node("set", parts=(parts[1],))

    def norm(self, parts: list[Any]) -> Node:
        return Node("norm", parts=(_only(_leaf(parts[1])),))

    def absolute(self, parts: list[Any]) -> Node:
        return Node("absolute", parts=(_only(parts[1]),))

    def fraction(self, parts: list[Any]) -> Node:
        return _divided(_leaf(parts[1]), _leaf(parts[2]))

    def root(self, parts: list[Any]) -> Node:
        return Node("root", parts=(_leaf(parts[1]),))

    def binomial(self, parts: list[Any]) -> Node:
        return Node("binomial", parts=(_leaf(parts[1]), _leaf(parts[2])))

    def matrix(self, parts: list[Any]) -> Node:
        return Node("matrix", parts=_nodes(parts))

    def cases(self, parts: list[Any]) -> Node:
        return Node("cases", parts=_nodes(parts))

    def row(self, parts: list[Any]) -> Node:
        return Node("row", parts=_nodes(parts))


def _is_token(part: Node | Token | None) -> bool:
    return isinstance(part, Token)


def _nodes(parts: Sequence[Node | Token]) -> tuple[Node, ...]:
    return tuple(part for part in parts if isinstance(part, Node))


def _separator(token: Token) -> Node:
    if token.type == "TEXT":
        words = token.value.partition("{")[2][:-1].strip()
        return Node("text", " ".join(words.split()))
    return Node("separator", {"IMPLIES": "if", "REMARK": "remark"}.get(token.type, token.value.strip()))


KINDS = {
    "NUMBER": "number",
    "DOTS": "dots",
    "BIG": "big",
    "FUNCTION": "function",
    "LIMIT": "limit",
    "AT": "at",
    "PARTIAL": "partial",
    "DIFFERENTIAL": "differential",
}


def _leaf(part: Node | Token) -> Node:
    """Return the node of a token that stands alone."""
    if isinstance(part, Node):
        return part
    value = part.value
    match part.type:
        case "PARTIAL":
            value = "∂⁺" if "+" in value else "∂"
        case "FUNCTION" if "{" in value:  # \operatorname{diag}
            value = value.partition("{")[2][:-1]
        case "FUNCTION" | "BIG" | "LIMIT":
            value = value[1:]
        case "DOTS":
            value = ""
    return Node(KINDS.get(part.type, "symbol"), value)


def _only(items: Node) -> Node:
    """Return what stands alone between two brackets, or a list of what stands there."""
    parts = tuple(part for part in items.parts if part.kind != "separator")
    if any(part.kind == "text" for part in parts):
        return items
    return parts[0] if len(parts) == 1 else Node("list", parts=parts)


def _head(factor: Node) -> tuple[Node, tuple[Node, ...], Node | None]:
    """Return a factor without its scripts, its indices, and its exponent."""
    indices: tuple[Node, ...] = ()
    exponent = None
    while factor.kind in ("sub", "power"):
        if factor.kind == "sub":
            indices = factor.parts[1:]
        else:
            exponent = factor.parts[1]
        factor = factor.parts[0]
    return factor, indices, exponent


def _chunk(factors: Sequence[Node]) -> Node:
    """Return the product of factors that stand side by side, each function with what it is applied to."""
    done: list[Node] = []
    rest = list(factors)
    while rest:
        done.append(_unit(rest))
    return multiplied(done)


def _unit(rest: list[Node]) -> Node:
    """Take the first factor, with what it is applied to, from those that are left."""
    factor = rest.pop(0)
    head, indices, exponent = _head(factor)
    if not rest:
        return factor
    if head.kind == "differential":
        name = rest.pop(0)
        inner, *_ = _head(name)
        return _with_head(name, replace(inner, value=f"d {inner.value}"))
    if head.kind == "partial":
        return Node("partial", head.value, (_everything(rest),))
    if head.kind == "big":
        lower = indices[0] if len(indices) == 1 else Node("list", parts=indices) if indices else NOTHING
        return _sum_or_product(head.value, lower, exponent or NOTHING, rest)
    if (head.kind == "limit" or head.value == "median") and indices:
        return Node("limit", head.value, (indices[0], _those_with(indices[0], rest)))
    return _applied(factor, rest) if _is_applied(head, indices, rest[0]) else factor


def _sum_or_product(kind: str, lower: Node, upper: Node, rest: list[Node]) -> Node:
    """Take from what is left what is summed, which is all of it, or multiplied."""
    if rest[0].kind == "dots":  # a sum for each step of a product
        rest.pop(0)
        last, _, body = _unit(rest).parts
        return Node("sums", parts=(lower, last, body))
    body = _everything(rest) if kind == "sum" else _those_with(lower, rest)
    return Node(kind, parts=(lower, upper, body))


def _is_applied(head: Node, indices: tuple[Node, ...], following: Node) -> bool:
    """Say whether this is a function of what follows it."""
    if head.kind in ("function", "limit"):
        return True
    in_brackets = head.value in APPLIED and _head(following)[0].kind == "paren"
    return head.kind == "symbol" and in_brackets and (head.value != "s" or bool(indices))


def _applied(function: Node, rest: list[Node]) -> Node:
    """Take from what is left what a function is applied to."""
    operand = _unit(rest)
    inner, *_ = _head(operand)
    if inner.kind == "paren":  # f(x)^2 is the square of f(x), and f(x)_i its entry
        return _with_head(operand, Node("apply", parts=(function, inner)))
    return Node("apply", parts=(function, operand))


def _everything(rest: list[Node]) -> Node:
    """Take all that is left."""
    whole = _chunk(rest)
    rest.clear()
    return whole


def _those_with(running: Node, rest: list[Node]) -> Node:
    """Take the first factors that hold a running index, each function with its operand; all if none does."""
    index, held, left = running.symbols[:1], list[Node](), rest[:]
    while left and index and index[0] in (unit := _unit(left)).symbols:
        held.append(unit)
        rest[:] = left
    return multiplied(held) if held else _everything(rest)


def _with_head(factor: Node, head: Node) -> Node:
    """Return a factor with another head below its scripts."""
    if factor.kind not in ("sub", "power"):
        return head
    return replace(factor, parts=(_with_head(factor.parts[0], head), *factor.parts[1:]))


def multiplied(factors: Sequence[Node]) -> Node:
    """Return the product of factors, of which some may be products."""
    flat = [inner for one in factors for inner in (one.parts if one.kind == "mul" else (one,))]
    return flat[0] if len(flat) == 1 else Node("mul", parts=tuple(flat))


def _divided(above: Node, below: Node) -> Node:
    """Return a fraction, or a derivative where the letters say so; what stands before it multiplies it."""
    *before, last = above.parts if above.kind == "mul" else (above,)
    if last.kind == "partial" and below.kind == "partial":
        over = Node("derivative", last.value, (*last.parts, *below.parts))
        return multiplied([*before, over])
    top, bottom = _after_d(above), _after_d(below)
    if top and bottom:
        return Node("derivative", "d", (top, bottom))
    return Node("div", parts=(above, below))


def _after_d(node: Node) -> Node | None:
    """Return X if the node says d X."""
    if node.kind == "mul" and node.parts[0] == Node("symbol", "d"):
        return multiplied(node.parts[1:])
    head, *_ = _head(node)
    if head.kind == "symbol" and head.value.startswith("d "):
        return _with_head(node, replace(head, value=head.value[2:]))
    return None


@dataclass
class _Draft:
    """A statement to which further items of the formula may belong."""

    chain: Node
    conditions: list[Node]
    of: str = ""

    @property
    def is_open(self) -> bool:
        """Whether its last side is still to come."""
        return bool(self.chain.parts) and self.chain.parts[-1] == NOTHING

    def go_on(self, further: Node) -> None:
        """Join a chain that has no left side of its own."""
        joined = self.chain.kind == "chain"
        signs = f"{self.chain.value}|{further.value}" if joined else further.value
        self.chain = Node(
            "chain", signs, (*(self.chain.parts if joined else [self.chain]), *further.parts[1:])
        )


class _Drafts:
    """The statements of a formula, put together item by item: chains that go on, and conditions."""

    def __init__(self) -> None:
        self.found: list[_Draft] = []
        self.main: _Draft | None = None  # what a row without a left side goes on with
        self.waiting: list[Node] = []  # what stands before an arrow of implication
        self.of = ""
        self.in_condition = self.in_remark = False

    def add(self, item: Node) -> None:
        """Read one more item."""
        is_chain = item.kind == "chain"
        if item.kind == "separator":
            self._separate(item.value)
        elif item.kind == "text":
            self._say(item.value)
        elif not self.found:
            self._begin(item)
        elif self.found[-1].is_open and not is_chain:
            chain = self.found[-1].chain
            self.found[-1].chain = replace(chain, parts=(*chain.parts[:-1], item))
        elif self.main and is_chain and item.parts[0] == NOTHING and not self.in_remark:
            self.main.go_on(item)
        elif self.found[-1].chain.kind == "chain" and not is_chain and not self.in_remark:
            self._list(self.found[-1], item)
        elif self.in_condition:
            self.found[-1].conditions.append(item)
        else:
            self._begin(item)

    def _separate(self, separator: str) -> None:
        self.in_remark = separator == "remark" or (self.in_remark and separator != "\\\\")
        if separator == "\\\\":
            self.in_condition = False
        elif separator == "if" and self.found:  # A implies B: B under the condition A
            before = self.found.pop()
            self.waiting, self.of, self.main = [*before.conditions, before.chain], before.of, None

    def _say(self, text: str) -> None:
        if self.found and text.startswith("has the "):
            self.found[-1].chain = Node("chain", text, (self.found[-1].chain, NOTHING))
            return
        self.in_condition = text.partition(" ")[0] in CONDITIONS
        if text.endswith(":"):
            self.of = text[:-1]

    def _list(self, draft: _Draft, item: Node) -> None:
        if draft.conditions and self.in_condition:
            draft.conditions[-1] = listed(draft.conditions[-1], item)
        else:
            draft.chain = listed(draft.chain, item)

    def _begin(self, item: Node) -> None:
        self.found.append(_Draft(item, self.waiting, self.of))
        self.waiting, self.of = [], ""
        if not self.in_remark:
            self.main = self.found[-1]


def listed(chain: Node, item: Node) -> Node:
    """Return a chain whose last side is a list, with one more member: i = 1, ..., n."""
    last = chain.parts[-1]
    members = last.parts if last.kind == "list" else (last,)
    return replace(chain, parts=(*chain.parts[:-1], Node("list", parts=(*members, item))))


def _statements(items: Sequence[Node]) -> Iterator[Statement]:
    """Put the items of a formula together."""
    drafts = _Drafts()
    for item in items:
        drafts.add(item)
    for one in drafts.found:
        yield _without_brackets(Statement(one.chain, tuple(one.conditions), one.of))


def _without_brackets(said: Statement) -> Statement:
    """Take a condition in brackets from the end of a chain."""
    path: tuple[int, ...] = ()
    holder = last = said.chain
    while last.kind in ("chain", "mul", "add") and last.parts:
        path, holder, last = (*path, len(last.parts) - 1), last, last.parts[-1]
    if holder.kind != "mul" or last.kind != "paren" or last.parts[0].kind != "chain":
        return said
    chain = said.chain.changed(path[:-1], multiplied(holder.parts[:-1]))
    return replace(said, chain=chain, conditions=(*said.conditions, *last.parts))


SPELLED = {  # how the parts of most kinds are set
    "nothing": "",
    "dots": r"\cdots",
    "sum": r"\sum_{%s}^{%s} %s",
    "prod": r"\prod_{%s}^{%s} %s",
    "sums": r"\sum_{%s} \cdots \sum_{%s} %s",
    "div": r"\frac{%s}{%s}",
    "power": "%s^{%s}",
    "transpose": "%s^T",
    "inverse transpose": "%s^{-T}",
    "apply": "%s %s",
    "bracket": "[%s]",
    "set": r"\{%s\}",
    "norm": "‖%s‖",
    "absolute": "|%s|",
    "root": r"\sqrt{%s}",
    "binomial": r"\binom{%s}{%s}",
}


def spell(node: Node) -> str:
    """Write a node in TeX, always in the same way."""
    parts = [part.name for part in node.parts]
    if node.kind in SPELLED:
        return SPELLED[node.kind] % tuple(parts)
    match node.kind:
        case "number" | "symbol" | "text" | "separator":
            return node.value
        case "function" | "limit":
            return f"\\{node.value}_{{{parts[0]}}} {parts[1]}" if parts else f"\\{node.value}"
        case "derivative":
            return f"\\frac{{{node.value} {parts[0]}}}{{{node.value} {parts[1]}}}"
        case "sub":
            return f"{parts[0]}_{{{', '.join(parts[1:])}}}"
        case "items" | "list":
            return ", ".join(parts)
        case "paren":
            return f"({', '.join(parts)})"
        case "add" | "mul" | "operator" | "chain":
            return _joined(node, parts)
    return f"{node.kind}{node.value}{{{'; '.join(parts)}}}"


def _joined(node: Node, parts: list[str]) -> str:
    """Write parts with signs between them."""
    match node.kind:
        case "add":
            signed = zip(node.value, parts, strict=True)
            return " ".join(f"{sign} {part}" for sign, part in signed).removeprefix("+ ")
        case "chain":
            signed = zip(["", *node.value.split("|")], parts, strict=True)
            return " ".join(f"{sign} {part}" for sign, part in signed).removeprefix(" ")
        case "operator":
            return f" {node.value} ".join(parts)
    return " ".join(f"({p})" if q.kind == "add" else p for p, q in zip(parts, node.parts, strict=True))
