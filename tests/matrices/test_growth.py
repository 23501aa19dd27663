"""The regime of the powers: from blocks put together on purpose, and from the powers themselves."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refusals import refuses
from rnn_solutions.matrices.growth import Growth, growth
from rnn_solutions.matrices.polynomials import minimal_polynomial
from rnn_solutions.matrices.powers import spectral_radius

W = [["0.58", "0.24"], ["0.24", "0.72"]]


def jordan(eigenvalue, size):
    return np.array(
        [[eigenvalue * (i == j) + (j == i + 1) for j in range(size)] for i in range(size)], dtype=object
    )


def companion(*leading_first):
    """Make the matrix with this characteristic polynomial, which is its minimal polynomial too."""
    n = len(leading_first) - 1
    C = np.array([[int(i == j + 1) for j in range(n)] for i in range(n)], dtype=object)
    C[:, -1] = [-c for c in reversed(leading_first[1:])]
    return C


def direct_sum(*blocks):
    n = sum(len(block) for block in blocks)
    total, start = np.full((n, n), 0, dtype=object), 0
    for block in blocks:
        total[start : start + len(block), start : start + len(block)] = block
        start += len(block)
    return total


def rotation(angle):
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


QUARTER_TURN = np.array([[0, -1], [1, 0]])
LEHMER = companion(1, 1, 0, -1, -1, -1, -1, -1, 0, 1, 1)  # the least Mahler measure known
CASES = {
    "identity": (np.eye(3, dtype=int), "constant", 1, 0),
    "projection": ([[1, 5], [0, 0]], "constant", 1, 0),
    "minus identity": ([[-1]], "bounded", 1, 0),
    "quarter turn": (QUARTER_TURN, "bounded", 1, 0),
    "turn by no rational angle": ([["0.6", "-0.8"], ["0.8", "0.6"]], "bounded", 1, 0),
    "(x^2 - x + 1)(x - 1)": (companion(1, -2, 2, -1), "bounded", 1, 0),
    "1 beside 1/2": ([[1, 0], [0, Fraction(1, 2)]], "bounded", 1, 0),
    "J_2(1)": (jordan(1, 2), "polynomial", 1, 1),
    "J_3(1)": (jordan(1, 3), "polynomial", 1, 2),
    "J_3(-1)": (jordan(-1, 3), "polynomial", 1, 2),
    "(x^2 + 1)^2": (companion(1, 0, 2, 0, 1), "polynomial", 1, 1),
    "J_2(1) beside J_3(1/2)": (direct_sum(jordan(1, 2), jordan(Fraction(1, 2), 3)), "polynomial", 1, 1),
    "J_3(0) beside 1": (direct_sum(jordan(0, 3), [[1]]), "bounded", 1, 0),
    "zero": (np.zeros((2, 2), dtype=int), "nilpotent", 0, 0),
    "J_4(0)": (jordan(0, 4), "nilpotent", 0, 3),
    "rank one, square zero": ([[8, -8], [8, -8]], "nilpotent", 0, 1),
    "the sheet": (W, "decays", 0.9, 0),
    "J_2(9/10)": ([["0.9", 50], [0, "0.9"]], "decays", 0.9, 1),
    "J_2 below, larger alone": (direct_sum(jordan(Fraction(1, 3), 2), [[Fraction(1, 2)]]), "decays", 0.5, 0),
    "barely below 1": ([[1 - Fraction(1, 10**30)]], "decays", 1, 0),
    "barely above 1": ([[1 + Fraction(1, 10**30)]], "exponential", 1, 0),
    "Lehmer": (LEHMER, "exponential", 1.1762808182599176, 0),
    "J_2(2)": (jordan(2, 2), "exponential", 2, 1),
    "J_2(2) beside a tie": (direct_sum(jordan(2, 2), 2 * QUARTER_TURN), "exponential", 2, 1),
    "a tie of squares": (direct_sum(jordan(-2, 3), companion(1, 0, -4), [[3]]), "exponential", 3, 0),
    "J_2 just below a tie": (
        direct_sum(jordan(Fraction(139, 100), 2), companion(1, 0, -2)),
        "exponential",
        math.sqrt(2),
        0,
    ),
    "J_2 a hair below": (direct_sum(jordan(2, 2), [[2 + Fraction(1, 10**30)]]), "exponential", 2, 0),
    "J_2 of a turn, a hair below": (
        direct_sum(companion(1, 0, 2, 0, 1), [[1 + Fraction(1, 2**80)]]),
        "exponential",
        1,
        0,
    ),
    "golden ratio": ([[1, 1], [1, 0]], "exponential", (1 + math.sqrt(5)) / 2, 0),
}

# Nilpotent powers have no logarithm, and the hair shows only after 10^30 steps.
NO_ORDER_YET = {"zero", "J_4(0)", "rank one, square zero", "J_2 a hair below", "J_2 of a turn, a hair below"}


@pytest.mark.parametrize("name", CASES)
def test_exact_matrices_get_their_regime_rate_and_order(name):
    M, regime, rate, order = CASES[name]

    found = growth(M)

    assert (found.regime, found.order, found.margin) == (regime, order, None)
    assert found.rate == pytest.approx(rate, rel=2.3e-16, abs=0)  # the nearest float, or its neighbour


@pytest.mark.parametrize("name", sorted(CASES.keys() - NO_ORDER_YET))
def test_the_powers_themselves_grow_with_that_order_and_rate(name):
    """With log of the norm = a + order log n + n log rate, differences over n, 2n, 4n leave each alone.

    Twelve successive powers are taken together, because an eigenvalue off the real line turns.
    """
    found = growth(CASES[name][0])
    M = np.array([[Fraction(entry) for entry in row] for row in CASES[name][0]], dtype=object)
    denominator = math.lcm(*(entry.denominator for entry in M.flat))
    N = np.vectorize(int, otypes=[object])(M * denominator)

    def logarithm(n):
        power, norms = N, []
        for bit in bin(n)[3:]:
            power = power @ power
            power = power @ N if bit == "1" else power
        for step in range(12):
            norms.append(math.log(sum(x * x for x in power.flat)) / 2 - (n + step) * math.log(denominator))
            power = power @ N
        return max(norms)

    n = 1000
    first, second, fourth = logarithm(n), logarithm(2 * n), logarithm(4 * n)

    # log n + 1 / n and the twelve steps leave terms of order 12 / n.
    assert (3 * second - 2 * first - fourth) / math.log(2) == pytest.approx(found.order, abs=0.05)
    rate = math.exp((fourth - second - found.order * math.log(2)) / (2 * n))
    assert rate == pytest.approx(found.rate, rel=1e-4)


# Each with the square of its spectral radius and the size of its Jordan blocks.
BLOCKS = st.one_of(
    st.tuples(st.sampled_from([-2, -1, Fraction(-1, 2), 0, Fraction(1, 2), 1, 2]), st.integers(1, 3)).map(
        lambda pair: (jordan(*pair), pair[0] ** 2, pair[1])
    ),
    st.sampled_from(
        [
            (QUARTER_TURN, 1, 1),
            (2 * QUARTER_TURN, 4, 1),
            (companion(1, 0, 2, 0, 1), 1, 2),
            (companion(1, 1, 1), 1, 1),
            (companion(1, 0, -2), 2, 1),
            (companion(1, 2, 2), 2, 1),
            (companion(1, 0, 0, 0, -4), 2, 1),
            (np.array([[3, -4], [4, 3]]) * Fraction(1, 5), 1, 1),
            (np.array([[3, -4], [4, 3]]) * Fraction(1, 10), Fraction(1, 4), 1),
        ]
    ),
)


def expected(blocks):
    radius = max(square for _, square, _ in blocks)
    size = max(size for _, square, size in blocks if square == radius)
    projection = all(len(block) == 1 and block[0, 0] in (0, 1) for block, _, _ in blocks)
    if radius == 0:
        regime = "nilpotent"
    elif radius == 1:
        regime = "polynomial" if size > 1 else "constant" if projection else "bounded"
    else:
        regime = "decays" if radius < 1 else "exponential"
    return regime, math.sqrt(radius), size - 1


@st.composite
def sums_of_blocks(draw):
    """Draw the regime, rate and order to find, and a direct sum of blocks seen in another integer basis."""
    blocks = draw(st.lists(BLOCKS, min_size=1, max_size=4))
    M = direct_sum(*(block for block, _, _ in blocks))
    n = len(M)
    for i, j, factor in draw(
        st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1), st.integers(-2, 2)), max_size=2 * n)
    ):
        if i != j:  # row i gains `factor` times row j, and column j loses `factor` times column i
            M[i] = M[i] + factor * M[j]
            M[:, j] = M[:, j] - factor * M[:, i]
    return expected(blocks), M


@given(sums_of_blocks())
def test_a_change_of_basis_does_not_change_the_answer(drawn):
    (regime, rate, order), M = drawn

    found = growth(M)

    assert (found.regime, found.order) == (regime, order)
    assert found.rate == pytest.approx(rate, rel=2.3e-16, abs=0)


@given(st.lists(BLOCKS, min_size=1, max_size=3), st.integers(0, 2**32 - 1))
def test_floats_in_an_orthogonal_basis_agree_with_the_exact_answer_or_leave_it_open(blocks, seed):
    """Rounding moves a Jordan block's eigenvalues by its m-th root, but must not move the verdict."""
    regime, rate, order = expected(blocks)
    M = direct_sum(*(block for block, _, _ in blocks)).astype(float)
    basis = np.linalg.qr(np.random.default_rng(seed).normal(size=M.shape))[0]

    found = growth(basis @ M @ basis.T)

    assert found.regime in (regime, "undecided")
    assert found.order in (order, None)
    assert found.rate == pytest.approx(rate, abs=1e-4)  # the third root of 1e-12, where left open


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e6])
def test_a_block_in_an_orthogonal_basis_keeps_its_order_at_every_scale(size, scale):
    """Its computed eigenvalues lie apart by up to the fifth root of eps, 7e-4, relative to its norm."""
    basis = np.linalg.qr(np.random.default_rng(size).normal(size=(size, size)))[0]

    M = scale * basis @ jordan(2, size).astype(float) @ basis.T

    found = growth(M)

    assert found.order == size - 1
    assert found.rate == spectral_radius(M) == pytest.approx(2 * scale, rel=1e-3)


