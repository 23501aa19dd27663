"""Claims of the errata on 1(a) to 2(a): what the sheet prints of the network, each of which must fail."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import sympy

from rnn_solutions._validation import Array
from rnn_solutions.claims.registry import claim
from rnn_solutions.networks.plain import sigma
from rnn_solutions.sheet.comparisons import Comparison, equal
from rnn_solutions.sheet.plain_networks import PlainRNN, derivative, half_square
from rnn_solutions.sheet.refuting import least_wrong, ordered_products, refuted

ROUNDING = 1e-12
WHY_ROUNDING = "the right formula takes a few hundred roundings of 1.1e-16 of its terms"
EXACT = "the right formula agrees with the truth exactly"
NETWORK = "everything drawn from N(0, 1), n and d from 1 to 3"


def _slope(z: Array) -> Array:
    """Return sigma'(z), in which 1 - sigma(z) = sigma(-z) keeps its digits."""
    return sigma(z) * sigma(-z)


def _factors(net: PlainRNN) -> Array:
    """Return diag(sigma'(z_t)) W for each step."""
    return np.asarray(_slope(net.z)[:, :, None] * net.W)


def _immediate(net: PlainRNN) -> Array:
    """Return the immediate partial derivative of each state by W, (T+1, n, n, n)."""
    return np.asarray(np.einsum("ia,ti,tb->tiab", np.eye(net.n), _slope(net.z), net.before))


def _double_sum(net: PlainRNN, products: Array, last: Array, first: int = 0) -> Array:
    """Return the sum over t and over k from `first` of the row, the product and the last factor."""
    return np.asarray(np.einsum("ti,tkij,kjab->ab", net.dL_dh, products[:, first:], last[first:]))


def _right(net: PlainRNN, first: int = 0) -> Array:
    """Return the double sum as it should be: ordered products and immediate derivatives."""
    return _double_sum(net, ordered_products(_factors(net)), _immediate(net), first)


def _size(net: PlainRNN) -> float:
    """Return how large the terms of the double sum are, which may cancel one another."""
    parts = net.dL_dh, ordered_products(_factors(net)), _immediate(net)
    return float(np.einsum("ti,tkij,kjab->ab", *map(np.abs, parts)).max())


def _control(net: PlainRNN, truth: Array, first: int = 0) -> Comparison:
    """Compare the double sum as it should be with the truth, measured against its terms."""
    return equal(_right(net, first), truth, scale=_size(net))


@claim(
    "erratum-2",
    method="complex step",
    assumes="n from 5 to 8, d from 1 to 4; W and x drawn from N(0, 1)",
    tolerance=ROUNDING,
    because=WHY_ROUNDING,
)
def row_three_stands_before_the_last_one(rng: np.random.Generator) -> Comparison:
    r"""The row before the last has the entries of row 3.

    .. math::

        \frac{\partial W x}{\partial x} =
        \begin{bmatrix} w_{11} & \cdots & w_{1d} \\ \vdots & & \vdots \\ w_{31} & \cdots & w_{3d} \\
        w_{n1} & \cdots & w_{nd} \end{bmatrix}
    """
    n, d = rng.integers([5, 1], [8, 4], endpoint=True)
    W, x = rng.normal(size=(n, d)), rng.normal(size=d)
    printed = W.copy()
    printed[n - 2] = W[2]
    mended = printed.copy()
    mended[-2] = W[-2]
    truth = derivative(lambda x: np.matvec(W, x), x)
    return least_wrong(
        refuted(equal(printed, truth), equal(mended, truth)),
        refuted(equal(printed @ x, truth @ x), equal(mended @ x, truth @ x)),
    )


