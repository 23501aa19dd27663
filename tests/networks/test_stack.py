"""Stacks of layers and directions, against a plain loop over each sequence by itself."""

import copy
import pickle
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from drawn import KINDS, PROJECTED, D, Leaky, N, assert_close, draw
from refusals import refuses
from rnn_solutions import GRU, LSTM, RNN, ProjectedLSTM, Recurrent, Stack
from rnn_solutions.gradients.complex_step import complex_step
from stacks import LENGTHS, STACKS, changed, draw_stack, loss, outputs

EVERY_STACK = pytest.mark.parametrize(("kinds", "both"), STACKS, ids=str)
TWO_LAYERS = pytest.mark.parametrize("kind", KINDS)


def suffix(layer, reverse):
    return f"_l{layer}" + "_reverse" * reverse


def networks(stack):
    """Yield layer, direction and network of a stack, from the lowest up."""
    for layer, here in enumerate(stack.layers):
        for reverse, net in enumerate(here):
            yield layer, reverse, net


@EVERY_STACK
@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["one sequence", "padded"])
def test_each_sequence_of_a_padded_batch_gets_what_it_gets_alone_and_zero_after_it(kinds, both, lengths):
    case = draw_stack(kinds, both, lengths=lengths)

    for b, h in enumerate(outputs(case, case.p, case.x, case.initial)):
        mine = case.run.h[:, b] if lengths else case.run.h
        assert_close(mine[: len(h)], h)
        assert not mine[len(h) :].any()


@EVERY_STACK
@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["one sequence", "padded"])
def test_every_gradient_is_that_of_a_complex_step_through_the_plain_loop(kinds, both, lengths):
    case = draw_stack(kinds, both, lengths=lengths)

    found = dict(case.stack.backward(case.run, case.dL_dh))

    assert_close(found.pop("x"), complex_step(lambda x: loss(case, x=x), case.x))
    for place, (layer, reverse, net) in enumerate(networks(case.stack)):
        for name, value in case.p[layer][reverse].items():
            expected = complex_step(
                lambda value, at=(layer, reverse, name): loss(case, changed(case.p, *at, value)), value
            )
            assert_close(found.pop(name + suffix(layer, reverse)), expected)
        for part, name in enumerate(net.initial_names):

            def at(value, place=place, part=part):
                initial = [list(parts) for parts in case.initial]
                initial[place][part] = value
                return loss(case, initial=initial)

            expected = complex_step(at, case.initial[place][part])
            assert_close(found.pop(name + suffix(layer, reverse)), expected)
    assert not found


@pytest.mark.parametrize(
    ("kinds", "both"),
    [
        (["LSTM", "GRU"], True),
        (["RNN", "LSTM"], False),
        ([PROJECTED, PROJECTED], True),
        (["GRU before", "GRU before"], True),
    ],
    ids=str,
)
@pytest.mark.parametrize(("t", "k"), [(1, 0), (1, 1), (1, 3), (3, 1)])
def test_a_term_is_the_response_of_one_steps_loss_to_that_steps_copy_of_a_parameter(kinds, both, t, k):
    case = draw_stack(kinds, both)

    terms = case.stack.gradient_term(case.run, case.dL_dh, t, k)

    for layer, reverse, _ in networks(case.stack):
        own = case.p[layer][reverse]
        for name, value in own.items():

            def at_step(value, name=name, own=own, layer=layer, reverse=reverse):
                p = [list(here) for here in case.p]
                p[layer][reverse] = [own | {name: value} if j == k else own for j in range(len(case.x))]
                return loss(case, p, steps=slice(t, t + 1))

            assert_close(terms[name + suffix(layer, reverse)], complex_step(at_step, value))


@pytest.mark.parametrize("both", [False, True], ids=["one direction", "both directions"])
@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["one sequence", "padded"])
@TWO_LAYERS
def test_the_terms_of_all_pairs_sum_to_the_gradient_and_reach_later_steps_only_through_a_reversed_one(
    kind, both, lengths
):
    case = draw_stack([kind] * 2, both, lengths=lengths)
    gradients = case.stack.backward(case.run, case.dL_dh)
    steps = range(len(case.x))

    terms = {(t, k): case.stack.gradient_term(case.run, case.dL_dh, t, k) for t in steps for k in steps}

    for name in terms[0, 0]:
        assert_close(sum(term[name] for term in terms.values()), gradients[name])
        later = np.any([term[name] for (t, k), term in terms.items() if k > t])
        assert later == (both and not name.endswith("_l1")), (
            "at the top only the reversed one reads what follows"
        )
    assert set(gradients) - set(terms[0, 0]) == {"x", *(name for name in gradients if "_init" in name)}


