"""The built site in a real browser, given out on the loopback below a path of its own.

``nox -s browser`` runs these tests; what they look at is the site that ``nox -s docs`` left in build/html.
The system's Chromium is used when the variable CHROMIUM names one, Playwright's own otherwise. What takes
long is asked of a few pages that together hold each kind of part, and of all with ``-- --every-page``.
"""

import os
import re
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
SITE = ROOT / "build" / "html"
PREFIX = "/some/where/"  # the site must work from any sub-path

# The contrast of each text with the nearest ground behind it that is not see-through. Axe, which takes many
# times as long, is asked for it in the light only: which box lies behind which text is the same in the dark.
# It leaves open what another element overlaps or what lies in a box that scrolls. Text in a picture is left
# out, and of texts that look alike, on grounds alike, one is measured.
CONTRAST = """() => {
  const channel = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const seen = new Set();
  const over = (below, colour) => {  // the browser itself reads and mixes the colours
    canvas.fillStyle = `rgb(${below})`; canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const text = element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
  return [...document.body.querySelectorAll("*")].filter(element => {
    const shown = element.checkVisibility({visibilityProperty: true, opacityProperty: true});
    return shown && text(element) && !element.closest("math, svg") && element.getClientRects().length;
  }).map(element => {
    const style = getComputedStyle(element), grounds = [];
    for (let box = element; box; box = box.parentElement)
      grounds.unshift(getComputedStyle(box).backgroundColor);
    const looks = [style.color, style.fontSize, style.fontWeight, ...grounds].join();
    if (seen.has(looks)) return null;
    seen.add(looks);
    const ground = grounds.reduce(over, [255, 255, 255]);
    const [a, b] = [light(over(ground, style.color)), light(ground)].sort((x, y) => x - y);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const html = element.outerHTML.slice(0, 120);
    return {ratio: (b + 0.05) / (a + 0.05), needed: large ? 3 : 4.5, html};
  }).filter(found => found && found.ratio < found.needed);
}"""


def pytest_addoption(parser):
    """Add the option with which the weekly run asks everything of every page."""
    parser.addoption(
        "--every-page", action="store_true", help="ask everything of every page, and keep pictures of them"
    )


def every_page():
    """Return all pages of the site; the theme's own templates under _static are none."""
    found = [page for page in SITE.rglob("*.html") if page.relative_to(SITE).parts[0] != "_static"]
    if not found:
        raise pytest.UsageError("there is no site in build/html: run nox -s docs first")
    return sorted(found)


def without_most_listings(pages):
    """Keep three of the listings of source, which share a template: the longest, the shortest, the middle."""
    listings = sorted(SITE.glob("_modules/*/**/*.html"), key=lambda page: (page.stat().st_size, page))
    kept = {listings[0], listings[len(listings) // 2], listings[-1]} if listings else set()
    return [page for page in pages if page in kept or page not in listings]


def one_of_each_kind(pages):
    """Return few of the pages that together hold each part that any of them has, greedily."""
    parts = {page: parts_of(page) for page in pages}
    missing, chosen = set().union(*parts.values()), []
    while missing:
        chosen.append(max(pages, key=lambda page: len(parts[page] & missing)))
        missing -= parts[chosen[-1]]
    return chosen


NAMES_OF_VALUES = ("glue-", "formulas-")  # a value is set as every other is


def parts_of(page):
    """Return each tag of a page with each of its classes, and the folder that the page lies in."""
    tags = re.findall(r'<(\w+)\b(?:[^>]*?\sclass="([^"]*)")?', page.read_text(encoding="utf-8"))
    parts = {(tag, one) for tag, classes in tags for one in classes.split() or [""]}
    parts = {(tag, one) for tag, one in parts if not one.startswith(NAMES_OF_VALUES)}
    return parts | {page.relative_to(SITE).parts[:-1][:1]}


def pytest_generate_tests(metafunc):
    """Give a test that asks for a `name` every page, and one that asks for a `kind` one page of each."""
    asked = {"name", "kind"} & set(metafunc.fixturenames)
    if asked:
        pages = every_page()
        if not metafunc.config.getoption("--every-page"):
            pages = without_most_listings(pages)
            pages = one_of_each_kind(pages) if "kind" in asked else pages
        metafunc.parametrize(asked.pop(), [page.relative_to(SITE).as_posix() for page in pages])


class Handler(SimpleHTTPRequestHandler):
    """Give out the site below `PREFIX` and nothing else, under the policy that its file of headers names."""

    def __init__(self, *arguments):
        super().__init__(*arguments, directory=str(SITE))

    def translate_path(self, path):
        """Cut the prefix off; what lies outside it is not found."""
        return super().translate_path(path.removeprefix(PREFIX) if path.startswith(PREFIX) else "/not/found")

    def end_headers(self):
        """Send the policy, which every page must bear."""
        everywhere, header = (SITE / "_headers").read_text(encoding="utf-8").splitlines()
        if everywhere == "/*":
            self.send_header(*header.strip().split(": "))
        super().end_headers()

    def log_message(self, *_arguments):
        """Say nothing."""


@pytest.fixture(scope="session")
def address():
    """Return the address below which the site is given out."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}{PREFIX}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def chromium():
    """Return a Chromium; it keeps its sandbox unless root runs it, which it would refuse."""
    options = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM") or None, args=options)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, address):
    """Return a function that opens a page and gives it with a list, which fills with what goes wrong."""
    contexts = []

    def visit(name, width=1280, height=900, **options):
        context = chromium.new_context(
            viewport={"width": width, "height": height}, **({"reduced_motion": "reduce"} | options)
        )
        contexts.append(context)
        page, faults = context.new_page(), []
        watch(page, address, faults, scripts=options.get("java_script_enabled", True))
        page.goto(address + name)
        return page, faults

    yield visit
    for context in contexts:
        context.close()


def watch(page, address, faults, *, scripts):
    """Add to `faults` each request that leaves the site or fails, and each complaint and error."""

    def requested(request):
        if not request.url.startswith((address, "data:", "blob:")):
            faults.append(f"asks another site: {request.url}")

    def answered(response):
        if response.status >= 400:
            faults.append(f"is answered {response.status}: {response.url}")

    def failed(request):
        left = request.failure == "net::ERR_ABORTED"  # the reader went on before the answer was there
        if not left and (request.resource_type != "script" or scripts):
            faults.append(f"fails: {request.failure}: {request.url}")

    def said(message):
        if message.type in ("error", "warning"):
            faults.append(f"the console says: {message.text} ({message.location['url']})")

    page.on("request", requested)
    page.on("response", answered)
    page.on("requestfailed", failed)
    page.on("console", said)
    page.on("pageerror", lambda error: faults.append(f"a script fails: {error}"))


@pytest.fixture(scope="session")
def add_style():
    """Return a function that adds rules to a page, by the way that a strict policy leaves open."""
    script = """rules => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules);
  document.adoptedStyleSheets.push(sheet);
}"""
    return lambda page, rules: page.evaluate(script, rules)


@pytest.fixture(scope="session")
def lay_out():
    """Return the script that lays out every formula; those of the API wait, without a size, until seen."""
    return """() => {
  document.querySelectorAll("div.math").forEach(e => { e.style.contentVisibility = "visible"; });
}"""


@pytest.fixture(scope="session")
def turn():
    """Return a function that turns a page light or dark; the page's script follows a moment later."""

    def turn(page, scheme, **media):
        page.emulate_media(color_scheme=scheme, **media)
        page.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme)

    return turn


