"""The figures of an LSTM's values: what is drawn is what was given, and so are the numbers written."""

import numpy as np

from drawings import refuses
from rnn_solutions.figures.lstm_values import gate_run, value_ranges

FORGET, WRITE, SHOW = [0.99, 0.0, 1.0, 1.0], [0.01, 0.5, 0.0, 0.0], [0.02, 0.1, 0.125, 0.97]
CELL, HIDDEN = [0.3, 0.5, -0.5, 0.4], [0.01, 0.05, -0.06, 0.37]
RUN = {"f": FORGET, "i": WRITE, "o": SHOW, "C": CELL, "h": HIDDEN}
RANGES = {"$f_t$": (0, 1, 0.02, 0.97), "$C_t$": (-np.inf, np.inf, -2.125, 3.5), "$h_t$": (-1, 1, -0.8, 0.9)}


def heights(ax):
    return [bar.get_height() for bar in ax.patches]


def test_gate_run_draws_the_gates_in_the_order_f_i_o_over_C_over_h():
    gates, cell, hidden = gate_run(**RUN)

    np.testing.assert_array_equal(gates.images[0].get_array(), [FORGET, WRITE, SHOW])
    assert [label.get_text() for label in gates.get_yticklabels()] == ["$f_t$", "$i_t$", "$o_t$"]
    assert (heights(cell), heights(hidden)) == (CELL, HIDDEN)
    assert (cell.get_ylabel(), hidden.get_ylabel()) == ("$C_t$", "$h_t$")
    tops = [ax.get_position().y1 for ax in (gates, cell, hidden)]
    assert tops == sorted(tops, reverse=True)


def test_gate_run_puts_every_step_at_the_same_place_in_each_panel():
    panels = gate_run(**RUN, x=[1.0, 0.0, -1.0, 2.0])

    assert len(panels) == 4
    for panel in panels:
        assert panel.get_xlim() == (-0.5, 3.5)
    for panel in (panels[0], *panels[2:]):
        np.testing.assert_allclose([bar.get_x() + bar.get_width() / 2 for bar in panel.patches], range(4))
    assert heights(panels[0]) == [1.0, 0.0, -1.0, 2.0]


def test_gate_run_compares_C_and_h_on_one_scale_that_holds_both():
    _, cell, hidden = gate_run(**RUN)

    assert cell.get_ylim() == hidden.get_ylim()
    low, high = cell.get_ylim()
    assert low < min(CELL + HIDDEN)
    assert max(CELL + HIDDEN) < high


def test_gate_run_writes_each_gate_in_its_cell_to_two_decimals():
    gates = gate_run(**RUN)[0]

    written = {text.get_position(): text.get_text() for text in gates.texts}
    rows = [[written[t, row] for t in range(4)] for row in range(3)]
    assert rows == [[".99", "0", "1", "1"], [".01", ".5", "0", "0"], [".02", ".1", ".12", ".97"]]


def test_gate_run_leaves_the_numbers_out_where_they_would_not_fit():
    long = np.full(40, 0.5)

    assert not gate_run(long, long, long, long, long)[0].texts


def test_a_half_open_gate_is_half_dark_whatever_the_others_do():
    half = np.full(3, 0.5)

    assert gate_run(half, half, half, half, half)[0].images[0].get_clim() == (0, 1)


test_bad_gates_are_named = refuses(
    lambda changed: gate_run(**RUN | changed),
    ({"f": [[0.5]]}, r"f must have shape \(T\+1,\), got \(1, 1\)"),
    ({"i": [0.5]}, r"i must have shape \(4,\), got \(1,\)"),
    ({"C": [0.5]}, r"C must have shape \(4,\), got \(1,\)"),
    ({"h": [0.5] * 5}, r"h must have shape \(4,\), got \(5,\)"),
    ({"x": [0.5] * 3}, r"x must have shape \(4,\), got \(3,\)"),
    ({"h": [0.5, np.nan, 0, 0]}, r"h must be finite, got nan at \(1,\)"),
    ({"o": [0.5, 1.5, 0, 0]}, "o must lie between 0 and 1, got 0.0 to 1.5"),
    ({"axes": ()}, r"axes must hold 3, for gates, C, h, got \(\)"),
)


def test_value_ranges_spans_low_to_high_and_marks_the_extremes_met():
    ax = value_ranges(RANGES)

    spans = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches]
    marks = [tuple(line.get_xdata()) for line in ax.lines if line.get_marker() == "|"]
    np.testing.assert_allclose(spans, [(0, 1), ax.get_xlim(), (-1, 1)], rtol=1e-15)
    assert marks == [(0.02, 0.97), (-2.125, 3.5), (-0.8, 0.9)]
    written = " ".join(text.get_text() for text in ax.texts)
    assert written == "$0.02$ $0.97$ $-2.1$ $3.5$ $-0.8$ $0.9$"


def test_only_a_range_without_an_end_has_an_arrow_there():
    ax = value_ranges(RANGES | {"$e^x$": (0, np.inf, 0.5, 2)})
    left, right = ax.get_xlim()

    arrows = {(line.get_marker(), line.get_xdata()[0], line.get_ydata()[0]) for line in ax.lines
              if line.get_marker() in ("<", ">")}  # fmt: skip

    assert arrows == {("<", left, 1), (">", right, 1), (">", right, 3)}


def test_the_first_symbol_stands_on_top_of_the_rows():
    ax = value_ranges(RANGES)

    assert [label.get_text() for label in ax.get_yticklabels()] == list(RANGES)
    bottom, top = ax.get_ylim()
    assert top < bottom


def test_an_extreme_just_short_of_its_bound_is_not_written_as_the_bound():
    ax = value_ranges({"$a$": (-1, 1, -1 + 2.0**-20, 1 - 2.0**-10), "$b$": (0, 1, 1e-5, 1)})

    assert [text.get_text() for text in ax.texts] == [
        r"$-1 + 9.5 \times 10^{-7}$", "$1 - 0.00098$", r"$1 \times 10^{-5}$", "$1$",
    ]  # fmt: skip


test_what_is_no_range_is_named = refuses(
    value_ranges,
    *(
        ({"$q$": values}, r"the range of \$q\$ must be \(low, high, observed low")
        for values in ((0, 1, 0.7, 0.3), (0, 1, -0.1, 0.5), (0, 1, 0.5, 1.5), (0, 1, np.nan, 1))
    ),
    ({"$q$": (0, np.inf, 1, np.inf)}, r"the range of \$q\$ must be .* and finite observed values, got"),
    ({}, "ranges must hold 1 or more, got 0"),
    ([(0, 1, 0, 1)], "ranges must be a mapping, got list"),
    ({"$q$": (0, 1, 0.5)}, r"the range of \$q\$ must have shape \(4,\), got \(3,\)"),
    ({"$q$": ("0", "1", "0", "1")}, r"the range of \$q\$ must hold real numbers, got dtype <U1"),
    ({"$q$": (0, 1, 1j, 1)}, r"the range of \$q\$ must hold real numbers, .* with .*1j.* at \(2,\)"),
)
