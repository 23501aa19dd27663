"""Claims of 2(a): the sum written out for T = 3."""

from __future__ import annotations

from functools import cache, reduce
from operator import matmul, mul

import numpy as np
import sympy

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.claims.registry import by_complex_step, proof
from rnn_solutions.claims.symbolic import proved
from rnn_solutions.gradients.expansion import expand
from rnn_solutions.sheet.comparisons import Comparison, equal
from rnn_solutions.sheet.drawn_networks import NETWORK, PlainRNN, derivative

LOSS = r"\frac{{\partial L_{0}}}{{\partial h_{0}}}"  # with t
JACOBIAN = r"\frac{{\partial h_{0}}}{{\partial h_{1}}}"  # with t and k
IMMEDIATE = r"\frac{{\partial^{{+}} h_{0}}}{{\partial W}}"  # with k
FACTOR = "D_{0} W"  # with j
BETWEEN = r" \, "


@proof("eq-three-steps-terms", assumes="T = 3; any n, the factors being symbols in order")
def double_sum_has_ten_terms() -> list[Comparison]:
    r"""For T = 3 the double sum is a sum of ten terms, and so the package writes it.

    .. math::

        \begin{aligned}
        \frac{\partial L}{\partial W} = {} &
        \frac{\partial L_0}{\partial h_0}\, \frac{\partial^{+} h_0}{\partial W} \\
        & {} + \frac{\partial L_1}{\partial h_1}\, \frac{\partial h_1}{\partial h_0}\,
          \frac{\partial^{+} h_0}{\partial W}
        + \frac{\partial L_1}{\partial h_1}\, \frac{\partial^{+} h_1}{\partial W} \\
        & {} + \frac{\partial L_2}{\partial h_2}\, \frac{\partial h_2}{\partial h_0}\,
          \frac{\partial^{+} h_0}{\partial W}
        + \frac{\partial L_2}{\partial h_2}\, \frac{\partial h_2}{\partial h_1}\,
          \frac{\partial^{+} h_1}{\partial W} \\
        & \quad {} + \frac{\partial L_2}{\partial h_2}\, \frac{\partial^{+} h_2}{\partial W} \\
        & {} + \frac{\partial L_3}{\partial h_3}\, \frac{\partial h_3}{\partial h_0}\,
          \frac{\partial^{+} h_0}{\partial W}
        + \frac{\partial L_3}{\partial h_3}\, \frac{\partial h_3}{\partial h_1}\,
          \frac{\partial^{+} h_1}{\partial W} \\
        & \quad {} + \frac{\partial L_3}{\partial h_3}\, \frac{\partial h_3}{\partial h_2}\,
          \frac{\partial^{+} h_2}{\partial W}
        + \frac{\partial L_3}{\partial h_3}\, \frac{\partial^{+} h_3}{\partial W}
        \end{aligned}
    """
    # Symbols that do not commute stand for rows and matrices of any size.
    L, J, P = (sympy.symbols(f"{letter}:4", commutative=False) for letter in "LJP")
    h = {(t, k): sympy.Symbol(f"h{t}{k}", commutative=False) for t in range(4) for k in range(t)}
    ten = [
        L[0] * P[0],
        L[1] * h[1, 0] * P[0],
        L[1] * P[1],
        L[2] * h[2, 0] * P[0],
        L[2] * h[2, 1] * P[1],
        L[2] * P[2],
        L[3] * h[3, 0] * P[0],
        L[3] * h[3, 1] * P[1],
        L[3] * h[3, 2] * P[2],
        L[3] * P[3],
    ]
    double_sum = sum(L[t] * h.get((t, k), 1) * P[k] for t in range(4) for k in range(t + 1))
    # The gradient as the recursion of the total derivative makes it, which knows of no sum.
    total, by_recursion = 0, 0
    for t in range(4):
        total = P[t] + J[t] * total
        by_recursion += L[t] * total
    products = {h[t, k]: sympy.Mul(*(J[j] for j in range(t, k, -1))) for t, k in h}

    meaning = {LOSS.format(t): L[t] for t in range(4)} | {IMMEDIATE.format(k): P[k] for k in range(4)}
    meaning |= {JACOBIAN.format(t, k): symbol for (t, k), symbol in h.items()}
    package = [reduce(mul, [meaning[factor] for factor in term.latex().split(BETWEEN)]) for term in expand(3)]
    return [
        proved(sum(ten), double_sum),
        proved(sum(ten).subs(products), sympy.expand(by_recursion)),
        *(proved(one, other) for one, other in zip(package, ten, strict=True)),
    ]


