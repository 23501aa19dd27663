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

from rnn_solutions._foreign import holds_more, plain
from rnn_solutions._validation import LONGEST, as_array
from rnn_solutions.matrices.powers import matrix_power_exact as power
from rnn_solutions.sheet.answers.feedback import UNKNOWN, Feedback, told
from rnn_solutions.sheet.answers.reading import MOST, how_written, refused, shortly

EXPECTED = "2c takes W^30 as a (2, 2) matrix of real numbers"
CLOSE = Fraction(1, 1000)  # of the largest entry
ALL = 9  # right digits, which are as good as all
WRITTEN = 14  # digits of a float: more were computed, and not written
NUMBER = r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d{1,3})?"  # with a decimal point or comma
FRACTION = r"[+-]?\d+\s*/\s*\d+"
Matrix = NDArray[Any]


def fractions(a: Any, b: Any, c: Any, d: Any) -> Matrix:
    """Return the matrix of these rows, [[a, b], [c, d]], as Fractions."""
    return np.array([[Fraction(a), Fraction(b)], [Fraction(c), Fraction(d)]], dtype=object)


W, LAMBDA = fractions("0.58", "0.24", "0.24", "0.72"), fractions("0.9", 0, 0, "0.4")
Q, PRINTED = (fractions("-0.6", "-0.8", "-0.8", last) for last in ("0.6", "0.5"))
INVERSE = fractions("0.5", "0.8", "0.8", "-0.6") / Fraction("-0.94")
RIGHT, L30 = power(W, 30), power(LAMBDA, 30)
SWAPPED = L30[::-1, ::-1]
ALONE = "Lambda^30 alone: Multiply by Q from the left and by Q^-1 from the right."
NO_INVERSE = "Q^-1 missing: This is Q Lambda^30. Multiply by Q^-1 from the right."
# The usual wrong matrices, exactly, by what to say of each.
TABLE: dict[str, Matrix] = {
    "elementwise power: Each entry of W is raised to the 30th power. W^30 is a product of matrices.": W**30,
    "one factor too few: This is W^29. Thirty factors have 29 products between them.": power(W, 29),
    "one factor too many: This is W^31.": power(W, 31),
    "no power: This is W itself.": W,
    "30 times for the power: This is 30 W, a sum of W and not a product.": 30 * W,
    "eigenvalues swapped: The first column of Q belongs to 0.9, the second to 0.4.": Q @ SWAPPED @ Q,
    "0.5 for 0.6: The last entry of Q is misprinted on the sheet: it is 0.6.": PRINTED @ L30 @ INVERSE,
    "printed factors: The product as printed is not W: 0.5 must be 0.6.": power(PRINTED @ LAMBDA @ Q, 30),
    "eigenvectors not of unit length: This is 25 times W^30: (3, 4) and (4, -3) have length 5.": 25 * RIGHT,
    "rounded to zero: The largest entry is 0.027. Give digits until some are not 0.": 0 * W,
    "the identity: This is W^0. The eigenvalues are 0.9 and 0.4.": fractions(1, 0, 0, 1),
}
# Eigenvectors may have either sign, and come in either order.
SIDES = [sign * (Q @ L30)[:, ::order] for sign in (1, -1) for order in (1, -1)]
MISTAKES = [*TABLE.items(), (ALONE, L30), (ALONE, SWAPPED), *((NO_INVERSE, side) for side in SIDES)]


@dataclass(frozen=True, eq=False)
class Given:
    """A student's matrix as Fractions, and what the last decimal place of each entry is worth; 0: no such."""

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

    def error(self, exact: Matrix) -> Any:
        """Return the largest difference from another matrix, as a part of its largest entry."""
        off, largest = max(abs(self.values - exact).ravel()), max(abs(exact).ravel())
        return off / (largest or off or 1)

    def is_near(self, exact: Matrix) -> bool:
        """Say whether this is another matrix, within a thousandth or written with few digits."""
        return bool(self.error(exact) <= CLOSE or self.written(exact)[0])


