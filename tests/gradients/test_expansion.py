"""The double sum as data: its terms, its LaTeX read back as numbers, and its value by complex steps."""

from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawn import draw, states
from refusals import refuses
from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.gradients.expansion import Expansion, Term, expand
from rnn_solutions.networks.lstm import LSTM
from rnn_solutions.networks.rnn import RNN

T = 3


@pytest.fixture(params=[False, True], ids=["from zero", "from h_init"])
def case(request):
    """Draw a network, a run, the loss's own terms, and each loss by each step's copy of W."""
    kind = "sigmoid RNN"
    case = draw(kind, T, seed=5)
    h_init = case.initial["h_init"] * request.param

    def losses(copies):
        h = states(kind, [case.p | {"W": W} for W in copies], case.x, h_init)
        return (case.dL_dh * h).sum(axis=1)

    by_copies = complex_step(losses, np.stack([case.p["W"]] * (T + 1)))
    return case.net, case.net.forward(case.x, h_init), case.dL_dh, by_copies


def test_three_steps_back_leave_ten_terms_and_six_when_k_starts_at_one():
    ten = [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2), (3, 0), (3, 1), (3, 2), (3, 3)]

    assert [(term.t, term.k) for term in expand(3)] == ten
    assert [(term.t, term.k) for term in expand(3, first=1)] == [pair for pair in ten if pair[1] > 0]


@given(T=st.integers(0, 12), first=st.integers(0, 14))
def test_the_number_of_terms_is_a_triangular_number(T, first):
    """Out of the m = T + 1 - first steps that are left, m (m + 1) / 2 pairs have k <= t."""
    m = max(T + 1 - first, 0)

    assert len(expand(T, first)) == len(set(expand(T, first))) == m * (m + 1) // 2


def test_an_expansion_is_a_sequence_of_its_terms():
    expansion = expand(2)

    assert expansion == Expansion(T=2, first=0)
    assert tuple(expansion) == expansion.terms == expansion[:]
    assert (expansion[0], expansion[-2]) == (Term(0, 0), Term(2, 1))
    assert Term(1, 1) in expansion
    assert Term(3, 1) not in expansion


@given(T=st.integers(0, 12), first=st.integers(0, 14), place=st.integers(-100, 100))
def test_a_term_and_its_place_are_found_from_each_other(T, first, place):
    """Against the two loops written out; a term that is none of the sum's has no place."""
    expansion, looped = expand(T, first), [Term(t, k) for t in range(T + 1) for k in range(first, t + 1)]

    assert list(expansion) == [expansion[i] for i in range(len(looped))] == looped
    assert [expansion.index(term) for term in looped] == list(range(len(looped)))
    assert [expansion.count(Term(t, first)) for t in range(first, first + 15)] == [
        int(t <= T) for t in range(first, first + 15)
    ]
    assert expansion[place:] == tuple(looped[place:])
    assert expansion[place::-2] == tuple(looped[place::-2])
    if -len(looped) <= place < len(looped):
        assert expansion[place] == looped[place]
        assert expansion.index(looped[place], place) == range(len(looped))[place]
        with pytest.raises(ValueError, match=r"^Term\(.*\) is not in the expansion$"):
            expansion.index(looped[place], 0, range(len(looped))[place])
    else:
        with pytest.raises(IndexError):
            expansion[place]


def test_a_sum_of_5e17_terms_is_as_quick_as_one_of_ten():
    """Nothing is made that is not asked for; at t = T it begins anew with k = first."""
    endless = expand(10**9, first=2)
    last = len(endless) - 1

    assert last + 1 == (10**9 - 1) * 10**9 // 2
    assert list(islice(endless, 4)) == [Term(2, 2), Term(3, 2), Term(3, 3), Term(4, 2)]
    assert endless[last] == endless[-1] == Term(10**9, 10**9)
    assert endless[last - 10**9 + 2 :: 10**9 - 2] == (Term(10**9, 2), Term(10**9, 10**9))
    assert endless.index(Term(10**9, 2)) == last - 10**9 + 2
    assert Term(10**9 - 1, 7) in endless
    assert [term in endless for term in (Term(10**9, 1), Term(10**9 + 1, 2), (3, 2))] == [False] * 3


def test_the_two_hundredth_step_is_written_and_the_largest_sum_is_where_it_is_said():
    """Sixty steps took over a minute, as each term made all the others; here is each once."""
    assert expand(200).latex().count(r"\partial^{+}") == 201 * 202 // 2
    assert len(expand(1412).terms) == 1413 * 1414 // 2 <= 10**6
    assert Term(10**6, 0).latex(products=True).count("W") == 10**6 + 1


