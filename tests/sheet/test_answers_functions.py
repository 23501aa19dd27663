"""check_answer on functions: each written here as a student writes it, on its own."""

import functools
import itertools
import re
import sys
import threading
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

from rnn_solutions import RNN, check_answer, dense_jacobian
from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.networks.plain import rnn_step, run, sigma
from rnn_solutions.sheet.answers import (
    cell_state,
    derivatives,
    eigendecomposition,
    trying,
    usual_mistakes,
)
from rnn_solutions.sheet.answers.trying import TOLERANCE

inv, power = np.linalg.inv, np.linalg.matrix_power


def slope(z):
    return sigma(z) * (1 - sigma(z))


def kept(function, write, places, by=0.0):
    """Return a function whose numbers are written with some decimal places, after a nudge."""
    return lambda *case: write((function(*case) + by) * 10.0**places) / 10.0**places


# 1(a)


def jacobian(W, x):
    return np.diag(slope(W @ x)) @ W


def jacobian_in_loops(W, x):
    y = [sigma(sum(w * x_j for w, x_j in zip(row, x, strict=True))) for row in W.tolist()]
    return [[float(y_i * (1 - y_i)) * w for w in row] for y_i, row in zip(y, W.tolist(), strict=True)]


def jacobian_by_differences(W, x, step=1e-5):
    return np.column_stack([(sigma(W @ (x + step * e)) - sigma(W @ x)) / step for e in np.eye(len(x))])


def spoiling_jacobian(W, x):
    answer = jacobian(W, x)
    W[:], x[:] = np.nan, np.nan
    return answer


def with_a_stray_entry(W, x):
    """Multiply by what the sheet prints."""
    D = np.diag(slope(W @ x))
    D[1, -1] = D[1, 1]
    return D @ W


JACOBIANS = {
    "entry off the diagonal": [with_a_stray_entry],
    "sigma' missing": [lambda W, x: W, lambda W, x: W.T],
    "sigma for sigma'": [lambda W, x: sigma(W @ x)[:, None] * W, lambda W, x: W.T @ np.diag(sigma(W @ x))],
    "1 - sigma for sigma'": [lambda W, x: (1 - sigma(W @ x))[:, None] * W],
    "sigma' at y": [lambda W, x: slope(sigma(W @ x))[:, None] * W],
    "sigma' at x": [
        lambda W, x: W @ np.diag(slope(x)),
        lambda W, x: W * slope(x),
        lambda W, x: (W * slope(x)).T,
        lambda W, x: np.diag(slope(x)) @ W,
        lambda W, x: slope(x)[:, None] * W,
    ],
    "tanh' for sigma'": [
        lambda W, x: np.diag(1 - np.tanh(W @ x) ** 2) @ W,
        lambda W, x: np.diag(1 - sigma(W @ x) ** 2) @ W,
    ],
    "wrong sign": [lambda W, x: -jacobian(W, x)],
    "diagonal on the wrong side": [lambda W, x: W @ np.diag(slope(W @ x)), lambda W, x: slope(W @ x) * W],
    "W missing": [
        lambda W, x: np.diag(slope(W @ x)),
        lambda W, x: slope(W @ x),
        lambda W, x: slope(W @ x)[:, None],
    ],
    "rows added up": [lambda W, x: W.T @ slope(W @ x)],
    "derivative by W": [lambda W, x: np.outer(slope(W @ x), x)],
}


@pytest.mark.parametrize(
    ("kind", "places"),
    [
        *((float, places) for places in range(2, 8)),
        *((np.float32, places) for places in (2, 3, 4)),
    ],
)
@pytest.mark.parametrize(("write", "how"), [(np.round, "rounded"), (np.trunc, "cut")])
def test_rounding_is_told_from_cutting_where_either_is_close_enough_and_in_short_floats(
    write, how, kind, places
):
    """Such a type does not hold 0.13, only what is near it."""
    found = check_answer("1a", lambda *case: kept(jacobian, write, places)(*case).astype(kind))

    assert found.right
    assert found.message.endswith(f"Its numbers are {how} to {places} decimal places.")


