"""The findings on the sheet: a table of what is printed and what is right, and trials of both.

In a trial what is printed is a formula in code. On a fixed network it gives the numbers of the page of errata
and of the exercises; on random ones it fails, with the right formula as a control. Where the sheet states it,
the trial is a claim, and the finding a mathematical error. What a finding says in words stands on the page.
"""

from rnn_solutions.sheet.findings import dense_layer  # noqa: F401 - importing a module registers its trials
from rnn_solutions.sheet.findings.cell_state import open_cell, whole_against_product
from rnn_solutions.sheet.findings.gates import moved_cell
from rnn_solutions.sheet.findings.powers import growth_before_decay
from rnn_solutions.sheet.findings.registry import TRIALS, errors, numbers, relative_error
from rnn_solutions.sheet.findings.spectral_radius import one_unit
from rnn_solutions.sheet.findings.table import FINDINGS, KINDS, Finding, counts
from rnn_solutions.sheet.findings.through_time import errors_by_start
from rnn_solutions.sheet.findings.two_networks import network_a, network_b

__all__ = [
    "FINDINGS",
    "KINDS",
    "TRIALS",
    "Finding",
    "counts",
    "errors",
    "errors_by_start",
    "growth_before_decay",
    "moved_cell",
    "network_a",
    "network_b",
    "numbers",
    "one_unit",
    "open_cell",
    "relative_error",
    "whole_against_product",
]
