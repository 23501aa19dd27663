"""Formulas without a number: what is said of right ones, and that wrong ones are noticed anywhere."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from rnn_solutions.claims import unnumbered
from rnn_solutions.claims.unnumbered import Found, judge_unnumbered
from rnn_solutions.formulas import pages
from rnn_solutions.formulas.pages import Unnumbered
from unnumbered_formulas import what_is_wrong

TOP = Path(__file__).parents[2]
LISTED = set((TOP / "docs" / "_tools" / "unchecked-formulas.txt").read_text(encoding="utf-8").splitlines())


@lru_cache(maxsize=1)
def everything() -> list[Found]:
    """Return what is said of every formula of the project."""
    return judge_unnumbered()


def line(found: Found) -> str:
    """Return a formula's line on the list of those that nothing confirms."""
    return f"{found.formula.file}: {found.formula.tex}"


def judged(tex: str, file: str = "docs/index.md") -> str:
    """Return what is said of a formula that stands there."""
    found = unnumbered.judge_formula(Unnumbered(file, 1, tex))
    assert found is not None
    return found.how


def is_noticed(tex: str, file: str) -> bool:
    """Say whether a formula that stands there would fail the build."""
    how = judged(tex, file)
    return how in ("false", "unread") or (how in ("open", "assumed") and f"{file}: {tex}" not in LISTED)


def test_every_formula_of_the_project_is_confirmed_or_on_the_list():
    """Nothing is false or unread, and the list has no line too many and none too few."""
    assert {one.how for one in everything()} == {"matched", "worked out", "assumed", "open"}
    assert {line(one) for one in everything() if one.how in ("assumed", "open")} == LISTED


def test_most_formulas_that_say_something_are_confirmed():
    """Of the formulas that do more than give a symbol a value, three in four and more."""
    said = [one.how for one in everything() if one.how != "assumed"]

    assert said.count("open") < len(said) / 4


@pytest.mark.parametrize(
    ("tex", "how"),
    [
        (r"J_k = D_k W", "matched"),  # with another index
        (r"\operatorname{diag}(\sigma'(z_j)) = D_j", "matched"),  # the sides exchanged
        (r"1 - \sigma(u) = \sigma(-u)", "worked out"),
        (r"(1 - \varepsilon)^m \ge 1 - m \varepsilon", "worked out"),
        (r"K = 20", "assumed"),
        (r"\lVert W \rVert < 4", "assumed"),
        (r"0.4^{30} \approx 10^{-12}", "worked out"),
        (r"W^n \to 0", "open"),
        (r"a ) = b", "unread"),
    ],
)
def test_what_is_said_of_a_formula(tex, how):
    """Each way to confirm a formula, and the ways not to."""
    assert judged(tex) == how


