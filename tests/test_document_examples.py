"""The fenced Python examples of the README, the pages and the contributing notes give what they show."""

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

from rnn_solutions import LSTM

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    ROOT / "README.md",
    *sorted((ROOT / ".github").glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
EXAMPLES = Sybil([PythonCodeBlockParser()])


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_fenced_example_runs_and_prints_what_it_shows(path):
    """Executed cells are not fenced examples: the build runs those."""
    for example in EXAMPLES.parse(path).examples():
        example.evaluate()


def test_the_readme_holds_an_example():
    assert list(EXAMPLES.parse(ROOT / "README.md").examples())


def test_the_lines_for_ones_own_network_map_what_was_exported(tmp_path, monkeypatch):
    page = (ROOT / "docs/beyond/map-your-own-network.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```\{code-block\} python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    export, from_keras, _, own = blocks  # the third needs onnx: tests/peers/test_published_networks.py
    rng = np.random.default_rng(0)
    given = {"weight_ih_l0": (24, 3), "weight_hh_l0": (24, 6), "bias_ih_l0": 24, "bias_hh_l0": 24}
    weights = {name: rng.normal(size=size) for name, size in given.items()}
    monkeypatch.chdir(tmp_path)

    exec(export.splitlines()[-1], {"np": np, "weights": weights})  # the line before needs PyTorch
    names = {}
    exec(own, names)

    assert names["found"].mean("terms").shape == (50, 50)
    assert (names["net"].n, names["net"].d) == (6, 3)
    assert (tmp_path / "map.png").stat().st_size > 10_000
    transposed = [weights["weight_ih_l0"].T, weights["weight_hh_l0"].T, weights["bias_ih_l0"]]
    exec(from_keras, {"layer": SimpleNamespace(get_weights=lambda: transposed)})
    (line,) = re.findall(r"`(LSTM\.from_weights\(list\(.*?)`", page)
    of_keras = eval(line, {"LSTM": LSTM, "np": np})
    np.testing.assert_array_equal(of_keras.W_hh, weights["weight_hh_l0"])  # both in the order i, f, g, o


def test_a_wrong_example_is_found(tmp_path):
    wrong = tmp_path / "wrong.md"
    wrong.write_text("```python\n>>> 1 + 1\n3\n```\n")

    (example,) = EXAMPLES.parse(wrong).examples()

    with pytest.raises(Exception, match="Expected:\n    3\nGot:\n    2"):
        example.evaluate()
