"""What the letters of a formula can stand for, and the arithmetic that their places ask for."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np
import sympy

# A number, a column (n,), a matrix, a tensor, a `Row`, a tuple, a label, a `Function` or a family.
Value = Any
NUMBERS = (int, float, complex, np.number)  # what is told at once to be a number, as most values are


class ShapesError(ValueError):
    """Two values that cannot be put together as the formula does."""


@dataclass(frozen=True, eq=False)
class Row:
    """A row, such as a derivative of a number by a column: its product with a column is a number."""

    values: Any

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.array(self.values, dtype=dtype, copy=copy)


@dataclass(frozen=True, eq=False)
class Function:
    """A value that is applied to what stands in brackets behind it, and no family with an index."""

    of: Callable[..., Value]

    def __call__(self, *arguments: Value) -> Value:
        """Return what the function says of what stands in the brackets."""
        return self.of(*arguments)


@dataclass(frozen=True)
class Interval:
    """The numbers between two, ends included."""

    low: float
    high: float

    def __contains__(self, number: Value) -> bool:
        return bool(self.low <= number <= self.high)


def median(numbers: Sequence[float]) -> float:
    """Return the median, of an even number the lower of the two in the middle: one that occurs."""
    return float(np.quantile(numbers, 0.5, method="inverted_cdf"))


def steps(values: Any, first: int = 0) -> Callable[[int], Any]:
    """Return the family of these values, whose index begins at `first` and never wraps around."""

    def at(step: int) -> Any:
        if not first <= step < first + len(values):
            raise IndexError(f"no step {step}: they run from {first} to {first + len(values) - 1}")
        return values[step - first]

    return at


def is_zero(value: Value) -> bool:
    """Say whether this is the 0 that a formula writes for a zero of any shape, or an empty sum."""
    return isinstance(value, (int, sympy.Integer)) and value == 0  # an int | sympy.Integer takes longer


def shape(value: Value) -> tuple[int, ...]:
    """Return the shape of a value; a row counts as one of its columns would."""
    if isinstance(value, NUMBERS):
        return ()
    numbers = value.values if isinstance(value, Row) else value
    found: tuple[int, ...] = numbers.shape if isinstance(numbers, np.ndarray) else np.shape(numbers)
    return found


def like(value: Value, function: Callable[..., Any], *others: Value) -> Value:
    """Apply a function to the numbers of values, of which some may be rows."""
    everything = (value, *others)
    if Row not in map(type, everything):
        return function(*everything)
    return Row(function(*(one.values if isinstance(one, Row) else one for one in everything)))


def added(left: Value, right: Value) -> Value:
    """Return the sum of two values of one shape, or of an array and a number."""
    if is_zero(left):
        return right
    if is_zero(right):
        return left
    if isinstance(left, NUMBERS) and isinstance(right, NUMBERS):
        return left + right
    one, other = shape(left), shape(right)
    if one and other and isinstance(left, Row) != isinstance(right, Row):
        raise ShapesError("a row and a column are added")
    if (one and other and one != other) or (len(one) > 1) != (len(other) > 1):
        raise ShapesError(f"shapes {one} and {other} are added")
    return like(left, operator.add, right)


def entrywise(left: Value, right: Value) -> Value:
    """Return the entrywise product of two values of one shape."""
    if shape(left) != shape(right):
        raise ShapesError(f"shapes {shape(left)} and {shape(right)} are multiplied entry by entry")
    return like(left, operator.mul, right)


def multiplied(left: Value, right: Value) -> Value:
    """Return the product of two values in this order, summed over the indices that meet."""
    if type(left) is type(right) is np.ndarray and left.ndim > 1 and right.ndim:
        return _contracted(left, right)
    if not shape(left) or not shape(right):
        return like(left, operator.mul, right)
    if isinstance(left, Row):
        if isinstance(right, Row):
            raise ShapesError("a row stands before a row")
        product = _contracted(left.values, right)
        return Row(product) if np.ndim(right) == 2 else product
    if isinstance(right, Row):
        if np.ndim(left) != 1:
            raise ShapesError(f"an array of shape {shape(left)} stands before a row")
        return np.multiply.outer(left, right.values)
    if np.ndim(left) == 1:
        raise ShapesError(f"a column stands before an array of shape {shape(right)}")
    return _contracted(left, right)


def _contracted(left: Any, right: Any) -> Any:
    if left.shape[-1] != right.shape[0]:
        raise ShapesError(f"shapes {left.shape} and {right.shape} are multiplied")
    return left @ right if right.ndim < 3 else np.tensordot(left, right, axes=1)


def divided(above: Value, below: Value, exact: bool) -> Value:
    """Return a quotient; what is below is a number, or of the shape of what is above."""
    if exact and isinstance(above, int) and isinstance(below, int):
        return sympy.Rational(above, below)
    if shape(below) and shape(below) != shape(above):
        raise ShapesError(f"shape {shape(above)} is divided by shape {shape(below)}")
    return like(above, operator.truediv, below)


def transposed(value: Value) -> Value:
    """Return the transpose: of a column the row, of a row the column."""
    if isinstance(value, Row):
        return value.values
    return Row(value) if np.ndim(value) == 1 else np.transpose(value)


def inverted(M: Any) -> Any:
    """Return the inverse of a square matrix, exactly if its entries are exact."""
    if np.ndim(M) != 2 or M.shape[0] != M.shape[1]:
        raise ShapesError(f"a matrix of shape {shape(M)} is inverted")
    if M.dtype == object:
        return np.array(sympy.Matrix(M).inv().tolist(), dtype=object)
    return np.linalg.inv(M)


def raised(base: Value, exponent: Value) -> Value:
    """Return a power: of a matrix the product of so many factors, of a number by a matrix the exponential."""
    if np.ndim(exponent) == 2:
        return _exponential(np.log(base) * exponent)
    if isinstance(base, float) and base == np.e:
        return exp(exponent)  # a power of the rounded e would be off by more, the larger the exponent
    if np.ndim(base) != 2:
        return like(base, lambda b: b**exponent)
    if int(exponent) != exponent:
        raise ShapesError(f"a matrix is raised to the power {exponent}")
    if exponent == 0:
        return np.eye(len(base)) if base.dtype != object else _array(sympy.eye(len(base)).tolist())
    return reduce(_contracted, [base if exponent > 0 else inverted(base)] * abs(int(exponent)))


def _exponential(M: Any) -> Any:
    """Return the exponential of a matrix by its series, of a part so small that twenty terms are enough."""
    halvings = max(0, int(np.ceil(np.log2(max(np.abs(M).sum(), 1e-300)))) + 2)
    term = total = np.eye(len(M), dtype=M.dtype)
    for order in range(1, 20):
        term = term @ M / 2.0**halvings / order
        total = total + term
    for _ in range(halvings):
        total = total @ total
    return total


def norm(value: Value, frobenius: bool = False) -> Any:
    """Return the length of a row or column, the spectral or Frobenius norm of a matrix, a tensor's length."""
    numbers = np.asarray(value.values if isinstance(value, Row) else value)
    if numbers.dtype == object and numbers.ndim == 2 and not frobenius:
        return max(sympy.Matrix(numbers).singular_values())
    if numbers.ndim == 2 and not frobenius:
        return np.linalg.norm(numbers, 2)
    return np.linalg.norm(numbers.ravel())


