"""Claims of "Measure five remedies": what each of them does to the gradient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import partial
from math import e, log, prod
from typing import Any

import numpy as np
import sympy

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.claims.registry import ROUNDING, by_another_algorithm, by_complex_step, claim, proof
from rnn_solutions.claims.symbolic import proved
from rnn_solutions.gradients.truncation import truncated_gradient
from rnn_solutions.learning.initialisation import orthogonal_matrix
from rnn_solutions.learning.optimisers import clip_by_norm
from rnn_solutions.networks.activations import ACTIVATIONS, sigmoid
from rnn_solutions.networks.plain import rnn_step, run
from rnn_solutions.networks.rnn import RNN
from rnn_solutions.sheet.comparisons import Comparison, assume, at_most, below, equal
from rnn_solutions.sheet.drawn_networks import NETWORK, PlainRNN, derivative


def _terms(net: PlainRNN) -> dict[tuple[int, int], Array]:
    """Return the term (t, k) of the gradient by W, for k <= t."""
    return {
        (t, k): np.tensordot(net.dL_dh[t] @ net.jacobians[t, k], net.immediate[k], axes=1)
        for t in range(net.T + 1)
        for k in range(t + 1)
    }


def _size(terms: dict[tuple[int, int], Array]) -> float:
    """Return the largest entry of any term, before they cancel."""
    return max(float(np.abs(term).max()) for term in terms.values())


@by_another_algorithm(
    "eq-clip-norm",
    assumes="g of 1 to 6 entries drawn from N(0, 1), not 0; c from 0.1 to 10",
    tolerance=1e-14,
    because=ROUNDING,
)
def clipping_changes_the_length_alone(rng: np.random.Generator) -> list[Comparison]:
    r"""A clipped gradient has the smaller of two lengths, and the direction it had.

    .. math::

        \lVert \hat g \rVert = \min(\lVert g \rVert, c), \qquad
        \frac{\hat g}{\lVert \hat g \rVert} = \frac{g}{\lVert g \rVert}
    """
    g, c = rng.normal(size=rng.integers(1, 6, endpoint=True)), 10 ** rng.uniform(-1, 1)
    size = np.hypot.reduce(g)  # a norm of its own, two entries at a time
    assume(size > 0, "g is not 0")
    clipped = min(1, c / size) * g
    return [
        equal(np.hypot.reduce(clipped), min(size, c)),
        equal(clipped / np.hypot.reduce(clipped), g / size),
        equal(clip_by_norm({"g": g}, c)[0]["g"], clipped),
        equal(np.linalg.norm(g - clipped), max(0, size - c), scale=size),  # no point of the ball is nearer
    ]


@by_complex_step("eq-clip-terms", assumes=NETWORK, tolerance=1e-12)
def clipping_shortens_every_term_alike(rng: np.random.Generator) -> list[Comparison]:
    r"""Every term of the clipped gradient is the same part of what it was.

    .. math::

        \hat g = \sum_{t=0}^{T} \sum_{k=0}^{t} \min\Bigl( 1, \frac{c}{\lVert g \rVert} \Bigr)
        \frac{\partial L_t}{\partial h_t} \frac{\partial h_t}{\partial h_k}
        \frac{\partial^{+} h_k}{\partial W}
    """
    net = PlainRNN.draw(rng)
    g, terms = net.gradient, _terms(net)
    size = float(np.linalg.norm(g))
    c = rng.uniform(0.1, 2) * size
    formula = np.sum([min(1, c / size) * term for term in terms.values()], axis=0)
    truth = g if c > size else c * g / size
    by_package, _ = clip_by_norm({"W": g}, c)
    return [equal(formula, truth, scale=_size(terms)), equal(by_package["W"], truth)]


@claim(
    "eq-forget-time",
    method="exact fractions",
    assumes="K from 2 to 200",
    tolerance=1e-13,
    because="the exponential of a rounded logarithm; the fractions are exact",
)
def bias_for_a_time(rng: np.random.Generator) -> list[Comparison]:
    r"""A gate biased by log(K - 1) loses one part in K a step, and keeps 1/4 to 1/e over K steps.

    .. math::

        \sigma\bigl( \log(K - 1) \bigr) = 1 - \frac{1}{K}, \qquad
        \frac14 \le \Bigl( 1 - \frac{1}{K} \Bigr)^{K} < \frac{1}{e}
    """
    K = int(rng.integers(2, 200, endpoint=True))
    kept = float((1 - Fraction(1, K)) ** K)
    return [
        equal(float(sigmoid(log(K - 1))), float(1 - Fraction(1, K))),
        equal(1 / (1 + np.exp(-np.log(K - 1))), float(1 - Fraction(1, K))),
        at_most(1 / 4, kept),
        equal(float((1 - Fraction(1, 2)) ** 2), 1 / 4),  # at K = 2 the bound is attained
        below(kept, 1 / e),
        below((1 / e) * (1 - 1 / K), kept),  # so near to it that no smaller bound would do
    ]


@by_another_algorithm(
    "eq-forget-bias",
    assumes="b from −5 to 5, t − k from 0 to 20",
    tolerance=1e-13,
    because="up to twenty products and an exponential, each rounded",
)
def gates_with_a_bias_alone_decay(rng: np.random.Generator) -> Comparison:
    r"""Gates that see their bias alone lose the same part in every step.

    .. math::

        \prod_{j=k+1}^{t} \sigma(b) = \frac{1}{(1 + e^{-b})^{t-k}}
    """
    b, lag = rng.uniform(-5, 5), int(rng.integers(0, 20, endpoint=True))
    return equal(prod([float(sigmoid(b))] * lag), 1 / (1 + np.exp(-b)) ** lag)


@by_another_algorithm(
    "eq-orthogonal-length",
    assumes="W orthogonal of size 1 to 6; n from 0 to 30; v drawn from N(0, 1)",
    tolerance=1e-13,
    because="thirty products, each rounded in a few entries",
)
def orthogonal_powers_keep_lengths(rng: np.random.Generator) -> list[Comparison]:
    r"""No power of an orthogonal matrix stretches or shrinks a vector.

    .. math::

        W^{\mathsf T} W = I \quad \Longrightarrow \quad \lVert W^n v \rVert = \lVert v \rVert
    """
    size, n = int(rng.integers(1, 6, endpoint=True)), int(rng.integers(0, 30, endpoint=True))
    v = rng.normal(size=size)
    reflected = np.eye(size)
    for _ in range(size):  # products of reflections are orthogonal, whatever the package draws
        u = rng.normal(size=size)
        reflected = reflected - 2 * np.outer(reflected @ u, u) / (u @ u)
    found = []
    for W in (reflected, orthogonal_matrix(size, rng)):
        w = v
        for _ in range(n):
            w = W @ w
        found += [equal(W.T @ W, np.eye(size)), equal(np.linalg.norm(w), np.linalg.norm(v))]
    return found


def _tanh_step(h: Numbers, x: Array, W: Array, U: Array) -> Numbers:
    """Return the next state of a tanh network without a bias."""
    return np.asarray(np.tanh(np.matvec(W, h) + U @ x))


@by_complex_step(
    "eq-orthogonal-slopes",
    assumes="tanh; n and d from 1 to 3, W orthogonal, 1 to 5 steps; U, x, the state and v drawn from N(0, 1)",
)
def slopes_between_orthogonal_factors_only_shrink(rng: np.random.Generator) -> list[Comparison]:
    r"""Between orthogonal factors a vector loses at most the smallest slope and at least the largest.

    .. math::

        \begin{aligned}
        \prod_{j=k+1}^{t} \min_i \sigma'(z_j)_i
        &\le \frac{\lVert D_t W \cdots D_{k+1} W v \rVert}{\lVert v \rVert} \\
        &\le \prod_{j=k+1}^{t} \max_i \sigma'(z_j)_i \le 1.
        \end{aligned}
    """
    n, d, steps = rng.integers(1, [3, 3, 5], endpoint=True)
    W, U, x = orthogonal_matrix(n, rng), rng.normal(size=(n, d)), rng.normal(size=(steps, d))
    h, v = rng.normal(size=n), rng.normal(size=n)
    (states,) = run(_tanh_step, (h,), x, W, U)
    before = np.vstack([h, states[:-1]])
    slopes = [np.diag(derivative(np.tanh, z)) for z in before @ W.T + x @ U.T]
    low, high = np.prod([s.min() for s in slopes]), np.prod([s.max() for s in slopes])

    def kept(h: Array, U: Array) -> Any:
        J = derivative(lambda h: run(_tanh_step, (h,), x, W, U)[0][..., -1, :], h)
        return np.linalg.norm(J @ v) / np.linalg.norm(v)

    return [
        at_most(low, kept(h, U)),
        at_most(kept(h, U), high),
        at_most(high, 1.0),
        equal(kept(np.zeros(n), 0 * U), 1.0),  # at rest every slope is 1, and all are equal
    ]


@by_complex_step(
    "eq-identity-relu",
    assumes="relu, W = I; n and d from 1 to 4, up to 6 steps; U, x and the state before drawn from N(0, 1)",
    tolerance=1e-15,
    because="sums and products of zeros and ones",
)
def identity_carries_what_stays_on(rng: np.random.Generator) -> list[Comparison]:
    r"""With W = I and relu, a unit that stays on carries its gradient, and one that is off carries nothing.

    .. math::

        \Bigl( \frac{\partial h_t}{\partial h_k} \Bigr)_{ab} =
        \begin{cases} 1 & \text{if } a = b \text{ and } (z_j)_a > 0 \\ & \text{for } j = k+1, \dots, t, \\
        0 & \text{otherwise.} \end{cases}
    """
    n, d, steps = rng.integers(1, [4, 4, 6], endpoint=True)
    U, x, h_init = rng.normal(size=(n, d)) / 2, rng.normal(size=(steps + 1, d)), rng.normal(size=n) + 1

    def step(h: Numbers, x: Array) -> Numbers:
        z = h + U @ x
        return np.where(z.real > 0, z, 0)

    (h,) = run(step, (h_init,), x)
    z = np.vstack([h_init, h[:-1]]) + x @ U.T
    truth = derivative(lambda h: run(step, (h,), x[1:])[0][..., -1, :], h[0])
    formula = [
        [float(a == b and all(z[j][a] > 0 for j in range(1, steps + 1))) for b in range(n)] for a in range(n)
    ]
    net = RNN(np.eye(n), U, activation="relu")
    by_package = net.jacobian(net.forward(x, h_init), int(steps), 0)
    return [equal(formula, truth, scale=1), equal(by_package, truth, scale=1)]


def _draw_window(rng: np.random.Generator) -> tuple[PlainRNN, int]:
    """Draw a network and a K from 1 to T + 1."""
    net = PlainRNN.draw(rng, last=(1, 5))
    return net, int(rng.integers(1, net.T + 1, endpoint=True))


def _cut_gradient(net: PlainRNN, K: int) -> Array:
    """Return the derivative of all losses with the W that acts K steps before each or earlier held."""

    def loss(W: Numbers) -> Numbers:
        total: Numbers = np.zeros(W.shape[:-2], dtype=complex)
        for t in range(net.T + 1):
            first = max(0, t - K + 1)
            h = net.states(net.before[first], first=first, last=t, W=W)[..., -1, :]
            total = total + ((h - net.y[t]) ** 2).sum(axis=-1) / 2
        return total

    return derivative(loss, net.W)


@by_complex_step(
    "eq-truncation-bias",
    assumes=NETWORK.replace("T from 0 to 4", "T from 1 to 5") + "; K from 1 to T + 1",
    tolerance=1e-12,
    because=ROUNDING + ", of the largest term",
)
def truncation_misses_the_distant_terms(rng: np.random.Generator) -> list[Comparison]:
    r"""What a truncated gradient misses is the sum of the terms from lag K on.

    .. math::

        \frac{\partial L}{\partial W} - g_K = \sum_{t=K}^{T} \sum_{k=0}^{t-K}
        \frac{\partial L_t}{\partial h_t} \frac{\partial h_t}{\partial h_k}
        \frac{\partial^{+} h_k}{\partial W}
    """
    net, K = _draw_window(rng)
    terms = _terms(net)
    formula = np.zeros_like(net.W)
    for t in range(K, net.T + 1):
        for k in range(t - K + 1):
            formula += terms[t, k]
    truth = net.gradient - _cut_gradient(net, K)
    ours = net.packaged()
    g_K = truncated_gradient(ours.net, ours, net.dL_dh, K)["W"]
    scale = _size(terms)
    return [equal(formula, truth, scale=scale), equal(g_K, _cut_gradient(net, K), scale=scale)]


@by_complex_step(
    "eq-truncation-bound",
    assumes=NETWORK.replace("T from 0 to 4", "T from 1 to 5") + "; ‖W‖ = 3, so γ < 1; K from 1 to T",
    tolerance=1e-12,
)
def bias_of_a_vanishing_gradient_is_small(rng: np.random.Generator) -> list[Comparison]:
    r"""Where each step shrinks the gradient, the bias is at most a geometric series from lag K on.

    .. math::

        \Bigl\lVert \frac{\partial L}{\partial W} - g_K \Bigr\rVert
        \le \frac{\gamma^K}{1 - \gamma} \, \max_k \lVert D_k \rVert \lVert h_{k-1} \rVert
        \sum_{t=K}^{T} \Bigl\lVert \frac{\partial L_t}{\partial h_t} \Bigr\rVert
    """
    net, K = _draw_window(rng)
    K = min(K, net.T)  # so that something is missed
    net = replace(net, W=3 * net.W / np.linalg.norm(net.W, 2))
    bias = np.linalg.norm(net.gradient - _cut_gradient(net, K))
    gamma = max(float(np.linalg.norm(D_j @ net.W, 2)) for D_j in net.D)
    assume(gamma < 1, "every step shrinks")
    largest = max(
        float(np.linalg.norm(D_k, 2) * np.linalg.norm(h)) for D_k, h in zip(net.D, net.before, strict=True)
    )

    def bound(gamma: float, largest: float, losses: float) -> float:
        return gamma**K / (1 - gamma) * largest * losses

    losses = sum(float(np.linalg.norm(row)) for row in net.dL_dh[K:])
    # One linear unit held at 1 attains it but for the end of the series: 20 steps that keep a tenth each.
    held = RNN([[0.1]], [[0.9]], activation="identity")
    rows = np.eye(20)[:, -1:]
    ones = held.forward(np.ones((20, 1)), [1.0])
    missed = (held.backward(ones, rows).W - truncated_gradient(held, ones, rows, K)["W"]).item()
    return [at_most(bias, bound(gamma, largest, losses)), equal(missed, bound(0.1, 1.0, 1.0), scale=1)]


@proof("eq-slopes-at-zero", assumes="any z > 0 for relu")
def slopes_where_units_begin() -> list[Comparison]:
    r"""At 0 the sigmoid has a quarter of the slope of tanh, which relu has wherever it is on.

    .. math::

        \begin{gathered}
        \sigma'(0) = \frac14, \qquad \tanh'(0) = 1, \\
        \operatorname{relu}'(z) = 1 \text{ for } z > 0.
        \end{gathered}
    """
    z, on = sympy.Symbol("z", real=True), sympy.Symbol("z", positive=True)
    at_0, at_2 = np.zeros(1), np.full(1, 2.0)
    by_package = [
        ACTIVATIONS[name].slope(at, ACTIVATIONS[name].value(at)).item()
        for name, at in (("sigmoid", at_0), ("tanh", at_0), ("relu", at_2))
    ]
    return [
        proved((1 / (1 + sympy.exp(-z))).diff(z).subs(z, 0), sympy.Rational(1, 4)),
        proved(sympy.tanh(z).diff(z).subs(z, 0), sympy.Integer(1)),
        proved(sympy.Max(0, on).diff(on), sympy.Integer(1)),
        equal(by_package, [1 / 4, 1.0, 1.0]),
    ]


def _draw_pair(rng: np.random.Generator) -> tuple[PlainRNN, Array, Array]:
    """Draw a network, its bias, and the u before its first step."""
    net = PlainRNN.draw(rng)
    return net, rng.normal(size=net.n), 2 * net.h_init - 1


def _step_of_u(u: Numbers, x: Array, W: Array, U: Array, b: Array) -> Numbers:
    """Return the next u by the formula of the page."""
    return np.asarray(np.tanh(1 / 4 * np.matvec(W, u) + 1 / 2 * (U @ x + b + 1 / 2 * W @ np.ones(len(W)))))


@by_another_algorithm("eq-sigmoid-is-tanh", assumes=NETWORK + "; so is b", tolerance=1e-13, because=ROUNDING)
def sigmoid_network_is_a_tanh_network(rng: np.random.Generator) -> Comparison:
    r"""In u = 2 h - 1 a sigmoid network is a tanh network with a quarter of its recurrent weights.

    .. math::

        u_t = \tanh\Bigl( \tfrac14 W u_{t-1} + \tfrac12 \bigl( U x_t + b + \tfrac12 W \mathbf{1} \bigr) \Bigr)
    """
    net, b, u = _draw_pair(rng)
    (h,) = run(rnn_step, (net.h_init,), net.x, net.W, net.U, b)
    (formula,) = run(_step_of_u, (u,), net.x, net.W, net.U, b)
    return equal(formula, 2 * h - 1, scale=1)


@by_complex_step("eq-sigmoid-same-jacobian", assumes=NETWORK + "; so is b")
def both_forms_have_one_jacobian(rng: np.random.Generator) -> Comparison:
    r"""The Jacobians of both forms are the same.

    .. math::

        \frac{\partial u_t}{\partial u_k} = \frac{\partial h_t}{\partial h_k}
    """
    net, b, u = _draw_pair(rng)

    def last(step: Callable[..., Numbers], state: Numbers) -> Numbers:
        (states,) = run(step, (state,), net.x, net.W, net.U, b)
        return states[..., -1, :]

    by_u, by_h = derivative(partial(last, _step_of_u), u), derivative(partial(last, rnn_step), net.h_init)
    return equal(by_u, by_h, scale=1)
