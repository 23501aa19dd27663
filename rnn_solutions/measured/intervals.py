"""Intervals that hold in at least 95 of 100 repetitions, whatever the true share is."""

from __future__ import annotations

from typing import NamedTuple

from scipy.stats import binomtest

LEVEL = 0.95


class Interval(NamedTuple):
    """An estimate and its limits, as shares or differences of shares, dimensionless."""

    value: float
    low: float
    high: float


def of_share(hits: int, of: int, level: float = LEVEL) -> Interval:
    """Return a share of independent trials with the limits of Clopper and Pearson (1934).

    Examples
    --------
    >>> [round(float(limit), 3) for limit in of_share(10, 10)]
    [1.0, 0.692, 1.0]
    """
    limits = binomtest(hits, of).proportion_ci(level, method="exact")
    return Interval(hits / of, float(limits.low), float(limits.high))


def of_paired_difference(only_first: int, only_second: int, pairs: int) -> Interval:
    r"""Return by how much the first succeeds more often than the second, where each pair shares its seed.

    A pair tells something only if one of the two succeeds alone. With :math:`q` the share of such pairs,
    and :math:`p` that of the first among them, the difference is :math:`q\,(2 p - 1)`. Each has its exact
    limits at 97.5%, so both hold together in at least 95 of 100 repetitions. The interval leaves out 0 where
    that of :math:`p` leaves out a half: the exact test of McNemar at 2.5%.

    Examples
    --------
    >>> [round(float(limit), 2) for limit in of_paired_difference(10, 0, 40)]
    [0.25, 0.03, 0.43]
    """
    told = only_first + only_second
    each = 1 - (1 - LEVEL) / 2
    q = of_share(told, pairs, each)
    p = of_share(only_first, told, each) if told else Interval(0.5, 0.0, 1.0)
    low, high = 2 * p.low - 1, 2 * p.high - 1
    return Interval(
        (only_first - only_second) / pairs,
        min(q.low * low, q.high * low),
        max(q.low * high, q.high * high),
    )
