"""The truncated gradient against recursions whose weights far back are held, and against the terms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawn import KINDS, N, draw, states
from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.gradients.truncation import truncated_gradient
from rnn_solutions.networks.rnn import RNN

T = 4


def cut_loss(case, p, t, first):
    """Return the loss at step t when the parameters p act from step `first` on alone."""
    parameters = [case.p] * first + [p] * (t + 1 - first)
    return case.dL_dh[t] @ states(case.kind, parameters, case.x[: t + 1], *case.initial.values())[-1, :N]


@pytest.mark.parametrize("window", [1, 2, 3, T, T + 1])
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_the_derivative_with_older_weights_held(kind, window):
    """A complex step through a recursion in which only the last steps before each loss see the nudge."""
    case = draw(kind)
    found = truncated_gradient(case.net, case.run, case.dL_dh, window)

    assert set(found) == set(case.p)
    for name, array in case.p.items():
        truth = complex_step(
            lambda value, name=name: sum(
                cut_loss(case, {**case.p, name: value}, t, max(0, t - window + 1)) for t in range(T + 1)
            ),
            array,
        )
        np.testing.assert_allclose(found[name], truth, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("length", [1, 2, 3, T, T + 1])
@pytest.mark.parametrize("kind", KINDS)
def test_chunks_are_the_derivative_with_the_state_detached_where_each_begins(kind, length):
    """A complex step through a recursion that hands the state to the next chunk as a number."""
    case = draw(kind, T=T)
    found = truncated_gradient(case.net, case.run, case.dL_dh, chunks=length)

    def detached(p):
        state, total = list(case.initial.values()), 0
        for start in range(0, T + 1, length):
            chunk = slice(start, start + length)
            reached = states(kind, p, case.x[chunk], *state)
            total = total + (case.dL_dh[chunk] * reached[:, :N]).sum()
            true = states(kind, case.p, case.x[chunk], *state)[-1]
            state = np.split(true, len(true) // N)
        return total

    assert set(found) == set(case.p)
    for name, array in case.p.items():
        truth = complex_step(lambda value, name=name: detached({**case.p, name: value}), array)
        np.testing.assert_allclose(found[name], truth, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("batch", [(), (3,)])
@pytest.mark.parametrize("kind", KINDS)
def test_chunks_keep_the_terms_whose_two_steps_lie_in_one_chunk(kind, batch):
    """The brute sum, with a last chunk that is shorter for most lengths; windows of 1 are chunks of 1."""
    case = draw(kind, T=6, batch=batch)
    terms, steps = case.net.gradient_terms(case.run, case.dL_dh), np.arange(7)

    for length in range(1, 9):
        kept = truncated_gradient(case.net, case.run, case.dL_dh, chunks=length)
        together = steps[:, None] // length == steps // length
        for name in case.p:
            expected = terms[name][together].sum(axis=0)
            np.testing.assert_allclose(
                kept[name], expected, rtol=1e-9, atol=1e-12 * np.abs(expected).max(), err_msg=str(length)
            )
    alone = truncated_gradient(case.net, case.run, case.dL_dh, window=1)
    for name, array in truncated_gradient(case.net, case.run, case.dL_dh, chunks=1).items():
        np.testing.assert_allclose(array, alone[name], rtol=1e-12, atol=1e-14)


def test_chunks_of_k_keep_a_lag_in_one_less_its_kth_part_of_the_pairs():
    """With W = 1, the identity and the input 1 at every step, each term is 1: the gradient counts them."""
    net = RNN(W=[[1.0]], U=[[1.0]], activation="identity")
    run = net.forward(np.ones((40, 1)))
    for K in (1, 4, 10):
        kept = truncated_gradient(net, run, np.ones((40, 1)), chunks=K)["U"].item()

        assert kept == pytest.approx(40 * sum(1 - lag / K for lag in range(K)), rel=1e-14)


def test_chunks_without_a_loss_cost_nothing(monkeypatch):
    case = draw("LSTM", T=7)
    rows = np.zeros_like(case.dL_dh)
    rows[3] = case.dL_dh[3]
    seen, forward = [], case.net.forward
    monkeypatch.setattr(type(case.net), "forward", lambda _, x, **s: seen.append(x.shape) or forward(x, **s))

    found = truncated_gradient(case.net, case.run, rows, chunks=2)

    assert seen == [(2, 1, 2), (2, 1, 2)]  # the last chunk, and the one with a loss, among four
    terms = case.net.gradient_terms(case.run, rows).W_hh
    np.testing.assert_allclose(found["W_hh"], terms[3, 2:4].sum(axis=0), rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("batch", [(), (3,)])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_missing_are_the_terms_from_lag_k_on(kind, batch):
    """The bias is exactly the terms with t - k >= K; the windows round anew, 1e-12 in all."""
    case = draw(kind, batch=batch)
    whole, terms = case.net.backward(case.run, case.dL_dh), case.net.gradient_terms(case.run, case.dL_dh)
    lags = np.subtract.outer(range(T + 1), range(T + 1))

    for window in range(1, T + 3):
        kept = truncated_gradient(case.net, case.run, case.dL_dh, window)
        for name in case.p:
            missing = getattr(terms, name)[lags >= window].sum(axis=0)
            np.testing.assert_allclose(
                getattr(whole, name) - kept[name], missing, rtol=1e-9, atol=1e-12 * np.abs(kept[name]).max()
            )


@given(st.integers(0, 10_000), st.integers(1, 6))
def test_it_is_linear_in_the_losses(seed, window):
    """Steps without a loss are left out of the work and must not be left out of the sum."""
    case = draw("GRU", seed=seed)
    only = [np.where(np.arange(T + 1)[:, None] == t, case.dL_dh, 0) for t in range(T + 1)]
    parts = [truncated_gradient(case.net, case.run, rows, window)["W_hh"] for rows in only]
    whole = truncated_gradient(case.net, case.run, case.dL_dh, window)["W_hh"]

    np.testing.assert_allclose(sum(parts), whole, rtol=1e-10, atol=1e-12 * np.abs(whole).max())


def test_a_sum_of_windows_that_overflows_is_named():
    """Each of two windows, and the first steps, give 1e308, and two of these are no float."""
    net = RNN(W=[[0.0]], U=[[1.0]], activation="identity")

    with pytest.raises(ValueError, match="the gradient by U is beyond the range of float64"):
        truncated_gradient(net, net.forward(np.ones((2, 1))), [[1e308], [1e308]], window=1)


def test_bad_arguments_are_named():
    case, other = draw("LSTM"), draw("LSTM")

    with pytest.raises(ValueError, match="window must be at least 1, got 0"):
        truncated_gradient(case.net, case.run, case.dL_dh, 0)
    with pytest.raises(ValueError, match="chunks must be at least 1, got 0"):
        truncated_gradient(case.net, case.run, case.dL_dh, chunks=0)
    with pytest.raises(ValueError, match="either window or chunks must be given, got None and None"):
        truncated_gradient(case.net, case.run, case.dL_dh)
    with pytest.raises(ValueError, match="either window or chunks must be given, got 2 and 3"):
        truncated_gradient(case.net, case.run, case.dL_dh, 2, chunks=3)
    for net, run in ((case.net, other.run), (None, case.run), (case.net, None)):
        with pytest.raises(ValueError, match=r"^run must come from the forward of net"):
            truncated_gradient(net, run, case.dL_dh, 1)
    with pytest.raises(ValueError, match=r"dL_dh must have shape \(5, 3\), got \(4, 3\)"):
        truncated_gradient(case.net, case.run, case.dL_dh[1:], 1)
