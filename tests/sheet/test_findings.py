"""The findings' numbers against those found by hand beforehand, and against other ways to the same number."""

import pickle
import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from rnn_solutions.claims import CLAIMS, judge
from rnn_solutions.claims.registry import Claim
from rnn_solutions.claims.unnumbered import Unnumbered, judge_formula
from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.networks.lstm import LSTM
from rnn_solutions.networks.rnn import RNN
from rnn_solutions.sheet import findings
from rnn_solutions.sheet.findings import powers, registry, through_time
from rnn_solutions.sheet.findings.lstm import gradients

ROOT = Path(__file__).parents[2]
ROUNDING = 1e-14  # relative: a few hundred roundings of 1e-16
NUMBERS = findings.numbers()
TABLE = """\
2: 1.20
3: printed 0.710, right 0.934
6: activation 0.503, layer 0.625
10: 0.146
12: 0.0077
13: 0.114, last 0.244
15: jacobian 0.106, gradient 0.366
17: rows 3, columns 3
18: own 0.0012, last 0.021, own-3 0.047, last-3 0.16, cube 0.30
19: terms-0 10, terms-1 6, factors-0 3, factors-1 2
23: 0.041, power 2.7e-12, 11 0.559574, 12 0.255319, 21 0.212766, 22 0.740426, printed-1 0.272, printed-2 0.696
24: exact 0.015260816979815703, cut 0.015260, rounded 0.015261
25: 1.15e-12
27: peak 269, at 6, below 66, milder-one 10.07, milder 26.94, milder-thirty 4.12, milder-below 44
27: jordan 193.7, jordan-at 9, jordan-below 80
28: grows 117.4, decays 8.9e-16, jordan 5339
29: even 0, odd 129
30: 100, three 4950
31: nilpotent 1.52e9, nilpotent-power 0, turned 1.4e-8, turned-power 5.4e17, sheet 9.2e-24
31: sheet-power 0.0424, exploding 7.0e4, saturated 1e-73
32: before-0 0.71, before-1 0.88, before-2 0.11, after-0 0.82, after-1 0.99, after-2 0.007
34: cell 4.4, gate 0
35: open 10, cell -0.80, candidate -0.997, output -0.64
39: forget 0.20, input 0.32, candidate 0.50, output 1.00, cell 0.88
40: 66
41: 0.19
43: 10 7e-3, 20 3.2e-7, 30 1.5e-11
44: forget 5e-7, input 8e-8, candidate 2e-8
49: forget 0.62, input 0.81, candidate 1.13
"""  # by finding, each with the name that it has besides
BY_HAND = {
    "-".join([finding, *name]): digits
    for finding, _, row in (line.partition(": ") for line in TABLE.splitlines())
    for *name, digits in (pair.split() for pair in row.split(", "))
}


@pytest.mark.parametrize("name", BY_HAND)
def test_the_number_is_the_one_found_by_hand(name):
    """Computed by other code before this package was written, on the same draws."""
    digits = Decimal(BY_HAND[name])
    half = Decimal((0, (5,), digits.as_tuple().exponent - 1))

    assert abs(Decimal(NUMBERS[name]) - digits) <= half


def test_each_finding_with_numbers_has_some_that_were_found_by_hand():
    """Those of 36 follow from what the format of floats can hold, in a test of their own."""
    by_hand, computed = ({int(name.partition("-")[0]) for name in names} for names in (BY_HAND, NUMBERS))

    assert by_hand == computed - {36}, (
        "put the numbers found by hand into TABLE in tests/sheet/test_findings.py"
    )


def test_the_page_shows_numbers_of_each_finding_that_has_some():
    page = (ROOT / "docs" / "errata.md").read_text(encoding="utf-8")
    shown = re.findall(r"`errata-(\d+)", page) + re.findall(
        r"\d+", " ".join(re.findall(r"numbers\((.*)\)", page))
    )

    assert set(map(int, shown)) >= {int(name.partition("-")[0]) for name in NUMBERS}, (
        "glue them in docs/errata.md"
    )


