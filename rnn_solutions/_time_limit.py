"""Run somebody else's function for a limited time."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import TypeVar

Found = TypeVar("Found")


def run_for(seconds: float, function: Callable[[], Found]) -> Found:
    """Return what a function returns, raise what it raises, or raise a TimeoutError.

    It runs in a thread of its own, where an exception can be raised from here: that ends what is written in
    Python. What does not end by that is left alone, and ends with the program.
    """
    found: list[Found] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            found.append(function())
        except BaseException as error:  # noqa: BLE001 - whatever it raises is raised again
            raised.append(error)

    thread = threading.Thread(target=copy_context().run, args=(run,), daemon=True)
    thread.start()
    try:
        thread.join(seconds)
    finally:
        if thread.is_alive() and thread.ident:
            stop = ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(*stop)
    for error in raised:
        raise error
    if not found:
        raise TimeoutError(f"did not return within {seconds} seconds")
    return found[0]
