"""What the GRU has by itself: two biases of its candidate, and the limits of its gates."""

from math import exp, tanh

import numpy as np
import pytest

from drawn import N, assert_close, draw
from refusals import refuses
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


@pytest.mark.parametrize(
    ("reset", "expected"), [("after", (0.5 * (2 * 3 + 1))), ("before", (2 * 0.5 * 3 + 1))]
)
def test_the_reset_gate_scales_the_bias_of_the_state_only_where_it_acts_after_the_product(reset, expected):
    """Half open: r = 1/2; W_hn = 2, h = 3, b_hn = 1."""
    net = GRU(np.zeros((3, 1)), [[0.0], [0.0], [2.0]], b_hh=[0.0, 0.0, 1.0], reset=reset)

    run = net.forward([[0.0]], h_init=[3.0])

    assert_close(run.candidate[0], np.tanh([expected]))
    assert_close(run.h[0], 0.5 * np.tanh([expected]) + 0.5 * 3)


def test_both_places_of_the_reset_gate_agree_for_one_unit_without_a_bias_and_for_none_else():
    """For numbers r (W h) is W (r h), and for matrices it is not."""
    for n, same in ((1, True), (3, False)):
        case = draw("GRU", n=n)
        bare = case.net.replace(b_hh=0 * case.p["b_hh"])
        after, before = (
            net.forward(case.x, **case.initial).h for net in (bare, bare.replace(reset="before"))
        )
        assert (np.abs(after - before).max() < 1e-14) == same


def test_the_update_gate_of_a_line_keeps_all_above_its_upper_end_and_nothing_below_its_lower_one():
    keeps, renews = (
        GRU(np.zeros((3, 1)), np.ones((3, 1)), [0.0, b, 0.3], gate_activation="hard_sigmoid")
        for b in (3.0, -4.0)
    )

    np.testing.assert_array_equal(keeps.forward([[0.0]] * 2, h_init=[0.25]).h.ravel(), [0.25, 0.25])
    run = renews.forward([[0.0]], h_init=[0.25])
    np.testing.assert_array_equal(run.h, run.candidate)


test_an_unknown_function_or_place_is_named = refuses(
    ({"reset": "between"}, "reset must be one of 'after', 'before', got 'between'"),
    ({"activation": "gelu"}, "activation must be one of 'tanh', 'relu', got 'gelu'"),
    (
        {"gate_activation": "tanh"},
        r"gate_activation must be one of 'sigmoid', 'hard_sigmoid', 'hard_sigmoid_0\.2', got 'tanh'",
    ),
    by=lambda options: GRU(np.zeros((3, 1)), np.zeros((3, 1)), **options),
)
