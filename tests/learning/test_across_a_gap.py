"""The data of the pages on remedies and on learning: the script still makes them, and they are whole."""

import json
from itertools import islice
from pathlib import Path

import numpy as np

from rnn_solutions.learning.losses import squared_error
from rnn_solutions.learning.tasks import adding_problem

DOCS = Path(__file__).parents[2] / "docs"
SCRIPT = DOCS / "_tools" / "train_across_a_gap.py"
DATA = DOCS / "_data" / "across-a-gap.npz"


def all_settings(script):
    across = [
        script.across(task, network, size)
        for task, sizes in (("adding", script.ADDING), ("copying", script.COPYING))
        for network in script.NETWORKS
        for size in sizes
    ]
    return [*script.REMEDIES.values(), *across]


def test_the_script_still_takes_the_stored_first_steps(script, stored):
    """Single precision keeps 6e-8; rounding, which differs between machines, is far below over 5 updates."""
    settings = all_settings(script)

    assert len(settings) == len(stored["firsts"])
    for setting, losses in zip(settings, stored["firsts"], strict=True):
        np.testing.assert_allclose(setting.train(0, 5)[0].losses, losses[:5], rtol=1e-6)


def test_rounding_could_not_hide_or_feign_a_difference(script):
    """A nudge of 1e-13 in the first weights moves the first 20 losses by less than 1e-8, 1e-6 is allowed."""
    forget_bias, copying = script.REMEDIES["LSTM, forget bias + 3"], script.across("copying", "GRU", 5)
    for setting in (script.RELU, forget_bias, copying):
        model, batches = setting.model(0), list(islice(setting.batches(0), 20))
        loss = squared_error if setting.task == "adding" else script.cross_entropy
        moved = model.with_parameters({name: (1 + 1e-13) * a for name, a in model.parameters.items()})
        one, other = (
            script.train(start, batches, loss, script.Adam(script.RATE), setting.clip).losses
            for start in (model, moved)
        )
        np.testing.assert_allclose(one, other, rtol=1e-8)


def test_the_file_says_how_it_was_made(script, stored):
    about = json.loads(str(stored["about"]))
    now = json.loads(json.dumps(script.settings()))

    for name in ("python", "numpy", "machine"):
        assert about.pop(name)
        now.pop(name)
    assert about.pop("seconds") > 0
    assert about == now
    shape = len(script.REMEDIES), script.REMEDY_SEEDS, script.UPDATES // script.BLOCK
    assert stored["remedies"].shape == shape
    assert stored["adding"].shape == stored["copying"].shape == (3, 4, script.SEEDS, shape[-1])
    assert DATA.stat().st_size < 40_000


def test_the_stored_networks_are_those_of_the_curves(script, stored):
    """On 300 new sequences, with weights of 11 bits, within a factor of three of the last stored losses."""
    test = adding_problem(script.STEPS, 300, rng=12)
    for row, network in enumerate(script.NETWORKS):
        start = script.across("adding", network, script.STEPS).model(script.MAPPED)
        parameters = {name: stored[f"{network}.end.{name}"].astype(float) for name in start.parameters}
        loss, _ = start.with_parameters(parameters).loss_and_gradients(test, squared_error)
        kept = float(np.median(stored["adding"][row, script.ADDING.index(script.STEPS), script.MAPPED, -3:]))
        assert kept / 3 < loss < 3 * kept
