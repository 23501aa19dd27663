"""The diagnosis of a gradient is about the loss that was handed in, and names the place where it is lost."""

import numpy as np
import pytest

import drawn
from rnn_solutions.gradients.arrival import Arrival, deciding
from rnn_solutions.gradients.gradient_map import gradient_map
from rnn_solutions.gradients.wording import reason_of
from rnn_solutions.learning.initialisation import draw_gru, draw_lstm, draw_rnn
from rnn_solutions.networks.lstm import LSTM
from rnn_solutions.networks.rnn import RNN

KEPT = ("diagnosis", "lag", "place", "reason")


def at_last(h):
    """Return a loss that depends on every unit of the last state alone."""
    return np.concatenate([np.zeros_like(h[:-1]), np.ones_like(h[-1:])])


def diagonal(*factors):
    return RNN(np.diag(factors), np.ones((len(factors), 1)), activation="identity")


def fresh(n=31, seed=0, d=1):
    """Return an LSTM as PyTorch draws it."""
    rng = np.random.default_rng(seed)
    bound = n**-0.5
    return LSTM(*(rng.uniform(-bound, bound, size) for size in [(4 * n, d), (4 * n, n), 4 * n, 4 * n]))


def with_dead_cells(net, count=1):
    """Return an LSTM with more cells whose f = 1, i = o = 0 to within 1e-13, and which nobody reads."""
    n, more = net.n, net.n + count
    W_ih, b = np.zeros((4, more, net.d)), np.zeros((4, more))
    W_hh = np.zeros((4, more, more))
    W_ih[:, :n], b[:, :n] = net.W_ih.reshape(4, n, -1), (net.b_ih + net.b_hh).reshape(4, n)
    W_hh[:, :n, :n] = net.W_hh.reshape(4, n, n)
    b[:, n:] = np.array([-30.0, 30.0, 0.0, -30.0])[:, None]
    return LSTM(W_ih.reshape(4 * more, -1), W_hh.reshape(4 * more, more), b.ravel())


def permuted(net, order):
    """Return an LSTM whose units stand in another order."""
    rows = np.concatenate([gate * net.n + order for gate in range(4)])
    return LSTM(net.W_ih[rows], net.W_hh[rows][:, order], net.b_ih[rows], net.b_hh[rows])


def same(one, other):
    """Say whether two maps say the same in words, with what arrives to rounding."""
    np.testing.assert_allclose(one.arriving, other.arriving, rtol=1e-9, atol=1e-9)
    assert [getattr(one, name) for name in KEPT[:3]] == [getattr(other, name) for name in KEPT[:3]]
    return True


def test_a_loss_at_the_last_step_alone_is_judged_by_its_own_row():
    """It sees the unit that keeps 0.4 a step: 0.4^8 < 0.001 < 0.4^7. The state keeps 0.889 for 56 lags."""
    net, dL_dh = diagonal(0.889, 0.4), np.zeros((100, 2))
    dL_dh[-1, 1] = 1.0

    found = gradient_map(net, np.zeros((100, 1)), dL_dh)

    shares = np.hypot(0.889 ** np.arange(100), 0.4 ** np.arange(100)) / 2**0.5
    assert np.flatnonzero(shares < 1e-3)[0] == 56 == np.flatnonzero(found.shares[:, 1] < -3)[0]
    assert (found.diagnosis, found.lag) == ("vanishes", 8)
    np.testing.assert_allclose(found.arriving[:, 1], np.arange(100) * np.log10(0.4), rtol=1e-12, atol=1e-15)


def test_the_word_follows_the_loss_when_it_moves_to_another_unit():
    net, x = diagonal(1.0, 0.4, 2.5), np.zeros((30, 1))

    said = [gradient_map(net, x, lambda h, unit=unit: 0 * h + np.eye(3)[unit]) for unit in range(3)]

    assert [(one.diagnosis, one.lag) for one in said] == [("carries", None), ("vanishes", 8), ("explodes", 8)]


def test_the_word_follows_the_loss_when_it_moves_to_another_step():
    """A relu is shut by the input of step 20. A loss from there on does not pass it, an earlier one does."""
    net, x, loss = RNN([[1.0]], [[1.0]], activation="relu"), np.zeros((30, 1)), np.zeros((30, 1))
    x[20] = -5.0
    found = {}
    for step in (19, 25):
        loss[:] = 0
        loss[step] = 1.0
        found[step] = gradient_map(net, x, loss, h_init=[1.0])

    assert found[19].diagnosis == "carries"
    assert (found[25].diagnosis, found[25].lag) == ("vanishes", 0)  # h stays at 0, where relu has no slope


