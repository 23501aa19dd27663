"""All that is computed against JAX, compiled, and HIPS autograd, which differentiates numpy itself."""

import pytest

by_jax, by_autograd = (
    pytest.importorskip(peer, reason=f"needs {peer[3:]}: nox -s peers", exc_type=ModuleNotFoundError)
    for peer in ("by_jax", "by_autograd")
)

from ours import assert_equal, computed  # noqa: E402
from recursion import KINDS, draw  # noqa: E402


@pytest.mark.parametrize(("network", "activation"), KINDS)
@pytest.mark.parametrize(
    ("peer", "options"),
    [
        (by_jax, {"n": 4, "d": 3, "T": 15, "saturated": True, "seed": 6}),
        (by_jax, {"n": 4, "d": 3, "T": 15, "batch": 3, "seed": 6}),
        (by_autograd, {"n": 2, "d": 1, "T": 12, "seed": 7}),
        (by_autograd, {"n": 5, "d": 3, "T": 7, "seed": 7}),
    ],
)
def test_all_that_is_computed_equals_the_peers(network, activation, peer, options):
    """Rounding grows with the number of products: 1e-11 is far above it and far below any mistake."""
    case = draw(network, activation, **options)

    assert_equal(computed(case), peer.computed(case), rtol=1e-11)
