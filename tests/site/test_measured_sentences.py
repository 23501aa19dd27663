"""A measured sentence on a page: what it says, what stands behind it, and what fails the build."""

import json
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

import measured_sentences
from rnn_solutions.measured import MEASURED, measure
from rnn_solutions.measured.trainings import stored

LABEL = "measured-sign"
PAGE = """\
# Page

```{measured} measured-sign
```

It was solved in {measured}`measured-sign.first` trainings.

```{ledger}
```
"""


@pytest.fixture
def build(build_in, tmp_path, capfd):
    """Return a function that builds a page: the site, the status and what was said."""
    return lambda text: (tmp_path / "site", build_in(tmp_path, {"index.md": text}), capfd.readouterr().err)


def test_the_page_says_what_was_found_and_what_is_behind_it(build):
    found = measure(MEASURED[LABEL])

    site, status, said = build(PAGE)

    assert status == 0, said
    page = BeautifulSoup((site / "index.html").read_text(encoding="utf-8"), "html.parser")
    paragraph = page.select_one(f"p#{LABEL}")
    assert paragraph.get_text() == found.sentence
    assert f"It was solved in {found.words['first']} trainings." in page.get_text()
    opened = page.select_one(f"#verdict-{LABEL}").parent
    rows = dict(zip(opened.select("dt"), opened.select("dd"), strict=True))
    told = {name.get_text(): " ".join(row.get_text().split()) for name, row in rows.items()}
    assert told["Measured on"] == found.population
    assert told["Repetitions"].startswith(f"{found.repetitions} seeds, ")
    value, low, high = found.interval
    assert told["Estimate"] == f"{value:.3f}, 95% interval {low:.3f} to {high:.3f}: {found.method}"
    assert "below a tenth of the loss of a guess" in told["Fixed before"]
    assert told["Again"] == "nox -s learn -- again"


def test_the_ledger_and_verdicts_json_list_it(build):
    found = measure(MEASURED[LABEL])

    site, _, _ = build(PAGE)

    (entry,) = json.loads((site / "verdicts.json").read_text(encoding="utf-8"))
    assert (entry["label"], entry["status"], entry["cases"]) == (LABEL, "measured", found.repetitions)
    assert [entry[name] for name in ("estimate", "low", "high")] == list(found.interval)
    row = BeautifulSoup((site / "index.html").read_text(encoding="utf-8"), "html.parser").select_one(
        "tr.measured"
    )
    assert row.select_one("a")["href"] == f"#{LABEL}"
    assert found.sentence in row.get_text()
    assert [cell.get_text() for cell in row.select("td")][2:] == [
        found.method,
        str(found.repetitions),
        "-",
        "-",
        "-",
    ]


def test_a_page_that_leans_on_what_the_interval_leaves_open_fails(build, monkeypatch):
    monkeypatch.setitem(MEASURED, LABEL, replace(MEASURED[LABEL], says="less"))

    _, status, said = build(PAGE)

    assert status == 1
    assert f"{LABEL} may not be said so: the page rests on 'less', and the interval says 'more'" in said
    assert "index.md:3" in said


def test_without_its_data_a_sentence_fails_the_build(build, monkeypatch, tmp_path):
    stored.cache_clear()
    monkeypatch.setattr("rnn_solutions.measured.trainings.data_file", lambda: tmp_path / "gone.npz")
    try:
        _, status, said = build(PAGE)
    finally:
        stored.cache_clear()

    assert status != 0
    assert "what was measured cannot be said" in said
    assert "nox -s learn makes the data" in said


def test_without_one_arm_a_sentence_fails_the_build(build, monkeypatch):
    data = stored()
    arms = {arm: about for arm, about in data.about["arms"].items() if arm != "sign"}
    less = replace(data, about={**data.about, "arms": arms}, curves={arm: data.curves[arm] for arm in arms})
    monkeypatch.setattr("rnn_solutions.measured.sentences.stored", lambda: less)

    _, status, said = build(PAGE)

    assert status != 0
    assert "what was measured cannot be said: 'sign'" in said


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("```{measured} measured-sing\n```\n", "nothing was measured under measured-sing; did you mean"),
        ("{measured}`measured-sign.frist`\n", "nothing was measured as measured-sign.frist; did you mean"),
        ("```{measured} measured-sign\n```\n" * 2, "measured-sign is said twice"),
    ],
)
def test_a_slip_in_a_label_is_named(build, text, complaint):
    _, status, said = build(f"# Page\n\n{text}")

    assert status == 1
    assert complaint in said


def test_a_page_is_read_again_when_the_data_is_another(build, monkeypatch, tmp_path):
    """The sentence is made while the page is read, and the page itself stays as it is."""
    file, another = tmp_path / "trainings.npz", stored()
    first, second = MEASURED[LABEL].question.arms
    another = replace(
        another, curves={**another.curves, first: another.curves[second], second: another.curves[first]}
    )
    file.write_bytes(b"the data")
    monkeypatch.setattr(measured_sentences, "data_file", lambda: file)
    build(PAGE)
    file.write_bytes(b"other data")
    monkeypatch.setattr("rnn_solutions.measured.sentences.stored", lambda: another)
    monkeypatch.setitem(MEASURED, LABEL, replace(MEASURED[LABEL], says="less"))

    site, status, said = build(PAGE)

    assert status == 0, said
    assert measure(MEASURED[LABEL]).sentence in (site / "index.html").read_text(encoding="utf-8")
