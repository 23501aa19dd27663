"""A page on paper."""

import io

import pytest
from pypdf import PdfReader

PAPER = 680  # the width of A4 between margins of 15 mm, in CSS pixels

NOT_FOR_PAPER = "button, input, nav, .bd-sidebar, .headerlink, .prev-next-footer, .skip-link, .viewcode-link"
SHOWN = """selector => [...document.querySelectorAll(selector)].filter(e => {
  const box = e.getBoundingClientRect();
  const seen = e.checkVisibility({visibilityProperty: true, opacityProperty: true});
  return seen && box.width > 1 && box.height > 1;
}).map(e => e.outerHTML.slice(0, 120))"""
CUT_OFF = """() => [...document.querySelectorAll("article *")].filter(e => {
    const clips = getComputedStyle(e).overflowX !== "visible" && e.clientWidth > 1;
    return e.checkVisibility() && !e.parentElement.closest("math")
      && (e.getBoundingClientRect().right > innerWidth + 1 || (clips && e.scrollWidth > e.clientWidth + 1));
  })
  .map(e => e.outerHTML.slice(0, 120))"""
SPLIT = """() => [...document.querySelectorAll("div.math, figure, article img, article tr")]
  .filter(e => e.checkVisibility() && getComputedStyle(e).breakInside !== "avoid")
  .map(e => e.outerHTML.slice(0, 120))"""


def test_paper_shows_the_whole_text_and_no_controls(name, visit):
    """Nothing is cut off at the edge; equations, figures and rows stay whole."""
    page, _ = visit(name, width=PAPER)
    page.emulate_media(media="print")

    assert page.evaluate(SHOWN, NOT_FOR_PAPER) == []
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate(SPLIT) == []


def test_a_printed_page_opens_with_its_title_and_verdicts(article, visit):
    page, _ = visit(article, color_scheme="dark")
    title = page.locator("article h1").first.evaluate("e => e.firstChild.textContent")
    verdicts = page.locator("details.verdict").count()

    paper = PdfReader(io.BytesIO(page.pdf(format="A4")))
    text = " ".join(" ".join(sheet.extract_text() for sheet in paper.pages).split())

    assert title in text
    assert text.count("Holds ") + text.count("Refuted") >= verdicts


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_is_white(article, scheme, visit):
    page, _ = visit(article, color_scheme=scheme)
    page.emulate_media(media="print")

    colours = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.querySelector('article')).color]"
    )
    grounds = page.evaluate(
        "['html', 'body'].map(e => getComputedStyle(document.querySelector(e)).backgroundColor)"
    )

    assert set(grounds) <= {"rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}
    assert all(max(map(int, colour[4:-1].split(","))) < 100 for colour in colours), colours
