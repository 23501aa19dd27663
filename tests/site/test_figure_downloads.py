"""A figure of a small site to take away; the browser session looks at those of the whole site."""

import base64
import re
import struct
from xml.etree import ElementTree as ET

import pytest

PAGE = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3, language: python}
---
# A line & a map

```{code-cell} ipython3
---
tags: [hide-input]
mystnb:
  figure: {name: fig-both, caption: "Both."}
  image: {alt: "A line & four cells"}
---
import matplotlib.pyplot as plt
_, (left, right) = plt.subplots(1, 2, figsize=(3.3, 1.7))
left.plot([1, 2], color="#0072b2")
right.imshow([[1, 2], [3, 4]], cmap="gray", interpolation="none")
right.set_xlabel("$h_t$");
```
"""
SVG = "{http://www.w3.org/2000/svg}"


def size_of_png(content):
    """Return the width and the height of a PNG."""
    return struct.unpack(">II", content[16:24])


@pytest.fixture(scope="module")
def site(build_in, tmp_path_factory):
    """Return the folder of a small site whose address is known, with one page that draws."""
    folder = tmp_path_factory.mktemp("drawn")
    index = "# Small site\n\n```{toctree}\nsub/page\n```\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SITE_URL", "https://example.invalid/site")
        assert build_in(folder, {"index.md": index, "sub/page.md": PAGE}) == 0
    return folder / "site"


@pytest.fixture(scope="module")
def page(site):
    """Return the page that draws."""
    return (site / "sub" / "page.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def svg(site):
    """Return the figure as SVG to take away."""
    return ET.parse(site / "figures" / "page-both.svg").getroot()


def test_a_line_below_a_figure_offers_its_files_its_code_and_its_citation(page):
    line = page.partition("</figure>")[2]
    assert re.findall(r'<a href="([^"]+)" download aria-label="([^"]+)"', line) == [
        ("../figures/page-both.svg", "SVG of figure 1"),
        ("../figures/page-both.png", "PNG of figure 1"),
    ]
    assert '<a href="#fig-both-code" aria-label="Code of figure 1">' in line
    code = page.partition('id="fig-both-code"')[2].partition("</pre>")[0]
    assert "subplots" in code
    (cited,) = re.findall(r"<summary.*?</summary>\s*<p>(.*?)</p>", line)
    assert cited.startswith("Figure 1 in “A line &amp; a map”. RNN Solutions ")
    assert "https://example.invalid/site/sub/page.html#fig-both" in cited
    assert cited.endswith("CC BY 4.0, https://creativecommons.org/licenses/by/4.0/")


def test_the_svg_needs_no_font_and_says_what_it_shows_and_whose_it_is(svg, page):
    assert not list(svg.iter(f"{SVG}text"))
    assert svg.findtext(f"{SVG}desc") == "A line & four cells"
    assert svg.findtext(f"{SVG}title") in page.replace("&amp;", "&")


def test_a_map_keeps_its_edges_in_a_program_that_smooths_images(svg):
    """Four pixels for four cells would be a blur."""
    (image,) = svg.iter(f"{SVG}image")
    data = image.attrib["{http://www.w3.org/1999/xlink}href"].partition("base64,")[2]
    assert min(size_of_png(base64.b64decode(data))) > 50


def test_the_png_has_twice_the_size_of_the_figure_on_the_page_which_does_not_hold_it(site, page):
    png = (site / "figures" / "page-both.png").read_bytes()
    (shown,) = re.findall(r'<svg class="plot"[^>]* width="([\d.]+)" height="([\d.]+)"', page)

    assert size_of_png(png) == pytest.approx([2 * float(side) for side in shown], abs=1)
    assert base64.b64encode(png).decode()[:100] not in page
    body = page.partition("<body")[2]  # the head names what a link to the page shows elsewhere
    assert ".png" not in re.sub(r"figures/page-both\.png|_images/pixels-\w+\.png", "", body)


def test_a_search_leads_to_no_citation(site):
    assert "creativecommon" not in (site / "searchindex.js").read_text(encoding="utf-8")
