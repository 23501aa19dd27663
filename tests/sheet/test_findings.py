"""The findings' numbers against those found by hand beforehand, and against other ways to the same number."""

import re
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.networks.lstm import LSTM
from rnn_solutions.sheet import findings as errata
from rnn_solutions.sheet.findings.setups import SmallLSTM, SmallRNN

PAGE = Path(__file__).parents[2] / "docs" / "errata.md"
ROUNDING = 1e-14  # relative: a few hundred roundings of 1e-16


def agrees(value, printed):
    """Say whether a number rounds to a printed one, at the printed precision."""
    digits = Decimal(printed)
    half = Decimal((0, (5,), digits.as_tuple().exponent - 1))
    return abs(Decimal(float(value)) - digits) <= half


def gates_of(case, h, x):
    """Return the gates f, i, o and the candidate of one step, written for complex numbers."""
    read = np.concatenate([h, x])
    f, i, o = (1 / (1 + np.exp(-(case.W[gate] @ read + case.bias.get(gate, 0.0)))) for gate in "fio")
    return f, i, o, np.tanh(case.W["g"] @ read + case.bias.get("g", 0.0))


BY_HAND = [
    ("2", errata.repeated_row, "1.20"),
    ("3", lambda: errata.index_in_the_second_row().printed, "0.710"),
    ("3", lambda: errata.index_in_the_second_row().right, "0.934"),
    ("6", lambda: errata.index_on_the_diagonal().activation, "0.503"),
    ("6", lambda: errata.index_on_the_diagonal().layer, "0.625"),
    ("10", lambda: errata.first_step_left_out().drawn.from_one, "0.146"),
    ("12", errata.last_term_left_out, "0.0077"),
    ("13", lambda: errata.total_for_immediate().whole, "0.114"),
    ("13", lambda: errata.total_for_immediate().last, "0.244"),
    ("15", lambda: errata.transposed_layout().jacobian, "0.106"),
    ("15", lambda: errata.transposed_layout().gradient, "0.366"),
    ("18", lambda: errata.powers_for_the_product().own_step, "0.0012"),
    ("18", lambda: errata.powers_for_the_product().last_step, "0.021"),
    ("18", lambda: errata.powers_for_the_product(scale=3.0).own_step, "0.047"),
    ("18", lambda: errata.powers_for_the_product(scale=3.0).last_step, "0.16"),
    ("18", lambda: errata.powers_for_the_product().jacobian, "0.30"),
    ("23", lambda: errata.misprinted_eigenvectors().error, "0.041"),
    ("25", errata.rank_one_residual, "1.15e-12"),
    ("27", lambda: errata.growth_before_decay().peak, "269"),
    ("28", lambda: errata.one_growing_eigenvalue()[0], "117.4"),
    ("28", lambda: errata.one_growing_eigenvalue()[1], "8.9e-16"),
    ("29", lambda: errata.turning_entries()[1], "129"),
    ("30", lambda: errata.largest_entry_of_a_jordan_power(1, 2, 100), "100"),
    ("in general", lambda: errata.largest_entry_of_a_jordan_power(1, 3, 100), "4950"),
    ("in general", lambda: errata.norm_of_a_jordan_power("1.1", 2, 50), "5339"),
    ("network", lambda: errata.explodes_with_radius_zero().jacobian, "1.52e9"),
    ("network", lambda: errata.vanishes_with_radius_above_one().jacobian, "1.4e-8"),
    ("network", lambda: errata.vanishes_with_radius_above_one().power, "5.4e17"),
    ("network", lambda: errata.sheet_matrix_in_a_network().power, "0.0424"),
    ("network", lambda: errata.sheet_matrix_in_a_network().jacobian, "9.2e-24"),
    ("network", lambda: errata.one_unit().exploding[50], "7.0e4"),
    ("network", lambda: errata.one_unit().saturated[50], "1e-73"),
    ("34", lambda: np.max(errata.output_gate_ignores_the_cell().cell), "4.4"),
    ("35", lambda: errata.cell_state_leaves_the_range_of_tanh().open_cell, "10"),
    ("35", lambda: errata.cell_state_leaves_the_range_of_tanh().smallest_cell, "-0.80"),
    ("35", lambda: errata.cell_state_leaves_the_range_of_tanh().smallest_candidate, "-0.997"),
    ("35", lambda: errata.cell_state_leaves_the_range_of_tanh().smallest_output, "-0.64"),
    ("39", lambda: errata.neglected_gradients().forget, "0.20"),
    ("39", lambda: errata.neglected_gradients().input, "0.32"),
    ("39", lambda: errata.neglected_gradients().candidate, "0.50"),
    ("39", lambda: errata.neglected_gradients().output, "1.00"),
    ("39", lambda: errata.neglected_gradients().cell, "0.88"),
    ("40", errata.one_step_for_all, "66"),
    ("41", lambda: errata.cell_jacobians_do_not_compose().cell, "0.19"),
    ("43", lambda: errata.open_cell(10).distance, "7e-3"),
    ("43", lambda: errata.open_cell(20).distance, "3.2e-7"),
    ("43", lambda: errata.open_cell(30).distance, "1.5e-11"),
    ("44", lambda: errata.open_cell(20).forget, "5e-7"),
    ("44", lambda: errata.open_cell(20).input, "8e-8"),
    ("44", lambda: errata.open_cell(20).candidate, "2e-8"),
]


