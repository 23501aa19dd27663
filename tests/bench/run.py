"""Time the package and its peers side by side: ``nox -s bench``, with ``-- --quick`` a rough look.

Prints a table and stores it as JSON for the page docs/benchmarks.md. One processor, float64, whole passes.
The order of the contenders turns from round to round. A ratio is the median over rounds, beside it stand the
quartiles.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import Any

import all_pairs
import long_runs
import machine
import numpy as np
import stacked
import torch
import training_step
from timing import ratio, side_by_side, slope

from recursion import Case, draw

HERE = Path(__file__).parent
# At most so many times the products, with AVX-512 and without: exp and tanh are faster with it.
BATCHED_GOALS = {
    ("RNN", 128): (1.2, 1.4),
    ("LSTM", 128): (1.4, 1.6),
    ("RNN", 512): (1.15, 1.15),
    ("LSTM", 512): (1.3, 1.3),
}
STORED = HERE.parents[1] / "docs" / "_data" / "bench.json"
Row = dict[str, Any]


def row(
    case: str,
    what: str,
    above: np.ndarray,
    below: np.ndarray,
    goal: float | None = None,
    sign: str = "at most",
) -> Row:
    """Return a row of the table: the ratio of two contenders' times, and whether it meets a goal."""
    found = {"case": case, "what": what, **ratio(above, below)}
    if goal is None:
        return {**found, "goal": "none", "met": None}
    met = found["ratio"] <= goal if sign == "at most" else found["ratio"] >= goal
    return {**found, "goal": f"{sign} {goal:g}", "met": bool(met)}


def against_products(
    case: str, ours: Callable[[], Any], products: Callable[[], Any], seconds: float, goal: float | None = None
) -> Row:
    """Return the row that holds a pass against its products, with no third contender to slow it."""
    times = side_by_side({"ours": ours, "products": products}, seconds)
    return row(case, "ours / products", times["ours"], times["products"], goal)


def batched_steps(seconds: float) -> Iterator[Row]:
    """Yield whole passes with a batch of 32 against their products and JAX."""
    for network, activation in [("RNN", "sigmoid"), ("RNN", "tanh"), ("LSTM", "tanh")]:
        for n, steps in [(128, 100), (512, 50)]:
            case = draw(network, activation, n=n, d=n, T=steps - 1, batch=32)
            contenders = {"ours": training_step.ours(case), "JAX": training_step.jax_scan(case)}
            training_step.require_same(contenders)
            name = f"{_name(network, activation)}, n = {n}, batch 32, {steps} steps"
            with_it, without = BATCHED_GOALS[network, n]
            goal = with_it if machine.has_avx_512() else without
            yield against_products(name, contenders["ours"], training_step.products(case), seconds, goal)
            times = side_by_side(contenders, seconds)
            yield row(name, "ours / JAX jit + scan", times["ours"], times["JAX"], 1.0)


def single_steps(seconds: float) -> Iterator[Row]:
    """Yield whole passes of one sequence against PyTorch."""
    for network, activation in [("RNN", "tanh"), ("LSTM", "tanh"), ("GRU", "tanh")]:
        for n in (32, 128):
            case = draw(network, activation, n=n, d=n, T=99)
            contenders = {
                "ours": training_step.ours(case),
                "loop": training_step.torch_loop(case),
                "module": training_step.torch_module(case),
            }
            training_step.require_same(contenders)
            times = side_by_side(contenders, seconds)
            name = f"{_name(network, activation)}, n = {n}, one sequence, 100 steps"
            yield against_products(name, contenders["ours"], training_step.products(case), seconds)
            yield row(name, "PyTorch loop / ours", times["loop"], times["ours"], 5.0, sign="at least")
            if network != "RNN":
                what = f"torch.nn.{network} / ours"
                yield row(name, what, times["module"], times["ours"], 4.0, sign="at least")


