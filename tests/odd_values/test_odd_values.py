"""Odd values for every argument of everything public, a few here and all with ``nox -s fuzz``; and the judge.

The judge is judged by functions that each have one fault.
"""

import os
import subprocess
import sys
import time
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

import judging
from judging import Case, verdict
from working_calls import Call, Public

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"}
pytestmark = [
    pytest.mark.skipif(
        sys.platform != "linux", reason="only Linux bounds the memory that a process may take"
    ),
    pytest.mark.usefixtures("no_window"),
]


def test_a_sample_of_odd_values_gets_right_answers_or_errors_that_name_the_argument(request):
    lenient = [f"-W{rule}" for rule in request.config.getoption("pythonwarnings") or []]
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "figures")])
    command = [sys.executable, *lenient, str(HERE / "run.py"), "--sample"]

    found = subprocess.run(
        command,
        env=os.environ | ONE_THREAD | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )

    assert found.returncode == 0, found.stdout + found.stderr


def judged(function, expression, table="odd"):
    """Return what is wrong with a function of M when it gets what an expression makes of a list."""
    public = Public(function.__name__, function)
    return verdict(Case(public, Call({"M": [1.0, 2.0]}, is_direct=True), "M", expression, table))[1]


def total(M):
    """Return the sum."""
    if np.ma.is_masked(M):
        raise ValueError("M must hide nothing")
    try:
        M = np.asarray(M, float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"M must hold numbers, got {type(M).__name__}") from error
    if not np.isfinite(M).all():
        raise ValueError("M must be finite")
    return M.sum()


def careless(M):
    return np.sum(np.asarray(M))


def unnamed(M):
    if M is None:
        raise ValueError("bad input")
    return total(M)


def greedy(M):
    M[0] = 0.0
    return 0.0


def talkative(M):
    print("working on it")
    return total(M)


def warning(M):
    warnings.warn("a number is large", RuntimeWarning, stacklevel=2)
    return total(M)


def by_rows(M):
    return float(np.asarray(M).strides[0])


def refusing(M):
    if not isinstance(M, list):
        raise ValueError("M must be a list")
    return total(M)


def slow(M):
    time.sleep(10)
    return total(M)


def drawing(M):
    plt.figure()
    return total(M)


def leaving(M):
    raise SystemExit(len(M))


def asking(M):
    return np.empty((10**9, len(M), 10**9))


def infinite(M):
    return total(M) + np.inf


@pytest.mark.parametrize(
    "expression",
    ["None", "[math.nan]", "masked(good)", "'a'", "good", "Failing()", "np.array(good)", "object"],
)
def test_the_judge_lets_a_careful_function_pass(expression):
    assert judged(total, expression) == ""


@pytest.mark.parametrize(
    ("function", "expression", "problem"),
    [
        (careless, "['a']", "TypeError"),
        (careless, "[math.nan]", "the answer holds NaN"),
        (careless, "masked(good)", "took hidden numbers"),
        (unnamed, "None", "the argument is not named"),
        (greedy, "[1.0]", "an argument was modified"),
        (greedy, "np.ones(2)", "an argument was modified"),
        (talkative, "[1.0]", "printed"),
        (warning, "[1.0]", "RuntimeWarning: a number is large"),
        (slow, "[1.0]", "TooLongError"),
        (drawing, "None", "a figure was left behind"),
        (leaving, "[1.0]", "SystemExit: 1"),
        (asking, "[1.0]", "MemoryError"),
        (infinite, "[1.0]", "the answer holds an infinity"),
    ],
)
def test_the_judge_sees_a_fault(function, expression, problem, monkeypatch):
    monkeypatch.setattr(judging, "SECONDS", 0.2)

    assert problem in judged(function, expression)


@pytest.mark.parametrize(
    ("function", "problem"),
    [(by_rows, "another answer than the plain one"), (refusing, "refused what is the same")],
)
def test_the_judge_sees_that_other_clothes_make_a_difference(function, problem):
    assert problem in judged(function, "strided(good)", table="clothed")
