"""Claims of 1(a): the Jacobian of a dense layer, and the slope of the sigmoid."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import sympy

from rnn_solutions._validation import Array
from rnn_solutions.claims.meanings import Names
from rnn_solutions.claims.registry import by_another_algorithm, by_complex_step, in_fractions, proof
from rnn_solutions.formulas.evaluating import Meaning
from rnn_solutions.formulas.values import Function, sigma, tanh
from rnn_solutions.networks.activations import dense_jacobian, sigmoid_slope, tanh_slope
from rnn_solutions.networks.rnn import RNN
from rnn_solutions.sheet.comparisons import equal
from rnn_solutions.sheet.drawn_networks import derivative

LAYER = "n and d from 1 to 5; W and x drawn from N(0, 1)"
DIAGONAL = {r"\frac{∂ y_{k}}{∂ z_{i}}": "the matrix is diagonal"}
ROUNDING = "each entry takes about ten roundings of 1.1e-16"
FUNCTIONS = {"sigmoid": (sigma, sigmoid_slope), "tanh": (tanh, tanh_slope)}  # with the package's slopes


def _layer(rng: np.random.Generator, activation: str = "sigmoid") -> Names:
    """Draw a layer and entries of its output, pre-activation and input."""
    n, d = (int(size) for size in rng.integers(1, 5, size=2, endpoint=True))
    i, k, j = (int(entry) for entry in rng.integers(1, [n, n, d], endpoint=True))
    return _of_layer(rng.normal(size=(n, d)), rng.normal(size=d), activation) | {"i": i, "k": k, "j": j}


def _of_layer(W: Array, x: Array, activation: str = "sigmoid") -> Names:
    """Return what stands for what in a layer; every derivative by a complex step."""
    f, slope, z = *FUNCTIONS[activation], W @ x
    return {
        "W": W,
        "x": x,
        "n": len(W),
        "d": len(x),
        "z": z,
        "y": f(z),
        r"\sigma": Function(f),
        r"\sigma'": Function(slope),
        r"\partial z/\partial x": derivative(lambda x: np.matvec(W, x), x),
        r"\partial y/\partial z": derivative(f, z),
        r"\partial y/\partial x": derivative(lambda x: f(np.matvec(W, x)), x),
    }


@by_another_algorithm("def-dense-layer", assumes=LAYER, tolerance=1e-13, because=ROUNDING)
def layer_is_a_network_without_a_past(rng: np.random.Generator) -> Meaning:
    """The package's network, of which nothing comes back, takes its one input as the layer does."""
    layer = _layer(rng)
    run = RNN(np.zeros((layer["n"], layer["n"])), layer["W"]).forward(layer["x"][None])
    return Meaning(layer | {"z": run.z[0], "y": run.h[0]})


@by_complex_step(
    {
        "eq-dense-linear": "The linear part of a layer responds to an input as the weight between them says.",
        "eq-dense-from-output": "The output and the weights are enough to know a sigmoid layer's Jacobian.",
    },
    assumes=LAYER,
    because=ROUNDING,
)
def layer_responds_to_an_input(rng: np.random.Generator) -> Meaning:
    """Draw a layer."""
    return Meaning(_layer(rng))


@by_complex_step(
    "eq-dense-activation",
    assumes=LAYER,
    tolerance=1e-14,
    because=ROUNDING,
    same=DIAGONAL | {r"if, i \ne k": "so is k not i"},
)
def activation_has_a_diagonal_jacobian(rng: np.random.Generator) -> list[Meaning]:
    """Each output of the activation reads its own pre-activation and no other."""
    layer = _layer(rng)
    return [Meaning(layer | {"k": k}) for k in range(1, layer["n"] + 1)]


@by_complex_step("eq-dense-entry", assumes=f"{LAYER}; σ the sigmoid or tanh", because=ROUNDING, same=DIAGONAL)
def chain_rule_leaves_one_entry(rng: np.random.Generator) -> Meaning:
    """Of the chain rule's sum over the pre-activations one term is left."""
    return Meaning(_layer(rng, rng.choice(["sigmoid", "tanh"])))


@by_complex_step("eq-dense-jacobian", assumes=f"{LAYER}; σ the sigmoid or tanh", because=ROUNDING)
def dense_layer_jacobian(rng: np.random.Generator) -> Meaning:
    """The Jacobian of a dense layer is its weights with row i scaled by slope i."""
    activation = rng.choice(["sigmoid", "tanh"])
    layer = _layer(rng, activation)
    package = equal(dense_jacobian(layer["W"], layer["x"], activation), layer[r"\partial y/\partial x"])
    return Meaning(layer, also=[package])


@proof(
    {
        "eq-sigmoid-slope-split": "The sigmoid's slope is its value times what the value lacks to 1.",
        "eq-sigmoid-slope": "The sigmoid's slope is a function of its value.",
        "eq-slope-square": "The slope is largest, a quarter, where the sigmoid is one half.",
    },
    assumes="any z",
)
def slope_of_the_sigmoid() -> Meaning:
    """Take a symbol for z."""
    return Meaning({"z": sympy.Symbol("z", real=True)}, exact=True)


@by_complex_step("eq-dense-bound", assumes=LAYER, tolerance=1e-14, because=ROUNDING)
def dense_layer_never_stretches_by_more_than_a_quarter(rng: np.random.Generator) -> list[Meaning]:
    """The layer's norm is at most its steepest slope times the norm of its weights."""
    layer = _layer(rng)
    at_rest = _of_layer(layer["W"], 0 * layer["x"])  # there both are equalities
    units = {"i": range(1, layer["n"] + 1)}
    return [Meaning(layer, over=units), Meaning(at_rest, over=units, attained=1e-14)]


@in_fractions(
    "eq-slope-stable",
    assumes="z drawn uniformly from −700 to 700",
    tolerance=1e-15,
    because="the exponential and four operations, each rounded by at most 2.2e-16",
)
def stable_form_of_the_slope(rng: np.random.Generator) -> Meaning:
    """The slope keeps its digits far from zero when the exponential cannot overflow."""
    z = rng.uniform(-700, 700)
    # The slope from its definition, in fractions, with the exponential of either sign as SymPy rounds it.
    exponential = Fraction(str(sympy.exp(-sympy.Rational(z)).evalf(40)))
    truth = float(exponential / (1 + exponential) ** 2)
    package = equal(float(sigmoid_slope(z)), truth)
    return Meaning({"z": z, r"\sigma'": Function(lambda _z: truth)}, also=[package])
