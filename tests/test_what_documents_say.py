"""Documents say the same of the whole project: its licences, and how many questions it answers."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CITATION.cff",
    ROOT / "conf.py",
    *sorted((ROOT / ".github").glob("*.md")),
    *sorted(path for kind in ("md", "py", "html") for path in (ROOT / "docs").rglob(f"*.{kind}")),
]
LICENCE = re.compile(
    r"CC[ -]?(?:BY|0)\b[\w-]*(?:[ .-]?\d+)*|(?<=creativecommons\.org/)[\w/.-]+/"
    r"|\b[Cc]ode(?: is)? [A-Z]{2,}\w*"
)
WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
LICENCES = {"CC BY 4.0", "licenses/by/4.0/", "code MIT"}


def licences(text):
    """Return the licences that a text names."""
    return {one.replace("Code", "code").replace("CC-BY-", "CC BY ") for one in LICENCE.findall(text)}


def test_every_document_and_download_names_the_same_licences():
    named = {path.relative_to(ROOT).as_posix(): licences(path.read_text("utf-8")) for path in DOCUMENTS}

    assert {path: some - LICENCES for path, some in named.items() if some - LICENCES} == {}
    assert named["docs/licences.md"] == LICENCES
    assert LICENCES - named["docs/index.md"] == {"licenses/by/4.0/"}
    assert (ROOT / "LICENSE").read_text("utf-8").startswith("MIT License\n")


@pytest.mark.parametrize("wrong", ["CC BY-SA 4.0", "CC BY 3.0", "CC0", "by-nc/4.0/", "the code GPL"])
def test_another_licence_is_noticed(wrong):
    assert licences(wrong.replace("by-nc", "creativecommons.org/licenses/by-nc")) - LICENCES


def test_the_first_page_counts_as_many_questions_as_there_are_pages_that_answer_one():
    first = (ROOT / "docs" / "index.md").read_text("utf-8").lower()
    many = WORDS[len(list((ROOT / "docs").glob("exercise-*/*.md")))]

    counted = re.findall(rf"\b({'|'.join(WORDS)}) (?:homework )?(?:questions|answers)\b", first)
    assert len(counted) >= 3
    assert set(counted) == {many}
