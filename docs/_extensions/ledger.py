"""List every equation of the site with its verdict: as a page, as `verdicts.json` beside it, and in totals.

The directive ``ledger`` stands for the table. The role ``verdicts`` stands for a number: how many equations
have the status that it names, or in how many cases those are tried that are drawn.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.writers.html5 import HTML5Translator

from mathml import to_mathml
from measured_sentences import measured_of, pages_of
from rnn_solutions.measured import Found
from verdicts import MARKS, Verdict, is_erratum, verdicts_of

Entry = dict[str, Any]  # one object of verdicts.json
# The script that filters the table shows the field.
FILTER = (
    '<label class="ledger-filter" hidden>Show only rows with '
    '<input type="search" placeholder="refuted, SymPy, bptt"><output></output></label>'
)
COLUMNS = ("Formula", "Verdict", "Method", "Cases", "Worst error", "Allowed", "Slips noticed")
# What an entry has of its verdict; `caught` of `tried` formulas with one slip were noticed to be wrong.
FOUND = ("status", "method", "cases", "error", "tolerance", "tried", "caught")
OF_MEASURED = ("estimate", "low", "high")


def entries(app: Sphinx) -> list[Entry]:
    """Return what verdicts.json holds, in the order of the pages and of the equations on them."""
    domains, verdicts = app.env.domains, verdicts_of(app)
    equations = [
        (number(app, label), label, page) for label, (page, _) in domains["math"].data["objects"].items()
    ]
    findings = [
        (int(name.rpartition("-")[2]), name, page)
        for name, (page, _) in domains["std"].data["anonlabels"].items()
        if is_erratum(name)
    ]
    listed = [
        entry(label, page, verdicts.get(label))
        for _, label, page in [*sorted(equations), *sorted(findings)]
        if label.startswith("def-") or label in verdicts
    ]
    said = pages_of(app.env)
    listed += [
        measured_entry(found, said[label]) for label, found in measured_of(app).items() if label in said
    ]
    pages = list(dict.fromkeys(one["page"] for one in listed))
    return sorted(listed, key=lambda one: pages.index(one["page"]))


def number(app: Sphinx, label: str) -> int:
    """Return the number that an equation bears on the site."""
    page, _ = app.env.domains["math"].data["objects"][label]
    numbers = app.env.toc_fignumbers.get(page, {}).get("displaymath", {})
    return int(numbers.get(nodes.make_id(f"equation-{label}"), (0,))[-1])


def entry(label: str, page: str, verdict: Verdict | None) -> Entry:
    """Return the object for one equation; what a definition cannot have is null."""
    if verdict is None:
        nothing = dict.fromkeys((*FOUND, "source"))
        return {"label": label, "page": page, **nothing, "status": "definition"}
    found = {name: verdict[name] for name in FOUND}
    return {"label": label, "page": page, **found, "source": f"{page}.html#verdict-{label}"}


def measured_entry(found: Found, page: str) -> Entry:
    """Return the object for a sentence that was measured: what only a formula has is null."""
    nothing = dict.fromkeys(FOUND)
    told = {"status": "measured", "method": found.method, "cases": len(found.seeds)}
    limits = dict(zip(OF_MEASURED, found.interval, strict=True))
    source = {"source": f"{page}.html#verdict-{found.label}"}
    return {"label": found.label, "page": page, **nothing, **told, **source, **limits}


class ledger_table(nodes.General, nodes.Element):  # noqa: N801 - docutils names its nodes like this
    """Where the table goes."""


class verdict_count(nodes.Inline, nodes.Element):  # noqa: N801
    """Where a number of verdicts goes."""


class LedgerDirective(SphinxDirective):
    """Stand for the table."""

    def run(self) -> list[nodes.Node]:
        """Return the place for it."""
        return [ledger_table()]


class VerdictsRole(SphinxRole):
    """Stand for how many equations have a status, or for the number of cases."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the place for the number, or complain of an unknown status."""
        if self.text not in (*MARKS, "cases"):
            known = ", ".join((*MARKS, "cases"))
            message = self.inliner.reporter.error(f"verdicts must be one of {known}, got {self.text!r}")
            return [], [message]
        return [verdict_count(status=self.text)], []


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the table and the numbers where they go; the pages are written anew in every build."""
    numbers, tables = list(doctree.findall(verdict_count)), list(doctree.findall(ledger_table))
    if numbers or tables:
        listed = entries(app)
        counts = Counter(one["status"] for one in listed)
        counts["cases"] = max((one["cases"] or 0 for one in listed), default=0)
        for node in numbers:
            status = node["status"]
            marked = ["pasted-text", f"verdicts-{status}"]  # for docs/_tools/shown_numbers.py
            node.replace_self(nodes.inline("", str(counts[status]), classes=marked))
        for node in tables:
            node["html"] = table(app, docname, listed)


def table(app: Sphinx, docname: str, listed: list[Entry]) -> str:
    """Return the table as HTML: one body for each page, with the page's title as its heading."""
    heads = "".join(f'<th scope="col">{name}</th>' for name in COLUMNS)
    parts = [FILTER, f'<table class="ledger"><thead><tr>{heads}</tr></thead>']
    for page, group in groupby(listed, key=lambda one: one["page"]):
        title = escape(app.env.titles[page].astext())
        address = escape(app.builder.get_relative_uri(docname, page))
        link = f'<a href="{address}">{title}</a>'
        parts.append(f'<tbody><tr><th scope="rowgroup" colspan="{len(COLUMNS)}">{link}</th></tr>')
        parts.extend(row(app, one, address) for one in group)
        parts.append("</tbody>")
    return "\n".join([*parts, "</table>\n"])


