"""The pairs of the errata: what the table says stands on the page, each thing once and under its head."""

import re

import pytest
from bs4 import BeautifulSoup

from rnn_solutions.sheet.findings import FINDINGS, KINDS, counts

PAGE = """\
# Errata

```{finding-filter}
```

:::{finding} 21
Some **words**.
:::

:::{finding} 46
A letter.
:::

:::{finding} 30
Of moduli.
:::

:::{finding} 14
Not there.
:::

:::{finding} 22
It is right.
:::
"""


def text(node):
    return " ".join(node.get_text().split())


@pytest.fixture(scope="module")
def page(build_in, tmp_path_factory):
    folder = tmp_path_factory.mktemp("marked")
    assert build_in(folder, {"index.md": PAGE}) == 0
    return BeautifulSoup((folder / "site" / "index.html").read_text(encoding="utf-8"), "html.parser")


def test_a_finding_says_its_kind_and_place_and_keeps_its_address(page):
    for number in (21, 46, 14, 22):
        head = page.find(id=f"erratum-{number}")
        one = FINDINGS[number]
        where = re.sub(r"\{sheet\}`(\d+)`", r"sheet (\1)", one.where)
        mark = " in the question" if one.in_question else ""
        assert text(head) == f"{number}. {KINDS[one.kind].capitalize()}, {where}{mark}"
        classes = head.parent["class"]
        assert {"finding", f"kind-{one.kind.lower()}"} <= set(classes)
        assert ("in-question" in classes) == one.in_question


def test_printed_and_right_stand_under_their_heads_with_a_frame_around_what_differs(page):
    printed, right = page.find(id="erratum-21").parent.select(".pair > div")

    assert (printed["class"][0], right["class"][0]) == ("printed", "right")
    assert text(printed).startswith("printed")
    assert text(right).startswith("should be")
    assert [text(side.select_one("mrow.boxed")) for side in (printed, right)] == ["t", "n"]
    assert text(page.find(id="erratum-21").parent).endswith("Some words.")


def test_what_the_sheet_has_in_words_is_not_called_printed(page):
    said, right = page.find(id="erratum-30").parent.select(".pair > div")

    assert text(said).startswith("said, as a formula")
    assert "printed" not in text(said)
    assert text(right).startswith("should be")


def test_words_are_written_as_words(page):
    printed, right = page.find(id="erratum-46").parent.select(".pair > div")

    assert (text(printed), text(right)) == ("printed igenvalues", "should be eigenvalues")


def test_where_nothing_is_printed_something_is_missing_and_where_all_is_right_there_is_no_pair(page):
    (missing,) = page.find(id="erratum-14").parent.select(".pair > div")

    assert text(missing).startswith("missing")
    assert not page.find(id="erratum-22").parent.select(".pair")


def test_the_buttons_have_the_kinds_with_their_counts_and_wait_for_the_script(page):
    group = page.select_one(".finding-filter")
    buttons = {one["data-show"]: text(one) for one in group.find_all("button")}

    names = {kind: name.capitalize() for kind, name in KINDS.items()} | {"S": "In the question"}
    assert buttons == {mark: f"{name} {counts()[f'count-{mark}']}" for mark, name in names.items()}
    assert group.has_attr("hidden")
    assert page.select_one('script[src*="marked_sheet.js"]').has_attr("defer")


def test_an_unknown_number_fails_the_build(build_in, tmp_path, capfd):
    assert build_in(tmp_path, {"index.md": "# Errata\n\n:::{finding} 99\n:::\n"}) != 0
    assert "the table of findings has no number 99" in capfd.readouterr().err
