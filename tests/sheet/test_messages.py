"""What a student hears is true: every formula and number of every message, computed.

A message is taken apart into the statements that stand here, each beside its computation on a textbook
network or on what the student gave. What is left of it may hold no letter, sign or number.
"""

import itertools
import re
from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest

from rnn_solutions import check_answer
from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.networks.plain import sigma
from rnn_solutions.sheet.answers import (
    cell_state,
    derivatives,
    double_sum,
    powers,
    thirtieth_power,
)
from rnn_solutions.sheet.answers.feedback import told
from rnn_solutions.sheet.answers.gates import QUANTITIES
from rnn_solutions.sheet.drawn_networks import GATES, PlainLSTM, PlainRNN

LEFT = re.compile(
    r"[_^=*/<>\d]|sigma\b|tanh|\bdiag\b|Lambda|\b[B-HJ-Zb-z]\b|"
    r"(?i:\b(two|three|four|five|six|seven|eight|nine|ten|twelve|sixteen|thirty|twice)\b)"
)
inv, power = np.linalg.inv, np.linalg.matrix_power


def same(one, other):
    one, other = np.asarray(one), np.asarray(other)
    return one.shape == other.shape and np.allclose(one, other, rtol=1e-9, atol=1e-12)


def slope(z):
    """Return the derivative of the textbook's sigmoid, without a formula for it."""
    return sigma(np.asarray(z) + 1e-30j).imag / 1e-30


LSTM = PlainLSTM.draw(np.random.default_rng(0), last=(4, 4))


# -- 1(a): the student gave `given` for J --------------------------------------------------------------------


def layer(W, x, given):
    z = W @ x
    J = complex_step(lambda x: sigma(W @ x), x)
    return SimpleNamespace(W=W, x=x, z=z, y=sigma(z), J=J, given=given, s=slope(z))


def by_W(o):
    """Return the derivative of y_i by W_ij."""
    whole = complex_step(lambda W: sigma(W @ o.x), o.W)
    return np.einsum("iij->ij", whole)


def with_entry(o):
    """Return diag(sigma') with the slope of z_2 in its entry (2, n), too."""
    D = np.diag(o.s)
    D[1, -1] = o.s[1]
    return D


LAYER = {
    "diag(sigma'(W x)) W in every case": lambda o: same(o.given, np.diag(o.s) @ o.W) and same(o.given, o.J),
    "This is W, the derivative of W x": lambda o: (
        same(o.given, o.W) and same(o.given, complex_step(lambda x: o.W @ x, o.x))
    ),
    "sigma'((W x)_i) multiplies row i": lambda o: same(
        o.J, [s * row for s, row in zip(o.s, o.given, strict=True)]
    ),
    "The factors are sigma, not sigma' = sigma (1 - sigma)": lambda o: (
        same(o.given, np.diag(o.y) @ o.W) and same(o.s, o.y * (1 - o.y))
    ),
    "The factors are 1 - sigma, not sigma' = sigma (1 - sigma)": lambda o: (
        same(o.given, np.diag(1 - o.y) @ o.W) and same(o.s, o.y * (1 - o.y))
    ),
    "sigma' is positive, so the Jacobian has the signs of W": lambda o: (
        same(o.given, -o.J) and (o.s > 0).all() and same(np.sign(o.J), np.sign(o.W))
    ),
    "sigma' is taken at y. It belongs at W x, and is y (1 - y)": lambda o: (
        same(o.given, np.diag(slope(o.y)) @ o.W)
        and same(o.J, np.diag(slope(o.W @ o.x)) @ o.W)
        and same(slope(o.z), o.y * (1 - o.y))
    ),
    "sigma' is taken at x. It belongs at W x": lambda o: (
        (same(o.given, o.W @ np.diag(slope(o.x))) or same(o.given, np.diag(slope(o.x)) @ o.W))
        and same(o.J, np.diag(slope(o.W @ o.x)) @ o.W)
    ),
    "1 - y^2 belongs to tanh": lambda o: (
        same(complex_step(np.tanh, o.z), np.diag(1 - np.tanh(o.z) ** 2))
        and same(o.given, np.diag(1 - o.y**2) @ o.W)
    ),
    "1 - tanh^2 belongs to tanh": lambda o: (
        same(complex_step(np.tanh, o.z), np.diag(1 - np.tanh(o.z) ** 2))
        and same(o.given, np.diag(1 - np.tanh(o.z) ** 2) @ o.W)
    ),
    "The sigmoid's slope is sigma (1 - sigma)": lambda o: same(o.s, sigma(o.z) * (1 - sigma(o.z))),
    "Slopes scale rows: diag(sigma') W": lambda o: (
        same(o.given, o.W @ np.diag(o.s)) and same(o.J, np.diag(o.s) @ o.W)
    ),
    "This is dy/dz": lambda o: same(o.given, complex_step(sigma, o.z)),
    "This is sigma'(W x) alone": lambda o: same(o.given, slope(o.W @ o.x)),
    "The Jacobian is diag(sigma') W": lambda o: same(o.J, np.diag(o.s) @ o.W),
    "The rows are added: this is the gradient of the sum": lambda o: (
        same(o.given, o.J.sum(axis=0)) and same(o.given, complex_step(lambda x: sigma(o.W @ x).sum(), o.x))
    ),
    "This is dy_i/dW_ij, and not dy/dx": lambda o: (
        same(o.given, np.outer(o.s, o.x)) and same(o.given, by_W(o))
    ),
    "y_2 depends on z_2 alone, and not on z_n": lambda o: (
        same(o.given, with_entry(o) @ o.W)
        and (complex_step(sigma, o.z)[1] != 0).tolist() == [n == 1 for n in range(len(o.s))]
    ),
    "(denominator layout), a row for each input": lambda o: o.J.T.shape == (len(o.x), len(o.W)),
}


