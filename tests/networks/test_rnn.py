"""What the RNN has by itself, against complex steps, closed forms and exact integers."""

import math

import numpy as np
import pytest

from drawn import RNNS, assert_close, draw, states
from refusals import refuses
from rnn_solutions import _memory
from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.networks.rnn import RNN


def test_the_terms_of_step_0_vanish_exactly_where_the_initial_state_is_zero():
    """So the sheet's k from 1 is right for h_{-1} = 0, and here off by more than a twentieth otherwise."""
    case = draw("sigmoid RNN", T=3)

    terms = case.net.gradient_terms(case.run, case.dL_dh).W
    terms_from_zero = case.net.gradient_terms(case.net.forward(case.x), case.dL_dh).W

    assert np.all(terms_from_zero[:, 0] == 0)
    assert np.all(np.abs(terms_from_zero[1, 1]) > 0)
    assert np.linalg.norm(terms[:, 0].sum(axis=0)) > 0.05 * np.linalg.norm(terms.sum(axis=(0, 1)))


@pytest.mark.parametrize("kind", RNNS)
def test_the_immediate_gradient_holds_the_earlier_states(kind):
    """One step from a frozen h_{k-1}. The total derivative is the same at k = 0 and another one later."""
    case = draw(kind, T=3, seed=12)  # where no step of the relu is dead
    x, trail = case.x, case.run.h_trail

    for k in range(4):
        immediate = case.net.immediate_gradient(case.run, k)
        expected, total = (
            complex_step(lambda W, p=p: states(kind, case.p | {"W": W}, *p)[-1], case.p["W"])
            for p in ((x[[k]], trail[k]), (x[: k + 1], trail[0]))
        )

        assert_close(immediate, expected)
        assert np.allclose(immediate, total) == (k == 0)


def test_the_identity_activation_with_integers_is_exact():
    """In Python's integers: dh_t/dh_k = W^(t-k), and dL/dW sums (c_t W^(t-k))^T h_{k-1}^T. Equal."""
    rng = np.random.default_rng(7)
    W, U, b, x, h_init, c = (
        rng.integers(-3, 4, size=s).astype(object) for s in [(3, 3), (3, 2), 3, (6, 2), 3, (6, 3)]
    )
    h = [h_init]
    for x_t in x:
        h.append(W @ h[-1] + U @ x_t + b)
    powers = [np.eye(3, dtype=int).astype(object)]
    for _ in range(5):
        powers.append(W @ powers[-1])
    dL_dW = sum(np.outer(c[t] @ powers[t - k], h[k]) for t in range(6) for k in range(t + 1))
    assert abs(dL_dW).max() < 2**53  # float64 holds every integer up to here

    net = RNN(W.astype(int), U.astype(int), b.astype(int), activation="identity")
    run = net.forward(x.astype(int), h_init.astype(int))

    assert run.h.tolist() == [list(state) for state in h[1:]]
    assert net.backward(run, c.astype(int)).W.tolist() == dL_dW.tolist()
    assert net.gradient_terms(run, c.astype(int)).W.sum(axis=(0, 1)).tolist() == dL_dW.tolist()
    assert all(
        net.jacobian(run, t, k).tolist() == powers[t - k].tolist() for t in range(6) for k in range(t + 1)
    )


def test_a_weight_of_three_held_at_its_steepest_decays_as_three_quarters_to_the_t():
    """Exact in float64 while 3^t < 2^53."""
    net = RNN(W=[[3.0]], U=[[1.0]])
    run = net.forward(x=[[-1.5]] * 34, h_init=[0.5])

    assert net.jacobians(run)[:, 0, 0, 0].tolist() == [0.75**t for t in range(34)]


def test_a_saturated_unit_keeps_its_gradient():
    """sigma'(40) is 4e-18, where h (1 - h) is exactly 0; two roundings and exp."""
    net = RNN(W=[[1.0]], U=[[1.0]])
    run = net.forward(x=[[40.0]])

    exact = math.exp(-40) / (1 + math.exp(-40)) ** 2
    np.testing.assert_allclose(net.backward(run, [[1.0]]).b, [exact], rtol=1e-15)


