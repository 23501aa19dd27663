"""The errata's buttons: what is pressed decides what is shown, and the address says what is pressed."""

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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_buttons_are_accessible_pressed_and_not(scheme, visit, turn, axe):
    page, _ = visit("errata.html")
    turn(page, scheme)
    page.locator(".finding-filter [data-show=T]").click()

    assert not axe(page, ["wcag2a", "wcag2aa"], ".finding-filter")["violations"]
    for button in page.locator(".finding-filter button").all():
        assert button.bounding_box()["height"] >= 24