# -- 1(b): the student gave `given` for the gradient ---------------------------------------------------------


def network(W, U, x, h_init, dL_dh, given):
    net = PlainRNN(W, U, x, np.zeros_like(dL_dh), h_init)
    y = net.h - dL_dh  # so that the loss's own term is what the case says
    return SimpleNamespace(net=PlainRNN(W, U, x, y, h_init), W=W, rows=dL_dh, given=given)


def total(o, chain=None, s=None, before=None, weight=None, last=None):
    """Return the double sum; `chain` lists the factors of a term, the left one first."""
    net = o.net
    s = slope(net.z) if s is None else s
    before = net.before if before is None else before
    last = s if last is None else last
    found = np.zeros((len(net.W), before.shape[1]))
    for t in range(net.T + 1):
        for k in range(t + 1):
            factors = (chain or right_chain(s))(o, t, k)
            row = o.rows[t]
            for factor in factors:
                row = row @ factor
            found += (1 if weight is None else weight(t, k)) * np.outer(row * last[k], before[k])
    return found


def right_chain(s):
    return lambda o, t, k: [np.diag(s[j]) @ o.W for j in range(t, k, -1)]


def jacobians(o, steps):
    """Return the Jacobians of single steps, from the textbook run with one state nudged; that of 0, too."""
    net = o.net
    first = complex_step(lambda h: net.states(h)[..., 0, :], net.h_init)
    return [net.jacobians[j, j - 1] if j else first for j in steps]


def multiplied(o, t, k):
    product = np.eye(len(o.W))
    for J in jacobians(o, range(t, k, -1)):
        product = product @ J
    return product


def with_factor(factor):
    """Return a check that the given gradient has this factor for each step on the way."""
    return lambda o: same(
        o.given, total(o, lambda o, t, k: [factor(np.diag(slope(o.net.z[j])), o.W) for j in range(t, k, -1)])
    )


def of_steps(steps):
    """Return a check that a term has the Jacobians of these steps."""
    return lambda o: same(o.given, total(o, lambda o, t, k: jacobians(o, steps(t, k))))


def step_is(o, factor):
    return all(
        same(o.net.jacobians[j, j - 1], factor(np.diag(slope(o.net.z[j])), o.W))
        for j in range(1, o.net.T + 1)
    )


def row_and_column(o):
    """See that a row times diag(sigma') W is a column below W^T diag(sigma')."""
    D = np.diag(slope(o.net.z[1]))
    return step_is(o, lambda D, W: D @ W) and same(o.rows[1] @ (D @ o.W), o.W.T @ D @ o.rows[1])


def row_from_its_right(o):
    return step_is(o, lambda D, W: D @ W) and same(o.net.gradient, total(o))


def slope_of_tanh():
    return same(complex_step(np.tanh, np.array([0.3])), [[1 - np.tanh(0.3) ** 2]])


def slope_in_h(o):
    return same(slope(o.net.z), o.net.h * (1 - o.net.h))


def in_order(o):
    """See that the Jacobians of the steps, the latest on the left, lead from h_k to h_t."""
    return all(same(multiplied(o, t, k), J) for (t, k), J in o.net.jacobians.items())


def starts_before(o):
    return same(o.net.h[0], sigma(o.W @ o.net.h_init + o.net.U @ o.net.x[0]))


