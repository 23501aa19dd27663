"""check_answer on what is asked for as a value: lists, matrices, names; and on what is no answer at all."""

import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_solutions import Feedback, check_answer, expand
from rnn_solutions.sheet.answers import double_sum, thirtieth_power, usual_mistakes
from rnn_solutions.sheet.answers.names import QUANTITIES, quantity

W = np.array([[0.58, 0.24], [0.24, 0.72]])
EXACT = [[Fraction("0.58"), Fraction("0.24")], [Fraction("0.24"), Fraction("0.72")]]
PAIRS = [(t, k) for t in range(4) for k in range(t + 1)]
SCALES = {"f": "C_{t-1}", "i": "C~_t", "o": "tanh(C_t)"}


def multiplied(M, n):
    """Multiply n factors, one after the other: fractions stay fractions."""
    power = M
    for _ in range(n - 1):
        power = [
            [sum(a * b for a, b in zip(row, column, strict=True)) for column in zip(*M, strict=True)]
            for row in power
        ]
    return power


POWER = np.array(multiplied(EXACT, 30), dtype=float)


def cut(matrix, places):
    return np.trunc(matrix * 10**places) / 10**places


def mistake(question, value):
    """Return the name of the mistake, once the answer was judged wrong."""
    found = check_answer(question, value)
    assert not found.right
    assert found.message
    assert found.mistake is None or found.mistake in usual_mistakes(question)
    return found.mistake


# 2(a)


@pytest.mark.parametrize(
    "value",
    [
        PAIRS,
        set(PAIRS),
        PAIRS[::-1],
        np.array(PAIRS),
        [list(pair) for pair in PAIRS],
        [(float(t), np.int64(k)) for t, k in PAIRS],
        iter(PAIRS),
        dict.fromkeys(PAIRS, "a term"),
        expand(3),
        [(Fraction(t), Fraction(k)) for t, k in PAIRS],
    ],
    ids=["list", "set", "reversed", "array", "lists", "floats", "iterator", "dict", "Expansion", "Fractions"],
)
def test_the_ten_terms_are_right_in_any_order_and_form(value):
    assert check_answer("2a", value) == Feedback(
        True, None, "Right: ten terms, one for each 0 <= k <= t <= 3."
    )


@pytest.mark.parametrize(
    ("name", "pairs"),
    [
        ("k from 1", [(t, k) for t in range(4) for k in range(1, t + 1)]),
        ("k up to t - 1", [(t, k) for t in range(4) for k in range(t)]),
        ("k from 1 to t - 1", [(2, 1), (3, 1), (3, 2)]),
        ("k up to T", [(t, k) for t in range(4) for k in range(4)]),
        ("t and k swapped", [(k, t) for t, k in PAIRS]),
        ("t - k for t", [(t - k, k) for t, k in PAIRS]),
        ("last loss only", [(3, k) for k in range(4)]),
        ("only k = t", [(t, t) for t in range(4)]),
        ("only k = 0", [(t, 0) for t in range(4)]),
        ("t from 1", [(t, k) for t in range(1, 4) for k in range(t + 1)]),
        ("steps counted from 1", [(t, k) for t in range(1, 5) for k in range(1, t + 1)]),
        ("t up to T - 1", [(t, k) for t in range(3) for k in range(t + 1)]),
        ("t up to T + 1", [(t, k) for t in range(5) for k in range(t + 1)]),
        ("a term twice", [*PAIRS, (3, 0)]),
    ],
)
def test_usual_mistakes_in_the_double_sum(name, pairs):
    assert mistake("2a", pairs) == name


def test_other_terms_are_named():
    found = check_answer("2a", [*PAIRS[:-1], (7, 7)])

    assert (found.right, found.mistake) == (False, None)
    assert "Missing: (3, 3); too many: (7, 7)" in found.message


@settings(max_examples=30)
@given(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4))))
def test_no_other_set_of_terms_is_right(pairs):
    assert check_answer("2a", pairs).right == (pairs == set(PAIRS))


