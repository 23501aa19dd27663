"""The claims hold for other draws than the site's, and what does not hold falls, with its reason."""

import math
import re
import textwrap
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy

from rnn_solutions import complex_step
from rnn_solutions.claims import CLAIMS, assume, at_most, below, claim, equal, judge, proved
from rnn_solutions.claims import __main__ as terminal
from rnn_solutions.formulas.evaluating import Meaning
from rnn_solutions.networks.plain import sigma
from rnn_solutions.sheet.drawn_networks import PlainLSTM, PlainRNN, derivative
from rnn_solutions.sheet.refuting import least_wrong, refuted

ROOT = Path(__file__).parents[2]
KNOWN = {"method": "closed form", "assumes": "nothing", "tolerance": 1e-12, "because": "rounding"}


@pytest.fixture
def register(monkeypatch):
    """Return a function that registers a claim where no other claim sees it, and returns it."""
    known = {}
    monkeypatch.setattr("rnn_solutions.claims.registry.CLAIMS", known)
    monkeypatch.setattr(terminal, "CLAIMS", known)

    def register(function, label="eq-test", formula="a = b", **said):
        function.__doc__ = f"State a fact.\n\n.. math::\n\n    {formula}\n"
        claim(label, **(KNOWN | said))(function)
        return known[label]

    register.known = known
    return register


@pytest.mark.parametrize("label", CLAIMS)
def test_the_claim_holds_for_other_draws_and_the_misprint_still_fails(label):
    verdict = judge(CLAIMS[label], trials=20, seed=1)

    assert verdict.reason == ""
    stands = {"erratum": "refuted", "def": "defined"}
    assert verdict.status == stands.get(label.partition("-")[0], "holds")


@pytest.mark.parametrize("label", CLAIMS)
def test_the_claim_says_what_a_reader_needs(label):
    one = CLAIMS[label]

    assert one.statement.endswith(".")
    assert one.formula
    assert one.assumes
    assert one.because
    assert one.tolerance < 1e-6


def test_the_same_seed_gives_the_same_verdict_and_another_seed_another_case():
    one = CLAIMS["eq-dense-jacobian"]

    assert judge(one, seed=3) == judge(one, seed=3)
    assert judge(one, seed=3).left != judge(one, seed=4).left


def test_the_worst_case_can_be_drawn_again(register):
    """The cases of a claim are those of the generators that the verdict names."""
    drawn = {}

    def errs(rng):
        error = rng.uniform()
        drawn[error] = rng
        return equal(1.0, 1.0 - error)

    verdict = judge(register(errs))

    assert verdict.error == np.random.default_rng([verdict.seed, verdict.worst]).uniform() == max(drawn)


CANNOT_FAIL = {
    "a scale that lets all pass": (
        {},
        lambda rng: Meaning(dict.fromkeys("ab", rng.normal()), scale=1e15),
        "the left side of relation 1 in a = b could be a thousandth off, unnoticed",
    ),
    "a scale that lets all pass, of what is compared besides": (
        {},
        lambda rng: Meaning(dict.fromkeys("ab", rng.normal()), also=[equal(1.0, 1.0, scale=1e15)]),
        "comparison 1 would hold with a side a thousandth off: its scale is too large",
    ),
    "a bound that nothing comes near": (
        {"formula": r"a \le b"},
        lambda rng: Meaning({"a": 1.0, "b": 2.0 + rng.uniform()}),
        "could be a thousandth off, unnoticed",
    ),
    "a formula compared with itself": (
        {"formula": "a = a"},
        lambda rng: Meaning({"a": rng.normal()}),
        "a is compared with itself",
    ),
    "an array compared with itself": (
        {},
        lambda rng: Meaning(dict.fromkeys("ab", rng.normal(size=3))),
        "a side is compared with itself",
    ),
    "an array compared with itself, besides": (
        {},
        lambda rng: equal(array := rng.normal(size=3), array),
        "a side is compared with itself",
    ),
    "a size that is always the same": (
        {"assumes": "T from 0 to 4, n and d from 1 to 3", "formula": "a = T"},
        lambda rng: Meaning({"a": 1, "T": 1, "n": rng.integers(1, 4)}),
        "T was drawn from 1 to 1, assumed is from 0 to 4",
    ),
    "a difference that is always the same": (
        {"assumes": "t − k from 1 to 4", "formula": "a = t - k"},
        lambda rng: Meaning({"a": 2, "t": 2 + (k := int(rng.integers(9))), "k": k}),
        "t − k was drawn from 2 to 2, assumed is from 1 to 4",
    ),
    "a part of the formula that no case is about": (
        {"formula": r"a = b, \quad a = 3 \quad \text{for } b = 7"},
        lambda rng: Meaning({"a": (x := rng.uniform()), "b": x * 1.0}),
        "no case says anything of part 1 of a = 3",
    ),
    "cases for which a slip would hold as well": (
        {"formula": "a = b c^2"},
        lambda rng: Meaning({"a": (b := rng.normal()), "b": b * 1.0, "c": 1.0}),
        "changed to a = b c^{3} it holds as well",
    ),
    "a symbol without a meaning": (
        {"formula": r"a = \beta"},
        lambda rng: Meaning({"a": rng.normal(), "bet": 1.0, r"\beta'": 2.0}),
        r"the symbol \beta has no meaning; did you mean \beta'?",
    ),
}