@pytest.mark.parametrize(
    ("t", "k", "products", "latex"),
    [
        (0, 0, False, r"\frac{\partial L_0}{\partial h_0} \, \frac{\partial^{+} h_0}{\partial W}"),
        (
            2,
            0,
            False,
            (
                r"\frac{\partial L_2}{\partial h_2} \, \frac{\partial h_2}{\partial h_0} \, "
                r"\frac{\partial^{+} h_0}{\partial W}"
            ),
        ),
        (
            2,
            0,
            True,
            r"\frac{\partial L_2}{\partial h_2} \, D_2 W \, D_1 W \, \frac{\partial^{+} h_0}{\partial W}",
        ),
        (3, 3, True, r"\frac{\partial L_3}{\partial h_3} \, \frac{\partial^{+} h_3}{\partial W}"),
        (
            10,
            9,
            True,
            r"\frac{\partial L_{10}}{\partial h_{10}} \, D_{10} W \, \frac{\partial^{+} h_9}{\partial W}",
        ),
    ],
)
def test_a_term_reads_from_its_loss_to_its_immediate_derivative(t, k, products, latex):
    assert Term(t, k).latex(products=products) == latex


def test_a_jacobian_is_named_unless_its_product_is_asked_for():
    assert Term(2, 0).latex() == Term(2, 0).latex(products=False) != Term(2, 0).latex(products=True)


def test_the_sum_reads_one_line_for_each_loss():
    assert expand(1).latex() == (
        "\\begin{aligned}\n"
        r"\frac{\partial L}{\partial W} = {} & "
        r"\frac{\partial L_0}{\partial h_0} \, \frac{\partial^{+} h_0}{\partial W} \\"
        "\n& {} + "
        r"\frac{\partial L_1}{\partial h_1} \, \frac{\partial h_1}{\partial h_0} \, "
        r"\frac{\partial^{+} h_0}{\partial W} + "
        r"\frac{\partial L_1}{\partial h_1} \, \frac{\partial^{+} h_1}{\partial W}"
        "\n\\end{aligned}"
    )


@pytest.mark.parametrize("products", [False, True])
@pytest.mark.parametrize("first", [0, 1])
def test_the_sum_writes_every_term_once_and_in_order(first, products):
    expansion = expand(3, first)

    *opening, body = expansion.latex(products=products).removesuffix("\n\\end{aligned}").split("= {} & ")

    assert opening == ["\\begin{aligned}\n\\frac{\\partial L}{\\partial W} "]
    assert body.count("\\\\\n& {} + ") == 3 - first
    assert body.replace(" \\\\\n& {} + ", " + ").split(" + ") == [
        term.latex(products=products) for term in expansion
    ]


def test_the_written_product_is_the_number_when_read_from_left_to_right(case):
    """Each D_j W becomes diag(h_j (1 - h_j)) W, which loses fewer than two digits for |z| < 4."""
    net, run, dL_dh, by_copies = case
    assert np.abs(run.z).max() < 4
    h = [*run.h, run.h_init]  # h[-1] is h_init

    for term in expand(T):
        loss, *steps, immediate = term.latex(products=True).split(r" \, ")
        assert loss == rf"\frac{{\partial L_{term.t}}}{{\partial h_{term.t}}}"
        assert immediate == rf"\frac{{\partial^{{+}} h_{term.k}}}{{\partial W}}"
        row = dL_dh[term.t]
        for factor in steps:
            j = int(factor.removeprefix("D_").removesuffix(" W"))
            row = row @ np.diag(h[j] * (1 - h[j])) @ net.W
        number = np.outer(row * h[term.k] * (1 - h[term.k]), h[term.k - 1])

        np.testing.assert_allclose(number, by_copies[term.t, term.k], rtol=1e-12, atol=1e-16)


