"""Figures in the page: the theme's colours can be read, the page's fonts have the symbols, ids are unique."""

import gzip
import io
import re
from importlib.metadata import distribution
from itertools import product
from pathlib import Path
from xml.etree import ElementTree as ET

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

import inline_figures
from drawings import DRAWINGS
from rnn_solutions.figures import style

ROOT = Path(__file__).parents[2]
STYLE_SHEET = (ROOT / "docs" / "_static" / "site.css").read_text(encoding="utf-8")
RC = ROOT / "docs" / "_config" / "matplotlibrc"
LIGHT, DARK = (
    dict(re.findall(r"--figure-([\w-]+): (#\w{6});", block))
    for block in re.findall(r"\{([^{}]*--figure-ink: #[^{}]*)\}", STYLE_SHEET)
)
HUES = ("blue", "vermillion", "green", "purple")
TINTS = ("tint-blue", "tint-orange", "tint-grey")
LETTERS = ("ink", "muted", "blue", "vermillion-text", "green-text", "purple-text")


def contrast(one, other):
    """Return the contrast of two colours as WCAG 2 defines it."""
    lightness = []
    for color in (one, other):
        channels = np.array([int(color[start : start + 2], 16) for start in (1, 3, 5)]) / 255
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        lightness.append(float(linear @ [0.2126, 0.7152, 0.0722]) + 0.05)
    return max(lightness) / min(lightness)


def drawn(draw):
    """Return what `draw` draws, as SVG, as a cell of the site does."""
    with mpl.rc_context(fname=RC):
        draw()
        file = io.BytesIO()
        plt.gcf().savefig(file, format="svg", metadata={"Date": None}, bbox_inches="tight")
        plt.close("all")
    return file.getvalue().decode()


@pytest.fixture(scope="module")
def inlined():
    """Return a function that turns SVG into an element of a page."""
    variables = inline_figures.palette(STYLE_SHEET)

    def inlined(svg, alternative="What it shows", name="fig-test"):
        return inline_figures.inlined(svg, alternative, name, variables)

    return inlined


@pytest.fixture(scope="module")
def every_figure(inlined):
    """Each figure of the package, as SVG and as an element of a page."""
    return {name: (svg, inlined(svg)) for name, draw in DRAWINGS.items() for svg in [drawn(draw)]}


def test_the_style_sheet_has_the_palette_of_the_figures():
    shades = {f"{name}-text": style.for_text(getattr(style, name.upper())) for name in HUES[1:]}
    names = ("paper", "ink", "muted", "grid", *HUES, *TINTS)
    palette = {name: getattr(style, name.upper().replace("-", "_")) for name in names}

    assert {name: color.upper() for name, color in LIGHT.items()} == palette | shades
    assert DARK.keys() == LIGHT.keys()


def test_the_settings_draw_in_the_ink_of_the_figures():
    settings = mpl.rc_params_from_file(RC, use_default_template=False)

    inks = {name: value for name, value in settings.items() if name.endswith("color")}
    assert len(inks) == 5
    assert {f"#{color.lstrip('#')}" for color in inks.values()} == {style.INK}


@pytest.mark.parametrize(("theme", "colors"), [("light", LIGHT), ("dark", DARK)])
def test_letters_and_lines_stand_out_from_the_page_in_both_themes(theme, colors):
    """WCAG 2.2 asks for 4.5 to 1 for letters and 3 to 1 for lines. Grid and tints carry no meaning alone."""
    sheet = "sphinx_book_theme/theme/sphinx_book_theme/static/styles/sphinx-book-theme.css"
    book = Path(distribution("sphinx-book-theme").locate_file(sheet)).read_text(encoding="utf-8")
    ground = re.search(r"data-theme=dark\]\{[^}]*--pst-color-background:(#\w+)", book)[1]
    assert colors["paper"] == {"light": "#ffffff", "dark": ground}[theme]

    on_paper = [(name, "paper") for name in ("ink", "muted", *HUES)]
    on_a_tint = [*product(("blue", "vermillion"), TINTS), ("muted", "tint-grey")]
    letters = [*((letter, "paper") for letter in LETTERS), *(("ink", tint) for tint in TINTS)]
    for least, pairs in ((4.5, letters), (3, on_paper + on_a_tint)):
        worst = {pair: contrast(*(colors[name] for name in pair)) for pair in pairs}
        assert min(worst.values()) >= least, worst


def test_every_colour_follows_the_theme_but_those_of_a_map(every_figure):
    """White letters are those on dark cells; a figure says nothing of black, which is SVG's own default."""
    on_dark = {"gate_run", "term_heatmap", "triangle_of_terms"}
    for name, (_, svg) in every_figure.items():
        fixed = set(re.findall(r'(?:fill|stroke)="#\w+', svg))
        assert fixed <= ({'fill="#ffffff'} if name in on_dark else set()), name
        assert not re.search('stroke="#|<(?!text)[^>]*fill="#', svg), name
        assert "style=" not in svg, name


def test_the_page_is_the_ground(every_figure):
    """Paper fills hollow dots, and the cell's operations and second tanh, to hide what is behind them."""
    filled = {"lstm_cell": 5, "outcomes": 3}
    for name, (svg, element) in every_figure.items():
        assert "fill: #ffffff" in svg
        assert element.count('fill="var(--figure-paper)"') == filled.get(name, 0), name


def test_text_is_text_in_the_fonts_of_the_page(every_figure):
    for name, (_, svg) in every_figure.items():
        assert "<text" in svg
        assert "font-family" not in svg, name
        assert "<style" not in svg, name


def text_of(svg):
    """Return the text of each label of a figure, without the blanks that keep its parts apart."""
    return ["".join(text.itertext()).strip() for text in ET.fromstring(svg).iter("text")]


