"""Claims of the page on maps: what a share, a decay and a term are, and what bounds them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.claims.drawn_matrices import orthogonal
from rnn_solutions.claims.meanings import Names, of_network, pairs, sizes
from rnn_solutions.claims.registry import by_another_algorithm, by_complex_step
from rnn_solutions.formulas.evaluating import Meaning
from rnn_solutions.formulas.values import Row, steps
from rnn_solutions.gradients.diagnosis import fit_decay, shares_by_lag
from rnn_solutions.gradients.gradient_map import gradient_map
from rnn_solutions.gradients.mapped import GradientMap
from rnn_solutions.gradients.norms import jacobian_norms, term_norms
from rnn_solutions.networks.plain import lstm_step, run, sigma
from rnn_solutions.networks.rnn import RNN
from rnn_solutions.sheet.comparisons import assume, equal
from rnn_solutions.sheet.drawn_networks import PlainLSTM, PlainRNN, derivative

LSTM_DRAWN = (
    "an LSTM with n and d from 1 to 3, T from 1 to 4, 0 ≤ k < t ≤ T; weights, biases, inputs and states "
    "drawn from N(0, 1)"
)
MEASURED = "a few dozen roundings of 1.1e-16, in a norm or its logarithm"
of_a_share = partial(by_complex_step, assumes=LSTM_DRAWN, tolerance=3e-13, because=MEASURED)


def _share(J: Array) -> float:
    """Return the Frobenius norm over that of the identity."""
    return float(np.linalg.norm(J) / np.linalg.norm(np.eye(len(J))))


def _draw(rng: np.random.Generator) -> tuple[PlainLSTM, Names]:
    """Draw an LSTM, and say what the symbols of the page stand for in it."""
    plain = PlainLSTM.draw(rng, last=(1, 4))
    t, k = plain.pair_drawn(rng)
    return plain, sizes(plain) | {"m": 2 * plain.n, "t": t, "k": k} | _of_jacobians(plain.jacobian)


def _of_jacobians(jacobian: Callable[[int, int], Array]) -> Names:
    """Return the shares of what is worked out between two steps, and the derivatives themselves."""
    return {r"\phi": lambda t, k: _share(jacobian(t, k)), r"\partial s/\partial s": jacobian}


def _log_shares(plain: PlainLSTM, norm: str = "frobenius") -> Array:
    """Return the logarithms of the shares by (t, k) as the package measures them."""
    return jacobian_norms(plain.packaged(), norm) - (np.log10(2 * plain.n) / 2 if norm == "frobenius" else 0)


@of_a_share("def-map-share", same={r"\phi_{t, t}": "both sides are then about no step at all"})
def share_is_measured_as_defined(rng: np.random.Generator) -> Meaning:
    """The package's share is the Frobenius norm over that of the identity."""
    plain, names = _draw(rng)
    shares = 10 ** _log_shares(plain)
    return Meaning(names | {r"\phi": lambda t, k: shares[t, k], "I_m": np.eye(2 * plain.n)})


def _draw_losses(rng: np.random.Generator) -> tuple[PlainLSTM, Names, GradientMap]:
    """Draw an LSTM with the loss g h_t at each step, its rows, and its map."""
    plain, names = _draw(rng)
    g, n = rng.normal(size=plain.n), plain.n
    W_ih, W_hh, b = plain.stacked

    def by_z(t: int, k: int) -> Row:  # what moves z_k moves the bias of this step alone
        def loss(nudge: Numbers) -> Numbers:
            s = lstm_step(plain.h_before[k], plain.C_before[k], plain.x[k], W_ih, W_hh, b + nudge)
            return plain.rerun(*s, k + 1, t)[0] @ g

        return Row(derivative(loss, np.zeros(4 * n)))

    run = plain.packaged()
    found = gradient_map(run.net, run.x, 0 * run.h + g, run.h_init, run.c_init)
    rows = {
        r"\partial L/\partial h": lambda t, k: Row(g * (t == k)),
        r"\partial L/\partial s": lambda t, k: Row(np.append(g, np.zeros(n)) @ plain.jacobian(t, k)),
        r"\partial L/\partial z": by_z,
        r"\alpha": lambda t, k: 10 ** (found.by_z[t, k] - found.by_state[t, t + 1]),
    }
    return plain, names | rows, found