def test_a_loss_of_zero_has_no_verdict():
    with pytest.raises(ValueError, match=r"^no diagnosis without a loss: dL_dh has none$"):
        gradient_map(diagonal(0.5), np.zeros((5, 1)), np.zeros((5, 1)))
    with pytest.raises(
        ValueError, match=r"^no diagnosis without a loss: dL_dh has none within the steps from 3 on$"
    ):
        gradient_map(diagonal(0.5), np.zeros((5, 1)), [[1.0], [0.0], [0.0], [0.0], [0.0]], last=2)


def test_a_dead_cell_does_not_carry_the_loss():
    """It keeps the Jacobian at 1 of 64 directions, and the share at 1/8; the loss does not see it."""
    net, x = fresh(), np.random.default_rng(1).normal(size=(60, 4, 1))
    without, found = (gradient_map(one, x, np.ones_like) for one in (net, with_dead_cells(net)))
    loss = lambda h: np.concatenate([np.ones_like(h[..., :31]), np.zeros_like(h[..., 31:])], axis=-1)  # noqa: E731

    unseen = gradient_map(with_dead_cells(net), x, loss)

    assert found.shares[-1, 1] > np.log10(0.12)  # the Jacobians say that it carries
    assert (found.diagnosis, found.place) == ("vanishes", "leaves")
    assert without.diagnosis == "vanishes"
    assert found.lag in (without.lag, without.lag + 1)  # the loss is one unit longer, which goes nowhere
    assert unseen.lag == without.lag
    np.testing.assert_allclose(unseen.arriving[:20], without.arriving[:20], atol=1e-6)
    assert "keep about 1.0 of 64 directions" in found.summary().replace("\n  ", " ")


def test_a_closed_output_gate_lets_nothing_leave():
    net = LSTM(np.zeros((4, 1)), np.zeros((4, 1)), b_ih=[0.0, 10.0, 0.0, -30.0])

    found = gradient_map(net, np.zeros((20, 1)), at_last)

    assert (found.diagnosis, found.lag, found.place) == ("vanishes", 0, "leaves")
    assert "output gate" in found.summary()


def test_a_saturated_cell_lets_nothing_leave():
    """The slope of tanh at C = 12 is 1.5e-10."""
    net = LSTM(np.zeros((4, 1)), np.zeros((4, 1)), b_ih=[0.0, 30.0, 0.0, 0.0])

    found = gradient_map(net, np.zeros((20, 1)), at_last, c_init=[12.0])

    assert (found.diagnosis, found.place) == ("vanishes", "leaves")
    assert found.shares[-1, 1] > np.log10(0.5)


def test_units_that_are_saturated_where_they_should_be_used_let_nothing_enter():
    """The gates are shut at each step but the last, by its input; the cell keeps all."""
    net = LSTM([[1.0], [0.0], [0.0], [1.0]], np.zeros((4, 1)), b_ih=[-30.0, 30.0, 0.0, -30.0])
    x = np.zeros((20, 1))
    x[-1] = 30.0

    found = gradient_map(net, x, at_last)

    assert (found.diagnosis, found.lag, found.place) == ("vanishes", 1, "enters")
    assert "does not enter" in found.reason


def test_a_memory_that_latches_vanishes_and_is_told_to_need_no_remedy():
    """With w = 3 and no input, tanh(3 h) holds h = 0.9949 or its negative for ever."""
    net, x = RNN([[3.0]], [[3.0]], activation="tanh"), np.zeros((200, 2, 1))
    x[0, :, 0] = 1, -1

    found = gradient_map(net, x, np.ones_like)

    h = net.forward(x).h
    assert np.all(h[:, 0] > 0.9)
    assert np.all(h[:, 1] < -0.9)
    assert found.diagnosis == "vanishes"
    assert found.lag <= 4
    assert found.latched.tolist() == [1, 1]
    assert "A memory that latches must vanish" in found.summary().replace("\n  ", " ")


def test_a_network_that_forgets_is_not_told_that_it_latches():
    found = gradient_map(draw_rnn(8, 1, rng=0), np.random.default_rng(0).normal(size=(30, 1)), np.ones_like)

    assert found.diagnosis == "vanishes"
    assert "latches" not in found.summary()