# 1(b), column by column as a student may write it: g is the derivative of the loss by h_t


def states(W, U, x, h_init):
    """Return the state before the first step, and that after every step."""
    (h,) = run(rnn_step, (h_init,), x, W, U)
    return np.vstack([h_init, h])


def sweep(W, U, x, h_init, dL_dh, back=lambda W, g, s: W.T @ (g * s)):
    h = states(W, U, x, h_init)
    total, g = np.zeros_like(W), np.zeros(len(W))
    for t in reversed(range(len(x))):
        s = h[t + 1] * (1 - h[t + 1])
        g = g + dL_dh[t]
        total += np.outer(g * s, h[t])
        g = back(W, g, s)
    return total


def double_sum(W, U, x, h_init, dL_dh, first=0, shift=0, chain=None, derivative=None):
    """Add the terms one by one; `chain` is the Jacobian of step t by step k, from those of the steps."""
    h = states(W, U, x, h_init)
    s = (derivative or slope)(h[:-1] @ W.T + x @ U.T)
    J = [np.diag(s_t) @ W for s_t in s]
    total = 0
    for t in range(len(x)):
        for k in range(first, t + 1):
            middle = (chain or product)(J, t, k)
            total = total + np.outer((dL_dh[t] @ middle) * s[k], h[k + shift])
    return total


def product(J, t, k, *, reverse=False):
    steps = range(k + 1, t + 1) if reverse else range(t, k, -1)
    return np.linalg.multi_dot([np.eye(len(J[0])), np.eye(len(J[0])), *(J[j] for j in steps)])


def variant(**changes):
    return lambda *case: double_sum(*case, **changes)


def by_complex_step(W, U, x, h_init, dL_dh):
    def loss(W):
        h, total = h_init, 0
        for x_t, row in zip(x, dL_dh, strict=True):
            h = sigma(W @ h + U @ x_t)
            total = total + row @ h
        return total

    return complex_step(loss, W)


def with_total_derivatives(W, U, x, h_init, dL_dh):
    """Take the total derivative of h_k for the immediate one, from its recursion."""
    h, total, by_W, J, stored = h_init, 0, np.zeros((len(W),) * 3), [], []
    for t, x_t in enumerate(x):
        z = W @ h + U @ x_t
        J.append(np.diag(slope(z)) @ W)
        by_W = np.diag(slope(z))[:, :, None] * h + np.einsum("ij,jab->iab", J[t], by_W)
        h = sigma(z)
        stored.append(by_W)
        for k in range(t + 1):
            total = total + np.einsum("i,ij,jab->ab", dL_dh[t], product(J, t, k), stored[k])
    return total


def starting_at_h_init(W, U, x, h_init, dL_dh):
    h, g = [h_init], np.zeros(len(W))
    for t in range(1, len(x)):
        h.append(sigma(W @ h[t - 1] + U @ x[t - 1]))
    total = np.zeros_like(W)
    for t in range(len(x) - 1, 0, -1):
        s = h[t] * (1 - h[t])
        g = g + dL_dh[t]
        total += np.outer(g * s, h[t - 1])
        g = W.T @ (g * s)
    return total


def deltas(W, U, x, h_init, dL_dh):
    """Return the derivatives of the loss by the pre-activations."""
    h, found, g = states(W, U, x, h_init), [], np.zeros(len(W))
    for t in reversed(range(len(x))):
        g = (g + dL_dh[t]) * h[t + 1] * (1 - h[t + 1])
        found.insert(0, g)
        g = W.T @ g
    return found


def without_the_last_slope(W, U, x, h_init, dL_dh):
    h, g, total = states(W, U, x, h_init), np.zeros(len(W)), np.zeros_like(W)
    for t in reversed(range(len(x))):
        g = g + dL_dh[t]
        total += np.outer(g, h[t])
        g = W.T @ (g * h[t + 1] * (1 - h[t + 1]))
    return total


