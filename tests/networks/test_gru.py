"""The GRU against a loop over single numbers, and the limits of its gates."""

from math import exp, tanh

import numpy as np
import pytest

from rnn_solutions.networks.gru import GRU

N, D, T = 3, 2, 6


def draw(seed):
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=s) for s in [(3 * N, D), (3 * N, N), (3 * N,), (3 * N,)]]
    return weights, rng.normal(size=(T + 1, D)), rng.normal(size=N)


def test_forward_is_pytorchs_unit_one_number_at_a_time():
    """Blocks read row by row: r, z, n. Rounding is 1e-15, a swapped pair or a reset before W_hn tenths."""
    (W_ih, W_hh, b_ih, b_hh), x, before = draw(seed=21)
    run = GRU(W_ih, W_hh, b_ih, b_hh).forward(x, before)

    for t in range(T + 1):
        h = np.empty(N)
        for a in range(N):
            by_x, by_h = {}, {}
            for block, gate in enumerate("rzn"):
                row = block * N + a
                by_x[gate] = sum(W_ih[row, b] * x[t, b] for b in range(D)) + b_ih[row]
                by_h[gate] = sum(W_hh[row, b] * before[b] for b in range(N)) + b_hh[row]
            r, z = (1 / (1 + exp(-by_x[gate] - by_h[gate])) for gate in "rz")
            n = tanh(by_x["n"] + r * by_h["n"])
            h[a] = (1 - z) * n + z * before[a]
            np.testing.assert_allclose(
                (run.reset[t, a], run.update[t, a], run.candidate[t, a]), (r, z, n), rtol=1e-13
            )
        np.testing.assert_allclose(run.h[t], h, rtol=1e-12)
        before = h


def test_the_two_biases_of_the_candidate_differ_in_what_they_do():
    """The reset gate scales b_hn and not b_in; those of the other gates act through their sum alone."""
    (W_ih, W_hh, b_ih, b_hh), x, h_init = draw(seed=22)

    def states(moved):
        return GRU(W_ih, W_hh, b_ih + moved, b_hh - moved).forward(x, h_init).h

    of_gates, of_candidate = np.repeat([0.5, 0.5, 0.0], N), np.repeat([0.0, 0.0, 0.5], N)

    np.testing.assert_allclose(states(of_gates), states(0 * of_gates), rtol=1e-12)
    assert np.abs(states(of_candidate) - states(0 * of_gates)).max() > 0.01


def test_a_saturated_update_gate_keeps_the_digits_of_what_it_lets_in():
    """At z = 40 the gate is 1 in floats, and 1 - z would be 0: the new share is e^-40 of the candidate.

    The tolerance is a few roundings of exp, sum and products.
    """
    net = GRU(np.zeros((3, 1)), np.zeros((3, 1)), b_ih=[0.0, 40.0, 1.0])
    run = net.forward(np.zeros((1, 1)))
    share = 1 / (1 + exp(40))
    gradients = net.backward(run, [[1.0]])

    assert run.update[0, 0] == 1.0
    np.testing.assert_allclose(run.h[0, 0], share * tanh(1), rtol=1e-14)
    np.testing.assert_allclose(gradients.b_ih[2], share * (1 - tanh(1) ** 2), rtol=1e-14)
    np.testing.assert_allclose(gradients.b_ih[1], -tanh(1) * share / (1 + exp(-40)), rtol=1e-14)


def test_a_saturated_reset_gate_keeps_the_digits_of_its_slope():
    net = GRU(np.zeros((3, 1)), np.zeros((3, 1)), b_ih=[40.0, 0.0, 0.0], b_hh=[0.0, 0.0, 1.0])
    run = net.forward(np.zeros((1, 1)))

    exact = 0.5 * (1 - tanh(1) ** 2) * exp(-40) / (1 + exp(-40)) ** 2
    assert run.reset[0, 0] == 1.0
    np.testing.assert_allclose(net.backward(run, [[1.0]]).b_ih[0], exact, rtol=1e-14)


def test_gates_far_beyond_what_exp_can_hold_are_0_and_1():
    """Without a warning: there e^|z| is infinite, and the results are finite."""
    net = GRU(np.zeros((3, 1)), np.ones((3, 1)), b_ih=[-800.0, 800.0, 800.0])
    run = net.forward(np.zeros((2, 1)), h_init=[0.5])

    assert (run.reset[0, 0], run.update[0, 0], run.candidate[0, 0]) == (0, 1, 1)
    np.testing.assert_array_equal(run.h, [[0.5], [0.5]])
    np.testing.assert_array_equal(net.jacobian(run, 1, 0), [[1.0]])
    np.testing.assert_array_equal(net.backward(run, [[0.0], [1.0]]).b_hh, [0, 0, 0])


def test_weights_and_runs_are_read_only_copies():
    (W_ih, W_hh, _, _), x, _ = draw(seed=23)
    net = GRU(W_ih, W_hh)
    run = net.forward(x)
    before = run.h.copy()
    W_hh[:] = x[:] = 0.0

    np.testing.assert_array_equal(net.W_hh, draw(seed=23)[0][1])
    np.testing.assert_array_equal(net.forward(run.x).h, before)
    for array in (net.W_hh, net.b_ih, run.x, run.h_init, run.h, run.reset, run.update, run.candidate, run.z):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0.0


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"W_hh": np.ones((8, 2))}, r"W_hh must have shape \(3n, n\), here \(6, 2\), got \(8, 2\)"),
        ({"W_hh": np.ones(6)}, r"W_hh must have shape \(3n, n\), got \(6,\)"),
        ({"W_ih": np.ones((3, 6))}, r"W_ih must have shape \(6, d\), got \(3, 6\)"),
        ({"b_hh": np.ones(2)}, r"b_hh must have shape \(6,\), got \(2,\)"),
        ({"b_ih": [np.nan] * 6}, r"b_ih must be finite, got nan at \(0,\)"),
    ],
)
def test_bad_weights_are_named(changed, message):
    with pytest.raises(ValueError, match=message):
        GRU(**{"W_ih": np.ones((6, 3)), "W_hh": np.ones((6, 2))} | changed)


def test_an_overflow_is_an_error_that_says_where():
    net = GRU(np.ones((3, 2)), np.ones((3, 1)))

    with pytest.raises(ValueError, match="the pre-activation at step 1 is beyond the range of float64"):
        net.forward([[1.0, 1.0], [1e308, 1e308]])
