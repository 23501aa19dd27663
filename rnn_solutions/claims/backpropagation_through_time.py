"""Claims of 1(b): the gradient of a recurrent network as a double sum, and its one sweep backwards."""

from __future__ import annotations

import numpy as np

from rnn_solutions._validation import Numbers
from rnn_solutions.claims.formula.evaluating import Meaning
from rnn_solutions.claims.formula.values import Row, steps
from rnn_solutions.claims.meanings import of_network, rows
from rnn_solutions.claims.registry import by_complex_step, proof
from rnn_solutions.networks.plain import sigma
from rnn_solutions.sheet.comparisons import equal
from rnn_solutions.sheet.drawn_networks import NETWORK, PlainRNN, derivative, half_square

AGAINST_THE_TERMS = "a few dozen roundings of 1.1e-16 of the largest term, which the error is relative to"


def _size_of_loss(net: PlainRNN) -> float:
    """Return the largest of the numbers whose difference is a row: h_t - y_t may cancel."""
    return float(np.max(np.abs(net.h) + np.abs(net.y)))


def _size_of_terms(net: PlainRNN) -> float:
    """Return what the terms of the gradient are made of, before anything cancels in them or their sum."""
    return _size_of_loss(net) * float(np.max(np.abs(net.immediate)))


@by_complex_step("def-bptt-network", assumes=NETWORK)
def network_runs_as_it_is_defined(rng: np.random.Generator) -> Meaning:
    """The package's network and its slopes are those of the definition."""
    net = PlainRNN.draw(rng)
    run = net.packaged()
    return Meaning(of_network(net, t=net.step_drawn(rng)) | {"h": steps([net.h_init, *run.h], -1)})


@by_complex_step("eq-immediate-entries", assumes=NETWORK)
def immediate_derivative_has_a_row_for_each_unit(rng: np.random.Generator) -> list[Meaning]:
    """With the state before held, unit i reads row i of W, and by as much as that state says."""
    net = PlainRNN.draw(rng)
    k, run = net.step_drawn(rng), net.packaged()
    package = equal(run.net.immediate_gradient(run, k), net.immediate[k])
    i, a, b = (int(entry) for entry in rng.integers(1, net.n, size=3, endpoint=True))
    return [Meaning(of_network(net, k=k, i=i, a=row, b=b), also=[package]) for row in (a, i)]


@by_complex_step(
    "eq-bptt",
    assumes=NETWORK,
    because=AGAINST_THE_TERMS,
    same={"t = - 1": "the inner sum is empty"},
)
def gradient_is_a_double_sum(rng: np.random.Generator) -> Meaning:
    """The gradient has a term for every pair of a loss and a use of W that came before it."""
    net = PlainRNN.draw(rng)
    scale, run = _size_of_terms(net), net.packaged()
    terms = run.net.gradient_terms(run, net.dL_dh).W
    package = [
        equal(terms.sum(axis=(0, 1)), net.gradient, scale=scale),
        equal(run.net.backward(run, net.dL_dh).W, net.gradient, scale=scale),
    ]
    return Meaning(of_network(net), scale=scale, also=package)


@by_complex_step("eq-bptt-jacobian", assumes=NETWORK)
def jacobian_of_two_states_is_an_ordered_product(rng: np.random.Generator) -> Meaning:
    """From one state to a later one there is a factor for each step, the latest on the left."""
    net = PlainRNN.draw(rng)
    t = net.step_drawn(rng)
    k, run = net.step_drawn(rng, t), net.packaged()
    pairs = np.zeros((net.T + 1, net.T + 1, net.n, net.n))
    for pair, jacobian in net.jacobians.items():
        pairs[pair] = jacobian
    package = [equal(run.net.jacobian(run, t, k), net.jacobians[t, k]), equal(run.net.jacobians(run), pairs)]
    return Meaning(of_network(net, t=t, k=k), also=package)


@by_complex_step("eq-bptt-sweep", assumes=NETWORK, because=AGAINST_THE_TERMS)
def one_sweep_back_gives_the_gradient(rng: np.random.Generator) -> list[Meaning]:
    """The gradient is a sum of columns times rows, one for each step."""
    net = PlainRNN.draw(rng)
    by_z = [derivative(lambda z: _loss_from(net, k, sigma(z)), net.z[k]) for k in range(net.T + 1)]  # noqa: B023
    run = net.packaged()
    package = equal(run.net.backward(run, net.dL_dh).W, net.gradient, scale=_size_of_terms(net))
    delta = rows([*by_z, np.zeros(net.n)])
    return [
        Meaning(of_network(net, k=k) | {r"\delta": delta}, scale=_size_of_terms(net), also=[package])
        for k in range(net.T + 1)
    ]


def _loss_from(net: PlainRNN, k: int, h: Numbers) -> Numbers:
    """Return the loss of step k, whose state is h, and of all steps after it."""
    later = net.states(h, k + 1) if k < net.T else h[..., None, :][..., :0, :]
    return half_square(np.concatenate([h[..., None, :], later], axis=-2), net.y[k:])


@by_complex_step("eq-double-counting", assumes=NETWORK, because=AGAINST_THE_TERMS)
def total_for_immediate_counts_early_uses_often(rng: np.random.Generator) -> Meaning:
    """With total derivatives in place of the immediate ones, a use j steps back counts j + 1 times."""
    net = PlainRNN.draw(rng)
    t = net.step_drawn(rng)
    terms = [np.abs(net.jacobians[t, j]).max() * np.abs(net.immediate[j]).max() for j in range(t + 1)]
    return Meaning(of_network(net, t=t), scale=float(max(terms)))
