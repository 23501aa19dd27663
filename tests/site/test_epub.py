"""The site as a book; the browser session looks into the book of the whole site."""

import zipfile
from xml.etree import ElementTree as ET

import pytest

import epub
from books import XHTML, links_that_lead_nowhere

INDEX = """\
<html><body><nav class="bd-links"><p class="caption">Part &amp; more</p>
<a class="internal" href="part/page.html">Page</a></nav>
<article class="bd-article"><section id="top"><h1>Site<a class="headerlink" href="#top">#</a></h1>
<svg aria-hidden="true"><path class="door"/></svg>
<p>To <a href="part/page.html#there" class="x">the page</a>, its <a href="book.zip" download>zip</a> and
<a href="https://example.invalid/">away</a>.</p></section></article></body></html>
"""
PAGE = """\
<html><body>viewBox="not here" <article class="bd-article"><section id="page"><h1>Page: a &amp; b</h1>
<h2 id="x">Below</h2><dl><dt>dl</dt><dd>dL = 1</dd></dl>
<div class="math-scroll" tabindex="0"><math display="block"><mfrac displaystyle="false"><mn>1</mn>
<mtable displaystyle="true" scriptlevel="0"><mtr><mtd><mn>2</mn></mtd></mtr></mtable></mfrac></math></div>
<figure id="there"><svg viewBox="0 0 1 1" role="img" aria-label="A line"><defs>
<clipPath id="c"></clipPath></defs><path fill="var(--figure-blue)" d="M0"/>
<image xlink:href="../_images/map.png"/></svg></figure>
<img src="../_images/map.png" alt="A map"><br>
<form hidden><input type="text"></form><p class="d-print-none">Take</p><script>1</script>
<details><summary><p class="collapsed">Show</p><p class="expanded">Hide</p></summary>
<pre data-x="1">code</pre></details><a href="../index.html#top">home</a></section></article></body></html>
"""
FILES = {"index.html": INDEX, "part/page.html": PAGE, "_images/map.png": "map", epub.FONT: "font"}


@pytest.fixture(params=["", "https://example.invalid/sub"])
def book(request, write):
    """Return the files of a small book by their names, and the address of its site, which may have none."""
    with zipfile.ZipFile(epub.bind(write(FILES), request.param)) as zipped:
        assert zipped.namelist()[0] == "mimetype"
        assert zipped.infolist()[0].compress_type == zipfile.ZIP_STORED
        return {name: zipped.read(name).decode() for name in zipped.namelist()}, request.param


def test_the_book_holds_the_pages_and_what_they_show(book):
    files, _ = book
    package = ET.fromstring(files["book/package.opf"])
    items = {item.get("href"): item for item in package.iter("{http://www.idpf.org/2007/opf}item")}

    assert files["mimetype"] == "application/epub+zip"
    assert {f"book/{name}" for name in items} | {
        "book/package.opf",
        "mimetype",
        "META-INF/container.xml",
    } == {*files}
    assert items["part/page.xhtml"].get("properties") == "mathml svg"
    assert items["index.xhtml"].get("properties") is None
    assert items["_images/map.png"].get("media-type") == "image/png"
    order = [item.get("idref") for item in package.iter("{http://www.idpf.org/2007/opf}itemref")]
    assert [items["index.xhtml"].get("id"), items["part/page.xhtml"].get("id")] == order


def test_its_contents_name_parts_pages_and_headings(book):
    contents = " ".join(ET.fromstring(book[0]["book/nav.xhtml"]).itertext()).split()

    assert " ".join(contents) == "Contents Contents Site Part & more Page: a & b Below"


def test_a_page_of_the_book_is_xhtml_with_the_names_that_svg_and_mathml_have(book):
    page = ET.fromstring(book[0]["book/part/page.xhtml"])
    text = book[0]["book/part/page.xhtml"]
    svg, mathml = (f"{{{epub.NAMESPACES[name]}}}" for name in ("svg", "math"))

    assert page.find(f".//{svg}svg").get("viewBox") == "0 0 1 1"
    assert page.find(f".//{svg}clipPath") is not None
    assert page.find(f".//{svg}path").get("fill") == "#0072b2"
    assert page.find(f".//{XHTML}dl") is not None
    assert "dL = 1" in text
    fraction = page.find(f".//{mathml}mfrac")
    assert fraction.attrib == {}
    styles = [(style.attrib, style[0].tag.removeprefix(mathml)) for style in page.iter(f"{mathml}mstyle")]
    assert styles == [({"displaystyle": "false"}, "mfrac"), ({"scriptlevel": "0"}, "mtable")]


def test_nothing_is_in_the_book_that_needs_a_browser(book):
    text = "".join(text for name, text in book[0].items() if name.endswith(".xhtml"))

    for part in (
        "<script",
        "<form",
        "<input",
        "tabindex",
        "data-x",
        "var(",
        "headerlink",
        "Take it away",
        "Hide",
        "door",
    ):
        assert part not in text
    assert "<summary>Show</summary>" in text


def test_links_lead_to_the_book_or_to_the_site_or_are_text(book):
    files, address = book
    index = files["book/index.xhtml"]

    assert '<a class="x" href="part/page.xhtml#there">the page</a>' in index
    assert '<a href="../index.xhtml#top">home</a>' in files["book/part/page.xhtml"]
    assert '<a href="https://example.invalid/">away</a>' in index
    zipped = f'<a href="{address}/book.zip">zip</a>' if address else "zip"
    assert f"its {zipped} and" in index
    assert links_that_lead_nowhere(files) == []


def test_the_book_comes_out_the_same_twice(write):
    first = epub.bind(write(FILES)).read_bytes()

    assert epub.bind(write(FILES)).read_bytes() == first