def all_pairs_of_steps(seconds: float) -> Iterator[Row]:
    """Yield the norms of all Jacobians against their products, torch and JAX."""
    case = draw("RNN", "tanh", n=64, d=64, T=100)
    makers = {"ours": all_pairs.ours, "torch": all_pairs.torch_jacrev, "JAX": all_pairs.jax_jacrev}
    contenders = {name: make(case) for name, make in makers.items()}
    found = {name: work() for name, work in contenders.items()}
    for name in ("torch", "JAX"):
        np.testing.assert_allclose(found["ours"], found[name], rtol=1e-9, err_msg=name)
    name = "all norms of dh_t/dh_k, n = 64, T = 100"
    yield against_products(name, contenders["ours"], all_pairs.products(case), seconds, 1.2)
    times = side_by_side(contenders, 3 * seconds)
    for peer in ("torch", "JAX"):
        yield row(name, f"{peer} jacrev / ours", times[peer], times["ours"], 8.0, sign="at least")


def stacks(seconds: float) -> Iterator[Row]:
    """Yield whole passes of two layers on each other against the two by themselves."""
    for network in ("RNN", "LSTM", "GRU"):
        times = side_by_side(stacked.contenders(network, n=128, batch=32, steps=100), seconds)
        name = f"two layers of {_name(network, 'tanh')}, n = 128, batch 32, 100 steps"
        yield row(name, "stack / its layers", times["stack"], times["layers"], 1.1)


def term_norms(seconds: float) -> Iterator[Row]:
    """Yield the time of all norms of the terms of W, against one second."""
    case = draw("RNN", "tanh", n=256, d=1, T=200)
    times = side_by_side({"ours": all_pairs.norms_of_terms(case)}, seconds)["ours"]
    name = "all norms of the terms of W, n = 256, T = 200"
    yield row(name, "seconds", times, np.ones(len(times)), 1.0)


def long_diagnoses(seconds: float) -> Iterator[Row]:
    """Yield diagnoses of long runs against a minute, PyTorch and passes, and a map against its products."""
    case = draw("LSTM", n=128, d=128, T=1999, dtype=np.float32)
    long_runs.require_same(case)
    times = side_by_side({"ours": long_runs.ours(case), "torch": long_runs.torch_rows(case)}, seconds)
    name = "diagnosis, LSTM, n = 128, 2000 steps, float32, a loss at each"
    yield row(name, "seconds", times["ours"], np.ones(len(times["ours"])), 60.0)
    what = f"PyTorch's 2000 passes ({long_runs.SAMPLED} timed) / ours"
    yield row(name, what, times["torch"] * len(case.x) / long_runs.SAMPLED, times["ours"])
    case = long_runs.at_last(draw("LSTM", n=512, d=512, T=9999))
    contenders = {"ours": long_runs.ours(case), "pass": training_step.ours(case)}
    times = side_by_side(contenders, seconds)
    name = "diagnosis, LSTM, n = 512, 10,000 steps, a loss at the last"
    yield row(name, "ours / a whole pass", times["ours"], times["pass"], 4.0)
    case = draw("RNN", "tanh", n=64, d=64, T=100)
    name = "exact map, n = 64, T = 100"
    yield against_products(name, long_runs.exact_map(case), all_pairs.products(case), seconds, 1.2)