NETWORK = {
    "the sum over all k <= t in every case": lambda o: (
        same(o.given, total(o)) and same(o.given, o.net.gradient)
    ),
    "The terms with k = 0 are missing": lambda o: same(o.given, total(o, weight=lambda t, k: k > 0)),
    "Here h_0 is computed with W": lambda o: starts_before(o) and o.net.h_init.all(),
    "In the last factor h_{k-1} must be held": lambda o: (
        same(
            o.net.gradient,
            sum(
                np.einsum("i,ij,jab->ab", o.rows[t], o.net.jacobians[t, k], o.net.immediate[k])
                for t in range(o.net.T + 1)
                for k in range(t + 1)
            ),
        )
        and same(o.given, total(o, weight=lambda t, k: t - k + 1))
    ),
    "The last factor holds h_{k-1}, not h_k": lambda o: (
        same(o.given, total(o, before=o.net.h))
        and same(o.net.z, o.net.before @ o.W.T + o.net.x @ o.net.U.T)
        and same(o.net.before[1:], o.net.h[:-1])
    ),
    "The network starts from zero": lambda o: same(o.given, from_zero(o).net.gradient),
    "sigma' is 1 everywhere": lambda o: same(o.given, total(o, s=np.ones_like(o.net.z))),
    "sigma' belongs in every factor": lambda o: (
        step_is(o, lambda D, W: D @ W) and immediate_is_outer(o) and not same(o.given, o.net.gradient)
    ),
    "A factor on the way is diag(sigma'(z_j)) W": lambda o: (
        step_is(o, lambda D, W: D @ W) and with_factor(lambda D, W: W)(o)
    ),
    "sigma' is taken at h_t. It belongs at z_t, and is h_t (1 - h_t)": (
        lambda o: (
            same(o.given, total(o, s=slope(o.net.h))) and same(o.net.gradient, total(o)) and slope_in_h(o)
        )
    ),
    "sigma stands where sigma' = sigma (1 - sigma) belongs": lambda o: (
        same(o.given, total(o, s=sigma(o.net.z))) and slope_in_h(o)
    ),
    "1 - h^2 belongs to tanh": lambda o: same(o.given, total(o, s=1 - o.net.h**2)) and slope_of_tanh(),
    "1 - tanh^2 belongs to tanh": lambda o: (
        same(o.given, total(o, s=1 - np.tanh(o.net.z) ** 2)) and slope_of_tanh()
    ),
    "The sigmoid's slope is sigma (1 - sigma)": slope_in_h,
    "W multiplies a row, and W^T a column": lambda o: (
        with_factor(lambda D, W: D @ W.T)(o) and row_and_column(o)
    ),
    "The row dL_t/dh_t stands on the left of diag(sigma') W": (
        lambda o: row_from_its_right(o) and with_factor(lambda D, W: (D @ W).T)(o)
    ),
    "diag(sigma'(z_j)) belongs on the left of W": lambda o: (
        step_is(o, lambda D, W: D @ W) and with_factor(lambda D, W: W @ D)(o)
    ),
    "J_t is raised to a power": of_steps(lambda t, k: [t] * (t - k)),
    "J_{k+1} is raised to a power": of_steps(lambda t, k: [k + 1] * (t - k)),
    "Each step has its own, J_t ... J_{k+1}": in_order,
    "The latest factor, J_t, stands on the left": lambda o: (
        of_steps(lambda t, k: range(k + 1, t + 1))(o) and in_order(o)
    ),
    "J_k leads to h_k, and not on from it": lambda o: (
        of_steps(lambda t, k: range(t, k - 1, -1))(o) and same(jacobians(o, [1])[0], o.net.jacobians[1, 0])
    ),
    "J_{k+1} is missing, the first after h_k": lambda o: (
        of_steps(lambda t, k: range(t, k + 1, -1))(o) and same(jacobians(o, [1])[0], o.net.jacobians[1, 0])
    ),
    "The steps are k + 1 to t, not k to t - 1": lambda o: (
        of_steps(lambda t, k: range(t - 1, k - 1, -1))(o) and same(multiplied(o, 2, 0), o.net.jacobians[2, 0])
    ),
    "L is the sum of the losses of all steps": lambda o: (
        same(o.given, total(o, weight=lambda t, k: t == o.net.T)) and same(o.net.gradient, total(o))
    ),
    "Beside k = t, earlier uses of W count too": lambda o: (
        same(o.given, total(o, weight=lambda t, k: t == k)) and same(o.net.gradient, total(o))
    ),
    "L is the sum of the L_t, not their mean": lambda o: same(o.given * (o.net.T + 1), o.net.gradient),
    "This is the step downhill, minus the gradient": lambda o: same(o.given, -o.net.gradient),
    "Carried back one step": lambda o: same(o.given, total(o, weight=lambda t, k: t - k < 2)),
    "Carried back two steps": lambda o: same(o.given, total(o, weight=lambda t, k: t - k < 3)),
    "Each loss must reach every use of W": lambda o: same(o.net.gradient, total(o)),
    "sigma'(z_k) is missing in the last factor": (
        lambda o: (
            same(o.given, total(o, s=slope(o.net.z), last=np.ones_like(o.net.z))) and immediate_is_outer(o)
        )
    ),
    "The network starts one step late": lambda o: same(o.given, later(o, x=o.net.x[1:], rows=o.rows[1:])),
    "The losses are one step off": lambda o: same(o.given, later(o, x=o.net.x[:-1], rows=o.rows[1:])),
    "h_init comes before h_0 = sigma(W h_init + U x_0)": starts_before,
    "x_k is in the last factor, for U. For W it is h_{k-1}": lambda o: (
        same(o.given, total(o, before=o.net.x)) and same(o.net.gradient, total(o, before=o.net.before))
    ),
    "transpose it to update W": lambda o: o.net.gradient.shape == o.W.shape,
}


