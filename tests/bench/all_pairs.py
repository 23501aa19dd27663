"""The norms of dh_t/dh_k for all pairs of steps: by the package, by its peers' jacrev, the products alone.

Each function takes a `Case` and returns one without arguments that does all the work, forward run included.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import numpy as np
import torch

import by_jax
import by_torch
import recursion
from ours import network_of, run_of
from recursion import Case
from rnn_solutions.gradients.norms import jacobian_norms, term_norms


def ours(case: Case) -> Callable[[], np.ndarray]:
    """Return the package's way; its norms are base-10 logarithms."""
    net = network_of(case)
    return lambda: 10 ** jacobian_norms(run_of(case, net))


def norms_of_terms(case: Case) -> Callable[[], np.ndarray]:
    """Return the package's norms of every term of the gradient by the recurrent weights."""
    net = network_of(case)
    return lambda: term_norms(run_of(case, net), case.dL_dh)


def products(case: Case) -> Callable[[], None]:
    """Return the products alone, into arrays made beforehand: for every step t those of t Jacobians by one.

    As a stack of small products they stay in the cache; as one tall product they take a fifth longer.
    """
    n, T = case.n, len(case.x) - 1
    rng = np.random.default_rng(0)
    J, old, new = rng.normal(size=(n, n)), rng.normal(size=(T, n, n)), np.empty((T, n, n))

    def work():
        for t in range(1, T + 1):
            np.matmul(old[:t], J, out=new[:t])

    return work


def torch_jacrev(case: Case) -> Callable[[], np.ndarray]:
    """Return torch's way: all states by a nudge of every state, then the norms."""
    x, s_init, nudges = map(torch.as_tensor, (case.x, case.s_init, case.nudges))
    thetas = {name: [torch.as_tensor(value)] * len(x) for name, value in case.theta.items()}

    def run(nudges):
        each = nudges.unbind()  # as nudges[t], every step back would fill an array of all steps
        return torch.stack(
            recursion.states(by_torch.OPS, case.network, case.activation, thetas, x, s_init, each)
        )

    return lambda: torch.linalg.vector_norm(torch.func.jacrev(run)(nudges), dim=(1, 3)).numpy()


def jax_jacrev(case: Case) -> Callable[[], np.ndarray]:
    """Return JAX's way, compiled."""

    @jax.jit
    def norms(theta, x, s_init, nudges):
        def advance(s, inputs):
            s = recursion.step(by_jax.OPS, case.network, case.activation, theta, inputs[0], s) + inputs[1]
            return s, s

        full = jax.jacrev(lambda nudges: jax.lax.scan(advance, s_init, (x, nudges))[1])(nudges)
        return jax.numpy.sqrt((full**2).sum(axis=(1, 3)))

    return lambda: np.asarray(norms(case.theta, case.x, case.s_init, case.nudges))
