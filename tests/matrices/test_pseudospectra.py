"""Pseudospectra and Kreiss constants, against closed forms, random changes and powers multiplied out."""

import math
import tracemalloc
from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from refusals import refuses
from rnn_solutions.matrices import pseudospectra
from rnn_solutions.matrices.circle import distance_to_circle
from rnn_solutions.matrices.pseudospectra import kreiss_constant, pseudospectral_level

SKEWED = np.array([[0.9, 10.0], [0.0, 0.8]])
BLOCK = np.array([[0.9, 50.0], [0.0, 0.9]])


def largest_power(M, last=400):
    """Return the largest norm among the powers, multiplied out one by one."""
    power, norms = np.eye(len(M)), []
    for _ in range(last):
        norms.append(np.linalg.norm(power, 2))
        power = M @ power
    assert norms[-1] < 1
    return max(norms)


def normal(rng, n, radius):
    """Return a normal matrix of this spectral radius, not symmetric, and its eigenvalues."""
    turn = np.linalg.qr(rng.normal(size=(n, n))).Q
    angle = rng.uniform(0.5, 2.5)
    D = np.diag(rng.uniform(-1, 1, n))
    D[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    return radius * turn @ D @ turn.T, radius * np.linalg.eigvals(D)


def smallest_of_two_by_two(a, b, c, z):
    """Return the smallest singular value of [[z - a, -c], [0, z - b]] by the roots of a quadratic."""
    total = abs(z - a) ** 2 + abs(z - b) ** 2 + abs(c) ** 2
    product = abs(z - a) * abs(z - b)
    largest = math.sqrt((total + math.sqrt(total**2 - 4 * product**2)) / 2)
    return product / largest


@pytest.mark.parametrize("z", [1.0, -1.0, 0.3 + 2.0j, 1e-3j, 5.0 - 1.0j])
@pytest.mark.parametrize(("a", "b", "c"), [(0.9, 0.8, 10.0), (0.9, 0.9, 50.0), (-2.0, 0.5, 0.0)])
def test_the_level_of_a_triangular_matrix_is_a_root_of_a_quadratic(a, b, c, z):
    """To 1e-9: the singular values differ by up to 10^6, and the smallest loses that many of 16 digits."""
    found = pseudospectral_level([[a, c], [0, b]], z)

    assert found == pytest.approx(smallest_of_two_by_two(a, b, c, z), rel=1e-9)


def test_the_level_of_a_normal_matrix_is_the_distance_to_its_nearest_eigenvalue():
    rng = np.random.default_rng(0)
    M, eigenvalues = normal(rng, 4, 1.3)
    z = rng.normal(size=(5, 7)) + 1j * rng.normal(size=(5, 7))

    nearest = np.abs(z[..., None] - eigenvalues).min(axis=-1)

    np.testing.assert_allclose(pseudospectral_level(M, z), nearest, rtol=1e-12)


def test_no_change_below_the_level_makes_an_eigenvalue_and_one_of_that_norm_does():
    rng = np.random.default_rng(1)
    M, z = rng.normal(size=(3, 3)), 0.4 + 0.9j
    level = float(pseudospectral_level(M, z))

    for _ in range(200):
        E = rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3))
        E *= 0.999 * level / np.linalg.norm(E, 2)
        assert np.abs(np.linalg.eigvals(M + E) - z).min() > 0
        assert abs(np.linalg.det(z * np.eye(3) - M - E)) > 1e-9
    # The resolvent's largest gain, turned round, is a change of rank one.
    u, s, vt = np.linalg.svd(np.linalg.inv(z * np.eye(3) - M))
    E = np.outer(vt[0].conj(), u[:, 0].conj()) / s[0]
    assert np.linalg.norm(E, 2) == pytest.approx(level, rel=1e-12)
    assert np.abs(np.linalg.eigvals(M + E) - z).min() < 1e-12


def test_levels_are_the_same_however_many_points_are_asked_for_at_once():
    """More points than are decomposed at once, for a matrix of 200 rows; and 0 at an eigenvalue."""
    M = np.diag(np.arange(200.0))
    z = np.linspace(-1, 200, 61)

    expected = np.abs(z[:, None] - np.arange(200)).min(axis=1)

    np.testing.assert_allclose(pseudospectral_level(M, z), expected, rtol=1e-10, atol=1e-12)
    assert pseudospectral_level(M, 3) == pytest.approx(0, abs=1e-12)
    assert pseudospectral_level(M, [[1.5]]).shape == (1, 1)
    assert isinstance(pseudospectral_level(M, 1.5), np.ndarray)


def test_many_points_are_taken_in_parts_and_not_held_at_once():
    """At once, 20,000 matrices of 20 x 20 complex numbers are 128 MB; a part of them is 17."""
    M, z = np.diag(np.arange(20.0)), np.zeros(20_000, complex)
    tracemalloc.start()

    pseudospectral_level(M, z)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 80e6