@pytest.mark.parametrize(("size", "gap"), [(2, 1e-4), (4, 1e-2)])
def test_an_eigenvalue_close_by_does_not_hide_an_order(size, gap):
    """A group that takes it in fits no rank, so a narrower one must have been tried before."""
    basis = np.linalg.qr(np.random.default_rng(7).normal(size=(size + 1, size + 1)))[0]
    block_and_neighbour = direct_sum(jordan(2, size), [[2 - gap]]).astype(float)

    assert growth(np.diag([2.0, 2.0 - 1e-6])).order == growth(np.diag([2.0, 2.0 - 1e-10])).order == 0
    assert growth(basis @ block_and_neighbour @ basis.T).order == size - 1


@pytest.mark.parametrize(
    ("M", "regime", "rate", "order", "margin"),
    [
        (np.eye(2), "constant", 1, 0, 0),
        ([[1.0, 5.0], [0.0, 0.0]], "constant", 1, 0, 0),
        (np.diag([1.0, -1.0]), "bounded", 1, 0, 0),
        (rotation(np.pi / 2), "bounded", 1, 0, 0),
        (rotation(0.3), "bounded", 1, 0, 0),
        (np.diag([1.0, 0.5]), "bounded", 1, 0, 0),
        ([[1.0, 1.0], [0.0, 1.0]], "polynomial", 1, 1, 0),
        (companion(1, 0, 2, 0, 1).astype(float), "polynomial", 1, 1, 0),
        ([[0.0, 1.0], [0.0, 0.0]], "nilpotent", 0, 1, (math.sqrt(5) - 1) / 2),
        (np.zeros((2, 2)), "nilpotent", 0, 0, 1),
        (1e-10 * np.eye(2), "decays", 1e-10, 0, 1),
        ([[0.58, 0.24], [0.24, 0.72]], "decays", 0.9, 0, 0.1),
        ([[0.9, 50.0], [0.0, 0.9]], "decays", 0.9, 1, None),
        ([[0.9, 100.0], [0.0, 0.8]], "decays", 0.9, 0, None),
        ([[1.1, 0.0], [0.0, 0.5]], "exponential", 1.1, 0, 0.1 / 1.1),
        ([[1.1, 1.0], [0.0, 1.1]], "exponential", 1.1, 1, None),
        (np.diag([2.0, 1.0]), "exponential", 2, 0, 0.25),  # 1 on the circle, 2 safely beyond 1.5
        # Within 1e-9 of a matrix whose powers do nothing else, though 10^12 of them would show it.
        ([[1 - 1e-12]], "constant", 1, 0, 1e-12),
        ((1 - 1e-12) * rotation(0.3), "bounded", 1, 0, 1e-12),
        ([[1.0, 1e-10], [0.0, 1.0]], "constant", 1, 0, 0),
        ([[1e-12, 1.0], [0.0, 0.0]], "nilpotent", 0, 1, None),
        # Eigenvalues 1e-7 apart, on the circle and on the real line.
        ([[1.0, 1.0], [-1e-14, 1.0]], "polynomial", 1, 1, None),
        ([[1.0, 1.0], [1e-14, 1.0]], "polynomial", 1, 1, None),
        # The tolerance is relative to the norm, here 100 and 1000, and the 2-norm of 8e-10 times I is 8e-10.
        ([[1 - 3e-8, 100.0], [0.0, 0.5]], "bounded", 1, 0, None),
        ([[1.0, 1e3], [0.0, 1e-7]], "constant", 1, 0, None),
        ((1 + 8e-10) * np.eye(2), "constant", 1, 0, 8e-10),
        # A change of 1e-8 off the diagonal, relative 1e-14, would make the powers grow.
        ([[0.9, 1e6], [0.0, 0.8]], "undecided", 0.9, None, 2e-14),
        # Neither 0 nor clearly not: the identity and a Jordan block are both 5e-9 away.
        ([[1.0, 5e-9], [0.0, 1.0]], "undecided", 1, None, 0),
        # Inside the circle by 1e-4, but a change of 1e-12 takes a block of size 3 onto it.
        (direct_sum([[-1]], jordan(Fraction(9999, 10000), 3)).astype(float), "undecided", 1, None, 0),
        # Four eigenvalues, and within 1e-9 a block of two that are 15% smaller.
        (
            np.diag([-0.004, -0.272, -0.192, 0.0525]) + 100 * np.eye(4, k=1),
            "decays",
            0.272,
            None,
            None,
        ),
        # One eigenvalue or two? Open; yet the rate is not that of the group around them, which is below 1.
        (
            np.diag([-1, 1.004 + 3e-8, 1.004, 0.9995, 0.995, 0.99, 0.985]),
            "exponential",
            1.004 + 3e-8,
            None,
            None,
        ),
    ],
)
def test_floats_are_decided_within_the_tolerance_or_not_at_all(M, regime, rate, order, margin):
    found = growth(M)

    assert (found.regime, found.order) == (regime, order)
    assert found.rate == pytest.approx(rate, rel=1e-14)
    if margin is not None:
        assert found.margin == pytest.approx(margin, rel=1e-3, abs=1e-15)


