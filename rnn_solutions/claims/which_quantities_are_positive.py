"""Claims of 3(b): signs and bounds in an LSTM, and its gradient as a double sum."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.claims.meanings import LETTERS, Names, of_lstm
from rnn_solutions.claims.registry import by_another_algorithm
from rnn_solutions.claims.what_the_gates_do import SOME_STEPS as NETWORK
from rnn_solutions.claims.what_the_gates_do import STEP, gates_by_complex_step, in_the_package, near
from rnn_solutions.formulas.evaluating import Meaning
from rnn_solutions.formulas.values import Row, steps
from rnn_solutions.gradients.ways import gradients_along
from rnn_solutions.networks import plain as textbook
from rnn_solutions.networks.runs import Gradients
from rnn_solutions.sheet.comparisons import equal
from rnn_solutions.sheet.drawn_networks import PlainLSTM, derivative

COUNTING = (
    "and a network that counts, with biases of 20 and no weights, which must come within 1e-7 of the bound"
)
RATES = "θ moves every weight and bias at a rate of its own"
by_order = partial(
    by_another_algorithm, tolerance=0, because="the nearest miss is a billion times the rounding"
)


def _up_to_the_bound(
    rng: np.random.Generator,
    changed: Callable[[PlainLSTM], PlainLSTM],
    attained: float | Mapping[tuple[int, int], float] = 1e-7,
) -> list[Meaning]:
    """Draw a network; return the meaning in it, in the package, and in what comes near the bound, twice."""
    plain = PlainLSTM.draw(rng, last=(0, 2))
    t, extreme = plain.step_drawn(rng), changed(plain)
    drawn = of_lstm(plain, t=t)
    found = [
        values | {r"\varphi": max(values["f"](step).max() for step in range(plain.T + 1))}
        for values in (drawn, drawn | in_the_package(plain), of_lstm(extreme, t=t))
    ]
    return [*map(Meaning, found), Meaning(found[-1], scale=1, attained=attained)]


def _counting(plain: PlainLSTM, forget: float = 20.0) -> PlainLSTM:
    """Return the network with open gates and a candidate near 1 or -1, whichever leads away from zero."""
    return plain.pinned(f=forget, i=20.0, c=20.0 * np.sign(plain.C_init))


@by_another_algorithm(
    "eq-gates-positive",
    assumes=f"{NETWORK}; and gates with biases of ±20 and no weights, which must be within 1e-7 of 0 or 1",
    tolerance=0,
    because="an order is right or wrong",
)
def gates_lie_strictly_between_zero_and_one(rng: np.random.Generator) -> list[Meaning]:
    """Every gate is positive and smaller than one."""
    bias, bound = ((-20.0, 1), (20.0, 2))[rng.integers(2)]
    attained = {(gate, bound): 1e-7 for gate in (1, 2, 3)}
    return _up_to_the_bound(rng, lambda plain: plain.pinned(f=bias, i=bias, o=bias), attained)


@by_order("eq-cell-bound", assumes=f"{NETWORK}; {COUNTING}")
def cell_state_grows_by_less_than_one_a_step(rng: np.random.Generator) -> list[Meaning]:
    """The cell state is smaller than where it began plus the number of steps, but not much."""
    return _up_to_the_bound(rng, _counting)


@by_another_algorithm(
    "eq-cell-bound-step",
    assumes=f"{NETWORK}; {COUNTING}",
    tolerance=3e-15,
    because="three roundings on either side of the first sign, with equality where C and the candidate agree",
)
def cell_state_is_a_sum_of_two_scaled_values(rng: np.random.Generator) -> list[Meaning]:
    """One step takes the cell state by less than one further from zero."""
    return _up_to_the_bound(rng, _counting)


@by_order(
    "eq-cell-bound-forgetting",
    assumes=f"{NETWORK}; φ the largest entry of any forget gate; {COUNTING}, φ drawn for it",
)
def cell_state_stays_bounded_while_it_forgets(rng: np.random.Generator) -> list[Meaning]:
    """With forget gates of at most φ the cell state stays below a geometric sum, but not much."""
    return _up_to_the_bound(rng, lambda plain: _counting(plain, forget=rng.normal()))


@by_another_algorithm(
    "eq-hidden-follows-cell",
    assumes=f"{NETWORK}; and with f and o near 1 and C near 10, which must come within 1e-7 of the bounds",
    tolerance=0,
    because="rounding keeps signs, and keeps an order or makes both sides the same",
)
def hidden_state_follows_the_sign_of_the_cell(rng: np.random.Generator) -> list[Meaning]:
    """The hidden state has the sign of the cell state, and is no larger than its hyperbolic tangent."""
    return _up_to_the_bound(
        rng, lambda plain: replace(plain.pinned(f=20.0, o=20.0), C_init=10 * np.sign(plain.C_init))
    )


@by_another_algorithm(
    "eq-lstm-mirror",
    assumes=NETWORK,
    tolerance=1e-14,
    because="changing signs rounds nothing; left for a tanh that is not odd in its last digit",
    same=dict.fromkeys((r"- \tilde C^*", "- C^*", "- h^*"), "the mirror image of the mirror image"),
)
def mirrored_network_has_the_opposite_signs(rng: np.random.Generator) -> list[Meaning]:
    """With some signs changed, the gates stay what they are and all else takes the opposite sign."""
    plain = PlainLSTM.draw(rng, last=(0, 2))
    t, U, b = plain.step_drawn(rng), plain.U, plain.b
    mirror = replace(
        plain,
        W={gate: W if gate == "c" else -W for gate, W in plain.W.items()},
        U={**U, "c": -U["c"]},
        b={**b, "c": -b["c"]},
        h_init=-plain.h_init,
        C_init=-plain.C_init,
    )

    def both(values: Names, mirrored: Names) -> Meaning:
        return Meaning(values | {f"{name}^*": mirrored[name] for name in [*LETTERS.values(), "C", "h"]})

    whole = of_lstm(plain, t=t)
    return [both(whole, of_lstm(mirror)), both(whole | in_the_package(plain), in_the_package(mirror))]


def _own(rows: Array) -> Callable[[int, int], Row]:
    """Return the derivative of the loss of step t by what step k has, which is zero for any other step."""
    return lambda t, k: Row(steps(rows)(t) * (t == k))


def _of_parameter(plain: PlainLSTM, rates: PlainLSTM, **indices: int) -> Names:
    """Return what stands for what when θ moves the weights and biases at these rates, by complex steps."""
    n = plain.n

    def states(theta: Numbers) -> Numbers:
        start, stacked = (plain.h_init, plain.C_init), plain.moved(rates, theta).stacked
        return np.concatenate(textbook.run(textbook.lstm_step, start, plain.x, *stacked), axis=-1)

    totals = derivative(states, np.zeros(1))[..., 0]
    own = [np.array(plain.immediate(rates, k, "fiochC"))[..., 0] for k in range(plain.T + 1)]
    by_letter = dict(
        zip(["f", "i", "o", r"\tilde C", "h", "C"], np.moveaxis(np.array(own), 1, 0), strict=True)
    )
    return of_lstm(plain, **indices) | {
        r"\partial s/\partial\theta": steps([np.zeros(2 * n), *totals], -1),
        r"\partial^+ s/\partial\theta": steps(np.hstack([by_letter["h"], by_letter["C"]])),
        **{rf"\partial^+ {letter}/\partial\theta": steps(by_letter[letter]) for letter in by_letter},
        r"\partial h/\partial s": lambda t, k: plain.jacobian(t, k)[:n],
        r"\partial L/\partial h": _own(plain.run["h"] - plain.y),
        r"\partial L/\partial C": _own(_by_cell(plain)),
    }


def _by_cell(plain: PlainLSTM) -> Array:
    """Return how the loss of each step responds to its cell state, the output gate held, (T+1, n)."""

    def loss(C: Numbers, t: int) -> Numbers:
        return np.asarray(((plain.run["o"][t] * np.tanh(C) - plain.y[t]) ** 2).sum(axis=-1) / 2)

    return np.array([derivative(partial(loss, t=t), C) for t, C in enumerate(plain.run["C"])])


def _along(gradients: Gradients, rates: PlainLSTM) -> Array:
    """Return the package's derivative by θ; of its terms, for each pair of steps."""
    W_ih, W_hh, b = rates.stacked
    by_matrices = (gradients.W_ih * W_ih).sum(axis=(-2, -1)) + (gradients.W_hh * W_hh).sum(axis=(-2, -1))
    return np.asarray(by_matrices + gradients.b_hh @ b)


