"""Claims of "Learn across a gap": what a guess costs, what the loss sends back, and what must carry."""

from __future__ import annotations

from math import log

import numpy as np
import sympy

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.claims.registry import ROUNDING, by_complex_step, claim, proof
from rnn_solutions.claims.symbolic import proved
from rnn_solutions.learning.losses import cross_entropy, squared_error
from rnn_solutions.learning.optimisers import Adam
from rnn_solutions.learning.tasks import Batch
from rnn_solutions.learning.training import Model
from rnn_solutions.networks.plain import lstm_step
from rnn_solutions.networks.rnn import RNN
from rnn_solutions.sheet.comparisons import Comparison, at_most, equal
from rnn_solutions.sheet.drawn_networks import PlainLSTM, derivative

LSTMS = "an LSTM, n and d from 1 to 3, T from 0 to 4, 0 ≤ k ≤ T; every number and V drawn from N(0, 1)"


@proof("eq-adding-guess", assumes="both values uniform from 0 to 1 and independent; any y")
def guess_of_a_sum() -> Comparison:
    r"""A constant answer to the adding problem costs a sixth, and more unless it is 1.

    .. math::

        \operatorname{E}\bigl[ (v_a + v_b - y)^2 \bigr] = (y - 1)^2 + \frac16
    """
    a, b, y = sympy.symbols("v_a v_b y", real=True)
    terms = sympy.Poly((a + b - y) ** 2, a, b).terms()
    # The integral from 0 to 1 of v_a^i is 1 / (i + 1), and so for v_b.
    expected = sum(factor / (i + 1) / (j + 1) for (i, j), factor in terms)
    return proved((y - 1) ** 2 + sympy.Rational(1, 6), expected)


def _softmax(y: Numbers) -> Numbers:
    """Return the probabilities that scores stand for."""
    return np.asarray(np.exp(y) / np.exp(y).sum(axis=-1, keepdims=True))


@claim(
    "eq-copy-guess",
    method="closed form",
    assumes="S from 2 to 8; scores drawn from N(0, 4)",
    tolerance=1e-14,
    because=ROUNDING,
)
def guess_of_a_symbol(rng: np.random.Generator) -> list[Comparison]:
    r"""Probabilities that know nothing cost log S on average, and more unless they are the same.

    .. math::

        - \sum_{j=1}^{S} \frac{1}{S} \log p_j \ge \log S
    """
    S = int(rng.integers(2, 8, endpoint=True))
    y = rng.normal(scale=2, size=S)
    cost = -np.sum(1 / S * np.log(_softmax(y)))
    even = -np.sum(1 / S * np.log(_softmax(np.full(S, y[0]))))
    by_package = np.mean([cross_entropy(y[None, None], [[c]])[0] for c in range(S)])
    return [at_most(log(S), cost), equal(even, log(S)), equal(by_package, cost)]


@by_complex_step(
    "eq-gap-own-term",
    assumes="an RNN of 1 to 4 units and 1 to 3 answers, a squared error; every number drawn from N(0, 1)",
)
def read_out_hands_the_row_on(rng: np.random.Generator) -> list[Comparison]:
    r"""What the loss sends into a state is what it sends into the answer, times the read-out.

    .. math::

        \frac{\partial L_t}{\partial h_t} = \frac{\partial L_t}{\partial y_t}\, V
    """
    n, m = rng.integers(1, [4, 3], endpoint=True)
    V, c, target, h = rng.normal(size=(m, n)), rng.normal(size=m), rng.normal(size=m), rng.normal(size=n)

    def loss(y: Numbers) -> Numbers:
        return np.asarray(((y - target) ** 2).mean(axis=-1))

    truth = derivative(lambda h: loss(np.matvec(V, h) + c), h)
    # In the package: one step of a linear network, whose bias is as good as its state.
    model = Model(RNN(0 * np.eye(n), np.eye(n), activation="identity"), V, c)
    batch = Batch(h[None, None], target[None, None])
    return [
        equal(derivative(loss, V @ h + c) @ V, truth),
        equal(model.loss_and_gradients(batch, squared_error)[1]["b"], truth),
    ]


@by_complex_step(
    "eq-gap-by-answer",
    assumes="from 2 to 6 scores, drawn from N(0, 4), as is the right answer; any right symbol",
)
def rows_of_both_losses(rng: np.random.Generator) -> list[Comparison]:
    r"""Both losses send back how far the answer is from the right one.

    .. math::

        \begin{aligned}
        \frac{\partial (y - \hat y)^2}{\partial y} &= 2\, (y - \hat y), \\
        \frac{\partial (-\log p_r)}{\partial y_j} &= p_j - [j = r],
        \end{aligned}
    """
    S = int(rng.integers(2, 6, endpoint=True))
    y, right, target = rng.normal(scale=2, size=S), int(rng.integers(S)), rng.normal(scale=2)
    by_square = derivative(lambda y: (y - target) ** 2, y[:1])[0]
    by_score = derivative(lambda y: -np.log(_softmax(y)[..., right]), y)
    ours = squared_error(y[None, None, :1], [[[target]]])[1], cross_entropy(y[None, None], [[right]])[1]
    scale = np.abs(y).max() + abs(target)
    return [
        equal(2 * (y[:1] - target), by_square, scale=scale),
        equal([_softmax(y)[c] - (c == right) for c in range(S)], by_score, scale=1),
        equal(ours[0][0, 0], by_square, scale=scale),
        equal(ours[1][0, 0], by_score, scale=1),
    ]


