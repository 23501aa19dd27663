"""Claims of 3(b): signs and bounds in an LSTM."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from rnn_solutions.claims.meanings import LETTERS, Names, of_lstm
from rnn_solutions.claims.registry import by_another_algorithm
from rnn_solutions.claims.what_the_gates_do import SOME_STEPS as NETWORK
from rnn_solutions.claims.what_the_gates_do import in_the_package
from rnn_solutions.formulas.evaluating import Meaning
from rnn_solutions.sheet.drawn_networks import PlainLSTM

COUNTING = (
    "and a network that counts, with biases of 20 and no weights, which must come within 1e-7 of the bound"
)
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
