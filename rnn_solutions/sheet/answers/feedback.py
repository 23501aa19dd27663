"""What a student hears about an answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Feedback:
    """What :func:`rnn_solutions.check_answer` says about an answer.

    Attributes
    ----------
    right : bool
        Whether the answer is right.
    mistake : str or None
        A short name for what went wrong, such as ``"elementwise power"``; None if the answer is right, or
        wrong in no usual way.
    message : str
        The same in a sentence or two.

    Examples
    --------
    >>> print(Feedback(False, "one factor too few", "This is W to the 29th."))
    one factor too few: This is W to the 29th.
    """

    right: bool
    mistake: str | None
    message: str

    def __str__(self) -> str:
        return f"{self.mistake}: {self.message}" if self.mistake else self.message


def told(said: str) -> Feedback:
    """Return feedback from how it is printed: "Right...", or a mistake's name, a colon and the message."""
    if said.startswith("Right"):
        return Feedback(True, None, said)
    mistake, _, message = said.partition(": ")
    return Feedback(False, mistake, message)
