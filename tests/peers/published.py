"""What published networks are fed, and what their frameworks compute: steps, voices heard, bits a character.

The packages are installed without what they depend on, so none is imported: their files are read in place.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx.numpy_helper import to_array
from onnx.reference import ReferenceEvaluator

from rnn_solutions import LSTM

RATE, FRAME, CONTEXT = 16_000, 512, 64  # samples a second; of a frame; of the frame before it
WINDOW = 40  # characters that the language model sees

Trail = tuple[np.ndarray, np.ndarray]


def file_of(package: str, name: str) -> Path:
    """Return where a file of an installed package lies; without the package the test is skipped."""
    try:
        file = Path(str(distribution(package).locate_file(name)))
    except PackageNotFoundError:
        pytest.skip(f"{package} is not installed: nox -s peers installs it where it can be had")
    return file


def torch_steps(weights: dict[str, np.ndarray], x: np.ndarray, h: np.ndarray, C: np.ndarray) -> Trail:
    """Return h at every step and the last C as torch documents its cell, in float64."""
    names = "lstm_cell.weight_ih", "lstm_cell.weight_hh", "lstm_cell.bias_ih", "lstm_cell.bias_hh"
    U, W, b, c = (weights[name].astype(float) for name in names)
    return steps(lambda x_t, h: x_t @ U.T + b + h @ W.T + c, x, h, C)


def keras_steps(kept: list[np.ndarray], x: np.ndarray, h: np.ndarray, C: np.ndarray) -> Trail:
    """Return the same as Keras computes it from what a CuDNNLSTM kept.

    Its `_convert_rnn_weights` reads the kernel of each gate in Fortran's order, transposes each recurrent
    one, and adds the two biases.
    """
    kernel, recurrent, bias = (array.astype(float) for array in kept)
    kernel = np.hstack([gate.T.reshape(gate.shape, order="F") for gate in np.hsplit(kernel, 4)])
    recurrent = np.hstack([gate.T for gate in np.hsplit(recurrent, 4)])
    bias = bias.reshape(2, -1).sum(axis=0)
    return steps(lambda x_t, h: x_t @ kernel + h @ recurrent + bias, x, h, C)


def onnx_steps(model: onnx.ModelProto, x: np.ndarray, h: np.ndarray, C: np.ndarray) -> Trail:
    """Return the same as the node of the file computes it, given float64."""
    node = lstm_of(model)
    weights = {tensor.name: to_array(tensor).astype(float) for tensor in model.graph.initializer}
    given = {name: weights[name] for name in node.input[1:4]}
    given |= dict(zip((node.input[0], *node.input[5:7]), (x, h[None], C[None]), strict=True))
    ends = ([onnx.ValueInfoProto(name=name) for name in names] for names in (given, node.output))
    alone = onnx.helper.make_model(onnx.helper.make_graph([node], "alone", *ends))
    every_h, _, last_C = ReferenceEvaluator(alone).run(None, given)
    return every_h[:, 0], last_C[0]


def lstm_of(model: onnx.ModelProto) -> onnx.NodeProto:
    """Return the node of the only LSTM."""
    return next(node for node in model.graph.node if node.op_type == "LSTM")


def steps(z: Callable[[np.ndarray, np.ndarray], np.ndarray], x, h, C) -> Trail:
    """Return h at every step and the last C, where z(x_t, h) stacks the blocks i, f, g, o."""
    trail = []
    for x_t in x:
        i, f, g, o = np.split(z(x_t, h), 4, axis=-1)
        C = sigma(f) * C + sigma(i) * np.tanh(g)
        h = sigma(o) * np.tanh(C)
        trail.append(h)
    return np.stack(trail), C


def sigma(z: np.ndarray) -> np.ndarray:
    """Return the logistic function."""
    return 1 / (1 + np.exp(-z))


def spoken() -> np.ndarray:
    """Return frames (47, 576) with their contexts: a third of a second of faint noise, then gliding vowels.

    A buzz of 120 Hz, louder near three formants, in syllables of two sevenths of a second.
    """
    t = np.arange(RATE * 6 // 5) / RATE
    pitch = 120 * (1 + 0.1 * np.sin(2 * np.pi * 1.3 * t))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    first, second = 500 + 200 * np.sin(4 * np.pi * t), 1400 + 500 * np.sin(3 * np.pi * t + 1)
    voice = np.zeros_like(t)
    for k in range(1, 30):
        loud = [
            a / (1 + ((k * pitch - formant) / width) ** 2)
            for a, formant, width in ((1, first, 80), (0.5, second, 120), (0.3, 2600, 150))
        ]
        voice += sum(loud) / np.sqrt(k) * np.sin(k * phase)
    voice *= 0.1 * np.clip(np.sin(7 * np.pi * t) + 0.6, 0, 1)
    sound = np.random.default_rng(3).normal(scale=0.001, size=RATE // 3 + len(voice))
    sound[RATE // 3 :] += voice
    frames = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME)
    before = np.vstack([np.zeros((1, CONTEXT)), frames[:-1, -CONTEXT:]])
    return np.hstack([before, frames]).astype(np.float32)


def features(weights: dict[str, np.ndarray], frames: np.ndarray) -> np.ndarray:
    """Return what the voice detector's LSTM gets of each frame, as the package's own model computes it."""
    padded = np.pad(frames, ((0, 0), (0, CONTEXT)), mode="reflect")
    waves = windows(padded, 256)[:, ::128] @ weights["stft_conv.weight"][:, 0].T
    x = np.hypot(waves[..., :129], waves[..., 129:]).swapaxes(1, 2)
    for name, stride in (("conv1", 1), ("conv2", 2), ("conv3", 2), ("conv4", 1)):
        seen = windows(np.pad(x, ((0, 0), (0, 0), (1, 1))), 3)[:, :, ::stride]
        x = np.einsum("bclk,ock->bol", seen, weights[f"{name}.weight"]) + weights[f"{name}.bias"][:, None]
        x = np.maximum(x, 0)
    return x[..., 0]


def windows(array: np.ndarray, width: int) -> np.ndarray:
    """Return every window of the last axis."""
    return np.lib.stride_tricks.sliding_window_view(array, width, axis=-1)


def heard(model: onnx.ModelProto, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how likely ONNX finds a voice in each frame, and the inputs (steps, 128) of its LSTM."""
    whole = onnx.ModelProto()
    whole.CopyFrom(model)
    whole.graph.output.append(onnx.ValueInfoProto(name=lstm_of(model).input[0]))
    start = np.zeros((1, 1, 128), np.float32)
    voice, _, _, x = ReferenceEvaluator(whole).run(None, {"input": frames, "h": start, "c": start})
    return voice, x[:, 0]


