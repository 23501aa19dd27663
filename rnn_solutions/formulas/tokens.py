"""Cut our TeX into tokens, and drop what only spaces or aligns it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lark import Token
from lark.lexer import Lexer

GREEK = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi varphi "
    "chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega ell infty R"
).split()
# What each command is. A command that is not here is outside the grammar.
COMMANDS = {
    **dict.fromkeys(GREEK, "SYMBOL"),
    **dict.fromkeys("tilde hat bar dot mathbf mathcal mathbb mathtt".split(), "ACCENT"),
    **dict.fromkeys("log ln exp sin cos tan sinh cosh tanh det dim".split(), "FUNCTION"),
    **dict.fromkeys("max min sup inf lim".split(), "LIMIT"),
    **dict.fromkeys("sum prod".split(), "BIG"),
    **dict.fromkeys("cdots dots ldots".split(), "DOTS"),
    **dict.fromkeys("le ge ne in notin approx to leftarrow mapsto sim".split(), "RELATION"),
    **dict.fromkeys("Longrightarrow Rightarrow".split(), "IMPLIES"),
    **dict.fromkeys("odot bullet".split(), "OPERATOR"),
    **dict.fromkeys("cdot times".split(), "DIVIDED"),
    **dict.fromkeys("frac dfrac tfrac".split(), "FRACTION"),
    "sqrt": "ROOT",
    "binom": "BINOMIAL",
    "pm": "SIGN",
    "mp": "SIGN",
    "partial": "PARTIAL",
    "lVert": "NORM",
    "rVert": "NORM_END",
    "lvert": "ABS",
    "rvert": "ABS_END",
}
CHARACTERS = {
    **{"+": "SIGN", "-": "SIGN", "/": "DIVIDED", "_": "SUB", "^": "SUP", "'": "PRIME"},
    **{",": "COMMA", ";": "COMMA", ":": "COLON", "=": "RELATION", "<": "RELATION", ">": "RELATION"},
    **{"{": "BRACE", "}": "BRACE_END", "(": "PAREN", ")": "PAREN_END", "[": "BRACKET", "]": "BRACKET_END"},
}
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
DIGITS = re.compile(r"\s*(\d)\s*(\d)?")  # \frac14 is one fourth
CONTINUES = ("RELATION", "SIGN", "OPERATOR", "DIVIDED")


class NotOurTeXError(ValueError):
    """A formula that the grammar does not know."""


def tokens(tex: str) -> Iterator[Token]:
    """Yield the tokens of a formula; a row that begins with a sign or a relation goes on with the row before."""
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

    def token(kind: str, value: str) -> Token:
        return Token(kind, value, start_pos=place)

    while place < len(tex):
        found = PIECE.match(tex, place)
        if found is None:
            raise NotOurTeXError(f"column {place + 1}: {tex[place : place + 12]!r} is not in the grammar")
        kind, value = str(found.lastgroup), found[0]
        if kind in ("BEGIN", "END"):
            name = value.partition("{")[2][:-1]
            if kind == "BEGIN":
                within.append(name)
            elif not within or within.pop() != name:
                raise NotOurTeXError(f"column {place + 1}: {value} ends what did not begin")
            kind = {"bmatrix": "MATRIX", "cases": "CASES"}.get(name, "SPACE")
            kind = f"{kind}_END" if found.lastgroup == "END" and kind != "SPACE" else kind
        elif kind == "COMMAND":
            kind = COMMANDS.get(value[1:], "")
            if not kind:
                raise NotOurTeXError(f"column {place + 1}: the command {value} is not in the grammar")
        elif kind == "CHARACTER":
            kind = CHARACTERS[value]
        in_cells = bool(within) and within[-1] in ("bmatrix", "cases")
        if kind == "ROW" and in_cells:
            kind = "NEXT_ROW"
        elif kind == "CELL" and not in_cells:
            kind = "SPACE"
        if kind == "NUMBER":
            value = re.sub(r"\\,|\{,\}", "", value)
        if kind != "SPACE":
            yield token(kind, value)
        place = found.end()
        if kind == "FRACTION" and (digits := DIGITS.match(tex, place)):
            for digit in filter(None, digits.groups()):
                yield token("NUMBER", digit)
            place = digits.end()


class TokensOfTeX(Lexer):
    """The lexer that the parser is handed."""

    def __init__(self, _configuration: Any) -> None:
        pass

    def lex(self, tex: Any) -> Iterator[Token]:
        """Yield the tokens of a formula."""
        return tokens(tex.text if hasattr(tex, "text") else tex)