@pytest.mark.parametrize("size", [2, 3])
@pytest.mark.parametrize("seed", range(10))
def test_a_change_far_below_the_tolerance_does_not_hide_a_block_on_the_circle(size, seed):
    """It parts the eigenvalues by its root, and a matrix within it has them together."""
    rng = np.random.default_rng(seed)
    basis = np.linalg.qr(rng.normal(size=(size, size)))[0]
    E = rng.normal(size=(size, size))
    E *= 10 ** rng.uniform(-15, -12) / np.linalg.norm(E, 2)

    found = growth(basis @ jordan(1, size).astype(float) @ basis.T + E)

    assert (found.regime, found.order) == ("polynomial", size - 1)


def test_a_finer_tolerance_decides_more():
    M = [[0.9, 1e6], [0.0, 0.8]]

    assert growth(M, tol=1e-9).regime == "undecided"
    assert growth(M, tol=1e-14).regime == "decays"
    assert growth([[1 - 1e-12]], tol=1e-13).regime == "decays"


def test_a_tolerance_below_rounding_does_not_take_rounding_for_growth():
    M = np.linalg.qr(np.random.default_rng(6).normal(size=(8, 8)))[0]

    assert growth(M, tol=1e-300).regime == "bounded"


@pytest.mark.parametrize("n", [2, 3, 5, 8])
@pytest.mark.parametrize("scale", [0.5, 1.5])
def test_the_margin_is_the_distance_to_an_eigenvalue_on_the_unit_circle(n, scale):
    """Over a grid of step d the least singular value is at most d / 2 above the least of all."""
    M = scale * np.random.default_rng(n).normal(size=(n, n)) / np.sqrt(n)
    step = 2 * np.pi / 20000
    z = np.exp(1j * step * np.arange(20000))
    left, widths, right = np.linalg.svd(z[:, None, None] * np.eye(n) - M)
    place = widths[:, -1].argmin()

    margin = growth(M).margin * max(1.0, np.linalg.norm(M, 2))

    if np.abs(np.linalg.eigvals(M)).max() < 1:
        assert widths[:, -1].min() - step / 2 <= margin <= widths[:, -1].min() * (1 + 1e-12)
    else:  # a larger circle may give a larger margin
        assert margin >= widths[:, -1].min() - step / 2
    # The change that is the smallest singular value, in its directions, puts an eigenvalue at z.
    change = widths[place, -1] * np.outer(left[place, :, -1], right[place, -1])
    assert np.abs(np.linalg.eigvals(M + change) - z[place]).min() < 1e-10