def test_the_wrong_sets_of_terms_differ():
    sets = [frozenset(pairs) for pairs, _ in double_sum.mistakes()]

    assert len({*sets, frozenset(PAIRS)}) == len(sets) + 1


@pytest.mark.parametrize(
    "value",
    [
        None,
        3,
        "(3, 0)",
        [1, 2],
        [(1, 2, 3)],
        [(1.5, 0)],
        [("3", 0)],
        [(True, 0)],
        np.array(3),
        np.ones((2, 3)),
        [(0, np.nan)],
    ],
)
def test_what_is_no_list_of_pairs_is_refused(value):
    with pytest.raises(ValueError, match=r"2a takes the terms .* as \(t, k\) pairs of whole numbers.*; got "):
        check_answer("2a", value)


def test_an_endless_list_is_refused():
    with pytest.raises(ValueError, match="more than 1000"):
        check_answer("2a", iter(lambda: (0, 0), None))


@pytest.mark.parametrize("t", [10**400, Fraction(10**400), 10**5000, Fraction(10**5000)], ids=lambda _: "")
def test_a_step_beyond_every_float_is_too_many_and_spelled_in_part(t):
    found = check_answer("2a", [*PAIRS, (t, 0)])

    assert (found.right, found.mistake) == (False, None)
    assert "Too many: (" in found.message
    assert len(found.message) < 200


@pytest.mark.parametrize("t", [Fraction(2 * 10**17 + 1, 2), Fraction(10**400, 3)], ids=["near", "far"])
def test_a_fraction_is_whole_only_exactly(t):
    with pytest.raises(ValueError, match="2a takes the terms"):
        check_answer("2a", [(t, 0)])


# 2(c)


@pytest.mark.parametrize(
    "value",
    [
        POWER,
        POWER.tolist(),
        POWER.astype(np.float32),
        POWER.astype(complex),
        np.linalg.matrix_power(W, 30),
        0.9**30 * np.outer([0.6, 0.8], [0.6, 0.8]),
    ],
    ids=["array", "lists", "float32", "complex", "squared", "rank one"],
)
def test_the_thirtieth_power_is_right_as_computed(value):
    found = check_answer("2c", value)

    assert (found.right, found.mistake) == (True, None)
    assert "cut" not in found.message
    assert "rounded" not in found.message


def test_an_exact_power_is_called_exact():
    assert check_answer("2c", multiplied(EXACT, 30)).message == "Right, and exact."


@pytest.mark.parametrize("places", range(3, 13))
def test_rounding_is_told_apart_from_cutting(places):
    rounded, shortened = np.round(POWER, places), cut(POWER, places)

    assert check_answer("2c", rounded).right
    assert check_answer("2c", shortened).right
    assert f"rounded to {places} decimal" in check_answer("2c", rounded).message
    if (rounded != shortened).any():
        assert "cut" in check_answer("2c", shortened).message
        assert f"rounded to {places}" not in check_answer("2c", shortened).message


def test_the_sheets_own_answer_is_right_and_its_first_entry_is_cut():
    found = check_answer("2c", [[0.015260, 0.020348], [0.020348, 0.027130]])

    assert found == Feedback(True, None, "Right to 6 decimal places: cut at (0, 0), and rounded elsewhere.")


@pytest.mark.parametrize("kind", [str, Decimal])
def test_written_digits_count_with_their_zeros(kind):
    found = check_answer("2c", [[kind("0.0152"), kind("0.0203")], [kind("0.0203"), kind("0.0271")]])

    assert found.right
    assert "cut to 4 decimal places. Rounded, it would be [[0.0153," in found.message


@pytest.mark.parametrize("digits", [3, 4, 8])
def test_the_digits_of_a_number_of_low_precision_are_its_own(digits):
    """As a float, SymPy's 0.0153 of three digits is 0.01530075."""
    exact = sympy.Matrix(2, 2, [sympy.Rational(x.numerator, x.denominator) for x in np.ravel(EXACT)]) ** 30

    rounded = exact.applyfunc(lambda x: round(x, digits))

    assert f"rounded to {digits + 1} decimal places" in check_answer("2c", exact.evalf(digits)).message
    assert f"rounded to {digits} decimal places" in check_answer("2c", rounded).message
    assert check_answer("2c", exact.evalf()).message == "Right."