def blocks(rows: Sequence[Sequence[Value]]) -> Any:
    """Return the matrix of these numbers or blocks; a 0 between blocks is as large as they leave it."""
    if all(shape(cell) == () for row in rows for cell in row):
        return _array([list(row) for row in rows])
    if all(len(row) == 1 and np.ndim(row[0]) == 1 for row in rows):
        return np.concatenate([row[0] for row in rows])
    sizes = [[shape(cell) for cell in row] for row in rows]
    largest = max(max(size, default=0) for row in sizes for size in row)
    high = [max((size[0] for size in row if size), default=largest) for row in sizes]
    wide = [max((row[j][1] for row in sizes if row[j]), default=largest) for j in range(len(rows[0]))]
    for row, h in zip(rows, high, strict=True):
        for cell, w in zip(row, wide, strict=True):
            if not (is_zero(cell) or shape(cell) == (h, w)):
                raise ShapesError(f"a block of shape {shape(cell)} stands where {(h, w)} is left")
    return np.block(
        [
            [np.zeros((h, w)) if is_zero(cell) else cell for cell, w in zip(row, wide, strict=True)]
            for row, h in zip(rows, high, strict=True)
        ]
    )


def _array(numbers: Any) -> Any:
    """Return an array that keeps what is exact."""
    entries = np.array(numbers, dtype=object)
    if any(isinstance(entry, sympy.Basic | Fraction) for entry in entries.ravel()):
        return entries
    return np.array(numbers)


