"""Findings in 1(b) and 2(a): the double sum, where it starts, its last factor, and powers for products."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.networks.plain import rnn_step
from rnn_solutions.sheet.comparisons import Comparison, equal
from rnn_solutions.sheet.drawn_networks import PlainRNN, derivative
from rnn_solutions.sheet.findings.registry import (
    Measured,
    Reading,
    errors,
    measured,
    relative_error,
    trial,
)
from rnn_solutions.sheet.findings.two_networks import factors, network_a, ordered_products, slope
from rnn_solutions.sheet.refuting import refuted

NETWORK = "everything drawn from N(0, 1), n and d from 1 to 3"


def _immediate(net: PlainRNN) -> Array:
    """Return the immediate partial derivative of each state by W, (T+1, n, n, n)."""
    return np.asarray(np.einsum("ia,ti,tb->tiab", np.eye(net.n), slope(net.z), net.before))


def terms(net: PlainRNN, products: Array | None = None, last: Array | None = None) -> Array:
    """Return the terms of the double sum by t and k: a row, a product and a last factor.

    Without others these are ordered products and immediate derivatives, as they should be.
    """
    products = ordered_products(factors(net)) if products is None else products
    last = _immediate(net) if last is None else last
    return np.asarray(np.einsum("ti,tkij,kjab->tkab", net.dL_dh, products, last))


def double_sum(
    net: PlainRNN, products: Array | None = None, last: Array | None = None, first: int = 0
) -> Array:
    """Return the sum of the terms over t and over k from `first`."""
    return np.asarray(terms(net, products, last)[:, first:].sum(axis=(0, 1)))


def gradients(net: PlainRNN) -> Array:
    """Return the truth: the gradient of each step's loss with respect to W, (T+1, n, n)."""

    def losses(W: Numbers) -> Numbers:
        return np.asarray(((net.states(net.h_init, W=W) - net.y) ** 2).sum(axis=-1) / 2)

    return derivative(losses, net.W)


def gradient(net: PlainRNN) -> Array:
    """Return the truth: the gradient of the whole loss with respect to W, (n, n)."""
    return derivative(net.loss, net.W)


def _size(net: PlainRNN) -> float:
    """Return how large the terms of the double sum are, which may cancel one another."""
    parts = net.dL_dh, ordered_products(factors(net)), _immediate(net)
    return float(np.einsum("ti,tkij,kjab->ab", *map(np.abs, parts)).max())


def _control(net: PlainRNN, truth: Array, first: int = 0) -> Comparison:
    """Compare the double sum as it should be with the truth, measured against its terms."""
    return equal(double_sum(net, first=first), truth, scale=_size(net))


def _on_network_a(
    number: int, T: tuple[int, int], assumes: str, size: tuple[int, int] = (1, 3)
) -> Callable[[Callable[..., Any]], Callable[..., Comparison]]:
    """Register a finding on network A, and for the verdict on others with n and T in these ranges."""
    draw = partial(PlainRNN.draw, size=size, last=T)
    return trial(number, assumes=assumes, draw=draw, page=network_a)


@_on_network_a(10, (1, 3), assumes=f"{NETWORK}; T from 1 to 3; state 0 computed from one that is not zero")
def sum_starts_after_the_first_step(net: PlainRNN) -> Iterator[Reading]:
    r"""The sum begins with the term of state 1, wherever state 0 comes from.

    .. math::

        \frac{\partial L}{\partial W} = \sum_{t=0}^{T} \sum_{k=1}^{t}
        \frac{\partial L_t}{\partial h_t} \frac{\partial h_t}{\partial h_k} \frac{\partial h_k}{\partial W}
    """
    from_rest = replace(net, h_init=np.zeros(net.n))  # there state 0 is the same for all W: both are right
    truth, at_rest = gradient(net), gradient(from_rest)
    controls = _control(net, truth), _control(from_rest, at_rest), _control(from_rest, at_rest, first=1)
    yield Reading(double_sum(net, first=1), truth, *controls, name="10")


