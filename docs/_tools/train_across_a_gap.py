"""Make the data of the pages "Measure five remedies" and "Learn across a gap": ``nox -s learn``.

Some two hundred small trainings, on one core some seven minutes. The file holds how the loss went in each of
them, the first losses of each kind to more digits, the weights of three networks on the way, and with what
settings and versions all this was made:

    python docs/_tools/train_across_a_gap.py docs/_data/across-a-gap.npz
"""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import product
from time import process_time

import numpy as np
from numpy.typing import NDArray

from rnn_solutions import (
    Adam,
    Batch,
    Model,
    Training,
    adding_problem,
    copy_task,
    cross_entropy,
    draw_gru,
    draw_lstm,
    draw_rnn,
    squared_error,
    train,
)

Array = NDArray[np.float64]

UNITS, COUNT, RATE, CLIP, UPDATES, BLOCK, FIRST = 20, 20, 0.01, 1.0, 1200, 50, 20
STEPS = 40  # of the adding problem that the remedies are measured on, and the maps are made of
NETWORKS = ("RNN", "LSTM", "GRU")
ADDING, COPYING = (10, 20, 40, 60), (5, 10, 20, 30)  # lengths of the one task, gaps of the other
REMEDY_SEEDS, SEEDS = 6, 5
MAPPED = 1  # the seed whose networks are kept: with seed 0 the LSTM stayed at a guess


@dataclass(frozen=True)
class Setting:
    """What is trained on what; `recurrent` and `activation` are those of the RNN."""

    network: str  # one of `NETWORKS`
    task: str = "adding"  # or "copying"
    size: int = STEPS  # of the adding problem, or the gap of the copy task
    recurrent: str = "uniform"
    activation: str = "tanh"
    forget: float = 0.0  # added to the biases of the LSTM's forget gates
    clip: float | None = None  # as for `train`, like the window
    window: int | None = None

    def batches(self, seed: int) -> Iterator[Batch]:
        """Yield batches without end, for one seed the same for every network."""
        make: Callable[..., Batch] = adding_problem if self.task == "adding" else copy_task
        rng = np.random.default_rng([seed, 1])
        while True:
            yield make(self.size, COUNT, rng)

    def model(self, seed: int) -> Model:
        """Return the model before its first update."""
        rng, read = np.random.default_rng([seed, 2]), np.random.default_rng([seed, 3])
        d, m = (2, 1) if self.task == "adding" else (6, 4)
        if self.network == "RNN":
            return Model.draw(draw_rnn(UNITS, d, rng, self.recurrent, self.activation), m, read)
        if self.network == "LSTM":
            return Model.draw(draw_lstm(UNITS, d, rng, self.forget), m, read)
        return Model.draw(draw_gru(UNITS, d, rng), m, read)

    def train(self, seed: int, updates: int, then: tuple[int, ...] = ()) -> list[Training]:
        """Return a training of so many updates, and where it went after each further number of them."""
        loss = squared_error if self.task == "adding" else cross_entropy
        model, batches, optimiser, found = self.model(seed), self.batches(seed), Adam(RATE), []
        for part in (updates, *then):
            some = (next(batches) for _ in range(part))
            found.append(train(model, some, loss, optimiser, self.clip, self.window))
            model = found[-1].model
        return found


RELU = Setting("RNN", recurrent="identity", activation="relu")
REMEDIES = {
    "tanh": Setting("RNN"),
    "tanh, clipped": Setting("RNN", clip=CLIP),
    "tanh, orthogonal": Setting("RNN", recurrent="orthogonal"),
    "sigmoid": Setting("RNN", activation="sigmoid"),
    "relu": Setting("RNN", activation="relu"),
    "relu, identity": RELU,
    "relu, identity, clipped": replace(RELU, clip=CLIP),
    "relu, identity, clipped, K = 20": replace(RELU, clip=CLIP, window=20),
    "relu, identity, clipped, K = 10": replace(RELU, clip=CLIP, window=10),
    "LSTM": Setting("LSTM"),
    "LSTM, forget bias + 1": Setting("LSTM", forget=1.0),
    "LSTM, forget bias + 3": Setting("LSTM", forget=3.0),
}


def across(task: str, network: str, size: int) -> Setting:
    """Return what the page "Learn across a gap" trains."""
    return Setting(network, task, size, forget=float(network == "LSTM"), clip=CLIP)


def curve(losses: Array) -> Array:
    """Return the median loss of each block of updates."""
    return np.asarray(np.median(losses.reshape(-1, BLOCK), axis=1))


def outcome(setting: Setting, seed: int) -> tuple[Array, float]:
    """Return the curve of a training, and its largest gradient norm."""
    (found,) = setting.train(seed, UPDATES)
    return curve(found.losses), float(found.norms.max())


def snapshots(network: str) -> dict[str, Array]:
    """Return the parameters of one network halfway and at the end, by name."""
    half = UPDATES // 2
    found = across("adding", network, STEPS).train(MAPPED, half, then=(half,))
    return {
        f"{network}.{when}.{name}": array
        for when, part in zip(("middle", "end"), found, strict=True)
        for name, array in part.model.parameters.items()
    }


def settings() -> dict[str, object]:
    """Return everything that the numbers depend on and that is not in the code of the package."""
    training = {
        "units": UNITS,
        "batch": COUNT,
        "rate": RATE,
        "clip": CLIP,
        "updates": UPDATES,
        "block": BLOCK,
    }
    tasks = {"steps": STEPS, "mapped": MAPPED, "networks": NETWORKS, "adding": ADDING, "copying": COPYING}
    remedies = {name: asdict(setting) for name, setting in REMEDIES.items()}
    versions = {"python": platform.python_version(), "numpy": np.__version__, "machine": platform.machine()}
    return {**training, **tasks, "remedies": remedies, **versions}


def main(path: str) -> None:
    """Train all, say how it goes, and write the file."""
    begin, found = process_time(), {}
    remedies = [[outcome(one, seed) for seed in range(REMEDY_SEEDS)] for one in _told(REMEDIES)]
    found["remedies"] = np.array([[losses for losses, _ in runs] for runs in remedies])
    found["remedies.norms"] = np.log10([[norm for _, norm in runs] for runs in remedies])
    firsts = [one.train(0, FIRST)[0].losses for one in REMEDIES.values()]
    for task, sizes in (("adding", ADDING), ("copying", COPYING)):
        ones = {f"{task} {size} {name}": across(task, name, size) for name, size in product(NETWORKS, sizes)}
        curves = [[outcome(one, seed)[0] for seed in range(SEEDS)] for one in _told(ones)]
        found[task] = np.array(curves).reshape(len(NETWORKS), len(sizes), SEEDS, -1)
        firsts += [one.train(0, FIRST)[0].losses for one in ones.values()]
    for network in NETWORKS:
        found |= snapshots(network)
    found = {name: array.astype(np.float16) for name, array in found.items()}
    found["firsts"] = np.array(firsts, np.float32)
    about = settings() | {"seconds": round(process_time() - begin)}
    np.savez_compressed(path, allow_pickle=False, about=json.dumps(about), **found)


def _told(named: dict[str, Setting]) -> Iterator[Setting]:
    """Yield the settings, and say which."""
    for name, setting in named.items():
        print(f"{process_time():6.0f} s  {name}", flush=True)
        yield setting


if __name__ == "__main__":
    main(*sys.argv[1:])
