"""Claims of the page on today's recurrent layers: linear recurrences, their eigenvalues, minimal gates."""

from __future__ import annotations

from functools import partial, reduce
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.claims.drawn_matrices import Diagonalizable
from rnn_solutions.claims.meanings import Names, pairs
from rnn_solutions.claims.registry import by_another_algorithm, by_complex_step, in_closed_form, proof
from rnn_solutions.formulas.evaluating import Meaning
from rnn_solutions.formulas.values import Function, steps
from rnn_solutions.networks.linear_eigenvalues import (
    discretize,
    input_scale,
    memory_length,
    stable_eigenvalues,
)
from rnn_solutions.networks.linear_recurrence import LinearRecurrence, scan
from rnn_solutions.networks.plain import run, sigma
from rnn_solutions.sheet.comparisons import assume, equal
from rnn_solutions.sheet.drawn_networks import derivative

Complex = NDArray[np.complex128]

LAYER = "n and d from 1 to 3; moduli from 0.3 to 1.2, any angle; the rest drawn from N(0, 1)"
FEW_STEPS = "up to ten steps of a few roundings each, of 1.1e-16, and sums that may cancel"
MODULUS = "a modulus from 0.05 to 0.95, any angle"


def _eigenvalues(rng: np.random.Generator, n: int, low: float = 0.3, high: float = 1.2) -> Complex:
    """Draw complex numbers with moduli between two limits."""
    return np.asarray(rng.uniform(low, high, n) * np.exp(1j * rng.uniform(0, 2 * np.pi, n)))


def _normal(rng: np.random.Generator, *shape: int) -> Complex:
    """Draw complex numbers with both parts from N(0, 1)."""
    return np.asarray(rng.normal(size=shape) + 1j * rng.normal(size=shape))


def _in_reals(M: Complex) -> Array:
    """Return the real matrix that does to (Re h, Im h) what `M` does to h."""
    return np.block([[M.real, -M.imag], [M.imag, M.real]])


def _layer(rng: np.random.Generator) -> tuple[Complex, Complex, Complex, Array]:
    """Draw the eigenvalues, B, the first state and the inputs of up to nine steps of a layer."""
    n, d, t = rng.integers([1, 1, 0], [3, 3, 8], endpoint=True)
    return _eigenvalues(rng, n), _normal(rng, n, d), _normal(rng, n), rng.normal(size=(t + 1, d))


@by_another_algorithm(
    "def-linear-recurrence", assumes=f"{LAYER}; t from 0 to 8", tolerance=1e-13, because=FEW_STEPS
)
def layer_runs_as_it_is_defined(rng: np.random.Generator) -> Meaning:
    """The package's layer multiplies by its eigenvalues and adds what it reads."""
    eigenvalues, B, h_init, x = _layer(rng)
    h = LinearRecurrence(eigenvalues, B).forward(x, h_init)
    names = {"h": steps([h_init, *h], -1), "x": steps(x), "t": len(x) - 1, "n": len(B), "d": B.shape[1]}
    return Meaning(
        {**names, r"\lambda": eigenvalues, r"\Lambda": np.diag(eigenvalues), "B": B},
        scale=_size(h, h_init, x),
    )


def _size(*arrays: Any) -> float:
    """Return the largest of the numbers that are added, before they cancel."""
    return float(sum(np.abs(array).max() for array in arrays))


