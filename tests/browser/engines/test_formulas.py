"""Firefox and WebKit draw formulas as Chromium does, where each of them by itself would not."""

import io
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[3]
SITE = ROOT / "build" / "html"
RICHEST = 6
MEASURE = Path(__file__).with_name("measure.js").read_text(encoding="utf-8")


def pytest_generate_tests(metafunc):
    """Take the pages with most formulas, and with --every-page all that have one."""
    formulas = {page: page.read_text(encoding="utf-8").count("<math") for page in SITE.rglob("*.html")}
    pages = sorted(
        (page for page, many in formulas.items() if many), key=lambda page: (-formulas[page], page)
    )
    if not pages:
        raise pytest.UsageError("there is no formula in build/html: run nox -s docs first")
    if not metafunc.config.getoption("--every-page"):
        pages = pages[:RICHEST]
    names = [page.relative_to(SITE).as_posix() for page in pages]
    # Of a smaller scope than the browser, or each page would start it anew.
    metafunc.parametrize("page", names, indirect=True, scope="module")


@pytest.fixture(scope="module")
def page(request, engine, address):
    """Return what stands where on a page, and a picture of its accented letters."""
    engine.open(address + request.param)
    if request.config.getoption("--every-page"):
        keep(engine, request.param)
    measured = engine.run(MEASURE)
    return measured | {"name": request.param, "picture": picture_of_letters(engine)}


def picture_of_letters(engine):
    """Return a picture of the letters; WebKit once gave one of the page that they had just covered."""
    for _ in range(100):
        taken = engine.picture()
        with Image.open(io.BytesIO(taken)) as picture:
            if picture.convert("RGB").getpixel((picture.width // 2, picture.height - 10)) == (255, 0, 255):
                return taken
    raise AssertionError("a hundred pictures, and none of the letters")


def keep(engine, name):
    """Keep a picture of the whole page, beside those that Chromium's tests keep."""
    file = f"{name.removesuffix('.html').replace('/', '_')}.jpg"
    path = ROOT / "build" / "pictures" / type(engine).__name__.lower() / file
    path.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(io.BytesIO(engine.picture(full=True))) as picture:
        picture.convert("RGB").save(path, quality=70)


def height(part):
    return part["bottom"] - part["top"]


def test_every_part_of_every_formula_is_measured(page):
    """What is folded away too; and it is drawn in our font, to which all measures here belong."""
    source = (SITE / page["name"]).read_text(encoding="utf-8")

    assert page["font"] == 1
    assert len(page["accents"]) == source.count('<mover accent="true"')
    assert len(page["fractions"]) == source.count("<mfrac")
    kinds = ("accents", "fractions", "fences", "operators")
    assert [part for kind in kinds for part in page[kind] if height(part) <= 0] == []


def test_an_accent_stands_close_above_its_letter(page):
    """Its ink is at most a sixth of an em high, and as far above the letter as the font says, a twentieth.

    Over a slanted letter, whose top is beside it, it may lie lower. WebKit put it half an em above.
    """
    rise = [accent["letter"]["top"] - accent["top"] for accent in page["accents"]]
    assert all(0 < one < 0.45 for one in rise), rise  # Firefox counts in the line above its letter

    with Image.open(io.BytesIO(page["picture"])) as picture:
        for accented, letter in page["letters"]:
            (width, height), (letter_width, letter_height) = ink(picture, accented), ink(picture, letter)
            least = 0 if letter["tex"] in "ij" else 0.08  # whose own dot Firefox takes off
            assert least < height - letter_height < 0.3, accented
            assert width < letter_width + 0.2, accented


def ink(picture, cell):
    """Return the width and height of what is drawn in a cell, in ems."""
    drawn = picture.convert("L").crop(cell["box"]).point(lambda light: 255 * (light < 128))
    left, top, right, bottom = drawn.getbbox()
    return (right - left) / cell["em"], (bottom - top) / cell["em"]


def test_a_fraction_is_small_where_it_is_not_displayed(page):
    """The font asks for 70%; WebKit sets every fraction as a displayed one unless told otherwise."""
    for fraction in page["fractions"]:
        asked = 1 if fraction["displayed"] else 0.7
        assert fraction["sizes"] == pytest.approx([asked, asked], abs=0.06), fraction["tex"]
        above, below = fraction["parts"]
        assert above["bottom"] < below["top"], fraction["tex"]


def test_a_bracket_is_as_tall_as_it_is_asked_to_be_or_as_what_it_holds(page):
    """The font's brackets grow in steps of a quarter of an em.

    What one holds counts with the whole line in Firefox, a quarter of an em more than its ink on each side.
    """
    for fence in page["fences"]:
        if fence["asked"]:
            assert -0.02 < height(fence) - fence["asked"] < 0.25, fence["tex"]
        for held in fence["inside"] if not fence["asked"] else []:
            assert fence["top"] < held["top"] + 0.3, fence["tex"]
            assert fence["bottom"] > held["bottom"] - 0.3, fence["tex"]


def test_a_sum_is_large_where_it_is_displayed_and_a_circled_dot_nowhere(page):
    """The circled dot measures 0.81 em, and a line of Firefox, which counts a whole one, 1.1 em."""
    for operator in page["operators"]:
        large = operator["displayed"] and operator["sign"] != "⊙"
        assert (height(operator) > 1.2) == large, operator["tex"]
