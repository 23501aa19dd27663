"""TeX as the pages and docstrings write it, as MathML."""

import re

import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.utils import new_document

import mathml


@pytest.mark.parametrize(("tex", "rows"), [("a = b", 0), ("a = b,\n\nc = d", 2), ("a &= b \\\\\n&= c", 2)])
def test_formulas_stand_below_each_other_where_the_source_says_so(tex, rows):
    """An empty line between them says so in a docstring, a double backslash on a page."""
    assert mathml.to_mathml(tex, display=True).count("<mtr>") == rows


@pytest.mark.parametrize(
    "tex", [r"\Bigl( a \Bigr)^2", r"\bigl[ a \bigr]_i", r"\bigl\lVert a \bigr\rVert_i^2"]
)
def test_a_bracket_of_a_given_size_bears_its_exponent_in_a_row(tex):
    """Chromium would draw it small: the browser's tests look at the pages."""
    assert re.search(r"<(msup|msub|msubsup)><mrow><mo [^>]*minsize", mathml.to_mathml(tex, display=True))


def test_what_stands_in_a_cell_stands_in_a_row():
    """In WebKit no bracket would grow there: the tests in other engines look at the pages."""
    tex = r"h &= \sigma\bigl( W \begin{bmatrix} 1 & 2 \end{bmatrix} \bigr)"
    cells = BeautifulSoup(mathml.to_mathml(tex, display=True), "html.parser").select("mtd")

    assert len(cells) == 4
    assert [[child.name for child in cell.children] for cell in cells] == [["mrow"]] * 4


@pytest.mark.parametrize(
    ("tex", "small"), [(r"a \odot b", 1), (r"a \oplus b \otimes c", 2), (r"\bigodot_i a_i", 0)]
)
def test_a_circled_operator_is_no_larger_where_a_formula_is_displayed(tex, small):
    """Firefox would draw it as large as a sum: the tests in other engines look at the pages."""
    assert mathml.to_mathml(tex, display=True).count('<mo largeop="false"') == small


@pytest.mark.parametrize(("tex", "lone"), [(r"\partial^{+} h", 1), (r"w^* + b", 1), (r"h_{k+1}", 0)])
def test_an_operator_that_is_all_of_an_exponent_has_no_space_around_it(tex, lone):
    """WebKit would set it apart as between two terms: the tests in other engines look at the pages."""
    assert mathml.to_mathml(tex, display=False).count('<mo lspace="0em" rspace="0em">') == lone


def test_punctuation_goes_to_the_formula_before_it_and_to_no_other():
    """Behind the link stands the same text as behind the formula: it must stay there."""
    link, formula = nodes.reference("", "(1)"), nodes.math("", "a")
    paragraph = nodes.paragraph("", "", link, nodes.Text(", "), formula, nodes.Text(", "))
    document = new_document("page")
    document += paragraph

    mathml.keep_punctuation(None, document, "page")

    assert formula["punctuation"] == ","
    assert [child.astext() for child in paragraph] == ["(1)", ", ", "a", " "]


def test_punctuation_goes_to_a_formula_that_a_cell_glues():
    """It stands in a box, and the mark behind that."""
    formula = nodes.math("", "10^{-12}")
    paragraph = nodes.paragraph("", "", nodes.inline("", "", formula), nodes.Text(", which"))
    document = new_document("page")
    document += paragraph

    mathml.keep_punctuation(None, document, "page")

    assert formula["punctuation"] == ","
    assert paragraph[-1].astext() == " which"


def test_what_is_framed_has_space_in_its_frame_and_around_it():
    framed = mathml.to_mathml(r"h_{\boxed{1}}", display=False)

    assert re.search(r'<mrow><mspace[^>]*></mspace><mrow class="boxed"><mspace [^>]*height', framed)
    assert re.search(r"</mspace></mrow><mspace[^>]*></mspace></mrow></msub>", framed)


EQUATIONS = """\
# Equations

```{math}
:label: def-one
a = b
```

$$
c = d
$$
"""


def test_an_equation_is_named_by_its_number_and_a_stop_until_the_script_looks(build_in, tmp_path):
    assert build_in(tmp_path, {"index.md": EQUATIONS}) == 0
    page = BeautifulSoup((tmp_path / "site" / "index.html").read_text(encoding="utf-8"), "html.parser")
    boxes = page.select(".math-scroll")

    assert [box["aria-label"] for box in boxes] == ["Equation 1", "Equation"]
    assert all(box["tabindex"] == "0" for box in boxes)
    assert page.select_one('script[src*="equations.js"]').has_attr("defer")
