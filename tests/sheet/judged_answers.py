"""Answers as students give them, and what each must come to: right, a mistake by its name, wrong, or refused.

They were written from the questions and from what people do, not from what the check says. A row is an
answer; the rows of one outcome stand together. Functions are written as students write them, each on its own.
"""

from decimal import Decimal
from fractions import Fraction

import mpmath
import numpy as np
import sympy

from rnn_solutions import dense_jacobian, expand, matrix_power_eig

RIGHT, WRONG, REFUSED = "right", "wrong", "refused"
inv, power, eye, diag = np.linalg.inv, np.linalg.matrix_power, np.eye, np.diag


class Tensor:
    """Stands in for a torch tensor that requires a gradient: numpy cannot read it until it is detached."""

    def __init__(self, data):
        self.data = np.asarray(data)

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy().")

    def __len__(self):
        if not self.data.ndim:
            raise TypeError("len() of a 0-d tensor")
        return len(self.data)

    def __iter__(self):
        return map(Tensor, self.data)

    def __eq__(self, other):
        return Tensor(self.data == other)

    __hash__ = None

    def __repr__(self):
        return f"tensor({self.data}, requires_grad=True)"

    def detach(self):
        return self.data


def s(z):
    return 1 / (1 + np.exp(-z))


def ds(z):
    return s(z) * (1 - s(z))


# 1(a)


def jac(W, x):
    return diag(ds(W @ x)) @ W


def by_loops(W, x):
    J = np.zeros(W.shape)
    for i in range(W.shape[0]):
        z = sum(W[i, j] * x[j] for j in range(W.shape[1]))
        for j in range(W.shape[1]):
            J[i, j] = s(z) * (1 - s(z)) * W[i, j]
    return J


def central(W, x, e=1e-4):
    return np.column_stack([(s(W @ (x + e * u)) - s(W @ (x - e * u))) / (2 * e) for u in eye(len(x))])


def one_sided(W, x, e=1e-6):
    return np.array([(s(W @ (x + e * u)) - s(W @ x)) / e for u in eye(len(x))]).T


def no_return(W, x):
    diag(ds(W @ x)) @ W


LAYERS = {
    RIGHT: [
        jac,
        by_loops,
        central,
        one_sided,
        dense_jacobian,
        lambda W, x: ds(W @ x)[:, None] * W,
        lambda W, x: np.einsum("i,ij->ij", ds(W @ x), W),
        lambda W, x: np.multiply(W, ds(W @ x).reshape(-1, 1)),
        lambda W, x: (W.T * ds(W @ x)).T,
        lambda W, x: jac(W, x).T,
        lambda W, x: W.T @ diag(ds(W @ x)),
        lambda W, x: jac(W, x).tolist(),
        lambda W, x: tuple(map(tuple, jac(W, x))),
        lambda W, x: sympy.Matrix(jac(W, x)),
        lambda W, x: mpmath.matrix(jac(W, x).tolist()),
        lambda W, x: Tensor(jac(W, x)),
        lambda W, x: [Tensor(row) for row in jac(W, x)],
        lambda W, x: jac(W, x).astype(np.float32),
        lambda W, x: Tensor(jac(W, x).astype(np.float32)),
        lambda W, x: jac(W, x).round(3),
        lambda W, x: jac(W, x).round(2),
        lambda W, x: np.trunc(jac(W, x) * 1e4) / 1e4,
        lambda W, x: np.vectorize(Fraction)(jac(W, x)),
        lambda W, x, sigmoid=s: diag(sigmoid(W @ x) * (1 - sigmoid(W @ x))) @ W,
        lambda W, x: W * np.exp(-(W @ x))[:, None] / (1 + np.exp(-(W @ x)))[:, None] ** 2,
    ],
    "sigma' missing": [lambda W, x: W, lambda W, x: W.T, lambda W, x: W.copy()],
    "sigma for sigma'": [lambda W, x: diag(s(W @ x)) @ W, lambda W, x: W.T * s(W @ x)],
    "1 - sigma for sigma'": [lambda W, x: diag(1 - s(W @ x)) @ W, lambda W, x: (W.T * (1 - s(W @ x))).T],
    "sigma' at y": [lambda W, x: diag(ds(s(W @ x))) @ W],
    "sigma' at x": [
        lambda W, x: W @ diag(ds(x)),
        lambda W, x: diag(ds(x)) @ W,
        lambda W, x: W * ds(x),
    ],
    "tanh' for sigma'": [
        lambda W, x: diag(1 - s(W @ x) ** 2) @ W,
        lambda W, x: diag(1 - np.tanh(W @ x) ** 2) @ W,
        lambda W, x: diag(1 / np.cosh(W @ x) ** 2) @ W,
    ],
    "wrong sign": [lambda W, x: -jac(W, x), lambda W, x: diag(s(W @ x) * (s(W @ x) - 1)) @ W],
    "diagonal on the wrong side": [lambda W, x: W @ diag(ds(W @ x)), lambda W, x: W * ds(W @ x)],
    "W missing": [lambda W, x: ds(W @ x), lambda W, x: diag(ds(W @ x))],
    "rows added up": [lambda W, x: W.T @ ds(W @ x), lambda W, x: jac(W, x).sum(axis=0)],
    "derivative by W": [lambda W, x: np.outer(ds(W @ x), x), lambda W, x: ds(W @ x)[:, None] * x],
    "raises an error": [lambda W, x: diag(ds(W * x)) @ W @ W, lambda W, x: W["x"], lambda W, x: W[100]],
    "not numbers": [no_return, lambda W, x: "diag(sigma') W", lambda W, x: [], lambda W, x: s],
    "not finite": [lambda W, x: W / 0.0, lambda W, x: W * np.nan],
    "wrong shape": [lambda W, x: jac(W, x)[0], lambda W, x: jac(W, x)[:, :, None] * x],
    WRONG: [
        lambda W, x: 2 * jac(W, x),
        lambda W, x: jac(W, x) + 0.01,
        lambda W, x: diag(ds(W @ x)) @ W * x,
        lambda W, x: diag(s(W @ x) ** 2) @ W,
        lambda W, x: jac(W, x).round(1),
        lambda W, x: np.zeros(W.shape),
    ],
    REFUSED: [
        *("diag(sigma') W", None, np.ones((2, 2)), 3, [jac], {"J": jac}),
        *(lambda W: W, lambda: 0, lambda W, U, x: W, lambda W, x, *, sigma: W),
    ],
}


