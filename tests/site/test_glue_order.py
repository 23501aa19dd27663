"""What a page reads and what its cells glue stand in one order, so that no two can change places unseen."""

import pytest

from glue_order import out_of_order

PAGE = """\
It goes from {glue:text}`before:.2f` to {glue:text}`after:.2f`.

```{glue:md} table
:format: myst
```

From {glue:text}`before` on, {glue:md}`last:myst`.
"""
CELLS = {"before": 1, "after": 1, "table": 1, "last": 1}


def test_a_page_in_the_order_of_its_cells_is_right():
    assert list(out_of_order(PAGE, CELLS)) == []


@pytest.mark.parametrize(("one", "other"), [("before:", "after:"), ("table", "last")])
def test_names_that_change_places_are_found(one, other):
    swapped = PAGE.replace(one, "?").replace(other, one).replace("?", other)

    (wrong,) = out_of_order(swapped, CELLS)

    assert "the page reads them the other way round" in wrong


def test_cells_may_come_in_any_order():
    assert list(out_of_order(PAGE, {"after": 2, "before": 1, "last": 4, "table": 3})) == []


def test_what_is_glued_and_not_read_is_found():
    assert list(out_of_order(PAGE, CELLS | {"more": 2})) == ["'more' is glued, and the page does not read it"]
