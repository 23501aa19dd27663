"""Question 2(a): the terms of the gradient for T = 3."""

from __future__ import annotations

import re
from collections import Counter
from numbers import Rational, Real
from typing import Any

from rnn_solutions.gradients.expansion import Term, expand
from rnn_solutions.sheet.answers.feedback import Feedback, told
from rnn_solutions.sheet.answers.reading import entries, plain, refused, shortly

T = 3
EXPECTED = (
    "2a takes the terms of the sum for T = 3 as (t, k) pairs of whole numbers, such as [(1, 0), (1, 1)]"
)
Pair = tuple[int, int]


def check_terms(value: Any) -> Feedback:
    """Return what to say of a list that should hold the terms (t, k) for T = 3, in any order."""
    counts = Counter(_pair(entry) for entry in entries(value, EXPECTED))
    given, right = set(counts), _right()
    twice = sorted(pair for pair, count in counts.items() if count > 1)
    for pairs, feedback in known():
        if given == pairs:
            if feedback.right and twice:
                message = f"The pairs are right, but there is more than one {_spell(twice)}."
                return told(f"a term twice: {message}")
            return feedback
    differences = [
        f"{word}: {_spell(sorted(pairs))}"
        for word, pairs in (("missing", right - given), ("too many", given - right))
        if pairs
    ]
    message = "The terms are one for each 0 <= k <= t <= 3. " + "; ".join(differences).capitalize() + "."
    return Feedback(False, None, message)


def names() -> list[str]:
    """Return the names of the mistakes."""
    return [*(feedback.mistake for _, feedback in known() if feedback.mistake), "a term twice"]


def known() -> list[tuple[set[Pair], Feedback]]:
    """Return the right sets of terms and the usual wrong ones, each with what to say of it."""
    right, steps = _right(), range(T + 1)
    table = {
        "Right: ten terms, one for each 0 <= k <= t <= 3.": right,
        "Right where h_0 is given, or h_{-1} = 0: six terms, k from 1. Where h_0 is computed with W from "
        "another h_{-1}, those with k = 0 belong too, ten in all.": {(t, k) for t, k in right if k >= 1},
        "k up to t - 1: The terms with k = t are missing: step t itself uses W, with no factor in between.": {
            (t, k) for t, k in right if k < t
        },
        "k from 1 to t - 1: Only three terms: k runs up to t, which is missing, and from 0 or 1.": {
            (t, k) for t, k in right if 1 <= k < t
        },
        "k up to T: Sixteen terms: k runs up to t, not up to T. A later use of W does not change an earlier "
        "loss.": {(t, k) for t in steps for k in steps},
        "t and k swapped: In each pair t, the step of the loss, stands first, and k <= t. As (k, t) these "
        "are the ten terms.": {(k, t) for t, k in right},
        "t - k for t: The first number is t, the step of the loss, and not t - k, the number of factors.": {
            (t - k, k) for t, k in right
        },
        "t - k for k: The second number is k, the step that uses W, and not t - k, the number of factors.": {
            (t, t - k) for t, k in right if k >= 1
        },
        "last loss only: These are the terms of L_3. The sum has those of L_0, L_1 and L_2 too.": {
            (T, k) for k in steps
        },
        "only k = t: Each loss has a term for every earlier use of W too: k runs from 0 to t.": {
            (t, t) for t in steps
        },
        "only k = 0: W is used at every step: k runs from 0 to t.": {(t, 0) for t in steps},
        "t from 1: The term (0, 0) is missing: there is a loss at step 0, and step 0 uses W.": {
            (t, k) for t, k in right if t >= 1
        },
        "steps counted from 1: The right number of terms, but the sheet counts steps from 0: t = 0 to 3.": {
            (t + 1, k + 1) for t, k in right
        },
        "t up to T - 1: The terms of L_3 are missing: for T = 3 there are four steps, 0 to 3.": {
            (t, k) for t, k in right if t < T
        },
        "t up to T + 1: These are the terms for T = 4: the last step is 3.": {
            (t, k) for t in range(T + 2) for k in range(t + 1)
        },
    }
    return [(pairs, told(said)) for said, pairs in table.items()]


def _right() -> set[Pair]:
    """Return the pairs that belong, those of the whole sum."""
    return {(term.t, term.k) for term in expand(T)}


def _pair(entry: Any) -> Pair:
    """Return one pair as ints, or raise a ValueError."""
    if isinstance(entry, Term):
        return entry.t, entry.k
    parts = [] if isinstance(entry, (str, dict, set)) else entries(entry, EXPECTED)
    if len(parts) != 2 or not all(map(_is_whole, parts)):
        digits = re.findall(r"\d+", shortly(entry))
        meant = f"; did you mean ({', '.join(digits)})?" if len(digits) == 2 else ""
        raise refused(EXPECTED, entry, got=f"{shortly(entry)} among them{meant}")
    return int(parts[0]), int(parts[1])


def _is_whole(number: Any) -> bool:
    """Say whether a number is a whole one, of whatever type."""
    if isinstance(number, bool):
        return False
    if isinstance(number, Rational):  # may be beyond the range of a float
        return bool(number % 1 == 0)
    return isinstance(number, Real) and float(number).is_integer()


def _spell(pairs: list[Pair]) -> str:
    """List pairs, a few of them."""
    listed = ", ".join(map(shortly, pairs[:6]))
    return listed + (f" and {len(pairs) - 6} more" if len(pairs) > 6 else "")
