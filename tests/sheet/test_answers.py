"""check_answer on what is asked for as a value: lists, matrices, names; and on what is no answer at all.

A row of the tables holds what is said, and answers of which it is said.
"""

import re
from copy import copy
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from itertools import repeat

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_solutions import Feedback, check_answer
from rnn_solutions.sheet.answers import thirtieth_power, usual_mistakes
from rnn_solutions.sheet.answers.gates import QUANTITIES, quantity

W = np.array([[0.58, 0.24], [0.24, 0.72]])
EXACT = [[Fraction("0.58"), Fraction("0.24")], [Fraction("0.24"), Fraction("0.72")]]
Q = np.array([[-0.6, -0.8], [-0.8, 0.6]])
MISPRINTED = np.array([[-0.6, -0.8], [-0.8, 0.5]])
PAIRS = [(t, k) for t in range(4) for k in range(t + 1)]
SCALES = {"f": "C_{t-1}", "i": "C~_t", "o": "tanh(C_t)"}
STATE_BEFORE = "C\N{LATIN SUBSCRIPT SMALL LETTER T}\N{SUBSCRIPT MINUS}\N{SUBSCRIPT ONE}"
LONG, HUGE, HUGER = "x" * 10**5, 10**400, 10**5000


class Unmeasured:
    """An object whose length fails, as that of a tensor without axes does."""

    def __len__(self):
        raise TypeError("len() of a 0-d tensor")

    def __repr__(self):
        return "Unmeasured()"


def multiplied(M, n):
    """Multiply n factors, one after the other: fractions stay fractions."""
    power = M
    for _ in range(n - 1):
        power = [
            [sum(a * b for a, b in zip(row, column, strict=True)) for column in zip(*M, strict=True)]
            for row in power
        ]
    return power


def in_the_basis(Q, eigenvalues, last):
    return Q @ np.diag(np.array(eigenvalues) ** 30) @ last


def cut(matrix, places):
    return np.trunc(matrix * 10**places) / 10**places


def scaled(f, i, o):
    return {"f": f, "i": i, "o": o}


def rows(table):
    """Ask of each answer of a table, under its question and what is said where that is short."""
    found = [(question, *row) for question in table for row in table[question]]
    cases = [(question, said, answer) for question, said, *answers in found for answer in answers]
    names = {"ids": lambda part: part if isinstance(part, str) and len(part) < 40 else ""}
    return pytest.mark.parametrize(("question", "said", "answer"), cases, **names)


POWER = np.array(multiplied(EXACT, 30), dtype=float)
FEW = 0.0424 * np.array([[0.36, 0.48], [0.48, 0.64]])  # with 0.9^30, rounded on the way
TEN_TERMS = "Right: ten terms, one for each 0 <= k <= t <= 3."
SIX_TERMS = (
    "Right where h_0 is given, or h_{-1} = 0: six terms, k from 1. Where h_0 is computed with W from another "
    "h_{-1}, those with k = 0 belong too, ten in all."
)
EACH_ENTRY = "Right: each entry is rounded or cut to the digits that it has."
SCALED = "Right: f_t scales C_{t-1}, i_t scales C~_t, o_t scales tanh(C_t)."
GATES = "Right: the gates are sigmoids, strictly between 0 and 1. The others take either sign."
DIGITS = [["0.0152", "0.0203"], ["0.0203", "0.0271"]]

