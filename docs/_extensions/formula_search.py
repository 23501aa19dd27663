"""Let the site's own search find formulas: it knows the names of symbols, and how they look in Unicode."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

LETTERS = [chr(code) for code in (*range(0x391, 0x3A2), *range(0x3A3, 0x3AA), *range(0x3B1, 0x3CA))]
SIGNS = {"∂": "partial", "∇": "nabla", "∑": "sum", "∏": "prod", "√": "sqrt", "⊙": "odot"}
SMALL = dict(zip("₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₜ", "0123456789aehijklmnt", strict=True))


def greek(letter: str) -> str:
    """Return a letter's name as TeX spells it; Unicode leaves the b out of lambda."""
    return "lambda" if letter in "λΛ" else unicodedata.name(letter).rpartition(" ")[2].lower()


READ_AS = (
    {letter: f" {greek(letter)} " for letter in LETTERS}
    | {sign: f" {name} " for sign, name in SIGNS.items()}
    | {small: f"_{letter}" for small, letter in SMALL.items()}
)
LAYOUT = re.compile(  # TeX that says how a formula looks, and nothing of what it means
    r"\\(?:(?:begin|end)\{\w+\*?\}|var(?=epsilon|theta|pi|rho|sigma|phi)|(?:[bB]ig[glr]?|[cdl]dots|[dt]?frac"
    r"|displaystyle|left|math(?:bb|bf|rm|sf)|operatorname|q?quad|right|text)(?![a-zA-Z]))"
)

# The same in the reader's browser, where Sphinx calls it for what was typed.
SPLIT_QUERY = f"const READ_AS = {json.dumps(READ_AS, ensure_ascii=False)};"
SPLIT_QUERY += r"""
var splitQuery = (query) =>
  Array.from(query, (sign) => READ_AS[sign] ?? sign)
    .join("")
    .replace(/_\{(\w)\}/g, "_$1")
    .split(/[^\p{Letter}\p{Number}_]+/u)
    .map((word) => word.replace(/^_+|_+$/g, ""))
    .filter((word) => word);
"""


class SearchFormulas(SearchEnglish):
    """English, with formulas found by the names of their symbols: sigma or σ, partial or ∂, h_t or hₜ."""

    js_splitter_code = SPLIT_QUERY

    def split(self, input: str) -> list[str]:  # noqa: A002 - Sphinx names the argument
        """Return the words of a text, or of a formula's TeX."""
        named = "".join(READ_AS.get(sign, sign) for sign in LAYOUT.sub(" ", input))
        words = super().split(re.sub(r"_\{(\w)\}", r"_\1", named))
        return [word for word in (word.strip("_") for word in words) if word]


def setup(app: Sphinx) -> dict[str, Any]:
    """Index and search formulas together with the text."""
    app.add_search_language(SearchFormulas)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
