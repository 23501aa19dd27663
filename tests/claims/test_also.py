"""What a claim compares besides its formula is the package's: when that is off by a thousandth, it falls."""

import sys
from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import pytest

from rnn_solutions.claims import CLAIMS
from rnn_solutions.formulas.evaluating import Meaning

SEED, CASES = 555, 6
TRUTH = ("rnn_solutions.networks.plain", "rnn_solutions.gradients.complex_step")
PACKAGE = tuple(f"rnn_solutions.{part}." for part in ("networks", "gradients", "matrices", "learning"))


class Off:
    """An object of the package, whose numbers are off for all but the package."""

    def __init__(self, bare):
        self.bare = bare

    def __getattr__(self, name):
        return off(getattr(self.bare, name))

    def __call__(self, *arguments, **named):
        found = self.bare(*map(bare, arguments), **{name: bare(value) for name, value in named.items()})
        return off(found)

    def __getitem__(self, key):
        return off(self.bare[key])

    def __iter__(self):
        return map(off, self.bare)

    def __len__(self):
        return len(self.bare)

    def __bool__(self):
        return bool(self.bare)


def off(value):
    """Return a value of the package with its numbers off by a thousandth; whole numbers stay as they are."""
    if isinstance(value, Fraction):
        return value + (1 + abs(value)) / 1000
    if isinstance(value, float | complex) or (isinstance(value, np.ndarray) and value.dtype.kind in "fc"):
        return value + (1 + np.abs(value)) / 1000
    if isinstance(value, np.ndarray) and value.dtype == object:
        return np.frompyfunc(off, 1, 1)(value)
    if type(value) in (tuple, list):
        return type(value)(map(off, value))
    if type(value) is dict:
        return {name: off(one) for name, one in value.items()}
    is_ours = str(getattr(value, "__module__", "")).startswith("rnn_solutions")
    return Off(value) if is_ours or callable(value) or isinstance(value, Mapping) else value


def bare(value):
    """Return what the package itself works with."""
    return value.bare if isinstance(value, Off) else value


def is_the_package(value):
    """Say whether what a module knows is the package's, and not what that is held against."""
    if isinstance(value, dict):
        return any(is_the_package(type(one)) for one in value.values())
    home = getattr(value, "__module__", None) or ""
    return callable(value) and home.startswith(PACKAGE) and home not in TRUTH


@pytest.fixture
def package_is_off(monkeypatch):
    """Let all claims, and the networks that they draw, see the package's numbers off by a thousandth."""
    homes = [
        module
        for name, module in sys.modules.items()
        if name.startswith("rnn_solutions.claims.") or name == "rnn_solutions.sheet.drawn_networks"
    ]
    kept = [value for home in homes for value in vars(home).values() if hasattr(value, "cache_clear")]
    for home in homes:
        for name, value in list(vars(home).items()):
            if is_the_package(value):
                monkeypatch.setattr(home, name, off(value))
    for one in kept:
        one.cache_clear()
    yield
    for one in kept:
        one.cache_clear()


def compared_besides(function, sampled):
    """Yield what a claim's function compares besides, each with its place, in a few cases."""
    for case in range(CASES if sampled else 1):
        drawn = function(np.random.default_rng([SEED, case])) if sampled else function()
        for number, one in enumerate(drawn if isinstance(drawn, list) else [drawn]):
            if isinstance(one, Meaning):
                yield from (((number, place), also) for place, also in enumerate(one.also))


# What does not come from the package, by its place in each case, and why it is compared all the same.
BY_INDUCTION = "proves in symbols that the formula holds for the first power, and for the next"
SECOND_ROUTE = {
    "number_of_terms": (set(range(10)), "proves in symbols, and counts the package's terms, which are whole"),
    "one_matrix_serves_ten_terms_of_one_loss": (
        set(range(10)),
        "holds the ten terms that one matrix gives against the loss by each copy of W",
    ),
    "ten_terms_in_full": ({0}, "compares what the package writes, which has no numbers"),
    "orthogonal_powers_keep_lengths": (
        {0},
        "says that the first matrix is orthogonal",
    ),
    "gates_do_not_read_the_cell": ({0, 1, 2}, "compares two runs of the package, both off alike"),
    "condition_of_nearly_parallel_eigenvectors": ({0}, "says that the eigenvectors are such"),
    "what_misses_the_identity_has_a_factor_that_closes": ({0}, "says what is left of the Jacobian"),
    "smallest_change_that_makes_an_eigenvalue": ({0, 1}, "says that the changes make z an eigenvalue"),
    "powers_of_a_jordan_block_grow": ({0, 1}, BY_INDUCTION),
    "corner_is_a_difference_quotient": ({0, 1}, BY_INDUCTION),
    "powers_of_the_sheets_matrix": ({0, 1}, BY_INDUCTION),
    "powers_of_a_jordan_block_are_a_binomial_sum": ({0, 1}, BY_INDUCTION),
    "powers_of_a_triangular_matrix": ({0, 1}, BY_INDUCTION),
    "different_slopes_give_a_nilpotent_matrix_an_eigenvalue": ({0, 1}, BY_INDUCTION),
}
COMPARING = {claim.function: claim for claim in CLAIMS.values() if not claim.must_fail}


@pytest.mark.usefixtures("package_is_off")
def test_what_is_compared_besides_falls_when_the_package_is_off():
    """A truth that is compared with the truth would not."""
    quiet, noticed = {}, 0
    for function, claim in COMPARING.items():
        worst = {}
        with np.errstate(all="ignore"):
            for place, also in compared_besides(function, claim.is_sampled):
                worst[place] = max(worst.get(place, 0.0), also.error)
        still = {place for (_, place), error in worst.items() if not error > claim.tolerance}
        noticed += len(worst) - len(still)
        quiet |= {function.__name__: still} if still else {}

    assert quiet == {name: places for name, (places, _) in SECOND_ROUTE.items()}
    assert noticed > 200
