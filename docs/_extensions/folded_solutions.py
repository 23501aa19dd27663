"""Fold the solutions of a page's own exercises away, so that they open on demand and without a script.

A solution with the class ``dropdown`` becomes what Sphinx makes of a collapsible admonition, which is how a
page writes a hint. Left to itself, sphinx-exercise would need a script, and would give all exercises of a
page one anchor.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import solution_node


class FoldSolutions(SphinxPostTransform):
    """Make each solution with the class ``dropdown`` an admonition that is closed at first."""

    default_priority = 30  # when sphinx-exercise has written the titles

    def run(self, **_options: Any) -> None:
        """Fold the solutions of one page, and leave the anchor of an exercise's content to the first."""
        wrapped = [
            node for node in self.document.findall(nodes.section) if node["ids"] == ["exercise-content"]
        ]
        for node in wrapped[1:]:
            node["ids"] = []
        for solution in list(self.document.findall(solution_node)):
            if "dropdown" not in solution["classes"]:
                continue
            title, *said = solution.children
            content = [
                part for node in said for part in (node if isinstance(node, nodes.section) else [node])
            ]
            folded = nodes.admonition(
                "", title, *content, ids=solution["ids"], classes=["solution"], collapsible="closed"
            )
            solution.replace_self(folded)


def setup(app: Sphinx) -> dict[str, Any]:
    """Fold the solutions once the titles are written."""
    app.add_post_transform(FoldSolutions)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
