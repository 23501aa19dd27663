"""Questions 3(a) and 3(b): what each gate of an LSTM scales, and which quantities are positive."""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Collection, Mapping
from itertools import product
from typing import Any

from rnn_solutions._foreign import plain
from rnn_solutions.sheet import prose
from rnn_solutions.sheet.answers.feedback import Feedback, told
from rnn_solutions.sheet.answers.reading import MOST, entries, refused, shortly

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
_LETTERS = {name: letter for letter, known in NAMES.items() for name in known.split(", ")}
_OLD = {name: f"{letter} before" for name, letter in _LETTERS.items() if letter in "Ch"}
_LETTERS |= {f"before {name}": letter for name, letter in _OLD.items()}
_LETTERS |= {f"{name} before": letter for name, letter in _OLD.items()}
SYMBOLS = {letter: name.rpartition(" ")[2] for letter, name in QUANTITIES.items()}
SCALES = {"f": "C before", "i": "g", "o": "tanh C"}
FACTORS = [letter for letter in QUANTITIES if letter not in GATES]
READ = ["x", "h before"]  # by every gate
SPECIAL = {("f", "g"): "f and i swapped", ("i", "C before"): "f and i swapped", ("o", "C"): "tanh left out"}
# Besides, what else is given most often.
OFTEN = [*SPECIAL, ("f", "C"), ("f", "x"), ("f", "h before"), ("i", "x"), ("i", "h before"), ("o", "h")]
EXPECTED_SCALES = '3a takes a dict from each gate, "f", "i" and "o", to the name of what it scales'
NOT_POSITIVE = {
    "g": "The candidate is a tanh, which lies between -1 and 1 and takes either sign.",
    "C": "C_t adds up candidates of either sign, so it takes either sign.",
    "h": "h_t = o_t * tanh(C_t) has the sign of C_t, which takes either.",
}
SIX = [*GATES, *NOT_POSITIVE]
EXTRA = {letter: f"{QUANTITIES[letter].rpartition(' ')[0]} counted as positive" for letter in NOT_POSITIVE}
OTHERS = ["everything counted as positive", "positive and not swapped", "gate left out", "no quantity named"]
EXPECTED_POSITIVE = "3b takes the set of the names of what is always positive, or a table that says it of all"
NAMED = f"{EXPECTED_POSITIVE}; the quantities are {prose.listed(QUANTITIES[letter] for letter in SIX)}"
TABLE = f'{EXPECTED_POSITIVE}, as True or False, 1 or 0, "+" or "±", "yes" or "no"'
# What tables say of a quantity.
WORDS = {
    True: "+, >0, > 0, y, yes, true, positive, always, always positive, 1, 是, 正",
    False: "±, +-, +/-, -, n, no, false, negative, any sign, either sign, both, not always, 0, 否",
}
ANSWERS = {answer: [*words.split(", "), answer, int(answer)] for answer, words in WORDS.items()}


def check_scales(value: Any) -> Feedback:
    """Return what to say of a dict that should tell what each gate scales."""
    if not isinstance(value, Mapping):
        raise refused(EXPECTED_SCALES, value)
    given, loose = {}, ""
    for gate, what in value.items():
        letter, scaled = _named(gate, [*GATES], EXPECTED_SCALES), _named(what, FACTORS, EXPECTED_SCALES)
        if letter in given:
            raise refused(EXPECTED_SCALES, gate, f"the {GATES[letter]} twice")
        if (letter, scaled) == ("f", "C") and {"t", *NEW}.isdisjoint(words(what) or []):
            scaled, loose = "C before", ' "The cell state" is C_{t-1} for f_t: say which one.'
        given[letter] = scaled
    if missing := [name for gate, name in GATES.items() if gate not in given]:
        raise refused(EXPECTED_SCALES, value, f"nothing for the {prose.listed(missing)}")
    wrong = [(gate, given[gate]) for gate in GATES if given[gate] != SCALES[gate]]
    if not wrong:
        return told(f"Right: {', '.join(map(_scaling, SCALES))}.{loose}")
    touched = {one for pair in wrong for one in pair}
    read = f"Every gate reads {prose.listed(map(SYMBOLS.get, READ))}. " if touched & {*READ} else ""
    *others, last = [_scaling(gate) for gate, scaled in SCALES.items() if touched & {gate, scaled}]
    scaling = f"{', '.join(others)}, and {last}" if others else last
    return told(f"{mistake_of(*wrong[0])}: {read}{scaling}.")


def mistake_of(gate: str, what: str) -> str:
    """Name the mistake of who takes a quantity for what a gate scales."""
    return SPECIAL.get((gate, what), f"{SYMBOLS[what]} for {SYMBOLS[SCALES[gate]]}")


def names_of_factors() -> list[str]:
    """Return the names of the mistakes of 3(a)."""
    return [mistake_of(gate, what) for gate, what in product(SCALES, FACTORS) if what != SCALES[gate]]


def _scaling(gate: str) -> str:
    return f"{SYMBOLS[gate]} scales {SYMBOLS[SCALES[gate]]}"


