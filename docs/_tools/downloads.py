"""Make what a reader takes away: the package's wheel, a zip for each page, and the whole site as one zip.

``python docs/_tools/downloads.py build/html`` does it for a site that is built. They come out the same,
byte by byte, from the same files.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Container, Iterable
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAME = "rnn-solutions"
TIME = 315532800  # 1980-01-01, the first time that a zip can hold
README = """\
{title}

Notebooks: {notebooks}

Unpack all files into one folder and open a notebook there, for example with

    python -m pip install jupyterlab
    python -m jupyterlab {first}

Run its cells from the top. The first one installs the package from the file
{wheel}, and numpy and matplotlib from PyPI where
they are missing.{several}

Text CC BY 4.0, code MIT, by the RNN Solutions authors.
"""
SEVERAL = """

The teacher's version has all answers and solutions, the student's version has
neither. To hand that one out, take it and the package out of this zip."""


def build_wheel(folder: Path) -> None:
    """Build the package's wheel into a folder."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(TIME)}
    done = subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        why = done.stderr.strip().rpartition("\n")[2]  # behind the way there, which is another project's
        raise SystemExit(f"the wheel could not be built: {why}")


def write_zip(archive: Path, files: Iterable[tuple[str, bytes]], plain: Container[str] = ()) -> None:
    """Write a zip of files, given their names and what they hold; those that are `plain` are not packed."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as zipped:
        for name, content in files:
            entry = zipfile.ZipInfo(name)  # dated 1980-01-01
            entry.compress_type = zipfile.ZIP_STORED if name in plain else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            zipped.writestr(entry, content)


def pack_pages(folder: Path) -> None:
    """Pack the notebooks of each page, the wheel and the data that they read into a zip beside them."""
    page = re.compile(r"(-(teacher|student))?\.ipynb$")
    for stem, some in groupby(sorted(folder.glob("*.ipynb")), lambda file: page.sub("", file.name)):
        notebooks = sorted(some, key=lambda file: file.name.endswith("-student.ipynb"))
        first, cells = notebooks[0].name, notebooks[0].read_text(encoding="utf-8")
        files = [file for file in sorted(folder.iterdir()) if file.suffix not in (".ipynb", ".zip")]
        wanted = [file for file in files if f"`{file.name}`" in cells]
        (title,) = re.findall(r"^ +\"# (.*)\"", cells, re.MULTILINE)[:1]
        wheel = next(file.name for file in wanted if file.suffix == ".whl")
        names = ", ".join(file.name for file in notebooks)
        several = SEVERAL if len(notebooks) > 1 else ""
        readme = README.format(title=title, notebooks=names, first=first, wheel=wheel, several=several)
        content = [(file.name, file.read_bytes()) for file in (*notebooks, *wanted)]
        write_zip(folder / f"{stem}.zip", [("README.txt", readme.encode()), *content])


def pack(site: Path) -> None:
    """Pack the site into a zip that lies in it; its pages offer neither that zip nor what is not in it."""
    archive = site / f"{NAME}.zip"
    left_out = {site / f"{NAME}.epub", *site.rglob("*.zip")}
    left_out |= set(site.rglob("*.map"))  # which lead from the theme's scripts to sources that nobody has
    text = rb"(?:(?!</?span\b).)*"
    offer = rb'<span class="not-in-zip">%s(?:<span\b[^>]*>%s</span>%s)*</span>' % (text, text, text)
    link = rb'<a [^>]*href="%s\.(?:zip|epub|pdf)"[^>]*>(.*?)</a>' % NAME.encode()
    files = []
    for file in sorted(file for file in set(site.rglob("*")) - left_out if file.is_file()):
        content = file.read_bytes()
        if file.suffix == ".html":
            content = re.sub(link, rb"\1", re.sub(offer, b"", content, flags=re.DOTALL))
        files.append((f"{NAME}/{file.relative_to(site).as_posix()}", content))
    write_zip(archive, files)


if __name__ == "__main__":
    built = Path(sys.argv[1]).resolve()
    try:
        build_wheel(built / "notebooks")
        pack_pages(built / "notebooks")
        pack(built)
    except OSError as error:  # such as a full disk
        raise SystemExit(f"the downloads could not be made: {error}") from None
