"""The eigenvalues of a linear recurrence in the unit disc, and what each leaves of a gradient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from rnn_solutions._validation import Array, mapping, number_array, real_array
from rnn_solutions.figures import style
from rnn_solutions.figures._curves import spread

MARKERS = "osD^vx"
REACH = 1.3  # how far the plane is drawn, from its middle


def eigenvalue_disc(groups: Mapping[str, ArrayLike], ax: Axes | None = None) -> Axes:
    r"""Draw eigenvalues in the complex plane, with the unit circle.

    Parameters
    ----------
    groups : mapping of str to (m,) array_like
        Eigenvalues, real or complex, dimensionless, at most 1.3 in modulus; at most six groups. The keys are
        written in a column at the right, from the first at the top, each with its colour and marker.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    ax : Axes
        The axes drawn on, with equal scales.

    Raises
    ------
    ValueError
        If there are no groups or more than six, or eigenvalues are not finite or beyond the axes.

    See Also
    --------
    shares_over_lag : what these eigenvalues leave of a gradient.

    Examples
    --------
    >>> ax = eigenvalue_disc({"$A$": [0.5, 0.5j], "$B$": [-0.9]})
    >>> [text.get_text() for text in ax.texts]
    ['$A$', '$B$']
    """
    points = {
        label: _eigenvalues(label, values) for label, values in _groups(groups, len(style.LINES)).items()
    }
    ax = style.new_axes(ax, size=(4.8, 3.6))
    angle = np.linspace(0, 2 * np.pi, 361)
    ax.fill(np.cos(angle), np.sin(angle), facecolor=style.TINT_GREY, edgecolor=style.MUTED, zorder=0)
    for ends in ([-REACH, REACH], [0, 0]), ([0, 0], [-REACH, REACH]):
        ax.plot(*ends, color=style.GRID, linewidth=0.8, zorder=1)
    for (label, group), (color, _), marker, row in zip(
        points.items(), style.LINES, MARKERS, range(len(points)), strict=False
    ):
        look: dict[str, Any] = {"color": color, "linestyle": "none", "marker": marker, "markersize": 5}
        ax.plot(group.real, group.imag, **look)
        height = 1 - 0.35 * row
        ax.plot(REACH + 0.25, height, **look)
        ax.text(REACH + 0.45, height, label, color=style.for_text(color), fontsize=style.MEDIUM, va="center")
    ax.set(aspect="equal", xlim=(-REACH, 2.4 * REACH), ylim=(-REACH, REACH))
    ax.set(xticks=(-1, 0, 1), yticks=(-1, 0, 1))
    ax.set_xlabel(r"$\mathrm{Re}\,\lambda$", x=1 / 3.4)
    ax.set_ylabel(r"$\mathrm{Im}\,\lambda$")
    style.finish(ax)
    ax.spines["bottom"].set_bounds(-REACH, REACH)  # the labels stand beside the plane
    return ax


def shares_over_lag(lags: ArrayLike, groups: Mapping[str, ArrayLike], ax: Axes | None = None) -> Axes:
    r"""Draw the share :math:`\lvert \lambda \rvert^{\text{lag}}` of a gradient that groups of units keep.

    A group is a band, from the unit that forgets first to the one that remembers longest. A dotted line
    stands at 1/e, where a unit meets its memory length.

    Parameters
    ----------
    lags : (m,) array_like
        Above 0, in increasing order, in steps; the axis is logarithmic.
    groups : mapping of str to (k,) array_like
        Eigenvalues, real or complex, of modulus between 0 and 1; at most three groups. The key is written
        above the band, near where its middle has fallen to one half.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    ax : Axes
        The axes drawn on.

    Raises
    ------
    ValueError
        If the lags are not as described, if there are no groups or more than three, or if an eigenvalue is
        not finite, 0, or 1 or more in modulus.

    See Also
    --------
    eigenvalue_disc : where these eigenvalues are.

    Examples
    --------
    >>> ax = shares_over_lag([1, 10, 100], {"$A$": [0.5, 0.6j], "$B$": [0.9]})
    >>> [text.get_text() for text in ax.texts]
    ['$A$', '$B$', '$1/e$']
    """
    lags = real_array("lags", lags, ("m",))
    if lags[0] <= 0 or np.any(np.diff(lags) <= 0):
        raise ValueError("lags must be above 0 and increase from each entry to the next")
    moduli = {label: _moduli(label, values) for label, values in _groups(groups, 3).items()}
    ax = style.new_axes(ax, size=(4.8, 3.0))
    edges = np.array([[modulus.min(), modulus.max()] for modulus in moduli.values()])
    for (low, high), (color, pattern) in zip(edges, style.LINES, strict=False):
        ax.fill_between(lags, low**lags, high**lags, color=color, alpha=0.3, linewidth=0)
        for modulus in (low, high):
            ax.plot(lags, modulus**lags, color=color, linestyle=pattern, linewidth=1.5)
    # On this axis, the middle of a band where it has fallen to one half; then apart, as wide as a label is.
    middle = np.log(np.log(0.5) / np.log(edges)).mean(axis=1)
    start, end = np.log(lags[[0, -1]])
    places = spread((middle - start) / (end - start), 0.32, 0.08, 0.92)
    for label, place, (color, _) in zip(moduli, places, style.LINES, strict=False):
        text: dict[str, Any] = {"color": style.for_text(color), "fontsize": style.MEDIUM, "ha": "center"}
        ax.annotate(label, (place, 1.0), (0, 6), "axes fraction", textcoords="offset points", **text)
    ax.axhline(1 / np.e, color=style.MUTED, linestyle=":", linewidth=1)
    ax.annotate("$1/e$", (1.0, 1 / np.e), (5, 0), ax.get_yaxis_transform(), textcoords="offset points",
                va="center", color=style.MUTED, fontsize=style.MEDIUM)  # fmt: skip
    ax.set(xscale="log", xlim=(lags[0], lags[-1]), ylim=(0, 1.02), xlabel="$t - k$")
    ax.set_ylabel(r"$|\lambda|^{t-k}$")
    ax.set_yticks((0, 0.5, 1))
    style.finish(ax)
    return ax


def _groups(groups: Mapping[str, ArrayLike], most: int) -> Mapping[str, ArrayLike]:
    """Return the groups, or raise a ValueError when they are too many or none."""
    if not 1 <= len(mapping("groups", groups)) <= most:
        raise ValueError(f"groups must hold 1 to {most}, got {len(groups)}")
    return groups


def _eigenvalues(label: str, values: ArrayLike) -> NDArray[Any]:
    """Return a group as an array, or raise a ValueError where one is beyond the axes."""
    group = number_array(f"group {label}", values, ("m",))
    if np.abs(group).max() > REACH:
        raise ValueError(f"group {label} must be at most {REACH} in modulus, got {np.abs(group).max()}")
    return group


def _moduli(label: str, values: ArrayLike) -> Array:
    """Return the moduli of a group, or raise a ValueError that names it."""
    modulus = np.abs(number_array(f"group {label}", values, ("m",)))
    if not 0 < modulus.min() <= modulus.max() < 1:
        raise ValueError(
            f"group {label} must lie between 0 and 1 in modulus, got {modulus.min()} to {modulus.max()}"
        )
    return np.asarray(modulus)
