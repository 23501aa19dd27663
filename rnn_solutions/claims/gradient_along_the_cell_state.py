"""Claims of 3(c): the gradient along the cell state, what that path leaves out, and the whole as a sum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import sympy

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.claims.meanings import Names, of_lstm
from rnn_solutions.claims.registry import in_fractions
from rnn_solutions.claims.what_the_gates_do import (
    ROUNDING,
    STEP,
    gates_by_complex_step,
    gates_by_the_package,
    in_the_package,
    near,
)
from rnn_solutions.claims.what_the_gates_do import SOME_STEPS as WHOLE_RUNS
from rnn_solutions.formulas.evaluating import Meaning
from rnn_solutions.formulas.values import Row, steps
from rnn_solutions.gradients.ways import gradients_along
from rnn_solutions.networks import plain as textbook
from rnn_solutions.networks.lstm import LSTMRun
from rnn_solutions.networks.runs import Gradients
from rnn_solutions.sheet.comparisons import assume, equal
from rnn_solutions.sheet.drawn_networks import PlainLSTM, derivative

DRAWN = "weights, biases, inputs and first states drawn from N(0, 1)"
ONE_STEP = f"n and d from 1 to 3; {DRAWN}; the second of two steps"
RATES = "θ moves every weight and bias at a rate of its own"
SOME_STEPS = f"n and d from 1 to 3, T from 1 to 3, 0 ≤ k < t ≤ T; {DRAWN}"


def _path(plain: PlainLSTM, t: int, k: int) -> Array:
    """Return how the cell state at step t responds to that at k along the cell, all gates as they were."""
    if not -1 <= k <= t <= plain.T:
        raise IndexError(f"no way along the cell leads from step {k} to step {t}")
    return derivative(lambda C: plain.along_the_cell(C, k + 1, t), [*plain.run["C"], plain.C_init][k])


def _of_path(plain: PlainLSTM, **indices: int) -> Names:
    """Return what stands for what, with F for the derivative that holds all gates."""
    return of_lstm(plain, **indices) | {"F": partial(_path, plain)}


def _two_steps(rng: np.random.Generator) -> tuple[PlainLSTM, LSTMRun]:
    """Draw an LSTM of two steps, and run the package's."""
    plain = PlainLSTM.draw(rng, last=(1, 1))
    return plain, plain.packaged()


def _some_steps(rng: np.random.Generator) -> tuple[PlainLSTM, LSTMRun, int, int]:
    """Draw an LSTM and two of its steps t > k, and run the package's."""
    plain = PlainLSTM.draw(rng, last=(1, 3))
    return plain, plain.packaged(), *plain.pair_drawn(rng)


@gates_by_the_package(
    "eq-cell-entry",
    assumes=ONE_STEP,
    same={r"(\tilde C_{j})_{a} (i_{j})_{a}": "two numbers may change places"},
)
def cell_state_entry_by_entry(rng: np.random.Generator) -> Meaning:
    """Each entry of the cell state is made of the same entries of gates, candidate and old cell state."""
    plain = PlainLSTM.draw(rng, last=(1, 1))
    ours = of_lstm(plain, j=1, a=int(rng.integers(1, plain.n, endpoint=True)))
    return Meaning(ours | in_the_package(plain) | {"C": ours["C"]}, scale=1)


@gates_by_complex_step("eq-cell-step", assumes=ONE_STEP, tolerance=1e-14, because=ROUNDING)
def cell_keeps_what_its_forget_gate_lets_pass(rng: np.random.Generator) -> Meaning:
    """With the hidden state held, and so the gates, one step of the cell is a scaling by the forget gate."""
    plain, run = _two_steps(rng)
    package = equal(run.net.cell_jacobian(run, 1, 0, kind="path"), _path(plain, 1, 0))
    return Meaning(of_lstm(plain, j=1), also=[package])


@gates_by_complex_step("eq-cell-path", assumes=SOME_STEPS, because=ROUNDING)
def path_is_the_product_of_the_forget_gates(rng: np.random.Generator) -> Meaning:
    """With the gates held, what passes along the cell is scaled by every forget gate on the way."""
    plain, run, t, k = _some_steps(rng)
    package = [
        equal(run.net.cell_jacobian(run, t, k, kind="path"), _path(plain, t, k)),
        equal(run.net.cell_jacobian(run, t, t, kind="path"), np.eye(plain.n)),
    ]
    return Meaning(_of_path(plain, t=t, k=k), also=package)


