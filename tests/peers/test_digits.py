"""Checks that share no error with the peers: a complex step, and fifty digits where a gate is saturated."""

from dataclasses import replace

import numpy as np
import pytest

by_complex_step = pytest.importorskip(
    "by_complex_step", reason="needs mpmath: nox -s peers", exc_type=ModuleNotFoundError
)

from ours import assert_equal, computed  # noqa: E402
from recursion import KINDS, NETWORKS, draw  # noqa: E402
from rnn_solutions.networks.plain import gru_step, lstm_step, rnn_step, run  # noqa: E402


@pytest.mark.parametrize(("network", "activation"), KINDS)
@pytest.mark.parametrize("saturated", [False, True], ids=["open", "saturated"])
def test_all_that_is_computed_equals_a_complex_step(network, activation, saturated):
    """Both round at 1e-16 a step; nothing is subtracted on either side."""
    case = draw(network, activation, n=3, d=2, T=8, saturated=saturated, seed=8)

    assert_equal(computed(case), by_complex_step.computed(case), rtol=1e-12)


@pytest.mark.parametrize(("network", "activation"), KINDS)
def test_all_that_is_computed_equals_fifty_digits(network, activation):
    case = draw(network, activation, n=2, d=1, T=4, saturated=True, seed=9)

    assert_equal(computed(case), by_complex_step.computed_to_fifty_digits(case), rtol=1e-13)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("saturated", [False, True], ids=["open", "saturated"])
def test_the_textbook_goes_through_the_same_states(network, saturated):
    """They are of the order of 1, with a rounding of some 1e-16 a step."""
    case = draw(network, "sigmoid", n=2, d=1, T=4, saturated=saturated, seed=11)

    found = run(*textbook(case))

    expected = by_complex_step.computed_to_fifty_digits(case)["states"]
    np.testing.assert_allclose(np.concatenate(found, axis=-1), expected, rtol=1e-13, atol=1e-14)


def textbook(case):
    """Return the step, the first state, the inputs and the weights as the textbook takes them."""
    if case.network == "RNN":
        return rnn_step, (case.s_init,), case.x, *(case.theta[name] for name in ("W", "U", "b"))
    W_ih, W_hh, b_ih, b_hh = (case.theta[name] for name in ("W_ih", "W_hh", "b_ih", "b_hh"))
    if case.network == "GRU":
        return gru_step, (case.s_init,), case.x, W_ih, W_hh, b_ih, b_hh
    return lstm_step, tuple(np.split(case.s_init, 2)), case.x, W_ih, W_hh, b_ih + b_hh


@pytest.mark.parametrize(
    ("network", "activation", "block"),
    [
        *(("RNN", activation, 0) for activation in ("sigmoid", "tanh")),
        *(
            (network, "tanh", block)
            for network, blocks in (("LSTM", 4), ("GRU", 3))
            for block in range(blocks)
        ),
    ],
)
def test_a_gate_held_open_keeps_the_digits_that_torch_loses(network, activation, block):
    """At 30 the slope is about 1e-13 (1e-26 for tanh), and 1 - y has three digits of it left, or none.

    The term (t, t) by the bias is the loss's row times that slope: no sum hides or spoils its digits.
    """
    by_torch = pytest.importorskip(
        "by_torch", reason="needs torch: nox -s peers", exc_type=ModuleNotFoundError
    )
    case = draw(network, activation, n=2, d=1, T=2, seed=10)
    name = "b" if network == "RNN" else "b_ih"
    rows = slice(2 * block, 2 * block + 2)
    bias = case.theta[name].copy()
    bias[rows] = 30.0
    case = replace(case, theta={**case.theta, name: bias})

    def worst(terms):
        exact = by_complex_step.computed_to_fifty_digits(case)[f"terms {name}"]
        steps = range(3)
        found, wanted = (array[steps, steps][:, rows] for array in (terms, exact))
        return np.max(np.abs(found / wanted - 1))

    # The slope's digits move 30 times faster than z's.
    assert worst(computed(case)[f"terms {name}"]) < 1e-14 * 30
    assert worst(by_torch.computed(case)[f"terms {name}"]) > 1e-5
