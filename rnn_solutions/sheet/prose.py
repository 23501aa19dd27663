"""Words and tables that numbers decide, as the pages put them into what they say."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

ROUNDING = 1e-9  # what a power computed step by step may be off by
MERE_ROUNDING = 1e-12
UP_TO_TEN = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
TEENS = ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
SMALL = [*UP_TO_TEN, "eleven", "twelve", *TEENS, "twenty"]
ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]


def spelled(number: int) -> str:
    """Return how many, in a word: up to twenty, and hundreds."""
    hundreds, rest = divmod(number, 100)
    return f"{SMALL[hundreds]} hundred" if hundreds and not rest else SMALL[number]


def ordinal(number: int) -> str:
    """Return which one, in a word, of ten."""
    return dict(enumerate(ORDINALS, 1))[number]


def fraction(value: float) -> str:
    """Return a half or a quarter in words."""
    return {0.25: "one quarter", 0.5: "one half"}[value]


def size(value: float) -> str:
    """Return the power of ten that is nearest to a positive number, in words."""
    exponent = round(math.log10(value))
    return f"ten to the {'minus ' * (exponent < 0)}{spelled(abs(exponent))}" if exponent else "one"


def error(value: float, form: str = ".0e") -> str:
    """Return an error as a number, or as a bound where it is rounding, which no two machines do alike."""
    return f"< {MERE_ROUNDING:.0e}" if value < MERE_ROUNDING else f"{value:{form}}"


def listed(names: Iterable[object]) -> str:
    """Return a list as a sentence has it, with an "and" before its last."""
    *others, last = map(str, names)
    return f"{', '.join(others)} and {last}" if others else last


def if_all(cases: Iterable[object], word: str, opposite: str) -> str:
    """Return the word where all cases are true and its opposite where none is, or raise ValueError."""
    found = set(map(bool, cases))
    if len(found) != 1:
        raise ValueError(f"neither {word!r} nor {opposite!r} is right in every case")
    return word if found.pop() else opposite


def table(*rows: Mapping[str, object]) -> str:
    """Return a table in Markdown, from rows whose entries have their column's head beside them."""
    head = list(rows[0])
    if any(list(row) != head for row in rows):
        raise ValueError(f"need the heads {head} in every row")
    lines = [head, ["---"] * len(head), *(row.values() for row in rows)]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def course(values: Sequence[float]) -> str:
    """Return whether positive values rise, fall or stay, from the first to the last, and in what manner.

    Where the logarithm changes by the same amount each time, a straight line on a logarithmic axis says so.
    """
    steps = [math.log(later / earlier) for earlier, later in pairwise(values)]
    if max(map(abs, steps)) < ROUNDING:
        return "stays level"
    way = "rises" if sum(steps) > 0 else "falls"
    if max(steps) - min(steps) < ROUNDING:
        return f"{way} along a straight line"
    return f"{way} ever more slowly" if sorted(steps, key=abs, reverse=True) == steps else way
