"""The numbers behind the findings on the sheet: what its formulas give as printed, against the truth.

Each function computes one finding, named for the fact; its docstring gives the finding's number and the
set-up. The page of errata says what is printed and what is right.
"""

from rnn_solutions.sheet.findings.cell_gradient import (
    cell_jacobians_do_not_compose,
    neglected_gradients,
    one_step_for_all,
    open_cell,
    whole_against_product,
)
from rnn_solutions.sheet.findings.factors import (
    factor_counts,
    one_step_shape,
    powers_for_the_product,
    transposed_layout,
)
from rnn_solutions.sheet.findings.findings import FINDINGS, KINDS, Finding
from rnn_solutions.sheet.findings.growth import (
    growth_before_decay,
    largest_entry_of_a_jordan_power,
    norm_of_a_jordan_power,
    one_growing_eigenvalue,
    turning_entries,
)
from rnn_solutions.sheet.findings.jacobian import index_in_the_second_row, index_on_the_diagonal, repeated_row
from rnn_solutions.sheet.findings.lstm import (
    cell_state_leaves_the_range_of_tanh,
    forget_gate_reads_the_state,
    output_gate_ignores_the_cell,
    sigmoid_limits,
)
from rnn_solutions.sheet.findings.network import (
    explodes_with_radius_zero,
    growing_matrix_in_a_network,
    one_unit,
    sheet_matrix_in_a_network,
    vanishes_with_radius_above_one,
)
from rnn_solutions.sheet.findings.powers import misprinted_eigenvectors, rank_one_residual, thirtieth_power
from rnn_solutions.sheet.findings.through_time import (
    first_step_left_out,
    last_term_left_out,
    total_for_immediate,
)

__all__ = [
    "FINDINGS",
    "KINDS",
    "Finding",
    "cell_jacobians_do_not_compose",
    "cell_state_leaves_the_range_of_tanh",
    "explodes_with_radius_zero",
    "factor_counts",
    "first_step_left_out",
    "forget_gate_reads_the_state",
    "growing_matrix_in_a_network",
    "growth_before_decay",
    "index_in_the_second_row",
    "index_on_the_diagonal",
    "largest_entry_of_a_jordan_power",
    "last_term_left_out",
    "misprinted_eigenvectors",
    "neglected_gradients",
    "norm_of_a_jordan_power",
    "one_growing_eigenvalue",
    "one_step_for_all",
    "one_step_shape",
    "one_unit",
    "open_cell",
    "output_gate_ignores_the_cell",
    "powers_for_the_product",
    "rank_one_residual",
    "repeated_row",
    "sheet_matrix_in_a_network",
    "sigmoid_limits",
    "thirtieth_power",
    "total_for_immediate",
    "transposed_layout",
    "turning_entries",
    "vanishes_with_radius_above_one",
    "whole_against_product",
]
