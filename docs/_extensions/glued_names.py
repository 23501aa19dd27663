"""Mark each glued value of a page with its name, so that the list of what the site shows can say which it is.

The list is kept by `docs/_tools/shown_numbers.py`, which reads the built pages.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from myst_nb.ext.glue.roles import PasteTextRole
from sphinx.application import Sphinx


class NamedText(PasteTextRole):
    """Glue a value as text, with its name as a class."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the text, or what is wrong."""
        found, messages = super().run()
        for node in found:
            node["classes"].append(f"glue-{self.text.partition(':')[0]}")
        return found, messages


def setup(app: Sphinx) -> dict[str, Any]:
    """Let this role take the place of myst-nb's."""
    app.add_role_to_domain("glue", "text", NamedText(), override=True)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
