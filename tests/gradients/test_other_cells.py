"""The norms of terms, windows and ways of gated networks with other functions and places."""

import numpy as np
import pytest

from drawn import GATED, draw
from rnn_solutions.gradients.norms import jacobian_norms, term_norms
from rnn_solutions.gradients.truncation import truncated_gradient
from rnn_solutions.gradients.ways import GRU_WAYS, LSTM_WAYS, gradients_along

T = 4
OTHERS = [kind for kind, options in GATED.items() if options]


@pytest.mark.parametrize("kind", OTHERS)
def test_the_norms_are_those_of_the_jacobians_and_of_the_terms(kind):
    """Each to rounding; a term of zero has the logarithm minus infinity."""
    case = draw(kind, T)
    terms = case.net.gradient_terms(case.run, case.dL_dh).W_hh
    J = case.net.jacobians(case.run)

    with np.errstate(divide="ignore"):
        by_terms = np.log10(np.linalg.norm(terms, axis=(-2, -1)))
        by_jacobians = np.log10(np.linalg.norm(J, axis=(-2, -1)))

    np.testing.assert_allclose(term_norms(case.run, case.dL_dh), by_terms, rtol=0, atol=1e-12)
    np.testing.assert_allclose(jacobian_norms(case.run, kind="frobenius"), by_jacobians, rtol=0, atol=1e-12)


def test_where_the_reset_gate_acts_before_two_inputs_count_for_a_term():
    """With the state before at zero no weight of it has a term; with the gate shut, none of the candidate."""
    case = draw("GRU before", T)
    net = case.net.replace(b_ih=case.p["b_ih"] + np.repeat([-800.0, 0.0, 0.0], 3))
    shut = net.forward(case.x, **case.initial)
    terms = net.gradient_terms(shut, case.dL_dh).W_hh

    assert np.all(terms[..., 6:, :] == 0)
    expected = np.log10(np.linalg.norm(terms[T, T]))
    np.testing.assert_allclose(term_norms(shut, case.dL_dh)[T, T], expected, rtol=0, atol=1e-12)
    from_rest = case.net.forward(case.x)
    assert np.all(np.isneginf(term_norms(from_rest, case.dL_dh)[:, 0]))


@pytest.mark.parametrize("kind", OTHERS)
def test_a_window_of_the_whole_length_and_all_ways_open_are_the_whole_gradient(kind):
    case = draw(kind, T, batch=(2,))
    whole = case.net.backward(case.run, case.dL_dh)
    windows = truncated_gradient(case.net, case.run, case.dL_dh, T + 1)
    ways = gradients_along(case.run, case.dL_dh, LSTM_WAYS if "LSTM" in kind else GRU_WAYS)

    for name in case.p:
        np.testing.assert_allclose(windows[name], whole[name], rtol=1e-11, atol=1e-12)
        np.testing.assert_allclose(ways[name], whole[name], rtol=1e-11, atol=1e-12)