def test_each_number_has_the_name_of_its_finding():
    for number in findings.FINDINGS:
        assert all(re.fullmatch(rf"{number}(-.+)?", name) for name in findings.numbers(number))


def test_a_power_that_has_not_decayed_is_refused():
    with pytest.raises(ValueError, match=r"the power n=1000 of M must have a norm below 1, got 2\.47e\+41"):
        findings.growth_before_decay([[1.1]])


def test_k_from_zero_is_right_for_every_start_and_k_from_one_where_the_first_term_is_zero():
    errors = findings.errors_by_start()

    assert max(from_zero for from_zero, _ in errors.values()) < ROUNDING
    assert max(errors["given"][1], errors["from rest"][1]) < ROUNDING
    assert errors["computed"][1] == NUMBERS["10"]


def test_a_total_derivative_counts_the_term_j_steps_back_j_plus_one_times():
    """The wrong sum again, as the terms of the package's own network with these weights."""
    case = findings.network_a()
    net = RNN(case.W, case.U)
    run = net.forward(case.x, case.h_init)
    terms = net.gradient_terms(run, run.h - case.y).W
    weights = np.array([[t - k + 1 if k <= t else 0 for k in range(4)] for t in range(4)])
    right, counted = terms.sum(axis=(0, 1)), np.einsum("tk,tkab->ab", weights, terms)

    error = np.linalg.norm(counted - right) / np.linalg.norm(right)

    assert np.isclose(NUMBERS["13"], error, rtol=1e-12)


def slopes_of(loss, V):
    """Return slopes by central differences; with a step of 1e-6 they keep about nine digits."""
    nudges = 1e-6 * np.eye(V.size).reshape(V.size, *V.shape)
    return np.reshape([(loss(V + nudge) - loss(V - nudge)) / 2e-6 for nudge in nudges], V.shape)


def test_the_truth_for_the_network_is_the_slope_of_its_loss():
    case = findings.network_a()

    def loss(W):
        h, total = case.h_init, 0.0
        for x, y in zip(case.x, case.y, strict=True):
            h = 1 / (1 + np.exp(-W @ h - case.U @ x))
            total += 0.5 * np.dot(h - y, h - y)
        return total

    np.testing.assert_allclose(through_time.gradient(case), slopes_of(loss, case.W), rtol=1e-7)


def with_weights(case, gate, V):
    """Return the network with other weights of one gate on (h, x)."""
    return replace(case, W={**case.W, gate: V[:, :3]}, U={**case.U, gate: V[:, 3:]})


@pytest.mark.parametrize("gate", "fico")
def test_the_truth_for_the_lstm_is_the_slope_of_its_loss(gate):
    """Central differences through the package's LSTM; the truth itself does not call it."""
    case = findings.network_b()

    def loss(V):
        other = with_weights(case, gate, V)
        W, U = (np.vstack([part[name] for name in "ifco"]) for part in (other.W, other.U))
        run = LSTM(U, W).forward(case.x, case.h_init, case.C_init)
        return ((run.h - case.y) ** 2).sum() / 2

    slopes = slopes_of(loss, np.hstack([case.W[gate], case.U[gate]]))

    np.testing.assert_allclose(gradients(case)[gate], slopes, rtol=1e-6, atol=1e-9)


def gates_of(case, h, x):
    """Return the gates f, i, o and the candidate of one step, written for complex numbers."""
    f, i, o, c = (case.W[gate] @ h + case.U[gate] @ x + case.b[gate] for gate in "fioc")
    return *(1 / (1 + np.exp(-z)) for z in (f, i, o)), np.tanh(c)


