"""Gated networks with other functions and places, against whichever peers are there."""

import pytest

from ours import assert_equal, computed
from recursion import VARIANTS, draw

PEERS = {"by_torch": "torch", "by_jax": "JAX", "by_complex_step": "mpmath"}
SIZES = [
    {"n": 1, "d": 1, "T": 0},
    {"n": 3, "d": 2, "T": 9, "batch": 2},
    {"n": 5, "d": 3, "T": 12},
]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("network", VARIANTS)
@pytest.mark.parametrize("name", PEERS)
def test_all_that_is_computed_equals_the_peer(name, network, size):
    """Rounding grows with the number of products: 1e-11 is far above it and far below any mistake."""
    peer = pytest.importorskip(
        name, reason=f"needs {PEERS[name]}: nox -s peers", exc_type=ModuleNotFoundError
    )
    if name == "by_complex_step" and "batch" in size:
        pytest.skip("it takes one sequence")
    case = draw(network, **size, seed=21)

    assert_equal(computed(case), peer.computed(case), rtol=1e-11)


@pytest.mark.parametrize("network", VARIANTS)
def test_a_hundred_steps_of_a_batch_equal_torch(network):
    """The whole gradient, and the terms and Jacobians of two steps by every earlier one."""
    by_torch = pytest.importorskip(
        "by_torch", reason="needs torch: nox -s peers", exc_type=ModuleNotFoundError
    )
    case = draw(network, n=4, d=2, T=100, batch=2, gain=0.7, seed=22)
    ours = computed(case)
    for name in ours:
        if name.startswith(("terms", "jacobians")):
            ours[name] = ours[name][[50, 100]]

    assert_equal(ours, by_torch.computed(case, [50, 100]), rtol=1e-11)
