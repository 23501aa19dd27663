"""Render mathematics to native MathML while the site builds, so that a reader needs no script and no network.

Sphinx numbers and labels the equations; this module only turns their TeX into MathML. The font that draws it
is cut to size in `font_subsets`. The script ``equations.js`` only spares a keyboard the equations that fit.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

from written_out import written_out

logger = logging.getLogger(__name__)

MACROS = {
    "R": r"\mathbb{R}",
    "C": r"\mathbb{C}",
    "T": r"^{\mathsf{T}}",
    "diag": r"\operatorname{diag}",
    "pd": r"\frac{\partial #1}{\partial #2}",
    "ipd": r"\frac{\partial^{+} #1}{\partial #2}",
}
# Chromium draws a bracket of a given size small where it bears an exponent or index itself, and not in a row.
SIZED_WITH_POWER = re.compile(r"(<m(?:sup|sub|subsup)>)(<mo\b[^>]*\bminsize=[^>]*>[^<]*</mo>)")
# WebKit lets nothing in a cell of a table grow, unless it stands in a row.
CELL = re.compile(r"(<mtd\b[^>]*>)|(</mtd>)")
# Firefox takes a circled operator in a displayed formula for a large one, as a sum is.
CIRCLED = re.compile(r"<mo(?=[^>]*>[⊕⊖⊗⊙]</mo>)")
# WebKit puts the space of an operator between two terms around one that is all of an index or exponent.
LONE = re.compile(r"<mo>(?=[^<]*</mo></m(?:sup|sub|subsup)>)")
# Browsers draw no box of their own (menclose) around what is marked by \boxed; the style sheet does.
BOXED = re.compile(r'<menclose notation="box">(.*?)</menclose>', re.DOTALL)
# Space inside the frame and around it, or it lies over the letters beside it.
INSIDE = '<mspace width="0.1em" height="0.75em" depth="0.1em"></mspace>'  # above a low letter too
AROUND = '<mspace width="0.25em"></mspace>'
FRAMED = rf'<mrow>{AROUND}<mrow class="boxed">{INSIDE}\1{INSIDE}</mrow>{AROUND}</mrow>'
# A strict content security policy allows no style in a page: the style sheet says the same of these classes.
STYLES = {
    "text-align: right;justify-items: end;padding-right: 0;": "to-right",
    "text-align: left;justify-items: start;padding-left: 0;": "to-left",
    "text-align: left;justify-items: start;padding-right: 0;": "case",
    "text-align: left;justify-items: start;padding-right: 0;padding-left:1em;": "condition",
    "padding-right:0.1667em;": "thin-space",
}
STYLED = re.compile(r' style="([^"]*)"')
CONVERTER = LatexToMathML(macros=MACROS, annotation=True, fancy_error=False)


def to_mathml(tex: str, *, display: bool) -> str:
    """Return the MathML of `tex`; formulas with an empty line between them stand below each other.

    The TeX that stands beside it, to copy, knows no macros of ours.
    """
    tex = written_out(tex, MACROS)
    if display:
        formulas = [aligned(part) for part in re.split(r"\n\s*\n", tex.strip())]
        rows = r" \\ ".join(formulas)
        tex = rf"\begin{{gathered}}{rows}\end{{gathered}}" if len(formulas) > 1 else rows
    mathml = CONVERTER.convert_with_local_state(tex, displaystyle=display)
    mathml = STYLED.sub(lambda one: f' class="{STYLES[one[1]]}"' if one[1] in STYLES else one[0], mathml)
    mathml = CELL.sub(lambda tag: f"{tag[1]}<mrow>" if tag[1] else f"</mrow>{tag[2]}", mathml)
    mathml = BOXED.sub(FRAMED, CIRCLED.sub('<mo largeop="false"', mathml))
    mathml = LONE.sub('<mo lspace="0em" rspace="0em">', mathml)
    return SIZED_WITH_POWER.sub(r"\1<mrow>\2</mrow>", mathml)


def aligned(tex: str) -> str:
    """Return a formula wrapped as Sphinx wraps LaTeX, when it has an alignment of its own."""
    outside = re.sub(r"\\begin\{(.+?)\}.*?\\end\{\1\}|\\&", "", tex, flags=re.DOTALL)
    return rf"\begin{{aligned}}{tex}\end{{aligned}}" if re.search(r"\\\\|&", outside) else tex


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
        last = node  # a number that a cell glues stands in a box of its own
        while isinstance(last.parent, nodes.inline) and last.parent[-1] is last:
            last = last.parent
        after = last.next_node(descend=False, siblings=True)
        if isinstance(after, nodes.Text) and (mark := re.match(r"[.,;:!?)]+", after.astext())):
            node["punctuation"] = mark[0]
            # By identity: an equal text, such as the ", " behind a link, may stand earlier in the paragraph.
            (place,) = (i for i, child in enumerate(after.parent) if child is after)
            after.parent[place] = nodes.Text(after.astext()[mark.end() :])


def visit_math(translator: HTML5Translator, node: nodes.math) -> None:
    """Write mathematics that stands in a line of text."""
    mathml = _convert(translator, node, display=False)
    translator.body.append(f'<span class="math">{mathml}{node.get("punctuation", "")}</span>')
    raise nodes.SkipNode


class equation_with_more(nodes.General, nodes.Element):  # noqa: N801 - docutils names its nodes like this
    """An equation, and what stands in its box behind its number."""


def depart_more(translator: HTML5Translator, _node: equation_with_more) -> None:
    """Close the box that the equation opened."""
    translator.body.append("</div>\n")


def visit_displayed_math(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write a displayed equation with its number and the anchor that links lead to."""
    # A box that scrolls must take focus; the script takes it from those that do not.
    name = f"Equation {get_node_equation_number(translator, node)}" if node["number"] else "Equation"
    attributes = {"tabindex": "0", "role": "group", "aria-label": name}
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    translator.body.append(translator.starttag(nodes.Element(), "div", "", CLASS="math-scroll", **attributes))
    translator.body.append(_convert(translator, node, display=True) + "</div>")
    if node["number"]:
        translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    if not isinstance(node.parent, equation_with_more):
        translator.body.append("</div>\n")
    raise nodes.SkipNode


def load_script(app: Sphinx, _page: str, _template: str, _context: dict[str, Any], doctree: Any) -> None:
    """Load the script on each page that has an equation."""
    if doctree is not None and any(doctree.findall(nodes.math_block)):
        app.add_js_file("equations.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer under the name ``mathml``."""
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_displayed_math, None))
    app.add_node(equation_with_more, html=(lambda *_: None, depart_more))
    app.connect("doctree-resolved", keep_punctuation)
    app.connect("html-page-context", load_script)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
