"""The figures of trainings: what is drawn is what was given."""

import numpy as np

from drawings import refuses
from rnn_solutions.figures import style
from rnn_solutions.figures.training_losses import learning_curves, outcomes

LOSSES = np.array([[0.3, 0.1, 0.05], [0.2, 0.15, 0.01], [0.25, 0.2, 0.1]])


def test_lines_are_medians_bands_the_extremes_and_the_dashed_line_the_guess():
    panels = {"short": {"RNN": LOSSES, "GRU": LOSSES / 2}, "long": {"RNN": LOSSES * 2, "GRU": LOSSES}}
    axes = learning_curves([10, 20, 30], panels, guess=0.4)

    assert [ax.get_title() for ax in axes] == ["short", "long"]
    guess, rnn, gru = axes[0].lines
    np.testing.assert_array_equal(guess.get_ydata(), 0.4)
    np.testing.assert_array_equal(rnn.get_xydata(), [[10, 0.25], [20, 0.15], [30, 0.05]])
    np.testing.assert_array_equal(gru.get_ydata(), [0.125, 0.075, 0.025])
    corners = {tuple(corner) for corner in axes[0].collections[0].get_paths()[0].vertices}
    assert {(10, 0.2), (10, 0.3), (20, 0.1), (20, 0.2), (30, 0.01), (30, 0.1)} <= corners
    (legend,) = axes[0].figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["RNN", "GRU"]
    assert [line.get_color() for line in legend.get_lines()] == [rnn.get_color(), gru.get_color()]
    assert axes[1].get_yscale() == "log"


def test_the_loss_of_a_single_update_is_a_dot():
    (ax,) = learning_curves([5], {"T": {"a": [[1.0]]}}, 1.0)

    assert (ax.lines[1].get_marker(), ax.lines[1].get_markevery()) == ("o", [0])


def test_an_odd_panel_leaves_a_blank():
    axes = learning_curves([1.0], {title: {"RNN": [[0.1]]} for title in "abc"}, guess=1)

    assert len(axes) == 3
    assert len(axes[0].figure.axes) == 4
    assert not axes[0].figure.axes[3].axison


def test_every_seed_is_a_dot_and_only_the_first_row_of_a_group_is_hollow():
    groups = {"A": {"without": [0.1, 0.2], "with": [0.01, 0.02]}, "B": {"all": [0.3, 0.4]}}
    ax = outcomes(groups, guess=1 / 6)

    guess, *rows = ax.lines
    np.testing.assert_array_equal(guess.get_xdata(), 1 / 6)
    assert [row.get_xdata().tolist() for row in rows] == [[0.1, 0.2], [0.01, 0.02], [0.3, 0.4]]
    assert [row.get_ydata()[0] for row in rows] == [1, 2, 4]
    assert [row.get_markerfacecolor() for row in rows] == [style.PAPER, style.BLUE, style.PAPER]
    ticks = dict(zip(ax.get_yticks(), (label.get_text() for label in ax.get_yticklabels()), strict=True))
    assert ticks == {1: "without", 2: "with", 4: "all"}
    assert [(text.get_text(), text.xy[1]) for text in ax.texts] == [("A", 0), ("B", 3)]
    low, high = ax.get_ylim()
    assert low > high  # from the top down


test_bad_input_of_learning_curves_is_named = refuses(
    learning_curves,
    ([1.0], {}, 1.0, "panels must hold 1 or more, got 0"),
    ([1.0], {"a": {}}, 1.0, "panel a must hold 1 to 4, got 0"),
    ([1.0], {"a": {"b": [[1, 2]]}}, 1.0, r"a: b must have shape \(seeds, 1\)"),
    ([1.0], {"a": {"b": [[0.0]]}}, 1.0, "panel a: b must be above 0, got 0.0"),
    ([1.0], {"a": {"b": [[1]]}, "c": {"d": [[1]]}}, 1.0, r"have the same labels, got \[\['b'\], \['d'\]\]"),
    ([1.0], {"a": {"b": [[1.0]]}}, 0.0, "guess must be above 0, got 0.0"),
)

test_bad_input_of_outcomes_is_named = refuses(
    outcomes,
    ({}, 1.0, "groups must hold 1 or more, got 0"),
    ({"a": {}}, 1.0, "group a must hold 1 or more, got 0"),
    ({"a": {"b": [-1.0]}}, 1.0, "group a: b must be above 0, got -1.0"),
    ({"a": {"b": [np.inf]}}, 1.0, "group a: b must be finite, got inf"),
)