# 1(b)


def run(W, U, x, h_init):
    h = [h_init]
    for x_t in x:
        h.append(s(W @ h[-1] + U @ x_t))
    return h


def bptt(W, U, x, h_init, dL_dh):
    h, g, total = run(W, U, x, h_init), 0, np.zeros(W.shape)
    for t in reversed(range(len(x))):
        delta = (dL_dh[t] + g) * h[t + 1] * (1 - h[t + 1])
        total += np.outer(delta, h[t])
        g = W.T @ delta
    return total


def summed(W, U, x, h_init, dL_dh, first=0, steps=10, shift=0, D=None, reverse=False):
    """Write the double sum as the sheet does, with D for diag(sigma')."""
    h = run(W, U, x, h_init)
    J = [diag(h[j + 1] * (1 - h[j + 1])) @ W for j in range(len(x))]
    total = np.zeros(W.shape)
    for t in range(len(x)):
        for k in range(max(first, t - steps), t + 1):
            row = dL_dh[t]
            for j in range(k + 1, t + 1) if reverse else range(t, k, -1):
                row = row @ J[j]
            slope = h[k + 1] * (1 - h[k + 1]) if D is None else D
            total += np.outer(row * slope, h[k + shift])
    return total


def forward_mode(W, U, x, h_init, dL_dh):
    h, by_W, total, n = h_init, np.zeros((len(W), *W.shape)), np.zeros(W.shape), len(W)
    for t in range(len(x)):
        z = W @ h + U @ x[t]
        step = np.zeros((n, n, n))
        step[range(n), range(n)] = h
        by_W = ds(z)[:, None, None] * (step + np.tensordot(W, by_W, 1))
        h = s(z)
        total += np.tensordot(dL_dh[t], by_W, 1)
    return total


def numerical(W, U, x, h_init, dL_dh, e=1e-5):
    def loss(W):
        return sum(row @ h for row, h in zip(dL_dh, run(W, U, x, h_init)[1:], strict=True))

    found = np.zeros(W.shape)
    for i in np.ndindex(W.shape):
        E = np.zeros(W.shape)
        E[i] = e
        found[i] = (loss(W + E) - loss(W - E)) / (2 * e)
    return found


def sweep_with(back=lambda W, d: W.T @ d, slope=lambda h: h * (1 - h), by=lambda h, x, t: h[t]):
    def gradient(W, U, x, h_init, dL_dh):
        h, g, total = run(W, U, x, h_init), 0, 0
        for t in reversed(range(len(x))):
            delta = (dL_dh[t] + g) * slope(h[t + 1])
            total = total + np.outer(delta, by(h, x, t))
            g = back(W, delta)
        return total

    return gradient


def one_step_late(W, U, x, h_init, dL_dh):
    """Start at h_0 = h_init, and so never use x_0."""
    return bptt(W, U, x[1:], h_init, dL_dh[1:])


def shifted_losses(W, U, x, h_init, dL_dh):
    """Call h_init h_0, so that L_1 is the loss of the first state that is computed, and the last has none."""
    h = run(W, U, x, h_init)
    g, total = 0, np.zeros(W.shape)
    for t in reversed(range(1, len(x))):
        delta = (dL_dh[t] + g) * h[t] * (1 - h[t])
        total += np.outer(delta, h[t - 1])
        g = W.T @ delta
    return total


