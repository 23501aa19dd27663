"""The verdicts at the equations: what fails a build, what a page shows, what the ledger lists."""

import ast
import inspect
import json
import re
import textwrap
from dataclasses import asdict
from html import unescape

import pytest

from rnn_solutions.claims import CLAIMS, judge
from shown_verdicts import beside, cells_to_show, fields_to_show, ledger, mark_to_show
from verdicts import Place, code_of, is_erratum
from verdicts import problems as problems_of

EQUATION = """\
```{{math}}
:label: {label}
{formula},
```

"""
FINDING = """\
({label})=
**6.** A finding.

"""
END = """\
Hold {verdicts}`holds`, defined {verdicts}`defined`, refuted {verdicts}`refuted`, else {verdicts}`definition`.

In {verdicts}`cases` cases.

```{ledger}
```
"""
LABEL = "eq-dense-linear"
METHODS = (
    "closed form",
    "SymPy",
    "complex step",
    "exact fractions",
    "another algorithm",
    "a sixth",
    "a seventh",
)
# Verdicts of which no two are alike, nor two numbers in one, of claims of the site, whose code they show.
MADE_UP = {
    "eq-dense-linear": {"sampled": True, "tolerance": 1.5e-12},
    "eq-bptt-sweep": {"sampled": False, "tolerance": 0, "error": 0, "method": "SymPy"},
    "eq-spectral-sum": {"sampled": True, "tolerance": 0, "error": 0, "tried": 0, "caught": 0},
    "eq-power-lower-bound": {"sampled": False, "tolerance": 2.5e-13},
    "def-bptt-adjoint": {"sampled": True, "tolerance": 5.5e-12},
    "erratum-10": {"sampled": True, "tolerance": 3.5e-12},
    "erratum-40": {"sampled": False, "tolerance": 4.5e-12},
}


def made_up(number, label, said):
    """Return a verdict that is alike to no other, on a claim of the site."""
    refuted = label.startswith("erratum-")
    told = {
        "status": {"def": "defined", "erratum": "refuted"}.get(label.partition("-")[0], "holds"),
        "statement": f"Statement {number}.",
        "formula": f"y_{number} = W_{number} x_{number}",
        "method": METHODS[number],
        "assumes": f"assumption {number}",
        "because": f"reason {number}",
        "cases": 100 + number if said["sampled"] else 1,
        "seed": 20 + number,
        "beyond": 30 + number if refuted else 0,
        "error": 0.5 + number if refuted else 1.25e-14 * (number + 1),
        "worst": 40 + number,
        "left": f"{number}.25",
        "right": f"-{number}.75",
        "tried": 60 + number,
        "caught": 50 + number,
    }
    return asdict(judge(CLAIMS[label], trials=1)) | told | said


@pytest.fixture(scope="module")
def found():
    """Verdicts as the site keeps them, in another order than the page's."""
    return [made_up(number, *one) for number, one in enumerate(MADE_UP.items())][::-1]


@pytest.fixture
def build(build_in, tmp_path, capfd):
    """Return a function that builds one page with given verdicts: the site, the status and what was said."""

    def build(found):
        parts = [EQUATION.format(label="def-layer", formula="y = W x")]
        for one in sorted(found, key=lambda one: list(MADE_UP).index(one["label"])):
            about = FINDING if is_erratum(one["label"]) else EQUATION
            parts += [about.format(**one), "Some words.\n\n"]
        page = {"index.md": "# Page\n\n" + "".join(parts) + END}
        return tmp_path / "site", build_in(tmp_path, page, verdicts=found), capfd.readouterr().err

    return build


def test_each_verdict_stands_at_its_own_equation_and_says_each_thing_under_its_head(build, found):
    site, status, said = build(found)

    assert status == 0, said
    page = (site / "index.html").read_text(encoding="utf-8")
    (first, definition), *others = beside(page)
    assert (first, definition.mark, definition.line) == ("def-layer", ("≔", "Definition"), "")
    verdicts = {one["label"]: one for one in found}
    assert [label for label, _ in others] == list(MADE_UP)
    for label, shown in others:
        assert shown.anchor == f"verdict-{label}"
        assert shown.mark == mark_to_show(shown.line)
        assert shown.fields == fields_to_show(verdicts[label])
    assert page.count("<details") == len(MADE_UP)
    assert "Hold 4, defined 1, refuted 2, else 1." in re.sub("<[^>]+>", "", page)


