"""The parts of one step against networks whose other ways are closed by hand, by a complex step."""

from functools import reduce

import numpy as np
import pytest

from drawn import N, draw
from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.gradients.ways import GRU_WAYS, LSTM_WAYS, gradients_along, jacobian_along, step_parts
from rnn_solutions.networks.gru import GRU
from rnn_solutions.networks.lstm import LSTM
from rnn_solutions.networks.plain import sigma
from rnn_solutions.networks.rnn import RNN

T = 5
WAYS = {LSTM: LSTM_WAYS, GRU: GRU_WAYS}
SUBSETS = [[], ["direct"], ["direct", "candidate"], ["candidate"]]


@pytest.fixture(scope="module", params=["LSTM", "GRU", "GRU before"])
def run(request):
    return draw(request.param, T, seed=60).run


def ways(run):
    return WAYS[type(run.net)]


def state(run, t):
    """Return the state at step t as one vector, for t = -1 the one before the first step."""
    h = run.h_trail[t + 1]
    return np.concatenate([h, run.C_trail[t + 1]]) if isinstance(run.net, LSTM) else h


def step_with(run, j, s, open_ways, W_hh=None):
    """Step j from the state s, in which a closed way reads what was recorded."""
    net, kept = run.net, state(run, j - 1)
    W = run.net.W_hh if W_hh is None else W_hh

    def read(way):
        return s if way in open_ways else kept + 0j

    def z(block, way):
        rows = slice(block * N, (block + 1) * N)
        by_h = W[rows] @ read(way)[:N] + net.b_hh[rows]
        return net.W_ih[rows] @ run.x[j] + net.b_ih[rows], by_h

    if isinstance(net, LSTM):
        i, f, o = (sigma(sum(z(b, way))) for b, way in [(0, "input"), (1, "forget"), (3, "output")])
        C = f * read("direct")[N:] + i * np.tanh(sum(z(2, "candidate")))
        return np.concatenate([o * np.tanh(C), C])
    r, u = sigma(sum(z(0, "reset"))), sigma(sum(z(1, "update")))
    if net.reset == "before":
        let_through = W[2 * N :] @ (r * read("candidate")) + net.b_hh[2 * N :]
        return (1 - u) * np.tanh(z(2, "candidate")[0] + let_through) + u * read("direct")
    by_x, by_h = z(2, "candidate")
    return (1 - u) * np.tanh(by_x + r * by_h) + u * read("direct")


@pytest.mark.parametrize("t", [0, 1, T])
def test_each_part_is_the_jacobian_of_a_step_whose_other_ways_are_closed(run, t):
    """Exact to rounding; entries are of the order of 1."""
    parts = step_parts(run, t)

    assert tuple(parts) == ways(run)
    for way, part in parts.items():
        truth = complex_step(lambda s, way=way: step_with(run, t, s, [way]), state(run, t - 1))
        np.testing.assert_allclose(part, truth, rtol=1e-12, atol=1e-15)
        assert np.abs(truth).max() > 1e-3  # there is something to mistake


def test_the_parts_of_a_step_sum_to_its_jacobian(run):
    """That is computed row by row and never taken apart."""
    for t in range(1, T + 1):
        whole = run.net.jacobian(run, t, t - 1)
        np.testing.assert_allclose(sum(step_parts(run, t).values()), whole, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("t", "k"), [(0, 0), (1, 0), (T, 1)])
@pytest.mark.parametrize("subset", SUBSETS)
def test_over_several_steps_the_open_ways_are_followed(run, subset, t, k):
    def along(s):
        return reduce(lambda s, j: step_with(run, j, s, subset), range(k + 1, t + 1), s)

    found = jacobian_along(run, t, k, subset)

    np.testing.assert_allclose(found, complex_step(along, state(run, k)), rtol=1e-11, atol=1e-15)


def test_with_all_ways_open_it_is_the_state_jacobian_and_with_none_zero(run):
    whole = run.net.jacobian(run, T, 1)

    np.testing.assert_allclose(jacobian_along(run, T, 1, ways(run)), whole, rtol=1e-11, atol=1e-15)
    np.testing.assert_array_equal(jacobian_along(run, T, 1, []), 0 * whole)


def test_along_the_direct_way_alone_the_memory_is_scaled_by_its_gates(run):
    memory = jacobian_along(run, T, 1, ["direct"])[-N:, -N:]

    np.testing.assert_allclose(memory, run.net.direct_path(run, T, 1), rtol=1e-13, atol=0)


@pytest.mark.parametrize("subset", [*SUBSETS, None])
def test_the_gradient_along_some_ways_is_that_of_a_network_with_the_others_closed(run, subset):
    """By the recurrent weights and the first state, the loss reading every state; None opens all ways."""
    open_ways = ways(run) if subset is None else subset
    dL_dh = np.random.default_rng(61).normal(size=(T + 1, N))

    def loss(W, s):
        total = 0.0
        for j in range(T + 1):
            s = step_with(run, j, s, open_ways, W)
            total = total + dL_dh[j] @ s[:N]
        return total

    found = gradients_along(run, dL_dh, open_ways)
    by_W = complex_step(lambda W: loss(W, state(run, -1) + 0j), run.net.W_hh)
    by_s = complex_step(lambda s: loss(run.net.W_hh, s), state(run, -1))

    np.testing.assert_allclose(found.W_hh, by_W, rtol=1e-11, atol=1e-14)
    initial = [getattr(found, name) for name in ("h_init", "c_init") if hasattr(found, name)]
    np.testing.assert_allclose(np.concatenate(initial), by_s, rtol=1e-11, atol=1e-14)


