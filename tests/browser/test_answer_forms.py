"""The check of one's own answer in the page says what `check_answer` says, on every stored case."""

import re
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest

from rnn_solutions import check_answer, usual_mistakes

PAGES = {
    "2a": "exercise-2/expansion-for-three-steps.html",
    "2c": "exercise-2/thirtieth-power.html",
    "3a": "exercise-3/what-the-gates-do.html",
    "3b": "exercise-3/which-quantities-are-positive.html",
    "3c": "exercise-3/gradient-along-the-cell-state.html",
}
OTHERS = [
    "exercise-1/jacobian-of-a-dense-layer.html",
    "exercise-1/backpropagation-through-time.html",
    "exercise-2/powers-by-eigendecomposition.html",
]
FORM = "form.answer-form"
# What stands below the button: the sign, and the rest as `check_answer` would print it.
READ = """form => {
  const text = selector => form.querySelector(`output ${selector}`)?.textContent ?? "";
  return [text(".sign").trim(), text(".name"), text(".message"), form.querySelector("output").className];
}"""
# Each field gets its text, and each box its tick; then the form is sent.
FILL = """(form, given) => {
  [...form.querySelectorAll("input")].forEach((input, i) => {
    if (input.type === "text") input.value = given[i]; else input.checked = given[i];
  });
  form.requestSubmit();
}"""


@pytest.fixture
def judge(visit):
    """Return a function that fills the form of a question with many answers, and gives what it says."""

    def judge(question, answers):
        page, faults = visit(PAGES[question])
        fill = f"(form, many) => many.map(given => {{ ({FILL})(form, given); return ({READ})(form); }})"
        said = page.locator(FORM).evaluate(fill, answers)
        assert not faults, "\n".join(faults)
        return said

    return judge


def expected(question, value):
    """Return what the page must show for an answer."""
    said = check_answer(question, value)
    name = f"{said.mistake}. " if said.mistake else ""
    message = said.message.replace("<=", "≤")
    return ["✓", "", message, "right"] if said.right else ["✗", name, message, "wrong"]


def differences(answers, shown, right):
    """Return the answers of which the page says something else."""
    compared = zip(answers, shown, right, strict=True)
    return [(answer, one, other) for answer, one, other in compared if one != other]


# -- 2(c): numbers as they are written -----------------------------------------------------------------------

W = np.array([["0.58", "0.24"], ["0.24", "0.72"]], dtype=object)
EXACT = np.vectorize(Fraction, otypes=[object])(W)


def power(n):
    """Return W^n exactly."""
    return np.linalg.matrix_power(EXACT, n).ravel().tolist()


def spelled(entries, places, how=ROUND_HALF_EVEN):
    """Return numbers with so many decimal places."""
    unit = Decimal(1).scaleb(-places)
    with localcontext(prec=100):
        decimals = [Decimal(entry.numerator) / entry.denominator for entry in entries]
        return [str(one.quantize(unit, rounding=how)) for one in decimals]


