"""The cut fonts hold all that the pages draw: what stands in them, and what a browser puts in its place."""

from importlib.metadata import distribution
from importlib.resources import files
from types import SimpleNamespace

import pytest
from fontTools.ttLib import TTFont

import font_subsets

THEME_RULES = """\
.fa-solid{--fa-style:900}.fa-bars,.fa-navicon{--fa:"\\f0c9"}.fa-moon{--fa:"\\f186"}.fa-ghost{--fa:"\\f6e2"}
:root{--pst-icon-bell:"\uf0f3"}.next:before{content:"\\f105"}
"""


@pytest.fixture
def app(tmp_path):
    """Stand in for Sphinx: the folders are all that the cutting looks at."""
    static = tmp_path / "html" / "_static"
    static.mkdir(parents=True)
    return SimpleNamespace(doctreedir=tmp_path / "doctrees", outdir=tmp_path / "html", static=static)


def test_a_letter_that_stands_alone_is_drawn_in_italics():
    math = "<math><mi>h</mi><mi>σ</mi><mi>∂</mi><mi>diag</mi><mi mathvariant='normal'>Λ</mi></math>"

    assert font_subsets.characters(math) == {*map(ord, "hℎσ𝜎∂𝜕diagΛ")}


def test_a_root_has_a_sign_and_the_tex_beside_a_formula_is_not_drawn():
    math = "<math><msqrt><mn>2</mn></msqrt><mo>&lt;</mo><annotation>\\sqrt{2} é</annotation></math>"

    assert font_subsets.characters(math) == {*map(ord, "2<√")}


def test_the_cut_font_has_every_character_and_the_shapes_that_grow(app, caplog):
    """𝔤 and ℒ are not common characters: they are there because a page has them."""
    pages = {"page": "<math><mi>𝔤</mi><mo>\u2061</mo><mi>ℒ\ufe00</mi><mtext>a\u00a0b\n</mtext></math>"}

    font_subsets.cut_math_font(app, pages)

    with TTFont(distribution("ziamath").locate_file("ziamath/fonts/STIXTwoMath-Regular.ttf")) as font:
        small = font["hmtx"]

    with TTFont(app.static / "stix-two-math.woff2") as font:
        drawn = font.getBestCmap()
        assert [sign for sign in "𝔤ℒhℎ(√∑λ𝜆𝐖" if ord(sign) not in drawn] == []
        primes = [font["hmtx"][drawn[ord(prime)]] for prime in "′″"]
        assert primes == [small["minute.ssty"], small["second.ssty"]]
        variants = font["MATH"].table.MathVariants
        tall = dict(zip(variants.VertGlyphCoverage.glyphs, variants.VertGlyphConstruction, strict=True))
        for sign in "(√|‖":
            growing = tall[drawn[ord(sign)]]
            parts = {part.glyph for part in growing.GlyphAssembly.PartRecords}
            larger = {record.VariantGlyph for record in growing.MathGlyphVariantRecord}
            assert len(larger) > 3
            assert parts | larger <= set(font.getGlyphOrder())
        heights = {
            sign: [record.AdvanceMeasurement for record in tall[drawn[ord(sign)]].MathGlyphVariantRecord[1:]]
            for sign in "[|‖"
        }
        assert heights["|"] == heights["‖"] == heights["["]
        for sign in "|‖":
            for record in tall[drawn[ord(sign)]].MathGlyphVariantRecord:
                box = font["glyf"][record.VariantGlyph]
                assert abs(box.yMax - box.yMin - record.AdvanceMeasurement) <= 2  # rounded to whole units
                assert font["hmtx"][record.VariantGlyph][0] == font["hmtx"][drawn[ord(sign)]][0]
    assert caplog.records == []


def test_icons_that_nothing_names_go_and_all_others_stay(app):
    """A page names one icon, a script another, and the style sheet draws two by their codes."""
    whole = "theme/pydata_sphinx_theme/static/vendor/fontawesome/webfonts/fa-solid-900.woff2"
    served = app.static / whole.partition("static/")[2]
    served.parent.mkdir(parents=True)
    served.write_bytes((files("pydata_sphinx_theme") / whole).read_bytes())
    rules = app.static / "styles" / "pydata-sphinx-theme.css"
    rules.parent.mkdir()
    rules.write_text(THEME_RULES, encoding="utf-8")
    (app.static / "switch.js").write_text('icon.className = "fa-moon"')

    for _ in range(2):  # a second build may find its own work
        font_subsets.cut_icons(app, {"page": '<i class="fa-solid fa-bars"></i>'})

        with TTFont(served) as font:
            assert set(font.getBestCmap()) == {0xF0C9, 0xF186, 0xF0F3, 0xF105}
        assert rules.read_text(encoding="utf-8") == THEME_RULES.replace('.fa-ghost{--fa:"\\f6e2"}', "")
