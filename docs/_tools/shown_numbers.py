"""Hold the list of what code puts on the pages, so that no number and no word of it changes unseen.

``python docs/_tools/shown_numbers.py build/html`` compares a built site with the list, which is
`docs/_tools/numbers.txt`, and fails if anything differs. With ``--accept`` it writes the list anew, for its
diff to be looked at. A line holds a place, a name and what a reader sees there: a glued value, a number of
verdicts, a line that a cell printed, a cell of its table, the words and numbers in its drawing, or the text
alternative of one, which may hold glued values. All words of the answers are on it, whoever wrote them.

Where machines differ in the last digit of a float, what is printed should be rounded enough for all of them.
If the list differs on a machine where nobody changed anything, print fewer digits there, or of a mere
rounding error a bound; accepting what one machine shows would only make the other one complain.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from difflib import SequenceMatcher
from html.parser import HTMLParser
from itertools import takewhile, zip_longest
from pathlib import Path
from typing import NamedTuple

from addresses import PASSING

LIST = Path(__file__).with_name("numbers.txt")
ADVICE = """\
If that is as it should be, accept it: nox -s numbers writes docs/_tools/numbers.txt anew, for you to commit.
If nobody changed anything, the docstring of docs/_tools/shown_numbers.py says what to do."""
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
ENDS_A_LINE = {"div", "figcaption", "figure", "li", "p", "pre", "svg", "table", "td", "th"}


class Shown(NamedTuple):
    """What a reader sees at a place: a page and the innermost anchor around it."""

    place: str
    name: str
    text: str


class Tag(NamedTuple):
    """A tag that is open."""

    name: str
    anchor: str
    classes: list[str]


class Reader(HTMLParser):
    """Collect what code cells put on a page; what is typed there stays out, such as captions."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.found: list[Shown] = []
        self.open: list[Tag] = []
        self.text = ""  # since the last end of a line
        self.heads: list[str] = []  # of the columns of the table that is open
        self.row: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Go into a tag."""
        about = {name: value or "" for name, value in attrs}
        if tag in ENDS_A_LINE:
            self.end_lines()
        if tag == "svg" and "aria-label" in about and self.of_class("cell_output"):
            self.found.append(Shown(self.place(), "alternative", about["aria-label"]))
        if tag not in VOID:
            self.open.append(Tag(tag, about.get("id", ""), about.get("class", "").split()))
        if tag == "table":
            self.heads = []
        elif tag == "tr":
            self.row = []
        elif tag in ("td", "th"):
            self.row.append("")

    def handle_endtag(self, tag: str) -> None:
        """Leave a tag, and those that nobody closed inside it."""
        if tag in VOID or not self.inside(tag):
            return
        if tag == "text":
            self.text += " "  # between the words of a drawing
        while True:
            if self.open[-1].name in ENDS_A_LINE or "pasted-text" in self.open[-1].classes:
                self.end_lines()
            left = self.open.pop().name
            if left == "thead":
                self.heads = self.row
            if left == tag:
                return

    def handle_data(self, data: str) -> None:
        """Keep some text if code made it; of a formula keep its TeX alone."""
        printed = self.of_class("cell_output") and not self.inside("figcaption")
        made = printed or self.of_class("pasted-text")
        if made and (not self.inside("math") or self.inside("annotation")):
            self.text += data

    def inside(self, *names: str) -> bool:
        """Say whether a tag of one of these names is open."""
        return any(tag.name in names for tag in self.open)

    def of_class(self, name: str) -> bool:
        """Say whether a tag of a class is open."""
        return any(name in tag.classes for tag in self.open)

    def end_lines(self) -> None:
        """Note the text since the last end of a line, under the name of what it stands in."""
        text, self.text = self.text, ""
        lines = [text] if self.inside("svg") else text.splitlines()
        for line in filter(None, (" ".join(line.split()) for line in lines)):
            self.found.append(Shown(self.place(), self.name(line), line))

    def place(self) -> str:
        """Return the page with the innermost anchor that is open."""
        anchors = [tag.anchor for tag in self.open if tag.anchor and not PASSING.fullmatch(tag.anchor)]
        return f"{self.page}#{anchors[-1]}" if anchors else self.page

    def name(self, line: str) -> str:
        """Return the name of a line: of a table's cell its row's and its column's."""
        glued = [tag for tag in self.open if "pasted-text" in tag.classes]
        if glued and (glued[-1].name == "span" or not self.inside("td", "th")):
            return glued[-1].classes[1].removeprefix("glue-")
        if self.inside("svg"):
            return "drawn"
        if self.inside("thead"):
            self.row[-1] = line
            return "head"
        if self.row and self.inside("td", "th"):
            *before, self.row[-1] = *self.row[:-1], line
            words = takewhile(lambda cell: cell and not cell[0].isdigit(), before)
            return ", ".join([*words, *self.heads[len(before) : len(self.row)]])
        return "printed"