@claim(
    "eq-adam-first",
    method="closed form",
    assumes="η from 1e-3 to 1; one to five entries of g, of sizes from 1e-12 to 1e3",
    tolerance=1e-12,
    because="the corrections 1 − β are themselves rounded, to 1e-16 of 1 − 0.999",
)
def first_step_of_adam(rng: np.random.Generator) -> list[Comparison]:
    r"""Adam's first step is about as long as the rate, where the gradient is well above ε.

    .. math::

        \theta_1 - \theta_0 = - \eta\, \frac{g}{\lvert g \rvert + \varepsilon}
    """
    size = int(rng.integers(1, 5, endpoint=True))
    g = rng.choice([-1, 1], size=size) * 10 ** rng.uniform(-12, 3, size=size)
    eta, beta_1, beta_2, epsilon = 10 ** rng.uniform(-3, 0), 0.9, 0.999, 1e-8
    m, v = (1 - beta_1) * g, (1 - beta_2) * g**2  # the means begin at zero; u = 1
    by_definition = -eta * (m / (1 - beta_1)) / (np.sqrt(v / (1 - beta_2)) + epsilon)
    formula = -eta * g / (np.abs(g) + epsilon)
    by_package = Adam(eta).update({"b": np.zeros(size)}, {"b": g})["b"]
    return [equal(one / formula, np.ones(size)) for one in (by_definition, by_package)]


def _draw_lstm(rng: np.random.Generator) -> tuple[PlainLSTM, Array, int]:
    """Draw an LSTM, a read-out of one number and a step."""
    net = PlainLSTM.draw(rng)
    return net, rng.normal(size=net.n), net.step_drawn(rng)


def _by_input(net: PlainLSTM, k: int, last: int) -> Array:
    """Return the derivative of (h, C) at step `last` by the input at step k, with the state before k held."""

    def joint(x: Numbers) -> Numbers:
        h, C = lstm_step(net.h_before[k], net.C_before[k], x, *net.stacked)
        return np.concatenate(net.rerun(h, C, k + 1, last), axis=-1)

    return derivative(joint, net.x[k])


@by_complex_step("eq-gap-sensitivity", assumes=LSTMS, tolerance=1e-12)
def answer_responds_through_the_state(rng: np.random.Generator) -> list[Comparison]:
    r"""The answer responds to an input through the state of that step.

    .. math::

        \frac{\partial y_T}{\partial x_k}
        = V\, \frac{\partial h_T}{\partial s_k}\, \frac{\partial^{+} s_k}{\partial x_k}
    """
    net, V, k = _draw_lstm(rng)
    truth = V @ _by_input(net, k, net.T)[: net.n]
    by_state, by_input = net.jacobian(net.T, k)[: net.n], _by_input(net, k, k)
    run = net.packaged()
    rows = np.zeros_like(run.h)
    rows[-1] = V
    scale = float(np.linalg.norm(V) * np.linalg.norm(by_state) * np.linalg.norm(by_input))
    return [
        equal(V @ by_state @ by_input, truth, scale=scale),
        equal(run.net.backward(run, rows).x[k], truth, scale=scale),
    ]


@by_complex_step("eq-gap-must-carry", assumes=LSTMS, tolerance=1e-12)
def who_responds_must_carry(rng: np.random.Generator) -> list[Comparison]:
    r"""The response to a value is at most the product of three norms.

    .. math::

        \Bigl\lvert \frac{\partial y_T}{\partial v_k} \Bigr\rvert
        \le \lVert V \rVert\, \Bigl\lVert \frac{\partial h_T}{\partial s_k} \Bigr\rVert\,
        \Bigl\lVert \frac{\partial^{+} s_k}{\partial v_k} \Bigr\rVert
    """
    net, V, k = _draw_lstm(rng)
    response = V @ _by_input(net, k, net.T)[: net.n, 0]
    by_state, by_value = net.jacobian(net.T, k)[: net.n], _by_input(net, k, k)[:, 0]

    def bound(V: Array, by_state: Array, by_value: Array) -> float:
        return float(np.linalg.norm(V) * np.linalg.norm(by_state, 2) * np.linalg.norm(by_value))

    # With one linear unit nothing is lost: all three factors lie along one line.
    (w, u, v), gap = rng.normal(size=3).tolist(), int(rng.integers(0, 5))
    unit = RNN([[w]], [[u]], activation="identity")
    run = unit.forward(np.ones((gap + 1, 1)))
    rows = np.zeros((gap + 1, 1))
    rows[-1] = v
    return [
        at_most(abs(response), bound(V, by_state, by_value)),
        equal(abs(unit.backward(run, rows).x[0, 0]), bound(rows[-1], np.array([[w**gap]]), np.array([u]))),
    ]
