"""Our TeX is read as what it says, worked out in the order in which it is written, and changed one thing at a time."""

import numpy as np
import pytest
import sympy

from rnn_solutions.formulas.pages import formulas
from rnn_solutions.formulas.changing import changes
from rnn_solutions.formulas.comparing import check
from rnn_solutions.formulas.evaluating import Evaluation, Meaning, UnknownSymbolError
from rnn_solutions.formulas.tokens import NotOurTeXError
from rnn_solutions.formulas.tree import read, read_one
from rnn_solutions.formulas.values import Function, Row, ShapesError, steps

RNG = np.random.default_rng(0)
A, B = RNG.normal(size=(2, 3, 3))
u, v = RNG.normal(size=(2, 3))
MATRICES = {"A": A, "B": B, "u": u, "v": v, "g": Row(v), "n": 3, "I": np.eye(3), "f": steps(RNG.normal(size=(5, 3)))}
f = MATRICES["f"]


def worked_out(tex, **more):
    return Evaluation(Meaning(MATRICES | more, over={"a": range(1, 4), "w": "xy"}))(read_one(tex))


@pytest.mark.parametrize(
    ("tex", "value"),
    [
        (r"2^3 - 1", 7),
        (r"\frac12 + \tfrac{3}{2}", 2.0),
        (r"1{,}000 + 1\,000", 2000),
        (r"A B v", A @ B @ v),
        (r"A^{-1} v", np.linalg.inv(A) @ v),
        (r"A^{\mathsf T} B^{-\mathsf T}", A.T @ np.linalg.inv(B).T),
        (r"A^3", A @ A @ A),
        (r"u v^{\mathsf T}", np.outer(u, v)),
        (r"u^{\mathsf T} v", u @ v),
        (r"g A u", v @ A @ u),
        (r"u \odot A v", u * (A @ v)),
        (r"\operatorname{diag}(u) A", np.diag(u) @ A),
        (r"A_{1,2} + u_3", A[0, 1] + u[2]),
        (r"(A B)_{3,1}", (A @ B)[2, 0]),
        (r"\sigma'(u_1)", np.exp(-u[0]) / (1 + np.exp(-u[0])) ** 2),
        (r"\sigma(u_1)^2", 1 / (1 + np.exp(-u[0])) ** 2),
        (r"\tanh u_1 \cdot 2", 2 * np.tanh(u[0])),
        (r"\log \lvert \det A \rvert", np.log(abs(np.linalg.det(A)))),
        (r"\lVert A \rVert", np.linalg.norm(A, 2)),
        (r"\lVert A \rVert_F^2", (A**2).sum()),
        (r"\max_a u_a \lVert v \rVert", u.max() * np.linalg.norm(v)),
        (r"\max_a \lvert u_a \rvert v_a", (abs(u) * v).max()),
        (r"\min(2, 1, 3)", 1),
        (r"\sum_{j=1}^{3} j^2 + 1", 15),
        (r"\sum_{j=2}^{1} A", 0),
        (r"\prod_{j=1}^{3} (j + 1)", 24),
        (r"\sum_{w} 2", 4),
        (r"f_3 \odot \cdots \odot f_1", f(3) * f(2) * f(1)),
        (r"\operatorname{diag}(u_1, \dots, u_n)", np.diag(u)),
        (r"\begin{bmatrix} A & 0 \\ 0 & I \end{bmatrix}", np.block([[A, np.zeros((3, 3))], [np.zeros((3, 3)), np.eye(3)]])),
        (r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}^2", np.array([[7, 10], [15, 22]])),
        (r"\begin{cases} 1 & \text{if } n = 2, \\ 5 & \text{otherwise} \end{cases}", 5),
        (r"\binom{n}{2} + [n = 3] + [n = 2]", 4),
        (r"e^{0 A}", np.eye(3)),
        (r"\frac{\partial (n^2 x)}{\partial x}", 9.0),
        (r"\frac{\partial \, \sigma(y x)}{\partial y} \right|_{y = 0}", 0.5),
    ],
)  # fmt: skip
def test_a_formula_is_worked_out_as_it_is_written(tex, value):
    np.testing.assert_allclose(np.asarray(worked_out(tex, x=2.0, y=1.0)), value, rtol=1e-13)


@pytest.mark.parametrize(("t", "k"), [(4, 1), (3, 1), (2, 1), (1, 1)])
def test_dots_stand_for_what_the_indices_say_down_to_nothing(t, k):
    J = steps(RNG.normal(size=(5, 3, 3)))
    product = np.eye(3)
    for j in range(k + 1, t + 1):
        product = J(j) @ product

    for tex in (r"J_t J_{t-1} \cdots J_{k+1}", r"J_t \cdots J_{k+1}"):
        np.testing.assert_allclose(worked_out(tex, J=J, t=t, k=k), product, rtol=1e-13)


def test_dots_whose_members_do_not_follow_each_other_have_no_value():
    with pytest.raises(ValueError, match=r"members \[3, 3\] .* do not follow each other"):
        worked_out(r"f_3 \odot f_3 \odot \cdots \odot f_1")


