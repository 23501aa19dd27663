"""Serve no more of the fonts than the pages draw: a few kilobytes where the whole files have hundreds.

At the end of a build the pages, scripts and style sheets are there to be read. The mathematics font keeps
what their formulas hold and what formulas commonly hold, and its bars grow as its brackets do; a character
that the font lacks is a warning, and so fails the build. The theme's icon fonts and style sheet keep the
icons that a page, a script or a style sheet names.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from copy import deepcopy
from html import unescape
from importlib.metadata import distribution, version
from io import BytesIO
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util import logging

from kept import keep, kept

logger = logging.getLogger(__name__)

# What the font holds whatever the pages hold, so that a reader who has it sees tomorrow's formulas too.
COMMON = [
    (0x20, 0x7E),  # Latin
    (0x391, 0x3F5),  # Greek
    (0x2016, 0x2016),  # the bars of a norm
    (0x2032, 0x2034),  # primes
    (0x210E, 0x210E),  # the italic h, which is not among the other italics
    (0x2190, 0x2193),  # arrows
    (0x2200, 0x222B),  # operators
    (0x2264, 0x226B),  # relations
    (0x22EE, 0x22F1),  # dots
    (0x2308, 0x230B),  # ceilings and floors
    (0x27E8, 0x27E9),  # angle brackets
    (0x1D400, 0x1D467),  # bold and italic Latin
    (0x1D6E2, 0x1D71B),  # italic Greek
]
# A browser draws a letter that stands alone in <mi> with its italic form, and a root with its sign.
ITALIC = [0x210E, *range(0x1D434, 0x1D468), 0x1D6A4, 0x1D6A5, *range(0x1D6E2, 0x1D71C)]
ITALIC_OF = {
    int(parts[1], 16): code for code in ITALIC if (parts := unicodedata.decomposition(chr(code)).split())
}
ROOT = 0x221A
PRIMES = (0x2032, 0x2033, 0x2034, 0x2057)
NOT_DRAWN = {0x9, 0xA, *range(0xFE00, 0xFE10)}  # breaks in words, and what chooses among forms of a letter

FORMULA = re.compile(r"<math\b.*?</math>", re.DOTALL)
TEX = re.compile(r"<annotation\b[^>]*>(.*?)</annotation>", re.DOTALL)
TOKEN = re.compile(r"<(mi|mn|mo|mtext|ms)\b([^>]*)>([^<]*)</")
SYMBOL = re.compile(r'<tspan\b[^>]*class="symbol"[^>]*>([^<]*)<')  # of a figure
ICON_NAME = re.compile(r"\bfa-[a-z0-9-]+")
ICON_RULE = re.compile(r'((?:\.fa-[a-z0-9-]+,?)+)\{--fa:"[^"]*"\}')
ICON_CODE = re.compile(r"\\([ef][0-9a-f]{3})\b|([\ue000-\uf8ff])", re.IGNORECASE)  # escaped, or as it is


def characters(formula: str) -> set[int]:
    """Return the code points with which a browser draws a formula."""
    codes = {ROOT} if re.search("<(msqrt|mroot)", formula) else set()
    for name, attributes, text in TOKEN.findall(formula):
        drawn = [ord(character) for character in unescape(text)]
        codes |= set(drawn)
        if name == "mi" and len(drawn) == 1 and "mathvariant" not in attributes:
            codes.add(ITALIC_OF.get(drawn[0], drawn[0]))
    return codes


def cut_math_font(app: Sphinx, pages: dict[str, str]) -> None:
    """Put STIX Two Math, cut down, where the style sheet looks for it.

    Cutting takes seconds, so the result is kept beside the doctrees, under a name that changes with it.
    """
    used = {code for page in pages.values() for math in FORMULA.findall(page) for code in characters(math)}
    used |= {ord(one) for page in pages.values() for text in SYMBOL.findall(page) for one in unescape(text)}
    codes = used | {code for low, high in COMMON for code in range(low, high + 1)}
    recipe = f"{sorted(codes)} {version('ziamath')} {version('fonttools')}".encode()
    digest = hashlib.sha256(Path(__file__).read_bytes() + recipe).hexdigest()[:16]
    file = Path(app.doctreedir).parent / f"stix-two-math-{digest}"
    content = kept(file)
    if content is None:
        from fontTools.ttLib import TTFont

        source = distribution("ziamath").locate_file("ziamath/fonts/STIXTwoMath-Regular.ttf")
        with TTFont(str(source), recalcTimestamp=False) as font:
            glyphs = dict(font.getBestCmap())
            lacking = used - glyphs.keys() - NOT_DRAWN
            if lacking:
                warn_of(lacking, pages)
                return
            for table in font["cmap"].tables:  # browsers do not choose the form that superscripts need
                for prime in table.cmap.keys() & PRIMES:
                    table.cmap[prime] = f"{glyphs[prime]}.ssty"
            let_bars_grow(font)
            # Without the forms for small print (ssty), which only Firefox chooses and which double the font.
            content = cut(font, codes, ["ccmp", "dtls"])
        keep(file, content)
    (Path(app.outdir) / "_static" / "stix-two-math.woff2").write_bytes(content)


def let_bars_grow(font: Any) -> None:
    """Give the bars of a norm and of an absolute value the heights that the font gives its brackets.

    It has one height of them, and lets browsers join copies of it. WebKit joins two at least, so that bars
    around a fraction did not grow, and Chromium's were too tall by up to half an em.
    """
    from fontTools.pens.filterPen import DecomposingFilterPen
    from fontTools.pens.transformPen import TransformPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    math, glyphs, codes, shapes = font["MATH"].table, font["glyf"], font.getBestCmap(), font.getGlyphSet()
    growing = math.MathVariants.VertGlyphCoverage.glyphs
    sizes_of = dict(zip(growing, math.MathVariants.VertGlyphConstruction, strict=True))
    bracket, *larger = sizes_of[codes[ord("[")]].MathGlyphVariantRecord
    for bar in (codes[ord("|")], codes[ord("‖")]):
        low, high = glyphs[bar].yMin, glyphs[bar].yMax
        for size in larger:
            record = deepcopy(size)
            record.VariantGlyph = name = bar + size.VariantGlyph.removeprefix(bracket.VariantGlyph)
            stretch = size.AdvanceMeasurement / (high - low)
            taller = (1, 0, 0, stretch, 0, math.MathConstants.AxisHeight.Value - stretch * (low + high) / 2)
            pen = TTGlyphPen(None)
            shapes[bar].draw(TransformPen(DecomposingFilterPen(pen, shapes), taller))
            glyphs[name], font["hmtx"][name] = pen.glyph(), font["hmtx"][bar]
            sizes_of[bar].MathGlyphVariantRecord.append(record)
    font.getReverseGlyphMap(rebuild=True)


def warn_of(lacking: set[int], pages: dict[str, str]) -> None:
    """Name the formulas that hold characters for which there is no glyph."""
    for name, page in pages.items():
        for formula in FORMULA.findall(page):
            for code in sorted(characters(formula) & lacking):
                tex = TEX.search(formula)
                shown = f"U+{code:04X} ({unicodedata.name(chr(code), 'without a name')})"
                message = "the mathematics font cannot draw %s in %r"
                logger.warning(message, shown, unescape(tex[1]) if tex else "", location=name, type="fonts")


def cut(font: Any, codes: Iterable[int], features: list[str]) -> bytes:
    """Return what a font needs for some code points, with the glyphs that grow and join, as woff2."""
    from fontTools import subset

    options = subset.Options(flavor="woff2", layout_features=features, hinting=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    written = BytesIO()
    subset.save_font(font, written, options)
    return written.getvalue()


def cut_icons(app: Sphinx, pages: dict[str, str]) -> None:
    """Take the icons that nothing names out of the theme's style sheet and icon fonts."""
    static = Path(app.outdir) / "_static"
    texts = [*pages.values(), *(file.read_text(encoding="utf-8") for file in sorted(static.rglob("*.js")))]
    named = {name for text in texts for name in ICON_NAME.findall(text)}
    theme = static / "styles" / "pydata-sphinx-theme.css"
    rules = theme.read_text(encoding="utf-8")
    rules = ICON_RULE.sub(lambda rule: rule[0] if named & set(ICON_NAME.findall(rule[1])) else "", rules)
    theme.write_text(rules, encoding="utf-8")
    sheets = [file.read_text(encoding="utf-8") for file in sorted(static.rglob("*.css"))]
    found = {one for sheet in sheets for one in ICON_CODE.findall(sheet)}
    codes = sorted({int(escaped, 16) if escaped else ord(itself) for escaped, itself in found})
    for served in sorted((static / "vendor" / "fontawesome" / "webfonts").glob("*.woff2")):
        recipe = f"{codes} {version('fonttools')}".encode() + served.read_bytes()
        digest = hashlib.sha256(Path(__file__).read_bytes() + recipe).hexdigest()[:16]
        file = Path(app.doctreedir).parent / f"{served.stem}-{digest}"
        content = kept(file)
        if content is None:
            from fontTools.ttLib import TTFont

            with TTFont(served, recalcTimestamp=False) as font:
                content = cut(font, codes, [])
            keep(file, content)
        served.write_bytes(content)


def cut_fonts(app: Sphinx, error: Exception | None) -> None:
    """Read what was built, and cut what it is drawn with."""
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir)
    files = [file for file in sorted(out.rglob("*.html")) if file.relative_to(out).parts[0] != "_static"]
    names = [file.relative_to(out).with_suffix("").as_posix() for file in files]
    pages = dict(zip(names, (file.read_text(encoding="utf-8") for file in files), strict=True))
    cut_math_font(app, pages)
    cut_icons(app, pages)


def setup(app: Sphinx) -> dict[str, Any]:
    """Cut the fonts when all else is written."""
    app.connect("build-finished", cut_fonts)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
