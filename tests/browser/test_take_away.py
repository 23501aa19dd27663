"""What one takes away from a page: its figures, for a slide, and its equations, for a document."""

import re
import struct
from html import unescape
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import expect

from mathml import MACROS, to_mathml
from rnn_solutions import __version__
from rnn_solutions.formulas.pages import formulas
from written_out import written_out

SITE = Path(__file__).parents[2] / "build" / "html"
FIGURES = "exercise-2/thirtieth-power.html"
EQUATIONS = "exercise-1/backpropagation-through-time.html"
MAPS = "beyond/map-your-own-network.html"
SVG = "{http://www.w3.org/2000/svg}"
MATHML = "{http://www.w3.org/1998/Math/MathML}"
CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}
READ = "navigator.clipboard.readText()"
AS_SHOWN = "html => new DOMParser().parseFromString(html, 'text/html').querySelector('math').outerHTML"


# A drawing, the number in its caption, and the line below it.
FIGURE = re.compile(
    r'<svg class="plot"(?P<drawing>[^>]*)>(?:(?!<svg class="plot").)*?'
    r'<span class="caption-number">Fig. (?P<number>[\d.]+).*?'
    r'<div class="take-figure[^>]*>(?P<line>.*?)</div>',
    re.DOTALL,
)


def attributes(tag):
    """Return the attributes of a tag."""
    return {name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}


def test_every_figure_offers_itself_as_svg_as_png_its_code_and_a_citation():
    """The files are that figure's own: of its size, with its text alternative; and no letter needs a font."""
    names = []
    for file in sorted(SITE.rglob("*.html")):
        page = file.read_text(encoding="utf-8")
        found = list(FIGURE.finditer(page))
        assert len(found) == page.count('class="plot"'), file
        for figure in found:
            shown, line = attributes(figure["drawing"]), figure["line"]
            svg, png, *code = (attributes(tag)["href"] for tag in re.findall(r"<a [^>]*>", line))
            cited = unescape(re.search("<p>(.*?)</p>", line)[1])
            names.append(svg.rpartition("/")[2])
            drawing = (file.parent / svg).read_text(encoding="utf-8")
            root = ET.fromstring(drawing)
            assert not re.search(r"var\(|<text|font-family", drawing), svg
            assert root.findtext(f"{SVG}desc") == shown["aria-label"]
            assert root.findtext(f"{SVG}title") == cited
            box, of = (re.findall(r"[\d.]+", one["viewBox"]) for one in (root.attrib, shown))
            assert [*map(float, box)] == pytest.approx([*map(float, of)], abs=0.01), svg
            header = (file.parent / png).read_bytes()[16:24]
            size = [float(shown[side]) for side in ("width", "height")]
            assert struct.unpack(">II", header) == pytest.approx([2 * side for side in size], abs=1), png
            assert len(code) == (file.name != "index.html")  # which shows no code
            assert all(page.count(f'id="{one[1:]}"') == 1 for one in code)
            title = unescape(re.search("<h1>(.*?)<a class", page)[1])
            for said in (
                f"Figure {figure['number']} in “{title}”",
                f"RNN Solutions {__version__}",
                "CC BY 4.0",
            ):
                assert said in cited
    assert len(names) >= 39
    assert len(set(names)) == len(names)


# How far two pictures of the folder are from each other, as a share of the way from black to white.
APART = """pairs => Promise.all(pairs.map(async pair => {
  const [a, b] = await Promise.all(pair.map(async name => {
    const image = Object.assign(new Image(), {src: `../figures/${name}`});
    await image.decode();
    const context = new OffscreenCanvas(300, 300).getContext("2d");
    context.drawImage(image, 0, 0, 300, 300);
    return context.getImageData(0, 0, 300, 300).data;
  }));
  return a.reduce((sum, x, i) => sum + Math.abs(x - b[i]), 0) / a.length / 255;
}))"""


def test_the_two_pictures_of_a_figure_show_the_same(visit):
    """One is drawn by Chromium and the other by matplotlib: the edges of letters and lines differ."""
    page, faults = visit(MAPS)
    names = sorted(file.stem for file in (SITE / "figures").glob("*.svg"))

    apart = page.evaluate(APART, [[f"{name}.svg", f"{name}.png"] for name in names])
    assert max(apart) < 0.016, dict(zip(names, apart, strict=True))
    mixed = page.evaluate(APART, [[f"{one}.svg", f"{other}.png"] for one, other in pairwise(names)])
    assert min(mixed) > 0.016, mixed
    assert not faults


def test_a_figure_is_one_click_away_and_its_code_and_citation_another(visit):
    page, faults = visit(FIGURES, **CLIPBOARD)
    line = page.locator(".take-figure").first

    for kind in ("SVG", "PNG"):
        with page.expect_download() as download:
            line.get_by_role("link", name=f"{kind} of figure").click()
        assert download.value.suggested_filename == f"thirtieth-power-circle.{kind.lower()}"
    code = page.locator("#fig-circle-code")
    expect(code).to_be_hidden()
    line.get_by_role("link", name="Code of figure").click()
    expect(code).to_be_visible()
    line.locator("summary").press("Enter")
    line.get_by_role("button", name="Copy how to cite figure").click()
    expect(line.get_by_role("status")).to_have_text("Copied")
    assert page.evaluate(READ) == line.locator("p").text_content()
    assert not faults


