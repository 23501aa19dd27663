"""Read our TeX as a tree: what a formula says, without how it is set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
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

    def holds(self, name: str) -> bool:
        """Say whether a symbol of this name stands anywhere in it."""
        return any(part.kind == "symbol" and part.value == name for _, part in self.walk())


@dataclass(frozen=True)
class Statement:
    """One chain of relations with the conditions under which it is said."""

    chain: Node
    conditions: tuple[Node, ...] = ()
    of: str = ""  # of what it is said, where a text before it ends in a colon


NOTHING = Node("nothing")


@lru_cache(maxsize=None)
def read(tex: str) -> tuple[Statement, ...]:
    """Return the statements of a formula.

    Raises
    ------
    NotOurTeXError
        If the grammar does not know it; says where, and what was expected.

    Examples
    --------
    >>> [str(one.chain) for one in read(r"a^2 = b \\, c, \\quad c < 1")]
    ['a^{2} = b c', 'c < 1']
    """
    try:
        items: Node = _parser().parse(tex)  # type: ignore[assignment]
    except UnexpectedInput as error:
        raise NotOurTeXError(_expected(error, tex)) from None
    return tuple(_statements(items.parts))


@lru_cache(maxsize=None)
def read_one(tex: str) -> Node:
    """Return the one expression or chain that the TeX holds."""
    (statement,) = read(tex)
    return statement.chain


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = (Path(__file__).parent / "grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer=TokensOfTeX, transformer=_Tree())


def _expected(error: UnexpectedInput, tex: str) -> str:
    """Say where a formula leaves the grammar."""
    token = getattr(error, "token", None)
    place = len(tex) if token is None or token.type == "$END" else token.start_pos
    wanted = getattr(error, "accepts", None) or getattr(error, "expected", ())
    names = ", ".join(sorted(name.lower().replace("_", " ") for name in wanted if not name.startswith("_")))
    found = "the end" if place >= len(tex) else repr(tex[place : place + 12])
    return f"column {place + 1}: {found} where one of these was expected: {names}"


class _Tree(Transformer[Token, Any]):
    """Build the nodes while the parser reads."""

    def start(self, parts: list[Any]) -> Node:
        return parts[0]

    def items(self, parts: list[Any]) -> Node:
        return Node(
            "items", parts=tuple(_separator(part) if isinstance(part, Token) else part for part in parts)
        )

    def item(self, parts: list[Any]) -> Node:
        if isinstance(parts[0], Token) and parts[0].type == "OPERATOR":
            return _leaf(parts[0])
        relations = [part.value for part in parts if isinstance(part, Token)]
        if not relations:
            return parts[0]
        sides: list[Node] = [NOTHING] if isinstance(parts[0], Token) else []
        for before, part in zip([None, *parts], [*parts, Token("RELATION", "")], strict=True):
            if isinstance(part, Node):
                sides.append(part)
            elif isinstance(before, Token):
                sides.append(NOTHING)
        return Node("chain", "|".join(relations), tuple(sides))

    def side(self, parts: list[Any]) -> Node:
        signs = "" if isinstance(parts[0], Token) else "+"
        signs += "".join(
            {"\\pm": "±", "\\mp": "∓"}.get(part, part) for part in parts if isinstance(part, Token)
        )
        terms = tuple(part for part in parts if isinstance(part, Node))
        return terms[0] if signs == "+" else Node("add", signs, terms)

    def term(self, parts: list[Any]) -> Node:
        if len(parts) == 1:
            return parts[0]
        return Node("operator", parts[1].value, tuple(part for part in parts if isinstance(part, Node)))

    def product(self, parts: list[Any]) -> Node:
        result = parts[0]
        for operation, right in zip(parts[1::2], parts[2::2], strict=True):
            result = _divided(result, right) if operation.value == "/" else _multiplied([result, right])
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
        return Node("matrix", parts=tuple(part for part in parts if isinstance(part, Node)))

    def cases(self, parts: list[Any]) -> Node:
        return Node("cases", parts=tuple(part for part in parts if isinstance(part, Node)))

    def row(self, parts: list[Any]) -> Node:
        return Node("row", parts=tuple(part for part in parts if isinstance(part, Node)))


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
}


def _leaf(part: Any) -> Node:
    """Return the node of a token that stands alone."""
    if isinstance(part, Node):
        return part
    if part.type in ("PARTIAL", "DIFFERENTIAL"):
        return Node(part.type.lower(), "∂⁺" if "+" in part.value else "∂" if part.type == "PARTIAL" else "d")
    value = part.value
    if part.type == "FUNCTION":
        value = value.partition("{")[2][:-1] if "{" in value else value[1:]
    elif part.type in ("BIG", "LIMIT"):
        value = value[1:]
    elif part.type == "DOTS":
        value = ""
    return Node(KINDS.get(part.type, "symbol"), value)


def _only(items: Node) -> Node:
    """Return what stands alone between two brackets, or a list of what stands there."""
    parts = tuple(part for part in items.parts if part.kind != "separator")
    if any(part.kind == "text" for part in parts):
        return items
    return parts[0] if len(parts) == 1 else Node("list", parts=parts)


def _bound(script: Node) -> str:
    """Return the symbol that a sum or a maximum runs over."""
    where = script.parts[0] if script.kind == "chain" else script
    names = [part.value for _, part in where.walk() if part.kind == "symbol"]
    return names[0] if names else ""


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
    return _multiplied(done)


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
        inner, rest[:] = _chunk(rest), []
        return Node("partial", head.value, (inner,))
    if head.kind == "at":
        return factor
    if head.kind == "big":
        lower = indices[0] if len(indices) == 1 else Node("list", parts=indices) if indices else NOTHING
        if rest[0].kind == "dots":  # a sum for each step of a product
            rest.pop(0)
            following = _unit(rest)
            last, body = following.parts[0], following.parts[2]
            return Node("sums", parts=(lower, last, body))
        body = rest[:] if head.value == "sum" else _those_with(_bound(lower), rest)
        del rest[: len(body)]
        return Node(head.value, parts=(lower, exponent or NOTHING, _chunk(body)))
    if (head.kind == "limit" or head.value == "median") and indices:
        body = _those_with(_bound(indices[0]), rest)
        del rest[: len(body)]
        return Node("limit", head.value, (indices[0], _chunk(body)))
    applied = head.kind in ("function", "limit") or (
        head.kind == "symbol" and head.value in APPLIED and _head(rest[0])[0].kind == "paren"
    )
    if not applied or (head.value == "s" and not indices):
        return factor
    operand = _unit(rest)
    inner, *_ = _head(operand)
    if inner.kind == "paren":  # f(x)^2 is the square of f(x), and f(x)_i its entry
        return _with_head(operand, Node("apply", parts=(factor, inner)))
    return Node("apply", parts=(factor, operand))


def _with_head(factor: Node, head: Node) -> Node:
    """Return a factor with another head below its scripts."""
    if factor.kind not in ("sub", "power"):
        return head
    return replace(factor, parts=(_with_head(factor.parts[0], head), *factor.parts[1:]))


def _those_with(name: str, rest: Sequence[Node]) -> list[Node]:
    """Return the first factors that hold a bound symbol, each function with its operand; all if none does."""
    left, body = list(rest), []
    while left:
        before = len(left)
        if not _unit(left).holds(name):
            break
        body = list(rest[: len(rest) - len(left)])
        if len(left) == before:
            break
    return body or list(rest)


def _multiplied(factors: Sequence[Node]) -> Node:
    flat = [inner for one in factors for inner in (one.parts if one.kind == "mul" else (one,))]
    return flat[0] if len(flat) == 1 else Node("mul", parts=tuple(flat))


def _divided(above: Node, below: Node) -> Node:
    """Return a fraction, or a derivative where the letters say so; what stands before it multiplies it."""
    *before, last = above.parts if above.kind == "mul" else (above,)
    if last.kind == "partial" and below.kind == "partial":
        over = Node("derivative", last.value, (*last.parts, *below.parts))
        return _multiplied([*before, over])
    top, bottom = _after_d(above), _after_d(below)
    if top and bottom:
        return Node("derivative", "d", (top, bottom))
    return Node("div", parts=(above, below))


def _after_d(node: Node) -> Node | None:
    """Return X if the node says d X."""
    if node.kind == "mul" and node.parts[0] == Node("symbol", "d"):
        return _multiplied(node.parts[1:])
    head, *_ = _head(node)
    if head.kind == "symbol" and head.value.startswith("d "):
        return _with_head(node, replace(head, value=head.value[2:]))
    return None


def _statements(items: Sequence[Node]) -> Iterator[Statement]:
    """Put the items of a formula together: chains that go on, and conditions."""
    found: list[tuple[Node, list[Node]]] = []
    main = -1  # the chain that a row without a left side goes on with
    condition, remark, waiting, of = False, False, [], {}
    for item in items:
        if item.kind == "separator":
            remark = item.value == "remark" or (remark and item.value != "\\\\")
            if item.value == "\\\\":
                condition = False
            if item.value == "if" and found:  # A implies B: B under the condition A
                chain, conditions = found.pop()
                waiting = [*conditions, chain]
        elif item.kind == "text":
            if found and item.value.startswith("has the "):
                chain, conditions = found.pop()
                found.append((Node("chain", item.value, (chain, NOTHING)), conditions))
                continue
            condition = item.value.partition(" ")[0] in CONDITIONS
            if item.value.endswith(":"):
                of[len(found)] = item.value[:-1]
        elif found and found[-1][0].parts and found[-1][0].parts[-1] == NOTHING and item.kind != "chain":
            chain, conditions = found[-1]
            found[-1] = (replace(chain, parts=(*chain.parts[:-1], item)), conditions)
        elif item.kind == "chain" and item.parts[0] == NOTHING and main >= 0 and not remark:
            chain, conditions = found[main]
            if chain.kind == "chain":
                joined = Node("chain", f"{chain.value}|{item.value}", (*chain.parts, *item.parts[1:]))
            else:
                joined = replace(item, parts=(chain, *item.parts[1:]))
            found[main] = (joined, conditions)
        elif item.kind != "chain" and found and found[-1][0].kind == "chain" and not remark:
            chain, conditions = found[-1]  # i = 1, ..., n
            target = conditions[-1] if conditions and condition else chain
            last = target.parts[-1]
            listed = last.parts if last.kind == "list" else (last,)
            grown = replace(target, parts=(*target.parts[:-1], Node("list", parts=(*listed, item))))
            found[-1] = (chain, [*conditions[:-1], grown]) if target is not chain else (grown, conditions)
        elif condition and found:
            found[-1][1].append(item)
        else:
            found.append((item, waiting))
            waiting = []
            main = main if remark else len(found) - 1
    for number, (chain, conditions) in enumerate(found):
        yield Statement(*_without_conditions(chain, conditions), of.get(number, ""))


def _without_conditions(chain: Node, conditions: list[Node]) -> tuple[Node, tuple[Node, ...]]:
    """Take a condition in brackets from the end of a chain."""
    if chain.kind == "chain" and chain.parts[-1].kind in ("mul", "add"):
        *path, last = _last_factor(chain.parts[-1])
        if last.kind == "paren" and last.parts[0].kind == "chain":
            whole = chain.parts[-1]
            holder = path[-1]
            shorter = _multiplied(holder.parts[:-1])
            new = shorter if holder is whole else replace(whole, parts=(*whole.parts[:-1], shorter))
            return replace(chain, parts=(*chain.parts[:-1], new)), (*conditions, *last.parts)
    return chain, tuple(conditions)


def _last_factor(node: Node) -> list[Node]:
    """Return the nodes on the way to the last factor of the last term."""
    way = [node]
    while way[-1].kind in ("mul", "add"):
        way.append(way[-1].parts[-1])
    return way


def spell(node: Node) -> str:
    """Write a node in TeX, always in the same way."""
    parts = [part.name for part in node.parts]
    match node.kind:
        case "number" | "symbol" | "text" | "separator":
            return node.value
        case "nothing":
            return ""
        case "dots":
            return "\\cdots"
        case "function":
            return f"\\{node.value}"
        case "limit" if not parts:
            return f"\\{node.value}"
        case "limit":
            return f"\\{node.value}_{{{parts[0]}}} {parts[1]}"
        case "sum" | "prod":
            return f"\\{node.value or node.kind}_{{{parts[0]}}}^{{{parts[1]}}} {parts[2]}"
        case "sums":
            return f"\\sum_{{{parts[0]}}} \\cdots \\sum_{{{parts[1]}}} {parts[2]}"
        case "add":
            signed = [f"{sign} {part}" for sign, part in zip(node.value, parts, strict=True)]
            return " ".join(signed).removeprefix("+ ")
        case "mul":
            return " ".join(
                f"({p})" if q.kind == "add" else p for p, q in zip(parts, node.parts, strict=True)
            )
        case "operator":
            return f" {node.value} ".join(parts)
        case "div":
            return f"\\frac{{{parts[0]}}}{{{parts[1]}}}"
        case "derivative":
            return f"\\frac{{{node.value} {parts[0]}}}{{{node.value} {parts[1]}}}"
        case "sub":
            return f"{parts[0]}_{{{', '.join(parts[1:])}}}"
        case "power":
            return f"{parts[0]}^{{{parts[1]}}}"
        case "transpose":
            return f"{parts[0]}^T"
        case "inverse transpose":
            return f"{parts[0]}^{{-T}}"
        case "apply":
            return " ".join(parts)
        case "paren":
            return f"({', '.join(parts)})"
        case "bracket":
            return f"[{', '.join(parts)}]"
        case "set":
            return f"\\{{{parts[0]}\\}}"
        case "items" | "list":
            return ", ".join(parts)
        case "norm":
            return f"‖{parts[0]}‖"
        case "absolute":
            return f"|{parts[0]}|"
        case "root":
            return f"\\sqrt{{{parts[0]}}}"
        case "chain":
            said = [parts[0]]
            for relation, side in zip(node.value.split("|"), parts[1:], strict=True):
                said += [relation, side]
            return " ".join(said)
        case _:
            return f"{node.kind}{node.value}{{{'; '.join(parts)}}}"