@pytest.mark.parametrize("kind", CANNOT_FAIL)
def test_a_claim_that_could_not_fail_falls(register, kind):
    said, function, reason = CANNOT_FAIL[kind]
    verdict = judge(register(function, **said))

    assert verdict.status == "fallen"
    assert reason in verdict.reason


def test_a_slip_that_says_the_same_is_listed_with_its_reason(register):
    def square(rng):
        x, y = rng.normal(size=2)
        return Meaning({"a": (x - y) ** 2, "x": x, "y": y})

    assert "(y - x)^{2} it holds as well" in judge(register(square, formula="a = (x - y)^2")).reason
    register.known.clear()
    same = {"(y - x)": "a square has no sign"}

    assert judge(register(square, formula="a = (x - y)^2", same=same)).status == "holds"


def test_formulas_about_the_same_symbols_share_a_function(monkeypatch):
    monkeypatch.setattr("rnn_solutions.claims.registry.CLAIMS", known := {})
    said = {"eq-sigmoid-slope": "A slope needs its value alone.", "eq-slope-square": "A slope is a square."}
    claim(said, **KNOWN)(lambda rng: Meaning({"z": rng.normal()}))

    assert {label: one.statement for label, one in known.items()} == said
    assert [judge(one).status for one in known.values()] == ["holds", "holds"]


def test_a_definition_is_what_the_code_does(register):
    def doubled(rng):
        x = rng.normal()
        return Meaning({"a": x + x, "b": x})

    verdict = judge(register(doubled, label="def-test", formula="a = 2 b"))

    assert (verdict.status, verdict.tried, verdict.caught) == ("defined", 2, 2)


def test_an_error_above_the_tolerance_makes_a_claim_fall_and_refutes_a_misprint(register):
    """The error is 0.5 in a third of the cases."""

    def sometimes_wrong(rng):
        return refuted(equal(1.0 if rng.uniform() < 1 / 3 else 2.0, 2.0), equal(2.0, 2.0))

    holds = judge(register(sometimes_wrong))
    printed = judge(register(sometimes_wrong, label="erratum-99"))

    assert (holds.status, printed.status) == ("fallen", "refuted")
    assert holds.error == printed.error == 0.5
    assert 10 < printed.beyond == holds.beyond < 60
    assert (holds.left, holds.right) == ("1.0", "2.0")
    assert f"the error in case {holds.worst} is 5.0e-01, allowed are 1e-12" in holds.reason


def test_a_misprint_that_starts_to_hold_falls(register):
    nearly = lambda rng: refuted(equal(rng.uniform(), 0.0, scale=1e15), equal(1, 1))  # noqa: E731
    verdict = judge(register(nearly, label="erratum-99"))

    assert verdict.status == "fallen"
    assert "what is printed holds" in verdict.reason


def raising(_rng):
    raise KeyError("gate")


def not_a_number(rng):
    sound = equal(1.0, 1.0)
    return [refuted(sound, sound), refuted(equal(math.nan if rng.uniform() < 0.1 else 1.0, 1.0), sound)]


def endless(_rng):
    while True:
        pass