@pytest.mark.parametrize("radius", [0.95, 1.0, 1.5])
@pytest.mark.parametrize("M", [SKEWED, BLOCK, np.random.default_rng(3).normal(size=(4, 4))])
def test_the_distance_to_a_circle_is_the_least_level_on_it(M, radius):
    """On a grid of step 3e-4 in angle, where the level rises by the square of the distance."""
    grid = pseudospectral_level(M, radius * np.exp(1j * np.linspace(0, 2 * np.pi, 20_001))).min()

    assert distance_to_circle(M, radius) == pytest.approx(grid, rel=1e-5)


@pytest.mark.parametrize("c", [0.5, 3.0, 1000.0])
def test_the_kreiss_constant_of_a_nilpotent_block_maximizes_a_function_of_one_number(c):
    """With r^2 = e (e + c) the constant is the largest (r - 1) / e, here over a fine grid, to 1e-9."""
    epsilon = np.geomspace(1e-8, 1e4, 400_001)

    expected = ((np.sqrt(epsilon * (epsilon + c)) - 1) / epsilon).max()

    assert kreiss_constant([[0, c], [0, 0]]) == pytest.approx(max(expected, 1.0), rel=1e-8)


@pytest.mark.parametrize("n", [2, 3, 6])
def test_the_kreiss_constant_of_a_normal_matrix_is_one(n):
    M, _ = normal(np.random.default_rng(n), n, 0.95)

    assert kreiss_constant(M) == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_the_kreiss_constant_is_that_of_a_fine_grid_and_bounds_the_powers(seed):
    """A grid finds no more, and within 1% as much; the largest power lies between the two bounds."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 5))
    M = np.diag(rng.uniform(-0.9, 0.9, n)) + np.triu(rng.normal(scale=4, size=(n, n)), 1)
    M = rng.choice([-1, 1]) * M

    found = kreiss_constant(M)

    r = 1 + np.geomspace(1e-3, 1e3, 150)
    z = r[:, None] * np.exp(1j * np.linspace(0, np.pi, 61))
    resolvents = np.linalg.inv(z[..., None, None] * np.eye(n) - M)
    grid = ((np.abs(z) - 1) * np.linalg.norm(resolvents, 2, axis=(-2, -1))).max()
    assert grid * (1 - 1e-6) <= found <= max(1.0, grid) * 1.01
    assert found * (1 - 1e-6) <= largest_power(M) <= math.e * n * found


@pytest.mark.parametrize(
    ("near", "far"),
    [
        ([[0.999, 0.01], [0.0, 0.9]], [[0.0, 40.0], [0.0, 0.0]]),
        (
            [[0.9, 4.0], [0.0, 0.9]],
            [[0.0, 39.54], [0.0, 0.0]],
        ),  # on the first circles the worse one leads by 1%
    ],
)
def test_two_places_compete_and_the_better_one_is_found(near, far):
    """A direct sum has the larger constant of its parts, wherever that is attained."""
    both = np.block([[np.array(near), np.zeros((2, 2))], [np.zeros((2, 2)), np.array(far)]])

    assert kreiss_constant(both) == pytest.approx(max(kreiss_constant(near), kreiss_constant(far)), rel=1e-5)


def constant_of_a_block(a, c):
    """Return the Kreiss constant of [[a, c], [0, a]] for 0 <= a < 1, by 2 (r - 1) (r - a)^-2 over r alone.

    Its singular values at z have the product |z - a|^2 and differ by c: no angle is worse than that of a.
    """
    low, high = 1e-6, 1e5
    for _ in range(2):  # a grid of r - 1, and a finer one around its best
        beyond = np.geomspace(low, high, 2001)
        away = beyond + 1 - a
        ratio = beyond * (np.hypot(c, 2 * away) + c) / 2 / away**2
        low, high = beyond[np.clip(ratio.argmax() + np.array([-1, 1]), 0, 2000)]
    return max(1.0, ratio.max())


@pytest.mark.parametrize("seed", range(20))
def test_the_kreiss_constant_of_two_blocks_that_compete_is_the_larger_of_both(seed):
    """The blocks peak at circles of their own, with constants less than 10% apart; right to six digits."""
    rng = np.random.default_rng(seed)
    a, wanted = 1 - 10.0 ** rng.uniform(-4, 0, 2), 10 ** rng.uniform(0.1, 3) * rng.uniform(1, 1.1, 2)
    c = [brought_to(partial(constant_of_a_block, one), goal) for one, goal in zip(a, wanted, strict=True)]
    M = np.kron(np.diag(a * rng.choice([-1, 1], 2)), np.eye(2))
    M[[0, 2], [1, 3]] = c
    turn = np.linalg.qr(rng.normal(size=(4, 4))).Q

    expected = max(map(constant_of_a_block, a, c))

    assert kreiss_constant(turn @ M @ turn.T) == pytest.approx(expected, rel=1e-6)


def brought_to(function, goal, low=1e-9, high=1e9):
    """Return where a function that rises reaches a goal, to six digits."""
    while high / low > 1 + 1e-6:
        middle = math.sqrt(low * high)
        low, high = (middle, high) if function(middle) < goal else (low, middle)
    return high


@pytest.mark.parametrize("seed", range(20))
def test_the_circles_that_were_tried_leave_room_for_at_most_one_percent_more(seed, monkeypatch):
    """From a to b the lowest level d does not fall, and rises by b - a at most: so do the notes argue."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 6))
    M = np.diag(rng.uniform(-0.95, 0.95, n)) + np.triu(
        rng.normal(scale=10.0 ** rng.uniform(-1, 2), size=(n, n)), 1
    )
    tried = {}

    def remembered(M, radius):
        return tried.setdefault(radius, distance_to_circle(M, radius))

    monkeypatch.setattr(pseudospectra, "distance_to_circle", remembered)
    found = kreiss_constant(M)

    radii = sorted(tried)
    d = [tried[r] for r in radii]
    inside = radii[1] - 1 - d[0]  # d rises from the unit circle on: up to here the ratio is at most 1
    between = [
        (at_a + b - at_b - 1) / at_a for (at_a, at_b), b in zip(pairwise(d[1:]), radii[2:], strict=True)
    ]
    outside = (radii[-1] - 1) / (radii[-1] - np.linalg.norm(M, 2))  # and it falls from there on
    assert inside <= 1e-12
    assert max(*between, outside) <= 1.01 * found * (1 + 1e-9)


