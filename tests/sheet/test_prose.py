"""Words and tables that numbers decide: each says what its number does, or refuses it."""

import pytest

from rnn_solutions.sheet.prose import (
    course,
    error,
    fraction,
    if_all,
    listed,
    ordinal,
    power_of_ten,
    size,
    spelled,
    table,
)


@pytest.mark.parametrize(
    ("number", "word"),
    [(0, "no"), (1, "one"), (10, "ten"), (20, "twenty"), (100, "one hundred"), (200, "two hundred")],
)
def test_a_count_is_spelled(number, word):
    assert spelled(number) == word


def test_an_error_is_a_number_or_a_bound():
    assert [error(0.0312), error(0.1459, ".3f"), error(3e-16)] == ["3e-02", "0.146", "< 1e-12"]


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [
        (0.4**30, 2, r"$1.15 \cdot 10^{-12}$"),
        (70064.9, 1, r"$7.0 \cdot 10^{4}$"),
        (1.2e-73, 0, "$10^{-73}$"),
        (-2.6e-7, 0, r"$-3 \cdot 10^{-7}$"),
    ],
)
def test_a_number_is_written_with_a_power_of_ten(value, decimals, written):
    assert power_of_ten(value, decimals) == written


@pytest.mark.parametrize("number", [21, 150, 2100])
def test_a_count_without_a_word_is_refused(number):
    with pytest.raises(IndexError):
        spelled(number)


def test_a_place_and_a_part_are_spelled():
    assert [ordinal(1), ordinal(7)] == ["first", "seventh"]
    assert [fraction(0.25), fraction(0.5)] == ["one quarter", "one half"]
    with pytest.raises(KeyError):
        ordinal(0)
    with pytest.raises(KeyError):
        fraction(0.26)


@pytest.mark.parametrize(
    ("value", "words"),
    [(9e-10, "ten to the minus nine"), (1.4, "one"), (12, "ten to the one"), (0.05, "ten to the minus one")],
)
def test_a_size_is_the_nearest_power_of_ten(value, words):
    assert size(value) == words


def test_a_list_has_commas_and_one_and():
    assert [listed([2]), listed([2, 6]), listed("fio")] == ["2", "2 and 6", "f, i and o"]


def test_a_word_is_right_in_every_case_or_refused():
    assert [if_all([1, True], "above", "below"), if_all([0, False], "above", "below")] == ["above", "below"]
    with pytest.raises(ValueError, match="neither 'above' nor 'below' is right in every case"):
        if_all([True, False], "above", "below")
    with pytest.raises(ValueError, match="neither"):
        if_all([], "above", "below")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([1, 2, 4, 8], "rises along a straight line"),
        ([8, 4, 2], "falls along a straight line"),
        ([3, 3, 3], "stays level"),
        ([1, 4, 8, 9], "rises ever more slowly"),
        ([1, 2, 8], "rises"),
        ([4, 5, 1], "falls"),
    ],
)
def test_a_curve_is_named_for_what_it_does(values, words):
    assert course(values) == words


def test_a_table_has_each_entry_below_its_own_head():
    assert table({"a": 1, "b": 2.5}, {"a": 3, "b": 4}) == "| a | b |\n| --- | --- |\n| 1 | 2.5 |\n| 3 | 4 |"
    with pytest.raises(ValueError, match=r"need the heads \['a', 'b'\] in every row"):
        table({"a": 1, "b": 2.5}, {"b": 3, "a": 4})
