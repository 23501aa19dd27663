"""Claims of the page on what eigenvalues hide: pseudospectra, Kreiss constant, Lyapunov exponents."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import sympy

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.claims.drawn_matrices import (
    Diagonalizable,
    RealBlocks,
    mirror,
    norm_of_power,
    of_singular_values,
    orthogonal,
    proved_by_induction,
    turned,
)
from rnn_solutions.claims.registry import by_another_algorithm, by_complex_step, proof
from rnn_solutions.claims.symbolic import proved
from rnn_solutions.gradients.lyapunov import lyapunov_exponents, one_step_jacobians, stretching_rates
from rnn_solutions.matrices.pseudospectra import pseudospectral_level
from rnn_solutions.sheet.comparisons import Comparison, assume, at_most, equal
from rnn_solutions.sheet.drawn_networks import PlainRNN

DECAYING = "M real, N from 1 to 4, spectral radius from 0.2 to 0.7, as skewed as it was drawn"


@proof("eq-mislead-triangular", assumes="any a, b and c with a ≠ b, any n ≥ 0, by induction")
def powers_of_a_triangular_matrix() -> list[Comparison]:
    r"""The corner of a power is the corner times what the powers of the eigenvalues differ by, over the gap.

    .. math::

        \begin{bmatrix} a & c \\ 0 & b \end{bmatrix}^n
        = \begin{bmatrix} a^n & c\, \dfrac{a^n - b^n}{a - b} \\ 0 & b^n \end{bmatrix}
    """
    b, c, gap = sympy.symbols("b c gap", nonzero=True)
    a = b + gap
    M = sympy.Matrix([[a, c], [0, b]])

    def formula(n: sympy.Expr) -> sympy.Matrix:
        return sympy.Matrix([[a**n, c * (a**n - b**n) / (a - b)], [0, b**n]])

    return proved_by_induction(formula, M)


@proof("eq-mislead-split", assumes="any λ and any c, ε above 0")
def small_corner_splits_a_double_eigenvalue_by_its_root() -> list[Comparison]:
    r"""A change in the empty corner of a Jordan block moves both eigenvalues by the root of its size.

    .. math::

        \begin{bmatrix} \lambda & c \\ \varepsilon & \lambda \end{bmatrix}
        \text{ has the eigenvalues } \lambda \pm \sqrt{c\, \varepsilon}
    """
    value = sympy.Symbol("lambda", real=True)
    c, epsilon = sympy.symbols("c varepsilon", positive=True)
    changed = sympy.Matrix([[value, c], [epsilon, value]])
    vectors = [sympy.Matrix([sign * sympy.sqrt(c), sympy.sqrt(epsilon)]) for sign in (1, -1)]
    formula = [value + sympy.sqrt(c * epsilon), value - sympy.sqrt(c * epsilon)]
    return [
        proved((changed * vector).expand(), (eigenvalue * vector).expand())
        for vector, eigenvalue in zip(vectors, formula, strict=True)
    ]


@by_another_algorithm(
    "eq-mislead-level",
    assumes="M real, N from 1 to 4, its entries and both parts of z from N(0, 1)",
    tolerance=1e-10,
    because="an inverse is known to 1.1e-16 times the condition number of zI − M, which may reach thousands",
)
def smallest_change_that_makes_an_eigenvalue(rng: np.random.Generator) -> list[Comparison]:
    r"""How little a matrix must change to get an eigenvalue at z is one over the norm of its resolvent there.

    .. math::

        \begin{aligned}
        & \min \{ \lVert E \rVert : z \text{ is an eigenvalue of } M + E \} \\
        & \qquad = s_{\min}(z I - M)
        = \frac{1}{\lVert (z I - M)^{-1} \rVert}.
        \end{aligned}
    """
    N = int(rng.integers(1, 4, endpoint=True))
    M, z = rng.normal(size=(N, N)), complex(*rng.normal(size=2))
    away = z * np.eye(N) - M
    left, values, right = np.linalg.svd(away)
    # The smallest singular value, in its directions, does it; a random change with a smaller norm does not.
    E = values[-1] * np.outer(left[:, -1], right[-1])
    other = rng.normal(size=(N, N)) + 1j * rng.normal(size=(N, N))
    other *= 0.99 * values[-1] / np.linalg.norm(other, 2)
    assume(np.linalg.cond(away) < 1e8, "zI − M must be invertible in floats")
    return [
        equal(np.linalg.norm(E, 2), values[-1]),
        equal(np.linalg.det(away - E), 0j, scale=float(np.linalg.norm(away, 2)) ** N),
        at_most(np.abs(np.linalg.eigvals(M + E) - z).min(), 1e-4 * (1 + np.abs(z))),
        at_most(0.01 * values[-1], np.linalg.svd(away - other, compute_uv=False)[-1]),
        equal(values[-1], 1 / np.linalg.norm(np.linalg.inv(away), 2)),
        equal(pseudospectral_level(M, z), values[-1]),
    ]


@by_another_algorithm(
    "eq-mislead-series",
    assumes="M real, N from 1 to 5, κ(Q) at most 5, |z| from 2ρ to 3ρ; 60 terms",
    tolerance=1e-13,
    because="the terms left out are below 2^-60, each of the others is rounded a few times by 1.1e-16",
)
def resolvent_is_a_series_of_powers(rng: np.random.Generator) -> Comparison:
    r"""Outside the largest eigenvalue the resolvent is a series of all powers.

    .. math::

        (z I - M)^{-1} = \sum_{n=0}^{\infty} \frac{M^n}{z^{n+1}}
        \qquad \text{for } \lvert z \rvert > \rho(M)
    """
    drawn = Diagonalizable.draw(rng)
    N, radius = len(drawn.M), np.abs(drawn.eigenvalues).max()
    z = radius * rng.uniform(2, 3) * np.exp(2j * np.pi * rng.uniform())
    powers, series = np.eye(N), np.zeros((N, N), dtype=complex)
    for n in range(60):
        series += powers / z ** (n + 1)
        powers = powers @ drawn.M
    return equal(series, np.linalg.inv(z * np.eye(N) - drawn.M))


@by_another_algorithm(
    "eq-kreiss-lower",
    assumes=DECAYING
    + "; z at 25 places outside the unit circle; and normal matrices, which attain the bound",
    tolerance=1e-11,
    because="a normal matrix attains it only as |z| goes to infinity, and 10^12 is the farthest place tried",
)
def some_power_is_as_large_as_the_kreiss_constant(rng: np.random.Generator) -> list[Comparison]:
    r"""Some power has a norm of at least the Kreiss constant.

    .. math::

        \mathcal K(M) \le \sup_{n \ge 0} \lVert M^n \rVert
    """
    M = _decaying(rng)
    blocks = RealBlocks.draw(rng, len(M))
    normal = turned(rng, blocks.D) * 0.7 / blocks.radius
    z = _places(5, 5)
    found, of_normal = _kreiss(M, z), _kreiss(normal, np.append(z, 1e12))
    return [
        at_most(found, _largest_power(M)),
        equal(np.max((np.abs(z) - 1) / pseudospectral_level(M, z)), found),
        equal(of_normal, _largest_power(normal)),
    ]


@by_another_algorithm(
    "eq-kreiss-step",
    assumes=DECAYING
    + "; n from 0 to 12, z on the circle of the proof; and shifts of 6 to 10 places times 1000, "
    "with n = N − 1, which come within a tenth of the bound",
    tolerance=1e-12,
    because="where the bound is nearly attained there is room of some percent",
)
def power_is_within_the_kreiss_constant_times_its_number(rng: np.random.Generator) -> list[Comparison]:
    r"""The n-th power has at most e (n + 1) times the Kreiss constant as its norm.

    .. math::

        \lVert M^n \rVert \le e\, (n + 1)\, \mathcal K(M)
    """
    M, n = _decaying(rng), int(rng.integers(0, 12, endpoint=True))
    circle = (1 + 1 / (n + 1)) * np.exp(2j * np.pi * np.arange(24) / 24)
    K = max(1.0, _kreiss(M, circle))
    shift, of_shift = _shift(rng)
    last = len(shift) - 1
    nearly = norm_of_power(shift, last)
    bound = np.e * (last + 1) * of_shift
    return [
        at_most(norm_of_power(M, n), np.e * (n + 1) * K),
        at_most(nearly, bound),
        at_most(0.9 * bound, nearly),
    ]


@by_another_algorithm(
    "eq-kreiss-upper",
    assumes=DECAYING
    + ", the Kreiss constant from below, by 25 places; and shifts of 6 to 10 places times 1000, "
    "which come within a tenth of the bound",
    tolerance=1e-12,
    because="where the bound is nearly attained there is room of some percent",
)
def no_power_is_larger_than_e_times_the_size_times_the_kreiss_constant(
    rng: np.random.Generator,
) -> list[Comparison]:
    r"""No power has a norm above e times the size of the matrix times its Kreiss constant.

    .. math::

        \sup_{n \ge 0} \lVert M^n \rVert \le e\, N\, \mathcal K(M)
    """
    M = _decaying(rng)
    shift, of_shift = _shift(rng)
    return [
        at_most(_largest_power(M), np.e * len(M) * max(1.0, _kreiss(M, _places(5, 5)))),
        at_most(_largest_power(shift), np.e * len(shift) * of_shift),
        at_most(0.9 * np.e * len(shift) * of_shift, _largest_power(shift)),
    ]


@proof("eq-mislead-nilpotent", assumes="any w, any s ≠ t, any n ≥ 1, by induction")
def different_slopes_give_a_nilpotent_matrix_an_eigenvalue() -> list[Comparison]:
    r"""The square of W is 0, and the powers of the Jacobian are those of a difference of slopes.

    .. math::

        \begin{aligned}
        W &= w \begin{bmatrix} 1 & -1 \\ 1 & -1 \end{bmatrix}, \quad D = \operatorname{diag}(s, t): \\
        W^2 &= 0, \quad
        (D W)^n = \bigl(w\, (s - t)\bigr)^{n-1} D W.
        \end{aligned}
    """
    rate, s, gap = sympy.symbols("rate s gap", nonzero=True)
    w, t = rate / gap, s - gap  # in these letters SymPy sees what cancels
    W = w * sympy.Matrix([[1, -1], [1, -1]])
    J = sympy.diag(s, t) * W

    def formula(n: sympy.Expr) -> sympy.Matrix:
        return (w * (s - t)) ** (n - 1) * J

    return [proved((W * W).expand(), sympy.zeros(2)), *proved_by_induction(formula, J, first=1)]


@proof("eq-mislead-alternating", assumes="any w, s and t; D = diag(s, t), D′ = diag(t, s)")
def slopes_that_swap_decide_what_two_steps_do() -> list[Comparison]:
    r"""Two steps with slopes s, t and then t, s multiply by both, or by the square of each.

    .. math::

        \begin{aligned}
        D'\, W D\, W &= w^2\, s\, t\, I
        & \text{if } W &= w \begin{bmatrix} 1 & 0 \\ 0 & 1 \end{bmatrix}, \\
        D'\, W D\, W &= w^2 D'^2
        & \text{if } W &= w \begin{bmatrix} 0 & 1 \\ 1 & 0 \end{bmatrix}.
        \end{aligned}
    """
    w, s, t = sympy.symbols("w s t")
    found = []
    for W, formula in (
        (w * sympy.Matrix([[1, 0], [0, 1]]), w**2 * s * t * sympy.eye(2)),
        (w * sympy.Matrix([[0, 1], [1, 0]]), w**2 * sympy.diag(t, s) ** 2),
    ):
        found.append(proved((sympy.diag(t, s) * W * sympy.diag(s, t) * W).expand(), formula.expand()))
    return found


@by_complex_step(
    "eq-lyapunov-qr",
    assumes="sigmoid networks with n and d from 1 to 3, T from 1 to 3, all from N(0, 1); any Q_0",
    tolerance=1e-12,
    because="up to three steps of about ten roundings of 1.1e-16, more where a unit saturates",
)
def product_of_jacobians_is_a_product_of_triangles(rng: np.random.Generator) -> list[Comparison]:
    r"""Made orthonormal after each step, the frame leaves a product of triangles behind.

    .. math::

        \begin{aligned}
        J_t\, Q_{t-1} &= Q_t R_t \quad \text{for } t = 1, \dots, T \quad \text{gives} \\
        J_T \cdots J_1\, Q_0 &= Q_T R_T \cdots R_1.
        \end{aligned}
    """
    net = PlainRNN.draw(rng, last=(1, 3))
    Q_0 = orthogonal(rng, net.n)
    factors = one_step_jacobians(net.packaged())
    Q, triangles = Q_0, np.eye(net.n)
    for J in factors:
        Q, R = np.linalg.qr(J @ Q)
        triangles = R @ triangles
    return [
        equal(Q @ triangles, net.jacobians[net.T, 0] @ Q_0),
        equal(np.tril(triangles, -1), np.zeros((net.n, net.n)), scale=1.0),
        *(equal(J, net.jacobians[t, t - 1]) for t, J in enumerate(factors, 1)),
    ]


@by_complex_step(
    "eq-lyapunov-sum",
    assumes="sigmoid networks with n and d from 1 to 3, T from 1 to 3; W with singular values from 0.5 to 3",
    tolerance=1e-12,
    because="the rounding of a step, 1e-15, is divided by its smallest factor, which is above 1e-3 or so",
)
def exponents_sum_to_the_mean_logarithm_of_the_determinants(rng: np.random.Generator) -> list[Comparison]:
    r"""All exponents together are the mean logarithm of the determinants, which needs no product.

    .. math::

        \begin{aligned}
        \sum_{i=1}^{n} \hat\lambda_i
        &= \frac{1}{T} \sum_{t=1}^{T} \log \lvert \det J_t \rvert \\
        &= \log \lvert \det W \rvert + \frac{1}{T} \sum_{t=1}^{T} \sum_{i=1}^{n} \log \sigma'(z_t)_i.
        \end{aligned}
    """
    drawn = PlainRNN.draw(rng, last=(1, 3))
    n, T = drawn.n, drawn.T
    W = of_singular_values(rng, rng.uniform(0.5, 3, n))
    net = replace(drawn, W=W)
    jacobians = one_step_jacobians(net.packaged())
    determinants = [abs(np.linalg.det(net.jacobians[t, t - 1])) for t in range(1, T + 1)]
    slopes = (net.h * (1 - net.h))[1:]
    formula = (
        np.log(abs(np.linalg.det(W))) + sum(np.log(slopes[t, i]) for t in range(T) for i in range(n)) / T
    )
    mean = sum(np.log(determinant) for determinant in determinants) / T
    estimates = stretching_rates(jacobians).sum(axis=0) / T
    return [
        equal(estimates.sum(), mean, scale=1 + abs(mean)),
        equal(formula, mean, scale=1 + abs(mean)),
        equal(lyapunov_exponents(jacobians), -np.sort(-estimates), scale=1 + abs(mean)),
    ]


@by_another_algorithm(
    "eq-lyapunov-constant",
    assumes="M real, N from 1 to 5, κ(Q) at most 5, some eigenvalues complex; n from 1 to 12; normal "
    "matrices and odd powers of a skewed mirror, which attain the two bounds",
    tolerance=1e-13,
    because="where a bound is attained a dozen products decide, each rounded by about 1.1e-16",
)
def rate_of_a_power_tends_to_the_spectral_radius(rng: np.random.Generator) -> list[Comparison]:
    r"""For a single factor the mean rate tends to the logarithm of the spectral radius.

    .. math::

        \begin{aligned}
        \log \rho(M) &\le \frac{\log \lVert M^n \rVert}{n} \\
        &\le \log \rho(M) + \frac{\log \kappa(Q)}{n},
        \end{aligned}
    """
    drawn, n = Diagonalizable.draw(rng), int(rng.integers(1, 12, endpoint=True))
    rho = np.abs(drawn.eigenvalues).max()
    rate = np.log(norm_of_power(drawn.M, n)) / n
    blocks = RealBlocks.draw(rng, len(drawn.M), pairs=0)
    of_normal = np.log(norm_of_power(turned(rng, blocks.D), n)) / n
    kappa, odd = rng.uniform(1, 5), 2 * (n // 2) + 1
    of_mirror = np.log(norm_of_power(mirror(rho, kappa), odd)) / odd
    return [
        at_most(1 + np.log(rho), 1 + rate),
        at_most(1 + rate, 1 + np.log(rho) + np.log(drawn.condition) / n),
        equal(1 + of_normal, 1 + np.log(blocks.radius)),
        equal(1 + of_mirror, 1 + np.log(rho) + np.log(kappa) / odd),
    ]


def _decaying(rng: np.random.Generator) -> Array:
    """Draw a matrix of a spectral radius from 0.2 to 0.7 that may be far from normal."""
    N = int(rng.integers(1, 4, endpoint=True))
    form = np.triu(rng.normal(scale=rng.uniform(0, 5), size=(N, N)), 1)
    form += np.diag(rng.uniform(0.2, 0.7, N) * rng.choice([-1, 1], N))
    return turned(rng, form)


def _places(circles: int, angles: int) -> Numbers:
    """Return points outside the unit circle; an odd number of angles tells M from -M."""
    radii = 1 + np.geomspace(0.02, 20, circles)
    return np.asarray((radii[:, None] * np.exp(2j * np.pi * np.arange(angles) / angles)).ravel())


def _kreiss(M: Array, z: Numbers) -> float:
    """Return the largest of (|z| - 1) times the norm of the resolvent at some places."""
    resolvents = np.linalg.inv(z[:, None, None] * np.eye(len(M)) - M)
    return float(np.max((np.abs(z) - 1) * np.linalg.norm(resolvents, 2, axis=(1, 2))))


def _largest_power(M: Array) -> float:
    """Return the largest norm of all powers: after one below 1 none is larger than all before."""
    power, norms = np.eye(len(M)), [1.0]
    while norms[-1] >= 1:
        power = power @ M
        norms.append(float(np.linalg.norm(power, 2)))
    return max(norms)


def _shift(rng: np.random.Generator) -> tuple[Array, float]:
    """Return a shift times 1000 and its Kreiss constant, for which one ray is enough, as it has no angle."""
    N = int(rng.integers(6, 10, endpoint=True))
    M = 1e3 * np.eye(N, k=1)
    return M, _kreiss(M, N / (N - 1) * np.array([0.999, 1, 1.001]))