def immediate_is_outer(o):
    """See that the derivative of (h_k)_i by W_ij, with the state before held, is sigma'(z_i) h_j."""
    by_row = np.einsum("kiij->kij", o.net.immediate)
    return same(by_row, slope(o.net.z)[:, :, None] * o.net.before[:, None, :])


def later(o, x, rows):
    """Return the gradient of a network that starts from the same state with other inputs and losses."""
    other = network(o.net.W, o.net.U, x, o.net.h_init, rows, None)
    return other.net.gradient


def from_zero(o):
    net = o.net
    return network(net.W, net.U, net.x, 0 * net.h_init, o.rows, None)


# -- 2(a): the student gave the terms `given` ----------------------------------------------------------------

TEN = {(t, k) for t in range(4) for k in range(4) if k <= t}


def without(condition):
    """Return a check that the ten terms are given but for those of a kind."""
    return lambda o: o.given == {(t, k) for t, k in TEN if not condition(t, k)}


@cache
def gradient_and_terms(start, free):
    """Return the gradient for T = 3 and its terms by (t, k), for a start and whether h_0 is computed."""
    drawn = PlainRNN.draw(np.random.default_rng(0), size=(3, 3), last=(3, 3))
    net = replace(drawn, h_init=start * drawn.h_init)
    terms = {
        (t, k): np.einsum("i,ij,jab->ab", net.dL_dh[t], net.jacobians[t, k], net.immediate[k]) for t, k in TEN
    }
    gradient = complex_step(net.loss, net.W)
    if not free:  # h_0 is given: what of it depends on W is taken out
        first = net.totals[0]
        gradient = gradient - sum(
            np.einsum("i,ij,jab->ab", net.dL_dh[t], net.jacobians[t, 0], first) for t in range(4)
        )
    return gradient, terms


def only_then_complete(pairs):
    """See that some terms are the gradient from h_{-1} = 0 or a given h_0, and from nowhere else."""
    complete = {}
    for start, free in ((1, True), (0, True), (1, False)):
        gradient, terms = gradient_and_terms(start, free)
        complete[start, free] = same(gradient, sum(terms[pair] for pair in pairs))
    return complete == {(1, True): False, (0, True): True, (1, False): True}


TERMS = {
    "ten terms, one for each 0 <= k <= t <= 3": lambda o: o.given == TEN and len(TEN) == 10,
    "The terms are one for each 0 <= k <= t <= 3": lambda o: len(TEN) == 10,
    "Right where h_0 is given, or h_{-1} = 0: six terms, k from 1": lambda o: (
        len(o.given) == 6 and without(lambda t, k: k == 0)(o) and only_then_complete(o.given)
    ),
    "Where h_0 is computed with W from another h_{-1}, those with k = 0 belong too, ten in all": lambda o: (
        o.given | {(t, 0) for t in range(4)} == TEN and len(TEN) == 10
    ),
    "The terms with k = t are missing: step t itself uses W": without(lambda t, k: k == t),
    "Three terms: those with k = t are missing, too": lambda o: (
        len(o.given) == 3 and without(lambda t, k: k in (0, t))(o)
    ),
    "k runs up to t. A later use of W changes no earlier loss": lambda o: (
        len(o.given) == 16 and o.given == set(itertools.product(range(4), repeat=2))
    ),
    "t, the step of the loss, stands first, and k <= t": (
        lambda o: {(t, k) for k, t in o.given} == TEN and len(TEN) == 10
    ),
    "The first number is t, the step of the loss, not t - k": lambda o: (
        o.given == {(t - k, k) for t, k in TEN}
    ),
    "The terms of L_0, L_1 and L_2 belong too": without(lambda t, k: t in (0, 1, 2)),
    "Each loss has terms for earlier uses of W: k runs from 0 to t": without(lambda t, k: k != t),
    "W is used at every step: k runs from 0 to t": without(lambda t, k: k != 0),
    "The term (0, 0) is missing: step 0 has a loss and uses W": without(lambda t, k: t == 0),
    "The sheet counts the steps from 0: t = 0 to 3": lambda o: (
        o.given == {(t + 1, k + 1) for t, k in TEN} and {t for t, _ in TEN} == {0, 1, 2, 3}
    ),
    "The terms of L_3 are missing: the steps are 0 to 3": lambda o: (
        without(lambda t, k: t == 3)(o) and {t for t, _ in TEN} == set(range(4))
    ),
    "These are the terms for T = 4: the last step is 3": lambda o: (
        o.given == {(t, k) for t in range(5) for k in range(t + 1)} and max(t for t, _ in TEN) == 3
    ),
}


