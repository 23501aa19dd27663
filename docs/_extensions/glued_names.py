"""Mark each glued value of a page with its name, so that the list of what the site shows can say which it is.

The list is kept by `docs/_tools/shown_numbers.py`, which reads the built pages.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from myst_nb.ext.glue.directives import PasteMarkdownDirective
from myst_nb.ext.glue.roles import PasteMarkdownRole, PasteTextRole
from sphinx.application import Sphinx


def marked(name: str) -> list[str]:
    """Return the classes of what is glued under a name."""
    return ["pasted-text", f"glue-{name}"]


class NamedText(PasteTextRole):
    """Glue a value as text, with its name as a class."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the text, or what is wrong."""
        found, messages = super().run()
        for node in found:
            node["classes"] = marked(self.text.partition(":")[0])
        return found, messages


class NamedMarkdown(PasteMarkdownRole):
    """Glue a piece of a line, which may hold formulas, with its name as a class."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the piece, or what is wrong."""
        found, messages = super().run()
        return [nodes.inline("", "", *found, classes=marked(self.text.partition(":")[0]))], messages


class NamedBlock(PasteMarkdownDirective):
    """Glue a table, or what else is no piece of a line, with its name as a class."""

    def run(self) -> list[nodes.Node]:
        """Return the block, or what is wrong."""
        return [nodes.container("", *super().run(), classes=marked(self.arguments[0]))]


def setup(app: Sphinx) -> dict[str, Any]:
    """Let these take the place of myst-nb's."""
    app.add_role_to_domain("glue", "text", NamedText(), override=True)
    app.add_role_to_domain("glue", "md", NamedMarkdown(), override=True)
    app.add_directive_to_domain("glue", "md", NamedBlock, override=True)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
