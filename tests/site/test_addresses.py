"""The list of addresses names what a site has lost."""

import addresses


def test_an_address_that_disappears_is_named_with_what_to_do(write, tmp_path):
    page = '<nav id="menu"></nav><article class="bd-article"><h1 id="{}">x</h1><p id="id3"></p></article>'
    site = write({"_modules/source.html": "", "page.html": page.format("old")})
    kept = tmp_path / "addresses.txt"
    assert addresses.check(site, kept, add=True) == ""
    assert kept.read_text() == "page.html\npage.html#old\n"

    write({"page.html": page.format("new")})
    said = addresses.check(site, kept)

    assert "page.html#old\nSomeone may have linked them." in said
    assert "menu" not in said
    assert kept.read_text() == "page.html\npage.html#old\n"
    addresses.check(site, kept, add=True)
    assert kept.read_text() == "page.html\npage.html#new\npage.html#old\n"
