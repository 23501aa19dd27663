"""Run a claim on many instances and say what was found."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from rnn_solutions.claims.registry import Claim
from rnn_solutions.claims.watching import Watched
from rnn_solutions.formulas.evaluating import Meaning
from rnn_solutions.sheet.comparisons import Comparison, OutsideAssumptionsError

TRIALS, SEED, SECONDS = 100, 0, 20.0


@dataclass(frozen=True)
class Verdict:
    """What the machine says of one claim, of which the first and the last entries tell."""

    label: str
    statement: str
    formula: str
    method: str
    assumes: str
    tolerance: float
    because: str
    # "holds"; "defined", for a definition that is what the code does; "refuted", for a printed formula that
    # fails as it must; or "fallen"
    status: str
    sampled: bool
    cases: int  # case c comes from np.random.default_rng([seed, c]); one where there is nothing to draw
    seed: int
    beyond: int  # in how many cases the error was above the tolerance
    error: float | None  # the worst, dimensionless; None if the claim did not run to its end
    worst: int  # the case with that error
    left: str
    right: str
    reason: str  # why it fell
    module: str
    function: str
    line: int
    tried: int = 0  # how many formulas that differ in one place were put in the formula's place
    caught: int = 0  # and how many of them fell


def judge(claim: Claim, trials: int = TRIALS, seed: int = SEED, seconds: float = SECONDS) -> Verdict:
    """Run a claim and return the verdict on it.

    An equation holds if the error is within the tolerance in every case. A printed formula is refuted if
    the error is above it in at least one. What raises, gives NaN, runs past its time or leaves its own
    assumptions has fallen in either case.

    Never an exception that the claim raised: that becomes the reason why it fell. It may take so many seconds
    in all.

    Examples
    --------
    >>> from rnn_solutions.claims import CLAIMS
    >>> judge(CLAIMS["eq-dense-linear"]).status
    'holds'
    """
    if trials < 1:
        raise ValueError(f"trials must be at least 1, got {trials}")
    found: list[Comparison] = []
    cases = trials if claim.is_sampled else 1
    reason = ""
    watched, tried, survivors = Watched(claim), 0, list[str]()
    doubt = ""
    try:
        with _limited_to(seconds), np.errstate(divide="raise", over="raise", invalid="raise"):
            for case in range(cases):
                found.append(_compare(claim, seed, case, watched))  # noqa: PERF401 - what came before an error counts
            if trials >= TRIALS or not claim.is_sampled:  # fewer cases need not notice everything
                doubt = next(watched.faults(), "")
                tried, survivors = watched.survivors()
    except OutsideAssumptionsError as error:
        reason = f"case {len(found)} is outside the claim's own assumptions: {error}"
    except _OutOfTimeError:
        reason = f"it ran past its {seconds:g} seconds, in case {len(found)}"
    except Exception as error:  # noqa: BLE001 - whatever a claim raises is its verdict
        reason = f"case {len(found)} raised {type(error).__name__}: {error}"
    if survivors and not doubt:
        doubt = f"changed to {survivors[0]} it holds as well"
    verdict = _conclude(claim, found, cases, seed, reason)
    if doubt and verdict.status != "fallen":  # it holds, and would if it were wrong
        verdict = replace(verdict, status="fallen", reason=doubt)
    return replace(verdict, tried=tried, caught=tried - len(survivors))


def _compare(claim: Claim, seed: int, case: int, watched: Watched) -> Comparison:
    """Return the worst comparison in one case; NaN is worse than any number."""
    comparisons: list[Comparison] = []
    for number, one in enumerate(_drawn(claim.function, seed if claim.is_sampled else None, case)):
        comparisons += watched.check(one, number == 0) if isinstance(one, Meaning) else watched.note([one])
    if claim.must_fail:
        for one in comparisons:
            one.check_controls(claim.tolerance)
    return max(comparisons, key=lambda one: math.inf if math.isnan(one.error) else one.error)


@lru_cache(maxsize=2 * TRIALS)  # formulas about the same symbols follow each other, and share what is drawn
def _drawn(function: Callable[..., Any], seed: int | None, case: int) -> list[Meaning | Comparison]:
    """Return what the function of a claim draws in one case."""
    returned = function() if seed is None else function(np.random.default_rng([seed, case]))
    return [returned] if isinstance(returned, Comparison | Meaning) else list(returned)


def _conclude(claim: Claim, found: list[Comparison], cases: int, seed: int, reason: str) -> Verdict:
    """Return the verdict that the comparisons and what interrupted them amount to."""
    errors = [math.inf if math.isnan(one.error) else one.error for one in found]
    worst = errors.index(max(errors)) if errors else 0
    beyond = sum(error > claim.tolerance for error in errors)
    finite = [one.error for one in found if not math.isnan(one.error)]
    if not reason and len(finite) < len(found):
        reason = f"case {worst} gave NaN"
    elif not reason and beyond and not claim.must_fail:
        reason = f"the error in case {worst} is {max(errors):.1e}, allowed are {claim.tolerance:g}"
    elif not reason and not beyond and claim.must_fail:
        reason = (
            f"what is printed holds: the worst error is {max(errors):.1e}, allowed are {claim.tolerance:g}"
        )
    stands = {"erratum": "refuted", "def": "defined"}.get(claim.label.partition("-")[0], "holds")
    status = "fallen" if reason else stands
    at_worst: Any = found[worst] if found else Comparison(math.nan, "", "")
    copied = ("label", "statement", "formula", "method", "assumes", "tolerance", "because", "line")
    return Verdict(
        **{name: getattr(claim, name) for name in copied},
        status=status,
        sampled=claim.is_sampled,
        cases=cases,
        seed=seed,
        beyond=beyond,
        error=None if len(finite) < cases else max(finite),
        worst=worst,
        left=at_worst.left,
        right=at_worst.right,
        reason=reason,
        module=claim.function.__module__,
        function=claim.function.__name__,
    )


class _OutOfTimeError(BaseException):
    """No claim can catch it by accident."""


@contextmanager
def _limited_to(seconds: float) -> Iterator[None]:
    """Interrupt the block after so many seconds where the system can; elsewhere complain at its end."""
    start = time.monotonic()
    can_interrupt = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()

    def stop(*_: object) -> None:
        raise _OutOfTimeError

    if can_interrupt:
        before = signal.signal(signal.SIGALRM, stop)
        signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        if can_interrupt:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
    if time.monotonic() - start > seconds:
        raise _OutOfTimeError
