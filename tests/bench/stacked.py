"""One pass of two layers as a stack, and of the same two by themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ours import network_of
from recursion import draw
from rnn_solutions import Stack


def contenders(network: str, n: int, batch: int, steps: int) -> dict[str, Callable[[], Any]]:
    """Return both as functions without arguments; each layer has `n` units and as many inputs."""
    cases = [draw(network, n=n, d=n, T=steps - 1, batch=batch, seed=seed) for seed in range(2)]
    nets = [network_of(case) for case in cases]
    stack, x, dL_dh = Stack(nets), cases[0].x, cases[1].dL_dh

    def stacked():
        return stack.backward(stack.forward(x), dL_dh)

    def layers():
        return [net.backward(net.forward(case.x), case.dL_dh) for net, case in zip(nets, cases, strict=True)]

    lower, upper = (net.forward for net in nets)
    np.testing.assert_array_equal(stack.forward(x).h, upper(lower(x).h).h)
    return {"stack": stacked, "layers": layers}