def matrices():
    """Yield the entries of matrices, as people write them: right, nearly right, a usual mistake, nonsense."""
    right = power(30)
    for places, how in product(range(1, 9), (ROUND_HALF_EVEN, ROUND_DOWN)):
        yield spelled(right, places, how)
    a, b = Fraction(9, 10) ** 30, Fraction(2, 5) ** 30
    v, u = Fraction(3, 5), Fraction(4, 5)
    wrong = {
        "elementwise": [entry**30 for entry in EXACT.ravel()],
        "29": power(29),
        "31": power(31),
        "W": power(1),
        "identity": power(0),
        "30 W": [30 * entry for entry in EXACT.ravel()],
        "Lambda": [a, 0 * a, 0 * a, b],
        "swapped": [u * u * a, -u * v * a, -u * v * a, v * v * a],
        "no inverse": [-v * a, -u * b, -u * a, v * b],
        "other signs": [v * a, u * b, u * a, -v * b],
        "not of length 1": [25 * entry for entry in right],
        "transposed signs": [right[0], -right[1], right[2], -right[3]],
        "half": [entry / 2 for entry in right],
    }
    for entries in wrong.values():
        for places in (2, 3, 4, 6, 12):
            yield spelled(entries, places)
    yield ["0.0153", "0.0203", "0.0203", "0.0272"]  # a unit too large in the last entry
    yield ["0.0152", "0.0204", "0.0203", "0.0271"]
    yield ["0.0153", "0.0203", "0.020", "0.0271"]  # with places of their own
    yield ["0.015", "0.0203", "0.02035", "0.027130"]
    yield ["0.57", "0.24", "0.24", "0.72"]  # a whole unit too small, of what is exact
    yield ["17.4216", "7.2", "7.2", "21.6"]  # off by a thousandth of the largest, and by more
    yield ["17.421600001", "7.2", "7.2", "21.6"]
    yield ["0,0153", "0,0203", "0,0203", "0,0271"]
    yield ["1/65", "2/98", "2/98", "1/37"]
    yield ["1/64", "1/49", "1/49", "1/36"]
    yield ["153/10000", "203/10000", "203 / 10000", "271/10000"]
    yield ["1.53e-2", "2.03E-2", "2,03e-2", "2.71e-02"]
    yield [" .0153 ", "+0.0203", "0.0203", "0.0271"]
    yield ["0.01530", "0.02030", "0.02030", "0.02710"]
    yield ["\u22120.0254", "0", "\u22120.0339", "0"]
    yield ["\u22120", "0.", "0", "0"]
    yield ["1e300", "1", "1", "1"]
    yield ["1", "2", "3", "4"]
    yield ["０．０１５３", "0.0203", "0.0203", "0.0271"]
    yield spelled(right, 31)
    yield [f"{float(entry)!r}" for entry in right]
    yield [f"{float(entry) * (1 + 2e-3)!r}" for entry in right]
    yield [f"{float(entry) * (1 - 9e-4)!r}" for entry in right]
    rng = np.random.default_rng(0)
    for places in (3, 4, 5):
        for _ in range(60):  # on both sides of each bound, for the right matrix and for others
            near = [right, power(29), power(31), wrong["swapped"]][rng.integers(4)]
            steps = rng.integers(-110, 60, size=4)
            moved = [entry + Fraction(int(n), 100 * 10**places) for entry, n in zip(near, steps, strict=True)]
            yield spelled(moved, places)
    for _ in range(60):
        off = rng.uniform(-1.2e-3, 1.2e-3, size=4)
        yield [
            repr(float(entry) + float(one) * float(right[3])) for entry, one in zip(right, off, strict=True)
        ]


def test_four_numbers_are_judged_as_check_answer_judges_them(judge):
    answers = list(matrices())
    right = [expected("2c", [texts[:2], texts[2:]]) for texts in answers]

    assert differences(answers, judge("2c", answers), right) == []
    assert len(answers) > 300
    names = {name for _, name, *_ in right}
    assert len(names) > 10
    assert sum(outcome == "right" for *_, outcome in right) > 50


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["0.0153", "", "0.0203", " "], ["row 1, column 2 is empty", "row 2, column 2 is empty"]),
        (["abc", "0.0203", "1/0", "1"], ["“abc” in row 1, column 1", "“1/0” in row 2, column 1"]),
        (["0.01.53", "1 2", "0x1", "nan"], [f"in row {row}, column {k}" for row in (1, 2) for k in (1, 2)]),
        (["1e999", "∞", "½", "1e9999"], [f"in row {row}, column {k}" for row in (1, 2) for k in (1, 2)]),
    ],
)
def test_a_field_that_holds_no_number_is_named_and_nothing_is_judged(given, said, judge):
    (sign, name, message, outcome) = judge("2c", [given])[0]

    assert (sign, name, outcome) == ("", "", "unread")
    assert all(one in message for one in said)
    assert message.count("row") == len(said)
    assert ("Write 0.0153, 0,0153 or 1.53e-2." in message) == ("“" in message)


