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

# What people take for what a gate scales, with its name and the reason why not.
WRONG_FACTORS = {
    ("f", "C"): ("C_t for C_{t-1}", "f_t scales the old cell state C_{t-1}; C_t is the sum that comes out"),
    ("f", "x"): ("x for the cell state", "f_t reads x_t and h_{t-1}, and scales C_{t-1}"),
    ("f", "h before"): ("h for the cell state", "f_t reads h_{t-1} and x_t, and scales C_{t-1}"),
    ("f", "h"): ("h for the cell state", "f_t scales the old cell state C_{t-1}"),
    ("f", "g"): ("f and i swapped", "f_t scales what is kept, C_{t-1}; the candidate is scaled by i_t"),
    ("i", "C before"): (
        "f and i swapped",
        "i_t scales what is written, the candidate; C_{t-1} is scaled by f_t",
    ),
    ("i", "x"): ("x for the candidate", "i_t reads x_t and scales the candidate C~_t, which x_t only enters"),
    ("i", "C"): ("C_t for the candidate", "i_t scales the candidate C~_t; C_t is the sum that comes out"),
    ("i", "h before"): ("h for the candidate", "i_t reads h_{t-1} and x_t, and scales the candidate C~_t"),
    ("i", "h"): ("h for the candidate", "i_t scales the candidate C~_t"),
    ("o", "C"): ("tanh left out", "o_t scales tanh(C_t): h_t = o_t * tanh(C_t)"),
    ("o", "C before"): ("C_{t-1} for C_t", "o_t scales tanh(C_t), the new cell state squashed"),
    ("o", "h"): ("the result for the factor", "h_t is what comes out; what o_t scales is tanh(C_t)"),
    ("o", "h before"): ("h_{t-1} for tanh(C_t)", "o_t reads h_{t-1} and x_t, and scales tanh(C_t)"),
    ("o", "g"): ("the candidate for tanh(C_t)", "o_t scales tanh(C_t); the candidate is scaled by i_t"),
    ("o", "x"): ("x for tanh(C_t)", "o_t reads x_t and h_{t-1}, and scales tanh(C_t)"),
}
NOT_POSITIVE = {
    "g": ("candidate", "The candidate is a tanh, which lies between -1 and 1 and takes either sign."),
    "C": ("cell state", "C_t adds up candidates of either sign, so it takes either sign."),
    "h": ("hidden state", "h_t = o_t * tanh(C_t) has the sign of C_t, which takes either."),
}


def check_scales(value: Any) -> Feedback:
    """Return what to say of a dict that should tell what each gate scales."""
    given, loose = _read_scales(value)
    wrong = {gate: WRONG_FACTORS.get((gate, what)) for gate, what in given.items() if what != SCALES[gate]}
    if not wrong:
        note = ' "The cell state" is C_{t-1} for f_t: say which one.' if loose else ""
        return told("Right: f_t scales C_{t-1}, i_t the candidate, o_t tanh(C_t)." + note)
    usual = [found for found in wrong.values() if found]
    reasons = "; ".join(
        found[1] if found else f"{QUANTITIES[gate]} does not scale the {QUANTITIES[given[gate]]}"
        for gate, found in wrong.items()
    )
    return Feedback(False, usual[0][0] if usual else None, reasons + ".")


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
    return [name for name, _ in WRONG_FACTORS.values()]


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
