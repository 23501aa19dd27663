"""Set at each labelled equation what was found when it was checked, and fail the build if it is false.

The claims of `rnn_solutions.claims` are judged before any page is read, and what was found is kept until a
formula, the package, Python, numpy or SymPy changes. An equation without a claim, a claim without its
equation or with another formula than the page's, and a claim that falls are warnings, which fail the build.
A verdict is a mark at the equation's number, or behind the finding on the sheet. It opens on what was found
in one line, and on what was compared and how, the code of its claim included.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

import rnn_solutions
from kept import drop_older, keep, kept
from mathml import equation_with_more
from rnn_solutions._validation import nearest

logger = logging.getLogger(__name__)

Verdict = dict[str, Any]  # the fields of rnn_solutions.claims.Verdict, without importing SymPy to read them
MARKS = {"holds": "✓", "refuted": "✗", "defined": "≔", "definition": "≔", "measured": "±", "fallen": "!"}


@dataclass(frozen=True)
class Place:
    """Where a label stands: an equation with its TeX, or the paragraph of a finding."""

    page: str
    line: int
    tex: str = ""


def judge_claims(app: Sphinx) -> None:
    """Load the verdicts, or run the claims and keep what was found if all of it is as it should be."""
    file = Path(app.config.verdicts_path)
    drop_older(file)
    if (content := kept(file)) is not None:
        found = json.loads(content)
    else:
        try:
            from rnn_solutions.claims import CLAIMS, judge
        except (ImportError, ValueError) as error:  # SymPy is missing, or a claim is registered wrongly
            raise ExtensionError(f"the claims cannot be loaded: {error}") from error
        if app.parallel > 1:  # a third of the time of a build, and no claim waits for another
            together = [list(some) for _, some in groupby(CLAIMS.values(), lambda claim: claim.function)]
            with get_context("fork").Pool() as pool:
                judged = pool.map(judge_each, together, chunksize=1)
            found = [asdict(verdict) for verdicts in judged for verdict in verdicts]
        else:
            found = [asdict(judge(claim)) for claim in CLAIMS.values()]
        if all(verdict["status"] != "fallen" for verdict in found):
            keep(file, json.dumps(found, indent=1).encode())
    app.verdicts = {verdict["label"]: verdict for verdict in found}  # type: ignore[attr-defined]


def judge_each(claims: list[Any]) -> list[Any]:
    """Judge claims that share a function, and so what it draws, one after the other."""
    from rnn_solutions.claims import judge

    return [judge(claim) for claim in claims]


def verdicts_of(app: Sphinx) -> dict[str, Verdict]:
    """Return the verdicts by label."""
    return app.verdicts  # type: ignore[attr-defined,no-any-return]


def check_labels(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of each label and each claim that is not as it should be."""
    pages = {page for page, _ in env.domains["math"].data["objects"].values()}
    pages |= {page for name, (page, _) in env.domains["std"].data["anonlabels"].items() if is_erratum(name)}
    places = dict(place for page in sorted(pages) for place in labels_of(page, env.get_doctree(page)))
    for where, message in problems(places, verdicts_of(app)):
        logger.warning("%s", message, location=where, type="verdict")


def is_erratum(label: str) -> bool:
    """Say whether a label is that of a finding on the sheet."""
    return re.fullmatch(r"erratum-\d+", label) is not None


def labels_of(page: str, doctree: nodes.document) -> Iterator[tuple[str, Place]]:
    """Yield the labels of a page's equations and findings with their places."""
    for node in doctree.findall(nodes.math_block):
        if node.get("label"):
            yield node["label"], Place(page, node.line or 0, node.astext())
    for node in doctree.findall(nodes.paragraph):
        for name in filter(is_erratum, node["ids"]):
            yield name, Place(page, node.line or 0)


def problems(
    places: Mapping[str, Place], verdicts: Mapping[str, Verdict]
) -> Iterator[tuple[tuple[str, int] | None, str]]:
    """Yield what is wrong, each with the page and line it concerns, where there is one."""
    for label, place in places.items():
        where = (place.page, place.line)
        if label in verdicts:
            yield from ((where, message) for message in faults(place, verdicts[label]))
        elif not (label.startswith("def-") or is_erratum(label)):
            hint = nearest(label, verdicts.keys() - places.keys())
            needed = f"write its claim in rnn_solutions/claims/{Path(place.page).name.replace('-', '_')}.py"
            otherwise = "or begin its label with def- if it is a definition"
            yield where, f"the equation {label} has no verdict: {needed}, {otherwise}{hint}"
    for label, verdict in verdicts.items():
        if label not in places:
            hint = nearest(label, places.keys() - verdicts.keys())
            yield None, f"{written(verdict)} is about {label}, and no page has that label{hint}"


