"""The whole site as one PDF."""

import subprocess
import sys
from pathlib import Path
from unicodedata import normalize

import pytest
from pypdf import PdfReader

from pdf import show_links

ROOT = Path(__file__).parents[2]
SITE = ROOT / "build" / "html"


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    """Return the PDF as a reader meets it, printed by the project's own tool."""
    target = tmp_path_factory.mktemp("pdf") / "site.pdf"
    # In a process of its own: the tests of this one may have a browser open.
    subprocess.run([sys.executable, ROOT / "docs" / "_tools" / "pdf.py", "--target", target], check=True)
    return PdfReader(target)


def links(paper):
    """Yield each link's page and target: a name in the document or an address outside."""
    for sheet in paper.pages:
        for note in sheet.get("/Annots", []):
            link = note.get_object()
            if link["/Subtype"] == "/Link":
                yield sheet, link.get("/Dest") or link["/A"].get("/D") or link["/A"]["/URI"]


def test_the_pdf_has_contents_numbers_and_links_that_lead_somewhere(paper):
    """One test, for printing takes a while: each worker would print anew."""
    # A font may draw the letters ff as one sign.
    texts = [" ".join(normalize("NFKC", sheet.extract_text()).split()) for sheet in paper.pages]
    chapters = [one for one in paper.outline if not isinstance(one, list)]
    assert len(chapters) >= 25
    assert len(chapters) < len(paper.pages) < 600
    assert "Contents" in texts[1][:20]

    # Each chapter begins on the page that the outline and the contents name, which bears that number.
    listed = "".join("".join(texts[1:8]).split())
    for chapter in chapters:
        number = paper.get_destination_page_number(chapter) + 1
        title = "".join(chapter.title.split())
        assert title in "".join(texts[number - 1].split()), chapter.title
        assert f"{title}{number}" in listed, chapter.title
        assert str(number) in (texts[number - 1].split()[0], texts[number - 1].split()[-1]), texts[number - 1]

    within = [target for _, target in links(paper) if not str(target).startswith(("http", "mailto"))]
    known = {name.lstrip("/") for name in paper.named_destinations}
    assert len(within) > 500
    assert [target for target in within if isinstance(target, str) and target.lstrip("/") not in known] == []
    assert [target for _, target in links(paper) if str(target).startswith("file:")] == []
    assert paper.metadata == {
        "/Title": "RNN Solutions"
    }  # no date, so that the same site gives the same bytes


def test_a_printed_site_shows_its_links_to_the_pdf(tmp_path):
    hidden = 'EPUB<span class="printed" hidden>, <a href="../rnn-solutions.pdf" download>PDF</a></span>'
    page = tmp_path / "part" / "page.html"
    page.parent.mkdir()
    page.write_text(hidden, encoding="utf-8")

    show_links(tmp_path)

    assert page.read_text(encoding="utf-8") == hidden.replace(" hidden", "")
    offers = [
        page for page in SITE.rglob("*.html") if "rnn-solutions.pdf" in page.read_text(encoding="utf-8")
    ]
    texts = [page.read_text(encoding="utf-8") for page in offers]
    assert len(offers) >= 18
    assert all('<span class="printed"' in text for text in texts)