@by_complex_step("eq-linear-jacobian", assumes=LAYER, because=FEW_STEPS)
def a_linear_recurrence_multiplies_by_a_power(rng: np.random.Generator) -> Meaning:
    """The Jacobian over several steps of a linear recurrence is a power of its one matrix."""
    eigenvalues, B, h_init, x = _layer(rng)
    t = len(x) - 1
    k = int(rng.integers(0, t, endpoint=True))
    step, into = _in_reals(np.diag(eigenvalues)), np.vstack([B.real, B.imag])

    def later(s: Numbers) -> Numbers:  # of (Re h, Im h)
        for j in range(k + 1, t + 1):
            s = np.matvec(step, s) + into @ x[j]
        return s

    truth = derivative(later, np.concatenate([h_init.real, h_init.imag]))
    package = equal(_in_reals(LinearRecurrence(eigenvalues, B).jacobian(t, k)), truth)
    names = {"n": len(B), "d": B.shape[1], "t": t, "k": k, r"\Lambda": step, r"\lambda": eigenvalues}
    jacobian = {r"\partial h/\partial h": pairs({(t, k): truth})}
    return Meaning(names | jacobian, over={"i": range(1, len(B) + 1)}, also=[package])


@by_another_algorithm(
    "eq-linear-convolution", assumes=f"{LAYER}; t from 0 to 8", tolerance=1e-13, because=FEW_STEPS
)
def the_state_is_a_sum_over_the_past(rng: np.random.Generator) -> Meaning:
    """A state is the sum of all inputs so far, each multiplied by the power of its age."""
    eigenvalues, B, h_init, x = _layer(rng)
    layer, t = LinearRecurrence(eigenvalues, B), len(x) - 1
    (h,) = run(lambda h, x: eigenvalues * h + B @ x, (h_init,), x)
    scale = _size(h[-1], h_init, x)
    by_response = eigenvalues ** (t + 1) * h_init + np.einsum(
        "jnd,jd->n", layer.impulse_response(t + 1), x[::-1]
    )
    routes = [by_response, *(route(x, h_init)[-1] for route in (layer.forward, layer.convolve, layer.scan))]
    names = {"h": steps([h_init, *h], -1), "x": steps(x), "t": t, "n": len(B), "d": B.shape[1], "B": B}
    package = [equal(route, h[-1], scale=scale) for route in routes]
    return Meaning(names | {r"\Lambda": np.diag(eigenvalues)}, scale=scale, also=package)


@by_another_algorithm(
    "def-scan-pair",
    assumes="four numbers drawn from N(0, 1)",
    tolerance=1e-13,
    because="a few products and sums, which may cancel",
)
def scan_joins_two_steps_as_defined(rng: np.random.Generator) -> Meaning:
    """What the package's scan does in two steps is the pair of the definition."""
    a, b = rng.normal(size=(2, 2))

    def two_steps(later: Any, earlier: Any) -> tuple[Any, Any]:
        """Return the slope and the offset of what two steps make of a state."""
        factors, added = np.array([[earlier[0]], [later[0]]]), np.array([[earlier[1]], [later[1]]])
        from_0, from_1 = (scan(factors, added, np.array([state]))[-1, 0] for state in (0.0, 1.0))
        return from_1 - from_0, from_0

    return Meaning({"a": steps(a, 1), "b": steps(b, 1), r"\bullet": two_steps}, scale=_size(a, b) ** 2)


@proof(
    "eq-scan-associative",
    assumes="any six numbers; the scan itself on whole numbers from −3 to 3, T up to 12",
    because="symbols and small whole numbers are not rounded",
)
def steps_can_be_put_together_in_any_order() -> Meaning:
    """Which two of three steps are made one first makes no difference."""

    def joined(later: tuple[Any, Any], earlier: tuple[Any, Any]) -> tuple[Any, Any]:
        """Return the pair that does what both do, one after the other, read off at two states."""
        from_0, from_1 = (later[0] * (earlier[0] * h + earlier[1]) + later[1] for h in (0, 1))
        return sympy.expand(from_1 - from_0), sympy.expand(from_0)

    a, b = (sympy.symbols(f"{letter}1:4") for letter in "ab")
    rng = np.random.default_rng(0)
    scans = []
    for length in range(1, 14):
        factors, added, state = (
            rng.integers(-3, 3, size=(length, 2), endpoint=True).astype(float) for _ in range(3)
        )
        after = [state[0]]
        for a_t, b_t in zip(factors, added, strict=True):
            after.append(a_t * after[-1] + b_t)
        scans.append(equal(scan(factors, added, state[0]), after[1:]))
    return Meaning({"a": steps(a, 1), "b": steps(b, 1), r"\bullet": joined}, also=scans)


