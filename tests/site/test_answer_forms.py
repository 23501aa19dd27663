"""The check of one's own answer: what the build puts into a page, a notebook and a text."""

import json
from itertools import product

import nbformat
import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx

import answer_forms
from rnn_solutions import check_answer, usual_mistakes

QUESTIONS = ["1a", "1b", "2a", "2b", "2c", "3a", "3b", "3c"]
WITHOUT_ANSWER = ["1a", "2a"]
WITH_FORM = ["2a", "2c", "3a", "3b", "3c"]
PAGE = """\
---
file_format: mystnb
kernelspec: {{name: python3, display_name: Python 3, language: python}}
---
# Title

Text.

```{{answer-form}} {question}
```

{answer}After.
"""
ANSWER = """\
:::{admonition} Answer
:class: tip answer
:collapsible: closed

Nothing.
:::

"""


@pytest.fixture(scope="module")
def site(build_in, tmp_path_factory):
    """Return the folder of a site with a page for each question."""
    folder = tmp_path_factory.mktemp("forms")
    toctree = "# Site\n\n```{toctree}\ncheck-your-answer\n" + "\n".join(QUESTIONS) + "\n```\n"
    pages = {
        f"{question}.md": PAGE.format(
            question=question, answer=ANSWER if question not in WITHOUT_ANSWER else ""
        )
        for question in QUESTIONS
    }
    assert build_in(folder, {"index.md": toctree, "check-your-answer.md": "# Check\n"} | pages) == 0
    return folder / "site"


@pytest.fixture(scope="module")
def pages(site):
    """Return the pages by question, parsed."""
    read = {question: (site / f"{question}.html").read_text(encoding="utf-8") for question in QUESTIONS}
    return {question: BeautifulSoup(page, "html.parser") for question, page in read.items()}


def data_of(page):
    """Return what the script is told of a question."""
    return json.loads(page.select_one("form.answer-form script").string)


def heard(data, word):
    """Return the mistake, or None for what is right, and the message that a word stands for."""
    name, *parts = (data["letters"].index(letter) for letter in word)
    return data["names"][name], "".join(data["parts"][part] for part in parts)


def expected(question, answer):
    """Return the same as `check_answer` says it."""
    said = check_answer(question, answer)
    return None if said.right else said.mistake or "", said.message


def test_a_form_waits_for_its_script_and_only_its_pages_load_it(pages):
    for question, page in pages.items():
        forms = page.select("form.answer-form")
        assert len(forms) == (question in WITH_FORM)
        assert all(form.has_attr("hidden") for form in forms)
        assert bool(page.select('script[src*="answer-forms.js"]')) == (question in WITH_FORM)


def test_a_form_keeps_to_a_strict_policy_and_is_small(pages):
    """Nothing in it is a script that runs, a style, or a handler."""
    for question in WITH_FORM:
        form = pages[question].select_one("form.answer-form")
        (script,) = form.select("script")
        assert script["type"] == "application/json"
        assert len(script.string.encode()) < 6000
        attributes = {name for one in [form, *form.select("*")] for name in one.attrs}
        assert not {name for name in attributes if name == "style" or name.startswith("on")}


def test_every_field_has_a_name_of_its_own_and_the_values_add_up_to_each_answer_once(pages):
    for question in WITH_FORM:
        fields = pages[question].select("form.answer-form input")
        names = [field["aria-label"] for field in fields]
        assert len(names) == len(set(names))
        if question == "2c":
            continue
        groups = {}
        for field in fields:
            is_ticked = field["type"] == "checkbox"
            groups.setdefault(field["value"] if is_ticked else field["name"], [0] * is_ticked).append(
                int(field["value"])
            )
        sums = sorted(map(sum, product(*groups.values())))
        assert sums == list(range(len(sums)))
        if question != "2a":
            assert len(data_of(pages[question])["words"].split(" ")) == len(sums)


