"""A formula is worked out in the order in which it is written, or says why it has no value."""

import numpy as np
import pytest

from rnn_solutions.formulas.evaluating import Evaluation, Meaning, UnknownSymbolError
from rnn_solutions.formulas.tree import read_one
from rnn_solutions.formulas.values import Function, Row, ShapesError, steps

RNG = np.random.default_rng(0)
A, B = RNG.normal(size=(2, 3, 3))
u, v = RNG.normal(size=(2, 3))
f = steps(RNG.normal(size=(5, 3)))
MATRICES = {"A": A, "B": B, "u": u, "v": v, "g": Row(v), "n": 3, "I": np.eye(3), "f": f}


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
        (r"\begin{bmatrix} A & 0 \\ 0 & I \end{bmatrix}", np.block([[A, 0 * A], [0 * A, np.eye(3)]])),
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


def test_a_function_and_a_family_are_not_the_same():
    assert worked_out("h(2)", h=Function(lambda time: 10 * time)) == 20
    assert worked_out("h_2", h=steps([0, 1, 20])) == 20


def test_a_method_is_a_family_of_its_indices():
    class Network:
        def state(self, t):
            return np.array([10 * t, 1])

    assert worked_out("h_{2,1}", h=Network().state) == 20