@TWO_LAYERS
def test_what_stands_on_padding_changes_nothing(kind):
    case = draw_stack([kind] * 2)
    other = case.x.copy()
    for b, length in enumerate(LENGTHS):
        other[length:, b] = 1e200

    run = case.stack.forward(other, **case.given, lengths=LENGTHS)

    np.testing.assert_array_equal(run.h, case.run.h)
    expected = case.stack.backward(case.run, case.dL_dh)
    for name, found in case.stack.backward(run, case.dL_dh).items():
        np.testing.assert_array_equal(found, expected[name])
    for b, length in enumerate(LENGTHS):
        assert not expected.x[length:, b].any()


def test_what_stands_on_padding_does_not_overflow():
    add = RNN([[1.0]], [[1e10]], activation="identity")
    x = np.array([[[1.0], [1.0]], [[1.0], [1e300]]])

    run = Stack([(add, add)]).forward(x, lengths=[2, 1])

    np.testing.assert_array_equal(run.h[:, 1], [[1e10, 1e10], [0, 0]])
    np.testing.assert_array_equal(run.x[:, 1], [[1], [0]])
    assert x[1, 1] == 1e300, "the argument stays"


@TWO_LAYERS
def test_a_mask_and_sequences_first_are_other_ways_to_say_the_same(kind):
    case = draw_stack([kind] * 2)
    mask = np.array([[t < length for length in LENGTHS] for t in range(len(case.x))])

    turned = case.stack.forward(case.x.swapaxes(0, 1), **case.given, mask=mask.T, batch_first=True)
    by_mask = case.stack.forward(case.x, **case.given, mask=mask)

    for run in (turned, by_mask):
        np.testing.assert_array_equal(run.h, case.run.h)
        np.testing.assert_array_equal(run.lengths, LENGTHS)
    alone = case.stack.forward(case.x[:, 0], batch_first=True)  # one sequence has no axis to turn
    np.testing.assert_array_equal(alone.h, case.stack.forward(case.x[:, 0]).h)


@TWO_LAYERS
@pytest.mark.parametrize("batch", [(), (2,)])
def test_a_stack_of_one_layer_is_its_network(kind, batch):
    case = draw(kind, batch=batch)
    stack = Stack([case.net])

    run = stack.forward(case.x, **{name: value[None] for name, value in case.initial.items()})

    np.testing.assert_array_equal(run.h, case.run.h)
    expected = case.net.backward(case.run, case.dL_dh)
    for name, found in stack.backward(run, case.dL_dh).items():
        np.testing.assert_array_equal(found, expected[name.removesuffix("_l0")])


@TWO_LAYERS
def test_float32_stays_float32_and_agrees_with_float64(kind):
    """A step rounds at 6e-8 times the size of its sums, and a few steps and layers pass it on."""
    case, wide = (draw_stack([kind] * 2, dtype=dtype) for dtype in (np.float32, float))
    found = case.stack.backward(case.run, case.dL_dh)
    expected = wide.stack.backward(wide.run, wide.dL_dh)

    assert case.run.h.dtype == np.float32
    assert {array.dtype for array in found.values()} == {np.dtype(np.float32)}
    for name, array in found.items():
        np.testing.assert_allclose(array, expected[name], rtol=0, atol=1e-4 * np.abs(expected[name]).max())


def test_layers_of_different_sizes_take_a_list_of_initial_states():
    rng = np.random.default_rng(0)
    first, second = (rng.normal(size=(n, n)) for n in (2, 3))
    lower, upper = RNN(first, np.ones((2, D))), RNN(second, np.ones((3, 2)))
    states = [rng.normal(size=(4, 2)), rng.normal(size=(4, 3))]
    x = rng.normal(size=(5, 4, D))

    run = Stack([lower, upper]).forward(x, h_init=states)

    expected = upper.forward(lower.forward(x, h_init=states[0]).h, h_init=states[1])
    np.testing.assert_array_equal(run.h, expected.h)
    with pytest.raises(ValueError, match="h_init must be a list of 2 arrays, of 2, 3 units, got ndarray"):
        Stack([lower, upper]).forward(x, h_init=np.ones((3, 4, 2)))
    with pytest.raises(ValueError, match=r"an entry of h_init must have shape \(4, 2\), got \(4, 3\)"):
        Stack([lower, upper]).forward(x, h_init=states[::-1])