@pytest.mark.parametrize(
    ("label", "written"),
    [
        ("$h_{t-1}$", "ℎ𝑡−1"),
        (r"$\sigma′(z) = 0.25$", "𝜎′(𝑧)=0.25"),
        (r"$\mathdefault{10^{-3}}$", "10−3"),
        (r"$\log_{10}\,$norm of $(t, k)$", "log10 norm of (𝑡,𝑘)"),
        (r"$\varepsilon\,\kappa(Q)$", "𝜀𝜅(𝑄)"),
        (r"$\tilde C_t$", "\u02dc𝐶𝑡"),
        (r"$\Vert M^n \Vert$", "‖𝑀𝑛‖"),
    ],
)
def test_mathematics_is_written_with_the_letters_of_the_pages_font(inlined, label, written):
    """STIX Two Math has its italics at places of their own; numbers and words stay in one piece."""
    svg = inlined(drawn(lambda: plt.figure().text(0.5, 0.5, label)))

    (text,) = text_of(svg)
    assert sorted(text.replace(" ", "")) == sorted(written.replace(" ", ""))
    for piece in re.findall(r"[a-z]{2,}|[\d.]{2,}", written.replace("log10", "log 10")):
        assert f">{piece}" in svg


def symbol_of(inlined, symbol):
    """Return the element of a symbol 100 points high, and where it stood before, (x, y)."""
    svg = drawn(lambda: plt.figure().text(0, 0.5, symbol, fontsize=100))
    (element,) = ET.fromstring(inlined(svg)).iter("tspan")
    return element, map(float, re.search(r'<tspan x="([\d.-]+)" y="([\d.-]+)"', svg).groups())


def test_a_prime_is_as_high_as_before_though_the_served_one_is_a_superscripts(inlined):
    """The served prime reaches from 0.085 to 0.527 of its size, matplotlib's from 0.402 to 0.678."""
    prime, (_, before) = symbol_of(inlined, "$′$")

    size, y = float(prime.get("font-size")), float(prime.get("y"))
    assert size * (0.527 - 0.085) == pytest.approx(27.6, abs=0.1)
    assert y - 0.527 * size == pytest.approx(before - 67.8, abs=0.1)


def test_symbols_keep_the_middle_of_their_ink(inlined):
    """An italic f reaches from -0.147 to 0.424 of its size in matplotlib's font, from 0.010 to 0.571 here."""
    f, (before, _) = symbol_of(inlined, "$f$")

    middle = before + 100 * (-0.147 + 0.424) / 2
    assert float(f.get("x")) + 100 * (0.010 + 0.571) / 2 == pytest.approx(middle, abs=0.1)


def test_a_word_ends_where_its_exponent_begins(inlined):
    """The page's letters may be narrower than matplotlib's: a gap belongs before the 10, not behind it."""
    svg = drawn(lambda: plt.figure().text(0, 0.5, r"$\mathdefault{10^{-3}}$"))

    ten, exponent = ET.fromstring(inlined(svg)).iter("tspan")
    assert (ten.get("text-anchor"), exponent.get("text-anchor")) == ("end", None)
    assert ten.get("x") == exponent.get("x")


def test_ids_are_the_figures_own_and_all_that_is_referred_to_is_there(every_figure, inlined):
    for name, (svg, element) in every_figure.items():
        ids = re.findall(r' id="([^"]+)"', element)
        referred = set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', element))
        assert {one or other for one, other in referred} == set(ids), name
        assert len(ids) == len(set(ids))
        assert all(own.startswith("fig-test-") for own in ids)
        others = re.findall(r' id="([^"]+)"', inlined(svg, name="fig-other"))
        assert not set(ids) & set(others)


def test_figures_are_light_and_the_same_bytes_twice(every_figure, inlined):
    for name, (_, element) in every_figure.items():
        assert len(gzip.compress(element.encode())) <= 30_000, name
    for name in ("gradient_map", "value_ranges"):  # an image with clip paths, and markers
        svg = drawn(DRAWINGS[name])
        assert (svg, inlined(svg)) == every_figure[name], name


def test_a_figure_says_in_words_what_it_shows(inlined):
    svg = drawn(plt.figure)

    root = ET.fromstring(inlined(svg, 'A "bump" & more'))
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == 'A "bump" & more'
    with pytest.raises(inline_figures.FigureError, match="alternative"):
        inlined(svg, "")


def test_a_text_alternative_says_what_cells_glued():
    glued = {"peak": "26.54", "at-peak": "6", "which": "'the upper'"}
    alternative = "{glue:text}`which` curve peaks at {glue:text}`peak:.0f` for n = {glue:text}`at-peak`."

    assert inline_figures.resolved(alternative, glued) == "the upper curve peaks at 27 for n = 6."
    with pytest.raises(inline_figures.FigureError, match="no cell glues 'peak'"):
        inline_figures.resolved(alternative, {"which": "'the upper'"})


@pytest.mark.parametrize(
    ("draw", "problem"),
    [
        (lambda: plt.plot([1, 2]), "#1f77b4, the stroke of a path"),
        (lambda: plt.figure().text(0, 0, "words", color="red"), "#ff0000, the fill of a text"),
        (lambda: plt.figure().text(0, 0, r"$\mathbf{W}$"), "no font for 'W'"),
        (lambda: plt.figure().text(0, 0, r"$\mathcal{W}$"), "the page.* no"),
    ],
)
def test_what_the_page_cannot_show_in_both_themes_is_refused(inlined, draw, problem):
    svg = drawn(draw)

    with pytest.raises(inline_figures.FigureError, match=problem):
        inlined(svg)
