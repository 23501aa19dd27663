"""Findings in 3(a) and 3(b): what the gates read, which signs are possible, and what floats do to "always".

Where nothing else is said the network is an LSTM without peepholes with n = 3, d = 2, T = 10 and no biases,
drawn from N(0, 1) with seed 0 in the order W_f, W_i, W_o, W_g, x (11, 2), y (11, 3), C_0, h_0. Each weight
matrix acts on (h, x); row 0 of x and of y is not used.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_solutions._validation import Array
from rnn_solutions.sheet.findings.setups import SmallLSTM


@dataclass(frozen=True, eq=False)
class ForgetGates:
    """The forget gate at step 1 for two hidden states before it and the same input.

    Attributes
    ----------
    before, after : (3,) ndarray
        With h_0, and with 1 added to each entry of it.
    """

    before: Array
    after: Array


@dataclass(frozen=True, eq=False)
class CellNudge:
    """What moves at step 1 when 5 is added to each entry of C_0 and h_0 is held.

    Attributes
    ----------
    cell, gate : (3,) ndarray
        The changes of C_1 and of the output gate.
    """

    cell: Array
    gate: Array


@dataclass(frozen=True)
class CellRange:
    """How far the cell state leaves the range of the hyperbolic tangent, and which values are negative.

    Attributes
    ----------
    open_cell : float
        The smallest entry of C_10 when the gates and the candidate are held near 1, from C_0 = 0.
    smallest_cell, smallest_candidate, smallest_output : float
        The smallest entries over the ten steps, without biases.
    """

    open_cell: float
    smallest_cell: float
    smallest_candidate: float
    smallest_output: float


@dataclass(frozen=True)
class SigmoidLimits:
    r"""Where a sigmoid in floating point reaches the ends of its range.

    Attributes
    ----------
    zero_naive, zero_stable : int
        The largest whole number z at which :math:`1 / (1 + e^{-z})`, and :math:`e^z / (1 + e^z)`, is 0.
    one : int
        The smallest whole number z at which it is 1.
    """

    zero_naive: int
    zero_stable: int
    one: int


def forget_gate_reads_the_state() -> ForgetGates:
    """Return the forget gate for one input and two hidden states.

    Finding 32, 3(a). The answer speaks of the current word alone; the gate also reads h.

    Returns
    -------
    gates : ForgetGates
        Each entry between 0 and 1.

    See Also
    --------
    output_gate_ignores_the_cell : what a gate does not read.

    Examples
    --------
    >>> gates = forget_gate_reads_the_state()
    >>> gates.before.round(2), gates.after.round(3)
    (array([0.71, 0.88, 0.11]), array([0.823, 0.99 , 0.007]))
    """
    case = SmallLSTM.draw()
    moved = replace(case, h_0=case.h_0 + 1)
    return ForgetGates(before=case.run.f[0], after=moved.run.f[0])


def output_gate_ignores_the_cell() -> CellNudge:
    """Return how C_1 and the output gate respond when C_0 is moved and h_0 is not.

    Finding 34, 3(a). The answer says that the output gate judges the cell state. It reads h and x.

    Returns
    -------
    changes : CellNudge
        Dimensionless.

    See Also
    --------
    forget_gate_reads_the_state : what a gate does read.

    Examples
    --------
    >>> changes = output_gate_ignores_the_cell()
    >>> changes.cell.round(1), changes.gate
    (array([3.6, 4.4, 0.6]), array([0., 0., 0.]))
    """
    case = SmallLSTM.draw()
    moved = replace(case, C_0=case.C_0 + 5)
    return CellNudge(cell=moved.run.C[0] - case.run.C[0], gate=moved.run.o[0] - case.run.o[0])


def cell_state_leaves_the_range_of_tanh() -> CellRange:
    """Return how large C becomes with open gates, and the smallest values of a plain run.

    Finding 35, 3(b). The answer derives the sign of C from the range of the hyperbolic tangent; C is a sum
    of such values, of modulus at most that of C_0 plus the number of steps. For the open cell a bias of 20
    is added to the forget gate, the input gate and the candidate.

    Returns
    -------
    values : CellRange
        Dimensionless.

    See Also
    --------
    rnn_solutions.networks.lstm.LSTM.forward : all values of a run.

    Examples
    --------
    >>> values = cell_state_leaves_the_range_of_tanh()
    >>> round(values.open_cell, 3)
    10.0
    >>> values = [values.smallest_cell, values.smallest_candidate, values.smallest_output]
    >>> [round(value, 3) for value in values]
    [-0.801, -0.997, -0.64]
    """
    run = SmallLSTM.draw().run
    opened = replace(SmallLSTM.draw(f=20.0, i=20.0, g=20.0), C_0=np.zeros(3)).run
    return CellRange(float(opened.C[-1].min()), float(run.C.min()), float(run.g.min()), float(run.h.min()))


def sigmoid_limits(single: bool = False) -> SigmoidLimits:
    """Return where the sigmoid of a float is 0 or 1, which that of a real number never is.

    Finding 36, 3(b): a remark on "always positive".

    Parameters
    ----------
    single : bool
        Look at float32 instead of float64.

    Returns
    -------
    limits : SigmoidLimits
        Whole numbers.

    See Also
    --------
    rnn_solutions.networks.activations.sigmoid : the stable form.

    Examples
    --------
    >>> sigmoid_limits()
    SigmoidLimits(zero_naive=-710, zero_stable=-746, one=37)
    >>> sigmoid_limits(single=True)
    SigmoidLimits(zero_naive=-89, zero_stable=-104, one=17)
    """
    z: NDArray[Any] = np.arange(-800, 100).astype(np.float32 if single else np.float64)
    with np.errstate(over="ignore", under="ignore"):
        naive = 1 / (1 + np.exp(-z))
        e = np.exp(-np.abs(z))
        stable = np.where(z >= 0, 1, e) / (1 + e)
    return SigmoidLimits(
        zero_naive=int(z[naive == 0].max()),
        zero_stable=int(z[stable == 0].max()),
        one=int(z[stable == 1].min()),
    )
