"""What PyTorch computes for a case, by its own reverse mode through the recursion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch.func import grad, jacrev

from recursion import Case, Ops, gathered, states

OPS = Ops(torch.sigmoid, torch.tanh, torch.relu, lambda arrays: torch.concatenate(arrays, dim=-1))


def gradients(case: Case) -> dict[str, np.ndarray]:
    """Return the states, and the gradient by the weights and the inputs, as a training step would."""
    theta = {name: torch.tensor(value, requires_grad=True) for name, value in case.theta.items()}
    x = torch.tensor(case.x, requires_grad=True)
    steps = {name: value.expand(len(x), *value.shape) for name, value in theta.items()}
    nudges = torch.zeros(len(x), dtype=x.dtype)
    s = torch.stack(
        states(OPS, case.network, case.activation, steps, x, torch.as_tensor(case.s_init), nudges)
    )
    s[..., : case.n].backward(torch.as_tensor(case.dL_dh))
    found = {"states": s.detach(), "gradient x": x.grad}
    found |= {f"gradient {name}": value.grad for name, value in theta.items()}
    return {name: value.numpy() for name, value in found.items()}


def computed(case: Case, steps: Sequence[int] | None = None) -> dict[str, np.ndarray]:
    """Return states, gradients, terms and Jacobians, the last two for the given steps t or for all."""
    chosen = list(range(len(case.x))) if steps is None else list(steps)
    x, s_init, dL_dh, nudges = map(torch.as_tensor, (case.x, case.s_init, case.dL_dh, case.nudges))
    thetas = {name: torch.as_tensor(value) for name, value in case.thetas.items()}

    def run(thetas, x, s_init, nudges):
        # Unbound first: as array[t], every step back would fill an array of all steps.
        thetas = {name: stacked.unbind() for name, stacked in thetas.items()}
        x, nudges = x.unbind(), nudges.unbind()
        return torch.stack(states(OPS, case.network, case.activation, thetas, x, s_init, nudges))

    def losses(thetas, x=x, s_init=s_init):
        h = run(thetas, x, s_init, nudges)[..., : case.n]
        return (h * dL_dh).reshape(len(x), -1).sum(dim=1)

    total = grad(lambda *arguments: losses(*arguments).sum(), argnums=(0, 1, 2))
    by_theta, by_x, by_start = total(thetas, x, s_init)
    terms = jacrev(lambda thetas: losses(thetas)[chosen])(thetas)

    def nudged(nudges):
        s = run(thetas, x, s_init, nudges)[chosen]
        return s.sum(dim=1) if s.ndim == 3 else s  # no sequence depends on the nudges of another

    states_of_all = run(thetas, x, s_init, nudges)
    return gathered(states_of_all, by_theta, by_x, by_start, terms, jacrev(nudged)(nudges))