def test_the_ledger_and_verdicts_json_list_what_was_found(build, found):
    site, _, _ = build(found)

    page = (site / "index.html").read_text(encoding="utf-8")
    assert 'src="_static/ledger.js' in page
    verdicts = {one["label"]: one for one in found}
    definition, *rows = ledger(page)
    assert definition["Formula"] == "(1) def-layer"
    for number, (label, row) in enumerate(zip(MADE_UP, rows, strict=True), 2):
        verdict, is_finding = verdicts[label], is_erratum(label)
        name = f"finding {label.removeprefix('erratum-')}" if is_finding else f"({number})"
        assert row == cells_to_show(verdict) | {
            "address": f"#{label}" if is_finding else f"#equation-{label}",
            "Formula": f"{name} {label} {verdict['statement']}",
        }
    definition, *entries = json.loads((site / "verdicts.json").read_text(encoding="utf-8"))
    assert (definition["label"], definition["page"], definition["source"]) == ("def-layer", "index", None)
    assert [one["label"] for one in entries] == list(MADE_UP)
    for one in entries:
        assert one == {name: verdicts[one["label"]].get(name) for name in one} | {
            "page": "index",
            "source": f"index.html#verdict-{one['label']}",
        }
        assert set(one) >= {"status", "method", "cases", "error", "tolerance", "tried", "caught"}


def test_the_code_of_a_claim_stands_highlighted_in_its_verdict_and_no_search_leads_to_it(build, found):
    """The decorator and the docstring stay out: the rows above the code and the equation say the same."""
    site, _, _ = build(found)

    page = (site / "index.html").read_text(encoding="utf-8")
    opened = re.search(rf'<summary id="verdict-{LABEL}".*?</details>', page, re.DOTALL)[0]
    shown = unescape(re.sub("<[^>]+>", "", re.search("<pre>.*</pre>", opened, re.DOTALL)[0]))
    written = textwrap.dedent(inspect.getsource(CLAIMS[LABEL].function))
    body = re.fullmatch(r'@\w+\(.*?\)\n(def .*?:\n) +r?""".*?"""\n(.*)', written, re.DOTALL)
    assert shown == body[1] + body[2]
    assert CLAIMS[LABEL].function.__name__ not in (site / "searchindex.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("label", CLAIMS)
def test_every_claim_shows_one_whole_function(label):
    claim = CLAIMS[label]

    [function] = ast.parse(code_of({"module": claim.function.__module__, "line": claim.line})).body

    assert function.name == claim.function.__name__
    assert function.decorator_list == []
    assert ast.get_docstring(function) is None


@pytest.fixture
def pair(found):
    """Return two of them: of an equation and of a finding."""
    return [one for label in (LABEL, "erratum-10") for one in found if one["label"] == label]


def test_a_claim_that_falls_fails_the_build_and_says_what_to_do(build, pair):
    fallen = pair[0] | {"status": "fallen", "reason": "the error is 2", "left": "1.0", "right": "-1.0"}

    _, status, said = build([fallen, pair[1]])

    assert status != 0
    assert f"index.md:8: WARNING: {LABEL} does not hold: the error is 2 (left 1.0, right -1.0)." in said
    assert f"in rnn_solutions/claims/jacobian_of_a_dense_layer.py, line {pair[0]['line']}" in said
    assert f"python -m rnn_solutions.claims --label {LABEL}" in said


FORMULA = "y_0 = W_0 x_0"
GOOD = {LABEL: FORMULA, "erratum-10": ""}
ELSEWHERE = "is about eq-dense-linear, and no page has that label; did you mean eq-dense-liner"


@pytest.mark.parametrize(
    ("equations", "said"),
    [
        ({LABEL: f"{FORMULA} .", "def-layer": "y = W x", "erratum-10": "", "erratum-7": ""}, {}),
        (GOOD | {"eq-new": "a = b"}, {3: "eq-new has no verdict: write its claim in rnn_solutions/claims"}),
        (
            {"eq-dense-liner": FORMULA, "erratum-10": ""},
            {1: r"did you mean eq-dense-linear\?$", None: ELSEWHERE},
        ),
        # One sign in the TeX is enough; white space and the mark that ends the sentence are not.
        (
            GOOD | {LABEL: FORMULA.replace("=", "= -")},
            {1: f"is not the formula that was checked.*{re.escape(FORMULA)}"},
        ),
    ],
    ids=["all is well", "no claim", "a typing error in a label", "a formula changed on the page alone"],
)
def test_what_is_wrong_with_an_equation_is_named_with_its_line(pair, equations, said):
    places = {label: Place("page", line, tex) for line, (label, tex) in enumerate(equations.items(), 1)}

    problems = list(problems_of(places, {one["label"]: one for one in pair}))

    for (where, message), (line, pattern) in zip(problems, said.items(), strict=True):
        assert where == (line and ("page", line))
        assert re.search(pattern, message, re.DOTALL)


def test_a_refuted_formula_that_holds_is_named(pair):
    fallen = pair[1] | {"status": "fallen", "reason": "what is printed holds"}
    places = {"erratum-10": Place("errata", 5)}

    [(where, message)] = problems_of(places, {"erratum-10": fallen})

    assert where == ("errata", 5)
    assert "erratum-10 does not hold: what is printed holds" in message