@pytest.mark.parametrize("label", ["eq-test", "erratum-99"])
@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (raising, "raised KeyError: 'gate'"),
        (not_a_number, "gave NaN"),
        (lambda _rng: equal(np.ones(1) / np.zeros(1), 1.0), "raised FloatingPointError"),
        (
            lambda _rng: assume(False, "the weights are invertible"),
            "outside the claim's own assumptions: the weights are invertible",
        ),
        (lambda _rng: equal(np.ones((2, 3)), np.ones((3, 2))), "the two sides have shapes (2, 3) and (3, 2)"),
        (endless, "ran past its 0.2 seconds, in case 0"),
    ],
)
def test_a_claim_that_cannot_be_judged_falls_and_says_why(register, label, function, reason):
    verdict = judge(register(function, label=label), seconds=0.2)

    assert verdict.status == "fallen"
    assert reason in verdict.reason
    assert verdict.error is None


def test_a_slow_claim_falls_where_nothing_can_interrupt_it(register, monkeypatch):
    monkeypatch.delattr("signal.setitimer")

    verdict = judge(register(lambda _rng: time.sleep(0.05) or equal(1.0, 1.0)), trials=2, seconds=0.05)

    assert "ran past its 0.05 seconds" in verdict.reason


def test_a_claim_that_draws_nothing_runs_once(register):
    runs = []

    verdict = judge(register(lambda: runs.append(1) or equal(1, 1)), trials=50)

    assert len(runs) == verdict.cases == 1
    assert not verdict.sampled


def test_without_a_trial_nothing_is_judged():
    with pytest.raises(ValueError, match="trials must be at least 1, got 0"):
        judge(CLAIMS["eq-dense-linear"], trials=0)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"label": "equation-1"}, "must begin with eq-, def- or erratum-, got 'equation-1'"),
        ({"method": "guessing"}, "eq-test: the method must be one of .*, got 'guessing'"),
        ({"tolerance": math.nan}, "eq-test: the tolerance must be at least 0, got nan"),
        ({"tolerance": -1.0}, "eq-test: the tolerance must be at least 0, got -1.0"),
    ],
)
def test_a_claim_registered_wrongly_is_named(register, said, message):
    with pytest.raises(ValueError, match=message):
        register(lambda: equal(1, 1), **said)


def test_two_claims_for_one_label_are_both_named(register):
    register(raising)

    with pytest.raises(ValueError, match=r"two claims for the label eq-test: .*raising and .*endless"):
        register(endless)


def test_a_claim_without_its_formula_is_named(register):
    def says_nothing():
        """Say nothing."""

    with pytest.raises(ValueError, match="no page has this label, and says_nothing states no formula"):
        claim("eq-test", **KNOWN)(says_nothing)
    assert not register.known


def test_the_error_is_the_largest_difference_over_the_largest_entry():
    found = equal([1.0, -8.0, 3.0], [1.0, -8.0, 5.0])

    assert (found.error, found.left, found.right) == (0.25, "3.0", "5.0")
    assert equal([0.0], [0.0]).error == 0.0
    assert equal([1e-20], [0.0]).error == 1.0
    assert equal([1e-20], [0.0], scale=10.0).error == 1e-21
    assert equal([1 + 1j], [1 + 2j]).error == pytest.approx(1 / math.sqrt(5), rel=1e-15)


def test_fractions_are_compared_exactly():
    third = Fraction(1, 3)

    assert equal(third, third).error == 0.0
    assert equal(third, 2 * third).error == 0.5
    assert below(third, third).error == at_most(2 * third, third).error * 2 == 1.0
    assert equal([third], [third + Fraction(1, 10**30)]).error == pytest.approx(3e-30, rel=1e-12)


def test_bounds_know_which_side_is_larger_and_whether_they_may_touch():
    assert at_most([1.0, 2.0], [1.0, 3.0]).error == 0.0
    assert at_most([1.0, 4.0], [1.0, 3.0]).error == 0.25
    assert below([1.0], [2.0]).error == 0.0
    assert below([2.0], [2.0]).error == below([3.0], [2.0]).error == 1.0
    assert math.isnan(below([math.nan], [2.0]).error)
    assert math.isnan(at_most([math.nan], [2.0]).error)


def test_nothing_to_compare_is_an_error():
    with pytest.raises(ValueError, match=r"nothing to compare in sides of shape \(0,\)"):
        equal([], [])


def test_a_printed_formula_is_refuted_only_where_the_right_one_holds(register):
    wrong, right = equal(0.5, 1.0), equal(1.0, 1.0)

    assert judge(register(lambda: refuted(wrong, right, right), label="erratum-1")).status == "refuted"
    for label, control in {"erratum-2": wrong, "erratum-3": equal(math.nan, 1.0)}.items():
        verdict = judge(register(lambda: refuted(wrong, right, control), label=label))  # noqa: B023 - run at once
        assert verdict.status == "fallen"
        assert "the right formula gives" in verdict.reason
        assert "where the truth is 1.0" in verdict.reason


