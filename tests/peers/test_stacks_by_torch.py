"""Stacks against torch's own modules over packed sequences, and their terms against a loop of autograd."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs torch: nox -s peers", exc_type=ModuleNotFoundError)

from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence  # noqa: E402

import by_torch  # noqa: E402
from recursion import states  # noqa: E402
from rnn_solutions import Stack, row_norms, stack_map  # noqa: E402

# Torch's module, and what it and ours are told besides.
MODULES = {f"RNN-{f}": (torch.nn.RNN, {"nonlinearity": f}, {"activation": f}) for f in ("tanh", "relu")}
MODULES |= {"LSTM": (torch.nn.LSTM, {}, {}), "GRU": (torch.nn.GRU, {}, {})}
D, N, STEPS, P = 3, 4, 9, 2
MODULES["ProjectedLSTM"] = (torch.nn.LSTM, {"proj_size": P}, {})
WIDTHS = {"LSTM": (N, N), "ProjectedLSTM": (P, N)}  # of the parts of the state; of the others (N,)
LENGTHS = {"one sequence": None, "equal": [STEPS] * 3, "padded": [4, STEPS, 1]}

EVERY_MODULE = pytest.mark.parametrize("kind", MODULES)
DIRECTIONS = pytest.mark.parametrize("both", [False, True], ids=["one direction", "both directions"])


def drawn(kind, layers, both, lengths, seed=21):
    """Return torch's module, ours, inputs, initial states and the loss's own terms, zero on padding."""
    torch.manual_seed(seed)
    theirs, nonlinearity, activation = MODULES[kind]
    module = theirs(D, N, num_layers=layers, bidirectional=both, dtype=torch.float64, **nonlinearity)
    stack = Stack.from_state_dict(module.state_dict(), **activation)
    batch = () if lengths is None else (len(lengths),)
    directions = layers * (1 + both)
    x = torch.randn(STEPS, *batch, D, dtype=torch.float64)
    widths = WIDTHS.get(kind, (N,))
    initial = [torch.randn(directions, *batch, width, dtype=torch.float64) for width in widths]
    dL_dh = torch.randn(STEPS, *batch, widths[0] * (1 + both), dtype=torch.float64)
    for b, length in enumerate(lengths or []):
        dL_dh[length:, b] = 0
    return module, stack, x, initial, dL_dh


def run_of(stack, x, initial, lengths):
    """Return our run, with the initial states as torch has them."""
    names = ("h_init", "c_init")[: len(initial)]
    given = {name: one.detach().numpy() for name, one in zip(names, initial, strict=True)}
    return stack.forward(x.detach().numpy(), **given, lengths=lengths)


def assert_equal(ours, theirs, name):
    """Assert equality within 1e-11 of the largest entry, far above the rounding of some steps and layers."""
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-11 * np.abs(theirs).max(), err_msg=name)


def torchs_name(name):
    """Return torch's name of a parameter: W_hh_l1_reverse is weight_hh_l1_reverse."""
    kind, _, ending = name.partition("_l")
    known = {"W_ih": "weight_ih", "U": "weight_ih", "W_hh": "weight_hh", "W": "weight_hh"}
    known |= {"b_ih": "bias_ih", "b_hh": "bias_hh", "b": "bias_ih", "W_hr": "weight_hr"}
    return f"{known[kind]}_l{ending}"


@EVERY_MODULE
@pytest.mark.parametrize("layers", [1, 2, 3])
@DIRECTIONS
@pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS)
def test_outputs_and_all_gradients_are_those_of_torchs_module(kind, layers, both, lengths):
    module, stack, x, initial, dL_dh = drawn(kind, layers, both, lengths)
    for leaf in (x, *initial):
        leaf.requires_grad_()
    given = x if lengths is None else pack_padded_sequence(x, torch.tensor(lengths), enforce_sorted=False)
    output, _ = module(given, tuple(initial) if kind in WIDTHS else initial[0])
    if lengths is not None:
        output, _ = pad_packed_sequence(output, total_length=STEPS)
    output.backward(dL_dh)

    run = run_of(stack, x, initial, lengths)
    gradients = stack.backward(run, dL_dh.numpy())

    assert_equal(run.h, output.detach().numpy(), "the outputs")
    assert_equal(gradients.x, x.grad.numpy(), "x")
    parameters = dict(module.named_parameters())
    for name, ours in gradients.items():
        if name != "x" and "_init" not in name:
            assert_equal(ours, parameters[torchs_name(name)].grad.numpy(), name)
    endings = [f"_l{layer}{'_reverse' * reverse}" for layer in range(layers) for reverse in range(1 + both)]
    for name, peer in zip(("h_init", "c_init"), initial, strict=False):
        ours = np.stack([gradients[name + ending] for ending in endings])
        assert_equal(ours, peer.grad.numpy(), name)


def loop(kind, stack, x, initial):
    """Return the outputs of one sequence, and by layer and direction the leaves of each step's own weights.

    Among these are nudges, which are added to the states. All stand in the sequence's own time.
    """
    network, _, activation = kind.partition("-")
    features, leaves, place = x, {}, 0
    for layer, directions in enumerate(stack.layers):
        out = []
        for reverse, net in enumerate(directions):
            start = torch.cat([part[place] for part in initial], dim=-1)
            place += 1
            own = {
                name: torch.tensor(np.stack([getattr(net, name)] * len(x)), requires_grad=True)
                for name in dict.fromkeys(net.parameter_names)
            }
            own["nudges"] = torch.zeros(len(x), len(start), dtype=x.dtype, requires_grad=True)
            leaves[layer, reverse] = own
            read = {name: leaf.flip(0) if reverse else leaf for name, leaf in own.items()}
            nudges = read.pop("nudges")
            inputs = features.flip(0) if reverse else features
            s = torch.stack(states(by_torch.OPS, network, activation, read, inputs, start, nudges))
            h = s[:, : WIDTHS.get(kind, (N,))[0]]
            out.append(h.flip(0) if reverse else h)
        features = torch.cat(out, dim=-1)
    return features, leaves


