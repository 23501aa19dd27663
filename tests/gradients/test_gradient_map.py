"""The map of a gradient, against the arrays it is made of and networks whose decay is known."""

import io
import json
import math
import sys
import tracemalloc
from fractions import Fraction

import matplotlib.pyplot as plt
import numpy as np
import pytest

import drawn
from drawn import KINDS, log10_length
from refusals import refuses
from rnn_solutions.gradients.arrival import Arrival, deciding
from rnn_solutions.gradients.diagnosis import Decay, describe
from rnn_solutions.gradients.gradient_map import gradient_map
from rnn_solutions.gradients.measuring import bytes_of
from rnn_solutions.gradients.wording import reason_of
from rnn_solutions.networks.rnn import RNN

N, D, STEPS = 4, 3, 9


def draw(kind, batch=()):
    """Return a network, inputs, rows of the loss, and the states to start from."""
    case = drawn.draw(kind, STEPS - 1, batch, seed=8, n=N, d=D)
    return case.net, case.x, case.dL_dh, case.initial


def scalar(weight, steps, activation="identity"):
    """Return the map of one unit that multiplies by `weight`, the loss being its state at every step."""
    net = RNN(W=[[weight]], U=[[1.0]], activation=activation)
    return gradient_map(net, np.zeros((steps, 1)), np.ones((steps, 1)), h_init=[1.0])


def judged(medians, decay=None, fraction=1e-3):
    """Return diagnosis, lag and reason where so much arrives over the lags 0, 1, ..., lost in carrying."""
    medians = np.asarray(medians, dtype=float)
    places = np.stack([0 * medians, medians, 0 * medians], axis=1)
    found = Arrival(np.repeat(medians[:, None], 3, axis=1), places, np.ones(len(medians)))
    return *deciding(found, math.log10(fraction))[:2], reason_of(found, decay, fraction)


def lower(array):
    return array[np.tril_indices(len(array))]


