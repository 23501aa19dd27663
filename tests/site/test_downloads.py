"""The notebook of a page, and the zip of a site; the browser session opens those of the whole site."""

import json
import os
import re
import subprocess
import sys
import zipfile

import pytest
from docutils import nodes

import downloads
import notebooks

PAGE = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3, language: python}
---
# Title

:::{admonition} In short
The state is {glue:text}`state:.2f`; see {eq}`def-layer`.
:::

```{exercise}
:label: exercise-x
:nonumber:
What is $x \\in \\R$?
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
weights = "../_data/small-lstm.npz"
```

A link to {doc}`index`.

```{code-cell} ipython3
glue("state", 0.125, display=False)
```
"""


@pytest.fixture
def site(build_in, tmp_path, monkeypatch, capfd):
    """Return the folder of a small site with one page that has cells."""
    index = "# Small site\n\n```{toctree}\npage\n```\n"
    monkeypatch.setenv("SITE_URL", "https://example.invalid/sub")
    files = {"_data/small-lstm.npz": "numbers", "index.md": index, "page.md": PAGE}
    assert build_in(tmp_path, files) == 0, capfd.readouterr().err
    return tmp_path / "site"


def test_a_page_becomes_a_notebook_that_needs_only_the_files_beside_it(site):
    page = (site / "page.html").read_text(encoding="utf-8")
    assert 'href="notebooks/page.ipynb" download' in page
    assert (site / "notebooks" / "small-lstm.npz").read_bytes() == b"numbers"
    cells = json.loads((site / "notebooks" / "page.ipynb").read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    text = "\n\n".join(cell["source"] for cell in cells if cell["cell_type"] == "markdown")

    assert 'urlretrieve("https://example.invalid/sub/notebooks/" + file, file)' in code[0]["source"]
    assert re.fullmatch(
        r'%pip install --quiet "\./rnn_solutions-\S+\.whl\[figures\]"', code[0]["source"].splitlines()[-1]
    )
    assert "myst_nb" not in code[1]["source"]
    assert 'weights = "small-lstm.npz"' in code[1]["source"]
    assert code[1]["metadata"]["jupyter"]["source_hidden"]
    exec("\n".join(cell["source"] for cell in code[1:]), {})
    for part in (
        "> **In short**\n>\n> The state is 0.12; see (1).",
        "> What is $x \\in \\mathbb{R}$?",
        "$$ y = W x \\tag{1} $$",
        "- one\n- two, with *stress*",
        "| a | b |\n| --- | --- |\n| $x$ | 1\\_000 |",
        "A link to [Small site](https://example.invalid/sub/index.html).",
    ):
        assert part in text


def test_a_page_whose_front_matter_says_so_becomes_no_notebook(build_in, tmp_path):
    page = PAGE.replace("file_format: mystnb\n", "file_format: mystnb\nnotebook: none\n", 1)
    page = page.replace("A link to {doc}`index`.", "")
    assert build_in(tmp_path, {"_data/small-lstm.npz": "numbers", "index.md": page}) == 0
    assert not (tmp_path / "site" / "notebooks").exists()
    assert "as a notebook" not in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")


def test_the_zip_holds_the_site_and_comes_out_the_same_twice(write):
    index = 'Take <a class="x" href="rnn-solutions.zip" download>all of it</a>.'
    site = write({"index.html": index, "_static/site.css": "p {}", "_static/site.css.map": "{}"})
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

    assert list(notebooks.Writer("", {}).blocks(figure)) == ["**Figure .** (a picture: A line)"]


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
