"""Put the figures that cells draw into the page itself, in the page's fonts and in the colours of its theme.

A cell draws on white, in the colours of the light theme, and so its output is kept in the cache and in a
notebook. While a page is written as HTML, this module takes the ground away, puts the variables of the style
sheet in place of the colours, and the page's fonts in place of matplotlib's. A figure that could not be read
in both themes, or has no name, caption or text alternative, is a warning, which fails the build; so is any
other image without a text alternative, or from elsewhere. A text alternative names what cells glued by the
same role as prose and captions do.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from docutils import nodes
from myst_nb.core.variables import format_plain_text
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from figure_text import FigureError, css, rewrite
from written_numbers import in_words

logger = logging.getLogger(__name__)

STYLE_SHEET = Path(__file__).parents[1] / "_static" / "site.css"
PAPER = "var(--figure-paper)"
ON_A_MAP = ("#000000", "#ffffff")  # text on the colours of a map, which are the same in both themes
LENGTHS = {"d", "height", "points", "viewBox", "width", "x", "y"}
PIXELS = 4 / 3  # in a point
PIXELS_INSIDE = re.compile(r'href="data:image/png;base64,([^"]+)"')
GLUED = re.compile(r"\{glue:text\}`([^`:]+):?([^`]*)`")  # a name, and a format where one is given


class inline_figure(nodes.General, nodes.Element):  # noqa: N801 - as docutils names its nodes
    """A figure as SVG, and its text alternative. It is no image, so that no file is copied for it."""


class InlineFigures(SphinxPostTransform):
    """Replace the SVG images that cells drew, while a page is written."""

    default_priority = 50  # after myst-nb has chosen what to show of an output, before images are collected
    formats = ("html",)

    def run(self, **_options: Any) -> None:
        """Replace each image by its SVG, or warn about it."""
        variables = palette(STYLE_SHEET.read_text(encoding="utf-8"))
        drawings = []
        for image in self.document.findall(nodes.image):
            if Path(image["uri"]).parent.name != "jupyter_execute":  # where myst-nb puts what cells drew
                name = Path(image["uri"]).name
                where = (self.env.docname, self.line_of(image, name))
                if not image.get("alt"):
                    needed = f"the image {name} needs a text alternative: write ![what it shows]({name})"
                    logger.warning("%s", needed, location=where, type="figure")
                if "://" in image["uri"]:
                    needed = f"the image {name} would be loaded from elsewhere: put it into docs"
                    logger.warning("%s", needed, location=where, type="figure")
            elif image["uri"].endswith(".svg"):
                drawings.append(image)
        alone = "html_theme.sidebar_secondary.remove" in self.env.metadata[self.env.docname]
        beside = [] if alone else ["margin-caption"]  # for which the theme's script folds the contents
        for number, image in enumerate(drawings, start=1):
            file = Path(self.env.srcdir, image["uri"].lstrip("/"))
            drawn, glued = file.read_text(encoding="utf-8"), self.glued(file.parent)
            name = (image.parent.get("ids") or [f"figure-{number}"])[0]
            given = {"name": image.parent.get("names"), "caption": [*image.parent.findall(nodes.caption)]}
            for lacking in (part for part, there in given.items() if not there):
                needed = f"it needs a {lacking}, in its cell as `mystnb: {{figure: {{{lacking}}}}}`"
                logger.warning("figure %s: %s", name, needed, location=image, type="figure")
            try:
                alternative = resolved(image.get("alt", ""), glued)
                svg = inlined(drawn, alternative, name, variables)
            except FigureError as error:
                logger.warning("figure %s: %s", name, error, location=image, type="figure")
            else:
                image.parent["classes"] += beside
                image.replace_self(inline_figure(svg=svg, alt=alternative))

    def glued(self, folder: Path) -> dict[str, str]:
        """Return what the page's cells glued, which myst-nb keeps where it keeps what they drew."""
        file = folder / f"{self.env.docname}.glue.json"
        outputs = json.loads(file.read_bytes()) if file.exists() else {}
        return {key: output["data"].get("text/plain", "") for key, output in outputs.items()}

    def line_of(self, image: nodes.image, name: str) -> int:
        """Return the line that names an image: all that is known is about where its paragraph begins."""
        node: nodes.Node = image
        while node.line is None and node.parent is not None:
            node = node.parent
        near = node.line or 1
        lines = self.env.doc2path(self.env.docname).read_text(encoding="utf-8").splitlines()
        named = (number for number, line in enumerate(lines, 1) if number >= near - 1 and name in line)
        return next(named, near)


def palette(style_sheet: str) -> dict[str, str]:
    """Return what stands for each colour of the light theme, which the style sheet gives first."""
    light = dict(reversed(re.findall(r"(--figure-[\w-]+): (#\w{6});", style_sheet)))
    return {color: f"var({name})" for name, color in light.items()}


