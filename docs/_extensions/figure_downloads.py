"""Offer each figure to take away: as SVG, as PNG, its code, and how to cite it, in a line below it.

The kernel that drew a figure has drawn it for this as well, once as SVG whose letters are outlines, which
looks the same in any program, and once as PNG of twice the size that it has on the page. Both lie in the
folder `figures` of the site, under the name of the page and of the figure.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.osutil import relative_uri
from sphinx.writers.html5 import HTML5Translator

from inline_figures import inline_figure

FOLDER = "figures"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"


class figure_line(nodes.General, nodes.Element):  # noqa: N801 - as docutils names its nodes
    """The line below a figure. It holds no text, so that no search leads to it."""


class FigureDownloads(SphinxPostTransform):
    """Write the files of a page's figures, and put the line below each."""

    default_priority = 51  # when the figures are in the page
    builders = ("html",)

    def run(self, **_options: Any) -> None:
        """Offer each figure that a cell of the page drew."""
        offered = [figure for figure in self.document.findall(nodes.figure) if figure["names"]]
        offered = [figure for figure in offered if isinstance(figure[0], inline_figure)]
        if not offered:
            return
        page = self.env.docname
        outputs = drawn(Path(self.app.outdir).parent / "jupyter_execute" / f"{page}.ipynb")
        folder = Path(self.app.outdir, FOLDER)
        folder.mkdir(exist_ok=True)
        for figure in offered:
            label = figure["names"][0]
            output = outputs[label]
            name = file_name(page, label)
            cited = self.citation(figure)
            outlines = described(output["metadata"]["outlines"], cited, figure[0]["alt"])
            (folder / f"{name}.svg").write_text(outlines, encoding="utf-8")
            (folder / f"{name}.png").write_bytes(b64decode(output["data"]["image/png"]))
            line = figure_line(name=name, number=self.number(figure), cited=cited, code=code_of(figure))
            shown = figure.parent
            shown.parent.insert(shown.parent.index(shown) + 1, line)

    def number(self, figure: nodes.figure) -> str:
        """Return the number that a figure bears."""
        numbers = self.env.toc_fignumbers[self.env.docname]["figure"]
        return ".".join(map(str, numbers[figure["ids"][0]]))

    def citation(self, figure: nodes.figure) -> str:
        """Say how to cite a figure, with its address where the site has one."""
        page, of = self.env.docname, self.config
        where = f"Figure {self.number(figure)} in “{self.env.titles[page].astext()}”"
        whose = f"{of.project} {of.release}, {of.author}, {of.copyright.partition(',')[0]}"
        anchor = f"{page}.html#{figure['ids'][0]}"
        address = [urljoin(of.html_baseurl, anchor)] if of.html_baseurl else []
        return ". ".join([where, whose, *address, f"CC BY 4.0, {LICENCE}"])


def file_name(page: str, label: str) -> str:
    """Return what a figure's files are called, before the dot."""
    return f"{page.rpartition('/')[2]}-{label.removeprefix('fig-')}"


def drawn(notebook: Path) -> dict[str, dict[str, Any]]:
    """Return what the cells of a page drew, by the names of the figures, as myst-nb keeps it."""
    cells = json.loads(notebook.read_bytes())["cells"]
    named = {cell["metadata"].get("mystnb", {}).get("figure", {}).get("name"): cell for cell in cells}
    return {
        name: output
        for name, cell in named.items()
        for output in cell.get("outputs", ())
        if "image/png" in output.get("data", {})
    }


def described(svg: str, cited: str, said: str) -> str:
    """Return SVG that says whose it is and what it shows, wherever it ends up."""
    words = f"<title>{escape(cited, quote=False)}</title>\n <desc>{escape(said, quote=False)}</desc>"
    return re.sub(r"(<svg\b[^>]*>)", lambda tag: f"{tag[0]}\n {words}", svg, count=1)


def code_of(figure: nodes.figure) -> str:
    """Return the anchor of the code that drew a figure, which gets it here, or nothing if it is hidden."""
    shown = figure.parent.parent.next_node(nodes.literal_block)
    if shown is None or shown["language"] != "ipython3":
        return ""
    shown["ids"].append(f"{figure['ids'][0]}-code")
    return str(shown["ids"][-1])


def visit_line(translator: HTML5Translator, node: figure_line) -> None:
    """Write the line. The name of each part says which figure it is about, to those who hear it alone."""
    here = translator.builder.get_target_uri(translator.builder.current_docname)
    figure = f"figure {node['number']}"
    body = translator.body
    body.append('<div class="take-figure no-search d-print-none">\n')
    for kind in ("SVG", "PNG"):
        file = relative_uri(here, f"{FOLDER}/{node['name']}.{kind.lower()}")
        body.append(f'<a href="{file}" download aria-label="{kind} of {figure}">{kind}</a>\n')
    if node["code"]:
        body.append(f'<a href="#{node["code"]}" aria-label="Code of {figure}">Code</a>\n')
    body.append(f'<details><summary aria-label="Cite {figure}">Cite</summary>\n')
    body.append(f"<p>{escape(node['cited'])}</p>\n</details>\n</div>\n")
    raise nodes.SkipNode


def load_script(app: Sphinx, _page: str, _template: str, _context: dict[str, Any], doctree: Any) -> None:
    """Load the script on each page that has a figure or an equation to take away."""
    if doctree is None:
        return
    equations = (one for one in doctree.findall(nodes.math_block) if one["number"])
    if any(equations) or any(doctree.findall(figure_line)):
        app.add_js_file("take-away.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform, the node that it leaves, and the script."""
    app.add_node(figure_line, html=(visit_line, None))
    app.add_post_transform(FigureDownloads)
    app.connect("html-page-context", load_script)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
