"""Build the site in a folder of its own, and put it in place only when all of it is good.

``python docs/_tools/build.py`` builds `docs` into `build/html`. Warnings are errors. What was read and run is
kept, so that the next build reads and runs only what changed; every page is written afresh, so that nothing
of an older site can stay behind. A build that fails leaves the last good site as it was.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# What is run on the finished pages, and can fail the build.
AFTERWARDS = ("join_style_sheets.py", "addresses.py", "downloads.py")


def put_in_place(built: Path, site: Path) -> None:
    """Move the folder `built` to where `site` is; a reader never meets a half-copied site."""
    old = site.with_name(site.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    (built / ".buildinfo").unlink(missing_ok=True)  # for Sphinx itself, of no use to a reader
    site.parent.mkdir(parents=True, exist_ok=True)
    if site.exists():
        site.rename(old)
    built.rename(site)
    shutil.rmtree(old, ignore_errors=True)


def build(source: Path, work: Path, site: Path, options: list[str], tools: tuple[str, ...] = ()) -> int:
    """Run Sphinx on `source` in the folder `work`, then the tools, and publish to `site` if all goes well."""
    # Two processes for a core, as one that waits for its kernel leaves the core free. Windows cannot fork.
    jobs = ["-j", str(2 * (os.cpu_count() or 1))] if os.name == "posix" else []
    sphinx = [sys.executable, "-m", "sphinx", "-q", "-W", "-n", "--keep-going", *jobs, *options]
    folders = ["-c", str(ROOT), "-d", str(work / "doctrees"), str(source), str(work / "html")]
    shutil.rmtree(work / "html", ignore_errors=True)
    # Sets are written in hash order in a few places: a fixed seed gives the same bytes every time. Where the
    # caller forbids bytecode, every build and every kernel would compile some two thousand modules again.
    # One thread a process: they share the cores as it is, and sums do not depend on how many there are.
    threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    environment = os.environ | {"PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0"} | threads
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    status = subprocess.run([*sphinx, *folders], check=False, cwd=ROOT, env=environment).returncode
    if status:  # Sphinx remembers a page that it warned about as read, and would be silent about it next time
        shutil.rmtree(work / "doctrees", ignore_errors=True)
        return status
    for tool in tools:
        command = [sys.executable, str(Path(__file__).with_name(tool)), str(work / "html")]
        if status := subprocess.run(command, check=False, cwd=ROOT, env=environment).returncode:
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
    status = build(arguments.source, arguments.work, arguments.site, options, AFTERWARDS)
    page = arguments.site / "index.html"
    if status:
        print("\nThe build failed: the messages above name the page and the line or cell.", file=sys.stderr)
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
