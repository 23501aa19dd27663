"""Question 2(c): the thirtieth power of the sheet's matrix, with as many digits as a student gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_solutions._validation import as_array, require_short
from rnn_solutions.matrices.powers import matrix_power_exact
from rnn_solutions.sheet.answers.feedback import Feedback, told
from rnn_solutions.sheet.answers.spelling import shortly
from rnn_solutions.sheet.answers.trying import MOST, holds_more

EXPECTED = "2c takes W^30 as a (2, 2) matrix of real numbers"
W = [["0.58", "0.24"], ["0.24", "0.72"]]
N = 30
CLOSE = Fraction(1, 1000)
DIGITS = 15  # those that a float holds
LONGEST = 15_000  # bits of a denominator, about what strings may have: longer ones take long
Matrix = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Given:
    """A student's matrix, (2, 2)."""

    values: Matrix  # exactly what was written, as Fractions
    own_places: Matrix  # the decimal places of each entry; None for a fraction that no decimal number equals
    digits: int  # how many significant ones a number of this type holds: more were computed, not written

    @property
    def places(self) -> int | None:
        """The largest number of decimal places among the entries; None if one has no decimal form."""
        places = self.own_places.ravel().tolist()
        return None if None in places else max(places)

    def cut(self, exact: Matrix) -> Matrix:
        """Return another matrix cut to the same number of places."""
        return self._to_places(exact, lambda x: Fraction(int(x)))

    def rounded(self, exact: Matrix) -> Matrix:
        """Return another matrix rounded to the same number of places."""
        return self._to_places(exact, lambda x: Fraction(round(x)))

    def is_written(self) -> bool:
        """Say whether the matrix was written with few digits, not computed with all that a float has."""
        if self.places is None:
            return False
        return bool(max(abs(self.values).ravel()) * 10**self.places < 10**self.digits)

    def is_near(self, other: Matrix) -> bool:
        """Say whether the matrix is another one, to the last digit written or a thousandth of the largest."""
        largest: Any = max(abs(other).ravel())

        def allowed(places: int | None) -> Any:
            step = Fraction(0) if places is None else Fraction(1, 10**places)
            return max(CLOSE * largest, step if 20 * step <= largest else Fraction(0))

        common, errors = allowed(self.places), abs(self.values - other)
        return all(
            error <= max(common, allowed(places))
            for error, places in zip(errors.ravel(), self.own_places.ravel(), strict=True)
        )

    def agrees(self, exact: Matrix) -> NDArray[np.bool_]:
        """Say of each entry whether it is another matrix's, rounded or cut to the places that it has."""
        return np.array(
            [
                places is not None
                and value != 0
                and value * 10**places in (round(x * 10**places), int(x * 10**places))
                for value, places, x in zip(
                    self.values.ravel(), self.own_places.ravel(), exact.ravel(), strict=True
                )
            ]
        ).reshape(exact.shape)

    def _to_places(self, exact: Matrix, whole: Any) -> Matrix:
        scale = 10 ** (self.places or 0)
        return np.array([[whole(x * scale) / scale for x in row] for row in exact], dtype=object)


def check_thirtieth_power(value: Any) -> Feedback:
    """Return what to say of a matrix that should be the sheet's W to the 30th."""
    given, right = read_matrix(value), matrix_power_exact(W, N)
    if np.array_equal(given.values, right):
        return told("Right, and exact.")
    if given.is_written():
        rounded, cut = given.values == given.rounded(right), given.values == given.cut(right)
        if (rounded | cut).all() and given.values.all():
            return told(_how_written(given, rounded, cut, right))
        if given.agrees(right).all():
            return told("Right: each entry is rounded or cut to the digits that it has.")
    error = max(abs(given.values - right).ravel()) / max(right.ravel())
    if error <= CLOSE:
        digits = "" if error < 1e-9 else f" to {int(-np.log10(float(error)))} digits of the largest entry"
        return told(f"Right{digits}.")
    for matrix, feedback in mistakes():
        if given.is_near(matrix):
            return feedback
    errors = abs(given.values - right)
    errors[given.agrees(right)] = 0  # another entry is the wrong one, however far this one was rounded
    where = tuple(int(i) for i in np.unravel_index(errors.argmax(), (2, 2)))
    message = f"Entry {where} should be {float(right[where]):.6f}, yours is {float(given.values[where]):.6g}."
    return Feedback(False, None, f"Wrong, though in no usual way. {message}")