def test_an_entry_that_is_cut_is_not_the_one_called_wrong():
    """0.0152 is off by more than 0.0204 is, but cut from 0.01526, and the latter is neither from 0.020348."""
    found = check_answer("2c", [[0.0152, 0.0204], [0.0204, 0.0271]])

    assert not found.right
    assert "Entry (0, 1) should be 0.020348, yours is 0.0204." in found.message


@pytest.mark.parametrize("places", range(2, 9))
def test_a_fraction_of_rounded_digits_is_right_as_the_digits_are(places):
    shortened = [[Fraction(f"{entry:.{places}f}") for entry in row] for row in POWER]

    assert f"rounded to {places} decimal" in check_answer("2c", shortened).message


@pytest.mark.parametrize(
    "value",
    [
        [["0.0153", "0.02035"], ["0.02035", "0.0271"]],
        [["0.01526", "0.020"], ["0.0203", "0.027"]],
        [[0.0152, 0.020348], [0.020348, 0.0271]],
        [["0.0153", Fraction("0.020348")], ["2.03e-2", "0.027"]],
    ],
)
def test_entries_may_have_different_numbers_of_digits(value):
    assert check_answer("2c", value).right


@pytest.mark.parametrize("wrong", ["0.0151", "0.0154", "0.0152609", "0", "1/66"])
def test_each_entry_must_have_the_digits_of_its_own_place(wrong):
    assert not check_answer("2c", [[wrong, "0.02"], ["0.0203", "0.027"]]).right


def test_a_mistake_written_with_few_significant_digits_is_known():
    assert mistake("2c", [["8.0e-8", "2.5e-19"], ["2.5e-19", "5.2e-5"]]) == "elementwise power"


def test_too_few_digits_are_right_and_said_to_be_few():
    assert "do not tell it from W^29" in check_answer("2c", [[0.02, 0.02], [0.02, 0.03]]).message


def test_three_digits_from_rounding_on_the_way_are_right():
    rate = 0.0424  # 0.9^30, rounded
    found = check_answer("2c", [[0.36 * rate, 0.48 * rate], [0.48 * rate, 0.64 * rate]])

    assert found.right
    assert "3 digits" in found.message


def in_the_basis(Q, eigenvalues, last):
    return Q @ np.diag(np.array(eigenvalues) ** 30) @ last


Q = np.array([[-0.6, -0.8], [-0.8, 0.6]])
MISPRINTED = np.array([[-0.6, -0.8], [-0.8, 0.5]])


def test_the_misprint_does_no_harm_where_the_third_factor_is_the_printed_one():
    """It stands in the column of 0.4, whose 30th power is 1e-12."""
    assert check_answer("2c", in_the_basis(MISPRINTED, [0.9, 0.4], Q)).right


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("elementwise power", W**30),
        ("elementwise power", np.round(W**30, 6)),
        ("one factor too few", np.linalg.matrix_power(W, 29)),
        ("one factor too few", np.round(np.linalg.matrix_power(W, 29), 4)),
        ("one factor too many", np.linalg.matrix_power(W, 31)),
        ("30 times for the power", 30 * W),
        ("Lambda^30 alone", np.diag([0.9**30, 0.4**30])),
        ("Lambda^30 alone", np.diag([0.4**30, 0.9**30])),
        ("eigenvalues swapped", in_the_basis(Q, [0.4, 0.9], Q)),
        ("Q^-1 missing", in_the_basis(Q, [0.9, 0.4], np.eye(2))),
        ("0.5 for 0.6", in_the_basis(MISPRINTED, [0.9, 0.4], np.linalg.inv(MISPRINTED))),
        ("eigenvectors not of unit length", in_the_basis(5 * Q, [0.9, 0.4], 5 * Q)),
        ("rounded to zero", np.round(POWER, 1)),
        ("rounded to zero", [[0, 0], [0, 0]]),
        ("the identity", np.eye(2)),
        (None, POWER + 0.001),
        (None, -POWER),
    ],
)
def test_usual_mistakes_in_the_thirtieth_power(name, value):
    assert mistake("2c", value) == name


