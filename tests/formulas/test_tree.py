"""Our TeX is read as what it says, and what is no TeX of ours is refused."""

import pytest

from rnn_solutions.formulas.pages import formulas
from rnn_solutions.formulas.tokens import NotOurTeXError
from rnn_solutions.formulas.tree import read


@pytest.mark.parametrize(
    ("tex", "message"),
    [
        (r"a = \frobnicate b", r"column 5: the command \\frobnicate is not in the grammar"),
        (r"a = (b + c", r"column 11: the end where one of these was expected: .*paren end"),
        (r"a = b )", r"column 7: '\)' where one of these was expected"),
        (r"\begin{aligned} a \end{bmatrix}", "ends what did not begin"),
    ],
)
def test_a_formula_outside_the_grammar_says_where_and_what_was_expected(tex, message):
    with pytest.raises(NotOurTeXError, match=message):
        read(tex)


def test_every_numbered_formula_is_read():
    assert all(read(tex) for tex in formulas().values())


def test_rows_go_on_where_they_begin_with_a_sign_and_conditions_belong_to_their_row():
    first, second, third = read(
        r"\begin{aligned} x &= y \\ & {} + z, && \text{a remark} \\ &= w \quad (k < n), \\ "
        r"u &= v \quad \text{for } j = 1, \dots, n \\ \text{GRU:} \quad r &< s \end{aligned}"
    )

    assert str(first.chain) == "x = y + z = w"
    assert [str(one) for one in (*first.conditions, *second.conditions)] == ["k < n", r"j = 1, \cdots, n"]
    assert (str(third.chain), third.of) == ("r < s", "GRU")


def test_what_stands_before_an_arrow_is_a_condition_of_what_stands_behind_it():
    (statement,) = read(r"a < b \;\Longrightarrow\; c < d")

    assert str(statement.chain) == "c < d"
    assert [str(one) for one in statement.conditions] == ["a < b"]


def test_a_row_goes_on_with_the_formula_and_not_with_a_remark_behind_it():
    first, remark = read(r"\begin{aligned} x &= y && z = 1 \\ &= w \end{aligned}")

    assert [str(one.chain) for one in (first, remark)] == ["x = y = w", "z = 1"]


def test_s_before_brackets_is_a_factor_unless_it_has_an_index():
    product, value = (one.chain.parts[1].kind for one in read(r"a = s (1 - s), \quad b = s_{\min} (A)"))

    assert (product, value) == ("mul", "apply")
