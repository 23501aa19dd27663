"""Question 2(a): the terms of the gradient for T = 3."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from itertools import product
from numbers import Rational, Real
from typing import Any

import numpy as np

from rnn_solutions._foreign import plain
from rnn_solutions.gradients.expansion import Term
from rnn_solutions.sheet.answers.feedback import Feedback, told
from rnn_solutions.sheet.answers.reading import MOST, entries, refused, shortly

EXPECTED = "2a takes the terms for T = 3 as (t, k) pairs of whole numbers, such as [(1, 0), (1, 1)]"
# By what to say of them: which pairs were given.
KNOWN: dict[str, Callable[[int, int], bool]] = {
    "Right: ten terms, one for each 0 <= k <= t <= 3.": lambda t, k: k <= t <= 3,
    "Right where h_0 is given, or h_{-1} = 0: six terms, k from 1. Where h_0 is computed with W from another "
    "h_{-1}, those with k = 0 belong too, ten in all.": lambda t, k: 1 <= k <= t <= 3,
    "k up to t - 1: The terms with k = t are missing: step t itself uses W.": lambda t, k: k < t <= 3,
    "k from 1 to t - 1: Three terms: those with k = t are missing, too.": lambda t, k: 1 <= k < t <= 3,
    "k up to T: k runs up to t. A later use of W changes no earlier loss.": lambda t, k: max(t, k) <= 3,
    "t and k swapped: t, the step of the loss, stands first, and k <= t.": lambda t, k: t <= k <= 3,
    "t - k for t: The first number is t, the step of the loss, not t - k.": lambda t, k: t + k <= 3,
    "last loss only: The terms of L_0, L_1 and L_2 belong too.": lambda t, k: k <= t == 3,
    "only k = t: Each loss has terms for earlier uses of W: k runs from 0 to t.": lambda t, k: k == t <= 3,
    "only k = 0: W is used at every step: k runs from 0 to t.": lambda t, k: t <= 3 and k == 0,
    "t from 1: The term (0, 0) is missing: step 0 has a loss and uses W.": lambda t, k: (
        k <= t <= 3 and t >= 1
    ),
    "steps counted from 1: The sheet counts the steps from 0: t = 0 to 3.": lambda t, k: 1 <= k <= t <= 4,
    "t up to T - 1: The terms of L_3 are missing: the steps are 0 to 3.": lambda t, k: k <= t <= 2,
    "t up to T + 1: These are the terms for T = 4: the last step is 3.": lambda t, k: k <= t <= 4,
}


def check_terms(value: Any) -> Feedback:
    """Return what to say of a list that should hold the terms (t, k) for T = 3, in any order."""
    counts = Counter(_pair(entry) for entry in entries(value, EXPECTED))
    twice = sorted(pair for pair, count in counts.items() if count > 1)
    for said in KNOWN:
        if counts.keys() == pairs(said):
            more = f"a term twice: The pairs are right, but there is more than one {_spell(twice)}."
            return told(more if twice and said.startswith("Right") else said)
    (right, *_) = map(pairs, KNOWN)
    lists = {"Missing": sorted(right - counts.keys()), "Too many": sorted(counts.keys() - right)}
    message = " ".join(f"{word}: {_spell(found)}." for word, found in lists.items() if found)
    return Feedback(False, None, f"The terms are one for each 0 <= k <= t <= 3. {message}")


def pairs(said: str) -> set[tuple[int, int]]:
    """Return the pairs of which something is said."""
    return {(t, k) for t, k in product(range(5), repeat=2) if KNOWN[said](t, k)}


def _pair(entry: Any) -> tuple[int, int]:
    """Return one pair as ints, or raise a ValueError."""
    if isinstance(entry, Term):
        return entry.t, entry.k
    parts = entries(entry, EXPECTED) if isinstance(plain(entry, MOST), (list, np.ndarray)) else []
    if len(parts) != 2 or not all(map(_is_whole, parts)):
        digits = re.findall(r"\d+", shortly(entry))
        meant = f"; did you mean ({', '.join(digits)})?" if len(digits) == 2 else ""
        raise refused(EXPECTED, entry, f"{shortly(entry)} among them{meant}")
    return int(parts[0]), int(parts[1])


def _is_whole(number: Any) -> bool:
    """Say whether a number is a whole one, of whatever type; a Fraction may be beyond every float."""
    if isinstance(number, bool) or not isinstance(number, Real):
        return False
    return bool(number % 1 == 0) if isinstance(number, Rational) else float(number).is_integer()


def _spell(found: list[tuple[int, int]]) -> str:
    return ", ".join(map(shortly, found[:6])) + (f" and {len(found) - 6} more" if len(found) > 6 else "")