test_bad_parameters_are_named = refuses(
    ({"W": [[1.0, 2.0]]}, r"W must have shape \(n, n\), got \(1, 2\)"),
    ({"W": []}, r"W must have shape \(n, n\), got \(0,\)"),
    ({"W": [[1.0, np.nan], [0.0, 0.0]]}, r"W must be finite, got nan at \(0, 1\)"),
    ({"W": [[1j, 0], [0, 0]]}, "W must hold real numbers, got dtype complex128"),
    ({"U": np.ones((3, 2))}, r"U must have shape \(2, d\), got \(3, 2\)"),
    ({"U": np.ones(2)}, r"U must have shape \(2, d\), got \(2,\)"),
    ({"b": [1.0]}, r"b must have shape \(2,\), got \(1,\)"),
    ({"b": [1.0, -np.inf]}, r"b must be finite, got -inf at \(1,\)"),
    ({"activation": "gelu"}, "activation must be one of 'sigmoid', .*, got 'gelu'"),
    by=lambda changed: RNN(**({"W": np.eye(2), "U": np.ones((2, 3))} | changed)),
)


def immediate_gradient(k, batch=()):
    case = draw("RNN", T=3, batch=batch)
    case.net.immediate_gradient(case.run, k)


test_an_immediate_gradient_that_is_not_there_is_named = refuses(
    (4, "need 0 <= k <= 3, got k=4"),
    (-1, "need 0 <= k <= 3, got k=-1"),
    (0.5, r"k must be a whole number, got 0\.5"),
    (0, (5,), "run must be of one sequence, got a batch of 5"),
    by=immediate_gradient,
)


def test_an_immediate_gradient_of_more_than_half_of_the_machine_is_refused(monkeypatch):
    net = RNN(np.eye(9), np.ones((9, 1)))
    run = net.forward([[1.0]])
    assert net.immediate_gradient(run, 0).nbytes == 8 * 9**3
    monkeypatch.setattr(_memory, "_of_the_machine", lambda: 11_000)

    with pytest.raises(ValueError, match=r"^the immediate gradient of n=9 units would take 5.43e-06 GiB"):
        net.immediate_gradient(run, 0)


def ask_of_an_explosion(ask):
    """Ask of a weight of ten: the 309 ones of h_308 fit, one more does not. No warning, no infinity."""
    net = RNN(W=[[10.0]], U=[[1.0]], activation="identity")
    ask(net, net.forward(np.zeros((400, 1))))


test_an_explosion_past_float64_is_an_error_that_says_where = refuses(
    (lambda net, _: net.forward(np.ones((400, 1))), "the pre-activation at step 309 is beyond"),
    (lambda net, run: net.backward(run, run.h + 1), "the gradient 309 steps back from the last is beyond"),
    (lambda net, run: net.jacobian(run, 399, 5), "the Jacobian of step 399 by step 5 is beyond"),
    (lambda net, run: net.jacobians(run), "the Jacobian of step 309 by step 0 is beyond"),
    (lambda net, run: net.gradient_terms(run, run.h + 1), "the term t=309, k=0 is beyond"),
    by=ask_of_an_explosion,
)


@pytest.mark.parametrize("name", ["W", "U"])
def test_a_gradient_that_overflows_where_every_delta_fits_is_named(name):
    """Row k of the loss, 1e200, times the state or the input it meets, 1e200 too."""
    net = RNN(W=[[0.0]], U=[[1.0]], activation="identity")
    x, dL_dh = ([[1e200], [0.0]], [[0.0], [1e200]]) if name == "W" else ([[1e200]], [[1e200]])

    with pytest.raises(ValueError, match=f"the gradient by {name} is beyond the range of float64"):
        net.backward(net.forward(x), dL_dh)
