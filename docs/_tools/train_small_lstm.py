"""Train the small LSTM of the page "Map the gradient of your own network" and write its weights.

The task: the first input is +1 or -1, the others are noise, and the sign is asked for after the last. It is
trained twice: from weights drawn as PyTorch draws them, and from the same with a larger bias of the forget
gate. The file holds the weights of the second training, by PyTorch's names and in its layouts, the weights
that the first began with, under ``untrained.``, the losses of both, and two settings. Run from the root of
the repository; it takes some seconds:

    python docs/_tools/train_small_lstm.py docs/_data/small-lstm.npz
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from rnn_solutions import LSTM

Array = NDArray[np.float64]
Weights = dict[str, Array]

UNITS, STEPS, BATCH, UPDATES, EVERY = 8, 25, 64, 300, 25
FORGET = 2.0  # what the second training adds to the bias of the forget gate
RATE, BETA_1, BETA_2, EPS = 0.01, 0.9, 0.999, 1e-8  # Adam, with the values of its paper but for the rate


def examples(rng: np.random.Generator, steps: int = STEPS, count: int = BATCH) -> tuple[Array, Array]:
    """Return inputs (steps, count, 1) and the signs (count,) to be remembered."""
    signs = rng.choice([-1.0, 1.0], size=count)
    x = rng.normal(scale=0.3, size=(steps, count, 1))
    x[0, :, 0] = signs
    return x, signs


def initial_weights(rng: np.random.Generator, forget: float) -> Weights:
    """Return weights uniform within 1 / sqrt(UNITS), with `forget` added to the forget gate's bias."""
    shapes = {
        "weight_ih_l0": (4 * UNITS, 1),
        "weight_hh_l0": (4 * UNITS, UNITS),
        "bias_ih_l0": (4 * UNITS,),
        "bias_hh_l0": (4 * UNITS,),
        "readout.weight": (1, UNITS),
        "readout.bias": (1,),
    }
    bound = UNITS**-0.5
    weights = {name: rng.uniform(-bound, bound, size=shape) for name, shape in shapes.items()}
    weights["bias_ih_l0"][UNITS : 2 * UNITS] += forget
    return weights


def loss_and_gradients(weights: Weights, x: Array, signs: Array) -> tuple[float, Weights]:
    """Return the mean of log(1 + exp(-sign * score)) over the batch, and its gradients."""
    net = LSTM.from_state_dict(weights)
    run = net.forward(x)
    margins = signs * (run.h[-1] @ weights["readout.weight"][0] + weights["readout.bias"])
    by_score = -signs / (1 + np.exp(margins)) / len(signs)
    dL_dh = np.zeros_like(run.h)
    dL_dh[-1] = by_score[:, None] * weights["readout.weight"]
    found = net.backward(run, dL_dh)
    return float(np.logaddexp(0, -margins).mean()), {
        "weight_ih_l0": found.W_ih,
        "weight_hh_l0": found.W_hh,
        "bias_ih_l0": found.b_ih,
        "bias_hh_l0": found.b_hh,
        "readout.weight": by_score[None] @ run.h[-1],
        "readout.bias": by_score.sum(keepdims=True),
    }


def training(forget: float, seed: int = 0) -> Iterator[tuple[float, Weights]]:
    """Yield without end the loss on a fresh batch and the weights before the update by Adam that follows."""
    rng = np.random.default_rng(seed)
    weights = initial_weights(rng, forget)
    first = {name: np.zeros_like(array) for name, array in weights.items()}
    second = {name: np.zeros_like(array) for name, array in weights.items()}
    update = 0
    while True:
        loss, gradients = loss_and_gradients(weights, *examples(rng))
        yield loss, {name: array.copy() for name, array in weights.items()}
        update += 1
        for name, gradient in gradients.items():
            first[name] += (1 - BETA_1) * (gradient - first[name])
            second[name] += (1 - BETA_2) * (gradient**2 - second[name])
            size = np.sqrt(second[name] / (1 - BETA_2**update)) + EPS
            weights[name] -= RATE * first[name] / (1 - BETA_1**update) / size


def accuracy(weights: Weights, x: Array, signs: Array) -> float:
    """Return the share of the sequences whose sign the network still knows after the last step."""
    h = LSTM.from_state_dict(weights).forward(x).h[-1]
    return float(np.mean(np.sign(h @ weights["readout.weight"][0] + weights["readout.bias"]) == signs))


def train(forget: float, updates: int = UPDATES) -> tuple[Array, list[Weights]]:
    """Return the losses and the weights before each update and after the last."""
    losses, weights = zip(*islice(training(forget), updates + 1), strict=True)
    return np.array(losses), list(weights)


def main(path: str) -> None:
    """Train, say how it went, and write the weights."""
    plain_losses, plain = train(0.0)
    losses, weights = train(FORGET)
    for update in range(0, UPDATES + 1, 4 * EVERY):
        print(f"{update:4d} updates, loss {plain_losses[update]:.4f} and {losses[update]:.4f}")
    x, signs = examples(np.random.default_rng(1), count=1000)
    for name, found in (("as drawn", plain), ("remembering", weights)):
        print(f"{name}: accuracy on 1000 new sequences {accuracy(found[-1], x, signs):.3f}")
    untrained = {f"untrained.{name}": array for name, array in plain[0].items()}
    curves = {"untrained.losses": plain_losses[::EVERY], "losses": losses[::EVERY]}
    settings = {"updates": np.array(float(UPDATES)), "forget": np.array(FORGET)}
    np.savez(path, allow_pickle=False, **weights[-1], **untrained, **curves, **settings)


if __name__ == "__main__":
    main(*sys.argv[1:])
