"""Claims of 3(a): what each gate reads and what it scales."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.claims.meanings import Names, of_lstm, pairs, sizes
from rnn_solutions.claims.registry import by_another_algorithm, by_complex_step
from rnn_solutions.formulas.evaluating import Meaning
from rnn_solutions.formulas.values import steps
from rnn_solutions.networks.lstm import LSTM
from rnn_solutions.sheet.comparisons import Comparison, equal
from rnn_solutions.sheet.drawn_networks import PlainLSTM, derivative, responses

STEP = "n and d from 1 to 3; weights, biases, the input and the state before the step drawn from N(0, 1)"
SOME_STEPS = "n and d from 1 to 3, T from 0 to 2; weights, biases, inputs and first states drawn from N(0, 1)"
ROUNDING = "some ten roundings of 1.1e-16 for each entry and step"
CANCELLING = f"{ROUNDING}, of terms that may be larger than their sum"
gates_by_complex_step = partial(by_complex_step, tolerance=3e-14, because=CANCELLING)
gates_by_the_package = partial(by_another_algorithm, assumes=SOME_STEPS, tolerance=3e-14, because=CANCELLING)


def near(left: ArrayLike, right: ArrayLike) -> Comparison:
    """Compare against 1, the size of what is drawn, or more: sums whose terms cancel have lost digits."""
    return equal(left, right, scale=1 + np.max(np.abs(right)))


def in_the_package(plain: PlainLSTM) -> Names:
    """Return the gates and states that the package computes, by their names on the pages."""
    run = plain.packaged()
    gates = {"f": run.f, "i": run.i, "o": run.o, r"\tilde C": run.g}
    states = {"h": steps([plain.h_init, *run.h], -1), "C": steps([plain.C_init, *run.C], -1)}
    return {name: steps(gate) for name, gate in gates.items()} | states


def _drawn(rng: np.random.Generator) -> tuple[PlainLSTM, int]:
    """Draw an LSTM and one of its steps."""
    plain = PlainLSTM.draw(rng, last=(0, 2))
    return plain, plain.step_drawn(rng)


@gates_by_the_package("def-lstm-gates")
@gates_by_the_package("def-lstm-cell")
@gates_by_the_package("def-lstm-output")
def package_steps_as_defined(rng: np.random.Generator) -> Meaning:
    """The gates and states that the package computes are those of the definition."""
    plain, t = _drawn(rng)
    return Meaning(of_lstm(plain, t=t) | in_the_package(plain), scale=1)


def _gates_by(state: str, t: int, derivatives: list[Array]) -> Names:
    """Return what the derivatives of the three gates by the state before are called."""
    each = zip("fio", derivatives, strict=True)
    return {rf"\partial {gate}/\partial {state}": pairs({(t, t - 1): by}) for gate, by in each}


@gates_by_complex_step("eq-gates-read-the-hidden-state", assumes=SOME_STEPS, because=ROUNDING)
def gates_read_the_hidden_state(rng: np.random.Generator) -> Meaning:
    """Each gate responds to every entry of the hidden state through its own weights."""
    plain, t = _drawn(rng)
    by_h = responses(lambda h: plain.step(t, h, plain.C_before[t]), plain.h_before[t], "fio")
    z = {f"z_{gate}": plain.z(t, gate) for gate in "ifo"}
    z_i, z_f, _, z_o = np.split(plain.packaged().z[t], 4)
    return Meaning(
        of_lstm(plain, t=t) | z | _gates_by("h", t, by_h), also=[equal([z_i, z_f, z_o], list(z.values()))]
    )


@gates_by_complex_step(
    "eq-gates-do-not-read-the-cell",
    assumes=SOME_STEPS,
    tolerance=0,
    because="what is not read moves nothing, not even a last digit",
)
def gates_do_not_read_the_cell(rng: np.random.Generator) -> Meaning:
    """No gate responds to the cell state before it."""
    plain, t = _drawn(rng)
    # h is held: zero times C only gives it the axis of the nudges.
    by_C = responses(lambda C: plain.step(t, plain.h_before[t] + 0 * C, C), plain.C_before[t], "fio")
    one = plain.packaged()
    other = replace(plain, C_init=rng.normal(size=plain.n)).packaged()
    return Meaning(
        sizes(plain) | {"t": t} | _gates_by("C", t, by_C),
        scale=1,
        also=[equal(getattr(other, gate)[0], getattr(one, gate)[0]) for gate in "fio"],
    )


@gates_by_complex_step("eq-gates-scale", assumes=SOME_STEPS, because=ROUNDING)
def gates_scale_entry_by_entry(rng: np.random.Generator) -> list[Meaning]:
    """Each gate multiplies one vector, each of its entries another entry."""
    plain, t = _drawn(rng)
    h, C = plain.h_before[t], plain.C_before[t]

    def by_bias_of_candidate(b: Numbers) -> dict[str, Numbers]:
        step = replace(plain, b={**plain.b, "c": b}).step(t, h, C)
        return step | {"t": np.tanh(step["C"])}

    # That bias moves the candidate alone, and what the candidate feeds. One response to it divided by another
    # is a derivative by a quantity within the step; a gate that mixed entries would show off the diagonal.
    candidate, cell, tanh_cell, hidden = responses(by_bias_of_candidate, plain.b["c"], "cCth")
    measured = {
        r"\partial C/\partial C": pairs({(t, t - 1): derivative(lambda C: plain.step(t, h, C)["C"], C)}),
        r"\partial C/\partial \tilde C": pairs({(t, t): cell @ np.linalg.inv(candidate)}),
        r"\partial h/\partial \tanh C": pairs({(t, t): hidden @ np.linalg.inv(tanh_cell)}),
    }
    return [Meaning(of_lstm(plain, t=t) | gates | measured) for gates in ({}, in_the_package(plain))]


@by_another_algorithm(
    "eq-lstm-stacking",
    assumes=f"{SOME_STEPS}; b_ih drawn likewise, b_hh the rest of the bias",
    tolerance=3e-14,
    because="sums in another order than written out, and a rounding error grows a few times in three steps",
)
def package_stacks_the_candidate_third(rng: np.random.Generator) -> Meaning:
    """With its weights stacked in this order, the package gives every gate and state as written out."""
    plain = PlainLSTM.draw(rng, last=(0, 2))
    W_ih, W_hh, b = plain.stacked
    b_ih = rng.normal(size=4 * plain.n)
    net = LSTM(W_ih, W_hh, b_ih, b - b_ih)
    run = net.forward(plain.x, plain.h_init, plain.C_init)
    names = {"i": "i", "f": "f", "c": "g", "o": "o", "C": "C", "h": "h"}
    return Meaning(
        of_lstm(plain) | {"W_{hh}": net.W_hh, "W_{ih}": net.W_ih, "b_{ih}": net.b_ih, "b_{hh}": net.b_hh},
        also=[near(getattr(run, name), plain.run[letter]) for letter, name in names.items()],
    )
