"""What arrives at each layer of a stack, against closed forms, single layers and single terms."""

import logging
import tracemalloc
from functools import partial

import numpy as np
import pytest

from refusals import refuses
from rnn_solutions import LSTM, RNN, Stack, _progress, gradient_map, stack_map
from rnn_solutions.gradients import stack_measuring
from stacks import LENGTHS, draw_stack

HALF = RNN(W=[[0.5]], U=[[0.5]], activation="identity")
T = 20


def last_step(steps=T + 1, n=1):
    dL_dh = np.zeros((steps, n))
    dL_dh[-1] = 1
    return dL_dh


def test_two_layers_that_halve_have_one_way_more_for_each_step_of_the_lag():
    """(l + 1) ways, each of l + 1 halves: l steps in time and one in depth."""
    found = stack_map(Stack([HALF, HALF]), np.zeros((T + 1, 1)), last_step())

    (lower,), (upper,) = found.layers
    lags = np.arange(T + 1)
    np.testing.assert_allclose(10 ** upper.arriving[:, 1], 0.5**lags, rtol=1e-12)
    np.testing.assert_allclose(10 ** lower.arriving[:, 1], (lags + 1) * 0.5 ** (lags + 1), rtol=1e-12)
    assert (upper.diagnosis, upper.lag) == ("vanishes", 10)  # 2^-10 is 0.00098
    assert (lower.diagnosis, lower.lag) == ("vanishes", 13)  # 14 / 2^14 is 0.00085, and 13 / 2^13 is 0.0016
    assert (found.diagnosis, found.lag, found.layer) == ("vanishes", 13, 1)
    assert "at layer 1 at lag 10, in the median: it is lost on its way through time" in found.reason


@pytest.mark.parametrize("batch", [(), (3,)])
def test_a_stack_of_one_layer_says_what_the_layer_says(batch):
    rng = np.random.default_rng(1)
    net = LSTM(rng.normal(size=(16, 2)), 0.3 * rng.normal(size=(16, 4)))
    x, dL_dh = rng.normal(size=(30, *batch, 2)), rng.normal(size=(30, *batch, 4))
    alone = gradient_map(net, x, dL_dh)

    found = stack_map(Stack([net]), x, dL_dh)

    ((layer,),) = found.layers
    np.testing.assert_allclose(layer.arriving, alone.arriving, rtol=0, atol=1e-12)
    np.testing.assert_allclose(layer.reached, alone.reached, rtol=1e-12)
    assert (found.diagnosis, found.lag) == (alone.diagnosis, alone.lag)


def test_padding_and_the_order_of_the_axes_change_nothing():
    case = draw_stack(["LSTM", "GRU"])
    found = stack_map(case.stack, case.x, case.dL_dh, **case.given, lengths=LENGTHS)

    swapped = stack_map(
        case.stack,
        case.x.swapaxes(0, 1),
        case.dL_dh.swapaxes(0, 1),
        **case.given,
        lengths=LENGTHS,
        batch_first=True,
    )

    for b, length in enumerate(LENGTHS):
        start = {name: [one[b] for one in states] for name, states in case.given.items()}
        alone = stack_map(case.stack, case.x[:length, b], case.dL_dh[:length, b], **start)
        one_of_all = {name: [one[None] for one in states] for name, states in start.items()}
        padded = stack_map(case.stack, case.x[:, [b]], case.dL_dh[:, [b]], **one_of_all, lengths=[length])
        for here, there in zip(alone.layers, padded.layers, strict=True):
            for one, two in zip(here, there, strict=True):
                np.testing.assert_allclose(two.arriving, one.arriving, rtol=0, atol=1e-10)
        for here, whole, other in zip(alone.layers, found.layers, swapped.layers, strict=True):
            for one, two, three in zip(here, whole, other, strict=True):
                np.testing.assert_array_equal(two.arriving, three.arriving)
                for name in ("state", "pre_activations", "recurrent", "input"):
                    mine = getattr(two.norms, name)[np.isin(found.ends, alone.ends), :length, b]
                    np.testing.assert_allclose(mine, getattr(one.norms, name), rtol=0, atol=1e-10)


def test_a_reversed_direction_counts_its_lags_towards_the_end():
    """A loss at the first step alone is the last that the reversed direction reads: it reaches all steps."""
    dL_dh = np.zeros((T + 1, 2))
    dL_dh[0] = 1
    found = stack_map(Stack([(HALF, HALF)]), np.zeros((T + 1, 1)), dL_dh)

    forwards, backwards = found.layers[0]
    assert len(forwards.arriving) == 1
    np.testing.assert_allclose(
        10 ** backwards.arriving[:, 1], 0.5 ** np.arange(T + 1) / np.sqrt(2), rtol=1e-12
    )


