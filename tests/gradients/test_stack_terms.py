"""The norms of what a loss does through a stack, against single terms, a plain loop and closed forms."""

import numpy as np
import pytest

from drawn import KINDS, PROJECTED, RNNS, N, draw
from refusals import refuses
from rnn_solutions import RNN, Stack, row_norms
from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.gradients.norms import term_norms
from stacks import CELLS, LENGTHS, draw_stack, outputs

MIXED = pytest.mark.parametrize(
    "kinds",
    [["RNN", "LSTM"], ["GRU", "GRU"], ["LSTM", "RNN", "GRU"], [PROJECTED, PROJECTED], ["GRU before", "RNN"]],
    ids=str,
)
BOTH = pytest.mark.parametrize("both", [False, True], ids=["one direction", "both directions"])


def log10(values):
    with np.errstate(divide="ignore"):
        return np.log10(values)


def every(norms):
    """Yield layer, direction and norms."""
    for layer, here in enumerate(norms):
        for reverse, one in enumerate(here):
            yield layer, reverse, one


def assert_same_logs(actual, expected):
    """Norms agree to 1e-11 of themselves; sums of states can cancel, which costs some digits."""
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-10)


@MIXED
@BOTH
def test_the_rows_by_the_states_are_complex_steps_through_the_plain_loop(kinds, both):
    case = draw_stack(kinds, both)
    asked = [4, 1]

    norms = row_norms(case.run, case.dL_dh, asked)

    for layer, reverse, found in every(norms):
        size = N + (CELLS if kinds[layer] == PROJECTED else N * ("LSTM" in kinds[layer]))
        for k in range(len(case.x)):
            for b, length in enumerate(LENGTHS):
                for r, t in enumerate(asked):

                    def loss(nudge, t=t, b=b, where=(layer, reverse, k)):
                        h = outputs(case, case.p, case.x, case.initial, nudge, where)[b]
                        return (case.dL_dh[t, b] * h[t]).sum() + 0j  # complex where the nudge is not felt too

                    row = complex_step(loss, np.zeros(size)) if t < length else np.zeros(size)
                    assert_same_logs(found.state[r, k, b], log10(np.linalg.norm(row)))


@MIXED
@BOTH
@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["one sequence", "padded"])
def test_terms_and_rows_by_pre_activations_and_first_states_are_those_of_single_losses(kinds, both, lengths):
    """That by the bias is the row itself."""
    case = draw_stack(kinds, both, lengths=lengths)
    asked = list(range(len(case.x)))

    norms = row_norms(case.run, case.dL_dh, asked)

    for b in range(len(lengths or [0])):
        here = (..., b) if lengths else ...
        own = np.zeros_like(case.dL_dh)
        own[:, b : b + 1 if lengths else None] = case.dL_dh[:, b : b + 1 if lengths else None]
        own = own if lengths else case.dL_dh
        for t in asked:
            alone = np.zeros_like(own)
            alone[t] = own[t]
            whole = case.stack.backward(case.run, alone)
            for k in asked:
                terms = case.stack.gradient_term(case.run, own, t, k)
                for layer, reverse, found in every(norms):
                    end = f"_l{layer}" + "_reverse" * reverse
                    names = ("U", "W", "b") if kinds[layer] in RNNS else ("W_ih", "W_hh", "b_ih")
                    expected = [log10(np.linalg.norm(terms[name + end])) for name in names]
                    for logs, one in zip(
                        (found.input, found.recurrent, found.pre_activations), expected, strict=True
                    ):
                        assert_same_logs(logs[here][t, k], one)
            for layer, reverse, found in every(norms):
                end = f"_l{layer}" + "_reverse" * reverse
                initial = [whole[name + end] for name in ("h_init", "c_init") if name + end in whole]
                row = np.concatenate([part[b] if lengths else part for part in initial])
                assert_same_logs(found.initial[here][t], log10(np.linalg.norm(row)))


