"""What is said of trainings follows from them, and from nothing else."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rnn_solutions.measured import MEASURED, measure
from rnn_solutions.measured.sentences import Earlier, Measured, MoreOften, Share, measured
from rnn_solutions.measured.trainings import Trainings, stored

PAGES = Path(__file__).parents[2] / "docs" / "beyond"
SETTING = {
    "network": "RNN", "task": "adding", "size": 40, "recurrent": "uniform", "activation": "tanh",
    "forget": 0.0, "clip": None, "window": None, "rate": 0.01, "beta_2": 0.999, "warm_up": 0, "updates": 200,
    "units": 20, "count": 20,
}  # fmt: skip
GUESS = 1 / 6


def made_up(**curves):
    """Return trainings of these arms: a number for each seed, on which its loss ends, or four blocks."""
    arrays = {
        arm: np.array(
            [np.full(4, one * GUESS) if np.isscalar(one) else GUESS * np.array(one) for one in ends]
        )
        for arm, ends in curves.items()
    }
    seeds = len(next(iter(curves.values())))
    return Trainings({"block": 50, "seeds": [*range(seeds)], "arms": dict.fromkeys(curves, SETTING)}, arrays)


def test_solved_is_below_a_tenth_of_the_guess_in_the_median_of_the_last_three_blocks():
    data = made_up(a=[0.09, 0.11, [1, 1, 0.01, 0.01], [0.01, 1, 1, 0.01], [np.inf, np.inf, np.inf, np.inf]])

    assert data.solved("a").tolist() == [True, False, True, False, False]


def test_solved_by_an_update_looks_at_the_block_that_ends_there():
    data = made_up(a=[[1, 0.05, 1, 1], [1, 1, 0.05, 0.05]])

    assert data.solved_by("a", 100).tolist() == [True, False]
    assert data.solved_by("a", 150).tolist() == [False, True]


def test_halved_is_the_end_of_the_first_block_below_half_the_guess():
    data = made_up(a=[[1, 0.4, 1, 0.1], [0.6, 0.51, 0.5, 0.49], [1, 1, 1, 1]])

    assert data.halved("a").tolist() == [100, 200, np.inf]


def test_a_share_counts():
    found = measure(
        Measured("measured-x", Share("a"), "It was {count} ({limits})."), made_up(a=[0.01] * 3 + [1])
    )

    assert found.sentence == "It was 3 of 4 (95% interval 19% to 99%)."
    assert found.reason == ""
    assert len(found.seeds) == 4


def test_a_difference_is_said_only_where_its_interval_leaves_out_none():
    data = made_up(a=[0.01] * 12, b=[1.0] * 9 + [0.01] * 3, c=[1.0] * 3 + [0.01] * 9)
    sentence = "{first}, {second}: {difference}"

    shown = measure(Measured("measured-x", MoreOften("a", "b"), sentence, says="more"), data)
    turned = measure(Measured("measured-x", MoreOften("b", "a"), sentence, says="less"), data)
    open_ = measure(Measured("measured-x", MoreOften("a", "c"), sentence), data)
    assert shown.sentence == "12 of 12, 3 of 12: 75 percentage points more (95% interval +9 to +96)"
    assert turned.sentence == "3 of 12, 12 of 12: 75 percentage points less (95% interval −96 to −9)"
    assert open_.sentence.startswith("12 of 12, 9 of 12: no difference that 12 pairs show (95% interval −")
    assert {one.reason for one in (shown, turned, open_)} == {""}


@pytest.mark.parametrize("says", ["more", "less"])
def test_a_page_may_not_rest_on_a_difference_that_the_interval_leaves_open(says):
    data = made_up(a=[0.01] * 12, c=[1.0] * 3 + [0.01] * 9)

    found = measure(Measured("measured-x", MoreOften("a", "c"), "{difference}", says), data)

    assert f"the page rests on '{says}'" in found.reason


def test_a_page_may_not_call_open_what_the_interval_decides():
    data = made_up(a=[0.01] * 12, b=[1.0] * 9 + [0.01] * 3)

    assert "the interval says 'more'" in measure(Measured("x", MoreOften("a", "b"), "{first}"), data).reason


def test_earlier_counts_pairs_and_leaves_out_those_that_take_as_long():
    early, late, never = [1, 0.1, 0.1, 0.1], [1, 1, 0.1, 0.1], [1, 1, 1, 1]
    data = made_up(a=[early, early, late, never, early], b=[late, never, early, never, early])

    found = measure(Measured("measured-x", Earlier("a", "b"), "{first}, {second}; {limits}"), data)

    assert found.sentence == "2 of 5, 1 of 5; 95% interval 9% to 99%"


def test_a_label_is_new_and_begins_as_it_must():
    with pytest.raises(ValueError, match="must begin with measured-, got 'clip'"):
        measured("clip", Share("a"), "")
    with pytest.raises(ValueError, match="got 'measured-tanh'"):
        measured("measured-tanh", Share("a"), "")
    with pytest.raises(ValueError, match="says must be one of more, less, open, got 'maybe'"):
        measured("measured-new", Share("a"), "", says="maybe")


@pytest.mark.parametrize("label", MEASURED)
def test_every_sentence_may_be_said_and_stands_on_one_page(label):
    found = measure(MEASURED[label])

    assert found.reason == ""
    assert not re.search(r"[{}]", re.sub(r"\$.*?\$", "", found.sentence))
    pages = [
        page for page in PAGES.glob("*.md") if f"{{measured}} {label}\n" in page.read_text(encoding="utf-8")
    ]
    assert len(pages) == 1


def test_a_sentence_follows_from_the_data():
    """With the outcomes of two arms exchanged the same sentence says the opposite."""
    data = stored()
    one = next(one for one in MEASURED.values() if one.says == "more")
    first, second = one.question.arms

    swapped = replace(data, curves=data.curves | {first: data.curves[second], second: data.curves[first]})

    assert "the interval says 'less'" in measure(one, swapped).reason
