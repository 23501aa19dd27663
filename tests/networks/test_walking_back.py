"""The protocol of walking back: what a network of one's own gets for saying how one step goes back."""

import copy
import pickle

import numpy as np
import pytest

from drawn import D, Leaky, N
from rnn_solutions import GRU, LSTM, RNN, gradient_map, lyapunov_exponents, one_step_jacobians
from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.gradients.truncation import truncated_gradient
from rnn_solutions.networks.runs import Gradients

T = 6


def states(U, W, b, a, x, h):
    """Run the recursion for complex numbers too."""
    trail = []
    for x_t in x:
        h = (1 - a) * h + a * np.tanh(W @ h + U @ x_t + b)
        trail.append(h)
    return np.array(trail)


@pytest.fixture
def leaky():
    """Draw a network, a run of it and the loss's own terms."""
    rng = np.random.default_rng(4)
    U, W, b = rng.normal(size=(N, D)), rng.normal(size=(N, N)), rng.normal(size=N)
    net = Leaky(U, W, b, a=0.3)
    run = net.forward(rng.normal(size=(T + 1, D)), h_init=rng.normal(size=N))
    return net, run, rng.normal(size=(T + 1, N))


def test_a_network_of_ones_own_has_the_gradient_of_a_complex_step(leaky):
    net, run, dL_dh = leaky
    given = {"U": net.U, "W": net.W, "b": net.b, "x": run.x, "h": run.h_init}

    found = net.backward(run, dL_dh)

    for name, value in given.items():
        expected = complex_step(
            lambda value, name=name: (dL_dh * states(a=0.3, **given | {name: value})).sum(), value
        )
        np.testing.assert_allclose(found["h_init" if name == "h" else name], expected, rtol=1e-11)


def test_a_network_of_ones_own_keeps_copies_of_its_weights():
    """Another W in its place would change the run and not the way back."""
    U, W, b = np.ones((N, D)), np.eye(N), np.zeros(N)

    net = Leaky(U, W, b, a=0.3)
    W[0, 0] = 5.0

    np.testing.assert_array_equal(net.W, np.eye(N))
    with pytest.raises(ValueError, match="read-only"):
        net.W[0, 0] = 5.0


def test_a_network_of_ones_own_has_terms_jacobians_and_a_truncated_gradient(leaky):
    net, run, dL_dh = leaky
    whole = net.backward(run, dL_dh)

    terms, J, steps = net.gradient_terms(run, dL_dh), net.jacobians(run), one_step_jacobians(run)

    last_by_first = complex_step(lambda h: states(net.U, net.W, net.b, 0.3, run.x[1:], h)[-1], run.h[0])
    np.testing.assert_allclose(J[T, 0], last_by_first, rtol=1e-11)
    np.testing.assert_allclose(steps, [J[t, t - 1] for t in range(1, T + 1)], rtol=1e-13)
    np.testing.assert_allclose(terms.W.sum(axis=(0, 1)), whole.W, rtol=1e-11)
    np.testing.assert_allclose(truncated_gradient(net, run, dL_dh, window=T + 1)["W"], whole.W, rtol=1e-11)
    assert lyapunov_exponents(steps).shape == (N,)


@pytest.mark.parametrize("sequences", [(), (2,)])
def test_a_network_of_ones_own_has_a_map(leaky, sequences):
    net, *_ = leaky
    x = np.random.default_rng(5).normal(size=(T + 1, *sequences, D))

    found = gradient_map(net, x, np.ones_like)

    assert found.network == "Leaky"
    alone = x.reshape(T + 1, -1, D)[:, -1]
    J, run = net.jacobians(net.forward(alone)), net.forward(alone)
    terms = net.gradient_terms(run, np.ones_like(run.h)).W
    last = (..., -1) if sequences else ...
    np.testing.assert_allclose(10 ** found.jacobians[last], np.linalg.norm(J, axis=(2, 3)), rtol=1e-11)
    np.testing.assert_allclose(10 ** found.terms[last], np.linalg.norm(terms, axis=(2, 3)), rtol=1e-11)
    with pytest.raises(ValueError, match="c_init is the LSTM's alone, got one for Leaky"):
        gradient_map(net, x, np.ones_like, c_init=np.zeros(N))


@pytest.mark.parametrize("net", [RNN([[0.5]], [[1.0]]), LSTM(np.ones((4, 1)), np.ones((4, 1))), Leaky])
def test_a_map_goes_forward_once_and_takes_each_step_back_once(net, leaky, monkeypatch):
    net = leaky[0] if net is Leaky else net
    gradient_map(net, np.zeros((8, 3, net.d)), np.ones_like)  # the first walk of a kind tries one step more
    runs, steps = [], []
    forward, local_derivatives = net.forward, net.local_derivatives
    monkeypatch.setattr(type(net), "forward", lambda _, *a, **k: runs.append(1) or forward(*a, **k))
    monkeypatch.setattr(
        type(net),
        "local_derivatives",
        lambda _, run, here, room: (
            steps.extend(range(here.start, here.stop)) or local_derivatives(run, here, room)
        ),
    )

    gradient_map(net, np.zeros((8, 3, net.d)), np.ones_like, last=5)

    assert len(runs) == 1
    assert sorted(steps) == sorted(list(range(5)) * 3)  # since step 3, of each sequence


def test_a_run_since_a_step_is_what_the_network_makes_of_its_inputs_and_state():
    rng = np.random.default_rng(6)
    net = GRU(rng.normal(size=(9, D)), rng.normal(size=(9, N)), rng.normal(size=9), rng.normal(size=9))
    run = net.forward(rng.normal(size=(7, 2, D)), rng.normal(size=(2, N)))

    since = run.since(3, (1,))

    again = net.forward(run.x[3:, 1], run.h[2, 1])
    for name in ("x", "h", "h_init", "h_previous", "z", "candidate_hh", "reset", "update", "candidate"):
        np.testing.assert_allclose(getattr(since, name), getattr(again, name), rtol=1e-12, atol=1e-15)
    assert since.T == 3


def test_gradients_are_found_by_name_and_say_which_names_there_are(leaky):
    net, run, dL_dh = leaky
    found = net.backward(run, dL_dh)

    assert list(found) == ["U", "W", "b", "h_init", "x", "h"]
    assert len(found) == 6
    assert found.W is found["W"]
    assert repr(found).startswith("Gradients(U (3, 2), W (3, 3), b (3,), h_init (")
    with pytest.raises(AttributeError, match="no derivative by V, only by U, W, b, h_init, x, h"):
        _ = found.V
    with pytest.raises(KeyError, match="V"):
        _ = found["V"]


@pytest.mark.parametrize("again", [copy.deepcopy, lambda found: pickle.loads(pickle.dumps(found))])
def test_gradients_can_be_copied_and_stored(again):
    found = again(Gradients(W=np.eye(2)))

    np.testing.assert_array_equal(found.W, np.eye(2))


def test_a_network_that_hands_its_rows_on_as_they_are_is_not_refused():
    """With W = I and relu, a unit that is on passes its gradient on unchanged: nothing was left unwritten."""

    class Carrying(RNN):
        """A kind of its own, so that its way back is tried anew."""

    net = Carrying(np.eye(2), np.eye(2), activation="relu")
    run = net.forward(np.ones((3, 2)), np.ones(2))

    np.testing.assert_array_equal(net.jacobian(run, 2, 0), np.eye(2))
