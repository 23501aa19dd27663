"""Build the site in a folder of its own, and put it in place only when all of it is good.

``python docs/_tools/build.py`` builds `docs` into `build/html`. Warnings are errors. What was read and run is
kept, so that the next build reads and runs only what changed; every page is written afresh, so that nothing
of an older site can stay behind. A build that fails, or is killed, leaves the last good site as it was; one
that meets another at work waits for it.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import permutations
from pathlib import Path

ROOT = Path(__file__).parents[2]
# What is run on the finished pages, and can fail the build.
AFTERWARDS = ("join_style_sheets.py", "strict_policy.py", "addresses.py", "epub.py", "downloads.py")
# What a build may know of its caller: the site's addresses, where programs and modules are, where a user's
# and passing files go, what the terminal can show, what Windows cannot start a program without, and what
# keeps an old BLAS from computing wrongly on this processor.
HANDED_ON = {"SITE_URL", "REPOSITORY_URL", "PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONNOUSERSITE"}
HANDED_ON |= {"HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "TMPDIR", "TEMP", "TMP", "TERM", "NO_COLOR"}
HANDED_ON |= {"SYSTEMROOT", "COMSPEC", "PATHEXT", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"}

# -- One build at a time -------------------------------------------------------------------------------------

if sys.platform == "win32":
    import msvcrt

    def is_taken(lock: int) -> bool:
        """Take a lock, an open file, or say that another process has it; the system frees it at its end."""
        os.lseek(lock, 2**30, os.SEEK_SET)  # far behind the text, which Windows would let nobody read
        try:
            msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
        except OSError:
            return True
        return False

else:
    import fcntl

    def is_taken(lock: int) -> bool:
        """Take a lock, an open file, or say that another process has it; the system frees it at its end."""
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


@contextmanager
def alone_with(folder: Path) -> Iterator[int]:
    """Wait until no other build uses a folder, and hold the lock beside it, which says whose it is."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("a+", encoding="utf-8") as lock:
        if is_taken(lock.fileno()):
            time.sleep(0.1)  # by then the other one has written who it is
            lock.seek(0)
            print(f"Another build ({lock.read()}) uses {folder}; waiting for it to end.", file=sys.stderr)
            while is_taken(lock.fileno()):
                time.sleep(0.1)
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, since {datetime.now().isoformat(' ', 'minutes')}")
        lock.flush()
        yield lock.fileno()


# -- What the last build left --------------------------------------------------------------------------------


def seal(work: Path) -> bytes:
    """Return a digest of the pages as Sphinx keeps them once they are read."""
    digest = hashlib.sha256()
    for folder in ("doctrees", "jupyter_execute"):
        for file in sorted(path for path in (work / folder).rglob("*") if path.is_file()):
            content = file.read_bytes()
            digest.update(f"{file.relative_to(work)} {len(content)}\n".encode() + content)
    return digest.hexdigest().encode()


def drop_unsealed(work: Path) -> None:
    """Drop the pages as they were read unless a build that ended well left them, and as it left them.

    Sphinx does not read a page again that it has complained of, and believes what it kept of the others.
    """
    sealed = work / "sealed"
    if (work / "doctrees").exists() and not (sealed.is_file() and sealed.read_bytes() == seal(work)):
        print(
            f"What the last build left in {work} is unfinished or damaged: reading all pages.",
            file=sys.stderr,
        )
        drop(work / "doctrees")
        drop(work / "jupyter_execute")
    drop(sealed)  # until this build has ended well