# -- 2(b): the student gave `given` for M^n ------------------------------------------------------------------


def powered(Q, v, n, given):
    M = (Q * v @ inv(Q)).real
    return SimpleNamespace(Q=Q, v=v, n=n, M=M, given=given, right=multiplied_out(M, n))


def multiplied_out(M, n):
    product = np.eye(len(M))
    for _ in range(n):
        product = product @ M
    return product


def sandwich(left, right, exponents=lambda o: o.v**o.n):
    """Return a check that the given matrix is made of a factor on either side of the diagonal."""
    return lambda o: same(o.given, left(o.Q) * exponents(o) @ right(o.Q))


def is_power(o):
    return same(o.right, o.Q * o.v**o.n @ inv(o.Q)) and same(o.M @ o.Q, o.Q * o.v)


SHEETS_Q = np.array([[-0.6, -0.8], [-0.8, 0.6]])
POWERS = {
    "Q, of the eigenvectors, stands on the left": lambda o: is_power(o) and sandwich(inv, lambda Q: Q)(o),
    "M^n in every case": lambda o: same(o.given, o.right),
    "Each entry of M is raised to n. M^n is a product of matrices": lambda o: (
        same(o.given, [[entry**o.n for entry in row] for row in o.M]) and not same(o.given, o.right)
    ),
    "The power has n - 1 factors. M^n has n": lambda o: same(o.given, multiplied_out(o.M, o.n - 1)),
    "The power has n + 1 factors. M^n has n": lambda o: same(o.given, multiplied_out(o.M, o.n + 1)),
    "This is M: the eigenvalues are not raised to n": lambda o: same(o.given, o.M),
    "This is n M: the eigenvalues are not raised to n": lambda o: (
        same(o.given, o.n * o.M) and same(o.given, o.Q * (o.n * o.v) @ inv(o.Q)) and is_power(o)
    ),
    "Rows and columns of M^n have changed places": lambda o: same(o.given, o.right.T),
    "Q^T = Q^-1 holds only for orthonormal eigenvectors": lambda o: (
        is_power(o) and sandwich(lambda Q: Q, np.transpose)(o)
    ),
    "The conjugate transpose is Q^-1 only for orthonormal eigenvectors": lambda o: (
        is_power(o) and sandwich(lambda Q: Q, lambda Q: Q.T.conj())(o)
    ),
    "The lower half of M is mirrored. eigh is for symmetric M alone": lambda o: same(
        o.given, multiplied_out(np.tril(o.M) + np.tril(o.M).T - np.diag(np.diag(o.M)), o.n)
    ),
    "Q = Q^-1 holds for the sheet's Q, but not in general": lambda o: (
        is_power(o) and sandwich(lambda Q: Q, lambda Q: Q)(o) and same(SHEETS_Q, inv(SHEETS_Q))
    ),
    "Q and Q^-1 have changed places: it is Q that stands on the left": lambda o: (
        is_power(o) and sandwich(inv, lambda Q: Q)(o)
    ),
    "The eigenvectors are Q's columns": lambda o: (
        is_power(o) and sandwich(np.transpose, lambda Q: inv(Q.T))(o)
    ),
    "This is Lambda^n": lambda o: same(o.given, power(np.diag(o.v), o.n)),
    "These are eigenvalues": lambda o: same(np.sort(o.given), np.sort(np.linalg.eigvals(o.right))),
    "M^n = Q Lambda^n Q^-1": is_power,
    "Multiply by Q^-1 from the right": lambda o: (
        is_power(o) and sandwich(lambda Q: Q, lambda Q: np.eye(len(Q)))(o)
    ),
    "Only the eigenvalues are raised: between the factors each Q^-1 Q cancels": lambda o: (
        is_power(o) and same(o.given, power(o.Q, o.n) * o.v**o.n @ power(inv(o.Q), o.n))
    ),
    "Those of Q and Lambda are dropped. They cancel only in M^n": (
        lambda o: (
            sandwich(np.real, lambda Q: inv(Q.real), lambda o: o.v.real**o.n)(o) and np.isrealobj(o.right)
        )
    ),
    "Those of the eigenvalues are dropped. They cancel only in M^n": (
        lambda o: sandwich(lambda Q: Q, inv, lambda o: o.v.real**o.n)(o) and np.isrealobj(o.right)
    ),
}


# -- 2(c): the student gave `given` for W^30 -----------------------------------------------------------------

W = np.array([[0.58, 0.24], [0.24, 0.72]])
LAMBDA = np.diag([0.9**30, 0.4**30])
W_30 = multiplied_out(W, 30)


def near(number):
    """Return what a check of a matrix compares with: the given ones are exact, and these are floats."""
    return lambda o: np.allclose(o.given, number, rtol=1e-9, atol=1e-13)


PRINTED = np.array([[-0.6, -0.8], [-0.8, 0.5]])


def by_misprint(o):
    return near(PRINTED @ LAMBDA @ inv(PRINTED))(o) and np.hypot(-0.8, 0.6) == pytest.approx(1)