@proof("eq-three-steps-count", assumes="any T ≥ 0")
def number_of_terms() -> list[Comparison]:
    r"""The terms form a triangle, with its diagonal if k starts at 0.

    .. math::

        \begin{aligned}
        \sum_{t=0}^{T} \sum_{k=0}^{t} 1 &= \frac{(T+1)(T+2)}{2}, \\
        \sum_{t=0}^{T} \sum_{k=1}^{t} 1 &= \frac{T (T+1)}{2}
        \end{aligned}
    """
    t, k = sympy.symbols("t k", integer=True)
    T = sympy.Symbol("T", integer=True, nonnegative=True)
    found = []
    for first, formula in [(0, (T + 1) * (T + 2) / 2), (1, T * (T + 1) / 2)]:
        found.append(proved(sympy.Sum(1, (k, first, t), (t, 0, T)).doit(), formula))
        counted = [len(expand(last, first)) for last in range(6)]
        found.append(equal(counted, [int(formula.subs(T, last)) for last in range(6)]))
    return found


@proof(
    "eq-three-steps-one-unit",
    assumes="any n and d, any weights, inputs and biases, 1 ≤ i, j ≤ n; any differentiable function σ",
)
def one_unit_follows_one_weight() -> list[Comparison]:
    r"""Unit i answers to unit j of the step before by its slope times the weight between them.

    .. math::

        \frac{\partial (h_t)_i}{\partial (h_{t-1})_j}
        = \sigma'\bigl((z_t)_i\bigr)\, \frac{\partial (z_t)_i}{\partial (h_{t-1})_j}
        = \sigma'\bigl((z_t)_i\bigr)\, W_{ij}
    """
    i, j, l = sympy.symbols("i j l", integer=True, positive=True)  # noqa: E741 - runs over units and inputs
    n = j + sympy.Symbol("m", integer=True, nonnegative=True)  # any n that is not below j
    d = sympy.Symbol("d", integer=True, positive=True)
    W, U, h, x, b = map(sympy.IndexedBase, "WUhxb")
    sigma, slope = sympy.Function("sigma"), sympy.Function("slope")
    z = sympy.Sum(W[i, l] * h[l], (l, 1, n)) + sympy.Sum(U[i, l] * x[l], (l, 1, d)) + b[i]
    whole = sigma(z).diff(h[j]).replace(sympy.Subs, lambda _slope, _name, at: slope(at[0])).doit()
    return [proved(slope(z) * z.diff(h[j]).doit(), whole), proved(slope(z) * W[i, j], whole)]


@by_complex_step("eq-three-steps-one-step", assumes=NETWORK)
def one_step_back_is_a_square_matrix(rng: np.random.Generator) -> list[Comparison]:
    r"""One step back is W with row i scaled by the slope of unit i, whatever the number of inputs.

    .. math::

        \frac{\partial h_t}{\partial h_{t-1}}
        = \operatorname{diag}\bigl(\sigma'(z_t)\bigr)\, W = D_t W \in \mathbb{R}^{n \times n}
    """
    net = PlainRNN.draw(rng)
    t = net.step_drawn(rng)
    truth = derivative(lambda h: net.states(h, t, t)[..., 0, :], net.before[t])
    return [equal(net.D[t] @ net.W, truth), equal(truth.shape, [net.n, net.n])]


@by_complex_step("eq-three-steps-product", assumes=NETWORK)
def several_steps_back_are_an_ordered_product(rng: np.random.Generator) -> list[Comparison]:
    r"""Several steps back, each step has a factor with its own slopes, the latest on the left.

    .. math::

        \frac{\partial h_t}{\partial h_k} = D_t W\, D_{t-1} W \cdots D_{k+1} W
    """
    net = PlainRNN.draw(rng)
    D, formula = net.D, {}
    for t, k in net.jacobians:
        formula[t, k] = np.eye(net.n)
        for j in range(t, k, -1):
            formula[t, k] = formula[t, k] @ D[j] @ net.W
    return [equal(formula[pair], truth) for pair, truth in net.jacobians.items()]


