"""Say what a link to a page shows where it is shared, and what the page is to a search engine.

All of it needs the site's address, and is left out when there is none: a card of 1200 x 630 pixels with the
page's title and its first figure, the fields that name the card, and structured data in the words of
schema.org. Open Graph's own fields, which the card joins, are those of the extension ``descriptions``.
"""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from docutils import nodes
from sphinx.application import Sphinx

from descriptions import NOT_FOUND, add_to_head, address, description, meta, plain_text
from figure_downloads import FOLDER as FIGURES
from figure_downloads import LICENCE, file_name
from inline_figures import inline_figure

FOLDER = "cards"
WIDTH, HEIGHT = 1200, 630
LEVEL = "University"
# One learns from these pages; the others are about the site and its package.
LESSONS = re.compile(r"index|exercise-.*|beyond/.*|check-your-answer|errata|notation")
QUESTION = re.compile(r"(\d\([a-z]\)) (.*)")  # a title that begins with a question's number

# -- What a page says of itself ------------------------------------------------------------------------------


def card_address(app: Sphinx, page: str) -> str:
    """Return the public address of a page's card."""
    return urljoin(str(app.config.html_baseurl), f"{FOLDER}/{page.replace('/', '-')}.png")


def structured(app: Sphinx, page: str, doctree: nodes.document) -> dict[str, Any]:
    """Return what a search engine is told of a page."""
    config = app.config
    about = {
        "@context": "https://schema.org",
        "@type": "LearningResource" if LESSONS.fullmatch(page) else "WebPage",
        "url": address(app, page),
        "name": plain_text(next(doctree.findall(nodes.title))),
        "description": description(doctree),
        "inLanguage": config.language or "en",
        "license": LICENCE,
        "image": card_address(app, page),
        "author": {"@type": "Organization", "name": config.author},
        "isAccessibleForFree": True,
    }
    if LESSONS.fullmatch(page):
        about["educationalLevel"] = LEVEL
    if page != config.root_doc:
        site = {"@type": "WebSite", "name": config.project, "url": address(app, config.root_doc)}
        about["isPartOf"] = site
    return about


def share(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Put the fields of the card, and the structured data, into a page's head."""
    if doctree is None or not app.config.html_baseurl or page == NOT_FOUND:
        return
    about = structured(app, page, doctree)
    figure = next(doctree.findall(inline_figure), None)
    said = f": {figure['alt']}" if figure else ""
    text = json.dumps(about, ensure_ascii=False).replace("<", "\\u003c")  # or it could end the element
    add_to_head(
        context,
        meta("property", "og:image", about["image"]),
        meta("property", "og:image:width", str(WIDTH)),
        meta("property", "og:image:height", str(HEIGHT)),
        meta("property", "og:image:alt", about["name"] + said),
        meta("name", "twitter:card", "summary_large_image"),
        f'<script type="application/ld+json">{text}</script>',
    )


# -- The cards -----------------------------------------------------------------------------------------------


def first_figure(app: Sphinx, page: str) -> Path | None:
    """Return the picture of a page's first figure, if it has one."""
    names = (name for one in app.env.get_doctree(page).findall(nodes.figure) for name in one["names"])
    files = (Path(app.outdir, FIGURES, f"{file_name(page, name)}.png") for name in names)
    return next((file for file in files if file.exists()), None)


def draw_cards(app: Sphinx, error: Exception | None) -> None:
    """Draw the card of each page; one without a figure shows that of the first page."""
    if error or app.builder.name != "html" or not app.config.html_baseurl:
        return
    folder = Path(app.outdir, FOLDER)
    folder.mkdir(exist_ok=True)
    instead = first_figure(app, app.config.root_doc)
    for page in sorted(app.env.found_docs - {NOT_FOUND}):
        title = plain_text(app.env.titles[page])
        file = folder / card_address(app, page).rpartition("/")[2]
        draw_card(file, title, app.config.project, first_figure(app, page) or instead)


def draw_card(file: Path, title: str, site: str, picture: Path | None) -> None:
    """Draw one card: the question's number, the title, the site's name and a figure, on white."""
    import numpy as np
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.image import imread

    from rnn_solutions.figures.style import BLUE, INK, MUTED

    number, words = found.groups() if (found := QUESTION.match(title)) else ("", title)
    with rc_context({"font.family": "DejaVu Sans", "text.parse_math": False}):
        figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100)
        figure.set_layout_engine("none")
        FigureCanvasAgg(figure)

        def write(x: int, y: int, text: str, **how: Any) -> None:
            figure.text(x / WIDTH, y / HEIGHT, text, **how)

        drawn = imread(picture) if picture else np.empty((1, 2))
        is_wide = drawn.shape[1] > 1.7 * drawn.shape[0]  # it stands below the title, and others beside it
        write(50, 540, number, size=40, weight="bold", color=BLUE)
        x, y = (210 if number else 50, 540) if is_wide else (50, 450 if number else 540)
        for place, line in enumerate(textwrap.wrap(words, 38 if is_wide else 17)):
            write(x, y - 58 * place, line, size=32, color=INK)
        write(50, 40, site, size=18, color=MUTED)
        if picture:
            left, bottom, width, height = (50, 90, 1100, 350) if is_wide else (520, 50, 630, 530)
            axes = figure.add_axes((left / WIDTH, bottom / HEIGHT, width / WIDTH, height / HEIGHT))
            axes.imshow(drawn)
            axes.set_axis_off()
        figure.savefig(file, metadata={"Software": None})


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell of each page, and draw the cards when the figures are there."""
    app.connect("html-page-context", share, priority=600)  # behind the fields of Open Graph
    app.connect("build-finished", draw_cards)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
