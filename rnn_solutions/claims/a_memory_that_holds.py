"""Claims of the page on latches: what a unit holds against, and what is left of its gradient."""

from __future__ import annotations

import numpy as np

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.claims.meanings import pairs
from rnn_solutions.claims.registry import ROUNDING, by_another_algorithm, by_complex_step, in_closed_form
from rnn_solutions.formulas.evaluating import Meaning
from rnn_solutions.formulas.values import Function, steps
from rnn_solutions.networks.rnn import RNN
from rnn_solutions.sheet.comparisons import equal
from rnn_solutions.sheet.drawn_networks import derivative

UNIT = "one unit, w from 1.05 to 3"


def _latch(w: float, x: Array, h: Numbers) -> list[Numbers]:
    """Return the states after each input."""
    found = []
    for x_t in x:
        h = np.tanh(w * h + x_t)
        found.append(h)
    return found


def _left(w: float, x: Array, h: float) -> float:
    """Return the derivative of the last state by the first one."""
    return float(derivative(lambda h: _latch(w, x, h)[-1], np.array([h])).item()) if len(x) else 1.0


@by_complex_step("eq-latch-slope", assumes=f"{UNIT}; state and input drawn from N(0, 1)", because=ROUNDING)
def slope_of_a_step(rng: np.random.Generator) -> Meaning:
    """A step multiplies a small change of the state by the weight and by the slope of tanh."""
    w, (h, x) = rng.uniform(1.05, 3), rng.normal(size=2)
    truth, (after,) = _left(w, np.array([x]), h), _latch(w, np.array([x]), h)
    by = {r"\partial h/\partial h": pairs({(1, 0): truth})}
    return Meaning({"w": w, "t": 1, "h": steps([h, after]), **by}, scale=w)  # 1 - h² may cancel


@by_complex_step("eq-latch-undecided", assumes=f"{UNIT}; up to ten steps", because=ROUNDING)
def an_undecided_state_is_driven_away(rng: np.random.Generator) -> Meaning:
    """From 0, without input, a small change grows by the weight in each step."""
    w, k = rng.uniform(1.05, 3), int(rng.integers(0, 5))
    t = k + int(rng.integers(1, 6))
    truth = _left(w, np.zeros(t - k), 0.0)
    unit = RNN([[w]], [[1.0]], activation="tanh")
    package = equal(unit.jacobian(unit.forward(np.zeros((t + 1, 1))), t, k)[0, 0], truth)
    by = {r"\partial h/\partial h": pairs({(t, k): truth})}
    return Meaning({"w": w, "t": t, "k": k, "h": steps(np.zeros(t + 1)), **by}, also=[package])


@in_closed_form(
    "eq-latch-edge", assumes=UNIT, tolerance=1e-13, because="a root, a logarithm and tanh, each rounded"
)
def at_the_edge_a_state_stands_still(rng: np.random.Generator) -> Meaning:
    """Where the slope is 1 the unit stands still under the strongest input that it holds against."""
    w = rng.uniform(1.05, 3)
    h_c = np.sqrt(1 - 1 / w)
    m_c = w * h_c - np.log((1 + h_c) / (1 - h_c)) / 2
    unit = RNN([[w]], [[1.0]], activation="tanh")
    package = equal(unit.forward([[-m_c]], h_init=[h_c]).h[0, 0], h_c)
    return Meaning({"w": w, "h_c": h_c, "m_c": m_c}, also=[package])


def _held(w: float, m: float) -> float:
    """Return the larger state that stands still under -m, by bisection between the edge and 1."""
    low, high = np.sqrt(1 - 1 / w), 1.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if np.tanh(w * middle - m) > middle else (low, middle)
    return float(low)


@by_complex_step(
    "eq-latch-bound",
    assumes=f"{UNIT}; m up to 0.95 m_c; up to eight inputs up to m, a state of at least h_m; and w near 1",
    tolerance=1e-12,
    because="eight slopes, of which each is a difference from 1",
)
def gradient_of_a_stored_sign_vanishes(rng: np.random.Generator) -> list[Meaning]:
    """What holds against every input up to some size keeps less of a gradient in every step."""
    w = rng.uniform(1.05, 3)
    h_c = np.sqrt(1 - 1 / w)
    m = rng.uniform(0, 0.95) * (w * h_c - np.arctanh(h_c))
    h_m, barely = _held(w, m), 1.0002
    k, lag = int(rng.integers(0, 3)), int(rng.integers(1, 9))
    cases = (
        (w, h_m, rng.uniform(-m, m, lag), rng.uniform(h_m, 1), None),
        (w, h_m, np.full(lag, -m), h_m, {(1, 1): 1e-9}),
        (barely, at_rest := _held(barely, 0.0), np.zeros(lag), at_rest, {(2, 1): 5e-4}),
    )
    return [
        Meaning(
            {"w": w, "h_m": held, "t": k + lag, "k": k}
            | {r"\partial h/\partial h": pairs({(k + lag, k): _left(w, x, h)})},
            attained=near,
        )
        for w, held, x, h, near in cases
    ]


@by_another_algorithm(
    "eq-line-drifts",
    assumes="up to eight steps; independent inputs of mean 0 and variance s², s from 0.1 to 2",
    tolerance=1e-13,
    because="up to eight squares and their sum",
    same={"h_{k} - h_{t}": "a square has no sign", "h_{t} - h_{t}": "both sides are 0"},
)
def a_sum_drifts_with_the_root_of_time(rng: np.random.Generator) -> Meaning:
    """A sum keeps every disturbance, so their variances add up."""
    s, k = rng.uniform(0.1, 2), int(rng.integers(0, 4))
    t = k + int(rng.integers(1, 6))
    # What each independent input, of variance 1, adds to each state: in mean the square of a sum of them is
    # the sum of the squares.
    inputs = s * np.eye(t + 1)
    return Meaning(
        {"h": steps(np.cumsum(inputs, axis=0)), "x": steps(inputs), "t": t, "k": k, "s": s}
        | {r"\operatorname{E}": Function(np.sum)}
    )
