"""TeX as the pages and docstrings write it, as MathML."""

import pytest


@pytest.mark.parametrize(("tex", "rows"), [("a = b", 0), ("a = b,\n\nc = d", 2), ("a &= b \\\\\n&= c", 2)])
def test_formulas_stand_below_each_other_where_the_source_says_so(mathml_extension, tex, rows):
    """An empty line between them says so in a docstring, a double backslash on a page."""
    assert mathml_extension.to_mathml(tex, display=True).count("<mtr>") == rows