@pytest.fixture(scope="session")
def axe():
    """Return a function that lets axe look at a page, and gives what it finds wrong and what it leaves open.

    A page gets axe's script once, and hands back no list of what is right: a quarter of each look's time.
    What is `hollow` is left out, and meanwhile holds a single letter in a box of the same size: axe goes
    through each part of a page, also through those that it leaves out, which took most of its time.
    """
    look = """async ([within, options, hollow]) => {
  const boxes = hollow ? [...document.querySelectorAll(hollow)].filter(e => e.checkVisibility()) : [];
  const sizes = boxes.map(box => box.getBoundingClientRect());  // all before any is changed: one layout
  const inline = boxes.map(box => getComputedStyle(box).display.includes("inline"));
  const insides = boxes.map((box, i) => {
    const inside = [...box.childNodes], style = box.getAttribute("style"), {width, height} = sizes[i];
    box.replaceChildren("x");
    if (inline[i]) box.style.display = "inline-block";
    Object.assign(box.style, {boxSizing: "border-box", width: `${width}px`, height: `${height}px`});
    return () => {
      box.replaceChildren(...inside);
      if (style === null) box.removeAttribute("style"); else box.setAttribute("style", style);
    };
  });
  const found = await axe.run({include: [[within]], exclude: hollow ? [[hollow]] : []}, options);
  insides.forEach(restore => restore());
  return {violations: found.violations, incomplete: found.incomplete};
}"""

    def axe(page, rules, within="html", hollow=None, without=()):
        if page.evaluate("typeof axe") == "undefined":
            page.evaluate(AXE_SCRIPT)
        options = {"runOnly": rules, "resultTypes": ["violations", "incomplete"], "preload": False}
        options["rules"] = {rule: {"enabled": False} for rule in without}
        return page.evaluate(look, [within, options, hollow])

    return axe


@pytest.fixture(scope="session")
def faint_texts():
    """Return a function that names each text of a page whose contrast with its ground is too low."""

    def faint_texts(page):
        found = page.evaluate(CONTRAST)
        return [f"contrast {one['ratio']:.2f} < {one['needed']}: {one['html']}" for one in found]

    return faint_texts


@pytest.fixture
def keep_picture(request):
    """Return a function that keeps a picture of a page, to leaf through, where every page is looked at."""

    def keep_picture(page, folder, name):
        if request.config.getoption("--every-page"):
            file = f"{name.removesuffix('.html').replace('/', '_')}.jpg"
            path = ROOT / "build" / "pictures" / folder / file
            page.screenshot(path=path, type="jpeg", quality=70, full_page=True)

    return keep_picture
