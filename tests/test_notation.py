"""The shapes that the page of the notation gives are those of the arrays that it names."""

import re
from itertools import zip_longest
from pathlib import Path

import numpy as np
import pytest

import rnn_solutions
from rnn_solutions import GRU, LSTM, RNN, step_parts

NOTATION = Path(rnn_solutions.__file__).parents[1] / "docs" / "notation.md"
n, d, T = 4, 3, 5
BLOCKS = {RNN: 1, LSTM: 4, GRU: 3}


def sections():
    """Return the page's sections about networks, by their headings."""
    parts = re.split(r"^## (.+)$", NOTATION.read_text(encoding="utf-8"), flags=re.MULTILINE)
    kinds = {"The recurrent network": RNN, "The LSTM": LSTM, "The GRU": GRU}
    return [
        (kinds[title], text) for title, text in zip(parts[1::2], parts[2::2], strict=True) if title in kinds
    ]


def names(kind):
    """Return what the code of the page means by its names, on a network with no two sizes alike."""
    rng = np.random.default_rng(0)
    rows = n * BLOCKS[kind]
    W, U, b = rng.normal(size=(rows, n)), rng.normal(size=(rows, d)), rng.normal(size=rows)
    net = RNN(W, U, b) if kind is RNN else kind(U, W, b)
    x, h_init, c_init = rng.normal(size=(T + 1, d)), rng.normal(size=n), rng.normal(size=n)
    run = net.forward(x, h_init)
    dL_dh = run.h - 1
    values = {
        "net": net,
        "run": run,
        "x": x,
        "dL_dh": dL_dh,
        "grads": net.backward(run, dL_dh),
        "t": 3,
        "k": 1,
    }
    values |= {"W": W, "U": U, "b": b, "h_init": h_init, "c_init": c_init, "way": "forget"}
    return values | {"step_parts": step_parts, "np": np}


def rows():
    """Return each name with its shape: the last one, where a row has fewer shapes than names."""
    found = []
    for kind, text in sections():
        for line in (line for line in text.split("\n") if line.count("|") == 5):
            codes, shapes = (re.findall(r"`([^`]+)`", cell) for cell in line.split("|")[3:5])
            found += (
                [(kind, *pair) for pair in zip_longest(codes, shapes, fillvalue=shapes[-1])] if shapes else []
            )
    return found


@pytest.mark.parametrize(("kind", "code", "shape"), rows())
def test_a_name_has_the_shape_that_the_page_gives(kind, code, shape):
    value = eval(code.replace("kind=...", "kind='path'"), names(kind))

    assert np.shape(value) == eval(shape.replace("2n", "2*n"), {"n": n, "d": d})


def test_most_rows_of_the_page_are_looked_at():
    assert len(rows()) >= 25
