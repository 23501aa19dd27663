"""Cut our TeX into tokens, and drop what only spaces or aligns it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lark import Token
from lark.lexer import Lexer

# What each command is. A command that is not here is outside the grammar.
COMMANDS = {
    command: kind
    for kind, commands in {
        "SYMBOL": (
            "alpha beta gamma delta epsilon varepsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau "
            "phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega ell infty R"
        ),
        "ACCENT": "tilde hat bar dot mathbf mathcal mathbb mathtt",
        "FUNCTION": "log ln exp sin cos sinh tanh det",
        "LIMIT": "max min sup inf lim",
        "BIG": "sum prod",
        "DOTS": "cdots dots",
        "RELATION": "le ge ne in notin approx to leftarrow mapsto sim",
        "IMPLIES": "Longrightarrow",
        "OPERATOR": "odot bullet",
        "DIVIDED": "cdot times",
        "FRACTION": "frac dfrac tfrac",
        "ROOT": "sqrt",
        "BINOMIAL": "binom",
        "SIGN": "pm",
        "PARTIAL": "partial",
        "NORM": "lVert",
        "NORM_END": "rVert",
        "ABS": "lvert",
        "ABS_END": "rvert",
    }.items()
    for command in commands.split()
}
CHARACTERS = {
    "+": "SIGN",
    "-": "SIGN",
    "/": "DIVIDED",
    "_": "SUB",
    "^": "SUP",
    "'": "PRIME",
    ",": "COMMA",
    ";": "COMMA",
    ":": "COLON",
    "=": "RELATION",
    "<": "RELATION",
    ">": "RELATION",
    "{": "BRACE",
    "}": "BRACE_END",
    "(": "PAREN",
    ")": "PAREN_END",
    "[": "BRACKET",
    "]": "BRACKET_END",
}
ENVIRONMENTS = {"bmatrix": "MATRIX", "cases": "CASES"}  # those with cells; any other only aligns
PIECE = re.compile(
    r"""
    (?P<SPACE>   \s+ | ~ | \{\} | \\[,;!>\ ] | \\q?quad\b | \\[bB]igg?[lrm]?(?![a-zA-Z]) | \\displaystyle\b
               | \\left\. | \\left(?![a-zA-Z]) | \\right(?![a-zA-Z|]) | [.](?=\s*(?:\\end|\\\\|$)) )
    | (?P<AT>        \\right\| )
    | (?P<DIFFERENTIAL> d(?=[A-Za-z]) )
    | (?P<TEXT>      \\text\s*\{[^{}]*\} )
    | (?P<FUNCTION>  \\operatorname\s*\{\w+\} )
    | (?P<TRANSPOSED> \^\s*\{\s*-?\s*\\mathsf\s*(?:T|\{T\})\s*\} | \^\s*\\top\b )
    | (?P<STARRED>   \^\s*(?:\{\*\}|\*) )
    | (?P<PARTIAL>   \\partial\s*\^\s*(?:\{\+\}|\+) )
    | (?P<BEGIN>     \\begin\{\w+\} )
    | (?P<END>       \\end\{\w+\} )
    | (?P<SET>       \\\{ )
    | (?P<SET_END>   \\\} )
    | (?P<ROW>       \\\\ )
    | (?P<REMARK>    && )
    | (?P<CELL>      & )
    | (?P<COMMAND>   \\[A-Za-z]+ )
    | (?P<NUMBER>    \d+(?:(?:\\,|\{,\})\d{3})*(?:\.\d+)? )
    | (?P<LETTER>    [A-Za-z] | \\_ )
    | (?P<CHARACTER> [-+/_^',;:=<>{}()\[\]] )
    """,
    re.VERBOSE,
)
THOUSANDS = re.compile(r"\\,|\{,\}")  # what stands between groups of digits
DIGITS = re.compile(r"\s*(\d)\s*(\d)?")  # \frac14 is one fourth
CONTINUES = ("RELATION", "SIGN", "OPERATOR", "DIVIDED")


class NotOurTeXError(ValueError):
    """A formula that the grammar does not know."""


def tokens(tex: str) -> Iterator[Token]:
    """Yield the tokens of a formula; a row that begins with a sign or a relation goes on."""
    held: Token | None = None  # the end of a row, until it is known whether the next one goes on
    remark = False  # what a row says behind && is no part of what it goes on with
    for token in _pieces(tex):
        if held is not None and (remark or token.type not in CONTINUES):
            yield held
            remark = False
        held = token if token.type == "ROW" else None
        remark = remark or token.type == "REMARK"
        if held is None:
            yield token


def _pieces(tex: str) -> Iterator[Token]:
    """Yield the tokens of a formula with every row's end."""
    within: list[str] = []  # the environments that are open
    place = 0
    while place < len(tex):
        found = PIECE.match(tex, place)
        if found is None:
            raise NotOurTeXError(f"column {place + 1}: {tex[place : place + 12]!r} is not in the grammar")
        kind = _kind(found, within)
        if kind != "SPACE":
            yield Token(kind, THOUSANDS.sub("", found[0]) if kind == "NUMBER" else found[0], start_pos=place)
        place = found.end()
        if kind == "FRACTION" and (digits := DIGITS.match(tex, place)):
            for digit in filter(None, digits.groups()):
                yield Token("NUMBER", digit, start_pos=place)
            place = digits.end()


def _kind(found: re.Match[str], within: list[str]) -> str:
    """Return the kind of a piece, which may begin or end one of the environments within which it stands."""
    kind, value = str(found.lastgroup), found[0]
    in_cells = bool(within) and within[-1] in ENVIRONMENTS
    match kind:
        case "BEGIN":
            within.append(_environment(value))
            return ENVIRONMENTS.get(within[-1], "SPACE")
        case "END":
            if not within or within.pop() != _environment(value):
                raise NotOurTeXError(f"column {found.start() + 1}: {value} ends what did not begin")
            return f"{ENVIRONMENTS[_environment(value)]}_END" if in_cells else "SPACE"
        case "COMMAND":
            if value[1:] not in COMMANDS:
                raise NotOurTeXError(f"column {found.start() + 1}: the command {value} is not in the grammar")
            return COMMANDS[value[1:]]
        case "CHARACTER":
            return CHARACTERS[value]
        case "ROW" if in_cells:
            return "NEXT_ROW"
        case "CELL" if not in_cells:
            return "SPACE"
    return kind


def _environment(piece: str) -> str:
    """Return the name in braces with which an environment begins or ends."""
    return piece.partition("{")[2][:-1]


class TokensOfTeX(Lexer):
    """The lexer that the parser is handed."""

    def __init__(self, _configuration: Any) -> None:
        pass

    def lex(self, tex: Any, _state: Any = None) -> Iterator[Token]:
        """Yield the tokens of a formula."""
        return tokens(tex)
