"""What a shared link to a page of a small site shows, and what a search engine is told of the page."""

import json
import re
import struct
from html import unescape

import pytest

import shared_links

DRAWS = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3, language: python}
---
# 1(a) Draw "W" & $h_t$

In short <b>.

```{code-cell} ipython3
---
tags: [hide-input]
mystnb:
  figure: {name: fig-line, caption: "A line."}
  image: {alt: "A line & more"}
---
import matplotlib.pyplot as plt
plt.plot([1, 2], color="#0072b2");
```
"""
PAGES = {
    "index.md": "# Small site\n\n```{toctree}\nexercise-1/page\napi/page\n404\n```\n",
    "exercise-1/page.md": DRAWS,
    "api/page.md": "# Without a figure\n\nWords.\n",
    "404.md": "# Not found\n\nWords.\n",
}


def site_of(build_in, folder, address):
    """Return the folder of the small site, built for an address."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SITE_URL", address)
        assert build_in(folder, PAGES) == 0
    return folder / "site"


@pytest.fixture(scope="module")
def site(build_in, tmp_path_factory):
    """Return the folder of the small site, whose address is known."""
    return site_of(build_in, tmp_path_factory.mktemp("shared"), "https://example.invalid/site")


def told(site, page):
    """Return the fields of a page's head and its structured data."""
    text = (site / f"{page}.html").read_text(encoding="utf-8")
    fields = re.findall(r'<meta (?:property|name)="((?:og|twitter):[\w:]+)" content="([^"]*)" />', text)
    data = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    return {name: unescape(value) for name, value in fields}, [json.loads(one) for one in data]


def test_a_lesson_is_told_of_as_one_with_its_licence_and_level(site):
    _, (data,) = told(site, "exercise-1/page")

    assert data == {
        "@context": "https://schema.org",
        "@type": "LearningResource",
        "url": "https://example.invalid/site/exercise-1/page.html",
        "name": "1(a) Draw “W” & h_t",
        "description": "In short <b>.",
        "inLanguage": "en",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "image": "https://example.invalid/site/cards/exercise-1-page.png",
        "author": {"@type": "Organization", "name": "The RNN Solutions authors"},
        "isAccessibleForFree": True,
        "educationalLevel": "University",
        "isPartOf": {
            "@type": "WebSite",
            "name": "RNN Solutions",
            "url": "https://example.invalid/site/index.html",
        },
    }


def test_a_page_about_the_package_is_no_lesson_and_the_first_page_no_part(site):
    _, (package,) = told(site, "api/page")
    _, (first,) = told(site, "index")

    assert package["@type"] == "WebPage"
    assert "educationalLevel" not in package
    assert "isPartOf" not in first


def test_a_shared_link_shows_a_large_card_and_says_what_it_shows(site):
    fields, _ = told(site, "exercise-1/page")

    assert fields["og:image"] == "https://example.invalid/site/cards/exercise-1-page.png"
    assert (fields["og:image:width"], fields["og:image:height"]) == ("1200", "630")
    assert fields["og:image:alt"] == "1(a) Draw “W” & h_t: A line & more"
    assert fields["og:title"] == "1(a) Draw “W” & h_t"
    assert fields["twitter:card"] == "summary_large_image"


def test_each_page_has_a_card_of_that_size_and_with_a_figure_of_its_own_another_one(site):
    cards = {file.name: file.read_bytes() for file in (site / "cards").iterdir()}

    assert cards.keys() == {"index.png", "exercise-1-page.png", "api-page.png"}
    for card in cards.values():
        assert struct.unpack(">II", card[16:24]) == (1200, 630)
    # Without a figure a card holds words alone, which take less room than axes.
    assert len(cards["exercise-1-page.png"]) > 1.2 * max(len(cards["index.png"]), len(cards["api-page.png"]))


@pytest.mark.parametrize("shape", ["wide", "tall"])
def test_a_card_shows_the_picture_below_its_title_or_beside_it_and_is_the_same_bytes_twice(tmp_path, shape):
    from matplotlib.image import imread, imsave

    picture, cards = tmp_path / "figure.png", [tmp_path / "one.png", tmp_path / "two.png"]
    imsave(picture, [[(1.0, 0, 0)] * (4 if shape == "wide" else 1)] * 2)
    for card in cards:
        shared_links.draw_card(card, "2(c) Raise W to the thirtieth power", "A site", picture)

    pixels = imread(cards[0])[:, :, :3]
    rows, columns = ((pixels[:, :, 0] > 0.99) & (pixels[:, :, 1] < 0.01)).nonzero()
    least, most = (190, 540) if shape == "wide" else (50, 580)
    assert least <= rows.min() <= rows.max() <= most
    assert columns.min() >= (50 if shape == "wide" else 520)
    assert cards[0].read_bytes() == cards[1].read_bytes()


def test_a_site_without_an_address_tells_none_of_it(build_in, tmp_path):
    site = site_of(build_in, tmp_path, "")

    for page in ("index", "exercise-1/page", "api/page"):
        assert told(site, page) == ({}, [])
    assert not (site / "cards").exists()
