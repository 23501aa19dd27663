"""What the pages train: every arm of every comparison, and how one training of it goes.

An arm is a `Setting`. With the same seed all arms of a task see the same sequences, and those of one network
begin with the same draws, so that seeds are paired. ``learn.py`` runs them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

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
from train_small_lstm import examples, sign_loss

Array = NDArray[np.float64]

BLOCK, FIRST = 50, 20  # updates whose median loss is kept together, and first losses kept to more digits
STEPS = 40  # of the adding problem that the remedies are measured on, and the maps are made of
NETWORKS = ("RNN", "LSTM", "GRU")
ADDING, COPYING = (10, 20, 40, 60), (5, 10, 20, 30)  # lengths of the one task, gaps of the other
GUESSES = {"adding": 1 / 6, "copying": float(np.log(4)), "sign": float(np.log(2))}


class WarmUp:
    """Adam whose rate grows in equal parts over the first updates."""

    def __init__(self, adam: Adam, updates: int) -> None:
        self.adam, self.updates, self.done = adam, updates, 0

    def update(self, parameters: Mapping[str, Array], gradients: Mapping[str, Array]) -> dict[str, Array]:
        """Return the parameters after one step."""
        self.done += 1
        after, share = self.adam.update(parameters, gradients), min(1.0, self.done / self.updates)
        return {name: old + share * (after[name] - old) for name, old in parameters.items()}


@dataclass(frozen=True)
class Setting:
    """What is trained on what; `recurrent` and `activation` are those of the RNN."""

    network: str  # one of `NETWORKS`
    task: str = "adding"  # or "copying", or "sign": the sign of the first input
    size: int = STEPS  # of the adding problem and the signs, or the gap of the copy task
    recurrent: str = "uniform"
    activation: str = "tanh"
    forget: float = 0.0  # added to the biases of the LSTM's forget gates
    clip: float | None = None  # as for `train`, like the window
    window: int | None = None
    rate: float = 0.01
    beta_2: float = 0.999
    warm_up: int = 0  # updates over which the rate grows
    updates: int = 1200
    units: int = 20
    count: int = 20  # sequences in a batch

    @property
    def guess(self) -> float:
        """The least loss of an answer that is always the same."""
        return GUESSES[self.task]

    @property
    def cost(self) -> float:
        """About how long a training takes, in steps of an RNN."""
        steps = self.size + 6 * (self.task == "copying")
        return self.updates * steps * (1 if self.network == "RNN" else 2.3) * (self.units + self.count) / 40

    def batches(self, seed: int) -> Iterator[Batch]:
        """Yield batches without end, for one seed the same for every network."""
        rng = np.random.default_rng([seed, 1])
        while True:
            if self.task == "sign":
                yield examples(rng, self.size, self.count)
            else:
                make: Callable[..., Batch] = adding_problem if self.task == "adding" else copy_task
                yield make(self.size, self.count, rng)

    def model(self, seed: int) -> Model:
        """Return the model before its first update."""
        rng, read = np.random.default_rng([seed, 2]), np.random.default_rng([seed, 3])
        d, m = {"adding": (2, 1), "copying": (6, 4), "sign": (1, 1)}[self.task]
        if self.network == "RNN":
            net = draw_rnn(self.units, d, rng, self.recurrent, self.activation)
            return Model.draw(net, m, read)
        if self.network == "LSTM":
            return Model.draw(draw_lstm(self.units, d, rng, self.forget), m, read)
        return Model.draw(draw_gru(self.units, d, rng), m, read)

    def train(self, seed: int, updates: int | None = None, then: tuple[int, ...] = ()) -> list[Training]:
        """Return a training of so many updates, and where it went after each further number of them."""
        loss = {"adding": squared_error, "copying": cross_entropy, "sign": sign_loss}[self.task]
        model, batches, found = self.model(seed), self.batches(seed), []
        adam = Adam(self.rate, beta_2=self.beta_2)
        optimiser = WarmUp(adam, self.warm_up) if self.warm_up else adam
        for part in (updates or self.updates, *then):
            some = (next(batches) for _ in range(part))
            found.append(train(model, some, loss, optimiser, self.clip, self.window))
            model = found[-1].model
        return found

    def outcome(self, seed: int) -> tuple[list[float], float]:
        """Return the median loss of each block of updates, and the largest norm of a gradient.

        A training whose numbers leave the range of floats has not learned: both are infinite from there on.
        """
        try:
            (found,) = self.train(seed)
        except ValueError as error:
            if "beyond the range" not in str(error):
                raise
            return [np.inf] * (self.updates // BLOCK), np.inf
        return np.median(found.losses.reshape(-1, BLOCK), axis=1).tolist(), float(found.norms.max())


# -- The rate of each network on each task and size, chosen on seeds that nothing else uses -----------------

RATES = (0.003, 0.01, 0.03)
SIZES = {"adding": ADDING, "copying": COPYING}


def across(task: str, size: int, network: str, rate: float) -> Setting:
    """Return what the page "Learn across a gap" trains."""
    return Setting(network, task, size, forget=float(network == "LSTM"), clip=1.0, rate=rate)


def gaps() -> list[tuple[str, int, str]]:
    """Return each task, size and network of that page."""
    return [(task, size, network) for task in SIZES for size, network in product(SIZES[task], NETWORKS)]


# -- The arms -----------------------------------------------------------------------------------------------

RELU = Setting("RNN", recurrent="identity", activation="relu")
CLIPPED = replace(RELU, clip=1.0)
LSTM = Setting("LSTM")
SIGN = Setting("LSTM", "sign", 25, units=8, count=64, updates=1500)
REMEDIES = {
    "tanh": Setting("RNN"),
    "tanh, clipped": Setting("RNN", clip=1.0),
    "tanh, orthogonal": Setting("RNN", recurrent="orthogonal"),
    "sigmoid": Setting("RNN", activation="sigmoid"),
    "relu": Setting("RNN", activation="relu"),
    "relu, identity": RELU,
    "relu, identity, clipped": CLIPPED,
    "relu, identity, beta_2 = 0.9": replace(RELU, beta_2=0.9),
    "relu, identity, warm-up": replace(RELU, warm_up=100),
    "relu, identity, rate 0.003": replace(RELU, rate=0.003),
    "relu, identity, clipped, K = 20": replace(CLIPPED, window=20),
    "relu, identity, clipped, K = 10": replace(CLIPPED, window=10),
    "LSTM": LSTM,
    "LSTM, forget bias + 1": replace(LSTM, forget=1.0),
    "LSTM, forget bias + 3": replace(LSTM, forget=3.0),
    "tanh, three times the updates": replace(Setting("RNN"), updates=3600),
    "sign": SIGN,
    "sign, forget bias + 2": replace(SIGN, forget=2.0),
}


def arms(rates: Mapping[str, float]) -> dict[str, Setting]:
    """Return every arm by its name, with the rates that were chosen across a gap, by the names there."""
    across_a_gap = {named(*gap): across(*gap, rates[named(*gap)]) for gap in gaps()}
    longer = replace(across_a_gap["adding 20 RNN"], updates=3600)
    return {**REMEDIES, **across_a_gap, "adding 20 RNN, three times the updates": longer}


def named(task: str, size: int, network: str) -> str:
    """Return the name of an arm across a gap."""
    return f"{task} {size} {network}"