@pytest.mark.parametrize("middle", [1.0, -1.0])
def test_the_margin_is_found_between_two_eigenvalues_wherever_on_the_circle_they_lie(middle):
    """Eigenvalues 0.9 +- 0.01i, almost of one block: the nearest point lies between them, at 1.

    Over a fine grid no point of the circle is nearer. Turned by half a circle, it lies where the angle jumps.
    """
    M = middle * np.array([[0.9, 1.0], [-1e-4, 0.9]])
    z = np.exp(2j * np.pi * np.arange(20000) / 20000)
    widths = np.linalg.svd(z[:, None, None] * np.eye(2) - M, compute_uv=False)[:, -1]
    assert z[widths.argmin()].real == pytest.approx(middle)

    assert growth(M).margin * np.linalg.norm(M, 2) == pytest.approx(widths.min(), rel=1e-9)


@pytest.mark.parametrize("n", [2, 4, 7])
@pytest.mark.parametrize("scale", [0.4, 0.8, 1.0, 1.3, 3.0])
def test_no_change_below_half_the_margin_changes_a_regime_decided_by_it(n, scale):
    rng = np.random.default_rng(n)
    for _ in range(10):
        M = scale * rng.normal(size=(n, n)) / np.sqrt(n)
        before = growth(M)
        assert before.regime == ("decays" if np.abs(np.linalg.eigvals(M)).max() < 1 else "exponential")
        E = rng.normal(size=(n, n))
        E *= 0.5 * before.margin * max(1.0, np.linalg.norm(M, 2)) / np.linalg.norm(E, 2)

        assert growth(M + E).regime == before.regime


