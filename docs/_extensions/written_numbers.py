"""Write numbers as people do: 2.7 · 10^-12 where Python says 2.7e-12, and 0.03 where it says 3e-02.

This holds for all text of a page, what cells glue into it included, and for text alternatives. Code, what a
cell prints, and the data behind a verdict stay as Python writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from rnn_solutions.sheet.prose import power_of_ten

FLOAT = re.compile(r"(?<![\w.])(?P<before>-?\d+(?:\.(?P<decimals>\d+))?)e(?P<exponent>[+-]?\d+)(?!\w)")
SHORT = 3  # up to this power of ten the digits alone are read more easily
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
AS_IT_IS = (nodes.FixedTextElement, nodes.literal, nodes.math, nodes.raw, addnodes.desc_signature)


def in_digits(number: re.Match[str]) -> str:
    """Return a number without a power of ten where it is short enough, or nothing."""
    return f"{Decimal(number[0]):f}" if abs(int(number["exponent"])) <= SHORT else ""


def in_words(text: str) -> str:
    """Return a text that can hold no formula, such as a text alternative."""

    def said(number: re.Match[str]) -> str:
        power = f"10{str(int(number['exponent'])).translate(SUPERSCRIPTS)}"
        return in_digits(number) or (power if number["before"] == "1" else f"{number['before']} · {power}")

    return FLOAT.sub(said, text)


def in_pieces(text: str) -> Iterator[nodes.Node]:
    """Yield a text as text and formulas."""
    end = 0
    for number in FLOAT.finditer(text):
        yield nodes.Text(text[end : number.start()])
        tex = power_of_ten(float(number[0]), len(number["decimals"] or "")).strip("$")
        yield nodes.Text(digits) if (digits := in_digits(number)) else nodes.math("", tex)
        end = number.end()
    yield nodes.Text(text[end:])


class WrittenNumbers(SphinxTransform):
    """Rewrite the numbers of a page as it is read."""

    default_priority = 850  # after all that makes text

    def apply(self, **_options: Any) -> None:
        """Put text and formulas in the place of each text that holds such a number."""
        for text in [*self.document.findall(nodes.Text)]:
            if FLOAT.search(text) and not any(isinstance(node, AS_IT_IS) for node in above(text)):
                text.parent.replace(text, [piece for piece in in_pieces(text) if piece.astext()])


def above(node: nodes.Node) -> Iterator[nodes.Node]:
    """Yield the nodes that a node stands in."""
    while (parent := node.parent) is not None:
        yield parent
        node = parent


def setup(app: Sphinx) -> dict[str, Any]:
    """Look at each page as it is read."""
    app.add_transform(WrittenNumbers)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
