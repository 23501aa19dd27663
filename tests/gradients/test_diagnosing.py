"""The diagnosis without the map says what the map says, at a fraction of its cost."""

import logging

import numpy as np
import pytest

import drawn
from drawn import KINDS
from refusals import refuses
from rnn_solutions import _progress
from rnn_solutions._progress import Progress
from rnn_solutions.gradients import diagnosing, measuring
from rnn_solutions.gradients.diagnosing import diagnose
from rnn_solutions.gradients.gradient_map import gradient_map
from rnn_solutions.networks.lstm import LSTM
from rnn_solutions.networks.recurrent import product
from rnn_solutions.networks.rnn import RNN


def fresh(n, seed=0):
    rng = np.random.default_rng(seed)
    return LSTM(*(rng.uniform(-(n**-0.5), n**-0.5, size) for size in [(4 * n, 1), (4 * n, n), 4 * n, 4 * n]))


def fresh32(n):
    """Return an LSTM of n units and inputs as PyTorch draws it, in float32."""
    rng, bound = np.random.default_rng(0), n**-0.5
    sizes = [(4 * n, n), (4 * n, n), 4 * n, 4 * n]
    return LSTM(*(rng.uniform(-bound, bound, size).astype(np.float32) for size in sizes))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("batch", [(), (3,)])