@pytest.mark.parametrize("norm", ["frobenius", "spectral"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_map_holds_the_norms_of_the_terms_and_of_the_jacobians(kind, norm):
    """To 1e-12 relative, as for the norms themselves."""
    net, x, dL_dh, initial = draw(kind)
    run = net.forward(x, **initial)
    terms, J = net.gradient_terms(run, dL_dh), net.jacobians(run)

    found = gradient_map(net, x, dL_dh, **initial, norm=norm)

    W = terms.W if kind == "RNN" else terms.W_hh
    np.testing.assert_allclose(10**found.terms, np.linalg.norm(W, axis=(2, 3)), rtol=1e-12)
    order = {"frobenius": "fro", "spectral": 2}[norm]
    np.testing.assert_allclose(10**found.jacobians, np.linalg.norm(J, order, axis=(2, 3)), rtol=1e-12)
    assert found.norm == norm
    steps = [np.linalg.svd(J[t, t - 1], compute_uv=False) for t in range(1, STEPS)]
    np.testing.assert_allclose(found.singular_values, steps, rtol=1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_gives_each_sequence_the_map_it_has_alone_then_mean_and_spread(kind):
    net, x, dL_dh, initial = draw(kind, batch=(3,))

    found = gradient_map(net, x, dL_dh, **initial)

    alone = [
        gradient_map(net, x[:, b], dL_dh[:, b], **{name: state[b] for name, state in initial.items()})
        for b in range(3)
    ]
    for name in ("terms", "jacobians", "singular_values"):
        each = np.stack([getattr(one, name) for one in alone])
        if name != "singular_values":
            each = np.where(np.isneginf(each), -1.0, each)  # the future, where the mean stays minus infinity
        mean, spread = found.mean(name), found.spread(name)
        here = np.isfinite(mean)
        np.testing.assert_allclose(mean[here], each.sum(axis=0)[here] / 3, rtol=1e-12, atol=1e-13)
        deviation = np.sqrt(((each - each.mean(axis=0)) ** 2).mean(axis=0))
        np.testing.assert_allclose(spread[here], deviation[here], rtol=1e-9, atol=1e-13)
        assert np.all(spread[~here] == 0)


def test_without_a_batch_the_mean_is_the_map_and_the_spread_is_zero():
    found = scalar(0.5, 5)

    assert found.mean("terms") is found.terms
    assert not found.spread("jacobians").any()
    with pytest.raises(
        ValueError, match="name must be one of 'terms', 'jacobians', 'by_state', 'by_z', 'sing"
    ):
        found.mean("h")


def test_mean_and_spread_of_what_is_near_the_largest_float_are_floats():
    """One step stretches by 1e308 in both sequences, and by 8e307 and 1e308 where they differ."""
    net = RNN(W=[[1e308]], U=[[1.0]], activation="tanh")
    x = np.zeros((2, 2, 1))
    found = gradient_map(net, x, np.ones_like)
    x[1, 0] = 0.5

    assert found.mean("singular_values").tolist() == [[1e308]]
    assert found.spread("singular_values").tolist() == [[0.0]]
    slope = 1 / np.cosh(0.5) ** 2
    other = gradient_map(net, x, np.ones_like)
    assert other.mean("singular_values")[0, 0] == pytest.approx(5e307 * (1 + slope), rel=1e-14)
    assert other.spread("singular_values")[0, 0] == pytest.approx(5e307 * (1 - slope), rel=1e-14)


def test_a_reason_names_no_infinity():
    assert "grows beyond 10^323 at lag 1, in" in judged([0.0, 324.0], fraction=5e-324)[2]
    assert "stays between 10^-320 and 10^320, in" in judged([-320.0, 320.0], fraction=5e-324)[2]


def test_a_zero_in_some_sequences_makes_the_spread_infinite():
    """The first sequence passes its relu, the second is cut off."""
    net = RNN(W=[[1.0]], U=[[1.0]], activation="relu")

    found = gradient_map(net, [[[1.0], [1.0]], [[1.0], [-9.0]]], np.ones((2, 2, 1)))

    assert found.mean("jacobians")[1, 0] == -np.inf
    assert found.spread("jacobians")[1, 0] == np.inf
    assert found.to_dict()["jacobians_spread"][1][0] is None


@pytest.mark.parametrize("batch", [(), (2,)])
def test_the_loss_may_be_given_as_a_function_of_the_states(batch):
    net, x, target, initial = draw("GRU", batch)
    h = net.forward(x, **initial).h

    by_function = gradient_map(net, x, lambda states: states - target, **initial)

    np.testing.assert_array_equal(by_function.terms, gradient_map(net, x, h - target, **initial).terms)


def test_the_sheets_unit_passes_on_three_quarters_each_step():
    """With w = 3, x = -1.5 holds h at 1/2. The slope 1/4 enters, and 0.75^19 / 4 > 0.001 > 0.75^20 / 4."""
    net = RNN(W=[[3.0]], U=[[1.0]])

    found = gradient_map(net, [[-1.5]] * 60, lambda h: h - 1, h_init=[0.5])

    t, k = np.tril_indices(60)
    np.testing.assert_allclose(lower(found.jacobians), (t - k) * math.log10(0.75), rtol=1e-12)
    # a term is dL_t/dh_t (3/4)^(t-k) slope h_{k-1}
    np.testing.assert_allclose(10 ** lower(found.terms), 0.5 * 0.75 ** (t - k) * 0.25 * 0.5, rtol=1e-12)
    np.testing.assert_allclose(found.singular_values, 0.75, rtol=1e-15)
    assert (found.diagnosis, found.lag, found.place) == ("vanishes", 20, "carried")
    assert found.reason == (
        "What arrives of the loss falls below 0.001 at lag 20, in the median: it is not carried: "
        "the Jacobians lose it"
    )
    lags = np.arange(60)
    np.testing.assert_allclose(
        found.arriving, (np.log10(0.25 * 0.75**lags)[:, None]) * np.ones(3), rtol=1e-12
    )
    factors = np.log10(np.stack([1.0 + 0 * lags, 0.75**lags, 0.25 + 0 * lags], axis=1))
    np.testing.assert_allclose(found.places, factors, atol=1e-12)
    # the row by h_k is g 0.75^(t-k), also by the state before the first step; h_{k-1} is 1/2 throughout
    np.testing.assert_allclose(10 ** found.by_state[59], 0.5 * 0.75 ** np.arange(60, -1, -1), rtol=1e-12)
    np.testing.assert_allclose(found.slopes, math.log10(0.25), rtol=1e-12)
    np.testing.assert_allclose(found.before, math.log10(0.5), rtol=1e-12)
    assert found.decay.factor == pytest.approx(0.75, rel=1e-12)
    assert found.decay.residual < 1e-13
    assert found.decay.pairs == 60 * 61 // 2


def test_a_factor_above_one_explodes_at_the_lag_where_it_passes_the_inverse():
    found = scalar(1.5, 30)

    assert 1.5**17 < 1000 < 1.5**18
    assert (found.diagnosis, found.lag) == ("explodes", 18)
    assert found.place == "carried"
    assert found.reason == (
        "What arrives of the loss grows beyond 1000 at lag 18, in the median: the Jacobians make it longer"
    )
    assert found.decay.factor == pytest.approx(1.5, rel=1e-12)


@pytest.mark.parametrize("norm", ["frobenius", "spectral"])
def test_an_orthogonal_network_carries_everything_for_ever(norm):
    W, _ = np.linalg.qr(np.random.default_rng(9).normal(size=(5, 5)))
    net = RNN(W, np.ones((5, 1)), activation="identity")

    found = gradient_map(net, np.zeros((300, 1)), np.ones((300, 5)), norm=norm)

    assert (found.diagnosis, found.lag) == ("carries", None)
    np.testing.assert_allclose(found.shares, 0, atol=1e-12)  # 300 products, each within some eps
    np.testing.assert_allclose(found.singular_values, 1, rtol=1e-13)
    assert found.reason == (
        "Over the lags 0 to 299 what arrives of the loss stays between 1 and 1, in the median"
    )
    assert found.place is None


def test_a_run_too_short_to_vanish_carries_and_says_what_the_line_foretells():
    """0.75 a step falls below 0.001 at lag 25, as the longer run above shows."""
    found = scalar(0.75, 21)

    assert found.diagnosis == "carries"
    assert found.reason == (
        "Over the lags 0 to 20 what arrives of the loss stays between 0.00317 and 1, in the median; "
        "at the decay per step it would fall below 0.001 near lag 25"
    )


@pytest.mark.parametrize(
    ("lags", "slope", "fraction", "foretold"),
    [
        (3, -2.0, 1e-3, "; at the decay per step it would fall below 0.001 near lag 3"),  # the first not seen
        (2, -0.25, 1e-5, "; at the decay per step it would fall below 1e-05 near lag 17"),
        (2, -0.2, 1e-5, ""),  # lag 21, more than ten times as far as was seen
        (3, 0.25, 1e-3, "; at the decay per step it would grow beyond 1000 near lag 18"),
        (3, 0.0, 1e-3, ""),
    ],
)
def test_the_decay_foretells_from_the_first_lag_not_seen_to_ten_times_as_far(lags, slope, fraction, foretold):
    """It goes on from 0.1, which arrives over the last lag."""
    _, lag, reason = judged(np.linspace(0, -1, lags), Decay(slope, 0.0, 0.0, 9), fraction)

    assert lag is None
    over = "0 and 1" if lags == 2 else f"0 to {lags - 1}"
    assert reason == (
        f"Over the lags {over} what arrives of the loss stays between 0.1 and 1, in the median{foretold}"
    )


def test_what_the_decay_foretells_holds_for_growth_too():
    assert 1.1**72 < 1000 < 1.1**73
    assert scalar(1.1, 21).reason.endswith("at the decay per step it would grow beyond 1000 near lag 73")


def test_what_the_decay_foretells_goes_on_from_what_arrives_over_the_last_lag():
    """With W = diag(0.8, 0) half of the loss is lost in the first step."""
    net = RNN(np.diag([0.8, 0.0]), np.ones((2, 1)), activation="identity")

    found = gradient_map(net, np.zeros((9, 1)), np.ones((9, 2)))

    lags = np.array([t - k for t in range(9) for k in range(t + 1)])
    shares = np.where(lags == 0, 1, 0.8**lags / 2**0.5)
    slope, _ = np.polyfit(lags, np.log10(shares), 1)
    ahead = math.ceil(8 + (-3 - np.log10(0.8**8 / 2**0.5)) / slope)
    assert found.reason.endswith(f"near lag {ahead}")


def test_the_fraction_sets_the_lag():
    net = RNN(W=[[0.5]], U=[[1.0]], activation="identity")

    for fraction, lag in ((0.3, 2), (0.26, 2), (0.24, 3), (1e-6, 20)):
        assert gradient_map(net, np.zeros((30, 1)), np.ones((30, 1)), fraction=fraction).lag == lag


def test_a_share_at_the_limit_is_within_and_one_beyond_tells_its_side():
    """Below the fraction or above its inverse: a thousandth is not, and 2.25 is above 2 though below 10."""
    assert math.log10(1e-3) == -3

    assert judged([0.0, -3.0])[0] == "carries"
    assert judged([0.0, 3.0])[0] == "carries"
    for share, diagnosis in ((math.log10(2.25), "explodes"), (-math.log10(2.25), "vanishes")):
        assert judged([0.0, share], fraction=0.5)[:2] == (diagnosis, 1)


def test_the_median_decides_and_not_a_tail():
    """The fraction is put above the median at lag 4, and below what a tenth of the losses exceed."""
    net, x, _, initial = draw("LSTM", batch=(3,))
    _, median, upper = gradient_map(net, x, np.ones_like, **initial).arriving.T
    assert median[4] < upper[4] < 0
    assert median[4] < min(median[:4])

    limit = 10 ** ((median[4] + min(upper[4], *median[:4])) / 2)
    found = gradient_map(net, x, np.ones_like, **initial, fraction=limit)

    assert (found.diagnosis, found.lag) == ("vanishes", 4)


def test_two_lags_make_a_line():
    assert scalar(0.5, 2).decay.factor == pytest.approx(0.5, rel=1e-12)


def test_the_share_is_relative_to_the_identity():
    """W = diag(1, 0) keeps one direction of two: all of the spectral norm, 1/sqrt(2) of the Frobenius one."""
    net = RNN(np.diag([1.0, 0.0]), np.ones((2, 1)), activation="identity")
    x, dL_dh = np.zeros((4, 1)), np.ones((4, 2))

    assert gradient_map(net, x, dL_dh, norm="spectral").shares[:, 1].tolist() == [0, 0, 0, 0]
    np.testing.assert_allclose(
        gradient_map(net, x, dL_dh).shares[:, 1], np.log10([1, *[0.5**0.5] * 3]), atol=1e-15
    )


def test_the_quantiles_are_those_of_the_pairs_at_each_lag():
    """Ten per cent, half and ninety per cent of the pairs lie at or below."""
    net, x, dL_dh, initial = draw("LSTM", batch=(3,))

    found = gradient_map(net, x, dL_dh, **initial)

    for lag in range(STEPS):
        logs = sorted(
            found.jacobians[t, t - lag, b] - math.log10(2 * N) / 2
            for t in range(lag, STEPS)
            for b in range(3)
        )
        expected = [logs[math.ceil(len(logs) * Fraction(part, 10)) - 1] for part in (1, 5, 9)]
        np.testing.assert_allclose(found.shares[lag], expected, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("batch", [(), (3,)])
def test_the_fit_is_the_line_of_least_squares_over_all_pairs(batch):
    net, x, dL_dh, initial = draw("LSTM", batch)

    found = gradient_map(net, x, dL_dh, **initial)

    t, k = np.tril_indices(STEPS)
    logs = found.jacobians[t, k].reshape(len(t), -1) - math.log10(2 * N) / 2  # relative to the identity
    lags = np.repeat((t - k)[:, None], logs.shape[1], axis=1).ravel().astype(float)
    slope, intercept = np.polyfit(lags, logs.ravel(), 1)
    residual = np.sqrt(np.mean((logs.ravel() - slope * lags - intercept) ** 2))
    expected = [slope, intercept, residual, logs.size]
    decay = found.decay
    np.testing.assert_allclose(
        [decay.slope, decay.intercept, decay.residual, decay.pairs], expected, rtol=1e-10
    )


@pytest.mark.parametrize(("scale", "diagnosis"), [(Fraction(1, 16), "vanishes"), (Fraction(16), "explodes")])
def test_a_thousand_steps_stay_finite_and_right_where_float64_does_not(scale, diagnosis):
    """The Jacobian over the lag l is W^l: in exact fractions, at every 100th lag."""
    whole = [[3, 1], [-2, 4]]
    W = np.array([[entry * scale for entry in row] for row in whole])
    net = RNN(W.astype(float), np.ones((2, 1)), activation="identity")
    x, dL_dh = np.zeros((1001, 1)), np.zeros((1001, 2))
    dL_dh[-1] = 1.0

    found = gradient_map(net, x, dL_dh)

    power, expected = np.eye(2, dtype=int) + Fraction(0), []
    for lag in range(1001):
        if lag % 100 == 0:
            expected.append(log10_length(power.ravel()))
        power = W @ power
    assert abs(expected[-1]) > 400  # a float64 ends at 308, and at -324
    np.testing.assert_allclose(found.jacobians[1000, ::-100], expected, rtol=1e-11, atol=1e-15)
    assert np.all(np.isfinite(lower(found.jacobians)))
    assert np.all(np.isfinite(found.shares))
    assert found.diagnosis == diagnosis
    assert found.decay.pairs == 1001 * 1002 // 2
    assert math.isfinite(found.decay.residual)


def test_a_step_factor_beyond_the_range_of_floats_is_told_by_its_logarithm():
    assert Decay(slope=400.0, intercept=0.0, residual=0.0, pairs=2).factor == math.inf
    assert Decay(slope=-400.0, intercept=0.0, residual=0.0, pairs=2).factor == 0
    assert describe(Decay(slope=400.0, intercept=0.0, residual=0.0, pairs=2)) == (
        "Decay per step: 10^400 times, fitted to 2 pairs within 0 decades"
    )


@pytest.mark.usefixtures("no_window")
def test_a_dead_network_vanishes_at_the_first_lag_and_has_no_fit():
    found = scalar(0.0, 5)

    assert (found.diagnosis, found.lag, found.decay) == ("vanishes", 1, None)
    assert found.summary().replace("\n  ", " ").splitlines()[4] == (
        "Decay per step: no fit, because every Jacobian over one step or more is exactly zero"
    )
    assert found.to_dict()["decay"] is None
    _, shares = found.plot()
    # the shares and what arrives, and no fit
    assert [line for line in shares.lines if len(line.get_xdata()) == 5] == shares.lines[:2]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("batch", [(), (2,)])
def test_the_last_steps_are_the_corner_of_the_whole_map(kind, batch):
    net, x, dL_dh, initial = draw(kind, batch)

    whole = gradient_map(net, x, dL_dh, **initial)
    found = gradient_map(net, x, dL_dh, **initial, last=4)

    assert found.first == STEPS - 4
    np.testing.assert_allclose(found.terms, whole.terms[-4:, -4:], rtol=1e-12)
    np.testing.assert_allclose(found.jacobians, whole.jacobians[-4:, -4:], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(found.singular_values, whole.singular_values[-3:], rtol=1e-12)
    assert f"steps {STEPS - 4} to {STEPS - 1}" in found.summary()


def test_a_map_too_large_says_how_much_it_would_take_and_the_way_it_names_works():
    net, x, dL_dh, initial = draw("LSTM")

    with pytest.raises(
        ValueError, match=r"the map of 9 steps would take .* GiB.*last=5 maps the last 5"
    ) as error:
        gradient_map(net, x, dL_dh, **initial, memory=16_000)
    assert gradient_map(net, x, dL_dh, **initial, memory=16_000, last=5).first == STEPS - 5
    with pytest.raises(ValueError, match="last=5"):
        gradient_map(net, x, dL_dh, **initial, memory=16_000, last=6)
    with pytest.raises(ValueError, match=r"not even two steps fit$"):
        gradient_map(net, x, dL_dh, **initial, memory=1)
    run = net.forward(x, **initial)
    with pytest.raises(ValueError, match="last=2 maps the last 2"):
        gradient_map(net, x, dL_dh, **initial, memory=bytes_of(run, 2))
    need = bytes_of(run, STEPS)
    sizes = f"would take {need / 2**30:.3g} GiB, and memory allows {16_000 / 2**30:.3g}; "
    assert sizes in str(error.value)
    assert gradient_map(net, x, dL_dh, **initial, memory=need).first == 0
    with pytest.raises(ValueError, match="last=8"):
        gradient_map(net, x, dL_dh, **initial, memory=need - 1)


@pytest.mark.parametrize(
    ("kind", "norm", "batch"),
    [("LSTM", "frobenius", ()), ("LSTM", "spectral", ()), ("RNN", "frobenius", (2,))],
)
def test_the_memory_foretold_is_not_less_than_what_it_takes_nor_twice_as_much(kind, norm, batch):
    """Of a batch the products count once and the norms each; the RNN's products are a quarter in size."""
    case = drawn.draw(kind, T=149, batch=batch, n=24, d=1)

    tracemalloc.start()
    gradient_map(case.net, case.x, case.run.h, norm=norm)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak <= bytes_of(case.run, 150) <= 2 * peak


@pytest.mark.parametrize("batch", [(), (3,)])
def test_plain_data_survives_json_and_holds_the_map(batch):
    net, x, dL_dh, initial = draw("LSTM", batch)
    found = gradient_map(net, x, dL_dh, **initial)

    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))

    assert plain == found.to_dict()
    assert plain["diagnosis"] == found.diagnosis
    assert plain["sequences"] == (3 if batch else 1)
    assert plain["decay"]["slope"] == found.decay.slope
    assert plain["terms"][0][1] is None
    assert plain["place"] == found.place
    for name in ("arriving", "places", "slopes"):
        np.testing.assert_array_equal(np.array(plain[name], dtype=float), getattr(found, name))
    back = np.array(plain["jacobians"], dtype=float)  # None becomes NaN
    np.testing.assert_array_equal(lower(back), lower(found.mean("jacobians")))
    np.testing.assert_array_equal(plain["singular_values"], found.mean("singular_values"))
    np.testing.assert_array_equal(plain["shares"], found.shares)
    np.testing.assert_array_equal(plain["singular_values_spread"], found.spread("singular_values"))
    for name in ("terms", "jacobians"):
        spread = np.array(plain[f"{name}_spread"], dtype=float)
        np.testing.assert_array_equal(lower(spread), lower(found.spread(name)))


def test_the_summary_says_diagnosis_reason_decay_steps_and_the_largest_term():
    net = RNN(W=[[3.0]], U=[[1.0]])

    found = gradient_map(net, [[-1.5]] * 41, 10.0 ** -np.arange(41)[:, None], h_init=[0.5])

    assert found.summary().replace("\n  ", " ").splitlines() == [
        "RNN, steps 0 to 40: vanishes",
        found.reason,
        f"At lag 20: leaves 1, carried {0.75**20:.3g}, enters 0.25; together {0.75**20 / 4:.3g}",
        "Try orthogonal recurrent weights, or a network with gates",
        "Over lag 16 the Jacobians keep about 1.0 of 1 directions",
        f"Decay per step: times 0.75, fitted to 861 pairs within {found.decay.residual:.2g} decades",
        "One step's Jacobian: singular values from 0.75 to 0.75, the largest 0.75 in the median",
        "Largest term of the recurrent weight: 10^-0.9 at t = 0, k = 0",  # 1/4 of 1/2
    ]
    still = gradient_map(RNN(W=[[3.0]], U=[[1.0]], activation="identity"), [[0.0]] * 3, np.ones((3, 1)))
    assert still.summary().replace("\n  ", " ").splitlines()[-2:] == [
        "Terms of the recurrent weight: all exactly zero",
        "Before 2 of 2 steps h is shorter than 0.001: the recurrent weights see next to nothing there",
    ]


def test_the_summary_of_a_batch_counts_its_sequences_and_the_steps_from_the_first_of_the_run():
    """Of the last three of nine steps, with a loss at the last one alone. Lines are filled up to 79."""
    net, x, dL_dh, initial = draw("RNN", batch=(2,))
    dL_dh[:-1] = 0

    found = gradient_map(net, x, dL_dh, **initial, last=3)

    lines = found.summary().splitlines()
    assert lines[0] == f"RNN, steps 6 to 8, 2 sequences: {found.diagnosis}"
    k, b = divmod(int(np.argmax(found.terms[-1])), 2)
    assert lines[-1].endswith(f"at t = 8, k = {6 + k}, sequence {b}")
    values = np.linalg.svd(net.step_jacobians(net.forward(x, **initial))[6:], compute_uv=False)
    smallest, largest, median = values.min(), values.max(), np.median(values[..., 0])
    said = f"values from {smallest:.3g} to {largest:.3g}, the largest {median:.3g} in the median"
    assert said in found.summary().replace("\n  ", " ")
    assert 70 < max(map(len, lines)) <= 79


def test_the_largest_term_of_a_batch_is_found_where_another_sequence_has_none():
    """The relu of the second sequence is off throughout, so that its terms are zero."""
    net = RNN(W=[[1.0]], U=[[1.0]], activation="relu")

    found = gradient_map(net, np.stack([np.ones((4, 1)), -np.ones((4, 1))], axis=1), np.ones_like)

    assert found.summary().splitlines()[-3] == (
        "Largest term of the recurrent weight: 10^0.5 at t = 3, k = 3, sequence 0"  # h_2 is 3
    )


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_shows_on_a_terminal_and_only_there(monkeypatch, terminal):
    net, x, dL_dh, initial = draw("RNN", batch=(2,))
    screen = io.StringIO()
    screen.isatty = lambda: terminal
    monkeypatch.setattr(sys, "stderr", screen)

    gradient_map(net, x, dL_dh, **initial)

    shown = [
        f"gradient map, sequence {number} of 2: {part}"
        for number in (1, 2)
        for part in ("terms", "Jacobians", "singular values")
    ]
    expected = ["", *shown, ""] if terminal else [""]  # cleared at the end
    assert screen.getvalue().split("\r\033[K") == expected


@pytest.mark.usefixtures("no_window")
@pytest.mark.parametrize("batch", [(), (3,)])
def test_the_plot_shows_the_terms_the_shares_and_the_fit(batch):
    net, x, dL_dh, initial = draw("LSTM", batch)
    found = gradient_map(net, x, dL_dh, **initial, last=5)

    terms, shares = found.plot()
    _, given = plt.subplots(1, 2)
    again = found.plot(given)

    shown = terms.images[0].get_array()
    np.testing.assert_array_equal(lower(shown.data), lower(found.mean("terms")))
    assert shown.mask.tolist() == (~np.tri(5, dtype=bool)).tolist()
    np.testing.assert_array_equal(shares.lines[0].get_ydata(), found.shares[:, 1])
    line = found.decay.intercept + found.decay.slope * np.arange(5)
    np.testing.assert_allclose(shares.lines[-1].get_ydata(), line, rtol=1e-12)
    assert [*again] == [*given]


def map_of_three_steps(changed):
    gradient_map(
        **{"net": RNN(W=[[1.0]], U=[[1.0]]), "x": np.zeros((3, 1)), "dL_dh": np.ones((3, 1)), **changed}
    )


test_bad_arguments_are_named = refuses(
    ({"fraction": np.float32(1.5)}, r"fraction must be a number between 0 and 1, got np.float32\(1.5\)"),
    ({"net": "LSTM"}, "net must be an RNN, an LSTM, a GRU or another Recurrent, got str"),
    ({"x": np.zeros((1, 1))}, "x must have at least two steps, got 1$"),
    ({"x": [[np.nan], [0.0]]}, r"x must be finite, got nan at \(0, 0\)"),
    ({"dL_dh": np.zeros((2, 1))}, r"dL_dh must have shape \(3, 1\), got \(2, 1\)"),
    ({"dL_dh": float}, "dL_dh must be an array or a function of the states, got the class float"),
    ({"dL_dh": lambda: 1.0}, "dL_dh must be an array or a function of the states, got function"),
    ({"dL_dh": lambda h: h[0]}, r"dL_dh must have shape \(3, 1\), got \(1,\)"),
    ({"dL_dh": lambda h: h + np.inf}, r"dL_dh must be finite, got inf at \(0, 0\)"),
    ({"c_init": [0.0]}, "c_init is the LSTM's alone, got one for RNN"),
    ({"norm": "nuclear"}, "norm must be one of 'frobenius', 'spectral', got 'nuclear'"),
    ({"fraction": 0.0}, "fraction must be a number between 0 and 1, got 0.0"),
    ({"fraction": 1}, "fraction must be a number between 0 and 1, got 1"),
    ({"fraction": 1.0}, "fraction must be a number between 0 and 1, got 1.0"),
    ({"last": 1}, "last must be from 2 to the number of steps, 3, got 1"),
    ({"last": 4}, "last must be from 2 to the number of steps, 3, got 4"),
    ({"last": 2.5}, "last must be a whole number, got 2.5"),
    ({"memory": -1}, "memory must be a positive number of bytes, got -1"),
    ({"memory": 0}, "memory must be a positive number of bytes, got 0"),
    ({"memory": "2G"}, "memory must be a positive number of bytes, got '2G'"),
    by=map_of_three_steps,
)


@pytest.mark.parametrize(
    ("W", "fraction", "lag", "diagnosis"),
    [(0.5 * np.eye(3), 0.5, 2, "vanishes"), ([[2.0]], 2.0**-11, 12, "explodes")],
)
def test_a_share_that_is_the_limit_itself_is_not_beyond_it(W, fraction, lag, diagnosis):
    net = RNN(W, np.ones((len(W), 1)), activation="identity")

    found = gradient_map(net, np.zeros((14, 1)), np.ones_like, fraction=fraction)

    assert (found.diagnosis, found.lag) == (diagnosis, lag)


def test_the_least_float_of_any_width_is_a_fraction():
    """Its inverse is no float32."""
    found = gradient_map(
        RNN([[0.1]], [[1.0]], activation="identity"),
        np.zeros((60, 1)),
        np.ones_like,
        fraction=np.float32(1e-45),
    )

    assert (found.diagnosis, found.lag) == ("vanishes", 45)
