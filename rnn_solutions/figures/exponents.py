"""The largest Lyapunov exponent, the mean rate at which a product of matrices grows."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from rnn_solutions.figures import style
from rnn_solutions.figures._axes import draw_curves, finish, name_axes, new_axes
from rnn_solutions.figures._checks import increasing, number, numbers, some
from rnn_solutions.figures._labels import write_at_edge


def exponents_over_gain(
    gains: ArrayLike, exponents: Mapping[str, ArrayLike], mark: float | None = None, ax: Axes | None = None
) -> Axes:
    """Plot exponents, (m,) by label, over the gains of the weights, (m,), at most six curves.

    The ground above 0, where gradients explode, is tinted. A dotted line marks the gain `mark`.
    """
    gains = increasing("gains", gains, least=2)
    curves = {
        label: numbers(f"curve {label}", values, gains.shape)
        for label, values in some("exponents", exponents, len(style.LINES)).items()
    }
    at = None if mark is None else number("mark", mark)
    ax = new_axes(ax, size=(style.WIDTH, 3.4))
    draw_curves(ax, gains, curves.values())
    low, high = ax.get_ylim()
    ax.set(xlim=gains[[0, -1]], ylim=(min(low, -0.1 * high), max(high, -0.1 * low)))
    ax.axhspan(0, ax.get_ylim()[1], color=style.TINT_ORANGE, zorder=0)
    ax.axhline(0, color=style.INK, linewidth=1.2, zorder=1)
    if at is not None:
        ax.axvline(at, color=style.MUTED, linewidth=1.5, linestyle=style.DOTTED, zorder=1)
    name_axes(ax, "$g$", r"$\lambda_1$")
    ends = [values[-1] for values in curves.values()]
    write_at_edge(ax, curves, ends, (color for color, _ in style.LINES))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(6))
    finish(ax)
    return ax
