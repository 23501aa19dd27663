"""A page is read again when its file, or one that was read with it, has changed, though neither is newer."""

import os
from types import SimpleNamespace

import pytest

import changed_pages


@pytest.fixture
def env(tmp_path):
    """Note what two pages were read from, of which one has read another file, too."""
    for name in ("one", "two", "data"):
        (tmp_path / name).write_text(name)
    dependencies = {"two": {tmp_path / "data"}}
    env = SimpleNamespace(found_docs={"one", "two"}, doc2path=tmp_path.joinpath, dependencies=dependencies)
    changed_pages.note(None, env)
    return env


@pytest.mark.parametrize(("file", "pages"), [("one", ["one"]), ("two", ["two"]), ("data", ["two"])])
def test_a_page_has_changed_with_what_it_was_read_from(env, tmp_path, file, pages):
    assert changed_pages.changed(None, env, set(), set(), set()) == []
    times = (tmp_path / file).stat()
    (tmp_path / file).write_text("new")
    os.utime(tmp_path / file, ns=(times.st_atime_ns, times.st_mtime_ns))

    assert changed_pages.changed(None, env, set(), set(), set()) == pages


def test_what_is_gone_has_changed_and_a_page_that_nobody_noted(env, tmp_path):
    (tmp_path / "data").unlink()
    env.found_docs.add("data")

    assert sorted(changed_pages.changed(None, env, set(), set(), set())) == ["data", "two"]
