"""The fenced Python examples of the README, the pages and the contributing notes give what they show."""

from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    ROOT / "README.md",
    *sorted((ROOT / ".github").glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
EXAMPLES = Sybil([PythonCodeBlockParser()])


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_fenced_example_runs_and_prints_what_it_shows(path):
    """Executed cells are not fenced examples: the build runs those."""
    for example in EXAMPLES.parse(path).examples():
        example.evaluate()


def test_the_readme_holds_an_example():
    assert list(EXAMPLES.parse(ROOT / "README.md").examples())


def test_a_wrong_example_is_found(tmp_path):
    wrong = tmp_path / "wrong.md"
    wrong.write_text("```python\n>>> 1 + 1\n3\n```\n")

    (example,) = EXAMPLES.parse(wrong).examples()

    with pytest.raises(Exception, match="Expected:\n    3\nGot:\n    2"):
        example.evaluate()
