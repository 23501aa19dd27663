"""Claims of the page on today's recurrent layers: linear recurrences, their eigenvalues, minimal gates."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.claims.drawn_matrices import Diagonalizable
from rnn_solutions.claims.registry import by_another_algorithm, by_complex_step, claim, proof
from rnn_solutions.claims.symbolic import proved
from rnn_solutions.networks.linear_eigenvalues import (
    discretize,
    input_scale,
    memory_length,
    stable_eigenvalues,
)
from rnn_solutions.networks.linear_recurrence import LinearRecurrence, scan
from rnn_solutions.networks.plain import sigma
from rnn_solutions.sheet.comparisons import Comparison, assume, at_most, below, equal
from rnn_solutions.sheet.drawn_networks import derivative

Complex = NDArray[np.complex128]

LAYER = "n, d from 1 to 3; moduli from 0.3 to 1.2, any angle; the rest drawn from N(0, 1)"
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


@by_complex_step("eq-linear-jacobian", assumes=LAYER, because=FEW_STEPS)
def a_linear_recurrence_multiplies_by_a_power(rng: np.random.Generator) -> list[Comparison]:
    r"""The Jacobian over several steps of a linear recurrence is a power of its one matrix.

    .. math::

        \frac{\partial h_t}{\partial h_k} = \Lambda^{t-k} , \qquad
        \Bigl\lVert \frac{\partial h_t}{\partial h_k} \Bigr\rVert = \max_i \lvert \lambda_i \rvert^{t-k}
    """
    n, d = rng.integers(1, 3, size=2, endpoint=True)
    k, t = np.sort(rng.integers(0, 8, size=2, endpoint=True))
    eigenvalues, B = _eigenvalues(rng, n), _normal(rng, n, d)
    x, h_k = rng.normal(size=(t + 1, d)), rng.normal(size=2 * n)  # (Re h, Im h)
    step, into = _in_reals(np.diag(eigenvalues)), np.vstack([B.real, B.imag])

    def later(s: Numbers) -> Numbers:
        for j in range(k + 1, t + 1):
            s = np.matvec(step, s) + into @ x[j]
        return s

    truth = derivative(later, h_k)
    return [
        equal(_in_reals(np.diag(eigenvalues ** (t - k))), truth),
        equal(np.max(np.abs(eigenvalues) ** (t - k)), np.linalg.norm(truth, 2)),
        equal(_in_reals(LinearRecurrence(eigenvalues, B).jacobian(int(t), int(k))), truth),
    ]


@by_another_algorithm(
    "eq-linear-convolution", assumes=LAYER + "; t from 0 to 8", tolerance=1e-13, because=FEW_STEPS
)
def the_state_is_a_sum_over_the_past(rng: np.random.Generator) -> list[Comparison]:
    r"""A state is the sum of all inputs so far, each multiplied by the power of its age.

    .. math::

        h_t = \Lambda^{t+1}\, h_{-1} + \sum_{j=0}^{t} \Lambda^j B\, x_{t-j}
    """
    n, d, t = rng.integers([1, 1, 0], [3, 3, 8], endpoint=True)
    eigenvalues, B, h_init = _eigenvalues(rng, n), _normal(rng, n, d), _normal(rng, n)
    x = rng.normal(size=(t + 1, d))
    h = h_init
    for x_t in x:
        h = eigenvalues * h + B @ x_t
    power = np.linalg.matrix_power
    L = np.diag(eigenvalues)
    formula = power(L, t + 1) @ h_init + sum(power(L, j) @ B @ x[t - j] for j in range(t + 1))
    layer = LinearRecurrence(eigenvalues, B)
    by_response = power(L, t + 1) @ h_init + np.einsum("jnd,jd->n", layer.impulse_response(t + 1), x[::-1])
    scale = float(np.abs(h).max() + np.abs(h_init).max() + np.abs(x).max())
    routes = [layer.forward, layer.convolve, layer.scan]
    return [
        equal(formula, h, scale=scale),
        equal(by_response, h, scale=scale),
        *(equal(route(x, h_init)[-1], h, scale=scale) for route in routes),
    ]


@proof(
    "eq-scan-associative",
    assumes="any six numbers; the scan itself on whole numbers from −3 to 3, T up to 12",
    because="symbols and small whole numbers are not rounded",
)
def steps_can_be_put_together_in_any_order() -> list[Comparison]:
    r"""Which two of three steps are made one first makes no difference.

    .. math::

        \begin{aligned}
        & \bigl( (a_3, b_3) \bullet (a_2, b_2) \bigr) \bullet (a_1, b_1) \\
        & \qquad = (a_3, b_3) \bullet \bigl( (a_2, b_2) \bullet (a_1, b_1) \bigr)
        \end{aligned}
    """

    def joined(later: tuple[Any, Any], earlier: tuple[Any, Any]) -> tuple[Any, Any]:
        return later[0] * earlier[0], later[0] * earlier[1] + later[1]

    first, second, third = (sympy.symbols(f"a{j} b{j}") for j in (1, 2, 3))
    h = sympy.Symbol("h")
    left = joined(joined(third, second), first)
    right = joined(third, joined(second, first))
    after_all = third[0] * (second[0] * (first[0] * h + first[1]) + second[1]) + third[1]
    rng = np.random.default_rng(0)
    scans = []
    for steps in range(1, 14):
        a, b, state = (rng.integers(-3, 3, size=(steps, 2), endpoint=True).astype(float) for _ in range(3))
        after = [state[0]]
        for a_t, b_t in zip(a, b, strict=True):
            after.append(a_t * after[-1] + b_t)
        scans.append(equal(scan(a, b, state[0]), after[1:]))
    return [
        *(proved(one.expand(), other.expand()) for one, other in zip(left, right, strict=True)),
        proved((left[0] * h + left[1]).expand(), after_all.expand()),
        *scans,
    ]


@claim(
    "eq-memory-length",
    method="closed form",
    assumes="ν drawn uniformly from −6 to 1.5, any angle",
    tolerance=1e-12,
    because="the logarithm of a number near 1 loses three digits, τ = 400 of them",
)
def memory_length_of_a_unit(rng: np.random.Generator) -> list[Comparison]:
    r"""A unit forgets by the factor e over a number of steps that one parameter sets.

    .. math::

        \begin{aligned}
        \tau = \frac{1}{-\ln \lvert \lambda \rvert} &= e^{-\nu} , \qquad
        \lvert \lambda \rvert^{\tau} = \frac{1}{e} , \\
        \frac{1}{1 - \lvert \lambda \rvert} - 1 &< \tau
        < \frac{1}{1 - \lvert \lambda \rvert} - \frac{1}{2}
        \end{aligned}
    """
    nu, theta = rng.uniform(-6, 1.5), rng.uniform(0, 2 * np.pi)
    eigenvalue = complex(np.exp(-np.exp(nu)) * np.cos(theta), np.exp(-np.exp(nu)) * np.sin(theta))
    modulus = abs(eigenvalue)
    exact = np.exp(-nu)  # the bounds are half a step apart, and tau itself is rounded by far less

    def tau(modulus: float) -> float:
        return float(1 / -np.log(modulus))

    def rule(modulus: float) -> float:
        return 1 / (1 - modulus)

    def less_than(modulus: float) -> float:
        return rule(modulus) - 1 / 2

    return [
        equal(tau(modulus), exact),
        equal(modulus**exact, np.exp(-1)),
        below(rule(modulus) - 1, exact),
        below(exact, less_than(modulus)),
        # The bounds are attained as the modulus goes to 0, where the lower one is 1e-9, and to 1.
        at_most(tau(1e-9), 0.05),
        equal(tau(0.999999), less_than(0.999999)),
        equal(stable_eigenvalues([nu], [theta])[0], eigenvalue),
        equal(memory_length([eigenvalue])[0], exact),
    ]


@by_another_algorithm(
    "eq-linear-variance",
    assumes=MODULUS + "; γ from 0.1 to 2, t from 0 to 8; the noise independent, of mean 0 and variance 1",
    tolerance=1e-13,
    because="nine squares and a triangular system, each rounded by a few 1.1e-16",
)
def variance_of_a_unit_in_white_noise(rng: np.random.Generator) -> list[Comparison]:
    r"""White noise drives a unit towards a variance that grows with its memory.

    .. math::

        \operatorname{E} \lvert h_t \rvert^2
        = \gamma^2\, \frac{1 - \lvert \lambda \rvert^{2(t+1)}}{1 - \lvert \lambda \rvert^2}
    """
    eigenvalue, gamma = _eigenvalues(rng, 1, 0.05, 0.95)[0], rng.uniform(0.1, 2)
    t = int(rng.integers(0, 8, endpoint=True))
    # All states at once, from (I - lambda S) h = gamma x with the shift S by one step.
    response = np.linalg.inv(np.eye(t + 1) - eigenvalue * np.eye(t + 1, k=-1)) * gamma
    truth = (np.abs(response[t]) ** 2).sum()
    formula = gamma**2 * (1 - np.abs(eigenvalue) ** (2 * (t + 1))) / (1 - np.abs(eigenvalue) ** 2)
    settled = float(input_scale([eigenvalue])[0]) ** 2 * _stationary(eigenvalue)[0, 0].real
    return [equal(formula, truth), equal(settled, 1.0)]


@by_another_algorithm(
    "eq-linear-sensitivity",
    assumes=MODULUS + "; white noise of variance 1, in the long run; the angle held",
    tolerance=1e-12,
    because="a system of four equations whose condition is below about 1e4",
)
def sensitivity_grows_faster_than_the_state(rng: np.random.Generator) -> Comparison:
    r"""The longer a unit remembers, the more its state moves with its eigenvalue.

    .. math::

        \operatorname{E} \left\lvert \frac{\partial h_t}{\partial r} \right\rvert^2
        = \frac{1 + r^2}{(1 - r^2)^3}
    """
    eigenvalue = _eigenvalues(rng, 1, 0.05, 0.95)[0]
    r = np.abs(eigenvalue)
    return equal((1 + r**2) / (1 - r**2) ** 3, _stationary(eigenvalue)[1, 1].real)


@by_another_algorithm(
    "eq-linear-tamed",
    assumes="u drawn uniformly from 0.05 to 3, any angle; white noise of variance 1, in the long run",
    tolerance=1e-12,
    because="terms that cancel by a factor of up to 100, after a system of condition 1e4",
)
def normalised_and_reparametrised_the_sensitivity_is_bounded(rng: np.random.Generator) -> list[Comparison]:
    r"""With its input scaled and its modulus parametrised, no unit is more sensitive than one half, squared.

    .. math::

        \operatorname{E} \left\lvert \frac{\partial (\gamma h_t)}{\partial \nu} \right\rvert^2
        = \left( \frac{u}{2 \sinh u} \right)^2 < \frac{1}{4}
    """
    nu, theta = np.log(rng.uniform(0.05, 3)), rng.uniform(0, 2 * np.pi)
    r = np.exp(-np.exp(nu))
    P = _stationary(r * np.exp(1j * theta))
    dr_dnu, dgamma_dnu = derivative(_modulus_and_scale, np.array([nu]))[:, 0]
    # gamma h changes by dgamma h + gamma dh/dr dr, whose square has four terms.
    weights = np.array([dgamma_dnu, np.sqrt(1 - r**2) * dr_dnu])
    u = np.exp(nu)
    tiny = 1e-4  # where the bound is attained
    return [
        equal((u / (2 * np.sinh(u))) ** 2, (weights @ P @ weights).real),
        below((u / (2 * np.sinh(u))) ** 2, 1 / 4),
        at_most(1 / 4 - (tiny / (2 * np.sinh(tiny))) ** 2, 1e-8),
    ]


@by_another_algorithm(
    "eq-zero-order-hold",
    assumes="n from 1 to 4, A real with a basis of eigenvectors, in the left half plane; Δ from 0.05 to 1",
    tolerance=1e-12,
    because="a series whose terms are at most e^5, and eigenvectors of condition up to 5",
)
def an_input_held_for_a_step_is_followed_exactly(rng: np.random.Generator) -> list[Comparison]:
    r"""Between two steps, with the input held, the differential equation is a linear recurrence.

    .. math::

        h(s + \Delta) = e^{\Delta A}\, h(s) + A^{-1} \bigl( e^{\Delta A} - I \bigr) B\, x
    """
    drawn, delta, d = Diagonalizable.draw(rng, size=4), rng.uniform(0.05, 1), 2
    n, shift = len(drawn.M), 2.5  # the moduli are at most 1.65: every eigenvalue moves to the left half plane
    A, a, Q = drawn.M - shift * np.eye(n), drawn.eigenvalues - shift, drawn.Q
    assume(a.real.max() < 0, "an eigenvalue of A is not in the left half plane")
    B, h, x = rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=d)
    # Taylor's series in time: h' = A h + B x, and every further derivative is A times the one before.
    term, truth = delta * (A @ h + B @ x), h
    for order in range(2, 42):
        truth, term = truth + term, delta / order * (A @ term)
    exponential = (Q * np.exp(delta * a) @ np.linalg.inv(Q)).real
    formula = exponential @ h + np.linalg.inv(A) @ (exponential - np.eye(n)) @ B @ x
    layer = discretize(a, np.linalg.inv(Q) @ B, delta, method="zero-order hold")
    by_package = Q @ layer.forward(x[None], np.linalg.inv(Q) @ h)[0]
    scale = float(np.abs(truth).max() + np.abs(h).max())
    return [equal(formula, truth, scale=scale), equal(by_package, truth.astype(complex), scale=scale)]


@claim(
    "eq-bilinear-disc",
    method="exact fractions",
    assumes="a and Δ > 0 are fractions with |Re a|, |Im a|, Δ up to 4, and a is not 2 / Δ",
    tolerance=1e-14,
    because="the fractions are exact, and the layer rounds ten operations",
)
def the_bilinear_rule_takes_the_half_plane_into_the_disc(rng: np.random.Generator) -> list[Comparison]:
    r"""How far an eigenvalue stays inside the unit circle has the sign of how far left it was.

    .. math::

        \begin{aligned}
        \lambda &= \frac{1 + \Delta a / 2}{1 - \Delta a / 2} , \\
        1 - \lvert \lambda \rvert^2 &= \frac{-2 \Delta \operatorname{Re} a}{\lvert 1 - \Delta a / 2 \rvert^2}
        \end{aligned}
    """
    real, imag, delta = (Fraction(int(part), 10) for part in rng.integers([-40, -40, 1], 40, endpoint=True))
    half = np.array([[real, -imag], [imag, real]]) * delta / 2  # Delta a / 2, as a matrix of real numbers
    identity = np.array([[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]])
    below_line = (1 - delta * real / 2) ** 2 + (delta * imag / 2) ** 2
    assume(below_line != 0, "a is 2 / Delta")
    # The trapezoidal rule, h - Delta a h / 2 = g + Delta a g / 2 + Delta u, solved for h by Cramer's rule.
    to_the_left = identity - half
    (p, q), (r, s) = to_the_left
    inverse = np.array([[s, -q], [-r, p]]) / (p * s - q * r)
    after = inverse @ (identity + half)
    rule = (identity + half) @ (to_the_left.T / below_line)  # the transpose is the conjugate
    modulus = rule[0, 0] ** 2 + rule[1, 0] ** 2
    formula = -2 * delta * real / below_line
    stable = complex(-abs(real) - Fraction(1, 10), imag)
    layer = discretize([stable], [[1.0]], float(delta), method="bilinear")
    step = float(delta) * stable / 2
    by_trapezoid = layer.eigenvalues[0] - step * layer.eigenvalues[0]  # a state of 1 and no input
    by_input = layer.B[0, 0] - step * layer.B[0, 0]  # a state of 0 and an input of 1
    return [
        equal(rule, after),
        equal(np.array(1 - modulus), np.array(formula)),
        equal(by_trapezoid, 1 + step),
        equal(by_input, complex(delta)),
    ]


@by_complex_step(
    "eq-minimal-jacobian",
    assumes="n, d from 1 to 3; t from 1 to 6, 0 ≤ k < t; weights, inputs and states drawn from N(0, 1)",
    tolerance=1e-12,
    because="six products of gates; of a gate near 1, what it lacks to 1 keeps fewer digits",
)
def gates_that_do_not_read_the_state_multiply_exactly(rng: np.random.Generator) -> list[Comparison]:
    r"""Where no gate reads the state, the product of the gates is the whole Jacobian.

    .. math::

        \begin{aligned}
        \text{minimal GRU:} \quad \frac{\partial h_t}{\partial h_k}
        &= \prod_{j=k+1}^{t} \operatorname{diag}(1 - z_j) , \\
        \text{minimal LSTM:} \quad \frac{\partial h_t}{\partial h_k}
        &= \prod_{j=k+1}^{t} \operatorname{diag}\Bigl( \frac{f_j}{f_j + i_j} \Bigr)
        \end{aligned}
    """
    n, d, t = rng.integers([1, 1, 1], [3, 3, 6], endpoint=True)
    k = int(rng.integers(0, t))
    x, h_k = rng.normal(size=(t + 1, d)), rng.normal(size=n)
    z, f, i = (sigma(x @ rng.normal(size=(d, n))) for _ in range(3))
    candidate = x @ rng.normal(size=(d, n))

    def gru(h: Numbers) -> Numbers:
        for j in range(k + 1, t + 1):
            h = h + z[j] * (candidate[j] - h)
        return h

    def lstm(h: Numbers) -> Numbers:
        for j in range(k + 1, t + 1):
            h = (f[j] * h + i[j] * candidate[j]) / (f[j] + i[j])
        return h

    after = slice(k + 1, t + 1)
    share = f / (f + i)
    scale = float(np.abs(candidate).max() + np.abs(h_k).max())
    return [
        equal(np.diag(np.prod(1 - z[after], axis=0)), derivative(gru, h_k)),
        equal(np.diag(np.prod(f[after] / (f[after] + i[after]), axis=0)), derivative(lstm, h_k)),
        equal(scan((1 - z)[after], (z * candidate)[after], h_k)[-1], gru(h_k), scale=scale),
        equal(scan(share[after], ((1 - share) * candidate)[after], h_k)[-1], lstm(h_k), scale=scale),
    ]


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
