"""Findings in 3(a) and 3(b): what the gates read, which signs are possible, what floats do to "always"."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.sheet.drawn_networks import PlainLSTM
from rnn_solutions.sheet.findings.registry import Measured, measured
from rnn_solutions.sheet.findings.two_networks import network_b


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