def _unit(nu: float, theta: float) -> Names:
    """Return what stands for what in a unit with these parameters."""
    modulus = np.exp(-np.exp(nu))
    eigenvalue = complex(modulus * np.cos(theta), modulus * np.sin(theta))
    return {r"\nu": nu, r"\theta": theta, "i": 1j, r"\lambda": eigenvalue, r"\tau": np.exp(-nu)}


@by_another_algorithm(
    "def-stable-eigenvalue",
    assumes="ν from −6 to 1.5, any angle; and near −∞, where the modulus is nearly 1",
    tolerance=1e-15 * 4,
    because="an exponential and a product, each rounded",
)
def eigenvalues_are_parametrised_as_defined(rng: np.random.Generator) -> list[Meaning]:
    """The package's eigenvalues are those of the definition, inside the unit circle."""
    cases = [(rng.uniform(-6, 1.5), None), (-14.0, 1e-6)]
    theta = rng.uniform(0, 2 * np.pi)
    return [
        Meaning(_unit(nu, theta) | {r"\lambda": stable_eigenvalues([nu], [theta])[0]}, attained=near)
        for nu, near in cases
    ]


@in_closed_form(
    "eq-memory-length",
    assumes="ν from −6 to 1.5, any angle; and far out, where the bounds are near",
    tolerance=1e-12,
    because="the logarithm of a number near 1 loses three digits, τ = 400 of them",
    same={r"\frac{1}{1 + |\lambda|} - 1 <": "a weaker bound, and as near where both sides go to 0"},
    loose="the lower bound is near only as both of its sides go to 0",
)
def memory_length_of_a_unit(rng: np.random.Generator) -> list[Meaning]:
    """A unit forgets by the factor e over a number of steps that one parameter sets."""
    nu, theta = rng.uniform(-6, 1.5), rng.uniform(0, 2 * np.pi)
    names = _unit(nu, theta)
    package = equal(memory_length([names[r"\lambda"]])[0], np.exp(-nu))
    # The lower bound is nearly attained as the modulus goes to 0, and the upper one as it goes to 1.
    return [
        Meaning(names, also=[package]),
        Meaning(_unit(6.5, theta), attained={(3, 1): 9e-4}, scale=2.0),
        Meaning(_unit(-6.0, theta), attained={(3, 2): 1e-5}),
    ]


@by_another_algorithm(
    "eq-linear-variance",
    assumes=MODULUS + "; γ from 0.1 to 2, t from 0 to 8; the noise independent, of mean 0 and variance 1",
    tolerance=1e-13,
    because="nine squares and a triangular system, each rounded by a few 1.1e-16",
)
def variance_of_a_unit_in_white_noise(rng: np.random.Generator) -> Meaning:
    """White noise drives a unit towards a variance that grows with its memory."""
    eigenvalue, gamma = _eigenvalues(rng, 1, 0.05, 0.95)[0], rng.uniform(0.1, 2)
    # What each input adds to each state, from (I - lambda S) h = gamma x with the shift S by one step.
    response = np.linalg.inv(np.eye(9) - eigenvalue * np.eye(9, k=-1)) * gamma
    settled = float(input_scale([eigenvalue])[0]) ** 2 * _stationary(eigenvalue)[0, 0].real
    names = {r"\lambda": eigenvalue, r"\gamma": gamma, "t": int(rng.integers(0, 8, endpoint=True))}
    return Meaning(names | {"h": steps(response), **MEAN_SQUARE}, also=[equal(settled, 1.0)])