@gates_by_complex_step(
    {
        "eq-lstm-total-derivative": "A step passes the derivative of the joint state on, and adds its own.",
        "eq-cell-immediate": "What a step adds to the cell's comes from two gates and the candidate.",
    },
    assumes=f"{NETWORK}; {RATES}",
)
def state_responds_to_a_parameter(rng: np.random.Generator) -> Meaning:
    """Draw an LSTM whose weights and biases all follow one parameter, and a step."""
    plain = PlainLSTM.draw(rng, last=(0, 2))
    t = plain.step_drawn(rng)
    values = _of_parameter(plain, plain.rates(rng), t=t, k=t)
    return Meaning(values, scale=1 + float(np.abs(values[r"\partial s/\partial\theta"](t)).max()))


@gates_by_complex_step(
    "eq-lstm-double-sum", assumes=f"{NETWORK}; {RATES}", same={"t = - 1": "the inner sum is empty"}
)
def gradient_is_a_double_sum_over_the_joint_state(rng: np.random.Generator) -> Meaning:
    """The gradient of an LSTM is the sum over all pairs of steps, with the joint state between them."""
    plain = PlainLSTM.draw(rng, last=(0, 2))
    rates, by_h, run = plain.rates(rng), plain.run["h"] - plain.y, plain.packaged()
    values = _of_parameter(plain, rates)
    immediate = values[r"\partial^+ s/\partial\theta"]
    terms = np.zeros((plain.T + 1, plain.T + 1))
    for t in range(plain.T + 1):
        for k in range(t + 1):
            terms[t, k] = by_h[t] @ plain.jacobian(t, k)[: plain.n] @ immediate(k)

    def loss(theta: Numbers) -> Numbers:
        moved = plain.moved(rates, theta)
        return moved.loss(moved.W)

    truth = derivative(loss, np.zeros(1))[0]
    scale = 1 + np.abs(terms).sum()
    package = [
        equal(_along(run.net.backward(run, by_h), rates), truth, scale=scale),
        equal(_along(run.net.gradient_terms(run, by_h), rates), terms, scale=scale),
    ]
    return Meaning(values | {r"\partial L/\partial\theta": truth}, scale=scale, also=package)


