"""What the LSTM has by itself: three meanings of dC_t/dC_k, by complex steps, and the limits of its gates."""

from math import exp, tanh

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawn import D, N, draw, one_of, states
from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.networks.lstm import KINDS, LSTM

T = 6


@pytest.fixture(scope="module")
def case():
    return draw("LSTM", T, seed=10)


def restart(case, k, t, h, C):
    """Run steps k+1..t from the joint state (h, C) at step k, and return the cell state."""
    return states("LSTM", case.p, case.x[k + 1 : t + 1], h, C)[-1, N:] if t > k else C


def test_a_saturated_gate_keeps_the_digits_of_its_slope():
    """At z_i = 40 the input gate is 1 in floats and i (1 - i) would be 0, but its slope is e^-40."""
    bias = [40.0, -800.0, 1.0, 0.0]  # the forget gate underflows to 0, the candidate has no recurrent weight
    net = LSTM(np.zeros((4, 1)), [[1.0], [0.0], [0.0], [0.0]], bias)
    run = net.forward(np.zeros((2, 1)))
    z = 40 + run.h[0, 0]

    dC_dh = net.jacobian(run, 1, 0)[1, 0]

    assert run.i[1, 0] == 1.0
    # rtol: rounding z itself by half a unit, 4e-15, moves e^-z by as much, relatively
    np.testing.assert_allclose(dC_dh, tanh(1) * exp(-z) / (1 + exp(-z)) ** 2, rtol=2e-14)


def path_alone(case, k, t, C):
    run = case.run
    for j in range(k + 1, t + 1):
        C = run.f[j] * C + run.i[j] * run.g[j]  # the gates as they were
    return C


def with_h_held(case, k, t, C):
    return restart(case, k, t, case.run.h[k], C)


def with_h_following(case, k, t, C):
    return restart(case, k, t, case.run.o[k] * np.tanh(C), C)


MEANINGS = {"path": path_alone, "held": with_h_held, "total": with_h_following}


@pytest.mark.parametrize(("t", "k"), [(0, 0), (1, 0), (4, 2), (6, 0)])
@pytest.mark.parametrize("kind", KINDS)
def test_cell_jacobian_matches_a_complex_step_of_what_its_kind_lets_move(case, kind, t, k):
    expected = complex_step(lambda C: MEANINGS[kind](case, k, t, C), case.run.C[k])

    found = case.net.cell_jacobian(case.run, t, k, kind=kind)

    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-16)


@pytest.mark.parametrize("kind", KINDS)
def test_the_cell_jacobian_of_a_batch_is_that_of_each_sequence(kind):
    """The same numbers in the same order of operations, but for the product of matrices: a few roundings."""
    case = draw("LSTM", T, batch=(2,), seed=16)
    together = case.net.cell_jacobian(case.run, 4, 1, kind=kind)

    for b in range(2):
        alone = case.net.cell_jacobian(one_of(case, b), 4, 1, kind=kind)
        np.testing.assert_allclose(together[b], alone, rtol=1e-12, atol=1e-16)


def test_the_three_kinds_differ_over_several_steps(case):
    """Otherwise the test above could not tell them apart."""
    net, run = case.net, case.run
    path, held, total = (net.cell_jacobian(run, 4, 1, kind=kind) for kind in KINDS)

    for one, other in [(path, held), (held, total), (path, total)]:
        assert np.linalg.norm(one - other) > 0.1 * np.linalg.norm(total)


def test_over_one_step_held_is_the_path_and_total_is_not(case):
    net, run = case.net, case.run
    path, held, total = (net.cell_jacobian(run, 3, 2, kind=kind) for kind in KINDS)

    # The same gate from e^z and from e^-z: a rounding or two apart.
    np.testing.assert_allclose(held, path, rtol=1e-15)
    assert np.linalg.norm(total - held) > 0.1 * np.linalg.norm(held)


@pytest.mark.parametrize(("kind", "composes"), [("path", True), ("held", False), ("total", False)])
def test_only_the_path_composes_over_an_intermediate_step(case, kind, composes):
    """The path is a product of diagonals; the others miss by far more than rounding."""
    net, run = case.net, case.run

    def jacobian(t, k):
        return net.cell_jacobian(run, t, k, kind=kind)

    whole, product = jacobian(5, 1), jacobian(5, 3) @ jacobian(3, 1)

    error = np.linalg.norm(product - whole) / np.linalg.norm(whole)
    assert (error < 1e-15) if composes else (error > 1e-3)


