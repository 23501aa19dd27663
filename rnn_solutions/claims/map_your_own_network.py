"""Claims of the page on maps: what a share, a decay and a term are, and what bounds them."""

from __future__ import annotations

import math

import numpy as np
import sympy

from rnn_solutions._validation import Array, Numbers
from rnn_solutions.claims.drawn_matrices import orthogonal
from rnn_solutions.claims.registry import by_another_algorithm, by_complex_step, proof
from rnn_solutions.claims.symbolic import proved
from rnn_solutions.gradients.diagnosis import fit_decay, shares_by_lag
from rnn_solutions.gradients.norms import jacobian_norms, term_norms
from rnn_solutions.networks.plain import run, sigma
from rnn_solutions.sheet.comparisons import Comparison, assume, at_most, equal
from rnn_solutions.sheet.drawn_networks import PlainLSTM, PlainRNN, derivative

LSTM_DRAWN = (
    "an LSTM with n and d from 1 to 3, T from 1 to 4, 0 ≤ k < t ≤ T; weights, biases, inputs and states "
    "drawn from N(0, 1)"
)
MEASURED = "a few dozen roundings of 1.1e-16, in a norm or its logarithm"


def _share(J: Array) -> float:
    """Return the Frobenius norm over that of the identity."""
    return float(np.linalg.norm(J) / np.linalg.norm(np.eye(len(J))))


def _draw(rng: np.random.Generator) -> tuple[PlainLSTM, int, int]:
    """Draw an LSTM and two steps t > k."""
    plain = PlainLSTM.draw(rng, last=(1, 4))
    return plain, *plain.pair_drawn(rng)


def _log_shares(plain: PlainLSTM, norm: str = "frobenius") -> Array:
    """Return the logarithms of the shares by (t, k) as the package measures them."""
    return jacobian_norms(plain.packaged(), norm) - (np.log10(2 * plain.n) / 2 if norm == "frobenius" else 0)


@by_complex_step(
    "eq-map-share-directions",
    assumes=f"{LSTM_DRAWN}; the rows g drawn orthonormal",
    tolerance=3e-13,
    because=MEASURED,
)
def share_is_what_a_random_direction_keeps(rng: np.random.Generator) -> list[Comparison]:
    r"""The squared share is the mean of what the rows of any rotation keep of their squared length.

    .. math::

        \frac{1}{m} \sum_{i=1}^{m} \Bigl\lVert g_i\, \frac{\partial s_t}{\partial s_k} \Bigr\rVert^2
        = \phi_{t,k}^2
    """
    plain, t, k = _draw(rng)
    J, m = plain.jacobian(t, k), 2 * plain.n
    kept = 1 / m * sum(np.linalg.norm(g @ J) ** 2 for g in orthogonal(rng, m))
    return [equal(kept, _share(J) ** 2), equal(10 ** _log_shares(plain)[t, k], _share(J))]


@by_complex_step("eq-map-share-between", assumes=LSTM_DRAWN, tolerance=3e-13, because=MEASURED)
def both_shares_are_near_each_other(rng: np.random.Generator) -> list[Comparison]:
    r"""The share of a random direction is at most that of the best one, and at least that over root m.

    .. math::

        \frac{1}{\sqrt m} \Bigl\lVert \frac{\partial s_t}{\partial s_k} \Bigr\rVert
        \le \phi_{t,k}
        \le \Bigl\lVert \frac{\partial s_t}{\partial s_k} \Bigr\rVert
    """
    plain, t, k = _draw(rng)
    J, m = plain.jacobian(t, k), 2 * plain.n
    best, share = np.linalg.norm(J, 2), _share(J)
    one_way, turn = np.outer(rng.normal(size=m), rng.normal(size=m)), orthogonal(rng, m)
    return [
        at_most(1 / np.sqrt(m) * best, share),
        at_most(share, best),
        equal(1 / np.sqrt(m) * np.linalg.norm(one_way, 2), _share(one_way)),  # the left is attained
        equal(_share(turn), np.linalg.norm(turn, 2)),  # and the right
        equal(10 ** _log_shares(plain, "spectral")[t, k], best),
    ]


@by_complex_step("eq-map-share-steps", assumes=f"{LSTM_DRAWN}; j from k to t", because=MEASURED)
def share_multiplies_at_most_over_a_step_in_between(rng: np.random.Generator) -> list[Comparison]:
    r"""Over a step in between, a share grows at most by what the later part does to the best direction.

    .. math::

        \phi_{t,k} \le \Bigl\lVert \frac{\partial s_t}{\partial s_j} \Bigr\rVert\, \phi_{j,k}
    """
    plain, t, k = _draw(rng)
    j = int(rng.integers(k, t, endpoint=True))
    late, early = plain.jacobian(t, j), plain.jacobian(j, k)
    turn = rng.uniform(0.5, 2) * orthogonal(rng, 2 * plain.n)
    return [
        at_most(_share(plain.jacobian(t, k)), np.linalg.norm(late, 2) * _share(early)),
        equal(_share(turn @ early), np.linalg.norm(turn, 2) * _share(early)),  # attained
    ]