def read_matrix(value: Any) -> Given:
    """Return a student's matrix with its digits, or raise a ValueError that says what is expected."""
    if not isinstance(value, np.ndarray) and holds_more(value, MOST):
        raise ValueError(f"{EXPECTED}; got {shortly(value)}")
    try:
        array = as_array("it", value, dtype=None if isinstance(value, np.ndarray) else object)
    except ValueError as error:
        raise ValueError(f"{EXPECTED}; {error}") from error
    if array.shape != (2, 2):
        got = f"shape {array.shape}" if array.shape else shortly(value)
        raise ValueError(f"{EXPECTED}; got {got}")
    read = [[_entry(x) for x in row] for row in array]
    values = np.array([[x for x, _ in row] for row in read], dtype=object)
    places = np.array([[p for _, p in row] for row in read], dtype=object)
    digits = min((np.finfo(x).precision for x in array.ravel() if isinstance(x, np.floating)), default=DIGITS)
    return Given(values, places, digits)


def names() -> list[str]:
    """Return the names of the mistakes."""
    return [feedback.mistake for _, feedback in mistakes() if feedback.mistake]


def mistakes() -> Iterator[tuple[Matrix, Feedback]]:
    """Yield the usual wrong matrices, exactly, each with what to say of it."""
    M = _fractions(W)
    Q = _fractions([["-0.6", "-0.8"], ["-0.8", "0.6"]])
    misprinted = _fractions([["-0.6", "-0.8"], ["-0.8", "0.5"]])
    diagonal = _fractions([[Fraction(9, 10) ** N, 0], [0, Fraction(2, 5) ** N]])
    swapped = diagonal[::-1, ::-1]
    alone = "Lambda^30 alone: This is Lambda^30. W^30 = Q Lambda^30 Q^-1 is that in the basis of the sheet."
    no_inverse = "Q^-1 missing: This is Q Lambda^30. The factor Q^-1 on the right is missing."
    known = {
        "elementwise power: Each entry of W is raised to the 30th power. W^30 is the product of 30 "
        "matrices.": M**N,
        "one factor too few: This is W^29. Thirty factors have 29 products between them.": matrix_power_exact(
            W, N - 1
        ),
        "one factor too many: This is W^31.": matrix_power_exact(W, N + 1),
        "30 times for the power: This is 30 W, a sum of 30 matrices W and not their product.": N * M,
        alone: diagonal,
        "eigenvalues swapped: The eigenvalues are in the wrong order: the first column of Q belongs to 0.9, "
        "the second to 0.4.": Q @ swapped @ Q,
        "0.5 for 0.6: The last entry of Q is misprinted "
        "on the sheet. It is 0.6: (-0.8, 0.6) has length 1.": misprinted @ diagonal @ _inverse(misprinted),
        "eigenvectors not of unit length: This is 25 times W^30: the eigenvectors (3, 4) and (4, -3) have "
        "length 5, so Q^T is not Q^-1.": 25 * Q @ diagonal @ Q,
        "rounded to zero: W^30 is small and not zero: its largest entry is 0.027. Give digits until some are "
        "not 0.": 0 * M,
        "the identity: This is W^0. The eigenvalues are 0.9 and 0.4.": _fractions([[1, 0], [0, 1]]),
    }
    # The second column is nearly zero, so its sign is no matter; the first may have either, or come last.
    sides = [sign * (Q @ diagonal)[:, ::order] for sign in (1, -1) for order in (1, -1)]
    for said, matrix in (*known.items(), (alone, swapped), *((no_inverse, side) for side in sides)):
        yield matrix, told(said)


