"""The verdicts of the built site: each at its own equation, and alike there, in the ledger, as data."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from kept import kept
from rnn_solutions.claims import CLAIMS
from rnn_solutions.measured import MEASURED
from shown_verdicts import beside, cells_to_show, fields_to_show, ledger, mark_to_show

ROOT = Path(__file__).parents[2]
SITE = ROOT / "build" / "html"


@pytest.fixture(scope="module")
def judged():
    """Return what the build of the site found when it judged the claims, by label."""
    last = max((ROOT / "build" / "verdicts").glob("*.json"), key=lambda file: file.stat().st_mtime)
    return {one["label"]: one for one in json.loads(kept(last))}


def test_every_claim_was_judged_under_its_own_label(judged):
    assert judged.keys() == CLAIMS.keys()
    for label, claim in CLAIMS.items():
        for name in ("statement", "formula", "method", "assumes", "tolerance", "because", "line"):
            assert judged[label][name] == getattr(claim, name)
        assert judged[label]["function"] == claim.function.__name__


def test_every_verdict_stands_once_and_at_the_number_of_its_own_equation(judged):
    seen = []
    for file in sorted(SITE.rglob("*.html")):
        page = file.read_text(encoding="utf-8")
        if 'class="verdict"' not in page:
            continue
        found = [(label, shown) for label, shown in beside(page) if shown]
        sentences = page.count('<p class="measured"')  # which tests/site/test_measured_sentences.py looks at
        assert len(found) + sentences == page.count('class="verdict"')
        for label, shown in found:
            if label not in judged:
                assert label.startswith("def-")
                assert shown.mark == ("≔", "Definition")
            else:
                assert shown.anchor == f"verdict-{label}"
                assert shown.mark == mark_to_show(shown.line)
                assert shown.fields == fields_to_show(judged[label])
                seen.append(label)
    assert sorted(seen) == sorted(judged)


def test_the_ledger_and_verdicts_json_say_what_was_judged(judged):
    rows = list(ledger((SITE / "ledger.html").read_text(encoding="utf-8")))
    entries = json.loads((SITE / "verdicts.json").read_text(encoding="utf-8"))

    for row, entry in zip(rows, entries, strict=True):
        label, page = entry["label"], f"{entry['page']}.html"
        if entry["status"] == "measured":
            assert row["address"] == f"{page}#{label}"
            assert row["Formula"].startswith(f"measured {label}")
            continue
        anchor = label if label.startswith("erratum-") else f"equation-{label}"
        there = (SITE / page).read_text(encoding="utf-8").partition(f'id="{anchor}"')[2]
        number = re.search(r'<span class="eqno">(\(\d+\))|<strong>(\d+)\.', there)
        name = f"finding {number[2]}" if anchor == label else number[1]
        assert row["address"] == f"{page}#{anchor}"
        assert row["Formula"].startswith(f"{name} {label}")
        if label in judged:
            verdict = judged[label]
            assert row == cells_to_show(verdict) | {
                "address": row["address"],
                "Formula": f"{name} {label} {verdict['statement']}",
            }
            assert entry["source"] == f"{page}#verdict-{label}"
            assert entry.items() >= {name: verdict[name] for name in entry.keys() & verdict.keys()}.items()
            assert entry.keys() >= {"status", "method", "cases", "error", "tolerance", "tried", "caught"}
    labels = [entry["label"] for entry in entries]
    assert len(labels) == len(set(labels))
    assert judged.keys() <= set(labels)
    others = {label for label in labels if label not in judged and not label.startswith("def-")}
    assert others == MEASURED.keys()


MARKED = ("exercise-1/backpropagation-through-time.html", "errata.html")
# Each mark that opens, with how it lies: where, beside which line, and how much higher it makes its equation.
LIE = """() => [...document.querySelectorAll(":not(.result) > details.verdict > summary")].map(mark => {
  const box = mark.parentElement.parentElement, about = box.querySelector(".eqno") ?? box.querySelector("p");
  const [own, other, before] = [mark, about, box].map(e => e.getBoundingClientRect());
  const there = document.elementFromPoint(own.x + own.width / 2, own.y + own.height / 2);
  mark.parentElement.style.display = "none";
  const higher = before.height - box.getBoundingClientRect().height;
  mark.parentElement.style.display = "";
  return {
    id: mark.id, width: own.width, height: own.height, higher, has_number: about.matches(".eqno"),
    in_sight: own.right <= innerWidth && own.x >= 0,
    beside: own.top < other.bottom && own.bottom > other.top && own.x >= other.right - 40
      || !about.matches(".eqno"),
    bare: !there || mark.contains(there),
  };
})"""


@pytest.mark.parametrize("marked", MARKED)
@pytest.mark.parametrize("least", ["0", "60rem"], ids=["as is", "too wide"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_closed_verdict_is_a_mark_in_the_line_of_its_number_to_be_reached_by_a_finger(
    marked, width, least, visit, add_style
):
    """A formula wider than the window scrolls by itself, and leaves the mark where it is."""
    page, _ = visit(marked, width)
    add_style(page, f".math-scroll math {{ min-width: {least}; }}")

    marks = page.evaluate(LIE)

    assert marks
    for mark in marks:
        assert min(mark["width"], mark["height"]) >= 24, mark
        assert mark["higher"] <= (4 if mark["has_number"] else 28), mark  # the last line may have been full
        assert {mark["in_sight"], mark["beside"], mark["bare"]} == {True}, mark
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("marked", MARKED)
def test_a_mark_has_a_name_that_says_what_was_found(marked, visit):
    page, _ = visit(marked)

    for box in page.locator("details.verdict").all():
        said = " ".join(box.locator("> p").text_content().split()).split(" ", 1)[1]
        expect(box.locator("> summary")).to_have_accessible_name(f"Verdict: {said[0].lower()}{said[1:]}")


@pytest.mark.parametrize("marked", MARKED)
@pytest.mark.parametrize("how", ["a key", "a finger"])
def test_a_mark_opens_without_a_script_on_the_line_that_says_what_was_found_and_stays(how, marked, visit):
    page, _ = visit(marked, 390, java_script_enabled=False, has_touch=True)
    box = page.locator("details.verdict").nth(2)
    mark, line = box.locator("> summary"), box.locator("> p")
    mark.scroll_into_view_if_needed()
    before = mark.bounding_box()

    for is_open in (True, False):
        assert line.is_visible() != is_open
        mark.press("Enter") if how == "a key" else mark.tap()
        assert line.is_visible() == is_open
        assert mark.bounding_box() == before
        if is_open:
            assert line.bounding_box()["y"] >= before["y"] + before["height"]
            assert line.bounding_box()["width"] > 300


def test_the_words_of_a_verdict_are_seen_where_the_equation_is_the_result(visit):
    page, _ = visit(MARKED[0])
    words = "details.verdict > summary > span:not([aria-hidden])"
    assert page.locator(f"div.math:not(.result) > {words}").first.bounding_box()["width"] == 1
    result = page.locator(f"div.math.result > {words}").first

    assert result.bounding_box()["width"] > 300
    result.click()
    opened = page.locator(".result > details[open]")
    assert opened.locator("> dl").is_visible()
    assert not opened.locator("> p").is_visible()  # which would say the same again