@given(st.lists(st.integers(-4, 4), min_size=9, max_size=9))
def test_the_minimal_polynomial_vanishes_at_the_matrix_and_no_shorter_one_does(entries):
    M = np.array(entries, dtype=object).reshape(3, 3)
    p = minimal_polynomial(M)
    powers = [np.eye(3, dtype=object), M, M @ M, M @ M @ M]

    assert p[-1] == 1
    assert (sum(c * power for c, power in zip(p, powers, strict=False)) == 0).all()
    shorter = np.array([power.ravel() for power in powers[: len(p) - 1]], dtype=float)
    assert np.linalg.matrix_rank(shorter) == len(p) - 1


def test_an_eight_by_eight_matrix_of_fractions_is_decided_exactly():
    """Large denominators and a dense basis, against eigenvalues in floats."""
    rng = np.random.default_rng(5)
    numerators, denominators = rng.integers(-9, 10, (8, 8)), rng.integers(1, 30, (8, 8))
    M = np.vectorize(Fraction, otypes=[object])(numerators.astype(object), denominators.astype(object))

    found = growth(M)

    rho = np.abs(np.linalg.eigvals(M.astype(float))).max()
    assert found == Growth("exponential" if rho > 1 else "decays", found.rate, 0, None)
    assert found.rate == pytest.approx(rho, rel=1e-12)