def spoiling_sweep(W, U, x, h_init, dL_dh):
    answer = sweep(W, U, x, h_init, dL_dh)
    for array in (W, U, x, h_init, dL_dh):
        array[:] = 7
    return answer


def package(W, U, x, h_init, dL_dh):
    net = RNN(W, U)
    return net.backward(net.forward(x, h_init), dL_dh).W


GRADIENTS = {
    "k from 1": [variant(first=1)],
    "total for immediate": [with_total_derivatives],
    "h not shifted": [variant(shift=1)],
    "h_init ignored": [lambda W, U, x, h_init, dL_dh: sweep(W, U, x, np.zeros(len(W)), dL_dh)],
    "sigma' missing": [
        variant(derivative=np.ones_like),
        lambda *case: sweep(*case, back=lambda W, g, s: W.T @ g),
        without_the_last_slope,
    ],
    "W transposed": [lambda *case: sweep(*case, back=lambda W, g, s: W @ (g * s))],
    "sigma' at h": [variant(derivative=lambda z: slope(sigma(z)))],
    "sigma for sigma'": [variant(derivative=sigma)],
    "tanh' for sigma'": [
        variant(derivative=lambda z: 1 - sigma(z) ** 2),
        variant(derivative=lambda z: 1 - np.tanh(z) ** 2),
    ],
    "power for the product": [
        variant(chain=lambda J, t, k: power(J[t], t - k)),
        variant(chain=lambda J, t, k: power(J[min(k + 1, t)], t - k)),
    ],
    "product reversed": [variant(chain=lambda J, t, k: product(J, t, k, reverse=True))],
    "one factor too many": [variant(chain=lambda J, t, k: product(J, t, k) @ J[k])],
    "one factor too few": [variant(chain=lambda J, t, k: product(J, t, min(k + 1, t)))],
    "factors one step off": [
        variant(
            chain=lambda J, t, k: (
                product(J, t - 1, k - 1) if k else product(J, t - 1, 0) @ J[0] if t else np.eye(len(J[0]))
            )
        )
    ],
    "Jacobian transposed": [variant(chain=lambda J, t, k: product([j.T for j in J], t, k))],
    "diagonal on the wrong side": [
        lambda W, *rest: double_sum(
            W, *rest, chain=lambda J, t, k: product([W @ j @ inv(W) for j in J], t, k)
        )
    ],
    # The recursion starts at h_0 = h_init: it never sees x_0, or takes each loss for that of a step before.
    "h_init for h_0": [
        lambda W, U, x, h_init, dL_dh: double_sum(W, U, x[1:], h_init, dL_dh[1:]),
        starting_at_h_init,
    ],
    "derivative by U": [
        lambda W, U, x, h_init, dL_dh: sum(
            np.outer(g, x_t) for g, x_t in zip(deltas(W, U, x, h_init, dL_dh), x, strict=True)
        )
    ],
    "truncated": [
        variant(chain=lambda J, t, k: product(J, t, k) * (t - k <= 1)),
        variant(chain=lambda J, t, k: product(J, t, k) * (t - k <= 2)),
    ],
    "last loss only": [
        lambda W, U, x, h, rows: sweep(W, U, x, h, rows * (np.arange(len(x)) == len(x) - 1)[:, None])
    ],
    "nothing through time": [variant(chain=lambda J, t, k: np.eye(len(J[0])) * (t == k))],
    "mean for sum": [lambda *case: sweep(*case) / len(case[2])],
    "wrong sign": [lambda *case: -sweep(*case)],
}


# 2(b)


def spoiling_power(Q, eigenvalues, n):
    answer = Q * eigenvalues**n @ inv(Q)
    Q[:], eigenvalues[:] = 0, 0
    return answer


