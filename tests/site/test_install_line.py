"""The line that installs the package names the wheel that the site carries, wherever the page lies."""

from types import SimpleNamespace

import pytest
from docutils import nodes

from install_line import InstallLine

WHEEL = "rnn_solutions-1.2-py3-none-any.whl"


def paragraph(page, address):
    """Return what the directive puts into a page."""
    config = SimpleNamespace(release="1.2", html_baseurl=address)
    (said,) = InstallLine.run(SimpleNamespace(config=config, env=SimpleNamespace(docname=page)))
    return said


@pytest.mark.parametrize(
    ("page", "way"), [("index", f"notebooks/{WHEEL}"), ("api/index", f"../notebooks/{WHEEL}")]
)
def test_the_wheel_is_a_link_away_from_any_folder(page, way):
    assert next(paragraph(page, "").findall(nodes.reference))["refuri"] == way


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("", f'pip install "./{WHEEL}[figures]"'),
        (
            "https://site.example/rnn/",
            f'pip install "rnn-solutions[figures] @ https://site.example/rnn/notebooks/{WHEEL}"',
        ),
    ],
)
def test_the_line_fetches_the_wheel_where_the_site_has_an_address(address, line):
    assert next(paragraph("index", address).findall(nodes.literal)).astext() == line


def test_a_page_that_was_kept_is_read_again_when_the_site_gets_an_address(build_in, tmp_path, monkeypatch):
    for address in ("", "https://site.example"):
        monkeypatch.setenv("SITE_URL", address)
        assert build_in(tmp_path, {"index.md": "# Site\n\n```{install-line}\n```\n"}) == 0

    assert "https://site.example/notebooks/" in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
