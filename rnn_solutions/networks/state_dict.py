"""Read the weights of one layer by the names that PyTorch gives them."""

from __future__ import annotations

import re
from os import PathLike
from typing import Any

from numpy.lib.npyio import NpzFile

from rnn_solutions._validation import Array, as_array, flag, float_array, kind_of, natural, text

OWNERS = {1: "an RNN's", 3: "a GRU's", 4: "an LSTM's"}  # by how many blocks of rows the weights stack


def read_layer(
    mapping: Any,
    layer: int | None,
    prefix: str,
    reverse: bool | None,
    gates: int | None,
    is_projected: bool = False,
) -> dict[str, Array]:
    """Return the arrays of one layer and direction: ``weight_ih``, ``weight_hh``, ``bias_ih``, ``bias_hh``.

    None is the first, which must be the only one; a single cell has names without a layer. The two biases may
    be missing together. Any other lack is a ValueError that lists what was looked for and what was found. So
    is an entry that cannot be read or is not of its shape, with `gates` blocks of rows; None is any number of
    rows. An error has the names of the mapping, and of its file where it has one.
    """
    if getattr(mapping, "allow_pickle", False):
        raise ValueError("the npz file must be opened with allow_pickle=False: nothing is unpickled here")
    if isinstance(mapping, str | PathLike):
        raise ValueError(f"mapping must map names to arrays, got the path {mapping!r}: open it with np.load")
    if isinstance(mapping, type) or not hasattr(mapping, "keys"):
        raise ValueError(f"mapping must map names to arrays, got {kind_of(mapping)}")
    prefix = text("prefix", prefix)
    layer = None if layer is None else natural("layer", layer)
    reverse = None if reverse is None else flag("reverse", reverse)
    if isinstance(mapping, NpzFile) and mapping.zip is None:
        first = f"{prefix}weight_ih{_ending(layer, reverse)}"
        raise ValueError(f"the npz file must be open to read {first}, got one that was closed")
    file = getattr(getattr(mapping, "zip", None), "filename", None)  # what an npz file has
    place = f" of {file}" if file else ""
    try:
        found = {str(name) for name in mapping.keys()}  # noqa: SIM118 - a safetensors file has no iterator
    except Exception as error:  # a mapping is somebody else's
        raise ValueError(f"mapping must list its names, got {error!r}") from error
    ending = _asked_for(found, layer, prefix, reverse, place)
    kinds = ["weight_ih", "weight_hh", "bias_ih", "bias_hh", *(["weight_hr"] if is_projected else [])]
    names = {kind: f"{prefix}{kind}{ending}" for kind in kinds}
    if f"{prefix}weight_hr{ending}" in found and not is_projected:
        raise ValueError(
            f"a layer with a projection (proj_size) is read by ProjectedLSTM.from_state_dict, "
            f"got {prefix}weight_hr{ending}{place}"
        )
    peephole = re.compile(re.escape(prefix) + r"(weight_c[ifo]|\w*peephole\w*)(_l\d+(_reverse)?)?")
    if seen := next(filter(peephole.fullmatch, sorted(found)), None):
        raise ValueError(f"mapping must hold a layer without peepholes, got {seen}{place}")
    biases = {names["bias_ih"], names["bias_hh"]}
    missing = set(names.values()) - found
    if missing and missing != biases:
        asked = [f"{name}={value}" for name, value in (("layer", layer), ("reverse", reverse)) if value]
        raise ValueError(
            f"{file or 'mapping'} must hold {', '.join(names.values())}, the two biases optional together"
            f"{' for ' if asked else ''}{', '.join(asked)}; "
            f"missing {', '.join(sorted(missing))}; found {', '.join(sorted(found)) or 'nothing'}"
        )
    held = {kind: _entry(mapping, name, place) for kind, name in names.items() if name not in missing}
    rows = _rows(names["weight_hh"] + place, held["weight_hh"], gates)
    shapes: dict[str, tuple[int | str, ...]] = {"weight_ih": (rows, "d"), "weight_hh": (rows, "n")}
    shapes["weight_hr"] = ("p", "n")
    return {
        kind: float_array(names[kind] + place, value, shapes.get(kind, (rows,)), copy=False)
        for kind, value in held.items()
    }


def _ending(layer: int | None, reverse: bool | None) -> str:
    """Return what a layer and direction have behind their names."""
    return f"_l{layer or 0}{'_reverse' if reverse else ''}"


def _asked_for(found: set[str], layer: int | None, prefix: str, reverse: bool | None, place: str) -> str:
    """Return what the names of one layer end with, or raise a ValueError if it is one of several unnamed."""
    pattern = re.compile(re.escape(prefix) + r"weight_[ih]h(?:_l(\d+)(_reverse)?)?")
    matches = [match for match in map(pattern.fullmatch, found) if match]
    parts = {(int(match[1]), bool(match[2])) for match in matches if match[1]}
    if matches and not parts and not layer and not reverse:
        return ""
    several = {
        "layer": layer is None and any(number for number, _ in parts),
        "reverse": reverse is None and any(back for number, back in parts if layer in (None, number)),
    }
    if any(several.values()):
        listed = ", ".join(f"layer {number}{' reverse' if back else ''}" for number, back in sorted(parts))
        raise ValueError(
            f"{' and '.join(name for name in several if several[name])} must be given: mapping{place} holds "
            f"{listed}; name one of them by layer= and reverse=, or read all with Stack.from_state_dict"
        )
    return _ending(layer, reverse)


def _entry(mapping: Any, name: str, place: str) -> Any:
    """Return one entry; torch tensors are detached, pickled objects are refused."""
    fetch = getattr(mapping, "get_tensor", None) or mapping.__getitem__  # the former is safetensors' own
    try:
        value = fetch(name)
    except Exception as error:  # of a damaged file, or of a mapping of somebody else's
        raise ValueError(f"{name}{place} must be readable as an array of numbers: {error!r}") from error
    return as_array(name + place, value)


def _rows(name: str, weight_hh: Any, gates: int | None) -> int | str:
    """Return how many rows each array has, or raise a ValueError if the weights are another network's."""
    if weight_hh.ndim != 2:
        return {None: "rows", 1: "n"}.get(gates, f"{gates}n")
    length, n = weight_hh.shape
    if gates and n and length != gates * n:
        owner = OWNERS.get(length // n) if length % n == 0 else None
        whose = f": these are {owner} weights" if owner else ""
        shape = "(n, n)" if gates == 1 else f"({gates}n, n)"
        raise ValueError(f"{name} must have shape {shape} as {OWNERS[gates]}, got {weight_hh.shape}{whose}")
    return int(length)
