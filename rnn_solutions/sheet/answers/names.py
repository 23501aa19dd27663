"""The quantities of an LSTM by the names that they go by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

GATES = {"f": "forget gate f_t", "i": "input gate i_t", "o": "output gate o_t"}
# By a letter of our own, the name that messages use.
QUANTITIES = {
    **GATES,
    "g": "candidate C~_t",
    "C": "cell state C_t",
    "h": "hidden state h_t",
    "C before": "old cell state C_{t-1}",
    "h before": "old hidden state h_{t-1}",
    "tanh C": "tanh(C_t)",
    "x": "input x_t",
}
# Without the words that say nothing, and with "before" for all that say so.
NAMES = {
    "f": "f, f gate, forget, forget gate, 遗忘门",
    "i": "i, i gate, input gate, 输入门",
    "o": "o, o gate, output, output gate, 输出门",
    "g": "g, c ~, ~ c, candidate, candidate cell, cell candidate, candidate memory, candidate memory cell, "
    "new memory, new memory cell, new memory content, new cell content, input node, cell input, "
    "候选, 候选细胞, 候选记忆, 候选记忆元, 候选记忆单元",
    "C": "c, cell, memory, memory cell, cell memory, 细胞, 单元, 记忆, 记忆元, 记忆单元",
    "h": "h, hidden, hidden layer, 隐, 隐藏, 隐层",
    "tanh C": "tanh c, tanh cell, tanh cell c, squashed cell",
    "x": "x, input x, word, 词, 输入",
    "input": "input",  # the gate or x_t
}
SAYS_NOTHING = {"a", "an", "at", "its", "of", "state", "step", "t", "the", "time", "value", "vector"}
NEW = {"new", "current"}
BEFORE = {"before", "earlier", "last", "old", "past", "preceding", "prev", "previous"}
REWRITTEN = {
    "[\N{MINUS SIGN}\N{EN DASH}\N{HYPHEN}]": "-",
    "[\N{PRIME}\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}\N{COMBINING ACUTE ACCENT}]": "'",
    r"(?<![\w)}\]])'([^']*)'(?!\w)": r" \1 ",  # a word in quotes
    r"[\u0302-\u0304]|\\?(?<![abd-z])(wide)?-?(tilde|bar|hat)(?![a-z])|(?<=\bc)'": " ~ ",  # so is C'
    r"\\(math\w+|text\w*|operatorname|left|right)\*?|\\[!,;:]|\b(np|torch)\.": " ",
    r"t\s*-\s*1|[上前]一(时刻|步)|旧|之前": " before ",
    "当前(时刻)?|新": " new ",
    "的|状态|值|向量|时刻": " ",
    r"(?<=[^\W_]{3})-(?=[^\W\d_]{3})|(?<=\b[fio])-(?=gate)": " ",
    r"\b(gate|candidate|value|state)s\b": r"\1",
}
PRODUCT = " *\N{MULTIPLICATION SIGN}\N{MIDDLE DOT}\N{DOT OPERATOR}\N{CIRCLED DOT OPERATOR}"


def quantity(text: str, among: Collection[str]) -> str | None:
    r"""Return which of some quantities a name means, by its letter; None if that is not clear.

    Examples
    --------
    >>> [quantity(text, QUANTITIES) for text in ("$\\tilde{C}_t$", "the forget gate", "C[t-1]", "遗忘门")]
    ['g', 'f', 'C before', 'f']
    """
    kept = [word for word in words(text) or [] if word not in SAYS_NOTHING]
    letter = _named(kept) or _named([word for word in kept if word not in NEW])
    if letter == "input":
        letter = "x" if "x" in among else "i"
    return letter if letter in among else None


def words(text: str) -> list[str] | None:
    r"""Return the words and letters of a name; None if it is more: has a sign, an operator or a prime.

    Examples
    --------
    >>> [words(text) for text in ("f_t", r"\tanh(C_{t-1})", "-f", "C_t + C_{t-1}", "tanh'(C_t)")]
    [['f', 't'], ['tanh', 'c', 'before'], None, None, None]
    """
    simple = unicodedata.normalize("NFKD", text).casefold()  # a small t below the line becomes a t
    for pattern, put in REWRITTEN.items():
        simple = re.sub(pattern, put, simple)
    simple = simple.strip(PRODUCT)  # f_t * and * C_{t-1} multiply nothing else
    if re.search(r"""[^\w\s~(){}[\]<>$\\^.:="]""", simple):
        return None
    found = re.findall(r"[^\W_]+|~", re.sub(r"\b([fiogchx])t\b", r"\1 t", simple))
    return ["before" if word in BEFORE else word for word in found]


def _named(said: list[str]) -> str | None:
    """Return the letter for a name, or for one in words beside its symbol, as messages have it."""
    for cut in range(1, len(said)):
        parts = said[:cut], said[cut:]
        name, other = (_LETTERS.get(" ".join(part)) for part in parts)
        if name and name == other and sum(min(map(len, part)) == 1 for part in parts) == 1:
            return name
    return _LETTERS.get(" ".join(said))


_LETTERS = {name: letter for letter, known in NAMES.items() for name in known.split(", ")}
_LETTERS |= {
    said: f"{letter} before"
    for name, letter in _LETTERS.items()
    if letter in ("C", "h")
    for said in (f"before {name}", f"{name} before")
}