def test_the_wrong_matrices_are_far_from_each_other_and_from_the_right_one():
    """By more than ten times what counts as near, unless they bear the same name."""
    known = [(POWER, "right")] + [(np.array(m, float), f.mistake) for m, f in thirtieth_power.mistakes()]

    for number, (one, name) in enumerate(known):
        for other, other_name in known[:number]:
            scale = max(abs(one).max(), abs(other).max())
            assert name == other_name or abs(one - other).max() > 10 * float(thirtieth_power.CLOSE) * scale


@settings(max_examples=50)
@given(st.integers(3, 12), st.sampled_from(["round", "cut"]), st.sampled_from([28, 29, 31, 32]))
def test_digits_never_turn_another_power_into_the_thirtieth(places, how, n):
    other = np.linalg.matrix_power(W, n)
    shortened = np.round(other, places) if how == "round" else cut(other, places)

    assert not check_answer("2c", shortened).right


@pytest.mark.parametrize(
    ("value", "got"),
    [
        (np.ones((3, 3)), r"shape \(3, 3\)"),
        ([1, 2], r"shape \(2,\)"),
        ([[1, 2], [3]], "shape"),
        (0.0424, "0.0424"),
        (None, "None"),
        ("W", "'W'"),
        ([["a", 1], [1, 1]], "'a' of type str"),
        ([[True, False], [False, True]], "True of type bool"),
        (np.eye(2, dtype=bool), "of type bool"),
        ([[np.nan, 1], [1, 1]], "nan"),
        ([[1, 1], [1, np.inf]], "inf"),
        (1j * POWER, "complex"),
        ([[None, 1], [1, 1]], "None"),
        ([[10**400, 0], [0, 0]], r"1000.*\.\.\..* of type int"),
        ([[10**5000, 0], [0, 0]], "int of 16610 bits> of type int"),
        ([["1e999999999", 0], [0, 0]], "'1e999999999' of type str"),
        ([[Fraction(-(10**400), 3), 0], [0, 0]], "of type Fraction"),
        (lambda W: W, "function"),
    ],
)
def test_what_is_no_matrix_of_two_by_two_numbers_is_refused(value, got):
    with pytest.raises(
        ValueError, match=r"2c takes W\^30 as a \(2, 2\) matrix of real numbers; got .*" + got
    ):
        check_answer("2c", value)


# 3(a)


@pytest.mark.parametrize(
    "value",
    [
        SCALES,
        {"o_t": "tanh C_t", "i_t": r"$\tilde{C}_t$", "f_t": "$C_{t-1}$"},
        {"forget gate": "the old cell state", "Input Gate": "candidate", "output": "the squashed cell state"},
        {"forget": "C[t-1]", "input": "g", "output": r"\tanh(C_t)"},
        {"f": "C_prev", "i": "c_tilde", "o": "tanh(C)"},
        {
            "f": "C\N{LATIN SUBSCRIPT SMALL LETTER T}\N{SUBSCRIPT MINUS}\N{SUBSCRIPT ONE}",
            "i": "C\N{COMBINING TILDE}",
            "o": "tanh(c)",
        },
        {
            "f": "the past cell state",
            "i": "C'_t",
            "o": r"\operatorname{tanh}(C_t)",
        },
        {"f": "preceding cell state", "i": "candidates", "o": "np.tanh(C[t])"},
        {
            "f": "the previous cell state C_{t-1}",
            "i": "the candidate cell state C~_t",
            "o": "tanh of the cell state C_t",
        },
        {"f": "the previous cell-state", "i": "C-tilde", "o": r"\operatorname*{tanh}\!\left(C_t\right)"},
        {"f": "C_{t - 1}: the old cell state", "i": "'C~_t'", "o": "tanh-squashed cell state"},
        {"f": "**C_{t-1}**", "i": "c'", "o": "the squashed cell state tanh(C_t)"},
        {"f_t *": "C_{t-1}", "i": "\N{CIRCLED DOT OPERATOR} C~_t", "o": "* tanh(C_t)"},
        {"f": "c^{<t-1>}", "i": "candidate-values", "o": "tanh of the new memory"},
        {"f": "the memory C_{t-1} of the cell", "i": "g_t = C~_t", "o": "$$\\tanh(C_t)$$"},
    ],
)
def test_what_the_gates_scale_is_right_in_any_spelling(value):
    assert check_answer("3a", value).right


