"""Three published networks, from the file to the verdict, compared with what their frameworks compute.

A voice detector kept as safetensors, under the names of torch's cell; one kept as ONNX, of other weights;
and the second layer of a language model of characters, which Keras keeps in an h5 file as CuDNN had it. The
loss is what the last state says: of a voice, or of the next character.
"""

import inspect
from functools import cache, partial

import numpy as np
import pytest

WHERE = {"reason": "nox -s peers installs it", "exc_type": ModuleNotFoundError}
h5py = pytest.importorskip("h5py", **WHERE)
onnx = pytest.importorskip("onnx", **WHERE)
load_file = pytest.importorskip("safetensors.numpy", **WHERE).load_file

from onnx.numpy_helper import to_array  # noqa: E402

from published import (  # noqa: E402
    bits_a_character,
    codes,
    embedded,
    features,
    file_of,
    heard,
    keras_steps,
    lstm_of,
    onnx_steps,
    sigma,
    spoken,
    torch_steps,
)
from rnn_solutions import LSTM, gradient_map  # noqa: E402

SAFETENSORS = "silero-vad", "silero_vad/data/silero_vad_16k.safetensors"
ONNX = "silero-vad", "silero_vad/data/silero_vad_16k_sequence.onnx"
H5 = "textgenrnn", "textgenrnn/textgenrnn_weights.hdf5"
TEXT, FOLLOWS = "My dog is the best thing that has ever h", "a"
SILENT = 10  # frames, before the vowels


def from_safetensors():
    weights = load_file(file_of(*SAFETENSORS))
    net = LSTM.from_state_dict(weights, prefix="lstm_cell.")
    x = features(weights, spoken())
    dL_dh = np.zeros_like(x)
    dL_dh[-1] = weights["final_conv.weight"].ravel() * (net.forward(x).h[-1] > 0)  # a relu sees the state
    return net, x, dL_dh[-1], gradient_map(net, x, dL_dh)


def from_onnx():
    model = onnx.load(file_of(*ONNX))
    arrays = {tensor.name: to_array(tensor) for tensor in model.graph.initializer}
    node = next(node for node in model.graph.node if node.op_type == "LSTM")
    net = LSTM.from_weights([arrays[name] for name in node.input[1:4]], layout="onnx")
    _, x = heard(model, spoken())
    dL_dh = np.zeros_like(x)
    dL_dh[-1] = arrays["output.weight"].ravel() * (net.forward(x).h[-1] > 0)
    return net, x, dL_dh[-1], gradient_map(net, x, dL_dh)


def from_h5():
    file = h5py.File(file_of(*H5))
    first, net = (LSTM.from_weights(file[name], layout="keras-cudnn") for name in ("rnn_1", "rnn_2"))
    x = first.forward(embedded(file, TEXT)).h
    dL_dh = np.zeros_like(x)
    dL_dh[-1] = file["output/output/kernel:0"][-128:, codes(FOLLOWS)[1]]
    return net, x, dL_dh[-1], gradient_map(net, x, dL_dh)


def kept(file, layer):
    """Return the arrays of a layer of an h5 file as `get_weights()` lists them."""
    return [file[layer][name][:] for name in file[layer].attrs["weight_names"]]


WALKS = {"safetensors": from_safetensors, "onnx": from_onnx, "h5": from_h5}
FRAMEWORKS = {
    "safetensors": lambda: partial(torch_steps, load_file(file_of(*SAFETENSORS))),
    "onnx": lambda: partial(onnx_steps, onnx.load(file_of(*ONNX))),
    "h5": lambda: partial(keras_steps, kept(h5py.File(file_of(*H5)), "rnn_2")),
}


@cache
def walked(name):
    """Return the network in float64, which holds the file's float32, its inputs, its loss, and its map."""
    net, x, g, found = WALKS[name]()
    weights = (getattr(net, weight).astype(float) for weight in ("W_ih", "W_hh", "b_ih", "b_hh"))
    return LSTM(*weights), x.astype(float), g, found


@pytest.mark.parametrize("walk", WALKS.values(), ids=WALKS)
def test_from_the_file_to_the_verdict_it_is_at_most_ten_lines(walk):
    assert len(inspect.getsource(walk).splitlines()) - 1 <= 10


@pytest.mark.parametrize("name", WALKS)
def test_the_network_takes_the_steps_of_its_framework(name):
    """From a drawn state: an order of gates that is not the file's is off by the size of the state."""
    net, x, _, _ = walked(name)
    h, C = np.random.default_rng(4).normal(size=(2, 3, 128))
    x = np.stack([x, x[::-1], -x], axis=1)

    theirs, last = FRAMEWORKS[name]()(x, h, C)

    run = net.forward(x, h, C)
    for mine, peer in ((run.h, theirs), (run.C[-1], last)):
        np.testing.assert_allclose(mine, peer, rtol=0, atol=1e-9)  # a step stretches some rounding 40 times


