"""Builds that are killed, or meet: a good site stands after each, and nothing of them goes on.

``nox -s killed`` kills two hundred, with the project's own settings, by which each takes four times as long.
"""

import os
import random
import re
import shutil
import signal
import stat
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import build

ROUNDS = int(os.environ.get("KILLED_BUILDS", "20"))
FEW_SETTINGS = """\
extensions = ["myst_parser"]
html_theme = "basic"
"""
BUILD = """\
import sys
from pathlib import Path
import build
build.ROOT, *folders = map(Path, sys.argv[1:])
raise SystemExit(build.build(*folders, []))
"""
PAGES = ("index", "one", "two")
PAGE = "# The page {page}\n\nThey say {word}, all of them.\n"
HANGS = """\
---
file_format: mystnb
kernelspec: {{name: python3, display_name: Python 3, language: python}}
---
# Page

```{{code-cell}} ipython3
import os, pathlib, time
pathlib.Path({file!r}).write_text(str(os.getpid()))
time.sleep(300)
```
"""

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no groups of processes")
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists its processes in /proc")


def processes_of(folder):
    """Return the processes that are told of a folder: a build, what guards it, Sphinx and its readers."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if str(folder).encode() in (place / "cmdline").read_bytes():
                found.append(int(place.name))
        except OSError:  # it has just ended
            continue
    return sorted(found)


def content(site):
    """Return all that a site holds."""
    return {file.relative_to(site): file.read_bytes() for file in sorted(site.rglob("*")) if file.is_file()}


def wait_until(fact):
    """Wait until something is so, for as long as half a minute."""
    for _ in range(300):
        if fact():
            return
        time.sleep(0.1)
    pytest.fail("still not so after half a minute")


class Builds:
    """Builds of two versions of a small site in the same place, and what each must be."""

    def __init__(self, folder, start_python, start_build):
        self.folder, self.start_python, self.start_build = folder, start_python, start_build
        self.work, self.site = folder / "work", folder / "site"
        (folder / "conf.py").write_text(FEW_SETTINGS)
        self.good = {}
        for word in ("alpha", "omega"):
            source = folder / word
            source.mkdir()
            for page in PAGES:
                text = PAGE.format(page=page, word=word)
                (source / f"{page}.md").write_text(text + "```{toctree}\none\ntwo\n```\n" * (page == "index"))
            begun = time.monotonic()
            self.finish(self.start(word))
            self.longest = time.monotonic() - begun
            self.good[word] = content(self.site)

    def start(self, word):
        """Start a build of a version."""
        folders = self.folder / word, self.work, self.site
        if "KILLED_BUILDS" in os.environ:
            return self.start_build(*folders)
        return self.start_python(BUILD, self.folder, *folders)

    def finish(self, one):
        """Wait for a build, which must succeed, and return what it said."""
        _, said = one.communicate(timeout=60)
        assert one.returncode == 0, said
        return said


@pytest.fixture(scope="module")
def builds(tmp_path_factory, start_python, start_build):
    return Builds(tmp_path_factory.mktemp("killed"), start_python, start_build)


def test_a_good_site_stands_after_each_build_that_is_killed_or_raced(builds):
    """Killed is the build, or one of its processes, or all of them; or it goes on while another begins."""
    draw = random.Random(ROUNDS)
    for round_ in range(ROUNDS):
        word = draw.choice(sorted(builds.good))
        first = builds.start(word)
        others = []
        if draw.random() < 0.15:
            time.sleep(draw.uniform(0, builds.longest))
            others.append(builds.start(draw.choice(sorted(builds.good))))
        time.sleep(draw.uniform(0, 1.1 * builds.longest))
        victims = draw.choice(["the build", "one", "all", "none" if others else "all"])
        alive = processes_of(builds.work) if sys.platform == "linux" else []
        chosen = {"the build": [first.pid], "one": alive and [draw.choice(alive)], "all": alive, "none": []}
        for process in chosen[victims]:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        for one in (first, *others):
            _, said = one.communicate(timeout=60)
            assert one.returncode == 0 or victims != "none", said
        assert content(builds.site) in builds.good.values(), f"round {round_}: {victims} killed"

    builds.finish(builds.start("omega"))
    assert content(builds.site) == builds.good["omega"]
    assert sorted(path.name for path in builds.folder.iterdir()) == [
        "alpha", "conf.py", "omega", "site", "site.lock", "work", "work.lock",
    ]  # fmt: skip


def test_of_two_builds_the_second_says_whom_it_waits_for_and_both_end_well(builds):
    one = builds.start("alpha")
    other = builds.start("alpha")

    said = {one.pid: builds.finish(one), other.pid: builds.finish(other)}

    named = re.findall(
        rf"Another build \(process (\d+), since [-\d: ]+\) uses {builds.work}", "".join(said.values())
    )
    [waited] = [process for process, words in said.items() if "Another build" in words]
    assert {waited, *map(int, named)} == set(said)
    assert content(builds.site) == builds.good["alpha"]


@pytest.fixture
def hanging(builds, tmp_path):
    """Start a build whose cell does not end, and return it with the processes that it started."""
    kernel, source = tmp_path / "kernel", tmp_path / "source"
    source.mkdir()
    (source / "index.md").write_text(HANGS.format(file=str(kernel)))
    process = builds.start_build(source, builds.work, builds.site, "-D", "nb_execution_timeout=300")
    wait_until(lambda: kernel.exists() and kernel.read_text())
    return process, {*processes_of(builds.work), int(kernel.read_text())} - {process.pid}


@posix
def test_what_a_build_started_ends_when_it_is_interrupted(builds, hanging):
    process, started = hanging

    process.send_signal(signal.SIGINT)
    process.wait(timeout=60)

    wait_until(lambda: not any(map(is_alive, started)))
    process.communicate(timeout=60)
    assert content(builds.site) in builds.good.values()


@linux
def test_what_a_killed_build_started_ends_with_it_and_keeps_its_locks_until_then(builds, hanging):
    process, started = hanging
    locks = {f"{folder}.lock" for folder in (builds.work, builds.site)}
    for one in set(processes_of(builds.work)) - {process.pid}:
        assert locks <= {str(file.readlink()) for file in Path(f"/proc/{one}/fd").iterdir()}

    process.kill()
    process.wait(timeout=60)

    said = builds.finish(builds.start("omega"))
    assert content(builds.site) == builds.good["omega"]
    wait_until(lambda: not any(map(is_alive, started)))
    process.communicate(timeout=60)
    assert "unfinished" in said  # so that no page is taken for read that the killed build complained of


@posix
@pytest.mark.parametrize("name", ["SIGKILL", "SIGINT"])
def test_what_is_guarded_ends_with_its_guard(start_python, name):
    """The one process that a build starts itself, which sees to the end of all the others."""
    command = "import os, time; print(os.getpid(), os.getppid(), flush=True); time.sleep(300)"
    process = start_python(f"import sys, build\nprint(build.run([sys.executable, '-c', {command!r}], ()))")
    guarded, guard = map(int, process.stdout.readline().split())

    os.kill(guard, signal.Signals[name])

    wait_until(lambda: not is_alive(guarded))
    assert process.communicate(timeout=60) == (f"{-signal.Signals[name]}\n", "")


def is_alive(process):
    """Say whether a process is still there, and not only its number until somebody asks how it ended."""
    try:
        os.kill(process, 0)
        return sys.platform != "linux" or Path(f"/proc/{process}/cmdline").read_bytes() != b""
    except OSError:
        return False


@pytest.fixture
def places(tmp_path):
    """Make a finished site, and the folder in which a new one was built."""
    built, site = tmp_path / "work" / "html", tmp_path / "site"
    for folder, word in ((built, "new"), (site, "old")):
        (folder / "sub").mkdir(parents=True)
        (folder / "index.html").write_text(word)
        (folder / "sub" / "page.html").write_text(word)
    return built, site


def words(site):
    """Return what the pages of a site of these say, which is one word if it is whole."""
    return {file.read_text() for file in (site / "index.html", site / "sub" / "page.html")}


@pytest.fixture(params=["exchange", "two steps"])
def change(request, monkeypatch):
    """How two folders change places: as this system does it, and as one without an exchange."""
    if request.param == "two steps":
        monkeypatch.setattr(build, "exchanged", lambda _one, _other: False)
    return request.param


@pytest.mark.usefixtures("change")
def test_a_site_is_replaced_as_a_whole_and_nothing_of_the_old_one_stays(places):
    built, site = places
    (site / "gone.html").write_text("old")

    build.put_in_place(built, site)

    assert words(site) == {"new"}
    assert not built.exists()
    assert sorted(path.name for path in site.parent.iterdir()) == ["site", "work"]
    assert sorted(path.name for path in site.iterdir()) == ["index.html", "sub"]


@pytest.mark.parametrize("failing", [1, 2])
def test_the_old_site_comes_back_when_the_new_one_cannot_take_its_place(places, monkeypatch, failing):
    """The first, then the second renaming near the site's place fails."""
    built, site = places
    rename, failed = Path.rename, []

    def fail_once(one, other):
        if site in (one, Path(other)) and not failed.append(other) and len(failed) == failing:
            raise PermissionError(f"{other} is in use")
        return rename(one, other)

    monkeypatch.setattr(build, "exchanged", lambda _one, _other: False)
    monkeypatch.setattr(Path, "rename", fail_once)

    with pytest.raises(PermissionError, match="in use"):
        build.put_in_place(built, site)

    assert words(site) == {"old"}
    assert sorted(path.name for path in site.parent.iterdir()) == ["site", "work"]


