"""The network and its derivatives through time, against a recursion written again here and complex steps."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.networks.plain import sigma
from rnn_solutions.networks.rnn import RNN

ANALYTIC = {
    "sigmoid": sigma,
    "tanh": np.tanh,
    "relu": lambda z: z * (z.real > 0),
    "identity": lambda z: z,
}
PARAMETERS = ["W", "U", "b", "x", "h_init"]
SHAPES = [(1, 1, 0), (3, 2, 0), (3, 2, 5), (2, 4, 7)]  # n, d, T


def states(W, U, b, x, h_init, activation="sigmoid"):
    """Run the recursion; a W of three axes holds a copy of its own for each step."""
    copies = W if np.ndim(W) == 3 else [W] * len(x)
    h = [h_init]
    for W_t, x_t in zip(copies, x, strict=True):
        h.append(ANALYTIC[activation](W_t @ h[-1] + U @ x_t + b))
    return np.array(h[1:])


def draw(n, d, T, activation="sigmoid", seed=16):
    """Draw a network, a run of it and the targets y of the loss L_t = |h_t - y_t|^2 / 2.

    With this seed relu has a live unit at every step of every shape above, and some dead ones.
    """
    rng = np.random.default_rng(seed)
    shapes = {"W": (n, n), "U": (n, d), "b": n, "x": (T + 1, d), "h_init": n}
    given = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    y = rng.normal(size=(T + 1, n))
    net = RNN(given["W"], given["U"], given["b"], activation)
    run = net.forward(given["x"], given["h_init"])
    return SimpleNamespace(net=net, run=run, given=given, y=y, dL_dh=run.h - y, activation=activation)


def losses(case, **changed):
    """L_0, ..., L_T with some arguments replaced, through the recursion above."""
    h = states(**(case.given | changed), activation=case.activation)
    return ((h - case.y) ** 2).sum(axis=1) / 2


def assert_close(actual, expected):
    """Both routes are exact to rounding; sums may cancel, so an entry counts against the largest one."""
    np.testing.assert_allclose(actual, expected, rtol=1e-11, atol=1e-13 * np.abs(expected).max())


@pytest.mark.parametrize("activation", ANALYTIC)
@pytest.mark.parametrize(("n", "d", "T"), SHAPES)
def test_the_states_follow_the_recursion(n, d, T, activation):
    case = draw(n, d, T, activation)

    assert case.run.T == T
    assert_close(case.run.h, states(**case.given, activation=activation))


def test_a_missing_bias_and_a_missing_initial_state_are_zeros():
    given = draw(3, 2, 4).given

    run = RNN(given["W"], given["U"]).forward(given["x"])

    assert_close(run.h, states(given["W"], given["U"], np.zeros(3), given["x"], np.zeros(3)))


@pytest.mark.parametrize("name", PARAMETERS)
@pytest.mark.parametrize("activation", ANALYTIC)
@pytest.mark.parametrize(("n", "d", "T"), SHAPES)
def test_backpropagation_through_time_matches_a_complex_step(n, d, T, activation, name):
    """For relu no pre-activation is 0, where it has no derivative, and no step is dead, so none is idle."""
    case = draw(n, d, T, activation)
    assert np.all(case.run.z != 0)
    assert np.all(case.run.slope.max(axis=1) > 0)

    gradient = getattr(case.net.backward(case.run, case.dL_dh), name)

    expected = complex_step(lambda value: losses(case, **{name: value}).sum(), case.given[name])
    assert gradient.shape == case.given[name].shape
    assert_close(gradient, expected)


@settings(max_examples=25)
@given(n=st.integers(1, 4), d=st.integers(1, 4), T=st.integers(0, 5), seed=st.integers(0, 2**32 - 1))
def test_each_term_is_the_response_of_one_loss_to_one_steps_copy_of_w(n, d, T, seed):
    """Give every step its own copy of W: dL_t by the copy of step k is the term (t, k), zero for k > t."""
    case = draw(n, d, T, "tanh", seed)
    copies = np.stack([case.given["W"]] * (T + 1))

    terms = case.net.gradient_terms(case.run, case.dL_dh).W

    assert_close(terms, complex_step(lambda copies: losses(case, W=copies), copies))
    assert_close(terms.sum(axis=(0, 1)), case.net.backward(case.run, case.dL_dh).W)


@pytest.mark.parametrize("activation", ANALYTIC)
def test_terms_beyond_the_loss_are_exactly_zero(activation):
    case = draw(3, 2, 5, activation)
    future = np.triu_indices(6, 1)

    assert np.all(case.net.gradient_terms(case.run, case.dL_dh).W[future] == 0)
    assert np.all(case.net.jacobians(case.run)[future] == 0)


def test_the_terms_of_step_0_vanish_exactly_where_the_initial_state_is_zero():
    """So the sheet's k from 1 is right for h_{-1} = 0, and here off by more than a twentieth otherwise."""
    case = draw(3, 2, 3)

    from_zero = case.net.forward(case.given["x"])
    terms = case.net.gradient_terms(case.run, case.dL_dh).W
    terms_from_zero = case.net.gradient_terms(from_zero, from_zero.h - case.y).W

    assert np.all(terms_from_zero[:, 0] == 0)
    assert np.all(np.abs(terms_from_zero[1, 1]) > 0)
    assert np.linalg.norm(terms[:, 0].sum(axis=0)) > 0.05 * np.linalg.norm(terms.sum(axis=(0, 1)))


