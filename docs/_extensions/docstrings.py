"""Lay out docstrings with numpydoc, whose template is compiled once instead of once for each docstring."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpydoc
from jinja2 import FileSystemLoader
from jinja2.sandbox import SandboxedEnvironment
from numpydoc.docscrape import get_doc_object
from numpydoc.docscrape_sphinx import SphinxClassDoc, SphinxFunctionDoc, SphinxObjDoc
from sphinx.application import Sphinx

LOADER = FileSystemLoader(Path(numpydoc.__file__).parent / "templates")
TEMPLATE = SandboxedEnvironment(loader=LOADER).get_template("numpydoc_docstring.rst")


def docstring_of(
    described: Any,
    what: str | None = None,
    doc: str | None = None,
    config: Any = None,
    builder: Any = None,  # noqa: ARG001 - where a site may have a template of its own
) -> Any:
    """Return numpydoc's form of a docstring; its own function would compile the template each time."""
    return get_doc_object(
        described,
        what,
        doc,
        {**(config or {}), "template": TEMPLATE},
        class_doc=SphinxClassDoc,
        func_doc=SphinxFunctionDoc,
        obj_doc=SphinxObjDoc,
    )


def setup(app: Sphinx) -> dict[str, Any]:
    """Set numpydoc up, which asks for the function that reads docstrings."""
    about: dict[str, Any] = numpydoc.setup(app, docstring_of)
    return about
