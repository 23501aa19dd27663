"""Hints and solutions that open on demand: without a script, and executed."""

import re

import nbformat
import pytest

PAGE = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3, language: python}
---
# Title

## Exercises

```{exercise} A minute: a sum
:label: exercise-page-minute
:nonumber:
What is $1 + 1$?
```

:::{admonition} Hint
:class: hint
:collapsible: closed
Count.
:::

```{solution-start} exercise-page-minute
:label: solution-page-minute
:class: dropdown
```
Two.

```{code-cell} ipython3
print(3 * 7 * 2)
```

```{solution-end}
```

```{exercise} An hour: a product
:label: exercise-page-hour
:nonumber:
What is $2 x$?
```

```{solution-start} exercise-page-hour
:label: solution-page-hour
:class: dropdown
```
```{code-cell} ipython3
print("five" * 2)
```
```{solution-end}
```

## After
Text.
"""


@pytest.fixture(scope="module")
def site(build_in, tmp_path_factory):
    """Return the folder of a site of one page."""
    folder = tmp_path_factory.mktemp("on_demand")
    assert build_in(folder, {"index.md": PAGE}) == 0
    return folder / "site"


def test_hints_and_solutions_are_closed_and_open_without_a_script(site):
    page = (site / "index.html").read_text(encoding="utf-8")
    folded = re.findall(r'<details class="([^"]*)"[^>]*>\s*<summary[^>]*>(.*?)</summary>', page)

    assert [text for _, text in folded] == ["Hint", "Solution", "Solution"]
    assert all("admonition" in classes for classes, _ in folded)
    assert not re.search(r"<details[^>]*\bopen\b", page)
    assert 'id="solution-page-minute"' in page
    assert "togglebutton" not in page


def test_a_solution_holds_what_its_cell_printed(site):
    page = (site / "index.html").read_text(encoding="utf-8")
    first, second = re.findall(r'<details[^>]*id="solution-.*?</details>', page, re.DOTALL)

    assert "42" in first
    assert "fivefive" in second


def test_no_anchor_stands_twice(site):
    ids = re.findall(r'\sid="([^"]+)"', (site / "index.html").read_text(encoding="utf-8"))

    assert len(ids) == len(set(ids))


def test_the_notebook_runs_the_cells_of_solutions(site):
    cells = nbformat.read(site / "notebooks" / "index-teacher.ipynb", as_version=4).cells
    kinds = [(cell["cell_type"], cell["source"]) for cell in cells]

    assert ("code", "print(3 * 7 * 2)") in kinds
    text = "\n".join(text for kind, text in kinds if kind == "markdown")
    assert "<summary>Hint</summary>" in text
    assert "**Solution**" in text
    assert any(kind == "markdown" and text.endswith("Text.") and "## After" in text for kind, text in kinds)
