"""Claims of "The optimiser remembers too": one gradient in Adam's means, the first step, clips and scales.

The updates come from a loop of their own over the definition, never from `Adam`, which is held against it.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from rnn_solutions._validation import Array
from rnn_solutions.claims.registry import ROUNDING, by_another_algorithm, in_closed_form, in_fractions
from rnn_solutions.formulas.evaluating import Meaning
from rnn_solutions.formulas.values import Function, steps
from rnn_solutions.learning.optimisers import Adam, clip_by_norm
from rnn_solutions.sheet.comparisons import equal

BETAS = "β_1 from 0.5 to 0.95, β_2 from 0.92 to 0.999"
LOGARITHMS = "a bisection ends within a few roundings, which the logarithms divide by 1 − β_2"


def _betas(rng: np.random.Generator) -> tuple[float, float]:
    """Draw how much of both means an update keeps."""
    return rng.uniform(0.5, 0.95), 1 - 10 ** rng.uniform(-3, -1.1)


def _means(beta_1: float, beta_2: float, gradients: Array) -> list[tuple[Array, Array]]:
    """Return the corrected means after each update, one gradient after the other."""
    m, v = 0 * gradients[0], 0 * gradients[0]
    found = []
    for u, g in enumerate(gradients, 1):
        m, v = beta_1 * m + (1 - beta_1) * g, beta_2 * v + (1 - beta_2) * g * g
        found.append((m / (1 - beta_1**u), v / (1 - beta_2**u)))
    return found


def _way(beta_1: float, beta_2: float, epsilon: float, rates: Array, gradients: Array) -> list[Array]:
    """Return the parameter after each update, from zero on."""
    theta = [0 * gradients[0]]
    for rate, (m, v) in zip(rates, _means(beta_1, beta_2, gradients), strict=True):
        theta.append(theta[-1] - rate * m / (np.sqrt(v) + epsilon))
    return theta


def _packaged(beta_1: float, beta_2: float, epsilon: float, rate: float, gradients: Array) -> Array:
    """Return the parameter after the package's updates with the same gradients."""
    adam, theta = Adam(rate, beta_1, beta_2, epsilon), {"w": 0 * gradients[0]}
    for g in gradients:
        theta = adam.update(theta, {"w": g})
    found: Array = theta["w"]
    return found


def _weights(beta: float, u: int) -> Array:
    """Return the weights of the gradients in a mean, each as the response to that gradient alone."""
    kept = Fraction(beta)
    found = []
    for s in range(1, u + 1):
        mean = Fraction(0)
        for r in range(1, u + 1):
            mean = kept * mean + (1 - kept) * (r == s)
        found.append(float(mean / (1 - kept**u)))
    return np.array(found)


def _bisected(is_above: Function, low: float, high: float) -> float:
    """Return where a condition begins to be false, between a number where it holds and one where not."""
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if is_above(middle) else (low, middle)
    return low


@in_fractions(
    "eq-adam-means",
    assumes=f"{BETAS}; u from 1 to 6; gradients drawn from N(0, 1)",
    tolerance=1e-11,
    because="1 − β is rounded to 1e-16 of 1e-3, which the fractions see",
    same={
        r"g_{s} \mu_{s}": "numbers may change places",
        r"g_{s}^{2} \nu_{s}": "numbers may change places",
        r"\mu_{u} =": "the newest, of which it is true as well",
        r"\nu_{u} =": "the newest, of which it is true as well",
    },
)
def means_weigh_the_gradients(rng: np.random.Generator) -> Meaning:
    """Adam's corrected means are weighted means, and a gradient's weight falls by β in each update."""
    u, (beta_1, beta_2) = int(rng.integers(1, 6, endpoint=True)), _betas(rng)
    g = rng.normal(size=u)
    m, v = _means(beta_1, beta_2, g)[-1]
    eta = 0.5
    step = _packaged(beta_1, beta_2, 1e-18, eta, g[:, None]) - (
        _packaged(beta_1, beta_2, 1e-18, eta, g[:-1, None]) if u > 1 else 0
    )
    package = equal(float(step[0]), float(-eta * m / np.sqrt(v)), scale=1)
    drawn = {"g": steps(g, 1), "u": u, r"\beta_1": beta_1, r"\beta_2": beta_2}
    means = {r"\bar m": steps([m], u), r"\bar v": steps([v], u)}
    weights = {r"\mu": steps(_weights(beta_1, u), 1), r"\nu": steps(_weights(beta_2, u), 1)}
    at = int(rng.integers(1, u, endpoint=True))
    return Meaning(drawn | means | weights | {"s": at}, scale=1, also=[package])


