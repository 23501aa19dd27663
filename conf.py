"""Settings of the site: what Sphinx reads before it builds `docs`."""

import gc
import hashlib
import importlib
import json
import os
import platform
import sys
from collections.abc import Iterable
from importlib.metadata import version as installed
from pathlib import Path

import rnn_solutions
from rnn_solutions import __version__
from rnn_solutions.formulas.pages import formulas, unnumbered

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT / "docs" / "_extensions"))

# The site's and the repository's public addresses. Empty means that there is none yet: everything that
# needs an address is then left out.
SITE_URL = os.environ.get("SITE_URL", "")
REPOSITORY_URL = os.environ.get("REPOSITORY_URL", "")

# -- Project -------------------------------------------------------------------------------------------------

project = "RNN Solutions"
author = "The RNN Solutions authors"
copyright = "2026, the RNN Solutions authors. Text CC BY 4.0, code MIT"
version = release = __version__

extensions = [
    "myst_nb",
    "full_disk",
    "changed_pages",
    "docstrings",
    "sphinx.ext.autodoc",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "sphinx_exercise",
    "sphinxcontrib.bibtex",
    "font_subsets",
    "mathml",
    "inline_figures",
    "written_numbers",
    "figure_downloads",
    "verdicts",
    "measured_sentences",
    "unnumbered_formulas",
    "ledger",
    "marked_sheet",
    "sheet_equations",
    "descriptions",
    "shared_links",
    "markdown_pages",
    "formula_search",
    "notebooks",
    "glued_names",
    "executed_cells",
    "glue_order",
    "parallel_execution",
    "folded_solutions",
    "install_line",
    "answer_forms",
    "symbol_links",
    "previews",
]
exclude_patterns = ["_*"]
templates_path = ["docs/_templates"]
nitpicky = True
nitpick_ignore_regex = [("py:class", r".*")]  # annotations name private aliases; the docstrings say the types

# -- Pages and their cells -----------------------------------------------------------------------------------

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "attrs_inline", "substitution"]
myst_substitutions = {"version": __version__}
myst_heading_anchors = 3
myst_dmath_double_inline = False
math_eqref_format = "({number})"
numfig = True
html_math_renderer = "mathml"
bibtex_bibfiles = ["docs/references.bib"]
bibtex_default_style = "plain"
exercise_style = "solution_follow_exercise"


def digest(paths: Iterable[Path], distributions: tuple[str, ...], text: str = "") -> str:
    """Return a digest of files, of Python's version and of those of distributions that are installed."""
    digest = hashlib.sha256(text.encode())
    for name in (platform.python_version(), *map(installed, distributions)):
        digest.update(name.encode())
    for path in sorted(paths):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def what_the_cells_depend_on() -> str:
    """Return a digest of all that can change a cell's output while its source stays the same.

    The cache of executed pages looks at the cells' source alone; with this digest in its path, a change in
    the package, Python, numpy, matplotlib, the figures' settings or the stored data runs the pages again.
    No cell may import the claims, what they work formulas out with, or what was measured, so that a page does
    not run again because a claim changed.
    """
    package = Path(rnn_solutions.__file__).parent
    judging = {"claims", "formulas", "measured"}
    code = [path for path in package.rglob("*.py") if not judging & {*path.relative_to(package).parts}]
    read = [p for folder in ("_config", "_data") for p in (ROOT / "docs" / folder).rglob("*") if p.is_file()]
    return digest([*code, *read], ("numpy", "matplotlib"))


def what_the_verdicts_depend_on(*more: str) -> str:
    """Return a digest of all that can change what is found when the claims are judged."""
    package = Path(rnn_solutions.__file__).parent
    code = [*package.rglob("*.py"), *package.rglob("*.lark")]
    return digest(code, ("lark", "numpy", "sympy", "mpmath"), json.dumps([formulas(), *more]))


