"""Every state, gradient, term and Jacobian against PyTorch's reverse mode."""

import numpy as np
import pytest

by_torch = pytest.importorskip("by_torch", reason="needs torch: nox -s peers", exc_type=ModuleNotFoundError)

from ours import assert_equal, computed, network_of, run_of, state_of  # noqa: E402
from recursion import KINDS, draw  # noqa: E402
from rnn_solutions.gradients.norms import jacobian_norms, term_norms  # noqa: E402

GAINS = {"sigmoid": 6.0, "tanh": 3.0, "relu": 1.5, "identity": 1.0}
KIND_NAMES = [network if network != "RNN" else f"RNN-{activation}" for network, activation in KINDS]
SIZES = [
    {"n": 1, "d": 1, "T": 0},
    {"n": 1, "d": 3, "T": 4, "batch": 2},
    {"n": 3, "d": 2, "T": 9, "batch": 1},
    {"n": 5, "d": 1, "T": 6, "batch": 7},
    {"n": 8, "d": 8, "T": 20},
]

every_kind = pytest.mark.parametrize(("network", "activation"), KINDS, ids=KIND_NAMES)


@every_kind
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("saturated", [False, True], ids=["open", "saturated"])
def test_all_that_is_computed_equals_torch(network, activation, size, saturated):
    """Rounding grows with the number of products: 1e-11 is far above it and far below any mistake."""
    case = draw(network, activation, **size, saturated=saturated and size["n"] > 1, seed=1)

    assert_equal(computed(case), by_torch.computed(case), rtol=1e-11)


@every_kind
@pytest.mark.parametrize("batch", [None, 3])
def test_single_precision_equals_torch_and_stays_single(network, activation, batch):
    """A step rounds at 6e-8 times the size of its sums, and twelve steps pass it on."""
    case = draw(network, activation, n=6, d=4, T=12, batch=batch, dtype=np.float32, seed=2)
    ours = computed(case)

    assert {array.dtype for array in ours.values()} == {np.dtype(np.float32)}
    assert_equal(ours, by_torch.computed(case), rtol=1e-4)


@every_kind
@pytest.mark.parametrize("batch", [None, 2])
def test_five_hundred_steps_equal_torch(network, activation, batch):
    """The whole gradient, and the terms and Jacobians of three steps t by every earlier one.

    The gain makes up for the slope, so that products of 500 factors stay above the smallest float.
    """
    case = draw(network, activation, n=3, d=2, T=500, batch=batch, gain=GAINS[activation], seed=3)
    steps = [0, 250, 500]
    ours = computed(case)
    for name in ours:
        if name.startswith(("terms", "jacobians")):
            ours[name] = ours[name][steps]

    assert_equal(ours, by_torch.computed(case, steps), rtol=1e-11)


@every_kind
def test_a_larger_network_with_a_batch_equals_torch(network, activation):
    """Without the terms, whose size is that of the weights times the square of the steps."""
    case = draw(network, activation, n=64, d=32, T=60, batch=32, seed=4)
    net = network_of(case)
    run = run_of(case, net)
    gradients = net.backward(run, case.dL_dh)
    ours = {"states": state_of(case, run), "gradient x": gradients.x}
    ours |= {f"gradient {name}": getattr(gradients, name) for name in case.theta}

    assert_equal(ours, by_torch.gradients(case), rtol=1e-11)


@every_kind
@pytest.mark.parametrize("batch", [None, 3])
def test_the_norms_are_those_of_torchs_jacobians_and_terms(network, activation, batch):
    """Base-10 logarithms: an absolute error of 1e-11 there is a relative one of 2e-11 in the norm."""
    case = draw(network, activation, n=4, d=2, T=40, batch=batch, gain=GAINS[activation], seed=14)
    run = run_of(case, network_of(case))
    peer = by_torch.computed(case)["jacobians"]

    with np.errstate(divide="ignore"):  # zero for k > t
        for kind, norm in [("frobenius", None), ("spectral", 2)]:
            wanted = np.log10(np.linalg.norm(peer, norm, axis=(-2, -1)))
            np.testing.assert_allclose(jacobian_norms(run, kind), wanted, rtol=0, atol=1e-11)
        for b in range(batch or 1):
            one = case if batch is None else case.sequence(b)
            terms = by_torch.computed(one)["terms " + next(iter(case.theta))]
            ours = term_norms(run, case.dL_dh)
            wanted = np.log10(np.linalg.norm(terms, axis=(-2, -1)))
            np.testing.assert_allclose(ours if batch is None else ours[..., b], wanted, rtol=0, atol=1e-11)


@pytest.mark.parametrize(("t", "k"), [(20, 20), (20, 19), (20, 3), (4, 0)])
@every_kind
def test_one_pair_is_the_entry_of_all_pairs(network, activation, t, k):
    case = draw(network, activation, n=5, d=2, T=20, seed=5)
    net = network_of(case)

    ours = net.jacobian(run_of(case, net), t, k)

    theirs = by_torch.computed(case, [t])["jacobians"][0, k]
    assert_equal({"one pair": ours}, {"one pair": theirs}, rtol=1e-11)
