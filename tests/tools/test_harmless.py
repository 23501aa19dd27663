"""The reviewed mutants: rules take what they are for and no more, and every entry is about today's code."""

import pytest

from harmless import LIST, change, lines_of, read

RULES, REASONS = read()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_takes_its_example_and_refuses_the_other(rule):
    assert rule.covers(*rule.takes)
    assert not rule.covers(*rule.refuses)
    assert rule.why


@pytest.mark.parametrize(
    ("was", "becomes", "found"),
    [
        ("f(a, b=c)", "f(a, b=None)", ("f", "b", "c", "None", "dropped")),
        ("x = g(f(a, b=c))", "x = g(f(a, ))", ("f", "b", "c", "", "used")),
        ("if f(a, b + 1):", "if f(a, b - 1):", ("f", "1", "b + 1", "b - 1", "used")),
        ("f(x) for x in h(y, k=1)", "f(x) for x in h(y, k=2)", ("h", "k", "1", "2", "used")),
        ("for x in h(y, k=1)", "for x in h(y, k=2)", ("h", "k", "1", "2", "used")),
        ("x = f(a)", "x = g(a)", None),
        ("x = f(a, b)", "x = f(b)", None),
        ("x = f(a) + 1", "x = f(a) - 1", None),
        ("one(a, b", "one(a, None", None),
        ("if a > b * tol:", "if a >= b * tol:", ("a", "b * tol", ">", ">=")),
        ("return f(a <= tol)", "return f(a < tol)", ("a", "tol", "<=", "<")),
        ("if a > tol:", "if b > tol:", None),
        ("if 0 < a < tol:", "if 0 <= a < tol:", None),
        ("if a > tol and b:", "if a > tol or b:", None),
    ],
)
def test_a_changed_argument_or_comparison_is_found_by_its_tree(was, becomes, found):
    """A change of anything else has no parts, so that no rule takes it."""
    parts = {5: ("call", "argument", "was", "becomes", "result"), 4: ("left", "right", "was", "becomes")}

    assert change(was, becomes) == (dict(zip(parts[len(found)], found, strict=True)) if found else {})


@pytest.mark.parametrize(("function", "was", "becomes"), REASONS, ids=lambda text: text[:40])
def test_every_entry_is_about_a_line_of_today_and_about_no_change_that_a_rule_covers(function, was, becomes):
    lines = "\n".join(["", *lines_of(function), ""])
    covered = [rule.name for rule in RULES if rule.covers(was, becomes)]

    assert f"\n{was}\n" in lines, f"{function} no longer holds this line: edit its entry in {LIST.name}"
    assert not covered, f"{LIST.name} holds a rule for this: take the entry out"
    assert REASONS[function, was, becomes]