POWERS = {
    "elementwise power": [lambda M, n: M**n],
    "one factor too few": [lambda M, n: power(M, n - 1), lambda Q, v, n: Q * v ** (n - 1) @ inv(Q)],
    "one factor too many": [lambda M, n: power(M, n + 1), lambda Q, L, n: Q @ power(L, n + 1) @ inv(Q)],
    "no power": [lambda M, n: M, lambda Q, v, n: Q @ np.diag(v) @ inv(Q)],
    "n times for the power": [lambda M, n: n * M, lambda Q, v, n: Q @ np.diag(n * v) @ inv(Q)],
    "transposed": [lambda M, n: power(M.T, n)],
    "Q^T for Q^-1": [
        lambda Q, v, n: Q @ np.diag(v**n) @ Q.T,
        lambda Q, L, n: Q @ power(L, n) @ Q.T,
        lambda Q, v, n: Q @ np.diag(v**n) @ Q.conj().T,
        lambda M, n: (lambda v, Q: Q * v**n @ Q.T)(*np.linalg.eig(M)),
    ],
    "Q for Q^-1": [lambda Q, v, n: Q * v**n @ Q],
    "Q and Q^-1 swapped": [lambda Q, v, n: inv(Q) * v**n @ Q],
    "eigenvectors in the rows": [lambda Q, v, n: Q.T * v**n @ inv(Q.T)],
    "Lambda^n alone": [lambda Q, v, n: v**n, lambda Q, v, n: np.diag(v**n), lambda Q, L, n: power(L, n)],
    "Q^-1 missing": [lambda Q, v, n: Q * v**n],
    "Q raised to the power": [lambda Q, v, n: power(Q, n) * v**n @ power(inv(Q), n)],
    "taken as symmetric": [lambda M, n: (lambda v, Q: Q * v**n @ Q.T)(*np.linalg.eigh(M))],
    "imaginary parts dropped": [lambda Q, v, n: Q * v.real**n @ inv(Q)],
}


# 3(c) as a function


PATHS = {
    "power of one gate": [
        lambda f: f[-1] ** len(f),
        lambda f: np.diag(f[0] ** len(f)),
        lambda f: f.mean(axis=0) ** len(f),
    ],
    "sum for product": [lambda f: f.sum(axis=0), lambda f: np.diag(f.sum(axis=0)), lambda f: f.sum(axis=1)],
    "mean for product": [lambda f: f.mean(axis=0)],
    "one factor too few": [lambda f: f[1:].prod(axis=0), lambda f: np.diag(f[:-1].prod(axis=0))],
    "last gate alone": [lambda f: np.diag(f[-1])],
    "slope of the gate": [lambda f: np.prod(f * (1 - f), axis=0)],
    "wrong sign": [lambda f: -f.prod(0), lambda f: np.diag(-f.prod(axis=0))],
    "1 - f for f": [lambda f: np.diag(np.prod(1 - f, axis=0))],
    "f = 1 put in": [lambda f: np.eye(f.shape[1])],
    "product over the cells": [lambda f: f.prod(axis=1)],
    "a number for the matrix": [lambda f: f.prod(), np.prod],
    "not diagonal": [lambda f: np.ones((f.shape[1], 1)) * f.prod(axis=0)],
    "all partial products": [lambda f: np.cumprod(f, axis=0)],
}


# All of them