RIGHT = {
    "2a": [(TEN_TERMS, PAIRS), (SIX_TERMS, [(t, k) for t, k in PAIRS if k])],
    "2c": [
        ("Right.", POWER, POWER.tolist(), POWER.astype(complex)),
        ("Right to 7 digits of the largest entry.", POWER.astype(np.float32)),
        ("Right.", np.linalg.matrix_power(W, 30), 0.9**30 * np.outer([0.6, 0.8], [0.6, 0.8])),
        # The misprint stands in the column of 0.4, whose 30th power is 1e-12: alone it does no harm.
        ("Right.", in_the_basis(MISPRINTED, [0.9, 0.4], Q)),
        ("Right.", multiplied(EXACT, 30)),
        # What the sheet prints.
        (
            "Right, partly rounded and partly cut to 6 decimal places.",
            [[0.015260, 0.020348], [0.020348, 0.027130]],
        ),
        (
            "cut to 4 decimal places. Rounded, it would be [[0.0153,",
            *([[kind(entry) for entry in row] for row in DIGITS] for kind in (str, Decimal)),
        ),
        ("rounded to 2 decimal places. So few digits do not tell it from W^29", [[0.02, 0.02], [0.02, 0.03]]),
        ("Right to 3 digits of the largest entry.", FEW),
        (
            EACH_ENTRY,
            [["0.0153", "0.02035"], ["0.02035", "0.0271"]],
            [["0.01526", "0.020"], ["0.0203", "0.027"]],
        ),
        (EACH_ENTRY, [[0.0152, 0.020348], [0.020348, 0.0271]]),
        (EACH_ENTRY, [["0.0153", Fraction("0.020348")], ["2.03e-2", "0.027"]]),
    ],
    "3a": [
        (SCALED, SCALES, {"o_t": "tanh C_t", "i_t": r"$\tilde{C}_t$", "f_t": "$C_{t-1}$"}),
        (
            SCALED,
            {
                "forget gate": "the old cell state",
                "Input Gate": "candidate",
                "output": "the squashed cell state",
            },
            {"forget": "C[t-1]", "input": "g", "output": r"\tanh(C_t)"},
            {"f_t *": "C_{t-1}", "i": "\N{CIRCLED DOT OPERATOR} C~_t", "o": "* tanh(C_t)"},
        ),
        (
            SCALED,
            scaled("C_prev", "c_tilde", "tanh(C)"),
            scaled(STATE_BEFORE, "C\N{COMBINING TILDE}", "tanh(c)"),
            scaled("the past cell state", "C'_t", r"\operatorname{tanh}(C_t)"),
            scaled("preceding cell state", "candidates", "np.tanh(C[t])"),
            scaled(
                "the previous cell state C_{t-1}",
                "the candidate cell state C~_t",
                "tanh of the cell state C_t",
            ),
            scaled("the previous cell-state", "C-tilde", r"\operatorname*{tanh}\!\left(C_t\right)"),
            scaled("C_{t - 1}: the old cell state", "'C~_t'", "squashed cell state"),
            scaled("**C_{t-1}**", "c'", "the squashed cell state tanh(C_t)"),
            scaled("c^{<t-1>}", "candidate-values", "$$\\tanh(C_t)$$"),
        ),
        # So lecture notes call the candidate.
        (
            SCALED,
            SCALES | {"i": "new memory"},
            SCALES | {"i": "the new memory"},
            SCALES | {"i": "new memory cell"},
        ),
        (SCALED, SCALES | {"i": "New memory content"}, SCALES | {"i": "new cell content"}),
        (SCALED, SCALES | {"i": "new memory content C~_t"}),
        ("say which one", SCALES | {"f": "cell state"}),
    ],
    "3b": [
        (GATES, {"f", "i", "o"}, ["f_t", "i_t", "o_t"], ("forget gate", "Input Gate", "the output gate")),
        (GATES, "f, i, o", "f_t, i_t and o_t", {"gates"}, "the three gates", "f & i & o", "['f', 'i', 'o']"),
        (GATES, {"forget": 1, "input": 1, "output": 1}, np.array(["f", "i", "o"]), ["f", "f", "i", "o"]),
        (GATES, "forget, input and output gates"),
        (GATES, {"f": True, "i": True, "o": True, "candidate": False, "C": np.False_, "h": False}),
        (GATES, {"forget-gate", "input-gate", "output-gate"}, {"forget gate (f_t)", "i-gate", "o^t"}),
    ],
    "3c": [
        (
            f"Right: the identity of size {n}",
            *(np.eye(n), np.eye(n, dtype=int).tolist(), np.ones(n), np.eye(n, dtype=np.float32)),
        )
        for n in (1, 2, 5)
    ],
}


@rows(RIGHT)
def test_an_answer_is_right_in_any_form(question, said, answer):
    """What ends with a full stop is all that is said; cut or rounded is only what is said to be."""
    found = check_answer(question, copy(answer))  # an iterator would be used up for who runs the tests twice

    assert (found.right, found.mistake) == (True, None)
    assert found.message == said if said.endswith(".") else said in found.message
    assert re.findall("cut|rounded", found.message) == re.findall("cut|rounded", said)