def check_thirtieth_power(value: Any) -> Feedback:
    """Return what to say of a matrix that should be the sheet's W to the 30th."""
    given = read_matrix(value)
    if given.is_near(RIGHT):
        return told(_how_right(given))
    for said, matrix in MISTAKES:
        if given.is_near(matrix):
            return told(said)
    errors = abs(given.values - RIGHT)
    for place in np.ndindex(2, 2):
        if given.units[place] and how_written(given.values[place], RIGHT[place], given.units[place]):
            errors[place] = 0  # another entry is the wrong one, however far this one was rounded
    i, j = divmod(int(errors.argmax()), 2)
    said = f"Row {i + 1}, column {j + 1} of W^30 is {_spell(RIGHT[i, j], 6)}."
    return Feedback(False, None, f"{UNKNOWN} {said}")


def _how_right(given: Given) -> str:
    """Say with how many digits a matrix is right."""
    how, places = given.written(RIGHT)
    if how and places is None:
        return "Right: each entry is rounded or cut to the digits that it has."
    if places is None:
        digits = sum(given.error(RIGHT) * 10**n <= 1 for n in range(1, ALL + 1))
        return f"Right to {digits} digits of the largest entry." if digits < ALL else "Right."
    rounded = " Rounded, it would be [[{}, {}], [{}, {}]].".format(
        *(_spell(x, places) for x in RIGHT.ravel())
    )
    alike = " or ".join(f"W^{n}" for n in (29, 31) if given.is_near(power(W, n)))
    few = f" So few digits do not tell it from {alike}." if alike else ""
    return f"Right, {how} {places} decimal places.{rounded if how == 'cut to' else ''}{few}"


def _spell(x: Fraction, places: int) -> str:
    """Write a number between 0 and 1 with so many decimal places."""
    return f"0.{round(x * 10**places):0{places}d}"


def read_matrix(value: Any) -> Given:
    """Return a student's matrix with its digits, or raise a ValueError that says what is expected."""
    if not isinstance(value, np.ndarray) and holds_more(value, MOST):
        raise refused(EXPECTED, value)
    value = plain(value, MOST)
    try:
        array = as_array("it", value, dtype=None if isinstance(value, np.ndarray) else object)
    except ValueError as error:
        raise ValueError(f"{EXPECTED}; {error}") from error
    if array.shape != (2, 2):
        meant = f"; did you mean {array.reshape(2, 2).tolist()}?" if array.size == 4 else ""
        raise refused(EXPECTED, value, f"shape {array.shape}{meant}" if array.shape else "")
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
        raise refused(EXPECTED, entry, got) from error
    return number, Fraction(0) if places is None else Fraction(1, 10**places)


def _number(entry: Any) -> tuple[Fraction, int | None]:
    """Return a number and its decimal places, None if it has more than were written; raise if it is none."""
    if isinstance(entry, (complex, np.complexfloating)) and entry.imag == 0:
        entry = entry.real
    if isinstance(entry, (bool, np.bool_, complex, np.complexfloating)):
        raise TypeError
    most = np.inf
    if isinstance(entry, (int, np.integer, str, Decimal, Fraction)):
        text = str(entry)
    elif getattr(entry, "is_Float", False):  # SymPy's may have less precision than a float, and fewer digits
        text, most = str(entry), WRITTEN
    else:
        entry = entry if isinstance(entry, np.float32) else float(entry)
        text, most = np.format_float_positional(entry, trim="-"), min(WRITTEN, np.finfo(entry).precision)
    text = unicodedata.normalize("NFKC", text[:MOST]).replace("\N{MINUS SIGN}", "-").strip().casefold()
    if re.fullmatch(FRACTION, text, re.ASCII):
        exact = Fraction(re.sub(r"\s", "", text))
        return exact, next((places for places in range(WRITTEN) if exact * 10**places % 1 == 0), None)
    if len(text) == MOST or not re.fullmatch(NUMBER, text, re.ASCII):
        raise ValueError
    number = Decimal(text.replace(",", "."))
    _, digits, exponent = number.as_tuple()
    return Fraction(number), max(0, -int(exponent)) if len(digits) <= most else None