RIGHT = {
    "1a": [
        *(jacobian, jacobian_in_loops, jacobian_by_differences, spoiling_jacobian, dense_jacobian),
        lambda W, x: jacobian(W, x).astype(np.float32),
        lambda W, x: jacobian(W.astype(np.float32), x.astype(np.float32)),
        lambda W, x: np.array([[Fraction(v) for v in row] for row in jacobian(W, x)]),
        lambda W, x: jacobian(W, x)[None],
        lambda W, x: jacobian(W, x) + 0j,
    ],
    "1b": [
        *(sweep, double_sum, by_complex_step, spoiling_sweep, package),
        lambda *case: sweep(*case).tolist(),
        lambda *case: sweep(*case).astype(np.float32),
    ],
    "2b": [
        power,
        lambda Q, eigenvalues, n: Q @ np.diag(eigenvalues**n) @ inv(Q),
        lambda Q, Lambda, n: Q @ power(Lambda, n) @ inv(Q),
        lambda Q, Lambda, n: Q @ Lambda**n @ inv(Q),
        lambda Q, eigenvalues, n: (Q * eigenvalues**n @ inv(Q)).real,
        lambda M, n: power(M, n).tolist(),
        lambda M, n, by=1: power(M, n),
        spoiling_power,
    ],
    "3c": [
        lambda f: np.diag(f.prod(axis=0)),
        lambda f: f.prod(axis=0),
        lambda f: np.linalg.multi_dot([np.eye(f.shape[1]), *map(np.diag, f[::-1])]),
        lambda f: [float(p) for p in f.prod(axis=0)],
        lambda f: np.diag(f.prod(axis=0)).astype(np.float32),
        lambda f: np.exp(np.log(f).sum(axis=0))[:, None],
    ],
}
WRONG = {"1a": JACOBIANS, "1b": GRADIENTS, "2b": POWERS, "3c": PATHS}
IN_CASE_OF_FIVE_ROWS = "Called with arguments of shapes (5, 3), (3,)"
BY_CONVENTION = {"1a": jacobian, "1b": sweep}  # where some write the transpose


def transposed(function):
    return lambda *case: function(*case).T


MISTAKES = [
    (q, name, function) for q, wrong in WRONG.items() for name, fs in wrong.items() for function in fs
]
MISTAKES += [
    ("1b", name, transposed(function)) for name, functions in GRADIENTS.items() for function in functions
]


@pytest.mark.parametrize(("question", "function"), [(q, function) for q in RIGHT for function in RIGHT[q]])
def test_every_way_to_the_answer_is_right(question, function):
    found = check_answer(question, function)

    assert (found.right, found.mistake) == (True, None)
    assert "transposed" not in found.message
    assert question != "2b" or found.message == "Right: M^n in every case."


@pytest.mark.parametrize(
    ("question", "function", "right", "said"),
    [
        *((q, transposed(right), True, ["transposed convention"]) for q, right in BY_CONVENTION.items()),
        ("1a", lambda W, x: jacobian(W, x) * (1 + 5e-5), True, ["agrees to 4 digits"]),
        (
            "1a",
            lambda W, x: jacobian(W, x) + (len(W) == 5),
            False,
            [IN_CASE_OF_FIVE_ROWS, "right in 4 of 5 cases"],
        ),
        # One decimal place is too little, and a mistake stays one when it is rounded.
        ("1a", kept(jacobian, np.round, 1), False, []),
        ("1a", lambda W, x: np.round(W * slope(W @ x).mean(), 2), False, []),
        ("1a", lambda W, x: np.zeros_like(W), False, []),
        # Huge numbers are wrong without a warning.
        ("1a", lambda W, x: np.full_like(W, 1e308), False, []),
        # A vector is right for 3(c), so the entry is said to be wrong and not the shape.
        ("3c", lambda f: 0.9 * f.prod(axis=0), False, ["for entry (0,)"]),
    ],
)
def test_what_is_no_usual_mistake_hears_what_it_is(question, function, right, said):
    found = check_answer(question, function)

    assert (found.right, found.mistake) == (right, None)
    assert [part for part in said if part not in found.message] == []


@pytest.mark.parametrize(("question", "name", "function"), MISTAKES)
def test_usual_mistakes(judged_wrong, question, name, function):
    assert judged_wrong(question, function).mistake == name


TRIED = [
    ("1a", derivatives.layers(), derivatives.jacobians(), True),
    ("1b", derivatives.networks(), derivatives.gradients(), True),
    *(
        ("2b", eigendecomposition.cases(call), eigendecomposition.table(call), False)
        for call in ("vector", "matrix", "whole")
    ),
    ("3c", cell_state.cases(), cell_state.PATHS, False),
]


