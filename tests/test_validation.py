"""What every argument that holds numbers has in common: nothing hidden is read, nothing unreadable raises."""

from collections import deque
from fractions import Fraction

import numpy as np
import pytest

import rnn_solutions as rs
from refusals import refuses
from rnn_solutions._validation import (
    choice,
    extended_array,
    float_array,
    generator,
    number_array,
    rational_array,
    real_array,
    step,
    texts,
)
from rnn_solutions.figures._checks import at_least_0, curves, increasing
from rnn_solutions.figures.gradient_maps import gradient_map_pair
from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.learning.initialisation import orthogonal_matrix
from rnn_solutions.learning.optimisers import gradient_norm

M = np.ma.array([[1.0, 2.0], [3.0, 999.0]], mask=[[0, 0], [0, 1]])
CLASSES = np.ma.array([[0, 1]], mask=[[0, 1]])
NET = rs.RNN(W=[[1.0]], U=[[1.0]])
RUN = NET.forward([[1.0], [2.0]])
ROWS = np.ma.array([[1.0], [999.0]], mask=[[0], [1]])
IDENTITY = np.ma.array(np.eye(2), mask=[[0, 0], [0, 1]])
SHARES = np.zeros((2, 2))


class Holder:
    """An object that gives numpy what it holds, or raises it."""

    def __init__(self, held):
        self.held = held

    def __array__(self, dtype=None, copy=None):
        if isinstance(self.held, Exception):
            raise self.held
        return self.held


class Unspelled:
    """An object whose own spelling fails."""

    def __repr__(self):
        raise RuntimeError("half built")


class Unindexed:
    """What torch says of ``torch.tensor(1.5)`` as an index."""

    def __index__(self):
        raise TypeError("only integer tensors of a single element can be converted to an index")


def hides(name, where):
    return rf"{name} must have no masked entry, got one at \({where}\)$"


test_a_hidden_entry_is_refused = refuses(
    (real_array, "x", M, hides("x", "1, 1")),
    (extended_array, "x", M, ("n", "n"), hides("x", "1, 1")),
    (float_array, "x", M, ("n", "n"), hides("x", "1, 1")),
    (number_array, "x", 1j * M, hides("x", "1, 1")),
    (rational_array, "x", M.astype(int), ("n", "n"), hides("x", "1, 1")),
    (real_array, "x", np.ma.masked, hides("x", "")),
    (real_array, "x", np.ma.array(3.0, mask=True), (), hides("x", "")),
    (real_array, "x", [1.0, np.ma.masked], hides("x", "1,")),
    (real_array, "x", [[1.0, 2.0], (3.0, np.ma.array(4.0, mask=True))], hides("x", "1, 1")),
    (real_array, "x", [np.ones((2, 2)), M], hides("x", "1, 1, 1")),
    (real_array, "x", deque([M]), hides("x", "0, 1, 1")),
    (rational_array, "x", np.array([[1, np.ma.masked]], object), ("n", "m"), hides("x", "0, 1")),
    (step, "t", np.ma.masked, "t must be a whole number, got masked"),
    (generator, np.ma.masked, "rng must be a numpy Generator or a seed from 0 up, got masked"),
)

