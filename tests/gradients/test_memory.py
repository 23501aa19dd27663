"""What is asked for all pairs of steps says how much it would take, and takes no more than it said."""

import re
import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest

import drawn
from rnn_solutions import _memory
from rnn_solutions.gradients import truncation
from rnn_solutions.gradients.lyapunov import one_step_jacobians
from rnn_solutions.gradients.norms import jacobian_norms
from rnn_solutions.gradients.ways import LSTM_WAYS, jacobian_along, step_parts
from rnn_solutions.networks.rnn import RNN

ALL_PAIRS = {
    "Jacobians": lambda case, **memory: case.net.jacobians(case.run, **memory),
    "terms": lambda case, **memory: case.net.gradient_terms(case.run, case.dL_dh, **memory),
    "norms": lambda case, **memory: jacobian_norms(case.run, **memory),
}


@pytest.mark.parametrize("what", ALL_PAIRS)
def test_a_hundred_thousand_steps_are_refused_and_the_last_that_fit_are_named(what):
    """A single number for each pair of them is 74.5 GiB."""
    net = RNN(W=[[0.5]], U=[[1.0]])
    case = SimpleNamespace(net=net, run=net.forward(np.zeros((100_001, 1))), dL_dh=np.ones((100_001, 1)))

    with pytest.raises(
        ValueError, match=f"^the {what} of 100001 steps would take .* allows 2; run.since"
    ) as error:
        ALL_PAIRS[what](case)

    needed, first, fits = re.search(
        r"take (.*) GiB.*since\((\d+)\) has the last (\d+)", str(error.value)
    ).groups()
    assert float(needed) >= 74.5
    assert int(first) + int(fits) == 100_001


@pytest.mark.parametrize("what", ALL_PAIRS)
@pytest.mark.parametrize("kind", ["RNN", "LSTM"])
@pytest.mark.parametrize("batch", [(), (2,)])
def test_the_last_steps_that_are_named_fit_and_are_the_corner_of_the_whole(what, kind, batch):
    case = drawn.draw(kind, T=8, batch=batch)
    whole = ALL_PAIRS[what](case)

    with pytest.raises(ValueError, match=r"would take .* GiB, and memory allows") as error:
        ALL_PAIRS[what](case, memory=3_000)
    first = int(re.search(r"since\((\d+)\)", str(error.value))[1])
    assert first > 0
    case.run, case.dL_dh = case.run.since(first), case.dL_dh[first:]
    found = ALL_PAIRS[what](case, memory=3_000)

    for part, of in [(found, whole)] if what != "terms" else [(found[name], whole[name]) for name in whole]:
        np.testing.assert_allclose(part, of[first:, first:], rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("what", ALL_PAIRS)
def test_where_not_even_one_step_fits_or_memory_is_no_number_it_says_so(what):
    case = drawn.draw("GRU")

    with pytest.raises(ValueError, match=r"memory allows .*; not even one step fits$"):
        ALL_PAIRS[what](case, memory=1)
    for memory in (0, np.nan, "2", True, None):
        with pytest.raises(ValueError, match=r"^memory must be a positive number of bytes, got"):
            ALL_PAIRS[what](case, memory=memory)


@pytest.mark.parametrize("what", ALL_PAIRS)
@pytest.mark.parametrize(("kind", "batch"), [("LSTM", ()), ("RNN", (2,))])
def test_what_is_taken_is_what_was_foretold(what, kind, batch):
    """To a tenth more for what was not counted, and a third less."""
    case = drawn.draw(kind, T=149, batch=batch, n=8, d=1)

    tracemalloc.start()
    ALL_PAIRS[what](case)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    ALL_PAIRS[what](case, memory=1.5 * peak)
    with pytest.raises(ValueError, match="would take"):
        ALL_PAIRS[what](case, memory=0.9 * peak)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda run: run.net.jacobian(run, 1, 0), "the Jacobian of a step of 2 sequences would take"),
        (one_step_jacobians, "the Jacobian of a step of 2 sequences would take"),
        (lambda run: step_parts(run, 1), "the parts of step 1 would take"),
        (lambda run: jacobian_along(run, 1, 0, LSTM_WAYS), "the parts of step 1 would take"),
    ],
)
def test_jacobians_of_more_than_half_of_the_machine_are_refused(monkeypatch, call, message):
    run = drawn.draw("LSTM", batch=(2,)).run
    call(run)
    monkeypatch.setattr(_memory, "_of_the_machine", lambda: 1_000)

    with pytest.raises(
        ValueError, match=f"^{message} .* GiB, and half of this machine's memory is 4.66e-07$"
    ):
        call(run)


def test_the_jacobians_of_many_single_steps_are_refused(monkeypatch):
    run = drawn.draw("RNN", T=99).run
    monkeypatch.setattr(_memory, "_of_the_machine", lambda: 8_000)  # 99 of 72 bytes are more than half of it

    assert run.net.jacobian(run, 1, 0).shape == (3, 3)
    with pytest.raises(ValueError, match="the Jacobians of 99 single steps would take"):
        one_step_jacobians(run)


def test_a_machine_that_does_not_say_counts_as_sixteen_gib(monkeypatch):
    assert _memory._of_the_machine() > 2**28
    monkeypatch.delattr("os.sysconf", raising=False)

    assert _memory._of_the_machine() == 2**34


def test_a_truncated_gradient_takes_some_windows_at_a_time(monkeypatch):
    """Side by side, 150 windows of 150 steps take tens of times as much as a few; the sum is the same."""
    case, found = drawn.draw("RNN", T=299), {}
    for size in (2**40, 2**11):
        monkeypatch.setattr(truncation, "WINDOWS_SIZE", size)
        tracemalloc.start()
        gradient = truncation.truncated_gradient(case.net, case.run, case.dL_dh, 150)
        found[size] = tracemalloc.get_traced_memory()[1], gradient
        tracemalloc.stop()

    (whole, expected), (few, gradient) = found.values()
    assert few < whole / 10
    for name, array in expected.items():
        np.testing.assert_allclose(gradient[name], array, rtol=1e-11, atol=1e-13)
