"""What a map or a diagnosis is asked about, checked: the run, the real steps of it, and the losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, as_array, kind_of, require_function, spelled, step
from rnn_solutions.networks.lengths import Lengths, lengths_of, require_no_loss_on_padding, without_padding
from rnn_solutions.networks.recurrent import Recurrent, run_of
from rnn_solutions.networks.runs import RecurrentRun
from rnn_solutions.networks.stack import Stack


def require_fraction(fraction: Any) -> float:
    """Return the fraction, or raise a ValueError if it is none."""
    if not (isinstance(fraction, (float, np.floating)) and 0 < fraction < 1):
        raise ValueError(f"fraction must be a number between 0 and 1, got {spelled(fraction)}")
    return float(fraction)


def losses_of(
    run: RecurrentRun, dL_dh: ArrayLike | Callable[[Array], ArrayLike], lengths: Lengths, batch_first: bool
) -> Array:
    """Return the rows of the losses, steps first, or raise a ValueError."""
    swapped = batch_first and run.h.ndim == 3
    given: Any = dL_dh
    if callable(dL_dh):
        require_function("dL_dh", dL_dh, "be an array or a function of the states", 1, untold=True)
        given = dL_dh(run.h.swapaxes(0, 1) if swapped else run.h)
    rows = run.net.loss_rows(run, steps_first("dL_dh", given) if swapped else given)
    if callable(dL_dh):
        return without_padding(rows, lengths)
    require_no_loss_on_padding(rows, lengths)
    return rows


def asked_run(
    net: Any,
    x: ArrayLike,
    h_init: ArrayLike | None,
    c_init: ArrayLike | None,
    last: int | None,
    lengths: ArrayLike | None,
    mask: ArrayLike | None,
    batch_first: bool,
) -> tuple[RecurrentRun, int, Lengths]:
    """Return the run of the network, the first step to map and the lengths, or raise a ValueError."""
    if isinstance(net, Stack):
        raise ValueError(f"net must be one layer, got {net}: stack_map maps it, and its layers by themselves")
    if not isinstance(net, Recurrent):
        raise ValueError(f"net must be an RNN, an LSTM, a GRU or another Recurrent, got {kind_of(net)}")
    if c_init is not None and "c_init" not in net.initial_names:
        raise ValueError(f"c_init is the LSTM's alone, got one for {type(net).__name__}")
    given = {"h_init": h_init, "c_init": c_init}
    if batch_first:
        x, mask = steps_first("x", x), None if mask is None else steps_first("mask", mask)
    run = run_of(net, x, **{name: given.get(name) for name in net.initial_names})
    if run.T == 0:
        raise ValueError("x must have at least two steps, got 1")
    real = lengths_of(lengths, mask, run.T + 1, run.h.shape[1] if run.h.ndim == 3 else None)
    longest = int(real.max())
    if longest == 1:
        raise ValueError("one sequence must have at least two real steps, got 1 in each")
    steps = longest if last is None else step("last", last)
    if not 2 <= steps <= longest:
        raise ValueError(f"last must be from 2 to the number of steps, {longest}, got {steps}")
    return run, longest - steps, real


def steps_first(name: str, value: ArrayLike) -> Any:
    """Return an array with its first two axes exchanged, if it has a batch."""
    array = as_array(name, value)
    return array.swapaxes(0, 1) if array.ndim == 3 or (name == "mask" and array.ndim == 2) else value