@by_another_algorithm(
    "eq-adam-memory",
    assumes="q from 1e-6 to 0.9; β_2 from 0.9 to 0.999",
    tolerance=1e-11,
    because=LOGARITHMS,
)
def share_of_an_old_gradient(rng: np.random.Generator) -> Meaning:
    """After log q / log β updates a gradient has the part q of its weight left."""
    q, beta = 0.9 - rng.uniform(1e-6, 0.9) + 1e-6, 1 - 10 ** rng.uniform(-3, -1)
    whole = next(j for j in range(20_000) if beta**j <= q)  # updates one by one, then within the last
    j = _bisected(Function(lambda j: beta**j > q), whole - 1, whole)
    return Meaning({"q": q, r"\beta_2": beta, "j": j})


@by_another_algorithm(
    "eq-adam-after-one",
    assumes=f"{BETAS}; s from 1 to 8, u from s to s + 30; R from 1e-2 to 1e4; a from 1e-9 to 1",
    tolerance=1e-10,
    because="forty updates, whose corrections 1 − β are rounded to 1e-16 of 1e-3",
    same={r"{a} = \frac{\eta": "both sides multiplied by η and divided by a"},
)
def one_gradient_among_equal_ones(rng: np.random.Generator) -> Meaning:
    """One gradient R times as large as all others changes each later step as the formula says."""
    s, lag, (beta_1, beta_2) = int(rng.integers(1, 8, endpoint=True)), int(rng.integers(31)), _betas(rng)
    u, a, R = s + lag, 10 ** rng.uniform(-9, 0), 10 ** rng.uniform(-2, 4)
    eta, g = 10 ** rng.uniform(-3, 0), np.full(u, a)
    g[s - 1] *= R
    epsilon = 1e-8
    theta = _way(beta_1, beta_2, epsilon, np.full(u, eta), g)
    package = equal(float(_packaged(beta_1, beta_2, epsilon, eta, g[:, None])[0]), float(theta[-1]))
    weights = {r"\mu": steps(_weights(beta_1, u), 1), r"\nu": steps(_weights(beta_2, u), 1)}
    drawn = {"a": a, "R": R, "s": s, "u": u, r"\eta": eta, r"\varepsilon": epsilon}
    return Meaning(weights | drawn | {r"\theta": steps(theta)}, also=[package])


@by_another_algorithm(
    {
        "eq-adam-recovery": "So many updates after a gradient of R a step is the part q of the usual one.",
        "eq-clip-choice": "A gradient of κ leaves the part q of each later step.",
    },
    assumes="q from 0.1 to 0.95; β_2 from 0.9 to 0.999; R from 100 to 10000",
    tolerance=1e-9,
    because=LOGARITHMS,
)
def step_is_the_part_q_again(rng: np.random.Generator) -> Meaning:
    """Add up the squares in the long run, and look for where the step is the part q."""
    q, beta, R = rng.uniform(0.1, 0.95), 1 - 10 ** rng.uniform(-3, -1), 10 ** rng.uniform(2, 4)

    def step(size: float, lag: float) -> float:
        share = (1 - beta) * beta**lag  # of all squares in v, in the long run; the others are 1
        return float((size**2 * share + (1 - share)) ** -0.5)

    j = _bisected(Function(lambda lag: step(R, lag) < q), 0, 1e5)
    kappa = _bisected(Function(lambda size: step(size, 0) > q), 1, 1e5)
    return Meaning({"q": q, r"\beta_2": beta, "R": R, "j": j, r"\kappa": kappa})


def _growing(rng: np.random.Generator, u: int) -> tuple[float, float, Array, Array, Array]:
    """Draw both betas and return them with the weights, and gradients in proportion to μ over ν."""
    beta_1, beta_2 = _betas(rng)
    mu, nu = _weights(beta_1, u), _weights(beta_2, u)
    return beta_1, beta_2, mu, nu, mu / nu


