"""Claims of "Measure five remedies": what each of them does to the gradient."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import partial
from math import log

import numpy as np
import sympy

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.claims.meanings import Names, of_gradient, of_network, pairs, rows, sizes
from rnn_solutions.claims.registry import ROUNDING, by_another_algorithm, by_complex_step, in_fractions, proof
from rnn_solutions.formulas.evaluating import Meaning
from rnn_solutions.formulas.values import DEFAULTS, Function, steps
from rnn_solutions.gradients.truncation import truncated_gradient
from rnn_solutions.learning.initialisation import orthogonal_matrix
from rnn_solutions.learning.optimisers import clip_by_norm
from rnn_solutions.networks.activations import ACTIVATIONS, sigmoid
from rnn_solutions.networks.plain import run
from rnn_solutions.networks.rnn import RNN, RNNRun
from rnn_solutions.sheet.comparisons import assume, equal
from rnn_solutions.sheet.drawn_networks import NETWORK, PlainRNN, derivative

WINDOW = NETWORK.replace("T from 0 to 4", "T from 1 to 5")
of_a_window = partial(
    by_complex_step,
    assumes=f"{WINDOW}; K from 1 to T + 1",
    tolerance=1e-12,
    because=f"{ROUNDING}, of the largest term",
)


@by_another_algorithm(
    {
        "def-clip": "The package's clipped gradient is that of the definition.",
        "eq-clip-norm": "A clipped gradient has the smaller of two lengths, and the direction it had.",
    },
    assumes="g of 1 to 6 entries drawn from N(0, 1), not 0; c from 0.1 to 10",
    tolerance=1e-14,
    because=ROUNDING,
)
def clipping_changes_the_length_alone(rng: np.random.Generator) -> Meaning:
    """Draw a gradient and a limit; no point of the ball is nearer than what the package makes of them."""
    g, c = rng.normal(size=rng.integers(1, 6, endpoint=True)), 10 ** rng.uniform(-1, 1)
    size = np.hypot.reduce(g)  # a norm of its own, two entries at a time
    assume(size > 0, "g is not 0")
    clipped = clip_by_norm({"g": g}, c)[0]["g"]
    nearest = equal(np.linalg.norm(g - clipped), max(0, size - c), scale=size)
    return Meaning({"g": g, "c": c, r"\hat g": clipped}, also=[nearest])


@by_complex_step(
    "eq-clip-terms", assumes=NETWORK, tolerance=1e-12, same={"t = - 1": "the inner sum is empty"}
)
def clipping_shortens_every_term_alike(rng: np.random.Generator) -> Meaning:
    """Every term of the clipped gradient is the same part of what it was."""
    net = PlainRNN.draw(rng)
    c = rng.uniform(0.1, 2) * float(np.linalg.norm(net.gradient))
    clipped, _ = clip_by_norm({"W": net.gradient}, c)
    meant = {"g": net.gradient.ravel(), "c": c, r"\hat g": clipped["W"]}
    return Meaning(of_gradient(net) | meant, scale=net.size_of_terms)


@in_fractions(
    "eq-forget-time",
    assumes="K from 2 to 10000",
    tolerance=1e-13,
    because="the exponential of a rounded logarithm; the fractions are exact",
)
def bias_for_a_time(rng: np.random.Generator) -> list[Meaning]:
    """A gate biased by log(K - 1) loses one part in K a step, and keeps 1/4 to 1/e over K steps."""
    K = int(np.exp(rng.uniform(log(2), log(10_000))))
    package = equal(float(sigmoid(log(K - 1))), float(1 - Fraction(1, K)))
    return [
        Meaning({"K": K}, also=[package]),
        Meaning({"K": 2}, attained={(2, 1): 1e-15}),
        Meaning({"K": 10_000}, attained={(2, 2): 1e-4}),
    ]


@by_another_algorithm(
    "eq-forget-bias",
    assumes="b from −5 to 5, k from 0 to 9, t from k to k + 20",
    tolerance=1e-13,
    because="up to twenty products and an exponential, each rounded",
)
def gates_with_a_bias_alone_decay(rng: np.random.Generator) -> Meaning:
    """Gates that see their bias alone lose the same part in every step."""
    b, k, lag = rng.uniform(-5, 5), int(rng.integers(10)), int(rng.integers(20, endpoint=True))
    return Meaning({"b": b, "k": k, "t": k + lag, r"\sigma": Function(lambda b: float(sigmoid(b)))})


@by_another_algorithm(
    "eq-orthogonal-length",
    assumes="W orthogonal of size 1 to 6; n from 0 to 30; v drawn from N(0, 1)",
    tolerance=1e-13,
    because="thirty products, each rounded in a few entries",
    same={"^{n + 1}": "no power is left out", "^{n - 1}": "no power is left out"},
)
def orthogonal_powers_keep_lengths(rng: np.random.Generator) -> list[Meaning]:
    """No power of an orthogonal matrix stretches or shrinks a vector."""
    size, n = int(rng.integers(1, 6, endpoint=True)), int(rng.integers(0, 30, endpoint=True))
    v, I = rng.normal(size=size), np.eye(size)  # noqa: E741 - as on the page
    reflected = I
    for _ in range(size):  # products of reflections are orthogonal, whatever the package draws
        u = rng.normal(size=size)
        reflected = reflected - 2 * np.outer(reflected @ u, u) / (u @ u)
    return [
        Meaning({"W": W, "I": I, "n": n, "v": v}, also=[equal(W.T @ W, I)])
        for W in (reflected, orthogonal_matrix(size, rng))
    ]


def _tanh_network(W: Array, h: Array, drives: Array) -> Names:
    """Return what stands for what in a tanh network that is driven at each step; D from its Jacobians."""

    def step(h: Numbers, drive: Array) -> Numbers:
        return np.asarray(np.tanh(np.matvec(W, h) + drive))

    before = np.vstack([h, run(step, (h,), drives)[0][:-1]])
    D = [derivative(partial(step, drive=drive), at) @ W.T for drive, at in zip(drives, before, strict=True)]
    slope = {r"\sigma'": DEFAULTS["\\tanh'"]}
    return slope | {"W": W, "D": steps(D), "z": steps(before @ W.T + drives), "n": len(h)}


@by_complex_step(
    "eq-orthogonal-slopes",
    assumes="tanh; n and d from 1 to 3, W orthogonal, 2 to 6 steps; U, x, the state and v drawn from N(0, 1)",
)
def slopes_between_orthogonal_factors_only_shrink(rng: np.random.Generator) -> list[Meaning]:
    """Between orthogonal factors a vector loses at most the smallest slope and at least the largest."""
    n, d, last = (int(size) for size in rng.integers(1, [3, 3, 5], endpoint=True))
    k = int(rng.integers(last))
    if rng.integers(2):
        W, U, h = orthogonal_matrix(n, rng), rng.normal(size=(n, d)), rng.normal(size=n)
        meant = _tanh_network(W, h, rng.normal(size=(last + 1, d)) @ U.T) | {"t": last, "k": k}
        return [Meaning(meant | {"v": rng.normal(size=n), "d": d}, over={"i": range(1, n + 1)})]
    # Two units that change places meet the larger slope at every step, or the smaller one.
    swap, drives = np.array([[0.0, 1.0], [1.0, 0.0]]), np.sort(np.abs(rng.normal(size=(last + 1, 2))), axis=1)
    drives[k % 2 :: 2] = drives[k % 2 :: 2, ::-1]
    drives *= rng.integers(3) > 0  # at rest every slope is 1
    meant = _tanh_network(swap, np.zeros(2), drives) | {"t": last, "k": k}
    at_rest = not drives.any()
    return [
        Meaning(meant | {"v": v}, over={"i": (1, 2)}, attained=1e-13 if at_rest else {(1, bound): 1e-13})
        for v, bound in zip(np.eye(2), (1, 2), strict=True)
    ]


@by_complex_step(
    "eq-identity-relu",
    assumes="relu, W = I; n and d from 1 to 4, up to 6 steps; U, x and the state before drawn from N(0, 1)",
    tolerance=1e-15,
    because="sums and products of zeros and ones",
    same={"_{b a}": "the matrix is diagonal", "b = b": "true of the diagonal alone"},
)
def identity_carries_what_stays_on(rng: np.random.Generator) -> list[Meaning]:
    """With W = I and relu, a unit that stays on carries its gradient, and one that is off carries nothing."""
    n, d, last = (int(size) for size in rng.integers(1, [4, 4, 6], endpoint=True))
    U, x, h_init = rng.normal(size=(n, d)) / 2, rng.normal(size=(last + 1, d)), rng.normal(size=n) + 1

    def step(h: Numbers, x: Array) -> Numbers:
        z = h + U @ x
        return np.where(z.real > 0, z, 0)

    (h,) = run(step, (h_init,), x)
    t, k = last, int(rng.integers(last))
    truth = derivative(lambda h: run(step, (h,), x[k + 1 :])[0][..., -1, :], h[k])
    net = RNN(np.eye(n), U, activation="relu")
    package = equal(net.jacobian(net.forward(x, h_init), t, k), truth, scale=1)
    z = steps(np.vstack([h_init, h[:-1]]) + x @ U.T)
    meant = {r"\partial h/\partial h": pairs({(t, k): truth}), "z": z, "t": t, "k": k, "n": n, "d": d}
    a, b = (int(unit) for unit in rng.integers(1, n, size=2, endpoint=True))
    return [Meaning(meant | {"a": a, "b": other}, scale=1, also=[package]) for other in (a, b)]


def _window(rng: np.random.Generator) -> tuple[PlainRNN, int, RNNRun]:
    """Draw a network with its run in the package, and a K from 1 to T + 1."""
    net = PlainRNN.draw(rng, last=(1, 5))
    return net, int(rng.integers(1, net.T + 1, endpoint=True)), net.packaged()


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


@of_a_window("def-truncated", same={"t = - 1": "the inner sum is empty"})
def package_truncates_as_it_is_defined(rng: np.random.Generator) -> Meaning:
    """The package's truncated gradient is that of the definition."""
    net, K, ours = _window(rng)
    g = partial(truncated_gradient, ours.net, ours, net.dL_dh)
    return Meaning(of_gradient(net, K=K) | {"g": lambda K: g(K)["W"]}, scale=net.size_of_terms)


