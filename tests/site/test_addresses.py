"""The list of addresses names what a site has lost."""

import addresses


def test_an_address_that_disappears_is_named_with_what_to_do(tmp_path):
    site, kept = tmp_path / "site", tmp_path / "addresses.txt"
    (site / "_modules").mkdir(parents=True)
    (site / "_modules" / "source.html").write_text("")
    page = '<nav id="menu"></nav><article class="bd-article"><h1 id="{}">x</h1><p id="id3"></p></article>'
    (site / "page.html").write_text(page.format("old"))
    assert addresses.check(site, kept, add=True) == ""
    assert kept.read_text() == "page.html\npage.html#old\n"

    (site / "page.html").write_text(page.format("new"))
    said = addresses.check(site, kept)

    assert "page.html#old\nSomeone may have linked them." in said
    assert "menu" not in said
    assert kept.read_text() == "page.html\npage.html#old\n"
    addresses.check(site, kept, add=True)
    assert kept.read_text() == "page.html\npage.html#new\npage.html#old\n"
