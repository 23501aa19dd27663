"""What search engines and the site's own search are told: descriptions as text, the names of symbols."""

from types import SimpleNamespace

import pytest
from docutils import nodes
from docutils.core import publish_doctree


@pytest.mark.parametrize(
    ("tex", "said"),
    [
        (r"\frac{\partial L}{\partial W} = \sum_{t=0}^{T} \frac{\partial L_t}{\partial W}",
         "∂L/∂W = ∑_(t = 0)^T ∂L_t/∂W"),
        (r"0.9^{30}\, v v^{\mathsf T} \approx 10^{-12}", "0.9^30 vv^T ≈ 10^−12"),
        (r"y = \operatorname{diag}\bigl(\sigma'(W x)\bigr)\, W", "y = diag(σ′(Wx)) W"),
        (r"\tilde C_t \in \R^{n \times d}", "C\u0303_t ∈ R^(n×d)"),
        (r"\frac{a + b}{2} \ne \sqrt{a}", "(a+b)/2 ≠ √(a)"),
        (r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}", "[(1, 2; 3, 4)]"),
    ],
)  # fmt: skip
def test_a_formula_becomes_a_line_of_text(found_extension, tex, said):
    assert found_extension.plain_formula(tex) == said


def test_the_description_is_what_the_page_says_in_short(found_extension):
    box = ".. admonition:: In short\n\n   Here :math:`h_t` is small.\n\n   It goes on.\n"
    page = publish_doctree(f"Title\n=====\n\nBefore.\n\n{box}")

    assert found_extension.description(page) == "Here h_t is small. It goes on."


def test_without_it_the_first_paragraph_is_and_no_cell_of_a_table(found_extension):
    page = publish_doctree("Title\n=====\n\n=== ===\n a   b\n=== ===\n\nThe first.\n\nThe second.\n")

    assert found_extension.description(page) == "The first."


def test_a_shared_link_bears_the_title_as_text(found_extension):
    page = publish_doctree("R & D of :math:`h_t`\n====================\n\nText.\n")
    config = SimpleNamespace(html_baseurl="https://site.example/", root_doc="index", project="P")
    context = {"title": "R &amp; D of <math>...</math>"}

    found_extension.describe(SimpleNamespace(config=config), "a", "page.html", context, page)

    assert '<meta property="og:title" content="R &amp; D of h_t" />' in context["metatags"]


def test_a_long_description_ends_behind_a_sentence_or_else_a_word(found_extension):
    def described(text):
        section = nodes.section("", nodes.paragraph("", text))
        return found_extension.description(nodes.document(None, None, "", section))

    sentence = "A sentence of some forty characters is here. "
    assert described(sentence * 9) == (sentence * 4).strip()
    cut = described("word, " * 90)
    assert cut.endswith("word…")
    assert len(cut) <= found_extension.LONGEST


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (r"\operatorname{diag}\bigl(\sigma'(z_t)\bigr)\, W", ["diag", "sigma", "z_t", "W"]),
        (r"\begin{aligned} \frac{\partial h_{t}}{dW} \end{aligned}", ["partial", "h_t", "dW"]),
        (r"\sum_{k=0}^{t} \mathsf{T} \varphi", ["sum", "k", "0", "t", "T", "phi"]),
        ("The forget gate fₜ, σ and ∂L", ["The", "forget", "gate", "f_t", "sigma", "and", "partial", "L"]),
        ("Λ is gradient_map(x)", ["lambda", "is", "gradient_map", "x"]),
    ],
)  # fmt: skip
def test_a_formula_is_indexed_by_the_names_of_its_symbols(found_extension, text, words):
    assert found_extension.SearchFormulas({}).split(text) == words


def test_the_browser_reads_the_same_signs_as_the_index(found_extension):
    script = found_extension.SearchFormulas.js_splitter_code

    for sign, name in {"σ": "sigma", "Λ": "lambda", "∂": "partial"}.items():
        assert f'"{sign}": " {name} "' in script
    assert '"ₜ": "_t"' in script


def test_an_address_that_disappears_is_named_with_what_to_do(addresses_tool, tmp_path):
    site, kept = tmp_path / "site", tmp_path / "addresses.txt"
    (site / "_modules").mkdir(parents=True)
    (site / "_modules" / "source.html").write_text("")
    page = '<nav id="menu"></nav><article class="bd-article"><h1 id="{}">x</h1><p id="id3"></p></article>'
    (site / "page.html").write_text(page.format("old"))
    assert addresses_tool.check(site, kept, add=True) == ""
    assert kept.read_text() == "page.html\npage.html#old\n"

    (site / "page.html").write_text(page.format("new"))
    said = addresses_tool.check(site, kept)

    assert "page.html#old\nSomeone may have linked them." in said
    assert "menu" not in said
    assert kept.read_text() == "page.html\npage.html#old\n"
    addresses_tool.check(site, kept, add=True)
    assert kept.read_text() == "page.html\npage.html#new\npage.html#old\n"