@pytest.mark.parametrize(("question", "right"), [(question, RIGHT[question][0]) for question in RIGHT])
@pytest.mark.parametrize("spoiled", [0, 3])
def test_one_wrong_number_is_wrong_though_the_mean_of_all_would_pass(judged_wrong, question, right, spoiled):
    """One entry of one case is off by three tolerances, and the mean of four of them by less than one."""
    calls = itertools.count()

    def answer(*case):
        value = np.array(right(*case), dtype=complex)
        value[-1, -1] += 3 * TOLERANCE * abs(value).max() * (next(calls) % len(cases) == spoiled)
        return value

    cases = next(cases for known, cases, *_ in TRIED if known == question)
    assert len(cases) >= 4
    judged_wrong(question, answer)


def values(way, cases, transpose):
    """Return what one way gives in each case, and where it gives nothing."""
    found = []
    for case in cases:
        try:
            value = np.asarray(way(*case))
        except ValueError:
            value = np.zeros(0)
        found.append(value.T if transpose else value)
    return found


def far_apart(a, b):
    return a.size and abs(a - b).max() > 50 * TOLERANCE * abs(b).max()


@pytest.mark.parametrize(("question", "cases", "table", "by_convention"), TRIED)
def test_no_two_ways_coincide_on_the_cases(question, cases, table, by_convention):
    """In some case each pair differs in shape or by fifty times what counts as the same."""
    for transpose in (False, True) if by_convention else (False,):
        for one, other in combinations(table, 2):
            ways = values(table[one], cases, False), values(table[other], cases, transpose)
            pairs = zip(*ways, strict=True)
            apart = [a.shape != b.shape or far_apart(a, b) for a, b in pairs]
            assert any(apart), f"{question}: {one} and {other}"


@pytest.mark.parametrize("question", ["1a", "1b", "2b"])
def test_every_mistake_is_tried(question):
    assert set(usual_mistakes(question)) == WRONG[question].keys()


def test_the_right_gradient_is_that_of_a_complex_step():
    for case in derivatives.networks():
        np.testing.assert_allclose(
            derivatives.gradients()[derivatives.RIGHT_GRADIENT](*case), by_complex_step(*case), rtol=1e-11
        )


@pytest.mark.parametrize("question", ["1a", "1b", "2b", "3c"])
@pytest.mark.parametrize(
    ("name", "function", "said"),
    [
        ("raises an error", lambda *case: 1 / 0, "ZeroDivisionError: division by zero"),
        ("raises an error", lambda *case: np.ones(2) @ np.ones(3), "ValueError"),
        ("not finite", lambda *case: np.full((2, 2), np.nan), "NaN"),
        ("not numbers", lambda *case: None, "return statement"),
        ("not numbers", lambda *case: "W", "str"),
        ("not numbers", lambda *case: [[1, 2], [3]], "list"),
        ("not numbers", lambda *case: [], "list"),
        ("wrong shape", lambda *case: np.ones((7, 6, 5)), r"(7, 6, 5), and"),
    ],
)
def test_a_function_without_a_usable_value_hears_why(question, name, function, said):
    found = check_answer(question, function)

    assert (found.right, found.mistake) == (False, name)
    assert said in found.message


@pytest.mark.parametrize("question", ["1a", "1b", "2b"])
@pytest.mark.parametrize("value", [np.eye(3), None, "W", lambda: 0, lambda a, b, c, d, e, f: 0])
def test_what_cannot_be_called_as_documented_is_refused(question, value):
    with pytest.raises(ValueError, match=f"{question} takes a function, called as .*; (got|yours takes) "):
        check_answer(question, value)


@pytest.mark.parametrize(("question", "right"), BY_CONVENTION.items())
@pytest.mark.parametrize("places", [2, 3, 4])
@pytest.mark.parametrize(("write", "how"), [(np.round, "rounded"), (np.trunc, "cut")])
def test_a_transposed_answer_may_have_few_decimal_places(question, right, write, how, places):
    found = check_answer(question, transposed(kept(right, write, places)))

    assert (found.right, found.mistake) == (True, None)
    assert "transposed convention" in found.message
    assert f"{how} to {places} decimal places" in found.message


