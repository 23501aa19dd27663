"""Hold every formula without a number against the numbered ones, and against what their symbols stand for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from rnn_solutions.claims.common_networks import networks
from rnn_solutions.claims.registry import CLAIMS
from rnn_solutions.formulas.common_symbols import linear_units, matrices, numbers
from rnn_solutions.formulas.comparing import relations
from rnn_solutions.formulas.evaluating import Evaluation, Meaning
from rnn_solutions.formulas.matching import neighbours, only_gives_values, pairs, unnamed
from rnn_solutions.formulas.pages import Unnumbered, formulas, unnumbered
from rnn_solutions.formulas.tokens import NotOurTeXError
from rnn_solutions.formulas.tree import Node, Statement, read

CASES = 3  # of each claim, in all of which a formula must be true that is worked out with its symbols
NEAR = 0.2  # how far, relative, the sides of an "about" may be apart
ROUNDED = 1e-10  # of small matrices, which are seldom so near to a defective one that this is not enough
COMMON = "common symbols"
# Claims about cases so special that a wrong formula may be true of them: all gates at their ends, a state
# that stays as it is, σ a tanh.
SPECIAL = (
    "eq-ways-limit",
    "eq-cell-identity",
    "eq-power-of-the-jacobian",
    "eq-orthogonal-slopes",
    "eq-dense-entry",
    "eq-dense-jacobian",
)
TURNED = str.maketrans({"<": ">", ">": "<"} | {"l": "g", "g": "l"})  # of relations, \\le and \\ge too
# A formula with the left side of a numbered one, but another right side, where both are right; and why.
OTHERWISE = {
    r"h_t = (f_t \odot h_{t-1} + i_t \odot \tilde h_t) / (f_t + i_t)": "of the minimal LSTM, named beside it",
    r"h_t = (1 - z_t) \odot h_{t-1} + z_t \odot n_t": "of a library with the gate the other way, as is said",
    r"\frac{\partial L}{\partial \theta} = \sum_{t=0}^{T} \sum_{k=1}^{t} \frac{\partial L_t}{\partial C_t}\, "
    r"\frac{\partial C_t}{\partial C_k}\, \frac{\partial C_k}{\partial \theta},": "as on the sheet",
    r"W^n = Q \Lambda^n Q^{-1}": "before it is multiplied out",
}


@dataclass(frozen=True)
class Found:
    """What became of one formula."""

    formula: Unnumbered
    how: str  # "matched", "worked out", "assumed", "open", "false" or "unread"
    by: str = ""  # the label of what it was held against, or what is wrong


def judge_unnumbered() -> list[Found]:
    """Say of every formula with a relation whether a numbered one says it, or its symbols make it true."""
    return [found for formula in unnumbered() if (found := judge_formula(formula)) is not None]


def judge_formula(formula: Unnumbered) -> Found | None:
    """Say the same of one formula, or None if it states nothing."""
    if formula.tex.startswith("^") or formula.tex == "\\square":  # behind a glued number, or a proof
        return None
    try:
        statements = [one for one in read(formula.tex) if _says_something(one.chain)]
    except NotOurTeXError as error:
        return Found(formula, "unread", str(error))
    if not statements:
        return None
    found = [_judge_one(one, formula, alone=len(statements) == 1) for one in statements]
    return min(found, key=lambda one: ("false", "open", "assumed", "worked out", "matched").index(one.how))


def _says_something(chain: Node) -> bool:
    return (
        chain.kind == "chain" and chain.value != "\\mapsto" and all(part.kind != "nothing" for part in chain)
    )


def _judge_one(statement: Statement, formula: Unnumbered, alone: bool) -> Found:
    chain = statement.chain
    near = neighbours(chain)
    if all(pair in _numbered() for pair in near):
        return Found(formula, "matched", _numbered()[near[0]])
    here = Path(formula.file).stem.replace("-", "_")
    plain = only_gives_values(chain)
    if by := "" if plain and alone else _worked_out(statement, here):
        return Found(formula, "worked out", by)
    if plain:
        return Found(formula, "assumed")
    known = _left_sides().get((here, unnamed(chain.parts[0])))
    if known and chain.value.startswith("=") and formula.tex not in OTHERWISE:
        return Found(formula, "false", known)
    return Found(formula, "open")


@lru_cache(maxsize=1)
def _numbered() -> dict[Node, str]:
    """Return the label of every relation that a numbered equation states between any two of its sides."""
    chains = [(one.chain, label) for label, tex in formulas().items() for one in read(tex)]
    return {
        pair: label for chain, label in reversed(chains) if chain.kind == "chain" for pair in pairs(chain)
    }


@lru_cache(maxsize=1)
def _left_sides() -> dict[tuple[str, Node], str]:
    """Return the label of every equation by its page and its left side, if that is more than a symbol."""
    return {
        (_page(label), unnamed(one.chain.parts[0])): label
        for label, tex in formulas().items()
        if label in CLAIMS
        for one in read(tex)
        if one.chain.value.startswith("=") and one.chain.parts[0].kind not in ("symbol", "number")
    }


def _page(label: str) -> str:
    """Return the page of a claim, as its module is named."""
    return CLAIMS[label].function.__module__.rpartition(".")[2] if label in CLAIMS else COMMON


@cache
def _sources(here: str) -> list[str]:
    """Return the claims of a page, those of others that draw numbers, and numbers of what is small."""
    claims = {label: one for label, one in CLAIMS.items() if not one.must_fail and label not in SPECIAL}
    own = [label for label in claims if _page(label) == here]
    drawn = [label for label, claim in claims.items() if claim.method != "SymPy"]
    return list(dict.fromkeys([*own, *(f"{COMMON} {number}" for number in range(len(_drawn()))), *drawn]))


@lru_cache(maxsize=1)
def _drawn() -> list[tuple[Meaning, ...]]:
    """Return the cases of everything small that is drawn."""
    generators = [np.random.default_rng([0, case]) for case in range(CASES)]
    groups = (numbers, matrices, linear_units, networks)
    return [cases for group in groups for cases in zip(*map(group, generators), strict=True)]


@cache
def _meanings(source: str) -> list[tuple[Meaning, Evaluation]]:
    """Return what symbols stand for in the first cases of a claim, or of something small."""
    found: list[object] = []
    if source not in CLAIMS:
        found = [*_drawn()[int(source.rpartition(" ")[2])]]
    else:
        claim = CLAIMS[source]
        for case in range(CASES if claim.is_sampled else 1):
            drawn = claim.function(np.random.default_rng([0, case])) if claim.is_sampled else claim.function()
            found += drawn if isinstance(drawn, list) else [drawn]
    loose = [replace(one, attained=None, also=()) for one in found if isinstance(one, Meaning)]
    return [(one, Evaluation(one)) for one in loose]


@cache
def _worked_out(statement: Statement, here: str) -> str:
    """Return whose symbols make a statement true, of the page itself if they do.

    A bound must be true wherever the page knows its symbols, or else wherever any claim does; and it must say
    something: turned, it must fail.
    """
    signs = statement.chain.value
    turned = signs if "\\to" in signs else signs.translate(TURNED)
    found = ""
    for source in _sources(here):
        if found and _page(found) == here != _page(source):
            break
        true = _is_true(statement, source)
        if true and turned == signs:
            return source
        if true is False and turned != signs:
            return ""
        if true and not _is_true(replace(statement, chain=replace(statement.chain, value=turned)), source):
            found = found or source
    return found


def _is_true(statement: Statement, source: str) -> bool | None:
    """Say whether a statement is true of these symbols in every case; None if it says nothing of them."""
    tolerance = max(CLAIMS[source].tolerance, 1e-12) if source in CLAIMS else ROUNDED
    said = False
    for meaning, evaluation in _meanings(source):
        try:
            with np.errstate(all="ignore"):
                for _, one in relations(statement, evaluation, meaning):
                    about = one.sign == "\\approx"
                    compared = replace(one, sign="=").compare() if about else one.compare()
                    if not compared.error <= (NEAR if about else tolerance):
                        return False
                    said = True
        except (ValueError, IndexError, TypeError, ArithmeticError, AttributeError, KeyError):
            return None
    return True if said else None
