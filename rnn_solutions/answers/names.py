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


def quantity(text: str, among: Iterable[str]) -> str | None:
    r"""Return which of some quantities a name means, by its letter; None if that is not clear.

    Examples
    --------
    >>> [quantity(text, QUANTITIES) for text in ("$\\tilde{C}_t$", "the forget gate", "C[t-1]", "c")]
    ['g', 'f', 'C before', 'C']
    """
    among = set(among)
    found = {WORDS.get(word, "?") for word in words(text)} - {""}
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
    plain = unicodedata.normalize("NFKD", text).casefold()  # a small t below the line becomes a t
    plain = re.sub(
        "[~\N{COMBINING TILDE}\N{COMBINING CIRCUMFLEX ACCENT}\N{COMBINING MACRON}]", " tilde ", plain
    )
    plain = re.sub("(?<=\\bc)['\N{PRIME}]", " tilde ", plain)  # C' for the candidate
    plain = re.sub("t\\s*[-\N{MINUS SIGN}\N{EN DASH}]\\s*1", " before ", plain)
    plain = re.sub(
        r"\\(math\w+|text\w*|operatorname|left|right)\b|\bnp\.|\bwidetilde",
        " ",
        plain.replace("widetilde", "tilde"),
    )
    return re.findall(r"[^\W_]+", re.sub(r"\bvalues\b", "value", plain))
