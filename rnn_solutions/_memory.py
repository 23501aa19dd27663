"""Say how much memory something would take before it is taken, and how much less would fit."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Callable
from decimal import Decimal
from numbers import Real

from rnn_solutions._validation import spelled

GIB = 2**30


def require_memory(
    what: str, steps: int, bytes_of: Callable[[int], int], memory: float, way: str, least: int = 1
) -> None:
    """Raise a ValueError if so many steps would take more than `memory` bytes.

    It says how many steps fit, in the braces ``{fits}`` of `way`, and after how many others: ``{first}``.
    """
    if isinstance(memory, bool) or not isinstance(memory, Real) or not memory > 0:
        raise ValueError(f"memory must be a positive number of bytes, got {spelled(memory)}")
    memory = memory if isinstance(memory, int) else float(memory)  # numpy's short floats compare as such
    need = bytes_of(steps)
    if need <= memory:
        return
    fits = bisect_right(range(steps + 1), memory, key=bytes_of) - 1
    none = "not even two steps fit" if least == 2 else "not even one step fits"
    found = way.format(fits=fits, first=steps - fits) if fits >= least else none
    sizes = f"would take {_gib(need)} GiB, and memory allows {_gib(memory)}"
    raise ValueError(f"{what.format(steps)} {sizes}; {found}")


def require_size(what: str, need: int) -> None:
    """Raise a ValueError if what one or two small arguments ask for would take half of all memory or more."""
    half = _of_the_machine() // 2
    if need > half:
        raise ValueError(
            f"{what} would take {_gib(need)} GiB, and half of this machine's memory is {_gib(half)}"
        )


def _gib(size: float) -> str:
    """Write a number of bytes, perhaps an int beyond any float."""
    try:
        return f"{float(size) / GIB:.3g}"
    except OverflowError:
        return f"{Decimal(size) / GIB:.3g}"


def _of_the_machine() -> int:
    """Return how many bytes of memory the machine has; Windows does not say, and counts as 16 GiB."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 16 * GIB