@pytest.mark.parametrize(
    ("gate", "what"),
    [
        ("f", "C_{t-1} + C_t"),
        ("f", "C_t * C_{t-1}"),
        ("f", "C_t - C_{t-1}"),
        ("f", "C_t C_{t-1}"),
        ("f", "-C_{t-1}"),
        ("f", "\N{MINUS SIGN}C_{t-1}"),
        ("f", "/C_{t-1}"),
        ("f", "|C_{t-1}|"),
        ("f", "C_{t-1}'"),
        ("i", "candidate + C_t"),
        ("i", "candidate-C_t"),
        ("i", "g*C_t"),
        ("i", "g_t C_t"),
        ("i", "gt-Ct"),
        ("i", "-g"),
        ("o", "C_t * tanh(C_t)"),
        ("o", "C_t - tanh(C_t)"),
        ("o", "C_t tanh(C_t)"),
        ("o", "tanh(tanh(C_t))"),
        ("o", "tanh'(C_t)"),
        ("o", "tanh\N{PRIME}(C_t)"),
        ("o", "tanh\N{RIGHT SINGLE QUOTATION MARK}(C_t)"),
        ("o", "tanh(-C_t)"),
        ("o", "tanh-C_t"),
        ("o", "tanh(C_t + C_t)"),
    ],
)
def test_a_formula_that_holds_the_right_name_is_no_name(gate, what):
    with pytest.raises(ValueError, match=r"3a takes a dict from each gate.*; got " + re.escape(repr(what))):
        check_answer("3a", SCALES | {gate: what})


@pytest.mark.parametrize(
    "name",
    [
        "new memory",
        "the new memory",
        "new memory cell",
        "New memory content",
        "new cell content",
        "new memory content C~_t",
    ],
)
def test_the_new_memory_of_lecture_notes_is_the_candidate(name):
    assert check_answer("3a", SCALES | {"i": name}).right
    assert mistake("3a", SCALES | {"i": "new cell state"}) == "C_t for the candidate"


def test_the_cell_state_without_an_index_is_right_for_the_forget_gate_with_a_word():
    found = check_answer("3a", SCALES | {"f": "cell state"})

    assert found.right
    assert "say which one" in found.message


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("x for the candidate", {"i": "x_t"}),
        ("x for the candidate", {"i": "the input"}),
        ("tanh left out", {"o": "C_t"}),
        ("tanh left out", {"o": "the new cell state"}),
        ("C_t for C_{t-1}", {"f": "C_t"}),
        ("f and i swapped", {"f": "candidate", "i": "C_{t-1}"}),
        ("h for the cell state", {"f": "h_{t-1}"}),
        ("h for the candidate", {"i": "h_{t-1}"}),
        ("the result for the factor", {"o": "h_t"}),
        ("C_{t-1} for C_t", {"o": "C_{t-1}"}),
        ("x for the cell state", {"f": "x_t"}),
        (None, {"f": "tanh C_t"}),
    ],
)
def test_usual_mistakes_about_what_the_gates_scale(name, change):
    assert mistake("3a", SCALES | change) == name