@pytest.mark.parametrize("factor", [0.1, 10.0])
def test_what_no_float_holds_is_followed_through_both_layers(factor):
    """The sum over the T - k + 1 ways down, each of T - k factors: 10^400 or its inverse."""
    lower, upper = (RNN([[factor]], np.ones((1, d)), activation="identity") for d in (1, 2))
    stack = Stack([(lower, lower), (upper, upper)])
    T = 399
    run = stack.forward(np.zeros((T + 1, 1)))
    dL_dh = np.zeros((T + 1, 2))
    dL_dh[T, 0] = 1.0  # of the direction that reads from the beginning
    ways = np.arange(T, -1, -1)

    (forward, backward), _ = row_norms(run, dL_dh, [T])

    logs = np.log10(factor) * ways + np.log10(ways + 1.0)
    np.testing.assert_allclose(forward.state[0], logs, rtol=0, atol=1e-9)
    # The reversed one hands on from k to k - 1: step k reaches T - j for all j <= k, by factor^(T - 2 j + k).
    j = np.arange(T + 1)
    for k in (0, 1, T):
        powers = np.log10(factor) * (T - 2 * j[: k + 1] + k)
        expected = powers.max() + np.log10(np.sum(10.0 ** (powers - powers.max())))
        np.testing.assert_allclose(backward.state[0, k], expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("batch", [(), (2,)])
def test_of_a_single_layer_the_terms_are_those_of_its_network(kind, batch):
    case = draw(kind, T=9, batch=batch)
    run = Stack([case.net]).forward(case.x, **{name: value[None] for name, value in case.initial.items()})

    ((norms,),) = row_norms(run, case.dL_dh, range(10))

    assert_same_logs(norms.recurrent, term_norms(case.run, case.dL_dh))


@MIXED
def test_a_sequence_in_a_padded_batch_has_the_norms_that_it_has_alone(kinds):
    case = draw_stack(kinds)
    norms = row_norms(case.run, case.dL_dh, [1, 0])

    for b, length in enumerate(LENGTHS):
        given = {name: [one[b] for one in value] for name, value in case.given.items()}
        run = case.stack.forward(case.x[:length, b], **given)
        alone = row_norms(run, case.dL_dh[:length, b], [1, 0])
        for (_, _, mine), (_, _, theirs) in zip(every(norms), every(alone), strict=True):
            for name in ("state", "pre_activations", "recurrent", "input"):
                assert_same_logs(getattr(mine, name)[:, :length, b], getattr(theirs, name))
                assert np.isneginf(getattr(mine, name)[:, length:, b]).all(), "padding"
            assert_same_logs(mine.initial[:, b], theirs.initial)


def test_a_silent_step_does_nothing_and_the_others_do_what_they_did():
    case = draw_stack(["LSTM", "GRU"])
    silent = case.dL_dh.copy()
    silent[1] = 0

    norms, expected = row_norms(case.run, silent, [0, 1]), row_norms(case.run, case.dL_dh, [0])

    for (_, _, mine), (_, _, theirs) in zip(every(norms), every(expected), strict=True):
        for name in ("state", "pre_activations", "recurrent", "input", "initial"):
            assert np.isneginf(getattr(mine, name)[1]).all()
            assert_same_logs(getattr(mine, name)[0], getattr(theirs, name)[0])


def test_only_through_a_reversed_direction_a_loss_reaches_later_steps():
    one, both = (draw_stack(["GRU", "GRU"], both, lengths=None) for both in (False, True))

    for layer in (0, 1):
        later = row_norms(one.run, one.dL_dh, [2])[layer][0].state[0, 3:]
        assert np.isneginf(later).all()
    (forward, backward), (upper_forward, upper_backward) = row_norms(both.run, both.dL_dh, [2])
    assert np.isfinite([forward.state, backward.state]).all()
    assert np.isneginf(upper_forward.state[0, 3:]).all()
    assert np.isneginf(upper_backward.state[0, :2]).all()


def test_a_network_in_single_precision_is_followed_in_double():
    case, wide = (draw_stack(["LSTM", "GRU"], dtype=dtype) for dtype in (np.float32, float))

    norms, expected = (row_norms(one.run, one.dL_dh, [0]) for one in (case, wide))

    for (_, _, mine), (_, _, theirs) in zip(every(norms), every(expected), strict=True):
        assert mine.state.dtype == float
        np.testing.assert_allclose(
            mine.state, theirs.state, atol=1e-4
        )  # float32 rounds at 6e-8, step by step


CASE = draw_stack(["GRU", "LSTM"])
test_bad_input_is_named = refuses(
    ({"run": 3}, "run must come from the forward of a Stack, got int$"),
    ({"dL_dh": CASE.dL_dh[1:]}, r"dL_dh must have shape \(5, 3, 6\)"),
    ({"dL_dh": np.ones_like(CASE.dL_dh)}, "dL_dh must be zero on padding, got 1.0 at step 2 of sequence 1"),
    ({"steps": [0, 5]}, "steps must be from 0 to 4, got 5$"),
    ({"steps": [-1]}, "steps must be from 0 to 4, got -1$"),
    ({"steps": [0.5]}, "steps must be whole numbers from 0 to 4, got dtype float64$"),
    ({"steps": []}, r"steps must be a list of steps from 0 to 4, got shape \(0,\)$"),
    ({"steps": 3}, r"steps must be a list of steps from 0 to 4, got shape \(\)$"),
    ({"memory": 1000, "steps": [0] * 9}, r"the rows of 9 losses would take .*; not even one step fits$"),
    ({"memory": 25000, "steps": [0] * 9}, r"the rows of 9 losses would take .*; ask for \d steps at a time$"),
    by=lambda given: row_norms(**({"run": CASE.run, "dL_dh": CASE.dL_dh, "steps": [0]} | given)),
)


def test_weights_that_overflow_a_single_step_are_an_error_that_names_the_layer():
    huge = RNN(np.full((3, 3), 1e308), np.eye(3), activation="identity")
    run = Stack([huge, huge]).forward(np.zeros((3, 3)))

    with pytest.raises(ValueError, match=r"the \w+ of layer \d is beyond the range of float64"):
        row_norms(run, np.ones((3, 3)), [2])
