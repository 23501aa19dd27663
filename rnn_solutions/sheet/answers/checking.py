"""One function for the answers to all questions of the sheet."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from rnn_solutions.sheet.answers import cell_state, derivatives, double_sum, gates, thirtieth_power
from rnn_solutions.sheet.answers import eigendecomposition as powers
from rnn_solutions.sheet.answers.feedback import Feedback, names_in
from rnn_solutions.sheet.answers.reading import MOST, refused

# What checks an answer, and the names of the mistakes that it knows.
QUESTIONS: dict[str, tuple[Callable[[Any], Feedback], Callable[[], list[str]]]] = {
    "1a": (derivatives.check_jacobian, lambda: names_in(derivatives.jacobians())),
    "1b": (derivatives.check_gradient, lambda: names_in(derivatives.gradients())),
    "2a": (double_sum.check_terms, lambda: [*names_in(double_sum.KNOWN), "a term twice"]),
    "2b": (powers.check_power, lambda: names_in(powers.table("vector"))),
    "2c": (thirtieth_power.check_thirtieth_power, lambda: names_in(dict(thirtieth_power.MISTAKES))),
    "3a": (gates.check_scales, gates.names_of_factors),
    "3b": (gates.check_positive, lambda: [*gates.EXTRA.values(), *gates.OTHERS]),
    "3c": (cell_state.check_cell_gradient, lambda: names_in([*cell_state.PATHS, *cell_state.MATRICES])),
}


def check_answer(question: str, value: Any) -> Feedback:
    r"""Say whether your answer to a question of the sheet is right, and if not, which usual mistake it is.

    Functions are tried on a few cases, always the same. An answer in an equal form is right: nested lists,
    tensors, Fractions, numbers rounded or cut to a few digits, terms in any order, names in several
    spellings. So is a derivative in the transposed convention, and the message says so.

    Parameters
    ----------
    question : {"1a", "1b", "2a", "2b", "2c", "3a", "3b", "3c"}
        Which question. ``"Ex. 1 (a)"`` is understood too.
    value : object
        Your answer:

        ``"1a"``
            A function ``jacobian(W, x)``: with W of shape (n, d) and x of shape (d,), the (n, d) array
            :math:`\partial y / \partial x` of :math:`y = \sigma(W x)`.
        ``"1b"``
            A function ``gradient(W, U, x, h_init, dL_dh)``: with W (n, n), U (n, d), x (T+1, d), h_init (n,)
            for :math:`h_{-1}`, and dL_dh (T+1, n) whose row `t` is :math:`\partial L_t / \partial h_t`, the
            (n, n) array :math:`\partial L / \partial W` of :math:`h_t = \sigma(W h_{t-1} + U x_t)`.
        ``"2a"``
            The terms for T = 3, a list of pairs ``(t, k)``.
        ``"2b"``
            A function ``power(Q, eigenvalues, n)``: with the eigenvectors in the columns of Q (N, N), the
            eigenvalues as a vector (N,) or on the diagonal of a matrix, and n at least 2, the (N, N) array
            :math:`M^n`. Or a function ``power(M, n)``. Eigenvalues and eigenvectors can be complex.
        ``"2c"``
            :math:`W^{30}`, a (2, 2) matrix of numbers, or of strings as ``"0,0153"`` and ``"1/3"``.
        ``"3a"``
            A dict from each gate, ``"f"``, ``"i"`` and ``"o"``, to the name of what it scales.
        ``"3b"``
            The set of the names of what is always positive, or a dict from each name to True or False.
        ``"3c"``
            For f = 1 and i = 0, the matrix :math:`\partial C_t / \partial C_k`, up to n = 1000. Or a function
            ``path(f)``: with the forget gates of the steps k + 1 to t in the rows of f (t - k, n), the (n, n)
            array :math:`\partial C_t / \partial C_k` along the cell, or its diagonal (n,).

    Returns
    -------
    feedback : Feedback
        A function that raises an error, returns NaN, no numbers or the wrong shape is wrong. So is one that
        does not return within 10 seconds: it is stopped, unless it catches every error or waits for compiled
        code. Compiled code that lets nothing else run, as in ``9**9**9**9``, cannot be timed.

    Raises
    ------
    ValueError
        If there is no such question, or it takes no value of this form, or none of thousands of entries.

    Examples
    --------
    >>> import numpy as np
    >>> check_answer("2c", [[0.0152, 0.0203], [0.0203, 0.0271]]).message
    'Right, cut to 4 decimal places. Rounded, it would be [[0.0153, 0.0203], [0.0203, 0.0271]].'
    >>> W = np.array([[0.58, 0.24], [0.24, 0.72]])
    >>> print(check_answer("2c", W**30))
    elementwise power: Each entry of W is raised to the 30th power. W^30 is a product of matrices.
    """
    return QUESTIONS[_known(question)][0](value)


def usual_mistakes(question: str) -> tuple[str, ...]:
    """Return the names of the mistakes that `check_answer` knows for a question.

    Parameters
    ----------
    question : {"1a", "1b", "2a", "2b", "2c", "3a", "3b", "3c"}
        Which question.

    Returns
    -------
    names : tuple of str

    Raises
    ------
    ValueError
        If there is no such question.

    Examples
    --------
    >>> usual_mistakes("3b")[:2]
    ('candidate counted as positive', 'cell state counted as positive')
    """
    return tuple(dict.fromkeys(QUESTIONS[_known(question)][1]()))


def _known(question: Any) -> str:
    """Return the name of a question, or raise a ValueError."""
    name = unicodedata.normalize("NFKC", question[:MOST]).casefold() if isinstance(question, str) else ""
    parts = re.fullmatch(r"\W*[^\W\d_]{0,12}\W*([1-3])\W*([a-c])\W*", name)
    if not parts or "".join(parts.groups()) not in QUESTIONS:
        expected = f"question must be one of {', '.join(map(repr, QUESTIONS))}"
        raise refused(expected, question, known={known: repr(known) for known in QUESTIONS})
    return "".join(parts.groups())
