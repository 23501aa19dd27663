"""Prove that two expressions of SymPy are the same."""

from __future__ import annotations

from typing import Any

import sympy

from rnn_solutions.sheet.comparisons import Comparison


def proved(left: Any, right: Any) -> Comparison:
    """Compare two expressions or two matrices of them, for all values of their symbols at once.

    The error is 0 if SymPy reduces the difference to zero and 1 if not.
    """
    if isinstance(left, sympy.MatrixBase):
        if left.shape != right.shape:
            raise ValueError(f"the two sides have shapes {left.shape} and {right.shape}")
        pairs = list(zip(left, right, strict=True))
    else:
        pairs = [(left, right)]
    for one, other in pairs:
        if not _same(one, other):
            return Comparison(1.0, str(one), str(other))
    return Comparison(0.0, str(pairs[0][0]), str(pairs[0][1]))


def _same(left: Any, right: Any) -> bool:
    """Say whether two expressions reduce to the same one; what is equal at once needs no reducing."""
    if left == right:
        return True
    if _differ_somewhere(left, right):
        return False
    if isinstance(left, sympy.MatrixExpr):
        return bool(sympy.simplify(left - right) == sympy.ZeroMatrix(*left.shape))
    return bool(sympy.simplify(left - right) == 0)


def _differ_somewhere(left: Any, right: Any) -> bool:
    """Say whether two expressions differ where each symbol is some number: soon known where they do."""
    difference = sympy.sympify(left - right)
    symbols = sorted(difference.free_symbols, key=str)
    if difference.has(sympy.MatrixExpr, sympy.Indexed) or not all(map(_may_be_positive, symbols)):
        return False
    primes = [sympy.prime(place + 3) for place, _ in enumerate(symbols)]
    at = {
        one: prime if one.is_integer else prime / sympy.Integer(4)
        for one, prime in zip(symbols, primes, strict=True)
    }
    found = [sympy.N(sympy.sympify(side).subs(at), 30) for side in (difference, left, right)]
    if not all(number.is_number and number.is_finite for number in found):
        return False
    return bool(abs(found[0]) > 1e-12 * (abs(found[1]) + abs(found[2])))


def _may_be_positive(symbol: Any) -> bool:
    """Say whether nothing is assumed of a symbol that some positive numbers are not."""
    other = symbol.is_negative, symbol.is_nonpositive, symbol.is_even, symbol.is_odd, symbol.is_real is False
    return isinstance(symbol, sympy.Symbol) and symbol.is_commutative and not any(other)
