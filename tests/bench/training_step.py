"""One forward and backward pass of the same network, by the package, by its peers, and its products alone.

Each function here takes a `Case` and returns a function without arguments, which does the whole work, with
the gradients by weights, inputs and the first state. It returns the states and the gradient by the recurrent
weights.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch

import by_jax
from ours import network_of, run_of
from recursion import Case, gated

Contender = Callable[[], tuple[Any, Any]]
BLOCKS = {"RNN": 1, "LSTM": 4, "GRU": 3}


def ours(case: Case) -> Contender:
    """Return the package's pass."""
    net = network_of(case)
    name = next(iter(case.theta))

    def work():
        run = run_of(case, net)
        return run.h, getattr(net.backward(run, case.dL_dh), name)

    return work


def products(case: Case) -> Callable[[], None]:
    """Return the matrix products of one pass alone: same shapes, same order, into arrays made beforehand.

    Of the ways to hand a product to BLAS each is the fastest found: a transpose of the weights with rows of
    its own, `dot` with a place for its result, and the gradient by the weights transposed.
    """
    rng = np.random.default_rng(0)
    n, d, length = case.n, case.x.shape[-1], len(case.x)
    rows, batch = BLOCKS[case.network] * n, 1 if case.x.ndim == 2 else case.x.shape[1]
    W_hh, W_ih = rng.normal(size=(rows, n)), rng.normal(size=(rows, d))
    W_hh_T, W_ih_T = np.ascontiguousarray(W_hh.T), np.ascontiguousarray(W_ih.T)
    x, h, z = (rng.normal(size=(length, batch, width)) for width in (d, n, rows))
    all_x, all_h, all_z = (array.reshape(length * batch, -1) for array in (x, h, z))
    by_x, by_h, back = np.empty((length * batch, rows)), np.empty((batch, rows)), np.empty((batch, n))
    dW_hh_T, dW_ih_T, dx = np.empty((n, rows)), np.empty((d, rows)), np.empty((length * batch, d))
    if batch == 1:
        h, z, by_h, back = h[:, 0], z[:, 0], by_h[0], back[0]

    def work():
        np.dot(all_x, W_ih_T, out=by_x)
        for h_t in h:
            np.dot(h_t, W_hh_T, out=by_h)
        for z_t in z[::-1]:
            np.dot(z_t, W_hh, out=back)
        np.dot(all_h.T, all_z, out=dW_hh_T)
        np.dot(all_x.T, all_z, out=dW_ih_T)
        np.dot(all_z, W_ih, out=dx)

    return work


def jax_scan(case: Case) -> Contender:
    """Return JAX's pass, compiled: the inputs' product for all steps at once, then one scan."""

    def run(theta, x, s_init):
        W_hh, W_ih, *biases = theta
        by_x = x @ W_ih.T + sum(biases[: 1 if case.network == "GRU" else 2])

        def advance(s, by_x_t):
            s = _cell(by_jax.OPS, case, W_hh, biases[-1], by_x_t, s)
            return s, s[0]

        return jax.lax.scan(advance, s_init, by_x)[1]

    @jax.jit
    def both(theta, x, s_init, dL_dh):
        h, pull = jax.vjp(run, theta, x, s_init)
        return h, pull(dL_dh)

    theta, start = (tuple(map(jnp.asarray, arrays)) for arrays in (case.theta.values(), _parts(case)))
    arguments = (theta, jnp.asarray(case.x), start, jnp.asarray(case.dL_dh))

    def work():
        h, (by_theta, _, _) = jax.block_until_ready(both(*arguments))
        return h, by_theta[0]

    return work


def torch_loop(case: Case) -> Contender:
    """Return the pass of PyTorch's autograd over a loop written by hand, the inputs' product outside it."""
    import by_torch

    theta = {name: torch.tensor(value, requires_grad=True) for name, value in case.theta.items()}
    x = torch.tensor(case.x, requires_grad=True)
    start = [torch.tensor(part, requires_grad=True) for part in _parts(case)]
    dL_dh = torch.tensor(case.dL_dh)
    W_hh, W_ih, *biases = theta.values()

    def work():
        by_x = x @ W_ih.T + sum(biases[: 1 if case.network == "GRU" else 2])
        s, h = tuple(start), []
        for by_x_t in by_x:
            s = _cell(by_torch.OPS, case, W_hh, biases[-1], by_x_t, s)
            h.append(s[0])
        h = torch.stack(h)
        return h, torch.autograd.grad(h, [W_hh, W_ih, *biases, x, *start], dL_dh)[0]

    return work


def torch_module(case: Case) -> Contender:
    """Return the pass of torch's own module (for the RNN with tanh, since it has no sigmoid)."""
    module = getattr(torch.nn, case.network)(case.x.shape[-1], case.n, dtype=torch.float64)
    with torch.no_grad():
        names = ("weight_hh_l0", "weight_ih_l0", "bias_ih_l0", "bias_hh_l0")
        for name, value in zip(names, case.theta.values(), strict=False):
            getattr(module, name).copy_(torch.tensor(value))
        if case.network == "RNN":
            module.bias_hh_l0.zero_()
    x = torch.tensor(case.x, requires_grad=True)
    start = [torch.tensor(part[None], requires_grad=True) for part in _parts(case)]
    dL_dh = torch.tensor(case.dL_dh)
    weights = [module.weight_hh_l0, *(p for name, p in module.named_parameters() if name != "weight_hh_l0")]

    def work():
        h, _ = module(x, tuple(start) if case.network == "LSTM" else start[0])
        return h, torch.autograd.grad(h, [*weights, x, *start], dL_dh)[0]

    return work


def require_same(contenders: dict[str, Contender]) -> None:
    """Raise unless all compute the same states and the same gradient: times of other work compare nothing."""
    found = {name: [np.asarray(_detached(array)) for array in work()] for name, work in contenders.items()}
    first = next(iter(found.values()))
    for name, arrays in found.items():
        for array, reference in zip(arrays, first, strict=True):
            np.testing.assert_allclose(
                array, reference, rtol=0, atol=1e-10 * np.abs(reference).max(), err_msg=name
            )


def _cell(ops, case: Case, W_hh, b_hh, by_x, s):
    """Return the next state (h,) or (h, C) from the inputs' share of the pre-activations, biases included.

    Only the GRU still needs a bias here: the one that its reset gate scales.
    """
    h, *cell = s
    by_h = h @ W_hh.T
    if case.network == "RNN":
        return (ops.activation(case.activation)(by_x + by_h),)
    return gated(ops, case.network, by_x, by_h + b_hh if case.network == "GRU" else by_h, h, *cell)


def _parts(case: Case) -> list[np.ndarray]:
    """Return the state before the first step as a list of h, or of h and C."""
    return np.split(case.s_init, 2 if case.network == "LSTM" else 1, axis=-1)


def _detached(array):
    return array.detach() if hasattr(array, "detach") else array