verdicts_path = str(ROOT / "build" / "verdicts" / f"{what_the_verdicts_depend_on()}.json")
without_number = [text for one in unnumbered() for text in (one.file, one.tex)]
unnumbered_path = str(ROOT / "build" / "unnumbered" / f"{what_the_verdicts_depend_on(*without_number)}.json")
nb_execution_mode = "cache"
nb_execution_cache_path = str(ROOT / "build" / "cells" / what_the_cells_depend_on())
nb_execution_raise_on_error = False
nb_execution_timeout = 30  # a cell that fails or hangs is a warning that shows the cell, and -W an error
nb_execution_show_tb = True
nb_merge_streams = True
nb_output_stderr = "show"  # what a cell complains about fails the build, by the extension "executed_cells"
nb_ipywidgets_js: dict[str, dict[str, str]] = {}

# A cell's checks count, and its warnings show, though whoever runs Sphinx has told Python otherwise; and what
# it imports is the package that the digest is of, though another one may be installed.
for name in [name for name in os.environ if name.startswith("PYTHON")]:
    if name not in {"PYTHONPATH", "PYTHONNOUSERSITE"}:
        del os.environ[name]
paths = [str(Path(rnn_solutions.__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
os.environ["PYTHONPATH"] = os.pathsep.join(paths)
os.environ["IPYTHONDIR"] = str(ROOT / "docs" / "_config" / "ipython")
os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # whatever the caller draws with
os.environ["MATPLOTLIBRC"] = str(ROOT / "docs" / "_config")
os.environ["MPLCONFIGDIR"] = str(ROOT / "build" / f"matplotlib-{installed('matplotlib')}")  # and not at HOME
os.environ["PYTHONHASHSEED"] = "0"

# -- API reference -------------------------------------------------------------------------------------------

autodoc_typehints = "none"
autodoc_use_type_comments = False  # there are none, and to look for them takes a second
autosummary_generate = False  # the tables at the top of the pages are all that is wanted of it
autodoc_member_order = "bysource"
numpydoc_show_class_members = False

# -- HTML ----------------------------------------------------------------------------------------------------

html_theme = "sphinx_book_theme"
html_title = "RNN Solutions"
html_search_language = "en"  # the English of the extension "formula_search"
html_search_scorer = "docs/_extensions/scorer.js"
html_static_path = ["docs/_static"]
html_css_files = ["site.css"]
html_favicon = "docs/_static/favicon.svg"
html_copy_source = False
html_show_sphinx = False
html_baseurl = SITE_URL and SITE_URL.rstrip("/") + "/"
html_sidebars = {"_modules/**": ["navbar-logo.html", "search-button-field.html", "source-nav.html"]}
html_context = {"default_mode": "auto"}
html_theme_options = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_toc_level": 2,
    "navbar_persistent": [],
    "article_footer_items": ["downloads.html"],
}
if REPOSITORY_URL:
    html_theme_options |= {
        "repository_url": REPOSITORY_URL,
        "repository_provider": "github",
        "path_to_docs": "docs",
        "use_repository_button": True,
        "use_issues_button": True,
        "use_edit_page_button": True,
    }


def module_of_the_source(_app, module: str, name: str) -> str | None:
    """Say where the class or function that a name belongs to is written, for the link to its source.

    Left to itself, Sphinx takes the source of a cached property for that of functools, and publishes that.
    """
    owner = getattr(importlib.import_module(module), name.partition(".")[0], None)
    return getattr(owner, "__module__", None)


def where_a_doi_is_known(_app, address: str) -> str:
    """Say where `nox -s links` asks for a DOI: the publishers behind it turn robots away."""
    return address.replace("https://doi.org/", "https://doi.org/api/handles/")


def drop_outdated_roles(_app, _page, _template, context, _doctree):
    """Take from the sources an outdated role that browsers do not know, and from their box that of a list."""
    if 'role="doc-biblioentry"' in context.get("body", ""):
        body = context["body"].replace(' role="doc-biblioentry"', "")
        context["body"] = body.replace(
            '<div role="list" class="citation-list">', '<div class="citation-list">'
        )


def setup(app):
    """Prepare a build."""
    gc.disable()  # looking for cycles took a quarter of a build, which is too short to be in need of it
    app.connect("viewcode-follow-imported", module_of_the_source)
    app.connect("html-page-context", drop_outdated_roles)
    app.connect("linkcheck-process-uri", where_a_doi_is_known)
