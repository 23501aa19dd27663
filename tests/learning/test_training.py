"""Training: gradients of the whole model, the same numbers every time, and each option doing what it says."""

import numpy as np
import pytest

from refusals import refuses
from rnn_solutions.gradients.truncation import truncated_gradient
from rnn_solutions.learning.initialisation import draw_gru, draw_lstm, draw_rnn
from rnn_solutions.learning.losses import cross_entropy, squared_error
from rnn_solutions.learning.optimisers import Adam
from rnn_solutions.learning.tasks import adding_problem, copy_task
from rnn_solutions.learning.training import Model, train
from rnn_solutions.networks.rnn import RNN

DRAW = {"RNN": draw_rnn, "LSTM": draw_lstm, "GRU": draw_gru}
TASKS = {
    "adding": (adding_problem(5, 4, rng=1), squared_error, 2, 1),
    "copying": (copy_task(1, 4, rng=1, symbols=3, length=2), cross_entropy, 5, 3),
}


class Descent:
    """An optimiser of one's own: plain gradient descent."""

    def __init__(self, rate):
        self.rate = rate

    def update(self, parameters, gradients):
        return {name: theta - self.rate * gradients[name] for name, theta in parameters.items()}


def model_of(kind, d=2, m=1, seed=2, n=3):
    return Model.draw(DRAW[kind](n, d, seed), m, seed + 1)


def batches(number, seed=3):
    rng = np.random.default_rng(seed)
    return [adding_problem(5, 4, rng) for _ in range(number)]


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("kind", DRAW)
def test_the_gradient_is_that_of_central_differences_along_any_direction(kind, task):
    """At 1e-5 they are good to about 1e-10, and the gradients are about 0.1."""
    batch, loss, d, m = TASKS[task]
    model = model_of(kind, d, m)
    _, gradients = model.loss_and_gradients(batch, loss)
    rng = np.random.default_rng(4)

    assert set(gradients) == set(model.parameters)
    for name, gradient in gradients.items():
        direction = rng.normal(size=gradient.shape)
        up, down = (
            model.with_parameters(
                model.parameters | {name: model.parameters[name] + nudge * direction}
            ).loss_and_gradients(batch, loss)[0]
            for nudge in (1e-5, -1e-5)
        )
        assert np.sum(gradient * direction) == pytest.approx((up - down) / 2e-5, abs=1e-9), name


@pytest.mark.parametrize("kind", DRAW)
def test_the_loss_is_of_the_last_steps_that_have_targets(kind):
    batch = TASKS["copying"][0]
    model = model_of(kind, 5, 3)
    h = model.net.forward(batch.x).h
    scores = np.array([[model.V @ state + model.c for state in row] for row in h[-2:]])

    np.testing.assert_allclose(model.answers(model.net.forward(batch.x))[-2:], scores, rtol=1e-13)
    assert model.loss_and_gradients(batch, cross_entropy)[0] == pytest.approx(
        cross_entropy(scores, batch.targets)[0], rel=1e-13
    )


def test_a_read_out_is_a_copy_in_floats():
    V, c = np.ones((2, 3), int), [1, 2]
    model = Model(draw_rnn(3, 2, 1), V, c)
    V[:] = 0

    assert model.V.dtype == model.c.dtype == float
    np.testing.assert_array_equal(model.V, np.ones((2, 3)))
    np.testing.assert_array_equal(model.c, c)


