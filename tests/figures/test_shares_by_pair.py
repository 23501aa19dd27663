"""The triangles of squares: what is drawn is what was given."""

import numpy as np
import pytest

from drawings import FADING, refuses
from rnn_solutions.figures import style
from rnn_solutions.figures.shares_by_pair import shares_by_pair

KEPT = np.tril(np.full(FADING.shape, 0.9))


def test_each_square_stands_at_its_pair_and_its_area_is_the_share():
    """In one scale for both, in which a whole share leaves a gap to its neighbours."""
    whole = np.eye(2)
    side = shares_by_pair({"I": whole})[0].patches[0].get_height()
    assert 0.8 < side < 1

    for ax, shares in zip(shares_by_pair({"RNN": FADING, "LSTM": KEPT}), (FADING, KEPT), strict=True):
        middles = [square.get_center() for square in ax.patches]
        assert middles == [pytest.approx((k, t)) for t in range(6) for k in range(t + 1)]
        areas = [square.get_width() * square.get_height() for square in ax.patches]
        np.testing.assert_allclose(areas, side**2 * shares[np.tril_indices(6)])


def test_t_runs_downwards_and_a_name_has_the_colour_of_its_squares():
    for ax, name in zip(shares_by_pair({"RNN": FADING, "LSTM": KEPT}), ("RNN", "LSTM"), strict=True):
        assert ax.yaxis_inverted()
        assert not ax.xaxis_inverted()
        (text,) = ax.texts
        assert text.get_text() == name
        shade = {style.for_text(color): color for color in (style.VERMILLION, style.BLUE)}[text.get_color()]
        assert all(square.get_facecolor() == pytest.approx(rgba(shade)) for square in ax.patches)


def rgba(color):
    """Return a colour as numbers."""
    return (*(int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)), 1)


def test_what_stands_above_the_diagonal_is_not_shown():
    beyond = np.triu(np.full((3, 3), 7.0), 1) + np.eye(3)

    assert len(shares_by_pair({"a": beyond})[0].patches) == 6


test_bad_shares_are_named = refuses(
    shares_by_pair,
    ({}, "shares must hold 1 to 2, got 0"),
    (dict.fromkeys("abc", KEPT), "shares must hold 1 to 2, got 3"),
    ({"a": [[1.0, 0.0]]}, r"shares of a must have shape \(T\+1, T\+1\)"),
    ({"a": [[1.0, 0.0], [-0.1, 1.0]]}, "shares of a must be at least 0"),
    ({"a": [[1.0, 0.0], [1.5, 1.0]]}, "shares of a must be at most 1, got 1.5"),
)
