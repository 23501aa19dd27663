"""What the tests of figures share: no window, and where labels are."""

import pytest
from matplotlib.text import Text


@pytest.fixture(autouse=True)
def _no_window(no_window):
    """Draw every figure without a window."""


@pytest.fixture
def boxes():
    """Return a function that tells where the labels are, in pixels, without the lines that lead to them."""

    def boxes(ax):
        ax.figure.canvas.draw()
        return [Text.get_window_extent(text) for text in ax.texts]

    return boxes