@pytest.mark.parametrize(
    ("value", "got"),
    [
        ({"f": "C_{t-1}"}, "nothing for the input gate i_t and output gate o_t"),
        (SCALES | {"forget gate": "C"}, "the forget gate f_t twice"),
        (SCALES | {"z": "C"}, "'z'"),
        ({"forgot gate": "C"}, "did you mean forget gate f_t"),
        (SCALES | {"i": "candydate"}, "did you mean candidate C~_t"),
        (SCALES | {"i": 3}, "3"),
        ([1], r"\[1\]"),
        (None, "None"),
    ],
)
def test_what_is_no_dict_of_gates_is_refused(value, got):
    with pytest.raises(ValueError, match="3a takes a dict from each gate.*; got .*" + got):
        check_answer("3a", value)


# 3(b)


@pytest.mark.parametrize(
    "value",
    [
        {"f", "i", "o"},
        ["f_t", "i_t", "o_t"],
        ("forget gate", "Input Gate", "the output gate"),
        "f, i, o",
        "f_t, i_t and o_t",
        {"gates"},
        "the three gates",
        {"forget": 1, "input": 1, "output": 1},
        np.array(["f", "i", "o"]),
        ["f", "f", "i", "o"],
        "forget, input and output gates",
        {"f": True, "i": True, "o": True, "candidate": False, "C": np.False_, "h": False},
        {"forget-gate", "input-gate", "output-gate"},
        "forget-, input- and output-gate",
        "['f', 'i', 'o']",
        {"forget gate (f_t)", "i-gate", "o^t"},
        "f & i & o",
    ],
)
def test_the_gates_are_right_in_any_spelling(value):
    assert check_answer("3b", value).right


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("candidate counted as positive", {"f", "i", "o", "C~"}),
        ("candidate counted as positive", {"f", "i", "o", "candidate", "h"}),
        ("cell state counted as positive", {"f", "i", "o", "C_t"}),
        ("cell state counted as positive", {"f", "i", "cell state"}),
        ("hidden state counted as positive", {"f", "i", "o", "h_t"}),
        ("everything counted as positive", {"f", "i", "o", "g", "C", "h"}),
        ("positive and not swapped", {"g", "C", "h"}),
        ("gate left out", {"f", "i"}),
        ("gate left out", ["o"]),
        ("no quantity named", set()),
    ],
)
def test_usual_mistakes_about_signs(name, value):
    assert mistake("3b", value) == name


def test_the_message_names_every_wrong_quantity():
    message = check_answer("3b", {"f", "i", "C", "h"}).message

    assert "C_t adds up" in message
    assert "h_t = " in message
    assert "Left out: output gate o_t" in message


@settings(max_examples=64)
@given(st.sets(st.sampled_from(["f", "i", "o", "g", "C", "h"])))
def test_no_other_set_is_right_and_every_one_has_its_mistake(names):
    found = check_answer("3b", names)

    assert found.right == (names == {"f", "i", "o"})
    assert (found.mistake is None) == found.right


@pytest.mark.parametrize(
    "value",
    [None, 5, {"f", "i", "z"}, {1, 2}, ["hidden stat"], "fio", {"tanh C"}, np.array("f, i, o"), np.array(1)],
)
def test_what_is_no_set_of_names_is_refused(value):
    with pytest.raises(ValueError, match=r"3b takes the set of the names .* hidden state h_t; got "):
        check_answer("3b", value)


@pytest.mark.parametrize(
    "value",
    [
        {"-f", "-i", "-o"},
        {"!f", "i", "o"},
        {"\N{NOT SIGN}f", "i", "o"},
        {"f'", "i", "o"},
        {"f f", "i", "o"},
        {"|f|", "i", "o"},
        "f/f, i, o",
        {"f", "i", "o", "-C"},
    ],
)
def test_a_negative_or_a_derivative_of_a_gate_is_no_gate(value):
    with pytest.raises(ValueError, match=r"3b takes the set of the names .*; got "):
        check_answer("3b", value)


