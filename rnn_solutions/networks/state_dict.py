"""Read the weights of one layer by the names that PyTorch gives them."""

from __future__ import annotations

from os import PathLike
from typing import Any

from numpy.lib.npyio import NpzFile

from rnn_solutions._validation import Array, as_array, flag, float_array, kind_of, natural, text

OWNERS = {1: "an RNN's", 3: "a GRU's", 4: "an LSTM's"}  # by how many blocks of rows the weights stack


def read_layer(mapping: Any, layer: int, prefix: str, reverse: bool, gates: int | None) -> dict[str, Array]:
    """Return the arrays of one layer and direction: ``weight_ih``, ``weight_hh``, ``bias_ih``, ``bias_hh``.

    The two biases may be missing together. Any other lack is a ValueError that lists what was looked for and
    what was found. So is an entry that cannot be read or is not of its shape, with `gates` blocks of rows;
    None is any number of rows. An error has the names of the mapping, and of its file where it has one.
    """
    if getattr(mapping, "allow_pickle", False):
        raise ValueError("the npz file must be opened with allow_pickle=False: nothing is unpickled here")
    if isinstance(mapping, str | PathLike):
        raise ValueError(f"mapping must map names to arrays, got the path {mapping!r}: open it with np.load")
    if isinstance(mapping, type) or not hasattr(mapping, "keys"):
        raise ValueError(f"mapping must map names to arrays, got {kind_of(mapping)}")
    prefix = text("prefix", prefix)
    ending = f"_l{natural('layer', layer)}" + ("_reverse" if flag("reverse", reverse) else "")
    names = {kind: f"{prefix}{kind}{ending}" for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
    if isinstance(mapping, NpzFile) and mapping.zip is None:
        raise ValueError(f"the npz file must be open to read {names['weight_ih']}, got one that was closed")
    file = getattr(getattr(mapping, "zip", None), "filename", None)  # what an npz file has
    place = f" of {file}" if file else ""
    try:
        found = {str(name) for name in mapping.keys()}  # noqa: SIM118 - a safetensors file has no iterator
    except Exception as error:  # a mapping is somebody else's
        raise ValueError(f"mapping must list its names, got {error!r}") from error
    if f"{prefix}weight_hr{ending}" in found:
        raise ValueError(f"a projection (proj_size) is not supported, got {prefix}weight_hr{ending}{place}")
    biases = {names["bias_ih"], names["bias_hh"]}
    missing = set(names.values()) - found
    if missing and missing != biases:
        raise ValueError(
            f"{file or 'mapping'} must hold {', '.join(names.values())}, the two biases optional together; "
            f"missing {', '.join(sorted(missing))}; found {', '.join(sorted(found)) or 'nothing'}"
        )
    held = {kind: _entry(mapping, name, place) for kind, name in names.items() if name not in missing}
    rows = _rows(names["weight_hh"] + place, held["weight_hh"], gates)
    shapes: dict[str, tuple[int | str, ...]] = {"weight_ih": (rows, "d"), "weight_hh": (rows, "n")}
    return {
        kind: float_array(names[kind] + place, value, shapes.get(kind, (rows,)), copy=False)
        for kind, value in held.items()
    }


def _entry(mapping: Any, name: str, place: str) -> Any:
    """Return one entry; torch tensors are detached, pickled objects are refused."""
    fetch = getattr(mapping, "get_tensor", None) or mapping.__getitem__  # the former is safetensors' own
    try:
        value = fetch(name)
        value = value.detach() if hasattr(value, "detach") else value
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
