"""What those who list or link a page are told of it: its description and its title, as text."""

from types import SimpleNamespace

import pytest
from docutils import nodes
from docutils.core import publish_doctree

import descriptions


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
def test_a_formula_becomes_a_line_of_text(tex, said):
    assert descriptions.plain_formula(tex) == said


def test_the_description_is_what_the_page_says_in_short():
    box = ".. admonition:: In short\n\n   Here :math:`h_t` is small.\n\n   It goes on.\n"
    page = publish_doctree(f"Title\n=====\n\nBefore.\n\n{box}")

    assert descriptions.description(page) == "Here h_t is small. It goes on."


def test_without_it_the_first_paragraph_is_and_no_cell_of_a_table():
    page = publish_doctree("Title\n=====\n\n=== ===\n a   b\n=== ===\n\nThe first.\n\nThe second.\n")

    assert descriptions.description(page) == "The first."


def test_a_shared_link_bears_the_title_as_text():
    page = publish_doctree("R & D of :math:`h_t`\n====================\n\nText.\n")
    config = SimpleNamespace(html_baseurl="https://site.example/", root_doc="index", project="P")
    context = {"title": "R &amp; D of <math>...</math>"}

    descriptions.describe(SimpleNamespace(config=config), "a", "page.html", context, page)

    assert '<meta property="og:title" content="R &amp; D of h_t" />' in context["metatags"]


def test_a_long_description_ends_behind_a_sentence_or_else_a_word():
    def described(text):
        section = nodes.section("", nodes.paragraph("", text))
        return descriptions.description(nodes.document(None, None, "", section))

    sentence = "A sentence of some forty characters is here. "
    assert described(sentence * 9) == (sentence * 4).strip()
    cut = described("word, " * 90)
    assert cut.endswith("word…")
    assert len(cut) <= descriptions.LONGEST