def resolved(alternative: str, glued: Mapping[str, str]) -> str:
    """Return a text alternative with what it names in its place, or raise FigureError."""

    def said(role: re.Match[str]) -> str:
        if role[1] not in glued:
            raise FigureError(f"no cell glues {role[1]!r}, which its text alternative names")
        return str(format_plain_text(glued[role[1]], role[2] or "s"))

    return in_words(GLUED.sub(said, alternative))


def inlined(drawn: str, alternative: str, name: str, variables: Mapping[str, str]) -> str:
    """Return a figure of matplotlib's as an element of a page, or raise FigureError.

    It was drawn with ``svg.fonttype: none``. Its ids begin with the name, which no other figure of the page
    has; `alternative` says in words what it shows, and `variables` what stands for each colour.
    """
    if not alternative:
        raise FigureError("it needs a text alternative, in its cell as `mystnb: {image: {alt}}`")
    root = ET.fromstring(drawn)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        element.attrib = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
    root[:] = [child for child in root if child.tag != "metadata" and child.find("style") is None]
    for text in root.iter("text"):
        if len(text):
            rewrite(text)
    for element in root.iter():
        _restyle(element, variables)
    _take_ground_away(root)
    _name(root, name)
    _shorten(root)
    points = {side: float(root.attrib[side].removesuffix("pt")) for side in ("width", "height")}
    size = {side: f"{PIXELS * length:.1f}" for side, length in points.items()}
    root.attrib = {"class": "plot", "viewBox": root.attrib["viewBox"], **size, "role": "img"}
    root.set("aria-label", alternative)
    return ET.tostring(root, encoding="unicode")


def _restyle(element: ET.Element, variables: Mapping[str, str]) -> None:
    """Put variables in place of colours, and leave the font to the page.

    What the style says becomes attributes of SVG's own, for a strict content security policy allows no style.
    """
    style = css(element.attrib.pop("style", ""))
    is_text = element.tag == "text" or element.find("text") is not None
    for property_ in {"fill", "stroke"} & style.keys():
        color = style[property_]
        if color == "none" or (is_text and color in ON_A_MAP):
            continue
        if color not in variables:
            raise FigureError(
                f"the style sheet has no variable for {color}, the {property_} of a {element.tag}"
            )
        style[property_] = variables[color]
    style.pop("font-family", None)
    element.attrib |= style


def _take_ground_away(root: ET.Element) -> None:
    """Remove the white rectangles behind the figure and its axes: the page is the ground."""
    for group in root.iter("g"):
        if group.get("id", "").startswith(("figure_", "axes_")) and len(group):
            ground = group[0].find("path")
            if ground is not None and ground.get("fill") == PAPER and "stroke" not in ground.attrib:
                group.remove(group[0])


def _name(root: ET.Element, name: str) -> None:
    """Give each part that another one refers to an id of its own on the page, and the others none."""
    reference = re.compile(r"url\(#(.+?)\)|^href #(.+)$")  # a colour begins with # as well
    names: dict[str, str] = {}
    for element in root.iter():
        for key, value in element.attrib.items():
            if found := reference.search(f"{key} {value}"):
                old = found[1] or found[2]
                new = names.setdefault(old, f"{name}-{len(names) + 1}")
                element.set(key, value.replace(f"#{old}", f"#{new}"))
    for element in root.iter():
        if (new_id := names.get(element.attrib.pop("id", ""))) is not None:
            element.set("id", new_id)


def _shorten(element: ET.Element) -> None:
    """Round lengths to a hundredth of a point, and drop blanks and groups that group nothing."""
    if element.get("transform", "").startswith("rotate(-0 "):
        del element.attrib["transform"]
    for key in LENGTHS & element.attrib.keys():
        # Adding 0 turns -0 into 0.
        short = re.sub(r"-?\d+\.\d+", lambda x: f"{round(float(x[0]), 2) + 0.0:g}", element.attrib[key])
        element.set(key, " ".join(short.split()))
    if element.tag not in ("text", "tspan"):
        element.text = None
    element.tail = None
    children: list[ET.Element] = []
    for child in element:
        _shorten(child)
        children += child if child.tag == "g" and not child.attrib else [child]
    element[:] = children


def visit_figure(translator: HTML5Translator, node: inline_figure) -> None:
    """Write the SVG, and its pixels as files: a strict content security policy allows none in an address."""
    builder = translator.builder
    folder = Path(builder.outdir, builder.imagedir)

    def address(pixels: re.Match[str]) -> str:
        content = b64decode(pixels[1])
        name = f"pixels-{sha256(content).hexdigest()[:16]}.png"
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
        return f'href="{builder.imgpath}/{name}"'

    translator.body.append(PIXELS_INSIDE.sub(address, node["svg"]) + "\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform, and the node that it leaves."""
    app.add_node(inline_figure, html=(visit_figure, None))
    app.add_post_transform(InlineFigures)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
