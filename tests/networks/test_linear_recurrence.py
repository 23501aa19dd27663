"""The linear recurrence by its three routes, its powers and its scan, against loops over complex numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refusals import refuses
from rnn_solutions import _memory
from rnn_solutions.networks.linear_recurrence import LinearRecurrence, scan

ROUTES = ["forward", "convolve", "scan"]
SHAPES = [(1, 1, 0), (3, 2, 1), (4, 1, 6), (2, 3, 33)]  # n, d, T


def draw(n, d, T, seed=7, largest=1.0):
    """Draw eigenvalues in a disc, complex weights, inputs and an initial state."""
    rng = np.random.default_rng(seed)
    eigenvalues = largest * np.sqrt(rng.uniform(size=n)) * np.exp(2j * np.pi * rng.uniform(size=n))
    B, h_init = (rng.normal(size=shape) + 1j * rng.normal(size=shape) for shape in [(n, d), n])
    return eigenvalues, B, rng.normal(size=(T + 1, d)), h_init


def entry_by_entry(eigenvalues, B, x, h_init):
    """Run the recurrence in Python's own complex numbers."""
    states, state = [], list(h_init)
    for x_t in x:
        state = [
            complex(lam) * complex(s) + sum(complex(b) * complex(v) for b, v in zip(row, x_t, strict=True))
            for lam, s, row in zip(eigenvalues, state, B, strict=True)
        ]
        states.append(state)
    return np.array(states)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(("n", "d", "T"), SHAPES)
def test_every_route_follows_the_recurrence(n, d, T, route):
    """Sums of up to 34 terms, rounded by 1.1e-16 each, counted against the largest state."""
    eigenvalues, B, x, h_init = draw(n, d, T)

    h = getattr(LinearRecurrence(eigenvalues, B), route)(x, h_init)

    expected = entry_by_entry(eigenvalues, B, x, h_init)
    assert h.shape == (T + 1, n)
    np.testing.assert_allclose(h, expected, rtol=0, atol=1e-14 * np.abs(expected).max() * (T + 1))


@pytest.mark.parametrize("complex_one", range(3))
def test_a_scan_is_complex_where_an_argument_is(complex_one):
    """Two steps by hand, with the imaginary unit in the factors, in what is added, or in the state before."""
    a, b, state = (1j if number == complex_one else 2.0 for number in range(3))

    h = scan([[a], [a]], [[b], [b]], [state])

    assert h.ravel().tolist() == [a * state + b, a * (a * state + b) + b]


@pytest.mark.parametrize("route", ROUTES)
def test_a_missing_initial_state_is_zeros(route):
    eigenvalues, B, x, _ = draw(3, 2, 5)
    run = getattr(LinearRecurrence(eigenvalues, B), route)

    np.testing.assert_array_equal(run(x), run(x, np.zeros(3)))


def test_the_last_input_of_a_convolution_does_not_come_round_to_the_first_state():
    """A cyclic convolution of the same length would add it there."""
    layer = LinearRecurrence([0.9], [[1.0]])

    h = layer.convolve([[0.0], [0.0], [0.0], [1.0]])

    np.testing.assert_allclose(h[:, 0], [0, 0, 0, 1], atol=1e-15)


@pytest.mark.parametrize(("t", "k"), [(0, 0), (5, 5), (1, 0), (7, 2)])
def test_the_jacobian_is_what_a_nudge_of_any_size_does(t, k):
    """A linear map needs no small nudge: rerun from h_k and from h_k + e_j, and subtract."""
    eigenvalues, B, x, h_init = draw(3, 2, 7)
    layer = LinearRecurrence(eigenvalues, B)
    h_k = entry_by_entry(eigenvalues, B, x, h_init)[k]

    def last(state):
        later = entry_by_entry(eigenvalues, B, x[k + 1 : t + 1], state)
        return later[-1] if t > k else state

    columns = [last(h_k + nudge) - last(h_k) for nudge in np.eye(3)]

    np.testing.assert_allclose(layer.jacobian(t, k), np.column_stack(columns), rtol=0, atol=1e-14)


def test_the_jacobian_composes_and_depends_on_the_lag_alone():
    eigenvalues, B, *_ = draw(3, 2, 7)
    layer = LinearRecurrence(eigenvalues, B)

    np.testing.assert_allclose(layer.jacobian(9, 4) @ layer.jacobian(4, 2), layer.jacobian(7, 0), rtol=1e-14)


def test_the_impulse_response_is_what_an_impulse_does():
    eigenvalues, B, *_ = draw(3, 2, 0)
    K = LinearRecurrence(eigenvalues, B).impulse_response(6)

    for entry in range(2):
        impulse = np.zeros((6, 2))
        impulse[0, entry] = 1
        expected = entry_by_entry(eigenvalues, B, impulse, np.zeros(3))
        np.testing.assert_allclose(K[:, :, entry], expected, rtol=1e-13, atol=0)
    assert LinearRecurrence(eigenvalues, B).impulse_response(0).shape == (0, 3, 2)


