"""What is left in a notebook of the cells that its page hides."""

import pytest

from needed_code import without_plumbing


def left(hidden, shown):
    """Return what is left of a hidden cell before one that is shown."""
    return without_plumbing({0: (hidden, True), 1: (shown, False)}).get(0, "")


@pytest.mark.parametrize(
    ("hidden", "shown", "expected"),
    [
        ("glue('a', 1)", "print(1)", ""),
        ("import os\nx = 1\ny = 2", "print(x)", "x = 1"),
        ("x = 1\ny = x + 1\nassert y", "print(y)", "x = 1\ny = x + 1"),
        ("x = 1", "x = 2\nprint(x)", ""),
        ("x = 1", "for x in range(3):\n    print(x)", ""),
        ("x = 1", "[x for x in range(3)]", ""),
        ("x = 1", "total = sum(x for y in range(3))", "x = 1"),
        ("total = 0", "for y in range(3):\n    total = total + y", "total = 0"),
        ("x = 1", "def f(x):\n    return x", ""),
        ("x = 1", "def f():\n    return x", "x = 1"),
        ("x = 1", "with open(x) as y:\n    pass", "x = 1"),
        ("y = 1", "with open('x') as y:\n    print(y)", ""),
        ("x = 1", "if y:\n    x = 2\nprint(x)", "x = 1"),
        ("x = 0", "x += 1", "x = 0"),
        ("x = []\nx.append(1)\nx[0] = 2\nlen(x)", "print(x)", "x = []\nx.append(1)\nx[0] = 2"),
        (
            "x = 1\n\n# why\n\n@cached\ndef f():\n    return x",
            "f()",
            "x = 1\n@cached\ndef f():\n    return x",
        ),
        ("for k in [1]:\n    glue(k, x)", "print(k)", ""),
        ("from myst_nb import glue", "glue('a', 1)\nprint(1)", ""),
    ],
)
def test_a_hidden_cell_keeps_what_a_later_one_needs(hidden, shown, expected):
    assert left(hidden, shown) == expected


def test_a_shown_cell_loses_only_what_hands_numbers_to_the_text():
    shown = "from myst_nb import glue\n\n# Why.\nx = 1\nglue('x', x)\nprint(x)"

    assert without_plumbing({3: (shown, False)}) == {3: "# Why.\nx = 1\nprint(x)"}