def test_sequences_that_were_padded_are_judged_by_their_real_steps():
    """Eight of 20 to 30 steps padded to 100, the loss masked: each alone has the word of the batch."""
    net, rng = fresh(16, d=2), np.random.default_rng(2)
    lengths = rng.integers(20, 31, size=8)
    x = rng.normal(size=(100, 8, 2)) * (np.arange(100)[:, None] < lengths)[..., None]

    found = gradient_map(net, x, np.ones_like, lengths=lengths)

    alone = [gradient_map(net, x[:length, b], np.ones_like) for b, length in enumerate(lengths)]
    assert {(one.diagnosis, one.place) for one in alone} == {(found.diagnosis, found.place)}
    assert min(one.lag for one in alone) <= found.lag <= max(one.lag for one in alone)
    for b, one in enumerate(alone):
        mine = found.sequence(b)
        assert same(mine, one)
        assert mine.summary() == one.summary()
        for name in ("terms", "jacobians", "by_state", "by_z", "singular_values", "shares", "directions"):
            np.testing.assert_allclose(getattr(mine, name), getattr(one, name), rtol=1e-12, atol=1e-12)
    assert f"8 sequences of {lengths.min()} to {lengths.max()} steps" in found.summary()


@pytest.mark.parametrize("seed", range(4))
def test_padding_changes_nothing(seed):
    """However many steps of whatever values, by lengths or by a mask."""
    net, rng = fresh(6, seed), np.random.default_rng(seed)
    x, lengths = rng.normal(size=(18, 3, 1)), [18, 7, 12]
    more = np.concatenate([x, 50 * rng.normal(size=(30, 3, 1))])
    for b, length in enumerate(lengths):
        more[length:, b] = 50 * rng.normal(size=(48 - length, 1))
    mask = np.arange(48)[:, None] < lengths

    whole, longer, masked = (
        gradient_map(net, x, np.ones_like, lengths=lengths),
        gradient_map(net, more, np.ones_like, lengths=lengths),
        gradient_map(net, more, mask[..., None] * np.ones(6), mask=mask),
    )

    for other in (longer, masked):
        assert same(whole, other)
        assert whole.summary() == other.summary()
        np.testing.assert_array_equal(whole.terms, other.terms)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("batch", [(), (2,)])
def test_silent_steps_change_nothing(seed, batch):
    """Steps without a loss before the first loss and after the last: those after it are not even walked."""
    case = drawn.draw("LSTM", 20, batch, seed=seed)
    loss = np.zeros_like(case.dL_dh)
    loss[9:15] = case.dL_dh[9:15]
    found = gradient_map(case.net, case.x, loss, **case.initial)

    shorter = gradient_map(case.net, case.x[:15], loss[:15], **case.initial)

    np.testing.assert_allclose(found.arriving[:15], shorter.arriving, rtol=1e-12, atol=1e-13)
    assert len(found.arriving) == 15  # no loss reaches farther
    assert [getattr(found, name) for name in KEPT[:3]] == [getattr(shorter, name) for name in KEPT[:3]]


@pytest.mark.parametrize("seed", range(4))
def test_units_in_another_order_change_nothing(seed):
    net, rng = fresh(7, seed), np.random.default_rng(seed)
    x, order = rng.normal(size=(40, 2, 1)), rng.permutation(7)
    readout = rng.normal(size=7)

    one = gradient_map(net, x, lambda h: 0 * h + readout)
    other = gradient_map(permuted(net, order), x, lambda h: 0 * h + readout[order])

    assert same(one, other)


