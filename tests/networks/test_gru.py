"""What the GRU has by itself: two biases of its candidate, and the limits of its gates."""

from math import exp, tanh

import numpy as np

from drawn import N, draw
from rnn_solutions.networks.gru import GRU


def test_the_two_biases_of_the_candidate_differ_in_what_they_do():
    """The reset gate scales b_hn and not b_in; those of the other gates act through their sum alone."""
    case = draw("GRU", T=6, seed=22)
    W_ih, W_hh, b_ih, b_hh = case.p.values()

    def states(moved):
        return GRU(W_ih, W_hh, b_ih + moved, b_hh - moved).forward(case.x, **case.initial).h

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
