"""What a build keeps for the next one may be damaged: that is made again, with a word, and nothing fails."""

import json
import os
import random
import shutil
from types import SimpleNamespace

import pytest

import verdicts
from kept import drop_older, keep, kept
from rnn_solutions import claims

CONTENT = b"what took long\nto make"
PAGE = """\
---
file_format: mystnb
kernelspec: {{name: python3, display_name: Python 3, language: python}}
---
# Page

A formula $a + b$.

```{{code-cell}} ipython3
---
mystnb: {{figure: {{name: fig-line, caption: A line}}, image: {{alt: It rises}}}}
---
import matplotlib.pyplot as plt
with open({runs!r}, "a") as file:
    file.write("x")
plt.plot([0, 1], color="#1A1A1A");
```
"""


def truncate(file):
    """Cut a file in half, as a full disk may do."""
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def scramble(file):
    """Put chance in the place of a file's bytes."""
    file.write_bytes(random.Random(0).randbytes(file.stat().st_size))


def change_a_byte(file):
    """Change the last byte but one."""
    content = bytearray(file.read_bytes())
    content[-2] ^= 1
    file.write_bytes(content)


def empty(file):
    """Leave nothing in a file."""
    file.write_bytes(b"")


def put_a_folder(file):
    """Put a folder that is not empty in a file's place."""
    file.unlink()
    file.mkdir()
    (file / "something").write_text("else")


DAMAGES = [truncate, scramble, change_a_byte, empty, put_a_folder]


@pytest.fixture
def file(tmp_path):
    """Keep a file."""
    file = tmp_path / "cache" / "kept"
    keep(file, CONTENT)
    assert kept(file) == CONTENT
    return file


def test_what_was_kept_is_believed_only_whole(file, capsys):
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        assert kept(file) is None
        assert not file.exists()
        assert capsys.readouterr().err == f"{file} is damaged, and is made anew\n"
    for place in range(len(whole)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert kept(file) is None


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_dropped_with_a_word_and_can_be_kept_again(file, damage, capsys):
    damage(file)

    assert kept(file) is None
    assert capsys.readouterr().err == f"{file} is damaged, and is made anew\n"
    assert kept(file) is None
    assert capsys.readouterr().err == ""
    keep(file, CONTENT)
    assert kept(file) == CONTENT
    assert [path.name for path in file.parent.iterdir()] == ["kept"]


def test_a_file_in_the_place_of_the_cache_is_dropped(file, capsys):
    shutil.rmtree(file.parent)
    file.parent.write_text("no folder")

    assert kept(file) is None
    assert capsys.readouterr().err == f"{file.parent} is damaged, and is made anew\n"
    keep(file, CONTENT)
    assert kept(file) == CONTENT


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_verdicts_are_found_again(tmp_path, monkeypatch, damage):
    name, claim = next(iter(claims.CLAIMS.items()))
    monkeypatch.setattr(claims, "CLAIMS", {name: claim})
    path = tmp_path / "verdicts.json"
    app = SimpleNamespace(config=SimpleNamespace(verdicts_path=str(path)), parallel=1)
    verdicts.judge_claims(app)
    found, whole = app.verdicts, path.read_bytes()
    damage(path)

    verdicts.judge_claims(app)

    assert app.verdicts == json.loads(json.dumps(found))
    assert path.read_bytes() == whole


@pytest.fixture(scope="module")
def build(start_build, tmp_path_factory):
    """Return a function that builds a page whose cell draws, and gives the site and what was said."""
    folder = tmp_path_factory.mktemp("damaged")
    source, build_folders = folder / "source", (folder / "work", folder / "site")
    source.mkdir()
    (source / "index.md").write_text(PAGE.format(runs=str(folder / "runs")))

    def build(**changed):
        options = ["-D", f"nb_execution_cache_path={folder / 'cells'}"]
        process = start_build(source, *build_folders, *options, **changed)
        _, said = process.communicate(timeout=100)
        assert process.returncode == 0, said
        site = folder / "site"
        return {path: path.read_bytes() for path in sorted(site.rglob("*")) if path.is_file()}, said

    build.folder = folder
    build.good, said = build()
    assert said == ""
    return build


def files(folder):
    """Return all files below a folder."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


@pytest.mark.parametrize(
    ("damage", "caches", "many"),
    # The pages as they were read, the cells and four fonts, whose cutting takes long.
    [(truncate, ["cells", "work"], 6), (put_a_folder, ["cells", "work/doctrees", "work/jupyter_execute"], 2)],
)
def test_a_site_comes_out_the_same_when_all_that_was_kept_is_damaged(build, damage, caches, many, hostile):
    """The cells run once more; what is said names what was damaged, and nothing else is said.

    Who builds it, with what in the environment, does not show either.
    """
    (build.folder / "runs").unlink(missing_ok=True)
    for file in [file for cache in caches for file in files(build.folder / cache)]:
        damage(file)

    site, said = build(**hostile)

    assert site == build.good
    assert (build.folder / "runs").read_text() == "x"
    assert ["damaged" in line for line in said.splitlines()] == [True] * many


def test_a_site_comes_out_the_same_when_a_page_as_it_was_read_is_lost(build):
    """Sphinx would miss it when it writes the page; the cells need not run."""
    (build.folder / "runs").unlink(missing_ok=True)
    (build.folder / "work" / "doctrees" / "index.doctree").unlink()

    site, said = build()

    assert site == build.good
    assert not (build.folder / "runs").exists()
    left = f"What the last build left in {build.folder / 'work'}"
    assert said == f"{left} is unfinished or damaged: reading all pages.\n"


@pytest.mark.parametrize("suffix", ["", ".json"])
def test_what_was_kept_of_older_states_goes_but_for_those_used_last(tmp_path, suffix):
    """Whoever goes back and forth between two states of the package finds both; other files are let alone."""
    places = [tmp_path / f"{number:016x}{suffix}" for number in range(8)]
    for number, place in enumerate(places):
        place.write_text("") if suffix else place.mkdir()
        os.utime(place, (number, number))
    (tmp_path / "notes").mkdir()

    drop_older(places[1])
    drop_older(tmp_path / "notes")

    left = [place for number, place in enumerate(places) if number in {1, 4, 5, 6, 7}]
    assert sorted(tmp_path.iterdir()) == sorted([*left, tmp_path / "notes"])