TAKES = {
    "2a": r"the terms .* as \(t, k\) pairs of whole numbers.*",
    "2c": r"W\^30 as a \(2, 2\) matrix of real numbers",
    "3a": "a dict from each gate.*",
    "3b": "the set of the names of what is always positive, or a table .*",
    "3c": "a function of the forget gates, or .*",
}
# A formula that holds the right name is no name.
FORMULAS = {
    "f": r"C_{t-1} + C_t; C_t * C_{t-1}; C_t - C_{t-1}; C_t C_{t-1}; -C_{t-1}; −C_{t-1}; /C_{t-1}; |C_{t-1}|",
    "i": "candidate + C_t; candidate-C_t; g*C_t; g_t C_t; gt-Ct; -g",
    "o": "C_t * tanh(C_t); C_t - tanh(C_t); C_t tanh(C_t); tanh(tanh(C_t)); tanh(-C_t); tanh-C_t",
}
MORE_FORMULAS = {
    "f": "C_{t-1}'",
    "o": "tanh(C_t + C_t); tanh'(C_t); tanh\N{PRIME}(C_t); tanh\N{RIGHT SINGLE QUOTATION MARK}(C_t)",
}
REFUSED = {
    "2a": [
        ("", None, 3, "(3, 0)", [1, 2], [(1, 2, 3)], [(1.5, 0)], [("3", 0)], [(True, 0)], [(0, np.nan)]),
        ("", np.array(3), np.ones((2, 3)), LONG, HUGER, [(HUGER, "k")], [[LONG]]),
        ("", [(Fraction(2 * 10**17 + 1, 2), 0)], [(Fraction(HUGE, 3), 0)]),  # as floats, they would be whole
        ("more than 1000", iter(lambda: (0, 0), None)),
    ],
    "2c": [
        (r"shape \(3, 3\)", np.ones((3, 3))),
        (r"shape \(2,\)", [1, 2]),
        ("shape", [[1, 2], [3]]),
        ("0.0424", 0.0424),
        ("None", None, [[None, 1], [1, 1]]),
        ("'W'", "W"),
        ("'a' of type str", [["a", 1], [1, 1]]),
        ("True of type bool", [[True, False], [False, True]]),
        ("of type bool", np.eye(2, dtype=bool)),
        ("nan", [[np.nan, 1], [1, 1]]),
        ("inf", [[1, 1], [1, np.inf]]),
        ("complex", 1j * POWER),
        (r"1000.*\.\.\..* of type int", [[HUGE, 0], [0, 0]]),
        ("of type int", [[HUGER, 0], [0, 0]]),
        ("'1e999999999' of type str", [["1e999999999", 0], [0, 0]]),
        ("of type Fraction", [[Fraction(-HUGE, 3), 0], [0, 0]]),
        # Their exact values would fill the memory, or take minutes.
        ("'1e-400000000' of type str", [["1e-400000000", 0], [0, 0]]),
        (r"1E-400000000'\) of type Decimal", [[Decimal("1e-400000000"), 0], [0, 0]]),
        ("of type str", [[f"0.{LONG.replace('x', '1') * 100}", 0], [0, 0]]),
        ("of type Fraction", [[Fraction(1, 2**100_000), 0], [0, 0]]),
        ("", range(10**9), "1" * 10**6),
        # No list of these could be held; one has empty ones within, another a length that raises.
        ("", [range(10**9)] * 10**3, reduce(lambda value, _: [value] * 1000, range(60), []), Unmeasured()),
        ("function", lambda W: W),
    ],
    "3a": [
        ("nothing for the input gate i_t and output gate o_t", {"f": "C_{t-1}"}),
        ("the forget gate f_t twice", SCALES | {"forget gate": "C"}),
        ("'z'", SCALES | {"z": "C"}),
        ("did you mean forget gate f_t", {"forgot gate": "C"}),
        ("did you mean candidate C~_t", SCALES | {"i": "candydate"}),
        ("3", SCALES | {"i": 3}),
        (r"\[1\]", [1]),
        ("None", None),
        ("", ["x"] * 10**5, SCALES | {"i": LONG}, SCALES | {"i": HUGER}),
        *(
            (re.escape(repr(formula)), SCALES | {gate: formula})
            for table in (FORMULAS, MORE_FORMULAS)
            for gate, formulas in table.items()
            for formula in formulas.split("; ")
        ),
    ],
    "3b": [
        ("", None, 5, {"f", "i", "z"}, {1, 2}, ["hidden stat"], "fio", {"tanh C"}, HUGER, {LONG}),
        ("", np.array("f, i, o"), np.array(1)),
        # A negative or a derivative of a gate is no gate.
        ("", {"-f", "-i", "-o"}, {"!f", "i", "o"}, {"\N{NOT SIGN}f", "i", "o"}, {"f'", "i", "o"}),
        ("more than 1000", repeat("f")),
        ("", "f, i, o" * 1000),
        ("", {"f f", "i", "o"}, {"|f|", "i", "o"}, "f/f, i, o", {"f", "i", "o", "-C"}),
    ],
    "3c": [
        ("", None, "I", 2, np.ones((2, 3)), np.ones((1, 2, 2)), [], [[1, 0], [1]], [np.nan], 1j * np.eye(2)),
        ("", range(10**9), LONG, HUGER, Fraction(HUGER), [[HUGER, 0], [0, 1]], Unmeasured()),
        ("", [range(10**9)] * 10**3, reduce(lambda value, _: [value] * 1000, range(60), [])),
        ("", np.ones(1001), np.broadcast_to(1.0, (10**9, 10**9)), [[1.0] * 2000] * 2000),
    ],
}


