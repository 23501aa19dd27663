"""The colours, line widths and sizes that all figures share, so that a theme is one file.

The hues are those of Okabe and Ito, which readers with any common colour vision can tell apart; the greys
and tints around them are ours. Lines stand out from paper at least 3:1, letters 4.5:1, for which three of the
hues have a darker shade. The site's style sheet has a name for each colour, and another value in the dark.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

BLUE = "#0072B2"
VERMILLION = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"

PAPER = "#FFFFFF"  # behind everything
INK = "#1A1A1A"  # text, axes and the wires of a diagram
MUTED = "#6B6B6B"  # what should stand back: guides, secondary text
GRID = "#D9D9D9"

SHADES = {VERMILLION: "#BC5200", GREEN: "#00805E", PURPLE: "#A8507F"}  # of the hues too pale for letters

ACCENT = VERMILLION  # the one thing a figure points at
SERIES = (BLUE, VERMILLION, GREEN, PURPLE, INK)  # curves side by side, in this order
LINES = tuple(  # the same with a pattern each, so that neither is needed to tell two curves apart
    zip(
        (*SERIES, MUTED),
        ("-", (0, (6, 1.5)), (0, (6, 1.5, 1, 1.5)), (0, (3, 1.5)), (0, (1, 1)), (0, (8, 1.5, 3, 1.5))),
        strict=True,
    )
)
TINT_BLUE = "#D6E9F5"  # the hues mixed with paper, for areas that carry a symbol
TINT_ORANGE = "#FBE8C4"
TINT_GREY = "#F1F1F1"

SEQUENTIAL = "viridis"  # one-way quantities, such as norms
ON_DARK, ON_LIGHT = "#FFFFFF", "#000000"  # text on the colours of a map

SMALL, MEDIUM, LARGE = 10, 13, 20  # font sizes in points: numbers, labels, the symbols of a diagram


def for_text(color: str) -> str:
    """Return the shade of a colour that letters on paper need, which is the colour itself where it is dark.

    Parameters
    ----------
    color : str
        One of the colours above.

    Returns
    -------
    shade : str
        Another of them.

    Examples
    --------
    >>> for_text(GREEN), for_text(INK)
    ('#00805E', '#1A1A1A')
    """
    return SHADES.get(color, color)


def new_axes(ax: Axes | None, size: tuple[float, float] = (6.4, 3.6)) -> Axes:
    """Return `ax`, or the axes of a new figure when it is None.

    Parameters
    ----------
    ax : Axes or None
        Where the caller wants to draw.
    size : (float, float)
        Width and height of a new figure, in inches.

    Returns
    -------
    ax : Axes
        The one given, untouched, or a new one on an opaque background.

    Examples
    --------
    >>> ax = new_axes(None, size=(3.0, 2.0))
    >>> new_axes(ax) is ax
    True
    """
    if ax is not None:
        return ax
    _, created = plt.subplots(figsize=size, layout="constrained", facecolor=PAPER)
    created.set_facecolor(PAPER)
    return created


def finish(ax: Axes) -> None:
    """Set the sizes of what surrounds a plot, and leave only the lines at its left and its foot.

    Parameters
    ----------
    ax : Axes
        Where the plot is.

    Examples
    --------
    >>> ax = new_axes(None)
    >>> finish(ax)
    >>> [side for side, spine in ax.spines.items() if spine.get_visible()]
    ['left', 'bottom']
    """
    ax.xaxis.label.set_fontsize(MEDIUM)
    ax.yaxis.label.set_fontsize(MEDIUM)
    ax.tick_params(labelsize=SMALL)
    ax.spines[["top", "right"]].set_visible(False)
