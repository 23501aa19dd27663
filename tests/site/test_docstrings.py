"""Docstrings are laid out as numpydoc lays them out by itself, from a template that is compiled once."""

import pytest
from numpydoc import docscrape_sphinx

import rnn_solutions
from docstrings import docstring_of


@pytest.mark.parametrize(
    ("described", "what"),
    [
        (rnn_solutions.check_answer, "function"),
        (rnn_solutions.LSTM, "class"),
        (rnn_solutions.RNN.forward, "method"),
        (rnn_solutions, "module"),
    ],
)
def test_the_layout_is_numpydoc_s_own(described, what):
    asked = {"show_class_members": False}

    ours = docstring_of(described, what, config=asked)

    assert ":Parameters:" in str(ours) or what == "module"
    assert str(ours) == str(docscrape_sphinx.get_doc_object(described, what, config=dict(asked)))
    assert asked == {"show_class_members": False}
