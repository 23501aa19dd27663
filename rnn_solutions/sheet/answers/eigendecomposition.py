"""Question 2(b): the power of a matrix through its eigendecomposition."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_solutions._validation import Numbers
from rnn_solutions.sheet.answers.feedback import Feedback
from rnn_solutions.sheet.answers.trying import Attempt, Case, require_call, try_function

CALLS = ["power(Q, eigenvalues, n)", "power(M, n)"]


def check_power(value: Any) -> Feedback:
    """Return what to say of a function that should give the n-th power of a diagonalizable matrix."""
    counts = require_call("2b", value, CALLS, [3, 2])
    # Some write Lambda as a vector and some as a matrix. Either may be right, and a name says more than none.
    calls = [call for call in ("vector", "matrix", "whole") if (2 if call == "whole" else 3) in counts]
    heard = [try_function(value, cases(call), attempts(call)) for call in calls]
    return next((feedback for feedback in heard if feedback.right), None) or min(heard, key=_says_little)


def cases(call: str) -> list[Case]:
    """Return random matrices with n from 2 up, the last of them with complex eigenvalues.

    As ``"vector"`` and ``"matrix"`` with Q, the eigenvalues in that form and n; as ``"whole"`` with M and n.
    """
    rng = np.random.default_rng(0)
    drawn: list[Case] = []
    for eigenvalues, n in (([0.9, -0.6], 2), ([1.2, 0.7, -0.8], 5), ([1.1, 0.5, 0.3], 4), (None, 3)):
        if eigenvalues is None:
            M = np.array([[0.3, -1.0, 0.2], [0.9, 0.4, 0.1], [0.0, 0.5, 0.8]])
        else:
            basis = rng.normal(size=(len(eigenvalues),) * 2) + 2 * np.eye(len(eigenvalues))
            M = basis * eigenvalues @ np.linalg.inv(basis)
        found, Q = np.linalg.eig(M)
        drawn.append((M, n) if call == "whole" else (Q, np.diag(found) if call == "matrix" else found, n))
    return drawn


def attempts(call: str) -> list[Attempt]:
    """Return the right way to compute the power, and the usual wrong ones, for one form of the arguments."""

    def factors(function: Any) -> Any:
        """Return a function of the arguments in their form from one of Q, the eigenvalues and n."""

        def called(*case: Any) -> Numbers:
            if call == "whole":
                M, n = case
                eigenvalues, Q = np.linalg.eig(M)
            else:
                Q, eigenvalues, n = case
            found = np.diag(eigenvalues) if call == "matrix" else eigenvalues
            return np.asarray(function(Q, found, n))

        return called

    def whole(function: Any) -> Any:
        return factors(lambda Q, eigenvalues, n: function((Q * eigenvalues @ np.linalg.inv(Q)).real, n))

    def sandwich(left: Any, right: Any) -> Any:
        return factors(lambda Q, eigenvalues, n: left(Q) * eigenvalues**n @ right(Q))

    power, inverse = np.linalg.matrix_power, np.linalg.inv
    in_the_rows = (
        "eigenvectors in the rows: The eigenvectors are taken from the rows of Q. They are its columns."
    )
    known = {
        "Right: M^n in every case.": whole(power),
        "elementwise power: Each entry of M is raised to the power. M^n is a product of matrices; only for a "
        "diagonal matrix are the entries of its power those powers.": whole(lambda M, n: M**n),
        "one factor too few: The power has n - 1 factors. M^n has n.": whole(lambda M, n: power(M, n - 1)),
        "one factor too many: The power has n + 1 factors. M^n has n.": whole(lambda M, n: power(M, n + 1)),
        "no power: This is M itself: the eigenvalues are not raised to the power n.": whole(lambda M, n: M),
        "n times for the power: The eigenvalues are multiplied by n where they are to be raised to the power "
        "n: this is n M.": whole(lambda M, n: n * M),
        "transposed: This is the transpose of M^n.": whole(lambda M, n: power(M, n).T),
        "Q^T for Q^-1: Q^T stands where Q^-1 belongs. They are the same only if the eigenvectors are "
        "orthonormal, as those of a symmetric matrix can be.": sandwich(lambda Q: Q, lambda Q: Q.T),
        "Q^T for Q^-1: The conjugate transpose of Q stands where Q^-1 belongs. They are the same only if the "
        "eigenvectors are orthonormal.": sandwich(lambda Q: Q, lambda Q: Q.conj().T),
        "taken as symmetric: This is the power of a symmetric matrix, made of the lower half of M: eigh is "
        "for those alone.": whole(lambda M, n: power(np.tril(M) + np.tril(M, -1).T, n)),
        "Q for Q^-1: The last factor is Q where Q^-1 belongs. For the sheet's Q they are the same, in "
        "general they are not.": sandwich(lambda Q: Q, lambda Q: Q),
        "Q and Q^-1 swapped: Q and Q^-1 have changed places: it is Q that stands on the left, its columns "
        "the eigenvectors.": sandwich(inverse, lambda Q: Q),
        in_the_rows: sandwich(lambda Q: Q.T, lambda Q: inverse(Q).T),
        "Lambda^n alone: This is Lambda^n. M^n = Q Lambda^n Q^-1 is that in another basis.": factors(
            lambda Q, eigenvalues, n: np.diag(eigenvalues**n)
        ),
        "Lambda^n alone: These are the eigenvalues of M^n. M^n is Q Lambda^n Q^-1.": factors(
            lambda Q, eigenvalues, n: eigenvalues**n
        ),
        "Q^-1 missing: The factor Q^-1 on the right is missing.": factors(
            lambda Q, eigenvalues, n: Q * eigenvalues**n
        ),
        "Q raised to the power: Q and Q^-1 are raised to the power too. Between the factors each Q^-1 meets "
        "a Q and cancels: only the eigenvalues "
        "are raised.": factors(lambda Q, eigenvalues, n: power(Q, n) * eigenvalues**n @ power(inverse(Q), n)),
        "imaginary parts dropped: The imaginary parts of Q and Lambda are dropped before they are "
        "multiplied. They cancel "
        "only in M^n.": factors(lambda Q, eigenvalues, n: Q.real * eigenvalues.real**n @ _inverse(Q.real)),
        "imaginary parts dropped: The imaginary parts of the eigenvalues are dropped before they are raised. "
        "They cancel only in M^n.": factors(lambda Q, eigenvalues, n: Q * eigenvalues.real**n @ inverse(Q)),
    }
    return [Attempt(function, said) for said, function in known.items()]


def _inverse(Q: Numbers) -> Numbers:
    """Return the inverse, or raise a ValueError: conjugate columns have the same real parts."""
    try:
        return np.linalg.inv(Q)
    except np.linalg.LinAlgError as error:
        raise ValueError("singular") from error


def _says_little(feedback: Feedback) -> int:
    """Rank what was heard: a usual mistake before a wrong number before no number at all."""
    no_number = feedback.mistake in {"raises an error", "not finite", "not numbers", "wrong shape"}
    return 2 if no_number else feedback.mistake is None
