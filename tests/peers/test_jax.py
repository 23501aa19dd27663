"""Every state, gradient, term and Jacobian against JAX, compiled and scanned."""

import pytest

by_jax = pytest.importorskip("by_jax", reason="needs jax: nox -s peers", exc_type=ModuleNotFoundError)

from ours import assert_equal, computed  # noqa: E402
from recursion import KINDS, draw  # noqa: E402


@pytest.mark.parametrize(("network", "activation"), KINDS)
@pytest.mark.parametrize(("batch", "saturated"), [(None, True), (3, False)])
def test_all_that_is_computed_equals_jax(network, activation, batch, saturated):
    """Rounding grows with the number of products: 1e-11 is far above it and far below any mistake."""
    case = draw(network, activation, n=4, d=3, T=15, batch=batch, saturated=saturated, seed=6)

    assert_equal(computed(case), by_jax.computed(case), rtol=1e-11)