NETWORKS = {
    RIGHT: [
        bptt,
        summed,
        forward_mode,
        numerical,
        sweep_with(),
        lambda *case: bptt(*case).T,
        lambda *case: summed(*case).tolist(),
        lambda *case: Tensor(bptt(*case)),
        lambda *case: bptt(*case).astype(np.float32),
        lambda *case: mpmath.matrix(bptt(*case).tolist()),
        lambda *case: sympy.Matrix(bptt(*case)),
        lambda *case: bptt(*case).round(3),
    ],
    "k from 1": [lambda *case: summed(*case, first=1), lambda *case: summed(*case, first=1).T],
    "h_init for h_0": [one_step_late, shifted_losses, lambda *case: one_step_late(*case).T],
    "h_init ignored": [lambda W, U, x, h, g: bptt(W, U, x, 0 * h, g)],
    "h not shifted": [lambda *case: summed(*case, shift=1), sweep_with(by=lambda h, x, t: h[t + 1])],
    "sigma' missing": [
        sweep_with(slope=np.ones_like),
        lambda *case: summed(*case, D=1.0),
        lambda W, U, x, h, g: sum(
            np.outer(g[t] @ power(W, t - k) * ds(W @ run(W, U, x, h)[k] + U @ x[k]), run(W, U, x, h)[k])
            for t in range(len(x))
            for k in range(t + 1)
        ),
    ],
    "sigma' at h": [sweep_with(slope=ds)],
    "sigma for sigma'": [sweep_with(slope=lambda h: h)],
    "tanh' for sigma'": [sweep_with(slope=lambda h: 1 - h**2)],
    "W transposed": [sweep_with(back=lambda W, d: W @ d)],
    "product reversed": [lambda *case: summed(*case, reverse=True)],
    "nothing through time": [lambda *case: summed(*case, steps=0), sweep_with(back=lambda W, d: 0)],
    "truncated": [
        lambda *case: summed(*case, steps=1),
        lambda *case: summed(*case, steps=2),
        lambda *case: summed(*case, steps=1).T,
    ],
    "derivative by U": [sweep_with(by=lambda h, x, t: x[t])],
    "last loss only": [lambda W, U, x, h, g: bptt(W, U, x, h, np.vstack([0 * g[:-1], g[-1:]]))],
    "mean for sum": [lambda *case: bptt(*case) / len(case[2])],
    "wrong sign": [lambda *case: -bptt(*case), lambda *case: -summed(*case).T],
    "raises an error": [lambda W, U, x, h, g: W @ x, lambda W, U, x, h, g: 1 / 0],
    "not numbers": [lambda W, U, x, h, g: None, lambda *case: print],
    "not finite": [lambda W, U, x, h, g: W * np.inf],
    "wrong shape": [lambda W, U, x, h, g: bptt(W, U, x, h, g).sum(), lambda W, U, x, h, g: g],
    WRONG: [lambda *case: 2 * bptt(*case), lambda *case: bptt(*case) + 0.1, lambda W, *rest: W],
    REFUSED: [None, "BPTT", np.ones((2, 2)), lambda W: W, lambda W, U, x: W, lambda: 0, 1.5],
}


# 2(a)

TEN = [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2), (3, 0), (3, 1), (3, 2), (3, 3)]
SIX = [(1, 1), (2, 1), (2, 2), (3, 1), (3, 2), (3, 3)]
TERMS = {
    RIGHT: [
        TEN,
        SIX,
        TEN[::-1],
        SIX[::-1],
        set(TEN),
        tuple(TEN),
        frozenset(SIX),
        [list(pair) for pair in TEN],
        np.array(TEN),
        np.array(SIX, dtype=float),
        Tensor(TEN),
        Tensor(SIX),
        [Tensor(pair) for pair in TEN],
        [(Tensor(t), Tensor(k)) for t, k in TEN],
        sympy.Matrix(TEN),
        expand(3),
        expand(3, first=1),
        list(expand(3)),
        dict.fromkeys(TEN, "a term"),
        dict.fromkeys(TEN).keys(),
        [(float(t), float(k)) for t, k in TEN],
        [(Fraction(t), k) for t, k in SIX],
    ],
    "k up to t - 1": [[(1, 0), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2)]],
    "k from 1 to t - 1": [[(2, 1), (3, 1), (3, 2)]],
    "k up to T": [[(t, k) for t in range(4) for k in range(4)], np.argwhere(np.ones((4, 4)))],
    "t and k swapped": [[(k, t) for t, k in TEN], np.argwhere(np.triu(np.ones((4, 4))))],
    "t - k for t": [[(t - k, k) for t, k in TEN]],
    "last loss only": [[(3, 0), (3, 1), (3, 2), (3, 3)], Tensor([(3, 3), (3, 2), (3, 1), (3, 0)])],
    "only k = t": [[(0, 0), (1, 1), (2, 2), (3, 3)]],
    "only k = 0": [[(0, 0), (1, 0), (2, 0), (3, 0)]],
    "t from 1": [TEN[1:]],
    "steps counted from 1": [[(t + 1, k + 1) for t, k in TEN]],
    "t up to T - 1": [TEN[:6]],
    "t up to T + 1": [[(t, k) for t in range(5) for k in range(t + 1)], expand(4)],
    "a term twice": [[*TEN, (0, 0)], TEN + TEN, [*SIX, (3, 3)]],
    WRONG: [[], [(0, 0)], TEN[:-1], [*TEN, (4, 0)], [(3, 1), (3, 2), (3, 3)], SIX[1:], [(-1, 0)], [(9, 9)]],
    REFUSED: [
        *(None, 10, 3.5, "10", "(0,0), (1,0), (1,1)", [1, 2, 3], [(1, 2, 3)], [("t", "k")], ["(3, 0)"]),
        *(
            [(0.5, 0)],
            [(np.nan, 0)],
            [(True, False)],
            [[]],
            [{3, 0}],
            range(10),
            np.ones((4, 4)),
            lambda t, k: 1,
        ),
    ],
}


