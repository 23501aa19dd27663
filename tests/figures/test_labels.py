"""Labels moved apart: as little as it takes, and never past each other."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_solutions.figures._labels import spread

PLACES = st.lists(st.floats(0, 1), min_size=1, max_size=6).map(np.array)


@settings(max_examples=50)  # 20 ms each
@given(PLACES)
def test_labels_move_as_little_as_the_gap_and_the_limits_allow(places):
    """The least sum of squared moves, against projected gradients on the gaps' multipliers."""
    gap, order = 0.1, np.argsort(places, kind="stable")
    m = len(places)
    # The constraints A y >= c: limits 0 and 1, and gaps between neighbours in their order.
    A = np.vstack([np.eye(m)[:1], np.diff(np.eye(m), axis=0), -np.eye(m)[-1:]])
    c = np.array([0.0, *[gap] * (m - 1), -1.0])
    multipliers = np.zeros(m + 1)
    for _ in range(4000):
        y = places[order] + A.T @ multipliers
        multipliers = np.maximum(0.0, multipliers + 0.25 * (c - A @ y))

    np.testing.assert_allclose(spread(places, gap, 0.0, 1.0)[order], y, atol=1e-3)


@given(PLACES)
def test_labels_that_are_apart_stay_where_they_are(places):
    apart = np.unique(places.round(1))

    np.testing.assert_allclose(spread(apart, 0.099, 0.0, 1.0), apart, rtol=1e-12, atol=1e-15)