@pytest.mark.parametrize("name", WALKS)
def test_the_map_and_its_word_are_what_differences_of_the_framework_say(name):
    """By central differences from the state at step k: 128 entries of h and of C, up and down."""
    net, x, g, found = walked(name)
    run, theirs, T = net.forward(x), FRAMEWORKS[name](), len(x) - 1
    nudges = 1e-6 * np.vstack([np.eye(256), -np.eye(256)])
    reaching = []
    for lag in (1, 10, T):
        k = T - lag
        h, C = np.split(np.concatenate([run.h[k], run.C[k]]) + nudges, 2, axis=1)
        states, last = theirs(np.repeat(x[k + 1 :, None], 512, axis=1), h, C)
        ends = np.concatenate([states[-1], last], axis=1)
        jacobian = (ends[:256] - ends[256:]).T / 2e-6
        row = np.linalg.norm(g @ jacobian[:128])
        # The map is of float32, whose rounding grows over the lag.
        for mine, truth in (
            (found.jacobians[T, k], np.linalg.norm(jacobian)),
            (found.by_state[T, k + 1], row),
        ):
            np.testing.assert_allclose(mine, np.log10(truth), rtol=0, atol=1e-3)
        reaching.append(row / np.linalg.norm(g))

    assert found.diagnosis == "carries"  # what reaches the states enters them, which the map says alone
    assert found.fraction < min(reaching) <= max(reaching) < 1 / found.fraction
    assert (np.abs(found.arriving[:, 1]) < -np.log10(found.fraction)).all()


@pytest.mark.parametrize("order", ["ifgo", "ifog", "igfo", "igof"])
def test_the_detector_hears_the_vowels_and_not_the_noise_before_them(order):
    """Its gates read in the order of PyTorch, of its formulas elsewhere, of TensorFlow 1, and of ONNX."""
    net, x, _, _ = walked("safetensors")
    blocks = ["ifgo".index(gate) for gate in order]
    weights = (net.W_ih, net.W_hh, net.b_ih, net.b_hh)
    in_order = LSTM(*(np.concatenate([np.split(w, 4)[block] for block in blocks]) for w in weights))

    found = voice(in_order.forward(x).h, load_file(file_of(*SAFETENSORS)), "final_conv")

    assert found[:SILENT].max() < 0.2
    assert np.median(found[SILENT:]) > 0.7 if order == "ifgo" else np.median(found[SILENT:]) < 0.4


def test_the_detector_kept_as_onnx_finds_the_voice_that_onnx_finds():
    net, x, _, _ = walked("onnx")
    model = onnx.load(file_of(*ONNX))
    weights = {tensor.name: to_array(tensor) for tensor in model.graph.initializer}

    theirs, _ = heard(model, spoken())

    # Theirs is computed in float32.
    np.testing.assert_allclose(voice(net.forward(x).h, weights, "output"), theirs, rtol=0, atol=1e-5)
    assert theirs[:SILENT].max() < 0.2
    assert np.median(theirs[SILENT:]) > 0.7


def voice(h, weights, layer):
    """Return how likely a detector finds a voice in each frame."""
    return sigma(np.maximum(h, 0) @ weights[f"{layer}.weight"].ravel() + weights[f"{layer}.bias"])


@pytest.mark.parametrize("steps", [1, 47])
def test_a_file_of_onnx_read_as_torchs_is_told_by_what_onnx_computes(steps):
    """From one step of a state, or from all."""
    model = onnx.load(file_of(*ONNX))
    x = heard(model, spoken())[1][:steps]
    output, _ = onnx_steps(model, x[:, None].astype(float), *np.zeros((2, 1, 128)))
    arrays = {tensor.name: to_array(tensor) for tensor in model.graph.initializer}
    W, R, B = (arrays[name][0] for name in lstm_of(model).input[1:4])
    names = {"weight_ih": W, "weight_hh": R, "bias_ih": B[:512], "bias_hh": B[512:]}

    with pytest.raises(ValueError, match=r"what fits is order='iofg', as in onnx"):
        LSTM.from_weights(names, layout="pytorch", x=x, output=output[:, 0])


def test_the_language_model_spells():
    """A plain transpose of what CuDNN kept has the same shapes and tells no character."""
    file = h5py.File(file_of(*H5))
    names = "rnn_1", "rnn_2"
    read = [LSTM.from_weights(file[name], layout="keras-cudnn") for name in names]
    kernels = (kept(file, name) for name in names)
    transposed = [LSTM(kernel.T, recurrent.T, *np.split(bias, 2)) for kernel, recurrent, bias in kernels]

    assert bits_a_character(file, read, TEXT + FOLLOWS) < 2
    assert bits_a_character(file, transposed, TEXT + FOLLOWS) > 20
