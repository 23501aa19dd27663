"""What programs are told of a small site: where a link is shared, where one searches, where text is read."""

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

In short, a < b.

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

```{code-cell} ipython3
print("put out")
```

See [the other](../api/page.md#other), {py:func}`rnn_solutions.grow` and (1).

$$
a < b
$$ (def-a)
"""
REFERENCE = """\
# Without a figure

(other)=
## Words

```{eval-rst}
.. py:currentmodule:: rnn_solutions

.. py:function:: grow(M)

   Return what becomes of it.

   :Parameters:
      **M** : array
         A matrix.

   >>> grow(1)
   2
```
"""
INDEX = """\
# Small site

All of it.

```{toctree}
:caption: Part

exercise-1/page
api/page
404
```
"""
PAGES = {
    "index.md": INDEX,
    "exercise-1/page.md": DRAWS,
    "api/page.md": REFERENCE,
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
    assert not [one for one in data if "<" in one]  # which could end the element
    return {name: unescape(value) for name, value in fields}, [json.loads(one) for one in data]


def test_a_lesson_is_told_of_as_one_with_its_licence_and_level(site):
    _, (data,) = told(site, "exercise-1/page")

    assert data == {
        "@context": "https://schema.org",
        "@type": "LearningResource",
        "url": "https://example.invalid/site/exercise-1/page.html",
        "name": "1(a) Draw “W” & h_t",
        "description": "In short, a < b.",
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


# -- Without an address --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def nowhere(build_in, tmp_path_factory):
    """Return the folder of the small site, which has no address."""
    return site_of(build_in, tmp_path_factory.mktemp("nowhere"), "")


def test_a_site_without_an_address_tells_nothing_that_needs_one(nowhere):
    for page in ("index", "exercise-1/page", "api/page"):
        assert told(nowhere, page) == ({}, [])
    assert not (nowhere / "cards").exists()


def test_each_page_names_itself_as_markdown_which_is_there(nowhere):
    for page in ("index", "exercise-1/page", "api/page"):
        head = (nowhere / f"{page}.html").read_text(encoding="utf-8").partition("</head>")[0]
        (file,) = re.findall('<link rel="alternate" type="text/markdown" href="([^"]+)" />', head)
        assert ((nowhere / page).parent / file).read_text(encoding="utf-8").startswith("# ")


def test_markdown_holds_the_code_what_it_put_out_the_figure_in_words_and_links_to_markdown(nowhere):
    text = (nowhere / "exercise-1" / "page.md").read_text(encoding="utf-8")

    assert '```python\nprint("put out")\n```\n\n```\nput out\n```\n' in text
    assert "![A line & more](../figures/page-line.png)\n\n**Figure 1.** A line." in text
    assert "[the other](../api/page.md#other)" in text
    assert "[`rnn_solutions.grow()`](../api/page.md#rnn_solutions.grow)" in text
    assert "$$ a < b \\tag{1} $$" in text


def test_markdown_of_the_reference_holds_signatures_arguments_and_examples(nowhere):
    text = (nowhere / "api" / "page.md").read_text(encoding="utf-8")

    assert re.search(r"^### `rnn_solutions\.grow\(M\)`$", text, re.MULTILINE)
    assert "**Parameters**\n\n- **M** : array\n\n  A matrix." in text
    assert "```python\n>>> grow(1)\n2\n```" in text


@pytest.mark.parametrize(("which", "base"), [("nowhere", ""), ("site", "https://example.invalid/site/")])
def test_the_list_of_pages_describes_each_and_leads_to_it_as_markdown(which, base, request):
    assert (
        (request.getfixturevalue(which) / "llms.txt").read_text(encoding="utf-8")
        == f"""\
# RNN Solutions

> All of it.

Formulas are TeX between dollar signs.

- [Small site]({base}index.md): All of it.

## Part

- [1(a) Draw “W” & h_t]({base}exercise-1/page.md): In short, a < b.
- [Without a figure]({base}api/page.md)
"""
    )
