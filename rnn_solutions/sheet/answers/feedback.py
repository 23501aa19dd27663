"""What a student hears about an answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

UNKNOWN = "Not right, and none of the usual mistakes."


@dataclass(frozen=True)
class Feedback:
    """What :func:`rnn_solutions.check_answer` says about an answer.

    Attributes
    ----------
    right : bool
        Whether the answer is right.
    mistake : str or None
        A short name for what went wrong, such as ``"elementwise power"``; None if the answer is right, or
        none of the usual mistakes.
    message : str
        The same in a sentence or two.
    case : tuple or None
        The arguments on which a function first went wrong, to try it on again; None if none did.

    Examples
    --------
    >>> from rnn_solutions import check_answer
    >>> M, n = check_answer("2b", lambda M, n: M**n).case
    >>> M.shape, n
    ((2, 2), 2)
    """

    right: bool
    mistake: str | None
    message: str
    case: tuple[Any, ...] | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.mistake}: {self.message}" if self.mistake else self.message


def told(said: str, case: tuple[Any, ...] | None = None) -> Feedback:
    """Return feedback from how it is printed: "Right...", or a mistake's name, a colon and the message."""
    mistake, _, message = said.partition(": ")
    return Feedback(True, None, said) if said.startswith("Right") else Feedback(False, mistake, message, case)


def names_in(table: Iterable[str]) -> list[str]:
    """Return the names of the mistakes in a table by what is said of each."""
    return [said.partition(": ")[0] for said in table if not said.startswith("Right")]