@of_a_window("eq-truncation-bias", same={"t = K - 1": "the inner sum is empty"})
def truncation_misses_the_distant_terms(rng: np.random.Generator) -> Meaning:
    """What a truncated gradient misses is the sum of the terms from lag K on."""
    net, K, ours = _window(rng)
    cut, scale = _cut_gradient(net, K), net.size_of_terms
    package = equal(truncated_gradient(ours.net, ours, net.dL_dh, K)["W"], cut, scale=scale)
    return Meaning(of_gradient(net, K=K) | {"g_K": cut}, scale=scale, also=[package])


@in_fractions(
    "eq-chunk-share",
    assumes="K from 1 to 8, l from 0 to K; in the package a unit whose terms are all 1, and up to 4 chunks",
)
def chunks_keep_fewer_of_the_longer_lags(rng: np.random.Generator) -> Meaning:
    """Of the pairs of steps a lag apart, chunks keep the fewer the longer the lag."""
    K, chunks = (int(one) for one in rng.integers(1, [8, 4], endpoint=True))
    lag = int(rng.integers(0, K, endpoint=True))
    unit = RNN([[1.0]], [[1.0]], activation="identity")
    held = unit.forward(np.zeros((K * chunks, 1)), h_init=[1.0])
    kept = truncated_gradient(unit, held, np.ones_like(held.h), chunks=K)["W"][0, 0]
    every = sum(t - k < t % K + 1 for t in range(K * chunks) for k in range(t + 1))
    return Meaning({"K": Fraction(K), "l": lag}, also=[equal(kept, float(every))])