@claim(
    "erratum-3",
    method="exact fractions",
    assumes="n from 2 to 5, d from 1 to 4; W and x drawn from N(0, 1)",
    tolerance=ROUNDING,
    because=WHY_ROUNDING,
)
def second_entry_ends_with_a_weight_of_row_one(rng: np.random.Generator) -> Comparison:
    r"""The last term of the product's second entry has a weight of row 1.

    .. math::

        (W x)_2 = w_{21} x_1 + w_{22} x_2 + \cdots + w_{1d} x_d
    """
    n, d = rng.integers([2, 1], [5, 4], endpoint=True)
    W, x = rng.normal(size=(n, d)), rng.normal(size=d)

    def second(row: int) -> float:
        return float(W[1, :-1] @ x[:-1] + W[row, -1] * x[-1])

    terms = [Fraction(w) * Fraction(x_j) for w, x_j in zip(W[1], x, strict=True)]
    truth, scale = float(sum(terms)), float(sum(map(abs, terms)))
    return refuted(equal(second(0), truth, scale=scale), equal(second(1), truth, scale=scale))


@claim(
    "erratum-6",
    method="complex step",
    assumes="n from 3 to 5, d from 1 to 4; W and x drawn from N(0, 1)",
    tolerance=ROUNDING,
    because=WHY_ROUNDING,
)
def second_row_ends_with_its_diagonal_entry(rng: np.random.Generator) -> Comparison:
    r"""The entry in row 2, column n is the slope of unit 2, where a derivative by the last unit belongs.

    .. math::

        \Bigl( \frac{\partial y}{\partial p} \Bigr)_{2n} = \frac{\partial y_2}{\partial p_2}
    """
    n, d = rng.integers([3, 1], [5, 4], endpoint=True)
    W, x = rng.normal(size=(n, d)), rng.normal(size=d)
    printed = np.diag(_slope(W @ x))
    printed[1, n - 1] = printed[1, 1]
    mended = printed.copy()
    mended[1, -1] = 0
    truths = derivative(sigma, W @ x), derivative(lambda x: sigma(np.matvec(W, x)), x)
    return least_wrong(
        *(
            refuted(equal(printed @ right, truth), equal(mended @ right, truth))
            for right, truth in zip((np.eye(n), W), truths, strict=True)  # dy/dp, and then dy/dx
        )
    )


@claim(
    "erratum-9",
    method="complex step",
    assumes=f"{NETWORK}; state 0 given, T from 1 to 4; each loss also has the term λ‖W‖²/2, λ from 0.1 to 1",
    tolerance=ROUNDING,
    because=WHY_ROUNDING,
)
def loss_may_read_the_weights_directly(rng: np.random.Generator) -> Comparison:
    r"""The sum is to hold for any loss that depends on the state, also if it depends on W directly.

    .. math::

        \frac{\partial L}{\partial W} = \sum_{t=0}^{T} \sum_{k=1}^{t}
        \frac{\partial L_t}{\partial h_t} \frac{\partial h_t}{\partial h_k} \frac{\partial h_k}{\partial W}
    """
    # Its steps 0 to T are steps 1 to T + 1 of a network whose h_0 is given, so that k starts where it should.
    net, decay = PlainRNN.draw(rng, last=(0, 3)), rng.uniform(0.1, 1)
    count = net.T + 1
    truth = derivative(lambda W: net.loss(W) + count * decay * (W**2).sum(axis=(-2, -1)) / 2, net.W)
    printed, added = _right(net), count * decay * net.W
    control = equal(printed + added, truth, scale=_size(net) + np.abs(added).max())
    return refuted(equal(printed, truth), control)


@claim(
    "erratum-10",
    method="complex step",
    assumes=f"{NETWORK}; T from 1 to 3; state 0 computed from one that is not zero",
    tolerance=ROUNDING,
    because=WHY_ROUNDING,
)
def sum_starts_after_the_first_step(rng: np.random.Generator) -> Comparison:
    r"""The sum begins with the term of state 1, wherever state 0 comes from.

    .. math::

        \frac{\partial L}{\partial W} = \sum_{t=0}^{T} \sum_{k=1}^{t}
        \frac{\partial L_t}{\partial h_t} \frac{\partial h_t}{\partial h_k} \frac{\partial h_k}{\partial W}
    """
    net = PlainRNN.draw(rng, last=(1, 3))
    from_rest = replace(net, h_init=np.zeros(net.n))  # there state 0 is the same for all W: both are right
    start = 1
    truth, at_rest = (derivative(one.loss, one.W) for one in (net, from_rest))
    return refuted(
        equal(_right(net, first=start), truth),
        _control(net, truth),
        _control(from_rest, at_rest),
        _control(from_rest, at_rest, first=start),
    )


