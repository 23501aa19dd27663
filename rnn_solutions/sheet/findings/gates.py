"""Findings in 3(a) and 3(b): what the gates read, which signs are possible, what floats do to "always"."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.sheet.comparisons import Comparison, at_most, below, equal
from rnn_solutions.sheet.drawn_networks import GATES, PlainLSTM, derivative
from rnn_solutions.sheet.findings import lstm
from rnn_solutions.sheet.findings.registry import Finding, Measured, finding, measured
from rnn_solutions.sheet.findings.two_networks import network_b
from rnn_solutions.sheet.refuting import least_wrong, refuted


def _first_step(net: PlainLSTM, name: str, h: Numbers | None = None, C: Numbers | None = None) -> Numbers:
    """Return a gate or the cell state at the first step, started from another state if one is given."""
    return net.step(0, net.h_init if h is None else h, net.C_init if C is None else C)[name]


@measured(32)
def forget_gate_after_another_state() -> Measured:
    """Return f_1 of network B, and f_1 with 1 added to h_0."""
    net = network_b()
    before, after = _first_step(net, "f"), _first_step(net, "f", h=net.h_init + 1)
    return {
        f"32-{when}-{a}": x for when, f in (("before", before), ("after", after)) for a, x in enumerate(f)
    }


@finding(32, "3(a): I", assumes=lstm.DRAWN)
def forget_gate_reads_the_input_alone(rng: np.random.Generator) -> Comparison:
    r"""The forget gate is said to go by the current input.

    .. math::

        \frac{\partial f_t}{\partial h_{t-1}} = 0
    """
    net = lstm.draw(rng)
    f = net.run["f"][0]
    truth = derivative(lambda h: _first_step(net, "f", h=h), net.h_init)
    return refuted(equal(0 * truth, truth), equal(np.diag(f * (1 - f)) @ net.W["f"], truth))


@finding(33, "3(a): E", assumes=f"{lstm.DRAWN}, and d = n, without which the product has no meaning")
def input_gate_scales_the_input(rng: np.random.Generator) -> Comparison:
    r"""The input gate is said to let parts of the input into the cell; the candidate is not mentioned.

    .. math::

        C_t = f_t \odot C_{t-1} + i_t \odot x_t
    """
    n = int(rng.integers(1, 3, endpoint=True))
    net = lstm.draw(rng, n=(n, n), d=n)
    i, read = net.run["i"][0], np.concatenate([net.h_init, net.x[0]])
    truth = lstm.by_weights(net, lambda other: _first_step(other, "C"))[:, GATES.index("i")]

    def formula(written: Array) -> Array:
        return np.asarray(np.einsum("ia,i,b->iab", np.eye(n), written * i * (1 - i), read))

    return refuted(equal(formula(net.x[0]), truth), equal(formula(net.run["c"][0]), truth))


def moved_cell() -> tuple[Array, Array]:
    """Return how C_1 and o_1 of network B move when 5 is added to C_0 and h_0 is held."""
    net = network_b()
    cell, gate = (_first_step(net, name, C=net.C_init + 5) - _first_step(net, name) for name in "Co")
    return cell, gate


@measured(34)
def moves_of_the_cell_and_the_gate() -> Measured:
    """Return the largest of both."""
    cell, gate = moved_cell()
    return {"34-cell": cell.max(), "34-gate": np.abs(gate).max()}


@finding(
    34,
    "3(a): E",
    assumes=f"{lstm.DRAWN}; the cell state before the step nudged, which moves the one after it",
)
def output_gate_reads_the_cell(rng: np.random.Generator) -> Comparison:
    r"""The output gate is said to judge the cell state, so that it would read every cell of it.

    .. math::

        \frac{\partial o_t}{\partial (C_t)_a} \ne 0 \text{ for } a = 1, \dots, n
    """
    net = lstm.draw(rng)
    f, o = net.run["f"][0], net.run["o"][0]
    gate_by_cell = derivative(lambda C: _first_step(net, "o", C=C) + 0 * C, net.C_init)
    cell_by_cell = derivative(lambda C: _first_step(net, "C", C=C), net.C_init)
    gate_by_h = derivative(lambda h: _first_step(net, "o", h=h), net.h_init)
    return refuted(
        equal(net.n, int(gate_by_cell.any(axis=0).sum())),
        equal(gate_by_cell, 0 * gate_by_cell),
        equal(np.diag(f), cell_by_cell),
        equal(np.diag(o * (1 - o)) @ net.W["o"], gate_by_h),
    )


@measured(35)
def smallest_values() -> Measured:
    """Return the smallest C_10 with open gates from C_0 = 0, and the smallest values of network B itself."""
    opened = replace(network_b(f=20.0, i=20.0, c=20.0), C_init=np.zeros(3))
    run = network_b().run
    smallest = {"cell": run["C"], "candidate": run["c"], "output": run["h"]}
    return {
        "35-open": opened.run["C"][-1].min(),
        **{f"35-{name}": values.min() for name, values in smallest.items()},
    }


@finding(
    35,
    "3(b): E, I",
    method="closed form",
    assumes=f"{lstm.DRAWN} but 10 to 20 added to the biases of f, i and the candidate; T from 2 to 5",
    because="the bound on a cell is exact up to a rounding of 1.1e-16 for each step",
)
def cell_state_keeps_within_the_range_of_tanh(rng: np.random.Generator) -> Comparison:
    r"""What is said of the cell's values is taken from the range of tanh.

    .. math::

        C_t \in (-1, 1)
    """
    net = lstm.draw(rng, T=(2, 5), bias={gate: rng.uniform(10, 20) for gate in lstm.WRITING})
    C = np.abs(net.run["C"])
    bound = np.abs(net.C_init) + np.arange(1, net.T + 2)[:, None]  # step t is the one after t others
    return refuted(at_most(C, np.ones_like(C)), at_most(C, bound))


def _stable(z: ArrayLike) -> NDArray[Any]:
    """Return the sigmoid in the form that cannot overflow."""
    z = np.asarray(z)
    e = np.exp(-np.abs(z))
    return np.asarray(np.where(z >= 0, 1, e) / (1 + e))


@measured(36)
def where_floats_reach_the_ends() -> Measured:
    """Return the largest z at which two forms of the sigmoid are 0, and the smallest at which both are 1."""
    found: Measured = {}
    for name, dtype in {"36": np.float64, "36-single": np.float32}.items():
        z: NDArray[Any] = np.arange(-800, 100).astype(dtype)
        with np.errstate(over="ignore"):
            naive = 1 / (1 + np.exp(-z))
        stable = _stable(z)
        found |= {
            f"{name}-zero_naive": int(z[naive == 0].max()),
            f"{name}-zero_stable": int(z[stable == 0].max()),
            f"{name}-one": int(z[(naive == 1) & (stable == 1)].min()),
        }
    return found


@finding(
    36,
    "3(b): R",
    method="another algorithm",
    assumes="z from −2000 to −746, where the exponential of a float is 0, or from 37 to 60",
    because="near 0 the gate in floats agrees with one of 60 digits to a few roundings of 1.1e-16",
)
def gates_in_floating_point_stay_inside(rng: np.random.Generator) -> Comparison:
    r"""A gate is always positive, and below 1: so it is for real numbers.

    .. math::

        0 < \sigma(z) < 1
    """

    def exact(z: float) -> Decimal:
        with localcontext(prec=60):
            return 1 / (1 + (-Decimal(z)).exp())

    near = rng.uniform(-30, 30)
    control, found = equal(_stable(near), float(exact(near))), []
    for z in (rng.uniform(-2000, -746), rng.uniform(37, 60)):
        sides = below(0.0, _stable(z)), below(_stable(z), 1.0)
        printed = max(sides, key=lambda side: side.error)
        found.append(refuted(printed, control, equal(int(0 < exact(z) < 1), 1)))
    return least_wrong(*found)


Finding(37, "3(b): N, A, S")  # parameters without names, biases not listed, figures missing