LONG = np.array([[3, 4], [4, -3]])
THIRTIETH = {
    "Right, rounded to 2 decimal places. So few digits do not tell it from W^29": lambda o: (
        same(o.given, W_30.round(2)) and same(o.given, multiplied_out(W, 29).round(2))
    ),
    "Right, cut to 2 decimal places. Rounded, it would be [[0.02, 0.02], [0.02, 0.03]]": lambda o: (
        same(o.given, np.trunc(100 * W_30) / 100) and same(W_30.round(2), [[0.02, 0.02], [0.02, 0.03]])
    ),
    "So few digits do not tell it from W^31": lambda o: same(o.given, multiplied_out(W, 31).round(2)),
    "Each entry of W is raised to the 30th power. W^30 is a product of matrices": near(W**30),
    "This is W itself": near(W),
    "The product as printed is not W: 0.5 must be 0.6": lambda o: (
        near(power(PRINTED @ np.diag([0.9, 0.4]) @ SHEETS_Q, 30))(o)
        and not same(PRINTED @ np.diag([0.9, 0.4]) @ SHEETS_Q, W)
        and same(SHEETS_Q @ np.diag([0.9, 0.4]) @ SHEETS_Q, W)
    ),
    "Row 1, column 1 of W^30 is 0.015261": lambda o: round(W_30[0, 0], 6) == 0.015261 and o.given[0, 0] > 1,
    "This is W^29. Thirty factors have 29 products between them": near(multiplied_out(W, 29)),
    "This is W^31": near(multiplied_out(W, 31)),
    "This is 30 W, a sum of W and not a product": near(30 * W),
    "Multiply by Q from the left and by Q^-1 from the right": lambda o: (
        (near(LAMBDA)(o) or near(LAMBDA[::-1, ::-1])(o)) and same(W_30, SHEETS_Q @ LAMBDA @ inv(SHEETS_Q))
    ),
    "The first column of Q belongs to 0.9, the second to 0.4": (
        lambda o: (
            near(SHEETS_Q @ LAMBDA[::-1, ::-1] @ SHEETS_Q)(o) and same(W @ SHEETS_Q, SHEETS_Q * [0.9, 0.4])
        )
    ),
    "The last entry of Q is misprinted on the sheet. It is 0.6": by_misprint,
    "The last entry of Q is misprinted on the sheet: it is 0.6": by_misprint,
    "This is 25 times W^30: (3, 4) and (4, -3) have length 5": (
        lambda o: (
            near(25 * W_30)(o) and same(W @ LONG, LONG * [0.9, 0.4]) and same(LONG.T @ LONG, 25 * np.eye(2))
        )
    ),
    "The largest entry is 0.027. Give digits until some are not 0": lambda o: (
        not o.given.any() and f"{W_30.max():.3f}" == "0.027"
    ),
    "This is W^0. The eigenvalues are 0.9 and 0.4": lambda o: (
        near(np.eye(2))(o) and same(np.sort(np.linalg.eigvals(W)), [0.4, 0.9])
    ),
    "This is Q Lambda^30. Multiply by Q^-1 from the right": lambda o: any(
        near(sign * (SHEETS_Q @ LAMBDA)[:, ::order])(o) for sign in (1, -1) for order in (1, -1)
    ),
}


# -- 3(c): the student gave `given` for dC_t/dC_k ------------------------------------------------------------


def along(f, given):
    """Carry a cell state along: what is added at each step does not depend on it."""
    J = complex_step(lambda C: carried(C, f), np.zeros(f.shape[1]))
    off = given.ndim == 2 and given.shape[0] == given.shape[1] and not (given - np.diag(np.diag(given))).any()
    return SimpleNamespace(f=f, given=np.diag(given) if off else given, J=J, path=np.diag(J))


def carried(C, f):
    for gate in f:
        C = gate * C + (1 - gate)
    return C


def ordered(o):
    """See that the path is the product of all gates, the latest first."""
    product = np.ones(o.f.shape[1])
    for gate in o.f[::-1]:
        product = product * gate
    return same(o.path, product)


FACTORS = "From C_k to C_t lead t - k factors"
PATH = {
    "f_t * ... * f_{k+1}": ordered,
    FACTORS: lambda o: ordered(o) and len(o.f) == 1 + len(o.f[1:]),
    "The gate of step t is raised to a power": lambda o: same(o.given, o.f[-1] ** len(o.f)),
    "The gate of step k + 1 is raised to a power": lambda o: same(o.given, o.f[0] ** len(o.f)),
    "The gate of step k + 1 is missing": lambda o: same(o.given * o.f[0], o.path),
    "The gate of step t is missing": lambda o: same(o.given * o.f[-1], o.path),
    "This is one step, dC_t/dC_{t-1}": lambda o: same(np.diag(o.given), along(o.f[-1:], o.given).J),
    "The factor of C_{t-1} is f, not f (1 - f)": lambda o: (
        same(o.given, slope(np.log(o.f / (1 - o.f))).prod(axis=0))
        and same(along(o.f[-1:], o.given).path, o.f[-1])
    ),
    "The factor of C_{t-1} is f_t, not 1 - f_t": lambda o: (
        same(o.given, (1 - o.f).prod(axis=0)) and same(along(o.f[-1:], o.given).path, o.f[-1])
    ),
    "This is right for f = 1 alone": lambda o: (
        same(o.given, np.ones(o.f.shape[1])) and same(along(np.ones_like(o.f), o.given).path, o.given)
    ),
}