def test_the_first_field_that_holds_no_number_is_marked_and_gets_the_focus(visit):
    page, faults = visit(PAGES["2c"], width=390)
    form = page.locator(FORM)
    marks = "form => [...form.querySelectorAll('input')].map(e => e.getAttribute('aria-invalid'))"

    form.evaluate(FILL, ["0.0153", "abc", "", "1"])
    assert form.evaluate(marks) == [None, "true", "true", None]
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "row 1, column 2"
    form.evaluate(FILL, ["0.0153", "0.0203", "0.0203", "0.0271"])
    assert form.evaluate(marks) == [None] * 4
    assert not faults, "\n".join(faults)


# -- The others: boxes that are ticked -----------------------------------------------------------------------

TERMS = list(product(range(4), repeat=2))  # in the order of the grid
SIX = ["forget gate", "input gate", "output gate", "candidate", "cell state", "hidden state"]
GATES = ["forget gate", "input gate", "output gate"]
FACTORS = [
    "old cell state", "new cell state", "candidate", "tanh(C_t)", "input x_t", "old hidden state", "h_t",
]  # fmt: skip


def sets_of_terms():
    """Return sets of terms: what people write, each with one term more or less, and random ones."""
    rules = "k <= t; 1 <= k <= t; k < t; 1 <= k < t; True; t <= k; t == 3; k == t; k == 0; k <= t >= 1"
    rules += "; k <= t < 3; t + k <= 3; t > k >= t - 1; t and k"
    known = [{(t, k) for t, k in TERMS if eval(rule, {"t": t, "k": k})} for rule in rules.split("; ")]
    changed = [some ^ {term} for some in known[:3] for term in TERMS]
    rng = np.random.default_rng(0)
    drawn = [{TERMS[i] for i in np.flatnonzero(rng.random(16) < share)} for share in (0.2, 0.5, 0.8) * 40]
    return [some for some in [*known, *changed, *drawn] if some]


def test_every_set_of_terms_is_judged_as_check_answer_judges_it(judge):
    sets = sets_of_terms()
    right = [expected("2a", sorted(terms)) for terms in sets]
    ticks = [[term in terms for term in TERMS] for terms in sets]

    assert differences(sets, judge("2a", ticks), right) == []
    assert len(sets) > 150
    # A grid shows no pair twice and no step beyond the last; and two mistakes give the same terms.
    never = {"a term twice", "steps counted from 1", "t up to T + 1", "t - k for k"}
    assert set(usual_mistakes("2a")) - {name.removesuffix(". ") for _, name, *_ in right} <= never


def test_every_set_of_quantities_is_judged_as_check_answer_judges_it(judge):
    sets = [set(some) for many in range(1, 7) for some in combinations(SIX, many)]
    right = [expected("3b", names) for names in sets]

    shown = judge("3b", [[name in names for name in SIX] for names in sets])

    assert differences(sets, shown, right) == []
    assert len(sets) == 63
    names = {name.removesuffix(". ") for _, name, *_ in right} - {""}
    assert names == set(usual_mistakes("3b")) - {"no quantity named"}


@pytest.mark.parametrize("question", ["2a", "3b"])
def test_where_nothing_is_ticked_nothing_is_told(question, judge):
    boxes = {"2a": 16, "3b": 6}[question]

    assert judge(question, [[False] * boxes]) == [["", "", "Nothing is ticked yet.", "unread"]]


def test_every_choice_for_the_gates_is_judged_as_check_answer_judges_it(judge):
    choices = list(product(FACTORS, repeat=3))
    right = [expected("3a", dict(zip(GATES, chosen, strict=True))) for chosen in choices]
    ticks = [[one == factor for one in chosen for factor in FACTORS] for chosen in choices]

    assert differences(choices, judge("3a", ticks), right) == []
    assert len(choices) == 343
    assert {name.removesuffix(". ") for _, name, *_ in right} - {""} == set(usual_mistakes("3a"))


def test_a_gate_for_which_nothing_is_chosen_is_named(judge):
    nothing = [False] * 21
    only_f = [True, *nothing[1:]]

    (_, _, all_open, outcome), (_, _, two_open, _) = judge("3a", [nothing, only_f])

    assert outcome == "unread"
    assert all(gate in all_open for gate in GATES)
    assert [gate in two_open for gate in GATES] == [False, True, True]


