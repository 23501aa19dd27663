"""Lengths and masks say which steps are real, and what is wrong with them is named."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refusals import refuses
from rnn_solutions.networks.lengths import (
    backwards,
    lengths_of,
    real_steps,
    require_no_loss_on_padding,
    without_padding,
)

BATCHES = st.integers(1, 6).flatmap(
    lambda steps: st.tuples(st.just(steps), st.lists(st.integers(1, steps), min_size=1, max_size=4))
)


@given(BATCHES)
def test_a_mask_says_what_lengths_say(batch):
    steps, lengths = batch
    mask = np.array([[t < length for length in lengths] for t in range(steps)])

    np.testing.assert_array_equal(lengths_of(None, mask, steps, len(lengths)), lengths)
    np.testing.assert_array_equal(real_steps(lengths_of(lengths, None, steps, len(lengths)), steps), mask)


@given(BATCHES)
def test_each_sequence_is_read_from_its_own_end_and_its_padding_stays(batch):
    steps, lengths = batch
    array = np.arange(steps * len(lengths)).reshape(steps, -1, 1)

    found = backwards(array, np.array(lengths))

    for b, length in enumerate(lengths):
        np.testing.assert_array_equal(found[:length, b], array[:length, b][::-1])
        np.testing.assert_array_equal(found[length:, b], array[length:, b])
    np.testing.assert_array_equal(backwards(found, np.array(lengths)), array)


def test_without_lengths_every_step_is_real():
    np.testing.assert_array_equal(lengths_of(None, None, 4, 2), [4, 4])
    assert lengths_of(None, None, 4) == 4


def test_one_sequence_has_one_length_or_a_mask_of_one_axis():
    assert lengths_of(3, None, 4) == lengths_of(None, [True, True, True, False], 4) == 3


def test_padding_is_set_to_zero_and_what_is_real_stays():
    array = np.arange(1.0, 7.0).reshape(3, 2, 1)

    found = without_padding(array, np.array([1, 3]))

    np.testing.assert_array_equal(found[..., 0], [[1, 2], [0, 4], [0, 6]])
    np.testing.assert_array_equal(array.ravel(), np.arange(1, 7), err_msg="the argument stays")


test_wrong_lengths_are_named = refuses(
    (([3, 5], None, 4, 2), "lengths must be whole numbers from 1 to 4, .*, got 5 for sequence 1$"),
    (([0, 4], None, 4, 2), "lengths must be whole numbers from 1 to 4, .*, got 0 for sequence 0$"),
    (([1, -2], None, 4, 2), "lengths must .*, got -2 for sequence 1$"),
    (([2.5, 2.0], None, 4, 2), "lengths must .*, got 2.5 for sequence 0$"),
    (([True, True], None, 4, 2), "lengths must .*, got True for sequence 0$"),
    (([1, 10**30], None, 4, 2), "lengths must .*, got 1.* for sequence 0$"),
    ((np.array([1, 2**64 - 1], np.uint64), None, 4, 2), "lengths must .*, got 1844.* for sequence 1$"),
    (([1, 2, 3], None, 4, 2), r"lengths must have shape \(2,\), got shape \(3,\)$"),
    ((5, None, 4, None), "lengths must .*, got 5$"),
    (([3], None, 4, None), r"lengths must be one whole number, as x is one sequence, got shape \(1,\)$"),
    (([3, 3], [[True, True]] * 4, 4, 2), "lengths and mask say the same: give one of them, got both$"),
    by=lambda arguments: lengths_of(*arguments),
)

test_a_wrong_mask_is_named = refuses(
    (
        ([[True, True], [True, False], [True, True]], 3, 2),
        "mask must be True from .*, got False at step 1 and True at step 2 for sequence 1$",
    ),
    (
        ([[True, True, True], [True, True, False], [True, False, False], [True, True, True]], 4, 3),
        "mask must be True from .*, got False at step 2 and True at step 3 for sequence 1$",
    ),
    (([True, False, True], 3, None), "mask must .*, got False at step 1 and True at step 2$"),
    (([[True, False], [True, False]], 2, 2), "mask must be True at step 0, got False for sequence 1$"),
    (([[True, True, True]], 3, 1), r"mask must have shape \(3, 1\), steps first, got \(1, 3\)$"),
    (([[1], [0]], 2, 1), "mask must hold True and False, got dtype int"),
    by=lambda arguments: lengths_of(None, *arguments),
)


def test_a_loss_on_padding_is_refused_with_its_first_step_and_sequence():
    dL_dh = np.zeros((4, 3, 2))
    lengths = np.array([2, 4, 1])
    require_no_loss_on_padding(dL_dh, lengths)
    dL_dh[:2, 0] = dL_dh[:, 1] = dL_dh[0, 2] = 1.0
    require_no_loss_on_padding(dL_dh, lengths)

    dL_dh[3, 0, 1] = dL_dh[2, 2, 1] = 0.25

    message = "dL_dh must be zero on padding, got 0.25 at step 2 of sequence 2, whose last step is 0"
    with pytest.raises(ValueError, match=message):
        require_no_loss_on_padding(dL_dh, lengths)
    with pytest.raises(ValueError, match=r"got 1.0 at step 1, whose last step is 0$"):
        require_no_loss_on_padding(np.ones((2, 1)), np.array(1))
