"""How fast the norms of Jacobians decay over the lag: quantiles, and a straight line."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rnn_solutions._validation import Array

FLOATS = 308  # the decades of the floats above one
QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Decay:
    """The straight line through the base-10 logarithms of the shares over the lag t - k.

    The share is the norm of a Jacobian over that of the identity.

    Attributes
    ----------
    slope : float
        Decades per step: each step multiplies the share by ``10**slope``.
    intercept : float
        The line at lag 0, in decades.
    residual : float
        The root mean square distance of the pairs from the line, in decades.
    pairs : int
        How many pairs the least squares took, all with a share above zero.
    """

    slope: float
    intercept: float
    residual: float
    pairs: int

    @property
    def factor(self) -> float:
        """What one step multiplies the share by, infinite beyond the range of floats."""
        return 10.0**self.slope if self.slope < FLOATS else math.inf


def log10_identity(norm: str, m: int) -> float:
    """Return the logarithm of the norm of the identity of size m."""
    return math.log10(m) / 2 if norm == "frobenius" else 0.0


def shares_by_lag(jacobians: Array, identity: float, real: Array | None = None) -> list[Array]:
    """Return for each lag the logarithms of the shares of all its pairs, given those of the norms.

    Where `real` is given, (T+1, ...) bool, only pairs count whose later step is real.
    """
    by_lag = []
    for lag in range(len(jacobians)):
        logs = np.moveaxis(np.diagonal(jacobians, -lag), -1, 0) - identity
        by_lag.append(logs.ravel() if real is None else logs[real[lag:]])
    return by_lag


def quantiles(by_lag: list[Array]) -> Array:
    """Return three quantiles of each lag; each is a value that occurs, so that none is NaN."""
    return np.array([np.quantile(logs, QUANTILES, method="inverted_cdf") for logs in by_lag])


def fit_decay(by_lag: list[Array]) -> Decay | None:
    """Return the straight line of least squares through the finite logarithms over the lag."""
    by_lag = [logs[np.isfinite(logs)] for logs in by_lag]
    found = [(lag, len(logs), logs.mean()) for lag, logs in enumerate(by_lag) if len(logs)]
    if len(found) < 2:
        return None
    lags, pairs, means = np.array(found).T
    centre = np.average(lags, weights=pairs)
    weights = pairs * (lags - centre)
    slope = float(weights @ means / (weights @ (lags - centre)))
    intercept = float(np.average(means, weights=pairs) - slope * centre)
    squares = sum(np.sum((logs - intercept - slope * lag) ** 2) for lag, logs in enumerate(by_lag))
    return Decay(slope, intercept, math.sqrt(squares / pairs.sum()), int(pairs.sum()))


def describe(decay: Decay | None) -> str:
    """Say the decay per step."""
    if decay is None:
        return "Decay per step: no fit, because every Jacobian over one step or more is exactly zero"
    factor = f"times {decay.factor:.4g}" if decay.factor < math.inf else f"10^{decay.slope:.4g} times"
    return f"Decay per step: {factor}, fitted to {decay.pairs} pairs within {decay.residual:.2g} decades"
