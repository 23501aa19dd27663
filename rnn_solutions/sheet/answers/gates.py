"""Questions 3(a) and 3(b): what each gate of an LSTM scales, and which quantities are positive."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any

from rnn_solutions.sheet.answers.feedback import Feedback, told
from rnn_solutions.sheet.answers.names import GATES, NAMES, NEW, QUANTITIES, listed, quantity, words
from rnn_solutions.sheet.answers.reading import MOST, entries, plain, refused, shortly

SCALES = {"f": "C before", "i": "g", "o": "tanh C"}
FACTORS = [letter for letter in QUANTITIES if letter not in GATES]
READ = ["x", "h before"]  # by every gate
SPECIAL = {
    ("f", "g"): "f and i swapped",
    ("i", "C before"): "f and i swapped",
    ("o", "C"): "tanh left out",
    ("o", "h"): "the result for the factor",
}
EXPECTED_SCALES = '3a takes a dict from each gate, "f", "i" and "o", to the name of what it scales'

SIX = ["f", "i", "o", "g", "C", "h"]
NOT_POSITIVE = {
    "g": ("candidate", "The candidate is a tanh, which lies between -1 and 1 and takes either sign."),
    "C": ("cell state", "C_t adds up candidates of either sign, so it takes either sign."),
    "h": ("hidden state", "h_t = o_t * tanh(C_t) has the sign of C_t, which takes either."),
}
EXTRA = {letter: f"{name} counted as positive" for letter, (name, _) in NOT_POSITIVE.items()}
EXPECTED_POSITIVE = (
    "3b takes the set of the names of the quantities that are always positive, out of " + listed(SIX)
)
SAID = {  # of a quantity in a table: whether it is always positive
    True: "+, >0, > 0, y, yes, true, positive, always, always positive, 1, 是, 正",
    False: "±, +-, +/-, -, n, no, false, negative, any, any sign, either, either sign, both, not always, 0, 否",
}
YES_OR_NO = {word: said for said, known in SAID.items() for word in known.split(", ")}


def check_scales(value: Any) -> Feedback:
    """Return what to say of a dict that should tell what each gate scales."""
    if not isinstance(value, Mapping):
        raise refused(EXPECTED_SCALES, value)
    given, loose = {}, ""
    for gate, what in value.items():
        letter, scaled = _named(gate, GATES, EXPECTED_SCALES), _named(what, FACTORS, EXPECTED_SCALES)
        if letter in given:
            raise refused(EXPECTED_SCALES, gate, got=f"the {GATES[letter]} twice")
        if (letter, scaled) == ("f", "C") and {"t", *NEW}.isdisjoint(words(what) or []):
            scaled, loose = "C before", ' "The cell state" is C_{t-1} for f_t: say which one.'
        given[letter] = scaled
    if len(given) < len(GATES):
        missing = listed(gate for gate in GATES if gate not in given)
        raise refused(EXPECTED_SCALES, value, got=f"nothing for the {missing}")
    wrong = [(gate, given[gate]) for gate in GATES if given[gate] != SCALES[gate]]
    if not wrong:
        return told(f"Right: {', '.join(map(_scaling, SCALES))}.{loose}")
    return told(f"{_mistake(*wrong[0])}: {'; '.join(why_not_scaled(*pair) for pair in wrong)}.")


def names_of_factors() -> list[str]:
    """Return the names of the mistakes of 3(a)."""
    return [_mistake(gate, what) for gate, what in product(SCALES, FACTORS) if what != SCALES[gate]]


def why_not_scaled(gate: str, what: str) -> str:
    """Say what a gate does, in place of scaling some quantity, and what becomes of that one."""
    if what in READ:
        return f"{_symbol(gate)} reads {' and '.join(map(_symbol, READ))}, and scales {_symbol(SCALES[gate])}"
    others = [other for other, scaled in SCALES.items() if scaled == what]
    return "; ".join(
        [_scaling(gate), *(f"{_symbol(what)} is scaled by {_symbol(other)}" for other in others)]
    )


def _mistake(gate: str, what: str) -> str:
    return SPECIAL.get((gate, what), f"{_symbol(what)} for {_symbol(SCALES[gate])}")


def _symbol(letter: str) -> str:
    """Return the symbol of a quantity, with which its name ends."""
    return QUANTITIES[letter].rpartition(" ")[2]


def _scaling(gate: str) -> str:
    return f"{_symbol(gate)} scales {_symbol(SCALES[gate])}"


def check_positive(value: Any) -> Feedback:
    """Return what to say of a set that should name the quantities that are always positive."""
    given = _read_positive(value)
    missing, extra = [g for g in GATES if g not in given], [letter for letter in SIX[3:] if letter in given]
    if not missing and not extra:
        return told("Right: the gates are sigmoids, strictly between 0 and 1. The others take either sign.")
    if not given:
        return told("no quantity named: The three gates are sigmoids, so they are always positive.")
    why = "The gates are sigmoids, so they are always positive."
    left_out = f" Left out: {listed(missing)}. {why}" if missing else ""
    if not extra:
        return told(f"gate left out:{left_out}")
    reasons = " ".join(NOT_POSITIVE[letter][1] for letter in extra)
    if len(given) == len(SIX):
        return told(f"everything counted as positive: {reasons}")
    if given == {*SIX[3:]}:
        message = "It is the other way round: the three gates are positive, and no others."
        return told(f"positive and not swapped: {message} {reasons}")
    return told(f"{EXTRA[extra[0]]}: {reasons}{left_out}")


def names_of_signs() -> list[str]:
    """Return the names of the mistakes of 3(b)."""
    others = ["positive and not swapped", "gate left out", "no quantity named"]
    return [*EXTRA.values(), "everything counted as positive", *others]


def _read_positive(value: Any) -> set[str]:
    """Return by our letters which quantities a set, a list in words or a table says to be positive."""
    if isinstance(value, Mapping):
        said: dict[str, bool] = {}
        for name, is_positive in value.items():
            for letter in _letters(name):
                if said.setdefault(letter, _yes_or_no(is_positive, name)) != _yes_or_no(is_positive, name):
                    raise refused(EXPECTED_POSITIVE, name, got=f"both for the {QUANTITIES[letter]}")
        return {letter for letter, is_positive in said.items() if is_positive}
    if isinstance(value, str) and len(value) <= MOST:
        value = [name for name in re.split(r"[,;&\u3001\uff0c]|\band\b|和", value) if name.strip()]
    return {letter for name in entries(value, EXPECTED_POSITIVE) for letter in _letters(name)}


def _letters(name: Any) -> Iterable[str]:
    """Return the letter of a quantity, or those of all gates."""
    if isinstance(name, str) and {*(words(name[:MOST]) or [])} - {"the", "all", "three"} == {"gate"}:
        return GATES
    return [_named(name, [*SIX, "C before", "h before"], EXPECTED_POSITIVE).removesuffix(" before")]


def _yes_or_no(value: Any, name: Any) -> bool:
    """Return whether a table says that a quantity is positive, or raise a ValueError."""
    if isinstance(value, str) and value.strip().casefold() in YES_OR_NO:
        return YES_OR_NO[value.strip().casefold()]
    try:
        value = plain(value)
        truths = [said for said in (True, False) if not isinstance(value, str) and value in (said, int(said))]
    except Exception:  # noqa: BLE001 - whatever an object does when it is compared
        truths = []
    if len(truths) != 1:
        known = {word: f"{word!r}" for word in YES_OR_NO}
        expected = f'{EXPECTED_POSITIVE}, or a table that says of each True or False, 1 or 0, "+" or "±"'
        raise refused(expected, value, known, f"{shortly(value)} for {shortly(name)}")
    return truths[0]


def _named(name: Any, among: Iterable[str], expected: str) -> str:
    """Return the letter of a quantity by its name, or raise a ValueError that says what is expected."""
    among = list(among)
    short = isinstance(name, str) and len(name) <= MOST
    letter = quantity(name, among) if short else None
    if letter is None:
        known = {said: QUANTITIES[one] for one in among for said in NAMES.get(one, "").split(", ")}
        known |= {QUANTITIES[one].rpartition(" ")[0] or QUANTITIES[one]: QUANTITIES[one] for one in among}
        if short and name.strip() and words(name) is None:
            raise refused(expected, name, got=f"{shortly(name)}; a name has no sign, operator or prime")
        raise refused(expected, name, known)
    return letter
