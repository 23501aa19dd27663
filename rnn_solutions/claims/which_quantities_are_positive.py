"""Claims of 3(b): signs and bounds in an LSTM, and its gradient as a double sum."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.claims.registry import by_another_algorithm
from rnn_solutions.claims.what_the_gates_do import STEP, gates_by_complex_step, near
from rnn_solutions.networks.activations import tanh_slope
from rnn_solutions.sheet.comparisons import Comparison, at_most, below, equal
from rnn_solutions.sheet.drawn_networks import PlainLSTM, derivative

NETWORK = "n and d from 1 to 3, T from 0 to 2; weights, biases, inputs and first states drawn from N(0, 1)"
COUNTING = (
    "and a network that counts, with biases of 20 and no weights, which must come within 1e-7 of the bound"
)
RATES = "θ moves every weight and bias at a rate of its own"
by_order = partial(
    by_another_algorithm, tolerance=0, because="the nearest miss is a billion times the rounding"
)
NEARLY = 1 - 1e-7  # the share of a bound that the network which counts must reach


def _counting(plain: PlainLSTM, forget: float = 20.0) -> PlainLSTM:
    """Return the network with open gates and a candidate near 1 or -1, whichever leads away from zero."""
    return plain.pinned(f=forget, i=20.0, c=20.0 * np.sign(plain.C_init))


def _by_parameter(plain: PlainLSTM, rates: PlainLSTM, t: int) -> Array:
    """Return how the joint state at step t responds to θ through all steps."""

    def state(theta: Numbers) -> Numbers:
        return np.concatenate(plain.moved(rates, theta).rerun(plain.h_init, plain.C_init, 0, t), axis=-1)

    return derivative(state, np.zeros(1))


@by_another_algorithm(
    "eq-gates-positive",
    assumes=f"{NETWORK}; and gates with biases of ±20 and no weights, which must be within 1e-7 of 0 or 1",
    tolerance=0,
    because="an order is right or wrong",
)
def gates_lie_strictly_between_zero_and_one(rng: np.random.Generator) -> list[Comparison]:
    r"""Every gate is positive and smaller than one.

    .. math::

        0 < f_t < 1, \quad 0 < i_t < 1, \quad 0 < o_t < 1
    """
    plain = PlainLSTM.draw(rng, last=(0, 2))
    run = plain.packaged()
    signs = rng.permutation([1.0, -1.0, 1.0])
    driven = plain.pinned(f=20 * signs[0], i=20 * signs[1], o=20 * signs[2])
    ends = np.concatenate([driven.run[gate] for gate in "fio"])
    gates = np.concatenate([ends, *(plain.run[gate] for gate in "fio"), run.f, run.i, run.o])
    low, high = np.zeros_like(gates), np.ones_like(gates)
    opened = np.repeat(signs > 0, plain.T + 1)
    nearest = np.where(opened[:, None], high[: len(ends)], low[: len(ends)])
    return [below(low, gates), below(gates, high), below(np.abs(ends - nearest), np.full_like(ends, 1e-7))]


@by_order("eq-cell-bound", assumes=f"{NETWORK}; {COUNTING}")
def cell_state_grows_by_less_than_one_a_step(rng: np.random.Generator) -> list[Comparison]:
    r"""The cell state is smaller than where it began plus the number of steps, but not much.

    .. math::

        \lvert C_t \rvert < \lvert C_{-1} \rvert + t + 1
    """
    plain = PlainLSTM.draw(rng, last=(0, 2))
    t = np.arange(plain.T + 1)[:, None]
    bound = np.abs(plain.C_init) + t + 1
    counting = np.abs(_counting(plain).run["C"])
    return [
        below(np.abs(plain.run["C"]), bound),
        below(np.abs(plain.packaged().C), bound),
        below(counting, bound),
        below(NEARLY * bound, counting),
    ]


@by_another_algorithm(
    "eq-cell-bound-step",
    assumes=f"{NETWORK}; {COUNTING}",
    tolerance=3e-15,
    because="three roundings on either side of the first sign, with equality where C and the candidate agree",
)
def cell_state_is_a_sum_of_two_scaled_values(rng: np.random.Generator) -> list[Comparison]:
    r"""One step takes the cell state by less than one further from zero.

    .. math::

        \lvert C_t \rvert \le f_t \lvert C_{t-1} \rvert + i_t \lvert \tilde C_t \rvert
        < \lvert C_{t-1} \rvert + 1
    """
    plain = PlainLSTM.draw(rng, last=(0, 2))
    run = plain.packaged()
    counting = _counting(plain)
    package = {"f": run.f, "i": run.i, "c": run.g, "C": run.C}
    comparisons = []
    for before, now in [
        (plain.C_before, plain.run),
        (plain.C_before, package),
        (counting.C_before, counting.run),
    ]:
        f, i, candidate, C = (now[name] for name in "ficC")
        middle = f * np.abs(before) + i * np.abs(candidate)
        bound = np.abs(before) + 1
        attained = np.where(np.sign(before) == np.sign(candidate), np.abs(C), middle)
        comparisons += [at_most(np.abs(C), middle), equal(attained, middle), below(middle, bound)]
    return [*comparisons, below(NEARLY * bound, middle)]


@by_order(
    "eq-cell-bound-forgetting",
    assumes=f"{NETWORK}; φ the largest entry of any forget gate; {COUNTING}, φ drawn for it",
)
def cell_state_stays_bounded_while_it_forgets(rng: np.random.Generator) -> list[Comparison]:
    r"""With forget gates of at most φ the cell state stays below a geometric sum, but not much.

    .. math::

        \lvert C_t \rvert < \varphi^{t+1}\, \lvert C_{-1} \rvert + \frac{1 - \varphi^{t+1}}{1 - \varphi}
    """
    plain = PlainLSTM.draw(rng, last=(0, 2))
    run = plain.packaged()
    t = np.arange(plain.T + 1)[:, None]

    def bound(phi: float) -> Array:
        return phi ** (t + 1) * np.abs(plain.C_init) + (1 - phi ** (t + 1)) / (1 - phi)

    forgetting = _counting(plain, forget=rng.normal())
    C = np.abs(forgetting.run["C"])
    nearly = bound(forgetting.run["f"].max())
    return [
        below(np.abs(plain.run["C"]), bound(plain.run["f"].max())),
        below(np.abs(run.C), bound(run.f.max())),
        below(C, nearly),
        below(NEARLY * nearly, C),
    ]


@by_another_algorithm(
    "eq-hidden-follows-cell",
    assumes=f"{NETWORK}; and with f and o near 1, which must come within 1e-7 of the bounds",
    tolerance=0,
    because="rounding keeps signs, and keeps an order or makes both sides the same",
)
def hidden_state_follows_the_sign_of_the_cell(rng: np.random.Generator) -> list[Comparison]:
    r"""The hidden state has the sign of the cell state, and is no larger than its hyperbolic tangent.

    .. math::

        \begin{aligned}
        \operatorname{sgn} h_t &= \operatorname{sgn} C_t, \\
        \lvert h_t \rvert &\le \lvert \tanh C_t \rvert < 1 .
        \end{aligned}
    """
    plain = PlainLSTM.draw(rng, last=(0, 2))
    run = plain.packaged()
    shown = plain.pinned(f=20.0, o=20.0)
    full = replace(shown, C_init=10 * np.sign(plain.C_init))
    comparisons = []
    runs = [
        (plain.run["h"], plain.run["C"]),
        (run.h, run.C),
        *((n.run["h"], n.run["C"]) for n in (shown, full)),
    ]
    for (h, C), share in zip(runs, [0, 0, NEARLY, NEARLY], strict=True):
        modulus, bound = np.abs(np.tanh(C)), np.ones_like(C)
        comparisons += [equal(np.sign(h), np.sign(C)), at_most(np.abs(h), modulus), below(modulus, bound)]
        comparisons.append(at_most(share * modulus, np.abs(h)))
    return [*comparisons, below(NEARLY * bound, modulus)]


@by_another_algorithm(
    "eq-lstm-mirror",
    assumes=NETWORK,
    tolerance=1e-14,
    because="changing signs rounds nothing; left for a tanh that is not odd in its last digit",
)
def mirrored_network_has_the_opposite_signs(rng: np.random.Generator) -> list[Comparison]:
    r"""With some signs changed, the gates stay what they are and all else takes the opposite sign.

    .. math::

        \begin{aligned}
        f^*_t &= f_t, & i^*_t &= i_t, & o^*_t &= o_t, \\
        \tilde C^*_t &= -\tilde C_t, & C^*_t &= -C_t, & h^*_t &= -h_t .
        \end{aligned}
    """
    plain = PlainLSTM.draw(rng, last=(0, 2))
    W, U, b = plain.W, plain.U, plain.b
    mirror = replace(
        plain,
        W={"f": -W["f"], "i": -W["i"], "o": -W["o"], "c": W["c"]},
        U={**U, "c": -U["c"]},
        b={**b, "c": -b["c"]},
        h_init=-plain.h_init,
        C_init=-plain.C_init,
    )
    run, star = plain.packaged(), mirror.packaged()
    signs = {"f": 1, "i": 1, "o": 1, "c": -1, "C": -1, "h": -1}
    return [
        *(equal(mirror.run[name], sign * plain.run[name]) for name, sign in signs.items()),
        *(equal(getattr(star, name), getattr(run, name)) for name in "fio"),
        *(equal(getattr(star, name), -getattr(run, name)) for name in "gCh"),
    ]


@gates_by_complex_step("eq-lstm-total-derivative", assumes=f"{NETWORK}; {RATES}")
def joint_state_responds_step_by_step(rng: np.random.Generator) -> Comparison:
    r"""The joint state's derivative is the one before it, passed on, plus what the step itself adds.

    .. math::

        \frac{\partial s_t}{\partial \theta} = \frac{\partial s_t}{\partial s_{t-1}}
        \frac{\partial s_{t-1}}{\partial \theta} + \frac{\partial^{+} s_t}{\partial \theta}
    """
    plain = PlainLSTM.draw(rng, last=(1, 2))
    rates, t = plain.rates(rng), plain.T
    before, now = _by_parameter(plain, rates, t - 1), _by_parameter(plain, rates, t)
    return near(now, plain.jacobian(t, t - 1) @ before + np.concatenate(plain.immediate(rates, t, "hC")))


@gates_by_complex_step("eq-lstm-double-sum", assumes=f"{NETWORK}; {RATES}")
def gradient_is_a_double_sum_over_the_joint_state(rng: np.random.Generator) -> list[Comparison]:
    r"""The gradient of an LSTM is the sum over all pairs of steps, with the joint state between them.

    .. math::

        \frac{\partial L}{\partial \theta} = \sum_{t=0}^{T} \sum_{k=0}^{t}
        \frac{\partial L_t}{\partial h_t}\, \frac{\partial h_t}{\partial s_k}\,
        \frac{\partial^{+} s_k}{\partial \theta}
    """
    plain = PlainLSTM.draw(rng, last=(0, 2))
    rates = plain.rates(rng)
    by_h = plain.run["h"] - plain.y
    terms = np.zeros((plain.T + 1, plain.T + 1))
    for k in range(plain.T + 1):
        immediate = np.concatenate(plain.immediate(rates, k, "hC"))
        for t in range(k, plain.T + 1):
            terms[t, k] = (by_h[t] @ plain.jacobian(t, k)[: plain.n] @ immediate)[0]

    def loss(theta: Numbers) -> Numbers:
        moved = plain.moved(rates, theta)
        return moved.loss(moved.W)

    truth = derivative(loss, np.zeros(1))[0]
    run = plain.packaged()
    W_ih, W_hh, b = rates.stacked
    swept, found = run.net.backward(run, by_h), run.net.gradient_terms(run, by_h)
    by_sweep = np.sum(swept.W_ih * W_ih) + np.sum(swept.W_hh * W_hh) + swept.b_ih @ b
    by_term = np.sum(found.W_ih * W_ih, axis=(2, 3)) + np.sum(found.W_hh * W_hh, axis=(2, 3)) + found.b_hh @ b
    scale = 1 + np.abs(terms).sum()
    return [
        equal(terms.sum(), truth, scale=scale),
        equal(by_sweep, truth, scale=scale),
        equal(by_term, terms, scale=scale),
    ]


@gates_by_complex_step("eq-loss-by-cell", assumes=STEP)
def loss_reads_the_cell_through_the_hidden_state(rng: np.random.Generator) -> list[Comparison]:
    r"""With its output gate held, the loss responds to the cell state through the hidden state alone.

    .. math::

        \frac{\partial L_t}{\partial C_t} = \frac{\partial L_t}{\partial h_t}
        \operatorname{diag}\bigl(o_t \odot \tanh'(C_t)\bigr)
    """
    plain = PlainLSTM.draw(rng, last=(0, 0))
    run = plain.packaged()
    o, C, y = plain.run["o"][0], plain.run["C"][0], plain.y[0]
    by_h = plain.run["h"][0] - y
    truth = derivative(lambda C: ((o * np.tanh(C) - y) ** 2).sum(axis=-1) / 2, C)
    # In a run of one step no gate reads the cell state before it, which reaches the loss through C alone.
    return [
        near(by_h @ np.diag(o * tanh_slope(C)), truth),
        near(run.net.backward(run, [by_h]).c_init, truth * plain.run["f"][0]),
    ]


@gates_by_complex_step("eq-cell-immediate", assumes=f"{STEP}; {RATES}")
def cell_responds_through_both_gates_and_the_candidate(rng: np.random.Generator) -> Comparison:
    r"""What a step itself adds to the cell's derivative comes from two gates and the candidate.

    .. math::

        \begin{aligned}
        \frac{\partial^{+} C_k}{\partial \theta} ={} & \operatorname{diag}(C_{k-1})
        \frac{\partial^{+} f_k}{\partial \theta} \\
        & {} + \operatorname{diag}(\tilde C_k) \frac{\partial^{+} i_k}{\partial \theta}
        + \operatorname{diag}(i_k) \frac{\partial^{+} \tilde C_k}{\partial \theta} .
        \end{aligned}
    """
    plain = PlainLSTM.draw(rng, last=(0, 0))
    i, candidate = plain.run["i"][0], plain.run["c"][0]
    f_by, i_by, candidate_by, truth = plain.immediate(plain.rates(rng), 0, "ficC")
    return near(np.diag(plain.C_init) @ f_by + np.diag(candidate) @ i_by + np.diag(i) @ candidate_by, truth)