def row(app: Sphinx, one: Entry, address: str) -> str:
    """Return one row of the table."""
    label, status = one["label"], one["status"]
    if status == "measured":
        anchor, name = label, "measured"
    elif is_erratum(label):
        anchor, name = label, f"finding {label.rpartition('-')[2]}"
    else:
        anchor, name = nodes.make_id(f"equation-{label}"), f"({number(app, label)})"
    cells = [
        f'<a href="{address}#{anchor}">{name}</a> <code>{label}</code>',
        f'<span aria-hidden="true">{MARKS[status]}</span> {status}',
        *numbers_of(app, one),
    ]
    if status == "measured":
        cells[0] += f"<span>{with_formulas(measured_of(app)[label].sentence)}</span>"
    elif status != "definition":
        cells[0] += f"<span>{escape(verdicts_of(app)[label]['statement'])}</span>"
    data = "".join(f'<td data-name="{name}">{cell}</td>' for name, cell in zip(COLUMNS, cells, strict=True))
    return f'<tr class="{status}">{data}</tr>'


def with_formulas(sentence: str) -> str:
    """Return a sentence as HTML, with its formulas."""
    text, *rest = re.split(r"\$(.+?)\$", sentence)
    pairs = zip(rest[::2], rest[1::2], strict=True)
    return escape(text) + "".join(f"{to_mathml(tex, display=False)}{escape(then)}" for tex, then in pairs)


def numbers_of(app: Sphinx, one: Entry) -> list[str]:
    """Return the method and the numbers of a row."""
    if one["status"] == "definition":
        return ["-"] * 5
    if one["status"] == "measured":
        return [one["method"], str(one["cases"]), "-", "-", "-"]
    verdict = verdicts_of(app)[one["label"]]
    beyond = f"{verdict['beyond']} of " if one["status"] == "refuted" else ""
    error = "-" if one["error"] is None else f"{one['error']:.2g}"
    noticed = f"{one['caught']} of {one['tried']}" if one["tried"] else "-"
    return [one["method"], f"{beyond}{one['cases']}", error, f"{one['tolerance']:g}", noticed]


def visit_table(translator: HTML5Translator, node: ledger_table) -> None:
    """Write the table."""
    translator.body.append(node["html"])
    raise nodes.SkipNode


def write_json(app: Sphinx, error: Exception | None) -> None:
    """Write verdicts.json beside the ledger's page."""
    if error or app.builder.format != "html":
        return
    text = json.dumps(entries(app), indent=1, ensure_ascii=False)
    (Path(app.outdir) / "verdicts.json").write_text(text + "\n", encoding="utf-8")


def load_filter(app: Sphinx, _page: str, _template: str, _context: dict[str, Any], doctree: Any) -> None:
    """Load the script that filters the table on the page that has it."""
    if doctree is not None and any(doctree.findall(ledger_table)):
        app.add_js_file("ledger.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive, the role and what fills them."""
    app.add_directive("ledger", LedgerDirective)
    app.add_role("verdicts", VerdictsRole())
    app.add_node(ledger_table, html=(visit_table, None))
    app.add_node(verdict_count)
    app.connect("doctree-resolved", fill)
    app.connect("html-page-context", load_filter)
    app.connect("build-finished", write_json)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
