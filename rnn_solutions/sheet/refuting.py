"""Refute a printed formula, and never by mistake: where it fails, the right one must agree."""

from __future__ import annotations

import math
from dataclasses import replace

from rnn_solutions.sheet.comparisons import Comparison


def refuted(printed: Comparison, control: Comparison, *more: Comparison) -> Comparison:
    """Return how far a printed formula is from the truth, with what shows that the truth is true.

    Without a control a mistake in the claim's own truth would pass for one on the sheet: `judge` lets a claim
    fall when a control is off by more than the claim's tolerance, or when there is none. The control compares
    the right formula with the same truth; `more` is whatever else says that the instance is sound.
    """
    return replace(printed, controls=(control, *more))


def least_wrong(*readings: Comparison) -> Comparison:
    """Return the comparison with the smallest error: a formula is refuted if it fails however it is read.

    NaN comes before any number, for then nothing was found. The controls of all readings are kept.
    """
    least = min(readings, key=lambda reading: -math.inf if math.isnan(reading.error) else reading.error)
    return replace(least, controls=tuple(control for reading in readings for control in reading.controls))