@pytest.mark.parametrize("activation", ANALYTIC)
@pytest.mark.parametrize(("n", "d", "T"), SHAPES)
def test_jacobians_match_a_complex_step(n, d, T, activation):
    """Nudging h_k along the imaginary axis and rerunning steps k+1..T moves each h_t as its Jacobian says."""
    case = draw(n, d, T, activation)
    W, U, b, x = (case.given[name] for name in ("W", "U", "b", "x"))

    J = case.net.jacobians(case.run)

    assert J.shape == (T + 1, T + 1, n, n)
    for k in range(T + 1):
        np.testing.assert_array_equal(J[k, k], np.eye(n))
        np.testing.assert_array_equal(case.net.jacobian(case.run, k, k), np.eye(n))
        for t in range(k + 1, T + 1):
            rerun = complex_step(
                lambda h, t=t, k=k: states(W, U, b, x[k + 1 : t + 1], h, activation)[-1], case.run.h[k]
            )
            assert_close(J[t, k], rerun)
            assert_close(case.net.jacobian(case.run, t, k), rerun)


def test_jacobians_compose_over_an_intermediate_step_in_one_order_only():
    """dh_5/dh_1 = dh_5/dh_3 dh_3/dh_1; the other order is off by over a hundredth of the largest entry."""
    case = draw(3, 2, 5, "tanh")
    late, early = case.net.jacobian(case.run, 5, 3), case.net.jacobian(case.run, 3, 1)

    both = case.net.jacobian(case.run, 5, 1)

    assert_close(both, late @ early)
    assert np.abs(both - early @ late).max() > 0.01 * np.abs(both).max()


