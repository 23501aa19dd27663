"""A build for which the disk is full ends with a line that says so, and the last good site stands."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import build

FULL = "No space left on device"


@pytest.fixture
def disk(tmp_path):
    """Return a function that makes a small disk of so many KiB."""
    place = tmp_path / "disk"
    place.mkdir()

    def disk(size):
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(place)]
        if sys.platform != "linux" or os.geteuid() or subprocess.run(command, check=False).returncode:
            pytest.skip("only root on Linux may make a small disk, and not everywhere")
        return place

    yield disk
    if place.is_mount():
        subprocess.run(["umount", str(place)], check=True)


# When the first file is written, and when the theme's files are copied, fonts among them.
@pytest.mark.parametrize("size", [4, 3000])
def test_a_build_on_a_full_disk_says_so_in_one_line(disk, size, start_build, tmp_path):
    source, site = tmp_path / "source", tmp_path / "site"
    for folder in (source, site):
        folder.mkdir()
        (folder / "index.md").write_text("# Page\n\nWords and $a + b$.\n")
    (site / "objects.inv").touch()
    place = disk(size)

    process = start_build(source, place / "work", site)
    _, said = process.communicate(timeout=60)

    assert process.returncode
    assert said.startswith(f"{FULL}: ")
    assert f" where {place / 'work'}" in said
    assert said.count("\n") == 1
    assert {path.name for path in site.iterdir()} == {"index.md", "objects.inv"}


@pytest.mark.parametrize("tool", ["downloads.py", "join_style_sheets.py", "strict_policy.py"])
def test_a_tool_for_which_there_is_no_room_says_so_in_one_line(disk, tool):
    """It comes after Sphinx, which filled the disk."""
    site = disk(64)
    for name in ("notebooks", "_static"):
        (site / name).mkdir()
    (site / "_static" / "early.js").touch()
    (site / "sheet.css").write_text("a {}")
    (site / "index.html").write_text('<link rel="stylesheet" href="sheet.css" />')
    with contextlib.suppress(OSError):
        (site / "rest").write_bytes(bytes(64 << 10))

    command = [sys.executable, str(Path(build.__file__).with_name(tool)), str(site)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)

    assert done.returncode
    assert FULL in done.stderr
    assert "Traceback" not in done.stderr


def test_a_site_for_which_there_is_no_room_leaves_the_last_good_one(disk, tmp_path):
    site = disk(64) / "site"
    built = tmp_path / "built"
    for size in (40, 50):
        built.mkdir()
        (built / "index.html").write_bytes(bytes(size << 10))
        if size == 40:
            build.put_in_place(built, site)

    with pytest.raises(OSError, match=FULL):
        build.put_in_place(built, site)

    assert (site / "index.html").stat().st_size == 40 << 10
    assert [path.name for path in site.parent.iterdir()] == ["site"]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no signals")
def test_a_build_that_was_killed_says_so(monkeypatch, capsys):
    """There is no message of what was killed for which to look above."""
    monkeypatch.setattr(build, "build", lambda *_arguments: -9)
    monkeypatch.setattr(sys, "argv", ["build.py"])

    assert build.main() == 128 + 9
    assert "\nThe build was ended by SIGKILL, perhaps for want of memory.\n" in capsys.readouterr().err


def test_what_hinders_publishing_is_said_in_one_line(monkeypatch, capsys):
    """Of copying a folder, shutil says what befell each of its files."""
    failed = [(f"from/{name}", f"to/{name}", f"[Errno 28] {FULL}: 'to/{name}'") for name in "ab"]

    def build_nothing(*_arguments):
        raise shutil.Error(failed)

    monkeypatch.setattr(build, "build", build_nothing)
    monkeypatch.setattr(sys, "argv", ["build.py", "--site", str(Path("no", "where"))])

    assert build.main() == 1
    said = capsys.readouterr().err
    assert f"\nThe site could not be put in place: [Errno 28] {FULL}: 'to/a'\n" in said
    assert "to/b" not in said