def check_positive(value: Any) -> Feedback:
    """Return what to say of a set that should name the quantities that are always positive."""
    given = _read_positive(value)
    missing, extra = [g for g in GATES if g not in given], [letter for letter in EXTRA if letter in given]
    if not missing and not extra:
        return told("Right: the gates are sigmoids, strictly between 0 and 1. The others take either sign.")
    everything, swapped, left_out, nothing = OTHERS
    if not given:
        return told(f"{nothing}: The three gates are sigmoids, so they are always positive.")
    why = "The gates are sigmoids, so they are always positive."
    lacking = f" Left out: {prose.listed(GATES[gate] for gate in missing)}. {why}" if missing else ""
    if not extra:
        return told(f"{left_out}:{lacking}")
    reasons = " ".join(NOT_POSITIVE[letter] for letter in extra)
    if len(given) == len(SIX):
        return told(f"{everything}: C~_t, C_t and h_t take either sign.")
    if given == {*EXTRA}:
        return told(f"{swapped}: The three gates are positive, and no others.")
    return told(f"{EXTRA[extra[0]]}: {reasons}{lacking}")


def _read_positive(value: Any) -> set[str]:
    """Return by our letters which quantities a set, a list in words or a table says to be positive."""
    if isinstance(value, Mapping):
        said: dict[str, bool] = {}
        for name, cell in value.items():
            for letter in _letters(name):
                if said.setdefault(letter, _yes_or_no(cell, name)) != _yes_or_no(cell, name):
                    raise refused(EXPECTED_POSITIVE, name, f"both for the {QUANTITIES[letter]}")
        return {letter for letter, is_positive in said.items() if is_positive}
    if isinstance(value, str) and len(value) <= MOST:
        value = [name for name in re.split(r"[,;&\u3001\uff0c]|\band\b|和", value) if name.strip()]
    return {letter for name in entries(value, EXPECTED_POSITIVE) for letter in _letters(name)}


def _letters(name: Any) -> Collection[str]:
    """Return the letter of a quantity, or those of all gates."""
    if isinstance(name, str) and {*(words(name[:MOST]) or [])} - {"the", "all", "three"} == {"gate"}:
        return GATES
    return [_named(name, [*SIX, "C before", "h before"], NAMED).removesuffix(" before")]


def _yes_or_no(cell: Any, name: Any) -> bool:
    """Return whether a table says that a quantity is positive, or raise a ValueError."""
    said, read = [], cell.strip().casefold() if isinstance(cell, str) else cell
    with contextlib.suppress(Exception):  # whatever an object does when it is read or compared
        said = [answer for answer, known in ANSWERS.items() if plain(read, MOST) in known]
    if len(said) != 1:
        known = {str(word): repr(word) for words in ANSWERS.values() for word in words}
        raise refused(TABLE, cell, f"{shortly(cell)} for {shortly(name)}", known)
    return said[0]


def _named(name: Any, among: list[str], expected: str) -> str:
    """Return the letter of a quantity by its name, or raise a ValueError that says what is expected."""
    if not isinstance(name, str) or len(name) > MOST:
        raise refused(expected, name)
    if letter := quantity(name, among):
        return letter
    known = {said: QUANTITIES[one] for one in among for said in NAMES.get(one, one).split(", ")}
    got = f"{shortly(name)}; a name has no sign or operator" if words(name) is None else ""
    raise refused(expected, name, got, known)


def quantity(text: str, among: Collection[str]) -> str | None:
    """Return which of some quantities a name means, by its letter; None if that is not clear."""
    kept = [word for word in words(text) or [] if word not in SAYS_NOTHING]
    letter = _letter_of(kept) or _letter_of([word for word in kept if word not in NEW])
    if letter == "input":
        letter = "x" if "x" in among else "i"
    return letter if letter in among else None


def words(text: str) -> list[str] | None:
    """Return the words and letters of a name; None if it is more: has a sign, an operator or a prime."""
    simple = unicodedata.normalize("NFKD", text).casefold()  # a small t below the line becomes a t
    for pattern, put in REWRITTEN.items():
        simple = re.sub(pattern, put, simple)
    simple = simple.strip(PRODUCT)  # f_t * and * C_{t-1} multiply nothing else
    if re.search(r"""[^\w\s~(){}[\]<>$\\^.:="]""", simple):
        return None
    found = re.findall(r"[^\W_]+|~", re.sub(r"\b([fiogchx])t\b", r"\1 t", simple))
    return ["before" if word in BEFORE else word for word in found]


def _letter_of(said: list[str]) -> str | None:
    """Return the letter for a name, or for one in words beside its symbol, as messages have it."""
    for cut in range(1, len(said)):
        parts = said[:cut], said[cut:]
        name, other = (_LETTERS.get(" ".join(part)) for part in parts)
        if name and name == other and sum(min(map(len, part)) == 1 for part in parts) == 1:
            return name
    return _LETTERS.get(" ".join(said))