@rows(REFUSED)
def test_what_is_no_answer_is_refused_and_spelled_in_part(question, said, answer):
    with pytest.raises(ValueError, match=f"^{question} takes {TAKES[question]}; got .*{said}") as caught:
        check_answer(question, answer)

    assert len(str(caught.value)) < 600


@pytest.mark.skipif(
    np.finfo(np.longdouble).max == np.finfo(float).max, reason="a long double is a float here"
)
def test_a_long_double_beyond_the_floats_is_no_identity():
    with pytest.raises(ValueError, match=r"^3c takes .*; got "):
        check_answer("3c", [[np.finfo(np.longdouble).max]])


def test_a_question_is_spelled_in_part():
    with pytest.raises(ValueError, match=r"^question must be one of '1a', .*; got 'xx.*x\.\.\.$") as caught:
        check_answer(LONG, 1)

    assert len(str(caught.value)) < 400


# 2(a)


def test_other_terms_are_named():
    found = check_answer("2a", [*PAIRS[:-1], (7, 7)])

    assert (found.right, found.mistake) == (False, None)
    assert "Missing: (3, 3). Too many: (7, 7)." in found.message


@settings(max_examples=30)
@given(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4))))
def test_no_other_set_of_terms_is_right(pairs):
    assert check_answer("2a", pairs).right == (pairs == set(PAIRS))


@pytest.mark.parametrize("t", [10**400, Fraction(10**400), 10**5000, Fraction(10**5000)], ids=lambda _: "")
def test_a_step_beyond_every_float_is_too_many_and_spelled_in_part(t):
    found = check_answer("2a", [*PAIRS, (t, 0)])

    assert (found.right, found.mistake) == (False, None)
    assert "Too many: " in found.message
    assert len(found.message) < 400


# 2(c)


@pytest.mark.parametrize("places", range(2, 13))
def test_rounding_is_told_apart_from_cutting(places):
    rounded, shortened = np.round(POWER, places), cut(POWER, places)
    as_fractions = [[Fraction(f"{entry:.{places}f}") for entry in row] for row in POWER]

    for answer in (rounded, as_fractions):
        found = check_answer("2c", answer)
        assert (found.right, found.mistake) == (True, None)
        assert f"rounded to {places} decimal" in found.message
    found = check_answer("2c", shortened)
    assert found.right
    assert (rounded == shortened).all() or f"cut to {places} decimal" in found.message
    assert (rounded == shortened).all() or f"rounded to {places}" not in found.message


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
    assert "Row 1, column 2 of W^30 is 0.020348." in found.message