@pytest.mark.parametrize(
    ("question", "right"),
    [
        ("1a", jacobian),
        ("1b", sweep),
        ("2b", lambda M, n, by=1: power(M, n)),
        ("3c", lambda f: f.prod(axis=0)),
    ],
)
@pytest.mark.parametrize(
    "spoil",
    [
        lambda J: (J * 1.01).round(2),
        lambda J: (J + 0.004).round(2),
        lambda J: np.ceil(J * 100) / 100,
    ],
    ids=["a hundredth more", "0.004 more", "rounded up"],
)
def test_wrong_numbers_stay_wrong_when_they_are_rounded_though_the_last_digit_may_hide_it(
    judged_wrong, question, right, spoil
):
    """Each is within one unit of the last place, but not what rounding or cutting the right ones gives."""
    assert judged_wrong(question, lambda *case: spoil(right(*case))).mistake is None


@pytest.mark.parametrize("places", [2, 3])
@pytest.mark.parametrize("nudge", [-1e-12, 0, 1e-12])
def test_a_number_that_is_cut_just_under_its_last_digit_is_cut(places, nudge):
    """Entries of the last M^n are 0.63, 0.675 and such exactly; rounding errors put them on either side."""
    shortened = kept(power, np.trunc, places, nudge)

    found = check_answer("2b", lambda M, n: shortened(M, n))  # noqa: PLW0108 - the names say what is taken

    assert found.message == f"Right: M^n in every case. Its numbers are cut to {places} decimal places."


def test_the_same_answer_hears_the_same_every_time():
    assert check_answer("1b", GRADIENTS["k from 1"][0]) == check_answer("1b", GRADIENTS["k from 1"][0])


