"""Set a check of one's own answer into a page: a form that needs no Python, and the usual mistakes.

The directive ``{answer-form} 2c`` stands for both, and the mistakes come behind the answer that follows it.
What the form says is what `check_answer` says. Where there are few possible answers each is asked while the
site builds, and where there are many the page holds what `check_answer` compares with. The script
``answer-forms.js`` finds the one that was given, and makes the form appear; without scripts the mistakes are
there alone. For an answer that is a function there is no form, but the lines of Python that ask. In a
notebook such lines are a cell, for every question.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from decimal import Decimal, localcontext
from html import escape
from itertools import product
from string import ascii_letters, digits
from typing import Any

import numpy as np
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from mathml import to_mathml
from rnn_solutions import Feedback, check_answer
from rnn_solutions.matrices.powers import matrix_power_exact
from rnn_solutions.sheet.answers import cell_state, derivatives, double_sum, gates, powers, thirtieth_power
from rnn_solutions.sheet.answers.feedback import told
from rnn_solutions.sheet.answers.reading import MOST

# -- What can be given: TeX that `check_answer` understands, each with its name ------------------------------

GATES = {"f_t": "forget gate", "i_t": "input gate", "o_t": "output gate"}
FACTORS = {
    "C_{t-1}": "old cell state",
    "C_t": "new cell state",
    r"\tilde C_t": "candidate",
    r"\tanh(C_t)": "squashed new cell state",
    "x_t": "input",
    "h_{t-1}": "old hidden state",
    "h_t": "new hidden state",
}
QUANTITIES = GATES | {r"\tilde C_t": "candidate", "C_t": "cell state", "h_t": "hidden state"}
STEPS = range(4)
ALONG_THE_CELL = {  # for two cells and three steps
    "I_n": ("the identity", np.eye(2)),
    "1": ("a number", 1),
    "0": ("zeros everywhere", np.zeros((2, 2))),
    r"1_{n \times n}": ("ones everywhere", np.ones((2, 2))),
    "-I_n": ("minus the identity", -np.eye(2)),
    r"(t - k)\, I_n": ("one identity for each step", 3 * np.eye(2)),
}
# How the lines of Python that ask begin, for the reader to go on.
CODE = {
    "1a": "def mine(W, x):\n    return ...  # dy/dx, of shape (n, d)",
    "1b": "def mine(W, U, x, h_init, dL_dh):\n    return ...  # dL/dW, of shape (n, n)",
    "2a": "mine = [(0, 0), (1, 0)]  # and the other terms (t, k)",
    "2b": "def mine(M, n):\n    return ...  # the product of n factors M",
    "2c": "mine = [[0, 0], [0, 0]]  # W^30",
    "3a": 'mine = {"f": "x_t", "i": "x_t", "o": "x_t"}  # what each scales',
    "3b": 'mine = {"f", "i", "o", "C~", "C", "h"}  # take out some',
    "3c": "def mine(f):  # the forget gates, a row for each step\n    return ...  # dC_t/dC_k, (n, n)",
}


def possible(question: str) -> list[Any]:
    """Return all answers that a form can hold, in the order of the sums of the values that are chosen."""
    if question == "3a":
        chosen = product(FACTORS, repeat=len(GATES))  # the last changes first
        return [dict(zip(GATES, reversed(factors), strict=True)) for factors in chosen]
    if question == "3b":
        return [
            {name for place, name in enumerate(QUANTITIES) if chosen >> place & 1}
            for chosen in range(2 ** len(QUANTITIES))
        ]
    return [value for _, value in ALONG_THE_CELL.values()]


# -- What is said of it, for the script ----------------------------------------------------------------------

LETTERS = digits + ascii_letters


class Spoken:
    """What is said of many answers, in which no mistake's name and no part of a sentence stands twice.

    Each answer is a word. Its first letter stands for the mistake's name, which is null for what is right and
    empty for what is none of the usual mistakes, and the others for the parts of the message.
    """

    def __init__(self) -> None:
        self.names: dict[str | None, str] = {}
        self.parts: dict[str, str] = {}

    def word(self, said: Feedback) -> str:
        """Return the word for an answer."""
        name = None if said.right else said.mistake or ""
        first = self.names.setdefault(name, LETTERS[len(self.names)])
        parts = re.split(r"(?<=[.;] )", said.message)
        return first + "".join(self.parts.setdefault(one, LETTERS[len(self.parts)]) for one in parts)

    def table(self) -> dict[str, Any]:
        """Return what the letters stand for."""
        return {"letters": LETTERS, "names": [*self.names], "parts": [*self.parts]}


def data(question: str) -> dict[str, Any]:
    """Return what the script needs to know of a question."""
    spoken = Spoken()
    if question == "2a":
        said = [one for one in double_sum.KNOWN if all(max(pair) in STEPS for pair in double_sum.pairs(one))]
        known = {ticked(double_sum.pairs(one)): spoken.word(told(one)) for one in said}
        return {"right": ticked(double_sum.pairs(said[0])), "known": known} | spoken.table()
    if question == "2c":
        rule = thirtieth_power
        return {
            "number": rule.NUMBER,
            "fraction": rule.FRACTION,
            "longest": MOST,
            "places": rule.WRITTEN,
            "close": str(rule.CLOSE),
            "digits": rule.ALL,
            "right": written(rule.RIGHT),
            "alike": {f"W^{n}": written(matrix_power_exact(rule.W, n)) for n in (29, 31)},
            "known": [[written(matrix, 24), spoken.word(told(one))] for one, matrix in rule.MISTAKES],
        } | spoken.table()
    words = " ".join(spoken.word(check_answer(question, answer)) for answer in possible(question))
    return {"words": words} | spoken.table()


def written(matrix: Any, digits: int = 64) -> list[str]:
    """Return the entries of a matrix of Fractions as decimal numbers, those with very many digits rounded."""
    with localcontext(prec=digits):
        decimals = [(Decimal(entry.numerator) / entry.denominator).normalize() for entry in matrix.ravel()]
    return [str(decimal).lower() for decimal in decimals]


def ticked(terms: Iterable[tuple[int, int]]) -> int:
    """Return the sum of the values of some terms."""
    return sum(2 ** (len(STEPS) * t + k) for t, k in terms)


# -- The forms -----------------------------------------------------------------------------------------------


def math(tex: str) -> str:
    """Return a formula."""
    return f'<span class="math">{to_mathml(tex, display=False)}</span>'


def aloud(tex: str, said: str) -> str:
    """Return a name for who hears it, which begins with what the others see."""
    symbol = tex.replace(r"\tilde C", "C~").replace(r"\times", "x").replace(r"\,", "").replace("\\", "")
    return f"{symbol}, {said}"


def control(kind: str, name: str, said: str, value: int | str = "", text: str = "") -> str:
    """Return something to fill, to tick or to choose; on paper its label is an empty box."""
    more = f' value="{value}"' if value != "" else ' spellcheck="false"'
    named = f'<input type="{kind}" name="{name}" aria-label="{escape(said)}"{more}>'
    return f"<label>{named}{text}</label>"


def head(scope: str, tex: str) -> str:
    """Return the head of a row or a column."""
    return f'<th scope="{scope}">{math(tex)}</th>'


def terms() -> str:
    """Return the grid of 2(a)."""
    heads = "".join(head("col", f"k = {k}") for k in STEPS)
    rows = []
    for t in STEPS:
        cells = [control("checkbox", "term", f"t = {t}, k = {k}", ticked([(t, k)])) for k in STEPS]
        rows.append(f"<tr>{head('row', f't = {t}')}{in_cells(cells)}</tr>")
    return f"<table><tr><td></td>{heads}</tr>{''.join(rows)}</table>"


def in_cells(controls: list[str]) -> str:
    """Return controls as the cells of a row."""
    return "".join(f"<td>{one}</td>" for one in controls)


def entries() -> str:
    """Return the four fields of 2(c)."""
    rows = [
        f"<tr>{in_cells([control('text', 'entry', f'row {row}, column {column}') for column in (1, 2)])}</tr>"
        for row in (1, 2)
    ]
    return f'<div class="equation">{math("W^{30} =")}<table class="matrix">{"".join(rows)}</table></div>'


def factors() -> str:
    """Return the three lists of 3(a), one for each gate."""
    lists = []
    for power, (gate, name) in enumerate(GATES.items()):
        choices = [
            control(
                "radio", name, f"{aloud(factor, said)}: {name}", place * len(FACTORS) ** power, math(factor)
            )
            for place, (factor, said) in enumerate(FACTORS.items())
        ]
        lists.append(f"<fieldset><legend>{math(gate)} {name}</legend>{''.join(choices)}</fieldset>")
    return f'<div class="lists">{"".join(lists)}</div>'


def boxes() -> str:
    """Return the six boxes of 3(b)."""
    six = enumerate(QUANTITIES.items())
    ticks = [
        control("checkbox", "positive", aloud(tex, said), 2**place, math(tex)) for place, (tex, said) in six
    ]
    return f'<div class="choices">{"".join(ticks)}</div>'


def matrices() -> str:
    """Return the choices of 3(c)."""
    known = enumerate(ALONG_THE_CELL.items())
    choices = [
        control("radio", "derivative", aloud(tex, said), place, f"{math(tex)} {said}")
        for place, (tex, (said, _)) in known
    ]
    return f'<div class="choices">{"".join(choices)}</div>'


FORMS = {
    "2a": ("Tick the terms of the sum for {T = 3}.", terms),
    "2c": ("Give the four numbers as decimals, with as many digits as you like.", entries),
    "3a": ("What does each gate scale? Choose one for each.", factors),
    "3b": ("Tick what is positive whatever the weights and inputs are.", boxes),
    "3c": (r"Choose what {\partial C_t / \partial C_k} is for {n = 2} cells, {f = 1} and {i = 0}.", matrices),
}


def form(question: str) -> str:
    """Return the form of a question; the script shows it, for without one it could say nothing."""
    task, draw = FORMS[question]
    legend = re.sub(r"\{(.*?)\}", lambda found: math(found[1]), task)
    known = json.dumps(data(question), ensure_ascii=False, separators=(",", ":")).replace("<", r"\u003c")
    return (
        f'<form class="answer-form" data-question="{question}" autocomplete="off" hidden>'
        f"<fieldset><legend>{legend}</legend>{draw()}</fieldset>"
        f'<button type="submit">Check</button> <a href="#answer-{question}">Show the answer</a>'
        f"<output></output>"
        f'<script type="application/json">{known}</script></form>\n'
    )


# -- The usual mistakes, and the place on the page -----------------------------------------------------------


class answer_form(nodes.General, nodes.Element):  # noqa: N801 - docutils names its nodes like this
    """The form of a question, where it has one, and the lines of Python as its child; a notebook's cell."""

    @property
    def code(self) -> str:
        """The lines of Python that ask."""
        question = self["question"]
        asked = f'print(check_answer("{question}", mine))'
        return f"from rnn_solutions import check_answer\n\n{CODE[question]}\n{asked}"


