"""Rate the pages of the built site with Lighthouse, as a phone sees them, and hold them to the goals.

``python docs/_tools/lighthouse.py`` reads `build/html`, gives it out gzipped, and writes what it finds to
`build/lighthouse.json`. It needs Node 20 or newer, and Chromium, which the variable CHROMIUM may name. Run it
on an idle machine: what else runs is taken for the page's own work.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

from page_weights import KB, weigh_all

ROOT = Path(__file__).parents[2]
SITE = ROOT / "build" / "html"
LIGHTHOUSE = "lighthouse@12.8.2"  # the last that runs on Node 20
GOALS = {"performance": 0.95, "accessibility": 1.0, "best-practices": 1.0, "seo": 1.0}
LAYOUT_SHIFT = 0.02  # must stay below
THRICE = ["index", "api/index"]  # and the heaviest page
COMPRESSED = (".html", ".css", ".js", ".svg", ".json", ".txt", ".xml")


@cache
def compressed(path: Path) -> bytes:
    """Return a file's bytes as they are sent."""
    return gzip.compress(path.read_bytes(), mtime=0)


class Handler(SimpleHTTPRequestHandler):
    """Give out the site as a public server does: gzipped, over connections that stay open."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments, directory=str(SITE))  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answer with a file, compressed where that helps."""
        path = Path(self.translate_path(self.path))
        if path.suffix not in COMPRESSED or not path.is_file():
            super().do_GET()
            return
        body = compressed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextmanager
def served() -> Iterator[str]:
    """Give the site out while the block runs, and say where."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def rate(address: str) -> dict[str, float]:
    """Return what Lighthouse finds on one visit of one page."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0  # whom Chromium refuses a sandbox
    flags = "--headless=new" + " --no-sandbox" * root
    command = ["npx", "--yes", LIGHTHOUSE, address, "--quiet", "--output=json", f"--chrome-flags={flags}"]
    browser = {"CHROME_PATH": os.environ["CHROMIUM"]} if os.environ.get("CHROMIUM") else {}
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=os.environ | browser).stdout
    report = json.loads(said)
    if problem := report.get("runtimeError"):
        raise SystemExit(f"Lighthouse could not rate {address}: {problem['message']}")
    found = {name: report["categories"][name]["score"] for name in GOALS}
    failed = [
        audit["id"]
        for category in report["categories"].values()
        for reference in category["auditRefs"]
        if reference["weight"] and (audit := report["audits"][reference["id"]])["score"] not in (None, 1)
    ]
    found["shift"] = report["audits"]["cumulative-layout-shift"]["numericValue"]
    found["paint"] = report["audits"]["largest-contentful-paint"]["numericValue"] / 1000
    print(address.rpartition("127.0.0.1")[2], found, "short of full marks:", failed or "nothing", flush=True)
    return found


def faults(name: str, row: dict[str, float]) -> Iterator[str]:
    """Yield where a page falls short; one that asks search engines to leave it out is not rated for them."""
    left_out = 'content="noindex"' in (SITE / f"{name}.html").read_text(encoding="utf-8")
    for goal, least in GOALS.items():
        if row[goal] < least and not (goal == "seo" and left_out):
            yield f"{name}: {goal} is {100 * row[goal]:.0f}, wanted {100 * least:.0f}"
    if row["shift"] >= LAYOUT_SHIFT:
        yield f"{name}: the layout shifts by {row['shift']:.3f}, wanted less than {LAYOUT_SHIFT}"


def table(rows: dict[str, dict[str, float]]) -> Iterator[str]:
    """Yield the lines of a table, a row for each page."""
    width = max(map(len, rows))
    yield f"{'page':<{width}}    KB perf access best seo  shift paint/s"
    for name, row in rows.items():
        marks = " ".join(f"{100 * row[goal]:4.0f}" for goal in GOALS)
        yield f"{name:<{width}} {row['weight'] / KB:5.0f} {marks} {row['shift']:6.3f} {row['paint']:6.2f}"


def main() -> int:
    """Rate the pages, print the table, and say what falls short."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("pages", nargs="*", help="such as index or api/networks; every page if none is named")
    wanted = parser.parse_args().pages
    weights = {page.name: page.weight for page in weigh_all(SITE)}  # the heaviest first
    thrice = {*THRICE, next(iter(weights))}
    rows = {}
    with served() as address:
        for name in wanted or weights:
            visits = [rate(f"{address}{name}.html") for _ in range(3 if name in thrice else 1)]
            rows[name] = {key: median(visit[key] for visit in visits) for key in visits[0]}
            rows[name]["weight"] = weights[name]
            (ROOT / "build" / "lighthouse.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    print("\n".join(table(rows)))
    short = [fault for name, row in rows.items() for fault in faults(name, row)]
    print("\n".join(short), file=sys.stderr)
    return 1 if short else 0


if __name__ == "__main__":
    raise SystemExit(main())