@pytest.mark.parametrize("kind", DRAW)
def test_a_training_is_its_updates_one_by_one(kind):
    """By gradient descent written out here, clipped at 0.1, to rounding."""
    model = model_of(kind)
    found = train(model, batches(4), squared_error, Descent(0.5), clip=0.1)
    theta = model.parameters
    for number, batch in enumerate(batches(4)):
        value, gradients = model.with_parameters(theta).loss_and_gradients(batch, squared_error)
        norm = sum((g**2).sum() for g in gradients.values()) ** 0.5
        assert (found.losses[number], found.norms[number]) == pytest.approx((value, norm), rel=1e-12)
        theta = {name: theta[name] - 0.5 * min(1, 0.1 / norm) * g for name, g in gradients.items()}

    assert found.norms.max() > 0.1  # so that the clipping was tried
    for name, array in found.model.parameters.items():
        np.testing.assert_allclose(array, theta[name], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("kind", DRAW)
def test_the_same_arguments_give_the_same_numbers_and_leave_the_model_alone(kind):
    model = model_of(kind)
    before = {name: array.copy() for name, array in model.parameters.items()}
    one, other = (train(model, batches(5), squared_error, Adam(0.02), clip=1.0) for _ in range(2))

    np.testing.assert_array_equal(one.losses, other.losses)
    for name, array in one.model.parameters.items():
        np.testing.assert_array_equal(array, other.model.parameters[name])
        np.testing.assert_array_equal(model.parameters[name], before[name])
        assert not np.array_equal(array, before[name])


def test_a_training_goes_on_with_the_same_optimiser():
    whole = train(model_of("GRU"), batches(6), squared_error, Adam(0.02))
    optimiser = Adam(0.02)
    first = train(model_of("GRU"), batches(6)[:3], squared_error, optimiser)
    second = train(first.model, batches(6)[3:], squared_error, optimiser)

    np.testing.assert_array_equal(np.concatenate([first.losses, second.losses]), whole.losses)


@pytest.mark.parametrize("kind", DRAW)
def test_a_window_truncates_the_gradient_of_the_network_and_not_that_of_the_read_out(kind):
    model, (batch, loss, *_) = model_of(kind), TASKS["adding"]
    value, cut = model.loss_and_gradients(batch, loss, window=2)
    same, whole = model.loss_and_gradients(batch, loss)
    run = model.net.forward(batch.x)
    rows = np.zeros_like(run.h)
    rows[-1] = 2 * (model.answers(run)[-1] - batch.targets[-1]) / 4 @ model.V
    expected = truncated_gradient(model.net, run, rows, 2)

    assert value == same
    for name in ("V", "c"):
        np.testing.assert_array_equal(cut[name], whole[name])
    for name, array in expected.items():
        np.testing.assert_allclose(cut[name], array, rtol=1e-12, atol=1e-15)
        if array.ndim == 2:
            assert np.abs(cut[name] - whole[name]).max() > 1e-6
    step = train(model, [batch], loss, Descent(1.0), window=2).model.parameters
    np.testing.assert_allclose(step["V"], model.V - cut["V"], rtol=1e-13)
    name = next(iter(expected))
    np.testing.assert_allclose(step[name], model.parameters[name] - cut[name], rtol=1e-13, atol=1e-15)


def test_without_a_batch_nothing_happens():
    model = model_of("RNN")
    found = train(model, [], squared_error, Descent(1.0))

    assert found.model is model
    assert found.losses.shape == found.norms.shape == (0,)


def test_the_activation_of_an_rnn_survives_an_update():
    model = Model.draw(draw_rnn(3, 2, 5, "identity", "relu"), 1, 6)

    assert train(model, batches(1), squared_error, Descent(0.1)).model.net.activation == "relu"


def test_a_training_that_diverges_says_in_which_update():
    model = Model.draw(draw_rnn(3, 2, 5, "identity", "relu"), 1, 6)

    with pytest.raises(ValueError, match=r"beyond the range|must be finite") as caught:
        train(model, batches(200), squared_error, Descent(100.0))
    assert caught.value.__notes__[0].startswith("in update ")
    with pytest.raises(ValueError, match="must be a Batch") as caught:
        train(model, [*batches(2), None], squared_error, Descent(0.0001))
    assert caught.value.__notes__ == ["in update 3"]


class Updating:
    """An optimiser of one's own that returns whatever it is told to."""

    def __init__(self, returned):
        self.update = lambda _, __: returned


def huge_loss(y, _):
    return 0.5, np.full_like(y, 1.7e308)


def trained(model, loss=squared_error, optimiser=Descent(1.0), given=None):  # noqa: B008 - it keeps no state
    return train(model, batches(1) if given is None else given, loss, optimiser)


def ask_of_a_model(call):
    call(Model.draw(RNN(np.eye(3), np.ones((3, 2)), activation="tanh"), 1, 7))


test_bad_arguments_are_named = refuses(
    (lambda m: Model(3, m.V, m.c), "net must be an RNN, an LSTM, a GRU or another Recurrent, got int"),
    (lambda m: Model(m.net, np.ones((1, 2)), m.c), r"V must have shape \(m, 3\), got \(1, 2\)"),
    (lambda m: Model(m.net, m.V, [1.0, 2.0]), r"c must have shape \(1,\), got \(2,\)"),
    (lambda _: Model.draw("net", 1, 1), "net must be an RNN, an LSTM, a GRU or another Recurrent, got str"),
    (lambda m: train(m.net, [], squared_error, Descent(1.0)), "model must be a Model, got RNN"),
    (lambda m: Model.draw(m.net, 0, 1), "m must be at least 1, got 0"),
    (lambda m: m.with_parameters({"W": m.V, "a": 1}), "parameters must be U, W, b, V, c, got W, a$"),
    (lambda m: train(m, batches(1), squared_error, Descent(1.0), clip=0.0), "clip must be above 0, got 0.0"),
    (lambda m: train(m, batches(1), squared_error, Descent(1.0), window=0), "window must be at least 1"),
    (
        lambda m: train(m, [copy_task(1, 2, 0)], squared_error, Descent(1.0)),
        r"x must have shape \(T\+1, 2\) or \(T\+1, B, 2\), got",
    ),
    (lambda m: m.with_parameters({1: m.V}), "parameters must be U, W, b, V, c, got 1$"),
    (lambda m: m.with_parameters([1]), "parameters must be a mapping, got list"),
    (lambda m: train(m, [3], squared_error, Descent(1.0)), "batch must be a Batch, got int"),
    (
        lambda m: train(m, 3, squared_error, Descent(1.0)),
        "batches must be batches one after another, got int",
    ),
    (
        lambda m: train(m, batches(1), 0.5, Descent(1.0)),
        "loss must be a function of answers and targets, got float",
    ),
    (lambda m: train(m, batches(1), squared_error, "Adam"), "optimiser must have a method update, got str"),
    (
        lambda m: train(m, batches(1), lambda y, _: (0.0, y[0]), Descent(1.0)),
        r"the gradient of the loss by the answers must have shape \(1, 4, 1\), got \(4, 1\)",
    ),
    (lambda m: trained(m, lambda y, _: (float("nan"), y)), "the loss must be finite, got nan"),
    (lambda m: trained(m, lambda y, _: (np.inf, y)), "the loss must be finite, got inf"),
    (lambda m: trained(m, lambda y, _: ("0.5", y)), "the loss must hold real numbers, got dtype <U3"),
    (lambda m: trained(m, lambda y, _: (None, y)), "the loss must hold real numbers, got dtype object"),
    (lambda m: trained(m, lambda y, _: (y, y)), r"the loss must have shape \(\), got \(1, 4, 1\)"),
    (
        lambda m: trained(m, lambda *_: (0.5, None)),
        "the gradient of the loss by the answers must hold real",
    ),
    (
        lambda m: trained(m, lambda y, _: (0.5, y * np.nan)),
        "the gradient of the loss .* must be finite, got nan",
    ),
    (lambda m: trained(m, lambda *_: None), "loss must return the loss and its gradient .* got NoneType"),
    (lambda m: trained(m, lambda *_: 0.5), "loss must return the loss and its gradient .* got float"),
    (lambda m: trained(m, lambda y, _: np.stack([y, y])), "loss must return the loss and .* got ndarray"),
    (
        lambda m: trained(m, lambda y, _: (0.5, y, y)),
        "loss must return the loss and its gradient .* got tuple",
    ),
    (lambda m: trained(m, lambda y: y), "loss must be a function of answers and targets, got function"),
    (lambda m: trained(m, Descent), "loss must be a function of answers and targets, got the class Descent"),
    (lambda m: trained(m, optimiser=Adam), "optimiser must have a method update, got the class Adam"),
    (lambda m: trained(m, optimiser={}), "update of the optimiser must take parameters and gradients, got"),
    (lambda m: trained(m, optimiser=Updating(None)), "optimiser must return a mapping .* got NoneType"),
    (lambda m: trained(m, optimiser=Updating({"W": 1})), "parameters must be U, W, b, V, c, got W"),
    (
        lambda m: trained(m, optimiser=Updating(m.parameters | {"V": m.V[:0]})),
        r"V must have shape \(m, 3\), got \(0, 3\)",
    ),
    (
        lambda m: trained(m, optimiser=Updating(model_of("RNN", n=2).parameters)),
        r"optimiser must keep the shape \(3, 2\) of U, got \(2, 2\)",
    ),
    (lambda m: trained(m, given=list), "batches must be batches one after another, got the class list"),
    (lambda m: trained(m, given=batches(1)[0]), "batches must be batches one after another, got Batch"),
    (lambda m: trained(m, given=np.array(1)), "batches must be batches one after another, got ndarray"),
    (lambda m: trained(m, given={"a": batches(1)}), "batch must be a Batch, got str"),
    (lambda m: trained(m, given=(None for _ in range(2))), "batch must be a Batch, got NoneType"),
    (
        lambda m: Model(RNN, m.V, m.c),
        "net must be an RNN, an LSTM, a GRU or another Recurrent, got the class RNN",
    ),
    (lambda _: trained(Model), "model must be a Model, got the class Model"),
    (
        lambda m: Model.draw(m.net, 10**13, 1),
        "a read-out of m=10000000000000 numbers would take 6.71e.05 GiB",
    ),
    (lambda m: m.answers(None), "run must come from the forward of a network with 3 units, got another"),
    (
        lambda m: m.answers(RNN([[1.0]], [[1.0]]).forward([[1.0]])),
        "run must come from the forward of a network with 3 units, got another",
    ),
    (
        lambda m: Model(m.net, np.full((1, 3), 1.7e308), m.c).answers(m.net.forward(np.ones((2, 2)))),
        "the answer at step 0 is beyond the range of float64",
    ),
    (
        lambda m: trained(Model(m.net, 4 * np.ones((1, 3)), m.c), huge_loss),
        "the gradient of the loss by the state at step 4 is beyond the range of float64",
    ),
    (
        lambda m: m.loss_and_gradients(batches(1)[0], lambda: 0.5),
        "loss must be a function of answers and targets, got function",
    ),
    (
        lambda m: trained(m, huge_loss),
        "the gradient by V is beyond the range of float64",
    ),
    (
        lambda m: trained(Model(RNN(0 * m.net.W, 0 * m.net.U, activation="tanh"), 0 * m.V, m.c), huge_loss),
        "the gradient by c is beyond the range of float64",
    ),
    by=ask_of_a_model,
)


def test_a_drawn_read_out_fills_its_range():
    """Of 4000 uniform numbers the extremes are within 1% of the bound but for a chance of e^-20 each."""
    model = Model.draw(RNN(np.eye(4), np.ones((4, 1))), 4000, 3)

    assert model.V.shape == (4000, 4)
    for array in (model.V, model.c):
        assert -0.5 <= array.min() < -0.49
        assert 0.49 < array.max() <= 0.5
        assert abs(array.mean()) < 5 * 0.5 / (3 * array.size) ** 0.5