def held(_=None):
    """See that with f = 1 and i = 0, to the last digit, steps of the textbook's LSTM hand C on."""
    net = LSTM.pinned(f=40.0, i=-40.0)
    return same(complex_step(lambda C: net.along_the_cell(C, 1, 3), net.C_init), np.eye(net.n))


IDENTITY = {
    "The factor of C_{t-1} is f = 1, not i = 0": lambda o: held(o) and not o.given.any(),
    "C_t = C_{t-1}: the derivative is the identity": lambda o: held(o) and same(o.given, -np.eye(2)),
    "The factor of C_{t-1} is f = 1, not a slope": lambda o: held(o) and same(o.given, slope(0) * np.eye(2)),
    "Right for one cell; for n cells it is the identity of size n": lambda o: held(o) and same(o.given, 1),
    "With f = 1 each step passes C on as it is": held,
    "the identity of size 2": lambda o: held(o) and same(o.given, np.eye(2)),
}


# -- 3(a) and 3(b): on an LSTM of the textbook ---------------------------------------------------------------

MANY = [PlainLSTM.draw(np.random.default_rng(seed), last=(4, 4)) for seed in range(50)]
STEP = 2
SYMBOLS = {letter: name.rpartition(" ")[2] for letter, name in QUANTITIES.items()}
VALUES = {
    **{SYMBOLS[letter]: LSTM.run[letter][STEP] for letter in "fioCh"},
    "C~_t": LSTM.run["c"][STEP],
    "C_{t-1}": LSTM.run["C"][STEP - 1],
    "h_{t-1}": LSTM.run["h"][STEP - 1],
    "tanh(C_t)": np.tanh(LSTM.run["C"][STEP]),
    "x_t": LSTM.x[STEP],
}


def response(gate, of, h=0.0, x=0.0, bias=0.0):
    """Return a quantity of the step, with what it starts from, its input or a gate's bias nudged."""
    net = replace(LSTM, x=LSTM.x + x, b=LSTM.b | {gate: LSTM.b[gate] + bias})
    return net.step(STEP, LSTM.h_before[STEP] + h, LSTM.C_before[STEP])[of]


@cache
def scales(gate):
    """Return what the state responds with when a gate opens: the factor that the gate has."""
    of = "h" if gate == "o" else "C"
    by_bias = complex_step(lambda bias: response(gate, of, bias=bias), np.zeros(LSTM.n))
    opening = complex_step(lambda bias: response(gate, gate, bias=bias), np.zeros(LSTM.n))
    return np.diag(by_bias) / np.diag(opening)


@cache
def reads(gate, letters):
    """Say whether a gate responds to all of these."""
    sizes = {"x": LSTM.x.shape[1], "h before": LSTM.n}
    nudge = {
        "x": lambda by: response(gate, gate, x=by),
        "h before": lambda by: response(gate, gate, h=by),
    }
    return all(one in sizes and complex_step(nudge[one], np.zeros(sizes[one])).all() for one in letters)


# All that a message could say of gates and quantities, true or false.
SCALES = {
    **{
        f"{gate}_t scales {symbol}": (lambda _, gate=gate, symbol=symbol: same(scales(gate), VALUES[symbol]))
        for gate in "fio"
        for symbol in VALUES
    },
    **{
        f"Every gate reads {SYMBOLS[one]} and {SYMBOLS[other]}": (
            lambda _, pair=(one, other): all(reads(gate, pair) for gate in "fio")
        )
        for one, other in itertools.permutations(["x", "h before", "h", "C before", "C"], 2)
    },
    '"The cell state" is C_{t-1} for f_t': lambda _: same(scales("f"), VALUES["C_{t-1}"]),
}


def drawn(letter):
    """Return all values of a quantity in many networks."""
    return np.concatenate([net.run[letter].ravel() for net in MANY])


def either_sign(letter):
    return drawn(letter).min() < 0 < drawn(letter).max()


def gates_are_positive():
    gates = np.concatenate([drawn(gate) for gate in "fio"])
    return gates.min() > 0 and gates.max() < 1 and all(map(either_sign, "cCh"))