def test_without_scripts_a_figure_is_offered_all_the_same_and_an_equation_is_not(visit):
    page, _ = visit(FIGURES, java_script_enabled=False)
    line = page.locator(".take-figure").first

    line.get_by_role("link", name="Code of figure").click()
    expect(page.locator("#fig-circle-code")).to_be_visible()
    line.locator("summary").click()
    expect(line.locator("p")).to_be_visible()
    assert page.locator(".take-equation").count() == 0


def test_each_numbered_equation_gives_its_tex_and_its_mathml(visit):
    """The TeX is the page's own, without its macros; read again, it gives the formula that the page shows."""
    page, faults = visit(EQUATIONS, **CLIPBOARD)
    equations = page.locator("div.math:has(> .eqno)").all()
    assert len(equations) > 10

    for equation in equations[::7]:
        box = equation.locator(".take-equation")
        box.locator("summary").press("Enter")
        box.get_by_role("button", name="TeX of equation").press("Enter")
        expect(box.get_by_role("status")).to_have_text("Copied")
        tex = page.evaluate(READ)
        box.get_by_role("button", name="MathML of equation").press("Enter")
        page.wait_for_function(f"async tex => (await {READ}) !== tex", arg=tex)
        copied = ET.fromstring(page.evaluate(READ))

        label = equation.get_attribute("id").removeprefix("equation-")
        assert "".join(written_out(formulas()[label], MACROS).split()) in "".join(tex.split())
        shown = equation.evaluate("e => e.querySelector('math').outerHTML")
        assert page.evaluate(AS_SHOWN, to_mathml(tex, display=True)) == shown
        assert (copied.tag, copied.attrib["display"]) == (f"{MATHML}math", "block")
        assert not {one.tag.removeprefix(MATHML) for one in copied.iter()} & {"annotation", "semantics"}
        assert not any("class" in one.attrib for one in copied.iter())
        drawn = BeautifulSoup(shown, "html.parser")
        drawn.annotation.decompose()
        assert "".join(copied.itertext()) == drawn.text
    assert not faults


def test_the_box_at_an_equation_shows_for_a_pointer_a_key_and_a_finger_and_closes_with_escape(visit):
    page, _ = visit(EQUATIONS, 390, has_touch=True)
    equation, other = (page.locator("div.math:has(> .eqno)").nth(place) for place in (1, 3))
    box = equation.locator(".take-equation")
    summary = box.locator("summary")

    expect(box).to_have_css("opacity", "0")
    equation.locator("math").tap()
    expect(box).to_have_css("opacity", "1")
    other.locator("math").tap()
    expect(box).to_have_css("opacity", "0")
    equation.locator("math").hover()
    expect(box).to_have_css("opacity", "1")
    page.mouse.move(0, 0)
    expect(box).to_have_css("opacity", "0")
    summary.focus()
    expect(box).to_have_css("opacity", "1")
    expect(summary).to_have_accessible_name(re.compile(r"^Copy equation \(\d+\)$"))

    summary.press("Enter")
    tex = box.get_by_role("button", name="TeX")
    page.keyboard.press("Tab")
    expect(tex).to_be_focused()
    for part in (summary, tex):
        place = part.bounding_box()
        assert min(place["width"], place["height"]) >= 24
        assert place["x"] >= 0
        assert place["x"] + place["width"] <= 390
    page.keyboard.press("Escape")
    expect(summary).to_be_focused()
    expect(tex).to_be_hidden()


@pytest.mark.parametrize("old_way", [True, False], ids=["copied in the old way", "selected for the reader"])
def test_from_a_file_in_a_browser_without_a_clipboard_for_scripts_the_text_can_be_copied(old_way, chromium):
    page = chromium.new_context().new_page()
    page.add_init_script("delete Navigator.prototype.clipboard")
    if not old_way:
        page.add_init_script("document.execCommand = () => false")
    page.goto((SITE / EQUATIONS).as_uri())
    equation = page.locator("div.math:has(> .eqno)").first
    equation.hover()
    equation.locator(".take-equation > summary").click()
    tex = equation.get_by_role("button", name="TeX of equation")
    tex.click()

    status = equation.get_by_role("status")
    expect(status).to_have_text("Copied" if old_way else re.compile(r"Ctrl\+C"))
    if old_way:
        expect(tex).to_be_focused()
    else:
        page.keyboard.press("Control+c")
    page.evaluate("document.body.prepend(document.createElement('textarea'))")
    field = page.locator("body > textarea")
    field.press("Control+v")
    assert field.input_value() == equation.locator("annotation").text_content()
    page.context.close()
