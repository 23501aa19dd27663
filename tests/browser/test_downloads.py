"""What one takes away from the built site: notebooks that run elsewhere, and a zip whose links work."""

import json
import os
import posixpath
import re
import subprocess
import sys
import zipfile
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

SITE = Path(__file__).parents[2] / "build" / "html"
NOTEBOOKS = sorted((SITE / "notebooks").glob("*.ipynb"))


def run(notebook, folder):
    """Run a notebook in a fresh kernel that has the package from its wheel, and return where it found it."""
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
    environment = os.environ | {"PYTHONPATH": str(folder / "installed")}
    environment.pop("MPLBACKEND", None)  # a notebook draws as its kernel does
    done = subprocess.run(command, check=False, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    ran = json.loads((folder / notebook.name).read_text(encoding="utf-8"))
    first = next(cell for cell in ran["cells"] if cell["cell_type"] == "code")
    return Path("".join(first["outputs"][0]["text"]).strip())


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_with_the_wheel_beside_it(notebook, tmp_path):
    assert run(notebook, tmp_path).is_relative_to(tmp_path)


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