@pytest.mark.parametrize(
    "name",
    [
        "c~",
        "C_tilde",
        r"\widetilde{C}_t",
        "\N{LATIN CAPITAL LETTER C WITH CIRCUMFLEX}_t",
        "C\N{COMBINING MACRON}",
        "g_t",
        "the candidate values",
        "new candidate",
    ],
)
def test_the_candidate_goes_by_many_names(name):
    assert quantity(name, QUANTITIES) == "g"


@pytest.mark.parametrize(
    "name", ["", "tanh", "tanh(C~)", "C~_{t-1}", "f_{t-1}", "C_t or h_t", "gate", "old", "W_c"]
)
def test_what_is_no_clear_name_is_none(name):
    assert quantity(name, QUANTITIES) is None


def test_each_quantity_is_found_by_the_name_that_messages_use():
    assert {letter: quantity(name, QUANTITIES) for letter, name in QUANTITIES.items()} == {
        q: q for q in QUANTITIES
    }


# 3(c) as a matrix


@pytest.mark.parametrize("n", [1, 2, 5])
@pytest.mark.parametrize(
    "form", [np.eye, lambda n: np.eye(n, dtype=int).tolist(), np.ones, lambda n: np.eye(n, dtype=np.float32)]
)
def test_the_identity_of_any_size_is_right(n, form):
    assert check_answer("3c", form(n)).right


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("a number for the matrix", 1),
        ("a number for the matrix", Fraction(1)),
        ("not diagonal", np.ones((3, 3))),
        ("input gate for the forget gate", np.zeros((2, 2))),
        ("sum for product", 3 * np.eye(4)),
        ("wrong sign", -np.eye(2)),
        ("slope of the gate", np.eye(2) / 4),
        (None, np.diag([1, 0.5])),
        (None, [[1, 1], [0, 1]]),
    ],
)
def test_usual_mistakes_about_the_identity(name, value):
    assert mistake("3c", value) == name


@pytest.mark.parametrize(
    "value", [None, "I", 2, np.ones((2, 3)), np.ones((1, 2, 2)), [], [[1, 0], [1]], [np.nan], 1j * np.eye(2)]
)
def test_what_is_no_square_matrix_is_refused(value):
    with pytest.raises(ValueError, match=r"3c takes a function of the forget gates, or .*; got "):
        check_answer("3c", value)


# All questions


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("2a", "x" * 10**5),
        ("2a", 10**5000),
        ("2a", [(10**5000, "k")]),
        ("2a", [["x" * 10**5]]),
        ("3a", ["x"] * 10**5),
        ("3a", SCALES | {"i": "x" * 10**5}),
        ("3a", SCALES | {"i": 10**5000}),
        ("3b", 10**5000),
        ("3b", {"x" * 10**5}),
        ("3c", "x" * 10**5),
        ("3c", 10**5000),
        ("3c", Fraction(10**5000)),
        ("3c", [[10**5000, 0], [0, 1]]),
    ],
    ids=lambda _: "",
)
def test_a_huge_value_is_spelled_in_part(question, value):
    with pytest.raises(ValueError, match=rf"^{question} takes .*; got ") as caught:
        check_answer(question, value)

    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("question", ["2b ", "2(c)", "ex.2", "", "4a", 2, None])
def test_only_the_questions_of_the_sheet_are_answered(question):
    known = isinstance(question, str) and question.strip() in {"2b", "2(c)"}
    with pytest.raises(
        ValueError, match=r"2c takes|2b takes" if known else r"question must be one of '1a', .* got "
    ):
        check_answer(question, None)


@pytest.mark.parametrize("question", ["1a", "1b", "2a", "2b", "2c", "3a", "3b", "3c"])
def test_more_than_a_few_mistakes_are_known_by_short_names(question):
    names = usual_mistakes(question)

    assert len(names) == len(set(names)) >= 5
    assert max(map(len, names)) < 40


def test_feedback_prints_as_a_sentence():
    assert str(Feedback(False, "k from 1", "Six terms.")) == "k from 1: Six terms."
    assert str(Feedback(True, None, "Right.")) == "Right."