def test_the_next_build_puts_back_what_one_without_an_exchange_left_when_it_was_killed(places):
    built, site = places
    old, new = build.beside(site)
    site.rename(old)
    built.rename(new)

    build.tidy(site)

    assert words(site) == {"old"}
    assert not new.exists()


def test_what_is_no_site_is_left_alone_and_so_is_what_only_seems_to_lie_beside_it_for_a_moment(places):
    """Somebody else's folder, named by mistake, and copies of a site that somebody keeps."""
    _, folder = places
    for other in (folder, folder.parent / "site.old", folder.parent / "site.new"):
        other.mkdir(exist_ok=True)
        (other / "thesis").write_text("the only copy")

    with pytest.raises(FileExistsError, match=re.escape(f"{folder} is no site, for it has no objects.inv")):
        build.build(folder.parent / "source", folder.parent / "work", folder, [])
    build.tidy(folder)

    assert len(list(folder.parent.rglob("thesis"))) == 3
    assert words(folder) == {"old"}


@pytest.mark.parametrize(
    "folders",
    [("a", "b", "b/html"), ("a", "b/c", "b"), ("a", "b", "b"), ("a/docs", "b", "a"), ("a", "a/work", "b")],
)
def test_sources_work_and_site_do_not_lie_in_each_other(tmp_path, folders):
    """A site replaces what was there, pages and all."""
    with pytest.raises(FileExistsError, match="must not lie in each other"):
        build.build(*map(tmp_path.joinpath, folders), [])


