"""Find the arrays of one layer by the names that a library stores them under, however they are nested."""

from __future__ import annotations

import re
from collections.abc import Sequence
from os import PathLike
from typing import Any

from rnn_solutions._validation import SEQUENCES, Array, float_array, kind_of, text

DEEPEST = 32  # levels of nesting
PEEPHOLES = re.compile(r"w_[ifo]_diag|.*peephole.*|P", re.IGNORECASE)
NORMALISED = re.compile(r"(.*/)?(gamma|beta|layer_?norm\w*|ln_?\w*)(/.*)?", re.IGNORECASE)
PROJECTION = re.compile(r"projection(/.*)?|proj(/.*)?|weight_hr\w*", re.IGNORECASE)


class StoredArrays:
    """The arrays of one layer, by the names in which a layout calls them.

    Parameters
    ----------
    arrays : mapping or list
        Names to arrays, also nested; or the arrays alone, in the order of `names`.
    prefix : str
        What stands before the names.
    names : tuple of str
        The names, in the order of a list.
    anchors : tuple of str
        Names of which one must be there, once: it says in which folder the layer lies.

    Raises
    ------
    ValueError
        If no anchor is there or several are, a list has the wrong length, or there are peepholes, layer norms
        or a projection, which no network here has.
    """

    def __init__(self, arrays: Any, prefix: str, names: Sequence[str], anchors: Sequence[str]) -> None:
        prefix = _normal(text("prefix", prefix))
        self._labels: dict[str, str] = {}
        if isinstance(arrays, (str, PathLike)):
            raise ValueError(f"arrays must hold the arrays, got the path {arrays!r}: open it first")
        if isinstance(arrays, SEQUENCES):
            if not 2 <= len(arrays) <= len(names):
                raise ValueError(
                    f"arrays must be {', '.join(names)} in this order, the last optional, got {len(arrays)}: "
                    "a layer with two directions has twice as many, so hand over those of one"
                )
            self._found = dict(zip(names, arrays, strict=False))
            self._labels = {name: f"arrays[{place}] ({name})" for place, name in enumerate(names)}
            prefix = ""
        elif isinstance(arrays, type) or not hasattr(arrays, "keys"):
            raise ValueError(f"arrays must be a list of arrays or map names to them, got {kind_of(arrays)}")
        else:
            self._found = _flattened(arrays)
        below = {name: name.removeprefix(prefix) for name in self._found if name.startswith(prefix)}
        places = sorted(
            name.removesuffix(anchor)
            for name, short in below.items()
            for anchor in anchors
            if (short == anchor or short.endswith(f"/{anchor}")) and not name.endswith(f"projection/{anchor}")
        )
        if len(places) != 1:
            told = "found" if places else f"none is there below prefix {prefix!r}; found"
            listed = [place + "..." for place in places] or sorted(self._found) or ["nothing"]
            more = "; name one by prefix=" if places else ""
            if below and all(re.fullmatch(r"arr_\d+", name) for name in below):
                more = ": numpy named these, so hand over a list of them in the order of the layout"
            raise ValueError(
                f"arrays must hold {' or '.join(anchors)} once, {told} {', '.join(listed)}{more}"
            )
        self._folder = places[0]
        self._refuse_what_no_network_has()

    def _refuse_what_no_network_has(self) -> None:
        """Raise a ValueError that names the first entry of a kind of layer that is not here."""
        for name in self._found:
            if name.startswith(self._folder):
                short = name.removeprefix(self._folder)
                for what, pattern in (
                    ("peepholes", PEEPHOLES),
                    ("a layer norm", NORMALISED),
                    ("a projection", PROJECTION),
                ):
                    if pattern.fullmatch(short):
                        raise ValueError(f"arrays must hold a layer without {what}, got {name}")

    def has(self, *names: str) -> str:
        """Return the first of these names that is there, or nothing."""
        return next((name for name in names if self._folder + name in self._found), "")

    def take(self, name: str, *shapes: tuple[int | str, ...]) -> Array:
        """Return an array of one of the shapes, or raise a ValueError that names it."""
        full = self._folder + name
        if full not in self._found:
            here = ", ".join(sorted(one for one in self._found if one.startswith(self._folder)))
            raise ValueError(f"arrays must hold {full}, found {here}")
        return float_array(self._labels.get(full, full), self._found[full], *shapes, copy=False)

    def square(self, name: str, gates: int, axis: int) -> Array:
        """Return the weights of the state, n along one axis and `gates` times n along the other."""
        wide = "n" if gates == 1 else f"{gates}n"
        n = self.take(name, ("n", wide) if axis == 0 else (wide, "n")).shape[axis]
        return self.take(name, (n, gates * n) if axis == 0 else (gates * n, n))


def _normal(name: str) -> str:
    """Write a name in one manner: folders by slashes, without TensorFlow's number of the output."""
    return re.sub(r":\d+$", "", name).replace(".", "/")


def _flattened(arrays: Any) -> dict[str, Any]:
    """Return all entries of a mapping, also of those within it, by their normal names."""
    found: dict[str, Any] = {}
    waiting: list[tuple[str, Any, int]] = [("", arrays, 0)]
    while waiting:
        path, node, depth = waiting.pop()
        fetch = getattr(node, "get_tensor", None) or node.__getitem__  # the former is safetensors' own
        try:
            for key in list(node.keys()):
                value, name = fetch(key), _normal(f"{path}{key}")
                if callable(getattr(value, "keys", None)) and depth < DEEPEST:
                    waiting.append((f"{name}/", value, depth + 1))
                elif value is not None:
                    found[name] = value
        except Exception as error:  # a mapping is somebody else's
            raise ValueError(f"arrays must be readable by their names, got {error!r}") from error
    return found
