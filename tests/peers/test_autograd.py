"""Every state, gradient, term and Jacobian against HIPS autograd, which differentiates numpy itself."""

import pytest

by_autograd = pytest.importorskip(
    "by_autograd", reason="needs autograd: nox -s peers", exc_type=ModuleNotFoundError
)

from ours import assert_equal, computed  # noqa: E402
from recursion import KINDS, draw  # noqa: E402


@pytest.mark.parametrize(("network", "activation"), KINDS)
@pytest.mark.parametrize("size", [{"n": 2, "d": 1, "T": 12}, {"n": 5, "d": 3, "T": 7}], ids=str)
def test_all_that_is_computed_equals_autograd(network, activation, size):
    """Rounding grows with the number of products: 1e-11 is far above it and far below any mistake."""
    case = draw(network, activation, **size, seed=7)

    assert_equal(computed(case), by_autograd.computed(case), rtol=1e-11)
