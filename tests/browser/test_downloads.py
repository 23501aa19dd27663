"""What one takes away from the built site: notebooks that run elsewhere, and a zip whose links work."""

import json
import os
import posixpath
import re
import subprocess
import sys
import zipfile
from html import unescape
from itertools import groupby
from pathlib import Path
from urllib.parse import unquote, urldefrag

import nbformat
import pytest
from bs4 import BeautifulSoup

from build import environment
from notebooks import NO_GLUE, STORED
from shown_numbers import Reader

SITE = Path(__file__).parents[2] / "build" / "html"
GLUE = "from myst_nb import glue"
NOTEBOOKS = sorted((SITE / "notebooks").glob("*.ipynb"))


def run(notebook, folder):
    """Run a notebook in a fresh kernel that has the package from its wheel, and return its cells of code."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    install = next(cell for cell in content["cells"] if cell["cell_type"] == "code")
    (wheel,) = re.findall(r'%pip install --quiet "\./(\S+\.whl)\[figures\]"$', install["source"])
    install["source"] = "import rnn_solutions\nprint(rnn_solutions.__file__)"
    for file in notebook.parent.iterdir():
        if file.suffix != ".ipynb":
            (folder / file.name).write_bytes(file.read_bytes())
    (folder / notebook.name).write_text(json.dumps(content), encoding="utf-8")
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
            rows = [row for row in text.splitlines() if not re.fullmatch(r"[|: -]*", row)]
            parts = [part.strip(" $*`") for row in rows for part in row.split("|")]
            found += ["a figure"] if "image/png" in data else [part.replace("$", "") for part in parts]
    return [" ".join(line.split()) for line in found if line.strip()]


def cells_of(page):
    """Yield the code of each cell that a page shows, and the words and numbers that stand under it."""
    for cell in BeautifulSoup(page, "html.parser").select("div.cell"):
        for caption in cell.select("figcaption"):  # which may read what other cells glued
            caption.decompose()
        reader = Reader("")
        reader.feed(str(cell))
        found = [one for one in reader.found if one.name != "alternative"]
        under = ["a figure" if one.name == "drawn" else one.text.replace("’", "'") for one in found]
        yield STORED.sub(r"\1", cell.select_one(".cell_input pre").get_text()).strip(), under


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_with_the_wheel_beside_it_and_puts_out_what_its_page_shows(notebook, tmp_path):
    """Under each cell stands its own output: on the page, and in a notebook that is handed out with any."""
    install, *cells = run(notebook, tmp_path)

    assert Path(install.outputs[0].text.strip()).is_relative_to(tmp_path)
    for handed_out, cell in zip(code_cells(notebook)[1:], cells, strict=True):
        assert put_out(handed_out) in ([], put_out(cell)), cell.source
    pages = (file.read_text(encoding="utf-8") for file in SITE.rglob("*.html"))
    [page] = [page for page in pages if re.search(rf'href="(\.\./)*notebooks/{notebook.name}"', page)]
    after = iter(cells)  # a page hides some cells, which only prepare
    for source, under in cells_of(page):
        cell = next(cell for cell in after if cell.source.replace(NO_GLUE, GLUE).strip() == source)
        assert put_out(cell) == under, source


def test_every_page_with_cells_offers_its_notebook():
    pages = [page.read_text(encoding="utf-8") for page in SITE.rglob("*.html")]
    offered = {
        link for page in pages for link in re.findall(r'href="(?:\.\./)*notebooks/([\w-]+\.ipynb)"', page)
    }
    assert offered == {notebook.name for notebook in NOTEBOOKS}
    assert len(offered) >= 11


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