def embedded(file, text: str) -> np.ndarray:
    """Return the vectors of the language model's last characters of the text, (40, 100)."""
    return file["embedding/embedding/embeddings:0"][:][codes(text)[-WINDOW:]]


def codes(text: str) -> list[int]:
    """Return the numbers of a text's characters, with the sign of its start in front."""
    vocabulary = json.loads(file_of("textgenrnn", "textgenrnn/textgenrnn_vocab.json").read_text("utf-8"))
    return [vocabulary[character] for character in ("<s>", *text)]


def bits_a_character(file, layers: list[LSTM], text: str) -> float:
    """Return how many bits a character of the text costs in the language model, the rest of it by its source.

    Each character is told by the 40 before it, 0 where the text has none. The average of the layers' states
    and of the vectors is weighted by an attention, and a softmax tells the next character.
    """
    told = codes(text)
    seen = [([0] * WINDOW + told[:j])[-WINDOW:] for j in range(1, len(told))]
    x = file["embedding/embedding/embeddings:0"][:][np.transpose(seen)]
    h = layers[0].forward(x).h
    states = np.concatenate([x, h, layers[1].forward(h).h], axis=-1)
    share = softmax((states @ file["attention/attention/attention_W:0"][:])[..., 0], axis=0)
    average = (share[..., None] * states).sum(axis=0)
    p = softmax(average @ file["output/output/kernel:0"][:] + file["output/output/bias:0"][:], axis=1)
    return float(-np.log2(p[np.arange(len(p)), told[1:]]).mean())


def softmax(z: np.ndarray, axis: int) -> np.ndarray:
    """Return the softmax along an axis, in float64."""
    powers = np.exp(z.astype(float) - z.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)
