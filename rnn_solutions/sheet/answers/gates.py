"""Questions 3(a) and 3(b): what each gate of an LSTM scales, and which quantities are positive."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

import numpy as np

from rnn_solutions.sheet.answers.feedback import Feedback, told
from rnn_solutions.sheet.answers.names import GATES, QUANTITIES, has_operator, listed, quantity, words
from rnn_solutions.sheet.answers.spelling import shortly

SCALES = {"f": "C before", "i": "g", "o": "tanh C"}
EXPECTED_SCALES = '3a takes a dict from each gate, "f", "i" and "o", to the name of what it scales'
MOST = 1000  # names, or characters of one: what is longer is no answer, and may have no end
SIX = ["f", "i", "o", "g", "C", "h"]
EXPECTED_POSITIVE = (
    "3b takes the set of the names of the quantities that are always positive, out of " + listed(SIX)
)

READ = ["x", "h before"]  # by every gate
# What people take for what a gate scales, by the name of the mistake.
WRONG_FACTORS = {
    ("f", "C"): "C_t for C_{t-1}",
    ("f", "x"): "x for the cell state",
    ("f", "h before"): "h for the cell state",
    ("f", "h"): "h for the cell state",
    ("f", "g"): "f and i swapped",
    ("i", "C before"): "f and i swapped",
    ("i", "x"): "x for the candidate",
    ("i", "C"): "C_t for the candidate",
    ("i", "h before"): "h for the candidate",
    ("i", "h"): "h for the candidate",
    ("o", "C"): "tanh left out",
    ("o", "C before"): "C_{t-1} for C_t",
    ("o", "h"): "the result for the factor",
    ("o", "h before"): "h_{t-1} for tanh(C_t)",
    ("o", "g"): "the candidate for tanh(C_t)",
    ("o", "x"): "x for tanh(C_t)",
}
NOT_POSITIVE = {
    "g": ("candidate", "The candidate is a tanh, which lies between -1 and 1 and takes either sign."),
    "C": ("cell state", "C_t adds up candidates of either sign, so it takes either sign."),
    "h": ("hidden state", "h_t = o_t * tanh(C_t) has the sign of C_t, which takes either."),
}


def check_scales(value: Any) -> Feedback:
    """Return what to say of a dict that should tell what each gate scales."""
    given, loose = _read_scales(value)
    wrong = {gate: what for gate, what in given.items() if what != SCALES[gate]}
    if not wrong:
        note = (
            f' "The cell state" is {_symbol(SCALES["f"])} for {_symbol("f")}: say which one.' if loose else ""
        )
        return told(f"Right: {', '.join(map(_scaling, SCALES))}.{note}")
    usual = [WRONG_FACTORS[wrongly] for wrongly in wrong.items() if wrongly in WRONG_FACTORS]
    reasons = "; ".join(_why_not_scaled(gate, what) for gate, what in wrong.items())
    return Feedback(False, usual[0] if usual else None, reasons + ".")


def _symbol(letter: str) -> str:
    """Return the symbol of a quantity, with which its name ends."""
    return QUANTITIES[letter].rpartition(" ")[2]


def _scaling(gate: str) -> str:
    """Say what a gate scales."""
    return f"{_symbol(gate)} scales {_symbol(SCALES[gate])}"


def _why_not_scaled(gate: str, what: str) -> str:
    """Say what a gate does, in place of scaling some quantity, and what becomes of that one."""
    if what in READ:
        return f"{_symbol(gate)} reads {' and '.join(map(_symbol, READ))}, and scales {_symbol(SCALES[gate])}"
    others = [other for other, scaled in SCALES.items() if scaled == what]
    return "; ".join(
        [_scaling(gate), *(f"{_symbol(what)} is scaled by {_symbol(other)}" for other in others)]
    )


def check_positive(value: Any) -> Feedback:
    """Return what to say of a set that should name the quantities that are always positive."""
    given, gates = _read_names(value), set(GATES)
    missing, extra = sorted(gates - given), [letter for letter in SIX if letter in given - gates]
    if given == gates:
        return told("Right: the gates are sigmoids, strictly between 0 and 1. The others take either sign.")
    if given == set(SIX):
        return told(f"everything counted as positive: {_why_not(extra)}")
    if not given & gates and len(extra) == 3:
        message = "It is the other way round: the three gates are positive, and no others."
        return told(f"positive and not swapped: {message} {_why_not(extra)}")
    left_out = f"{listed(missing)}. The gates are sigmoids, so they are always positive." if missing else ""
    if extra:
        message = _why_not(extra) + (f" Left out: {left_out}" if missing else "")
        return Feedback(False, f"{NOT_POSITIVE[extra[0]][0]} counted as positive", message)
    if not given:
        return told("no quantity named: The three gates are sigmoids, so they are always positive.")
    return told(f"gate left out: Left out: {left_out}")


def names_of_factors() -> list[str]:
    """Return the names of the mistakes of 3(a)."""
    return [*WRONG_FACTORS.values()]


def names_of_signs() -> list[str]:
    """Return the names of the mistakes of 3(b)."""
    extra = [f"{name} counted as positive" for name in (*dict(NOT_POSITIVE.values()), "everything")]
    return [*extra, "positive and not swapped", "gate left out", "no quantity named"]


def _why_not(letters: list[str]) -> str:
    """Say of some quantities why they are not always positive."""
    return " ".join(NOT_POSITIVE[letter][1] for letter in letters)


def _read_scales(value: Any) -> tuple[dict[str, str], bool]:
    """Return a student's dict by our letters, and whether it only says "cell state" for the old one."""
    if not isinstance(value, Mapping):
        raise ValueError(f"{EXPECTED_SCALES}; got {shortly(value)}")
    given, loose = {}, False
    for gate, what in value.items():
        letter = _named(gate, GATES, EXPECTED_SCALES)
        if letter in given:
            raise ValueError(f"{EXPECTED_SCALES}; got the {GATES[letter]} twice")
        factors = [letter for letter in QUANTITIES if letter not in GATES]
        given[letter] = _named(what, factors, EXPECTED_SCALES)
        says_which = {"t", "ct", "new", "current"} & set(words(what))  # the new cell state, not the old one
        if letter == "f" and given[letter] == "C" and not says_which:
            given[letter], loose = SCALES["f"], True
    if len(given) < len(GATES):
        raise ValueError(
            f"{EXPECTED_SCALES}; got nothing for the {listed([g for g in GATES if g not in given])}"
        )
    return given, loose


