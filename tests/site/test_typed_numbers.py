"""The search for typed numbers finds those in prose, captions and formulas, and leaves code alone."""

from typed_numbers import typed_numbers

PAGE = """\
# A page of 2026
It is 0.0424, or -3.14e-5, with $x = 1.25$; half is 0.5 and 0.72 has two digits.
Written by {glue:text}`value:.325f` on Python 3.11, see https://example.invalid/1.234.

```{code-cell} ipython3
---
mystnb:
  figure:
    name: fig-twelve-steps
    caption: The norm falls to 0.5 in Five of 24 steps, from step 2 to {glue:text}`last-ten`,
      by two powers of ten.
---
x = 0.98765
```

```{math}
:label: eq-x
y = 0.777
```

```python
print(4.321)
```
The last is .9999

| one | 3.25 |
| two | {glue:text}`two` |
"""


def test_each_typed_decimal_is_found_with_its_line_and_nothing_else():
    prose = [(2, "0.0424"), (2, "3.14e-5"), (2, "1.25")]

    caption = [(10, "0.5"), (10, "Five"), (10, "24")]
    rows = [(26, "3.25"), (27, "| two | {glue:text}`two` |")]

    assert typed_numbers(PAGE) == [*prose, *caption, (18, "0.777"), (24, ".9999"), *rows]