# 2(b)

POWERS = {
    RIGHT: [
        power,
        matrix_power_eig,
        lambda Q, v, n: Q @ diag(v**n) @ inv(Q),
        lambda Q, L, n: Q @ power(L, n) @ inv(Q),
        lambda Q, L, n: Q @ L**n @ inv(Q),
        lambda Q, v, n: np.linalg.solve(Q.T, (Q * v**n).T).T,
        lambda Q, v, n: (Q * v**n @ inv(Q)).real,
        lambda Q, v, n: np.einsum("ij,j,jk->ik", Q, v**n, inv(Q)),
        lambda M, n: M if n == 1 else M @ power(M, n - 1),
        lambda M, n: power(M, n).tolist(),
        lambda M, n: Tensor(power(M, n)),
        lambda M, n: mpmath.matrix(M.tolist()) ** n,
        lambda M, n: sympy.Matrix(M) ** n,
        lambda M, n: power(M.astype(np.float32), n),
        lambda M, n: power(M, n).round(4),
        lambda Q, v, n: sum(v[i] ** n * np.outer(Q[:, i], inv(Q)[i]) for i in range(len(v))),
    ],
    "elementwise power": [lambda M, n: M**n, lambda Q, v, n: (Q * v @ inv(Q)).real ** n],
    "one factor too few": [lambda M, n: power(M, n - 1), lambda Q, v, n: Q * v ** (n - 1) @ inv(Q)],
    "one factor too many": [lambda M, n: power(M, n) @ M, lambda Q, v, n: Q * v ** (n + 1) @ inv(Q)],
    "no power": [lambda M, n: M, lambda Q, v, n: Q @ diag(v) @ inv(Q), lambda Q, L, n: Q @ L @ inv(Q)],
    "n times for the power": [lambda M, n: n * M, lambda Q, v, n: Q @ diag(n * v) @ inv(Q)],
    "transposed": [lambda M, n: power(M, n).T, lambda Q, v, n: (Q * v**n @ inv(Q)).T],
    "Q^T for Q^-1": [lambda Q, v, n: Q @ diag(v**n) @ Q.T, lambda Q, L, n: Q @ power(L, n) @ Q.conj().T],
    "taken as symmetric": [lambda M, n: (lambda v, Q: Q * v**n @ Q.T)(*np.linalg.eigh(M))],
    "Q for Q^-1": [lambda Q, v, n: Q @ diag(v**n) @ Q],
    "Q and Q^-1 swapped": [lambda Q, v, n: inv(Q) @ diag(v**n) @ Q],
    "eigenvectors in the rows": [lambda Q, v, n: Q.T @ diag(v**n) @ inv(Q.T)],
    "Lambda^n alone": [lambda Q, v, n: diag(v**n), lambda Q, v, n: v**n, lambda Q, L, n: power(L, n)],
    "Q^-1 missing": [lambda Q, v, n: Q @ diag(v**n), lambda Q, L, n: Q @ power(L, n)],
    "Q raised to the power": [lambda Q, v, n: power(Q, n) @ diag(v**n) @ power(inv(Q), n)],
    "imaginary parts dropped": [lambda Q, v, n: Q * v.real**n @ inv(Q)],
    "raises an error": [lambda M, n: M**n @ "M", lambda Q, v, n: Q[n] @ v @ Q @ diag(Q)],
    "not numbers": [lambda M, n: None, lambda M, n: "Q L^n Q^-1"],
    "not finite": [lambda M, n: M / 0],
    "wrong shape": [lambda M, n: np.trace(power(M, n)), lambda M, n: power(M, n)[None].repeat(2, 0)],
    WRONG: [lambda M, n: 2 * power(M, n), lambda M, n: eye(len(M)), lambda M, n: power(M, n) + 0.05],
    REFUSED: [None, "Q Lambda^n Q^-1", eye(2), 30, lambda M: M, lambda a, b, c, d: 0, [power]],
}


# 2(c)

W = np.array([[0.58, 0.24], [0.24, 0.72]])
Q = np.array([[-0.6, -0.8], [-0.8, 0.6]])
PRINTED_Q = np.array([[-0.6, -0.8], [-0.8, 0.5]])
L30 = diag([0.9**30, 0.4**30])
W30 = power(W, 30)
HALF = np.array([[0.36, 0.48], [0.48, 0.64]])  # the projection on the first eigenvector


def four(a, b, c, d):
    return [[a, b], [c, d]]


def as_strings(M, places, comma=False):
    return [[f"{entry:.{places}f}".replace(".", "," if comma else ".") for entry in row] for row in M]


