"""The findings' numbers against those found by hand beforehand, and against other ways to the same number."""

import pickle
import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from rnn_solutions.claims import CLAIMS
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
23: 0.041, 11 0.559574, 12 0.255319, 21 0.212766, 22 0.740426, printed-1 0.272, printed-2 0.696
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


def test_each_refutation_is_a_claim():
    refuted = {f"erratum-{number}" for number, one in findings.FINDINGS.items() if one.refute}

    assert {label for label in CLAIMS if label.startswith("erratum-")} == refuted
    assert len(refuted) >= 31  # none may fall out unseen


@pytest.mark.parametrize("label", [label for label in CLAIMS if label.startswith("erratum-")])
def test_a_refutation_can_be_sent_to_another_process(label):
    """The build judges claims in several."""
    assert pickle.loads(pickle.dumps(CLAIMS[label])) == CLAIMS[label]


def test_a_number_is_taken_once():
    with pytest.raises(ValueError, match="there are two findings 6"):
        registry.Finding(6, "1(a): E")


def test_the_page_has_each_finding_once_with_its_kind_under_its_part():
    """A heading, a target and a bold number: each finding's block must say what the package's list says."""
    block = re.compile(
        r"^## (?P<part>.+)$|^\(erratum-(?P<target>\d+)\)=\n\*\*(?P<number>\d+)\.\*\* \*(?P<kinds>[^*]+)\*",
        re.MULTILINE,
    )
    part, on_the_page = "", []
    for match in block.finditer((ROOT / "docs" / "errata.md").read_text(encoding="utf-8")):
        part = match["part"] or part
        if match["number"]:
            assert match["target"] == match["number"]
            on_the_page.append((int(match["number"]), f"{part}: {match['kinds']}"))
    in_the_code = [(number, one.where) for number, one in sorted(findings.FINDINGS.items())]
    in_the_code = [(number, where[0].upper() + where[1:]) for number, where in in_the_code]

    where = "docs/errata.md and the modules of rnn_solutions/sheet/findings must say the same"
    assert sorted(on_the_page) == in_the_code, where
    assert [number for number, _ in in_the_code] == list(range(1, len(in_the_code) + 1)), (
        "the next finding in rnn_solutions/sheet/findings must have the next number"
    )
    assert {kind for one in findings.FINDINGS.values() for kind in one.kinds} == set(findings.KINDS)
