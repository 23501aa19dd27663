"""The stored trainings: the present code still makes them, and they are whole."""

import json
from dataclasses import asdict
from itertools import islice
from math import comb
from pathlib import Path

import numpy as np
import pytest

import experiments
import learn
from experiments import Setting, WarmUp, arms
from rnn_solutions import Adam, squared_error, train
from rnn_solutions.learning.tasks import adding_problem
from rnn_solutions.measured import MEASURED, Measured
from rnn_solutions.measured.sentences import MoreOften, Share
from rnn_solutions.measured.trainings import GUESSES, Trainings

DATA = Path(__file__).parents[2] / "docs" / "_data" / "trainings.npz"


@pytest.fixture(scope="module")
def about(stored):
    return json.loads(str(stored["about"]))


@pytest.fixture(scope="module")
def named(about):
    return arms(about["rates"])


def test_the_code_still_takes_the_stored_first_steps(named, about, stored):
    """Single precision keeps 6e-8; rounding, which differs between machines, is far below over 5 updates."""
    for name, setting in named.items():
        (found,) = setting.train(about["seeds"][0], 5)
        np.testing.assert_allclose(found.losses, stored[f"{name}.first"][:5], rtol=1e-6, err_msg=name)


@pytest.mark.parametrize("name", ["relu, identity", "LSTM, forget bias + 3", "copying 5 GRU"])
def test_rounding_could_not_hide_or_feign_a_difference(named, name):
    """A nudge of 1e-13 in the first weights moves the first 20 losses by less than 1e-8, 1e-6 is allowed."""
    setting = named[name]
    model, batches = setting.model(0), list(islice(setting.batches(0), 20))
    loss = squared_error if setting.task == "adding" else experiments.cross_entropy
    moved = model.with_parameters({name: (1 + 1e-13) * a for name, a in model.parameters.items()})
    one, other = (
        train(start, batches, loss, Adam(setting.rate), setting.clip).losses for start in (model, moved)
    )
    np.testing.assert_allclose(one, other, rtol=1e-8)


