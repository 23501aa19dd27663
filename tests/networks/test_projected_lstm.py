"""The LSTM with a projection, whose state has parts of two widths, against its recursion written out."""

import copy
import pickle
from functools import partial

import numpy as np
import pytest

from drawn import PROJECTED, assert_close, states
from refusals import refuses
from rnn_solutions import LSTM, ProjectedLSTM, gradient_map, jacobian_norms, step_parts, truncated_gradient
from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.gradients.norms import term_norms
from rnn_solutions.networks.plain import sigma

P, N, D, T = 2, 3, 4, 4
SHAPES = {"W_ih": (4 * N, D), "W_hh": (4 * N, P), "W_hr": (P, N), "b_ih": (4 * N,), "b_hh": (4 * N,)}


def draw(batch=(), dtype=float, steps=T):
    rng = np.random.default_rng(50)
    p = {name: rng.normal(size=shape).astype(dtype) for name, shape in SHAPES.items()}
    shapes = {"x": (steps + 1, *batch, D), "h_init": (*batch, P), "c_init": (*batch, N)}
    given = {name: rng.normal(size=shape).astype(dtype) for name, shape in shapes.items()}
    net = ProjectedLSTM(**p)
    run = net.forward(**given)
    return p, given, net, run, rng.normal(size=run.h.shape).astype(dtype)


textbook = partial(states, PROJECTED)  # (h, C) side by side after each step


def test_the_states_and_gates_follow_the_recursion():
    p, given, _, run, _ = draw()

    states = textbook(p, *given.values())

    assert_close(np.hstack([run.h, run.C]), states)
    z = run.z.reshape(T + 1, 4, N)
    for gate, value in zip((0, 1, 3), (run.i, run.f, run.o), strict=True):
        assert_close(value, sigma(z[:, gate]))
    assert_close(run.g, np.tanh(z[:, 2]))


def test_every_gradient_and_each_term_match_a_complex_step():
    p, given, net, run, dL_dh = draw()
    gradients, terms = net.backward(run, dL_dh), net.gradient_terms(run, dL_dh)

    def losses(changed, values=None):
        whole = p | given | changed
        start = (whole["x"], whole["h_init"], whole["c_init"])
        return (dL_dh * textbook(values or whole, *start)[:, :P]).sum(axis=1)

    assert set(gradients) == {*p, *given, "h", "C"}
    for name, value in (p | given).items():
        assert_close(gradients[name], complex_step(lambda v, name=name: losses({name: v}).sum(), value))
    assert set(terms) == set(p)
    for name, value in p.items():
        copies = np.stack([value] * (T + 1))
        expected = complex_step(lambda v, name=name: losses({}, [p | {name: one} for one in v]), copies)
        assert_close(terms[name], expected)


def test_the_gradient_by_the_cells_goes_through_the_projection_within_their_own_step():
    p, given, net, run, dL_dh = draw()
    found = net.backward(run, dL_dh)

    def loss(t, h, C):
        later = textbook(p, given["x"][t + 1 :], h, C)
        return dL_dh[t] @ h + sum(row @ s[:P] for row, s in zip(dL_dh[t + 1 :], later, strict=True))

    for t in range(T + 1):
        h, C, o = run.h[t], run.C[t], run.o[t]
        followed = complex_step(lambda C, t=t, o=o: loss(t, p["W_hr"] @ (o * np.tanh(C)), C), C)
        assert_close(found.h[t], complex_step(lambda h, t=t, C=C: loss(t, h, C), h))
        assert_close(found.C[t], followed)


def test_jacobians_are_those_of_the_joint_state():
    p, given, net, run, _ = draw()
    J = net.jacobians(run)

    assert J.shape == (T + 1, T + 1, P + N, P + N)
    for t, k in [(0, 0), (1, 0), (4, 0), (4, 3), (3, 1)]:
        start = np.concatenate([run.h[k], run.C[k]])
        later = given["x"][k + 1 : t + 1]
        expected = complex_step(
            lambda s, t=t, k=k, later=later: textbook(p, later, s[:P], s[P:])[-1] if t > k else s, start
        )
        assert_close(J[t, k], expected)
        assert_close(net.jacobian(run, t, k), expected)


def test_a_cell_that_moves_takes_the_hidden_state_along_through_the_projection():
    p, given, net, run, _ = draw()
    later = given["x"][2:5]

    def moved(C, h=None):
        h = p["W_hr"] @ (run.o[1] * np.tanh(C)) if h is None else h
        return textbook(p, later, h, C)[-1, P:]

    assert_close(net.cell_jacobian(run, 4, 1, kind="total"), complex_step(moved, run.C[1]))
    assert_close(
        net.cell_jacobian(run, 4, 1, kind="held"), complex_step(lambda C: moved(C, run.h[1]), run.C[1])
    )
    assert_close(net.cell_jacobian(run, 4, 1, kind="path"), np.diag(run.f[2] * run.f[3] * run.f[4]))


