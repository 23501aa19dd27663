"""Builds of a small site with the project's own settings: what fails them, what they say, what they leave."""

import os
import re
from importlib.metadata import version
from pathlib import Path

import pytest

from build import environment

PAGE = """\
---
file_format: mystnb
kernelspec: {{name: {kernel}, display_name: Python 3, language: python}}
---
# {name}

{prose}

```{{math}}
:label: def-{name}
{formula}
```

```{{code-cell}} ipython3
# {name}
{cell}
```
"""
GOOD = {"cell": "assert 1 + 1 == 2", "formula": "a + b", "prose": "Words and $\\sigma'$."}
GOOD |= {"kernel": "python3", "page": PAGE}
# What is wrong with a page, and what must be said of it.
BAD = {
    "raises": {"cell": "x = 1\nassert x == 2, 'one is not two'"},
    "hangs": {"cell": "import time\ntime.sleep(60)"},
    "dies": {"cell": "import os\nos._exit(0)"},
    "babbles": {"cell": "print(*10 * ['x' * 79999], sep='\\n')"},
    "shows": {"cell": "from IPython.display import display\ndisplay({'application/x-unknown': 1}, raw=True)"},
    "lacks": {"cell": "# ../_data/none.npz"},
    "unkerneled": {"kernel": "unheard-of"},
    "empty": {"page": "---\nfile_format: mystnb\n---\n"},
    "unclosed": {"prose": "Words and $x_{a$."},
    "complains": {"cell": "import sys\nprint('careful', file=sys.stderr)"},
    "misspells": {"formula": r"\nosuchcommand"},
    "mixes": {
        "cell": "from myst_nb import glue\nfor name in ('one', 'two'):\n    glue(name, 1, display=False)",
        "prose": "{glue:text}`two` stands before {glue:text}`one`.",
    },
    "undrawn": {"formula": r"x = \text{漢}"},
}
SAID = ["raises.md", "assert x == 2", "one is not two", "hangs.md", "time.sleep(60)", "CellTimeoutError"]
SAID += ["complains.md:15", "cell 2 wrote to stderr:", "careful", "misspells.md:10", "nosuchcommand"]
SAID += ["dies.md", "os._exit(0)", "the kernel died", "unkerneled.md", "unheard-of", "empty.md"]
SAID += ["babbles.md:15", "cell 2 printed 800000 characters", "shows.md", "x-unknown"]
SAID += ["lacks.md", "the file _data/none.npz, which is missing"]
SAID += ["mixes.md", "a cell glues 'one' before 'two', and the page reads them the other way round"]
SAID += ["unclosed.md", "in 'x_{a'"]
SAID += ["undrawn.md", "cannot draw U+6F22", r"x = \\text{漢}"]


MATPLOTLIB = str(Path(__file__).parents[2] / "build" / f"matplotlib-{version('matplotlib')}")


@pytest.fixture
def build(build_in, tmp_path, monkeypatch, capfd):
    """Return a function that builds a site of the given pages and gives the status and what was said."""
    monkeypatch.delenv("SITE_URL", raising=False)
    monkeypatch.delenv("REPOSITORY_URL", raising=False)

    def build(pages, *options):
        names = "\n".join(pages)
        files = {f"{name}.md": page["page"].format(name=name, **page) for name, page in pages.items()}
        files["index.md"] = f"# Small site\n\n```{{toctree}}\n{names}\n```\n"
        return build_in(tmp_path, files, *options), capfd.readouterr().err

    build.site = tmp_path / "site"
    return build


def test_bad_pages_fail_the_build_by_name_and_the_last_good_site_stays(build):
    """The second failing build has nothing new to read, and must not take that for success."""
    status, said = build({"raises": GOOD})
    assert status == 0, said
    good = (build.site / "raises.html").read_bytes()
    assert b"<math" in good
    assert b'rel="canonical"' not in good
    assert b"repository" not in good
    assert b'property="og:' not in good
    assert b'<meta name="description" content="Words and \xcf\x83\xe2\x80\xb2." />' in good
    assert not (build.site / "sitemap.xml").exists()

    for _ in range(2):
        status, said = build({name: GOOD | bad for name, bad in BAD.items()}, "-D", "nb_execution_timeout=3")

        assert status != 0
        assert [part for part in SAID if part not in said] == [], said
        assert "report this error" not in said
        assert (build.site / "raises.html").read_bytes() == good


def test_with_addresses_pages_name_their_own_and_link_the_repository(build, monkeypatch):
    monkeypatch.setenv("SITE_URL", "https://example.invalid/sub")
    monkeypatch.setenv("REPOSITORY_URL", "https://example.invalid/owner/repository")

    status, said = build({"page": GOOD, "404": GOOD}, "-D", "nb_execution_mode=off")

    assert status == 0, said
    text = (build.site / "page.html").read_text(encoding="utf-8")
    assert '<link rel="canonical" href="https://example.invalid/sub/page.html"' in text
    assert "https://example.invalid/owner/repository" in text
    assert '<meta property="og:title" content="page" />' in text
    assert '<meta property="og:description" content="Words and σ′." />' in text
    assert '<meta property="og:url" content="https://example.invalid/sub/page.html" />' in text
    assert re.findall('printed-from d-none d-print-block">(.*)</p>', text) == [
        "https://example.invalid/sub/page.html"
    ]
    assert "<base" not in text
    lost = (build.site / "404.html").read_text(encoding="utf-8")
    assert '<base href="https://example.invalid/sub/404.html" />' in lost
    sitemap = (build.site / "sitemap.xml").read_text(encoding="utf-8")
    assert re.findall("<loc>(.*)</loc>", sitemap) == [
        "https://example.invalid/sub/index.html",
        "https://example.invalid/sub/page.html",
    ]
    robots = (build.site / "robots.txt").read_text(encoding="utf-8")
    assert "Sitemap: https://example.invalid/sub/sitemap.xml" in robots


