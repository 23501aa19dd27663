"""What the tests of figures share: no window."""

import pytest


@pytest.fixture(autouse=True)
def _no_window(no_window):
    """Draw every figure without a window."""