def test_interrupting_a_function_interrupts_the_check():
    def endless(W, x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_answer("1a", endless)


@pytest.fixture(params=["1a", "1b", "2b", "3c"])
def question_of_a_function(request):
    """Name each question that takes a function."""
    return request.param


@pytest.fixture
def half_a_second(monkeypatch):
    """Wait for that long."""
    monkeypatch.setattr(trying, "SECONDS", 0.5)


@pytest.mark.parametrize("question", ["1a", "1b", "2b", "3c"])
def test_a_function_that_never_ends_is_stopped_and_hears_so(question, half_a_second):
    """The thread that it ran in is gone soon after."""
    before = set(threading.enumerate())

    def endless(*case):
        while True:
            pass

    found = check_answer(question, endless)

    assert (found.right, found.mistake) == (False, "does not return")
    assert re.fullmatch(r"Called with .*, the function did not return within 0\.5 seconds\.", found.message)
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive()


def test_a_function_that_cannot_be_stopped_is_left_alone(half_a_second):
    """It sleeps through what is raised, and the answer does not wait for it."""
    woken = threading.Event()

    found = check_answer("1a", lambda W, x: woken.wait(60))

    assert found.mistake == "does not return"
    woken.set()


def test_a_value_that_never_ends_to_be_read_is_stopped_too(half_a_second):
    class Endless:
        def __array__(self, dtype=None, copy=None):
            while True:
                pass

    assert check_answer("1a", lambda W, x: Endless()).mistake == "does not return"


class Large:
    """A value that says how it is read, and is too large to be."""

    def __array__(self, dtype=None, copy=None):
        return np.broadcast_to(0.0, (10**9, 10**9))  # eight bytes, and a copy would fill every memory


@pytest.mark.parametrize(
    "value",
    [
        np.broadcast_to(0.0, (10**9, 10**9)),
        [np.broadcast_to(0.0, (10**9, 10**9))],
        Large(),
        [[0.0] * 3000] * 3000,
        [[Fraction(1)] * 500] * 500,
        [range(10**9), range(10**9)],
        functools.reduce(lambda value, _: [value] * 1000, range(60), []),
    ],
    ids=lambda _: "",
)
def test_a_value_of_very_many_entries_has_the_wrong_shape_and_is_not_read(question_of_a_function, value):
    found = check_answer(question_of_a_function, lambda *case: value)

    assert (found.right, found.mistake) == (False, "wrong shape")
    assert re.search(r"returned a value of type \w+ of more than 1000 entries\.$", found.message)


class OwnError(BaseException):
    """A student's error that cannot be written out."""

    def __str__(self):
        raise RuntimeError


def exits(*case):
    sys.exit("enough")


def raises_its_own(*case):
    raise OwnError


def raises_at_length(*case):
    raise ValueError("x" * 10**6)


def recurses(*case):
    return recurses(*case)


@pytest.mark.parametrize("question", ["1a", "1b", "2b", "3c"])
@pytest.mark.parametrize(
    ("function", "said"),
    [
        (exits, "raised SystemExit: enough."),
        (raises_its_own, "raised OwnError: with no message."),
        (raises_at_length, f"raised ValueError: {'x' * 200}."),
        (recurses, "raised RecursionError: maximum recursion depth exceeded"),
    ],
)
def test_whatever_a_function_raises_is_told_and_not_raised(question, function, said):
    found = check_answer(question, function)

    assert (found.right, found.mistake) == (False, "raises an error")
    assert f"the function {said}" in found.message


@pytest.mark.parametrize("value", [itertools.count(), itertools.repeat([1.0])])
def test_a_generator_that_never_ends_is_no_array(value):
    assert check_answer("1a", lambda W, x: value).mistake == "not numbers"


def wrong_for_five_rows(W, x):
    return jacobian(W, x) + (len(W) == 5)


@pytest.mark.parametrize(
    ("question", "function", "right", "shapes"),
    [
        ("1a", wrong_for_five_rows, jacobian, [(5, 3), (3,)]),
        ("1a", lambda W, x: W, jacobian, [(3, 2), (2,)]),
        ("1b", variant(first=1), sweep, [(2, 2), (2, 3), (4, 3), (2,), (4, 2)]),
        # Only the case of five steps has a term four steps back.
        ("1b", variant(chain=lambda J, t, k: product(J, t, k) * (t - k < 4)), sweep, None),
        ("2b", lambda M, n: M**n, power, [(2, 2), ()]),
        ("2b", lambda Q, v, n: Q * v**n @ Q.T, lambda Q, v, n: Q * v**n @ inv(Q), [(2, 2), (2,), ()]),
        ("3c", lambda f: f[-1], lambda f: f.prod(axis=0), [(3, 2)]),
        ("3c", lambda f: 1 / 0, lambda f: f.prod(axis=0), [(3, 2)]),
    ],
)
def test_the_case_that_comes_back_is_one_on_which_the_function_is_wrong(question, function, right, shapes):
    found = check_answer(question, function)

    assert not found.right
    assert shapes is None or [np.shape(part) for part in found.case] == shapes
    try:
        value = function(*found.case)
    except ZeroDivisionError:
        return
    assert abs(value - right(*found.case)).max() > TOLERANCE * abs(right(*found.case)).max()


def test_the_case_is_a_copy_and_there_is_none_for_what_is_right_or_no_function():
    first = check_answer("1a", lambda W, x: W)
    first.case[0][:] = np.nan

    assert np.isfinite(check_answer("1a", lambda W, x: W).case[0]).all()
    assert check_answer("1a", jacobian).case is None
    assert check_answer("2c", np.eye(2)).case is None


def test_a_function_that_never_ends_gets_the_case_back_that_it_ran_on(half_a_second):
    found = check_answer("2b", lambda M, n: threading.Event().wait(60))

    assert [np.shape(part) for part in found.case] == [(2, 2), ()]
    assert found.message.startswith("Called with arguments of shapes (2, 2) and n = 2, the function did not")
