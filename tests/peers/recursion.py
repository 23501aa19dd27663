"""The three networks as plain recursions, written once more for the peers to differentiate.

Nothing of the package is used. `ops` is the small set of functions that the arrays of a peer need: torch's,
JAX's, those of HIPS autograd, numpy's on complex numbers, or mpmath's. A state is one array whose last axis
holds h, and for the LSTM h and then C.

Two things let one derivative give all that the package computes. Every step has weights of its own, so that
the derivative of L_t by the weights of step k is the term (t, k) of the gradient. And a nudge, zero
everywhere, is added to every state: the derivative of s_t by the nudge of step k is the Jacobian.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

NETWORKS = ("RNN", "LSTM", "GRU")
ACTIVATIONS = ("sigmoid", "tanh", "relu", "identity")
KINDS = [*(("RNN", activation) for activation in ACTIVATIONS), ("LSTM", "tanh"), ("GRU", "tanh")]


# Gated networks that differ from the usual ones: what the package's class is told besides.
VARIANTS = {
    "LSTM with relu": {"activation": "relu"},
    "LSTM with hard gates": {"gate_activation": "hard_sigmoid"},
    "LSTM with relu and harder gates": {"activation": "relu", "gate_activation": "hard_sigmoid_0.2"},
    "GRU with relu": {"activation": "relu"},
    "GRU with hard gates": {"gate_activation": "hard_sigmoid_0.2"},
    "GRU, reset before": {"reset": "before"},
    "GRU, reset before, with relu and hard gates": {
        "activation": "relu",
        "gate_activation": "hard_sigmoid",
        "reset": "before",
    },
}


@dataclass(frozen=True)
class Ops:
    """The functions of one peer: entry by entry, and one that joins arrays along their last axis."""

    sigmoid: Callable[[Any], Any]
    tanh: Callable[[Any], Any]
    relu: Callable[[Any], Any]
    join: Callable[[Any], Any]

    def activation(self, name: str) -> Callable[[Any], Any]:
        """Return the activation of that name."""
        return (lambda z: z) if name == "identity" else getattr(self, name)

    def gate(self, name: str) -> Callable[[Any], Any]:
        """Return the function of the gates of that name; what is cut off is the difference of two relus."""
        if name == "sigmoid":
            return self.sigmoid
        steepness = {"hard_sigmoid": 1 / 6, "hard_sigmoid_0.2": 0.2}[name]
        return lambda z: self.relu(steepness * z + 0.5) - self.relu(steepness * z - 0.5)


def step(ops: Ops, network: str, activation: str, theta: Any, x: Any, s: Any) -> Any:
    """Return the state after the state `s` and the input `x`, for the weights `theta` of this step."""
    if network == "ProjectedLSTM":
        p = theta["W_hr"].shape[-2]
        return ops.join(projected(ops, theta, x, s[..., :p], s[..., p:]))
    if network == "RNN":
        return ops.activation(activation)(s @ theta["W"].T + x @ theta["U"].T + theta["b"])
    n = theta["W_hh"].shape[-1]
    h, cell = s[..., :n], s[..., n:]
    by_x = x @ theta["W_ih"].T + theta["b_ih"]
    by_h = h @ theta["W_hh"].T + theta["b_hh"]
    candidate = slice(2 * n, 3 * n)

    def after_reset(r):  # what the candidate of a GRU gets from the state
        if VARIANTS.get(network, {}).get("reset") != "before":
            return r * by_h[..., candidate]
        return (r * h) @ theta["W_hh"][candidate].T + theta["b_hh"][candidate]

    return ops.join(gated(ops, network, by_x, by_h, h, cell, after_reset))


def projected(ops: Ops, theta: Any, x: Any, h: Any, cell: Any) -> tuple[Any, Any]:
    """Return the next (h, C) of an LSTM whose hidden state is a projection."""
    n = cell.shape[-1]
    z = x @ theta["W_ih"].T + theta["b_ih"] + h @ theta["W_hh"].T + theta["b_hh"]
    i, f, g, o = (z[..., j * n : (j + 1) * n] for j in range(4))
    C = ops.sigmoid(f) * cell + ops.sigmoid(i) * ops.tanh(g)
    return (ops.sigmoid(o) * ops.tanh(C)) @ theta["W_hr"].T, C


def gated(
    ops: Ops, network: str, by_x: Any, by_h: Any, h: Any, cell: Any = None, after_reset: Any = None
) -> tuple[Any, ...]:
    """Return the next (h, C) of an LSTM or (h,) of a GRU from both shares of the pre-activations."""
    n = h.shape[-1]
    blocks = [slice(j * n, (j + 1) * n) for j in range(4)]
    options = VARIANTS.get(network, {})
    phi = ops.activation(options.get("activation", "tanh"))
    gate = ops.gate(options.get("gate_activation", "sigmoid"))
    if network.startswith("GRU"):
        r, z = (gate(by_x[..., block] + by_h[..., block]) for block in blocks[:2])
        by_state = after_reset(r) if after_reset else r * by_h[..., blocks[2]]
        candidate = phi(by_x[..., blocks[2]] + by_state)
        return (candidate + z * (h - candidate),)
    gates = by_x + by_h
    i, f, g, o = (gates[..., block] for block in blocks)
    C = gate(f) * cell + gate(i) * phi(g)
    return gate(o) * phi(C), C


def states(
    ops: Ops, network: str, activation: str, thetas: Any, x: Any, s_init: Any, nudges: Any
) -> list[Any]:
    """Return the states of all steps, each with the weights of its own step and its nudge added."""
    s, found = s_init, []
    for t in range(len(x)):
        theta = {name: stacked[t] for name, stacked in thetas.items()}
        s = step(ops, network, activation, theta, x[t], s) + nudges[t]
        found.append(s)
    return found


def gathered(states, by_theta, by_x, by_start, terms, jacobians) -> dict[str, np.ndarray]:
    """Return by name what was differentiated: terms and gradients by the weights of each step, (T+1, ...).

    The axes t, a, k, (batch,) b of the Jacobians become t, k, (batch,) a, b.
    """
    found = {"states": states, "gradient x": by_x, "gradient s_init": by_start}
    found |= {f"gradient {name}": value.sum(0) for name, value in by_theta.items()}
    found |= {f"terms {name}": value for name, value in terms.items()}
    found |= {"jacobians": np.moveaxis(np.asarray(jacobians), 1, -2)}
    return {name: np.asarray(value) for name, value in found.items()}


@dataclass(frozen=True)
class Case:
    """A network, its weights, a sequence with or without a batch, and the loss's own terms dL_t/dh_t."""

    network: str
    activation: str
    theta: dict[str, np.ndarray]
    x: np.ndarray
    s_init: np.ndarray
    dL_dh: np.ndarray  # noqa: N815 - the name that it has throughout the package

    @property
    def n(self) -> int:
        """The number of units."""
        return self.dL_dh.shape[-1]

    def sequence(self, b: int) -> Case:
        """Return the case of one sequence of the batch."""
        return replace(self, x=self.x[:, b], s_init=self.s_init[b], dL_dh=self.dL_dh[:, b])

    @property
    def thetas(self) -> dict[str, np.ndarray]:
        """The weights, once for every step."""
        return {name: np.repeat(value[None], len(self.x), axis=0) for name, value in self.theta.items()}

    @property
    def nudges(self) -> np.ndarray:
        """A zero for every entry of every state."""
        return np.zeros((len(self.x), *self.s_init.shape), self.s_init.dtype)


