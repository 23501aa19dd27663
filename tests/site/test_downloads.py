"""The notebooks and the zip of a page, and that of a site; the browser session opens the real ones."""

import os
import re
import subprocess
import sys
import zipfile

import nbformat
import pytest
from docutils import nodes

import downloads
from pages_as_markdown import Writer

PAGE = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3, language: python}
---
# Title

:::{admonition} In short
The state is {glue:text}`state:.2f`, {glue:text}`other` or {glue:text}`later`;
see {eq}`def-layer`, {eq}`def-other` and {numref}`fig-line`.
:::

```{exercise} A title with $x$
:label: exercise-x
What is $x \\in \\R$?
```

:::{admonition} Hint
:class: hint
:collapsible: closed
Look at {eq}`def-layer`.
:::

```{solution-start} exercise-x
:label: solution-x
:class: dropdown
```
It is secret.

```{code-cell} ipython3
secret = 41
secret + 1
```
```{solution-end}
```

```{math}
:label: def-layer
y = W x
```

- one
- two, with *stress*

| a | b |
| --- | --- |
| $x$ | 1_000 |

```{code-cell} ipython3
:tags: [remove-cell]
from myst_nb import glue
import math
weights = "../_data/small-lstm.npz"
half = 0.5

for key in ("state", "other"):
    glue(key, half / 4, display=False)
```

A link to {doc}`index`, one to [the other page](other.md) and one to {ref}`the end <the-end>`.

```{code-cell} ipython3
---
mystnb:
  figure: {name: fig-line, caption: A line}
  image: {alt: A line of length one}
tags: [hide-input]
---
import matplotlib.pyplot as plt

axes = plt.figure(figsize=(1, 1)).gca()
axes.set_title(weights)
axes.plot([0, half], "#1a1a1a");
```

(the-end)=
## The end

```{code-cell} ipython3
glue("later", 0.125, display=False)
print("seen")
```
"""
OTHER = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3, language: python}
---
# Other

```{math}
:label: def-other
y = x
```
"""
FILES = {
    "_data/small-lstm.npz": "numbers",
    "index.md": OTHER.split("---\n#")[0]
    + "notebook: none\n---\n# Small site\n\n```{toctree}\npage\nother\n```\n",
    "page.md": PAGE,
    "other.md": OTHER,
}


@pytest.fixture(scope="module", params=["https://example.invalid/sub", ""])
def site(request, build_in, tmp_path_factory):
    """Return the folder of a small site with one page that has cells, with a public address and without."""
    folder = tmp_path_factory.mktemp("taken_away")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SITE_URL", request.param)
        assert build_in(folder, FILES) == 0
    return folder / "site", request.param


def cells_of(site, version):
    """Return the cells of the page's notebook in a version."""
    cells = nbformat.read(site / "notebooks" / f"page-{version}.ipynb", as_version=4).cells
    return cells, "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def test_a_page_becomes_a_teachers_notebook_that_needs_only_the_files_beside_it(site):
    site, address = site
    page = (site / "page.html").read_text(encoding="utf-8")
    for name in ("page-teacher.ipynb", "page-student.ipynb", "page.zip"):
        assert f'href="notebooks/{name}" download' in page
    assert (site / "notebooks" / "small-lstm.npz").read_bytes() == b"numbers"
    cells, text = cells_of(site, "teacher")
    install = next(cell for cell in cells if cell.cell_type == "code")

    fetched = f'urlretrieve("{address}/notebooks/" + file, file)' in install.source
    assert fetched == bool(address)
    assert re.fullmatch(
        r'%pip install --quiet "\./rnn_solutions-\S+\.whl\[figures\]"', install.source.splitlines()[-1]
    )
    other = f"{address}/other.html#equation-def-other" if address else "other.ipynb#equation-def-other"
    there = f"{address}/other.html" if address else "other.ipynb"
    home = f"[Small site]({address}/index.html)" if address else "Small site"
    for part in (
        "> **In short**\n>\n> The state is 0.12, 0.125 or 0.125;\n> see [(1)](#equation-def-layer), ",
        f"[(2)]({other}) and [Fig. 1](#fig-line).",
        "> **Exercise 1 (A title with $x$)**\n>\n> What is $x \\in \\mathbb{R}$?",
        "<details>\n<summary>Hint</summary>\n\nLook at [(1)](#equation-def-layer).\n\n</details>",
        '<a id="equation-def-layer"></a>\n\n$$ y = W x \\tag{1} $$',
        "- one\n- two, with *stress*",
        "| a | b |\n| --- | --- |\n| $x$ | 1\\_000 |",
        f"A link to {home}, one to [the other page]({there}) and one to [the end](#the-end).",
        '<a id="fig-line"></a>\n\n**Figure 1.** A line',
        '<a id="the-end"></a>\n\n## The end',
    ):
        assert part in text


