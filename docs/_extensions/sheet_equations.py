"""Name an equation of the exercise sheet so that nobody takes it for one of this site: "sheet (7)".

The role ``sheet`` takes a number, several, or a range: ``7`` gives "sheet (7)", ``2, 3`` gives "sheet (2)
and (3)", ``7-11`` gives "sheet (7) to (11)". Written ``Sheet`` it begins a sentence.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

LAST = 16  # the sheet numbers its equations from 1 to this
FORM = re.compile(r"\d+(?:-\d+|(?:, \d+)*)")


def named(numbers: str) -> str:
    """Return the name of equations of the sheet, which no line break tears, or raise a ValueError."""
    if not FORM.fullmatch(numbers):
        raise ValueError(f"sheet takes 7, or 2, 3, or 7-11, got {numbers!r}")
    given = [int(number) for number in re.findall(r"\d+", numbers)]
    if given != sorted(set(given)) or not 1 <= given[0] <= given[-1] <= LAST:
        raise ValueError(f"the sheet's equations are 1 to {LAST}, and stand in their order, got {numbers!r}")
    *others, last = (f"({number})" for number in given)
    if not others:
        return f"sheet\N{NO-BREAK SPACE}{last}"
    word = "to" if "-" in numbers else "and"
    return f"sheet\N{NO-BREAK SPACE}{', '.join(others)} {word}\N{NO-BREAK SPACE}{last}"


class SheetRole(SphinxRole):
    """Stand for the name of equations of the sheet."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the name, or complain of numbers that the sheet does not have."""
        try:
            name = named(self.text)
        except ValueError as error:
            return [], [self.inliner.reporter.error(str(error), line=self.lineno)]
        if self.rawtext.startswith(":S"):
            name = name.capitalize()
        return [nodes.inline(self.rawtext, name, classes=["sheet"])], []


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the role."""
    app.add_role("sheet", SheetRole())
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
