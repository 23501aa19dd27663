"""Findings in 1(a): slips in the matrices that lead to the Jacobian of a dense layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np

from rnn_solutions._validation import Array
from rnn_solutions.networks.plain import sigma
from rnn_solutions.sheet.comparisons import Comparison, equal
from rnn_solutions.sheet.drawn_networks import derivative
from rnn_solutions.sheet.findings.registry import Measured, Reading, measured, trial
from rnn_solutions.sheet.findings.two_networks import slope
from rnn_solutions.sheet.refuting import refuted

Layer = tuple[Array, Array]


def _layer(n: int, d: int, rng: np.random.Generator) -> Layer:
    """Draw the weights and the input of a layer from N(0, 1)."""
    return rng.normal(size=(n, d)), rng.normal(size=d)


def _sizes(n: tuple[int, int]) -> Callable[[np.random.Generator], Layer]:
    """Return what draws a layer with n in this range, ends included, and d from 1 to 4."""

    def draw(rng: np.random.Generator) -> Layer:
        units, inputs = rng.integers([n[0], 1], [n[1], 4], endpoint=True)
        return _layer(units, inputs, rng)

    return draw


def _fixed(n: int, d: int) -> Callable[[], Layer]:
    """Return what draws the page's layer of this size, with seed 0."""
    return lambda: _layer(n, d, np.random.default_rng(0))


@trial(
    2,
    assumes="n from 5 to 8, d from 1 to 4; W and x drawn from N(0, 1)",
    draw=_sizes(n=(5, 8)),
    page=_fixed(5, 4),
)
def row_three_stands_before_the_last_one(layer: Layer) -> Iterator[Reading]:
    r"""The row before the last has the entries of row 3.

    .. math::

        \frac{\partial W x}{\partial x} =
        \begin{bmatrix} w_{11} & \cdots & w_{1d} \\ \vdots & & \vdots \\ w_{31} & \cdots & w_{3d} \\
        w_{n1} & \cdots & w_{nd} \end{bmatrix}
    """
    W, x = layer
    printed = W.copy()
    printed[-2] = W[2]
    mended = printed.copy()
    mended[-2] = W[-2]
    truth = derivative(lambda x: np.matvec(W, x), x)
    yield Reading(printed, truth, equal(mended, truth))
    yield Reading(printed @ x, truth @ x, equal(mended @ x, truth @ x), name="2")


def _second_entry(layer: Layer, row: int) -> float:
    """Return entry 2 of W x with the last weight taken from this row, counted from 0."""
    W, x = layer
    return float(W[1, :-1] @ x[:-1] + W[row, -1] * x[-1])


@measured(3)
def second_entry_as_printed_and_right() -> Measured:
    """Return both for n = 3 and d = 2."""
    layer = _fixed(3, 2)()
    return {"3-printed": _second_entry(layer, row=0), "3-right": _second_entry(layer, row=1)}


@trial(
    3,
    method="exact fractions",
    assumes="n from 2 to 5, d from 1 to 4; W and x drawn from N(0, 1)",
)
def second_entry_ends_with_a_weight_of_row_one(rng: np.random.Generator) -> Comparison:
    r"""The last term of the product's second entry has a weight of row 1.

    .. math::

        (W x)_2 = w_{21} x_1 + w_{22} x_2 + \cdots + w_{1d} x_d
    """
    W, x = layer = _sizes(n=(2, 5))(rng)
    terms = [Fraction(w) * Fraction(x_j) for w, x_j in zip(W[1], x, strict=True)]
    truth, scale = float(sum(terms)), float(sum(map(abs, terms)))
    return refuted(*(equal(_second_entry(layer, row), truth, scale=scale) for row in (0, 1)))


@trial(
    6,
    assumes="n from 3 to 5, d from 1 to 4; W and x drawn from N(0, 1)",
    draw=_sizes(n=(3, 5)),
    page=_fixed(3, 2),
)
def second_row_ends_with_its_diagonal_entry(layer: Layer) -> Iterator[Reading]:
    r"""The entry in row 2, column n is the slope of unit 2, where a derivative by the last unit belongs.

    .. math::

        \Bigl( \frac{\partial y}{\partial p} \Bigr)_{2n} = \frac{\partial y_2}{\partial p_2}
    """
    W, x = layer
    printed = np.diag(slope(W @ x))
    printed[1, -1] = printed[1, 1]
    mended = printed.copy()
    mended[1, -1] = 0
    activation, whole = derivative(sigma, W @ x), derivative(lambda x: sigma(np.matvec(W, x)), x)
    yield Reading(printed, activation, equal(mended, activation), name="6-activation")
    yield Reading(printed @ W, whole, equal(mended @ W, whole), name="6-layer")