def test_below_two_directions_a_loss_reaches_steps_on_both_sides():
    """The loss in the middle: at the lower layer each direction is reached before it and after it."""
    middle = np.zeros((9, 2))
    middle[4] = 1
    net = RNN(W=[[0.5]], U=[[0.5, 0.5]], activation="identity")
    found = stack_map(Stack([(HALF, HALF), (net, net)]), np.zeros((9, 1)), middle)

    for one in found.layers[0]:
        assert one.reached.tolist() == [
            0.5,
            1,
            1,
            1,
            1,
        ]  # one step is the loss's own, and two each lie beyond
        assert np.isfinite(one.norms.pre_activations).all()
    for one, reached in zip(found.layers[1], (slice(5), slice(4, 9)), strict=True):
        assert np.flatnonzero(np.isfinite(one.norms.state[0])).tolist() == list(range(9))[reached]


def test_one_direction_of_the_lowest_layer_that_is_reached_is_enough():
    """The forward direction forgets at once, the other keeps: what is far away arrives by it."""
    keeps = RNN(W=[[1.0]], U=[[1.0]], activation="identity")
    forgets = RNN(W=[[1e-4]], U=[[1.0]], activation="identity")
    everywhere = np.ones((T + 1, 2))

    found = stack_map(Stack([(forgets, keeps)]), np.zeros((T + 1, 1)), everywhere)

    assert [one.diagnosis for one in found.layers[0]] == ["vanishes", "carries"]
    assert (found.diagnosis, found.layer) == ("carries", None)


def test_what_does_not_come_down_is_lost_in_depth_and_what_grows_is_named_by_its_layer():
    shut = RNN(W=[[1.0]], U=[[1e-4]], activation="identity")
    grows = RNN(W=[[2.0]], U=[[1.0]], activation="identity")

    lost = stack_map(Stack([HALF, shut]), np.zeros((T + 1, 1)), last_step())
    grown = stack_map(Stack([HALF, grows]), np.zeros((T + 1, 1)), last_step())

    assert (lost.diagnosis, lost.layer, lost.layers[1][0].diagnosis) == ("vanishes", 0, "carries")
    assert "at layer 0 at lag 0, in the median: it does not come down to it" in lost.reason
    assert (grown.diagnosis, grown.layer, grown.lag) == ("explodes", 1, 10)
    assert "beyond 1000 at layer 1 at lag 10" in grown.reason


def test_the_summary_has_a_line_for_each_direction_from_the_top_down():
    net = RNN(W=[[0.5]], U=[[0.5, 0.5]], activation="identity")
    said = stack_map(Stack([(HALF, HALF), net]), np.zeros((T + 1, 2, 1)), np.ones_like).summary()

    lines = [line for line in said.splitlines() if line.startswith(("Stack", "Layer"))]
    assert [line.partition(":")[0] for line in lines] == [
        "Stack of 2 layers, 2 sequences, losses at 21 steps",
        "Layer 1, RNN 1",
        "Layer 0, RNN 1",
        "Layer 0 reverse, RNN 1",
    ]


@pytest.mark.usefixtures("no_window")
def test_the_plot_has_a_curve_for_each_direction_that_is_reached():
    ax = stack_map(Stack([HALF, HALF]), np.zeros((T + 1, 1)), last_step()).plot()

    curves = [line.get_ydata() for line in ax.get_lines() if len(line.get_xdata()) == T + 1]
    assert len(curves) == 2
    np.testing.assert_allclose(curves[1], 0.5 ** np.arange(T + 1), rtol=1e-12)
    assert [line.get_ydata() for line in ax.get_lines() if len(line.get_xdata()) == 2] == [[1e-3, 1e-3]]


@pytest.mark.parametrize("kinds", [["LSTM", "GRU"], ["RNN", "RNN", "LSTM"]])
def test_depth_time_and_enters_make_up_what_arrives(kinds):
    case = draw_stack(kinds)
    found = stack_map(case.stack, case.x, case.dL_dh, **case.given, lengths=LENGTHS)

    for one in (one for here in found.layers for one in here):
        np.testing.assert_allclose(one.places.sum(axis=1), one.arriving[:, 1], rtol=0, atol=1e-12)
        assert np.all(one.places[:, 1] <= 0)


def test_in_one_layer_depth_and_time_together_are_leaves_and_carried():
    """Of an RNN that shortens every row; over lag 0 a single layer splits otherwise."""
    rng = np.random.default_rng(2)
    net = RNN(0.3 * rng.normal(size=(4, 4)), rng.normal(size=(4, 2)), activation="tanh")
    x, dL_dh = rng.normal(size=(12, 2)), rng.normal(size=(12, 4))
    alone = gradient_map(net, x, dL_dh)

    ((one,),) = stack_map(Stack([net]), x, dL_dh).layers

    np.testing.assert_allclose(one.places[1:, :2].sum(axis=1), alone.places[1:, :2].sum(axis=1), rtol=1e-10)
    np.testing.assert_allclose(one.places[1:, 2], alone.places[1:, 2], rtol=1e-10)