def memory() -> Iterator[Row]:
    """Yield the peak memory of an LSTM's pass against torch's, three fresh processes each."""
    peaks: dict[str, list[int]] = {"ours": [], "torch": []}
    for _ in range(3):
        for who, readings in peaks.items():
            command = [sys.executable, str(HERE / "memory.py"), who, "128", "1000", "32"]
            readings.append(int(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    ours, theirs = map(np.array, peaks.values())
    found = f"{np.median(ours) / 1e6:.0f} and {np.median(theirs) / 1e6:.0f} MB"
    name = f"LSTM, n = 128, batch 32, 1000 steps: {found}"
    yield row(name, "peak memory, ours / torch.nn.LSTM", ours, theirs, 1.0)


def growth(seconds: float) -> list[dict[str, Any]]:
    """Return how time and memory grow over the steps and over the units, with the fitted powers."""
    found = []
    for network in ("RNN", "LSTM", "GRU"):
        by_steps = {size: draw(network, n=64, d=64, T=size - 1, batch=32) for size in (25, 50, 100, 200, 400)}
        by_units = {size: draw(network, n=size, d=size, T=24, batch=32) for size in (32, 64, 128, 256, 512)}
        found.append(_curve(f"{network}, pass", "steps", by_steps, training_step.ours, seconds))
        found.append(_curve(f"{network}, pass", "n", by_units, training_step.ours, seconds))
    by_steps = {size: draw("RNN", n=256, d=1, T=size - 1) for size in (50, 100, 200, 400, 800)}
    by_units = {size: draw("RNN", n=size, d=1, T=199) for size in (64, 128, 256, 512, 1024)}
    found.append(_curve("RNN, term norms", "steps", by_steps, all_pairs.norms_of_terms, seconds))
    found.append(_curve("RNN, term norms", "n", by_units, all_pairs.norms_of_terms, seconds))
    return found


def _curve(
    name: str, over: str, cases: dict[int, Case], make: Callable[[Case], Callable[[], Any]], seconds: float
) -> dict[str, Any]:
    """Return the time and the peak memory of one piece of work at several sizes, and their powers."""
    sizes = np.array(list(cases))
    works = [make(case) for case in cases.values()]
    times = side_by_side({str(size): work for size, work in zip(sizes, works, strict=True)}, seconds)
    middle = np.array([np.median(values) for values in times.values()])
    peaks = np.array([_peak(work) for work in works])
    return {
        "name": name,
        "over": over,
        "sizes": sizes.tolist(),
        "seconds": middle.tolist(),
        "bytes": peaks.tolist(),
        "power of time": slope(sizes, middle),
        "power of memory": slope(sizes, peaks),
    }


def _peak(work: Callable[[], Any]) -> int:
    """Return the most bytes that numpy holds at once during the work."""
    tracemalloc.start()
    kept = work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    del kept
    return peak


def line(found: Row) -> str:
    """Return a row of the table as text."""
    spread = f"({found['low']:.3g} to {found['high']:.3g})"
    verdict = {True: "met", False: "NOT MET", None: ""}[found["met"]]
    start = f"{found['case']:62} {found['what']:34} {found['ratio']:7.3g}"
    return f"{start} {spread:18} {found['goal']:13} {verdict}"


def _name(network: str, activation: str) -> str:
    return f"RNN ({activation})" if network == "RNN" else network


def main() -> int:
    """Run all, print the table, store it."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds, stored only with --to")
    parser.add_argument("--to", type=Path, help=f"where to store the table, or {STORED.name} in docs/_data")
    arguments = parser.parse_args()
    seconds = 0.5 if arguments.quick else 6.0
    torch.set_num_threads(1)
    begin = perf_counter()
    # JAX's usual flags for one thread did not hold it: it used 1.8 seconds of processor in each second.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    about = machine.description()
    if about["threads"] != 1:
        parser.error("BLAS is not held to one thread; `nox -s bench` sets what it reads")
    print("\n".join(f"{name}: {value}" for name, value in about.items() if value), "\n")
    rows = []
    parts = (batched_steps, single_steps, stacks, all_pairs_of_steps, term_norms, long_diagnoses)
    measured = (part(seconds) for part in parts)
    for found in chain(*measured, memory()):
        print(line(found), flush=True)
        rows.append(found)
    curves = growth(seconds / 2)
    for curve in curves:
        powers = f"time {curve['power of time']:.2f}, memory {curve['power of memory']:.2f}"
        print(f"{curve['name']:20} grows over {curve['over']:6} with the powers: {powers}")
    print(f"\n{perf_counter() - begin:.0f} s in all")
    to = arguments.to or (None if arguments.quick else STORED)
    if to is not None:
        to.parent.mkdir(parents=True, exist_ok=True)
        table = json.dumps({"machine": about, "rows": rows, "growth": curves}, indent=1)
        to.write_text(table + "\n", encoding="utf-8")
        print(f"Stored in {to}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