@EVERY_MODULE
@pytest.mark.parametrize("layers", [1, 2, 3])
@DIRECTIONS
def test_terms_and_rows_over_lengths_are_those_of_a_loop_over_each_sequence(kind, layers, both):
    """Every loss t by every layer's, direction's and step's copy of the weights and by its state."""
    lengths = LENGTHS["padded"]
    _, stack, x, initial, dL_dh = drawn(kind, layers, both, lengths, seed=22)
    run = run_of(stack, x, initial, lengths)
    norms = row_norms(run, dL_dh.numpy(), range(STEPS))
    ours = {(t, k): stack.gradient_term(run, dL_dh.numpy(), t, k) for t in range(STEPS) for k in range(STEPS)}
    theirs = {pair: {name: np.zeros(term.shape) for name, term in ours[pair].items()} for pair in ours}

    for b, length in enumerate(lengths):
        h, leaves = loop(kind, stack, x[:length, b], [part[:, b] for part in initial])
        flat = {(*place, name): leaf for place, own in leaves.items() for name, leaf in own.items()}
        for t in range(length):
            found = torch.autograd.grad(
                (h[t] * dL_dh[t, b]).sum(),
                list(flat.values()),
                retain_graph=True,
                allow_unused=True,
                materialize_grads=True,
            )
            for (layer, reverse, name), tensor in zip(flat, found, strict=True):
                by_step = tensor.numpy()
                one = norms[layer][reverse]
                if name != "nudges":
                    for k in range(length):
                        theirs[t, k][f"{name}_l{layer}{'_reverse' * reverse}"] += by_step[k]
                if name in ("nudges", *stack.layers[layer][reverse].parameter_names[:2]):
                    first, second = stack.layers[layer][reverse].parameter_names[:2]
                    logs = {"nudges": one.state, first: one.input, second: one.recurrent}[name][t, :length, b]
                    with np.errstate(divide="ignore"):  # zero beyond what a loss reaches
                        wanted = np.log10(np.linalg.norm(by_step.reshape(length, -1), axis=1))
                    # An error of 1e-11 there is a relative one of 2e-11 in the norm.
                    np.testing.assert_allclose(logs, wanted, rtol=0, atol=1e-11)

    for pair, terms in theirs.items():
        for name, peer in terms.items():
            assert_equal(ours[pair][name], peer, f"{name} at {pair}")


@EVERY_MODULE
@pytest.mark.parametrize("layers", [1, 2, 3])
@DIRECTIONS
@pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS)
def test_what_the_map_of_a_stack_says_arrives_is_the_quantile_of_torchs_rows(kind, layers, both, lengths):
    """The rows by z are those by each step's copy of the bias, and those by the state those by its nudge."""
    _, stack, x, initial, dL_dh = drawn(kind, layers, both, lengths, seed=23)
    names = ("h_init", "c_init")[: len(initial)]
    given = {name: one.numpy() for name, one in zip(names, initial, strict=True)}
    found = stack_map(stack, x.numpy(), dL_dh.numpy(), **given, lengths=lengths)
    pairs = {(one.layer, one.reverse, lag): [] for one in every(found) for lag in range(len(one.arriving))}

    for b, length in enumerate(lengths or [STEPS]):
        own = (slice(length), b) if lengths else slice(length)
        h, leaves = loop(kind, stack, x[own], [part[:, b] if lengths else part for part in initial])
        for t in range(length):
            g = dL_dh[own][t]
            for place, leaf in leaves.items():
                wanted = (leaf["nudges"], leaf[stack.layers[place[0]][place[1]].parameter_names[2]])
                rows = torch.autograd.grad(
                    h[t] @ g, wanted, retain_graph=True, allow_unused=True, materialize_grads=True
                )
                by_state, by_z = (np.linalg.norm(one.numpy(), axis=-1) / np.linalg.norm(g) for one in rows)
                between = both and place[0] < layers - 1
                for k in range(length):
                    if between or (k >= t if place[1] else k <= t):
                        way = by_z[k], by_state[k], by_state.max(), float(torch.linalg.norm(g))
                        pairs[*place, abs(t - k)].append(way)

    for (layer, reverse, lag), ways in pairs.items():
        one = found.layers[layer][reverse]
        ways.sort()
        weight = np.cumsum([way[-1] for way in ways])
        quantiles = [ways[np.flatnonzero(weight >= part * weight[-1])[0]] for part in (0.1, 0.5, 0.9)]
        # Some hundred roundings of rows whose logarithms are taken.
        np.testing.assert_allclose(10 ** one.arriving[lag], [way[0] for way in quantiles], rtol=1e-10)
        enters, time, depth, _ = quantiles[1]
        if enters:  # among several that are zero, either may stand in the middle
            np.testing.assert_allclose(10 ** one.places[lag].cumsum(), [depth, time, enters], rtol=1e-10)


def every(found):
    """Return the directions of all layers of a map."""
    return [one for here in found.layers for one in here]