@by_complex_step(
    "eq-truncation-bound", assumes=f"{WINDOW}; ‖W‖ = 3, so γ < 1; K from 1 to T", tolerance=1e-12
)
def bias_of_a_vanishing_gradient_is_small(rng: np.random.Generator) -> Meaning:
    """Where each step shrinks the gradient, the bias is at most a geometric series from lag K on."""
    net, K, _ = _window(rng)
    K = min(K, net.T)  # so that something is missed
    if rng.integers(2):
        return _attained_bound(min(K, 2))
    net = replace(net, W=3 * net.W / np.linalg.norm(net.W, 2))
    gamma = max(float(np.linalg.norm(D_j @ net.W, 2)) for D_j in net.D)
    assume(gamma < 1, "every step shrinks")
    drawn = of_network(net, K=K) | {"g_K": _cut_gradient(net, K).ravel(), r"\gamma": gamma}
    drawn[r"\partial L/\partial W"] = net.gradient.ravel()  # the norm is that of all entries
    return Meaning(drawn, over={"k": range(len(net.h))})


def _attained_bound(K: int) -> Meaning:
    """Return a case that attains the bound but for the end of the series: a linear unit held at 1.

    The losses before step K and the states at both ends do not enter.
    """
    x, losses = np.ones((6, 1)), np.zeros((6, 1))
    x[0], x[-1], losses[:K], losses[-1] = 1 / 0.99, 3, 1, 1
    held = RNN([[0.01]], [[0.99]], activation="identity")
    ours = held.forward(x)
    meant = {
        r"\partial L/\partial W": held.backward(ours, losses).W.ravel(),
        "g_K": truncated_gradient(held, ours, losses, K)["W"].ravel(),
        r"\gamma": 0.01,
        "K": K,
        "D": steps(np.ones((6, 1, 1))),
        "h": steps([np.zeros(1), *ours.h], -1),
        r"\partial L/\partial h": lambda t, k: rows(losses if t == k else 0 * losses)(t),
    }
    return Meaning(meant | {"T": ours.T}, over={"k": range(6)}, attained=1e-5)


