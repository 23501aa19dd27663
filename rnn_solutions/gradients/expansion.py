"""The double sum of backpropagation through time as data, to be read as LaTeX or as numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, finite, flag, natural, ordered_steps, real_array, unwarned
from rnn_solutions.networks.rnn import RNNRun

# A few seconds of work each: terms made, factors written, Jacobians multiplied, and their multiplications.
_MOST = 10**6
_MOST_MULTIPLICATIONS = 10**10
# Python bounds the length of a sequence, and this one grows with the square of T.
_LAST_STEP = 10**9


@dataclass(frozen=True)
class Term:
    r"""One term of the double sum: what the loss at step `t` says about the use of W at step `k`.

    Parameters
    ----------
    t, k : int
        Steps, counted as on the sheet, with ``0 <= k <= t``.

    Raises
    ------
    ValueError
        If the steps are not whole numbers ordered so.

    See Also
    --------
    expand : all of them.

    Examples
    --------
    >>> print(Term(t=2, k=2).latex())
    \frac{\partial L_2}{\partial h_2} \, \frac{\partial^{+} h_2}{\partial W}
    """

    t: int
    k: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "t", natural("t", self.t))
        object.__setattr__(self, "k", natural("k", self.k))
        if self.k > self.t:
            raise ValueError(f"need 0 <= k <= t, got k={self.k} and t={self.t}")

    def latex(self, products: bool = False) -> str:
        r"""Return the term in LaTeX, its factors in the order in which they multiply.

        Parameters
        ----------
        products : bool
            Write the Jacobian out as the ordered product :math:`D_t W \cdots D_{k+1} W`, where
            :math:`D_j = \operatorname{diag}(\sigma'(z_j))`, instead of naming it.

        Returns
        -------
        latex : str
            For mathematics mode. There is no factor between the outer two when ``t == k``.

        Raises
        ------
        ValueError
            If `products` is neither True nor False, or more than a million factors were to be written.

        See Also
        --------
        value : the same reading as a number.

        Examples
        --------
        >>> print(Term(t=2, k=0).latex(products=True))
        \frac{\partial L_2}{\partial h_2} \, D_2 W \, D_1 W \, \frac{\partial^{+} h_0}{\partial W}
        """
        steps = range(self.t, self.k, -1)  # the latest factor stands on the left
        products = flag("products", products)
        _require_few(self.t - self.k if products else 0, "factors", "latex writes")
        if products:
            middle = [rf"{_indexed('D', j)} W" for j in steps]
        else:
            middle = [_derivative(_indexed("h", self.t), _indexed("h", self.k))] if steps else []
        loss = _derivative(_indexed("L", self.t), _indexed("h", self.t))
        immediate = _derivative(_indexed("h", self.k), "W", kind="^{+}")
        return r" \, ".join([loss, *middle, immediate])

    def value(self, run: RNNRun, dL_dh: ArrayLike) -> Array:
        r"""Return the term for a given run, the factors multiplied in the order in which they are read.

        Parameters
        ----------
        run : RNNRun
            What ``RNN.forward`` returned.
        dL_dh : (T+1, n) array_like
            Row `t` is :math:`\partial L_t / \partial h_t`, the loss's own term.

        Returns
        -------
        term : (n, n) ndarray
            In the unit of the loss.

        Raises
        ------
        ValueError
            If `run` is no RNN's or too short for `t`, `dL_dh` is not real, finite and (T+1, n), or the term
            overflows.

        See Also
        --------
        rnn_solutions.Recurrent.gradient_terms : every term of a run at once.

        Examples
        --------
        >>> from rnn_solutions.networks.rnn import RNN
        >>> net = RNN(W=[[2.0]], U=[[1.0]], activation="identity")
        >>> run = net.forward(x=np.zeros((3, 1)), h_init=[1.0])
        >>> Term(t=2, k=1).value(run, dL_dh=[[0.0], [0.0], [1.0]])
        array([[4.]])
        """
        _require_run(run)
        t, k = ordered_steps(self.t, self.k, run.T)
        row = real_array("dL_dh", dL_dh, run.h.shape)[t]
        with unwarned():
            if t > k:
                row = row @ run.net.jacobian(run, t, k)
            value = np.tensordot(row, run.net.immediate_gradient(run, k), axes=1)
        return finite(value, f"the term t={t}, k={k}")


@dataclass(frozen=True)
class Expansion(Sequence[Term]):
    """The double sum as a sequence of terms: t from 0 to `T`, and within each t, k from `first` to t.

    Parameters
    ----------
    T, first
        As for `expand`, which makes one.

    Examples
    --------
    >>> Expansion(T=1)[2]
    Term(t=1, k=1)
    """

    T: int
    first: int = 0

    def __post_init__(self) -> None:
        # As Python's int: T + 1 would wrap around in a narrow integer of numpy.
        object.__setattr__(self, "T", natural("T", self.T))
        if self.T > _LAST_STEP:
            raise ValueError(f"T must be at most {_LAST_STEP}, got {self.T}")
        object.__setattr__(self, "first", natural("first", self.first))

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms in their order, at most a million; iterating and indexing make one at a time."""
        return self[:]

    def __len__(self) -> int:
        return math.comb(self._losses + 1, 2)

    def __iter__(self) -> Iterator[Term]:
        return (Term(t, k) for t in range(self.first, self.T + 1) for k in range(self.first, t + 1))

    def __contains__(self, term: object) -> bool:
        return isinstance(term, Term) and self.first <= term.k and term.t <= self.T

    @overload
    def __getitem__(self, index: int) -> Term: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Term, ...]: ...
    def __getitem__(self, index: int | slice) -> Term | tuple[Term, ...]:
        places = range(len(self))[index]
        if isinstance(places, range):
            _require_few(len(places), "terms", "a slice takes")
            return tuple(map(self._at, places))
        return self._at(places)

    def index(self, term: Any, start: int = 0, stop: int | None = None) -> int:
        """Return the place of a term, as that of a list does."""
        place = math.comb(term.t + 1 - self.first, 2) + term.k - self.first if term in self else -1
        if place not in range(len(self))[start:stop]:
            raise ValueError(f"{term!r} is not in the expansion")
        return place

    def count(self, term: Any) -> int:
        """Return 1 for a term of the sum, and 0 for what is none."""
        return int(term in self)

    @property
    def _losses(self) -> int:
        """How many losses have a term."""
        return max(self.T + 1 - self.first, 0)

    @property
    def _jacobians(self) -> int:
        """How many factors stand between the outer ones of all terms: the sum of t - k."""
        return math.comb(self._losses + 1, 3)

    def _at(self, place: int) -> Term:
        """Return the term at a place from 0 up, where the first m losses have 1 + 2 + ... + m terms."""
        m = (math.isqrt(8 * place + 1) - 1) // 2
        return Term(self.first + m, self.first + place - m * (m + 1) // 2)

    def latex(self, products: bool = False) -> str:
        r"""Return the sum in LaTeX, one line for each t.

        Parameters
        ----------
        products : bool
            As for :meth:`Term.latex`.

        Returns
        -------
        latex : str
            An ``aligned`` environment for display mathematics; the right side is 0 when no term is left.

        Raises
        ------
        ValueError
            If `products` is neither True nor False, or more than a million factors were to be written.

        See Also
        --------
        value : the same reading as a number.

        Examples
        --------
        >>> print(expand(T=0).latex())
        \begin{aligned}
        \frac{\partial L}{\partial W} = {} &
        \frac{\partial L_0}{\partial h_0} \, \frac{\partial^{+} h_0}{\partial W}
        \end{aligned}
        """
        products = flag("products", products)
        factors = 2 * len(self) + (self._jacobians if products else math.comb(self._losses, 2))
        _require_few(factors, "factors", "latex writes")
        lines = [
            " + ".join(Term(t, k).latex(products=products) for k in range(self.first, t + 1))
            for t in range(self.first, self.T + 1)
        ]
        body = " \\\\\n& {} + ".join(lines or ["0"])
        return f"\\begin{{aligned}}\n{_derivative('L', 'W')} = {{}} & {body}\n\\end{{aligned}}"

    def value(self, run: RNNRun, dL_dh: ArrayLike) -> Array:
        r"""Return the sum of the terms for a given run.

        Parameters
        ----------
        run, dL_dh
            As for :meth:`Term.value`, the run with the same `T`.

        Returns
        -------
        sum : (n, n) ndarray
            The gradient with respect to W when ``first == 0``; zeros when there are no terms. In the unit of
            the loss.

        Raises
        ------
        ValueError
            If `run` is no RNN's or has another `T`, `dL_dh` is not real, finite and (T+1, n), the sum
            overflows, or more than a million Jacobians were to be multiplied, which is so from T = 181 on, or
            at n above 21 so many that they take more than :math:`10^{10}` multiplications.

        See Also
        --------
        rnn_solutions.Recurrent.backward : the same gradient in O(T) steps.

        Examples
        --------
        >>> from rnn_solutions.networks.rnn import RNN
        >>> net = RNN(W=[[2.0]], U=[[1.0]], activation="identity")
        >>> run = net.forward(x=np.zeros((3, 1)), h_init=[1.0])
        >>> expand(T=2).value(run, dL_dh=[[0.0], [0.0], [1.0]])
        array([[12.]])
        """
        _require_run(run)
        if run.T != self.T:
            raise ValueError(f"the run must have T = {self.T} as the expansion has, got T = {run.T}")
        dL_dh = real_array("dL_dh", dL_dh, run.h.shape)
        most = min(_MOST, _MOST_MULTIPLICATIONS // run.net.n**3)
        _require_few(self._jacobians, "Jacobians", f"for n = {run.net.n} value multiplies", most)
        with unwarned():
            total = sum((term.value(run, dL_dh) for term in self), start=np.zeros_like(run.net.W))
        return finite(total, "the sum of the terms")


def expand(T: int, first: int = 0) -> Expansion:
    r"""Return the double sum of backpropagation through time as a sequence of terms.

    .. math::

       \sum_{t=0}^{T} \sum_{k=k_0}^{t}
       \frac{\partial L_t}{\partial h_t} \frac{\partial h_t}{\partial h_k} \frac{\partial^{+} h_k}{\partial W}

    with :math:`k_0` = `first`. From 0 it is the gradient with respect to W. From 1 it leaves out
    :math:`\partial^{+} h_0 / \partial W`, which is zero only where :math:`h_0` does not depend on W or
    :math:`h_{-1} = 0`.

    Parameters
    ----------
    T : int
        The last step, from 0 to 1e9.
    first : int
        Where k starts, at least 0.

    Returns
    -------
    expansion : Expansion
        Its terms in order of t, then k; none when ``first > T``. They are made when they are asked for.

    Raises
    ------
    ValueError
        If `T` or `first` is not a whole number from 0 up, or `T` is beyond 1e9.

    See Also
    --------
    rnn_solutions.Recurrent.gradient_terms : the terms of a run as one array.

    Examples
    --------
    >>> len(expand(T=3)), len(expand(T=3, first=1))
    (10, 6)
    """
    return Expansion(T, first)


def _require_run(run: RNNRun) -> None:
    """Raise a ValueError unless an RNN made `run`."""
    if not isinstance(run, RNNRun):
        raise ValueError(f"run must be what RNN.forward returned, got {type(run).__name__}")


def _require_few(count: int, what: str, does: str, most: int = _MOST) -> None:
    """Raise a ValueError when that were more than a few seconds' work."""
    if count > most:
        raise ValueError(f"{does} at most {most:,} {what}, and here are {count:,}")


def _indexed(letter: str, index: int) -> str:
    """Write a letter with its index, in braces where it has more than one digit."""
    return f"{letter}_{index}" if index < 10 else f"{letter}_{{{index}}}"


def _derivative(of: str, by: str, kind: str = "") -> str:
    """Write a partial derivative as a fraction; `kind` marks the upper sign of derivation."""
    return rf"\frac{{\partial{kind} {of}}}{{\partial {by}}}"
