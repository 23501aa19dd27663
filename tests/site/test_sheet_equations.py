"""The sheet's equations are named as the sheet's: by the role, and on no page in another form."""

import re
from pathlib import Path

import pytest

from sheet_equations import named
from typed_numbers import prose

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [*DOCS.glob("exercise-*/*.md"), *DOCS.glob("beyond/*.md"), DOCS / "errata.md"]

NO_WORDS = re.compile(  # displayed formulas, roles and literals, formulas in a line
    r"^(`{3,})\{math\}.*?^\1$|\$\$.*?\$\$|(?:\{[\w:-]+\})?`[^`\n]+`|(?<!\\)\$(?:\\.|[^$\\])+\$",
    re.DOTALL | re.MULTILINE,
)
PLAIN = re.compile(r"\b(?:equations?|eqs?\.)\s+\(?\d+\)?|(?<![\w)\]])\(\d{1,2}\)", re.IGNORECASE)


def plain_references(page):
    """Return the line and the spelling of each number of an equation that no role wrote."""
    lines = {number: line for number, line, _ in prose(page)}
    text = "\n".join(lines.get(number, "") for number in range(1, page.count("\n") + 2))
    words = NO_WORDS.sub(lambda found: re.sub(r"[^\n]", "x", found[0]), text)
    return [(words.count("\n", 0, one.start()) + 1, one[0]) for one in PLAIN.finditer(words)]


PAGE = """\
# 1(b) A page
Equation (7) of {eq}`eq-own`, then (8), and equations
(9) to (11); `log(2)`, $f(1) = x^{(2)}$, finding (a), f(3), and {sheet}`12`.

```{math}
:label: eq-x
y = f (4)
```

```{code-cell} ipython3
---
mystnb:
  figure:
    caption: As in (13).
---
x = (5)
```
Eq. 14 says so.
"""


def test_a_plain_number_of_an_equation_is_found_with_its_line_and_nothing_else():
    in_text = [(2, "Equation (7)"), (2, "(8)"), (2, "equations\n(9)"), (3, "(11)")]

    assert plain_references(PAGE) == [*in_text, (14, "(13)"), (18, "Eq. 14")]


def test_no_page_names_an_equation_of_the_sheet_like_one_of_its_own():
    plain = [
        f"{page.relative_to(DOCS)}:{line}: {spelling} has to be a role, as in {{sheet}}`7`"
        for page in sorted(PAGES)
        for line, spelling in plain_references(page.read_text(encoding="utf-8"))
    ]

    assert not plain, "\n" + "\n".join(plain)


@pytest.mark.parametrize(
    ("numbers", "name"),
    [
        ("7", "sheet (7)"),
        ("7-11", "sheet (7) to (11)"),
        ("2, 3", "sheet (2) and (3)"),
        ("12, 13, 14", "sheet (12), (13) and (14)"),
    ],
)
def test_equations_of_the_sheet_have_a_name_that_no_line_tears(numbers, name):
    assert named(numbers).replace("\N{NO-BREAK SPACE}", " ") == name
    assert named(numbers).startswith("sheet\N{NO-BREAK SPACE}(")


@pytest.mark.parametrize("numbers", ["0", "17", "7-17", "11-7", "3, 2", "7, 7", "7 to 11", "(7)", ""])
def test_numbers_that_the_sheet_does_not_have_are_an_error(numbers):
    with pytest.raises(ValueError, match=re.escape(repr(numbers))):
        named(numbers)


def test_the_role_begins_a_sentence_with_a_capital_letter(build_in, tmp_path):
    assert build_in(tmp_path, {"index.md": "# Page\n\n{Sheet}`2, 3` and {sheet}`7`.\n"}) == 0

    page = (tmp_path / "site" / "index.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    assert '<span class="sheet">Sheet (2) and (3)</span> and <span class="sheet">sheet (7)</span>.' in page


def test_a_wrong_number_fails_the_build_with_its_line(build_in, tmp_path, capfd):
    assert build_in(tmp_path, {"index.md": "# Page\n\n{sheet}`17`\n"}) != 0

    assert re.search(r"index\.md:3: .*1 to 16.*'17'", capfd.readouterr().err)
