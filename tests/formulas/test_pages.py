"""The formulas of the pages are found where they stand, and nothing that is code."""

import pytest

from rnn_solutions.formulas import pages

PAGE = r"""# A title with $a = b$

```{math}
:label: eq-one
:class: result
a = 1
```

Text with `$literal = 1$` and $$b =
2$$ before
:::{math}
c = 3
:::

```{code-cell} ipython3
---
mystnb:
  figure:
    caption: Where $d = 4$
---
price = "$e = 5$"
```

```{solution-start} an-exercise
:class: dropdown
```
So $j = 12$.

```{code-cell} ipython3
price = "$k = 13$"
```
```{solution-end}
```

It costs \$6 or $7.
"""
MODULE = r'''"""A module.

.. math:: f = 8
"""

price = ":math:`g = 9`"


def step():
    r"""Return :math:`h = 10`.

    .. math::

       i = 11
    """
'''


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Let the pages and the package be one page and one module."""
    for file, text in (("docs/beyond/page.md", PAGE), ("rnn_solutions/net.py", MODULE)):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).write_text(text, encoding="utf-8")
    monkeypatch.setattr(pages, "__file__", str(tmp_path / "rnn_solutions/formulas/pages.py"))


@pytest.mark.usefixtures("project")
def test_a_formula_without_a_number_is_found_with_its_line():
    found = [(one.file, one.line, one.tex) for one in pages.unnumbered()]

    assert found == [
        ("docs/beyond/page.md", 1, "a = b"),
        ("docs/beyond/page.md", 9, "b = 2"),
        ("docs/beyond/page.md", 11, "c = 3"),
        ("docs/beyond/page.md", 19, "d = 4"),
        ("docs/beyond/page.md", 27, "j = 12"),
        ("rnn_solutions/net.py", 3, "f = 8"),
        ("rnn_solutions/net.py", 10, "h = 10"),
        ("rnn_solutions/net.py", 12, "i = 11"),
    ]


@pytest.mark.usefixtures("project")
def test_a_numbered_formula_is_found_by_its_label():
    assert pages.formulas.__wrapped__() == {"eq-one": "a = 1"}
