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
    if isinstance(left, sympy.MatrixExpr):
        return bool(sympy.simplify(left - right) == sympy.ZeroMatrix(*left.shape))
    difference = sympy.sympify(left - right)
    if sympy.expand(difference.rewrite(sympy.exp)) == 0:
        return True
    return not _is_something(difference) and bool(sympy.simplify(difference) == 0)


def _is_something(difference: sympy.Expr) -> bool:
    """Say whether an expression is not zero at one point, which is faster than to reduce it in vain."""
    symbols = sorted(difference.free_symbols, key=str)
    found = difference.subs(dict(zip(symbols, sympy.primerange(2, 100), strict=False))).evalf()
    return bool(found.is_number and found.is_finite and abs(found) > 1e-6)
