"""A function of somebody else's runs for a limited time."""

import threading
import time
from contextvars import ContextVar

import pytest

from rnn_solutions._time_limit import run_for

SETTING = ContextVar("SETTING", default="unset")


def test_what_ends_in_time_returns_what_it_returns_and_raises_what_it_raises():
    assert run_for(5, lambda: 3) == 3
    with pytest.raises(ZeroDivisionError):
        run_for(5, lambda: 1 / 0)


def test_it_runs_in_the_context_of_its_caller():
    SETTING.set("set")

    assert run_for(5, SETTING.get) == "set"


def test_what_does_not_end_is_stopped():
    before = set(threading.enumerate())

    def endless():
        while True:
            pass

    began = time.monotonic()
    with pytest.raises(TimeoutError, match=r"^did not return within 0\.2 seconds$"):
        run_for(0.2, endless)

    assert time.monotonic() - began < 5
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive()
