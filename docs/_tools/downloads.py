"""Make what a reader takes away: the package's wheel for the notebooks, and the whole site as one zip.

``python docs/_tools/downloads.py build/html`` does it for a site that is built. Both come out the same, byte
by byte, from the same files.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAME = "rnn-solutions"
TIME = 315532800  # 1980-01-01, the first time that a zip can hold


def build_wheel(folder: Path) -> None:
    """Build the package's wheel into a folder."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(TIME)}
    done = subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        why = done.stderr.strip().rpartition("\n")[2]  # behind the way there, which is another project's
        raise SystemExit(f"the wheel could not be built: {why}")


def pack(site: Path) -> None:
    """Pack the site into a zip that lies in it; the page inside does not offer the zip once more."""
    archive = site / f"{NAME}.zip"
    maps = set(site.rglob("*.map"))  # which lead from the theme's scripts to sources that nobody has
    files = sorted(file for file in set(site.rglob("*")) - maps - {archive} if file.is_file())
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as zipped:
        for file in files:
            entry = zipfile.ZipInfo(f"{NAME}/{file.relative_to(site).as_posix()}")  # dated 1980-01-01
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            content = file.read_bytes()
            if file == site / "index.html":
                link = rb'<a [^>]*href="%s"[^>]*>(.*?)</a>' % archive.name.encode()
                content = re.sub(link, rb"\1", content)
            zipped.writestr(entry, content)


if __name__ == "__main__":
    built = Path(sys.argv[1]).resolve()
    try:
        build_wheel(built / "notebooks")
        pack(built)
    except OSError as error:  # such as a full disk
        raise SystemExit(f"the downloads could not be made: {error}") from None