def test_every_choice_for_the_derivative_is_judged_as_check_answer_judges_it(judge):
    given = [np.eye(2), 1, np.zeros((2, 2)), np.ones((2, 2)), -np.eye(2), 3 * np.eye(2)]
    ticks = [[place == chosen for place in range(len(given))] for chosen in range(len(given))]

    assert differences(ticks, judge("3c", ticks), [expected("3c", one) for one in given]) == []


# -- As a reader does it -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        ["0.0153", "0.0203", "0.0203", "0.0271"],
        ["0,0152", "0,0203", "0,0203", "0,0271"],
        ["1/65", "0.0203", "0.0203", "0.0271"],
        ["8e-8", "0", "0", "5.2e-5"],
        ["0.58", "0.24", "0.24", "0.72"],
    ],
)
def test_typed_numbers_are_checked_by_enter_and_the_answer_is_a_link_away(typed, visit):
    page, faults = visit(PAGES["2c"], width=390)
    form = page.locator(FORM)

    for place, text in enumerate(typed):
        row, column = divmod(place, 2)
        page.get_by_label(f"row {row + 1}, column {column + 1}").press_sequentially(text)
    page.keyboard.press("Enter")

    assert form.evaluate(READ) == expected("2c", [typed[:2], typed[2:]])
    page.get_by_role("link", name="Show the answer").click()
    page.wait_for_function("() => document.querySelector('#answer-2c').checkVisibility()")
    page.get_by_label("row 1, column 1").press("1")
    assert form.locator("output").inner_text() == ""  # it was about another answer
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("number", range(5))
def test_ticks_by_keyboard_are_checked_by_enter(number, visit):
    page, faults = visit(PAGES["2a"], width=390)
    terms = sorted(sets_of_terms()[number])

    page.get_by_label("t = 0, k = 0").focus()
    for term in TERMS:
        if term in terms:
            page.keyboard.press("Space")
        if term != TERMS[-1]:
            page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.locator(FORM).evaluate(READ) == expected("2a", terms)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("chosen", [(0, 2, 3), (1, 2, 3), (0, 4, 3), (0, 2, 1), (5, 5, 5)])
def test_choices_by_keyboard_are_checked_by_the_button(chosen, visit):
    page, faults = visit(PAGES["3a"], width=390)

    page.get_by_label("C_{t-1}, old cell state: forget gate").focus()
    for place in chosen:
        page.keyboard.press("Space")
        for _ in range(place):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Check"
    page.keyboard.press("Enter")

    answer = {gate: FACTORS[place] for gate, place in zip(GATES, chosen, strict=True)}
    assert page.locator(FORM).evaluate(READ) == expected("3a", answer)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("number", [1, 7, 15, 42, 63])
def test_boxes_by_pointer_are_checked_by_the_button(number, visit):
    page, faults = visit(PAGES["3b"], width=390)
    names = [name for place, name in enumerate(SIX) if number >> place & 1]

    for name in names:
        page.locator(FORM).get_by_label(re.compile(f", {name}$")).click()
    page.get_by_role("button", name="Check", exact=True).click()

    # At 390 pixels the result is below the window, if nothing brings it in.
    inside = (
        "e => { const {top, bottom} = e.getBoundingClientRect(); return top >= 0 && bottom <= innerHeight; }"
    )
    assert page.locator(f"{FORM} output").evaluate(inside)

    assert page.locator(FORM).evaluate(READ) == expected("3b", set(names))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("question", PAGES)
def test_the_answer_is_a_link_away_before_anything_is_checked(question, visit):
    page, faults = visit(PAGES[question], width=390)
    button, link = (page.locator(f"{FORM} > {name}") for name in ("button", "a"))

    assert link.inner_text() == "Show the answer"
    assert abs(button.bounding_box()["y"] - link.bounding_box()["y"]) < 10
    link.click()
    page.wait_for_function(f"() => document.querySelector('#answer-{question}').checkVisibility()")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("question", ["3a", "3b", "3c"])