@settings(max_examples=50)
@given(steps=st.integers(1, 20), seed=st.integers(0, 2**32 - 1))
def test_a_scan_is_the_loop_exactly_on_whole_numbers(steps, seed):
    """At most 3^20 times 60 and so below 2^53: sums and products of such floats are not rounded."""
    rng = np.random.default_rng(seed)
    a, b = rng.integers(-3, 3, size=(2, steps, 2), endpoint=True).astype(float)
    state = h_init = rng.integers(-3, 3, size=2, endpoint=True).astype(float)
    expected = []
    for a_t, b_t in zip(a, b, strict=True):
        state = a_t * state + b_t
        expected.append(state)

    np.testing.assert_array_equal(scan(a, b, h_init), expected)


def test_a_scan_of_real_numbers_is_real_and_leaves_its_arguments_alone():
    a, b = np.full((5, 1), 0.5), np.ones((5, 1))

    h = scan(a, b)

    assert h.dtype == np.float64
    np.testing.assert_array_equal(a, 0.5)
    np.testing.assert_array_equal(b, 1)
    assert scan(a, b, [1j]).dtype == np.complex128


def test_the_arguments_are_copied_and_cannot_be_written_to():
    given = np.array([0.5, 0.25])
    layer = LinearRecurrence(given, [[1.0], [1.0]])
    given[0] = 2

    assert layer.eigenvalues[0] == 0.5
    assert not layer.eigenvalues.flags.writeable
    assert not layer.B.flags.writeable


def layer(*eigenvalues):
    return LinearRecurrence(eigenvalues, np.ones((len(eigenvalues), 1)))


def test_a_diagonal_matrix_of_more_than_half_of_the_machine_is_refused(monkeypatch):
    monkeypatch.setattr(_memory, "_of_the_machine", lambda: 1_000)

    assert layer(0.5).jacobian(1, 0) == 0.5
    with pytest.raises(
        ValueError, match=r"^the Jacobian of n=9 units would take 1.21e-06 GiB, and half of this"
    ):
        layer(*np.ones(9)).jacobian(1, 0)


test_bad_input_is_named = refuses(
    (LinearRecurrence, [], [[1.0]], r"eigenvalues must have shape \(n,\), got \(0,\)"),
    (LinearRecurrence, [np.nan], [[1.0]], "eigenvalues must be finite, got nan"),
    (LinearRecurrence, [1j * np.inf], [[1.0]], "eigenvalues must be finite"),
    (LinearRecurrence, [0.5], [[1.0], [1.0]], r"B must have shape \(1, d\), got \(2, 1\)"),
    (LinearRecurrence, [[0.5], [1, 2]], [[1.0]], "eigenvalues must .* got a ragged sequence"),
    (LinearRecurrence, ["a"], [[1.0]], "eigenvalues must hold numbers, real or complex, got dtype <U1"),
    (lambda: layer(0.5).forward([1.0]), r"x must have shape \(T\+1, 1\), got \(1,\)"),
    (lambda: layer(0.5).forward([[1.0]], [1.0, 2.0]), r"h_init must have shape \(1,\), got \(2,\)"),
    (lambda: layer(0.5).jacobian(1, 2), "need 0 <= k <= t, got k=2 and t=1"),
    (lambda: layer(0.5).jacobian(-1, 0), "t must be at least 0, got -1"),
    (lambda: layer(0.5).jacobian(1, -1), "k must be at least 0, got -1"),
    (lambda: layer(0.5).impulse_response(-1), "steps must be at least 0, got -1"),
    (lambda: layer(0.5).impulse_response(10**13), "the impulse response of steps=10000000000000 would take"),
    (lambda: layer(*np.ones(2)).impulse_response(10**308), r"the impulse response of steps=10+ would take"),
    (
        lambda: layer(0.5, 2.0).jacobian(1100, 0),
        "the Jacobian of step 1100 by step 0, unit 1, is beyond the range of complex128",
    ),
    (lambda: layer(2.0).impulse_response(1100), "the impulse response after 102[45] steps is beyond"),
    (lambda: layer(1e200).forward(np.ones((4, 1))), "the state at step 2 is beyond the range"),
    (lambda: layer(0.5, 2.0).convolve(np.zeros((1100, 1))), "the power 102[45] of eigenvalue 1 is beyond"),
    (lambda: LinearRecurrence([1.0], [[1e200]]).scan([[1e200]]), "the input of step 0 is beyond"),
    (scan, [1.0], [1.0], r"a must have shape \(T\+1, n\), got \(1,\)"),
    (scan, [[1.0]], [[1.0, 2.0]], r"b must have shape \(1, 1\), got \(1, 2\)"),
    (scan, [[1.0]], [[1.0]], [1.0, 2.0], r"h_init must have shape \(1,\), got \(2,\)"),
    (scan, [[1e200]] * 3, [[1e200]] * 3, "the state at step 1 is beyond the range of float64"),
)
