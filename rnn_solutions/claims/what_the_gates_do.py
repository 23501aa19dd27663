"""Claims of 3(a): what each gate reads and what it scales."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions._validation import Numbers
from rnn_solutions.claims.registry import by_another_algorithm, by_complex_step
from rnn_solutions.networks.activations import sigmoid_slope
from rnn_solutions.networks.lstm import LSTM
from rnn_solutions.sheet.comparisons import Comparison, equal
from rnn_solutions.sheet.drawn_networks import PlainLSTM, derivative, responses

STEP = "n and d from 1 to 3; weights, biases, the input and the state before the step drawn from N(0, 1)"
ROUNDING = "some ten roundings of 1.1e-16 for each entry and step"
CANCELLING = (
    "some ten roundings of 1.1e-16 for each entry and step, of terms that may be larger than their sum"
)
gates_by_complex_step = partial(by_complex_step, tolerance=3e-14, because=CANCELLING)


def near(left: ArrayLike, right: ArrayLike) -> Comparison:
    """Compare against 1, the size of what is drawn, or more: sums whose terms cancel have lost digits."""
    return equal(left, right, scale=1 + np.max(np.abs(right)))


@gates_by_complex_step("eq-gates-read-the-hidden-state", assumes=STEP, because=ROUNDING)
def gates_read_the_hidden_state(rng: np.random.Generator) -> list[Comparison]:
    r"""Each gate responds to every entry of the hidden state through its own weights.

    .. math::

        \begin{aligned}
        \frac{\partial f_t}{\partial h_{t-1}} &= \operatorname{diag}\bigl(\sigma'(z_f)\bigr)\, W_f, \\
        \frac{\partial i_t}{\partial h_{t-1}} &= \operatorname{diag}\bigl(\sigma'(z_i)\bigr)\, W_i, \\
        \frac{\partial o_t}{\partial h_{t-1}} &= \operatorname{diag}\bigl(\sigma'(z_o)\bigr)\, W_o,
        \end{aligned}
    """
    plain = PlainLSTM.draw(rng, last=(0, 0))
    formula = [np.diag(sigmoid_slope(plain.z(0, gate))) @ plain.W[gate] for gate in "fio"]
    truth = responses(lambda h: plain.step(0, h, plain.C_init), plain.h_init, "fio")
    z_i, z_f, _, z_o = np.split(plain.packaged().z[0], 4)
    return [equal(formula, truth), equal([z_i, z_f, z_o], [plain.z(0, gate) for gate in "ifo"])]


@gates_by_complex_step(
    "eq-gates-do-not-read-the-cell",
    assumes=STEP,
    tolerance=0,
    because="what is not read moves nothing, not even a last digit",
)
def gates_do_not_read_the_cell(rng: np.random.Generator) -> list[Comparison]:
    r"""No gate responds to the cell state before it.

    .. math::

        \frac{\partial f_t}{\partial C_{t-1}} = \frac{\partial i_t}{\partial C_{t-1}}
        = \frac{\partial o_t}{\partial C_{t-1}} = 0
    """
    plain = PlainLSTM.draw(rng, last=(0, 0))
    C = plain.C_init
    # h is held: zero times C only gives it the axis of the nudges.
    by_C = responses(lambda C: plain.step(0, plain.h_init + 0 * C, C), C, "fio")
    one = plain.packaged()
    other = replace(plain, C_init=C + rng.normal(size=C.shape)).packaged()
    return [
        equal(by_C, np.zeros((3, plain.n, plain.n)), scale=1),
        *(equal(getattr(other, gate), getattr(one, gate)) for gate in "fio"),
    ]


@gates_by_complex_step("eq-gates-scale", assumes=STEP, because=ROUNDING)
def gates_scale_entry_by_entry(rng: np.random.Generator) -> list[Comparison]:
    r"""Each gate multiplies one vector, each of its entries another entry.

    .. math::

        \begin{aligned}
        \frac{\partial C_t}{\partial C_{t-1}} &= \operatorname{diag}(f_t), \\
        \frac{\partial C_t}{\partial \tilde C_t} &= \operatorname{diag}(i_t), \\
        \frac{\partial h_t}{\partial \tanh C_t} &= \operatorname{diag}(o_t).
        \end{aligned}
    """
    plain = PlainLSTM.draw(rng, last=(0, 0))
    run = plain.packaged()
    h, C = plain.h_init, plain.C_init

    def by_bias_of_candidate(b: Numbers) -> dict[str, Numbers]:
        step = replace(plain, b={**plain.b, "c": b}).step(0, h, C)
        return step | {"t": np.tanh(step["C"])}

    # That bias moves the candidate alone, and what the candidate feeds. One response to it divided by another
    # is a derivative by a quantity within the step; a gate that mixed entries would show off the diagonal.
    candidate, cell, tanh_cell, hidden = responses(by_bias_of_candidate, plain.b["c"], "cCth")
    by_C = derivative(lambda C: plain.step(0, h, C)["C"], C)
    by_candidate = cell @ np.linalg.inv(candidate)
    by_tanh = hidden @ np.linalg.inv(tanh_cell)
    found = []
    for f, i, o in [[plain.run[gate][0] for gate in "fio"], (run.f[0], run.i[0], run.o[0])]:
        found += [equal(np.diag(f), by_C), equal(np.diag(i), by_candidate), equal(np.diag(o), by_tanh)]
    return found


@by_another_algorithm(
    "eq-lstm-stacking",
    assumes=f"{STEP}, T from 0 to 2; b_ih drawn likewise, b_hh the rest of the bias",
    tolerance=3e-14,
    because="sums in another order than written out, and a rounding error grows a few times in three steps",
)
def package_stacks_the_candidate_third(rng: np.random.Generator) -> list[Comparison]:
    r"""With its weights stacked in this order, the package gives every gate and state as written out.

    .. math::

        \begin{gathered}
        W_{hh} = \begin{bmatrix} W_i \\ W_f \\ W_c \\ W_o \end{bmatrix}, \quad
        W_{ih} = \begin{bmatrix} U_i \\ U_f \\ U_c \\ U_o \end{bmatrix}, \\
        b_{ih} + b_{hh} = \begin{bmatrix} b_i \\ b_f \\ b_c \\ b_o \end{bmatrix}.
        \end{gathered}
    """
    plain = PlainLSTM.draw(rng, last=(0, 2))
    W, U, b = plain.W, plain.U, plain.b
    W_hh, W_ih, bias = (np.concatenate([part["i"], part["f"], part["c"], part["o"]]) for part in (W, U, b))
    b_ih = rng.normal(size=4 * plain.n)
    run = LSTM(W_ih, W_hh, b_ih, bias - b_ih).forward(plain.x, plain.h_init, plain.C_init)
    names = {"i": "i", "f": "f", "c": "g", "o": "o", "C": "C", "h": "h"}
    return [near(getattr(run, name), plain.run[letter]) for letter, name in names.items()]
