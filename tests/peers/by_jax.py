"""What JAX computes for a case: compiled, the steps as one scan, by its own reverse mode."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from recursion import Case, Ops, gathered, step

jax.config.update("jax_enable_x64", True)

OPS = Ops(jax.nn.sigmoid, jnp.tanh, jax.nn.relu, lambda arrays: jnp.concatenate(arrays, axis=-1))


def states(network: str, activation: str, thetas, x, s_init, nudges):
    """Return the states of all steps, (T+1, ..., m)."""

    def advance(s, inputs):
        theta, x_t, nudge = inputs
        s = step(OPS, network, activation, theta, x_t, s) + nudge
        return s, s

    return jax.lax.scan(advance, s_init, (thetas, x, nudges))[1]


def computed(case: Case) -> dict[str, np.ndarray]:
    """Return states, gradients, gradient terms and Jacobians."""

    def run(thetas, x, s_init, nudges):
        return states(case.network, case.activation, thetas, x, s_init, nudges)

    def losses(thetas, x, s_init):
        h = run(thetas, x, s_init, case.nudges)[..., : case.n]
        return (h * case.dL_dh).reshape(len(case.x), -1).sum(axis=1)

    arguments = (case.thetas, case.x, case.s_init)
    total = jax.grad(lambda *arguments: losses(*arguments).sum(), argnums=(0, 1, 2))
    by_theta, by_x, by_start = jax.jit(total)(*arguments)
    terms = jax.jit(jax.jacrev(losses))(*arguments)

    def nudged(nudges):
        s = run(*arguments, nudges)
        return s.sum(axis=1) if s.ndim == 3 else s  # no sequence depends on the nudges of another

    jacobians = jax.jit(jax.jacrev(nudged))(case.nudges)
    return gathered(run(*arguments, case.nudges), by_theta, by_x, by_start, terms, jacobians)