@by_another_algorithm(
    "eq-map-decay",
    assumes=LSTM_DRAWN,
    tolerance=1e-11,
    because="sums of up to 15 logarithms, which may cancel, in two orders",
)
def decay_is_a_line_of_least_squares(rng: np.random.Generator) -> list[Comparison]:
    r"""The decay is the slope of the line that least squares draws through the logarithms over the lag.

    .. math::

        \beta = \frac{\sum (\ell - \bar \ell)\, \log_{10} \phi_{t,k}}{\sum (\ell - \bar \ell)^2}
    """
    plain, _, _ = _draw(rng)
    pairs = [(t, k) for t in range(plain.T + 1) for k in range(t + 1)]
    lag = np.array([t - k for t, k in pairs])
    log_share = np.array([np.log10(_share(plain.jacobian(t, k))) for t, k in pairs])
    beta = np.sum((lag - lag.mean()) * log_share) / np.sum((lag - lag.mean()) ** 2)
    line = np.linalg.lstsq(np.column_stack([lag, np.ones(len(lag))]), log_share)[0]
    found = fit_decay(shares_by_lag(_log_shares(plain), 0.0))
    assume(found is not None, "no Jacobian is exactly zero")
    scale = np.abs(log_share).max() + 1.0
    return [equal(beta, line[0], scale=scale), equal(found.slope if found else 0, line[0], scale=scale)]


@by_complex_step(
    "eq-map-term-norm",
    assumes="a sigmoid RNN, n and d from 1 to 3, T from 0 to 4, 0 ≤ k ≤ t ≤ T; all drawn from N(0, 1)",
    tolerance=1e-12,
    because=MEASURED,
)
def norm_of_a_term_is_a_product_of_two(rng: np.random.Generator) -> list[Comparison]:
    r"""A term is one row times one state, so its norm is the product of theirs.

    .. math::

        \Bigl\lVert \frac{\partial L_t}{\partial h_t}\, \frac{\partial h_t}{\partial h_k}\,
        \frac{\partial^{+} h_k}{\partial W} \Bigr\rVert
        = \Bigl\lVert \frac{\partial L_t}{\partial h_t}\, \frac{\partial h_t}{\partial h_k}\, D_k
        \Bigr\rVert\, \lVert h_{k-1} \rVert
    """
    plain = PlainRNN.draw(rng)
    t = plain.step_drawn(rng)
    k = plain.step_drawn(rng, t)
    row = plain.dL_dh[t] @ plain.jacobians[t, k]
    formula = np.linalg.norm(row @ plain.D[k]) * np.linalg.norm(plain.before[k])
    truth = np.linalg.norm(np.tensordot(row, plain.immediate[k], axes=1))
    return [equal(formula, truth), equal(10 ** term_norms(plain.packaged(), plain.dL_dh)[t, k], truth)]


@by_complex_step(
    "eq-map-slope-bound",
    assumes="an RNN, sigmoid or tanh, n and t − k from 1 to 4; W, inputs and h_k drawn from N(0, 1)",
    because=MEASURED,
)
def share_of_a_plain_network_is_bounded_by_its_weights(rng: np.random.Generator) -> list[Comparison]:
    r"""A share is at most the steepest slope times the norm of W, for each step of the lag.

    .. math::

        \phi_{t,k} \le \bigl( \sigma'_{\max}\, \lVert W \rVert \bigr)^{t-k}
    """
    n, lag = (int(number) for number in rng.integers(1, 4, size=2, endpoint=True))
    function, steepest = ((sigma, 1 / 4), (np.tanh, 1.0))[rng.integers(2)]
    W, x, h = rng.normal(size=(n, n)), rng.normal(size=(lag, n)), rng.normal(size=n)

    def share(W: Array, x: Array, h: Array) -> float:
        def step(h: Numbers, x: Array) -> Numbers:
            return np.asarray(function(np.matvec(W, h) + x))

        return _share(derivative(lambda h: run(step, (h,), x)[0][..., -1, :], h))

    turn = rng.uniform(0.5, 2) * orthogonal(rng, n)
    rest = function(np.zeros(n))  # the state that z = 0 gives
    held = share(turn, np.tile(-turn @ rest, (lag, 1)), rest)
    return [
        at_most(share(W, x, h), (steepest * np.linalg.norm(W, 2)) ** lag),
        # Attained where every slope is the steepest.
        equal(held, (steepest * np.linalg.norm(turn, 2)) ** lag),
    ]


@proof("eq-map-forget-bias", assumes="any share φ between 0 and 1 and any number m of steps")
def forget_bias_for_a_share() -> Comparison:
    r"""A forget gate with this bias leaves exactly the wanted share after m steps.

    .. math::

        \sigma(b)^m = \phi \quad \text{for} \quad b = -\log\bigl(\phi^{-1/m} - 1\bigr)
    """
    m, r = sympy.symbols("m r", positive=True)
    share = (1 + r) ** -m  # any number between 0 and 1
    b = -sympy.log(sympy.powdenest(share ** (-1 / m), force=True) - 1)
    return proved((1 / (1 + sympy.exp(-b))) ** m, share)


@by_another_algorithm(
    "eq-map-forget-bias-near",
    assumes="φ drawn from 0.01 to 0.99, m from 1 to 1000",
    tolerance=1e-9,
    because="1.1e-16 over the small difference of a power from 1",
)
def forget_bias_grows_like_a_logarithm(rng: np.random.Generator) -> list[Comparison]:
    r"""The bias for a share is at most the logarithm of the steps, less one that the share alone decides.

    .. math::

        b \le \log m - \log \log \frac{1}{\phi}
    """
    share, m = rng.uniform(0.01, 0.99), float(rng.integers(1, 1000, endpoint=True))

    def bias(m: float) -> float:
        """Return the bias by bisection: the share after m steps grows with it."""
        low, high = -10.0, 30.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if (1 + math.exp(-middle)) ** -m < share else (low, middle)
        return low

    def bound(m: float) -> float:
        return float(np.log(m) - np.log(np.log(1 / share)))

    return [at_most(bias(m), bound(m)), at_most(bound(1e6) - bias(1e6), 1e-5)]  # nearly attained
