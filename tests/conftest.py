"""What tests share: how Hypothesis draws, figures without a window, and how many tests there are.

Hypothesis draws the same cases every time, and new ones with ``--hypothesis-profile=explore``.
"""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, max_examples=500)
settings.load_profile("repeatable")

ROOT = Path(__file__).parents[1]
COUNTS = ROOT / "tests" / "counts.json"
FOUND = pytest.StashKey()


@pytest.fixture
def no_window():
    """Draw figures without a window, and close them."""
    import matplotlib.pyplot as plt  # here, for the sessions that draw nothing have no matplotlib

    plt.switch_backend("agg")
    yield
    plt.close("all")


def pytest_addoption(parser):
    """Add the option that counts anew."""
    parser.addoption(
        "--keep-counts", action="store_true", help=f"write into {COUNTS.name} how many tests there are"
    )


@pytest.hookimpl(tryfirst=True)  # before some are deselected
def pytest_collection_modifyitems(config, items):
    """Count the tests and doctests of each folder, those that other sessions run, and the pages.

    Where only some are asked for, there is nothing to count.
    """
    if config.args_source is not config.ArgsSource.TESTPATHS or config.getoption("lf"):
        return
    found = Counter(item.nodeid.partition("::")[0].rpartition("/")[0] for item in items)
    for file in [*ROOT.glob("tests/browser/test_*.py"), *ROOT.glob("tests/peers/test_*.py")]:
        functions = re.findall(r"^def test_", file.read_text(encoding="utf-8"), re.MULTILINE)
        found[f"tests/{file.parent.name}"] += len(functions)
    found["docs"] = len([*ROOT.glob("docs/**/*.md")])
    config.stash[FOUND] = found
    if config.getoption("keep_counts"):
        COUNTS.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")


@pytest.fixture
def lost(request):
    """Return the folders with fewer tests than were counted: by name the numbers of now and then."""
    if FOUND not in request.config.stash:
        pytest.skip("only some tests were asked for")
    found, ignored = request.config.stash[FOUND], request.config.getoption("ignore") or []
    counts = json.loads(COUNTS.read_text(encoding="utf-8"))
    return {
        folder: (found[folder], count)
        for folder, count in counts.items()
        if found[folder] < count and folder not in ignored
    }
