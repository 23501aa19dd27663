"""Question 2(c): the thirtieth power of the sheet's matrix, with as many digits as a student gives."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_solutions._validation import LONGEST, as_array
from rnn_solutions.matrices.powers import matrix_power_exact
from rnn_solutions.sheet.answers.feedback import Feedback, told
from rnn_solutions.sheet.answers.reading import MOST, holds_more, plain, refused, shortly
from rnn_solutions.sheet.answers.rounding import how_written

EXPECTED = "2c takes W^30 as a (2, 2) matrix of real numbers"
W = [["0.58", "0.24"], ["0.24", "0.72"]]
N = 30
CLOSE = Fraction(1, 1000)  # of the largest entry
EXACT = 9  # right digits that are as good as all
WRITTEN = 14  # digits of a float: more were computed, and not written
NUMBER = r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d{1,3})?"  # with a decimal point or comma
FRACTION = r"[+-]?\d+\s*/\s*\d+"
Matrix = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Given:
    """A student's matrix, (2, 2), as Fractions, and what the last place of each entry is worth; 0: no such."""

    values: Matrix
    units: Matrix

    def written(self, exact: Matrix) -> tuple[str, int | None]:
        """Return how its digits write another matrix, and to how many places; None: to each entry's own."""
        unit = min(self.units.ravel())
        if not unit:
            return "", None
        if how := how_written(self.values, exact, unit):
            return how, len(str(unit.denominator)) - 1
        return how_written(self.values, exact, self.units), None

    def error(self, exact: Matrix) -> Fraction:
        """Return the largest difference from another matrix, as a part of its largest entry, or of 1."""
        return Fraction(max(abs(self.values - exact).ravel()) / (max(abs(exact).ravel()) or 1))

    def is_near(self, exact: Matrix) -> bool:
        """Say whether this is another matrix, within a thousandth or written with few digits."""
        return self.error(exact) <= CLOSE or bool(self.written(exact)[0])


def check_thirtieth_power(value: Any) -> Feedback:
    """Return what to say of a matrix that should be the sheet's W to the 30th."""
    given, right = read_matrix(value), matrix_power_exact(W, N)
    if given.is_near(right):
        return told(_how_right(given, right))
    for matrix, feedback in mistakes():
        if given.is_near(matrix):
            return feedback
    errors = abs(given.values - right)
    for place in np.ndindex(2, 2):
        if given.units[place] and how_written(given.values[place], right[place], given.units[place]):
            errors[place] = 0  # another entry is the wrong one, however far this one was rounded
    where = tuple(int(i) for i in np.unravel_index(errors.argmax(), (2, 2)))
    return Feedback(False, None, f"Wrong, though in no usual way. Entry {where} is {_spell(right[where], 6)}.")


def _how_right(given: Given, right: Matrix) -> str:
    """Say with how many digits a matrix is right."""
    how, places = given.written(right)
    if not how:
        digits = sum(given.error(right) * 10**n <= 1 for n in range(1, EXACT + 1))
        return f"Right to {digits} digits of the largest entry." if digits < EXACT else "Right."
    if places is None:
        return "Right: each entry is rounded or cut to the digits that it has."
    said = f"Right, {how} {places} decimal places."
    if how == "cut to":
        (a, b), (c, d) = ([_spell(x, places) for x in row] for row in right)
        said += f" Rounded, it would be [[{a}, {b}], [{c}, {d}]]."
    alike = [f"W^{n}" for n in (N - 1, N + 1) if given.is_near(matrix_power_exact(W, n))]
    return said + (f" So few digits do not tell it from {' or '.join(alike)}." if alike else "")


def _spell(x: Fraction, places: int) -> str:
    """Write a number between 0 and 1 with so many decimal places."""
    return f"0.{round(x * 10**places):0{places}d}"


def names() -> list[str]:
    """Return the names of the mistakes."""
    return [feedback.mistake for _, feedback in mistakes() if feedback.mistake]