@gates_by_complex_step(
    "eq-cell-path-norm",
    assumes=f"{SOME_STEPS}; and with all forget gates the same, where both bounds are attained",
    because=ROUNDING,
)
def norm_of_the_path_is_its_largest_entry(rng: np.random.Generator) -> list[Meaning]:
    """The path's norm is that of its most open cell, between the powers of the extreme gates."""
    plain, run, t, k = _some_steps(rng)
    meanings = []
    for one, attained in ((plain, None), (plain.pinned(f=rng.normal()), 1e-14)):
        passed = one.run["f"][k + 1 : t + 1]
        extremes = {r"f_{\min}": passed.min(), r"f_{\max}": passed.max()}
        values = _of_path(one, t=t, k=k) | extremes
        meanings.append(Meaning(values, over={"a": range(1, plain.n + 1)}, attained=attained))
    package = np.linalg.norm(run.net.cell_jacobian(run, t, k, kind="path"), 2)
    return [replace(meanings[0], also=[equal(package, np.linalg.norm(_path(plain, t, k), 2))]), meanings[1]]


@gates_by_complex_step(
    "eq-cell-identity",
    assumes=f"{SOME_STEPS}; 70 added to the biases of the forget gate, whose entries are then rounded to 1, "
    "and taken from those of the input gate, whose entries are below 1e-25",
    tolerance=1e-15,
    because="products with 1 are exact, and what a closed gate lets pass is far below a rounding of 1",
    same=dict.fromkeys(("t - 1", "k - 1", "k + 1", "F_{k k}"), "it is said for all steps"),
)
def open_forget_gates_pass_everything(rng: np.random.Generator) -> Meaning:
    """With all forget gates at 1 and all input gates at 0, the cell passes everything, along any way."""
    drawn = PlainLSTM.draw(rng, last=(1, 3))
    plain = replace(drawn, b={**drawn.b, "f": drawn.b["f"] + 70, "i": drawn.b["i"] - 70})
    assume(np.all(plain.run["f"] == 1), "a forget gate is not rounded to 1")
    assume(np.all(plain.run["i"] < 1e-25), "an input gate is not closed")
    t, k = plain.pair_drawn(rng)
    run = plain.packaged()
    package = [
        equal(run.net.cell_jacobian(run, t, k, kind=kind), np.eye(plain.n), scale=1)
        for kind in ("path", "held", "total")
    ]
    gates = {gate: plain.run[gate] for gate in "fi"}
    return Meaning(_of_path(plain, t=t, k=k) | gates, scale=1, also=package)


@in_fractions(
    "eq-open-gate-loss",
    assumes="m from 1 to 30; e to the −b any fraction from 1e-9 to 100, and below 1e-6, with the bound near",
)
def misses_add_up_at_most(rng: np.random.Generator) -> list[Meaning]:
    """A gate that misses 1 by little loses at most the sum of its misses."""
    m = int(rng.integers(1, 30, endpoint=True))
    odds = sympy.Rational(10**9, int(10 ** rng.uniform(0, 11)))  # e to the b
    return [
        Meaning({"m": m, "b": sympy.log(b), "e": sympy.E}, exact=True, attained=attained)
        for b, attained in ((odds, None), (10**8 * odds, 1e-4))
    ]


@gates_by_the_package("def-cell-to-hidden", assumes=ONE_STEP)
def package_goes_from_the_cell_to_the_hidden_state(rng: np.random.Generator) -> Meaning:
    """The factor from the cell to the hidden state with which the package steps back is as defined."""
    plain, run = _two_steps(rng)
    _, _, h_by_C, _ = run.net.local_derivatives(run, slice(2), np.empty((2, *run.z.shape)))
    return Meaning(of_lstm(plain, j=1) | {"q": steps(h_by_C)})


@gates_by_complex_step("eq-cell-by-hidden", assumes=ONE_STEP)
def cell_reads_the_hidden_state_in_three_ways(rng: np.random.Generator) -> Meaning:
    """The cell responds to the hidden state through the forget gate, the input gate and the candidate."""
    plain, run = _two_steps(rng)
    n = plain.n
    package = near(run.net.jacobian(run, 1, 0)[n:, :n], plain.jacobian(1, 0)[n:, :n])
    return Meaning(of_lstm(plain, j=1), scale=1, also=[package])


@gates_by_complex_step("eq-hidden-by-both", assumes=ONE_STEP)
def hidden_state_responds_through_cell_and_output_gate(rng: np.random.Generator) -> Meaning:
    """The hidden state responds to the one before through the cell and its output gate."""
    plain, run = _two_steps(rng)
    package = near(run.net.jacobian(run, 1, 0)[: plain.n], plain.jacobian(1, 0)[: plain.n])
    return Meaning(of_lstm(plain, j=1), scale=1, also=[package])