def test_a_network_of_ones_own_stands_in_a_stack():
    rng = np.random.default_rng(1)
    own = Leaky(rng.normal(size=(N, D)), rng.normal(size=(N, N)), rng.normal(size=N), 0.3)
    stack = Stack([own, draw("GRU", d=N).net])
    x, dL_dh = rng.normal(size=(6, D)), rng.normal(size=(6, N))

    gradients = stack.backward(stack.forward(x), dL_dh)

    def at(nudge):
        return (stack.forward(x + nudge).h * dL_dh).sum()

    slope = (at(1e-6) - at(-1e-6)) / 2e-6
    np.testing.assert_allclose(gradients.x.sum(), slope, rtol=1e-7)  # the error is of the order 1e-6 squared
    assert list(gradients)[:4] == ["U_l0", "W_l0", "b_l0", "h_init_l0"]


WAYS = [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))]


@pytest.mark.parametrize("way", WAYS, ids=["copy", "deepcopy", "pickle"])
def test_a_stack_and_its_run_cannot_be_changed_nor_their_copies_which_compute_the_same(way):
    case = draw_stack(["LSTM", "GRU"])

    run = way(case.run)

    expected = case.stack.backward(case.run, case.dL_dh)
    for name, found in run.stack.backward(run, case.dL_dh).items():
        np.testing.assert_array_equal(found, expected[name])
    for one, name in ((run, "h"), (run, "anything"), (run.stack, "layers"), (run.stack, "n")):
        with pytest.raises(FrozenInstanceError):
            setattr(one, name, 0)
    for array in (run.h, run.x, run.lengths):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    assert way(case.x).flags.writeable, "what the caller handed in stays the caller's"


def test_replace_makes_another_stack():
    case = draw_stack(["LSTM", "GRU"])

    again, lower = case.stack.replace(), case.stack.replace(layers=case.stack.layers[:1])

    np.testing.assert_array_equal(again.forward(case.x, **case.given, lengths=LENGTHS).h, case.run.h)
    assert (repr(lower), repr(again)) == ("Stack(n=6, d=2, LSTM 3 + LSTM 3)", repr(case.stack))
    assert repr(case.run) == "StackRun(T=4, B=3, n=6, d=2, float64)"


def state_dict(case, prefix=""):
    """Return the weights of a case by torch's names."""
    names = {"W_ih": "weight_ih", "U": "weight_ih", "W_hh": "weight_hh", "W": "weight_hh"}
    names |= {"b_ih": "bias_ih", "b_hh": "bias_hh", "b": "bias_ih", "W_hr": "weight_hr"}
    found = {
        f"{prefix}{names[name]}{suffix(layer, reverse)}": value
        for layer, here in enumerate(case.p)
        for reverse, parameters in enumerate(here)
        for name, value in parameters.items()
    }
    # An RNN's one bias stands for the sum of two.
    zeros = {
        name.replace("bias_ih", "bias_hh"): 0 * value for name, value in found.items() if "bias_ih" in name
    }
    return zeros | found


@pytest.mark.parametrize("both", [False, True], ids=["one direction", "both directions"])
@pytest.mark.parametrize("prefix", ["", "tagger.lstm."])
@TWO_LAYERS
def test_a_state_dict_gives_back_all_layers_and_directions(kind, both, prefix):
    """Weights of something else stand beside them."""
    case = draw_stack([kind] * 2, both)
    mapping = state_dict(case, prefix) | {"head.weight": np.ones((2, 2)), "other.weight_ih_l7": np.ones(3)}
    classes = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}

    for named in ({}, {"kind": classes[kind]}):
        stack = Stack.from_state_dict(mapping, prefix=prefix, **named)
        np.testing.assert_array_equal(stack.forward(case.x, **case.given, lengths=LENGTHS).h, case.run.h)
        assert {type(net) for _, _, net in networks(stack)} == {classes[kind]}