test_bad_input_is_named = refuses(
    ([[1, 2]], r"M must have shape \(n, n\), got \(1, 2\)"),
    ([[1.0, 2.0]], r"M must have shape \(n, n\), got \(1, 2\)"),
    ([], r"M must have shape \(n, n\), got \(0,\)"),
    ([[1, 2], [3]], r"M must have shape \(n, n\), got a ragged sequence"),
    ([[np.inf]], r"M must be finite, got inf at \(0, 0\)"),
    ([[1j]], "M must hold real numbers, got dtype complex128"),
    ([[True]], "M, .* got True"),
    ([[Fraction(1, 2), 0.5]], r"M must have shape"),
    ([[Fraction(1, 2), 0.5], [0, 1]], r"M, at \(0, 1\), must be exact, got the float 0\.5"),
    ([[1.0]], 0.0, r"tol must be above 0 and at most 0\.001, got 0\.0"),
    ([[1.0]], -1e-9, r"tol must be above 0 and at most 0\.001, got -1e-09"),
    ([[1.0]], math.nan, r"tol must be finite, got nan at \(\)"),
    # What is wrong with these is their type.
    ([[1.0]], "1e-9", "tol must hold real numbers, got dtype <U4"),
    ([[1.0]], True, "tol must hold real numbers, got dtype bool"),
    (
        [[1.0]],
        Fraction(1, 10**9),
        r"tol must hold .* with Fraction\(1, 1000000000\) at \(\), which no dtype of numbers holds$",
    ),
    ([[1.0]], [1e-9], r"tol must have shape \(\), got \(1,\)"),
    # Within half its norm the sheet's matrix is a constant one, and within all of it nilpotent.
    ([[0.58, 0.24], [0.24, 0.72]], 0.5, r"tol must be above 0 and at most 0\.001, got 0\.5"),
    ([["1e-400000000"]], r"M, at \(0, 0\), must have an exponent from -4300 to 4300, got '1e-400000000'$"),
    ([["1E+4_301 "]], r"M, at \(0, 0\), must have an exponent from -4300 to 4300, got '1E\+4_301 '$"),
    ([["1" * 10**7]], r"M, at \(0, 0\), must have at most 4300 characters, got 10000000$"),
    (
        np.zeros((25, 25), dtype=int),
        "M of exact numbers must be at most 24 x 24, got n = 25; as floats it may",
    ),
    (np.eye(201), "M must be at most 200 x 200, got n = 201$"),
    (np.eye(201, dtype=int), "M must be at most 200 x 200, got n = 201$"),
    (
        2**7812 * jordan(1, 4),
        "M, as integers over one denominator, must have at most 7812 bits in each for n = 4",
    ),
    (
        np.diag([Fraction(1, p) for p in (2**4400 + 1, 2**4400 + 3, 7, 1)]),
        "M, as integers over one denominator, must have at most 7812 bits in each for n = 4$",
    ),
    by=growth,
)