@pytest.mark.parametrize("seed", range(4))
def test_dead_cells_change_neither_word_nor_lag(seed):
    """What arrives stays to 1e-9, and only the place may move: the Jacobians then carry what nobody sees."""
    net, rng = fresh(5, seed), np.random.default_rng(seed)
    x, readout = rng.normal(size=(40, 2, 1)), rng.normal(size=5)

    one = gradient_map(net, x, lambda h: 0 * h + readout)
    other = gradient_map(with_dead_cells(net, 3), x, lambda h: 0 * h + np.append(readout, np.zeros(3)))

    assert (one.diagnosis, one.lag) == (other.diagnosis, other.lag)
    np.testing.assert_allclose(one.arriving, other.arriving, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("make", [draw_rnn, draw_lstm, draw_gru])
@pytest.mark.parametrize("norm", ["frobenius", "spectral"])
def test_the_three_factors_make_up_what_arrives(make, norm):
    """Against the Jacobians and the terms of the bias by the input, which are the rows by z."""
    net, rng = make(4, 2, rng=3), np.random.default_rng(3)
    x, dL_dh = rng.normal(size=(12, 2)), rng.normal(size=(12, 4))
    run = net.forward(x)
    J, by_b = net.jacobians(run), net.gradient_terms(run, dL_dh)[net.parameter_names[2]]
    m = J.shape[-1]

    found = gradient_map(net, x, dL_dh, norm=norm)

    size = np.linalg.norm
    for lag in range(12):
        pairs = []
        for t in range(lag, 12):
            k, g = t - lag, np.append(dL_dh[t], np.zeros(m - 4))
            share = size(J[t, k]) / m**0.5 if norm == "frobenius" else size(J[t, k], 2)
            row = size(g @ J[t, k])
            whole = size(by_b[t, k]) / size(g)
            pairs.append((whole, size(g), row / size(g) / share, share, size(by_b[t, k]) / row))
        pairs.sort()
        weight = np.cumsum([pair[1] for pair in pairs])
        middle = pairs[np.flatnonzero(weight >= weight[-1] / 2)[0]]
        np.testing.assert_allclose(10 ** found.arriving[lag, 1], middle[0], rtol=1e-10)
        np.testing.assert_allclose(found.places[lag].sum(), found.arriving[lag, 1], atol=1e-10)
        if lag:
            np.testing.assert_allclose(10 ** found.places[lag], middle[2:], rtol=1e-10)


def test_a_loss_counts_as_it_weighs():
    """Two of three losses are small; the large one is behind a relu that shuts."""
    net, x = RNN([[1.0]], [[1.0]], activation="relu"), np.zeros((4, 1))
    x[3] = -5.0

    heavy = gradient_map(net, x, [[0.0], [1.0], [1.0], [3.0]], h_init=[1.0])
    light = gradient_map(net, x, [[0.0], [1.0], [1.0], [1.0]], h_init=[1.0])

    assert (heavy.diagnosis, heavy.lag) == ("vanishes", 0)
    assert (light.diagnosis, light.lag) == ("vanishes", 2)  # over lag 2 one of two is shut
    assert light.arriving[:2, 1].tolist() == [0, 0]


def test_sequences_first_is_the_same_map():
    rng = np.random.default_rng(5)
    net, x = fresh(6, d=3), rng.normal(size=(6, 100, 3))

    found = gradient_map(net, x, np.ones_like, batch_first=True)
    array = gradient_map(net, x, np.ones((6, 100, 6)), batch_first=True, mask=np.ones((6, 100), bool))
    steps_first = gradient_map(net, x.swapaxes(0, 1), np.ones_like)
    exchanged = gradient_map(net, x, np.ones_like)

    assert found.diagnosis == "vanishes"
    for other in (array, steps_first):
        assert same(found, other)
        np.testing.assert_array_equal(found.terms, other.terms)
    assert exchanged.diagnosis == "carries"
    hint = "There are 6 steps of 100 sequences. If it is the other way round, say batch_first=True"
    assert hint in exchanged.summary().replace("\n  ", " ")
    assert "batch_first" not in found.summary()
    assert "batch_first" not in steps_first.summary()


def test_a_loss_on_padding_is_named_by_step_and_sequence():
    loss = np.zeros((6, 2, 1))
    loss[[0, 4], 1] = 1.0
    loss[5, 0] = 1.0

    with pytest.raises(ValueError, match=r"dL_dh must be zero on padding, got 1.0 at step 4 of sequence 1"):
        gradient_map(diagonal(0.5), np.zeros((6, 2, 1)), loss, lengths=[4, 3])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"lengths": [4, 7]}, "from 1 to 6, .* got 7 for sequence 1"),
        ({"lengths": [0, 6]}, "from 1 to 6, .* got 0 for sequence 0"),
        ({"lengths": [2.5, 6]}, "got 2.5 for sequence 0"),
        ({"mask": [[1, 1], [0, 1], [1, 1], [1, 1], [1, 1], [1, 1]]}, "mask must hold True and False"),
        ({"mask": np.eye(6, 2) == 0}, "got False at step 0 .*for sequence 0|got False for sequence 0"),
        ({"lengths": [1, 1]}, "one sequence must have at least two real steps, got 1 in each"),
    ],
)
def test_bad_lengths_are_named_with_sequence_and_value(given, message):
    with pytest.raises(ValueError, match=message):
        gradient_map(diagonal(0.5), np.zeros((6, 2, 1)), np.ones_like, **given)