def _how_written(given: Given, rounded: Matrix, cut: Matrix, right: Matrix) -> str:
    """Say whether a right matrix was rounded or cut, and to how many places."""
    places = f"{given.places} decimal places"
    if rounded.all():
        said = f"Right, rounded to {places}" + (", which is the same as cut." if cut.all() else ".")
    elif cut.all():
        rounded_instead = given.rounded(right).astype(float).tolist()
        said = f"Right, cut to {places}. Rounded, it would be {rounded_instead}."
    else:
        where = ", ".join(str(tuple(int(i) for i in w)) for w in np.argwhere(~rounded))
        said = f"Right to {places}: cut at {where}, and rounded elsewhere."
    others = {n: matrix_power_exact(W, n) for n in (N - 1, N + 1)}
    alike = [f"W^{n}" for n, M in others.items() if (given.values == given.rounded(M)).all()]
    return said + (f" So few digits do not tell it from {' or '.join(alike)}." if alike else "")


def _fractions(entries: Any) -> Matrix:
    """Return a matrix of Fractions."""
    return np.array([[Fraction(x) for x in row] for row in entries], dtype=object)


def _inverse(M: Matrix) -> Matrix:
    """Return the inverse of a (2, 2) matrix."""
    (a, b), (c, d) = M.tolist()
    determinant = a * d - b * c
    return _fractions([[d / determinant, -b / determinant], [-c / determinant, a / determinant]])


def _decimal_places(number: Fraction) -> int | None:
    """Return how many decimal places write a fraction exactly, None if none do."""
    rest, places = number.denominator, 0
    for prime in (2, 5):
        factors = 0
        while rest % prime == 0:
            rest, factors = rest // prime, factors + 1
        places = max(places, factors)
    return places if rest == 1 else None


def _entry(entry: Any) -> tuple[Fraction, int | None]:
    """Return an entry as it was written and its decimal places, None for a fraction that has none."""
    kind = type(entry).__name__
    try:
        if isinstance(entry, complex):  # numpy's are too
            entry = entry.real if entry.imag == 0 else "complex"
        number = entry if isinstance(entry, Fraction) else _number(_digits_of(entry))
        float(number)  # no answer is so large that this overflows
        if isinstance(number, Fraction) and number.denominator.bit_length() > LONGEST:
            raise OverflowError
    except (TypeError, ValueError, ArithmeticError) as error:  # NaN and infinity, too
        raise ValueError(f"{EXPECTED}; got {shortly(entry)} of type {kind} in it") from error
    if isinstance(number, Fraction):
        return number, _decimal_places(number)
    return Fraction(number), max(0, -int(number.as_tuple().exponent))


def _digits_of(entry: Any) -> str:
    """Return a number as its owner would read it, which is no number for True and False."""
    if isinstance(entry, np.longdouble) and entry == float(entry):  # its digits are those of a shorter float
        entry = float(entry)
    if isinstance(entry, (float, np.floating)):  # the shortest digits that give it back, in its own width
        return np.format_float_positional(entry, trim="-")
    if isinstance(entry, (int, np.integer, np.bool_, str, Decimal)):
        return str(entry).strip()
    digits = repr(float(entry))  # SymPy's numbers and the like
    if getattr(entry, "is_Float", False):  # SymPy's may have less precision than a float, and fewer digits
        own = Decimal(str(entry))
        if len(own.as_tuple().digits) < DIGITS:
            return str(own)
    return digits


def _number(text: str) -> Fraction | Decimal:
    """Return the number that a text is, a Decimal keeping its zeros, or raise an error if it is none."""
    require_short("the number", text)
    if "/" in text:
        return Fraction(text)
    number = Decimal(text)
    if not np.isfinite(float(number)):
        raise OverflowError(text)
    return number
