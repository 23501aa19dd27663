"""Formulas are found by the names of their symbols, and by the signs themselves."""

import pytest

from formula_search import SearchFormulas


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (r"\operatorname{diag}\bigl(\sigma'(z_t)\bigr)\, W", ["diag", "sigma", "z_t", "W"]),
        (r"\begin{aligned} \frac{\partial h_{t}}{dW} \end{aligned}", ["partial", "h_t", "partial", "W"]),
        (r"\sum_{k=0}^{t} \mathsf{T} \varphi", ["sum", "k", "0", "t", "T", "phi"]),
        ("The forget gate fₜ, σ and ∂L", ["The", "forget", "gate", "f_t", "sigma", "and", "partial", "L"]),
        ("Λ is gradient_map(x)", ["lambda", "is", "gradient_map", "x"]),
        ("2(c) of dC_t/dC_k, not dL_dh", ["2c", "of", "partial", "C_t", "partial", "C_k", "not", "dL_dh"]),
        ("0.25 and 0.01526", ["0.25", "and", "0.01526", "0.0152", "0.0153"]),
    ],
)  # fmt: skip
def test_a_formula_is_indexed_by_the_names_of_its_symbols(text, words):
    assert SearchFormulas({}).split(text) == words


def test_the_browser_reads_the_same_signs_as_the_index():
    script = SearchFormulas.js_splitter_code

    for sign, name in {"σ": "sigma", "Λ": "lambda", "∂": "partial"}.items():
        assert f'"{sign}": " {name} "' in script
    assert '"ₜ": "_t"' in script
