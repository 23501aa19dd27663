"""What PyTorch computes for a case, by its own reverse mode through the recursion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from recursion import Case, Ops, states
from torch.func import grad, jacrev

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

    def loss(thetas, x, s_init):
        return losses(thetas, x, s_init).sum()

    by_theta, by_x, by_start = grad(loss, argnums=(0, 1, 2))(thetas, x, s_init)
    terms = jacrev(lambda thetas: losses(thetas)[chosen])(thetas)
    found = {"states": run(thetas, x, s_init, nudges), "gradient x": by_x, "gradient s_init": by_start}
    found |= {f"gradient {name}": value.sum(dim=0) for name, value in by_theta.items()}
    found |= {f"terms {name}": value for name, value in terms.items()}
    # A state of one sequence does not depend on a nudge of another one: sum over those zeros.
    jacobians = jacrev(lambda nudges: _sum_of_batch(run(thetas, x, s_init, nudges)[chosen]))(nudges)
    found["jacobians"] = _pairs_first(jacobians, batched=x.ndim == 3)
    return {name: value.numpy() for name, value in found.items()}


def _sum_of_batch(s):
    return s.sum(dim=1) if s.ndim == 3 else s


def _pairs_first(jacobians, *, batched: bool):
    """Turn the axes t, a, k, (batch,) b into t, k, (batch,) a, b."""
    return jacobians.permute(0, 2, 3, 1, 4) if batched else jacobians.permute(0, 2, 1, 3)