def test_a_terms_value_is_the_response_of_its_loss_to_its_steps_copy_of_w(case):
    """Exact to rounding, with one complex step for each entry of each copy."""
    _, run, dL_dh, by_copies = case

    for term in expand(T):
        np.testing.assert_allclose(term.value(run, dL_dh), by_copies[term.t, term.k], rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize("first", [0, 1, 3])
def test_the_sums_value_adds_the_terms_from_first_on(case, first):
    _, run, dL_dh, by_copies = case

    value = expand(T, first).value(run, dL_dh)

    np.testing.assert_allclose(value, by_copies[:, first:].sum(axis=(0, 1)), rtol=1e-12, atol=1e-16)


def test_starting_k_at_one_is_right_for_a_zero_initial_state_only(case):
    _, run, dL_dh, by_copies = case
    gradient = by_copies.sum(axis=(0, 1))

    error = np.linalg.norm(expand(T, first=1).value(run, dL_dh) - gradient) / np.linalg.norm(gradient)

    assert error > 0.01 if run.h_init.any() else error < 1e-15


def test_a_sum_without_terms_is_zero(case):
    net, run, dL_dh, _ = case
    empty = expand(T, first=T + 1)

    assert len(empty) == 0
    assert empty.latex() == "\\begin{aligned}\n\\frac{\\partial L}{\\partial W} = {} & 0\n\\end{aligned}"
    np.testing.assert_array_equal(empty.value(run, dL_dh), np.zeros_like(net.W), strict=True)


@pytest.mark.parametrize("integer", [np.int8, np.uint8])
def test_narrow_integers_do_not_wrap_around(integer):
    """In 8 bits T + 1 would be -128, or 0, and the sum would have no terms."""
    T = np.iinfo(integer).max

    assert len(expand(integer(T), first=integer(T - 1))) == 3
    assert repr(Term(integer(2), integer(1))) == "Term(t=2, k=1)"
    assert repr(expand(integer(2), integer(1))) == "Expansion(T=2, first=1)"


def run_of(T, weight=1.0):
    return RNN([[weight]], [[1.0]], activation="identity").forward(np.zeros((T + 1, 1)), [1.0])


def lstm_run():
    """Have a T and an h like the run of an RNN, but no W."""
    return LSTM(np.ones((4, 1)), np.ones((4, 1))).forward(np.zeros((2, 1)))


test_bad_input_is_named_with_its_values = refuses(
    (expand, -1, "T must be at least 0, got -1"),
    (expand, 10**9 + 1, "T must be at most 1000000000, got 1000000001$"),
    (lambda: expand(1413).terms, "a slice takes at most 1,000,000 terms, and here are 1,000,405$"),
    (
        lambda: expand(10**9)[1:],
        "a slice takes at most 1,000,000 terms, and here are 500,000,001,500,000,000$",
    ),
    (lambda: expand(816).latex(), "latex writes at most 1,000,000 factors, and here are 1,001,642$"),
    (
        lambda: expand(179).latex(products=True),
        "latex writes at most 1,000,000 factors, and here are 1,004,550$",
    ),
    (
        lambda: Term(10**9, 0).latex(products=True),
        "latex writes at most 1,000,000 factors, and here are 1,000,000,000$",
    ),
    (
        lambda: expand(181).value(run_of(181), np.ones((182, 1))),
        "for n = 1 value multiplies at most 1,000,000 Jacobians, and here are 1,004,731$",
    ),
    (
        lambda: expand(10).value(
            RNN(np.eye(400), np.eye(400)).forward(np.zeros((11, 400))), np.ones((11, 400))
        ),
        "for n = 400 value multiplies at most 156 Jacobians, and here are 220$",
    ),
    (expand, 2.5, r"T must be a whole number, got 2\.5"),
    (expand, "3", "T must be a whole number, got '3'"),
    (lambda: expand(3, first=-2), "first must be at least 0, got -2"),
    (lambda: expand(3, first=0.5), r"first must be a whole number, got 0\.5"),
    (Term, 2, 3, "need 0 <= k <= t, got k=3 and t=2"),
    (Term, 2, -1, "k must be at least 0, got -1"),
    (Term, 2.0, 1, r"t must be a whole number, got 2\.0"),
    (expand, np.array(3), r"T must be a whole number, got array\(3\)"),
    (Term, np.array([1]), 0, r"t must be a whole number, got array\(\[1\]\)"),
    (Term, True, 0, "t must be a whole number, got True"),
    (lambda: Term(1, 0).value(None, np.ones((2, 1))), "run must be what RNN.forward returned, got None"),
    (lambda: expand(1).value(lstm_run(), np.ones((2, 1))), "run must be .*, got LSTMRun"),
    (lambda: Term(4, 0).value(run_of(3), np.ones((4, 1))), "need 0 <= k <= t <= 3, got k=0 and t=4"),
    (lambda: Term(1, 0).value(run_of(3), np.ones((3, 1))), r"dL_dh must have shape \(4, 1\), got \(3, 1\)"),
    (lambda: expand(2).value(run_of(3), np.ones((4, 1))), "the run must have T = 2 .* got T = 3"),
    (lambda: expand(5, 6).value(run_of(5), np.ones(6)), r"dL_dh must have shape \(6, 1\), got \(6,\)"),
    (
        lambda: Term(2, 0).value(run_of(2, weight=1e100), np.full((3, 1), 1e300)),
        "the term t=2, k=0 is beyond the range of float64",
    ),
    (
        lambda: expand(1).value(run_of(1), np.full((2, 1), 1e308)),
        "the sum of the terms is beyond the range of float64",
    ),
)