class usual_mistakes(nodes.General, nodes.Element):  # noqa: N801
    """The mistakes of a question, which a notebook leaves out."""


class AnswerForm(SphinxDirective):
    """Stand for the check of one's own answer to a question."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the place for it, or complain of an unknown question."""
        (question,) = self.arguments
        if question not in CODE:
            raise self.error(f"answer-form must be one of {', '.join(CODE)}, got {question!r}")
        return [answer_form(question=question)]


def mistakes(question: str) -> dict[str, str]:
    """Return by the name of each usual mistake of a question what is true of all who make it.

    These are the sentences that all of them hear, or those of the first where there are none.
    """
    said: Iterable[Feedback]
    match question:
        case "1a":
            said = map(told, derivatives.jacobians())
        case "1b":
            said = map(told, derivatives.gradients())
        case "2a":
            said = map(told, double_sum.KNOWN)
        case "2b":
            said = map(told, powers.table("vector"))
        case "2c":
            said = map(told, with_numbers(thirtieth_power.MISTAKES))
        case "3a":
            right = {gate: gates.SYMBOLS[what] for gate, what in gates.SCALES.items()}
            often = [right | {gate: gates.SYMBOLS[what]} for gate, what in gates.OFTEN]
            said = [check_answer(question, one) for one in often]
        case "3b":
            said = [check_answer(question, one) for one in possible(question)]
        case _:
            said = map(told, [*cell_state.PATHS, *cell_state.MATRICES])
    heard: dict[str, list[list[str]]] = {}
    for one in said:
        if one.mistake:
            heard.setdefault(one.mistake, []).append(re.split(r"(?<=[^.]\.) ", one.message))
    return {
        name: " ".join([part for part in first if all(part in other for other in others)] or first)
        for name, (first, *others) in heard.items()
    }


