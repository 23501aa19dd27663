"""Models, optimisers, batches and what is found: none can be changed, nor a copy, and each is a line."""

import copy
import pickle
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from drawn import D, Leaky, N
from rnn_solutions import (
    RNN,
    Adam,
    Batch,
    Model,
    adding_problem,
    draw_gru,
    eigendecomposition,
    gradient_map,
    squared_error,
    train,
)

AGAIN = {
    "itself": lambda one: one,
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda one: pickle.loads(pickle.dumps(one)),
}


def draw_model(seed=0):
    rng = np.random.default_rng(seed)
    U, W, b = rng.normal(size=(N, D)), rng.normal(size=(N, N)), rng.normal(size=N)
    return Model.draw(Leaky(U, W, b, a=0.25), 1, rng)


def batches(number, seed=1):
    rng = np.random.default_rng(seed)
    return [adding_problem(5, 4, rng) for _ in range(number)]


RESULTS = {
    "Model(Leaky(n=3, d=2, float64), m=1)": draw_model,
    "Adam(rate=0.1, beta_1=0.9, beta_2=0.999, epsilon=1e-08)": lambda: Adam(0.1),
    "Batch(x (5, 4, 2), targets (1, 4, 1))": lambda: batches(1)[0],
    "Training(model=Model(GRU(n=3, d=2, float64), m=1))": lambda: train(
        Model.draw(draw_gru(3, 2, 0), 1, 0), batches(2), squared_error, Adam()
    ),
    "Eigendecomposition(n=2, float64, condition=1)": lambda: eigendecomposition([[0.5, 0.0], [0.0, 0.25]]),
    "GradientMap(network='RNN', n=1, first=0, norm='frobenius', fraction=0.001, batch_first=False, int": (
        lambda: gradient_map(RNN([[0.5]], [[1.0]]), np.ones((6, 1)), np.ones_like)
    ),
}


@pytest.mark.parametrize("again", AGAIN.values(), ids=AGAIN)
@pytest.mark.parametrize(
    ("spelled", "make"), RESULTS.items(), ids=[name.partition("(")[0] for name in RESULTS]
)
def test_nothing_found_or_made_can_be_changed_nor_a_copy_of_it(spelled, make, again):
    found = again(make())

    for name in [*dir(found), "anything"]:
        with pytest.raises(FrozenInstanceError):
            setattr(found, name, 0)
        with pytest.raises(FrozenInstanceError):
            delattr(found, name)
    for array in [value for value in vars(found).values() if isinstance(value, np.ndarray)]:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
        with pytest.raises(ValueError, match="cannot set WRITEABLE flag"):
            array.flags.writeable = True
    assert repr(found).startswith(spelled)
    assert "\n" not in repr(found)


def test_an_update_keeps_all_that_a_network_of_ones_own_is_made_of():
    """Gradient descent by hand and by a training; the leak is no parameter and stays."""
    model, (batch,) = draw_model(), batches(1)
    _, gradients = model.loss_and_gradients(batch, squared_error)

    found = train(model, [batch], squared_error, Adam(0.01, beta_1=0, beta_2=0)).model

    assert type(found.net) is Leaky
    assert found.net.a == 0.25
    for name, array in model.parameters.items():
        np.testing.assert_allclose(found.parameters[name], array - 0.01 * np.sign(gradients[name]), atol=1e-7)


def test_an_adam_and_its_copy_go_on_alike_and_apart():
    def steps(optimiser, number, theta):
        for g in range(1, number + 1):
            theta = optimiser.update(theta, {"b": np.array([g, -1.0])})
        return theta["b"]

    theta = {"b": np.ones(2)}
    first = Adam(0.1)
    steps(first, 3, theta)
    for again in (copy.copy, copy.deepcopy, AGAIN["pickle"]):
        one, other = again(first), again(first)
        expected = steps(one, 4, theta)
        steps(one, 4, theta)

        np.testing.assert_array_equal(steps(other, 4, theta), expected)
    np.testing.assert_array_equal(steps(replace(first, rate=0.2), 2, theta), steps(Adam(0.2), 2, theta))


def test_a_batch_and_a_model_are_replaced_by_their_parts():
    batch, model = batches(1)[0], draw_model()

    assert replace(batch, x=0 * batch.x).x.sum() == 0
    np.testing.assert_array_equal(replace(model, V=2 * model.V).V, 2 * model.V)
    with pytest.raises(ValueError, match=r"x must be finite"):
        replace(batch, x=np.nan * batch.x)
    assert isinstance(batch, Batch)