def mistakes() -> list[tuple[Matrix, Feedback]]:
    """Return the usual wrong matrices, exactly, each with what to say of it."""
    M = _fractions(W)
    Q, misprinted = (_fractions([["-0.6", "-0.8"], ["-0.8", last]]) for last in ("0.6", "0.5"))
    eigenvalues = _fractions([["0.9", 0], [0, "0.4"]])
    diagonal = eigenvalues**N
    swapped = diagonal[::-1, ::-1]
    alone = "Lambda^30 alone: This is Lambda^30. W^30 = Q Lambda^30 Q^-1 is that in the basis of the sheet."
    no_inverse = "Q^-1 missing: This is Q Lambda^30. The factor Q^-1 on the right is missing."
    table = {
        "elementwise power: Each entry of W is raised to the 30th power. W^30 is the product of 30 "
        "matrices.": M**N,
        "one factor too few: This is W^29. Thirty factors have 29 products between them.": _power(M, N - 1),
        "one factor too many: This is W^31.": _power(M, N + 1),
        "no power: This is W itself.": M,
        "30 times for the power: This is 30 W, a sum of 30 matrices W and not their product.": N * M,
        alone: diagonal,
        "eigenvalues swapped: The eigenvalues are in the wrong order: the first column of Q belongs to 0.9, "
        "the second to 0.4.": Q @ swapped @ Q,
        "0.5 for 0.6: The last entry of Q is misprinted "
        "on the sheet. It is 0.6: (-0.8, 0.6) has length 1.": misprinted @ diagonal @ _inverse(misprinted),
        "product of the printed factors: The three factors as printed, with 0.5, are multiplied and raised to "
        "the 30th power. Their product is not W: 0.5 must be 0.6.": _power(misprinted @ eigenvalues @ Q, N),
        "eigenvectors not of unit length: This is 25 times W^30: the eigenvectors (3, 4) and (4, -3) have "
        "length 5, so Q^T is not Q^-1.": 25 * Q @ diagonal @ Q,
        "rounded to zero: W^30 is small and not zero: its largest entry is 0.027. Give digits until some are "
        "not 0.": 0 * M,
        "the identity: This is W^0. The eigenvalues are 0.9 and 0.4.": _fractions([[1, 0], [0, 1]]),
    }
    # The second column is nearly zero, so its sign is no matter; the first may have either, or come last.
    sides = [sign * (Q @ diagonal)[:, ::order] for sign in (1, -1) for order in (1, -1)]
    forms = [*table.items(), (alone, swapped), *((no_inverse, side) for side in sides)]
    return [(matrix, told(said)) for said, matrix in forms]


def _power(M: Matrix, n: int) -> Matrix:
    """Return the power of a matrix of Fractions."""
    return matrix_power_exact(M, n)


def _fractions(entries: Any) -> Matrix:
    """Return a matrix of Fractions."""
    return np.array([[Fraction(x) for x in row] for row in entries], dtype=object)


def _inverse(M: Matrix) -> Matrix:
    """Return the inverse of a (2, 2) matrix."""
    (a, b), (c, d) = M.tolist()
    return _fractions([[d, -b], [-c, a]]) / (a * d - b * c)


def read_matrix(value: Any) -> Given:
    """Return a student's matrix with its digits, or raise a ValueError that says what is expected."""
    if not isinstance(value, np.ndarray) and holds_more(value, MOST):
        raise refused(EXPECTED, value)
    value = plain(value)
    try:
        array = as_array("it", value, dtype=None if isinstance(value, np.ndarray) else object)
    except ValueError as error:
        raise ValueError(f"{EXPECTED}; {error}") from error
    if array.shape != (2, 2):
        got = f"shape {array.shape}" if array.shape else shortly(value)
        meant = f"; did you mean {array.reshape(2, 2).tolist()}?" if array.size == 4 else ""
        raise refused(EXPECTED, value, got=got + meant)
    read = [_entry(entry) for entry in array.ravel()]
    values, units = (np.array(part, dtype=object).reshape(2, 2) for part in zip(*read, strict=True))
    return Given(values, units)


def _entry(entry: Any) -> tuple[Fraction, Fraction]:
    """Return an entry as it was written, and what its last decimal place is worth, 0 where it has none."""
    try:
        number, places = _number(entry)
        float(number)  # no answer is so large that this overflows
    except (TypeError, ValueError, ArithmeticError) as error:
        found = re.search(NUMBER, entry[:LONGEST]) if isinstance(entry, str) else None
        meant = f"; did you mean {found[0]}?" if found else ""
        got = f"{shortly(entry)} of type {type(entry).__name__} in it{meant}"
        raise refused(EXPECTED, entry, got=got) from error
    return number, Fraction(0) if places is None else Fraction(1, 10**places)


def _number(entry: Any) -> tuple[Fraction, int | None]:
    """Return a number and its decimal places, None if it has more than were written; raise if it is none."""
    if isinstance(entry, (complex, np.complexfloating)):
        entry = entry.real if entry.imag == 0 else None
    if isinstance(entry, (bool, np.bool_)):
        raise TypeError
    most = np.inf
    if isinstance(entry, (int, np.integer, str, Decimal, Fraction)):
        text = str(entry)
    elif getattr(entry, "is_Float", False):  # SymPy's may have less precision than a float, and fewer digits
        text, most = str(entry), WRITTEN
    else:
        number = entry if isinstance(entry, (np.float16, np.float32)) else float(entry)
        most = min(WRITTEN, np.finfo(type(number)).precision)
        text = np.format_float_positional(number, trim="-")
    text = unicodedata.normalize("NFKC", text).replace("\N{MINUS SIGN}", "-").strip().casefold()
    if len(text) > MOST:
        raise ValueError
    if re.fullmatch(FRACTION, text, re.ASCII):
        exact = Fraction(re.sub(r"\s", "", text))
        return exact, next((places for places in range(WRITTEN) if exact * 10**places % 1 == 0), None)
    if not re.fullmatch(NUMBER, text, re.ASCII):
        raise ValueError
    written = Decimal(text.replace(",", ".")).as_tuple()
    exact = Fraction(text.replace(",", "."))
    return exact, max(0, -int(written.exponent)) if len(written.digits) <= most else None
