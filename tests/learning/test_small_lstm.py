"""The small trained LSTM of the page: its script still makes it, and it does what the page says."""

from pathlib import Path

import numpy as np
import pytest

from rnn_solutions import LSTM, Model

DOCS = Path(__file__).parents[2] / "docs"
SCRIPT = DOCS / "_tools" / "train_small_lstm.py"
DATA = DOCS / "_data" / "small-lstm.npz"


def test_the_script_still_takes_the_stored_first_steps(script, stored):
    """Rounding differs between machines, and grows over the updates: 1e-6 over the first 25."""
    for forget, prefix in ((0.0, "untrained."), (script.FORGET, "")):
        losses, start, _ = script.training(forget, updates=25)
        np.testing.assert_allclose(losses[[0, 25]], stored[prefix + "losses"][:2], rtol=1e-6)
        if not forget:
            for name, array in script.weights(start).items():
                np.testing.assert_array_equal(array, stored[prefix + name])


def test_the_gradients_of_the_training_are_those_of_finite_differences(script):
    """Central differences at 1e-6 are good to about 1e-9 here, and the gradients are about 1e-2."""
    rng = np.random.default_rng(2)
    _, model, _ = script.training(1.0, updates=0)
    batch = script.examples(rng, steps=5, count=6)
    _, gradients = model.loss_and_gradients(batch, script.sign_loss)

    for name, gradient in gradients.items():
        direction = rng.normal(size=gradient.shape)
        up, down = (
            model.with_parameters(model.parameters | {name: model.parameters[name] + step * direction})
            for step in (1e-6, -1e-6)
        )
        higher, lower = (one.loss_and_gradients(batch, script.sign_loss)[0] for one in (up, down))
        assert np.sum(gradient * direction) == pytest.approx((higher - lower) / 2e-6, abs=1e-8), name


def test_the_stored_network_solves_the_task_and_the_other_training_did_not(script, stored):
    model = Model(LSTM.from_state_dict(stored), stored["readout.weight"], stored["readout.bias"])

    assert script.accuracy(model, script.examples(np.random.default_rng(3), count=2000)) == 1
    assert stored["losses"][-1] < 0.01
    assert abs(stored["untrained.losses"][-1] - np.log(2)) < 0.01  # that of guessing


def test_the_file_is_a_few_kilobytes(stored):
    assert DATA.stat().st_size < 12_000
    assert all(array.dtype == np.float64 for array in stored.values())