@pytest.mark.parametrize("activation", ANALYTIC)
def test_the_immediate_gradient_holds_the_earlier_states(activation):
    """One step from a frozen h_{k-1}. The total derivative is the same at k = 0 and another one later."""
    case = draw(3, 2, 3, activation)
    W, U, b, x, h_init = (case.given[name] for name in PARAMETERS)
    frozen = [h_init, *states(**case.given, activation=activation)]

    for k in range(4):
        immediate = case.net.immediate_gradient(case.run, k)
        expected = complex_step(
            lambda W, k=k: states(W, U, b, x[[k]], frozen[k], activation)[0],
            W,
        )
        total = complex_step(
            lambda W, k=k: states(W, U, b, x[: k + 1], h_init, activation)[k],
            W,
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


def test_what_the_caller_changes_later_does_not_reach_the_network_or_the_run():
    W, x, h_init = np.eye(2), np.ones((2, 2)), np.ones(2)
    net = RNN(W, np.eye(2), activation="identity")
    run = net.forward(x, h_init)

    W[:], x[:], h_init[:] = 9, 9, 9

    np.testing.assert_array_equal(net.W, np.eye(2))
    np.testing.assert_array_equal(run.h_previous, [[1, 1], [2, 2]])
    np.testing.assert_array_equal(run.x, np.ones((2, 2)))
    for array in (net.W, net.U, net.b, run.x, run.h_init, run.z, run.h, run.slope):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"W": [[1.0, 2.0]]}, r"W must have shape \(n, n\), got \(1, 2\)"),
        ({"W": []}, r"W must have shape \(n, n\), got \(0,\)"),
        ({"W": [[1.0, np.nan], [0.0, 0.0]]}, r"W must be finite, got nan at \(0, 1\)"),
        ({"W": [[1j, 0], [0, 0]]}, "W must hold real numbers, got dtype complex128"),
        ({"U": np.ones((3, 2))}, r"U must have shape \(2, d\), got \(3, 2\)"),
        ({"U": np.ones(2)}, r"U must have shape \(2, d\), got \(2,\)"),
        ({"b": [1.0]}, r"b must have shape \(2,\), got \(1,\)"),
        ({"b": [1.0, -np.inf]}, r"b must be finite, got -inf at \(1,\)"),
        ({"activation": "gelu"}, "activation must be one of 'sigmoid', .*, got 'gelu'"),
    ],
)
def test_bad_parameters_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        RNN(**({"W": np.eye(2), "U": np.ones((2, 3))} | arguments))


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (
            lambda net, _: net.forward(np.ones((4, 3))),
            r"x must have shape \(T\+1, 2\) or \(T\+1, B, 2\), got \(4, 3\)",
        ),
        (
            lambda net, _: net.forward(np.ones(2)),
            r"x must have shape \(T\+1, 2\) or \(T\+1, B, 2\), got \(2,\)",
        ),
        (
            lambda net, _: net.forward(np.ones((0, 2))),
            r"x must have shape \(T\+1, 2\) or \(T\+1, B, 2\), got \(0, 2\)",
        ),
        (lambda net, _: net.forward([[0, 0], [0, np.nan]]), r"x must be finite, got nan at \(1, 1\)"),
        (lambda net, _: net.forward(np.ones((4, 2)), [1]), r"h_init must have shape \(3,\), got \(1,\)"),
        (
            lambda net, run: net.backward(run, np.ones((3, 3))),
            r"dL_dh must have shape \(4, 3\), got \(3, 3\)",
        ),
        (lambda net, run: net.backward(run, np.ones(3)), r"dL_dh must have shape \(4, 3\), got \(3,\)"),
        (lambda net, run: net.gradient_terms(run, np.ones((4, 1))), r"dL_dh .* \(4, 3\), got \(4, 1\)"),
        (lambda net, run: net.gradient_terms(run, np.full((4, 3), np.inf)), r"dL_dh .* inf at \(0, 0\)"),
        (lambda net, run: net.jacobian(run, 2, 3), "need 0 <= k <= t <= 3, got k=3 and t=2"),
        (lambda net, run: net.jacobian(run, 4, 0), "need 0 <= k <= t <= 3, got k=0 and t=4"),
        (lambda net, run: net.jacobian(run, 1, -1), "need 0 <= k <= t <= 3, got k=-1 and t=1"),
        (lambda net, run: net.jacobian(run, 1.0, 0), r"t must be a whole number, got 1\.0"),
        (lambda net, run: net.immediate_gradient(run, 4), "need 0 <= k <= 3, got k=4"),
        (lambda net, run: net.immediate_gradient(run, -1), "need 0 <= k <= 3, got k=-1"),
        (lambda net, run: net.immediate_gradient(run, 0.5), r"k must be a whole number, got 0\.5"),
        (
            lambda net, _: net.immediate_gradient(net.forward(np.ones((4, 5, 2))), 0),
            "run must be of one sequence, got a batch of 5",
        ),
    ],
)
def test_bad_input_is_named_with_what_was_expected(ask, message):
    case = draw(3, 2, 3)

    with pytest.raises(ValueError, match=message):
        ask(case.net, case.run)


@pytest.mark.parametrize(
    "ask",
    [
        lambda net, run: net.backward(run, np.ones((4, 3))),
        lambda net, run: net.gradient_terms(run, np.ones((4, 3))),
        lambda net, run: net.jacobian(run, 1, 0),
        lambda net, run: net.jacobians(run),
        lambda net, run: net.immediate_gradient(run, 0),
    ],
)
def test_a_run_of_another_network_is_refused(ask):
    """Its slopes would fit in shape, and the result would belong to neither network."""
    with pytest.raises(ValueError, match="run must come from this network's own forward"):
        ask(draw(3, 2, 3, seed=1).net, draw(3, 2, 3).run)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda net, _: net.forward(np.ones((400, 1))), "the pre-activation at step 309 is beyond"),
        (
            lambda net, run: net.backward(run, run.h + 1),
            "the gradient 309 steps back from the last is beyond",
        ),
        (lambda net, run: net.jacobian(run, 399, 5), "the Jacobian of step 399 by step 5 is beyond"),
        (lambda net, run: net.jacobians(run), "the Jacobian of step 309 by step 0 is beyond"),
        (lambda net, run: net.gradient_terms(run, run.h + 1), "the term t=309, k=0 is beyond"),
    ],
)
def test_an_explosion_past_float64_is_an_error_that_says_where(ask, message):
    """A weight of ten: the 309 ones of h_308 fit, one more does not. No warning, no infinity."""
    net = RNN(W=[[10.0]], U=[[1.0]], activation="identity")
    run = net.forward(np.zeros((400, 1)))

    with pytest.raises(ValueError, match=message):
        ask(net, run)


@pytest.mark.parametrize("name", ["W", "U"])
def test_a_gradient_that_overflows_where_every_delta_fits_is_named(name):
    """Row k of the loss, 1e200, times the state or the input it meets, 1e200 too."""
    net = RNN(W=[[0.0]], U=[[1.0]], activation="identity")
    x, dL_dh = ([[1e200], [0.0]], [[0.0], [1e200]]) if name == "W" else ([[1e200]], [[1e200]])

    with pytest.raises(ValueError, match=f"the gradient by {name} is beyond the range of float64"):
        net.backward(net.forward(x), dL_dh)