def test_the_file_says_how_it_was_made_and_holds_every_arm(named, about, stored):
    assert about["arms"] == {name: asdict(setting) for name, setting in named.items()}
    assert about["seeds"] == [*learn.SEEDS]
    assert about["tuning"] == [*learn.TUNING]
    assert not {*learn.SEEDS} & {*learn.TUNING}
    assert {"python", "numpy", "machine", "mapped"} <= about.keys()
    for name, setting in named.items():
        assert stored[name].shape == (len(learn.SEEDS), setting.updates // experiments.BLOCK)
        assert not np.isnan(stored[name]).any()
        assert setting.guess == GUESSES[setting.task]
    assert DATA.stat().st_size < 140_000


def test_some_arm_has_thirty_seeds_or_more_and_all_have_as_many(about):
    assert len({*about["seeds"]}) == len(about["seeds"]) >= 30


def test_every_arm_that_a_sentence_asks_is_there(about):
    assert {arm for one in MEASURED.values() for arm in one.question.arms} <= about["arms"].keys()


def test_the_stored_networks_are_those_of_the_curves(named, about, stored):
    """On 300 new sequences, with weights of 11 bits, within a factor of three of the last stored losses."""
    test = adding_problem(experiments.STEPS, 300, rng=12)
    for network in experiments.NETWORKS:
        name = f"adding {experiments.STEPS} {network}"
        start = named[name].model(about["mapped"])
        parameters = {key: stored[f"{network}.end.{key}"].astype(float) for key in start.parameters}
        loss, _ = start.with_parameters(parameters).loss_and_gradients(test, squared_error)
        kept = learn.last(stored[name][about["seeds"].index(about["mapped"])])
        assert kept / 3 < loss < 3 * kept


def test_a_warm_up_is_adam_with_a_growing_rate():
    """A step is proportional to the rate: by hand, with a new rate for each update."""
    rng, theta = np.random.default_rng(0), {"b": np.ones(3)}
    slopes = [{"b": rng.normal(size=3)} for _ in range(6)]
    warm, first, second = WarmUp(Adam(0.1), 4), np.zeros(3), np.zeros(3)
    expected, found = theta["b"], theta
    for u, g in enumerate(slopes, 1):
        first, second = 0.9 * first + 0.1 * g["b"], 0.999 * second + 0.001 * g["b"] ** 2
        step = first / (1 - 0.9**u) / (np.sqrt(second / (1 - 0.999**u)) + 1e-8)
        expected = expected - 0.1 * min(1, u / 4) * step
        found = warm.update(found, g)

    np.testing.assert_allclose(found["b"], expected, rtol=1e-12)


def test_a_training_that_overflows_has_not_learned():
    wild = Setting("RNN", recurrent="identity", activation="relu", rate=1e30, updates=100)

    curve, norm = wild.outcome(0)

    assert curve == [np.inf, np.inf]
    assert norm == np.inf


def made_up(seeds, **shares):
    """Return trainings of which so many are solved, the first ones."""
    curves = {
        arm: np.where(np.arange(seeds)[:, None] < solved, 0.001, 1.0) * np.ones((1, 3))
        for arm, solved in shares.items()
    }
    return Trainings({"block": 50, "seeds": [], "arms": {arm: {"task": "adding"} for arm in curves}}, curves)


def test_fresh_seeds_agree_with_what_is_alike_and_not_with_the_opposite():
    one, level = Measured("measured-x", Share("a"), ""), 0.001

    assert learn.agreement(one, made_up(40, a=20), made_up(10, a=5), level)[0]
    assert learn.agreement(one, made_up(40, a=40), made_up(10, a=10), level)[0]
    assert learn.agreement(one, made_up(40, a=38), made_up(10, a=9), level)[0]
    assert not learn.agreement(one, made_up(40, a=40), made_up(10, a=2), level)[0]
    assert not learn.agreement(one, made_up(40, a=0), made_up(10, a=10), level)[0]


def test_a_difference_that_goes_the_other_way_does_not_agree():
    one = Measured("measured-x", MoreOften("a", "b"), "", says="more")

    agrees, told = learn.agreement(one, made_up(40, a=30, b=20), made_up(10, a=4, b=5), level=0.001)

    assert not agrees
    assert "the other way" in told
    assert learn.agreement(one, made_up(40, a=30, b=20), made_up(10, a=6, b=5), level=0.001)[0]


def test_chances_of_shares_are_those_of_fishers_exact_test():
    """9999 permutations know a chance of 0.1 to 0.003; the exact one is a sum of products of binomials."""
    old, new = (40, 30), (10, 5)
    ways = {k: comb(40, 35 - k) * comb(10, k) for k in range(11)}
    apart = {k: abs((35 - k) / 40 - k / 10) for k in ways}
    exact = sum(way for k, way in ways.items() if apart[k] >= apart[5] - 1e-12) / comb(50, 35)

    told = learn.agreement(Measured("x", Share("a"), ""), made_up(40, a=old[1]), made_up(10, a=new[1]), 0.01)[
        1
    ]

    assert float(told.rpartition("= ")[2]) == pytest.approx(exact, abs=0.015)


def test_seeds_that_are_known_are_no_repetition(about):
    for seed in (about["seeds"][0], about["tuning"][0]):
        with pytest.raises(SystemExit, match="seeds must be fresh"):
            learn.again(first=seed, count=1)


def test_an_interrupted_run_goes_on_where_it_was(tmp_path, monkeypatch, capsys):
    """What is kept is not trained again, and what is found is what a training alone finds."""
    monkeypatch.setattr(learn, "kept", lambda: tmp_path / "kept" / "learn.jsonl")
    setting = Setting("RNN", size=4, updates=50, units=3, count=2)

    first = learn.run([(setting, 0)])
    with learn.kept().open("a", encoding="utf-8") as file:
        file.write('\n{"job": [{"netw')  # and then it was killed
    both = learn.run([(setting, 0), (setting, 1)])

    assert "1 of 1," in capsys.readouterr().out.splitlines()[-1]
    assert both[setting, 0] == first[setting, 0]
    assert both[setting, 1] == setting.outcome(1)
    assert len(dict(learn.done_in(learn.kept()))) == 2
