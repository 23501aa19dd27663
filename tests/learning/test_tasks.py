"""The two tasks: what is asked is what was shown, and what a guess costs."""

from fractions import Fraction
from math import log

import numpy as np
import pytest

from refusals import refuses
from rnn_solutions.learning.tasks import Batch, adding_problem, copy_task

X = np.ones((5, 2, 3))


@pytest.mark.parametrize("steps", [2, 3, 7, 40])
def test_one_mark_lies_in_each_half_and_the_answer_is_the_sum_of_both(steps):
    batch = adding_problem(steps, count=200, rng=4)

    for sequence, answer in zip(batch.x.swapaxes(0, 1), batch.targets[0, :, 0], strict=True):
        marked = [t for t, (_, mark) in enumerate(sequence) if mark == 1]
        assert [mark for _, mark in sequence if mark not in (0, 1)] == []
        first, second = marked
        assert first < steps // 2 <= second < steps
        assert answer == sequence[first, 0] + sequence[second, 0]


def test_every_step_can_be_marked_and_none_is_favoured():
    """2000 marks over 4 steps are 500 each; five standard deviations of a binomial are 97."""
    counts = adding_problem(steps=8, count=2000, rng=5).x[..., 1].sum(axis=1)

    assert np.abs(counts - 500).max() < 5 * (2000 * Fraction(1, 4) * Fraction(3, 4)) ** 0.5


def test_answering_1_costs_a_sixth():
    """The mean of 100 000 squares, each below 1 with deviation 0.19, is good to 0.002 (three deviations)."""
    targets = adding_problem(steps=2, count=100_000, rng=6).targets

    assert np.mean((targets - 1) ** 2) == pytest.approx(1 / 6, abs=0.002)


@pytest.mark.parametrize(("gap", "symbols", "length"), [(0, 2, 1), (1, 3, 2), (5, 4, 3)])
def test_a_symbol_is_asked_for_length_plus_gap_steps_after_it_was_shown(gap, symbols, length):
    batch = copy_task(gap, count=50, rng=7, symbols=symbols, length=length)
    shown = batch.x.argmax(axis=-1)

    assert batch.x.shape == (2 * length + gap, 50, symbols + 2)
    np.testing.assert_array_equal(batch.x.sum(axis=-1), 1)
    asked = range(length + gap, 2 * length + gap)
    for number, t in enumerate(asked):
        np.testing.assert_array_equal(batch.targets[number], shown[t - length - gap])
    assert (shown[:length] < symbols).all()
    rest = shown[length:]
    assert (rest[gap] == symbols + 1).all()
    assert (np.delete(rest, gap, axis=0) == symbols).all()


def test_every_symbol_is_shown_and_as_often_as_the_others():
    """30 000 symbols of 3: 10 000 each, give or take five standard deviations of 82."""
    counts = np.bincount(copy_task(0, count=10_000, rng=8, symbols=3).targets.ravel())

    assert len(counts) == 3
    assert np.abs(counts - 10_000).max() < 410
    assert -sum(c / 30_000 * log(c / 30_000) for c in counts) == pytest.approx(log(3), abs=1e-3)


def test_a_seed_is_a_generator_that_begins_with_it():
    for make in (adding_problem, copy_task):
        by_seed, by_generator = make(4, 3, 9), make(4, 3, np.random.default_rng(9))
        np.testing.assert_array_equal(by_seed.x, by_generator.x)
        np.testing.assert_array_equal(by_seed.targets, by_generator.targets)
        assert not np.array_equal(by_seed.x, make(4, 3, 10).x)


def test_a_batch_is_a_copy_in_floats_but_for_classes():
    x, targets, classes = X.astype(int), np.ones((1, 2, 1), np.float16), np.ones((1, 2), int)
    batches = Batch(x, targets), Batch(x, classes)
    for array in (x, targets, classes):
        array[:] = 0

    for batch, kind in zip(batches, (np.floating, np.integer), strict=True):
        assert batch.x.dtype == float
        assert batch.x.all()
        assert batch.targets.all()
        assert np.issubdtype(batch.targets.dtype, kind)
    assert batches[0].targets.dtype == float


def test_many_symbols_take_no_more_than_what_is_shown():
    """The identity of 60,000 symbols takes 27 GiB."""
    batch = copy_task(gap=0, count=1, rng=0, symbols=60_000, length=1)

    assert batch.x.shape == (2, 1, 60_002)
    np.testing.assert_array_equal(batch.x.argmax(axis=-1), [batch.targets[0], [60_001]])
    np.testing.assert_array_equal(batch.x.sum(axis=-1), 1)


test_bad_arguments_are_named = refuses(
    (
        Batch,
        X,
        np.full((1, 2), 0.5),
        r"targets of shape \(1, 2\) must be classes, .* float64 with 0.5",
    ),
    (Batch, X, np.full((1, 2), -1), r"targets of shape \(1, 2\) must be classes, .* got dtype int64 with -1"),
    (adding_problem, 1, 3, 0, "steps must be at least 2, got 1"),
    (adding_problem, 2.5, 3, 0, "steps must be a whole number, got 2.5"),
    (adding_problem, 2, 0, 0, "count must be at least 1, got 0"),
    (adding_problem, 2, 1, None, "rng must be a numpy Generator or a seed from 0 up, got None"),
    (adding_problem, 2, 1, -1, "rng must be a numpy Generator or a seed from 0 up, got -1"),
    (adding_problem, 2, 1, True, "rng must be a numpy Generator or a seed from 0 up, got True"),
    (copy_task, -1, 1, 0, "gap must be at least 0, got -1"),
    (copy_task, 1, 0, 0, "count must be at least 1, got 0"),
    (lambda: copy_task(1, 1, 0, symbols=1), "symbols must be at least 2, got 1"),
    (lambda: copy_task(1, 1, 0, length=0), "length must be at least 1, got 0"),
    (adding_problem, 10**7, 10**6, 0, "steps=10000000 of count=1000000 sequences would take 5.22e.05 GiB"),
    (copy_task, 10**7, 10**6, 0, "10000006 steps of count=1000000 sequences with symbols=4 would take"),
    (adding_problem, 10**300, 10**300, 0, "steps=10+ of count=10+ sequences would take 5.22e.592 GiB"),
    (Batch, np.ones((5, 2)), np.ones((1, 2, 1)), r"x must have shape \(T\+1, B, d\), got \(5, 2\)"),
    (Batch, X, np.ones((1, 3, 1)), r"targets must have shape \(A, 2, m\) or \(A, 2\), got \(1, 3, 1\)"),
    (Batch, X, np.ones((6, 2, 1)), "targets must be for at most 5 steps, got 6"),
    (Batch, X, np.ones((0, 2, 1)), r"targets must have shape .*, got \(0, 2, 1\)"),
    (Batch, X, [[["a"], ["b"]]], "targets must .* real numbers"),
)