@gates_by_complex_step("eq-joint-chain", assumes=SOME_STEPS)
def joint_state_composes(rng: np.random.Generator) -> Meaning:
    """The Jacobians of the joint state multiply, the latest on the left."""
    plain, run, t, k = _some_steps(rng)
    truth, every = plain.jacobian(t, k), run.net.jacobians(run)
    package = [
        near(run.net.jacobian(run, t, k), truth),
        near(every[t, k], truth),
        equal(every[plain.T, plain.T], np.eye(2 * plain.n)),
    ]
    return Meaning(of_lstm(plain, t=t, k=k, j=t), scale=1, also=package)


@gates_by_complex_step("eq-cell-total", assumes=SOME_STEPS)
def whole_derivative_adds_the_way_over_the_hidden_state(rng: np.random.Generator) -> Meaning:
    """A cell state whose own hidden state follows it acts also through that."""
    plain, run, t, k = _some_steps(rng)
    names = of_lstm(plain, t=t, k=k)

    def total(t: int, k: int) -> Array:
        o, C = names["o"](k), names["C"](k)
        return derivative(lambda C: plain.rerun(o * np.tanh(C), C, k + 1, t)[1], C)

    package = [
        near(run.net.cell_jacobian(run, t, k, kind="total"), total(t, k)),
        near(run.net.cell_jacobian(run, t, k, kind="held"), plain.jacobian(t, k)[plain.n :, plain.n :]),
    ]
    return Meaning(names | {"d C/d C": total}, scale=1, also=package)


@gates_by_complex_step(
    "eq-held-two-steps", assumes=f"n and d from 1 to 3; {DRAWN}; the last two of three steps"
)
def two_steps_take_a_detour(rng: np.random.Generator) -> Meaning:
    """Over two steps the cell is the path and a detour over the hidden state between them."""
    plain = PlainLSTM.draw(rng, last=(2, 2))
    run = plain.packaged()
    package = near(run.net.cell_jacobian(run, 2, 0, kind="held"), plain.jacobian(2, 0)[plain.n :, plain.n :])
    return Meaning(of_lstm(plain, t=2), scale=1, also=[package])


@gates_by_complex_step(
    "eq-detours-in-the-limit",
    assumes=ONE_STEP,
    same=dict.fromkeys(
        (r"\diag (\tilde C_{j}) \diag", r"\diag (\tilde C'_{j}) \diag"), "diagonals may change places"
    ),
)
def every_detour_has_a_factor_that_closes_it(rng: np.random.Generator) -> Meaning:
    """Each way from the hidden state to the cell has a factor that goes to 0 as f goes to 1 and i to 0."""
    return Meaning(of_lstm(PlainLSTM.draw(rng, last=(1, 1)), j=1), scale=1)


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
    assumes=f"{WHOLE_RUNS}; {RATES}",
)
def state_responds_to_a_parameter(rng: np.random.Generator) -> Meaning:
    """Draw an LSTM whose weights and biases all follow one parameter, and a step."""
    plain = PlainLSTM.draw(rng, last=(0, 2))
    t = plain.step_drawn(rng)
    values = _of_parameter(plain, plain.rates(rng), t=t, k=t)
    return Meaning(values, scale=1 + float(np.abs(values[r"\partial s/\partial\theta"](t)).max()))


@gates_by_complex_step(
    "eq-lstm-double-sum", assumes=f"{WHOLE_RUNS}; {RATES}", same={"t = - 1": "the inner sum is empty"}
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
    assumes=f"{WHOLE_RUNS}; {RATES}, but for the output gate's",
    same={"t = - 1": "the inner sum is empty"},
)
def package_goes_along_the_cell_as_it_is_defined(rng: np.random.Generator) -> Meaning:
    """With the direct way alone open, the package's gradient is this sum."""
    plain = PlainLSTM.draw(rng, last=(0, 2))
    drawn, run = plain.rates(rng), plain.packaged()
    W, U, b = ({**part, "o": 0 * part["o"]} for part in (drawn.W, drawn.U, drawn.b))
    rates, t = replace(drawn, W=W, U=U, b=b), plain.step_drawn(rng)
    values = _of_parameter(plain, rates, t=t, k=plain.step_drawn(rng, t)) | {
        r"G_\theta": _along(gradients_along(run, run.h - plain.y, ["direct"]), rates),
        "F": partial(_path, plain),
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
