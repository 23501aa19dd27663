"""Pages that run code are dealt evenly to the processes that read."""

import re
from types import SimpleNamespace

import pytest
from sphinx.util.parallel import make_chunks

import parallel_execution


@pytest.mark.parametrize(("pages", "slow"), [(34, 11), (48, 18), (12, 11), (5, 0), (1, 1), (0, 0)])
def test_the_first_shares_hold_as_many_slow_pages_and_none_is_lost(pages, slow):
    names = [f"page-{number:02}" for number in range(pages)]
    ran = set(names[2 : 2 + slow]) & set(names)

    order = parallel_execution.dealt(names, ran, 2)

    assert sorted(order) == names
    shares = [len(ran & set(share)) for share in make_chunks(order, 2)[:2]]
    assert max(shares, default=0) - min(shares, default=0) <= 1


@pytest.mark.parametrize("processes", [1, 2])
def test_a_page_that_is_not_utf_8_is_named_with_its_line(tmp_path, processes):
    """Sphinx would end without saying which page it was at."""
    page = tmp_path / "page.md"
    page.write_bytes("# Page\n\nA café.\n".encode("latin-1"))
    app, env = SimpleNamespace(parallel=processes), SimpleNamespace(doc2path=tmp_path.joinpath)

    with pytest.raises(SystemExit, match=re.escape(f"{page}:3: what stands here is not UTF-8")):
        parallel_execution.deal(app, env, ["page.md"])
