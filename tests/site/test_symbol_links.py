"""A page's text leads from its first use of a symbol to the row of the notation, if it has one meaning."""

import re

import pytest
from bs4 import BeautifulSoup

NOTATION = r"""# Notation

## The recurrent network

:::{table}
:class: symbols
| on the page | meaning |
| --- | --- |
| $h_t$, $W$ | state, weights |
| $D_t = a$ | slopes |
| $\sigma$, $\sigma'$ | activation and its derivative |
| $z_t$ | argument of $x_t$ |
:::

## The LSTM

:::{table}
:class: symbols
| on the page | meaning |
| --- | --- |
| $h_t = b$ | output |
| $f_t$ | gate |
:::
"""
PAGE = r"""# One $h_t$

:::{admonition} Closed
:collapsible: closed
$h_t$
:::

[A link $h_t$](../notation.md)

:::{admonition} Open $h_t$
$W$ and $\sigma$, then $\sigma'$.
:::

Then $h_t$, again $h_t$, $x_t$, $f_t$, and $D_t = a$; $D_t$.
"""
PAGES = {
    "exercise-1/one": PAGE,
    "exercise-3/three": "# Three\n\n$h_t$ and $z_t$ and $f_t$.\n",
    "beyond/map-your-own-network": "# Map\n\n$h_t$ and $z_t$ and $f_t$.\n",
    "beyond/another": "# Another\n\n$f_t$ and $z_t$.\n",
}


@pytest.fixture(scope="module")
def site(build_in, tmp_path_factory):
    """Return the folder of a small site with a notation."""
    folder = tmp_path_factory.mktemp("symbols")
    index = "\n".join(["# Site\n\n$h_t$\n\n```{toctree}", "notation", *PAGES, "```\n"])
    pages = {"index": index, "notation": NOTATION} | PAGES
    assert build_in(folder, {f"{page}.md": text for page, text in pages.items()}) == 0
    return folder / "site"


def read(site, name):
    """Return the text of a page."""
    return BeautifulSoup((site / f"{name}.html").read_text(encoding="utf-8"), "html.parser").article


def links(site, name):
    """Return the formulas of a page that lead to the notation, and the anchors there."""
    found = read(site, name).select(".symbol > a")
    return [(link.annotation.get_text(), link["href"].partition("#")[2]) for link in found]


def test_the_first_of_each_symbol_leads_to_its_row_but_not_from_a_heading_a_link_or_what_is_closed(site):
    name = "exercise-1/one"

    assert links(site, name) == [
        ("\\sigma'", "symbol-recurrent-network-sigma-prime"),
        ("h_t", "symbol-recurrent-network-h-t"),
        ("D_t", "symbol-recurrent-network-D-t"),
    ]
    [linked] = [link for link in read(site, name).select(".symbol > a") if link["href"].endswith("-h-t")]
    assert "Then" in linked.find_parent("p").get_text()
    assert linked["href"].startswith("../notation.html#")
    assert linked["aria-label"] == "h_t"


@pytest.mark.parametrize(
    ("name", "linked"),
    [
        ("exercise-3/three", ["symbol-lstm-h-t", "symbol-lstm-f-t"]),
        ("beyond/map-your-own-network", ["symbol-recurrent-network-z-t", "symbol-lstm-f-t"]),
        ("beyond/another", []),
        ("index", []),
        ("notation", []),
    ],
)
def test_a_page_links_what_has_one_meaning_in_the_tables_of_its_letters(name, linked, site):
    assert [anchor for _tex, anchor in links(site, name)] == linked


def test_each_symbol_in_the_first_column_of_the_notation_has_an_anchor_of_its_own_in_its_row(site):
    anchors = read(site, "notation").select("table.symbols [id]")

    assert [(one["id"].removeprefix("symbol-"), one.annotation.get_text()) for one in anchors] == [
        ("recurrent-network-h-t", "h_t"),
        ("recurrent-network-W", "W"),
        ("recurrent-network-D-t", "D_t = a"),
        ("recurrent-network-sigma", "\\sigma"),
        ("recurrent-network-sigma-prime", "\\sigma'"),
        ("recurrent-network-z-t", "z_t"),
        ("lstm-h-t", "h_t = b"),
        ("lstm-f-t", "f_t"),
    ]


def test_what_stands_behind_a_symbol_stays_outside_its_link(site):
    first = read(site, "exercise-1/one").select(".symbol")[1]
    for hidden in first.select("annotation"):
        hidden.decompose()

    assert (first.a.get_text(), first.get_text()) == ("ht", "ht,")
    assert "Then [$h_t$](../notation.md#symbol-recurrent-network-h-t), again $h_t$," in re.sub(
        r"\s+", " ", (site / "exercise-1" / "one.md").read_text(encoding="utf-8")
    )
