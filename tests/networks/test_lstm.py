"""The LSTM against a loop over single numbers, the complex step, and the limits of its gates."""

from math import exp, tanh

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.networks.lstm import KINDS, LSTM
from rnn_solutions.networks.plain import lstm_step

N, D, T = 3, 2, 6


def draw(seed, gain=1.0):
    """Weights, biases, inputs and initial states, all different, so that nothing can be swapped unseen."""
    rng = np.random.default_rng(seed)
    weights = [gain * rng.normal(size=s) for s in [(4 * N, D), (4 * N, N), (4 * N,), (4 * N,)]]
    return weights, rng.normal(size=(T + 1, D)), rng.normal(size=N), rng.normal(size=N)


@pytest.fixture(scope="module")
def network():
    weights, x, h_init, c_init = draw(seed=10)
    net = LSTM(*weights)
    return net, net.forward(x, h_init, c_init)


def restart(net, run, k, t, h, C):
    """Run steps k+1..t from the joint state (h, C) at step k."""
    for x in run.x[k + 1 : t + 1]:
        h, C = lstm_step(h, C, x, net.W_ih, net.W_hh, net.b_ih + net.b_hh)
    return np.concatenate([h, C])


def test_forward_is_the_textbook_cell_one_number_at_a_time():
    """PyTorch's blocks read row by row: i, f, g, o. Rounding is 1e-15, a swapped pair off by tenths."""
    (W_ih, W_hh, b_ih, b_hh), x, h_before, C_before = draw(seed=11)
    run = LSTM(W_ih, W_hh, b_ih, b_hh).forward(x, h_before, C_before)

    for t in range(T + 1):
        h, C = np.empty(N), np.empty(N)
        for a in range(N):
            z = {}
            for block, gate in enumerate("ifgo"):
                r = block * N + a
                z[gate] = sum(W_ih[r, b] * x[t, b] for b in range(D)) + b_ih[r]
                z[gate] += sum(W_hh[r, b] * h_before[b] for b in range(N)) + b_hh[r]
            i, f, o = (1 / (1 + exp(-z[gate])) for gate in "ifo")
            g = tanh(z["g"])
            C[a] = f * C_before[a] + i * g
            h[a] = o * tanh(C[a])
            gates = run.i[t, a], run.f[t, a], run.g[t, a], run.o[t, a]
            np.testing.assert_allclose(gates, (i, f, g, o), rtol=1e-13)
        np.testing.assert_allclose(run.C[t], C, rtol=1e-13)
        np.testing.assert_allclose(run.h[t], h, rtol=1e-13)
        h_before, C_before = h, C


def test_a_missing_bias_or_state_is_zero():
    (W_ih, W_hh, _, _), x, _, _ = draw(seed=12)
    zeros = np.zeros(4 * N)

    bare = LSTM(W_ih, W_hh).forward(x)
    spelled = LSTM(W_ih, W_hh, zeros, zeros).forward(x, np.zeros(N), np.zeros(N))

    np.testing.assert_array_equal(bare.h, spelled.h)
    np.testing.assert_array_equal(bare.c_init, np.zeros(N))
    assert bare.T == T


def test_the_two_biases_act_only_through_their_sum():
    """Moving an amount from one bias to the other changes nothing but the rounding of the sum."""
    (W_ih, W_hh, b_ih, b_hh), x, _, _ = draw(seed=13)

    np.testing.assert_allclose(
        LSTM(W_ih, W_hh, b_ih + 0.5, b_hh - 0.5).forward(x).h,
        LSTM(W_ih, W_hh, b_ih, b_hh).forward(x).h,
        rtol=1e-12,
    )


@pytest.mark.parametrize(("t", "k"), [(0, 0), (1, 0), (3, 2), (6, 1), (6, 0)])
def test_state_jacobian_matches_a_complex_step_through_the_steps_rerun(network, t, k):
    """Nudge h_k and C_k together as one vector; exact to rounding, 1e-16 for entries that cancel."""
    net, run = network

    expected = complex_step(
        lambda s: restart(net, run, k, t, s[:N], s[N:]), np.concatenate([run.h[k], run.C[k]])
    )

    np.testing.assert_allclose(net.jacobian(run, t, k), expected, rtol=1e-11, atol=1e-16)