@pytest.mark.parametrize(("finding", "number", "printed"), BY_HAND)
def test_the_number_is_the_one_found_by_hand(finding, number, printed):
    """Computed by other code before this package was written, on the same draws."""
    assert agrees(number(), printed), f"finding {finding}: {number()} is not {printed}"


@pytest.mark.parametrize(
    ("found", "by_hand"),
    [
        (
            lambda: errata.misprinted_eigenvectors().by_inverse,
            [["0.559574", "0.255319"], ["0.212766", "0.740426"]],
        ),
        (lambda: errata.misprinted_eigenvectors().as_printed, [["0.58", "0.24"], ["0.272", "0.696"]]),
        (lambda: [errata.forget_gate_reads_the_state().before], [["0.71", "0.88", "0.11"]]),
        (lambda: [errata.forget_gate_reads_the_state().after], [["0.82", "0.99", "0.007"]]),
    ],
)
def test_the_arrays_are_those_found_by_hand(found, by_hand):
    for row, printed_row in zip(found(), by_hand, strict=True):
        for value, printed in zip(row, printed_row, strict=True):
            assert agrees(value, printed), f"{value} is not {printed}"


@pytest.mark.parametrize(
    ("M", "at_one", "peak", "peak_at", "at_thirty", "below_one_from"),
    [
        ([[0.9, 10], [0, 0.8]], "10.07", "26.94", 6, "4.12", 44),
        ([[0.9, 50], [0, 0.9]], "50.02", "193.7", 9, "70.65", 80),
        ([[0.9, 100], [0, 0.8]], "100.01", "269", 6, "41.15", 66),
    ],
)
def test_the_powers_of_a_skewed_matrix_rise_before_they_fall(
    M, at_one, peak, peak_at, at_thirty, below_one_from
):
    hump = errata.growth_before_decay(M)

    assert agrees(hump.at_one, at_one)
    assert agrees(hump.peak, peak)
    assert agrees(hump.at_thirty, at_thirty)
    assert (hump.peak_at, hump.below_one_from) == (peak_at, below_one_from)


def test_a_power_that_has_not_decayed_is_refused():
    with pytest.raises(ValueError, match=r"the power n=40 of M must have a norm below 1, got 45\.3"):
        errata.growth_before_decay([[1.1]], last=40)
    with pytest.raises(ValueError, match="last must be at least 30, got 29"):
        errata.growth_before_decay(last=29)
    with pytest.raises(ValueError, match="a power of M is beyond the range of float64"):
        errata.growth_before_decay([[1e200]])


@pytest.mark.parametrize("step", [-1, 51, 1.0, True])
def test_a_step_outside_the_run_is_refused(step):
    """-1 would be the last step."""
    with pytest.raises(ValueError, match=rf"each of steps must be .*, got {step}"):
        errata.growing_matrix_in_a_network([10, step])


@pytest.mark.parametrize("size", [0, -1])
def test_a_jordan_block_has_a_size(size):
    with pytest.raises(ValueError, match=f"size must be at least [01], got {size}"):
        errata.norm_of_a_jordan_power(1, size, 3)


def test_k_from_zero_is_right_for_every_start_and_k_from_one_where_the_first_term_is_zero():
    errors = errata.first_step_left_out()

    assert max(start.from_zero for start in (errors.given, errors.drawn, errors.zero)) < ROUNDING
    assert max(errors.given.from_one, errors.zero.from_one) < ROUNDING


def test_a_total_derivative_counts_the_term_j_steps_back_j_plus_one_times():
    """The wrong sum again, as the right terms with these weights."""
    case = SmallRNN.draw()
    terms = case.run.net.gradient_terms(case.run, case.dL_dh).W
    weights = np.array([[t - k + 1 if k <= t else 0 for k in range(4)] for t in range(4)])
    right, counted = terms.sum(axis=(0, 1)), np.einsum("tk,tkab->ab", weights, terms)

    error = np.linalg.norm(counted - right) / np.linalg.norm(right)

    assert np.isclose(errata.total_for_immediate().whole, error, rtol=1e-12)


