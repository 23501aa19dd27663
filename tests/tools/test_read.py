"""Slips in what a reader reads: each applies to what stands there today."""

import pytest

from planting import DoesNotApplyError
from read import Slip, edited, place, slips


@pytest.mark.parametrize("slip", slips(), ids=lambda slip: slip.name)
def test_every_slip_of_the_list_applies_to_what_stands_there_today(slip):
    assert slip.put in edited(slip)
    assert place(slip).startswith(f"{slip.file}:")


def test_a_slip_that_no_longer_applies_is_refused_with_what_to_do():
    slip = Slip("a word", "docs/index.md", "no such words", "others")

    with pytest.raises(DoesNotApplyError, match=r"'a word' does not apply: .* stands 0 times\. Rewrite it"):
        edited(slip)