def faults(place: Place, verdict: Verdict) -> Iterator[str]:
    """Yield what is wrong with an equation that has a verdict."""
    label = verdict["label"]
    if verdict["status"] == "fallen":
        sides = f" (left {verdict['left']}, right {verdict['right']})" if verdict["left"] else ""
        yield (
            f"{label} does not hold: {verdict['reason']}{sides}. Look at the formula, at {written(verdict)}, "
            "and at the code that it compares. To see it again: "
            f"python -m rnn_solutions.claims --label {label}"
        )
    if place.tex and plain(place.tex) != plain(verdict["formula"]):
        yield (
            f"{label} is not the formula that was checked. The page has\n    {' '.join(place.tex.split())}\n"
            f"and {written(verdict)} has\n    {' '.join(verdict['formula'].split())}\n"
            "Build again if the page has just changed; else change the claim and its docstring with the page"
        )


def written(verdict: Verdict) -> str:
    """Say where the claim behind a verdict is written."""
    return f"the claim {verdict['function']} in {file_of(verdict)}, line {verdict['line']}"


def file_of(verdict: Verdict) -> str:
    """Return the path of the file that holds the claim, from the top of the project."""
    return f"{verdict['module'].replace('.', '/')}.py"


def code_of(verdict: Verdict) -> str:
    """Return the code of a claim, without the decorator and the docstring, whose content the page shows."""
    file = Path(rnn_solutions.__file__).parents[1] / file_of(verdict)
    below = file.read_text(encoding="utf-8").splitlines(keepends=True)[verdict["line"] - 1 :]
    lines = textwrap.dedent("".join(inspect.getblock(below))).splitlines()
    function = ast.parse("\n".join(lines)).body[0]
    assert isinstance(function, ast.FunctionDef)
    docstring = function.body[0]
    return "\n".join(lines[function.lineno - 1 : docstring.lineno - 1] + lines[docstring.end_lineno :])


def plain(tex: str) -> str:
    """Return TeX without what does not matter: white space, and punctuation at the end."""
    return re.sub(r"[.,;]?(\\end\{\w+\})?[.,;]?$", r"\1", re.sub(r"\s+", "", tex))


class verdict_box(nodes.General, nodes.Element):  # noqa: N801 - docutils names its nodes like this
    """A verdict that opens: a `verdict_mark`, what was found in one line, and what stands behind it."""


class verdict_mark(nodes.General, nodes.TextElement):  # noqa: N801
    """A sign, and in words what was found; the site's style sheet shows these on paper and at a result."""


class plain_code(nodes.Inline, nodes.TextElement):  # noqa: N801
    """Code in a line, without a mark around each word: a page has hundreds of these."""


class checked_finding(nodes.General, nodes.Element):  # noqa: N801
    """A finding on the sheet and its verdict."""


