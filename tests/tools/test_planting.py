"""Planting a mistake: found as a tree, whatever its layout, and refused where the code has changed."""

import ast
import subprocess
import sys

import pytest

from planting import ROOT, DoesNotApplyError, Mistake, mistakes, planted

SOURCE = '''
"""A module."""


class Net:
    """A layer."""

    def step(self, h, z):
        z[...] = self.W @ h  # a comment
        h *= 2
        return f(
            h[0],
            out=z,
        )


def f(value, out, first=0):
    out += value
    return out
'''


def plant(where, find, put, times=1):
    return planted(SOURCE, Mistake("a sign", where, find, put, times))


@pytest.mark.parametrize(
    ("where", "find", "put", "before", "after"),
    [
        ("net:Net.step", "f(h[0],   out=(z))", "f(h[1], out=z)", "f(h[0]", "f(h[1]"),
        ("net:Net.step", "self.W", "self.W.T", "self.W", "self.W.T"),
        ("net:Net.step", "h *= 2", "h *= 2; h += 1", "h *= 2", "h *= 2\n        h += 1"),
        ("net:Net.step", "z[...] = self.W @ h; h *= 2", "h", "z[...] = self.W @ h\n        h *= 2", "h"),
        ("net:f", "out += value", "", "out += value", "pass"),
        ("net:f", "0", "1", "first=0", "first=1"),
        ("net:", "h[0]", "h[2]", "h[0]", "h[2]"),
        ("net:Net", "z[...]", "z[0]", "z[...]", "z[0]"),
    ],
)
def test_an_edit_is_found_by_its_tree_and_leaves_the_rest(where, find, put, before, after):
    """Only comments and the layout go, which a tree does not hold."""
    plain = ast.unparse(ast.parse(SOURCE)) + "\n"

    assert plant(where, find, put) == plain.replace(before, after) != plain


def test_an_edit_reaches_only_the_function_it_names():
    assert plant("net:f", "out", "value", times=2).count("out=z") == 1


@pytest.mark.parametrize(
    ("where", "find", "times", "message"),
    [
        ("net:f", "out -= value", 1, r"'a sign' .* in net:f the code `out -= value` must stand 1 .* 0 times"),
        ("net:Net.step", "h", 1, r"`h` must stand 1 time\(s\) and stands 3 times"),
        ("net:f", "out", 4, r"`out` must stand 4 time\(s\) and stands 2 times"),
        ("net:Net.leap", "h", 1, r"rnn_solutions/net\.py has no `leap`, which net:Net\.leap names"),
    ],
)
def test_an_edit_that_no_longer_applies_is_refused_with_what_to_do(where, find, times, message):
    with pytest.raises(DoesNotApplyError, match=message):
        plant(where, find, "k", times)


def test_a_mistake_in_a_package_within_names_its_file():
    assert (
        Mistake("a sign", "sheet.findings.powers:f", "", "").file == "rnn_solutions/sheet/findings/powers.py"
    )


@pytest.mark.parametrize("mistake", mistakes(), ids=lambda mistake: mistake.name)
def test_every_mistake_of_the_list_applies_to_the_code_of_today(mistake):
    assert planted((ROOT / mistake.file).read_text(encoding="utf-8"), mistake)


def test_a_planted_mistake_is_what_runs_and_no_file_is_touched():
    mistake = Mistake("ten for a quarter", "networks.activations:sigmoid", "1.0 + e", "10.0 * (1.0 + e)")
    code = f"""
from planting import Mistake, plant
plant({mistake!r})
from rnn_solutions import sigmoid
assert sigmoid(0.0) == 0.05, sigmoid(0.0)
"""
    before = (ROOT / mistake.file).read_bytes()

    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "tests" / "mistakes", check=False)

    assert ran.returncode == 0
    assert (ROOT / mistake.file).read_bytes() == before