def test_pinning_f_to_1_and_i_to_0_drives_the_joint_dC_to_the_identity_like_exp_of_minus_b():
    """Each way for dC_10/dC_0 to leave I carries one factor 1 - f, f' or i, and so one factor e^-b.

    Hence e^b times the distance hardly depends on b: at b = 10 the next order is still 1e-3 of it, at b = 30
    rounding is 1e-4 of it. The distance is never 0, for a sigmoid does not reach 1.
    """
    scaled = []
    for bias in (10.0, 20.0, 30.0):
        rng = np.random.default_rng(14)
        b_ih = np.repeat([-bias, bias, 0.0, 0.0], N)
        net = LSTM(rng.normal(size=(4 * N, D)), rng.normal(size=(4 * N, N)), b_ih)
        run = net.forward(rng.normal(size=(11, D)), c_init=rng.normal(size=N))
        block = net.jacobian(run, 10, 0)[N:, N:]
        scaled.append(np.linalg.norm(block - np.eye(N)) * np.exp(bias))

    np.testing.assert_allclose(scaled, scaled[1], rtol=0.01)
    assert 1 < scaled[1] < 1000  # 10 steps of e^|z| with |z| up to about 4


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.1, 1.0, 10.0]))
def test_gates_lie_between_0_and_1_and_a_cell_gains_at_most_1_a_step(seed, gain):
    """Bounds closed because floats round: a gate at z = 37 is 1."""
    case = draw("LSTM", T, seed=seed)
    run = LSTM(*(gain * value for value in case.p.values())).forward(case.x, **case.initial)
    gained = np.arange(1, T + 2)[:, None]

    for gate in (run.i, run.f, run.o):
        assert 0 <= gate.min() <= gate.max() <= 1
    assert max(np.abs(run.g).max(), np.abs(run.h).max()) <= 1
    assert np.all(np.abs(run.C) <= np.abs(run.c_init) + gained)


def test_a_cell_that_always_writes_1_counts_its_steps():
    """The bound on C is reached: f, i and the candidate within e^-40 of 1 add 1 a step, so C is no tanh."""
    net = LSTM(np.zeros((4, 1)), np.zeros((4, 1)), [40.0, 40.0, 40.0, 0.0])

    np.testing.assert_allclose(net.forward(np.zeros((11, 1))).C[:, 0], np.arange(1, 12), rtol=1e-15)


def test_the_largest_cell_state_that_fits_a_float_raises_nothing():
    """The hyperbolic tangent is flat there, so neither h nor a gate hears of C any more."""
    net = LSTM(np.ones((4, 1)), np.ones((4, 1)), [0.0, 800.0, 0.0, 0.0])
    run = net.forward(np.zeros((3, 1)), c_init=[np.finfo(float).max])

    for kind in KINDS:
        np.testing.assert_array_equal(net.cell_jacobian(run, 2, 0, kind=kind), [[1.0]])


def test_an_unknown_kind_lists_the_known_ones_and_none_is_the_default(case):
    net, run = case.net, case.run
    with pytest.raises(ValueError, match="kind must be one of 'path', 'held', 'total', got 'partial'"):
        net.cell_jacobian(run, 1, 0, kind="partial")
    with pytest.raises(TypeError, match="kind"):
        net.cell_jacobian(run, 1, 0)


def test_a_jacobian_that_overflows_is_an_error():
    """With z at 0 each step multiplies dh/dh by w/4 or more, and (1e200 / 4)^2 does not fit a float."""
    w = 1e200
    net = LSTM(np.zeros((4, 1)), [[0.0], [0.0], [w], [0.0]])
    run = net.forward(np.zeros((4, 1)))  # h stays 0, the candidate's slope stays 1

    with pytest.raises(ValueError, match="the Jacobian of step 3 by step 0 is beyond the range of float64"):
        net.jacobian(run, 3, 0)


def test_a_total_derivative_that_overflows_though_both_its_parts_fit_is_an_error(monkeypatch):
    """1.5e308 along the cell and, with o = 1 and C = 0, as much through h."""
    net = LSTM(np.zeros((4, 1)), np.zeros((4, 1)), [0.0, 0.0, 0.0, 40.0])
    run = net.forward(np.zeros((3, 1)))
    monkeypatch.setattr(LSTM, "jacobian", lambda *_: np.full((2, 2), 1.5e308))

    assert net.cell_jacobian(run, 2, 1, kind="held") == 1.5e308
    with pytest.raises(ValueError, match="the Jacobian of step 2 by step 1 is beyond the range of float64"):
        net.cell_jacobian(run, 2, 1, kind="total")


@pytest.mark.parametrize(
    ("name", "lower", "middle"), [("hard_sigmoid", -3.0, 1 / 6 + 0.5), ("hard_sigmoid_0.2", -2.5, 0.7)]
)
def test_a_hard_gate_is_a_line_between_its_ends_and_flat_beyond(name, lower, middle):
    """At 1 the two lines are at 2/3 and 0.7; at an end itself the slope is taken as 0, as PyTorch does."""
    for z, gate, is_flat in [(1.0, middle, False), (lower, 0.0, True), (-lower, 1.0, True), (9.0, 1.0, True)]:
        net = LSTM(np.zeros((4, 1)), np.zeros((4, 1)), [z, 0.0, 0.5, 0.0], gate_activation=name)
        run = net.forward([[0.0]])
        np.testing.assert_allclose(run.i[0, 0], gate, rtol=1e-15)
        assert (net.backward(run, [[1.0]]).b_ih[0] == 0) == is_flat


def test_a_relu_cell_adds_up_without_bound_and_is_silent_below_zero():
    net = LSTM(np.zeros((4, 1)), np.zeros((4, 1)), [800.0, 800.0, 2.0, 800.0], activation="relu")

    np.testing.assert_array_equal(net.forward(np.zeros((5, 1))).h.ravel(), [2, 4, 6, 8, 10])
    np.testing.assert_array_equal(net.forward(np.zeros((2, 1)), c_init=[-3.0]).h.ravel(), [0, 1])
