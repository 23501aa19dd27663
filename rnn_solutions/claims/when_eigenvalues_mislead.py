"""Claims of the page on what eigenvalues hide: pseudospectra, Kreiss constant, Lyapunov exponents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.claims.drawn_matrices import (
    Diagonalizable,
    RealBlocks,
    for_every_power,
    mirror,
    of_singular_values,
    orthogonal,
    turned,
)
from rnn_solutions.claims.meanings import Names, sizes
from rnn_solutions.claims.registry import by_another_algorithm, by_complex_step, in_fractions, proof
from rnn_solutions.formulas.evaluating import Meaning
from rnn_solutions.formulas.values import Function, steps
from rnn_solutions.gradients.lyapunov import lyapunov_exponents, one_step_jacobians, stretching_rates
from rnn_solutions.matrices.pseudospectra import kreiss_constant, pseudospectral_level
from rnn_solutions.sheet.comparisons import Comparison, assume, equal
from rnn_solutions.sheet.drawn_networks import PlainRNN

DECAYING = "M real, spectral radius from 0.2 to 0.7, as skewed as it was drawn"


@proof("eq-mislead-triangular", assumes="any a, b and c with a ≠ b, any n ≥ 0, by induction")
def powers_of_a_triangular_matrix() -> list[Meaning]:
    """The corner of a power is the corner times the slope between the eigenvalues of the n-th power."""
    b, c, gap = sympy.symbols("b c gap", nonzero=True)
    numbers = {"a": Fraction(2, 3), "b": Fraction(3, 4), "c": Fraction(5)}
    return for_every_power("eq-mislead-triangular", {"a": b + gap, "b": b, "c": c}, numbers, (0, 1, 2, 5))


@by_another_algorithm(
    "eq-mislead-split",
    assumes="λ drawn from N(0, 1), c and ε from 0.1 to 3",
    tolerance=1e-13,
    because="a dozen roundings of 1.1e-16, and eigenvalues that may be smaller than λ by a factor of 100",
    same={r"row{\lambda; \varepsilon}": "the transpose has the same eigenvalues"},
)
def small_corner_splits_a_double_eigenvalue_by_its_root(rng: np.random.Generator) -> Meaning:
    """A change in the empty corner of a Jordan block moves both eigenvalues by the root of its size."""
    return Meaning({r"\lambda": rng.normal(), "c": rng.uniform(0.1, 3), r"\varepsilon": rng.uniform(0.1, 3)})


@by_another_algorithm(
    "eq-mislead-level",
    assumes="M real, N from 1 to 4, its entries and both parts of z from N(0, 1)",
    tolerance=1e-10,
    because="an inverse is known to 1.1e-16 times the condition number of zI − M, which may reach thousands",
)
def smallest_change_that_makes_an_eigenvalue(rng: np.random.Generator) -> Meaning:
    """The smallest change that makes z an eigenvalue is one over the norm of the resolvent there."""
    N = int(rng.integers(1, 4, endpoint=True))
    M, z = rng.normal(size=(N, N)), complex(*rng.normal(size=2))
    away = z * np.eye(N) - M
    assume(np.linalg.cond(away) < 1e6, "zI − M must be invertible in floats")
    # E = (zI − M) v v*, with v of length 1, is the smallest change with the eigenvector v. A drawn v is no
    # eigenvector of the square, whose smallest eigenvalue belongs to the best one.
    drawn = rng.normal(size=N) + 1j * rng.normal(size=N)
    best = np.linalg.eigh(away.conj().T @ away).eigenvectors[:, 0]
    changes = [away @ np.outer(v, v.conj()) / np.linalg.norm(v) ** 2 for v in (drawn, best)]
    sizes = [np.linalg.norm(E, 2) for E in changes]
    also = [equal(np.linalg.det(away - E), 0j, scale=float(np.linalg.norm(away, 2)) ** N) for E in changes]
    also.append(equal(pseudospectral_level(M, z), sizes[1]))
    the_set = r"\{ \lVert E \rVert : z \text{ is an eigenvalue of } M + E \}"
    return Meaning({the_set: sizes, "M": M, "z": z, "I": np.eye(N), "N": N}, also=also)


@by_another_algorithm(
    "def-kreiss",
    assumes="four matrices of two and three rows, of which one is normal; z at the place found highest by a "
    "search, and at a few others",
    tolerance=5e-7,
    because="the package's constant is right to about six digits",
)
def kreiss_constant_is_the_highest_place() -> list[Meaning]:
    """The Kreiss constant is the largest distance from the circle over the change that leads so far."""
    skewed, normal = [[0.9, 10], [0, 0.8]], [[0.9, 0], [0, 0.8]]
    turning, three = [[0.5, -3], [0.1, 0.5]], [[0.5, 2, 1], [0, 0.4, 3], [0, 0, 0.6]]
    return [
        Meaning(_kreiss(M, kreiss_constant(M)), over={"z": [_highest(M), 2j, 0.5, 1e9]})
        for M in map(np.array, (skewed, normal, turning, three))
    ]


@by_another_algorithm(
    "eq-mislead-series",
    assumes="M real, N from 1 to 5, κ(Q) at most 5, |z| from 6ρ to 10ρ; 19 terms",
    tolerance=1e-13,
    because="the terms left out are below 6^-19, each of the others is rounded a few times by 1.1e-16",
    same={r"\infty + 1": "one term more than enough", r"\infty - 1": "one term less is still enough"},
)
def resolvent_is_a_series_of_powers(rng: np.random.Generator) -> Meaning:
    """Outside the largest eigenvalue the resolvent is a series of all powers."""
    drawn = Diagonalizable.draw(rng)
    z = np.abs(drawn.eigenvalues).max() * rng.uniform(6, 10) * np.exp(2j * np.pi * rng.uniform())
    N = len(drawn.M)
    return Meaning({"M": drawn.M, "I": np.eye(N), "N": N, "z": z, r"\infty": 18})


@by_another_algorithm(
    "eq-kreiss-lower",
    assumes=f"N from 1 to 4; {DECAYING}"
    "; z at 25 places outside the unit circle; and normal matrices, which attain the bound",
    tolerance=1e-11,
    because="a normal matrix attains it only as |z| goes to infinity, and 10^12 is the farthest place tried",
)
def some_power_is_as_large_as_the_kreiss_constant(rng: np.random.Generator) -> Meaning:
    """Some power has a norm of at least the Kreiss constant."""
    M, z = _decaying(rng), _places()
    if rng.integers(2):
        blocks = RealBlocks.draw(rng, len(M))
        return _of_powers(turned(rng, blocks.D) * 0.7 / blocks.radius, z, attained=1e-11)
    package = equal(np.max((np.abs(z) - 1) / pseudospectral_level(M, z)), _heights(M, z).max())
    return _of_powers(M, z, also=[package])


@by_another_algorithm(
    {
        "eq-kreiss-step": "The n-th power has at most e (n + 1) times the Kreiss constant as its norm.",
        "eq-kreiss-upper": "No power has a norm above e N times the Kreiss constant.",
    },
    assumes=f"n from 0 to 12, N from 1 to 10; up to N = 4 {DECAYING}, and the Kreiss constant from below, "
    "by 25 places; from N = 6 on shifts times 1000, which come within a tenth of the bounds",
    tolerance=1e-12,
    because="where a bound is nearly attained there is room of some percent",
    same=dict.fromkeys(
        (r"n \ge 1", r"‖M^{n + 1}‖ \le e N"), "the norm left out is 1, and the constant is no smaller"
    ),
    loose="up to n = 12 the proof gives (1 + 1/(n + 1))^(n + 1) in place of e, which is 4 percent less",
)
def powers_are_within_the_kreiss_constant(rng: np.random.Generator) -> Meaning:
    """Drawn matrices stay below the bounds, and shifts come near both."""
    n, N = (int(number) for number in rng.integers([0, 6], [12, 10], endpoint=True))
    if rng.integers(2):  # the resolvent of a shift has the same norm on all of a circle
        return _of_powers(1e3 * np.eye(N, k=1), np.array([N / (N - 1)]), attained=0.1, n=N - 1)
    return _of_powers(_decaying(rng), _places(), n=n)


@proof(
    "eq-mislead-nilpotent",
    assumes="any w, any s ≠ t, any n ≥ 1, by induction",
    same={"W^{3} = 0": "it follows from the square"},
)
def different_slopes_give_a_nilpotent_matrix_an_eigenvalue() -> list[Meaning]:
    """The square of W is 0, and the powers of the Jacobian are those of a difference of slopes."""

    def names(w: Any, s: Any, t: Any) -> Names:
        W = np.array([[w, -w], [w, -w]])
        return {"w": w, "s": s, "t": t, "W": W, "D": np.array([[s, 0], [0, t]], dtype=object)}

    rate, s, gap = sympy.symbols("rate s gap", nonzero=True)  # in these letters SymPy sees what cancels
    symbols, numbers = names(rate / gap, s, s - gap), names(Fraction(5, 2), Fraction(2, 3), Fraction(1, 5))
    return for_every_power("eq-mislead-nilpotent", symbols, numbers, (1, 2, 5), first=1)


@in_fractions(
    "eq-mislead-alternating",
    assumes="w, s and t fractions; D = diag(s, t), D′ = diag(t, s)",
    same=dict.fromkeys(
        (
            *(rf"{one} = w^{{2}} s t I" for one in ("D' D W W", "W D' D W", "D' W W D", "D W D' W")),
            r"D'^{2} w^{2}",
        ),
        "numbers and multiples of I change places with everything, diagonal matrices with each other",
    ),
)
def slopes_that_swap_decide_what_two_steps_do(rng: np.random.Generator) -> Meaning:
    """Two steps with slopes s, t and then t, s multiply by both, or by the square of each."""
    w, s, t = (Fraction(int(p), int(q)) for p, q in rng.integers([-9, 1], [9, 9], (3, 2), endpoint=True))
    names = {"w": w, "s": s, "t": t, "D": np.diag([s, t]), "D'": np.diag([t, s]), "I": np.eye(2, dtype=int)}
    same_or_swapped = np.eye(2, dtype=object)[:: rng.choice([1, -1])]
    return Meaning(names | {"W": w * same_or_swapped}, exact=True)


def _frames(jacobians: Array, Q: Array) -> Names:
    """Return what is left of a frame that each step stretches, and what is taken out of it."""
    frames, triangles = [Q], []
    for J in jacobians:
        Q, R = np.linalg.qr(J @ frames[-1])
        frames.append(Q)
        triangles.append(R)
    return {"Q": steps(frames), "R": steps(triangles, 1)}


def _of_network(net: PlainRNN) -> tuple[Names, Array]:
    """Return what stands for what in a network, and the Jacobians of all steps, by a complex step."""
    J = np.array([net.jacobians[t, t - 1] for t in range(1, net.T + 1)])
    names: Names = {"J": steps(list(J), 1), "W": net.W, "z": steps(list(net.z))}
    return names | sizes(net), J


SIGMOID = "sigmoid networks with n and d from 1 to 3, T from 1 to 3"


@by_complex_step(
    "eq-lyapunov-qr",
    assumes=SIGMOID + ", all from N(0, 1); any Q_0",
    tolerance=1e-12,
    because="up to three steps of about ten roundings of 1.1e-16, more where a unit saturates",
)
def product_of_jacobians_is_a_product_of_triangles(rng: np.random.Generator) -> Meaning:
    """Made orthonormal after each step, the frame leaves a product of triangles behind."""
    net = PlainRNN.draw(rng, last=(1, 3))
    names, J = _of_network(net)
    factors = one_step_jacobians(net.packaged())
    return Meaning(names | _frames(factors, orthogonal(rng, net.n)), also=[equal(factors, J)])


@by_complex_step(
    {
        "def-lyapunov-estimate": "The package's estimates are the mean logarithms of the diagonals.",
        "eq-lyapunov-sum": "All exponents together are the mean logarithm of the determinants.",
    },
    assumes=SIGMOID + "; W with singular values from 0.5 to 3; Q_0 as the package draws it",
    tolerance=1e-12,
    because="the rounding of a step, 1e-15, is divided by its smallest factor, which is above 1e-3 or so",
)
def exponents_are_estimated_by_triangles(rng: np.random.Generator) -> Meaning:
    """The package gives the estimates in the order of the frame, and then the largest first."""
    drawn = PlainRNN.draw(rng, last=(1, 3))
    net = replace(drawn, W=of_singular_values(rng, rng.uniform(0.5, 3, drawn.n)))
    names, J = _of_network(net)
    rates = stretching_rates(one_step_jacobians(net.packaged())).mean(axis=0)
    Q_0 = np.linalg.qr(np.random.default_rng(0).normal(size=J.shape[1:])).Q
    i = int(rng.integers(1, net.n, endpoint=True))
    package = equal(lyapunov_exponents(J), -np.sort(-rates))
    return Meaning(names | _frames(J, Q_0) | {r"\hat\lambda": rates, "i": i}, scale=1.0, also=[package])


@by_another_algorithm(
    "eq-lyapunov-constant",
    assumes="N from 1 to 5, n from 1 to 12; M real, κ(Q) at most 5, some eigenvalues complex; normal "
    "matrices and odd powers of a skewed mirror, which attain the two bounds",
    tolerance=1e-12,
    because="where a bound is attained a dozen products decide, each rounded by about 1.1e-16",
)
def rate_of_a_power_tends_to_the_spectral_radius(rng: np.random.Generator) -> Meaning:
    """For a single factor the mean rate tends to the logarithm of the spectral radius."""
    drawn, n, kappa = Diagonalizable.draw(rng), int(rng.integers(1, 12, endpoint=True)), rng.uniform(1.1, 5)
    blocks, basis = RealBlocks.draw(rng, len(drawn.M)), orthogonal(rng, len(drawn.M))
    skewed = mirror(0.5 * blocks.radius, kappa), np.array([[kappa, kappa], [1, -1]])
    M, Q, n, attained = [
        (drawn.M, drawn.Q, n, None),
        (basis @ blocks.D @ basis.T, basis @ blocks.U, n, 1e-13),
        (*skewed, int(rng.choice(range(1, 12, 2))), None),
    ][rng.integers(3)]
    return Meaning({"M": M, "Q": Q, "n": n, "N": len(M)}, scale=attained and 1.0, attained=attained)


def _kreiss(M: Array, K: float) -> Names:
    return {"M": M, "I": np.eye(len(M)), "N": len(M), r"\mathcal K": Function(lambda _: K)}


def _of_powers(
    M: Array, z: Numbers, attained: float | None = None, also: Sequence[Comparison] = (), **n: int
) -> Meaning:
    """Return what stands for what where powers meet the Kreiss constant, known from below by some places."""
    names, over = _kreiss(M, _heights(M, z).max()) | n, {"n": range(_first_small(M) + 1)}
    return Meaning(names, over=over, attained=attained, also=also)


def _decaying(rng: np.random.Generator) -> Array:
    """Draw a matrix of a spectral radius from 0.2 to 0.7 that may be far from normal."""
    N = int(rng.integers(1, 4, endpoint=True))
    form = np.triu(rng.normal(scale=rng.uniform(0, 5), size=(N, N)), 1)
    form += np.diag(rng.uniform(0.2, 0.7, N) * rng.choice([-1, 1], N))
    return turned(rng, form)


def _places() -> Numbers:
    """Return 25 points outside the unit circle, and one far away; an odd number of angles tells M from -M."""
    radii, angles = 1 + np.geomspace(0.02, 20, 5), 2 * np.pi * np.arange(5) / 5
    return np.append(np.outer(radii, np.exp(1j * angles)), 1e12)


def _heights(M: Array, z: Numbers) -> Array:
    """Return |z| - 1 times the norm of the resolvent at some places."""
    resolvents = np.linalg.inv(z[:, None, None] * np.eye(len(M)) - M)
    return np.asarray((np.abs(z) - 1) * np.linalg.norm(resolvents, 2, axis=(1, 2)))


def _first_small(M: Array) -> int:
    """Return the first power with a norm below 1: no later one is larger than all before."""
    n = 0
    while np.linalg.norm(np.linalg.matrix_power(M, n), 2) >= 1:
        n += 1
    return n


def _highest(M: Array) -> complex:
    """Return the place where (|z| - 1) times the norm of the resolvent is largest, by narrowing a search."""
    rng, best = np.random.default_rng(0), 1.5
    for width in 0.5 ** np.arange(15):
        z = np.append(best * np.exp(width * rng.normal(size=(100, 2)) @ [1, 1j]), best)
        best = z[np.argmax(_heights(M, z))]
    return complex(best)
