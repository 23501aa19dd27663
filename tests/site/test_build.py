"""Builds of a small site with the project's own settings: what fails them, what they say, what they leave."""

import pytest

HEADER = (
    "---\nfile_format: mystnb\nkernelspec: {name: python3, display_name: Python 3, language: python}\n---\n"
)
GOOD = "assert 1 + 1 == 2"
BAD = {
    "raises": ("x = 1\nassert x == 2, 'one is not two'", "a", ["assert x == 2", "one is not two"]),
    "hangs": ("import time\ntime.sleep(60)", "a", ["time.sleep(60)", "CellTimeoutError"]),
    "complains": ("import sys\nprint('careful', file=sys.stderr)", "a", ["stderr"]),
    "misspells": (GOOD, r"\nosuchcommand", ["misspells.md:8", "nosuchcommand"]),
}


@pytest.fixture
def build(tmp_path, build_tool, monkeypatch, capfd):
    """Return a function that builds a site of the given pages and gives the status and what was said."""
    monkeypatch.delenv("SITE_URL", raising=False)
    monkeypatch.delenv("REPOSITORY_URL", raising=False)
    source = tmp_path / "source"
    source.mkdir()

    def build(pages, *options):
        names = "\n".join(pages)
        (source / "index.md").write_text(
            f"# Small site\n\nA formula, $\\sigma'$.\n\n```{{toctree}}\n{names}\n```\n"
        )
        for name, (cell, formula, *_) in pages.items():
            equation = f"```{{math}}\n:label: eq-{name}\n{formula}\n```"
            (source / f"{name}.md").write_text(
                f"{HEADER}# {name}\n\n{equation}\n\n```{{code-cell}} ipython3\n# {name}\n{cell}\n```\n"
            )
        status = build_tool.build(source, tmp_path / "work", build.site, list(options))
        return status, capfd.readouterr().err

    build.site = tmp_path / "site"
    return build


def test_bad_pages_fail_the_build_by_name_and_the_last_good_site_stays(build):
    """The second failing build has nothing new to read, and must not take that for success."""
    status, said = build(dict.fromkeys(BAD, (GOOD, "a + b")))
    assert status == 0, said
    good = (build.site / "raises.html").read_bytes()
    assert b"<math" in good
    assert b'rel="canonical"' not in good
    assert b"repository" not in good

    for _ in range(2):
        status, said = build(BAD, "-D", "nb_execution_timeout=3")

        assert status != 0
        for page, (_, _, traces) in BAD.items():
            assert all(trace in said for trace in [f"{page}.md", *traces]), said
        assert (build.site / "raises.html").read_bytes() == good


def test_with_addresses_pages_name_their_own_and_link_the_repository(build, monkeypatch):
    monkeypatch.setenv("SITE_URL", "https://example.invalid/")
    monkeypatch.setenv("REPOSITORY_URL", "https://example.invalid/owner/repository")

    status, said = build({"page": (GOOD, "a + b")}, "-D", "nb_execution_mode=off")

    assert status == 0, said
    text = (build.site / "page.html").read_text(encoding="utf-8")
    assert '<link rel="canonical" href="https://example.invalid/page.html"' in text
    assert "https://example.invalid/owner/repository" in text