@by_complex_step(
    "eq-three-steps-in-full",
    assumes="T = 3, n and d from 1 to 3; all weights, inputs, targets and h₋₁ drawn from N(0, 1)",
)
def ten_terms_in_full(rng: np.random.Generator) -> list[Comparison]:
    r"""The term (t, k) is what the loss of step t says about the W that step k uses, and about no other.

    .. math::

        \begin{aligned}
        \frac{\partial L}{\partial W} = {} & \frac{\partial L_0}{\partial h_0} \,
          \frac{\partial^{+} h_0}{\partial W} \\
        & {} + \frac{\partial L_1}{\partial h_1} \, D_1 W \, \frac{\partial^{+} h_0}{\partial W} \\
        & {} + \frac{\partial L_1}{\partial h_1} \, \frac{\partial^{+} h_1}{\partial W} \\
        & {} + \frac{\partial L_2}{\partial h_2} \, D_2 W \, D_1 W \, \frac{\partial^{+} h_0}{\partial W} \\
        & {} + \frac{\partial L_2}{\partial h_2} \, D_2 W \, \frac{\partial^{+} h_1}{\partial W} \\
        & {} + \frac{\partial L_2}{\partial h_2} \, \frac{\partial^{+} h_2}{\partial W} \\
        & {} + \frac{\partial L_3}{\partial h_3} \, D_3 W \, D_2 W \, D_1 W \,
           \frac{\partial^{+} h_0}{\partial W} \\
        & {} + \frac{\partial L_3}{\partial h_3} \, D_3 W \, D_2 W \, \frac{\partial^{+} h_1}{\partial W} \\
        & {} + \frac{\partial L_3}{\partial h_3} \, D_3 W \, \frac{\partial^{+} h_2}{\partial W} \\
        & {} + \frac{\partial L_3}{\partial h_3} \, \frac{\partial^{+} h_3}{\partial W}
        \end{aligned}
    """
    n, d = rng.integers(1, 3, size=2, endpoint=True)
    net = PlainRNN(*(rng.normal(size=shape) for shape in [(n, n), (n, d), (4, d), (4, n), n]))
    truth = _by_loss_and_use(net)
    L, DW = net.dL_dh, net.D @ net.W
    P = net.immediate.reshape(4, n, n * n)  # with a and b in one index, every product is one of matrices
    ten = {
        (0, 0): L[0] @ P[0],
        (1, 0): L[1] @ DW[1] @ P[0],
        (1, 1): L[1] @ P[1],
        (2, 0): L[2] @ DW[2] @ DW[1] @ P[0],
        (2, 1): L[2] @ DW[2] @ P[1],
        (2, 2): L[2] @ P[2],
        (3, 0): L[3] @ DW[3] @ DW[2] @ DW[1] @ P[0],
        (3, 1): L[3] @ DW[3] @ DW[2] @ P[1],
        (3, 2): L[3] @ DW[3] @ P[2],
        (3, 3): L[3] @ P[3],
    }
    meaning = {LOSS.format(t): L[t] for t in range(4)} | {IMMEDIATE.format(k): P[k] for k in range(4)}
    meaning |= {FACTOR.format(j): DW[j] for j in range(4)}
    read = [reduce(matmul, [meaning[factor] for factor in factors]) for factors in _written_by_the_package()]

    package, run = expand(3), net.packaged()
    one = package[int(rng.integers(10))]
    # The rows h_t - y_t and the sums may cancel, so an error counts against what was subtracted.
    scale = float(np.max(np.abs(net.h) + np.abs(net.y)) * np.max(np.abs(P)))
    by_pair = [truth[pair] for pair in ten]
    whole = net.gradient.ravel()
    found = [
        equal(list(ten.values()), by_pair, scale=scale),
        equal(read, by_pair, scale=scale),
        equal(one.value(run, L).ravel(), truth[one.t, one.k], scale=scale),
        equal(sum(ten.values()), whole, scale=scale),
    ]
    if rng.integers(4) == 0:  # the package's sum takes as long as all the rest
        found.append(equal(package.value(run, L).ravel(), whole, scale=scale))
    return found


def _by_loss_and_use(net: PlainRNN) -> dict[tuple[int, int], Array]:
    """Return the derivative of the loss of step t by the W of step k, (n n,), by (t, k) with k <= t."""

    def losses(copies: Numbers) -> Numbers:
        h, found = net.h_init, []
        for t in range(net.T + 1):
            h = net.states(h, t, t, copies[..., t, :, :])[..., 0, :]
            found.append(((h - net.y[t]) ** 2).sum(axis=-1) / 2)
        return np.stack(found, axis=-1)

    by = derivative(losses, np.stack([net.W] * (net.T + 1)))
    return {(t, k): by[t, k].ravel() for t in range(net.T + 1) for k in range(t + 1)}


@cache
def _written_by_the_package() -> list[list[str]]:
    """Return the factors of the package's ten terms, with the products written out."""
    return [term.latex(products=True).split(BETWEEN) for term in expand(3).terms]
