"""What a link leads to is shown beside it: by pointer, key and finger, from a server and from a file."""

import json
import re
from collections import Counter
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import expect

SITE = Path(__file__).parents[2] / "build" / "html"
BOX = "#link-preview"
PAGE = "exercise-3/gradient-along-the-cell-state.html"
SAME = "article a[data-preview][href='#equation-eq-cell-path']"
OTHER = "article a[data-preview][href='../errata.html#erratum-40']"
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
SOON = 300  # milliseconds, as in the script


@pytest.fixture(scope="module")
def held():
    """Return what the previews of each page hold, by its address and the anchor."""
    parts = {}
    for file in sorted((SITE / "_static" / "previews").rglob("*.js")):
        text = file.read_text(encoding="utf-8")
        page, said = re.fullmatch(r"previews\[(.+?)\] = (.+);\n", text, re.DOTALL).groups()
        parts |= {f"{json.loads(page)}.html#{anchor}": part for anchor, part in json.loads(said).items()}
    return parts


@cache
def read(page):
    """Return a page's article."""
    whole = (SITE / page).read_text(encoding="utf-8")
    article = re.search(r"<article\b.*</article>", whole, re.DOTALL)[0]
    return BeautifulSoup(article, "html.parser")


def place(address):
    """Return what an address leads to: an equation, a finding, a row of symbols or a source."""
    page, anchor = address.split("#")
    target = read(page).find(id=anchor)
    return target.find_parent(class_="finding") or target.find_parent("tr") or target


def words(part):
    """Return the words and signs of a part of a page."""
    return re.findall(r"\w+|[^\w\s]", part.get_text(" "))


def own(address):
    """Return the formulas and the line of the verdict that stand at an address itself."""
    box = place(address)
    line = box.select_one("details.verdict > p, p.verdict")
    formulas = [one.get_text() for one in (box.select_one(".pair") or box).select("annotation")]
    return formulas, " ".join(line.get_text().split()) if line else None


def shown(page):
    """Return the formulas and the line of the verdict that are shown beside a link."""
    lines = page.locator(f"{BOX} .found").all_inner_texts()
    return page.locator(f"{BOX} annotation").all_text_contents(), lines[0] if lines else None


def stop(page):
    """Stop a page's clock, which then runs by `page.clock.run_for` alone."""
    page.clock.install()
    page.clock.pause_at(datetime.now() + timedelta(hours=1))


def test_every_link_to_such_a_target_is_marked_and_there_is_something_to_show(held):
    marked = {}
    for file in sorted(SITE.rglob("*.html")):
        name = file.relative_to(SITE).as_posix()
        for link in re.findall(r"<a\b[^>]*#[^>]*>", file.read_text(encoding="utf-8")):
            target = urljoin(name, re.search(r'href="([^"]*)"', link)[1])
            if "headerlink" not in link and ("data-preview" in link or target in held):
                marked[name, target] = "data-preview" in link and target in held

    assert len(marked) > 300
    assert [where for where, right in marked.items() if not right] == []
    out_of_place = re.compile(r"<(a|button|input)\b|\s(id|tabindex|style|on\w+)=")
    assert [address for address, part in held.items() if out_of_place.search(part)] == []


def test_all_that_is_shown_is_said_where_the_link_leads(held):
    for address, part in held.items():
        shown, said = (Counter(words(one)) for one in (BeautifulSoup(part, "html.parser"), place(address)))
        assert shown.total() > 3, address
        assert shown <= said, address


@pytest.mark.parametrize("link", [SAME, OTHER])
def test_a_key_shows_the_target_and_escape_puts_it_away(link, visit):
    page, faults = visit(PAGE)
    page.keyboard.press("Tab")  # so that the focus counts as the keyboard's
    page.locator(link).first.focus()

    expect(page.locator(BOX)).to_be_visible()
    target = urljoin(PAGE, page.locator(link).first.get_attribute("href"))
    expect(page.locator(BOX)).to_have_role("tooltip")
    assert shown(page) == own(target)
    assert own(target)[1]
    said = " ".join(page.locator(BOX).inner_text().split())
    expect(page.locator(link).first).to_have_accessible_description(re.compile(re.escape(said[-20:])))
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))

    page.keyboard.press("Escape")
    expect(page.locator(BOX)).to_be_hidden()
    expect(page.locator(link).first).to_be_focused()
    assert page.locator(link).first.get_attribute("aria-describedby") is None
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{target}")
    assert not faults


