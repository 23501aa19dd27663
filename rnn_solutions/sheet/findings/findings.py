"""The findings by number: what kind each is and where it stands. The page of errata tells what they say."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = {
    "E": "mathematical error",
    "I": "incomplete or unproved",
    "A": "missing assumption",
    "N": "notation",
    "T": "misprint",
    "R": "remark",
}


@dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes
    ----------
    number : int
        From 1.
    part : str
        The question of the sheet, or "notation".
    kinds : str
        Letters of `KINDS`, the weightiest first.
    in_statement : bool
        Whether it stands in the question itself and not, or not only, in the answer.
    """

    number: int
    part: str
    kinds: str
    in_statement: bool = False


def _findings() -> tuple[Finding, ...]:
    """Return the findings, numbered as they are listed here; a star marks the statement."""
    by_part = {
        "1(a)": "N T T T T E T I",
        "1(b)": "A* E TN E EN* I NI",
        "2(a)": "T E E* NI",
        "2(b)": "I T A*",
        "2(c)": "T* T I N I E E E E",
        "3(a)": "I E E",
        "3(b)": "EI R NA* E* E*",
        "3(c)": "E* A* EI A I",
        "notation": "N",
    }
    listed = [(part, kinds) for part, row in by_part.items() for kinds in row.split()]
    return tuple(
        Finding(number, part, kinds.rstrip("*"), kinds.endswith("*"))
        for number, (part, kinds) in enumerate(listed, 1)
    )


FINDINGS = _findings()
