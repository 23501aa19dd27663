"""Hold every formula without a number against the numbered ones, and say how many were.

What was found is kept until a formula or the package changes. A formula is a warning, which fails the build,
if the grammar does not know it, if it gives the left side of a numbered one another right side, or if nothing
confirms it and it is not on the list of such formulas, which thereby cannot change unseen. So is a line that
is on the list for nothing. The role ``formulas`` stands for a number: how many formulas with a relation there
are, or how many are as it names.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path, PurePath
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from kept import drop_older, keep, kept

logger = logging.getLogger(__name__)
WORDS = ("all", "matched", "worked-out", "assumed", "open")
LIST = Path(__file__).parents[1] / "_tools" / "unchecked-formulas.txt"


def judge_formulas(app: Sphinx) -> None:
    """Load what was found, or find it and keep it if nothing is wrong."""
    file = Path(app.config.unnumbered_path)
    drop_older(file)
    if (content := kept(file)) is not None:
        found = json.loads(content)
    else:
        from rnn_solutions.claims.unnumbered import judge_unnumbered

        found = [asdict(one) for one in judge_unnumbered()]
        if not any(one["how"] in ("false", "unread") for one in found):
            keep(file, json.dumps(found, indent=1).encode())
    listed = set(LIST.read_text(encoding="utf-8").splitlines())
    for one in found:
        formula = one["formula"]
        if what := what_is_wrong(one, listed):
            page = PurePath(formula["file"])
            where = page.relative_to("docs").with_suffix("") if page.parts[0] == "docs" else page
            message = f"the formula {formula['tex']} {what}"
            logger.warning("%s", message, location=(where.as_posix(), formula["line"]), type="formula")
    unchecked = {_line(one) for one in found if one["how"] in ("assumed", "open")}
    for line in sorted(listed - unchecked) if found else ():  # a small site of a test has other formulas
        logger.warning("%s has the line %r for nothing", LIST.name, line, type="formula")
    counts = Counter(one["how"].replace(" ", "-") for one in found)
    app.formula_counts = counts | Counter(all=len(found))  # type: ignore[attr-defined]


def what_is_wrong(one: dict[str, Any], listed: set[str]) -> str:
    """Say what is wrong with one formula, or nothing."""
    match one["how"]:
        case "unread":
            return f"cannot be read: {one['by']}"
        case "false":
            return (
                f"gives the left side of {one['by']} another right side, and what the claims draw does not "
                "make it true. Mend one of the two, or say in OTHERWISE of "
                "rnn_solutions/claims/unnumbered.py why both are right"
            )
        case "assumed" | "open" if _line(one) not in listed:
            return (
                "says what no numbered equation says, and what nothing that is drawn makes true. If it is "
                f"right, add to docs/_tools/{LIST.name}: {_line(one)}"
            )
    return ""


def _line(one: dict[str, Any]) -> str:
    """Return the line that stands for a formula on the list."""
    return f"{one['formula']['file']}: {one['formula']['tex']}"


class FormulasRole(SphinxRole):
    """Stand for how many formulas without a number are as the word says."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the place for the number, or complain of an unknown word."""
        if self.text not in WORDS:
            known = ", ".join(WORDS)
            return [], [self.inliner.reporter.error(f"formulas must be one of {known}, got {self.text!r}")]
        return [formula_count(word=self.text)], []


class formula_count(nodes.Inline, nodes.Element):  # noqa: N801 - docutils names its nodes like this
    """Where a number of formulas goes."""


def fill(app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Put the numbers where they go; the pages are written anew in every build."""
    for node in list(doctree.findall(formula_count)):
        number = str(app.formula_counts[node["word"]])  # type: ignore[attr-defined]
        marked = ["pasted-text", f"formulas-{node['word']}"]  # for docs/_tools/shown_numbers.py
        node.replace_self(nodes.inline("", number, classes=marked))


def setup(app: Sphinx) -> dict[str, Any]:
    """Judge the formulas at the start, and register the role and what fills it."""
    app.add_config_value("unnumbered_path", "", "")
    app.add_role("formulas", FormulasRole())
    app.add_node(formula_count)
    app.connect("builder-inited", judge_formulas)
    app.connect("doctree-resolved", fill)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
