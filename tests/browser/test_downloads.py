"""What one takes away from the built site: notebooks that run elsewhere, and zips that have all they need."""

import ast
import builtins
import os
import posixpath
import re
import subprocess
import sys
import zipfile
from functools import cache
from html import unescape
from itertools import groupby
from pathlib import Path
from urllib.parse import unquote, urldefrag
from xml.etree import ElementTree as ET

import nbformat
from bs4 import BeautifulSoup

from books import XHTML, links_that_lead_nowhere
from build import environment
from needed_code import binds, reads, without_plumbing
from notebooks import STORED
from shown_numbers import Reader
from written_numbers import in_pieces

SITE = Path(__file__).parents[2] / "build" / "html"
NOTEBOOKS = sorted((SITE / "notebooks").glob("*.ipynb"))
# What runs for real in every gate: with hidden code that is needed, a student's, and one that reads data.
SAMPLE = ("exercise-2-thirtieth-power-teacher", "beyond-when-eigenvalues-mislead-student", "benchmarks")


def pytest_generate_tests(metafunc):
    """Give a test that asks for a `notebook` each, one that asks for what `runs` some or, weekly, all."""
    if "notebook" in metafunc.fixturenames:
        metafunc.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
    if "runs" in metafunc.fixturenames:
        every = metafunc.config.getoption("--every-page")
        chosen = [path for path in NOTEBOOKS if every or path.stem in SAMPLE]
        metafunc.parametrize("runs", chosen, ids=lambda path: path.stem)


