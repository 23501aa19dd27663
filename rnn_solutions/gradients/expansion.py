"""The double sum of backpropagation through time as data, to be read as LaTeX or as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, finite, natural, ordered_steps, real_array, unwarned
from rnn_solutions.networks.rnn import RNNRun


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

        See Also
        --------
        value : the same reading as a number.

        Examples
        --------
        >>> print(Term(t=2, k=0).latex(products=True))
        \frac{\partial L_2}{\partial h_2} \, D_2 W \, D_1 W \, \frac{\partial^{+} h_0}{\partial W}
        """
        steps = range(self.t, self.k, -1)  # the latest factor stands on the left
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
        object.__setattr__(self, "first", natural("first", self.first))

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms in their order."""
        return tuple(Term(t, k) for t in range(self.T + 1) for k in range(self.first, t + 1))

    def __len__(self) -> int:
        return len(self.terms)

    @overload
    def __getitem__(self, index: int) -> Term: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Term, ...]: ...
    def __getitem__(self, index: int | slice) -> Term | tuple[Term, ...]:
        return self.terms[index]

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
        lines = [
            " + ".join(term.latex(products=products) for term in self.terms if term.t == t)
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
            If `run` is no RNN's or has another `T`, `dL_dh` is not real, finite and (T+1, n), or the sum
            overflows.

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
        with unwarned():
            total = sum((term.value(run, dL_dh) for term in self.terms), start=np.zeros_like(run.net.W))
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
        The last step, at least 0.
    first : int
        Where k starts, at least 0.

    Returns
    -------
    expansion : Expansion
        Its terms in order of t, then k; none when ``first > T``.

    Raises
    ------
    ValueError
        If `T` or `first` is not a whole number from 0 up.

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


def _indexed(letter: str, index: int) -> str:
    """Write a letter with its index, in braces where it has more than one digit."""
    return f"{letter}_{index}" if index < 10 else f"{letter}_{{{index}}}"


def _derivative(of: str, by: str, kind: str = "") -> str:
    """Write a partial derivative as a fraction; `kind` marks the upper sign of derivation."""
    return rf"\frac{{\partial{kind} {of}}}{{\partial {by}}}"