def test_the_pointer_can_move_into_what_is_shown_and_leaving_puts_it_away(visit):
    page, faults = visit(PAGE)
    stop(page)
    page.locator(SAME).hover()
    page.clock.run_for(SOON - 1)
    assert page.locator(BOX).is_hidden()  # it may be on its way elsewhere
    page.clock.run_for(1)
    expect(page.locator(BOX)).to_be_visible()
    assert shown(page) == own(PAGE + "#equation-eq-cell-path")

    page.locator(BOX).hover()
    page.clock.run_for(10 * SOON)
    assert page.locator(BOX).is_visible()

    page.mouse.move(1, 1)
    page.clock.run_for(SOON - 1)
    assert page.locator(BOX).is_visible()
    page.clock.run_for(1)
    assert page.locator(BOX).is_hidden()

    page.locator(OTHER).hover()
    page.clock.run_for(SOON)
    expect(page.locator(BOX)).to_be_visible()
    assert shown(page) == own("errata.html#erratum-40")
    page.locator(OTHER).click()
    page.wait_for_url("**/errata.html#erratum-40")
    assert not faults


def test_a_long_press_shows_the_target_and_follows_no_link_and_a_tap_does(visit):
    page, faults = visit(PAGE, 390, 844, has_touch=True, is_mobile=True)
    link, before = page.locator(OTHER), page.url
    page.evaluate("document.fonts.ready")
    link.tap(trial=True)  # comes into sight, and to rest
    place = link.bounding_box()
    finger = {"x": place["x"] + place["width"] / 2, "y": place["y"] + place["height"] / 2}
    touch = page.context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [finger]})
    expect(page.locator(BOX)).to_be_visible()
    for answer in ("contextmenu", "dragstart"):  # the system's own answers would take its place
        event = "(e, name) => e.dispatchEvent(new Event(name, {bubbles: true, cancelable: true}))"
        assert not link.evaluate(event, answer)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert shown(page) == own("errata.html#erratum-40")

    page.locator(BOX).tap()
    assert page.locator(BOX).is_visible()
    page.locator("article h1").tap()
    assert page.locator(BOX).is_hidden()
    assert page.url == before

    link.tap()
    page.wait_for_url("**/errata.html#erratum-40")
    assert not faults


# Where the box lies, for each kind of link on a page, and what of it is cut off.
LIES = """(link) => {
  const box = document.querySelector("#link-preview"), inner = box.getBoundingClientRect();
  const spots = [...link.getClientRects()], {clientWidth, clientHeight} = document.documentElement;
  return {
    inSight: inner.left >= 0 && inner.top >= 0 && inner.right <= clientWidth && inner.bottom <= clientHeight,
    beside: spots.every(({top, bottom}) => bottom <= inner.top || top >= inner.bottom),
    whole: box.scrollWidth <= box.clientWidth
      && [...box.querySelectorAll("math > *")].every((e) => e.getBoundingClientRect().right <= inner.right),
  };
}"""


@pytest.mark.parametrize(
    ("where", "width", "height", "size"),
    [
        ("errata.html", 320, 568, 100),
        ("ledger.html", 320, 568, 100),
        (PAGE, 390, 844, 200),
        (PAGE, 1280, 300, 100),
    ],
)
def test_what_is_shown_lies_in_sight_whole_and_not_over_its_link(
    where, width, height, size, visit, add_style
):
    page, faults = visit(where, width, height)
    add_style(page, f"html {{ font-size: {size}% !important; }}")
    page.keyboard.press("Tab")
    links = page.locator("article a[data-preview]:visible").all()
    assert len(links) >= 18
    for link in links[:: max(1, len(links) // 18)]:
        link.focus()
        expect(link).to_have_attribute("aria-describedby", "link-preview")
        page.evaluate("document.fonts.ready")
        assert link.evaluate(LIES) == {"inSight": True, "beside": True, "whole": True}, link.get_attribute(
            "href"
        )
    assert not faults


def test_what_is_shown_is_accessible_in_light_dark_and_forced_colours_and_not_printed(visit, turn, axe):
    page, _ = visit(PAGE)
    page.locator(OTHER).hover()
    expect(page.locator(BOX)).to_be_visible()
    for scheme in ("light", "dark"):
        turn(page, scheme)
        assert axe(page, RULES, f"{BOX}, {OTHER}")["violations"] == []
    assert axe(page, {"type": "rule", "values": ["region"]})["violations"] == []
    page.emulate_media(forced_colors="active")
    assert page.locator(BOX).evaluate("e => getComputedStyle(e).borderTopStyle") == "solid"
    page.emulate_media(media="print")
    assert page.locator(BOX).is_hidden()


def test_from_a_file_other_pages_show_too_and_without_scripts_a_link_is_a_link(chromium, visit):
    source = "article a[data-preview][href='../references.html#id6']"
    page = chromium.new_page()
    page.goto((SITE / PAGE).as_uri())
    for link in (OTHER, source):
        page.locator(link).first.hover()
        expect(page.locator(BOX)).to_be_visible()
        page.keyboard.press("Escape")
    assert page.locator(source).get_attribute("title") is None  # or the browser would show it as well
    page.context.close()

    page, _ = visit(PAGE, java_script_enabled=False)
    assert page.locator(BOX).count() == 0
    assert page.locator(source).get_attribute("title")
    page.locator(OTHER).click()
    page.wait_for_url("**/errata.html#erratum-40")