@by_another_algorithm(
    "eq-adam-largest-step",
    assumes=f"{BETAS}; u from 1 to 8; gradients drawn from N(0, 1), or in proportion to μ_s / ν_s",
    tolerance=1e-11,
    because="1 − β is rounded to 1e-16 of 1e-3",
)
def no_step_is_longer(rng: np.random.Generator) -> list[Meaning]:
    """No step of Adam is longer than the weights of both means allow."""
    u, eta = int(rng.integers(1, 8, endpoint=True)), 10 ** rng.uniform(-3, 0)
    beta_1, beta_2, mu, nu, growing = _growing(rng, u)
    found = []
    for g, attained in ((rng.normal(size=u), None), (growing, 1e-10)):
        theta = _way(beta_1, beta_2, 1e-18, np.full(u, eta), g)
        (m, v), weights = _means(beta_1, beta_2, g)[-1], {r"\mu": steps(mu, 1), r"\nu": steps(nu, 1)}
        means = {r"\bar m": steps([m], u), r"\bar v": steps([v], u)}
        drawn = {r"\theta": steps(theta), "u": u, r"\eta": eta}
        found.append(Meaning(drawn | weights | means, attained=attained))
    return found


def _first(eta: float, gradient: Array, epsilon: float = 0.0) -> list[Array]:
    """Return W before and after Adam's first update."""
    n = len(gradient)
    return [np.eye(n), np.eye(n) + _way(0.9, 0.999, epsilon, np.array([eta]), gradient[None])[-1]]


@by_another_algorithm(
    "eq-adam-first-matrix",
    assumes="n from 1 to 6; η from 1e-3 to 1; gradients from N(0, 1) with ε = 0.1, of rank one with 0",
    tolerance=1e-12,
    because="W is rounded to 1e-16 of 1, of which a step is a thousandth",
)
def first_step_of_a_matrix(rng: np.random.Generator) -> list[Meaning]:
    """The first step moves W by a matrix of norm at most η n, which rank one reaches."""
    n, eta = int(rng.integers(1, 6, endpoint=True)), 10 ** rng.uniform(-3, 0)
    ranked = np.outer(*rng.normal(size=(2, n)))
    return [
        Meaning({"W": steps(_first(eta, gradient, epsilon)), r"\eta": eta, "n": n}, attained=attained)
        for gradient, epsilon, attained in ((rng.normal(size=(n, n)), 0.1, None), (ranked, 0.0, 1e-11))
    ]


@by_another_algorithm(
    "eq-adam-first-signs",
    assumes="n from 1 to 6; η from 1e-3 to 1; δ and h drawn from N(0, 1); ε = 0",
    tolerance=1e-12,
    because="W is rounded to 1e-16 of 1, of which a step is a thousandth",
    same={r"‖\sgn (h)‖ ‖\sgn (\delta)‖": "numbers may change places"},
)
def first_step_is_made_of_signs(rng: np.random.Generator) -> Meaning:
    """The first step after one contribution is a matrix of signs, whose norm is η n."""
    n, eta = int(rng.integers(1, 6, endpoint=True)), 10 ** rng.uniform(-3, 0)
    delta, h = rng.normal(size=(2, n))
    W = _first(eta, np.outer(delta, h))
    after = Adam(eta, epsilon=1e-18).update({"W": W[0]}, {"W": np.outer(delta, h)})["W"]
    drawn = {"W": steps(W), r"\delta": delta, "h": h, r"\eta": eta, "n": n}
    return Meaning(drawn, also=[equal(after - W[0], W[1] - W[0])])


@by_another_algorithm(
    "eq-adam-first-growth",
    assumes="n from 1 to 6; η from 1e-3 to 1; k from 0 to 30; every entry of the gradient negative",
    tolerance=1e-12,
    because=f"thirty products, and {ROUNDING}",
    same={"(n η + 1)": "numbers may change places"},
)
def identity_is_pushed_to_grow(rng: np.random.Generator) -> Meaning:
    """One step from the identity can make the powers of W grow by 1 + η n."""
    n, eta, k = int(rng.integers(1, 6, endpoint=True)), 10 ** rng.uniform(-3, 0), int(rng.integers(31))
    W = _first(eta, -np.abs(rng.normal(size=(n, n))))
    return Meaning({"W": steps(W), "I": np.eye(n), r"\mathbf 1": np.ones(n), r"\eta": eta, "n": n, "k": k})


