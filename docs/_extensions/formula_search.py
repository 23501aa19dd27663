"""Let the site's own search find formulas: it knows the names of symbols, and how they look in Unicode."""

from __future__ import annotations

import json
import re
import unicodedata
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
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

QUESTION = re.compile(r"\b([123])\(([abc])\)")
DERIVATIVE = r"\bd(?=(?:[A-Z]|[A-Za-z]_\{?\w\}?)(?!\w))"  # the d of dL, or of dC_t
WORD = re.compile(r"\d+\.\d+|\w+")
SHOWN = range(3, 8)  # significant digits with which a longer number is looked for

# The same in the reader's browser, where Sphinx calls it for what was typed.
SPLIT_QUERY = f"""\
const READ_AS = {json.dumps(READ_AS, ensure_ascii=False)};
const DERIVATIVE = /{DERIVATIVE}/g;
"""
SPLIT_QUERY += r"""
var splitQuery = (query) =>
  Array.from(query, (sign) => READ_AS[sign] ?? sign)
    .join("")
    .replace(/(?:\b(?:ex(?:ercise)?|question)[.\s]*|\b)([123])[\s.]*\(?([abc])\b\)?/gi, " $1$2 ")
    .replace(DERIVATIVE, " partial ")
    .replace(/_\{(\w)\}/g, "_$1")
    .replace(/(\d),(\d)/g, "$1.$2")
    .match(/\d+\.\d+|[\p{Letter}\p{Number}_]+/gu)
    ?.map((word) => word.replace(/^_+|_+$/g, ""))
    .filter((word) => word) ?? [];
"""


def forms(word: str) -> list[str]:
    """Return a word, and a number of many digits also as it is when rounded or cut to fewer.

    >>> forms("0.0152608")
    ['0.0152608', '0.0152', '0.0153', '0.01526', '0.015260', '0.015261']
    """
    digits = len(word.replace(".", "").lstrip("0"))
    if "." not in word or digits <= SHOWN[0]:
        return [word]
    number = Decimal(word)
    shorter = {
        f"{number.quantize(Decimal(1).scaleb(number.adjusted() - count + 1), how):f}"
        for count in SHOWN
        if count < digits
        for how in (ROUND_DOWN, ROUND_HALF_EVEN)
    }
    return [word, *sorted(shorter, key=lambda form: (len(form), form))]


class SearchFormulas(SearchEnglish):
    """English, with formulas found by the names of their symbols: sigma or σ, partial or ∂, h_t or hₜ.

    A question is one word, 2c, however it is written, and a number is found by its first digits.
    """

    js_splitter_code = SPLIT_QUERY

    def split(self, input: str) -> list[str]:  # noqa: A002 - Sphinx names the argument
        """Return the words of a text, or of a formula's TeX."""
        named = "".join(READ_AS.get(sign, sign) for sign in LAYOUT.sub(" ", input))
        named = re.sub(DERIVATIVE, " partial ", QUESTION.sub(r" \1\2 ", named))
        words = (word.strip("_") for word in WORD.findall(re.sub(r"_\{(\w)\}", r"_\1", named)))
        return [form for word in words if word for form in forms(word)]


def improve_results(app: Sphinx, page: str, *_context: Any) -> None:
    """Let the page of results show each place once, and of a page its own text."""
    if page == "search":
        app.add_js_file("search-results.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    """Index and search formulas together with the text."""
    app.add_search_language(SearchFormulas)
    app.connect("html-page-context", improve_results)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
