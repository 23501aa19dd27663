"""Flipping a sign in a claim: what counts as a sign, and that a claim is judged with it and as it was."""

import ast
import importlib.util
import tomllib

import pytest

from rnn_solutions.claims import Claim
from signs import HARMLESS, Place, places

SOURCE = """
from rnn_solutions.claims import equal


def square_of_a_difference(rng):
    a, b = rng.normal(size=3 - 1)
    c = b + rng.normal()
    scale = abs(a) + abs(b)
    last = [a, b][-1]
    return equal((a - last) ** 2, a**2 - 2 * a * b + (-b) ** 2, scale=scale**2 + c * 0)
"""


@pytest.fixture
def place(tmp_path):
    file = tmp_path / "toy.py"
    file.write_text(SOURCE, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("toy", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tree = ast.parse(SOURCE)
    place = Place(module, tree, "square_of_a_difference", tree.body[-1])
    place.judges = [Claim("eq-toy", place.function, "closed form", "", 1e-12, "", "")]
    return place


def test_a_sign_is_found_unless_it_draws_counts_from_the_end_or_sets_a_scale(place):
    found = {ast.unparse(sign) for sign in place.signs}

    assert found == {"a - last", "a ** 2 - 2 * a * b + (-b) ** 2", "a ** 2 - 2 * a * b", "-b"}


def test_a_claim_falls_with_a_sign_flipped_and_is_as_before_afterwards(place):
    """Only the sign under the square makes no difference."""
    before = place.function.__code__

    unnoticed = [ast.unparse(sign) for sign in place.signs if not place.falls_without(sign)]

    assert unnoticed == ["-b"]
    assert place.function.__code__ is before
    assert ast.unparse(place.tree) == ast.unparse(ast.parse(SOURCE))


def test_every_harmless_sign_stands_in_its_function_of_today():
    signs = {place.where: {ast.unparse(sign) for sign in place.signs} for place in places()}

    for where, reasons in tomllib.loads(HARMLESS.read_text(encoding="utf-8")).items():
        assert where in signs, f"{where} is gone: edit its entry in {HARMLESS.name}"
        gone = reasons.keys() - signs[where]
        assert not gone, f"{where} no longer holds these signs: edit its entry in {HARMLESS.name}"
        assert all(reasons.values())