THIRTIETH = {
    RIGHT: [
        W30,
        W30.tolist(),
        four(0.0153, 0.0203, 0.0203, 0.0271),
        four(0.0152, 0.0203, 0.0203, 0.0271),
        four(0.01526, 0.02035, 0.02035, 0.02713),
        four(0.015260, 0.020348, 0.020348, 0.027130),  # as the sheet prints it
        four(0.015261, 0.020348, 0.020348, 0.027130),
        four(0.015, 0.020, 0.020, 0.027),
        four(0.02, 0.02, 0.02, 0.03),
        four(0.01, 0.02, 0.02, 0.02),
        four(1.53e-2, 2.03e-2, 2.03e-2, 2.71e-2),
        four("0.0153", "0.0203", "0.0203", "0.0271"),
        four("0,0153", "0,0203", "0,0203", "0,0271"),
        four(" 0,01526 ", "0,02035", "+0,02035", "0,02713"),
        four("1.526e-2", "2.035E-2", ".02035", "2,713e-2"),
        four("0.0153", "0.02", "0.0203", "0.027"),
        four(*map(Decimal, ("0.0153", "0.0203", "0.0203", "0.0271"))),
        four(*map(Fraction, ("0.0153", "0.0203", "0.0203", "0.0271"))),
        four("153/10000", "203/10000", "203/10000", "271/10000"),
        [[f"{n} / 3125000" for n in row] for row in (W30 * 3125000).round().astype(int)],
        as_strings(W30, 6),
        as_strings(W30, 12),
        as_strings(W30, 5, comma=True),
        np.round(W30, 4),
        np.round(W30, 5).astype(np.float32),
        W30.astype(np.float32),
        W30 + 0j,
        Tensor(W30),
        Tensor(np.round(W30, 4).astype(np.float32)),
        [Tensor(row) for row in W30],
        [[Tensor(entry) for entry in row] for row in W30],
        mpmath.matrix(W.tolist()) ** 30,
        mpmath.matrix(as_strings(W30, 6)),
        sympy.Matrix(W) ** 30,
        (sympy.Matrix(W) ** 30).evalf(4),
        sympy.Matrix([["29/50", "6/25"], ["6/25", "18/25"]]) ** 30,
        Q @ L30 @ Q,
        Q @ L30 @ Q.T,
        PRINTED_Q @ L30 @ Q,  # with the misprint in the column of 0.4 alone, it comes out right
        PRINTED_Q @ L30 @ PRINTED_Q,
        0.9**30 * HALF,
        0.0424 * HALF,
        0.04239 * HALF,
        as_strings(W30, 40),
    ],
    "elementwise power": [
        W**30,
        [[w**30 for w in row] for row in W.tolist()],
        four("8.00e-8", "2.5e-19", "2.5e-19", "5.2e-5"),
        four(0.0, 0.0, 0.0, 5.2e-5),
        np.round(W**30, 6),
        Tensor(W**30),
    ],
    "one factor too few": [power(W, 29), power(W, 29).round(4), as_strings(power(W, 29), 4, comma=True)],
    "one factor too many": [
        power(W, 31),
        power(W, 31).round(4),
        four("0.0137", "0.0183", "0.0183", "0.0244"),
    ],
    "no power": [W, W.tolist(), four("0,58", "0,24", "0,24", "0,72")],
    "30 times for the power": [30 * W, four(17.4, 7.2, 7.2, 21.6), four("17,4", "7,2", "7,2", "21,6")],
    "Lambda^30 alone": [
        L30,
        diag([0.4**30, 0.9**30]),
        four(0.0424, 0, 0, 0),
        four("0.0424", "0", "0", "1.15e-12"),
        four("0,0424", "0,0000", "0,0000", "0,0000"),
    ],
    "eigenvalues swapped": [Q @ diag([0.4**30, 0.9**30]) @ Q, 0.9**30 * (eye(2) - HALF)],
    "Q^-1 missing": [Q @ L30, (Q @ L30).round(4), -Q @ L30, four(0.0254, 0, 0.0339, 0), PRINTED_Q @ L30],
    "0.5 for 0.6": [PRINTED_Q @ L30 @ inv(PRINTED_Q), (PRINTED_Q @ L30 @ inv(PRINTED_Q)).round(4)],
    "printed factors": [
        power(PRINTED_Q @ diag([0.9, 0.4]) @ Q, 30),
        power(PRINTED_Q @ diag([0.9, 0.4]) @ Q, 30).round(5),
    ],
    "eigenvectors not of unit length": [25 * W30, four(0.3815, 0.5087, 0.5087, 0.6783)],
    "rounded to zero": [
        np.zeros((2, 2)),
        four(0, 0, 0, 0),
        four("0.0", "0.0", "0.0", "0.0"),
        np.round(W30, 1),
    ],
    "the identity": [eye(2), four("1", "0", "0", "1"), Tensor(eye(2)), mpmath.eye(2)],
    WRONG: [
        -W30,
        W30 + 0.001,
        W30 * 1.01,
        power(W, 28),
        power(W, 32),
        power(W, 3),
        four(0.0153, 0.0204, 0.0204, 0.0271),
        four(0.0153, 0.0213, 0.0213, 0.0271),
        four("0.0154", "0.0203", "0.0203", "0.0271"),
        four("0,153", "0,203", "0,203", "0,271"),
        four("0", "0.02", "0.0203", "0.027"),
        four(1, 1, 1, 1),
        four(0.1, 0.1, 0.1, 0.1),
        four("1/66", "1/49", "1/49", "1/37"),
        four(1.53, 2.03, 2.03, 2.71),
        four(0.0271, 0.0203, 0.0203, 0.0153),
    ],
    REFUSED: [
        *(
            None,
            0.0424,
            "W^30",
            "0.0153 0.0203 0.0203 0.0271",
            [0.0153, 0.0203, 0.0203, 0.0271],
            [[1, 2]],
            [],
        ),
        *(eye(3), np.ones((2, 2, 2)), four("a", 0, 0, 0), four("", "0.0203", "0.0203", "0.0271")),
        *(
            four("0.0153 approx", 0, 0, 0),
            four("0..0153", 0, 0, 0),
            four("1/0", 0, 0, 0),
            four("0,0,1", 0, 0, 0),
        ),
        *(four(None, 0, 0, 0), four(np.nan, 0, 0, 0), four(np.inf, 0, 0, 0), four(1j, 0, 0, 0)),
        *(
            four(True, False, False, True),
            W30 * 1j,
            {"a": 1},
            lambda: W30,
            sympy.Matrix(sympy.symbols("a:4")).reshape(2, 2),
        ),
    ],
}