@by_another_algorithm(
    "eq-linear-constant-input",
    assumes="a real eigenvalue from 0.05 to 0.95; the package's γ",
    tolerance=1e-12,
    because="1 − r, which loses two digits, and a thousand steps of two roundings",
)
def a_constant_input_adds_up(rng: np.random.Generator) -> Meaning:
    """A unit that is scaled for noise answers a constant input with far more than 1."""
    r = rng.uniform(0.05, 0.95)
    gamma = float(input_scale([r])[0])
    layer = LinearRecurrence([r], [[gamma]])
    state = layer.forward(np.ones((1000, 1)))[-1, 0]  # 0.95^1000 is 1e-22
    return Meaning({"r": r, r"\gamma": gamma}, also=[equal(state.real, gamma / (1 - r))])


IN_THE_LONG_RUN = dict.fromkeys(
    ("h_{t + 1}", "h_{t - 1}", "g_{t + 1}", "g_{t - 1}"), "in the long run all steps are alike"
)
# The mean square of a sum of independent inputs, of variance 1, is the sum of the squares of their factors.
MEAN_SQUARE: Names = {r"\operatorname{E}": Function(np.sum)}


@by_another_algorithm(
    "eq-linear-sensitivity",
    assumes=MODULUS + "; white noise of variance 1, in the long run; the angle held",
    tolerance=1e-12,
    because="a system of four equations whose condition is below about 1e4",
    same=IN_THE_LONG_RUN,
)
def sensitivity_grows_faster_than_the_state(rng: np.random.Generator) -> Meaning:
    """The longer a unit remembers, the more its state moves with its eigenvalue."""
    eigenvalue = _eigenvalues(rng, 1, 0.05, 0.95)[0]
    root = np.sqrt(_stationary(eigenvalue)[1, 1].real)
    return Meaning({"r": np.abs(eigenvalue), r"\partial h/\partial r": lambda t: root, "t": 0, **MEAN_SQUARE})


@by_another_algorithm(
    "eq-linear-second-layer",
    assumes=MODULUS
    + "; white noise of variance 1 below two layers with the same eigenvalue and γ, in the long run",
    tolerance=1e-12,
    because="a system of four equations whose condition is below about 1e4",
    same=IN_THE_LONG_RUN,
)
def a_second_layer_is_larger(rng: np.random.Generator) -> Meaning:
    """What is scaled for independent inputs is not for the states of the layer below."""
    eigenvalue = _eigenvalues(rng, 1, 0.05, 0.95)[0]
    gamma = float(input_scale([eigenvalue])[0])
    # (h, g) goes to A (h, g) + B x, whose covariance P in the long run solves P = A P A^H + B B^H.
    A = eigenvalue * np.array([[1, 0], [gamma, 1]])
    B = np.array([gamma, gamma**2])
    system = np.eye(4) - np.kron(A, A.conj())
    P = np.linalg.solve(system, np.outer(B, B).ravel()).reshape(2, 2)
    root = np.sqrt(P[1, 1].real)
    return Meaning({"r": np.abs(eigenvalue), "g": lambda t: root, "t": 0, **MEAN_SQUARE})


@by_another_algorithm(
    "eq-linear-routes",
    assumes="up to 5 layers of one unit, a lag up to 8; r from 0.3 to 1.2",
    tolerance=1e-12,
    because="up to forty products and sums of positive numbers",
)
def ways_through_the_layers_add_up(rng: np.random.Generator) -> Meaning:
    """A lag can be spent in any of the layers, and every way counts."""
    layers, m = (int(one) for one in rng.integers([1, 0], [5, 8], endpoint=True))
    r, t = rng.uniform(0.3, 1.2), m + int(rng.integers(0, 3))
    features = np.eye(t + 1)[:, t - m : t - m + 1]
    for _ in range(layers):
        features = LinearRecurrence([r], [[1.0]]).forward(features).real
    by_package = features[t, 0]
    # Once more: the layers as one matrix over time, (I - r S)^-1 with the shift S by one step.
    whole = np.linalg.matrix_power(np.linalg.inv(np.eye(t + 1) - r * np.eye(t + 1, k=-1)), layers)
    by_input = pairs({(t, t - m): whole[t, t - m]})
    names: Names = {"m": m, r"\ell": layers, "r": r, "t": t, r"\partial h/\partial x": by_input}
    return Meaning(names, also=[equal(by_package, whole[t, t - m])])


