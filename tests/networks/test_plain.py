"""The textbook's networks in Python's own numbers, one unit and one input each, and in closed forms."""

import cmath
from math import exp, tanh

import numpy as np
import pytest

from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.networks.plain import gru_gates, gru_step, lstm_gates, lstm_step, rnn_step, run, sigma

H, C, X = 0.3, -1.2, 0.7


def s(z):
    return 1 / (1 + exp(-z))


def column(*entries):
    return np.array(entries)[:, None]


def test_a_step_of_the_rnn_in_single_numbers():
    found = rnn_step(np.array([H]), np.array([X]), column(0.5), column(-2.0), np.array([0.1]))

    assert found.item() == pytest.approx(s(0.5 * 0.3 - 2.0 * 0.7 + 0.1), rel=1e-15)


def test_a_step_of_the_lstm_in_single_numbers():
    """Blocks i, f, g, o; every number is another, so that none can be taken for its neighbour."""
    weights = column(0.5, -1.0, 2.0, 1.5), column(-0.4, 0.6, 0.8, -0.2), np.array([0.1, -0.3, 0.2, 0.4])
    i = s(0.5 * X - 0.4 * H + 0.1)
    f = s(-1.0 * X + 0.6 * H - 0.3)
    g = tanh(2.0 * X + 0.8 * H + 0.2)
    o = s(1.5 * X - 0.2 * H + 0.4)
    c = f * C + i * g
    h, x = np.array([H]), np.array([X])

    found = [*lstm_gates(h, x, *weights), *lstm_step(h, np.array([C]), x, *weights)]

    np.testing.assert_allclose(np.ravel(found), [i, f, g, o, o * tanh(c), c], rtol=1e-14)


def test_a_step_of_the_gru_in_single_numbers():
    """Blocks r, z, n; the reset gate scales the candidate's second bias and not its first."""
    weights = column(0.5, -1.0, 2.0), column(-0.4, 0.6, 0.8)
    biases = np.array([0.1, -0.3, 0.2]), np.array([0.4, 0.7, -0.6])
    r = s(0.5 * X + 0.1 - 0.4 * H + 0.4)
    z = s(-1.0 * X - 0.3 + 0.6 * H + 0.7)
    n = tanh(2.0 * X + 0.2 + r * (0.8 * H - 0.6))
    h, x = np.array([H]), np.array([X])

    found = [*gru_gates(h, x, *weights, *biases), gru_step(h, x, *weights, *biases)]

    np.testing.assert_allclose(np.ravel(found), [r, z, n, (1 - z) * n + z * H], rtol=1e-14)


def test_matrices_act_from_the_left_and_blocks_lie_one_below_the_other():
    """With shifts for weights, unit a of a block reads the entry after its own, of h or of x."""
    n = 3
    shift = np.roll(np.eye(n), 1, axis=1)
    h, x = np.array([0.1, 0.2, 0.4]), np.array([1.0, 2.0, 4.0])

    i, f, g, o = lstm_gates(h, x, np.vstack([0 * shift, shift, 0 * shift, 2 * shift]), np.tile(shift, (4, 1)))

    np.testing.assert_allclose(rnn_step(h, x, shift, 0 * shift), sigma(np.array([0.2, 0.4, 0.1])))
    np.testing.assert_allclose(i, sigma(np.array([0.2, 0.4, 0.1])))
    np.testing.assert_allclose(f, sigma(np.array([2.2, 4.4, 1.1])))
    np.testing.assert_allclose(g, np.tanh([0.2, 0.4, 0.1]))
    np.testing.assert_allclose(o, sigma(np.array([4.2, 8.4, 2.1])))


def test_a_network_without_weights_has_closed_forms():
    """An RNN rests at 1/2; with all gates at 1/2 a cell halves, and so does the state of a GRU."""
    x = np.zeros((5, 1))

    (h,) = run(rnn_step, (np.array([0.9]),), x, column(0.0), column(0.0))
    _, cells = run(lstm_step, (np.zeros(1), np.array([8.0])), x, np.zeros((4, 1)), np.zeros((4, 1)))
    (gru,) = run(gru_step, (np.array([8.0]),), x, np.zeros((3, 1)), np.zeros((3, 1)))

    np.testing.assert_array_equal(h.ravel(), [0.5] * 5)
    np.testing.assert_array_equal(cells.ravel(), [4.0, 2.0, 1.0, 0.5, 0.25])
    np.testing.assert_array_equal(gru.ravel(), [4.0, 2.0, 1.0, 0.5, 0.25])


def test_complex_numbers_pass_through():
    z = 0.4 - 0.3j

    assert complex(sigma(np.array(z))) == pytest.approx(1 / (1 + cmath.exp(-z)), rel=1e-15)
    slope = complex_step(lambda h: rnn_step(h, np.zeros(1), column(1.0), column(0.0)), np.array([0.4]))
    assert slope.item() == pytest.approx(s(0.4) * (1 - s(0.4)), rel=1e-14)


STEPS = {
    "RNN": (rnn_step, 1, 1),
    "LSTM": (lstm_step, 4, 2),
    "GRU": (gru_step, 3, 1),
}  # blocks, parts of a state


@pytest.mark.parametrize("kind", STEPS)
def test_a_stack_of_sequences_or_of_weights_is_run_as_one_at_a_time(kind):
    rng = np.random.default_rng(0)
    step, blocks, parts = STEPS[kind]
    states, x = [rng.normal(size=(2, 3)) for _ in range(parts)], rng.normal(size=(4, 2, 2))
    weights = [rng.normal(size=(2, blocks * 3, size)) for size in ((3, 2) if kind == "RNN" else (2, 3))]

    together = run(step, tuple(states), x, *weights)

    for b in range(2):
        alone = run(step, tuple(state[b] for state in states), x[:, b], *(W[b] for W in weights))
        for one, other in zip(alone, together, strict=True):
            np.testing.assert_allclose(one, other[b], rtol=1e-14)
