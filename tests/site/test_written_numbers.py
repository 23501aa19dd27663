"""Numbers are written as people write them, in text, in formulas and where there can be none."""

import pytest
from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.parsers.rst import Parser
from docutils.utils import new_document

import written_numbers


@pytest.mark.parametrize(
    ("python", "people"),
    [
        ("from 1e-05 to 2.7e-12", "from 10⁻⁵ to 2.7 · 10⁻¹²"),
        ("-3e+09 (W_1), -1e+09", "-3 · 10⁹ (W_1), -1 · 10⁹"),
        ("3e-02, 2e+02, 1.0e-03, 2.1e+03", "0.03, 200, 0.0010, 2100"),
        ("erratum 3e-5x, v1.2e-7, C_1e-5", "erratum 3e-5x, v1.2e-7, C_1e-5"),
    ],
)
def test_without_formulas_a_power_has_raised_digits(python, people):
    assert written_numbers.in_words(python) == people


def test_in_text_a_power_is_a_formula():
    pieces = [*written_numbers.in_pieces("below 1e-12 or 2.70e-15, at 3e-02.")]

    assert [piece.astext() for piece in pieces] == [
        "below ", "10^{-12}", " or ", r"2.70 \cdot 10^{-15}", ", at ", "0.03", "."
    ]  # fmt: skip
    assert [isinstance(piece, nodes.math) for piece in pieces] == [
        False,
        True,
        False,
        True,
        False,
        False,
        False,
    ]


def test_code_and_what_is_printed_stay_as_they_are():
    document = new_document("page", get_default_settings(Parser))
    document += nodes.paragraph(
        "", "", nodes.Text("1e-12 "), nodes.literal("", "1e-12"), nodes.math("", "1e-12")
    )
    document += nodes.literal_block("", "1e-12")

    written_numbers.WrittenNumbers(document).apply()

    assert [node.astext() for node in document.findall(nodes.TextElement)] == [
        "10^{-12} 1e-121e-12", "10^{-12}", "1e-12", "1e-12", "1e-12"
    ]  # fmt: skip
