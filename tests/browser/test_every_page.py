"""Every page, on a screen, on a phone and on paper, in the light and in the dark."""

# WCAG 2.2 A and AA, and what axe advises beyond it.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"type": "tag", "values": TAGS}
COLOURS = {"type": "rule", "values": ["link-in-text-block"]}  # what the dark can change, beside contrast
# What axe looks for at each width and in each theme, and what it leaves out. Its own look at contrast takes
# most of the time of a long page, and `faint_texts` measures it in each.
LOOKS = {
    (390, "light"): (EVERYTHING, ["color-contrast"]),
    (390, "dark"): None,
    (1280, "light"): (EVERYTHING, []),
    (1280, "dark"): (COLOURS, []),
}
# Formulas have their paragraph's colour, words of code are looked at below, and a drawing has one name. They
# have thousands of parts, with which axe would take most of the time of all tests.
FORMULAS_CODE_DRAWINGS = "math, .highlight pre, svg.plot"

# A bracket to which TeX gives a size (\\Bigr) must have it, also where it bears an exponent.
SMALL_BRACKETS = """() => [...document.querySelectorAll("mo[minsize]")].filter(e => {
  const least = parseFloat(e.getAttribute("minsize")) * parseFloat(getComputedStyle(e).fontSize);
  return e.checkVisibility() && e.getBoundingClientRect().height < 0.95 * least;
}).map(e => `small bracket: ${e.closest("math").querySelector("annotation").textContent}`)"""

# What is too wide scrolls in a box of its own; on a phone held upright nothing has to.
WIDE_FORMULAS = """() => [...document.querySelectorAll(".math-scroll, span.math")]
  .filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1)
  .map(e => `${e.scrollWidth - e.clientWidth} px too wide: ${e.querySelector("annotation").textContent}`)"""

# What ends in a box that scrolls can be reached, what ends in one that hides is cut off. A drawer waits
# beyond the edge.
WIDER = """() => {
  const wide = document.documentElement.scrollWidth - innerWidth;
  const scrolls = e => e && (/auto|scroll/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  return [...document.querySelectorAll("body *")]
    .filter(e => e.checkVisibility({visibilityProperty: true}))
    .map(e => [e, e.getBoundingClientRect()])
    .filter(([, {left, right}]) => left < innerWidth && right > innerWidth + 0.5)
    .filter(([e]) => !scrolls(e.parentElement))
    .map(([e, {right}]) => `${e.tagName}.${e.className} ends at ${right}: ${e.textContent.slice(0, 40)}`)
    .concat(wide > 0 ? `${wide} px too wide` : []);
}"""


# For those who asked for less motion, as each test does, nothing moves.
MOVING = """() => [...document.querySelectorAll("*")].filter(e => ["", "::before", "::after"].some(part => {
  const style = getComputedStyle(e, part || null);
  const lasts = list => list.split(",").some(time => parseFloat(time) > 0.01);
  return lasts(style.transitionDuration) || (style.animationName !== "none" && lasts(style.animationDuration))
    || style.scrollBehavior === "smooth";
})).map(e => `moves: ${e.outerHTML.slice(0, 100)}`)"""

SEEN = """() => document.querySelectorAll("article :is(p, h1, h2, h3, dt, li, td, pre, img, svg, math)")
  .forEach(e => { if (e.checkVisibility()) e.dataset.seen = ""; })"""

# The width of A4 between margins of 14 mm, in CSS pixels. What was seen on the screen is there, but for code
# beside a question, nothing is cut off at the edge, equations, figures and rows stay whole, controls are left
# out, and the ink is dark on white.
PAPER = 687
ON_PAPER = """() => {
  const all = selector => [...document.querySelectorAll(selector)];
  const shown = e => e.checkVisibility({visibilityProperty: true, opacityProperty: true})
    && e.getBoundingClientRect().width > 1 && e.getBoundingClientRect().height > 1;
  const cut = e => {
    const clips = getComputedStyle(e).overflowX !== "visible" && e.clientWidth > 1;
    return e.checkVisibility() && !e.parentElement.closest("math")
      && (e.getBoundingClientRect().right > innerWidth + 1 || (clips && e.scrollWidth > e.clientWidth + 1));
  };
  const split = e => e.checkVisibility() && getComputedStyle(e).breakInside !== "avoid";
  const bright = e => Math.max(...getComputedStyle(e).color.match(/\\d+/g).slice(0, 3)) >= 100;
  const white = ["rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"];
  const controls = `button, input, nav, .bd-sidebar, .headerlink, .prev-next-footer, .skip-link,
    .viewcode-link`;
  const left = ".collapsed, article:has(div.exercise) .cell_input";
  const missing = e => !e.checkVisibility() && !e.closest(`${controls}, ${left}`);
  return Object.entries({
    "is missing": all("[data-seen]").filter(missing),
    "shows a control": all(controls).filter(shown),
    "is cut off": all("article *").filter(cut),
    "can be split": all("div.math, figure, article img, article tr").filter(split),
    "is not dark": all("body, article").filter(bright),
    "is not white": all("html, body").filter(e => !white.includes(getComputedStyle(e).backgroundColor)),
  }).flatMap(([fault, found]) => found.map(e => `${fault}: ${e.outerHTML.slice(0, 120)}`));
}"""


