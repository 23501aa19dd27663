"""What the package computes for a case, by name, and how it is held against what a peer computes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from recursion import VARIANTS, Case
from rnn_solutions.networks.gru import GRU
from rnn_solutions.networks.lstm import LSTM
from rnn_solutions.networks.rnn import RNN


def network_of(case: Case) -> RNN | LSTM | GRU:
    """Return the package's network with the weights of the case."""
    if case.network == "RNN":
        return RNN(**case.theta, activation=case.activation)
    kind = LSTM if case.network.startswith("LSTM") else GRU
    return kind(**case.theta, **VARIANTS.get(case.network, {}))


def run_of(case: Case, net: RNN | LSTM | GRU):
    """Return the package's run over the sequence of the case."""
    n = case.n
    start = {"h_init": case.s_init[..., :n]}
    if case.network.startswith("LSTM"):
        start["c_init"] = case.s_init[..., n:]
    return net.forward(case.x, **start)


def state_of(case: Case, run) -> np.ndarray:
    """Return the states of a run as one array, h first."""
    return np.concatenate([run.h, run.C], axis=-1) if case.network.startswith("LSTM") else run.h


def computed(case: Case) -> dict[str, np.ndarray]:
    """Return states, gradients, gradient terms and Jacobians as the package computes them."""
    net = network_of(case)
    run = run_of(case, net)
    gradients, terms = net.backward(run, case.dL_dh), net.gradient_terms(run, case.dL_dh)
    start = [gradients.h_init] + ([gradients.c_init] if case.network.startswith("LSTM") else [])
    found = {"states": state_of(case, run), "gradient x": gradients.x}
    found["gradient s_init"] = np.concatenate(start, axis=-1)
    found |= {f"gradient {name}": getattr(gradients, name) for name in case.theta}
    found |= {f"terms {name}": getattr(terms, name) for name in case.theta}
    return found | {"jacobians": net.jacobians(run)}


def assert_equal(ours: Mapping[str, np.ndarray], theirs: Mapping[str, np.ndarray], rtol: float) -> None:
    """Assert that each array is the peer's to within `rtol` of its largest entry.

    Terms and Jacobians of far steps are small, so that each pair (t, k) is measured by an entry of its own.
    """
    for name, peer in theirs.items():
        mine = ours[name]
        assert mine.shape == peer.shape, f"{name} has shape {mine.shape}, the peer's has {peer.shape}"
        pairs = 2 if name.startswith(("terms", "jacobians")) else 0
        inner = tuple(range(pairs, peer.ndim))
        scale = np.abs(peer).max(axis=inner, keepdims=True)
        error = np.abs(mine - peer).max(axis=inner, keepdims=True)
        worst = np.max(error / np.where(scale > 0, scale, 1))
        assert worst <= rtol, (
            f"{name} is off by {worst:.1e} relative to the largest entry, more than {rtol:.0e}"
        )
