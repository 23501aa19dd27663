"""Time several functions side by side, so that whatever the machine does meanwhile meets them all."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from time import perf_counter, sleep
from typing import Any

import numpy as np

LEAST = 2e-3  # seconds that one reading lasts at least: shorter ones are repeated
MOST_ROUNDS = 100
# Seconds of rest before a reading: JAX's threads still slow what comes 20 ms after its work.
REST = 0.1


def side_by_side(functions: Mapping[str, Callable[[], Any]], seconds: float) -> dict[str, np.ndarray]:
    """Return readings in seconds for each function, taken in turn A B C A B C ... for about `seconds`.

    Every round takes the next function first, so that none always follows the same one. At least five rounds.
    """
    repeats = {}
    for name, function in functions.items():
        function()  # compiles, allocates, fills caches
        start = perf_counter()
        function()
        repeats[name] = int(np.ceil(LEAST / max(perf_counter() - start, 1e-7)))
    names = list(functions)
    readings: dict[str, list[float]] = {name: [] for name in names}
    gc.collect()
    gc.disable()
    try:
        begin, rounds = perf_counter(), 0
        while rounds < 5 or (perf_counter() - begin < seconds and rounds < MOST_ROUNDS):
            for name in names[rounds % len(names) :] + names[: rounds % len(names)]:
                sleep(REST)
                start = perf_counter()
                for _ in range(repeats[name]):
                    functions[name]()
                readings[name].append((perf_counter() - start) / repeats[name])
            gc.collect()
            rounds += 1
    finally:
        gc.enable()
    return {name: np.array(values) for name, values in readings.items()}


def ratio(above: np.ndarray, below: np.ndarray) -> dict[str, float]:
    """Return the median and the quartiles of the ratios of two functions, round by round."""
    low, middle, high = np.quantile(above / below, [0.25, 0.5, 0.75])
    return {"ratio": float(middle), "low": float(low), "high": float(high)}


def slope(sizes: np.ndarray, costs: np.ndarray) -> float:
    """Return the power with which the costs of the three largest sizes grow, by least squares."""
    return float(np.polyfit(np.log(sizes[-3:]), np.log(costs[-3:]), 1)[0])
