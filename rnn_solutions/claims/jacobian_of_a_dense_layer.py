"""Claims of 1(a): the Jacobian of a dense layer, and the slope of the sigmoid."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import sympy

from rnn_solutions._validation import Array
from rnn_solutions.claims.registry import by_complex_step, claim, proof
from rnn_solutions.claims.symbolic import proved
from rnn_solutions.networks.activations import dense_jacobian, sigmoid, sigmoid_slope
from rnn_solutions.networks.plain import sigma
from rnn_solutions.sheet.comparisons import Comparison, at_most, equal
from rnn_solutions.sheet.drawn_networks import derivative

LAYER = "n and d from 1 to 5; W and x drawn from N(0, 1)"
ROUNDING = "each entry takes about ten roundings of 1.1e-16"


def _layer(rng: np.random.Generator) -> tuple[Array, Array]:
    """Draw the weights and the input of a layer."""
    n, d = rng.integers(1, 5, size=2, endpoint=True)
    return rng.normal(size=(n, d)), rng.normal(size=d)


def _symbolic_layer() -> tuple[sympy.Expr, sympy.Symbol, sympy.Symbol, sympy.IndexedBase, sympy.IndexedBase]:
    """Return the pre-activation i of a layer of any size with the symbols i, j, W and x, for 1 <= j <= d."""
    i, j, l = sympy.symbols("i j l", integer=True, positive=True)  # noqa: E741 - runs over the inputs
    d = j + sympy.Symbol("m", integer=True, nonnegative=True)  # any d that is not below j
    W, x = sympy.IndexedBase("W"), sympy.IndexedBase("x")
    return sympy.Sum(W[i, l] * x[l], (l, 1, d)), i, j, W, x


def _symbolic_sigmoid() -> tuple[sympy.Expr, sympy.Symbol]:
    """Return the sigmoid of a symbol, and the symbol.

    All claims share it, because some hold for other functions too: 1 / (1 - e^-z) has its slope in its value.
    """
    z = sympy.Symbol("z", real=True)
    return 1 / (1 + sympy.exp(-z)), z


@proof("eq-dense-linear", assumes="any n and d, any W and x, 1 ≤ j ≤ d")
def weights_are_the_slopes_of_a_linear_map() -> Comparison:
    r"""The linear part of a layer responds to an input as the weight between them says.

    .. math::

        \frac{\partial z_k}{\partial x_j} = W_{kj}
    """
    z, k, j, W, x = _symbolic_layer()
    return proved(z.diff(x[j]).doit(), W[k, j])


@by_complex_step(
    "eq-dense-activation", assumes="n from 1 to 5; z drawn from N(0, 4)", tolerance=1e-14, because=ROUNDING
)
def activation_has_a_diagonal_jacobian(rng: np.random.Generator) -> Comparison:
    r"""Each output of the activation reads its own pre-activation and no other.

    .. math::

        \frac{\partial y_i}{\partial z_k} =
        \begin{cases} \sigma'(z_i) & \text{if } k = i, \\ 0 & \text{if } k \ne i. \end{cases}
    """
    z = rng.normal(scale=2, size=rng.integers(1, 5, endpoint=True))
    cases = [[slope if k == i else 0 for k in range(len(z))] for i, slope in enumerate(sigmoid_slope(z))]
    return equal(cases, derivative(sigma, z))


@proof("eq-dense-entry", assumes="any n and d, any W and x, 1 ≤ j ≤ d; any differentiable function σ")
def chain_rule_leaves_one_entry() -> list[Comparison]:
    r"""Of the chain rule's sum over the pre-activations one term is left.

    .. math::

        \frac{\partial y_i}{\partial x_j}
        = \sum_{k=1}^{n} \frac{\partial y_i}{\partial z_k}\, \frac{\partial z_k}{\partial x_j}
        = \sigma'(z_i)\, W_{ij}
    """
    z, i, j, W, x = _symbolic_layer()
    k, m = sympy.Symbol("k", integer=True), sympy.Symbol("m", integer=True, nonnegative=True)
    sigma, slope = sympy.Function("sigma"), sympy.Function("slope")
    by_z = slope(z) * sympy.KroneckerDelta(i, k)
    chain = sympy.Sum(by_z * W[k, j], (k, 1, i + m)).doit()  # any n that is not below i
    whole = sigma(z).diff(x[j]).doit().replace(sympy.Subs, lambda *_: slope(z))
    return [proved(whole, slope(z) * W[i, j]), proved(chain, slope(z) * W[i, j])]


@by_complex_step("eq-dense-jacobian", assumes=LAYER, because=ROUNDING)
def dense_layer_jacobian(rng: np.random.Generator) -> list[Comparison]:
    r"""The Jacobian of a dense layer is its weights with row i scaled by slope i.

    .. math::

        \frac{\partial y}{\partial x}
        = \frac{\partial y}{\partial z}\, \frac{\partial z}{\partial x}
        = \operatorname{diag}\bigl(\sigma'(W x)\bigr)\, W
    """
    W, x = _layer(rng)
    truth = derivative(lambda x: sigma(np.matvec(W, x)), x)
    chain = derivative(sigma, W @ x) @ derivative(lambda x: np.matvec(W, x), x)
    formula = np.diag(sigmoid_slope(W @ x)) @ W
    return [equal(formula, truth), equal(chain, truth), equal(dense_jacobian(W, x), truth)]


@proof("eq-sigmoid-slope-split", assumes="any z")
def slope_of_the_sigmoid_is_a_product() -> list[Comparison]:
    r"""The sigmoid's slope is its value times what the value lacks to 1.

    .. math::

        \sigma'(z) = \frac{e^{-z}}{(1 + e^{-z})^2}
        = \frac{1}{1 + e^{-z}} \cdot \frac{e^{-z}}{1 + e^{-z}}
    """
    sigma, z = _symbolic_sigmoid()
    slope, e = sigma.diff(z), sympy.exp(-z)
    return [proved(e / (1 + e) ** 2, slope), proved(1 / (1 + e) * (e / (1 + e)), slope)]


@proof("eq-sigmoid-slope", assumes="any z")
def slope_of_the_sigmoid_in_its_value() -> Comparison:
    r"""The sigmoid's slope is a function of its value.

    .. math::

        \sigma'(z) = \sigma(z)\,\bigl(1 - \sigma(z)\bigr)
    """
    sigma, z = _symbolic_sigmoid()
    return proved(sigma.diff(z), sigma * (1 - sigma))


@by_complex_step("eq-dense-from-output", assumes=LAYER, because=ROUNDING)
def dense_layer_jacobian_from_its_output(rng: np.random.Generator) -> Comparison:
    r"""The output and the weights are enough to know the Jacobian of a sigmoid layer.

    .. math::

        \frac{\partial y_i}{\partial x_j} = y_i\, (1 - y_i)\, W_{ij}
    """
    W, x = _layer(rng)
    y = sigmoid(W @ x)
    formula = [[y_i * (1 - y_i) * W_ij for W_ij in row] for y_i, row in zip(y, W, strict=True)]
    return equal(formula, derivative(lambda x: sigma(np.matvec(W, x)), x))


@proof("eq-slope-square", assumes="any z")
def slope_is_a_quarter_less_a_square() -> Comparison:
    r"""The slope is largest, a quarter, where the sigmoid is one half.

    .. math::

        \sigma'(z) = \tfrac14 - \bigl(\sigma(z) - \tfrac12\bigr)^2
    """
    sigma, z = _symbolic_sigmoid()
    half = sympy.Rational(1, 2)
    return proved(sigma.diff(z), half**2 - (sigma - half) ** 2)


@by_complex_step("eq-dense-bound", assumes=LAYER, tolerance=1e-14, because=ROUNDING)
def dense_layer_never_stretches_by_more_than_a_quarter(rng: np.random.Generator) -> list[Comparison]:
    r"""The layer's norm is at most its steepest slope times the norm of its weights.

    .. math::

        \Bigl\lVert \frac{\partial y}{\partial x} \Bigr\rVert
        \le \max_i \sigma'(z_i)\, \lVert W \rVert
        \le \tfrac14 \lVert W \rVert
    """
    W, x = _layer(rng)
    bound, quarter = sigmoid_slope(W @ x).max() * np.linalg.norm(W, 2), 1 / 4 * np.linalg.norm(W, 2)
    steepest = derivative(lambda x: sigma(np.matvec(W, x)), np.zeros_like(x))  # there both are equalities
    return [
        at_most(np.linalg.norm(derivative(lambda x: sigma(np.matvec(W, x)), x), 2), bound),
        at_most(bound, quarter),
        equal(np.linalg.norm(steepest, 2), quarter),
    ]


@claim(
    "eq-slope-stable",
    method="exact fractions",
    assumes="z drawn uniformly from −700 to 700",
    tolerance=1e-15,
    because="the exponential and four operations, each rounded by at most 2.2e-16",
)
def stable_form_of_the_slope(rng: np.random.Generator) -> list[Comparison]:
    r"""The slope keeps its digits far from zero when the exponential cannot overflow.

    .. math::

        \sigma'(z) = \frac{e^{-\lvert z \rvert}}{\bigl(1 + e^{-\lvert z \rvert}\bigr)^2}
    """
    z = rng.uniform(-700, 700)
    e = np.exp(-abs(z))
    # The slope from its definition, in fractions, with the exponential of either sign as SymPy rounds it.
    exponential = Fraction(str(sympy.exp(-sympy.Rational(z)).evalf(40)))
    truth = float(exponential / (1 + exponential) ** 2)
    return [equal(e / (1 + e) ** 2, truth), equal(float(sigmoid_slope(z)), truth)]
