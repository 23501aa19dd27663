"""Make the data behind what the pages say of trainings, or repeat it with other seeds: ``nox -s learn``.

``python docs/_tools/learn.py`` trains every arm of ``experiments.py`` with every seed, on all cores, and
writes `docs/_data/trainings.npz`: how the loss went in each training, the first losses of each arm to more
digits, the weights of three networks on the way, and with what settings and versions all this was made. What
is done is kept below `build/learn`, from which an interrupted run goes on while the code stays as it is.

``python docs/_tools/learn.py again`` trains with seeds that the file does not hold, and says of each measured
claim whether they agree with it; it fails where they do not.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from multiprocessing import Pool
from pathlib import Path
from time import monotonic

import numpy as np
from scipy.stats import permutation_test

from experiments import BLOCK, FIRST, NETWORKS, RATES, STEPS, Array, Setting, across, arms, gaps, named
from rnn_solutions.measured import MEASURED, Measured
from rnn_solutions.measured.trainings import Trainings, stored

ROOT = Path(__file__).parents[2]
DATA = ROOT / "docs" / "_data" / "trainings.npz"
TUNING, SEEDS, AGAIN = range(8), range(200, 240), 10  # seeds for the rates, for the data, and how many anew

Job = tuple[Setting, int]
Outcome = tuple[list[float], float]


def kept() -> Path:
    """Return the file of what is done: another one for other code, which may train otherwise."""
    wings = ("networks", "gradients", "learning")
    code = [file for wing in wings for file in sorted((ROOT / "rnn_solutions" / wing).glob("*.py"))]
    code += [Path(__file__).with_name(name) for name in ("experiments.py", "train_small_lstm.py")]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in code)).hexdigest()
    return ROOT / "build" / "learn" / f"{digest[:16]}.jsonl"


def done_in(file: Path) -> Iterator[tuple[str, Outcome]]:
    """Yield the trainings that a file holds; the last line may be half of one."""
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else []:
        with suppress(json.JSONDecodeError):
            one = json.loads(line)
            yield json.dumps(one["job"]), (one["curve"], one["norm"])


def key(job: Job) -> str:
    """Return what a training is kept under."""
    return json.dumps([asdict(job[0]), job[1]])


def outcome(job: Job) -> tuple[Job, Outcome]:
    """Train once."""
    setting, seed = job
    return job, setting.outcome(seed)


def run(jobs: Iterable[Job]) -> dict[Job, Outcome]:
    """Train all that is not kept yet, the longest first, and say how far it is."""
    jobs = sorted(set(jobs), key=lambda job: -job[0].cost)
    path = kept()
    path.parent.mkdir(parents=True, exist_ok=True)
    known = dict(done_in(path))
    found = {job: known[key(job)] for job in jobs if key(job) in known}
    todo = [job for job in jobs if job not in found]
    begin, done, whole = monotonic(), 0.0, sum(job[0].cost for job in todo)
    with path.open("a", encoding="utf-8") as file, Pool() as pool:
        for number, (job, (curve, norm)) in enumerate(pool.imap_unordered(outcome, todo), 1):
            found[job] = curve, norm
            line = {"job": [asdict(job[0]), job[1]], "curve": curve, "norm": norm}
            file.write("\n" + json.dumps(line))  # behind what may be half a line
            file.flush()
            done += job[0].cost
            if number % 20 == 0 or number == len(todo):
                spent = monotonic() - begin
                left = spent * (whole - done) / done / 60
                print(f"{number} of {len(todo)}, {spent / 60:.1f} min, {left:.1f} to go", flush=True)
    return found


def last(curve: Iterable[float]) -> float:
    """Return the loss at the end: the median of the last three blocks."""
    return float(np.median([*curve][-3:]))


def chosen_rates() -> dict[str, float]:
    """Return for each arm across a gap the rate with the least median loss at the end."""
    trials = {(named(*gap), rate): across(*gap, rate) for gap in gaps() for rate in RATES}
    found = run((setting, seed) for setting in trials.values() for seed in TUNING)
    losses = {
        trial: float(np.median([last(found[setting, seed][0]) for seed in TUNING]))
        for trial, setting in trials.items()
    }
    for (arm, rate), loss in losses.items():
        print(f"{arm}: rate {rate:g} ends at {loss:.2g}")
    return {arm: min((losses[arm, rate], rate) for rate in RATES)[1] for arm, _ in losses}


def settings(rates: dict[str, float]) -> dict[str, object]:
    """Return everything that the numbers depend on and that is not in the code of the package."""
    return {
        "block": BLOCK,
        "seeds": [*SEEDS],
        "tuning": [*TUNING],
        "tried": [*RATES],
        "rates": rates,
        "arms": {name: asdict(setting) for name, setting in arms(rates).items()},
    }


def versions() -> dict[str, str]:
    """Return what the last digits depend on."""
    return {"python": platform.python_version(), "numpy": np.__version__, "machine": platform.machine()}


def snapshots(setting: Setting, network: str, seed: int) -> Iterator[tuple[str, Array]]:
    """Yield the parameters of one network halfway and at the end, by name."""
    half = setting.updates // 2
    for when, part in zip(("middle", "end"), setting.train(seed, half, then=(half,)), strict=True):
        for name, array in part.model.parameters.items():
            yield f"{network}.{when}.{name}", array


def make() -> None:
    """Train all and write the file."""
    rates = chosen_rates()
    trained = arms(rates)
    found = run((setting, seed) for setting in trained.values() for seed in SEEDS)
    arrays: dict[str, Array] = {}
    for name, setting in trained.items():
        arrays[name] = np.array([found[setting, seed][0] for seed in SEEDS])
        with np.errstate(divide="ignore"):
            arrays[f"{name}.norms"] = np.log10([found[setting, seed][1] for seed in SEEDS])
    mapped = {network: trained[named("adding", STEPS, network)] for network in NETWORKS}
    # The first seed with which both networks with gates are solved: the maps show what success looks like.
    solve = (
        seed
        for seed in SEEDS
        if all(last(found[mapped[name], seed][0]) < mapped[name].guess / 10 for name in ("LSTM", "GRU"))
    )
    seed = next(solve)
    for network, setting in mapped.items():
        arrays |= snapshots(setting, network, seed)
    with np.errstate(over="ignore"):  # a loss above 65504 has not learned either
        arrays = {name: array.astype(np.float16) for name, array in arrays.items()}
    first = SEEDS[0]
    for name, setting in trained.items():
        arrays[f"{name}.first"] = setting.train(first, FIRST)[0].losses.astype(np.float32)
    about = settings(rates) | {"mapped": seed} | versions()
    fresh = DATA.with_suffix(".new.npz")
    np.savez_compressed(fresh, allow_pickle=False, about=json.dumps(about), **arrays)
    fresh.replace(DATA)


# -- Again --------------------------------------------------------------------------------------------------


def agreement(one: Measured, old: Trainings, new: Trainings, level: float) -> tuple[bool, str]:
    """Say whether fresh seeds agree with the stored ones on a sentence, and how they compare.

    They disagree if a mean so far from the stored one is less likely than the level where the seeds of both
    are alike, or if a difference that the page states has gone the other way.
    """
    question = one.question
    before, after = question.by_seed(old), question.by_seed(new)
    chance = 1.0
    if before.min() != before.max() or after.min() != after.max() or before[0] != after[0]:

        def apart(x: Array, y: Array, axis: int) -> Array:
            return np.asarray(x.mean(axis=axis) - y.mean(axis=axis))

        chance = float(
            permutation_test((before, after), apart, vectorized=True, n_resamples=9999, rng=0).pvalue
        )
    turned = {"more": after.mean() < 0, "less": after.mean() > 0, "open": False}[one.says]
    told = f"stored {before.mean():+.2f}, fresh {after.mean():+.2f}, p = {chance:.3g}"
    return chance >= level and not turned, told + (", the other way" if turned else "")


def again(first: int, count: int) -> int:
    """Train with fresh seeds, print a row for each sentence, and return 1 where one does not agree."""
    old = stored()
    seeds = range(first, first + count)
    if known := {*seeds} & {*old.about["seeds"], *old.about["tuning"]}:
        raise SystemExit(f"seeds must be fresh, got {sorted(known)}, with which the data was made")
    trained = {name: Setting(**setting) for name, setting in old.about["arms"].items()}
    asked = {arm for one in MEASURED.values() for arm in one.question.arms}
    found = run((trained[arm], seed) for arm in asked for seed in seeds)
    curves = {arm: np.array([found[trained[arm], seed][0] for seed in seeds]) for arm in asked}
    new = Trainings({**old.about, "seeds": [*seeds]}, curves)
    level, disagree = 0.01 / len(MEASURED), 0
    for label, one in MEASURED.items():
        agrees, told = agreement(one, old, new, level)
        disagree += not agrees
        print(f"{'agrees   ' if agrees else 'DISAGREES'} {label}: {told}")
    print(f"{len(MEASURED) - disagree} of {len(MEASURED)} agree, on seeds {first} to {seeds[-1]}")
    return 1 if disagree else 0


def main() -> int:
    """Make the data, or repeat it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", nargs="?", choices=["again"], help="repeat with fresh seeds instead")
    parser.add_argument("--first", type=int, default=SEEDS[-1] + 1, help="the first fresh seed (%(default)s)")
    parser.add_argument("--count", type=int, default=AGAIN, help="how many (%(default)s)")
    given = parser.parse_args()
    if given.what:
        return again(given.first, given.count)
    make()
    return 0


if __name__ == "__main__":
    sys.exit(main())