def errors_by_start() -> dict[str, list[float]]:
    """Return the errors of the sum with k from 0 and from 1 on network A, by where state 0 is from."""
    net = network_a()
    # With h_0 held, steps 1 to T are a network of their own, and the terms with k = 0 are zero.
    held = replace(net, x=net.x[1:], y=net.y[1:], h_init=net.h[0])
    found = {"given": [relative_error(double_sum(net, first=1), gradient(held))] * 2}
    for name, one in {"computed": net, "from rest": replace(net, h_init=np.zeros(3))}.items():
        found[name] = [relative_error(double_sum(one, first=first), gradient(one)) for first in (0, 1)]
    return found


@_on_network_a(
    12,
    (3, 4),
    assumes=f"{NETWORK}; t from 3 to 4, the fewest steps for which the line can be written",
)
def terms_of_one_loss_stop_at_the_first_state(net: PlainRNN) -> Iterator[Reading]:
    r"""The gradient of one step's loss ends with the term of state 1, though state 0 is computed too.

    .. math::

        \frac{\partial L_t}{\partial W} = \frac{\partial L_t}{\partial h_t} \frac{\partial h_t}{\partial W}
        + \cdots + \frac{\partial L_t}{\partial h_t} \frac{\partial h_t}{\partial h_{t-1}} \cdots
        \frac{\partial h_2}{\partial h_1} \frac{\partial h_1}{\partial W}
    """
    truth, all_terms = gradients(net)[-1], terms(net)[-1]
    printed = all_terms[1:].sum(axis=0)
    control = equal(printed + all_terms[0], truth, scale=np.abs(all_terms).max())
    yield Reading(printed, truth, control, name="12")


@_on_network_a(13, (1, 3), assumes=f"{NETWORK}; T from 1 to 3")
def last_factor_reads_as_the_total_derivative(net: PlainRNN) -> Iterator[Reading]:
    r"""The last factor reads as the total derivative, which holds what every earlier step did.

    .. math::

        \frac{\partial L}{\partial W} = \sum_{t=0}^{T} \sum_{k=0}^{t}
        \frac{\partial L_t}{\partial h_t} \frac{\partial h_t}{\partial h_k} \frac{\partial h_k}{\partial W}
    """
    total = derivative(lambda W: net.states(net.h_init, W=W), net.W)
    printed, truth = terms(net, last=total).sum(axis=1), gradients(net)
    steps = np.arange(net.T + 1)
    often = np.maximum(steps[:, None] - steps + 1, 0)  # the term j steps back is counted j + 1 times
    counted = (often[:, :, None, None] * terms(net)).sum(axis=(0, 1))
    controls = _control(net, gradient(net)), equal(counted, printed.sum(axis=0), scale=_size(net))
    yield Reading(printed.sum(axis=0), truth.sum(axis=0), *controls, name="13")
    yield Reading(
        printed[-1], truth[-1], equal(terms(net)[-1].sum(axis=0), truth[-1], scale=_size(net)), name="13-last"
    )


@_on_network_a(15, (1, 3), assumes=f"{NETWORK} but n at least 2; T from 1 to 3", size=(2, 3))
def factors_read_with_the_layout_transposed(net: PlainRNN) -> Iterator[Reading]:
    r"""No layout is fixed: with the derivative of state i in column i, the printed order fails.

    .. math::

        \frac{\partial h_t}{\partial h_k} = \Bigl( \frac{\partial h_t}{\partial h_{t-1}} \Bigr)^{\mathsf T}
        \cdots \Bigl( \frac{\partial h_{k+1}}{\partial h_k} \Bigr)^{\mathsf T}
    """
    truth, transposed = gradient(net), ordered_products(factors(net).transpose(0, 2, 1))
    yield Reading(double_sum(net, transposed), truth, _control(net, truth), name="15-jacobian")
    yield Reading(double_sum(net).T, truth, _control(net, truth), name="15-gradient")


