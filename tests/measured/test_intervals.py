"""The intervals hold as often as they say: by exact sums over all that can happen."""

from fractions import Fraction
from itertools import product
from math import comb

import pytest

from rnn_solutions.measured.intervals import of_paired_difference, of_share


def at_least(hits, of, share):
    """Return the exact probability of so many hits or more."""
    p = Fraction(share)
    return sum(comb(of, k) * p**k * (1 - p) ** (of - k) for k in range(hits, of + 1))


@pytest.mark.parametrize(("hits", "of"), [(1, 10), (5, 10), (9, 10), (3, 40), (37, 40)])
def test_each_limit_of_a_share_leaves_out_a_fortieth(hits, of):
    """SciPy's root is good to about 1e-12, and the slope of the sum is at most the number of trials."""
    value, low, high = of_share(hits, of)

    assert value == hits / of
    assert float(at_least(hits, of, low)) == pytest.approx(0.025, abs=1e-10)
    assert 1 - float(at_least(hits + 1, of, high)) == pytest.approx(0.025, abs=1e-10)


def test_nothing_and_everything_reach_the_ends():
    assert of_share(0, 12)[:2] == (0, 0)
    assert of_share(12, 12)[0] == of_share(12, 12)[2] == 1


@pytest.mark.parametrize(
    ("first", "second"), [(0.0, 0.0), (0.3, 0.0), (0.2, 0.2), (0.05, 0.5), (0.5, 0.5), (0.9, 0.1)]
)
def test_the_interval_of_a_difference_covers_it_at_least_as_often_as_it_says(first, second):
    """Of twelve pairs, over every way in which they can go."""
    pairs, p, q = 12, Fraction(first).limit_denominator(), Fraction(second).limit_denominator()
    covered = Fraction(0)
    for a, b in product(range(pairs + 1), repeat=2):
        if a + b <= pairs:
            _, low, high = of_paired_difference(a, b, pairs)
            if low <= first - second <= high:
                ways = comb(pairs, a) * comb(pairs - a, b)
                covered += ways * p**a * q**b * (1 - p - q) ** (pairs - a - b)

    assert covered >= Fraction(95, 100)


def test_a_difference_turns_with_its_order():
    value, low, high = of_paired_difference(7, 2, 30)

    assert (-value, -high, -low) == pytest.approx(of_paired_difference(2, 7, 30))


@pytest.mark.parametrize(("alone", "shows"), [(6, False), (7, True)])
def test_seven_pairs_of_one_kind_show_a_difference_and_six_do_not(alone, shows):
    """Of n pairs alike the limit of the share is 0.0125^(1/n), which is above a half from n = 7 on."""
    assert (0.0125 ** (1 / alone) > 0.5) == shows
    assert (of_paired_difference(alone, 0, 40).low > 0) == shows