test_no_wing_reads_what_a_mask_hides = refuses(
    (rs.matrix_power_eig, M, 2, hides("M", "1, 1")),
    (rs.growth, M, hides("M", "1, 1")),
    (rs.growth, [[1, 2], [3, np.ma.masked]], hides("M", "1, 1")),
    (rs.pseudospectral_level, np.eye(2), M, hides("z", "1, 1")),
    (rs.RNN, M, [[1.0], [1.0]], hides("W", "1, 1")),
    (NET.forward, ROWS, hides("x", "1, 0")),
    (NET.backward, RUN, ROWS, hides("dL_dh", "1, 0")),
    (rs.RNN.from_state_dict, {"weight_ih_l0": [[1.0]], "weight_hh_l0": ROWS}, hides("weight_hh_l0", "1, 0")),
    (rs.LinearRecurrence, ROWS[:, 0], [[1.0], [1.0]], hides("eigenvalues", "1,")),
    (rs.squared_error, [M], [M.data], hides("answers", "0, 1, 1")),
    (rs.cross_entropy, [[[1.0, 2.0], [1.0, 2.0]]], CLASSES, hides("classes", "0, 1")),
    (rs.Batch, [M], [M.data], hides("x", "0, 1, 1")),
    (rs.Batch, [M.data], CLASSES, hides("targets", "0, 1")),
    (rs.clip_by_norm, {"b": ROWS}, 1.0, hides("the gradient by b", "1, 0")),
    (gradient_norm, {"b": ROWS}, hides("the gradient by b", "1, 0")),
    (rs.Adam().update, {"b": ROWS.data}, {"b": ROWS}, hides(r"gradients\['b'\]", "1, 0")),
    (complex_step, lambda _: 1j * ROWS[:, 0], 1.0, hides("the value of the function", "1,")),
    (increasing, "lags", ROWS[:, 0], hides("lags", "1,")),
    (at_least_0, "terms", M, ("n", "n"), hides("terms", "1, 1")),
    (curves, "c", {"LSTM": ROWS[:, 0]}, 2, 3, hides("curve LSTM", "1,")),
    (gradient_map_pair, [M, M], SHARES, 0.1, hides("terms", "1, 1")),
    (rs.check_answer, "2c", IDENTITY, r"2c takes .*; it must have no masked entry, got one at \(1, 1\)$"),
    (rs.check_answer, "3c", IDENTITY, "3c takes .*; got masked_array"),
)


def test_a_students_function_that_hides_an_entry_is_not_right():
    def jacobian(W, x):
        J = rs.dense_jacobian(W, x)
        return np.ma.array(J, mask=np.arange(J.size).reshape(J.shape) == 1)

    feedback = rs.check_answer("1a", jacobian)

    assert not feedback.right
    assert "must have no masked entry, got one at (0, 1)" in feedback.message


@pytest.mark.parametrize("mask", [np.ma.nomask, False, [[False] * 2] * 2])
def test_a_mask_that_hides_nothing_changes_nothing(mask):
    shown = np.ma.array(M.data, mask=mask)

    assert type(real_array("x", shown)) is np.ndarray
    np.testing.assert_array_equal(real_array("x", shown), M.data)
    np.testing.assert_array_equal(real_array("x", [shown, M.data]), [M.data, M.data])
    assert rational_array("x", shown.astype(int), ("n", "n"))[1, 1] == Fraction(999)


