"""Powers by eigenvalues and by squaring, against each other, closed forms and identities of algebra."""

from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refusals import refuses
from rnn_solutions.matrices.powers import (
    NotDiagonalizableError,
    eigendecomposition,
    matrix_power_eig,
    matrix_power_exact,
    spectral_radius,
)

W_EXACT = [["0.58", "0.24"], ["0.24", "0.72"]]
W = np.array(W_EXACT, dtype=float)
ENTRIES = st.one_of(st.integers(-6, 6), st.fractions(-3, 3, max_denominator=8))


@st.composite
def matrices(draw, entries=ENTRIES, largest=4):
    n = draw(st.integers(1, largest))
    return np.array(draw(st.lists(entries, min_size=n * n, max_size=n * n)), dtype=object).reshape(n, n)


def rotation(angle):
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def with_spectrum(eigenvalues, seed):
    """Make a matrix with these real eigenvalues and well conditioned, not orthogonal, eigenvectors."""
    n = len(eigenvalues)
    S = np.eye(n) + 0.3 * np.random.default_rng(seed).normal(size=(n, n)) / np.sqrt(n)
    return S @ np.diag(eigenvalues) @ np.linalg.inv(S)


def test_three_routes_to_the_thirtieth_power_of_the_sheet_agree():
    """1e-14: thirty factors of rounding 2.2e-16 each are 7e-15."""
    exact = matrix_power_exact(W_EXACT, 30)
    v, u = np.array([Fraction(3, 5), Fraction(4, 5)]), np.array([Fraction(4, 5), Fraction(-3, 5)])
    closed_form = Fraction(9, 10) ** 30 * np.outer(v, v) + Fraction(2, 5) ** 30 * np.outer(u, u)

    assert (exact == closed_form).all()
    with localcontext(prec=17):
        digits = [str(Decimal(entry.numerator) / entry.denominator) for entry in exact.flat]
    assert digits == [
        "0.015260816979815703",
        "0.020347755971550375",
        "0.020347755971550375",
        "0.027130341296553422",
    ]
    np.testing.assert_allclose(matrix_power_eig(W, 30), exact.astype(float), rtol=1e-14)
    np.testing.assert_allclose(np.linalg.matrix_power(W, 30), exact.astype(float), rtol=1e-14)


def test_the_factors_on_the_sheet_are_recovered_in_the_stated_order_and_sign():
    factors = eigendecomposition(W)

    np.testing.assert_allclose(factors.eigenvalues, [0.9, 0.4], rtol=1e-15)
    np.testing.assert_allclose(factors.Q, [[0.6, 0.8], [0.8, -0.6]], rtol=1e-15)
    np.testing.assert_allclose(factors.Q_inv, factors.Q.T, rtol=1e-15)
    assert factors.condition == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize("n", [1, 2, 5, 12])