@pytest.mark.parametrize(("gate", "name"), [("f", "forget"), ("i", "input"), ("c", "candidate")])
def test_the_neglected_gradient_is_that_of_a_cell_whose_gates_read_a_recorded_state(gate, name):
    """Run again with every gate fed the hidden state of the first run, and the output gate as it was."""
    case = findings.network_b()
    h, C, recorded, outputs = case.h_init, case.C_init, [], []
    for x in case.x:
        recorded.append(h)
        f, i, o, c = gates_of(case, h, x)
        C = f * C + i * c
        h = o * np.tanh(C)
        outputs.append(o)

    def loss(V):
        C, total = case.C_init, 0.0
        for x, y, h, o in zip(case.x, case.y, recorded, outputs, strict=True):
            f, i, _, c = gates_of(with_weights(case, gate, V), h, x)
            C = f * C + i * c
            total = total + ((o * np.tanh(C) - y) ** 2).sum() / 2
        return total

    truth = gradients(case)[gate]
    kept = complex_step(loss, np.hstack([case.W[gate], case.U[gate]]))

    assert np.isclose(NUMBERS[f"39-{name}"], np.linalg.norm(kept - truth) / np.linalg.norm(truth), rtol=1e-12)


def test_a_gate_that_reads_h_and_x_does_not_see_the_cell():
    case, (cell, gate) = findings.network_b(), findings.moved_cell()

    f, _, _, _ = gates_of(case, case.h_init, case.x[0])

    np.testing.assert_allclose(cell, 5 * f, rtol=1e-13)  # the nudge times the forget gate
    np.testing.assert_array_equal(gate, np.zeros(3))


def test_the_joint_state_composes_and_the_cell_state_does_not():
    assert NUMBERS["41-joint"] < ROUNDING
    assert NUMBERS["41"] > 0.1


def test_an_open_cell_comes_nearer_to_the_identity_like_the_distance_of_its_forget_gate_from_one():
    """Both 1 - f and i are e^-b for a large b, and so is the rest: ten more divide it by e^10."""
    near, nearer = (findings.open_cell(bias)["distance"] for bias in (20, 25))

    assert np.isclose(near / nearer, np.exp(5), rtol=1e-3)


def test_the_whole_jacobian_is_orders_of_magnitude_larger_than_the_product_of_forget_gates():
    """The magnitudes that two earlier runs with other inputs bracketed, within a factor of two."""
    assert 290 / 2 < NUMBERS["41-uniform"] < 311 * 2
    assert 42 / 2 < NUMBERS["41-bias"] < 70 * 2
    assert 2.5e5 / 2 < NUMBERS["41-gain"] < 7e8 * 2


@pytest.mark.parametrize(
    ("key", "dtype", "naive", "stable", "one"),
    [("36", np.float64, -710, -746, 37), ("36-single", np.float32, -89, -104, 17)],
)
def test_a_sigmoid_in_floats_reaches_its_ends_where_the_format_says(key, dtype, naive, stable, one):
    """Where e^-z overflows, e^z is below half the smallest subnormal, and e^-z below half of epsilon."""
    info = np.finfo(dtype)

    assert [NUMBERS[f"{key}-{end}"] for end in ("zero_naive", "zero_stable", "one")] == [naive, stable, one]
    assert naive == -int(np.floor(np.log(float(info.max)) + 1))
    assert stable == int(np.floor(np.log(float(info.smallest_subnormal)) - np.log(2)))
    assert one == int(np.ceil(-np.log(float(info.eps) / 2)))


def test_the_thirtieth_power_is_the_sum_of_two_exact_terms():
    a, b = Fraction(9, 10) ** 30, Fraction(2, 5) ** 30
    parts = [Fraction(9, 25), Fraction(12, 25), Fraction(16, 25)]
    power = powers.multiplied(powers.SHEET_W, 30)

    beside = (a - b) * parts[1]
    assert power.tolist() == [[a * parts[0] + b * parts[2], beside], [beside, a * parts[2] + b * parts[0]]]
    assert str(powers.digits_of(power[0, 1], 17)) == "0.020347755971550375"
    assert str(powers.digits_of(power[1, 1], 17)) == "0.027130341296553422"
    assert NUMBERS["24-cut"] == NUMBERS["24-exact"][:8]


