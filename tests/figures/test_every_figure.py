"""What holds for every figure, found in the modules rather than listed: drawn, tested, used, opaque."""

import inspect
import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.ticker import FuncFormatter

from drawings import ARGUMENTS, DRAWINGS, FIGURES, LAGS, overlapping
from rnn_solutions import figures
from rnn_solutions.figures import style

TESTS, ROOT = Path(__file__).parent, Path(__file__).parents[2]
every_figure = pytest.mark.parametrize("name", FIGURES)


def users_of(name):
    """Return the pages that draw a figure, and the modules of other wings."""
    drawn = rf"\bfigures\.{name}\(|from rnn_solutions\.figures(\.\w+)? import (\([^)]*|.*)\b{name}\b"
    files = [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", *(ROOT / "rnn_solutions").rglob("*.py")]
    return [
        file
        for file in files
        if file.parent.name != "figures" and re.search(drawn, file.read_text(encoding="utf-8"))
    ]


def test_there_are_arguments_for_every_figure():
    assert ARGUMENTS.keys() == FIGURES.keys(), "keep ARGUMENTS in tests/figures/drawings.py"


@every_figure
def test_a_figure_is_tested_beside_its_module(name):
    beside = TESTS / f"test_{FIGURES[name].__module__.rpartition('.')[2]}.py"

    assert re.search(rf"\b{name}\(", beside.read_text(encoding="utf-8")), f"draw {name} in {beside.name}"


@every_figure
def test_some_page_or_the_package_draws_a_figure(name):
    assert users_of(name), f"nothing draws {name}: delete it"


def test_the_public_figures_are_those_that_several_pages_or_the_package_draw():
    """What a single page draws is not public; that page imports it from its module."""
    users = {name: users_of(name) for name in FIGURES}
    shared = {
        name for name, files in users.items() if len(files) > 1 or any(f.suffix == ".py" for f in files)
    }

    assert set(figures.__all__) == shared, "keep __all__ in rnn_solutions/figures/__init__.py"


@every_figure
def test_a_figure_is_drawn_where_asked(name):
    draw, parameters = DRAWINGS[name], inspect.signature(FIGURES[name]).parameters
    if "ax" in parameters:
        _, given = plt.subplots()
        assert draw(ax=given) is given
    elif "axes" in parameters:
        count = len(draw())
        plt.close("all")
        _, given = plt.subplots(count)
        assert draw(axes=given) == tuple(given)
    else:
        draw()  # always a figure of its own
    assert len(plt.get_fignums()) == 1


@every_figure
def test_a_figure_is_drawn_on_nothing_but_axes(name):
    for argument in {"ax", "axes"} & inspect.signature(FIGURES[name]).parameters.keys():
        for wrong in (3, [1.0, [2.0]], [None] * 3, np.array(None)):
            with pytest.raises(ValueError, match=f"^{argument} must "):
                DRAWINGS[name](**{argument: wrong})
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    ("name", "count", "more"),
    [
        ("costs_over_size", 5, ("$n$", "s")),
        ("exponents_over_gain", 6, ()),
        ("gradient_by_lag", 6, ()),
        ("power_norms", 6, ()),
    ],
)
def test_curves_can_be_told_apart_by_colour_and_by_pattern(name, count, more):
    """And by markers where there are any. The line style itself says only that there are dashes."""
    curves = {f"${number}$": (0.9 - number / 10) ** LAGS for number in range(count)}
    lines = FIGURES[name](LAGS + 1, curves, *more).lines[:count]

    looks = [[line.get_color(), str(line._unscaled_dash_pattern), line.get_marker()] for line in lines]
    assert [len(set(one)) for one in zip(*looks, strict=True)] == [count, count, count if more else 1]


@pytest.mark.parametrize("name", ["exponents_over_gain", "power_norms"])
def test_labels_stand_at_the_ends_of_their_curves_without_touching(name):
    """Two curves end at the same height, where the first comes lowest, and two within 2 % of each other."""
    ends = {"$a$": 0.1, "$c$": 1.0, "$f$": 1.0, "$d$": 1.02, "$b$": 7.0, "$e$": 21.0}
    ax = FIGURES[name]([0, 20], {label: [1.0, end] for label, end in ends.items()})

    assert overlapping(ax) == []
    heights = [text.xy[1] for text in ax.texts]
    assert heights == sorted(set(heights))


@pytest.mark.parametrize("name", ["bands_by_lag", "gradient_by_lag", "power_norms"])
def test_the_labels_stand_at_the_axes(name):
    ax = DRAWINGS[name](labels=("$b$", "$c$"))

    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$b$", "$c$")


@every_figure
def test_where_numbers_stand_at_an_axis_it_has_a_name(name):
    """Panels may share an axis and its numbers. Rows have names instead, and a diagram has neither."""
    DRAWINGS[name]()
    figure = plt.gcf()
    figure.canvas.draw()

    for ax in (ax for ax in figure.axes if ax.axison):
        for axis in (ax.xaxis, ax.yaxis):
            numbers = [text.get_text() for text in axis.get_ticklabels() if text.get_visible()]
            named = axis.get_label_text() or isinstance(axis.get_major_formatter(), FuncFormatter)
            assert named or not any(numbers), f"{axis.axis_name} with the numbers {numbers}"


@every_figure
def test_a_figure_is_opaque_by_itself(name):
    drawn = DRAWINGS[name]()

    for ax in drawn if isinstance(drawn, tuple) else (drawn,):
        assert to_rgba(ax.figure.get_facecolor()) == to_rgba(ax.get_facecolor()) == to_rgba(style.PAPER)