@by_another_algorithm(
    "eq-linear-tamed",
    assumes="u from 0.03 to 3, any angle; white noise of variance 1, in the long run; 0.03 is near the bound",
    tolerance=1e-11,
    because="terms that cancel by a factor of up to 100, after a system of condition 1e4",
    same=IN_THE_LONG_RUN,
)
def normalised_and_reparametrised_the_sensitivity_is_bounded(rng: np.random.Generator) -> list[Meaning]:
    """With its input scaled and its modulus parametrised, no unit is more sensitive than a half, squared."""
    theta, found = rng.uniform(0, 2 * np.pi), []
    for u, near in ((rng.uniform(0.05, 3), None), (0.03, 5e-4)):
        r = np.exp(-u)
        P = _stationary(r * np.exp(1j * theta))
        dr_dnu, dgamma_dnu = derivative(_modulus_and_scale, np.log([u]))[:, 0]
        # gamma h changes by dgamma h + gamma dh/dr dr, whose square has four terms.
        weights = np.array([dgamma_dnu, np.sqrt(1 - r**2) * dr_dnu])
        root = np.sqrt((weights @ P @ weights).real)
        names = {"u": u, r"\partial (\gamma h)/\partial \nu": lambda t, root=root: root, "t": 0}
        found.append(Meaning(names | MEAN_SQUARE, attained=near))
    return found


@by_another_algorithm(
    "eq-zero-order-hold",
    assumes="n from 1 to 4, A real with a basis of eigenvectors, in the left half plane; Δ from 0.05 to 1",
    tolerance=1e-12,
    because="a series whose terms are at most e^5, and eigenvectors of condition up to 5",
    same={r"- I) A^{- 1}": "functions of A may change places"},
)
def an_input_held_for_a_step_is_followed_exactly(rng: np.random.Generator) -> Meaning:
    """Between two steps, with the input held, the differential equation is a linear recurrence."""
    drawn, delta, d = Diagonalizable.draw(rng, size=4), rng.uniform(0.05, 1), 2
    n, shift = len(drawn.M), 2.5  # the moduli are at most 1.65: every eigenvalue moves to the left half plane
    A, a, Q = drawn.M - shift * np.eye(n), drawn.eigenvalues - shift, drawn.Q
    assume(a.real.max() < 0, "an eigenvalue of A is not in the left half plane")
    B, h, x, s = rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=d), rng.uniform()
    # Taylor's series in time: h' = A h + B x, and every further derivative is A times the one before.
    term, truth = delta * (A @ h + B @ x), h
    for order in range(2, 42):
        truth, term = truth + term, delta / order * (A @ term)
    layer = discretize(a, np.linalg.inv(Q) @ B, delta, method="zero-order hold")
    by_package = Q @ layer.forward(x[None], np.linalg.inv(Q) @ h)[0]
    scale = _size(truth, h)
    at = Function(lambda time: {s: h, s + delta: truth}[time])
    return Meaning(
        {"h": at, "s": s, r"\Delta": delta, "A": A, "B": B, "x": x, "I": np.eye(n), "n": n},
        scale=scale,
        also=[equal(by_package, truth.astype(complex), scale=scale)],
    )


