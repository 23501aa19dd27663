"""A page read otherwise: without scripts, by keyboard, in forced colours, printed."""

import io
import re
import unicodedata
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

SITE = Path(__file__).parents[2] / "build" / "html"

# A form that needs a script is none of the content.
CONTENT = """() => {
  const article = document.querySelector("article");
  const seen = selector => [...article.querySelectorAll(selector)]
    .filter(e => e.checkVisibility() && !e.closest("form.answer-form"));
  return {
    text: seen("p, h1, h2, h3, dt, pre").map(e => e.textContent.trim()),
    formulas: seen("math").filter(e => e.getBoundingClientRect().width > 0).length,
    figures: seen("figure img, .cell_output img, svg[role=img]").length,
  };
}"""


def test_without_scripts_the_content_is_there(name, visit, lay_out):
    if name == "search.html":
        pytest.skip("search is a script, and its page says so")
    with_scripts, faults = visit(name)
    without, faults_without = visit(name, java_script_enabled=False)
    for page in (with_scripts, without):
        page.evaluate(lay_out)

    assert without.evaluate(CONTENT) == with_scripts.evaluate(CONTENT)
    assert not faults + faults_without, "\n".join(faults + faults_without)


# Everything that a hand could press, or move sideways; of choices the first, from where arrows lead on.
NUMBER = """() => {
  const pressed = "a[href], button, input, select, textarea, summary, [tabindex]:not([tabindex='-1'])";
  const scrolls = e => e.scrollWidth > e.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(e).overflowX);
  const wanted = [...document.querySelectorAll("body *")].filter(
    e => (e.matches(pressed) || scrolls(e)) && !e.disabled && e.tabIndex >= -scrolls(e)
      && (e.type !== "radio" || e === document.querySelector(`[type=radio][name="${e.name}"]`))
      && e.checkVisibility({visibilityProperty: true, opacityProperty: false}));
  wanted.forEach((e, i) => { e.dataset.number = i; });
  return wanted.map(e => e.outerHTML.slice(0, 120));
}"""
FOCUSED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  e.dataset.number ??= `late-${document.querySelectorAll("[data-number^=late]").length}`;
  const style = getComputedStyle(e), box = [...e.getClientRects()].find(r => r.width && r.height);
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const within = (value, end) => Math.min(Math.max(value, 0), end - 1);
  const there = box && document.elementFromPoint(
    within(box.x + box.width / 2, innerWidth), within(box.y + Math.min(box.height, 900) / 2, innerHeight));
  return {
    number: e.dataset.number, html: e.outerHTML.slice(0, 120), ring,
    bare: !box || (there && (e.contains(there) || there.contains(e))),
  };
}"""


def test_the_keyboard_reaches_everything_and_shows_where_it_is(kind, visit):
    """The contents unfold where one is: what comes late is walked through and not counted."""
    page, _ = visit(kind)
    wanted = page.evaluate(NUMBER)
    reached, faults = set(), []
    page.keyboard.press("Tab")
    while (now := page.evaluate(FOCUSED)) and now["number"] not in reached:
        reached.add(now["number"])
        faults += [f"no ring: {now['html']}"] * (not now["ring"]) + [f"covered: {now['html']}"] * (
            not now["bare"]
        )
        page.keyboard.press("Tab")

    assert [html for number, html in enumerate(wanted) if str(number) not in reached] == []
    assert not faults, "\n".join(faults)


STOPS = """() => [...document.querySelectorAll(".math-scroll")].filter(e => e.checkVisibility())
  .map(e => [e.tabIndex === 0, e.scrollWidth > e.clientWidth + 1])"""
LONG = "exercise-1/backpropagation-through-time.html"


def test_an_equation_is_a_stop_of_the_keyboard_only_where_it_scrolls(visit, add_style):
    """On a screen of 1280 px none does; where text is twice as large in 320 px some do, and some do not."""
    page, faults = visit(LONG)
    page.wait_for_timeout(200)
    boxes = page.evaluate(STOPS)
    assert len(boxes) > 10
    assert boxes == [[False, False]] * len(boxes)

    page.set_viewport_size({"width": 320, "height": 900})
    add_style(page, "html { font-size: 200% !important; }")
    page.wait_for_timeout(500)
    boxes = page.evaluate(STOPS)
    assert {stop for stop, _ in boxes} == {True, False}
    assert all(stop == scrolls for stop, scrolls in boxes)
    assert not faults


def test_without_scripts_every_equation_is_a_stop(visit):
    page, _ = visit(LONG, java_script_enabled=False)

    boxes = page.locator(".math-scroll")
    assert page.locator(".math-scroll[tabindex='0']").count() == boxes.count() > 10


def test_the_first_tab_offers_to_skip_to_the_content(kind, visit):
    page, _ = visit(kind)

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main-content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_theme_button_changes_the_theme_and_the_next_page_remembers(width, visit, address):
    page, faults = visit("index.html", width, color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(ground)

    page.get_by_role("button", name="Color mode").press("Enter")
    page.get_by_role("button", name="Dark").press("Enter")
    after = page.evaluate(ground)
    page.goto(address + "ledger.html")

    assert before != after == page.evaluate(ground)
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert not faults, "\n".join(faults)


def test_forced_colours_are_left_alone(kind, visit, turn, faint_texts):
    """The contrast is the reader's own, and focus and the boxes' borders stay visible."""
    page, _ = visit(kind, forced_colors="active")
    own = "e => getComputedStyle(e).forcedColorAdjust === 'none' && !e.closest('svg, img, math')"
    for scheme in ("light", "dark"):
        turn(page, scheme)
        assert faint_texts(page) == []
        assert (
            page.evaluate(f"[...document.querySelectorAll('body *')].filter({own}).map(e => e.outerHTML)")
            == []
        )
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["ring"]


VERDICTS = "div.result > details.verdict > summary, .checked > details.verdict > summary"


def test_a_printed_page_opens_with_its_title_and_has_the_verdicts_of_results(kind, visit):
    page, _ = visit(kind, color_scheme="dark")
    title = page.locator("main h1:not(:empty)").first.evaluate("e => e.firstChild.textContent")
    verdicts = page.locator(VERDICTS).all_inner_texts()

    printed = text_of(PdfReader(io.BytesIO(page.pdf(format="A4"))))

    assert not [said for said in (title, *verdicts) if plain(said) not in printed]


HANDOUT = "exercise-3/gradient-along-the-cell-state.html"
OF_A_HANDOUT = """() => {
  const article = document.querySelector("article");
  const seen = selector => [...article.querySelectorAll(selector)].filter(e => e.checkVisibility());
  const hides = e => e.matches(".math-scroll, pre") && e.scrollWidth > e.clientWidth + 1;
  return {
    said: seen("h2, h3, figcaption .caption-text, .exercise p, .answer p")
      .map(e => [...e.childNodes].filter(n => n.nodeType === Node.TEXT_NODE).map(n => n.textContent))
      .flat().filter(text => text.trim().length > 12),
    figures: seen("figure svg").length,
    code: seen(".cell_input pre").length,
    fields: seen("form.answer-form label").length,
    smallest: Math.min(...seen("p, li, td, th, pre, figcaption, label, .verdict > summary")
      .map(e => parseFloat(getComputedStyle(e).fontSize))),
    cut: seen(".math-scroll, pre, table, svg, p")
      .filter(e => e.getBoundingClientRect().right > innerWidth || hides(e))
      .map(e => e.outerHTML.slice(0, 120)),
  };
}"""


def test_a_page_with_a_question_is_a_handout_of_at_most_six_sheets(visit):
    """The longest of the eight: all is there and none of it cut, in letters of 9 points at least."""
    page, _ = visit(HANDOUT)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 687, "height": 1000})  # A4 without its margins
    found = page.evaluate(OF_A_HANDOUT)
    paper = PdfReader(io.BytesIO(page.pdf(format="A4")))
    printed = text_of(paper)

    assert len(paper.pages) <= 6
    assert len(found["said"]) > 20
    assert not [said for said in found["said"] if plain(said) not in printed]
    assert not found["cut"], "\n".join(found["cut"])
    assert found["smallest"] >= 12  # pixels, of which 4 are 3 points
    assert (found["figures"], found["code"], found["fields"]) == (3, 0, 6)


def text_of(paper):
    """Return all text of a PDF, without white space."""
    return plain(" ".join(sheet.extract_text() for sheet in paper.pages))


def plain(text):
    """Return a text without white space, for a long name is broken over two lines, and without ligatures."""
    return "".join(unicodedata.normalize("NFKC", text).split())


GIVEN = """() => [...document.querySelectorAll(".admonition:not(.answer) > ul > li > p:first-child")]
  .filter(e => e.checkVisibility())
  .map(e => e.getBoundingClientRect().width / e.closest(".admonition").getBoundingClientRect().width)"""


def test_on_a_phone_the_bullets_in_a_box_leave_their_text_room(visit):
    """Indented by the box and by the list, they had four fifths of its width."""
    page, _ = visit("exercise-2/thirtieth-power.html", width=390)
    shares = page.evaluate(GIVEN)

    assert shares
    assert min(shares) > 0.85


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_link_at_a_number_brings_no_patch_of_another_ground(scheme, visit, turn):
    """A framed result has a ground of its own."""
    page, _ = visit("exercise-2/thirtieth-power.html", width=390)
    turn(page, scheme)
    link = page.locator("div.math.result .eqno a.headerlink").first
    link.focus()

    assert link.evaluate("e => getComputedStyle(e).backgroundColor") == "rgba(0, 0, 0, 0)"


WHOLE = """() => [...document.querySelectorAll("details.answer .math-scroll")].map(e => ({
  tex: e.querySelector("annotation").textContent, hidden: e.scrollWidth - e.clientWidth,
  larger: parseFloat(getComputedStyle(e).fontSize) / parseFloat(getComputedStyle(document.body).fontSize),
}))"""


@pytest.mark.parametrize(("width", "larger"), [(390, 1), (1280, 1.2)])
def test_an_answer_shows_its_formulas_whole_and_large_where_there_is_room(width, larger, visit):
    """Closed, as a page comes, it is laid out by no other test."""
    for file in sorted(SITE.glob("exercise-*/*.html")):
        page, _ = visit(file.relative_to(SITE).as_posix(), width)
        page.locator("details.answer").evaluate("box => { box.open = true; }")

        for formula in page.evaluate(WHOLE):
            assert formula["hidden"] <= 1, (file.name, formula)
            assert formula["larger"] >= larger, (file.name, formula)


CAPTIONS = """() => [...document.querySelectorAll("figure > figcaption")].map(e => {
  const caption = e.getBoundingClientRect(), figure = e.parentElement.getBoundingClientRect();
  const drawing = e.parentElement.querySelector("svg").getBoundingClientRect();
  return {
    beside: caption.left >= figure.right && caption.right <= innerWidth && caption.top < drawing.bottom,
    below: caption.top >= drawing.bottom && caption.right <= figure.right + 1,
  };
})"""
ON_TOP = """e => {
  const box = e.getBoundingClientRect(), there = document.elementFromPoint(box.x + box.width / 2, box.y + 8);
  return e.contains(there);
}"""


def test_a_caption_stands_in_the_margin_where_there_is_room(visit):
    """The contents make way for it, and come back for who goes through them by keyboard."""
    page, _ = visit(HANDOUT)
    captions = page.evaluate(CAPTIONS)
    assert len(captions) == 3
    assert all(caption["beside"] for caption in captions)

    caption = page.locator("figcaption").first
    page.locator("figure").first.evaluate("e => e.scrollIntoView()")
    page.locator(".bd-sidebar-secondary.hide").wait_for()
    assert caption.evaluate(ON_TOP)
    link = page.locator(".bd-sidebar-secondary nav a").first
    link.focus()
    assert link.evaluate(ON_TOP)

    for width in (390, 1100):
        page.set_viewport_size({"width": width, "height": 900})
        assert all(caption["below"] for caption in page.evaluate(CAPTIONS))


AS_PYTHON_WRITES_IT = re.compile(r".{,40}(?:\d[eE][+-]\d+|np\.\w+\()")


def test_numbers_in_text_are_written_as_people_write_them():
    """1.5e+09 and np.float64(2) are for machines: code, output, signatures and what is behind a verdict."""
    found = []
    for file in sorted(SITE.rglob("*.html")):
        if not {"_static", "_modules"} & {*file.relative_to(SITE).parts}:
            page = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
            article = page.select_one("article") or page.select_one("main")
            for part in article.select("pre, code, dt.sig, script, annotation, .verdict, table.ledger"):
                part.decompose()
            said = [article.get_text(" "), *(part["aria-label"] for part in article.select("[aria-label]"))]
            found += [f"{file.name}: {one}" for text in said for one in AS_PYTHON_WRITES_IT.findall(text)]

    assert not found, "\n".join(found)
