"""TeX without the site's macros, as a reader copies it."""

import re

import pytest
from math_core import LatexToMathML

from mathml import MACROS, aligned, to_mathml
from rnn_solutions.formulas.pages import formulas, unnumbered
from written_out import written_out


@pytest.mark.parametrize(
    ("tex", "plain"),
    [
        (r"x \in \R^n", r"x \in \mathbb{R}^n"),
        (r"\Rightarrow \R", r"\Rightarrow \mathbb{R}"),
        (r"a \\\R \\R", r"a \\\mathbb{R} \\R"),  # a line break, and a letter behind another one
        (r"\pd{L}{W_{hh}}", r"\frac{\partial L}{\partial W_{hh}}"),
        (r"\pd{L}{\pd{h\T}{x}}", r"\frac{\partial L}{\partial \frac{\partial h^{\mathsf{T}}}{\partial x}}"),
        (r"\pd y \theta + 1", r"\frac{\partial y}{\partial \theta} + 1"),
        (r"\pd{\{a\}}b", r"\frac{\partial \{a\}}{\partial b}"),
    ],
)
def test_a_macro_gives_way_to_what_it_means(tex, plain):
    assert written_out(tex, MACROS) == plain


@pytest.mark.parametrize("tex", [r"\pd{L}", r"\pd{L}{W"])
def test_a_macro_that_lacks_something_stays_for_the_converter_to_complain_of(tex):
    assert written_out(tex, MACROS) == tex


def test_every_formula_means_the_same_to_a_converter_that_knows_no_macro():
    plain = LatexToMathML(annotation=False, fancy_error=False)
    with_macros = LatexToMathML(macros=MACROS, annotation=False, fancy_error=False)
    texts = [*formulas().values(), *(one.tex for one in unnumbered())]

    assert sum(written_out(tex, MACROS) != tex for tex in texts) >= 5
    for tex in map(aligned, texts):
        same = with_macros.convert_with_local_state(tex, displaystyle=True)
        assert plain.convert_with_local_state(written_out(tex, MACROS), displaystyle=True) == same, tex


def test_what_stands_behind_a_formula_to_copy_knows_no_macro():
    (copied,) = re.findall(r'x-tex">(.*?)</annotation>', to_mathml(r"x \in \R, \pd{L}{x}", display=True))

    assert copied == r"x \in \mathbb{R}, \frac{\partial L}{\partial x}"
