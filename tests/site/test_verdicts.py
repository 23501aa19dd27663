"""The verdicts beneath the equations: what fails a build, what a page shows, what the ledger lists."""

import ast
import inspect
import json
import re
import textwrap
from dataclasses import asdict
from html import unescape

import pytest

from rnn_solutions.claims import CLAIMS, judge
from verdicts import Place, code_of
from verdicts import problems as problems_of

PAGE = """\
# Page

```{{math}}
:label: def-layer
y = W x
```

```{{math}}
:label: {label}
{formula},
```

(erratum-6)=
**6.** A finding.

Holds {{verdicts}}`holds`, refuted {{verdicts}}`refuted`, definitions {{verdicts}}`definition`.

In {{verdicts}}`cases` cases.

```{{ledger}}
```
"""
LABEL = "eq-dense-linear"


@pytest.fixture(scope="module")
def found():
    """Two verdicts as the site keeps them: one that holds, and one made of it that is refuted."""
    holds = asdict(judge(CLAIMS[LABEL]))
    many = {"sampled": True, "cases": 100, "beyond": 97}
    many |= {"error": 0.5, "tolerance": 1e-12, "method": "complex step"}
    return [holds, holds | {"label": "erratum-6", "status": "refuted", **many}]


@pytest.fixture
def build(build_in, tmp_path, capfd):
    """Return a function that builds one page with given verdicts: the site, the status and what was said."""

    def build(found, label=LABEL, formula=CLAIMS[LABEL].formula):
        page = {"index.md": PAGE.format(label=label, formula=formula)}
        return tmp_path / "site", build_in(tmp_path, page, verdicts=found), capfd.readouterr().err

    return build


def test_a_page_shows_what_was_found_and_the_ledger_lists_it(build, found):
    site, status, said = build(found)

    assert status == 0, said
    page = (site / "index.html").read_text(encoding="utf-8")
    assert page.count("<details") == 2
    for part in (
        "≔</span> Definition",
        "✓</span> Holds · proved with SymPy",
        "✗</span> Refuted in 97 of 100 random cases · error up to 0.5, allowed 1e-12 · complex step",
        "rnn_solutions/claims/jacobian_of_a_dense_layer.py</span></code>, line ",
        "Holds 1, refuted 1, definitions 1.",
        "In 100 cases.",
        '<tr class="refuted">',
        'src="_static/ledger.js',
    ):
        assert part in page
    listed = json.loads((site / "verdicts.json").read_text(encoding="utf-8"))
    assert [(one["label"], one["page"], one["status"]) for one in listed] == [
        ("def-layer", "index", "definition"),
        (LABEL, "index", "holds"),
        ("erratum-6", "index", "refuted"),
    ]
    assert set(listed[0]) == {"label", "page", "status", "method", "cases", "error", "tolerance", "source"}
    assert [one["source"] for one in listed] == [
        None,
        f"index.html#verdict-{LABEL}",
        "index.html#verdict-erratum-6",
    ]
    assert listed[0]["error"] is None
    assert (listed[2]["cases"], listed[2]["error"], listed[2]["tolerance"]) == (100, 0.5, 1e-12)


def test_the_code_of_a_claim_stands_highlighted_in_its_verdict_and_no_search_leads_to_it(build, found):
    """The decorator and the docstring stay out: the rows above the code and the equation say the same."""
    site, _, _ = build(found)

    page = (site / "index.html").read_text(encoding="utf-8")
    opened = re.search(rf'<details[^>]*id="verdict-{LABEL}".*?</details>', page, re.DOTALL)[0]
    assert f'<span class="nf">{found[0]["function"]}</span>' in opened
    shown = unescape(re.sub("<[^>]+>", "", re.search("<pre>.*</pre>", opened, re.DOTALL)[0]))
    written = textwrap.dedent(inspect.getsource(CLAIMS[LABEL].function))
    body = re.fullmatch(r'@\w+\(.*?\)\n(def .*?:\n) +r?""".*?"""\n(.*)', written, re.DOTALL)
    assert shown == body[1] + body[2]
    assert found[0]["function"] not in (site / "searchindex.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("label", CLAIMS)
def test_every_claim_shows_one_whole_function(label):
    claim = CLAIMS[label]

    [function] = ast.parse(code_of({"module": claim.function.__module__, "line": claim.line})).body

    assert function.name == claim.function.__name__
    assert function.decorator_list == []
    assert ast.get_docstring(function) is None


def test_a_claim_that_falls_fails_the_build_and_says_what_to_do(build, found):
    fallen = found[0] | {"status": "fallen", "reason": "the error is 2", "left": "1.0", "right": "-1.0"}

    _, status, said = build([fallen, found[1]])

    assert status != 0
    assert f"index.md:8: WARNING: {LABEL} does not hold: the error is 2 (left 1.0, right -1.0)." in said
    assert f"in rnn_solutions/claims/jacobian_of_a_dense_layer.py, line {found[0]['line']}" in said
    assert f"python -m rnn_solutions.claims --label {LABEL}" in said


FORMULA = CLAIMS[LABEL].formula
GOOD = {LABEL: FORMULA, "erratum-6": ""}
ELSEWHERE = "is about eq-dense-linear, and no page has that label; did you mean eq-dense-liner"


@pytest.mark.parametrize(
    ("equations", "said"),
    [
        ({LABEL: f"{FORMULA} .", "def-layer": "y = W x", "erratum-6": "", "erratum-7": ""}, {}),
        (GOOD | {"eq-new": "a = b"}, {3: "eq-new has no verdict: write its claim in rnn_solutions/claims"}),
        (
            {"eq-dense-liner": FORMULA, "erratum-6": ""},
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
def test_what_is_wrong_with_an_equation_is_named_with_its_line(found, equations, said):
    places = {label: Place("page", line, tex) for line, (label, tex) in enumerate(equations.items(), 1)}

    problems = list(problems_of(places, {one["label"]: one for one in found}))

    for (where, message), (line, pattern) in zip(problems, said.items(), strict=True):
        assert where == (line and ("page", line))
        assert re.search(pattern, message, re.DOTALL)


def test_a_refuted_formula_that_holds_is_named(found):
    fallen = found[1] | {"status": "fallen", "reason": "what is printed holds"}
    places = {"erratum-6": Place("errata", 5)}

    [(where, message)] = problems_of(places, {"erratum-6": fallen})

    assert where == ("errata", 5)
    assert "erratum-6 does not hold: what is printed holds" in message