def test_state_jacobian_composes_over_an_intermediate_step_in_one_order_only(network):
    net, run = network
    late, early = net.jacobian(run, 5, 3), net.jacobian(run, 3, 1)

    np.testing.assert_allclose(net.jacobian(run, 5, 1), late @ early, rtol=1e-12, atol=1e-16)
    assert not np.allclose(late @ early, early @ late, rtol=0.1)


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


def path_alone(_, run, k, t, C):
    for j in range(k + 1, t + 1):
        C = run.f[j] * C + run.i[j] * run.g[j]  # the gates as they were
    return C


def with_h_held(net, run, k, t, C):
    return restart(net, run, k, t, run.h[k], C)[N:]


def with_h_following(net, run, k, t, C):
    return restart(net, run, k, t, run.o[k] * np.tanh(C), C)[N:]


MEANINGS = {"path": path_alone, "held": with_h_held, "total": with_h_following}


@pytest.mark.parametrize(("t", "k"), [(0, 0), (1, 0), (4, 2), (6, 0)])
@pytest.mark.parametrize("kind", KINDS)
def test_cell_jacobian_matches_a_complex_step_of_what_its_kind_lets_move(network, kind, t, k):
    net, run = network

    expected = complex_step(lambda C: MEANINGS[kind](net, run, k, t, C), run.C[k])

    np.testing.assert_allclose(net.cell_jacobian(run, t, k, kind=kind), expected, rtol=1e-11, atol=1e-16)


@pytest.mark.parametrize("kind", KINDS)
def test_the_cell_jacobian_of_a_batch_is_that_of_each_sequence(kind):
    """The same numbers in the same order of operations, but for the product of matrices: a few roundings."""
    weights, x, h_init, c_init = draw(seed=16)
    net = LSTM(*weights)
    x, h_init, c_init = (np.stack([array, 0.5 * array], axis=-2) for array in (x, h_init, c_init))
    together = net.cell_jacobian(net.forward(x, h_init, c_init), 4, 1, kind=kind)

    for b in range(2):
        alone = net.cell_jacobian(net.forward(x[:, b], h_init[b], c_init[b]), 4, 1, kind=kind)
        np.testing.assert_allclose(together[b], alone, rtol=1e-12, atol=1e-16)


def test_the_three_kinds_differ_over_several_steps(network):
    """Otherwise the test above could not tell them apart."""
    net, run = network
    path, held, total = (net.cell_jacobian(run, 4, 1, kind=kind) for kind in KINDS)

    for one, other in [(path, held), (held, total), (path, total)]:
        assert np.linalg.norm(one - other) > 0.1 * np.linalg.norm(total)


def test_over_one_step_held_is_the_path_and_total_is_not(network):
    net, run = network
    path, held, total = (net.cell_jacobian(run, 3, 2, kind=kind) for kind in KINDS)

    # The same gate from e^z and from e^-z: a rounding or two apart.
    np.testing.assert_allclose(held, path, rtol=1e-15)
    assert np.linalg.norm(total - held) > 0.1 * np.linalg.norm(held)


@pytest.mark.parametrize(("kind", "composes"), [("path", True), ("held", False), ("total", False)])
def test_only_the_path_composes_over_an_intermediate_step(network, kind, composes):
    """The path is a product of diagonals; the others miss by far more than rounding."""
    net, run = network

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
    weights, x, h_init, c_init = draw(seed, gain)
    run = LSTM(*weights).forward(x, h_init, c_init)
    gained = np.arange(1, T + 2)[:, None]

    for gate in (run.i, run.f, run.o):
        assert 0 <= gate.min() <= gate.max() <= 1
    assert max(np.abs(run.g).max(), np.abs(run.h).max()) <= 1
    assert np.all(np.abs(run.C) <= np.abs(c_init) + gained)


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


