"""What a reader sees before scrolling, on a phone and on a laptop, and where it leads."""

import re

import pytest

SCREENS = [(390, 844), (1280, 800)]
FIRST = {
    "the title": "h1",
    "the sentence": "h1 + p",
    "the proof": "h1 + p + p",
    "the picture": "figure svg.plot",
    "how to read it": "figcaption",
    "the sheet's door": ".door:nth-child(1) a",
    "the teacher's door": ".door:nth-child(2) a",
    "the network's door": ".door:nth-child(3) a",
}
SQUARES = """svg => Object.values(Object.groupBy(
  [...svg.querySelectorAll("path")].filter(path => getComputedStyle(path).fill !== "none"),
  path => getComputedStyle(path).fill,
)).map(paths => paths.map(path => path.getBBox().width * path.getBBox().height))"""
ON_TOP = """element => {
  const {left, top} = element.getBoundingClientRect();
  return element.contains(document.elementFromPoint(left + 40, top + 5));
}"""  # and not under the bar of the page
SMALLEST_TEXT = """svg => Math.min(...[...svg.querySelectorAll("text, tspan")].map(
  text => parseFloat(getComputedStyle(text).fontSize) * svg.getScreenCTM().a))"""


@pytest.fixture(params=SCREENS, ids=["phone", "laptop"])
def landing(request, visit):
    """Return the landing page, on a phone and on a laptop."""
    width, height = request.param
    page, faults = visit("index.html", width, height)
    yield page
    assert faults == []


def test_the_first_screen_says_what_this_is_shows_it_and_has_a_door_for_each_reader(landing, turn):
    screen = landing.viewport_size
    for scheme in ("light", "dark"):
        turn(landing, scheme)
        for what, selector in FIRST.items():
            box = landing.locator(f"article {selector}").bounding_box()
            assert box["x"] >= 0, what
            assert box["x"] + box["width"] <= screen["width"], what
            assert 0 <= box["y"] < box["y"] + box["height"] <= screen["height"], what

        # One network's squares shrink to next to nothing, the other's stay, each in a colour of its own.
        picture = landing.locator("article figure svg.plot")
        fading, staying = sorted(picture.evaluate(SQUARES), key=sum)
        assert len(fading) == len(staying) == 13 * 14 / 2
        assert min(fading) < 0.01 * max(fading)
        assert min(staying) > 0.5 * max(staying) == pytest.approx(0.5 * max(fading), rel=0.01)
    assert picture.evaluate(SMALLEST_TEXT) >= 11

    proof = landing.locator("article h1 + p + p").inner_text()
    checked = landing.locator("#how-it-was-checked li").first.inner_text()
    assert re.findall(r"\d+", proof) == re.findall(r"\d+", checked)
    assert all(int(number) > 0 for number in re.findall(r"\d+", proof))


def test_all_of_a_tile_opens_its_answer_and_all_of_a_door_leads_on(landing):
    answers = [f"answer-{part}" for part in ("1a", "1b", "2a", "2b", "2c", "3a", "3b", "3c")]
    tiles = landing.locator(".tiles li")
    names = [link.get_attribute("href").partition("#")[2] for link in tiles.locator("a").all()]
    assert names == answers
    for number, answer in enumerate(answers):
        in_the_corner(tiles.nth(number))
        landing.locator(f"details.answer #{answer}").wait_for(state="visible")
        assert landing.locator(f"details.answer:has(#{answer}) > summary").evaluate(ON_TOP), answer
        landing.go_back()

    targets = ("#the-eight-answers", "#to-teach-with-it", "/map-your-own-network.html")
    for number, target in enumerate(targets):
        in_the_corner(landing.locator(".door").nth(number))
        landing.wait_for_url(f"**{target}")
        landing.go_back()


def in_the_corner(part):
    """Click into the lower right corner of a part of the page."""
    part.scroll_into_view_if_needed()
    box = part.bounding_box()
    part.click(position={"x": box["width"] - 6, "y": box["height"] - 6})
