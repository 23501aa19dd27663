"""What a measured sentence is, and the kinds of question that one answers."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_solutions.measured.intervals import Interval, of_paired_difference, of_share
from rnn_solutions.measured.trainings import Trainings, stored

MEASURED: dict[str, Measured] = {}
SAYS = ("more", "less", "open")  # of a difference: which way it goes, or that its interval holds both


class Question(ABC):
    """What is asked of the trainings; each seed answers with a number."""

    arms: tuple[str, ...]
    method: str

    @abstractmethod
    def by_seed(self, data: Trainings) -> NDArray[np.float64]:
        """Return the answer of each seed."""

    @abstractmethod
    def interval(self, data: Trainings) -> Interval:
        """Return the estimate and its limits."""

    @abstractmethod
    def words(self, data: Trainings) -> dict[str, str]:
        """Return what a sentence may hold, by name."""

    def says(self, data: Trainings) -> str:  # noqa: ARG002 - a mere share goes no way
        """Return which way a difference goes, or that its interval holds both."""
        return "open"


def criterion(data: Trainings, arm: str, by: int | None) -> NDArray[np.bool_]:
    """Return which trainings of an arm are solved, at the end or by an update."""
    return data.solved(arm) if by is None else data.solved_by(arm, by)


@dataclass(frozen=True)
class Share(Question):
    """How often an arm is solved, at the end or by an update."""

    arm: str
    by: int | None = None
    method = "exact binomial interval"

    @property
    def arms(self) -> tuple[str, ...]:  # type: ignore[override]
        """The arms that are asked."""
        return (self.arm,)

    def by_seed(self, data: Trainings) -> NDArray[np.float64]:
        """Return 1 where it is solved."""
        return criterion(data, self.arm, self.by).astype(float)

    def interval(self, data: Trainings) -> Interval:
        """Return the share."""
        hits = self.by_seed(data)
        return of_share(int(hits.sum()), hits.size)

    def words(self, data: Trainings) -> dict[str, str]:
        """Return the count, and the limits."""
        hits, limits = self.by_seed(data), self.interval(data)
        return {"count": f"{hits.sum():.0f} of {hits.size}", "limits": percent(limits)}


@dataclass(frozen=True)
class MoreOften(Question):
    """How much more often one arm is solved than another, seed by seed."""

    first: str
    second: str
    by: int | None = None
    method = "exact interval of a paired difference"

    @property
    def arms(self) -> tuple[str, ...]:  # type: ignore[override]
        """The arms that are asked."""
        return (self.first, self.second)

    def by_seed(self, data: Trainings) -> NDArray[np.float64]:
        """Return 1 where the first alone is solved, -1 where the second alone is, and 0 elsewhere."""
        first, second = (criterion(data, arm, self.by).astype(float) for arm in self.arms)
        return np.asarray(first - second)

    def interval(self, data: Trainings) -> Interval:
        """Return the difference of the shares."""
        difference = self.by_seed(data)
        return of_paired_difference(int((difference > 0).sum()), int((difference < 0).sum()), difference.size)

    def says(self, data: Trainings) -> str:
        """Return which way it goes."""
        _, low, high = self.interval(data)
        return "more" if low > 0 else "less" if high < 0 else "open"

    def words(self, data: Trainings) -> dict[str, str]:
        """Return both counts, and the difference in percentage points."""
        first, second = (Share(arm, self.by).words(data)["count"] for arm in self.arms)
        value, low, high = (100 * part for part in self.interval(data))
        if self.says(data) == "open":
            found = f"no difference that {self.by_seed(data).size} pairs show"
        else:
            found = f"{abs(value):.0f} percentage points {self.says(data)}"
        limits = f"95% interval {signed(low)} to {signed(high)}"
        if self.says(data) == "open":
            limits += " points"
        return {"first": first, "second": second, "difference": f"{found} ({limits})"}


@dataclass(frozen=True)
class Earlier(Question):
    """In how many pairs the loss of one arm is below half the guess earlier than that of another."""

    first: str
    second: str
    method = "exact interval of pairs that differ"

    @property
    def arms(self) -> tuple[str, ...]:  # type: ignore[override]
        """The arms that are asked."""
        return (self.first, self.second)

    def by_seed(self, data: Trainings) -> NDArray[np.float64]:
        """Return 1 where the first is earlier, -1 where the second is, and 0 where both take as long."""
        first, second = (data.halved(arm) for arm in self.arms)
        return (first < second).astype(float) - (first > second)

    def interval(self, data: Trainings) -> Interval:
        """Return the share of the first among the pairs that differ; 1/2 means no difference."""
        difference = self.by_seed(data)
        told = int(np.abs(difference).sum())
        return of_share(int((difference > 0).sum()), told) if told else Interval(0.5, 0.0, 1.0)

    def says(self, data: Trainings) -> str:
        """Return which way it goes."""
        _, low, high = self.interval(data)
        return "more" if low > 1 / 2 else "less" if high < 1 / 2 else "open"

    def words(self, data: Trainings) -> dict[str, str]:
        """Return the counts of either, and the limits."""
        difference = self.by_seed(data)
        counts = {"first": (difference > 0).sum(), "second": (difference < 0).sum()}
        limits = {"limits": percent(self.interval(data))}
        return {name: f"{count} of {difference.size}" for name, count in counts.items()} | limits


def percent(limits: Interval) -> str:
    """Return the limits of a share."""
    return f"95% interval {100 * limits.low:.0f}% to {100 * limits.high:.0f}%"


def signed(number: float) -> str:
    """Return a whole number with its sign, none for 0."""
    rounded = round(number)
    return f"\N{MINUS SIGN}{-rounded}" if rounded < 0 else f"+{rounded}" if rounded else "0"


@dataclass(frozen=True)
class Measured:
    """A sentence, in which names in braces stand for what was found; the page relies on `says`."""

    label: str
    question: Question
    sentence: str
    says: str = "open"


def measured(label: str, question: Question, sentence: str, says: str = "open") -> None:
    """Register a sentence under its label, or raise a ValueError if one of them is not as it should be."""
    if not label.startswith("measured-") or label in MEASURED:
        raise ValueError(f"a new label must begin with measured-, got {label!r}")
    if says not in SAYS:
        raise ValueError(f"{label}: says must be one of {', '.join(SAYS)}, got {says!r}")
    MEASURED[label] = Measured(label, question, sentence, says)


@dataclass(frozen=True)
class Found:
    """What the stored trainings say of a sentence."""

    label: str
    sentence: str
    words: Mapping[str, str]
    population: str
    seeds: Sequence[int]
    method: str
    interval: Interval
    reason: str  # why the page may not say it; empty where it may


def measure(one: Measured, data: Trainings | None = None) -> Found:
    """Return what was found, by default in the stored trainings."""
    data = data or stored()
    words, says = one.question.words(data), one.question.says(data)
    reason = ""
    if says != one.says:
        told = {"more": "more", "less": "less", "open": "no difference"}
        reason = f"the page rests on {told[one.says]!r}, and the interval says {told[says]!r}"
    sentence = re.sub(r"\{(\w+)\}", lambda name: words[name[1]], one.sentence)
    seeds = data.about["seeds"]
    population = "; ".join(described(data.about["arms"][arm]) for arm in one.question.arms)
    method, interval = one.question.method, one.question.interval(data)
    return Found(one.label, sentence, words, population, seeds, method, interval, reason)


def described(arm: Mapping[str, object]) -> str:
    """Return in words what one arm trains, and on what."""
    size = f"{arm['size']} steps" if arm["task"] != "copying" else f"a gap of {arm['size']}"
    tasks = {"adding": "adding problem", "copying": "copy task", "sign": "sign of the first input"}
    task = tasks[str(arm["task"])]
    parts = [f"{arm['network']} of {arm['units']} units, {task}, {size}"]
    if arm["network"] == "RNN":
        parts.append(f"{arm['activation']}, {arm['recurrent']} recurrent weights")
    if arm["forget"]:
        parts.append(f"{arm['forget']:g} added to the forget bias")
    adam = f"Adam, rate {arm['rate']:g}, β₂ = {arm['beta_2']:g}"
    parts.append(f"{adam}, {arm['updates']} updates of {arm['count']} sequences")
    if arm["warm_up"]:
        parts.append(f"warm-up over {arm['warm_up']} updates")
    parts.append(f"clipped at {arm['clip']:g}" if arm["clip"] else "not clipped")
    if arm["window"]:
        parts.append(f"window of {arm['window']} steps")
    return ", ".join(parts)
