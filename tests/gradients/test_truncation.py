"""The truncated gradient against recursions whose weights far back are held, and against the terms."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.gradients.truncation import truncated_gradient
from rnn_solutions.networks.gru import GRU
from rnn_solutions.networks.lstm import LSTM
from rnn_solutions.networks.plain import sigma
from rnn_solutions.networks.rnn import RNN

N, D, T = 3, 2, 4
NETWORKS = {"RNN": (RNN, 1), "LSTM": (LSTM, 4), "GRU": (GRU, 3)}
KINDS = list(NETWORKS)


def step(kind, p, x, s):
    """Return the state after `s`, by the recursion written once more."""
    if kind == "RNN":
        return np.tanh(p["W"] @ s + p["U"] @ x + p["b"])
    h, by_x = s[:N], p["W_ih"] @ x + p["b_ih"]
    by_h = p["W_hh"] @ h + p["b_hh"]
    if kind == "GRU":
        r, z = (sigma(by_x[j * N : (j + 1) * N] + by_h[j * N : (j + 1) * N]) for j in range(2))
        return (1 - z) * np.tanh(by_x[2 * N :] + r * by_h[2 * N :]) + z * h
    i, f, g, o = np.split(by_x + by_h, 4)
    C = sigma(f) * s[N:] + sigma(i) * np.tanh(g)
    return np.concatenate([sigma(o) * np.tanh(C), C])


def draw(kind, batch=(), seed=3):
    """Draw a network, a run of it and the loss's own terms; all biases and initial states are there."""
    rng = np.random.default_rng(seed)
    make, gates = NETWORKS[kind]
    names = ("W", "U", "b") if kind == "RNN" else ("W_hh", "W_ih", "b_ih", "b_hh")
    shapes = [(gates * N, N), (gates * N, D), (gates * N,), (gates * N,)]
    p = {name: rng.normal(size=shape) for name, shape in zip(names, shapes, strict=False)}
    net = make(**p, activation="tanh") if kind == "RNN" else make(**p)
    x = rng.normal(size=(T + 1, *batch, D))
    initial = [rng.normal(size=(*batch, N)) for _ in range(2 if kind == "LSTM" else 1)]
    run = net.forward(x, *initial)
    return SimpleNamespace(
        kind=kind, p=p, x=x, initial=initial, net=net, run=run, dL_dh=rng.normal(size=run.h.shape)
    )


def cut_loss(case, p, t, window):
    """Return the loss at step t when the parameters p act in the last steps of its window alone."""
    first = max(0, t - window + 1)
    state = np.concatenate(case.initial)
    for k in range(t + 1):
        state = step(case.kind, case.p if k < first else p, case.x[k], state)
    return case.dL_dh[t] @ state[:N]


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
                cut_loss(case, {**case.p, name: value}, t, window) for t in range(T + 1)
            ),
            array,
        )
        np.testing.assert_allclose(found[name], truth, rtol=1e-10, atol=1e-13)


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


def test_bad_arguments_are_named():
    case, other = draw("LSTM"), draw("LSTM")

    with pytest.raises(ValueError, match="window must be at least 1, got 0"):
        truncated_gradient(case.net, case.run, case.dL_dh, 0)
    with pytest.raises(ValueError, match="run must come from the forward of net"):
        truncated_gradient(case.net, other.run, case.dL_dh, 1)
    with pytest.raises(ValueError, match="run must come from the forward of net"):
        truncated_gradient(None, case.run, case.dL_dh, 1)
    with pytest.raises(ValueError, match=r"dL_dh must have shape \(5, 3\), got \(4, 3\)"):
        truncated_gradient(case.net, case.run, case.dL_dh[1:], 1)
