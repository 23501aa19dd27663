"""Claims of "Learn across a gap": what a guess costs, what the loss sends back, and what must carry."""

from __future__ import annotations

import numpy as np
import sympy

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.claims.meanings import Names, pairs, sizes
from rnn_solutions.claims.registry import ROUNDING, by_complex_step, in_closed_form, proof
from rnn_solutions.formulas.evaluating import Meaning
from rnn_solutions.formulas.values import Function, Row, Value, steps
from rnn_solutions.learning.losses import cross_entropy, squared_error
from rnn_solutions.learning.optimisers import Adam
from rnn_solutions.learning.tasks import Batch
from rnn_solutions.learning.training import Model
from rnn_solutions.networks.plain import lstm_step
from rnn_solutions.networks.rnn import RNN
from rnn_solutions.sheet.comparisons import equal
from rnn_solutions.sheet.drawn_networks import PlainLSTM, derivative

LSTMS = "an LSTM, n and d from 1 to 3, T from 0 to 4, 0 ≤ k ≤ T; every number and V drawn from N(0, 1)"
ADAM = {r"\beta_1": 0.9, r"\beta_2": 0.999, r"\varepsilon": 1e-8}


@proof("eq-adding-guess", assumes="both values uniform from 0 to 1 and independent; any y")
def guess_of_a_sum() -> Meaning:
    """A constant answer to the adding problem costs a sixth, and more unless it is 1."""
    a, b, y = sympy.symbols("v_a v_b y", real=True)

    def expected(cost: Value) -> Value:
        # The integral from 0 to 1 of v_a^i is 1 / (i + 1), and so for v_b.
        return sum(factor / (i + 1) / (j + 1) for (i, j), factor in sympy.Poly(cost, a, b).terms())

    return Meaning({r"\operatorname{E}": Function(expected), "v_a": a, "v_b": b, "y": y}, exact=True)


def _probabilities(y: Array) -> Array:
    """Return what the package makes of scores: it charges minus the logarithm for each symbol."""
    return np.array([np.exp(-cross_entropy(y[None, None], [[symbol]])[0]) for symbol in range(len(y))])


@in_closed_form(
    {
        "def-softmax": "The package charges for a symbol what the probability defined here costs.",
        "eq-copy-guess": "Probabilities that know nothing cost log S on average, and more if they differ.",
    },
    assumes="S from 2 to 8; scores drawn from N(0, 4), and scores that are the same",
    tolerance=1e-14,
    because=ROUNDING,
)
def scores_stand_for_probabilities(rng: np.random.Generator) -> list[Meaning]:
    """Draw scores, and take the probabilities from what the package charges for each symbol."""
    S = int(rng.integers(2, 8, endpoint=True))
    scores, j = rng.normal(scale=2, size=S), int(rng.integers(1, S, endpoint=True))
    return [
        Meaning(
            {"y": y, "p": _probabilities(y), "j": j, "S": S}, over={"l": range(1, S + 1)}, attained=attained
        )
        for y, attained in ((scores, None), (np.full(S, scores[0]), 1e-14))
    ]


@by_complex_step(
    "eq-gap-own-term",
    assumes="an RNN of 1 to 4 units and 1 to 3 answers, a squared error; every number drawn from N(0, 1)",
)
def read_out_hands_the_row_on(rng: np.random.Generator) -> Meaning:
    """What the loss sends into a state is what it sends into the answer, times the read-out."""
    n, m = rng.integers(1, [4, 3], endpoint=True)
    V, c, target, h = rng.normal(size=(m, n)), rng.normal(size=m), rng.normal(size=m), rng.normal(size=n)

    def loss(y: Numbers) -> Numbers:
        return np.asarray(((y - target) ** 2).mean(axis=-1))

    by_h, by_y = derivative(lambda h: loss(np.matvec(V, h) + c), h), derivative(loss, V @ h + c)
    # In the package: one step of a linear network, whose bias is as good as its state.
    model = Model(RNN(0 * np.eye(n), np.eye(n), activation="identity"), V, c)
    package = model.loss_and_gradients(Batch(h[None, None], target[None, None]), squared_error)[1]["b"]
    by: Names = {
        r"\partial L/\partial h": pairs({(0, 0): Row(by_h)}),
        r"\partial L/\partial y": pairs({(0, 0): Row(by_y)}),
    }
    return Meaning({"V": V, "t": 0, **by}, also=[equal(package, by_h)])


@by_complex_step(
    "eq-gap-by-answer",
    assumes="from 2 to 6 scores, drawn from N(0, 4), as are the right answers; any right symbol",
    same={"[r = j]": "equality has no order"},
)
def rows_of_both_losses(rng: np.random.Generator) -> list[Meaning]:
    """Both losses send back how far the answer is from the right one."""
    S = int(rng.integers(2, 6, endpoint=True))
    y, targets = rng.normal(scale=2, size=(2, S))
    r, other = (int(one) for one in rng.permutation(S)[:2] + 1)
    by_square = np.diag(derivative(lambda y: (y - targets) ** 2, y))

    def cost(y: Numbers) -> Numbers:
        return np.asarray(np.log(np.exp(y).sum(axis=-1)) - y[..., r - 1])

    by_score = derivative(cost, y)
    values: Names = {
        "y": y,
        r"\hat y": targets,
        r"\partial (y - \hat y)^2/\partial y": by_square,
        r"\partial (-\log p)/\partial y": lambda right, j: {r: by_score}[right][j - 1],
        "p": _probabilities(y),
        "r": r,
    }
    scale = float(np.abs(y).max() + np.abs(targets).max())
    package = [
        equal(squared_error(y[None, None, :1], targets[None, None, :1])[1][0, 0], by_square[:1], scale=scale),
        equal(cross_entropy(y[None, None], [[r - 1]])[1][0, 0], by_score, scale=1),
    ]
    return [Meaning(values | {"j": j}, scale=scale, also=package) for j in (r, other)]