SIGNS = {
    "The candidate is a tanh, which lies between -1 and 1 and takes either sign": lambda _: (
        abs(drawn("c")).max() < 1
        and either_sign("c")
        and all(same(net.run["c"][1], np.tanh(net.z(1, "c"))) for net in MANY)
    ),
    "C_t adds up candidates of either sign, so it takes either sign": lambda _: (
        either_sign("C")
        and all(same(net.run["C"], net.run["f"] * net.C_before + net.run["i"] * net.run["c"]) for net in MANY)
    ),
    "h_t = o_t * tanh(C_t) has the sign of C_t, which takes either": lambda _: (
        either_sign("C")
        and all(same(net.run["h"], net.run["o"] * np.tanh(net.run["C"])) for net in MANY)
        and (np.sign(drawn("h")) == np.sign(drawn("C"))).all()
    ),
    "the gates are sigmoids, strictly between 0 and 1. The others take either sign": lambda _: (
        gates_are_positive() and all(same(net.run["f"][1], sigma(net.z(1, "f"))) for net in MANY)
    ),
    "The three gates are positive, and no others": lambda _: gates_are_positive() and len("fio") == 3,
    "C~_t, C_t and h_t take either sign": lambda _: all(map(either_sign, "cCh")),
    "The three gates are sigmoids, so they are always positive": lambda _: gates_are_positive(),
}


# -- Every message -------------------------------------------------------------------------------------------


def of_functions(question, cases, table, statements, seen, said_besides=()):
    """Return each message of a question on functions, with what is seen in each of its cases."""
    for said, way in table.items():
        found = []
        for case in cases:
            try:
                found.append(seen(*case, np.asarray(way(*case))))
            except ValueError:  # this way exists for other shapes only
                continue
        yield question, told(said).message, statements, found
    right = next(iter(table.values()))
    for said in said_besides:  # of a right answer
        yield question, said, statements, [seen(*case, np.asarray(right(*case))) for case in cases]


def floats(matrix):
    return np.array(matrix, dtype=float)


def every_message():
    """Yield each message with the question, the statements that it may hold, and what they are about."""
    layers, networks = derivatives.layers(), derivatives.networks()
    besides = [derivatives.TRANSPOSED_JACOBIAN], [derivatives.TRANSPOSED_GRADIENT]
    yield from of_functions("1a", layers, derivatives.jacobians(), LAYER, layer, besides[0])
    yield from of_functions("1b", networks, derivatives.gradients(), NETWORK, network, besides[1])
    vector = powers.table("vector")
    yield from of_functions("2b", powers.cases("vector"), vector, POWERS, powered)
    yield from of_functions("3c", cell_state.cases(), cell_state.PATHS, PATH, along)
    for said in double_sum.KNOWN:
        yield "2a", told(said).message, TERMS, [SimpleNamespace(given=double_sum.pairs(said))]
    for said, matrix in thirtieth_power.MISTAKES:
        yield "2c", told(said).message, THIRTIETH, [SimpleNamespace(given=floats(matrix))]
    for matrix in (W_30.round(2), np.trunc(100 * W_30) / 100, W_30 + np.diag([1, 0])):
        yield "2c", check_answer("2c", matrix).message, THIRTIETH, [SimpleNamespace(given=matrix)]
    for said, wrong in cell_state.MATRICES.items():
        yield "3c", told(said).message, IDENTITY, [SimpleNamespace(given=wrong(3.0 * np.eye(2)))]
    for given in (1, np.eye(2), np.diag([1, 0.5])):
        yield "3c", check_answer("3c", given).message, IDENTITY, [SimpleNamespace(given=np.asarray(given))]
    factors = [SYMBOLS[letter] for letter in QUANTITIES if letter not in GATES]
    for given in itertools.product([*factors, "cell state"], factors, factors):
        yield "3a", check_answer("3a", dict(zip("fio", given, strict=True))).message, SCALES, [None]
    for count in range(7):
        for letters in itertools.combinations(("f", "i", "o", "candidate", "C", "h"), count):
            message = check_answer("3b", set(letters)).message
            missing = [QUANTITIES[gate] for gate in "fio" if gate not in letters]
            left_out = re.search(r"Left out: (.*?)\. ", message)
            if left_out:
                assert re.split(", | and ", left_out[1]) == missing
                message = message.replace(left_out[0], "")
            yield "3b", message, SIGNS, [None]


@pytest.mark.parametrize("question", ["1a", "1b", "2a", "2b", "2c", "3a", "3b", "3c"])
def test_every_statement_of_every_message_is_true(question):
    """And nothing that looks like a formula or a number is left without a computation."""
    messages = [rest for asked, *rest in every_message() if asked == question]
    assert len(messages) > 5
    for message, statements, about in messages:
        left = message
        for statement in sorted(statements, key=len, reverse=True):
            if statement in left:
                assert about
                assert all(statements[statement](one) for one in about), f"{statement!r} is false"
                left = left.replace(statement, "")
        assert not LEFT.search(re.sub(r"(\w)'s\b", r"\1", left)), f"nothing computes what is said in {left!r}"