# 3(a)


def scaled(f, i, o):
    return {"f": f, "i": i, "o": o}


FACTORS = {
    RIGHT: [
        scaled("C_{t-1}", "C~_t", "tanh(C_t)"),
        scaled("C[t-1]", "g", "tanh(C[t])"),
        scaled("c_prev", "g_t", "tanh(c)"),
        scaled("C_prev", "C_tilde", "np.tanh(C)"),
        scaled("c_old", "c_bar", "torch.tanh(c_t)"),
        scaled(r"$C_{t-1}$", r"$\tilde{C}_t$", r"$\tanh(C_t)$"),
        scaled(r"\mathbf{C}_{t-1}", r"\widetilde{C}_t", r"\operatorname{tanh}(C_t)"),
        scaled("old cell state", "candidate", "tanh of C_t"),
        scaled("the previous cell state", "the candidate values", "the squashed cell state"),
        scaled("previous memory", "new memory", "tanh(C_t)"),
        scaled("last cell state C_{t-1}", "candidate C~_t", "tanh C_t"),
        scaled("cell state", "candidate cell state", "tanh(C)"),
        scaled("memory cell", "input node", "tanh c_t"),
        scaled("prev cell state", "cell input", "tanh(ct)"),
        scaled("C_t-1", "C'", "tanh(C_t)"),
        scaled("past cell state", "C\N{COMBINING TILDE}_t", "tanh(C_t)"),
        scaled("上一时刻的细胞状态", "候选状态", "tanh(C_t)"),
        scaled("上一时刻的记忆元", "候选记忆元", "tanh(C_t)"),
        scaled("上一时刻的细胞状态 C_{t-1}", "候选", "tanh(C_t)"),
        scaled("记忆单元", "候选记忆单元", "tanh(C_t)"),
        {"遗忘门": "C_{t-1}", "输入门": "候选状态", "输出门": "tanh(C_t)"},
        {"遗忘门 f_t": "C_{t-1}", "输入门 i_t": "C~_t", "输出门 o_t": "tanh(C_t)"},
        {"forget gate": "C_{t-1}", "input gate": "C~_t", "output gate": "tanh(C_t)"},
        {"Forget": "C_{t-1}", "Input": "C~_t", "Output": "tanh(C_t)"},
        {"f_t": "C_{t-1}", "i_t": "C~_t", "o_t": "tanh(C_t)"},
        {"the forget gate f_t": "C_{t-1}", "the input gate": "C~_t", "the output gate o_t": "tanh(C_t)"},
    ],
    "C_t for C_{t-1}": [scaled("C_t", "C~_t", "tanh(C_t)"), scaled("the new cell state", "g", "tanh(C)")],
    "x_t for C~_t": [scaled("C_{t-1}", "x_t", "tanh(C_t)"), scaled("C_{t-1}", "the input", "tanh(C_t)")],
    "x_t for C_{t-1}": [scaled("x", "C~_t", "tanh(C_t)")],
    "h_{t-1} for C_{t-1}": [
        scaled("h_{t-1}", "C~_t", "tanh(C_t)"),
        scaled("old hidden state", "g", "tanh(C)"),
    ],
    "h_t for C_{t-1}": [scaled("hidden state", "g", "tanh(C)")],
    "h_{t-1} for C~_t": [
        scaled("C_{t-1}", "h_{t-1}", "tanh(C_t)"),
        scaled("C_{t-1}", "上一时刻的隐状态", "tanh C"),
    ],
    "C_t for C~_t": [scaled("C_{t-1}", "cell state", "tanh(C_t)")],
    "f and i swapped": [
        scaled("C~_t", "C_{t-1}", "tanh(C_t)"),
        scaled("candidate", "old cell state", "tanh(C)"),
    ],
    "tanh left out": [scaled("C_{t-1}", "C~_t", "C_t"), scaled("C_{t-1}", "C~_t", "cell state")],
    "h_t for tanh(C_t)": [scaled("C_{t-1}", "C~_t", "h_t"), scaled("C_{t-1}", "g", "hidden state")],
    "C~_t for tanh(C_t)": [scaled("C_{t-1}", "C~_t", "C~_t")],
    "C_{t-1} for tanh(C_t)": [scaled("C_{t-1}", "C~_t", "C_{t-1}")],
    "x_t for tanh(C_t)": [scaled("C_{t-1}", "C~_t", "x_t")],
    "h_{t-1} for tanh(C_t)": [scaled("C_{t-1}", "C~_t", "h_{t-1}")],
    "tanh(C_t) for C_{t-1}": [scaled("tanh(C_t)", "C~_t", "tanh(C_t)")],
    REFUSED: [
        *(None, "f: C, i: g", ["C", "g", "tanh C"], {}, {"f": "C_{t-1}"}, scaled("C_{t-1}", "C~_t", None)),
        *(scaled("C_{t-1}", "C~_t", "tanh(C_t) * o"), scaled("f * C_{t-1}", "C~_t", "tanh(C_t)")),
        *(
            scaled("C_t + C_{t-1}", "g", "tanh C"),
            scaled("C_t C_{t-1}", "g", "tanh C"),
            scaled("-C_{t-1}", "g", "h"),
        ),
        *(scaled("C_{t-1}", "the thing", "tanh(C_t)"), scaled("C_{t-1}", "", "h"), scaled("C_{t-1}", 1, "h")),
        {"f": "C_{t-1}", "i": "g", "o": "h", "z": "x"},
        {"f": "C_{t-1}", "forget": "C_{t-1}", "i": "g", "o": "h"},
        {"forgot": "C_{t-1}", "i": "g", "o": "h"},
    ],
}