def test_two_layers_that_carry_can_lose_by_the_sum_of_their_ways_what_each_alone_keeps():
    """Factors 1 and -1 a step: over odd lags as many ways have either sign. So shares do not make it up."""
    keeps, turns = (RNN(W=[[w]], U=[[1.0]], activation="identity") for w in (1.0, -1.0))
    for net in (keeps, turns):
        assert np.all(gradient_map(net, np.zeros((T + 1, 1)), last_step()).shares == 0)

    found = stack_map(Stack([keeps, turns]), np.zeros((T + 1, 1)), last_step())

    (lower,), _ = found.layers
    np.testing.assert_array_equal(10 ** lower.arriving[:, 1], np.resize([1.0, 0.0], T + 1))
    assert lower.places[1].tolist() == [0, -np.inf, 0]


def identity(w, u):
    return RNN(W=[[w]], U=[[u]], activation="identity")


CARRIES, SLOW, SHUT = identity(1.0, 1.0), identity(0.5, 1.0), identity(1.0, 1e-6)
SATURATED = RNN(W=[[0.0]], U=[[1.0]], b=[9.0], activation="tanh")


@pytest.mark.parametrize(
    ("nets", "layer", "place"),
    [
        ([CARRIES, SHUT], 0, "depth"),
        ([CARRIES, CARRIES, SHUT], 1, "depth"),
        ([CARRIES, SHUT, CARRIES], 0, "depth"),
        ([SLOW], 0, "time"),
        ([SLOW, SLOW], 1, "time"),
        ([SATURATED, CARRIES], 0, "enters"),
        ([SATURATED, SLOW], 0, "enters"),
        ([CARRIES, SATURATED], 1, "enters"),
        ([SLOW, SATURATED, CARRIES], 1, "enters"),
    ],
)
def test_the_layer_and_the_place_are_those_that_were_made_to_lose_it(nets, layer, place):
    """The input weights that are shut are those of the layer above the one that gets nothing."""
    found = stack_map(Stack(nets), np.zeros((T + 1, 1)), last_step())

    assert (found.diagnosis, found.layer, found.place) == ("vanishes", layer, place)
    said = " ".join(found.summary().split())
    mended = {"depth": f"input weights of layer {layer + 1}", "time": f"in layer {layer}. One layer"}
    assert mended.get(place, f"smaller inputs and weights of layer {layer}") in said


def test_a_layer_above_that_loses_it_later_is_not_the_one_to_mend():
    """Layer 1 hands down a thousandth of a half, and layer 0 loses that at once; layer 1 itself at lag 10."""
    found = stack_map(Stack([identity(1.0, 1.0), identity(0.5, 1e-4)]), np.zeros((T + 1, 1)), last_step())

    assert [here[0].lag for here in found.layers] == [0, 10]
    assert (found.layer, found.place, found.lag) == (0, "depth", 0)


@pytest.mark.parametrize("mended", [0, 1])
def test_one_layer_that_carries_is_enough(mended):
    nets = [HALF, HALF]
    assert stack_map(Stack(nets), np.zeros((T + 1, 1)), last_step()).place == "time"
    nets[mended] = identity(1.0, 0.5)

    assert stack_map(Stack(nets), np.zeros((T + 1, 1)), last_step()).diagnosis == "carries"


def test_a_direction_that_the_loss_does_not_reach_so_far_has_no_say():
    """The reversed direction begins with the only loss: it gets lag 0, where nothing can be lost."""
    found = stack_map(Stack([(HALF, HALF)]), np.zeros((T + 1, 1)), last_step(n=2))

    assert [one.diagnosis for one in found.layers[0]] == ["vanishes", "carries"]
    assert (found.diagnosis, found.layer, found.place) == ("vanishes", 0, "time")
    assert "0.707 arrives over lag 0, the only one" in " ".join(found.summary().split())


def test_of_two_directions_that_lose_it_the_last_one_decides():
    found = stack_map(Stack([(identity(1e-4, 1.0), HALF)]), np.zeros((T + 1, 1)), np.ones((T + 1, 2)))

    assert [one.lag for one in found.layers[0]] == [1, 10]  # 2^-10 / sqrt(2) is 0.00069
    assert found.lag == 10
    assert "at layer 0 reverse at lag 10" in found.reason