def draw(
    network: str,
    activation: str = "tanh",
    *,
    n: int,
    d: int,
    T: int,
    batch: int | None = None,
    gain: float = 0.9,
    saturated: bool = False,
    dtype: type = np.float64,
    seed: int = 0,
) -> Case:
    """Draw a network and a sequence.

    `gain` is the spectral norm of the recurrent weights, for the LSTM and the GRU on the average over their
    gates. `saturated` puts the bias of every third pre-activation at 30 or -30.
    """
    rng = np.random.default_rng(seed)
    kind = network[:4].rstrip(" ,")
    blocks = {"RNN": 1, "LSTM": 4, "GRU": 3}[kind]
    names = ("W", "U", "b") if network == "RNN" else ("W_hh", "W_ih", "b_ih", "b_hh")
    shapes = ((blocks * n, n), (blocks * n, d), (blocks * n,), (blocks * n,))
    theta = {name: rng.normal(size=shape) for name, shape in zip(names, shapes, strict=False)}
    theta[names[0]] *= gain * np.sqrt(blocks) / np.linalg.norm(theta[names[0]], 2)
    if saturated:
        theta[names[2]][::3] = 30 * rng.choice([-1, 1], size=theta[names[2]][::3].shape)
    lead = () if batch is None else (batch,)
    m = 2 * n if kind == "LSTM" else n
    arrays = {
        "x": rng.normal(size=(T + 1, *lead, d)),
        "s_init": rng.normal(size=(*lead, m)),
        "dL_dh": rng.normal(size=(T + 1, *lead, n)),
    }
    arrays = {name: value.astype(dtype) for name, value in arrays.items()}
    return Case(network, activation, {name: value.astype(dtype) for name, value in theta.items()}, **arrays)