# 3(b)


def table(f, i, o, g, C, h):
    return {"f": f, "i": i, "o": o, "C~": g, "C": C, "h": h}


POSITIVE = {
    RIGHT: [
        {"f", "i", "o"},
        ["f_t", "i_t", "o_t"],
        ("forget gate", "input gate", "output gate"),
        {"forget", "input", "output"},
        frozenset("fio"),
        "f, i, o",
        "f_t, i_t and o_t",
        "forget, input and output gates",
        "the gates",
        "the three gates",
        ["gates"],
        ["all gates"],
        {"遗忘门", "输入门", "输出门"},
        "遗忘门、输入门、输出门",
        "遗忘门、输入门和输出门",
        {"遗忘门 f_t", "输入门 i_t", "输出门 o_t"},
        np.array(["f", "i", "o"]),
        {"$f_t$", "$i_t$", "$o_t$"},
        table(1, 1, 1, 0, 0, 0),
        table(True, True, True, False, False, False),
        table("+", "+", "+", "±", "±", "±"),
        table("+", "+", "+", "+/-", "+/-", "+/-"),
        table("+", "+", "+", "-", "-", "-"),
        table("yes", "yes", "yes", "no", "no", "no"),
        table("Yes", "YES", " yes ", "No", "no", "NO"),
        table("positive", "positive", "positive", "any sign", "any sign", "any sign"),
        table("是", "是", "是", "否", "否", "否"),
        table(*[sympy.true] * 3, *[sympy.false] * 3),
        table(*[sympy.Integer(1)] * 3, *[sympy.Integer(0)] * 3),
        table(*[np.True_] * 3, *[np.False_] * 3),
        table(*[Tensor(True)] * 3, *[Tensor(False)] * 3),
        table(*[Tensor(1)] * 3, *[Tensor(0.0)] * 3),
        table(*[np.array(True)] * 3, *[np.int64(0)] * 3),
        table(1.0, 1.0, 1.0, 0.0, 0.0, 0.0),
        {"f": 1, "i": 1, "o": 1},
        {"gates": True, "candidate": False, "cell state": False, "hidden state": False},
    ],
    "candidate counted as positive": [
        {"f", "i", "o", "g"},
        {"f", "i", "o", "C~"},
        {"f", "i", "o", "候选记忆元"},
        "f, i, o, candidate",
        table(1, 1, 1, 1, 0, 0),
        table("+", "+", "+", "+", "±", "±"),
        {"f", "i", "g"},
    ],
    "cell state counted as positive": [
        {"f", "i", "o", "C"},
        table(1, 1, 1, 0, 1, 0),
        {"f", "i", "o", "细胞状态", "h"},
    ],
    "hidden state counted as positive": [
        {"f", "i", "o", "h"},
        {"f", "i", "o", "隐藏状态"},
        table("yes", "yes", "yes", "no", "no", "yes"),
    ],
    "everything counted as positive": [set("fiogCh"), table(*[True] * 6), table(*["+"] * 6)],
    "positive and not swapped": [
        {"g", "C", "h"},
        table(0, 0, 0, 1, 1, 1),
        table("±", "±", "±", "+", "+", "+"),
        table(*[sympy.false] * 3, *[sympy.true] * 3),
    ],
    "gate left out": [{"f", "i"}, {"o"}, "f", table(1, 1, 0, 0, 0, 0), table("+", "+", "±", "±", "±", "±")],
    "no quantity named": [set(), [], {}, table(*[0] * 6), table(*["±"] * 6), ""],
    REFUSED: [
        *(
            None,
            3,
            True,
            {1, 2, 3},
            {"f", "i", "z"},
            "sigmoid",
            {"-f", "i", "o"},
            {"f'", "i", "o"},
            {"f*i"},
            {"W_f"},
        ),
        *(
            table(2, 1, 1, 0, 0, 0),
            table("maybe", 1, 1, 0, 0, 0),
            table(None, 1, 1, 0, 0, 0),
            table("", 1, 1, 0, 0, 0),
        ),
        *(table(np.ones(2), 1, 1, 0, 0, 0), table(np.nan, 1, 1, 0, 0, 0), table([1], 1, 1, 0, 0, 0)),
        *(
            {"f": True, "forget gate": False},
            {"positive": ["f", "i", "o"]},
            table(-1, 1, 1, 0, 0, 0),
            lambda: "fio",
        ),
    ],
}


