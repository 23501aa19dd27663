"""Answers that are torch tensors, with and without a gradient."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs torch: nox -s peers", exc_type=ModuleNotFoundError)

from rnn_solutions import check_answer  # noqa: E402

W = torch.tensor([[0.58, 0.24], [0.24, 0.72]], dtype=torch.float64)
TEN = [(t, k) for t in range(4) for k in range(t + 1)]


def jacobian(W, x):
    """Return the Jacobian as who trains the weights has it."""
    weights = torch.tensor(W, requires_grad=True)
    y = torch.sigmoid(weights @ torch.tensor(x))
    return (y * (1 - y))[:, None] * weights


@pytest.mark.parametrize("requires_grad", [False, True])
def test_a_tensor_is_read_whether_it_requires_a_gradient_or_not(requires_grad):
    power = torch.linalg.matrix_power(W, 30).requires_grad_(requires_grad)
    identity = torch.eye(3, requires_grad=requires_grad)

    assert check_answer("2c", power).right
    assert check_answer("2c", list(power)).right
    assert check_answer("2c", power.detach().float().requires_grad_(requires_grad)).right
    assert check_answer("3c", identity).right


def test_a_function_may_return_what_requires_a_gradient():
    assert check_answer("1a", jacobian).right


@pytest.mark.parametrize("pairs", [torch.tensor(TEN), [torch.tensor(pair) for pair in TEN]])
def test_the_terms_may_be_a_tensor_or_a_list_of_them(pairs):
    assert check_answer("2a", pairs).right


def test_a_table_may_hold_tensors():
    said = {"f": True, "i": True, "o": True, "C~": False, "C": False, "h": False}

    assert check_answer("3b", {name: torch.tensor(value) for name, value in said.items()}).right
    assert not check_answer("3b", {name: torch.tensor(not value) for name, value in said.items()}).right
    assert np.shape(check_answer("1a", lambda W, x: torch.tensor(W) + 0 * x[0]).case[0]) == (3, 2)