def test_a_printed_formula_without_a_control_is_not_refuted(register):
    """A mistake in the claim's own truth would pass for one on the sheet."""
    verdict = judge(register(lambda: equal(0.5, 1.0), label="erratum-1"))

    assert verdict.status == "fallen"
    assert "nothing says that the truth is true" in verdict.reason


def test_a_formula_with_two_readings_is_as_wrong_as_the_better_one():
    better, worse = equal(0.9, 1.0), equal(0.5, 1.0)

    found = least_wrong(refuted(worse, equal(1.0, 1.0)), refuted(better, equal(2.0, 2.0)))
    assert found.error == better.error
    assert len(found.controls) == 2  # of every reading
    assert math.isnan(least_wrong(worse, equal(math.nan, 1.0)).error)


def test_sympy_tells_a_proof_from_its_failure():
    x, n = sympy.symbols("x n")
    M = sympy.MatrixSymbol("M", n, n)
    rotation = sympy.Matrix([[sympy.cos(x), -sympy.sin(x)], [sympy.sin(x), sympy.cos(x)]])

    assert proved(sympy.sin(x) ** 2 + sympy.cos(x) ** 2, 1).error == 0.0
    assert proved(rotation * rotation.T, sympy.eye(2)).error == 0.0
    assert proved(M * M.I * M, M).error == 0.0
    assert proved(sympy.sin(x) ** 2, 1).error == 1.0
    assert proved(rotation, rotation.T).error == 1.0
    assert proved(M * M.T, M.T * M).error == 1.0
    with pytest.raises(ValueError, match="shapes"):
        proved(sympy.eye(2), sympy.eye(3))


def test_the_derivative_of_all_nudges_at_once_is_that_of_one_at_a_time():
    z = np.random.default_rng(0).normal(size=(2, 3))

    together = derivative(lambda z: sigma(z) * np.exp(z[..., :1, :]), z)

    one_by_one = complex_step(lambda z: sigma(z) * np.exp(z[:1]), z)
    np.testing.assert_allclose(together, one_by_one, rtol=1e-14, atol=1e-16)


@pytest.mark.parametrize("network", [PlainRNN, PlainLSTM])
def test_sizes_are_drawn_from_one_on(network):
    drawn = [network.draw(np.random.default_rng(seed)) for seed in range(200)]

    assert {one.n for one in drawn} == {1, 2, 3}
    assert {one.T for one in drawn} == {0, 1, 2, 3, 4}


def test_the_recipe_of_contributing_shows_a_claim_as_it_stands_in_twelve_lines():
    recipe = (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^   ```text\n(   @.*?)^   ```", recipe, re.MULTILINE | re.DOTALL)
    claim = textwrap.dedent(shown)

    modules = (ROOT / "rnn_solutions" / "claims").glob("*.py")
    assert any(claim in module.read_text(encoding="utf-8") for module in modules)
    assert len(claim.splitlines()) <= 12


def test_the_terminal_says_what_holds_and_returns_0(capsys):
    once = ["--label", "eq-dense-jacobian"]
    assert terminal.main([*once, *once, "--trials", "7", "--seed", "2"]) == 0

    said = capsys.readouterr().out
    assert "holds    eq-dense-jacobian" in said
    assert "7 cases" in said
    assert "1 holds" in said


def test_the_terminal_returns_1_when_a_claim_falls(register, capsys):
    register(raising)

    assert terminal.main([]) == 1

    said = capsys.readouterr().out
    assert "fallen   eq-test" in said
    assert "KeyError" in said
    assert "raising" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--label", "eq-dense-jacobain"], "did you mean eq-dense-jacobian?"),
        (["--trials", "0"], "must be at least 1, got 0"),
        (["--seed", "-1"], "must be at least 0, got -1"),
        (["--trials", "many"], "argument --trials: must be a whole number, got 'many'"),
        (["--seed", "1.5"], "argument --seed: must be a whole number, got '1.5'"),
    ],
)
def test_the_terminal_says_what_it_cannot_take(arguments, message, capsys):
    with pytest.raises(SystemExit) as stopped:
        terminal.main(arguments)

    assert stopped.value.code == 2
    assert message in capsys.readouterr().err
