"""Claims of 1(b): the gradient of a recurrent network as a double sum, and its one sweep backwards."""

from __future__ import annotations

from functools import partial

import numpy as np

from rnn_solutions._validation import Numbers
from rnn_solutions.claims.meanings import Names, of_gradient, of_network, rows
from rnn_solutions.claims.registry import by_complex_step
from rnn_solutions.formulas.evaluating import Meaning
from rnn_solutions.formulas.values import steps
from rnn_solutions.networks.plain import sigma
from rnn_solutions.sheet.comparisons import equal
from rnn_solutions.sheet.drawn_networks import NETWORK, PlainRNN, derivative, half_square

against_the_terms = partial(
    by_complex_step,
    assumes=NETWORK,
    because="a few dozen roundings of 1.1e-16 of the largest term, which the error is relative to",
)


def _at_a_step(rng: np.random.Generator) -> Meaning:
    """Draw a network and a step t, at which the uses of W before it may cancel."""
    net = PlainRNN.draw(rng)
    t = net.step_drawn(rng)
    uses = [np.abs(net.jacobians[t, j]).max() * np.abs(net.immediate[j]).max() for j in range(t + 1)]
    return Meaning(of_network(net, t=t), scale=float(max(uses)))


def _loss_from(net: PlainRNN, k: int, h: Numbers) -> Numbers:
    """Return the loss of step k, whose state is h, and of all steps after it."""
    later = net.states(h, k + 1) if k < net.T else h[..., None, :][..., :0, :]
    return half_square(np.concatenate([h[..., None, :], later], axis=-2), net.y[k:])


@by_complex_step("def-bptt-network", assumes=NETWORK)
def network_runs_as_it_is_defined(rng: np.random.Generator) -> Meaning:
    """The package's network and its slopes are those of the definition."""
    net = PlainRNN.draw(rng)
    run = net.packaged()
    D = [np.diag(slope) for slope in run.slope]
    by_package = {"h": steps([net.h_init, *run.h], -1), "z": steps(run.z), "D": steps(D)}
    return Meaning(of_network(net, t=net.step_drawn(rng)) | by_package)


def _of_copies(net: PlainRNN) -> Names:
    """Return what stands for what, where each step uses its own copy of W."""
    by: Names = {
        r"\partial h/\partial W": lambda t, k=None: net.totals[t] if k is None else net.by_copy[t, :, k],
        r"\partial L/\partial W": lambda t, k: net.losses_by_copy[t, k],
    }
    return of_network(net) | by


@by_complex_step("def-bptt-copies", assumes=f"{NETWORK}; so are the copies, each by itself")
def each_step_uses_its_own_copy(rng: np.random.Generator) -> Meaning:
    """Copies may have values of their own, of which a step uses one."""
    net = PlainRNN.draw(rng)
    copies = rng.normal(size=(net.T + 1, net.n, net.n))
    h = steps([net.h_init, *net.states_of_copies(copies)], -1)
    return Meaning(of_network(net, t=net.step_drawn(rng)) | {"W_": steps(copies), "h": h})


@against_the_terms("eq-bptt-copies")
def gradient_is_the_sum_over_copies(rng: np.random.Generator) -> Meaning:
    """What W does to the loss is the sum of what its copies do, one for each step."""
    net = PlainRNN.draw(rng)
    of_copy = steps(net.losses_by_copy.sum(axis=0))
    by = {r"\partial L/\partial W": lambda k=None: net.gradient if k is None else of_copy(k)}
    return Meaning(of_network(net) | by, scale=net.size_of_terms)


@against_the_terms("eq-bptt-one-copy")
def one_copy_acts_through_its_own_state(rng: np.random.Generator) -> Meaning:
    """A copy of W acts on a loss by way of the state of its step, and of those between."""
    net = PlainRNN.draw(rng)
    t = net.step_drawn(rng)
    return Meaning(_of_copies(net) | {"t": t, "k": net.step_drawn(rng, t)}, scale=net.size_of_terms)


@by_complex_step("eq-bptt-scalar", assumes="n = 1, no input; both copies of w, and h₋₁, drawn from N(0, 1)")
def each_copy_of_a_number_has_its_own_derivative(rng: np.random.Generator) -> Meaning:
    """In s(w s(w h)) each w has its own derivative, and they add up to that of both."""
    w, h = rng.normal(size=2), rng.normal(size=1)

    def states(w: Numbers) -> Numbers:
        first = sigma(w[..., 0] * h[0])
        return np.stack([first, sigma(w[..., 1] * first)], axis=-1)

    by_copies, by_both = derivative(states, w), derivative(lambda shift: states(w + shift), np.zeros(1))
    h_0, h_1 = states(w)
    return Meaning(
        {
            "h": steps([h[0], h_0, h_1], -1),
            "z": steps([w[0] * h[0], w[1] * h_0]),
            "w_": steps(w),
            r"\partial h/\partial w": lambda t, k=None: by_both[t, 0] if k is None else by_copies[t, k],
        }
    )


@by_complex_step("def-immediate-derivative", assumes=NETWORK)
def immediate_derivative_holds_the_state_before(rng: np.random.Generator) -> Meaning:
    """The package's immediate derivative is that of one step whose state before is held."""
    net = PlainRNN.draw(rng)
    run = net.packaged()
    by_package = {r"\partial^+ h/\partial W": lambda k: run.net.immediate_gradient(run, k)}
    return Meaning(_of_copies(net) | by_package | {"k": net.step_drawn(rng)})


