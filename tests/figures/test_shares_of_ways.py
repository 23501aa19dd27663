"""The figure of ways: what is drawn is what was given."""

from functools import partial

import numpy as np

from drawings import refuses
from rnn_solutions.figures.shares_of_ways import way_shares

WAYS = ["direct", "forget", "candidate"]
SHARES = {"a": [0.0, 0.95, 0.01], "b": [0.9, 1.05, 1e-6]}


def test_each_network_has_its_marks_one_row_a_way():
    """The line at 1 comes first, then for each network the marks above zero and the hollow ones."""
    ax = way_shares(WAYS, SHARES)

    one, a, a_zero, b, b_zero = ax.lines
    assert set(one.get_xdata()) == {1}
    np.testing.assert_array_equal(a.get_xdata(), [0.95, 0.01])
    np.testing.assert_array_equal(np.round(a.get_ydata()), [1, 2])
    np.testing.assert_array_equal(b.get_xdata(), SHARES["b"])
    np.testing.assert_array_equal(np.round(b.get_ydata()), [0, 1, 2])
    assert (len(a_zero.get_xdata()), len(b_zero.get_xdata())) == (1, 0)
    assert a.get_marker() != b.get_marker()
    assert [label.get_text() for label in ax.get_yticklabels()] == WAYS
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]


def test_a_name_that_begins_with_an_underscore_stands_in_the_legend_too():
    """Matplotlib takes it for a name that is not to be shown."""
    ax = way_shares(WAYS, {"_b": SHARES["b"], "a": SHARES["a"]})

    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["_b", "a"]


def test_a_zero_is_a_hollow_mark_left_of_all_numbers():
    ax = way_shares(WAYS, SHARES)
    hollow = ax.lines[2]

    assert hollow.get_markerfacecolor() == "none"
    assert [text.get_text() for text in ax.texts] == ["0"]
    assert ax.get_xlim()[0] < hollow.get_xdata()[0] < 1e-6
    assert ax.get_xscale() == "log"


def test_one_is_among_at_most_six_ticks_whole_decades_apart():
    """Over a span of 46 decades as over less than one."""
    for least in (1e-46, 0.5):
        ticks = np.log10(way_shares(WAYS, {"a": [least, 1.0, 2.0]}).get_xticks())
        low, high = np.log10(way_shares(WAYS, {"a": [least, 1.0, 2.0]}).get_xlim())
        assert 0 in ticks
        assert len(ticks) <= 6
        assert low <= ticks.min() <= ticks.max() <= high


def test_marks_of_one_row_stand_apart_and_in_their_row():
    ax = way_shares(WAYS, SHARES | {"c": [1.0] * 3, "d": [1.0] * 3})
    heights = np.array([line.get_ydata()[-1] for line in ax.lines[1::2]])

    assert np.all(np.diff(heights) > 0.1)
    assert np.all(np.abs(heights - 2) < 0.5)


test_bad_shares_are_named = refuses(
    partial(way_shares, WAYS),
    ({}, "shares must hold 1 to 4, got 0"),
    ({name: [1.0] * 3 for name in "abcde"}, "shares must hold 1 to 4, got 5"),
    ([1.0], "shares must be a mapping, got list"),
    ({"a": [1.0, 1.0]}, "ways must be 2 strings"),
    ({"a": [1.0] * 3, "b": [1.0, 1.0]}, "shares of b must be 3 numbers"),
    ({"a": [1.0, -1.0, 1.0]}, "shares of a must be at least 0 and not all 0, got"),
    ({"a": [0.0] * 3}, "shares of a must be at least 0 and not all 0, got"),
    ({"a": [1.0, 0.0, 5e-324]}, "shares of a must be 0 or at least 1e-200 to be drawn, got 5e-324"),
    ({"a": [1.0, np.nan, 1.0]}, r"shares of a must be finite, got nan at \(1,\)"),
)