def test_a_sequence_is_asked_for_by_its_number():
    found = gradient_map(diagonal(0.5), np.zeros((6, 2, 1)), [[[1.0], [0.0]]] * 6)

    assert found.sequence(0).terms.shape == (6, 6)
    with pytest.raises(ValueError, match=r"^no diagnosis without a loss: sequence 1 has none$"):
        found.sequence(1)
    with pytest.raises(ValueError, match=r"b must be from 0 to 1, got 2"):
        found.sequence(2)
    with pytest.raises(ValueError, match=r"this map has none, got 0"):
        found.sequence(0).sequence(0)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_the_first_column_is_what_the_loss_does_to_the_initial_state(kind):
    """The gradient by the initial states of the loss at one step alone."""
    case = drawn.draw(kind, 6, (), seed=4)
    found = gradient_map(case.net, case.x, case.dL_dh, **case.initial)

    for t in range(7):
        one = np.zeros_like(case.dL_dh)
        one[t] = case.dL_dh[t]
        gradients = case.net.backward(case.run, one)
        by_initial = np.concatenate([gradients[name] for name in case.net.initial_names])
        np.testing.assert_allclose(10 ** found.by_state[t, 0], np.linalg.norm(by_initial), rtol=1e-12)
        np.testing.assert_allclose(10 ** found.by_state[t, t + 1], np.linalg.norm(case.dL_dh[t]), rtol=1e-12)


def test_the_directions_are_those_of_the_singular_values():
    """One direction of three is left of diag(1, 0.5, 0.1) in the long run, and all three of a rotation."""
    x = np.zeros((9, 1))

    fading = gradient_map(diagonal(1.0, 0.5, 0.1), x, np.ones_like)
    turning = gradient_map(
        RNN(np.roll(np.eye(3), 1, axis=0), np.ones((3, 1)), activation="identity"), x, np.ones_like
    )

    lags = np.array([1, 2, 4, 8])
    squares = np.array([1.0, 0.5, 0.1]) ** (2 * lags[:, None])
    expected = squares.sum(axis=1) ** 2 / (squares**2).sum(axis=1)
    np.testing.assert_allclose(fading.directions[lags], expected, rtol=1e-12)
    np.testing.assert_allclose(turning.directions[lags], 3, rtol=1e-12)
    assert not np.delete(fading.directions, lags).any()


def only_at(*steps):
    """Return a loss that depends on every unit of some states, from the first step on or from the last."""

    def loss(h):
        found = np.zeros_like(h)
        found[list(steps)] = 1.0
        return found

    return loss


def gated(shut, steps=60):
    """Return one LSTM cell that keeps all, and inputs that shut its gate i at some steps: nothing enters."""
    net = LSTM([[-30.0], [0.0], [0.0], [0.0]], np.zeros((4, 1)), b_ih=[0.0, 30.0, 0.0, 0.0])
    x = np.zeros((steps, 1))
    x[shut] = 1.0
    return net, x


def test_a_dip_is_not_a_death_and_the_reason_names_it():
    """The loss is at the last of 60 steps, and nothing enters at steps 40 and 41: at the lags 18 and 19."""
    net, x = gated([40, 41])

    found, whole = (gradient_map(net, one, only_at(-1)) for one in (x, 0 * x))

    assert np.flatnonzero(found.arriving[:, 1] < -3).tolist() == [18, 19]
    assert (whole.diagnosis, found.diagnosis, found.lag) == ("carries", "carries", None)
    low, high = (10**value for value in (whole.arriving[:, 1].min(), whole.arriving[:, 1].max()))
    assert found.reason.startswith(
        f"Over the lags 0 to 59 what arrives of the loss stays between {low:.3g} and {high:.3g}, "
        "in the median, but not at the lags 18 to 19, where it is below 0.001"
    )


