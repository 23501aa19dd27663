"""Networks drawn at random: each weight where it should be, and nothing else different."""

import numpy as np
import pytest

from refusals import refuses
from rnn_solutions.learning.initialisation import draw_gru, draw_lstm, draw_rnn, orthogonal_matrix


@pytest.mark.parametrize("n", [1, 2, 7])
def test_an_orthogonal_matrix_keeps_every_length(n):
    """Both orders; the tolerance is some roundings of a sum of n products."""
    Q = orthogonal_matrix(n, rng=n)

    np.testing.assert_allclose(Q.T @ Q, np.eye(n), atol=1e-14)
    np.testing.assert_allclose(Q @ Q.T, np.eye(n), atol=1e-14)


def test_no_direction_of_an_orthogonal_matrix_is_favoured():
    """Each entry has mean 0 and mean square 1/n; of 4000 matrices five standard errors are below 0.06.

    The Q of LAPACK alone fails: its first column points where the first column of the Gaussian does not.
    """
    rng = np.random.default_rng(1)
    drawn = np.array([orthogonal_matrix(2, rng) for _ in range(4000)])

    assert np.abs(drawn.mean(axis=0)).max() < 0.06
    assert np.abs((drawn**2).mean(axis=0) - 0.5).max() < 0.06
    assert abs(np.mean(np.linalg.det(drawn) > 0) - 0.5) < 0.04  # rotations and reflections alike


def test_the_recurrent_weights_are_those_asked_for_and_the_input_weights_the_same():
    uniform, orthogonal, identity = (
        draw_rnn(5, 3, rng=2, recurrent=kind) for kind in ("uniform", "orthogonal", "identity")
    )

    np.testing.assert_array_equal(identity.W, np.eye(5))
    np.testing.assert_allclose(orthogonal.W @ orthogonal.W.T, np.eye(5), atol=1e-14)
    assert np.abs(orthogonal.W - np.eye(5)).max() > 0.1
    assert np.abs(uniform.W).max() <= 5**-0.5
    assert uniform.b.any()
    assert not identity.b.any()
    assert not orthogonal.b.any()
    for net in (orthogonal, identity):
        np.testing.assert_array_equal(net.U, uniform.U)
        assert net.activation == "tanh"
    assert draw_rnn(5, 3, rng=2, activation="relu").activation == "relu"


def test_uniform_weights_fill_their_range():
    """Of 4 * 30 * 30 uniform numbers the largest is within 1% of the bound but for a chance of e^-36."""
    net = draw_lstm(30, 2, rng=3)

    for array in (net.W_hh, net.W_ih, net.b_ih, net.b_hh):
        assert np.abs(array).max() <= 30**-0.5
    assert np.abs(net.W_hh).max() > 0.99 * 30**-0.5
    assert np.abs(net.W_hh.mean()) < 5 * 30**-0.5 / (3 * net.W_hh.size) ** 0.5


def test_a_forget_bias_moves_the_forget_gate_and_no_other():
    """With no input the pre-activations are sums of biases: only those of f move, and by the bias."""
    zeros = np.zeros((1, 2))
    runs = [draw_lstm(3, 2, rng=4, forget_bias=bias).forward(zeros) for bias in (0.0, 2.5)]

    def logit(p):
        return np.log(p / (1 - p))

    np.testing.assert_allclose(logit(runs[1].f) - logit(runs[0].f), 2.5, rtol=1e-12)
    assert draw_lstm(3, 2, rng=4).b_ih[3:6].all()  # added to what was drawn, and not in its place
    for gate in ("i", "g", "o"):
        np.testing.assert_array_equal(getattr(runs[0], gate), getattr(runs[1], gate))


def test_a_seed_gives_the_same_network_and_another_seed_another():
    for draw in (draw_rnn, draw_lstm, draw_gru):
        same, again, other = (draw(4, 2, seed).forward(np.ones((3, 2))).h for seed in (5, 5, 6))
        np.testing.assert_array_equal(same, again)
        assert np.abs(same - other).max() > 1e-3


test_bad_arguments_are_named = refuses(
    (orthogonal_matrix, 0, 0, "n must be at least 1, got 0"),
    (draw_rnn, 0, 1, 0, "n must be at least 1, got 0"),
    (draw_rnn, 1, 0, 0, "d must be at least 1, got 0"),
    (draw_lstm, 0, 1, 0, "n must be at least 1, got 0"),
    (draw_lstm, 1, 0, 0, "d must be at least 1, got 0"),
    (draw_gru, 0, 1, 0, "n must be at least 1, got 0"),
    (draw_gru, 1, 0, 0, "d must be at least 1, got 0"),
    (draw_rnn, 1, 1, 0, "random", "recurrent must be one of 'uniform', 'orthogonal', 'identity', got"),
    (lambda: draw_rnn(1, 1, 0, activation="elu"), "activation must be one of"),
    (lambda: draw_lstm(1, 1, 0, forget_bias=np.inf), "forget_bias must be finite, got inf"),
    (lambda: draw_lstm(1, 1, 0, forget_bias="1"), "forget_bias must hold real numbers"),
    (draw_gru, 1, 1, "seed", "rng must be a numpy Generator or a seed"),
    (orthogonal_matrix, 10**8, 0, "an orthogonal matrix of n=100000000 would take 2.98e.08 GiB, and half of"),
    (draw_rnn, 10**8, 1, 0, "the weights of n=100000000 units and d=1 inputs would take 2.24e.08 GiB"),
    (draw_lstm, 10**8, 1, 0, "the weights of n=100000000 units and d=1 inputs would take 8.94e.08 GiB"),
    (draw_gru, 1, 10**13, 0, r"the weights of n=1 units and d=10000000000000 inputs would take 6.71e.05 GiB"),
    (draw_gru, True, 1, 0, "n must be a whole number, got True"),
)
