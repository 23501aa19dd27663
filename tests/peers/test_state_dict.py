"""Weights taken from torch's own modules: any layer and direction, computing what torch computes."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs torch: nox -s peers", exc_type=ModuleNotFoundError)

from rnn_solutions.networks.gru import GRU  # noqa: E402
from rnn_solutions.networks.lstm import LSTM  # noqa: E402
from rnn_solutions.networks.projected_lstm import ProjectedLSTM  # noqa: E402
from rnn_solutions.networks.rnn import RNN  # noqa: E402

# Torch's module, ours, and what each is told besides.
MODULES = {f: (torch.nn.RNN, RNN, {"nonlinearity": f}, {"activation": f}) for f in ("tanh", "relu")}
MODULES |= {"LSTM": (torch.nn.LSTM, LSTM, {}, {}), "GRU": (torch.nn.GRU, GRU, {}, {})}
D, N, T, BATCH = 3, 5, 30, 4


def module_and_loader(kind, **options):
    """Return a torch module and a function that loads one layer and direction of it."""
    torch.manual_seed(11)
    theirs, ours, nonlinearity, activation = MODULES[kind]
    module = theirs(D, N, dtype=torch.float64, **nonlinearity, **options)
    return module, lambda **where: ours.from_state_dict(module.state_dict(), **activation, **where)


def final(run):
    """Return the states after the last step, as torch returns them: h, and for the LSTM C."""
    return [run.h[-1], run.C[-1]] if hasattr(run, "C") else [run.h[-1]]


@pytest.mark.parametrize("kind", MODULES)
@pytest.mark.parametrize("bias", [True, False], ids=["biases", "no biases"])
@pytest.mark.parametrize("batch", [(), (BATCH,)], ids=["one sequence", "batch"])
def test_each_layer_and_direction_is_loaded_and_computes_what_torch_does(kind, bias, batch):
    """The outputs of the two directions of layer 0, side by side, are the inputs of layer 1."""
    module, load = module_and_loader(kind, num_layers=2, bidirectional=True, bias=bias)
    x = torch.randn(T, *batch, D, dtype=torch.float64)
    output, last = module(x)
    theirs = [part.detach().numpy() for part in (last if kind == "LSTM" else [last])]

    features = x.numpy()
    for layer in range(2):
        forwards = load(layer=layer, reverse=False).forward(features)
        backwards = load(layer=layer, reverse=True).forward(features[::-1])
        for direction, run in enumerate((forwards, backwards)):
            for mine, peer in zip(final(run), theirs, strict=True):
                np.testing.assert_allclose(mine, peer[2 * layer + direction], rtol=1e-11, atol=1e-14)
        features = np.concatenate([forwards.h, backwards.h[::-1]], axis=-1)

    # Entries pass through 0.
    np.testing.assert_allclose(features, output.detach().numpy(), rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("kind", MODULES)
def test_the_gradients_are_those_of_torchs_own_module(kind):
    module, load = module_and_loader(kind)
    x = torch.randn(T, BATCH, D, dtype=torch.float64, requires_grad=True)
    dL_dh = torch.randn(T, BATCH, N, dtype=torch.float64)
    output, _ = module(x)
    output.backward(dL_dh)
    net = load()

    gradients = net.backward(net.forward(x.detach().numpy()), dL_dh.numpy())

    names = {"W": "weight_hh_l0", "U": "weight_ih_l0", "b": "bias_hh_l0"}
    if kind in ("LSTM", "GRU"):
        names = {"W_ih": "weight_ih_l0", "W_hh": "weight_hh_l0", "b_ih": "bias_ih_l0", "b_hh": "bias_hh_l0"}
    for mine, theirs in names.items():
        peer = getattr(module, theirs).grad.numpy()
        np.testing.assert_allclose(getattr(gradients, mine), peer, rtol=0, atol=1e-11 * np.abs(peer).max())
    np.testing.assert_allclose(gradients.x, x.grad.numpy(), rtol=0, atol=1e-11 * x.grad.abs().max().item())


def test_parameters_that_still_record_gradients_and_a_prefix_are_read():
    """A model's named parameters, as they come, with the name of the part in front."""
    torch.manual_seed(12)
    model = torch.nn.ModuleDict({"encoder": torch.nn.GRU(D, N), "head": torch.nn.Linear(N, 2)})

    net = GRU.from_state_dict(dict(model.named_parameters()), prefix="encoder.")

    assert net.W_hh.dtype == np.float32
    np.testing.assert_array_equal(net.W_hh, model["encoder"].weight_hh_l0.detach().numpy())


def test_later_training_does_not_change_a_network_that_was_loaded():
    module, load = module_and_loader("LSTM")
    net = load()
    before = net.W_hh.copy()
    with torch.no_grad():
        module.weight_hh_l0.add_(1.0)

    np.testing.assert_array_equal(net.W_hh, before)


@pytest.mark.parametrize("kind", MODULES)
def test_an_archive_of_arrays_gives_the_same_network(kind, tmp_path):
    module, load = module_and_loader(kind)
    np.savez(tmp_path / "weights.npz", **{name: value.numpy() for name, value in module.state_dict().items()})
    _, ours, _, activation = MODULES[kind]

    with np.load(tmp_path / "weights.npz") as archive:
        net = ours.from_state_dict(archive, **activation)

    x = np.random.default_rng(13).normal(size=(T, D))
    np.testing.assert_array_equal(net.forward(x).h, load().forward(x).h)


