"""A measured sentence on a page: what it says, what stands behind it, and what fails the build."""

import json

import numpy as np
import pytest
from bs4 import BeautifulSoup

from rnn_solutions.measured import MEASURED, measure
from rnn_solutions.measured.trainings import data_file, read_trainings

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
    """Return a function that builds a page, with other data where some is given."""

    def build(text, data=None):
        options = ["-D", f"measured_path={data}"] if data else []
        status = build_in(tmp_path, {"index.md": text}, *options)
        return tmp_path / "site", status, capfd.readouterr().err

    return build


@pytest.fixture
def changed(tmp_path):
    """Return a function that writes the data once more, with some of it changed."""

    def changed(change):
        with np.load(data_file()) as file:
            arrays = dict(file)
        about = json.loads(str(arrays.pop("about")))
        change(about, arrays)
        path = tmp_path / "changed.npz"
        np.savez(path, allow_pickle=False, about=json.dumps(about), **arrays)
        return path

    return changed


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
    assert told["Repetitions"].startswith(f"{len(found.seeds)} seeds, ")
    value, low, high = found.interval
    assert told["Estimate"] == f"{value:.3f}, 95% interval {low:.3f} to {high:.3f}: {found.method}"
    assert "below a tenth of the loss of a guess" in told["Fixed before"]
    assert told["Again"] == "nox -s learn -- again"


def test_the_ledger_and_verdicts_json_list_it(build):
    found = measure(MEASURED[LABEL])

    site, _, _ = build(PAGE)

    (entry,) = json.loads((site / "verdicts.json").read_text(encoding="utf-8"))
    assert (entry["label"], entry["status"], entry["cases"]) == (LABEL, "measured", len(found.seeds))
    assert [entry[name] for name in ("estimate", "low", "high")] == list(found.interval)
    row = BeautifulSoup((site / "index.html").read_text(encoding="utf-8"), "html.parser").select_one(
        "tr.measured"
    )
    assert row.select_one("a")["href"] == f"#{LABEL}"
    assert found.sentence in row.get_text()
    assert [cell.get_text() for cell in row.select("td")][2:] == [
        found.method,
        str(len(found.seeds)),
        "-",
        "-",
        "-",
    ]


def test_a_page_that_leans_on_what_the_data_does_not_show_fails(build, changed):
    """Both arms exchanged: the interval says the opposite."""

    def exchange(_, arrays):
        first, second = MEASURED[LABEL].question.arms
        arrays[first], arrays[second] = arrays[second], arrays[first]

    _, status, said = build(PAGE, changed(exchange))

    assert status == 1
    assert f"{LABEL} may not be said so: the page rests on 'more', and the interval says 'less'" in said
    assert "index.md:3" in said


def test_without_its_data_a_sentence_fails_the_build(build, tmp_path):
    _, status, said = build(PAGE, tmp_path / "gone.npz")

    assert status != 0
    assert "what was measured cannot be said" in said
    assert "nox -s learn makes the data" in said


@pytest.mark.parametrize("of", ["about", "arrays"])
def test_without_one_arm_a_sentence_fails_the_build(build, changed, of):
    def drop(about, arrays):
        del (about["arms"] if of == "about" else arrays)["sign"]

    _, status, said = build(PAGE, changed(drop))

    assert status != 0
    assert "what was measured cannot be said" in said
    assert "sign" in said


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("```{measured} measured-sing\n```\n", "nothing was measured under measured-sing; did you mean"),
        ("{measured}`measured-sign.firsts`\n", "nothing was measured as measured-sign.firsts; did you mean"),
        ("```{measured} measured-sign\n```\n" * 2, "measured-sign is said twice"),
    ],
)
def test_a_slip_in_a_label_is_named(build, text, complaint):
    _, status, said = build(f"# Page\n\n{text}")

    assert status == 1
    assert complaint in said


def test_a_page_is_read_again_when_the_data_is_another(build, changed):
    """The sentence is made while the page is read, and the page itself stays as it is."""

    def fewer(about, arrays):
        about["seeds"] = about["seeds"][:30]
        arrays |= {arm: arrays[arm][:30] for arm in about["arms"]}

    build(PAGE, changed(lambda *_: None))

    site, status, said = build(PAGE, path := changed(fewer))

    assert status == 0, said
    found = measure(MEASURED[LABEL], read_trainings(path))
    assert "of 30" in found.sentence
    assert found.sentence in (site / "index.html").read_text(encoding="utf-8")
