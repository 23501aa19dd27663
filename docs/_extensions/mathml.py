"""Render mathematics to native MathML while the site builds, so that a reader needs no script and no network.

Sphinx numbers and labels the equations; this module only turns their TeX into MathML and serves the font
that draws it.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import re
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from fontTools import subset
from fontTools.ttLib import TTFont
from math_core import LatexError, LatexToMathML
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

MACROS = {
    "R": r"\mathbb{R}",
    "C": r"\mathbb{C}",
    "T": r"^{\mathsf{T}}",
    "diag": r"\operatorname{diag}",
    "pd": r"\frac{\partial #1}{\partial #2}",
    "ipd": r"\frac{\partial^{+} #1}{\partial #2}",
}
CONVERTER = LatexToMathML(macros=MACROS, annotation=True, fancy_error=False)

# Not only what the pages' text holds: MathML draws <mi>x</mi> with U+1D4xx italics, and roots and stretchy
# brackets use glyphs that no text names.
FONT_RANGES = [
    (0x20, 0x7E),  # Latin
    (0xA0, 0xFF),  # Latin-1 signs
    (0x2B0, 0x36F),  # modifiers and combining accents
    (0x370, 0x3FF),  # Greek
    (0x2010, 0x2057),  # dashes, dots, primes
    (0x2070, 0x209F),  # superscripts and subscripts
    (0x20D0, 0x20EF),  # combining marks for symbols
    (0x2100, 0x214F),  # letter-like symbols
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # operators
    (0x2308, 0x230B),  # ceilings and floors
    (0x239B, 0x23AF),  # pieces of tall brackets
    (0x23B4, 0x23B5),  # horizontal brackets
    (0x23DC, 0x23E1),  # horizontal braces
    (0x25A0, 0x25FF),  # geometric shapes
    (0x27E6, 0x27EF),  # mathematical brackets
    (0x2980, 0x2985),  # double bars and brackets
    (0x2A00, 0x2AFF),  # large and further operators
    (0x1D400, 0x1D7FF),  # mathematical alphabets
]
PRIME = 0x2032


def to_mathml(tex: str, *, display: bool) -> str:
    """Return the MathML of `tex`, wrapped as Sphinx wraps LaTeX when it has an alignment of its own."""
    outside = re.sub(r"\\begin\{(.+?)\}.*?\\end\{\1\}|\\&", "", tex, flags=re.DOTALL)
    if display and re.search(r"\\\\|&", outside):
        tex = rf"\begin{{aligned}}{tex}\end{{aligned}}"
    return CONVERTER.convert_with_local_state(tex, displaystyle=display)


def _convert(translator: HTML5Translator, node: nodes.Element, *, display: bool) -> str:
    """Convert a node's TeX; an error in it is a Sphinx warning, and so fails the build."""
    try:
        return to_mathml(node.astext(), display=display)
    except LatexError as error:
        text = node.astext()
        logger.warning("cannot convert to MathML: %s in %r", error, text, location=node, type="mathml")
        return str(translator.encode(text))


def keep_punctuation(_app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Move punctuation behind a formula into the formula's node: a line must not break between the two."""
    for node in list(doctree.findall(nodes.math)):
        after = node.next_node(descend=False, siblings=True)
        if isinstance(after, nodes.Text) and (mark := re.match(r"[.,;:!?)]+", after.astext())):
            node["punctuation"] = mark[0]
            after.parent.replace(after, nodes.Text(after.astext()[mark.end() :]))


def visit_math(translator: HTML5Translator, node: nodes.math) -> None:
    """Write mathematics that stands in a line of text."""
    mathml = _convert(translator, node, display=False)
    translator.body.append(f'<span class="math">{mathml}{node.get("punctuation", "")}</span>')
    raise nodes.SkipNode


def visit_displayed_math(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write a displayed equation with its number and the anchor that links lead to."""
    attributes = {
        "tabindex": "0",
        "role": "group",
        "aria-label": "Equation",
    }  # a scrolling box must take focus
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    translator.body.append(translator.starttag(nodes.Element(), "div", "", CLASS="math-scroll", **attributes))
    translator.body.append(_convert(translator, node, display=True) + "</div>")
    if node["number"]:
        translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def write_font(app: Sphinx, error: Exception | None) -> None:
    """Put STIX Two Math, cut down to `FONT_RANGES`, where the style sheet looks for it.

    Cutting takes seconds, so the result is kept beside the doctrees, under a name that changes with it.
    """
    if error or app.builder.format != "html":
        return
    recipe = Path(__file__).read_bytes() + f"{version('ziamath')} {version('fonttools')}".encode()
    kept = Path(app.doctreedir).parent / f"stix-two-math-{hashlib.sha256(recipe).hexdigest()[:16]}.woff2"
    if not kept.exists():
        options = subset.Options(
            flavor="woff2", layout_features=["ccmp", "dtls", "flac", "ssty"], hinting=False
        )
        source = importlib.resources.files("ziamath") / "fonts" / "STIXTwoMath-Regular.ttf"
        with importlib.resources.as_file(source) as path, TTFont(path, recalcTimestamp=False) as font:
            for table in font["cmap"].tables:  # browsers do not choose a prime's form for superscripts
                if PRIME in table.cmap:
                    table.cmap[PRIME] = "minute.ssty"
            subsetter = subset.Subsetter(options)
            subsetter.populate(unicodes=[code for low, high in FONT_RANGES for code in range(low, high + 1)])
            subsetter.subset(font)
            subset.save_font(font, str(kept), options)
    shutil.copyfile(kept, Path(app.outdir) / "_static" / "stix-two-math.woff2")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer under the name ``mathml``."""
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_displayed_math, None))
    app.connect("doctree-resolved", keep_punctuation)
    app.connect("build-finished", write_font)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