@of_a_share("def-map-arrives")
def what_arrives_is_measured_as_defined(rng: np.random.Generator) -> Meaning:
    """The package's measure is the row by the pre-activations of step k over the loss's own."""
    _, names, _ = _draw_losses(rng)
    return Meaning(names)


@of_a_share(
    "eq-map-places",
    same={r"\phi_{t, t}": "the share stands above and below, so any other in both places does"},
)
def three_factors_make_up_what_arrives(rng: np.random.Generator) -> Meaning:
    """What arrives is what leaves, times what is carried, times what enters."""
    plain, names, found = _draw_losses(rng)
    t, row = plain.T, names[r"\partial L/\partial s"](plain.T, 0)  # the one pair over the lag T
    share, own = names[r"\phi"](t, 0), names[r"\partial L/\partial h"](t, t)
    reaches = float(np.linalg.norm(row))
    enters = float(np.linalg.norm(names[r"\partial L/\partial z"](t, 0))) / reaches
    factors = reaches / share / float(np.linalg.norm(own)), share, enters
    return Meaning(names, also=[equal(10 ** found.places[t], np.array(factors))])


@by_complex_step(
    "def-map-lag",
    assumes="a sigmoid RNN, n from 1 to 3, T from 6 to 8, entries of W from N(0, 0.25); or "
    "linear ones, with six steps more, that grow, or dip at every other lag; ε from 0.02 to 0.2",
    tolerance=0,
    because="lags are whole numbers",
)
def lag_that_decides_is_as_defined(rng: np.random.Generator) -> Meaning:
    """The package's lag is where the median of what arrives first is above, or from where on it is below."""
    plain = PlainRNN.draw(rng, last=(6, 8))
    plain = replace(plain, W=plain.W / 2)
    net, x, fraction = plain.packaged().net, plain.x, rng.uniform(0.02, 0.2)
    loss: Array = np.ones_like(plain.h)
    h_init: Array | None = plain.h_init
    arriving = {
        (t, k): float(np.linalg.norm(J.sum(axis=0) * sigma(plain.z[k]) * sigma(-plain.z[k])) / plain.n**0.5)
        for (t, k), J in plain.jacobians.items()
    }
    of = "vanishes"
    if kind := int(rng.integers(3)):  # a network whose gradient grows, or is small at every other lag
        steps = plain.T + 7
        x, h_init, loss = np.zeros((steps, 1)), None, np.tile([1.0, 0.0], (steps, 1))
        down, up = (rng.uniform(0.01, 0.1), rng.uniform(5, 8)) if kind == 1 else rng.uniform(1.6, 2, size=2)
        net = RNN([[0.0, down], [up, 0.0]], np.ones((2, 1)), activation="identity")
        lags = {(t, k): t - k for t in range(steps) for k in range(t + 1)}
        arriving = {pair: (down * up) ** (lag // 2) * down ** (lag % 2) for pair, lag in lags.items()}
        of = "vanishes" if kind == 1 else "explodes"
    found = gradient_map(net, x, loss, h_init, fraction=fraction)
    if found.diagnosis != of:  # it carries, and nothing is said
        return lag_that_decides_is_as_defined(rng)
    steps = len(x)
    lags_asked = [lag for lag in range(steps) if of == "explodes" or 10 * (steps - lag) >= steps]
    names = {r"\alpha": pairs(arriving), r"\ell^*": found.lag, r"\varepsilon": fraction}
    lag_of = {"explodes": r"\ell", "vanishes": "j"}[of]
    return Meaning(
        names | {"n": plain.n, "T": plain.T},
        of=of,
        over={r"\ell": lags_asked, "j": lags_asked, "t": lambda names: range(names[lag_of], steps)},
    )


@of_a_share(
    "eq-map-share-directions",
    assumes=f"{LSTM_DRAWN}; the rows g drawn orthonormal",
    same={r"\phi_{k, k}": "both sides are then about no step at all"},
)
def share_is_what_a_random_direction_keeps(rng: np.random.Generator) -> Meaning:
    """The squared share is the mean of what the rows of any rotation keep of their squared length."""
    plain, names = _draw(rng)
    return Meaning(names | {"g": steps([Row(row) for row in orthogonal(rng, 2 * plain.n)], 1)})


@of_a_share("eq-map-share-between")
def both_shares_are_near_each_other(rng: np.random.Generator) -> Meaning:
    """The share of a random direction is at most that of the best one, and at least that over root m."""
    plain, names = _draw(rng)
    m, t, k = names["m"], names["t"], names["k"]
    bound = int(rng.integers(3))  # the bound that is attained, if any
    if bound:
        one_way = np.outer(rng.normal(size=m), rng.normal(size=m)) if bound == 1 else orthogonal(rng, m)
        return Meaning(names | _of_jacobians(pairs({(t, k): one_way})), attained={(1, bound): 1e-12})
    best = np.linalg.norm(plain.jacobian(t, k), 2)
    return Meaning(names, also=[equal(10 ** _log_shares(plain, "spectral")[t, k], best)])


@by_complex_step("eq-map-share-steps", assumes=f"{LSTM_DRAWN}; j from k to t", because=MEASURED)
def share_multiplies_at_most_over_a_step_in_between(rng: np.random.Generator) -> list[Meaning]:
    """Over a step in between, a share grows at most by what the later part does to the best direction."""
    plain, names = _draw(rng)
    t, k = names["t"], names["k"]
    j = int(rng.integers(k, t, endpoint=True))
    turn, early = rng.uniform(0.5, 2) * orthogonal(rng, 2 * plain.n), plain.jacobian(t, k)
    parts = {(2, 1): turn, (1, 0): early, (2, 0): turn @ early}
    return [
        Meaning(names | {"j": j}),
        Meaning(names | _of_jacobians(pairs(parts)) | {"t": 2, "j": 1, "k": 0}, attained=1e-12),
    ]


@by_another_algorithm(
    "eq-map-decay",
    assumes=LSTM_DRAWN,
    tolerance=1e-11,
    because="sums of up to 15 logarithms, which may cancel, in two orders",
    same={r"(\bar \ell - \ell)^{2}": "a square has no sign"},
)
def decay_is_a_line_of_least_squares(rng: np.random.Generator) -> Meaning:
    """The decay is the slope of the line that least squares draws through the logarithms over the lag."""
    plain, names = _draw(rng)
    pairs = [(t, k) for t in range(plain.T + 1) for k in range(t + 1)]
    lag = np.array([t - k for t, k in pairs])
    shares = {pair: _share(plain.jacobian(*pair)) for pair in pairs}
    log_share = np.log10(list(shares.values()))
    slope = np.linalg.lstsq(np.column_stack([lag, np.ones(len(lag))]), log_share)[0][0]
    found = fit_decay(shares_by_lag(_log_shares(plain), 0.0))
    assume(found is not None, "no Jacobian is exactly zero")
    scale = np.abs(log_share).max() + 1.0
    points = [{r"\ell": t - k, "t": t, "k": k} for t, k in pairs]
    mine = {r"\beta": slope, r"\bar \ell": lag.mean(), r"\phi": lambda t, k: shares[t, k]}
    package = equal(found.slope if found else 0, slope, scale=scale)
    return Meaning(names | mine, over={"": points}, scale=scale, also=[package])


@by_complex_step(
    "eq-map-term-norm",
    assumes="a sigmoid RNN, n and d from 1 to 3, T from 0 to 4, 0 ≤ k ≤ t ≤ T; all drawn from N(0, 1)",
    tolerance=1e-12,
    because=MEASURED,
)
def norm_of_a_term_is_a_product_of_two(rng: np.random.Generator) -> Meaning:
    """A term is one row times one state, so its norm is the product of theirs."""
    plain = PlainRNN.draw(rng)
    t = plain.step_drawn(rng)
    k = plain.step_drawn(rng, t)
    truth = np.linalg.norm(np.tensordot(plain.dL_dh[t] @ plain.jacobians[t, k], plain.immediate[k], axes=1))
    package = equal(10 ** term_norms(plain.packaged(), plain.dL_dh)[t, k], truth)
    return Meaning(of_network(plain, t=t, k=k), also=[package])


@by_complex_step(
    "eq-map-slope-bound",
    assumes="an RNN, sigmoid or tanh, n and t − k from 1 to 4; W, inputs and h_k drawn from N(0, 1)",
    because=MEASURED,
)
def share_of_a_plain_network_is_bounded_by_its_weights(rng: np.random.Generator) -> list[Meaning]:
    """A share is at most the steepest slope times the norm of W, for each step of the lag."""
    n, lag = (int(number) for number in rng.integers(1, 4, size=2, endpoint=True))
    function, steepest = ((sigma, 1 / 4), (np.tanh, 1.0))[rng.integers(2)]
    W, x, h = rng.normal(size=(n, n)), rng.normal(size=(lag, n)), rng.normal(size=n)

    def share(W: Array, x: Array, h: Array) -> float:
        def step(h: Numbers, x: Array) -> Numbers:
            return np.asarray(function(np.matvec(W, h) + x))

        return _share(derivative(lambda h: run(step, (h,), x)[0][..., -1, :], h))

    turn = rng.uniform(0.5, 2) * orthogonal(rng, n)
    rest = function(np.zeros(n))  # the state that z = 0 gives, where every slope is the steepest
    held = share(turn, np.tile(-turn @ rest, (lag, 1)), rest)
    k = int(rng.integers(1, 3))
    names = {"n": n, "t": k + lag, "k": k, r"\sigma'_{\max}": steepest}
    return [
        Meaning(names | {"W": V, r"\phi": pairs({(k + lag, k): found})}, attained=near)
        for V, found, near in ((W, share(W, x, h), None), (turn, held, 1e-12))
    ]


@by_another_algorithm(
    "eq-map-forget-bias",
    assumes="φ from 0.01 to 0.99, m from 1 to 1000",
    tolerance=1e-9,
    because="sixty halvings of an interval, and 1.1e-16 over the small difference of a power from 1",
)
def forget_bias_for_a_share(rng: np.random.Generator) -> Meaning:
    """A forget gate with this bias leaves exactly the wanted share after m steps."""
    return Meaning(_wanted(rng.uniform(0.01, 0.99), int(rng.integers(1, 1000, endpoint=True))))


def _wanted(share: float, m: int) -> Names:
    """Return what stands for what when a share is wanted after m steps; the bias is found by bisection."""
    low, high = -10.0, 40.0
    for _ in range(70):  # the share after m steps grows with the bias
        middle = (low + high) / 2
        low, high = (middle, high) if (1 + np.exp(-middle)) ** -m < share else (low, middle)
    return {"b": low, r"\phi": share, "m": m}


@by_another_algorithm(
    "eq-map-forget-bias-near",
    assumes="φ from 0.01 to 0.99, m from 1 to 1000; and m = 10^6, where the bound is near",
    tolerance=1e-9,
    because="1.1e-16 over the small difference of a power from 1",
)
def forget_bias_grows_like_a_logarithm(rng: np.random.Generator) -> list[Meaning]:
    """The bias for a share is at most the logarithm of the steps, less one that the share alone decides."""
    share, m = rng.uniform(0.01, 0.99), int(rng.integers(1, 1000, endpoint=True))
    return [Meaning(_wanted(share, m)), Meaning(_wanted(share, 10**6), attained=1e-5)]