@claim(
    "erratum-12",
    method="complex step",
    assumes=f"{NETWORK}; t from 3 to 4, the fewest steps for which the line can be written",
    tolerance=ROUNDING,
    because=WHY_ROUNDING,
)
def terms_of_one_loss_stop_at_the_first_state(rng: np.random.Generator) -> Comparison:
    r"""The gradient of one step's loss ends with the term of state 1, though state 0 is computed too.

    .. math::

        \frac{\partial L_t}{\partial W} = \frac{\partial L_t}{\partial h_t} \frac{\partial h_t}{\partial W}
        + \cdots + \frac{\partial L_t}{\partial h_t} \frac{\partial h_t}{\partial h_{t-1}} \cdots
        \frac{\partial h_2}{\partial h_1} \frac{\partial h_1}{\partial W}
    """
    net = PlainRNN.draw(rng, last=(3, 4))
    truth = derivative(lambda W: half_square(net.states(net.h_init, W=W)[..., -1:, :], net.y[-1:]), net.W)
    row, products, last = net.dL_dh[-1], ordered_products(_factors(net))[-1], _immediate(net)
    terms = np.einsum("i,kij,kjab->kab", row, products, last)
    printed = terms[1:].sum(axis=0)
    control = equal(printed + terms[0], truth, scale=np.abs(terms).max())
    return refuted(equal(printed, truth), control)


@claim(
    "erratum-13",
    method="complex step",
    assumes=f"{NETWORK}; T from 1 to 3",
    tolerance=ROUNDING,
    because=WHY_ROUNDING,
)
def last_factor_reads_as_the_total_derivative(rng: np.random.Generator) -> Comparison:
    r"""The last factor reads as the total derivative, which holds what every earlier step did.

    .. math::

        \frac{\partial L}{\partial W} = \sum_{t=0}^{T} \sum_{k=0}^{t}
        \frac{\partial L_t}{\partial h_t} \frac{\partial h_t}{\partial h_k} \frac{\partial h_k}{\partial W}
    """
    net = PlainRNN.draw(rng, last=(1, 3))
    products, immediate = ordered_products(_factors(net)), _immediate(net)
    total = derivative(lambda W: net.states(net.h_init, W=W), net.W)
    printed = _double_sum(net, products, total)
    steps = np.arange(net.T + 1)
    often = np.maximum(steps[:, None] - steps + 1, 0)  # the term j steps back is counted j + 1 times
    counted = _double_sum(net, often[:, :, None, None] * products, immediate)
    truth = derivative(net.loss, net.W)
    control = equal(counted, printed, scale=_size(net))
    return refuted(equal(printed, truth), _control(net, truth), control)


@claim(
    "erratum-15",
    method="complex step",
    assumes=f"{NETWORK} but n at least 2; T from 1 to 3",
    tolerance=ROUNDING,
    because=WHY_ROUNDING,
)
def factors_read_with_the_layout_transposed(rng: np.random.Generator) -> Comparison:
    r"""No layout is fixed: with the derivative of state i in column i, the printed order fails.

    .. math::

        \frac{\partial h_t}{\partial h_k} = \Bigl( \frac{\partial h_t}{\partial h_{t-1}} \Bigr)^{\mathsf T}
        \cdots \Bigl( \frac{\partial h_{k+1}}{\partial h_k} \Bigr)^{\mathsf T}
    """
    net = PlainRNN.draw(rng, size=(2, 3), last=(1, 3))
    truth, factors = derivative(net.loss, net.W), _factors(net)
    readings = [
        _double_sum(net, ordered_products(factors.transpose(0, 2, 1)), _immediate(net)),
        _right(net).T,  # the gradient itself transposed
    ]
    control = _control(net, truth)
    return least_wrong(*(refuted(equal(reading, truth), control) for reading in readings))