def test_a_page_whose_cells_stay_the_same_runs_once(build, tmp_path):
    """The cell counts its own runs; new prose around it is published without another run."""
    runs = tmp_path / "runs"
    page = GOOD | {"cell": f"with open({str(runs)!r}, 'a') as file:\n    file.write('x')"}

    for prose in ("Old words.", "Old words.", "New words."):
        status, said = build({"page": page | {"prose": prose}})

        assert status == 0, said
        assert prose in (build.site / "page.html").read_text(encoding="utf-8")
    assert runs.read_text() == "x"


def test_what_the_environment_spoilt_is_run_again_once_it_is_mended(build, tmp_path):
    """Of a run that complains nothing is kept, though it came to its end."""
    mended = tmp_path / "mended"
    cell = f"""\
import sys
from pathlib import Path
Path({str(mended)!r}).exists() or print("no", "place", file=sys.stderr)"""

    status, said = build({"page": GOOD | {"cell": cell}})
    assert status != 0
    assert "no place\n" in said
    mended.touch()
    status, said = build({"page": GOOD | {"cell": cell}})

    assert status == 0, said
    assert "no place" not in (build.site / "page.html").read_text(encoding="utf-8")


def test_pages_need_no_home_and_nothing_that_the_caller_has_set(build, tmp_path, monkeypatch, hostile):
    """The home lies below a file, where not even root can write."""
    (tmp_path / "file").touch()
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "file" / "home"))
    (tmp_path / "other" / "rnn_solutions").mkdir(parents=True)
    (tmp_path / "other" / "rnn_solutions" / "__init__.py").write_text("of_the_caller = True")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "other"), prepend=os.pathsep)
    for name, value in hostile.items():
        monkeypatch.setenv(name, value)
    cell = f"""\
import sys
import matplotlib.pyplot
import rnn_solutions
found = __debug__, sys.warnoptions, "started" in globals(), hasattr(rnn_solutions, "of_the_caller")
if found != (True, [], False, False) or matplotlib.get_cachedir() != {MATPLOTLIB!r}:
    raise AssertionError(found)
# {tmp_path}"""

    status, said = build({"page": GOOD | {"cell": cell}})

    assert (status, said) == (0, "")


def test_of_the_callers_variables_a_build_sees_what_it_needs_and_no_others(monkeypatch):
    needed = {"PATH": "bin", "PYTHONPATH": "lib", "SITE_URL": "https://example.invalid"}
    monkeypatch.setattr(os, "environ", needed | {"ANYTHING": "else", "PYTHONOPTIMIZE": "1", "LANG": "xx"})

    seen = environment()

    assert {name: seen[name] for name in needed} == needed
    assert {"ANYTHING", "PYTHONOPTIMIZE", "LANG"}.isdisjoint(seen)


def test_an_image_without_a_text_alternative_is_named_with_its_line(build, tmp_path):
    """Whatever kind of image it is; one that says what it shows is none of our business."""
    (tmp_path / "source").mkdir()
    for name in ("a.svg", "b.png", "c.svg"):
        (tmp_path / "source" / name).write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    prose = "![](a.svg)\n\nWords\nand [![](b.png)](https://example.invalid) there.\n\n![What it shows](c.svg)"
    prose += "\n\n![Far away](https://example.invalid/d.png)"

    status, said = build({"page": GOOD | {"prose": prose, "cell": ""}}, "-D", "nb_execution_mode=off")

    assert status != 0
    for line, name in ((7, "a.svg"), (10, "b.png")):
        needed = f"the image {name} needs a text alternative: write ![what it shows]({name})"
        assert f"page.md:{line}: WARNING: {needed}" in said
    assert "page.md:14: WARNING: the image d.png would be loaded from elsewhere: put it into docs" in said
    assert "c.svg" not in said
    notebook = (tmp_path / "work" / "html" / "notebooks" / "page.ipynb").read_text(encoding="utf-8")
    assert "a picture: What it shows" in notebook
    assert "figure" not in said.replace("[figure]", "")


def test_a_line_printed_with_a_pause_in_it_stays_one_line(build):
    """The pause is longer than the 0.2 s after which a kernel usually sends what it has."""
    slow = "import time\nprint('one ', end='')\ntime.sleep(0.6)\nprint('line')"

    status, said = build({"page": GOOD | {"cell": slow}})

    assert status == 0, said
    assert "one line" in (build.site / "page.html").read_text(encoding="utf-8")


@pytest.mark.skipif(os.name != "posix", reason="kernels are reached by files that Windows does not have")
def test_a_kernel_is_given_no_port_that_another_may_take_and_leaves_no_files(build, tmp_path):
    kept = tmp_path / "kept"
    cell = f"""\
from pathlib import Path
from ipykernel.kernelapp import IPKernelApp
kernel = IPKernelApp.instance()
assert kernel.transport == "ipc"
Path({str(kept)!r}).write_text(kernel.ip)"""

    status, said = build({"page": GOOD | {"cell": cell}})

    assert status == 0, said
    sockets = Path(kept.read_text())
    assert not list(sockets.parent.glob(f"{sockets.name}*"))