@in_closed_form(
    "def-warm-up",
    assumes="η from 1e-3 to 1; N from 1 to 20, u from 1 to 40",
    tolerance=1e-14,
    because=ROUNDING,
)
def rates_of_a_warm_up(rng: np.random.Generator) -> Meaning:
    """A warm-up adds the same amount to the rate in each of N updates, and stops at η."""
    eta, N, u = 10 ** rng.uniform(-3, 0), int(rng.integers(1, 21)), int(rng.integers(1, 41))
    return Meaning({r"\eta": eta, r"\eta_u": _rates(eta, N, u)[-1], "u": u, "N": N})


def _rates(eta: float, N: int, u: int) -> Array:
    """Return the rates of u updates, of which the first N climb by equal steps."""
    climb = np.linspace(0, eta, N + 1)[1:]
    return np.concatenate([climb, np.full(u, eta)])[:u]


@by_another_algorithm(
    "eq-warm-up-bound",
    assumes=f"{BETAS}; n from 1 to 4; η from 1e-3 to 1; N from 1 to 6, u from 1 to 8",
    tolerance=1e-11,
    because="1 − β is rounded to 1e-16 of 1e-3",
)
def warm_up_bounds_each_step(rng: np.random.Generator) -> list[Meaning]:
    """A warm-up divides the bound of the first step by N, and the way of N updates by about two."""
    n, N, u = (int(size) for size in rng.integers(1, [4, 6, 8], endpoint=True))
    eta = 10 ** rng.uniform(-3, 0)
    beta_1, beta_2, mu, nu, growing = _growing(rng, u)
    ranked, start = np.outer(*rng.choice([-1, 1], size=(2, n))), eta * rng.normal(size=(n, n))
    rates, found = _rates(eta, N, max(u, N)), []
    cases = ((rng.normal(size=(u, n, n)), None), (growing[:, None, None] * ranked, 1e-10))
    for gradients, attained in cases:
        way = _way(beta_1, beta_2, 1e-18, rates[:u], gradients)
        drawn = {"W": steps([start + moved for moved in way]), r"\eta": eta, "n": n, "N": N, "u": u}
        rows = {r"\eta_": steps(rates, 1), r"\mu": steps(mu, 1), r"\nu": steps(nu, 1)}
        found.append(Meaning(drawn | rows, attained=attained))
    return found


@by_another_algorithm(
    "eq-adam-scale",
    assumes=f"{BETAS}; α from 1e-6 to 1e6; gradients from N(0, 1)",
    tolerance=1e-12,
    because=ROUNDING,
)
def constant_factor_cancels(rng: np.random.Generator) -> Meaning:
    """A constant factor of all gradients changes nothing in Adam but what ε is beside."""
    (beta_1, beta_2), alpha, u = _betas(rng), 10 ** rng.uniform(-6, 6), int(rng.integers(1, 7))
    g, epsilon = rng.normal(size=u), 10 ** rng.uniform(-8, 0)
    m, v = _means(beta_1, beta_2, g)[-1]
    ours = _way(beta_1, beta_2, epsilon, np.ones(u), alpha * g)[-1]
    package = [
        equal(float(_packaged(beta_1, beta_2, given, 1.0, scale * g[:, None])[0]), float(ours), scale=1)
        for given, scale in ((epsilon, alpha), (epsilon / alpha, 1))
        if given >= 1e-12
    ]
    drawn = {r"\bar m": m, r"\bar v": v, r"\alpha": alpha, r"\varepsilon": epsilon}
    return Meaning(drawn, also=package)


@by_another_algorithm(
    "eq-clip-always",
    assumes=f"{BETAS}; u from 1 to 6; g of 1 to 4 entries from N(0, 1), not 0; c below every norm",
    tolerance=1e-11,
    because="1 − β is rounded to 1e-16 of 1e-3",
    same={r"g_{s} \frac{\mu_{s}}": "a number and a column may change places"},
)
def clip_that_always_acts(rng: np.random.Generator) -> Meaning:
    """A clip that acts in every update changes only the weighting between updates."""
    u, size = (int(one) for one in rng.integers(1, [6, 4], endpoint=True))
    (beta_1, beta_2), g, eta = _betas(rng), rng.normal(size=(u, size)), 10 ** rng.uniform(-3, 0)
    c = min(float(np.hypot.reduce(one)) for one in g) * 10 ** rng.uniform(-3, 0)
    clipped = np.array([clip_by_norm({"g": one}, c)[0]["g"] for one in g])
    theta = _way(beta_1, beta_2, 1e-3, np.full(u, eta), clipped)
    package = equal(_packaged(beta_1, beta_2, 1e-3, eta, clipped), theta[-1], scale=eta)
    weights = {r"\mu": steps(_weights(beta_1, u), 1), r"\nu": steps(_weights(beta_2, u), 1)}
    drawn = {"g": steps(g, 1), "u": u, "c": c, r"\eta": eta, r"\varepsilon": 1e-3}
    return Meaning(weights | drawn | {r"\theta": steps(theta)}, scale=eta, also=[package])