@claim(
    "erratum-17",
    method="complex step",
    assumes="n and d from 1 to 5 and different; everything drawn from N(0, 1)",
    tolerance=ROUNDING,
    because=WHY_ROUNDING,
)
def one_step_has_the_shape_of_the_input_weights(rng: np.random.Generator) -> Comparison:
    r"""The Jacobian of one step by the state before it has a column for each input.

    .. math::

        \frac{\partial h_t}{\partial h_{t-1}} \in \mathbb{R}^{n \times d}
    """
    n, d = rng.choice(np.arange(1, 6), size=2, replace=False)
    W, U, x, h = (rng.normal(size=shape) for shape in [(n, n), (n, d), d, n])
    truth = derivative(lambda h: sigma(np.matvec(W, h) + U @ x), h)
    right = np.diag(_slope(W @ h + U @ x)) @ W
    return refuted(equal([n, d], truth.shape), equal(right, truth))


@claim(
    "erratum-18",
    method="complex step",
    assumes=f"{NETWORK}; T from 2 to 3; the power of step t, of step k + 1, or of any one step for all terms",
    tolerance=ROUNDING,
    because=WHY_ROUNDING,
)
def powers_stand_for_products(rng: np.random.Generator) -> Comparison:
    r"""One matrix is multiplied with itself, where each step has its own slopes.

    .. math::

        \frac{\partial h_t}{\partial h_k} = \bigl( \operatorname{diag}(\sigma')\, W \bigr)^{t-k}
    """
    net = PlainRNN.draw(rng, last=(2, 3))
    truth, factors, immediate = derivative(net.loss, net.W), _factors(net), _immediate(net)
    alike = np.broadcast_to(factors[0], factors.shape)  # powers of such factors would be right
    t, k = np.indices((net.T + 1, net.T + 1))

    def by_exponent(factors: Array) -> Array:
        return np.stack([np.linalg.matrix_power(factors, m) for m in range(net.T + 1)], axis=1)

    def chosen(powers: Array, step: Array) -> Array:
        return np.where((k <= t)[:, :, None, None], powers[step, np.abs(t - k)], 0)

    own, same, product = by_exponent(factors), by_exponent(alike), ordered_products(alike)
    control, found = _control(net, truth), []
    for step in (t, np.minimum(k + 1, net.T), *(np.full_like(t, s) for s in range(net.T + 1))):
        printed = _double_sum(net, chosen(own, step), immediate)
        sound = equal(chosen(same, step), product)
        found.append(refuted(equal(printed, truth), control, sound))
    return least_wrong(*found)


@claim(
    "erratum-19",
    method="SymPy",
    assumes="T = 3; a linear unit, so that the degree in w counts the factors",
    tolerance=0,
    because=EXACT,
)
def every_term_has_three_factors() -> Comparison:
    r"""For T = 3 one has to multiply by the one-step Jacobian three times, in whichever term.

    .. math::

        \frac{\partial h_t}{\partial h_k} = \bigl( \operatorname{diag}(\sigma')\, W \bigr)^3
    """
    w, start, *x = sympy.symbols("w h x_0:4")

    def degree(t: int, k: int) -> int:
        h = start
        for j in range(k + 1, t + 1):
            h = w * h + x[j]
        return int(sympy.degree(h.diff(start), w))

    terms = [(t, k) for t in range(4) for k in range(t + 1)]
    truth, right, printed = [degree(t, k) for t, k in terms], [t - k for t, k in terms], 3
    late = max(degree(t, k) for t, k in terms if k >= 1)  # where the question lets k start
    counts = equal([len(terms), truth.count(printed), late], [10, 1, 2])
    return refuted(equal([printed] * len(terms), truth), equal(right, truth), counts)
