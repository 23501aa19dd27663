"""The diagnosis of long runs without a map: by the package, and by PyTorch, a backward pass for each loss.

Each function takes a `Case` and returns one without arguments that does all the work, forward run included.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch

import by_torch
import recursion
from ours import network_of
from recursion import Case
from rnn_solutions import Diagnosis, GradientMap, diagnose, gradient_map

SAMPLED = 8  # of PyTorch's backward passes, which take minutes together


def at_last(case: Case) -> Case:
    """Return the case with a loss at the last step alone."""
    loss = np.zeros_like(case.dL_dh)
    loss[-1] = case.dL_dh[-1]
    return replace(case, dL_dh=loss)


def ours(case: Case) -> Callable[[], Diagnosis]:
    """Return the diagnosis of the package."""
    net, start = network_of(case), started(case)
    return lambda: diagnose(net, case.x, case.dL_dh, *start)


def exact_map(case: Case) -> Callable[[], GradientMap]:
    """Return the package's map of all pairs of steps."""
    net, start = network_of(case), started(case)
    return lambda: gradient_map(net, case.x, case.dL_dh, *start)


def started(case: Case) -> list[np.ndarray]:
    """Return the initial state, h first."""
    return np.split(case.s_init, len(case.s_init) // case.n)


def sampled(case: Case) -> np.ndarray:
    """Return the steps whose losses PyTorch follows back."""
    return ((np.arange(SAMPLED) + 0.5) * len(case.x) / SAMPLED).astype(int)


def require_same(case: Case) -> None:
    """Raise an AssertionError unless the rows by the states agree, to the rounding of float32 over them."""
    found = diagnose(network_of(case), case.x, case.dL_dh, *started(case))
    for t, norms in zip(sampled(case), torch_rows(case)(), strict=True):
        np.testing.assert_allclose(10 ** found.by_state[t, t - 30 : t + 2], norms[t - 31 :], rtol=1e-3)


def torch_rows(case: Case) -> Callable[[], list[list[float]]]:
    """Return PyTorch's way: the forward run once, then a backward pass from some of the losses to all states.

    The losses are evenly spaced in the middle of equal parts, so the passes cost what all of them do in the
    mean: all together take `len(case.x) / SAMPLED` times as long.
    """
    theta = {name: [torch.as_tensor(value)] * len(case.x) for name, value in case.theta.items()}
    x, s_init, dL_dh = map(torch.as_tensor, (case.x, case.s_init, case.dL_dh))

    def work():
        nudges = [torch.zeros_like(s_init, requires_grad=True) for _ in x]
        states = recursion.states(by_torch.OPS, case.network, case.activation, theta, x, s_init, nudges)
        norms = []
        for t in sampled(case):
            loss = states[t][: case.n] @ dL_dh[t]
            rows = torch.autograd.grad(loss, nudges[: t + 1], retain_graph=True)
            norms.append([float(row.norm()) for row in rows])
        return norms

    return work