def test_a_notebook_has_what_its_cells_put_out_and_no_plumbing(site):
    cells, _ = cells_of(site[0], "teacher")
    _, *code = [cell for cell in cells if cell.cell_type == "code"]

    assert [cell.source for cell in code] == [
        "secret = 41\nsecret + 1",
        'weights = "small-lstm.npz"\nhalf = 0.5',  # what the figure needs of a cell that the page hides
        code[2].source,
        'print("seen")',
    ]
    hidden = [cell for cell in code if cell.metadata.get("jupyter", {}).get("source_hidden")]
    assert hidden == code[1:3]
    assert [cell.execution_count for cell in code] == [2, 3, 4, 5]
    assert code[0].outputs[0].data == {"text/plain": "42"}
    assert code[0].outputs[0].execution_count == 2
    (drawing,) = code[2].outputs
    assert drawing.data.keys() == {"image/png", "text/plain"}
    assert drawing.metadata["image/png"].keys() == {"width", "height", "alt"}
    assert drawing.metadata["image/png"]["alt"] == "A line of length one"
    assert code[3].outputs[0].text == "seen\n"
    exec("\n".join(cell.source for cell in code), {})


def test_a_students_notebook_has_a_place_to_work_where_the_solution_was(site):
    cells, text = cells_of(site[0], "student")
    sources = [cell.source for cell in cells]

    assert "secret" not in "".join(sources).lower()
    assert "**Solution" not in text
    hint = next(place for place, source in enumerate(sources) if "Exercise 1" in source)
    assert (cells[hint + 1].cell_type, cells[hint + 1].source) == ("markdown", "**Your work**\n\n...")
    assert (cells[hint + 2].cell_type, cells[hint + 2].source) == ("code", "")
    assert "## The end" in text
    exec("\n".join(cell.source for cell in cells[3:] if cell.cell_type == "code"), {})


def test_a_page_whose_front_matter_says_so_becomes_no_notebook(site):
    names = {file.stem for file in (site[0] / "notebooks").glob("*.ipynb")}

    assert names == {"page-teacher", "page-student", "other"}
    assert ".ipynb" not in (site[0] / "index.html").read_text(encoding="utf-8")


def test_a_zip_holds_the_notebooks_of_a_page_and_all_that_they_need(site):
    folder = site[0] / "notebooks"
    downloads.build_wheel(folder)
    downloads.pack_pages(folder)
    first = (folder / "page.zip").read_bytes()
    downloads.pack_pages(folder)

    assert (folder / "page.zip").read_bytes() == first
    with zipfile.ZipFile(folder / "page.zip") as zipped:
        wheel = next(folder.glob("*.whl")).name
        names = ["README.txt", "page-teacher.ipynb", "page-student.ipynb", wheel, "small-lstm.npz"]
        assert zipped.namelist() == names
        said = zipped.read("README.txt").decode()
    assert said.startswith("Title\n")
    for part in ("page-teacher.ipynb, page-student.ipynb", wheel, "teacher's version"):
        assert part in said
    with zipfile.ZipFile(folder / "other.zip") as zipped:
        assert zipped.namelist() == ["README.txt", "other.ipynb", wheel]
        assert "teacher" not in zipped.read("README.txt").decode()


def test_the_zip_holds_the_site_and_comes_out_the_same_twice(write):
    index = 'Take <a class="x" href="rnn-solutions.zip" download>all of it</a>'
    index += '<span class="not-in-zip"> or\n<a>that</a><span hidden> and that</span></span>.'
    files = {"_static/site.css": "p {}", "_static/site.css.map": "{}", "page.zip": "zipped"}
    site = write({"index.html": index, "rnn-solutions.epub": "bound"} | files)
    downloads.pack(site)
    first = (site / "rnn-solutions.zip").read_bytes()
    os.utime(site / "_static" / "site.css", (10**9, 10**9))

    downloads.pack(site)

    assert (site / "rnn-solutions.zip").read_bytes() == first
    with zipfile.ZipFile(site / "rnn-solutions.zip") as zipped:
        assert zipped.namelist() == ["rnn-solutions/_static/site.css", "rnn-solutions/index.html"]
        assert zipped.read("rnn-solutions/index.html") == b"Take all of it."


def test_a_figure_that_lacks_a_number_is_a_warning_of_others_and_no_crash():
    figure = nodes.figure("", nodes.image(alt="A line"), ids=["fig-line"])

    assert list(Writer("", {}).blocks(figure)) == ["**Figure .** (a picture: A line)"]


def test_a_formula_is_written_without_the_macros_that_only_the_site_knows():
    formula = nodes.math("", "\\pd{L}{x}\n\\in \\R")

    assert Writer("", {}).inline(formula) == r"$\frac{\partial L}{\partial x} \in \mathbb{R}$"


def test_the_claims_of_the_wheel_work_out_the_pages_that_it_carries(tmp_path):
    downloads.build_wheel(tmp_path)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        wheel.extractall(tmp_path / "installed")
    ask = f"""\
import sys
sys.path.insert(0, {str(tmp_path / "installed")!r})
from rnn_solutions.claims import CLAIMS, judge
one = CLAIMS["eq-dense-jacobian"]
print(judge(one, trials=2).status, one.function.__code__.co_filename)
"""
    command = [sys.executable, "-P", "-c", ask]
    said = subprocess.run(command, check=True, cwd=tmp_path, capture_output=True, text=True).stdout

    assert said.startswith("holds ")
    assert "installed" in said


def test_the_wheel_comes_out_the_same_twice(tmp_path):
    for folder in ("first", "second"):
        downloads.build_wheel(tmp_path / folder)

    (first,), (second,) = ((tmp_path / folder).iterdir() for folder in ("first", "second"))
    assert first.name == second.name
    assert first.read_bytes() == second.read_bytes()
    assert {info.date_time for info in zipfile.ZipFile(first).infolist()} == {(1980, 1, 1, 0, 0, 0)}
