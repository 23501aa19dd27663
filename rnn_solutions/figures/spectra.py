"""What small changes do to eigenvalues, and the mean rate at which a product of matrices grows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from rnn_solutions._validation import Array, mapping, number_array, real_array, real_number
from rnn_solutions.figures import style
from rnn_solutions.figures._curves import write_at_edge


def pseudospectrum(
    x: ArrayLike,
    y: ArrayLike,
    levels: ArrayLike,
    edges: Mapping[str, float],
    eigenvalues: ArrayLike,
    ax: Axes | None = None,
) -> Axes:
    r"""Draw the edges of pseudospectra, with the eigenvalues and the unit circle, which is dashed.

    Parameters
    ----------
    x, y : (p,) and (q,) array_like
        Real and imaginary parts, increasing.
    levels : (q, p) array_like
        At each point :math:`x + iy` the norm of the smallest change that makes it an eigenvalue, at least 0.
    edges : mapping of str to float
        The levels to draw, above 0. The key is written above the edge, to the left of its top.
    eigenvalues : (n,) array_like
        Complex numbers, drawn as dots.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    ax : Axes
        The axes drawn on, with equal scales.

    Raises
    ------
    ValueError
        If an array has the wrong shape or is not finite, `x` or `y` does not increase, a level is negative,
        or an edge does not lie between the lowest level and the highest.

    See Also
    --------
    power_norms : what the powers of the same matrix do.

    Examples
    --------
    >>> x = np.linspace(-2, 2, 41)
    >>> ax = pseudospectrum(x, x, np.abs(x + 1j * x[:, None]), {"1": 1.0}, [0.0])
    >>> [text.get_text() for text in ax.texts]
    ['1']
    """
    x, y = _increasing("x", x), _increasing("y", y)
    levels = real_array("levels", levels, (len(y), len(x)))
    if levels.min() < 0:
        raise ValueError(f"levels must be at least 0, got {levels.min()}")
    heights = {label: real_number(f"edge {label}", at) for label, at in mapping("edges", edges).items()}
    for label, at in heights.items():
        if not levels.min() < at < levels.max():
            raise ValueError(f"edge {label} must lie between the lowest level and the highest, got {at}")
    dots = number_array("eigenvalues", eigenvalues, ("n",))
    ax = style.new_axes(ax, size=(4.4, 4.4))
    for label, at in heights.items():
        lines = ax.contour(x, y, levels, levels=[at], colors=style.BLUE, linestyles="-", linewidths=1.8)
        points = np.concatenate([np.asarray(path.vertices) for path in lines.get_paths()])
        look: dict[str, Any] = {"color": style.for_text(style.BLUE), "fontsize": style.SMALL, "ha": "right"}
        top = points[np.argmax(np.round(points[:, 1], 6))]
        ax.annotate(label, (top[0], top[1]), (-3, 3), textcoords="offset points", **look)
    angle = np.linspace(0, 2 * np.pi, 361)
    ax.plot(np.cos(angle), np.sin(angle), color=style.INK, linewidth=1.5, linestyle=(0, (4, 3)))
    ax.plot(dots.real, dots.imag, "o", color=style.ACCENT, markersize=6)
    ax.set(aspect="equal", xlim=x[[0, -1]], ylim=y[[0, -1]])
    ax.set(xlabel=r"$\mathrm{Re}\, z$", ylabel=r"$\mathrm{Im}\, z$")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(5))
    style.finish(ax)
    return ax


def growth_rates(
    x: ArrayLike,
    rates: Mapping[str, ArrayLike],
    xlabel: str,
    mark: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    r"""Plot rates of growth over something else, with the line at 0 between vanishing and exploding.

    Parameters
    ----------
    x : (m,) array_like
        What they depend on, increasing.
    rates : mapping of str to (m,) array_like
        Logarithms per step, at most six curves. The key is written at the right end of the curve.
    xlabel : str
        What `x` is.
    mark : float, optional
        A place on the axis of `x` to mark by a dotted line.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    ax : Axes
        The axes drawn on.

    Raises
    ------
    ValueError
        If the arrays are not real, finite and equally long, `x` does not increase, or there are no curves or
        more than six.

    See Also
    --------
    pseudospectrum : what a single matrix hides from its eigenvalues.

    Examples
    --------
    >>> ax = growth_rates([0.5, 2.0], {"$x = 0$": [-0.7, 0.7]}, "$g$")
    >>> [text.get_text() for text in ax.texts]
    ['$x = 0$']
    """
    x = _increasing("x", x)
    if not 1 <= len(mapping("rates", rates)) <= len(style.LINES):
        raise ValueError(f"rates must hold 1 to {len(style.LINES)} curves, got {len(rates)}")
    curves = {label: real_array(f"curve {label}", values, x.shape) for label, values in rates.items()}
    ax = style.new_axes(ax, size=(4.4, 3.5))
    for values, (color, pattern) in zip(curves.values(), style.LINES, strict=False):
        ax.plot(x, values, color=color, linestyle=pattern, linewidth=2)
    low, high = ax.get_ylim()
    ax.set(xlim=x[[0, -1]], ylim=(min(low, -0.1 * high), max(high, -0.1 * low)), xlabel=xlabel)
    ax.axhspan(0, ax.get_ylim()[1], color=style.TINT_ORANGE, zorder=0)
    ax.axhline(0, color=style.INK, linewidth=1.2, zorder=1)
    if mark is not None:
        ax.axvline(
            real_number("mark", mark), color=style.MUTED, linewidth=1.5, linestyle=(0, (1, 2)), zorder=1
        )
    ax.set_ylabel(r"$\lambda_1$", rotation=0, ha="right", va="center")
    ends = [values[-1] for values in curves.values()]
    write_at_edge(ax, curves, ends, (color for color, _ in style.LINES))
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.yaxis.set_major_locator(MaxNLocator(6))
    style.finish(ax)
    return ax


def _increasing(name: str, value: ArrayLike) -> Array:
    """Return the places along an axis, or raise a ValueError that names them."""
    places = real_array(name, value, ("m",))
    if len(places) < 2 or np.any(np.diff(places) <= 0):
        raise ValueError(f"{name} must hold two numbers or more and increase")
    return places