def test_a_site_on_another_file_system_is_copied_and_then_replaced(places):
    built, _ = places
    elsewhere = Path("/dev/shm")
    if not elsewhere.is_dir() or elsewhere.stat().st_dev == built.stat().st_dev:
        pytest.skip("there is no other file system")
    with TemporaryDirectory(dir=elsewhere) as folder:
        site = Path(folder, "site")
        for word in ("first", "new"):
            if not built.exists():
                shutil.copytree(site, built)
            for file in ("index.html", "sub/page.html"):
                (built / file).write_text(word)

            build.put_in_place(built, site)

            assert words(site) == {word}
            assert [path.name for path in Path(folder).iterdir()] == ["site"]


@posix
def test_a_web_server_can_read_a_site_that_was_built_for_its_owner_alone(places):
    built, site = places
    for path in (built, *built.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)

    build.put_in_place(built, site)

    modes = {path.is_dir(): stat.S_IMODE(path.stat().st_mode) for path in (site, *site.rglob("*"))}
    assert modes == {True: 0o755, False: 0o644}


@linux
def test_on_linux_there_is_no_moment_without_a_site(places, monkeypatch):
    """The two change places, and neither is away meanwhile."""
    built, site = places

    def refuse(_one, _other):
        pytest.fail("a folder was renamed by itself")

    monkeypatch.setattr(Path, "rename", refuse)

    build.put_in_place(built, site)

    assert words(site) == {"new"}


@linux
@pytest.mark.parametrize("steps", [1, 2])
def test_a_site_stands_at_every_moment_at_which_publishing_is_killed(places, start_python, steps):
    """Where it takes two steps, it stands once the next build has begun."""
    built, site = places
    spare = built.rename(built.with_name("spare"))
    draw = random.Random(0)
    code = f"""\
import shutil
from pathlib import Path
import build
built, site, spare = map(Path, ({str(built)!r}, {str(site)!r}, {str(spare)!r}))
if {steps} == 2:
    build.exchanged = lambda one, other: False
build.tidy(site)
print("ready", flush=True)
while True:
    shutil.rmtree(built, ignore_errors=True)
    shutil.copytree(spare, built)
    build.put_in_place(built, site)
"""
    for _ in range(20):
        publishing = start_python(code)
        assert publishing.stdout.readline() == "ready\n"
        time.sleep(draw.uniform(0, 0.02))
        publishing.kill()
        publishing.communicate()
        if steps == 2:
            build.tidy(site)
        assert words(site) in ({"old"}, {"new"})
    assert words(site) == {"new"}