@gates_by_complex_step(
    "def-gradient-along-the-cell",
    assumes=f"{NETWORK}; {RATES}, but for the output gate's",
    same={"t = - 1": "the inner sum is empty", "F_{t t}": "the identity, as is a product of no factors"},
)
def package_goes_along_the_cell_as_it_is_defined(rng: np.random.Generator) -> Meaning:
    """With the direct way alone open, the package's gradient is this sum, and its path these products."""
    plain = PlainLSTM.draw(rng, last=(0, 2))
    drawn, run = plain.rates(rng), plain.packaged()
    W, U, b = ({**part, "o": 0 * part["o"]} for part in (drawn.W, drawn.U, drawn.b))
    rates, t = replace(drawn, W=W, U=U, b=b), plain.step_drawn(rng)
    values = _of_parameter(plain, rates, t=t, k=plain.step_drawn(rng, t)) | {
        r"G_\theta": _along(gradients_along(run, run.h - plain.y, ["direct"]), rates),
        "F": lambda t, k: run.net.cell_jacobian(run, t, k, kind="path"),
    }
    own = [values[r"\partial^+ C/\partial\theta"](k) for k in range(len(plain.x))]
    return Meaning(values, scale=1 + float(np.abs(_by_cell(plain)).sum() * np.abs(own).sum()))


@gates_by_complex_step("eq-loss-by-cell", assumes=STEP)
def loss_reads_the_cell_through_the_hidden_state(rng: np.random.Generator) -> Meaning:
    """With its output gate held, the loss responds to the cell state through the hidden state alone."""
    plain = PlainLSTM.draw(rng, last=(0, 0))
    run, by_h, by_C = plain.packaged(), plain.run["h"] - plain.y, _by_cell(plain)
    # In a run of one step no gate reads the cell state before it, which reaches the loss through C alone.
    package = near(run.net.backward(run, by_h).c_init, by_C[0] * plain.run["f"][0])
    by = {r"\partial L/\partial h": _own(by_h), r"\partial L/\partial C": _own(by_C)}
    return Meaning(of_lstm(plain, t=0) | by, scale=1 + float(np.abs(by_C).max()), also=[package])
