"""What code puts on a page is listed under its place and name, and what changes there is named."""

import re
from pathlib import Path

import pytest

import shown_numbers
from shown_numbers import Shown, check, shown
from shown_numbers import write as write_list

DOCS = Path(__file__).parents[2] / "docs"
PAGE = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3, language: python}
---
# Page

Typed is 7.

## Kept

Of 5 runs {glue:text}`before:.2f` fail before and {glue:text}`after:.2f` after. Nothing {verdicts}`holds`.

```{code-cell} ipython3
:tags: [remove-cell]
from myst_nb import glue

from IPython.display import Markdown

glue("before", 0.25, display=False)
glue("after", 0.75, display=False)
glue("sign", Markdown("$x > 0$ always"), display=False)
glue("rates", Markdown("| rate |\\n| --- |\\n| 0.3 |"), display=False)
```

It is {glue:md}`sign:myst`.

```{glue:md} rates
:format: myst
```

## Printed

```{code-cell} ipython3
print("first   1\\n\\nsecond  2")
```

## Table

```{code-cell} ipython3
---
mystnb: {markdown_format: myst}
---
rows = ["case | n | left | $\\\\rho$", "--- | --- | --- | ---", "big | 9 | | 0.5", "*small* | 1 | 4 | 0.9"]
Markdown("\\n".join(f"| {row} |" for row in rows))
```

## Drawing

