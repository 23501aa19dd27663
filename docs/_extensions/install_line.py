"""Say in one line how the package is installed, from the wheel that the site carries.

The directive ``{install-line}`` stands for a paragraph. Where the site's address is known the line fetches
the wheel by itself; elsewhere a reader loads it first.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class InstallLine(SphinxDirective):
    """The line, with what the figures need."""

    def run(self) -> list[nodes.Node]:
        """Return the paragraph."""
        file = f"rnn_solutions-{self.config.release}-py3-none-any.whl"
        wheel = nodes.reference("", "wheel", refuri=self.env.docname.count("/") * "../" + f"notebooks/{file}")
        if self.config.html_baseurl:
            address = urljoin(str(self.config.html_baseurl), f"notebooks/{file}")
            line = f'pip install "rnn-solutions[figures] @ {address}"'
            said = [nodes.Text(" installs the package from this site's "), wheel, nodes.Text(".")]
            return [nodes.paragraph("", "", nodes.literal("", line), *said)]
        line = f'pip install "./{file}[figures]"'
        said = [nodes.Text("Load the package's "), wheel, nodes.Text(", and in the folder where it is say ")]
        return [nodes.paragraph("", "", *said, nodes.literal("", line), nodes.Text("."))]


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive; a page that has it is read again when the version or the address changes."""
    app.add_directive("install-line", InstallLine)
    # Sphinx writes pages anew for another html_baseurl, and reads them again only for what is marked "env".
    app.add_config_value("address_in_pages", lambda config: config.html_baseurl, "env")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
