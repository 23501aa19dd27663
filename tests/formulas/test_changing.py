"""A formula is changed in one place, as a slip of the pen would."""

import pytest

from rnn_solutions.formulas.changing import changes
from rnn_solutions.formulas.tree import read_one


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
        ("x = W (a + b)", {"x = (a + b) W"}),
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
