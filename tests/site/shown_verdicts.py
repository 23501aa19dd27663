"""Read back what a page says of its equations: each thing under its head, as a reader would."""

import re
from typing import NamedTuple

from bs4 import BeautifulSoup

# What stands in a verdict: in its mark's name, in its line, and under each head below it.
CASES = r"(?P<cases>\d+) random cases"
ERROR = r"(?P<error>\S+), allowed (?P<allowed>\S+)"
MARKS = {"holds": "✓", "defined": "≔", "refuted": "✗"}
HOLDS = {"✓ Holds": "holds", "≔ Is what the code does": "defined"}
SLIPS = r"(?P<method>.+?)( · (?P<noticed>\d+ of \d+) slips noticed)?"
HOLD = rf"(?P<status>{'|'.join(HOLDS)})"
LINES = (
    rf"{HOLD} · proved with {SLIPS}",
    rf"{HOLD} in (the one case there is|{CASES}) · (exactly|worst error {ERROR}) · {SLIPS}",
    rf"✗ (?P<status>Refuted)( in (?P<beyond>\d+) of {CASES})? · error up to {ERROR} · (?P<method>.+)",
)
DRAWN = r"np\.random\.default_rng\(\[(?P<seed>\d+), (?P<worst>\d+)\]\)"
HEADS = {
    "Claim": r"(?P<statement>.+)",
    "Assumed": r"(?P<assumes>.+)",
    "Allowed error": r"(?P<tolerance>\S+): (?P<because>.+)",
    "Compared": r"left (?P<left>.*), right (?P<right>.*)",
    "Worst case": rf"left (?P<left>.*), right (?P<right>.*), drawn from {DRAWN}",
    "Slips": r"none made.*|(?P<tried>\d+) formulas .* (?P<caught>\d+) of them do not hold",
    "Source": r"(?P<file>\S+), line (?P<line>\d+)",
    "Again": r"python -m rnn_solutions\.claims --label (?P<label>\S+)",
}


class Shown(NamedTuple):
    """A verdict as it stands on a page."""

    anchor: str
    mark: tuple[str, str]  # what is seen while it is closed, and what is heard instead
    line: str  # the first that it opens
    fields: dict[str, str]  # what it says, by the names of the verdict's fields


def beside(page):
    """Yield the verdict that stands at the number of each labelled equation and at each finding, or none."""
    for start in read(page).select('div.math[id^="equation-"], p[id^="erratum-"]'):
        label, last = start["id"].removeprefix("equation-"), start.select_one(".eqno") or start
        box = last.find_next_sibling()
        if box is None or "verdict" not in box.get("class", []):
            yield label, None
        else:
            marked = box if box.name == "p" else box.find("summary", recursive=False)
            seen = marked.find("span", attrs={"aria-hidden": "true"}).extract()
            lines = box.find_all("p", recursive=False)
            line = words(lines[0]) if lines else ""
            fields = read_fields(box, line) if line else {}
            yield label, Shown(marked.get("id", ""), (words(seen), words(marked)), line, fields)


def mark_to_show(line):
    """Return what the mark of a verdict has to show and to say, from the line that it opens."""
    sign, said = line.split(" ", 1)
    return sign, f"Verdict: {said[0].lower()}{said[1:]}"


def read(page):
    """Return a page's tree."""
    return BeautifulSoup(page, "html.parser")


def words(node, between=""):
    """Return a node's text on one line."""
    return " ".join(node.get_text(between).split())


def read_fields(box, line):
    """Return what a verdict says once it is open, by the names of the verdict's fields."""
    [found] = filter(None, (re.fullmatch(pattern, line) for pattern in LINES))
    fields = found.groupdict()
    fields["status"] = HOLDS.get(fields["status"], "refuted")
    for head in box.find_all("dt"):
        if words(head) in HEADS:
            fields |= re.fullmatch(HEADS[words(head)], words(head.find_next_sibling("dd"))).groupdict()
    fields["function"] = box.find(class_="nf").get_text()
    return {name: value for name, value in fields.items() if value is not None}


def fields_to_show(verdict):
    """Return what a page has to show of a verdict, by the names of its fields."""
    shown = (
        "label",
        "status",
        "method",
        "statement",
        "assumes",
        "because",
        "left",
        "right",
        "function",
        "line",
    )
    fields = {name: str(verdict[name]) for name in shown}
    fields["tolerance"] = f"{verdict['tolerance']:g}"
    fields["file"] = f"{verdict['module'].replace('.', '/')}.py"
    refuted, sampled = verdict["status"] == "refuted", verdict["sampled"]
    if sampled:
        fields |= {name: str(verdict[name]) for name in ("cases", "seed", "worst")}
    if sampled and refuted:
        fields["beyond"] = str(verdict["beyond"])
    is_proof = verdict["method"] == "SymPy" and not sampled
    if verdict["tried"]:
        fields |= {name: str(verdict[name]) for name in ("tried", "caught")}
    if verdict["tried"] and not refuted:
        fields["noticed"] = f"{verdict['caught']} of {verdict['tried']}"
    if refuted or (verdict["tolerance"] and not is_proof):
        fields |= {"error": f"{verdict['error']:.2g}", "allowed": fields["tolerance"]}
    return fields


def ledger(page):
    """Yield the rows of the ledger: what stands under each head, and where the first cell leads."""
    table = read(page).select_one("table.ledger")
    heads = [words(head) for head in table.select("thead th")]
    for row in table.select("tbody tr:has(td)"):
        cells = row.find_all("td")
        assert [
            cell["data-name"] for cell in cells
        ] == heads  # which a narrow screen shows in place of the head
        yield {"address": row.a["href"]} | {
            head: words(cell, " ") for head, cell in zip(heads, cells, strict=True)
        }


def cells_to_show(verdict):
    """Return what the ledger has to show of a verdict, by the heads of its columns."""
    beyond = f"{verdict['beyond']} of " if verdict["status"] == "refuted" else ""
    return {
        "Verdict": f"{MARKS[verdict['status']]} {verdict['status']}",
        "Method": verdict["method"],
        "Cases": f"{beyond}{verdict['cases']}",
        "Worst error": f"{verdict['error']:.2g}",
        "Allowed": f"{verdict['tolerance']:g}",
        "Slips noticed": f"{verdict['caught']} of {verdict['tried']}" if verdict["tried"] else "-",
    }