@pytest.mark.parametrize("both", [False, True], ids=["one direction", "both directions"])
def test_a_state_dict_with_projections_gives_back_all_layers_and_directions(both):
    case = draw_stack([PROJECTED] * 3, both)
    mapping = state_dict(case, "encoder.")

    for named in ({}, {"kind": ProjectedLSTM}):
        stack = Stack.from_state_dict(mapping, prefix="encoder.", **named)
        np.testing.assert_array_equal(stack.forward(case.x, **case.given, lengths=LENGTHS).h, case.run.h)
        assert {type(net) for _, _, net in networks(stack)} == {ProjectedLSTM}
    with pytest.raises(ValueError, match=r"kind must be ProjectedLSTM, as encoder.weight_hr_l0 says"):
        Stack.from_state_dict(mapping, LSTM, prefix="encoder.")
    lacking = {name: array for name, array in mapping.items() if name != "encoder.weight_hr_l1"}
    with pytest.raises(ValueError, match=r"missing encoder.weight_hr_l1; found"):
        Stack.from_state_dict(lacking, prefix="encoder.")


def test_each_state_before_the_first_step_has_the_width_of_its_own_part():
    case = draw_stack([PROJECTED] * 2, both=False, lengths=None)
    stacked = {name: np.stack(arrays) for name, arrays in case.given.items()}

    np.testing.assert_array_equal(case.stack.forward(case.x, **stacked).h, case.run.h)
    with pytest.raises(ValueError, match=r"c_init must have shape \(2, 4\), got \(2, 3\)"):
        case.stack.forward(case.x, stacked["h_init"], stacked["h_init"])


def test_the_nonlinearity_of_an_rnn_is_said_beside_its_state_dict():
    case = draw_stack(["relu RNN"] * 2)

    stack = Stack.from_state_dict(state_dict(case), activation="relu")

    np.testing.assert_array_equal(stack.forward(case.x, **case.given, lengths=LENGTHS).h, case.run.h)


LSTMS = state_dict(draw_stack(["LSTM"] * 3))


def less(*names):
    return {name: value for name, value in LSTMS.items() if not name.endswith(names)}


FOUND = "found weight_ih_l0, weight_ih_l0_reverse, "
test_a_state_dict_of_no_whole_network_says_what_is_missing_and_what_is_there = refuses(
    (
        less("_l1_reverse"),
        (
            "mapping must hold each layer from 0 to 2 in both directions; missing weight_ih_l1_reverse; "
            f"{FOUND}weight_ih_l1, weight_ih_l2, weight_ih_l2_reverse$"
        ),
    ),
    (
        less("_l1_reverse", "_l1"),
        (
            "mapping must hold each layer from 0 to 2 in both directions; missing weight_ih_l1, "
            f"weight_ih_l1_reverse; {FOUND}weight_ih_l2, weight_ih_l2_reverse$"
        ),
    ),
    (less("_l0"), "mapping must hold weight_ih_l0, weight_hh_l0, .*; missing .*; found .*weight_ih_l2"),
    (
        less("hh_l1"),
        "mapping must hold weight_ih_l1, weight_hh_l1.*; missing bias_hh_l1, weight_hh_l1; found",
    ),
    ({"encoder.weight_ih_l0": 0}, "mapping must hold weight_ih_l0, .*; found encoder.weight_ih_l0$"),
    (
        LSTMS | {"weight_ih_l2": np.ones((12, 5))},
        (
            "layers must fit on each other: layer 2 must have 6 inputs in each direction, got layers of "
            "d=2 n=3 [+] 3, d=6 n=3 [+] 3, d=5 and 6 n=3 [+] 3$"
        ),
    ),
    (
        {"weight_ih_l0": np.ones((10, 2)), "weight_hh_l0": np.ones((10, 5))},
        r"weight_hh_l0 must have shape \(n, n\) as an RNN's, .*, got \(10, 5\)$",
    ),
    ({"weight_ih_l0": 1, "weight_hh_l0": 1}, "weight_ih_l0 must have shape"),
    ("weights.npz", "mapping must map names to arrays, got the path"),
    by=Stack.from_state_dict,
)

