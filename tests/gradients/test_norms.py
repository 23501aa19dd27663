"""Norms over all pairs of steps, against the arrays themselves and against products of exact integers."""

from fractions import Fraction
from math import log10
from types import SimpleNamespace

import numpy as np
import pytest

from drawn import KINDS, draw, log10_length, one_of
from rnn_solutions.gradients.gradient_map import gradient_map
from rnn_solutions.gradients.norms import MATRIX_NORMS, jacobian_norms, term_norms
from rnn_solutions.networks.lstm import LSTM
from rnn_solutions.networks.rnn import RNN

T = 7


@pytest.mark.parametrize("batch", [(), (1,), (3,)])
@pytest.mark.parametrize("kind", KINDS)
def test_the_norms_are_those_of_the_jacobians_and_of_the_terms(kind, batch):
    """To 1e-12: a logarithm of some tens has that much less than 16 digits left."""
    case = draw(kind, T, batch)
    net, run, dL_dh = case.net, case.run, case.dL_dh

    J = net.jacobians(run)
    for name, order in zip(MATRIX_NORMS, ("fro", 2), strict=True):
        expected = np.linalg.norm(J, order, axis=(-2, -1))
        np.testing.assert_allclose(10 ** jacobian_norms(run, name), expected, rtol=1e-12)
    found = 10 ** term_norms(run, dL_dh)
    if not batch:
        terms = net.gradient_terms(run, dL_dh)
        expected = np.linalg.norm(terms.W if kind == "RNN" else terms.W_hh, axis=(2, 3))
        np.testing.assert_allclose(found, expected, rtol=1e-12)
    for b in range(sum(batch)):
        alone = 10 ** term_norms(one_of(case, b), dL_dh[:, b])
        np.testing.assert_allclose(found[..., b], alone, rtol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_an_unused_future_has_no_norm(kind):
    case = draw(kind, T)
    future, norms = np.triu_indices(T + 1, 1), jacobian_norms(case.run)

    assert np.all(norms[future] == -np.inf)
    assert np.all(term_norms(case.run, case.dL_dh)[future] == -np.inf)
    assert np.all(np.isfinite(norms[np.tril_indices(T + 1)]))


@pytest.mark.parametrize("scale", [Fraction(2**20), Fraction(1, 2**30)])
def test_products_far_outside_the_range_of_floats_keep_their_norm(scale):
    """In exact fractions: dh_300/dh_k = W^(300-k), and a term is dL/dh W^(300-k) times the row h_{k-1}."""
    whole = np.random.default_rng(6).integers(-99, 100, size=(2, 2))
    W = np.array([[Fraction(int(entry)) * scale for entry in row] for row in whole])
    net = RNN(W.astype(float), np.ones((2, 1)), activation="identity")
    run = net.forward(np.zeros((301, 1)), [1e-300, 0.0]) if scale < 1 else net.forward(np.zeros((301, 1)))
    dL_dh = np.zeros((301, 2))
    dL_dh[300] = 1.0, -2.0

    power, row = np.eye(2, dtype=int) + Fraction(0), [Fraction(1), Fraction(-2)]
    powers, rows = [], []
    for _ in range(301):
        powers.append(log10_length(power.ravel()))
        rows.append(log10_length(row))
        power, row = W @ power, row @ W

    assert abs(powers[-1]) > 1000  # a float64 ends at 308
    np.testing.assert_allclose(jacobian_norms(run)[300], powers[::-1], rtol=1e-12)
    assert np.all(np.isfinite(jacobian_norms(run, "spectral")[300]))
    np.testing.assert_allclose(
        term_norms(run, dL_dh)[300, 0], rows[-1] - 300 if scale < 1 else -np.inf, rtol=1e-12
    )


@pytest.mark.parametrize("x", [370.0, 600.0])
def test_a_slope_whose_square_underflows_is_not_lost(x):
    """Three steps of slope e^-x each, the last two of them times 1: log10 is exact to rounding.

    The square of e^-370 has two bits left, that of e^-600 none.
    """
    net = RNN(W=[[1.0]], U=[[1.0]])
    run = net.forward(x=[[x]] * 3, h_init=[1.0])
    z = run.z[:, 0]

    found = term_norms(run, [[0.0], [0.0], [1.0]])[2]

    slopes = -z / np.log(10)  # of sigma'(z) = e^-z to 1e-260
    before = np.log10([1.0, run.h[0, 0], run.h[1, 0]])
    np.testing.assert_allclose(found, np.cumsum(slopes[::-1])[::-1] + before, rtol=1e-13)
    np.testing.assert_allclose(jacobian_norms(run)[2, 0], slopes[1:].sum(), rtol=1e-13)


def test_losses_of_any_size_have_norms():
    case = draw("LSTM", T)

    usual = term_norms(case.run, case.dL_dh)
    for size in (1e-290, 1e290):
        shifted = term_norms(case.run, case.dL_dh * size)
        here = np.isfinite(usual)
        np.testing.assert_allclose(shifted[here] - usual[here], log10(size), rtol=1e-13)


def test_a_loss_that_falls_has_the_norms_of_one_that_rises():
    """Every row of the way back is negative, and after 400 steps as small as 10^-400."""
    net = RNN(W=[[0.1]], U=[[1.0]], activation="identity")
    run = net.forward(np.zeros((401, 1)), h_init=[1.0])

    np.testing.assert_allclose(term_norms(run, -np.ones((401, 1)))[400, 0], -400, rtol=1e-13)


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_and_a_loss_of_different_precision_lose_nothing(kind):
    """The wider of the two holds: a double precision loss of 1e290 and a single precision one of a third."""
    wide, narrow = draw(kind, T), draw(kind, T, dtype=np.float32).run
    run, dL_dh, here = wide.run, wide.dL_dh, np.tril_indices(T + 1)

    third = (dL_dh / 3).astype(np.float32)
    np.testing.assert_allclose(
        term_norms(run, third)[here], term_norms(run, third.astype(float))[here], rtol=1e-13
    )
    large, usual = term_norms(narrow, 1e290 * dL_dh)[here], term_norms(narrow, dL_dh)[here]
    np.testing.assert_allclose(large - usual, 290, rtol=1e-6)  # slopes are rounded to single precision


@pytest.mark.parametrize("kind", KINDS)
def test_a_single_step_has_the_identity_alone(kind):
    """Of m = 3 or, for the LSTM, 6 ones: its norm is the root of m."""
    case = draw(kind, T=0)

    norms = jacobian_norms(case.run)

    np.testing.assert_allclose(norms, [[log10(6 if kind == "LSTM" else 3) / 2]], rtol=1e-15)
    assert term_norms(case.run, case.dL_dh).shape == (1, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_float32_gives_the_same_norms_to_its_digits(kind):
    wide, narrow = (draw(kind, T=60, batch=(2,), dtype=dtype) for dtype in (float, np.float32))
    here = np.tril_indices(61)

    assert narrow.run.h.dtype == np.float32
    # 1e-3 in the logarithm is 0.2% in the norm, after 60 products in single precision
    one, other = (jacobian_norms(case.run)[here] for case in (narrow, wide))
    np.testing.assert_allclose(one, other, atol=1e-3)
    one, other = (term_norms(case.run, case.dL_dh)[here] for case in (narrow, wide))
    np.testing.assert_allclose(one, other, atol=2e-3)


def test_a_dead_step_has_minus_infinity_before_it_and_not_after():
    net = RNN(W=[[1.0]], U=[[1.0]], activation="relu")
    run = net.forward(x=[[1.0], [-9.0], [1.0]])

    assert jacobian_norms(run).tolist() == [[0, -np.inf, -np.inf], [-np.inf, 0, -np.inf], [-np.inf, 0, 0]]


def test_bad_input_is_named():
    case = draw("GRU", T)

    with pytest.raises(ValueError, match="kind must be one of 'frobenius', 'spectral', got 'nuclear'"):
        jacobian_norms(case.run, "nuclear")
    with pytest.raises(ValueError, match=r"dL_dh must have shape \(8, 3\), got \(7, 3\)"):
        term_norms(case.run, case.dL_dh[1:])
    for odd in (
        None,
        case.net,
        type(case.run),
        SimpleNamespace(T=3, net=case.net),
    ):
        with pytest.raises(ValueError, match=r"^run must come from a network's forward, got \w+"):
            jacobian_norms(odd)


def test_a_single_step_that_overflows_is_named():
    """The closed output gate keeps h at 0, and so the next pre-activations finite; the cell still hears of h.

    Through the forget gate dC_1/dh_0 is C_0 W / 4. With C_0 = 50 that overflows; with C_0 = 1.5 only the sum
    over 16 cells does, which a row of the gradient takes.
    """

    def run(cells, c_init):
        closed, heard = np.eye(4)[3], np.eye(4)[1]
        net = LSTM(
            np.repeat(closed, cells)[:, None], 1.7e308 * np.repeat(heard, cells)[:, None] * np.ones(cells)
        )
        return net.forward([[-800.0], [0.0]], c_init=[c_init] * cells)

    with pytest.raises(ValueError, match="the Jacobian of step 1 by step 0 is beyond the range of float64"):
        jacobian_norms(run(1, 100.0))
    with pytest.raises(ValueError, match=r"^the term t=1, k=0 is beyond the range of float64"):
        term_norms(run(16, 3.0), [[0.0] * 16, [1.0] * 16])
    assert np.isfinite(jacobian_norms(run(16, 3.0))[1, 0])
    with pytest.raises(ValueError, match=r"^the Jacobian of step 2 by step 1 is beyond the range of float64"):
        gradient_map(run(1, 0.0).net, [[-800.0], [-800.0], [0.0]], np.zeros((3, 1)), c_init=[200.0])


def test_a_weight_of_any_size_is_no_obstacle():
    net = RNN(W=[[1e200]], U=[[1.0]], activation="identity")

    np.testing.assert_allclose(
        jacobian_norms(net.forward(np.zeros((4, 1))))[:, 0], [0, 200, 400, 600], rtol=1e-13
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("weight", [0.5, 2.0**-8])
def test_what_is_left_when_the_strongest_unit_falls_silent_is_no_zero(dtype, weight):
    """A relu passes 1 a step and goes off; beside it what the other passes is far out of range."""
    net = RNN(np.diag([1, weight]).astype(dtype), np.eye(2, dtype=dtype), activation="relu")
    x = np.ones((201, 2), dtype)
    x[:5, 0], x[5] = -1, [-10, 1]

    for kind in MATRIX_NORMS:
        assert jacobian_norms(net.forward(x), kind)[200, 0] == pytest.approx(200 * log10(weight), rel=1e-12)