def _one_step(W: Array, U: Array, x: Array, h: Array) -> Array:
    """Return the truth: the derivative of the state after one step by the one before."""
    return derivative(lambda h: rnn_step(h, x, W, U), h)


@trial(17, assumes="n and d from 1 to 5 and different; everything drawn from N(0, 1)")
def one_step_has_the_shape_of_the_input_weights(rng: np.random.Generator) -> Comparison:
    r"""The Jacobian of one step by the state before it has a column for each input.

    .. math::

        \frac{\partial h_t}{\partial h_{t-1}} \in \mathbb{R}^{n \times d}
    """
    n, d = rng.choice(np.arange(1, 6), size=2, replace=False)
    W, U, x, h = (rng.normal(size=shape) for shape in [(n, n), (n, d), d, n])
    truth = _one_step(W, U, x, h)
    right = np.diag(slope(W @ h + U @ x)) @ W
    return refuted(equal([n, d], truth.shape), equal(right, truth))


@measured(17)
def shape_of_one_step() -> Measured:
    """Return the shape for n = 3 and d = 2."""
    net = network_a()
    rows, columns = _one_step(net.W, net.U, net.x[1], net.h[0]).shape
    return {"17-rows": rows, "17-columns": columns}


def _powers(factors: Array, step: Array) -> Array:
    """Return the power t - k of the factor of the step `step[t, k]`, for all pairs; zero for k after t."""
    powers = np.zeros((*step.shape, *factors.shape[1:]))
    for t, k in zip(*np.tril_indices(len(factors)), strict=True):
        powers[t, k] = np.linalg.matrix_power(factors[step[t, k]], t - k)
    return powers


@_on_network_a(
    18,
    (2, 3),
    assumes=f"{NETWORK}; T from 2 to 3; the power of step t, of step k + 1, or of any one step for all terms",
)
def powers_stand_for_products(net: PlainRNN) -> Iterator[Reading]:
    r"""One matrix is multiplied with itself, where each step has its own slopes.

    .. math::

        \frac{\partial h_t}{\partial h_k} = \bigl( \operatorname{diag}(\sigma')\, W \bigr)^{t-k}
    """
    truth, own, (t, k) = gradient(net), factors(net), np.indices((net.T + 1, net.T + 1))
    alike = np.broadcast_to(own[0], own.shape)  # powers of such factors would be right
    any_one = [("", np.full_like(t, s)) for s in range(net.T)]
    last = np.full_like(t, net.T)
    for name, step in [("18-own", t), ("", np.minimum(k + 1, net.T)), *any_one, ("18-last", last)]:
        sound = equal(_powers(alike, step), ordered_products(alike))
        printed = double_sum(net, _powers(own, step))
        yield Reading(printed, truth, _control(net, truth), sound, name=name)
    jacobian = net.jacobians[net.T, 0]
    cube = np.linalg.matrix_power(own[-1], net.T)
    yield Reading(cube, jacobian, equal(ordered_products(own)[-1, 0], jacobian), name="18-cube")


@measured(18)
def errors_of_powers_for_a_larger_W() -> Measured:
    """Return the errors of two gradients for 3 W."""
    larger = errors(18, network_a(scale=3.0))
    return {"18-own-3": larger["18-own"], "18-last-3": larger["18-last"]}


def _factor_counts(first: int = 0) -> list[int]:
    """Return how many factors each term of the double sum has for T = 3, with k from `first`."""
    return [t - k for t in range(4) for k in range(first, t + 1)]


@measured(19)
def how_many_terms_and_factors() -> Measured:
    """Return how many terms there are, and the most factors of one, with k from 0 and from 1."""
    by_start = {first: _factor_counts(first) for first in (0, 1)}
    measured_by_start: Measured = {}
    for first, found in by_start.items():
        measured_by_start |= {f"19-terms-{first}": len(found), f"19-factors-{first}": max(found)}
    return measured_by_start