class AnswerReader(Reader):
    """Collect all that the answers say, typed or not: a word turned round there misleads the most."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Go into a tag, whose text alternative is none of the answer's words."""
        super().handle_starttag(tag, [(name, value) for name, value in attrs if name != "aria-label"])

    def handle_data(self, data: str) -> None:
        """Keep the text of an answer box and of the front page's list, but not of a verdict in it."""
        answers = self.of_class("answer") or any(tag.anchor == "the-eight-answers" for tag in self.open)
        if (
            answers
            and not self.of_class("verdict")
            and (not self.inside("math") or self.inside("annotation"))
        ):
            self.text += data

    def name(self, line: str) -> str:  # noqa: ARG002 - all lines of an answer have one name
        """Return the name of a line."""
        return "answer"


def shown(site: Path) -> list[Shown]:
    """Return all that code shows on the pages of a site, page by page and as it stands there."""
    found = []
    for file in sorted(site.rglob("*.html")):
        page, text = file.relative_to(site).as_posix(), file.read_text(encoding="utf-8")
        if not page.startswith("_") and ("pasted-text" in text or "cell_output" in text):
            for reader in (Reader(page), AnswerReader(page)):
                reader.feed(text)
                found += reader.found
    return found


def read(kept: Path) -> list[Shown]:
    """Return what a list holds."""
    lines = kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []
    return [Shown(*line.split("\t")) for line in lines]


def write(found: list[Shown], kept: Path) -> None:
    """Write a list."""
    kept.write_text("".join("\t".join(one) + "\n" for one in found), encoding="utf-8")


def changes(before: list[Shown], after: list[Shown]) -> Iterator[str]:
    """Yield a line for each thing that is not as it was."""
    for place in dict.fromkeys(one.place for one in [*before, *after]):
        old, new = ([one for one in those if one.place == place] for those in (before, after))
        for was, now in beside(old, new):
            if was and now and was != now:
                name = "" if was.name == now.name else f"{now.name}: "
                yield f"{place}, {was.name}: {was.text} is now {name}{now.text}"
            elif was and not now:
                yield f"{place}, {was.name}: {was.text} is gone"
            elif now and not was:
                yield f"{place}, {now.name}: {now.text} is new"


def beside(old: list[Shown], new: list[Shown]) -> Iterator[tuple[Shown | None, Shown | None]]:
    """Yield what stood at a place beside what stands there; where as many do, two may have been exchanged."""
    if len(old) == len(new):
        yield from zip(old, new, strict=True)
        return
    for _, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for was, now in zip_longest(old[start:end], new[new_start:new_end]):
            is_one = was is None or now is None or was.name == now.name
            yield from [(was, now)] if is_one else [(was, None), (None, now)]


def check(found: list[Shown], kept: Path) -> str:
    """Say what differs from the list and what to do, or nothing."""
    listed = read(kept)
    if found == listed:
        return ""
    differ = list(changes(listed, found)) or ["The places stand in another order."]
    return "\n".join(["What code puts on the pages is not what it was:", *differ, ADVICE])


def main() -> str:
    """Check a site and return the complaint, which is printed and fails the command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("site", type=Path)
    parser.add_argument("--accept", action="store_true", help="write the list anew")
    arguments = parser.parse_args()
    found = shown(arguments.site)
    print(f"{len(found)} numbers, words and cells of tables come from code, and lines of answers.")
    complaint = check(found, LIST)
    if not arguments.accept:
        return complaint
    print(complaint.removesuffix(ADVICE))
    write(found, LIST)
    return ""


if __name__ == "__main__":
    raise SystemExit(main() or 0)