@pytest.mark.parametrize(
    ("tex", "message"),
    [
        (r"A v + u \odot w", "the symbol w has no meaning"),
        (r"A_{1,4}", "no entry 4: they run from 1 to 3"),
        (r"f_{-1}", "no step -1: they run from 0 to 4"),
        (r"u A", r"a column stands before an array of shape \(3, 3\)"),
        (r"u \odot A", r"shapes \(3,\) and \(3, 3\) are multiplied entry by entry"),
        (r"A + u", r"shapes \(3, 3\) and \(3,\) are added"),
        (r"g + u", "a row and a column are added"),
    ],
)
def test_what_has_no_value_says_why(tex, message):
    with pytest.raises((UnknownSymbolError, IndexError, ShapesError), match=message):
        worked_out(tex)


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


def errors(tex, meaning):
    return [one.error for one in check(read(tex), meaning, lambda *_: None)]


def test_the_relations_of_a_formula_are_compared_with_the_meaning_of_their_signs():
    meaning = Meaning({"a": 1.0, "b": 2.0, "M": np.eye(2), "n": 2, "v": np.array([0.5, -0.5])})

    assert errors(r"a = \frac{b}{2} < b \le 2, \quad \lvert v \rvert < 1", meaning) == [0, 0, 0, 0]
    assert errors(r"a < a + 0, \quad b \le a, \quad v > 0", meaning) == [1, 0.5, 1]
    assert errors(r"M \in \mathbb R^{n \times n}, \quad v \in \R^{n + 1}", meaning) == [0, 1]
    has = r"\begin{bmatrix} 0 & 1 \\ 4 & 0 \end{bmatrix} \text{ has the eigenvalues } 0 \pm "
    assert errors(has + "b", meaning) == pytest.approx([0], abs=1e-15)
    assert errors(has + "a", meaning) == pytest.approx([0.5])
    assert errors(r"a = 1 \quad \text{for } b = 2 \\ a = 5 \quad \text{if } b = 3", meaning) == [0]


@pytest.mark.parametrize(
    ("tex", "message"), [("v = M", "shapes"), ("a = a", "a is compared with itself"), ("a + b", "says nothing")]
)
def test_what_cannot_be_compared_is_an_error(tex, message):
    with pytest.raises(ValueError, match=message):
        errors(tex, Meaning({"a": 1.0, "b": 2.0, "M": np.eye(2), "v": np.ones(2)}))


def test_exact_numbers_are_compared_exactly_and_symbols_for_all_values():
    x = sympy.Symbol("x")

    assert errors(r"(x + 1)^2 = x^2 + 2 x + 1", Meaning({"x": x}, exact=True)) == [0]
    assert errors(r"(x + 1)^2 = x^2 + 2 x", Meaning({"x": x}, exact=True)) == [1]
    third = sympy.Rational(1, 3)
    assert errors(r"0.1 a = \frac{1}{30}", Meaning({"a": third}, exact=True)) == [0]


class AnySymbols:
    def is_index(self, node):
        return all(part.kind in ("number", "add") or part.value in "tkj" for _, part in node.walk())

    def is_name(self, written):
        return written in ("W_{f}", r"\sigma", r"\sigma'")

    def may_change_places(self, product, place):
        return product.parts[place].kind == "number"


def slips(tex):
    return {str(one) for one in changes(read_one(tex), AnySymbols())}


@pytest.mark.parametrize(
    ("tex", "some"),
    [
        ("x = a + b", {"x = a - b", "x = - a + b", "a = x + b"}),
        (r"x \le W_f y", {r"x \ge W_{f} y", r"x \le y W_{f}"}),
        ("x = h_{t-1}", {"x = h_{t}", "x = h_{t - 1 - 1}", "x = h_{t + 1}"}),
        (r"x = \sum_{j=0}^{t} h_j", {r"x = \sum_{j = 1}^{t} h_{j}", r"x = \sum_{j = 0}^{t - 1} h_{j}"}),
        (r"x = A^{\mathsf T}", {"x = A"}),
        (r"x = \sigma'(A^{-1})", {"x = \\sigma (A^{- 1})", "x = \\sigma' (A)"}),
        (r"x = \max_j h_j", {r"x = \min_{j} h_{j}"}),
        ("x = 1 - y", {"x = 2 - y", "x = 1 + y"}),
        (r"x = \frac{\partial h_t}{\partial h_k}", {r"x = \frac{∂ h_{k}}{∂ h_{t}}"}),
    ],
)
def test_a_formula_is_changed_in_every_way_that_a_slip_could(tex, some):
    assert some <= slips(tex)


def test_a_change_that_says_the_same_is_none():
    assert "x = b + a" not in slips("x = a + b")
    assert r"x = b \odot a" not in slips(r"x = a \odot b")
    assert "x = A 2" not in slips("x = 2 A")
    assert not any("W_{g}" in one or "W_{f + 1}" in one for one in slips("x = W_f"))


def test_a_function_and_a_family_are_not_the_same():
    assert worked_out("h(2)", h=Function(lambda time: 10 * time)) == 20
    assert worked_out("h_2", h=steps([0, 1, 20])) == 20
