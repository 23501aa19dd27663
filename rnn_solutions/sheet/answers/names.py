"""The quantities of an LSTM by the many names that they go by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

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
WORDS = {
    **{letter: letter for letter in "fiogchx"},
    **{f"{letter}t": letter for letter in "fiogchx"},  # f_t without its underscore
    "forget": "f",
    "output": "o",
    "candidate": "g",
    "candidates": "g",
    "cell": "c",
    "memory": "c",
    "hidden": "h",
    "word": "x",
    "input": "input",  # the gate or x_t
    "gate": "gate",
    "gates": "gate",
    **dict.fromkeys(["tilde", "bar", "hat"], "tilde"),
    **dict.fromkeys(["before", "earlier", "last", "old", "past", "preceding", "prev", "previous"], "before"),
    **dict.fromkeys(["tanh", "squashed"], "tanh"),
    **dict.fromkeys(
        ["a", "at", "current", "its", "new", "of", "state", "step", "t", "the", "value", "vector"], ""
    ),
}
COUNTED = {*"fiogchx", "input", "tanh"}
NEW_MEMORY = re.compile(  # the candidate in some lecture notes, which call C_t the final memory
    "(the )?(new memory( cell| content)?|new cell content)( (c tilde|tilde c)( t)?)?"
)
HYPHEN = re.compile(
    r"(?<=[^\W\d_]{3})-(?=[^\W\d_]{3}|\s*$)"
    r"|(?<=[^\W\d_])-(?=(tilde|bar|hat|old|prev\w*|gate|state|vector)\b)|(?<=\b(?:old|new))-"
)
PRODUCT = "*\N{MULTIPLICATION SIGN}\N{MIDDLE DOT}\N{DOT OPERATOR}\N{RING OPERATOR}\N{CIRCLED DOT OPERATOR}"
OPERATORS = {*PRODUCT, *"+-/!&|'", *"\N{NOT SIGN}\N{PLUS-MINUS SIGN}\N{DIVISION SIGN}\N{SQUARE ROOT}"}


def quantity(text: str, among: Iterable[str]) -> str | None:
    r"""Return which of some quantities a name means, by its letter; None if that is not clear.

    Examples
    --------
    >>> [quantity(text, QUANTITIES) for text in ("$\\tilde{C}_t$", "the forget gate", "C[t-1]", "c")]
    ['g', 'f', 'C before', 'C']
    """
    among, said = set(among), words(text)
    if has_operator(text) or _multiplies(said):
        return None
    found = {WORDS.get(word, "?") for word in said} - {""}
    if NEW_MEMORY.fullmatch(" ".join(said)):
        found = {"g"}
    if "input" in found:
        found = found - {"input"} | {"i" if "gate" in found or "x" not in among else "x"}
    found -= {"gate"} if found & set("fio") else set()
    if found in ({"g"}, {"g", "c"}, {"g", "tilde"}, {"g", "c", "tilde"}, {"c", "tilde"}):
        letter = "g"
    elif found == {"c", "tanh"}:
        letter = "tanh C"
    elif len(found) == 2 and "before" in found:
        letter = (found - {"before"}).pop().replace("c", "C") + " before"
    else:
        letter = found.pop().replace("c", "C") if len(found) == 1 else ""
    return letter if letter in among else None


def listed(letters: Iterable[str]) -> str:
    """Name some quantities in a sentence.

    Examples
    --------
    >>> listed("fi")
    'forget gate f_t and input gate i_t'
    """
    *others, last = [QUANTITIES[letter] for letter in letters]
    return f"{', '.join(others)} and {last}" if others else last


def words(text: str) -> list[str]:
    """Return the words and letters of a name, without what different people write differently."""
    return re.findall(r"[^\W_]+", re.sub(r"\bvalues\b", "value", _plain(text)))


def has_operator(text: str) -> bool:
    """Say whether a text is more than a name: whether it has a sign, an operator, a negation or a prime.

    Examples
    --------
    >>> [has_operator(text) for text in ("-f", "C_t + C_{t-1}", "tanh'(C_t)", "C_{t-1}", "cell-state", "C'")]
    [True, True, True, False, False, False]
    """
    return not OPERATORS.isdisjoint(_plain(text))


def _multiplies(said: list[str]) -> bool:
    """Say whether words name a quantity twice, or two, as does a product without a sign: ``g C_t``."""
    counted = [word[0] if len(word) <= 2 else word for word in said if WORDS.get(word) in COUNTED]
    return len(counted) > len(set(counted)) or ({"g", "c"} <= set(counted) and "tilde" not in said)


def _plain(text: str) -> str:
    """Return a name in plain words and letters; what is left of operators does change what it means."""
    plain = unicodedata.normalize("NFKD", text).casefold()  # a small t below the line becomes a t
    plain = re.sub(
        "[\N{PRIME}\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}\N{COMBINING ACUTE ACCENT}]",
        "'",
        plain,
    )
    plain = re.sub("[\N{MINUS SIGN}\N{EN DASH}\N{HYPHEN}]", "-", plain)
    plain = re.sub(r"(?<![\w)}\]])'([^']*)'(?!\w)", r" \1 ", plain)  # a word in quotes
    plain = re.sub(r"\\[!,;:/]", " ", plain)  # spaces of LaTeX
    plain = re.sub(
        "[~\N{COMBINING TILDE}\N{COMBINING CIRCUMFLEX ACCENT}\N{COMBINING MACRON}]", " tilde ", plain
    )
    plain = re.sub("(?<=\\bc)'", " tilde ", plain)  # C' for the candidate
    plain = re.sub("t\\s*-\\s*1", " before ", plain)
    plain = re.sub(
        r"\\(math\w+|text\w*|operatorname|left|right)\b\*?|\bnp\.|\bwidetilde",
        " ",
        plain.replace("widetilde", "tilde"),
    )
    return HYPHEN.sub(" ", plain).strip().strip(PRODUCT)  # f_t * and * C_{t-1} multiply nothing else