def test_the_wrong_matrices_are_far_from_each_other_and_from_the_right_one():
    """By more than ten times what counts as near, unless they bear the same name."""
    known = [(POWER, "right")]
    known += [(np.array(m, float), said.partition(": ")[0]) for said, m in thirtieth_power.MISTAKES]

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


# 3(c)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (1.001 * np.eye(2), "the identity of size 2. It agrees to 3 digits."),
        ([[1.0, 0.0005], [0.0, 1.0]], "the identity of size 2. It agrees to 3 digits."),
        ([1.00002, 1.0], "the identity of size 2, given as its diagonal. It agrees to 4 digits."),
        (np.eye(2) + 1e-9, "the identity of size 2."),
    ],
)
def test_an_identity_says_to_how_many_digits_it_is_one_as_the_answers_by_functions_do(answer, said):
    assert check_answer("3c", answer) == Feedback(True, None, f"Right: {said}")


# 3(b)


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


NAMES = {
    "g": r"c~; C_tilde; \widetilde{C}_t; g_t; the candidate values; new candidate",
    None: "; tanh; tanh(C~); C~_{t-1}; f_{t-1}; C_t or h_t; gate; old; W_c",
}
CANDIDATES = ["\N{LATIN CAPITAL LETTER C WITH CIRCUMFLEX}_t", "C\N{COMBINING MACRON}"]


@pytest.mark.parametrize(
    ("letter", "name"),
    [
        *QUANTITIES.items(),  # the names that messages use
        *(("g", name) for name in CANDIDATES),
        *((letter, name) for letter, names in NAMES.items() for name in names.split("; ")),
    ],
)
def test_a_quantity_goes_by_many_names_and_what_is_no_clear_name_is_none(letter, name):
    assert quantity(name, QUANTITIES) == letter


# All questions


@pytest.mark.parametrize(
    ("question", "answer", "meant"),
    [
        ("2a", ["(3, 0)"], "(3, 0)"),
        ("2c", [["0.0153 or so", 0], [0, 0]], "0.0153"),
        ("2c", [0.0153, 0.0203, 0.0203, 0.0271], "[[0.0153, 0.0203], [0.0203, 0.0271]]"),
        ("3a", {"forgot gate": "C"}, "forget gate f_t"),
        ("3a", {"f": "C_{t-1}", "i": "candydate"}, "candidate C~_t"),
        ("3b", {"hiddn": True}, "hidden state h_t"),
        ("3b", {"f": "yess"}, "'yes'"),
        ("3b", {"f": "anysign"}, "'any sign'"),
    ],
)
def test_what_cannot_be_read_hears_the_nearest_thing_that_can(question, answer, meant):
    with pytest.raises(
        ValueError, match=f"^{question} takes .*; got .*; did you mean {re.escape(meant)}\\?$"
    ):
        check_answer(question, answer)


@pytest.mark.parametrize("value", ["maybe", None, 2, [1]])
def test_a_table_is_never_read_by_its_names_alone(value):
    """The names would be right, so the value that is not understood is named, and the name beside it."""
    with pytest.raises(ValueError, match=f"; got {re.escape(repr(value))} for 'o'"):
        check_answer("3b", {"f": True, "i": True, "o": value})


@pytest.mark.parametrize("question", ["1a", "1b", "2a", "2b", "2c", "3a", "3b", "3c"])
def test_more_than_a_few_mistakes_are_known_by_short_names(question):
    names = usual_mistakes(question)

    assert len(names) == len(set(names)) >= 5
    assert max(map(len, names)) < 40


def test_feedback_prints_as_a_sentence():
    assert str(Feedback(False, "k from 1", "Six terms.")) == "k from 1: Six terms."
    assert str(Feedback(True, None, "Right.")) == "Right."


def test_a_matrix_of_long_doubles_is_read_as_the_floats_that_it_holds():
    rounded = np.array([[0.0152, 0.0203], [0.0203, 0.0271]])

    assert check_answer("2c", rounded.astype(np.longdouble)) == check_answer("2c", rounded)


def test_a_number_in_place_of_the_matrix_is_named():
    with pytest.raises(ValueError, match=r"^2c takes W\^30 as a \(2, 2\) matrix"):
        check_answer("2c", np.array(1.0))