def test_with_all_ways_open_every_gradient_is_that_of_backward(run):
    dL_dh = np.random.default_rng(62).normal(size=(T + 1, N))
    found, whole = gradients_along(run, dL_dh, ways(run)), run.net.backward(run, dL_dh)

    for name, gradient in vars(whole).items():
        np.testing.assert_allclose(getattr(found, name), gradient, rtol=1e-11, atol=1e-14, err_msg=name)


def test_a_batch_is_its_sequences_one_by_one(run):
    """Jacobians side by side, gradients by the weights summed: a few roundings apart."""
    net, x = run.net, np.stack([run.x, -0.5 * run.x], axis=1)
    both, singles = net.forward(x), [net.forward(x[:, b]) for b in range(2)]
    dL_dh = np.random.default_rng(63).normal(size=(T + 1, 2, N))
    open_ways = ["direct", "candidate"]
    together = gradients_along(both, dL_dh, open_ways)
    alone = [gradients_along(single, dL_dh[:, b], open_ways) for b, single in enumerate(singles)]

    for b, single in enumerate(singles):
        np.testing.assert_allclose(
            jacobian_along(both, 4, 1, open_ways)[b], jacobian_along(single, 4, 1, open_ways), atol=1e-14
        )
        np.testing.assert_allclose(together.x[:, b], alone[b].x, rtol=1e-11, atol=1e-14)
    for name in ("W_ih", "W_hh", "b_ih", "b_hh"):
        total = getattr(alone[0], name) + getattr(alone[1], name)
        np.testing.assert_allclose(getattr(together, name), total, rtol=1e-11, atol=1e-14)


def test_single_precision_stays_single():
    net = LSTM(*(np.ones(shape, np.float32) for shape in [(4, 1), (4, 1), 4, 4]))
    run = net.forward(np.ones((3, 1), np.float32))

    assert step_parts(run, 1)["forget"].dtype == jacobian_along(run, 2, 0, LSTM_WAYS).dtype == np.float32


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda run: step_parts(run, 6), "need 0 <= t <= 5, got t=6"),
        (lambda run: step_parts(run, -1), "need 0 <= t <= 5, got t=-1"),
        (lambda run: step_parts(run, 1.0), "t must be a whole number, got 1.0"),
        (lambda run: jacobian_along(run, 1, 2, []), "need 0 <= k <= t <= 5, got k=2 and t=1"),
        (lambda run: jacobian_along(run, 2, 1, "direct"), "ways must be a list of names, got 'direct'"),
        (lambda run: jacobian_along(run, 2, 1, np.array(1)), r"ways must be a list of names, got array\(1\)"),
        (lambda run: jacobian_along(run, 2, 1, ["path"]), "a way must be one of 'direct', .* got 'path'"),
        (lambda run: gradients_along(run, [[1.0]], ["direct"]), r"dL_dh must have shape \(6, 3\)"),
        (lambda run: gradients_along(run, run.h, 3), "ways must be a list of names, got 3"),
    ],
)
def test_bad_arguments_are_named(run, call, message):
    with pytest.raises(ValueError, match=message):
        call(run)


def test_a_run_of_another_network_is_named():
    run = RNN(W=[[1.0]], U=[[1.0]]).forward([[1.0]])
    for call in (lambda: step_parts(run, 0), lambda: jacobian_along(run, 0, 0, [])):
        with pytest.raises(ValueError, match="run must be of an LSTM or a GRU, got RNNRun"):
            call()


def test_what_overflows_is_an_error_that_says_where():
    net = LSTM(np.zeros((4, 1)), [[0.0], [0.0], [1e200], [0.0]])  # as in the test of the whole Jacobian
    run = net.forward(np.zeros((4, 1)))

    with pytest.raises(ValueError, match="the Jacobian of step 3 by step 0 is beyond the range of float64"):
        jacobian_along(run, 3, 0, ["candidate"])


def test_a_part_that_overflows_is_named():
    net = LSTM(np.zeros((4, 1)), [[0.0], [1e200], [0.0], [0.0]])
    run = net.forward(np.zeros((1, 1)), c_init=[1e200])

    with pytest.raises(ValueError, match="the part of forget at step 0"):
        step_parts(run, 0)


def test_a_step_by_itself_has_the_identity_for_each_sequence():
    run = LSTM(np.zeros((4, 1)), np.zeros((4, 1))).forward(np.zeros((3, 2, 1)))

    np.testing.assert_array_equal(jacobian_along(run, 1, 1, []), [np.eye(2)] * 2)