def with_numbers(known: Iterable[tuple[str, Any]]) -> list[str]:
    """Return what is said of matrices, with a few digits of one of each kind, for a reader to know it by."""
    numbers: dict[str, str] = {}
    for said, matrix in known:
        rows = [",\N{NO-BREAK SPACE}".join(f"{float(entry):.3g}" for entry in row) for row in matrix]
        shown = f"[[{rows[0]}], [{rows[1]}]]".replace("-", "\N{MINUS SIGN}")  # no line breaks behind it
        numbers.setdefault(said, shown)
    return [f"{said} It gives: {shown}." for said, shown in numbers.items()]


def fill(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put the folds where they go, as they are now: all pages are written anew in every build.

    Who asks with Python stays with the form. The mistakes come behind the answer, which is not to be far off.
    """
    for node in list(doctree.findall(answer_form)):
        node.append(in_python(app, page, node))
        following = node.next_node(descend=False, siblings=True)
        answer = following if isinstance(following, nodes.admonition) else node
        answer.parent.insert(answer.parent.index(answer) + 1, usual(node["question"]))


def folded(title: str, name: str, *children: nodes.Node) -> nodes.admonition:
    """Return a closed fold; a search shall find the text of a page and not what is in here."""
    classes = [name, "no-search"]
    return nodes.admonition("", nodes.title("", title), *children, collapsible="closed", classes=classes)


def usual(question: str) -> usual_mistakes:
    """Return the mistakes, folded away."""
    items = []
    for name, said in mistakes(question).items():
        definition = nodes.definition(
            "", nodes.paragraph("", said.replace("<=", "\N{LESS-THAN OR EQUAL TO}"))
        )
        items.append(nodes.definition_list_item("", nodes.term("", name), definition))
    return usual_mistakes("", folded("The usual mistakes", "mistakes", nodes.definition_list("", *items)))


def in_python(app: Sphinx, page: str, node: answer_form) -> nodes.admonition:
    """Return the lines of Python that ask, folded away."""
    address = app.builder.get_relative_uri(page, "check-your-answer")
    link = nodes.reference("", "Check your own answer", refuri=address, internal=True)
    more = nodes.paragraph("", "It reads any form that you have: ", link, nodes.Text("."))
    code = nodes.literal_block(node.code, node.code, language="python")
    return folded("Check it with Python", "in-python", code, more)


def visit(translator: HTML5Translator, node: answer_form) -> None:
    """Write the form; the lines of Python follow as the child."""
    if node["question"] in FORMS:
        translator.body.append(form(node["question"]))


def pass_by(_translator: nodes.NodeVisitor, _node: nodes.Element) -> None:
    """Write nothing: the children write themselves."""


def load_script(app: Sphinx, _page: str, _template: str, _context: dict[str, Any], doctree: Any) -> None:
    """Load the script on the pages that have a form."""
    if doctree is not None and any(node["question"] in FORMS for node in doctree.findall(answer_form)):
        app.add_js_file("answer-forms.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive, and what fills and writes it."""
    app.add_directive("answer-form", AnswerForm)
    app.add_node(answer_form, html=(visit, pass_by), text=(pass_by, pass_by))
    app.add_node(usual_mistakes, html=(pass_by, pass_by), text=(pass_by, pass_by))
    app.connect("doctree-resolved", fill)
    app.connect("html-page-context", load_script)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
