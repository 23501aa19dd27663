"""The errata's buttons: what is pressed decides what is shown, and the address says what is pressed."""

import re

import pytest

from rnn_solutions.sheet.findings import FINDINGS

SHOWN = """() => [...document.querySelectorAll(".finding")].filter((one) => one.checkVisibility())
  .map((one) => Number(one.querySelector("[id^=erratum-]").id.slice(8)))"""
ALL = list(FINDINGS)


def fitting(marks):
    """Return the numbers of the findings that these marks show."""
    kinds = set(marks) - {"S"}
    return [
        number
        for number, one in FINDINGS.items()
        if (not kinds or one.kind in kinds) and (one.in_question or "S" not in marks)
    ]


@pytest.mark.parametrize("marks", ["E", "S", "ET", "ES", "AN"])
def test_what_is_pressed_decides_what_is_shown_and_counted(marks, visit):
    page, faults = visit("errata.html")
    for mark in marks:
        page.locator(f".finding-filter [data-show={mark}]").focus()
        page.keyboard.press("Space")

    assert page.evaluate(SHOWN) == fitting(marks)
    assert page.locator(".finding-filter output").inner_text() == f"{len(fitting(marks))} of {len(ALL)} shown"
    pressed = page.locator(".finding-filter [aria-pressed=true]")
    assert sorted(pressed.evaluate_all("all => all.map((one) => one.dataset.show)")) == sorted(marks)
    parts = {FINDINGS[number].part for number in fitting(marks)}
    headings = page.locator("section:has(.finding) > h2:visible").all_inner_texts()
    assert {heading.strip("# \n") for heading in headings} == parts

    assert sorted(page.url.partition("#show=")[2].split(",")) == sorted(marks)
    for mark in marks:
        page.locator(f".finding-filter [data-show={mark}]").click()
    assert page.evaluate(SHOWN) == ALL
    assert "#" not in page.url
    assert not faults


def test_an_address_brings_its_choice_and_a_link_to_a_hidden_finding_shows_it(visit):
    page, faults = visit("errata.html#show=E,S")
    assert page.evaluate(SHOWN) == fitting("ES")

    page.evaluate("location.hash = '#erratum-10'")
    page.wait_for_timeout(100)
    assert page.evaluate(SHOWN) == fitting("ES")  # it is in sight

    page.evaluate("location.hash = '#erratum-21'")
    page.wait_for_timeout(100)
    assert page.evaluate(SHOWN) == ALL
    assert page.locator("#erratum-21").is_visible()
    assert not faults


def test_without_a_script_every_finding_is_there_and_no_button(visit):
    page, _ = visit("errata.html", java_script_enabled=False)

    assert page.locator(".finding").count() == len(ALL)
    assert page.locator(".finding:visible").count() == len(ALL)
    assert not page.locator(".finding-filter").is_visible()


@pytest.mark.parametrize(("width", "beside"), [(1280, True), (390, False)])
def test_what_is_right_stands_beside_what_is_printed_or_below_it(width, beside, visit):
    page, _ = visit("errata.html", width=width)
    sides = ("#erratum-21 ~ .pair > .printed", "#erratum-21 ~ .pair > .right")
    printed, right = (page.locator(side).bounding_box() for side in sides)

    assert (right["x"] >= printed["x"] + printed["width"]) == beside
    assert (right["y"] >= printed["y"] + printed["height"]) != beside
    cut = """all => all.filter((one) => one.scrollWidth > one.clientWidth).length"""
    assert page.locator(".pair > div").evaluate_all(cut) == 0


def test_the_buttons_stand_on_the_first_screen_of_a_phone_and_a_link_leads_to_the_rules(visit):
    page, _ = visit("errata.html", width=390)
    group = page.locator(".finding-filter")
    assert group.bounding_box()["y"] < 844
    assert group.bounding_box()["y"] < page.locator("#erratum-1").bounding_box()["y"]

    page.locator(".finding-filter [data-show=E]").click()  # the rules are no findings: they stay
    page.locator("article p a[href='#errata-kinds']").click()
    assert page.locator("#errata-kinds > h2").is_visible()
    assert page.url.endswith("#errata-kinds")


# A frame is 1.5 px wide, 1 px away from what it frames. No letter beside it reaches into it.
COVERED = """() => [...document.querySelectorAll("mrow.boxed")].flatMap(frame => {
  const {left, right, top, bottom} = frame.getBoundingClientRect();
  return [...frame.closest("math").querySelectorAll("mi, mn, mo")]
    .filter(e => !frame.contains(e)).map(e => [e, e.getBoundingClientRect()])
    .filter(([, box]) => box.right > left - 2.5 && box.left < right + 2.5
      && box.bottom > top && box.top < bottom)
    .map(([e]) => `${frame.textContent} over ${e.textContent} in ${frame.closest(".finding").textContent}`);
})"""


@pytest.mark.parametrize("width", [390, 1280])
def test_no_frame_lies_over_the_letters_beside_it(width, visit):
    page, _ = visit("errata.html", width=width)
    page.evaluate("document.fonts.ready")

    assert page.locator("mrow.boxed").count() > 50
    assert page.evaluate(COVERED) == []


def test_no_number_in_the_words_has_an_e(visit):
    page, _ = visit("errata.html")
    words = page.locator(".finding p, section > ul > li").all_inner_texts()

    assert len(words) > 60
    assert not [said for said in words if re.search(r"\de[-+]?\d", said)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_buttons_are_accessible_pressed_and_not(scheme, visit, turn, axe):
    page, _ = visit("errata.html")
    turn(page, scheme)
    page.locator(".finding-filter [data-show=T]").click()

    assert not axe(page, ["wcag2a", "wcag2aa"], ".finding-filter")["violations"]
    for button in page.locator(".finding-filter button").all():
        assert button.bounding_box()["height"] >= 24
