"""One rule for numbers that were written with few digits."""

from __future__ import annotations

from typing import Any

import numpy as np


def how_written(given: Any, exact: Any, unit: Any, slack: float = 0) -> str:
    """Say how numbers whose last decimal place is worth `unit` write the exact ones; nothing if they do not.

    Each must be at most half a unit too large, or less than one too small, apart from signs. The largest must
    be worth a unit, or they would have no digits. Rounding errors may be off by a slack.
    """
    short = np.where(exact < 0, given - exact, exact - given) / unit
    most, least = np.max(short), np.min(short)
    if np.max(unit) > np.max(abs(exact)) or most >= 1 + slack or 2 * least < -1 - slack:
        return ""
    if 2 * most <= 1 + slack:
        return "rounded to"
    return "cut to" if least >= -slack else "partly rounded and partly cut to"
