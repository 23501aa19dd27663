"""Claims of 1(b): the gradient of a recurrent network as a double sum, and its one sweep backwards."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial, reduce

import numpy as np
import sympy

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.claims.registry import by_complex_step, proof
from rnn_solutions.claims.symbolic import proved
from rnn_solutions.networks.activations import sigmoid_slope
from rnn_solutions.networks.plain import sigma
from rnn_solutions.sheet.comparisons import Comparison, equal
from rnn_solutions.sheet.drawn_networks import NETWORK, PlainRNN, derivative, half_square

AGAINST_THE_TERMS = "a few dozen roundings of 1.1e-16 of the largest term, which the error is relative to"


def _totals(net: PlainRNN) -> Array:
    """Return the derivative of every state by the W of all steps, (T+1, n, n, n)."""
    return derivative(lambda W: net.states(net.h_init, W=W), net.W)


def _times(*factors: Array) -> Array:
    """Multiply arrays in this order, the last index of one summed with the first of the next."""
    return reduce(partial(np.tensordot, axes=1), factors)


def _sum(terms: Iterable[Array]) -> Array:
    return np.asarray(np.sum(list(terms), axis=0))


def _size_of_loss(net: PlainRNN) -> float:
    """Return the largest of the numbers whose difference is a row: h_t - y_t may cancel."""
    return float(np.max(np.abs(net.h) + np.abs(net.y)))


def _size_of_terms(net: PlainRNN) -> float:
    """Return what the terms of the gradient are made of, before anything cancels in them or their sum."""
    return _size_of_loss(net) * float(np.max(np.abs(net.immediate)))


@by_complex_step("eq-immediate-entries", assumes=NETWORK)
def immediate_derivative_has_a_row_for_each_unit(rng: np.random.Generator) -> list[Comparison]:
    r"""With the state before held, unit i reads row i of W, and by as much as that state says.

    .. math::

        \frac{\partial^{+} (h_k)_i}{\partial W_{ab}}
        = \delta_{ia}\, \sigma'\bigl((z_k)_i\bigr)\, (h_{k-1})_b
    """
    net = PlainRNN.draw(rng)
    k = net.step_drawn(rng)
    truth, run = net.immediate[k], net.packaged()
    slope = sigmoid_slope(net.z[k])
    formula = [
        [[(i == a) * slope[i] * net.before[k][b] for b in range(net.n)] for a in range(net.n)]
        for i in range(net.n)
    ]
    return [equal(formula, truth), equal(run.net.immediate_gradient(run, k), truth)]


@proof(
    "eq-bptt-one-step",
    assumes="any n, any W and h that change smoothly, any input; any differentiable function σ",
)
def change_of_a_state_has_two_parts() -> Comparison:
    r"""A state changes with the W that makes it, and with the state that it is made from.

    .. math::

        dh_t = D_t\, (dW)\, h_{t-1} + D_t\, W\, dh_{t-1}
    """
    i, j, l = sympy.symbols("i j l", integer=True, positive=True)  # noqa: E741 - runs over the units
    n = i + sympy.Symbol("m", integer=True, nonnegative=True)  # any n that is not below i
    s = sympy.Symbol("s")  # along which W and h change
    W, h, input_to, sigma, slope = map(sympy.Function, ["W", "h", "Ux", "sigma", "slope"])
    z = sympy.Sum(W(i, l, s) * h(l, s), (l, 1, n)) + input_to(i)
    truth = sigma(z).diff(s).replace(sympy.Subs, lambda _slope, _name, at: slope(at[0]))
    dW_h = sympy.Sum(W(j, l, s).diff(s) * h(l, s), (l, 1, n))
    W_dh = sympy.Sum(W(j, l, s) * h(l, s).diff(s), (l, 1, n))
    D = slope(z) * sympy.KroneckerDelta(i, j)
    formula = sympy.Sum(D * dW_h, (j, 1, n)).doit() + sympy.Sum(D * W_dh, (j, 1, n)).doit()
    return proved(formula.expand(), truth.expand())


@by_complex_step("eq-bptt-one-jacobian", assumes=NETWORK)
def one_step_is_a_dense_layer(rng: np.random.Generator) -> list[Comparison]:
    r"""A step takes the state before it as a dense layer takes its input.

    .. math::

        J_t = \frac{\partial h_t}{\partial h_{t-1}} = D_t\, W
    """
    net = PlainRNN.draw(rng)
    t = net.step_drawn(rng)
    truth = derivative(lambda h: net.states(h, t, t)[..., 0, :], net.before[t])
    found = [equal(net.D[t] @ net.W, truth)]
    if t > 0:
        run = net.packaged()
        found.append(equal(run.net.jacobian(run, t, t - 1), truth))
    return found


@by_complex_step("eq-state-recursion", assumes=NETWORK)
def total_derivative_follows_a_recursion(rng: np.random.Generator) -> Comparison:
    r"""What W does to a state is what it does there, and what it did to the state before.

    .. math::

        \frac{\partial h_t}{\partial W}
        = \frac{\partial^{+} h_t}{\partial W}
        + J_t\, \frac{\partial h_{t-1}}{\partial W},
        \qquad \frac{\partial h_{-1}}{\partial W} = 0
    """
    net = PlainRNN.draw(rng)
    total, formula = np.zeros((net.n, net.n, net.n)), []
    for t in range(net.T + 1):
        total = net.immediate[t] + _times(net.D[t] @ net.W, total)
        formula.append(total)
    return equal(formula, _totals(net))


@by_complex_step("eq-bptt-jacobian", assumes=NETWORK)
def jacobian_of_two_states_is_an_ordered_product(rng: np.random.Generator) -> list[Comparison]:
    r"""From one state to a later one there is a factor for each step, the latest on the left.

    .. math::

        \frac{\partial h_t}{\partial h_k} = J_t\, J_{t-1} \cdots J_{k+1}
    """
    net = PlainRNN.draw(rng)
    t = net.step_drawn(rng)
    k = net.step_drawn(rng, t)
    J = {j: derivative(partial(net.states, first=j, last=j), net.before[j])[0] for j in range(k + 1, t + 1)}
    formula = np.eye(net.n)
    for j in range(t, k, -1):
        formula = formula @ J[j]
    run = net.packaged()
    pairs = np.zeros((net.T + 1, net.T + 1, net.n, net.n))
    for pair, jacobian in net.jacobians.items():
        pairs[pair] = jacobian
    return [
        equal(formula, net.jacobians[t, k]),
        equal(run.net.jacobian(run, t, k), net.jacobians[t, k]),
        equal(run.net.jacobians(run), pairs),
    ]


@by_complex_step("eq-state-unrolled", assumes=NETWORK, because=AGAINST_THE_TERMS)
def total_derivative_is_a_sum_over_uses(rng: np.random.Generator) -> Comparison:
    r"""What W does to a state is the sum of what each of its uses does.

    .. math::

        \frac{\partial h_t}{\partial W}
        = \sum_{k=0}^{t} \frac{\partial h_t}{\partial h_k}\, \frac{\partial^{+} h_k}{\partial W}
    """
    net = PlainRNN.draw(rng)
    t = net.step_drawn(rng)
    terms = [_times(net.jacobians[t, k], net.immediate[k]) for k in range(t + 1)]
    return equal(_sum(terms), _totals(net)[t], scale=np.max(np.abs(terms)))


@proof(
    "eq-state-induction",
    assumes="any t ≥ 1 and any n; the sum holds for t − 1, and ∂hₜ/∂hₖ is Jₜ times ∂hₜ₋₁/∂hₖ",
)
def recursion_turns_one_sum_into_the_next() -> list[Comparison]:
    r"""If the sum holds for one state, the recursion makes it hold for the next.

    .. math::

        \begin{aligned}
        \frac{\partial h_t}{\partial W}
        &= \frac{\partial^{+} h_t}{\partial W}
         + J_t \sum_{k=0}^{t-1} \frac{\partial h_{t-1}}{\partial h_k}\, \frac{\partial^{+} h_k}{\partial W} \\
        &= \frac{\partial^{+} h_t}{\partial W}
         + \sum_{k=0}^{t-1} \frac{\partial h_t}{\partial h_k}\, \frac{\partial^{+} h_k}{\partial W}
        \end{aligned}
    """
    i, p, c, j = sympy.symbols("i p c j", integer=True, positive=True)
    q, m, r = sympy.symbols("q m r", integer=True, nonnegative=True)
    k = sympy.Symbol("k", integer=True)
    t, n = q + 1 + m, p + r  # any t above q, any n that is not below p
    # The entries of J_t, of the Jacobians of h_{t-1} by h_k, and of the immediate derivatives by one weight.
    J, before, immediate = map(sympy.IndexedBase, ["J", "H", "P"])
    total_before = sympy.Sum(before[k, c, j] * immediate[k, j], (j, 1, n), (k, 0, t - 1))
    first = immediate[t, i] + sympy.Sum(J[i, c] * total_before, (c, 1, n))
    now = sympy.Sum(J[i, c] * before[k, c, j], (c, 1, n))  # the Jacobian of h_t by h_k
    second = immediate[t, i] + sympy.Sum(now * immediate[k, j], (j, 1, n), (k, 0, t - 1))
    # Both are linear in the immediate derivatives, so they are the same if every coefficient is.
    coefficients = {immediate[q, p]: now.subs({k: q, j: p}), immediate[t, i]: 1, immediate[-1, p]: 0}
    return [
        proved(line.diff(by).doit(), coefficient)
        for line in (first, second)
        for by, coefficient in coefficients.items()
    ]


@by_complex_step("eq-bptt", assumes=NETWORK, because=AGAINST_THE_TERMS)
def gradient_is_a_double_sum(rng: np.random.Generator) -> list[Comparison]:
    r"""The gradient has a term for every pair of a loss and a use of W that came before it.

    .. math::

        \frac{\partial L}{\partial W}
        = \sum_{t=0}^{T} \sum_{k=0}^{t}
        \frac{\partial L_t}{\partial h_t}\,
        \frac{\partial h_t}{\partial h_k}\,
        \frac{\partial^{+} h_k}{\partial W}
    """
    net = PlainRNN.draw(rng)
    truth, run = net.gradient, net.packaged()
    terms = {
        (t, k): _times(net.dL_dh[t], net.jacobians[t, k], net.immediate[k])
        for t in range(net.T + 1)
        for k in range(t + 1)
    }
    scale = _size_of_terms(net)
    found = run.net.gradient_terms(run, net.dL_dh).W
    expected = np.zeros_like(found)
    for pair, term in terms.items():
        expected[pair] = term
    return [
        equal(_sum(terms.values()), truth, scale=scale),
        equal(found, expected, scale=scale),
        equal(found.sum(axis=(0, 1)), truth, scale=scale),
        equal(run.net.backward(run, net.dL_dh).W, truth, scale=scale),
    ]


@by_complex_step("eq-bptt-exchanged", assumes=NETWORK, because=AGAINST_THE_TERMS)
def terms_of_one_use_stand_together(rng: np.random.Generator) -> Comparison:
    r"""Summed over the losses first, each use of W is met once.

    .. math::

        \frac{\partial L}{\partial W}
        = \sum_{k=0}^{T} \Bigl( \sum_{t=k}^{T}
        \frac{\partial L_t}{\partial h_t}\, \frac{\partial h_t}{\partial h_k} \Bigr)
        \frac{\partial^{+} h_k}{\partial W}
    """
    net = PlainRNN.draw(rng)
    terms = []
    for k in range(net.T + 1):
        row = _sum(_times(net.dL_dh[t], net.jacobians[t, k]) for t in range(k, net.T + 1))
        terms.append(_times(row, net.immediate[k]))
    return equal(_sum(terms), net.gradient, scale=_size_of_terms(net))


@by_complex_step("eq-bptt-adjoint-recursion", assumes=NETWORK)
def response_of_the_loss_follows_a_recursion(rng: np.random.Generator) -> Comparison:
    r"""How the loss responds to a state is what its own term says, and what comes back from the next state.

    .. math::

        \begin{aligned}
        g_T &= \frac{\partial L_T}{\partial h_T}, \\
        g_k &= \frac{\partial L_k}{\partial h_k} + g_{k+1}\, J_{k+1} \quad (k < T)
        \end{aligned}
    """
    net = PlainRNN.draw(rng)
    T = net.T
    g = {T: net.dL_dh[T]}
    for k in reversed(range(T)):
        g[k] = net.dL_dh[k] + g[k + 1] @ (net.D[k + 1] @ net.W)
    truth = [derivative(lambda h: _loss_from(net, k, h), net.h[k]) for k in range(T + 1)]  # noqa: B023
    return equal([g[k] for k in range(T + 1)], truth, scale=_size_of_loss(net))


@by_complex_step("eq-bptt-sweep", assumes=NETWORK, because=AGAINST_THE_TERMS)
def one_sweep_back_gives_the_gradient(rng: np.random.Generator) -> list[Comparison]:
    r"""The gradient is a sum of columns times rows, one for each step.

    .. math::

        \begin{aligned}
        \delta_{T+1} &= 0, \\
        \delta_k &= \Bigl( \frac{\partial L_k}{\partial h_k} + \delta_{k+1} W \Bigr) D_k, \\
        \frac{\partial L}{\partial W} &= \sum_{k=0}^{T} \delta_k^{\mathsf T}\, h_{k-1}^{\mathsf T}
        \end{aligned}
    """
    net = PlainRNN.draw(rng)
    T, W = net.T, net.W
    delta = {T + 1: np.zeros(net.n)}
    for k in reversed(range(T + 1)):
        delta[k] = (net.dL_dh[k] + delta[k + 1] @ W) @ net.D[k]
    scale = _size_of_terms(net)
    by_z = [derivative(lambda z: _loss_from(net, k, sigma(z)), net.z[k]) for k in range(T + 1)]  # noqa: B023
    truth, run = net.gradient, net.packaged()
    return [
        equal([delta[k] for k in range(T + 1)], by_z, scale=_size_of_loss(net)),
        equal(_sum(delta[k][:, None] * net.before[k] for k in range(T + 1)), truth, scale=scale),
        equal(run.net.backward(run, net.dL_dh).W, truth, scale=scale),
    ]


def _loss_from(net: PlainRNN, k: int, h: Numbers) -> Numbers:
    """Return the loss of step k, whose state is h, and of all steps after it."""
    later = net.states(h, k + 1) if k < net.T else h[..., None, :][..., :0, :]
    return half_square(np.concatenate([h[..., None, :], later], axis=-2), net.y[k:])


@by_complex_step("eq-double-counting", assumes=NETWORK, because=AGAINST_THE_TERMS)
def total_for_immediate_counts_early_uses_often(rng: np.random.Generator) -> list[Comparison]:
    r"""With total derivatives in place of the immediate ones, a use j steps back counts j + 1 times.

    .. math::

        \begin{aligned}
        \sum_{k=0}^{t} \frac{\partial h_t}{\partial h_k}\, \frac{\partial h_k}{\partial W}
        &= \sum_{k=0}^{t} \sum_{j=0}^{k} \frac{\partial h_t}{\partial h_j}\,
           \frac{\partial^{+} h_j}{\partial W} \\
        &= \sum_{j=0}^{t} (t - j + 1)\, \frac{\partial h_t}{\partial h_j}\,
           \frac{\partial^{+} h_j}{\partial W}
        \end{aligned}
    """
    net = PlainRNN.draw(rng)
    t = net.step_drawn(rng)
    totals = _totals(net)
    truth = _sum(_times(net.jacobians[t, k], totals[k]) for k in range(t + 1))
    terms = [_times(net.jacobians[t, j], net.immediate[j]) for j in range(t + 1)]
    doubled = _sum(terms[j] for k in range(t + 1) for j in range(k + 1))
    counted = _sum((t - j + 1) * terms[j] for j in range(t + 1))
    scale = np.max(np.abs(terms))
    return [equal(doubled, truth, scale=scale), equal(counted, truth, scale=scale)]
