"""What HIPS autograd computes for a case: numpy, recorded and walked backwards."""

from __future__ import annotations

import autograd.numpy as anp
import numpy as np
from autograd import grad, jacobian

from recursion import Case, Ops, gathered, states

OPS = Ops(
    lambda z: 1 / (1 + anp.exp(-z)),
    anp.tanh,
    lambda z: anp.maximum(z, 0.0),
    lambda arrays: anp.concatenate(arrays, axis=-1),
)


def computed(case: Case) -> dict[str, np.ndarray]:
    """Return states, gradients, gradient terms and Jacobians of a case without a batch."""

    def run(thetas, x, s_init, nudges):
        return anp.stack(states(OPS, case.network, case.activation, thetas, x, s_init, nudges))

    def losses(thetas, x, s_init):
        return anp.sum(run(thetas, x, s_init, case.nudges)[:, : case.n] * case.dL_dh, axis=1)

    arguments = (case.thetas, case.x, case.s_init)
    by_theta, by_x, by_start = (
        grad(lambda *arguments: anp.sum(losses(*arguments)), argnum)(*arguments) for argnum in range(3)
    )
    terms = {
        name: jacobian(lambda value, name=name: losses({**case.thetas, name: value}, case.x, case.s_init))(
            value
        )
        for name, value in case.thetas.items()
    }
    jacobians = jacobian(lambda nudges: run(*arguments, nudges))(case.nudges)
    return gathered(run(*arguments, case.nudges), by_theta, by_x, by_start, terms, jacobians)
