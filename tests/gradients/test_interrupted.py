"""A map that is interrupted gives back what it has: the same numbers as a map of that much alone."""

import logging

import numpy as np
import pytest

import drawn
from rnn_solutions.gradients import measuring, norms
from rnn_solutions.gradients.gradient_map import gradient_map
from rnn_solutions.networks.rnn import RNN

ARRAYS = (
    "terms",
    "jacobians",
    "by_state",
    "by_z",
    "slopes",
    "before",
    "singular_values",
    "arriving",
    "shares",
)


@pytest.fixture
def interrupt(monkeypatch):
    """Return a function that lets something raise a KeyboardInterrupt the n-th time it is called, from 1."""

    def interrupt(module, name, at):
        whole, calls = getattr(module, name), iter(range(1, 10**6))

        def interrupted(*args, **kwargs):
            if next(calls) == at:
                raise KeyboardInterrupt
            return whole(*args, **kwargs)

        monkeypatch.setattr(module, name, interrupted)

    return interrupt


def case_of(batch=()):
    case = drawn.draw("LSTM", 11, batch, seed=3)
    return case, {"net": case.net, "x": case.x, "dL_dh": case.dL_dh, **case.initial}


def agree(found, other):
    for name in ARRAYS:
        np.testing.assert_allclose(getattr(found, name), getattr(other, name), rtol=1e-12, atol=1e-12)
    assert (found.first, found.diagnosis, found.lag) == (other.first, other.diagnosis, other.lag)
    assert found.interrupted
    assert not other.interrupted


@pytest.mark.parametrize("columns", [2, 3, 7, 12])
def test_of_one_sequence_the_last_steps_are_there(interrupt, caplog, columns):
    """The products of Jacobians are interrupted after some columns; `_log10_norm` is called once for each."""
    _, asked = case_of()
    if columns < 12:
        interrupt(norms, "_log10_norm", columns + 1)
    else:  # after all of them, among the singular values
        interrupt(np.linalg, "svd", 1)

    found = gradient_map(**asked)

    agree(found, gradient_map(**asked, last=columns))
    few = [lag for lag in (1, 2, 4, 8) if lag < columns]
    assert set(few) <= set(np.flatnonzero(found.directions))
    first = 12 - columns
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("rnn_solutions", logging.WARNING)
    assert record.message == (
        f"gradient map interrupted: it holds the steps {first} to 11; "
        "diagnose(...) gives the diagnosis without the map"
    )
    assert found.summary().startswith(f"LSTM, steps {first} to 11, interrupted: ")
    assert found.to_dict()["interrupted"]


@pytest.mark.parametrize("name", ["norms_on_the_way_back", "product_norms"])
@pytest.mark.parametrize("done", [1, 2])
def test_of_a_batch_the_sequences_that_are_done_are_there(interrupt, caplog, name, done):
    """The longest is not among them: they end with their own last step."""
    _, asked = case_of(batch=(3,))
    lengths = [7, 9, 12]
    asked["dL_dh"] = asked["dL_dh"] * (np.arange(12)[:, None] < lengths)[..., None]
    interrupt(measuring, name, done + 1)

    found = gradient_map(**asked, lengths=lengths)

    longest = lengths[done - 1]
    states = {name: state[:done] for name, state in asked.items() if name in ("h_init", "c_init")}
    agree(
        found,
        gradient_map(
            asked["net"],
            asked["x"][:longest, :done],
            asked["dL_dh"][:longest, :done],
            **states,
            lengths=lengths[:done],
        ),
    )
    assert found.lengths.tolist() == lengths[:done]
    assert f"steps 0 to {longest - 1} of {done} of 3 sequences" in caplog.text
    assert found.sequence(0).terms.shape == (7, 7)


def test_of_the_first_sequence_of_a_batch_the_last_steps_are_there(interrupt, caplog):
    """Those of its own: the batch goes on to step 11, and it ends with step 8."""
    _, asked = case_of(batch=(2,))
    asked["dL_dh"][9:, 0] = 0
    interrupt(norms, "_log10_norm", 5)

    found = gradient_map(**asked, lengths=[9, 12])

    assert (found.first, found.terms.shape, found.lengths.tolist()) == (5, (4, 4, 1), [9])
    alone = {name: asked[name][0] for name in ("h_init", "c_init")}
    other = gradient_map(asked["net"], asked["x"][:9, 0], asked["dL_dh"][:9, 0], **alone, last=4)
    for name in ("terms", "jacobians", "by_state", "by_z"):
        np.testing.assert_allclose(getattr(found, name)[..., 0], getattr(other, name), rtol=1e-12, atol=1e-12)
    assert "steps 5 to 8 of 1 of 2 sequences" in caplog.text


def test_an_interrupt_before_there_is_anything_goes_on(interrupt):
    _, asked = case_of()
    interrupt(measuring, "norms_on_the_way_back", 1)
    with pytest.raises(KeyboardInterrupt):
        gradient_map(**asked)
    interrupt(norms, "_log10_norm", 2)  # after one column, of which no pair is known
    with pytest.raises(KeyboardInterrupt):
        gradient_map(**asked)


def test_an_interrupt_before_there_is_any_loss_goes_on(interrupt):
    _, asked = case_of()
    asked["dL_dh"][6:] = 0
    interrupt(norms, "_log10_norm", 5)

    with pytest.raises(KeyboardInterrupt):
        gradient_map(**asked)


def test_the_products_of_a_later_sequence_are_left_out_however_far_they_are(interrupt):
    """Seven columns of the first sequence, and five of the second."""
    _, asked = case_of(batch=(2,))
    asked["dL_dh"][7:, 0] = 0
    interrupt(norms, "_log10_norm", 13)

    found = gradient_map(**asked, lengths=[7, 12])

    assert (found.first, found.terms.shape, found.interrupted) == (0, (7, 7, 1), True)


def test_a_memory_that_latches_late_has_latched_in_the_steps_that_are_there(interrupt):
    """With w = 3 it is near zero up to step 4, and holds what it reads there."""
    net, x = RNN([[3.0]], [[3.0]], activation="tanh"), np.zeros((12, 1))
    x[5] = 1.0
    interrupt(norms, "_log10_norm", 6)

    found = gradient_map(net, x, np.ones_like)

    assert (found.first, found.latched) == (7, 1)
    assert gradient_map(net, x, np.ones_like).latched == 0
