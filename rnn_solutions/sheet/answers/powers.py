"""Question 2(b): the power of a matrix through its eigendecomposition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rnn_solutions._validation import Numbers
from rnn_solutions.sheet.answers.feedback import Feedback
from rnn_solutions.sheet.answers.trying import ENDLESS, Case, Table, require_call, try_function

CALLS = ["power(Q, eigenvalues, n)", "power(M, n)"]
NO_NUMBER = {"raises an error", "not finite", "not numbers", "wrong shape"}
inverse, power = np.linalg.inv, np.linalg.matrix_power

# By what they compute of M and n.
OF_M: Table = {
    "Right: M^n in every case.": power,
    "elementwise power: Each entry of M is raised to n. M^n is a product of matrices.": lambda M, n: M**n,
    "one factor too few: The power has n - 1 factors. M^n has n.": lambda M, n: power(M, n - 1),
    "one factor too many: The power has n + 1 factors. M^n has n.": lambda M, n: power(M, n + 1),
    "no power: This is M: the eigenvalues are not raised to n.": lambda M, n: M,
    "n times for the power: This is n M: the eigenvalues are not raised to n.": lambda M, n: n * M,
    "transposed: Rows and columns of M^n have changed places.": lambda M, n: power(M, n).T,
    "taken as symmetric: The lower half of M is mirrored. eigh is for symmetric M alone.": lambda M, n: power(
        np.tril(M) + np.tril(M, -1).T, n
    ),
}
# By what they compute of Q, the eigenvalues v and n.
OF_FACTORS: Table = {
    "Q^T for Q^-1: Q^T = Q^-1 holds only for orthonormal eigenvectors.": lambda Q, v, n: Q * v**n @ Q.T,
    "Q^T for Q^-1: The conjugate transpose is Q^-1 only for orthonormal eigenvectors.": lambda Q, v, n: (
        Q * v**n @ Q.conj().T
    ),
    "Q for Q^-1: Q = Q^-1 holds for the sheet's Q, but not in general.": lambda Q, v, n: Q * v**n @ Q,
    "Q and Q^-1 swapped: Q, of the eigenvectors, stands on the left.": lambda Q, v, n: inverse(Q) * v**n @ Q,
    "eigenvectors in the rows: The eigenvectors are Q's columns.": lambda Q, v, n: Q.T * v**n @ inverse(Q).T,
    "Lambda^n alone: This is Lambda^n. M^n = Q Lambda^n Q^-1.": lambda Q, v, n: np.diag(v**n),
    "Lambda^n alone: These are eigenvalues. M^n = Q Lambda^n Q^-1.": lambda Q, v, n: v**n,
    "Q^-1 missing: Multiply by Q^-1 from the right.": lambda Q, v, n: Q * v**n,
    "Q raised to the power: Only the eigenvalues are raised: between the factors each Q^-1 Q "
    "cancels.": lambda Q, v, n: power(Q, n) * v**n @ power(inverse(Q), n),
    "imaginary parts dropped: Those of Q and Lambda are dropped. They cancel only in M^n.": lambda Q, v, n: (
        Q.real * v.real**n @ inverse(Q.real)
    ),
    "imaginary parts dropped: Those of the eigenvalues are dropped. They cancel only in "
    "M^n.": lambda Q, v, n: Q * v.real**n @ inverse(Q),
}


def check_power(value: Any) -> Feedback:
    """Return what to say of a function that should give the n-th power of a diagonalizable matrix."""
    counts = require_call("2b", value, CALLS, [3, 2])
    # Some write Lambda as a vector and some as a matrix. Either may be right, and a name says more than none.
    calls = [call for call in ("vector", "matrix", "whole") if (2 if call == "whole" else 3) in counts]
    heard: list[Feedback] = []
    for call in calls:
        heard.append(try_function(value, cases(call), table(call)))
        if heard[-1].mistake == ENDLESS:
            return heard[-1]
    return min(heard, key=lambda one: (not one.right, one.mistake in NO_NUMBER, one.mistake is None))


def cases(call: str) -> list[Case]:
    """Return random matrices, the last with complex eigenvalues, as (Q, eigenvalues, n), or as (M, n)."""
    rng = np.random.default_rng(0)
    drawn: list[Case] = []
    for eigenvalues, n in (([0.9, -0.6], 2), ([1.2, 0.7, -0.8], 5), ([1.1, 0.5, 0.3], 4), (None, 3)):
        M = np.array([[0.3, -1.0, 0.2], [0.9, 0.4, 0.1], [0.0, 0.5, 0.8]])
        if eigenvalues:
            basis = rng.normal(size=(len(eigenvalues),) * 2) + 2 * np.eye(len(eigenvalues))
            M = basis * eigenvalues @ inverse(basis)
        found, Q = np.linalg.eig(M)
        drawn.append((M, n) if call == "whole" else (Q, np.diag(found) if call == "matrix" else found, n))
    return drawn


def table(call: str) -> Table:
    """Return the right way to compute the power, and the usual wrong ones, for one form of the arguments."""

    def called(function: Callable[..., Numbers]) -> Callable[..., Numbers]:
        def power_of(*case: Any) -> Numbers:
            v, Q = np.linalg.eig(case[0]) if call == "whole" else case[1::-1]
            return function(Q, np.diag(v) if call == "matrix" else v, case[-1])

        return power_of

    def of_whole(function: Callable[..., Numbers]) -> Callable[..., Numbers]:
        return lambda Q, v, n: function((Q * v @ inverse(Q)).real, n)

    ways = {said: of_whole(function) for said, function in OF_M.items()} | OF_FACTORS
    return {said: called(function) for said, function in ways.items()}
