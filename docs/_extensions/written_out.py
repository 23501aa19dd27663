"""Write TeX without macros of one's own, so that it says the same wherever it is put."""

from __future__ import annotations

import re
from collections.abc import Mapping


def written_out(tex: str, macros: Mapping[str, str]) -> str:
    """Return TeX with the meaning of each macro in its place, or as it is where one lacks what it takes."""
    # A double backslash breaks a line, and is no part of the name behind it.
    call = re.compile(rf"(?<!\\)((?:\\\\)*)\\({'|'.join(macros)})(?![a-zA-Z])")
    while found := call.search(tex):
        meaning, rest = macros[found[2]], tex[found.end() :]
        for place in sorted(set(re.findall(r"#\d", meaning))):
            taken, rest = argument(rest)
            if not taken:
                return tex
            meaning = meaning.replace(place, taken)
        tex = tex[: found.start()] + found[1] + meaning + rest
    return tex


def argument(tex: str) -> tuple[str, str]:
    """Return what a macro takes, the content of braces or else one symbol, and what stands behind it."""
    tex = tex.lstrip()
    depth = 0
    for symbol in re.finditer(r"\\[a-zA-Z]+|\\?.", tex, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(symbol[0], 0)
        if depth == 0:
            end = symbol.end()
            return (tex[1 : end - 1] if tex[0] == "{" else tex[:end]), tex[end:]
    return "", tex
