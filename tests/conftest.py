"""What tests share: how Hypothesis draws, and figures without a window.

Hypothesis draws the same cases every time, and new ones with ``--hypothesis-profile=explore``.
"""

import matplotlib.pyplot as plt
import pytest
from hypothesis import settings
from matplotlib.text import Text

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, max_examples=500)
settings.load_profile("repeatable")


@pytest.fixture
def no_window():
    """Draw figures without a window, and close them."""
    plt.switch_backend("agg")
    yield
    plt.close("all")


@pytest.fixture
def boxes():
    """Return a function that tells where the labels are, in pixels, without the lines that lead to them."""

    def boxes(ax):
        ax.figure.canvas.draw()
        return [Text.get_window_extent(text) for text in ax.texts]

    return boxes