def test_a_shift_comes_as_near_to_the_upper_bound_as_its_size_allows():
    """For c times the shift of size N and large c the ratio tends to N (1 + 1 / (N - 1))^(N - 1)."""
    N, c = 3, 1e4
    M = c * np.eye(N, k=1)

    assert c ** (N - 1) / kreiss_constant(M) == pytest.approx(N * (1 + 1 / (N - 1)) ** (N - 1), rel=1e-3)


@pytest.mark.parametrize("size", [5e-324, 1e-308, 1e150, 1e200, 8e307])
def test_a_level_at_the_edge_of_the_floats_is_the_distance_between_two_numbers(size):
    """Twice the size is a float too, and of the difference nothing is lost."""
    assert pseudospectral_level([[size]], [-size]) == 2 * size
    assert pseudospectral_level([[-size]], [0.0, -0.0, -size]).tolist() == [size, size, 0.0]


def test_the_largest_matrix_has_its_constant():
    """Of a matrix with blocks on the diagonal it is that of the worst, here of one seen 32 times."""
    M = np.kron(np.eye(32), [[0.25, 4.0], [0.0, 0.0]])

    assert kreiss_constant(M) == pytest.approx(kreiss_constant(M[:2, :2]), rel=1e-5)


test_bad_input_is_named = refuses(
    (pseudospectral_level, [[1.7e308]], [-1.7e308], r"the level is beyond the range of float64$"),
    (
        pseudospectral_level,
        np.eye(90),
        np.zeros((101, 100)),
        "z must have at most 10000 points for n = 90, got 10100$",
    ),
    (kreiss_constant, np.zeros((65, 65)), "M must be at most 64 x 64, got N = 65$"),
    (kreiss_constant, np.zeros((2001, 2001)), "M must be at most 64 x 64, got N = 2001$"),
    (
        kreiss_constant,
        [[0, 1e200, 0], [0, 0, 1], [0, 0, 0]],
        r"M must be further than rounding, 6\.7e\+186, from a matrix with an eigenvalue .* circle, got 0",
    ),
    (kreiss_constant, [[0, 1.7e308], [0, 0]], "M must be further than rounding, "),
    # Its constant is 4e79, and what floats find of a level below their rounding is anything.
    (kreiss_constant, np.triu(np.full((17, 17), 1e5), 1), "M must be further than rounding, "),
    (kreiss_constant, [[1 - 1e-12, 1], [0, 1 - 1e-12]], "M must be further than rounding, "),
    (pseudospectral_level, [[1, 2]], 0, r"M must have shape \(n, n\), got \(1, 2\)"),
    (pseudospectral_level, np.eye(2), [np.nan], "z must be finite, got nan"),
    (pseudospectral_level, np.eye(2), [1j * np.inf], "z must be finite"),
    (pseudospectral_level, np.eye(2), [], "z must not be empty"),
    (pseudospectral_level, np.eye(2), ["a"], "z must hold numbers, real or complex, got dtype <U1"),
    (
        pseudospectral_level,
        np.eye(2),
        [1j, None],
        r"z must hold numbers, real or complex, got dtype object with None at \(1,\)$",
    ),
    (pseudospectral_level, np.eye(2), [[1], [1, 2]], "z must be an array, got a ragged sequence"),
    (kreiss_constant, [[0.1, 0.2]], r"M must have shape \(N, N\), got \(1, 2\)"),
    (kreiss_constant, np.eye(2), "M must have a spectral radius below 1, got 1"),
    (kreiss_constant, [[0, -1.1], [1.1, 0]], r"M must have a spectral radius below 1, got 1\.1"),
    (kreiss_constant, [[np.nan]], "M must be finite"),
)
