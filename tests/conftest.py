"""What tests share: how Hypothesis draws, and figures without a window.

Hypothesis draws the same cases every time, and new ones with ``--hypothesis-profile=explore``.
"""

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, max_examples=500)
settings.load_profile("repeatable")


@pytest.fixture
def no_window():
    """Draw figures without a window, and close them."""
    import matplotlib.pyplot as plt  # here, for the sessions that draw nothing have no matplotlib

    plt.switch_backend("agg")
    yield
    plt.close("all")