def test_a_quarter_turn_returns_an_entry_to_zero_every_second_power():
    c = Fraction("1.1")

    assert [abs(powers.turned(c, n)[1, 0]) for n in range(1, 6)] == [c, 0, c**3, 0, c**5]


@pytest.mark.parametrize("n", [1, 7, 100])
def test_a_jordan_power_holds_binomials(n):
    assert powers.jordan_power("1", 3, n).max() == max(1, n, n * (n - 1) / 2)


def jacobian_norm(W, x, h):
    """Differentiate the last state of a recursion that adds its input, by a complex step."""

    def last(h):
        for x_t in x:
            h = 1 / (1 + np.exp(-(W @ h + x_t)))
        return h

    return np.linalg.norm(complex_step(last, h), 2)


def test_the_norms_of_the_networks_are_those_of_a_complex_step():
    """Products of thirty to fifty factors: rounding grows to about 1e-13."""
    rng = np.random.default_rng(0)
    turned = 3.9 * np.linalg.qr(rng.normal(size=(3, 3)))[0]
    drawn = np.random.default_rng(0).normal(size=(50, 2))
    nilpotent, held = np.array([[8.0, -8.0], [8.0, -8.0]]), 1 / (1 + np.exp([0.0, -20.0]))
    growing = np.array([[1.0, 2.0], [2.0, 1.0]])
    expected = {
        "nilpotent": jacobian_norm(nilpotent, np.tile([0.0, 20.0] - nilpotent @ held, (30, 1)), held),
        "turned": jacobian_norm(turned, rng.normal(size=(30, 3)), np.zeros(3)),
        "sheet": jacobian_norm(np.array([[0.58, 0.24], [0.24, 0.72]]), drawn[:30], np.zeros(2)),
        "growing-10": jacobian_norm(growing, drawn[:10], np.zeros(2)),
        "growing-49": jacobian_norm(growing, drawn[:49], np.zeros(2)),
    }

    for name, norm in expected.items():
        assert np.isclose(NUMBERS[f"31-{name}"], norm, rtol=1e-11)


def test_a_held_nilpotent_network_doubles_each_step():
    """sqrt(2) 2^30, but for the second unit's slope of 2e-9 a step."""
    assert np.isclose(NUMBERS["31-nilpotent"], np.sqrt(2) * 2**30, rtol=1e-5)


def test_one_unit_held_at_a_slope_of_a_quarter_follows_a_power():
    unit, steps = findings.one_unit(), np.arange(51)

    np.testing.assert_allclose(unit["holding"], 0.75**steps, rtol=1e-14)
    np.testing.assert_allclose(unit["exploding"], 1.25**steps, rtol=1e-14)


def test_what_a_machine_refutes_is_what_the_sheet_states():
    """The landing page counts both, in different places."""
    errors = {number for number, one in findings.FINDINGS.items() if one.kind == "E"}

    assert {label for label in CLAIMS if label.startswith("erratum-")} == {f"erratum-{n}" for n in errors}
    assert findings.counts()["count-E"] == len(errors)
    assert all(CLAIMS[f"erratum-{number}"].must_fail for number in errors)


@pytest.mark.parametrize("label", [label for label in CLAIMS if label.startswith("erratum-")])
def test_a_refutation_can_be_sent_to_another_process(label):
    """The build judges claims in several."""
    assert pickle.loads(pickle.dumps(CLAIMS[label])) == CLAIMS[label]


@pytest.mark.parametrize("number", findings.TRIALS)
def test_what_is_printed_fails_and_what_is_right_does_not(number):
    """On twenty draws; a trial compares the right formula with the same truth, and falls where it is off."""
    trial = findings.TRIALS[number]
    claim = Claim(f"erratum-{number}", trial.refute, statement="What is printed.", **trial.said)

    verdict = judge(claim, trials=20, seed=1)

    assert (verdict.status, verdict.reason) == ("refuted", "")
    assert verdict.beyond == verdict.cases


