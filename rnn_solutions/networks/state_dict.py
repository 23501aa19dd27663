"""Read the weights of one layer by the names that PyTorch gives them."""

from __future__ import annotations

from typing import Any

from rnn_solutions._validation import as_array, flag, kind_of, natural, text


def read_layer(mapping: Any, layer: int, prefix: str, reverse: bool) -> dict[str, Any]:
    """Return the arrays of one layer and direction: ``weight_ih``, ``weight_hh``, ``bias_ih``, ``bias_hh``.

    The two biases may be missing together. Any other lack is a ValueError that lists what was looked for and
    what was found.
    """
    if getattr(mapping, "allow_pickle", False):
        raise ValueError("the npz file must be opened with allow_pickle=False: nothing is unpickled here")
    if isinstance(mapping, type) or not hasattr(mapping, "keys"):
        raise ValueError(f"mapping must map names to arrays, got {kind_of(mapping)}")
    prefix = text("prefix", prefix)
    ending = f"_l{natural('layer', layer)}" + ("_reverse" if flag("reverse", reverse) else "")
    names = {kind: f"{prefix}{kind}{ending}" for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
    found = {str(name) for name in mapping.keys()}  # noqa: SIM118 - a safetensors file has no iterator
    if f"{prefix}weight_hr{ending}" in found:
        raise ValueError(f"a projection (proj_size) is not supported, got {prefix}weight_hr{ending}")
    biases = {names["bias_ih"], names["bias_hh"]}
    missing = set(names.values()) - found
    if missing and missing != biases:
        raise ValueError(
            f"mapping must hold {', '.join(names.values())}, the two biases optional together; "
            f"missing {', '.join(sorted(missing))}; found {', '.join(sorted(found)) or 'nothing'}"
        )
    return {kind: _array(mapping, name) for kind, name in names.items() if name not in missing}


def _array(mapping: Any, name: str) -> Any:
    """Return one entry as an array; torch tensors are detached, pickled objects are refused."""
    fetch = getattr(mapping, "get_tensor", None) or mapping.__getitem__  # the former is safetensors' own
    try:
        value = fetch(name)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be readable as an array of numbers: {error}") from error
    array = as_array(name, value.detach() if hasattr(value, "detach") else value)
    if array.dtype.kind not in "iuf":
        raise ValueError(f"{name} must hold real numbers, got dtype {array.dtype}")
    return array