@by_another_algorithm(
    "eq-bilinear-disc",
    assumes="Re a from −4 to −0.1, Im a from −4 to 4, Δ from 0.1 to 4",
    tolerance=1e-13,
    because="ten operations, and a difference from 1 that may cancel",
)
def the_bilinear_rule_takes_the_half_plane_into_the_disc(rng: np.random.Generator) -> Meaning:
    """How far an eigenvalue stays inside the unit circle has the sign of how far left it was."""
    a, delta = complex(rng.uniform(-4, -0.1), rng.uniform(-4, 4)), rng.uniform(0.1, 4)
    # The trapezoidal rule, h - Delta a h / 2 = g + Delta a g / 2 + Delta u, solved for h in real numbers.
    half = _in_reals(np.array([[delta * a / 2]]))
    real, imag = np.linalg.solve(np.eye(2) - half, np.eye(2) + half)[:, 0]
    layer = discretize([a], [[1.0]], delta, method="bilinear")
    by_input = layer.B[0, 0] - delta * a / 2 * layer.B[0, 0]  # a state of 0 and an input of 1
    eigenvalue = complex(real, imag)
    return Meaning(
        {r"\lambda": eigenvalue, "a": a, r"\Delta": delta},
        scale=1.0,
        also=[equal(layer.eigenvalues[0], eigenvalue, scale=1.0), equal(by_input, complex(delta))],
    )


@by_complex_step(
    "eq-minimal-jacobian",
    assumes="n and d from 1 to 3; t from 1 to 6, 0 ≤ k < t; weights, inputs and states drawn from N(0, 1)",
    tolerance=1e-12,
    because="six products of gates; of a gate near 1, what it lacks to 1 keeps fewer digits",
)
def gates_that_do_not_read_the_state_multiply_exactly(rng: np.random.Generator) -> list[Meaning]:
    """Where no gate reads the state, the product of the gates is the whole Jacobian."""
    n, d, t = (int(size) for size in rng.integers([1, 1, 1], [3, 3, 6], endpoint=True))
    k = int(rng.integers(0, t))
    x, h_k = rng.normal(size=(t + 1, d)), rng.normal(size=n)
    z, f, i = (sigma(x @ rng.normal(size=(d, n))) for _ in range(3))
    candidate, after = x @ rng.normal(size=(d, n)), slice(k + 1, t + 1)

    def gru(h: Numbers, j: int) -> Numbers:
        return np.asarray(h + z[j] * (candidate[j] - h))

    def lstm(h: Numbers, j: int) -> Numbers:
        return np.asarray((f[j] * h + i[j] * candidate[j]) / (f[j] + i[j]))

    found, scale = [], _size(candidate, h_k)
    for name, step, kept in (("minimal GRU", gru, 1 - z), ("minimal LSTM", lstm, f / (f + i))):
        later = partial(reduce, step, range(k + 1, t + 1))
        scanned = scan(kept[after], ((1 - kept) * candidate)[after], h_k)[-1]
        jacobian = {r"\partial h/\partial h": pairs({(t, k): derivative(later, h_k)})}
        names = {"z": steps(z), "f": steps(f), "i": steps(i), "n": n, "d": d, "t": t, "k": k}
        found.append(Meaning(names | jacobian, of=name, also=[equal(scanned, later(h_k), scale=scale)]))
    return found


def _modulus_and_scale(nu: Numbers) -> Numbers:
    """Return the modulus and the factor on the input, along the last axis, for (..., 1) parameters."""
    r = np.exp(-np.exp(nu))
    return np.concatenate([r, np.sqrt(1 - r**2)], axis=-1)


def _stationary(eigenvalue: complex) -> Complex:
    """Return the covariance of h and its derivative by r in the long run, with white noise at the input.

    The two follow a linear recurrence of their own, dh_t = e^(i theta) h_{t-1} + lambda dh_{t-1}. What a step
    adds to the covariance is what it takes away: P = M P M* + e e*.
    """
    M = np.array([[eigenvalue, 0], [eigenvalue / abs(eigenvalue), eigenvalue]])
    noise = np.array([1, 0, 0, 0])
    return np.asarray(np.linalg.solve(np.eye(4) - np.kron(M, M.conj()), noise).reshape(2, 2))