def test_what_arrives_and_the_rows_are_those_of_the_map(kind, batch):
    """Also with losses at some steps alone, and a padded batch."""
    case = drawn.draw(kind, 14, batch, seed=5)
    dL_dh = case.dL_dh.copy()
    dL_dh[[0, 3, 4, 9]] = 0
    lengths = None
    if batch:
        lengths = [15, 6, 11]
        for b, length in enumerate(lengths):
            dL_dh[length:, b] = 0

    found = diagnose(case.net, case.x, dL_dh, **case.initial, lengths=lengths)

    whole = gradient_map(case.net, case.x, dL_dh, **case.initial, lengths=lengths)
    np.testing.assert_allclose(found.arriving, whole.arriving, rtol=1e-12, atol=1e-13)
    assert (found.diagnosis, found.lag) == (whole.diagnosis, whole.lag)
    assert found.ends.tolist() == [t for t in range(15) if t not in (0, 3, 4, 9)]
    np.testing.assert_allclose(found.by_state, whole.by_state[found.ends], rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(found.by_z, whole.by_z[found.ends], rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(found.places.sum(axis=1), found.arriving[:, 1], atol=1e-12)


def test_the_shares_are_within_five_per_cent_of_those_of_the_map():
    """Over lags that half of the steps have, for Jacobians of one direction: the hardest to estimate."""
    net, x = fresh(12), np.random.default_rng(1).normal(size=(161, 1))

    found, whole = diagnose(net, x, np.ones_like, rng=2), gradient_map(net, x, np.ones_like)

    np.testing.assert_allclose(found.shares[:81], whole.shares[:81, 1], atol=np.log10(1.05))
    assert found.place == whole.place == "carried"


@pytest.mark.parametrize("rank", [1, 6])
def test_the_error_bar_holds_what_it_says(rank):
    """Of 100 estimates from one end step about 68 lie within one standard error; 50 to 85 by chance."""
    net = RNN(np.diag([1.0] * rank + [0.0] * (6 - rank)), np.ones((6, 1)), activation="identity")
    loss = np.zeros((3, 6))
    loss[-1] = 1.0

    found = [diagnose(net, np.zeros((3, 1)), loss, probes=40, rng=seed) for seed in range(100)]

    truth = np.log10(rank / 6) / 2
    within = sum(abs(one.shares[2] - truth) <= max(one.errors[2], 1e-12) for one in found)
    assert 50 <= within <= (100 if rank == 6 else 95)
    assert abs(np.mean([one.shares[2] for one in found]) - truth) < 0.02


def test_a_closed_output_gate_is_found_without_the_map():
    net = LSTM(np.zeros((4, 1)), np.zeros((4, 1)), b_ih=[0.0, 10.0, 0.0, -30.0])

    found = diagnose(net, np.zeros((20, 1)), np.ones_like)

    assert (found.diagnosis, found.lag, found.place) == ("vanishes", 0, "leaves")
    assert "output gate" in found.summary()


def test_the_summary_says_what_was_found_where_and_how_sure():
    net, loss = RNN([[0.9]], [[1.0]], activation="identity"), np.zeros((100, 1))
    loss[-1] = 1.0

    found = diagnose(net, np.zeros((100, 1)), loss)

    assert found.reason.startswith(
        "What arrives of the loss falls below 0.001 at lag 66, in the median: it is not"
    )
    assert found.summary().replace("\n  ", " ").splitlines() == [
        "RNN, a loss at one step: vanishes",
        found.reason,
        f"At lag 66: leaves 1, carried {0.9**66:.3g}, enters 1; together {0.9**66:.3g}",
        "What is carried is an estimate, with a standard error of 0%",
        "Try orthogonal recurrent weights, or a network with gates",
    ]


def test_a_loss_at_the_last_step_walks_one_row_and_its_probes(monkeypatch):
    """Counted by how many rows the last step back takes."""
    counts = []
    step_back = RNN.step_back

    def counting(self, local, rows, deltas):
        counts.append(rows.shape[1])
        step_back(self, local, rows, deltas)

    net, loss = RNN([[0.9]], [[1.0]], activation="identity"), np.zeros((50, 1))
    diagnose(net, np.zeros((50, 1)), np.ones_like, rows=1)  # the first walk of a kind tries one step more
    loss[-1] = 1.0
    monkeypatch.setattr(RNN, "step_back", counting)

    diagnose(net, np.zeros((50, 1)), loss, probes=3)

    assert counts == [4] * 50


def test_a_map_too_slow_names_the_diagnosis_and_the_last_steps_that_fit(monkeypatch):
    net, x = fresh(8), np.zeros((40, 1))
    monkeypatch.setattr(measuring, "SLOWEST", 0.0)  # try, however short it is

    with pytest.raises(
        ValueError, match=r"40 steps would take about .* s, and seconds allows 1e-06; .*diagnose"
    ):
        gradient_map(net, x, np.ones_like, seconds=1e-6)
    with pytest.raises(ValueError, match="would take about"):
        gradient_map(net, x, np.ones_like, seconds=1e-6, norm="spectral")
    assert gradient_map(net, x, np.ones_like, seconds=60.0).diagnosis


@pytest.mark.parametrize("batch", [(), (3,)])
def test_a_diagnosis_too_slow_says_how_long_it_takes_and_the_ways_that_take_less(monkeypatch, batch):
    case = drawn.draw("LSTM", 19, batch, seed=5)
    monkeypatch.setattr(diagnosing, "SLOWEST", 0.0)  # try, however short it is

    with pytest.raises(
        ValueError,
        match=r"from 20 losses and 120 random rows over 20 steps would take about .* s, and seconds allows "
        r"1e-06; losses at fewer steps, fewer rows or fewer probes take less",
    ):
        diagnose(case.net, case.x, np.ones_like, seconds=1e-6)
    assert diagnose(case.net, case.x, np.ones_like, seconds=60.0).diagnosis


def test_the_time_foretold_is_what_the_walk_takes(monkeypatch):
    """By a clock that ticks once for each row taken a step back; rows are rounded up to a whole number."""
    net, x, ticks = fresh(4), np.random.default_rng(1).normal(size=(400, 1)), [0]
    step_back = LSTM.step_back

    def ticking(net, local, rows, deltas):
        ticks[0] += rows.shape[1]
        step_back(net, local, rows, deltas)

    monkeypatch.setattr(LSTM, "step_back", ticking)
    monkeypatch.setattr(diagnosing, "perf_counter", lambda: ticks[0])
    monkeypatch.setattr(diagnosing, "SLOWEST", 0.0)
    with pytest.raises(ValueError, match="would take about") as error:
        diagnose(net, x, np.ones_like, seconds=1e-6)
    foretold = float(str(error.value).split("about ")[1].split(" s,")[0])

    ticks[0] = 0
    monkeypatch.undo()
    monkeypatch.setattr(LSTM, "step_back", ticking)
    diagnose(net, x, np.ones_like)

    np.testing.assert_allclose(foretold, ticks[0], rtol=0.01)


def test_a_long_float32_run_is_refused_as_a_map_and_diagnosed_without_it():
    """A fresh LSTM, n = 128, T = 2000. The map names the way that fits, in memory and in time.

    A sister of 16 units and 200 steps, small enough for an exact map, has its shares within three standard
    errors of the estimate at 95 of 100 lags, and the same word at the same lag.
    """
    long, x = fresh32(128), np.zeros((2000, 128), np.float32)
    with pytest.raises(ValueError, match=r"2000 steps would take 4.39 GiB, .* last=965 maps.*diagnose\("):
        gradient_map(long, x, np.ones_like)
    with pytest.raises(ValueError, match=r"2000 steps would take about .* s, .* last=.*diagnose\("):
        gradient_map(long, x, np.ones_like, memory=2**34, seconds=10.0)
    sister, x = fresh32(16), np.random.default_rng(1).normal(size=(200, 16)).astype(np.float32)

    found, whole = diagnose(sister, x, np.ones_like), gradient_map(sister, x, np.ones_like)

    assert (found.diagnosis, found.lag, found.place) == (whole.diagnosis, whole.lag, whole.place)
    assert found.diagnosis == "vanishes"
    half = slice(1, 101)  # which at least 64 of the rows reach
    away = np.abs(found.shares - whole.shares[:, 1])[half] / found.errors[half]
    assert np.quantile(away, 0.95) < 3


def test_without_a_terminal_a_line_goes_to_the_log_every_ten_seconds(monkeypatch, caplog):
    times = iter([0.0, 5.0, 10.0, 10.0, 12.0, 20.5, 20.5])
    monkeypatch.setattr(_progress, "monotonic", lambda: next(times))

    with caplog.at_level(logging.INFO, logger="rnn_solutions"), Progress() as progress:
        for step in range(4):
            progress.show(f"step {step}")

    assert [record.message for record in caplog.records] == ["step 1", "step 3"]


def diagnosis_of_three_steps(changed):
    diagnose(**{"net": RNN([[1.0]], [[1.0]]), "x": np.zeros((3, 1)), "dL_dh": np.ones((3, 1)), **changed})


test_bad_arguments_are_named = refuses(
    ({"dL_dh": np.zeros((3, 1))}, "no diagnosis without a loss: dL_dh has none"),
    ({"rows": 0}, "rows must be at least 1, got 0"),
    ({"probes": 1}, "probes must be at least 2, got 1"),
    ({"fraction": 2.0}, "fraction must be a number between 0 and 1, got 2.0"),
    ({"memory": 10}, "the diagnosis from 3 losses and 18 random rows over 3 steps would take .* GiB"),
    ({"seconds": 0.0}, "seconds must be above 0, got 0.0"),
    ({"rng": "seed"}, "rng must be a numpy Generator or a seed"),
    by=diagnosis_of_three_steps,
)


@pytest.mark.parametrize("count", [1, 2, 8, 9])
def test_few_rows_of_a_large_matrix_are_multiplied_as_many_are(count):
    """To the rounding of 512 sums, whether they go one by one or together."""
    rng = np.random.default_rng(0)
    rows, matrix = rng.normal(size=(3, count, 512)), rng.normal(size=(512, 512))
    out = np.full((3, count, 512), np.nan)

    for each, into in zip(rows, out, strict=True):
        assert product(each, matrix, into) is into

    np.testing.assert_allclose(out, np.einsum("trj,jk->trk", rows, matrix), atol=1e-11)