test_what_a_state_dict_is_read_as_is_named = refuses(
    ({"kind": "LSTM"}, "kind must be the class LSTM, GRU, RNN or another network's, got str$"),
    ({"kind": Stack}, "kind must be .*, got the class Stack$"),
    ({"kind": Recurrent}, "kind must be .*, got the class Recurrent$"),
    ({"kind": GRU}, r"kind must be LSTM, as weight_hh_l0 of shape \(12, 3\) says, got the class GRU$"),
    ({"activation": "tanh"}, "activation must be None for LSTM, got 'tanh'$"),
    ({"prefix": 3}, "prefix must be a string, got 3$"),
    by=lambda options: Stack.from_state_dict(LSTMS, **options),
)

ONE = RNN([[0.5]], [[1.0]])
test_layers_that_are_none_or_do_not_fit_are_named = refuses(
    ([], "layers must be a sequence of networks or pairs of them, got an empty one$"),
    (ONE, "layers must be a sequence of networks or pairs of them, got RNN$"),
    ([ONE, "LSTM"], "layers must each be a network or a pair of networks, got str for layer 1$"),
    ([ONE, (ONE, ONE, ONE)], "layers must each be a network or a pair of networks, got tuple for layer 1$"),
    ([(ONE, None)], "layers must each be a network or a pair of networks, got NoneType for layer 0$"),
    (
        [(ONE, ONE), ONE],
        (
            "layers must fit on each other: layer 1 must have 2 inputs in each direction, got layers of "
            "d=1 n=1 [+] 1, d=1 n=1$"
        ),
    ),
    by=Stack,
)

PADDED = draw_stack(["GRU"] * 2)
ON_PADDING = np.where(np.arange(5)[:, None, None] == 3, 1.0, PADDED.dL_dh)
test_bad_input_is_named = refuses(
    ("forward", {"h_init": np.ones((2, 3, N))}, r"h_init must have shape \(4, 3, 3\), got \(2, 3, 3\)$"),
    ("forward", {"c_init": np.ones((4, 3, N))}, "c_init is for networks with a cell, got one for Stack"),
    ("forward", {"x": np.ones((5, 3))}, r"x must have shape \(T\+1, 2\) or \(T\+1, B, 2\), got \(5, 3\)$"),
    (
        "forward",
        {"lengths": [5, 6, 1]},
        "lengths must be whole numbers from 1 to 5, .* got 6 for sequence 1$",
    ),
    ("forward", {"batch_first": 1}, "batch_first must be True or False, got 1$"),
    (
        "forward",
        {"mask": np.ones((3, 5), bool)},
        r"mask must have shape \(5, 3\), steps first, got \(3, 5\)$",
    ),
    ("backward", {"dL_dh": ON_PADDING}, "dL_dh must be zero on padding, got 1.0 at step 3 of sequence 1, "),
    ("backward", {"dL_dh": PADDED.dL_dh[1:]}, r"dL_dh must have shape \(5, 3, 6\), got \(4, 3, 6\)$"),
    ("backward", {"run": draw_stack(["GRU"] * 2).run}, "run must come from this stack's own forward"),
    ("gradient_term", {"k": 5}, "k must be from 0 to 4, got 5$"),
    ("gradient_term", {"t": -1}, "t must be from 0 to 4, got -1$"),
    ("gradient_term", {"t": 1.5}, "t must be a whole number, got 1.5$"),
    by=lambda name, given: getattr(PADDED.stack, name)(
        **{
            "forward": {"x": PADDED.x},
            "backward": {"run": PADDED.run, "dL_dh": PADDED.dL_dh},
            "gradient_term": {"run": PADDED.run, "dL_dh": PADDED.dL_dh, "t": 1, "k": 0},
        }[name]
        | given
    ),
)


def test_an_overflow_names_the_layer_and_how_its_steps_count():
    huge = RNN([[1e200]], [[1.0]], activation="identity")
    for stack, where in (
        (Stack([ONE, huge]), "layer 1: the pre-activation at step 2 is"),
        (
            Stack([(ONE, huge)]),
            "layer 0, reverse, steps counted as it reads them: the pre-activation at step 2 is",
        ),
    ):
        with pytest.raises(ValueError, match=f"^{where} beyond the range of float64"):
            stack.forward(np.ones((4, 1)))