def diagonal(*entries: Value) -> Any:
    """Return the diagonal matrix of a column, or of the numbers given."""
    if len(entries) == 1 and np.ndim(entries[0]) == 1:
        return np.diag(entries[0])
    if any(np.ndim(entry) for entry in entries):
        raise ShapesError(f"diag of shapes {[shape(entry) for entry in entries]}")
    return np.diag(_array(list(entries)))


def _for_symbols(ours: Callable[[Any], Any], exact: Callable[[Any], Any]) -> Callable[[Value], Value]:
    """Return a function of numbers, entry by entry, that SymPy's expressions go through as well."""

    def function(value: Value) -> Value:
        if isinstance(value, sympy.Basic):
            return exact(value)
        numbers = np.asarray(value.values if isinstance(value, Row) else value)
        if numbers.dtype == object:
            found = np.frompyfunc(lambda entry: exact(sympy.sympify(entry)), 1, 1)(numbers)
        else:
            found = ours(numbers)
        return Row(found) if isinstance(value, Row) else found

    return function


def _slope(function: Callable[[Value], Value]) -> Callable[[Value], Value]:
    """Return the derivative of an entrywise function, by a complex step, or by SymPy for its expressions."""

    def at(value: Value) -> Value:
        if isinstance(value, sympy.Basic):
            z = sympy.Symbol("z_inside")
            return function(z).diff(z).subs(z, value)
        return like(value, lambda numbers: np.imag(function(numbers + 1e-30j)) / 1e-30)

    return at


def _relu(z: Any) -> Any:
    return np.where(np.real(z) > 0, z, 0 * z)


sigma = _for_symbols(lambda z: 1 / (1 + np.exp(-z)), lambda z: 1 / (1 + sympy.exp(-z)))
tanh = _for_symbols(np.tanh, sympy.tanh)
exp = _for_symbols(np.exp, sympy.exp)
relu = _for_symbols(_relu, lambda z: sympy.Max(0, z))
# What these names stand for unless a claim says otherwise. Slopes know no formula for a slope.
DEFAULTS: dict[str, Value] = {
    "e": np.e,
    "\\pi": np.pi,
    "\\sigma": Function(sigma),
    "\\sigma'": Function(_slope(sigma)),
    "\\tanh": Function(tanh),
    "\\tanh'": Function(_slope(tanh)),
    "\\relu": Function(relu),
    "\\relu'": Function(_slope(relu)),
    "\\log": Function(_for_symbols(np.log, sympy.log)),
    "\\ln": Function(_for_symbols(np.log, sympy.log)),
    "\\log_{10}": Function(_for_symbols(np.log10, lambda z: sympy.log(z, 10))),
    "\\exp": Function(exp),
    "\\sin": Function(_for_symbols(np.sin, sympy.sin)),
    "\\cos": Function(_for_symbols(np.cos, sympy.cos)),
    "\\sinh": Function(_for_symbols(np.sinh, sympy.sinh)),
    "\\sgn": Function(lambda value: like(value, np.sign)),
    "\\Re": Function(lambda value: like(value, np.real)),
    "\\tr": Function(np.trace),
    "\\det": Function(np.linalg.det),
    "\\diag": Function(diagonal),
    "\\max": Function(lambda *numbers: np.max(numbers)),
    "\\min": Function(lambda *numbers: np.min(numbers)),
    "\\rho": Function(lambda M: np.abs(np.linalg.eigvals(M)).max()),
    "\\kappa": Function(np.linalg.cond),
    "s_{\\min}": Function(lambda M: np.linalg.svd(M, compute_uv=False)[-1]),
}