GOOD = {"W_ih": np.ones((8, 3)), "W_hh": np.ones((8, 2))}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"W_hh": np.ones((6, 2))}, r"W_hh must have shape \(4n, n\), here \(8, 2\), got \(6, 2\)"),
        ({"W_hh": np.ones((7, 2))}, r"W_hh must have shape \(4n, n\), here \(8, 2\), got \(7, 2\)"),
        ({"W_hh": np.ones(8)}, r"W_hh must have shape \(4n, n\), got \(8,\)"),
        ({"W_ih": np.ones((3, 8))}, r"W_ih must have shape \(8, d\), got \(3, 8\)"),
        ({"W_ih": np.ones((8, 0))}, r"W_ih must have shape \(8, d\), got \(8, 0\)"),
        ({"W_ih": np.full((8, 3), np.nan)}, r"W_ih must be finite, got nan at \(0, 0\)"),
        ({"W_hh": np.ones((8, 2), complex)}, "W_hh must hold real numbers, got dtype complex128"),
        ({"b_ih": np.ones(2)}, r"b_ih must have shape \(8,\), got \(2,\)"),
        ({"b_hh": np.ones((8, 1))}, r"b_hh must have shape \(8,\), got \(8, 1\)"),
    ],
)
def test_bad_weights_are_named(changed, message):
    with pytest.raises(ValueError, match=message):
        LSTM(**GOOD | changed)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": np.ones((4, 2))}, r"x must have shape \(T\+1, 3\) or \(T\+1, B, 3\), got \(4, 2\)"),
        ({"x": np.ones(3)}, r"x must have shape \(T\+1, 3\) or \(T\+1, B, 3\), got \(3,\)"),
        ({"x": np.ones((0, 3))}, r"x must have shape \(T\+1, 3\) or \(T\+1, B, 3\), got \(0, 3\)"),
        ({"x": [[1.0, np.inf, 1.0]]}, r"x must be finite, got inf at \(0, 1\)"),
        ({"x": np.ones((4, 3)), "h_init": np.ones(8)}, r"h_init must have shape \(2,\), got \(8,\)"),
        ({"x": np.ones((4, 3)), "c_init": [[1.0, 1.0]]}, r"c_init must have shape \(2,\), got \(1, 2\)"),
        ({"x": np.full((2, 3), 1e308)}, "the pre-activation at step 0 is beyond the range of float64"),
    ],
)
def test_bad_sequences_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        LSTM(**GOOD).forward(**arguments)


@pytest.mark.parametrize(
    ("t", "k", "message"),
    [
        (1, 2, "need 0 <= k <= t <= 6, got k=2 and t=1"),
        (7, 0, "need 0 <= k <= t <= 6, got k=0 and t=7"),
        (1, -1, "need 0 <= k <= t <= 6, got k=-1 and t=1"),
        (1.0, 0, "t must be a whole number, got 1.0"),
    ],
)
def test_steps_out_of_order_or_range_are_named(network, t, k, message):
    net, run = network
    with pytest.raises(ValueError, match=message):
        net.jacobian(run, t, k)
    with pytest.raises(ValueError, match=message):
        net.cell_jacobian(run, t, k, kind="path")


def test_an_unknown_kind_lists_the_known_ones_and_none_is_the_default(network):
    net, run = network
    with pytest.raises(ValueError, match="kind must be one of 'path', 'held', 'total', got 'partial'"):
        net.cell_jacobian(run, 1, 0, kind="partial")
    with pytest.raises(TypeError, match="kind"):
        net.cell_jacobian(run, 1, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_of_another_network_is_refused(network, kind):
    """Even of one with the same weights; a run says which network made it."""
    net, run = network
    twin = LSTM(net.W_ih, net.W_hh, net.b_ih, net.b_hh)

    with pytest.raises(ValueError, match="run must come from this network's own forward"):
        twin.cell_jacobian(run, 1, 0, kind=kind)
    with pytest.raises(ValueError, match="run must come from this network's own forward"):
        twin.jacobian(run, 1, 0)


def test_weights_and_runs_are_read_only_copies():
    """Otherwise a run and the weights it is differentiated with could drift apart."""
    (W_ih, W_hh, _, _), x, _, _ = draw(seed=15)
    net = LSTM(W_ih, W_hh)
    run = net.forward(x)
    before = run.z.copy()
    W_hh[:] = 0.0

    np.testing.assert_array_equal(net.forward(x).z, before)
    for array in (net.W_hh, net.b_ih, run.x, run.h_init, run.f, run.C, run.z):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0.0


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
    monkeypatch.setattr(net, "jacobian", lambda *_: np.full((2, 2), 1.5e308))

    assert net.cell_jacobian(run, 2, 1, kind="held") == 1.5e308
    with pytest.raises(ValueError, match="the Jacobian of step 2 by step 1 is beyond the range of float64"):
        net.cell_jacobian(run, 2, 1, kind="total")