def test_the_truth_for_the_network_is_the_slope_of_its_loss():
    """Central differences with a step of 1e-6 keep about nine digits."""
    case = SmallRNN.draw()

    def loss(W):
        h, total = case.h_init, 0.0
        for x, y in zip(case.x, case.y, strict=True):
            h = 1 / (1 + np.exp(-W @ h - case.U @ x))
            total += 0.5 * np.dot(h - y, h - y)
        return total

    nudges = 1e-6 * np.eye(9).reshape(9, 3, 3)
    slopes = [(loss(case.W + nudge) - loss(case.W - nudge)) / 2e-6 for nudge in nudges]

    np.testing.assert_allclose(case.gradient.ravel(), slopes, rtol=1e-7)


@pytest.mark.parametrize("gate", "figo")
def test_the_truth_for_the_lstm_is_the_slope_of_its_loss(gate):
    """Central differences through the package's LSTM; the truth itself does not call it."""
    case = SmallLSTM.draw()

    def loss(W):
        blocks = np.vstack([W if name == gate else case.W[name] for name in "ifgo"])
        run = LSTM(blocks[:, 3:], blocks[:, :3]).forward(case.x[1:], case.h_0, case.C_0)
        return ((run.h - case.y[1:]) ** 2).sum() / 2

    nudges = 1e-6 * np.eye(15).reshape(15, 3, 5)
    slopes = [(loss(case.W[gate] + nudge) - loss(case.W[gate] - nudge)) / 2e-6 for nudge in nudges]

    np.testing.assert_allclose(case.gradient(gate).ravel(), slopes, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", ["forget", "input", "candidate"])
def test_the_neglected_gradient_is_that_of_a_cell_whose_gates_read_a_recorded_state(name):
    """Run again with every gate fed the hidden state of the first run, and the output gate as it was."""
    case, gate = SmallLSTM.draw(), {"forget": "f", "input": "i", "candidate": "g"}[name]
    h, recorded, outputs = case.h_0, [], []
    C = case.C_0
    for x in case.x[1:]:
        recorded.append(h)
        f, i, o, g = gates_of(case, h, x)
        C = f * C + i * g
        h = o * np.tanh(C)
        outputs.append(o)

    def loss(W):
        other = SmallLSTM({**case.W, gate: W}, case.x, case.y, case.C_0, case.h_0)
        C, total = case.C_0, 0.0
        for x, y, h, o in zip(case.x[1:], case.y[1:], recorded, outputs, strict=True):
            f, i, _, g = gates_of(other, h, x)
            C = f * C + i * g
            total = total + ((o * np.tanh(C) - y) ** 2).sum() / 2
        return total

    truth = case.gradient(gate)
    error = np.linalg.norm(complex_step(loss, case.W[gate]) - truth) / np.linalg.norm(truth)

    assert np.isclose(getattr(errata.neglected_gradients(), name), error, rtol=1e-12)


def test_a_gate_that_reads_h_and_x_does_not_see_the_cell():
    case, changes = SmallLSTM.draw(), errata.output_gate_ignores_the_cell()

    f, _, _, _ = gates_of(case, case.h_0, case.x[1])

    np.testing.assert_allclose(changes.cell, 5 * f, rtol=1e-13)  # the nudge times the forget gate
    np.testing.assert_array_equal(changes.gate, np.zeros(3))


def test_the_joint_state_composes_and_the_cell_state_does_not():
    errors = errata.cell_jacobians_do_not_compose()

    assert errors.joint < ROUNDING
    assert errors.cell > 0.1


def test_an_open_cell_comes_nearer_to_the_identity_like_the_distance_of_its_forget_gate_from_one():
    """Both 1 - f and i are e^-b for a large b, and so is the rest: ten more divide it by e^10."""
    near, nearer = errata.open_cell(20), errata.open_cell(25)

    assert np.isclose(near.distance / nearer.distance, np.exp(5), rtol=1e-3)


def test_the_whole_jacobian_is_orders_of_magnitude_larger_than_the_product_of_forget_gates():
    """The magnitudes that two earlier runs with other inputs bracketed, within a factor of two."""
    assert 290 / 2 < errata.whole_against_product() < 311 * 2
    assert 42 / 2 < errata.whole_against_product(forget_bias=1.0) < 70 * 2
    assert 2.5e5 / 2 < errata.whole_against_product(gain=2.0) < 7e8 * 2


@pytest.mark.parametrize(
    ("single", "naive", "stable", "one"), [(False, -710, -746, 37), (True, -89, -104, 17)], ids=["64", "32"]
)
def test_a_sigmoid_in_floats_reaches_its_ends_where_the_format_says(single, naive, stable, one):
    """Where e^-z overflows, e^z is below half the smallest subnormal, and e^-z below half of epsilon."""
    info = np.finfo(np.float32 if single else np.float64)
    limits = errata.sigmoid_limits(single)

    assert limits == type(limits)(naive, stable, one)
    assert naive == -int(np.floor(np.log(float(info.max)) + 1))
    assert stable == int(np.floor(np.log(float(info.smallest_subnormal)) - np.log(2)))
    assert one == int(np.ceil(-np.log(float(info.eps) / 2)))


def test_the_thirtieth_power_is_the_sum_of_two_exact_terms():
    exact = [
        Fraction(9, 10) ** 30 * a + Fraction(2, 5) ** 30 * b
        for a, b in [(Fraction(9, 25), Fraction(16, 25)), (Fraction(12, 25), -Fraction(12, 25))]
    ]
    power = errata.thirtieth_power()

    assert [str(entry) for entry in power.flat] == [
        "0.015260816979815703",
        "0.020347755971550375",
        "0.020347755971550375",
        "0.027130341296553422",
    ]
    for entry, fraction in zip(power[0], exact, strict=True):
        assert abs(Fraction(entry) / fraction - 1) < Fraction(1, 10**16)
    assert str(errata.thirtieth_power(digits=5)[0, 0]) == "0.015261"  # the sheet prints 0.015260


def test_one_digit_at_least():
    with pytest.raises(ValueError, match="digits must be at least 1, got 0"):
        errata.thirtieth_power(digits=0)


def test_a_quarter_turn_returns_an_entry_to_zero_every_second_power():
    entries = errata.turning_entries(range(6))

    np.testing.assert_allclose(entries, [0, 1.1, 0, 1.1**3, 0, 1.1**5], rtol=1e-15)


@pytest.mark.parametrize("n", [1, 7, 100])
def test_a_jordan_power_holds_binomials(n):
    assert errata.largest_entry_of_a_jordan_power(1, 3, n) == max(1, n, n * (n - 1) / 2)


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
    expected = [
        jacobian_norm(nilpotent, np.tile([0.0, 20.0] - nilpotent @ held, (30, 1)), held),
        jacobian_norm(turned, rng.normal(size=(30, 3)), np.zeros(3)),
        jacobian_norm(np.array([[0.58, 0.24], [0.24, 0.72]]), drawn[:30], np.zeros(2)),
        *(
            jacobian_norm(np.array([[1.0, 2.0], [2.0, 1.0]]), drawn[:steps], np.zeros(2))
            for steps in (10, 49)
        ),
    ]

    found = [
        errata.explodes_with_radius_zero().jacobian,
        errata.vanishes_with_radius_above_one().jacobian,
        errata.sheet_matrix_in_a_network().jacobian,
        *errata.growing_matrix_in_a_network((10, 49)),
    ]

    np.testing.assert_allclose(found, expected, rtol=1e-11)


def test_a_held_nilpotent_network_doubles_each_step():
    """sqrt(2) 2^30, but for the second unit's slope of 2e-9 a step."""
    assert np.isclose(errata.explodes_with_radius_zero().jacobian, np.sqrt(2) * 2**30, rtol=1e-5)
    assert errata.explodes_with_radius_zero().power == 0


def test_one_unit_held_at_a_slope_of_a_quarter_follows_a_power():
    steps = np.arange(51)

    np.testing.assert_allclose(errata.one_unit().holding, 0.75**steps, rtol=1e-14)
    np.testing.assert_allclose(errata.one_unit().exploding, 1.25**steps, rtol=1e-14)


def test_counts_and_shapes_are_those_of_the_sheet():
    assert errata.one_step_shape() == (3, 3)
    counts = errata.factor_counts()
    assert (counts.terms_from_zero, counts.factors_from_zero) == (10, 3)
    assert (counts.terms_from_one, counts.factors_from_one) == (6, 2)


def test_there_are_forty_five_findings_and_each_kind_has_a_name():
    assert [finding.number for finding in errata.FINDINGS] == list(range(1, 46))
    assert set("".join(finding.kinds for finding in errata.FINDINGS)) == set(errata.KINDS)


def test_the_page_has_each_finding_once_with_its_kind_under_its_part():
    """A heading, a target and a bold number: each finding's block must say what the package's list says."""
    block = re.compile(
        r"^## (?P<part>.+)$|^\(erratum-(?P<target>\d+)\)=\n\*\*(?P<number>\d+)\.\*\* \*(?P<kinds>[^*]+)\*",
        re.MULTILINE,
    )
    part, found = "", []
    for match in block.finditer(PAGE.read_text(encoding="utf-8")):
        part = match["part"] or part
        if match["number"]:
            assert match["target"] == match["number"]
            found.append((int(match["number"]), part, match["kinds"]))
    wanted = []
    for finding in errata.FINDINGS:
        kinds = ", ".join([*finding.kinds, "S"] if finding.in_statement else finding.kinds)
        wanted.append((finding.number, finding.part.capitalize(), kinds))

    assert Counter(found) == Counter(wanted)