def test_the_kinds_are_those_that_the_written_questions_give():
    """Sorted by the page's questions once, by hand: whoever changes a kind says so here as well."""
    kinds = {
        "R": [22, 35, 36, 43, 44],
        "T": [2, 3, 4, 5, 6, 7, 11, 12, 16, 21, 23, 24, 26, 46, 47, 48],
        "N": [1, 13, 15, 37, 45, 49],
        "A": [9, 41],
        "E": [10, 17, 18, 29, 30, 38, 39, 40, 42],
        "I": [8, 14, 19, 20, 25, 27, 28, 31, 32, 33, 34],
    }
    sorted_by_hand = {number: kind for kind, numbers in kinds.items() for number in numbers}

    assert {number: one.kind for number, one in findings.FINDINGS.items()} == sorted_by_hand


def test_the_head_of_a_pair_says_where_the_sheet_has_words_and_no_formula():
    """Looked up on the sheet once, by hand; 18 is a formula there for three powers, and words for all."""
    heads = dict.fromkeys([28, 29, 30, 31, 32, 33, 34, 38], "said, as a formula")
    heads[18] = "printed and said, as one formula"

    for number, one in findings.FINDINGS.items():
        assert one.head == heads.get(number, "printed"), number
        assert one.printed or one.head == "printed"


def test_a_remark_is_tried_by_no_machine():
    """Nobody claims what it would refute."""
    assert not {number for number in findings.TRIALS if findings.FINDINGS[number].kind in "RI"}


def test_a_finding_has_one_trial_and_a_row():
    for number in (6, 99):
        with pytest.raises(ValueError, match=f"one trial, and a row in the table: {number}"):
            registry.trial(number, assumes="nothing")(lambda: None)


def unboxed(tex):
    """Return TeX without the frames around what differs."""
    while (start := tex.find(r"\boxed{")) >= 0:
        inner, end, depth = start + len(r"\boxed{"), start + len(r"\boxed{"), 1
        while depth:
            depth += {"{": 1, "}": -1}.get(tex[end], 0)
            end += 1
        tex = f"{tex[:start]}{{{tex[inner : end - 1]}}}{tex[end:]}"
    return tex


# What makes a relation of a pair that is none, and whose right side a machine can then work out or find.
TERM = r"\frac{\partial L_t}{\partial h_t} \frac{\partial h_t}{\partial h_k}"
DOUBLE = r"\frac{\partial L}{\partial W} = \sum_{t=0}^{T} \sum_{k=0}^{t}"
RELATIONS = {
    10: rf"\frac{{\partial L}}{{\partial W}} = @ {TERM} \frac{{\partial^{{+}} h_k}}{{\partial W}}",
    13: rf"{DOUBLE} {TERM} @",
    18: r"\frac{\partial h_t}{\partial h_k} = @",
    21: "@",
    41: r"@ = \prod_{i=k+1}^{t} \frac{\partial s_i}{\partial s_{i-1}}",
    42: "@",
}


TRUE = ("matched", "worked out")


def found(tex):
    """Return what the machine that reads the pages' formulas finds of one."""
    return judge_formula(Unnumbered("docs/errata.md", 1, tex)).how


@pytest.mark.parametrize("number", RELATIONS)
def test_the_machine_finds_the_right_formula_of_the_table_true_and_the_printed_one_not(number):
    """The very TeX of the page, held against the numbered equations and against what is drawn."""
    one = findings.FINDINGS[number]
    printed, right = (RELATIONS[number].replace("@", unboxed(side)) for side in (one.printed, one.right))

    assert found(right) in TRUE
    assert found(printed) not in TRUE


@pytest.mark.parametrize("number", [9, 14, 15, 17, 25])
def test_what_should_be_is_true(number):
    """Where nothing is printed, or what is printed is true of some case drawn: as many inputs as units."""
    assert found(unboxed(findings.FINDINGS[number].right)) in TRUE