def run(notebook, folder):
    """Run a notebook in a fresh kernel that has the package from its wheel, and return its cells of code."""
    content = nbformat.read(notebook, as_version=4)
    install, *cells = (cell for cell in content.cells if cell.cell_type == "code")
    (wheel,) = re.findall(r'%pip install --quiet "\./(\S+\.whl)\[figures\]"$', install.source)
    install.source = "import rnn_solutions\nprint(rnn_solutions.__file__)"
    for cell in cells:
        cell.execution_count, cell.outputs = None, []
    for file in notebook.parent.iterdir():
        if file.suffix not in (".ipynb", ".zip"):
            (folder / file.name).write_bytes(file.read_bytes())
    nbformat.write(content, folder / notebook.name)
    zipfile.ZipFile(folder / wheel).extractall(folder / "installed")
    command = [sys.executable, "-m", "jupyter", "execute", "--inplace", notebook.name]
    # In one thread, as the site was built: no number may differ. It draws as a notebook's kernel does.
    variables = os.environ | environment() | {"PYTHONPATH": str(folder / "installed")}
    variables.pop("MPLBACKEND", None)
    done = subprocess.run(command, check=False, cwd=folder, env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return code_cells(folder / notebook.name)


def code_cells(notebook):
    """Return a notebook's cells of code."""
    return [cell for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]


def put_out(cell):
    """Return the words and numbers that a cell which ran put out, line by line and a table cell by cell."""
    found = []
    for kind, outputs in groupby(cell.outputs, key=lambda output: output.output_type):
        if kind == "stream":  # in as many pieces as the kernel liked to send
            found += "".join(output.text for output in outputs).splitlines()
            continue
        for data in (output.data for output in outputs):
            text = data.get("text/markdown") or data.get("text/latex") or data["text/plain"]
            if "text/markdown" in data:  # in which the page writes numbers as people do
                text = "".join(piece.astext() for piece in in_pieces(text))
            rows = [row for row in text.splitlines() if not re.fullmatch(r"[|: -]*", row)]
            parts = [part.strip(" $*`") for row in rows for part in row.split("|")]
            found += (
                ["a figure"]
                if data.keys() & {"image/png", "image/svg+xml"}
                else [part.replace("$", "") for part in parts]
            )
    return [" ".join(line.split()) for line in found if line.strip()]


def cells_of(page):
    """Yield the code of each cell of a page, without plumbing, and the words and numbers under it."""
    for cell in BeautifulSoup(page, "html.parser").select("div.cell"):
        for caption in cell.select("figcaption"):  # which may read what other cells glued
            caption.decompose()
        reader = Reader("")
        reader.feed(str(cell))
        found = [one for one in reader.found if one.name != "alternative"]
        under = ["a figure" if one.name == "drawn" else one.text.replace("’", "'") for one in found]
        source = STORED.sub(r"\1", cell.select_one(".cell_input pre").get_text()).strip()
        yield without_plumbing({0: (source, False)})[0], under


@cache
def pages():
    """Return the pages by the notebooks that they offer."""
    texts = [page.read_text(encoding="utf-8") for page in SITE.rglob("*.html")]
    return {
        name: text
        for text in texts
        for name in re.findall(r'href="(?:\.\./)*notebooks/([\w-]+\.ipynb)"', text)
    }


def test_a_notebook_needs_nothing_that_it_does_not_define(notebook):
    """What a page defines in a cell that it hides is there, too."""
    code = "\n".join(cell.source for cell in code_cells(notebook)[1:])
    defined = {*dir(builtins)}
    for statement in ast.parse(code).body:
        defined |= binds(statement)
        assert reads(statement) <= defined, ast.unparse(statement)
    assert "glue" not in code


def test_a_notebook_has_under_its_cells_what_the_page_shows(notebook):
    """A student's leaves out what is in solutions, and nothing else: the rest is the same."""
    _, *cells = code_cells(notebook)
    shown = dict(cells_of(pages()[notebook.name]))
    stored = {cell.source.strip(): put_out(cell) for cell in cells if cell.source.strip() in shown}

    assert stored == {source: under for source, under in shown.items() if source in stored}
    if not notebook.stem.endswith("-student"):
        assert stored == shown
    for cell in cells:
        if not cell.metadata.get("jupyter", {}).get("source_hidden") and cell.outputs:
            assert cell.source.strip() in shown


def test_a_notebook_runs_with_the_wheel_beside_it_and_puts_out_what_it_has_stored(runs, tmp_path):
    install, *cells = run(runs, tmp_path)

    assert Path(install.outputs[0].text.strip()).is_relative_to(tmp_path)
    for handed_out, cell in zip(code_cells(runs)[1:], cells, strict=True):
        if handed_out.execution_count is not None:
            assert put_out(handed_out) == put_out(cell), cell.source
            assert handed_out.execution_count == cell.execution_count


def test_every_link_within_and_between_notebooks_leads_somewhere():
    """To an anchor, or to a file that lies beside it; without an address there are no others but outside."""
    texts = {
        path.name: "\n".join(
            cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown"
        )
        for path in NOTEBOOKS
    }
    anchors = {name: set(re.findall(r'<a id="([^"]*)">', text)) for name, text in texts.items()}
    broken, followed = [], 0
    for name, text in texts.items():
        for link in re.findall(r"\]\(([^()\s]+)\)", text):
            target, anchor = urldefrag(link)
            if not re.match(r"[a-z]+:", target):
                followed += 1
                is_there = (SITE / "notebooks" / (target or name)).is_file()
                if not is_there or (anchor and anchor not in anchors[target or name]):
                    broken.append((name, link))
    assert broken == []
    assert followed > 100


def test_no_students_notebook_has_a_solution():
    told = [path for path in NOTEBOOKS if path.stem.endswith("-student")]
    texts = ["\n".join(cell.source for cell in nbformat.read(path, 4).cells) for path in told]
    assert len(told) == len([path for path in NOTEBOOKS if path.stem.endswith("-teacher")]) >= 15
    assert [
        path for path, text in zip(told, texts, strict=True) if re.search(r"\*\*(Answer|Solution)", text)
    ] == []
    assert all("**Your work**" in text for text in texts)


def test_every_page_with_cells_offers_its_notebooks_and_a_zip_of_all_they_need():
    assert pages().keys() == {notebook.name for notebook in NOTEBOOKS}
    stems = {re.sub(r"(-teacher|-student)?\.ipynb", "", name) for name in pages()}
    assert len(stems) >= 18
    for stem in stems:
        page = next(page for name, page in pages().items() if name.startswith(stem))
        assert f'notebooks/{stem}.zip" download' in page
        with zipfile.ZipFile(SITE / "notebooks" / f"{stem}.zip") as zipped:
            assert zipped.testzip() is None
            names = set(zipped.namelist())
            texts = [zipped.read(name).decode() for name in names if name.endswith(".ipynb")]
        needed = {name for text in texts for name in re.findall(r"`([\w.-]+\.(?:whl|npz|json))`", text)}
        assert needed <= names
        assert names - needed == {"README.txt", *(name for name in pages() if pages()[name] == page)}


def test_every_link_of_the_zip_leads_somewhere():
    """Pages, their anchors, style sheets, scripts, figures and downloads, from the files of the zip alone."""
    with zipfile.ZipFile(SITE / "rnn-solutions.zip") as zipped:
        assert zipped.testzip() is None
        names = set(zipped.namelist())
        pages = {name: zipped.read(name).decode() for name in sorted(names) if name.endswith(".html")}
    assert {info.split("/")[0] for info in names} == {"rnn-solutions"}
    anchors = {name: set(re.findall(r'\s(?:id|name)="([^"]*)"', page)) for name, page in pages.items()}
    broken, followed = [], 0
    for name, page in pages.items():
        if "/_static/" in name:
            continue
        for link in re.findall(r'<[^>]+\s(?:href|src)="([^"]*)"', page):
            target, anchor = urldefrag(re.sub(r"\?[^#]*", "", unescape(link)))
            if re.match(r"[a-z]+:", target):
                continue
            place = posixpath.normpath(posixpath.join(name, "..", unquote(target))) if target else name
            followed += 1
            if place not in names or (anchor and place in anchors and unquote(anchor) not in anchors[place]):
                broken.append((name, link))
    assert broken == []
    assert followed > 1000


def test_the_book_has_every_page_with_links_that_lead_somewhere_and_figures_that_are_told():
    """Its form is that of any book that the tool binds; the weekly run asks the checker of the standard."""
    with zipfile.ZipFile(SITE / "rnn-solutions.epub") as zipped:
        files = {name: zipped.read(name) for name in zipped.namelist()}
    pages = {name: ET.fromstring(text) for name, text in files.items() if name.endswith(".xhtml")}
    texts = {name: text.decode() if name in pages else "" for name, text in files.items()}

    assert len(pages) >= 33
    assert links_that_lead_nowhere(texts) == []
    assert [name for name, text in texts.items() if "<script" in text or "var(" in text] == []
    figures = [one for page in pages.values() for one in page.iter() if one.tag.endswith(("}svg", "}img"))]
    assert [one.attrib for one in figures if not (one.get("aria-label") or one.get("alt"))] == []
    assert len(figures) >= 39
    assert sum(len([*page.iter(f"{XHTML}details")]) for page in pages.values()) > 100
