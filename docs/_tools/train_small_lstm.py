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

import numpy as np
from numpy.typing import NDArray

from rnn_solutions import Adam, Batch, Model, draw_lstm, train

Array = NDArray[np.float64]

UNITS, STEPS, BATCH, UPDATES, EVERY = 8, 25, 64, 300, 25
FORGET = 2.0  # what the second training adds to the bias of the forget gate
RATE = 0.01
NAMES = {"weight_ih": "W_ih", "weight_hh": "W_hh", "bias_ih": "b_ih", "bias_hh": "b_hh"}


def examples(rng: np.random.Generator, steps: int = STEPS, count: int = BATCH) -> Batch:
    """Return sequences and the signs to be remembered."""
    signs = rng.choice([-1.0, 1.0], size=count)
    x = rng.normal(scale=0.3, size=(steps, count, 1))
    x[0, :, 0] = signs
    return Batch(x, signs[None, :, None])


def sign_loss(scores: Array, signs: Array) -> tuple[float, Array]:
    """Return the mean of log(1 + exp(-sign * score)), and its gradient by the scores."""
    margins = signs * scores
    return float(np.logaddexp(0, -margins).mean()), -signs / (1 + np.exp(margins)) / signs.size


def training(forget: float, updates: int = UPDATES) -> tuple[Array, Model, Model]:
    """Return the losses before each update and after the last, and the model at the start and at the end."""
    rng = np.random.default_rng(0)
    start = Model.draw(draw_lstm(UNITS, 1, rng, forget), m=1, rng=rng)
    found = train(start, (examples(rng) for _ in range(updates)), sign_loss, Adam(RATE))
    last, _ = found.model.loss_and_gradients(examples(rng), sign_loss)
    return np.append(found.losses, last), start, found.model


def weights(model: Model) -> dict[str, Array]:
    """Return the weights by the names that PyTorch would give them."""
    layer = {f"{long}_l0": getattr(model.net, short) for long, short in NAMES.items()}
    return {**layer, "readout.weight": model.V, "readout.bias": model.c}


def accuracy(model: Model, batch: Batch) -> float:
    """Return the share of the sequences whose sign the network still knows after the last step."""
    scores = model.answers(model.net.forward(batch.x))[-1:]
    return float(np.mean(np.sign(scores) == batch.targets))


def main(path: str) -> None:
    """Train, say how it went, and write the weights."""
    plain_losses, untrained, plain = training(0.0)
    losses, _, remembering = training(FORGET)
    for update in range(0, UPDATES + 1, 4 * EVERY):
        print(f"{update:4d} updates, loss {plain_losses[update]:.4f} and {losses[update]:.4f}")
    batch = examples(np.random.default_rng(1), count=1000)
    for name, model in (("as drawn", plain), ("remembering", remembering)):
        print(f"{name}: accuracy on 1000 new sequences {accuracy(model, batch):.3f}")
    before = {f"untrained.{name}": array for name, array in weights(untrained).items()}
    curves = {"untrained.losses": plain_losses[::EVERY], "losses": losses[::EVERY]}
    settings = {"updates": np.array(float(UPDATES)), "forget": np.array(FORGET)}
    np.savez(path, allow_pickle=False, **weights(remembering), **before, **curves, **settings)


if __name__ == "__main__":
    main(*sys.argv[1:])