def test_every_stored_word_is_what_check_answer_says(pages):
    """Under names that the form does not use, and by the place of each in the sum."""
    factors = ["C_{t-1}", "C_t", "candidate", "tanh C_t", "x", "previous hidden state", "hidden state h_t"]
    six = ["f", "i", "o", "g", "C", "h"]
    gates, signs = data_of(pages["3a"]), data_of(pages["3b"])
    for (o, i, f), word in zip(product(range(7), repeat=3), gates["words"].split(" "), strict=True):
        answer = {"f": factors[f], "i": factors[i], "o": factors[o]}
        assert heard(gates, word) == expected("3a", answer)
    for number, word in enumerate(signs["words"].split(" ")):
        answer = {name: number // 2**place % 2 for place, name in enumerate(six)}  # a table of 1 and 0
        assert heard(signs, word) == expected("3b", answer)
    terms = data_of(pages["2a"])
    for number, word in terms["known"].items():
        ticked = [(place // 4, place % 4) for place in range(16) if int(number) >> place & 1]
        assert heard(terms, word) == expected("2a", ticked)
    assert len(terms["known"]) > 8
    powers = data_of(pages["2c"])
    for matrix, word in powers["known"]:
        assert heard(powers, word) == expected("2c", [matrix[:2], matrix[2:]])
    assert {heard(powers, word)[0] for _, word in powers["known"]} == set(usual_mistakes("2c"))


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_usual_mistake_is_explained_behind_a_fold(question, pages):
    (fold,) = pages[question].select("details.mistakes")
    never = {"a term twice"}  # its sentence names the term
    names, said = ([one.get_text() for one in fold.select(kind)] for kind in ("dt", "dd"))

    assert not fold.has_attr("open")
    assert len(names) == len(set(names)) == len(said)
    assert set(names) <= set(usual_mistakes(question)) - never
    assert len(names) == (8 if question == "3a" else len(set(usual_mistakes(question)) - never))
    assert all(len(one.split()) >= 3 for one in said)
    assert not any(part in one for part in ("Left out", " or [[", "<=") for one in said)
    assert max(len(one) for one in said) < (140 if question == "2c" else 90)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_lines_of_python_have_a_fold_and_a_title_of_their_own(question, pages):
    (fold,) = pages[question].select("details.in-python")

    assert fold.select_one("summary").get_text() == "Check it with Python"
    assert fold.select_one('a[href="check-your-answer.html"]')
    assert f'check_answer("{question}", mine)' in fold.select_one("pre").get_text()
    assert not fold.find_parent("details")


def test_the_mistakes_come_behind_the_answer_if_one_follows(pages):
    for question, page in pages.items():
        answer, mistakes = (page.select_one(f"details.{name}") for name in ("answer", "mistakes"))
        assert (answer is None) == (question in WITHOUT_ANSWER)
        if answer:
            assert answer.find_next_sibling() is mistakes
        assert page.select_one("details.in-python").find_next_sibling() is (answer or mistakes)


def test_a_student_knows_the_own_numbers_among_the_mistakes(pages):
    said = dict(
        zip(
            (term.get_text() for term in pages["2c"].select("details.mistakes dt")),
            (text.get_text() for text in pages["2c"].select("details.mistakes dd")),
            strict=True,
        )
    )

    assert "[[17.4,\N{NO-BREAK SPACE}7.2], [7.2,\N{NO-BREAK SPACE}21.6]]" in said["30 times for the power"]
    assert f"{0.9**30:.3g}" in said["Lambda^30 alone"]
    assert f"{0.58**30:.3g}".replace("-", "\N{MINUS SIGN}") in said["elementwise power"]
    assert not any("-" in one.partition("It gives: ")[2] for one in said.values())  # where a line breaks
    assert all(one.count("[[") == 1 for one in said.values())


def test_a_search_finds_neither_the_forms_nor_the_mistakes(site):
    index = (site / "searchindex.js").read_text(encoding="utf-8")

    assert '"text"' in index
    for word in ("misprint", "elementwis", "sigmoid", "tick", "mistak"):
        assert f'"{word}"' not in index


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_notebook_asks_check_answer_in_a_cell_that_runs(question, site, capsys):
    cells = nbformat.read(site / "notebooks" / f"{question}-teacher.ipynb", as_version=4).cells
    (asking,) = [cell for cell in cells if "check_answer" in cell["source"]]
    after = cells[cells.index(asking) + 1]

    assert asking["cell_type"] == "code"
    assert max(map(len, asking["source"].splitlines())) <= 66
    exec(asking["source"], {})
    assert capsys.readouterr().out.strip()
    assert after["source"].endswith("After.")
    assert not any("usual mistakes" in cell["source"] for cell in cells)


def test_a_text_has_the_mistakes(site, settings, tmp_path):
    """What is no page in a browser cannot check, and can explain."""
    source = site.parent / "source"
    unused = {
        "verdicts_path": str(site.parent / "none.json"),
        "unnumbered_path": str(site.parent / "none.json"),
    }
    app = Sphinx(source, settings.ROOT, tmp_path / "text", tmp_path / "doctrees", "text", unused, status=None)
    app.build()

    text = (tmp_path / "text" / "2a.txt").read_text(encoding="utf-8")
    said = check_answer("2a", [(t, t) for t in range(4)])
    assert f"{said.mistake} {said.message}" in " ".join(text.split())
    assert "check_answer" in text


def test_an_unknown_question_fails_the_build(build_in, tmp_path, capfd):
    assert build_in(tmp_path, {"index.md": "# Title\n\n```{answer-form} 2d\n```\n"}) != 0
    assert "answer-form must be one of 1a, 1b, 2a, 2b, 2c, 3a, 3b, 3c, got '2d'" in capfd.readouterr().err


def test_no_name_and_no_part_of_a_sentence_is_stored_twice():
    for question in WITH_FORM:
        data = answer_forms.data(question)
        assert len(data["parts"]) == len(set(data["parts"]))
        assert len(data["names"]) == len(set(data["names"]))