```{code-cell} ipython3
---
mystnb:
  figure: {name: fig-line, caption: A line of 3.}
  image: {alt: A line.}
---
import matplotlib.pyplot as plt

_, ax = plt.subplots(figsize=(2, 2), facecolor="white")
ax.set(xticks=[0, 1], yticks=[], xlabel="$W$", title="a line");
```
"""
LISTED = [
    Shown("index.html#kept", "before", "0.25"),
    Shown("index.html#kept", "after", "0.75"),
    Shown("index.html#kept", "verdicts-holds", "0"),
    Shown("index.html#kept", "sign", "x > 0 always"),
    Shown("index.html#kept", "head", "rate"),
    Shown("index.html#kept", "rate", "0.3"),
    Shown("index.html#printed", "printed", "first 1"),
    Shown("index.html#printed", "printed", "second 2"),
    *[Shown("index.html#table", "head", name) for name in ("case", "n", "left", r"\rho")],
    Shown("index.html#table", "case", "big"),
    Shown("index.html#table", "big, n", "9"),
    Shown("index.html#table", r"big, \rho", "0.5"),
    Shown("index.html#table", "case", "small"),
    Shown("index.html#table", "small, n", "1"),
    Shown("index.html#table", "small, left", "4"),
    Shown("index.html#table", r"small, \rho", "0.9"),
    Shown("index.html#fig-line", "alternative", "A line."),
    Shown("index.html#fig-line", "drawn", "0 1 𝑊 a line"),
]
SPAN = '<span class="pasted-text {}">{}</span>'
BEFORE, AFTER = SPAN.format("glue-before", "0.25"), SPAN.format("glue-after", "0.75")
# What is put in place of what on the built page, and what must be said of it.
CHANGES = {
    "a value changed": ({AFTER: AFTER.replace("75", "76")}, ["#kept, after: 0.75 is now 0.76"]),
    "values exchanged": (
        {"0.25": "?", "0.75": "0.25", "?": "0.75"},
        ["#kept, before: 0.25 is now 0.75", "#kept, after: 0.75 is now 0.25"],
    ),
    "names exchanged": (
        {BEFORE: "?", AFTER: BEFORE, "?": AFTER},
        ["#kept, before: 0.25 is now after: 0.75", "#kept, after: 0.75 is now before: 0.25"],
    ),
    "a value gone": ({BEFORE: "some"}, ["#kept, before: 0.25 is gone"]),
    "a new value": ({"Nothing": SPAN.format("glue-new", "9")}, ["#kept, new: 9 is new"]),
    "two new values, one in place of an old one": (
        {BEFORE: SPAN.format("glue-new", "9"), "Nothing": SPAN.format("glue-more", "8")},
        ["#kept, before: 0.25 is gone", "#kept, new: 9 is new", "#kept, more: 8 is new"],
    ),
    "another count": ({'verdicts-holds">0': 'verdicts-holds">1'}, ["#kept, verdicts-holds: 0 is now 1"]),
    "a printed line changed": ({"second  2": "second  3"}, ["#printed, printed: second 2 is now second 3"]),
    "a printed line gone": ({"first   1": ""}, ["#printed, printed: first 1 is gone"]),
    "cells exchanged": (
        {"<p>4</p>": "?", "<p>0.9</p>": "<p>4</p>", "?": "<p>0.9</p>"},
        ["#table, small, left: 4 is now 0.9", r"#table, small, \rho: 0.9 is now 4"],
    ),
    "a cell filled": ({"<p></p>": "<p>3</p>"}, ["#table, big, left: 3 is new"]),
    "a word drawn": ({"a line": "two lines"}, ["#fig-line, drawn: 0 1 𝑊 a line is now 0 1 𝑊 two lines"]),
    "a section moved": (
        {'id="printed"': 'id="shown"'},
        [
            f"#{place}, printed: {line} is {what}"
            for place, what in (("printed", "gone"), ("shown", "new"))
            for line in ("first 1", "second 2")
        ],
    ),
    "typed words changed": ({"Typed is 7": "Typed is 8", "A line of 3": "A line of 4"}, []),
}


@pytest.fixture(scope="module")
def page(build_in, tmp_path_factory):
    """Return the built page."""
    folder = tmp_path_factory.mktemp("shown")
    assert build_in(folder, {"index.md": PAGE}) == 0
    return (folder / "site" / "index.html").read_text(encoding="utf-8")


def test_what_code_puts_on_a_page_is_listed_by_place_and_what_is_typed_is_not(write, page):
    assert shown(write({"index.html": page})) == LISTED


@pytest.mark.parametrize("name", CHANGES)
def test_what_differs_is_named_with_page_place_and_both_values(write, page, name, tmp_path):
    replaced, expected = CHANGES[name]
    for old, new in replaced.items():
        assert old in page
        page = page.replace(old, new)
    kept = tmp_path / "numbers.txt"
    write_list(LISTED, kept)

    said = check(shown(write({"index.html": page})), kept).splitlines()

    assert said[1:-2] == [f"index.html{line}" for line in expected]
    assert not expected or "nox -s numbers writes docs/_tools/numbers.txt anew" in said[-2]


def test_all_words_of_an_answer_are_listed_and_no_others(tmp_path):
    """Those of its verdict change with every claim, and are kept elsewhere."""
    glued = '<span class="pasted-text glue-way">grow</span>'
    box = f'<details class="admonition tip answer"><p id="answer-1a">All {glued}.</p>'
    verdict = '<details class="verdict"><p>Holds.</p></details></details>'
    front = '<section id="the-eight-answers"><dl><dd><p>It is I.</p></dd></dl></section>'
    (tmp_path / "page.html").write_text(f"<p>Typed.</p>{box}{verdict}{front}", encoding="utf-8")

    answers = [(one.place, one.text) for one in shown(tmp_path) if one.name == "answer"]

    assert answers == [
        ("page.html#answer-1a", "All grow"),
        ("page.html#answer-1a", "."),
        ("page.html#the-eight-answers", "It is I."),
    ]


def test_places_in_another_order_are_noticed(tmp_path):
    kept = tmp_path / "numbers.txt"
    write_list([*LISTED[6:], *LISTED[:6]], kept)

    assert "The places stand in another order." in check(LISTED, kept)


def test_the_tool_writes_the_list_when_told_to_and_then_has_nothing_to_say(
    write, tmp_path, monkeypatch, capsys
):
    site = write({"index.html": '<p id="here"><span class="pasted-text glue-rate">0.5</span></p>'})
    monkeypatch.setattr(shown_numbers, "LIST", tmp_path / "numbers.txt")
    monkeypatch.setattr("sys.argv", ["shown_numbers.py", str(site)])
    assert "index.html#here, rate: 0.5 is new" in shown_numbers.main()

    monkeypatch.setattr("sys.argv", ["shown_numbers.py", str(site), "--accept"])
    assert shown_numbers.main() == ""
    assert "index.html#here, rate: 0.5 is new" in capsys.readouterr().out

    monkeypatch.setattr("sys.argv", ["shown_numbers.py", str(site)])
    assert shown_numbers.main() == ""
    assert (tmp_path / "numbers.txt").read_text(encoding="utf-8") == "index.html#here\trate\t0.5\n"


def test_the_pages_glue_in_no_way_that_is_not_marked():
    kinds = [
        kind for page in DOCS.rglob("*.md") for kind in re.findall(r"\{glue:(\w*)\}", page.read_text("utf-8"))
    ]

    assert len(kinds) > 300
    assert set(kinds) == {"text", "md"}
