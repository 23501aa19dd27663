"""Write the mathematics of a figure in the page's own font.

matplotlib lays mathematics out with STIXGeneral, whose italics are a font of their own, and says in the SVG
where each character stands. The page serves STIX Two Math, whose italics have places of their own in Unicode.
So each character is replaced, and moved until its ink is centred where the old one's was.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.metadata import distribution
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement

from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont
from mathml import FONT_RANGES, PRIME

SYMBOLS, WORDS = "STIXGeneral", "DejaVu Sans"  # what mathtext sets mathematics in, and the text around it
ITALICS = {
    unicodedata.normalize("NFKC", letter): letter
    for letter in ["ℎ", *map(chr, range(0x1D434, 0x1D468)), *map(chr, range(0x1D6E2, 0x1D716))]
}  # up to the partial derivative, behind which other forms of some Greek letters stand
# Placed by itself, a combining accent would look for a letter to combine with.
ACCENTS = {"\u0302": "\u02c6", "\u0303": "\u02dc", "\u0304": "\u02c9", "\u0307": "\u02d9"}
OF_A_RUN = re.compile(r"[0-9a-z.]")  # upright neighbours that make a number or a name, such as 0.5 and log


class FigureError(ValueError):
    """A figure holds what the page cannot show in its own fonts or in both themes."""


class Glyph(NamedTuple):
    """A character of mathtext and where it stands; later, all that is written from there on."""

    x: float
    y: float
    size: float
    family: str
    italic: bool
    text: str
    anchor: str = "start"


class Box(NamedTuple):
    """The extent of a character's ink, in units of the font size."""

    middle: float
    height: float
    top: float


def css(style: str) -> dict[str, str]:
    """Return the declarations of a ``style`` attribute."""
    return dict(re.findall(r"([\w-]+):\s*([^;]+)", style))


def rewrite(text: Element) -> None:
    """Write the characters of mathtext, of which each has a `tspan`, in the page's fonts."""
    runs = _joined(sorted(map(_read, text)))
    text[:] = []
    for run in runs:
        attributes = {"x": f"{run.x:.2f}", "y": f"{run.y:.2f}", "font-size": f"{run.size:g}"}
        if run.family == SYMBOLS:
            attributes["class"] = "symbol"
        if run.anchor == "end":
            attributes["text-anchor"] = "end"
        SubElement(text, "tspan", attributes).text = run.text


def _read(span: Element) -> Glyph:
    """Return the character of a `tspan`, or raise FigureError where the page has no font for it."""
    style = css(span.attrib["style"])
    family, italic = style["font-family"].strip("'"), style.get("font-style") == "italic"
    if family not in (SYMBOLS, WORDS) or "font-weight" in style:
        raise FigureError(f"the page has no font for {span.text!r} in {span.attrib['style']}")
    size = float(style["font-size"].removesuffix("px"))
    return Glyph(float(span.attrib["x"]), float(span.attrib["y"]), size, family, italic, span.text or "")


def _joined(glyphs: list[Glyph]) -> list[Glyph]:
    """Join the letters of a word and the digits of a number: between them the browser knows best.

    The page's letters may be narrower than matplotlib's. So a word ends where what touches it begins, such as
    the 10 before its exponent.
    """
    runs: list[Glyph] = []
    open_run = None  # what the next character must share to stand in the same run
    touching = False
    for glyph in glyphs:
        in_words = glyph.family == WORDS
        if glyph.text.isspace():  # it takes up no ink, but belongs to what a reader copies
            runs[-1:] = [run._replace(text=run.text + " ") for run in runs[-1:]]
            open_run, touching = None, False
            continue
        joins = in_words or (not glyph.italic and OF_A_RUN.fullmatch(glyph.text))
        shared = glyph[1:5] if joins else None
        if joins and shared == open_run:
            runs[-1] = runs[-1]._replace(text=runs[-1].text + glyph.text)
        else:
            if touching:
                runs[-1] = runs[-1]._replace(x=glyph.x, anchor="end")
            runs.append(glyph if in_words else _in_the_pages_font(glyph))
        open_run, touching = shared, in_words
    return runs


def _in_the_pages_font(glyph: Glyph) -> Glyph:
    """Return a symbol as a character of STIX Two Math, its ink centred where it was."""
    character = ITALICS.get(glyph.text, "") if glyph.italic else ACCENTS.get(glyph.text, glyph.text)
    if not character or not any(low <= ord(character) <= high for low, high in FONT_RANGES):
        raise FigureError(f"the page's font has no {'italic ' if glyph.italic else ''}{glyph.text!r}")
    old, new = _box("italic" if glyph.italic else "upright", glyph.text), _box("page", character)
    scale, lift = 1.0, 0.0
    if ord(character) == PRIME:  # the served one is drawn for the size and the height of a superscript
        scale = old.height / new.height
        lift = old.top - scale * new.top
    x, y = glyph.x + (old.middle - scale * new.middle) * glyph.size, glyph.y - lift * glyph.size
    return glyph._replace(x=x, y=y, size=round(scale * glyph.size, 2), text=character)


@cache
def _font(which: str) -> TTFont:
    """Return one of the fonts that matplotlib has, or the one that the page has."""
    package, path = {
        "upright": ("matplotlib", "matplotlib/mpl-data/fonts/ttf/STIXGeneral.ttf"),
        "italic": ("matplotlib", "matplotlib/mpl-data/fonts/ttf/STIXGeneralItalic.ttf"),
        "page": ("ziamath", "ziamath/fonts/STIXTwoMath-Regular.ttf"),
    }[which]
    return TTFont(str(distribution(package).locate_file(path)))  # without importing the package


@cache
def _box(which: str, character: str) -> Box:
    """Return the extent of a character's ink, or raise FigureError where the font lacks it."""
    font = _font(which)
    name = font.getBestCmap().get(ord(character))
    if name is None:
        raise FigureError(f"the page's font has no {character!r}")
    glyphs = font.getGlyphSet()
    pen = BoundsPen(glyphs)
    glyphs["minute.ssty" if which == "page" and ord(character) == PRIME else name].draw(pen)
    left, bottom, right, top = (side / font["head"].unitsPerEm for side in pen.bounds or (0, 0, 0, 0))
    return Box((left + right) / 2, top - bottom, top)