@proof("eq-slopes-at-zero", assumes="any z > 0 for relu")
def slopes_where_units_begin() -> Meaning:
    """At 0 the sigmoid has a quarter of the slope of tanh, which relu has wherever it is on."""
    at_0, at_2 = np.zeros(1), np.full(1, 2.0)
    by_package = [
        ACTIVATIONS[name].slope(at, ACTIVATIONS[name].value(at)).item()
        for name, at in (("sigmoid", at_0), ("tanh", at_0), ("relu", at_2))
    ]
    on = sympy.Symbol("z", positive=True)
    return Meaning({"z": on}, exact=True, also=[equal(by_package, [1 / 4, 1.0, 1.0])])


def _both_forms(rng: np.random.Generator) -> tuple[PlainRNN, Array, PlainRNN, RNNRun]:
    """Draw a network and a bias; return the network with it, and the package's tanh network in u, too."""
    net = PlainRNN.draw(rng)
    b = rng.normal(size=net.n)
    # A bias is the weight of an input that is always 1.
    biased = replace(net, U=np.column_stack([net.U, b]), x=np.column_stack([net.x, np.ones(net.T + 1)]))
    in_u = RNN(net.W / 4, net.U / 2, b / 2 + net.W.sum(axis=1) / 4, activation="tanh")
    return net, b, biased, in_u.forward(net.x, 2 * net.h_init - 1)


@by_another_algorithm("eq-sigmoid-is-tanh", assumes=f"{NETWORK}; so is b", tolerance=1e-13, because=ROUNDING)
def sigmoid_network_is_a_tanh_network(rng: np.random.Generator) -> Meaning:
    """In u = 2 h - 1 a sigmoid network is a tanh network with a quarter of its recurrent weights."""
    net, b, biased, in_u = _both_forms(rng)
    u = steps(2 * np.vstack([net.h_init, biased.h]) - 1, -1)
    meant = {"u": u, "b": b, r"\mathbf 1": np.ones(net.n), "t": net.step_drawn(rng)}
    meant |= {"W": net.W, "U": net.U, "x": steps(net.x), **sizes(net)}
    return Meaning(meant, scale=1, also=[equal(in_u.h, 2 * biased.h - 1, scale=1)])


@by_complex_step(
    "eq-sigmoid-same-jacobian",
    assumes=f"{NETWORK}; so is b",
    same={"∂ u_{t}}{∂ u_{t}}": "both are the identity"},
)
def both_forms_have_one_jacobian(rng: np.random.Generator) -> Meaning:
    """The Jacobians of both forms are the same."""
    net, _, biased, in_u = _both_forms(rng)
    t = net.step_drawn(rng)
    meant = {
        r"\partial u/\partial u": lambda t, k: in_u.net.jacobian(in_u, t, k),
        r"\partial h/\partial h": pairs(biased.jacobians),
    }
    return Meaning(meant | sizes(net) | {"t": t, "k": net.step_drawn(rng, t)}, scale=1)
