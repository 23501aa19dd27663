"""What a complex step finds for a case, in float64 or with mpmath's digits; no reverse mode is involved.

The imaginary part of f(x + i eps e) / eps is the derivative. Nothing is subtracted, so eps can be so small
that the error of order eps^2 is far below the last digit.
"""

from __future__ import annotations

from collections.abc import Callable

import mpmath
import numpy as np

from recursion import Case, Ops, states

_real = np.frompyfunc(lambda entry: entry.real, 1, 1)
_imaginary = np.frompyfunc(lambda entry: entry.imag, 1, 1)


def _relu(z):
    return np.where((_real(z) > 0).astype(bool), z, 0)


def _join(arrays):
    return np.concatenate(arrays, axis=-1)


NUMPY = Ops(lambda z: 1 / (1 + np.exp(-z)), np.tanh, _relu, _join)
_exp, _tanh = np.frompyfunc(mpmath.exp, 1, 1), np.frompyfunc(mpmath.tanh, 1, 1)
MPMATH = Ops(lambda z: 1 / (1 + _exp(-z)), _tanh, _relu, _join)


def computed(case: Case) -> dict[str, np.ndarray]:
    """Return states, gradients, gradient terms and Jacobians of a case without a batch, from float64."""
    return _computed(case, NUMPY, lambda array: array.astype(np.complex128), 1e-30)


def computed_to_fifty_digits(case: Case) -> dict[str, np.ndarray]:
    """Return the same, computed with 50 digits and rounded to float64 once."""
    with mpmath.workdps(50):
        exactly = np.frompyfunc(lambda entry: mpmath.mpc(float(entry)), 1, 1)
        return _computed(case, MPMATH, exactly, mpmath.mpf(10) ** -60)


def _computed(case: Case, ops: Ops, lift: Callable[[np.ndarray], np.ndarray], eps) -> dict[str, np.ndarray]:
    inputs = {"x": case.x, "s_init": case.s_init, "nudges": case.nudges, **case.thetas}
    lifted = {name: lift(array) for name, array in inputs.items()}
    dL_dh = lift(case.dL_dh)

    def run(arrays):
        thetas = {name: arrays[name] for name in case.theta}
        rest = (arrays[name] for name in ("x", "s_init", "nudges"))
        return np.stack(states(ops, case.network, case.activation, thetas, *rest))

    def losses(arrays):
        return (run(arrays)[:, : case.n] * dL_dh).sum(axis=1)

    def derivative(function, name):
        """Return the derivative of `function` by the input `name`; the axes of the function come first."""
        columns = []
        for place in np.ndindex(inputs[name].shape):
            nudged = lifted[name].copy()
            nudged[place] = nudged[place] + 1j * eps
            columns.append(_imaginary(function({**lifted, name: nudged})) / eps)
        return np.stack(columns, axis=-1).reshape(columns[0].shape + inputs[name].shape)

    found = {"states": _real(run(lifted))}
    found |= {f"gradient {name}": derivative(losses, name).sum(axis=0) for name in ("x", "s_init")}
    found |= {f"terms {name}": derivative(losses, name) for name in case.theta}
    found |= {f"gradient {name}": found[f"terms {name}"].sum(axis=(0, 1)) for name in case.theta}
    found["jacobians"] = np.moveaxis(derivative(run, "nudges"), 1, -2)
    return {name: value.astype(np.float64) for name, value in found.items()}