@by_complex_step(
    "eq-immediate-entries",
    assumes=NETWORK,
    same={r"\delta_{a i}": "it is symmetric", "W_{i b}": "both sides are 0 where a is not i"},
)
def immediate_derivative_has_a_row_for_each_unit(rng: np.random.Generator) -> list[Meaning]:
    """With the state before held, unit i reads row i of W, and by as much as that state says."""
    net = PlainRNN.draw(rng)
    k, (i, a, b) = (
        net.step_drawn(rng),
        (int(entry) for entry in rng.integers(1, net.n, size=3, endpoint=True)),
    )
    return [Meaning(of_network(net, k=k, i=i, a=row, b=b)) for row in (a, i)]


@by_complex_step("eq-bptt-one-jacobian", assumes=NETWORK)
def one_step_is_a_dense_layer(rng: np.random.Generator) -> Meaning:
    """A step takes the state before it as a dense layer takes its input."""
    net = PlainRNN.draw(rng)
    run, t = net.packaged(), net.step_drawn(rng)
    package = [equal(run.net.jacobian(run, t, t - 1), net.jacobians[t, t - 1])] if t else []
    return Meaning(of_network(net, t=t), also=package)


@against_the_terms(
    {
        "eq-state-recursion": "W does to a state what it does there, and what it did to the state before.",
        "eq-state-unrolled": "What W does to a state is the sum of what each of its uses does.",
    }
)
def total_derivative_is_a_recursion_and_a_sum(rng: np.random.Generator) -> Meaning:
    """Draw a network at a step."""
    return _at_a_step(rng)


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


@against_the_terms("eq-bptt", same={"t = - 1": "the inner sum is empty"})
def gradient_is_a_double_sum(rng: np.random.Generator) -> Meaning:
    """The gradient has a term for every pair of a loss and a use of W that came before it."""
    net = PlainRNN.draw(rng)
    scale, run = net.size_of_terms, net.packaged()
    terms = run.net.gradient_terms(run, net.dL_dh).W
    t = net.step_drawn(rng)
    k = net.step_drawn(rng, t)
    one = np.tensordot(net.dL_dh[t] @ net.jacobians[t, k], net.immediate[k], axes=1)
    package = [
        equal(terms[t, k], one, scale=scale),
        equal(terms.sum(axis=(0, 1)), net.gradient, scale=scale),
        equal(run.net.backward(run, net.dL_dh).W, net.gradient, scale=scale),
    ]
    return Meaning(of_gradient(net), scale=scale, also=package)


@against_the_terms("eq-bptt-exchanged")
def terms_of_one_use_stand_together(rng: np.random.Generator) -> Meaning:
    """Summed over the losses first, each use of W is met once."""
    net = PlainRNN.draw(rng)
    return Meaning(of_gradient(net), scale=net.size_of_terms)


@by_complex_step(
    {
        "def-bptt-adjoint": "The whole loss responds to a state as all losses from there on say.",
        "eq-bptt-adjoint-recursion": "It responds as its own loss says, and as comes back from the next.",
    },
    assumes=NETWORK,
)
def response_of_the_loss_follows_a_recursion(rng: np.random.Generator) -> Meaning:
    """Draw a network at a step; the package goes on to the state before the first."""
    net = PlainRNN.draw(rng)
    run = net.packaged()
    g = [derivative(lambda h: _loss_from(net, k, h), net.h[k]) for k in range(net.T + 1)]  # noqa: B023
    meant = of_network(net, k=net.step_drawn(rng)) | {"g": rows(g)}
    by_first = g[0] @ meant[r"\partial h/\partial h"](0, -1)
    package = equal(run.net.backward(run, net.dL_dh).h_init, by_first, scale=net.size_of_loss)
    return Meaning(meant, scale=net.size_of_loss, also=[package])


@against_the_terms("eq-bptt-once")
def steps_between_are_counted_once(rng: np.random.Generator) -> Meaning:
    """What lies between a loss and a use of W stands in the last factor or in the first."""
    net = PlainRNN.draw(rng)
    g = [derivative(lambda h: _loss_from(net, k, h), net.h[k]) for k in range(net.T + 1)]  # noqa: B023
    return Meaning(of_gradient(net) | {"g": rows(g)}, scale=net.size_of_terms)


@against_the_terms("eq-bptt-sweep", same={"^{T + 1}": "the row after the last is 0"})
def one_sweep_back_gives_the_gradient(rng: np.random.Generator) -> Meaning:
    """The gradient is a sum of columns times rows, one for each step."""
    net = PlainRNN.draw(rng)
    by_z = [derivative(lambda z: _loss_from(net, k, sigma(z)), net.z[k]) for k in range(net.T + 1)]  # noqa: B023
    run, scale = net.packaged(), net.size_of_terms
    package = equal(run.net.backward(run, net.dL_dh).W, net.gradient, scale=scale)
    meant = of_gradient(net, k=net.step_drawn(rng)) | {r"\delta": rows([*by_z, np.zeros(net.n)])}
    return Meaning(meant, scale=scale, also=[package])


@against_the_terms(
    "eq-double-counting",
    same={r"\sum_{k = - 1}": "W has done nothing to the first state, and from 0 to -1 there is no j"},
)
def total_for_immediate_counts_early_uses_often(rng: np.random.Generator) -> Meaning:
    """With total derivatives in place of the immediate ones, a use j steps back counts j + 1 times."""
    return _at_a_step(rng)