test_what_numpy_cannot_read_is_named = refuses(
    (
        real_array,
        "x",
        Holder(RuntimeError("Can't call numpy() on Tensor that requires grad.")),
        "x must be an array, got a Holder that numpy cannot read: Can't call numpy",
    ),
    (
        real_array,
        "x",
        Holder(ValueError("no")),
        "x must be an array, got a Holder that numpy cannot read: no",
    ),
    (
        number_array,
        "x",
        Holder(TypeError("no")),
        ("n",),
        r"x must have shape \(n,\), got a Holder",
    ),
    (rational_array, "x", [np.ones((2, 2)), np.ones((2, 3))], ("n", "m"), r"x must .* got a ragged sequence"),
    (
        rs.Adam().update,
        {"b": [[1.0], [1.0, 2.0]]},
        {"b": [1.0]},
        r"parameters\['b'\] must .* got a rag",
    ),
    (
        real_array,
        "x",
        np.array(["2026-01-01"], "M8[D]"),
        r"x must hold .* got dtype datetime64\[D\]",
    ),
    (real_array, "x", np.ones(2, "f8,f8"), "x must hold real numbers, got dtype"),
    (
        real_array,
        "x",
        [1.5, Fraction(1, 2), None],
        r"x must .* with Fraction\(1, 2\) at \(1,\), which no dtype of numbers holds$",
    ),
    (real_array, "x", [10**400], r"x must .* with 1000.*\.\.\. at \(0,\), which no dtype of numbers"),
    (
        number_array,
        "x",
        [True],
        r"x must hold numbers, real or complex, got dtype bool with np\.True_ at \(0,\)$",
    ),
    (number_array, "x", [1j, Fraction(1, 2)], r"x must .* at \(1,\), which no dtype of numbers holds$"),
    (real_array, "x", np.ma.ones(2, "f8,f8"), "x must hold real numbers, got dtype"),
    (step, "t", 10**5000, r"t must be below 2\*\*1024, got an int of 16610 bits"),
    (
        rs.LinearRecurrence([0.5], [[1.0]]).jacobian,
        10**400,
        0,
        r"t must be below 2\*\*1024, got an int of 1329 bits",
    ),
    (choice, "kind", 10**5000, ["a"], "kind must be one of 'a', got a value of type int"),
    (choice, "kind", Unspelled(), ["a"], "kind must be one of 'a', got a value of type Unspelled"),
    (
        rational_array,
        "x",
        [[Unspelled()]],
        ("n", "n"),
        r"x, at \(0, 0\), must be .* got a value of type Unspelled",
    ),
    (
        real_array,
        "x",
        [Unspelled()],
        r"x must hold real numbers, .* with a value of type Unspelled at \(0,\)",
    ),
    (texts, "labels", Unspelled(), 2, "labels must be 2 strings, got a value of type Unspelled"),
    (
        generator,
        Unspelled(),
        "rng must be a numpy Generator or a seed from 0 up, got a value of type Unspelled",
    ),
    (
        lambda: rs.jacobian_norms(RUN, memory=Unspelled()),
        "memory must be a positive number of bytes, got a value of type Unspelled",
    ),
    (choice, "kind", "x" * 10**6, ["a"], r"kind must be one of 'a', got 'x{199}\.\.\.$"),
    (texts, "labels", np.array(1.0), 2, r"labels must be 2 strings, got array\(1\.\)"),
    (texts, "labels", range(10**12), 2, r"labels must be 2 strings, got range\(0, 1000000000000\)"),
    (
        lambda: rs.jacobian_norms(RUN, memory=np.complex64(1)),
        "memory must be a positive number of bytes, got np.complex64",
    ),
    (rs.GRU.from_state_dict, dict, "mapping must map names to arrays, got the class dict"),
    (rs.GRU.from_state_dict, {}, 0, None, "prefix must be a string, got None"),
    (rs.GRU.from_state_dict, {}, 0, "", "yes", "reverse must be True or False, got 'yes'"),
    (step, "t", Unindexed(), "t must be a whole number, got <"),
    (orthogonal_matrix, 2, Unindexed(), "rng must be a numpy Generator or a seed from 0 up, got <"),
    (orthogonal_matrix, 2, np.array([1, 2]), "rng must be a numpy Generator or a seed from 0 up, got array"),
)


class Tensor:
    """What matters of a torch tensor: it is read only when it records no gradient, and not in bfloat16."""

    def __init__(self, values, dtype="torch.float32", records=True):
        self.values, self.dtype, self.records = values, dtype, records

    def detach(self):
        return Tensor(self.values, self.dtype, records=False)

    def float(self):
        return Tensor(self.values, "torch.float32", self.records)

    def __array__(self, dtype=None, copy=None):
        if self.records:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad.")
        if self.dtype == "torch.bfloat16":
            raise TypeError("Got unsupported ScalarType BFloat16")
        return np.array(self.values, np.float32)


@pytest.mark.parametrize("dtype", ["torch.float32", "torch.bfloat16"])
def test_tensors_are_detached_and_short_ones_widened_wherever_an_array_is_taken(dtype):
    def tensor(values):
        return Tensor(values, dtype)

    net = rs.RNN(W=tensor([[0.5]]), U=tensor([[1.0]]), b=tensor([0.25]))
    run = net.forward(tensor([[1.0], [2.0]]), h_init=tensor([0.5]))
    gradients = net.backward(run, tensor([[1.0], [0.0]]))

    plain = rs.RNN(W=[[0.5]], U=[[1.0]], b=[0.25])
    expected = plain.forward([[1.0], [2.0]], h_init=[0.5])
    assert net.W.dtype == run.h.dtype == gradients.x.dtype == np.float32
    np.testing.assert_allclose(run.h, expected.h, rtol=1e-6)
    np.testing.assert_allclose(gradients.x, plain.backward(expected, [[1.0], [0.0]]).x, rtol=1e-6)


def test_a_list_of_tensors_is_one_array():
    np.testing.assert_array_equal(real_array("x", [Tensor([1.0, 2.0]), Tensor([3.0, 4.0])]), [[1, 2], [3, 4]])
    with pytest.raises(ValueError, match="x must be an array, got a ragged sequence"):
        real_array("x", [Tensor([1.0, 2.0]), Tensor([3.0])])