@pytest.mark.parametrize("seed", range(6))
def test_dips_do_not_change_the_word(seed):
    """Of a cell that loses a tenth a step, and of one that loses nothing, whichever ten steps are shut.

    The lag moves over steps that are shut alone. If the first steps are shut, nothing enters there at all.
    """
    shut = np.random.default_rng(seed).choice(np.arange(1, 59), 10, replace=False)
    for forget in (np.log(9.0), 30.0):
        net, x = gated(shut)
        net = LSTM(net.W_ih, net.W_hh, b_ih=[0.0, forget, 0.0, 0.0])

        one, other = (gradient_map(net, inputs, only_at(-1), fraction=0.01) for inputs in (0 * x, x))

        assert other.diagnosis == one.diagnosis
        if one.lag is not None:
            assert set(range(other.lag, one.lag)) <= set(59 - shut)
        x[:3] = 1.0
        assert gradient_map(net, x, only_at(-1)).diagnosis == "vanishes"


def test_a_gradient_that_vanishes_after_a_dip_vanishes_later_and_says_both():
    net, x = gated([50])
    net = LSTM(net.W_ih, net.W_hh, b_ih=[0.0, np.log(9.0), 0.0, 0.0])

    found, whole = (gradient_map(net, one, only_at(-1), fraction=0.01) for one in (x, 0 * x))

    assert (found.diagnosis, found.lag) == ("vanishes", whole.lag)
    assert found.lag > 9
    assert found.reason == f"{whole.reason}. It dips below at lag 9 too, and more arrives over longer lags"


def test_the_longest_lags_decide_alone_if_the_losses_reach_them():
    """A network that forgets at step 2 is lost on a loss at the end, over the lags 58 and 59.

    Of losses at every step, so few reach the last four lags that those at steps 56 and 57 are in the middle.
    All others carry, and the reason says what is below.
    """
    net = LSTM([[0.0], [-60.0], [0.0], [0.0]], np.zeros((4, 1)), b_ih=[0.0, 30.0, 0.0, 0.0])
    x = np.zeros((60, 1))
    x[2] = 1.0

    last, every = (gradient_map(net, x, loss) for loss in (only_at(-1), np.ones_like))

    assert (last.diagnosis, last.lag, last.place) == ("vanishes", 58, "carried")
    assert every.diagnosis == "carries"
    assert np.flatnonzero(every.arriving[:, 1] < -3).tolist() == [56, 57, 58, 59]
    assert every.reason.startswith(
        "Over the lags 0 to 59 what arrives of the loss stays between 0.25 and 0.25, in the median, "
    )
    few = "but not at the lags 56 to 59, where it is below 0.001; only 7% of the losses reach lag 56"
    assert few in every.reason
    np.testing.assert_allclose(every.reached, 1 - np.arange(60) / 60)
    assert set(last.reached) == {1.0}


def test_losses_count_for_the_lags_they_reach_by_number_or_as_they_weigh():
    """The loss of the last step, beside rounding at all others; and one that fades from step to step."""
    net, x = diagonal(1.0), np.zeros((50, 1))
    noise = np.full((50, 1), 1e-17)
    noise[-1] = 1.0

    beside, fading = (gradient_map(net, x, loss) for loss in (noise, 10.0 ** -np.arange(50)[:, None]))

    np.testing.assert_allclose(beside.reached, 1, rtol=1e-12)
    np.testing.assert_allclose(fading.reached, 1 - np.arange(50) / 50)


@pytest.mark.parametrize("seed", range(30))
def test_the_word_is_what_its_definition_says_of_the_medians(seed):
    """Searched lag by lag, for medians that cross the limits anywhere."""
    rng = np.random.default_rng(seed)
    lags = int(rng.integers(1, 12))
    medians, reached = rng.normal(-1, 3, size=lags), np.sort(rng.uniform(0, 0.4, size=lags))[::-1]
    reached[0] = 1.0
    places = rng.normal(size=(lags, 3))
    word, lag = "carries", None
    counted = [one for one in range(lags) if reached[one] >= 0.1]
    for one in reversed(counted):
        if medians[one] >= -3:
            break
        word, lag = "vanishes", one
    for one in reversed(range(lags)):
        if medians[one] > 3:
            word, lag = "explodes", one

    found = Arrival(np.repeat(medians[:, None], 3, axis=1), places, reached)

    assert deciding(found, -3.0)[:2] == (word, lag)
    assert reason_of(found, None, 1e-3)