def _rounded(x: float) -> float:
    """Return what IEEE arithmetic makes of a number in half precision."""
    with np.errstate(over="ignore"):
        return float(np.float16(x))


@by_another_algorithm(
    "eq-loss-scale-range",
    assumes="p from −8 to 24; 2^p x beside both ends of the range of float16, or within",
    tolerance=0,
    because="powers of two are exact",
)
def ends_of_the_range_of_halves(rng: np.random.Generator) -> list[Meaning]:
    """A loss scale of a power of two moves both ends of what survives in half precision by that power."""
    p, low, high = int(rng.integers(-8, 25)), 2.0**-25, 2.0**16 - 2**4
    beside = [np.nextafter(end, towards) for end in (low, high) for towards in (0, np.inf)]
    scaled = (*beside, low, high, rng.uniform(low / 2, low), 10 ** rng.uniform(-7, 4), 2.0**16)
    drawn = {r"\operatorname{fl}": Function(_rounded), r"\infty": np.inf, "p": float(p)}
    return [Meaning(drawn | {"x": x / 2.0**p}) for x in scaled]


@by_another_algorithm(
    "eq-loss-scale-exact",
    assumes="p from −10 to 10; x and 2^p x from 2^−14 to 2^16 − 2^5",
    tolerance=0,
    because="a power of two changes the exponent alone",
)
def scale_changes_no_digit(rng: np.random.Generator) -> list[Meaning]:
    """Within the normal numbers a scale of a power of two changes no digit."""
    p = int(rng.integers(-10, 11))
    x = 2 ** rng.uniform(max(-14, -14 - p), min(15.99, 15.99 - p)) * rng.choice([-1, 1])
    tie = float(rng.choice([-1, 1])) * (1 + 2.0**-11)  # in the middle between two numbers
    fl = Function(_rounded)
    return [
        Meaning({r"\operatorname{fl}": fl, "p": float(p), "x": x}),
        Meaning({r"\operatorname{fl}": fl, "p": 3.0, "x": tie}, attained={(2, 1): 5e-4}),
    ]


@by_another_algorithm(
    "eq-loss-scale-lags",
    assumes="p from 1 to 24; γ from 0.05 to 0.99",
    tolerance=1e-11,
    because=LOGARITHMS,
)
def steps_that_a_scale_buys(rng: np.random.Generator) -> Meaning:
    """A loss scale carries a vanishing gradient a number of steps further, in proportion to its exponent."""
    p, gamma = int(rng.integers(1, 25)), rng.uniform(0.05, 0.99)
    j = _bisected(Function(lambda lag: 2**p * gamma**lag > 1), 0, 1e4)
    return Meaning({"p": p, r"\gamma": gamma, "j": j})


@by_another_algorithm(
    "eq-clip-scaled",
    assumes="g of 1 to 5 entries from N(0, 1); p from 0 to 16; c from 0.1 to 1e5",
    tolerance=1e-14,
    because=ROUNDING,
)
def clip_before_unscaling(rng: np.random.Generator) -> Meaning:
    """A clip of scaled gradients is a clip at the limit divided by the scale."""
    g, p = rng.normal(size=rng.integers(1, 5, endpoint=True)), int(rng.integers(17))
    c = 10 ** rng.uniform(-1, 5)
    clipped = clip_by_norm({"g": 2.0**p * g}, c)[0]["g"] / 2.0**p
    package = equal(np.hypot.reduce(clipped), min(np.hypot.reduce(g), c / 2.0**p))
    return Meaning({"g": g, "p": float(p), "c": c}, also=[package])
