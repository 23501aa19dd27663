"""The colours, line widths and sizes that all figures share, so that a theme is one file.

The hues are those of Okabe and Ito, which readers with any common colour vision can tell apart; the greys
and tints around them are ours. Lines stand out from paper at least 3:1, letters 4.5:1, for which three of the
hues have a darker shade. The site's style sheet has a name for each colour, and another value in the dark.
"""

from __future__ import annotations

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
DASHED, DOTTED = (0, (4, 3)), (0, (1, 2))  # patterns of what is no curve: limits, guesses, the unit circle
TINT_BLUE = "#D6E9F5"  # the hues mixed with paper, for areas that carry a symbol
TINT_ORANGE = "#FBE8C4"
TINT_GREY = "#F1F1F1"

MAP_COLORS = "viridis"  # from the smallest to the largest entry of a map
ON_DARK, ON_LIGHT = "#FFFFFF", "#000000"  # text on the colours of a map

# A phone shows a page's figures 342 CSS pixels wide. So wide they are drawn: an exponent, 0.7 of its text,
# then has 11 pixels even at the smallest text. Diagrams are wider, and have larger text.
WIDTH = 3.57  # inches
SMALL, MEDIUM, LARGE = 12, 13, 22  # font sizes in points: numbers, labels, the symbols of a diagram


def for_text(color: str) -> str:
    """Return the shade of a colour that letters on paper need, often the colour itself."""
    return SHADES.get(color, color)