def test_a_name_that_is_heard_begins_with_the_symbol_that_is_seen(question, visit):
    """What a box shows, without signs, are the letters and digits that its name begins with."""
    page, _ = visit(PAGES[question])
    pairs = """form => [...form.querySelectorAll("label")].map(label => {
      const math = label.querySelector("math").cloneNode(true);
      math.querySelectorAll("annotation").forEach(e => e.remove());
      return [math.textContent, label.querySelector("input").getAttribute("aria-label")];
    })"""
    found = page.locator(FORM).evaluate(pairs)

    assert len(found) >= 6
    for shown, heard in found:
        letters = [
            re.sub(r"[\W_]", "", text.replace("\u00d7", "x")) for text in (shown, heard.split(", ")[0])
        ]
        assert sorted(letters[0]) == sorted(letters[1])


@pytest.mark.parametrize("place", [*PAGES.values(), *OTHERS])
def test_the_open_mistakes_are_not_a_long_way_to_scroll_on_a_phone(place, visit):
    page, _ = visit(place, width=390)
    fold = page.locator("details.mistakes")
    fold.evaluate("e => e.open = true")

    assert fold.bounding_box()["height"] < 1900


@pytest.mark.parametrize("question", PAGES)
def test_what_a_hand_presses_is_large_enough_and_a_number_can_be_read(question, visit):
    page, _ = visit(PAGES[question], width=390)
    sizes = """form => [...form.querySelectorAll("label, button")].map(e => {
      const {width, height} = e.getBoundingClientRect(); return Math.min(width, height);
    })"""
    room = """field => {
      field.value = "0.0152608";
      return field.scrollWidth <= field.clientWidth;
    }"""

    assert min(page.locator(FORM).evaluate(sizes)) >= 40
    assert all(
        page.locator(f"{FORM} [type=text]").nth(i).evaluate(room) for i in range(4 * (question == "2c"))
    )


@pytest.mark.parametrize("question", PAGES)
def test_what_was_found_is_accessible_in_every_light(question, visit, turn, axe):
    page, faults = visit(PAGES[question], width=390)
    form = page.locator(FORM)
    everything = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
    boxes = form.locator("input").count()
    unread = ["", "abc", "1", "1"] if question == "2c" else [False] * boxes
    page.locator("details.mistakes").evaluate("e => e.open = true")
    for given in (unread, ["1"] * 4 if question == "2c" else [True] * boxes):
        form.evaluate(FILL, given)
        for scheme in ("light", "dark"):
            turn(page, scheme)
            found = axe(page, everything, f"{FORM}, .mistakes, .in-python")["violations"]
            # A head that is a formula is read aloud, which axe does not know.
            assert [one for one in found if one["id"] != "empty-table-header"] == []
        assert form.locator("output").inner_text().strip()
    assert not faults, "\n".join(faults)


# -- Without scripts, and on paper ---------------------------------------------------------------------------


@pytest.mark.parametrize("place", [*PAGES.values(), *OTHERS])
def test_without_scripts_the_mistakes_are_there_and_the_form_is_not(place, visit):
    page, _ = visit(place, java_script_enabled=False)
    mistakes = page.locator("details.mistakes")

    assert page.locator(FORM).count() == (place in PAGES.values())
    assert not page.locator(FORM).is_visible()
    assert not mistakes.locator("dt").first.is_visible()
    mistakes.locator("summary").click()
    assert mistakes.locator("dt").first.is_visible()
    assert mistakes.locator("dt").count() >= 3


@pytest.mark.parametrize("question", PAGES)
def test_on_paper_stand_empty_boxes_and_no_mistakes(question, visit):
    page, _ = visit(PAGES[question])
    controls = page.locator(f"{FORM} input").count()
    page.emulate_media(media="print")
    drawn = """form => [...form.querySelectorAll("label")].filter(
      e => parseFloat(getComputedStyle(e, "::before").width) > 10).length"""

    assert page.locator(FORM).is_visible()
    assert page.locator(FORM).evaluate(drawn) == controls
    assert not page.locator(f"{FORM} input").first.is_visible()
    assert not page.locator("details.mistakes").is_visible()
    assert not page.locator("details.in-python").is_visible()
