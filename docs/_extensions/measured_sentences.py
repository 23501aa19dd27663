"""Set a sentence that was measured into a page, with its interval, and fail the build if it may not be said.

The directive ``{measured} measured-clip-relu`` stands for the sentence that `rnn_solutions.measured` has
under this label, and for what is behind it: on whom it was measured, how often, and how it is repeated. The
role ``{measured}`measured-clip-relu.first` `` stands for one of its parts in a sentence of the page's own. A
sentence without its data, or that leans on a difference which its interval leaves open, fails the build.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from rnn_solutions import measured
from rnn_solutions._validation import nearest
from rnn_solutions.measured import MEASURED, Found, measure
from rnn_solutions.measured.trainings import data_file, read_trainings
from verdicts import MARKS, checked_finding, plain_code, put_with, verdict_box, verdict_mark

logger = logging.getLogger(__name__)

FIXED = (
    "what is trained, the seeds, the number of updates, and that a training counts as solved if the median "
    "loss of its last 150 updates is below a tenth of the loss of a guess"
)


def find_all(app: Sphinx) -> None:
    """Work out every sentence, or say that the data is not there."""
    try:
        data = read_trainings(data_of(app))
        app.measured = {label: measure(one, data) for label, one in MEASURED.items()}  # type: ignore[attr-defined]
    except (OSError, KeyError, ValueError) as error:
        raise ExtensionError(
            f"what was measured cannot be said: {error}; nox -s learn makes the data"
        ) from error


def data_of(app: Sphinx) -> Path:
    """Return the file of the trainings."""
    return Path(app.config.measured_path or data_file())


def measured_of(app: Sphinx) -> dict[str, Found]:
    """Return what was found, by label."""
    return app.measured  # type: ignore[attr-defined,no-any-return]


def depend(env: BuildEnvironment) -> None:
    """Have the page read again when the data or a sentence changes."""
    for file in (data_of(env.app), *Path(measured.__file__).parent.glob("*.py")):
        env.note_dependency(str(file))


def pages_of(env: BuildEnvironment) -> dict[str, str]:
    """Return the page that says each sentence, by label."""
    if not hasattr(env, "measured_pages"):
        env.measured_pages = {}  # type: ignore[attr-defined]
    return env.measured_pages  # type: ignore[attr-defined,no-any-return]


class MeasuredDirective(SphinxDirective):
    """Stand for a sentence."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the sentence as a paragraph that bears its label."""
        (label,) = self.arguments
        if label not in MEASURED:
            raise self.error(f"nothing was measured under {label}{nearest(label, MEASURED)}")
        if label in pages_of(self.env):
            raise self.error(f"{label} is said twice, also in {pages_of(self.env)[label]}")
        pages_of(self.env)[label] = self.env.docname
        depend(self.env)
        found = measured_of(self.env.app)[label]
        if found.reason:
            message = f"{label} may not be said so: {found.reason}. It says: {found.sentence}"
            logger.warning(message, location=self.get_location(), type="verdict")
        parsed = nodes.Element()
        self.state.nested_parse(StringList([found.sentence], source=label), 0, parsed)
        (paragraph,) = parsed.children
        marked = nodes.inline("", "", *paragraph.children, classes=["pasted-text", label])
        return [nodes.paragraph("", "", marked, ids=[label], classes=["measured"])]


class MeasuredRole(SphinxRole):
    """Stand for a part of what was found."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the part, or complain of an unknown one."""
        label, _, part = self.text.partition(".")
        words = measured_of(self.env.app)[label].words if label in MEASURED else {}
        if part not in words:
            known = [
                f"{one}.{name}" for one, found in measured_of(self.env.app).items() for name in found.words
            ]
            hint = nearest(self.text, known)
            return [], [self.inliner.reporter.error(f"nothing was measured as {self.text}{hint}")]
        depend(self.env)
        return [nodes.inline("", words[part], classes=["pasted-text", f"{label}-{part}"])], []


def show(app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Set behind each sentence what is behind it."""
    for paragraph in list(doctree.findall(nodes.paragraph)):
        if "measured" in paragraph["classes"]:
            (label,) = paragraph["ids"]
            put_with(checked_finding(), paragraph, box(measured_of(app)[label]))


def box(found: Found) -> verdict_box:
    """Return what is behind a sentence, folded away."""
    value, low, high = found.interval
    seeds = found.seeds
    rows: list[tuple[str, list[nodes.Node]]] = [
        ("Measured on", [nodes.Text(found.population)]),
        ("Repetitions", [nodes.Text(f"{len(seeds)} seeds, {seeds[0]} to {seeds[-1]}, the same for all")]),
        ("Estimate", [nodes.Text(f"{value:.3f}, 95% interval {low:.3f} to {high:.3f}: {found.method}")]),
        ("Fixed before", [nodes.Text(FIXED)]),
        ("Again", [plain_code("", "nox -s learn -- again")]),
    ]
    items = [
        nodes.definition_list_item(
            "", nodes.term("", name), nodes.definition("", nodes.paragraph("", "", *said))
        )
        for name, said in rows
    ]
    summary = f"Measured on {len(seeds)} seeds · {found.method}"
    named = f"Verdict: {summary[0].lower()}{summary[1:]}"
    return verdict_box(
        "",
        verdict_mark("", named, sign=MARKS["measured"], ids=[f"verdict-{found.label}"]),
        nodes.paragraph("", f"{MARKS['measured']} {summary}"),
        nodes.definition_list("", *items),
        classes=["verdict"],
    )


def forget(_app: Sphinx, env: BuildEnvironment, page: str) -> None:
    """Forget what a page said, which is read again or gone."""
    for label in [one for one, where in pages_of(env).items() if where == page]:
        del pages_of(env)[label]


def merge(_app: Sphinx, env: BuildEnvironment, pages: set[str], other: BuildEnvironment) -> None:
    """Take what another process has read."""
    pages_of(env).update({label: page for label, page in pages_of(other).items() if page in pages})


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive and the role, and what fills them."""
    app.add_config_value("measured_path", "", "")  # of other data than the project's
    app.add_directive("measured", MeasuredDirective)
    app.add_role("measured", MeasuredRole())
    app.connect("builder-inited", find_all)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("doctree-resolved", show)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