def test_no_side_of_a_finding_changes_unseen():
    """Readers compared the list with the sheet; whoever changes a side compares it again."""
    compared = Path(__file__).with_name("printed_and_right.txt").read_text(encoding="utf-8").splitlines()
    sides = sorted(findings.FINDINGS.items())

    assert [f"{number}\t{one.head}\t{one.printed}\t{one.right}" for number, one in sides] == compared


def framed(tex):
    """Return what the frames of a formula hold, in their order."""
    return re.findall(r"\\boxed\{([^{}]*)\}", tex)


def test_the_shape_that_should_be_is_that_of_a_jacobian_and_the_printed_one_is_not():
    one, case = findings.FINDINGS[17], findings.network_a()
    sizes = dict(zip("nd", case.U.shape, strict=True))
    step = (NUMBERS["17-rows"], NUMBERS["17-columns"])

    shapes = [(sizes["n"], sizes[framed(side)[0]]) for side in (one.right, one.printed)]

    assert shapes[0] == step
    assert shapes[1] != step


def test_the_factors_that_should_be_follow_each_other_and_the_printed_ones_do_not():
    """For i from k + 1 to t: each begins where the next one ends."""
    one, (k, t) = findings.FINDINGS[40], (2, 6)
    follow = []
    for side in (one.right, one.printed):
        indices = [{"i": i, "i-1": i - 1, "t": t, "t-1": t - 1} for i in range(k + 1, t + 1)]
        ends = [(at[upper], at[lower]) for at in indices for upper, lower in [framed(side)]]
        follow.append(ends == list(zip(range(k + 1, t + 1), range(k, t), strict=True)))

    assert follow == [True, False]


def test_each_pair_frames_what_differs():
    for one in findings.FINDINGS.values():
        if one.printed and one.right:
            assert unboxed(one.printed) != unboxed(one.right)
            assert one.are_words or r"\boxed" in one.printed + one.right


def test_the_numbers_in_pairs_are_those_that_are_computed():
    findings_of = findings.FINDINGS
    assert unboxed(findings_of[24].printed).replace("{", "").replace("}", "").endswith(NUMBERS["24-cut"])
    assert unboxed(findings_of[24].right).replace("{", "").replace("}", "").endswith(NUMBERS["24-rounded"])
    for side, Q in ((findings_of[23].printed, powers.PRINTED_Q), (findings_of[23].right, powers.SHEET_Q)):
        decimals = re.findall(r"-?\d\.\d", side)
        assert [Fraction(one) for one in decimals] == Q.ravel().tolist()


def test_the_printed_factors_give_the_thirtieth_power_because_the_misprint_meets_the_small_eigenvalue():
    """In fractions: off by a tenth of 0.4^30 times the second row of the third factor, and in row 2 alone."""
    off = powers.thirtieth_power_as_printed() - powers.multiplied(powers.SHEET_W, 30)
    small = Fraction(-1, 10) * Fraction(2, 5) ** 30

    assert off.tolist() == [[0, 0], [small * Fraction(-4, 5), small * Fraction(3, 5)]]
    norm = sum(entry**2 for entry in powers.multiplied(powers.SHEET_W, 30).ravel())
    assert np.isclose(NUMBERS["23-power"], float(small**2 / norm) ** 0.5, rtol=1e-12)


