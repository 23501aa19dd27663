"""Weights of other libraries: states and gradients are those of their steps, differentiated by torch."""

import numpy as np
import pytest

by_torch = pytest.importorskip("by_torch", reason="needs torch: nox -s peers", exc_type=ModuleNotFoundError)

import torch  # noqa: E402

from libraries import LIBRARIES, D, N, drawn, outputs  # noqa: E402
from rnn_solutions.networks.gru import GRU  # noqa: E402
from rnn_solutions.networks.lstm import LSTM  # noqa: E402
from rnn_solutions.networks.rnn import RNN  # noqa: E402

CLASSES = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}


@pytest.mark.parametrize("T", [0, 7, 60])
@pytest.mark.parametrize("key", LIBRARIES, ids=" ".join)
def test_states_and_gradients_equal_torch(key, T):
    """By the inputs, and by the bias or weights of the state that are one array on both sides."""
    rng = np.random.default_rng(41)
    arrays = drawn(key)
    x, dL_dh = rng.normal(size=(T + 1, D)), rng.normal(size=(T + 1, N))
    p = {name: torch.tensor(array, requires_grad=True) for name, array in arrays.items()}
    inputs = torch.tensor(x, requires_grad=True)
    h = torch.stack(outputs(by_torch.OPS, key, p, inputs, torch.zeros(N, dtype=torch.float64)))
    h.backward(torch.tensor(dL_dh))

    net = CLASSES[LIBRARIES[key][1]].from_weights(arrays, layout=key[0])
    run = net.forward(x)
    gradients = net.backward(run, dL_dh)

    for mine, peer in ((run.h, h.detach()), (gradients.x, inputs.grad)):
        scale = peer.abs().max().item()
        np.testing.assert_allclose(mine, peer.numpy(), rtol=0, atol=1e-11 * scale)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_torchs_own_module_passes_the_check_by_effect(kind):
    """In single precision, over a hundred steps of a batch."""
    torch.manual_seed(42)
    module = getattr(torch.nn, kind)(D, N)
    x = torch.randn(100, 4, D)
    output, _ = module(x)

    net = CLASSES[kind].from_weights(dict(module.named_parameters()), layout="pytorch", x=x, output=output)

    assert net.n == N
    if kind != "RNN":
        order = {"LSTM": "iofg", "GRU": "zrn"}[kind]
        with pytest.raises(ValueError, match=r"what fits is order=.*, as in pytorch"):
            CLASSES[kind].from_weights(module.state_dict(), layout="pytorch", order=order, x=x, output=output)
