"""Stacks drawn for the tests, and the same written once more: a plain loop over each sequence by itself.

The loop takes the textbook's steps, works for complex numbers, and never sees padding.
"""

from types import SimpleNamespace

import numpy as np

from drawn import KINDS, PROJECTED, RNNS, D, N, build, kind_of, states
from rnn_solutions import Stack

LENGTHS = [5, 2, 4]
CELLS = 4  # of an LSTM with a projection


def draw_stack(kinds, both=True, T=4, lengths=LENGTHS, seed=3, dtype=float, n=N):
    """Draw a stack with one layer for each kind; no lengths are one sequence without a batch."""
    rng = np.random.default_rng(seed)
    batch = () if lengths is None else (len(lengths),)
    p, initial, layers, width = [], [], [], D
    for kind in kinds:
        here = []
        for _ in range(1 + both):
            if kind in RNNS:
                shapes = {"W": (n, n), "U": (n, width), "b": n}
            else:
                rows = kind_of(kind)._gates * (CELLS if kind == PROJECTED else n)
                shapes = {"W_ih": (rows, width), "W_hh": (rows, n), "b_ih": rows, "b_hh": rows}
            if kind == PROJECTED:
                shapes["W_hr"] = (n, CELLS)
            here.append({name: rng.normal(size=shape).astype(dtype) for name, shape in shapes.items()})
            widths = [n, CELLS if kind == PROJECTED else n][: 1 + ("LSTM" in kind)]
            initial.append([rng.normal(size=(*batch, one)).astype(dtype) for one in widths])
        p.append(here)
        layers.append(tuple(build(kind, one) for one in here))
        width = n * (1 + both)
    x = rng.normal(size=(T + 1, *batch, D)).astype(dtype)
    stack = Stack(layers)
    given = {"h_init": [parts[0] for parts in initial]}
    if any("LSTM" in kind for kind in kinds):
        given["c_init"] = [parts[1] for parts in initial if len(parts) == 2]
    run = stack.forward(x, **given, lengths=lengths)
    dL_dh = rng.normal(size=run.h.shape).astype(dtype)
    for b, length in enumerate(lengths or []):
        dL_dh[length:, b] = 0
    return SimpleNamespace(
        kinds=kinds,
        p=p,
        x=x,
        initial=initial,
        given=given,
        stack=stack,
        run=run,
        dL_dh=dL_dh,
        lengths=lengths,
    )


def nudged_states(kind, steps, x, start, nudge, at):
    """Return the states where a nudge is added to the one after the step `at`."""
    if at is None:
        return states(kind, steps, x, *start)
    early = states(kind, steps, x[: at + 1], *start)
    after = early[-1] + nudge
    late = (
        states(kind, steps, x[at + 1 :], *np.split(after, [len(start[0])][: len(start) - 1]))
        if at + 1 < len(x)
        else []
    )
    return np.array([*early[:-1], after, *late])


def outputs(case, p, x, initial, nudge=0, where=None):
    """Return the outputs of each sequence alone, (its length, n), by a plain loop.

    A nudge is added to the state of the layer and direction `where` says, after the step k of its sequence.
    """
    found = []
    for b, length in enumerate(case.lengths or [len(x)]):
        mine = (lambda array, b=b: array[:, b]) if case.lengths else (lambda array: array)
        features, starts = mine(x)[:length], iter(initial)
        for layer, (kind, here) in enumerate(zip(case.kinds, p, strict=True)):
            out = []
            for reverse, parameters in enumerate(here):
                order = slice(None, None, -1 if reverse else 1)
                start = [part[b] if case.lengths else part for part in next(starts)]
                steps = parameters[:length][order] if isinstance(parameters, list) else parameters
                at = None
                if where is not None and where[:2] == (layer, reverse) and where[2] < length:
                    at = length - 1 - where[2] if reverse else where[2]
                h = nudged_states(kind, steps, features[order], start, nudge, at)[:, : start[0].shape[-1]]
                out.append(h[order])
            features = np.concatenate(out, axis=-1)
        found.append(features)
    return found


def loss(case, p=None, x=None, initial=None, steps=slice(None)):
    """Return the loss whose own terms are dL_dh, of some steps alone where they are given."""
    p, x, initial = (
        value if value is not None else drawn
        for value, drawn in zip((p, x, initial), (case.p, case.x, case.initial), strict=True)
    )
    total = 0
    for b, h in enumerate(outputs(case, p, x, initial)):
        rows = case.dL_dh[: len(h), b] if case.lengths else case.dL_dh
        total = total + (rows[steps] * h[steps]).sum()
    return total


def changed(nested, layer, direction, where, value):
    """Return parameters by layer and direction with one entry changed."""
    nested = [list(here) for here in nested]
    nested[layer][direction] = {**nested[layer][direction], where: value}
    return nested


STACKS = [([kind] * layers, both) for kind in KINDS for layers, both in ((1, True), (2, False), (2, True))]
STACKS += [(["GRU", "LSTM", "RNN"], True), ([PROJECTED], False), ([PROJECTED, PROJECTED, "GRU"], True)]
STACKS += [(["GRU before", "hard relu LSTM"], True)]