def test_the_total_derivative_along_the_cell_counts_a_term_once_more_for_each_step_back():
    """The gradient of each gate by the terms of a cell run by hand, with the gates as they were."""
    case = findings.network_b()
    gates = [gates_of(case, h, x) for h, x in zip(case.h_before, case.x, strict=True)]
    before = np.vstack([case.C_init, case.run["C"][:-1]])
    rows = [
        (o * np.tanh(C) - y) * o * (1 - np.tanh(C) ** 2)
        for (_, _, o, _), C, y in zip(gates, case.run["C"], case.y, strict=True)
    ]
    immediate = {
        "forget": [f * (1 - f) * C for (f, _, _, _), C in zip(gates, before, strict=True)],
        "input": [i * (1 - i) * c for _, i, _, c in gates],
        "candidate": [i * (1 - c**2) for _, i, _, c in gates],
    }
    for name, by_z in immediate.items():
        sums = {}
        for counted in (False, True):
            total = np.zeros((3, 5))
            for t in range(10):
                for k in range(t + 1):
                    kept = np.prod([gates[j][0] for j in range(k + 1, t + 1)], axis=0)
                    read = np.concatenate([case.h_before[k], case.x[k]])
                    total += np.outer(rows[t] * kept * by_z[k], read) * (t - k + 1 if counted else 1)
            sums[counted] = total
        error = np.linalg.norm(sums[True] - sums[False]) / np.linalg.norm(sums[False])
        assert np.isclose(NUMBERS[f"49-{name}"], error, rtol=1e-12)


def test_the_counts_are_those_of_the_rows():
    kinds = [one.kind for one in findings.FINDINGS.values()]
    counted = findings.counts()

    assert counted["count"] == len(kinds) == sum(counted[f"count-{kind}"] for kind in findings.KINDS)
    in_question = {number for number, one in findings.FINDINGS.items() if one.in_question}
    assert in_question == {number for number, one in findings.FINDINGS.items() if "question" in one.where}
    assert counted["count-S"] == len(in_question)
    not_inherited = in_question & {22, 43, 46, 47}  # two remarks, two slips of spelling
    assert counted["count-inherited"] == len(in_question - not_inherited) == len(in_question) - 4
    assert set(kinds) == set(findings.KINDS)


PAGE = (ROOT / "docs" / "errata.md").read_text(encoding="utf-8")


def test_the_page_has_each_finding_once_under_its_part_in_the_order_of_the_table():
    block = re.compile(r"^## (?P<part>.+)$|^:::\{finding\} (?P<number>\d+)$", re.MULTILINE)
    part, on_the_page = "", []
    for match in block.finditer(PAGE):
        part = match["part"] or part
        if match["number"]:
            on_the_page.append((int(match["number"]), part))

    where = (
        "docs/errata.md and rnn_solutions/sheet/findings/table.py must have the same findings in one order"
    )
    assert on_the_page == [(number, one.part) for number, one in findings.FINDINGS.items()], where
    assert sorted(findings.FINDINGS) == list(range(1, len(on_the_page) + 1)), (
        "the next finding must have the next number"
    )
    assert len(on_the_page) == len({number for number, _ in on_the_page})


def test_the_page_writes_powers_of_ten_as_people_do():
    """No number that it glues comes as 1.15e-12, which breaks behind the e."""
    assert not re.findall(r"\{glue:text\}`[^`]*:\.\d[eg]`", PAGE)


def test_the_buttons_come_first_and_the_rules_after_the_findings():
    """Newcomers want the findings, and the rules take three screens of a phone."""
    findings_start, findings_end = PAGE.index(":::{finding} 1\n"), PAGE.rindex(":::{finding}")

    assert PAGE.index("{finding-filter}") < PAGE.index("(how-to-read-this-page)=") < findings_start
    assert PAGE.index("(errata-kinds)=") > findings_end
    assert "(#errata-kinds)" in PAGE[:findings_start]


def test_the_page_asks_for_the_kinds_in_the_order_of_the_table_and_its_examples_are_of_that_kind():
    asked = re.findall(r"^\d\. \*\*(.+?)\*\* \(\{glue:text\}`errata-count-(.)`\)", PAGE, re.MULTILINE)
    assert {kind: name.lower() for name, kind in asked} == findings.KINDS
    assert [kind for _, kind in asked] == list(findings.KINDS)
    examples = re.findall(
        r"`errata-count-(.)`\)(?:(?!errata-count).)*?Examples?:\s+\[(\d+)\]", PAGE, re.DOTALL
    )
    assert len(examples) == len(findings.KINDS)
    for kind, number in examples:
        assert findings.FINDINGS[int(number)].kind == kind