def problems(page, axe, look):
    """Yield what axe finds when it looks."""
    found = axe(page, look[0], hollow=FORMULAS_CODE_DRAWINGS, without=look[1]) if look else {"violations": []}
    for rule in found["violations"]:
        for node in rule["nodes"]:
            headed = rule["id"] == "empty-table-header" and page.locator(node["target"][-1])
            if headed and headed.locator("math").count():
                continue  # a formula is read aloud, which axe does not know
            yield f"{rule['id']}: {node['target']} {node['failureSummary']}"


def test_a_page_loads_only_from_its_site_fits_and_is_accessible(
    name, visit, turn, axe, faint_texts, keep_picture, lay_out, add_style
):
    """Once loaded by a phone it is turned dark, and both again on a screen.

    Then it must fit 320 px, paper, and a screen with its text twice as large.
    """
    page, faults = visit(name, width=390)
    page.evaluate(lay_out)
    faults += page.evaluate(WIDE_FORMULAS) + page.evaluate(MOVING)
    for (width, scheme), look in LOOKS.items():
        page.set_viewport_size({"width": width, "height": 900})
        turn(page, scheme)
        keep_picture(page, f"{width}-{scheme}", name)
        found = [*problems(page, axe, look), *faint_texts(page), *page.evaluate(WIDER)]
        faults += [f"{width} {scheme}: {problem}" for problem in found]
    faults += page.evaluate(SMALL_BRACKETS)
    page.set_viewport_size({"width": 320, "height": 900})
    faults += [f"320 px: {problem}" for problem in page.evaluate(WIDER)]
    page.evaluate(SEEN)
    page.set_viewport_size({"width": PAPER, "height": 900})
    for scheme in ("dark", "light"):
        turn(page, scheme, media="print")
        faults += [f"paper, {scheme}: {problem}" for problem in page.evaluate(ON_PAPER)]
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 900})
    add_style(page, "html { font-size: 200% !important; }")
    faults += [f"text twice as large: {problem}" for problem in page.evaluate(WIDER)]

    assert not faults, "\n".join(faults)


FIRST_PAINT = """() => new Promise(done =>
  new PerformanceObserver(done).observe({type: "paint", buffered: true}))"""

# How far what is in sight moved: a share of the screen, and what it was.
SHIFTS = """() => new Promise(done => {
  const told = ({value, sources}) => [value, sources.map(({node}) => node?.textContent.slice(0, 60))];
  const watch = new PerformanceObserver(list => done(list.getEntries().map(told)));
  watch.observe({type: "layout-shift", buffered: true});
  setTimeout(done, 200, []);
})"""


def test_a_page_keeps_its_place_when_its_scripts_come(kind, chromium, address):
    """They come when the reader has begun: a form that appeared then moved a tenth of the screen.

    A fiftieth is what docs/_tools/lighthouse.py allows; a font that comes late may take some of it.
    """
    page, late = chromium.new_page(viewport={"width": 412, "height": 823}), []
    page.route("**/*.js*", lambda script: late.append(script))  # noqa: PLW0108 - Playwright takes no method
    page.route("**/early.js*", lambda early: early.continue_())  # for which the page itself waits
    page.goto(address + kind, wait_until="commit")
    page.evaluate(FIRST_PAINT)
    page.unroute("**/*.js*")
    for script in late:
        script.continue_()
    page.wait_for_load_state()
    shifts = page.evaluate(SHIFTS)
    page.close()

    assert late
    assert sum(share for share, _ in shifts) < 0.02, shifts