def test_many_losses_are_followed_some_at_a_time_with_a_line_in_the_log(monkeypatch, caplog):
    case = draw_stack(["LSTM", "GRU"])
    asked = partial(stack_map, case.stack, case.x, case.dL_dh, **case.given, lengths=LENGTHS)
    whole = asked()
    monkeypatch.setattr(stack_measuring, "TOGETHER", 2)
    monkeypatch.setattr(_progress, "SECONDS", 0.0)

    with caplog.at_level(logging.INFO, logger="rnn_solutions"):
        found = asked()

    for here, there in zip(whole.layers, found.layers, strict=True):
        for one, two in zip(here, there, strict=True):
            for name in ("state", "pre_activations", "recurrent", "input", "initial"):
                np.testing.assert_allclose(getattr(two.norms, name), getattr(one.norms, name), atol=1e-12)
    assert [record.message for record in caplog.records] == [
        f"stack map: losses {some} of 5" for some in ("1 to 2", "3 to 4", "5 to 5")
    ]


@pytest.mark.parametrize(("count", "batch"), [(300, ()), (150, (2,))])
def test_the_memory_taken_is_what_was_foretold(count, batch):
    """To a tenth more for what was not counted, and half less; losses at as many steps as it names fit."""
    case = draw_stack(["LSTM", "GRU"], T=count - 1, lengths=[count] * batch[0] if batch else None)

    tracemalloc.start()
    stack_map(case.stack, case.x, case.dL_dh, **case.given)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    stack_map(case.stack, case.x, case.dL_dh, **case.given, memory=2.0 * peak)
    match = rf"the map of {count} losses over {count} steps of 2 layers would take .* GiB.* losses at \d+ of"
    with pytest.raises(ValueError, match=match) as error:
        stack_map(case.stack, case.x, case.dL_dh, **case.given, memory=0.9 * peak)
    fits = int(str(error.value).split("losses at ")[1].split(" of")[0])
    fewer = np.where(np.arange(count).reshape(-1, *[1] * (case.dL_dh.ndim - 1)) < fits, case.dL_dh, 0)
    assert len(stack_map(case.stack, case.x, fewer, **case.given, memory=0.9 * peak).ends) == fits


@pytest.mark.parametrize("count", [5, 150])
def test_the_time_foretold_is_what_the_walk_takes(monkeypatch, count):
    """By a clock that ticks once for each row taken a step back, in a part of the walk or in all of it."""
    case, ticks = draw_stack(["LSTM", "LSTM"], T=199, lengths=[200] * 2), [0]
    case.dL_dh[:-count] = 0
    step_back = LSTM.step_back

    def ticking(net, local, rows, deltas):
        ticks[0] += rows.shape[1]
        step_back(net, local, rows, deltas)

    asked = partial(stack_map, case.stack, case.x, case.dL_dh, **case.given)
    monkeypatch.setattr(LSTM, "step_back", ticking)
    monkeypatch.setattr(stack_measuring, "perf_counter", lambda: ticks[0])
    monkeypatch.setattr(stack_measuring, "SLOWEST", 0.0)  # try, however short it is
    match = f"the map of {count} losses over 200 steps of 2 layers would take about"
    with pytest.raises(ValueError, match=match) as error:
        asked(seconds=ticks[0] + 1e-6)
    foretold = float(str(error.value).split("about ")[1].split(" s,")[0])
    with pytest.raises(ValueError, match=f"losses at {count // 5} of these steps fit"):
        asked(seconds=foretold / 5 * 1.01)
    ticks[0] = 0
    asked(seconds=2 * foretold)
    tried = 3 * 4 * min(count, stack_measuring.TOGETHER) * 4  # thrice four steps of four directions

    np.testing.assert_allclose(foretold, ticks[0] - tried, rtol=0.01)


TWO = Stack([HALF, HALF])
X = np.zeros((5, 2, 1))
test_bad_input_is_named = refuses(
    (stack_map, HALF, X, np.ones_like, "stack must be a Stack, got RNN"),
    (stack_map, TWO, X, np.zeros_like, "no diagnosis without a loss: dL_dh has none"),
    (partial(stack_map, seconds=0.0), TWO, X, np.ones_like, "seconds must be above 0, got 0.0"),
    (partial(stack_map, memory=10), TWO, X, np.ones_like, "the map of 5 losses .*; not even one step fits"),
    (partial(stack_map, fraction=2), TWO, X, np.ones_like, "fraction must be a number between 0 and 1"),
    (
        partial(stack_map, lengths=[5, 2]),
        TWO,
        X,
        np.ones((5, 2, 1)),
        r"dL_dh must be zero on padding, got 1",
    ),
    (gradient_map, TWO, X, np.ones_like, r"net must be one layer, got Stack.*: stack_map maps it"),
)