@pytest.mark.parametrize("steps", [1, 5, 30])
def test_a_projection_computes_what_torch_does_and_has_its_gradients(steps):
    module = torch.nn.LSTM(D, N, proj_size=2, dtype=torch.float64)
    x = torch.randn(steps, BATCH, D, dtype=torch.float64, requires_grad=True)
    start = torch.randn(1, BATCH, 2, dtype=torch.float64), torch.randn(1, BATCH, N, dtype=torch.float64)
    dL_dh = torch.randn(steps, BATCH, 2, dtype=torch.float64)
    output, (_, cell) = module(x, start)
    output.backward(dL_dh)

    net = ProjectedLSTM.from_state_dict(module.state_dict())
    run = net.forward(x, h_init=start[0][0], c_init=start[1][0])
    gradients = net.backward(run, dL_dh)
    terms = net.gradient_terms(run, dL_dh)

    np.testing.assert_allclose(run.h, output.detach().numpy(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(run.C[-1], cell[0].detach().numpy(), rtol=0, atol=1e-12)
    names = {"W_ih": "weight_ih_l0", "W_hh": "weight_hh_l0", "b_ih": "bias_ih_l0", "b_hh": "bias_hh_l0"}
    for mine, theirs in {**names, "W_hr": "weight_hr_l0"}.items():
        peer = getattr(module, theirs).grad.numpy()
        for found in (gradients[mine], terms[mine].sum(axis=(0, 1))):
            np.testing.assert_allclose(found, peer, rtol=0, atol=1e-11 * np.abs(peer).max())
    np.testing.assert_allclose(gradients.x, x.grad.numpy(), rtol=0, atol=1e-11 * x.grad.abs().max().item())
    with pytest.raises(ValueError, match="is read by ProjectedLSTM"):
        LSTM.from_state_dict(module.state_dict())


@pytest.mark.parametrize(
    ("where", "looked_for"),
    [
        ({"layer": 2}, "weight_ih_l2"),
        ({"layer": 0, "reverse": True}, "weight_ih_l0_reverse"),
        ({"prefix": "rnn."}, r"rnn\.weight_ih_l0"),
    ],
)
def test_what_is_not_there_is_named_with_what_is(where, looked_for):
    _, load = module_and_loader("GRU", num_layers=2)

    with pytest.raises(ValueError, match=looked_for) as caught:
        load(**where)

    assert "weight_hh_l1" in str(caught.value)


@pytest.mark.parametrize("cell", ["RNNCell", "LSTMCell", "GRUCell"])
def test_a_single_cell_is_read_and_computes_what_torch_does(cell):
    torch.manual_seed(14)
    module = getattr(torch.nn, cell)(D, N, dtype=torch.float64)
    x = torch.randn(T, D, dtype=torch.float64)
    state, outputs = None, []
    for x_t in x:
        state = module(x_t, state)
        outputs.append((state[0] if cell == "LSTMCell" else state).detach().numpy())
    ours = {"RNNCell": RNN, "LSTMCell": LSTM, "GRUCell": GRU}[cell]

    net = ours.from_state_dict(module.state_dict())

    np.testing.assert_allclose(net.forward(x).h, outputs, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("kind", MODULES)
def test_one_layer_of_several_is_read_only_when_it_is_named(kind):
    _, load = module_and_loader(kind, num_layers=2, bidirectional=True)

    with pytest.raises(
        ValueError, match="layer and reverse must be given: mapping holds layer 0, layer 0 rev"
    ):
        load()


def test_tensors_that_record_gradients_and_bfloat16_are_read_everywhere():
    """Weights, inputs, initial states and the loss's own terms."""
    module = torch.nn.LSTM(D, N).to(torch.bfloat16)
    net = LSTM.from_state_dict(dict(module.named_parameters()))
    x = torch.randn(T, D, dtype=torch.float64, requires_grad=True)
    start = torch.zeros(N, dtype=torch.bfloat16, requires_grad=True)
    run = net.forward(x, h_init=start)
    gradients = net.backward(run, torch.ones(T, N, requires_grad=True))

    assert net.W_hh.dtype == np.float32
    np.testing.assert_array_equal(net.W_hh, module.weight_hh_l0.detach().float().numpy())
    plain = net.forward(x.detach().numpy(), h_init=np.zeros(N))
    np.testing.assert_array_equal(run.h, plain.h)
    np.testing.assert_array_equal(gradients.x, net.backward(plain, np.ones((T, N))).x)


def test_bfloat16_of_ml_dtypes_becomes_float32_and_shorter_floats_are_told_to():
    ml_dtypes = pytest.importorskip("ml_dtypes", reason="comes with JAX: nox -s peers")
    ones = np.ones((4, 1))

    assert LSTM(ones.astype(ml_dtypes.bfloat16), ones.astype(ml_dtypes.bfloat16)).W_hh.dtype == np.float32
    with pytest.raises(ValueError, match="W_hh must hold real numbers, got dtype float8_e5m2; convert it to"):
        LSTM(ones, ones.astype(ml_dtypes.float8_e5m2))


def test_weights_of_another_network_are_refused():
    module, _ = module_and_loader("GRU")

    with pytest.raises(ValueError, match=r"weight_hh_l0 must have shape \(4n, n\) .*: these are a GRU's"):
        LSTM.from_state_dict(module.state_dict())
