"""The sides of a formula's relations are compared with the meaning of the signs between them."""

import numpy as np
import pytest
import sympy

from rnn_solutions.formulas.comparing import check
from rnn_solutions.formulas.evaluating import Meaning
from rnn_solutions.formulas.tree import read


def errors(tex, meaning):
    return [one.error for one in check(read(tex), meaning, lambda *_: None)]


def test_the_relations_of_a_formula_are_compared_with_the_meaning_of_their_signs():
    meaning = Meaning({"a": 1.0, "b": 2.0, "M": np.eye(2), "n": 2, "v": np.array([0.5, -0.5])})

    assert errors(r"a = \frac{b}{2} < b \le 2, \quad \lvert v \rvert < 1", meaning) == [0, 0, 0, 0]
    assert errors(r"b > a, \quad b \ge a", meaning) == [0, 0]
    assert errors(r"a < a + 0, \quad b \le a, \quad v > 0", meaning) == [1, 0.5, 1]
    assert errors(r"M \in \mathbb R^{n \times n}, \quad v \in \R^{n + 1}", meaning) == [0, 1]
    has = r"\begin{bmatrix} 0 & 1 \\ 4 & 0 \end{bmatrix} \text{ has the eigenvalues } 0 \pm "
    assert errors(has + "b", meaning) == pytest.approx([0], abs=1e-15)
    assert errors(has + "a", meaning) == pytest.approx([0.5])
    assert errors(r"a = 1 \quad \text{for } b = 2 \\ a = 5 \quad \text{if } b = 3", meaning) == [0]


@pytest.mark.parametrize(
    ("tex", "message"),
    [("v = M", "shapes"), ("a = a", "a is compared with itself"), ("a + b", "says nothing")],
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