def _read_names(value: Any) -> set[str]:
    """Return a student's set by our letters, or raise a ValueError."""
    if isinstance(value, str) and len(value) <= MOST:
        value = [name for name in re.split(r",|;|\band\b|&", value) if name.strip()]
    if isinstance(value, Mapping) and all(isinstance(said, (bool, np.bool_)) for said in value.values()):
        value = [name for name, said in value.items() if said]  # a table of what is positive and what not
    if (
        isinstance(value, str)
        or not isinstance(value, Iterable)
        or (isinstance(value, np.ndarray) and not value.ndim)
    ):
        raise ValueError(f"{EXPECTED_POSITIVE}; got {shortly(value)}")
    names: set[str] = set()
    for number, name in enumerate(value):
        if number == MOST:
            raise ValueError(f"{EXPECTED_POSITIVE}; got more than {MOST}")
        if isinstance(name, str) and re.fullmatch(r"\s*((the|all|three)\s+)*gates\s*", name.casefold()):
            names |= set(GATES)
        else:
            names.add(_named(name, [*SIX, "C before", "h before"], EXPECTED_POSITIVE).removesuffix(" before"))
    return names


def _named(name: Any, among: Iterable[str], expected: str) -> str:
    """Return the letter of a quantity by its name, or raise a ValueError that says what is expected."""
    if isinstance(name, str) and len(name) > MOST:
        raise ValueError(f"{expected}; got {shortly(name)}")
    letter = quantity(name, among) if isinstance(name, str) else None
    if letter is None:
        words = {QUANTITIES[letter].rpartition(" ")[0] or QUANTITIES[letter]: letter for letter in among}
        close = get_close_matches(name.casefold(), words, n=1) if isinstance(name, str) else []
        hint = f"; did you mean {QUANTITIES[words[close[0]]]}?" if close else ""
        if isinstance(name, str) and has_operator(name):
            hint = "; a name has no sign, operator or prime"
        raise ValueError(f"{expected}; got {shortly(name)}{hint}")
    return letter
