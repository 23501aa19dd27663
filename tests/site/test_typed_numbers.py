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
    caption: The norm falls to 0.123.
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
"""


def test_each_typed_decimal_is_found_with_its_line_and_nothing_else():
    prose = [(2, "0.0424"), (2, "3.14e-5"), (2, "1.25")]

    assert typed_numbers(PAGE) == [*prose, (9, "0.123"), (16, "0.777"), (22, ".9999")]