@pytest.mark.parametrize(
    ("M", "regime", "order"),
    [
        ([[1e200, 1e200], [0.0, 1.0]], "exponential", 0),
        ([[1e300]], "exponential", 0),
        ([[0.0, 1e300], [0.0, 0.0]], "nilpotent", 1),
        ([[1.0, 1e200], [0.0, 0.5]], "nilpotent", 1),  # a change of 1, relative 1e-200, makes it so
        ([[5e-324]], "decays", 0),
        ([[0.0, 5e-324], [0.0, 0.0]], "nilpotent", 1),
        ([[0.0, 5e-324], [0.5, 0.5]], "decays", 0),
    ],
)
def test_numbers_at_the_edge_of_the_floats_keep_their_regime(M, regime, order):
    found = growth(M)

    assert (found.regime, found.order) == (regime, order)


@pytest.mark.parametrize("seed", range(20))
def test_subnormal_numbers_have_the_order_of_the_matrix_that_is_larger_by_a_power_of_two(seed):
    rng = np.random.default_rng(seed)
    for size in (1e-310, 1e-321):
        M = size * rng.normal(size=(3, 3))

        found = growth(M)

        assert (found.regime, found.rate) == ("decays", spectral_radius(M))
        assert found.order == growth(np.ldexp(M, 1030)).order == 0


def test_a_norm_beyond_the_largest_float_is_no_reason_to_be_nilpotent():
    """The eigenvalues 1.3e308 and 1 are floats, and the norm, 1.8e308, is none."""
    for M in ([[1.3e308, 1.3e308], [0.0, 1.0]], [[1.7e308]]):
        with pytest.raises(
            OverflowError, match=r"^the 2-norm of M is beyond 1e\+300, near the largest float"
        ):
            growth(M)


def test_two_hundred_rows_of_floats_are_decided():
    """The largest that are taken; a symmetric one is as far from the circle as its eigenvalues are."""
    M = np.random.default_rng(0).normal(size=(200, 200)) / 40
    M = (M + M.T) / 2

    found = growth(M)

    moduli = np.abs(np.linalg.eigvalsh(M))
    assert (found.regime, found.order) == ("decays", 0)
    assert found.rate == pytest.approx(moduli.max(), rel=1e-12)
    assert found.margin == pytest.approx(1 - moduli.max(), rel=1e-9)


def test_numbers_of_many_digits_are_halved_by_their_exponents_first():
    """Bisection from 10^8600 down would take 14,000 steps to the radius, of numbers of as many digits."""
    found = growth([[0, "1e4000"], ["1e-4000", 0]])

    assert (found.regime, found.rate, found.order) == ("bounded", 1.0, 0)
    assert growth([[0, "1e4000"], ["4e-4000", 0]]) == Growth("exponential", 2.0, 0, None)


@pytest.mark.parametrize("M", [[[10**400]], [[1e308, 1e308], [1e308, 1e308]]])
def test_a_rate_beyond_the_largest_float_is_an_error_not_an_infinity(M):
    with pytest.raises(OverflowError, match=r"of M is beyond the largest float; scale M down$"):
        growth(M)