def test_a_batch_is_its_sequences_side_by_side():
    _, given, net, run, dL_dh = draw(batch=(5,))
    ones = [
        net.forward(*(array[:, b] if name == "x" else array[b] for name, array in given.items()))
        for b in range(5)
    ]
    gradients = net.backward(run, dL_dh)
    single = [net.backward(one, dL_dh[:, b]) for b, one in enumerate(ones)]

    assert_close(run.h, np.stack([one.h for one in ones], axis=1))
    assert_close(net.jacobians(run), np.stack([net.jacobians(one) for one in ones], axis=2))
    for name in SHAPES:
        assert_close(gradients[name], sum(one[name] for one in single))
    assert_close(gradients.c_init, np.stack([one.c_init for one in single]))
    terms = net.gradient_terms(run, dL_dh)
    for name in SHAPES:
        assert_close(terms[name].sum(axis=(0, 1)), gradients[name])


def test_norms_windows_and_maps_know_the_two_widths():
    _, given, net, run, dL_dh = draw(batch=(2,))
    alone = net.forward(given["x"][:, 0], given["h_init"][0], given["c_init"][0])
    own = dL_dh[:, 0]
    with np.errstate(divide="ignore"):
        by_terms = np.log10(np.linalg.norm(net.gradient_terms(alone, own).W_hh, axis=(-2, -1)))
        by_jacobians = np.log10(np.linalg.norm(net.jacobians(alone), axis=(-2, -1)))

    np.testing.assert_allclose(term_norms(alone, own), by_terms, rtol=0, atol=1e-12)
    np.testing.assert_allclose(term_norms(run, dL_dh)[..., 0], by_terms, rtol=0, atol=1e-12)
    np.testing.assert_allclose(jacobian_norms(alone, kind="frobenius"), by_jacobians, rtol=0, atol=1e-12)
    whole, windows = net.backward(run, dL_dh), truncated_gradient(net, run, dL_dh, T + 1)
    for name in SHAPES:
        assert_close(windows[name], whole[name])
    assert gradient_map(net, given["x"], np.ones_like).summary()


def test_one_precision_and_one_identity():
    """With the identity for a projection it is the LSTM itself; and float32 stays float32."""
    p, given, _, _, dL_dh = draw()
    full = {"W_ih": p["W_ih"], "W_hh": np.random.default_rng(51).normal(size=(4 * N, N))}
    x = given["x"]
    one, other = ProjectedLSTM(**full, W_hr=np.eye(N)), LSTM(**full)
    rows = np.ones((T + 1, N))

    assert_close(one.forward(x).h, other.forward(x).h)
    for name in full:
        assert_close(one.backward(one.forward(x), rows)[name], other.backward(other.forward(x), rows)[name])
    _, _, net, run, dL_dh = draw(dtype=np.float32)
    assert {a.dtype for a in (run.h, run.C, *net.backward(run, dL_dh).values())} == {np.dtype(np.float32)}
    assert net.jacobians(run).dtype == np.float32


def test_it_is_frozen_copied_and_replaced_like_the_others():
    _, given, net, run, dL_dh = draw()

    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net)), net.replace()):
        again = other.forward(**given)
        np.testing.assert_array_equal(again.h, run.h)
        np.testing.assert_array_equal(other.backward(again, dL_dh).W_hr, net.backward(run, dL_dh).W_hr)
    with pytest.raises(ValueError, match="read-only"):
        net.W_hr[0, 0] = 1
    moved = net.replace(W_hr=2 * net.W_hr)
    np.testing.assert_array_equal(moved.W_hr, 2 * net.W_hr)


def test_a_state_dict_with_a_projection_is_read_and_the_lstm_says_by_whom():
    p, given, _, run, _ = draw()
    names = {
        "weight_ih": "W_ih",
        "weight_hh": "W_hh",
        "weight_hr": "W_hr",
        "bias_ih": "b_ih",
        "bias_hh": "b_hh",
    }
    mapping = {f"{theirs}_l0": p[ours] for theirs, ours in names.items()}

    np.testing.assert_array_equal(ProjectedLSTM.from_state_dict(mapping).forward(**given).h, run.h)
    bare = {name: value for name, value in mapping.items() if "bias" not in name}
    np.testing.assert_array_equal(ProjectedLSTM.from_state_dict(bare).b_ih, np.zeros(4 * N))
    with pytest.raises(ValueError, match=r"is read by ProjectedLSTM.from_state_dict, got weight_hr_l0"):
        LSTM.from_state_dict(mapping)
    with pytest.raises(ValueError, match="missing weight_hr_l0"):
        ProjectedLSTM.from_state_dict({name: v for name, v in mapping.items() if name != "weight_hr_l0"})


test_bad_arrays_are_named = refuses(
    ({"W_hr": np.ones((4, 3))}, r"W_hr must have at most as many rows as columns, got \(4, 3\)"),
    ({"W_hr": np.ones(3)}, r"W_hr must have shape \(p, n\), got \(3,\)"),
    ({"W_hh": np.ones((12, 3))}, r"W_hh must have shape \(12, 2\), got \(12, 3\)"),
    ({"W_ih": np.ones((9, 4))}, r"W_ih must have shape \(12, d\), got \(9, 4\)"),
    ({"b_hh": np.ones(3)}, r"b_hh must have shape \(12,\), got \(3,\)"),
    by=lambda changed: ProjectedLSTM(**draw()[0] | changed),
)


def test_its_steps_are_not_taken_apart():
    with pytest.raises(ValueError, match="run must be of an LSTM or a GRU, got ProjectedLSTMRun"):
        step_parts(draw()[3], 1)
