"""Which layers and directions a mapping of PyTorch's names holds, and of which kind they are."""

from __future__ import annotations

import re
from typing import Any

from rnn_solutions._validation import Array, kind_of
from rnn_solutions.networks.gru import GRU
from rnn_solutions.networks.lstm import LSTM
from rnn_solutions.networks.recurrent import Recurrent
from rnn_solutions.networks.rnn import RNN
from rnn_solutions.networks.stack_directions import ending

OF_ROWS: dict[int, type[Recurrent]] = {1: RNN, 3: GRU, 4: LSTM}  # by how many blocks the weights stack


def kind_by_rows(weight_hh: Array, name: str, asked: type[Recurrent] | None) -> type[Recurrent]:
    """Return the class whose weights stack as many blocks of rows; a ValueError if another was asked for."""
    rows, n = weight_hh.shape
    kind = OF_ROWS.get(rows // n) if rows % n == 0 else None
    if kind is None:
        raise ValueError(
            f"{name} must have shape (n, n) as an RNN's, (3n, n) as a GRU's or (4n, n) as an LSTM's, got "
            f"{weight_hh.shape}"
        )
    if asked not in (None, kind):
        raise ValueError(
            f"kind must be {kind.__name__}, as {name} of shape {weight_hh.shape} says, got {kind_of(asked)}"
        )
    return kind


def is_projected(mapping: Any, prefix: str) -> bool:
    """Say whether the lowest layer of a mapping has a projection."""
    return hasattr(mapping, "keys") and f"{prefix}weight_hr_l0" in map(str, mapping.keys())


def directions_in(mapping: Any, prefix: str) -> list[tuple[bool, ...]]:
    """Return the directions of each layer of a mapping, or raise a ValueError if one is missing."""
    name = re.compile(re.escape(prefix) + r"weight_[ih]h(_l(0|[1-9]\d{0,3})(_reverse)?)")
    matches = [match for key in mapping.keys() if (match := name.fullmatch(str(key)))]  # noqa: SIM118
    found = sorted({(int(match[2]), match[3] is not None) for match in matches})
    directions = (False, True) if any(reverse for _, reverse in found) else (False,)
    layers = found[-1][0] + 1
    wanted = [(layer, reverse) for layer in range(layers) for reverse in directions]
    if missing := [place for place in wanted if place not in found]:
        which = f"each layer from 0 to {layers - 1}" + (" in both directions" if len(directions) == 2 else "")
        raise ValueError(
            f"mapping must hold {which}; missing {_places(missing, prefix)}; found {_places(found, prefix)}"
        )
    return [directions] * layers


def _places(places: list[tuple[int, bool]], prefix: str) -> str:
    """Write layers and directions by the names of their weights."""
    return ", ".join(f"{prefix}weight_ih{ending(*place)}" for place in places)