# 3(c)


def path(f):
    return np.prod(f, axis=0)


CELLS = {
    RIGHT: [
        eye(2),
        eye(1),
        eye(5),
        [[1]],
        [[1, 0], [0, 1]],
        np.ones(3),
        [1, 1],
        np.identity(4, dtype=np.float32),
        Tensor(eye(3)),
        Tensor(np.ones(3)),
        mpmath.eye(2),
        mpmath.eye(3),
        sympy.eye(2),
        np.array([[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]]),
        path,
        lambda f: diag(path(f)),
        lambda f: np.linalg.multi_dot([*map(diag, f), eye(f.shape[1])]),
        lambda f: np.exp(np.log(f).sum(0)),
        lambda f: path(f).tolist(),
        lambda f: Tensor(diag(path(f))),
        lambda f: Tensor(path(f)),
        lambda f: mpmath.diag(path(f).tolist()),
        lambda f: sympy.diag(*path(f).tolist()),
        lambda f: path(f).astype(np.float32),
        lambda f: path(f).round(3),
        lambda f: diag(path(f).round(2)),
    ],
    "a number for the matrix": [1, 1.0, Fraction(1), sympy.Integer(1), mpmath.mpf(1), Tensor(1.0), np.prod],
    "not diagonal": [np.ones((2, 2)), np.ones((3, 3)), lambda f: np.tile(path(f), (f.shape[1], 1))],
    "input gate for the forget gate": [np.zeros((2, 2)), [0, 0], Tensor(np.zeros((3, 3)))],
    "wrong sign": [-eye(2), lambda f: -path(f), lambda f: -diag(path(f))],
    "slope of the gate": [eye(2) / 4, lambda f: np.prod(f * (1 - f), axis=0)],
    "sum for product": [3 * eye(2), lambda f: f.sum(0), lambda f: diag(f.sum(0)), lambda f: f.sum(1)],
    "mean for product": [lambda f: f.mean(0)],
    "power of one gate": [lambda f: f[0] ** len(f), lambda f: f[-1] ** len(f), lambda f: f.mean(0) ** len(f)],
    "one factor too few": [lambda f: path(f[1:]), lambda f: path(f[:-1]), lambda f: diag(path(f[1:]))],
    "last gate alone": [lambda f: f[-1], lambda f: diag(f[-1])],
    "1 - f for f": [lambda f: path(1 - f)],
    "f = 1 put in": [lambda f: eye(f.shape[1]), lambda f: np.ones(f.shape[1])],
    "product over the cells": [lambda f: f.prod(axis=1)],
    "all partial products": [lambda f: np.cumprod(f, axis=0)],
    "raises an error": [lambda f: f @ f @ f, lambda f: f["t"]],
    "not numbers": [lambda f: None, lambda f: "f"],
    "not finite": [lambda f: np.log(-f)],
    "wrong shape": [lambda f: f[0, 0] * np.ones((7, 7)), lambda f: f[None] * f[:, None]],
    WRONG: [[[1, 1], [0, 1]], diag([1, 0.5]), lambda f: 0.9 * path(f), lambda f: diag(path(f)) + 0.1],
    REFUSED: [
        *(
            None,
            "I",
            "identity",
            0,
            2,
            np.nan,
            [],
            [[1, 0]],
            np.ones((2, 3)),
            np.ones((1, 2, 2)),
            1j * eye(2),
        ),
        *(["1", "0"], {"C": 1}, lambda: 1, lambda f, i: f, [[None]], [[1, 0], [0]]),
    ],
}

JUDGED = {
    "1a": LAYERS,
    "1b": NETWORKS,
    "2a": TERMS,
    "2b": POWERS,
    "2c": THIRTIETH,
    "3a": FACTORS,
    "3b": POSITIVE,
    "3c": CELLS,
}
NO_QUESTION = ["", "4a", "1c", "2", "a", "ex.2", "2d", "1a 2b", None, 2, ["2c"], "backpropagation"]
# How people write the name of a question.
NAMED = {
    "1a": [
        "1a",
        "1A",
        "1(a)",
        "1 (a)",
        "1.a",
        "ex.1 (a)",
        "Ex.1 (a)",
        "ex. 1a",
        "exercise 1(a)",
        "练习 1 (a)",
    ],
    "2c": [
        "2c",
        " 2c ",
        "2(c)",
        "(2)(c)",
        "2-c",
        "Ex. 2 (c)",
        "Exercise 2c",
        "question 2c",
        "Q2c",
        "练习2(c)",
        "2（c）",
    ],
}