PLANTED = [
    # In running text: signs, indices, exchanged gates, relations turned, a factor left out.
    ("docs/beyond/the-gru-beside-them.md", r"1 - \sigma(u) = -\sigma(-u)"),
    ("docs/beyond/the-gru-beside-them.md", r"h_t = z_t \odot h_{t-1} + z_t \odot n_t"),
    ("docs/beyond/the-gru-beside-them.md", r"z'_t = z_t (1 + z_t)"),
    ("docs/beyond/five-remedies.md", r"\tanh(z/2) = 2 \sigma(z) + 1"),
    ("docs/beyond/from-here-on.md", r"\gamma = \sqrt{1 + \lvert \lambda \rvert^2}"),
    ("docs/beyond/from-here-on.md", r"r / (1 - r^2) = 1 / (2 \sinh r)"),
    ("docs/beyond/from-here-on.md", r"g_t = \partial L_t / \partial h_t + \lambda\, g_{t-1}"),
    ("docs/beyond/from-here-on.md", r"\partial \lambda^j / \partial \theta = i \lambda^j"),
    ("docs/beyond/the-whole-jacobian-of-the-lstm.md", r"h_t = f_t \odot \tanh C_t"),
    (
        "docs/beyond/the-whole-jacobian-of-the-lstm.md",
        r"\dot C_t = i_t \odot \dot C_{t-1} + A_t\, \dot h_{t-1}",
    ),
    ("docs/beyond/when-eigenvalues-mislead.md", r"\lVert E \rVert \le s_{\min}"),
    ("docs/beyond/when-eigenvalues-mislead.md", r"(z I + M)\, v = E v"),
    ("docs/exercise-1/backpropagation-through-time.md", r"z_t = W h_t + U x_t"),
    ("docs/exercise-1/jacobian-of-a-dense-layer.md", r"y = \tanh(W x)"),
    ("docs/exercise-2/expansion-for-three-steps.md", r"L_t = \tfrac12 \lVert h_t + y_t \rVert^2"),
    ("docs/beyond/the-whole-jacobian-of-the-lstm.md", r"A_t = A^f_t + A^i_t - A^c_t"),
    ("docs/beyond/the-whole-jacobian-of-the-lstm.md", r"f'_t = i_t (1 - f_t)"),
    ("docs/notation.md", r"h_t = o_t \odot \tanh C_{t-1}"),
    ("docs/exercise-1/backpropagation-through-time.md", r"k \ge t"),
    ("docs/exercise-1/backpropagation-through-time.md", r"h_{0} = 0"),
    (
        "docs/exercise-1/backpropagation-through-time.md",
        r"J_t\, \partial h_t / \partial h_k = \partial h_t / \partial h_k",
    ),
    ("docs/exercise-2/thirtieth-power.md", r"\lVert M^n \rVert < \rho^n"),
    ("docs/exercise-3/gradient-along-the-cell-state.md", r"(1 - \varepsilon)^m \le 1 - m \varepsilon"),
    (
        "docs/exercise-3/gradient-along-the-cell-state.md",
        r"\partial \tilde C_j / \partial h_{j-1} = \operatorname{diag}(\tilde C'_j)\, W_f",
    ),
    # In boxes.
    ("docs/exercise-1/jacobian-of-a-dense-layer.md", r"\sigma' = \sigma \cdot (1 + \sigma)"),
    ("docs/exercise-1/jacobian-of-a-dense-layer.md", r"\sigma' \ge \tfrac14"),
    ("docs/exercise-2/thirtieth-power.md", r"0.4^{30} \approx 10^{-11}"),
    ("docs/exercise-2/powers-by-eigendecomposition.md", r"M^n = Q^{-1} \Lambda^n Q"),
    # On the landing page, in the notation, in a caption.
    ("docs/index.md", r"\dfrac{\partial y}{\partial x} = W\, \operatorname{diag}(\sigma'(W x))"),
    ("docs/index.md", r"W^{30} = 0.9^{30}\, v v^{\mathsf T} - 0.4^{30}\, u u^{\mathsf T}"),
    (
        "docs/notation.md",
        r"C_t = i_t \odot C_{t-1} + f_t \odot \tilde C_t, \qquad h_t = o_t \odot \tanh(C_t)",
    ),
    ("docs/notation.md", r"h_t = (1 - z_t) \odot h_{t-1} + z_t \odot n_t"),
    ("docs/exercise-2/thirtieth-power.md", r"\rho > 2"),
    # In docstrings.
    (
        "rnn_solutions/networks/linear_recurrence.py",
        r"K_j = \Lambda^{j+1} B = \frac{\partial h_{k+j}}{\partial x_k}",
    ),
    ("rnn_solutions/learning/losses.py", r"L = \frac{1}{N} \sum_{j=1}^{N} (y_j + \hat y_j)^2"),
    ("rnn_solutions/matrices/powers.py", r"M = Q \Lambda Q, \qquad M q_i = \lambda_i q_i"),
    ("rnn_solutions/networks/rnn.py", r"z_t = W h_{t-1} - U x_t + b, \qquad h_t = \sigma(z_t)"),
]


@pytest.mark.parametrize(("file", "tex"), PLANTED)
def test_a_wrong_formula_is_noticed(file, tex):
    """None of them is confirmed by anything, or on the list."""
    assert is_noticed(tex, file)


def test_formulas_are_found_where_a_reader_sees_them():
    """In text, displays, captions at the head of a cell and docstrings, with their lines; not in code."""
    page = "A $a = b$.\n\n$$\nc = d\n$$\n\n"
    page += "```{code-cell}\n---\ncaption: $e = f$\n---\ng = '$h = i$'\n```\n`$j = k$`\n"
    docstring = 'r"""Return :math:`a = b`.\n\n    .. math:: c = d\n       + e\n    """\n'

    on_page = list(pages._in_text("p.md", 1, pages._without_code(page), pages.DOLLARS))
    ((at, text),) = pages._docstrings(docstring)
    documented = [one.tex for one in pages._in_text("m.py", at, text, pages.ROLES)]

    assert [(one.line, one.tex) for one in on_page] == [(1, "a = b"), (3, "c = d"), (9, "e = f")]
    assert documented == ["a = b", "c = d + e"]


def test_the_build_warns_of_what_is_not_on_the_list():
    """A formula that nothing confirms says where it stands; one that is listed, or confirmed, is nothing."""
    one = {"formula": {"file": "docs/index.md", "line": 3, "tex": "a = 2"}, "how": "assumed", "by": ""}

    assert "add to docs/_tools/unchecked-formulas.txt: docs/index.md: a = 2" in what_is_wrong(one, set())
    assert what_is_wrong(one, {"docs/index.md: a = 2"}) == ""
    assert what_is_wrong(one | {"how": "matched"}, set()) == ""
    assert "another right side" in what_is_wrong(one | {"how": "false", "by": "eq-x"}, set())