@in_closed_form(
    "def-adam",
    assumes="η from 1e-3 to 1, u from 1 to 4; gradients of sizes from 1e-12 to 1e3",
    tolerance=1e-12,
    because="the corrections 1 − β are themselves rounded, to 1e-16 of 1 − 0.999",
)
def package_updates_as_it_is_defined(rng: np.random.Generator) -> Meaning:
    """The package's update is the defined one, with means that weigh all gradients until then."""
    u, eta = int(rng.integers(1, 4, endpoint=True)), 10 ** rng.uniform(-3, 0)
    g = rng.choice([-1, 1], size=u) * 10 ** rng.uniform(-12, 3, size=u)
    adam, theta = Adam(eta), [np.array(rng.normal())]
    for one in g:
        theta.append(adam.update({"b": theta[-1]}, {"b": np.array(one)})["b"])

    def mean(beta: str, terms: Array) -> float:
        return float((1 - ADAM[beta]) * terms @ ADAM[beta] ** np.arange(len(terms))[::-1])

    before = {"m": mean(r"\beta_1", g[:-1]), "v": mean(r"\beta_2", g[:-1] ** 2), r"\theta": theta[-2]}
    after = {"m'": mean(r"\beta_1", g), "v'": mean(r"\beta_2", g**2), r"\theta'": theta[-1]}
    return Meaning(ADAM | before | after | {"u": u, "g": g[-1], r"\eta": eta})


@in_closed_form(
    "eq-adam-first",
    assumes="η from 1e-3 to 1; θ from N(0, η²); a gradient of a size from 1e-12 to 1e3",
    tolerance=1e-12,
    because="the corrections 1 − β are themselves rounded, to 1e-16 of 1 − 0.999",
    same={r"- g \frac{\eta}": "numbers may change places"},
)
def first_step_of_adam(rng: np.random.Generator) -> Meaning:
    """Adam's first step is about as long as the rate, where the gradient is well above ε."""
    eta, g = 10 ** rng.uniform(-3, 0), float(rng.choice([-1, 1]) * 10 ** rng.uniform(-12, 3))
    theta = np.array(rng.normal(scale=eta))
    after = Adam(eta).update({"b": theta}, {"b": np.array(g)})["b"]
    return Meaning({r"\theta": steps([theta, after]), "g": g, r"\eta": eta} | ADAM, scale=eta)


@by_complex_step(
    {
        "eq-gap-sensitivity": "The answer responds to an input through the state of that step.",
        "eq-gap-must-carry": "The response to a value is at most the product of three norms.",
    },
    assumes=f"{LSTMS}; and a linear unit, in which nothing is lost",
    tolerance=1e-12,
)
def answer_responds_to_an_input(rng: np.random.Generator) -> list[Meaning]:
    """Draw a network, a read-out of one number and a step, and nudge the input of that step."""
    net = PlainLSTM.draw(rng)
    V, k = rng.normal(size=net.n), net.step_drawn(rng)

    def own(x: Numbers) -> tuple[Numbers, Numbers]:
        return lstm_step(net.h_before[k], net.C_before[k], x, *net.stacked)

    by_x = derivative(lambda x: net.rerun(*own(x), k + 1, net.T)[0] @ V, net.x[k])
    by_state = net.jacobian(net.T, k)[: net.n]
    own_by_x = derivative(lambda x: np.concatenate(own(x), axis=-1), net.x[k])
    values = _of_a_gap(net.T, k, V, by_x, by_state, own_by_x) | sizes(net)
    scale = float(np.linalg.norm(V) * np.linalg.norm(by_state) * np.linalg.norm(own_by_x))
    run = net.packaged()
    package = equal(run.net.backward(run, _at_the_end(V, net.T)).x[k], by_x, scale=scale)

    (w, u, v), gap = rng.normal(size=(3, 1)), int(rng.integers(0, 5))
    unit = RNN(w[None], u[None], activation="identity")
    by_first = unit.backward(unit.forward(np.ones((gap + 1, 1))), _at_the_end(v, gap)).x[0]
    linear = _of_a_gap(gap, 0, v, by_first, w[None] ** gap, u[None])
    return [Meaning(values, scale=scale, also=[package]), Meaning(linear, attained=1e-12)]


def _at_the_end(V: Array, T: int) -> Array:
    """Return the rows that a read-out at the last step alone sends into the states."""
    return np.vstack([np.zeros((T, len(V))), V])


def _of_a_gap(T: int, k: int, V: Array, by_x: Array, by_state: Array, own: Array) -> Names:
    """Return what stands for what from the input at step k, which begins with the value, to the answer."""
    return {
        "T": T,
        "k": k,
        "V": Row(V),
        r"\partial y/\partial x": pairs({(T, k): Row(by_x)}),
        r"\partial y/\partial v": pairs({(T, k): by_x[0]}),
        r"\partial h/\partial s": pairs({(T, k): by_state}),
        r"\partial^+ s/\partial x": pairs({(k, k): own}),
        r"\partial^+ s/\partial v": pairs({(k, k): own[:, 0]}),
    }