def drop(path: Path) -> None:
    """Remove a folder or a file, or nothing."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


# -- Putting the site in place -------------------------------------------------------------------------------


def check_places(source: Path, work: Path, site: Path) -> None:
    """Refuse to put a site where something else is."""
    for one, other in permutations((source, work, site), 2):
        if one.is_relative_to(other):
            raise FileExistsError(f"the folders {one} and {other} must not lie in each other")
    is_empty = site.is_dir() and not any(site.iterdir())
    if site.exists() and not is_empty and not (site / "objects.inv").exists():  # which Sphinx always writes
        raise FileExistsError(f"{site} is no site, for it has no objects.inv, and is left alone")


def beside(site: Path) -> tuple[Path, Path]:
    """Return where the old site and the new one wait, on the same file system, under names of no one else."""
    return site.with_name(f".{site.name}.old-of-build"), site.with_name(f".{site.name}.new-of-build")


def tidy(site: Path) -> None:
    """Undo a change of sites that was cut short, and drop what has had its time."""
    old, new = beside(site)
    if old.exists() and not site.exists():
        old.rename(site)
    drop(old)
    drop(new)


def put_in_place(built: Path, site: Path) -> None:
    """Move the folder `built` to where `site` is; a reader never meets a half-copied site, or none."""
    (built / ".buildinfo").unlink(missing_ok=True)  # for Sphinx itself, of no use to a reader
    for path in (built, *built.rglob("*")):  # a web server may be anybody
        path.chmod(0o755 if path.is_dir() else 0o644)
    old, new = beside(site)
    try:
        shutil.move(built, new)  # which copies it if need be
        if not site.exists():
            new.rename(site)
        elif not exchanged(new, site):
            site.rename(old)
            new.rename(site)
    finally:
        tidy(site)


def exchanged(one: Path, other: Path) -> bool:
    """Let two folders change places in a single step, or say that the system cannot: Linux can."""
    if sys.platform != "linux":
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    rename: ctypes._NamedFuncPointer | None = getattr(ctypes.CDLL(None), "renameat2", None)
    return rename is not None and rename(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0


# -- Building ------------------------------------------------------------------------------------------------


def environment() -> dict[str, str]:
    """Return the variables that a build and its kernels see, so that no other can change what comes out."""
    # Sets are written in hash order in a few places: a fixed seed gives the same bytes every time.
    # One thread a process: they share the cores as it is, and sums do not depend on how many there are.
    threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    fixed = {"PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0"} | threads
    return {name: value for name, value in os.environ.items() if name in HANDED_ON} | fixed


def run(command: list[str], locks: tuple[int, ...]) -> int:
    """Run a command that ends with this process, and return its status, negative if it was killed."""
    guard = [sys.executable, str(Path(__file__).with_name("end_with_caller.py"))]
    # A killed build's locks are free when all that it started has ended, too.
    pass_fds, process_group = (locks, 0) if os.name == "posix" else ((), None)
    with subprocess.Popen(
        [*guard, *command],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        pass_fds=pass_fds,
        process_group=process_group,
    ) as process:
        status = process.wait()
    if status < 0 and sys.platform != "win32":  # perhaps the guard alone was killed, and not what it guards
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    return status


def build(source: Path, work: Path, site: Path, options: list[str], tools: tuple[str, ...] = ()) -> int:
    """Run Sphinx on `source` in the folder `work`, then the tools, and publish to `site` if all goes well."""
    source, work, site = source.resolve(), work.resolve(), site.resolve()
    # Two processes for a core, as one that waits for its kernel leaves the core free. Windows cannot fork.
    jobs = ["-j", str(2 * (os.cpu_count() or 1))] if os.name == "posix" else []
    sphinx = [sys.executable, "-m", "sphinx", "-q", "-W", "-n", "--keep-going", *jobs, *options]
    folders = ["-c", str(ROOT), "-d", str(work / "doctrees"), str(source), str(work / "html")]
    check_places(source, work, site)
    with alone_with(work) as one, alone_with(site) as other:
        tidy(site)
        drop_unsealed(work)
        drop(work / "html")
        if status := run([*sphinx, *folders], (one, other)):
            drop(work / "doctrees")
            return status
        (work / "sealed").write_bytes(seal(work))
        for tool in tools:
            command = [sys.executable, str(Path(__file__).with_name(tool)), str(work / "html")]
            if status := run(command, (one, other)):
                return status
        put_in_place(work / "html", site)
    return 0


def main() -> int:
    """Build the site, say where it is, and open it in a browser with ``--open``."""
    parser = argparse.ArgumentParser(description=build.__doc__)
    parser.add_argument("--source", type=Path, default=ROOT / "docs")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "work")
    parser.add_argument("--site", type=Path, default=ROOT / "build" / "html")
    parser.add_argument("--open", action="store_true", help="show the finished site in the browser")
    arguments, options = parser.parse_known_args()
    why = "The build failed: the messages above name the page and the line or cell."
    try:
        status = build(arguments.source, arguments.work, arguments.site, options, AFTERWARDS)
    except OSError as error:  # of all the files of a folder that cannot be copied, the first is enough
        first = error.args[0][0][-1] if isinstance(error, shutil.Error) else error
        why, status = f"The site could not be put in place: {first}", 1
    except KeyboardInterrupt:
        why, status = "The build was stopped.", 130
    if status < 0:
        name, status = signal.Signals(-status).name, 128 - status
        why = f"The build was ended by {name}, perhaps for want of memory."
    page = arguments.site / "index.html"
    if status:
        print(f"\n{why}", file=sys.stderr)
        if page.exists():
            print(f"The last good site is still at {page}", file=sys.stderr)
        return status
    print(f"\nThe site is at {page}")
    if arguments.open:
        import webbrowser

        webbrowser.open(page.resolve().as_uri())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