def test_the_factors_multiply_back_to_the_matrix(n):
    """1e-11: for these seeds the condition number is below 1e3, and eps times that times n is 3e-12."""
    M = np.random.default_rng(n).normal(size=(n, n))

    factors = eigendecomposition(M)

    np.testing.assert_allclose(factors.Q @ np.diag(factors.eigenvalues) @ factors.Q_inv, M, atol=1e-11)
    np.testing.assert_allclose(np.linalg.norm(factors.Q, axis=0), 1, rtol=1e-14)
    assert factors.condition == pytest.approx(np.linalg.cond(factors.Q))
    largest = np.take_along_axis(factors.Q, np.abs(factors.Q).argmax(axis=0)[None], axis=0)
    np.testing.assert_allclose(np.angle(largest), 0, atol=1e-15)
    for earlier, later in pairwise(np.abs(factors.eigenvalues)):
        assert later <= earlier * (1 + 1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_order_and_signs_do_not_depend_on_rounding(seed):
    """Eigenvalues of one modulus, and eigenvectors with two entries of one size: noise must not swap them."""
    M = np.array([[0.0, 1.0], [1.0, 0.0]]) + 1e-15 * np.random.default_rng(seed).normal(size=(2, 2))

    factors = eigendecomposition(M)

    np.testing.assert_allclose(factors.eigenvalues, [1, -1], rtol=1e-14)
    np.testing.assert_allclose(factors.Q, np.array([[1, 1], [1, -1]]) / np.sqrt(2), rtol=1e-14)


def test_a_symmetric_matrix_has_orthogonal_eigenvectors_even_where_eigenvalues_repeat():
    rng = np.random.default_rng(3)
    basis = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    M = basis @ np.diag([2.0, 2.0, 2.0, 1.0, 1.0, 0.0]) @ basis.T

    factors = eigendecomposition((M + M.T) / 2)

    np.testing.assert_allclose(factors.Q.T @ factors.Q, np.eye(6), atol=1e-14)


@pytest.mark.parametrize("n", [3, 5, 8])
def test_a_cyclic_shift_has_the_fourier_basis(n):
    """All entries of an eigenvector have one size, so the first is real and positive, also where complex."""
    factors = eigendecomposition(np.roll(np.eye(n), 1, axis=0))

    powers = factors.eigenvalues ** -np.arange(n)[:, None]
    np.testing.assert_allclose(factors.Q, powers / np.sqrt(n), atol=1e-14)
    np.testing.assert_allclose(factors.eigenvalues**n, 1, atol=1e-13)
    assert factors.eigenvalues[0] == pytest.approx(1)


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_the_order_is_the_same_at_every_scale(scale):
    """What counts as a tie is relative to the largest modulus: the middle pair is one, the others are not."""
    noise = 1e-15 * np.random.default_rng(2).normal(size=4)
    eigenvalues = np.array([-1.0, 0.7, -0.7, 0.4]) + noise

    factors = eigendecomposition(np.diag(scale * eigenvalues[[3, 2, 0, 1]]))

    np.testing.assert_array_equal(factors.eigenvalues, scale * eigenvalues)


def test_of_a_conjugate_pair_the_eigenvalue_above_the_real_axis_comes_first():
    """Also of two pairs, here of moduli 1 and 2, and whichever way the matrix turns."""
    for angle in (0.3, -0.3, 2.0):
        M = np.kron(np.diag([1.0, 2.0]), rotation(angle))

        turned = eigendecomposition(M).eigenvalues / [2, 2, 1, 1]

        np.testing.assert_allclose(turned, np.exp(np.array([1j, -1j, 1j, -1j]) * abs(angle)), rtol=1e-14)


@pytest.mark.parametrize("n", [0, 1, 2, 7, 40])
def test_a_rotation_has_complex_eigenvalues_and_real_powers(n):
    """The n-th power turns by n times the angle; each step rounds the angle by eps."""
    M = 0.99 * rotation(0.3)

    power = matrix_power_eig(M, n)

    assert power.dtype == np.float64
    assert np.iscomplexobj(eigendecomposition(M).Q)
    np.testing.assert_allclose(power, 0.99**n * rotation(0.3 * n), atol=1e-15 * (n + 1))


@pytest.mark.parametrize("n", [0, 1, 3, 50])
def test_powers_by_eigenvalues_match_repeated_multiplication(n):
    M = with_spectrum([1.05, -0.9, 0.5, 0.0, -0.2], seed=4)
    product = np.eye(5)
    for _ in range(n):
        product = product @ M

    # n roundings, each multiplied by at most the condition number of the eigenvectors (about 3).
    np.testing.assert_allclose(matrix_power_eig(M, n), product, atol=1e-15 * (n + 1) * 1.05**n * 5)


def test_the_power_zero_is_the_identity_also_for_the_zero_matrix():
    for M in (np.zeros((2, 2), dtype=int), np.array([[1, 2], [3, 4]])):
        np.testing.assert_allclose(matrix_power_eig(M, 0), np.eye(2), atol=1e-15)
        assert (matrix_power_exact(M, 0) == np.eye(2)).all()
        assert {type(entry.numerator) for entry in matrix_power_exact(M, 0).flat} == {
            int
        }  # they do not overflow


@given(matrices(), st.integers(0, 9), st.integers(0, 9))
def test_exact_powers_add_their_exponents(M, a, b):
    product = matrix_power_exact(M, a) @ matrix_power_exact(M, b)

    assert (matrix_power_exact(M, a + b) == product).all()
    assert (matrix_power_exact(M, 1) == M).all()


@given(matrices())
def test_exact_powers_satisfy_cayley_and_hamilton(M):
    """The characteristic polynomial by Faddeev and LeVerrier, which multiplies in another order."""
    n = len(M)
    identity = np.diag([Fraction(1)] * n)
    coefficients, B = [Fraction(1)], identity
    for k in range(1, n + 1):
        coefficients.append(-np.trace(M @ B) / Fraction(k))
        B = M @ B + coefficients[-1] * identity

    value = sum(c * matrix_power_exact(M, n - k) for k, c in enumerate(coefficients))

    assert (value == 0).all()


@given(matrices(entries=st.integers(-3, 3)), st.integers(0, 8))
def test_the_trace_of_a_power_is_the_sum_of_powers_of_the_eigenvalues(M, n):
    """A Jordan block spreads its computed eigenvalues by eps^(1/m), but the sum of their powers by eps."""
    eigenvalues = np.linalg.eigvals(M.astype(float))
    scale = max(1.0, np.linalg.norm(M.astype(float), 2)) ** n

    trace = np.trace(matrix_power_exact(M, n))

    assert float(trace) == pytest.approx(np.sum(eigenvalues**n).real, abs=1e-11 * scale)


def test_the_exact_power_of_a_jordan_block_holds_binomials():
    """J^n has the entries binom(n, j) lambda^(n-j); also for an exponent that only squaring can reach."""
    n = 10**6

    power = matrix_power_exact([[1, 1, 0], [0, 1, 1], [0, 0, 1]], n)

    assert power[0].tolist() == [1, n, n * (n - 1) // 2]
    assert {type(entry) for entry in power.flat} == {Fraction}


def test_exact_powers_take_numpy_integers_without_overflow():
    power = matrix_power_exact(np.array([[10, 1], [0, 10]], dtype=np.int8), 40)

    assert power.tolist() == [[10**40, 40 * 10**39], [0, 10**40]]


@pytest.mark.parametrize(
    "M",
    [
        [[0.0, 1.0], [0.0, 0.0]],
        [[0.0, 1e300], [0.0, 0.0]],  # both computed eigenvectors are (1, 0), so that Q is singular in floats
        [[1.0, 1.0], [0.0, 1.0]],
        [[1, 0, 0], [0, 2, 1], [0, 0, 2]],
        # Eigenvalues 1 and 1 + 2e-8: eigenvectors 2e-8 apart, so the condition number is 1e8.
        [[1.0, 1.0], [1e-16, 1.0]],
        [[1.0, 1.0], [0.0, 1.0 + 1e-7]],
    ],
)
def test_a_matrix_without_a_usable_eigenbasis_is_refused_with_what_works(M):
    with pytest.raises(
        NotDiagonalizableError, match=r"condition number of Q is (inf|\d\.\de\+\d+)"
    ) as caught:
        matrix_power_eig(M, 3)
    assert str(caught.value).endswith(
        "For powers use matrix_power_exact or numpy.linalg.matrix_power, for the way they grow use growth"
    )


@pytest.mark.parametrize(("gap", "works"), [(1e-5, True), (1e-7, False)])
def test_the_limit_on_the_condition_number_is_where_it_is_said(gap, works):
    """Columns (1, 0) and (1, gap): condition 2 / gap, so eps times it is 4e-11 and 4e-9."""
    M = [[1.0, 1.0], [0.0, 1.0 + gap]]

    if works:
        assert eigendecomposition(M).condition == pytest.approx(2 / gap, rel=1e-4)
    else:
        with pytest.raises(NotDiagonalizableError, match=r"condition number of Q is 2\.0e\+07"):
            eigendecomposition(M)


@pytest.mark.parametrize("n", [2, 5, 9])
def test_the_spectral_radius_is_the_limit_of_norms(n):
    """Gelfand, along n = 2^k by squaring and rescaling: the n-th root is off by (log kappa) / n."""
    M = np.random.default_rng(n).normal(size=(n, n))
    logarithm, square = 0.0, M
    for k in range(40):
        norm = np.linalg.norm(square, 2)
        logarithm += np.log(norm) / 2**k
        square = (square / norm) @ (square / norm)

    assert spectral_radius(M) == pytest.approx(np.exp(logarithm), rel=1e-9)


test_bad_input_is_named = refuses(
    (matrix_power_eig, W, -1, "n must be at least 0, got -1"),
    (matrix_power_eig, W, 0.5, "n must be a whole number, got 0.5"),
    (matrix_power_eig, W, np.float64(3.0), r"n must be a whole number, got np.float64\(3\.0\)"),
    (matrix_power_eig, W, True, "n must be a whole number, got True"),
    (matrix_power_eig, W, np.array([2]), r"n must be a whole number, got array\(\[2\]\)"),
    (
        matrix_power_eig,
        [[-1.0]],
        2**53 + 1,
        r"n must be at most 2\*\*53, got 9007199254740993$",
    ),
    (matrix_power_eig, [[-1.0]], 10**5000, r"n must be below 2\*\*1024, got an int of 16610 bits$"),
    (matrix_power_exact, [[1]], 2**64 + 1, r"n must be at most 2\*\*64, got 18446744073709551617$"),
    (
        matrix_power_exact,
        W_EXACT,
        2**53 + 1,
        "n = 9007199254740993 gives numbers of more than 353553 bits, the most that are written for N = 2$",
    ),
    (matrix_power_exact, [[3]], 2**53 + 1, "n = 9007199254740993 gives numbers of more than 1000000 bits"),
    (
        matrix_power_exact,
        [["1/3"]],
        2**53 + 1,
        "n = 9007199254740993 gives numbers of more than 1000000 bits",
    ),
    (matrix_power_exact, [[1, 1], [1, 0]], 10**6, "n = 1000000 gives numbers of more than 353553 bits"),
    (matrix_power_exact, np.eye(101, dtype=int), 2, "M must be at most 100 x 100, got N = 101$"),
    (
        matrix_power_exact,
        [["1e-400000000"]],
        2,
        r"M, at \(0, 0\), must have an exponent from -4300 to 4300, got",
    ),
    (
        matrix_power_exact,
        [[2**400000, 0], [0, 1]],
        1,
        "M, as integers over one denominator, must have at most 353553 bits in each for n = 2$",
    ),
    (spectral_radius, np.zeros((2001, 2001)), "M must be at most 2000 x 2000, got n = 2001$"),
    (eigendecomposition, np.zeros((2001, 2001)), "M must be at most 2000 x 2000, got n = 2001$"),
    (matrix_power_exact, W_EXACT, -2, "n must be at least 0, got -2"),
    (matrix_power_exact, W_EXACT, 2.0, r"n must be a whole number, got 2\.0"),
    (matrix_power_exact, W, 2, r"M, at \(0, 0\), must be exact, got the float 0\.58; .*Fraction"),
    (matrix_power_exact, [[1, 1j], [0, 1]], 2, r"M, at \(0, 1\), must be an integer, .* got 1j"),
    (matrix_power_exact, [["a"]], 2, "M, .* must be an integer, a Fraction or a decimal string"),
    (matrix_power_exact, [["1/0"]], 2, "M, .* got '1/0'"),
    (matrix_power_exact, [[True]], 2, "M, .* got True"),
    (matrix_power_exact, [[1, 2]], 2, r"M must have shape \(n, n\), got \(1, 2\)"),
    (matrix_power_exact, [[1, 2], [3]], 2, r"M must have shape \(n, n\), got \(2,\)"),
    (matrix_power_exact, [], 2, r"M must have shape \(n, n\), got \(0,\)"),
    (eigendecomposition, [[1.0, 2.0]], r"M must have shape \(n, n\), got \(1, 2\)"),
    (eigendecomposition, [[np.nan]], r"M must be finite, got nan at \(0, 0\)"),
    (spectral_radius, [[1j]], "M must hold real numbers, got dtype complex128"),
    (spectral_radius, [[]], r"M must have shape \(n, n\), got \(1, 0\)"),
)


@pytest.mark.parametrize("M", [[[2.0]], [[3.0, 1.0], [0.0, -2.0]], 2 * rotation(1.0)])
def test_a_power_beyond_the_largest_float_is_an_error_not_an_infinity(M):
    message = (
        r"n=5000 of a matrix with spectral radius [23] leaves the range of floats; "
        "matrix_power_exact writes numbers of up to a million bits$"
    )
    with pytest.raises(OverflowError, match=message):
        matrix_power_eig(M, 5000)


def test_the_largest_power_is_within_the_limit():
    assert matrix_power_eig([[-1.0]], 2**53) == 1


@pytest.mark.parametrize(
    "M", [[[1, 1], [0, 1]], [[0, 1, 0], [0, 0, 1], [1, 0, 0]], [[0, 2], [0, 0]], [[1, "0.5"], [0, 0]]]
)
def test_a_power_is_as_large_as_its_result_and_not_as_its_exponent(M):
    """Jordan blocks, permutations, nilpotents, projections: the power 2^64 is one step from 2^64 - 1."""
    denominator = max(Fraction(entry).denominator for row in M for entry in row)
    if denominator > 1:  # the common denominator counts, though no entry needs it
        with pytest.raises(
            ValueError, match=r"^n = 18446744073709551616 gives numbers of more than 353553 bits"
        ):
            matrix_power_exact(M, 2**64)
        return

    assert (matrix_power_exact(M, 2**64) == matrix_power_exact(M, 2**64 - 1) @ np.array(M)).all()


@pytest.mark.parametrize("tiny", [5e-324, -1e-310, 1e-220])
@pytest.mark.parametrize("size", [1e-200, 0.5, 1e200, 1.7e308])
def test_a_tiny_entry_does_not_cost_the_eigenvectors(tiny, size):
    """LAPACK alone finds Q = I, and Q Lambda Q^-1 has lost the entry below the diagonal."""
    M = np.array([[0.0, tiny], [size, size]])

    factors = eigendecomposition(M)

    np.testing.assert_allclose(factors.Q * factors.eigenvalues @ factors.Q_inv, M, atol=1e-14 * size)
    np.testing.assert_allclose(matrix_power_eig(M / size, 3), [[0, 0], [1, 1]], atol=1e-14)


@pytest.mark.parametrize("seed", range(20))
def test_the_factors_multiply_back_however_different_the_entries_are(seed):
    """A third of the entries is 1e-20 times the others; the condition number is at most 4.5e5."""
    rng = np.random.default_rng(seed)
    for _ in range(50):
        M = rng.normal(size=(3, 3))
        M[rng.random((3, 3)) < 0.3] *= 1e-20
        try:
            factors = eigendecomposition(M)
        except NotDiagonalizableError:
            continue
        back = factors.Q * factors.eigenvalues @ factors.Q_inv
        assert np.abs(back - M).max() <= 1e-13 * factors.condition * np.abs(M).max()


@pytest.mark.parametrize("scale", [5e-324, 1e-308, 1e-200, 1e150, 1e200, 1.7976931348623157e308])
def test_eigenvalues_at_the_edge_of_the_floats_scale_with_the_matrix(scale):
    assert spectral_radius([[scale]]) == scale
    assert spectral_radius([[-0.0, scale / 2], [scale / 2, 0.0]]) == pytest.approx(scale / 2, rel=1e-15)
    np.testing.assert_allclose(
        eigendecomposition(np.diag([0.0, scale])).eigenvalues, [scale, 0.0], rtol=1e-15
    )


def test_a_modulus_beyond_the_largest_float_is_an_error_not_an_infinity():
    """Both parts of 1.5e308 (1 + i) are floats, and its modulus is none."""
    for function in (spectral_radius, eigendecomposition):
        with pytest.raises(OverflowError, match=r"^an eigenvalue of M is beyond the largest float"):
            function([[1.5e308, 1.5e308], [-1.5e308, 1.5e308]])


def test_an_eigenvalue_beyond_the_largest_float_is_an_error_not_an_infinity():
    for function in (spectral_radius, eigendecomposition):
        with pytest.raises(
            OverflowError, match=r"^an eigenvalue of M is beyond the largest float; scale M down$"
        ):
            function([[1e308, 1e308], [1e308, 1e308]])