def show_verdicts(app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Set each verdict at what it is about."""
    verdicts = verdicts_of(app)
    for equation in list(doctree.findall(nodes.math_block)):
        label = equation.get("label") or ""
        if label.startswith("def-") and label not in verdicts:
            definition = verdict_mark("", "Definition", sign=MARKS["definition"], classes=["verdict"])
            put_with(equation_with_more(), equation, definition)
        elif label in verdicts:
            put_with(equation_with_more(), equation, box(verdicts[label]))
    for finding in list(doctree.findall(nodes.paragraph)):
        for label in set(finding["ids"]) & verdicts.keys():
            put_with(checked_finding(), finding, box(verdicts[label]))


def put_with(both: nodes.Element, node: nodes.Element, verdict: nodes.Element) -> None:
    """Put a node with its verdict into what holds both."""
    node.replace_self(both)
    both["ids"] = []  # docutils handed them on, and the node has them still
    both += [node, verdict]


def summary(verdict: Verdict) -> str:
    """Say in one line what was found."""
    if verdict["status"] == "fallen":  # only a live preview shows it
        return f"Does not hold: {verdict['reason']}"
    cases = f"{verdict['cases']} random cases"
    if verdict["status"] == "refuted":
        many = f" in {verdict['beyond']} of {cases}" if verdict["sampled"] else ""
        error = f" · error up to {verdict['error']:.2g}, allowed {verdict['tolerance']:g}"
        return f"Refuted{many}{error} · {verdict['method']}"
    holds = "Is what the code does" if verdict["status"] == "defined" else "Holds"
    wrong = f" · {verdict['caught']} of {verdict['tried']} slips noticed" if verdict["tried"] else ""
    if not verdict["sampled"] and verdict["method"] == "SymPy":
        return f"{holds} · proved with SymPy{wrong}"
    many = f"in {cases}" if verdict["sampled"] else "in the one case there is"
    accuracy = "exactly"
    if verdict["tolerance"]:
        accuracy = f"worst error {verdict['error']:.2g}, allowed {verdict['tolerance']:g}"
    return f"{holds} {many} · {accuracy} · {verdict['method']}{wrong}"


def box(verdict: Verdict) -> verdict_box:
    """Return a verdict with all that stands behind it; a search for a word shall not lead to its code."""
    command = plain_code("", f"python -m rnn_solutions.claims --label {verdict['label']}")
    rows: list[tuple[str, list[nodes.Node]]] = [
        ("Claim", [nodes.Text(verdict["statement"])]),
        ("Assumed", [nodes.Text(verdict["assumes"])]),
        ("Allowed error", [nodes.Text(f"{verdict['tolerance']:g}: {verdict['because']}")]),
        ("Worst case" if verdict["sampled"] else "Compared", worst(verdict)),
        ("Slips", [nodes.Text(slips(verdict))]),
        ("Source", [plain_code("", file_of(verdict)), nodes.Text(f", line {verdict['line']}")]),
        ("Again", [command]),
    ]
    items = []
    for name, said in rows:
        definition = nodes.definition("", *said)
        items.append(nodes.definition_list_item("", nodes.term("", name), definition))
    code = code_of(verdict)
    sign, found = MARKS[verdict["status"]], summary(verdict)
    named = f"Verdict: {found[0].lower()}{found[1:]}"
    return verdict_box(
        "",
        verdict_mark("", named, sign=sign, ids=[f"verdict-{verdict['label']}"]),
        nodes.paragraph("", f"{sign} {found}"),
        nodes.definition_list("", *items),
        nodes.literal_block(code, code, language="python", classes=["no-search"]),
        classes=["verdict"],
    )


def slips(verdict: Verdict) -> str:
    """Say how many formulas that differ from this one in one place were noticed to be wrong."""
    if not verdict["tried"]:
        return "none made: the claim compares what it works out itself"
    return (
        f"{verdict['tried']} formulas that differ from this one in one sign, index, relation or symbol were "
        f"checked in its place, and {verdict['caught']} of them do not hold"
    )


def worst(verdict: Verdict) -> list[nodes.Node]:
    """Return the two sides where they are farthest apart, and how to draw that case."""
    sides = [nodes.Text("left "), plain_code("", verdict["left"]), nodes.Text(", right ")]
    sides.append(plain_code("", verdict["right"]))
    if verdict["sampled"]:
        draw = f"np.random.default_rng([{verdict['seed']}, {verdict['worst']}])"
        sides += [nodes.Text(", drawn from "), plain_code("", draw)]
    return sides


def visit_box(translator: HTML5Translator, node: verdict_box) -> None:
    """Open a verdict, closed at first; it needs no script."""
    translator.body.append(translator.starttag(node, "details"))


def depart_box(translator: HTML5Translator, _node: verdict_box) -> None:
    """End a verdict."""
    translator.body.append("</details>\n")


def visit_mark(translator: HTML5Translator, node: verdict_mark) -> None:
    """Write the sign and open the words."""
    sign = f'<span aria-hidden="true">{node["sign"]}</span> <span>'
    translator.body.append(translator.starttag(node, tag_of(node), "") + sign)


def depart_mark(translator: HTML5Translator, node: verdict_mark) -> None:
    """End the words."""
    translator.body.append(f"</span></{tag_of(node)}>\n")


def tag_of(mark: verdict_mark) -> str:
    """Return what a mark is: what one clicks to see more, or a paragraph where there is no more."""
    return "summary" if isinstance(mark.parent, verdict_box) else "p"


def visit_code(translator: HTML5Translator, _node: plain_code) -> None:
    """Open a piece of code."""
    translator.body.append("<code>")


def depart_code(translator: HTML5Translator, _node: plain_code) -> None:
    """End it."""
    translator.body.append("</code>")


def visit_finding(translator: HTML5Translator, node: checked_finding) -> None:
    """Open the box of a finding and its verdict."""
    translator.body.append(translator.starttag(node, "div", CLASS="checked"))


def depart_finding(translator: HTML5Translator, _node: checked_finding) -> None:
    """Close it."""
    translator.body.append("</div>\n")


def setup(app: Sphinx) -> dict[str, Any]:
    """Judge the claims at the start, check the labels once all pages are read, and show the verdicts."""
    app.add_config_value("verdicts_path", "", "")
    app.add_node(verdict_box, html=(visit_box, depart_box))
    app.add_node(verdict_mark, html=(visit_mark, depart_mark))
    app.add_node(plain_code, html=(visit_code, depart_code))
    app.add_node(checked_finding, html=(visit_finding, depart_finding))
    app.connect("builder-inited", judge_claims)
    app.connect("env-updated", check_labels)
    app.connect("doctree-resolved", show_verdicts)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
